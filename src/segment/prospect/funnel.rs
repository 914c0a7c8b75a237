use super::expected_sales;
use crate::segment::{SegmentError, distinct, finite};
use crate::units::{Probability, Span, TimeUnit, UnitError, in_range};

/// A stage of a sales funnel: who is in it, and how they leave it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FunnelStage {
    /// Its name.
    pub label: String,
    /// How many prospects are in it now.
    pub prospects: u64,
    /// The chance to reach the next stage; after the last one, to buy.
    pub conversion: Probability,
    /// How long one stays in it on average.
    pub duration: Span,
}

/// Stages through which prospects pass on their way to a purchase.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Flow, Funnel, FunnelStage};
/// use customer_value::{Probability, Span, TimeUnit};
///
/// let stage = |label: &str, prospects, conversion, days| Ok::<_, customer_value::UnitError>(FunnelStage {
///     label: label.into(),
///     prospects,
///     conversion: Probability::new(conversion)?,
///     duration: Span::days(days)?,
/// });
/// let funnel = Funnel::new([stage("visited", 80, 0.5, 10.0)?, stage("test drive", 40, 0.25, 20.0)?])?;
/// assert_eq!(funnel.conversion().get(), 0.125);
/// assert_eq!(funnel.expected_sales()?, 80.0 * 0.125 + 40.0 * 0.25);
/// // Eight a day come in, so that in the long run 80 are in the first stage and also 80 in the second.
/// assert_eq!(funnel.stocks(Flow::new(8.0, TimeUnit::Day)?)?, [80.0, 80.0]);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "销售漏斗")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Vec<FunnelStage>", into = "Vec<FunnelStage>")
)]
pub struct Funnel {
    stages: Vec<FunnelStage>,
}

impl Funnel {
    /// A funnel of these stages, the first one first.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NoBins`] without a stage, [`SegmentError::DuplicateLabel`].
    pub fn new(stages: impl Into<Vec<FunnelStage>>) -> Result<Self, SegmentError> {
        let stages = stages.into();
        distinct(stages.iter().map(|stage| stage.label.clone()).collect())?;
        if stages.is_empty() { Err(SegmentError::NoBins) } else { Ok(Self { stages }) }
    }

    /// The stages.
    pub fn stages(&self) -> &[FunnelStage] {
        &self.stages
    }

    /// The chance that somebody who enters the funnel buys.
    pub fn conversion(&self) -> Probability {
        self.chances()[0]
    }

    /// The chance that somebody buys, by the stage they are in.
    ///
    /// # Formula
    ///
    /// ```text
    /// chance at stage i = cᵢ · cᵢ₊₁ · … · cₙ
    /// ```
    pub fn chances(&self) -> Vec<Probability> {
        let mut chance = 1.0;
        let from_the_end = self.stages.iter().rev().map(|stage| {
            chance *= stage.conversion.get();
            Probability::computed(chance)
        });
        let mut chances: Vec<Probability> = from_the_end.collect();
        chances.reverse();
        chances
    }

    /// The sales to expect of those who are in the funnel now.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TooLarge`].
    pub fn expected_sales(&self) -> Result<f64, SegmentError> {
        expected_sales(self.stages.iter().map(|stage| stage.prospects).zip(self.chances()))
    }

    /// How many prospects are in each stage in the long run, when so many enter the funnel.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TooLarge`].
    pub fn stocks(&self, entering: Flow) -> Result<Vec<f64>, SegmentError> {
        let mut flow = entering;
        let stock = |stage: &FunnelStage| {
            let stock = flow.stock(stage.duration)?;
            flow.per_day *= stage.conversion.get();
            Ok(stock)
        };
        self.stages.iter().map(stock).collect()
    }
}

impl TryFrom<Vec<FunnelStage>> for Funnel {
    type Error = SegmentError;

    fn try_from(stages: Vec<FunnelStage>) -> Result<Self, SegmentError> {
        Self::new(stages)
    }
}

impl From<Funnel> for Vec<FunnelStage> {
    fn from(funnel: Funnel) -> Self {
        funnel.stages
    }
}

/// How many come in, or go out, in a time.
///
/// # Formula
///
/// Little's law, for anything that is in balance:
///
/// ```text
/// stock = flow · time
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::segment::Flow;
/// use customer_value::{Span, TimeUnit};
///
/// let leads = Flow::new(30.0, TimeUnit::Month)?;
/// let stock = leads.stock(Span::new(2.0, TimeUnit::Month)?)?;
/// assert!((stock - 60.0).abs() < 1e-12);
/// assert!((leads.time(60.0)?.in_unit(TimeUnit::Month) - 2.0).abs() < 1e-12);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Little (1961), *A proof for the queuing formula L = λW*.
#[doc(alias = "Little law")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Flow {
    per_day: f64,
}

impl Flow {
    /// So many in each unit of time.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the flow lies between 0 and 1e300.
    pub fn new(count: f64, unit: TimeUnit) -> Result<Self, UnitError> {
        Ok(Self { per_day: in_range("flow", count, 0.0, Self::MOST)? / unit.days() + 0.0 })
    }

    /// So that the same flow per year is a number.
    const MOST: f64 = 1e300;

    /// The flow that keeps up a stock in which everybody stays this long.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the stock is finite and not negative, and the flow at most 1e300 a day, which it is not for
    /// no time at all.
    pub fn keeping(stock: f64, time: Span) -> Result<Self, UnitError> {
        let stock = in_range("stock", stock, 0.0, f64::MAX)?;
        Self::new(stock / time.as_days(), TimeUnit::Day)
    }

    /// How many pass in each unit of time.
    pub const fn per(self, unit: TimeUnit) -> f64 {
        self.per_day * unit.days()
    }

    /// How many are in at once, when everybody stays this long.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TooLarge`].
    pub fn stock(self, time: Span) -> Result<f64, SegmentError> {
        finite("stock", self.per_day * time.as_days())
    }

    /// How long everybody stays, when so many are in at once.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Unit`] unless the stock is finite and not negative and the time one that a [`Span`] holds, which
    /// a flow of nobody has not.
    pub fn time(self, stock: f64) -> Result<Span, SegmentError> {
        let stock = in_range("stock", stock, 0.0, f64::MAX)?;
        Ok(Span::days(stock / self.per_day)?)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    per_day: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Flow {
    type Error = UnitError;

    fn try_from(raw: Unchecked) -> Result<Self, UnitError> {
        Self::new(raw.per_day, TimeUnit::Day)
    }
}
