use std::{cmp::Ordering, ops::Range};

use crate::{parallel, segment::total_order};

/// Different rows of numbers in ascending order, each counted: what does not depend on the order of customers.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Vec<Vec<f64>>,
    /// How many customers have each row.
    customers: Vec<f64>,
}

/// Rows that are worked on at a time by one thread; sums go chunk by chunk, in order.
const CHUNK: usize = 4096;

impl Rows {
    /// The rows of columns that are equally long and hold numbers; there is at least one column.
    pub(super) fn new(columns: &[Vec<f64>]) -> Self {
        let order = ascending(columns);
        let gathered: Vec<Vec<f64>> =
            columns.iter().map(|column| parallel::map(&order, |&(_, row)| column[row] + 0.0)).collect();
        let first: Vec<usize> = (0..order.len()).filter(|&row| row == 0 || differ(&gathered, row - 1, row)).collect();
        let ends = first.iter().skip(1).copied().chain([order.len()]);
        let customers = first.iter().zip(ends).map(|(&first, end)| (end - first) as f64).collect();
        if first.len() == order.len() {
            return Self { columns: gathered, customers };
        }
        let columns = gathered.iter().map(|column| first.iter().map(|&row| column[row]).collect()).collect();
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

    /// The same rows with each number replaced, by a function of column and number that keeps their order.
    pub(super) fn replaced(self, by: impl Fn(usize, f64) -> f64 + Sync) -> Self {
        let replace = |(index, column): (usize, &Vec<f64>)| parallel::map(column, |&value| by(index, value));
        Self { columns: self.columns.iter().enumerate().map(replace).collect(), customers: self.customers }
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

/// The first column as integers of the same order, with the position of the row, sorted by all columns.
fn ascending(columns: &[Vec<f64>]) -> Vec<(i64, usize)> {
    let key = |(row, value): (usize, &f64)| (total_order((value + 0.0).to_bits()), row);
    let mut order: Vec<_> = columns[0].iter().enumerate().map(key).collect();
    let rest = &columns[1..];
    let later = |a: usize, b: usize| {
        let mut orders = rest.iter().map(|column| column[a].partial_cmp(&column[b]).unwrap_or(Ordering::Equal));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    parallel::sort_by(&mut order, |a, b| a.0.cmp(&b.0).then_with(|| later(a.1, b.1)));
    order
}

fn differ(columns: &[Vec<f64>], a: usize, b: usize) -> bool {
    columns.iter().any(|column| column[a].to_bits() != column[b].to_bits())
}
