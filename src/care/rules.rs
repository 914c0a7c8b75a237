use std::num::{NonZeroU32, NonZeroU64};

use super::calendar::add_days;
use super::{CareError, Channel, MonthRule, Period};
use crate::units::{DateError, Day};

/// Something to be done for assets of one kind, and when.
///
/// # Examples
///
/// ```
/// use customer_value::care::{CarePhase, Channel, DueRule, Limit, MonthRule, MostUse, Period, Schedule};
///
/// let six_months = Period::Months(6.try_into()?, MonthRule::LastDay);
/// let service = DueRule {
///     name: "service".into(),
///     kind: "vehicle".into(),
///     schedule: Schedule::Interval {
///         done: "service".into(),
///         limit: Limit::First(six_months, MostUse::new(5_000.try_into()?, "km")),
///     },
///     phase: CarePhase::After,
///     lead_days: 14,
///     grace_days: 7,
///     channels: vec![Channel::Phone, Channel::Text],
/// };
/// assert_eq!(service.kind, "vehicle");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "reminder")]
#[doc(alias = "提醒")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DueRule {
    /// What is to be done; no two rules of a list have one name.
    pub name: String,
    /// The kind of assets to which it applies.
    pub kind: String,
    /// On which days.
    pub schedule: Schedule,
    /// Before or after the purchase.
    pub phase: CarePhase,
    /// So many days before the due day it is upcoming.
    pub lead_days: u32,
    /// So many days after the due day it is still due, and overdue only then.
    pub grace_days: u32,
    /// How the owner may be told, the best way first; with none it is left to a person.
    pub channels: Vec<Channel>,
}

/// Whether care comes before, with or after a purchase.
#[doc(alias = "事前关怀")]
#[doc(alias = "事后关怀")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CarePhase {
    /// Before somebody buys.
    Before,
    /// While they buy.
    During,
    /// After they bought.
    After,
}

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Schedule {
    /// So long after it was last done, or after the asset came where it never was. It stays overdue until done.
    Interval {
        /// What is done.
        done: String,
        /// How long after.
        limit: Limit,
    },
    /// Again and again from a date on, whatever is done: birthdays, anniversaries of a purchase. After its days of grace
    /// an anniversary has passed, and the next is looked at; none is ever overdue.
    #[doc(alias = "生日")]
    #[doc(alias = "周年纪念日")]
    Anniversary {
        /// From when on; the date itself is no anniversary.
        of: DateOf,
        /// How often.
        every: Period,
    },
    /// On days that follow from an age, such as inspections by law.
    #[doc(alias = "验车")]
    Statute {
        /// Since when the age counts.
        of: DateOf,
        /// What is done.
        done: String,
        /// At which ages.
        ages: Statute,
    },
    /// On the date of each asset, such as the end of a licence. It stays overdue until the date is moved.
    Once {
        /// Which dates.
        on: String,
    },
    /// On a day that something outside brings, for all assets of the kind: a storm, a recall. After its days of grace it
    /// has passed.
    #[doc(alias = "trigger")]
    External {
        /// What happens.
        event: String,
        /// When.
        on: Day,
    },
}

/// From when a rule counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum DateOf {
    /// Since when the asset is there.
    Start,
    /// A column of dates.
    Dates(String),
}

/// How long something lasts until it is due again.
///
/// # Formula
///
/// ```text
/// due = min(last + period, last + ⌊units / units a day⌋ days)
/// ```
///
/// The last day is meant on which no more than so many units have been used. A day beyond the calendar is later than any
/// other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Limit {
    /// For a time.
    Time(Period),
    /// For so much use, such as 5,000 km.
    Use(MostUse),
    /// For a time or for so much use, whichever ends first; where the use is unknown, for the time.
    First(Period, MostUse),
}

/// How much use something takes until it is due again.
///
/// # Examples
///
/// ```
/// use customer_value::care::MostUse;
///
/// assert_eq!(MostUse::new(5_000.try_into()?, "km").to_string(), "5000 km");
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MostUse {
    /// So many units, which are those of [`Usage`](super::Usage).
    pub units: NonZeroU64,
    /// What they are called in reasons, such as `"km"`.
    pub unit: String,
}

impl MostUse {
    /// So many units of this name.
    pub fn new(units: NonZeroU64, unit: impl Into<String>) -> Self {
        Self { units, unit: unit.into() }
    }
}

impl std::fmt::Display for MostUse {
    /// Writes `5000 km`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.units, self.unit)
    }
}

/// At which ages something has to be done, as the law says: data, not code.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{AgeBand, MonthRule, Statute};
///
/// // At five years, then yearly, from ten years on twice a year; up to a month early counts.
/// let bands = [(60, 12), (120, 6)];
/// let bands = bands.map(|(from, every)| Ok(AgeBand { from_months: from, every_months: u32::try_into(every)? }));
/// let bands: Result<Vec<_>, std::num::TryFromIntError> = bands.into_iter().collect();
/// let inspection = Statute::new(bands?, 30, MonthRule::LastDay)?;
///
/// let registered = Day::new(2015, 8, 31)?;
/// assert_eq!(inspection.next(registered, None)?, Day::new(2020, 8, 31)?);
/// // Done two weeks early, it is done for that year.
/// assert_eq!(inspection.next(registered, Some(Day::new(2023, 8, 17)?))?, Day::new(2024, 8, 31)?);
/// assert_eq!(inspection.next(registered, Some(Day::new(2025, 9, 5)?))?, Day::new(2026, 2, 28)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "法定周期")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Statute {
    bands: Vec<AgeBand>,
    early_days: u32,
    months: MonthRule,
}

/// From an age on, something is due at that age and then at equal distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AgeBand {
    /// The age at which the band begins, in months.
    pub from_months: u32,
    /// The distance, in months.
    pub every_months: NonZeroU32,
}

impl Statute {
    /// Bands by ascending age. What is done up to `early_days` before a due day is done for that day.
    ///
    /// # Errors
    ///
    /// [`CareError::NoBands`], [`CareError::BandOrder`].
    pub fn new(bands: impl Into<Vec<AgeBand>>, early_days: u32, months: MonthRule) -> Result<Self, CareError> {
        let bands = bands.into();
        if bands.is_empty() {
            return Err(CareError::NoBands);
        }
        for (band, pair) in bands.windows(2).enumerate() {
            let (previous, from) = (pair[0].from_months, pair[1].from_months);
            if from <= previous {
                return Err(CareError::BandOrder { band: band + 1, from, previous });
            }
        }
        Ok(Self { bands, early_days, months })
    }

    /// The bands, by ascending age.
    pub fn bands(&self) -> &[AgeBand] {
        &self.bands
    }

    /// The first due day after what was last done, of something that is so old; if it never was, the first of all.
    ///
    /// # Errors
    ///
    /// [`DateError::DayOutOfRange`] beyond the calendar.
    pub fn next(&self, registered: Day, last: Option<Day>) -> Result<Day, DateError> {
        let through = last.map(|last| self.done_for(last)).transpose()?;
        self.next_after(registered, through).map(|(due, _)| due)
    }

    /// The last day for which that counts which was done on another.
    pub(super) fn done_for(&self, last: Day) -> Result<Day, DateError> {
        add_days(last, self.early_days.into())
    }

    /// The first due day after another, with its age in months.
    pub(super) fn next_after(&self, registered: Day, through: Option<Day>) -> Result<(Day, u32), DateError> {
        let registered = registered.into();
        let past = through.and_then(|through| self.months.whole_months(registered, through.into()));
        let age = self.age_from(past.map_or(0, |past| past + 1));
        Ok((self.months.after_placed(registered, age)?, age))
    }

    /// The least age of the statute that is no less than this one, in months.
    fn age_from(&self, least: u32) -> u32 {
        let starts = self.bands.iter().skip(1).map(|band| Some(band.from_months)).chain([None]);
        let ages = self.bands.iter().zip(starts).filter_map(|(band, end)| {
            let steps = least.saturating_sub(band.from_months).div_ceil(band.every_months.get());
            let age = band.from_months.saturating_add(steps.saturating_mul(band.every_months.get()));
            end.is_none_or(|end| age < end).then_some(age)
        });
        // The last band has no end, so that there is always an age.
        ages.min().unwrap_or(u32::MAX)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    bands: Vec<AgeBand>,
    early_days: u32,
    months: MonthRule,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Statute {
    type Error = CareError;

    fn try_from(raw: Unchecked) -> Result<Self, CareError> {
        Self::new(raw.bands, raw.early_days, raw.months)
    }
}
