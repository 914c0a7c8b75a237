use std::ops::ControlFlow;

use super::{Assessment, Baseline, Candidate, Comparison, Contender, EvaluationError, Fold, Score};
use crate::{
    fit::{Mle, ModelKind},
    interaction::InteractionLog,
    parallel,
    progress::Progress,
    units::{Day, Span},
};

/// Forecasts as they would have been made: at each of several cuts, from what was known then, judged by what followed.
///
/// At each cut every model is fitted anew to the customers known by then, each at an age of its own, and forecasts their
/// purchases in (cut, cut + horizon]. Rows after the cut take no part: neither purchases nor refunds. Customers won after
/// a cut are not forecast, but [counted](Fold::won_after). The horizons of neighbouring cuts may overlap; the same
/// customer then counts several times, which [`Backtested::compare`] knows.
///
/// # Examples
///
/// ```
/// use std::ops::ControlFlow;
/// use customer_value::evaluate::{Backtest, Baseline, Score};
/// use customer_value::{
///     BetaGeometricParams, BgNbd, Currency, Day, ExpectedMoney, FirstSeen, GammaGamma, GammaGammaParams, Granularity,
///     InteractionLog, Mle, ModelKind, Seed, SimulationWindow, Span, Timestamp, Window, simulate_interactions,
/// };
///
/// let truth = BgNbd::new(BetaGeometricParams { r: 0.6, alpha: Span::weeks(4.0)?, a: 0.8, b: 2.5 })?;
/// let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: ExpectedMoney::new(15.44, Currency::USD)? })?;
/// let window = SimulationWindow {
///     start: Timestamp::from_seconds(852_076_800)?, // 1997-01-01
///     winning: Span::weeks(12.0)?,
///     end: Timestamp::from_seconds(883_612_800)?, // 1998-01-01
/// };
/// let rows = simulate_interactions(&truth, &spend, &window, 500, Seed::new(1))?;
/// let days = Window::new(Day::new(1997, 1, 1)?, Day::new(1997, 12, 31)?, FirstSeen::IsNew)?;
/// let log = InteractionLog::builder(days, Granularity::Instant).extend(rows).build()?;
///
/// let backtest = Backtest {
///     cuts: vec![Day::new(1997, 7, 31)?, Day::new(1997, 9, 30)?],
///     horizon: Span::whole_days(60),
///     models: vec![ModelKind::Nbd, ModelKind::BgNbd],
///     baselines: vec![Baseline::Mean],
///     mle: Mle::default(),
/// };
/// let judged = backtest.run(&log, |_| ControlFlow::Continue(()))?;
/// let by_crps = judged.compare(Score::Crps)?;
/// assert_eq!(by_crps.best_model().ok_or("no model")?.candidate.to_string(), "BG/NBD");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Tashman (2000), Out-of-sample tests of forecasting accuracy: an analysis and review, International Journal of
/// Forecasting 16: rolling origins.
#[doc(alias = "rolling origin")]
#[doc(alias = "cross-validation")]
#[doc(alias = "回测")]
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// The last days of what is known, ascending.
    pub cuts: Vec<Day>,
    /// How far is forecast: whole days.
    pub horizon: Span,
    /// The models that are fitted at each cut.
    pub models: Vec<ModelKind>,
    /// The rules without a model.
    pub baselines: Vec<Baseline>,
    /// How models are fitted.
    pub mle: Mle,
}

/// What a [`Backtest`] found: a fold for each cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtested<Id> {
    folds: Vec<Fold<Id>>,
}

impl Backtest {
    /// Makes all forecasts, on all threads with the feature `rayon` and with the same bits without, and tells `observer`
    /// after each model and baseline of a cut.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::NoCuts`], [`EvaluationError::NoContenders`], [`EvaluationError::CutsNotAscending`],
    /// [`EvaluationError::Horizon`]; [`EvaluationError::Cohort`] for a cut, or the end of a horizon, outside the log;
    /// [`EvaluationError::NobodyYet`] for a cut without customers; [`EvaluationError::Fit`] with cut and model;
    /// [`EvaluationError::Stopped`] when the observer asked for it.
    pub fn run<Id: Ord + Clone + Send + Sync>(
        &self,
        log: &InteractionLog<Id>,
        observer: impl FnMut(Progress) -> ControlFlow<()> + Send,
    ) -> Result<Backtested<Id>, EvaluationError> {
        let days = self.days()?;
        let folds: Vec<Fold<Id>> = self.cuts.iter().map(|&cut| Fold::new(log, cut, days)).collect::<Result<_, _>>()?;
        let models = self.models.iter().copied().map(Candidate::Model);
        let candidates: Vec<Candidate> =
            models.chain(self.baselines.iter().copied().map(Candidate::Baseline)).collect();
        let each = candidates.len();
        let contender = |index: usize| self.contender(&candidates[index % each], &folds[index / each], log, days);
        let contenders =
            parallel::map_observed(folds.len() * each, contender, observer).map_err(EvaluationError::Stopped)?;
        let mut contenders = contenders.into_iter();
        let filled = |mut fold: Fold<Id>| {
            fold.contenders = contenders.by_ref().take(each).collect::<Result<_, _>>()?;
            Ok(fold)
        };
        Ok(Backtested { folds: folds.into_iter().map(filled).collect::<Result<_, EvaluationError>>()? })
    }

    /// The horizon in days.
    fn days(&self) -> Result<i32, EvaluationError> {
        if self.cuts.is_empty() {
            return Err(EvaluationError::NoCuts);
        }
        if self.models.is_empty() && self.baselines.is_empty() {
            return Err(EvaluationError::NoContenders);
        }
        if let Some(before) = self.cuts.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(EvaluationError::CutsNotAscending { index: before + 1 });
        }
        let days = self.horizon.as_days();
        if days < 1.0 || days.fract() > 0.0 || days > f64::from(i32::MAX) {
            return Err(EvaluationError::Horizon { horizon: self.horizon });
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole, and in range")]
        Ok(days as i32)
    }

    fn contender<Id: Ord + Clone>(
        &self,
        candidate: &Candidate,
        fold: &Fold<Id>,
        log: &InteractionLog<Id>,
        days: i32,
    ) -> Result<Contender, EvaluationError> {
        match candidate {
            Candidate::Model(kind) => fold.fitted(*kind, self.mle),
            Candidate::Baseline(rule) => {
                let forecasts = rule.forecasts(log, &fold.split().calibration, fold.cut(), days)?;
                let assessment = Assessment::new(forecasts, fold.actual())?;
                Contender::new(candidate.clone(), None, assessment, None)
            }
            Candidate::Other(_) => Err(EvaluationError::NoContenders),
        }
    }
}

impl<Id> Backtested<Id> {
    /// The cuts with what was forecast at each, ascending.
    pub fn folds(&self) -> &[Fold<Id>] {
        &self.folds
    }

    /// The same with forecasts that were made elsewhere, such as those of a model with covariates: for each cut those of
    /// its [calibration cohort](Fold::split), in order. That they knew no more than the cut is up to the caller.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Lengths`] for the first cut where forecasts and customers are not equally many, and for another
    /// number of cuts.
    pub fn with(mut self, name: &str, forecasts: Vec<Vec<super::CountForecast>>) -> Result<Self, EvaluationError> {
        if forecasts.len() != self.folds.len() {
            return Err(EvaluationError::Lengths { forecasts: forecasts.len(), actual: self.folds.len() });
        }
        for (fold, forecasts) in self.folds.iter_mut().zip(forecasts) {
            let assessment = Assessment::new(forecasts, fold.actual())?;
            let other = Contender::new(Candidate::Other(name.to_owned()), None, assessment, None)?;
            fold.contenders.push(other);
        }
        Ok(self)
    }
}

impl<Id: Ord> Backtested<Id> {
    /// All contenders ranked by their mean loss over all customers of all cuts.
    ///
    /// # Errors
    ///
    /// As [`Assessment::losses`], save that those who say nothing that the score asks for are
    /// [listed](Comparison::not_scored).
    pub fn compare(&self, score: Score) -> Result<Comparison, EvaluationError> {
        Comparison::new(&self.folds, score)
    }
}
