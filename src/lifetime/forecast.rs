use super::{Dropout, Process};
use crate::{
    math::logistic,
    units::{DiscountRate, Horizon, Probability, Span, TimeUnit},
};

/// What one customer will do next, as far as the model can tell from the history.
///
/// Every number is P(alive) times what a living customer does; so each is written once, for all models.
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, BgNbd, CountModel, DiscountRate, Horizon, PurchaseHistory, Span};
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let history = PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?;
/// let forecast = model.forecast(&history);
///
/// let year = Span::years(1.0)?;
/// let rate = DiscountRate::effective_annual(0.12)?;
/// let discounted = forecast.discounted_purchases(Horizon::Within(year), rate)?;
/// assert!(discounted < forecast.expected_purchases(year));
/// assert!(discounted < forecast.discounted_purchases(Horizon::Lifetime, rate)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "预测")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast<P> {
    log_odds: f64,
    alive: P,
}

/// Why a forecast has no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForecastError {
    /// Without a horizon and without discounting, the expected number of purchases is infinite.
    #[error("expected purchases over a lifetime are infinite at a discount rate of zero")]
    Diverges,
}

impl<P: Process> Forecast<P> {
    pub(crate) const fn new(log_odds: f64, alive: P) -> Self {
        Self { log_odds, alive }
    }

    /// P(alive): the probability that the customer has not left by the end of the history.
    ///
    /// In BG/NBD it is 1 for one-time buyers, because there nobody leaves before a repeat purchase; in NBD it is
    /// always 1.
    #[doc(alias = "palive")]
    #[doc(alias = "存活概率")]
    pub fn probability_alive(&self) -> Probability {
        Probability::computed(self.share_alive())
    }

    /// ln [P(alive) / (1 − P(alive))]: keeps its digits where the probability is nearly 0 or 1; infinite where
    /// the model knows that the customer is alive.
    pub const fn log_odds_alive(&self) -> f64 {
        self.log_odds
    }

    /// What the customer does if alive.
    pub const fn given_alive(&self) -> &P {
        &self.alive
    }

    /// P(alive at the end of a further span), whether or not there are purchases in it.
    pub fn probability_alive_after(&self, span: Span) -> Probability {
        Probability::computed(self.share_alive() * self.alive.survival(span))
    }

    /// P(active): the probability of at least one purchase within a span.
    #[doc(alias = "P(active)")]
    pub fn probability_active(&self, within: Span) -> Probability {
        Probability::computed(self.share_alive() * self.alive.any_purchase(Horizon::Within(within)))
    }

    /// The probability of exactly `count` purchases within a span.
    ///
    /// ```text
    /// P(X = m) = P(alive) · P(X = m given alive) + [m = 0] · (1 − P(alive))
    /// ```
    #[doc(alias = "PMF")]
    pub fn probability_of(&self, count: u32, within: Span) -> Probability {
        let alive = self.share_alive() * self.alive.probability_of(count, within);
        let gone = if count == 0 { logistic(-self.log_odds) } else { 0.0 };
        Probability::computed(alive + gone)
    }

    /// The probability of exactly `count` purchases after `from` and up to `to`, both counted from now.
    pub fn probability_between(&self, count: u32, from: Span, to: Span) -> Probability {
        let alive = self.share_alive() * self.alive.probability_between(count, from, to.max(from));
        let gone = if count == 0 { logistic(-self.log_odds) } else { 0.0 };
        Probability::computed(alive + gone)
    }

    /// The expected number of purchases within a span.
    #[doc(alias = "CET")]
    #[doc(alias = "conditional expected transactions")]
    #[doc(alias = "期望购买次数")]
    pub fn expected_purchases(&self, within: Span) -> f64 {
        self.share_alive() * self.alive.expected_purchases(within)
    }

    /// The expected discounted number of purchases up to a horizon: each counts exp(−δ·u) when made u from now. Over
    /// a lifetime it is known as DERT, discounted expected residual transactions. In discrete time the first opportunity
    /// comes a period from now and is discounted by one.
    ///
    /// ```text
    /// P(alive) · ∫ e^−δu g(u) du,   g(u) = d/du E[purchases within u, given alive]
    /// ```
    ///
    /// # Errors
    ///
    /// [`ForecastError::Diverges`] for a lifetime without discounting, if the expectation is infinite.
    ///
    /// # References
    ///
    /// Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of
    /// Marketing Research 42, which names DERT.
    #[doc(alias = "DERT")]
    #[doc(alias = "DECT")]
    #[doc(alias = "discounted expected residual transactions")]
    pub fn discounted_purchases(&self, horizon: Horizon, rate: DiscountRate) -> Result<f64, ForecastError> {
        self.discounted_between(Span::ZERO, horizon, rate)
    }

    /// The same for purchases made after `from` and up to the horizon, both counted from now.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Diverges`] for a lifetime without discounting, if the expectation is infinite.
    pub fn discounted_between(&self, from: Span, to: Horizon, rate: DiscountRate) -> Result<f64, ForecastError> {
        let given_alive = self.alive.discounted_purchases(from, to, rate.force_per_day());
        match self.share_alive() {
            // Nothing comes from who has left, however much would come from the living.
            0.0 => Ok(0.0),
            alive if given_alive.is_finite() => Ok(alive * given_alive),
            _ => Err(ForecastError::Diverges),
        }
    }

    /// The mean number of purchases a `unit` of time while alive, given alive now: the mean of the customer's own rate.
    #[doc(alias = "posterior mean rate")]
    pub fn mean_rate(&self, unit: TimeUnit) -> f64 {
        self.alive.mean_rate(unit)
    }

    /// How readily the customer leaves, on average, given alive now.
    pub fn mean_dropout(&self, unit: TimeUnit) -> Dropout {
        self.alive.mean_dropout(unit)
    }

    fn share_alive(&self) -> f64 {
        logistic(self.log_odds)
    }
}
