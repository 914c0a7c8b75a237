use super::scaled;
use crate::index::scale::Scale;
use crate::index::{IndexError, Table};
use crate::units::{UnitError, in_range};

/// Grey relational analysis: how closely a customer follows the best figures of all criteria, on the min–max scale.
///
/// # Formula
///
/// ```text
/// ξ = (Δmin + ρ Δmax) / (Δ + ρ Δmax)        grade = Σ w ξ
/// ```
///
/// ```math
/// \xi_{ij} = \frac{\Delta_{\min} + \rho \Delta_{\max}}{\Delta_{ij} + \rho \Delta_{\max}}
/// ```
///
/// where `Δ` is the distance from the best figure of the column, `Δmin` and `Δmax` its extremes over the whole table,
/// and `ρ` tells how much large distances count. Where nobody is at any distance all coefficients are 1.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::{Grey, RankingMethod, Sense, Table};
///
/// let table = Table::new([Sense::Benefit, Sense::Cost], &[[10.0, 1.0], [20.0, 5.0], [15.0, 2.0]])?;
/// let grey = RankingMethod::Grey(Grey::new(0.5)?);
/// let grades = grey.rank(&table, &Weights::equal(2)?)?;
/// // One of the distances is 1, the other 0: (1/3 + 1) / 2.
/// assert!((grades.scores()[0] - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Deng (1982), *Control problems of grey systems*, Systems & Control Letters 1(5).
#[doc(alias = "灰色关联")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "f64", into = "f64"))]
pub struct Grey {
    rho: f64,
}

impl Grey {
    /// The analysis with a distinguishing coefficient ρ, usually 0.5.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless ρ is above 0 (1e-100) and at most 1.
    pub fn new(rho: f64) -> Result<Self, UnitError> {
        Ok(Self { rho: in_range("ρ", rho, 1e-100, 1.0)? })
    }

    /// ξ of each customer and criterion.
    pub(super) fn coefficients(self, table: &Table) -> Result<Vec<Vec<f64>>, IndexError> {
        let scores = scaled(table, Scale::MinMax)?;
        let columns = 0..table.columns();
        let best = |column: usize| scores.iter().map(|row| row[column]).fold(f64::NEG_INFINITY, f64::max);
        let best: Vec<f64> = columns.map(best).collect();
        let distances: Vec<Vec<f64>> =
            scores.iter().map(|row| row.iter().zip(&best).map(|(score, best)| best - score).collect()).collect();
        // Somebody is best in each column, so that Δmin is 0.
        let greatest = distances.iter().flatten().copied().fold(0.0, f64::max);
        if greatest == 0.0 {
            return Ok(vec![vec![1.0; table.columns()]; table.rows()]);
        }
        let scale = self.rho * greatest;
        Ok(distances
            .into_iter()
            .map(|row| row.into_iter().map(|distance| scale / (distance + scale)).collect())
            .collect())
    }
}

impl TryFrom<f64> for Grey {
    type Error = UnitError;

    fn try_from(rho: f64) -> Result<Self, UnitError> {
        Self::new(rho)
    }
}

impl From<Grey> for f64 {
    fn from(grey: Grey) -> Self {
        grey.rho
    }
}
