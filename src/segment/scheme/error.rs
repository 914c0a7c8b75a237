use super::ScoreRange;
use crate::segment::{RfmMeasure, RfmScore};

/// Why rules are no scheme, or do not fit the scores.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// A rule has a range that is empty or leaves the scores.
    #[error(
        "rule {rule} (from 0) takes scores {} to {} of {measure:?}, expected a range within 1 to {top}",
        range.low, range.high
    )]
    Range {
        /// Position of the rule.
        rule: usize,
        /// The measure.
        measure: RfmMeasure,
        /// What the rule takes.
        range: ScoreRange,
        /// The best score of this measure.
        top: u16,
    },
    /// Cells without a name or with several, or rules that name none.
    #[error(
        "{} cells unmatched ({}), {} matched more than once ({}), rules that can never fire: {idle:?}; expected none of \
         these",
        unmatched.len(), list(unmatched), doubled.len(), list(doubled)
    )]
    Cells {
        /// Cells that no rule matches.
        unmatched: Vec<RfmScore>,
        /// Cells that several rules match, where rules have to be disjoint.
        doubled: Vec<RfmScore>,
        /// Positions of rules all of whose cells go to earlier rules.
        idle: Vec<usize>,
    },
    /// More cells than anybody can name, or none.
    #[error("{cells} cells, expected 1 to 1048576")]
    CellCount {
        /// How many there are.
        cells: usize,
    },
    /// The scores have another number of classes, perhaps because ties made some collapse.
    #[error("{measure:?} has {found} classes, expected the {expected} of the scheme")]
    Classes {
        /// The measure.
        measure: RfmMeasure,
        /// How many classes the scheme names.
        expected: u16,
        /// How many the scores have.
        found: usize,
    },
    /// A score lies outside the scheme.
    #[error("customer {customer} has the score {score}, expected one from 1-1-1 to {top}")]
    Score {
        /// Position of the customer.
        customer: usize,
        /// The score.
        score: RfmScore,
        /// The best cell.
        top: RfmScore,
    },
}

fn list(cells: &[RfmScore]) -> String {
    const LISTED: usize = 10;
    let mut listed: Vec<String> = cells.iter().take(LISTED).map(ToString::to_string).collect();
    if cells.len() > LISTED {
        listed.push("…".into());
    }
    listed.join(" ")
}
