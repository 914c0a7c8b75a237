use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::{Currency, pad};

/// An exact amount in one currency: a price, a booked cost, a sum of the ledger.
///
/// Arithmetic is checked: two currencies never mix, and an amount too large for 96 bits is an error. Nothing
/// is rounded unless [`Money::round_to_minor`] is called.
///
/// # Examples
///
/// ```
/// use customer_value::{Currency, Money};
///
/// let price = Money::from_minor(2_933, Currency::USD);
/// assert_eq!(price.to_string(), "29.33 USD");
/// assert_eq!(price.checked_add(Money::parse("0.67", Currency::USD)?)?, Money::parse("30", Currency::USD)?);
/// assert!(price.checked_add(Money::from_minor(100, Currency::EUR)).is_err());
/// # Ok::<(), customer_value::MoneyError>(())
/// ```
#[doc(alias = "金额")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// Why an operation on money is impossible.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The code is not an active currency of ISO 4217 with a minor unit.
    #[error("unknown currency {code:?}, expected an active code of ISO 4217 such as \"EUR\"")]
    UnknownCurrency {
        /// The code given.
        code: String,
    },
    /// Two amounts in different currencies met.
    #[error("currencies differ: expected {expected}, got {found}")]
    CurrencyMismatch {
        /// The currency of the left side.
        expected: Currency,
        /// The currency of the right side.
        found: Currency,
    },
    /// The result has more digits than a decimal can hold.
    #[error("the amount does not fit into 96 bits")]
    Overflow,
    /// The amount is not a whole number of minor units.
    #[error("{amount} {currency} is not a whole number of minor units")]
    FractionOfMinorUnit {
        /// The amount.
        amount: Decimal,
        /// Its currency.
        currency: Currency,
    },
    /// The text is not a decimal number.
    #[error("{text:?} is not a decimal number, expected one such as \"1200.50\"")]
    NotANumber {
        /// The text given.
        text: String,
    },
    /// An expected amount is infinite or not a number.
    #[error("expected amount is {value}, expected a finite number")]
    NotFinite {
        /// The number given.
        value: f64,
    },
}

impl Money {
    /// An amount in major units: `Decimal` 29.33 is twenty-nine dollars and 33 cents.
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// An amount in minor units: 2933 is twenty-nine dollars and 33 cents, or 2933 yen.
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self::new(Decimal::new(minor, currency.minor_digits()), currency)
    }

    /// Reads an amount in major units, such as `"29.33"`.
    ///
    /// # Errors
    ///
    /// [`MoneyError::NotANumber`] unless the text is a decimal number that is kept without rounding.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let amount = Decimal::from_str_exact(text).map_err(|_| MoneyError::NotANumber { text: text.into() })?;
        Ok(Self::new(amount, currency))
    }

    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// The amount in major units.
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in major units as a float: the nearest one for up to 2⁵³ units of its last digit and 22 decimals, at
    /// most one step beside it beyond.
    pub fn to_f64(self) -> f64 {
        // The powers of ten that are floats.
        const TEN: [f64; 23] = [
            1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
            1e19, 1e20, 1e21, 1e22,
        ];
        const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
        // Two floats without rounding give the nearest one in a single division, far faster than the general way.
        match (self.amount.mantissa(), TEN.get(self.amount.scale() as usize)) {
            (digits, Some(scale)) if digits.unsigned_abs() <= EXACT => digits as f64 / scale,
            // A Decimal is below 7.9e28 in size, so a float near it exists.
            _ => self.amount.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// The amount in whole minor units.
    ///
    /// # Errors
    ///
    /// [`MoneyError::FractionOfMinorUnit`] when there is a rest, [`MoneyError::Overflow`] beyond `i64`.
    pub fn to_minor(self) -> Result<i64, MoneyError> {
        let scale = Decimal::from(10_u64.pow(self.currency.minor_digits()));
        let minor = self.amount.checked_mul(scale).ok_or(MoneyError::Overflow)?;
        if minor.fract().is_zero() {
            minor.to_i64().ok_or(MoneyError::Overflow)
        } else {
            Err(MoneyError::FractionOfMinorUnit { amount: self.amount, currency: self.currency })
        }
    }

    /// The amount rounded to whole minor units by the named strategy.
    #[must_use]
    pub fn round_to_minor(self, strategy: RoundingStrategy) -> Self {
        Self::new(self.amount.round_dp_with_strategy(self.currency.minor_digits(), strategy), self.currency)
    }

    /// The sum.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_add)
    }

    /// The difference.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_sub)
    }

    /// The amount times a number, such as a quantity or a tax factor.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`].
    pub fn checked_mul(self, factor: Decimal) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(factor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    /// The sum of many amounts, zero for none.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn sum(amounts: impl IntoIterator<Item = Self>, currency: Currency) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    fn combine(self, other: Self, operation: fn(Decimal, Decimal) -> Option<Decimal>) -> Result<Self, MoneyError> {
        same_currency(self.currency, other.currency)?;
        let amount = operation(self.amount, other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    /// Whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.amount < Decimal::ZERO
    }
}

impl std::fmt::Display for Money {
    /// Writes at least the decimals of the minor unit, `29.30 USD`, or rounds to as many as are asked for.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.amount.scale().max(self.currency.minor_digits());
        let digits = f.precision().map_or(shown, |digits| u32::try_from(digits).unwrap_or(u32::MAX));
        // Left to itself, a decimal drops the digits that are not shown.
        let amount = self.amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        pad(f, &format!("{amount:.*} {}", digits as usize, self.currency))
    }
}

/// An estimated amount in one currency: a float, so that it never passes for a fact.
///
/// Prices and booked costs are [`Money`]; forecasts, perceived benefits and shadow-priced costs are this.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ExpectedMoney {
    amount: f64,
    currency: Currency,
}

impl ExpectedMoney {
    /// An estimate in major units.
    ///
    /// # Errors
    ///
    /// [`MoneyError::NotFinite`] unless the amount is finite.
    pub fn new(amount: f64, currency: Currency) -> Result<Self, MoneyError> {
        if amount.is_finite() { Ok(Self { amount, currency }) } else { Err(MoneyError::NotFinite { value: amount }) }
    }

    /// An amount that was checked before.
    pub(crate) const fn known(amount: f64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: 0.0, currency }
    }

    /// The amount in major units.
    pub const fn amount(self) -> f64 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], or [`MoneyError::NotFinite`] when the sum is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        same_currency(self.currency, other.currency)?;
        Self::new(self.amount + other.amount, self.currency)
    }

    /// The difference.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], or [`MoneyError::NotFinite`] when the difference is too large.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        same_currency(self.currency, other.currency)?;
        Self::new(self.amount - other.amount, self.currency)
    }

    /// The estimate times a number.
    ///
    /// # Errors
    ///
    /// [`MoneyError::NotFinite`] when the product is not finite.
    pub fn checked_mul(self, factor: f64) -> Result<Self, MoneyError> {
        Self::new(self.amount * factor, self.currency)
    }

    /// The estimate as an exact amount, rounded to whole minor units by the named strategy.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`] when the amount is too large.
    pub fn to_money(self, strategy: RoundingStrategy) -> Result<Money, MoneyError> {
        let amount = Decimal::from_f64_retain(self.amount).ok_or(MoneyError::Overflow)?;
        Ok(Money::new(amount, self.currency).round_to_minor(strategy))
    }
}

impl From<Money> for ExpectedMoney {
    fn from(money: Money) -> Self {
        Self { amount: money.to_f64(), currency: money.currency }
    }
}

impl std::fmt::Display for ExpectedMoney {
    /// Writes the decimals of the minor unit, `29.30 USD`, or as many as are asked for: `{:.0}` rounds to `29 USD`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = f.precision().unwrap_or(self.currency.minor_digits() as usize);
        pad(f, &format!("{:.digits$} {}", self.amount, self.currency))
    }
}

pub(crate) fn same_currency(expected: Currency, found: Currency) -> Result<(), MoneyError> {
    if expected == found { Ok(()) } else { Err(MoneyError::CurrencyMismatch { expected, found }) }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    amount: f64,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ExpectedMoney {
    type Error = MoneyError;

    fn try_from(raw: Unchecked) -> Result<Self, MoneyError> {
        Self::new(raw.amount, raw.currency)
    }
}
