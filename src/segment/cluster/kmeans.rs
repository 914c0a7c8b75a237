#[cfg(feature = "serde")]
mod stored;

use super::{
    ClusterError, Ending, Measures, Scale, Scaling,
    lloyd::{Settled, lloyd},
    nearest::{BLOCK, Block},
    numbered,
    order::{Curve, ordered},
    rows::{Rows, map_ranges},
    seeding::plus_plus,
    segment,
    tree::Tree,
};
use crate::lifetime::Generator;
use crate::segment::Segmentation;
use crate::units::Seed;

/// How to search for clusters of customers that lie around centroids: k-means.
///
/// Centroids start at customers drawn by k-means++ and move by Lloyd's algorithm until nobody changes the cluster. Of
/// several starts the one with the least sum of squares is kept, the first among equals. The result is the same bit
/// for bit for any order of customers and any number of threads; equal customers are worked on once.
///
/// An iteration takes time in proportion to different customers × clusters × measures at most. Customers are kept in boxes
/// of those who are near to each other, and a box that is wholly nearest to one centroid is counted at once: of few measures
/// that is most of them. The centroids are those of comparing everybody. Sums of squares have many local minima: a fit is
/// one of them, and more starts find better ones.
///
/// # Formula
///
/// ```text
/// minimise  Σᵢ min_c |zᵢ − μ_c|²
/// ```
///
/// ```math
/// \min_{\mu_1 \dots \mu_k} \sum_i \min_c \lVert z_i - \mu_c \rVert^2
/// ```
///
/// where `z` are the measures of a customer on the scale and `μ` the centroids.
///
/// # Examples
///
/// ```
/// use customer_value::Seed;
/// use customer_value::segment::{KMeans, Measures, Scaling};
///
/// let measures = Measures::new([("purchases", [1.0, 2.0, 3.0, 10.0, 11.0, 12.0])])?;
/// let fit = KMeans { scaling: Scaling::AsIs, ..KMeans::new(Seed::new(1)) }.fit(&measures, 2)?;
/// assert_eq!(fit.model().centroids(), [[2.0], [11.0]]);
/// assert_eq!(fit.inertia(), 4.0);
///
/// // A newcomer is sorted by the same scale and centroids.
/// let newcomer = Measures::new([("purchases", [7.0])])?;
/// assert_eq!(fit.model().assign(&newcomer)?.segments(), [1]);
/// # Ok::<(), customer_value::segment::ClusterError>(())
/// ```
///
/// # References
///
/// Lloyd (1982), *Least squares quantization in PCM*; Arthur & Vassilvitskii (2007), *k-means++: the advantages of
/// careful seeding*; Pelleg & Moore (1999), *Accelerating exact k-means algorithms with geometric reasoning*.
#[doc(alias = "聚类")]
#[doc(alias = "数据挖掘")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KMeans {
    /// How measures are made comparable.
    pub scaling: Scaling,
    /// Where the random draws of the starts begin.
    pub seed: Seed,
    /// How many starts there are after the first.
    pub restarts: u32,
    /// How often the centroids of a start may move.
    pub iterations: u32,
}

impl KMeans {
    /// Measures in standard deviations, ten starts, at most 300 iterations each.
    pub const fn new(seed: Seed) -> Self {
        Self { scaling: Scaling::Standard, seed, restarts: 9, iterations: 300 }
    }

    /// Clusters of customers.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NoClusters`], [`ClusterError::NoCustomers`], [`ClusterError::Constant`] for measures without
    /// spread unless they are taken as they are, or [`ClusterError::TooManyClusters`] for more clusters than customers
    /// whose distance is not zero.
    pub fn fit(&self, measures: &Measures, clusters: usize) -> Result<KMeansFit, ClusterError> {
        if clusters == 0 {
            return Err(ClusterError::NoClusters);
        }
        let (scale, points) = prepared(measures, clusters, self.scaling)?;
        let mut best = self.start(&points, clusters, 0)?;
        for start in 1..=self.restarts {
            let next = self.start(&points, clusters, start)?;
            if next.inertia < best.inertia {
                best = next;
            }
        }
        Ok(KMeansFit::new(scale, best, measures))
    }

    /// Clusters of customers who came later, or of the same ones later, from centroids that were found before: on
    /// their scale, without a draw, so that segments change no more than customers did.
    ///
    /// # Errors
    ///
    /// [`ClusterError::OtherMeasures`], [`ClusterError::OutOfRange`] for a number too far from the scale,
    /// [`ClusterError::NoCustomers`], or [`ClusterError::TooManyClusters`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Seed;
    /// use customer_value::segment::{KMeans, Measures, Scaling};
    ///
    /// let search = KMeans { scaling: Scaling::AsIs, ..KMeans::new(Seed::new(1)) };
    /// let before = search.fit(&Measures::new([("visits", [1.0, 3.0, 10.0, 12.0])])?, 2)?;
    /// let after = search.refit(&Measures::new([("visits", [2.0, 4.0, 10.0, 14.0])])?, before.model())?;
    /// assert_eq!(after.model().centroids(), [[3.0], [12.0]]);
    /// # Ok::<(), customer_value::segment::ClusterError>(())
    /// ```
    pub fn refit(&self, measures: &Measures, from: &Centroids) -> Result<KMeansFit, ClusterError> {
        from.scale.check(measures)?;
        let points = points(measures, &from.scale, from.points.len())?;
        let settled = lloyd(&points, from.points.clone(), self.iterations)?;
        Ok(KMeansFit::new(from.scale.clone(), settled, measures))
    }

    /// One start: drawn, then settled.
    pub(super) fn start(&self, points: &Tree, clusters: usize, start: u32) -> Result<Settled, ClusterError> {
        let centroids = plus_plus(points.rows(), clusters, &mut Generator::new(self.seed, start))?;
        lloyd(points, centroids, self.iterations)
    }
}

/// The scale of measures, and their different rows on it: at least as many as clusters.
pub(super) fn prepared(measures: &Measures, clusters: usize, scaling: Scaling) -> Result<(Scale, Tree), ClusterError> {
    let scale = Scale::fit(measures, scaling)?;
    let points = points(measures, &scale, clusters)?;
    Ok((scale, points))
}

fn points(measures: &Measures, scale: &Scale, clusters: usize) -> Result<Tree, ClusterError> {
    let curve = Curve::new(measures, scale);
    let order = ordered(measures.columns(), |customer| curve.key(customer));
    let rows = Rows::new(measures.columns(), &order, |column, value| scale.of(column, value));
    match rows.len() {
        0 => Err(ClusterError::NoCustomers),
        distinct if distinct < clusters => Err(ClusterError::TooManyClusters { clusters, distinct }),
        _ => Ok(Tree::new(rows)),
    }
}

/// Centroids with the scale they belong to: what sorts customers into clusters.
///
/// They stand in ascending order of the first measure, among equals of the next, so that the same clusters have the
/// same numbers. The example is at [`KMeans`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "stored::UncheckedCentroids")
)]
pub struct Centroids {
    scale: Scale,
    points: Vec<Vec<f64>>,
}

impl Centroids {
    /// The scale learnt with them.
    pub const fn scale(&self) -> &Scale {
        &self.scale
    }

    /// The centroids in the units of the measures: the mean of each measure over the customers of the cluster.
    pub fn centroids(&self) -> Vec<Vec<f64>> {
        self.points.iter().map(|point| self.scale.undo(point)).collect()
    }

    /// The cluster whose centroid is nearest to each customer, on the scale learnt; among equals the first.
    ///
    /// # Errors
    ///
    /// [`ClusterError::OtherMeasures`], or [`ClusterError::OutOfRange`] for a number too far from the scale.
    pub fn assign(&self, measures: &Measures) -> Result<Segmentation, ClusterError> {
        self.scale.check(measures)?;
        Ok(self.assigned(measures))
    }

    fn assigned(&self, measures: &Measures) -> Segmentation {
        let chunks = map_ranges(measures.customers(), |customers| {
            let mut block = Block::default();
            let all: Vec<usize> = (0..self.points.len()).collect();
            let mut labels = Vec::with_capacity(customers.len());
            for first in customers.clone().step_by(BLOCK) {
                let columns = self.scale.columns(measures, first..(first + BLOCK).min(customers.end));
                let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
                let (_, nearest) = block.nearest(&columns, &self.points, &all);
                labels.extend(nearest.iter().map(|&label| segment(label)));
            }
            labels
        });
        numbered("cluster", self.points.len(), chunks.concat())
    }
}

/// Clusters by k-means, and who is in which.
///
/// The example is at [`KMeans`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "stored::UncheckedFit"))]
pub struct KMeansFit {
    model: Centroids,
    segmentation: Segmentation,
    inertia: f64,
    iterations: u32,
    ending: Ending,
}

impl KMeansFit {
    fn new(scale: Scale, settled: Settled, measures: &Measures) -> Self {
        let Settled { centroids, inertia, iterations, ending } = settled;
        let model = Centroids { scale, points: centroids };
        let segmentation = model.assigned(measures);
        Self { model, segmentation, inertia, iterations, ending }
    }

    /// What sorts other customers in the same way.
    pub const fn model(&self) -> &Centroids {
        &self.model
    }

    /// Who is in which cluster.
    pub const fn segmentation(&self) -> &Segmentation {
        &self.segmentation
    }

    /// The sum of squared distances of customers to their centroid, on the scale.
    #[doc(alias = "within-cluster sum of squares")]
    pub const fn inertia(&self) -> f64 {
        self.inertia
    }

    /// How often the centroids moved.
    pub const fn iterations(&self) -> u32 {
        self.iterations
    }

    /// Whether another move would change nothing.
    pub const fn ending(&self) -> Ending {
        self.ending
    }
}
