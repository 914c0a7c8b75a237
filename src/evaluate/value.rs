use super::{
    EvaluationError, Score,
    assessment::mean,
    count::pinball,
    error::{each, finite},
};
use crate::{
    lifetime::{DistributionError, UndiscountedValue},
    math::integrate_from_zero,
    parallel,
    units::{Currency, ExpectedMoney, Probability, same_currency},
};

impl UndiscountedValue {
    /// The continuous ranked probability score of what a customer turned out to be worth: the absolute error of a whole
    /// distribution, in money; less is better.
    ///
    /// # Formula
    ///
    /// ```text
    /// CRPS = ∫ (F(s) − [y ≤ s])² ds = ∫₀ʸ F² ds + ∫_y^∞ (1 − F)² ds
    /// ```
    ///
    /// Both parts are integrated as they stand, the far end of the second in 1/s.
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteMean`](crate::SpendError::NoFiniteMean); a currency that differs, or a value too large for a
    /// number.
    #[doc(alias = "continuous ranked probability score")]
    pub fn crps(&self, actual: ExpectedMoney) -> Result<ExpectedMoney, DistributionError> {
        let currency = self.currency();
        same_currency(currency, actual.currency())?;
        let scale = self.mean()?.amount();
        let y = actual.amount();
        // Below zero there is no value, so that all of the distance counts.
        let missed = (-y).max(0.0);
        let y = y.max(0.0);
        let below = |s: f64| self.cdf(ExpectedMoney::known(s, currency)).map_or(f64::NAN, Probability::get);
        let above =
            |s: f64| self.probability_above(ExpectedMoney::known(s, currency)).map_or(f64::NAN, Probability::get);
        let lower = if y > 0.0 { integrate_from_zero(y, |s| 2.0 * below(s).ln()) } else { 0.0 };
        let upper = if scale <= 0.0 {
            0.0
        } else {
            // From y to a turn, and from there in w = 1/s, where the tail is a power near zero.
            let turn = scale.max(2.0 * y);
            let near = integrate_from_zero(turn - y, |s| 2.0 * above(y + s).ln());
            near + integrate_from_zero(turn.recip(), |w| 2.0 * above(w.recip()).ln() - 2.0 * w.ln())
        };
        Ok(ExpectedMoney::new(missed + lower + upper, currency)?)
    }

    /// The quantile (pinball) loss at a level: level · (y − q) above the quantile q, (1 − level) · (q − y) below.
    ///
    /// # Errors
    ///
    /// As [`Self::quantile`]; a currency that differs.
    #[doc(alias = "pinball loss")]
    pub fn quantile_loss(&self, level: Probability, actual: ExpectedMoney) -> Result<ExpectedMoney, DistributionError> {
        same_currency(self.currency(), actual.currency())?;
        let loss = pinball(level, self.quantile(level)?.amount(), actual.amount());
        Ok(ExpectedMoney::new(loss, self.currency())?)
    }
}

/// Distributions of what customers will spend, beside what they spent.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::{Score, ValueAssessment};
/// use customer_value::{
///     BetaGeometricParams, BgNbd, CountModel, Currency, ExpectedMoney, GammaGamma, GammaGammaParams, Margin,
///     PurchaseHistory, Span, UndiscountedValue,
/// };
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: ExpectedMoney::new(15.44, Currency::USD)? })?;
/// let newcomer = model.forecast(&PurchaseHistory::acquired());
/// let value = UndiscountedValue::new(&newcomer, &spend.newcomer(), Span::weeks(39.0)?, Margin::FULL)?;
/// let nothing = ExpectedMoney::zero(Currency::USD);
/// let judged = ValueAssessment::new(vec![value.clone()], vec![nothing])?;
/// // That nothing would be spent was more likely than not: the median is right, the mean is not.
/// assert_eq!(judged.mean_loss(Score::AbsoluteErrorOfMedian)?.amount(), 0.0);
/// assert_eq!(judged.mean_loss(Score::AbsoluteError)?, value.mean()?);
/// assert!(judged.mean_loss(Score::Crps)?.amount() < value.mean()?.amount());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ValueAssessment {
    values: Vec<UndiscountedValue>,
    actual: Vec<ExpectedMoney>,
    currency: Currency,
}

impl ValueAssessment {
    /// Distributions and what was then spent, customer by customer, in one currency.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Empty`], [`EvaluationError::Lengths`]; [`EvaluationError::Customer`] names the first customer with
    /// another currency.
    pub fn new(values: Vec<UndiscountedValue>, actual: Vec<ExpectedMoney>) -> Result<Self, EvaluationError> {
        if values.len() != actual.len() {
            return Err(EvaluationError::Lengths { forecasts: values.len(), actual: actual.len() });
        }
        let Some(currency) = values.first().map(UndiscountedValue::currency) else {
            return Err(EvaluationError::Empty);
        };
        let same = |(value, actual): (&UndiscountedValue, &ExpectedMoney)| {
            same_currency(currency, value.currency())?;
            Ok(same_currency(currency, actual.currency())?)
        };
        each(values.iter().zip(&actual).map(same).collect())?;
        Ok(Self { values, actual, currency })
    }

    /// The loss on each customer, in major units, those of the squared error squared.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::NotScored`] for the log score, as nothing at all has a probability and other amounts a density;
    /// [`EvaluationError::Customer`] names the first customer whose value has no such number, or one that is too large.
    pub fn losses(&self, score: Score) -> Result<Vec<f64>, EvaluationError> {
        let one = |index: usize| {
            let (value, actual) = (&self.values[index], self.actual[index]);
            let miss = |forecast: ExpectedMoney| forecast.amount() - actual.amount();
            let loss = match score {
                Score::Log => return Err(EvaluationError::NotScored { score }),
                Score::Crps => value.crps(actual)?.amount(),
                Score::Quantile(level) => value.quantile_loss(level, actual)?.amount(),
                Score::AbsoluteError => miss(value.mean()?).abs(),
                Score::AbsoluteErrorOfMedian => miss(value.quantile(Probability::HALF)?).abs(),
                Score::SquaredError => miss(value.mean()?).powi(2),
            };
            finite("loss", loss)
        };
        each(parallel::map_indices(self.values.len(), one))
    }

    /// The mean loss over customers, in money.
    ///
    /// # Errors
    ///
    /// As [`Self::losses`]; [`EvaluationError::NotScored`] for the squared error too, which is no money: see
    /// [`Self::root_mean_squared_error`].
    pub fn mean_loss(&self, score: Score) -> Result<ExpectedMoney, EvaluationError> {
        if score == Score::SquaredError {
            return Err(EvaluationError::NotScored { score });
        }
        Ok(ExpectedMoney::new(mean(&self.losses(score)?), self.currency)?)
    }

    /// The root of the mean squared error of the means.
    ///
    /// # Errors
    ///
    /// As [`Self::losses`].
    #[doc(alias = "RMSE")]
    pub fn root_mean_squared_error(&self) -> Result<ExpectedMoney, EvaluationError> {
        Ok(ExpectedMoney::new(mean(&self.losses(Score::SquaredError)?).sqrt(), self.currency)?)
    }

    /// The total that was expected less the total that was spent.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Customer`] names the first customer without a finite mean.
    pub fn bias(&self) -> Result<ExpectedMoney, EvaluationError> {
        let miss = |(value, actual): (&UndiscountedValue, &ExpectedMoney)| Ok(value.mean()?.amount() - actual.amount());
        let misses = each(self.values.iter().zip(&self.actual).map(miss).collect())?;
        Ok(ExpectedMoney::new(misses.iter().sum(), self.currency)?)
    }
}
