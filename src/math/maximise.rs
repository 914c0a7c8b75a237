use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::Jet;

/// Where a maximisation ended.
#[derive(Debug, Clone)]
pub struct Maximum {
    pub point: Vec<f64>,
    pub jet: Jet,
    pub evaluations: u32,
    pub end: End,
    /// Which parameters stand at a bound and are pushed outward.
    pub held: Vec<bool>,
}

/// How a maximisation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Stationary with a negative definite Hessian, in all parameters that are not held at a bound.
    Stationary,
    /// Evaluations ran out, the function was not a number, or the top is flat.
    Stuck,
}

/// A step changes no parameter by more than a factor e².
const LONGEST_STEP: f64 = 2.0;
/// Half the Newton decrement, in units of the function: a rest of 1e-7 standard errors.
const CONVERGED: f64 = 1e-14;
/// Rounding of a log-likelihood, as a share of it.
const NOISE: f64 = 1e-13;
/// Curvature below this share of the largest is taken as flat.
const FLAT: f64 = 1e-12;

/// Maximises f by Newton's method, made safe by taking the size of every curvature (so that saddles are left
/// uphill), by a longest step and by halving.
///
/// Nocedal and Wright (2006), Numerical Optimization, section 3.4. Parameters stay within `bounds`; one that stands
/// at its bound and is pushed outward takes no part in the step.
pub fn maximise(
    start: Vec<f64>,
    bounds: &[(f64, f64)],
    most_evaluations: u32,
    mut f: impl FnMut(&[f64]) -> Jet,
) -> Maximum {
    let mut point = within(&start, bounds);
    let mut jet = f(&point);
    let mut evaluations = 1;
    loop {
        let step = NewtonStep::new(&point, &jet, bounds);
        let end = if step.gain <= CONVERGED && step.concave { End::Stationary } else { End::Stuck };
        if !(step.gain > CONVERGED) || evaluations >= most_evaluations {
            return Maximum { point, jet, evaluations, end, held: step.held };
        }
        let mut share = 1.0;
        let accepted = loop {
            let ahead: Vec<f64> = point.iter().zip(&step.direction).map(|(at, by)| at + share * by).collect();
            let next = within(&ahead, bounds);
            let next_jet = f(&next);
            evaluations += 1;
            // At the top the function is flat to its last digits; there the decrement decides.
            if next_jet.value >= jet.value - NOISE * jet.value.abs().max(1.0) {
                break Some((next, next_jet));
            }
            if evaluations >= most_evaluations {
                break None;
            }
            share *= 0.5;
        };
        match accepted {
            Some(next) => (point, jet) = next,
            None => return Maximum { point, jet, evaluations, end: End::Stuck, held: step.held },
        }
    }
}

fn within(point: &[f64], bounds: &[(f64, f64)]) -> Vec<f64> {
    point.iter().zip(bounds).map(|(at, &(low, high))| at.clamp(low, high)).collect()
}

struct NewtonStep {
    direction: Vec<f64>,
    /// What a full step promises to gain.
    gain: f64,
    /// Which parameters stand at a bound and are pushed outward.
    held: Vec<bool>,
    /// Whether the Hessian is negative definite in the free parameters.
    concave: bool,
}

impl NewtonStep {
    fn new(point: &[f64], jet: &Jet, bounds: &[(f64, f64)]) -> Self {
        let n = point.len();
        let outward = |i: usize| {
            let (low, high) = bounds[i];
            (point[i] <= low && jet.gradient[i] < 0.0) || (point[i] >= high && jet.gradient[i] > 0.0)
        };
        let held: Vec<bool> = (0..n).map(outward).collect();
        let free: Vec<usize> = (0..n).filter(|&i| !held[i]).collect();
        let gradient = DVector::from_iterator(free.len(), free.iter().map(|&i| jet.gradient[i]));
        let curvature = DMatrix::from_fn(free.len(), free.len(), |i, j| -jet.hessian[free[i] * n + free[j]]);
        let eigen = SymmetricEigen::new(curvature);
        let largest = eigen.eigenvalues.amax().max(f64::MIN_POSITIVE);
        let along = eigen.eigenvectors.tr_mul(&gradient);
        let scaled = along.zip_map(&eigen.eigenvalues, |g, curvature| g / curvature.abs().max(FLAT * largest));
        let gain = 0.5 * along.dot(&scaled);
        let step = &eigen.eigenvectors * scaled;
        let shrink = (LONGEST_STEP / step.amax()).min(1.0);
        let mut direction = vec![0.0; n];
        for (&i, by) in free.iter().zip(step.iter()) {
            direction[i] = shrink * by;
        }
        let concave = eigen.eigenvalues.iter().all(|&curvature| curvature > FLAT * largest);
        Self { direction, gain, held, concave }
    }
}
