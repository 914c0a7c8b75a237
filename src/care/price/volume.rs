use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::PriceError;
use crate::units::{Currency, Money, MoneyError, same_currency};

/// A price per unit that holds from a quantity on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VolumeBand {
    /// The least quantity.
    pub from: Decimal,
    /// The price per unit.
    pub price: Money,
}

/// To which units the price of a band applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum VolumeDiscount {
    /// To all units, as soon as the quantity reaches the band: some quantities cost more than a larger one.
    AllUnits,
    /// To the units inside the band: each unit costs what its band says.
    Incremental,
}

/// Prices that depend on the quantity.
///
/// # Formula
///
/// ```text
/// all units:     C(q) = p_j · q                                   for from_j ≤ q < from_(j+1)
/// incremental:   C(q) = Σ p_j · (min(q, from_(j+1)) − from_j)     over bands below q
/// ```
///
/// ```math
/// C(q) = \sum_{j:\, b_j < q} p_j \, \big(\min(q, b_{j+1}) - b_j\big)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::care::{VolumeBand, VolumeDiscount, VolumePrices};
/// use customer_value::{Currency, Money};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let bands = [(0, 10), (100, 9)];
/// let bands = bands.map(|(from, price): (i64, i64)| VolumeBand { from: from.into(), price: usd(price) });
/// let all = VolumePrices::new(bands, VolumeDiscount::AllUnits)?;
/// let incremental = VolumePrices::new(bands, VolumeDiscount::Incremental)?;
/// assert_eq!((all.total(120.into())?, incremental.total(120.into())?), (usd(1080), usd(1180)));
///
/// // 95 cost 950, and 100 only 900.
/// let dominated = all.dominated()?;
/// assert_eq!((dominated[0].first, dominated[0].last, dominated[0].cheaper), (91, 99, 100));
/// # Ok::<(), customer_value::care::PriceError>(())
/// ```
///
/// # References
///
/// Dolan (1987), "Quantity discounts: managerial issues and research opportunities", *Marketing Science*.
#[doc(alias = "销量定价")]
#[doc(alias = "数量折扣")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct VolumePrices {
    bands: Vec<VolumeBand>,
    discount: VolumeDiscount,
}

/// Whole quantities that cost more than a larger one, which therefore nobody should order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Dominated {
    /// The least of them.
    pub first: u64,
    /// The greatest of them.
    pub last: u64,
    /// A larger quantity that costs less: the cheapest such, of equals the smallest.
    pub cheaper: u64,
}

impl VolumePrices {
    /// Bands by ascending quantity, the first from 0.
    ///
    /// # Errors
    ///
    /// [`PriceError::FirstBand`], [`PriceError::BandOrder`] for overlapping bands, [`PriceError::Negative`],
    /// [`PriceError::Money`] for two currencies.
    pub fn new(bands: impl Into<Vec<VolumeBand>>, discount: VolumeDiscount) -> Result<Self, PriceError> {
        let bands = bands.into();
        let Some(first) = bands.first().filter(|band| band.from.is_zero()) else {
            return Err(PriceError::FirstBand { from: bands.first().map(|band| band.from) });
        };
        for (band, &VolumeBand { from, price }) in bands.iter().enumerate() {
            same_currency(first.price.currency(), price.currency())?;
            if price.is_negative() {
                return Err(PriceError::Negative { name: format!("price from {from}"), amount: price });
            }
            if let Some(previous) =
                band.checked_sub(1).map(|before| bands[before].from).filter(|&before| from <= before)
            {
                return Err(PriceError::BandOrder { band, from, previous });
            }
        }
        Ok(Self { bands, discount })
    }

    /// The bands, by ascending quantity.
    pub fn bands(&self) -> &[VolumeBand] {
        &self.bands
    }

    /// To which units a price applies.
    pub const fn discount(&self) -> VolumeDiscount {
        self.discount
    }

    pub(super) fn currency(&self) -> Currency {
        self.bands[0].price.currency()
    }

    /// The price of a quantity, rounded only to the 28 digits of a [`Decimal`].
    ///
    /// # Errors
    ///
    /// [`PriceError::Quantity`] below 0, [`PriceError::Money`] when a product or a sum is too large.
    pub fn total(&self, quantity: Decimal) -> Result<Money, PriceError> {
        if quantity < Decimal::ZERO {
            return Err(PriceError::Quantity { quantity });
        }
        let reached = self.bands.partition_point(|band| band.from <= quantity);
        Ok(match self.discount {
            VolumeDiscount::AllUnits => self.bands[reached - 1].price.checked_mul(quantity)?,
            VolumeDiscount::Incremental => {
                let ends = self.bands[1..reached].iter().map(|band| band.from).chain([quantity]);
                let parts = self.bands[..reached].iter().zip(ends);
                let parts = parts.map(|(band, end)| band.price.checked_mul(end - band.from));
                let parts = parts.collect::<Result<Vec<_>, MoneyError>>()?;
                Money::sum(parts, self.currency())?
            }
        })
    }

    /// The whole quantities that cost more than a larger one, band by band; none by incremental prices.
    ///
    /// # Errors
    ///
    /// [`PriceError::TooLarge`] for bands beyond 2⁶⁴ units, [`PriceError::Money`] when a price is too large.
    pub fn dominated(&self) -> Result<Vec<Dominated>, PriceError> {
        let mut ranges = Vec::new();
        if self.discount == VolumeDiscount::Incremental {
            return Ok(ranges);
        }
        let mut best: Option<(Decimal, u64)> = None;
        for band in self.bands.windows(2).rev() {
            let next = whole(band[1].from.ceil())?;
            // A band may end before its first whole quantity, which then has the price of a later one.
            let cost = self.total(next.into())?.amount();
            if best.is_none_or(|(least, _)| cost <= least) {
                best = Some((cost, next));
            }
            if let Some((least, cheaper)) = best {
                ranges.extend(above(least, &band[0], next)?.map(|first| Dominated { first, last: next - 1, cheaper }));
            }
        }
        ranges.reverse();
        Ok(ranges)
    }
}

/// The least whole quantity of a band, below its end, that costs more than an amount.
fn above(amount: Decimal, band: &VolumeBand, end: u64) -> Result<Option<u64>, PriceError> {
    let (mut low, mut high) = (whole(band.from.ceil())?, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if band.price.checked_mul(middle.into())?.amount() > amount {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok((low < end).then_some(low))
}

fn whole(quantity: Decimal) -> Result<u64, PriceError> {
    quantity.to_u64().ok_or(PriceError::TooLarge { quantity: "quantity of a band" })
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    bands: Vec<VolumeBand>,
    discount: VolumeDiscount,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for VolumePrices {
    type Error = PriceError;

    fn try_from(raw: Unchecked) -> Result<Self, PriceError> {
        Self::new(raw.bands, raw.discount)
    }
}
