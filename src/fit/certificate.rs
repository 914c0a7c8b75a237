use std::borrow::Cow;

use crate::{
    lifetime::{Likelihood, Parameter},
    math::{End, Maximum},
};

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
    /// At the edge of the range, where the likelihood still rises: the data ask for a limit of the model. Where that is
    /// a model of its own it is named, and the parameters that it still has keep their standard errors, given that
    /// those at the edge stay there; all others have none.
    ///
    /// | model | at the edge | limit | keeps |
    /// | --- | --- | --- | --- |
    /// | BG/NBD, MBG/NBD | a at its least or b at its most, a/b below 1e-4 | NBD (nobody leaves) | r, alpha |
    /// | | a or b at its most, both above 1000 | NBD with one probability of leaving | r, alpha |
    /// | Pareto/NBD | s at its least or beta at its most, s/beta below 1/7e5 a day | NBD (nobody leaves) | r, alpha |
    /// | | s or beta at its most, s above 1000 | NBD with one rate of leaving | r, alpha |
    /// | correlated Pareto/NBD | the odds ratio alone at its most or its least, 1e12 or 1e-12 | Pareto/NBD with m at its most, at its least | r, alpha, s, beta |
    /// | | others | those of Pareto/NBD | as there |
    /// | GGompertz/NBD | b at its least | Pareto/NBD, its beta being beta/b | r, alpha, s |
    /// | count models | r or alpha at its most, r above 1000 | Poisson (all buy at the same rate) | all others |
    /// | gamma-gamma | q or v at its most, q above 1000 | gamma (all customers spend alike) | p |
    /// | with covariates | a coefficient at its most or its least | an effect without end | all others |
    ///
    /// Other edges have no name: in BG/NBD and MBG/NBD, a at its most or b at its least mean that everybody leaves at
    /// the first chance. "Most" is 1e6 and "least" 1e-6, times in days. That one edge has been reached is what the data
    /// say; to say that it is the truth, compare the limit itself: [`Fit::likelihood_ratio`](super::Fit::likelihood_ratio).
    Boundary {
        /// The parameters that stand at an edge.
        parameters: Vec<Cow<'static, str>>,
        /// What the model is there, if that is a model of its own.
        limit: Option<&'static str>,
    },
    /// On a ridge: along one direction the likelihood no longer changes, so that the data identify fewer
    /// parameters than the model has. Standard errors are not given.
    FlatRidge,
}

impl Certificate {
    pub(super) fn new<M: Likelihood>(maximum: &Maximum, natural: &[f64], parameters: &[Parameter]) -> Self {
        let free = maximum.jet.gradient.iter().zip(&maximum.held).filter(|(_, held)| !**held);
        Self {
            verdict: Verdict::of::<M>(maximum, natural, parameters),
            gradient: free.map(|(slope, _)| slope.abs()).fold(0.0, f64::max),
            information: maximum.jet.information(),
            evaluations: maximum.evaluations,
        }
    }
}

impl Verdict {
    fn of<M: Likelihood>(maximum: &Maximum, natural: &[f64], parameters: &[Parameter]) -> Self {
        match (maximum.held.contains(&true), maximum.end) {
            (true, _) => Self::boundary::<M>(&maximum.held, natural, parameters),
            (false, End::Flat) => Self::FlatRidge,
            (false, _) => Self::Interior,
        }
    }

    /// At the edge, with these parameters held there.
    pub(super) fn boundary<M: Likelihood>(held: &[bool], natural: &[f64], parameters: &[Parameter]) -> Self {
        let at_edge = held.iter().zip(parameters).filter(|(held, _)| **held);
        Self::Boundary {
            parameters: at_edge.map(|(_, parameter)| parameter.name.clone()).collect(),
            limit: M::limit(natural, held).map(|limit| limit.name),
        }
    }

    /// The parameters, by position, that mean something here, and others that move with them.
    pub(super) fn identified<M: Likelihood>(&self, natural: &[f64], all: &[Parameter]) -> (Vec<usize>, Vec<usize>) {
        match self {
            Self::Interior => ((0..all.len()).collect(), Vec::new()),
            Self::FlatRidge => (Vec::new(), Vec::new()),
            Self::Boundary { parameters, .. } => {
                let held: Vec<_> = all.iter().map(|one| parameters.contains(&one.name)).collect();
                let known = M::limit(natural, &held).map(|limit| (limit.keeps.into_owned(), limit.moves.to_vec()));
                known.unwrap_or_default()
            }
        }
    }
}
