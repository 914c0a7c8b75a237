mod preset;
mod two_sided;

pub use preset::GridPreset;
pub use two_sided::{Sides, TwoSidedGrid};

use super::cuts::quantile;
use super::{Cuts, SegmentError, Segmentation, all_finite, ascending, cells, distinct, same_length};
use crate::units::Probability;

/// Where a measure is divided into high and low.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum GridCut {
    /// At a number.
    At(f64),
    /// At a quantile of the customers at hand (Hyndman–Fan type 7); 0.5 is the median.
    Quantile(Probability),
}

/// One measure of a [`Grid`] and the cuts that divide it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GridAxis {
    /// What is measured.
    pub measure: String,
    /// Where it is cut: one cut makes low and high.
    pub cuts: Cuts,
}

impl GridAxis {
    /// A measure in two, low and high, cut at a number or at a quantile of the customers at hand.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Measure`] around [`SegmentError::Cut`] for a cut that is no number, or around
    /// [`SegmentError::NotFinite`] or [`SegmentError::Empty`] for a quantile of such values.
    pub fn high_and_low(measure: impl Into<String>, values: &[f64], cut: GridCut) -> Result<Self, SegmentError> {
        let measure = measure.into();
        match cut.resolve("value", values).and_then(|cut| Cuts::fixed([cut])) {
            Ok(cuts) => Ok(Self { measure, cuts }),
            Err(source) => Err(SegmentError::Measure { measure, source: Box::new(source) }),
        }
    }
}

/// Customers by two or three measures at once: a cell for every combination of intervals, with a name.
///
/// Cuts are numbers once the grid exists, so that customers can be sorted again later and their moves mean something.
/// Cells stand from the highest down, the last measure changing first: for measures in two, high-high, high-low,
/// low-high, low-low. A value on a cut belongs above it. [`GridPreset`] has the grids of the literature.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Cuts, Grid, GridAxis, GridCut};
///
/// // The target grid: which prospects are attractive, and which of them are willing.
/// let attractive = [90.0, 20.0, 70.0];
/// let grid = Grid::new(
///     [
///         GridAxis::high_and_low("attractiveness", &attractive, GridCut::At(50.0))?,
///         GridAxis { measure: "willingness".into(), cuts: Cuts::fixed([0.2, 0.6])? },
///     ],
///     ["win now", "court", "watch", "take orders", "ignore politely", "ignore"],
/// )?;
/// let targets = grid.assign(&[&attractive, &[0.6, 0.7, 0.1]])?;
/// assert_eq!(targets.label_of(0), Some("win now"));
/// assert_eq!(targets.label_of(2), Some("watch"));
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[doc(alias = "customer portfolio matrix")]
#[doc(alias = "客户矩阵")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Grid {
    axes: Vec<GridAxis>,
    labels: Vec<String>,
}

impl Grid {
    /// A grid of these measures, with a name for every cell.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Axes`] unless there are two or three measures, [`SegmentError::Labels`] unless every cell has a
    /// name, [`SegmentError::DuplicateLabel`], [`SegmentError::TooManyCells`].
    pub fn new<Label: Into<String>>(
        axes: impl Into<Vec<GridAxis>>,
        labels: impl IntoIterator<Item = Label>,
    ) -> Result<Self, SegmentError> {
        let axes = axes.into();
        if !(2..=3).contains(&axes.len()) {
            return Err(SegmentError::Axes { found: axes.len() });
        }
        let expected = cells(axes.iter().map(|axis| axis.cuts.bins()))?;
        let labels = distinct(labels.into_iter().map(Into::into).collect())?;
        match labels.len() {
            found if found == expected => Ok(Self { axes, labels }),
            found => Err(SegmentError::Labels { expected, found }),
        }
    }

    /// The measures with their cuts.
    pub fn axes(&self) -> &[GridAxis] {
        &self.axes
    }

    /// The names of the cells, the highest first.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Who is in which cell: a column for each measure, in the order of the measures.
    ///
    /// # Errors
    ///
    /// [`SegmentError::PerMeasure`] unless there is a column for every measure, [`SegmentError::Lengths`],
    /// [`SegmentError::Measure`] around [`SegmentError::NotFinite`].
    pub fn assign(&self, columns: &[&[f64]]) -> Result<Segmentation, SegmentError> {
        self.one_each("columns", columns.len())?;
        for (axis, values) in self.axes.iter().zip(columns) {
            same_length(columns[0].len(), values.len())?;
            axis.named(all_finite("value", values))?;
        }
        let mut segments = vec![0_u32; columns[0].len()];
        for (axis, values) in self.axes.iter().zip(columns) {
            let bins = axis.cuts.bins();
            for (segment, &value) in segments.iter_mut().zip(*values) {
                let from_the_top = bins - 1 - axis.cuts.count_up_to(value);
                // Cells are at most 1,048,576, so that neither number is large.
                *segment = *segment * u32::try_from(bins).unwrap_or(u32::MAX)
                    + u32::try_from(from_the_top).unwrap_or(u32::MAX);
            }
        }
        Ok(Segmentation::proven(self.labels.clone(), segments))
    }

    pub(super) fn one_each(&self, what: &'static str, found: usize) -> Result<(), SegmentError> {
        let expected = self.axes.len();
        if found == expected { Ok(()) } else { Err(SegmentError::PerMeasure { what, expected, found }) }
    }
}

impl GridAxis {
    /// The result, or an error that names the measure.
    pub(super) fn named<T>(&self, result: Result<T, SegmentError>) -> Result<T, SegmentError> {
        result.map_err(|source| SegmentError::Measure { measure: self.measure.clone(), source: Box::new(source) })
    }
}

impl GridCut {
    fn resolve(self, measure: &'static str, values: &[f64]) -> Result<f64, SegmentError> {
        match self {
            Self::At(value) if value.is_finite() => Ok(value),
            Self::At(value) => Err(SegmentError::Cut { index: 0, value }),
            Self::Quantile(probability) => Ok(quantile(&ascending(measure, values)?, probability.get())),
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    axes: Vec<GridAxis>,
    labels: Vec<String>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Grid {
    type Error = SegmentError;

    fn try_from(raw: Unchecked) -> Result<Self, SegmentError> {
        Self::new(raw.axes, raw.labels)
    }
}
