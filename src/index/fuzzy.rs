use super::IndexError;
use super::error::{at_least, same_length};
use super::table;
use crate::units::{Weights, in_range};

/// How far something belongs to each grade, such as "excellent", "good", "fair" and "poor": fuzzy memberships from 0 to
/// 1.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::{Assessment, FuzzyOperator};
///
/// // How many of ten customers gave each of four grades to each of four parts of a service.
/// let votes = [[5, 3, 2, 0], [2, 4, 3, 1], [1, 3, 5, 1], [0, 2, 4, 4]];
/// let parts = votes.map(Assessment::survey).into_iter().collect::<Result<Vec<_>, _>>()?;
/// let weights = Weights::new([0.4, 0.3, 0.2, 0.1])?;
///
/// let whole = FuzzyOperator::WeightedMean.combine(&weights, &parts)?;
/// assert_eq!(format!("{:.2?}", whole.memberships()), "[0.28, 0.32, 0.31, 0.09]");
/// assert_eq!(format!("{:.2}", whole.score(&[95.0, 82.0, 67.0, 50.0])?), "78.11");
/// // Another operator names another grade.
/// assert_eq!(whole.leading(), [1]);
/// assert_eq!(FuzzyOperator::MinMax.combine(&weights, &parts)?.leading(), [0]);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "隶属度")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Vec<f64>", into = "Vec<f64>")
)]
pub struct Assessment {
    memberships: Vec<f64>,
}

impl Assessment {
    /// Memberships of any origin, best grade first by custom.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without grades, [`IndexError::Unit`] for a membership outside 0 to 1,
    /// [`IndexError::NothingToScore`] when all are 0.
    pub fn new(memberships: impl Into<Vec<f64>>) -> Result<Self, IndexError> {
        let memberships = memberships.into();
        at_least("grades", 1, memberships.len())?;
        for &membership in &memberships {
            in_range("membership", membership, 0.0, 1.0)?;
        }
        if memberships.iter().all(|membership| *membership <= 0.0) {
            return Err(IndexError::NothingToScore);
        }
        Ok(Self { memberships })
    }

    /// The shares in which answers to a survey name each grade.
    ///
    /// # Errors
    ///
    /// [`IndexError::Weights`] when nobody answered, or there is no grade.
    pub fn survey(votes: impl AsRef<[u32]>) -> Result<Self, IndexError> {
        let votes: Vec<f64> = votes.as_ref().iter().copied().map(f64::from).collect();
        Ok(Self { memberships: Weights::proportional(votes)?.into() })
    }

    /// The membership of each grade.
    pub fn memberships(&self) -> &[f64] {
        &self.memberships
    }

    /// Memberships in proportion, summing to one.
    ///
    /// # Errors
    ///
    /// [`IndexError::Weights`], never in an assessment that exists.
    pub fn shares(&self) -> Result<Weights, IndexError> {
        Ok(Weights::proportional(self.memberships.as_slice())?)
    }

    /// The mean of scores for the grades, weighed by the memberships in proportion.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] unless each grade has a score, [`IndexError::Unit`] for one outside ±1e100.
    #[doc(alias = "defuzzification")]
    pub fn score(&self, grades: &[f64]) -> Result<f64, IndexError> {
        same_length("scores of grades", self.memberships.len(), grades.len())?;
        grades.iter().try_for_each(|score| table::figure(*score).map(drop))?;
        Ok(self.shares()?.mean(grades))
    }

    /// The grade of greatest membership; several where they are equal.
    #[doc(alias = "最大隶属度原则")]
    pub fn leading(&self) -> Vec<usize> {
        let greatest = self.memberships.iter().copied().fold(0.0, f64::max);
        let leading = self.memberships.iter().enumerate().filter(|(_, membership)| **membership >= greatest);
        leading.map(|(grade, _)| grade).collect()
    }
}

/// How assessments of parts become one of the whole; that is a part of the next level again.
///
/// # Formula
///
/// ```text
/// M(·, +)  Σ a r        M(∧, ∨)  max min(a, r)        M(·, ∨)  max a r        M(∧, ⊕)  min(1, Σ min(a, r))
/// ```
///
/// where `a` is the weight of a part and `r` its membership in a grade.
///
/// # References
///
/// Zadeh (1965), *Fuzzy sets*, for max–min.
#[doc(alias = "模糊综合评价")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FuzzyOperator {
    /// M(·, +): every part counts by its weight.
    WeightedMean,
    /// M(∧, ∨): the leading part decides, and weights only limit memberships.
    MinMax,
    /// M(·, ∨): the leading part decides, by weight times membership.
    ProductMax,
    /// M(∧, ⊕): memberships limited by weights add up, to 1 at most.
    BoundedSum,
}

impl FuzzyOperator {
    /// The assessment of the whole.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without parts, [`IndexError::Lengths`] unless each part has a weight and all have the
    /// same grades, [`IndexError::NothingToScore`] when products are too small for numbers.
    pub fn combine(self, weights: &Weights, parts: &[Assessment]) -> Result<Assessment, IndexError> {
        at_least("parts", 1, parts.len())?;
        same_length("weights", parts.len(), weights.as_slice().len())?;
        let grades = parts[0].memberships.len();
        parts.iter().try_for_each(|part| same_length("grades", grades, part.memberships.len()))?;
        let membership = |grade: usize| {
            let pairs = weights.as_slice().iter().zip(parts).map(|(weight, part)| (*weight, part.memberships[grade]));
            self.join(pairs)
        };
        Assessment::new((0..grades).map(membership).collect::<Vec<_>>())
    }

    fn join(self, pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
        match self {
            // Weights may sum to a little more than one.
            Self::WeightedMean => pairs.map(|(a, r)| a * r).sum::<f64>().min(1.0),
            Self::MinMax => pairs.map(|(a, r)| a.min(r)).fold(0.0, f64::max),
            Self::ProductMax => pairs.map(|(a, r)| a * r).fold(0.0, f64::max),
            Self::BoundedSum => pairs.map(|(a, r)| a.min(r)).sum::<f64>().min(1.0),
        }
    }
}

impl TryFrom<Vec<f64>> for Assessment {
    type Error = IndexError;

    fn try_from(memberships: Vec<f64>) -> Result<Self, IndexError> {
        Self::new(memberships)
    }
}

impl From<Assessment> for Vec<f64> {
    fn from(assessment: Assessment) -> Self {
        assessment.memberships
    }
}
