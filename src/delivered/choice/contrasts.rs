use nalgebra::{DMatrix, DVector};

use super::{ObservedChoices, Situation};

/// All that the likelihood knows of choices: how each alternative that was not taken differs from the one that was.
#[derive(Debug, Clone)]
pub(super) struct Contrasts {
    width: usize,
    situations: Vec<(f64, Vec<f64>)>,
}

/// The log-likelihood at some coefficients, with its gradient and the negative of its Hessian.
pub(super) struct Slopes {
    pub value: f64,
    pub gradient: DVector<f64>,
    pub information: DMatrix<f64>,
}

impl Contrasts {
    pub fn new(choices: &ObservedChoices) -> Self {
        let situations = choices.situations().iter().map(|situation| (situation.count as f64, differences(situation)));
        Self { width: choices.attributes().len(), situations: situations.collect() }
    }

    /// With every attribute in a unit of its own.
    pub fn in_units(mut self, units: &[f64]) -> Self {
        for (_, rows) in &mut self.situations {
            rows.iter_mut().zip(units.iter().cycle()).for_each(|(difference, unit)| *difference /= unit);
        }
        self
    }

    /// Every distinct situation as if it had been observed once.
    pub fn counted_once(&self) -> Self {
        let situations = self.situations.iter().map(|(_, rows)| (1.0, rows.clone()));
        Self { width: self.width, situations: situations.collect() }
    }

    /// The differences, one alternative that was not taken after the other.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.situations.iter().flat_map(|(_, rows)| rows.chunks(self.width))
    }

    /// The largest difference of every attribute.
    pub fn largest(&self) -> Vec<f64> {
        let larger = |largest: &f64, difference: &f64| largest.max(difference.abs());
        self.rows().fold(vec![0.0; self.width], |largest, row| {
            largest.iter().zip(row).map(|(largest, difference)| larger(largest, difference)).collect()
        })
    }

    /// The log-likelihood when all alternatives are alike.
    pub fn null_log_likelihood(&self) -> f64 {
        let alternatives = |rows: &[f64]| (rows.len() / self.width + 1) as f64;
        -self.situations.iter().map(|(count, rows)| count * alternatives(rows).ln()).sum::<f64>()
    }

    /// Its value alone; no number where utilities overflow.
    pub fn log_likelihood(&self, coefficients: &[f64]) -> f64 {
        self.situations.iter().map(|(count, rows)| count * Odds::new(rows, coefficients).ln_taken).sum()
    }

    /// With rₖ the difference of alternative k to the one taken, pₖ its probability and m = Σ pₖ rₖ, a situation adds
    /// −ln(1 + Σ e^(rₖ·β)) to the value, −m to the gradient and Σ pₖ (rₖ−m)(rₖ−m)ᵀ + p m mᵀ to the information, where
    /// p is the probability of what was taken: no difference of like terms.
    pub fn slopes(&self, coefficients: &[f64]) -> Slopes {
        let width = self.width;
        let (mut value, mut gradient) = (0.0, DVector::zeros(width));
        let mut information = DMatrix::zeros(width, width);
        for (count, rows) in &self.situations {
            let odds = Odds::new(rows, coefficients);
            let mean = odds.mean(rows, width);
            value += count * odds.ln_taken;
            for (row, share) in rows.chunks(width).zip(&odds.shares) {
                let centred = DVector::from_column_slice(row) - &mean;
                information.syger(count * share, &centred, &centred, 1.0);
            }
            information.syger(count * odds.ln_taken.exp(), &mean, &mean, 1.0);
            gradient.axpy(-count, &mean, 1.0);
        }
        information.fill_upper_triangle_with_lower_triangle();
        Slopes { value, gradient, information }
    }

    /// How far the utility of an alternative that was not taken falls at most below the mean of its situation, in which
    /// what was taken counts with 0, when the coefficients change by `step`.
    pub fn largest_fall(&self, coefficients: &[f64], step: &[f64]) -> f64 {
        let fall = |(_, rows): &(f64, Vec<f64>)| {
            let mean = dot(Odds::new(rows, coefficients).mean(rows, self.width).as_slice(), step);
            rows.chunks(self.width).map(|row| mean - dot(row, step)).fold(0.0, f64::max)
        };
        self.situations.iter().map(fall).fold(0.0, f64::max)
    }

    /// By how much the log-odds of an alternative against the one taken change at most with the coefficients.
    pub fn largest_change(&self, step: &[f64]) -> f64 {
        self.rows().map(|row| dot(row, step).abs()).fold(0.0, f64::max)
    }
}

/// The probabilities of one situation.
struct Odds {
    /// Of what was taken, in logarithms.
    ln_taken: f64,
    /// Of the others.
    shares: Vec<f64>,
}

impl Odds {
    fn new(rows: &[f64], coefficients: &[f64]) -> Self {
        let advantages: Vec<f64> = rows.chunks(coefficients.len()).map(|row| dot(row, coefficients)).collect();
        // What was taken has the advantage 0.
        let greatest = advantages.iter().copied().fold(0.0, f64::max);
        let others: f64 = advantages.iter().map(|advantage| (advantage - greatest).exp()).sum();
        // A choice that is all but sure leaves 1 in the sum, where the others are lost.
        let ln_sum = if greatest > 0.0 { greatest + ((-greatest).exp() + others).ln() } else { others.ln_1p() };
        Self { ln_taken: -ln_sum, shares: advantages.iter().map(|advantage| (advantage - ln_sum).exp()).collect() }
    }

    fn mean(&self, rows: &[f64], width: usize) -> DVector<f64> {
        let mut mean = DVector::zeros(width);
        for (row, share) in rows.chunks(width).zip(&self.shares) {
            mean.iter_mut().zip(row).for_each(|(mean, difference)| *mean += share * difference);
        }
        mean
    }
}

fn differences(situation: &Situation) -> Vec<f64> {
    let taken = &situation.alternatives[situation.chosen];
    let others = situation.alternatives.iter().enumerate().filter(|(other, _)| *other != situation.chosen);
    others.flat_map(|(_, other)| other.iter().zip(taken).map(|(other, taken)| other - taken)).collect()
}

pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}
