//! Mathematics that the ecosystem lacks or has with too few digits. It knows no customer.
//!
//! Everything here adds positive terms: no closed form with a removable singularity is ever subtracted from
//! another. The accuracy of each function is pinned against 50-digit references in `tests/it/data`.

mod beta;
mod dual;
mod gamma;
mod jet;
mod leaking;
mod ln_product;
mod ln_sum;
mod maximise;
mod mixture;
mod normal;
mod quadrature;
mod root;
mod series;

pub use beta::{
    BetaKernel, NegativeBinomial, Share, beta_binomial, incomplete_beta, negative_binomial, negative_binomials,
    partial_mean_of_odds,
};
pub use dual::Dual;
pub use gamma::{
    BetaDrop, digamma_rise, ln_beta, ln_beta_drop, ln_gamma_multiple, ln_rising, ln_rising_jet, ln_survival_jet,
    trigamma, trigamma_drop,
};
pub use jet::Jet;
#[cfg(feature = "serde")]
pub use jet::is_positive_definite;
pub use leaking::{Leaking, stationary};
pub use ln_product::LnProduct;
pub use ln_sum::{JetSum, LogSum};
pub use maximise::{End, Maximum, maximise};
pub use mixture::{BetaMixture, Erlang, discounted_rate};
pub use normal::{chi_squared_tail, two_sided_quantile, upper_tail};
pub use quadrature::{PANEL, Panel, Panels, Rest, exponential_time, integrate, integrate_lanes, nodes_from_zero};
pub use root::first_reaching;
pub use series::{sum_falling, sum_stretch};

/// ln(1 + eˣ) without overflow.
pub fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// 1 / (1 + e⁻ˣ) without overflow.
pub fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        (1.0 + (-x).exp()).recip()
    } else {
        let odds = x.exp();
        odds / (1.0 + odds)
    }
}

#[cfg(test)]
mod tests;
