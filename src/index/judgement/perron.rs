/// The greatest eigenvalue of a matrix of positive entries, with its right and left eigenvectors, both summing to one.
#[derive(Debug)]
pub(super) struct Perron {
    pub lambda: f64,
    pub right: Vec<f64>,
    pub left: Vec<f64>,
}

/// Power iteration by squaring: every step doubles the power. Judgements that go in circles have a second eigenvalue as
/// large as the first but for 1e-6, for which single steps would take millions. All terms are positive: no digit is
/// lost.
pub(super) fn perron(matrix: &[f64], size: usize) -> Perron {
    /// 2^60 steps tell apart eigenvalues that differ in the last digit.
    const SQUARINGS: usize = 60;
    /// The power is settled when another step moves no entry by more than rounding.
    const SETTLED: f64 = 16.0 * f64::EPSILON;
    let mut power = scaled(matrix.to_vec());
    let (mut right, mut left) = (row_shares(&power, size), column_shares(&power, size));
    for _ in 0..SQUARINGS {
        power = scaled(squared(&power, size));
        let (next_right, next_left) = (row_shares(&power, size), column_shares(&power, size));
        let moved = step(&right, &next_right).max(step(&left, &next_left));
        (right, left) = (next_right, next_left);
        if moved < SETTLED {
            break;
        }
    }
    let image: Vec<f64> =
        matrix.chunks_exact(size).map(|row| row.iter().zip(&right).map(|(a, v)| a * v).sum()).collect();
    // The quotient of sums, not the sum of quotients: small weights have the same digits as large ones.
    Perron { lambda: image.iter().sum::<f64>() / right.iter().sum::<f64>(), right, left }
}

fn scaled(mut matrix: Vec<f64>) -> Vec<f64> {
    let greatest = matrix.iter().copied().fold(0.0, f64::max);
    for entry in &mut matrix {
        *entry /= greatest;
    }
    matrix
}

fn squared(matrix: &[f64], size: usize) -> Vec<f64> {
    let mut square = vec![0.0; size * size];
    for (row, into) in matrix.chunks_exact(size).zip(square.chunks_exact_mut(size)) {
        for (factor, other) in row.iter().zip(matrix.chunks_exact(size)) {
            for (sum, entry) in into.iter_mut().zip(other) {
                *sum += factor * entry;
            }
        }
    }
    square
}

fn row_shares(matrix: &[f64], size: usize) -> Vec<f64> {
    shares(matrix.chunks_exact(size).map(|row| row.iter().sum()).collect())
}

fn column_shares(matrix: &[f64], size: usize) -> Vec<f64> {
    shares((0..size).map(|column| matrix.iter().skip(column).step_by(size).sum()).collect())
}

fn shares(mut sums: Vec<f64>) -> Vec<f64> {
    let whole: f64 = sums.iter().sum();
    for sum in &mut sums {
        *sum /= whole;
    }
    sums
}

/// The greatest relative change of a component.
fn step(before: &[f64], after: &[f64]) -> f64 {
    before.iter().zip(after).fold(0.0, |most: f64, (old, new)| most.max((new / old - 1.0).abs()))
}
