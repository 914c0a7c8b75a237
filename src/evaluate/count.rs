use std::sync::Arc;

use super::{EvaluationError, score::pinball};
use crate::units::Probability;

/// How likely each number of purchases is: a forecast that can be judged as a whole.
///
/// It is a finite table. Of a model's forecast less than 1e-15 in probability is left out, at the far end; a table
/// given by hand sums to one.
///
/// # Formula
///
/// ```text
/// log score       −ln P(y)
/// CRPS            Σ_k (F(k) − [y ≤ k])²
/// quantile loss   level · (y − q) if y ≥ q, else (1 − level) · (q − y)
/// ```
///
/// ```math
/// \mathrm{CRPS} = \sum_{k \ge 0} \bigl(F(k) - [y \le k]\bigr)^2
/// ```
///
/// where `y` is what was observed, `F` the cumulative distribution and `q` its quantile at the level. All are losses:
/// less is better.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::CountDistribution;
///
/// let forecast = CountDistribution::new([0.5, 0.25, 0.25])?;
/// assert_eq!(forecast.mean(), 0.75);
/// assert_eq!(forecast.crps(1), 0.5_f64.powi(2) + 0.25_f64.powi(2));
/// assert_eq!(forecast.log_score(2)?, 4.0_f64.ln());
/// # Ok::<(), customer_value::evaluate::EvaluationError>(())
/// ```
///
/// # References
///
/// Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, Journal of the American
/// Statistical Association 102; Czado, Gneiting and Held (2009), Predictive model assessment for count data, Biometrics 65.
#[doc(alias = "predictive distribution")]
#[doc(alias = "预测分布")]
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Vec<f64>", into = "Vec<f64>")
)]
pub struct CountDistribution {
    /// The probability of having left, and of being alive.
    pub(super) gone: f64,
    pub(super) alive: f64,
    /// P(n | alive) for n = 0, 1, …: shared by customers who live alike.
    pub(super) living: Arc<[f64]>,
}

impl CountDistribution {
    /// The distribution with P(0), P(1), …
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Empty`], [`EvaluationError::NotAProbability`], and [`EvaluationError::NotADistribution`] unless
    /// they sum to one within 1e-9.
    pub fn new(probabilities: impl Into<Vec<f64>>) -> Result<Self, EvaluationError> {
        const ROUNDING: f64 = 1e-9;
        let living = probabilities.into();
        if living.is_empty() {
            return Err(EvaluationError::Empty);
        }
        if let Some(count) = living.iter().position(|value| !(0.0..=1.0).contains(value)) {
            return Err(EvaluationError::NotAProbability { count, value: living[count] });
        }
        let sum: f64 = living.iter().sum();
        if (sum - 1.0).abs() > ROUNDING {
            return Err(EvaluationError::NotADistribution { sum });
        }
        Ok(Self { gone: 0.0, alive: 1.0, living: living.into() })
    }

    /// P(n), P(n + 1), …
    pub(super) fn from(&self, first: usize) -> impl DoubleEndedIterator<Item = f64> + ExactSizeIterator {
        let gone = move |index: usize| if first + index == 0 { self.gone } else { 0.0 };
        let living = self.living.get(first..).unwrap_or_default();
        living.iter().enumerate().map(move |(index, probability)| self.alive * probability + gone(index))
    }

    /// The last count whose probability is known.
    pub fn most(&self) -> u32 {
        // Tables of a model end at 20,000, and memory ends before 32 bits do.
        u32::try_from(self.living.len() - 1).unwrap_or(u32::MAX)
    }

    /// The probability of exactly so many purchases; zero beyond the table.
    pub fn probability_of(&self, count: u32) -> Probability {
        Probability::computed(self.from(count as usize).next().unwrap_or(0.0))
    }

    /// The probability of at most so many purchases.
    pub fn at_most(&self, count: u32) -> Probability {
        Probability::computed(self.from(0).take((count as usize).saturating_add(1)).sum())
    }

    /// The probability of at least so many purchases, summed from the far end: small ones keep their digits.
    pub fn at_least(&self, count: u32) -> Probability {
        if count == 0 {
            Probability::computed(1.0)
        } else {
            Probability::computed(self.from(count as usize).rev().sum())
        }
    }

    /// The expected number of purchases.
    pub fn mean(&self) -> f64 {
        self.from(0).enumerate().map(|(count, probability)| count as f64 * probability).sum()
    }

    /// The variance of the number of purchases.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.from(0).enumerate().map(|(count, probability)| (count as f64 - mean).powi(2) * probability).sum()
    }

    /// The least number that is not exceeded with this probability.
    pub fn quantile(&self, level: Probability) -> u32 {
        let mut sum = 0.0;
        let reached = self.from(0).position(|probability| {
            sum += probability;
            sum >= level.get()
        });
        reached.and_then(|count| u32::try_from(count).ok()).unwrap_or(self.most())
    }

    /// −ln P(observed): strictly proper, and merciless to what was called impossible.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Impossible`], or [`EvaluationError::BeyondSupport`] beyond the table.
    pub fn log_score(&self, observed: u32) -> Result<f64, EvaluationError> {
        match self.from(observed as usize).next() {
            None => Err(EvaluationError::BeyondSupport { observed, most: self.most() }),
            Some(0.0) => Err(EvaluationError::Impossible { observed }),
            Some(probability) => Ok(-probability.ln()),
        }
    }

    /// The continuous ranked probability score: the absolute error of a whole distribution, in purchases.
    #[doc(alias = "continuous ranked probability score")]
    #[doc(alias = "ranked probability score")]
    pub fn crps(&self, observed: u32) -> f64 {
        let observed = observed as usize;
        let square = |sum: &mut f64, probability: f64| {
            *sum += probability;
            Some(*sum * *sum)
        };
        let below: f64 = self.from(0).take(observed).scan(0.0, square).sum();
        // From the far end, so that a small 1 − F keeps its digits.
        let above: f64 = self.from(observed.saturating_add(1)).rev().scan(0.0, square).sum();
        // Beyond the table the distribution has reached one.
        let beyond = observed.saturating_sub(self.living.len());
        below + above + beyond as f64
    }

    /// The loss of the quantile at a level, also called pinball loss: half the absolute error at level ½.
    #[doc(alias = "pinball loss")]
    pub fn quantile_loss(&self, level: Probability, observed: u32) -> f64 {
        pinball(level, self.quantile(level).into(), observed.into())
    }
}

impl PartialEq for CountDistribution {
    fn eq(&self, other: &Self) -> bool {
        self.from(0).eq(other.from(0))
    }
}

impl TryFrom<Vec<f64>> for CountDistribution {
    type Error = EvaluationError;

    fn try_from(probabilities: Vec<f64>) -> Result<Self, EvaluationError> {
        Self::new(probabilities)
    }
}

impl From<CountDistribution> for Vec<f64> {
    fn from(distribution: CountDistribution) -> Self {
        distribution.from(0).collect()
    }
}
