use super::{ExchangeError, at_least, expected, one_currency};
use crate::units::{ExpectedMoney, Money, Probability};

/// How much the income of periods varies about its mean.
///
/// # Formula
///
/// ```text
/// deviation² = Σ (x − x̄)² / (n − 1)        downside² = Σ min(0, x − x̄)² / (n − 1)
/// ```
///
/// Both have one divisor, so that downside and upside squared add up to the variance.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::CashVariability;
/// use customer_value::{Currency, Money};
///
/// let income = [80, 100, 120].map(|major| Money::from_minor(100 * major, Currency::EUR));
/// let variability = CashVariability::of(&income)?;
/// assert_eq!(variability.deviation.amount(), 20.0);
/// assert_eq!(variability.coefficient(), Some(0.2));
/// # Ok::<(), customer_value::exchange::ExchangeError>(())
/// ```
#[doc(alias = "稳定的收入")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CashVariability {
    /// Income of a mean period.
    pub mean: ExpectedMoney,
    /// The standard deviation.
    pub deviation: ExpectedMoney,
    /// The semi-deviation: what periods below the mean contribute to it.
    pub downside: ExpectedMoney,
}

impl CashVariability {
    /// The variability of what came in, one amount a period.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooFew`] for fewer than two periods, [`ExchangeError::Item`] for one in another currency than the
    /// first.
    pub fn of(income: &[Money]) -> Result<Self, ExchangeError> {
        at_least("periods of income", income.len(), 2)?;
        let currency = one_currency("periods of income", income.iter().map(|amount| amount.currency()))?;
        let amounts: Vec<f64> = income.iter().map(|amount| amount.to_f64()).collect();
        let mean = amounts.iter().sum::<f64>() / amounts.len() as f64;
        let root_mean_square = |part: fn(f64) -> f64| {
            let squares: f64 = amounts.iter().map(|amount| part(amount - mean).powi(2)).sum();
            (squares / (amounts.len() - 1) as f64).sqrt()
        };
        Ok(Self {
            mean: expected("mean income", mean, currency)?,
            deviation: expected("deviation of income", root_mean_square(|difference| difference), currency)?,
            downside: expected("downside of income", root_mean_square(|difference| difference.min(0.0)), currency)?,
        })
    }

    /// The deviation as a share of the mean; `None` unless the mean is positive, or when the share is no number.
    #[doc(alias = "coefficient of variation")]
    pub fn coefficient(&self) -> Option<f64> {
        let coefficient = self.deviation.amount() / self.mean.amount();
        (self.mean.amount() > 0.0 && coefficient.is_finite()).then_some(coefficient)
    }
}

/// The least that a base of customers yields, at a level of confidence, over scenarios of what may happen.
///
/// # Formula
///
/// ```text
/// floor = quantile of the scenarios at 1 − confidence (type 7)        at risk = mean − floor
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::IncomeAtRisk;
/// use customer_value::{Currency, ExpectedMoney, Probability};
///
/// let scenarios = [50.0, 90.0, 100.0, 110.0, 150.0]
///     .map(|amount| ExpectedMoney::new(amount, Currency::USD))
///     .into_iter()
///     .collect::<Result<Vec<_>, _>>()?;
/// let risk = IncomeAtRisk::of(&scenarios, Probability::new(0.75)?)?;
/// assert_eq!((risk.expected.amount(), risk.floor.amount(), risk.at_risk.amount()), (100.0, 90.0, 10.0));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "value at risk")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IncomeAtRisk {
    /// The mean of the scenarios.
    pub expected: ExpectedMoney,
    /// What income falls below with a probability of one minus the confidence.
    pub floor: ExpectedMoney,
    /// How far the floor lies below the mean.
    pub at_risk: ExpectedMoney,
}

impl IncomeAtRisk {
    /// The floor of equally likely scenarios.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooFew`] without a scenario, [`ExchangeError::Item`] for one in another currency than the first,
    /// [`ExchangeError::TooLarge`] when the floor is further from the mean than any number.
    pub fn of(scenarios: &[ExpectedMoney], confidence: Probability) -> Result<Self, ExchangeError> {
        let currency = one_currency("scenarios", scenarios.iter().map(|scenario| scenario.currency()))?;
        let mut sorted: Vec<f64> = scenarios.iter().map(|scenario| scenario.amount()).collect();
        sorted.sort_by(f64::total_cmp);
        let mean = mean(&sorted);
        let floor = interpolated_quantile(&sorted, confidence.complement().get());
        Ok(Self {
            expected: ExpectedMoney::known(mean, currency),
            floor: ExpectedMoney::known(floor, currency),
            at_risk: expected("income at risk", mean - floor, currency)?,
        })
    }
}

/// The mean of at least one finite number, which is finite.
fn mean(amounts: &[f64]) -> f64 {
    let count = amounts.len() as f64;
    let sum: f64 = amounts.iter().sum();
    if sum.is_finite() {
        return sum / count;
    }
    // Scenarios near 1e308 have no sum, but no partial sum of these exceeds the largest of them by more than rounding.
    amounts.iter().map(|amount| amount / count).sum::<f64>().clamp(f64::MIN, f64::MAX)
}

/// Hyndman & Fan (1996), type 7, of at least one ascending number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the last index")]
fn interpolated_quantile(ascending: &[f64], level: f64) -> f64 {
    let last = ascending.len() - 1;
    let position = last as f64 * level;
    let below = (position as usize).min(last);
    let above = (below + 1).min(last);
    let [low, high] = [ascending[below], ascending[above]];
    // Halves, because the distance from −1e308 to 1e308 is no number.
    let half = 0.5 * low + (position - below as f64) * (0.5 * high - 0.5 * low);
    (2.0 * half).clamp(low, high)
}
