use nalgebra::Matrix3;

use super::{Axes, AxisUnit, LARGEST, ValueVector};
use crate::delivered::DeliveredError;
use crate::units::in_range;

/// A length for values whose axes are not independent.
///
/// A positive cross term says that two kinds of value strengthen each other. The inverse of a covariance makes
/// lengths into Mahalanobis distances, which count in standard deviations.
///
/// # Formula
///
/// ```text
/// |v|_M = √(vᵀ M v)
/// ```
///
/// ```math
/// |v|_M = \sqrt{v^\top M v}
/// ```
///
/// where `M` is symmetric and positive definite.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{CrossTerms, Metric, Score, ValueVector};
///
/// let synergy = CrossTerms { economic_functional: 0.5, economic_psychological: 0.2, functional_psychological: 0.4 };
/// let metric = Metric::new([1.0, 1.0, 1.0], synergy)?;
/// let length = metric.length(&ValueVector::new([3.0, 4.0, 12.0], Score)?)?;
/// assert!((length - 15.290520).abs() < 1e-6);
/// # Ok::<(), customer_value::delivered::DeliveredError>(())
/// ```
///
/// # References
///
/// Mahalanobis (1936), *On the generalised distance in statistics*.
#[doc(alias = "Mahalanobis")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Form", into = "Form"))]
pub struct Metric {
    form: Form,
    /// A factor F with M = FᵀF, so that the length of `v` is the plain length of F·v.
    factor: Matrix3<f64>,
}

/// The matrix that the metric was made from, which is how it is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Form {
    Matrix { diagonal: Axes, cross: CrossTerms },
    Covariance { variances: Axes, cross: CrossTerms },
}

/// The entries of a symmetric matrix off its diagonal: unchecked numbers, which [`Metric::new`] checks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CrossTerms {
    /// Row economic, column functional.
    pub economic_functional: f64,
    /// Row economic, column psychological.
    pub economic_psychological: f64,
    /// Row functional, column psychological.
    pub functional_psychological: f64,
}

/// A singular matrix such as a product of a vector with itself passes the exact test by rounding: its pivots come
/// out as 1e-17 of the diagonal instead of 0.
const LEAST_PIVOT: f64 = 1e-14;

impl Metric {
    /// The metric with this matrix, which is symmetric by its form.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::NotPositiveDefinite`], or [`DeliveredError::Unit`] for an entry outside ±1e150.
    pub fn new(diagonal: impl Into<Axes>, cross: CrossTerms) -> Result<Self, DeliveredError> {
        let diagonal = diagonal.into();
        let factor = cholesky(diagonal, cross)?.transpose();
        Ok(Self { form: Form::Matrix { diagonal, cross }, factor })
    }

    /// The metric that counts in standard deviations: the inverse of a covariance matrix.
    ///
    /// # Errors
    ///
    /// As [`Metric::new`].
    pub fn from_covariance(variances: impl Into<Axes>, cross: CrossTerms) -> Result<Self, DeliveredError> {
        let variances = variances.into();
        let factor = cholesky(variances, cross)?.solve_lower_triangular(&Matrix3::identity());
        match factor {
            Some(factor) if factor.iter().all(|entry| entry.is_finite()) => {
                Ok(Self { form: Form::Covariance { variances, cross }, factor })
            }
            _ => Err(DeliveredError::NotPositiveDefinite),
        }
    }

    /// The length of a value.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::TooLarge`] when it is no number.
    pub fn length<U: AxisUnit>(&self, value: &ValueVector<U>) -> Result<f64, DeliveredError> {
        let [x, y, z] = value.axes().to_array();
        let image = self.factor * nalgebra::Vector3::new(x, y, z);
        let length = Axes::from([image.x, image.y, image.z]).length();
        if length.is_finite() { Ok(length) } else { Err(DeliveredError::TooLarge { quantity: "length" }) }
    }

    /// The distance between two values.
    ///
    /// # Errors
    ///
    /// As [`ValueVector::minus`] and [`Metric::length`].
    pub fn distance<U: AxisUnit>(&self, a: &ValueVector<U>, b: &ValueVector<U>) -> Result<f64, DeliveredError> {
        self.length(&a.minus(b)?)
    }
}

fn cholesky(diagonal: Axes, cross: CrossTerms) -> Result<Matrix3<f64>, DeliveredError> {
    let [xx, yy, zz] = diagonal.to_array();
    let CrossTerms { economic_functional: xy, economic_psychological: xz, functional_psychological: yz } = cross;
    for entry in [xx, yy, zz, xy, xz, yz] {
        in_range("metric entry", entry, -LARGEST, LARGEST)?;
    }
    let lower = Matrix3::new(xx, xy, xz, xy, yy, yz, xz, yz, zz).cholesky().map(|factored| factored.l());
    lower
        .filter(|lower| (0..3).all(|i| lower[(i, i)].powi(2) > LEAST_PIVOT * diagonal.to_array()[i]))
        .ok_or(DeliveredError::NotPositiveDefinite)
}

#[cfg(feature = "serde")]
impl TryFrom<Form> for Metric {
    type Error = DeliveredError;

    fn try_from(form: Form) -> Result<Self, DeliveredError> {
        match form {
            Form::Matrix { diagonal, cross } => Self::new(diagonal, cross),
            Form::Covariance { variances, cross } => Self::from_covariance(variances, cross),
        }
    }
}

#[cfg(feature = "serde")]
impl From<Metric> for Form {
    fn from(metric: Metric) -> Self {
        metric.form
    }
}
