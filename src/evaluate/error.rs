use super::{Score, Trait};
use crate::{
    cohort::{CohortError, HistoryError},
    fit::FitError,
    lifetime::{DistributionError, SpendError, ValuationError},
    progress::Progress,
    units::{Day, MoneyError, Span},
};

/// Why forecasts cannot be made or judged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// There is nobody to judge forecasts by.
    #[error("no customers, expected at least one")]
    Empty,
    /// Each customer needs a forecast and a number to judge it by.
    #[error("{forecasts} forecasts and {actual} actual numbers, expected equally many")]
    Lengths {
        /// How many forecasts there are.
        forecasts: usize,
        /// How many numbers to judge them by.
        actual: usize,
    },
    /// A number that is no probability stands in a distribution.
    #[error("P({count}) is {value}, expected 0 to 1")]
    NotAProbability {
        /// Of which count.
        count: usize,
        /// The number given.
        value: f64,
    },
    /// Probabilities do not sum to one.
    #[error("probabilities sum to {sum}, expected 1")]
    NotADistribution {
        /// Their sum.
        sum: f64,
    },
    /// A forecast of a count, or a standard error, is outside its range.
    #[error("{quantity} is {value}, expected a number from 0 to 1e100")]
    OutOfRange {
        /// Which number.
        quantity: &'static str,
        /// The number given.
        value: f64,
    },
    /// A place where a density has no value.
    #[error("density of {of:?} at {value}, expected a number {}", inside(*.of))]
    OutsideDensity {
        /// What the density is of.
        of: Trait,
        /// The place given.
        value: f64,
    },
    /// A forecast does not say what a score asks of it.
    #[error("{score} needs a density or probabilities, which this forecast does not give")]
    NotScored {
        /// The score.
        score: Score,
    },
    /// What happened had been called impossible, so that its logarithmic score is infinite.
    #[error("{observed} purchases were made, to which the forecast gave the probability zero")]
    Impossible {
        /// What happened.
        observed: u32,
    },
    /// What happened lies beyond the counts that the distribution tells apart.
    #[error("{observed} purchases were made, the distribution is known up to {most}")]
    BeyondSupport {
        /// What happened.
        observed: u32,
        /// The last count whose probability is known.
        most: u32,
    },
    /// Nobody bought, so that there is no order of customers to be found.
    #[error("nobody bought, expected a purchase to rank customers by")]
    NothingBought,
    /// Classes, or steps of a picture, were to be none.
    #[error("{what} of 0, expected at least 1")]
    Zero {
        /// What was to be none.
        what: &'static str,
    },
    /// A picture, or a class of it, of more parts than can be shown.
    #[error("{number} {what}, expected at most {most}")]
    TooMany {
        /// Of what there are too many.
        what: &'static str,
        /// How many were asked for.
        number: u64,
        /// How many there may be.
        most: u64,
    },
    /// Too few customers for a statement about all.
    #[error("{customers} customers, expected at least {least}")]
    TooFew {
        /// How many there are.
        customers: usize,
        /// How many are needed.
        least: usize,
    },
    /// A column without variation is correlated with nothing.
    #[error("{column} is the same for all {customers} customers, expected values that differ")]
    Constant {
        /// Which column.
        column: &'static str,
        /// How many customers there are.
        customers: usize,
    },
    /// Classes that were stored are not in order.
    #[error("classes do not ascend, expected each to end before the next begins")]
    ClassesNotAscending,
    /// A backtest without a cut.
    #[error("no cuts, expected at least one")]
    NoCuts,
    /// A backtest without a forecast to judge.
    #[error("no models and no baselines, expected at least one of them")]
    NoContenders,
    /// Cuts are given twice, or not in order.
    #[error("cut {index} (from 0) is not later than the one before it")]
    CutsNotAscending {
        /// Which cut.
        index: usize,
    },
    /// Forecasts that come from no model tell nothing of spend.
    #[error("{name} is no fitted model, expected one to value customers by")]
    NoModel {
        /// Whose forecasts they are.
        name: String,
    },
    /// The holdout ends at the end of no day.
    #[error("horizon is {horizon}, expected whole days, at least one")]
    Horizon {
        /// The horizon given.
        horizon: Span,
    },
    /// The log knows no customer at a cut, or at an earlier one from which a baseline learns.
    #[error("the log knows no customer on {cut}")]
    NobodyYet {
        /// The cut.
        cut: Day,
    },
    /// A model cannot be fitted to what was known at a cut.
    #[error("{model} at the cut on {cut}: {source}")]
    Fit {
        /// The cut.
        cut: Day,
        /// The model.
        model: String,
        /// Why not.
        source: FitError,
    },
    /// A customer has no forecast, or none that can be judged.
    #[error("customer {index} (from 0): {source}")]
    Customer {
        /// The position among the customers.
        index: usize,
        /// Why not.
        source: Box<EvaluationError>,
    },
    /// A score or a moment is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was computed.
        quantity: &'static str,
    },
    /// The customers of a model do not differ in this.
    #[error("customers of {model} have no {of:?}")]
    NoTrait {
        /// The model.
        model: &'static str,
        /// What was asked for.
        of: Trait,
    },
    /// The observer asked to stop.
    #[error("stopped by the observer after {} of {}", .0.done, .0.of)]
    Stopped(Progress),
    /// A cut or the end of a holdout is outside the log.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// A history of a grid is impossible.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A distribution has no number.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// A model of spend has no number.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// Spend of a cohort that knows none.
    #[error(transparent)]
    Valuation(#[from] ValuationError),
    /// Amounts do not combine.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

const fn inside(of: Trait) -> &'static str {
    match of {
        Trait::PurchaseRate | Trait::DropoutRate => "above 0",
        Trait::DropoutProbability => "above 0 and below 1",
    }
}

/// A count or an error of one that a forecast may name: far beyond any, and its square is a number.
pub(super) fn countable(quantity: &'static str, value: f64) -> Result<f64, EvaluationError> {
    if (0.0..=1e100).contains(&value) { Ok(value) } else { Err(EvaluationError::OutOfRange { quantity, value }) }
}

/// A number that is finite, unless what it is made of was too large.
pub(super) fn finite(quantity: &'static str, value: f64) -> Result<f64, EvaluationError> {
    if value.is_finite() { Ok(value) } else { Err(EvaluationError::TooLarge { quantity }) }
}

/// What a customer was to be given, or the error with the customer's position.
pub(super) fn each<R>(results: Vec<Result<R, EvaluationError>>) -> Result<Vec<R>, EvaluationError> {
    let named = |(index, result): (usize, Result<R, EvaluationError>)| {
        result.map_err(|source| EvaluationError::Customer { index, source: Box::new(source) })
    };
    results.into_iter().enumerate().map(named).collect()
}
