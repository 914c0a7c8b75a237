use std::num::NonZeroU32;

use crate::segment::SegmentError;
use crate::units::Day;

/// The time in which points count towards a tier.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::segment::QualificationWindow;
///
/// let (joined, on) = (Day::new(2023, 5, 10)?, Day::new(2025, 3, 1)?);
/// let months = 12.try_into()?;
/// let anniversary = QualificationWindow::Anniversary { months }.period(joined, on)?;
/// assert_eq!((anniversary.start, anniversary.end), (Day::new(2024, 5, 10)?, Day::new(2025, 5, 9)?));
/// let calendar = QualificationWindow::FixedDates { from: Day::new(2020, 1, 1)?, months }.period(joined, on)?;
/// assert_eq!((calendar.start, calendar.end), (Day::new(2025, 1, 1)?, Day::new(2025, 12, 31)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum QualificationWindow {
    /// The same for all members: from a day on, and again after so many months.
    FixedDates {
        /// The first day of some window.
        from: Day,
        /// How long each window is.
        months: NonZeroU32,
    },
    /// From the day on which the member joined, and again after so many months.
    Anniversary {
        /// How long each window is.
        months: NonZeroU32,
    },
    /// The last so many days up to the day in question: activity counts at once, and wears off.
    Activity {
        /// How long it counts.
        days: NonZeroU32,
    },
}

/// The days in which points count, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct QualificationPeriod {
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
}

impl QualificationPeriod {
    /// Whether a day lies in it.
    pub fn contains(self, day: Day) -> bool {
        (self.start..=self.end).contains(&day)
    }
}

impl QualificationWindow {
    /// The window in which a day lies, for a member who joined on another.
    ///
    /// Every window begins on the day of the month on which the first began, or on the last day of a shorter month.
    ///
    /// # Errors
    ///
    /// [`SegmentError::BeforeWindow`] for a day before the first window, [`SegmentError::Date`] at the end of the
    /// calendar.
    pub fn period(self, joined: Day, on: Day) -> Result<QualificationPeriod, SegmentError> {
        match self {
            Self::FixedDates { from, months } => repeating(from, months, on),
            Self::Anniversary { months } => repeating(joined, months, on),
            Self::Activity { days } => {
                let back = i32::try_from(days.get() - 1).unwrap_or(i32::MAX);
                Ok(QualificationPeriod { start: on.plus_days(-back)?, end: on })
            }
        }
    }
}

fn repeating(first: Day, months: NonZeroU32, on: Day) -> Result<QualificationPeriod, SegmentError> {
    let between = |from: jiff::civil::Date, to: jiff::civil::Date| {
        12 * (i32::from(to.year()) - i32::from(from.year())) + i32::from(to.month()) - i32::from(from.month())
    };
    let Some(begun) = (on >= first).then(|| between(first.date(), on.date())).and_then(|m| u32::try_from(m).ok())
    else {
        return Err(SegmentError::BeforeWindow { day: on, start: first });
    };
    let months = months.get();
    let start = |window: u32| first.plus_months(window.saturating_mul(months));
    // In the month in which a window begins, the one before it may still run.
    let mut window = begun / months;
    if start(window)? > on {
        window -= 1;
    }
    Ok(QualificationPeriod { start: start(window)?, end: start(window + 1)?.plus_days(-1)? })
}
