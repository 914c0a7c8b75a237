use super::{AxisUnit, Direction, ValueVector};
use crate::delivered::DeliveredError;
use crate::units::{Currency, Day};

/// The path of a value through time: vectors at increasing days, all in one unit.
///
/// # Formula
///
/// ```text
/// path length  = Σ |vᵢ₊₁ − vᵢ|        displacement = vₙ − v₁
/// straightness = |displacement| / path length
/// ```
///
/// ```math
/// \text{straightness} = \frac{|v_n - v_1|}{\sum_i |v_{i+1} - v_i|}
/// ```
///
/// A straightness of 1 says that the value went one way all the time, one near 0 that it came back to where it began.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::delivered::{Score, Trajectory, ValueVector};
///
/// let value = |axes: [f64; 3]| ValueVector::new(axes, Score);
/// let path = Trajectory::new([
///     (Day::new(2023, 1, 1)?, value([0.0, 0.0, 0.0])?),
///     (Day::new(2024, 1, 1)?, value([3.0, 0.0, 0.0])?),
///     (Day::new(2025, 1, 1)?, value([3.0, 4.0, 0.0])?),
/// ])?;
/// assert_eq!((path.path_length(), path.displacement().magnitude()), (7.0, 5.0));
/// assert_eq!(path.straightness(), Some(5.0 / 7.0));
/// assert_eq!(path.heading_changes(), [Some(90.0)]);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "价值轨迹")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        try_from = "Vec<(Day, ValueVector<U>)>",
        bound(serialize = "U: serde::Serialize", deserialize = "U: AxisUnit + serde::Deserialize<'de>")
    )
)]
pub struct Trajectory<U = Currency>(Vec<(Day, ValueVector<U>)>);

/// How much nearer a value came to an ideal, in the unit of the values; negative where it went away.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Approach {
    /// From each point to the next.
    pub steps: Vec<f64>,
    /// From the first point to the last.
    pub total: f64,
}

impl<U: AxisUnit> Trajectory<U> {
    /// The path through dated values.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::TooFewPoints`] for less than two, [`DeliveredError::DayOrder`] unless each day is later than
    /// the one before, [`DeliveredError::Money`] when units differ, or [`DeliveredError::Unit`] when a difference
    /// leaves the range of values.
    pub fn new(points: impl Into<Vec<(Day, ValueVector<U>)>>) -> Result<Self, DeliveredError> {
        let points = points.into();
        let [(_, first), .., (_, last)] = points.as_slice() else {
            return Err(DeliveredError::TooFewPoints { found: points.len() });
        };
        last.minus(first)?;
        for (index, pair) in points.windows(2).enumerate() {
            let ((previous, from), (day, to)) = (&pair[0], &pair[1]);
            if day <= previous {
                return Err(DeliveredError::DayOrder { point: index + 1, previous: *previous, day: *day });
            }
            to.minus(from)?;
        }
        Ok(Self(points))
    }

    /// The days and the values at them.
    pub fn points(&self) -> &[(Day, ValueVector<U>)] {
        &self.0
    }

    /// The change from each point to the next.
    pub fn steps(&self) -> impl Iterator<Item = ValueVector<U>> {
        self.0.windows(2).map(|pair| change(&pair[0].1, &pair[1].1))
    }

    /// How far the value moved, all detours included.
    pub fn path_length(&self) -> f64 {
        self.steps().map(|step| step.magnitude()).sum()
    }

    /// The change from the first point to the last.
    pub fn displacement(&self) -> ValueVector<U> {
        change(&self.0[0].1, &self.0[self.0.len() - 1].1)
    }

    /// The displacement over the length of the path, from 0 to 1; `None` for a value that never moved.
    pub fn straightness(&self) -> Option<f64> {
        let path = self.path_length();
        // By the triangle inequality at most 1; the sum of lengths may be rounded below the length of the sum.
        (path > 0.0).then(|| (self.displacement().magnitude() / path).min(1.0))
    }

    /// By how many degrees the value turned at each point between the first and the last: 0 is straight on, 180 back.
    ///
    /// `None` where the step to the point or the one from it has no length. Two points have none between them.
    pub fn heading_changes(&self) -> Vec<Option<f64>> {
        let headings: Vec<Option<Direction>> = self.steps().map(|step| step.direction()).collect();
        headings.windows(2).map(|pair| Some(pair[0]?.degrees_to(&pair[1]?))).collect()
    }

    /// How much nearer the value came to an ideal, by step and in total.
    ///
    /// # Formula
    ///
    /// ```text
    /// |vᵢ − t| − |vᵢ₊₁ − t|        total |v₁ − t| − |vₙ − t|
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ValueVector::distance`].
    pub fn approach(&self, ideal: &ValueVector<U>) -> Result<Approach, DeliveredError> {
        let distances: Vec<f64> = self.0.iter().map(|(_, value)| value.distance(ideal)).collect::<Result<_, _>>()?;
        let steps = distances.windows(2).map(|pair| pair[0] - pair[1]).collect();
        Ok(Approach { steps, total: distances[0] - distances[distances.len() - 1] })
    }
}

/// The difference of two points, which `Trajectory::new` found to be a value.
fn change<U: AxisUnit>(from: &ValueVector<U>, to: &ValueVector<U>) -> ValueVector<U> {
    ValueVector::proven(to.axes.zip(from.axes, |to, from| to - from), to.unit)
}

#[cfg(feature = "serde")]
impl<U: AxisUnit> TryFrom<Vec<(Day, ValueVector<U>)>> for Trajectory<U> {
    type Error = DeliveredError;

    fn try_from(points: Vec<(Day, ValueVector<U>)>) -> Result<Self, DeliveredError> {
        Self::new(points)
    }
}
