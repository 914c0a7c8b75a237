use super::{Earnings, ExchangeError, expected};
use crate::math::first_reaching;
use crate::units::{Currency, ExpectedMoney, Probability, in_range, same_currency};

/// The share of people won or kept by spending on each of them: steep at first, never above a limit.
///
/// # Formula
///
/// ```text
/// c · (1 − e^(−k·spend))
/// ```
///
/// where `c` is the limit, Blattberg and Deighton's ceiling rate, and `k` the speed, per major unit of money.
///
/// It is the curve of [`ConcaveCurve::Exponential`](super::ConcaveCurve::Exponential), with the same limit and speed, and
/// that of [`Curve::Exponential`](crate::delivered::Curve::Exponential), where they are called scale and rate. It is a type
/// of its own because its values are probabilities, so that its limit is one too and lies below 1: nobody wins everybody.
/// [`ConcaveResponse::of_share`](super::ConcaveResponse::of_share) makes it a response that competes for a budget.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::SpendResponse;
/// use customer_value::{Currency, ExpectedMoney, Probability};
///
/// // Today 10 per head win 20 %, and nothing would win more than 40 %.
/// let spend = ExpectedMoney::new(10.0, Currency::EUR)?;
/// let response = SpendResponse::through(spend, Probability::new(0.2)?, 0.4)?;
/// let twice = ExpectedMoney::new(20.0, Currency::EUR)?;
/// assert!((response.share(twice)?.get() - 0.3).abs() < 1e-12);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Blattberg & Deighton (1996), *Manage marketing by the customer equity test*.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedResponse"))]
pub struct SpendResponse {
    limit: f64,
    speed: f64,
    currency: Currency,
}

/// Spend beyond this changes no share, and its products are numbers.
const LARGEST: f64 = 1e100;

impl SpendResponse {
    /// A response with its limit and its speed per major unit of a currency.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the limit lies between 0 and 1, both excluded, and the speed from 1e-100 to 1e100.
    pub fn new(limit: f64, speed: f64, currency: Currency) -> Result<Self, ExchangeError> {
        in_range("limit of a response", limit, f64::MIN_POSITIVE, 1.0_f64.next_down())?;
        in_range("speed of a response", speed, LARGEST.recip(), LARGEST)?;
        Ok(Self { limit, speed, currency })
    }

    /// The response that passes through a known point: what is spent today, and the share that it wins.
    ///
    /// # Formula
    ///
    /// ```text
    /// k = −ln(1 − share / c) / spend
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the spend is positive and the share positive and below the limit; and as
    /// [`new`](Self::new).
    pub fn through(spend: ExpectedMoney, share: Probability, limit: f64) -> Result<Self, ExchangeError> {
        in_range("spend", spend.amount(), LARGEST.recip(), LARGEST)?;
        let limit = in_range("limit of a response", limit, f64::MIN_POSITIVE, 1.0_f64.next_down())?;
        let share = in_range("share below its limit", share.get(), f64::MIN_POSITIVE, limit.next_down())?;
        Self::new(limit, -(-share / limit).ln_1p() / spend.amount(), spend.currency())
    }

    /// The share that no spend exceeds.
    #[doc(alias = "ceiling")]
    pub const fn limit(&self) -> f64 {
        self.limit
    }

    /// How fast the limit is neared, per major unit of money: 1/speed units bring 63 % of it.
    #[doc(alias = "steepness")]
    pub const fn speed(&self) -> f64 {
        self.speed
    }

    /// The currency of the spend.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The share that a spend wins.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] for another currency, [`ExchangeError::Unit`] unless the spend lies from 0 to 1e100.
    pub fn share(&self, spend: ExpectedMoney) -> Result<Probability, ExchangeError> {
        Ok(Probability::computed(self.at(self.spend(spend)?)))
    }

    /// What one more customer costs at a spend: the inverse of the slope of the response.
    ///
    /// # Errors
    ///
    /// As [`share`](Self::share), and [`ExchangeError::TooLarge`] where more spend wins nobody.
    pub fn marginal_cost(&self, spend: ExpectedMoney) -> Result<ExpectedMoney, ExchangeError> {
        expected("marginal cost of a customer", self.slope(self.spend(spend)?).recip(), self.currency)
    }

    /// What a customer costs on average at a spend; `None` when nothing is spent.
    ///
    /// # Errors
    ///
    /// As [`share`](Self::share), and [`ExchangeError::TooLarge`].
    pub fn average_cost(&self, spend: ExpectedMoney) -> Result<Option<ExpectedMoney>, ExchangeError> {
        let spend = self.spend(spend)?;
        if spend <= 0.0 {
            return Ok(None);
        }
        expected("average cost of a customer", spend / self.at(spend), self.currency).map(Some)
    }

    fn spend(&self, spend: ExpectedMoney) -> Result<f64, ExchangeError> {
        same_currency(self.currency, spend.currency())?;
        Ok(in_range("spend", spend.amount(), 0.0, LARGEST)?)
    }

    fn at(&self, spend: f64) -> f64 {
        -self.limit * (-self.speed * spend).exp_m1()
    }

    fn slope(&self, spend: f64) -> f64 {
        self.limit * self.speed * (-self.speed * spend).exp()
    }
}

/// How much to spend per prospect on winning customers, and per customer and period on keeping them.
///
/// The first margin falls now, from everybody who was won, as under [`FirstMargin::Now`](super::FirstMargin::Now): CLV
/// contains the margin of the acquiring purchase. Retention is paid for at the end of each period, for everybody who was
/// a customer in it.
///
/// # Formula
///
/// ```text
/// CLV(R) = (m·(1 + d) − R) / (1 + d − r(R))        CE(A, R) = a(A)·CLV(R) − A
/// A* = ln(k_a·c_a·CLV) / k_a where k_a·c_a·CLV > 1, else 0
/// R*: (m − R / (1 + d))·r'(R) = 1 − r(R) / (1 + d), else 0
/// ```
///
/// ```math
/// CE = a(A)\,\frac{m(1+d) - R}{1 + d - r(R)} - A
/// ```
///
/// where `a` and `r` are the responses to the spends `A` and `R`, and `m` the margin. The left side of the last
/// line less its right side falls in `R` below m·(1 + d), so that the optimum is the only one.
///
/// At an optimum with both spends, one more customer costs as much by acquisition as by retention: their lifetime
/// value. So the ratio of *average* costs ("five times as much") says nothing about where to spend.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{BlattbergDeighton, Earnings, SpendResponse, SpendResponses};
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Span};
///
/// let earnings = Earnings {
///     margin: ExpectedMoney::new(100.0, Currency::USD)?,
///     discount: DiscountRate::effective_annual(0.15)?,
///     period: Span::years(1.0)?,
/// };
/// let responses = SpendResponses {
///     acquisition: SpendResponse::new(0.40, 0.05, Currency::USD)?,
///     retention: SpendResponse::new(0.85, 0.04, Currency::USD)?,
/// };
/// let best = BlattbergDeighton::new(earnings, responses)?.optimum()?;
/// assert_eq!(best.acquisition.to_string(), "23.17 USD");
/// assert_eq!(best.retention.to_string(), "42.23 USD");
/// assert_eq!(best.customer_equity.to_string(), "20.53 USD");
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Blattberg & Deighton (1996), *Manage marketing by the customer equity test*; Pfeifer (2005), *The optimal ratio of
/// acquisition and retention costs*.
#[doc(alias = "顾客资产")]
#[doc(alias = "customer equity test")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct BlattbergDeighton {
    earnings: Earnings,
    responses: SpendResponses,
}

/// How people answer to the two spends.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SpendResponses {
    /// The share of prospects won, by the spend on each of them.
    pub acquisition: SpendResponse,
    /// The share of customers kept for another period, by the spend on each of them in a period.
    pub retention: SpendResponse,
}

/// Two spends with what they make: per prospect that acquisition addresses, per customer that retention keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Budgets {
    /// Spend per prospect on winning them.
    pub acquisition: ExpectedMoney,
    /// The share of prospects won.
    pub acquired: Probability,
    /// Spend per customer and period on keeping them.
    pub retention: ExpectedMoney,
    /// The share of customers kept.
    pub retained: Probability,
    /// The value of a customer won.
    pub lifetime_value: ExpectedMoney,
    /// The value of a prospect, acquisition paid.
    pub customer_equity: ExpectedMoney,
}

impl BlattbergDeighton {
    /// What a customer earns, with the response to either spend.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ, [`ExchangeError::Unit`] unless the margin lies from 1e-100 to
    /// 1e100 and the period has a length.
    pub fn new(earnings: Earnings, responses: SpendResponses) -> Result<Self, ExchangeError> {
        let Earnings { margin, period, .. } = earnings;
        same_currency(margin.currency(), responses.acquisition.currency)?;
        same_currency(margin.currency(), responses.retention.currency)?;
        in_range("margin", margin.amount(), LARGEST.recip(), LARGEST)?;
        in_range("period in days", period.as_days(), f64::MIN_POSITIVE, f64::MAX)?;
        Ok(Self { earnings, responses })
    }

    /// What a customer earns.
    pub const fn earnings(&self) -> Earnings {
        self.earnings
    }

    /// The response to either spend.
    pub const fn responses(&self) -> SpendResponses {
        self.responses
    }

    /// What two spends make, per prospect and per customer.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] for another currency, [`ExchangeError::Unit`] unless both lie from 0 to 1e100.
    pub fn at(&self, acquisition: ExpectedMoney, retention: ExpectedMoney) -> Result<Budgets, ExchangeError> {
        let SpendResponses { acquisition: winning, retention: keeping } = self.responses;
        self.budgets(winning.spend(acquisition)?, keeping.spend(retention)?)
    }

    /// The spends that make a prospect worth most.
    ///
    /// Nothing is spent where the first unit of money brings less than itself.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooLarge`].
    pub fn optimum(&self) -> Result<Budgets, ExchangeError> {
        let retention = self.best_retention();
        let SpendResponse { limit, speed, .. } = self.responses.acquisition;
        // As a sum of logarithms, because the product may be too large for a number.
        let log = speed.ln() + limit.ln() + self.lifetime_value(retention).ln();
        self.budgets(log.max(0.0) / speed, retention)
    }

    fn budgets(&self, acquisition: f64, retention: f64) -> Result<Budgets, ExchangeError> {
        let money = |amount| expected("value of a customer", amount, self.earnings.margin.currency());
        let (acquired, value) = (self.responses.acquisition.at(acquisition), self.lifetime_value(retention));
        Ok(Budgets {
            acquisition: money(acquisition)?,
            acquired: Probability::computed(acquired),
            retention: money(retention)?,
            retained: Probability::computed(self.responses.retention.at(retention)),
            lifetime_value: money(value)?,
            customer_equity: money(acquired * value - acquisition)?,
        })
    }

    fn lifetime_value(&self, retention: f64) -> f64 {
        (self.earnings.margin.amount() - self.factor() * retention) / self.leak(retention)
    }

    fn best_retention(&self) -> f64 {
        let (margin, factor, response) = (self.earnings.margin.amount(), self.factor(), self.responses.retention);
        let shortage = |spend: f64| self.leak(spend) - (margin - factor * spend) * response.slope(spend);
        if shortage(0.0) >= 0.0 {
            return 0.0;
        }
        // Beyond either end another unit surely costs more than it brings: nothing is left of the margin, or the
        // slope times the margin is below the least leak.
        let SpendResponse { limit, speed, .. } = response;
        let flat = (margin.ln() + (limit * speed).ln() - (1.0 - limit).ln()) / speed;
        first_reaching(0.0, [0.0, flat.min(margin / factor)], shortage)
    }

    /// 1 − r / (1 + d), as a sum of positive terms.
    fn leak(&self, retention: f64) -> f64 {
        let SpendResponse { limit, speed, .. } = self.responses.retention;
        let lost = (1.0 - limit) + limit * (-speed * retention).exp();
        lost + (1.0 - lost) * self.earnings.discount.loss(self.earnings.period)
    }

    fn factor(&self) -> f64 {
        self.earnings.discount.factor(self.earnings.period)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedResponse {
    limit: f64,
    speed: f64,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedResponse> for SpendResponse {
    type Error = ExchangeError;

    fn try_from(raw: UncheckedResponse) -> Result<Self, ExchangeError> {
        Self::new(raw.limit, raw.speed, raw.currency)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    earnings: Earnings,
    responses: SpendResponses,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for BlattbergDeighton {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.earnings, raw.responses)
    }
}
