use std::collections::BTreeMap;

use super::{CustomerProfit, ExchangeError};
use crate::units::{Currency, Money};

/// A line of business that customers pay for.
#[doc(alias = "4S")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum RevenueStream {
    /// Selling the product itself.
    #[doc(alias = "整车销售")]
    Sale,
    /// Parts for it.
    #[doc(alias = "零配件")]
    Parts,
    /// Service after the sale.
    #[doc(alias = "售后服务")]
    Service,
    /// Information about customers and the market.
    #[doc(alias = "信息反馈")]
    Information,
    /// Another one, in the words of the caller.
    Other(String),
}

/// What one stream brought and took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StreamTotal {
    /// What customers paid.
    pub revenue: Money,
    /// What goods and service cost.
    pub cost: Money,
    /// What is left.
    pub profit: Money,
}

/// The totals of each stream that occurs; together they are those of the firm.
///
/// # Errors
///
/// [`ExchangeError::Money`] for an amount in another currency, or when a sum is too large.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{CustomerProfit, RevenueStream, profit_by_stream};
/// use customer_value::{Currency, Money};
///
/// let cny = |major: i64| Money::from_minor(100 * major, Currency::CNY);
/// let lines = [
///     (RevenueStream::Sale, CustomerProfit::new(cny(100_000), cny(97_000), [])?),
///     (RevenueStream::Service, CustomerProfit::new(cny(4_000), cny(1_500), [])?),
///     (RevenueStream::Service, CustomerProfit::new(cny(2_000), cny(700), [])?),
/// ];
/// let streams = profit_by_stream(&lines, Currency::CNY)?;
/// assert_eq!(streams[&RevenueStream::Sale].profit, cny(3_000));
/// assert_eq!(streams[&RevenueStream::Service].profit, cny(3_800));
/// # Ok::<(), customer_value::exchange::ExchangeError>(())
/// ```
pub fn profit_by_stream(
    lines: &[(RevenueStream, CustomerProfit)],
    currency: Currency,
) -> Result<BTreeMap<RevenueStream, StreamTotal>, ExchangeError> {
    let zero = Money::zero(currency);
    let mut streams = BTreeMap::new();
    for (stream, line) in lines {
        let total = streams.entry(stream.clone()).or_insert(StreamTotal { revenue: zero, cost: zero, profit: zero });
        total.revenue = total.revenue.checked_add(line.revenue())?;
        total.cost = total.cost.checked_add(line.cost())?;
        total.profit = total.profit.checked_add(line.profit())?;
    }
    Ok(streams)
}
