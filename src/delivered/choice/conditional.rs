use super::contrasts::{Contrasts, dot};
use super::observed::check_names;
use super::{Alternative, ChoiceError, ChoiceSet, ObservedChoices, ObservedChoicesError, Separation, finite};
use crate::units::UnitError;

/// What customers make of the attributes of offers: the utility of a unit of each.
///
/// Published coefficients are as good as [fitted](ConditionalLogit::fit) ones.
///
/// # Formula
///
/// ```text
/// V = Σ βₖ xₖ
/// ```
///
/// where `β` are the coefficients, in utils per unit of the attribute, and `x` the attributes of an alternative.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::ConditionalLogit;
///
/// let commuters = ConditionalLogit::new([("price", -0.02), ("minutes", -0.05)])?;
/// // A bus for 2 in half an hour, or a taxi for 20 in ten minutes.
/// let shares = commuters.choice_set([[2.0, 30.0], [20.0, 10.0]])?.shares();
/// // The taxi's lead is 0.05 · 20 − 0.02 · 18 = 0.64 utils.
/// assert!((shares.offers[1].get() - 1.0 / (1.0 + f64::exp(-0.64))).abs() < 1e-12);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// McFadden (1974), *Conditional logit analysis of qualitative choice behavior*.
#[doc(alias = "conditional logit")]
#[doc(alias = "multinomial logit")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ConditionalLogit {
    attributes: Vec<String>,
    coefficients: Vec<f64>,
}

/// Why there is no model of choices.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LogitError {
    /// Attributes without a name of their own.
    #[error(transparent)]
    Data(#[from] ObservedChoicesError),
    /// A coefficient is infinite or not a number.
    #[error("the coefficient of {attribute} is {value}, expected a finite number")]
    Coefficient {
        /// The attribute.
        attribute: String,
        /// What was given.
        value: f64,
    },
    /// The model has no such attribute.
    #[error("no attribute {name:?}, expected one of {}", attributes.join(", "))]
    UnknownAttribute {
        /// What was asked for.
        name: String,
        /// The attributes there are.
        attributes: Vec<String>,
    },
    /// The data have other attributes than the model, or in another order.
    #[error("the data have the attributes {}, expected {}", found.join(", "), expected.join(", "))]
    OtherAttributes {
        /// Those of the model.
        expected: Vec<String>,
        /// Those of the data.
        found: Vec<String>,
    },
    /// Attributes are the same for all alternatives of every situation: no choice can tell what they are worth.
    #[error("{} never differ between the alternatives of a situation", attributes.join(", "))]
    NoVariation {
        /// Their names.
        attributes: Vec<String>,
    },
    /// An attribute follows from others wherever alternatives differ: only their sum has a worth.
    #[error("differences in {attribute} follow from those in {}", with.join(", "))]
    Collinear {
        /// The attribute, as late as possible in their order.
        attribute: String,
        /// Attributes before it, of which it is a weighted sum.
        with: Vec<String>,
    },
    /// The choices follow from the attributes, so that the likelihood rises forever along a direction.
    #[error("choices are separated {separation} by {}: the likelihood has no maximum", terms(direction))]
    Separable {
        /// Whether every alternative that was not taken is told apart.
        separation: Separation,
        /// Weights of the attributes, per unit of each, by which no alternative is above the one taken.
        direction: Vec<(String, f64)>,
    },
    /// The search ended at a point that is no maximum, though no direction was found along which the likelihood rises
    /// forever.
    #[error("no convergence after {steps} steps; the last point is {}", terms(last))]
    NotConverged {
        /// Steps made.
        steps: u32,
        /// The last coefficients.
        last: Vec<(String, f64)>,
    },
    /// The result is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
    },
    /// A stored model does not have one coefficient for each attribute.
    #[error("{coefficients} coefficients for {attributes} attributes, expected one for each")]
    Lengths {
        /// How many attributes there are.
        attributes: usize,
        /// How many coefficients were given.
        coefficients: usize,
    },
    /// A stored covariance is none.
    #[error("{cells} cells, expected a symmetric and positive definite covariance of {attributes} coefficients")]
    Covariance {
        /// How many coefficients there are.
        attributes: usize,
        /// How many numbers were given.
        cells: usize,
    },
    /// A number of a stored fit is outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
}

fn terms(terms: &[(String, f64)]) -> String {
    terms.iter().map(|(name, weight)| format!("{weight:.6e} {name}")).collect::<Vec<_>>().join(" + ")
}

impl ConditionalLogit {
    /// Attributes with their coefficients.
    ///
    /// # Errors
    ///
    /// [`LogitError::Data`] unless every attribute has a name of its own, [`LogitError::Coefficient`] unless all
    /// coefficients are finite.
    pub fn new<Name: Into<String>>(coefficients: impl IntoIterator<Item = (Name, f64)>) -> Result<Self, LogitError> {
        let named = coefficients.into_iter().map(|(name, coefficient)| (name.into(), coefficient));
        let (attributes, coefficients): (Vec<String>, Vec<f64>) = named.unzip();
        check_names(&attributes)?;
        match coefficients.iter().position(|coefficient| !coefficient.is_finite()) {
            Some(at) => Err(LogitError::Coefficient { attribute: attributes[at].clone(), value: coefficients[at] }),
            None => Ok(Self { attributes, coefficients }),
        }
    }

    /// The names of the attributes.
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// The utility of a unit of each attribute, in the order of their names.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The utility of a unit of one attribute.
    ///
    /// # Errors
    ///
    /// [`LogitError::UnknownAttribute`].
    pub fn coefficient(&self, attribute: &str) -> Result<f64, LogitError> {
        self.position(attribute).map(|at| self.coefficients[at])
    }

    /// The utilities of alternatives, given by their attributes in the order of the names: those of a [`ChoiceSet`], or
    /// of a [`NestedLogit`](super::NestedLogit).
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Attributes`] unless each has all attributes, [`ChoiceError::NotFinite`] when a utility is no
    /// number.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{ConditionalLogit, Nest, NestedLogit};
    ///
    /// let commuters = ConditionalLogit::new([("price", -0.5), ("minutes", -0.25)])?;
    /// let utilities = commuters.utilities([[2.0, 20.0], [2.0, 20.0], [8.0, 8.0]])?;
    /// assert_eq!(utilities, [-6.0, -6.0, -6.0]);
    /// let buses = Nest { dissimilarity: 0.5, offers: vec![0, 1] };
    /// let car = Nest { dissimilarity: 1.0, offers: vec![2] };
    /// let shares = NestedLogit::new(utilities, [buses, car])?.shares();
    /// assert!((shares.offers[2].get() - 0.414_214).abs() < 1e-6);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn utilities<Row: AsRef<[f64]>>(
        &self,
        alternatives: impl IntoIterator<Item = Row>,
    ) -> Result<Vec<f64>, ChoiceError> {
        let attributes = self.attributes.len();
        let utility = |(offer, row): (usize, Row)| {
            let (row, alternative) = (row.as_ref(), Alternative::Offer(offer));
            if row.len() != attributes {
                return Err(ChoiceError::Attributes { alternative, values: row.len(), attributes });
            }
            let utility = dot(row, &self.coefficients);
            finite(alternative, utility).map(|()| utility)
        };
        alternatives.into_iter().enumerate().map(utility).collect()
    }

    /// The choice between alternatives, given by their attributes in the order of the names.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Empty`] without alternatives, otherwise as [`ConditionalLogit::utilities`].
    pub fn choice_set<Row: AsRef<[f64]>>(
        &self,
        alternatives: impl IntoIterator<Item = Row>,
    ) -> Result<ChoiceSet, ChoiceError> {
        ChoiceSet::new(self.utilities(alternatives)?)
    }

    /// The log-likelihood of observed choices.
    ///
    /// # Formula
    ///
    /// ```text
    /// Σ ln P(taken) = −Σ ln (1 + Σ e^((x − x_taken)·β)),   inner sum over what was not taken
    /// ```
    ///
    /// # Errors
    ///
    /// [`LogitError::OtherAttributes`] unless the data have the attributes of the model, in the same order,
    /// [`LogitError::TooLarge`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{ConditionalLogit, ObservedChoices, Situation};
    ///
    /// let choices = ObservedChoices::new(["size"], [Situation::once([vec![1.0], vec![3.0]], 1)])?;
    /// let indifferent = ConditionalLogit::new([("size", 0.0)])?;
    /// assert_eq!(indifferent.log_likelihood(&choices)?, 0.5_f64.ln());
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn log_likelihood(&self, choices: &ObservedChoices) -> Result<f64, LogitError> {
        if choices.attributes() != self.attributes {
            let (expected, found) = (self.attributes.clone(), choices.attributes().to_vec());
            return Err(LogitError::OtherAttributes { expected, found });
        }
        let value = Contrasts::new(choices).log_likelihood(&self.coefficients);
        if value.is_finite() { Ok(value) } else { Err(LogitError::TooLarge { quantity: "log-likelihood" }) }
    }

    pub(super) fn position(&self, attribute: &str) -> Result<usize, LogitError> {
        let unknown = || LogitError::UnknownAttribute { name: attribute.into(), attributes: self.attributes.clone() };
        self.attributes.iter().position(|known| known == attribute).ok_or_else(unknown)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    attributes: Vec<String>,
    coefficients: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ConditionalLogit {
    type Error = LogitError;

    fn try_from(raw: Unchecked) -> Result<Self, LogitError> {
        let (attributes, coefficients) = (raw.attributes.len(), raw.coefficients.len());
        if attributes != coefficients {
            return Err(LogitError::Lengths { attributes, coefficients });
        }
        Self::new(raw.attributes.into_iter().zip(raw.coefficients))
    }
}
