mod length;
mod nested;

pub use length::{Lrfm, LrfmScore};
pub use nested::{NestedRfm, NestedRfmCuts};

use super::{Cuts, QuantileRule, SegmentError, Segmentation, all_finite, cells, same_length, weighted_mean};
use crate::cohort::Cohort;
use crate::parallel;
use crate::units::{Span, Weights};

/// What RFM looks at, one column a measure: time since the last purchase, purchases, total spend.
///
/// # Examples
///
/// ```
/// use customer_value::Span;
/// use customer_value::segment::{QuantileRule, RfmCuts, RfmMeasures};
///
/// let since_last: Vec<Span> = [5, 40, 90].map(Span::whole_days).into();
/// let measures = RfmMeasures::from_columns(&since_last, &[9, 4, 1], &[500.0, 120.0, 20.0])?;
/// let cuts = RfmCuts::quantiles(&measures, 3, QuantileRule::default())?;
/// let rfm = measures.score(cuts);
/// assert_eq!(rfm.scores()[0].to_string(), "3-3-3");
///
/// // The cuts stay with the result and sort those who come later.
/// let newcomer = RfmMeasures::from_columns(&[Span::whole_days(2)], &[1], &[25.0])?;
/// assert_eq!(newcomer.score(rfm.cuts().clone()).scores()[0].to_string(), "3-1-1");
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[doc(alias = "recency, frequency, monetary value")]
#[derive(Debug, Clone, PartialEq)]
pub struct RfmMeasures {
    recency: Vec<f64>,
    frequency: Vec<f64>,
    monetary: Vec<f64>,
}

/// One of the three measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RfmMeasure {
    /// Time since the last purchase: the shorter, the higher the score.
    Recency,
    /// Purchases: the more, the higher the score.
    Frequency,
    /// Total spend: the more, the higher the score.
    Monetary,
}

impl RfmMeasures {
    /// Measures from columns in one order; spend is in major units of one currency.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`] unless the columns are equally long, [`SegmentError::NotFinite`] for a spend.
    pub fn from_columns(since_last: &[Span], purchases: &[u64], spend: &[f64]) -> Result<Self, SegmentError> {
        same_length(since_last.len(), purchases.len())?;
        same_length(since_last.len(), spend.len())?;
        Ok(Self {
            recency: since_last.iter().map(|span| span.as_days()).collect(),
            frequency: purchases.iter().map(|&count| count as f64).collect(),
            monetary: all_finite("monetary value", spend)?.to_vec(),
        })
    }

    /// Measures of a cohort, the first purchase included in frequency and spend.
    ///
    /// They run from the first purchase to the cut: from one cut to the next, frequency and spend of a customer can only
    /// rise, so that in a [`Migration`](super::Migration) by them nobody falls but by silence. For moves between periods
    /// take the purchases of each period alone, by [`RfmMeasures::from_columns`].
    ///
    /// # Errors
    ///
    /// [`SegmentError::SpendUnknown`] when the cohort was made without realised spend, as from finished summaries; then
    /// take [`RfmMeasures::from_columns`].
    pub fn from_cohort<Id>(cohort: &Cohort<Id>) -> Result<Self, SegmentError> {
        let realised = cohort.realised().ok_or(SegmentError::SpendUnknown)?;
        let histories = cohort.purchases();
        let spend: Vec<f64> = realised.iter().map(|spend| spend.to_f64()).collect();
        all_finite("monetary value", &spend)?;
        Ok(Self {
            recency: histories.iter().map(|history| history.time_since_last().as_days()).collect(),
            frequency: histories.iter().map(|history| history.purchases() as f64).collect(),
            monetary: spend,
        })
    }

    /// One measure of every customer, in the order of the cohort: days, a number of purchases, or major units.
    pub fn of(&self, measure: RfmMeasure) -> &[f64] {
        match measure {
            RfmMeasure::Recency => &self.recency,
            RfmMeasure::Frequency => &self.frequency,
            RfmMeasure::Monetary => &self.monetary,
        }
    }

    /// The scores of all customers under the given cuts.
    ///
    /// # Formula
    ///
    /// ```text
    /// score = 1 + number of cuts ≤ x        for recency: 1 + number of cuts > x
    /// ```
    pub fn score(&self, cuts: RfmCuts) -> Rfm {
        let scores = self.score_each(|days, purchases, spend| RfmScore {
            recency: recency_score(&cuts.recency, days),
            frequency: rising_score(&cuts.frequency, purchases),
            monetary: rising_score(&cuts.monetary, spend),
        });
        Rfm { cuts, scores }
    }

    fn score_each(&self, score: impl Fn(f64, f64, f64) -> RfmScore + Sync + Send) -> Vec<RfmScore> {
        parallel::map_range(self.recency.len(), |customer| {
            score(self.recency[customer], self.frequency[customer], self.monetary[customer])
        })
    }
}

/// The score of a measure of which more is better.
fn rising_score(cuts: &Cuts, value: f64) -> u16 {
    small(1 + cuts.count_up_to(value))
}

/// The score of the days since the last purchase, of which fewer are better.
fn recency_score(cuts: &Cuts, days: f64) -> u16 {
    small(cuts.bins() - cuts.count_up_to(days))
}

/// Cuts hold at most 65,534 numbers, so that a score is at most 65,535.
fn small(score: usize) -> u16 {
    u16::try_from(score).unwrap_or(u16::MAX)
}

/// The cuts of all three measures; those of recency are in days.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RfmCuts {
    /// Of the time since the last purchase, in days.
    pub recency: Cuts,
    /// Of the number of purchases.
    pub frequency: Cuts,
    /// Of the total spend, in major units.
    pub monetary: Cuts,
}

impl RfmCuts {
    /// Quantiles of each measure by itself, each with equally many customers as far as ties allow.
    ///
    /// Frequencies are often tied: where half of the customers bought once, classes of frequency collapse, and
    /// [`Cuts::collapsed`] of its cuts says how many.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`] or [`SegmentError::NoBins`].
    pub fn quantiles(measures: &RfmMeasures, bins: u16, rule: QuantileRule) -> Result<Self, SegmentError> {
        let learn = |name, values: &[f64]| Cuts::learn(name, values, bins, rule);
        let (recency, (frequency, monetary)) = parallel::join(
            || learn("recency", &measures.recency),
            || {
                parallel::join(
                    || learn("frequency", &measures.frequency),
                    || learn("monetary value", &measures.monetary),
                )
            },
        );
        Ok(Self { recency: recency?, frequency: frequency?, monetary: monetary? })
    }

    /// The cuts of one measure.
    pub const fn of(&self, measure: RfmMeasure) -> &Cuts {
        match measure {
            RfmMeasure::Recency => &self.recency,
            RfmMeasure::Frequency => &self.frequency,
            RfmMeasure::Monetary => &self.monetary,
        }
    }
}

/// Three scores from 1, the worst, up; the last purchase a short time ago scores high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RfmScore {
    /// How recently they bought.
    pub recency: u16,
    /// How often.
    pub frequency: u16,
    /// For how much.
    pub monetary: u16,
}

impl RfmScore {
    /// The score of one measure.
    pub const fn of(self, measure: RfmMeasure) -> u16 {
        match measure {
            RfmMeasure::Recency => self.recency,
            RfmMeasure::Frequency => self.frequency,
            RfmMeasure::Monetary => self.monetary,
        }
    }

    /// The mean of the three scores, weighted in the order recency, frequency, monetary value.
    ///
    /// # Formula
    ///
    /// ```text
    /// w₁ · R + w₂ · F + w₃ · M
    /// ```
    ///
    /// # Errors
    ///
    /// [`SegmentError::Weights`] unless there are three.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Weights;
    /// use customer_value::segment::RfmScore;
    ///
    /// let score = RfmScore { recency: 3, frequency: 4, monetary: 3 };
    /// assert!((score.weighted(&Weights::new([0.5, 0.3, 0.2])?)? - 3.3).abs() < 1e-12);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    ///
    /// # References
    ///
    /// Liu & Shih (2005), *Integrating AHP and data mining for product recommendation based on customer lifetime
    /// value*: weights from pairwise judgements.
    #[doc(alias = "weighted RFM")]
    pub fn weighted(self, weights: &Weights) -> Result<f64, SegmentError> {
        weighted_mean(weights, &[self.recency, self.frequency, self.monetary])
    }
}

impl std::fmt::Display for RfmScore {
    /// Writes `3-4-3`; only for reading, since with ten classes "1110" would mean several things.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{}-{}-{}", self.recency, self.frequency, self.monetary))
    }
}

/// RFM scores of customers, with the cuts that made them.
#[doc(alias = "RFM")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Rfm {
    cuts: RfmCuts,
    scores: Vec<RfmScore>,
}

impl Rfm {
    /// The cuts.
    pub const fn cuts(&self) -> &RfmCuts {
        &self.cuts
    }

    /// The scores, in the order of the cohort.
    pub fn scores(&self) -> &[RfmScore] {
        &self.scores
    }

    /// The partition by one measure: "R1" … "R5", from the worst score up.
    pub fn by(&self, measure: RfmMeasure) -> Segmentation {
        by_score(measure, self.cuts.of(measure).bins(), &self.scores)
    }

    /// The partition by all three: every combination of scores is a segment, "1-1-1" the first, whether or not
    /// somebody is in it.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TooManyCells`] above 1,048,576 combinations.
    pub fn cells(&self) -> Result<Segmentation, SegmentError> {
        by_cell(MEASURES.map(|measure| self.cuts.of(measure).bins()), &self.scores)
    }
}

pub(super) const MEASURES: [RfmMeasure; 3] = [RfmMeasure::Recency, RfmMeasure::Frequency, RfmMeasure::Monetary];

fn by_score(measure: RfmMeasure, classes: usize, scores: &[RfmScore]) -> Segmentation {
    let letter = match measure {
        RfmMeasure::Recency => 'R',
        RfmMeasure::Frequency => 'F',
        RfmMeasure::Monetary => 'M',
    };
    let labels = (1..=classes).map(|score| format!("{letter}{score}")).collect();
    Segmentation::proven(labels, scores.iter().map(|score| u32::from(score.of(measure)) - 1).collect())
}

fn by_cell([r, f, m]: [usize; 3], scores: &[RfmScore]) -> Result<Segmentation, SegmentError> {
    let count = cells([r, f, m])?;
    let label = |cell: usize| format!("{}-{}-{}", cell / (f * m) + 1, cell / m % f + 1, cell % m + 1);
    let (f, m) = (small(f), small(m));
    let cell = |score: &RfmScore| {
        let [recency, frequency, monetary] = [score.recency, score.frequency, score.monetary].map(u32::from);
        ((recency - 1) * u32::from(f) + frequency - 1) * u32::from(m) + monetary - 1
    };
    Ok(Segmentation::proven((0..count).map(label).collect(), scores.iter().map(cell).collect()))
}

/// Scores read from outside, if the cuts can have made them.
#[cfg(feature = "serde")]
fn check_scores(classes: [usize; 3], scores: &[RfmScore]) -> Result<(), SegmentError> {
    for (measure, segments) in MEASURES.into_iter().zip(classes) {
        let inside = |score: &RfmScore| (1..=segments).contains(&score.of(measure).into());
        if let Some(customer) = scores.iter().position(|score| !inside(score)) {
            let segment = scores[customer].of(measure).into();
            return Err(SegmentError::UnknownSegment { customer, segment, segments });
        }
    }
    Ok(())
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    cuts: RfmCuts,
    scores: Vec<RfmScore>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Rfm {
    type Error = SegmentError;

    fn try_from(Unchecked { cuts, scores }: Unchecked) -> Result<Self, SegmentError> {
        check_scores(MEASURES.map(|measure| cuts.of(measure).bins()), &scores)?;
        Ok(Self { cuts, scores })
    }
}
