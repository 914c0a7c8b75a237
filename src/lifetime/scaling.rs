use super::{Forecast, Process};
use crate::units::{UnitError, in_range};

/// By how much a rate is multiplied: 1.1 is a tenth more.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "f64", into = "f64"))]
pub struct RateFactor(f64);

impl RateFactor {
    /// Nothing changes.
    pub const ONE: Self = Self(1.0);

    /// A factor, checked.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the factor lies between 1e-6 and 1e6.
    pub fn new(factor: f64) -> Result<Self, UnitError> {
        in_range("rate factor", factor, 1e-6, 1e6).map(Self)
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Default for RateFactor {
    fn default() -> Self {
        Self::ONE
    }
}

impl TryFrom<f64> for RateFactor {
    type Error = UnitError;

    fn try_from(factor: f64) -> Result<Self, UnitError> {
        Self::new(factor)
    }
}

impl From<RateFactor> for f64 {
    fn from(factor: RateFactor) -> Self {
        factor.get()
    }
}

/// What changes for a living customer from now on; nothing by default.
///
/// The past stays what it was, and so does P(alive): only what is still to come is scaled, by
/// [`Forecast::scaled`].
///
/// # Examples
///
/// ```
/// use customer_value::{CountModel, ParetoNbd, ParetoNbdParams, PurchaseHistory, RateFactor, RateFactors, Span};
///
/// let (alpha, beta) = (Span::weeks(10.578)?, Span::weeks(11.669)?);
/// let model = ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha, s: 0.606, beta })?;
/// let forecast = model.forecast(&PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?);
///
/// // Everybody lives on a clock that runs twice as fast: so much happens in half the time.
/// let twice = RateFactor::new(2.0)?;
/// let faster = forecast.scaled(RateFactors { purchases: twice, dropout: twice })?;
/// let (half, year) = (Span::weeks(26.0)?, Span::weeks(52.0)?);
/// assert!((faster.expected_purchases(half) - forecast.expected_purchases(year)).abs() < 1e-12);
/// assert_eq!(faster.probability_alive(), forecast.probability_alive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RateFactors {
    /// Of the rate at which the customer buys while alive.
    pub purchases: RateFactor,
    /// Of the readiness to leave.
    pub dropout: RateFactor,
}

impl RateFactors {
    /// The same change of purchases, and none of dropout.
    #[must_use]
    pub fn purchases_alone(self) -> Self {
        Self { dropout: RateFactor::ONE, ..self }
    }

    /// The same change of dropout, and none of purchases.
    #[must_use]
    pub fn dropout_alone(self) -> Self {
        Self { purchases: RateFactor::ONE, ..self }
    }
}

/// Why a process cannot be scaled.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScalingError {
    /// A number that describes the living customer leaves its range.
    #[error("the {parameter} would be {value}, expected a number from {least:e} to {most:e} (times in days)")]
    OutOfRange {
        /// What was scaled.
        parameter: &'static str,
        /// What it would be.
        value: f64,
        /// The least legal value.
        least: f64,
        /// The greatest legal value.
        most: f64,
    },
    /// Who has a contract makes one purchase a period, and none more.
    #[error("a contract is renewed once a period, expected a purchase factor of 1, got {factor}")]
    FixedByContract {
        /// The factor given.
        factor: f64,
    },
}

/// The range of what grows with the history: a parameter plus purchases, or plus a span in days.
pub(crate) const AGED: [f64; 2] = [1e-6, 1e12 + 1e6];
/// The range of what keeps the range of its parameter.
pub(super) const AS_PARAMETER: [f64; 2] = [1e-6, 1e6];

/// The scaled number, if it lies in the range.
pub(crate) fn scaled(parameter: &'static str, value: f64, [least, most]: [f64; 2]) -> Result<f64, ScalingError> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(ScalingError::OutOfRange { parameter, value, least, most })
    }
}

impl<P: Process> Forecast<P> {
    /// The forecast of the same customer, if the rates of buying and leaving change from now on.
    ///
    /// P(alive) and all that the history says of the customer stay. Where a rate is spread over customers as a gamma
    /// distribution, each one's own is multiplied, and the result is exact. A probability cannot be multiplied
    /// without limit; the odds of its mean are, which is a convention: Beta(a, b) becomes Beta(f·a, b).
    ///
    /// # Formula
    ///
    /// With f the factor of purchases and g that of dropout:
    ///
    /// ```text
    /// rate of buying            λ ~ Gamma(R, A)              R, A/f                    exact: f·λ
    /// Pareto/NBD                μ ~ Gamma(s, β+T)            s, (β+T)/g                exact: g·μ
    /// correlated Pareto/NBD     the same, tilted as before    c/f and c/g in place of c  exact: f·λ, g·μ
    /// GGompertz/NBD             η ~ Gamma(s, β')             s, β'/g                   exact: g·η
    /// (M)BG/NBD, (M)BG/CNBD-k   p ~ Beta(a, b+x)             g·a, b+x                  odds of the mean times g
    /// BB, BG/BB: buying         p ~ Beta(α+x, β+n−x)         f·(α+x), β+n−x            odds of the mean times f
    /// BG/BB, sBG, BdW: leaving  θ ~ Beta(γ, δ')              g·γ, δ'                   odds of the mean times g
    /// discrete Weibull          S(k) = e^−ρ[(n+k)^c − n^c]   g·ρ                       exact: S(k)^g
    /// ```
    ///
    /// Where nobody leaves (NBD, BB), a factor of dropout changes nothing. In the BG and MBG models a coin is tossed
    /// after every purchase: who buys faster also leaves sooner, after as many purchases.
    ///
    /// # Errors
    ///
    /// [`ScalingError::OutOfRange`] where the customer leaves the range in which numbers are proven,
    /// [`ScalingError::FixedByContract`] for a purchase factor other than 1 where purchases are renewals.
    ///
    /// # Examples
    ///
    /// See [`RateFactors`].
    pub fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        Ok(Self::new(self.log_odds_alive(), self.given_alive().scaled(factors)?))
    }
}
