use crate::care::{CareError, PointsError, PriceError};
use crate::chain::ChainError;
use crate::cohort::{CohortError, HistoryError, SummaryError};
use crate::covariates::{
    CohortRowError, CourseError, CovariatesError, DesignError, EffectError, GapError, RowError, TimetableError,
    WhatIfError,
};
use crate::customer::CustomersError;
use crate::delivered::{
    AggregateError, BargainError, ChoiceError, DeliveredError, LogitError, ObservedChoicesError, ResponseError,
    ValueMapError, WillingnessError,
};
use crate::derivation::DerivationError;
use crate::evaluate::EvaluationError;
use crate::exchange::{BridgeError, ExchangeError, LeverError, RankError};
use crate::fit::{FitError, InferenceError, RidgeError};
use crate::index::{IndexError, JudgementError};
use crate::interaction::{LogError, WindowError};
use crate::lifetime::{
    DistributionError, ForecastError, ParameterError, ScalingError, SpendError, TenureError, ValuationError,
};
use crate::segment::{ClusterError, SchemeError, SegmentError, StageError};
use crate::units::{DateError, MoneyError, UnitError, WeightsError};
use crate::voice::VoiceError;

/// How the message about bad rows goes on: each on a line of its own, up to ten.
pub(crate) fn list_lines<Fault: std::fmt::Display>(faults: &[Fault]) -> String {
    const LISTED: usize = 10;
    let listed = faults.iter().take(LISTED).map(|fault| format!("\n  {fault}"));
    let rest = faults.len().saturating_sub(LISTED);
    listed.chain((rest > 0).then(|| format!("\n  and {rest} more"))).collect()
}

/// The same for faults that stand beside the index of their row.
pub(crate) fn list_faults<Fault: std::fmt::Display>(rows: &[(usize, Fault)]) -> String {
    let named: Vec<String> = rows.iter().map(|(row, fault)| format!("row {row} (from 0): {fault}")).collect();
    list_lines(&named)
}

/// Any error of this library, for callers who chain its stages with `?`.
///
/// Each stage has an error type of its own, which says more; all of them convert into this one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// An impossible operation on money.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// An impossible date or instant.
    #[error(transparent)]
    Date(#[from] DateError),
    /// Numbers that are not weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Bad rows of customers.
    #[error(transparent)]
    Customers(#[from] CustomersError),
    /// A window that ends before it starts.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// Bad rows of a log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Columns that are no covariates.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// Values that are not the covariates of a customer.
    #[error(transparent)]
    Row(#[from] RowError),
    /// Effects that do not fit their columns.
    #[error(transparent)]
    Effects(#[from] EffectError),
    /// No model with covariates.
    #[error(transparent)]
    Covariates(#[from] CovariatesError),
    /// No covariates over time.
    #[error(transparent)]
    Course(#[from] CourseError),
    /// Periods that are no covariates over time.
    #[error(transparent)]
    Timetable(#[from] TimetableError),
    /// A what-if without an answer.
    #[error(transparent)]
    WhatIf(#[from] WhatIfError),
    /// No gaps with covariates.
    #[error(transparent)]
    Gaps(#[from] GapError),
    /// No forecasts of a cohort with covariates.
    #[error(transparent)]
    CohortRow(#[from] CohortRowError),
    /// No strength of a ridge.
    #[error(transparent)]
    Ridge(#[from] RidgeError),
    /// An impossible cut, or bad columns.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// An impossible history.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Impossible tenures of contracts.
    #[error(transparent)]
    Tenure(#[from] TenureError),
    /// Bad rows of finished summaries.
    #[error(transparent)]
    Summary(#[from] SummaryError),
    /// A parameter outside its range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// No fit.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// No interval or test.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// A forecast without a number.
    #[error(transparent)]
    Forecast(#[from] ForecastError),
    /// A living customer who would leave the range of the numbers.
    #[error(transparent)]
    Scaling(#[from] ScalingError),
    /// A spend without a number.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// A lifetime value without a number.
    #[error(transparent)]
    Valuation(#[from] ValuationError),
    /// A distribution of value without a number.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// An impossible delivered value.
    #[error(transparent)]
    Delivered(#[from] DeliveredError),
    /// Components that cannot be made one number.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// A response curve without a number.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// No price that suits both sides.
    #[error(transparent)]
    Bargain(#[from] BargainError),
    /// No place on a value map.
    #[error(transparent)]
    ValueMap(#[from] ValueMapError),
    /// No chain, or no number of it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Nothing to choose from.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Bad rows of observed choices.
    #[error(transparent)]
    ObservedChoices(#[from] ObservedChoicesError),
    /// A model of choices without coefficients.
    #[error(transparent)]
    Logit(#[from] LogitError),
    /// No willingness to pay.
    #[error(transparent)]
    Willingness(#[from] WillingnessError),
    /// A number of retention, acquisition or profit that cannot be computed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// An impossible lever, or one that cannot be applied.
    #[error(transparent)]
    Lever(#[from] LeverError),
    /// The effect of a lever cannot be computed.
    #[error("effect of {}: {source}", crate::exchange::measured(lever.as_deref()))]
    Effect {
        /// The lever; `None` for the offer as it is.
        lever: Option<String>,
        /// Why not.
        source: Box<Self>,
    },
    /// Parts that do not make a value.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
    /// A change of delivered value that has no price.
    #[error(transparent)]
    Bridge(#[from] BridgeError),
    /// An index, a scale or a ranking without a number.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Judgements in pairs that give no weights.
    #[error(transparent)]
    Judgement(#[from] JudgementError),
    /// Customers that cannot be segmented.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// Customers that cannot be clustered.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// Rules that name not every cell of scores once, or scores that they do not fit.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// Forecasts that cannot be made or judged.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// A step that a relationship does not take.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// Answers that give no number.
    #[error(transparent)]
    Voice(#[from] VoiceError),
    /// No list of what is due.
    #[error(transparent)]
    Care(#[from] CareError),
    /// Points that cannot be booked or counted.
    #[error(transparent)]
    Points(#[from] PointsError),
    /// No price.
    #[error(transparent)]
    Price(#[from] PriceError),
}

impl<E: Into<Self>> From<RankError<E>> for Error {
    fn from(error: RankError<E>) -> Self {
        match error {
            RankError::Lever(error) => error.into(),
            RankError::Effect { lever, source } => Self::Effect { lever, source: Box::new(source.into()) },
        }
    }
}
