use super::{
    CountModel, DataError, Driver, Exposure, Likelihood, Limit, Link, Nbd, Parameter, ParameterError, PoissonProcess,
    Search, enough,
    life::{Life, LifeJet, ln_left, ln_likelihood, objective},
    means,
    parameter::{is_narrow, leaving, model_of_parameters, nobody_leaves, one_rate},
    simulate::{Generator, LatentCustomer, Leaving, Pace, resampled},
};
use crate::{
    cohort::{Patterns, PurchaseHistory},
    math::Jet,
    units::{Span, TimeUnit},
};

/// The Pareto/NBD model: customers buy at random, and may leave at any time.
///
/// Purchases come at a rate λ of the customer's own, spread over customers as Gamma(r, α); the customer leaves at a
/// rate μ of one's own, spread as Gamma(s, β), whether or not there are purchases. Both rates are independent.
///
/// # Formula
///
/// Likelihood of x repeat purchases, the last at t_x, up to age T:
///
/// ```text
/// L = Γ(r+x)/Γ(r) · α^r β^s · { (α+T)^−(r+x) (β+T)^−s + s ∫ (α+u)^−(r+x) (β+u)^−(s+1) du over (t_x, T) }
///
/// P(alive) = Γ(r+x)/Γ(r) · α^r β^s (α+T)^−(r+x) (β+T)^−s / L
/// ```
///
/// ```math
/// L = \frac{\Gamma(r+x)}{\Gamma(r)} \alpha^r \beta^s \left\{ \frac{1}{(\alpha+T)^{r+x} (\beta+T)^s} +
/// \int_{t_x}^T \frac{s\,du}{(\alpha+u)^{r+x} (\beta+u)^{s+1}} \right\}
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats), `t_x` the [`recency`](PurchaseHistory::recency) and `T` the
/// [`age`](PurchaseHistory::age), in the unit of `α` and `β`; `r`, `α`, `s` and `β` are the [`ParetoNbdParams`]. `L` is
/// a density per purchase and unit of time. Predictions: [`PoissonProcess`].
///
/// The integral is formed as it stands, in logarithms: the difference of two hypergeometric functions by which the papers
/// give it underflows for frequent buyers.
///
/// # Examples
///
/// ```
/// use customer_value::{CountModel, ParetoNbd, ParetoNbdParams, PurchaseHistory, Span};
///
/// // The published fit on CDNOW, in weeks.
/// let (alpha, beta) = (Span::weeks(10.578)?, Span::weeks(11.669)?);
/// let model = ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha, s: 0.606, beta })?;
/// let once = PurchaseHistory::new(0, Span::ZERO, Span::weeks(39.0)?)?;
/// assert!((model.forecast(&once).probability_alive().get() - 0.294467031).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Schmittlein, Morrison and Colombo (1987), Counting your customers: who are they and what will they do next?,
/// Management Science 33(1). The integral: Fader and Hardie (2005), A note on deriving the Pareto/NBD model, note 009.
#[doc(alias = "SMC model")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "ParetoNbdParams", into = "ParetoNbdParams")
)]
pub struct ParetoNbd(ParetoNbdParams);

/// The parameters of [`ParetoNbd`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ParetoNbdParams {
    /// Shape of the gamma distribution of purchase rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/α.
    pub alpha: Span,
    /// Shape of the gamma distribution of the rates of leaving.
    pub s: f64,
    /// Its rate, a time: the mean rate of leaving is s/β.
    pub beta: Span,
}

impl ParetoNbdParams {
    pub(super) fn to_natural(self) -> Vec<f64> {
        vec![self.r, self.alpha.as_days(), self.s, self.beta.as_days()]
    }

    const fn from_natural(natural: &[f64]) -> Self {
        Self { r: natural[0], alpha: Span::known(natural[1]), s: natural[2], beta: Span::known(natural[3]) }
    }
}

model_of_parameters!(ParetoNbd, ParetoNbdParams);

impl ParetoNbd {
    const fn life(&self) -> Life {
        Life::Lomax { shape: self.0.s, scale: self.0.beta.as_days() }
    }
}

impl Likelihood for ParetoNbd {
    type Data = Patterns;

    const NAME: &'static str = "Pareto/NBD";

    const PARAMETERS: &'static [Parameter] =
        &[Parameter::number("r"), Parameter::time("alpha"), Parameter::number("s"), Parameter::time("beta")];

    fn link(driver: Driver) -> Option<Link> {
        match driver {
            Driver::Purchase => Some(Link::divides(1)),
            Driver::Dropout => Some(Link::divides(3)),
            _ => None,
        }
    }

    fn from_natural(natural: &[f64], _: &Patterns) -> Result<Self, ParameterError> {
        Self::new(ParetoNbdParams::from_natural(natural))
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(ParetoNbdParams::from_natural(natural))
    }

    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        /// Leaving less than once in this many days is not leaving: two thousand years.
        const NEVER: f64 = 7e5;
        let (shape, scale) = (natural[2], natural[3]);
        let nobody = scale > NEVER * shape;
        let limit = leaving(held, nobody, is_narrow(shape), "NBD with one rate of leaving");
        limit.or_else(|| one_rate(natural, held, &[2, 3]))
    }

    fn resample(&self, data: &Patterns, rng: &mut Generator) -> Patterns {
        resampled(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    /// Buyers who differ little or much, and lives from short to long beside the time they were seen.
    fn starts(data: &Patterns) -> Result<Vec<Vec<f64>>, DataError> {
        enough(data)?;
        let (repeats, age) = means(data);
        let lives = [(0.6, 0.5), (0.3, 0.05), (1.0, 10.0), (5.0, 5.0), (0.5, 0.01), (20.0, 1000.0)];
        let start =
            |r: f64| lives.map(|(s, beta)| vec![r, (r * age / repeats).max(1e-3), s, (beta * age).clamp(1e-3, 1e5)]);
        Ok([0.5, 3.0, 0.1].into_iter().flat_map(start).collect())
    }

    fn contained(data: &Patterns, search: &impl Search) -> Vec<Vec<f64>> {
        nobody_leaves::<Nbd>(data, search)
    }

    fn objective(natural: &[f64], data: &Patterns) -> Jet {
        let [r, alpha, s, beta] = [natural[0], natural[1], natural[2], natural[3]];
        let life = Life::Lomax { shape: s, scale: beta };
        objective(&[r, alpha, s, beta], life, data, |_, time, left| {
            let exposure = Exposure::new(s, beta, f64::from(u8::from(left)), time);
            let mut jet = LifeJet {
                value: exposure.value,
                gradient: [0.0, 0.0, exposure.by_r, exposure.by_alpha],
                hessian: [
                    [0.0; 4],
                    [0.0; 4],
                    [0.0, 0.0, 0.0, exposure.by_r_alpha],
                    [0.0, 0.0, 0.0, exposure.by_alpha_alpha],
                ],
            };
            if left {
                jet.value += s.ln();
                jet.gradient[2] += s.recip();
                jet.hessian[2][2] = -s.powi(-2);
            }
            jet
        })
    }

    fn ln_likelihood(&self, history: &PurchaseHistory, unit: TimeUnit) -> f64 {
        ln_likelihood(self.life(), self.0.r, self.0.alpha.as_days(), history, unit)
    }
}

impl CountModel for ParetoNbd {
    type History = PurchaseHistory;
    type Alive = PoissonProcess;

    fn log_odds_alive(&self, history: &PurchaseHistory) -> f64 {
        -ln_left(self.life(), self.0.r, self.0.alpha.as_days(), history)
    }

    fn given_alive(&self, history: &PurchaseHistory) -> PoissonProcess {
        let age = history.age().as_days();
        let shape = self.0.r + f64::from(history.repeats());
        PoissonProcess { shape, rate: self.0.alpha.as_days() + age, life: self.life().after(age) }
    }

    fn process_key(&self, history: &PurchaseHistory) -> (u64, u64, u64) {
        history.repeats_and_age()
    }

    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        let rate = rng.gamma(self.0.r) / self.0.alpha.as_days();
        let time = rng.exponential() * self.0.beta.as_days() / rng.gamma(self.0.s);
        LatentCustomer { pace: Pace::Erlang { rate, k: 1 }, leaving: Leaving::At { time } }
    }

    fn observe(&self, repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
        PurchaseHistory::observed(repeats, recency, age)
    }
}
