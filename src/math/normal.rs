use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, TAU};

/// z with P(|Z| ≤ z) = `level`, for a standard normal Z: 1.96 for 0.95, infinite for 1.
pub fn two_sided_quantile(level: f64) -> f64 {
    if level < 0.5 { central_quantile(level) } else { upper_quantile(0.5 * (1.0 - level)) }
}

/// z with P(Z > z) = `tail`, for a tail of at most a half.
///
/// The start is within 4.5e-4 (Abramowitz and Stegun 26.2.23). Each step of Halley's method on the tail triples the
/// number of digits; of three, the last corrects rounding.
fn upper_quantile(tail: f64) -> f64 {
    if tail <= 0.0 {
        return f64::INFINITY;
    }
    let t = (-2.0 * tail.ln()).sqrt();
    let start =
        t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    (0..3).fold(start, |z, _| {
        let density = (-0.5 * z * z).exp() / TAU.sqrt();
        let excess = 0.5 * libm::erfc(z * FRAC_1_SQRT_2) - tail;
        z + excess / (density - 0.5 * z * excess)
    })
}

/// The same z for a level below a half, where the tail would be formed by cancellation: Newton's method on
/// erf(z/√2) = level, which is concave, from the left.
fn central_quantile(level: f64) -> f64 {
    let scale = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
    (0..6).fold(level / scale, |z, _| z + (level - libm::erf(z * FRAC_1_SQRT_2)) / (scale * (-0.5 * z * z).exp()))
}

/// P(Z > z) for a standard normal Z.
pub fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}

/// P(X > x) for X with a χ² distribution of so many degrees of freedom.
///
/// Abramowitz and Stegun 26.4.4 and 26.4.5: finite sums of positive terms.
pub fn chi_squared_tail(x: f64, degrees_of_freedom: u32) -> f64 {
    let half = 0.5 * x.max(0.0);
    let odd = degrees_of_freedom % 2 == 1;
    let (head, first, from) =
        if odd { (libm::erfc(half.sqrt()), FRAC_2_SQRT_PI * half.sqrt(), 1.5) } else { (0.0, 1.0, 1.0) };
    let terms = (0..degrees_of_freedom / 2).scan(first, |term, k| {
        let own = *term;
        *term *= half / (from + f64::from(k));
        Some(own)
    });
    let sum: f64 = terms.sum();
    // Where e^−x/2 vanishes, so does its product with a power of x, which may be infinite.
    let decay = (-half).exp();
    head + if decay > 0.0 { decay * sum } else { 0.0 }
}
