use std::collections::BTreeMap;

use super::{Course, CourseError, Courses};
use crate::{
    cohort::CohortError,
    covariates::{Coding, Design},
    interaction::{Clock, InteractionLog},
    units::{Day, Horizon},
};

/// Days for which covariates hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Period {
    /// From the first day to the last, both included.
    Days {
        /// The first day.
        first: Day,
        /// The last day.
        last: Day,
    },
    /// From a day on, for ever.
    From(Day),
}

impl Period {
    /// The first day.
    pub const fn first(self) -> Day {
        match self {
            Self::Days { first, .. } | Self::From(first) => first,
        }
    }
}

impl std::fmt::Display for Period {
    /// Writes `2024-11-25 to 2024-12-24`, or `from 2024-12-25 on`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Days { first, last } => write!(f, "{first} to {last}"),
            Self::From(first) => write!(f, "from {first} on"),
        }
    }
}

/// Covariates by the calendar: which values hold on which days, for all customers or for each customer apart.
///
/// A [`Design`] has the values, a row for each period. [`Timetable::courses`] cuts from them what each customer of a log
/// lives through, from the customer's own first purchase on. A period begins with its first day, at midnight in the zone of
/// the log where that is kept by the instant: a purchase on that day sees the new values.
///
/// # Examples
///
/// ```
/// use customer_value::covariates::{Design, Period, Timetable};
/// use customer_value::{Currency, Day, FirstSeen, Granularity, Interaction, InteractionLog, Money, Span, Window};
///
/// let day = |month, day| Day::new(2024, month, day);
/// let window = Window::new(day(1, 1)?, day(3, 31)?, FirstSeen::IsNew)?;
/// let amount = Money::from_minor(990, Currency::EUR);
/// let bought = |customer, day: Day| Interaction::purchase(customer, day, amount);
/// let rows = [bought("ann", day(1, 10)?), bought("ann", day(2, 3)?), bought("bo", day(2, 6)?)];
/// let log = InteractionLog::builder(window, Granularity::Day).extend(rows).build()?;
///
/// let periods = [
///     Period::Days { first: day(1, 1)?, last: day(1, 31)? },
///     Period::Days { first: day(2, 1)?, last: day(2, 9)? },
///     Period::From(day(2, 10)?),
/// ];
/// let values = Design::new().levels("season", ["quiet", "sale", "quiet"], "quiet").build()?;
/// let courses = Timetable::common(&values, &periods)?.courses(&log, day(3, 31)?)?;
/// // For Ann the sale begins after 22 days; Bo came in the midst of it.
/// let [ann, bo] = courses.courses() else { panic!("two customers") };
/// let after = |course: &customer_value::covariates::Course, days| course.at(Span::whole_days(days))[0];
/// assert_eq!((after(ann, 21), after(ann, 22), after(ann, 31)), (0.0, 1.0, 0.0));
/// assert_eq!((after(bo, 0), after(bo, 4)), (1.0, 0.0));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Timetable<Id> {
    coding: Coding,
    tables: Tables<Id>,
}

#[derive(Debug, Clone, PartialEq)]
enum Tables<Id> {
    Common(Table),
    Each(BTreeMap<Id, Table>),
}

/// Periods that follow each other day by day, with their coded values; at least one.
#[derive(Debug, Clone, PartialEq, Default)]
struct Table(Vec<(Period, Vec<f64>)>);

/// Why periods are no timetable, or not one for the customers of a log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TimetableError {
    /// As many periods as rows of values.
    #[error("{found} periods, expected one for each of {expected} rows of the design")]
    Periods {
        /// How many periods were given.
        found: usize,
        /// How many rows the design has.
        expected: usize,
    },
    /// A period that ends before it begins.
    #[error("period {row} (from 0) is {period}, expected a last day not before the first")]
    Backwards {
        /// Its position.
        row: usize,
        /// The period.
        period: Period,
    },
    /// Periods that do not ascend.
    #[error("period {row} (from 0) is {period}, expected it to begin after the one before it, {before}")]
    Order {
        /// Its position.
        row: usize,
        /// The period.
        period: Period,
        /// The period before it, of the same customer.
        before: Period,
    },
    /// Days with two values.
    #[error("period {row} (from 0) is {period}, which overlaps the one before it, {before}")]
    Overlap {
        /// Its position.
        row: usize,
        /// The period.
        period: Period,
        /// The period before it, of the same customer.
        before: Period,
    },
    /// Days without values.
    #[error("period {row} (from 0) is {period}, expected it to begin on the day after the one before it, {before}")]
    Gap {
        /// Its position.
        row: usize,
        /// The period.
        period: Period,
        /// The period before it, of the same customer.
        before: Period,
    },
    /// Of a customer of the log there are no periods.
    #[error("there are no periods of customer {customer} of the cohort (from 0)")]
    NoPeriods {
        /// The position in the cohort.
        customer: usize,
    },
    /// A customer was won before the first period.
    #[error(
        "customer {customer} of the cohort (from 0) first bought on {won}, expected a period that holds then: the first begins on {first}"
    )]
    Begins {
        /// The position in the cohort.
        customer: usize,
        /// The day of the first purchase.
        won: Day,
        /// The first day of the first period.
        first: Day,
    },
    /// The periods end before the cut.
    #[error(
        "periods of customer {customer} of the cohort (from 0) end on {last}, expected them to hold until the cut on {cut}"
    )]
    Ends {
        /// The position in the cohort.
        customer: usize,
        /// The last day of the last period.
        last: Day,
        /// The cut.
        cut: Day,
    },
    /// Dates so far out that nanoseconds do not tell them apart.
    #[error(transparent)]
    Course(#[from] CourseError),
    /// The log knows nothing of the cut.
    #[error(transparent)]
    Cohort(#[from] CohortError),
}

impl<Id: Ord + Clone> Timetable<Id> {
    /// The same for all customers: a period for each row of the design, one after the other, without gaps.
    ///
    /// # Errors
    ///
    /// [`TimetableError`] names the first period that is out of order, overlaps the one before it or leaves days out.
    pub fn common(values: &Design, periods: &[Period]) -> Result<Self, TimetableError> {
        check_rows(values, periods.len())?;
        let mut table = Table::default();
        for (row, period) in periods.iter().enumerate() {
            table.push(row, *period, values)?;
        }
        Ok(Self { coding: values.coding().clone(), tables: Tables::Common(table) })
    }

    /// For each customer apart: a customer and a period for each row of the design, those of each customer one after the
    /// other, without gaps.
    ///
    /// # Errors
    ///
    /// As [`Timetable::common`].
    pub fn by_customer(values: &Design, periods: &[(Id, Period)]) -> Result<Self, TimetableError> {
        check_rows(values, periods.len())?;
        let mut tables: BTreeMap<Id, Table> = BTreeMap::new();
        for (row, (customer, period)) in periods.iter().enumerate() {
            tables.entry(customer.clone()).or_default().push(row, *period, values)?;
        }
        Ok(Self { coding: values.coding().clone(), tables: Tables::Each(tables) })
    }

    /// The courses of the customers of a [cohort](InteractionLog::cohort) of a log, in its order, each from the first
    /// purchase on. What is planned after the cut belongs to them, and is known until the last period ends.
    ///
    /// # Errors
    ///
    /// [`TimetableError`] for a customer without periods or with a first purchase before the first of them, for periods that
    /// end before the cut, and for a cut outside the window of the log.
    pub fn courses(&self, log: &InteractionLog<Id>, cut: Day) -> Result<Courses, TimetableError> {
        let won = log.first_purchases(cut)?;
        let course = |(customer, (id, tick)): (usize, &(&Id, i64))| {
            let table = match &self.tables {
                Tables::Common(table) => Some(table),
                Tables::Each(tables) => tables.get(*id),
            };
            let table = table.ok_or(TimetableError::NoPeriods { customer })?;
            let won = log.clock().day(log.moment(*tick));
            table.check(customer, won, cut)?;
            table.course(log.clock(), *tick).map_err(|error| error.of(customer).into())
        };
        let courses: Vec<Course> = won.iter().enumerate().map(course).collect::<Result<_, TimetableError>>()?;
        Ok(Courses::coded(&self.coding, courses)?)
    }

    /// How the columns became numbers.
    pub const fn coding(&self) -> &Coding {
        &self.coding
    }
}

const fn check_rows(values: &Design, found: usize) -> Result<(), TimetableError> {
    let expected = values.customers();
    if found == expected { Ok(()) } else { Err(TimetableError::Periods { found, expected }) }
}

impl Table {
    /// Goes on with a period and its row of values.
    fn push(&mut self, row: usize, period: Period, values: &Design) -> Result<(), TimetableError> {
        if let Period::Days { first, last } = period
            && last < first
        {
            return Err(TimetableError::Backwards { row, period });
        }
        if let Some(&(before, _)) = self.0.last() {
            let next = match before {
                _ if period.first() <= before.first() => return Err(TimetableError::Order { row, period, before }),
                // After the last day of the calendar nothing begins.
                Period::Days { last, .. } => last.plus_days(1).ok(),
                Period::From(_) => None,
            };
            match next {
                Some(next) if period.first() == next => {}
                Some(next) if period.first() > next => return Err(TimetableError::Gap { row, period, before }),
                _ => return Err(TimetableError::Overlap { row, period, before }),
            }
        }
        self.0.push((period, values.coded(row).to_vec()));
        Ok(())
    }

    /// Whether it holds from the first purchase to the cut.
    fn check(&self, customer: usize, won: Day, cut: Day) -> Result<(), TimetableError> {
        match (self.0.first(), self.0.last()) {
            (Some((begin, _)), _) if won < begin.first() => {
                Err(TimetableError::Begins { customer, won, first: begin.first() })
            }
            (_, Some((Period::Days { last, .. }, _))) if *last < cut => {
                Err(TimetableError::Ends { customer, last: *last, cut })
            }
            _ => Ok(()),
        }
    }

    /// From a tick on which it holds.
    fn course(&self, clock: &Clock, won: i64) -> Result<Course, CourseError> {
        let before = self.0.partition_point(|(period, _)| clock.first_tick(period.first()) <= won);
        let pieces = self.0[before.saturating_sub(1)..].iter();
        let pieces = pieces.map(|(period, values)| (clock.span(won, clock.first_tick(period.first())), values.clone()));
        let known = match self.0.last() {
            Some((Period::Days { last, .. }, _)) => Horizon::Within(clock.span(won, clock.age_end(*last))),
            _ => Horizon::Lifetime,
        };
        Course::new(pieces, known)
    }
}
