mod crps;
mod total;

pub use total::TotalValueForecast;

use super::{
    EvaluationError, Score,
    assessment::mean,
    error::{each, finite},
    score::pinball,
};
use crate::{
    lifetime::{DistributionError, UndiscountedValue},
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
    /// CRPS = ∫ (F(s) − [y ≤ s])² ds = E min(S, S') + y − 2 E min(S, y)
    /// ```
    ///
    /// ```math
    /// \mathrm{CRPS} = \int \bigl(F(s) - [y \le s]\bigr)^2\,ds = \mathbb E\min(S, S') + y - 2\,\mathbb E\min(S, y)
    /// ```
    ///
    /// where S' is another customer's value with the same distribution: the first term does not depend on `y`, and the last
    /// is a finite sum. Of a value that is nearly certain they cancel but for its spread.
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteMean`](crate::SpendError::NoFiniteMean); a currency that differs, or a value too large for a
    /// number.
    ///
    /// # References
    ///
    /// Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, Journal of the American
    /// Statistical Association 102, eq. 21: the CRPS by mean distances, from which these follow.
    #[doc(alias = "continuous ranked probability score")]
    pub fn crps(&self, actual: ExpectedMoney) -> Result<ExpectedMoney, DistributionError> {
        same_currency(self.currency(), actual.currency())?;
        self.crps_beside(self.smaller_of_two()?, actual)
    }

    /// What the score of a customer has whatever was spent.
    fn smaller_of_two(&self) -> Result<f64, DistributionError> {
        // Without a mean there is no score either.
        self.mean()?;
        Ok(crps::smaller_of_two(self))
    }

    fn crps_beside(&self, smaller_of_two: f64, actual: ExpectedMoney) -> Result<ExpectedMoney, DistributionError> {
        let spent = self.spent(actual)?;
        // Below zero there is no value, so that all of the distance counts.
        let (missed, y) = ((-spent).max(0.0), spent.max(0.0));
        let distance = smaller_of_two + (y - 2.0 * self.mean_up_to(y));
        Ok(ExpectedMoney::new(self.margin * (missed + distance.max(0.0)), self.currency())?)
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
        let groups = self.alike();
        let judged = parallel::map(&groups, |customers| {
            // What it takes of the distribution, once for all who share it.
            let known = known(&self.values[customers[0]], score);
            let loss = |&customer: &usize| self.loss(customer, score, known.clone()?);
            customers.iter().map(loss).collect::<Vec<_>>()
        });
        let mut losses: Vec<_> = groups.into_iter().flatten().zip(judged.into_iter().flatten()).collect();
        losses.sort_by_key(|(customer, _)| *customer);
        each(losses.into_iter().map(|(_, loss)| loss).collect())
    }

    /// The loss on one customer, from what is known of the distribution.
    fn loss(&self, customer: usize, score: Score, known: f64) -> Result<f64, EvaluationError> {
        let actual = self.actual[customer];
        let miss = known - actual.amount();
        let loss = match score {
            Score::Log => return Err(EvaluationError::NotScored { score }),
            Score::Crps => self.values[customer].crps_beside(known, actual)?.amount(),
            Score::Quantile(level) => pinball(level, known, actual.amount()),
            Score::AbsoluteError | Score::AbsoluteErrorOfMedian => miss.abs(),
            Score::SquaredError => miss.powi(2),
        };
        finite("loss", loss)
    }

    /// The customers in groups with the same distribution of value.
    fn alike(&self) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|&one, &other| self.values[one].compare(&self.values[other]));
        order.chunk_by(|&one, &other| self.values[one] == self.values[other]).map(<[usize]>::to_vec).collect()
    }

    /// The currency of all amounts.
    pub const fn currency(&self) -> Currency {
        self.currency
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

    /// All that was expected to be spent beside all that was. `parameters` is the standard error of the expected total
    /// that estimated parameters leave.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Customer`] names the first customer without a finite mean; [`EvaluationError::OutOfRange`] for an
    /// error that is not from 0 to 1e100, [`EvaluationError::Money`] for one in another currency.
    pub fn total(&self, parameters: Option<ExpectedMoney>) -> Result<TotalValueForecast, EvaluationError> {
        TotalValueForecast::new(&self.values, &self.actual, self.currency, parameters)
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

/// What a score asks of a distribution: a forecast, or what the CRPS has whatever was spent.
fn known(value: &UndiscountedValue, score: Score) -> Result<f64, EvaluationError> {
    Ok(match score {
        Score::Log => return Err(EvaluationError::NotScored { score }),
        Score::Crps => value.smaller_of_two()?,
        Score::Quantile(level) => value.quantile(level)?.amount(),
        Score::AbsoluteErrorOfMedian => value.quantile(Probability::HALF)?.amount(),
        Score::AbsoluteError | Score::SquaredError => value.mean()?.amount(),
    })
}
