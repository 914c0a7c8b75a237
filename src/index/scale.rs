use super::IndexError;
use super::error::{at_least, finite, same_length};
use super::indicator::Sense;
use super::table::{self, LARGEST, Table};
use crate::units::{UnitError, in_range};

/// How figures in any unit are made comparable. Higher scores are better, whatever the sense of the figures.
///
/// The sense is turned first, then the figures are scaled. On the first three and on percentiles a cost x becomes −x, a
/// target t becomes −|x − t|; on the other two, which need figures above zero, they become 1/x and min(x/t, t/x).
///
/// # Formula
///
/// ```text
/// min–max  (y − min) / (max − min)        z  (y − mean) / s, s over all n        vector  y / √Σy²
/// sum      y / Σy                         ratio to best  y / max                 percentile  (below + ½ equal) / n
/// ```
///
/// where `y` is the figure with its sense turned. A target takes 0 for the maximum of min–max, the deviation of a hit,
/// so that it scores 1 on the target and 0 farthest away.
#[doc(alias = "无量纲化")]
#[doc(alias = "normalisation")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Scale {
    /// From 0 for the worst to 1 for the best.
    MinMax,
    /// Standard deviations above the mean, which the IMD calls standardised values.
    #[doc(alias = "STD")]
    ZScore,
    /// Shares of the length of the column as a vector; negative for costs and targets.
    Vector,
    /// Shares of the sum of the column.
    Sum,
    /// Shares of the best.
    RatioToBest,
    /// The share of customers who are worse, those who are equal counted half.
    Percentile,
}

/// What to do with a column that tells nobody apart, because all figures are equal or, for shares, all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Constant {
    /// It is left out.
    Drop,
    /// Everybody scores the middle of the scale: ½, or 0, the mean, on z scores.
    Neutral,
    /// It is an error.
    Reject,
}

/// A scale fitted to the figures of one indicator, on which later figures can be scored too.
///
/// # Examples
///
/// ```
/// use customer_value::index::{Scale, Scaler, Sense};
///
/// let days_late = Scaler::fit(Scale::MinMax, Sense::Cost, &[0.0, 5.0, 20.0])?;
/// assert_eq!(days_late.score(5.0)?, 0.75);
/// // A new customer pays later than all of those.
/// assert_eq!(days_late.score(30.0)?, -0.5);
/// # Ok::<(), customer_value::index::IndexError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Scaler {
    scale: Scale,
    sense: Sense,
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Rule {
    /// ((y − anchor) − centre) / width: two steps keep the digits of small differences between large figures.
    Linear { anchor: f64, centre: f64, width: f64 },
    /// Figures with their sense turned, ascending.
    Percentile(Vec<f64>),
    /// Everybody alike.
    Same(f64),
}

impl Scaler {
    /// The scale of these figures.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without figures; [`IndexError::Figure`] for one outside ±1e100, or, on
    /// [`Scale::Sum`] and [`Scale::RatioToBest`], for a benefit below 0 and for a cost or target below 1e-100;
    /// [`IndexError::Constant`] when they tell nobody apart; [`IndexError::Unit`] for a target out of range. Row and
    /// column count from 0, the column being 0.
    pub fn fit(scale: Scale, sense: Sense, figures: &[f64]) -> Result<Self, IndexError> {
        Self::fit_column(scale, sense, figures, 0)?.ok_or(IndexError::Constant { column: 0 })
    }

    /// The scale of a column; `None` when it is constant.
    fn fit_column(scale: Scale, sense: Sense, figures: &[f64], column: usize) -> Result<Option<Self>, IndexError> {
        at_least("figures", 1, figures.len())?;
        let sense = checked(scale, sense)?;
        let turn =
            |(row, &figure)| turned(scale, sense, figure).map_err(|source| IndexError::Figure { row, column, source });
        let turned: Vec<f64> = figures.iter().enumerate().map(turn).collect::<Result<_, _>>()?;
        Ok(rule(scale, sense, turned).map(|rule| Self { scale, sense, rule }))
    }

    const fn neutral(scale: Scale, sense: Sense) -> Self {
        let middle = if matches!(scale, Scale::ZScore) { 0.0 } else { 0.5 };
        Self { scale, sense, rule: Rule::Same(middle) }
    }

    /// The score of a figure, old or new.
    ///
    /// # Errors
    ///
    /// [`IndexError::Unit`] for a figure out of range, see [`fit`](Self::fit); [`IndexError::TooLarge`].
    pub fn score(&self, figure: f64) -> Result<f64, IndexError> {
        let y = turned(self.scale, self.sense, figure)?;
        match &self.rule {
            Rule::Linear { anchor, centre, width } => finite("score", ((y - anchor) - centre) / width),
            Rule::Percentile(sorted) => {
                let below = sorted.partition_point(|other| *other < y);
                let not_above = sorted.partition_point(|other| *other <= y);
                Ok(0.5 * (below + not_above) as f64 / sorted.len() as f64)
            }
            Rule::Same(score) => Ok(*score),
        }
    }

    /// The kind of scale.
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// What is better.
    pub const fn sense(&self) -> Sense {
        self.sense
    }
}

/// A sense whose target, if it has one, is in the range of the scale.
fn checked(scale: Scale, sense: Sense) -> Result<Sense, UnitError> {
    if let (Scale::Sum | Scale::RatioToBest, Sense::Target(target)) = (scale, sense) {
        in_range("target", target, LARGEST.recip(), LARGEST)?;
    }
    sense.checked()
}

/// A figure of which more is better.
pub(super) fn turned(scale: Scale, sense: Sense, figure: f64) -> Result<f64, UnitError> {
    if matches!(scale, Scale::Sum | Scale::RatioToBest) {
        return match sense {
            Sense::Benefit => in_range("figure", figure, 0.0, LARGEST),
            Sense::Cost => in_range("figure", figure, LARGEST.recip(), LARGEST).map(f64::recip),
            Sense::Target(target) => {
                let x = in_range("figure", figure, LARGEST.recip(), LARGEST)?;
                Ok((x / target).min(target / x))
            }
        };
    }
    let x = table::figure(figure)?;
    Ok(match sense {
        Sense::Benefit => x,
        // Zero less x: a cost of 0 is 0, not −0.
        Sense::Cost => 0.0 - x,
        Sense::Target(target) => 0.0 - (x - target).abs(),
    })
}

fn rule(scale: Scale, sense: Sense, mut turned: Vec<f64>) -> Option<Rule> {
    let least = turned.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = turned.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let from_zero = |width| Rule::Linear { anchor: 0.0, centre: 0.0, width };
    let differs = greatest > least;
    match scale {
        Scale::MinMax => {
            let best = if matches!(sense, Sense::Target(_)) { 0.0 } else { greatest };
            differs.then_some(Rule::Linear { anchor: least, centre: 0.0, width: best - least })
        }
        Scale::ZScore if differs => standard(least, greatest, &turned),
        Scale::ZScore => None,
        Scale::Vector => (least != 0.0 || greatest != 0.0).then(|| from_zero(length(&turned))),
        Scale::Sum => (greatest > 0.0).then(|| from_zero(turned.iter().sum())),
        Scale::RatioToBest => (greatest > 0.0).then(|| from_zero(greatest)),
        Scale::Percentile => {
            turned.sort_unstable_by(f64::total_cmp);
            Some(Rule::Percentile(turned))
        }
    }
}

/// Mean and standard deviation over all figures, as distances from the least of them; `None` without a deviation.
fn standard(least: f64, greatest: f64, figures: &[f64]) -> Option<Rule> {
    let unit = power_of_two(greatest - least);
    let count = figures.len() as f64;
    let mean = figures.iter().map(|y| (y - least) / unit).sum::<f64>() / count;
    let variance = figures.iter().map(|y| ((y - least) / unit - mean).powi(2)).sum::<f64>() / count;
    let width = variance.sqrt() * unit;
    // Half the least number above 0 is 0: figures that are apart by no more have no deviation.
    (width > 0.0).then_some(Rule::Linear { anchor: least, centre: mean * unit, width })
}

/// √Σy², of figures whose squares may be too small for numbers.
pub(super) fn length(vector: &[f64]) -> f64 {
    let greatest = vector.iter().fold(0.0_f64, |greatest, y| greatest.max(y.abs()));
    if greatest == 0.0 {
        return 0.0;
    }
    let unit = power_of_two(greatest);
    unit * vector.iter().map(|y| (y / unit).powi(2)).sum::<f64>().sqrt()
}

/// The unit of a size, up to a factor of two, in which squares are neither too small nor too large: dividing by it
/// rounds nothing.
fn power_of_two(size: f64) -> f64 {
    libm::scalbn(1.0, libm::frexp(size).1 - 1)
}

/// Scales fitted to all columns of a table, and kept.
///
/// # Examples
///
/// ```
/// use customer_value::index::{Constant, Scale, Scales, Sense, Table};
///
/// let table = Table::new([Sense::Benefit, Sense::Cost], &[[10.0, 3.0], [30.0, 3.0], [20.0, 3.0]])?;
/// let scales = Scales::fit(Scale::MinMax, &table, Constant::Neutral)?;
/// assert_eq!(scales.score(&[25.0, 4.0])?, [Some(0.75), Some(0.5)]);
/// # Ok::<(), customer_value::index::IndexError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Scales {
    columns: Vec<Option<Scaler>>,
}

impl Scales {
    /// The same kind of scale for each column of a table.
    ///
    /// # Errors
    ///
    /// As [`Scaler::fit`]; [`IndexError::Constant`] only if asked for.
    pub fn fit(scale: Scale, table: &Table, constant: Constant) -> Result<Self, IndexError> {
        let columns = (0..table.columns()).map(|column| table.column(column));
        Self::fit_columns(scale, table.senses(), columns, constant)
    }

    pub(super) fn fit_columns(
        scale: Scale,
        senses: &[Sense],
        columns: impl Iterator<Item = Vec<f64>>,
        constant: Constant,
    ) -> Result<Self, IndexError> {
        let fit = |(column, (&sense, figures)): (usize, (&Sense, Vec<f64>))| {
            let scaler = Scaler::fit_column(scale, sense, &figures, column)?;
            match (scaler, constant) {
                (None, Constant::Neutral) => Ok(Some(Scaler::neutral(scale, sense))),
                (None, Constant::Reject) => Err(IndexError::Constant { column }),
                (scaler, _) => Ok(scaler),
            }
        };
        let columns = senses.iter().zip(columns).enumerate().map(fit).collect::<Result<_, _>>()?;
        Ok(Self { columns })
    }

    /// The scale of each column; `None` for one that is left out.
    pub fn columns(&self) -> &[Option<Scaler>] {
        &self.columns
    }

    /// The scores of a customer, old or new; `None` in columns that are left out.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] unless there is a figure for each column, [`IndexError::Figure`] (in row 0) for one out
    /// of range, [`IndexError::TooLarge`].
    pub fn score(&self, figures: &[f64]) -> Result<Vec<Option<f64>>, IndexError> {
        let known: Vec<Option<f64>> = figures.iter().copied().map(Some).collect();
        self.score_known(&known)
    }

    /// The same where some figures are missing.
    pub(super) fn score_known(&self, figures: &[Option<f64>]) -> Result<Vec<Option<f64>>, IndexError> {
        same_length("figures", self.columns.len(), figures.len())?;
        let score = |(column, (scaler, figure)): (usize, (&Option<Scaler>, &Option<f64>))| {
            let (Some(scaler), Some(figure)) = (scaler, figure) else { return Ok(None) };
            scaler.score(*figure).map(Some).map_err(|error| match error {
                IndexError::Unit(source) => IndexError::Figure { row: 0, column, source },
                other => other,
            })
        };
        self.columns.iter().zip(figures).enumerate().map(score).collect()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    scale: Scale,
    sense: Sense,
    rule: Rule,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Scaler {
    type Error = IndexError;

    fn try_from(raw: Unchecked) -> Result<Self, IndexError> {
        let sense = checked(raw.scale, raw.sense)?;
        // Twice, for the difference of a figure and a target.
        let within = |quantity, value| in_range(quantity, value, -2.0 * LARGEST, 2.0 * LARGEST);
        match &raw.rule {
            Rule::Linear { anchor, centre, width } => {
                within("anchor", *anchor)?;
                within("centre", *centre)?;
                in_range("width", *width, f64::MIN_POSITIVE * f64::EPSILON, f64::MAX)?;
            }
            Rule::Percentile(sorted) => {
                at_least("figures", 1, sorted.len())?;
                within("figure", sorted[0])?;
                for pair in sorted.windows(2) {
                    in_range("figure", pair[1], pair[0], 2.0 * LARGEST)?;
                }
            }
            Rule::Same(score) => {
                in_range("score", *score, 0.0, 0.5)?;
            }
        }
        Ok(Self { scale: raw.scale, sense, rule: raw.rule })
    }
}
