use super::{Fit, InferenceError, LikelihoodRatio};
use crate::{
    covariates::{Covariates, Described, DynamicParetoNbd, OverTime},
    lifetime::{Likelihood, Observations, ParetoNbd},
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
