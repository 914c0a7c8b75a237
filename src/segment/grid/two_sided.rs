use super::GridCut;
use crate::segment::{SegmentError, Segmentation, all_finite, same_length};

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
    cuts: Sides<f64>,
    segmentation: Segmentation,
}

const LABELS: [&str; 4] = ["stars", "vulnerable", "free riders", "lost causes"];

impl TwoSidedGrid {
    /// The grid of two measures in the order of the cohort.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`], [`SegmentError::NotFinite`] with measure and position, [`SegmentError::Cut`] for a
    /// cut that is no number, or [`SegmentError::Empty`] when a quantile of nobody is asked for.
    pub fn new(measures: Sides<&[f64]>, cuts: Sides<GridCut>) -> Result<Self, SegmentError> {
        let cuts = Sides {
            worth: cuts.worth.resolve("worth", measures.worth)?,
            delivered: cuts.delivered.resolve("delivered value", measures.delivered)?,
        };
        Ok(Self { cuts, segmentation: assign(cuts, measures)? })
    }

    /// The numbers at which the measures are divided.
    pub const fn cuts(&self) -> Sides<f64> {
        self.cuts
    }

    /// Who is in which cell.
    pub const fn segmentation(&self) -> &Segmentation {
        &self.segmentation
    }

    /// Other customers, or the same ones later, by the same cuts.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`], or [`SegmentError::NotFinite`] with measure and position.
    pub fn assign(&self, measures: Sides<&[f64]>) -> Result<Segmentation, SegmentError> {
        assign(self.cuts, measures)
    }
}

fn assign(cuts: Sides<f64>, measures: Sides<&[f64]>) -> Result<Segmentation, SegmentError> {
    same_length(measures.worth.len(), measures.delivered.len())?;
    let worth = all_finite("worth", measures.worth)?;
    let delivered = all_finite("delivered value", measures.delivered)?;
    let low = |value: f64, cut: f64| u32::from(value < cut);
    let cell = |(&worth, &delivered): (&f64, &f64)| 2 * low(worth, cuts.worth) + low(delivered, cuts.delivered);
    Ok(Segmentation::proven(LABELS.map(String::from).into(), worth.iter().zip(delivered).map(cell).collect()))
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    cuts: Sides<f64>,
    segmentation: Segmentation,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for TwoSidedGrid {
    type Error = SegmentError;

    fn try_from(raw: Unchecked) -> Result<Self, SegmentError> {
        GridCut::At(raw.cuts.worth).resolve("worth", &[])?;
        GridCut::At(raw.cuts.delivered).resolve("delivered value", &[])?;
        if raw.segmentation.labels().iter().eq(LABELS.iter()) {
            Ok(Self { cuts: raw.cuts, segmentation: raw.segmentation })
        } else {
            Err(SegmentError::Labels { expected: LABELS.len(), found: raw.segmentation.labels().len() })
        }
    }
}
