mod bargain;

pub use bargain::{BargainError, BargainingZone, ValueSplit};

use super::{BenefitSource, CostKind, Delivered};
use crate::units::{ExpectedMoney, MoneyError};

/// What one difference to the reference is worth to the customer: negative where the reference is better.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Difference {
    /// What differs.
    pub name: String,
    /// What it is worth.
    pub worth: ExpectedMoney,
}

impl Difference {
    /// A difference with its worth, positive or negative.
    pub fn new(name: impl Into<String>, worth: impl Into<ExpectedMoney>) -> Self {
        Self { name: name.into(), worth: worth.into() }
    }
}

/// The economic value of an offer to a customer: what the best alternative costs, and all that differs.
///
/// It is the highest price at which the customer is not worse off than with the alternative. The price of the
/// alternative is a fact, but what differences are worth is an estimate; so the whole is one. A price known exactly
/// ([`Money`](crate::Money)) becomes an estimate by `into()`.
///
/// # Formula
///
/// ```text
/// value = reference price + Σ positive differences − Σ |negative differences|
/// ```
///
/// ```math
/// \text{EVC} = p_{\text{ref}} + \sum_i d_i^+ - \sum_i d_i^-
/// ```
///
/// # Examples
///
/// A reference of 500 USD; our offer saves 120 USD of paper, but has to be learned for 30 USD.
///
/// ```
/// use customer_value::delivered::{Difference, EconomicValue};
/// use customer_value::{Currency, Money};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let differences = [Difference::new("paper", usd(120)), Difference::new("training", usd(-30))];
/// let value = EconomicValue::new(usd(500), differences)?;
/// assert_eq!(value.value().to_string(), "590.00 USD");
///
/// let split = value.zone(usd(300))?.split(usd(520))?;
/// assert_eq!((split.customer_surplus.amount(), split.firm_profit.amount()), (70.0, 220.0));
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Forbis & Mehta (1981), *Value-based strategies for industrial products*.
#[doc(alias = "EVC")]
#[doc(alias = "economic value to the customer")]
#[doc(alias = "经济价值")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct EconomicValue {
    reference: ExpectedMoney,
    differences: Vec<Difference>,
    #[cfg_attr(feature = "serde", serde(skip))]
    positive: ExpectedMoney,
    #[cfg_attr(feature = "serde", serde(skip))]
    negative: ExpectedMoney,
    #[cfg_attr(feature = "serde", serde(skip))]
    value: ExpectedMoney,
}

impl EconomicValue {
    /// The price of the alternative with all that differs from it.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], or [`MoneyError::NotFinite`] when a sum is too large.
    pub fn new(
        reference: impl Into<ExpectedMoney>,
        differences: impl Into<Vec<Difference>>,
    ) -> Result<Self, MoneyError> {
        let (reference, differences) = (reference.into(), differences.into());
        let nothing = ExpectedMoney::zero(reference.currency());
        let (mut positive, mut negative) = (nothing, nothing);
        for Difference { worth, .. } in &differences {
            let side = if worth.amount() > 0.0 { &mut positive } else { &mut negative };
            *side = side.checked_add(*worth)?;
        }
        // What is subtracted is kept as a size, and zero without a sign.
        let negative = nothing.checked_sub(negative)?;
        let value = reference.checked_add(positive.checked_sub(negative)?)?;
        Ok(Self { reference, differences, positive, negative, value })
    }

    /// What an offer is worth to a customer who could have the rival's: differences in the benefit of each source, and
    /// in each cost beside money.
    ///
    /// At a price of [`value`](Self::value) both offers deliver the same net value; the price the offer has now does not
    /// matter.
    ///
    /// # Errors
    ///
    /// As [`EconomicValue::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Axes, BenefitMatrix, Costs, Delivered, EconomicValue, Effort, Sources};
    /// use customer_value::{Currency, Money, ShadowPrices, Span};
    ///
    /// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
    /// let offer = |service: f64, price: i64, hours: f64| -> Result<Delivered, customer_value::Error> {
    ///     let service = Axes { functional: service, ..Axes::default() };
    ///     let benefits = BenefitMatrix::new(Sources { service, ..Sources::default() }, Currency::USD)?;
    ///     let costs = Costs::new(usd(price), Effort { time: Span::hours(hours)?, ..Effort::default() })?;
    ///     let prices = ShadowPrices { time: Some(usd(20)), ..ShadowPrices::default() };
    ///     Ok(Delivered::new(benefits, costs.components(&prices)?.priced()?)?)
    /// };
    /// // 50 USD better served, and an hour sooner done.
    /// let value = EconomicValue::over(&offer(150.0, 90, 1.0)?, &offer(100.0, 80, 2.0)?)?;
    /// assert_eq!(value.value().amount(), 80.0 + 50.0 + 20.0);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn over(offer: &Delivered, rival: &Delivered) -> Result<Self, MoneyError> {
        let mut differences = Vec::new();
        for source in BenefitSource::ALL {
            let more = offer.source(source).checked_sub(rival.source(source))?;
            differences.push(Difference::new(source.to_string(), more));
        }
        for kind in CostKind::ALL.into_iter().filter(|&kind| kind != CostKind::Monetary) {
            let spared = rival.costs().of(kind).checked_sub(offer.costs().of(kind))?;
            differences.push(Difference::new(kind.to_string(), spared));
        }
        Self::new(rival.costs().of(CostKind::Monetary), differences)
    }

    /// The price of the alternative.
    pub const fn reference(&self) -> ExpectedMoney {
        self.reference
    }

    /// All that differs, in the order given.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// What the offer has over the alternative.
    pub const fn positive(&self) -> ExpectedMoney {
        self.positive
    }

    /// What the alternative has over the offer, as a size.
    pub const fn negative(&self) -> ExpectedMoney {
        self.negative
    }

    /// The reference price, plus what the offer has over it, less what it lacks: the highest price at which the customer
    /// is not worse off than with the alternative.
    ///
    /// Below zero the customer would have to be paid.
    #[doc(alias = "max_price")]
    #[doc(alias = "reservation price")]
    pub const fn value(&self) -> ExpectedMoney {
        self.value
    }

    /// The prices that suit both the customer and a firm with this cost.
    ///
    /// # Errors
    ///
    /// As [`BargainingZone::new`].
    pub fn zone(&self, cost: impl Into<ExpectedMoney>) -> Result<BargainingZone, BargainError> {
        BargainingZone::new(cost, self.value)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    reference: ExpectedMoney,
    differences: Vec<Difference>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for EconomicValue {
    type Error = MoneyError;

    fn try_from(raw: Unchecked) -> Result<Self, MoneyError> {
        Self::new(raw.reference, raw.differences)
    }
}
