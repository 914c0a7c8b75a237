use std::cell::Cell;

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
    /// Below y, P(Y = 0)² is taken out of F², which then rises from zero like a power; from y on the integral is formed in
    /// 1/s. Where y is far below what is usual, the range up to there is that of (1 − F(0))², less what is missing of it.
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteMean`](crate::SpendError::NoFiniteMean); a currency that differs, or a value too large for a
    /// number.
    #[doc(alias = "continuous ranked probability score")]
    pub fn crps(&self, actual: ExpectedMoney) -> Result<ExpectedMoney, DistributionError> {
        let currency = self.currency();
        same_currency(currency, actual.currency())?;
        // Without a mean there is no score either.
        self.mean()?;
        // Below zero there is no value, so that all of the distance counts.
        let missed = (-actual.amount()).max(0.0);
        let y = self.spent(actual)?.max(0.0);
        let (nothing, something) = (self.probability_of_nothing().get(), self.something());
        let lower = nothing * nothing * y + up_to(y, |below| below * (2.0 * nothing + below), self);
        let upper = if something > 0.0 { upper(self, y, something) } else { 0.0 };
        Ok(ExpectedMoney::new(missed + self.margin * (lower + upper), currency)?)
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

/// ∫ f(P(0 < S ≤ s)) ds over (0, y), for an f that is zero at zero.
fn up_to(y: f64, f: impl Fn(f64) -> f64, value: &UndiscountedValue) -> f64 {
    if y > 0.0 { integrate_from_zero(y, |s| f(value.below(s)).ln()) } else { 0.0 }
}

/// ∫ P(S > s)² ds from y on, for a customer who buys something with probability `something`.
fn upper(value: &UndiscountedValue, y: f64, something: f64) -> f64 {
    /// A smaller share of 1 − F is summed for itself, though that takes more terms: at 1e-6 the rounding of the difference kept
    /// the quadrature halving where y is far out.
    const FAR: f64 = 0.1;
    let far = Cell::new(f64::INFINITY);
    let above = |s: f64| {
        let difference = if s < far.get() { something - value.below(s) } else { 0.0 };
        if difference > FAR * something {
            return difference;
        }
        far.set(far.get().min(s));
        value.above(s)
    };
    // Where most of the probability still lies above; of amounts that no currency has the reciprocal is kept finite.
    let turn = y.max(value.usual(something) / 4.0).max(f64::MIN_POSITIVE);
    let missing = |below: f64| below * (2.0 * something - below);
    let flat = if turn > y {
        something * something * (turn - y) - (up_to(turn, missing, value) - up_to(y, missing, value))
    } else {
        0.0
    };
    let ln_square = |w: f64| match above(w.recip()) {
        tail if tail > 0.0 => 2.0 * (tail.ln() - w.ln()),
        _ => f64::NEG_INFINITY,
    };
    flat + integrate_from_zero(turn.recip(), ln_square)
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
        let one = |&(value, actual): &(&UndiscountedValue, ExpectedMoney)| {
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
        let (distinct, which) = self.distinct();
        let losses = parallel::map(&distinct, one);
        each(which.into_iter().map(|at| losses[at].clone()).collect())
    }

    /// Customers who are alike in all, once, and for each customer which of them it is.
    fn distinct(&self) -> (Vec<(&UndiscountedValue, ExpectedMoney)>, Vec<usize>) {
        let of = |customer: usize| (&self.values[customer], self.actual[customer]);
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|&one, &other| {
            let ((one, paid), (other, other_paid)) = (of(one), of(other));
            one.compare(other).then(paid.amount().total_cmp(&other_paid.amount()))
        });
        let (mut distinct, mut which) = (Vec::new(), vec![0; order.len()]);
        for alike in order.chunk_by(|&one, &other| of(one) == of(other)) {
            for &customer in alike {
                which[customer] = distinct.len();
            }
            distinct.push(of(alike[0]));
        }
        (distinct, which)
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
