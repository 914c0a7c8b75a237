use rust_decimal::{Decimal, RoundingStrategy};

use super::quote::Running;
use super::{PaymentTerms, PriceError, Quote, Season, VolumePrices};
use crate::units::{Currency, Day, Money, same_currency};

/// What a price depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Order {
    /// How much, in the unit of the price.
    pub quantity: Decimal,
    /// When.
    pub on: Day,
    /// To which class the customer belongs, in the words of the rules; `None` for none.
    pub class: Option<String>,
    /// In how many days the customer pays; `None` where nothing is agreed.
    pub pays_within: Option<u32>,
    /// The quality of what is sold, on the scale of the rules; `None` where nobody measured.
    pub grade: Option<Decimal>,
}

impl Order {
    /// An order of which no more is known than how much and when.
    pub const fn new(quantity: Decimal, on: Day) -> Self {
        Self { quantity, on, class: None, pays_within: None, grade: None }
    }
}

/// The price before any rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PriceBase {
    /// So much for each unit.
    Unit(Money),
    /// By bands of quantity.
    Volume(VolumePrices),
    /// So much whatever is used, and so much for each unit.
    #[doc(alias = "基本电价")]
    #[doc(alias = "电度电价")]
    TwoPart {
        /// Whatever is used.
        fixed: Money,
        /// For each unit.
        rate: Money,
    },
}

impl PriceBase {
    fn currency(&self) -> Currency {
        match self {
            Self::Unit(price) | Self::TwoPart { fixed: price, .. } => price.currency(),
            Self::Volume(prices) => prices.currency(),
        }
    }

    /// The amounts that were not checked when they were made.
    fn amounts(&self) -> Vec<(&'static str, Money)> {
        match self {
            Self::Unit(price) => vec![(LIST_PRICE, *price)],
            Self::Volume(_) => vec![],
            Self::TwoPart { fixed, rate } => vec![(FIXED, *fixed), (BY_USE, *rate)],
        }
    }

    fn lines(&self, quantity: Decimal) -> Result<Vec<(&'static str, Money)>, PriceError> {
        Ok(match self {
            Self::Unit(price) => vec![(LIST_PRICE, price.checked_mul(quantity)?)],
            Self::Volume(prices) => vec![(LIST_PRICE, prices.total(quantity)?)],
            Self::TwoPart { fixed, rate } => vec![(FIXED, *fixed), (BY_USE, rate.checked_mul(quantity)?)],
        })
    }
}

const LIST_PRICE: &str = "list price";
const FIXED: &str = "fixed charge";
const BY_USE: &str = "charge by use";

/// A change of the price for some orders.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PriceRule {
    /// What its line is called.
    pub name: String,
    /// For which orders.
    pub when: When,
    /// By how much.
    pub change: PriceChange,
}

impl PriceRule {
    /// The discount for paying early.
    pub fn early_payment(name: impl Into<String>, terms: &PaymentTerms) -> Self {
        let change = PriceChange::Share(-terms.discount());
        Self { name: name.into(), when: When::PaidWithin(terms.within()), change }
    }
}

/// The orders that a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum When {
    /// All.
    Always,
    /// Those of a season.
    Season(Season),
    /// Those of customers of this class.
    #[doc(alias = "客户定价")]
    Class(String),
    /// Those paid within so many days.
    PaidWithin(u32),
    /// Those of at least so much.
    AtLeast(Decimal),
}

impl When {
    fn holds(&self, order: &Order) -> bool {
        match self {
            Self::Always => true,
            Self::Season(season) => season.contains(order.on),
            Self::Class(class) => order.class.as_ref() == Some(class),
            Self::PaidWithin(days) => order.pays_within.is_some_and(|within| within <= *days),
            Self::AtLeast(quantity) => order.quantity >= *quantity,
        }
    }
}

/// By how much a rule changes a price; below zero it lowers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PriceChange {
    /// By a share of what the rules before have left: −0.1 takes a tenth off.
    Share(Decimal),
    /// By an amount for each unit.
    PerUnit(Money),
    /// By an amount for the order.
    Flat(Money),
    /// By an amount for each unit and each point by which the grade exceeds a reference.
    #[doc(alias = "质量差价")]
    PerGrade {
        /// The grade at which nothing changes.
        reference: Decimal,
        /// The amount.
        each: Money,
    },
}

impl PriceChange {
    const fn money(&self) -> Option<Money> {
        match self {
            Self::Share(_) => None,
            Self::PerUnit(money) | Self::Flat(money) | Self::PerGrade { each: money, .. } => Some(*money),
        }
    }

    fn of(&self, rule: &str, order: &Order, so_far: Money) -> Result<Money, PriceError> {
        Ok(match self {
            Self::Share(share) => so_far.checked_mul(*share)?,
            Self::PerUnit(each) => each.checked_mul(order.quantity)?,
            Self::Flat(amount) => *amount,
            Self::PerGrade { reference, each } => {
                let missing = || PriceError::Missing { rule: rule.into(), needed: "grade" };
                let points = order.grade.ok_or_else(missing)?.checked_sub(*reference);
                let points = points.ok_or(PriceError::TooLarge { quantity: "difference of grades" })?;
                each.checked_mul(points)?.checked_mul(order.quantity)?
            }
        })
    }
}

/// A price and the rules that change it, one after the other.
///
/// # Examples
///
/// ```
/// use customer_value::care::{MonthDay, Order, PriceBase, PriceChange, PriceList, PriceRule, Season, When};
/// use customer_value::rust_decimal::{Decimal, RoundingStrategy};
/// use customer_value::{Currency, Day, Money};
///
/// let usd = |cents| Money::from_minor(cents, Currency::USD);
/// let rule = |name: &str, when, change| PriceRule { name: name.into(), when, change };
/// let summer = Season { from: MonthDay::new(6, 1)?, to: MonthDay::new(8, 31)? };
/// let prices = PriceList::new(
///     PriceBase::Unit(usd(1_000)),
///     [
///         rule("summer", When::Season(summer), PriceChange::Share(Decimal::new(-10, 2))),
///         rule("fleet", When::Class("fleet".into()), PriceChange::PerUnit(usd(-50))),
///     ],
/// )?;
///
/// let mut order = Order::new(3.into(), Day::new(2024, 7, 1)?);
/// order.class = Some("fleet".into());
/// let quote = prices.quote(&order, RoundingStrategy::MidpointAwayFromZero)?;
/// assert_eq!(quote.total(), usd(3_000 - 300 - 150));
/// assert_eq!(quote.lines()[1].after, usd(2_700));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "定价")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct PriceList {
    base: PriceBase,
    rules: Vec<PriceRule>,
}

impl PriceList {
    /// A price with rules in the order in which they apply.
    ///
    /// # Errors
    ///
    /// [`PriceError::Negative`] for a base below zero, [`PriceError::Money`] for another currency than that of the base,
    /// [`PriceError::DuplicateName`].
    pub fn new(base: PriceBase, rules: impl Into<Vec<PriceRule>>) -> Result<Self, PriceError> {
        let rules = rules.into();
        let currency = base.currency();
        for (name, amount) in base.amounts() {
            same_currency(currency, amount.currency())?;
            if amount.is_negative() {
                return Err(PriceError::Negative { name: name.into(), amount });
            }
        }
        let mut names: Vec<&str> = vec![LIST_PRICE, FIXED, BY_USE];
        for rule in &rules {
            if let Some(money) = rule.change.money() {
                same_currency(currency, money.currency())?;
            }
            if names.contains(&rule.name.as_str()) {
                return Err(PriceError::DuplicateName { name: rule.name.clone() });
            }
            names.push(&rule.name);
        }
        Ok(Self { base, rules })
    }

    /// The price before any rule.
    pub const fn base(&self) -> &PriceBase {
        &self.base
    }

    /// The rules, in the order in which they apply.
    pub fn rules(&self) -> &[PriceRule] {
        &self.rules
    }

    /// The price of an order, line by line. Every line is rounded to minor units, so that lines add up exactly.
    ///
    /// # Errors
    ///
    /// [`PriceError::Quantity`] below 0, [`PriceError::Missing`] when a rule needs a grade that nobody measured,
    /// [`PriceError::Negative`] when a rule leaves less than nothing, [`PriceError::Money`] when an amount is too large.
    pub fn quote(&self, order: &Order, rounding: RoundingStrategy) -> Result<Quote, PriceError> {
        if order.quantity < Decimal::ZERO {
            return Err(PriceError::Quantity { quantity: order.quantity });
        }
        let mut quote = Running::new(self.base.currency(), rounding);
        for (name, amount) in self.base.lines(order.quantity)? {
            quote.apply(name, amount)?;
        }
        for PriceRule { name, when, change } in &self.rules {
            if when.holds(order) {
                quote.apply(name, change.of(name, order, quote.so_far())?)?;
            } else {
                quote.pass(name);
            }
        }
        Ok(quote.finish(order.quantity))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    base: PriceBase,
    rules: Vec<PriceRule>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for PriceList {
    type Error = PriceError;

    fn try_from(raw: Unchecked) -> Result<Self, PriceError> {
        Self::new(raw.base, raw.rules)
    }
}
