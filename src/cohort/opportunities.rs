use super::HistoryError;
use crate::{
    parallel,
    units::{Span, UnitError, in_range},
};

/// Which opportunities to buy a customer took: what models of non-contractual purchases in discrete time need to know.
///
/// An opportunity is an event at which everybody may buy, once: the yearly appeal of a charity, a conference, a
/// weekly church collection, a week in which many a customer buys. After the first purchase came `opportunities` (n)
/// of them; the customer took `repeats` (x), the last one as number `last` (t_x).
///
/// ```text
/// first purchase     ✓     –     ✓     –     –      x = 2, t_x = 3, n = 5
/// 0                  1     2     3     4     5
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::OpportunityHistory;
///
/// let donor = OpportunityHistory::new(2, 3, 5)?;
/// assert_eq!(donor, OpportunityHistory::acquired().taken()?.missed()?.taken()?.missed()?.missed()?);
/// assert!(OpportunityHistory::new(4, 3, 5).is_err()); // four of the first three
/// # Ok::<(), customer_value::HistoryError>(())
/// ```
#[doc(alias = "frequency")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Raw"))]
pub struct OpportunityHistory {
    repeats: u32,
    last: u32,
    opportunities: u32,
}

impl OpportunityHistory {
    /// Far more than anybody has; a likelihood sums over them.
    const MOST: u32 = 1_000_000;

    /// A history of `opportunities`, of which `repeats` were taken, the last one as number `last`, counted from 1; 0
    /// where none was.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when the last one taken comes after the last one there was, when more are said to be taken than
    /// there were up to it, when there is a last one without a repeat purchase or the other way round, or from 1e6
    /// opportunities on.
    pub const fn new(repeats: u32, last: u32, opportunities: u32) -> Result<Self, HistoryError> {
        if opportunities >= Self::MOST {
            Err(HistoryError::TooLong)
        } else if last > opportunities {
            Err(HistoryError::LastExceedsOpportunities { last, opportunities })
        } else if repeats > last {
            Err(HistoryError::RepeatsExceedLast { repeats, last })
        } else if repeats == 0 && last > 0 {
            Err(HistoryError::LastWithoutRepeat { last })
        } else {
            Ok(Self { repeats, last, opportunities })
        }
    }

    /// As [`OpportunityHistory::new`], for numbers that come from a simulation; what is beyond its range is cut off.
    pub(crate) fn observed(repeats: u32, last: u32, opportunities: u32) -> Self {
        let opportunities = opportunities.min(Self::MOST - 1);
        let last = last.min(opportunities);
        Self { repeats: repeats.min(last), last, opportunities }
    }

    /// The history of somebody who has just made the first purchase: a newcomer.
    pub const fn acquired() -> Self {
        Self { repeats: 0, last: 0, opportunities: 0 }
    }

    /// Opportunities taken after the first purchase (x, "frequency").
    pub const fn repeats(&self) -> u32 {
        self.repeats
    }

    /// Which opportunity was the last one taken (t_x, "recency"); 0 where none was.
    pub const fn last(&self) -> u32 {
        self.last
    }

    /// How many opportunities there were (n).
    pub const fn opportunities(&self) -> u32 {
        self.opportunities
    }

    /// The history with one more opportunity, which was taken.
    ///
    /// # Errors
    ///
    /// [`HistoryError::TooLong`] from 1e6 opportunities on.
    pub const fn taken(self) -> Result<Self, HistoryError> {
        let next = self.opportunities + 1;
        Self::new(self.repeats + 1, next, next)
    }

    /// The history with one more opportunity, which was not taken.
    ///
    /// # Errors
    ///
    /// [`HistoryError::TooLong`] from 1e6 opportunities on.
    pub const fn missed(self) -> Result<Self, HistoryError> {
        Self::new(self.repeats, self.last, self.opportunities + 1)
    }

    /// What the future of a living customer depends on, as a key.
    pub(crate) const fn repeats_and_opportunities(&self) -> (u64, u64, u64) {
        (self.repeats as u64, self.opportunities as u64, 0)
    }
}

/// Equal opportunity histories counted once, with the time from one opportunity to the next.
///
/// Rows are distinct and ascend by repeats, last and opportunities. Customers may have had different numbers of
/// opportunities. A model fitted to the patterns takes over the time between opportunities, so that its forecasts know
/// how many fall into a span.
///
/// # Examples
///
/// ```
/// use customer_value::{OpportunityHistory, OpportunityPatterns, Span};
///
/// let histories = [OpportunityHistory::new(2, 3, 5)?, OpportunityHistory::new(0, 0, 4)?];
/// let patterns = OpportunityPatterns::new(histories, Span::years(1.0)?)?;
/// assert_eq!((patterns.customers(), patterns.repeats()), (2, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpportunityPatterns {
    rows: Vec<OpportunityPattern>,
    every: Span,
}

/// An opportunity history and how many customers share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpportunityPattern {
    /// The history.
    pub history: OpportunityHistory,
    /// How many customers have it.
    pub customers: u64,
}

impl OpportunityPatterns {
    /// Histories in any order, with the time from one opportunity to the next.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless that time lies between 1e-6 and 1e6 days.
    pub fn new(histories: impl IntoIterator<Item = OpportunityHistory>, every: Span) -> Result<Self, UnitError> {
        Self::from_counts(histories.into_iter().map(|history| (history, 1)), every)
    }

    /// Histories with counts, in any order; equal histories add up, counts of zero leave no row.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the time from one opportunity to the next lies between 1e-6 and 1e6 days.
    pub fn from_counts(
        counts: impl IntoIterator<Item = (OpportunityHistory, u32)>,
        every: Span,
    ) -> Result<Self, UnitError> {
        check_every("time from one opportunity to the next in days", every)?;
        Ok(Self::grouped(counts.into_iter().filter(|&(_, customers)| customers > 0).collect(), every))
    }

    /// As [`OpportunityPatterns::new`], for a time that was checked before.
    pub(crate) fn proven(histories: impl Iterator<Item = OpportunityHistory>, every: Span) -> Self {
        Self::grouped(histories.map(|history| (history, 1)).collect(), every)
    }

    fn grouped(mut counts: Vec<(OpportunityHistory, u32)>, every: Span) -> Self {
        parallel::sort(&mut counts);
        let mut rows: Vec<OpportunityPattern> = Vec::new();
        for (history, customers) in counts {
            match rows.last_mut() {
                Some(last) if last.history == history => last.customers += u64::from(customers),
                _ => rows.push(OpportunityPattern { history, customers: customers.into() }),
            }
        }
        Self { rows, every }
    }

    /// Every so many rows.
    pub(crate) fn step_by(&self, every: usize) -> Self {
        Self { rows: self.rows.iter().step_by(every).copied().collect(), every: self.every }
    }

    /// The distinct histories, ascending.
    pub fn rows(&self) -> &[OpportunityPattern] {
        &self.rows
    }

    /// The time from one opportunity to the next.
    pub const fn every(&self) -> Span {
        self.every
    }

    /// How many customers there are.
    pub fn customers(&self) -> u64 {
        self.rows.iter().map(|row| row.customers).sum()
    }

    /// The sum of the opportunities they took (Σ x).
    pub fn repeats(&self) -> u64 {
        self.sum(OpportunityHistory::repeats)
    }

    /// The sum of the opportunities they had (Σ n).
    pub fn opportunities(&self) -> u64 {
        self.sum(OpportunityHistory::opportunities)
    }

    /// The sum over customers, at most `u64::MAX`.
    fn sum(&self, of: impl Fn(&OpportunityHistory) -> u32) -> u64 {
        let terms = self.rows.iter().map(|row| u64::from(of(&row.history)).saturating_mul(row.customers));
        terms.fold(0, u64::saturating_add)
    }
}

/// A time between events that come again and again.
pub(crate) fn check_every(quantity: &'static str, every: Span) -> Result<Span, UnitError> {
    in_range(quantity, every.as_days(), 1e-6, 1e6).map(|_| every)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    repeats: u32,
    last: u32,
    opportunities: u32,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for OpportunityHistory {
    type Error = HistoryError;

    fn try_from(raw: Raw) -> Result<Self, HistoryError> {
        Self::new(raw.repeats, raw.last, raw.opportunities)
    }
}
