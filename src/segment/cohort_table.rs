use super::{SegmentError, Segmentation, cells, same_length};
use crate::cohort::PurchaseTimes;
use crate::interaction::InteractionLog;
use crate::units::{Day, Moment, Probability, Span, UnitError};

/// What it means that a customer is still there in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RetentionRule {
    /// They bought in that very period.
    #[doc(alias = "N-day retention")]
    #[doc(alias = "bounded retention")]
    NDay,
    /// They bought in that period or later. The newest periods look worse than they will: who is silent now may return.
    #[doc(alias = "unbounded retention")]
    #[doc(alias = "rolling retention")]
    Unbounded,
}

/// How many of those who began together are still there, period by period of each customer's own time.
///
/// Period k runs from k to k + 1 periods after the first purchase; in period 0 everybody is there. A customer counts for a
/// period only once it is over for them; whoever is still in it is censored, neither there nor gone. Who is in a cell
/// can be asked.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{RetentionRule, RetentionTable, Segmentation};
/// use customer_value::{PurchaseTimes, Span};
///
/// let days = |days: &[u32]| days.iter().copied().map(Span::whole_days).collect::<Vec<_>>();
/// let customers = [
///     PurchaseTimes::new(days(&[40, 70]), Span::whole_days(95))?,
///     PurchaseTimes::new(days(&[65]), Span::whole_days(95))?,
///     PurchaseTimes::new(days(&[]), Span::whole_days(50))?,
/// ];
/// let january = Segmentation::new(["January"], [0, 0, 0])?;
/// let table = RetentionTable::new(january, &customers, Span::whole_days(30), RetentionRule::NDay)?;
/// // Of two customers whose second month is over one bought in it; the third is still in hers.
/// let second = table.cell(0, 1).ok_or("no cell")?;
/// assert_eq!((second.retained, second.observed, second.censored), (1, 2, 1));
/// assert_eq!(table.retained(0, 1), [0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "cohort analysis")]
#[doc(alias = "留存")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct RetentionTable {
    groups: Segmentation,
    period: Span,
    rule: RetentionRule,
    /// How many periods each customer has finished.
    finished: Vec<usize>,
    /// In which periods each customer bought, ascending and distinct, the first one included.
    active: Vec<Vec<usize>>,
}

/// One cell of a [`RetentionTable`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RetentionCell {
    /// How many of those observed are still there.
    pub retained: usize,
    /// For how many the period is over.
    pub observed: usize,
    /// For how many it is not.
    pub censored: usize,
    /// The share of those observed; `None` when there is nobody.
    pub rate: Option<Probability>,
}

impl RetentionTable {
    /// The table of customers by their purchase times, in groups that began together, in one order.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`] unless everybody has a group, [`SegmentError::Unit`] for a period of no length,
    /// [`SegmentError::TooManyCells`] for more than 1,048,576 periods and groups.
    pub fn new(
        groups: Segmentation,
        times: &[PurchaseTimes],
        period: Span,
        rule: RetentionRule,
    ) -> Result<Self, SegmentError> {
        same_length(groups.len(), times.len())?;
        check_period(period)?;
        let index = |time: Span| {
            // Beyond the range of integers it saturates, and there are too many cells.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
            let index = (time.as_days() / period.as_days()) as usize;
            index
        };
        let finished: Vec<usize> = times.iter().map(|times| index(times.age())).collect();
        check_size(&groups, &finished)?;
        let active = |times: &PurchaseTimes| {
            let mut periods: Vec<usize> =
                std::iter::once(0).chain(times.repeats().iter().copied().map(index)).collect();
            periods.dedup();
            periods
        };
        let active = times.iter().map(active).collect();
        Ok(Self { groups, period, rule, finished, active })
    }

    /// The table of the customers of a log at a cut, by the calendar month of their first purchase, in the order of the
    /// [cohort](InteractionLog::cohort) of that cut.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Cohort`] for a cut outside the window, and as [`RetentionTable::new`].
    pub fn by_month<Id: Ord + Clone>(
        log: &InteractionLog<Id>,
        cut: Day,
        period: Span,
        rule: RetentionRule,
    ) -> Result<Self, SegmentError> {
        let cohort = log.cohort(cut)?;
        let (mut times, mut months) = (Vec::new(), Vec::new());
        for id in cohort.ids() {
            // Whoever belongs to the cohort has bought.
            let (Some(own), Some((first, _))) = (log.purchase_times(id, cut)?, log.purchases(id, cut).first().copied())
            else {
                continue;
            };
            let first = match first {
                Moment::Day(day) => day,
                Moment::Instant(instant) => instant.day(log.zone()),
            };
            times.push(own);
            months.push((first.date().year(), first.date().month()));
        }
        let mut distinct = months.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let labels = distinct.iter().map(|(year, month)| format!("{year}-{month:02}")).collect();
        let group = |month| u32::try_from(distinct.partition_point(|known| known < month)).unwrap_or(u32::MAX);
        let groups = Segmentation::proven(labels, months.iter().map(group).collect());
        Self::new(groups, &times, period, rule)
    }

    /// Who began together.
    pub const fn groups(&self) -> &Segmentation {
        &self.groups
    }

    /// How long a period is.
    pub const fn period(&self) -> Span {
        self.period
    }

    /// What it means to be still there.
    pub const fn rule(&self) -> RetentionRule {
        self.rule
    }

    /// How many periods somebody has finished: the columns of the table.
    pub fn periods(&self) -> usize {
        self.finished.iter().copied().max().unwrap_or(0)
    }

    /// What is known of a group in a period, from 0; `None` for a group that does not exist.
    pub fn cell(&self, group: usize, period: usize) -> Option<RetentionCell> {
        (group < self.groups.labels().len()).then(|| self.count(self.groups.members(group), period))
    }

    /// The same of everybody.
    pub fn overall(&self, period: usize) -> RetentionCell {
        self.count(0..self.groups.len(), period)
    }

    /// The customers of a group who are still there in a period that is over for them.
    pub fn retained(&self, group: usize, period: usize) -> Vec<usize> {
        self.groups.members(group).filter(|&customer| self.is_retained(customer, period)).collect()
    }

    /// The customers of a group for whom a period is over.
    pub fn observed(&self, group: usize, period: usize) -> Vec<usize> {
        self.groups.members(group).filter(|&customer| period < self.finished[customer]).collect()
    }

    fn count(&self, members: impl Iterator<Item = usize>, period: usize) -> RetentionCell {
        let (mut retained, mut observed, mut censored) = (0, 0, 0);
        for customer in members {
            let is_over = period < self.finished[customer];
            observed += usize::from(is_over);
            censored += usize::from(!is_over);
            retained += usize::from(self.is_retained(customer, period));
        }
        let rate = (observed > 0).then(|| Probability::computed(retained as f64 / observed as f64));
        RetentionCell { retained, observed, censored, rate }
    }

    fn is_retained(&self, customer: usize, period: usize) -> bool {
        let active = &self.active[customer];
        let bought = match self.rule {
            RetentionRule::NDay => active.binary_search(&period).is_ok(),
            RetentionRule::Unbounded => active.last().is_some_and(|&last| last >= period),
        };
        bought && period < self.finished[customer]
    }
}

fn check_period(period: Span) -> Result<(), UnitError> {
    let (quantity, low, high) = ("period in days", f64::MIN_POSITIVE, Span::LONGEST.as_days());
    if period.is_zero() { Err(UnitError { quantity, value: 0.0, low, high }) } else { Ok(()) }
}

fn check_size(groups: &Segmentation, finished: &[usize]) -> Result<(), SegmentError> {
    let periods = finished.iter().max().map_or(0, |&most| most.saturating_add(1));
    cells([groups.labels().len().max(1), periods]).map(|_| ())
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    groups: Segmentation,
    period: Span,
    rule: RetentionRule,
    finished: Vec<usize>,
    active: Vec<Vec<usize>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for RetentionTable {
    type Error = SegmentError;

    fn try_from(raw: Unchecked) -> Result<Self, SegmentError> {
        let Unchecked { groups, period, rule, finished, active } = raw;
        same_length(groups.len(), finished.len())?;
        same_length(groups.len(), active.len())?;
        check_period(period)?;
        check_size(&groups, &finished)?;
        for (customer, (periods, last)) in active.iter().zip(&finished).enumerate() {
            let rises = periods.is_sorted_by(|one, other| one < other);
            if !rises || periods.first() != Some(&0) || periods.last() > Some(last) {
                return Err(SegmentError::Periods { customer });
            }
        }
        Ok(Self { groups, period, rule, finished, active })
    }
}
