use super::{
    DiscreteWeibull, Sbg, Step, Tenure, Tenures, contract_model, discrete_weibull::power, ln_likelihood, objective,
    resampled, sbg::spreads,
};
use crate::{
    lifetime::{
        DataError, Generator, Likelihood, Limit, Parameter, ParameterError, Search,
        opportunity::{Stay, power_step},
        parameter::{is_narrow, model_of_parameters},
    },
    math::{BetaDrop, Jet},
    units::{Span, TimeUnit},
};

/// The beta-discrete-Weibull (BdW) model of contracts: customers differ in how readily they leave, and grow more or less
/// loyal with time.
///
/// Probabilities θ of not renewing the first time are spread over customers as Beta(γ, δ); the power c, the same for all,
/// says how they change. At c = 1 it is [`Sbg`](super::Sbg), in which they do not.
///
/// # Formula
///
/// ```text
/// S(t) = B(γ, δ+t^c)/B(γ, δ)                     still active after t periods
/// P(lost at the end of period t) = S(t−1) − S(t)
/// ```
///
/// ```math
/// S(t) = \frac{B(\gamma, \delta+t^c)}{B(\gamma, \delta)}
/// ```
///
/// where `t` counts the [`periods`](Tenure::periods) of a [`Tenure`]; `γ`, `δ` and `c` are the [`BdwParams`].
/// Predictions: [`ContractProcess`](crate::lifetime::ContractProcess).
///
/// # Examples
///
/// ```
/// use customer_value::{Bdw, Mle, Sbg, Span, Tenures, TimeUnit};
///
/// let five_years = Tenures::from_survivors([[1000, 869, 743, 653, 593]], Span::years(1.0)?)?;
/// let sbg = Mle::default().fit::<Sbg>(five_years.clone())?;
/// let bdw = Mle::default().fit::<Bdw>(five_years)?;
/// // In these data customers do become less loyal: twice the gain in likelihood is chi-square with one degree.
/// assert!(bdw.model().params().c > 1.5);
/// assert!(2.0 * (bdw.log_likelihood(TimeUnit::Day) - sbg.log_likelihood(TimeUnit::Day)) > 3.84);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Fader, Hardie, Liu, Davin and Steenburgh (2018), "How to project customer retention" revisited: the role of duration
/// dependence, Journal of Interactive Marketing 43.
#[doc(alias = "beta-discrete-Weibull")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "BdwParams", into = "BdwParams")
)]
pub struct Bdw(BdwParams);

/// The parameters of [`Bdw`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BdwParams {
    /// First parameter of the beta distribution of not renewing the first time: the mean is γ/(γ+δ).
    pub gamma: f64,
    /// Its second parameter.
    pub delta: f64,
    /// How a customer changes: below 1 one grows more loyal, above 1 less.
    pub c: f64,
    /// The time from one renewal to the next, which is not estimated.
    pub every: Span,
}

impl BdwParams {
    fn to_natural(self) -> Vec<f64> {
        vec![self.gamma, self.delta, self.c]
    }
}

model_of_parameters!(Bdw, BdwParams, carries every);
contract_model!(Bdw);

impl Bdw {
    const fn stay(&self) -> Stay {
        Stay::Beta { gamma: self.0.gamma, delta: self.0.delta, power: self.0.c, seen: 0.0 }
    }

    fn draw_rate(&self, rng: &mut Generator) -> (f64, f64) {
        (-(-rng.beta(self.0.gamma, self.0.delta)).ln_1p(), self.0.c)
    }
}

/// The beta drop from b = δ + from^c by d = to^c − from^c, both of which move with c.
fn step([gamma, delta, c]: [f64; 3], from: f64, to: f64) -> Step<3> {
    let [b, b_by_c, b_by_cc] = power_step(0.0, from, c);
    let [d, d_by_c, d_by_cc] = power_step(from, to, c);
    let drop = BetaDrop::new(gamma, delta + b, d);
    let by_gamma_c = drop.by_aa * b_by_c + drop.by_ad * d_by_c;
    let by_delta_c = drop.by_bb * b_by_c + drop.by_dd * d_by_c;
    let by_cc = by_delta_c * b_by_c + drop.by_dd * (b_by_c + d_by_c) * d_by_c;
    let bends = drop.by_b * b_by_cc + drop.by_d * d_by_cc;
    (
        drop.value,
        [drop.by_a, drop.by_b, drop.by_b * b_by_c + drop.by_d * d_by_c],
        [[drop.by_aa, drop.by_aa, by_gamma_c], [0.0, drop.by_bb, by_delta_c], [0.0, 0.0, by_cc + bends]],
    )
}

impl Likelihood for Bdw {
    type Data = Tenures;

    const NAME: &'static str = "BdW";

    const PARAMETERS: &'static [Parameter] = &[Parameter::number("gamma"), Parameter::number("delta"), power("c")];

    fn from_natural(natural: &[f64], data: &Tenures) -> Result<Self, ParameterError> {
        Self::new(BdwParams { gamma: natural[0], delta: natural[1], c: natural[2], every: data.every() })
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(BdwParams { gamma: natural[0], delta: natural[1], c: natural[2], ..self.0 })
    }

    fn limit(natural: &[f64], _: &[bool]) -> Option<Limit> {
        let alike = natural[..2].iter().all(|&shape| is_narrow(shape));
        alike.then(|| Limit::new("discrete Weibull (all leave alike)", &[], &[]))
    }

    fn resample(&self, data: &Tenures, rng: &mut Generator) -> Tenures {
        resampled(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    fn starts(data: &Tenures) -> Result<Vec<Vec<f64>>, DataError> {
        let spreads = spreads(data.loss()?);
        let starts = [1.0, 0.5, 2.0].map(|c| spreads.map(|(gamma, delta)| vec![gamma, delta, c]));
        Ok(starts.into_iter().flatten().collect())
    }

    /// The sBG at c = 1; the discrete Weibull where all have nearly one θ = γ/(γ+δ).
    fn contained(data: &Tenures, search: &impl Search) -> Vec<Vec<f64>> {
        let sbg = search.maximum::<Sbg>(data).map(|sbg| vec![sbg[0], sbg[1], 1.0]);
        let alike = |weibull: Vec<f64>| {
            let [theta, c] = [weibull[0], weibull[1]];
            let size = Parameter::MOST / theta.max(1.0 - theta);
            vec![(size * theta).max(Parameter::LEAST), size * (1.0 - theta), c]
        };
        sbg.into_iter().chain(search.maximum::<DiscreteWeibull>(data).map(alike)).collect()
    }

    fn objective(natural: &[f64], data: &Tenures) -> Jet {
        let at = [natural[0], natural[1], natural[2]];
        objective(natural, data, |from, to| step(at, from, to))
    }

    /// A probability: no unit of time is in it.
    fn ln_likelihood(&self, tenure: &Tenure, _: TimeUnit) -> f64 {
        ln_likelihood(self.stay(), *tenure)
    }
}
