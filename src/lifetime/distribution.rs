mod counts;

use std::{cmp::Ordering, sync::Arc};

pub(crate) use counts::{LivingPurchases, MOST_COUNTS, counts};

use super::{Forecast, Process, SpendError, SpendForecast};
use crate::{
    math::{first_reaching, incomplete_beta, logistic, partial_mean_of_odds},
    units::{Currency, ExpectedMoney, Margin, MoneyError, Probability, Span, same_currency},
};

/// How likely each value of a customer over a horizon is: margin times all that is spent in it, not discounted.
///
/// [`Valuation`](super::Valuation) gives the discounted expectation; this gives the whole distribution, which has a
/// closed form only without discounting. Most of its spread is chance, not ignorance of the parameters, which are taken
/// as known. Often the most likely value is nothing at all: see [`Self::probability_of_nothing`].
///
/// # Formula
///
/// ```text
/// P(Y ≤ y) = P(N = 0) + Σ_{n≥1} P(N = n) · I_z(p·n, q'),   z = s/(s + v'),   s = y/margin
/// ```
///
/// ```math
/// P(Y \le y) = P(N = 0) + \sum_{n \ge 1} P(N = n)\, I_{s/(s+v')}(pn, q')
/// ```
///
/// where `N` is the number of purchases within the horizon, `q'` and `v'` are the customer's own parameters of
/// [`GammaGamma`](super::GammaGamma), and `I` is the regularized incomplete beta function: given ν, n purchases are
/// together worth Gamma(pn, ν), and ν ~ Gamma(q', v'). The formula follows from the definitions; spend and purchases are
/// taken to be independent given the data, as everywhere here.
///
/// # Examples
///
/// ```
/// use customer_value::{
///     BetaGeometricParams, BgNbd, CountModel, Currency, ExpectedMoney, GammaGamma, GammaGammaParams, Margin, Money,
///     Probability, PurchaseHistory, Span, SpendHistory, UndiscountedValue,
/// };
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: ExpectedMoney::new(15.44, Currency::USD)? })?;
/// let purchases = PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?;
/// let paid = SpendHistory::from_mean(2, Money::from_minor(2235, Currency::USD))?;
///
/// let (purchases, spend) = (model.forecast(&purchases), spend.forecast(&paid)?);
/// let value = UndiscountedValue::new(&purchases, &spend, Span::weeks(52.0)?, Margin::FULL)?;
/// assert_eq!(format!("{:.4}", value.probability_of_nothing()), "0.3972");
/// assert_eq!(value.mean()?.to_string(), "38.44 USD");
/// assert_eq!(value.quantile(Probability::new(0.5)?)?.to_string(), "21.11 USD");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "value at risk")]
#[doc(alias = "predictive distribution")]
#[derive(Debug, Clone, PartialEq)]
pub struct UndiscountedValue {
    nothing: f64,
    alive: f64,
    /// P(N = n | alive) for n = 1, 2, …
    counts: Arc<[f64]>,
    expected_purchases: f64,
    spend: SpendForecast,
    pub(crate) margin: f64,
}

/// Why a distribution of value has no number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DistributionError {
    /// Without a margin there is no value to spread; at a loss, ask for the distribution of revenue.
    #[error("margin is {}, expected a positive one", margin.get())]
    MarginNotPositive {
        /// The margin given.
        margin: Margin,
    },
    /// The customer may buy more often than can be counted one by one.
    #[error("a customer with {expected} expected purchases may make more than {most} that can be told apart")]
    TooManyPurchases {
        /// How many purchases are expected of a living customer.
        expected: f64,
        /// How many are told apart.
        most: u32,
    },
    /// No amount is certain not to be exceeded.
    #[error("no finite amount is certain not to be exceeded, expected a probability below 1")]
    NoFiniteQuantile,
    /// The spend has no finite mean or variance.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// Amounts in different currencies met, or an amount is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl UndiscountedValue {
    /// What a customer with these forecasts of purchases and of spend is worth within a span.
    ///
    /// # Errors
    ///
    /// [`DistributionError::MarginNotPositive`]; [`DistributionError::TooManyPurchases`] when more than 20,000
    /// purchases would have to be told apart.
    pub fn new<P: Process>(
        purchases: &Forecast<P>,
        spend: &SpendForecast,
        within: Span,
        margin: Margin,
    ) -> Result<Self, DistributionError> {
        Self::of(purchases.log_odds_alive(), LivingPurchases::new(purchases.given_alive(), within)?, spend, margin)
    }

    /// The same from what many customers share, and the customer's own odds of being alive.
    pub(crate) fn of(
        log_odds: f64,
        living: LivingPurchases,
        spend: &SpendForecast,
        margin: Margin,
    ) -> Result<Self, DistributionError> {
        if margin.get() <= 0.0 {
            return Err(DistributionError::MarginNotPositive { margin });
        }
        let alive = logistic(log_odds);
        Ok(Self {
            nothing: alive * living.none + logistic(-log_odds),
            alive,
            counts: living.some,
            expected_purchases: alive * living.expected,
            spend: *spend,
            margin: margin.get(),
        })
    }

    /// The probability that the customer buys nothing, so that the value is zero.
    pub fn probability_of_nothing(&self) -> Probability {
        Probability::computed(self.nothing)
    }

    /// The probability that the value is at most an amount.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`].
    pub fn cdf(&self, amount: ExpectedMoney) -> Result<Probability, DistributionError> {
        let spent = self.spent(amount)?;
        Ok(Probability::computed(if spent < 0.0 { 0.0 } else { self.nothing + self.below(spent) }))
    }

    /// The probability that the value exceeds a cost; exact for small probabilities too.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`].
    pub fn probability_above(&self, cost: ExpectedMoney) -> Result<Probability, DistributionError> {
        let spent = self.spent(cost)?;
        Ok(Probability::computed(if spent < 0.0 { 1.0 } else { self.above(spent) }))
    }

    /// The least amount that the value does not exceed with this probability: zero where the probability of nothing
    /// reaches it.
    ///
    /// # Errors
    ///
    /// [`DistributionError::NoFiniteQuantile`] at probability 1, and [`MoneyError::NotFinite`] where spend is so uneven
    /// that the amount is too large for a number.
    #[doc(alias = "value at risk")]
    pub fn quantile(&self, probability: Probability) -> Result<ExpectedMoney, DistributionError> {
        self.money(self.margin * self.spent_at(probability)?)
    }

    /// The expected value: margin · expected purchases · expected spend a purchase.
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteMean`].
    pub fn mean(&self) -> Result<ExpectedMoney, DistributionError> {
        if self.counts.is_empty() {
            return Ok(ExpectedMoney::zero(self.currency()));
        }
        Ok(self.spend.mean()?.checked_mul(self.margin * self.expected_purchases)?)
    }

    /// The standard deviation of the value.
    ///
    /// ```text
    /// margin · v'/(q'−1) · √[ p² Var N + p E N + (p² E N² + p E N)/(q'−2) ]
    /// ```
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteVariance`].
    pub fn standard_deviation(&self) -> Result<ExpectedMoney, DistributionError> {
        let SpendForecast { p, q, v, .. } = self.spend;
        if self.counts.is_empty() {
            return Ok(ExpectedMoney::zero(self.currency()));
        }
        if q <= 2.0 {
            return Err(SpendError::NoFiniteVariance { q }.into());
        }
        let mean = self.expected_purchases;
        let spread = |(n, probability): (f64, f64)| probability * (n - mean).powi(2);
        let variance = self.nothing * mean * mean + self.purchases().map(spread).sum::<f64>();
        let (own, square) = (p * mean, p * p * (variance + mean * mean));
        let variance = p * p * variance + own + (square + own) / (q - 2.0);
        self.money(self.margin * v / (q - 1.0) * variance.sqrt())
    }

    /// The mean of the worst share of all values that are possible: at 5 %, what the customer is worth on average if
    /// things go as badly as they do in one case of twenty. At share 0 it is the least value, nothing.
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteMean`] at share 1, where it is the mean of all.
    #[doc(alias = "conditional value at risk")]
    pub fn expected_shortfall(&self, share: Probability) -> Result<ExpectedMoney, DistributionError> {
        if share.get() >= 1.0 {
            return self.mean();
        }
        let spent = self.spent_at(share)?;
        if spent <= 0.0 {
            return Ok(ExpectedMoney::zero(self.currency()));
        }
        self.money(self.margin * self.mean_below(spent) / share.get())
    }

    /// The expected loss on a cost paid for the customer's value: E[(cost − Y)⁺], what is missing where the value does
    /// not cover the cost, and nothing where it does. It is finite whatever the spend.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`].
    pub fn expected_loss(&self, cost: ExpectedMoney) -> Result<ExpectedMoney, DistributionError> {
        let spent = self.spent(cost)?;
        if spent <= 0.0 {
            return Ok(ExpectedMoney::zero(self.currency()));
        }
        let missing = spent * (self.nothing + self.below(spent)) - self.mean_below(spent);
        self.money(self.margin * missing.max(0.0))
    }

    /// The currency of all amounts.
    pub const fn currency(&self) -> Currency {
        self.spend.currency
    }

    /// In an order that puts equal ones side by side, but for what their fit leaves open.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let key = |one: &Self| [one.expected_purchases, one.nothing, one.spend.q, one.spend.v];
        let pairs = key(self).into_iter().zip(key(other));
        pairs.map(|(one, other)| one.total_cmp(&other)).fold(Ordering::Equal, Ordering::then)
    }

    /// The spend that makes a value.
    pub(crate) fn spent(&self, value: ExpectedMoney) -> Result<f64, MoneyError> {
        same_currency(self.currency(), value.currency())?;
        Ok(value.amount() / self.margin)
    }

    fn money(&self, amount: f64) -> Result<ExpectedMoney, DistributionError> {
        Ok(ExpectedMoney::new(amount, self.currency())?)
    }

    /// n and P(N = n) for n = 1, 2, …
    pub(crate) fn purchases(&self) -> impl Iterator<Item = (f64, f64)> {
        self.counts.iter().enumerate().map(|(before, probability)| ((before + 1) as f64, self.alive * probability))
    }

    /// P(N > 0), the sum of the counts.
    pub(crate) fn something(&self) -> f64 {
        self.purchases().map(|(_, probability)| probability).sum()
    }

    /// The smaller of an amount and of what is spent, on average.
    pub(crate) fn mean_up_to(&self, spent: f64) -> f64 {
        self.mean_below(spent) + spent * self.above(spent)
    }

    /// The customer's own distribution of spend.
    pub(crate) const fn spend(&self) -> &SpendForecast {
        &self.spend
    }

    /// z = s/(s+v') and 1 − z.
    fn parts(&self, spent: f64) -> [f64; 2] {
        let odds = spent / self.spend.v;
        let z = if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 };
        // Never zero, for spend without a finite mean has an infinite one up to there.
        [z, (1.0 + odds).recip().max(f64::MIN_POSITIVE)]
    }

    /// Σ P(N = n) f(p·n, q'), at z = s/(s+v') and 1 − z.
    fn mixed(&self, spent: f64, f: impl Fn(f64, f64, f64, f64) -> f64) -> f64 {
        let SpendForecast { p, q, .. } = self.spend;
        let [z, rest] = self.parts(spent);
        self.purchases().map(|(n, probability)| probability * f(z, rest, p * n, q)).sum()
    }

    /// P(0 < S ≤ s) of what is spent.
    ///
    /// The more purchases, the less likely are they to cost so little: the sum ends where all that is left counts no more.
    fn below(&self, spent: f64) -> f64 {
        const NOTHING: f64 = 1e-16;
        let SpendForecast { p, q, .. } = self.spend;
        let [z, rest] = self.parts(spent);
        let (mut sum, mut left) = (0.0, self.something());
        for (n, probability) in self.purchases() {
            let share = incomplete_beta(z, rest, p * n, q);
            sum += probability * share;
            left -= probability;
            if left * share <= sum * NOTHING {
                break;
            }
        }
        sum
    }

    /// P(S > s).
    fn above(&self, spent: f64) -> f64 {
        self.mixed(spent, |z, rest, shape, q| incomplete_beta(rest, z, q, shape))
    }

    /// E[S; S ≤ s].
    fn mean_below(&self, spent: f64) -> f64 {
        self.spend.v * self.mixed(spent, partial_mean_of_odds)
    }

    /// The quantile of what is spent, from the side on which less probability lies.
    fn spent_at(&self, probability: Probability) -> Result<f64, DistributionError> {
        let level = probability.get();
        if level <= self.nothing || self.counts.is_empty() {
            return Ok(0.0);
        }
        if level >= 1.0 {
            return Err(DistributionError::NoFiniteQuantile);
        }
        let range = [0.0, f64::MAX];
        let spent = if level < 0.5 {
            first_reaching(level - self.nothing, range, |spent| self.below(spent))
        } else {
            first_reaching(level - 1.0, range, |spent| -self.above(spent))
        };
        Ok(if spent < f64::MAX { spent } else { f64::INFINITY })
    }
}
