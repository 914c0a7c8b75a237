use super::{
    density::Density,
    expectation::{Expectation, nearest},
    gaussian::Gaussian,
    moments::Moments,
};
use crate::segment::cluster::{Ending, rows::Rows};

/// Less than this a customer is no gain.
const LEAST_GAIN: f64 = 1e-9;

/// Expectation maximisation over the rows.
pub(super) struct Search<'a> {
    pub(super) points: &'a Rows,
    pub(super) floor: f64,
    pub(super) most: u32,
}

/// Where it has come to.
pub(super) struct Climbed {
    pub(super) gaussians: Vec<Gaussian>,
    /// On the scale.
    pub(super) log_likelihood: f64,
    pub(super) iterations: u32,
    pub(super) ending: Ending,
}

impl Search<'_> {
    /// From the clusters around centroids to the top of their hill; `None` where a component dies on the way.
    pub(super) fn climb(&self, centroids: &[Vec<f64>]) -> Option<Climbed> {
        let mut gaussians = self.maximised(&nearest(self.points, centroids), centroids)?;
        let mut expectation = self.expected(&gaussians);
        for iterations in 0..self.most {
            let means: Vec<Vec<f64>> = gaussians.iter().map(|gaussian| gaussian.mean.clone()).collect();
            let next = self.maximised(&expectation.moments, &means)?;
            let expected = self.expected(&next);
            let gain = expected.log_likelihood - expectation.log_likelihood;
            // Rounding can make the last step a loss, which is not taken.
            let taken = gain > 0.0;
            if taken {
                (gaussians, expectation) = (next, expected);
            }
            if gain < LEAST_GAIN * self.points.total() {
                let iterations = iterations + u32::from(taken);
                let (log_likelihood, ending) = (expectation.log_likelihood, Ending::Converged);
                return Some(Climbed { gaussians, log_likelihood, iterations, ending });
            }
        }
        let (iterations, ending) = (self.most, Ending::OutOfIterations);
        Some(Climbed { gaussians, log_likelihood: expectation.log_likelihood, iterations, ending })
    }

    fn expected(&self, gaussians: &[Gaussian]) -> Expectation {
        let densities: Vec<Density> = gaussians.iter().map(|gaussian| Density::new(gaussian, self.floor)).collect();
        Expectation::of(self.points, &densities)
    }

    /// The likeliest components given who belongs where; `None` where nobody belongs to one.
    fn maximised(&self, moments: &[Moments], means: &[Vec<f64>]) -> Option<Vec<Gaussian>> {
        let total = self.points.total();
        let next = |(moments, mean): (&Moments, &Vec<f64>)| {
            let weight = (moments.customers / total).min(1.0);
            let lives = moments.customers.is_normal();
            lives.then(|| Gaussian::new(weight, moments.mean(mean), &moments.covariance(), self.floor))
        };
        moments.iter().zip(means).map(next).collect()
    }
}
