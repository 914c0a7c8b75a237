use super::Fit;
use crate::{
    lifetime::{AnyModel, Likelihood},
    math::{logistic, two_sided_quantile},
    units::{Interval, Probability},
};

/// A number that follows from a fitted model, with its standard error by the delta method.
///
/// Its distribution is taken to be normal on a scale that the caller knows: as it stands, in its logarithm, or in its
/// log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FunctionalEstimate {
    /// The number for the fitted model.
    pub value: f64,
    /// Its standard error: of what the parameters do not tell, not of what customers will do.
    pub standard_error: f64,
}

impl FunctionalEstimate {
    /// The interval of a number of any sign, such as a difference: value ∓ z · error.
    pub fn interval(&self, level: Probability) -> Interval {
        let width = width(self.standard_error, level);
        Interval { low: self.value - width, high: self.value + width }
    }

    /// The interval of a positive number, such as a rate or an expected number of purchases: value · exp(∓ z · error /
    /// value). `None` unless the value is positive.
    pub fn positive_interval(&self, level: Probability) -> Option<Interval> {
        let Self { value, standard_error } = *self;
        let width = width(standard_error / value, level);
        (value > 0.0).then(|| Interval::around_logarithm(value, width))
    }

    /// The interval of a probability or a share: normal in the log-odds. `None` unless 0 < value < 1.
    pub fn probability_interval(&self, level: Probability) -> Option<Interval> {
        let Self { value, standard_error } = *self;
        let log_odds = (value / (1.0 - value)).ln();
        let width = width(standard_error / (value * (1.0 - value)), level);
        let inside = value > 0.0 && value < 1.0;
        inside.then(|| Interval { low: logistic(log_odds - width), high: logistic(log_odds + width) })
    }
}

/// z times an error; none where the error is.
fn width(error: f64, level: Probability) -> f64 {
    if error > 0.0 { error * two_sided_quantile(level.get()) } else { 0.0 }
}

impl<M: Likelihood> Fit<M> {
    /// Any number that follows from the model, such as a customer's value or a cohort's total, with its standard error
    /// by the delta method.
    ///
    /// The error is that of the estimated parameters alone: with more customers it vanishes, while what a customer does
    /// stays uncertain. `function` is called up to 6 k + 1 times, for k parameters, and should be smooth. `None` where
    /// the data do not identify what it depends on ([`Verdict::FlatRidge`](super::Verdict::FlatRidge), an edge that is
    /// no model of its own), or where it is no finite number; at an edge that is a model, the parameters there are held.
    ///
    /// # Formula
    ///
    /// ```text
    /// error² = gᵀ Σ g,   g the gradient in the logarithms of the parameters, Σ their covariance
    /// ```
    ///
    /// The gradient is formed by central differences with steps of 1/64, 1/128 and 1/256 in the logarithm, extrapolated
    /// twice to a step of zero (Richardson): what is left is of the sixth order in the step, some 1e-12 of the value,
    /// and rounding is magnified less than a thousand times.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{BgNbd, BetaGeometricParams, CountModel, Mle, PurchaseHistory, Seed, Span, simulate};
    ///
    /// let truth = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
    /// let histories = simulate(&truth, Span::weeks(78.0)?, 5_000, Seed::new(1));
    /// let fit = Mle::default().fit::<BgNbd>(&histories)?;
    /// // What a newcomer will buy in a year.
    /// let year = Span::weeks(52.0)?;
    /// let purchases = |model: &BgNbd| model.forecast(&PurchaseHistory::acquired()).expected_purchases(year);
    /// let estimate = fit.delta(purchases).ok_or("not identified")?;
    /// assert!((estimate.value - purchases(&truth)).abs() < 3.0 * estimate.standard_error);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn delta(&self, function: impl Fn(&M) -> f64) -> Option<FunctionalEstimate> {
        self.delta_of(|natural| self.model.with_natural(natural).ok(), function)
    }
}

impl Fit<AnyModel> {
    /// Any number that follows from a model chosen at run time, with its standard error: the same as for the model itself.
    pub fn delta(&self, function: impl Fn(&AnyModel) -> f64) -> Option<FunctionalEstimate> {
        self.delta_of(|natural| self.model.with_natural(natural).ok(), function)
    }
}

impl<M> Fit<M> {
    fn delta_of(
        &self,
        with_natural: impl Fn(&[f64]) -> Option<M>,
        function: impl Fn(&M) -> f64,
    ) -> Option<FunctionalEstimate> {
        let covariance = self.covariance.as_ref()?;
        let number = |natural: &[f64]| with_natural(natural).map(|model| function(&model));
        let gradient: Option<Vec<f64>> = covariance.of.iter().map(|&of| self.slope(of, number)).collect();
        let gradient = gradient?;
        let value = function(&self.model);
        let variance: f64 = covariance.times(&gradient).iter().zip(&gradient).map(|(one, other)| one * other).sum();
        // Of a form that is not negative, rounding may leave less than zero.
        let standard_error = variance.max(0.0).sqrt();
        (value.is_finite() && variance.is_finite()).then_some(FunctionalEstimate { value, standard_error })
    }

    /// The derivative of a function of the parameters in the logarithm of one; `None` where it is no number.
    fn slope(&self, parameter: usize, function: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
        const STEP: f64 = 1.0 / 64.0;
        let at = |step: f64| {
            let mut natural = self.natural.clone();
            natural[parameter] *= step.exp();
            function(&natural)
        };
        let slope = |step: f64| Some((at(step)? - at(-step)?) / (2.0 * step));
        let [wide, half, quarter] = [slope(STEP)?, slope(0.5 * STEP)?, slope(0.25 * STEP)?];
        let better = |narrow: f64, wide: f64, power: f64| narrow + (narrow - wide) / (power - 1.0);
        Some(better(better(quarter, half, 4.0), better(half, wide, 4.0), 16.0)).filter(|slope| slope.is_finite())
    }
}
