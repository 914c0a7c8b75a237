//! A model with covariates as plain data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Coding, Covariates, described::About, effects::Plan, model::check_drivers};
use crate::lifetime::Likelihood;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored<M> {
    base: M,
    coding: Coding,
    plan: Plan,
    coefficients: Vec<f64>,
}

impl<M> From<Covariates<M>> for Stored<M> {
    fn from(model: Covariates<M>) -> Self {
        let About { coding, plan } = Arc::unwrap_or_clone(model.about);
        Self { base: model.base, coding, plan, coefficients: model.inner }
    }
}

impl<M: Likelihood> TryFrom<Stored<M>> for Covariates<M> {
    type Error = String;

    fn try_from(stored: Stored<M>) -> Result<Self, String> {
        let Stored { base, coding, plan, coefficients } = stored;
        let columns = coding.coded().count();
        let positive = |number: f64| number.is_finite() && number > 0.0;
        if !coding.coded().all(|one| one.spread.centre.is_finite() && positive(one.spread.range)) {
            return Err("a coded column without a centre and a range".into());
        }
        let fits = plan
            .terms
            .iter()
            .all(|term| term.column < columns && term.coefficient < plan.coefficients.len() && term.centre.is_finite());
        if !fits || plan.terms.is_empty() {
            return Err(format!("effects {:?} of {columns} columns", plan.terms));
        }
        let ranges = plan.coefficients.iter().all(|one| positive(one.size) && positive(one.most));
        if !(ranges && plan.ridge.is_finite() && plan.ridge >= 0.0) {
            return Err("coefficients without a range, or a ridge that is no strength".into());
        }
        let within = |(one, inner): (&super::effects::Coefficient, &f64)| inner.abs() <= one.greatest() * one.size;
        if coefficients.len() != plan.coefficients.len() || !plan.coefficients.iter().zip(&coefficients).all(within) {
            return Err(format!("coefficients {coefficients:?}, expected {} within range", plan.coefficients.len()));
        }
        check_drivers::<M>(&plan.terms).map_err(|error| error.to_string())?;
        Ok(Self { base, about: Arc::new(About { coding, plan }), inner: coefficients })
    }
}
