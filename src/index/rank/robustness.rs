use rand_distr::{Distribution, Exp1};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use super::{ROUNDING, Ranking, RankingMethod};
use crate::index::error::{at_least, same_length};
use crate::index::{IndexError, Table};
use crate::units::{Probability, Seed, Weights};

/// Which weights somebody could reasonably hold.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Admissible {
    /// All weights, none more likely than others.
    Any,
    /// All weights that put the criteria in the order of those given.
    SameOrder,
    /// Those given, of which this share is replaced by any weights.
    Within(Probability),
}

/// How often a ranking holds when weights vary.
///
/// # Examples
///
/// ```
/// use customer_value::index::{Admissible, RankingMethod, Robustness, Scale, Sense, Table};
/// use customer_value::{Seed, Weights};
///
/// // The second is better exactly where the second criterion weighs more.
/// let table = Table::new([Sense::Benefit; 2], &[[1.0, 0.0], [0.0, 1.0]])?;
/// let method = RankingMethod::WeightedSum(Scale::MinMax);
/// let weights = Weights::new([0.6, 0.4])?;
/// let robustness = Robustness::sampled(method, &table, &weights, Admissible::Any, 10_000, Seed::new(7))?;
/// assert!((robustness.order_holds - 0.5).abs() < 4.0 * robustness.standard_error());
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Lahdelma & Salminen (2001), *SMAA-2: Stochastic multicriteria acceptability analysis for group decision making*,
/// Operations Research 49(3).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Robustness {
    /// The share of admissible weights under which the whole order holds: nobody falls behind somebody they were ahead
    /// of.
    pub order_holds: f64,
    /// The share of admissible weights under which each customer is the best; those who are equally best share.
    pub best: Vec<f64>,
    /// How many weights were drawn.
    pub draws: u32,
}

impl Robustness {
    /// The shares by drawing weights, uniformly among those admissible. Equal seeds give equal shares.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without draws, else as [`RankingMethod::rank`].
    pub fn sampled(
        method: RankingMethod,
        table: &Table,
        weights: &Weights,
        admissible: Admissible,
        draws: u32,
        seed: Seed,
    ) -> Result<Self, IndexError> {
        at_least("draws", 1, draws as usize)?;
        same_length("weights", table.columns(), weights.as_slice().len())?;
        let prepared = method.prepare(table)?;
        let tiers = tiers(&method.rank_prepared(&prepared, weights)?);
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed.get());
        let (mut held, mut best) = (0_u32, vec![0.0; table.rows()]);
        for _ in 0..draws {
            let drawn = admissible.draw(weights, &mut generator)?;
            let ranking = method.rank_prepared(&prepared, &drawn)?;
            held += u32::from(holds(&tiers, ranking.scores()));
            share_first_place(ranking.scores(), &mut best);
        }
        let count = f64::from(draws);
        for share in &mut best {
            *share /= count;
        }
        Ok(Self { order_holds: f64::from(held) / count, best, draws })
    }

    /// The standard error of [`order_holds`](Self::order_holds) by the number of draws; 0 when all draws agree.
    pub fn standard_error(&self) -> f64 {
        (self.order_holds * (1.0 - self.order_holds) / f64::from(self.draws)).sqrt()
    }
}

impl Admissible {
    /// Weights uniform on the simplex: exponential numbers over their sum.
    fn draw(self, around: &Weights, generator: &mut Xoshiro256PlusPlus) -> Result<Weights, IndexError> {
        let given = around.as_slice();
        let parts: Vec<f64> = given.iter().map(|_| Exp1.sample(generator)).collect();
        let drawn = Weights::proportional(parts)?;
        Ok(match self {
            Self::Any => drawn,
            Self::SameOrder => ordered_as(given, &drawn),
            Self::Within(share) => {
                let mix = |(own, other): (&f64, &f64)| (1.0 - share.get()) * own + share.get() * other;
                Weights::proven(given.iter().zip(drawn.as_slice()).map(mix).collect())
            }
        })
    }
}

/// The drawn weights, handed out in the order of those given.
fn ordered_as(given: &[f64], drawn: &Weights) -> Weights {
    let mut places: Vec<usize> = (0..given.len()).collect();
    places.sort_by(|&one, &other| given[other].total_cmp(&given[one]));
    let mut descending = drawn.as_slice().to_vec();
    descending.sort_unstable_by(|one, other| other.total_cmp(one));
    let mut weights = vec![0.0; given.len()];
    for (place, weight) in places.into_iter().zip(descending) {
        weights[place] = weight;
    }
    Weights::proven(weights)
}

/// Customers from the best down; those with equal scores together, up to rounding.
fn tiers(ranking: &Ranking) -> Vec<Vec<usize>> {
    let order = ranking.order();
    let equal = |one: &usize, next: &usize| {
        let (one, next) = (ranking.scores[*one], ranking.scores[*next]);
        one - next <= ROUNDING * one.abs().max(next.abs())
    };
    order.chunk_by(equal).map(<[usize]>::to_vec).collect()
}

/// Whether nobody scores above anybody of a better tier.
fn holds(tiers: &[Vec<usize>], scores: &[f64]) -> bool {
    let mut least = f64::INFINITY;
    for tier in tiers {
        if tier.iter().any(|customer| scores[*customer] > least) {
            return false;
        }
        least = tier.iter().fold(least, |least, customer| least.min(scores[*customer]));
    }
    true
}

fn share_first_place(scores: &[f64], best: &mut [f64]) {
    let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_first = |score: &f64| *score >= greatest;
    let first = scores.iter().filter(|score| is_first(score)).count() as f64;
    for (share, _) in best.iter_mut().zip(scores).filter(|(_, score)| is_first(score)) {
        *share += first.recip();
    }
}

/// The largest share of the weights that can be replaced by any other weights without a change in the order by weighted
/// sums: 1 when no weights at all change it, 0 when any change may.
///
/// This is exact: a weighted sum is linear in the weights, so that the worst replacement puts all weight on one
/// criterion.
///
/// # Formula
///
/// ```text
/// min over pairs ahead, behind of  w·d / (w·d − min d)        d = scores of the one ahead − scores of the one behind
/// ```
///
/// where a pair with min d ≥ 0 cannot change. Pairs that are equal under the weights given, up to rounding, are left out.
///
/// # Errors
///
/// [`IndexError::TooFew`] without customers, [`IndexError::Lengths`] unless all have a score for each weight,
/// [`IndexError::Unit`] for a score outside ±1e100.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::stability_radius;
///
/// // 0.6 · 1 against 0.4 · 1: at most a sixth of the weights may go to the second criterion.
/// let radius = stability_radius(&[[1.0, 0.0], [0.0, 1.0]], &Weights::new([0.6, 0.4])?)?;
/// assert!((radius.get() - 1.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), customer_value::Error>(())
/// ```
pub fn stability_radius(scores: &[impl AsRef<[f64]>], weights: &Weights) -> Result<Probability, IndexError> {
    for row in scores {
        same_length("scores of a customer", weights.as_slice().len(), row.as_ref().len())?;
        row.as_ref().iter().try_for_each(|score| super::table::figure(*score).map(drop))?;
    }
    let ranking = Ranking::new(scores.iter().map(|row| weights.mean(row.as_ref())).collect::<Vec<_>>())?;
    let size = |row: &[f64]| weights.mean(&row.iter().map(|score| score.abs()).collect::<Vec<_>>());
    let sizes: Vec<f64> = scores.iter().map(|row| size(row.as_ref())).collect();
    let mut radius = 1.0_f64;
    let order = ranking.order();
    for (place, &ahead) in order.iter().enumerate() {
        for &behind in &order[place + 1..] {
            let gap = ranking.scores[ahead] - ranking.scores[behind];
            let pairs = scores[ahead].as_ref().iter().zip(scores[behind].as_ref());
            let least = pairs.map(|(one, other)| one - other).fold(f64::INFINITY, f64::min);
            if gap > ROUNDING * (sizes[ahead] + sizes[behind]) && least < 0.0 {
                radius = radius.min(gap / (gap - least));
            }
        }
    }
    Ok(Probability::computed(radius))
}
