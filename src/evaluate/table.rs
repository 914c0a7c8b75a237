use std::sync::Arc;

use super::{CountDistribution, EvaluationError, error::each};
use crate::{
    cohort::PurchaseHistory,
    lifetime::{CohortForecast, CountModel, DistributionError, Forecast, Process, counts},
    math::logistic,
    units::Span,
};

/// What is left out of a table, as a share of what is not.
const TAIL: f64 = 1e-16;

impl CountDistribution {
    /// The purchases within a span that a model forecasts for a customer.
    ///
    /// # Errors
    ///
    /// [`DistributionError::TooManyPurchases`] when more than 20,000 would have to be told apart.
    pub fn of<P: Process>(forecast: &Forecast<P>, within: Span) -> Result<Self, EvaluationError> {
        Self::up_to(forecast, within, 0)
    }

    /// The same, known at least up to a count.
    pub(super) fn up_to<P: Process>(forecast: &Forecast<P>, within: Span, most: u32) -> Result<Self, EvaluationError> {
        Ok(Self::known(forecast.log_odds_alive(), living(forecast.given_alive(), within, most)?))
    }

    fn known(log_odds: f64, living: Arc<[f64]>) -> Self {
        Self { gone: logistic(-log_odds), alive: logistic(log_odds), living }
    }
}

fn living<P: Process>(alive: &P, within: Span, up_to: u32) -> Result<Arc<[f64]>, DistributionError> {
    let some = counts(alive, within, TAIL, up_to)?;
    Ok(std::iter::once(alive.probability_of(0, within)).chain(some).collect())
}

impl<M: CountModel<History = PurchaseHistory>, Id> CohortForecast<'_, M, Id> {
    /// How likely each number of purchases within a span is for each customer, at least up to `up_to`: the largest number
    /// that forecasts will be judged by.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Customer`] names the first customer for whom more than 20,000 purchases would have to be told
    /// apart.
    pub fn count_distributions(&self, within: Span, up_to: u32) -> Result<Vec<CountDistribution>, EvaluationError> {
        let tables = self.given_alive(|alive| living(alive, within, up_to), |_, table| table);
        let known = |(customer, table): (Forecast<_>, Result<_, DistributionError>)| {
            Ok(CountDistribution::known(customer.log_odds_alive(), table?))
        };
        each(self.iter().zip(tables).map(known).collect())
    }
}
