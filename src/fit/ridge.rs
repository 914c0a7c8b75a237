use super::{FitError, Mle};
use crate::{
    covariates::{Covariates, Described, Design, EffectError, Effects},
    lifetime::{Generator, Likelihood, Observations},
    parallel,
    units::Seed,
};

/// How well strengths of a ridge predict customers that were not fitted.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RidgeChoice {
    /// Each strength, in the order given, with the log-likelihood of all customers (times in days), each under the fit to
    /// the other folds.
    pub held_out: Vec<(f64, f64)>,
    /// The strength whose log-likelihood is highest; of equal ones the first.
    pub best: f64,
}

/// Why no strength is chosen.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RidgeError {
    /// Folds that are not there.
    #[error("{folds} folds of {customers} customers, expected from 2 to as many as there are customers")]
    Folds {
        /// How many folds.
        folds: usize,
        /// How many customers.
        customers: usize,
    },
    /// There is nothing to choose from.
    #[error("no strengths, expected at least one")]
    NoStrengths,
    /// Effects, design and histories do not fit.
    #[error(transparent)]
    Effect(#[from] EffectError),
    /// A fold has no fit.
    #[error("with ridge {strength}, without fold {fold} (from 0): {source}")]
    Fit {
        /// The strength.
        strength: f64,
        /// The fold left out.
        fold: usize,
        /// Why.
        source: FitError,
    },
}

impl Mle {
    /// Chooses the strength of a ridge on coefficients by cross-validation: customers are dealt into folds by the seed, and
    /// for each strength every fold is predicted by a fit to the others.
    ///
    /// # Errors
    ///
    /// [`RidgeError`] for folds that are not there, effects that do not fit the design, and the first fold without a fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::covariates::{Covariates, Described, Design, Driver, Effects};
    /// use customer_value::{Mle, Nbd, NbdParams, Patterns, Seed, Span, simulate};
    ///
    /// let truth = Nbd::new(NbdParams { r: 0.8, alpha: Span::weeks(8.0)? })?;
    /// let histories = simulate(&truth, Span::weeks(52.0)?, 200, Seed::new(1));
    /// // Numbers that say nothing: the more they are held down, the better.
    /// let noise = |step: u32| (0..200).map(move |at: u32| f64::from(at * step % 31));
    /// let design = Design::new().numbers("one", noise(7)).numbers("other", noise(11)).build()?;
    /// let effects = Effects::new().of(Driver::Purchase, ["one", "other"]);
    ///
    /// let strengths = [0.0, 1e2, 1e4];
    /// let choice = Mle::default().ridge::<Nbd>(&design, &effects, &histories, &strengths, 5, Seed::new(2))?;
    /// let data = Described::<Patterns>::new(&design, &effects.ridge(choice.best), &histories)?;
    /// let fit = Mle::default().fit::<Covariates<Nbd>>(data)?;
    /// assert!(fit.model().coefficients().all(|(_, value)| value.abs() < 0.05));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ridge<M: Likelihood>(
        self,
        design: &Design,
        effects: &Effects,
        customers: &[<M::Data as Observations>::One],
        strengths: &[f64],
        folds: usize,
        seed: Seed,
    ) -> Result<RidgeChoice, RidgeError>
    where
        M::Data: for<'a> From<&'a [<M::Data as Observations>::One]>,
        <M::Data as Observations>::One: Copy + Sync,
    {
        if folds < 2 || folds > customers.len() {
            return Err(RidgeError::Folds { folds, customers: customers.len() });
        }
        // Found before any fold is made.
        Described::<M::Data>::new(design, effects, customers)?;
        let of = dealt(customers.len(), folds, seed);
        let score = |strength: f64, fold: usize| {
            let effects = effects.clone().ridge(strength);
            let part = |held_out: bool| {
                let chosen: Vec<usize> = (0..customers.len()).filter(|&at| (of[at] == fold) == held_out).collect();
                let customers: Vec<_> = chosen.iter().map(|&at| customers[at]).collect();
                Described::<M::Data>::new(&design.part(&chosen), &effects, &customers)
            };
            let fit = self.fit::<Covariates<M>>(part(false)?);
            let natural = fit.map_err(|source| RidgeError::Fit { strength, fold, source })?.model().to_natural();
            let rest = part(true)?;
            Ok(Covariates::<M>::objective(&natural, &rest).value + Covariates::<M>::penalty(&natural, &rest))
        };
        let scores = parallel::map_indices(strengths.len() * folds, |at| score(strengths[at / folds], at % folds));
        let scores = scores.into_iter().collect::<Result<Vec<f64>, RidgeError>>()?;
        let held_out: Vec<(f64, f64)> = strengths
            .iter()
            .zip(scores.chunks(folds))
            .map(|(strength, folds)| (*strength, folds.iter().sum()))
            .collect();
        let better = |best: (f64, f64), next: &(f64, f64)| if next.1 > best.1 { *next } else { best };
        let first = *held_out.first().ok_or(RidgeError::NoStrengths)?;
        let best = held_out.iter().fold(first, better).0;
        Ok(RidgeChoice { held_out, best })
    }
}

/// The fold of each customer: as many in each as can be.
fn dealt(customers: usize, folds: usize, seed: Seed) -> Vec<usize> {
    let key = |at: usize| Generator::new(seed, u32::try_from(at).unwrap_or(u32::MAX)).exponential();
    let mut order: Vec<(f64, usize)> = (0..customers).map(|at| (key(at), at)).collect();
    order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut of = vec![0; customers];
    order.into_iter().enumerate().for_each(|(place, (_, at))| of[at] = place % folds);
    of
}
