use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    CountModel, Dropout, Forecast, ForecastError, GammaGamma, LifetimeValue, NextPurchase, Process, Valuation,
    ValuationError,
};
use crate::{
    cohort::{Cohort, PurchaseHistory, SpendHistory},
    math::logistic,
    parallel,
    units::{DiscountRate, Horizon, Probability, Span, TimeUnit},
};

/// The forecasts of a whole cohort under one model; results are columns in the order of the cohort.
///
/// What a customer does if alive depends on little, in these models on repeats and age: it is computed once for
/// all customers who share that. Each number equals, bit for bit, that of the customer's own [`Forecast`].
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, BgNbd, Cohort, Span, SummaryRow, TimeUnit};
///
/// let row = |id, repeats, recency| SummaryRow { id, repeats, recency, age: 38.86, mean_spend: None };
/// let cohort = Cohort::from_summaries([row("ann", 2, 30.43), row("bo", 1, 1.71)], TimeUnit::Week)?;
/// let params = BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 };
/// let model = BgNbd::new(params)?;
///
/// let expected = cohort.forecast(&model).expected_purchases(Span::weeks(39.0)?);
/// for (id, purchases) in cohort.ids().iter().zip(&expected) {
///     println!("{id:>6} {purchases:6.3}");
/// }
/// assert!(expected[0] > expected[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CohortForecast<'a, M, Id> {
    cohort: &'a Cohort<Id>,
    model: &'a M,
    /// Of being alive, computed once: every number needs them.
    log_odds: Vec<f64>,
}

impl<Id> Cohort<Id> {
    /// The forecasts of all customers under a model.
    pub fn forecast<'a, M: CountModel<History = PurchaseHistory>>(&'a self, model: &'a M) -> CohortForecast<'a, M, Id> {
        let log_odds = parallel::map(self.purchases(), |history| model.log_odds_alive(history));
        CohortForecast { cohort: self, model, log_odds }
    }
}

impl<'a, M: CountModel<History = PurchaseHistory>, Id> CohortForecast<'a, M, Id> {
    /// The forecast of each customer, one after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Forecast<M::Alive>> {
        let of = |(&log_odds, history)| Forecast::new(log_odds, self.model.given_alive(history));
        self.log_odds.iter().zip(self.histories()).map(of)
    }

    /// `f` of the forecast of every customer. Ids stay out, which may not be shared between threads.
    fn each<R: Send>(&self, f: impl Fn(Forecast<M::Alive>) -> R + Sync + Send) -> Vec<R> {
        let Self { model, log_odds, .. } = self;
        let histories = self.histories();
        parallel::map_indices(log_odds.len(), |index| {
            f(Forecast::new(log_odds[index], model.given_alive(&histories[index])))
        })
    }

    /// P(alive) of each customer.
    pub fn probability_alive(&self) -> Vec<Probability> {
        self.each(|forecast| forecast.probability_alive())
    }

    /// The probability of each customer to buy at least once within a span.
    pub fn probability_active(&self, within: Span) -> Vec<Probability> {
        self.each(|forecast| forecast.probability_active(within))
    }

    /// The expected purchases of each customer within a span.
    pub fn expected_purchases(&self, within: Span) -> Vec<f64> {
        self.given_alive(|alive| alive.expected_purchases(within), |alive, purchases| alive * purchases)
    }

    /// The expected discounted purchases of each customer up to a horizon.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Diverges`] for a lifetime without discounting, where an expectation is infinite.
    pub fn discounted_purchases(&self, horizon: Horizon, rate: DiscountRate) -> Result<Vec<f64>, ForecastError> {
        let discounted = self.given_alive(
            |alive| alive.discounted_purchases(Span::ZERO, horizon, rate.force_per_day()),
            |alive, purchases| if purchases.is_finite() { Ok(alive * purchases) } else { Err(ForecastError::Diverges) },
        );
        discounted.into_iter().collect()
    }

    /// The mean number of purchases a `unit` of time of each customer while alive, given alive now.
    pub fn mean_rate(&self, unit: TimeUnit) -> Vec<f64> {
        self.each(|forecast| forecast.mean_rate(unit))
    }

    /// How readily each customer leaves, on average, given alive now.
    pub fn mean_dropout(&self, unit: TimeUnit) -> Vec<Dropout> {
        self.each(|forecast| forecast.mean_dropout(unit))
    }

    /// When the next purchase of each customer comes, given that one comes up to the horizon; `None` where none can.
    pub fn next_purchase(&self, horizon: Horizon) -> Vec<Option<NextPurchase<M::Alive>>> {
        self.each(|forecast| forecast.next_purchase(horizon))
    }

    /// The lifetime value of each customer.
    ///
    /// # Errors
    ///
    /// [`ValuationError::NoSpend`] when the cohort has no spend; [`ValuationError::Customer`] names the first customer
    /// whose value is infinite or whose spend is in another currency than the model.
    pub fn values(&self, valuation: &Valuation, spend: &GammaGamma) -> Result<Vec<LifetimeValue>, ValuationError> {
        let histories = self.spend_histories()?;
        let parts = self.given_alive(|alive| valuation.given_alive(alive), |alive, parts| (alive, parts));
        let rows: Vec<_> = parts.into_iter().zip(histories).collect();
        let values = parallel::map(&rows, |((alive, (expected, discounted)), history)| {
            valuation.assemble(Probability::computed(*alive), *expected, *discounted, &spend.forecast(history)?)
        });
        let named = |(index, value): (usize, Result<_, ValuationError>)| {
            value.map_err(|source| ValuationError::Customer { index, source: Box::new(source) })
        };
        values.into_iter().enumerate().map(named).collect()
    }

    /// What each customer spent, which a value needs.
    pub(crate) fn spend_histories(&self) -> Result<&'a [SpendHistory], ValuationError> {
        self.cohort.spend().ok_or(ValuationError::NoSpend)
    }

    /// `f` of the process of every customer, computed once for equal processes, then combined with P(alive).
    pub(crate) fn given_alive<A, R>(
        &self,
        f: impl Fn(&M::Alive) -> A + Sync + Send,
        combine: impl Fn(f64, A) -> R + Sync + Send,
    ) -> Vec<R>
    where
        A: Clone + Send + Sync,
        R: Send,
    {
        let Self { model, log_odds, .. } = self;
        let histories = self.histories();
        if !repeat_themselves(*model, histories) {
            return parallel::map_indices(histories.len(), |index| {
                combine(logistic(log_odds[index]), f(&model.given_alive(&histories[index])))
            });
        }
        let distinct = Distinct::of(*model, histories);
        let answers = parallel::map(&distinct.first, |history| f(&model.given_alive(history)));
        parallel::map_indices(histories.len(), |index| {
            combine(logistic(log_odds[index]), answers[distinct.which[index]].clone())
        })
    }

    pub(crate) fn histories(&self) -> &'a [PurchaseHistory] {
        self.cohort.purchases()
    }
}

/// Whether finding equal processes pays, judged from the first customers: in a log of instants hardly two agree.
fn repeat_themselves<M: CountModel>(model: &M, histories: &[M::History]) -> bool {
    const LOOKED_AT: usize = 4096;
    let first = &histories[..histories.len().min(LOOKED_AT)];
    Distinct::of(model, first).first.len() < first.len() / 2
}

/// One history for each distinct process, and for each customer which of them it is.
struct Distinct<H> {
    first: Vec<H>,
    which: Vec<usize>,
}

impl<H: Copy> Distinct<H> {
    fn of<M: CountModel<History = H>>(model: &M, histories: &[H]) -> Self {
        let mut seen = HashMap::<_, usize, BuildHasherDefault<Mixer>>::default();
        let mut first = Vec::new();
        let which = histories
            .iter()
            .map(|history| {
                *seen.entry(model.process_key(history)).or_insert_with(|| {
                    first.push(*history);
                    first.len() - 1
                })
            })
            .collect();
        Self { first, which }
    }
}

/// A hash for keys of a few words; the default one, made against attackers, would cost more than the forecast.
#[derive(Default)]
pub(super) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u64(&mut self, word: u64) {
        // Floats of whole days end in zeros: the high half is folded down after each multiplication.
        let product = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ (product >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
