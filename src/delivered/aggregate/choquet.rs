use std::collections::BTreeSet;

use super::AggregateError;
use crate::units::in_range;

/// How two components strengthen each other: above 0 if they are worth more together, below if they replace each other.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PairInteraction {
    /// Position of the one component.
    pub first: usize,
    /// Position of the other.
    pub second: usize,
    /// The interaction index, from −1 to 1.
    pub index: f64,
}

/// Half of .1 + .2 is more than .15 in floats; relative, so that a weight of 0 bears no interaction at all.
const ROUNDING: f64 = 1e-12;

/// Grabisch (1997): a 2-additive capacity is monotone if each weight is at least half of its absolute interactions.
pub fn check(shapley: &[f64], interactions: &[PairInteraction]) -> Result<(), AggregateError> {
    let components = shapley.len();
    let mut least = vec![0.0; components];
    let mut seen = BTreeSet::new();
    for &PairInteraction { first, second, index } in interactions {
        let pair = (first.min(second), first.max(second));
        if first == second || pair.1 >= components || !seen.insert(pair) {
            return Err(AggregateError::Pair { first, second, components });
        }
        in_range("interaction", index, -1.0, 1.0)?;
        least[first] += 0.5 * index.abs();
        least[second] += 0.5 * index.abs();
    }
    match (0..components).find(|&index| shapley[index] < least[index] * (1.0 - ROUNDING)) {
        Some(index) => Err(AggregateError::NotMonotone { index, shapley: shapley[index], least: least[index] }),
        None => Ok(()),
    }
}

pub fn integral(shapley: &[f64], interactions: &[PairInteraction], components: &[f64]) -> f64 {
    let apart: f64 =
        interactions.iter().map(|pair| pair.index * (components[pair.first] - components[pair.second]).abs()).sum();
    let alone: f64 = shapley.iter().zip(components).map(|(weight, component)| weight * component).sum();
    // A monotone capacity keeps the integral among its components; rounding of the difference does not.
    let least = components.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = components.iter().copied().fold(0.0, f64::max);
    (alone - 0.5 * apart).clamp(least, greatest)
}
