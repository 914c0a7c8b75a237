use nalgebra::{DMatrix, DVector};

use super::contrasts::Contrasts;

/// How observed choices follow from attributes alone, so that their likelihood has no maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Separation {
    /// Some weights of the attributes put what was taken above all else, every time.
    Complete,
    /// Some weights of the attributes put what was taken above something, and never below anything.
    QuasiComplete,
}

impl std::fmt::Display for Separation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Complete => "completely",
            Self::QuasiComplete => "quasi-completely",
        })
    }
}

/// Of rows of length 1, an angle below this to the plane across the direction is none: rows that stand exactly in it
/// are left 1e-16 off by the rounding of their differences, and more by the search.
const LEAST_ANGLE: f64 = 1e-9;

/// A direction of coefficients along which the likelihood rises forever, if there is one: a weighting that puts what
/// was taken nowhere below, and somewhere above, what was not. It is verified on every row.
///
/// With rows u, how what was taken exceeds what was not, scaled to length 1: the point nearest to zero of their convex
/// hull separates completely if it is not zero; the projection of Σ u on the cone of all d with u·d ≥ 0 is such a
/// direction if it is not zero, because d·Σ u > 0 for every separating d. Both are rests of least squares with weights
/// that are not negative (for the cone by Moreau's decomposition).
///
/// Albert and Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models.
pub(super) fn separation(contrasts: &Contrasts) -> Option<(Separation, Vec<f64>)> {
    let all: Vec<Option<DVector<f64>>> = contrasts.rows().map(|row| unit(&-DVector::from_column_slice(row))).collect();
    // Alternatives like the one taken are below it in no direction.
    let rows: Vec<DVector<f64>> = all.iter().flatten().cloned().collect();
    let width = rows.first()?.len();
    let angles = |direction: &DVector<f64>| {
        let angles = rows.iter().map(|row| row.dot(direction));
        angles.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), angle| (low.min(angle), high.max(angle)))
    };

    let lifted: Vec<DVector<f64>> = rows.iter().map(|row| row.clone().insert_row(width, 1.0)).collect();
    let mut target = DVector::zeros(width + 1);
    target[width] = 1.0;
    let nearest = unit(&-rest(&lifted, &target).remove_row(width));
    if let Some(direction) = nearest.filter(|direction| rows.len() == all.len() && angles(direction).0 > LEAST_ANGLE) {
        return Some((Separation::Complete, direction.as_slice().to_vec()));
    }

    let opposite: Vec<DVector<f64>> = rows.iter().map(|row| -row).collect();
    let mean = rows.iter().sum::<DVector<f64>>() / rows.len() as f64;
    let direction = unit(&rest(&opposite, &mean))?;
    let (low, high) = angles(&direction);
    let separates = low >= -LEAST_ANGLE && high > LEAST_ANGLE;
    separates.then(|| (Separation::QuasiComplete, direction.as_slice().to_vec()))
}

/// Scaled to length 1; `None` for zero. A difference near 1e-300 must not vanish in its square: it may be the one that
/// is against all others.
fn unit(vector: &DVector<f64>) -> Option<DVector<f64>> {
    let largest = vector.amax();
    (largest > 0.0).then(|| (vector / largest).normalize())
}

/// What is left of `target` after the best sum of columns with weights that are not negative.
///
/// Lawson and Hanson (1974), Solving least squares problems, chapter 23. It ends early when rounding stops it; what it
/// then leaves is verified like everything else.
fn rest(columns: &[DVector<f64>], target: &DVector<f64>) -> DVector<f64> {
    const MOST_COLUMNS_TRIED: usize = 1_000;
    const RELATIVE_ROUNDING: f64 = 1e-11;
    let mut active: Vec<(usize, f64)> = Vec::new();
    let mut left = target.clone();
    for _ in 0..MOST_COLUMNS_TRIED {
        let steepest = columns.iter().map(|column| column.dot(&left)).enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let helps = |&(column, slope): &(usize, f64)| {
            slope > RELATIVE_ROUNDING * left.norm() && active.iter().all(|(known, _)| *known != column)
        };
        let Some((column, _)) = steepest.filter(helps) else { break };
        active.push((column, 0.0));
        settle(&mut active, columns, target);
        if active.iter().all(|(known, _)| *known != column) {
            break; // Rounding: by its slope the column helps, by its weight it does not.
        }
        left = active.iter().fold(target.clone(), |left, &(column, weight)| left - &columns[column] * weight);
    }
    left
}

/// Moves the weights towards the least squares of the active columns, and drops those that reach zero on the way.
fn settle(active: &mut Vec<(usize, f64)>, columns: &[DVector<f64>], target: &DVector<f64>) {
    /// Of its weight, what rounding leaves to a column that has arrived at zero.
    const ROUNDING: f64 = 1e-12;
    while !active.is_empty() {
        let chosen: Vec<DVector<f64>> = active.iter().map(|(column, _)| columns[*column].clone()).collect();
        let Ok(best) = DMatrix::from_columns(&chosen).svd(true, true).solve(target, f64::EPSILON) else { return };
        let blocked = active.iter().zip(&best).filter(|(_, best)| **best <= 0.0);
        let share = blocked.map(|((_, weight), best)| weight / (weight - best).max(f64::MIN_POSITIVE));
        let share = share.fold(1.0, f64::min);
        let before = active.len();
        let moved = active.iter().zip(&best).filter_map(|(&(column, weight), best)| {
            let moved = weight + share * (best - weight);
            let arrived = *best <= 0.0 && moved <= ROUNDING * weight;
            (!arrived).then_some((column, moved))
        });
        *active = moved.collect();
        if active.len() == before {
            return;
        }
    }
}
