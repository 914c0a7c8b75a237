use std::{borrow::Cow, sync::Arc};

use super::{
    Coding, Described, Driver, Row,
    described::{About, Group},
    effects::Term,
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
/// each category; [`Driver`] tells the parameters and the signs. Parameters at other rows, such as z = 0, are those of
/// [`Covariates::at`].
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

/// Why there is no model with covariates.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CovariatesError {
    /// As many coefficients as effects that share none.
    #[error("{found} coefficients, expected {expected}")]
    Length {
        /// How many were given.
        found: usize,
        /// How many there are.
        expected: usize,
    },
    /// A coefficient out of range.
    #[error("coefficient of {name} is {value}, expected a number from {} to {most}", -most)]
    Coefficient {
        /// What it belongs to.
        name: String,
        /// Its value.
        value: f64,
        /// The greatest size it may have.
        most: f64,
    },
    /// The effects do not fit the design.
    #[error(transparent)]
    Effect(#[from] super::EffectError),
    /// The model knows no such driver.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl<M: Likelihood> Covariates<M> {
    /// A model with given coefficients, fitted elsewhere or chosen for a simulation: those of the effects in their order,
    /// tied ones once.
    ///
    /// # Errors
    ///
    /// [`CovariatesError`] unless there is one coefficient, within range, for each effect that the model knows.
    pub fn new(
        base: M,
        coding: &Coding,
        effects: &super::Effects,
        coefficients: &[f64],
    ) -> Result<Self, CovariatesError> {
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
        let raw = |(one, inner): (&'_ super::effects::Coefficient, &f64)| inner / one.size;
        let named = self.about.plan.coefficients.iter().zip(&self.inner);
        named.map(move |(one, inner)| (one.name.as_str(), raw((one, inner))))
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

/// Effects on a design that the model knows, and coefficients as a search moves them.
pub(super) fn checked<M: Likelihood>(
    coding: &Coding,
    effects: &super::Effects,
    coefficients: &[f64],
) -> Result<(Arc<About>, Vec<f64>), CovariatesError> {
    let plan = effects.plan(coding)?;
    check_drivers::<M>(&plan.terms)?;
    let expected = plan.coefficients.len();
    if coefficients.len() != expected {
        return Err(CovariatesError::Length { found: coefficients.len(), expected });
    }
    for (one, &value) in plan.coefficients.iter().zip(coefficients) {
        if !(-one.greatest()..=one.greatest()).contains(&value) {
            return Err(CovariatesError::Coefficient { name: one.name.clone(), value, most: one.greatest() });
        }
    }
    let inner = plan.coefficients.iter().zip(coefficients).map(|(one, value)| value * one.size).collect();
    Ok((Arc::new(About { coding: coding.clone(), plan }), inner))
}

/// A coefficient at the edge says that it has no end; all others keep their meaning. On an edge of the plain model they keep
/// it where the limit of that is known.
pub(super) fn limit_with_effects<M: Likelihood>(natural: &[f64], held: &[bool]) -> Option<Limit> {
    let size = M::PARAMETERS.len();
    let (base, coefficients) = held.split_at(size);
    let mut limit = if base.contains(&true) {
        M::limit(&natural[..size], base)?
    } else {
        let keeps = Cow::Owned((0..size).collect());
        Limit { name: "an effect without end", keeps, moves: &[] }
    };
    let free = coefficients.iter().enumerate().filter(|(_, held)| !**held).map(|(at, _)| size + at);
    limit.keeps.to_mut().extend(free);
    Some(limit)
}

/// The model must know what each term drives.
pub(super) fn check_drivers<M: Likelihood>(terms: &[Term]) -> Result<(), DataError> {
    let unknown = |driver: Driver| DataError::NoSuchDriver { model: M::NAME, driver };
    let missing = terms.iter().find(|term| M::link(term.driver).is_none());
    missing.map_or(Ok(()), |term| Err(unknown(term.driver)))
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

/// The coefficients as a search moves them; as parameters that are positive they are kept as their exponentials.
fn inner<M: Likelihood>(natural: &[f64]) -> Vec<f64> {
    natural[M::PARAMETERS.len()..].iter().map(|one| one.ln()).collect()
}
