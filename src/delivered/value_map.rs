mod quality;

pub use quality::QualityProfile;

use crate::units::{Money, MoneyError, Probability, UnitError, in_range, same_currency};

/// Where an offer stands among its rivals: both numbers are 1 for an average offer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Position {
    /// Quality over that of the rivals, by one of the definitions of [`QualityProfile`].
    pub quality: f64,
    /// Price over the mean price of the rivals, see [`relative_price`](Position::relative_price).
    pub price: f64,
}

/// What a buyer gets for the price, compared with the fair-value line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ValueVerdict {
    /// Cheaper than its quality: under the line.
    Better,
    /// On the line, or within the tolerance.
    Fair,
    /// Dearer than its quality: over the line.
    Worse,
}

impl std::fmt::Display for ValueVerdict {
    /// Writes `better`, `fair` or `worse`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Better => "better",
            Self::Fair => "fair",
            Self::Worse => "worse",
        })
    }
}

/// The map of relative price over relative quality, with the line on which offers are worth their price.
///
/// The line goes through the average offer at (1, 1). Its slope is the weight of quality in the purchase over that of
/// price; the two weights sum to 1.
///
/// # Formula
///
/// ```text
/// fair price = 1 + (w_q / w_p) · (q − 1)
/// ```
///
/// ```math
/// p(q) = 1 + \frac{w_q}{w_p} (q - 1)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::delivered::{Position, ValueMap, ValueVerdict};
///
/// // Price counts 40 %, quality 60 %: a tenth more quality may cost 15 % more.
/// let map = ValueMap::new(Probability::new(0.4)?, 0.02)?;
/// assert!((map.fair_price(1.1)? - 1.15).abs() < 1e-15);
/// assert_eq!(map.verdict(Position { quality: 1.1, price: 1.08 })?, ValueVerdict::Better);
/// assert_eq!(map.verdict(Position { quality: 1.1, price: 1.16 })?, ValueVerdict::Fair);
/// assert_eq!(map.verdict(Position { quality: 0.9, price: 1.00 })?, ValueVerdict::Worse);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Gale (1994), *Managing customer value*.
#[doc(alias = "customer value map")]
#[doc(alias = "价值图")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ValueMap {
    price_weight: Probability,
    tolerance: f64,
}

/// Why an offer has no place on a value map.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueMapError {
    /// Two currencies met.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// There is no rival to be compared with.
    #[error("there are no rivals, expected at least one")]
    NoRivals,
    /// A price that is no price.
    #[error("the price is {price}, expected one above 0")]
    Price {
        /// The price.
        price: Money,
    },
    /// Every attribute needs its weight and one rating of each offer.
    #[error("{ratings} ratings of {} but {weights} weights", offer(*.rival))]
    Lengths {
        /// Position of the rival; `None` for the own offer.
        rival: Option<usize>,
        /// How many ratings it has.
        ratings: usize,
        /// How many weights there are.
        weights: usize,
    },
    /// A rating that is negative or not finite.
    #[error("attribute {attribute} (from 0) of {}: {source}", offer(*.rival))]
    Rating {
        /// Position of the rival; `None` for the own offer.
        rival: Option<usize>,
        /// Position of the attribute.
        attribute: usize,
        /// What it is, and what was expected.
        source: UnitError,
    },
    /// Nothing can be measured against a mean of zero.
    #[error("the rivals' mean of attribute {attribute} (from 0) is 0, expected one above 0")]
    ZeroRivalMean {
        /// Position of the attribute.
        attribute: usize,
    },
    /// The result is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
    },
}

fn offer(rival: Option<usize>) -> String {
    rival.map_or_else(|| "the own offer".into(), |rival| format!("rival {rival} (from 0)"))
}

impl Position {
    /// A price over the mean price of rivals.
    ///
    /// # Errors
    ///
    /// [`ValueMapError::NoRivals`], [`ValueMapError::Price`] unless all prices are above 0, [`ValueMapError::Money`]
    /// when currencies differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::Position;
    /// use customer_value::{Currency, Money};
    ///
    /// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
    /// assert_eq!(Position::relative_price(usd(105), &[usd(90), usd(110)])?, 1.05);
    /// # Ok::<(), customer_value::delivered::ValueMapError>(())
    /// ```
    pub fn relative_price(own: Money, rivals: &[Money]) -> Result<f64, ValueMapError> {
        if rivals.is_empty() {
            return Err(ValueMapError::NoRivals);
        }
        for &price in [own].iter().chain(rivals) {
            same_currency(own.currency(), price.currency())?;
            if price.to_f64() <= 0.0 {
                return Err(ValueMapError::Price { price });
            }
        }
        let mean = rivals.iter().map(|price| price.to_f64()).sum::<f64>() / rivals.len() as f64;
        Ok(own.to_f64() / mean)
    }
}

impl ValueMap {
    /// The map on which price has this weight, and quality the rest of 1.
    ///
    /// The tolerance is how far a relative price may be from the line and still be fair: 0.02 for 2 % of the mean
    /// price.
    ///
    /// # Errors
    ///
    /// [`ValueMapError::Unit`] unless the weight is from 1e-9 to 1 and the tolerance finite and not negative.
    pub fn new(price_weight: Probability, tolerance: f64) -> Result<Self, ValueMapError> {
        // A price without weight makes any price fair: the line stands upright.
        in_range("weight of price", price_weight.get(), 1e-9, 1.0)?;
        in_range("tolerance", tolerance, 0.0, f64::MAX)?;
        Ok(Self { price_weight, tolerance })
    }

    /// How much more price a unit of relative quality justifies.
    pub fn slope(&self) -> f64 {
        self.price_weight.complement().get() / self.price_weight.get()
    }

    /// The relative price that a relative quality is worth; below 0 where the quality is worth nothing.
    ///
    /// # Errors
    ///
    /// [`ValueMapError::Unit`] unless the quality is finite and not negative, [`ValueMapError::TooLarge`].
    pub fn fair_price(&self, quality: f64) -> Result<f64, ValueMapError> {
        let quality = in_range("relative quality", quality, 0.0, f64::MAX)?;
        finite("fair price", 1.0 + self.slope() * (quality - 1.0))
    }

    /// Whether an offer gives more or less than its price asks for.
    ///
    /// # Errors
    ///
    /// As [`ValueMap::fair_price`], and [`ValueMapError::Unit`] unless the price is finite and above 0.
    pub fn verdict(&self, position: Position) -> Result<ValueVerdict, ValueMapError> {
        let price = in_range("relative price", position.price, f64::from_bits(1), f64::MAX)?;
        let above = price - self.fair_price(position.quality)?;
        Ok(match above {
            above if above.abs() <= self.tolerance => ValueVerdict::Fair,
            above if above < 0.0 => ValueVerdict::Better,
            _ => ValueVerdict::Worse,
        })
    }
}

fn finite(quantity: &'static str, value: f64) -> Result<f64, ValueMapError> {
    if value.is_finite() { Ok(value) } else { Err(ValueMapError::TooLarge { quantity }) }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    price_weight: Probability,
    tolerance: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ValueMap {
    type Error = ValueMapError;

    fn try_from(raw: Unchecked) -> Result<Self, ValueMapError> {
        Self::new(raw.price_weight, raw.tolerance)
    }
}
