use super::{Fit, FunctionalEstimate, InferenceError, LikelihoodRatio};
use crate::{
    cohort::PurchaseHistory,
    covariates::{Course, CourseError, Covariates, Described, DynamicParetoNbd, OverTime},
    lifetime::{Likelihood, Observations, ParetoNbd},
    units::{Horizon, Span},
};

impl<Data: Observations> Described<Data> {
    /// The likelihood-ratio test of effects against none, by fits to these data and to those [without
    /// covariates](Self::without): with as many degrees of freedom as coefficients.
    ///
    /// # Errors
    ///
    /// [`InferenceError::OtherData`] for fits of other data; [`InferenceError::LargerIsLessLikely`] where effects explain the
    /// data worse than none by more than rounding: of a fit with a ridge that is no error of the search.
    pub fn likelihood_ratio<M: Likelihood<Data = Data>>(
        &self,
        with: &Fit<Covariates<M>>,
        without: &Fit<M>,
    ) -> Result<LikelihoodRatio, InferenceError> {
        with.check(self)?;
        without.check(self.without())?;
        with.ratio_to(without, false)
    }
}

impl OverTime {
    /// The likelihood-ratio test of effects over time against none, as [`Described::likelihood_ratio`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn likelihood_ratio(
        &self,
        with: &Fit<DynamicParetoNbd>,
        without: &Fit<ParetoNbd>,
    ) -> Result<LikelihoodRatio, InferenceError> {
        with.check(self)?;
        without.check(self.without())?;
        with.ratio_to(without, false)
    }
}

impl Fit<DynamicParetoNbd> {
    /// What if: how many purchases more a customer is expected to make within a span, if covariates change from the planned
    /// course to another; with the standard error that the fit leaves, `None` where that is not identified.
    ///
    /// Both ways of the future are taken under the same parameters, so that what is uncertain of both alike cancels.
    ///
    /// # Errors
    ///
    /// [`CourseError::OtherPast`] where the courses differ before the end of the history; as
    /// [`DynamicParetoNbd::future`] for each of them.
    pub fn what_if(
        &self,
        history: &PurchaseHistory,
        planned: &Course,
        changed: &Course,
        within: Span,
    ) -> Result<Option<FunctionalEstimate>, CourseError> {
        planned.check_same_past(changed, history.age())?;
        let purchases = |model: &DynamicParetoNbd, course: &Course| {
            let future = model.future(history, course, Horizon::Within(within))?;
            Ok::<_, CourseError>(future.forecast().expected_purchases(within))
        };
        purchases(self.model(), planned)?;
        purchases(self.model(), changed)?;
        let gain = |model: &DynamicParetoNbd| Some(purchases(model, changed).ok()? - purchases(model, planned).ok()?);
        Ok(self.delta(|model| gain(model).unwrap_or(f64::NAN)))
    }
}
