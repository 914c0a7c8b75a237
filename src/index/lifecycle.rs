use super::IndexError;
use super::error::{at_least, same_length};
use crate::units::{Probability, Weights};

/// How weights go from one stage to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Interpolation {
    /// On the straight line.
    Linear,
    /// On the straight line of log ratios: the ratio of any two weights changes by a constant factor. It needs weights
    /// above zero.
    LogRatio,
}

/// Weights of criteria for each stage of a relationship, and in between.
///
/// # Formula
///
/// ```text
/// linear  (1 − t) a + t b        log-ratio  ∝ a^(1−t) · b^t
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::index::{Interpolation, LifecycleWeights};
/// use customer_value::{Probability, Weights};
///
/// let stages = [
///     ("early", Weights::new([0.4, 0.3, 0.2, 0.1])?),
///     ("partner", Weights::new([0.2, 0.2, 0.2, 0.4])?),
/// ];
/// let weights = LifecycleWeights::new(stages, Interpolation::LogRatio)?;
/// let halfway = weights.between("early", "partner", Probability::new(0.5)?)?;
/// assert_eq!(format!("{:.6?}", halfway.as_slice()), "[0.304856, 0.264013, 0.215566, 0.215566]");
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Aitchison (1986), *The Statistical Analysis of Compositional Data* (straight lines of log ratios).
#[doc(alias = "客户生命周期")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct LifecycleWeights {
    stages: Vec<(String, Weights)>,
    interpolation: Interpolation,
}

impl LifecycleWeights {
    /// Weights of the same criteria for each stage, in any order.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without stages, [`IndexError::Lengths`] unless all have the same number of weights,
    /// [`IndexError::Duplicate`], [`IndexError::ZeroWeight`] for log ratios.
    pub fn new<Name: Into<String>>(
        stages: impl IntoIterator<Item = (Name, Weights)>,
        interpolation: Interpolation,
    ) -> Result<Self, IndexError> {
        let stages: Vec<(String, Weights)> = stages.into_iter().map(|(name, weights)| (name.into(), weights)).collect();
        at_least("stages", 1, stages.len())?;
        for (place, (name, weights)) in stages.iter().enumerate() {
            same_length("weights", stages[0].1.as_slice().len(), weights.as_slice().len())?;
            if stages[..place].iter().any(|(other, _)| other == name) {
                return Err(IndexError::Duplicate { name: name.clone() });
            }
            let zero = weights.as_slice().iter().position(|weight| *weight == 0.0);
            if let (Some(index), Interpolation::LogRatio) = (zero, interpolation) {
                return Err(IndexError::ZeroWeight { stage: name.clone(), index });
            }
        }
        Ok(Self { stages, interpolation })
    }

    /// The weights of a stage.
    ///
    /// # Errors
    ///
    /// [`IndexError::UnknownStage`].
    pub fn at(&self, stage: &str) -> Result<&Weights, IndexError> {
        let known = self.stages.iter().find(|(name, _)| name == stage);
        known.map(|(_, weights)| weights).ok_or_else(|| IndexError::UnknownStage { name: stage.to_owned() })
    }

    /// The weights of a relationship that has gone this share of the way from one stage to another. At 0 and 1 they are
    /// those of the stages, to the last bit.
    ///
    /// # Errors
    ///
    /// [`IndexError::UnknownStage`].
    pub fn between(&self, from: &str, to: &str, gone: Probability) -> Result<Weights, IndexError> {
        let (start, end, gone) = (self.at(from)?, self.at(to)?, gone.get());
        if gone <= 0.0 {
            return Ok(start.clone());
        }
        if gone >= 1.0 {
            return Ok(end.clone());
        }
        let pairs = start.as_slice().iter().zip(end.as_slice());
        let weight = |(a, b): (&f64, &f64)| match self.interpolation {
            Interpolation::Linear => (1.0 - gone) * a + gone * b,
            Interpolation::LogRatio => ((1.0 - gone) * a.ln() + gone * b.ln()).exp(),
        };
        Ok(Weights::proportional(pairs.map(weight).collect::<Vec<_>>())?)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    stages: Vec<(String, Weights)>,
    interpolation: Interpolation,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for LifecycleWeights {
    type Error = IndexError;

    fn try_from(raw: Unchecked) -> Result<Self, IndexError> {
        Self::new(raw.stages, raw.interpolation)
    }
}
