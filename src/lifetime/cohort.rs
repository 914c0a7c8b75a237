use std::{
    borrow::Cow,
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
pub struct CohortForecast<'a, M: Clone, Id> {
    cohort: &'a Cohort<Id>,
    models: Cow<'a, [M]>,
    /// Which of the models is that of each customer; empty where one is that of all.
    which: Vec<usize>,
    /// Of being alive, computed once: every number needs them.
    log_odds: Vec<f64>,
}

impl<Id> Cohort<Id> {
    /// The forecasts of all customers under a model.
    pub fn forecast<'a, M: CountModel<History = PurchaseHistory>>(&'a self, model: &'a M) -> CohortForecast<'a, M, Id> {
        CohortForecast::new(self, Cow::Borrowed(std::slice::from_ref(model)), Vec::new())
    }
}

/// The model of the customer at a position.
fn model_of<'m, M>(models: &'m [M], which: &[usize], customer: usize) -> &'m M {
    &models[which.get(customer).copied().unwrap_or(0)]
}

impl<'a, M: CountModel<History = PurchaseHistory>, Id> CohortForecast<'a, M, Id> {
    /// Customers of one model, or each of one of several.
    pub(crate) fn new(cohort: &'a Cohort<Id>, models: Cow<'a, [M]>, which: Vec<usize>) -> Self {
        let histories = cohort.purchases();
        let log_odds =
            parallel::map_range(histories.len(), |at| model_of(&models, &which, at).log_odds_alive(&histories[at]));
        Self { cohort, models, which, log_odds }
    }

    /// The forecast of each customer, one after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Forecast<M::Alive>> {
        (0..self.log_odds.len()).map(|customer| Forecast::new(self.log_odds[customer], self.alive(customer)))
    }

    fn model(&self, customer: usize) -> &M {
        model_of(&self.models, &self.which, customer)
    }

    /// What a customer does if alive.
    fn alive(&self, customer: usize) -> M::Alive {
        self.model(customer).given_alive(&self.histories()[customer])
    }

    /// `f` of the forecast of every customer. Ids stay out, which may not be shared between threads.
    fn each<R: Send>(&self, f: impl Fn(Forecast<M::Alive>) -> R + Sync + Send) -> Vec<R> {
        // Without ids, and with what is shared between threads.
        let (Self { models, which, log_odds, .. }, histories) = (self, self.histories());
        parallel::map_indices(log_odds.len(), |at| {
            f(Forecast::new(log_odds[at], model_of(models, which, at).given_alive(&histories[at])))
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
        let named = |(index, value): (usize, Result<_, ValuationError>)| value.map_err(|error| error.of(index));
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
        let (Self { models, which, log_odds, .. }, histories) = (self, self.histories());
        let alive = |at: usize| model_of(models, which, at).given_alive(&histories[at]);
        if !self.repeat_themselves() {
            return parallel::map_indices(histories.len(), |index| {
                combine(logistic(log_odds[index]), f(&alive(index)))
            });
        }
        let distinct = self.distinct(histories.len());
        let answers = parallel::map(&distinct.first, |&first| f(&alive(first)));
        parallel::map_indices(histories.len(), |index| {
            combine(logistic(log_odds[index]), answers[distinct.which[index]].clone())
        })
    }

    pub(crate) fn histories(&self) -> &'a [PurchaseHistory] {
        self.cohort.purchases()
    }

    /// Whether finding equal processes pays, judged from the first customers: in a log of instants hardly two agree.
    fn repeat_themselves(&self) -> bool {
        const LOOKED_AT: usize = 4096;
        let looked_at = self.log_odds.len().min(LOOKED_AT);
        self.distinct(looked_at).first.len() < looked_at / 2
    }

    /// The distinct processes of the first so many customers.
    fn distinct(&self, customers: usize) -> Distinct {
        let mut seen = HashMap::<_, usize, BuildHasherDefault<Mixer>>::default();
        let mut first = Vec::new();
        let number = |(customer, history): (usize, &PurchaseHistory)| {
            let model = self.which.get(customer).copied().unwrap_or(0);
            *seen.entry((self.models[model].process_key(history), model)).or_insert_with(|| {
                first.push(customer);
                first.len() - 1
            })
        };
        let which = self.histories()[..customers].iter().enumerate().map(number).collect();
        Distinct { first, which }
    }
}

/// The first customer of each distinct process, and for each customer which of them it is.
struct Distinct {
    first: Vec<usize>,
    which: Vec<usize>,
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
