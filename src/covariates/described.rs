use std::sync::Arc;

use super::{Design, EffectError, Effects, about::About, coding::Row};
use crate::{
    cohort::GapHistory,
    lifetime::{DataError, Fingerprint, GapPatterns, Observations, sealed::Sealed},
};

/// Observations with the covariates of each customer: grouped by equal covariates, and in each group as a fit without
/// covariates would group them.
#[derive(Debug, Clone, PartialEq)]
pub struct Described<Data> {
    pub(super) about: Arc<About>,
    /// Ascending by covariates, so that sums do not depend on the order of customers.
    pub(super) groups: Vec<Group<Data>>,
    /// All customers, without covariates.
    all: Arc<Data>,
}

/// Customers with equal covariates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group<Data> {
    /// How far they lie from the centre, term by term.
    pub distances: Vec<f64>,
    pub data: Data,
}

impl<Data> Described<Data>
where
    Data: Observations + for<'a> From<&'a [Data::One]>,
    Data::One: Copy,
{
    /// Histories of purchases, or of spend, one for each customer of the design, in its order.
    ///
    /// # Errors
    ///
    /// [`EffectError`] when effects and design do not fit, or histories and design.
    pub fn new(design: &Design, effects: &Effects, customers: &[Data::One]) -> Result<Self, EffectError> {
        let group = |of: &[usize]| Data::from(&pick(customers, of));
        Self::grouped(design, effects, customers.len(), group, customers.into())
    }
}

impl Described<GapPatterns> {
    /// Histories with their gaps, which are taken to be of shape k; one for each customer of the design, in its order.
    ///
    /// # Errors
    ///
    /// [`GapError`]: as for purchases, and for a k out of range.
    pub fn gaps(design: &Design, effects: &Effects, customers: &[GapHistory], k: u32) -> Result<Self, GapError> {
        let all = GapPatterns::new(customers, k)?;
        let group = |of: &[usize]| GapPatterns::proven(&pick(customers, of), k);
        Ok(Self::grouped(design, effects, customers.len(), group, all)?)
    }
}

/// Why there are no described gaps.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GapError {
    /// Effects, design and customers do not fit.
    #[error(transparent)]
    Effect(#[from] EffectError),
    /// No model has this k.
    #[error(transparent)]
    Data(#[from] DataError),
}

fn pick<One: Copy>(all: &[One], of: &[usize]) -> Vec<One> {
    of.iter().map(|&at| all[at]).collect()
}

impl<Data: Observations> Described<Data> {
    fn grouped(
        design: &Design,
        effects: &Effects,
        customers: usize,
        group: impl Fn(&[usize]) -> Data,
        all: Data,
    ) -> Result<Self, EffectError> {
        if customers != design.customers() {
            return Err(EffectError::Customers { found: customers, expected: design.customers() });
        }
        let plan = effects.plan(design.coding())?;
        let distances: Vec<Vec<f64>> = (0..customers).map(|customer| plan.distances(design.coded(customer))).collect();
        let mut order: Vec<usize> = (0..customers).collect();
        order.sort_by(|&one, &other| compare(&distances[one], &distances[other]));
        let same = |one: &usize, other: &usize| compare(&distances[*one], &distances[*other]).is_eq();
        let groups =
            order.chunk_by(same).map(|of| Group { distances: distances[of[0]].clone(), data: group(of) }).collect();
        Ok(Self { about: Arc::new(About { coding: design.coding().clone(), plan }), groups, all: Arc::new(all) })
    }

    /// The same covariates with other observations, in the same groups; a search starts where these ones would.
    pub(super) fn with_groups(&self, groups: Vec<Group<Data>>) -> Self {
        Self { about: Arc::clone(&self.about), groups, all: Arc::clone(&self.all) }
    }

    /// The same customers without covariates: what the plain model is fitted to.
    pub fn without(&self) -> &Data {
        &self.all
    }
}

/// Of equal lengths; zeros of either sign are equal.
pub(super) fn compare(one: &[f64], other: &[f64]) -> std::cmp::Ordering {
    let unequal = one.iter().zip(other).map(|(one, other)| (one + 0.0).total_cmp(&(other + 0.0)));
    unequal.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

impl<Data: Observations> Sealed for Described<Data> {}

impl<Data: Observations> Observations for Described<Data> {
    type One = (Row, Data::One);

    fn distinct(&self) -> usize {
        self.groups.iter().map(|group| group.data.distinct()).sum()
    }

    /// Of large groups every so many rows, of small ones every so many groups.
    fn sample(&self, every: usize) -> Self {
        let mut before = 0;
        let mut groups = Vec::new();
        for group in &self.groups {
            let rows = group.data.distinct();
            if before % every == 0 || before % every + rows > every {
                let distances = group.distances.clone();
                groups.push(Group { distances, data: group.data.sample(every.min(rows.max(1))) });
            }
            before += rows;
        }
        Self { about: Arc::clone(&self.about), groups, all: Arc::new(self.all.sample(every)) }
    }

    fn customers(&self) -> u64 {
        self.all.customers()
    }

    fn densities_in_time(&self) -> u64 {
        self.all.densities_in_time()
    }

    fn fingerprint(&self) -> Fingerprint {
        let start = self.about.fingerprint(self.all.fingerprint());
        self.groups.iter().fold(start, |print, group| {
            let distances = group.distances.iter().map(|distance| distance.to_bits());
            distances.fold(print, Fingerprint::and).join(group.data.fingerprint())
        })
    }
}
