use super::{Assessment, Baseline, EvaluationError, TotalForecast, TotalValueForecast, ValueAssessment};
use crate::{
    fit::{Fit, ModelKind},
    lifetime::{AnyModel, GammaGamma},
};

/// Whose forecasts are judged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Candidate {
    /// A model, fitted at each cut.
    Model(ModelKind),
    /// A rule without a model.
    Baseline(Baseline),
    /// Forecasts that were made elsewhere, by name.
    Other(String),
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Model(kind) => kind.fmt(f),
            Self::Baseline(rule) => f.pad(&rule.to_string()),
            Self::Other(name) => f.pad(name),
        }
    }
}

/// The forecasts of one candidate at one cut, beside what followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    candidate: Candidate,
    fit: Option<Fit<AnyModel>>,
    assessment: Assessment,
    total: TotalForecast,
}

impl Contender {
    pub(super) fn new(
        candidate: Candidate,
        fit: Option<Fit<AnyModel>>,
        assessment: Assessment,
        parameters: Option<f64>,
    ) -> Result<Self, EvaluationError> {
        let total = assessment.total(parameters)?;
        Ok(Self { candidate, fit, assessment, total })
    }

    /// Who made the forecasts.
    pub const fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// The model as it was fitted at the cut; `None` for rules and forecasts made elsewhere.
    pub const fn fit(&self) -> Option<&Fit<AnyModel>> {
        self.fit.as_ref()
    }

    /// The forecasts, and what judges them.
    pub const fn assessment(&self) -> &Assessment {
        &self.assessment
    }

    /// All purchases expected and made, with an interval.
    pub const fn total(&self) -> &TotalForecast {
        &self.total
    }
}

/// What customers were expected to spend after one cut, by a model of purchases and one of spend, beside what they spent.
///
/// [`Fold::values`](super::Fold::values) makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueContender {
    pub(super) spend: Fit<GammaGamma>,
    pub(super) assessment: ValueAssessment,
    pub(super) total: TotalValueForecast,
}

impl ValueContender {
    /// The model of spend as it was fitted at the cut.
    pub const fn spend(&self) -> &Fit<GammaGamma> {
        &self.spend
    }

    /// The distributions of value, and what judges them.
    pub const fn assessment(&self) -> &ValueAssessment {
        &self.assessment
    }

    /// All spend expected and made, with an interval.
    pub const fn total(&self) -> &TotalValueForecast {
        &self.total
    }
}
