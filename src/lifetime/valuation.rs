use super::{Forecast, ForecastError, Process, SpendError, SpendForecast};
use crate::units::{DiscountRate, ExpectedMoney, Horizon, Margin, Money, MoneyError, Probability, Span};

/// How purchases become value: over which horizon, at which discount rate, with which margin.
///
/// Each purchase is discounted from the moment at which it is made. For flows that are booked by period see
/// [`Valuation::path`].
///
/// # Formula
///
/// ```text
/// residual value = margin · E[spend a purchase] · P(alive) · ∫ e^−δu g(u) du
/// ```
///
/// where `δ` is the continuous discount force, `u` runs from the end of the history to the horizon, and `g` is the rate
/// at which a living customer is expected to buy; see [`Forecast::discounted_purchases`].
///
/// # Examples
///
/// ```
/// use customer_value::{
///     BetaGeometricParams, BgNbd, CountModel, Currency, DiscountRate, ExpectedMoney, GammaGamma, GammaGammaParams,
///     Horizon, Margin, Money, PurchaseHistory, Span, SpendHistory, Valuation,
/// };
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: ExpectedMoney::new(15.44, Currency::USD)? })?;
///
/// let purchases = PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?;
/// let paid = SpendHistory::from_mean(2, Money::from_minor(2235, Currency::USD))?;
///
/// let valuation = Valuation {
///     horizon: Horizon::Within(Span::weeks(52.0)?),
///     discount: DiscountRate::effective_annual(0.12)?,
///     margin: Margin::new(0.3)?,
/// };
/// let value = valuation.value(&model.forecast(&purchases), &spend.forecast(&paid)?)?;
/// assert!((value.spend_per_purchase.amount() - 24.66).abs() < 0.01);
/// assert!(value.residual.amount() < 0.3 * 24.66 * 1.5587208064); // undiscounted purchases in 52 weeks
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "customer lifetime value")]
#[doc(alias = "CLV")]
#[doc(alias = "顾客终身价值")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Valuation {
    /// How far value is counted.
    pub horizon: Horizon,
    /// How fast it fades.
    pub discount: DiscountRate,
    /// How much of revenue is kept.
    pub margin: Margin,
}

/// What a customer is still worth, with the parts that make it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LifetimeValue {
    /// P(alive) at the end of the history.
    pub probability_alive: Probability,
    /// Expected purchases up to the horizon, undiscounted; infinite where a lifetime has no finite expectation.
    pub expected_purchases: f64,
    /// The same, each purchase discounted.
    pub discounted_purchases: f64,
    /// Expected spend a purchase.
    pub spend_per_purchase: ExpectedMoney,
    /// The share of revenue that is kept.
    pub margin: Margin,
    /// The rate at which purchases were discounted.
    pub discount: DiscountRate,
    /// Residual lifetime value: margin · spend a purchase · discounted purchases. What was earned before the
    /// end of the history is not in it.
    pub residual: ExpectedMoney,
}

/// What a customer was worth and is still worth: kept apart, with their sum.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TotalValue {
    /// The margin on what was spent so far.
    pub realised: ExpectedMoney,
    /// The margin on what is still to come.
    pub residual: ExpectedMoney,
    /// Both.
    pub total: ExpectedMoney,
}

/// When the flows of a period count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Timing {
    /// Each purchase when it is made.
    Continuous,
    /// All purchases of a period at its start.
    PeriodStart,
    /// All purchases of a period in its middle.
    PeriodMiddle,
    /// All purchases of a period at its end.
    PeriodEnd,
}

/// The value of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PeriodValue {
    /// Where the period starts, counted from the end of the history.
    pub from: Span,
    /// Where it ends.
    pub to: Span,
    /// Expected purchases in it, undiscounted.
    pub expected_purchases: f64,
    /// Expected purchases in it, discounted to the end of the history.
    pub discounted_purchases: f64,
    /// Margin · spend a purchase · discounted purchases.
    pub value: ExpectedMoney,
}

/// Why a value has no number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ValuationError {
    /// The purchases have none.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
    /// The spend has none.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// Amounts do not combine.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A customer of a cohort has no value.
    #[error("customer {index} (from 0): {source}")]
    Customer {
        /// The position in the cohort.
        index: usize,
        /// Why.
        source: Box<ValuationError>,
    },
    /// The cohort knows nothing of spend.
    #[error("the cohort has no spend to value purchases by")]
    NoSpend,
    /// A period does not end after the one before it.
    #[error("period {index} (from 0) ends at {end}, expected later than the period before it")]
    PeriodsNotAscending {
        /// Which period.
        index: usize,
        /// Where it ends.
        end: Span,
    },
    /// A period ends beyond the horizon.
    #[error("period {index} (from 0) ends at {end}, beyond the horizon of the valuation")]
    PeriodBeyondHorizon {
        /// Which period.
        index: usize,
        /// Where it ends.
        end: Span,
    },
}

impl ValuationError {
    /// The same of a customer of a cohort.
    pub(crate) fn of(self, index: usize) -> Self {
        Self::Customer { index, source: Box::new(self) }
    }
}

impl Valuation {
    /// What a customer with this forecast of purchases and of spend is still worth.
    ///
    /// # Errors
    ///
    /// [`ValuationError::Forecast`] for an undiscounted lifetime without a finite expectation,
    /// [`ValuationError::Spend`] where the expected spend is infinite.
    pub fn value<P: Process>(
        &self,
        purchases: &Forecast<P>,
        spend: &SpendForecast,
    ) -> Result<LifetimeValue, ValuationError> {
        let (expected, discounted) = self.given_alive(purchases.given_alive());
        self.assemble(purchases.probability_alive(), expected, discounted, spend)
    }

    /// Expected and discounted purchases of a living customer; infinite where they diverge.
    pub(super) fn given_alive<P: Process>(&self, alive: &P) -> (f64, f64) {
        (alive.discounted_purchases(Span::ZERO, self.horizon, 0.0), self.discounted_purchases(alive))
    }

    /// Discounted purchases of a living customer; infinite where they diverge.
    pub(crate) fn discounted_purchases<P: Process>(&self, alive: &P) -> f64 {
        alive.discounted_purchases(Span::ZERO, self.horizon, self.discount.force_per_day())
    }

    pub(super) fn assemble(
        &self,
        alive: Probability,
        expected: f64,
        discounted: f64,
        spend: &SpendForecast,
    ) -> Result<LifetimeValue, ValuationError> {
        if !discounted.is_finite() {
            return Err(ForecastError::Diverges.into());
        }
        let spend_per_purchase = spend.mean()?;
        let discounted_purchases = alive.get() * discounted;
        Ok(LifetimeValue {
            probability_alive: alive,
            expected_purchases: if alive.get() > 0.0 { alive.get() * expected } else { 0.0 },
            discounted_purchases,
            spend_per_purchase,
            margin: self.margin,
            discount: self.discount,
            residual: spend_per_purchase.checked_mul(self.margin.get() * discounted_purchases)?,
        })
    }

    /// The value of consecutive periods that end at `ends`, counted from the end of the history, the first
    /// starting there; with flows placed in each period as `timing` says.
    ///
    /// For calendar months take the ends from [`Day::month_ends`](crate::Day::month_ends). Under
    /// [`Timing::Continuous`] the values add up to [`Valuation::value`] over the last end.
    ///
    /// ```
    /// # use customer_value::{
    /// #     BetaGeometricParams, BgNbd, CountModel, Currency, Day, DiscountRate, ExpectedMoney, GammaGamma,
    /// #     GammaGammaParams, Horizon, Margin, PurchaseHistory, Span, Timing, Valuation,
    /// # };
    /// # let params = BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 };
    /// # let v = ExpectedMoney::new(15.44, Currency::USD)?;
    /// # let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v })?.newcomer();
    /// # let purchases = BgNbd::new(params)?.forecast(&PurchaseHistory::acquired());
    /// let ends = Day::new(1997, 9, 30)?.month_ends(12)?;
    /// let valuation = Valuation {
    ///     horizon: Horizon::Within(ends[11]),
    ///     discount: DiscountRate::effective_annual(0.12)?,
    ///     margin: Margin::new(0.3)?,
    /// };
    /// let path = valuation.path(&purchases, &spend, &ends, Timing::PeriodEnd)?;
    /// assert_eq!(path.len(), 12);
    /// assert!(path[0].value.amount() > path[11].value.amount());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Valuation::value`], and [`ValuationError`] when ends do not ascend or pass the horizon.
    pub fn path<P: Process>(
        &self,
        purchases: &Forecast<P>,
        spend: &SpendForecast,
        ends: &[Span],
        timing: Timing,
    ) -> Result<Vec<PeriodValue>, ValuationError> {
        let worth = spend.mean()?.checked_mul(self.margin.get())?;
        let starts = std::iter::once(Span::ZERO).chain(ends.iter().copied());
        let period = |(index, (from, &to)): (usize, (Span, &Span))| {
            self.check_period(index, from, to)?;
            let expected_purchases = purchases.discounted_between(from, Horizon::Within(to), DiscountRate::ZERO)?;
            let discounted_purchases = match timing {
                Timing::Continuous => purchases.discounted_between(from, Horizon::Within(to), self.discount)?,
                Timing::PeriodStart => expected_purchases * self.discount.factor(from),
                Timing::PeriodMiddle => {
                    expected_purchases * (self.discount.factor(from) * self.discount.factor(to)).sqrt()
                }
                Timing::PeriodEnd => expected_purchases * self.discount.factor(to),
            };
            let value = worth.checked_mul(discounted_purchases)?;
            Ok(PeriodValue { from, to, expected_purchases, discounted_purchases, value })
        };
        starts.zip(ends).enumerate().map(period).collect()
    }

    fn check_period(&self, index: usize, from: Span, end: Span) -> Result<(), ValuationError> {
        match self.horizon {
            _ if end <= from => Err(ValuationError::PeriodsNotAscending { index, end }),
            Horizon::Within(horizon) if end > horizon => Err(ValuationError::PeriodBeyondHorizon { index, end }),
            _ => Ok(()),
        }
    }
}

impl LifetimeValue {
    /// The value of a newcomer with the acquiring purchase, which is made now and otherwise left out.
    ///
    /// # Errors
    ///
    /// [`MoneyError`] when the amount is too large.
    pub fn including_acquiring_purchase(mut self) -> Result<Self, MoneyError> {
        self.expected_purchases += 1.0;
        self.discounted_purchases += 1.0;
        let first = self.spend_per_purchase.checked_mul(self.margin.get())?;
        self.residual = self.residual.checked_add(first)?;
        Ok(self)
    }

    /// Past and future together: the margin on net revenue so far, and the residual value.
    ///
    /// # Errors
    ///
    /// [`MoneyError`] when the currencies differ.
    pub fn with_realised(&self, revenue: Money) -> Result<TotalValue, MoneyError> {
        let realised = ExpectedMoney::from(revenue).checked_mul(self.margin.get())?;
        let total = realised.checked_add(self.residual)?;
        Ok(TotalValue { realised, residual: self.residual, total })
    }
}
