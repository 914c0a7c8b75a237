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

/// The BG/NBD model: customers buy at random while alive, and may leave after each repeat purchase.
///
/// Purchases come at a rate λ of the customer's own, spread over customers as Gamma(r, α); after each repeat
/// purchase the customer leaves with a probability p of one's own, spread as Beta(a, b). Nobody leaves before the
/// second purchase: P(alive) of a one-time buyer is 1, however long the silence. Where that is not believed, see
/// [`MbgNbd`](super::MbgNbd), or look at [`probability_active`](super::Forecast::probability_active) instead.
///
/// # Formula
///
/// Likelihood of x repeat purchases, the last at t_x, up to age T:
///
/// ```text
/// L = Γ(r+x)/Γ(r) · α^r · {           B(a, b+x)/B(a, b)     · (α+T)^−(r+x)
///                           + [x > 0] B(a+1, b+x−1)/B(a, b) · (α+t_x)^−(r+x) }
///
/// P(alive) = 1 / (1 + [x > 0] · a/(b+x−1) · ((α+T)/(α+t_x))^(r+x))
/// ```
///
/// ```math
/// L = \frac{\Gamma(r+x)\,\alpha^r}{\Gamma(r)} \left\{ \frac{B(a,b+x)}{B(a,b)} (\alpha+T)^{-(r+x)} +
/// \mathbb 1_{x>0}\, \frac{B(a+1,b+x-1)}{B(a,b)} (\alpha+t_x)^{-(r+x)} \right\}
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats), `t_x` the [`recency`](PurchaseHistory::recency) and `T` the
/// [`age`](PurchaseHistory::age), in the unit of `α`; `r`, `α`, `a` and `b` are the [`BetaGeometricParams`]; `B` is the
/// beta function. `L` is a density per purchase and unit of time. Predictions: [`BetaGeometricProcess`].
///
/// # Examples
///
/// ```
/// use customer_value::{BgNbd, BetaGeometricParams, CountModel, PurchaseHistory, Span};
///
/// // The published fit on CDNOW, in weeks.
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let history = PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?;
/// let next_39_weeks = model.forecast(&history).expected_purchases(Span::weeks(39.0)?);
/// assert!((next_39_weeks - 1.226).abs() < 5e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2): likelihood
/// eq. 3 and 6, expectation eq. 9, conditional expectation eq. 10. P(alive): Fader and Hardie (2008), Computing P(alive)
/// using the BG/NBD model, note 021.
#[doc(alias = "beta-geometric")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "BetaGeometricParams", into = "BetaGeometricParams")
)]
pub struct BgNbd(BetaGeometricParams);

beta_geometric_model!(BgNbd(BetaGeometricParams), "BG/NBD", coins_before: 0, Patterns: |_k, one| (*one, 0.0));
