use nalgebra::DMatrix;

/// A log-likelihood with its gradient and Hessian in the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Jet {
    pub value: f64,
    pub gradient: Vec<f64>,
    /// Row by row; symmetric.
    pub hessian: Vec<f64>,
}

impl Jet {
    /// The jet of a constant zero in `parameters` parameters.
    pub fn zero(parameters: usize) -> Self {
        Self { value: 0.0, gradient: vec![0.0; parameters], hessian: vec![0.0; parameters * parameters] }
    }

    /// Adds the terms of some observations; of the Hessian the upper triangle counts.
    pub fn add<const N: usize>(&mut self, value: f64, gradient: [f64; N], hessian: [[f64; N]; N]) {
        self.value += value;
        for (i, (slope, row)) in gradient.into_iter().zip(hessian).enumerate() {
            self.gradient[i] += slope;
            self.hessian[i * N + i] += row[i];
            for (j, curvature) in row.into_iter().enumerate().skip(i + 1) {
                self.hessian[i * N + j] += curvature;
                self.hessian[j * N + i] += curvature;
            }
        }
    }

    /// Whether every number of it is finite.
    pub fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().chain(&self.hessian).all(|number| number.is_finite())
    }

    /// The sum of two jets.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.value += other.value;
        let add = |to: &mut [f64], from: &[f64]| to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        add(&mut self.gradient, &other.gradient);
        add(&mut self.hessian, &other.hessian);
        self
    }

    /// The same function of θ = ln φ, where this is its jet in φ > 0.
    #[must_use]
    pub fn in_logarithms(mut self, natural: &[f64]) -> Self {
        let n = natural.len();
        for i in 0..n {
            self.gradient[i] *= natural[i];
            for j in 0..n {
                self.hessian[i * n + j] *= natural[i] * natural[j];
            }
        }
        for i in 0..n {
            self.hessian[i * n + i] += self.gradient[i];
        }
        self
    }

    /// The negative Hessian, as a matrix.
    fn negative_hessian(&self) -> DMatrix<f64> {
        let size = self.gradient.len();
        -DMatrix::from_row_slice(size, size, &self.hessian)
    }

    /// Eigenvalues of the negative Hessian, ascending.
    pub fn information(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.negative_hessian().symmetric_eigenvalues().iter().copied().collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    /// The inverse of the negative Hessian in some of the parameters, the others held: row by row, and symmetric to the
    /// last bit; `None` unless it is positive definite.
    pub fn covariance(&self, of: &[usize]) -> Option<Vec<f64>> {
        let n = self.gradient.len();
        let size = of.len();
        let block = DMatrix::from_fn(size, size, |i, j| -self.hessian[of[i] * n + of[j]]);
        let inverse = block.cholesky()?.inverse();
        Some((0..size * size).map(|at| inverse[((at / size).min(at % size), (at / size).max(at % size))]).collect())
    }

    /// The same function of all parameters but the `pivot`, which moves with them so that Σ weightᵢ·θᵢ stays constant;
    /// its own weight is 1.
    pub fn along(&self, weights: &[f64], pivot: usize) -> Self {
        let n = weights.len();
        let free: Vec<usize> = (0..n).filter(|&i| i != pivot).collect();
        let slope = |i: usize| self.gradient[i] - weights[i] * self.gradient[pivot];
        let at = |i: usize, j: usize| self.hessian[i * n + j];
        let curvature = |i: usize, j: usize| {
            let moved = weights[i] * at(pivot, j) + weights[j] * at(i, pivot);
            at(i, j) - moved + weights[i] * weights[j] * at(pivot, pivot)
        };
        Self {
            value: self.value,
            gradient: free.iter().map(|&i| slope(i)).collect(),
            hessian: free.iter().flat_map(|&i| free.iter().map(move |&j| curvature(i, j))).collect(),
        }
    }
}

/// Whether a symmetric matrix, row by row, is positive definite; one that holds no number is not.
#[cfg(feature = "serde")]
pub fn is_positive_definite(matrix: &[f64], size: usize) -> bool {
    matrix.iter().all(|cell| cell.is_finite()) && DMatrix::from_row_slice(size, size, matrix).cholesky().is_some()
}
