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

    impl TryFrom<time::OffsetDateTime> for Timestamp {
        type Error = DateError;

        fn try_from(instant: time::OffsetDateTime) -> Result<Self, DateError> {
            Self::from_parts(instant.unix_timestamp(), instant.nanosecond().into())
        }
    }
}
