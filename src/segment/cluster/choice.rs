use std::ops::RangeInclusive;

use super::{ClusterError, GaussianMixture, KMeans, KMeansFit, Measures, MixtureFit, Silhouette};

/// The best of several numbers of clusters, and how the others did.
///
/// # Examples
///
/// ```
/// use customer_value::Seed;
/// use customer_value::segment::{KMeans, Measures};
///
/// let measures = Measures::new([("visits", [1.0, 2.0, 3.0, 10.0, 11.0, 12.0])])?;
/// let choice = KMeans::new(Seed::new(1)).choose(&measures, 2..=4)?;
/// assert_eq!(choice.best().segmentation().sizes(), [3, 3]);
/// assert_eq!(choice.candidates().len(), 3);
/// assert!((choice.candidates()[0].criterion - 0.850_463).abs() < 1e-6);
/// # Ok::<(), customer_value::segment::ClusterError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked<Fit>", bound(deserialize = "Fit: serde::Deserialize<'de>"))
)]
pub struct ClusterChoice<Fit> {
    best: Fit,
    candidates: Vec<Candidate>,
}

/// A number of clusters, and how well it does.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Candidate {
    /// How many clusters.
    pub clusters: usize,
    /// The mean silhouette, where more is better, or the Bayesian information criterion, where less is.
    pub criterion: f64,
}

impl<Fit> ClusterChoice<Fit> {
    /// The fit that does best; among equals the one with the fewest clusters.
    pub const fn best(&self) -> &Fit {
        &self.best
    }

    /// Every number of clusters that was tried, in ascending order.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The least `loss` of fits of all numbers in a range, each with its criterion.
    fn least(
        clusters: RangeInclusive<usize>,
        fit: impl Fn(usize) -> Result<(Fit, f64), ClusterError>,
        loss: impl Fn(f64) -> f64,
    ) -> Result<Self, ClusterError> {
        let empty = ClusterError::EmptyRange { from: *clusters.start(), to: *clusters.end() };
        let mut best: Option<(Fit, f64)> = None;
        let mut candidates = Vec::new();
        for clusters in clusters {
            let (next, criterion) = fit(clusters)?;
            candidates.push(Candidate { clusters, criterion });
            if best.as_ref().is_none_or(|(_, least)| loss(criterion) < *least) {
                best = Some((next, loss(criterion)));
            }
        }
        let (best, _) = best.ok_or(empty)?;
        Ok(Self { best, candidates })
    }
}

impl KMeans {
    /// The number of clusters with the greatest mean [`Silhouette`], on the scale of the fit.
    ///
    /// # Errors
    ///
    /// [`ClusterError::EmptyRange`], [`ClusterError::OneCluster`] for a range that begins at 1, or as
    /// [`KMeans::fit`].
    pub fn choose(
        &self,
        measures: &Measures,
        clusters: RangeInclusive<usize>,
    ) -> Result<ClusterChoice<KMeansFit>, ClusterError> {
        let fit = |clusters| {
            let fit = self.fit(measures, clusters)?;
            let silhouette = Silhouette::new(measures, fit.segmentation(), fit.model().scale(), self.seed)?;
            Ok((fit, silhouette.mean()))
        };
        ClusterChoice::least(clusters, fit, |silhouette| -silhouette)
    }
}

impl GaussianMixture {
    /// The number of components with the least Bayesian information criterion.
    ///
    /// # Errors
    ///
    /// [`ClusterError::EmptyRange`], or as [`GaussianMixture::fit`].
    pub fn choose(
        &self,
        measures: &Measures,
        clusters: RangeInclusive<usize>,
    ) -> Result<ClusterChoice<MixtureFit>, ClusterError> {
        let fit = |clusters| {
            let fit = self.fit(measures, clusters)?;
            let bic = fit.bic();
            Ok((fit, bic))
        };
        ClusterChoice::least(clusters, fit, |bic| bic)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked<Fit> {
    best: Fit,
    candidates: Vec<Candidate>,
}

#[cfg(feature = "serde")]
impl<Fit> TryFrom<Unchecked<Fit>> for ClusterChoice<Fit> {
    type Error = ClusterError;

    fn try_from(Unchecked { best, candidates }: Unchecked<Fit>) -> Result<Self, ClusterError> {
        let one_more = |pair: &[Candidate]| pair[0].clusters.checked_add(1) == Some(pair[1].clusters);
        let begins = candidates.first().is_some_and(|candidate| candidate.clusters > 0);
        if !begins || !candidates.windows(2).all(one_more) {
            return Err(ClusterError::Stored { quantity: "the order of the candidates" });
        }
        if !candidates.iter().all(|candidate| candidate.criterion.is_finite()) {
            return Err(ClusterError::Stored { quantity: "a criterion" });
        }
        Ok(Self { best, candidates })
    }
}
