use super::{ValueMapError, finite};
use crate::units::{Weights, in_range};

/// The quality of an offer beside that of its rivals, attribute by attribute.
///
/// Two numbers are both called relative quality. The weighted mean of ratios compares each attribute with the rivals'
/// first; it is the one that does not change when an attribute is rated on another scale. The ratio of weighted means
/// adds up scores first; attributes with high ratings weigh more in it.
///
/// # Formula
///
/// ```text
/// mean of ratios = Σ wᵢ · (own ratingᵢ / rivals' meanᵢ)
/// ratio of means = Σ wᵢ · own ratingᵢ / Σ wᵢ · rivals' meanᵢ
/// ```
///
/// ```math
/// q_1 = \sum_i w_i \frac{x_i}{\bar{y}_i}, \qquad q_2 = \frac{\sum_i w_i x_i}{\sum_i w_i \bar{y}_i}
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::delivered::QualityProfile;
///
/// let rivals = [vec![6.0, 3.0], vec![10.0, 5.0]];
/// let profile = QualityProfile::new(Weights::equal(2)?, [8.0, 6.0], rivals)?;
/// assert_eq!(profile.ratios()?, [1.0, 1.5]);
/// assert_eq!(profile.mean_of_ratios()?, 1.25);
/// assert_eq!(profile.ratio_of_means()?, 14.0 / 12.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Gale (1994), *Managing customer value*: the market-perceived quality profile.
#[doc(alias = "market-perceived quality")]
#[doc(alias = "质量概况")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct QualityProfile {
    weights: Weights,
    own: Vec<f64>,
    rivals: Vec<Vec<f64>>,
}

/// Means of more ratings than there can be are still numbers.
const GREATEST_RATING: f64 = 1e150;

impl QualityProfile {
    /// Weights of the attributes, and the ratings of the own offer and of each rival in the same order.
    ///
    /// # Errors
    ///
    /// [`ValueMapError::NoRivals`], [`ValueMapError::Lengths`] unless each offer has one rating an attribute,
    /// [`ValueMapError::Rating`] unless each is from 0 to 1e150, [`ValueMapError::ZeroRivalMean`].
    pub fn new(
        weights: Weights,
        own: impl Into<Vec<f64>>,
        rivals: impl Into<Vec<Vec<f64>>>,
    ) -> Result<Self, ValueMapError> {
        let (own, rivals) = (own.into(), rivals.into());
        if rivals.is_empty() {
            return Err(ValueMapError::NoRivals);
        }
        let count = weights.as_slice().len();
        check(None, &own, count)?;
        for (index, ratings) in rivals.iter().enumerate() {
            check(Some(index), ratings, count)?;
        }
        let profile = Self { weights, own, rivals };
        match (0..count).find(|&attribute| profile.rival_mean(attribute) <= 0.0) {
            Some(attribute) => Err(ValueMapError::ZeroRivalMean { attribute }),
            None => Ok(profile),
        }
    }

    /// The own rating of each attribute over the rivals' mean.
    ///
    /// # Errors
    ///
    /// [`ValueMapError::TooLarge`] where the mean is so small that the ratio is no number.
    pub fn ratios(&self) -> Result<Vec<f64>, ValueMapError> {
        let ratio = |(attribute, own): (usize, &f64)| finite("ratio of ratings", own / self.rival_mean(attribute));
        self.own.iter().enumerate().map(ratio).collect()
    }

    /// The weighted mean of the ratios.
    ///
    /// # Errors
    ///
    /// As [`QualityProfile::ratios`].
    pub fn mean_of_ratios(&self) -> Result<f64, ValueMapError> {
        let ratios = self.ratios()?;
        finite("relative quality", self.weighted(|attribute| ratios[attribute]))
    }

    /// The ratio of the weighted means.
    ///
    /// # Errors
    ///
    /// [`ValueMapError::TooLarge`] where the rivals' mean is so small that the ratio is no number.
    pub fn ratio_of_means(&self) -> Result<f64, ValueMapError> {
        let own = self.weighted(|attribute| self.own[attribute]);
        finite("relative quality", own / self.weighted(|attribute| self.rival_mean(attribute)))
    }

    fn weighted(&self, number: impl Fn(usize) -> f64) -> f64 {
        self.weights.as_slice().iter().enumerate().map(|(attribute, weight)| weight * number(attribute)).sum()
    }

    fn rival_mean(&self, attribute: usize) -> f64 {
        self.rivals.iter().map(|ratings| ratings[attribute]).sum::<f64>() / self.rivals.len() as f64
    }
}

fn check(rival: Option<usize>, ratings: &[f64], weights: usize) -> Result<(), ValueMapError> {
    if ratings.len() != weights {
        return Err(ValueMapError::Lengths { rival, ratings: ratings.len(), weights });
    }
    for (attribute, &rating) in ratings.iter().enumerate() {
        in_range("rating", rating, 0.0, GREATEST_RATING).map_err(|source| ValueMapError::Rating {
            rival,
            attribute,
            source,
        })?;
    }
    Ok(())
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    weights: Weights,
    own: Vec<f64>,
    rivals: Vec<Vec<f64>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for QualityProfile {
    type Error = ValueMapError;

    fn try_from(raw: Unchecked) -> Result<Self, ValueMapError> {
        Self::new(raw.weights, raw.own, raw.rivals)
    }
}
