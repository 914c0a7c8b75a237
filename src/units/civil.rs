use super::{DateError, Day};

/// A day by its year, month and day of the month, for arithmetic on millions of them: a [`Day`] is a count, and to take it
/// apart and put it together by the general calendar costs ten times as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub year: i32,
    /// From 1.
    pub month: i32,
    /// From 1.
    pub day: i32,
}

/// Years of this calendar begin on 1 March, so that a leap day is the last of its year.
const MARCH_OF_YEAR_0: i32 = -719_468;
const DAYS_OF_400_YEARS: i32 = 146_097;
const DAYS_OF_100_YEARS: i32 = 36_524;
const DAYS_OF_4_YEARS: i32 = 1_461;
/// Five months from March, and again from August, have 153 days.
const DAYS_OF_5_MONTHS: i32 = 153;

const LAST_YEAR: i64 = 9_999;

impl Civil {
    pub const fn of(day: Day) -> Self {
        let since = day.days_since_epoch() - MARCH_OF_YEAR_0;
        let (cycles, rest) = (since.div_euclid(DAYS_OF_400_YEARS), since.rem_euclid(DAYS_OF_400_YEARS));
        // The last century of a cycle, and the last year of four, have a day more.
        let centuries = if rest / DAYS_OF_100_YEARS > 3 { 3 } else { rest / DAYS_OF_100_YEARS };
        let rest = rest - DAYS_OF_100_YEARS * centuries;
        let (fours, rest) = (rest / DAYS_OF_4_YEARS, rest % DAYS_OF_4_YEARS);
        let years = if rest / 365 > 3 { 3 } else { rest / 365 };
        let rest = rest - 365 * years;
        let months = (5 * rest + 2) / DAYS_OF_5_MONTHS;
        let day = rest - before_month(months) + 1;
        let year = 400 * cycles + 100 * centuries + 4 * fours + years;
        if months < 10 {
            Self { year, month: months + 3, day }
        } else {
            Self { year: year + 1, month: months - 9, day }
        }
    }

    /// The day, which exists: callers take years up to 9999, and days up to the length of the month.
    pub const fn count(self) -> i32 {
        let (year, months) = if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        MARCH_OF_YEAR_0 + 365 * year + leap_days + before_month(months) + self.day - 1
    }

    /// How many days the month has.
    pub const fn length(self) -> i32 {
        match self.month {
            2 if self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// Months since the beginning of the year 0.
    pub const fn months(self) -> i32 {
        12 * self.year + self.month - 1
    }

    /// The first day of the month so many months later.
    pub fn first_of_month_after(self, months: u32) -> Result<Self, DateError> {
        let months_later = i64::from(self.months()) + i64::from(months);
        let (year, month) = (months_later.div_euclid(12), months_later.rem_euclid(12) + 1);
        match (i32::try_from(year), i32::try_from(month)) {
            (Ok(year), Ok(month)) if i64::from(year) <= LAST_YEAR => Ok(Self { year, month, day: 1 }),
            _ => Err(DateError::DayOutOfRange { days: i64::from(self.count()) + i64::from(months) * 31 }),
        }
    }
}

/// How many of the months begun since a day are whole, where `is_past` tells whether the day so many months later has come.
///
/// In the month of the other day it may be still to come; in the month before it is past. A day beyond the calendar is to
/// come as well.
pub(crate) fn whole_months(begun: i32, is_past: impl Fn(u32) -> bool) -> u32 {
    let begun = begun.unsigned_abs();
    if begun == 0 || is_past(begun) { begun } else { begun - 1 }
}

/// Days from 1 March to the first day of a month, counted from March as 0.
const fn before_month(months: i32) -> i32 {
    (DAYS_OF_5_MONTHS * months + 2) / 5
}
