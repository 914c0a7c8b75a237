//! Customers summarized at a cut: when they bought, what they spent.
//!
//! Glossary, one word for each idea: `repeats` (x, "frequency") are purchases after the first; `recency` (t_x)
//! runs from the first purchase to the last; `age` (T) from the first purchase to the cut; `time_since_last`
//! is T − t_x, which RFM calls recency.

mod history;
mod patterns;

pub use history::{HistoryError, PurchaseHistory, SpendHistory};
pub use patterns::{Pattern, Patterns};

use crate::units::{Currency, Money, Span, TimeUnit, UnitError};

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
}

/// A finished summary of one customer, as other programs export it; unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow<Id> {
    /// Who.
    pub id: Id,
    /// Repeat purchases (x).
    pub repeats: u32,
    /// From the first purchase to the last (t_x), in the unit named beside the rows.
    pub recency: f64,
    /// From the first purchase to the cut (T), in the same unit.
    pub age: f64,
    /// How many repeat purchases have a known amount (n), and their mean.
    pub mean_spend: Option<(u32, Money)>,
}

/// Why a row of finished summaries is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SummaryRowError {
    /// A time is not a span.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// The numbers contradict each other.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// An earlier row has the same id.
    #[error("the id stands in row {first} already")]
    DuplicateId {
        /// The earlier row.
        first: usize,
    },
    /// The spend is in another currency than that of the rows before.
    #[error("spend is in {found}, expected {expected}")]
    Currency {
        /// The currency of the first row with spend.
        expected: Currency,
        /// The currency of this row.
        found: Currency,
    },
    /// Some rows have spend, this one has none.
    #[error("spend is missing, though other rows have it")]
    SpendMissing,
}

/// Every bad row of a set of finished summaries.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{} bad summary rows; the first is row {}: {}", rows.len(), rows[0].0, rows[0].1)]
pub struct SummaryError {
    /// Row (from 0) and reason, in the order of the rows; at least one.
    pub rows: Vec<(usize, SummaryRowError)>,
}

impl<Id: Ord + Clone> Cohort<Id> {
    /// A cohort from finished summaries (x, t_x, T and, where known, n and mean spend).
    ///
    /// # Errors
    ///
    /// [`SummaryError`] names every bad row.
    pub fn from_summaries(
        rows: impl IntoIterator<Item = SummaryRow<Id>>,
        unit: TimeUnit,
    ) -> Result<Self, SummaryError> {
        todo!()
    }
}

impl<Id> Cohort<Id> {
    /// Columns already in the order of distinct ids; the doors of this module guarantee it.
    pub(crate) fn assemble(
        ids: Vec<Id>,
        purchases: Vec<PurchaseHistory>,
        spend: Option<Vec<SpendHistory>>,
        realised: Option<Vec<Money>>,
    ) -> Self {
        debug_assert_eq!(ids.len(), purchases.len());
        Self { ids, purchases, spend, realised }
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
        })
    }

    /// All customers, ascending by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = CustomerSummary<'_, Id>> {
        (0..self.len()).map(|index| CustomerSummary {
            id: &self.ids[index],
            purchases: self.purchases[index],
            spend: self.spend.as_ref().map(|spend| spend[index]),
            realised: self.realised.as_ref().map(|realised| realised[index]),
        })
    }
}
