use std::ops::Range;

use super::{ClusterError, Measures, Scale, nearest::squared_distances, order::ordered, rows::Rows};
use crate::lifetime::Generator;
use crate::segment::Segmentation;
use crate::{parallel, units::Seed};

/// How well segments are separated: for each customer the mean distance to the own segment is compared with that to
/// the next one.
///
/// A customer near 1 is well inside, near 0 between two segments, below 0 nearer to another. Alone in a segment, or
/// where all distances are zero, a customer counts 0. Any segmentation can be judged, on any scale.
///
/// Time grows with the square of the number of different customers. Where there are more than 8,192, that many customers
/// are drawn without replacement, and [`base`](Self::base) says so. Neither the order of customers nor threads change a
/// bit of the result.
///
/// # Formula
///
/// ```text
/// s = (b − a) / max(a, b)
/// ```
///
/// ```math
/// s_i = \frac{b_i - a_i}{\max(a_i, b_i)}
/// ```
///
/// where `a` is the mean distance to the others in the own segment, and `b` the least mean distance to another segment.
///
/// # Examples
///
/// ```
/// use customer_value::Seed;
/// use customer_value::segment::{Measures, Scale, Scaling, Segmentation, Silhouette};
///
/// let measures = Measures::new([("visits", [1.0, 2.0, 3.0, 10.0, 11.0, 12.0])])?;
/// let scale = Scale::fit(&measures, Scaling::AsIs)?;
/// let halves = Segmentation::new(["low", "high"], [0, 0, 0, 1, 1, 1])?;
/// let silhouette = Silhouette::new(&measures, &halves, &scale, Seed::new(1))?;
/// assert!((silhouette.mean() - 0.850_463).abs() < 1e-6);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Rousseeuw (1987), *Silhouettes: a graphical aid to the interpretation and validation of cluster analysis*.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Silhouette {
    mean: f64,
    segments: Vec<Option<f64>>,
    base: SilhouetteBase,
}

/// Whose silhouettes were computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum SilhouetteBase {
    /// Everybody's, among everybody.
    Everybody,
    /// Those of customers drawn at random, among themselves.
    Sample {
        /// How many were drawn.
        customers: u32,
    },
}

/// A second's work on one thread.
const MOST_ROWS: u32 = 8192;

impl Silhouette {
    /// The silhouettes of a segmentation; `seed` decides who is drawn where there are too many customers.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NoCustomers`], [`ClusterError::OtherCustomers`] unless there is a segment for each customer,
    /// [`ClusterError::OtherMeasures`], [`ClusterError::OutOfRange`] for a number too far from the scale, or
    /// [`ClusterError::OneCluster`] unless two segments have customers, also among those drawn.
    pub fn new(
        measures: &Measures,
        segmentation: &Segmentation,
        scale: &Scale,
        seed: Seed,
    ) -> Result<Self, ClusterError> {
        let (expected, found) = (measures.customers(), segmentation.len());
        if expected != found {
            return Err(ClusterError::OtherCustomers { expected, found });
        }
        if found == 0 {
            return Err(ClusterError::NoCustomers);
        }
        scale.check(measures)?;
        // The segment first: then each is a range of rows.
        let mut columns = vec![segmentation.segments().iter().map(|&segment| f64::from(segment)).collect()];
        columns.extend_from_slice(&scale.columns(measures, 0..expected));
        let order = ordered(&columns, |customer| segmentation.segments()[customer].into());
        let all = Rows::new(&columns, &order, |_, value| value);
        let (rows, base) = if all.len() <= MOST_ROWS as usize {
            (all, SilhouetteBase::Everybody)
        } else {
            (drawn(&all, seed), SilhouetteBase::Sample { customers: MOST_ROWS })
        };
        Self::of(&rows, segmentation.labels().len(), base)
    }

    fn of(rows: &Rows, labels: usize, base: SilhouetteBase) -> Result<Self, ClusterError> {
        let segments: Vec<Segment> = (0..labels).map(|label| Segment::new(rows, label)).collect();
        if segments.iter().filter(|segment| segment.customers > 0.0).count() < 2 {
            return Err(ClusterError::OneCluster);
        }
        let owner: Vec<usize> =
            segments.iter().enumerate().flat_map(|(own, s)| s.rows.clone().map(move |_| own)).collect();
        let widths = parallel::map_indices(rows.len(), |row| width(rows, &segments, owner[row], row));
        let sum = |range: Range<usize>| -> f64 {
            widths[range.clone()].iter().zip(&rows.customers()[range]).map(|(width, customers)| width * customers).sum()
        };
        let of_segment =
            |segment: &Segment| (segment.customers > 0.0).then(|| sum(segment.rows.clone()) / segment.customers);
        let means = segments.iter().map(of_segment).collect();
        Ok(Self { mean: sum(0..rows.len()) / rows.total(), segments: means, base })
    }

    /// The mean over customers.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The mean over the customers of each segment; `None` for a segment without customers, or with none drawn.
    pub fn segments(&self) -> &[Option<f64>] {
        &self.segments
    }

    /// Whose silhouettes these are.
    pub const fn base(&self) -> SilhouetteBase {
        self.base
    }
}

/// The rows of a segment, which stand together.
struct Segment {
    rows: Range<usize>,
    customers: f64,
}

impl Segment {
    fn new(rows: &Rows, label: usize) -> Self {
        let labels = &rows.columns()[0];
        let from = labels.partition_point(|&own| own < label as f64);
        let to = labels.partition_point(|&own| own <= label as f64);
        Self { rows: from..to, customers: rows.customers()[from..to].iter().sum() }
    }
}

/// The silhouette of the customers of a row.
fn width(rows: &Rows, segments: &[Segment], own: usize, row: usize) -> f64 {
    let own_size = segments[own].customers;
    if own_size <= 1.0 {
        return 0.0;
    }
    let point = &rows.row(row)[1..];
    let inner = total_distance(rows, &segments[own], point) / (own_size - 1.0);
    let others = segments.iter().enumerate().filter(|(other, segment)| *other != own && segment.customers > 0.0);
    let outer = others.map(|(_, segment)| total_distance(rows, segment, point) / segment.customers);
    let outer = outer.fold(f64::INFINITY, f64::min);
    let greater = inner.max(outer);
    if greater > 0.0 { (outer - inner) / greater } else { 0.0 }
}

fn total_distance(rows: &Rows, segment: &Segment, point: &[f64]) -> f64 {
    let mut squares = vec![0.0; segment.rows.len()];
    squared_distances(&rows.part(&segment.rows)[1..], point, &mut squares);
    let counted = squares.iter().zip(&rows.customers()[segment.rows.clone()]);
    counted.map(|(square, customers)| square.sqrt() * customers).sum()
}

/// Customers drawn without replacement, everybody with the same chance: one after the other is taken with probability
/// still needed / still left.
///
/// Knuth, *The Art of Computer Programming*, volume 2, section 3.4.2, algorithm S.
fn drawn(rows: &Rows, seed: Seed) -> Rows {
    let mut rng = Generator::new(seed, 0);
    let (mut needed, mut left) = (f64::from(MOST_ROWS), rows.total());
    let mut take = |customers: f64| {
        let (mut taken, mut seen) = (0.0, 0.0);
        while seen < customers {
            if left * rng.uniform() < needed {
                (taken, needed) = (taken + 1.0, needed - 1.0);
            }
            (seen, left) = (seen + 1.0, left - 1.0);
        }
        taken
    };
    let customers: Vec<f64> = rows.customers().iter().map(|&customers| take(customers)).collect();
    rows.recounted(&customers)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    mean: f64,
    segments: Vec<Option<f64>>,
    base: SilhouetteBase,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Silhouette {
    type Error = ClusterError;

    fn try_from(Unchecked { mean, segments, base }: Unchecked) -> Result<Self, ClusterError> {
        if segments.iter().flatten().chain([&mean]).all(|value| value.abs() <= 1.0) {
            Ok(Self { mean, segments, base })
        } else {
            Err(ClusterError::Stored { quantity: "a silhouette" })
        }
    }
}
