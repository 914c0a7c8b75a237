use super::{
    CHUNK, CountModel, DataError, Driver, Exposure, Likelihood, Limit, Link, Parameter, ParameterError, PoissonProcess,
    enough,
    life::Life,
    ln_rising_sum, means,
    parameter::{model_of_parameters, one_rate},
    simulate::{Generator, LatentCustomer, Leaving, Pace, resampled},
};
use crate::{
    cohort::{Pattern, Patterns, PurchaseHistory},
    math::{Jet, ln_rising},
    parallel,
    units::{Span, TimeUnit},
};

/// The NBD model: customers buy at random, each at a rate of one's own, and never leave.
///
/// Rates λ are spread over customers as Gamma(r, α). It is the yardstick for models in which customers leave.
///
/// # Formula
///
/// Likelihood of x repeat purchases up to age T (one density per purchase; the probability of the count alone
/// would have T^x / x! as a further factor):
///
/// ```text
/// L = Γ(r+x)/Γ(r) · α^r · (α+T)^−(r+x)
///
/// expected purchases in the next t = t · (r+x)/(α+T)
/// ```
///
/// ```math
/// L = \frac{\Gamma(r+x)}{\Gamma(r)} \frac{\alpha^r}{(\alpha+T)^{r+x}}
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats) and `T` the [`age`](PurchaseHistory::age), in the unit of `α`; `r`
/// and `α` are the [`NbdParams`].
///
/// # References
///
/// Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1).
#[doc(alias = "negative binomial")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "NbdParams", into = "NbdParams")
)]
pub struct Nbd(NbdParams);

/// The parameters of [`Nbd`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NbdParams {
    /// Shape of the gamma distribution of purchase rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/α.
    pub alpha: Span,
}

impl NbdParams {
    fn to_natural(self) -> Vec<f64> {
        vec![self.r, self.alpha.as_days()]
    }
}

model_of_parameters!(Nbd, NbdParams);

impl Nbd {
    fn rows(r: f64, alpha: f64, rows: &[Pattern]) -> Jet {
        let (mut value, mut gradient, mut hessian) = (0.0, [0.0; 2], [[0.0; 2]; 2]);
        for Pattern { history, customers } in rows {
            let n = *customers as f64;
            let exposure = Exposure::new(r, alpha, f64::from(history.repeats()), history.age().as_days());
            value += n * exposure.value;
            gradient[0] += n * exposure.by_r;
            gradient[1] += n * exposure.by_alpha;
            hessian[0][1] += n * exposure.by_r_alpha;
            hessian[1][1] += n * exposure.by_alpha_alpha;
        }
        let mut jet = Jet::zero(2);
        jet.add(value, gradient, hessian);
        jet
    }
}

impl Likelihood for Nbd {
    type Data = Patterns;

    const NAME: &'static str = "NBD";

    const PARAMETERS: &'static [Parameter] = &[Parameter::number("r"), Parameter::time("alpha")];

    fn link(driver: Driver) -> Option<Link> {
        match driver {
            Driver::Purchase => Some(Link::divides(1)),
            _ => None,
        }
    }

    fn from_natural(natural: &[f64], _: &Patterns) -> Result<Self, ParameterError> {
        Self::new(NbdParams { r: natural[0], alpha: Span::known(natural[1]) })
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(NbdParams { r: natural[0], alpha: Span::known(natural[1]) })
    }

    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        one_rate(natural, held, &[])
    }

    fn resample(&self, data: &Patterns, rng: &mut Generator) -> Patterns {
        resampled(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    fn starts(data: &Patterns) -> Result<Vec<Vec<f64>>, DataError> {
        enough(data)?;
        let (repeats, age) = means(data);
        Ok([0.5, 3.0, 0.1, 50.0].map(|r| vec![r, (r * age / repeats).max(1e-3)]).into())
    }

    fn objective(natural: &[f64], data: &Patterns) -> Jet {
        let (r, alpha) = (natural[0], natural[1]);
        let rate = ln_rising_sum(data.survivors(), 1, r);
        let mut jet = Jet::zero(2);
        jet.add(rate[0], [rate[1], 0.0], [[rate[2], 0.0], [0.0; 2]]);
        let chunks = parallel::map_chunks(data.rows(), CHUNK, |rows| Self::rows(r, alpha, rows));
        chunks.iter().fold(jet, Jet::plus).in_logarithms(natural)
    }

    fn ln_likelihood(&self, history: &PurchaseHistory, unit: TimeUnit) -> f64 {
        let (r, alpha) = (self.0.r, self.0.alpha.as_days());
        let age = history.age().as_days();
        let repeats = history.repeats();
        ln_rising(r, repeats) - r * (age / alpha).ln_1p() - f64::from(repeats) * ((alpha + age) / unit.days()).ln()
    }
}

impl CountModel for Nbd {
    type History = PurchaseHistory;
    type Alive = PoissonProcess;

    fn log_odds_alive(&self, _: &PurchaseHistory) -> f64 {
        f64::INFINITY
    }

    fn given_alive(&self, history: &PurchaseHistory) -> PoissonProcess {
        let shape = self.0.r + f64::from(history.repeats());
        let rate = self.0.alpha.as_days() + history.age().as_days();
        PoissonProcess { shape, rate, life: Life::Endless }
    }

    fn process_key(&self, history: &PurchaseHistory) -> (u64, u64, u64) {
        history.repeats_and_age()
    }

    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        let rate = rng.gamma(self.0.r) / self.0.alpha.as_days();
        LatentCustomer { pace: Pace::Erlang { rate, k: 1 }, leaving: Leaving::Never }
    }

    fn observe(&self, repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
        PurchaseHistory::observed(repeats, recency, age)
    }
}
