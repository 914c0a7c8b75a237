use rust_decimal::Decimal;

use super::{ExchangeError, distinct_names, not_negative, one_currency, ratio};
use crate::units::{Money, in_range, same_currency};

/// Something done for a customer, at a rate each time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Activity {
    /// What is done, in the words of the caller; not blank.
    pub name: String,
    /// How often, or for how many units.
    pub quantity: Decimal,
    /// What one costs.
    pub rate: Money,
}

impl Activity {
    fn added_to(&self, cost: Money) -> Result<Money, ExchangeError> {
        let Self { ref name, quantity, rate } = *self;
        if quantity < Decimal::ZERO {
            return Err(ExchangeError::NegativeQuantity { activity: name.clone(), quantity });
        }
        let sum = not_negative("rate", rate).and_then(|rate| Ok(cost.checked_add(rate.checked_mul(quantity)?)?));
        sum.map_err(|source| ExchangeError::Activity { activity: name.clone(), source: Box::new(source) })
    }
}

/// What one customer earned the firm: revenue, less the cost of what was sold, less the cost of serving them.
///
/// # Formula
///
/// ```text
/// profit = revenue − cost of goods − Σ quantity · rate
/// ```
///
/// Amounts are decimals: each is what it is by hand as long as it has at most 28 digits, and is rounded there beyond.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Activity, CustomerProfit};
/// use customer_value::{Currency, Money};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let visits = Activity { name: "visit".into(), quantity: 10.into(), rate: usd(15) };
/// let calls = Activity { name: "call".into(), quantity: 4.into(), rate: usd(10) };
/// let customer = CustomerProfit::new(usd(1_000), usd(600), [visits, calls])?;
/// assert_eq!(customer.profit(), usd(210));
/// assert_eq!(customer.margin(), Some(0.21));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "顾客盈利率")]
#[doc(alias = "customer profitability")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct CustomerProfit {
    revenue: Money,
    cost_of_goods: Money,
    activities: Vec<Activity>,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    cost_to_serve: Money,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    cost: Money,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    profit: Money,
}

impl CustomerProfit {
    /// Revenue, which refunds can make negative, the cost of what was sold, and what was done for the customer.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::NoName`] and [`ExchangeError::SameName`] unless each activity has a name of its own;
    /// [`ExchangeError::Activity`] for one at a rate below zero, in another currency, or that costs too much;
    /// [`ExchangeError::NegativeQuantity`]; [`ExchangeError::Negative`] for a cost of goods below zero,
    /// [`ExchangeError::Money`] when its currency is another or a sum is too large.
    pub fn new(
        revenue: Money,
        cost_of_goods: Money,
        activities: impl Into<Vec<Activity>>,
    ) -> Result<Self, ExchangeError> {
        let activities = activities.into();
        not_negative("cost of goods", cost_of_goods)?;
        same_currency(revenue.currency(), cost_of_goods.currency())?;
        distinct_names("activities", activities.iter().map(|activity| activity.name.as_str()))?;
        let mut cost_to_serve = Money::zero(revenue.currency());
        for activity in &activities {
            cost_to_serve = activity.added_to(cost_to_serve)?;
        }
        let cost = cost_to_serve.checked_add(cost_of_goods)?;
        let profit = revenue.checked_sub(cost)?;
        Ok(Self { revenue, cost_of_goods, activities, cost_to_serve, cost, profit })
    }

    /// What the customer paid.
    #[doc(alias = "销售总收入")]
    pub const fn revenue(&self) -> Money {
        self.revenue
    }

    /// What the goods cost.
    pub const fn cost_of_goods(&self) -> Money {
        self.cost_of_goods
    }

    /// What was done for the customer.
    pub fn activities(&self) -> &[Activity] {
        &self.activities
    }

    /// What all activities cost.
    pub const fn cost_to_serve(&self) -> Money {
        self.cost_to_serve
    }

    /// What goods and activities cost together.
    #[doc(alias = "总成本")]
    pub const fn cost(&self) -> Money {
        self.cost
    }

    /// What is left of revenue.
    #[doc(alias = "利润")]
    pub const fn profit(&self) -> Money {
        self.profit
    }

    /// Profit as a share of revenue; `None` unless there is revenue.
    pub fn margin(&self) -> Option<f64> {
        ratio(self.profit, self.revenue)
    }

    /// Profit per unit of cost; `None` for a customer who cost nothing.
    pub fn return_on_cost(&self) -> Option<f64> {
        ratio(self.profit, self.cost)
    }
}

/// The share of a total that each customer contributes: of revenue, cost or profit. One who loses money has a negative
/// share of profit.
///
/// # Errors
///
/// [`ExchangeError::TooFew`] without a customer, [`ExchangeError::Money`] when currencies differ or the sum is too
/// large, [`ExchangeError::TotalNotPositive`].
///
/// # Examples
///
/// ```
/// use customer_value::exchange::contribution_shares;
/// use customer_value::{Currency, Money};
///
/// let profits = [300, 150, -50].map(|major| Money::from_minor(100 * major, Currency::CNY));
/// assert_eq!(contribution_shares(&profits)?, [0.75, 0.375, -0.125]);
/// # Ok::<(), customer_value::exchange::ExchangeError>(())
/// ```
#[doc(alias = "贡献率")]
pub fn contribution_shares(amounts: &[Money]) -> Result<Vec<f64>, ExchangeError> {
    let currency = one_currency("customers", amounts.iter().map(|amount| amount.currency()))?;
    let total = Money::sum(amounts.iter().copied(), currency)?;
    amounts.iter().map(|&amount| ratio(amount, total).ok_or(ExchangeError::TotalNotPositive { total })).collect()
}

/// Customers by what a unit of cost brings, by their position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReturnSplit {
    /// High end: a return on cost at the line or above.
    #[doc(alias = "高端客户")]
    pub high: Vec<usize>,
    /// Low end: a return below the line.
    #[doc(alias = "低端客户")]
    pub low: Vec<usize>,
    /// Customers who cost nothing, so that there is no return on it.
    pub costless: Vec<usize>,
}

/// Customers split into a high and a low end by their return on cost; one on the line belongs to the high end.
///
/// # Errors
///
/// [`ExchangeError::Unit`] unless the line is a finite number.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{CustomerProfit, split_by_return_on_cost};
/// use customer_value::{Currency, Money};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let customers = [CustomerProfit::new(usd(120), usd(100), [])?, CustomerProfit::new(usd(110), usd(100), [])?];
/// let split = split_by_return_on_cost(&customers, 0.2)?;
/// assert_eq!((split.high, split.low), (vec![0], vec![1]));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "成本收益率")]
pub fn split_by_return_on_cost(customers: &[CustomerProfit], line: f64) -> Result<ReturnSplit, ExchangeError> {
    in_range("line of return on cost", line, f64::MIN, f64::MAX)?;
    let mut split = ReturnSplit::default();
    for (position, customer) in customers.iter().enumerate() {
        match customer.return_on_cost() {
            None => split.costless.push(position),
            Some(found) if found >= line => split.high.push(position),
            Some(_) => split.low.push(position),
        }
    }
    Ok(split)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    revenue: Money,
    cost_of_goods: Money,
    activities: Vec<Activity>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for CustomerProfit {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.revenue, raw.cost_of_goods, raw.activities)
    }
}
