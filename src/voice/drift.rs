use super::{FactorReport, IndexPoints, VoiceError};
use crate::index::{ControlLimits, ControlVerdict};

/// Between which scores the factors of a report, and their index, move by chance, learned from reports of a quiet time.
///
/// # Formula
///
/// See [`ControlLimits::from_baseline`].
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::ControlVerdict;
/// use customer_value::voice::{DriftLimits, IndexPoints, LeastAnswers, Survey};
///
/// let month = |answers: [u8; 4]| {
///     let survey = Survey::<1, 5>::from_scores(["waiting"], &answers.map(|answer| [answer]))?;
///     survey.report(&Weights::equal(1)?, IndexPoints::Hundred, LeastAnswers::TWO)
/// };
/// let limits = DriftLimits::from_baseline(&[month([4, 4, 4, 3])?, month([4, 4, 4, 4])?, month([4, 5, 4, 4])?], 3.0)?;
/// assert_eq!((limits.index().low(), limits.index().high()), (56.25, 93.75)); // 75 ± 3 · 6.25
/// let verdict = limits.verdict(&month([3, 3, 3, 3])?)?;
/// assert_eq!(verdict.index, ControlVerdict::Below);
/// assert_eq!(verdict.factors, [("waiting".to_string(), ControlVerdict::Below)]);
/// # Ok::<(), customer_value::voice::VoiceError>(())
/// ```
#[doc(alias = "纠偏")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct DriftLimits {
    /// The scale and the factors of the reports, to know others like them by.
    scale: (u8, u8, IndexPoints),
    names: Vec<String>,
    index: ControlLimits,
    factors: Vec<ControlLimits>,
}

/// Where a report lies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DriftVerdict {
    /// Where the index lies.
    pub index: ControlVerdict,
    /// Where each factor lies, in the order of the report.
    pub factors: Vec<(String, ControlVerdict)>,
}

impl DriftLimits {
    /// Limits `sigmas` standard deviations from the mean, usually 3, of reports on the same factors.
    ///
    /// # Errors
    ///
    /// [`VoiceError::OtherFactors`] when the reports cannot be compared, [`VoiceError::Suppressed`] when a score is,
    /// [`VoiceError::TooFew`] below two reports, [`VoiceError::Index`] unless `sigmas` is above 0 and at most 100.
    pub fn from_baseline(reports: &[FactorReport], sigmas: f64) -> Result<Self, VoiceError> {
        let [like, _, ..] = reports else {
            return Err(VoiceError::TooFew { items: "reports", least: 2, found: reports.len() });
        };
        reports.iter().try_for_each(|report| like.same_factors(report))?;
        let scores: Vec<Vec<f64>> = reports.iter().map(FactorReport::shown).collect::<Result<_, _>>()?;
        let of_factor = |k: usize| {
            let history: Vec<f64> = scores.iter().map(|scores| scores[k]).collect();
            ControlLimits::from_baseline(&history, sigmas)
        };
        let factors = (0..like.factors.len()).map(of_factor).collect::<Result<_, _>>()?;
        let indices: Vec<f64> = reports.iter().map(index).collect::<Result<_, _>>()?;
        let index = ControlLimits::from_baseline(&indices, sigmas)?;
        Ok(Self { scale: like.scale(), names: like.names().cloned().collect(), index, factors })
    }

    /// The limits of the index.
    pub const fn index(&self) -> ControlLimits {
        self.index
    }

    /// The limits of each factor, in the order of the reports.
    pub fn factors(&self) -> &[ControlLimits] {
        &self.factors
    }

    /// Where the scores of a new report lie.
    ///
    /// # Errors
    ///
    /// [`VoiceError::OtherFactors`] when the report is on others, [`VoiceError::Suppressed`] when a score of it is.
    pub fn verdict(&self, report: &FactorReport) -> Result<DriftVerdict, VoiceError> {
        if report.scale() != self.scale || !report.names().eq(&self.names) {
            return Err(VoiceError::OtherFactors);
        }
        let factors = self.names.iter().zip(&self.factors).zip(report.shown()?);
        let place = |((name, limits), score): ((&String, &ControlLimits), f64)| {
            Ok::<_, VoiceError>((name.clone(), limits.verdict(score)?))
        };
        Ok(DriftVerdict {
            index: self.index.verdict(index(report)?)?,
            factors: factors.map(place).collect::<Result<_, _>>()?,
        })
    }
}

fn index(report: &FactorReport) -> Result<f64, VoiceError> {
    Ok(report.index().shown("index")?.value())
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    scale: (u8, u8, IndexPoints),
    names: Vec<String>,
    index: ControlLimits,
    factors: Vec<ControlLimits>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for DriftLimits {
    type Error = VoiceError;

    fn try_from(raw: Unchecked) -> Result<Self, VoiceError> {
        use super::error::{distinct, same_length};
        use crate::units::in_range;
        let Unchecked { scale, names, index, factors } = raw;
        in_range("highest answer", scale.1.into(), f64::from(scale.0) + 1.0, 255.0)?;
        if names.is_empty() {
            return Err(VoiceError::TooFew { items: "factors", least: 1, found: 0 });
        }
        distinct(&names)?;
        same_length("limits", names.len(), factors.len())?;
        Ok(Self { scale, names, index, factors })
    }
}
