use crate::cohort::{HistoryError, SummaryError};
use crate::delivered::{ChoiceError, DeliveredError};
use crate::segment::SegmentError;
use crate::units::{DateError, MoneyError, UnitError, WeightsError};

/// Any error of this library, for callers who chain its stages with `?`.
///
/// Each stage has an error type of its own, which says more; all of them convert into this one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// An impossible operation on money.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// An impossible date or instant.
    #[error(transparent)]
    Date(#[from] DateError),
    /// Numbers that are not weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// An impossible history.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Bad rows of finished summaries.
    #[error(transparent)]
    Summary(#[from] SummaryError),
    /// An impossible delivered value.
    #[error(transparent)]
    Delivered(#[from] DeliveredError),
    /// Nothing to choose from.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Customers that cannot be segmented.
    #[error(transparent)]
    Segment(#[from] SegmentError),
}
