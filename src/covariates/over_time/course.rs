use crate::{
    covariates::{
        DesignError,
        coding::{Coding, is_number},
        design::Design,
    },
    lifetime::ParameterError,
    units::{Horizon, Span},
};

/// The covariates of one customer over time, constant between breaks; times count from the first purchase.
///
/// A break belongs to what follows: a purchase on it sees the new values.
///
/// # Examples
///
/// ```
/// use customer_value::covariates::Course;
/// use customer_value::{Horizon, Span};
///
/// // A campaign from the fourth to the sixth week, planned for a year.
/// let campaign = [(0.0, 0.0), (4.0, 1.0), (6.0, 0.0)].map(|(week, on)| (Span::weeks(week).unwrap(), vec![on]));
/// let course = Course::new(campaign, Horizon::Within(Span::weeks(52.0)?))?;
/// assert_eq!(course.at(Span::weeks(4.0)?), [1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedCourse"))]
pub struct Course {
    /// Where each piece starts, in days.
    starts: Vec<f64>,
    /// Its values, piece by piece.
    values: Vec<Vec<f64>>,
    known: Horizon,
}

/// Why values are no course of covariates, or not one that a model can use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CourseError {
    /// There is no piece, or the first does not start with the customer.
    #[error("the first piece starts {} after the first purchase, expected one at 0", .start.map_or_else(|| "never".into(), |start| start.to_string()))]
    Start {
        /// Where it starts, if there is one.
        start: Option<Span>,
    },
    /// Pieces that do not ascend.
    #[error("piece {piece} (from 0) starts at {start}, expected later than the one before")]
    Order {
        /// Its position.
        piece: usize,
        /// Where it starts.
        start: Span,
    },
    /// As many values as covariates in each piece.
    #[error("piece {piece} (from 0) has {found} values, expected {expected}")]
    Length {
        /// Its position.
        piece: usize,
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// No number of at most 1e100.
    #[error("value {column} of piece {piece} (both from 0) is {value}, expected a number of at most 1e100")]
    NotANumber {
        /// The position of the piece.
        piece: usize,
        /// The position of the value.
        column: usize,
        /// The value.
        value: f64,
    },
    /// Covariates are not known as long as they are needed.
    #[error("covariates are known until {known} after the first purchase, expected {}", until(*needed))]
    Unknown {
        /// Until when they are known.
        known: Span,
        /// Until when they are needed.
        needed: Horizon,
    },
    /// The plan changes what has happened already.
    #[error(
        "the changed course differs from the planned one {at} after the first purchase, before the customer's age of {age}"
    )]
    OtherPast {
        /// Where they differ first.
        at: Span,
        /// The age.
        age: Span,
    },
    /// Covariates so far out that a pace of buying or leaving is none that the model describes.
    #[error("piece {piece} (from 0): {source}")]
    Piece {
        /// Its position.
        piece: usize,
        /// The parameter that customers would have who always lived under the piece.
        source: ParameterError,
    },
    /// Courses of other columns, levels or their order.
    #[error("the courses have the columns {found:?}, expected {expected:?}")]
    Columns {
        /// The coded columns of the courses.
        found: Vec<String>,
        /// Those that were expected.
        expected: Vec<String>,
    },
    /// As many courses as customers.
    #[error("{courses} courses for {customers} customers, expected one for each")]
    Customers {
        /// How many courses.
        courses: usize,
        /// How many customers.
        customers: usize,
    },
    /// The course of one customer is wrong.
    #[error("customer {customer} (from 0): {source}")]
    Customer {
        /// The position.
        customer: usize,
        /// What is wrong.
        source: Box<Self>,
    },
    /// All courses together tell nothing of some column.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The effects do not fit the columns.
    #[error(transparent)]
    Effect(#[from] crate::covariates::EffectError),
    /// Parameters or coefficients are out of range.
    #[error(transparent)]
    Model(#[from] crate::covariates::CovariatesError),
}

fn until(needed: Horizon) -> String {
    match needed {
        Horizon::Within(needed) => format!("until {needed}"),
        Horizon::Lifetime => "for ever".into(),
    }
}

impl Course {
    /// Values from each start on, and until when they are known: the last ones hold until then, or for ever. Values are
    /// numbers, one for each coded column, or a [`Row`](crate::covariates::Row), as [`Coding::row`] makes of levels.
    ///
    /// # Errors
    ///
    /// [`CourseError`] unless the first piece starts at 0, later ones later, and all have the same number of numbers.
    pub fn new<Values: Into<Vec<f64>>>(
        pieces: impl IntoIterator<Item = (Span, Values)>,
        known: Horizon,
    ) -> Result<Self, CourseError> {
        let (starts, values): (Vec<Span>, Vec<Vec<f64>>) =
            pieces.into_iter().map(|(start, values)| (start, values.into())).unzip();
        if starts.first() != Some(&Span::ZERO) {
            return Err(CourseError::Start { start: starts.first().copied() });
        }
        let late = starts.windows(2).position(|pair| pair[1] <= pair[0]);
        if let Some(before) = late {
            return Err(CourseError::Order { piece: before + 1, start: starts[before + 1] });
        }
        let expected = values[0].len();
        for (piece, values) in values.iter().enumerate() {
            if values.len() != expected {
                return Err(CourseError::Length { piece, found: values.len(), expected });
            }
            if let Some((column, &value)) = values.iter().enumerate().find(|(_, value)| !is_number(**value)) {
                return Err(CourseError::NotANumber { piece, column, value });
            }
        }
        Ok(Self { starts: starts.iter().map(|start| start.as_days()).collect(), values, known })
    }

    /// The values at a time after the first purchase.
    pub fn at(&self, time: Span) -> &[f64] {
        let after = self.starts.partition_point(|start| *start <= time.as_days());
        &self.values[after - 1]
    }

    /// Until when they are known.
    pub const fn known(&self) -> Horizon {
        self.known
    }

    /// The pieces: start in days, values.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (f64, &[f64])> {
        self.starts.iter().copied().zip(self.values.iter().map(Vec::as_slice))
    }

    /// The mean of each value over the time from the first purchase to an age.
    pub(super) fn mean_until(&self, age: Span) -> Vec<f64> {
        let (days, first) = (age.as_days(), &self.values[0]);
        let ends = self.starts.iter().skip(1).copied().chain([days]).map(|end| end.min(days));
        let mut means = first.clone();
        for ((values, start), end) in self.values.iter().zip(&self.starts).zip(ends).filter(|(_, end)| *end > 0.0) {
            let share = (end - start).max(0.0) / days;
            // From the first value, so that the mean of a constant is that constant to the last bit.
            means.iter_mut().zip(values).zip(first).for_each(|((mean, value), first)| *mean += share * (value - first));
        }
        means
    }

    /// Whether values are known as long as they are needed.
    pub(super) fn check_known(&self, needed: Horizon) -> Result<(), CourseError> {
        match (self.known, needed) {
            (Horizon::Lifetime, _) => Ok(()),
            (Horizon::Within(known), Horizon::Within(last)) if last <= known => Ok(()),
            (Horizon::Within(known), _) => Err(CourseError::Unknown { known, needed }),
        }
    }

    /// Where another course first says something else.
    pub(super) fn first_difference(&self, other: &Self) -> Option<Span> {
        let breaks = self.starts.iter().chain(&other.starts).copied();
        let differs = |at: &f64| self.at(Span::known(*at)) != other.at(Span::known(*at));
        breaks.filter(differs).min_by(f64::total_cmp).map(Span::known)
    }
}

/// The courses of all customers, under the names of their columns.
///
/// # Examples
///
/// ```
/// use customer_value::covariates::{Course, Courses};
/// use customer_value::{Horizon, Span};
///
/// let weeks = Span::weeks;
/// let spring = [(weeks(0.0)?, vec![0.0]), (weeks(10.0)?, vec![1.0]), (weeks(12.0)?, vec![0.0])];
/// let later = [(weeks(0.0)?, vec![0.0]), (weeks(3.0)?, vec![1.0]), (weeks(5.0)?, vec![0.0])];
/// let [first, second] = [spring, later].map(|pieces| Course::new(pieces, Horizon::Lifetime));
/// let courses = Courses::new(["campaign"], [first?, second?])?;
/// assert_eq!(courses.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedCourses"))]
pub struct Courses {
    pub(super) coding: Coding,
    courses: Vec<Course>,
}

impl Courses {
    /// Courses, one for each customer, with a value for each of these columns.
    ///
    /// # Errors
    ///
    /// [`CourseError::Customer`] names a customer with another number of columns; [`CourseError::Design`] a column that is
    /// constant over all pieces of all customers, or follows from others.
    pub fn new<Name: Into<String>>(
        columns: impl IntoIterator<Item = Name>,
        courses: impl IntoIterator<Item = Course>,
    ) -> Result<Self, CourseError> {
        let names: Vec<String> = columns.into_iter().map(Into::into).collect();
        let courses: Vec<Course> = courses.into_iter().collect();
        check_lengths(&courses, names.len())?;
        let column = |at: usize| courses.iter().flat_map(move |course| course.values.iter().map(move |row| row[at]));
        let builder =
            names.into_iter().enumerate().fold(Design::new(), |design, (at, name)| design.numbers(name, column(at)));
        let coding = builder.build()?.coding().clone();
        Ok(Self { coding, courses })
    }

    /// Courses whose values were coded by the coding of a design or of a model: with levels, or measured as others were.
    ///
    /// # Errors
    ///
    /// [`CourseError::Customer`] names a customer with another number of columns.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::covariates::{Course, Courses, Design};
    /// use customer_value::{Horizon, Span};
    ///
    /// // What there is to be seen: a row for each kind of week.
    /// let weeks = Design::new().levels("season", ["none", "sale", "Christmas"], "none").build()?;
    /// let season = |name: &str| weeks.coding().row([("season", name.into())]);
    /// let pieces = [(Span::ZERO, season("none")?), (Span::weeks(4.0)?, season("sale")?)];
    /// let courses = Courses::coded(weeks.coding(), [Course::new(pieces, Horizon::Lifetime)?])?;
    /// assert_eq!(courses.coding().columns(), ["season=Christmas", "season=sale"]);
    /// assert_eq!(courses.courses()[0].at(Span::weeks(5.0)?), [0.0, 1.0]);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn coded(coding: &Coding, courses: impl IntoIterator<Item = Course>) -> Result<Self, CourseError> {
        let courses: Vec<Course> = courses.into_iter().collect();
        check_lengths(&courses, coding.coded().count())?;
        Ok(Self { coding: coding.clone(), courses })
    }

    /// How the columns became numbers.
    pub const fn coding(&self) -> &Coding {
        &self.coding
    }

    /// Whether the columns are those of another coding.
    pub(super) fn check_columns(&self, coding: &Coding) -> Result<(), CourseError> {
        let (found, expected) = (self.coding.columns(), coding.columns());
        if found == expected { Ok(()) } else { Err(CourseError::Columns { found, expected }) }
    }

    /// How many customers there are.
    pub const fn len(&self) -> usize {
        self.courses.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.courses.is_empty()
    }

    /// One for each customer.
    pub fn courses(&self) -> &[Course] {
        &self.courses
    }
}

/// Where a horizon ends that counts from an age, counted from the first purchase.
pub(super) fn end(age: Span, horizon: Horizon) -> Horizon {
    match horizon {
        Horizon::Lifetime => Horizon::Lifetime,
        Horizon::Within(within) => Horizon::Within(Span::known(age.as_days() + within.as_days())),
    }
}

/// As many values as columns; in a course all pieces have as many as the first.
fn check_lengths(courses: &[Course], expected: usize) -> Result<(), CourseError> {
    let found = |course: &Course| course.values[0].len();
    match courses.iter().position(|course| found(course) != expected) {
        Some(customer) => {
            let source = CourseError::Length { piece: 0, found: found(&courses[customer]), expected };
            Err(source.of(customer))
        }
        None => Ok(()),
    }
}

impl CourseError {
    /// The same of a customer.
    pub(crate) fn of(self, customer: usize) -> Self {
        Self::Customer { customer, source: Box::new(self) }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedCourse {
    starts: Vec<f64>,
    values: Vec<Vec<f64>>,
    known: Horizon,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedCourse> for Course {
    type Error = String;

    fn try_from(raw: UncheckedCourse) -> Result<Self, String> {
        let (starts, values) = (raw.starts.len(), raw.values.len());
        if starts != values {
            return Err(format!("{starts} starts of {values} pieces, expected as many"));
        }
        let start = |days: f64| Span::days(days).map_err(|error| error.to_string());
        let starts = raw.starts.into_iter().map(start).collect::<Result<Vec<_>, _>>()?;
        Self::new(starts.into_iter().zip(raw.values), raw.known).map_err(|error| error.to_string())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedCourses {
    coding: Coding,
    courses: Vec<Course>,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedCourses> for Courses {
    type Error = CourseError;

    fn try_from(raw: UncheckedCourses) -> Result<Self, CourseError> {
        Self::coded(&raw.coding, raw.courses)
    }
}
