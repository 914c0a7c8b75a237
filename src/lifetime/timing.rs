use super::{CountModel, Forecast, Process};
use crate::{
    cohort::{HistoryError, PurchaseTimes},
    math::first_reaching,
    units::{Horizon, Probability, Span},
};

/// When the next purchase comes, given that one comes up to a horizon.
///
/// Whoever buys again is alive, so that P(alive) takes no part in the times; it stands in the probability that there is
/// a purchase at all. [`Forecast::next_purchase`] makes it.
///
/// # Formula
///
/// ```text
/// P(time ≤ t | a purchase within h) = A(t) / A(h),   A(t) = P(a purchase within t, given alive)
/// ```
///
/// where a lifetime has h = ∞. Where purchases happen at opportunities only, A is a step function, and a quantile is the
/// opportunity at which it reaches the share.
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, BgNbd, CountModel, Horizon, Probability, PurchaseHistory, Span};
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let forecast = model.forecast(&PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?);
/// let next = forecast.next_purchase(Horizon::Lifetime).ok_or("no purchase to come")?;
/// // (α+T)(2^(1/(r+x)) − 1): half of the living have bought again after 15.7 weeks.
/// let median = next.median().ok_or("beyond all time")?;
/// assert!((median.as_weeks() - 43.274 * (2.0_f64.powf(1.0 / 2.243) - 1.0)).abs() < 1e-9);
/// assert_eq!(next.probability(), forecast.probability_alive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "interpurchase time")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NextPurchase<P> {
    alive: P,
    horizon: Horizon,
    /// P(a purchase up to the horizon, given alive): not zero.
    given_alive: f64,
    probability: Probability,
}

impl<P: Process> Forecast<P> {
    /// When the next purchase comes, given that one comes up to the horizon; `None` where none can.
    pub fn next_purchase(&self, horizon: Horizon) -> Option<NextPurchase<P>> {
        let given_alive = self.given_alive().any_purchase(horizon);
        let probability = Probability::computed(self.probability_alive().get() * given_alive);
        (probability.get() > 0.0).then_some(NextPurchase {
            alive: *self.given_alive(),
            horizon,
            given_alive,
            probability,
        })
    }
}

impl<P: Process> NextPurchase<P> {
    /// The horizon up to which it comes.
    pub const fn horizon(&self) -> Horizon {
        self.horizon
    }

    /// The probability that there is a purchase up to the horizon, for it may be that the customer has left.
    pub const fn probability(&self) -> Probability {
        self.probability
    }

    /// The probability that the next purchase has come after a span, given that one comes up to the horizon.
    pub fn cdf(&self, span: Span) -> Probability {
        Probability::computed((self.alive.any_purchase(Horizon::Within(span)) / self.given_alive).min(1.0))
    }

    /// The span after which a share of those who buy up to the horizon have bought: the first at which
    /// [`NextPurchase::cdf`] reaches it. `None` beyond 1e12 days, where some lifetimes have their last customers.
    pub fn quantile(&self, share: Probability) -> Option<Span> {
        let latest = match self.horizon {
            Horizon::Within(span) => span,
            Horizon::Lifetime => Span::LONGEST,
        };
        let any = |days: f64| self.alive.any_purchase(Horizon::Within(Span::known(days)));
        let target = share.get() * self.given_alive;
        let days = first_reaching(target, [0.0, latest.as_days()], any);
        let reached = self.horizon != Horizon::Lifetime || any(days) >= target;
        reached.then_some(Span::known(self.alive.moment(days)))
    }

    /// The span after which half of those who buy up to the horizon have bought; `None` beyond 1e12 days.
    pub fn median(&self) -> Option<Span> {
        self.quantile(Probability::computed(0.5))
    }

    /// The spans between which the middle share of those who buy up to the horizon buy: for 0.8, from the quantile at
    /// 0.1 to that at 0.9. `None` beyond 1e12 days.
    pub fn central_interval(&self, share: Probability) -> Option<(Span, Span)> {
        let tail = 0.5 * share.complement().get();
        Some((self.quantile(Probability::computed(tail))?, self.quantile(Probability::computed(1.0 - tail))?))
    }
}

impl PurchaseTimes {
    /// P(alive) as a model would have told it at each age, from the purchases made by then; at the end of the window it
    /// is that of the forecast from [`PurchaseTimes::history`].
    ///
    /// # Errors
    ///
    /// [`HistoryError::NotYetObserved`] for an age after the end of the window.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{BetaGeometricParams, MbgNbd, PurchaseTimes, Span};
    ///
    /// let model = MbgNbd::new(BetaGeometricParams { r: 0.525, alpha: Span::weeks(6.183)?, a: 0.891, b: 1.614 })?;
    /// let times = PurchaseTimes::new([17, 213].map(Span::whole_days), Span::whole_days(272))?;
    /// let path = times.alive_path(&model, [212, 213].map(Span::whole_days))?;
    /// assert!(path[0].get() < path[1].get()); // the second repeat purchase was a sign of life
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn alive_path<M: CountModel>(
        &self,
        model: &M,
        ages: impl IntoIterator<Item = Span>,
    ) -> Result<Vec<Probability>, HistoryError> {
        let alive = |age| {
            let known = self.history_at(age)?;
            let history = model.observe(known.repeats(), known.recency().as_days(), age.as_days());
            Ok(model.forecast(&history).probability_alive())
        };
        ages.into_iter().map(alive).collect()
    }
}
