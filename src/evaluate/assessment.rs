use super::{
    Calibration, CountForecast, EvaluationError, LiftClass, Ranking, Score, TotalForecast, calibration, error::each,
};
use crate::{cohort::PurchaseHistory, parallel, units::Span};

/// Forecasts of customers beside what they did: all that judges counts stands here.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::{Assessment, CountDistribution, CountForecast, Score};
///
/// let likely = CountForecast::from(CountDistribution::new([0.25, 0.25, 0.5])?);
/// let unlikely = CountForecast::from(CountDistribution::new([0.75, 0.25])?);
/// let judged = Assessment::new(vec![likely, unlikely], vec![2, 0])?;
/// assert_eq!(judged.mean_loss(Score::Crps)?, 0.5 * (0.25_f64.powi(2) + 0.5_f64.powi(2) + 0.25_f64.powi(2)));
/// assert_eq!(judged.total(None)?.expected, 1.5);
/// assert_eq!(judged.ranking()?.gini, 0.5);
/// # Ok::<(), customer_value::evaluate::EvaluationError>(())
/// ```
#[doc(alias = "预测评估")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "stored::Unchecked"))]
pub struct Assessment {
    forecasts: Vec<CountForecast>,
    actual: Vec<u32>,
}

impl Assessment {
    /// Forecasts and the purchases that were then made, customer by customer.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Empty`], [`EvaluationError::Lengths`].
    pub fn new(forecasts: Vec<CountForecast>, actual: Vec<u32>) -> Result<Self, EvaluationError> {
        if forecasts.len() != actual.len() {
            return Err(EvaluationError::Lengths { forecasts: forecasts.len(), actual: actual.len() });
        }
        if actual.is_empty() { Err(EvaluationError::Empty) } else { Ok(Self { forecasts, actual }) }
    }

    /// What was forecast.
    pub fn forecasts(&self) -> &[CountForecast] {
        &self.forecasts
    }

    /// The purchases that were made.
    pub fn actual(&self) -> &[u32] {
        &self.actual
    }

    /// The expected purchases of each customer.
    pub fn expected(&self) -> Vec<f64> {
        parallel::map(&self.forecasts, CountForecast::expected)
    }

    /// The loss on each customer.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Customer`] names the first customer without a score; see [`CountForecast::loss`].
    pub fn losses(&self, score: Score) -> Result<Vec<f64>, EvaluationError> {
        each(parallel::map_range(self.actual.len(), |index| self.forecasts[index].loss(score, self.actual[index])))
    }

    /// The mean loss over customers.
    ///
    /// # Errors
    ///
    /// As [`Self::losses`].
    pub fn mean_loss(&self, score: Score) -> Result<f64, EvaluationError> {
        Ok(mean(&self.losses(score)?))
    }

    /// The root of the mean squared error of the means.
    ///
    /// # Errors
    ///
    /// As [`Self::losses`].
    #[doc(alias = "RMSE")]
    pub fn root_mean_squared_error(&self) -> Result<f64, EvaluationError> {
        Ok(self.mean_loss(Score::SquaredError)?.sqrt())
    }

    /// All purchases expected beside all that were made. `parameters` is the standard error of the expected total that
    /// estimated parameters leave, such as that of [`Fit::delta`](crate::Fit::delta).
    ///
    /// # Errors
    ///
    /// [`EvaluationError::OutOfRange`] for an error that is not from 0 to 1e100, [`EvaluationError::TooLarge`].
    pub fn total(&self, parameters: Option<f64>) -> Result<TotalForecast, EvaluationError> {
        TotalForecast::new(&self.forecasts, &self.actual, parameters)
    }

    /// How well the forecasts put customers in order.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::NothingBought`].
    pub fn ranking(&self) -> Result<Ranking, EvaluationError> {
        Ranking::new(&self.expected(), &self.actual)
    }

    /// Customers in classes of about equal size, those from whom most is expected first, and what each class bought: with
    /// ten classes the lift by deciles. Customers of whom equally much is expected share the class in which their middle
    /// lies, so that classes can be fewer.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Zero`] for no class, [`EvaluationError::NothingBought`].
    #[doc(alias = "decile lift")]
    pub fn lift(&self, classes: u32) -> Result<Vec<LiftClass>, EvaluationError> {
        LiftClass::all(&self.expected(), &self.actual, classes)
    }

    /// Expected and actual purchases by what was expected, from the least to the most, in classes of about equal size;
    /// equal expectations share a class.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Zero`] for no class.
    pub fn calibration(&self, classes: u32) -> Result<Calibration, EvaluationError> {
        let expected = self.expected();
        let class = calibration::equal_classes(&expected, classes)?;
        Ok(Calibration::new(&expected, &class, &expected, &self.actual))
    }

    /// Expected and actual purchases by repeat purchases before: 0, 1, 2, … and `open_from` or more in one class. The
    /// conditional expectation of the literature, by frequency.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Lengths`].
    #[doc(alias = "conditional expectations by frequency")]
    pub fn calibration_by_frequency(
        &self,
        histories: &[PurchaseHistory],
        open_from: u32,
    ) -> Result<Calibration, EvaluationError> {
        let repeats = |history: &PurchaseHistory| f64::from(history.repeats());
        let class = |history: &PurchaseHistory| history.repeats().min(open_from).into();
        self.calibration_by(histories, repeats, class)
    }

    /// The same by recency: classes of `width`, the first from zero; times in days.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Lengths`]; [`EvaluationError::Zero`] for a width of no time.
    #[doc(alias = "conditional expectations by recency")]
    pub fn calibration_by_recency(
        &self,
        histories: &[PurchaseHistory],
        width: Span,
    ) -> Result<Calibration, EvaluationError> {
        if width.is_zero() {
            return Err(EvaluationError::Zero { what: "a width" });
        }
        let days = |history: &PurchaseHistory| history.recency().as_days();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast ends at the last integer")]
        let class = |history: &PurchaseHistory| (history.recency().as_days() / width.as_days()) as u64;
        self.calibration_by(histories, days, class)
    }

    fn calibration_by(
        &self,
        histories: &[PurchaseHistory],
        key: impl Fn(&PurchaseHistory) -> f64,
        class: impl Fn(&PurchaseHistory) -> u64,
    ) -> Result<Calibration, EvaluationError> {
        if histories.len() != self.actual.len() {
            return Err(EvaluationError::Lengths { forecasts: self.actual.len(), actual: histories.len() });
        }
        let keys: Vec<f64> = histories.iter().map(key).collect();
        let class: Vec<u64> = histories.iter().map(class).collect();
        Ok(Calibration::new(&keys, &class, &self.expected(), &self.actual))
    }
}

/// Of at least one value.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Reading goes through the same checks.
#[cfg(feature = "serde")]
mod stored {
    use super::{Assessment, CountForecast, EvaluationError};

    #[derive(Debug, serde::Deserialize)]
    pub struct Unchecked {
        forecasts: Vec<CountForecast>,
        actual: Vec<u32>,
    }

    impl TryFrom<Unchecked> for Assessment {
        type Error = EvaluationError;

        fn try_from(raw: Unchecked) -> Result<Self, EvaluationError> {
            Self::new(raw.forecasts, raw.actual)
        }
    }
}
