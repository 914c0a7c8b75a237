use jiff::{ToSpan, civil::Date};

use super::{Civil, Span, whole_months};

/// A civil day of the Gregorian calendar, without a time zone.
///
/// # Examples
///
/// ```
/// use customer_value::{Day, Span};
///
/// let cut: Day = "1997-09-30".parse()?;
/// let first = Day::new(1997, 1, 1)?;
/// assert_eq!(Span::between(first, cut), Some(Span::whole_days(272)));
/// assert_eq!(Day::new(2024, 1, 31)?.plus_months(1)?, Day::new(2024, 2, 29)?);
/// # Ok::<(), customer_value::DateError>(())
/// ```
#[doc(alias = "日期")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Day(i32);

/// Why a date or an instant is impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// The calendar has no such day.
    #[error("there is no day {year}-{month}-{day}")]
    NoSuchDay {
        /// The year.
        year: i16,
        /// The month, from 1.
        month: i8,
        /// The day of the month, from 1.
        day: i8,
    },
    /// The text is not a day of the form year-month-day.
    #[error("{text:?} is not a day, expected year-month-day such as \"1997-09-30\"")]
    NotADay {
        /// The text given.
        text: String,
    },
    /// The day lies outside the years −9999 to 9999.
    #[error("day {days} from 1970-01-01 lies outside the years -9999 to 9999")]
    DayOutOfRange {
        /// Days since 1970-01-01.
        days: i64,
    },
    /// The instant lies outside the years 1677 to 2262, which nanoseconds in 64 bits reach.
    #[error("instant {seconds} s from 1970-01-01 lies outside the years 1677 to 2262")]
    InstantOutOfRange {
        /// Whole seconds since 1970-01-01T00:00:00Z.
        seconds: i64,
    },
    /// The text does not describe a time zone.
    #[error("{text:?} is not a POSIX time zone, expected a rule such as \"CET-1CEST,M3.5.0,M10.5.0/3\"")]
    NotAZone {
        /// The text given.
        text: String,
    },
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

impl Day {
    /// The day of this year, month (from 1) and day of the month (from 1).
    ///
    /// # Errors
    ///
    /// [`DateError::NoSuchDay`].
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, DateError> {
        Date::new(year, month, day).map(Self::from_date).map_err(|_| DateError::NoSuchDay { year, month, day })
    }

    /// The day this many days after 1970-01-01.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`].
    pub fn from_days_since_epoch(days: i32) -> Result<Self, DateError> {
        /// The first day of the year −9999 and the last of 9999.
        const RANGE: std::ops::RangeInclusive<i32> = -4_371_587..=2_932_896;
        if RANGE.contains(&days) { Ok(Self(days)) } else { Err(DateError::DayOutOfRange { days: days.into() }) }
    }

    /// Days since 1970-01-01; negative before.
    pub const fn days_since_epoch(self) -> i32 {
        self.0
    }

    /// The same day of the month, `months` later; a month end is clamped to the last day of a shorter month.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`].
    pub fn plus_months(self, months: u32) -> Result<Self, DateError> {
        let out = || DateError::DayOutOfRange { days: i64::from(self.0) + i64::from(months) * 31 };
        let span = i32::try_from(months).ok().and_then(|months| 0.months().try_months(months).ok()).ok_or_else(out)?;
        self.date().checked_add(span).map(Self::from_date).map_err(|_| out())
    }

    /// How many whole calendar months later than this day another is, by [`plus_months`](Self::plus_months); `None` when it
    /// is earlier.
    pub fn months_until(self, later: Self) -> Option<u32> {
        let begun = Civil::of(later).months() - Civil::of(self).months();
        let is_past = |months| self.plus_months(months).is_ok_and(|day| day <= later);
        (self <= later).then(|| whole_months(begun, is_past))
    }

    /// The spans from this day to the ends of the calendar months that follow it: 1, 2, … `count` months later.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`].
    pub fn month_ends(self, count: u32) -> Result<Vec<Span>, DateError> {
        (1..=count).map(|months| Ok(Span::between(self, self.plus_months(months)?).unwrap_or(Span::ZERO))).collect()
    }

    /// The day `days` later (earlier when negative).
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`].
    pub fn plus_days(self, days: i32) -> Result<Self, DateError> {
        let sum = i64::from(self.0) + i64::from(days);
        let narrow = i32::try_from(sum).map_err(|_| DateError::DayOutOfRange { days: sum })?;
        Self::from_days_since_epoch(narrow)
    }

    /// The nanosecond, counted from the epoch, at which the day begins in a time zone; the first or last one that
    /// 64 bits can count when the day begins before or after all of them.
    pub(crate) fn first_nanosecond(self, zone: &Zone) -> i64 {
        let limit = if self.0 < 0 { i64::MIN } else { i64::MAX };
        self.date()
            .to_zoned(zone.0.clone())
            .map_or(limit, |midnight| i64::try_from(midnight.timestamp().as_nanosecond()).unwrap_or(limit))
    }

    pub(crate) fn from_date(date: Date) -> Self {
        // Seconds between two dates of jiff's calendar stay far inside i64, and days inside i32.
        let hours = date.duration_since(EPOCH).as_hours();
        Self(i32::try_from(hours / 24).unwrap_or(i32::MAX))
    }

    pub(crate) fn date(self) -> Date {
        EPOCH.saturating_add(0.days().days(self.0))
    }
}

impl std::fmt::Debug for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::fmt::Display for Day {
    /// Writes year-month-day.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.date().to_string())
    }
}

impl std::str::FromStr for Day {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        text.parse().map(Self::from_date).map_err(|_| DateError::NotADay { text: text.into() })
    }
}

impl TryFrom<String> for Day {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, in the years 1677 to 2262.
///
/// It belongs to no date library; with the features `jiff`, `chrono` and `time` their types convert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant this many nanoseconds after the epoch.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// The instant this many seconds after the epoch.
    ///
    /// # Errors
    ///
    /// [`DateError::InstantOutOfRange`].
    pub fn from_seconds(seconds: i64) -> Result<Self, DateError> {
        Self::from_parts(seconds, 0)
    }

    pub(crate) fn from_parts(seconds: i64, nanoseconds: i64) -> Result<Self, DateError> {
        seconds
            .checked_mul(1_000_000_000)
            .and_then(|whole| whole.checked_add(nanoseconds))
            .map(Self)
            .ok_or(DateError::InstantOutOfRange { seconds })
    }

    /// Nanoseconds since the epoch; negative before.
    pub const fn as_nanoseconds(self) -> i64 {
        self.0
    }

    /// The civil day on which the instant falls in a time zone.
    pub fn day(self, zone: &Zone) -> Day {
        let instant = jiff::Timestamp::from_nanosecond(self.0.into()).unwrap_or_default();
        Day::from_date(zone.0.to_datetime(instant).date())
    }
}

/// When something happened: on a civil day, or at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Moment {
    /// On this day, by the calendar of the business.
    Day(Day),
    /// At this instant.
    Instant(Timestamp),
}

impl From<Day> for Moment {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<Timestamp> for Moment {
    fn from(instant: Timestamp) -> Self {
        Self::Instant(instant)
    }
}

/// The time zone in which instants become days, as a rule of its own: no database is read.
///
/// With the feature `jiff`, any `jiff::tz::TimeZone` converts, so that an application can bring the zones of
/// its system.
///
/// # Examples
///
/// ```
/// use customer_value::{Day, Timestamp, Zone};
///
/// let late_evening = Timestamp::from_seconds(1_719_873_000)?; // 2024-07-01T22:30:00Z
/// let paris = Zone::posix("CET-1CEST,M3.5.0,M10.5.0/3")?;
/// assert_eq!(late_evening.day(&Zone::UTC), Day::new(2024, 7, 1)?);
/// assert_eq!(late_evening.day(&paris), Day::new(2024, 7, 2)?);
/// # Ok::<(), customer_value::DateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(pub(crate) jiff::tz::TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(jiff::tz::TimeZone::UTC);

    /// The zone of a POSIX rule, which knows daylight saving: `"CET-1CEST,M3.5.0,M10.5.0/3"`.
    ///
    /// # Errors
    ///
    /// [`DateError::NotAZone`].
    pub fn posix(rule: &str) -> Result<Self, DateError> {
        jiff::tz::TimeZone::posix(rule).map(Self).map_err(|_| DateError::NotAZone { text: rule.into() })
    }
}

impl Default for Zone {
    /// Coordinated universal time.
    fn default() -> Self {
        Self::UTC
    }
}
