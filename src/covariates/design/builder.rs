use std::collections::BTreeSet;

use super::{Design, DesignError};
use crate::covariates::coding::{Coding, Kind, Level, RowError, Spread, Value, Variable, is_number};

/// The columns of a [`Design`] that is not checked yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DesignBuilder {
    columns: Vec<Raw>,
}

#[derive(Debug, Clone, PartialEq)]
struct Raw {
    name: String,
    values: RawValues,
}

#[derive(Debug, Clone, PartialEq)]
enum RawValues {
    Numbers(Vec<f64>),
    Levels { of: Vec<String>, reference: String },
}

/// So that columns are compared with each other in seconds.
const MOST_COLUMNS: usize = 1_000;

impl DesignBuilder {
    /// With a column of numbers.
    #[must_use]
    pub fn numbers(mut self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        self.columns.push(Raw { name: name.into(), values: RawValues::Numbers(values.into_iter().collect()) });
        self
    }

    /// With a column of levels of a category; effects are told beside the reference level.
    #[must_use]
    pub fn levels<Name: Into<String>>(
        mut self,
        name: impl Into<String>,
        of: impl IntoIterator<Item = Name>,
        reference: impl Into<String>,
    ) -> Self {
        let of = of.into_iter().map(Into::into).collect();
        self.columns.push(Raw { name: name.into(), values: RawValues::Levels { of, reference: reference.into() } });
        self
    }

    /// The design, if its columns have something to tell.
    ///
    /// # Errors
    ///
    /// [`DesignError`] names the column: of another length, with a value that is no number, constant, or a linear function
    /// of others (to seven digits); [`DesignError::TooMany`] beyond 1,000 columns, levels counted one by one.
    pub fn build(self) -> Result<Design, DesignError> {
        let customers = self.check_columns()?;
        let variables = self.columns.iter().map(Raw::variable).collect::<Result<_, _>>()?;
        let coding = Coding { variables };
        at_most(coding.coded().count())?;
        if let Some(column) = coding.twice() {
            return Err(DesignError::Duplicate { column });
        }
        let design = coded(coding, &self.columns.iter().collect::<Vec<_>>(), customers)?;
        design.check_independent()?;
        Ok(design)
    }

    /// The same columns of other customers, or of other times, coded as those of another design or of a model were: for
    /// forecasts of customers who come later, and for covariates planned otherwise. They may well be constant.
    ///
    /// # Errors
    ///
    /// [`DesignError::Row`] for a column that is missing or that the coding does not have, and for a level that it has not
    /// seen; [`DesignError::OtherReference`]; as [`Self::build`] for columns of different lengths or the same name.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::covariates::{Design, DesignError};
    ///
    /// let design = Design::new().levels("channel", ["web", "shop", "phone"], "web").build()?;
    /// let later = Design::new().levels("channel", ["shop", "shop"], "web").coded_by(design.coding())?;
    /// assert_eq!(later.coding().columns(), ["channel=phone", "channel=shop"]);
    /// assert_eq!(later.row(1).map(|row| row.values().to_vec()), Some(vec![0.0, 1.0]));
    /// # Ok::<(), DesignError>(())
    /// ```
    pub fn coded_by(self, coding: &Coding) -> Result<Design, DesignError> {
        let customers = self.check_columns()?;
        let unknown = |raw: &&Raw| coding.variables.iter().all(|variable| variable.name != raw.name);
        let at_first = |source: RowError| DesignError::Row { customer: 0, source };
        if let Some(raw) = self.columns.iter().find(unknown) {
            return Err(at_first(RowError::Unexpected { column: raw.name.clone() }));
        }
        let column = |variable: &Variable| {
            let raw = self.columns.iter().find(|raw| raw.name == variable.name);
            let raw = raw.ok_or_else(|| at_first(RowError::Missing { column: variable.name.clone() }))?;
            raw.check_reference(variable)?;
            Ok(raw)
        };
        let columns = coding.variables.iter().map(column).collect::<Result<Vec<_>, DesignError>>()?;
        coded(coding.clone(), &columns, customers)
    }

    /// How many customers there are, in columns that are as long and have names of their own.
    fn check_columns(&self) -> Result<usize, DesignError> {
        let customers = self.columns.first().map_or(0, Raw::len);
        if customers == 0 {
            return Err(DesignError::Empty { columns: self.columns.len(), customers });
        }
        let mut names = BTreeSet::new();
        for raw in &self.columns {
            if !names.insert(raw.name.as_str()) {
                return Err(DesignError::Duplicate { column: raw.name.clone() });
            }
            if raw.len() != customers {
                let (column, found) = (raw.name.clone(), raw.len());
                return Err(DesignError::Length { column, found, expected: customers });
            }
        }
        Ok(customers)
    }
}

/// The design of columns in the order of the variables of a coding.
fn coded(coding: Coding, columns: &[&Raw], customers: usize) -> Result<Design, DesignError> {
    let mut values = Vec::new();
    for customer in 0..customers {
        for (raw, variable) in columns.iter().zip(&coding.variables) {
            let coded = variable.code(raw.value(customer), &mut values);
            coded.map_err(|source| DesignError::Row { customer, source })?;
        }
    }
    Ok(Design { coding, values, customers })
}

const fn at_most(columns: usize) -> Result<(), DesignError> {
    if columns <= MOST_COLUMNS { Ok(()) } else { Err(DesignError::TooMany { columns, most: MOST_COLUMNS }) }
}

impl Raw {
    const fn len(&self) -> usize {
        match &self.values {
            RawValues::Numbers(values) => values.len(),
            RawValues::Levels { of, .. } => of.len(),
        }
    }

    /// What is learned from the values.
    fn variable(&self) -> Result<Variable, DesignError> {
        let kind = match &self.values {
            RawValues::Numbers(values) => Kind::Number(self.spread(values, &self.name)?),
            RawValues::Levels { of, reference } => self.levels(of, reference)?,
        };
        Ok(Variable { name: self.name.clone(), kind })
    }

    fn spread(&self, values: &[f64], column: &str) -> Result<Spread, DesignError> {
        if let Some((customer, &value)) = values.iter().enumerate().find(|(_, value)| !is_number(**value)) {
            return Err(DesignError::NotANumber { column: self.name.clone(), customer, value });
        }
        Spread::of(values).ok_or_else(|| DesignError::Constant { column: column.into() })
    }

    fn levels(&self, of: &[String], reference: &str) -> Result<Kind, DesignError> {
        let all: BTreeSet<&str> = of.iter().map(String::as_str).collect();
        if !all.contains(reference) {
            return Err(DesignError::NoReference { column: self.name.clone(), reference: reference.into() });
        }
        if all.len() == 1 {
            return Err(DesignError::Constant { column: self.name.clone() });
        }
        at_most(all.len() - 1)?;
        let level = |name: &str| {
            let ones: Vec<f64> = of.iter().map(|level| f64::from(u8::from(level == name))).collect();
            let spread = Spread { centre: 0.0, ..self.spread(&ones, name)? };
            Ok(Level { name: name.into(), spread })
        };
        let levels = all.into_iter().filter(|name| *name != reference).map(level).collect::<Result<_, _>>()?;
        Ok(Kind::Levels { reference: reference.into(), levels })
    }

    /// What a customer's column holds.
    fn value(&self, customer: usize) -> Value {
        match &self.values {
            RawValues::Numbers(values) => Value::Number(values[customer]),
            RawValues::Levels { of, .. } => Value::Level(of[customer].clone()),
        }
    }

    fn check_reference(&self, variable: &Variable) -> Result<(), DesignError> {
        match (&self.values, &variable.kind) {
            (RawValues::Levels { reference: found, .. }, Kind::Levels { reference, .. }) if found != reference => {
                let (found, expected) = (found.clone(), reference.clone());
                Err(DesignError::OtherReference { column: self.name.clone(), found, expected })
            }
            _ => Ok(()),
        }
    }
}
