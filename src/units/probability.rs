use super::{UnitError, in_range};

/// A probability: a number from 0 to 1.
#[doc(alias = "概率")]
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "f64", into = "f64"))]
pub struct Probability(f64);

impl Probability {
    /// One half: the level of the median.
    pub(crate) const HALF: Self = Self(0.5);

    /// A probability, checked.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless 0 ≤ `value` ≤ 1.
    pub fn new(value: f64) -> Result<Self, UnitError> {
        in_range("probability", value, 0.0, 1.0).map(|value| Self(value + 0.0))
    }

    /// A computed probability, whose last rounding error may lie outside the interval by a few ulps.
    pub(crate) fn computed(value: f64) -> Self {
        debug_assert!((-1e-9..=1.0 + 1e-9).contains(&value), "not a probability: {value}");
        Self(value.clamp(0.0, 1.0))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// One minus the probability.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(1.0 - self.0)
    }
}

impl TryFrom<f64> for Probability {
    type Error = UnitError;

    fn try_from(value: f64) -> Result<Self, UnitError> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> Self {
        probability.0
    }
}

impl std::fmt::Display for Probability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The share of revenue that is left after the costs that grow with it: at most 1, negative for a loss.
#[doc(alias = "利润率")]
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "f64", into = "f64"))]
pub struct Margin(f64);

impl Margin {
    /// Revenue itself: nothing is taken off.
    pub const FULL: Self = Self(1.0);

    /// A margin, checked: 0.3 keeps 30 % of revenue.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless `value` is finite and at most 1.
    pub fn new(value: f64) -> Result<Self, UnitError> {
        in_range("margin", value, f64::MIN, 1.0).map(|value| Self(value + 0.0))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl std::fmt::Display for Margin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<f64> for Margin {
    type Error = UnitError;

    fn try_from(value: f64) -> Result<Self, UnitError> {
        Self::new(value)
    }
}

impl From<Margin> for f64 {
    fn from(margin: Margin) -> Self {
        margin.0
    }
}
