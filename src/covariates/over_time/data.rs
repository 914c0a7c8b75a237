use std::sync::Arc;

use super::{Course, CourseError, Courses};
use crate::{
    cohort::{Patterns, PurchaseHistory, PurchaseTimes},
    covariates::{Driver, Effects, about::About, effects::Plan},
    lifetime::{Fingerprint, Observations, sealed::Sealed},
    units::{Horizon, Span},
};

/// When customers bought, with the course of their covariates.
#[derive(Debug, Clone, PartialEq)]
pub struct OverTime {
    pub(super) about: Arc<About>,
    /// Ascending, so that sums do not depend on the order of customers.
    pub(super) rows: Vec<Watched>,
    all: Arc<Patterns>,
}

/// A customer with the course of covariates until the end of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    pub(super) history: PurchaseHistory,
    /// Of each coefficient, what it multiplies: Σ over repeat purchases of the covariates at them.
    pub(super) bought: Vec<f64>,
    pub(super) pieces: Vec<Piece>,
}

/// A stretch of constant covariates: for each coefficient what it adds, a unit, to the logarithm of the pace of buying, and
/// to that of leaving.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// In days.
    pub start: f64,
    pub buying: Vec<f64>,
    pub leaving: Vec<f64>,
}

impl OverTime {
    /// The purchases of each customer with the customer's course, in the same order.
    ///
    /// # Errors
    ///
    /// [`CourseError`] when effects do not fit the columns, or a course is not known until the end of its history.
    pub fn new(courses: &Courses, effects: &Effects, purchases: &[PurchaseTimes]) -> Result<Self, CourseError> {
        if courses.len() != purchases.len() {
            return Err(CourseError::Customers { courses: courses.len(), customers: purchases.len() });
        }
        for (customer, (course, times)) in courses.courses().iter().zip(purchases).enumerate() {
            course.check_known(Horizon::Within(times.age())).map_err(|error| error.of(customer))?;
        }
        let coding = courses.coding().centred(&means(courses, purchases));
        let plan = effects.plan(&coding)?;
        let mut rows = Vec::with_capacity(purchases.len());
        for (course, times) in courses.courses().iter().zip(purchases) {
            rows.push(Watched::new(&plan, course, times));
        }
        rows.sort_by(Watched::compare);
        let histories: Vec<PurchaseHistory> = rows.iter().map(|row| row.history).collect();
        let about = Arc::new(About { coding, plan });
        Ok(Self { about, rows, all: Arc::new((&histories).into()) })
    }

    /// The same customers without covariates.
    pub fn without(&self) -> &Patterns {
        &self.all
    }

    /// The same courses with other purchases; a search starts where these ones would.
    pub(super) fn with_rows(&self, rows: Vec<Watched>) -> Self {
        Self { about: Arc::clone(&self.about), rows, all: Arc::clone(&self.all) }
    }
}

/// The mean of each column over the time that a customer was watched, and of these over customers: it depends neither on how
/// a course is cut into pieces nor on what is planned, and is that of a static column where courses are constant.
fn means(courses: &Courses, purchases: &[PurchaseTimes]) -> Vec<f64> {
    let customers = courses.courses().iter().zip(purchases);
    let each: Vec<Vec<f64>> = customers.map(|(course, times)| course.mean_until(times.age())).collect();
    let mean = |column: usize| {
        let mut values: Vec<f64> = each.iter().map(|means| means[column]).collect();
        // In an order of their own, so that the sum does not depend on that of customers.
        values.sort_by(f64::total_cmp);
        values.iter().sum::<f64>() / values.len().max(1) as f64
    };
    (0..courses.coding().coded().count()).map(mean).collect()
}

impl Watched {
    pub fn new(plan: &Plan, course: &Course, times: &PurchaseTimes) -> Self {
        let history = times.history();
        let watched = pieces(plan, course).filter(|piece| piece.start < times.age().as_days() || piece.start <= 0.0);
        let mut row = Self { history, bought: vec![0.0; plan.coefficients.len()], pieces: watched.collect() };
        // A purchase on the last day sees a break of that day.
        let on = |time: &Span| Piece::new(plan, 0.0, course.at(*time)).buying;
        for buying in times.repeats().iter().map(on) {
            row.bought.iter_mut().zip(buying).for_each(|(sum, one)| *sum += one);
        }
        row
    }

    /// In an order that equal rows alone leave open.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let key = |row: &Self| {
            let pieces = row.pieces.iter().flat_map(|piece| {
                std::iter::once(piece.start).chain(piece.buying.iter().copied()).chain(piece.leaving.iter().copied())
            });
            row.bought.iter().copied().chain(pieces).map(f64::to_bits).collect::<Vec<u64>>()
        };
        self.history.cmp(&other.history).then_with(|| key(self).cmp(&key(other)))
    }
}

/// The pieces of a course, as the effects see them.
pub(super) fn pieces<'a>(plan: &'a Plan, course: &'a Course) -> impl Iterator<Item = Piece> + 'a {
    course.pieces().map(|(start, values)| Piece::new(plan, start, values))
}

impl Piece {
    /// Without covariates that count.
    pub fn none(coefficients: usize) -> Self {
        Self { start: 0.0, buying: vec![0.0; coefficients], leaving: vec![0.0; coefficients] }
    }

    /// The paces of buying and of leaving.
    pub fn paces(&self, coefficients: &[f64]) -> [f64; 2] {
        [&self.buying, &self.leaving].map(|covariates| {
            covariates.iter().zip(coefficients).map(|(one, coefficient)| one * coefficient).sum::<f64>().exp()
        })
    }

    fn new(plan: &Plan, start: f64, values: &[f64]) -> Self {
        let size = plan.coefficients.len();
        let mut piece = Self { start, buying: vec![0.0; size], leaving: vec![0.0; size] };
        for (term, distance) in plan.terms.iter().zip(plan.distances(values)) {
            let to = match term.driver {
                Driver::Purchase => &mut piece.buying,
                _ => &mut piece.leaving,
            };
            to[term.coefficient] += distance;
        }
        piece
    }
}

impl Sealed for OverTime {}

impl Observations for OverTime {
    type One = (Course, PurchaseTimes);

    fn distinct(&self) -> usize {
        self.rows.len()
    }

    fn sample(&self, every: usize) -> Self {
        let rows = self.rows.iter().step_by(every).cloned().collect();
        Self { about: Arc::clone(&self.about), rows, all: Arc::new(self.all.sample(every)) }
    }

    fn customers(&self) -> u64 {
        self.rows.len() as u64
    }

    fn densities_in_time(&self) -> u64 {
        self.all.repeats()
    }

    fn fingerprint(&self) -> Fingerprint {
        let start = self.about.fingerprint(self.all.fingerprint());
        self.rows.iter().fold(start, |print, row| {
            let pieces = row
                .pieces
                .iter()
                .flat_map(|piece| std::iter::once(&piece.start).chain(&piece.buying).chain(&piece.leaving));
            row.bought.iter().chain(pieces).fold(print, |print, number| print.and(number.to_bits()))
        })
    }
}
