use super::{MixtureFit, MixtureModel, checked_floor, gaussian::Gaussian};
use crate::segment::Segmentation;
use crate::segment::cluster::{ClusterError, Ending, Scale, lexicographic};

#[derive(serde::Deserialize)]
pub(super) struct UncheckedModel {
    scale: Scale,
    floor: f64,
    gaussians: Vec<Gaussian>,
}

impl TryFrom<UncheckedModel> for MixtureModel {
    type Error = ClusterError;

    fn try_from(UncheckedModel { scale, floor, gaussians }: UncheckedModel) -> Result<Self, ClusterError> {
        checked_floor(floor)?;
        let measures = scale.names().len();
        let is_possible = |gaussian: &Gaussian| {
            gaussian.is_possible(measures, floor)
                && gaussian.covariance_in(scale.spreads()).iter().flatten().all(|value| value.is_finite())
        };
        if gaussians.is_empty() || !gaussians.iter().all(is_possible) {
            return Err(ClusterError::Stored { quantity: "a component" });
        }
        let total: f64 = gaussians.iter().map(|gaussian| gaussian.weight).sum();
        // As far as sums of rounded weights miss 1.
        if (total - 1.0).abs() > 1e-9 {
            return Err(ClusterError::Stored { quantity: "the sum of the weights" });
        }
        if gaussians.windows(2).any(|pair| lexicographic(&pair[0].mean, &pair[1].mean).is_gt()) {
            return Err(ClusterError::Stored { quantity: "the order of the components" });
        }
        Ok(Self { scale, floor, gaussians })
    }
}

#[derive(serde::Deserialize)]
pub(super) struct UncheckedFit {
    model: MixtureModel,
    segmentation: Segmentation,
    log_likelihood: f64,
    iterations: u32,
    ending: Ending,
}

impl TryFrom<UncheckedFit> for MixtureFit {
    type Error = ClusterError;

    fn try_from(raw: UncheckedFit) -> Result<Self, ClusterError> {
        let UncheckedFit { model, segmentation, log_likelihood, iterations, ending } = raw;
        if segmentation.labels().len() != model.gaussians.len() {
            return Err(ClusterError::Stored { quantity: "number of segments" });
        }
        if segmentation.is_empty() || !log_likelihood.is_finite() {
            return Err(ClusterError::Stored { quantity: "the log-likelihood" });
        }
        Ok(Self { model, segmentation, log_likelihood, iterations, ending })
    }
}
