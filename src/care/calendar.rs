use std::num::NonZeroU32;

use crate::units::{Civil, DateError, Day, whole_months};

/// On which day of a month something falls that counts in months.
///
/// Months differ in length, and so do Februaries; no rule is the obvious one, so that there is no default. Everything is
/// counted from the first day and never from the occurrence before: 31 January, 29 February, 31 March.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::MonthRule;
///
/// // Somebody born on a leap day, in a common year.
/// let born = Day::new(2000, 2, 29)?;
/// assert_eq!(MonthRule::LastDay.after(born, 12)?, Day::new(2001, 2, 28)?);
/// assert_eq!(MonthRule::NextDay.after(born, 12)?, Day::new(2001, 3, 1)?);
/// // A contract that ends with the month.
/// let end = Day::new(2023, 4, 30)?;
/// assert_eq!(MonthRule::LastDay.after(end, 1)?, Day::new(2023, 5, 30)?);
/// assert_eq!(MonthRule::KeepLast.after(end, 1)?, Day::new(2023, 5, 31)?);
/// # Ok::<(), customer_value::DateError>(())
/// ```
#[doc(alias = "leap day")]
#[doc(alias = "month end")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MonthRule {
    /// On the same day of the month, or on the last day of a month that has no such day.
    LastDay,
    /// On the same day of the month, or on the first day after a month that has no such day.
    NextDay,
    /// As [`LastDay`](Self::LastDay), and what begins on the last day of a month stays on last days.
    KeepLast,
}

impl MonthRule {
    /// The day so many months after another.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`] beyond the calendar.
    pub fn after(self, from: Day, months: u32) -> Result<Day, DateError> {
        self.after_placed(from.into(), months)
    }

    pub(super) fn after_placed(self, from: Placed, months: u32) -> Result<Day, DateError> {
        let start = from.civil;
        let month = start.first_of_month_after(months)?;
        let last = month.length();
        Day::from_days_since_epoch(match self {
            Self::KeepLast if start.day == start.length() => Civil { day: last, ..month }.count(),
            Self::NextDay if start.day > last => Civil { day: last, ..month }.count() + 1,
            _ => Civil { day: start.day.min(last), ..month }.count(),
        })
    }

    /// The greatest number of months after which a day is no later than another; `None` when it is later itself.
    pub(super) fn whole_months(self, from: Placed, to: Placed) -> Option<u32> {
        let begun = to.civil.months() - from.civil.months();
        let is_past = |months| self.after_placed(from, months).is_ok_and(|day| day <= to.day);
        (from.day <= to.day).then(|| whole_months(begun, is_past))
    }
}

/// A day with its place in the calendar, which is worked out once for all that counts from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    day: Day,
    civil: Civil,
}

impl From<Day> for Placed {
    fn from(day: Day) -> Self {
        Self { day, civil: Civil::of(day) }
    }
}

/// A length of time on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Period {
    /// So many days.
    Days(NonZeroU32),
    /// So many months, by a rule for months of unequal length.
    Months(NonZeroU32, MonthRule),
}

impl Period {
    /// The day on which the period ends that begins on another.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`] beyond the calendar.
    pub fn after(self, from: Day) -> Result<Day, DateError> {
        match self {
            Self::Days(days) => add_days(from, days.get().into()),
            Self::Months(months, rule) => rule.after(from, months.get()),
        }
    }

    /// The end of the `count`-th of such periods, one after the other.
    pub(super) fn times(self, count: u32, from: Placed) -> Result<Day, DateError> {
        match self {
            Self::Days(days) => add_days(from.day, u64::from(days.get()) * u64::from(count)),
            Self::Months(months, rule) => rule.after_placed(from, months.get().saturating_mul(count)),
        }
    }

    /// How many such periods have ended by a day; `None` before the first begins.
    pub(super) fn ended(self, from: Placed, by: Placed) -> Option<u32> {
        match self {
            Self::Days(days) => {
                let passed = i64::from(by.day.days_since_epoch()) - i64::from(from.day.days_since_epoch());
                u32::try_from(passed).ok().map(|passed| passed / days)
            }
            Self::Months(months, rule) => rule.whole_months(from, by).map(|passed| passed / months),
        }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Days(count) => write!(f, "{count} days"),
            Self::Months(count, _) => write!(f, "{count} months"),
        }
    }
}

pub(super) fn add_days(from: Day, days: u64) -> Result<Day, DateError> {
    let sum = i64::from(from.days_since_epoch()).saturating_add_unsigned(days);
    match i32::try_from(sum) {
        Ok(sum) => Day::from_days_since_epoch(sum),
        Err(_) => Err(DateError::DayOutOfRange { days: sum }),
    }
}

/// A period that the calendar begins for everybody at once.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::CivilPeriod;
///
/// let day = Day::new(2024, 5, 17)?; // a Friday
/// assert_eq!(CivilPeriod::Week.start(day)?, Day::new(2024, 5, 13)?);
/// assert_eq!(CivilPeriod::Quarter.start(day)?, Day::new(2024, 4, 1)?);
/// # Ok::<(), customer_value::DateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CivilPeriod {
    /// A day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

impl CivilPeriod {
    /// The first day of the period in which a day lies.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`] in the first week of the calendar.
    pub fn start(self, day: Day) -> Result<Day, DateError> {
        let date = day.date();
        match self {
            Self::Day => Ok(day),
            Self::Week => day.plus_days(-i32::from(date.weekday().to_monday_zero_offset())),
            Self::Month => Day::new(date.year(), date.month(), 1),
            Self::Quarter => Day::new(date.year(), date.month() - (date.month() - 1) % 3, 1),
            Self::Year => Day::new(date.year(), 1, 1),
        }
    }

    /// The last day of the period in which a day lies.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`] in the first and the last week of the calendar.
    pub fn end(self, day: Day) -> Result<Day, DateError> {
        let months = match self {
            Self::Day => return Ok(day),
            Self::Week => return self.start(day)?.plus_days(6),
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        let last_month = MonthRule::LastDay.after(self.start(day)?, months - 1)?;
        Ok(Day::from_date(last_month.date().last_of_month()))
    }
}
