use std::collections::BTreeMap;

use super::{CustomerProfit, ExchangeError, at};
use crate::units::{Currency, Money, MoneyError};

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

impl std::fmt::Display for RevenueStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Sale => "sale",
            Self::Parts => "parts",
            Self::Service => "service",
            Self::Information => "information",
            Self::Other(stream) => stream,
        })
    }
}

/// What one stream brought and took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
/// [`ExchangeError::Item`] for a line in another currency, or with which a sum is too large.
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
    for (position, (stream, line)) in lines.iter().enumerate() {
        let total = streams.entry(stream.clone()).or_insert(StreamTotal { revenue: zero, cost: zero, profit: zero });
        *total = total.with(line).map_err(at("lines of business", position))?;
    }
    Ok(streams)
}

impl StreamTotal {
    fn with(&self, line: &CustomerProfit) -> Result<Self, MoneyError> {
        Ok(Self {
            revenue: self.revenue.checked_add(line.revenue())?,
            cost: self.cost.checked_add(line.cost())?,
            profit: self.profit.checked_add(line.profit())?,
        })
    }
}
