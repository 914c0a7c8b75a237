use crate::units::{ExpectedMoney, MoneyError, Probability, same_currency};

/// The prices at which a sale suits both sides: from the firm's cost up to the value to the customer.
///
/// # Formula
///
/// ```text
/// customer surplus = value − price        firm profit = price − cost
/// Nash price = cost + β · (value − cost)
/// ```
///
/// ```math
/// p^* = \arg\max_p (v - p)^{1 - \beta} (p - c)^{\beta} = c + \beta (v - c)
/// ```
///
/// where β is the bargaining power of the firm, ½ for equals.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::BargainingZone;
/// use customer_value::{Currency, Money, Probability};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let zone = BargainingZone::new(usd(70_000), usd(110_000))?;
/// assert_eq!(zone.nash_price().amount(), 90_000.0);
/// assert_eq!(zone.price_at(Probability::new(0.25)?).amount(), 80_000.0);
/// assert!(zone.split(usd(120_000)).is_err());
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Nash (1950), *The bargaining problem*; Kalai (1977), *Nonsymmetric Nash solutions and replications of 2-person
/// bargaining*.
#[doc(alias = "ZOPA")]
#[doc(alias = "双赢")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct BargainingZone {
    cost: ExpectedMoney,
    value: ExpectedMoney,
}

/// What each side has of a sale.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ValueSplit {
    /// What the customer keeps.
    pub customer_surplus: ExpectedMoney,
    /// What the firm earns.
    pub firm_profit: ExpectedMoney,
}

/// Why there is no sale that suits both sides.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BargainError {
    /// Two currencies met, or an amount is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The offer costs the firm more than it is worth to the customer.
    #[error("the cost {cost} exceeds the value {value}, expected a price that suits both sides")]
    EmptyZone {
        /// The firm's cost.
        cost: ExpectedMoney,
        /// The value to the customer.
        value: ExpectedMoney,
    },
    /// One side would lose.
    #[error("the price is {price}, expected {low} to {high}")]
    PriceOutside {
        /// The price.
        price: ExpectedMoney,
        /// The firm's cost.
        low: ExpectedMoney,
        /// The value to the customer.
        high: ExpectedMoney,
    },
}

impl BargainingZone {
    /// The zone from the cost to the firm to the value to the customer; both may be the same.
    ///
    /// # Errors
    ///
    /// [`BargainError::EmptyZone`], or [`BargainError::Money`] when currencies differ or the difference is too large.
    pub fn new(cost: impl Into<ExpectedMoney>, value: impl Into<ExpectedMoney>) -> Result<Self, BargainError> {
        let (cost, value) = (cost.into(), value.into());
        let surplus = value.checked_sub(cost)?;
        if surplus.amount() < 0.0 {
            return Err(BargainError::EmptyZone { cost, value });
        }
        Ok(Self { cost, value })
    }

    /// The lowest price that suits the firm.
    pub const fn cost(&self) -> ExpectedMoney {
        self.cost
    }

    /// The highest price that suits the customer.
    pub const fn value(&self) -> ExpectedMoney {
        self.value
    }

    /// What there is to be shared: value less cost.
    pub fn surplus(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.value.amount() - self.cost.amount(), self.cost.currency())
    }

    /// What each side has at a price.
    ///
    /// # Errors
    ///
    /// [`BargainError::PriceOutside`], or [`BargainError::Money`] when currencies differ.
    pub fn split(&self, price: impl Into<ExpectedMoney>) -> Result<ValueSplit, BargainError> {
        let price = price.into();
        let (low, high) = (self.cost, self.value);
        same_currency(low.currency(), price.currency())?;
        if !(low.amount()..=high.amount()).contains(&price.amount()) {
            return Err(BargainError::PriceOutside { price, low, high });
        }
        Ok(ValueSplit { customer_surplus: high.checked_sub(price)?, firm_profit: price.checked_sub(low)? })
    }

    /// The price that equals agree on: halfway.
    pub fn nash_price(&self) -> ExpectedMoney {
        self.price_between(0.5)
    }

    /// The price agreed on where the firm has this share of the bargaining power: the value at 1, the cost at 0.
    pub fn price_at(&self, firm_power: Probability) -> ExpectedMoney {
        self.price_between(firm_power.get())
    }

    fn price_between(&self, power: f64) -> ExpectedMoney {
        let (low, high) = (self.cost.amount(), self.value.amount());
        let price = low * (1.0 - power) + high * power;
        // A mean of two floats may be rounded out of the interval between them.
        ExpectedMoney::known(price.clamp(low, high), self.cost.currency())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    cost: ExpectedMoney,
    value: ExpectedMoney,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for BargainingZone {
    type Error = BargainError;

    fn try_from(raw: Unchecked) -> Result<Self, BargainError> {
        Self::new(raw.cost, raw.value)
    }
}
