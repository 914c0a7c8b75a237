use crate::chain::ChainError;
use crate::cohort::CohortError;
use crate::units::{DateError, Day, UnitError, WeightsError};

/// Why customers cannot be segmented.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// There is nobody to learn from.
    #[error("there is no customer")]
    Empty,
    /// A measure is infinite or not a number.
    #[error("{measure} of customer {index} is {value}, expected a finite number")]
    NotFinite {
        /// The measure.
        measure: &'static str,
        /// Position in the column.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// Columns of one cohort differ in length.
    #[error("a column has {found} customers, expected {expected}")]
    Lengths {
        /// The length of the first column.
        expected: usize,
        /// The length of this one.
        found: usize,
    },
    /// A number of intervals that is no number of intervals.
    #[error("no intervals asked for, expected at least one")]
    NoBins,
    /// A cut is infinite, not a number, or not above the one before it.
    #[error("cut {index} is {value}, expected a finite number above the cut before it")]
    Cut {
        /// Position of the cut.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A share of the customers is out of order.
    #[error("cumulative share {index} is {value}, expected to rise in (0, 1] and to end at 1")]
    Share {
        /// Position of the share.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A customer is in a segment that has no label.
    #[error("customer {customer} is in segment {segment}, expected one of 0 to {segments} (exclusive)")]
    UnknownSegment {
        /// Position of the customer.
        customer: usize,
        /// The number given.
        segment: u32,
        /// How many segments there are.
        segments: usize,
    },
    /// Two segments have one name.
    #[error("two segments are called {label:?}")]
    DuplicateLabel {
        /// The name.
        label: String,
    },
    /// A stored result has other segments than its cuts make.
    #[error("{found} segments do not belong to these cuts, expected {expected} of their own")]
    Labels {
        /// How many segments the cuts make.
        expected: usize,
        /// How many were stored.
        found: usize,
    },
    /// More segments than anybody can read, or memory hold.
    #[error("{cells} cells, expected at most {most}")]
    TooManyCells {
        /// How many were asked for.
        cells: usize,
        /// How many there may be.
        most: usize,
    },
    /// Shares of nothing, or of a loss, mean nothing.
    #[error("the total is {total}, expected a number above 0 to take shares of")]
    TotalNotPositive {
        /// The total.
        total: f64,
    },
    /// A measure that is defined for parts of a whole met a loss.
    #[error("the least value is {value}, expected none below 0")]
    Negative {
        /// The least value.
        value: f64,
    },
    /// The result is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
    },
    /// A grid has two or three measures.
    #[error("a grid of {found} measures, expected two or three")]
    Axes {
        /// How many measures were given.
        found: usize,
    },
    /// Columns, cuts or values are not one for each measure of a grid.
    #[error("{found} {what}, expected one for each of {expected} measures")]
    PerMeasure {
        /// What is given for every measure.
        what: &'static str,
        /// How many measures there are.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A measure of a grid is at fault.
    #[error("measure {measure:?}")]
    Measure {
        /// The name of the measure.
        measure: String,
        /// What is wrong with it.
        #[source]
        source: Box<SegmentError>,
    },
    /// Not one weight for everything that is weighed.
    #[error("{found} weights, expected {expected}")]
    Weights {
        /// How many things are weighed.
        expected: usize,
        /// How many weights there are.
        found: usize,
    },
    /// The points of a level of membership are out of order.
    #[error(
        "level {level} (from 0) is earned by {qualify} points and held by {keep}, expected more to earn it than the level \
         before, and to hold it no more than that and no less than the level before"
    )]
    Level {
        /// Position of the level.
        level: usize,
        /// What earns it.
        qualify: u64,
        /// What holds it.
        keep: u64,
    },
    /// A tier that the membership does not have.
    #[error("tier {tier}, expected one of 0 to {tiers} (exclusive)")]
    UnknownTier {
        /// The number given.
        tier: usize,
        /// How many tiers there are.
        tiers: usize,
    },
    /// More points were spent than earned.
    #[error("the balance is {balance} points, expected none below 0")]
    Overdrawn {
        /// The balance.
        balance: i128,
    },
    /// A day before the first window in which points count.
    #[error("{day} comes before the first window, which begins on {start}")]
    BeforeWindow {
        /// The day.
        day: Day,
        /// When the first window begins.
        start: Day,
    },
    /// Partitions of two dates have other segments.
    #[error("the segments are {before:?} before and {after:?} after, expected the same")]
    SegmentsDiffer {
        /// The names before.
        before: Vec<String>,
        /// The names after.
        after: Vec<String>,
    },
    /// Nobody was in a segment from which chances are asked.
    #[error("nobody was in segment {segment:?}, expected somebody to learn from")]
    EmptyRow {
        /// The name of the segment.
        segment: String,
    },
    /// Numbers that are not weights.
    #[error(transparent)]
    NotWeights(#[from] WeightsError),
    /// The measures of a customer are not those that made the score.
    #[error("the measures of customer {customer} have another score, expected those that were scored")]
    OtherMeasures {
        /// Position of the customer.
        customer: usize,
    },
    /// A customer bought in periods that cannot be.
    #[error(
        "the periods of customer {customer} are out of order, expected them to begin with 0 and to rise to the age"
    )]
    Periods {
        /// Position of the customer.
        customer: usize,
    },
    /// Two customers have one id.
    #[error("customers {first} and {second} have the same id")]
    DuplicateCustomer {
        /// Position of one.
        first: usize,
        /// Position of the other.
        second: usize,
    },
    /// None of the segments there are is wanted.
    #[error("none of the segments is wanted: {}", labels.join(", "))]
    NothingWanted {
        /// The segments.
        labels: Vec<String>,
    },
    /// There is no such customer.
    #[error("customer {customer}, expected one of 0 to {customers} (exclusive)")]
    UnknownCustomer {
        /// The position asked about.
        customer: usize,
        /// How many customers there are.
        customers: usize,
    },
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// A day outside the calendar.
    #[error(transparent)]
    Date(#[from] DateError),
    /// No cohort at this cut.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// No chain of migration.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The cohort does not know what customers spent in total.
    #[error("the cohort has no realised spend")]
    SpendUnknown,
}

/// 1,024 segments of one partition crossed with as many of another.
const MOST_CELLS: usize = 1 << 20;

pub(super) fn cells(counts: impl IntoIterator<Item = usize>) -> Result<usize, SegmentError> {
    let cells = counts.into_iter().fold(1_usize, usize::saturating_mul);
    if cells <= MOST_CELLS { Ok(cells) } else { Err(SegmentError::TooManyCells { cells, most: MOST_CELLS }) }
}

pub(super) fn distinct(labels: Vec<String>) -> Result<Vec<String>, SegmentError> {
    let mut seen = std::collections::BTreeSet::new();
    match labels.iter().find(|label| !seen.insert(label.as_str())) {
        Some(label) => Err(SegmentError::DuplicateLabel { label: label.clone() }),
        None => Ok(labels),
    }
}

pub(super) fn same_length(expected: usize, found: usize) -> Result<(), SegmentError> {
    if expected == found { Ok(()) } else { Err(SegmentError::Lengths { expected, found }) }
}

pub(super) fn all_finite<'a>(measure: &'static str, values: &'a [f64]) -> Result<&'a [f64], SegmentError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(SegmentError::NotFinite { measure, index, value: values[index] }),
        None => Ok(values),
    }
}

pub(super) fn positive(total: f64) -> Result<f64, SegmentError> {
    let total = finite("total", total)?;
    if total > 0.0 { Ok(total) } else { Err(SegmentError::TotalNotPositive { total }) }
}

pub(super) fn finite(quantity: &'static str, value: f64) -> Result<f64, SegmentError> {
    if value.is_finite() { Ok(value) } else { Err(SegmentError::TooLarge { quantity }) }
}
