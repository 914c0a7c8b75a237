use std::num::NonZeroU64;

use super::DueStatus;
use crate::care::calendar::{Placed, add_days};
use crate::care::{Assets, CareError, DateOf, DueRule, Limit, MostUse, Period, Schedule, Statute, Usage};
use crate::units::{DateError, Day};

/// What a due day follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Basis {
    /// The time since something was last done is over.
    Time {
        /// When it was last done, or since when the asset is there.
        last: Day,
        /// How long it lasts.
        period: Period,
    },
    /// So much has been used since something was last done.
    Use {
        /// When it was last done, or since when the asset is there.
        last: Day,
        /// How many units it lasts.
        units: NonZeroU64,
    },
    /// A date comes round.
    Anniversary {
        /// The date.
        of: Day,
        /// For which time.
        number: u32,
    },
    /// The asset reaches an age.
    Age {
        /// Since when the age counts.
        of: Day,
        /// The age.
        months: u32,
    },
    /// The day was given.
    Given,
}

impl Basis {
    pub(super) fn reason(&self, rule: &DueRule) -> String {
        match (self, &rule.schedule) {
            (Self::Time { last, period }, _) => format!("{period} after {last}"),
            (Self::Use { last, .. }, Schedule::Interval { limit: Limit::Use(most) | Limit::First(_, most), .. }) => {
                format!("{most} after {last}")
            }
            (Self::Use { last, units }, _) => format!("{units} units of use after {last}"),
            (Self::Anniversary { of, number }, _) => format!("anniversary {number} of {of}"),
            (Self::Age { of, months }, _) => format!("{months} months old, counted from {of}"),
            (Self::Given, Schedule::External { event, .. }) => event.clone(),
            (Self::Given, Schedule::Once { on }) => on.clone(),
            (Self::Given, _) => String::new(),
        }
    }
}

type Dates<'a> = &'a [Option<Day>];

/// A rule with the columns that it counts from.
pub(super) struct Dating<'a> {
    pub rule: &'a DueRule,
    pub today: Day,
    now: Placed,
    way: Way<'a>,
}

enum Way<'a> {
    Interval { name: &'a str, done: Dates<'a>, limit: &'a Limit },
    Anniversary { of: Option<Dates<'a>>, every: Period },
    Statute { of: Option<Dates<'a>>, name: &'a str, done: Dates<'a>, ages: &'a Statute },
    Once(Dates<'a>),
    External(Day),
}

/// The due day and what it follows from; none where a date or the use is unknown.
type Dated = Option<(Day, Basis)>;

impl<'a> Dating<'a> {
    pub fn new<Id>(assets: &'a Assets<Id>, rule: &'a DueRule, today: Day) -> Result<Self, CareError> {
        let unknown = |name: &str| CareError::UnknownDates { rule: rule.name.clone(), name: name.into() };
        let done = |name: &str| assets.done(name).ok_or_else(|| unknown(name));
        let dates = |name: &str| assets.dates(name).ok_or_else(|| unknown(name));
        let date_of = |of: &DateOf| match of {
            DateOf::Start => Ok(None),
            DateOf::Dates(name) => dates(name).map(Some),
        };
        let way = match &rule.schedule {
            Schedule::Interval { done: name, limit } => Way::Interval { name, done: done(name)?, limit },
            Schedule::Anniversary { of, every } => Way::Anniversary { of: date_of(of)?, every: *every },
            Schedule::Statute { of, done: name, ages } => {
                Way::Statute { of: date_of(of)?, name, done: done(name)?, ages }
            }
            Schedule::Once { on } => Way::Once(dates(on)?),
            Schedule::External { on, .. } => Way::External(*on),
        };
        Ok(Self { rule, today, now: today.into(), way })
    }

    pub fn due(&self, row: usize, since: Day, usage: Option<Usage>) -> Result<Dated, CareError> {
        let dated = match &self.way {
            Way::Interval { name, done, limit } => {
                let last = self.last_done(row, name, done)?.unwrap_or(since);
                limit.due(last, usage)
            }
            Way::Anniversary { of, every } => {
                let of = of.map_or(Some(since), |of| of[row]);
                of.map_or(Ok(None), |of| self.anniversary(of, *every))
            }
            Way::Statute { of, name, done, ages } => {
                let last = self.last_done(row, name, done)?;
                let registered = of.map_or(Some(since), |of| of[row]);
                registered.map_or(Ok(None), |registered| by_age(ages, registered, since, last))
            }
            Way::Once(on) => Ok(on[row].map(|on| (on, Basis::Given))),
            Way::External(on) => Ok(Some((*on, Basis::Given))),
        };
        dated.map_err(|source| CareError::Calendar { rule: self.rule.name.clone(), row, source })
    }

    /// How urgent it is today; none when it is not yet on the list, or no more.
    pub fn status(&self, due: Day) -> Option<DueStatus> {
        let late = i64::from(self.today.days_since_epoch()) - i64::from(due.days_since_epoch());
        let passes = matches!(self.way, Way::Anniversary { .. } | Way::External(_));
        match late {
            _ if late > i64::from(self.rule.grace_days) => (!passes).then_some(DueStatus::Overdue),
            0.. => Some(DueStatus::Due),
            _ => (-late <= i64::from(self.rule.lead_days)).then_some(DueStatus::Upcoming),
        }
    }

    fn last_done(&self, row: usize, name: &str, done: Dates) -> Result<Option<Day>, CareError> {
        let today = self.today;
        match done[row] {
            Some(on) if on > today => Err(CareError::AfterToday { row, name: name.into(), on, today }),
            last => Ok(last),
        }
    }

    /// The last anniversary while it lasts, then the next.
    fn anniversary(&self, of: Day, every: Period) -> Result<Dated, DateError> {
        let from = of.into();
        let past = every.ended(from, self.now).unwrap_or(0);
        if past > 0 {
            let last = every.times(past, from)?;
            if self.status(last).is_some() {
                return Ok(Some((last, Basis::Anniversary { of, number: past })));
            }
        }
        Ok(Some((every.times(past + 1, from)?, Basis::Anniversary { of, number: past + 1 })))
    }
}

/// What was never done counts from the day on which the asset came: nobody knows what its owners before did.
fn by_age(ages: &Statute, of: Day, since: Day, last: Option<Day>) -> Result<Dated, DateError> {
    let came = (since > of).then_some(since);
    let through = last.map_or(Ok(came), |last| ages.done_for(last).map(Some))?;
    let (due, months) = ages.next_after(of, through)?;
    Ok(Some((due, Basis::Age { of, months })))
}

impl Limit {
    /// The day on which the limit is reached; none for a limit of use of something of unknown use, or of no use at all.
    fn due(&self, last: Day, usage: Option<Usage>) -> Result<Dated, DateError> {
        let by_time = |period: Period| Ok((period.after(last)?, Basis::Time { last, period }));
        let by_use = |most: &MostUse| {
            let days = usage.and_then(|usage| usage.days_of(most.units.get()));
            // Beyond the calendar is as good as never.
            days.and_then(|days| add_days(last, days).ok()).map(|day| (day, Basis::Use { last, units: most.units }))
        };
        match self {
            Self::Time(period) => by_time(*period).map(Some),
            Self::Use(most) => Ok(by_use(most)),
            Self::First(period, most) => match (by_time(*period), by_use(most)) {
                (Ok(time), Some(usage)) => Ok(Some(if usage.0 < time.0 { usage } else { time })),
                // The use ends in the calendar, and the time after it.
                (Err(_), Some(usage)) => Ok(Some(usage)),
                (time, None) => time.map(Some),
            },
        }
    }
}
