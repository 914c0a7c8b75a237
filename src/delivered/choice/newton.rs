use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

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

/// Steps before giving up: where a maximum is far away, a step gains one unit of log-odds, and 40 exhaust all digits.
const MOST_STEPS: u32 = 200;
/// Half the Newton decrement, in units of the log-likelihood: a rest of 1e-7 standard errors.
const CONVERGED: f64 = 1e-14;
/// A pivot below this, of an information with ones on its diagonal, is rounding.
const LEAST_PIVOT: f64 = 1e-14;

/// Climbs by Newton's method within a radius of trust; the function is concave.
///
/// A summit is one only with a proof that it exists. With y = p of all alternatives that were not taken and their
/// differences r, the gradient is −Σ y r; for Newton's step δ, Σ y′ r = 0 holds exactly with y′ = y (1 + (r − m)·δ),
/// where m is the mean Σ p r of a situation. If no r·δ falls short of its mean by 1, all y′ are above zero, and then by
/// Stiemke's theorem no direction has r·d ≤ 0 for all r and < 0 for some: the likelihood cannot rise forever. Where it
/// can, steps never grow short, though their gain vanishes.
pub(super) fn climb(contrasts: &Contrasts, width: usize) -> Result<Peak, NoPeak> {
    /// A fall of 1 is the limit; the rest is left to rounding.
    const PROVEN: f64 = 0.5;
    let mut point = Point::new(contrasts, vec![0.0; width]);
    let mut radius = Radius::FIRST;
    for steps in 0..MOST_STEPS {
        let newton = match Step::new(&point.slopes, 0.0) {
            Some(last) if last.gain <= CONVERGED => {
                let exists = contrasts.largest_fall(&point.at, last.direction.as_slice()) < PROVEN;
                return if exists { Ok(summit(contrasts, point, last)) } else { Err(NoPeak { steps, last: point.at }) };
            }
            newton => newton,
        };
        let step = radius.step(contrasts, &point.slopes, newton).filter(|step| step.gain > CONVERGED);
        let Some(step) = step else { return Err(NoPeak { steps, last: point.at }) };
        let next = point.moved(contrasts, &step);
        // Near the top the promise is lost in the rounding of the value.
        let gained = next.slopes.value - point.slopes.value + 1e-13 * point.slopes.value.abs();
        if radius.trusts(gained / step.gain, contrasts.largest_change(step.direction.as_slice())) {
            point = next;
        }
    }
    Err(NoPeak { steps: MOST_STEPS, last: point.at })
}

/// Goes on by full steps, each of which squares the error, until rounding stops them. Where the likelihood hardly
/// bends, what it could still gain is small long before its coefficients are known.
fn summit(contrasts: &Contrasts, mut top: Point, mut step: Step) -> Peak {
    const MOST_LAST_STEPS: u32 = 20;
    for _ in 0..MOST_LAST_STEPS {
        let next = top.moved(contrasts, &step);
        match Step::new(&next.slopes, 0.0) {
            Some(shorter) if shorter.gain < step.gain => (top, step) = (next, shorter),
            _ => break,
        }
    }
    let Point { at, slopes } = top;
    let covariance = step.covariance();
    let errors = (0..at.len()).map(|at| covariance[(at, at)].sqrt());
    let gradient = slopes.gradient.iter().zip(errors).map(|(slope, error)| (slope * error).abs()).fold(0.0, f64::max);
    Peak { coefficients: at, value: slopes.value, covariance, gradient }
}

/// How far Newton's model of the likelihood is trusted: the log-odds of two alternatives that a step may change.
///
/// Along a step the curvature changes by up to that power of e. A longer step may end so far out that nothing bends any
/// more, and no step leads back; but a likelihood that rises evenly for hundreds of log-odds is climbed by steps that
/// grow.
struct Radius(f64);

impl Radius {
    const FIRST: Self = Self(4.0);
    const GROWTH: f64 = 4.0;

    /// Newton's own step if it is short enough, otherwise one that is damped until it is; `None` where rounding leaves
    /// none.
    fn step(&self, contrasts: &Contrasts, slopes: &Slopes, newton: Option<Step>) -> Option<Step> {
        const LEAST_RADIUS: f64 = 1e-9;
        const LEAST_DAMPING: f64 = 1e-14;
        let short = |step: &Step| contrasts.largest_change(step.direction.as_slice()) <= self.0;
        if self.0 < LEAST_RADIUS {
            return None;
        }
        // Where nothing bends at all, a share of it would be 0 and never grow.
        let least = (LEAST_DAMPING * slopes.information.diagonal().max()).max(f64::MIN_POSITIVE);
        let dampings = std::iter::successors(Some(least), |damping| Some(damping * Self::GROWTH));
        let mut dampings = dampings.take_while(|damping| damping.is_finite());
        newton.filter(short).or_else(|| dampings.find_map(|damping| Step::new(slopes, damping).filter(short)))
    }

    /// Whether a step is taken that gained this share of its promise, and how far the next may go.
    fn trusts(&mut self, share: f64, change: f64) -> bool {
        /// Steps that gain less than this share of their promise are not taken.
        const LEAST_SHARE: f64 = 1e-4;
        if share > 0.75 && change > 0.25 * self.0 {
            self.0 *= Self::GROWTH;
        } else if share < 0.25 || share.is_nan() {
            self.0 = change / Self::GROWTH;
        }
        share >= LEAST_SHARE
    }
}

/// Coefficients with the likelihood there.
struct Point {
    at: Vec<f64>,
    slopes: Slopes,
}

impl Point {
    fn new(contrasts: &Contrasts, at: Vec<f64>) -> Self {
        Self { slopes: contrasts.slopes(&at), at }
    }

    fn moved(&self, contrasts: &Contrasts, step: &Step) -> Self {
        Self::new(contrasts, self.at.iter().zip(&step.direction).map(|(at, by)| at + by).collect())
    }
}

/// A step of Newton's method, and what comes with it.
struct Step {
    direction: DVector<f64>,
    /// What it promises to gain: without damping, half the Newton decrement.
    gain: f64,
    units: DVector<f64>,
    root: Cholesky<f64, Dyn>,
}

impl Step {
    /// `None` unless the information, with the damping added to its diagonal, is clearly positive definite once every
    /// coefficient is measured in what the data tell of it alone.
    fn new(slopes: &Slopes, damping: f64) -> Option<Self> {
        let mut information = slopes.information.clone();
        (0..information.nrows()).for_each(|at| information[(at, at)] += damping);
        let units = information.diagonal().map(|curvature| curvature.sqrt().recip());
        let root = units_of(&information, &units).cholesky();
        let root = root.filter(|root| root.l_dirty().diagonal().min().powi(2) > LEAST_PIVOT)?;
        let direction = units.component_mul(&root.solve(&units.component_mul(&slopes.gradient)));
        let gain = 0.5 * (slopes.gradient.dot(&direction) + damping * direction.norm_squared());
        Some(Self { direction, gain, units, root })
    }

    /// The inverse of the information.
    fn covariance(&self) -> DMatrix<f64> {
        units_of(&self.root.inverse(), &self.units)
    }
}

fn units_of(matrix: &DMatrix<f64>, units: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i.max(j), i.min(j))] * (units[i] * units[j]))
}
