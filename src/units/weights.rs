/// Weights on the simplex: at least one, none negative, summing to one.
///
/// A sum that differs from one is refused, not silently rescaled; [`Weights::proportional`] rescales by name.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
///
/// let weights = Weights::new([0.5, 0.3, 0.2])?;
/// assert_eq!(weights.get(1), Some(0.3));
/// assert!(Weights::new([0.5, 0.3]).is_err());
/// assert_eq!(Weights::proportional([2.0, 2.0])?, Weights::equal(2)?);
/// # Ok::<(), customer_value::WeightsError>(())
/// ```
#[doc(alias = "权重")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Vec<f64>", into = "Vec<f64>")
)]
pub struct Weights(Vec<f64>);

/// Why numbers are not [`Weights`].
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// There is nothing to weigh.
    #[error("weights are empty, expected at least one")]
    Empty,
    /// A weight is negative or not finite.
    #[error("weight {index} is {value}, expected a finite number that is not negative")]
    Invalid {
        /// Position of the weight.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// The weights do not sum to one.
    #[error("weights sum to {sum}, expected 1")]
    Sum {
        /// Their sum.
        sum: f64,
    },
}

/// Decimal weights such as 0.1 + 0.2 + 0.7 miss one by rounding; anything farther off is a mistake.
const SUM_TOLERANCE: f64 = 1e-9;

impl Weights {
    /// Weights that already sum to one.
    ///
    /// # Errors
    ///
    /// [`WeightsError`] when there are none, when one is negative or not finite, or when their sum is not one
    /// (to 1e-9).
    pub fn new(weights: impl Into<Vec<f64>>) -> Result<Self, WeightsError> {
        let weights = weights.into();
        let sum = checked_sum(&weights)?;
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(WeightsError::Sum { sum });
        }
        Ok(Self(weights))
    }

    /// Weights in proportion to the given numbers.
    ///
    /// # Errors
    ///
    /// [`WeightsError`] when there are none, when one is negative or not finite, or when their sum is zero or
    /// too large for a number.
    pub fn proportional(parts: impl Into<Vec<f64>>) -> Result<Self, WeightsError> {
        let mut weights = parts.into();
        let sum = checked_sum(&weights)?;
        if sum <= 0.0 || !sum.is_finite() {
            return Err(WeightsError::Sum { sum });
        }
        for weight in &mut weights {
            *weight /= sum;
        }
        Self::new(weights)
    }

    /// The same weight for each of `count` items.
    ///
    /// # Errors
    ///
    /// [`WeightsError::Empty`] when `count` is zero.
    pub fn equal(count: usize) -> Result<Self, WeightsError> {
        Self::proportional(vec![1.0; count])
    }

    /// Weights of which the caller has shown that they are: not negative, with the sum 1 up to rounding.
    pub(crate) const fn proven(weights: Vec<f64>) -> Self {
        Self(weights)
    }

    /// The weight at a position.
    pub fn get(&self, index: usize) -> Option<f64> {
        self.0.get(index).copied()
    }

    /// The same weights divided by their sum, which misses one by rounding at most.
    pub(crate) fn without_rounding(mut self) -> Self {
        let sum: f64 = self.0.iter().sum();
        for weight in &mut self.0 {
            *weight /= sum;
        }
        self
    }

    /// The weighted mean of as many values.
    pub(crate) fn mean(&self, values: &[f64]) -> f64 {
        self.0.iter().zip(values).map(|(weight, value)| weight * value).sum()
    }

    /// All weights, in the order given.
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }
}

fn checked_sum(weights: &[f64]) -> Result<f64, WeightsError> {
    if weights.is_empty() {
        return Err(WeightsError::Empty);
    }
    match weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
        Some(index) => Err(WeightsError::Invalid { index, value: weights[index] }),
        None => Ok(weights.iter().sum()),
    }
}

impl TryFrom<Vec<f64>> for Weights {
    type Error = WeightsError;

    fn try_from(weights: Vec<f64>) -> Result<Self, WeightsError> {
        Self::new(weights)
    }
}

impl From<Weights> for Vec<f64> {
    fn from(weights: Weights) -> Self {
        weights.0
    }
}
