mod ideal;
mod metric;
mod rivals;
mod trajectory;

use std::cmp::Ordering;
use std::ops::{Index, IndexMut};

pub use ideal::AgainstIdeal;
pub use metric::{CrossTerms, Metric};
pub use trajectory::{Approach, Trajectory};

use super::DeliveredError;
use crate::units::{Currency, MoneyError, in_range, same_currency};

/// A kind of value.
#[doc(alias = "价值维度")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Axis {
    /// Money saved or earned.
    #[doc(alias = "经济价值")]
    Economic,
    /// What the thing does.
    #[doc(alias = "功能价值")]
    Functional,
    /// How it feels to have it.
    #[doc(alias = "心理价值")]
    Psychological,
}

impl Axis {
    /// All axes, in the order x, y, z.
    pub const ALL: [Self; 3] = [Self::Economic, Self::Functional, Self::Psychological];
}

impl std::fmt::Display for Axis {
    /// Writes `economic`, `functional` or `psychological`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Economic => "economic",
            Self::Functional => "functional",
            Self::Psychological => "psychological",
        })
    }
}

/// One number for each axis.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Axes {
    /// On the economic axis (x).
    pub economic: f64,
    /// On the functional axis (y).
    pub functional: f64,
    /// On the psychological axis (z).
    pub psychological: f64,
}

impl Axes {
    pub(super) fn from_fn(mut number: impl FnMut(Axis) -> f64) -> Self {
        Axis::ALL.map(&mut number).into()
    }

    pub(super) fn to_array(self) -> [f64; 3] {
        [self.economic, self.functional, self.psychological]
    }

    pub(super) fn map(self, function: impl FnMut(f64) -> f64) -> Self {
        self.to_array().map(function).into()
    }

    pub(super) fn zip(self, other: Self, operation: impl Fn(f64, f64) -> f64) -> Self {
        Self::from_fn(|axis| operation(self[axis], other[axis]))
    }

    pub(super) fn dot(self, other: Self) -> f64 {
        self.zip(other, |a, b| a * b).to_array().iter().sum()
    }

    /// The Euclidean length by `hypot`, which neither overflows nor loses what squares to zero.
    pub(super) fn length(self) -> f64 {
        libm::hypot(libm::hypot(self.economic, self.functional), self.psychological)
    }
}

impl From<[f64; 3]> for Axes {
    /// Numbers in the order x, y, z: economic, functional, psychological.
    fn from([economic, functional, psychological]: [f64; 3]) -> Self {
        Self { economic, functional, psychological }
    }
}

impl Index<Axis> for Axes {
    type Output = f64;

    fn index(&self, axis: Axis) -> &f64 {
        match axis {
            Axis::Economic => &self.economic,
            Axis::Functional => &self.functional,
            Axis::Psychological => &self.psychological,
        }
    }
}

impl IndexMut<Axis> for Axes {
    fn index_mut(&mut self, axis: Axis) -> &mut f64 {
        match axis {
            Axis::Economic => &mut self.economic,
            Axis::Functional => &mut self.functional,
            Axis::Psychological => &mut self.psychological,
        }
    }
}

/// The unit of values that are judged instead of paid for, such as marks from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Score;

/// What the three axes of a [`ValueVector`] are measured in: a [`Currency`] or a [`Score`].
pub trait AxisUnit: Copy + PartialEq + std::fmt::Debug + sealed::Sealed {
    #[doc(hidden)]
    fn meet(self, other: Self) -> Result<(), MoneyError>;
}

impl AxisUnit for Currency {
    fn meet(self, other: Self) -> Result<(), MoneyError> {
        same_currency(self, other)
    }
}

impl AxisUnit for Score {
    fn meet(self, Self: Self) -> Result<(), MoneyError> {
        Ok(())
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::units::Currency {}
    impl Sealed for super::Score {}
}

/// The value of one offer to one customer at one date, as a vector: how much, and of which kind.
///
/// All axes share one unit. A component may be negative: a net value can lie below zero.
///
/// # Formula
///
/// ```text
/// CV = x·i + y·j + z·k        |CV| = √(x² + y² + z²)
/// cos α = x / |CV|,  cos β = y / |CV|,  cos γ = z / |CV|
/// ```
///
/// ```math
/// |CV| = \sqrt{x^2 + y^2 + z^2}, \qquad \cos^2\alpha + \cos^2\beta + \cos^2\gamma = 1
/// ```
///
/// where `x`, `y`, `z` are the economic, functional and psychological value. The length rewards imbalance: of
/// all vectors with one sum, those along a single axis are the longest.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Score, ValueVector};
///
/// let value = ValueVector::new([3.0, 4.0, 12.0], Score)?;
/// assert_eq!(value.magnitude(), 13.0);
/// let direction = value.direction().ok_or("no direction")?;
/// assert_eq!(direction.cosines().economic, 3.0 / 13.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "价值矢量")]
#[doc(alias = "customer value vector")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "Unchecked<U>", bound(deserialize = "U: AxisUnit + serde::Deserialize<'de>"))
)]
pub struct ValueVector<U = Currency> {
    axes: Axes,
    unit: U,
}

/// The product of two components must be a number, and so must the sum of three such products.
pub(super) const LARGEST: f64 = 1e150;

impl<U: AxisUnit> ValueVector<U> {
    /// A vector with components in one unit, which may be given as an array in the order x, y, z.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Unit`] unless every component is a number from −1e150 to 1e150.
    pub fn new(axes: impl Into<Axes>, unit: U) -> Result<Self, DeliveredError> {
        let axes = axes.into();
        for number in axes.to_array() {
            in_range("value", number, -LARGEST, LARGEST)?;
        }
        Ok(Self { axes, unit })
    }

    /// A vector whose components are within range because of what they were computed from.
    pub(super) fn proven(axes: Axes, unit: U) -> Self {
        debug_assert!(axes.to_array().iter().all(|number| number.abs() <= LARGEST));
        Self { axes, unit }
    }

    /// The components.
    pub const fn axes(&self) -> Axes {
        self.axes
    }

    /// The unit of the components.
    pub const fn unit(&self) -> U {
        self.unit
    }

    /// How much value there is, in the unit of the components.
    #[doc(alias = "length")]
    pub fn magnitude(&self) -> f64 {
        self.axes.length()
    }

    /// Which kind of value it is; `None` for the zero vector, which points nowhere.
    pub fn direction(&self) -> Option<Direction> {
        let largest = self.axes.to_array().into_iter().map(f64::abs).fold(0.0, f64::max);
        if largest <= 0.0 {
            return None;
        }
        // Scaled first: the length of subnormal components has too few digits to divide by.
        let scaled = self.axes.map(|number| number / largest);
        let length = scaled.length();
        Some(Direction(scaled.map(|number| number / length)))
    }

    /// The difference, such as the advantage over a rival.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] when the units differ, [`DeliveredError::Unit`] when a component leaves the range.
    pub fn minus(&self, other: &Self) -> Result<Self, DeliveredError> {
        self.unit.meet(other.unit)?;
        Self::new(self.axes.zip(other.axes, |a, b| a - b), self.unit)
    }

    /// The distance between two values, in their unit.
    ///
    /// # Errors
    ///
    /// As [`minus`](Self::minus).
    pub fn distance(&self, other: &Self) -> Result<f64, DeliveredError> {
        Ok(self.minus(other)?.magnitude())
    }

    /// The inner product, in the square of the unit.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] when the units differ.
    pub fn inner(&self, other: &Self) -> Result<f64, DeliveredError> {
        self.unit.meet(other.unit)?;
        Ok(self.axes.dot(other.axes))
    }

    /// Whether one value is at least as good on every axis.
    ///
    /// `Some(Greater)` means that this value dominates: nowhere less, somewhere more. `None` means that each is
    /// better somewhere.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] when the units differ.
    #[doc(alias = "Pareto dominance")]
    pub fn dominance(&self, other: &Self) -> Result<Option<Ordering>, DeliveredError> {
        self.unit.meet(other.unit)?;
        let ahead = Axis::ALL.iter().any(|&axis| self.axes[axis] > other.axes[axis]);
        let behind = Axis::ALL.iter().any(|&axis| self.axes[axis] < other.axes[axis]);
        Ok(match (ahead, behind) {
            (true, true) => None,
            (true, false) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            (false, false) => Some(Ordering::Equal),
        })
    }
}

/// Where a value points: the cosines of its angles with the three axes, whose squares add up to 1.
#[doc(alias = "方向余弦")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Direction(Axes);

impl Direction {
    /// The cosine of the angle with each axis.
    pub const fn cosines(&self) -> Axes {
        self.0
    }

    /// The angle with each axis, in degrees from 0 to 180.
    pub fn degrees(&self) -> Axes {
        Axes::from_fn(|axis| {
            let mut along = Axes::default();
            along[axis] = 1.0;
            self.degrees_to(&Self(along))
        })
    }

    /// The angle between two directions, in degrees from 0 to 180.
    ///
    /// It is computed from the chord and its complement, which keeps small angles to full precision where the
    /// arc cosine loses half of the digits.
    pub fn degrees_to(&self, other: &Self) -> f64 {
        let chord = self.0.zip(other.0, |a, b| a - b).length();
        let complement = self.0.zip(other.0, |a, b| a + b).length();
        (2.0 * libm::atan2(chord, complement)).to_degrees()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked<U> {
    axes: Axes,
    unit: U,
}

#[cfg(feature = "serde")]
impl<U: AxisUnit> TryFrom<Unchecked<U>> for ValueVector<U> {
    type Error = DeliveredError;

    fn try_from(raw: Unchecked<U>) -> Result<Self, DeliveredError> {
        Self::new(raw.axes, raw.unit)
    }
}
