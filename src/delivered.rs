//! Value **to** the customer: what an offer gives, less all that the customer gives up for it.
//!
//! Benefits stand in a [`BenefitMatrix`] of four sources by three axes; what the customer gives up is [`Costs`],
//! of which only money has a price of its own. Together they are [`Delivered`]: a net amount, a ratio, and a
//! [`ValueVector`] that says which kind of value it is. [`ChoiceSet`] turns the worth of rival offers into the
//! shares in which they are chosen.
//!
//! ```
//! use customer_value::delivered::{BenefitMatrix, ChoiceSet, Costs, Delivered, DeliveredError, Effort, Sources};
//! use customer_value::{Currency, Money, ShadowPrices, Span};
//!
//! // Benefits a year in euros, each on the economic, functional and psychological axis; price; hours, at 25 EUR each.
//! let eur = |major: i64| Money::from_minor(100 * major, Currency::EUR);
//! let offer = |product: [f64; 3], service: [f64; 3], price: i64, hours: f64| {
//!     let cells = Sources { product: product.into(), service: service.into(), ..Sources::default() };
//!     let effort = Effort { time: Span::hours(hours)?, ..Effort::default() };
//!     let prices = ShadowPrices { time: Some(eur(25)), ..ShadowPrices::default() };
//!     let costs = Costs::new(eur(price), effort)?.components(&prices)?.priced()?;
//!     Ok::<_, customer_value::Error>(Delivered::new(BenefitMatrix::new(cells, Currency::EUR)?, costs)?)
//! };
//! let ours = offer([300.0, 200.0, 50.0], [0.0, 120.0, 80.0], 420, 6.0)?;
//! let rival = offer([280.0, 180.0, 20.0], [0.0, 40.0, 0.0], 380, 4.0)?;
//! assert_eq!((ours.net().to_string(), rival.net().to_string()), ("180.00 EUR".into(), "40.00 EUR".into()));
//!
//! // To a buyer for whom 100 EUR more make an offer e times as likely: 1 / (1 + e^−1.4).
//! let shares = ChoiceSet::by_net(&[ours, rival], 0.01)?.shares();
//! assert!((shares.offers[0].get() - 0.802_183_888_558_581_8).abs() < 1e-12);
//! # Ok::<(), customer_value::Error>(())
//! ```
//!
//! # Which type when
//!
//! | you ask | take | and get |
//! | --- | --- | --- |
//! | what an offer is worth, net | [`Delivered`] of [`BenefitMatrix`] and [`Costs`] | an amount, a ratio, a [`ValueVector`] |
//! | what time and worry cost a customer whom nobody asked | [`ShadowPrices::or`] | own prices, else those of the segment |
//! | which kind of value it is, who buys it | [`ValueVector::direction`], [`Direction::sector`] | cosines, angles; the leading axis |
//! | how far it is from what the customer wants | [`ValueVector::against`], [`Metric`] | gap, attainment, waste, shortfall |
//! | where the value went over the years | [`Trajectory`] | path, straightness, turns, approach to an ideal |
//! | who is better | [`Delivered::advantage_over`], [`ValueVector::dominance`], [`ValueVector::front`] | differences; offers that nobody dominates |
//! | one number of several | [`Aggregator`] | CES, the least, multiplicative utility, Choquet |
//! | what a level is worth, what more of it adds | [`Response`] | value and slope; Kano's curves among them |
//! | what a customer expects | [`Perception`] | expected utility over uncertain levels |
//! | what is needed, said and unsaid | [`Needs`] | latent share, satisfaction, contributions |
//! | what an organisation and the persons in it want | [`BuyingCentre`] | pooled utility |
//! | the highest price against an alternative | [`EconomicValue`] | EVC, by named differences |
//! | which price, and who gains what | [`BargainingZone`] | [`ValueSplit`], Nash price |
//! | whether the quality is worth the price | [`QualityProfile`], [`ValueMap`] | relative quality, fair price, [`ValueVerdict`] |
//! | who is chosen | [`ChoiceSet`]; [`NestedLogit`] where some offers are alike | probabilities, elasticities, logsum |
//! | what customers weigh, from what they chose | [`ObservedChoices`], [`ConditionalLogit::fit`] | coefficients with standard errors |
//! | what an attribute is worth in money | [`WillingnessToPay`] | an amount with its interval |
//!
//! [`ShadowPrices::or`]: crate::ShadowPrices::or

mod aggregate;
mod benefit;
mod buying_centre;
mod choice;
mod cost;
mod derivation;
mod economic_value;
mod needs;
mod perception;
mod response;
mod value_map;
mod vector;

pub use aggregate::{AggregateError, Aggregator, PairInteraction};
pub use benefit::{BenefitMatrix, BenefitSource, Sources};
pub use buying_centre::{BuyingCentre, Member, Organisation, Pooling};
pub use choice::{
    Alternative, ChoiceError, ChoiceSet, CoefficientEstimate, ConditionalLogit, LogitError, LogitFit, MoneyInterval,
    Nest, NestedLogit, ObservedChoices, ObservedChoicesError, Separation, Shares, Situation, SituationError,
    WillingnessError, WillingnessToPay,
};
pub use cost::{CostComponents, CostKind, CostProjection, Costs, Effort, PricedCosts};
pub use economic_value::{BargainError, BargainingZone, Difference, EconomicValue, ValueSplit};
pub use needs::{Articulation, Need, Needs};
pub use perception::{Level, Perception};
pub use response::{Curve, Response, ResponseError};
pub use value_map::{Position, QualityProfile, ValueMap, ValueMapError, ValueVerdict};
pub use vector::{
    AgainstIdeal, Approach, Axes, Axis, AxisUnit, CrossTerms, Direction, Metric, Score, Trajectory, ValueVector,
};

use crate::customer::Role;
use crate::units::{Currency, Day, ExpectedMoney, MoneyError, UnitError, WeightsError, same_currency};

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

    /// The axis that each kind of cost is charged to.
    pub const fn projection(&self) -> CostProjection {
        self.projection
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

    /// What this offer delivers more than a rival, in all and on each axis.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] when the currencies differ, [`DeliveredError::Unit`] when a component of the
    /// difference leaves the range of values.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{BenefitMatrix, Costs, Delivered, Effort, Sources};
    /// use customer_value::{Currency, Money, ShadowPrices};
    ///
    /// let offer = |service: f64, price: i64| -> Result<Delivered, customer_value::Error> {
    ///     let service = [0.0, service, 0.0].into();
    ///     let benefits = BenefitMatrix::new(Sources { service, ..Sources::default() }, Currency::USD)?;
    ///     let costs = Costs::new(Money::from_minor(100 * price, Currency::USD), Effort::default())?;
    ///     Ok(Delivered::new(benefits, costs.components(&ShadowPrices::default())?.priced()?)?)
    /// };
    /// let advantage = offer(150.0, 110)?.advantage_over(&offer(120.0, 90)?)?;
    /// assert_eq!(advantage.net.amount(), 10.0);
    /// assert_eq!(advantage.vector.axes(), [-20.0, 30.0, 0.0].into());
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    #[doc(alias = "优势")]
    pub fn advantage_over(&self, rival: &Self) -> Result<Advantage, DeliveredError> {
        let net = self.net().checked_sub(rival.net())?;
        Ok(Advantage { net, vector: self.net_vector().minus(&rival.net_vector())? })
    }

    fn net_axes(&self) -> Axes {
        let mut net = self.benefits.vector().axes();
        for kind in CostKind::ALL {
            net[self.projection.axis(kind)] -= self.costs.of(kind).amount();
        }
        net
    }
}

/// How much more one offer delivers than a rival; negative where it delivers less.
#[doc(alias = "竞争优势")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Advantage {
    /// The difference of the net values.
    pub net: ExpectedMoney,
    /// The difference of the net vectors: on which axes the advantage lies.
    pub vector: ValueVector,
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
    /// A path needs a beginning and an end.
    #[error("{found} points, expected at least 2")]
    TooFewPoints {
        /// How many points there are.
        found: usize,
    },
    /// The points of a path are not in the order of their days.
    #[error("point {point} (from 0) is of {day}, expected a day after {previous}")]
    DayOrder {
        /// Position of the point that comes too early.
        point: usize,
        /// The day of the point before it.
        previous: Day,
        /// Its own day.
        day: Day,
    },
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
    /// Every attribute has a response of its own.
    #[error("{found} responses for {expected} attributes, expected one for each")]
    Responses {
        /// How many attributes there are.
        expected: usize,
        /// How many responses were given.
        found: usize,
    },
    /// Every need is met at one level.
    #[error("{found} levels for {expected} needs, expected one for each")]
    Levels {
        /// How many needs there are.
        expected: usize,
        /// How many levels were given.
        found: usize,
    },
    /// A response curve gave no number.
    #[error("attribute {attribute} (from 0): {source}")]
    Response {
        /// Position of the attribute.
        attribute: usize,
        /// What is wrong.
        source: ResponseError,
    },
    /// A need cannot be met at this level, or is declared wrongly.
    #[error("need {name:?}: {source}")]
    Need {
        /// The need.
        name: String,
        /// What is wrong.
        source: ResponseError,
    },
    /// Two needs have one name.
    #[error("need {name:?} is declared twice")]
    DuplicateNeed {
        /// The name.
        name: String,
    },
    /// There is no need, so there is no mean.
    #[error("there are no needs, expected at least one")]
    NoNeeds,
    /// Nothing counts, so there is no mean.
    #[error("the weights of all needs are 0, expected one above 0")]
    NoWeight,
    /// A member of a buying centre has a utility outside the range of the pooling rule.
    #[error("member {member} (from 0), {role}: {source}")]
    Member {
        /// Position of the member.
        member: usize,
        /// The part the member plays.
        role: Role,
        /// What is wrong.
        source: UnitError,
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
