mod grey;
mod reversal;
mod robustness;
mod topsis;
mod vikor;

pub use grey::Grey;
pub use reversal::{Reversal, rank_reversals};
pub use robustness::{Admissible, Robustness, stability_radius};
pub use topsis::Topsis;
pub use vikor::{Compromise, Vikor};

use super::IndexError;
use super::error::{at_least, finite, same_length};
use super::scale::{Constant, Scale, Scales};
use super::table::{self, Table};
use crate::units::Weights;

/// Customers in order of their scores, of which higher is better.
///
/// # Examples
///
/// ```
/// use customer_value::index::Ranking;
///
/// let ranking = Ranking::new([0.5, 0.7, 0.5])?;
/// assert_eq!(ranking.order(), [1, 0, 2]);
/// assert_eq!(ranking.ranks(), [2, 1, 2]);
/// # Ok::<(), customer_value::index::IndexError>(())
/// ```
#[doc(alias = "排序")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Vec<f64>", into = "Vec<f64>")
)]
pub struct Ranking {
    scores: Vec<f64>,
}

impl Ranking {
    /// The ranking by scores.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without scores, [`IndexError::Unit`] for one outside ±1e100.
    pub fn new(scores: impl Into<Vec<f64>>) -> Result<Self, IndexError> {
        let scores = scores.into();
        at_least("scores", 1, scores.len())?;
        scores.iter().try_for_each(|score| table::figure(*score).map(drop))?;
        Ok(Self { scores })
    }

    /// The score of each customer, in the order of the table.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The positions of the customers from the best down; equal ones in the order of the table.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.scores.len()).collect();
        order.sort_by(|&one, &other| descending(self.scores[one], self.scores[other]));
        order
    }

    /// The rank of each customer, 1 for the best; equal ones share a rank, and the next ranks are left out.
    pub fn ranks(&self) -> Vec<usize> {
        let mut sorted = self.scores.clone();
        sorted.sort_unstable_by(|one, other| descending(*one, *other));
        self.scores.iter().map(|score| 1 + sorted.partition_point(|other| other > score)).collect()
    }
}

/// Weighted sums that are equal on paper, such as 0.1 + 0.2 and 0.3, are apart by rounding, of which no order is made.
const ROUNDING: f64 = 1e-13;

/// Zero and minus zero are equal scores.
fn descending(one: f64, other: f64) -> std::cmp::Ordering {
    (other + 0.0).total_cmp(&(one + 0.0))
}

impl TryFrom<Vec<f64>> for Ranking {
    type Error = IndexError;

    fn try_from(scores: Vec<f64>) -> Result<Self, IndexError> {
        Self::new(scores)
    }
}

impl From<Ranking> for Vec<f64> {
    fn from(ranking: Ranking) -> Self {
        ranking.scores
    }
}

/// A way to rank the customers of a table by weighted criteria.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::{RankingMethod, Sense, Table, Topsis};
///
/// let table = Table::new([Sense::Cost, Sense::Benefit], &[[1.0, 3000.0], [2.0, 3750.0], [5.0, 4500.0]])?;
/// let weights = Weights::equal(2)?;
/// let by = |topsis| RankingMethod::Topsis(topsis).rank(&table, &weights);
/// // The scale decides who wins.
/// assert_eq!(by(Topsis::MinMax)?.order()[0], 1);
/// assert_eq!(by(Topsis::Vector)?.order()[0], 0);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RankingMethod {
    /// The weighted mean of scores on one kind of scale.
    #[doc(alias = "SAW")]
    #[doc(alias = "加权求和")]
    WeightedSum(Scale),
    /// Nearness to the best and distance from the worst.
    Topsis(Topsis),
    /// 1 − Q of VIKOR; its conditions are with [`Vikor::compromise`].
    Vikor(Vikor),
    /// The grey relational grade.
    Grey(Grey),
}

impl RankingMethod {
    /// The ranking of the customers.
    ///
    /// A criterion in which all customers are equal moves nobody.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] unless each column has a weight, [`IndexError::TooFew`] below two rows for VIKOR,
    /// [`IndexError::Figure`] for figures that the scale cannot take.
    pub fn rank(self, table: &Table, weights: &Weights) -> Result<Ranking, IndexError> {
        same_length("weights", table.columns(), weights.as_slice().len())?;
        self.rank_prepared(&self.prepare(table)?, weights)
    }

    /// What does not depend on the weights: a number for each customer and criterion.
    fn prepare(self, table: &Table) -> Result<Vec<Vec<f64>>, IndexError> {
        match self {
            Self::WeightedSum(scale) => scaled(table, scale),
            Self::Topsis(topsis) => topsis.prepare(table),
            Self::Vikor(_) => vikor::regrets(table),
            Self::Grey(grey) => grey.coefficients(table),
        }
    }

    fn rank_prepared(self, rows: &[Vec<f64>], weights: &Weights) -> Result<Ranking, IndexError> {
        let means = || rows.iter().map(|row| weights.mean(row)).collect();
        let scores: Vec<f64> = match self {
            Self::WeightedSum(_) | Self::Grey(_) => means(),
            Self::Topsis(_) => topsis::closeness(rows, weights),
            Self::Vikor(vikor) => vikor.solve(rows, weights).0.into_iter().map(|q| 1.0 - q).collect(),
        };
        scores.iter().try_for_each(|score| finite("score", *score).map(drop))?;
        Ranking::new(scores)
    }
}

/// The scores of all customers, with the middle of the scale for a column that tells nobody apart.
fn scaled(table: &Table, scale: Scale) -> Result<Vec<Vec<f64>>, IndexError> {
    let scales = Scales::fit(scale, table, Constant::Neutral)?;
    let scores = |row: &[f64]| Ok(scales.score(row)?.into_iter().flatten().collect());
    table.iter_rows().map(scores).collect()
}
