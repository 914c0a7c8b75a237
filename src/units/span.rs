use super::{Day, UnitError, in_range};

/// A length of time, from nothing to 1e12 days, kept in days.
///
/// Because the unit is part of the value, an estimate made from weeks can never meet a horizon in
/// months: `Span::weeks(39.0)?` and `Span::days(273.0)?` are the same span.
///
/// # Examples
///
/// ```
/// use customer_value::{Span, TimeUnit};
///
/// let holdout = Span::weeks(39.0)?;
/// assert_eq!(holdout, Span::days(273.0)?);
/// assert_eq!(holdout.in_unit(TimeUnit::Week), 39.0);
/// assert!(Span::days(-1.0).is_err());
/// # Ok::<(), customer_value::UnitError>(())
/// ```
#[doc(alias = "duration")]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Raw", into = "Raw"))]
pub struct Span(f64);

/// A unit of time, for rates, reports and log-likelihoods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TimeUnit {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// A twelfth of a year, 30.4375 days. Horizons in calendar months are made by
    /// [`Horizon::months`](super::Horizon::months) instead.
    Month,
    /// 365.25 days.
    Year,
}

impl TimeUnit {
    /// How many days the unit has.
    pub const fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 30.4375,
            Self::Year => 365.25,
        }
    }
}

impl std::fmt::Display for TimeUnit {
    /// Writes `day`, `week`, `month` or `year`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        })
    }
}

const HOURS_A_DAY: f64 = 24.0;

impl Span {
    /// Far longer than anything remembered, short enough that no rate times it overflows.
    const MOST: f64 = 1e12;

    /// No time at all.
    pub const ZERO: Self = Self(0.0);

    /// The longest span there is.
    pub(crate) const LONGEST: Self = Self(Self::MOST);

    /// A span of `count` units.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the span lies between 0 and 1e12 days.
    pub fn new(count: f64, unit: TimeUnit) -> Result<Self, UnitError> {
        let days = in_range("span in days", count * unit.days(), 0.0, Self::MOST)?;
        Ok(Self(days + 0.0)) // −0 becomes +0, so that equal spans have equal bits
    }

    /// A span of `count` hours, each the 24th part of a day.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the span lies between 0 and 1e12 days.
    pub fn hours(count: f64) -> Result<Self, UnitError> {
        Self::days(count / HOURS_A_DAY)
    }

    /// A span of `count` days.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the span lies between 0 and 1e12 days.
    pub fn days(count: f64) -> Result<Self, UnitError> {
        Self::new(count, TimeUnit::Day)
    }

    /// A span of `count` weeks.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the span lies between 0 and 1e12 days.
    pub fn weeks(count: f64) -> Result<Self, UnitError> {
        Self::new(count, TimeUnit::Week)
    }

    /// A span of `count` years of 365.25 days.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the span lies between 0 and 1e12 days.
    pub fn years(count: f64) -> Result<Self, UnitError> {
        Self::new(count, TimeUnit::Year)
    }

    /// A span of whole days, which cannot fail.
    pub const fn whole_days(count: u32) -> Self {
        Self(count as f64)
    }

    /// A span whose number was checked before.
    pub(crate) const fn known(days: f64) -> Self {
        Self(days)
    }

    /// The time from one civil day to a later one; `None` when `to` comes before `from`.
    pub fn between(from: Day, to: Day) -> Option<Self> {
        u32::try_from(i64::from(to.days_since_epoch()) - i64::from(from.days_since_epoch())).ok().map(Self::whole_days)
    }

    /// The span in days.
    pub const fn as_days(self) -> f64 {
        self.0
    }

    /// The span in hours.
    pub const fn as_hours(self) -> f64 {
        self.0 * HOURS_A_DAY
    }

    /// The span in weeks.
    pub const fn as_weeks(self) -> f64 {
        self.in_unit(TimeUnit::Week)
    }

    /// The span in years of 365.25 days.
    pub const fn as_years(self) -> f64 {
        self.in_unit(TimeUnit::Year)
    }

    /// The span in any unit.
    pub const fn in_unit(self, unit: TimeUnit) -> f64 {
        self.0 / unit.days()
    }

    /// Whether the span is empty.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// The sum, or `None` beyond 1e12 days.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::days(self.0 + other.0).ok()
    }

    /// The difference, or `None` when `other` is longer.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::days(self.0 - other.0).ok()
    }
}

impl Eq for Span {}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Span {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl std::hash::Hash for Span {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// The stored form: its unit stands beside the number.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    days: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Span {
    type Error = UnitError;

    fn try_from(raw: Raw) -> Result<Self, UnitError> {
        Self::days(raw.days)
    }
}

#[cfg(feature = "serde")]
impl From<Span> for Raw {
    fn from(span: Span) -> Self {
        Self { days: span.0 }
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)?;
        f.write_str(" days")
    }
}
