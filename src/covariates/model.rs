use std::{borrow::Cow, sync::Arc};

use super::{
    Coding, CovariatesError, Described, Effects, Row,
    about::{About, check_drivers, checked, inner, limit_with_effects},
    described::Group,
    moves::Moves,
};
use crate::{
    lifetime::{
        DataError, Generator, Likelihood, Limit, Observations, Parameter, ParameterError, Search, sealed::Sealed,
    },
    math::Jet,
    parallel,
    units::TimeUnit,
};

/// A model whose parameters depend on covariates: at each row of them the plain model `M`.
///
/// # Formula
///
/// ```text
/// ln φ(z) = ln φ₀ ± Σ γ (z − centre)       for each parameter φ that a driver moves
/// ```
///
/// ```math
/// \ln \varphi(z) = \ln \varphi_0 \pm \sum_j \gamma_j (z_j - \bar z_j)
/// ```
///
/// where φ₀ belongs to the [base model](Self::base): customers at the mean of each number and at the reference level of
/// each category; [`Driver`](super::Driver) tells the parameters and the signs. Parameters at other rows, such as z = 0, are
/// those of [`Covariates::at`].
///
/// # Examples
///
/// ```
/// use customer_value::covariates::{Covariates, Described, Design, Driver, Effects};
/// use customer_value::{Mle, ParetoNbd, ParetoNbdParams, Patterns, Seed, Span, simulate};
///
/// let weeks = Span::weeks;
/// let truth = ParetoNbd::new(ParetoNbdParams { r: 0.8, alpha: weeks(8.0)?, s: 0.7, beta: weeks(12.0)? })?;
/// let histories = simulate(&truth, weeks(52.0)?, 1_000, Seed::new(3));
/// // An age that says nothing.
/// let design = Design::new().numbers("age", (0..1_000).map(|i| f64::from(20 + i % 37))).build()?;
/// let effects = Effects::new().of(Driver::Purchase, ["age"]).of(Driver::Dropout, ["age"]);
/// let data = Described::<Patterns>::new(&design, &effects, &histories)?;
///
/// let fit = Mle::default().fit::<Covariates<ParetoNbd>>(data.clone())?;
/// let plain = Mle::default().fit::<ParetoNbd>(data.without().clone())?;
/// let test = data.likelihood_ratio(&fit, &plain)?;
/// assert!(test.degrees_of_freedom == 2 && test.p_value.get() > 0.01);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        into = "super::stored::Stored<M>",
        try_from = "super::stored::Stored<M>",
        bound(serialize = "M: Clone + serde::Serialize", deserialize = "M: Likelihood + serde::de::DeserializeOwned")
    )
)]
pub struct Covariates<M> {
    pub(super) base: M,
    pub(super) about: Arc<About>,
    /// As a search moves them: for a standard deviation of their covariates.
    pub(super) inner: Vec<f64>,
}

impl<M: Likelihood> Covariates<M> {
    /// A model with given coefficients, fitted elsewhere or chosen for a simulation: those of the effects in their order,
    /// tied ones once.
    ///
    /// # Errors
    ///
    /// [`CovariatesError`] unless there is one coefficient, within range, for each effect that the model knows.
    pub fn new(base: M, coding: &Coding, effects: &Effects, coefficients: &[f64]) -> Result<Self, CovariatesError> {
        let (about, inner) = checked::<M>(coding, effects, coefficients)?;
        Ok(Self { base, about, inner })
    }

    /// The model at the centre: the mean of each number, the reference level of each category.
    pub const fn base(&self) -> &M {
        &self.base
    }

    /// How covariates become rows.
    pub fn coding(&self) -> &Coding {
        &self.about.coding
    }

    /// The coefficients with their names, such as `purchase: channel=shop`, each for a raw unit of its covariate.
    pub fn coefficients(&self) -> impl Iterator<Item = (&str, f64)> {
        self.about.raw(&self.inner)
    }

    /// The plain model of customers with these covariates.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] where covariates so far out, or a coefficient that runs to infinity, take a parameter out of
    /// its range.
    pub fn at(&self, row: &Row) -> Result<M, ParameterError> {
        self.at_values(&row.0)
    }

    /// The plain model at coded values.
    pub(super) fn at_values(&self, values: &[f64]) -> Result<M, ParameterError> {
        self.base.with_natural(&self.natural(&self.about.plan.distances(values)))
    }

    /// The parameters of the plain model at a distance from the centre.
    fn natural(&self, distances: &[f64]) -> Vec<f64> {
        Moves::<M>::new(&self.about.plan.terms).natural(&self.base.to_natural(), &self.inner, distances)
    }

    /// The same with parameters at the edge of their range where they would be beyond: for customers like those of a
    /// fit, some of whom a coefficient that runs to infinity may describe.
    fn nearest(&self, distances: &[f64]) -> M {
        let natural = self.natural(distances);
        let inside: Vec<f64> =
            natural.iter().zip(M::PARAMETERS).map(|(value, one)| value.clamp(one.least, one.most)).collect();
        self.base.with_natural(&inside).unwrap_or_else(|_| self.base.clone())
    }
}

impl<M: Likelihood> Sealed for Covariates<M> {}

impl<M: Likelihood> Likelihood for Covariates<M> {
    type Data = Described<M::Data>;

    const NAME: &'static str = M::NAME;

    /// Those of the base; a fit has the coefficients too.
    const PARAMETERS: &'static [Parameter] = M::PARAMETERS;

    fn parameters(data: &Self::Data) -> Cow<'static, [Parameter]> {
        data.about.parameters::<M>()
    }

    fn own_parameters(&self) -> Cow<'static, [Parameter]> {
        self.about.parameters::<M>()
    }

    fn penalty(natural: &[f64], data: &Self::Data) -> f64 {
        data.about.plan.penalty(&inner::<M>(natural))
    }

    fn from_natural(natural: &[f64], data: &Self::Data) -> Result<Self, ParameterError> {
        let base = M::from_natural(&natural[..M::PARAMETERS.len()], data.without())?;
        Ok(Self { base, about: Arc::clone(&data.about), inner: inner::<M>(natural) })
    }

    fn to_natural(&self) -> Vec<f64> {
        let mut natural = self.base.to_natural();
        natural.extend(self.inner.iter().map(|inner| inner.exp()));
        natural
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        let base = self.base.with_natural(&natural[..M::PARAMETERS.len()])?;
        Ok(Self { base, about: Arc::clone(&self.about), inner: inner::<M>(natural) })
    }

    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        limit_with_effects::<M>(natural, held)
    }

    fn resample(&self, data: &Self::Data, rng: &mut Generator) -> Self::Data {
        let group = |group: &Group<M::Data>| Group {
            distances: group.distances.clone(),
            data: self.nearest(&group.distances).resample(&group.data, rng),
        };
        data.with_groups(data.groups.iter().map(group).collect())
    }

    fn starts(data: &Self::Data) -> Result<Vec<Vec<f64>>, DataError> {
        check_drivers::<M>(&data.about.plan.terms)?;
        Ok(M::starts(data.without())?.into_iter().map(|start| data.about.without_effects(start)).collect())
    }

    /// The plain model, whose coefficients are zero.
    fn contained(data: &Self::Data, search: &impl Search) -> Vec<Vec<f64>> {
        search.maximum::<M>(data.without()).map(|natural| data.about.without_effects(natural)).into_iter().collect()
    }

    fn objective(natural: &[f64], data: &Self::Data) -> Jet {
        /// Groups are as dear as some tens of rows.
        const GROUPS: usize = 64;
        let (base, inner) = (&natural[..M::PARAMETERS.len()], inner::<M>(natural));
        let moves = Moves::<M>::new(&data.about.plan.terms);
        let chunks = parallel::map_chunks(&data.groups, GROUPS, |groups| {
            let mut sum = Jet::zero(natural.len());
            for group in groups {
                let own = M::objective(&moves.natural(base, &inner, &group.distances), &group.data);
                moves.add(&mut sum, &own, &group.distances);
            }
            sum
        });
        let mut jet = chunks.iter().fold(Jet::zero(natural.len()), Jet::plus);
        data.about.plan.subtract_penalty(&mut jet, &inner);
        jet
    }

    /// −∞ for covariates that take a parameter out of its range.
    fn ln_likelihood(&self, (row, one): &<Self::Data as Observations>::One, unit: TimeUnit) -> f64 {
        self.at(row).map_or(f64::NEG_INFINITY, |model| model.ln_likelihood(one, unit))
    }
}
