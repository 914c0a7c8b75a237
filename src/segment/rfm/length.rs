use super::{Rfm, RfmScore, rising_score};
use crate::segment::{Cuts, SegmentError, same_length, weighted_mean};
use crate::units::{Span, Weights};

/// RFM scores beside a score of how long the relationship has lasted, from the first purchase to the last.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Cuts, Lrfm, RfmCuts, RfmMeasures};
/// use customer_value::{Span, Weights};
///
/// let days = [5, 40].map(Span::whole_days);
/// let measures = RfmMeasures::from_columns(&days, &[9, 1], &[500.0, 20.0])?;
/// let cuts = RfmCuts { recency: Cuts::fixed([30.0])?, frequency: Cuts::fixed([3.0])?, monetary: Cuts::fixed([100.0])? };
/// let lengths = [400, 0].map(Span::whole_days);
/// let lrfm = Lrfm::new(measures.score(cuts), &lengths, Cuts::fixed([90.0, 365.0])?)?;
/// assert_eq!(lrfm.scores()[0].to_string(), "3-2-2-2");
/// assert_eq!(lrfm.scores()[1].weighted(&Weights::equal(4)?)?, 1.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Chang & Tsay (2004) add the length of the relationship to RFM.
#[doc(alias = "LRFM")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Lrfm {
    rfm: Rfm,
    length: Cuts,
    scores: Vec<LrfmScore>,
}

/// Four scores from 1, the worst, up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LrfmScore {
    /// For how long they have bought.
    pub length: u16,
    /// How recently, how often, for how much.
    pub rfm: RfmScore,
}

impl LrfmScore {
    /// The mean of the four scores, weighted in the order length, recency, frequency, monetary value.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Weights`] unless there are four.
    pub fn weighted(self, weights: &Weights) -> Result<f64, SegmentError> {
        let RfmScore { recency, frequency, monetary } = self.rfm;
        weighted_mean(weights, &[self.length, recency, frequency, monetary])
    }
}

impl std::fmt::Display for LrfmScore {
    /// Writes `5-3-4-3`, the length first.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{}-{}", self.length, self.rfm))
    }
}

impl Lrfm {
    /// The scores of customers whose relationships have these lengths, under cuts in days.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`] unless there is a length for every customer.
    pub fn new(rfm: Rfm, lengths: &[Span], cuts: Cuts) -> Result<Self, SegmentError> {
        same_length(rfm.scores().len(), lengths.len())?;
        let score =
            |(&rfm, length): (&RfmScore, &Span)| LrfmScore { length: rising_score(&cuts, length.as_days()), rfm };
        let scores = rfm.scores().iter().zip(lengths).map(score).collect();
        Ok(Self { rfm, length: cuts, scores })
    }

    /// The scores without the length, with their cuts.
    pub const fn rfm(&self) -> &Rfm {
        &self.rfm
    }

    /// The cuts of the length, in days.
    pub const fn length(&self) -> &Cuts {
        &self.length
    }

    /// The scores, in the order of the cohort.
    pub fn scores(&self) -> &[LrfmScore] {
        &self.scores
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    rfm: Rfm,
    length: Cuts,
    scores: Vec<LrfmScore>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Lrfm {
    type Error = SegmentError;

    fn try_from(Unchecked { rfm, length, scores }: Unchecked) -> Result<Self, SegmentError> {
        same_length(rfm.scores().len(), scores.len())?;
        let segments = length.bins();
        for (customer, (score, own)) in scores.iter().zip(rfm.scores()).enumerate() {
            let segment = u32::from(score.length);
            if !(1..=segments).contains(&score.length.into()) || score.rfm != *own {
                return Err(SegmentError::UnknownSegment { customer, segment, segments });
            }
        }
        Ok(Self { rfm, length, scores })
    }
}
