use std::borrow::Cow;

use super::Quantity;
use crate::{
    fit::{Fit, InferenceError, Mle, search::natural},
    lifetime::{Dimension, Likelihood, Parameter},
    math::{End, Maximum, maximise},
    units::{Interval, TimeUnit},
};

/// The log-likelihood with Σ weightᵢ·θᵢ held, θ the logarithms of the parameters; the pivot follows from the others.
pub(super) struct Profile<'a, M: Likelihood> {
    mle: Mle,
    fit: &'a Fit<M>,
    data: &'a M::Data,
    pub quantity: Quantity,
    weights: Vec<f64>,
    pivot: usize,
    bounds: Vec<(f64, f64)>,
    /// The least and the greatest value of what is held.
    pub low: f64,
    pub high: f64,
    pub top: Point,
    /// How the parameters of a normal likelihood move with what is held.
    direction: Vec<f64>,
    /// The standard error of what is held; one where it has none.
    error: f64,
}

/// A point of the profile.
#[derive(Debug, Clone)]
pub(super) struct Point {
    held: f64,
    parameters: Vec<f64>,
    pub deviance: f64,
}

impl<'a, M: Likelihood> Profile<'a, M> {
    pub fn new(mle: Mle, fit: &'a Fit<M>, data: &'a M::Data, quantity: Quantity) -> Result<Self, InferenceError> {
        let (weights, pivot) = contrast(fit, &quantity)?;
        let bounds: Vec<_> = fit.parameters.iter().map(Parameter::inner_range).collect();
        let ends = bounds.iter().zip(&weights).map(|(&(low, high), &weight)| {
            if weight > 0.0 { (weight * low, weight * high) } else { (weight * high, weight * low) }
        });
        let (low, high) = ends.fold((0.0, 0.0), |(low, high), end| (low + end.0, high + end.1));
        let parameters: Vec<f64> = fit.natural.iter().map(|value| value.ln()).collect();
        let top = Point { held: dot(&weights, &parameters), parameters, deviance: 0.0 };
        let (direction, error) = direction(fit, &weights, pivot);
        Ok(Self { mle, fit, data, quantity, weights, pivot, bounds, low, high, top, direction, error })
    }

    /// What is held, as a reader is told.
    pub fn reported(&self, held: f64, unit: TimeUnit) -> f64 {
        match &self.quantity {
            Quantity::Parameter(_) => self.fit.parameters[self.pivot].reported(held, unit),
            Quantity::Ratio(..) => held.exp() / self.scale(unit),
        }
    }

    /// What is held where a reader is told `reported`.
    pub fn held(&self, reported: f64, unit: TimeUnit) -> f64 {
        match &self.quantity {
            Quantity::Parameter(_) => self.fit.parameters[self.pivot].inner(reported, unit),
            Quantity::Ratio(..) => (reported * self.scale(unit)).ln(),
        }
    }

    /// The interval that says nothing.
    pub fn anything(&self) -> Interval {
        self.fit.parameters[self.pivot].anything()
    }

    /// The size of a ratio in natural units, in the unit asked for.
    fn scale(&self, unit: TimeUnit) -> f64 {
        let scales = self.fit.parameters.iter().zip(&self.weights).map(|(one, &weight)| one.scale(unit).powf(weight));
        scales.product()
    }

    /// What is held, and at which value, as an error tells.
    fn named(&self, held: f64) -> (Quantity, f64) {
        (self.quantity.clone(), self.reported(held, TimeUnit::Day))
    }

    /// Where a normal likelihood would have its maximum with another value held; from the top, or along the way that
    /// the profile took to another point.
    pub fn ahead(&self, from: &Point, held: f64) -> Vec<f64> {
        let by = held - self.top.held;
        let way = from.held - self.top.held;
        let ahead = |(i, top): (usize, &f64)| {
            top + if way.abs() > 0.0 { (from.parameters[i] - top) * (by / way) } else { self.direction[i] * by }
        };
        self.top.parameters.iter().enumerate().map(ahead).collect()
    }

    /// The profile with a value held, searched from a guess at the parameters.
    pub fn at(&self, held: f64, guess: &[f64]) -> Result<Point, InferenceError> {
        let found = self.found(held, guess);
        let found = found.ok_or_else(|| {
            let (quantity, value) = self.named(held);
            InferenceError::NotConverged { quantity, value }
        })?;
        let gain = found.jet.value - self.fit.log_likelihood;
        if gain > self.rounding() {
            return Err(InferenceError::NotTheMaximum { quantity: self.quantity.clone(), gain });
        }
        Ok(Point { held, parameters: self.all(held, &found.point), deviance: (-2.0 * gain).max(0.0) })
    }

    /// The maximum reached from the guess; where that leads nowhere, from the top or from the starts of a fit.
    fn found(&self, held: f64, guess: &[f64]) -> Option<Maximum> {
        let from = |start: &[f64]| Some(self.maximum(held, start)).filter(|found| found.end != End::Stuck);
        let logarithms = |start: Vec<f64>| start.iter().map(|value| value.ln()).collect::<Vec<_>>();
        from(guess).or_else(|| from(&self.top.parameters)).or_else(|| {
            let starts = M::starts(self.data).ok()?;
            starts.into_iter().find_map(|start| from(&logarithms(start)))
        })
    }

    /// What two searches for the same maximum may differ by.
    fn rounding(&self) -> f64 {
        1e-6 + 1e-8 * self.fit.log_likelihood.abs()
    }

    fn maximum(&self, held: f64, guess: &[f64]) -> Maximum {
        let bounds = self.without_pivot(&self.room(held));
        maximise(&self.without_pivot(guess), &bounds, self.mle.most_evaluations, |free| {
            M::objective(&natural(&self.all(held, free)), self.data).along(&self.weights, self.pivot)
        })
    }

    /// The ranges of the parameters in which the pivot keeps its own: that of the other parameter of a ratio is cut to
    /// where the pivot follows it.
    fn room(&self, held: f64) -> Vec<(f64, f64)> {
        let (low, high) = self.bounds[self.pivot];
        let cut = |(&(own_low, own_high), &weight): (&(f64, f64), &f64)| {
            if weight < 0.0 { (own_low.max(low - held), own_high.min(high - held)) } else { (own_low, own_high) }
        };
        self.bounds.iter().zip(&self.weights).map(cut).collect()
    }

    /// All parameters from those but the pivot.
    fn all(&self, held: f64, free: &[f64]) -> Vec<f64> {
        let mut all = free.to_vec();
        all.insert(self.pivot, 0.0);
        all[self.pivot] = held - dot(&self.weights, &all);
        all
    }

    fn without_pivot<T: Copy>(&self, all: &[T]) -> Vec<T> {
        all.iter().enumerate().filter(|(i, _)| *i != self.pivot).map(|(_, one)| *one).collect()
    }

    /// Where the root of the deviance reaches z on the way to `limit`; `None` when it does not.
    pub fn end(&self, z: f64, limit: f64) -> Result<Option<f64>, InferenceError> {
        let side = (limit - self.top.held).signum();
        let room = (limit - self.top.held).abs();
        if z <= 0.0 || room < SHORTEST {
            return Ok((z <= 0.0).then_some(self.top.held));
        }
        let mut inside = self.top.clone();
        let mut step = (z * self.error).clamp(SHORTEST, room);
        loop {
            let held = if step < room { self.top.held + side * step } else { limit };
            let next = self.at(held, &self.ahead(&inside, held))?;
            if next.deviance >= z * z {
                return self.crossing(z, inside, next).map(Some);
            }
            if step >= room {
                return Ok(None);
            }
            inside = next;
            step = (2.0 * step).min(room);
        }
    }

    /// The crossing between two points of the profile, by false position on the root of the deviance, which is nearly
    /// straight; an end that stays twice counts half (the Illinois rule).
    fn crossing(&self, z: f64, inside: Point, outside: Point) -> Result<f64, InferenceError> {
        const MOST_STEPS: u32 = 60;
        let close_enough = 1e-9 + 1e-13 * self.fit.log_likelihood.abs();
        let miss = |point: &Point| point.deviance.sqrt() - z;
        let mut ends = [(miss(&inside), inside), (miss(&outside), outside)];
        let mut last = None;
        for _ in 0..MOST_STEPS {
            let [(low, inside), (high, outside)] = &ends;
            let share = low / (low - high);
            let held = inside.held + share * (outside.held - inside.held);
            let next = self.at(held, &self.ahead(if share < 0.5 { inside } else { outside }, held))?;
            if (next.deviance - z * z).abs() < close_enough || (outside.held - inside.held).abs() < ROUNDING {
                return Ok(held);
            }
            let own = miss(&next);
            let moved = usize::from(own > 0.0);
            if last == Some(moved) {
                ends[1 - moved].0 *= 0.5;
            }
            ends[moved] = (own, next);
            last = Some(moved);
        }
        Ok(ends[0].1.held)
    }
}

/// Below this, two logarithms of parameters are equal.
const ROUNDING: f64 = 1e-12;
/// The shortest first step; who stands as near to an edge stands on it.
const SHORTEST: f64 = 1e-6;

/// The weights of a quantity in the logarithms of the parameters, and which parameter follows from the others.
fn contrast<M: Likelihood>(fit: &Fit<M>, quantity: &Quantity) -> Result<(Vec<f64>, usize), InferenceError> {
    let unknown = |name: &Cow<'static, str>| InferenceError::UnknownParameter { model: fit.name, name: name.clone() };
    let position =
        |name: &Cow<'static, str>| fit.parameters.iter().position(|one| one.name == *name).ok_or_else(|| unknown(name));
    let of_ratio = |name: &Cow<'static, str>| match position(name)? {
        // Coefficients are of any sign: their ratio is no straight line in what the search moves.
        one if fit.parameters[one].dimension == Dimension::Coefficient => Err(unknown(name)),
        one => Ok(one),
    };
    let mut weights = vec![0.0; fit.parameters.len()];
    let pivot = match quantity {
        Quantity::Parameter(name) => position(name)?,
        // A parameter over itself is one, whatever the data: no ratio.
        Quantity::Ratio(over, under) if over == under => {
            return Err(unknown(under));
        }
        Quantity::Ratio(over, under) => {
            weights[of_ratio(under)?] = -1.0;
            of_ratio(over)?
        }
    };
    weights[pivot] = 1.0;
    Ok((weights, pivot))
}

/// How the parameters of a normal likelihood move with what is held, Σw/(wᵀΣw), and its standard error; where the data
/// do not identify it, the pivot moves alone.
fn direction<M>(fit: &Fit<M>, weights: &[f64], pivot: usize) -> (Vec<f64>, f64) {
    let mut direction = vec![0.0; weights.len()];
    let identified = fit.covariance.as_ref().filter(|known| {
        weights.iter().enumerate().all(|(i, weight)| weight.abs() <= 0.0 || known.known().contains(&i))
    });
    let Some(known) = identified else {
        direction[pivot] = 1.0;
        return (direction, 1.0);
    };
    let own: Vec<f64> = known.of.iter().map(|&i| weights[i]).collect();
    let moved = known.times(&own);
    let variance = dot(&own, &moved);
    known.of.iter().zip(&moved).for_each(|(&i, by)| direction[i] = by / variance);
    (direction, variance.sqrt())
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
