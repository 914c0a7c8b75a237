use std::f64::consts::TAU;

/// Above this the Stirling series is exact in double precision.
const STIRLING_FROM: f64 = 10.0;

/// What Stirling's formula misses: lnΓ(x) − [(x − ½) ln x − x + ½ ln 2π], for x ≥ 10.
///
/// NIST Digital Library of Mathematical Functions, 5.11.1.
pub(super) fn stirling_error(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let inverse_square = (x * x).recip();
    COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| sum * inverse_square + coefficient) / x
}

/// What [`stirling_error`] is beside its first term, 1/(12x).
fn stirling_rest(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 7] =
        [-1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0, -3617.0 / 122_400.0];
    let inverse_square = (x * x).recip();
    COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| sum * inverse_square + coefficient) * inverse_square / x
}

/// The second derivative of [`stirling_rest`], to a few digits.
fn stirling_rest_curvature(x: f64) -> f64 {
    let inverse_square = (x * x).recip();
    let series = ((90.0 / 1188.0 * inverse_square - 56.0 / 1680.0) * inverse_square + 30.0 / 1260.0) * inverse_square;
    (series - 12.0 / 360.0) * inverse_square * inverse_square / x
}

/// ln Γ(r + n) − ln Γ(r), the logarithm of the rising factorial r (r+1) … (r+n−1), for r > 0.
pub fn ln_rising(r: f64, n: impl Into<u64>) -> f64 {
    let n = n.into();
    if n <= 10 {
        return rising(r, n).ln();
    }
    if r < STIRLING_FROM {
        return rising(r, 10).ln() + ln_rising(r + 10.0, n - 10);
    }
    let n = n as f64;
    let end = r + n;
    (r - 0.5) * (n / r).ln_1p() + n * (end.ln() - 1.0) + stirling_error(end) - stirling_error(r)
}

/// r (r+1) … (r+n−1).
fn rising(r: f64, n: u64) -> f64 {
    (0..n).fold(1.0, |product, k| product * (r + k as f64))
}

/// Σ_{k<n} ln(r + k) with its first and second derivative in r.
pub fn ln_rising_jet(r: f64, n: impl Into<u64>) -> [f64; 3] {
    /// From here on the special functions are faster than the sum.
    const MANY: u64 = 32;
    let n = n.into();
    if n > MANY {
        let end = r + n as f64;
        return [ln_rising(r, n), digamma(end) - digamma(r), trigamma(end) - trigamma(r)];
    }
    (0..n).fold([0.0; 3], |[value, slope, curvature], k| {
        let at = r + k as f64;
        let inverse = at.recip();
        [value + at.ln(), slope + inverse, curvature - inverse * inverse]
    })
}

/// ln Π_{k<n} (b+k)/(a+b+k) with its derivatives: value, by a, by b, by aa (the same by ab), by bb.
pub fn ln_survival_jet(a: f64, b: f64, n: u32) -> [f64; 5] {
    /// From here on the special functions are faster than the sum.
    const MANY: u32 = 32;
    if n > MANY {
        let [stay, toss] = [ln_rising_jet(b, n), ln_rising_jet(a + b, n)];
        return [stay[0] - toss[0], -toss[1], stay[1] - toss[1], -toss[2], stay[2] - toss[2]];
    }
    (0..n).fold([0.0; 5], |[value, by_a, by_b, by_aa, by_bb], k| {
        let stay = (b + f64::from(k)).recip();
        let toss = (a + b + f64::from(k)).recip();
        let gap = a * stay * toss;
        [value - (a * stay).ln_1p(), by_a - toss, by_b + gap, by_aa + toss * toss, by_bb - gap * (stay + toss)]
    })
}

/// ln B(a, b) for a, b > 0.
///
/// For large arguments the gamma functions nearly cancel; what is left is then formed from Stirling's
/// corrections (Didonato and Morris 1992, ACM TOMS 18, algorithm 708).
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    let sum = small + large;
    if large < STIRLING_FROM {
        return libm::lgamma(small) + libm::lgamma(large) - libm::lgamma(sum);
    }
    let correction = stirling_error(large) - stirling_error(sum);
    let shrink = (-small / sum).ln_1p();
    if small < STIRLING_FROM {
        libm::lgamma(small) + correction + small - small * sum.ln() + (large - 0.5) * shrink
    } else {
        let correction = correction + stirling_error(small);
        0.5 * (TAU.ln() - large.ln()) + correction + (small - 0.5) * (small / sum).ln() + large * shrink
    }
}

/// ln Γ(np) − n ln Γ(p) − np ln n, for p > 0 and n ≥ 1.
///
/// For large p all three are huge and nearly cancel; what is left is formed from Stirling's corrections.
pub fn ln_gamma_multiple(p: f64, n: u32) -> f64 {
    let n = f64::from(n);
    if p < STIRLING_FROM {
        return libm::lgamma(n * p) - n * libm::lgamma(p) - n * p * n.ln();
    }
    0.5 * ((n - 1.0) * (p / TAU).ln() - n.ln()) + stirling_error(n * p) - n * stirling_error(p)
}

/// ln [B(a, b + d)/B(a, b)] for d ≥ 0: the logarithm of E (1−p)^d over p ~ Beta(a, b).
///
/// Where b is small, B(a, b+d)/B(a, b) = B(a, b+1+d)/B(a, b+1) / (1 + w) with w = ad/(b(a+b+d)) moves it up; beyond,
/// Stirling's formula, with the differences of its large terms taken by hand.
pub fn ln_beta_drop(a: f64, b: f64, d: f64) -> f64 {
    if !d.is_finite() {
        return f64::NEG_INFINITY;
    }
    let (mut sum, mut product, mut x) = (0.0, 1.0, b);
    while x < STIRLING_FROM {
        let w = a / x * (d / (a + x + d));
        // 1 + w would lose digits of a small w; one logarithm of a product is faster.
        if w < 0.1 {
            sum += w.ln_1p();
        } else {
            product *= 1.0 + w;
        }
        x += 1.0;
    }
    ln_beta_drop_by_stirling(a, x, d) - product.ln() - sum
}

fn ln_beta_drop_by_stirling(a: f64, b: f64, d: f64) -> f64 {
    let (ab, bd, abd) = (a + b, b + d, a + b + d);
    let large = (b - 0.5) * (a / b * (d / abd)).ln_1p() - a * (d / ab).ln_1p() - d * (a / bd).ln_1p();
    // 1/(12x) differenced twice, by hand; the rest is small.
    let first = -a / ab * (d / bd) * ((b + abd) / (b * abd)) / 12.0;
    // Where both steps are small, all digits of what is left by subtraction would be wrong.
    let rest = if a.max(d) < 1e-4 * b {
        -a * d * stirling_rest_curvature(f64::midpoint(b, abd))
    } else {
        (stirling_rest(bd) - stirling_rest(b)) - (stirling_rest(abd) - stirling_rest(ab))
    };
    large + first + rest
}

/// [`ln_beta_drop`] with its derivatives.
#[derive(Debug, Clone, Copy)]
pub struct BetaDrop {
    pub value: f64,
    pub by_a: f64,
    pub by_b: f64,
    pub by_d: f64,
    /// By a twice, and by a and b.
    pub by_aa: f64,
    pub by_ad: f64,
    pub by_bb: f64,
    /// By b and d, and by d twice.
    pub by_dd: f64,
}

impl BetaDrop {
    pub fn new(a: f64, b: f64, d: f64) -> Self {
        let both = trigamma_drop(a + b, d);
        Self {
            value: ln_beta_drop(a, b, d),
            by_a: -digamma_rise(a + b, d),
            by_b: digamma_rise(b, d) - digamma_rise(a + b, d),
            by_d: -digamma_rise(b + d, a),
            by_aa: both,
            by_ad: -trigamma(a + b + d),
            by_bb: both - trigamma_drop(b, d),
            by_dd: trigamma_drop(b + d, a),
        }
    }
}

/// Bernoulli numbers B₂, B₄, … B₁₆.
const BERNOULLI: [f64; 8] =
    [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0];

/// B₂ₖ / 2k: what ψ subtracts at x⁻²ᵏ (NIST DLMF 5.11.2).
const DIGAMMA_SERIES: [f64; 8] = [
    BERNOULLI[0] / 2.0,
    BERNOULLI[1] / 4.0,
    BERNOULLI[2] / 6.0,
    BERNOULLI[3] / 8.0,
    BERNOULLI[4] / 10.0,
    BERNOULLI[5] / 12.0,
    BERNOULLI[6] / 14.0,
    BERNOULLI[7] / 16.0,
];

/// The one positive root of ψ, split in two so that x − root is exact to the last digit near it.
const PSI_ROOT: (f64, f64) = (1.461_632_144_968_362_2, 9.549_995_429_965_698e-17);

/// ψ(x) = d/dx ln Γ(x), for x > 0.
pub fn digamma(x: f64) -> f64 {
    let from_root = (x - PSI_ROOT.0) - PSI_ROOT.1;
    if from_root.abs() < 0.25 {
        return digamma_near_root(from_root);
    }
    let (mut sum, mut x) = (0.0, x);
    while x < STIRLING_FROM {
        sum -= x.recip();
        x += 1.0;
    }
    let inverse_square = (x * x).recip();
    let tail = DIGAMMA_SERIES.iter().rev().fold(0.0, |tail, coefficient| (tail + coefficient) * inverse_square);
    sum + x.ln() - 0.5 / x - tail
}

/// ψ(x₀ + d) − ψ(x₀) = d · Σ 1/((x₀+k)(x₀+k+d)), summed to k < K and closed by the same sum for the tail.
///
/// Taken as a product with d, so that the relative error stays small where ψ itself vanishes.
fn digamma_near_root(d: f64) -> f64 {
    const TERMS: u32 = 12;
    let root = PSI_ROOT.0;
    let head: f64 = (0..TERMS).map(|k| root + f64::from(k)).map(|at| (at * (at + d)).recip()).sum();
    let end = root + f64::from(TERMS);
    d * (head + divided_difference(end, d))
}

/// ψ(x + d) − ψ(x) for d ≥ 0, without cancellation where d is small beside x.
pub fn digamma_rise(x: f64, d: f64) -> f64 {
    if x < STIRLING_FROM { d / (x * (x + d)) + digamma_rise(x + 1.0, d) } else { d * divided_difference(x, d) }
}

/// ψ′(x) − ψ′(x + d) for d ≥ 0, without cancellation where d is small beside x.
pub fn trigamma_drop(x: f64, d: f64) -> f64 {
    let y = x + d;
    if x < STIRLING_FROM {
        return d * (x + y) / (x * x * y * y) + trigamma_drop(x + 1.0, d);
    }
    let powers = inverse_power_differences(x, y);
    let series = BERNOULLI.iter().enumerate().rev().fold(0.0, |sum, (k, number)| sum + number * powers[2 * k + 2]);
    d * (powers[0] + 0.5 * powers[1] + series)
}

/// [ψ(x + d) − ψ(x)] / d for x ≥ 10: the asymptotic series of ψ, differenced term by term.
fn divided_difference(x: f64, d: f64) -> f64 {
    let logarithm = if d.abs() < f64::EPSILON { x.recip() } else { (d / x).ln_1p() / d };
    let powers = inverse_power_differences(x, x + d);
    let series = DIGAMMA_SERIES.iter().enumerate().rev().fold(0.0, |sum, (k, factor)| sum + factor * powers[2 * k + 1]);
    logarithm + 0.5 * powers[0] + series
}

/// (x^−m − y^−m) / (y − x) for m = 1, 2, … 17: sums of positive terms.
fn inverse_power_differences(x: f64, y: f64) -> [f64; 17] {
    let (u, v) = (x.recip(), y.recip());
    let mut powers = [u * v; 17];
    let mut power = v;
    for m in 1..powers.len() {
        // x^−(m+1) − y^−(m+1) = x⁻¹ (x^−m − y^−m) + y^−m (x⁻¹ − y⁻¹).
        powers[m] = u * powers[m - 1] + power * u * v;
        power *= v;
    }
    powers
}

/// ψ′(x), for x > 0.
pub fn trigamma(x: f64) -> f64 {
    let (mut sum, mut x) = (0.0, x);
    while x < STIRLING_FROM {
        sum += (x * x).recip();
        x += 1.0;
    }
    // NIST DLMF 5.15.8.
    let inverse_square = (x * x).recip();
    let tail = BERNOULLI.iter().rev().fold(0.0, |tail, number| (tail + number) * inverse_square);
    sum + (1.0 + 0.5 / x + tail) / x
}
