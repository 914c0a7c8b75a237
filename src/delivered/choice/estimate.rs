use nalgebra::{DMatrix, DVector};

use super::contrasts::Contrasts;
use super::newton::{NoPeak, climb};
use super::separation::separation;
use super::{ConditionalLogit, LogitError, ObservedChoices};
use crate::math::two_sided_quantile;
use crate::units::{Interval, Probability, UnitError, in_range};

/// A model fitted to observed choices, with what the data say about its coefficients.
///
/// It does not own the data. A fit that exists is the one maximum of the likelihood: data that have none are an error.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{ConditionalLogit, ObservedChoices, Situation};
///
/// // Three of four pay a unit more for the better one; when it costs two more, one of four does.
/// let at = |premium: f64| vec![vec![premium, 1.0], vec![0.0, 0.0]];
/// let rows = [(1.0, 0, 3), (1.0, 1, 1), (2.0, 0, 1), (2.0, 1, 3)];
/// let situations = rows.map(|(premium, chosen, count)| Situation { alternatives: at(premium), chosen, count });
/// let choices = ObservedChoices::new(["price", "better"], situations)?;
///
/// let fit = ConditionalLogit::fit(&choices)?;
/// // Log-odds of ln 3 at a premium of 1 and −ln 3 at 2.
/// assert!((fit.model().coefficient("price")? + 2.0 * 3_f64.ln()).abs() < 1e-12);
/// assert!((fit.model().coefficient("better")? - 3.0 * 3_f64.ln()).abs() < 1e-12);
/// assert_eq!(fit.choices(), 8);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "discrete choice")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct LogitFit {
    model: ConditionalLogit,
    /// Row by row.
    covariance: Vec<f64>,
    log_likelihood: f64,
    null_log_likelihood: f64,
    gradient: f64,
    choices: u64,
}

/// One estimated coefficient.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CoefficientEstimate {
    /// The name of the attribute.
    pub attribute: String,
    /// The estimate, in utils per unit of the attribute.
    pub value: f64,
    /// Its standard error in the same unit, from the curvature of the log-likelihood.
    pub standard_error: f64,
}

impl CoefficientEstimate {
    /// The Wald interval: value ∓ z · error, with P(|Z| ≤ z) = `level` for a standard normal Z.
    ///
    /// # Errors
    ///
    /// [`UnitError`] for a level of 0 or 1, and when an end is no finite number.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Probability;
    /// use customer_value::delivered::CoefficientEstimate;
    ///
    /// let price = CoefficientEstimate { attribute: "price".into(), value: -0.02, standard_error: 0.005 };
    /// assert_eq!(price.to_string(), "price -0.02000 ± 0.005000");
    /// let interval = price.interval(Probability::new(0.95)?)?;
    /// assert!((interval.high + 0.010_200).abs() < 1e-6);
    /// assert!(price.interval(Probability::new(1.0)?).is_err());
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn interval(&self, level: Probability) -> Result<Interval, UnitError> {
        let width = two_sided_quantile(confidence(level)?) * self.standard_error;
        let end = |value| in_range("end of the interval", value, f64::MIN, f64::MAX);
        Ok(Interval { low: end(self.value - width)?, high: end(self.value + width)? })
    }
}

/// The level of an interval: at 1 anything is possible, and at 0 nothing is said.
pub(super) fn confidence(level: Probability) -> Result<f64, UnitError> {
    in_range("confidence", level.get(), f64::from_bits(1), 1.0_f64.next_down())
}

impl std::fmt::Display for CoefficientEstimate {
    /// Writes four significant digits: `price -0.02000 ± 0.003100`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ± {}", self.attribute, significant(self.value), significant(self.standard_error))
    }
}

/// Four digits from the first that is not 0: coefficients are as small as the units of attributes are large.
fn significant(value: f64) -> String {
    const DECIMALS: i32 = 3;
    let scientific = format!("{value:.3e}");
    let exponent = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok());
    match exponent {
        Some(exponent) if (-DECIMALS - 1..=DECIMALS).contains(&exponent) => {
            let decimals = usize::try_from(DECIMALS - exponent).unwrap_or(0);
            format!("{value:.decimals$}")
        }
        _ => scientific,
    }
}

impl ConditionalLogit {
    /// Fits a model to observed choices by maximum likelihood, starting from indifference.
    ///
    /// Attributes may be of any size: each is measured in its largest difference while the search lasts. It follows
    /// Newton's method on the log-likelihood, which is concave, and ends with a proof that a maximum exists.
    ///
    /// # Errors
    ///
    /// [`LogitError::NoVariation`] and [`LogitError::Collinear`] for attributes whose worth no choice can tell,
    /// [`LogitError::Separable`] where choices follow from the attributes so that no finite coefficients are the
    /// likeliest, [`LogitError::NotConverged`], and [`LogitError::TooLarge`] when a number leaves the range of floats.
    ///
    /// # References
    ///
    /// McFadden (1974), *Conditional logit analysis of qualitative choice behavior*; Albert & Anderson (1984), *On the
    /// existence of maximum likelihood estimates in logistic regression models*.
    pub fn fit(choices: &ObservedChoices) -> Result<LogitFit, LogitError> {
        let names = choices.attributes();
        let contrasts = Contrasts::new(choices);
        let units = contrasts.largest();
        check_variation(choices, &units)?;
        let contrasts = contrasts.in_units(&units);
        check_collinearity(names, &contrasts)?;

        let in_callers_units = |point: &[f64]| -> Vec<(String, f64)> {
            let coefficients = point.iter().zip(&units).map(|(coefficient, unit)| coefficient / unit);
            names.iter().cloned().zip(coefficients).collect()
        };
        let peak = climb(&contrasts, names.len()).map_err(|none| why_not(&contrasts, &none, in_callers_units))?;
        let covariance =
            DMatrix::from_fn(units.len(), units.len(), |i, j| peak.covariance[(i, j)] / (units[i] * units[j]));
        let fit = LogitFit {
            model: Self::new(in_callers_units(&peak.coefficients))?,
            covariance: covariance.as_slice().to_vec(),
            log_likelihood: peak.value,
            null_log_likelihood: contrasts.null_log_likelihood(),
            gradient: peak.gradient,
            choices: choices.count(),
        };
        let finite = fit.covariance.iter().all(|cell| cell.is_finite());
        if finite { Ok(fit) } else { Err(LogitError::TooLarge { quantity: "covariance of the coefficients" }) }
    }
}

/// Every attribute must differ somewhere, by more than rounding.
fn check_variation(choices: &ObservedChoices, largest_differences: &[f64]) -> Result<(), LogitError> {
    /// 0.1 + 0.2 and 0.3 differ by 2e-16 of themselves.
    const ROUNDING: f64 = 1e-14;
    /// A difference below this has no finite coefficient with a variance.
    const NOTHING: f64 = 1e-150;
    let rows = || choices.situations().iter().flat_map(|situation| &situation.alternatives);
    let size = |at: usize| rows().map(|row| row[at].abs()).fold(0.0, f64::max);
    let constant = |&at: &usize| largest_differences[at] <= NOTHING.max(ROUNDING * size(at));
    let constant = (0..largest_differences.len()).filter(constant);
    let attributes: Vec<String> = constant.map(|at| choices.attributes()[at].clone()).collect();
    if attributes.is_empty() { Ok(()) } else { Err(LogitError::NoVariation { attributes }) }
}

/// No attribute may be a weighted sum of those before it: the information at indifference must have an inverse, whatever
/// the counts. Beside a choice observed 2^45 times the others would look like rounding.
fn check_collinearity(names: &[String], contrasts: &Contrasts) -> Result<(), LogitError> {
    /// The least share of its variation that an attribute has for itself; exact sums are left some 1e-16 by rounding.
    const LEAST_OWN_SHARE: f64 = 1e-12;
    const LEAST_WEIGHT: f64 = 1e-6;
    let information = contrasts.counted_once().slopes(&vec![0.0; names.len()]).information;
    let unit = information.diagonal().map(f64::sqrt);
    let correlation = information.component_div(&(&unit * unit.transpose()));
    for attribute in 1..names.len() {
        let before = correlation.view((0, 0), (attribute, attribute)).into_owned();
        let with: DVector<f64> = correlation.view((0, attribute), (attribute, 1)).column(0).into_owned();
        let Some(weights) = before.cholesky().map(|root| root.solve(&with)) else { continue };
        if 1.0 - weights.dot(&with) < LEAST_OWN_SHARE {
            let counts = weights.iter().zip(names).filter(|(weight, _)| weight.abs() > LEAST_WEIGHT);
            let with = counts.map(|(_, name)| name.clone()).collect();
            return Err(LogitError::Collinear { attribute: names[attribute].clone(), with });
        }
    }
    Ok(())
}

/// Names the direction in which the likelihood rises forever, if there is one.
fn why_not(
    contrasts: &Contrasts,
    none: &NoPeak,
    in_callers_units: impl Fn(&[f64]) -> Vec<(String, f64)>,
) -> LogitError {
    /// A weight below this share of the largest is rounding.
    const ROUNDING: f64 = 1e-9;
    let Some((separation, direction)) = separation(contrasts) else {
        return LogitError::NotConverged { steps: none.steps, last: in_callers_units(&none.last) };
    };
    let largest = direction.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    let counts = direction.iter().map(|weight| weight.abs() > ROUNDING * largest);
    let named = in_callers_units(&direction).into_iter().zip(counts).filter(|(_, counts)| *counts);
    LogitError::Separable { separation, direction: named.map(|(term, _)| term).collect() }
}

impl LogitFit {
    /// The fitted model, which chooses among any alternatives.
    pub const fn model(&self) -> &ConditionalLogit {
        &self.model
    }

    /// The estimates with their standard errors, in the order of the attributes.
    pub fn estimates(&self) -> Vec<CoefficientEstimate> {
        let named = self.model.attributes().iter().zip(self.model.coefficients()).enumerate();
        let estimate = |(at, (attribute, &value)): (usize, (&String, &f64))| CoefficientEstimate {
            attribute: attribute.clone(),
            value,
            standard_error: self.covariance_of(at, at).sqrt(),
        };
        named.map(estimate).collect()
    }

    /// The covariance matrix of the estimates, row by row: the inverse of the observed information.
    pub fn covariance(&self) -> Vec<Vec<f64>> {
        self.covariance.chunks(self.model.attributes().len()).map(<[f64]>::to_vec).collect()
    }

    pub(super) fn covariance_of(&self, one: usize, other: usize) -> f64 {
        self.covariance[one * self.model.attributes().len() + other]
    }

    /// The log-likelihood at the estimates.
    pub const fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The log-likelihood when all alternatives are alike: −Σ ln of their number.
    pub const fn null_log_likelihood(&self) -> f64 {
        self.null_log_likelihood
    }

    /// McFadden's R²: 1 − log-likelihood / null log-likelihood, from 0 to 1.
    ///
    /// # References
    ///
    /// McFadden (1974).
    #[doc(alias = "rho squared")]
    pub fn mcfadden_r2(&self) -> f64 {
        // Where indifference is the likeliest, rounding may leave the maximum below it.
        (1.0 - self.log_likelihood / self.null_log_likelihood).max(0.0)
    }

    /// The largest slope left at the estimates, in units of the log-likelihood per standard error of a coefficient:
    /// near 0, whatever the units of the attributes.
    pub const fn gradient(&self) -> f64 {
        self.gradient
    }

    /// How many choices were observed.
    pub const fn choices(&self) -> u64 {
        self.choices
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    model: ConditionalLogit,
    covariance: Vec<f64>,
    log_likelihood: f64,
    null_log_likelihood: f64,
    gradient: f64,
    choices: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for LogitFit {
    type Error = LogitError;

    /// What the parts say of each other must hold.
    fn try_from(raw: Unchecked) -> Result<Self, LogitError> {
        let Unchecked { model, covariance, log_likelihood, null_log_likelihood, gradient, choices } = raw;
        let (attributes, cells) = (model.attributes().len(), covariance.len());
        let mirror = |at: usize| at % attributes * attributes + at / attributes;
        let symmetric = |at: usize| covariance[at].to_bits() == covariance[mirror(at)].to_bits();
        if cells != attributes * attributes
            || !(0..cells).all(symmetric)
            || !crate::math::is_positive_definite(&covariance, attributes)
        {
            return Err(LogitError::Covariance { attributes, cells });
        }
        in_range("null log-likelihood", null_log_likelihood, f64::MIN, -f64::from_bits(1))?;
        // Where indifference is the likeliest, rounding may leave the maximum below it.
        in_range("log-likelihood", log_likelihood, (1.0 + 1e-12) * null_log_likelihood, 0.0)?;
        in_range("gradient", gradient, 0.0, f64::MAX)?;
        in_range("number of choices", choices as f64, 1.0, f64::MAX)?;
        Ok(Self { model, covariance, log_likelihood, null_log_likelihood, gradient, choices })
    }
}
