use nalgebra::{DMatrix, DVector};

use super::contrasts::{Contrasts, Slopes};

/// The maximum of a log-likelihood of choices.
pub(super) struct Peak {
    pub coefficients: Vec<f64>,
    pub value: f64,
    /// The inverse information.
    pub covariance: DMatrix<f64>,
    /// The largest slope, in units of the log-likelihood per standard error.
    pub gradient: f64,
}

/// Why there is no peak.
pub(super) struct NoPeak {
    pub steps: u32,
    pub last: Vec<f64>,
}

/// Steps before giving up; where a maximum is far away, a step gains one unit of log-odds, and 40 exhaust all digits.
const MOST_STEPS: u32 = 200;
/// Half the Newton decrement, in units of the log-likelihood: a rest of 1e-7 standard errors.
const CONVERGED: f64 = 1e-14;
/// Steps are halved as long as they gain less than this share of what their slope promises.
const LEAST_SHARE_OF_PROMISE: f64 = 1e-4;
/// A pivot below this, of an information with ones on its diagonal, is rounding.
const LEAST_PIVOT: f64 = 1e-14;

/// Climbs by Newton's method, halving steps that are too long; the function is concave.
///
/// A summit is one only with a proof that it exists. With y = p of all alternatives that were not taken and their
/// differences r, the gradient is −Σ y r; for Newton's step δ, Σ y′ r = 0 holds exactly with y′ = y (1 + (r − m)·δ),
/// where m is the mean Σ p r of a situation. If no r·δ falls short of its mean by 1, all y′ are above zero, and then by
/// Stiemke's theorem no direction has r·d ≤ 0 for all r and < 0 for some: the likelihood cannot rise forever. Where it
/// can, steps never grow short, though their gain vanishes.
pub(super) fn climb(contrasts: &Contrasts, width: usize) -> Result<Peak, NoPeak> {
    /// A fall of 1 is the limit; the rest is left to rounding.
    const PROVEN: f64 = 0.5;
    let mut at = vec![0.0; width];
    let mut slopes = contrasts.slopes(&at);
    for steps in 0..MOST_STEPS {
        let Some(step) = Step::new(&slopes) else { return Err(NoPeak { steps, last: at }) };
        let flat = step.gain <= CONVERGED;
        if flat && contrasts.largest_fall(&at, step.direction.as_slice()) < PROVEN {
            return Ok(summit(contrasts, at, slopes, step));
        }
        let next = if flat { None } else { ahead(contrasts, &at, &slopes, &step) };
        let Some(next) = next else { return Err(NoPeak { steps, last: at }) };
        (at, slopes) = next;
    }
    Err(NoPeak { steps: MOST_STEPS, last: at })
}

/// Goes on by full steps, each of which squares the error, until rounding stops them. Where the likelihood hardly
/// bends, what it could still gain is small long before its coefficients are known.
fn summit(contrasts: &Contrasts, mut at: Vec<f64>, mut slopes: Slopes, mut step: Step) -> Peak {
    const MOST_LAST_STEPS: u32 = 20;
    for _ in 0..MOST_LAST_STEPS {
        let point = moved(&at, &step, 1.0);
        let there = contrasts.slopes(&point);
        match Step::new(&there) {
            Some(shorter) if shorter.gain < step.gain => (at, slopes, step) = (point, there, shorter),
            _ => break,
        }
    }
    let errors = (0..at.len()).map(|at| step.covariance[(at, at)].sqrt());
    let gradient = slopes.gradient.iter().zip(errors).map(|(slope, error)| (slope * error).abs()).fold(0.0, f64::max);
    Peak { coefficients: at, value: slopes.value, covariance: step.covariance, gradient }
}

/// The first point on the step, halved again and again, that gains its share; `None` if there is none.
fn ahead(contrasts: &Contrasts, at: &[f64], slopes: &Slopes, step: &Step) -> Option<(Vec<f64>, Slopes)> {
    const SHORTEST_SHARE: f64 = 1e-9;
    let mut share = 1.0;
    while share > SHORTEST_SHARE {
        let point = moved(at, step, share);
        let next = contrasts.slopes(&point);
        // Near the top the promise is lost in the rounding of the value.
        let rounding = 1e-13 * slopes.value.abs();
        if next.value >= slopes.value + 2.0 * LEAST_SHARE_OF_PROMISE * share * step.gain - rounding {
            return Some((point, next));
        }
        share *= 0.5;
    }
    None
}

fn moved(at: &[f64], step: &Step, share: f64) -> Vec<f64> {
    at.iter().zip(&step.direction).map(|(at, by)| at + share * by).collect()
}

/// Newton's step, and what comes with it.
struct Step {
    direction: DVector<f64>,
    /// What a full step promises to gain: half the Newton decrement.
    gain: f64,
    covariance: DMatrix<f64>,
}

impl Step {
    /// `None` unless the information is clearly positive definite once every coefficient is measured in what the data
    /// tell of it alone.
    fn new(slopes: &Slopes) -> Option<Self> {
        let units = slopes.information.diagonal().map(|curvature| curvature.sqrt().recip());
        let scaled = units_of(&slopes.information, &units);
        let inverse = scaled.cholesky().filter(|root| root.l_dirty().diagonal().min().powi(2) > LEAST_PIVOT)?;
        let direction = units.component_mul(&inverse.solve(&units.component_mul(&slopes.gradient)));
        let covariance = units_of(&inverse.inverse(), &units);
        Some(Self { gain: 0.5 * slopes.gradient.dot(&direction), direction, covariance })
    }
}

fn units_of(matrix: &DMatrix<f64>, units: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i.max(j), i.min(j))] * (units[i] * units[j]))
}
