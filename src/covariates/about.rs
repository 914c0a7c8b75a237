use std::{borrow::Cow, sync::Arc};

use super::{
    Coding, Driver, EffectError, Effects,
    effects::{Coefficient, Plan, Term},
};
use crate::lifetime::{DataError, Fingerprint, Likelihood, Limit, Parameter};

/// What the numbers of data and of models with covariates mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct About {
    pub coding: Coding,
    pub plan: Plan,
}

impl About {
    /// Those of a plain model, and the coefficients.
    pub fn parameters<M: Likelihood>(&self) -> Cow<'static, [Parameter]> {
        M::PARAMETERS.iter().cloned().chain(self.plan.parameters()).collect()
    }

    /// The parameters of a plain model as one whose coefficients are zero.
    pub fn without_effects(&self, mut natural: Vec<f64>) -> Vec<f64> {
        natural.extend(self.plan.coefficients.iter().map(|_| 1.0));
        natural
    }

    /// The coefficients with their names, each for a raw unit of its covariate.
    pub fn raw<'a>(&'a self, inner: &'a [f64]) -> impl Iterator<Item = (&'a str, f64)> {
        let raw = |(one, inner): (&'a Coefficient, &f64)| (one.name.as_str(), inner / one.size);
        self.plan.coefficients.iter().zip(inner).map(raw)
    }

    /// That of observations with these effects; what follows of rows is theirs.
    pub fn fingerprint(&self, observations: Fingerprint) -> Fingerprint {
        let text = self.plan.coefficients.iter().flat_map(|one| one.name.bytes()).map(u64::from);
        text.fold(observations, Fingerprint::and).and(self.plan.ridge.to_bits())
    }
}

/// The coefficients as a search moves them; as parameters that are positive they are kept as their exponentials.
pub(super) fn inner<M: Likelihood>(natural: &[f64]) -> Vec<f64> {
    natural[M::PARAMETERS.len()..].iter().map(|one| one.ln()).collect()
}

/// Why there is no model with covariates.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CovariatesError {
    /// As many coefficients as effects that share none.
    #[error("{found} coefficients, expected {expected}")]
    Length {
        /// How many were given.
        found: usize,
        /// How many there are.
        expected: usize,
    },
    /// A coefficient out of range.
    #[error("coefficient of {name} is {value}, expected a number from {} to {most}", -most)]
    Coefficient {
        /// What it belongs to.
        name: String,
        /// Its value.
        value: f64,
        /// The greatest size it may have.
        most: f64,
    },
    /// The effects do not fit the design.
    #[error(transparent)]
    Effect(#[from] EffectError),
    /// The model knows no such driver.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Effects on a design that the model knows, and coefficients as a search moves them.
pub(super) fn checked<M: Likelihood>(
    coding: &Coding,
    effects: &Effects,
    coefficients: &[f64],
) -> Result<(Arc<About>, Vec<f64>), CovariatesError> {
    let plan = effects.plan(coding)?;
    check_drivers::<M>(&plan.terms)?;
    let expected = plan.coefficients.len();
    if coefficients.len() != expected {
        return Err(CovariatesError::Length { found: coefficients.len(), expected });
    }
    for (one, &value) in plan.coefficients.iter().zip(coefficients) {
        if !(-one.greatest()..=one.greatest()).contains(&value) {
            return Err(CovariatesError::Coefficient { name: one.name.clone(), value, most: one.greatest() });
        }
    }
    let inner = plan.coefficients.iter().zip(coefficients).map(|(one, value)| value * one.size).collect();
    Ok((Arc::new(About { coding: coding.clone(), plan }), inner))
}

/// A coefficient at the edge says that it has no end; all others keep their meaning. On an edge of the plain model they keep
/// it where the limit of that is known.
pub(super) fn limit_with_effects<M: Likelihood>(natural: &[f64], held: &[bool]) -> Option<Limit> {
    let size = M::PARAMETERS.len();
    let (base, coefficients) = held.split_at(size);
    let mut limit = if base.contains(&true) {
        M::limit(&natural[..size], base)?
    } else {
        let keeps = Cow::Owned((0..size).collect());
        Limit { name: "an effect without end", keeps, moves: &[] }
    };
    let free = coefficients.iter().enumerate().filter(|(_, held)| !**held).map(|(at, _)| size + at);
    limit.keeps.to_mut().extend(free);
    Some(limit)
}

/// The model must know what each term drives.
pub(super) fn check_drivers<M: Likelihood>(terms: &[Term]) -> Result<(), DataError> {
    let unknown = |driver: Driver| DataError::NoSuchDriver { model: M::NAME, driver };
    let missing = terms.iter().find(|term| M::link(term.driver).is_none());
    missing.map_or(Ok(()), |term| Err(unknown(term.driver)))
}
