use super::IndexError;
use super::error::at_least;
use super::table::Table;
use crate::units::{Weights, in_range};

/// Weights of criteria by how unequally the table spreads each over the customers: what is the same for all says
/// nothing and weighs nothing.
///
/// Only shares of a column count, so that its unit does not. The sense does not count either: a cost is as telling as a
/// benefit.
///
/// # Formula
///
/// ```text
/// p = x / Σx        E = −Σ p ln p / ln m        w ∝ 1 − E
/// ```
///
/// ```math
/// w_j \propto 1 + \frac{1}{\ln m} \sum_{i=1}^m p_{ij} \ln p_{ij}, \qquad p_{ij} = \frac{x_{ij}}{\sum_k x_{kj}}
/// ```
///
/// for `m` customers, with 0 ln 0 = 0. The difference 1 − E is summed from terms that are not negative, so that columns
/// which hardly differ keep the digits of their weight.
///
/// # Errors
///
/// [`IndexError::TooFew`] below two rows, [`IndexError::Figure`] for a figure below 0, [`IndexError::ZeroTotal`],
/// [`IndexError::NothingDiffers`] when every column is constant.
///
/// # Examples
///
/// ```
/// use customer_value::index::{Sense, Table, entropy_weights};
///
/// let table = Table::new([Sense::Benefit; 2], &[[1.0, 2.0], [4.0, 16.0]])?;
/// let weights = entropy_weights(&table)?;
/// assert_eq!(format!("{:.6?}", weights.as_slice()), "[0.358889, 0.641111]");
/// # Ok::<(), customer_value::index::IndexError>(())
/// ```
///
/// # References
///
/// Shannon (1948), *A mathematical theory of communication*; Hwang & Yoon (1981), *Multiple Attribute Decision Making*.
#[doc(alias = "熵权法")]
pub fn entropy_weights(table: &Table) -> Result<Weights, IndexError> {
    at_least("rows", 2, table.rows())?;
    let divergences: Vec<f64> =
        (0..table.columns()).map(|column| divergence(table, column)).collect::<Result<_, _>>()?;
    if divergences.iter().all(|divergence| *divergence == 0.0) {
        return Err(IndexError::NothingDiffers);
    }
    Ok(Weights::proportional(divergences)?)
}

/// (1 − E) ln m: how far the shares of a column are from equal ones.
fn divergence(table: &Table, column: usize) -> Result<f64, IndexError> {
    let figures = table.column(column);
    for (row, &figure) in figures.iter().enumerate() {
        in_range("figure", figure, 0.0, f64::MAX).map_err(|source| IndexError::Figure { row, column, source })?;
    }
    let greatest = figures.iter().copied().fold(0.0, f64::max);
    if greatest <= 0.0 {
        return Err(IndexError::ZeroTotal { column });
    }
    // Equal figures may differ from their rounded mean.
    if figures.iter().all(|figure| figure.total_cmp(&figures[0]).is_eq()) {
        return Ok(0.0);
    }
    // From the gaps to the greatest, which are exact where figures are close together.
    let count = figures.len() as f64;
    let gaps: Vec<f64> = figures.iter().map(|figure| (greatest - figure) / greatest).collect();
    let mean = gaps.iter().sum::<f64>() / count;
    Ok(gaps.iter().map(|gap| surprise((mean - gap) / (1.0 - mean))).sum::<f64>() / count)
}

/// (1 + d) ln(1 + d) − d for d ≥ −1: not negative, and the d of a column sum to zero.
fn surprise(d: f64) -> f64 {
    /// Nearer to 0 the difference would lose more digits than the series after ten terms.
    const NEAR: f64 = 0.02;
    if d <= -1.0 {
        return 1.0;
    }
    if d.abs() > NEAR {
        return (1.0 + d) * d.ln_1p() - d;
    }
    // d²/(1·2) − d³/(2·3) + d⁴/(3·4) − …
    let term = |k: i32| (-d).powi(k) / f64::from(k * (k - 1));
    (2..12).rev().map(term).sum()
}
