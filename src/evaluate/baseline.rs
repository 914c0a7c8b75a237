use super::{CountForecast, EvaluationError};
use crate::{
    cohort::{Cohort, CohortError, PurchaseHistory},
    interaction::InteractionLog,
    units::{Day, Span},
};

/// A rule that anybody could follow without a model: what a model has to beat.
///
/// The forecasts are numbers, made from what is known at the cut, purchases after the first only.
///
/// # Examples
///
/// ```
/// use customer_value::{Span, evaluate::Baseline};
///
/// assert_eq!(Baseline::Hiatus(Span::whole_days(90)).to_string(), "own rate if silent for at most 90 days");
/// ```
///
/// # References
///
/// Wübben and Wangenheim (2008), Instant customer base analysis: managerial heuristics often "get it right", Journal of
/// Marketing 72(3): the hiatus.
#[doc(alias = "heuristic")]
#[doc(alias = "基线")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Baseline {
    /// All customers buy at the mean rate of the cohort: all repeat purchases over all ages.
    Mean,
    /// Each customer makes as many repeat purchases as in the period of the same length before the cut.
    LastPeriod,
    /// Who has been silent for at most this span buys on at the own mean rate, repeats over age; the others never again.
    Hiatus(Span),
    /// The same with the span that best told buyers from the others in the period before the cut, from what was known at
    /// its beginning: the share of the buyers that it calls active less that of the others is greatest; of several the
    /// shortest. It needs a log that began before that.
    LearnedHiatus,
}

impl std::fmt::Display for Baseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mean => f.write_str("mean rate of all"),
            Self::LastPeriod => f.write_str("last period repeated"),
            Self::Hiatus(span) => write!(f, "own rate if silent for at most {span}"),
            Self::LearnedHiatus => f.write_str("own rate if not silent for too long"),
        }
    }
}

impl Baseline {
    /// The forecasts of this rule for the cohort of a cut of the log; `days` is the horizon.
    pub(super) fn forecasts<Id: Ord + Clone>(
        self,
        log: &InteractionLog<Id>,
        cohort: &Cohort<Id>,
        cut: Day,
        days: i32,
    ) -> Result<Vec<CountForecast>, EvaluationError> {
        let horizon = f64::from(days);
        let numbers: Vec<f64> = match self {
            Self::Mean => {
                let mean = horizon * mean_rate(cohort.purchases());
                vec![mean; cohort.len()]
            }
            Self::LastPeriod => cohort.ids().iter().map(|id| last_period(log, id, cut, days)).collect(),
            Self::Hiatus(span) => by_hiatus(cohort.purchases(), span, horizon),
            Self::LearnedHiatus => by_hiatus(cohort.purchases(), learned_hiatus(log, cut, days)?, horizon),
        };
        numbers.into_iter().map(CountForecast::point).collect()
    }
}

fn by_hiatus(histories: &[PurchaseHistory], span: Span, horizon: f64) -> Vec<f64> {
    let own = |history: &PurchaseHistory| {
        if history.time_since_last() <= span { horizon * mean_rate(std::slice::from_ref(history)) } else { 0.0 }
    };
    histories.iter().map(own).collect()
}

/// Repeat purchases a day; none where there was no time for any.
fn mean_rate(histories: &[PurchaseHistory]) -> f64 {
    let repeats: f64 = histories.iter().map(|history| f64::from(history.repeats())).sum();
    let days: f64 = histories.iter().map(|history| history.age().as_days()).sum();
    if days > 0.0 { repeats / days } else { 0.0 }
}

/// Repeat purchases in the period before the cut, as the cut knows them.
fn last_period<Id: Ord + Clone>(log: &InteractionLog<Id>, id: &Id, cut: Day, days: i32) -> f64 {
    let Ok(customer) = log.ids().binary_search(id) else { return 0.0 };
    let clock = log.clock();
    let from = cut.plus_days(-days).map_or(i64::MIN, |day| clock.tick_after(day));
    let purchases = log.net_purchases(customer, clock.tick_after(cut));
    purchases.iter().skip(1).filter(|bought| bought.tick >= from).count() as f64
}

/// The silence that best tells who buys in the period before the cut: Youden's index is greatest.
fn learned_hiatus<Id: Ord + Clone>(log: &InteractionLog<Id>, cut: Day, days: i32) -> Result<Span, EvaluationError> {
    let start = log.window().start();
    let outside = |day| CohortError::CutOutsideWindow { day, start, end: log.window().end() };
    let earlier = cut.plus_days(-days).map_err(|_| outside(cut))?;
    let split = log.split(earlier, cut)?;
    let silences = split.calibration.purchases().iter().map(PurchaseHistory::time_since_last);
    let mut told: Vec<(Span, bool)> =
        silences.zip(&split.holdout).map(|(silent, holdout)| (silent, holdout.purchases() > 0)).collect();
    told.sort_unstable();
    let share = |part: f64, of: f64| if of > 0.0 { part / of } else { 0.0 };
    let buyers = told.iter().filter(|(_, bought)| *bought).count() as f64;
    let others = told.len() as f64 - buyers;
    let (mut called, mut wrongly, mut best) = (0.0, 0.0, None);
    for equal in told.chunk_by(|one, next| one.0 == next.0) {
        let bought = equal.iter().filter(|(_, bought)| *bought).count();
        called += bought as f64;
        wrongly += (equal.len() - bought) as f64;
        let told_apart = share(called, buyers) - share(wrongly, others);
        if best.is_none_or(|(most, _)| told_apart > most) {
            best = Some((told_apart, equal[0].0));
        }
    }
    best.map(|(_, silence)| silence).ok_or(EvaluationError::NobodyYet { cut: earlier })
}
