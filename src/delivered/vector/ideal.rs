use super::{AxisUnit, ValueVector};
use crate::delivered::DeliveredError;

/// How a value compares with what the customer wants.
///
/// # Formula
///
/// ```text
/// gap = t − v        cos θ = v·t / (|v| |t|)        attainment = v·t / |t|²
/// waste = |v − attainment · t|                      shortfall = |max(0, t − v)|
/// ```
///
/// where `v` is the value and `t` the ideal. Attainment above 1 beside a real shortfall says that too much of one
/// kind hides too little of another.
#[doc(alias = "理想点")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AgainstIdeal<U> {
    /// What is missing on each axis; negative where there is more than wanted.
    pub gap: ValueVector<U>,
    /// The length of the gap, in the unit of the values.
    pub distance: f64,
    /// The cosine of the angle between value and ideal; `None` for a value of zero.
    pub cosine: Option<f64>,
    /// That angle, in degrees.
    pub degrees: Option<f64>,
    /// The share of the ideal that is reached along its own direction.
    pub attainment: f64,
    /// Value that points elsewhere, in the unit of the values.
    pub waste: f64,
    /// The length of what is missing, surplus left out, in the unit of the values.
    pub shortfall: f64,
}

impl<U: AxisUnit> ValueVector<U> {
    /// The comparison with an ideal.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] when the units differ, [`DeliveredError::ZeroIdeal`], [`DeliveredError::Unit`] when
    /// the gap leaves the range of values, or [`DeliveredError::TooLarge`] for an ideal so near zero that the
    /// attainment is no number.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Score, ValueVector};
    ///
    /// let value = ValueVector::new([3.0, 4.0, 12.0], Score)?;
    /// let ideal = ValueVector::new([5.0, 5.0, 10.0], Score)?;
    /// let fit = value.against(&ideal)?;
    /// assert!(fit.attainment > 1.0 && fit.shortfall > 2.0);
    /// # Ok::<(), customer_value::delivered::DeliveredError>(())
    /// ```
    pub fn against(&self, ideal: &Self) -> Result<AgainstIdeal<U>, DeliveredError> {
        let gap = ideal.minus(self)?;
        let towards = ideal.direction().ok_or(DeliveredError::ZeroIdeal)?;
        let along = self.axes.dot(towards.cosines());
        let attainment = along / ideal.magnitude();
        if !attainment.is_finite() {
            return Err(DeliveredError::TooLarge { quantity: "attainment" });
        }
        let own = self.direction();
        Ok(AgainstIdeal {
            gap,
            distance: gap.magnitude(),
            cosine: own.map(|own| own.cosines().dot(towards.cosines()).clamp(-1.0, 1.0)),
            degrees: own.map(|own| own.degrees_to(&towards)),
            attainment,
            waste: self.axes.zip(towards.cosines(), |value, cosine| value - along * cosine).length(),
            shortfall: gap.axes.map(|missing| missing.max(0.0)).length(),
        })
    }
}
