use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::PriceError;

/// A discount for paying early: 2 % within 10 days, all within 30.
///
/// Who pays late keeps the money longer, at the price of the discount: a loan with a rate.
///
/// # Formula
///
/// ```text
/// periodic rate   r = d / (1 − d)
/// simple annual   r · D / (net − within)               with D = 365 or 360 days a year
/// effective       (1 + r)^(D / (net − within)) − 1
/// ```
///
/// ```math
/// i = \Big(1 + \frac{d}{1-d}\Big)^{D/(n-w)} - 1
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::care::{PaymentTerms, YearOfDays};
/// use customer_value::rust_decimal::Decimal;
///
/// let terms = PaymentTerms::new(Decimal::new(2, 2), 10, 30)?;
/// assert!((terms.simple_annual(YearOfDays::Of365) - 0.3724).abs() < 5e-5);
/// assert!((terms.effective_annual(YearOfDays::Of365)? - 0.4459).abs() < 5e-5);
/// assert!(PaymentTerms::new(Decimal::new(2, 2), 30, 30).is_err());
/// # Ok::<(), customer_value::care::PriceError>(())
/// ```
#[doc(alias = "trade credit")]
#[doc(alias = "回款周期定价")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct PaymentTerms {
    discount: Decimal,
    within: u32,
    net: u32,
}

/// How many days the year of a lender has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum YearOfDays {
    /// 360, as banks reckon.
    Of360,
    /// 365.
    Of365,
}

impl YearOfDays {
    const fn days(self) -> f64 {
        match self {
            Self::Of360 => 360.0,
            Self::Of365 => 365.0,
        }
    }
}

impl PaymentTerms {
    /// A discount, as a share of the price, for payment within so many days instead of `net`.
    ///
    /// # Errors
    ///
    /// [`PriceError::Discount`] unless it lies between 0 and 1, both excluded; [`PriceError::Days`] unless `within` is less
    /// than `net`.
    pub fn new(discount: Decimal, within: u32, net: u32) -> Result<Self, PriceError> {
        if discount <= Decimal::ZERO || discount >= Decimal::ONE {
            return Err(PriceError::Discount { discount });
        }
        if within < net { Ok(Self { discount, within, net }) } else { Err(PriceError::Days { within, net }) }
    }

    /// The discount, as a share of the price.
    pub const fn discount(&self) -> Decimal {
        self.discount
    }

    /// The days within which it is given.
    pub const fn within(&self) -> u32 {
        self.within
    }

    /// The days after which all is due.
    pub const fn net(&self) -> u32 {
        self.net
    }

    /// What it costs to pay late instead of early, as a simple rate a year.
    pub fn simple_annual(&self, year: YearOfDays) -> f64 {
        let (discount, paid) = self.shares();
        discount / paid * self.periods(year)
    }

    /// The same as an effective rate a year, with interest on interest.
    ///
    /// # Errors
    ///
    /// [`PriceError::TooLarge`] when the rate is too large for a number.
    pub fn effective_annual(&self, year: YearOfDays) -> Result<f64, PriceError> {
        // 1 + d/(1 − d) is 1/(1 − d), whose logarithm is large where d is near 1.
        let (discount, paid) = self.shares();
        let log = if discount < 0.5 { (-discount).ln_1p() } else { paid.ln() };
        let rate = (-log * self.periods(year)).exp_m1();
        if rate.is_finite() { Ok(rate) } else { Err(PriceError::TooLarge { quantity: "effective annual rate" }) }
    }

    /// The discount and what is left to be paid, each to the last digit.
    fn shares(&self) -> (f64, f64) {
        // Decimals between 0 and 1 have a float near them.
        let float = |share: Decimal| share.to_f64().unwrap_or(f64::NAN);
        (float(self.discount), float(Decimal::ONE - self.discount))
    }

    fn periods(&self, year: YearOfDays) -> f64 {
        year.days() / f64::from(self.net - self.within)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    discount: Decimal,
    within: u32,
    net: u32,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for PaymentTerms {
    type Error = PriceError;

    fn try_from(raw: Unchecked) -> Result<Self, PriceError> {
        Self::new(raw.discount, raw.within, raw.net)
    }
}
