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
//! | model | when they buy | who leaves | P(alive) of one-time buyers |
//! | --- | --- | --- | --- |
//! | [`Nbd`] | at random | nobody | 1 |
//! | [`BgNbd`] | at random | after a repeat purchase, with a probability of one's own | 1: nobody leaves before the second purchase |
//! | [`MbgNbd`] | at random | after any purchase, the first included | below 1 |
//! | [`BgCnbd`], [`MbgCnbd`] | at every k-th event: with a rhythm | as in BG/NBD, as in MBG/NBD | 1, below 1 |
//! | [`ParetoNbd`] | at random | at any time, at a rate of one's own | below 1, falling with silence |
//! | [`CorrelatedParetoNbd`] | at random | the same, and frequent buyers sooner than others, or later | the same |
//! | [`GgompertzNbd`] | at random | at any time, ever more readily, or ever less, with age | below 1, falling with silence |
//! | [`Bb`] | at opportunities | nobody | 1 |
//! | [`BgBb`] | at opportunities | before an opportunity to buy, with a probability of one's own | below 1, once an opportunity was missed |
//! | [`Sbg`], [`DiscreteWeibull`], [`Bdw`] | at renewals | at a renewal of the contract, which is seen | 1 or 0 |
//!
//! *At random* is a Poisson process at a rate of the customer's own, spread over customers like a gamma distribution.
//!
//! * **Shops whose customers come and go unseen.** Start with [`MbgNbd`] and [`ParetoNbd`]; on CDNOW they differ by 6 % in
//!   what they expect. [`BgNbd`] is the one most often published, and gives everybody who bought once P(alive) = 1,
//!   however long ago: not a finding but an assumption, for in it nobody leaves before a second purchase. Where that is
//!   not believed, take another, or look at [`Forecast::probability_active`], which falls with silence in every model.
//! * **Customers with a rhythm**, such as those of consumables: ask
//!   [`InteractionLog::regularity`](crate::InteractionLog::regularity); from about 1.5 on, [`MbgCnbd`] with the k that
//!   [`Mle::fit_regularity`](crate::Mle::fit_regularity) finds tells a late customer from a lost one sooner.
//! * **Leaving that depends on age.** [`GgompertzNbd`]; its certificate says when the data ask for [`ParetoNbd`] instead,
//!   as those of CDNOW do.
//! * **Frequent buyers who leave sooner, or later.** [`CorrelatedParetoNbd`], whose likelihood ratio against [`ParetoNbd`]
//!   says whether they do; there is room for weak correlation only.
//! * **Yearly appeals, conferences, collections.** Everybody may buy at certain opportunities and takes each with a
//!   probability of one's own: [`BgBb`] on an [`OpportunityHistory`](crate::OpportunityHistory), each customer with an own
//!   number of opportunities.
//! * **Contracts**, where the firm knows who is still a customer and asks how long: [`Sbg`] if the chance of leaving is a
//!   customer's own for good, [`Bdw`] if it may change with tenure ([`Tenure`]). That retention rises with tenure is what
//!   both say of any mixed cohort: the disloyal leave first.
//! * **The yardstick** without leaving is [`Nbd`] (or [`Bb`]): a model that is hardly likelier has found nobody who left.
//!
//! To choose while the program runs there are [`AnyModel`] and [`ModelKind`](crate::ModelKind); the example `which_model`
//! puts them side by side. Log-likelihoods, AIC and BIC compare among models of the same purchases; the k of CNBD is a
//! choice that they do not count.
//!
//! Spend has a model of its own, [`GammaGamma`]; that spend does not depend on how often somebody buys is an assumption,
//! to be checked on your data. How sure a number is: intervals of a [`Fit`](crate::Fit) tell what the data leave open of
//! the parameters, [`UndiscountedValue`] what chance leaves open for one customer.
//!
//! # Does an interval hold what it promises?
//!
//! Of 2,000 simulated cohorts of 2,000 customers each, observed for two years, so many 95 % profile intervals held the
//! true value, in percent; `cargo test --release --all-features -- --ignored coverage` prints them again.
//!
//! | model | parameters | ratios |
//! | --- | --- | --- |
//! | NBD | r 94.65, alpha 94.70 | r/alpha 94.55 |
//! | BG/NBD | r 94.50, alpha 94.45, a 95.35, b 94.75 | r/alpha 94.60, a/b 94.80 |
//! | MBG/NBD | r 95.60, alpha 95.00, a 94.40, b 94.05 | r/alpha 94.20, a/b 94.90 |
//! | BG/CNBD-2 | r 95.00, alpha 95.35, a 95.35, b 95.70 | r/alpha 94.40, a/b 95.25 |
//! | MBG/CNBD-2 | r 94.85, alpha 95.15, a 94.85, b 94.65 | r/alpha 93.55, a/b 94.35 |
//! | Pareto/NBD | r 95.45, alpha 95.55, s 93.85, beta 94.40 | r/alpha 95.25, s/beta 94.60 |
//! | GGompertz/NBD | r 95.05, alpha 94.85, b 94.85, s 94.40, beta 95.05 | r/alpha 93.95 |
//! | BB, 20 opportunities | alpha 95.60, beta 94.50 | alpha/beta 95.25 |
//! | BG/BB, 20 opportunities | alpha 94.65, beta 94.60, gamma 95.40, delta 94.55 | alpha/beta 94.50, gamma/delta 94.30 |
//! | sBG, 8 renewals | alpha 95.50, beta 94.50 | alpha/beta 94.30 |
//! | discrete Weibull, 12 renewals | theta 94.70, c 94.85 | |
//! | BdW, 40 renewals | gamma 95.10, delta 93.95, c 94.85 | gamma/delta 95.35 |
//! | Gamma-Gamma | p 95.75, q 94.55, v 95.55 | |

mod any;
mod bb;
mod beta_geometric;
mod bg_bb;
mod bg_nbd;
mod buying;
mod cnbd;
mod cohort;
mod contract;
mod correlated_pareto_nbd;
mod data;
mod distribution;
mod driver;
mod fingerprint;
mod forecast;
mod gamma_gamma;
mod gap_patterns;
mod ggompertz_nbd;
mod life;
mod mbg_nbd;
mod nbd;
mod opportunity;
mod parameter;
mod pareto_nbd;
mod poisson;
mod scaling;
mod simulate;
mod timing;
mod valuation;

pub(crate) use any::each;
#[cfg(feature = "serde")]
pub(crate) use any::each_model;
pub use any::{AnyModel, AnyProcess};
pub use bb::{Bb, BbParams};
pub use beta_geometric::{BetaGeometricParams, BetaGeometricProcess};
pub use bg_bb::{BgBb, BgBbParams};
pub use bg_nbd::BgNbd;
pub use cnbd::{BgCnbd, CnbdParams, MbgCnbd};
pub use cohort::CohortForecast;
pub use contract::{
    Bdw, BdwParams, ContractProcess, DiscreteWeibull, DiscreteWeibullParams, Membership, Sbg, SbgParams, Tenure,
    TenureError, Tenures,
};
pub use correlated_pareto_nbd::{CorrelatedParetoNbd, CorrelatedParetoNbdParams, CorrelatedProcess};
pub use data::{DataError, Observations};
pub use distribution::{DistributionError, UndiscountedValue};
pub(crate) use distribution::{LivingPurchases, MOST_COUNTS, counts};
pub use driver::Driver;
pub use fingerprint::{Fingerprint, FingerprintError};
pub use forecast::{Forecast, ForecastError};
pub use gamma_gamma::{GammaGamma, GammaGammaParams, SpendError, SpendForecast, SpendPatterns};
pub use gap_patterns::GapPatterns;
pub use ggompertz_nbd::{GgompertzNbd, GgompertzNbdParams};
pub use mbg_nbd::MbgNbd;
pub use nbd::{Nbd, NbdParams};
pub use opportunity::OpportunityProcess;
pub use parameter::{Dimension, Parameter, ParameterError};
pub use pareto_nbd::{ParetoNbd, ParetoNbdParams};
pub use poisson::PoissonProcess;
pub use scaling::{RateFactor, RateFactors, ScalingError};
pub use simulate::{SimulationWindow, simulate, simulate_interactions};
pub use timing::NextPurchase;
pub use valuation::{LifetimeValue, PeriodValue, Timing, TotalValue, Valuation, ValuationError};

use std::{borrow::Cow, ops::RangeInclusive};

pub(crate) use buying::Buying;
use data::{CHUNK, Exposure, enough, ln_rising_sum, means};
pub(crate) use driver::Link;
pub(crate) use life::Life;
pub(crate) use parameter::Limit;
use parameter::check;
pub(crate) use scaling::{AGED, scaled};
pub(crate) use simulate::Generator;
use simulate::LatentCustomer;

use crate::{
    math::Jet,
    units::{Horizon, Span, TimeUnit},
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

    /// Its name in the literature.
    const NAME: &'static str;

    /// The parameters, in the order in which estimates are listed.
    const PARAMETERS: &'static [Parameter];

    /// The parameters of a fit to these data: those of the model, and others that the data name.
    #[doc(hidden)]
    fn parameters(_: &Self::Data) -> Cow<'static, [Parameter]> {
        Cow::Borrowed(Self::PARAMETERS)
    }

    /// The parameters of this model, as in [`Likelihood::parameters`].
    #[doc(hidden)]
    fn own_parameters(&self) -> Cow<'static, [Parameter]> {
        Cow::Borrowed(Self::PARAMETERS)
    }

    /// What a driver moves, if the model knows it.
    #[doc(hidden)]
    fn link(_: Driver) -> Option<Link> {
        None
    }

    /// What [`Likelihood::objective`] takes off the log-likelihood to keep parameters small.
    #[doc(hidden)]
    fn penalty(_natural: &[f64], _: &Self::Data) -> f64 {
        0.0
    }

    /// The model with these parameters; times in days, money in major units of the currency of `data`.
    #[doc(hidden)]
    fn from_natural(natural: &[f64], data: &Self::Data) -> Result<Self, ParameterError>;

    /// The parameters of the model, as in [`Likelihood::from_natural`].
    #[doc(hidden)]
    fn to_natural(&self) -> Vec<f64>;

    /// The same model with other parameters; what it has from its data, such as a currency, it keeps.
    #[doc(hidden)]
    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError>;

    /// What the model becomes where a search stopped with these parameters held at an edge of their range, if that is a
    /// model of its own.
    #[doc(hidden)]
    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit>;

    /// As many customers as in `data`, observed as they were, but with what they do drawn from the model.
    #[doc(hidden)]
    fn resample(&self, data: &Self::Data, rng: &mut Generator) -> Self::Data;

    /// Points spread over all that the data may ask for, where a search may start; what is missing when nothing can be
    /// estimated.
    #[doc(hidden)]
    fn starts(data: &Self::Data) -> Result<Vec<Vec<f64>>, DataError>;

    /// The maxima of models that this one contains, as parameters of this one.
    #[doc(hidden)]
    fn contained(_: &Self::Data, _: &impl Search) -> Vec<Vec<f64>> {
        Vec::new()
    }

    /// The log-likelihood (times in days) with gradient and Hessian in the logarithms of the parameters.
    #[doc(hidden)]
    fn objective(natural: &[f64], data: &Self::Data) -> Jet;

    /// The logarithm of the likelihood of one customer; where that is a density in time, per `unit`.
    fn ln_likelihood(&self, one: &<Self::Data as Observations>::One, unit: TimeUnit) -> f64;
}

/// Who finds the parameters under which another model is likeliest.
#[doc(hidden)]
pub trait Search {
    /// The parameters, as in [`Likelihood::to_natural`]; `None` where the data or the search leave them open.
    fn maximum<M: Likelihood>(&self, data: &M::Data) -> Option<Vec<f64>>;
}

/// A population whose customers make a countable number of purchases.
pub trait CountModel: sealed::Sealed + Clone + PartialEq + std::fmt::Debug + Send + Sync {
    /// What is known of a customer.
    type History: Copy + PartialEq + std::fmt::Debug + Send + Sync;

    /// What a customer of this population does while alive.
    type Alive: Process;

    /// The logarithm of the odds that the customer is alive at the end of the history, infinite where the model knows
    /// that.
    #[doc(hidden)]
    fn log_odds_alive(&self, history: &Self::History) -> f64;

    /// The process of the customer, given alive at the end of the history.
    #[doc(hidden)]
    fn given_alive(&self, history: &Self::History) -> Self::Alive;

    /// What the process depends on: customers with equal keys have equal processes.
    #[doc(hidden)]
    fn process_key(&self, history: &Self::History) -> (u64, u64, u64);

    /// What one customer, drawn from the population, will do.
    #[doc(hidden)]
    fn draw(&self, rng: &mut Generator) -> LatentCustomer;

    /// What is known of a customer at an age in days, after `repeats` purchases, the last at `recency`.
    #[doc(hidden)]
    fn observe(&self, repeats: u32, recency: f64, age: f64) -> Self::History;

    /// What this customer will do next. A newcomer is the history
    /// [`PurchaseHistory::acquired`](crate::PurchaseHistory::acquired).
    fn forecast(&self, history: &Self::History) -> Forecast<Self::Alive> {
        Forecast::new(self.log_odds_alive(history), self.given_alive(history))
    }
}

/// What a customer does from now on, given alive now: the layer below every prediction.
///
/// Methods return expectations over all customers with the same history. Numbers of purchases have no unit; spans
/// carry theirs.
pub trait Process: sealed::Sealed + Copy + PartialEq + std::fmt::Debug + Send + Sync {
    /// P(still alive after this span): 1 at once, falling with time.
    fn survival(&self, after: Span) -> f64;

    /// P(at least one purchase up to the horizon).
    fn any_purchase(&self, within: Horizon) -> f64;

    /// P(exactly `count` purchases within this span).
    fn probability_of(&self, count: u32, within: Span) -> f64;

    /// P(exactly n purchases within this span) for one n after the other, none of them zero: what they share is computed
    /// once.
    #[doc(hidden)]
    fn probabilities(&self, counts: RangeInclusive<u32>, within: Span) -> Vec<f64> {
        counts.map(|count| self.probability_of(count, within)).collect()
    }

    /// P(at least `count` purchases within this span) and P(at most so many), where that takes no table of all counts.
    #[doc(hidden)]
    fn tails(&self, _count: u32, _within: Span) -> Option<[f64; 2]> {
        None
    }

    /// P(exactly `count` purchases after `from` and up to `to`), both counted from now.
    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64;

    /// The expected number of purchases within this span.
    fn expected_purchases(&self, within: Span) -> f64;

    /// The expected sum of exp(−`force`·u) over purchases after `from` and up to the horizon, each u days from now;
    /// infinite where it diverges. `force` is per day, see
    /// [`DiscountRate::force_per_day`](crate::DiscountRate::force_per_day).
    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64;

    /// The time, in days, at which a purchase found at `days` really falls: where purchases come at opportunities only, that
    /// of the opportunity.
    #[doc(hidden)]
    fn moment(&self, days: f64) -> f64 {
        days
    }

    /// The mean number of purchases a `unit` of time while alive: the mean of the customer's own rate.
    fn mean_rate(&self, unit: TimeUnit) -> f64;

    /// How readily the customer leaves, on average.
    fn mean_dropout(&self, unit: TimeUnit) -> Dropout;

    /// The process of the same customer, if rates change from now on; see [`Forecast::scaled`].
    #[doc(hidden)]
    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError>;
}

/// How readily a customer leaves: the mean of what is the customer's own.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Dropout {
    /// Not at all.
    Never,
    /// With this probability after each purchase.
    AfterPurchase(f64),
    /// With this probability before each opportunity to buy.
    BeforeOpportunity(f64),
    /// At this rate a unit of time, now.
    Hazard(f64),
}
