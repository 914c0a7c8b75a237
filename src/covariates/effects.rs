use super::{
    Driver,
    coding::{Coded, Coding},
};
use crate::{lifetime::Parameter, math::Jet};

/// Which columns drive what, and how coefficients are held together.
///
/// The name of a category stands for all of its levels, `channel=shop` for one.
///
/// # Examples
///
/// ```
/// use customer_value::covariates::{Driver, Effects};
///
/// // Age acts on purchases and on dropout, as strongly on both; coefficients are shrunk a little.
/// let effects = Effects::new()
///     .of(Driver::Purchase, ["channel", "age"])
///     .of(Driver::Dropout, ["age"])
///     .equal([(Driver::Purchase, "age"), (Driver::Dropout, "age")])
///     .ridge(2.0);
/// # let _ = effects;
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effects {
    of: Vec<(Driver, String)>,
    equal: Vec<Vec<(Driver, String)>>,
    ridge: f64,
}

/// Why effects do not fit a design.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EffectError {
    /// Nothing drives anything.
    #[error("no effects, expected at least one column that drives something")]
    None,
    /// A column that the design does not have.
    #[error("effect of {column:?} on {driver}, but the design has no such column")]
    UnknownColumn {
        /// What it should drive.
        driver: Driver,
        /// The name given.
        column: String,
    },
    /// The same effect twice.
    #[error("effect of {column:?} on {driver} is stated twice")]
    Duplicate {
        /// What it drives.
        driver: Driver,
        /// The coded column.
        column: String,
    },
    /// Coefficients tied that do not stand for one column each, or for the levels of one category.
    #[error(
        "the coefficient of {column:?} on {driver} is tied, expected an effect that is stated, on as many columns as its partners"
    )]
    Tied {
        /// What it drives.
        driver: Driver,
        /// The name given.
        column: String,
    },
    /// A ridge that is no strength.
    #[error("ridge is {strength}, expected a finite number from 0 up")]
    Ridge {
        /// The strength given.
        strength: f64,
    },
    /// As many customers as the design describes.
    #[error("{found} histories, expected one for each of {expected} customers of the design")]
    Customers {
        /// How many histories were given.
        found: usize,
        /// How many customers the design has.
        expected: usize,
    },
}

impl Effects {
    /// No effects so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// With effects of columns on a driver.
    #[must_use]
    pub fn of<Name: Into<String>>(mut self, driver: Driver, columns: impl IntoIterator<Item = Name>) -> Self {
        self.of.extend(columns.into_iter().map(|column| (driver, column.into())));
        self
    }

    /// With coefficients that are one and the same; categories are tied level by level.
    #[must_use]
    pub fn equal<Name: Into<String>>(mut self, tied: impl IntoIterator<Item = (Driver, Name)>) -> Self {
        self.equal.push(tied.into_iter().map(|(driver, column)| (driver, column.into())).collect());
        self
    }

    /// With coefficients drawn towards zero: the log-likelihood is maximised less strength/2 · Σ (γ · standard deviation of
    /// the covariate)², as if each coefficient were known beforehand to be about 0 ± 1/√strength a standard deviation. 0,
    /// as in [`Effects::new`], is none; [`Mle::ridge`](crate::Mle::ridge) chooses one.
    ///
    /// It acts on the sum over all customers, not on their mean, and what a fit reports as its log-likelihood is without it.
    #[must_use]
    pub const fn ridge(mut self, strength: f64) -> Self {
        self.ridge = strength;
        self
    }

    /// The effects on the coded columns of a design.
    pub(super) fn plan(&self, coding: &Coding) -> Result<Plan, EffectError> {
        if !(self.ridge.is_finite() && self.ridge >= 0.0) {
            return Err(EffectError::Ridge { strength: self.ridge });
        }
        let columns: Vec<_> = coding.coded().collect();
        let mut stated = Vec::new();
        for (driver, name) in &self.of {
            let meant = meant(&columns, name);
            if meant.is_empty() {
                return Err(EffectError::UnknownColumn { driver: *driver, column: name.clone() });
            }
            for column in meant {
                if stated.contains(&(*driver, column)) {
                    let column = columns[column].name.to_string();
                    return Err(EffectError::Duplicate { driver: *driver, column });
                }
                stated.push((*driver, column));
            }
        }
        if stated.is_empty() {
            return Err(EffectError::None);
        }
        let groups = self.tie(&columns, &stated)?;
        Ok(Plan::new(&columns, &stated, &groups, self.ridge))
    }

    /// For each effect stated the first one whose coefficient it shares.
    fn tie(&self, columns: &[Coded<'_>], stated: &[(Driver, usize)]) -> Result<Vec<usize>, EffectError> {
        let mut first: Vec<usize> = (0..stated.len()).collect();
        for tied in &self.equal {
            let mut leads: Option<Vec<usize>> = None;
            for (driver, name) in tied {
                let wrong = || EffectError::Tied { driver: *driver, column: name.clone() };
                let position = |column| stated.iter().position(|one| *one == (*driver, column));
                let own: Option<Vec<usize>> = meant(columns, name).into_iter().map(position).collect();
                let own = own.filter(|own| !own.is_empty()).ok_or_else(wrong)?;
                let leads = leads.get_or_insert_with(|| own.clone());
                if leads.len() != own.len() {
                    return Err(wrong());
                }
                for (&lead, &follower) in leads.iter().zip(&own) {
                    let (low, high) = (first[lead].min(first[follower]), first[lead].max(first[follower]));
                    first.iter_mut().filter(|one| **one == high).for_each(|one| *one = low);
                }
            }
        }
        Ok(first)
    }
}

/// The coded columns of a name: that of a column of the design, or one of its levels.
fn meant(columns: &[Coded<'_>], name: &str) -> Vec<usize> {
    (0..columns.len()).filter(|&at| columns[at].variable == name || columns[at].name == name).collect()
}

/// The effects on the coded columns: what a model keeps of [`Effects`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Plan {
    pub coefficients: Vec<Coefficient>,
    pub terms: Vec<Term>,
    pub ridge: f64,
}

/// A coefficient, of one effect or of several that share it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Coefficient {
    pub name: String,
    /// The standard deviation of its first column: a search moves the coefficient in these units.
    pub size: f64,
    /// The greatest size that a fit believes.
    pub most: f64,
}

impl Coefficient {
    /// The greatest size that a model can be told.
    pub fn greatest(&self) -> f64 {
        8.0 * self.most
    }
}

/// The effect of a coded column on a driver.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Term {
    pub driver: Driver,
    pub column: usize,
    pub coefficient: usize,
    /// Of the column.
    pub centre: f64,
}

impl Plan {
    pub fn new(columns: &[Coded<'_>], stated: &[(Driver, usize)], first: &[usize], ridge: f64) -> Self {
        /// A covariate that multiplies a parameter by more than e^this from its least to its greatest value has no end.
        const NO_END: f64 = 12.0;
        let mut coefficients: Vec<Coefficient> = Vec::new();
        let mut terms: Vec<Term> = Vec::new();
        for (&(driver, column), (at, &lead)) in stated.iter().zip(first.iter().enumerate()) {
            let Coded { name, spread, .. } = &columns[column];
            let (name, most) = (format!("{driver}: {name}"), NO_END / spread.range);
            let coefficient = if lead == at {
                coefficients.push(Coefficient { name, size: spread.deviation, most });
                coefficients.len() - 1
            } else {
                let shared = terms[lead].coefficient;
                let one = &mut coefficients[shared];
                one.name = format!("{} = {name}", one.name);
                one.most = one.most.min(most);
                shared
            };
            terms.push(Term { driver, column, coefficient, centre: spread.centre });
        }
        Self { coefficients, terms, ridge }
    }

    /// The coefficients, as parameters of a fit.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> {
        let parameter = |one: &Coefficient| Parameter::coefficient(one.name.clone(), one.most, one.size);
        self.coefficients.iter().map(parameter)
    }

    /// How far a customer lies from the centre in the column of each term, in the units of its coefficient.
    pub fn distances(&self, row: &[f64]) -> Vec<f64> {
        let distance = |term: &Term| (row[term.column] - term.centre) / self.coefficients[term.coefficient].size;
        self.terms.iter().map(distance).collect()
    }

    /// What the ridge takes off the log-likelihood, at these coefficients as a search moves them.
    pub fn penalty(&self, inner: &[f64]) -> f64 {
        0.5 * self.ridge * inner.iter().map(|one| one * one).sum::<f64>()
    }

    /// Takes it off the jet of a log-likelihood, whose last parameters the coefficients are.
    pub fn subtract_penalty(&self, jet: &mut Jet, inner: &[f64]) {
        let size = jet.gradient.len();
        jet.value -= self.penalty(inner);
        for (at, inner) in (size - inner.len()..).zip(inner) {
            jet.gradient[at] -= self.ridge * inner;
            jet.hessian[at * (size + 1)] -= self.ridge;
        }
    }
}
