//! From data to a model: maximum likelihood, with a certificate of where the search ended.

use crate::{
    lifetime::{DataError, Likelihood, Observations, Parameter, ParameterError},
    math::{End, Maximum, maximise},
    units::TimeUnit,
};

/// Maximum-likelihood estimation.
///
/// Newton's method on the logarithms of the parameters, with analytic gradient and Hessian: some ten evaluations on
/// ordinary data. Equal histories are grouped first, so that the cost follows the number of distinct histories. The
/// search begins at the likeliest of several points; where it does not end at a clear maximum inside the range of the
/// parameters, it begins at the others too, and the best end counts.
///
/// # At the edge
///
/// Few data, or data that no finite parameters describe best, are not an error: the search then ends at the edge of
/// the range of the parameters or on a ridge, and says so in [`Certificate::verdict`]. Such a fit still forecasts the
/// data it saw, but its parameters mean nothing one by one, and there are no standard errors. Look at
/// [`Fit::is_interior`] before you publish a parameter; a model with fewer parameters, such as
/// [`Nbd`](crate::Nbd), may be all that the data can tell.
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
#[doc(alias = "拟合")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fit<M> {
    model: M,
    log_likelihood: f64,
    customers: u64,
    densities_in_time: u64,
    /// Of the logarithms of the parameters, row by row; `None` on a boundary.
    covariance: Option<Vec<f64>>,
    certificate: Certificate,
}

/// One estimated parameter, in natural units.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Estimate {
    /// Its name in the literature.
    pub name: &'static str,
    /// The estimate: a time in the unit asked for, money in major units.
    pub value: f64,
    /// Its standard error in the same unit, by the delta method; `None` when the data do not identify it.
    pub standard_error: Option<f64>,
}

impl std::fmt::Display for Estimate {
    /// Writes `r 0.2426 ± 0.0126`, or what is missing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:.4} ", self.name, self.value)?;
        match self.standard_error {
            Some(error) => write!(f, "± {error:.4}"),
            None => f.write_str("(not identified)"),
        }
    }
}

/// The evidence that a fit is what it claims to be.
///
/// A good one has the verdict [`Verdict::Interior`], a slope far below one, and positive information. The inverse root
/// of the least eigenvalue is the standard error, as a factor, of what is known least; its ratio to the largest says how
/// unequally the parameters are known. BG/NBD on CDNOW: slope 3e-7, information 7.4, 105, 273 and 1217; what is known
/// least is the common size of a and b.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Certificate {
    /// Where the search ended.
    pub verdict: Verdict,
    /// The largest slope of the log-likelihood in the logarithm of a parameter that is free to move.
    pub gradient: f64,
    /// Eigenvalues of the observed information in the logarithms of the parameters, ascending.
    pub information: Vec<f64>,
    /// How often the likelihood was evaluated with gradient and Hessian. Large data are first searched on every
    /// 16th distinct row; those evaluations count too.
    pub evaluations: u32,
}

/// Where a maximum-likelihood search ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Verdict {
    /// At a maximum inside the range of the parameters.
    Interior,
    /// At the edge of the range, where the likelihood still rises: the data ask for a limit of the model. Standard
    /// errors are not given.
    ///
    /// In BG/NBD and MBG/NBD, a at its least or b at its most means that nobody leaves: the limit is
    /// [`Nbd`](crate::Nbd). a at its most or b at its least means that everybody leaves at the first chance; a and b
    /// both at their most, that all leave with the same probability. r and alpha at their most mean that all buy at the
    /// same rate. Here "most" is 1e6 and "least" 1e-6, times in days.
    Boundary {
        /// The parameters that stand at an edge.
        parameters: Vec<&'static str>,
    },
    /// On a ridge: along one direction the likelihood no longer changes, so that the data identify fewer
    /// parameters than the model has. Standard errors are not given.
    FlatRidge,
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
        last: Vec<(&'static str, f64)>,
        /// The slopes of the log-likelihood there, in the logarithms of the parameters.
        gradient: Vec<f64>,
    },
    /// The point found is no legal model.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
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

    /// The maximum, searched from that of a sample where there are many distinct rows, else from several starts.
    fn search<M: Likelihood>(self, data: &M::Data) -> Result<Maximum, FitError> {
        let starts = M::starts(data)?;
        let first = self.sampled::<M>(data).unwrap_or_else(|| Maximum::nowhere(M::PARAMETERS.len()));
        if first.end != End::Stuck {
            return Ok(first);
        }
        Ok(ranked::<M>(starts, data).iter().fold(first, |best, start| self.better::<M>(best, start, data)))
    }

    /// The maximum reached from that of every 16th distinct row; `None` for few rows, and where the sample happens to
    /// hold too little, such as no repeat buyer.
    fn sampled<M: Likelihood>(self, data: &M::Data) -> Option<Maximum> {
        /// Above it a search on a sample pays: it ends near the maximum of all rows.
        const MANY: usize = 1 << 15;
        const EVERY: usize = 16;
        if data.distinct() <= MANY {
            return None;
        }
        let near = self.search::<M>(&data.sample(EVERY)).ok()?;
        let found = self.climb::<M>(&near.point, data);
        Some(Maximum { evaluations: found.evaluations + near.evaluations, ..found })
    }

    /// The better of what was found and what a further start leads to.
    ///
    /// A maximum inside the range that knows every parameter to a factor e needs no other; flatter ones of small
    /// cohorts can be local.
    fn better<M: Likelihood>(self, best: Maximum, start: &[f64], data: &M::Data) -> Maximum {
        const KNOWN_TO_A_FACTOR_E: f64 = 1.0;
        if best.is_sharp(KNOWN_TO_A_FACTOR_E) {
            return best;
        }
        let next = self.climb::<M>(start, data);
        let evaluations = best.evaluations + next.evaluations;
        Maximum { evaluations, ..if next.improves(&best) { next } else { best } }
    }

    fn climb<M: Likelihood>(self, start: &[f64], data: &M::Data) -> Maximum {
        let bounds: Vec<_> = M::PARAMETERS.iter().map(Parameter::ln_range).collect();
        maximise(start, &bounds, self.most_evaluations, |point| M::objective(&natural(point), data))
    }
}

/// Starts in logarithms, the likeliest first, judged on a few hundred rows.
fn ranked<M: Likelihood>(starts: Vec<Vec<f64>>, data: &M::Data) -> Vec<Vec<f64>> {
    const ROWS: usize = 128;
    let few = data.sample(data.distinct().div_ceil(ROWS).max(1));
    let mut ranked: Vec<_> = starts.into_iter().map(|start| (M::objective(&start, &few).value, start)).collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranked.into_iter().map(|(_, start)| start.into_iter().map(f64::ln).collect()).collect()
}

/// The parameters as a message shows them.
fn list(parameters: &[(&'static str, f64)]) -> String {
    parameters.iter().map(|(name, value)| format!("{name} = {value:.6}")).collect::<Vec<_>>().join(", ")
}

fn natural(logarithms: &[f64]) -> Vec<f64> {
    logarithms.iter().copied().map(f64::exp).collect()
}

impl<M: Likelihood> Fit<M> {
    fn new(maximum: &Maximum, data: &M::Data) -> Result<Self, FitError> {
        let last = natural(&maximum.point);
        if maximum.end == End::Stuck {
            let gradient = maximum.jet.gradient.clone();
            let last = M::PARAMETERS.iter().map(|parameter| parameter.name).zip(last).collect();
            return Err(FitError::NotConverged { evaluations: maximum.evaluations, last, gradient });
        }
        let free = maximum.jet.gradient.iter().zip(&maximum.held).filter(|(_, held)| !**held);
        let verdict = Verdict::of::<M>(maximum);
        Ok(Self {
            model: M::from_natural(&last, data)?,
            log_likelihood: maximum.jet.value,
            customers: data.customers(),
            densities_in_time: data.densities_in_time(),
            covariance: maximum.jet.covariance().filter(|_| verdict == Verdict::Interior),
            certificate: Certificate {
                verdict,
                gradient: free.map(|(slope, _)| slope.abs()).fold(0.0, f64::max),
                information: maximum.jet.information(),
                evaluations: maximum.evaluations,
            },
        })
    }

    /// The fitted model.
    pub const fn model(&self) -> &M {
        &self.model
    }

    /// Whether the search ended at a maximum inside the range of the parameters, so that each of them means
    /// something and has a standard error.
    pub fn is_interior(&self) -> bool {
        self.certificate.verdict == Verdict::Interior
    }

    /// The evidence that this is a maximum.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// How many customers the likelihood counts.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// The estimates with their standard errors; times in the unit asked for.
    pub fn estimates(&self, unit: TimeUnit) -> Vec<Estimate> {
        let natural = self.model.to_natural();
        let parameters = M::PARAMETERS.iter().zip(&natural).enumerate();
        let estimate = |(index, (parameter, value)): (usize, (&Parameter, &f64))| {
            let value = value / parameter.scale(unit);
            let variance = self.covariance.as_ref().map(|covariance| covariance[index * (natural.len() + 1)]);
            Estimate { name: parameter.name, value, standard_error: variance.map(|variance| value * variance.sqrt()) }
        };
        parameters.map(estimate).collect()
    }

    /// The covariance matrix of the estimates, row by row, by the delta method; times in the unit asked for.
    /// `None` when the data do not identify the parameters.
    pub fn covariance(&self, unit: TimeUnit) -> Option<Vec<Vec<f64>>> {
        let scaled: Vec<f64> = self.estimates(unit).iter().map(|estimate| estimate.value).collect();
        let row = |(logarithmic, value): (&[f64], &f64)| {
            logarithmic.iter().zip(&scaled).map(|(covariance, other)| covariance * value * other).collect()
        };
        let covariance = self.covariance.as_ref()?;
        Some(covariance.chunks(scaled.len()).zip(&scaled).map(row).collect())
    }

    /// The covariance matrix of the logarithms of the estimates, row by row: the scale on which the likelihood is
    /// nearest to normal. `None` when the data do not identify the parameters.
    pub fn ln_covariance(&self) -> Option<Vec<Vec<f64>>> {
        let size = M::PARAMETERS.len();
        Some(self.covariance.as_ref()?.chunks(size).map(<[f64]>::to_vec).collect())
    }

    /// The log-likelihood: one density per repeat purchase and per `unit` of time; for spend one density in major
    /// units per customer, whatever the unit.
    pub fn log_likelihood(&self, unit: TimeUnit) -> f64 {
        self.log_likelihood + self.densities_in_time as f64 * unit.days().ln()
    }

    /// Akaike's information criterion, 2k − 2 ln L; smaller is better, among models of the same data and unit.
    pub fn aic(&self, unit: TimeUnit) -> f64 {
        2.0 * (M::PARAMETERS.len() as f64 - self.log_likelihood(unit))
    }

    /// The Bayesian information criterion, k ln(customers) − 2 ln L.
    pub fn bic(&self, unit: TimeUnit) -> f64 {
        M::PARAMETERS.len() as f64 * (self.customers as f64).ln() - 2.0 * self.log_likelihood(unit)
    }
}

impl Verdict {
    fn of<M: Likelihood>(maximum: &Maximum) -> Self {
        let at_edge = maximum.held.iter().zip(M::PARAMETERS).filter(|(held, _)| **held);
        let parameters: Vec<_> = at_edge.map(|(_, parameter)| parameter.name).collect();
        match (parameters.is_empty(), maximum.end) {
            (false, _) => Self::Boundary { parameters },
            (true, End::Flat) => Self::FlatRidge,
            (true, _) => Self::Interior,
        }
    }
}
