use super::scaled;
use crate::index::scale::{Scale, length, turned};
use crate::index::{IndexError, Table};
use crate::units::Weights;

/// TOPSIS: how near a customer is to the best of all criteria, and how far from the worst. The scale is part of the
/// method, because it decides who wins.
///
/// # Formula
///
/// ```text
/// v = weight · scaled figure        d⁺ = |v − best|        d⁻ = |v − worst|        C = d⁻ / (d⁺ + d⁻)
/// ```
///
/// ```math
/// C_i = \frac{d_i^-}{d_i^+ + d_i^-}
/// ```
///
/// Customers who are all equal are at ½: they are the best and the worst.
///
/// # References
///
/// Hwang & Yoon (1981), *Multiple Attribute Decision Making*; Opricovic & Tzeng (2004), *Compromise solution by MCDM
/// methods*, who show what the scale does.
#[doc(alias = "优劣解距离法")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Topsis {
    /// Columns of length one, as Hwang and Yoon have it.
    Vector,
    /// Columns from 0 to 1, as many programs have it.
    MinMax,
}

impl Topsis {
    pub(super) fn prepare(self, table: &Table) -> Result<Vec<Vec<f64>>, IndexError> {
        match self {
            Self::Vector => from_best(table),
            Self::MinMax => scaled(table, Scale::MinMax),
        }
    }
}

/// Figures less the best of their column, over the length of the column: distances are those of vector scales, and of
/// figures that are far from zero but close together no digit is lost.
fn from_best(table: &Table) -> Result<Vec<Vec<f64>>, IndexError> {
    let column = |(column, &sense)| -> Result<Vec<f64>, IndexError> {
        let turned = |figure| turned(Scale::Vector, sense, figure);
        let figures = table.column(column).into_iter().map(turned).collect::<Result<Vec<f64>, _>>()?;
        let best = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let whole = length(&figures);
        Ok(figures.into_iter().map(|figure| if whole > 0.0 { (figure - best) / whole } else { 0.0 }).collect())
    };
    let columns = table.senses().iter().enumerate().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok((0..table.rows()).map(|row| columns.iter().map(|column| column[row]).collect()).collect())
}

/// The nearness of each row to the best, from 0 to 1.
pub(super) fn closeness(rows: &[Vec<f64>], weights: &Weights) -> Vec<f64> {
    let best = extremes(rows, f64::max);
    let worst = extremes(rows, f64::min);
    let distance = |row: &[f64], from: &[f64]| {
        let parts = row.iter().zip(from).zip(weights.as_slice());
        length(&parts.map(|((x, y), weight)| weight * (x - y)).collect::<Vec<_>>())
    };
    let nearness = |row: &Vec<f64>| {
        let (to_best, to_worst) = (distance(row, &best), distance(row, &worst));
        if to_best + to_worst > 0.0 { to_worst / (to_best + to_worst) } else { 0.5 }
    };
    rows.iter().map(nearness).collect()
}

/// The best or worst of each column.
fn extremes(rows: &[Vec<f64>], of: fn(f64, f64) -> f64) -> Vec<f64> {
    let fold = |found: Vec<f64>, row: &Vec<f64>| found.into_iter().zip(row).map(|(x, y)| of(x, *y)).collect();
    rows.iter().skip(1).fold(rows[0].clone(), fold)
}
