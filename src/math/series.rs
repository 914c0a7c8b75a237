//! Sums over whole numbers, of any length: a head term by term, the rest as an integral.

use super::quadrature::integrate_stretch;

/// Weights of the odd central differences δ, δ³, δ⁵ and δ⁷ that a sum lacks beside its integral: Gauss's form of the
/// Euler–Maclaurin formula (Hildebrand 1974, Introduction to numerical analysis, section 5.8).
const GAUSS: [f64; 4] = [1.0 / 24.0, -17.0 / 5760.0, 367.0 / 967_680.0, -27_859.0 / 464_486_400.0];

/// Terms that are added one by one before the rest may be an integral, and the most of them.
const HEAD: f64 = 32.0;
const LONGEST_HEAD: f64 = 4096.0;

/// Σ f(k) over whole k from 1 to `last`, which may be 1e300, for a positive f that falls, after a rise
/// perhaps, and that is smooth between and
/// a little beyond whole numbers once k is large; what follows after nothing is left is not looked at.
pub fn sum_falling(last: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut k, mut check) = (0.0, 0.0, HEAD);
    while k < last {
        k += 1.0;
        let term = f(k);
        sum += term;
        if term <= 0.0 {
            return sum;
        }
        if k >= check && k + HEAD < last {
            let ahead = differences(k + 0.5, &f);
            if k >= LONGEST_HEAD || (GAUSS[3] * ahead[3]).abs() <= 1e-15 * sum {
                let slope = (f(k) / f(k + 1.0)).ln().abs();
                let width = (0.5 * k).min((4.0 / slope).max(0.25));
                return sum + sum_stretch([k + 1.0, last], width, None, sum, f);
            }
            check *= 2.0;
        }
    }
    sum
}

/// Σ f(k) over whole k from first to last, for f ≥ 0 that is smooth in between, and slow beside a step of one: it bends
/// most at the first, on the scale `width`, and about its peak, given with its width.
pub fn sum_stretch(
    [first, last]: [f64; 2],
    width: f64,
    peak: Option<(f64, f64)>,
    beside: f64,
    f: impl Fn(f64) -> f64,
) -> f64 {
    let (from, to) = (first - 0.5, last + 0.5);
    let correction = |at: f64| -> f64 { differences(at, &f).iter().zip(GAUSS).map(|(d, weight)| d * weight).sum() };
    let integral = match peak {
        Some((at, bend)) => {
            let rise = integrate_stretch(from, at, [width, bend], beside, &f);
            rise + integrate_stretch(at, to, [bend, f64::INFINITY], beside + rise, &f)
        }
        None => integrate_stretch(from, to, [width, f64::INFINITY], beside, &f),
    };
    integral - correction(to) + correction(from)
}

/// Central differences of orders 1, 3, 5 and 7.
fn differences(at: f64, f: &impl Fn(f64) -> f64) -> [f64; 4] {
    let [one, two, three, four] = [0.5, 1.5, 2.5, 3.5].map(|by| f(at + by) - f(at - by));
    [one, two - 3.0 * one, three - 5.0 * two + 10.0 * one, four - 7.0 * three + 21.0 * two - 35.0 * one]
}
