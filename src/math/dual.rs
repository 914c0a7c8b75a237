use std::ops::{Add, Mul, Sub};

/// A number with its gradient and Hessian in N variables: arithmetic on it follows the rules of differentiation.
#[derive(Debug, Clone, Copy)]
pub struct Dual<const N: usize> {
    pub value: f64,
    pub gradient: [f64; N],
    /// Symmetric.
    pub hessian: [[f64; N]; N],
}

impl<const N: usize> Dual<N> {
    pub const fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; N], hessian: [[0.0; N]; N] }
    }

    /// The variable at a position.
    pub const fn variable(value: f64, position: usize) -> Self {
        let mut variable = Self::constant(value);
        variable.gradient[position] = 1.0;
        variable
    }

    /// A function of this number: its value, first and second derivative here.
    #[must_use]
    pub fn map(self, [value, first, second]: [f64; 3]) -> Self {
        let mut result = Self::constant(value);
        for i in 0..N {
            result.gradient[i] = first * self.gradient[i];
            for j in 0..N {
                result.hessian[i][j] = first * self.hessian[i][j] + second * self.gradient[i] * self.gradient[j];
            }
        }
        result
    }

    #[must_use]
    pub fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.map([root, 0.5 / root, -0.25 / (root * self.value)])
    }

    #[must_use]
    pub fn recip(self) -> Self {
        let inverse = self.value.recip();
        self.map([inverse, -inverse * inverse, 2.0 * inverse.powi(3)])
    }
}

impl<const N: usize> Add for Dual<N> {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.value += other.value;
        for i in 0..N {
            self.gradient[i] += other.gradient[i];
            for j in 0..N {
                self.hessian[i][j] += other.hessian[i][j];
            }
        }
        self
    }
}

impl<const N: usize> Sub for Dual<N> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + other.map([-other.value, -1.0, 0.0])
    }
}

impl<const N: usize> Mul for Dual<N> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut product = Self::constant(self.value * other.value);
        for i in 0..N {
            product.gradient[i] = self.value * other.gradient[i] + other.value * self.gradient[i];
            for j in 0..N {
                product.hessian[i][j] = self.value * other.hessian[i][j]
                    + self.gradient[i] * other.gradient[j]
                    + self.gradient[j] * other.gradient[i]
                    + other.value * self.hessian[i][j];
            }
        }
        product
    }
}
