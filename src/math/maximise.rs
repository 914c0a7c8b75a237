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

impl Maximum {
    /// What any search improves upon.
    pub fn nowhere(parameters: usize) -> Self {
        let jet = Jet { value: f64::NEG_INFINITY, ..Jet::zero(parameters) };
        Self { point: vec![0.0; parameters], jet, evaluations: 0, end: End::Stuck, held: vec![false; parameters] }
    }

    /// Whether it is a maximum inside the box whose curvature is at least `least` in every direction.
    pub fn is_sharp(&self, least: f64) -> bool {
        let interior = self.end == End::Stationary && !self.held.contains(&true);
        interior && self.jet.information().first().is_some_and(|&curvature| curvature >= least)
    }

    /// Whether this is a better end than another: higher, or as high and not stuck.
    pub fn improves(&self, other: &Self) -> bool {
        match (self.end == End::Stuck, other.end == End::Stuck) {
            (false, true) => true,
            (true, false) => false,
            _ => {
                self.jet.value > other.jet.value + if other.jet.value.is_finite() { rounding(&other.jet) } else { 0.0 }
            }
        }
    }
}

/// How a maximisation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Stationary with a negative definite Hessian, in all parameters that are not held at a bound.
    Stationary,
    /// The function no longer changes, along a direction in which it hardly bends.
    Flat,
    /// Evaluations ran out, or the function was not a number.
    Stuck,
}

/// A step changes no parameter by more than a factor e².
const LONGEST_STEP: f64 = 2.0;
/// Half the Newton decrement, in units of the function: a rest of 1e-7 standard errors.
const CONVERGED: f64 = 1e-14;
/// A shorter share of a step changes nothing.
const SHORTEST_SHARE: f64 = 1e-9;
/// A promise below this, in units of the function, may be lost in its rounding where large terms cancel.
const LOST_IN_ROUNDING: f64 = 1e-8;
/// After so many steps that gain nothing the top is flat; to a maximum that bends, Newton's last steps are two.
const IDLE_STEPS: u32 = 5;
/// Curvature below this share of the largest is taken as flat.
const FLAT: f64 = 1e-12;
/// Curvature the wrong way of more than this share of the largest is no rounding: the point is a saddle.
const SADDLE: f64 = 1e-8;

/// Maximises f by Newton's method, made safe by taking the size of every curvature (so that saddles are left
/// uphill), by a longest step and by halving.
///
/// Nocedal and Wright (2006), Numerical Optimization, section 3.4. Parameters stay within `bounds`; one that stands
/// at its bound and is pushed outward takes no part in the step.
pub fn maximise(start: &[f64], bounds: &[(f64, f64)], most_evaluations: u32, f: impl FnMut(&[f64]) -> Jet) -> Maximum {
    let mut search = Search { f, bounds, evaluations: 0, most_evaluations };
    let (mut point, mut jet) = search.evaluate(start);
    let mut idle = 0;
    let (end, held) = loop {
        if !jet.is_finite() {
            break (End::Stuck, vec![false; point.len()]);
        }
        let step = NewtonStep::new(&point, &jet, bounds);
        let (end, next) = if step.gain <= CONVERGED {
            (step.stationary(), None)
        } else if idle >= IDLE_STEPS {
            (End::Flat, None)
        } else {
            let leap = search.leap(&point, &jet, &step);
            (step.end_of_climb(&jet), leap.or_else(|| search.climb(&point, &jet, &step)))
        };
        let Some(next) = next.or_else(|| search.leave_saddle(&point, &jet, &step)) else {
            let on_saddle = step.escape.is_some() && search.evaluations >= most_evaluations;
            break (if on_saddle { End::Stuck } else { end }, step.held);
        };
        idle = if next.1.value - jet.value > rounding(&jet) { 0 } else { idle + 1 };
        (point, jet) = next;
    };
    Maximum { point, jet, evaluations: search.evaluations, end, held }
}

/// Below this, two values of the function are equal.
fn rounding(jet: &Jet) -> f64 {
    1e-13 * jet.value.abs().max(1.0)
}

struct Search<'a, F> {
    f: F,
    bounds: &'a [(f64, f64)],
    evaluations: u32,
    most_evaluations: u32,
}

impl<F: FnMut(&[f64]) -> Jet> Search<'_, F> {
    /// The point, moved into the box, and the function there.
    fn evaluate(&mut self, point: &[f64]) -> (Vec<f64>, Jet) {
        let point = within(point, self.bounds);
        let jet = (self.f)(&point);
        self.evaluations += 1;
        (point, jet)
    }

    /// Goes along the step, halving it until the function does not fall; `None` when it falls however short the
    /// step, or when evaluations run out.
    fn climb(&mut self, point: &[f64], jet: &Jet, step: &NewtonStep) -> Option<(Vec<f64>, Jet)> {
        // At the top the function is flat to its last digits; there the decrement decides.
        let least = jet.value - rounding(jet);
        let mut share: f64 = 1.0;
        while self.evaluations < self.most_evaluations && share > SHORTEST_SHARE {
            let ahead: Vec<f64> = point.iter().zip(&step.direction).map(|(at, by)| at + share * by).collect();
            let next = self.evaluate(&ahead);
            if next.1.value >= least {
                return Some(next);
            }
            share *= 0.5;
        }
        None
    }

    /// Goes along the step to the first bound on its way, where little is to be gained far away: the function levels off,
    /// and Newton's steps, of one logarithm each, would take long to arrive. `None` unless it rises.
    fn leap(&mut self, point: &[f64], jet: &Jet, step: &NewtonStep) -> Option<(Vec<f64>, Jet)> {
        const LITTLE: f64 = 1e-2;
        const FAR: f64 = 0.5;
        let far = step.direction.iter().any(|by| by.abs() > FAR);
        if step.gain > LITTLE || !far || self.evaluations >= self.most_evaluations {
            return None;
        }
        let share = share_of_room(point, &step.direction, self.bounds);
        let ahead: Vec<f64> = point.iter().zip(&step.direction).map(|(at, by)| at + share * by).collect();
        Some(self.evaluate(&ahead)).filter(|next| next.1.is_finite() && next.1.value > jet.value + rounding(jet))
    }

    /// Goes along the direction in which a stationary point is least, to either side, until the function has risen.
    fn leave_saddle(&mut self, point: &[f64], jet: &Jet, step: &NewtonStep) -> Option<(Vec<f64>, Jet)> {
        let escape = step.escape.as_ref()?;
        for by in [1.0, -1.0, 0.1, -0.1, 1e-2, -1e-2, 1e-3, -1e-3] {
            if self.evaluations >= self.most_evaluations {
                return None;
            }
            let ahead: Vec<f64> = point.iter().zip(escape).map(|(at, along)| at + by * along).collect();
            let next = self.evaluate(&ahead);
            if next.1.is_finite() && next.1.value > jet.value + rounding(jet) {
                return Some(next);
            }
        }
        None
    }
}

/// The point inside the box; what rounding leaves short of a bound stands on it.
fn within(point: &[f64], bounds: &[(f64, f64)]) -> Vec<f64> {
    const ROUNDING: f64 = 1e-12;
    let snap = |at: f64, (low, high): (f64, f64)| {
        if at < low + ROUNDING {
            low
        } else if at > high - ROUNDING {
            high
        } else {
            at
        }
    };
    point.iter().zip(bounds).map(|(&at, &bounds)| snap(at, bounds)).collect()
}

struct NewtonStep {
    direction: Vec<f64>,
    /// What a full step promises to gain.
    gain: f64,
    /// Which parameters stand at a bound and are pushed outward.
    held: Vec<bool>,
    /// Whether the Hessian is negative definite in the free parameters.
    concave: bool,
    /// The direction of unit length in which the function bends upward most, if it does.
    escape: Option<Vec<f64>>,
}

impl NewtonStep {
    /// The step in the parameters that are free: neither pushed outward at a bound by the slope, nor, for this
    /// step, by the step itself.
    fn new(point: &[f64], jet: &Jet, bounds: &[(f64, f64)]) -> Self {
        let outward = |i: usize, by: f64| by != 0.0 && room(point[i], by, bounds[i]) <= 0.0;
        let mut held: Vec<bool> = jet.gradient.iter().enumerate().map(|(i, &slope)| outward(i, slope)).collect();
        loop {
            let step = Self::free(jet, held);
            let blocked: Vec<usize> = (0..point.len()).filter(|&i| outward(i, step.direction[i])).collect();
            if blocked.is_empty() {
                return step.up_to(point, bounds);
            }
            held = step.held;
            for i in blocked {
                held[i] = true;
            }
        }
    }

    /// What a point is from which no step leads upward.
    fn stationary(&self) -> End {
        if self.concave { End::Stationary } else { End::Flat }
    }

    /// What it means that the function falls along the step: next to nothing was promised, or something is wrong.
    fn end_of_climb(&self, jet: &Jet) -> End {
        if self.gain <= LOST_IN_ROUNDING + 100.0 * rounding(jet) { self.stationary() } else { End::Stuck }
    }

    /// Newton's step with the held parameters fixed.
    fn free(jet: &Jet, held: Vec<bool>) -> Self {
        let n = held.len();
        let free: Vec<usize> = (0..n).filter(|&i| !held[i]).collect();
        let gradient = DVector::from_iterator(free.len(), free.iter().map(|&i| jet.gradient[i]));
        let curvature = DMatrix::from_fn(free.len(), free.len(), |i, j| -jet.hessian[free[i] * n + free[j]]);
        if free.is_empty() {
            return Self { direction: vec![0.0; n], gain: 0.0, held, concave: true, escape: None };
        }
        let eigen = SymmetricEigen::new(curvature);
        let largest = eigen.eigenvalues.amax().max(f64::MIN_POSITIVE);
        let along = eigen.eigenvectors.tr_mul(&gradient);
        let scaled = along.zip_map(&eigen.eigenvalues, |g, curvature| g / curvature.abs().max(FLAT * largest));
        let gain = 0.5 * along.dot(&scaled);
        let step = &eigen.eigenvectors * scaled;
        let full = |step: &[f64]| {
            let mut direction = vec![0.0; n];
            free.iter().zip(step).for_each(|(&i, by)| direction[i] = *by);
            direction
        };
        let concave = eigen.eigenvalues.iter().all(|&curvature| curvature > FLAT * largest);
        let escape = (eigen.eigenvalues.min() < -SADDLE * largest)
            .then(|| full(eigen.eigenvectors.column(eigen.eigenvalues.imin()).as_slice()));
        Self { direction: full(step.as_slice()), gain, held, concave, escape }
    }

    /// The step cut to its longest, and to the first bound on its way: along a ridge that leaves the box, clamping
    /// single parameters would leave the ridge.
    fn up_to(mut self, point: &[f64], bounds: &[(f64, f64)]) -> Self {
        let longest = self.direction.iter().fold(0.0, |longest: f64, by| longest.max(by.abs()));
        let share = share_of_room(point, &self.direction, bounds).min(LONGEST_STEP / longest).min(1.0);
        for by in &mut self.direction {
            *by *= share;
        }
        self
    }
}

/// How many times a step fits into the box.
fn share_of_room(point: &[f64], direction: &[f64], bounds: &[(f64, f64)]) -> f64 {
    let moving = direction.iter().enumerate().filter(|(_, by)| by.abs() > 0.0);
    moving.map(|(i, &by)| room(point[i], by, bounds[i]) / by.abs()).fold(f64::INFINITY, f64::min)
}

/// How far a parameter may still move in the direction of `by`.
fn room(at: f64, by: f64, (low, high): (f64, f64)) -> f64 {
    if by > 0.0 { high - at } else { at - low }
}
