use super::IndexError;
use super::error::{at_least, same_length};
use crate::units::{Money, same_currency};

/// What was planned and what was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Attainment {
    /// The plan.
    pub planned: Money,
    /// The result.
    pub actual: Money,
    /// The result less the plan; negative where the plan was missed.
    pub ahead: Money,
}

impl Attainment {
    fn new(planned: Money, actual: Money) -> Result<Self, IndexError> {
        Ok(Self { planned, actual, ahead: actual.checked_sub(planned)? })
    }

    /// The result over the plan; `None` unless the plan is above zero, of which alone there are shares.
    #[doc(alias = "计划完成率")]
    pub fn ratio(&self) -> Option<f64> {
        let planned = self.planned.to_f64();
        (planned > 0.0).then(|| self.actual.to_f64() / planned).filter(|ratio| ratio.is_finite())
    }
}

/// A period of a plan, and all periods up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PeriodAttainment {
    /// This period.
    pub period: Attainment,
    /// From the first period to the end of this one.
    pub cumulative: Attainment,
}

/// How far plans were fulfilled, period by period and cumulatively.
///
/// # Errors
///
/// [`IndexError::TooFew`] without periods, [`IndexError::Lengths`] unless each has a plan and a result,
/// [`IndexError::Money`] when currencies differ or a sum is too large.
///
/// # Examples
///
/// ```
/// use customer_value::index::attainment;
/// use customer_value::{Currency, Money};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let months = attainment(&[usd(100), usd(100)], &[usd(80), usd(130)])?;
/// assert_eq!(months[0].period.ratio(), Some(0.8));
/// assert_eq!(months[1].cumulative.ratio(), Some(1.05));
/// assert_eq!(months[1].cumulative.ahead, usd(10));
/// # Ok::<(), customer_value::index::IndexError>(())
/// ```
#[doc(alias = "计划完成情况分析")]
pub fn attainment(plan: &[Money], actual: &[Money]) -> Result<Vec<PeriodAttainment>, IndexError> {
    at_least("periods", 1, plan.len())?;
    same_length("results", plan.len(), actual.len())?;
    let zero = Money::zero(plan[0].currency());
    let (mut planned, mut reached) = (zero, zero);
    let mut periods = Vec::with_capacity(plan.len());
    for (&plan, &result) in plan.iter().zip(actual) {
        same_currency(zero.currency(), plan.currency())?;
        (planned, reached) = (planned.checked_add(plan)?, reached.checked_add(result)?);
        let (period, cumulative) = (Attainment::new(plan, result)?, Attainment::new(planned, reached)?);
        periods.push(PeriodAttainment { period, cumulative });
    }
    Ok(periods)
}
