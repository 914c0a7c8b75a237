use std::borrow::Cow;

use super::{Covariates, Design, described::compare};
use crate::{
    cohort::{Cohort, PurchaseHistory},
    lifetime::{CohortForecast, CountModel, Likelihood, ParameterError},
};

/// Why the customers of a cohort have no forecasts.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CohortRowError {
    /// As many customers in the design as in the cohort.
    #[error("the design describes {found} customers, expected the {expected} of the cohort")]
    Customers {
        /// Of the design.
        found: usize,
        /// Of the cohort.
        expected: usize,
    },
    /// A design with other columns, levels or their order.
    #[error("the design has the columns {found:?}, expected {expected:?}")]
    Columns {
        /// The coded columns of the design.
        found: Vec<String>,
        /// Those of the model.
        expected: Vec<String>,
    },
    /// Covariates that take a parameter out of its range.
    #[error("customer {customer} (from 0): {source}")]
    Customer {
        /// The position.
        customer: usize,
        /// The parameter.
        source: ParameterError,
    },
}

impl<M: Likelihood + CountModel<History = PurchaseHistory>> Covariates<M> {
    /// The forecasts of all customers of a cohort, each under the plain model at the customer's own covariates; rows of the
    /// design are in the order of the cohort.
    ///
    /// # Errors
    ///
    /// [`CohortRowError`] when the design has other customers or columns, and for a customer so far out that a parameter
    /// leaves its range.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::covariates::{Covariates, Design, Driver, Effects};
    /// use customer_value::{Cohort, Nbd, NbdParams, Span, SummaryRow, TimeUnit};
    ///
    /// let row = |id, repeats| SummaryRow { id, repeats, recency: 20.0, age: 38.0, mean_spend: None };
    /// let cohort = Cohort::from_summaries([row("ann", 2), row("bo", 2)], TimeUnit::Week)?;
    /// let design = Design::new().levels("channel", ["web", "shop"], "web").build()?;
    /// let nbd = Nbd::new(NbdParams { r: 0.5, alpha: Span::weeks(10.0)? })?;
    /// let effects = Effects::new().of(Driver::Purchase, ["channel"]);
    /// let model = Covariates::new(nbd, design.coding(), &effects, &[0.7])?;
    /// let expected = model.forecast_cohort(&cohort, &design)?.expected_purchases(Span::weeks(52.0)?);
    /// assert!(expected[1] > expected[0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forecast_cohort<'a, Id>(
        &self,
        cohort: &'a Cohort<Id>,
        design: &Design,
    ) -> Result<CohortForecast<'a, M, Id>, CohortRowError> {
        let (found, expected) = (design.customers(), cohort.purchases().len());
        if found != expected {
            return Err(CohortRowError::Customers { found, expected });
        }
        let (found, expected) = (design.coding().columns(), self.coding().columns());
        if found != expected {
            return Err(CohortRowError::Columns { found, expected });
        }
        let mut order: Vec<usize> = (0..design.customers()).collect();
        order.sort_by(|&one, &other| compare(design.coded(one), design.coded(other)));
        let same = |one: &usize, other: &usize| compare(design.coded(*one), design.coded(*other)).is_eq();
        let (mut models, mut which) = (Vec::new(), vec![0; order.len()]);
        for group in order.chunk_by(same) {
            let customer = group[0];
            let model = self.at_values(design.coded(customer));
            for &customer in group {
                which[customer] = models.len();
            }
            models.push(model.map_err(|source| CohortRowError::Customer { customer, source })?);
        }
        Ok(CohortForecast::new(cohort, Cow::Owned(models), which))
    }
}
