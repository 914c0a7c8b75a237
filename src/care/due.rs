mod basis;
mod rows;

pub use basis::Basis;

use std::fmt;

use self::basis::Dating;
use super::{Asset, Assets, CareError, DueRule};
use crate::units::Day;

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum DueStatus {
    /// Its day and the days of grace are over.
    Overdue,
    /// Its day has come.
    Due,
    /// Its day comes within the lead of the rule.
    Upcoming,
}

/// What is to be done for one asset, and why.
#[derive(Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DueLine<'a, Id> {
    /// For which asset.
    pub asset: &'a Asset<Id>,
    /// By which rule.
    pub rule: &'a DueRule,
    /// On which day.
    pub due: Day,
    /// How urgent that is today.
    pub status: DueStatus,
    /// What the day follows from.
    pub basis: Basis,
}

// Lines are copied whatever the ids are; a derived implementation would ask the ids.
impl<Id> Clone for DueLine<'_, Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for DueLine<'_, Id> {}

impl<Id> DueLine<'_, Id> {
    /// The reason in words.
    pub fn reason(&self) -> String {
        self.basis.reason(self.rule)
    }
}

impl<Id: fmt::Display> fmt::Display for DueLine<'_, Id> {
    /// Writes the day, its status, the rule, the asset and the reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rule, kind) = (&self.rule.name, &self.rule.kind);
        write!(f, "{} ({}): {rule} of {kind} {}: {}", self.due, self.status, self.asset.id, self.reason())
    }
}

impl fmt::Display for DueStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Upcoming => "upcoming",
        })
    }
}

/// What is overdue, due and upcoming on a day, the earliest first.
///
/// Lines of one day are ordered by owner, kind of asset, asset and rule, so that the order of rules and assets does not
/// matter. Assets that come after the day are not on its list.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{
///     Asset, Assets, CarePhase, DueList, DueRule, DueStatus, Limit, MonthRule, MostUse, Period, Schedule, Usage,
/// };
///
/// let usage = Some(Usage { units: 40, days: 1.try_into()? });
/// let van = Asset { id: "van 7", owner: "li", since: Day::new(2021, 3, 1)?, usage };
/// let vehicles = Assets::new("vehicle", vec![van])?.with_done("service", vec![Some(Day::new(2024, 1, 10)?)])?;
/// let six_months = Period::Months(6.try_into()?, MonthRule::LastDay);
/// let limit = Limit::First(six_months, MostUse::new(5_000.try_into()?, "km"));
/// let rules = [DueRule {
///     name: "service".into(),
///     kind: "vehicle".into(),
///     schedule: Schedule::Interval { done: "service".into(), limit },
///     phase: CarePhase::After,
///     lead_days: 14,
///     grace_days: 7,
///     channels: vec![],
/// }];
///
/// // 5,000 km at 40 km a day are over before six months are.
/// let list = DueList::new(&vehicles, &rules, Day::new(2024, 5, 10)?)?;
/// assert_eq!((list.lines()[0].due, list.lines()[0].status), (Day::new(2024, 5, 14)?, DueStatus::Upcoming));
/// assert_eq!(list.lines()[0].reason(), "5000 km after 2024-01-10");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "到期")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DueList<'a, Id> {
    today: Day,
    lines: Vec<DueLine<'a, Id>>,
    undated: Vec<(&'a DueRule, usize)>,
}

impl<'a, Id: Ord + Sync> DueList<'a, Id> {
    /// The list of a day, by the rules for this kind of assets; rules for other kinds are passed over, so that one set of
    /// rules serves vehicles and contracts: a rule for a kind that no assets have makes no line anywhere.
    ///
    /// # Errors
    ///
    /// [`CareError::DuplicateRule`], [`CareError::UnknownDates`], [`CareError::AfterToday`] when something was done after
    /// the day, [`CareError::Calendar`].
    pub fn new(assets: &'a Assets<Id>, rules: &'a [DueRule], today: Day) -> Result<Self, CareError> {
        let mut names: Vec<&str> = rules.iter().map(|rule| &rule.name[..]).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(CareError::DuplicateRule { name: twice[0].into() });
        }
        let mut rules: Vec<&DueRule> = rules.iter().filter(|rule| rule.kind == assets.kind()).collect();
        rules.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let datings = rules.into_iter().map(|rule| Dating::new(assets, rule, today));
        let (lines, undated) = rows::lines(assets, &datings.collect::<Result<Vec<_>, _>>()?)?;
        Ok(Self { today, lines, undated })
    }

    /// Both lists as one, such as those of customers and of vehicles.
    ///
    /// # Errors
    ///
    /// [`CareError::DifferentDays`].
    pub fn join(mut self, other: Self) -> Result<Self, CareError> {
        if self.today != other.today {
            return Err(CareError::DifferentDays { expected: self.today, found: other.today });
        }
        self.lines.extend(other.lines);
        // Stable, so that lines of equal names stand as they were given.
        self.lines.sort_by(|one, other| {
            (one.due.cmp(&other.due))
                .then_with(|| one.asset.owner.cmp(&other.asset.owner))
                .then_with(|| one.rule.kind.cmp(&other.rule.kind))
                .then_with(|| one.asset.id.cmp(&other.asset.id))
                .then_with(|| one.rule.name.cmp(&other.rule.name))
        });
        self.undated.extend(other.undated);
        self.undated.sort_by(|one, other| (&one.0.kind, &one.0.name).cmp(&(&other.0.kind, &other.0.name)));
        self.undated.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0 };
            same
        });
        Ok(self)
    }
}

impl<'a, Id> DueList<'a, Id> {
    /// The day of the list.
    pub const fn today(&self) -> Day {
        self.today
    }

    /// The lines, the earliest first.
    pub fn lines(&self) -> &[DueLine<'a, Id>] {
        &self.lines
    }

    /// For how many assets a rule could not name a day, because a date is unknown, or their use is, or nothing is used up;
    /// rules that could for all are left out.
    pub fn undated(&self) -> &[(&'a DueRule, usize)] {
        &self.undated
    }
}
