//! Value of the customer: from a purchase history to what is still to come.
//!
//! # Two layers
//!
//! A **population model** ([`CountModel`]) says how customers differ: how fast they buy, how soon they leave.
//! Given one history it answers two things: the odds that this customer is still alive, and the [`Process`]
//! that the customer follows if so. Everything else, from the chance of a purchase next week to the discounted
//! value of a lifetime, is written once for all models, in [`Forecast`].
//!
//! Fit a model with [`Mle`](crate::Mle), ask it for forecasts, and join purchases and spend in a [`Valuation`]:
//!
//! ```
//! use customer_value::{BetaGeometricParams, BgNbd, CountModel, MbgNbd, PurchaseHistory, Span};
//!
//! let params = BetaGeometricParams { r: 0.5, alpha: Span::weeks(6.0)?, a: 0.9, b: 1.6 };
//! let once = PurchaseHistory::new(0, Span::ZERO, Span::weeks(52.0)?)?;
//! assert_eq!(BgNbd::new(params)?.forecast(&once).probability_alive().get(), 1.0);
//! // a/b · ((α+T)/α)^r = 0.9/1.6 · √(58/6) are the odds of having left.
//! let odds_left = 0.9 / 1.6 * (58.0_f64 / 6.0).sqrt();
//! assert!((MbgNbd::new(params)?.forecast(&once).log_odds_alive() + odds_left.ln()).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which model
//!
//! | model | who leaves | P(alive) of one-time buyers |
//! | --- | --- | --- |
//! | [`Nbd`] | nobody | 1 |
//! | [`BgNbd`] | after a repeat purchase, with a probability of one's own | 1: nobody leaves before the second purchase |
//! | [`MbgNbd`] | after any purchase, the first included | below 1 |
//!
//! In all of them a customer buys at random (Poisson) at a rate of one's own, and rates are spread over customers
//! like a gamma distribution; the probability of leaving is spread like a beta distribution. [`BgNbd`] is the one
//! most often published; where many customers buy once and never again, take [`MbgNbd`], in which their P(alive) falls
//! with silence too. [`Nbd`] is the yardstick without leaving. Spend has a model of its own, [`GammaGamma`]; that spend
//! does not depend on how often somebody buys is an assumption, to be checked on your data.

mod beta_geometric;
mod bg_nbd;
mod cohort;
mod forecast;
mod gamma_gamma;
mod mbg_nbd;
mod nbd;
mod simulate;
mod valuation;

pub use beta_geometric::{BetaGeometricParams, BetaGeometricProcess};
pub use bg_nbd::BgNbd;
pub use cohort::CohortForecast;
pub use forecast::{Forecast, ForecastError};
pub use gamma_gamma::{GammaGamma, GammaGammaParams, SpendError, SpendForecast, SpendPatterns};
pub use mbg_nbd::MbgNbd;
pub use nbd::{Nbd, NbdParams, NbdProcess};
pub use simulate::simulate;
pub use valuation::{LifetimeValue, PeriodValue, Timing, TotalValue, Valuation, ValuationError};

use simulate::{Generator, LatentCustomer};

use crate::{
    cohort::{Patterns, PurchaseHistory, Survivors},
    math::{Jet, ln_rising_jet},
    units::{Currency, Horizon, Span, TimeUnit},
};

pub(crate) mod sealed {
    /// Keeps traits to the models of this crate: a new method is then no breaking change.
    pub trait Sealed {}
}

/// A model that can be fitted: a likelihood with its derivatives.
///
/// It is implemented by the models of this crate only; call [`Mle::fit`](crate::Mle::fit).
pub trait Likelihood: sealed::Sealed + Clone + PartialEq + std::fmt::Debug + Send + Sync {
    /// Grouped observations.
    type Data: Observations;

    /// The parameters, in the order in which estimates are listed.
    const PARAMETERS: &'static [Parameter];

    /// The model with these parameters; times in days, money in major units of the currency of `data`.
    #[doc(hidden)]
    fn from_natural(natural: &[f64], data: &Self::Data) -> Result<Self, ParameterError>;

    /// The parameters of the model, as in [`Likelihood::from_natural`].
    #[doc(hidden)]
    fn to_natural(&self) -> Vec<f64>;

    /// Points spread over all that the data may ask for, where a search may start; what is missing when nothing can be
    /// estimated.
    #[doc(hidden)]
    fn starts(data: &Self::Data) -> Result<Vec<Vec<f64>>, DataError>;

    /// The log-likelihood (times in days) with gradient and Hessian in the logarithms of the parameters.
    #[doc(hidden)]
    fn objective(natural: &[f64], data: &Self::Data) -> Jet;
}

/// What a report on a fit needs to know of the data.
pub trait Observations: sealed::Sealed + Sized {
    /// How many distinct rows there are.
    #[doc(hidden)]
    fn distinct(&self) -> usize;

    /// Every so many distinct rows.
    #[doc(hidden)]
    #[must_use]
    fn sample(&self, every: usize) -> Self;

    /// How many customers the likelihood counts.
    fn customers(&self) -> u64;

    /// How many densities in time the likelihood multiplies: it changes with the unit by this power.
    fn densities_in_time(&self) -> u64;
}

impl sealed::Sealed for Patterns {}

impl Observations for Patterns {
    fn distinct(&self) -> usize {
        self.rows().len()
    }

    fn sample(&self, every: usize) -> Self {
        Self::from_rows(self.rows().iter().step_by(every).copied())
    }

    fn customers(&self) -> u64 {
        self.customers()
    }

    fn densities_in_time(&self) -> u64 {
        self.repeats()
    }
}

/// A population whose customers make a countable number of purchases.
pub trait CountModel: Likelihood<Data = Patterns> {
    /// What a customer of this population does while alive.
    type Alive: Process;

    /// The logarithm of the odds that the customer is alive at the end of the history, and the process given
    /// that. Odds are infinite where the model knows that the customer is alive.
    #[doc(hidden)]
    fn update(&self, history: &PurchaseHistory) -> (f64, Self::Alive);

    /// What the process depends on: customers with equal keys have equal processes.
    #[doc(hidden)]
    fn process_key(history: &PurchaseHistory) -> (u32, u64) {
        (history.repeats(), history.age().as_days().to_bits())
    }

    /// A rate and a dropout behaviour drawn from the population.
    #[doc(hidden)]
    fn draw(&self, rng: &mut Generator) -> LatentCustomer;

    /// The logarithm of the likelihood of one history: one density per repeat purchase, per `unit` of time.
    fn ln_likelihood(&self, history: &PurchaseHistory, unit: TimeUnit) -> f64;

    /// What this customer will do next. A newcomer is the history [`PurchaseHistory::acquired`].
    fn forecast(&self, history: &PurchaseHistory) -> Forecast<Self::Alive> {
        let (log_odds, alive) = self.update(history);
        Forecast::new(log_odds, alive)
    }
}

/// What a customer does from now on, given alive now: the layer below every prediction.
///
/// Methods return expectations over all customers with the same history. Numbers of purchases have no unit; spans
/// carry theirs.
pub trait Process: sealed::Sealed + Copy + PartialEq + std::fmt::Debug + Send + Sync {
    /// P(still alive after this span): 1 at once, falling with time.
    fn survival(&self, after: Span) -> f64;

    /// P(at least one purchase within this span).
    fn any_purchase(&self, within: Span) -> f64;

    /// P(exactly `count` purchases within this span).
    fn probability_of(&self, count: u32, within: Span) -> f64;

    /// The expected number of purchases within this span.
    fn expected_purchases(&self, within: Span) -> f64;

    /// The expected sum of exp(−`force`·u) over purchases after `from` and up to the horizon, each u days from now;
    /// infinite where it diverges. `force` is per day, see
    /// [`DiscountRate::force_per_day`](crate::DiscountRate::force_per_day).
    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64;
}

/// A parameter of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// Its name in the literature.
    pub name: &'static str,
    /// What it measures.
    pub dimension: Dimension,
}

/// What a parameter measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// A pure number.
    Number,
    /// A time.
    Time,
    /// Money.
    Money,
}

impl Dimension {
    /// The legal range of a parameter. Within it no prediction overflows; accuracy is pinned from 1e-3 to 1e4.
    const fn range(self) -> (f64, f64) {
        match self {
            Self::Number | Self::Time => (1e-6, 1e6),
            Self::Money => (1e-6, 1e15),
        }
    }

    /// The range of its logarithm, a hair inside.
    pub(crate) fn ln_range(self) -> (f64, f64) {
        let (least, most) = self.range();
        (least.ln() + 1e-9, most.ln() - 1e-9)
    }
}

/// A parameter outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{model} parameter {parameter} is {value}, expected a number from {least:e} to {most:e} (times in days)")]
pub struct ParameterError {
    /// The model.
    pub model: &'static str,
    /// The name of the parameter.
    pub parameter: &'static str,
    /// The value given; a time in days, money in major units.
    pub value: f64,
    /// The least legal value.
    pub least: f64,
    /// The greatest legal value.
    pub most: f64,
}

/// Each parameter must lie in its legal range.
fn check<M: Likelihood>(model: &'static str, natural: &[f64]) -> Result<(), ParameterError> {
    for (parameter, &value) in M::PARAMETERS.iter().zip(natural) {
        let (least, most) = parameter.dimension.range();
        if !(least..=most).contains(&value) {
            return Err(ParameterError { model, parameter: parameter.name, value, least, most });
        }
    }
    Ok(())
}

/// Data from which parameters cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// There is no customer.
    #[error("there is no customer")]
    NoCustomers,
    /// Nobody came back: every rate could be zero.
    #[error("none of {customers} customers made a repeat purchase")]
    NoRepeats {
        /// How many customers there are.
        customers: u64,
    },
    /// Amounts in different currencies have no common scale.
    #[error("spend in {found} beside spend in {expected}, expected one currency")]
    MixedCurrencies {
        /// The currency of the first history.
        expected: Currency,
        /// Another.
        found: Currency,
    },
    /// No customer has a repeat purchase with a positive amount.
    #[error("no customer has positive spend on a repeat purchase")]
    NoSpend,
}

/// The checks that all count models share before a fit.
fn enough(data: &Patterns) -> Result<(), DataError> {
    match (data.customers(), data.repeats()) {
        (0, _) => Err(DataError::NoCustomers),
        (customers, 0) => Err(DataError::NoRepeats { customers }),
        _ => Ok(()),
    }
}

/// Mean repeat purchases and mean age in days, for the start of a search.
fn means(data: &Patterns) -> (f64, f64) {
    let customers = data.customers() as f64;
    let age: f64 = data.rows().iter().map(|row| row.customers as f64 * row.history.age().as_days()).sum();
    (data.repeats() as f64 / customers, age / customers)
}

/// Rows that one thread sums before their sums are added up in order; fixed, so that results do not depend on
/// the number of threads.
const CHUNK: usize = 4096;

/// r ln α − (r+x) ln(α+T) with its derivatives: what the time under observation says of the purchase rate.
///
/// Formed from T/α, because for large α, where the terms nearly cancel, r grows with it.
#[derive(Debug, Clone, Copy)]
struct Exposure {
    value: f64,
    by_r: f64,
    by_alpha: f64,
    by_r_alpha: f64,
    by_alpha_alpha: f64,
    /// 1/(α+T).
    end: f64,
}

impl Exposure {
    fn new(r: f64, alpha: f64, repeats: f64, age: f64) -> Self {
        let end = (alpha + age).recip();
        let share = age / alpha;
        // Where T is short beside α, ln(1 + T/α) must not round 1 + T/α first; elsewhere ln is faster.
        let growth = if share < 0.5 { share.ln_1p() } else { (1.0 + share).ln() };
        Self {
            value: -r * growth + repeats * end.ln(),
            by_r: -growth,
            by_alpha: (r * share - repeats) * end,
            by_r_alpha: share * end,
            by_alpha_alpha: (repeats - r * share * (2.0 + share)) * end * end,
            end,
        }
    }
}

/// The sum over customers of ln Γ(shape + x) − ln Γ(shape), with its first and second derivative in shape.
fn ln_rising_sum<'a>(survivors: impl IntoIterator<Item = &'a Survivors>, shape: f64) -> [f64; 3] {
    survivors.into_iter().fold([0.0; 3], |sum, run| {
        let jet = ln_rising_jet(shape + f64::from(run.from), run.to - run.from);
        std::array::from_fn(|order| sum[order] + run.customers as f64 * jet[order])
    })
}
