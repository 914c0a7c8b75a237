mod consistency;
mod incomplete;
mod perron;

pub use consistency::{Consistency, RandomIndex};
pub use incomplete::IncompleteJudgements;

use perron::{Perron, perron};

use crate::units::{UnitError, Weights, WeightsError, in_range};

/// Judgements in pairs: how many times as important, or as good, each item is as each other one.
///
/// The matrix is reciprocal: if the first is three times the second, the second is a third of the first. So the upper
/// triangle says everything. Saaty's scale goes from 1 (equal) to 9 (extremely more).
///
/// # Examples
///
/// ```
/// use customer_value::index::{Judgements, PriorityMethod, RandomIndex};
///
/// // The first is twice the second and three times the third, the second twice the third.
/// let judgements = Judgements::from_upper([2.0, 3.0, 2.0])?;
/// let priorities = judgements.priorities(PriorityMethod::Eigenvector, RandomIndex::Saaty)?;
/// assert_eq!(format!("{:.4}", priorities.consistency().ratio()), "0.0088");
/// let weights = priorities.weights()?;
/// assert_eq!(format!("{:.4?}", weights.as_slice()), "[0.5396, 0.2970, 0.1634]");
/// # Ok::<(), customer_value::index::JudgementError>(())
/// ```
///
/// # References
///
/// Saaty (1980), *The Analytic Hierarchy Process*.
#[doc(alias = "AHP")]
#[doc(alias = "层次分析法")]
#[doc(alias = "判断矩阵")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Vec<f64>", into = "Vec<f64>")
)]
pub struct Judgements {
    size: usize,
    /// The whole matrix, row by row.
    ratios: Vec<f64>,
}

/// How weights are taken from judgements that contradict each other a little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PriorityMethod {
    /// Saaty's: the eigenvector of the greatest eigenvalue, which weighs direct judgements and those along all paths.
    #[doc(alias = "特征根法")]
    Eigenvector,
    /// The geometric mean of each row: the least squares fit of the logarithms.
    #[doc(alias = "方根法")]
    GeometricMean,
}

/// Weights taken from judgements, with the consistency of those: which must be good enough, or accepted by name.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Priorities {
    weights: Weights,
    consistency: Consistency,
}

/// Why judgements in pairs give no weights.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JudgementError {
    /// There are not enough items to compare.
    #[error("{found} items, expected at least 2")]
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// A number of judgements that fills no upper triangle.
    #[error("{found} judgements, expected n(n − 1)/2 for n items: 1, 3, 6, 10, …")]
    NotTriangular {
        /// How many were given.
        found: usize,
    },
    /// A row of the matrix has not as many entries as there are rows.
    #[error("row {row} (from 0) has {found} judgements, expected {expected}")]
    RowLength {
        /// Position of the row.
        row: usize,
        /// How many rows there are.
        expected: usize,
        /// How many entries this one has.
        found: usize,
    },
    /// A judgement is not a number above zero, or beyond what anybody can judge.
    #[error("judgement of item {row} against {column} (from 0): {source}")]
    Judgement {
        /// Position of the item judged.
        row: usize,
        /// Position of the item it is held against.
        column: usize,
        /// What is wrong.
        source: UnitError,
    },
    /// Two entries of the matrix are not each other's reciprocal.
    #[error(
        "item {row} is {ratio} times item {column} (from 0), but that {back} times the first, expected the reciprocal"
    )]
    NotReciprocal {
        /// Position of the row.
        row: usize,
        /// Position of the column.
        column: usize,
        /// The entry.
        ratio: f64,
        /// The entry opposite.
        back: f64,
    },
    /// A pair names an item that is not there, or one item twice.
    #[error("pair of items {first} and {second} (from 0), expected two different ones of {size}")]
    Pair {
        /// The first item.
        first: usize,
        /// The second item.
        second: usize,
        /// How many items there are.
        size: usize,
    },
    /// A pair is judged twice.
    #[error("items {first} and {second} (from 0) are judged twice")]
    JudgedTwice {
        /// The first item.
        first: usize,
        /// The second item.
        second: usize,
    },
    /// No chain of judgements ties an item to the first one.
    #[error("no chain of judgements ties item {item} (from 0) to item 0")]
    Unconnected {
        /// Position of the item.
        item: usize,
    },
    /// The search for missing judgements did not settle.
    #[error("missing judgements did not settle after {steps} steps")]
    NotSettled {
        /// How many steps were made.
        steps: usize,
    },
    /// The table of random indices ends before this size.
    #[error("{table} has no random index for {size} items, only up to {largest}")]
    BeyondTable {
        /// The table.
        table: RandomIndex,
        /// How many items there are.
        size: usize,
        /// The greatest size it knows.
        largest: usize,
    },
    /// The judgements contradict each other too much.
    #[error("consistency ratio is {ratio}, expected at most 0.1")]
    Inconsistent {
        /// The ratio.
        ratio: f64,
    },
    /// Numbers that are not weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Saaty's scale ends at 9; measured ratios may go further, but nobody judges a million.
const MOST: f64 = 1e6;

/// Reciprocals typed in decimals miss by rounding: 0.33 is not a third, 0.333333333 is.
const RECIPROCAL_TOLERANCE: f64 = 1e-6;

fn judged(row: usize, column: usize, ratio: f64) -> Result<f64, JudgementError> {
    let range = in_range("ratio", ratio, MOST.recip(), MOST);
    range.map_err(|source| JudgementError::Judgement { row, column, source })
}

impl Judgements {
    /// The judgements above the diagonal, row by row: the first item against all others, the second against those after
    /// it, and so on.
    ///
    /// # Errors
    ///
    /// [`JudgementError::NotTriangular`] (also for none), [`JudgementError::Judgement`] outside 1e-6 to 1e6.
    pub fn from_upper(judgements: impl AsRef<[f64]>) -> Result<Self, JudgementError> {
        let upper = judgements.as_ref();
        let size = size_of(upper.len()).ok_or(JudgementError::NotTriangular { found: upper.len() })?;
        let mut ratios = vec![1.0; size * size];
        let pairs = (0..size).flat_map(|row| (row + 1..size).map(move |column| (row, column)));
        for ((row, column), &ratio) in pairs.zip(upper) {
            ratios[row * size + column] = judged(row, column, ratio)?;
            ratios[column * size + row] = ratio.recip();
        }
        Ok(Self { size, ratios })
    }

    /// The whole matrix.
    ///
    /// # Errors
    ///
    /// [`JudgementError::TooFew`] below two items, [`JudgementError::RowLength`], [`JudgementError::Judgement`],
    /// [`JudgementError::NotReciprocal`], beyond rounding (1e-6), on the diagonal too. The upper triangle counts.
    pub fn from_matrix(rows: &[impl AsRef<[f64]>]) -> Result<Self, JudgementError> {
        let size = rows.len();
        if size < 2 {
            return Err(JudgementError::TooFew { found: size });
        }
        for (row, entries) in rows.iter().enumerate() {
            let found = entries.as_ref().len();
            if found != size {
                return Err(JudgementError::RowLength { row, expected: size, found });
            }
        }
        let mut upper = Vec::with_capacity(size * (size - 1) / 2);
        for row in 0..size {
            for column in row..size {
                let ratio = judged(row, column, rows[row].as_ref()[column])?;
                let back = judged(column, row, rows[column].as_ref()[row])?;
                if (ratio * back - 1.0).abs() > RECIPROCAL_TOLERANCE {
                    return Err(JudgementError::NotReciprocal { row, column, ratio, back });
                }
                if column > row {
                    upper.push(ratio);
                }
            }
        }
        Self::from_upper(upper)
    }

    /// How many items are compared.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// How many times as important the first item is as the second.
    pub fn ratio(&self, of: usize, against: usize) -> Option<f64> {
        if against < self.size { self.ratios.get(of * self.size + against).copied() } else { None }
    }

    /// Whether the judgements contradict each other: the greatest eigenvalue against that of random judgements.
    ///
    /// # Errors
    ///
    /// [`JudgementError::BeyondTable`].
    pub fn consistency(&self, table: RandomIndex) -> Result<Consistency, JudgementError> {
        Consistency::new(self.size, self.perron().lambda, table)
    }

    /// The weights of the items, with the consistency of the judgements.
    ///
    /// The two methods agree where judgements are consistent, and for up to three items. Consistency is a property of
    /// the judgements: it comes from the greatest eigenvalue with either method.
    ///
    /// # Errors
    ///
    /// [`JudgementError::BeyondTable`].
    pub fn priorities(&self, method: PriorityMethod, table: RandomIndex) -> Result<Priorities, JudgementError> {
        let Perron { lambda, right, .. } = self.perron();
        let weights = match method {
            PriorityMethod::Eigenvector => Weights::proven(right),
            PriorityMethod::GeometricMean => self.geometric_means()?,
        };
        Ok(Priorities { weights, consistency: Consistency::new(self.size, lambda, table)? })
    }

    fn geometric_means(&self) -> Result<Weights, JudgementError> {
        let mean = |row: &[f64]| (row.iter().map(|ratio| ratio.ln()).sum::<f64>() / self.size as f64).exp();
        Ok(Weights::proportional(self.ratios.chunks_exact(self.size).map(mean).collect::<Vec<_>>())?)
    }

    fn perron(&self) -> Perron {
        perron(&self.ratios, self.size)
    }

    fn upper(&self) -> impl Iterator<Item = f64> {
        let entry = move |row, column| self.ratios[row * self.size + column];
        (0..self.size).flat_map(move |row| (row + 1..self.size).map(move |column| entry(row, column)))
    }
}

/// n with n(n − 1)/2 entries above the diagonal, at least 2.
fn size_of(entries: usize) -> Option<usize> {
    let mut size = 2;
    while size * (size - 1) / 2 < entries {
        size += 1;
    }
    (size * (size - 1) / 2 == entries).then_some(size)
}

impl Priorities {
    /// The weights, of judgements that are consistent enough by Saaty's rule: a ratio of at most 0.1.
    ///
    /// # Errors
    ///
    /// [`JudgementError::Inconsistent`].
    pub fn weights(self) -> Result<Weights, JudgementError> {
        if self.consistency.is_acceptable() {
            return Ok(self.weights);
        }
        Err(JudgementError::Inconsistent { ratio: self.consistency.ratio() })
    }

    /// The weights, although the judgements may contradict each other.
    pub fn weights_however_inconsistent(self) -> Weights {
        self.weights
    }

    /// How far the judgements contradict each other.
    pub const fn consistency(&self) -> Consistency {
        self.consistency
    }
}

impl TryFrom<Vec<f64>> for Judgements {
    type Error = JudgementError;

    fn try_from(upper: Vec<f64>) -> Result<Self, JudgementError> {
        Self::from_upper(upper)
    }
}

impl From<Judgements> for Vec<f64> {
    fn from(judgements: Judgements) -> Self {
        judgements.upper().collect()
    }
}
