//! The likelihood of models in which customers buy at a rate λ ~ Gamma(r, α) and live by a [`Life`].
//!
//! A customer is either alive at the end, or left at some time u after the last purchase:
//!
//! L = Γ(r+x)/Γ(r) α^r { S(T) (α+T)^−(r+x) − ∫ S′(u) (α+u)^−(r+x) du over (t_x, T) }.

use super::Life;
use crate::{
    cohort::{Pattern, Patterns, PurchaseHistory},
    lifetime::{CHUNK, Exposure, ln_rising_sum},
    math::{Jet, JetSum, LogSum, ln_rising},
    parallel,
    units::TimeUnit,
};

/// The logarithm of S(u), or of −S′(u), with its derivatives; r and α stand at 0 and 1.
#[derive(Debug, Clone, Copy)]
pub struct LifeJet<const N: usize> {
    pub value: f64,
    pub gradient: [f64; N],
    /// Its upper triangle.
    pub hessian: [[f64; N]; N],
}

/// ln [P(data, left) / P(data, alive)].
pub fn ln_left(life: Life, r: f64, alpha: f64, history: &PurchaseHistory) -> f64 {
    ln_left_tilted(life, r, alpha, history, |_, _| 0.0)
}

/// The same where both ends of a life are weighed: the end of the history (`false`) and leaving before it (`true`) by the
/// exponential of `ln_tilt`.
pub fn ln_left_tilted(
    life: Life,
    r: f64,
    alpha: f64,
    history: &PurchaseHistory,
    ln_tilt: impl Fn(f64, bool) -> f64,
) -> f64 {
    let (from, to) = (history.recency().as_days(), history.age().as_days());
    let power = r + f64::from(history.repeats());
    let mut sum = LogSum::default();
    life.walk([from, to], alpha, power, |time, weight| {
        let silence = ((to - time) / (alpha + time)).ln_1p();
        let ln_ratio = power * silence + life.hazard_between(time, to) + ln_tilt(time, true);
        sum.add_weighted(ln_ratio, life.hazard(time) * weight);
    });
    sum.ln() - ln_tilt(to, false)
}

/// The log-likelihood of one customer, in which neither term is taken from the other.
pub fn ln_likelihood(life: Life, r: f64, alpha: f64, history: &PurchaseHistory, unit: TimeUnit) -> f64 {
    ln_likelihood_tilted(life, r, alpha, (history, unit), |_, _| 0.0)
}

/// The same with a tilt as in [`ln_left_tilted`].
pub fn ln_likelihood_tilted(
    life: Life,
    r: f64,
    alpha: f64,
    (history, unit): (&PurchaseHistory, TimeUnit),
    ln_tilt: impl Fn(f64, bool) -> f64,
) -> f64 {
    let (from, to) = (history.recency().as_days(), history.age().as_days());
    let repeats = f64::from(history.repeats());
    let bought = |time: f64| Exposure::new(r, alpha, repeats, time).value;
    let mut sum = LogSum::default();
    sum.add(bought(to) - life.hazard_between(0.0, to) + ln_tilt(to, false));
    life.walk([from, to], alpha, r + repeats, |time, weight| {
        sum.add(bought(time) + life.ln_density(time) + ln_tilt(time, true) + weight.ln());
    });
    ln_rising(r, history.repeats()) + sum.ln() + repeats * unit.days().ln()
}

/// The log-likelihood of all rows with its derivatives, where `jet` gives S at the end of a history (`false`) and −S′
/// before it (`true`) of a customer of so many repeat purchases.
pub fn objective<const N: usize>(
    natural: &[f64; N],
    life: Life,
    data: &Patterns,
    jet: impl Fn(f64, f64, bool) -> LifeJet<N> + Sync,
) -> Jet {
    let [r, alpha] = [natural[0], natural[1]];
    let rate = ln_rising_sum(data.survivors(), 1, r);
    let mut sum = Jet::zero(N);
    sum.value = rate[0];
    sum.gradient[0] = rate[1];
    sum.hessian[0] = rate[2];
    let chunks = parallel::map_chunks(data.rows(), CHUNK.min(ROWS), |rows| {
        let mut sum = Jet::zero(N);
        for Pattern { history, customers } in rows {
            let (value, gradient, hessian) = row(r, alpha, life, history, &jet);
            let n = *customers as f64;
            sum.add(n * value, gradient.map(|slope| n * slope), hessian.map(|row| row.map(|curvature| n * curvature)));
        }
        sum
    });
    chunks.iter().fold(sum, Jet::plus).in_logarithms(natural)
}

/// Rows cost so much that a few hundred are worth a thread.
const ROWS: usize = 256;

/// One row without ln Γ(r+x)/Γ(r).
fn row<const N: usize>(
    r: f64,
    alpha: f64,
    life: Life,
    history: &PurchaseHistory,
    jet: &impl Fn(f64, f64, bool) -> LifeJet<N>,
) -> (f64, [f64; N], [[f64; N]; N]) {
    let (from, to) = (history.recency().as_days(), history.age().as_days());
    let repeats = f64::from(history.repeats());
    let mut sum = JetSum::<N>::new();
    let mut add = |time: f64, left: bool, weight: f64| {
        let exposure = Exposure::new(r, alpha, repeats, time);
        let LifeJet { value, mut gradient, mut hessian } = jet(repeats, time, left);
        gradient[0] += exposure.by_r;
        gradient[1] += exposure.by_alpha;
        hessian[0][1] += exposure.by_r_alpha;
        hessian[1][1] += exposure.by_alpha_alpha;
        sum.add(exposure.value + value, weight, &gradient, &hessian);
    };
    add(to, false, 1.0);
    life.walk([from, to], alpha, r + repeats, |time, weight| add(time, true, weight));
    sum.ln()
}
