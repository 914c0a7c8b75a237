mod balances;
mod earning;
mod entitlement;
mod ledger;
mod lots;
mod purse;

pub use balances::{Balances, MemberMoves};
pub use earning::{Decay, EarningRule};
pub use entitlement::{Cadence, CadenceWindow, EveryNth, draw};
pub use ledger::{Lapse, LapseRule, Ledger, PointChange, PointMove};
pub use lots::Lot;
pub use purse::Purse;

use rust_decimal::Decimal;

use crate::units::{DateError, Day, ExpectedMoney, Money, MoneyError, Probability};

/// Why points cannot be booked or counted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PointsError {
    /// An impossible date.
    #[error(transparent)]
    Date(#[from] DateError),
    /// An impossible amount of money.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A move of a ledger cannot be booked.
    #[error("move {position} (from 0): {fault}")]
    Move {
        /// Position of the move.
        position: usize,
        /// What is wrong.
        fault: PointFault,
    },
    /// Moves of members cannot be booked: the first bad one of each such member.
    #[error("bad moves of points{}", crate::error::list_faults(.0))]
    Rows(Vec<(usize, PointFault)>),
    /// There are moves, but no member to whom they belong.
    #[error("{moves} moves of no member")]
    NoMembers {
        /// The number of moves.
        moves: usize,
    },
    /// The moves of a member end before those of the one before, or beyond the last move.
    #[error("the moves of member {member} (from 0) end at {end}, expected {least} to {most}")]
    Ends {
        /// Position of the member.
        member: usize,
        /// Where its moves end.
        end: usize,
        /// Where those of the member before end; of the last member, the number of moves.
        least: usize,
        /// The number of moves.
        most: usize,
    },
    /// A purse has no such points.
    #[error("the purse has no {currency:?}")]
    UnknownCurrency {
        /// The points asked for.
        currency: String,
    },
    /// A price names points twice.
    #[error("the price names {currency:?} twice")]
    DuplicateCurrency {
        /// The points.
        currency: String,
    },
    /// Some points of a purse do not suffice; nothing was spent.
    #[error("of {currency:?}: {fault}")]
    Redemption {
        /// Which points.
        currency: String,
        /// What is wrong.
        fault: PointFault,
    },
    /// A decay is not a share with at most nine decimals.
    #[error("decay is {decay}, expected a number from 0 to 1 with at most 9 decimals")]
    Decay {
        /// What was given.
        decay: Decimal,
    },
    /// Acts are not in the order of their days.
    #[error("act {act} (from 0) is of {day}, expected no earlier than {previous}")]
    ActOrder {
        /// Position of the act.
        act: usize,
        /// Its day.
        day: Day,
        /// The day of the act before it.
        previous: Day,
    },
    /// More points than can be counted.
    #[error("{quantity} is too large")]
    TooLarge {
        /// What was to be counted.
        quantity: &'static str,
    },
    /// A point costs less than nothing.
    #[error("a point costs {cost}, expected no less than nothing")]
    NegativeCost {
        /// What was given.
        cost: Money,
    },
}

/// What is wrong with a move of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PointFault {
    /// It comes after a later one.
    #[error("on {day}, expected no earlier than {previous}")]
    OutOfOrder {
        /// Its day.
        day: Day,
        /// The day of the move before it.
        previous: Day,
    },
    /// It moves nothing.
    #[error("0 points, expected at least 1")]
    Nothing,
    /// It spends more than there is.
    #[error("{points} points spent on {day} of a balance of {balance}")]
    Overdrawn {
        /// When.
        day: Day,
        /// How many were to be spent.
        points: u64,
        /// How many there were.
        balance: u64,
    },
    /// What it earns is gone before it is there.
    #[error("earned on {day}, but usable only through {last}")]
    LapsesBefore {
        /// When it is earned.
        day: Day,
        /// Its last day.
        last: Day,
    },
    /// More points were earned than can be counted.
    #[error("more points earned than can be counted")]
    TooMany,
}

/// What a point costs the firm when it is spent, and how many never are.
///
/// # Formula
///
/// ```text
/// liability = outstanding points · (1 − breakage) · cost of a point
/// ```
///
/// ```math
/// L = n \, (1 - b) \, c
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::care::PointCost;
/// use customer_value::{Currency, Money, Probability};
///
/// let cost = PointCost::new(Money::parse("0.008", Currency::EUR)?, Probability::new(0.25)?)?;
/// assert_eq!(cost.liability(1_000_000)?.to_string(), "6000.00 EUR");
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "breakage")]
#[doc(alias = "积分负债")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct PointCost {
    each: Money,
    breakage: Probability,
}

impl PointCost {
    /// What each spent point costs, and the share of points that lapse unspent.
    ///
    /// # Errors
    ///
    /// [`PointsError::NegativeCost`].
    pub fn new(each: Money, breakage: Probability) -> Result<Self, PointsError> {
        if each.is_negative() { Err(PointsError::NegativeCost { cost: each }) } else { Ok(Self { each, breakage }) }
    }

    /// What outstanding points will cost: an estimate, since the breakage is.
    ///
    /// # Errors
    ///
    /// [`PointsError::Money`] when the product is too large.
    pub fn liability(&self, outstanding: u64) -> Result<ExpectedMoney, PointsError> {
        let full = self.each.checked_mul(outstanding.into())?;
        Ok(ExpectedMoney::from(full).checked_mul(self.breakage.complement().get())?)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    each: Money,
    breakage: Probability,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for PointCost {
    type Error = PointsError;

    fn try_from(raw: Unchecked) -> Result<Self, PointsError> {
        Self::new(raw.each, raw.breakage)
    }
}
