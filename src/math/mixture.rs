mod grid;

use super::{LogSum, gamma::stirling_error};
use grid::Grid;

/// Expectations over p ~ Beta(a, b), the mixing distribution of the geometric-dropout models.
///
/// Two ways, both sums of positive terms. Where few terms suffice, the series over a negative binomial count;
/// elsewhere the trapezoidal rule in y = ln(p / (1−p)), which converges geometrically because every integrand
/// here is analytic for |Im y| < π. Neither has a hole at a = 1, nor needs a hypergeometric function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaMixture {
    pub a: f64,
    pub b: f64,
}

/// Beyond this many terms the trapezoidal rule is cheaper.
const MOST_TERMS: f64 = 1200.0;
/// (1 + c)^−R must not underflow where the series starts.
const LEAST_START: f64 = 1e-290;
/// Terms below this share of the sum are left out.
const NEGLIGIBLE: f64 = 1e-17;

impl BetaMixture {
    /// E (1 + p·c)^−R, which equals 2F1(R, a; a+b; −c).
    pub fn mean_power(self, shape: f64, c: f64) -> f64 {
        if series_is_short(shape, c) {
            let [value] = self.power_series(shape, [c.ln_1p()]);
            value
        } else {
            self.mean_tilted(shape, c, |p| -shape * (p * c).ln_1p())
        }
    }

    /// E f(p), for f given by its logarithm, with a single peak about where (1 + p·c)^−R puts it.
    pub fn mean_tilted(self, shape: f64, c: f64, ln_f: impl Fn(f64) -> f64) -> f64 {
        (self.ln_sum(&Grid::tilted(self, shape, c), ln_f) - self.ln_mass(shape, c)).exp()
    }

    /// [`Self::mean_power`] at all nodes of a panel of a quadrature, given v = ln(1 + c).
    pub fn mean_powers<const N: usize>(self, shape: f64, v: [f64; N]) -> [f64; N] {
        let largest = v.iter().copied().fold(0.0, f64::max).exp_m1();
        if series_is_short(shape, largest) {
            self.power_series(shape, v)
        } else {
            v.map(|v| self.mean_power(shape, v.exp_m1()))
        }
    }

    /// E [1 − (1 + p·c)^−R] / p.
    pub fn mean_count(self, shape: f64, c: f64) -> f64 {
        if series_is_short(shape, c) {
            return self.count_series(shape, c);
        }
        let limit = (shape * c).ln();
        let ln_count = |p: f64| {
            let gone = -(-shape * (p * c).ln_1p()).exp_m1();
            if p > 0.0 { (gone / p).ln() } else { limit }
        };
        (self.ln_sum(&Grid::mild(self, shape, c), ln_count) - self.ln_mass(shape, c)).exp()
    }

    /// Σ P(N = n) E(1−p)ⁿ with N negative binomial: (1 + pc)^−R is the generating function of N at 1 − p.
    ///
    /// The sum is a polynomial in z = c/(1+c). Its coefficients are shared by all lanes; scaled to the widest z,
    /// none overflows, and the others follow by Horner's rule.
    fn power_series<const N: usize>(self, shape: f64, v: [f64; N]) -> [f64; N] {
        let z = v.map(|v| -(-v).exp_m1());
        let widest = z.iter().copied().fold(0.0, f64::max);
        if widest <= 0.0 {
            return [1.0; N];
        }
        let mut coefficients = Vec::with_capacity(128);
        let (mut coefficient, mut sum, mut n) = (1.0, 0.0, 0.0);
        // The share of what is left out is largest where z is.
        loop {
            coefficients.push(coefficient);
            sum += coefficient;
            let slope = widest * (shape + n) / (n + 1.0);
            coefficient *= slope * (self.b + n) / (self.a + self.b + n);
            n += 1.0;
            let bound = slope.max(widest);
            if bound < 1.0 && coefficient <= (1.0 - bound) * NEGLIGIBLE * sum {
                break;
            }
        }
        let ratio = z.map(|z| z / widest);
        let mut sums = [0.0; N];
        for coefficient in coefficients.iter().rev() {
            for lane in 0..N {
                sums[lane] = sums[lane] * ratio[lane] + coefficient;
            }
        }
        std::array::from_fn(|lane| sums[lane] * (-shape * v[lane]).exp())
    }

    /// Σ P(N = n) · E Σ_{k<n} (1−p)^k: of n purchases an immortal would make, the k-th is made with
    /// probability (1−p)^(k−1).
    fn count_series(self, shape: f64, c: f64) -> f64 {
        let z = c / (1.0 + c);
        let mut chance = (-shape * c.ln_1p()).exp();
        let (mut made, mut next, mut sum) = (0.0, 1.0, 0.0);
        let mut n = 0.0;
        loop {
            chance *= z * (shape + n) / (n + 1.0);
            made += next;
            next *= (self.b + n) / (self.a + self.b + n);
            sum += chance * made;
            n += 1.0;
            let bound = (z * (shape + n) / (n + 1.0)).max(z);
            if bound < 1.0 && chance * (made + 1.0) <= (1.0 - bound) * (1.0 - bound) * NEGLIGIBLE * sum {
                return sum;
            }
        }
    }

    /// ln ∫ f(p) by the trapezoidal rule on a grid, up to the factor of [`Self::ln_mass`].
    fn ln_sum(self, grid: &Grid, ln_f: impl Fn(f64) -> f64) -> f64 {
        let mut sum = LogSum::default();
        grid.walk(self, |p, ln_weight| sum.add(ln_weight + ln_f(p)));
        grid.width.ln() + sum.ln()
    }

    /// ln ∫ 1: what the weights of a grid sum to.
    fn ln_mass(self, shape: f64, c: f64) -> f64 {
        self.ln_sum(&Grid::mild(self, shape, c), |_| 0.0)
    }
}

fn series_is_short(shape: f64, c: f64) -> bool {
    shape * c + 12.0 * (shape * c * (1.0 + c)).sqrt() + 42.0 * (1.0 + c) < MOST_TERMS
        && shape * c.ln_1p() < -LEAST_START.ln()
}

/// E λ / (δ + λp) with λ ~ Gamma(shape, rate) and p ~ Beta(a, b): purchases of a customer who buys at rate λ and
/// drops out after each with probability p, discounted at force δ, without end.
///
/// The trapezoidal rule twice: in ln λ outside, in ln(p/(1−p)) inside, where only a division is left.
pub fn discounted_rate(mixture: BetaMixture, shape: f64, rate: f64, force: f64) -> f64 {
    let kappa = rate * force;
    // s = λ · rate ~ Gamma(shape, 1), whose mass beyond shape + 12 (1 + √shape) · 4 vanishes.
    let inner = Nodes::new(mixture, kappa / (shape + 48.0 * (1.0 + shape.sqrt())));
    let density = LogGamma::new(shape);
    let width = (0.5 / (shape + 1.0).sqrt()).min(0.25);
    let term = |step: f64| {
        let t = step * width;
        density.at(t) * inner.mean_inverse(kappa / (density.centre * t.exp()))
    };
    let mut sum = 0.0;
    for (first, direction) in [(0.0, 1.0), (-1.0, -1.0)] {
        let mut step = first;
        loop {
            let term = term(step);
            sum += term;
            step += direction;
            // Terms fall on both sides once past the mode, which lies between shape and shape + 1.
            if term <= NEGLIGIBLE * sum && (direction < 0.0 || density.centre * (step * width).exp() > shape + 1.0) {
                break;
            }
        }
    }
    sum * width
}

/// The density of t = ln(s / centre) where s ~ Gamma(shape, 1).
struct LogGamma {
    shape: f64,
    centre: f64,
    factor: f64,
}

impl LogGamma {
    fn new(shape: f64) -> Self {
        if shape < 10.0 {
            let factor = (shape * shape.ln_1p() - 1.0 - shape - libm::lgamma(shape)).exp();
            return Self { shape, centre: 1.0 + shape, factor };
        }
        // Γ(shape) by Stirling's formula about its saddle point, where no large logarithms cancel.
        let factor = (shape / std::f64::consts::TAU).sqrt() * (-stirling_error(shape)).exp();
        Self { shape, centre: shape, factor }
    }

    fn at(&self, t: f64) -> f64 {
        self.factor * (self.shape * t - self.centre * t.exp_m1()).exp()
    }
}

/// The nodes and weights of E over p that matter to 1/(x + p), weights summing to one.
struct Nodes {
    p: Vec<f64>,
    weight: Vec<f64>,
}

impl Nodes {
    fn new(mixture: BetaMixture, least_x: f64) -> Self {
        let grid = Grid::mild(mixture, 1.0, least_x.recip());
        // Beside the heaviest node, one counts if it does so with the largest possible 1/(x + p).
        let least_weight = (NEGLIGIBLE * least_x.min(1.0)).ln();
        let (mut p, mut weight) = (Vec::new(), Vec::new());
        grid.walk(mixture, |at, ln_weight| {
            p.push(at);
            weight.push(ln_weight.exp());
            ln_weight > least_weight
        });
        let mass: f64 = weight.iter().sum();
        for weight in &mut weight {
            *weight /= mass;
        }
        Self { p, weight }
    }

    /// E 1/(x + p). Four sums side by side, because divisions are what it costs.
    fn mean_inverse(&self, x: f64) -> f64 {
        let mut sums = [0.0; 4];
        let (p, rest_p) = self.p.as_chunks::<4>();
        let (weight, rest_weight) = self.weight.as_chunks::<4>();
        for (p, weight) in p.iter().zip(weight) {
            for lane in 0..4 {
                sums[lane] += weight[lane] / (x + p[lane]);
            }
        }
        let rest: f64 = rest_p.iter().zip(rest_weight).map(|(p, weight)| weight / (x + p)).sum();
        (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
    }
}
