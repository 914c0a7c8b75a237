use super::error::same_length;
use super::moments::Moments;
use super::survey::at_most;
use super::{Cell, LeastAnswers, OneToSeven, Reading, VoiceError};
use crate::index::Disconfirmation;
use crate::units::Weights;

/// The dimensions of service quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum QualityDimension {
    /// Rooms, equipment, and how people look: items 1 to 4.
    #[doc(alias = "有形性")]
    Tangibles,
    /// Doing what was promised: items 5 to 9.
    #[doc(alias = "可靠性")]
    Reliability,
    /// Helping at once: items 10 to 13.
    #[doc(alias = "响应性")]
    Responsiveness,
    /// Knowing the job, and inspiring trust: items 14 to 17.
    #[doc(alias = "保证性")]
    Assurance,
    /// Caring for each customer: items 18 to 22.
    #[doc(alias = "移情性")]
    Empathy,
}

const ITEMS: usize = 22;
const DIMENSIONS: usize = QualityDimension::ALL.len();

impl QualityDimension {
    /// All dimensions, in the order of their items.
    pub const ALL: [Self; 5] =
        [Self::Tangibles, Self::Reliability, Self::Responsiveness, Self::Assurance, Self::Empathy];

    /// The positions of its items, from 0.
    pub const fn items(self) -> std::ops::Range<usize> {
        match self {
            Self::Tangibles => 0..4,
            Self::Reliability => 4..9,
            Self::Responsiveness => 9..13,
            Self::Assurance => 13..17,
            Self::Empathy => 17..ITEMS,
        }
    }
}

/// What one customer expects of excellent firms and perceives of this one, item by item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ServqualAnswers {
    /// What is expected.
    pub expected: [OneToSeven; ITEMS],
    /// What is perceived.
    pub perceived: [OneToSeven; ITEMS],
}

impl ServqualAnswers {
    /// The sum of perceived less expected over the items of a dimension.
    fn gap(&self, dimension: QualityDimension) -> i16 {
        let gap = |item: usize| i16::from(self.perceived[item].get()) - i16::from(self.expected[item].get());
        dimension.items().map(gap).sum()
    }

    /// The means over the items of a dimension of what is expected and perceived.
    pub fn disconfirmation(&self, dimension: QualityDimension) -> Disconfirmation {
        let mean = |answers: &[OneToSeven; ITEMS]| {
            let sum: u16 = dimension.items().map(|item| u16::from(answers[item].get())).sum();
            f64::from(sum) / dimension.items().len() as f64
        };
        Disconfirmation::of_answers(mean(&self.expected), mean(&self.perceived))
    }
}

/// Service quality as the gap between what customers perceive and what they expect, by dimension and in one number.
///
/// # Formula
///
/// ```text
/// gap of a dimension = mean over its items and all customers of perceived − expected, from −6 to 6
/// weighted = Σ w · gap        plain = Σ gap / 5
/// ```
///
/// ```math
/// Q = \sum_d w_d \frac{1}{|I_d|} \sum_{i \in I_d} \overline{(P_i - E_i)}
/// ```
///
/// Dimensions have four or five items, so that a mean over all items at once would be another number.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::voice::{LeastAnswers, OneToSeven, QualityDimension, Servqual, ServqualAnswers};
///
/// let (six, seven) = (OneToSeven::new(6)?, OneToSeven::new(7)?);
/// let mut perceived = [six; 22];
/// perceived[QualityDimension::Reliability.items()].fill(OneToSeven::new(4)?);
/// let customers = [
///     ServqualAnswers { expected: [six; 22], perceived },
///     ServqualAnswers { expected: [seven; 22], perceived: [seven; 22] },
/// ];
/// let points = Weights::proportional([11.0, 32.0, 22.0, 19.0, 16.0])?;
/// let quality = Servqual::new(&customers, &points, LeastAnswers::TWO)?;
/// let value = |cell: &customer_value::voice::Cell| cell.reading().map(|reading| reading.value());
/// assert_eq!(value(quality.gap(QualityDimension::Reliability)), Some(-1.0));
/// assert_eq!(value(quality.weighted()), Some(-0.32));
/// assert_eq!(value(quality.plain()), Some(-0.2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Parasuraman, Zeithaml & Berry (1988), *SERVQUAL: a multiple-item scale for measuring consumer perceptions of service
/// quality*, Journal of Retailing 64(1).
#[doc(alias = "服务质量")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Servqual {
    gaps: [Cell; DIMENSIONS],
    weighted: Cell,
    plain: Cell,
}

impl Servqual {
    /// The gaps of these customers, with the weights of the dimensions in the order of [`QualityDimension::ALL`].
    ///
    /// # Errors
    ///
    /// [`VoiceError::Lengths`] unless there are five weights, [`VoiceError::TooMany`] beyond 4,294,967,295 customers.
    pub fn new(customers: &[ServqualAnswers], weights: &Weights, least: LeastAnswers) -> Result<Self, VoiceError> {
        same_length("weights", DIMENSIONS, weights.as_slice().len())?;
        at_most("customers", u32::MAX as usize, customers.len())?;
        let row = |answers: &ServqualAnswers| QualityDimension::ALL.map(|dimension| Some(answers.gap(dimension)));
        let moments = Moments::new(DIMENSIONS, customers.iter().map(row));
        let overall = |weights: [f64; DIMENSIONS]| {
            least.show(moments.rows(), || {
                // Moments are of sums over the items.
                let parts: Vec<f64> = (0..DIMENSIONS).map(|d| weights[d] / items(d)).collect();
                let value = (0..DIMENSIONS).map(|d| weights[d] * (moments.mean(d) / items(d))).sum();
                Reading::computed(value, moments.standard_error(&parts), moments.rows())
            })
        };
        let gap = |d: usize| {
            least.show(moments.rows(), || {
                let error = moments.standard_error_of(d) / items(d);
                Reading::computed(moments.mean(d) / items(d), error, moments.rows())
            })
        };
        Ok(Self {
            gaps: std::array::from_fn(gap),
            weighted: overall(std::array::from_fn(|d| weights.as_slice()[d])),
            plain: overall([1.0 / DIMENSIONS as f64; DIMENSIONS]),
        })
    }

    /// The mean gap of a dimension, below 0 where customers expect more than they perceive.
    pub const fn gap(&self, dimension: QualityDimension) -> &Cell {
        &self.gaps[dimension as usize]
    }

    /// The weighted mean of the gaps of the dimensions.
    pub const fn weighted(&self) -> &Cell {
        &self.weighted
    }

    /// The plain mean of the gaps of the dimensions.
    pub const fn plain(&self) -> &Cell {
        &self.plain
    }
}

fn items(dimension: usize) -> f64 {
    QualityDimension::ALL[dimension].items().len() as f64
}
