use super::lots::Lots;
use super::{PointFault, PointsError};
use crate::parallel;
use crate::units::Day;

/// Moves of points of many members as columns, grouped by member and in the order of their days.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::PointColumns;
///
/// let day = |month| Day::new(2024, month, 1);
/// let columns = PointColumns {
///     ends: &[2, 3],
///     days: &[day(1)?, day(5)?, day(2)?],
///     points: &[100, -70, 50],
///     last_days: &[Some(day(6)?), None, None],
/// };
/// let balances = columns.balances(day(7)?)?;
/// assert_eq!(balances.each(), [0, 50]);
/// assert_eq!(balances.total(), 50);
/// # Ok::<(), customer_value::care::PointsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointColumns<'a> {
    /// Where the moves of each member end: those of the second run from the first end to the second.
    pub ends: &'a [usize],
    /// The day of each move.
    pub days: &'a [Day],
    /// Points earned, or spent when negative.
    pub points: &'a [i64],
    /// The last day on which earned points can be spent; `None` when they never lapse, and of points spent.
    pub last_days: &'a [Option<Day>],
}

/// What members can spend on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Balances {
    each: Vec<u64>,
    total: u64,
}

impl Balances {
    /// The balance of each member, in the order given.
    pub fn each(&self) -> &[u64] {
        &self.each
    }

    /// The outstanding points of all.
    pub const fn total(&self) -> u64 {
        self.total
    }
}

impl PointColumns<'_> {
    /// The balance of every member at the end of a day, as [`Ledger::balance`](super::Ledger::balance) counts it. All
    /// moves are checked, later ones too.
    ///
    /// # Errors
    ///
    /// [`PointsError::Lengths`], [`PointsError::Ends`]; [`PointsError::Rows`] with the first bad move of every member who
    /// has one; [`PointsError::TooLarge`] for the total.
    pub fn balances(&self, on: Day) -> Result<Balances, PointsError> {
        /// Members that one thread works on at a time.
        const CHUNK: usize = 1 << 12;
        self.check()?;
        let members = self.ends.len();
        let chunks = parallel::map_indices(members.div_ceil(CHUNK), |chunk| {
            let start = chunk * CHUNK;
            self.chunk(start..(start + CHUNK).min(members), on)
        });
        let mut each = Vec::with_capacity(members);
        let mut faults = Vec::new();
        for (balances, bad) in chunks {
            each.extend(balances);
            faults.extend(bad);
        }
        if !faults.is_empty() {
            return Err(PointsError::Rows(faults));
        }
        let total = each.iter().try_fold(0_u64, |sum, balance| sum.checked_add(*balance));
        Ok(Balances { total: total.ok_or(PointsError::TooLarge { quantity: "sum of points" })?, each })
    }

    fn check(&self) -> Result<(), PointsError> {
        let expected = self.days.len();
        for (column, found) in [("points", self.points.len()), ("last days", self.last_days.len())] {
            if found != expected {
                return Err(PointsError::Lengths { column, expected, found });
            }
        }
        let mut least = 0;
        for (member, &end) in self.ends.iter().enumerate() {
            if member + 1 == self.ends.len() {
                least = expected;
            }
            if !(least..=expected).contains(&end) {
                return Err(PointsError::Ends { member, end, least, most: expected });
            }
            least = end;
        }
        // Without members there is nobody to whom moves could belong.
        if self.ends.is_empty() && expected > 0 {
            return Err(PointsError::Lengths { column: "ends", expected, found: 0 });
        }
        Ok(())
    }

    fn chunk(&self, members: std::ops::Range<usize>, on: Day) -> (Vec<u64>, Vec<(usize, PointFault)>) {
        let (mut balances, mut faults) = (Vec::with_capacity(members.len()), Vec::new());
        let mut lots = Lots::default();
        let mut start = members.start.checked_sub(1).map_or(0, |before| self.ends[before]);
        for &end in &self.ends[members] {
            lots.clear();
            match self.member(start..end, on, &mut lots) {
                Ok(balance) => balances.push(balance),
                Err(fault) => faults.push(fault),
            }
            start = end;
        }
        (balances, faults)
    }

    fn member(&self, rows: std::ops::Range<usize>, on: Day, lots: &mut Lots) -> Result<u64, (usize, PointFault)> {
        let mut balance = None;
        let columns = self.days[rows.clone()].iter().zip(&self.points[rows.clone()]).zip(&self.last_days[rows.clone()]);
        for (row, ((&day, &points), &last)) in rows.zip(columns) {
            if day > on && balance.is_none() {
                balance = Some(lots.balance(on));
            }
            let booked = match points.unsigned_abs() {
                earned if points >= 0 => lots.earn(day, earned, last),
                spent => lots.spend(day, spent),
            };
            booked.map_err(|fault| (row, fault))?;
        }
        Ok(balance.unwrap_or_else(|| lots.balance(on)))
    }
}
