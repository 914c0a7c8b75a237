use super::{Cohort, PurchaseHistory};
use crate::{parallel, units::Span};

/// Equal histories counted once: all that a fit of a count model needs to know of its customers.
///
/// Rows are distinct and ascend by repeats, recency and age, so that sums over them do not depend on the order
/// in which customers arrived. Any engine can produce them by grouping twice, by customer and then by history;
/// [`Patterns::from_counts`] takes its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patterns {
    rows: Vec<Pattern>,
    survivors: Vec<Survivors>,
    customers: u64,
}

/// How many customers made more than k repeat purchases, the same for `from` ≤ k < `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Survivors {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) customers: u64,
}

/// A history and how many customers share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// The history.
    pub history: PurchaseHistory,
    /// How many customers have it.
    pub customers: u64,
}

impl Patterns {
    /// Histories with counts, in any order; equal histories add up, counts of zero leave no row.
    pub fn from_counts(counts: impl IntoIterator<Item = (PurchaseHistory, u32)>) -> Self {
        let mut rows: Vec<(PurchaseHistory, u32)> =
            counts.into_iter().filter(|&(_, customers)| customers > 0).collect();
        parallel::sort(&mut rows);
        Self::from_rows(rows.into_iter().map(|(history, customers)| Pattern { history, customers: customers.into() }))
    }

    /// How many customers there are.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// The sum of their repeat purchases (Σ x), at most `u64::MAX`.
    pub fn repeats(&self) -> u64 {
        let runs = self.survivors.iter().map(|run| u64::from(run.to - run.from).saturating_mul(run.customers));
        runs.fold(0, u64::saturating_add)
    }

    /// The distinct histories, ascending.
    pub fn rows(&self) -> &[Pattern] {
        &self.rows
    }

    /// How many customers made more than k repeat purchases, in runs of k that start at 0; a term that depends on
    /// repeats alone is a sum over them.
    pub(crate) fn survivors(&self) -> &[Survivors] {
        &self.survivors
    }

    /// Ascending histories, equal ones side by side.
    pub(crate) fn from_rows(ascending: impl Iterator<Item = Pattern>) -> Self {
        let mut rows: Vec<Pattern> = Vec::new();
        for next in ascending {
            match rows.last_mut() {
                Some(last) if last.history == next.history => last.customers += next.customers,
                _ => rows.push(next),
            }
        }
        let customers = rows.iter().map(|row| row.customers).sum();
        let survivors = survivors(&rows, customers);
        Self { rows, survivors, customers }
    }
}

/// Rows ascend by repeats: all survive until the least, and so on.
fn survivors(rows: &[Pattern], mut customers: u64) -> Vec<Survivors> {
    let mut runs = Vec::new();
    let mut from = 0;
    for same in rows.chunk_by(|one, next| one.history.repeats() == next.history.repeats()) {
        let to = same[0].history.repeats();
        if to > from {
            runs.push(Survivors { from, to, customers });
        }
        from = to;
        customers -= same.iter().map(|row| row.customers).sum::<u64>();
    }
    runs
}

impl From<&[PurchaseHistory]> for Patterns {
    fn from(histories: &[PurchaseHistory]) -> Self {
        let one = |history| Pattern { history, customers: 1 };
        if let Some(mut packed) = histories.iter().map(WholeDays::pack).collect::<Option<Vec<_>>>() {
            parallel::sort(&mut packed);
            return Self::from_rows(packed.into_iter().map(WholeDays::unpack).map(one));
        }
        let mut histories = histories.to_vec();
        parallel::sort(&mut histories);
        Self::from_rows(histories.into_iter().map(one))
    }
}

impl From<&Vec<PurchaseHistory>> for Patterns {
    fn from(histories: &Vec<PurchaseHistory>) -> Self {
        histories.as_slice().into()
    }
}

impl<Id> From<&Cohort<Id>> for Patterns {
    fn from(cohort: &Cohort<Id>) -> Self {
        cohort.purchases().into()
    }
}

/// A history of whole days in one word, in the same order: day logs sort several times faster so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct WholeDays(u64);

impl WholeDays {
    const DAY_BITS: u32 = 20;
    const REPEAT_BITS: u32 = 24;

    fn pack(history: &PurchaseHistory) -> Option<Self> {
        let repeats = u64::from(history.repeats());
        let recency = whole_days(history.recency())?;
        let age = whole_days(history.age())?;
        let fits = repeats >> Self::REPEAT_BITS == 0 && age >> Self::DAY_BITS == 0;
        fits.then_some(Self((repeats << Self::DAY_BITS | recency) << Self::DAY_BITS | age))
    }

    #[expect(clippy::cast_possible_truncation, reason = "each field was shorter than 32 bits when it was packed")]
    fn unpack(self) -> PurchaseHistory {
        let field = |shift: u32, bits: u32| (self.0 >> shift) as u32 & ((1 << bits) - 1);
        PurchaseHistory::proven(
            field(2 * Self::DAY_BITS, Self::REPEAT_BITS),
            Span::whole_days(field(Self::DAY_BITS, Self::DAY_BITS)),
            Span::whole_days(field(0, Self::DAY_BITS)),
        )
    }
}

/// The days of a span, if they are a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a span is not negative; the cast is undone to see"
)]
fn whole_days(span: Span) -> Option<u64> {
    let days = span.as_days() as u64;
    ((days as f64).to_bits() == span.as_days().to_bits()).then_some(days)
}
