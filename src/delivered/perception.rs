use super::{DeliveredError, Response};
use crate::units::{Weights, in_range};

/// The level of one attribute, as uncertain as the customer holds it to be.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedLevel"))]
pub struct Level {
    outcomes: Vec<f64>,
    chances: Weights,
}

impl Level {
    /// A level known for sure.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Unit`] unless the level is finite.
    pub fn certain(level: f64) -> Result<Self, DeliveredError> {
        Self::sample([level])
    }

    /// One of several levels, each with its chance.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Unit`] unless all levels are finite, [`DeliveredError::Lengths`] unless each has a chance.
    pub fn discrete(levels: impl Into<Vec<f64>>, chances: Weights) -> Result<Self, DeliveredError> {
        let outcomes = levels.into();
        let weights = chances.as_slice().len();
        if weights != outcomes.len() {
            return Err(DeliveredError::Lengths { weights, levels: outcomes.len() });
        }
        for &level in &outcomes {
            in_range("level", level, f64::MIN, f64::MAX)?;
        }
        Ok(Self { outcomes, chances })
    }

    /// Levels observed, each as likely as any other.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Unit`] unless all levels are finite, [`DeliveredError::Weights`] when there is none.
    pub fn sample(levels: impl Into<Vec<f64>>) -> Result<Self, DeliveredError> {
        let levels = levels.into();
        let chances = Weights::equal(levels.len())?;
        Self::discrete(levels, chances)
    }
}

/// What a customer expects of an offer: the attributes they weigh, each at an uncertain level.
///
/// # Formula
///
/// ```text
/// U = Σ wᵢ · E[uᵢ(Xᵢ)]
/// ```
///
/// ```math
/// U = \sum_i w_i \mathbb{E}\left(u_i(X_i)\right)
/// ```
///
/// where `wᵢ` are weights that sum to 1, `Xᵢ` the level of attribute `i` and `uᵢ` its utility. With a concave
/// utility an uncertain level is worth less than its mean.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::delivered::{Level, Perception};
///
/// let performance = Level::sample([0.6, 0.8])?;
/// let brand = Level::certain(0.5)?;
/// let perception = Perception::new(Weights::new([0.7, 0.3])?, [performance, brand])?;
/// let utility = perception.expected_utility(|_, level| level.sqrt())?;
/// assert!(utility < 0.7 * 0.7_f64.sqrt() + 0.3 * 0.5_f64.sqrt());
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Zeithaml (1988), *Consumer perceptions of price, quality, and value*.
#[doc(alias = "感知价值")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Perception {
    weights: Weights,
    levels: Vec<Level>,
}

impl Perception {
    /// Attributes with their weights, in one order.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Lengths`] unless each attribute has one weight.
    pub fn new(weights: Weights, levels: impl Into<Vec<Level>>) -> Result<Self, DeliveredError> {
        let levels = levels.into();
        match weights.as_slice().len() {
            count if count == levels.len() => Ok(Self { weights, levels }),
            count => Err(DeliveredError::Lengths { weights: count, levels: levels.len() }),
        }
    }

    /// The expected utility, where `utility` gives that of a level of the attribute at a position.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Utility`] when `utility` gives no finite number, [`DeliveredError::TooLarge`].
    pub fn expected_utility(&self, utility: impl Fn(usize, f64) -> f64) -> Result<f64, DeliveredError> {
        self.expectation(|attribute, level| match utility(attribute, level) {
            value if value.is_finite() => Ok(value),
            value => Err(DeliveredError::Utility { attribute, level, value }),
        })
    }

    /// The expected utility, where each attribute has its own response curve, in the order of the attributes.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Responses`] unless each attribute has one, [`DeliveredError::Response`] for a level outside
    /// the domain of its curve, [`DeliveredError::TooLarge`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Weights;
    /// use customer_value::delivered::{Curve, Level, Perception, Response};
    ///
    /// let root = Response::new(Curve::Power { scale: 1.0, exponent: 0.5 })?;
    /// let levels = [Level::sample([0.25, 1.0])?, Level::certain(0.5)?];
    /// let perception = Perception::new(Weights::equal(2)?, levels)?;
    /// let linear = Response::new(Curve::Linear { intercept: 0.0, slope: 1.0 })?;
    /// assert_eq!(perception.expected_response(&[root, linear])?, 0.5 * 0.75 + 0.5 * 0.5);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn expected_response(&self, responses: &[Response]) -> Result<f64, DeliveredError> {
        if responses.len() != self.levels.len() {
            return Err(DeliveredError::Responses { expected: self.levels.len(), found: responses.len() });
        }
        self.expectation(|attribute, level| {
            responses[attribute].value(level).map_err(|source| DeliveredError::Response { attribute, source })
        })
    }

    fn expectation(&self, utility: impl Fn(usize, f64) -> Result<f64, DeliveredError>) -> Result<f64, DeliveredError> {
        let mut sum = 0.0;
        for (attribute, (level, weight)) in self.levels.iter().zip(self.weights.as_slice()).enumerate() {
            for (&outcome, chance) in level.outcomes.iter().zip(level.chances.as_slice()) {
                sum += weight * chance * utility(attribute, outcome)?;
            }
        }
        // Weights may sum to slightly more than 1, so that even a mean of the largest numbers can overflow.
        if sum.is_finite() { Ok(sum) } else { Err(DeliveredError::TooLarge { quantity: "expected utility" }) }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedLevel {
    outcomes: Vec<f64>,
    chances: Weights,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedLevel> for Level {
    type Error = DeliveredError;

    fn try_from(raw: UncheckedLevel) -> Result<Self, DeliveredError> {
        Self::discrete(raw.outcomes, raw.chances)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    weights: Weights,
    levels: Vec<Level>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Perception {
    type Error = DeliveredError;

    fn try_from(raw: Unchecked) -> Result<Self, DeliveredError> {
        Self::new(raw.weights, raw.levels)
    }
}
