use super::{Grid, GridAxis, GridCut};
use crate::segment::{SegmentError, Segmentation};

/// One thing for each side: what customers are worth to the firm, and what the firm delivers to them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sides<T> {
    /// The worth of customers to the firm.
    pub worth: T,
    /// The value delivered to them.
    pub delivered: T,
}

/// Customers seen from both sides: those worth much and those who get much need not be the same.
///
/// | | delivered high | delivered low |
/// |---|---|---|
/// | **worth high** | stars | vulnerable |
/// | **worth low** | free riders | lost causes |
///
/// The segments stand in the order stars, vulnerable, free riders, lost causes. A value on the line belongs to the
/// upper cell. The numbers at which the grid was cut stay with it, so that customers can be sorted again later and
/// their moves mean something.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{GridCut, Sides, TwoSidedGrid};
///
/// let measures = Sides { worth: [900.0, 800.0, 50.0, 20.0].as_slice(), delivered: [40.0, -5.0, 60.0, -30.0].as_slice() };
/// let grid = TwoSidedGrid::new(measures, Sides { worth: GridCut::At(100.0), delivered: GridCut::At(0.0) })?;
/// assert_eq!(grid.segmentation().segments(), [0, 1, 2, 3]);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
///
/// # References
///
/// Gupta & Lehmann (2005), *Managing Customers as Investments*: the two sides of customer value.
#[doc(alias = "two sides of customer value")]
#[doc(alias = "双向价值")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct TwoSidedGrid {
    /// Worth, then what is delivered, each in two.
    grid: Grid,
    segmentation: Segmentation,
}

const LABELS: [&str; 4] = ["stars", "vulnerable", "free riders", "lost causes"];

impl TwoSidedGrid {
    /// The grid of two measures in the order of the cohort.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`], or [`SegmentError::Measure`] around [`SegmentError::NotFinite`] with the position,
    /// [`SegmentError::Cut`] for a cut that is no number, or [`SegmentError::Empty`] when a quantile of nobody is asked
    /// for.
    pub fn new(measures: Sides<&[f64]>, cuts: Sides<GridCut>) -> Result<Self, SegmentError> {
        let axes = [
            GridAxis::high_and_low("worth", measures.worth, cuts.worth)?,
            GridAxis::high_and_low("delivered value", measures.delivered, cuts.delivered)?,
        ];
        let grid = Grid::new(axes, LABELS)?;
        let segmentation = grid.assign(&[measures.worth, measures.delivered])?;
        Ok(Self { grid, segmentation })
    }

    /// The numbers at which the measures are divided.
    pub fn cuts(&self) -> Sides<f64> {
        let at = |axis: usize| self.grid.axes()[axis].cuts.as_slice()[0];
        Sides { worth: at(0), delivered: at(1) }
    }

    /// Who is in which cell.
    pub const fn segmentation(&self) -> &Segmentation {
        &self.segmentation
    }

    /// Other customers, or the same ones later, by the same cuts.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`], or [`SegmentError::Measure`] around [`SegmentError::NotFinite`] with the position.
    pub fn assign(&self, measures: Sides<&[f64]>) -> Result<Segmentation, SegmentError> {
        self.grid.assign(&[measures.worth, measures.delivered])
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    grid: Grid,
    segmentation: Segmentation,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for TwoSidedGrid {
    type Error = SegmentError;

    fn try_from(Unchecked { grid, segmentation }: Unchecked) -> Result<Self, SegmentError> {
        if grid.axes().len() != 2 {
            return Err(SegmentError::PerMeasure { what: "measures", expected: 2, found: grid.axes().len() });
        }
        if let Some(axis) = grid.axes().iter().find(|axis| axis.cuts.bins() != 2) {
            return axis.named(Err(SegmentError::Labels { expected: 2, found: axis.cuts.bins() }));
        }
        for labels in [grid.labels(), segmentation.labels()] {
            if !labels.iter().eq(LABELS.iter()) {
                return Err(SegmentError::Labels { expected: LABELS.len(), found: labels.len() });
            }
        }
        Ok(Self { grid, segmentation })
    }
}
