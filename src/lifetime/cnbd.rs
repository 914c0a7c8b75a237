use super::{
    BetaGeometricParams, BetaGeometricProcess, CountModel, DataError, Driver, GapPatterns, Likelihood, Limit, Link,
    Nbd, Observations, Parameter, ParameterError, Search,
    beta_geometric::{BetaGeometric, Gaps, beta_geometric_model, ln_gap_density},
    gap_patterns::MOST_K,
    parameter::{model_of_parameters, nobody_leaves},
    simulate::{Generator, LatentCustomer},
};
use crate::{
    cohort::PurchaseHistory,
    math::Jet,
    units::{Span, TimeUnit},
};

/// The parameters of [`BgCnbd`] and [`MbgCnbd`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CnbdParams {
    /// How regularly customers buy: 1 at random, 2 and more with a rhythm; at most 24. Given, not estimated. Predictions
    /// are sums over k phases, and discounted ones follow k waves of purchases: they take some k² times as long.
    pub k: u32,
    /// Shape of the gamma distribution of event rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/(kα).
    pub alpha: Span,
    /// First parameter of the beta distribution of dropout: the mean is a/(a+b).
    pub a: f64,
    /// Second parameter of the beta distribution of dropout.
    pub b: f64,
}

impl CnbdParams {
    const fn k(self) -> u32 {
        self.k
    }

    fn check_k(self, model: &'static str) -> Result<(), ParameterError> {
        let (value, least, most) = (self.k.into(), 1.0, MOST_K.into());
        if (1..=MOST_K).contains(&self.k) {
            Ok(())
        } else {
            Err(ParameterError { model, parameter: "k".into(), value, least, most })
        }
    }

    fn to_natural(self) -> Vec<f64> {
        let Self { r, alpha, a, b, .. } = self;
        BetaGeometricParams { r, alpha, a, b }.to_natural()
    }

    const fn from_natural(natural: &[f64], k: u32) -> Self {
        let BetaGeometricParams { r, alpha, a, b } = BetaGeometricParams::from_natural(natural, 1);
        Self { k, r, alpha, a, b }
    }
}

/// The BG/CNBD-k model: as [`BgNbd`](super::BgNbd), but for customers who buy regularly.
///
/// Gaps between purchases follow Gamma(k, λ), an Erlang distribution with whole k: every k-th event of a Poisson process
/// of rate λ is a purchase, so that the mean gap is k/λ and purchases come at a mean rate of λ/k. Customers may leave after each repeat purchase.
/// For k = 1 it is [`BgNbd`](super::BgNbd).
///
/// # Formula
///
/// Likelihood of x repeat purchases, the last at t_x, up to age T, with gaps g:
///
/// ```text
/// L = Π g^(k−1)/(k−1)! · Γ(r+kx)/Γ(r) · α^r (α+T)^−(r+kx) · B(a, b+x)/B(a, b) · (S₁ + S₂)
///
/// S₁ = [x > 0] · a/(b+x−1) · ((α+T)/(α+t_x))^(r+kx)
/// S₂ = Σ_{j<k} (r+kx) (r+kx+1) … (r+kx+j−1) · ((T−t_x)/(α+T))^j / j!
///
/// P(alive) = S₂ / (S₁ + S₂)
/// ```
///
/// ```math
/// P(\text{alive}) = \frac{S_2}{S_1 + S_2}, \quad S_2 = \sum_{j<k} \frac{\Gamma(r+kx+j)}{\Gamma(r+kx)\,j!}
/// \left(\frac{T-t_x}{\alpha+T}\right)^j
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats), `t_x` the [`recency`](PurchaseHistory::recency) and `T` the
/// [`age`](PurchaseHistory::age), in the unit of `α`; `k`, `r`, `α`, `a` and `b` are the [`CnbdParams`]; `B` is the beta
/// function. `L` is a density per purchase and unit of time. Predictions: [`BetaGeometricProcess`]; they are exact, the
/// conditional expectation too.
///
/// # Examples
///
/// ```
/// use customer_value::{BgCnbd, CnbdParams, CountModel, PurchaseHistory, Span};
///
/// let model = BgCnbd::new(CnbdParams { k: 2, r: 0.5, alpha: Span::weeks(4.0)?, a: 0.8, b: 2.5 })?;
/// // Ten purchases, one every four weeks: after twelve weeks of silence something is wrong.
/// let regular = PurchaseHistory::new(9, Span::weeks(36.0)?, Span::weeks(48.0)?)?;
/// let due = PurchaseHistory::new(9, Span::weeks(36.0)?, Span::weeks(38.0)?)?;
/// let alive = |history| model.forecast(history).probability_alive().get();
/// assert!(alive(&regular) < 0.7 && alive(&due) > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Reutterer, Platzer and Schröder (2021), Leveraging purchase regularity for predicting customer behavior the easy
/// way, International Journal of Research in Marketing 38(1). The conditional expectation of the paper is approximate;
/// this one follows from the definitions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "CnbdParams", into = "CnbdParams")
)]
pub struct BgCnbd(CnbdParams);

beta_geometric_model!(
    BgCnbd(CnbdParams), "BG/CNBD-k", coins_before: 0,
    GapPatterns: |k, one| (one.purchases(), ln_gap_density(k, one.purchases().repeats().into(), one.ln_gaps()))
);

/// The MBG/CNBD-k model: as [`MbgNbd`](super::MbgNbd), but for customers who buy regularly.
///
/// Gaps between purchases follow Gamma(k, λ), an Erlang distribution with whole k: every k-th event of a Poisson process
/// of rate λ is a purchase, so that the mean gap is k/λ and purchases come at a mean rate of λ/k. Customers may leave after every purchase, the first included.
/// For k = 1 it is [`MbgNbd`](super::MbgNbd).
///
/// # Formula
///
/// Likelihood of x repeat purchases, the last at t_x, up to age T, with gaps g:
///
/// ```text
/// L = Π g^(k−1)/(k−1)! · Γ(r+kx)/Γ(r) · α^r (α+T)^−(r+kx) · B(a, b+x+1)/B(a, b) · (S₁ + S₂)
///
/// S₁ = a/(b+x) · ((α+T)/(α+t_x))^(r+kx)
/// S₂ = Σ_{j<k} (r+kx) (r+kx+1) … (r+kx+j−1) · ((T−t_x)/(α+T))^j / j!
///
/// P(alive) = S₂ / (S₁ + S₂)
/// ```
///
/// ```math
/// P(\text{alive}) = \frac{S_2}{S_1 + S_2}, \quad S_2 = \sum_{j<k} \frac{\Gamma(r+kx+j)}{\Gamma(r+kx)\,j!}
/// \left(\frac{T-t_x}{\alpha+T}\right)^j
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats), `t_x` the [`recency`](PurchaseHistory::recency) and `T` the
/// [`age`](PurchaseHistory::age), in the unit of `α`; `k`, `r`, `α`, `a` and `b` are the [`CnbdParams`]; `B` is the beta
/// function. `L` is a density per purchase and unit of time. Predictions: [`BetaGeometricProcess`]; they are exact, the
/// conditional expectation too.
///
/// # Examples
///
/// ```
/// use customer_value::{MbgCnbd, CnbdParams, CountModel, PurchaseHistory, Span};
///
/// let model = MbgCnbd::new(CnbdParams { k: 2, r: 0.5, alpha: Span::weeks(4.0)?, a: 0.8, b: 2.5 })?;
/// // Ten purchases, one every four weeks: after twelve weeks of silence something is wrong.
/// let regular = PurchaseHistory::new(9, Span::weeks(36.0)?, Span::weeks(48.0)?)?;
/// let due = PurchaseHistory::new(9, Span::weeks(36.0)?, Span::weeks(38.0)?)?;
/// let alive = |history| model.forecast(history).probability_alive().get();
/// assert!(alive(&regular) < 0.7 && alive(&due) > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Reutterer, Platzer and Schröder (2021), Leveraging purchase regularity for predicting customer behavior the easy
/// way, International Journal of Research in Marketing 38(1). The conditional expectation of the paper is approximate;
/// this one follows from the definitions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "CnbdParams", into = "CnbdParams")
)]
pub struct MbgCnbd(CnbdParams);

beta_geometric_model!(
    MbgCnbd(CnbdParams), "MBG/CNBD-k", coins_before: 1,
    GapPatterns: |k, one| (one.purchases(), ln_gap_density(k, one.purchases().repeats().into(), one.ln_gaps()))
);
