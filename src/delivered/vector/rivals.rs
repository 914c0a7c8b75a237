use std::cmp::Ordering;

use super::{Axis, AxisUnit, Direction, ValueVector};
use crate::delivered::DeliveredError;

impl<U: AxisUnit> ValueVector<U> {
    /// The positions of the values that no other dominates, in the order given.
    ///
    /// Equal values do not dominate each other, so all of them stay. Of no values none stays.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] when units differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Score, ValueVector};
    ///
    /// let value = |axes: [f64; 3]| ValueVector::new(axes, Score);
    /// let rivals = [value([3.0, 4.0, 2.0])?, value([4.0, 3.0, 2.0])?, value([3.0, 3.0, 2.0])?];
    /// assert_eq!(ValueVector::front(&rivals)?, [0, 1]);
    /// # Ok::<(), customer_value::delivered::DeliveredError>(())
    /// ```
    #[doc(alias = "Pareto front")]
    #[doc(alias = "优劣对比")]
    pub fn front(values: &[Self]) -> Result<Vec<usize>, DeliveredError> {
        let mut front = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let against: Vec<_> = values.iter().map(|rival| value.dominance(rival)).collect::<Result<_, _>>()?;
            if !against.contains(&Some(Ordering::Less)) {
                front.push(index);
            }
        }
        Ok(front)
    }
}

impl Direction {
    /// The axis on which most is gained: the kind of buyer, economic, functional or psychological.
    ///
    /// It is the axis with the greatest cosine, if that is above 0; among equals the one declared first. A loss never
    /// makes a kind of buyer, however large it is, and whoever gains on no axis has none.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Axis, Score, ValueVector};
    ///
    /// let kind = |axes: [f64; 3]| -> Result<_, customer_value::delivered::DeliveredError> {
    ///     Ok(ValueVector::new(axes, Score)?.direction().and_then(|direction| direction.sector()))
    /// };
    /// assert_eq!(kind([3.0, 4.0, 12.0])?, Some(Axis::Psychological));
    /// assert_eq!(kind([-9.0, 1.0, 1.0])?, Some(Axis::Functional));
    /// assert_eq!(kind([-1.0, 0.0, 0.0])?, None);
    /// # Ok::<(), customer_value::delivered::DeliveredError>(())
    /// ```
    #[doc(alias = "economic buyer")]
    #[doc(alias = "客户需求分类")]
    pub fn sector(&self) -> Option<Axis> {
        let cosines = self.cosines();
        let gains = Axis::ALL.into_iter().filter(|&axis| cosines[axis] > 0.0);
        gains.reduce(|best, axis| if cosines[axis] > cosines[best] { axis } else { best })
    }
}
