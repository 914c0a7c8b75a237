/// A sum of terms given by their logarithms, kept as sum · exp(scale).
#[derive(Debug)]
pub struct LogSum {
    scale: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { scale: f64::NEG_INFINITY, sum: 0.0 }
    }
}

impl LogSum {
    /// Adds a term and says whether it still counts beside the largest.
    pub fn add(&mut self, ln_term: f64) -> bool {
        /// Below e^−48 of the largest term, all that follow are below the last digit.
        const NEGLIGIBLE: f64 = 48.0;
        self.add_weighted(ln_term, 1.0);
        ln_term > self.scale - NEGLIGIBLE
    }

    /// Adds a term `weight` times.
    pub fn add_weighted(&mut self, ln_term: f64, weight: f64) {
        if ln_term == f64::NEG_INFINITY {
            return;
        }
        if ln_term > self.scale {
            self.sum = self.sum * (self.scale - ln_term).exp() + weight;
            self.scale = ln_term;
        } else {
            self.sum += weight * (ln_term - self.scale).exp();
        }
    }

    pub fn ln(&self) -> f64 {
        self.scale + self.sum.ln()
    }
}

/// The logarithm of a sum of positive terms, with its gradient and Hessian in N parameters: a term is given by the jet
/// of its logarithm.
///
/// With p the share of a term in the sum, g and H its gradient and Hessian, the sum has the gradient E g and the Hessian
/// E (H + g gᵀ) − E g (E g)ᵀ.
#[derive(Debug)]
pub struct JetSum<const N: usize> {
    scale: f64,
    mass: f64,
    gradient: [f64; N],
    second: [[f64; N]; N],
}

impl<const N: usize> JetSum<N> {
    pub const fn new() -> Self {
        Self { scale: f64::NEG_INFINITY, mass: 0.0, gradient: [0.0; N], second: [[0.0; N]; N] }
    }

    /// Adds a term `weight` times; of its Hessian the upper triangle counts.
    #[inline]
    pub fn add(&mut self, ln_term: f64, weight: f64, gradient: &[f64; N], hessian: &[[f64; N]; N]) {
        if ln_term > self.scale {
            self.rescale((self.scale - ln_term).exp());
            self.scale = ln_term;
        }
        let share = weight * (ln_term - self.scale).exp();
        self.mass += share;
        for i in 0..N {
            let slope = share * gradient[i];
            self.gradient[i] += slope;
            for j in i..N {
                self.second[i][j] += share * hessian[i][j] + slope * gradient[j];
            }
        }
    }

    fn rescale(&mut self, by: f64) {
        self.mass *= by;
        for i in 0..N {
            self.gradient[i] *= by;
            for j in i..N {
                self.second[i][j] *= by;
            }
        }
    }

    /// Value, gradient and the upper triangle of the Hessian.
    pub fn ln(&self) -> (f64, [f64; N], [[f64; N]; N]) {
        let inverse = self.mass.recip();
        let gradient = self.gradient.map(|slope| slope * inverse);
        let mut hessian = [[0.0; N]; N];
        for i in 0..N {
            for j in i..N {
                hessian[i][j] = self.second[i][j] * inverse - gradient[i] * gradient[j];
            }
        }
        (self.scale + self.mass.ln(), gradient, hessian)
    }
}
