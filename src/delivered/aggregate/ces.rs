use super::AggregateError;

/// There a mean with equal weights is within 0.1 % of the least or the greatest of three components.
pub const GREATEST_RHO: f64 = 1e3;

/// Sums of so large coefficients are still numbers.
pub const GREATEST_COEFFICIENT: f64 = 1e100;

/// Below this ρ the power mean is the geometric one to the last digit, though logarithms of components differ by up to
/// 1,500; far below it, ρ times such a difference would lose its digits.
const GEOMETRIC: f64 = 1e-30;

/// The mean of order ρ. Weights of zero are left out; the others are taken in proportion, which takes the rounding off
/// their sum.
pub fn power_mean(weights: &[f64], rho: f64, components: &[f64]) -> Result<f64, AggregateError> {
    let counted = || weights.iter().zip(components).filter(|(weight, _)| **weight > 0.0);
    let total: f64 = counted().map(|(weight, _)| weight).sum();
    let leader = leader(rho, counted().map(|(_, &component)| component));
    if leader <= 0.0 {
        return zero(weights, rho, components);
    }
    let terms = || counted().map(|(weight, &component)| (weight / total, ln_ratio(component, leader)));
    let mean = times_exp(leader, ln_mean(rho, terms));
    // A mean is between its components; the rounding of a logarithm of 1,400, between 1e-300 and 1e300, is 1e-13 of it.
    let (least, greatest) = counted().fold((f64::INFINITY, 0.0_f64), |(least, greatest), (_, &component)| {
        (least.min(component), greatest.max(component))
    });
    Ok(mean.clamp(least, greatest))
}

/// The same times S^(1/ρ), where S is the sum of the coefficients that count.
pub fn unnormalised(coefficients: &[f64], rho: f64, components: &[f64]) -> Result<f64, AggregateError> {
    let leader = leader(rho, components.iter().copied());
    if leader <= 0.0 {
        return zero(coefficients, rho, components);
    }
    // A power of zero adds nothing to the sum, and would have no logarithm; none is left where ρ < 0.
    let counted = || coefficients.iter().zip(components).filter(|(_, component)| **component > 0.0);
    let sum: f64 = counted().map(|(coefficient, _)| coefficient).sum();
    let terms = || counted().map(|(coefficient, &component)| (coefficient / sum, ln_ratio(component, leader)));
    Ok(times_exp(leader, sum.ln() / rho + ln_mean(rho, terms)))
}

/// ln (Σ p e^(ρ t))^(1/ρ) for shares p that sum to 1 and logarithms t of components.
fn ln_mean<Terms: Iterator<Item = (f64, f64)>>(rho: f64, terms: impl Fn() -> Terms) -> f64 {
    if rho.abs() < GEOMETRIC {
        terms().map(|(share, ln)| share * ln).sum()
    } else {
        ln_sum(terms().map(|(share, ln)| (share, rho * ln))) / rho
    }
}

/// The component with the largest power: the greatest for ρ > 0, otherwise the least.
fn leader(rho: f64, components: impl Iterator<Item = f64>) -> f64 {
    if rho > 0.0 { components.fold(0.0, f64::max) } else { components.fold(f64::INFINITY, f64::min) }
}

/// The mean where the leader is zero: all components are, if ρ > 0; otherwise a power does not exist.
fn zero(weights: &[f64], rho: f64, components: &[f64]) -> Result<f64, AggregateError> {
    let zero = weights.iter().zip(components).position(|(&weight, &component)| weight > 0.0 && component <= 0.0);
    match zero {
        Some(index) if rho <= 0.0 => Err(AggregateError::ZeroComponent { index, rho }),
        _ => Ok(0.0),
    }
}

/// x · e^ln, in steps where the factor alone would overflow or vanish: the mean of 1e-300 and 1e300 does neither.
fn times_exp(x: f64, ln: f64) -> f64 {
    if ln.abs() < 700.0 {
        return x * ln.exp();
    }
    let root = (0.25 * ln).exp();
    x * root * root * root * root
}

/// ln Σ pᵢ exp(tᵢ) for shares p that sum to 1 and t ≤ 0.
///
/// Near 0 it is taken from the differences to 1, so that a ρ of 1e-12 keeps all digits; elsewhere from the sum itself,
/// which those differences would cancel.
fn ln_sum(terms: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (below, sum) =
        terms.fold((0.0, 0.0), |(below, sum), (share, t)| (below + share * t.exp_m1(), sum + share * t.exp()));
    if below > -0.5 { below.ln_1p() } else { sum.ln() }
}

/// ln(a / b) for b > 0, −∞ for a = 0. The quotient has the digits where both are alike, the difference of logarithms
/// where the quotient is no normal number.
fn ln_ratio(a: f64, b: f64) -> f64 {
    let ratio = a / b;
    if ratio.is_normal() { ratio.ln() } else { a.ln() - b.ln() }
}
