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

    pub(super) fn matrix(&self) -> DMatrix<f64> {
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
