use super::{Centroids, KMeansFit};
use crate::segment::Segmentation;
use crate::segment::cluster::{ClusterError, Ending, Scale, lexicographic, measures::is_mean};

#[derive(serde::Deserialize)]
pub(super) struct UncheckedCentroids {
    scale: Scale,
    points: Vec<Vec<f64>>,
}

impl TryFrom<UncheckedCentroids> for Centroids {
    type Error = ClusterError;

    fn try_from(UncheckedCentroids { scale, points }: UncheckedCentroids) -> Result<Self, ClusterError> {
        let whole = |point: &Vec<f64>| point.len() == scale.names().len() && point.iter().all(|&z| is_mean(z));
        if points.is_empty() || !points.iter().all(whole) {
            return Err(ClusterError::Stored { quantity: "a centroid" });
        }
        if points.windows(2).any(|pair| lexicographic(&pair[0], &pair[1]).is_ge()) {
            return Err(ClusterError::Stored { quantity: "the order of the centroids" });
        }
        Ok(Self { scale, points })
    }
}

#[derive(serde::Deserialize)]
pub(super) struct UncheckedFit {
    model: Centroids,
    segmentation: Segmentation,
    inertia: f64,
    iterations: u32,
    ending: Ending,
}

impl TryFrom<UncheckedFit> for KMeansFit {
    type Error = ClusterError;

    fn try_from(raw: UncheckedFit) -> Result<Self, ClusterError> {
        let UncheckedFit { model, segmentation, inertia, iterations, ending } = raw;
        if segmentation.labels().len() != model.points.len() {
            return Err(ClusterError::Stored { quantity: "number of segments" });
        }
        if !(inertia.is_finite() && inertia >= 0.0) {
            return Err(ClusterError::Stored { quantity: "the sum of squares" });
        }
        Ok(Self { model, segmentation, inertia, iterations, ending })
    }
}
