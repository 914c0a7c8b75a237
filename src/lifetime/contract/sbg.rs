use super::{Step, Tenure, Tenures, contract_model, ln_likelihood, objective, resampled};
use crate::{
    lifetime::{
        DataError, Generator, Likelihood, Limit, Parameter, ParameterError,
        opportunity::Stay,
        parameter::{is_narrow, model_of_parameters},
    },
    math::{BetaDrop, Jet},
    units::{Span, TimeUnit},
};

/// The shifted-beta-geometric (sBG) model of contracts: each customer has a probability of one's own not to renew, the
/// same every time.
///
/// Probabilities θ are spread over customers as Beta(α, β). Retention rates rise with tenure all the same, because those
/// with large θ are lost first.
///
/// # Formula
///
/// ```text
/// S(t) = B(α, β+t)/B(α, β)                       still active after t periods
/// P(lost at the end of period t) = S(t−1) − S(t) = B(α+1, β+t−1)/B(α, β)
///
/// retention rate at the end of period t = (β+t−1)/(α+β+t−1)
/// ```
///
/// ```math
/// S(t) = \frac{B(\alpha, \beta+t)}{B(\alpha, \beta)}, \qquad r_t = \frac{\beta+t-1}{\alpha+\beta+t-1}
/// ```
///
/// where `t` counts the [`periods`](Tenure::periods) of a [`Tenure`]; `α` and `β` are the [`SbgParams`]. Predictions:
/// [`ContractProcess`](crate::lifetime::ContractProcess).
///
/// # Examples
///
/// ```
/// use customer_value::{CountModel, Mle, Sbg, Span, Tenure, Tenures};
///
/// // Of 1,000 customers so many were left after one year, two years, and so on.
/// let year = Span::years(1.0)?;
/// let survivors = Tenures::from_survivors([[1000, 869, 743, 653, 593, 551, 517, 491]], year)?;
/// let fit = Mle::default().fit::<Sbg>(survivors)?;
/// assert!((fit.model().params().alpha - 0.668).abs() < 5e-4);
/// let newcomer = fit.model().forecast(&Tenure::acquired());
/// let after_12_years = 1000.0 * newcomer.given_alive().survival_after(12);
/// assert!((after_12_years - 394.0).abs() < 20.0); // 394 were left
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1).
#[doc(alias = "shifted-beta-geometric")]
#[doc(alias = "churn")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "SbgParams", into = "SbgParams")
)]
pub struct Sbg(SbgParams);

/// The parameters of [`Sbg`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SbgParams {
    /// First parameter of the beta distribution of not renewing: the mean is α/(α+β).
    pub alpha: f64,
    /// Its second parameter.
    pub beta: f64,
    /// The time from one renewal to the next, which is not estimated.
    pub every: Span,
}

impl SbgParams {
    fn to_natural(self) -> Vec<f64> {
        vec![self.alpha, self.beta]
    }
}

model_of_parameters!(Sbg, SbgParams, carries every);
contract_model!(Sbg);

impl Sbg {
    const fn stay(&self) -> Stay {
        Stay::Beta { gamma: self.0.alpha, delta: self.0.beta, power: 1.0, seen: 0.0 }
    }

    fn draw_rate(&self, rng: &mut Generator) -> (f64, f64) {
        (-(-rng.beta(self.0.alpha, self.0.beta)).ln_1p(), 1.0)
    }
}

fn step(alpha: f64, beta: f64, from: f64, to: f64) -> Step<2> {
    let drop = BetaDrop::new(alpha, beta + from, to - from);
    (drop.value, [drop.by_a, drop.by_b], [[drop.by_aa, drop.by_aa], [0.0, drop.by_bb]])
}

/// Beta distributions with this mean, from customers nearly alike to nearly all loyal or lost at once.
pub(super) fn spreads(mean: f64) -> [(f64, f64); 5] {
    [1.0, 0.2, 5.0, 0.03, 50.0].map(|a| (a, a * (1.0 - mean) / mean))
}

impl Likelihood for Sbg {
    type Data = Tenures;

    const NAME: &'static str = "sBG";

    const PARAMETERS: &'static [Parameter] = &[Parameter::number("alpha"), Parameter::number("beta")];

    fn from_natural(natural: &[f64], data: &Tenures) -> Result<Self, ParameterError> {
        Self::new(SbgParams { alpha: natural[0], beta: natural[1], every: data.every() })
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(SbgParams { alpha: natural[0], beta: natural[1], ..self.0 })
    }

    fn limit(natural: &[f64], _: &[bool]) -> Option<Limit> {
        let alike = natural.iter().all(|&shape| is_narrow(shape));
        alike.then(|| Limit::new("geometric (all leave alike)", &[], &[]))
    }

    fn resample(&self, data: &Tenures, rng: &mut Generator) -> Tenures {
        resampled(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    fn starts(data: &Tenures) -> Result<Vec<Vec<f64>>, DataError> {
        Ok(spreads(data.loss()?).map(|(alpha, beta)| vec![alpha, beta]).into())
    }

    fn objective(natural: &[f64], data: &Tenures) -> Jet {
        objective(natural, data, |from, to| step(natural[0], natural[1], from, to))
    }

    /// A probability: no unit of time is in it.
    fn ln_likelihood(&self, tenure: &Tenure, _: TimeUnit) -> f64 {
        ln_likelihood(self.stay(), *tenure)
    }
}
