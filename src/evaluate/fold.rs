use super::{
    Assessment, Candidate, Contender, CountForecast, EvaluationError, ValueAssessment, ValueContender, error::each,
};
use crate::{
    cohort::{Cohort, SpendHistory, Split},
    fit::{Fit, Mle, ModelKind},
    interaction::InteractionLog,
    lifetime::{AnyModel, Forecast, GammaGamma, LivingPurchases, UndiscountedValue},
    units::{Day, ExpectedMoney, Margin},
};

/// One cut of a backtest: what was known, what followed, and who forecast what.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold<Id> {
    cut: Day,
    split: Split<Id>,
    won_after: usize,
    pub(super) contenders: Vec<Contender>,
}

impl<Id: Ord + Clone> Fold<Id> {
    /// A cut with nobody's forecasts yet.
    pub(super) fn new(log: &InteractionLog<Id>, cut: Day, days: i32) -> Result<Self, EvaluationError> {
        // Beyond the calendar there is no log either: the last day stands for it.
        let end = cut.plus_days(days).or(Day::new(9999, 12, 31)).unwrap_or(cut);
        let split = log.split(cut, end)?;
        if split.calibration.is_empty() {
            return Err(EvaluationError::NobodyYet { cut });
        }
        let won_after = won_after(&split.calibration, &log.cohort(end)?);
        Ok(Self { cut, split, won_after, contenders: Vec::new() })
    }
}

/// How many customers the later cohort has that the earlier log did not know.
fn won_after<Id: Ord>(before: &Cohort<Id>, after: &Cohort<Id>) -> usize {
    let left_out = |id: &Id| before.left_out().binary_search_by(|left| left.id.cmp(id)).is_ok();
    after.ids().iter().filter(|id| before.ids().binary_search(id).is_err() && !left_out(id)).count()
}

impl<Id> Fold<Id> {
    /// The last day that was known.
    pub const fn cut(&self) -> Day {
        self.cut
    }

    /// The customers as they stood at the cut, and what they did afterwards.
    pub const fn split(&self) -> &Split<Id> {
        &self.split
    }

    /// How many customers bought for the first time after the cut: nobody forecast them.
    pub const fn won_after(&self) -> usize {
        self.won_after
    }

    /// Who forecast what: models, baselines, then others, each in the order given.
    pub fn contenders(&self) -> &[Contender] {
        &self.contenders
    }

    /// The purchases that each customer made after the cut.
    pub fn actual(&self) -> Vec<u32> {
        self.split.holdout.iter().map(crate::cohort::Holdout::purchases).collect()
    }

    /// A model fitted to what was known at the cut, and its forecasts.
    pub(super) fn fitted(&self, kind: ModelKind, mle: Mle) -> Result<Contender, EvaluationError> {
        let Split { calibration, span, .. } = &self.split;
        let named = |source| EvaluationError::Fit { cut: self.cut, model: kind.to_string(), source };
        let fit = kind.fit(mle, calibration).map_err(named)?;
        let actual = self.actual();
        let most = actual.iter().copied().max().unwrap_or(0);
        let counts = calibration.forecast(fit.model()).count_distributions(*span, most)?;
        let forecasts = counts.into_iter().map(CountForecast::from).collect();
        let (distinct, customers) = calibration.distinct();
        let total = |model: &AnyModel| {
            let expected = distinct.forecast(model).expected_purchases(*span);
            expected.iter().zip(&customers).map(|(expected, customers)| expected * customers).sum()
        };
        let parameters = fit.delta(total).map(|total| total.standard_error);
        Contender::new(Candidate::Model(kind), Some(fit), Assessment::new(forecasts, actual)?, parameters)
    }

    /// What customers were expected to spend after the cut, by the model that a contender fitted and by gamma-gamma
    /// fitted to what was known at the cut, beside what they spent: refunds of the holdout's own purchases are taken off.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::NoModel`] for a contender without a model; [`EvaluationError::Fit`] where spend has none;
    /// [`EvaluationError::Customer`] names the first customer whose value has no distribution.
    pub fn values(&self, contender: &Contender, mle: Mle) -> Result<ValueContender, EvaluationError> {
        let Split { calibration, holdout, span } = &self.split;
        let fit =
            contender.fit().ok_or_else(|| EvaluationError::NoModel { name: contender.candidate().to_string() })?;
        let named = |source| EvaluationError::Fit { cut: self.cut, model: "gamma-gamma".into(), source };
        let spend = mle.fit::<GammaGamma>(calibration).map_err(named)?;
        let forecast = calibration.forecast(fit.model());
        let histories = forecast.spend_histories()?;
        let lives = forecast.given_alive(|alive| LivingPurchases::new(alive, *span), |_, living| living);
        let value = |((customer, living), history): ((Forecast<_>, Result<_, _>), &SpendHistory)| {
            let spend = spend.model().forecast(history)?;
            Ok(UndiscountedValue::of(customer.log_odds_alive(), living?, &spend, Margin::FULL)?)
        };
        let values = each(forecast.iter().zip(lives).zip(histories).map(value).collect())?;
        let actual = holdout.iter().map(|holdout| ExpectedMoney::from(holdout.spend.repeat_total())).collect();
        let assessment = ValueAssessment::new(values, actual)?;
        let error = self.parameters_error(fit, &spend, histories);
        let error = error.map(|error| ExpectedMoney::new(error, assessment.currency())).transpose()?;
        let total = assessment.total(error)?;
        Ok(ValueContender { spend, assessment, total })
    }

    /// The standard error of the expected total spend that the estimates of both models leave: they share no parameter, and
    /// each is estimated without the other.
    fn parameters_error(
        &self,
        purchases: &Fit<AnyModel>,
        spend: &Fit<GammaGamma>,
        histories: &[SpendHistory],
    ) -> Option<f64> {
        let Split { calibration, span, .. } = &self.split;
        let bought = |model: &AnyModel| calibration.forecast(model).expected_purchases(*span);
        let paid = |model: &GammaGamma| -> Vec<f64> {
            // Without a finite mean there is no derivative either.
            let mean = |history| model.forecast(history).ok()?.mean().ok();
            histories.iter().map(|history| mean(history).map_or(f64::NAN, ExpectedMoney::amount)).collect()
        };
        let total = |bought: &[f64], paid: &[f64]| bought.iter().zip(paid).map(|(bought, paid)| bought * paid).sum();
        let (expected, mean) = (bought(purchases.model()), paid(spend.model()));
        let by_purchases = purchases.delta(|model| total(&bought(model), &mean))?.standard_error;
        let by_spend = spend.delta(|model| total(&expected, &paid(model)))?.standard_error;
        Some(by_purchases.hypot(by_spend))
    }
}
