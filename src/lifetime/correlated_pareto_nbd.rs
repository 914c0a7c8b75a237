mod gamma;
mod jet;
mod process;
mod tilt;

pub use process::CorrelatedProcess;

use gamma::{Gamma, Kept};
use jet::{KeptJet, TiltJet, m_at};
use tilt::{Tilt, bounds};

use super::{
    CountModel, DataError, Dimension, Driver, Exposure, Likelihood, Limit, Link, Parameter, ParameterError, ParetoNbd,
    ParetoNbdParams, Search,
    life::{Life, LifeJet, ln_left_tilted, ln_likelihood_tilted, objective},
    parameter::model_of_parameters,
    simulate::{Generator, LatentCustomer, Leaving, Pace, resampled},
};
use crate::{
    cohort::{Patterns, PurchaseHistory},
    math::{Dual, Jet},
    units::{Interval, Span, TimeUnit, UnitError, in_range},
};

/// The Pareto/NBD model with correlated rates: those who buy more often leave sooner, or later.
///
/// Purchases come at a rate λ ~ Gamma(r, α) of the customer's own, and the customer leaves at a rate μ ~ Gamma(s, β), as in
/// [`ParetoNbd`]; but λ and μ go together, in the way of Sarmanov. With m = 0 it is [`ParetoNbd`]; with m > 0 frequent
/// buyers leave sooner, with m < 0 later.
///
/// # Formula
///
/// With f and h the gamma densities, c the [`unit`](CorrelatedParetoNbdParams::unit), LA = E e^−cλ = (α/(α+c))^r and
/// LB = E e^−cμ = (β/(β+c))^s:
///
/// ```text
/// density       f(λ) h(μ) q,   q = 1 + m (e^−cλ − LA)(e^−cμ − LB)
/// likelihood    L = L00 + m LA LB (L00 + L11 − L10 − L01),   Lij that of Pareto/NBD at α + i·c, β + j·c
/// bounds        −1 / max{LA LB, (1−LA)(1−LB)} ≤ m ≤ 1 / max{LA (1−LB), LB (1−LA)}
/// correlation   m LA LB √(r s) · c/(α+c) · c/(β+c)
/// odds ratio    (1 + m LA LB)(1 + m (1−LA)(1−LB)) / [(1 − m LA (1−LB))(1 − m (1−LA) LB)]
/// ```
///
/// ```math
/// f(\lambda)\,h(\mu) \left[ 1 + m \left( e^{-c\lambda} - L_A \right) \left( e^{-c\mu} - L_B \right) \right], \qquad
/// L = L_{00} + m L_A L_B \left( L_{00} + L_{11} - L_{10} - L_{01} \right)
/// ```
///
/// The bounds are where q would fall below zero for some customers. They leave room for little correlation where rates are
/// small beside 1/c: for Pareto/NBD on CDNOW, in weeks, from −.004 to .077. Likelihoods and forecasts are not formed by
/// the signed sum but from the values of q at its corners, none of which is negative, see [`CorrelatedProcess`].
///
/// # The unit counts
///
/// e^−cλ depends on c: the model in weeks and the model in days are two models, with other bounds, and the parameters of
/// one are not those of the other. Parameters of other models may be scaled with time; these may not. A fit takes rates per
/// week, as the literature does; a model with given parameters may have any unit.
///
/// # Fits
///
/// The bounds of m move with the other parameters. A fit estimates in place of m the odds ratio above, which may be any
/// positive number, is 1 without correlation, and 0 and infinite at the bounds; [`CorrelatedParetoNbdParams::m`],
/// [`CorrelatedParetoNbd::correlation`] and their errors follow by [`Fit::delta`](crate::Fit::delta):
///
/// ```
/// use customer_value::{
///     CorrelatedParetoNbd, CorrelatedParetoNbdParams, Mle, ParetoNbd, Patterns, Seed, Span, TimeUnit, simulate,
/// };
///
/// let (alpha, beta) = (Span::weeks(0.5)?, Span::weeks(2.0)?);
/// let unit = TimeUnit::Week;
/// let params = CorrelatedParetoNbdParams { r: 1.0, alpha, s: 1.0, beta, m: -2.25, unit };
/// let truth = CorrelatedParetoNbd::new(params)?;
/// let data = Patterns::from(&simulate(&truth, Span::weeks(104.0)?, 4_000, Seed::new(5)));
///
/// let fit = Mle::default().fit::<CorrelatedParetoNbd>(data.clone())?;
/// let correlation = fit.delta(CorrelatedParetoNbd::correlation).ok_or("not identified")?;
/// assert!((correlation.value - truth.correlation()).abs() < 3.0 * correlation.standard_error);
/// // Frequent buyers leave later: chance alone does not give as much.
/// let independent = Mle::default().fit::<ParetoNbd>(data)?;
/// assert!(fit.likelihood_ratio(&independent)?.p_value.get() < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Of 2,000 simulated cohorts of 6,000 customers each, with a correlation of −0.11 and two years of observation, 95.15 % of
/// the 95 % profile intervals of the odds ratio held the true value, and 95.05 % of those by the delta method of the
/// correlation and of m.
///
/// With covariates, customers share r, s and the odds ratio; their m and their correlation are their own.
///
/// # Examples
///
/// ```
/// use customer_value::{CorrelatedParetoNbd, CorrelatedParetoNbdParams, ParetoNbd, ParetoNbdParams, Span, TimeUnit};
///
/// let (alpha, beta) = (Span::weeks(10.578)?, Span::weeks(11.669)?);
/// let independent = ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha, s: 0.606, beta })?;
/// let unit = TimeUnit::Week;
/// let bounds = CorrelatedParetoNbd::bounds(&independent, unit);
/// assert_eq!(bounds.to_string(), "-1.1049 to 21.5716");
///
/// let params = CorrelatedParetoNbdParams { r: 0.553, alpha, s: 0.606, beta, m: 20.0, unit };
/// let model = CorrelatedParetoNbd::new(params)?;
/// assert!((model.correlation() - 0.0714).abs() < 5e-5);
/// // Rates of (1.5, 0) a week are rarer than if they were independent, rates of (1.5, 1.5) are commoner.
/// assert!(model.density_ratio(1.5, 0.0)? < 0.5 && model.density_ratio(1.5, 1.5)? > 10.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Sarmanov (1966), Generalized normal correlation and two-dimensional Fréchet classes, Soviet Mathematics Doklady 7. Lee
/// (1996), Properties and applications of the Sarmanov family of bivariate distributions, Communications in Statistics:
/// Theory and Methods 25(6). Park and Fader (2004), Modeling browsing behavior at multiple websites, Marketing Science
/// 23(3), who join gamma rates of timing so.
#[doc(alias = "Sarmanov")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "CorrelatedParetoNbdParams", into = "CorrelatedParetoNbdParams")
)]
pub struct CorrelatedParetoNbd(CorrelatedParetoNbdParams);

/// The parameters of [`CorrelatedParetoNbd`], each positive but m.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CorrelatedParetoNbdParams {
    /// Shape of the gamma distribution of purchase rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/α.
    pub alpha: Span,
    /// Shape of the gamma distribution of the rates of leaving.
    pub s: f64,
    /// Its rate, a time: the mean rate of leaving is s/β.
    pub beta: Span,
    /// How much the rates go together: 0 if they are independent, within [`CorrelatedParetoNbd::bounds`].
    pub m: f64,
    /// The unit of time per which the rates stand in e^−λ.
    pub unit: TimeUnit,
}

impl CorrelatedParetoNbdParams {
    const fn independent(self) -> ParetoNbdParams {
        let Self { r, alpha, s, beta, .. } = self;
        ParetoNbdParams { r, alpha, s, beta }
    }

    /// Those that have a range of their own.
    fn to_natural(self) -> Vec<f64> {
        self.independent().to_natural()
    }

    /// From the odds ratio in place of m.
    fn from_natural(natural: &[f64], unit: TimeUnit) -> Self {
        let [r, s] = [natural[0], natural[2]];
        let [alpha, beta] = [natural[1], natural[3]].map(Span::known);
        let mut params = Self { r, alpha, s, beta, m: 0.0, unit };
        let kept = params.kept();
        let shares = kept.map(|kept| Dual::<0>::constant(kept.share));
        params.m = m_at(shares, kept.map(|kept| kept.rest), Dual::constant(natural[4])).value;
        params
    }

    /// LA and LB.
    fn kept(self) -> [Kept; 2] {
        self.rates().map(|rate| rate.kept(0.0, 0.0))
    }

    /// How customers differ in buying and in leaving.
    const fn rates(self) -> [Gamma; 2] {
        let span = self.unit.days();
        [
            Gamma { shape: self.r, rate: self.alpha.as_days(), span },
            Gamma { shape: self.s, rate: self.beta.as_days(), span },
        ]
    }
}

/// m must lie within its bounds.
fn check_m(params: &CorrelatedParetoNbdParams) -> Result<(), ParameterError> {
    let [buying, leaving] = params.kept();
    let Interval { low: least, high: most } = bounds(buying, leaving);
    // Where customers are so fast that nothing of e^−λ is left, there is no upper bound.
    if params.m.is_finite() && (least..=most).contains(&params.m) {
        return Ok(());
    }
    Err(ParameterError { model: CorrelatedParetoNbd::NAME, parameter: "m".into(), value: params.m, least, most })
}

model_of_parameters!(CorrelatedParetoNbd, CorrelatedParetoNbdParams, check_m);

impl CorrelatedParetoNbd {
    /// Between which m rates with these distributions can go together, if they are measured per `unit`. The upper end is
    /// infinite where both rates are so fast that nothing is left of LA and LB.
    pub fn bounds(independent: &ParetoNbd, unit: TimeUnit) -> Interval {
        let ParetoNbdParams { r, alpha, s, beta } = independent.params();
        let [buying, leaving] = CorrelatedParetoNbdParams { r, alpha, s, beta, m: 0.0, unit }.kept();
        bounds(buying, leaving)
    }

    /// The correlation of a customer's two rates: of how often one buys, with how readily one leaves.
    #[doc(alias = "相关系数")]
    pub fn correlation(&self) -> f64 {
        let CorrelatedParetoNbdParams { r, alpha, s, beta, m, unit } = self.0;
        let [buying, leaving] = self.0.kept().map(|kept| kept.share);
        let part = |rate: Span| unit.days() / (rate.as_days() + unit.days());
        m * buying * leaving * (r * s).sqrt() * part(alpha) * part(beta)
    }

    /// The odds ratio of the corners of q, which a fit estimates: 1 without correlation, more with a positive one; 0 or
    /// infinite with m at a bound itself.
    pub fn odds_ratio(&self) -> f64 {
        self.tilt().odds_ratio()
    }

    /// How much commoner customers with these two rates, per [`unit`](CorrelatedParetoNbdParams::unit), are than if the
    /// rates were independent: the q of the [formula](Self#formula), never negative.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless both rates are finite and not negative.
    pub fn density_ratio(&self, purchase_rate: f64, dropout_rate: f64) -> Result<f64, UnitError> {
        let of = |what, rate| {
            let rate = in_range(what, rate, 0.0, f64::MAX)?;
            Ok(Kept { share: (-rate).exp(), rest: -(-rate).exp_m1() })
        };
        Ok(self.tilt().at(of("purchase rate", purchase_rate)?, of("dropout rate", dropout_rate)?))
    }

    fn tilt(&self) -> Tilt {
        let [buying, leaving] = self.0.kept();
        Tilt::new(buying, leaving, self.0.m)
    }

    const fn life(&self) -> Life {
        Life::Lomax { shape: self.0.s, scale: self.0.beta.as_days() }
    }

    /// The logarithm of the tilt of customers with so many purchases who are alive at a time, or leave then.
    fn ln_tilt(&self, repeats: u32) -> impl Fn(f64, bool) -> f64 {
        let tilt = self.tilt();
        let [buying, leaving] = self.0.rates();
        let bought = f64::from(repeats);
        move |time, left| tilt.at(buying.kept(bought, time), leaving.kept(f64::from(u8::from(left)), time)).ln()
    }
}

/// The unit of a fit.
const FITTED: TimeUnit = TimeUnit::Week;

/// How far the odds ratio of a fit may be from 1: the corners are then no nearer to zero than 1e-12, which m still tells.
const MOST_ODDS: f64 = 1e12;

impl Likelihood for CorrelatedParetoNbd {
    type Data = Patterns;

    const NAME: &'static str = "correlated Pareto/NBD";

    const PARAMETERS: &'static [Parameter] = &[
        Parameter::number("r"),
        Parameter::time("alpha"),
        Parameter::number("s"),
        Parameter::time("beta"),
        Parameter::new("odds_ratio", Dimension::Number, 1.0 / MOST_ODDS, MOST_ODDS),
    ];

    fn link(driver: Driver) -> Option<Link> {
        ParetoNbd::link(driver)
    }

    fn from_natural(natural: &[f64], _: &Patterns) -> Result<Self, ParameterError> {
        Self::new(CorrelatedParetoNbdParams::from_natural(natural, FITTED))
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(CorrelatedParetoNbdParams::from_natural(natural, self.0.unit))
    }

    /// A model at the bound itself is told by the odds ratio nearest to it that a fit has.
    fn to_natural(&self) -> Vec<f64> {
        let mut natural = self.0.to_natural();
        natural.push(self.odds_ratio().clamp(1.0 / MOST_ODDS, MOST_ODDS));
        natural
    }

    /// Where all buy or all leave alike, there is nothing to be correlated.
    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        let bound = if natural[4] > 1.0 { "Pareto/NBD with m at its most" } else { "Pareto/NBD with m at its least" };
        match held {
            [false, false, false, false, true] => Some(Limit::new(bound, &[0, 1, 2, 3], &[])),
            _ => ParetoNbd::limit(&natural[..4], &held[..4]),
        }
    }

    fn resample(&self, data: &Patterns, rng: &mut Generator) -> Patterns {
        resampled(self, data, rng)
    }

    /// Those of [`ParetoNbd`], of which the first also with much correlation either way.
    fn starts(data: &Patterns) -> Result<Vec<Vec<f64>>, DataError> {
        const CORRELATED: usize = 6;
        let independent = ParetoNbd::starts(data)?;
        let with = |odds: f64| move |start: &Vec<f64>| [&start[..], &[odds]].concat();
        let [more, less] = [20.0, 0.05].map(|odds| independent.iter().take(CORRELATED).map(with(odds)));
        Ok(independent.iter().map(with(1.0)).chain(more).chain(less).collect())
    }

    fn contained(data: &Patterns, search: &impl Search) -> Vec<Vec<f64>> {
        let without = |independent: Vec<f64>| [&independent[..], &[1.0]].concat();
        search.maximum::<ParetoNbd>(data).map(without).into_iter().collect()
    }

    fn objective(natural: &[f64], data: &Patterns) -> Jet {
        let [r, alpha, s, beta, odds] = [natural[0], natural[1], natural[2], natural[3], natural[4]];
        let span = FITTED.days();
        let tilt = TiltJet::new(KeptJet::new(r, alpha, span), KeptJet::new(s, beta, span), odds);
        let life = Life::Lomax { shape: s, scale: beta };
        objective(&[r, alpha, s, beta, odds], life, data, |repeats, time, left| {
            let events = f64::from(u8::from(left));
            let buying = KeptJet::new(r + repeats, alpha + time, span);
            let leaving = KeptJet::new(s + events, beta + time, span);
            let exposure = Exposure::new(s, beta, events, time);
            let LifeJet { mut value, mut gradient, mut hessian } = tilt.ln(&buying, &leaving);
            value += exposure.value;
            gradient[2] += exposure.by_r;
            gradient[3] += exposure.by_alpha;
            hessian[2][3] += exposure.by_r_alpha;
            hessian[3][3] += exposure.by_alpha_alpha;
            if left {
                value += s.ln();
                gradient[2] += s.recip();
                hessian[2][2] -= s.powi(-2);
            }
            LifeJet { value, gradient, hessian }
        })
    }

    fn ln_likelihood(&self, history: &PurchaseHistory, unit: TimeUnit) -> f64 {
        let tilt = self.ln_tilt(history.repeats());
        ln_likelihood_tilted(self.life(), self.0.r, self.0.alpha.as_days(), (history, unit), tilt)
    }
}

impl CountModel for CorrelatedParetoNbd {
    type History = PurchaseHistory;
    type Alive = CorrelatedProcess;

    fn log_odds_alive(&self, history: &PurchaseHistory) -> f64 {
        let tilt = self.ln_tilt(history.repeats());
        -ln_left_tilted(self.life(), self.0.r, self.0.alpha.as_days(), history, tilt)
    }

    fn given_alive(&self, history: &PurchaseHistory) -> CorrelatedProcess {
        let age = history.age().as_days();
        let [buying, leaving] = self.0.rates();
        let shape = buying.shape + f64::from(history.repeats());
        let buying = Gamma { shape, rate: buying.rate + age, ..buying };
        CorrelatedProcess::new(buying, Gamma { rate: leaving.rate + age, ..leaving }, self.tilt())
    }

    fn process_key(&self, history: &PurchaseHistory) -> (u64, u64, u64) {
        history.repeats_and_age()
    }

    /// The customers at the four corners of q are independent in their rates: at a = 1 these are Gamma(r, α+c), at a = 0
    /// they have the density f(λ)(1 − e^−cλ).
    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        let [buying, leaving] = self.0.rates();
        let [a, b] = self.tilt().draw(buying.kept(0.0, 0.0), leaving.kept(0.0, 0.0), rng);
        let rate = buying.draw(a, rng);
        let time = rng.exponential() / leaving.draw(b, rng);
        LatentCustomer { pace: Pace::Erlang { rate, k: 1 }, leaving: Leaving::At { time } }
    }

    fn observe(&self, repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
        PurchaseHistory::observed(repeats, recency, age)
    }
}
