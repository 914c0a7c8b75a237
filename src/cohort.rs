//! Customers summarized at a cut: when they bought, what they spent.
//!
//! Glossary, one word for each idea: `repeats` (x, "frequency") are purchases after the first; `recency` (t_x)
//! runs from the first purchase to the last; `age` (T) from the first purchase to the cut; `time_since_last`
//! is T − t_x, which RFM calls recency.

mod columns;
mod gaps;
mod history;
mod opportunities;
mod patterns;
mod regularity;
mod split;
mod summaries;
mod summarize;
mod times;

pub use columns::{ColumnRowError, Columns};
pub use gaps::GapHistory;
pub use history::{HistoryError, PurchaseHistory, SpendHistory};
pub(crate) use opportunities::check_every;
pub use opportunities::{OpportunityHistory, OpportunityPattern, OpportunityPatterns};
pub(crate) use patterns::Survivors;
pub use patterns::{Pattern, Patterns};
pub use regularity::Regularity;
pub use split::{Holdout, Split};
pub use summaries::{SummaryError, SummaryRow, SummaryRowError};
pub use times::PurchaseTimes;

use crate::{
    error::list_faults,
    interaction::Window,
    units::{Currency, Day, Money},
};

/// Customers, each once and in the order of their ids, with what a cut of the log knows about them.
///
/// A cohort is columns: position `i` of every slice belongs to the same customer.
#[doc(alias = "客户群")]
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort<Id> {
    ids: Vec<Id>,
    purchases: Vec<PurchaseHistory>,
    spend: Option<Vec<SpendHistory>>,
    realised: Option<Vec<Money>>,
    ln_gaps: Option<Vec<f64>>,
    left_out: Vec<LeftOut<Id>>,
    cut: Option<Day>,
}

/// A customer whom a log knows at the cut and a cohort does not model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LeftOut<Id> {
    /// Who.
    pub id: Id,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a customer is left out of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LeftOutReason {
    /// There is no purchase, or refunds took back all of them: nothing was realised.
    NoPurchase,
    /// The first purchase seen lies in the run-in, so that it need not be the first ever.
    FirstSeenInRunIn {
        /// What the customer spent up to the cut, net of refunds.
        realised: Money,
    },
}

/// Why a log or columns do not make a cohort.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CohortError {
    /// The cut, or the end of the holdout, is not a day of the window.
    #[error("{day} lies outside the window from {start} to {end}")]
    CutOutsideWindow {
        /// The day given.
        day: Day,
        /// The first day of the window.
        start: Day,
        /// The last day of the window.
        end: Day,
    },
    /// The holdout ends before it begins.
    #[error("the holdout ends on {end}, expected a day after the cut on {cut}")]
    NoHoldout {
        /// The cut.
        cut: Day,
        /// The end given.
        end: Day,
    },
    /// Columns of different lengths do not hold rows.
    #[error("columns of {ids} ids, {days} days and {amounts} amounts, expected equal lengths")]
    ColumnLengths {
        /// How many ids there are.
        ids: usize,
        /// How many days.
        days: usize,
        /// How many amounts.
        amounts: usize,
    },
    /// Some rows of the columns are bad: all of them, row (from 0) and fault, in their order; at least one.
    #[error("bad rows in the columns{}", list_faults(.0))]
    Rows(Vec<(usize, ColumnRowError)>),
    /// A customer spent more minor units than 64 bits count.
    #[error("the total of a customer exceeds 64 bits of minor units")]
    TotalTooLarge,
    /// How regularly customers buy cannot be told from fewer than two who bought three times.
    #[error("{customers} customers made three purchases or more, expected at least two")]
    TooFewGaps {
        /// How many did.
        customers: u64,
    },
    /// All customers bought at equal gaps, so that no finite shape describes them.
    #[error("all {customers} customers with three purchases or more bought at equal gaps")]
    GapsAllEqual {
        /// How many there are.
        customers: u64,
    },
}

fn check_cut(window: &Window, day: Day) -> Result<(), CohortError> {
    let (start, end) = (window.start(), window.end());
    if (start..=end).contains(&day) { Ok(()) } else { Err(CohortError::CutOutsideWindow { day, start, end }) }
}

/// All that a cohort knows about one customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CustomerSummary<'a, Id> {
    /// Who.
    pub id: &'a Id,
    /// When they bought.
    pub purchases: PurchaseHistory,
    /// What they spent on repeat purchases, where the cohort knows.
    pub spend: Option<SpendHistory>,
    /// Everything they spent up to the cut, the first purchase included, net of refunds; where the cohort
    /// knows. These totals add up to the log.
    pub realised: Option<Money>,
    /// The sum of the logarithms of the gaps between their purchases, in days; where the cohort knows.
    pub ln_gaps: Option<f64>,
}

impl<Id> Cohort<Id> {
    /// Nobody yet, at a cut of a log that knows amounts.
    const fn empty(cut: Day) -> Self {
        Self {
            ids: Vec::new(),
            purchases: Vec::new(),
            spend: Some(Vec::new()),
            realised: Some(Vec::new()),
            ln_gaps: Some(Vec::new()),
            left_out: Vec::new(),
            cut: Some(cut),
        }
    }

    /// Adds the customer with the next greater id.
    fn push(&mut self, id: Id, member: &summarize::Member) {
        self.ids.push(id);
        self.purchases.push(member.purchases);
        self.spend.get_or_insert_default().push(member.spend);
        self.realised.get_or_insert_default().push(member.realised);
        self.ln_gaps.get_or_insert_default().push(member.ln_gaps);
    }

    /// One customer for each distinct history, and how many share it: what sums over a cohort need.
    pub(crate) fn distinct(&self) -> (Cohort<()>, Vec<f64>) {
        let patterns = Patterns::from(self);
        let (purchases, customers): (Vec<_>, Vec<_>) =
            patterns.rows().iter().map(|row| (row.history, row.customers as f64)).unzip();
        let ids = vec![(); purchases.len()];
        let left_out = Vec::new();
        (Cohort { ids, purchases, spend: None, realised: None, ln_gaps: None, left_out, cut: self.cut }, customers)
    }

    /// How many customers there are.
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no customer.
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids, ascending.
    pub fn ids(&self) -> &[Id] {
        &self.ids
    }

    /// When each customer bought.
    pub fn purchases(&self) -> &[PurchaseHistory] {
        &self.purchases
    }

    /// What each customer spent on repeat purchases, where known.
    pub fn spend(&self) -> Option<&[SpendHistory]> {
        self.spend.as_deref()
    }

    /// Everything each customer spent up to the cut, where known.
    pub fn realised(&self) -> Option<&[Money]> {
        self.realised.as_deref()
    }

    /// The sum of the logarithms of the gaps between the purchases of each customer, in days: what tells regular buyers
    /// from random ones (litt, "log inter-transaction times"). Known from logs and columns, not from finished
    /// summaries; 0 without a repeat purchase.
    #[doc(alias = "litt")]
    pub fn ln_gaps(&self) -> Option<&[f64]> {
        self.ln_gaps.as_deref()
    }

    /// Whom the log knows at the cut and the cohort leaves out, ascending by id.
    ///
    /// What they realised, and what the cohort realised, add up to
    /// [`InteractionLog::net_total`](crate::InteractionLog::net_total).
    pub fn left_out(&self) -> &[LeftOut<Id>] {
        &self.left_out
    }

    /// The day at whose end the customers were observed; `None` for finished summaries.
    pub const fn cut(&self) -> Option<Day> {
        self.cut
    }

    /// The currency of all amounts, where there are any.
    pub fn currency(&self) -> Option<Currency> {
        self.spend.as_ref()?.first().map(|spend| spend.repeat_total().currency())
    }

    /// One customer, by position.
    pub fn get(&self, index: usize) -> Option<CustomerSummary<'_, Id>> {
        Some(CustomerSummary {
            id: self.ids.get(index)?,
            purchases: self.purchases[index],
            spend: self.spend.as_ref().map(|spend| spend[index]),
            realised: self.realised.as_ref().map(|realised| realised[index]),
            ln_gaps: self.ln_gaps.as_ref().map(|ln_gaps| ln_gaps[index]),
        })
    }

    /// All customers, ascending by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = CustomerSummary<'_, Id>> {
        (0..self.len()).map(|index| CustomerSummary {
            id: &self.ids[index],
            purchases: self.purchases[index],
            spend: self.spend.as_ref().map(|spend| spend[index]),
            realised: self.realised.as_ref().map(|realised| realised[index]),
            ln_gaps: self.ln_gaps.as_ref().map(|ln_gaps| ln_gaps[index]),
        })
    }
}
