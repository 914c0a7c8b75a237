mod basis;

pub use basis::Basis;

use std::fmt;

use super::{Asset, Assets, CareError, DueRule};
use crate::parallel;
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
///     Asset, Assets, CarePhase, DueList, DueRule, DueStatus, Limit, MonthRule, Period, Schedule, Usage,
/// };
///
/// let usage = Some(Usage { units: 40, days: 1.try_into()? });
/// let van = Asset { id: "van 7", owner: "li", since: Day::new(2021, 3, 1)?, usage };
/// let vehicles = Assets::new("vehicle", vec![van])?.with_done("service", vec![Some(Day::new(2024, 1, 10)?)])?;
/// let six_months = Period::Months(6.try_into()?, MonthRule::LastDay);
/// let limit = Limit::First(six_months, 5_000.try_into()?);
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
/// assert_eq!(list.lines()[0].reason(), "5000 units of use after 2024-01-10");
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
    /// The list of a day, by the rules for this kind of assets; rules for other kinds are passed over.
    ///
    /// # Errors
    ///
    /// [`CareError::DuplicateRule`], [`CareError::UnknownDates`], [`CareError::AfterToday`] when something was done after
    /// the day, [`CareError::Calendar`].
    pub fn new(assets: &'a Assets<Id>, rules: &'a [DueRule], today: Day) -> Result<Self, CareError> {
        /// Rows that one thread works on at a time.
        const CHUNK: usize = 1 << 14;
        let mut names: Vec<&str> = rules.iter().map(|rule| &rule.name[..]).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(CareError::DuplicateRule { name: twice[0].into() });
        }
        let mut list = Self { today, lines: Vec::new(), undated: Vec::new() };
        let mut rules: Vec<&DueRule> = rules.iter().filter(|rule| rule.kind == assets.kind()).collect();
        rules.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        for rule in rules {
            let dating = basis::Dating::new(assets, rule, today)?;
            let count = assets.rows().len().div_ceil(CHUNK);
            let chunks = parallel::map_indices(count, |chunk| {
                let start = chunk * CHUNK;
                let end = (start + CHUNK).min(assets.rows().len());
                lines(&dating, assets, start..end)
            });
            let mut undated = 0;
            for chunk in chunks {
                let (lines, without) = chunk?;
                list.lines.extend(lines);
                undated += without;
            }
            if undated > 0 {
                list.undated.push((rule, undated));
            }
        }
        list.sort();
        Ok(list)
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
        self.undated.extend(other.undated);
        self.sort();
        Ok(self)
    }

    fn sort(&mut self) {
        parallel::sort_by(&mut self.lines, |one, other| {
            (one.due.cmp(&other.due))
                .then_with(|| one.asset.owner.cmp(&other.asset.owner))
                .then_with(|| one.rule.kind.cmp(&other.rule.kind))
                .then_with(|| one.asset.id.cmp(&other.asset.id))
                .then_with(|| one.rule.name.cmp(&other.rule.name))
        });
        self.undated.sort_by(|one, other| (&one.0.kind, &one.0.name).cmp(&(&other.0.kind, &other.0.name)));
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

    /// For how many assets a rule could not name a day, because a date is unknown, or their use
    /// is, or nothing is used up; rules that could for all
    /// are left out.
    pub fn undated(&self) -> &[(&'a DueRule, usize)] {
        &self.undated
    }
}

/// The lines of some assets by one rule, and for how many it has no day.
fn lines<'a, Id>(
    dating: &basis::Dating<'a>,
    assets: &'a Assets<Id>,
    rows: std::ops::Range<usize>,
) -> Result<(Vec<DueLine<'a, Id>>, usize), CareError> {
    let (mut lines, mut undated) = (Vec::new(), 0);
    for row in rows {
        let asset = &assets.rows()[row];
        if asset.since > dating.today {
            continue;
        }
        match dating.due(row, asset.since, asset.usage)? {
            Some((due, basis)) => {
                let line = dating.status(due).map(|status| DueLine { asset, rule: dating.rule, due, status, basis });
                lines.extend(line);
            }
            None => undated += 1,
        }
    }
    Ok((lines, undated))
}
