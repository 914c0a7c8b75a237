mod ces;
mod choquet;
mod multiplicative;

pub use choquet::PairInteraction;

use super::{AxisUnit, ValueVector};
use crate::units::{UnitError, Weights, in_range};

/// A rule that makes one number of several components, such as the axes of a value or utilities of attributes.
///
/// Whether imbalance is rewarded or punished is a matter of the rule. The length of a [`ValueVector`] is
/// [`ces_unnormalised`](Self::ces_unnormalised) with coefficients 1 and ρ = 2: at a given sum it is greatest when all
/// value is of one kind. Wherever a customer wants a balance, take ρ < 1; at ρ = 1 only the sum counts.
///
/// Components are not negative, since powers of negative numbers are no numbers.
///
/// # Formula
///
/// ```text
/// CES             (Σ aᵢ xᵢ^ρ)^(1/ρ)           ρ → 0: Π xᵢ^aᵢ           ρ → −∞: min xᵢ
/// multiplicative  (Π (1 + K kᵢ uᵢ) − 1) / K   where 1 + K = Π (1 + K kᵢ), K > −1
/// Choquet         Σ φᵢ xᵢ − ½ Σ Iᵢⱼ |xᵢ − xⱼ|
/// ```
///
/// ```math
/// M = \left(\sum_i a_i x_i^{\rho}\right)^{1/\rho}, \qquad
/// 1 + K u = \prod_i (1 + K k_i u_i), \qquad
/// C = \sum_i \varphi_i x_i - \tfrac{1}{2} \sum_{i<j} I_{ij} |x_i - x_j|
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::delivered::{Aggregator, Score, ValueVector};
///
/// let value = ValueVector::new([3.0, 4.0, 12.0], Score)?;
/// let balanced = Aggregator::ces(Weights::equal(3)?, -1.0)?;
/// assert!((balanced.of_value(&value)? - 4.5).abs() < 1e-14);
/// let length = Aggregator::ces_unnormalised([1.0; 3], 2.0)?;
/// assert!((length.of_value(&value)? - 13.0).abs() < 1e-14);
/// assert_eq!(Aggregator::least().of_value(&value)?, 3.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Arrow, Chenery, Minhas & Solow (1961), *Capital–labor substitution and economic efficiency*; Keeney & Raiffa
/// (1976), *Decisions with multiple objectives*; Grabisch (1997), *k-order additive discrete fuzzy measures and their
/// representation*.
#[doc(alias = "CES")]
#[doc(alias = "Cobb–Douglas")]
#[doc(alias = "MAUT")]
#[doc(alias = "Choquet")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Aggregator(Rule);

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
enum Rule {
    Ces { weights: Weights, rho: f64 },
    CesUnnormalised { coefficients: Vec<f64>, rho: f64 },
    Least,
    Multiplicative { constants: Vec<f64>, k: f64 },
    Choquet { shapley: Weights, interactions: Vec<PairInteraction> },
}

/// Why components cannot be made one number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AggregateError {
    /// A parameter outside its range.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// There is nothing to aggregate.
    #[error("there are no components, expected at least one")]
    Empty,
    /// Every component needs its weight.
    #[error("{found} components, expected {expected}")]
    Components {
        /// How many the rule is made for.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A component outside the range of the rule.
    #[error("component {index} (from 0): {source}")]
    Component {
        /// Position of the component.
        index: usize,
        /// What it is, and what was expected.
        source: UnitError,
    },
    /// A component of zero, where only positive ones have a power.
    #[error("component {index} (from 0) is 0, expected a number above 0 where ρ is {rho}")]
    ZeroComponent {
        /// Position of the component.
        index: usize,
        /// The exponent.
        rho: f64,
    },
    /// Coefficients that are not weights on the simplex have no limit as ρ goes to 0.
    #[error("ρ is 0, expected another number where coefficients need not sum to 1")]
    ZeroRho,
    /// A coefficient that is no positive number.
    #[error("coefficient {index} (from 0) is {value}, expected a number from {low} to {high}")]
    Coefficient {
        /// Position of the coefficient.
        index: usize,
        /// What was given.
        value: f64,
        /// The least legal number.
        low: f64,
        /// The greatest legal number.
        high: f64,
    },
    /// A single attribute makes the whole utility.
    #[error("the scaling constant of the only attribute is {value}, expected 1")]
    SingleConstant {
        /// What was given.
        value: f64,
    },
    /// An interaction that is not between two different components, or is declared twice.
    #[error(
        "interaction of components {first} and {second} among {components}, expected two different ones, each pair once"
    )]
    Pair {
        /// The one.
        first: usize,
        /// The other.
        second: usize,
        /// How many components there are.
        components: usize,
    },
    /// Interactions so strong that more of a component would make the whole less.
    #[error("component {index} (from 0) has weight {shapley}, expected at least {least}, half of its interactions")]
    NotMonotone {
        /// Position of the component.
        index: usize,
        /// Its Shapley value.
        shapley: f64,
        /// The least that keeps the whole from falling when the component grows.
        least: f64,
    },
    /// The result is too large for a number.
    #[error("the aggregate is too large for a number")]
    TooLarge,
}

impl Aggregator {
    /// Constant elasticity of substitution with weights on the simplex: a weighted power mean, which lies between
    /// the least and the greatest component.
    ///
    /// ρ = 1 is the arithmetic mean, 0 the geometric one (Cobb–Douglas), −1 the harmonic one. A component of weight 0
    /// does not count.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Unit`] unless ρ is a number from −1000 to 1000.
    pub fn ces(weights: Weights, rho: f64) -> Result<Self, AggregateError> {
        in_range("ρ", rho, -ces::GREATEST_RHO, ces::GREATEST_RHO)?;
        Ok(Self(Rule::Ces { weights, rho }))
    }

    /// Constant elasticity of substitution with coefficients that need not sum to 1.
    ///
    /// Coefficients 1 and ρ = 2 give the length of a vector. There is no limit as ρ goes to 0, unless the
    /// coefficients sum to 1: for those take [`Aggregator::ces`].
    ///
    /// # Errors
    ///
    /// [`AggregateError::Empty`], [`AggregateError::Coefficient`] unless each is from 1e-100 to 1e100,
    /// [`AggregateError::Unit`] unless ρ is a number from −1000 to 1000, [`AggregateError::ZeroRho`].
    pub fn ces_unnormalised(coefficients: impl Into<Vec<f64>>, rho: f64) -> Result<Self, AggregateError> {
        let coefficients = coefficients.into();
        check_coefficients(&coefficients, ces::GREATEST_COEFFICIENT)?;
        in_range("ρ", rho, -ces::GREATEST_RHO, ces::GREATEST_RHO)?;
        if rho.abs() <= 0.0 {
            return Err(AggregateError::ZeroRho);
        }
        Ok(Self(Rule::CesUnnormalised { coefficients, rho }))
    }

    /// The least component, of any number of them: the limit of [`Aggregator::ces`] as ρ goes to −∞.
    #[doc(alias = "Leontief")]
    #[doc(alias = "最短板")]
    pub const fn least() -> Self {
        Self(Rule::Least)
    }

    /// The multiplicative utility of several attributes, each with a utility from 0 to 1.
    ///
    /// The scaling constant of an attribute is the utility of its best level beside the worst of all others. Where they
    /// sum to less than 1 attributes complement each other, where to more they replace each other, and at 1 utilities
    /// add up.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Empty`], [`AggregateError::Coefficient`] unless each constant is at least 1e-100 and below 1,
    /// [`AggregateError::SingleConstant`] unless a single one is 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::Aggregator;
    ///
    /// let utility = Aggregator::multiplicative([0.4, 0.3, 0.2])?;
    /// assert!((utility.interaction().ok_or("another rule")? - 0.371_852).abs() < 1e-6);
    /// assert!((utility.of(&[0.5, 0.5, 0.5])? - 0.474_585).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn multiplicative(constants: impl Into<Vec<f64>>) -> Result<Self, AggregateError> {
        let constants = constants.into();
        let k = multiplicative::interaction(&constants)?;
        Ok(Self(Rule::Multiplicative { constants, k }))
    }

    /// The Choquet integral in which components interact in pairs.
    ///
    /// A Shapley value is the weight of a component, averaged over all that may stand beside it. A positive interaction
    /// says that two components are worth more together than each alone, a negative one that they replace each other.
    /// Pairs that are not declared do not interact.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Pair`] for a pair that is none or is declared twice, [`AggregateError::Unit`] unless each
    /// interaction is from −1 to 1, [`AggregateError::NotMonotone`] unless each weight is at least half of the sum of
    /// its absolute interactions.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Weights;
    /// use customer_value::delivered::{Aggregator, PairInteraction};
    ///
    /// let interactions = [
    ///     PairInteraction { first: 0, second: 1, index: 0.2 },
    ///     PairInteraction { first: 0, second: 2, index: 0.1 },
    ///     PairInteraction { first: 1, second: 2, index: -0.1 },
    /// ];
    /// let whole = Aggregator::choquet(Weights::new([0.4, 0.3, 0.3])?, interactions)?;
    /// assert!((whole.of(&[0.5, 0.8, 0.2])? - 0.485).abs() < 1e-15);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn choquet(shapley: Weights, interactions: impl Into<Vec<PairInteraction>>) -> Result<Self, AggregateError> {
        let interactions = interactions.into();
        choquet::check(shapley.as_slice(), &interactions)?;
        Ok(Self(Rule::Choquet { shapley, interactions }))
    }

    /// The constant K of the multiplicative rule: above 0 where attributes complement each other, below where they
    /// replace each other; `None` of another rule. A K within rounding of −1 is −1.
    pub const fn interaction(&self) -> Option<f64> {
        if let Rule::Multiplicative { k, .. } = self.0 { Some(k) } else { None }
    }

    /// One number of several components.
    ///
    /// # Errors
    ///
    /// [`AggregateError::Components`] unless there are as many as weights, [`AggregateError::Empty`],
    /// [`AggregateError::Component`] for one that is negative, not finite, or, of the multiplicative rule, above 1,
    /// [`AggregateError::ZeroComponent`] for 0 where ρ ≤ 0, or [`AggregateError::TooLarge`].
    pub fn of(&self, components: &[f64]) -> Result<f64, AggregateError> {
        self.check(components)?;
        let whole = match &self.0 {
            Rule::Ces { weights, rho } => ces::power_mean(weights.as_slice(), *rho, components)?,
            Rule::CesUnnormalised { coefficients, rho } => ces::unnormalised(coefficients, *rho, components)?,
            Rule::Least => components.iter().copied().fold(f64::INFINITY, f64::min),
            Rule::Multiplicative { constants, k } => multiplicative::utility(constants, *k, components),
            Rule::Choquet { shapley, interactions } => choquet::integral(shapley.as_slice(), interactions, components),
        };
        if whole.is_finite() { Ok(whole) } else { Err(AggregateError::TooLarge) }
    }

    /// One number of the three axes of a value, in its unit.
    ///
    /// # Errors
    ///
    /// As [`Aggregator::of`].
    pub fn of_value<U: AxisUnit>(&self, value: &ValueVector<U>) -> Result<f64, AggregateError> {
        self.of(&value.axes().to_array())
    }

    fn check(&self, components: &[f64]) -> Result<(), AggregateError> {
        let (expected, high) = match &self.0 {
            Rule::Ces { weights, .. } => (weights.as_slice().len(), f64::MAX),
            Rule::CesUnnormalised { coefficients, .. } => (coefficients.len(), f64::MAX),
            Rule::Least => (components.len(), f64::MAX),
            Rule::Multiplicative { constants, .. } => (constants.len(), 1.0),
            Rule::Choquet { shapley, .. } => (shapley.as_slice().len(), f64::MAX),
        };
        match components.len() {
            0 => return Err(AggregateError::Empty),
            found if found != expected => return Err(AggregateError::Components { expected, found }),
            _ => {}
        }
        for (index, &component) in components.iter().enumerate() {
            in_range("component", component, 0.0, high)
                .map_err(|source| AggregateError::Component { index, source })?;
        }
        Ok(())
    }
}

/// The least legal coefficient of a component: products of two smaller ones may vanish.
const LEAST_COEFFICIENT: f64 = 1e-100;

fn check_coefficients(coefficients: &[f64], high: f64) -> Result<(), AggregateError> {
    let low = LEAST_COEFFICIENT;
    if coefficients.is_empty() {
        return Err(AggregateError::Empty);
    }
    match coefficients.iter().position(|value| !(low..=high).contains(value)) {
        Some(index) => Err(AggregateError::Coefficient { index, value: coefficients[index], low, high }),
        None => Ok(()),
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
enum Unchecked {
    Ces { weights: Weights, rho: f64 },
    CesUnnormalised { coefficients: Vec<f64>, rho: f64 },
    Least,
    Multiplicative { constants: Vec<f64> },
    Choquet { shapley: Weights, interactions: Vec<PairInteraction> },
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Aggregator {
    type Error = AggregateError;

    fn try_from(raw: Unchecked) -> Result<Self, AggregateError> {
        match raw {
            Unchecked::Ces { weights, rho } => Self::ces(weights, rho),
            Unchecked::CesUnnormalised { coefficients, rho } => Self::ces_unnormalised(coefficients, rho),
            Unchecked::Least => Ok(Self::least()),
            Unchecked::Multiplicative { constants } => Self::multiplicative(constants),
            Unchecked::Choquet { shapley, interactions } => Self::choquet(shapley, interactions),
        }
    }
}
