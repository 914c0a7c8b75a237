use super::{SegmentError, Segmentation};
use crate::chain::Chain;
use crate::units::{Span, Weights, in_range};

/// How customers moved between segments from one date to another.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{EmptyRow, RowEstimate, Segmentation};
/// use customer_value::{Span, TimeUnit};
///
/// let before = Segmentation::new(["active", "lost"], [0, 0, 0, 0, 1])?;
/// let after = Segmentation::new(["active", "lost"], [0, 0, 0, 1, 1])?;
/// let migration = before.migration_to(&after)?;
/// assert_eq!(migration.count(0, 1), Some(1));
///
/// let chain = migration.chain(RowEstimate::Observed(EmptyRow::Refuse), Span::new(6.0, TimeUnit::Month)?)?;
/// assert_eq!(chain.rows()[0].as_slice(), [0.75, 0.25]);
/// assert_eq!(chain.absorption()?.periods[0], 4.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "迁移矩阵")]
#[doc(alias = "transition counts")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Migration {
    labels: Vec<String>,
    /// How many moved from a row to a column.
    counts: Vec<u64>,
}

/// How counts of moves become chances.
///
/// # Formula
///
/// ```text
/// observed   nᵢⱼ / Σⱼ nᵢⱼ        Dirichlet   (nᵢⱼ + a) / (Σⱼ nᵢⱼ + k · a)
/// ```
///
/// where k is the number of segments and a the pseudo-count of every cell: the mean of the posterior.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RowEstimate {
    /// The shares that were seen, and what to do where nobody was.
    Observed(EmptyRow),
    /// The mean under a Dirichlet prior, with the same pseudo-count in every cell: no chance is nothing.
    Dirichlet {
        /// The pseudo-count, above 0; 1 is Laplace's rule, 0.5 Jeffreys'.
        pseudo_count: f64,
    },
}

/// The chances of leaving a segment in which nobody was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EmptyRow {
    /// There are none: an error.
    Refuse,
    /// Everybody would stay.
    Stay,
    /// All segments would be equally likely.
    Uniform,
}

impl Segmentation {
    /// How the customers moved from these segments to those of a later date, in the same order of customers. Where some
    /// have joined since or are gone, see [`turnover_to`](Self::turnover_to).
    ///
    /// # Errors
    ///
    /// [`SegmentError::SegmentsDiffer`] unless both have the same segments, [`SegmentError::Lengths`] unless both have the
    /// same customers, [`SegmentError::TooManyCells`].
    pub fn migration_to(&self, later: &Self) -> Result<Migration, SegmentError> {
        if self.labels != later.labels {
            return Err(SegmentError::SegmentsDiffer { before: self.labels.clone(), after: later.labels.clone() });
        }
        let counts = self.cross(later)?.counts().iter().map(|&count| count as u64).collect();
        Ok(Migration { labels: self.labels.clone(), counts })
    }
}

impl Migration {
    /// The names of the segments.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How many moved from one segment to another, or stayed; `None` for a segment that does not exist.
    pub fn count(&self, from: usize, to: usize) -> Option<u64> {
        let inside = from < self.labels.len() && to < self.labels.len();
        inside.then(|| self.counts[from * self.labels.len() + to])
    }

    /// How many stayed where they were.
    pub fn stayed(&self) -> u64 {
        self.counts.iter().step_by(self.labels.len() + 1).sum()
    }

    /// The chances of where the customers of each segment are one date later, row by row.
    ///
    /// # Errors
    ///
    /// [`SegmentError::EmptyRow`] where nobody was and none are made up, [`SegmentError::Unit`] for a pseudo-count outside
    /// 1e-12 to 1e12.
    pub fn rows(&self, estimate: RowEstimate) -> Result<Vec<Weights>, SegmentError> {
        if let RowEstimate::Dirichlet { pseudo_count } = estimate {
            in_range("pseudo-count", pseudo_count, PSEUDO_COUNTS.0, PSEUDO_COUNTS.1)?;
        }
        let row = |(from, counts): (usize, &[u64])| Ok(Weights::proportional(self.row(from, counts, estimate)?)?);
        self.counts.chunks(self.labels.len().max(1)).enumerate().map(row).collect()
    }

    fn row(&self, from: usize, counts: &[u64], estimate: RowEstimate) -> Result<Vec<f64>, SegmentError> {
        let (is_empty, unit) = (counts.iter().all(|&count| count == 0), |to: usize| f64::from(u8::from(to == from)));
        Ok(match estimate {
            RowEstimate::Dirichlet { pseudo_count } => {
                counts.iter().map(|&count| count as f64 + pseudo_count).collect()
            }
            RowEstimate::Observed(_) if !is_empty => counts.iter().map(|&count| count as f64).collect(),
            RowEstimate::Observed(EmptyRow::Refuse) => {
                return Err(SegmentError::EmptyRow { segment: self.labels[from].clone() });
            }
            RowEstimate::Observed(EmptyRow::Stay) => (0..counts.len()).map(unit).collect(),
            RowEstimate::Observed(EmptyRow::Uniform) => vec![1.0; counts.len()],
        })
    }

    /// The chain in which customers go on moving like this: its long run, and the time until they are lost.
    ///
    /// # Errors
    ///
    /// As [`rows`](Self::rows), and [`SegmentError::Chain`] without a segment or for a period of no length.
    pub fn chain(&self, estimate: RowEstimate, period: Span) -> Result<Chain, SegmentError> {
        Ok(Chain::new(self.rows(estimate)?, period)?)
    }
}

/// Far from numbers whose sums or shares lose digits.
const PSEUDO_COUNTS: (f64, f64) = (1e-12, 1e12);

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    labels: Vec<String>,
    counts: Vec<u64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Migration {
    type Error = SegmentError;

    fn try_from(raw: Unchecked) -> Result<Self, SegmentError> {
        let labels = super::distinct(raw.labels)?;
        match (super::cells([labels.len(), labels.len()])?, raw.counts.len()) {
            (expected, found) if expected != found => Err(SegmentError::Lengths { expected, found }),
            _ if raw.counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count)).is_none() => {
                Err(SegmentError::TooLarge { quantity: "number of customers" })
            }
            _ => Ok(Self { labels, counts: raw.counts }),
        }
    }
}
