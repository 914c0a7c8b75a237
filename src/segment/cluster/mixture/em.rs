use nalgebra::DMatrix;

use super::gaussian::{Density, Gaussian};
use crate::segment::cluster::{
    Ending,
    lloyd::{Block, dot, sum},
    rows::Rows,
};

/// Rows of a chunk whose differences and densities stay in the first-level cache.
const BLOCK: usize = 256;

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

/// Sums over the customers of a component, each counted with the probability that it belongs there; measures are taken
/// as differences from the mean before, which keeps the digits of a covariance that is small beside its mean.
#[derive(Debug, Clone)]
struct Moments {
    customers: f64,
    first: Vec<f64>,
    /// The lower triangle, row by row.
    second: Vec<f64>,
}

impl Moments {
    fn none(columns: usize) -> Self {
        Self { customers: 0.0, first: vec![0.0; columns], second: vec![0.0; columns * (columns + 1) / 2] }
    }

    fn add(&mut self, differences: &[Vec<f64>], customers: &[f64], weighted: &mut [f64]) {
        self.customers += sum(customers);
        let mut second = self.second.iter_mut();
        for (row, difference) in differences.iter().enumerate() {
            let products = difference.iter().zip(customers).map(|(difference, customers)| difference * customers);
            weighted.iter_mut().zip(products).for_each(|(weighted, product)| *weighted = product);
            self.first[row] += sum(weighted);
            for (other, product) in differences[..=row].iter().zip(&mut second) {
                *product += dot(weighted, other);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.first.iter_mut().zip(&other.first).for_each(|(sum, part)| *sum += part);
        self.second.iter_mut().zip(&other.second).for_each(|(sum, part)| *sum += part);
    }

    fn mean(&self, before: &[f64]) -> Vec<f64> {
        before.iter().zip(&self.first).map(|(before, sum)| before + sum / self.customers).collect()
    }

    fn covariance(&self) -> DMatrix<f64> {
        let moved: Vec<f64> = self.first.iter().map(|sum| sum / self.customers).collect();
        DMatrix::from_fn(moved.len(), moved.len(), |row, column| {
            let (high, low) = (row.max(column), row.min(column));
            self.second[high * (high + 1) / 2 + low] / self.customers - moved[row] * moved[column]
        })
    }
}

/// The log-likelihood on the scale, and who belongs where in sums.
pub(super) struct Expectation {
    pub(super) log_likelihood: f64,
    moments: Vec<Moments>,
}

impl Expectation {
    pub(super) fn of(points: &Rows, densities: &[Density]) -> Self {
        let chunks =
            points.map_chunks(|rows| Self::of_chunk(&points.part(&rows), &points.customers()[rows], densities));
        let mut all = Self::none(points.columns().len(), densities.len());
        for chunk in &chunks {
            all.log_likelihood += chunk.log_likelihood;
            all.moments.iter_mut().zip(&chunk.moments).for_each(|(sum, part)| sum.merge(part));
        }
        all
    }

    fn none(columns: usize, components: usize) -> Self {
        Self { log_likelihood: 0.0, moments: vec![Moments::none(columns); components] }
    }

    fn of_chunk(columns: &[&[f64]], customers: &[f64], densities: &[Density]) -> Self {
        let mut all = Self::none(columns.len(), densities.len());
        for (number, customers) in customers.chunks(BLOCK).enumerate() {
            let first = number * BLOCK;
            let columns: Vec<&[f64]> = columns.iter().map(|column| &column[first..first + customers.len()]).collect();
            let mut room = Room::new(columns.len(), customers.len());
            let (ln_total, mut shares) = room.shares(&columns, densities);
            all.log_likelihood += dot(&ln_total, customers);
            for ((density, share), moments) in densities.iter().zip(&mut shares).zip(&mut all.moments) {
                share.iter_mut().zip(customers).for_each(|(share, customers)| *share *= customers);
                room.differ(&columns, &density.mean);
                moments.add(&room.differences, share, &mut room.along);
            }
        }
        all
    }
}

/// The probability that each row belongs to each component, by component.
pub(super) fn responsibilities(columns: &[&[f64]], densities: &[Density]) -> Vec<Vec<f64>> {
    Room::new(columns.len(), columns[0].len()).shares(columns, densities).1
}

/// Room for one number a row and column, and one a row.
struct Room {
    differences: Vec<Vec<f64>>,
    along: Vec<f64>,
}

impl Room {
    fn new(columns: usize, rows: usize) -> Self {
        Self { differences: vec![vec![0.0; rows]; columns], along: vec![0.0; rows] }
    }

    fn differ(&mut self, columns: &[&[f64]], mean: &[f64]) {
        for ((differences, column), mean) in self.differences.iter_mut().zip(columns).zip(mean) {
            differences.iter_mut().zip(*column).for_each(|(difference, value)| *difference = value - mean);
        }
    }

    /// The logarithm of the density of each row, and the share of each component in it.
    fn shares(&mut self, columns: &[&[f64]], densities: &[Density]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let mut shares = Vec::with_capacity(densities.len());
        let mut greatest = vec![f64::NEG_INFINITY; self.along.len()];
        for density in densities {
            let mut ln_density = vec![0.0; self.along.len()];
            self.differ(columns, &density.mean);
            density.ln_into(&self.differences, &mut self.along, &mut ln_density);
            greatest.iter_mut().zip(&ln_density).for_each(|(greatest, ln)| *greatest = greatest.max(*ln));
            shares.push(ln_density);
        }
        let mut total = vec![0.0; greatest.len()];
        for share in &mut shares {
            for ((share, total), greatest) in share.iter_mut().zip(&mut total).zip(&greatest) {
                *share = (*share - greatest).exp();
                *total += *share;
            }
        }
        for share in &mut shares {
            share.iter_mut().zip(&total).for_each(|(share, total)| *share /= total);
        }
        greatest.iter_mut().zip(&total).for_each(|(greatest, total)| *greatest += total.ln());
        (greatest, shares)
    }
}

/// Sums of the clusters around centroids, about them.
fn nearest(points: &Rows, centroids: &[Vec<f64>]) -> Vec<Moments> {
    let columns = points.columns().len();
    let chunks = points.map_chunks(|rows| {
        let mut sums = vec![Moments::none(columns); centroids.len()];
        let mut block = Block::default();
        for first in rows.clone().step_by(BLOCK) {
            let rows = first..(first + BLOCK).min(rows.end);
            let (columns, customers) = (points.part(&rows), &points.customers()[rows]);
            let (_, labels) = block.nearest(&columns, centroids);
            let mut room = Room::new(columns.len(), customers.len());
            for ((label, centroid), sum) in centroids.iter().enumerate().zip(&mut sums) {
                let own = |(&customers, &of): (&f64, &usize)| if of == label { customers } else { 0.0 };
                let customers: Vec<f64> = customers.iter().zip(labels).map(own).collect();
                room.differ(&columns, centroid);
                sum.add(&room.differences, &customers, &mut room.along);
            }
        }
        sums
    });
    let mut all = vec![Moments::none(columns); centroids.len()];
    for chunk in &chunks {
        all.iter_mut().zip(chunk).for_each(|(sum, part)| sum.merge(part));
    }
    all
}
