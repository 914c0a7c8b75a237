use std::{borrow::Cow, collections::BTreeSet};

/// How the columns of a design became numbers; part of every model that was fitted to it, so that customers who come later
/// are coded as those were.
///
/// A number stays as it is; of a category each level but the reference is a column of its own, 1 for customers at that
/// level, else 0, under the name `channel=shop`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "super::stored::StoredCoding")
)]
pub struct Coding {
    pub(super) variables: Vec<Variable>,
}

/// A column as the caller gave it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Variable {
    pub name: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Kind {
    Number(Spread),
    Levels { reference: String, levels: Vec<Level> },
}

/// A level other than the reference.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Level {
    pub name: String,
    pub spread: Spread,
}

/// Where the values of a coded column lie.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Spread {
    /// The mean of a number, 0 of a level: where the parameters of the base model hold.
    pub centre: f64,
    /// The standard deviation.
    pub deviation: f64,
    /// The greatest distance between two values.
    pub range: f64,
}

/// A coded column.
pub(super) struct Coded<'a> {
    pub variable: &'a str,
    pub name: Cow<'a, str>,
    pub spread: Spread,
}

/// What a customer's column holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A level of a category.
    Level(String),
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(level: &str) -> Self {
        Self::Level(level.into())
    }
}

impl From<String> for Value {
    fn from(level: String) -> Self {
        Self::Level(level)
    }
}

/// The covariates of one customer, coded.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(super) Vec<f64>);

impl Row {
    /// The numbers, one for each of [`Coding::columns`].
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

impl From<Row> for Vec<f64> {
    fn from(row: Row) -> Self {
        row.0
    }
}

/// Why values are not the covariates of a customer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// A column is not there.
    #[error("no value of {column:?}, expected one of each column")]
    Missing {
        /// The column.
        column: String,
    },
    /// A column that the design does not have, or the same twice.
    #[error("a value of {column:?}, expected one value of each column of the design")]
    Unexpected {
        /// The name given.
        column: String,
    },
    /// A level that the design has not seen.
    #[error("{column} is {level:?}, expected one of {expected:?}")]
    UnknownLevel {
        /// The column.
        column: String,
        /// The level given.
        level: String,
        /// The levels it knows, the reference first.
        expected: Vec<String>,
    },
    /// A number where there are levels.
    #[error("{column} is the number {number}, expected one of {expected:?}")]
    NotALevel {
        /// The column.
        column: String,
        /// The number given.
        number: f64,
        /// The levels it knows, the reference first.
        expected: Vec<String>,
    },
    /// No number of at most 1e100.
    #[error("{column} is {value:?}, expected a number of at most 1e100")]
    NotANumber {
        /// The column.
        column: String,
        /// The value given.
        value: Value,
    },
    /// As many numbers as there are coded columns.
    #[error("{found} numbers, expected one for each of {expected} columns")]
    Length {
        /// How many were given.
        found: usize,
        /// How many columns there are.
        expected: usize,
    },
}

impl Coding {
    /// The names of the coded columns, in their order.
    pub fn columns(&self) -> Vec<String> {
        self.coded().map(|column| column.name.into_owned()).collect()
    }

    /// The covariates of a customer, by the names of the columns of the design, in any order.
    ///
    /// # Errors
    ///
    /// [`RowError`] unless there is one value of each column, a level that the design has seen where it has levels.
    pub fn row<'a>(&self, values: impl IntoIterator<Item = (&'a str, Value)>) -> Result<Row, RowError> {
        let mut given: Vec<Option<Value>> = vec![None; self.variables.len()];
        for (name, value) in values {
            let at = self.variables.iter().position(|variable| variable.name == name);
            match at.map(|at| &mut given[at]) {
                Some(slot @ None) => *slot = Some(value),
                _ => return Err(RowError::Unexpected { column: name.into() }),
            }
        }
        let mut row = Vec::new();
        for (variable, value) in self.variables.iter().zip(given) {
            let value = value.ok_or_else(|| RowError::Missing { column: variable.name.clone() })?;
            variable.code(value, &mut row)?;
        }
        Ok(Row(row))
    }

    /// The covariates of a customer as coded numbers, one for each of [`Coding::columns`].
    ///
    /// # Errors
    ///
    /// [`RowError::Length`] and [`RowError::NotANumber`].
    pub fn coded_row(&self, values: &[f64]) -> Result<Row, RowError> {
        let expected = self.coded().count();
        if values.len() != expected {
            return Err(RowError::Length { found: values.len(), expected });
        }
        match self.coded().zip(values).find(|(_, value)| !is_number(**value)) {
            Some((column, value)) => Err(not_a_number(&column.name, Value::Number(*value))),
            None => Ok(Row(values.to_vec())),
        }
    }

    /// Where the parameters of the base model hold: numbers at their mean, categories at their reference.
    pub fn centre(&self) -> Row {
        Row(self.coded().map(|column| column.spread.centre).collect())
    }

    /// The same columns, numbers measured from these centres, one for each coded column.
    pub(super) fn centred(&self, centres: &[f64]) -> Self {
        let mut coding = self.clone();
        let mut centres = centres.iter();
        for variable in &mut coding.variables {
            match &mut variable.kind {
                Kind::Number(spread) => spread.centre = centres.next().copied().unwrap_or(spread.centre),
                Kind::Levels { levels, .. } => centres.by_ref().take(levels.len()).for_each(drop),
            }
        }
        coding
    }

    /// A name that two coded columns share.
    pub(super) fn twice(&self) -> Option<String> {
        let mut names = BTreeSet::new();
        self.coded().map(|column| column.name.into_owned()).find(|name| !names.insert(name.clone()))
    }

    /// The coded columns.
    pub(super) fn coded(&self) -> impl Iterator<Item = Coded<'_>> {
        self.variables.iter().flat_map(Variable::coded)
    }
}

impl Variable {
    fn coded(&self) -> Vec<Coded<'_>> {
        match &self.kind {
            Kind::Number(spread) => {
                vec![Coded { variable: &self.name, name: Cow::Borrowed(&self.name), spread: *spread }]
            }
            Kind::Levels { levels, .. } => levels.iter().map(|level| self.coded_level(level)).collect(),
        }
    }

    fn coded_level<'a>(&'a self, level: &Level) -> Coded<'a> {
        Coded { variable: &self.name, name: format!("{}={}", self.name, level.name).into(), spread: level.spread }
    }

    /// Adds the coded value.
    pub fn code(&self, value: Value, row: &mut Vec<f64>) -> Result<(), RowError> {
        let column = || self.name.clone();
        match (&self.kind, value) {
            (Kind::Number(_), Value::Number(number)) if is_number(number) => row.push(number),
            (Kind::Number(_), value) => return Err(not_a_number(&self.name, value)),
            (Kind::Levels { reference, levels }, Value::Level(level)) => {
                if level != *reference && levels.iter().all(|one| one.name != level) {
                    let expected = known(reference, levels);
                    return Err(RowError::UnknownLevel { column: column(), level, expected });
                }
                row.extend(levels.iter().map(|one| f64::from(u8::from(one.name == level))));
            }
            (Kind::Levels { reference, levels }, Value::Number(number)) => {
                return Err(RowError::NotALevel { column: column(), number, expected: known(reference, levels) });
            }
        }
        Ok(())
    }
}

/// Whether a number can be a covariate: far beyond any, and its distance from others is a number too.
pub(super) const fn is_number(value: f64) -> bool {
    value.abs() <= 1e100
}

fn not_a_number(column: &str, value: Value) -> RowError {
    RowError::NotANumber { column: column.into(), value }
}

/// The reference first.
fn known(reference: &str, levels: &[Level]) -> Vec<String> {
    std::iter::once(reference).chain(levels.iter().map(|level| level.name.as_str())).map(Into::into).collect()
}
