use super::{
    BetaGeometricParams, BetaGeometricProcess, CountModel, DataError, Driver, Likelihood, Limit, Link, Nbd,
    Observations, Parameter, ParameterError, Search,
    beta_geometric::{BetaGeometric, Gaps, beta_geometric_model},
    parameter::{model_of_parameters, nobody_leaves},
    simulate::{Generator, LatentCustomer},
};
use crate::{
    cohort::{Patterns, PurchaseHistory},
    math::Jet,
    units::TimeUnit,
};

/// The MBG/NBD model: customers buy at random while alive, and may leave after each purchase, the first included.
///
/// As [`BgNbd`](super::BgNbd), but the coin is tossed after the first purchase too, so that one-time buyers may
/// have left. A newcomer, just acquired, is alive with probability b/(a+b).
///
/// # Formula
///
/// Likelihood of x repeat purchases, the last at t_x, up to age T:
///
/// ```text
/// L = Γ(r+x)/Γ(r) · α^r · {   B(a, b+x+1)/B(a, b) · (α+T)^−(r+x)
///                           + B(a+1, b+x)/B(a, b) · (α+t_x)^−(r+x) }
///
/// P(alive) = 1 / (1 + a/(b+x) · ((α+T)/(α+t_x))^(r+x))
/// ```
///
/// ```math
/// L = \frac{\Gamma(r+x)\,\alpha^r}{\Gamma(r)} \left\{ \frac{B(a,b+x+1)}{B(a,b)} (\alpha+T)^{-(r+x)} +
/// \frac{B(a+1,b+x)}{B(a,b)} (\alpha+t_x)^{-(r+x)} \right\}
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats), `t_x` the [`recency`](PurchaseHistory::recency) and `T` the
/// [`age`](PurchaseHistory::age), in the unit of `α`; `r`, `α`, `a` and `b` are the [`BetaGeometricParams`]; `B` is the
/// beta function. `L` is a density per purchase and unit of time. Predictions: [`BetaGeometricProcess`].
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, CountModel, MbgNbd, PurchaseHistory, Span};
///
/// let model = MbgNbd::new(BetaGeometricParams { r: 0.525, alpha: Span::weeks(6.183)?, a: 0.891, b: 1.614 })?;
/// let newcomer = model.forecast(&PurchaseHistory::acquired());
/// assert!((newcomer.probability_alive().get() - 1.614 / (0.891 + 1.614)).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Batislam, Denizel and Filiztekin (2007), Empirical validation and comparison of models for customer base
/// analysis, International Journal of Research in Marketing 24(3), section 3. Also Wagner and Hoppe (2008),
/// Erratum on the MBG/NBD model, same journal 25(3).
#[doc(alias = "modified beta-geometric")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "BetaGeometricParams", into = "BetaGeometricParams")
)]
pub struct MbgNbd(BetaGeometricParams);

beta_geometric_model!(MbgNbd(BetaGeometricParams), "MBG/NBD", coins_before: 1, Patterns: |_k, one| (*one, 0.0));
