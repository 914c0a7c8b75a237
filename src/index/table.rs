use super::IndexError;
use super::error::at_least;
use super::indicator::Sense;
use crate::units::{UnitError, in_range};

/// Figures and scores are legal up to here, so that sums of their squares are numbers.
pub(super) const LARGEST: f64 = 1e100;

/// A figure inside the legal range.
pub(super) fn figure(value: f64) -> Result<f64, UnitError> {
    in_range("figure", value, -LARGEST, LARGEST)
}

/// Figures of customers by indicators: a row each, none missing, and for every column what is better.
///
/// # Examples
///
/// ```
/// use customer_value::index::{Sense, Table};
///
/// let table = Table::new([Sense::Cost, Sense::Benefit], &[[1.0, 3000.0], [2.0, 3750.0], [5.0, 4500.0]])?;
/// assert_eq!((table.rows(), table.columns()), (3, 2));
/// assert_eq!(table.row(1), Some([2.0, 3750.0].as_slice()));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "decision matrix")]
#[doc(alias = "决策矩阵")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked", into = "Unchecked")
)]
pub struct Table {
    senses: Vec<Sense>,
    /// Row by row.
    figures: Vec<f64>,
}

impl Table {
    /// A table of at least one row and one column.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without rows or columns, [`IndexError::RowLength`] for a row that does not fit,
    /// [`IndexError::Figure`] for a figure outside ±1e100, [`IndexError::Unit`] for such a target.
    pub fn new(senses: impl Into<Vec<Sense>>, rows: &[impl AsRef<[f64]>]) -> Result<Self, IndexError> {
        let senses = senses.into();
        at_least("columns", 1, senses.len())?;
        at_least("rows", 1, rows.len())?;
        for sense in &senses {
            sense.checked()?;
        }
        let mut figures = Vec::with_capacity(senses.len() * rows.len());
        for (row, values) in rows.iter().enumerate() {
            let values = values.as_ref();
            if values.len() != senses.len() {
                return Err(IndexError::RowLength { row, expected: senses.len(), found: values.len() });
            }
            for (column, &value) in values.iter().enumerate() {
                figures.push(figure(value).map_err(|source| IndexError::Figure { row, column, source })?);
            }
        }
        Ok(Self { senses, figures })
    }

    /// How many customers there are.
    pub fn rows(&self) -> usize {
        self.figures.len() / self.senses.len()
    }

    /// How many indicators there are.
    pub fn columns(&self) -> usize {
        self.senses.len()
    }

    /// What is better in each column.
    pub fn senses(&self) -> &[Sense] {
        &self.senses
    }

    /// The figures of one customer.
    pub fn row(&self, row: usize) -> Option<&[f64]> {
        self.figures.chunks_exact(self.columns()).nth(row)
    }

    pub(super) fn iter_rows(&self) -> impl Iterator<Item = &[f64]> {
        self.figures.chunks_exact(self.columns())
    }

    pub(super) fn column(&self, column: usize) -> Vec<f64> {
        self.iter_rows().map(|row| row[column]).collect()
    }

    /// The same table without one of at least two rows.
    pub(super) fn without(&self, row: usize) -> Self {
        let mut figures = self.figures.clone();
        figures.drain(row * self.columns()..(row + 1) * self.columns());
        Self { senses: self.senses.clone(), figures }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Unchecked {
    senses: Vec<Sense>,
    rows: Vec<Vec<f64>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Table {
    type Error = IndexError;

    fn try_from(raw: Unchecked) -> Result<Self, IndexError> {
        Self::new(raw.senses, &raw.rows)
    }
}

#[cfg(feature = "serde")]
impl From<Table> for Unchecked {
    fn from(table: Table) -> Self {
        let rows = table.iter_rows().map(<[f64]>::to_vec).collect();
        Self { senses: table.senses, rows }
    }
}
