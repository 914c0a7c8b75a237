use std::cmp::Ordering;
use std::f64::consts::E;

use crate::math::logistic;
use crate::units::{UnitError, in_range};

/// The form of a response, an unchecked row: [`Response::new`] checks it.
///
/// # Formula
///
/// ```text
/// linear        intercept + slope · x
/// power         scale · x^exponent                              x ≥ 0
/// exponential   scale · (1 − e^(−rate · x))
/// logistic      ceiling / (1 + e^(−steepness · (x − midpoint)))
/// prospect      (x − r)^α for x ≥ r, −λ · (r − x)^β below
/// attractive    a · eˣ + b,     a = (S − D) / (e − 1)           0 ≤ x ≤ 1
/// must-be       −a · e⁻ˣ + b,   a = e · (S − D) / (e − 1)       0 ≤ x ≤ 1
/// one-dimensional   D + (S − D) · x                             0 ≤ x ≤ 1
/// ```
///
/// where each Kano curve runs from D, the dissatisfaction of a need that is not met at all, to S, the satisfaction of
/// one that is fully met.
///
/// # References
///
/// Tversky & Kahneman (1992), *Advances in prospect theory*; Kano et al. (1984), *Attractive quality and must-be
/// quality*; Wang & Ji (2010), *Understanding customer needs through quantitative analysis of Kano's model*.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Curve {
    /// Every unit adds the same.
    Linear {
        /// The response to 0.
        intercept: f64,
        /// The response to each unit.
        slope: f64,
    },
    /// Every percent adds the same percentage: diminishing returns for an exponent below 1.
    Power {
        /// The response to 1.
        scale: f64,
        /// The elasticity, above 0.
        exponent: f64,
    },
    /// Returns that diminish to a ceiling: constant aversion to risk.
    Exponential {
        /// The ceiling.
        scale: f64,
        /// How fast it is neared, above 0: 1/rate units bring 63 % of it.
        rate: f64,
    },
    /// First slow, then fast, then slow again.
    Logistic {
        /// The greatest response.
        ceiling: f64,
        /// The level of half of it.
        midpoint: f64,
        /// How fast it rises there, above 0.
        steepness: f64,
    },
    /// Gains and losses against a reference, where losses loom larger.
    #[doc(alias = "前景理论")]
    Prospect {
        /// The level that is neither gain nor loss (r).
        reference: f64,
        /// The exponent of gains (α), above 0.
        gain_exponent: f64,
        /// The exponent of losses (β), above 0.
        loss_exponent: f64,
        /// How much larger losses loom (λ), above 0.
        loss_aversion: f64,
    },
    /// A need nobody expects to be met, and that delights when it is.
    #[doc(alias = "吸引性需求")]
    #[doc(alias = "Kano")]
    Attractive {
        /// The satisfaction when it is fully met (S), from 0 to 1: Kano's better coefficient.
        satisfaction: f64,
        /// The dissatisfaction when it is not met (D), from −1 to 0: Kano's worse coefficient.
        dissatisfaction: f64,
    },
    /// A need everybody takes for granted.
    #[doc(alias = "必备需求")]
    #[doc(alias = "Kano")]
    MustBe {
        /// The satisfaction when it is fully met (S), from 0 to 1.
        satisfaction: f64,
        /// The dissatisfaction when it is not met (D), from −1 to 0.
        dissatisfaction: f64,
    },
    /// A need of which more is better, in proportion.
    #[doc(alias = "期望需求")]
    #[doc(alias = "Kano")]
    OneDimensional {
        /// The satisfaction when it is fully met (S), from 0 to 1.
        satisfaction: f64,
        /// The dissatisfaction when it is not met (D), from −1 to 0.
        dissatisfaction: f64,
    },
}

/// What a level of something is worth to a customer: one curve for utilities of attributes and for Kano's needs.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Curve, Response};
///
/// let money = Response::tversky_kahneman(0.0)?;
/// assert!((money.value(100.0)? - 57.5440).abs() < 1e-4);
/// assert!((money.value(-100.0)? + 129.4740).abs() < 1e-4);
///
/// let returns = Response::new(Curve::Exponential { scale: 100.0, rate: 0.05 })?;
/// assert_eq!(returns.slope(0.0)?, 5.0);
/// # Ok::<(), customer_value::delivered::ResponseError>(())
/// ```
#[doc(alias = "utility function")]
#[doc(alias = "效用函数")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Curve", into = "Curve"))]
pub struct Response(Curve);

/// Why a response has no number.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// A parameter or a level outside its range.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// The response is too large for a number.
    #[error("the {quantity} at level {level} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
        /// The level asked about.
        level: f64,
    },
    /// The curve has a kink or rises vertically.
    #[error("the response has no slope at level {level}")]
    NoSlope {
        /// The level asked about.
        level: f64,
    },
}

/// The least number above 0.
const ABOVE_ZERO: f64 = f64::from_bits(1);

impl Response {
    /// The response of this form.
    ///
    /// # Errors
    ///
    /// [`ResponseError::Unit`] for a parameter outside the range that [`Curve`] states, or one that is not finite.
    pub fn new(curve: Curve) -> Result<Self, ResponseError> {
        let any = |name, value| in_range(name, value, f64::MIN, f64::MAX);
        let positive = |name, value| in_range(name, value, ABOVE_ZERO, f64::MAX);
        match curve {
            Curve::Linear { intercept, slope } => any("intercept", intercept).and(any("slope", slope))?,
            Curve::Power { scale, exponent } => any("scale", scale).and(positive("exponent", exponent))?,
            Curve::Exponential { scale, rate } => any("scale", scale).and(positive("rate", rate))?,
            Curve::Logistic { ceiling, midpoint, steepness } => {
                any("ceiling", ceiling).and(any("midpoint", midpoint)).and(positive("steepness", steepness))?
            }
            Curve::Prospect { reference, gain_exponent, loss_exponent, loss_aversion } => {
                any("reference", reference)?;
                positive("exponent of gains", gain_exponent)?;
                positive("exponent of losses", loss_exponent)?;
                positive("loss aversion", loss_aversion)?
            }
            Curve::Attractive { satisfaction, dissatisfaction }
            | Curve::MustBe { satisfaction, dissatisfaction }
            | Curve::OneDimensional { satisfaction, dissatisfaction } => {
                in_range("satisfaction", satisfaction, 0.0, 1.0)?;
                in_range("dissatisfaction", dissatisfaction, -1.0, 0.0)?
            }
        };
        Ok(Self(curve))
    }

    /// Gains and losses against a reference with the parameters that Tversky and Kahneman found: both exponents .88, a
    /// loss aversion of 2.25.
    ///
    /// # Errors
    ///
    /// [`ResponseError::Unit`] unless the reference is finite.
    ///
    /// # References
    ///
    /// Tversky & Kahneman (1992), *Advances in prospect theory: cumulative representation of uncertainty*.
    pub fn tversky_kahneman(reference: f64) -> Result<Self, ResponseError> {
        Self::new(Curve::Prospect { reference, gain_exponent: 0.88, loss_exponent: 0.88, loss_aversion: 2.25 })
    }

    /// The form with its parameters.
    pub const fn curve(&self) -> Curve {
        self.0
    }

    /// The response to a level.
    ///
    /// # Errors
    ///
    /// [`ResponseError::Unit`] for a level outside the domain of the curve, [`ResponseError::TooLarge`].
    pub fn value(&self, level: f64) -> Result<f64, ResponseError> {
        self.check_level(level)?;
        let value = match self.0 {
            Curve::Linear { intercept, slope } => intercept + slope * level,
            Curve::Power { scale, exponent } => times(scale, level.powf(exponent)),
            Curve::Exponential { scale, rate } => times(scale, -(-rate * level).exp_m1()),
            Curve::Logistic { ceiling, midpoint, steepness } => ceiling * logistic(steepness * (level - midpoint)),
            Curve::Prospect { reference, gain_exponent, loss_exponent, loss_aversion } => {
                if level >= reference {
                    (level - reference).powf(gain_exponent)
                } else {
                    -loss_aversion * (reference - level).powf(loss_exponent)
                }
            }
            Curve::Attractive { satisfaction, dissatisfaction } => {
                between(dissatisfaction, satisfaction, level.exp_m1() / 1_f64.exp_m1())
            }
            Curve::MustBe { satisfaction, dissatisfaction } => {
                between(dissatisfaction, satisfaction, (-level).exp_m1() / (-1_f64).exp_m1())
            }
            Curve::OneDimensional { satisfaction, dissatisfaction } => between(dissatisfaction, satisfaction, level),
        };
        finite("response", value, level)
    }

    /// What a little more of it adds, per unit: the marginal response.
    ///
    /// # Errors
    ///
    /// As [`Response::value`], and [`ResponseError::NoSlope`] where the curve rises vertically, such as a root at 0, or
    /// has a kink, such as between gains and losses.
    pub fn slope(&self, level: f64) -> Result<f64, ResponseError> {
        self.check_level(level)?;
        let slope = match self.0 {
            Curve::Linear { slope, .. } => slope,
            Curve::Power { scale, exponent } => {
                times(scale, power_slope(level, exponent).ok_or(ResponseError::NoSlope { level })?)
            }
            Curve::Exponential { scale, rate } => times(scale, rate * (-rate * level).exp()),
            Curve::Logistic { ceiling, midpoint, steepness } => {
                let x = steepness * (level - midpoint);
                ceiling * (steepness * (logistic(x) * logistic(-x)))
            }
            Curve::Prospect { reference, gain_exponent, loss_exponent, loss_aversion } => {
                let gain = || power_slope(level - reference, gain_exponent);
                let loss = || Some(loss_aversion * power_slope(reference - level, loss_exponent)?);
                let slope = match level.total_cmp(&reference) {
                    Ordering::Greater => gain(),
                    Ordering::Less => loss(),
                    Ordering::Equal => gain().filter(|&gain| loss().is_some_and(|loss| loss.total_cmp(&gain).is_eq())),
                };
                slope.ok_or(ResponseError::NoSlope { level })?
            }
            Curve::Attractive { satisfaction, dissatisfaction } => {
                (satisfaction - dissatisfaction) * level.exp() / (E - 1.0)
            }
            Curve::MustBe { satisfaction, dissatisfaction } => {
                (satisfaction - dissatisfaction) * (1.0 - level).exp() / (E - 1.0)
            }
            Curve::OneDimensional { satisfaction, dissatisfaction } => satisfaction - dissatisfaction,
        };
        finite("slope of the response", slope, level)
    }

    fn check_level(&self, level: f64) -> Result<(), ResponseError> {
        let (low, high) = match self.0 {
            Curve::Power { .. } => (0.0, f64::MAX),
            Curve::Attractive { .. } | Curve::MustBe { .. } | Curve::OneDimensional { .. } => (0.0, 1.0),
            _ => (f64::MIN, f64::MAX),
        };
        in_range("level", level, low, high)?;
        Ok(())
    }
}

/// The product; nothing of a number beyond all floats is nothing.
fn times(scale: f64, by: f64) -> f64 {
    if scale.abs() > 0.0 { scale * by } else { 0.0 }
}

/// The point of the way from D to S at a share of it: both ends are met to the last bit, and since D ≤ 0 ≤ S, no
/// rounding leads beyond them.
fn between(dissatisfaction: f64, satisfaction: f64, share: f64) -> f64 {
    dissatisfaction * (1.0 - share) + satisfaction * share
}

/// The derivative of x^exponent at x ≥ 0; `None` where it is vertical.
fn power_slope(x: f64, exponent: f64) -> Option<f64> {
    (x > 0.0 || exponent >= 1.0).then(|| exponent * x.powf(exponent - 1.0))
}

fn finite(quantity: &'static str, value: f64, level: f64) -> Result<f64, ResponseError> {
    if value.is_finite() { Ok(value) } else { Err(ResponseError::TooLarge { quantity, level }) }
}

impl TryFrom<Curve> for Response {
    type Error = ResponseError;

    fn try_from(curve: Curve) -> Result<Self, ResponseError> {
        Self::new(curve)
    }
}

impl From<Response> for Curve {
    fn from(response: Response) -> Self {
        response.0
    }
}
