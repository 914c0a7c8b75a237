use super::{Jet, patterns::SpendPattern};
use crate::math::{digamma_rise, ln_gamma_multiple, trigamma};

/// Adds what single transactions say beyond their mean, in p alone, for rows that share their number of purchases.
///
/// Given their total t the n amounts z are split as Dirichlet(p, …, p), so that the density of each transaction is
/// that of the mean m times
///
/// ```text
/// Γ(pn)/Γ(p)^n · Π (z/t)^(p−1) · t^(1−n)/n
///   = Γ(pn)/(Γ(p)^n n^(pn)) · exp[(p−1) e] · m^(1−n),   e = Σ ln(z/m) ≤ 0
/// ```
///
/// in which nothing cancels where amounts hardly differ and p is large.
pub(super) fn add(jet: &mut Jet, p: f64, rows: &[SpendPattern]) {
    let n = f64::from(rows[0].purchases);
    let [mut count, mut evenness, mut means] = [0.0; 3];
    for SpendPattern { customers, ln_evenness, ln_mean, .. } in rows {
        count += *customers as f64;
        evenness += ln_evenness;
        means += *customers as f64 * ln_mean;
    }
    let value = count * ln_gamma_multiple(p, rows[0].purchases) + (p - 1.0) * evenness - (n - 1.0) * means;
    let slope = count * n * (digamma_rise(p, (n - 1.0) * p) - n.ln()) + evenness;
    let curvature = count * n * (n * trigamma(n * p) - trigamma(p));
    jet.add(value, [slope, 0.0, 0.0], [[curvature, 0.0, 0.0], [0.0; 3], [0.0; 3]]);
}
