use super::lots::Lots;
use super::{Lot, PointFault, PointsError};
use crate::care::{CivilPeriod, MonthRule, Period};
use crate::segment::PointEntry;
use crate::units::{DateError, Day};

/// A move of points on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PointMove {
    /// When.
    pub day: Day,
    /// What.
    pub change: PointChange,
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
    const fn last(self) -> Option<Day> {
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
/// balance negative. Points that lapse need no move: they are gone from the day after their last.
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
        replay(&moves)?;
        Ok(Self { moves })
    }

    /// The same after points were earned.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn earn(self, day: Day, points: u64, lapse: Lapse) -> Result<Self, PointsError> {
        self.with(PointMove { day, change: PointChange::Earn { points, lapse } })
    }

    /// The same after points were spent.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn spend(self, day: Day, points: u64) -> Result<Self, PointsError> {
        self.with(PointMove { day, change: PointChange::Spend { points } })
    }

    fn with(mut self, next: PointMove) -> Result<Self, PointsError> {
        self.moves.push(next);
        Self::new(self.moves)
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
        let mut lots = self.known(on);
        lots.balance(on);
        lots.into_lots()
    }

    /// The moves through a day as [`TierPolicy::points`](crate::segment::TierPolicy::points) counts them, with what
    /// lapsed as taken away on the day after its last.
    ///
    /// # Errors
    ///
    /// [`PointsError::TooLarge`] for more points than 2⁶³ − 1 at a time, [`PointsError::Date`] at the end of the calendar.
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
        let signed =
            |points: u64| i64::try_from(points).map_err(|_| PointsError::TooLarge { quantity: "move of points" });
        let mut entries = Vec::new();
        let known = self.moves.iter().filter(|made| made.day <= through);
        for made in known {
            let points = match made.change {
                PointChange::Earn { points, .. } => signed(points)?,
                PointChange::Spend { points } => -signed(points)?,
            };
            entries.push(PointEntry { day: made.day, points });
        }
        for (day, points) in self.lapsed(through)? {
            entries.push(PointEntry { day, points: -signed(points)? });
        }
        // Stable: what lapses with a day's beginning was gone before the moves of that day, but the sums are the same.
        entries.sort_by_key(|entry| entry.day);
        Ok(entries)
    }

    /// Points lost unspent, on the days after their last.
    fn lapsed(&self, through: Day) -> Result<Vec<(Day, u64)>, PointsError> {
        let ends = self.moves.iter().filter_map(|made| match made.change {
            PointChange::Earn { lapse: Lapse::After(last), .. } if last < through => Some(last),
            _ => None,
        });
        let mut ends: Vec<Day> = ends.collect();
        ends.sort_unstable();
        ends.dedup();
        let lost = |end: Day| {
            let lots = self.lots(end).into_iter().filter(|lot| lot.last == Some(end));
            Ok((end.plus_days(1)?, lots.map(|lot| lot.points).sum::<u64>()))
        };
        let lost: Result<Vec<_>, PointsError> = ends.into_iter().map(lost).collect();
        Ok(lost?.into_iter().filter(|(_, points)| *points > 0).collect())
    }

    fn known(&self, on: Day) -> Lots {
        let known = self.moves.partition_point(|made| made.day <= on);
        // Every beginning of legal moves is legal.
        replay(&self.moves[..known]).unwrap_or_default()
    }
}

fn replay(moves: &[PointMove]) -> Result<Lots, PointsError> {
    let mut lots = Lots::default();
    for (position, made) in moves.iter().enumerate() {
        book(&mut lots, made).map_err(|fault| PointsError::Move { position, fault })?;
    }
    Ok(lots)
}

fn book(lots: &mut Lots, made: &PointMove) -> Result<(), PointFault> {
    match made.change {
        PointChange::Earn { points, lapse } => lots.earn(made.day, points, lapse.last()),
        PointChange::Spend { points } => lots.spend(made.day, points),
    }
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
