use super::{CourseError, Courses, DynamicParetoNbd, course::end};
use crate::{
    cohort::PurchaseHistory,
    lifetime::ValuationError,
    parallel,
    units::{DiscountRate, Horizon},
};

/// What if: customers with their pasts, under planned covariates to come and under changed ones.
///
/// [`Fit::what_if`](crate::Fit::what_if) tells what the change brings in purchases,
/// [`Fit::what_if_worth`](crate::Fit::what_if_worth) in money; one customer is a slice of one.
///
/// # Examples
///
/// ```
/// use customer_value::covariates::{Course, CourseError, Courses, WhatIf};
/// use customer_value::{Horizon, PurchaseHistory, Span};
///
/// let history = PurchaseHistory::new(2, Span::whole_days(60), Span::whole_days(70))?;
/// // Two weeks of a campaign: planned for a month from now, for tomorrow instead, and for days that are over.
/// let campaign = |day| {
///     let pieces = [(0, 0.0), (day, 1.0), (day + 14, 0.0)].map(|(day, on)| (Span::whole_days(day), vec![on]));
///     Course::new(pieces, Horizon::Lifetime)
/// };
/// let planned = Courses::new(["campaign"], [campaign(100)?])?;
/// let changed = |day| Courses::coded(planned.coding(), [campaign(day)?]);
/// assert_eq!(WhatIf::new(&[history], &planned, &changed(71)?)?.customers(), 1);
///
/// let at = Span::whole_days(65);
/// let source = Box::new(CourseError::OtherPast { at, age: history.age() });
/// assert_eq!(WhatIf::new(&[history], &planned, &changed(65)?), Err(CourseError::Customer { customer: 0, source }));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WhatIf<'a> {
    histories: &'a [PurchaseHistory],
    planned: &'a Courses,
    changed: &'a Courses,
}

/// Why a what-if has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WhatIfError {
    /// The courses are none that the model can use, or end before the horizon.
    #[error(transparent)]
    Course(#[from] CourseError),
    /// Purchases or spend have no finite value.
    #[error(transparent)]
    Valuation(#[from] ValuationError),
    /// As many histories of spend as customers.
    #[error("{found} histories of spend, expected one for each of {expected} customers")]
    Spend {
        /// How many were given.
        found: usize,
        /// How many customers there are.
        expected: usize,
    },
}

impl<'a> WhatIf<'a> {
    /// One history, one planned and one changed course for each customer, in one order.
    ///
    /// # Errors
    ///
    /// [`CourseError::Customers`] unless there are as many; [`CourseError::Columns`] when the courses are of different columns;
    /// [`CourseError::OtherPast`] of a [customer](CourseError::Customer) whose courses differ before the end of the history.
    pub fn new(
        histories: &'a [PurchaseHistory],
        planned: &'a Courses,
        changed: &'a Courses,
    ) -> Result<Self, CourseError> {
        for courses in [planned, changed] {
            if courses.len() != histories.len() {
                return Err(CourseError::Customers { courses: courses.len(), customers: histories.len() });
            }
        }
        changed.check_columns(planned.coding())?;
        for (customer, history) in histories.iter().enumerate() {
            let [before, after] = [planned, changed].map(|courses| &courses.courses()[customer]);
            if let Some(at) = before.first_difference(after).filter(|at| *at < history.age()) {
                return Err(CourseError::OtherPast { at, age: history.age() }.of(customer));
            }
        }
        Ok(Self { histories, planned, changed })
    }

    /// How many customers there are.
    pub const fn customers(&self) -> usize {
        self.histories.len()
    }

    /// The discounted purchases that each customer is expected to make, as planned and as changed.
    pub(crate) fn purchases(
        &self,
        model: &DynamicParetoNbd,
        horizon: Horizon,
        rate: DiscountRate,
    ) -> Result<Vec<[f64; 2]>, WhatIfError> {
        self.planned.check_columns(model.coding())?;
        let all = parallel::map_indices(self.customers(), |customer| self.of(customer, model, horizon, rate));
        all.into_iter().collect()
    }

    fn of(
        &self,
        customer: usize,
        model: &DynamicParetoNbd,
        horizon: Horizon,
        rate: DiscountRate,
    ) -> Result<[f64; 2], WhatIfError> {
        let history = &self.histories[customer];
        let [planned, changed] = [self.planned, self.changed].map(|courses| &courses.courses()[customer]);
        let needed = end(history.age(), horizon);
        changed.check_known(needed).map_err(|error| error.of(customer))?;
        let purchases = |course| {
            let future = model.future(history, course, horizon).map_err(|error: CourseError| error.of(customer))?;
            let purchases = future.forecast().discounted_purchases(horizon, rate);
            purchases.map_err(|error| WhatIfError::from(ValuationError::from(error).of(customer)))
        };
        let before = purchases(planned)?;
        let differs = planned.first_difference(changed).is_some_and(|at| match needed {
            Horizon::Within(end) => at < end,
            Horizon::Lifetime => true,
        });
        // The same said in other pieces is no change: not even in the last digit.
        Ok([before, if differs { purchases(changed)? } else { before }])
    }
}
