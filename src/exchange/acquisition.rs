use super::{ExchangeError, expected};
use crate::math::first_reaching;
use crate::units::{Currency, DiscountRate, ExpectedMoney, Probability, Span, UnitError, in_range, same_currency};

/// The share of people won or kept by spending on each of them: steep at first, never above a ceiling.
///
/// # Formula
///
/// ```text
/// c · (1 − e^(−k·spend))
/// ```
///
/// where `c` is the ceiling and `k` the steepness, per major unit of money.
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
    ceiling: f64,
    steepness: f64,
    currency: Currency,
}

/// Spend beyond this changes no share, and its products are numbers.
const LARGEST: f64 = 1e100;

impl SpendResponse {
    /// A response with its ceiling and its steepness per major unit of a currency.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the ceiling lies between 0 and 1, both excluded, and the steepness from 1e-100 to 1e100.
    pub fn new(ceiling: f64, steepness: f64, currency: Currency) -> Result<Self, UnitError> {
        in_range("ceiling of a response", ceiling, f64::MIN_POSITIVE, 1.0_f64.next_down())?;
        in_range("steepness of a response", steepness, LARGEST.recip(), LARGEST)?;
        Ok(Self { ceiling, steepness, currency })
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
    /// [`UnitError`] unless the spend is positive and the share positive and below the ceiling; and as
    /// [`new`](Self::new).
    pub fn through(spend: ExpectedMoney, share: Probability, ceiling: f64) -> Result<Self, UnitError> {
        in_range("spend", spend.amount(), LARGEST.recip(), LARGEST)?;
        let ceiling = in_range("ceiling of a response", ceiling, f64::MIN_POSITIVE, 1.0_f64.next_down())?;
        let share = in_range("share below its ceiling", share.get(), f64::MIN_POSITIVE, ceiling.next_down())?;
        Self::new(ceiling, -(-share / ceiling).ln_1p() / spend.amount(), spend.currency())
    }

    /// The share that no spend exceeds.
    pub const fn ceiling(&self) -> f64 {
        self.ceiling
    }

    /// How fast the ceiling is approached, per major unit of money.
    pub const fn steepness(&self) -> f64 {
        self.steepness
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
        -self.ceiling * (-self.steepness * spend).exp_m1()
    }

    fn slope(&self, spend: f64) -> f64 {
        self.ceiling * self.steepness * (-self.steepness * spend).exp()
    }
}

/// How much to spend per prospect on winning customers, and per customer and period on keeping them.
///
/// The first margin falls now, from everybody who was won. Retention is paid for at the end of each period, for everybody
/// who was a customer in it.
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
/// use customer_value::exchange::{BlattbergDeighton, SpendResponse};
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Span};
///
/// let model = BlattbergDeighton::new(
///     ExpectedMoney::new(100.0, Currency::USD)?,
///     DiscountRate::effective_annual(0.15)?,
///     Span::years(1.0)?,
///     SpendResponse::new(0.40, 0.05, Currency::USD)?,
///     SpendResponse::new(0.85, 0.04, Currency::USD)?,
/// )?;
/// let best = model.optimum()?;
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
    margin: ExpectedMoney,
    discount: DiscountRate,
    period: Span,
    acquisition: SpendResponse,
    retention: SpendResponse,
}

/// Two spends with what they make: per prospect that acquisition addresses, per customer that retention keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// A margin per customer and period, discounted over that period, with the response to either spend.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ, [`ExchangeError::Unit`] unless the margin is positive and
    /// at most 1e100 and the period has a length.
    pub fn new(
        margin: ExpectedMoney,
        discount: DiscountRate,
        period: Span,
        acquisition: SpendResponse,
        retention: SpendResponse,
    ) -> Result<Self, ExchangeError> {
        same_currency(margin.currency(), acquisition.currency)?;
        same_currency(margin.currency(), retention.currency)?;
        in_range("margin", margin.amount(), LARGEST.recip(), LARGEST)?;
        in_range("period in days", period.as_days(), f64::MIN_POSITIVE, f64::MAX)?;
        Ok(Self { margin, discount, period, acquisition, retention })
    }

    /// What two spends make, per prospect and per customer.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] for another currency, [`ExchangeError::Unit`] unless both lie from 0 to 1e100.
    pub fn at(&self, acquisition: ExpectedMoney, retention: ExpectedMoney) -> Result<Budgets, ExchangeError> {
        let (won, kept) = (self.acquisition.spend(acquisition)?, self.retention.spend(retention)?);
        self.budgets(won, kept)
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
        let SpendResponse { ceiling, steepness, .. } = self.acquisition;
        // As a sum of logarithms, because the product may be too large for a number.
        let log = steepness.ln() + ceiling.ln() + self.lifetime_value(retention).ln();
        self.budgets(log.max(0.0) / steepness, retention)
    }

    fn budgets(&self, acquisition: f64, retention: f64) -> Result<Budgets, ExchangeError> {
        let money = |amount| expected("value of a customer", amount, self.margin.currency());
        let (acquired, value) = (self.acquisition.at(acquisition), self.lifetime_value(retention));
        Ok(Budgets {
            acquisition: money(acquisition)?,
            acquired: Probability::computed(acquired),
            retention: money(retention)?,
            retained: Probability::computed(self.retention.at(retention)),
            lifetime_value: money(value)?,
            customer_equity: money(acquired * value - acquisition)?,
        })
    }

    fn lifetime_value(&self, retention: f64) -> f64 {
        (self.margin.amount() - self.factor() * retention) / self.leak(retention)
    }

    fn best_retention(&self) -> f64 {
        let (margin, factor, response) = (self.margin.amount(), self.factor(), self.retention);
        let shortage = |spend: f64| self.leak(spend) - (margin - factor * spend) * response.slope(spend);
        if shortage(0.0) >= 0.0 {
            return 0.0;
        }
        // Beyond either end another unit surely costs more than it brings: nothing is left of the margin, or the
        // slope times the margin is below the least leak.
        let flat = (margin.ln() + (response.ceiling * response.steepness).ln() - (1.0 - response.ceiling).ln())
            / response.steepness;
        first_reaching(0.0, [0.0, flat.min(margin / factor)], shortage)
    }

    /// 1 − r / (1 + d), as a sum of positive terms.
    fn leak(&self, retention: f64) -> f64 {
        let lost =
            (1.0 - self.retention.ceiling) + self.retention.ceiling * (-self.retention.steepness * retention).exp();
        lost + (1.0 - lost) * self.discount.loss(self.period)
    }

    fn factor(&self) -> f64 {
        self.discount.factor(self.period)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedResponse {
    ceiling: f64,
    steepness: f64,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedResponse> for SpendResponse {
    type Error = UnitError;

    fn try_from(raw: UncheckedResponse) -> Result<Self, UnitError> {
        Self::new(raw.ceiling, raw.steepness, raw.currency)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    margin: ExpectedMoney,
    discount: DiscountRate,
    period: Span,
    acquisition: SpendResponse,
    retention: SpendResponse,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for BlattbergDeighton {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.margin, raw.discount, raw.period, raw.acquisition, raw.retention)
    }
}
