use super::{CountDistribution, EvaluationError, Score, error::countable, score::pinball};
use crate::units::Probability;

/// A forecast of one customer's purchases: a whole distribution, or a number and no more.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::{CountDistribution, CountForecast, EvaluationError, Score};
///
/// let distribution = CountForecast::from(CountDistribution::new([0.5, 0.5])?);
/// let point = CountForecast::point(0.5)?;
/// assert_eq!(distribution.loss(Score::Crps, 1)?, 0.25);
/// // The CRPS of a number is its absolute error; it has no probabilities to be scored.
/// assert_eq!(point.loss(Score::Crps, 1)?, 0.5);
/// assert_eq!(point.loss(Score::Log, 1), Err(EvaluationError::NotScored { score: Score::Log }));
/// # Ok::<(), EvaluationError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Kind", into = "Kind"))]
pub struct CountForecast(Kind);

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Kind {
    Distribution(CountDistribution),
    Point(f64),
}

impl CountForecast {
    /// A number of purchases, which need not be whole, without a word on how sure it is.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::OutOfRange`] unless it is from 0 to 1e100.
    pub fn point(purchases: f64) -> Result<Self, EvaluationError> {
        Ok(Self(Kind::Point(countable("forecast", purchases)?)))
    }

    /// The distribution, where the forecast is one.
    pub const fn distribution(&self) -> Option<&CountDistribution> {
        match &self.0 {
            Kind::Distribution(distribution) => Some(distribution),
            Kind::Point(_) => None,
        }
    }

    /// The expected number of purchases, or the number itself.
    pub fn expected(&self) -> f64 {
        match &self.0 {
            Kind::Distribution(distribution) => distribution.mean(),
            Kind::Point(point) => *point,
        }
    }

    /// The loss on what was observed.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::NotScored`] for the log score of a number; as [`CountDistribution::log_score`].
    pub fn loss(&self, score: Score, observed: u32) -> Result<f64, EvaluationError> {
        let actual = f64::from(observed);
        Ok(match (score, &self.0) {
            (Score::Log, Kind::Distribution(distribution)) => distribution.log_score(observed)?,
            (Score::Log, Kind::Point(_)) => return Err(EvaluationError::NotScored { score }),
            (Score::Crps, Kind::Distribution(distribution)) => distribution.crps(observed),
            (Score::Quantile(level), Kind::Distribution(distribution)) => distribution.quantile_loss(level, observed),
            (Score::Quantile(level), Kind::Point(point)) => pinball(level, *point, actual),
            (Score::AbsoluteErrorOfMedian, Kind::Distribution(distribution)) => {
                (f64::from(distribution.quantile(Probability::HALF)) - actual).abs()
            }
            (Score::AbsoluteError, Kind::Distribution(distribution)) => (distribution.mean() - actual).abs(),
            (Score::SquaredError, Kind::Distribution(distribution)) => (distribution.mean() - actual).powi(2),
            (Score::SquaredError, Kind::Point(point)) => (point - actual).powi(2),
            (Score::Crps | Score::AbsoluteError | Score::AbsoluteErrorOfMedian, Kind::Point(point)) => {
                (point - actual).abs()
            }
        })
    }
}

impl From<CountDistribution> for CountForecast {
    fn from(distribution: CountDistribution) -> Self {
        Self(Kind::Distribution(distribution))
    }
}

/// Reading goes through the same checks.
#[cfg(feature = "serde")]
mod stored {
    use super::{CountForecast, EvaluationError, Kind};

    impl TryFrom<Kind> for CountForecast {
        type Error = EvaluationError;

        fn try_from(kind: Kind) -> Result<Self, EvaluationError> {
            match kind {
                Kind::Distribution(_) => Ok(Self(kind)),
                Kind::Point(point) => Self::point(point),
            }
        }
    }

    impl From<CountForecast> for Kind {
        fn from(forecast: CountForecast) -> Self {
            forecast.0
        }
    }
}
