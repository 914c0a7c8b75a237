mod change;
mod equity;
mod uplift;

pub use change::ValueChange;
pub use equity::{CohortEquity, CohortUplift};
pub use uplift::Uplift;

use crate::{
    lifetime::{RateFactor, RateFactors, ScalingError, ValuationError},
    units::{ExpectedMoney, MoneyError, UnitError, in_range, same_currency},
};

/// By how many percent one quantity grows when another grows by one percent.
#[doc(alias = "弹性")]
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "f64", into = "f64"))]
pub struct Elasticity(f64);

impl Elasticity {
    /// No response at all.
    pub const ZERO: Self = Self(0.0);

    /// An elasticity, checked; negative where one quantity falls as the other grows.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless it lies between −100 and 100.
    pub fn new(elasticity: f64) -> Result<Self, UnitError> {
        in_range("elasticity", elasticity, -100.0, 100.0).map(Self)
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Elasticity {
    type Error = UnitError;

    fn try_from(elasticity: f64) -> Result<Self, UnitError> {
        Self::new(elasticity)
    }
}

impl From<Elasticity> for f64 {
    fn from(elasticity: Elasticity) -> Self {
        elasticity.get()
    }
}

/// How customers respond to delivered value: how much faster they buy, how much less readily they leave.
///
/// The elasticities come from outside, from an experiment or from past changes of the offer: purchases alone cannot
/// tell them. They are taken to be the same at every level of delivered value.
///
/// # Formula
///
/// ```text
/// f = (after/before)^purchase          factor of the purchase rate
/// g = (after/before)^dropout           factor of the readiness to leave
/// ```
///
/// ```math
/// f = \left(\frac{V_1}{V_0}\right)^{\varepsilon_\lambda}, \qquad g = \left(\frac{V_1}{V_0}\right)^{\varepsilon_\mu}
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Elasticity, ValueElasticity};
/// use customer_value::{Currency, ExpectedMoney};
///
/// let response = ValueElasticity { purchase: Elasticity::new(0.5)?, dropout: Elasticity::new(-1.0)? };
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let factors = response.factors(usd(80.0)?, usd(125.0)?)?;
/// assert!((factors.purchases.get() - 1.25).abs() < 1e-15);
/// assert!((factors.dropout.get() - 0.64).abs() < 1e-15);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ValueElasticity {
    /// Of the purchase rate; normally positive.
    pub purchase: Elasticity,
    /// Of the readiness to leave; normally negative.
    pub dropout: Elasticity,
}

impl ValueElasticity {
    /// What changes for a customer whose [net delivered value](crate::delivered::Delivered::net) changes.
    ///
    /// # Errors
    ///
    /// [`BridgeError::Money`] for two currencies, [`BridgeError::WorthlessBefore`] and
    /// [`BridgeError::WorthlessAfter`] unless both values are positive, because there is no percentage of nothing;
    /// [`BridgeError::Unit`] when a factor leaves the range of [`RateFactor`].
    pub fn factors(&self, before: ExpectedMoney, after: ExpectedMoney) -> Result<RateFactors, BridgeError> {
        same_currency(before.currency(), after.currency())?;
        if before.amount() <= 0.0 {
            return Err(BridgeError::WorthlessBefore { value: before });
        }
        if after.amount() <= 0.0 {
            return Err(BridgeError::WorthlessAfter { value: after });
        }
        let ratio = after.amount() / before.amount();
        let ratio = in_range("ratio of delivered values", ratio, f64::MIN_POSITIVE, f64::MAX)?;
        let factor = |elasticity: Elasticity| RateFactor::new(ratio.powf(elasticity.get()));
        Ok(RateFactors { purchases: factor(self.purchase)?, dropout: factor(self.dropout)? })
    }
}

/// Why a change of delivered value does not become a change of customer value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// The offer was worth nothing to the customer.
    #[error("delivered value was {value} before the change, expected more than nothing")]
    WorthlessBefore {
        /// What it was worth.
        value: ExpectedMoney,
    },
    /// The offer is no longer worth anything to the customer.
    #[error("delivered value is {value} after the change, expected more than nothing")]
    WorthlessAfter {
        /// What it is worth.
        value: ExpectedMoney,
    },
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// Amounts do not combine.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Before or after the change, a value has no number.
    #[error(transparent)]
    Valuation(#[from] ValuationError),
    /// The customer would leave the range of the numbers.
    #[error(transparent)]
    Scaling(#[from] ScalingError),
    /// A customer of a cohort would.
    #[error("customer {index} (from 0): {source}")]
    Customer {
        /// The position in the cohort.
        index: usize,
        /// Why.
        source: ScalingError,
    },
}
