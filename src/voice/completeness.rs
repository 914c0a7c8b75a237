use super::VoiceError;
use super::error::same_length;
use crate::units::{Probability, Weights};

/// How much of a profile is known.
///
/// # Formula
///
/// ```text
/// share = Σ weights of fields that are known / Σ weights
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::voice::Completeness;
///
/// let profile = [Some("Li"), None, Some("sedan"), Some("1998"), None];
/// let completeness = Completeness::new(&Weights::equal(5)?, &profile)?;
/// assert!((completeness.share.get() - 0.6).abs() < 1e-15);
/// assert_eq!(completeness.missing, [1, 4]);
/// # Ok::<(), customer_value::voice::VoiceError>(())
/// ```
#[doc(alias = "数据残缺")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Completeness {
    /// What the known fields weigh.
    pub share: Probability,
    /// The positions of fields that are not known, those to ask for first standing first; equal ones in their order.
    pub missing: Vec<usize>,
}

impl Completeness {
    /// How much of a profile is known, with what each field weighs. What a field says does not count.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Lengths`] unless each field has a weight.
    pub fn new<Field>(weights: &Weights, profile: &[Option<Field>]) -> Result<Self, VoiceError> {
        same_length("fields", weights.as_slice().len(), profile.len())?;
        let weight = |field: usize| weights.as_slice()[field];
        let (known, mut missing): (Vec<usize>, Vec<usize>) =
            (0..profile.len()).partition(|&field| profile[field].is_some());
        missing.sort_by(|&one, &other| weight(other).total_cmp(&weight(one)));
        let sum = |fields: &[usize]| fields.iter().map(|&field| weight(field)).sum::<f64>();
        let (have, lack) = (sum(&known), sum(&missing));
        Ok(Self { share: Probability::computed(have / (have + lack)), missing })
    }
}
