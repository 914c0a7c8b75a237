use std::ops::Range;

use super::order::Placed;
use crate::parallel;

/// Different rows of numbers in a canonical order, each counted: what does not depend on the order of customers.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Vec<Vec<f64>>,
    /// How many customers have each row.
    customers: Vec<f64>,
}

/// Rows that are worked on at a time by one thread; sums go chunk by chunk, in order.
pub(super) const CHUNK: usize = 4096;

impl Rows {
    /// The rows of columns that are equally long and hold numbers, in an order in which equal ones stand together.
    ///
    /// Each number is replaced, by a function of column and number that keeps their order.
    pub(super) fn new(columns: &[Vec<f64>], order: &[Placed], by: impl Fn(usize, f64) -> f64 + Sync) -> Self {
        // A zero without its sign, so that bits tell what is equal.
        let gathered = |(index, column): (usize, &Vec<f64>)| {
            parallel::map(order, |&(_, customer)| by(index, column[customer]) + 0.0)
        };
        let columns: Vec<Vec<f64>> = columns.iter().enumerate().map(gathered).collect();
        let repeats = map_ranges(order.len(), |rows| rows.filter(|&row| row > 0 && equal(&columns, row)).count());
        if repeats.iter().all(|&repeats| repeats == 0) {
            return Self { columns, customers: vec![1.0; order.len()] };
        }
        let first: Vec<usize> = (0..order.len()).filter(|&row| row == 0 || !equal(&columns, row)).collect();
        let ends = first.iter().skip(1).copied().chain([order.len()]);
        let customers = first.iter().zip(ends).map(|(&first, end)| (end - first) as f64).collect();
        let columns = columns.iter().map(|column| first.iter().map(|&row| column[row]).collect()).collect();
        Self { columns, customers }
    }

    /// How many different rows there are.
    pub(super) fn len(&self) -> usize {
        self.customers.len()
    }

    pub(super) fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    pub(super) fn customers(&self) -> &[f64] {
        &self.customers
    }

    pub(super) fn total(&self) -> f64 {
        // Whole numbers below 2^53: exact in any order.
        self.customers.iter().sum()
    }

    pub(super) fn row(&self, row: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column[row]).collect()
    }

    /// The columns of some rows.
    pub(super) fn part(&self, rows: &Range<usize>) -> Vec<&[f64]> {
        self.columns.iter().map(|column| &column[rows.clone()]).collect()
    }

    /// The same rows with other counts; those that nobody has any more are left out.
    pub(super) fn recounted(&self, customers: &[f64]) -> Self {
        let kept = |column: &Vec<f64>| -> Vec<f64> {
            column.iter().zip(customers).filter(|(_, count)| **count > 0.0).map(|(value, _)| *value).collect()
        };
        let counts = customers.iter().copied().filter(|&count| count > 0.0).collect();
        Self { columns: self.columns.iter().map(kept).collect(), customers: counts }
    }

    /// Applies `work` to fixed ranges of rows; results come in order.
    pub(super) fn map_chunks<R: Send>(&self, work: impl Fn(Range<usize>) -> R + Sync + Send) -> Vec<R> {
        map_ranges(self.len(), work)
    }
}

/// Applies `work` to fixed ranges of 0, 1, … `count` − 1; results come in order.
pub(super) fn map_ranges<R: Send>(count: usize, work: impl Fn(Range<usize>) -> R + Sync + Send) -> Vec<R> {
    parallel::map_indices(count.div_ceil(CHUNK), |chunk| work(chunk * CHUNK..((chunk + 1) * CHUNK).min(count)))
}

/// Whether a row equals the one before.
fn equal(columns: &[Vec<f64>], row: usize) -> bool {
    columns.iter().all(|column| column[row - 1].to_bits() == column[row].to_bits())
}
