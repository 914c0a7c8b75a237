//! Conversions between our days and instants and those of the date libraries, each behind its feature.

#[cfg(any(feature = "jiff", feature = "chrono", feature = "time"))]
use super::{DateError, Day, Timestamp};

#[cfg(feature = "jiff")]
mod with_jiff {
    use super::{DateError, Day, Timestamp};
    use crate::units::Zone;

    impl From<jiff::civil::Date> for Day {
        fn from(date: jiff::civil::Date) -> Self {
            Self::from_date(date)
        }
    }

    impl From<Day> for jiff::civil::Date {
        fn from(day: Day) -> Self {
            day.date()
        }
    }

    impl TryFrom<jiff::Timestamp> for Timestamp {
        type Error = DateError;

        fn try_from(instant: jiff::Timestamp) -> Result<Self, DateError> {
            Self::from_parts(instant.as_second(), instant.subsec_nanosecond().into())
        }
    }

    impl From<Timestamp> for jiff::Timestamp {
        fn from(instant: Timestamp) -> Self {
            // jiff reaches from the year −9999 to 9999, ours from 1677 to 2262.
            Self::from_nanosecond(instant.as_nanoseconds().into()).unwrap_or_default()
        }
    }

    impl From<jiff::tz::TimeZone> for Zone {
        fn from(zone: jiff::tz::TimeZone) -> Self {
            Self(zone)
        }
    }
}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::Datelike;

    use super::{DateError, Day, Timestamp};

    /// Days from 0000-12-31, where chrono counts from, to 1970-01-01.
    const EPOCH_FROM_COMMON_ERA: i32 = 719_163;

    impl TryFrom<chrono::NaiveDate> for Day {
        type Error = DateError;

        fn try_from(date: chrono::NaiveDate) -> Result<Self, DateError> {
            Self::from_days_since_epoch(date.num_days_from_ce() - EPOCH_FROM_COMMON_ERA)
        }
    }

    impl From<Day> for chrono::NaiveDate {
        fn from(day: Day) -> Self {
            // chrono reaches beyond the years −9999 to 9999 on both sides.
            Self::from_num_days_from_ce_opt(day.days_since_epoch() + EPOCH_FROM_COMMON_ERA).unwrap_or_default()
        }
    }

    impl From<Timestamp> for chrono::DateTime<chrono::Utc> {
        fn from(instant: Timestamp) -> Self {
            Self::from_timestamp_nanos(instant.as_nanoseconds())
        }
    }

    impl<Zone: chrono::TimeZone> TryFrom<chrono::DateTime<Zone>> for Timestamp {
        type Error = DateError;

        fn try_from(instant: chrono::DateTime<Zone>) -> Result<Self, DateError> {
            Self::from_parts(instant.timestamp(), instant.timestamp_subsec_nanos().into())
        }
    }
}

#[cfg(feature = "time")]
mod with_time {
    use super::{DateError, Day, Timestamp};

    /// The Julian day number of 1970-01-01.
    const EPOCH_JULIAN_DAY: i32 = 2_440_588;

    impl TryFrom<time::Date> for Day {
        type Error = DateError;

        fn try_from(date: time::Date) -> Result<Self, DateError> {
            Self::from_days_since_epoch(date.to_julian_day() - EPOCH_JULIAN_DAY)
        }
    }

    impl TryFrom<Day> for time::Date {
        type Error = time::error::ComponentRange;

        fn try_from(day: Day) -> Result<Self, Self::Error> {
            Self::from_julian_day(day.days_since_epoch() + EPOCH_JULIAN_DAY)
        }
    }

    impl From<Timestamp> for time::OffsetDateTime {
        fn from(instant: Timestamp) -> Self {
            // Nanoseconds in 64 bits lie in the years 1677 to 2262, which time covers.
            Self::from_unix_timestamp_nanos(instant.as_nanoseconds().into()).unwrap_or(Self::UNIX_EPOCH)
        }
    }

    impl TryFrom<time::OffsetDateTime> for Timestamp {
        type Error = DateError;

        fn try_from(instant: time::OffsetDateTime) -> Result<Self, DateError> {
            Self::from_parts(instant.unix_timestamp(), instant.nanosecond().into())
        }
    }
}
