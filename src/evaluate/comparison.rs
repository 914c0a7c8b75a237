use super::{Candidate, EvaluationError, Fold, Score};
use crate::{math::upper_tail, units::Probability};

/// Contenders ranked by a score, with paired differences to the best and how sure they are.
///
/// Customers differ far more than models: a customer who is hard to forecast is so for all. So differences are taken
/// customer by customer, and their standard error is that of a mean of customers, each with the sum of all its cuts: the
/// same customer at two cuts is no second customer.
///
/// # Formula
///
/// ```text
/// error² = G/(G−1) · Σ_g (Σ_i (d_gi − d̄))² / N²
/// ```
///
/// ```math
/// \widehat{\mathrm{se}}^2 = \frac{G}{G-1}\,\frac1{N^2} \sum_g \Bigl(\sum_i (d_{gi} - \bar d)\Bigr)^2
/// ```
///
/// over `G` customers with `N` forecasts in all, `d` the difference of two losses.
///
/// # References
///
/// Diebold and Mariano (1995), Comparing predictive accuracy, Journal of Business & Economic Statistics 13; Cameron and
/// Miller (2015), A practitioner's guide to cluster-robust inference, Journal of Human Resources 50.
#[doc(alias = "model selection")]
#[doc(alias = "模型比较")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Comparison {
    score: Score,
    ranking: Vec<Ranked>,
    not_scored: Vec<Candidate>,
}

/// A contender in a [`Comparison`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ranked {
    /// Who made the forecasts.
    pub candidate: Candidate,
    /// The mean loss over customers and cuts.
    pub loss: f64,
    /// By how much it exceeds that of the best, which has 0 here.
    pub behind: f64,
    /// The standard error of that difference; `None` for the best, and where there is only one customer.
    pub standard_error: Option<f64>,
}

/// Who forecasts best, by how much, and how sure that is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BestModel {
    /// Who.
    pub candidate: Candidate,
    /// Its mean loss.
    pub loss: f64,
    /// The next best, with its distance; `None` where nobody else was scored.
    pub runner_up: Option<Ranked>,
    /// Φ(distance / standard error): how sure it is that the first beats the second on other customers alike, were they
    /// compared alone. ½ where the two forecast alike; `None` without a runner-up or with one customer only.
    pub confidence: Option<Probability>,
}

impl Comparison {
    pub(super) fn new<Id: Ord>(folds: &[Fold<Id>], score: Score) -> Result<Self, EvaluationError> {
        let ids = folds.iter().flat_map(|fold| fold.split().calibration.ids());
        let mut order: Vec<(usize, &Id)> = ids.enumerate().collect();
        order.sort_by(|one, other| one.1.cmp(other.1));
        let clusters: Vec<Vec<usize>> =
            order.chunk_by(|one, next| one.1 == next.1).map(|rows| rows.iter().map(|row| row.0).collect()).collect();

        let (mut scored, mut not_scored) = (Vec::new(), Vec::new());
        for index in 0..folds.first().map_or(0, |fold| fold.contenders().len()) {
            let candidate = folds[0].contenders()[index].candidate();
            match losses(folds, index, score) {
                Ok(losses) => scored.push((candidate, super::assessment::mean(&losses), losses)),
                Err(EvaluationError::Customer { source, .. })
                    if matches!(*source, EvaluationError::NotScored { .. }) =>
                {
                    not_scored.push(candidate.clone());
                }
                Err(error) => return Err(error),
            }
        }
        scored.sort_by(|one, other| one.1.total_cmp(&other.1));
        let best = scored.first().map(|(_, _, losses)| losses.clone()).unwrap_or_default();
        let ranked = |(index, (candidate, loss, losses)): (usize, &(&Candidate, f64, Vec<f64>))| {
            let differences: Vec<f64> = losses.iter().zip(&best).map(|(own, best)| own - best).collect();
            let behind = super::assessment::mean(&differences);
            let standard_error = if index == 0 { None } else { clustered_error(&differences, behind, &clusters) };
            Ranked { candidate: (*candidate).clone(), loss: *loss, behind, standard_error }
        };
        Ok(Self { score, ranking: scored.iter().enumerate().map(ranked).collect(), not_scored })
    }

    /// The score.
    pub const fn score(&self) -> Score {
        self.score
    }

    /// The contenders that were scored, the best first; equals in the order in which they were given.
    pub fn ranking(&self) -> &[Ranked] {
        &self.ranking
    }

    /// Those who do not say what the score asks for, such as rules without probabilities.
    pub fn not_scored(&self) -> &[Candidate] {
        &self.not_scored
    }

    /// Who forecasts best; `None` where nobody was scored.
    ///
    /// The confidence is that of one comparison. Of many contenders the best is also the luckiest: take a difference of
    /// less than two standard errors for none.
    pub fn best_model(&self) -> Option<BestModel> {
        let best = self.ranking.first()?;
        let runner_up = self.ranking.get(1).cloned();
        let confidence = runner_up.as_ref().and_then(|second| {
            let error = second.standard_error?;
            let z = if error > 0.0 { second.behind / error } else { 0.0 };
            Some(Probability::computed(1.0 - upper_tail(z)))
        });
        Some(BestModel { candidate: best.candidate.clone(), loss: best.loss, runner_up, confidence })
    }
}

/// The losses of one contender over all cuts.
fn losses<Id>(folds: &[Fold<Id>], index: usize, score: Score) -> Result<Vec<f64>, EvaluationError> {
    let of = |fold: &Fold<Id>| fold.contenders()[index].assessment().losses(score);
    Ok(folds.iter().map(of).collect::<Result<Vec<_>, _>>()?.concat())
}

/// The standard error of a mean over rows that belong to customers; `None` for a single customer.
fn clustered_error(values: &[f64], mean: f64, clusters: &[Vec<usize>]) -> Option<f64> {
    let groups = clusters.len() as f64;
    let sums = clusters.iter().map(|rows| rows.iter().map(|&row| values[row] - mean).sum::<f64>());
    // Squared errors of numbers up to 1e100 have no squares of their own.
    let length = sums.fold(0.0, f64::hypot);
    (groups > 1.0).then(|| (groups / (groups - 1.0)).sqrt() * length / values.len() as f64)
}
