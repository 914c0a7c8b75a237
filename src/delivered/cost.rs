use super::benefit::LARGEST_AMOUNT;
use super::{Axis, DeliveredError};
use crate::customer::ShadowPrices;
use crate::units::{Currency, ExpectedMoney, Money, Span, UnitError, in_range, same_currency};

/// What a customer gives up.
#[doc(alias = "顾客成本")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CostKind {
    /// Money.
    #[doc(alias = "货币成本")]
    Monetary,
    /// Hours.
    #[doc(alias = "时间成本")]
    Time,
    /// Bodily effort.
    #[doc(alias = "体力成本")]
    Energy,
    /// Mental effort.
    #[doc(alias = "精神成本")]
    Psychic,
    /// The effort of keeping up the relationship.
    #[doc(alias = "关系成本")]
    Relationship,
}

impl std::fmt::Display for CostKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Monetary => "money",
            Self::Time => "time",
            Self::Energy => "energy",
            Self::Psychic => "mind",
            Self::Relationship => "relationship",
        })
    }
}

impl CostKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Monetary, Self::Time, Self::Energy, Self::Psychic, Self::Relationship];
}

/// What a customer gives up beside money: hours, and units on scales of the caller's choice.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Effort {
    /// Their time.
    pub time: Span,
    /// Bodily effort, in the unit of its shadow price.
    pub energy: f64,
    /// Mental effort, in the unit of its shadow price.
    pub psychic: f64,
    /// Effort of keeping up the relationship, in the unit of its shadow price.
    pub relationship: f64,
}

/// All that an offer asks of a customer: money, which is a fact, and efforts, which are quantities.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{CostKind, Costs, Effort};
/// use customer_value::{Currency, Money, ShadowPrices, Span};
///
/// let usd = |cents| Money::from_minor(cents, Currency::USD);
/// let effort = Effort { time: Span::hours(2.0)?, energy: 3.0, ..Effort::default() };
/// let costs = Costs::new(usd(100_000), effort)?;
///
/// // Nobody has priced the energy: there are components, but no total.
/// let prices = ShadowPrices { time: Some(usd(6_000)), ..ShadowPrices::default() };
/// let components = costs.components(&prices)?;
/// assert_eq!(components.of(CostKind::Energy), None);
/// assert!(components.priced().is_err());
///
/// let prices = ShadowPrices { energy: Some(usd(500)), ..prices };
/// assert_eq!(costs.components(&prices)?.priced()?.total().amount(), 1_135.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Costs {
    monetary: Money,
    effort: Effort,
}

impl Costs {
    /// A price with everything else it takes.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless all quantities are finite and not negative.
    pub fn new(monetary: Money, effort: Effort) -> Result<Self, UnitError> {
        in_range("price", monetary.to_f64(), 0.0, f64::MAX)?;
        in_range("energy", effort.energy, 0.0, f64::MAX)?;
        in_range("psychic effort", effort.psychic, 0.0, f64::MAX)?;
        in_range("relationship effort", effort.relationship, 0.0, f64::MAX)?;
        Ok(Self { monetary, effort })
    }

    /// The money.
    pub const fn monetary(&self) -> Money {
        self.monetary
    }

    /// Everything else.
    pub const fn effort(&self) -> Effort {
        self.effort
    }

    /// Every cost in money, as far as its kind has a price. What takes no effort costs nothing without one.
    ///
    /// # Formula
    ///
    /// ```text
    /// cost of a kind = quantity · shadow price
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] for a shadow price in another currency, [`DeliveredError::Unit`] for a negative one
    /// or for a cost above 1e149.
    pub fn components(&self, prices: &ShadowPrices) -> Result<CostComponents, DeliveredError> {
        let Effort { time, energy, psychic, relationship } = self.effort;
        let amounts = [
            Some(self.monetary.to_f64()),
            self.shadow_cost(time.as_hours(), prices.time)?,
            self.shadow_cost(energy, prices.energy)?,
            self.shadow_cost(psychic, prices.psychic)?,
            self.shadow_cost(relationship, prices.relationship)?,
        ];
        Ok(CostComponents { amounts, currency: self.monetary.currency() })
    }

    fn shadow_cost(&self, quantity: f64, price: Option<Money>) -> Result<Option<f64>, DeliveredError> {
        let Some(price) = price else {
            return Ok((quantity <= 0.0).then_some(0.0));
        };
        same_currency(self.monetary.currency(), price.currency())?;
        let price = in_range("shadow price", price.to_f64(), 0.0, f64::MAX)?;
        Ok(Some(in_range("cost", quantity * price, 0.0, LARGEST_AMOUNT)?))
    }
}

/// Costs by kind, some of which may have no price; they have no total until they are [`priced`](Self::priced).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CostComponents {
    amounts: [Option<f64>; 5],
    currency: Currency,
}

impl CostComponents {
    /// The cost of one kind; `None` when it has a quantity but no price.
    pub fn of(&self, kind: CostKind) -> Option<ExpectedMoney> {
        self.amounts[kind as usize].map(|amount| ExpectedMoney::known(amount, self.currency))
    }

    /// The costs, if every kind has a price.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Unpriced`] names the kinds without one.
    pub fn priced(&self) -> Result<PricedCosts, DeliveredError> {
        let [Some(monetary), Some(time), Some(energy), Some(psychic), Some(relationship)] = self.amounts else {
            let kinds = CostKind::ALL.into_iter().filter(|&kind| self.of(kind).is_none()).collect();
            return Err(DeliveredError::Unpriced { kinds });
        };
        Ok(PricedCosts { amounts: [monetary, time, energy, psychic, relationship], currency: self.currency })
    }
}

/// Costs by kind, all in money: an estimate, since shadow prices are.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedPriced"))]
pub struct PricedCosts {
    amounts: [f64; 5],
    currency: Currency,
}

impl PricedCosts {
    /// The same with the cost of one kind raised by a change, lowered by a negative one.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] for another currency, [`DeliveredError::Unit`] when the cost falls below zero or leaves
    /// its range.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{CostKind, Costs, Effort};
    /// use customer_value::{Currency, ExpectedMoney, Money, ShadowPrices};
    ///
    /// let costs = Costs::new(Money::from_minor(12_000, Currency::USD), Effort::default())?;
    /// let priced = costs.components(&ShadowPrices::default())?.priced()?;
    /// let cheaper = priced.plus(CostKind::Monetary, ExpectedMoney::new(-20.0, Currency::USD)?)?;
    /// assert_eq!(cheaper.total().amount(), 100.0);
    /// assert!(cheaper.plus(CostKind::Time, ExpectedMoney::new(-1.0, Currency::USD)?).is_err());
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn plus(mut self, kind: CostKind, change: ExpectedMoney) -> Result<Self, DeliveredError> {
        same_currency(self.currency, change.currency())?;
        let cost = self.amounts[kind as usize] + change.amount();
        self.amounts[kind as usize] = in_range("cost", cost, 0.0, LARGEST_AMOUNT)?;
        Ok(self)
    }

    /// The cost of one kind.
    pub fn of(&self, kind: CostKind) -> ExpectedMoney {
        ExpectedMoney::known(self.amounts[kind as usize], self.currency)
    }

    /// All costs together.
    #[doc(alias = "总顾客成本")]
    pub fn total(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.amounts.iter().sum(), self.currency)
    }

    /// The currency of all costs.
    pub const fn currency(&self) -> Currency {
        self.currency
    }
}

/// On which axis of value each kind of cost weighs; a convention of this library, which the caller may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CostProjection {
    /// Of money: economic by default.
    pub monetary: Axis,
    /// Of time: functional by default.
    pub time: Axis,
    /// Of bodily effort: functional by default.
    pub energy: Axis,
    /// Of mental effort: psychological by default.
    pub psychic: Axis,
    /// Of the relationship: psychological by default.
    pub relationship: Axis,
}

impl CostProjection {
    /// The axis of a kind.
    pub const fn axis(&self, kind: CostKind) -> Axis {
        match kind {
            CostKind::Monetary => self.monetary,
            CostKind::Time => self.time,
            CostKind::Energy => self.energy,
            CostKind::Psychic => self.psychic,
            CostKind::Relationship => self.relationship,
        }
    }
}

impl Default for CostProjection {
    fn default() -> Self {
        Self {
            monetary: Axis::Economic,
            time: Axis::Functional,
            energy: Axis::Functional,
            psychic: Axis::Psychological,
            relationship: Axis::Psychological,
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    monetary: Money,
    effort: Effort,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Costs {
    type Error = UnitError;

    fn try_from(raw: Unchecked) -> Result<Self, UnitError> {
        Self::new(raw.monetary, raw.effort)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedPriced {
    amounts: [f64; 5],
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedPriced> for PricedCosts {
    type Error = UnitError;

    fn try_from(raw: UncheckedPriced) -> Result<Self, UnitError> {
        for amount in raw.amounts {
            in_range("cost", amount, 0.0, LARGEST_AMOUNT)?;
        }
        Ok(Self { amounts: raw.amounts, currency: raw.currency })
    }
}
