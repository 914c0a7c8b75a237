use nalgebra::{DMatrix, SymmetricEigen};

/// A component on the scale.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Gaussian {
    pub(super) weight: f64,
    pub(super) mean: Vec<f64>,
    pub(super) covariance: Vec<Vec<f64>>,
    pub(super) on_floor: bool,
}

impl Gaussian {
    /// The component of greatest likelihood among those with no variance below the floor.
    ///
    /// In the axes of the covariance S that the customers have, each variance λ adds −ln λ − s/λ to the likelihood, which
    /// rises up to λ = s and falls from there: so it is the greater of s and the floor, and the axes stay.
    pub(super) fn new(weight: f64, mean: Vec<f64>, covariance: &DMatrix<f64>, floor: f64) -> Self {
        let SymmetricEigen { mut eigenvalues, eigenvectors } = SymmetricEigen::new(covariance.clone());
        let on_floor = eigenvalues.min() < floor;
        let held = if on_floor {
            eigenvalues.apply(|value| *value = value.max(floor));
            &eigenvectors * DMatrix::from_diagonal(&eigenvalues) * eigenvectors.transpose()
        } else {
            covariance.clone()
        };
        let size = mean.len();
        // Symmetric to the last bit, which the product need not be.
        let entry = |row: usize, column: usize| held[(row.max(column), row.min(column))];
        let covariance = (0..size).map(|row| (0..size).map(|column| entry(row, column)).collect()).collect();
        Self { weight, mean, covariance, on_floor }
    }

    /// The covariance in units of which so many make 1 on the scale.
    pub(super) fn covariance_in(&self, spreads: &[f64]) -> Vec<Vec<f64>> {
        let row = |(row, own): (&Vec<f64>, &f64)| -> Vec<f64> {
            row.iter().zip(spreads).map(|(value, spread)| value * own * spread).collect()
        };
        self.covariance.iter().zip(spreads).map(row).collect()
    }

    fn matrix(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.mean.len(), self.mean.len(), |row, column| self.covariance[row][column])
    }

    /// Whether stored numbers can be a component.
    #[cfg(feature = "serde")]
    pub(super) fn is_possible(&self, measures: usize, floor: f64) -> bool {
        let whole = |values: &Vec<f64>| values.len() == measures && values.iter().all(|value| value.abs() <= 1e140);
        let shaped = self.weight > 0.0
            && self.weight <= 1.0
            && whole(&self.mean)
            && self.covariance.len() == measures
            && self.covariance.iter().all(whole);
        // A variance on the floor is stored as a rounded number.
        shaped && {
            let matrix = self.matrix();
            matrix == matrix.transpose() && SymmetricEigen::new(matrix).eigenvalues.min() >= 0.999 * floor
        }
    }
}

/// What the density of a component needs: ln(weight · normalising constant), mean, and the matrix that makes its
/// covariance the identity.
#[derive(Debug)]
pub(super) struct Density {
    ln_constant: f64,
    pub(super) mean: Vec<f64>,
    /// Row by row: the axes over their standard deviations.
    whitening: Vec<Vec<f64>>,
}

impl Density {
    pub(super) fn new(gaussian: &Gaussian, floor: f64) -> Self {
        const LN_2PI: f64 = 1.837_877_066_409_345_5;
        let SymmetricEigen { eigenvalues, eigenvectors } = SymmetricEigen::new(gaussian.matrix());
        // A variance held on the floor may come back below it by rounding.
        let variances: Vec<f64> = eigenvalues.iter().map(|value| value.max(floor)).collect();
        let axis = |(axis, variance): (usize, &f64)| -> Vec<f64> {
            eigenvectors.column(axis).iter().map(|entry| entry / variance.sqrt()).collect()
        };
        let ln_spread: f64 = variances.iter().map(|variance| variance.ln() + LN_2PI).sum();
        Self {
            ln_constant: gaussian.weight.ln() - 0.5 * ln_spread,
            mean: gaussian.mean.clone(),
            whitening: variances.iter().enumerate().map(axis).collect(),
        }
    }

    /// ln(weight · density) of the rows whose differences from the mean are given by column; `along` is room for as many.
    pub(super) fn ln_into(&self, differences: &[Vec<f64>], along: &mut [f64], ln_density: &mut [f64]) {
        ln_density.fill(0.0);
        for axis in &self.whitening {
            along.fill(0.0);
            for (difference, entry) in differences.iter().zip(axis) {
                along.iter_mut().zip(difference).for_each(|(along, difference)| *along += entry * difference);
            }
            ln_density.iter_mut().zip(along.iter()).for_each(|(square, along)| *square += along * along);
        }
        for square in ln_density {
            *square = self.ln_constant - 0.5 * *square;
        }
    }
}
