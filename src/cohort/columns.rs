use super::{Cohort, CohortError, LeftOut, LeftOutReason, PurchaseHistory, SpendHistory, check_cut};
use crate::{
    interaction::Window,
    math::LnProduct,
    parallel,
    units::{Currency, Day, Money, Span},
};

/// Purchases as columns, for logs too large for a row object each: position `i` of every column is one row.
///
/// Rows come in any order. There are no refunds here: net them beforehand, or use
/// [`InteractionLog`](crate::InteractionLog).
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Who bought.
    pub ids: &'a [u64],
    /// On which day, in days since 1970-01-01 (Arrow's `Date32`).
    pub days: &'a [i32],
    /// For how much, in minor units; not negative.
    pub minor_units: &'a [i64],
    /// The currency of all amounts.
    pub currency: Currency,
}

/// Why a row of columns is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnRowError {
    /// The amount is negative.
    #[error("amount of {minor_units} minor units is negative")]
    NegativeAmount {
        /// The amount.
        minor_units: i64,
    },
    /// The row lies before the start or after the end of the window.
    #[error("day {day} from 1970-01-01 lies outside the window")]
    OutsideWindow {
        /// Days since 1970-01-01.
        day: i32,
    },
}

/// Rows that are read at once: their sorted copy stays in the second-level cache, whoever works on it.
const CHUNK: usize = 1 << 16;
/// Rows that are sorted at once, on average.
const BUCKET: usize = 1 << 12;
/// Ids looked at for each bucket before its bounds are drawn.
const SAMPLES: usize = 16;
/// More buckets than this no longer make the sort faster and scatter the rows over too many pages.
const MOST_BUCKETS: usize = 1 << 12;

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    id: u64,
    day: i32,
    minor_units: i64,
}

/// One chunk of rows, ordered by bucket.
struct Chunk {
    rows: Vec<Row>,
    /// Where each bucket ends.
    ends: Vec<u32>,
    faults: Vec<(usize, ColumnRowError)>,
}

/// All rows of one customer in few numbers.
struct Member {
    id: u64,
    first: i32,
    last: i32,
    repeats: u32,
    first_total: i64,
    repeat_total: i64,
    gaps: LnProduct,
}

impl Cohort<u64> {
    /// The cohort of a log in columns, as [`InteractionLog::cohort`](crate::InteractionLog::cohort) at
    /// [`Granularity::Day`](crate::Granularity::Day) makes it: rows after the cut are left to the holdout.
    ///
    /// At its peak it holds a copy of the rows, of 24 bytes each, and a record of 56 bytes of each customer.
    ///
    /// # Errors
    ///
    /// [`CohortError::CutOutsideWindow`], [`CohortError::ColumnLengths`], [`CohortError::Rows`] with every bad
    /// row, or [`CohortError::TotalTooLarge`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Cohort, Columns, Currency, Day, FirstSeen, Window};
    ///
    /// let cut = Day::from_days_since_epoch(30)?;
    /// let window = Window::new(Day::from_days_since_epoch(0)?, cut, FirstSeen::IsNew)?;
    /// let columns = Columns {
    ///     ids: &[7, 3, 7, 7],
    ///     days: &[12, 4, 2, 12],
    ///     minor_units: &[100, 250, 900, 150],
    ///     currency: Currency::EUR,
    /// };
    /// let cohort = Cohort::from_columns(columns, &window, cut)?;
    /// assert_eq!(cohort.ids(), [3, 7]);
    /// assert_eq!(cohort.purchases()[1].repeats(), 1); // day 12 counts once
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_columns(columns: Columns<'_>, window: &Window, cut: Day) -> Result<Self, CohortError> {
        check_cut(window, cut)?;
        columns.check_lengths()?;
        let bounds = columns.bucket_bounds();
        let chunks = parallel::map_indices(columns.ids.len().div_ceil(CHUNK), |chunk| {
            columns.scatter(chunk * CHUNK, &bounds, window, cut.days_since_epoch())
        });
        let faults: Vec<_> = chunks.iter().flat_map(|chunk| chunk.faults.iter().copied()).collect();
        if !faults.is_empty() {
            return Err(CohortError::Rows(faults));
        }
        let buckets = parallel::map_indices(bounds.len() + 1, |bucket| summarize(gather(&chunks, bucket)));
        drop(chunks);
        let members = buckets.into_iter().collect::<Option<Vec<_>>>().ok_or(CohortError::TotalTooLarge)?;
        Ok(assemble(&members, columns.currency, window, cut))
    }
}

impl Columns<'_> {
    fn check_lengths(&self) -> Result<(), CohortError> {
        let (ids, days, amounts) = (self.ids.len(), self.days.len(), self.minor_units.len());
        if ids == days && ids == amounts { Ok(()) } else { Err(CohortError::ColumnLengths { ids, days, amounts }) }
    }

    /// Ids that cut the rows into buckets of about equal size, however unevenly the ids are spread: quantiles of
    /// a sample at fixed places.
    fn bucket_bounds(&self) -> Vec<u64> {
        let buckets = (self.ids.len() / BUCKET).clamp(1, MOST_BUCKETS);
        let step = (self.ids.len() / (buckets * SAMPLES)).max(1);
        let mut sample: Vec<u64> = self.ids.iter().step_by(step).copied().collect();
        sample.sort_unstable();
        let mut bounds: Vec<u64> = (1..buckets).map(|bucket| sample[bucket * sample.len() / buckets]).collect();
        bounds.dedup();
        bounds
    }

    /// Copies the rows of a chunk up to the cut, ordered by bucket.
    fn scatter(&self, start: usize, bounds: &[u64], window: &Window, cut: i32) -> Chunk {
        let range = start..(start + CHUNK).min(self.ids.len());
        let days = window.start().days_since_epoch()..=window.end().days_since_epoch();
        let (mut rows, mut buckets) = (Vec::with_capacity(range.len()), Vec::with_capacity(range.len()));
        let mut ends = vec![0_u32; bounds.len() + 1];
        let mut faults = Vec::new();
        for index in range {
            let row = Row { id: self.ids[index], day: self.days[index], minor_units: self.minor_units[index] };
            if row.minor_units < 0 {
                faults.push((index, ColumnRowError::NegativeAmount { minor_units: row.minor_units }));
            }
            if !days.contains(&row.day) {
                faults.push((index, ColumnRowError::OutsideWindow { day: row.day }));
            }
            if row.day <= cut {
                let bucket = bounds.partition_point(|bound| *bound <= row.id);
                ends[bucket] += 1;
                rows.push(row);
                buckets.push(bucket);
            }
        }
        let mut next = 0;
        for end in &mut ends {
            next += std::mem::replace(end, next);
        }
        let mut ordered = vec![Row::default(); rows.len()];
        for (row, bucket) in rows.into_iter().zip(buckets) {
            ordered[ends[bucket] as usize] = row;
            ends[bucket] += 1;
        }
        Chunk { rows: ordered, ends, faults }
    }
}

/// The rows of one bucket, by customer and day.
fn gather(chunks: &[Chunk], bucket: usize) -> Vec<Row> {
    let slices = chunks.iter().map(|chunk| {
        let start = bucket.checked_sub(1).map_or(0, |before| chunk.ends[before]);
        &chunk.rows[start as usize..chunk.ends[bucket] as usize]
    });
    let mut rows = Vec::with_capacity(slices.clone().map(<[Row]>::len).sum());
    slices.for_each(|slice| rows.extend_from_slice(slice));
    rows.sort_unstable_by_key(|row| (row.id, row.day));
    rows
}

/// The customers of rows ordered by customer and day; `None` when a total exceeds 64 bits.
fn summarize(rows: Vec<Row>) -> Option<Vec<Member>> {
    let mut members: Vec<Member> = Vec::new();
    for row in rows {
        match members.last_mut().filter(|member| member.id == row.id) {
            Some(member) => member.add(row)?,
            None => members.push(Member {
                id: row.id,
                first: row.day,
                last: row.day,
                repeats: 0,
                first_total: row.minor_units,
                repeat_total: 0,
                gaps: LnProduct::default(),
            }),
        }
    }
    members.shrink_to_fit();
    Some(members)
}

impl Member {
    fn add(&mut self, row: Row) -> Option<()> {
        let total = if row.day == self.first { &mut self.first_total } else { &mut self.repeat_total };
        *total = total.checked_add(row.minor_units)?;
        if row.day != self.last {
            self.repeats += 1;
            self.gaps.multiply(f64::from(row.day.abs_diff(self.last)));
            self.last = row.day;
        }
        self.first_total.checked_add(self.repeat_total).map(|_| ())
    }

    const fn realised(&self) -> i64 {
        self.first_total + self.repeat_total
    }
}

/// Columns of the customers who are new, and the names of the others.
fn assemble(buckets: &[Vec<Member>], currency: Currency, window: &Window, cut: Day) -> Cohort<u64> {
    let start = window.start().days_since_epoch();
    let is_new = |member: &&Member| window.is_new(days(start, member.first));
    let count = buckets.iter().flatten().filter(is_new).count();
    let members = || buckets.iter().flatten().filter(is_new);
    let ((ids, purchases), (spend, realised, ln_gaps)) = parallel::join(
        || {
            let age_end = cut.days_since_epoch();
            let (mut ids, mut purchases) = (Vec::with_capacity(count), Vec::with_capacity(count));
            for member in members() {
                ids.push(member.id);
                let (recency, age) = (days(member.first, member.last), days(member.first, age_end));
                purchases.push(PurchaseHistory::proven(member.repeats, recency, age));
            }
            (ids, purchases)
        },
        || {
            let (mut spend, mut realised) = (Vec::with_capacity(count), Vec::with_capacity(count));
            let mut ln_gaps = Vec::with_capacity(count);
            for member in members() {
                let repeat_total = Money::from_minor(member.repeat_total, currency);
                spend.push(SpendHistory::proven(member.repeats, repeat_total));
                realised.push(Money::from_minor(member.realised(), currency));
                ln_gaps.push(member.gaps.ln());
            }
            (spend, realised, ln_gaps)
        },
    );
    let old = buckets.iter().flatten().filter(|member| !is_new(member));
    let left_out = old.map(|member| LeftOut {
        id: member.id,
        reason: LeftOutReason::FirstSeenInRunIn { realised: Money::from_minor(member.realised(), currency) },
    });
    let left_out = left_out.collect();
    let (spend, realised, ln_gaps) = (Some(spend), Some(realised), Some(ln_gaps));
    Cohort { ids, purchases, spend, realised, ln_gaps, left_out, cut: Some(cut) }
}

fn days(from: i32, to: i32) -> Span {
    Span::whole_days(to.abs_diff(from))
}
