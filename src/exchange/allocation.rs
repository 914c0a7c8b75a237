mod concave;

pub use concave::{ConcaveCurve, ConcaveResponse};

use concave::ln_ratio;

use super::{ExchangeError, at_least};
use crate::math::first_reaching;
use crate::units::{Currency, ExpectedMoney, UnitError, in_range, same_currency};

/// Amounts up to this have products with slopes that are numbers.
const LARGEST: f64 = 1e100;

/// Amounts below this may have marginal responses that are no numbers.
const LEAST_BUDGET: f64 = 1e-100;

/// Something that money can be spent on: what it brings, and how much it takes at most.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct BudgetItem {
    response: ConcaveResponse,
    cap: Option<ExpectedMoney>,
}

impl BudgetItem {
    /// An item that takes any amount.
    pub const fn new(response: ConcaveResponse) -> Self {
        Self { response, cap: None }
    }

    /// An item that takes at most `cap`; a cap of zero closes it.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] for a cap in another currency, [`ExchangeError::Unit`] unless it lies from 0 to 1e100.
    pub fn capped(response: ConcaveResponse, cap: ExpectedMoney) -> Result<Self, ExchangeError> {
        same_currency(response.currency(), cap.currency())?;
        in_range("cap", cap.amount(), 0.0, LARGEST)?;
        Ok(Self { response, cap: Some(cap) })
    }

    /// What a spend brings.
    pub const fn response(&self) -> &ConcaveResponse {
        &self.response
    }

    /// The most that it takes; `None` without bound.
    pub const fn cap(&self) -> Option<ExpectedMoney> {
        self.cap
    }

    /// The most that it can take of a budget.
    fn most(&self, budget: f64) -> f64 {
        self.cap.map_or(budget, |cap| cap.amount().min(budget))
    }

    fn is_full_at(&self, spend: f64) -> bool {
        self.cap.is_some_and(|cap| cap.amount() <= spend)
    }
}

/// Whether an item gets less than it could take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Room {
    /// It gets nothing: the first unit of money brings more elsewhere.
    Unused,
    /// It gets something, and one more unit of money brings as much as on all other such items.
    Partly,
    /// It gets all that it takes, though one more unit of money might bring more than elsewhere.
    Full,
}

/// What one item gets of a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AllocatedItem {
    /// The spend.
    pub spend: ExpectedMoney,
    /// What it brings.
    pub response: f64,
    /// Whether it could take more.
    pub room: Room,
}

/// The split of a budget that brings most.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Allocation {
    /// The items in the order declared.
    pub items: Vec<AllocatedItem>,
    /// What all items together bring.
    pub response: f64,
    /// What one more major unit of money would bring: the multiplier λ. Zero where all items are full; `None` where it is
    /// beyond all numbers, because nothing is spent yet and a power rises vertically there.
    #[doc(alias = "shadow price of the budget")]
    pub multiplier: Option<f64>,
    /// What no item can take, because all are full; zero otherwise.
    pub left_over: ExpectedMoney,
}

/// Splits a budget over items with diminishing returns so that it brings most: one more unit of money then brings as much
/// on every item that gets some, and no more on those which get none.
///
/// The whole budget is spent unless all items are capped and full; what they leave over is told. There is one best split:
/// every response is strictly concave. It is found by a search for the multiplier in its logarithm.
///
/// # Formula
///
/// ```text
/// maximise Σ fᵢ(bᵢ)  where Σ bᵢ = B and 0 ≤ bᵢ ≤ capᵢ
/// fᵢ′(bᵢ) = λ where 0 < bᵢ < capᵢ,  fᵢ′(0) ≤ λ where bᵢ = 0,  fᵢ′(capᵢ) ≥ λ where bᵢ = capᵢ
/// ```
///
/// ```math
/// \max_{b} \sum_i f_i(b_i) \quad\text{where}\quad \sum_i b_i = B, \quad 0 \le b_i \le \mathrm{cap}_i
/// ```
///
/// # Errors
///
/// [`ExchangeError::TooFew`] without an item, [`ExchangeError::BudgetItem`] for one in another currency,
/// [`ExchangeError::Unit`] unless the budget is zero or lies from 1e-100 to 1e100.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{BudgetItem, ConcaveCurve, ConcaveResponse, allocate};
/// use customer_value::{Currency, ExpectedMoney};
///
/// let item = |limit, speed| -> Result<BudgetItem, customer_value::Error> {
///     let curve = ConcaveCurve::Exponential { limit, speed };
///     Ok(BudgetItem::new(ConcaveResponse::new(curve, Currency::USD)?))
/// };
/// let split = allocate(ExpectedMoney::new(40.0, Currency::USD)?, &[item(100.0, 0.05)?, item(60.0, 0.1)?])?;
/// assert_eq!(split.items[0].spend.to_string(), "25.45 USD");
/// assert_eq!(split.items[1].spend.to_string(), "14.55 USD");
/// assert!(split.multiplier.is_some_and(|multiplier| (multiplier - 1.400_569).abs() < 1e-6));
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// A seller splits 40 hours, at 50 the hour, between buyers who are about to sign and people who may buy some day. With
/// the former ten hours bring two thirds of all that can be won; with the latter each hour brings less, but there is
/// always somebody else:
///
/// ```
/// use customer_value::exchange::{BudgetItem, ConcaveCurve, ConcaveResponse, allocate};
/// use customer_value::{Currency, ExpectedMoney};
///
/// let per_hour = 50.0;
/// let ready = ConcaveCurve::Exponential { limit: 9_000.0, speed: 3.0_f64.ln() / (10.0 * per_hour) };
/// let general = ConcaveCurve::Logarithmic { scale: 2_000.0, speed: 0.1 / per_hour };
/// let items = [ready, general].map(|curve| ConcaveResponse::new(curve, Currency::CNY).map(BudgetItem::new));
/// let [ready, general] = items;
/// let split = allocate(ExpectedMoney::new(40.0 * per_hour, Currency::CNY)?, &[ready?, general?])?;
/// let hours: Vec<_> = split.items.iter().map(|item| item.spend.amount() / per_hour).collect();
/// assert!((hours[0] - 23.44).abs() < 0.005 && (hours[1] - 16.56).abs() < 0.005);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "资源整合")]
#[doc(alias = "equal marginal returns")]
#[doc(alias = "精力分配")]
pub fn allocate(budget: ExpectedMoney, items: &[BudgetItem]) -> Result<Allocation, ExchangeError> {
    at_least("items of a budget", items.len(), 1)?;
    for (item, declared) in items.iter().enumerate() {
        same_currency(budget.currency(), declared.response.currency())
            .map_err(|source| ExchangeError::BudgetItem { item, source })?;
    }
    let amount = checked_budget(budget)?;
    let caps: f64 = items.iter().map(|item| item.cap.map_or(f64::INFINITY, ExpectedMoney::amount)).sum();
    let spends = if caps <= amount {
        items.iter().map(|item| item.most(amount)).collect()
    } else if amount > 0.0 {
        best_split(amount, items)
    } else {
        vec![0.0; items.len()]
    };
    Ok(allocation(items, &spends, (amount - caps).max(0.0), budget.currency()))
}

fn checked_budget(budget: ExpectedMoney) -> Result<f64, UnitError> {
    let least = if budget.amount() > 0.0 { LEAST_BUDGET } else { 0.0 };
    in_range("budget", budget.amount(), least, LARGEST).map(|amount| amount + 0.0)
}

/// The spends that bring most, for a positive budget that is smaller than the sum of the caps.
fn best_split(budget: f64, items: &[BudgetItem]) -> Vec<f64> {
    let anchor = anchor(budget, items);
    let starts: Vec<f64> = items.iter().map(|item| ln_ratio(item.response.coefficient(), anchor)).collect();
    let spend = |(item, start): (&BudgetItem, &f64), depth: f64| {
        item.response.spend_at_decline(start + depth).min(item.most(budget))
    };
    let total = |depth: f64| items.iter().zip(&starts).map(|pair| spend(pair, depth)).sum::<f64>();
    let reached = first_reaching(budget, [0.0, deepest(budget, items, &starts)], total);
    // Between two neighbouring floats the spends can leap, those on a nearly straight power by orders of magnitude; what
    // lies between them is as good, since their marginal responses are the same to the last digit.
    let before = reached.next_down();
    let (low, high) = (total(before), total(reached));
    let share = if high > budget { (budget - low) / (high - low) } else { 1.0 };
    let between = |pair| {
        let (low, high) = (spend(pair, before), spend(pair, reached));
        if share < 1.0 { low + share * (high - low) } else { high }
    };
    items.iter().zip(&starts).map(between).collect()
}

/// A multiplier at which less than the budget is spent, from which the search for the best one descends.
///
/// Without a power it is the greatest marginal response there is, so that the depth keeps all its digits where a small
/// budget hardly changes it.
fn anchor(budget: f64, items: &[BudgetItem]) -> f64 {
    let greatest = |slope: fn(&ConcaveResponse, f64) -> f64, at: f64| {
        items.iter().map(|item| slope(&item.response, at)).fold(0.0, f64::max)
    };
    if items.iter().any(|item| item.response.rises_vertically()) {
        2.0 * greatest(ConcaveResponse::slope, budget / items.len() as f64)
    } else {
        greatest(|response, _| response.coefficient(), budget)
    }
}

/// How far below the anchor, in logarithms, the whole budget is surely spent.
fn deepest(budget: f64, items: &[BudgetItem], starts: &[f64]) -> f64 {
    let (mut all_full, mut one_takes_all) = (0.0_f64, f64::INFINITY);
    for (item, start) in items.iter().zip(starts) {
        let most = item.most(budget);
        let depth = item.response.decline(most) - start;
        if most >= budget {
            one_takes_all = one_takes_all.min(depth);
        }
        all_full = all_full.max(depth);
    }
    // Twice, because either may be too small by a rounding error.
    2.0 * all_full.min(one_takes_all)
}

fn allocation(items: &[BudgetItem], spends: &[f64], left_over: f64, currency: Currency) -> Allocation {
    // Of a power, a spend that is too small for a number still has a marginal response.
    let least = if spends.iter().any(|&spend| spend > 0.0) { f64::MIN_POSITIVE } else { 0.0 };
    let open = items.iter().zip(spends).filter(|&(item, &spend)| !item.is_full_at(spend));
    let multiplier = open.map(|(item, spend)| item.response.slope(spend.max(least))).fold(0.0, f64::max);
    let items: Vec<_> = items.iter().zip(spends).map(|(item, &spend)| allocated(item, spend, currency)).collect();
    Allocation {
        response: items.iter().map(|item| item.response).sum(),
        items,
        multiplier: Some(multiplier).filter(|multiplier| multiplier.is_finite()),
        left_over: ExpectedMoney::known(left_over, currency),
    }
}

fn allocated(item: &BudgetItem, spend: f64, currency: Currency) -> AllocatedItem {
    let room = if item.is_full_at(spend) {
        Room::Full
    } else if spend > 0.0 {
        Room::Partly
    } else {
        Room::Unused
    };
    AllocatedItem { spend: ExpectedMoney::known(spend, currency), response: item.response.at(spend), room }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    response: ConcaveResponse,
    cap: Option<ExpectedMoney>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for BudgetItem {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        raw.cap.map_or_else(|| Ok(Self::new(raw.response)), |cap| Self::capped(raw.response, cap))
    }
}
