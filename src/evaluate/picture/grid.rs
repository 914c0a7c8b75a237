use crate::{
    cohort::{HistoryError, PurchaseHistory},
    evaluate::EvaluationError,
    lifetime::CountModel,
    parallel,
    units::{Probability, Span},
};

/// P(alive) and expected purchases over all histories of an age: frequency by recency.
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, BgNbd, Span, evaluate::HistoryGrid};
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let grid = HistoryGrid::new(&model, Span::weeks(39.0)?, Span::weeks(1.0)?, 10, 13)?;
/// // One cell without a repeat purchase, and 10 · 13 with.
/// assert_eq!(grid.cells().len(), 131);
/// let last = &grid.cells()[130];
/// assert_eq!((last.repeats, last.recency), (10, Span::weeks(39.0)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "frequency-recency matrix")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HistoryGrid {
    cells: Vec<HistoryCell>,
}

/// The customers with one history.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HistoryCell {
    /// Repeat purchases.
    pub repeats: u32,
    /// From the first purchase to the last.
    pub recency: Span,
    /// P(alive) at the end.
    pub probability_alive: Probability,
    /// Purchases expected within the span asked for.
    pub expected_purchases: f64,
}

/// More than any picture shows; a megabyte holds some 30,000.
const MOST_CELLS: u64 = 1_000_000;

impl HistoryGrid {
    /// Repeat purchases 0, 1, … `most`, and for each but 0 the recencies age/steps, 2·age/steps, … age; purchases are
    /// expected `within` a span after the age.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Zero`] for no steps or no age; [`EvaluationError::TooMany`] for more than a million cells.
    pub fn new<M: CountModel<History = PurchaseHistory>>(
        model: &M,
        age: Span,
        within: Span,
        most: u32,
        steps: u32,
    ) -> Result<Self, EvaluationError> {
        if steps == 0 || age.is_zero() {
            return Err(EvaluationError::Zero { what: if steps == 0 { "a number of steps" } else { "an age" } });
        }
        let cells = 1 + u64::from(most) * u64::from(steps);
        if cells > MOST_CELLS {
            return Err(EvaluationError::TooMany { what: "cells", number: cells, most: MOST_CELLS });
        }
        let recency = |step: u32| if step == steps { age } else { at(age, step, steps) };
        let repeated = (1..=most).flat_map(|repeats| (1..=steps).map(move |step| (repeats, step)));
        let cells = repeated.map(|(repeats, step)| PurchaseHistory::new(repeats, recency(step), age));
        let silent = PurchaseHistory::new(0, Span::ZERO, age);
        let histories = std::iter::once(silent).chain(cells).collect::<Result<Vec<_>, HistoryError>>()?;
        let cell = |history: &PurchaseHistory| {
            let forecast = model.forecast(history);
            HistoryCell {
                repeats: history.repeats(),
                recency: history.recency(),
                probability_alive: forecast.probability_alive(),
                expected_purchases: forecast.expected_purchases(within),
            }
        };
        Ok(Self { cells: parallel::map(&histories, cell) })
    }

    /// The cells, by repeat purchases, then by recency.
    pub fn cells(&self) -> &[HistoryCell] {
        &self.cells
    }
}

/// A share of an age, which is a span again.
fn at(age: Span, step: u32, steps: u32) -> Span {
    Span::known(age.as_days() * f64::from(step) / f64::from(steps))
}
