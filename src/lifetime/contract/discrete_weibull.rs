use super::{Step, Tenure, Tenures, contract_model, ln_likelihood, objective, resampled};
use crate::{
    lifetime::{
        DataError, Dimension, Generator, Likelihood, Limit, Parameter, ParameterError,
        opportunity::{Stay, power_step},
        parameter::model_of_parameters,
    },
    math::Jet,
    units::{Span, TimeUnit},
};

/// The discrete Weibull (dW) model of contracts: customers are alike, and grow more or less loyal with time.
///
/// It is the yardstick for [`Bdw`](super::Bdw), in which customers differ too.
///
/// # Formula
///
/// ```text
/// S(t) = (1 − θ)^(t^c)                           still active after t periods
/// ```
///
/// ```math
/// S(t) = (1-\theta)^{t^c}
/// ```
///
/// where `t` counts the [`periods`](Tenure::periods) of a [`Tenure`]; `θ` and `c` are the [`DiscreteWeibullParams`].
/// Predictions: [`ContractProcess`](crate::lifetime::ContractProcess).
///
/// # References
///
/// Nakagawa and Osaki (1975), The discrete Weibull distribution, IEEE Transactions on Reliability R-24(5).
#[doc(alias = "dW")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "DiscreteWeibullParams", into = "DiscreteWeibullParams")
)]
pub struct DiscreteWeibull(DiscreteWeibullParams);

/// The parameters of [`DiscreteWeibull`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DiscreteWeibullParams {
    /// The probability of not renewing the first time, between 0 and 1.
    pub theta: f64,
    /// How it changes: below 1 customers grow more loyal, above 1 less.
    pub c: f64,
    /// The time from one renewal to the next, which is not estimated.
    pub every: Span,
}

impl DiscreteWeibullParams {
    fn to_natural(self) -> Vec<f64> {
        vec![self.theta, self.c]
    }
}

model_of_parameters!(DiscreteWeibull, DiscreteWeibullParams, carries every);
contract_model!(DiscreteWeibull);

impl DiscreteWeibull {
    fn stay(&self) -> Stay {
        let (rate, power) = self.rate();
        Stay::Weibull { rate, power, seen: 0.0 }
    }

    fn rate(&self) -> (f64, f64) {
        (-(-self.0.theta).ln_1p(), self.0.c)
    }

    fn draw_rate(&self, _: &mut Generator) -> (f64, f64) {
        self.rate()
    }
}

/// −rate · (to^c − from^c) in θ and c, with rate = −ln(1 − θ).
fn step(theta: f64, c: f64, from: f64, to: f64) -> Step<2> {
    let [steps, by_c, by_cc] = power_step(from, to, c);
    let (rate, by_theta) = (-(-theta).ln_1p(), (1.0 - theta).recip());
    let hessian = [[-by_theta * by_theta * steps, -by_theta * by_c], [0.0, -rate * by_cc]];
    (-rate * steps, [-by_theta * steps, -rate * by_c], hessian)
}

/// How the chance of leaving changes with tenure. At 10 nearly all leave at the same renewal, and no power of a time
/// overflows.
pub(super) const fn power(name: &'static str) -> Parameter {
    Parameter::new(name, Dimension::Number, 1e-2, 10.0)
}

impl Likelihood for DiscreteWeibull {
    type Data = Tenures;

    const NAME: &'static str = "discrete Weibull";

    const PARAMETERS: &'static [Parameter] =
        &[Parameter::new("theta", Dimension::Number, 1e-12, 1.0 - 1e-6), power("c")];

    fn from_natural(natural: &[f64], data: &Tenures) -> Result<Self, ParameterError> {
        Self::new(DiscreteWeibullParams { theta: natural[0], c: natural[1], every: data.every() })
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(DiscreteWeibullParams { theta: natural[0], c: natural[1], ..self.0 })
    }

    fn limit(_: &[f64], _: &[bool]) -> Option<Limit> {
        None
    }

    fn resample(&self, data: &Tenures, rng: &mut Generator) -> Tenures {
        resampled(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    fn starts(data: &Tenures) -> Result<Vec<Vec<f64>>, DataError> {
        let loss = data.loss()?;
        Ok([1.0, 0.5, 2.0].map(|c| vec![loss, c]).into())
    }

    fn objective(natural: &[f64], data: &Tenures) -> Jet {
        objective(natural, data, |from, to| step(natural[0], natural[1], from, to))
    }

    /// A probability: no unit of time is in it.
    fn ln_likelihood(&self, tenure: &Tenure, _: TimeUnit) -> f64 {
        ln_likelihood(self.stay(), *tenure)
    }
}
