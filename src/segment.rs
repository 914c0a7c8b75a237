//! Customers sorted into segments, from any measure on either side.
//!
//! Whatever does the sorting, the result is a [`Segmentation`]: every customer is in exactly one segment. What was
//! learnt from the data to make it (cuts, thresholds) is kept beside it, can be read, and sorts new customers in the
//! same way.
//!
//! Measures are columns of numbers in the order of the cohort; position `i` of every column is the same customer.
//! Intervals are `[low, high)`: a value on a cut belongs above it. Equal values are never separated.
//!
//! ```
//! use customer_value::segment::{Cuts, Grid, GridAxis, GridCut};
//!
//! // Value of the customer by value to the customer; the cuts are fixed, so that later customers meet the same ones.
//! let (worth, delivered) = ([900.0, 40.0, 700.0, 60.0], [80.0, 75.0, 10.0, 5.0]);
//! let grid = Grid::new(
//!     [
//!         GridAxis::high_and_low("worth", &worth, GridCut::At(500.0))?,
//!         GridAxis::high_and_low("delivered", &delivered, GridCut::At(50.0))?,
//!     ],
//!     ["keep", "win back", "sell more", "serve cheaply"],
//! )?;
//! let before = grid.assign(&[&worth, &delivered])?;
//! assert_eq!(before.label_of(2), Some("win back"));
//!
//! // A year later the third customer is delighted: who moved where?
//! let after = grid.assign(&[&worth, &[80.0, 75.0, 60.0, 5.0]])?;
//! let moves = before.migration_to(&after)?;
//! assert_eq!((moves.stayed(), moves.count(1, 0)), (3, Some(1)));
//! # Ok::<(), customer_value::Error>(())
//! ```
//!
//! # Which type when
//!
//! | you have or ask | take | and get |
//! | --- | --- | --- |
//! | purchases of a cohort | [`RfmMeasures::from_cohort`], [`RfmCuts`] or [`NestedRfmCuts`] | scores with the cuts that made them |
//! | scores, and want names | [`Scheme::eleven`], or a [`Scheme`] of one's own; [`Rfm::named`] | a partition whose rules leak nobody |
//! | one measure | [`Cuts::partition`]; [`Pyramid`], also by value (ABC) | intervals; [`Tiers`] |
//! | how unequal customers are | [`Concentration`], [`ContactConcentration`] | Lorenz, Gini, whale curve, effective number |
//! | two or three measures | [`GridPreset`], [`Grid`]; [`TwoSidedGrid`] | named cells, cut once |
//! | how far a relationship is | [`Stage`] | legal steps, or a typed error |
//! | prospects | [`PurchaseHorizon`], [`Funnel`], [`Flow`] | how to serve them, expected sales, stocks |
//! | members with points | [`TierPolicy`] | tiers that do not flap |
//! | the same customers later | [`Segmentation::migration_to`] | [`Migration`] → [`Chain`](crate::Chain) |
//! | customers later, some of them others | [`Segmentation::turnover_to`] by id | [`Turnover`]: moves, who joined, who is gone |
//! | two partitions | [`Segmentation::cross`], [`Segmentation::meet`], [`Segmentation::adjusted_rand`] | counts, common refinement, distances |
//! | who came back after how long | [`RetentionTable`] | rates by cohort, and the members behind them |
//! | answers to Kano's questions | [`KanoTally`] | category, coefficients, a response curve |
//! | why is somebody here | [`Rfm::explain`], [`Tiers::place`], [`Grid::explain`] | measures, cuts, distances |
//! | what would move them up | [`Rfm::least_change`], [`Grid::least_change`] | the least change |

mod algebra;
mod cluster;
mod cohort_table;
mod concentration;
mod contact;
mod crossing;
mod cuts;
mod error;
mod explain;
mod grid;
mod kano;
mod membership;
mod migration;
mod prospect;
mod rfm;
mod scheme;
mod stage;
mod tiers;
mod turnover;

pub use cluster::{
    Attribute, Candidate, Centroids, ClusterChoice, ClusterError, Ending, GaussianMixture, KMeans, KMeansFit, Measures,
    MixtureComponent, MixtureFit, MixtureModel, Profiles, Scale, Scaling, Silhouette, SilhouetteBase,
};
pub use cohort_table::{RetentionCell, RetentionRule, RetentionTable};
pub use concentration::{Concentration, Crossing, LorenzPoint, Peak};
pub use contact::ContactConcentration;
pub use crossing::CrossTable;
pub use cuts::{Cuts, QuantileRule};
pub use error::SegmentError;
pub use explain::{CutPlace, MeasureChange, RfmChange, RfmExplanation, Target};
pub use grid::{Grid, GridAxis, GridCut, GridPreset, Sides, TwoSidedGrid};
pub use kano::{KanoAnswer, KanoCategory, KanoTally};
pub use membership::{
    Downgrade, PointEntry, QualificationPeriod, QualificationWindow, TierBasis, TierLevel, TierPolicy,
};
pub use migration::{EmptyRow, Migration, RowEstimate};
pub use prospect::{Flow, Funnel, FunnelStage, Handling, ProspectKind, PurchaseHorizon, expected_sales};
pub use rfm::{Lrfm, LrfmScore, NestedRfm, NestedRfmCuts, Rfm, RfmCuts, RfmMeasure, RfmMeasures, RfmScore};
pub use scheme::{RuleOrder, Scheme, SchemeError, SchemeRule, ScoreRange};
pub use stage::{ExternalCause, InternalCause, Interruption, Stage, StageError, StageMeasure, StagePhase, StageVerb};
pub use tiers::{Pyramid, Tiers};
pub use turnover::Turnover;

use error::{all_finite, cells, distinct, finite, positive, same_length};

use crate::units::Weights;

/// A partition of customers: each is in one segment, and the segments have names and an order.
///
/// A segment may be empty. Customers are known by their position in the cohort.
///
/// # Examples
///
/// ```
/// use customer_value::segment::Segmentation;
///
/// let regions = Segmentation::new(["north", "south"], [0, 1, 0])?;
/// assert_eq!(regions.sizes(), [2, 1]);
/// assert_eq!(regions.members(0).collect::<Vec<_>>(), [0, 2]);
/// assert_eq!(regions.shares(&[30.0, 25.0, 45.0])?, [0.75, 0.25]);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[doc(alias = "细分")]
#[doc(alias = "客户细分")]
#[doc(alias = "Partition")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Segmentation {
    labels: Vec<String>,
    segments: Vec<u32>,
}

impl Segmentation {
    /// A partition by the caller: the segment of each customer, in the order of the cohort.
    ///
    /// # Errors
    ///
    /// [`SegmentError::UnknownSegment`] for a number without a label, [`SegmentError::DuplicateLabel`].
    pub fn new<Label: Into<String>>(
        labels: impl IntoIterator<Item = Label>,
        segments: impl IntoIterator<Item = u32>,
    ) -> Result<Self, SegmentError> {
        let labels = distinct(labels.into_iter().map(Into::into).collect())?;
        let segments: Vec<u32> = segments.into_iter().collect();
        match segments.iter().position(|&segment| segment as usize >= labels.len()) {
            None => Ok(Self { labels, segments }),
            Some(customer) => {
                Err(SegmentError::UnknownSegment { customer, segment: segments[customer], segments: labels.len() })
            }
        }
    }

    /// A partition whose numbers are below the count of its distinct labels by construction.
    fn proven(labels: Vec<String>, segments: Vec<u32>) -> Self {
        debug_assert!(segments.iter().all(|&segment| (segment as usize) < labels.len()));
        Self { labels, segments }
    }

    /// How many customers there are.
    pub const fn len(&self) -> usize {
        self.segments.len()
    }

    /// Whether there is no customer.
    pub const fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The names of the segments, in their order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The segment with a name.
    pub fn position(&self, label: &str) -> Option<usize> {
        self.labels.iter().position(|known| known == label)
    }

    /// The segment of a customer.
    pub fn segment_of(&self, customer: usize) -> Option<usize> {
        self.segments.get(customer).map(|&segment| segment as usize)
    }

    /// The name of the segment of a customer.
    pub fn label_of(&self, customer: usize) -> Option<&str> {
        self.segment_of(customer).map(|segment| self.labels[segment].as_str())
    }

    /// The segment of every customer, in the order of the cohort.
    pub fn segments(&self) -> &[u32] {
        &self.segments
    }

    /// The customers of a segment, in the order of the cohort; none for a segment that does not exist.
    pub fn members(&self, segment: usize) -> impl Iterator<Item = usize> {
        let of = move |(customer, &own): (usize, &u32)| (own as usize == segment).then_some(customer);
        self.segments.iter().enumerate().filter_map(of)
    }

    /// How many customers each segment has.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.labels.len()];
        for &segment in &self.segments {
            sizes[segment as usize] += 1;
        }
        sizes
    }

    /// The sum of a measure over each segment.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`] unless every customer has a value, [`SegmentError::NotFinite`],
    /// [`SegmentError::TooLarge`].
    pub fn totals(&self, values: &[f64]) -> Result<Vec<f64>, SegmentError> {
        same_length(self.len(), values.len())?;
        let mut totals = vec![0.0; self.labels.len()];
        for (&segment, &value) in self.segments.iter().zip(all_finite("value", values)?) {
            totals[segment as usize] += value;
        }
        totals.into_iter().map(|total| finite("total of a segment", total)).collect()
    }

    /// The share of each segment in the total of a measure; negative for a segment that loses.
    ///
    /// # Errors
    ///
    /// As [`totals`](Self::totals), and [`SegmentError::TotalNotPositive`], of which nobody has a share.
    pub fn shares(&self, values: &[f64]) -> Result<Vec<f64>, SegmentError> {
        let totals = self.totals(values)?;
        let total = positive(totals.iter().sum())?;
        totals.into_iter().map(|part| finite("share", part / total)).collect()
    }
}

/// The values in ascending order: at least one, all finite.
fn ascending(measure: &'static str, values: &[f64]) -> Result<Vec<f64>, SegmentError> {
    if values.is_empty() {
        return Err(SegmentError::Empty);
    }
    // As integers of the same order, which sort in two thirds of the time.
    let mut keys: Vec<i64> = all_finite(measure, values)?.iter().map(|value| total_order(value.to_bits())).collect();
    #[cfg(feature = "rayon")]
    rayon::slice::ParallelSliceMut::par_sort_unstable(keys.as_mut_slice());
    #[cfg(not(feature = "rayon"))]
    keys.sort_unstable();
    Ok(keys.into_iter().map(|key| f64::from_bits(total_order(key.cast_unsigned()).cast_unsigned())).collect())
}

/// The bits of a float as an integer in the order of [`f64::total_cmp`]; applied twice it gives the bits again.
const fn total_order(bits: u64) -> i64 {
    let key = bits.cast_signed();
    key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()
}

/// 0.07 · 100 is 7.000000000000001, which is not an eighth customer.
const ROUNDING: f64 = 1e-12;

/// How many of `count` customers a share of them is: at least one, and a begun customer counts whole.
fn heads(share: f64, count: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to count: share is at most 1")]
    let heads = (share * count as f64 * (1.0 - ROUNDING)).ceil() as usize;
    heads.clamp(1, count.max(1))
}

fn weighted_mean(weights: &Weights, scores: &[u16]) -> Result<f64, SegmentError> {
    let found = weights.as_slice().len();
    if found == scores.len() {
        Ok(weights.as_slice().iter().zip(scores).map(|(weight, &score)| weight * f64::from(score)).sum())
    } else {
        Err(SegmentError::Weights { expected: scores.len(), found })
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    labels: Vec<String>,
    segments: Vec<u32>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Segmentation {
    type Error = SegmentError;

    fn try_from(raw: Unchecked) -> Result<Self, SegmentError> {
        Self::new(raw.labels, raw.segments)
    }
}
