use super::{RfmMeasure, RfmMeasures, RfmScore, by_cell, by_score, recency_score, rising_score};
use crate::segment::{Cuts, QuantileRule, SegmentError, Segmentation};

/// Cuts of RFM one inside the other: of frequency within each class of recency, of monetary value within each class of
/// both.
///
/// Cells have about as many customers each, as far as ties allow, which independent quantiles do not give. The price: a
/// frequency score means another number of purchases in each class of recency.
///
/// # Examples
///
/// Those who bought lately have bought 1, 2 and 9 times: each of them is in another class of frequency, though the first
/// two have bought seldom in the whole.
///
/// ```
/// use customer_value::Span;
/// use customer_value::segment::{NestedRfmCuts, QuantileRule, RfmMeasures};
///
/// let since_last: Vec<Span> = (1..=9).map(|step| Span::whole_days(5 * step)).collect();
/// let measures = RfmMeasures::from_columns(&since_last, &[1, 2, 9, 8, 7, 6, 3, 4, 5], &[1.0; 9])?;
/// let rfm = measures.score_nested(NestedRfmCuts::quantiles(&measures, 3, QuantileRule::default())?);
/// let scores: Vec<String> = rfm.scores().iter().take(3).map(ToString::to_string).collect();
/// assert_eq!(scores, ["3-1-1", "3-2-1", "3-3-1"]);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct NestedRfmCuts {
    recency: Cuts,
    frequency: Vec<Cuts>,
    monetary: Vec<Vec<Cuts>>,
}

impl NestedRfmCuts {
    /// Quantiles of recency, of frequency within each class of it, and of monetary value within each class of both.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`] or [`SegmentError::NoBins`].
    pub fn quantiles(measures: &RfmMeasures, bins: u16, rule: QuantileRule) -> Result<Self, SegmentError> {
        let recency = Cuts::learn("recency", &measures.recency, bins, rule)?;
        let by_recency = grouped(0..measures.recency.len(), recency.bins(), |customer| {
            recency_score(&recency, measures.recency[customer])
        });
        let (mut frequency, mut monetary) = (Vec::new(), Vec::new());
        for members in by_recency {
            let cuts = Cuts::learn("frequency", &picked(&measures.frequency, &members), bins, rule)?;
            let by_frequency =
                grouped(members.into_iter(), cuts.bins(), |customer| rising_score(&cuts, measures.frequency[customer]));
            let within =
                |members: &Vec<usize>| Cuts::learn("monetary value", &picked(&measures.monetary, members), bins, rule);
            monetary.push(by_frequency.iter().map(within).collect::<Result<Vec<_>, _>>()?);
            frequency.push(cuts);
        }
        Ok(Self { recency, frequency, monetary })
    }

    /// The cuts of the time since the last purchase, in days.
    pub const fn recency(&self) -> &Cuts {
        &self.recency
    }

    /// The cuts of the number of purchases within a score of recency, from 1; `None` for a score that does not exist.
    pub fn frequency(&self, recency: u16) -> Option<&Cuts> {
        self.frequency.get(usize::from(recency).checked_sub(1)?)
    }

    /// The cuts of the spend within scores of recency and frequency, both from 1; `None` for one that does not exist.
    pub fn monetary(&self, recency: u16, frequency: u16) -> Option<&Cuts> {
        self.monetary.get(usize::from(recency).checked_sub(1)?)?.get(usize::from(frequency).checked_sub(1)?)
    }

    fn score(&self, days: f64, purchases: f64, spend: f64) -> RfmScore {
        let recency = recency_score(&self.recency, days);
        let within = usize::from(recency) - 1;
        let frequency = rising_score(&self.frequency[within], purchases);
        let monetary = rising_score(&self.monetary[within][usize::from(frequency) - 1], spend);
        RfmScore { recency, frequency, monetary }
    }

    /// How many classes each measure has, where it has most.
    fn classes(&self) -> [usize; 3] {
        let most = |cuts: &mut dyn Iterator<Item = &Cuts>| cuts.map(Cuts::bins).max().unwrap_or(1);
        [self.recency.bins(), most(&mut self.frequency.iter()), most(&mut self.monetary.iter().flatten())]
    }
}

/// The customers with each score from 1 to `classes`.
fn grouped(customers: impl Iterator<Item = usize>, classes: usize, score: impl Fn(usize) -> u16) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new(); classes];
    customers.for_each(|customer| groups[usize::from(score(customer)) - 1].push(customer));
    groups
}

fn picked(values: &[f64], members: &[usize]) -> Vec<f64> {
    members.iter().map(|&customer| values[customer]).collect()
}

impl RfmMeasures {
    /// The scores of all customers under cuts that are nested.
    pub fn score_nested(&self, cuts: NestedRfmCuts) -> NestedRfm {
        NestedRfm { scores: self.score_each(|days, purchases, spend| cuts.score(days, purchases, spend)), cuts }
    }
}

/// RFM scores of customers under nested cuts, with those cuts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedRfm"))]
pub struct NestedRfm {
    cuts: NestedRfmCuts,
    scores: Vec<RfmScore>,
}

impl NestedRfm {
    /// The cuts.
    pub const fn cuts(&self) -> &NestedRfmCuts {
        &self.cuts
    }

    /// The scores, in the order of the cohort.
    pub fn scores(&self) -> &[RfmScore] {
        &self.scores
    }

    /// The partition by one measure; scores of frequency and monetary value are those within their classes.
    pub fn by(&self, measure: RfmMeasure) -> Segmentation {
        let [recency, frequency, monetary] = self.cuts.classes();
        let classes = match measure {
            RfmMeasure::Recency => recency,
            RfmMeasure::Frequency => frequency,
            RfmMeasure::Monetary => monetary,
        };
        by_score(measure, classes, &self.scores)
    }

    /// The partition by all three, "1-1-1" the first; cells that ties have merged into others are empty.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TooManyCells`] above 1,048,576 combinations.
    pub fn cells(&self) -> Result<Segmentation, SegmentError> {
        by_cell(self.cuts.classes(), &self.scores)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    recency: Cuts,
    frequency: Vec<Cuts>,
    monetary: Vec<Vec<Cuts>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for NestedRfmCuts {
    type Error = SegmentError;

    fn try_from(Unchecked { recency, frequency, monetary }: Unchecked) -> Result<Self, SegmentError> {
        let one_a_class = |expected: usize, found: usize| {
            if found == expected { Ok(()) } else { Err(SegmentError::Labels { expected, found }) }
        };
        one_a_class(recency.bins(), frequency.len())?;
        one_a_class(recency.bins(), monetary.len())?;
        for (cuts, within) in frequency.iter().zip(&monetary) {
            one_a_class(cuts.bins(), within.len())?;
        }
        Ok(Self { recency, frequency, monetary })
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedRfm {
    cuts: NestedRfmCuts,
    scores: Vec<RfmScore>,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedRfm> for NestedRfm {
    type Error = SegmentError;

    fn try_from(UncheckedRfm { cuts, scores }: UncheckedRfm) -> Result<Self, SegmentError> {
        for (customer, score) in scores.iter().enumerate() {
            let within = |score: u16, cuts: &Cuts| {
                let (segment, segments) = (u32::from(score), cuts.bins());
                let inside = (1..=segments).contains(&score.into());
                if inside { Ok(()) } else { Err(SegmentError::UnknownSegment { customer, segment, segments }) }
            };
            within(score.recency, &cuts.recency)?;
            let by_recency = usize::from(score.recency) - 1;
            within(score.frequency, &cuts.frequency[by_recency])?;
            within(score.monetary, &cuts.monetary[by_recency][usize::from(score.frequency) - 1])?;
        }
        Ok(Self { cuts, scores })
    }
}
