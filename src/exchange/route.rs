use std::cmp::Ordering;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{ExchangeError, at, at_least, not_negative};
use crate::units::{Money, UnitError, same_currency};

/// What selling by one route yields and takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RouteTerms {
    /// What the customer pays for a unit.
    pub price: Money,
    /// What a unit costs the firm.
    pub unit_cost: Money,
    /// The share of the price that the partner keeps, from 0 for direct sale to 1. It is a term of a contract that turns
    /// one exact amount into another, so it is a decimal: a float next to 0.2 would make the net price an estimate.
    pub fee_share: Decimal,
    /// What an order costs, however large it is.
    pub per_order: Money,
}

/// A way to the customer, such as direct sale or a distributor.
///
/// # Formula
///
/// ```text
/// net margin of an order of q units = q · (price · (1 − fee share) − unit cost) − cost per order
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Route, RouteAdvantage, RouteTerms, best_route};
/// use customer_value::rust_decimal::Decimal;
/// use customer_value::{Currency, Money};
///
/// let cny = |major: i64| Money::from_minor(100 * major, Currency::CNY);
/// let terms = RouteTerms { price: cny(100), unit_cost: cny(60), fee_share: Decimal::ZERO, per_order: cny(500) };
/// let direct = Route::new(terms)?;
/// let distributor = Route::new(RouteTerms { fee_share: Decimal::new(2, 1), per_order: cny(100), ..terms })?;
///
/// assert_eq!(best_route(&[direct, distributor], 10)?, 1);
/// assert_eq!(best_route(&[direct, distributor], 30)?, 0);
/// assert_eq!(direct.against(&distributor)?, RouteAdvantage::Above(20.0));
/// # Ok::<(), customer_value::exchange::ExchangeError>(())
/// ```
#[doc(alias = "渠道策略")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "RouteTerms", into = "RouteTerms")
)]
pub struct Route {
    terms: RouteTerms,
    per_unit: Money,
}

/// For which sizes of an order one route yields more than another.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum RouteAdvantage {
    /// For any.
    Always,
    /// For more than so many units; for fewer the other one yields more.
    Above(f64),
    /// For fewer than so many units; for more the other one yields more.
    Below(f64),
    /// For none.
    Never,
    /// For none, and the other one for none either.
    Equal,
}

impl Route {
    /// A route on its terms.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ, [`ExchangeError::NotPositive`] unless the price is above zero,
    /// [`ExchangeError::Negative`] for a cost below zero, [`ExchangeError::Unit`] unless the fee is a share from 0 to 1.
    pub fn new(terms: RouteTerms) -> Result<Self, ExchangeError> {
        let RouteTerms { price, unit_cost, fee_share, per_order } = terms;
        if price.amount() <= Decimal::ZERO {
            return Err(ExchangeError::NotPositive { quantity: "price", amount: price });
        }
        not_negative("cost of a unit", unit_cost)?;
        not_negative("cost of an order", per_order)?;
        same_currency(price.currency(), per_order.currency())?;
        if !(Decimal::ZERO..=Decimal::ONE).contains(&fee_share) {
            // Every Decimal has a float near it.
            let value = fee_share.to_f64().unwrap_or(f64::NAN);
            return Err(UnitError { quantity: "fee share", value, low: 0.0, high: 1.0 }.into());
        }
        let per_unit = price.checked_mul(Decimal::ONE - fee_share)?.checked_sub(unit_cost)?;
        Ok(Self { terms, per_unit })
    }

    /// The terms.
    pub const fn terms(&self) -> RouteTerms {
        self.terms
    }

    /// What a unit leaves before the cost of the order.
    pub const fn per_unit(&self) -> Money {
        self.per_unit
    }

    /// What an order of so many units leaves.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when the amount is too large.
    pub fn net_margin(&self, units: u64) -> Result<Money, ExchangeError> {
        Ok(self.per_unit.checked_mul(units.into())?.checked_sub(self.terms.per_order)?)
    }

    /// For which sizes of an order this route yields more than another.
    ///
    /// # Formula
    ///
    /// ```text
    /// equal at q = (cost per order₁ − cost per order₂) / (margin per unit₁ − margin per unit₂)
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ or a difference is too large.
    pub fn against(&self, other: &Self) -> Result<RouteAdvantage, ExchangeError> {
        let more_per_unit = self.per_unit.checked_sub(other.per_unit)?;
        let more_per_order = self.terms.per_order.checked_sub(other.terms.per_order)?;
        let equal_at = more_per_order.to_f64() / more_per_unit.to_f64();
        let sign = |amount: Money| amount.amount().cmp(&Decimal::ZERO);
        Ok(match (sign(more_per_unit), sign(more_per_order)) {
            (Ordering::Greater, Ordering::Greater) => RouteAdvantage::Above(equal_at),
            (Ordering::Less, Ordering::Less) => RouteAdvantage::Below(equal_at),
            (Ordering::Greater, _) | (Ordering::Equal, Ordering::Less) => RouteAdvantage::Always,
            (Ordering::Less, _) | (Ordering::Equal, Ordering::Greater) => RouteAdvantage::Never,
            (Ordering::Equal, Ordering::Equal) => RouteAdvantage::Equal,
        })
    }
}

/// The position of the route that leaves most of an order of so many units; of equals the first.
///
/// # Errors
///
/// [`ExchangeError::TooFew`] without a route, [`ExchangeError::Item`] for one in another currency than the best before it,
/// or with a margin that is too large.
pub fn best_route(routes: &[Route], units: u64) -> Result<usize, ExchangeError> {
    at_least("routes", routes.len(), 1)?;
    let mut best: Option<(usize, Money)> = None;
    for (position, route) in routes.iter().enumerate() {
        let margin = route.net_margin(units).map_err(at("routes", position))?;
        let leads = match best {
            Some((_, most)) => most.checked_sub(margin).map_err(at("routes", position))?.is_negative(),
            None => true,
        };
        if leads {
            best = Some((position, margin));
        }
    }
    Ok(best.map_or(0, |(position, _)| position))
}

impl TryFrom<RouteTerms> for Route {
    type Error = ExchangeError;

    fn try_from(terms: RouteTerms) -> Result<Self, ExchangeError> {
        Self::new(terms)
    }
}

impl From<Route> for RouteTerms {
    fn from(route: Route) -> Self {
        route.terms
    }
}
