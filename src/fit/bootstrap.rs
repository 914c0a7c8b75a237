use super::{Fit, InferenceError, Mle, search::natural};
use crate::{
    lifetime::{Generator, Likelihood},
    math::{End, Maximum},
    parallel,
    units::{Interval, Probability, Seed},
};

/// Models fitted to data that a fitted model simulated: what the estimates could have been.
///
/// Of any number that follows from the model it gives the standard error and the interval, without a word on normality.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bootstrap<M> {
    models: Vec<M>,
    failures: u32,
    at_edge: u32,
}

impl Mle {
    /// The parametric bootstrap: for each customer one is drawn from the fitted model, observed for as long, or as
    /// often where the model is one of spend; the model is fitted to them; and so on, `replicates` times.
    ///
    /// A thousand replicates tell the ends of a 95 % interval to some 5 % of its width; two hundred tell a standard
    /// error to 5 %. The i-th replicate depends on the seed and on i alone: results are the same for any number of
    /// threads, and more replicates begin with the fewer. Simulated times are continuous, also where the data are in
    /// whole days.
    ///
    /// A replicate without a fit, such as one in which nobody came back, is left out and
    /// [counted](Bootstrap::failures); one that ended at the edge of the range or on a ridge is kept, because that is
    /// what the data could have said.
    ///
    /// # Errors
    ///
    /// [`InferenceError::OtherData`] for other data than those of the fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Mle, Nbd, NbdParams, Patterns, Probability, Seed, Span, simulate};
    ///
    /// let truth = Nbd::new(NbdParams { r: 0.5, alpha: Span::weeks(10.0)? })?;
    /// let data = Patterns::from(&simulate(&truth, Span::weeks(52.0)?, 500, Seed::new(1)));
    /// let fit = Mle::default().fit::<Nbd>(data.clone())?;
    /// let bootstrap = Mle::default().bootstrap(&fit, &data, 200, Seed::new(2))?;
    /// assert_eq!(bootstrap.failures(), 0);
    /// // The mean purchase rate per week.
    /// let rate = |model: &Nbd| model.params().r / model.params().alpha.as_weeks();
    /// let interval = bootstrap.interval(Probability::new(0.95)?, rate).ok_or("no replicate")?;
    /// assert!(interval.contains(0.05));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # References
    ///
    /// Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 6.5 and chapter 13.
    pub fn bootstrap<M: Likelihood>(
        self,
        fit: &Fit<M>,
        data: &M::Data,
        replicates: u32,
        seed: Seed,
    ) -> Result<Bootstrap<M>, InferenceError> {
        fit.check(data)?;
        let indices: Vec<u32> = (0..replicates).collect();
        let fits = parallel::map_indices(indices.len(), |index| {
            self.replicate(fit, data, &mut Generator::new(seed, indices[index]))
        });
        let count = |of: fn(&Option<(M, bool)>) -> bool| fits.iter().map(|fit| u32::from(of(fit))).sum();
        let failures = count(Option::is_none);
        let at_edge = count(|fit| matches!(fit, Some((_, false))));
        Ok(Bootstrap { models: fits.into_iter().flatten().map(|(model, _)| model).collect(), failures, at_edge })
    }

    /// The model fitted to data that the fitted one simulates, and whether it is interior; `None` without a fit.
    fn replicate<M: Likelihood>(self, fit: &Fit<M>, data: &M::Data, rng: &mut Generator) -> Option<(M, bool)> {
        let data = fit.model.resample(data, rng);
        let maximum = self.search_near::<M>(&fit.natural, &data)?;
        let interior = maximum.end == End::Stationary && !maximum.held.contains(&true);
        let model = M::from_natural(&natural(&maximum.point), &data).ok()?;
        (maximum.end != End::Stuck).then_some((model, interior))
    }

    /// The maximum, searched from a point that may be near; from all starts where that leads to no sharp one.
    fn search_near<M: Likelihood>(self, natural: &[f64], data: &M::Data) -> Option<Maximum> {
        const KNOWN_TO_A_FACTOR_E: f64 = 1.0;
        M::starts(data).ok()?;
        let start: Vec<f64> = natural.iter().map(|value| value.ln()).collect();
        let near = self.climb::<M>(&start, data);
        if near.is_sharp(KNOWN_TO_A_FACTOR_E) {
            return Some(near);
        }
        let far = self.search::<M>(data).ok()?;
        Some(if near.improves(&far) { near } else { far })
    }
}

impl<M> Bootstrap<M> {
    /// The models, in the order of the replicates.
    pub fn models(&self) -> &[M] {
        &self.models
    }

    /// How many replicates have no fit.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// How many of the fits ended at the edge of the range or on a ridge: where they are many, the data hardly identify
    /// the parameters.
    pub const fn at_edge(&self) -> u32 {
        self.at_edge
    }

    /// The standard deviation over replicates of a number that follows from the model; `None` for fewer than two
    /// replicates, and where it is no finite number in all of them.
    pub fn standard_error(&self, function: impl Fn(&M) -> f64) -> Option<f64> {
        let values = self.sorted(function)?;
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        (count > 1.0).then(|| (squares / (count - 1.0)).sqrt())
    }

    /// The percentile interval of a number that follows from the model: from its (1−level)/2 to its (1+level)/2
    /// quantile over replicates (type 7 of Hyndman and Fan). `None` without replicates, and where it is no finite number
    /// in all of them.
    pub fn interval(&self, level: Probability, function: impl Fn(&M) -> f64) -> Option<Interval> {
        let values = self.sorted(function)?;
        let tail = 0.5 * level.complement().get();
        Some(Interval { low: quantile(&values, tail), high: quantile(&values, 1.0 - tail) })
    }

    fn sorted(&self, function: impl Fn(&M) -> f64) -> Option<Vec<f64>> {
        let mut values: Vec<f64> = self.models.iter().map(function).collect();
        values.sort_unstable_by(f64::total_cmp);
        (!values.is_empty() && values.iter().all(|value| value.is_finite())).then_some(values)
    }
}

/// Of ascending values, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position in the values")]
fn quantile(values: &[f64], probability: f64) -> f64 {
    let last = values.len() - 1;
    let position = probability * last as f64;
    let below = (position as usize).min(last);
    let above = (below + 1).min(last);
    values[below] + (position - below as f64) * (values[above] - values[below])
}
