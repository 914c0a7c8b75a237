use rust_decimal::Decimal;

use super::{ExchangeError, distinct_names, one_currency};
use crate::units::{Currency, Money, same_currency};

/// One thing that a customer contributes to profit, or takes from it when negative.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Driver {
    /// What it is, in the words of the caller; not blank.
    pub name: String,
    /// How much of it falls to one customer.
    pub per_customer: Money,
}

/// Profit as the number of customers times all that one of them contributes.
///
/// Without customers there is no profit, whatever the drivers are. Amounts are decimals: sums and products are what they
/// are by hand as long as they have at most 28 digits, and are rounded there beyond.
///
/// # Formula
///
/// ```text
/// profit = customers × (driver 1 + driver 2 + …)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Driver, ProfitDrivers};
/// use customer_value::{Currency, Money};
///
/// let cny = |major: i64| Money::from_minor(100 * major, Currency::CNY);
/// let driver = |name: &str, major| Driver { name: name.into(), per_customer: cny(major) };
/// let before = ProfitDrivers::new(100, [driver("margin", 50), driver("service", -20)])?;
/// let after = ProfitDrivers::new(120, [driver("margin", 50), driver("service", -25)])?;
/// let effects = before.change_to(&after)?;
/// // 20 more customers at a mean of 27.50, and 5 less from a mean of 110 customers.
/// assert_eq!(effects.customers, cny(550));
/// assert_eq!(effects.drivers[1], cny(-550));
/// # Ok::<(), customer_value::exchange::ExchangeError>(())
/// ```
#[doc(alias = "利益=客户×因素")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ProfitDrivers {
    customers: u64,
    drivers: Vec<Driver>,
}

/// How much of a change of profit each cause made; together they are the change, see [`ProfitDrivers::change_to`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DriverEffects {
    /// The number of customers.
    pub customers: Money,
    /// Each driver, in their order.
    pub drivers: Vec<Money>,
    /// The change of profit.
    pub change: Money,
}

impl ProfitDrivers {
    /// A number of customers and what drives the profit of each.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooFew`] without a driver, [`ExchangeError::NoName`] and [`ExchangeError::SameName`] unless each
    /// has a name of its own, [`ExchangeError::Item`] for one in another currency than the first.
    pub fn new(customers: u64, drivers: impl Into<Vec<Driver>>) -> Result<Self, ExchangeError> {
        let drivers = drivers.into();
        distinct_names("drivers", drivers.iter().map(|driver| driver.name.as_str()))?;
        one_currency("drivers", drivers.iter().map(|driver| driver.per_customer.currency()))?;
        Ok(Self { customers, drivers })
    }

    /// How many customers there are.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// What drives the profit of each.
    pub fn drivers(&self) -> &[Driver] {
        &self.drivers
    }

    /// What one customer contributes.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when the sum is too large.
    pub fn per_customer(&self) -> Result<Money, ExchangeError> {
        Ok(Money::sum(self.drivers.iter().map(|driver| driver.per_customer), self.currency())?)
    }

    /// What all customers contribute.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when the amount is too large.
    pub fn profit(&self) -> Result<Money, ExchangeError> {
        Ok(self.per_customer()?.checked_mul(self.customers.into())?)
    }

    /// How much of the change to a later period is owed to the number of customers, and to each driver.
    ///
    /// Every cause is valued at the mean of before and after of the others, so that no rest is left and the change
    /// backwards has the same parts with the opposite sign. The parts add up to the last digit while every product has at
    /// most 28 digits; beyond, each is rounded there, and so may their sum be.
    ///
    /// # Formula
    ///
    /// ```text
    /// customers: (N₁ − N₀) · (Σf₀ + Σf₁)/2        driver j: (f₁ⱼ − f₀ⱼ) · (N₀ + N₁)/2
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::DriversDiffer`] unless both have the same drivers in the same order,
    /// [`ExchangeError::Money`] when currencies differ or an amount is too large.
    pub fn change_to(&self, after: &Self) -> Result<DriverEffects, ExchangeError> {
        self.same_drivers(after)?;
        let half = Decimal::new(5, 1);
        let [before_count, after_count] = [self, after].map(|period| Decimal::from(period.customers));
        let mean_value = self.per_customer()?.checked_add(after.per_customer()?)?.checked_mul(half)?;
        let mean_count = (before_count + after_count) * half;
        let effect = |(before, after): (&Driver, &Driver)| {
            Ok(after.per_customer.checked_sub(before.per_customer)?.checked_mul(mean_count)?)
        };
        Ok(DriverEffects {
            customers: mean_value.checked_mul(after_count - before_count)?,
            drivers: self.drivers.iter().zip(&after.drivers).map(effect).collect::<Result<_, ExchangeError>>()?,
            change: after.profit()?.checked_sub(self.profit()?)?,
        })
    }

    fn same_drivers(&self, after: &Self) -> Result<(), ExchangeError> {
        same_currency(self.currency(), after.currency())?;
        let name = |period: &Self, position: usize| period.drivers.get(position).map(|driver| driver.name.clone());
        for position in 0..self.drivers.len().max(after.drivers.len()) {
            let (before, after) = (name(self, position), name(after, position));
            if before != after {
                return Err(ExchangeError::DriversDiffer { position, before, after });
            }
        }
        Ok(())
    }

    fn currency(&self) -> Currency {
        self.drivers[0].per_customer.currency()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    customers: u64,
    drivers: Vec<Driver>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ProfitDrivers {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.customers, raw.drivers)
    }
}
