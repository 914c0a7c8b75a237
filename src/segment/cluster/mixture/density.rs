use nalgebra::{DMatrix, SymmetricEigen};

use super::gaussian::Gaussian;

/// What the density of a component needs: ln(weight · normalising constant), mean, and a matrix that makes its
/// covariance the identity.
#[derive(Debug)]
pub(super) struct Density {
    ln_constant: f64,
    pub(super) mean: Vec<f64>,
    /// Row by row; below the diagonal there is nothing.
    whitening: Vec<f64>,
}

impl Density {
    /// The axes over their standard deviations whiten; turned so that they are a triangle, which leaves all lengths as
    /// they are, they do it with half of the products.
    pub(super) fn new(gaussian: &Gaussian, floor: f64) -> Self {
        const LN_2PI: f64 = 1.837_877_066_409_345_5;
        let SymmetricEigen { eigenvalues, eigenvectors } = SymmetricEigen::new(gaussian.matrix());
        // A variance held on the floor may come back below it by rounding.
        let variances: Vec<f64> = eigenvalues.iter().map(|value| value.max(floor)).collect();
        let size = variances.len();
        let axes = DMatrix::from_fn(size, size, |axis, column| eigenvectors[(column, axis)] / variances[axis].sqrt());
        let triangle = axes.qr().unpack_r();
        let ln_spread: f64 = variances.iter().map(|variance| variance.ln() + LN_2PI).sum();
        Self {
            ln_constant: gaussian.weight.ln() - 0.5 * ln_spread,
            mean: gaussian.mean.clone(),
            whitening: triangle.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect(),
        }
    }

    /// ln(weight · density) of rows that are given by column.
    pub(super) fn ln_into(&self, columns: &[&[f64]], ln_density: &mut [f64]) {
        match *columns {
            [a] => self.squares_of_few([a], ln_density),
            [a, b] => self.squares_of_few([a, b], ln_density),
            [a, b, c] => self.squares_of_few([a, b, c], ln_density),
            [a, b, c, d] => self.squares_of_few([a, b, c, d], ln_density),
            _ => self.squares_of_many(columns, ln_density),
        }
        for square in ln_density {
            *square = self.ln_constant - 0.5 * *square;
        }
    }

    /// The squared lengths of whitened differences, of few columns: compiled for each number of them, a row stays in
    /// registers.
    #[expect(clippy::needless_range_loop, reason = "the same positions of several arrays")]
    fn squares_of_few<const N: usize>(&self, columns: [&[f64]; N], squares: &mut [f64]) {
        let (whitening, _) = self.whitening.as_chunks::<N>();
        let (Some(&whitening), Some(&mean)) = (whitening.first_chunk::<N>(), self.mean.first_chunk::<N>()) else {
            return;
        };
        let columns = columns.map(|column| &column[..squares.len()]);
        for (row, square) in squares.iter_mut().enumerate() {
            let mut differences = [0.0; N];
            for column in 0..N {
                differences[column] = columns[column][row] - mean[column];
            }
            let mut sum = 0.0;
            for axis in 0..N {
                let mut along = 0.0;
                for column in axis..N {
                    along += whitening[axis][column] * differences[column];
                }
                sum += along * along;
            }
            *square = sum;
        }
    }

    fn squares_of_many(&self, columns: &[&[f64]], squares: &mut [f64]) {
        squares.fill(0.0);
        let mut along = vec![0.0; squares.len()];
        for (axis, entries) in self.whitening.chunks(columns.len()).enumerate() {
            along.fill(0.0);
            for ((column, mean), entry) in columns.iter().zip(&self.mean).zip(entries).skip(axis) {
                along.iter_mut().zip(*column).for_each(|(along, value)| *along += entry * (value - mean));
            }
            squares.iter_mut().zip(&along).for_each(|(square, along)| *square += along * along);
        }
    }
}
