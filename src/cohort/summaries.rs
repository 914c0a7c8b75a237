use std::collections::BTreeMap;

use super::{Cohort, HistoryError, PurchaseHistory, SpendHistory};
use crate::{
    error::list_faults,
    units::{Currency, Money, Span, TimeUnit, UnitError},
};

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
    /// How many repeat purchases have a known amount (n), and their mean. A customer without a repeat purchase may
    /// leave it out.
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
    /// More repeat purchases have an amount than there are.
    #[error("{amounts} amounts for {repeats} repeat purchases")]
    MoreAmountsThanRepeats {
        /// How many are said to have one (n).
        amounts: u32,
        /// How many there are (x).
        repeats: u32,
    },
    /// Some rows have spend, this one has none.
    #[error("spend is missing, though other rows have it")]
    SpendMissing,
}

/// Every bad row of a set of finished summaries.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("bad summary rows{}", list_faults(rows))]
pub struct SummaryError {
    /// Row (from 0) and fault, in the order of the rows; at least one, and one row can have several.
    pub rows: Vec<(usize, SummaryRowError)>,
}

impl<Id: Ord + Clone> Cohort<Id> {
    /// A cohort from finished summaries: x, t_x, T and, where known, n and mean spend.
    ///
    /// The currency of the first row with spend holds for all. What was realised in all is unknown, since the
    /// summaries leave out first purchases.
    ///
    /// # Errors
    ///
    /// [`SummaryError`] names every bad row.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Cohort, Currency, Money, SummaryRow, TimeUnit};
    ///
    /// // Customers 1 and 3 of the CDNOW sample, in weeks; elsewhere the columns are called frequency, recency, T and
    /// // monetary_value.
    /// let mean = Money::from_minor(2_235, Currency::USD);
    /// let rows = [
    ///     SummaryRow { id: 1, repeats: 2, recency: 30.43, age: 38.86, mean_spend: Some((2, mean)) },
    ///     SummaryRow { id: 3, repeats: 0, recency: 0.0, age: 38.86, mean_spend: None },
    /// ];
    /// let cohort = Cohort::from_summaries(rows, TimeUnit::Week)?;
    /// assert_eq!(cohort.purchases()[0].repeats(), 2);
    /// # Ok::<(), customer_value::SummaryError>(())
    /// ```
    pub fn from_summaries(
        rows: impl IntoIterator<Item = SummaryRow<Id>>,
        unit: TimeUnit,
    ) -> Result<Self, SummaryError> {
        let rows: Vec<_> = rows.into_iter().collect();
        let currency = rows.iter().find_map(|row| row.mean_spend).map(|(_, mean)| mean.currency());
        let mut first_rows = BTreeMap::new();
        let mut members = BTreeMap::new();
        let mut faults = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let first = *first_rows.entry(&row.id).or_insert(index);
            if first < index {
                faults.push((index, SummaryRowError::DuplicateId { first }));
            }
            match (purchases(row, unit), spend(row, currency)) {
                (Ok(purchases), Ok(spend)) => _ = members.insert(&row.id, (purchases, spend)),
                (purchases, spend) => {
                    faults.extend(purchases.err().into_iter().chain(spend.err()).map(|fault| (index, fault)));
                }
            }
        }
        if !faults.is_empty() {
            return Err(SummaryError { rows: faults });
        }
        let (purchases, spend): (Vec<_>, Vec<_>) = members.values().copied().unzip();
        Ok(Self {
            ids: members.into_keys().cloned().collect(),
            purchases,
            spend: spend.into_iter().collect(),
            realised: None,
            ln_gaps: None,
            left_out: Vec::new(),
            cut: None,
        })
    }
}

fn purchases<Id>(row: &SummaryRow<Id>, unit: TimeUnit) -> Result<PurchaseHistory, SummaryRowError> {
    let (recency, age) = (Span::new(row.recency, unit)?, Span::new(row.age, unit)?);
    Ok(PurchaseHistory::new(row.repeats, recency, age)?)
}

/// The spend of a row; there is none in any row when no row names a currency.
fn spend<Id>(row: &SummaryRow<Id>, currency: Option<Currency>) -> Result<Option<SpendHistory>, SummaryRowError> {
    match (row.mean_spend, currency) {
        (None, None) => Ok(None),
        (None, Some(currency)) if row.repeats == 0 => Ok(Some(SpendHistory::new(0, Money::zero(currency))?)),
        (None, Some(_)) => Err(SummaryRowError::SpendMissing),
        (Some((_, mean)), Some(expected)) if mean.currency() != expected => {
            Err(SummaryRowError::Currency { expected, found: mean.currency() })
        }
        (Some((amounts, _)), _) if amounts > row.repeats => {
            Err(SummaryRowError::MoreAmountsThanRepeats { amounts, repeats: row.repeats })
        }
        (Some((amounts, mean)), _) => Ok(Some(SpendHistory::from_mean(amounts, mean)?)),
    }
}
