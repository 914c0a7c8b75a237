use std::borrow::Cow;

use super::{Estimate, Fit};
use crate::{
    math::two_sided_quantile,
    units::{Interval, Probability, TimeUnit},
};

/// A parameter with its interval, in natural units.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ParameterInterval {
    /// Its name in the literature.
    pub name: Cow<'static, str>,
    /// The estimate: a time in the unit asked for, money in major units.
    pub value: f64,
    /// Its interval in the same unit.
    pub interval: Interval,
}

impl std::fmt::Display for ParameterInterval {
    /// Writes `r 0.2426 (0.2192 to 0.2685)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:.4} ({})", self.name, self.value, self.interval)
    }
}

impl<M> Fit<M> {
    /// Intervals from the curvature of the log-likelihood in the logarithms of the parameters, transformed back; times
    /// in the unit asked for.
    ///
    /// They hold no illegal value, and are not symmetric. A parameter without a [standard
    /// error](Self::estimates) has an interval that is open to both sides.
    ///
    /// # Formula
    ///
    /// ```text
    /// estimate · exp(∓ z · error / estimate),   P(|Z| ≤ z) = level for a standard normal Z
    /// estimate ∓ z · error                      for coefficients of covariates
    /// ```
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Mle, Nbd, NbdParams, Probability, Seed, Span, TimeUnit, simulate};
    ///
    /// let truth = Nbd::new(NbdParams { r: 0.5, alpha: Span::weeks(10.0)? })?;
    /// let histories = simulate(&truth, Span::weeks(52.0)?, 5_000, Seed::new(1));
    /// let fit = Mle::default().fit::<Nbd>(&histories)?;
    /// let intervals = fit.wald_intervals(Probability::new(0.95)?, TimeUnit::Week);
    /// assert!(intervals[0].interval.contains(0.5) && intervals[1].interval.contains(10.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn wald_intervals(&self, level: Probability, unit: TimeUnit) -> Vec<ParameterInterval> {
        let z = two_sided_quantile(level.get());
        let interval = |(index, estimate): (usize, Estimate)| {
            let Estimate { name, value, .. } = estimate;
            let interval = self.inner_variance(index).map(|variance| {
                let (parameter, width) = (&self.parameters[index], z * variance.sqrt());
                let end = |by: f64| parameter.reported(parameter.inner(value, unit) + by, unit);
                Interval { low: end(-width), high: end(width) }
            });
            ParameterInterval { interval: interval.unwrap_or_else(|| self.parameters[index].anything()), name, value }
        };
        self.estimates(unit).into_iter().enumerate().map(interval).collect()
    }
}
