mod ranking;

pub(crate) use ranking::measured;
pub use ranking::{
    Effect, LeverStanding, RankBy, RankError, RankedLever, affordable_in_order, rank_levers, rank_levers_by_net,
};

use crate::delivered::{Axis, BenefitSource, CostKind, Delivered, DeliveredError, PricedCosts};
use crate::units::{ExpectedMoney, Money, MoneyError, same_currency};

/// One change to what an offer gives or takes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Change {
    /// To one benefit.
    #[doc(alias = "增加利益")]
    Benefit {
        /// Where the benefit comes from.
        source: BenefitSource,
        /// Which kind of value it is.
        axis: Axis,
        /// How much more it is worth to the customer; negative for less.
        by: ExpectedMoney,
    },
    /// To one kind of cost.
    #[doc(alias = "减少成本")]
    Cost {
        /// What the customer gives up.
        kind: CostKind,
        /// How much more of it, in money; negative for less, such as −20 for a price cut of 20.
        by: ExpectedMoney,
    },
}

impl Change {
    /// How much more there is of what is changed; negative for less.
    pub const fn by(&self) -> ExpectedMoney {
        match *self {
            Self::Benefit { by, .. } | Self::Cost { by, .. } => by,
        }
    }

    fn changes_the_same_as(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Benefit { source, axis, .. }, Self::Benefit { source: other, axis: along, .. }) => {
                (source, axis) == (other, along)
            }
            (Self::Cost { kind, .. }, Self::Cost { kind: other, .. }) => kind == other,
            _ => false,
        }
    }
}

/// Something the firm can do to an offer: what it changes for the customer, and what it costs the firm.
///
/// More benefit, less cost, or both at once. A price cut costs the firm what it gives up by it.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Axis, BenefitMatrix, BenefitSource, CostKind, Costs, Delivered, Effort, Sources};
/// use customer_value::exchange::{Change, Lever};
/// use customer_value::{Currency, ExpectedMoney, Money, ShadowPrices};
///
/// let service = [0.0, 50.0, 0.0].into();
/// let benefits = BenefitMatrix::new(Sources { service, ..Sources::default() }, Currency::USD)?;
/// let costs = Costs::new(Money::from_minor(2_000, Currency::USD), Effort::default())?;
/// let offer = Delivered::new(benefits, costs.components(&ShadowPrices::default())?.priced()?)?;
///
/// let by = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let training = Change::Benefit { source: BenefitSource::Service, axis: Axis::Functional, by: by(30.0)? };
/// let discount = Change::Cost { kind: CostKind::Monetary, by: by(-5.0)? };
/// let lever = Lever::new("training at a discount", [training, discount], Money::from_minor(1_500, Currency::USD))?;
/// assert_eq!(offer.net().amount(), 30.0);
/// assert_eq!(lever.apply(&offer)?.net().amount(), 65.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "杠杆")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Lever {
    name: String,
    changes: Vec<Change>,
    spend: Money,
}

impl Lever {
    /// A lever by its name, what it changes and what it costs the firm, which may be nothing.
    ///
    /// # Errors
    ///
    /// [`LeverError::NegativeSpend`]; [`LeverError::Money`] when currencies differ; [`LeverError::ChangedTwice`] when two
    /// changes are to the same benefit or cost; [`LeverError::NoChange`] without a change other than by zero.
    pub fn new(name: impl Into<String>, changes: impl Into<Vec<Change>>, spend: Money) -> Result<Self, LeverError> {
        let lever = Self { name: name.into(), changes: changes.into(), spend };
        if spend.is_negative() {
            return Err(LeverError::NegativeSpend { lever: lever.name, spend });
        }
        for (position, change) in lever.changes.iter().enumerate() {
            same_currency(spend.currency(), change.by().currency()).map_err(|source| lever.money_error(source))?;
            if lever.changes[..position].iter().any(|earlier| earlier.changes_the_same_as(change)) {
                return Err(LeverError::ChangedTwice { lever: lever.name, change: position });
            }
        }
        if lever.changes.iter().all(|change| change.by().amount().abs() <= 0.0) {
            return Err(LeverError::NoChange { lever: lever.name });
        }
        Ok(lever)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it changes.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What it costs the firm.
    pub const fn spend(&self) -> Money {
        self.spend
    }

    /// The offer with all changes made.
    ///
    /// # Errors
    ///
    /// [`LeverError::CostBelowZero`] when the offer does not take as much as is to be saved; [`LeverError::Delivered`]
    /// for another currency, or when a benefit or cost leaves its range.
    pub fn apply(&self, offer: &Delivered) -> Result<Delivered, LeverError> {
        let (mut benefits, mut costs) = (*offer.benefits(), *offer.costs());
        for change in &self.changes {
            match *change {
                Change::Benefit { source, axis, by } => {
                    benefits = benefits.plus(source, axis, by).map_err(|source| self.delivered_error(source))?;
                }
                Change::Cost { kind, by } => costs = self.change_cost(costs, kind, by)?,
            }
        }
        let delivered = Delivered::new(benefits, costs).map_err(|source| self.delivered_error(source.into()))?;
        Ok(delivered.with_projection(offer.projection()))
    }

    fn change_cost(&self, costs: PricedCosts, kind: CostKind, by: ExpectedMoney) -> Result<PricedCosts, LeverError> {
        let cost = costs.of(kind);
        if cost.currency() == by.currency() && cost.amount() + by.amount() < 0.0 {
            return Err(LeverError::CostBelowZero { lever: self.name.clone(), kind, cost, by });
        }
        costs.plus(kind, by).map_err(|source| self.delivered_error(source))
    }

    fn money_error(&self, source: MoneyError) -> LeverError {
        LeverError::Money { lever: self.name.clone(), source }
    }

    fn delivered_error(&self, source: DeliveredError) -> LeverError {
        LeverError::Delivered { lever: self.name.clone(), source }
    }
}

/// Why there is no such lever, or why it does not suit an offer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LeverError {
    /// It costs less than nothing.
    #[error("lever {lever:?} costs {spend}, expected an amount that is not negative")]
    NegativeSpend {
        /// The lever.
        lever: String,
        /// What it is said to cost.
        spend: Money,
    },
    /// It leaves every offer as it is.
    #[error("lever {lever:?} changes nothing, expected a change other than by zero")]
    NoChange {
        /// The lever.
        lever: String,
    },
    /// Two of its changes are to the same benefit or cost.
    #[error("change {change} (from 0) of lever {lever:?} is to what an earlier one changes, expected one change")]
    ChangedTwice {
        /// The lever.
        lever: String,
        /// Position of the later change.
        change: usize,
    },
    /// More of a cost is to be saved than there is.
    #[error("lever {lever:?} changes the cost in {kind} of {cost} by {by}, expected at least zero to be left")]
    CostBelowZero {
        /// The lever.
        lever: String,
        /// The kind of cost.
        kind: CostKind,
        /// The cost in the offer.
        cost: ExpectedMoney,
        /// The change.
        by: ExpectedMoney,
    },
    /// The offer with its changes is none.
    #[error("lever {lever:?}: {source}")]
    Delivered {
        /// The lever.
        lever: String,
        /// What is wrong.
        source: DeliveredError,
    },
    /// Its amounts differ in currency, or their difference or sum is too large.
    #[error("lever {lever:?}: {source}")]
    Money {
        /// The lever.
        lever: String,
        /// What is wrong.
        source: MoneyError,
    },
    /// It gains so much for so little that the quotient is no number.
    #[error("the return of lever {lever:?} on its spend is too large for a number")]
    ReturnTooLarge {
        /// The lever.
        lever: String,
    },
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    name: String,
    changes: Vec<Change>,
    spend: Money,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Lever {
    type Error = LeverError;

    fn try_from(raw: Unchecked) -> Result<Self, LeverError> {
        Self::new(raw.name, raw.changes, raw.spend)
    }
}
