//! Value **to** the customer: what an offer gives, less all that the customer gives up for it.
//!
//! Benefits stand in a [`BenefitMatrix`] of four sources by three axes; what the customer gives up is [`Costs`],
//! of which only money has a price of its own. Together they are [`Delivered`]: a net amount, a ratio, and a
//! [`ValueVector`] that says which kind of value it is. [`ChoiceSet`] turns the worth of rival offers into the
//! shares in which they are chosen.

mod benefit;
mod choice;
mod cost;
mod derivation;
mod perception;
mod vector;

pub use benefit::{BenefitMatrix, BenefitSource, Sources};
pub use choice::{Alternative, ChoiceError, ChoiceSet, Shares};
pub use cost::{CostComponents, CostKind, CostProjection, Costs, Effort, PricedCosts};
pub use perception::{Level, Perception};
pub use vector::{AgainstIdeal, Axes, Axis, AxisUnit, CrossTerms, Direction, Metric, Score, ValueVector};

use crate::units::{Currency, ExpectedMoney, MoneyError, UnitError, WeightsError, same_currency};

/// What an offer delivers to one customer: benefits less costs, in one currency.
///
/// The difference and the ratio can rank two offers differently, so both have names.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Axes, BenefitMatrix, Costs, Delivered, Effort, Sources};
/// use customer_value::{Currency, Money, ShadowPrices, Span};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let benefits = BenefitMatrix::new(
///     Sources {
///         product: Axes { economic: 60.0, functional: 40.0, psychological: 20.0 },
///         service: Axes { economic: 10.0, functional: 30.0, psychological: 10.0 },
///         people: Axes { economic: 0.0, functional: 15.0, psychological: 15.0 },
///         image: Axes { economic: 0.0, functional: 0.0, psychological: 25.0 },
///     },
///     Currency::USD,
/// )?;
/// let costs = Costs::new(usd(120), Effort { time: Span::hours(2.0)?, ..Effort::default() })?;
/// let prices = ShadowPrices { time: Some(usd(5)), ..ShadowPrices::default() };
///
/// let delivered = Delivered::new(benefits, costs.components(&prices)?.priced()?)?;
/// assert_eq!(delivered.net().to_string(), "95.00 USD");
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Kotler & Keller, *Marketing Management*: total customer benefit is the bundle of economic, functional and
/// psychological benefits because of the product, service, people and image.
#[doc(alias = "customer delivered value")]
#[doc(alias = "让渡价值")]
#[doc(alias = "顧客讓渡價值")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Delivered {
    benefits: BenefitMatrix,
    costs: PricedCosts,
    projection: CostProjection,
}

impl Delivered {
    /// Benefits set against costs, both in one currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`].
    pub fn new(benefits: BenefitMatrix, costs: PricedCosts) -> Result<Self, MoneyError> {
        same_currency(benefits.currency(), costs.currency())?;
        Ok(Self { benefits, costs, projection: CostProjection::default() })
    }

    /// The same, with every kind of cost charged to the axis named.
    #[must_use]
    pub const fn with_projection(self, projection: CostProjection) -> Self {
        Self { projection, ..self }
    }

    /// What the customer gets.
    pub const fn benefits(&self) -> &BenefitMatrix {
        &self.benefits
    }

    /// What the customer gives up.
    pub const fn costs(&self) -> &PricedCosts {
        &self.costs
    }

    /// The currency of all amounts.
    pub const fn currency(&self) -> Currency {
        self.benefits.currency()
    }

    /// Benefit less cost: what is left to the customer.
    #[doc(alias = "net value")]
    pub fn net(&self) -> ExpectedMoney {
        let net = self.benefits.total().amount() - self.costs.total().amount();
        ExpectedMoney::known(net, self.currency())
    }

    /// Whether the customer is better off than without the offer.
    pub fn is_positive(&self) -> bool {
        self.net().amount() > 0.0
    }

    /// Benefit over cost; `None` when nothing is given up, or so little that the quotient is no number.
    pub fn ratio(&self) -> Option<f64> {
        let cost = self.costs.total().amount();
        let ratio = self.benefits.total().amount() / cost;
        if cost > 0.0 && ratio.is_finite() { Some(ratio) } else { None }
    }

    /// The benefit from one source, before any cost.
    pub fn source(&self, source: BenefitSource) -> ExpectedMoney {
        self.benefits.source(source)
    }

    /// The benefit on one axis, less the costs charged to it.
    pub fn axis(&self, axis: Axis) -> ExpectedMoney {
        ExpectedMoney::known(self.net_axes()[axis], self.currency())
    }

    /// The net value on all axes; its components add up to [`net`](Self::net).
    pub fn net_vector(&self) -> ValueVector {
        ValueVector::proven(self.net_axes(), self.currency())
    }

    fn net_axes(&self) -> Axes {
        let mut net = self.benefits.vector().axes();
        for kind in CostKind::ALL {
            net[self.projection.axis(kind)] -= self.costs.of(kind).amount();
        }
        net
    }
}

/// Why a delivered value cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveredError {
    /// Two currencies met.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// Numbers that are not weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Efforts that nobody has priced leave no single amount.
    #[error("no shadow price for {}", kinds.iter().map(CostKind::to_string).collect::<Vec<_>>().join(", "))]
    Unpriced {
        /// The kinds of cost with a quantity but no price.
        kinds: Vec<CostKind>,
    },
    /// The matrix is no metric.
    #[error("the matrix is not positive definite, expected one that gives every vector but zero a length above 0")]
    NotPositiveDefinite,
    /// A zero vector points nowhere, so nothing can be measured along it.
    #[error("the ideal is the zero vector, expected a direction")]
    ZeroIdeal,
    /// The result is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
    },
    /// Every attribute needs its weight.
    #[error("{levels} attributes but {weights} weights")]
    Lengths {
        /// How many weights there are.
        weights: usize,
        /// How many attributes have levels.
        levels: usize,
    },
    /// A utility function gave no number.
    #[error("the utility of level {level} of attribute {attribute} is {value}, expected a finite number")]
    Utility {
        /// Position of the attribute.
        attribute: usize,
        /// The level it was asked about.
        level: f64,
        /// What it gave.
        value: f64,
    },
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    benefits: BenefitMatrix,
    costs: PricedCosts,
    projection: CostProjection,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Delivered {
    type Error = MoneyError;

    fn try_from(raw: Unchecked) -> Result<Self, MoneyError> {
        Ok(Self::new(raw.benefits, raw.costs)?.with_projection(raw.projection))
    }
}
