use std::f64::consts::TAU;

use super::{
    gamma::{ln_beta, stirling_error},
    quadrature::{Panels, integrate},
};

/// Both arguments above this: the factors of x^a q^b / B(a, b) are huge and nearly cancel.
const SADDLE_POINT_FROM: f64 = 10.0;

/// P(N = n) of a negative binomial: Γ(r+n) / (Γ(r) n!) · (1 − z)^r z^n, with `q` = 1 − z.
pub fn negative_binomial(n: u32, r: f64, z: f64, q: f64) -> f64 {
    NegativeBinomial::new(n.into(), r).at(z, q)
}

/// The same for so many whole numbers from the first on, each from the one before it.
pub fn negative_binomials(first: u32, numbers: usize, r: f64, z: f64, q: f64) -> Vec<f64> {
    /// So few steps lose no digit that counts.
    const STEPS: usize = 32;
    /// What is smaller may have lost its digits, or be the zero from which nothing rises again.
    const SMALL: f64 = 1e-250;
    let mut last = 0.0;
    let chance = |step: usize| {
        let n = f64::from(first) + step as f64;
        let afresh = step.is_multiple_of(STEPS) || last < SMALL;
        last = if afresh { NegativeBinomial::new(n, r).at(z, q) } else { last * z * ((r + n - 1.0) / n) };
        last
    };
    (0..numbers).map(chance).collect()
}

/// P(N = n) of a negative binomial for one n, a whole number of any size, and many z.
#[derive(Debug, Clone, Copy)]
pub struct NegativeBinomial {
    n: f64,
    r: f64,
    /// `None` at n = 0, where there is no beta function.
    kernel: Option<BetaKernel>,
}

impl NegativeBinomial {
    pub fn new(n: f64, r: f64) -> Self {
        Self { n, r, kernel: (n > 0.0).then(|| BetaKernel::new(n, r)) }
    }

    pub fn at(&self, z: f64, q: f64) -> f64 {
        self.at_share(&Share::new(z, q))
    }

    pub fn at_share(&self, share: &Share) -> f64 {
        match self.kernel {
            Some(kernel) => kernel.at_share(share) / self.n,
            None => (self.r * share.ln_rest).exp(),
        }
    }
}

/// P(K = k) of a beta-binomial: C(n, k) B(a+k, b+n−k)/B(a, b), for whole k ≤ n of any size, and smooth between.
///
/// Counts of two negative binomials with shapes a and b, given that they sum to n: at z = n/(a+b+n), where that is most
/// likely, nothing cancels.
pub fn beta_binomial(k: f64, n: f64, a: f64, b: f64) -> f64 {
    if n <= 0.0 {
        return 1.0;
    }
    let (shape, all) = (a + b, a + b + n);
    let (z, q) = (n / all, shape / all);
    let chance = |n: f64, r: f64| NegativeBinomial::new(n, r).at(z, q);
    chance(k, a) * chance(n - k, b) / chance(n, shape)
}

/// The regularized incomplete beta function I_z(a, b), with `q` = 1 − z, for a, b > 0 and 0 ≤ z ≤ 1.
///
/// NIST DLMF 8.17.22, on the side of the mean where the fraction converges fast.
pub fn incomplete_beta(z: f64, q: f64, a: f64, b: f64) -> f64 {
    if z <= 0.0 {
        0.0
    } else if q <= 0.0 {
        1.0
    } else if z * (a + b + 2.0) <= a + 1.0 {
        beta_kernel(a, b, z, q) / a * fraction(z, a, b)
    } else {
        1.0 - beta_kernel(b, a, q, z) / b * fraction(q, b, a)
    }
}

/// E[O; O ≤ z/q] of the odds O = X/(1−X) of X ~ Beta(a, b), with `q` = 1 − z > 0: finite for every b, though the
/// whole mean, a/(b−1), is not for b ≤ 1.
///
/// It is ∫ x^a (1−x)^(b−2) dx / B(a, b) up to z: by the fraction of I_x(a+1, b−1) where that converges fast, which it
/// does for b ≤ 1 too; beyond, what is missing of the mean, or for small b the integral in u = −ln(1−x).
pub fn partial_mean_of_odds(z: f64, q: f64, a: f64, b: f64) -> f64 {
    /// For b nearer to 1 the mean and what is missing of it nearly cancel.
    const MEAN_FROM: f64 = 1.5;
    let by_fraction = |z: f64, q: f64| beta_kernel(a, b, z, q) * (z / q) / (a + 1.0) * fraction(z, a + 1.0, b - 1.0);
    let turn = (a + 2.0) / (a + b + 2.0);
    if z <= 0.0 {
        0.0
    } else if z <= turn {
        by_fraction(z, q)
    } else if b >= MEAN_FROM {
        a / (b - 1.0) * incomplete_beta(z, q, a + 1.0, b - 1.0)
    } else {
        let kernel = |u: f64| beta_kernel(a, b, -(-u).exp_m1(), (-u).exp()) * u.exp();
        // From the turn on, the kernel is an exponential but for a factor that bends on a scale of one.
        let panels = Panels::new((a + b + 2.0).ln() - b.ln(), -q.ln(), 1.0, 1.0);
        by_fraction(turn, b / (a + b + 2.0)) + integrate(panels, kernel)
    }
}

/// z and 1 − z, with their logarithms.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    pub z: f64,
    pub rest: f64,
    ln_z: f64,
    ln_rest: f64,
}

impl Share {
    fn new(z: f64, rest: f64) -> Self {
        Self { z, rest, ln_z: ln_complement(rest, z), ln_rest: ln_complement(z, rest) }
    }

    /// With these odds of z.
    pub fn of_odds(odds: f64) -> Self {
        let z = if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 };
        Self { z, rest: (1.0 + odds).recip(), ln_z: -odds.recip().ln_1p(), ln_rest: -odds.ln_1p() }
    }
}

/// z^a q^b / B(a, b).
fn beta_kernel(a: f64, b: f64, z: f64, q: f64) -> f64 {
    BetaKernel::new(a, b).at(z, q)
}

/// z^a q^b / B(a, b) for one a and b, and many z: the density of ln [z/(1−z)].
#[derive(Debug, Clone, Copy)]
pub struct BetaKernel {
    a: f64,
    b: f64,
    factor: f64,
    exponent: f64,
}

impl BetaKernel {
    pub fn new(a: f64, b: f64) -> Self {
        if a.min(b) < SADDLE_POINT_FROM {
            return Self { a, b, factor: 1.0, exponent: -ln_beta(a, b) };
        }
        let n = a + b;
        let exponent = stirling_error(n) - stirling_error(a) - stirling_error(b);
        Self { a, b, factor: (a * b / (TAU * n)).sqrt(), exponent }
    }

    fn at(&self, z: f64, q: f64) -> f64 {
        self.at_share(&Share::new(z, q))
    }

    pub fn at_share(&self, share: &Share) -> f64 {
        let Self { a, b, factor, exponent } = *self;
        if a.min(b) < SADDLE_POINT_FROM {
            return (a * share.ln_z + b * share.ln_rest + exponent).exp();
        }
        let (z, q) = (share.z, share.rest);
        // Loader (2000), "Fast and accurate computation of binomial probabilities": the binomial density at its
        // saddle point, so that no large logarithms cancel.
        let n = a + b;
        (exponent - deviance(a, n * z) - deviance(b, n * q)).exp() * factor
    }
}

/// ln q where q = 1 − z, from whichever of the two is exact.
fn ln_complement(z: f64, q: f64) -> f64 {
    if z < 0.5 { (-z).ln_1p() } else { q.ln() }
}

/// x ln(x/m) + m − x, without cancellation where x is near m.
fn deviance(x: f64, mean: f64) -> f64 {
    let gap = x - mean;
    if gap.abs() > 0.1 * (x + mean) {
        return x * (x / mean).ln() - gap;
    }
    // With v = (x−m)/(x+m): ln(x/m) = 2 artanh v = 2(v + v³/3 + v⁵/5 + …).
    let v = gap / (x + mean);
    let square = v * v;
    let mut sum = gap * v;
    let mut power = 2.0 * x * v;
    let mut k = 1.0;
    loop {
        power *= square;
        k += 2.0;
        let next = sum + power / k;
        if next.to_bits() == sum.to_bits() {
            return next;
        }
        sum = next;
    }
}

/// Lentz's evaluation of the continued fraction of I_z(a, b) · a · B(a, b) / (z^a q^b).
fn fraction(z: f64, a: f64, b: f64) -> f64 {
    /// Lentz divides by what may vanish; anything far below one and far above the smallest number serves.
    const TINY: f64 = 1e-280;
    const MOST_TERMS: u32 = 100_000;
    let away = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut c = 1.0;
    let mut d = away(1.0 - (a + b) * z / (a + 1.0)).recip();
    let mut value = d;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * z / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = away(1.0 + even * d).recip();
        c = away(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * z / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = away(1.0 + odd * d).recip();
        c = away(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}
