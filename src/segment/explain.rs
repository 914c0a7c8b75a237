use super::rfm::MEASURES;
use super::{
    Cuts, Grid, Rfm, RfmCuts, RfmMeasure, RfmMeasures, RfmScore, Scheme, SegmentError, Tiers, all_finite, finite,
};

/// Where a value stands among cuts, and how far it is from the next ones.
///
/// # Examples
///
/// ```
/// use customer_value::segment::Cuts;
///
/// let place = Cuts::fixed([10.0, 50.0])?.place(42.0)?;
/// assert_eq!((place.low, place.high, place.above), (Some(10.0), Some(50.0), Some(8.0)));
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CutPlace {
    /// The value.
    pub value: f64,
    /// Its interval, from 0.
    pub interval: usize,
    /// The cut at or below it; `None` in the lowest interval.
    pub low: Option<f64>,
    /// The cut above it; `None` in the highest interval.
    pub high: Option<f64>,
    /// How much it has to rise to reach the next interval.
    pub above: Option<f64>,
    /// How much it can fall and just stay: by any more it is in the interval before.
    pub below: Option<f64>,
}

impl CutPlace {
    fn new(value: f64, interval: usize, low: Option<f64>, high: Option<f64>) -> Result<Self, SegmentError> {
        let distance = |one: f64, other: f64| finite("distance to a cut", one - other);
        let above = high.map(|cut| distance(cut, value)).transpose()?;
        let below = low.map(|cut| distance(value, cut)).transpose()?;
        Ok(Self { value, interval, low, high, above, below })
    }
}

impl Cuts {
    /// Where a value stands.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NotFinite`], or [`SegmentError::TooLarge`] for a distance that is no number.
    pub fn place(&self, value: f64) -> Result<CutPlace, SegmentError> {
        let interval = self.bin(value)?;
        let cuts = self.as_slice();
        CutPlace::new(value, interval, interval.checked_sub(1).map(|low| cuts[low]), cuts.get(interval).copied())
    }
}

/// What a measure has to become.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Target {
    /// This or more.
    AtLeast(f64),
    /// Less than this.
    Below(f64),
}

/// What has to change in one measure.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MeasureChange {
    /// Which measure: for RFM "recency", "frequency" or "monetary value".
    pub measure: String,
    /// What it has to become.
    pub target: Target,
    /// The distance to that.
    pub by: f64,
}

/// Why a customer has a score: each measure among its cuts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RfmExplanation {
    /// The score.
    pub score: RfmScore,
    /// The days since the last purchase among their cuts: the lower the interval, the higher the score.
    pub recency: CutPlace,
    /// The number of purchases.
    pub frequency: CutPlace,
    /// The total spend.
    pub monetary: CutPlace,
}

/// The least change that brings a customer into a segment that is wanted.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RfmChange {
    /// The score they would have.
    pub to: RfmScore,
    /// The segment they would be in.
    pub segment: String,
    /// What it takes, measure by measure.
    pub changes: Vec<MeasureChange>,
}

impl Rfm {
    /// Why a customer has the score they have.
    ///
    /// # Errors
    ///
    /// [`SegmentError::UnknownCustomer`], [`SegmentError::Lengths`] or [`SegmentError::OtherMeasures`] for measures that
    /// did not make the scores, [`SegmentError::TooLarge`] for a distance that is no number.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Span;
    /// use customer_value::segment::{Cuts, RfmCuts, RfmMeasures, RuleOrder, RfmScore, Scheme, SchemeRule, Target};
    ///
    /// let measures = RfmMeasures::from_columns(&[Span::whole_days(45)], &[2], &[80.0])?;
    /// let cuts = RfmCuts { recency: Cuts::fixed([30.0])?, frequency: Cuts::fixed([3.0])?, monetary: Cuts::fixed([50.0])? };
    /// let rfm = measures.score(cuts);
    /// let why = rfm.explain(&measures, 0)?;
    /// assert_eq!((why.score.to_string().as_str(), why.frequency.above), ("1-1-2", Some(1.0)));
    ///
    /// let top = RfmScore { recency: 2, frequency: 2, monetary: 2 };
    /// let rules = [SchemeRule::new("warm", 2, 1..=2, 1..=2), SchemeRule::new("cold", 1, 1..=2, 1..=2)];
    /// let scheme = Scheme::new(top, RuleOrder::Disjoint, rules)?;
    /// let change = rfm.least_change(&measures, 0, &scheme, |segment| segment == "warm")?.ok_or("no way up")?;
    /// assert_eq!(change.changes.len(), 1);
    /// assert_eq!((change.changes[0].target, change.changes[0].by), (Target::Below(30.0), 15.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, measures: &RfmMeasures, customer: usize) -> Result<RfmExplanation, SegmentError> {
        let customers = self.scores().len();
        super::same_length(customers, measures.of(RfmMeasure::Recency).len())?;
        let Some(&score) = self.scores().get(customer) else {
            return Err(SegmentError::UnknownCustomer { customer, customers });
        };
        let place = |measure| self.cuts().of(measure).place(measures.of(measure)[customer]);
        let [recency, frequency, monetary] = MEASURES.map(place);
        let (recency, frequency, monetary) = (recency?, frequency?, monetary?);
        let intervals = [self.cuts().recency.bins() - recency.interval, frequency.interval + 1, monetary.interval + 1];
        if rfm_score(&intervals) == score {
            Ok(RfmExplanation { score, recency, frequency, monetary })
        } else {
            Err(SegmentError::OtherMeasures { customer })
        }
    }

    /// The least change upwards that brings a customer into a segment that is wanted; `None` when no better scores lead to
    /// one.
    ///
    /// For whom is in such a segment already there is nothing to change. Least is: the fewest steps of score in all; of those the fewest measures; of those the change that leaves recency
    /// alone, then frequency.
    ///
    /// # Errors
    ///
    /// As [`explain`](Self::explain), and [`SegmentError::NothingWanted`] when none of the names of the scheme is wanted.
    pub fn least_change(
        &self,
        measures: &RfmMeasures,
        customer: usize,
        scheme: &Scheme,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Option<RfmChange>, SegmentError> {
        anything_wanted(scheme.labels(), &wanted)?;
        let why = self.explain(measures, customer)?;
        let best = |measure| self.cuts().of(measure).bins().min(scheme.top().of(measure).into());
        let top = MEASURES.map(best);
        let is_wanted = |score: &[usize]| scheme.label(rfm_score(score)).is_some_and(&wanted);
        let from = MEASURES.map(|measure| usize::from(why.score.of(measure)));
        let Some(to) = least_steps(&from, &top, is_wanted) else { return Ok(None) };
        let to = rfm_score(&to);
        let changes = MEASURES.into_iter().filter(|&measure| to.of(measure) != why.score.of(measure));
        let change = |measure| change(self.cuts(), measure, to.of(measure), measures.of(measure)[customer]);
        let changes = changes.map(change).collect::<Result<_, _>>()?;
        let segment = scheme.label(to).unwrap_or_default().to_owned();
        Ok(Some(RfmChange { to, segment, changes }))
    }
}

/// A misspelt name is no reason to tell somebody that there is no way up.
fn anything_wanted(labels: &[String], wanted: impl Fn(&str) -> bool) -> Result<(), SegmentError> {
    if labels.iter().any(|label| wanted(label)) {
        Ok(())
    } else {
        Err(SegmentError::NothingWanted { labels: labels.to_vec() })
    }
}

fn rfm_score(score: &[usize]) -> RfmScore {
    let small = |index: usize| u16::try_from(score[index]).unwrap_or(u16::MAX);
    RfmScore { recency: small(0), frequency: small(1), monetary: small(2) }
}

/// What brings a measure up to a score that is higher than its own.
fn change(cuts: &RfmCuts, measure: RfmMeasure, score: u16, value: f64) -> Result<MeasureChange, SegmentError> {
    let (all, score) = (cuts.of(measure).as_slice(), usize::from(score));
    let (name, target, by) = match measure {
        RfmMeasure::Recency => {
            let cut = all[all.len() + 1 - score];
            ("recency", Target::Below(cut), value - cut)
        }
        RfmMeasure::Frequency => ("frequency", Target::AtLeast(all[score - 2]), all[score - 2] - value),
        RfmMeasure::Monetary => ("monetary value", Target::AtLeast(all[score - 2]), all[score - 2] - value),
    };
    Ok(MeasureChange { measure: name.into(), target, by: finite("distance to a cut", by)? })
}

/// The nearest cell that is wanted among those nowhere below the current one.
fn least_steps(from: &[usize], top: &[usize], wanted: impl Fn(&[usize]) -> bool) -> Option<Vec<usize>> {
    let mut best: Option<((usize, usize), Vec<usize>)> = None;
    let mut cell = from.to_vec();
    loop {
        let steps: usize = cell.iter().zip(from).map(|(to, from)| to - from).sum();
        let measures = cell.iter().zip(from).filter(|(to, from)| to != from).count();
        if best.as_ref().is_none_or(|(least, _)| (steps, measures) < *least) && wanted(&cell) {
            best = Some(((steps, measures), cell.clone()));
        }
        // The next cell, the last measure changing first.
        let Some(axis) = (0..cell.len()).rev().find(|&axis| cell[axis] < top[axis]) else { break };
        cell[axis] += 1;
        cell[axis + 1..].copy_from_slice(&from[axis + 1..]);
    }
    best.map(|(_, cell)| cell)
}

impl Tiers {
    /// Where a value stands among the tiers: the interval is the tier, and `above` what is missing to the one before it.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NotFinite`], or [`SegmentError::TooLarge`] for a distance that is no number.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Tiers;
    ///
    /// let tiers = Tiers::fixed(["gold", "iron", "lead"], [500.0, 100.0], &[])?;
    /// let place = tiers.place(420.0)?;
    /// assert_eq!((place.interval, place.above, place.below), (1, Some(80.0), Some(320.0)));
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    pub fn place(&self, value: f64) -> Result<CutPlace, SegmentError> {
        all_finite("value", &[value])?;
        let thresholds = self.thresholds();
        let tier = thresholds.partition_point(|&threshold| value < threshold);
        let high = tier.checked_sub(1).map(|above| thresholds[above]);
        CutPlace::new(value, tier, thresholds.get(tier).copied(), high)
    }
}

impl Grid {
    /// Where the values of one customer stand, measure by measure.
    ///
    /// # Errors
    ///
    /// [`SegmentError::PerMeasure`] unless there is a value for every measure, [`SegmentError::Measure`] around
    /// [`SegmentError::NotFinite`] or [`SegmentError::TooLarge`].
    pub fn explain(&self, values: &[f64]) -> Result<Vec<CutPlace>, SegmentError> {
        self.one_each("values", values.len())?;
        self.axes().iter().zip(values).map(|(axis, &value)| axis.named(axis.cuts.place(value))).collect()
    }

    /// The least change upwards that brings one customer into a cell that is wanted: the fewest intervals in all, of those
    /// the fewest measures, of those the last ones. It is empty for whom is in such a cell already, and `None` when none
    /// of the cells above is wanted.
    ///
    /// # Errors
    ///
    /// As [`explain`](Self::explain), and [`SegmentError::NothingWanted`] when no cell has a name that is wanted.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::{GridCut, GridPreset, Target};
    ///
    /// let cuts = [GridCut::At(100.0), GridCut::At(24.0)];
    /// let grid = GridPreset::ProfitabilityByTenure.fit(&[&[], &[]], &cuts)?;
    /// // A barnacle: here for long, but not profitable.
    /// let change = grid.least_change(&[70.0, 36.0], |cell| cell == "true friends")?.ok_or("no way up")?;
    /// assert_eq!((change[0].measure.as_str(), change[0].by), ("profitability", 30.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn least_change(
        &self,
        values: &[f64],
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Option<Vec<MeasureChange>>, SegmentError> {
        anything_wanted(self.labels(), &wanted)?;
        let places = self.explain(values)?;
        let from: Vec<usize> = places.iter().map(|place| place.interval).collect();
        let top: Vec<usize> = self.axes().iter().map(|axis| axis.cuts.bins() - 1).collect();
        let label = |cell: &[usize]| {
            let index = cell.iter().zip(&top).fold(0, |index, (interval, top)| index * (top + 1) + top - interval);
            self.labels()[index].as_str()
        };
        let Some(to) = least_steps(&from, &top, |cell| wanted(label(cell))) else { return Ok(None) };
        let changes = self.axes().iter().zip(&places).zip(&to).filter(|((_, place), to)| **to > place.interval);
        let change = |((axis, place), &to): ((&super::GridAxis, &CutPlace), &usize)| {
            let cut = axis.cuts.as_slice()[to - 1];
            let by = axis.named(finite("distance to a cut", cut - place.value))?;
            Ok(MeasureChange { measure: axis.measure.clone(), target: Target::AtLeast(cut), by })
        };
        changes.map(change).collect::<Result<_, _>>().map(Some)
    }
}
