use super::{BridgeError, ValueChange, change::value_after};
use crate::{
    derivation::{Derivation, DerivationStep, DerivationUnit},
    lifetime::{Forecast, ForecastError, Process, RateFactors, ScalingError, SpendForecast, Valuation, ValuationError},
    units::{ExpectedMoney, Margin, MoneyError, Probability},
};

/// What a customer is worth more, or less, when rates change: ΔCLV with its parts.
///
/// The history, P(alive) and the spend a purchase stay; see [`Forecast::scaled`].
///
/// # Formula
///
/// With CLV(f, g) the residual value where purchases come f times as fast and customers leave g times as readily:
///
/// ```text
/// by purchases   CLV(f, 1) − CLV(1, 1)
/// by retention   CLV(1, g) − CLV(1, 1)
/// by both        CLV(f, g) − CLV(1, 1) − by purchases − by retention
/// ```
///
/// ```math
/// \Delta\mathrm{CLV} = \mathrm{CLV}(f, g) - \mathrm{CLV}(1, 1)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Elasticity, Uplift, ValueElasticity};
/// use customer_value::{
///     CountModel, Currency, DiscountRate, ExpectedMoney, GammaGamma, GammaGammaParams, Horizon, Margin, Nbd,
///     NbdParams, PurchaseHistory, Span, Valuation,
/// };
///
/// // NBD: nobody leaves, so that value is proportional to the purchase rate.
/// let purchases = Nbd::new(NbdParams { r: 0.385, alpha: Span::weeks(12.07)? })?.forecast(&PurchaseHistory::acquired());
/// let v = ExpectedMoney::new(15.44, Currency::USD)?;
/// let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v })?.newcomer();
/// let valuation = Valuation {
///     horizon: Horizon::Lifetime,
///     discount: DiscountRate::effective_annual(0.12)?,
///     margin: Margin::new(0.3)?,
/// };
///
/// // A fifth more delivered value, and half as many percent more purchases.
/// let response = ValueElasticity { purchase: Elasticity::new(0.5)?, dropout: Elasticity::ZERO };
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let uplift = Uplift::new(&valuation, &purchases, &spend, response.factors(usd(50.0)?, usd(60.0)?)?)?;
/// let change = uplift.change();
/// let share = change.total().amount() / change.before().amount();
/// assert!((share - (1.2_f64.sqrt() - 1.0)).abs() < 1e-12);
/// assert_eq!(change.by_retention().amount(), 0.0);
/// assert_eq!(uplift.derivation().value(), change.after().amount());
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "ΔCLV")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Uplift {
    probability_alive: Probability,
    discounted: Scenarios<f64>,
    margin: Margin,
    spend_per_purchase: ExpectedMoney,
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    change: ValueChange,
}

/// One thing for each combination of what changes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Scenarios<T> {
    before: T,
    purchases: T,
    retention: T,
    both: T,
}

impl<T: Copy> Scenarios<T> {
    fn map<R>(self, mut f: impl FnMut(T) -> R) -> Scenarios<R> {
        let Self { before, purchases, retention, both } = self;
        Scenarios { before: f(before), purchases: f(purchases), retention: f(retention), both: f(both) }
    }

    fn to_array(self) -> [T; 4] {
        [self.before, self.purchases, self.retention, self.both]
    }
}

impl Scenarios<f64> {
    /// Discounted purchases of a living customer; infinite where they diverge.
    pub fn of<P: Process>(valuation: &Valuation, alive: &P, factors: RateFactors) -> Result<Self, ScalingError> {
        let discounted = |factors| Ok(valuation.discounted_purchases(&alive.scaled(factors)?));
        Ok(Self {
            before: valuation.discounted_purchases(alive),
            purchases: discounted(factors.purchases_alone())?,
            retention: discounted(factors.dropout_alone())?,
            both: discounted(factors)?,
        })
    }
}

impl Uplift {
    /// The change of a customer's value when rates change by these factors.
    ///
    /// # Errors
    ///
    /// [`BridgeError::Valuation`] where a value before or after has no number, [`BridgeError::Scaling`] where the
    /// customer leaves the range of the numbers.
    pub fn new<P: Process>(
        valuation: &Valuation,
        purchases: &Forecast<P>,
        spend: &SpendForecast,
        factors: RateFactors,
    ) -> Result<Self, BridgeError> {
        let discounted = Scenarios::of(valuation, purchases.given_alive(), factors)?;
        Ok(Self::assemble(purchases.probability_alive(), discounted, valuation.margin, spend)?)
    }

    pub(super) fn assemble(
        alive: Probability,
        discounted: Scenarios<f64>,
        margin: Margin,
        spend: &SpendForecast,
    ) -> Result<Self, ValuationError> {
        if discounted.to_array().iter().any(|purchases| !purchases.is_finite()) {
            return Err(ForecastError::Diverges.into());
        }
        Ok(Self::from_parts(alive, discounted, margin, spend.mean()?)?)
    }

    fn from_parts(
        probability_alive: Probability,
        discounted: Scenarios<f64>,
        margin: Margin,
        spend_per_purchase: ExpectedMoney,
    ) -> Result<Self, MoneyError> {
        // As in `Valuation::value`, to the last bit.
        let value =
            |given_alive: f64| spend_per_purchase.amount() * (margin.get() * (probability_alive.get() * given_alive));
        let Scenarios { before, purchases, retention, both } = discounted.map(value);
        let (by_purchases, by_retention) = (purchases - before, retention - before);
        let by_both = (both - before) - (by_purchases + by_retention);
        let change = ValueChange::new(before, [by_purchases, by_retention, by_both], spend_per_purchase.currency())?;
        Ok(Self { probability_alive, discounted, margin, spend_per_purchase, change })
    }

    /// The value before and after, with the parts of the change.
    pub const fn change(&self) -> ValueChange {
        self.change
    }

    /// How the value after came about, down to P(alive), discounted purchases, margin and spend.
    pub fn derivation(&self) -> Derivation {
        let currency = self.spend_per_purchase.currency();
        let money = |name, step, parts: Vec<_>| Derivation::proven(name, step, currency, parts);
        let difference = |name, from, less| money(name, DerivationStep::Difference, vec![from, less]);
        let Scenarios { before, purchases, retention, both } = self.discounted;
        let value_before = || self.value("value before", before);
        let by_purchases = || difference("by purchases", self.value("with purchases alone", purchases), value_before());
        let by_retention = || difference("by retention", self.value("with retention alone", retention), value_before());
        let together = difference("together", self.value("with both", both), value_before());
        let alone = money("each alone", DerivationStep::Sum, vec![by_purchases(), by_retention()]);
        let parts = [by_purchases(), by_retention(), difference("by both", together, alone)];
        value_after(value_before(), parts, currency)
    }

    fn value(&self, name: &'static str, discounted: f64) -> Derivation {
        let parts = [
            Derivation::known("P(alive)", self.probability_alive.get(), DerivationUnit::Share),
            Derivation::known("discounted purchases if alive", discounted, DerivationUnit::Number),
            Derivation::known("margin", self.margin.get(), DerivationUnit::Number),
            Derivation::money("spend a purchase", self.spend_per_purchase),
        ];
        Derivation::proven(name, DerivationStep::Product, self.spend_per_purchase.currency(), parts)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    probability_alive: Probability,
    discounted: Scenarios<f64>,
    margin: Margin,
    spend_per_purchase: ExpectedMoney,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Uplift {
    type Error = BridgeError;

    fn try_from(raw: Unchecked) -> Result<Self, BridgeError> {
        for purchases in raw.discounted.to_array() {
            crate::units::in_range("discounted purchases", purchases, 0.0, f64::MAX)?;
        }
        Ok(Self::from_parts(raw.probability_alive, raw.discounted, raw.margin, raw.spend_per_purchase)?)
    }
}
