use super::IndexError;
use super::error::at_least;
use super::scale::{Constant, Scale, Scales, length};
use super::table::Table;
use crate::units::Weights;

/// How two columns are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Correlation {
    /// By their values.
    Pearson,
    /// By the ranks of their values, the mean rank for equal ones.
    Spearman,
}

/// Weights of criteria by contrast and conflict: one weighs the more, the more it differs between customers and the
/// less it goes along with the other criteria.
///
/// # Formula
///
/// ```text
/// Cⱼ = σⱼ · Σₖ (1 − rⱼₖ)        w ∝ C
/// ```
///
/// ```math
/// w_j \propto \sigma_j \sum_k (1 - r_{jk})
/// ```
///
/// where `σ` is the standard deviation on the min–max scale and `r` the correlation, both with senses turned. The
/// divisor of σ (n or n − 1) cancels.
///
/// # Errors
///
/// [`IndexError::TooFew`] below two rows or columns, [`IndexError::Constant`], [`IndexError::NoConflict`].
///
/// # Examples
///
/// ```
/// use customer_value::index::{Correlation, Sense, Table, critic_weights};
///
/// // The first two columns say the same in other units; the third says something else.
/// let rows = [[1.0, 10.0, 2.0], [2.0, 20.0, 1.0], [3.0, 30.0, 3.0]];
/// let weights = critic_weights(&Table::new([Sense::Benefit; 3], &rows)?, Correlation::Pearson)?;
/// assert!((weights.as_slice()[2] - 0.5).abs() < 1e-15);
/// # Ok::<(), customer_value::index::IndexError>(())
/// ```
///
/// # References
///
/// Diakoulaki, Mavrotas & Papayannakis (1995), *Determining objective weights in multiple criteria problems: the CRITIC
/// method*.
#[doc(alias = "CRITIC")]
pub fn critic_weights(table: &Table, correlation: Correlation) -> Result<Weights, IndexError> {
    /// Of columns that go along exactly, rounding leaves squares of 1e-16 and their sums.
    const SAME: f64 = 1e-24;
    at_least("rows", 2, table.rows())?;
    at_least("columns", 2, table.columns())?;
    let scales = Scales::fit(Scale::MinMax, table, Constant::Reject)?;
    let mut columns = vec![Vec::with_capacity(table.rows()); table.columns()];
    for row in table.iter_rows() {
        for (column, score) in columns.iter_mut().zip(scales.score(row)?) {
            column.extend(score);
        }
    }
    let spreads: Vec<f64> = columns.iter().map(|column| length(&centred(column))).collect();
    let directions: Vec<Vec<f64>> = columns.iter().map(|column| direction(column, correlation)).collect();
    let conflict = |own: &Vec<f64>| directions.iter().map(|other| apart(own, other)).sum::<f64>();
    let conflicts: Vec<f64> = directions.iter().map(conflict).collect();
    if conflicts.iter().all(|conflict| *conflict < SAME) {
        return Err(IndexError::NoConflict);
    }
    let contents: Vec<f64> = spreads.iter().zip(conflicts).map(|(spread, conflict)| spread * conflict).collect();
    Ok(Weights::proportional(contents)?)
}

/// 1 − r of two columns of length 1, which loses no digit where they nearly agree.
fn apart(one: &[f64], other: &[f64]) -> f64 {
    0.5 * one.iter().zip(other).map(|(x, y)| (x - y).powi(2)).sum::<f64>()
}

/// A column, or its ranks, with mean 0 and length 1.
fn direction(column: &[f64], correlation: Correlation) -> Vec<f64> {
    let mut centred = match correlation {
        Correlation::Pearson => centred(column),
        Correlation::Spearman => centred(&ranks(column)),
    };
    let length = length(&centred);
    for value in &mut centred {
        *value /= length;
    }
    centred
}

fn centred(column: &[f64]) -> Vec<f64> {
    let mean = column.iter().sum::<f64>() / column.len() as f64;
    column.iter().map(|value| value - mean).collect()
}

/// Twice the rank of each value less one; equal values share the mean of their ranks.
fn ranks(column: &[f64]) -> Vec<f64> {
    let mut sorted = column.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let not_above = sorted.partition_point(|other| other <= value);
        (below + not_above) as f64
    };
    column.iter().map(rank).collect()
}
