use std::num::NonZeroU32;

use crate::{
    cohort::check_every,
    lifetime::{DataError, Fingerprint, Observations, sealed::Sealed},
    units::{Day, Span, UnitError},
};

/// How long a contract has lasted, and whether it still does.
///
/// A contract is paid for a period at a time: a month, a year. At the end of each it is renewed or lost.
///
/// # Examples
///
/// ```
/// use customer_value::{Membership, Tenure};
///
/// // Lost at the first chance, after one paid period; and still active after four of them, in the fifth.
/// let short = Tenure::new(1, Membership::Lost)?;
/// let loyal = Tenure::new(4, Membership::Active)?;
/// assert!(short < loyal);
/// assert!(Tenure::new(0, Membership::Lost).is_err()); // nobody is lost before the first period ends
/// # Ok::<(), customer_value::TenureError>(())
/// ```
#[doc(alias = "subscription")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Raw"))]
pub struct Tenure {
    periods: u32,
    membership: Membership,
}

/// Whether a contract still lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Membership {
    /// It was not renewed at the end of its last period.
    Lost,
    /// It was renewed as often as periods were completed: how long it will last is not known ("censored").
    Active,
}

/// Why tenures are impossible.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TenureError {
    /// A contract is lost at the end of a period, not before the first.
    #[error("lost after 0 periods, expected at least 1")]
    LostAtOnce,
    /// More periods than any contract has.
    #[error("a tenure of {periods} periods, expected less than 1e6")]
    TooLong {
        /// How many are claimed.
        periods: u32,
    },
    /// A cohort without a count.
    #[error("cohort {cohort} (from 0) has no survivor counts")]
    NoSurvivors {
        /// Which cohort.
        cohort: usize,
    },
    /// A contract that began after the day of the question, or ended before it began.
    #[error("a contract began on {began}, expected a day up to {day}")]
    BeganAfter {
        /// When it began.
        began: Day,
        /// When it ended, or the day of the question.
        day: Day,
    },
    /// Survivors became more.
    #[error("cohort {cohort} (from 0) grows from {before} to {after} survivors after {periods} periods")]
    SurvivorsGrow {
        /// Which cohort.
        cohort: usize,
        /// After how many periods.
        periods: u32,
        /// How many survived one period less.
        before: u32,
        /// How many are said to survive.
        after: u32,
    },
    /// The time from one renewal to the next is out of range.
    #[error(transparent)]
    Every(#[from] UnitError),
}

impl Tenure {
    /// Far more than anybody has; below it no power of a time overflows.
    const MOST: u32 = 1_000_000;

    /// A contract that lasted for `periods` whole periods: lost at the end of the last, or active and in the next.
    ///
    /// # Errors
    ///
    /// [`TenureError::LostAtOnce`] for a loss after no period, [`TenureError::TooLong`] from 1e6 periods on.
    pub const fn new(periods: u32, membership: Membership) -> Result<Self, TenureError> {
        match (periods, membership) {
            (0, Membership::Lost) => Err(TenureError::LostAtOnce),
            (Self::MOST.., _) => Err(TenureError::TooLong { periods }),
            _ => Ok(Self { periods, membership }),
        }
    }

    /// The tenure, as known today, of a contract that began on a day and is paid for so many calendar months at a time.
    ///
    /// It is up for renewal on the day of the month on which it began, or on the last day of a shorter month. If it has
    /// `ended` up to today it was lost with the period in which it did; an end on a day of renewal is a renewal not made. An
    /// end still to come is none yet, because those who will not renew are not known of all alike.
    ///
    /// # Errors
    ///
    /// [`TenureError::BeganAfter`] unless it began by today and by its end, [`TenureError::TooLong`] from 1e6 periods on.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Day, Membership, Tenure};
    ///
    /// let (began, today) = (Day::new(2023, 1, 31)?, Day::new(2024, 5, 17)?);
    /// assert_eq!(Tenure::between(began, None, today, 12.try_into()?)?, Tenure::new(1, Membership::Active)?);
    /// // Up for renewal on the last of February, and not renewed a month later.
    /// let ended = Day::new(2023, 3, 31)?;
    /// assert_eq!(Tenure::between(began, Some(ended), today, 1.try_into()?)?, Tenure::new(2, Membership::Lost)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn between(began: Day, ended: Option<Day>, today: Day, months: NonZeroU32) -> Result<Self, TenureError> {
        let ended = ended.filter(|&day| day <= today);
        let day = ended.unwrap_or(today);
        let passed = began.months_until(day).ok_or(TenureError::BeganAfter { began, day })?;
        let periods = passed / months;
        // On a day of renewal the period before it is the last.
        let due = |periods: u32| periods.checked_mul(months.get()).and_then(|months| began.plus_months(months).ok());
        match ended {
            None => Self::new(periods, Membership::Active),
            Some(_) if periods > 0 && due(periods) == Some(day) => Self::new(periods, Membership::Lost),
            Some(_) => Self::new(periods + 1, Membership::Lost),
        }
    }

    /// As [`Tenure::new`], for numbers that come from a simulation.
    pub(super) fn observed(renewals: u32, chances: u32) -> Self {
        let chances = chances.min(Self::MOST - 1);
        if renewals < chances {
            Self { periods: renewals + 1, membership: Membership::Lost }
        } else {
            Self { periods: chances, membership: Membership::Active }
        }
    }

    /// A contract that begins now: a newcomer.
    pub const fn acquired() -> Self {
        Self { periods: 0, membership: Membership::Active }
    }

    /// Whole periods completed.
    pub const fn periods(&self) -> u32 {
        self.periods
    }

    /// Whether the contract still lasts.
    pub const fn membership(&self) -> Membership {
        self.membership
    }
}

/// Tenures counted by their length, with the time from one renewal to the next.
///
/// A model fitted to them takes over that time, so that its forecasts know how many renewals fall into a span.
///
/// # Examples
///
/// ```
/// use customer_value::{Membership, Span, Tenure, Tenures};
///
/// let year = Span::years(1.0)?;
/// let counted = Tenures::from_survivors([[1000, 631, 468]], year)?;
/// let lost = |periods| Tenure::new(periods, Membership::Lost);
/// let active = Tenure::new(2, Membership::Active)?;
/// assert_eq!(counted, Tenures::from_counts([(lost(1)?, 369), (lost(2)?, 163), (active, 468)], year)?);
/// assert_eq!((counted.customers(), counted.lost()), (1000, 532));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenures {
    /// Ascending by periods.
    rows: Vec<TenureRow>,
    every: Span,
}

/// How many contracts of one length are lost and how many active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TenureRow {
    pub periods: u32,
    pub lost: u64,
    pub active: u64,
}

impl Tenures {
    /// Single tenures in any order, with the time from one renewal to the next.
    ///
    /// # Errors
    ///
    /// [`TenureError::Every`] unless that time lies between 1e-6 and 1e6 days.
    pub fn new(tenures: impl IntoIterator<Item = Tenure>, every: Span) -> Result<Self, TenureError> {
        Self::from_counts(tenures.into_iter().map(|tenure| (tenure, 1)), every)
    }

    /// Tenures with counts, in any order.
    ///
    /// # Errors
    ///
    /// [`TenureError::Every`] unless the time from one renewal to the next lies between 1e-6 and 1e6 days.
    pub fn from_counts(counts: impl IntoIterator<Item = (Tenure, u32)>, every: Span) -> Result<Self, TenureError> {
        check_every("time from one renewal to the next in days", every)?;
        Ok(Self::grouped(counts.into_iter().map(TenureRow::of).collect(), every))
    }

    /// As [`Tenures::new`], for a time that was checked before.
    pub(super) fn proven(tenures: impl Iterator<Item = Tenure>, every: Span) -> Self {
        Self::grouped(tenures.map(|tenure| TenureRow::of((tenure, 1))).collect(), every)
    }

    fn grouped(mut rows: Vec<TenureRow>, every: Span) -> Self {
        rows.sort_unstable_by_key(|row| row.periods);
        rows.dedup_by(|next, row| row.absorb(next));
        rows.retain(|row| row.lost + row.active > 0);
        Self { rows, every }
    }

    /// Cohorts of customers who began together: how many there were, how many of them after one period, after two, and
    /// so on. The last ones are still active. Cohorts may have been seen for different times.
    ///
    /// # Errors
    ///
    /// [`TenureError`] when a cohort has no counts, when its counts grow, or unless the time from one renewal to the
    /// next lies between 1e-6 and 1e6 days.
    pub fn from_survivors<C: AsRef<[u32]>>(
        cohorts: impl IntoIterator<Item = C>,
        every: Span,
    ) -> Result<Self, TenureError> {
        let mut counts = Vec::new();
        for (cohort, survivors) in cohorts.into_iter().enumerate() {
            let survivors = survivors.as_ref();
            for ((before, after), periods) in survivors.iter().zip(survivors.iter().skip(1)).zip(1..) {
                let (&before, &after) = (before, after);
                let lost = before.checked_sub(after);
                let lost = lost.ok_or(TenureError::SurvivorsGrow { cohort, periods, before, after })?;
                counts.push((Tenure::new(periods, Membership::Lost)?, lost));
            }
            let left = *survivors.last().ok_or(TenureError::NoSurvivors { cohort })?;
            let periods = u32::try_from(survivors.len() - 1).unwrap_or(u32::MAX);
            counts.push((Tenure::new(periods, Membership::Active)?, left));
        }
        Self::from_counts(counts, every)
    }

    pub(super) fn rows(&self) -> &[TenureRow] {
        &self.rows
    }

    /// The time from one renewal to the next.
    pub const fn every(&self) -> Span {
        self.every
    }

    /// How many customers there are.
    pub fn customers(&self) -> u64 {
        self.rows.iter().map(|row| row.lost + row.active).sum()
    }

    /// How many of them were lost.
    pub fn lost(&self) -> u64 {
        self.rows.iter().map(|row| row.lost).sum()
    }

    /// The share of renewals that failed; what is missing when nothing can be estimated.
    pub(super) fn loss(&self) -> Result<f64, DataError> {
        let (customers, lost) = (self.customers(), self.lost());
        if customers == 0 {
            return Err(DataError::NoCustomers);
        }
        if lost == 0 {
            return Err(DataError::NoLoss { customers });
        }
        let chances: f64 = self.rows.iter().map(|row| f64::from(row.periods) * (row.lost + row.active) as f64).sum();
        Ok((lost as f64 / chances).clamp(1e-3, 0.999))
    }
}

impl TenureRow {
    fn of((tenure, customers): (Tenure, u32)) -> Self {
        let customers = u64::from(customers);
        let (lost, active) = match tenure.membership {
            Membership::Lost => (customers, 0),
            Membership::Active => (0, customers),
        };
        Self { periods: tenure.periods, lost, active }
    }

    /// Takes over the counts of a row of the same length; says whether it is one.
    fn absorb(&mut self, next: &Self) -> bool {
        let same = self.periods == next.periods;
        if same {
            self.lost += next.lost;
            self.active += next.active;
        }
        same
    }
}

impl Sealed for Tenures {}

impl Observations for Tenures {
    type One = Tenure;

    fn distinct(&self) -> usize {
        self.rows.len()
    }

    fn sample(&self, every: usize) -> Self {
        Self { rows: self.rows.iter().step_by(every).copied().collect(), ..*self }
    }

    fn customers(&self) -> u64 {
        self.customers()
    }

    /// Renewals are counted: their likelihood is a probability.
    fn densities_in_time(&self) -> u64 {
        0
    }

    fn fingerprint(&self) -> Fingerprint {
        let rows = Fingerprint::of("tenures", &self.rows, |row| [row.periods.into(), row.lost, row.active]);
        rows.and(self.every.as_days().to_bits())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    periods: u32,
    membership: Membership,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Tenure {
    type Error = TenureError;

    fn try_from(raw: Raw) -> Result<Self, TenureError> {
        Self::new(raw.periods, raw.membership)
    }
}
