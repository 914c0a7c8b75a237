use crate::units::{MoneyError, UnitError, WeightsError};

/// Why an index, a scale or a ranking has no number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// Numbers that are not weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// Two currencies met, or a sum is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
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
    /// A row of figures lacks some, or has too many.
    #[error("row {row} (from 0) has {found} figures, expected {expected}")]
    RowLength {
        /// Position of the row.
        row: usize,
        /// How many indicators there are.
        expected: usize,
        /// How many figures the row has.
        found: usize,
    },
    /// A figure is not a number of the range that is needed.
    #[error("row {row}, column {column} (from 0): {source}")]
    Figure {
        /// Position of the customer.
        row: usize,
        /// Position of the indicator.
        column: usize,
        /// What is wrong.
        source: UnitError,
    },
    /// The scale cannot tell customers apart by a column in which all are equal, or all zero.
    #[error("column {column} (from 0) tells nobody apart, expected figures that differ")]
    Constant {
        /// Position of the indicator.
        column: usize,
    },
    /// All columns tell nobody apart, so that no weight follows from them.
    #[error("no column tells anybody apart, expected figures that differ")]
    NothingDiffers,
    /// All criteria say the same, so that none of them conflicts with another.
    #[error("all columns are perfectly correlated, expected some that differ")]
    NoConflict,
    /// A column sums to zero, so that nobody has a share of it.
    #[error("column {column} (from 0) sums to 0, expected a total above 0")]
    ZeroTotal {
        /// Position of the indicator.
        column: usize,
    },
    /// Two indicators or branches have one name.
    #[error("{name:?} is declared twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A tree has no branch of this name.
    #[error("there is no branch {name:?}")]
    UnknownBranch {
        /// The name asked for.
        name: String,
    },
    /// A lifecycle has no stage of this name.
    #[error("there is no stage {name:?}")]
    UnknownStage {
        /// The name asked for.
        name: String,
    },
    /// A tree is nested deeper than anybody can explain.
    #[error("branch {name:?} is nested more than {limit} levels deep")]
    TooDeep {
        /// The branch above too many levels.
        name: String,
        /// How many levels are allowed.
        limit: usize,
    },
    /// An indicator has no score, and the policy is to fail.
    #[error("indicator {name:?} is missing")]
    Missing {
        /// The indicator.
        name: String,
    },
    /// No indicator that counts has a score.
    #[error("no indicator with a weight above 0 has a score")]
    NothingToScore,
    /// A score of an indicator is not a number of the range that is needed.
    #[error("indicator {name:?}: {source}")]
    Score {
        /// The indicator.
        name: String,
        /// What is wrong.
        source: UnitError,
    },
    /// A weight of zero has no logarithm.
    #[error("weight {index} of stage {stage:?} is 0, expected one above 0 for log-ratio interpolation")]
    ZeroWeight {
        /// The stage.
        stage: String,
        /// Position of the weight.
        index: usize,
    },
    /// No criterion has weight in all sets, so that their product is zero.
    #[error("no criterion has weight in every set")]
    NoCommonSupport,
    /// Sets of weights follow from each other, so that their shares are not determined.
    #[error("the sets of weights are linearly dependent, expected independent ones")]
    Dependent,
    /// A set of weights would enter a compromise with less than nothing.
    #[error("set {set} (from 0) would have the share {share}, expected one that is not negative")]
    NegativeShare {
        /// Position of the set.
        set: usize,
        /// Its share, before shares are scaled to sum to one.
        share: f64,
    },
    /// The result is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
    },
}

/// As many items as expected, or the error that says so.
pub(super) const fn same_length(items: &'static str, expected: usize, found: usize) -> Result<(), IndexError> {
    if expected == found { Ok(()) } else { Err(IndexError::Lengths { items, expected, found }) }
}

/// Enough items, or the error that says so.
pub(super) const fn at_least(items: &'static str, least: usize, found: usize) -> Result<(), IndexError> {
    if found >= least { Ok(()) } else { Err(IndexError::TooFew { items, least, found }) }
}

/// A result that is a number, or the error that says which one is not.
pub(super) fn finite(quantity: &'static str, value: f64) -> Result<f64, IndexError> {
    if value.is_finite() { Ok(value) } else { Err(IndexError::TooLarge { quantity }) }
}
