use super::{BridgeError, Uplift, ValueChange, uplift::Scenarios};
use crate::{
    cohort::PurchaseHistory,
    lifetime::{CohortForecast, CountModel, GammaGamma, RateFactors, Valuation, ValuationError},
    parallel,
    units::{Currency, ExpectedMoney, MoneyError, Probability},
};

/// Customer equity: what all customers of a cohort are still worth together, and who carries it.
///
/// Values stand in the order of the cohort, which has the ids. They are what
/// [`Concentration`](crate::segment::Concentration) and [`Pyramid`](crate::segment::Pyramid) take, to tell how few
/// customers carry most of it.
///
/// # Formula
///
/// ```text
/// equity = Σ residual lifetime value
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{CohortEquity, CohortUplift};
/// use customer_value::{
///     BetaGeometricParams, BgNbd, Cohort, Currency, DiscountRate, ExpectedMoney, GammaGamma, GammaGammaParams,
///     Horizon, Margin, Money, RateFactor, RateFactors, Span, SummaryRow, TimeUnit, Valuation,
/// };
///
/// let row = |id, repeats, recency, cents| {
///     let mean_spend = Some((repeats, Money::from_minor(cents, Currency::USD)));
///     SummaryRow { id, repeats, recency, age: 38.86, mean_spend }
/// };
/// let cohort = Cohort::from_summaries([row("ann", 2, 30.43, 2235), row("bo", 1, 1.71, 1177)], TimeUnit::Week)?;
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: ExpectedMoney::new(15.44, Currency::USD)? })?;
/// let valuation = Valuation {
///     horizon: Horizon::Within(Span::weeks(52.0)?),
///     discount: DiscountRate::effective_annual(0.12)?,
///     margin: Margin::new(0.3)?,
/// };
///
/// let forecast = cohort.forecast(&model);
/// let equity = CohortEquity::new(&forecast, &valuation, &spend)?;
/// assert_eq!(equity.customers(), 2);
/// assert_eq!(equity.total().amount(), equity.values()[0] + equity.values()[1]);
///
/// // Everybody buys a tenth faster from now on.
/// let factors = RateFactors { purchases: RateFactor::new(1.1)?, ..RateFactors::default() };
/// let uplift = CohortUplift::new(&forecast, &valuation, &spend, factors)?;
/// assert_eq!(uplift.change().before(), equity.total());
/// let share = uplift.change().total().amount() / equity.total().amount();
/// assert!(0.0 < share && share < 0.1); // who buys faster leaves sooner
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "顾客资产")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedEquity"))]
pub struct CohortEquity {
    values: Vec<f64>,
    currency: Currency,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    total: ExpectedMoney,
}

impl CohortEquity {
    /// The equity of a cohort under a model of purchases and one of spend.
    ///
    /// # Errors
    ///
    /// [`ValuationError`], as [`CohortForecast::values`]; [`ValuationError::Money`] when the sum is too large.
    pub fn new<M: CountModel<History = PurchaseHistory>, Id>(
        forecast: &CohortForecast<'_, M, Id>,
        valuation: &Valuation,
        spend: &GammaGamma,
    ) -> Result<Self, ValuationError> {
        let values = forecast.values(valuation, spend)?;
        let residual = values.iter().map(|value| value.residual.amount()).collect();
        Ok(Self::from_values(residual, spend.params().v.currency())?)
    }

    fn from_values(values: Vec<f64>, currency: Currency) -> Result<Self, MoneyError> {
        let total = ExpectedMoney::new(sum(values.iter().copied()), currency)?;
        Ok(Self { values, currency, total })
    }

    /// What all customers are worth together; nothing without customers.
    pub const fn total(&self) -> ExpectedMoney {
        self.total
    }

    /// How many customers there are.
    pub const fn customers(&self) -> usize {
        self.values.len()
    }

    /// The residual value of each customer, by position in the cohort, in major units.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The currency of all values.
    pub const fn currency(&self) -> Currency {
        self.currency
    }
}

/// What a change of rates makes of the equity of a cohort, in all and for each customer.
///
/// As in [`CohortForecast`], what living customers do is computed once for all who share it, on all threads, with the
/// same bits for any number of them.
///
/// # Examples
///
/// See [`CohortEquity`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedUplift"))]
pub struct CohortUplift {
    customers: Vec<Uplift>,
    currency: Currency,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    change: ValueChange,
}

impl CohortUplift {
    /// The change of the value of each customer of a cohort when rates change by these factors.
    ///
    /// # Errors
    ///
    /// [`BridgeError::Valuation`] where a value before or after has no number, [`BridgeError::Customer`] where a
    /// customer leaves the range of the numbers: each names the first such customer.
    pub fn new<M: CountModel<History = PurchaseHistory>, Id>(
        forecast: &CohortForecast<'_, M, Id>,
        valuation: &Valuation,
        spend: &GammaGamma,
        factors: RateFactors,
    ) -> Result<Self, BridgeError> {
        let histories = forecast.spend_histories()?;
        let scenarios = |alive: &M::Alive| Scenarios::of(valuation, alive, factors);
        let rows: Vec<_> =
            forecast.given_alive(scenarios, |alive, parts| (alive, parts)).into_iter().zip(histories).collect();
        let uplifts = parallel::map(&rows, |((alive, discounted), history)| {
            let of = |discounted| {
                let spend = spend.forecast(history)?;
                Uplift::assemble(Probability::computed(*alive), discounted, valuation.margin, &spend)
            };
            discounted.map(of)
        });
        let named = |(index, uplift): (usize, Result<Result<_, ValuationError>, _>)| match uplift {
            Ok(Ok(uplift)) => Ok(uplift),
            Ok(Err(source)) => Err(source.of(index).into()),
            Err(source) => Err(BridgeError::Customer { index, source }),
        };
        let customers = uplifts.into_iter().enumerate().map(named).collect::<Result<_, _>>()?;
        Ok(Self::from_customers(customers, spend.params().v.currency())?)
    }

    fn from_customers(customers: Vec<Uplift>, currency: Currency) -> Result<Self, MoneyError> {
        let total = |part: fn(&ValueChange) -> ExpectedMoney| {
            sum(customers.iter().map(|uplift| part(&uplift.change()).amount()))
        };
        let parts = [ValueChange::by_purchases, ValueChange::by_retention, ValueChange::by_both].map(total);
        let change = ValueChange::new(total(ValueChange::before), parts, currency)?;
        Ok(Self { customers, currency, change })
    }

    /// The equity before and after, with the parts of the change: each is the sum of that part over the customers.
    pub const fn change(&self) -> ValueChange {
        self.change
    }

    /// The change of each customer, by position in the cohort.
    pub fn customers(&self) -> &[Uplift] {
        &self.customers
    }
}

/// In the order of the cohort, so that bits do not depend on threads.
fn sum(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |sum, number| sum + number)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedEquity {
    values: Vec<f64>,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedEquity> for CohortEquity {
    type Error = MoneyError;

    fn try_from(raw: UncheckedEquity) -> Result<Self, MoneyError> {
        Self::from_values(raw.values, raw.currency)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedUplift {
    customers: Vec<Uplift>,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedUplift> for CohortUplift {
    type Error = MoneyError;

    fn try_from(raw: UncheckedUplift) -> Result<Self, MoneyError> {
        for uplift in &raw.customers {
            crate::units::same_currency(raw.currency, uplift.change().before().currency())?;
        }
        Self::from_customers(raw.customers, raw.currency)
    }
}
