use std::ops::RangeInclusive;

use super::{
    BetaGeometricProcess, BgCnbd, BgNbd, CorrelatedParetoNbd, CorrelatedProcess, CountModel, Dropout, GgompertzNbd,
    Likelihood, MbgCnbd, MbgNbd, Nbd, ParameterError, ParetoNbd, PoissonProcess, Process, RateFactors, ScalingError,
    sealed::Sealed,
    simulate::{Generator, LatentCustomer},
};
use crate::{
    cohort::PurchaseHistory,
    units::{Horizon, Span, TimeUnit},
};

/// Calls the same method of whatever a variant holds.
macro_rules! each {
    ($own:expr, $type:ident { $($variant:ident),+ }, |$inner:ident| $call:expr) => {
        match $own {
            $($type::$variant($inner) => $call,)+
        }
    };
}

pub(crate) use each;

/// A count model chosen while the program runs: whatever takes a model takes it too.
///
/// Fit one with [`ModelKind::fit`](crate::ModelKind::fit), or wrap a model that is known.
///
/// # Examples
///
/// ```
/// use customer_value::{AnyModel, CountModel, Nbd, NbdParams, ParetoNbd, ParetoNbdParams, PurchaseHistory, Span};
///
/// let (alpha, beta) = (Span::weeks(10.578)?, Span::weeks(11.669)?);
/// let models: [AnyModel; 2] = [
///     Nbd::new(NbdParams { r: 0.385, alpha: Span::weeks(12.07)? })?.into(),
///     ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha, s: 0.606, beta })?.into(),
/// ];
/// let history = PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?;
/// for model in &models {
///     println!("{}: {:.3}", model.name(), model.forecast(&history).expected_purchases(Span::weeks(39.0)?));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum AnyModel {
    /// NBD.
    Nbd(Nbd),
    /// BG/NBD.
    BgNbd(BgNbd),
    /// MBG/NBD.
    MbgNbd(MbgNbd),
    /// BG/CNBD-k.
    BgCnbd(BgCnbd),
    /// MBG/CNBD-k.
    MbgCnbd(MbgCnbd),
    /// Pareto/NBD.
    ParetoNbd(ParetoNbd),
    /// Pareto/NBD with correlated rates.
    CorrelatedParetoNbd(CorrelatedParetoNbd),
    /// GGompertz/NBD.
    GgompertzNbd(GgompertzNbd),
}

/// Calls with the model that an [`AnyModel`] is.
macro_rules! each_model {
    ($own:expr, |$model:ident| $call:expr) => {
        $crate::lifetime::each!(
            $own,
            AnyModel { Nbd, BgNbd, MbgNbd, BgCnbd, MbgCnbd, ParetoNbd, CorrelatedParetoNbd, GgompertzNbd },
            |$model| $call
        )
    };
}
#[cfg(feature = "serde")]
pub(crate) use each_model;

macro_rules! any_from {
    ($($model:ident),+) => {
        $(
            impl From<$model> for AnyModel {
                fn from(model: $model) -> Self {
                    Self::$model(model)
                }
            }
        )+
    };
}
any_from!(Nbd, BgNbd, MbgNbd, BgCnbd, MbgCnbd, ParetoNbd, CorrelatedParetoNbd, GgompertzNbd);

impl AnyModel {
    /// The name of the model in the literature.
    pub fn name(&self) -> &'static str {
        fn of<M: Likelihood>(_: &M) -> &'static str {
            M::NAME
        }
        each_model!(self, |model| of(model))
    }

    /// The same model with other parameters, in the order of its estimates; times in days.
    pub(crate) fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Ok(each_model!(self, |model| model.with_natural(natural)?.into()))
    }
}

impl Sealed for AnyModel {}

impl CountModel for AnyModel {
    type History = PurchaseHistory;
    type Alive = AnyProcess;

    fn log_odds_alive(&self, history: &PurchaseHistory) -> f64 {
        each_model!(self, |model| model.log_odds_alive(history))
    }

    fn given_alive(&self, history: &PurchaseHistory) -> AnyProcess {
        each_model!(self, |model| model.given_alive(history).into())
    }

    fn process_key(&self, history: &PurchaseHistory) -> (u64, u64, u64) {
        each_model!(self, |model| model.process_key(history))
    }

    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        each_model!(self, |model| model.draw(rng))
    }

    fn observe(&self, repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
        each_model!(self, |model| model.observe(repeats, recency, age))
    }
}

/// What a customer of an [`AnyModel`] does while alive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum AnyProcess {
    /// Of the BG and MBG models.
    BetaGeometric(BetaGeometricProcess),
    /// Of NBD, Pareto/NBD and GGompertz/NBD.
    Poisson(PoissonProcess),
    /// Of Pareto/NBD with correlated rates.
    Correlated(CorrelatedProcess),
}

/// Calls with the process that an [`AnyProcess`] is.
macro_rules! each_process {
    ($own:expr, |$process:ident| $call:expr) => {
        each!($own, AnyProcess { BetaGeometric, Poisson, Correlated }, |$process| $call)
    };
}

impl From<BetaGeometricProcess> for AnyProcess {
    fn from(process: BetaGeometricProcess) -> Self {
        Self::BetaGeometric(process)
    }
}

impl From<PoissonProcess> for AnyProcess {
    fn from(process: PoissonProcess) -> Self {
        Self::Poisson(process)
    }
}

impl From<CorrelatedProcess> for AnyProcess {
    fn from(process: CorrelatedProcess) -> Self {
        Self::Correlated(process)
    }
}

impl Sealed for AnyProcess {}

impl Process for AnyProcess {
    fn survival(&self, after: Span) -> f64 {
        each_process!(self, |process| process.survival(after))
    }

    fn any_purchase(&self, within: Horizon) -> f64 {
        each_process!(self, |process| process.any_purchase(within))
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        each_process!(self, |process| process.probability_of(count, within))
    }

    fn probabilities(&self, counts: RangeInclusive<u32>, within: Span) -> Vec<f64> {
        each_process!(self, |process| process.probabilities(counts, within))
    }

    fn tails(&self, count: u32, within: Span) -> Option<[f64; 2]> {
        each_process!(self, |process| process.tails(count, within))
    }

    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        each_process!(self, |process| process.probability_between(count, from, to))
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        each_process!(self, |process| process.expected_purchases(within))
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        each_process!(self, |process| process.discounted_purchases(from, to, force))
    }

    fn moment(&self, days: f64) -> f64 {
        each_process!(self, |process| process.moment(days))
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        each_process!(self, |process| process.mean_rate(unit))
    }

    fn mean_dropout(&self, unit: TimeUnit) -> Dropout {
        each_process!(self, |process| process.mean_dropout(unit))
    }

    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        Ok(each_process!(self, |process| process.scaled(factors)?.into()))
    }
}
