mod curve;

use std::borrow::Cow;

use curve::Profile;

use super::{Fit, InferenceError, Mle, ParameterInterval};
use crate::{
    lifetime::Likelihood,
    math::two_sided_quantile,
    parallel,
    units::{Interval, Probability, TimeUnit},
};

/// What a profile of the likelihood holds fixed, by the names of parameters.
///
/// A ratio covers the means of the mixing distributions: r/alpha is the mean purchase rate, s/beta the mean rate of
/// leaving, and since a/(a+b) grows with a/b, the ends of an interval of a/b give those of the mean probability of
/// leaving.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// A parameter.
    Parameter(Cow<'static, str>),
    /// One parameter over another.
    Ratio(Cow<'static, str>, Cow<'static, str>),
}

impl Quantity {
    /// The parameter of this name, such as `"alpha"`.
    pub fn parameter(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Parameter(name.into())
    }

    /// One parameter over another, such as `"r"` over `"alpha"`; coefficients of covariates have no ratio.
    pub fn ratio(over: impl Into<Cow<'static, str>>, under: impl Into<Cow<'static, str>>) -> Self {
        Self::Ratio(over.into(), under.into())
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parameter(name) => f.write_str(name),
            Self::Ratio(over, under) => write!(f, "{over}/{under}"),
        }
    }
}

impl Mle {
    /// The profile-likelihood interval of every parameter; times in the unit asked for.
    ///
    /// Not symmetric, not dependent on how the model is parametrised, and valid where the log-likelihood is far from a
    /// parabola; an end is open where even the edge of the range explains the data well enough. Where the truth itself
    /// lies at an edge, an interval holds it more often than its level says.
    ///
    /// # Formula
    ///
    /// All values φ with
    ///
    /// ```text
    /// 2 (ln L at the maximum − the largest ln L with the parameter held at φ) ≤ z²,   P(|Z| ≤ z) = level
    /// ```
    ///
    /// # Errors
    ///
    /// [`InferenceError`] for other data than those of the fit, when a search does not converge, or when one finds
    /// something likelier than the fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Mle, Nbd, NbdParams, Patterns, Probability, Quantity, Seed, Span, TimeUnit, simulate};
    ///
    /// let truth = Nbd::new(NbdParams { r: 0.5, alpha: Span::weeks(10.0)? })?;
    /// let data = Patterns::from(&simulate(&truth, Span::weeks(52.0)?, 500, Seed::new(1)));
    /// let (mle, level) = (Mle::default(), Probability::new(0.95)?);
    /// let fit = mle.fit::<Nbd>(data.clone())?;
    /// let intervals = mle.profiles(&fit, &data, level, TimeUnit::Week)?;
    /// assert!(intervals.iter().all(|one| one.interval.contains(one.value)));
    /// // The mean purchase rate per week is known better than either parameter.
    /// let rate = mle.profile(&fit, &data, Quantity::ratio("r", "alpha"), level, TimeUnit::Week)?;
    /// assert!(rate.contains(0.05) && rate.high / rate.low < intervals[0].interval.high / intervals[0].interval.low);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # References
    ///
    /// Venzon and Moolgavkar (1988), A method for computing profile-likelihood-based confidence intervals, Applied
    /// Statistics 37(1).
    pub fn profiles<M: Likelihood>(
        self,
        fit: &Fit<M>,
        data: &M::Data,
        level: Probability,
        unit: TimeUnit,
    ) -> Result<Vec<ParameterInterval>, InferenceError> {
        fit.check(data)?;
        let estimates = fit.estimates(unit);
        let intervals = parallel::map_indices(estimates.len(), |index| {
            self.interval(fit, data, Quantity::Parameter(estimates[index].name.clone()), level, unit)
        });
        let with_name = |(interval, estimate): (Result<Interval, _>, &super::Estimate)| {
            Ok(ParameterInterval { name: estimate.name.clone(), value: estimate.value, interval: interval? })
        };
        intervals.into_iter().zip(&estimates).map(with_name).collect()
    }

    /// The profile-likelihood interval of one parameter or of the ratio of two; times in the unit asked for. See
    /// [`Mle::profiles`].
    ///
    /// # Errors
    ///
    /// As [`Mle::profiles`], and [`InferenceError::UnknownParameter`].
    pub fn profile<M: Likelihood>(
        self,
        fit: &Fit<M>,
        data: &M::Data,
        quantity: Quantity,
        level: Probability,
        unit: TimeUnit,
    ) -> Result<Interval, InferenceError> {
        fit.check(data)?;
        self.interval(fit, data, quantity, level, unit)
    }

    /// How much worse the data are explained when a quantity is held at a value: twice the loss of log-likelihood,
    /// with all else at its best. A value is inside the profile interval when its deviance is at most z².
    ///
    /// # Errors
    ///
    /// As [`Mle::profile`], and [`InferenceError::OutOfRange`].
    pub fn deviance<M: Likelihood>(
        self,
        fit: &Fit<M>,
        data: &M::Data,
        quantity: Quantity,
        value: f64,
        unit: TimeUnit,
    ) -> Result<f64, InferenceError> {
        fit.check(data)?;
        let profile = Profile::new(self, fit, data, quantity)?;
        let at = profile.held(value, unit);
        if !(profile.low..=profile.high).contains(&at) {
            let value = profile.reported(at, TimeUnit::Day);
            return Err(InferenceError::OutOfRange { quantity: profile.quantity, value });
        }
        Ok(profile.at(at, &profile.ahead(&profile.top, at))?.deviance)
    }

    fn interval<M: Likelihood>(
        self,
        fit: &Fit<M>,
        data: &M::Data,
        quantity: Quantity,
        level: Probability,
        unit: TimeUnit,
    ) -> Result<Interval, InferenceError> {
        let profile = Profile::new(self, fit, data, quantity)?;
        let z = two_sided_quantile(level.get());
        let (low, high) = parallel::join(|| profile.end(z, profile.low), || profile.end(z, profile.high));
        let reported = |end: f64| profile.reported(end, unit);
        let Interval { low: least, high: most } = profile.anything();
        Ok(Interval { low: low?.map_or(least, reported), high: high?.map_or(most, reported) })
    }
}
