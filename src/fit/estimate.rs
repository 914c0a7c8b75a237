use std::borrow::Cow;

use super::{Certificate, Fit, FitError, InferenceError, Verdict, search::natural};
use crate::{
    lifetime::{Dimension, Fingerprint, Likelihood, Observations, Parameter},
    math::{End, Jet, Maximum},
    units::{TimeUnit, pad},
};

/// One estimated parameter, in natural units.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Estimate {
    /// Its name in the literature.
    pub name: Cow<'static, str>,
    /// The estimate: a time in the unit asked for, money in major units, a coefficient a unit of its covariate; infinite
    /// for a coefficient that the data drive ever farther, because they separate customers by its covariate.
    pub value: f64,
    /// Its standard error in the same unit, by the delta method; `None` when the data do not identify it.
    pub standard_error: Option<f64>,
}

impl std::fmt::Display for Estimate {
    /// Writes four decimals, `r 0.2426 ± 0.0126`, or as many as are asked for; or what is missing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = f.precision().unwrap_or(4);
        let error = match self.standard_error {
            Some(error) => format!("± {error:.digits$}"),
            None if self.value.is_infinite() => "(runs to infinity)".into(),
            None => "(not identified)".into(),
        };
        pad(f, &format!("{} {:.digits$} {error}", self.name, self.value))
    }
}

/// The covariance of what the search moved, the logarithms of the parameters, for those that the data identify.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Covariance {
    /// By position: first those that mean something, ascending, then others that move with them.
    pub of: Vec<usize>,
    /// How many mean something.
    pub known: usize,
    /// Row by row, symmetric to the last bit.
    pub matrix: Vec<f64>,
}

impl Covariance {
    /// The inverse information in some of the parameters, and in those of `moves` that mean nothing by themselves, the
    /// others held; `None` for none of them, and where the data do not tell them apart.
    fn new((of, moves): (Vec<usize>, Vec<usize>), jet: &Jet) -> Option<Self> {
        let (known, of) = (of.len(), [of, moves].concat());
        let matrix = jet.covariance(&of).filter(|_| known > 0)?;
        Some(Self { of, known, matrix })
    }

    /// The parameters that mean something.
    pub fn known(&self) -> &[usize] {
        &self.of[..self.known]
    }

    /// The variance of the logarithm of a parameter.
    fn variance(&self, parameter: usize) -> Option<f64> {
        let at = self.known().iter().position(|&of| of == parameter)?;
        Some(self.matrix[at * (self.of.len() + 1)])
    }

    /// Σ v, for a vector v in these parameters.
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        let row = |row: &[f64]| row.iter().zip(vector).map(|(one, other)| one * other).sum();
        self.matrix.chunks(self.of.len()).map(row).collect()
    }
}

impl<M: Likelihood> Fit<M> {
    pub(super) fn new(maximum: &Maximum, data: &M::Data) -> Result<Self, FitError> {
        let parameters = M::parameters(data);
        if maximum.end == End::Stuck {
            let gradient = maximum.jet.gradient.clone();
            let reported = |(one, &inner): (&Parameter, &f64)| (one.name.clone(), one.reported(inner, TimeUnit::Day));
            let last = parameters.iter().zip(&maximum.point).map(reported).collect();
            return Err(FitError::NotConverged { evaluations: maximum.evaluations, last, gradient });
        }
        let last = natural(&maximum.point);
        let model = M::from_natural(&last, data)?;
        let certificate = Certificate::new::<M>(maximum, &last, &parameters);
        let identified = certificate.verdict.identified::<M>(&last, &parameters);
        Ok(Self {
            natural: model.to_natural(),
            model,
            name: M::NAME,
            parameters,
            log_likelihood: maximum.jet.value + M::penalty(&last, data),
            customers: data.customers(),
            densities_in_time: data.densities_in_time(),
            covariance: Covariance::new(identified, &maximum.jet),
            certificate,
            fingerprint: data.fingerprint(),
        })
    }

    /// Whether this fit is of these data.
    ///
    /// # Errors
    ///
    /// [`InferenceError::OtherData`] when they differ in any customer.
    pub fn check(&self, data: &M::Data) -> Result<(), InferenceError> {
        self.check_fingerprint(data.fingerprint())
    }
}

impl<M> Fit<M> {
    /// The fitted model.
    pub const fn model(&self) -> &M {
        &self.model
    }

    /// The same fit of the model seen as another type, such as one of several models chosen at run time.
    ///
    /// Name, parameters and everything that the data said of them stay.
    pub fn map<N>(self, model: impl FnOnce(M) -> N) -> Fit<N> {
        Fit {
            model: model(self.model),
            name: self.name,
            parameters: self.parameters,
            natural: self.natural,
            log_likelihood: self.log_likelihood,
            customers: self.customers,
            densities_in_time: self.densities_in_time,
            covariance: self.covariance,
            certificate: self.certificate,
            fingerprint: self.fingerprint,
        }
    }

    /// The name of the model in the literature.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the search ended at a maximum inside the range of the parameters, so that each of them means
    /// something and has a standard error.
    pub fn is_interior(&self) -> bool {
        self.certificate.verdict == Verdict::Interior
    }

    fn is_at_edge(&self, name: &str) -> bool {
        matches!(&self.certificate.verdict, Verdict::Boundary { parameters, .. } if parameters.iter().any(|one| one == name))
    }

    /// The evidence that this is a maximum.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// How many customers the likelihood counts.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// What tells the data of this fit from others.
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    pub(super) fn check_fingerprint(&self, given: Fingerprint) -> Result<(), InferenceError> {
        if given == self.fingerprint {
            Ok(())
        } else {
            Err(InferenceError::OtherData { fitted: self.fingerprint, given })
        }
    }

    /// The estimates with their standard errors; times in the unit asked for.
    ///
    /// At the edge of the range, parameters that the [limit](Verdict::Boundary) still has are given the standard error
    /// they have while those at the edge stay there; the others have none.
    pub fn estimates(&self, unit: TimeUnit) -> Vec<Estimate> {
        let estimate = |(index, (parameter, natural)): (usize, (&Parameter, &f64))| {
            let value = parameter.reported(natural.ln(), unit);
            // No number is the estimate of what has no end.
            let without_end = parameter.dimension == Dimension::Coefficient && self.is_at_edge(&parameter.name);
            let value = if without_end { value.signum() * f64::INFINITY } else { value };
            let error = |variance: f64| parameter.slope(value) * variance.sqrt();
            Estimate { name: parameter.name.clone(), value, standard_error: self.inner_variance(index).map(error) }
        };
        self.parameters.iter().zip(&self.natural).enumerate().map(estimate).collect()
    }

    /// The variance of what the search moved: the logarithm of a parameter; a coefficient, in units of its size.
    pub(super) fn inner_variance(&self, parameter: usize) -> Option<f64> {
        self.covariance.as_ref()?.variance(parameter)
    }

    /// The covariance matrix of the estimates, row by row, by the delta method; times in the unit asked for.
    /// `None` unless the fit is [interior](Self::is_interior).
    pub fn covariance(&self, unit: TimeUnit) -> Option<Vec<Vec<f64>>> {
        let estimates = self.estimates(unit);
        self.covariance_along(|index, parameter| parameter.slope(estimates[index].value))
    }

    /// The covariance matrix of the logarithms of the estimates, of coefficients as they are, row by row: the scale on
    /// which the likelihood is nearest to normal. `None` unless the fit is [interior](Self::is_interior).
    pub fn ln_covariance(&self) -> Option<Vec<Vec<f64>>> {
        self.covariance_along(|_, parameter| match parameter.dimension {
            Dimension::Coefficient => parameter.slope(0.0),
            _ => 1.0,
        })
    }

    /// The covariance matrix of numbers that move so fast, each with its own parameter.
    fn covariance_along(&self, slope: impl Fn(usize, &Parameter) -> f64) -> Option<Vec<Vec<f64>>> {
        let size = self.parameters.len();
        let complete = self.covariance.as_ref().filter(|covariance| covariance.known == size)?;
        let slopes: Vec<f64> = self.parameters.iter().enumerate().map(|(index, one)| slope(index, one)).collect();
        let row =
            |(row, own): (&[f64], &f64)| row.iter().zip(&slopes).map(|(cell, other)| cell * own * other).collect();
        Some(complete.matrix.chunks(size).zip(&slopes).map(row).collect())
    }

    /// The log-likelihood: one density per repeat purchase and per `unit` of time; for spend one density in major
    /// units per customer, whatever the unit.
    pub fn log_likelihood(&self, unit: TimeUnit) -> f64 {
        self.log_likelihood + self.densities_in_time as f64 * unit.days().ln()
    }

    /// Akaike's information criterion, 2k − 2 ln L; smaller is better, among models of the same data and unit.
    pub fn aic(&self, unit: TimeUnit) -> f64 {
        2.0 * (self.parameters.len() as f64 - self.log_likelihood(unit))
    }

    /// The Bayesian information criterion, k ln(customers) − 2 ln L.
    pub fn bic(&self, unit: TimeUnit) -> f64 {
        self.parameters.len() as f64 * (self.customers as f64).ln() - 2.0 * self.log_likelihood(unit)
    }
}
