use crate::units::Probability;

/// How a forecast is held against what happened: a loss, of which less is better.
///
/// A *proper* score cannot be improved by forecasting anything but what one believes. The log score and the CRPS are
/// proper for whole distributions; the quantile loss for a quantile, the absolute error for the median, the squared error
/// for the mean. The absolute error of the mean is in every paper and rewards forecasts that are too low.
///
/// # Examples
///
/// ```
/// use customer_value::{Probability, evaluate::Score};
///
/// assert_eq!(Score::Crps.to_string(), "CRPS");
/// assert_eq!(Score::Quantile(Probability::new(0.9)?).to_string(), "quantile loss at 0.9");
/// # Ok::<(), customer_value::UnitError>(())
/// ```
#[doc(alias = "评分规则")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Score {
    /// −ln of the probability given to what happened.
    Log,
    /// Continuous ranked probability score; for a number its absolute error.
    Crps,
    /// Quantile (pinball) loss at a level.
    Quantile(Probability),
    /// Absolute error of the mean.
    AbsoluteError,
    /// Absolute error of the median.
    AbsoluteErrorOfMedian,
    /// Squared error of the mean.
    SquaredError,
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Log => f.write_str("log score"),
            Self::Crps => f.write_str("CRPS"),
            Self::Quantile(level) => write!(f, "quantile loss at {level}"),
            Self::AbsoluteError => f.write_str("absolute error of the mean"),
            Self::AbsoluteErrorOfMedian => f.write_str("absolute error of the median"),
            Self::SquaredError => f.write_str("squared error"),
        }
    }
}

/// level · (y − q) above the quantile, (1 − level) · (q − y) below.
pub(super) fn pinball(level: Probability, quantile: f64, actual: f64) -> f64 {
    if actual >= quantile { level.get() * (actual - quantile) } else { level.complement().get() * (quantile - actual) }
}
