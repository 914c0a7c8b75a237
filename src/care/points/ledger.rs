use std::borrow::Cow;

use super::lots::Lots;
use super::{Lot, PointsError};
use crate::care::{CivilPeriod, MonthRule, Period};
use crate::segment::PointEntry;
use crate::units::{DateError, Day};

/// A move of points on a day.
///
/// Points of a move are counted, from 1 on, and its [`change`](Self::change) says whether they are earned or spent. Only
/// entries of [`segment`](crate::segment) have a sign: what is spent or lost is below zero there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PointMove {
    /// When.
    pub day: Day,
    /// What.
    pub change: PointChange,
}

impl PointMove {
    /// Points earned.
    pub const fn earn(day: Day, points: u64, lapse: Lapse) -> Self {
        Self { day, change: PointChange::Earn { points, lapse } }
    }

    /// Points spent.
    pub const fn spend(day: Day, points: u64) -> Self {
        Self { day, change: PointChange::Spend { points } }
    }

    /// By how much the balance changes, spent points below zero.
    fn signed(self) -> Result<i64, PointsError> {
        match self.change {
            PointChange::Earn { points, .. } => signed(points),
            PointChange::Spend { points } => Ok(-signed(points)?),
        }
    }
}

fn signed(points: u64) -> Result<i64, PointsError> {
    i64::try_from(points).map_err(|_| PointsError::TooLarge { quantity: "move of points" })
}

/// What happens to points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PointChange {
    /// They are earned.
    Earn {
        /// How many.
        points: u64,
        /// Until when they can be spent.
        lapse: Lapse,
    },
    /// They are spent, those earned first before the others.
    Spend {
        /// How many.
        points: u64,
    },
}

/// Until when points can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Lapse {
    /// For ever.
    Never,
    /// Through this day; on the next they are gone.
    After(Day),
}

impl Lapse {
    /// The last day on which they can be spent; `None` when they never lapse.
    pub const fn last(self) -> Option<Day> {
        match self {
            Self::Never => None,
            Self::After(last) => Some(last),
        }
    }
}

/// By which rule earned points lapse.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{CivilPeriod, Lapse, LapseRule, MonthRule, Period};
///
/// let earned = Day::new(2024, 5, 17)?;
/// let year = LapseRule::After(Period::Months(12.try_into()?, MonthRule::LastDay));
/// assert_eq!(year.lapse(earned)?, Lapse::After(Day::new(2025, 5, 17)?));
/// let end_of_next_year = LapseRule::EndOf { months: 12, period: CivilPeriod::Year };
/// assert_eq!(end_of_next_year.lapse(earned)?, Lapse::After(Day::new(2025, 12, 31)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LapseRule {
    /// Never.
    Never,
    /// A period after they were earned, on whose last day they can still be spent.
    After(Period),
    /// With the end of the civil period that runs so many months after they were earned.
    EndOf {
        /// How many months later, 0 for the running period.
        months: u32,
        /// The period.
        period: CivilPeriod,
    },
}

impl LapseRule {
    /// Until when points can be spent that are earned on a day.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`] at the end of the calendar.
    pub fn lapse(self, earned: Day) -> Result<Lapse, DateError> {
        match self {
            Self::Never => Ok(Lapse::Never),
            Self::After(period) => period.after(earned).map(Lapse::After),
            Self::EndOf { months, period } => period.end(MonthRule::LastDay.after(earned, months)?).map(Lapse::After),
        }
    }
}

/// The points of one member in one currency of points: a list of moves from which every balance follows.
///
/// Moves stand in the order of their days; those of one day in the order in which they were made. No move makes the
/// balance negative. Points that lapse need no move: they are gone from the day after their last. What is spent is taken from
/// the points that were earned first, also where later ones lapse sooner.
///
/// A stored list of moves goes through [`new`](Self::new) at once; [`earn`](Self::earn) and [`spend`](Self::spend) add one
/// as it happens, in a time that does not grow with those before it. So does a balance on or after the day of the last
/// move; one on an earlier day looks at all moves up to it. Those of many members are counted by
/// [`MemberMoves`](super::MemberMoves) without a ledger each.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{Lapse, Ledger};
///
/// let ledger = Ledger::default()
///     .earn(Day::new(2024, 1, 5)?, 100, Lapse::After(Day::new(2024, 6, 30)?))?
///     .earn(Day::new(2024, 2, 5)?, 50, Lapse::After(Day::new(2024, 12, 31)?))?
///     .spend(Day::new(2024, 5, 1)?, 120)?;
/// assert_eq!(ledger.balance(Day::new(2024, 4, 30)?), 150);
/// assert_eq!(ledger.balance(Day::new(2024, 7, 1)?), 30);
/// assert_eq!(ledger.balance(Day::new(2025, 1, 1)?), 0);
/// assert!(ledger.spend(Day::new(2024, 7, 1)?, 31).is_err());
/// # Ok::<(), customer_value::care::PointsError>(())
/// ```
#[doc(alias = "积分")]
#[doc(alias = "loyalty points")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Vec<PointMove>"))]
#[cfg_attr(feature = "serde", serde(into = "Vec<PointMove>"))]
pub struct Ledger {
    moves: Vec<PointMove>,
    /// What all moves have left.
    lots: Lots,
}

impl Ledger {
    /// Moves in the order of their days.
    ///
    /// # Errors
    ///
    /// [`PointsError::Move`] names the first move that comes too early, moves nothing, spends more than there is, or earns
    /// what has lapsed already.
    pub fn new(moves: impl Into<Vec<PointMove>>) -> Result<Self, PointsError> {
        let moves = moves.into();
        let lots = replay(&moves)?;
        Ok(Self { moves, lots })
    }

    /// The same after points were earned.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn earn(self, day: Day, points: u64, lapse: Lapse) -> Result<Self, PointsError> {
        self.with(PointMove::earn(day, points, lapse))
    }

    /// The same after points were spent.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn spend(self, day: Day, points: u64) -> Result<Self, PointsError> {
        self.with(PointMove::spend(day, points))
    }

    fn with(mut self, next: PointMove) -> Result<Self, PointsError> {
        let position = self.moves.len();
        self.lots.book(&next).map_err(|fault| PointsError::Move { position, fault })?;
        self.moves.push(next);
        Ok(self)
    }

    /// All moves.
    pub fn moves(&self) -> &[PointMove] {
        &self.moves
    }

    /// What can be spent at the end of a day, whatever was booked later.
    pub fn balance(&self, on: Day) -> u64 {
        self.known(on).balance(on)
    }

    /// What is left at the end of a day of each time that points were earned, the first earned first.
    pub fn lots(&self, on: Day) -> Vec<Lot> {
        self.known(on).left(on)
    }

    /// The moves through a day as [`TierPolicy::points`](crate::segment::TierPolicy::points) counts them, with what
    /// lapsed as taken away on the day after its last.
    ///
    /// # Errors
    ///
    /// [`PointsError::TooLarge`] for more points than 2⁶³ − 1 at a time.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Day;
    /// use customer_value::care::{Lapse, Ledger};
    /// use customer_value::segment::{Downgrade, TierBasis, TierLevel, TierPolicy};
    ///
    /// let (joined, last) = (Day::new(2024, 1, 5)?, Day::new(2024, 6, 30)?);
    /// let ledger = Ledger::default().earn(joined, 1_200, Lapse::After(last))?;
    /// let silver = TierLevel { label: "silver".into(), qualify: 1_000, keep: 800 };
    /// let policy = TierPolicy::new("base", [silver], TierBasis::Balance, Downgrade::OneDown)?;
    ///
    /// let tier = |on| Ok::<_, customer_value::Error>(policy.earned(policy.points(joined, on, &ledger.entries(on)?)?));
    /// assert_eq!((tier(last)?, tier(last.plus_days(1)?)?), (1, 0));
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn entries(&self, through: Day) -> Result<Vec<PointEntry>, PointsError> {
        let (mut lots, mut entries) = (Lots::default(), Vec::new());
        for (position, made) in self.through(through).iter().enumerate() {
            lapses(&mut lots, made.day, &mut entries)?;
            lots.book(made).map_err(|fault| PointsError::Move { position, fault })?;
            entries.push(PointEntry { day: made.day, points: made.signed()? });
        }
        lapses(&mut lots, through, &mut entries)?;
        Ok(entries)
    }

    fn through(&self, on: Day) -> &[PointMove] {
        &self.moves[..self.moves.partition_point(|made| made.day <= on)]
    }

    fn known(&self, on: Day) -> Cow<'_, Lots> {
        let known = self.through(on);
        if known.len() == self.moves.len() {
            return Cow::Borrowed(&self.lots);
        }
        // Every beginning of legal moves is legal.
        Cow::Owned(replay(known).unwrap_or_default())
    }
}

/// Entries for what was lost by a day, each on the day after its last.
fn lapses(lots: &mut Lots, by: Day, entries: &mut Vec<PointEntry>) -> Result<(), PointsError> {
    while let Some((last, points)) = lots.next_lapse(by) {
        if points > 0 {
            entries.push(PointEntry { day: last.plus_days(1)?, points: -signed(points)? });
        }
    }
    Ok(())
}

fn replay(moves: &[PointMove]) -> Result<Lots, PointsError> {
    let mut lots = Lots::default();
    for (position, made) in moves.iter().enumerate() {
        lots.book(made).map_err(|fault| PointsError::Move { position, fault })?;
    }
    Ok(lots)
}

impl TryFrom<Vec<PointMove>> for Ledger {
    type Error = PointsError;

    fn try_from(moves: Vec<PointMove>) -> Result<Self, PointsError> {
        Self::new(moves)
    }
}

impl From<Ledger> for Vec<PointMove> {
    fn from(ledger: Ledger) -> Self {
        ledger.moves
    }
}
