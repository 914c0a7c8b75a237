use super::lots::Lots;
use super::{PointFault, PointMove, PointsError};
use crate::parallel;
use crate::units::Day;

/// Moves of points of many members: all moves of the first, in the order of their days, then those of the second.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{Lapse, MemberMoves, PointMove};
///
/// let day = |month| Day::new(2024, month, 1);
/// let moves = [
///     PointMove::earn(day(1)?, 100, Lapse::After(day(6)?)),
///     PointMove::spend(day(5)?, 70),
///     PointMove::earn(day(2)?, 50, Lapse::Never),
/// ];
/// let balances = MemberMoves { ends: &[2, 3], moves: &moves }.balances(day(7)?)?;
/// assert_eq!(balances.each(), [0, 50]);
/// assert_eq!(balances.total(), 50);
/// # Ok::<(), customer_value::care::PointsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberMoves<'a> {
    /// Where the moves of each member end: those of the second run from the first end to the second.
    pub ends: &'a [usize],
    /// The moves of all members.
    pub moves: &'a [PointMove],
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

impl MemberMoves<'_> {
    /// The balance of every member at the end of a day, as [`Ledger::balance`](super::Ledger::balance) counts it. All
    /// moves are checked, later ones too.
    ///
    /// # Errors
    ///
    /// [`PointsError::Ends`], [`PointsError::NoMembers`]; [`PointsError::Rows`] with the first bad move of every member who has
    /// one; [`PointsError::TooLarge`] for the total.
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
        let most = self.moves.len();
        let mut least = 0;
        for (member, &end) in self.ends.iter().enumerate() {
            if member + 1 == self.ends.len() {
                least = most;
            }
            if !(least..=most).contains(&end) {
                return Err(PointsError::Ends { member, end, least, most });
            }
            least = end;
        }
        if self.ends.is_empty() && most > 0 { Err(PointsError::NoMembers { moves: most }) } else { Ok(()) }
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
        for (row, made) in rows.clone().zip(&self.moves[rows]) {
            if made.day > on && balance.is_none() {
                balance = Some(lots.balance(on));
            }
            lots.book(made).map_err(|fault| (row, fault))?;
        }
        Ok(balance.unwrap_or_else(|| lots.balance(on)))
    }
}
