use super::{
    CountModel, DataError, Dimension, Driver, Likelihood, Limit, Link, Parameter, ParameterError, ParetoNbd,
    PoissonProcess, Search,
    life::{Life, LifeJet, ln_left, ln_likelihood, objective},
    parameter::model_of_parameters,
    simulate::{Generator, LatentCustomer, Leaving, Pace, resampled},
};
use crate::{
    cohort::{Patterns, PurchaseHistory},
    math::Jet,
    units::{Span, TimeUnit},
};

/// The GGompertz/NBD model (G/G/NBD): customers buy at random, and leave ever more readily, or ever less, as they age.
///
/// Purchases come at a rate λ of the customer's own, spread over customers as Gamma(r, α). The hazard of leaving is
/// η·b·e^(bu) at an age u, with η spread as Gamma(s, β): for β < 1 the mode of the time of leaving is at once, for β > 1
/// later. As b falls to 0 with β/b fixed the model becomes [`ParetoNbd`]; on CDNOW, as on many data without a common
/// end, that limit is likeliest, and a fit says so.
///
/// # Formula
///
/// Likelihood of x repeat purchases, the last at t_x, up to age T, with B(u) = β + e^(bu) − 1:
///
/// ```text
/// L = Γ(r+x)/Γ(r) · α^r β^s · { (α+T)^−(r+x) B(T)^−s + b s ∫ (α+u)^−(r+x) B(u)^−(s+1) e^(bu) du over (t_x, T) }
///
/// P(alive) = Γ(r+x)/Γ(r) · α^r β^s (α+T)^−(r+x) B(T)^−s / L
/// ```
///
/// ```math
/// L = \frac{\Gamma(r+x)}{\Gamma(r)} \alpha^r \beta^s \left\{ \frac{(\beta + e^{bT} - 1)^{-s}}{(\alpha+T)^{r+x}} +
/// bs \int_{t_x}^T \frac{e^{bu}\,du}{(\alpha+u)^{r+x} (\beta+e^{bu}-1)^{s+1}} \right\}
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats), `t_x` the [`recency`](PurchaseHistory::recency) and `T` the
/// [`age`](PurchaseHistory::age), in the unit of `α` and of 1/`b`; `r`, `α`, `b`, `s` and `β` are the
/// [`GgompertzNbdParams`]. `L` is a density per purchase and unit of time. Predictions: [`PoissonProcess`].
///
/// # Examples
///
/// ```
/// use customer_value::{CountModel, GgompertzNbd, GgompertzNbdParams, PurchaseHistory, Span, TimeUnit};
///
/// let alpha = Span::weeks(10.578)?;
/// let params = GgompertzNbdParams::new(0.553, alpha, (0.02, TimeUnit::Week), 0.6, 0.3);
/// let model = GgompertzNbd::new(params)?;
/// let history = PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?;
/// let forecast = model.forecast(&history);
/// assert!(forecast.probability_alive() > forecast.probability_alive_after(Span::weeks(39.0)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Bemmaor and Glady (2012), Modeling purchasing behavior with sudden "death": a flexible customer lifetime model,
/// Management Science 58(5). That the fit to CDNOW degenerates: Adler (2022), Comment on the same, Management Science.
#[doc(alias = "gamma/Gompertz/NBD")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "GgompertzNbdParams", into = "GgompertzNbdParams")
)]
pub struct GgompertzNbd(GgompertzNbdParams);

/// The parameters of [`GgompertzNbd`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GgompertzNbdParams {
    /// Shape of the gamma distribution of purchase rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/α.
    pub alpha: Span,
    /// How fast the hazard of leaving grows with age, per day.
    pub b_per_day: f64,
    /// Shape of the gamma distribution of the propensities to leave.
    pub s: f64,
    /// Its rate, a pure number: the hazard at first is b·s/β.
    pub beta: f64,
}

impl GgompertzNbdParams {
    /// The parameters with b per any unit of time.
    pub fn new(r: f64, alpha: Span, (b, per): (f64, TimeUnit), s: f64, beta: f64) -> Self {
        Self { r, alpha, b_per_day: b / per.days(), s, beta }
    }

    fn to_natural(self) -> Vec<f64> {
        vec![self.r, self.alpha.as_days(), self.b_per_day, self.s, self.beta]
    }

    const fn from_natural(natural: &[f64]) -> Self {
        let [r, b_per_day, s, beta] = [natural[0], natural[2], natural[3], natural[4]];
        Self { r, alpha: Span::known(natural[1]), b_per_day, s, beta }
    }
}

model_of_parameters!(GgompertzNbd, GgompertzNbdParams);

impl GgompertzNbd {
    const fn life(&self) -> Life {
        Life::Gompertz { shape: self.0.s, beta: self.0.beta, b: self.0.b_per_day }
    }
}

/// The least b, per day: a hazard that does not grow while anybody is seen.
const LEAST_B: f64 = 1e-9;

impl Likelihood for GgompertzNbd {
    type Data = Patterns;

    const NAME: &'static str = "GGompertz/NBD";

    /// The ranges of b and β reach far down, towards the limit in which only their ratio counts.
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::number("r"),
        Parameter::time("alpha"),
        Parameter::new("b", Dimension::Rate, LEAST_B, 1e3),
        Parameter::number("s"),
        Parameter::new("beta", Dimension::Number, 1e-15, 1e6),
    ];

    fn link(driver: Driver) -> Option<Link> {
        match driver {
            Driver::Purchase => Some(Link::divides(1)),
            Driver::Dropout => Some(Link::divides(4)),
            _ => None,
        }
    }

    fn from_natural(natural: &[f64], _: &Patterns) -> Result<Self, ParameterError> {
        Self::new(GgompertzNbdParams::from_natural(natural))
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(GgompertzNbdParams::from_natural(natural))
    }

    /// With b at its least, β/b is the β of Pareto/NBD; β by itself means nothing.
    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        let at_least = held[2] && natural[2] < 1e-6;
        let others = held.iter().enumerate().any(|(index, &held)| held && index != 2);
        (at_least && !others).then(|| Limit::new(ParetoNbd::NAME, &[0, 1, 3], &[4]))
    }

    fn resample(&self, data: &Patterns, rng: &mut Generator) -> Patterns {
        resampled(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    /// The starts of [`ParetoNbd`] in that limit, from which its maximum is found if that is the likeliest, and lives that
    /// end about a common age.
    fn starts(data: &Patterns) -> Result<Vec<Vec<f64>>, DataError> {
        let pareto = ParetoNbd::starts(data)?;
        let (_, age) = super::means(data);
        let limit = pareto.iter().take(1).map(|one| with_growth(1.01 * LEAST_B, 1.0, one));
        let common_age = pareto.iter().map(|one| with_growth(2.0 / age.max(1e-3), 2.0, one));
        Ok(limit.chain(common_age).collect())
    }

    fn contained(data: &Patterns, search: &impl Search) -> Vec<Vec<f64>> {
        search.maximum::<ParetoNbd>(data).map(|pareto| with_growth(1.01 * LEAST_B, 1.0, &pareto)).into_iter().collect()
    }

    fn objective(natural: &[f64], data: &Patterns) -> Jet {
        let [r, alpha, b, s, beta] = [natural[0], natural[1], natural[2], natural[3], natural[4]];
        let hazard = Hazard::new(b, s, beta);
        objective(&[r, alpha, b, s, beta], Life::Gompertz { shape: s, beta, b }, data, |_, time, left| {
            hazard.jet(time, left)
        })
    }

    fn ln_likelihood(&self, history: &PurchaseHistory, unit: TimeUnit) -> f64 {
        ln_likelihood(self.life(), self.0.r, self.0.alpha.as_days(), history, unit)
    }
}

/// Pareto/NBD parameters, with a hazard that grows: β/b is the scale of Pareto/NBD, times `wider`.
fn with_growth(b: f64, wider: f64, pareto: &[f64]) -> Vec<f64> {
    vec![pareto[0], pareto[1], b, pareto[2], (wider * b * pareto[3]).clamp(1e-14, 1e5)]
}

/// ln S(u) = −s ln(B/β) and ln[−S′(u)] = ln(bs) + bu + s ln β − (s+1) ln B, with B = β + e^(bu) − 1.
struct Hazard {
    b: f64,
    s: f64,
    beta: f64,
    ln_density: f64,
}

impl Hazard {
    fn new(b: f64, s: f64, beta: f64) -> Self {
        Self { b, s, beta, ln_density: (b * s / beta).ln() }
    }

    fn jet(&self, u: f64, left: bool) -> LifeJet<5> {
        let Self { b, s, beta, ln_density } = *self;
        let Growth { ln, share, inverse, gap } = Growth::new(b * u, beta);
        let (slope, bend) = (u * share, u * u * share * (beta - 1.0) * inverse);
        let power = if left { s + 1.0 } else { s };
        let mut value = -power * ln;
        let mut gradient = [0.0, 0.0, -power * slope, -ln, s * gap];
        let mut hessian = [
            [0.0; 5],
            [0.0; 5],
            [0.0, 0.0, -power * bend, -slope, power * slope * inverse],
            [0.0, 0.0, 0.0, 0.0, gap],
            [0.0, 0.0, 0.0, 0.0, -s * gap * (inverse + beta.recip())],
        ];
        if left {
            value += ln_density + b * u;
            gradient[2] += b.recip() + u;
            gradient[3] += s.recip();
            gradient[4] -= inverse;
            hessian[2][2] -= (b * b).recip();
            hessian[3][3] -= (s * s).recip();
            hessian[4][4] += inverse * inverse;
        }
        LifeJet { value, gradient, hessian }
    }
}

/// What the likelihood needs of B = β + e^q − 1, none of which overflows.
struct Growth {
    /// ln(B/β).
    ln: f64,
    /// e^q/B.
    share: f64,
    /// 1/B.
    inverse: f64,
    /// 1/β − 1/B.
    gap: f64,
}

impl Growth {
    fn new(q: f64, beta: f64) -> Self {
        /// From here on e^q is so large that its logarithm must be taken out.
        const LARGE: f64 = 30.0;
        if q < LARGE {
            let excess = q.exp_m1();
            let inverse = (beta + excess).recip();
            return Self {
                ln: (excess / beta).ln_1p(),
                share: (1.0 + excess) * inverse,
                inverse,
                gap: excess / beta * inverse,
            };
        }
        let decay = (-q).exp();
        let share = (1.0 + (beta - 1.0) * decay).recip();
        Self { ln: q - (beta * share).ln(), share, inverse: decay * share, gap: (1.0 - decay) * share / beta }
    }
}

impl CountModel for GgompertzNbd {
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

    /// S(u) = e^−E for an exponential E: η (e^(bu) − 1) = E.
    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        let rate = rng.gamma(self.0.r) / self.0.alpha.as_days();
        let time = (rng.exponential() * self.0.beta / rng.gamma(self.0.s)).ln_1p() / self.0.b_per_day;
        LatentCustomer { pace: Pace::Erlang { rate, k: 1 }, leaving: Leaving::At { time } }
    }

    fn observe(&self, repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
        PurchaseHistory::observed(repeats, recency, age)
    }
}
