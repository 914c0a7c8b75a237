use super::effects::Term;
use crate::{
    lifetime::{Likelihood, Link},
    math::Jet,
};

/// How terms move parameters.
pub(super) struct Moves<'a, M> {
    terms: &'a [Term],
    links: Vec<Link>,
    model: std::marker::PhantomData<M>,
}

impl<'a, M: Likelihood> Moves<'a, M> {
    /// Terms whose drivers were checked.
    pub fn new(terms: &'a [Term]) -> Self {
        let links = terms.iter().filter_map(|term| M::link(term.driver)).collect();
        Self { terms, links, model: std::marker::PhantomData }
    }

    /// The parameters of the plain model at a distance from the centre.
    pub fn natural(&self, base: &[f64], inner: &[f64], distances: &[f64]) -> Vec<f64> {
        let mut moved = vec![0.0; base.len()];
        for ((term, link), distance) in self.terms.iter().zip(&self.links).zip(distances) {
            moved[link.parameter] += link.sign * inner[term.coefficient] * distance;
        }
        // A factor of exactly 1 leaves the bits alone.
        base.iter().zip(moved).map(|(base, by)| base * by.exp()).collect()
    }

    /// Adds the jet of a group, in the logarithms of the parameters of its own plain model: by the chain rule, for these
    /// move one to one with those of the base and straight with coefficients.
    pub fn add(&self, sum: &mut Jet, own: &Jet, distances: &[f64]) {
        let (n, base) = (sum.gradient.len(), own.gradient.len());
        sum.value += own.value;
        for i in 0..base {
            sum.gradient[i] += own.gradient[i];
            for j in 0..base {
                sum.hessian[i * n + j] += own.hessian[i * base + j];
            }
        }
        let along = |at: usize| {
            let (term, link) = (&self.terms[at], &self.links[at]);
            (base + term.coefficient, link.parameter, link.sign * distances[at])
        };
        for one in 0..self.terms.len() {
            let (to, from, by) = along(one);
            sum.gradient[to] += by * own.gradient[from];
            for i in 0..base {
                let mixed = by * own.hessian[i * base + from];
                sum.hessian[i * n + to] += mixed;
                sum.hessian[to * n + i] += mixed;
            }
            for other in 0..self.terms.len() {
                let (other_to, other_from, other_by) = along(other);
                sum.hessian[to * n + other_to] += by * other_by * own.hessian[from * base + other_from];
            }
        }
    }
}
