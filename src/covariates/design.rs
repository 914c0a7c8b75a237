mod builder;
mod independence;

pub use builder::DesignBuilder;

use super::coding::{Coding, Row, RowError, Spread};

/// Covariates of customers: named columns, one value a customer, that were checked together.
///
/// Numbers are centred at their mean and measured by their standard deviation inside a fit, and what is reported is told
/// for raw units again. The order of columns is that in which coefficients are listed; that of customers is the one of
/// their histories.
///
/// # Examples
///
/// ```
/// use customer_value::covariates::{Design, DesignError};
///
/// let design = Design::new()
///     .numbers("age", [31.0, 44.0, 58.0, 25.0])
///     .levels("channel", ["web", "shop", "web", "phone"], "web")
///     .build()?;
/// assert_eq!(design.coding().columns(), ["age", "channel=phone", "channel=shop"]);
/// assert_eq!(design.row(1).map(|row| row.values().to_vec()), Some(vec![44.0, 0.0, 1.0]));
///
/// let twice = Design::new().numbers("days", [1.0, 2.0, 4.0]).numbers("hours", [24.0, 48.0, 96.0]).build();
/// let on = vec!["days".to_string()];
/// assert_eq!(twice, Err(DesignError::Collinear { column: "hours".into(), on }));
/// # Ok::<(), DesignError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    coding: Coding,
    /// Coded values, customer by customer.
    values: Vec<f64>,
    customers: usize,
}

/// Why columns are no design.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// There is no column, or no customer.
    #[error("{columns} columns of {customers} customers, expected at least one of each")]
    Empty {
        /// How many columns.
        columns: usize,
        /// How many customers.
        customers: usize,
    },
    /// Two columns of one name, which may be that of a level: a column `channel=shop` beside a category `channel`.
    #[error("two columns are called {column:?}, expected names that differ")]
    Duplicate {
        /// The name.
        column: String,
    },
    /// More columns than can be told apart in reasonable time, such as a level for each customer.
    #[error("{columns} columns, levels counted one by one, expected at most {most}")]
    TooMany {
        /// How many coded columns.
        columns: usize,
        /// How many there may be.
        most: usize,
    },
    /// Columns of different lengths.
    #[error("column {column:?} has {found} values, expected {expected} as in the first")]
    Length {
        /// The column.
        column: String,
        /// Its length.
        found: usize,
        /// That of the first column.
        expected: usize,
    },
    /// Something other than a number of at most 1e100.
    #[error("{column} of customer {customer} (from 0) is {value}, expected a number of at most 1e100")]
    NotANumber {
        /// The column.
        column: String,
        /// The position of the customer.
        customer: usize,
        /// The value.
        value: f64,
    },
    /// No customer is at the reference level.
    #[error("no customer has {column} {reference:?}, expected a reference level that occurs")]
    NoReference {
        /// The column.
        column: String,
        /// The level.
        reference: String,
    },
    /// All customers have the same value: nothing can be told of its effect.
    #[error("column {column:?} is the same for all customers, expected values that differ")]
    Constant {
        /// The column.
        column: String,
    },
    /// Categories told beside another level than those of the coding.
    #[error("{column} is told beside {found:?}, expected {expected:?} as in the coding")]
    OtherReference {
        /// The column.
        column: String,
        /// The reference level given.
        found: String,
        /// That of the coding.
        expected: String,
    },
    /// Values that a coding does not know.
    #[error("customer {customer} (from 0): {source}")]
    Row {
        /// The position of the customer.
        customer: usize,
        /// What is wrong.
        source: RowError,
    },
    /// A column follows from others: effects of theirs cannot be told apart.
    #[error("column {column:?} follows from {on:?}, expected one that tells more")]
    Collinear {
        /// The coded column.
        column: String,
        /// The coded columns from which it follows.
        on: Vec<String>,
    },
}

impl Design {
    /// A design without columns so far.
    #[expect(clippy::new_ret_no_self, reason = "columns are checked together, in `build`")]
    pub fn new() -> DesignBuilder {
        DesignBuilder::default()
    }

    /// How the columns became numbers.
    pub const fn coding(&self) -> &Coding {
        &self.coding
    }

    /// How many customers there are.
    pub const fn customers(&self) -> usize {
        self.customers
    }

    /// The covariates of the customer at a position.
    pub fn row(&self, customer: usize) -> Option<Row> {
        (customer < self.customers).then(|| Row(self.coded(customer).to_vec()))
    }

    /// Some of the customers, measured as all of them are.
    pub(crate) fn part(&self, customers: &[usize]) -> Self {
        let values = customers.iter().flat_map(|&at| self.coded(at)).copied().collect();
        Self { coding: self.coding.clone(), values, customers: customers.len() }
    }

    /// The coded values of a customer who is there.
    pub(super) fn coded(&self, customer: usize) -> &[f64] {
        let columns = self.values.len() / self.customers;
        &self.values[customer * columns..(customer + 1) * columns]
    }
}

impl Spread {
    /// `None` where all values are the same, to the last digits of a double. Sums run in ascending order, so that they do not
    /// depend on that of the customers.
    fn of(values: &[f64]) -> Option<Self> {
        let mut values = values.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let range = most - least;
        if !(range.recip().is_finite() && range > 1e-12 * least.abs().max(most.abs())) {
            return None;
        }
        // In shares of the range, so that no square leaves the range of doubles.
        let count = values.len() as f64;
        let share = |value: &f64| (value - least) / range;
        let mean = values.iter().map(share).sum::<f64>() / count;
        let variance = values.iter().map(|value| (share(value) - mean).powi(2)).sum::<f64>() / count;
        Some(Self { centre: least + range * mean, deviation: range * variance.sqrt(), range })
    }
}
