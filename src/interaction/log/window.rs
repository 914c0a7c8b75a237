use crate::units::{Day, Moment, Span, Zone};

/// The days that a log covers, both included, and what the log knows about customers when it begins.
///
/// A log that starts after the business did makes an old customer's first row look like a first purchase, which
/// biases every fit. Nobody but the caller knows, so [`FirstSeen`] has to be stated.
///
/// # Examples
///
/// ```
/// use customer_value::{FirstSeen, Span, Window};
///
/// // The shop had sold for years before its log begins: whoever buys in the first half year may be an old
/// // customer and is left out.
/// let window = Window::new(
///     "2023-01-01".parse()?,
///     "2024-12-31".parse()?,
///     FirstSeen::IsNewAfter(Span::whole_days(182)),
/// )?;
/// assert_eq!(window.end(), "2024-12-31".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "left truncation")]
#[doc(alias = "observation period")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "RawWindow"))]
pub struct Window {
    start: Day,
    end: Day,
    first_seen: FirstSeen,
}

/// What the first purchase seen of a customer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FirstSeen {
    /// It is the first purchase ever: the log begins with the business, or holds only customers won since.
    IsNew,
    /// It is the first purchase ever if it happens this long after the start or later. Earlier ones may belong
    /// to old customers, who are left out of cohorts by name.
    IsNewAfter(Span),
}

/// Why days are not a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the window ends on {end}, before its start on {start}")]
pub struct WindowError {
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
}

impl Window {
    /// The days from `start` to `end`, both included.
    ///
    /// # Errors
    ///
    /// [`WindowError`] when the end comes before the start.
    pub fn new(start: Day, end: Day, first_seen: FirstSeen) -> Result<Self, WindowError> {
        if start <= end { Ok(Self { start, end, first_seen }) } else { Err(WindowError { start, end }) }
    }

    /// The first day, since when the log is complete.
    pub const fn start(&self) -> Day {
        self.start
    }

    /// The last day.
    pub const fn end(&self) -> Day {
        self.end
    }

    /// What the first purchase seen of a customer means.
    pub const fn first_seen(&self) -> FirstSeen {
        self.first_seen
    }

    /// Whether a customer first seen this long after the start is new.
    pub(crate) fn is_new(&self, since_start: Span) -> bool {
        match self.first_seen {
            FirstSeen::IsNew => true,
            FirstSeen::IsNewAfter(run_in) => since_start >= run_in,
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawWindow {
    start: Day,
    end: Day,
    first_seen: FirstSeen,
}

#[cfg(feature = "serde")]
impl TryFrom<RawWindow> for Window {
    type Error = WindowError;

    fn try_from(raw: RawWindow) -> Result<Self, WindowError> {
        Self::new(raw.start, raw.end, raw.first_seen)
    }
}

/// How finely a log tells times apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Granularity {
    /// By the civil day: instants become days in the time zone of the log, and all purchases of a customer on
    /// one day are one purchase. Ages are whole days, from the first day to the cut day.
    Day,
    /// By the instant: only equal instants merge, every row needs one, and ages run to the midnight at which
    /// the cut day ends in the time zone of the log.
    Instant,
}

/// The clock of a log: its ticks are days or nanoseconds since the epoch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clock {
    pub(crate) granularity: Granularity,
    pub(crate) zone: Zone,
}

const NANOSECONDS_A_DAY: f64 = 86_400e9;

impl Clock {
    /// The tick of a moment; `None` when an instant is needed and only a day is known.
    pub(super) fn tick(&self, at: Moment) -> Option<i64> {
        match (self.granularity, at) {
            (Granularity::Day, _) => Some(self.day(at).days_since_epoch().into()),
            (Granularity::Instant, Moment::Instant(instant)) => Some(instant.as_nanoseconds()),
            (Granularity::Instant, Moment::Day(_)) => None,
        }
    }

    /// The civil day of a moment.
    pub(crate) fn day(&self, at: Moment) -> Day {
        match at {
            Moment::Day(day) => day,
            Moment::Instant(instant) => instant.day(&self.zone),
        }
    }

    /// The first tick of a day.
    pub(crate) fn first_tick(&self, day: Day) -> i64 {
        match self.granularity {
            Granularity::Day => day.days_since_epoch().into(),
            Granularity::Instant => day.first_nanosecond(&self.zone),
        }
    }

    /// The first tick after a day.
    pub(crate) fn tick_after(&self, day: Day) -> i64 {
        match (self.granularity, day.plus_days(1)) {
            (Granularity::Day, _) => i64::from(day.days_since_epoch()) + 1,
            (Granularity::Instant, Ok(next)) => next.first_nanosecond(&self.zone),
            (Granularity::Instant, Err(_)) => i64::MAX,
        }
    }

    /// Where the ages of customers end when the log is cut after a day.
    pub(crate) fn age_end(&self, cut: Day) -> i64 {
        match self.granularity {
            Granularity::Day => cut.days_since_epoch().into(),
            Granularity::Instant => self.tick_after(cut),
        }
    }

    /// The time between two ticks, zero when they come in the wrong order.
    pub(crate) fn span(&self, from: i64, to: i64) -> Span {
        let ticks = to.saturating_sub(from).max(0) as f64;
        let days = match self.granularity {
            Granularity::Day => ticks,
            Granularity::Instant => ticks / NANOSECONDS_A_DAY,
        };
        Span::days(days).unwrap_or(Span::ZERO)
    }
}
