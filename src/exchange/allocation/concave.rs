use super::LARGEST;
use crate::exchange::{ExchangeError, SpendResponse, expected, finite};
use crate::units::{Currency, ExpectedMoney, UnitError, in_range, same_currency};

/// The form of a response with diminishing returns, an unchecked row: [`ConcaveResponse::new`] checks it.
///
/// # Formula
///
/// ```text
/// exponential   limit · (1 − e^(−speed · spend))
/// power         scale · spend^exponent
/// logarithmic   scale · ln(1 + speed · spend)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ConcaveCurve {
    /// Returns that diminish to a limit.
    Exponential {
        /// The response that no spend exceeds.
        limit: f64,
        /// How fast it is neared, per major unit of money: 1/speed units bring 63 % of it.
        speed: f64,
    },
    /// Every percent of spend adds the same percentage; the first unit of money brings most by far.
    Power {
        /// The response to one major unit of money.
        scale: f64,
        /// The elasticity, between 0 and 1.
        exponent: f64,
    },
    /// Every doubling of a large spend adds the same.
    Logarithmic {
        /// What a spend of 1.718/speed brings.
        scale: f64,
        /// How fast returns diminish, per major unit of money.
        speed: f64,
    },
}

/// What a spend brings when each further unit of money brings less than the one before.
///
/// The response is in a unit of the caller's choice, such as margin or customers won.
///
/// # Formula
///
/// ```text
/// form          response f(b)        marginal response f′(b)      spend at which f′ = λ
/// exponential   s · (1 − e^(−k·b))   s·k · e^(−k·b)               ln(s·k/λ) / k, or 0
/// power         s · b^p              s·p · b^(p−1)                (s·p/λ)^(1/(1−p))
/// logarithmic   s · ln(1 + k·b)      s·k / (1 + k·b)              (s·k/λ − 1) / k, or 0
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{ConcaveCurve, ConcaveResponse};
/// use customer_value::{Currency, ExpectedMoney};
///
/// let response = ConcaveResponse::new(ConcaveCurve::Power { scale: 6.0, exponent: 0.5 }, Currency::EUR)?;
/// let spend = ExpectedMoney::new(9.0, Currency::EUR)?;
/// assert_eq!(response.value(spend)?, 18.0);
/// assert!((response.marginal(spend)? - 1.0).abs() < 1e-15);
/// assert!((response.spend_at_marginal(1.0)?.amount() - 9.0).abs() < 1e-14);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "advertising response")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ConcaveResponse {
    curve: ConcaveCurve,
    currency: Currency,
}

/// Exponents and scales below this, and above its inverse, have products that are no numbers.
const LEAST: f64 = 1e-100;

impl ConcaveResponse {
    /// A response of this form to a spend in a currency.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless a limit, scale or speed lies from 1e-100 to 1e100 and an exponent from 1e-100 to below 1. So
    /// a flat response, to which spend makes no difference, is refused.
    pub fn new(curve: ConcaveCurve, currency: Currency) -> Result<Self, UnitError> {
        match curve {
            ConcaveCurve::Exponential { limit, speed } => {
                in_range("limit of a response", limit, LEAST, LARGEST)?;
                in_range("speed of a response", speed, LEAST, LARGEST)?;
            }
            ConcaveCurve::Power { scale, exponent } => {
                in_range("scale of a response", scale, LEAST, LARGEST)?;
                in_range("exponent of a response", exponent, LEAST, 1.0_f64.next_down())?;
            }
            ConcaveCurve::Logarithmic { scale, speed } => {
                in_range("scale of a response", scale, LEAST, LARGEST)?;
                in_range("speed of a response", speed, LEAST, LARGEST)?;
            }
        }
        Ok(Self { curve, currency })
    }

    /// What winning or keeping a share of customers brings, where all of them would bring `worth`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), with the worth times the limit of the share as the limit.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::exchange::{ConcaveResponse, SpendResponse};
    /// use customer_value::{Currency, ExpectedMoney};
    ///
    /// // No spend wins more than 40 % of the prospects; all of them would be worth 250.
    /// let share = SpendResponse::new(0.4, 0.05, Currency::USD)?;
    /// let response = ConcaveResponse::of_share(share, 250.0)?;
    /// assert_eq!(response.marginal(ExpectedMoney::zero(Currency::USD))?, 5.0);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn of_share(response: SpendResponse, worth: f64) -> Result<Self, UnitError> {
        let curve = ConcaveCurve::Exponential { limit: worth * response.limit(), speed: response.speed() };
        Self::new(curve, response.currency())
    }

    /// The form with its parameters.
    pub const fn curve(&self) -> ConcaveCurve {
        self.curve
    }

    /// The currency of the spend.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What a spend brings.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] for another currency, [`ExchangeError::Unit`] unless the spend lies from 0 to 1e100.
    pub fn value(&self, spend: ExpectedMoney) -> Result<f64, ExchangeError> {
        Ok(self.at(self.spend(spend)?))
    }

    /// What one more major unit of money brings at a spend.
    ///
    /// # Errors
    ///
    /// As [`value`](Self::value), and [`ExchangeError::TooLarge`] where it is beyond all numbers, as for the first unit
    /// of a power.
    pub fn marginal(&self, spend: ExpectedMoney) -> Result<f64, ExchangeError> {
        finite("marginal response", self.slope(self.spend(spend)?))
    }

    /// The spend at which one more major unit of money brings `marginal`; zero where not even the first brings as much.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless `marginal` lies from 1e-100 to 1e100, [`ExchangeError::TooLarge`].
    pub fn spend_at_marginal(&self, marginal: f64) -> Result<ExpectedMoney, ExchangeError> {
        let marginal = in_range("marginal response", marginal, LEAST, LARGEST)?;
        expected("spend", self.spend_at_decline(ln_ratio(self.coefficient(), marginal)), self.currency)
    }

    fn spend(&self, spend: ExpectedMoney) -> Result<f64, ExchangeError> {
        same_currency(self.currency, spend.currency())?;
        Ok(in_range("spend", spend.amount(), 0.0, LARGEST)?)
    }

    pub(super) fn at(&self, spend: f64) -> f64 {
        match self.curve {
            ConcaveCurve::Exponential { limit, speed } => -limit * (-speed * spend).exp_m1(),
            ConcaveCurve::Power { scale, exponent } => scale * spend.powf(exponent),
            ConcaveCurve::Logarithmic { scale, speed } => scale * (speed * spend).ln_1p(),
        }
    }

    /// The marginal response; infinite where the curve rises vertically.
    pub(super) fn slope(&self, spend: f64) -> f64 {
        self.coefficient() * (-self.decline(spend)).exp()
    }

    /// The marginal response at no spend, or of a power, at one unit of money.
    pub(super) fn coefficient(&self) -> f64 {
        match self.curve {
            ConcaveCurve::Exponential { limit: scale, speed: factor }
            | ConcaveCurve::Power { scale, exponent: factor }
            | ConcaveCurve::Logarithmic { scale, speed: factor } => scale * factor,
        }
    }

    /// By how much the logarithm of the marginal response lies below that of the coefficient.
    pub(super) fn decline(&self, spend: f64) -> f64 {
        match self.curve {
            ConcaveCurve::Exponential { speed, .. } => speed * spend,
            ConcaveCurve::Power { exponent, .. } => (1.0 - exponent) * spend.ln(),
            ConcaveCurve::Logarithmic { speed, .. } => (speed * spend).ln_1p(),
        }
    }

    /// The inverse of the decline; zero where the marginal response starts lower.
    pub(super) fn spend_at_decline(&self, decline: f64) -> f64 {
        match self.curve {
            ConcaveCurve::Exponential { speed, .. } => decline.max(0.0) / speed,
            ConcaveCurve::Power { exponent, .. } => (decline / (1.0 - exponent)).exp(),
            ConcaveCurve::Logarithmic { speed, .. } => decline.max(0.0).exp_m1() / speed,
        }
    }

    pub(super) const fn rises_vertically(&self) -> bool {
        matches!(self.curve, ConcaveCurve::Power { .. })
    }
}

/// ln(a/b) of positive numbers: by their quotient, which keeps the digits of a small result, unless that is no number.
pub(super) fn ln_ratio(a: f64, b: f64) -> f64 {
    let ratio = a / b;
    if ratio.is_normal() { ratio.ln() } else { a.ln() - b.ln() }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    curve: ConcaveCurve,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ConcaveResponse {
    type Error = UnitError;

    fn try_from(raw: Unchecked) -> Result<Self, UnitError> {
        Self::new(raw.curve, raw.currency)
    }
}
