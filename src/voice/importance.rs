use super::error::{distinct, same_length};
use super::{FactorReport, VoiceError};
use crate::units::{UnitError, in_range};

/// A factor with how much it matters to customers and how well it is done, each on a scale of its own.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FactorPoint {
    /// The factor.
    pub factor: String,
    /// How much it matters.
    pub importance: f64,
    /// How well it is done.
    pub performance: f64,
}

/// Where the lines stand that divide high from low.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Crosshair {
    /// At numbers, such as the middle of a scale, [`Answer::MIDPOINT`](super::Answer::MIDPOINT).
    At {
        /// The line of importance.
        importance: f64,
        /// The line of performance.
        performance: f64,
    },
    /// At the means of the factors.
    Means,
    /// At the medians of the factors.
    Medians,
}

/// What to do about a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Quadrant {
    /// It matters and is not done well.
    ConcentrateHere,
    /// It matters and is done well.
    KeepUp,
    /// It matters little and is not done well.
    LowPriority,
    /// It matters little and is done well.
    PossibleOverkill,
}

/// Factors by importance and performance, with the lines that divide them.
///
/// A factor on a line belongs above it. Lines at means or medians move with the factors: some factor is then always to
/// be concentrated on, and results of two periods compare only at fixed lines.
///
/// # Examples
///
/// ```
/// use customer_value::voice::{Crosshair, FactorPoint, ImportancePerformance, Quadrant};
///
/// let point = |factor: &str, importance, performance| FactorPoint { factor: factor.into(), importance, performance };
/// let factors = [point("advisor", 9.0, 8.5), point("waiting", 8.0, 5.0), point("coffee", 4.0, 9.0)];
/// let map = ImportancePerformance::new(factors, Crosshair::Means)?;
/// assert_eq!((map.importance_line(), map.performance_line()), (7.0, 7.5));
/// assert_eq!(map.quadrant("waiting"), Some(Quadrant::ConcentrateHere));
/// assert_eq!(map.quadrant("coffee"), Some(Quadrant::PossibleOverkill));
/// # Ok::<(), customer_value::voice::VoiceError>(())
/// ```
///
/// # References
///
/// Martilla & James (1977), *Importance-performance analysis*, Journal of Marketing 41(1).
#[doc(alias = "IPA")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImportancePerformance {
    crosshair: Crosshair,
    importance_line: f64,
    performance_line: f64,
    factors: Vec<(FactorPoint, Quadrant)>,
}

/// Far beyond any scale, and sums are numbers.
const LARGEST: f64 = 1e100;

impl ImportancePerformance {
    /// Places factors on the map.
    ///
    /// # Errors
    ///
    /// [`VoiceError::TooFew`] without factors, [`VoiceError::DuplicateFactor`], [`VoiceError::Unit`] for a number
    /// outside ±1e100.
    pub fn new(factors: impl Into<Vec<FactorPoint>>, crosshair: Crosshair) -> Result<Self, VoiceError> {
        let factors = factors.into();
        if factors.is_empty() {
            return Err(VoiceError::TooFew { items: "factors", least: 1, found: 0 });
        }
        distinct(&factors.iter().map(|point| point.factor.clone()).collect::<Vec<_>>())?;
        let column = |quantity, of: fn(&FactorPoint) -> f64| {
            factors.iter().map(|point| within(quantity, of(point))).collect::<Result<Vec<_>, _>>()
        };
        let importance = column("importance", |point| point.importance)?;
        let performance = column("performance", |point| point.performance)?;
        let [importance_line, performance_line] = match crosshair {
            Crosshair::At { importance, performance } => {
                [within("importance line", importance)?, within("performance line", performance)?]
            }
            Crosshair::Means => [importance, performance].map(|values| mean(&values)),
            Crosshair::Medians => [importance, performance].map(median),
        };
        let place = |point: FactorPoint| {
            let quadrant = match (point.importance >= importance_line, point.performance >= performance_line) {
                (true, false) => Quadrant::ConcentrateHere,
                (true, true) => Quadrant::KeepUp,
                (false, false) => Quadrant::LowPriority,
                (false, true) => Quadrant::PossibleOverkill,
            };
            (point, quadrant)
        };
        Ok(Self { crosshair, importance_line, performance_line, factors: factors.into_iter().map(place).collect() })
    }

    /// How the lines were set.
    pub const fn crosshair(&self) -> Crosshair {
        self.crosshair
    }

    /// The line of importance.
    pub const fn importance_line(&self) -> f64 {
        self.importance_line
    }

    /// The line of performance.
    pub const fn performance_line(&self) -> f64 {
        self.performance_line
    }

    /// The factors with what to do about them, in the order given.
    pub fn factors(&self) -> &[(FactorPoint, Quadrant)] {
        &self.factors
    }

    /// What to do about a factor; `None` for an unknown one.
    pub fn quadrant(&self, factor: &str) -> Option<Quadrant> {
        self.factors.iter().find(|(point, _)| point.factor == factor).map(|(_, quadrant)| *quadrant)
    }
}

fn within(quantity: &'static str, value: f64) -> Result<f64, UnitError> {
    in_range(quantity, value, -LARGEST, LARGEST)
}

/// From the first value, so that the mean of equal ones is that value and all of them are on the line.
fn mean(values: &[f64]) -> f64 {
    values[0] + values.iter().map(|value| value - values[0]).sum::<f64>() / values.len() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len() - 1;
    let (below, above) = (values[last / 2], values[last.div_ceil(2)]);
    below + 0.5 * (above - below)
}

/// How far a factor is from its target, and what it would add to the index to get there.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Shortfall {
    /// The factor.
    pub factor: String,
    /// The target less the score.
    pub missing: f64,
    /// That times the weight of the factor.
    pub gain: f64,
}

impl FactorReport {
    /// The factors by their weights and scores.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Suppressed`] when a score is; as [`ImportancePerformance::new`].
    pub fn importance_performance(&self, crosshair: Crosshair) -> Result<ImportancePerformance, VoiceError> {
        let scores = self.weights.as_slice().iter().zip(self.shown()?);
        let point = |(factor, (&importance, performance)): (&super::FactorScore, (&f64, f64))| FactorPoint {
            factor: factor.factor.clone(),
            importance,
            performance,
        };
        ImportancePerformance::new(self.factors.iter().zip(scores).map(point).collect::<Vec<_>>(), crosshair)
    }

    /// What to mend first: the factors below their targets, that which would add most to the index first; equal ones in
    /// the order of the report.
    ///
    /// A target is in points: the score of the best desk, that of last year, or the end of the scale.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Lengths`] unless each factor has a target, [`VoiceError::Unit`] for one outside ±1e100,
    /// [`VoiceError::Suppressed`] when a score is.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Weights;
    /// use customer_value::voice::{IndexPoints, LeastAnswers, Survey};
    ///
    /// let survey = Survey::<1, 5>::from_scores(["advisor", "coffee"], &[[4, 2], [4, 2]])?;
    /// let report = survey.report(&Weights::new([0.75, 0.25])?, IndexPoints::Hundred, LeastAnswers::TWO)?;
    /// let first = &report.mend_first(&[100.0, 100.0])?[0];
    /// // The coffee is further from perfect, but 18.75 points of the index are not so many as 0.75 · 25.
    /// assert_eq!((first.factor.as_str(), first.gain), ("advisor", 18.75));
    /// assert_eq!(report.mend_first(&[75.0, 50.0])?[0].factor, "coffee");
    /// # Ok::<(), customer_value::voice::VoiceError>(())
    /// ```
    pub fn mend_first(&self, targets: &[f64]) -> Result<Vec<Shortfall>, VoiceError> {
        same_length("targets", self.factors.len(), targets.len())?;
        let mut shortfalls = Vec::new();
        for (k, (factor, score)) in self.factors.iter().zip(self.shown()?).enumerate() {
            let missing = within("target", targets[k])? - score;
            if missing > 0.0 {
                let gain = self.weights.as_slice()[k] * missing;
                shortfalls.push(Shortfall { factor: factor.factor.clone(), missing, gain });
            }
        }
        shortfalls.sort_by(|one, other| other.gain.total_cmp(&one.gain));
        Ok(shortfalls)
    }
}
