use super::{Proportion, VoiceError};
use crate::interaction::{Event, InteractionLog};
use crate::units::{Moment, Span};

/// Something that asks for an answer, such as a complaint, and when it got one.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::voice::{Case, Promises};
/// use customer_value::Span;
///
/// let june = |day| Day::new(2024, 6, day);
/// let cases = [
///     Case::new(june(3)?, Some(june(5)?.into()))?, // within two days
///     Case::new(june(3)?, Some(june(6)?.into()))?, // late
///     Case::new(june(4)?, None)?,                  // should have been answered by now
///     Case::new(june(9)?, None)?,                  // still in time
/// ];
/// let promises = Promises::of_cases(&cases, Span::days(2.0)?, june(10)?)?;
/// assert_eq!(promises, Promises { met: 1, late: 1, overdue: 1, open: 1 });
/// assert_eq!((promises.kept().part(), promises.kept().whole()), (1, 3));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Case {
    opened: Moment,
    answered: Option<Moment>,
}

/// Whole days, or nanoseconds, between two moments of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Elapsed {
    Days(i64),
    Nanoseconds(i128),
}

const NANOSECONDS_A_DAY: f64 = 86_400e9;

impl Elapsed {
    fn between(from: Moment, to: Moment) -> Result<Self, VoiceError> {
        match (from, to) {
            (Moment::Day(from), Moment::Day(to)) => {
                Ok(Self::Days(i64::from(to.days_since_epoch()) - i64::from(from.days_since_epoch())))
            }
            (Moment::Instant(from), Moment::Instant(to)) => {
                Ok(Self::Nanoseconds(i128::from(to.as_nanoseconds()) - i128::from(from.as_nanoseconds())))
            }
            (one, other) => Err(VoiceError::MixedMoments { one, other }),
        }
    }

    const fn is_negative(self) -> bool {
        match self {
            Self::Days(days) => days < 0,
            Self::Nanoseconds(nanoseconds) => nanoseconds < 0,
        }
    }

    fn is_within(self, span: Span) -> bool {
        match self {
            // A span of days made of weeks may be a last bit too short, and none is a day too long by that bit.
            Self::Days(days) => days as f64 <= span.as_days().next_up(),
            // A span of some minutes is a fraction of a day, which a rounding error may shorten. Spans end at 1e12 days,
            // which are 8.64e25 nanoseconds.
            #[expect(clippy::cast_possible_truncation)]
            Self::Nanoseconds(elapsed) => elapsed <= (span.as_days() * NANOSECONDS_A_DAY).round() as i128,
        }
    }
}

impl Case {
    /// A case, answered or not.
    ///
    /// # Errors
    ///
    /// [`VoiceError::AnsweredBeforeOpened`], [`VoiceError::MixedMoments`] for a day and an instant.
    pub fn new(opened: impl Into<Moment>, answered: Option<Moment>) -> Result<Self, VoiceError> {
        let opened = opened.into();
        if let Some(answered) = answered
            && Elapsed::between(opened, answered)?.is_negative()
        {
            return Err(VoiceError::AnsweredBeforeOpened { opened, answered });
        }
        Ok(Self { opened, answered })
    }

    /// When it was opened.
    pub const fn opened(&self) -> Moment {
        self.opened
    }

    /// When it was answered.
    pub const fn answered(&self) -> Option<Moment> {
        self.answered
    }

    fn standing(&self, within: Span, now: Moment) -> Result<Option<Standing>, VoiceError> {
        let age = Elapsed::between(self.opened, now)?;
        if age.is_negative() {
            return Ok(None);
        }
        let known = match self.answered {
            Some(answered) if !Elapsed::between(answered, now)?.is_negative() => Some(answered),
            _ => None,
        };
        let taken = known.map_or(Ok(age), |answered| Elapsed::between(self.opened, answered))?;
        Ok(Some(match (known, taken.is_within(within)) {
            (Some(_), true) => Standing::Met { is_due: !age.is_within(within) },
            (Some(_), false) => Standing::Late,
            (None, true) => Standing::Open,
            (None, false) => Standing::Overdue,
        }))
    }
}

/// How a case stands against a promise.
enum Standing {
    Met { is_due: bool },
    Late,
    Overdue,
    Open,
}

/// Cases against the promise to answer within some time, as they stand at a moment.
///
/// The promise ends with its last day or instant: a case answered then is met, one open then is still in time.
#[doc(alias = "SLA")]
#[doc(alias = "有效时间")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Promises {
    /// How many were answered within the promise.
    pub met: u32,
    /// How many were answered after it.
    pub late: u32,
    /// How many are open after it.
    pub overdue: u32,
    /// How many are open and still in time: nobody knows yet what they will be.
    pub open: u32,
}

impl Promises {
    /// How cases stand at a moment. What happens later is not yet known: later cases are left out, and a case answered
    /// later is open.
    ///
    /// # Errors
    ///
    /// [`VoiceError::MixedMoments`] when days meet instants.
    pub fn of_cases(cases: &[Case], within: Span, now: impl Into<Moment>) -> Result<Self, VoiceError> {
        let (now, mut promises) = (now.into(), Self::default());
        for case in cases {
            let count = match case.standing(within, now)? {
                Some(Standing::Met { .. }) => &mut promises.met,
                Some(Standing::Late) => &mut promises.late,
                Some(Standing::Overdue) => &mut promises.overdue,
                Some(Standing::Open) => &mut promises.open,
                None => continue,
            };
            *count = count.saturating_add(1);
        }
        Ok(promises)
    }

    /// How many promises were kept, of those that can no longer be kept or were: cases open in time are in neither.
    ///
    /// # Formula
    ///
    /// ```text
    /// met / (met + late + overdue)
    /// ```
    ///
    /// Quick answers count before slow ones can fail, so that a time with many new cases looks better than it will; see
    /// [`answered_in_time`] for the share among cases that are over.
    pub fn kept(&self) -> Proportion {
        let [met, late, overdue] = [self.met, self.late, self.overdue].map(u64::from);
        Proportion::proven(met, met + late + overdue)
    }
}

/// How many cases were answered in time, of those whose time is over at a moment: recovery after complaints, or the
/// coverage of follow-up calls.
///
/// # Errors
///
/// [`VoiceError::MixedMoments`] when days meet instants.
///
/// # Examples
///
/// ```
/// use customer_value::voice::{Case, Promises, answered_in_time};
/// use customer_value::{Day, Span};
///
/// let june = |day| Day::new(2024, 6, day);
/// let cases = [
///     Case::new(june(1)?, Some(june(2)?.into()))?,
///     Case::new(june(1)?, None)?,
///     Case::new(june(9)?, Some(june(9)?.into()))?, // quick, but others of that day may still fail
/// ];
/// let week = Span::weeks(1.0)?;
/// let answered = answered_in_time(&cases, week, june(10)?)?;
/// assert_eq!((answered.part(), answered.whole()), (1, 2));
/// assert_eq!(Promises::of_cases(&cases, week, june(10)?)?.kept().whole(), 3);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "service recovery")]
#[doc(alias = "follow-up coverage")]
#[doc(alias = "回访")]
pub fn answered_in_time(cases: &[Case], within: Span, now: impl Into<Moment>) -> Result<Proportion, VoiceError> {
    let now = now.into();
    let (mut part, mut whole) = (0, 0);
    for case in cases {
        match case.standing(within, now)? {
            Some(Standing::Met { is_due: true }) => (part, whole) = (part + 1, whole + 1),
            Some(Standing::Late | Standing::Overdue) => whole += 1,
            Some(Standing::Met { is_due: false } | Standing::Open) | None => {}
        }
    }
    Ok(Proportion::proven(part, whole))
}

/// From when on an event can be the answer to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AnswerFrom {
    /// From the same day or instant on: a call on the day of the complaint answers it.
    SameMoment,
    /// Only later: a purchase on the day of the complaint may be what the complaint is about.
    Later,
}

/// The cases of a log, by customer, then by time: every event that opens one, with the customer's first event after it
/// that answers it. One event can answer several, and none answers itself.
///
/// # Examples
///
/// ```
/// use customer_value::voice::{AnswerFrom, Promises, answered_in_time, cases};
/// use customer_value::{
///     Currency, Day, Event, FirstSeen, Granularity, Interaction, InteractionLog, Money, Span, Window,
/// };
///
/// let may = |day| Day::new(2024, 5, day);
/// let call = || Event::Contact { channel: "phone".into(), cost: None };
/// let log = InteractionLog::builder(Window::new(may(1)?, may(31)?, FirstSeen::IsNew)?, Granularity::Day)
///     .extend([
///         Interaction::new("li", may(2)?, Event::Complaint),
///         Interaction::new("li", may(7)?, call()), // a late answer
///         Interaction::purchase("li", may(20)?, Money::from_minor(9_900, Currency::EUR)),
///         Interaction::new("wu", may(3)?, Event::Complaint),
///         Interaction::new("wu", may(3)?, call()),
///     ])
///     .build()?;
/// let complaint = |event: &Event<_>| matches!(event, Event::Complaint);
/// let reply = |event: &Event<_>| matches!(event, Event::Contact { .. } | Event::ServiceVisit { .. });
/// let replies = cases(&log, complaint, reply, AnswerFrom::SameMoment);
/// let promises = Promises::of_cases(&replies, Span::days(3.0)?, may(31)?)?;
/// assert_eq!(promises, Promises { met: 1, late: 1, overdue: 0, open: 0 });
///
/// // Recovery: who complained, and bought again within three weeks.
/// let bought = |event: &Event<_>| matches!(event, Event::Purchase { .. });
/// let recovered = answered_in_time(&cases(&log, complaint, bought, AnswerFrom::Later), Span::weeks(3.0)?, may(31)?)?;
/// assert_eq!((recovered.part(), recovered.whole()), (1, 2));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "投诉")]
pub fn cases<Id: Ord>(
    log: &InteractionLog<Id>,
    opens: impl Fn(&Event<Id>) -> bool,
    answers: impl Fn(&Event<Id>) -> bool,
    from: AnswerFrom,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for customer in 0..log.ids().len() {
        let (ticks, rows) = log.events(customer);
        let timed = || ticks.iter().copied().zip(rows).enumerate();
        let answering: Vec<(i64, usize)> =
            timed().filter(|(_, (_, row))| answers(&row.event)).map(|(place, (tick, _))| (tick, place)).collect();
        for (place, (tick, _)) in timed().filter(|(_, (_, row))| opens(&row.event)) {
            let next = answering.partition_point(|&(answer, _)| match from {
                AnswerFrom::SameMoment => answer < tick,
                AnswerFrom::Later => answer <= tick,
            });
            // No event answers itself, such as a call that opens a case and could have answered one.
            let answered = answering[next..].iter().find(|answer| answer.1 != place);
            cases.push(Case { opened: log.moment(tick), answered: answered.map(|&(answer, _)| log.moment(answer)) });
        }
    }
    cases
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    opened: Moment,
    answered: Option<Moment>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Case {
    type Error = VoiceError;

    fn try_from(raw: Unchecked) -> Result<Self, VoiceError> {
        Self::new(raw.opened, raw.answered)
    }
}
