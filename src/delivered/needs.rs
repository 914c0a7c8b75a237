use std::collections::BTreeSet;

use super::vector::LARGEST;
use super::{DeliveredError, Response};
use crate::units::in_range;

/// What a customer needs, and what meeting it is worth to them: an unchecked row, which [`Needs::new`] checks.
#[doc(alias = "需求")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Need {
    /// What it is called; each need once.
    pub name: String,
    /// How much it counts beside the others; not negative.
    pub weight: f64,
    /// Whether the customer speaks of it.
    pub articulation: Articulation,
    /// What each level of meeting it is worth, such as one of Kano's curves.
    pub response: Response,
}

/// Whether a customer speaks of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Articulation {
    /// It is in the request.
    #[doc(alias = "显性需求")]
    Stated,
    /// It has to be found out: the part of the iceberg under water.
    #[doc(alias = "隐性需求")]
    Latent,
}

/// All needs of a customer, each once, in the order given.
///
/// # Formula
///
/// ```text
/// latent share = Σ w of latent needs / Σ w        satisfaction = Σ w · r(level) / Σ w
/// ```
///
/// ```math
/// \text{satisfaction} = \frac{\sum_i w_i r_i(x_i)}{\sum_i w_i}
/// ```
///
/// where `w` are weights, which need not sum to 1, and `r` the responses.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Articulation, Curve, Need, Needs, Response};
///
/// let need = |name: &str, weight, articulation, curve| -> Result<_, customer_value::Error> {
///     Ok(Need { name: name.into(), weight, articulation, response: Response::new(curve)? })
/// };
/// let (satisfaction, dissatisfaction) = (0.8, -0.4);
/// let needs = Needs::new([
///     need("on time", 3.0, Articulation::Stated, Curve::OneDimensional { satisfaction, dissatisfaction })?,
///     need("tells me first", 1.0, Articulation::Latent, Curve::Attractive { satisfaction, dissatisfaction })?,
/// ])?;
/// assert_eq!(needs.latent_share(), Some(0.25));
/// // On time half of the time, and never a word: (3 · 0.2 − 1 · 0.4) / 4.
/// assert!((needs.satisfaction(&[0.5, 0.0])? - 0.05).abs() < 1e-15);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "冰山")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Vec<Need>"))]
pub struct Needs(Vec<Need>);

impl Needs {
    /// Needs, each with a name of its own; there may be none.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Need`] unless each weight is from 0 to 1e150, [`DeliveredError::DuplicateNeed`].
    pub fn new(needs: impl Into<Vec<Need>>) -> Result<Self, DeliveredError> {
        let needs = needs.into();
        let mut names = BTreeSet::new();
        for Need { name, weight, .. } in &needs {
            in_range("weight", *weight, 0.0, LARGEST)
                .map_err(|fault| DeliveredError::Need { name: name.clone(), source: fault.into() })?;
            if !names.insert(name) {
                return Err(DeliveredError::DuplicateNeed { name: name.clone() });
            }
        }
        Ok(Self(needs))
    }

    /// The needs.
    pub fn as_slice(&self) -> &[Need] {
        &self.0
    }

    /// The share of latent needs in the weight of all; `None` when nothing has weight.
    pub fn latent_share(&self) -> Option<f64> {
        let of = |articulation| {
            let counted = self.0.iter().filter(move |need| need.articulation == articulation);
            counted.map(|need| need.weight).sum::<f64>()
        };
        let (latent, stated) = (of(Articulation::Latent), of(Articulation::Stated));
        (latent + stated > 0.0).then(|| latent / (latent + stated))
    }

    /// How content the customer is when each need is met at a level, given in the order of the needs.
    ///
    /// # Errors
    ///
    /// As [`Needs::contributions`].
    #[doc(alias = "满意度")]
    pub fn satisfaction(&self, levels: &[f64]) -> Result<f64, DeliveredError> {
        let sum: f64 = self.contributions(levels)?.iter().sum();
        if sum.is_finite() { Ok(sum) } else { Err(DeliveredError::TooLarge { quantity: "satisfaction" }) }
    }

    /// What each need adds to the satisfaction; together they make it.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Levels`] unless there are as many levels as needs, [`DeliveredError::NoNeeds`] without needs,
    /// [`DeliveredError::NoWeight`] when all weights are 0, [`DeliveredError::Need`] for a level outside the domain of its
    /// response.
    pub fn contributions(&self, levels: &[f64]) -> Result<Vec<f64>, DeliveredError> {
        if levels.len() != self.0.len() {
            return Err(DeliveredError::Levels { expected: self.0.len(), found: levels.len() });
        }
        if self.0.is_empty() {
            return Err(DeliveredError::NoNeeds);
        }
        let total: f64 = self.0.iter().map(|need| need.weight).sum();
        if total <= 0.0 {
            return Err(DeliveredError::NoWeight);
        }
        let contribution = |(need, &level): (&Need, &f64)| match need.response.value(level) {
            Ok(response) => Ok(need.weight / total * response),
            Err(source) => Err(DeliveredError::Need { name: need.name.clone(), source }),
        };
        self.0.iter().zip(levels).map(contribution).collect()
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Vec<Need>> for Needs {
    type Error = DeliveredError;

    fn try_from(needs: Vec<Need>) -> Result<Self, DeliveredError> {
        Self::new(needs)
    }
}
