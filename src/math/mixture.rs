mod grid;
mod renewal;

use super::{LogSum, gamma::stirling_error};
use grid::Grid;
use renewal::Renewal;

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

/// Which numbers of events a series counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Events {
    All,
    /// Those after which the next event is a purchase.
    BeforePurchase,
}

/// Beyond this many terms the trapezoidal rule is cheaper.
const MOST_TERMS: f64 = 1200.0;
/// (1 + c)^−R must not underflow where the series starts.
const LEAST_START: f64 = 1e-290;
/// Terms below this share of the sum are left out.
const NEGLIGIBLE: f64 = 1e-17;

/// A purchase is every k-th event of a Poisson process, and `passed` < k events have passed since the last one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Erlang {
    pub k: u32,
    pub passed: u32,
}

impl Erlang {
    /// Says of one event after the other whether it is a purchase.
    fn purchases(self) -> impl FnMut() -> bool {
        let Self { k, passed } = self;
        let mut missing = k - passed;
        move || {
            missing -= 1;
            let purchase = missing == 0;
            if purchase {
                missing = k;
            }
            purchase
        }
    }
}

/// Means over p ~ Beta(a, b) where the number of events N is negative binomial with E zᴺ = (1 + c(1−z))^−R, and the
/// customer survives each of the ⌊(N+j)/k⌋ purchases among them with probability q = 1 − p.
impl BetaMixture {
    /// E q^⌊(N+j)/k⌋: the customer is still alive. For k = 1 it is E (1 + p·c)^−R, or 2F1(R, a; a+b; −c).
    pub fn mean_alive(self, shape: f64, c: f64, gaps: Erlang) -> f64 {
        if series_is_short(shape, c) {
            let [value] = self.event_series(shape, [c.ln_1p()], gaps, Events::All);
            value
        } else if gaps.k == 1 {
            self.mean_tilted(shape, c, |p| -shape * (p * c).ln_1p())
        } else {
            let renewal = Renewal { shape, c, gaps };
            self.mean_tilted(shape, c / f64::from(gaps.k), |p| renewal.alive(p).ln())
        }
    }

    /// E f(p), for f given by its logarithm, with a single peak about where (1 + p·c)^−R puts it.
    pub fn mean_tilted(self, shape: f64, c: f64, ln_f: impl Fn(f64) -> f64) -> f64 {
        (self.ln_sum(&Grid::tilted(self, shape, c), ln_f) - self.ln_mass(shape, c)).exp()
    }

    /// E q^(purchases so far) over all N after which the next event is a purchase, at all nodes of a panel of a
    /// quadrature, given v = ln(1 + c). For k = 1 it is [`Self::mean_alive`].
    pub fn mean_next<const N: usize>(self, shape: f64, v: [f64; N], gaps: Erlang) -> [f64; N] {
        let largest = v.iter().copied().fold(0.0, f64::max).exp_m1();
        if series_is_short(shape, largest) {
            self.event_series(shape, v, gaps, Events::BeforePurchase)
        } else if gaps.k == 1 {
            v.map(|v| self.mean_alive(shape, v.exp_m1(), gaps))
        } else {
            v.map(|v| {
                let renewal = Renewal { shape, c: v.exp_m1(), gaps };
                self.mean_tilted(shape, renewal.c / f64::from(gaps.k), |p| renewal.next(p).ln())
            })
        }
    }

    /// E [1 − q^⌊(N+j)/k⌋] / p: purchases made. For k = 1 it is E [1 − (1 + p·c)^−R] / p.
    pub fn mean_count(self, shape: f64, c: f64, gaps: Erlang) -> f64 {
        if series_is_short(shape, c) {
            return self.count_series(shape, c, gaps);
        }
        let renewal = Renewal { shape, c, gaps };
        let ln_count = |p: f64| {
            // Below the smallest p that counts, the limit at 0.
            let p = p.max(1e-200);
            (renewal.gone(p) / p).ln()
        };
        (self.ln_sum(&Grid::mild(self, shape, c), ln_count) - self.ln_mass(shape, c)).exp()
    }

    /// Σ P(N) E q^(purchases among N), over all N or those before a purchase.
    ///
    /// The sum is a polynomial in z = c/(1+c). Its coefficients are shared by all lanes; scaled to the widest z,
    /// none overflows, and the others follow by Horner's rule.
    fn event_series<const N: usize>(self, shape: f64, v: [f64; N], gaps: Erlang, events: Events) -> [f64; N] {
        let z = v.map(|v| -(-v).exp_m1());
        let widest = z.iter().copied().fold(0.0, f64::max);
        let mut coefficients = Vec::with_capacity(128);
        let mut is_purchase = gaps.purchases();
        let (mut coefficient, mut sum, mut n, mut survived) = (1.0, 0.0, 0.0, 0.0);
        // The share of what is left out is largest where z is.
        loop {
            let purchase = is_purchase();
            let counted = if purchase || events == Events::All { coefficient } else { 0.0 };
            coefficients.push(counted);
            sum += counted;
            let slope = widest * (shape + n) / (n + 1.0);
            coefficient *= slope;
            if purchase {
                coefficient *= (self.b + survived) / (self.a + self.b + survived);
                survived += 1.0;
            }
            n += 1.0;
            let bound = slope.max(widest);
            if bound < 1.0 && coefficient <= (1.0 - bound) * NEGLIGIBLE * sum && survived > 0.0 {
                break;
            }
        }
        let ratio = z.map(|z| if widest > 0.0 { z / widest } else { 0.0 });
        let mut sums = [0.0; N];
        for coefficient in coefficients.iter().rev() {
            for lane in 0..N {
                sums[lane] = sums[lane] * ratio[lane] + coefficient;
            }
        }
        std::array::from_fn(|lane| sums[lane] * (-shape * v[lane]).exp())
    }

    /// Σ P(N) · E Σ_{i<m} q^i with m purchases among N events: of those that an immortal would make, the i-th is made
    /// with probability q^(i−1).
    fn count_series(self, shape: f64, c: f64, gaps: Erlang) -> f64 {
        let z = c / (1.0 + c);
        let mut is_purchase = gaps.purchases();
        let mut chance = (-shape * c.ln_1p()).exp();
        let (mut made, mut next, mut survived, mut sum) = (0.0, 1.0, 0.0, 0.0);
        let mut n = 0.0;
        loop {
            chance *= z * (shape + n) / (n + 1.0);
            if is_purchase() {
                made += next;
                next *= (self.b + survived) / (self.a + self.b + survived);
                survived += 1.0;
            }
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

/// E of the discounted purchases, without end, of a customer whose events come at a rate λ ~ Gamma(shape, rate), who
/// drops out after each purchase with probability p ~ Beta(a, b), at force δ.
///
/// With φ = λ/(λ+δ), what an event is worth one event ahead, it is φ^−j / (φ^−k − 1 + p); for k = 1 that is λ/(δ + λp).
/// The trapezoidal rule twice: in ln λ outside, in ln(p/(1−p)) inside, where only a division is left.
pub fn discounted_rate(mixture: BetaMixture, shape: f64, rate: f64, force: f64, gaps: Erlang) -> f64 {
    let kappa = rate * force;
    // s = λ · rate ~ Gamma(shape, 1), whose mass beyond shape + 12 (1 + √shape) · 4 vanishes.
    let inner = Nodes::new(mixture, kappa / (shape + 48.0 * (1.0 + shape.sqrt())));
    let density = LogGamma::new(shape);
    let width = (0.5 / (shape + 1.0).sqrt()).min(0.25);
    let worth = |delta: f64| {
        if gaps.k == 1 {
            return inner.mean_inverse(delta);
        }
        let one_event = delta.ln_1p();
        let passed = (f64::from(gaps.passed) * one_event).exp();
        passed * inner.mean_inverse((f64::from(gaps.k) * one_event).exp_m1())
    };
    let term = |step: f64| {
        let t = step * width;
        density.at(t) * worth(kappa / (density.centre * t.exp()))
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
