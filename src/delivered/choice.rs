mod conditional;
mod contrasts;
mod estimate;
mod nested;
mod newton;
mod observed;
mod separation;
mod softmax;
mod willingness;

pub use conditional::{ConditionalLogit, LogitError};
pub use estimate::{CoefficientEstimate, LogitFit};
pub use nested::{Nest, NestedLogit};
pub use observed::{ObservedChoices, ObservedChoicesError, Situation, SituationError};
pub use separation::Separation;
pub use willingness::{MoneyInterval, WillingnessError, WillingnessToPay};

use softmax::Softmax;

use super::Delivered;
use crate::units::{MoneyError, Probability, UnitError, in_range, same_currency};

/// Offers among which a customer chooses, by their utilities in the order declared.
///
/// An offer that is not available is left out; it never gets a utility of minus infinity. Leaving without buying is
/// the outside option, if it has a utility.
///
/// # Formula
///
/// ```text
/// Pᵢ = e^Vᵢ / Σ e^Vⱼ        logsum = ln Σ e^Vⱼ
/// ```
///
/// ```math
/// P_i = \frac{e^{V_i}}{\sum_j e^{V_j}}
/// ```
///
/// where `V` are utilities in utils.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Alternative, ChoiceSet};
///
/// let choice = ChoiceSet::new([1.0, 2.0, 3.0])?;
/// assert_eq!(choice.best(), Alternative::Offer(2));
/// assert!((choice.shares().offers[2].get() - 0.665_241).abs() < 1e-6);
/// assert!(ChoiceSet::new([]).is_err());
/// # Ok::<(), customer_value::delivered::ChoiceError>(())
/// ```
///
/// # References
///
/// Luce (1959), *Individual choice behavior*; McFadden (1974), *Conditional logit analysis of qualitative choice
/// behavior*.
#[doc(alias = "multinomial logit")]
#[doc(alias = "选择集")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ChoiceSet {
    utilities: Vec<f64>,
    outside: Option<f64>,
}

/// What can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Alternative {
    /// The offer at a position of the set.
    Offer(usize),
    /// None of the offers.
    Outside,
}

impl std::fmt::Display for Alternative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Offer(index) => write!(f, "offer {index} (from 0)"),
            Self::Outside => f.write_str("the outside option"),
        }
    }
}

/// The probability of every alternative; together they make 1.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Shares {
    /// Of each offer, in the order declared.
    pub offers: Vec<Probability>,
    /// Of none, where that can be chosen.
    pub outside: Option<Probability>,
}

/// Why there is nothing to choose.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// There is no offer.
    #[error("the choice set is empty, expected at least one offer")]
    Empty,
    /// A utility is infinite or not a number.
    #[error("the utility of {alternative} is {value}, expected a finite number")]
    NotFinite {
        /// Whose utility it is.
        alternative: Alternative,
        /// What was given.
        value: f64,
    },
    /// The alternative is not in the set.
    #[error("{alternative} is not in the set of {offers} offers")]
    Unknown {
        /// The alternative asked about.
        alternative: Alternative,
        /// How many offers there are.
        offers: usize,
    },
    /// The offer was left out of the set.
    #[error("offer {offer} (from 0) is not available")]
    Unavailable {
        /// Position of the offer.
        offer: usize,
    },
    /// A nest has no offers.
    #[error("nest {nest} (from 0) is empty, expected at least one offer")]
    EmptyNest {
        /// Position of the nest.
        nest: usize,
    },
    /// A nest has an impossible dissimilarity.
    #[error("the dissimilarity of nest {nest} (from 0) is {value}, expected a number above 0 and up to 1")]
    Dissimilarity {
        /// Position of the nest.
        nest: usize,
        /// What was given.
        value: f64,
    },
    /// An offer is not in exactly one nest.
    #[error("offer {offer} (from 0) is in {nests} nests, expected one")]
    Nesting {
        /// Position of the offer.
        offer: usize,
        /// In how many nests it is, or how often in one.
        nests: usize,
    },
    /// An alternative lacks attributes, or has too many.
    #[error("{alternative} has {values} attributes, expected {attributes}")]
    Attributes {
        /// Whose attributes they are.
        alternative: Alternative,
        /// How many it has.
        values: usize,
        /// How many the model weighs.
        attributes: usize,
    },
    /// Two offers are in different currencies.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
}

impl ChoiceSet {
    /// Offers with their utilities, none of which can be declined.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Empty`] or [`ChoiceError::NotFinite`].
    pub fn new(utilities: impl Into<Vec<f64>>) -> Result<Self, ChoiceError> {
        let utilities = utilities.into();
        if utilities.is_empty() {
            return Err(ChoiceError::Empty);
        }
        for (offer, &value) in utilities.iter().enumerate() {
            finite(Alternative::Offer(offer), value)?;
        }
        Ok(Self { utilities, outside: None })
    }

    /// Offers by what they deliver, net: the most useful is the one with the highest net value.
    ///
    /// `utils_per_unit` says how sharply the customer tells amounts apart, per major unit of the currency: near 0
    /// every offer is chosen alike, far above it the best is always chosen. The outside option of delivering nothing
    /// has utility 0.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Empty`], [`ChoiceError::Money`] when currencies differ, [`ChoiceError::Unit`] unless
    /// `utils_per_unit` is finite and above 0, [`ChoiceError::NotFinite`] when a utility is too large.
    pub fn by_net(offers: &[Delivered], utils_per_unit: f64) -> Result<Self, ChoiceError> {
        let scale = in_range("utils per unit of money", utils_per_unit, f64::MIN_POSITIVE, f64::MAX)?;
        for pair in offers.windows(2) {
            same_currency(pair[0].currency(), pair[1].currency())?;
        }
        Self::new(offers.iter().map(|offer| scale * offer.net().amount()).collect::<Vec<_>>())
    }

    /// The same set, with leaving without a purchase among the alternatives.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::NotFinite`].
    pub fn with_outside(self, utility: f64) -> Result<Self, ChoiceError> {
        finite(Alternative::Outside, utility)?;
        Ok(Self { outside: Some(utility), ..self })
    }

    /// The alternative of highest utility. Among equals the offer declared first is taken, and staying outside last.
    pub fn best(&self) -> Alternative {
        best(self.alternatives())
    }

    /// The utilities of the offers, in the order declared.
    pub fn utilities(&self) -> &[f64] {
        &self.utilities
    }

    /// The utility of choosing none of the offers, where that is possible.
    pub const fn outside(&self) -> Option<f64> {
        self.outside
    }

    /// The probability that each alternative is chosen.
    #[doc(alias = "市场份额")]
    pub fn shares(&self) -> Shares {
        let softmax = self.softmax();
        let share = |position| Probability::computed(softmax.share(position));
        let offers = self.utilities.len();
        Shares { offers: (0..offers).map(share).collect(), outside: self.outside.map(|_| share(offers)) }
    }

    /// The probability that one alternative is chosen.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Unknown`].
    pub fn probability(&self, of: Alternative) -> Result<Probability, ChoiceError> {
        Ok(Probability::computed(self.softmax().share(self.position(of)?)))
    }

    /// What the whole set is worth to the customer, in utils: the expected utility of the best choice, up to the
    /// Euler constant.
    #[doc(alias = "inclusive value")]
    pub fn logsum(&self) -> f64 {
        // There is at least one offer, so that the sum has a term.
        self.softmax().inclusive_value().unwrap_or(f64::NEG_INFINITY)
    }

    /// How the shares answer to the utilities: row by row the share of each alternative, column by column the utility
    /// of each, offers in the order declared and the outside option, if any, last.
    ///
    /// The matrix is symmetric, and its rows sum to 0: what one alternative gains, the others lose.
    ///
    /// # Formula
    ///
    /// ```text
    /// ∂Pᵢ/∂Vᵢ = Pᵢ · (1 − Pᵢ)        ∂Pᵢ/∂Vⱼ = −Pᵢ · Pⱼ
    /// ```
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::ChoiceSet;
    ///
    /// let even = ChoiceSet::new([0.0, 0.0])?;
    /// assert_eq!(even.derivatives(), [[0.25, -0.25], [-0.25, 0.25]]);
    /// # Ok::<(), customer_value::delivered::ChoiceError>(())
    /// ```
    pub fn derivatives(&self) -> Vec<Vec<f64>> {
        let softmax = self.softmax();
        let count = self.alternatives().count();
        let slope = |of, by| softmax.share(of) * if of == by { softmax.others(of) } else { -softmax.share(by) };
        (0..count).map(|of| (0..count).map(|by| slope(of, by)).collect()).collect()
    }

    /// By how many percent the share of `of` changes when an attribute of `by` grows by one percent.
    ///
    /// # Formula
    ///
    /// ```text
    /// own:   β · x · (1 − P)          cross:   −β · x · P of the changed offer
    /// ```
    ///
    /// where `slope` β is the utility of a unit of the attribute, in utils, and `amount` x the attribute of the
    /// changed offer. All cross elasticities are equal: independence of irrelevant alternatives.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Unknown`] for an alternative outside the set, [`ChoiceError::Unit`] unless β · x is finite.
    pub fn elasticity(&self, of: Alternative, by: Alternative, slope: f64, amount: f64) -> Result<f64, ChoiceError> {
        let (of, by) = (self.position(of)?, self.position(by)?);
        let effect = in_range("slope times amount", slope * amount, f64::MIN, f64::MAX)?;
        let softmax = self.softmax();
        Ok(effect * if of == by { softmax.others(by) } else { -softmax.share(by) })
    }

    fn position(&self, alternative: Alternative) -> Result<usize, ChoiceError> {
        position(alternative, self.utilities.len(), self.outside.is_some())
    }

    fn softmax(&self) -> Softmax {
        Softmax::new(self.alternatives().map(|(_, utility)| Some(utility)), 1.0)
    }

    fn alternatives(&self) -> impl Iterator<Item = (Alternative, f64)> + Clone {
        let offers = self.utilities.iter().enumerate().map(|(offer, &utility)| (Alternative::Offer(offer), utility));
        offers.chain(self.outside.map(|utility| (Alternative::Outside, utility)))
    }
}

/// The first alternative of highest utility; there is always an offer, so that leaving is never the only one.
fn best(alternatives: impl Iterator<Item = (Alternative, f64)>) -> Alternative {
    let better = |best: (Alternative, f64), next: (Alternative, f64)| if next.1 > best.1 { next } else { best };
    alternatives.reduce(better).map_or(Alternative::Outside, |(alternative, _)| alternative)
}

/// Where an alternative stands: offers in the order declared, the outside option after them.
fn position(alternative: Alternative, offers: usize, outside: bool) -> Result<usize, ChoiceError> {
    match alternative {
        Alternative::Offer(offer) if offer < offers => Ok(offer),
        Alternative::Outside if outside => Ok(offers),
        _ => Err(ChoiceError::Unknown { alternative, offers }),
    }
}

fn finite(alternative: Alternative, value: f64) -> Result<(), ChoiceError> {
    if value.is_finite() { Ok(()) } else { Err(ChoiceError::NotFinite { alternative, value }) }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    utilities: Vec<f64>,
    outside: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ChoiceSet {
    type Error = ChoiceError;

    fn try_from(raw: Unchecked) -> Result<Self, ChoiceError> {
        let offers = Self::new(raw.utilities)?;
        raw.outside.map_or(Ok(offers.clone()), |utility| offers.with_outside(utility))
    }
}
