//! What BG/NBD, MBG/NBD and their CNBD-k variants share: gamma rates, beta dropout after a coin toss.

mod kernel;
mod phases;
mod process;

pub(super) use kernel::BetaGeometric;
pub use process::BetaGeometricProcess;

use super::{
    CountModel, GapPatterns, Parameter, ParameterError,
    simulate::{Generator, resampled, resampled_gaps},
};
use crate::{
    cohort::{Patterns, PurchaseHistory},
    math::ln_rising,
    units::Span,
};

/// The parameters of [`BgNbd`](super::BgNbd) and [`MbgNbd`](super::MbgNbd), each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BetaGeometricParams {
    /// Shape of the gamma distribution of purchase rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/α.
    pub alpha: Span,
    /// First parameter of the beta distribution of dropout: the mean is a/(a+b).
    pub a: f64,
    /// Second parameter of the beta distribution of dropout.
    pub b: f64,
}

impl BetaGeometricParams {
    pub(super) const PARAMETERS: &'static [Parameter] =
        &[Parameter::number("r"), Parameter::time("alpha"), Parameter::number("a"), Parameter::number("b")];

    pub(super) fn to_natural(self) -> Vec<f64> {
        vec![self.r, self.alpha.as_days(), self.a, self.b]
    }

    #[expect(clippy::unused_self, reason = "the parameters of the other models of the family have a k")]
    pub(super) const fn k(self) -> u32 {
        1
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "the parameters of the other models of the family have a k"
    )]
    pub(super) const fn check_k(self, _: &'static str) -> Result<(), ParameterError> {
        Ok(())
    }

    pub(super) const fn from_natural(natural: &[f64], _: u32) -> Self {
        Self { r: natural[0], alpha: Span::known(natural[1]), a: natural[2], b: natural[3] }
    }
}

/// What the likelihood needs of data beyond their histories: how regularly customers buy.
pub(super) trait Gaps {
    /// The histories.
    fn patterns(&self) -> &Patterns;
    /// Every k-th event is a purchase.
    fn k(&self) -> u32;
    /// What the gaps between purchases add to the log-likelihood.
    fn ln_density(&self) -> f64;
    /// As many customers, drawn from a model, observed as long.
    fn resample(&self, model: &impl CountModel<History = PurchaseHistory>, rng: &mut Generator) -> Self;
}

impl Gaps for Patterns {
    fn patterns(&self) -> &Patterns {
        self
    }

    fn k(&self) -> u32 {
        1
    }

    fn ln_density(&self) -> f64 {
        0.0
    }

    fn resample(&self, model: &impl CountModel<History = PurchaseHistory>, rng: &mut Generator) -> Self {
        resampled(model, self, rng)
    }
}

impl Gaps for GapPatterns {
    fn patterns(&self) -> &Patterns {
        self.patterns()
    }

    fn k(&self) -> u32 {
        self.k()
    }

    fn ln_density(&self) -> f64 {
        ln_gap_density(self.k(), self.patterns().repeats(), self.ln_gaps())
    }

    fn resample(&self, model: &impl CountModel<History = PurchaseHistory>, rng: &mut Generator) -> Self {
        resampled_gaps(model, self, rng)
    }
}

/// ln Π g^(k−1)/(k−1)! over x gaps: what Erlang gaps add to their sum, (k−1) Σ ln g − x ln (k−1)!.
pub(super) fn ln_gap_density(k: u32, repeats: u64, ln_gaps: f64) -> f64 {
    f64::from(k - 1) * ln_gaps - repeats as f64 * ln_rising(1.0, k - 1)
}

/// What the models are, given their parameters, data, and the history in an observation; everything but names and
/// documentation.
macro_rules! beta_geometric_model {
    (
        $model:ident($params:ident), $name:literal, coins_before: $coins_before:literal,
        $data:ident: |$k:ident, $one:ident| ($history:expr, $ln_gap_density:expr)
    ) => {
        model_of_parameters!($model, $params, |params| params.check_k($name));

        impl $model {
            fn kernel(&self) -> BetaGeometric {
                BetaGeometric::new(&self.0.to_natural(), $coins_before, self.0.k())
            }
        }

        impl Likelihood for $model {
            type Data = $data;

            const NAME: &'static str = $name;

            const PARAMETERS: &'static [Parameter] = BetaGeometricParams::PARAMETERS;

            fn link(driver: Driver) -> Option<Link> {
                match driver {
                    Driver::Purchase => Some(Link::divides(1)),
                    Driver::Dropout => Some(Link::multiplies(2)),
                    Driver::Loyalty => Some(Link::multiplies(3)),
                    Driver::Spend => None,
                }
            }

            fn from_natural(natural: &[f64], data: &$data) -> Result<Self, ParameterError> {
                Self::new($params::from_natural(natural, data.k()))
            }

            fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
                Self::new($params::from_natural(natural, self.0.k()))
            }

            fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
                BetaGeometric::limit(natural, held)
            }

            fn resample(&self, data: &$data, rng: &mut Generator) -> $data {
                data.resample(self, rng)
            }

            fn to_natural(&self) -> Vec<f64> {
                self.0.to_natural()
            }

            fn starts(data: &$data) -> Result<Vec<Vec<f64>>, DataError> {
                BetaGeometric::starts(data.patterns(), data.k())
            }

            fn contained(data: &$data, search: &impl Search) -> Vec<Vec<f64>> {
                if data.k() == 1 { nobody_leaves::<Nbd>(data.patterns(), search) } else { Vec::new() }
            }

            fn objective(natural: &[f64], data: &$data) -> Jet {
                let mut jet = BetaGeometric::new(natural, $coins_before, data.k()).objective(data.patterns());
                jet.value += data.ln_density();
                jet
            }

            fn ln_likelihood(&self, $one: &<$data as Observations>::One, unit: TimeUnit) -> f64 {
                let $k = self.0.k();
                self.kernel().ln_likelihood(&$history, unit) + $ln_gap_density
            }
        }

        impl CountModel for $model {
            type History = PurchaseHistory;
            type Alive = BetaGeometricProcess;

            fn log_odds_alive(&self, history: &PurchaseHistory) -> f64 {
                -self.kernel().log_odds_left(history)
            }

            fn given_alive(&self, history: &PurchaseHistory) -> BetaGeometricProcess {
                self.kernel().given_alive(history)
            }

            fn process_key(&self, history: &PurchaseHistory) -> (u64, u64, u64) {
                let (repeats, age, _) = history.repeats_and_age();
                let silence = if self.0.k() > 1 { history.time_since_last().as_days() } else { 0.0 };
                (repeats, age, silence.to_bits())
            }

            fn draw(&self, rng: &mut Generator) -> LatentCustomer {
                self.kernel().draw(rng)
            }

            fn observe(&self, repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
                PurchaseHistory::observed(repeats, recency, age)
            }
        }
    };
}
pub(super) use beta_geometric_model;
