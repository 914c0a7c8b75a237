use crate::index::IndexError;
use crate::units::{Moment, UnitError, WeightsError};

/// Why what customers say gives no number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// Numbers that are not weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// No limits for a baseline.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// An answer that the scale does not have.
    #[error("answer {value} is off the scale, expected a whole number from {low} to {high}")]
    Answer {
        /// What was given.
        value: f64,
        /// The least answer of the scale.
        low: u8,
        /// The greatest answer of the scale.
        high: u8,
    },
    /// A row of a survey has an answer that the scale does not have.
    #[error("row {row}, column {column} (from 0): {source}")]
    RowAnswer {
        /// Position of the respondent.
        row: usize,
        /// Position of the factor.
        column: usize,
        /// What is wrong.
        source: Box<Self>,
    },
    /// An event of a log is an answer that the scale of its question does not have.
    #[error("answer of customer {customer} (from 0) to {question:?}: {source}")]
    LoggedAnswer {
        /// Position of the customer in the log.
        customer: usize,
        /// The question.
        question: String,
        /// What is wrong.
        source: Box<Self>,
    },
    /// There are not enough items to compute anything.
    #[error("{found} {items}, expected at least {least}")]
    TooFew {
        /// What is counted.
        items: &'static str,
        /// How many are needed.
        least: usize,
        /// How many there are.
        found: usize,
    },
    /// More items than sums of them can hold.
    #[error("{found} {items}, expected at most {most}")]
    TooMany {
        /// What is counted.
        items: &'static str,
        /// How many there may be.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// Two lists that belong together differ in length.
    #[error("{found} {items}, expected {expected}")]
    Lengths {
        /// What is counted.
        items: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A row of answers lacks some, or has too many.
    #[error("row {row} (from 0) has {found} answers, expected {expected}")]
    RowLength {
        /// Position of the row.
        row: usize,
        /// How many factors there are.
        expected: usize,
        /// How many answers the row has, missing ones included.
        found: usize,
    },
    /// Two factors have one name.
    #[error("factor {factor:?} is declared twice")]
    DuplicateFactor {
        /// The name.
        factor: String,
    },
    /// Two reports are on other factors, or on other scales.
    #[error("the reports are not of the same factors on the same scale")]
    OtherFactors,
    /// A number of a factor is needed that is not shown.
    #[error("{factor:?} has {n} answers, expected at least {least} to show a number")]
    Suppressed {
        /// The factor.
        factor: String,
        /// How many answers there are.
        n: u32,
        /// How many there should be.
        least: u32,
    },
    /// All gave the same answer, from which nothing can be derived.
    #[error("all answers to {factor:?} are the same, expected some that differ")]
    Constant {
        /// The factor, or "overall".
        factor: String,
    },
    /// A factor follows from others, so that nobody can tell which of them counts.
    #[error("answers to {factor:?} follow from those to factors before it")]
    Collinear {
        /// The factor.
        factor: String,
    },
    /// A factor would have a negative weight.
    #[error("more of {factor:?} goes with less satisfaction ({coefficient}), expected a coefficient of at least 0")]
    NegativeImportance {
        /// The factor.
        factor: String,
        /// Its standardised coefficient.
        coefficient: f64,
    },
    /// More of a part than of the whole.
    #[error("{part} of {whole}, expected no more of a part than of the whole")]
    PartExceedsWhole {
        /// The part.
        part: u64,
        /// The whole.
        whole: u64,
    },
    /// A case was answered before it was opened.
    #[error("answered {answered:?}, before it was opened {opened:?}")]
    AnsweredBeforeOpened {
        /// When it was opened.
        opened: Moment,
        /// When it was answered.
        answered: Moment,
    },
    /// A day met an instant; nobody can tell which comes first.
    #[error("{one:?} and {other:?}, expected two days or two instants")]
    MixedMoments {
        /// The one.
        one: Moment,
        /// The other.
        other: Moment,
    },
    /// A member is in the list twice.
    #[error("member {row} (from 0) is also member {earlier}")]
    DuplicateMember {
        /// Position of the second mention.
        row: usize,
        /// Position of the first.
        earlier: usize,
    },
}

/// As many items as expected, or the error that says so.
pub(super) const fn same_length(items: &'static str, expected: usize, found: usize) -> Result<(), VoiceError> {
    if expected == found { Ok(()) } else { Err(VoiceError::Lengths { items, expected, found }) }
}

/// Names of which no two are the same.
pub(super) fn distinct(factors: &[String]) -> Result<(), VoiceError> {
    let mut sorted: Vec<&String> = factors.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(VoiceError::DuplicateFactor { factor: pair[0].clone() }),
        None => Ok(()),
    }
}
