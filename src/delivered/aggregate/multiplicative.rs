use super::{AggregateError, check_coefficients};
use crate::math::first_reaching;

/// The K of 1 + K = Π (1 + K kᵢ) with K > −1, and 0 only where the kᵢ sum to 1.
pub fn interaction(constants: &[f64]) -> Result<f64, AggregateError> {
    check_coefficients(constants, 1.0)?;
    if let [value] = *constants {
        return if value < 1.0 { Err(AggregateError::SingleConstant { value }) } else { Ok(0.0) };
    }
    if let Some(index) = constants.iter().position(|&constant| constant >= 1.0) {
        // A constant of 1 leaves nothing for the others: then no K > −1 but 0 solves the equation.
        let (value, low, high) = (constants[index], super::LEAST_COEFFICIENT, 1.0_f64.next_down());
        return Err(AggregateError::Coefficient { index, value, low, high });
    }
    let excess = constants.iter().sum::<f64>() - 1.0;
    let (sign, farthest) = if excess > 0.0 { (-1.0, 1.0) } else { (1.0, bound(constants, excess)) };
    // Divided by |K|, the equation does not vanish at 0, so that only the root sought is left, however near it is.
    let lack = |size: f64| {
        let k = sign * size;
        let ln_product: f64 = constants.iter().map(|constant| (k * constant).ln_1p()).sum();
        if size > 0.0 { (ln_product - k.ln_1p()) / size } else { sign * excess }
    };
    Ok(sign * first_reaching(0.0, [0.0, farthest], lack))
}

/// Nothing beyond solves the equation for K > 0: Π (1 + K kᵢ) ≥ 1 + K Σ kᵢ + K² Σ kᵢ kⱼ.
fn bound(constants: &[f64], excess: f64) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for constant in constants {
        pairs += constant * sum;
        sum += constant;
    }
    // Twice, since the root of two attributes is the bound itself, and rounding may put it outside.
    -2.0 * excess / pairs
}

/// (Π (1 + K kᵢ uᵢ) − 1) / K, which for K = 0 is the sum.
pub fn utility(constants: &[f64], k: f64, utilities: &[f64]) -> f64 {
    let products = constants.iter().zip(utilities).map(|(constant, utility)| constant * utility);
    let utility = if k.abs() > 0.0 {
        products.map(|product| (k * product).ln_1p()).sum::<f64>().exp_m1() / k
    } else {
        products.sum()
    };
    // With K > −1 and k below 1 every factor 1 + K k u is above 0, so that the utility rises in each u: from 0, where
    // all are 0, to ((1 + K) − 1) / K = 1, where all are 1. What lies beyond is rounding.
    utility.clamp(0.0, 1.0)
}
