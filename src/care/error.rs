use crate::units::{DateError, Day};

/// Why there is no list of what is due.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CareError {
    /// An impossible date.
    #[error(transparent)]
    Date(#[from] DateError),
    /// Two assets have one id.
    #[error("asset {row} (from 0) has the id of asset {first}")]
    DuplicateAsset {
        /// The earlier asset.
        first: usize,
        /// The later one.
        row: usize,
    },
    /// Two rules have one name, so that their lines could not be told apart.
    #[error("two rules are called {name:?}")]
    DuplicateRule {
        /// The name.
        name: String,
    },
    /// Two columns of dates have one name.
    #[error("two columns of dates are called {name:?}")]
    DuplicateDates {
        /// The name.
        name: String,
    },
    /// A column has a day, or none, for every asset.
    #[error("dates {name:?} are of {found} assets, expected {expected}")]
    Lengths {
        /// The column.
        name: String,
        /// How many assets there are.
        expected: usize,
        /// How many entries the column has.
        found: usize,
    },
    /// Something was done before the asset was there.
    #[error("{name:?} of asset {row} (from 0) was done on {on}, expected no earlier than {since}")]
    BeforeStart {
        /// The asset.
        row: usize,
        /// What was done.
        name: String,
        /// When.
        on: Day,
        /// Since when the asset is there.
        since: Day,
    },
    /// Something was done after the day of the list.
    #[error("{name:?} of asset {row} (from 0) was done on {on}, expected no later than {today}")]
    AfterToday {
        /// The asset.
        row: usize,
        /// What was done.
        name: String,
        /// When.
        on: Day,
        /// The day of the list.
        today: Day,
    },
    /// A rule counts from dates that the assets do not have.
    #[error("rule {rule:?} counts from {name:?}, which the assets do not have")]
    UnknownDates {
        /// The rule.
        rule: String,
        /// What it counts from.
        name: String,
    },
    /// A due day lies beyond the calendar.
    #[error("rule {rule:?}, asset {row} (from 0): {source}")]
    Calendar {
        /// The rule.
        rule: String,
        /// The asset.
        row: usize,
        /// What is wrong.
        source: DateError,
    },
    /// A statute without intervals says nothing.
    #[error("a statute without bands, expected at least one")]
    NoBands,
    /// The bands of a statute do not follow each other.
    #[error("band {band} (from 0) begins at {from} months, expected more than {previous}")]
    BandOrder {
        /// Position of the band.
        band: usize,
        /// Where it begins.
        from: u32,
        /// Where the one before it begins.
        previous: u32,
    },
    /// Two readings do not tell how much an asset is used by the day.
    #[error("a reading of {later} on {to} after one of {earlier} on {from}, expected a later day and no less")]
    Readings {
        /// The day of the first reading.
        from: Day,
        /// What it showed.
        earlier: u64,
        /// The day of the second.
        to: Day,
        /// What it showed.
        later: u64,
    },
    /// Lists of two days have no common status.
    #[error("a list of {found} meets one of {expected}")]
    DifferentDays {
        /// The day of the first list.
        expected: Day,
        /// The day of the other.
        found: Day,
    },
    /// No such way to reach a customer.
    #[error("{text:?} is no channel, expected phone, text, email, letter, app or visit")]
    UnknownChannel {
        /// The text given.
        text: String,
    },
    /// Something begins before what it follows.
    #[error("{on} is before {start}, when it begins")]
    BeforeFirst {
        /// The day asked about.
        on: Day,
        /// The first day.
        start: Day,
    },
    /// More prizes than people who could win them.
    #[error("{winners} winners of {entrants} entrants")]
    TooManyWinners {
        /// How many were to win.
        winners: usize,
        /// How many take part.
        entrants: usize,
    },
}
