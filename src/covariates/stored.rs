//! A model with covariates as plain data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Coding, Covariates, DynamicParetoNbd,
    about::{About, check_drivers},
    coding::{Kind, Level, Spread, Variable, is_number},
    effects::{Coefficient, Plan, Term},
};
use crate::lifetime::{Likelihood, ParetoNbd};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored<M> {
    base: M,
    coding: Coding,
    plan: Plan,
    coefficients: Vec<f64>,
}

impl<M> Stored<M> {
    fn new(base: M, about: Arc<About>, coefficients: Vec<f64>) -> Self {
        let About { coding, plan } = Arc::unwrap_or_clone(about);
        Self { base, coding, plan, coefficients }
    }
}

impl<M: Likelihood> Stored<M> {
    fn checked(self) -> Result<(M, Arc<About>, Vec<f64>), String> {
        let Self { base, coding, plan, coefficients } = self;
        plan.check(&coding)?;
        let within = |(one, inner): (&Coefficient, &f64)| inner.abs() <= one.greatest() * one.size;
        if coefficients.len() != plan.coefficients.len() || !plan.coefficients.iter().zip(&coefficients).all(within) {
            return Err(format!("coefficients {coefficients:?}, expected {} within range", plan.coefficients.len()));
        }
        check_drivers::<M>(&plan.terms).map_err(|error| error.to_string())?;
        Ok((base, Arc::new(About { coding, plan }), coefficients))
    }
}

impl<M> From<Covariates<M>> for Stored<M> {
    fn from(model: Covariates<M>) -> Self {
        Self::new(model.base, model.about, model.inner)
    }
}

impl<M: Likelihood> TryFrom<Stored<M>> for Covariates<M> {
    type Error = String;

    fn try_from(stored: Stored<M>) -> Result<Self, String> {
        let (base, about, inner) = stored.checked()?;
        Ok(Self { base, about, inner })
    }
}

impl From<DynamicParetoNbd> for Stored<ParetoNbd> {
    fn from(model: DynamicParetoNbd) -> Self {
        Self::new(model.base, model.about, model.inner)
    }
}

impl TryFrom<Stored<ParetoNbd>> for DynamicParetoNbd {
    type Error = String;

    fn try_from(stored: Stored<ParetoNbd>) -> Result<Self, String> {
        let (base, about, inner) = stored.checked()?;
        Ok(Self { base, about, inner })
    }
}

impl Plan {
    /// What is stored of a plan follows from its terms and the coding: it must say the same.
    fn check(&self, coding: &Coding) -> Result<(), String> {
        let columns: Vec<_> = coding.coded().collect();
        let unknown = |term: &&Term| term.column >= columns.len() || term.coefficient >= self.coefficients.len();
        if let Some(term) = self.terms.iter().find(unknown) {
            return Err(format!("{term:?}, expected one of {} columns", columns.len()));
        }
        let stated: Vec<_> = self.terms.iter().map(|term| (term.driver, term.column)).collect();
        if let Some(at) = (1..stated.len()).find(|&at| stated[..at].contains(&stated[at])) {
            return Err(format!("effect {at} (from 0) is stated twice"));
        }
        let lead = |term: &Term| self.terms.iter().position(|one| one.coefficient == term.coefficient).unwrap_or(0);
        let first: Vec<usize> = self.terms.iter().map(lead).collect();
        let expected = Self::new(&columns, &stated, &first, self.ridge);
        if self.terms.is_empty() || !self.says(&expected) {
            return Err(format!("effects {self:?}, expected {expected:?}"));
        }
        if !(self.ridge.is_finite() && self.ridge >= 0.0) {
            return Err(format!("ridge is {}, expected a finite number from 0 up", self.ridge));
        }
        Ok(())
    }

    /// Whether another plan is the same, but for the last digits, which a text may lose.
    fn says(&self, other: &Self) -> bool {
        let near = |one: f64, other: f64| (one - other).abs() <= 1e-12 * other.abs();
        let coefficient = |(one, other): (&Coefficient, &Coefficient)| {
            one.name == other.name && near(one.size, other.size) && near(one.most, other.most)
        };
        let term =
            |(one, other): (&Term, &Term)| one.coefficient == other.coefficient && near(one.centre, other.centre);
        self.coefficients.len() == other.coefficients.len()
            && self.coefficients.iter().zip(&other.coefficients).all(coefficient)
            && self.terms.iter().zip(&other.terms).all(term)
    }
}

/// A coding that was not checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCoding {
    variables: Vec<Variable>,
}

impl TryFrom<StoredCoding> for Coding {
    type Error = String;

    fn try_from(stored: StoredCoding) -> Result<Self, String> {
        let coding = Self { variables: stored.variables };
        if let Some(variable) = coding.variables.iter().find(|variable| !variable.is_coded()) {
            return Err(format!("column {:?}, expected a number, or levels other than the reference", variable.name));
        }
        if coding.variables.is_empty() {
            return Err("a coding without columns, expected at least one".into());
        }
        let mut names: Vec<&str> = coding.variables.iter().map(|variable| variable.name.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned());
        match twice.or_else(|| coding.twice()) {
            Some(name) => Err(format!("two columns are called {name:?}, expected names that differ")),
            None => Ok(coding),
        }
    }
}

impl Variable {
    fn is_coded(&self) -> bool {
        match &self.kind {
            Kind::Number(spread) => spread.is_spread(),
            Kind::Levels { reference, levels } => {
                let is_level = |level: &Level| {
                    level.name != *reference && level.spread.is_spread() && level.spread.centre.abs() <= 0.0
                };
                !levels.is_empty() && levels.iter().all(is_level)
            }
        }
    }
}

impl Spread {
    fn is_spread(&self) -> bool {
        let positive = |number: f64| number > 0.0 && number.recip().is_finite() && number.is_finite();
        is_number(self.centre) && positive(self.deviation) && positive(self.range) && self.deviation <= self.range
    }
}
