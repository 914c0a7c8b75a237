//! From data to a model: maximum likelihood, with a certificate of where the search ended.

mod bootstrap;
mod certificate;
mod delta;
mod described;
mod estimate;
mod interval;
mod kind;
mod nested;
mod profile;
mod ridge;
#[cfg(feature = "serde")]
mod saved;
mod search;
mod what_if;

pub use bootstrap::Bootstrap;
pub use certificate::{Certificate, Verdict};
pub use delta::FunctionalEstimate;
pub use estimate::Estimate;
pub use interval::ParameterInterval;
pub use kind::ModelKind;
pub use nested::{Extends, LikelihoodRatio};
pub use profile::Quantity;
pub use ridge::{RidgeChoice, RidgeError};
pub use what_if::{PurchaseWorth, ValueGain};

use std::borrow::Cow;

use estimate::Covariance;

use crate::lifetime::{DataError, Fingerprint, Likelihood, Parameter, ParameterError};

/// Maximum-likelihood estimation.
///
/// Newton's method on the logarithms of the parameters, with analytic gradient and Hessian: some ten evaluations on
/// ordinary data. Equal histories are grouped first, so that the cost follows the number of distinct histories. The
/// search begins at the likeliest of several points; where it does not end at a clear maximum inside the range of the
/// parameters, it begins at the others too, and at the maxima of the models that this one contains, such as
/// [`Nbd`](crate::Nbd) in [`BgNbd`](crate::BgNbd); the best end counts.
///
/// # At the edge
///
/// Few data, or data that no finite parameters describe best, are not an error: the search then ends at the edge of
/// the range of the parameters or on a ridge, and says so in [`Certificate::verdict`], with the name of the model that
/// lies there. Such a fit still forecasts the data it saw, but a parameter at the edge means nothing by itself and has no
/// standard error. Look at [`Fit::is_interior`] before you publish a parameter; a model with fewer parameters, such as
/// [`Nbd`](crate::Nbd), may be all that the data can tell, see [`Fit::likelihood_ratio`].
///
/// # What the data say
///
/// [`Mle::profiles`] and [`Mle::bootstrap`] take a fit and its data, and give intervals that do not lean on the
/// curvature at the maximum; [`Fit`] says which to take.
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, BgNbd, Mle, Patterns, Seed, Span, TimeUnit, simulate};
///
/// let truth = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let histories = simulate(&truth, Span::weeks(39.0)?, 10_000, Seed::new(1));
///
/// let fit = Mle::default().fit::<BgNbd>(&histories)?;
/// assert!(fit.is_interior());
/// for estimate in fit.estimates(TimeUnit::Week) {
///     println!("{estimate}"); // r 0.2377 ± 0.0055, and so on
/// }
/// assert!((fit.model().params().r - 0.243).abs() < 0.03);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mle {
    /// How many evaluations of the likelihood a search from one start may take before it gives up; 200 by default.
    pub most_evaluations: u32,
}

impl Default for Mle {
    fn default() -> Self {
        Self { most_evaluations: 200 }
    }
}

/// A fitted model with what the data say about its parameters.
///
/// It does not own the data: what needs them takes them again, and says so when they are others. What it says of
/// itself follows from the curvature of the likelihood at its maximum: [`Fit::wald_intervals`], [`Fit::delta`]. With
/// the data at hand, [`Mle::profiles`] follows the likelihood itself, and [`Mle::bootstrap`] fits simulated data.
///
/// | interval | costs | right when |
/// | --- | --- | --- |
/// | [`Fit::wald_intervals`] | nothing | data are many: the likelihood is normal in the logarithms of the parameters |
/// | [`Fit::delta`] | some evaluations of the function | the same, for any number that follows from the model |
/// | [`Mle::profile`] | some tens of fits | data are few, or the verdict is an edge; one side may be open |
/// | [`Mle::bootstrap`] | hundreds of fits | data are few, for any number that follows from the model |
///
/// # Saved models
///
/// With the feature `serde` a fit is less than a kilobyte of plain data: `format` (1), the name of the `model`, its
/// `parameters`, log-likelihood, covariance, certificate and the fingerprint of the data. Reading checks all of it;
/// [`Fit::check`] tells whether some data are those of the fit.
#[doc(alias = "拟合")]
#[derive(Debug, Clone, PartialEq)]
pub struct Fit<M> {
    model: M,
    /// The name of the model that was fitted.
    name: &'static str,
    parameters: Cow<'static, [Parameter]>,
    /// The parameters; times in days, money in major units.
    natural: Vec<f64>,
    log_likelihood: f64,
    customers: u64,
    densities_in_time: u64,
    covariance: Option<Covariance>,
    certificate: Certificate,
    fingerprint: Fingerprint,
}

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// The data cannot tell the parameters.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The search ended at a point that is no maximum.
    #[error("no convergence after {evaluations} evaluations; the last point is {} (times in days)", list(last))]
    NotConverged {
        /// Evaluations made.
        evaluations: u32,
        /// The last parameters by name; times in days, money in major units.
        last: Vec<(Cow<'static, str>, f64)>,
        /// The slopes of the log-likelihood there, in the logarithms of the parameters.
        gradient: Vec<f64>,
    },
    /// The point found is no legal model.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
}

/// Why there is no interval, or no test.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InferenceError {
    /// The fit is of other data.
    #[error("data have the fingerprint {given}, expected those of the fit, {fitted}")]
    OtherData {
        /// Of the data that were fitted.
        fitted: Fingerprint,
        /// Of the data given.
        given: Fingerprint,
    },
    /// The model has no such parameter.
    #[error("{model} has no parameter {name:?}")]
    UnknownParameter {
        /// The model.
        model: &'static str,
        /// What was asked for.
        name: Cow<'static, str>,
    },
    /// A quantity cannot be held at this value by parameters inside their ranges.
    #[error("{quantity} cannot be {value} (times in days) with parameters inside their ranges")]
    OutOfRange {
        /// The quantity.
        quantity: Quantity,
        /// Its value; times in days, money in major units.
        value: f64,
    },
    /// The search for the other parameters ended at a point that is no maximum.
    #[error("no convergence with {quantity} held at {value} (times in days)")]
    NotConverged {
        /// What was held.
        quantity: Quantity,
        /// At which value; times in days, money in major units.
        value: f64,
    },
    /// The data are likelier under other parameters than under those of the fit, which is then no maximum.
    #[error("with {quantity} held the log-likelihood is higher by {gain:e} than that of the fit")]
    NotTheMaximum {
        /// What was held.
        quantity: Quantity,
        /// By how much the log-likelihood exceeds that of the fit.
        gain: f64,
    },
    /// A model is less likely than one that it contains: its search missed the maximum, or the edge of its range came first.
    #[error("{larger} contains {smaller}, yet its log-likelihood is lower by {loss:e}")]
    LargerIsLessLikely {
        /// The model with more parameters.
        larger: &'static str,
        /// The model that it contains.
        smaller: &'static str,
        /// By how much its log-likelihood falls short.
        loss: f64,
    },
}

/// The parameters as a message shows them.
fn list(parameters: &[(Cow<'static, str>, f64)]) -> String {
    parameters.iter().map(|(name, value)| format!("{name} = {value:.6}")).collect::<Vec<_>>().join(", ")
}

impl Mle {
    /// Fits a model to a cohort, to histories (`&[PurchaseHistory]` or, for spend, `&[SpendHistory]`), or to data
    /// that are grouped already ([`Patterns`](crate::Patterns),
    /// [`SpendPatterns`](crate::lifetime::SpendPatterns)).
    ///
    /// # Errors
    ///
    /// [`FitError`] when the data cannot tell the parameters, or when the search does not converge; the last
    /// point is in the error. A search that ends at the edge of the range is no error, see
    /// [above](Self#at-the-edge).
    pub fn fit<M: Likelihood>(self, data: impl Into<M::Data>) -> Result<Fit<M>, FitError> {
        let data = data.into();
        Fit::new(&self.search::<M>(&data)?, &data)
    }
}
