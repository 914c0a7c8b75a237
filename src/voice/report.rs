use super::error::same_length;
use super::{Answer, Cell, LeastAnswers, OneToTen, Reading, Survey, VoiceError};
use crate::units::Weights;

/// In which points answers are told.
///
/// # Formula
///
/// ```text
/// hundred  100 (x̄ − low) / (high − low)        thousand  1000 x̄ / high
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum IndexPoints {
    /// From 0 for the lowest answer to 100 for the highest, as in the ACSI.
    #[doc(alias = "ACSI")]
    Hundred,
    /// In proportion to the answer, up to 1,000 for the highest, as in the style of J.D. Power: the lowest answer of 1
    /// to 10 is 100 points.
    #[doc(alias = "J.D. Power")]
    #[doc(alias = "君迪")]
    Thousand,
}

impl IndexPoints {
    /// The answer of 0 points, by how many answers the points rise, and by how many points.
    fn line<const LOW: u8, const HIGH: u8>(self) -> [f64; 3] {
        let width = f64::from(Answer::<LOW, HIGH>::WIDTH);
        match self {
            Self::Hundred => [LOW.into(), width, 100.0],
            Self::Thousand => [0.0, HIGH.into(), 1000.0],
        }
    }
}

/// One factor of a report.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FactorScore {
    /// The factor.
    pub factor: String,
    /// Its mean in points.
    pub score: Cell,
}

/// The factors of satisfaction in one period, for one desk, channel or everybody: a score each, and the index of all.
///
/// # Formula
///
/// ```text
/// index = Σ wₖ · scoreₖ
/// ```
///
/// ```math
/// I = \sum_k w_k s_k, \qquad
/// \mathrm{SE}^2 = \frac{n}{n - 1} \sum_i \Bigl(\sum_k w_k \frac{s_{ik} - s_k}{n_k}\Bigr)^2
/// ```
///
/// The standard error is that of a sum over respondents, because answers of one person go together; over `k` that the
/// respondent `i` answered. The index is suppressed when a factor of weight is: its weight goes to no other.
///
/// # Examples
///
/// See [`Survey`] and [`change_from`](Self::change_from).
#[doc(alias = "服务质量月报")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct FactorReport {
    low: u8,
    high: u8,
    points: IndexPoints,
    pub(super) weights: Weights,
    pub(super) factors: Vec<FactorScore>,
    index: Cell,
}

impl<const LOW: u8, const HIGH: u8> Survey<LOW, HIGH> {
    /// The scores of all factors and their index by these weights, in the order of the factors.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Lengths`] unless each factor has a weight.
    pub fn report(
        &self,
        weights: &Weights,
        points: IndexPoints,
        least: LeastAnswers,
    ) -> Result<FactorReport, VoiceError> {
        same_length("weights", self.factors().len(), weights.as_slice().len())?;
        // So that the best answers of all give full points, and changes of weights sum to zero.
        let weights = weights.clone().without_rounding();
        let moments = self.moments();
        let [zero, rise, full] = points.line::<LOW, HIGH>();
        let scaled = |length: f64| length / rise * full;
        let score = |(k, factor): (usize, &String)| FactorScore {
            factor: factor.clone(),
            score: least.show(moments.count(k), || {
                let value = scaled(moments.mean(k) - zero);
                Reading::computed(value, scaled(moments.standard_error_of(k)), moments.count(k))
            }),
        };
        let factors: Vec<FactorScore> = self.factors().iter().enumerate().map(score).collect();
        let index = index(&weights, &factors, || (scaled(moments.standard_error(weights.as_slice())), moments.rows()));
        Ok(FactorReport { low: LOW, high: HIGH, points, weights, factors, index })
    }
}

/// The index, or the least number of answers among factors of weight; `sure` gives its standard error and the number of
/// respondents.
fn index(weights: &Weights, factors: &[FactorScore], sure: impl FnOnce() -> (f64, u32)) -> Cell {
    let weighted = || weights.as_slice().iter().zip(factors).filter(|(weight, _)| **weight > 0.0);
    let hidden = weighted().filter(|(_, factor)| factor.score.reading().is_none());
    if let Some((_, scarcest)) = hidden.min_by_key(|(_, factor)| factor.score.n()) {
        return scarcest.score;
    }
    let value = weighted_mean(weights, factors);
    let (standard_error, n) = sure();
    Cell::Shown(Reading::computed(value, standard_error, n))
}

/// Σ wₖ · scoreₖ over factors of weight, which are all shown.
fn weighted_mean(weights: &Weights, factors: &[FactorScore]) -> f64 {
    let scores = factors.iter().map(|factor| factor.score.reading().map_or(0.0, Reading::value));
    weights.as_slice().iter().zip(scores).map(|(weight, score)| weight * score).sum()
}

impl FactorReport {
    /// The factors, in the order of the survey.
    pub fn factors(&self) -> &[FactorScore] {
        &self.factors
    }

    /// The weights of the factors, over their sum, which missed one by rounding at most.
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The index of all factors; its `n` counts respondents with any answer.
    pub const fn index(&self) -> &Cell {
        &self.index
    }

    /// The score of a factor; `None` for an unknown one.
    pub fn score(&self, factor: &str) -> Option<&Cell> {
        Some(&self.factors.iter().find(|score| score.factor == factor)?.score)
    }

    /// The score of every factor, all of which must be shown.
    pub(super) fn shown(&self) -> Result<Vec<f64>, VoiceError> {
        self.factors.iter().map(|factor| Ok(factor.score.shown(&factor.factor)?.value())).collect()
    }

    /// The lowest and the highest answer, and the points that they are told in.
    pub(super) const fn scale(&self) -> (u8, u8, IndexPoints) {
        (self.low, self.high, self.points)
    }

    /// The names of the factors.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.factors.iter().map(|factor| &factor.factor)
    }

    /// Whether two reports can be compared factor by factor.
    pub(super) fn same_factors(&self, other: &Self) -> Result<(), VoiceError> {
        let same = self.scale() == other.scale() && self.names().eq(other.names());
        if same { Ok(()) } else { Err(VoiceError::OtherFactors) }
    }
}

/// The American Customer Satisfaction Index of a firm: answers to its three questions, on overall satisfaction, on how
/// expectations were met, and on how near the firm comes to an ideal one.
///
/// # Formula
///
/// ```text
/// ACSI = Σ wₖ (x̄ₖ − 1) / 9 · 100
/// ```
///
/// The weights come out of a structural model estimated for the firm or its sector.
///
/// # Errors
///
/// [`VoiceError::Lengths`] unless there are three weights, [`VoiceError::TooMany`].
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::voice::{LeastAnswers, OneToTen, acsi};
///
/// let ten = OneToTen::new(10)?;
/// let answers = [[OneToTen::new(6)?, OneToTen::new(4)?, OneToTen::new(2)?], [ten, ten, ten]];
/// let weights = Weights::new([0.3885, 0.3190, 0.2925])?;
/// let report = acsi(&answers, &weights, LeastAnswers::TWO)?;
/// let index = report.index().reading().ok_or("too few answers")?;
/// assert!((index.value() - 67.7333).abs() < 5e-5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Fornell, Johnson, Anderson, Cha & Bryant (1996), *The American Customer Satisfaction Index: nature, purpose, and
/// findings*, Journal of Marketing 60(4).
#[doc(alias = "客户满意度")]
pub fn acsi(answers: &[[OneToTen; 3]], weights: &Weights, least: LeastAnswers) -> Result<FactorReport, VoiceError> {
    let rows: Vec<[Option<OneToTen>; 3]> = answers.iter().map(|row| row.map(Some)).collect();
    Survey::new(["satisfaction", "expectations", "ideal"], &rows)?.report(weights, IndexPoints::Hundred, least)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    low: u8,
    high: u8,
    points: IndexPoints,
    weights: Weights,
    factors: Vec<FactorScore>,
    index: Cell,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for FactorReport {
    type Error = VoiceError;

    fn try_from(raw: Unchecked) -> Result<Self, VoiceError> {
        use super::error::distinct;
        use crate::units::in_range;
        let Unchecked { low, high, points, weights, factors, index: stored } = raw;
        in_range("highest answer", high.into(), f64::from(low) + 1.0, 255.0)?;
        same_length("weights", factors.len(), weights.as_slice().len())?;
        distinct(&factors.iter().map(|factor| factor.factor.clone()).collect::<Vec<_>>())?;
        let greatest = if points == IndexPoints::Hundred { 100.0 } else { 1000.0 };
        for reading in factors.iter().filter_map(|factor| factor.score.reading()) {
            // Room for the last bit.
            in_range("score", reading.value(), 0.0, greatest * (1.0 + 1e-12))?;
        }
        let sure = || stored.reading().map_or((0.0, stored.n()), |index| (index.standard_error(), index.n()));
        let index = index(&weights, &factors, sure);
        // A suppressed index equals no number that is shown.
        let number = |cell: &Cell| cell.reading().map_or(-1.0 - f64::from(cell.n()), Reading::value);
        in_range("index", number(&stored), number(&index), number(&index))?;
        Ok(Self { low, high, points, weights, factors, index })
    }
}
