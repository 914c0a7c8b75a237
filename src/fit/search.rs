//! The search for the maximum: from which points, on which rows.

use super::Mle;
use crate::{
    lifetime::{DataError, Likelihood, Observations, Parameter, Search},
    math::{End, Maximum, maximise},
    parallel,
};

impl Mle {
    /// The best maximum found from points spread over the range and, where that is not a clear one, from the maxima of the
    /// models that this one contains: no model is less likely than a case of its own.
    pub(super) fn search<M: Likelihood>(self, data: &M::Data) -> Result<Maximum, DataError> {
        let best = self.spread::<M>(data)?;
        if best.is_sharp(KNOWN_TO_A_FACTOR_E) {
            return Ok(best);
        }
        let contained = M::contained(data, &self);
        Ok(contained.into_iter().fold(best, |best, natural| self.at_least::<M>(best, &natural, data)))
    }

    /// What was found, or what a climb from a point that is higher leads to.
    fn at_least<M: Likelihood>(self, best: Maximum, natural: &[f64], data: &M::Data) -> Maximum {
        if best.end != End::Stuck && M::objective(natural, data).value <= best.jet.value {
            return best;
        }
        let start: Vec<f64> = natural.iter().copied().map(f64::ln).collect();
        self.better::<M>(best, &start, data)
    }

    /// The maximum, searched from that of a sample where there are many distinct rows, else from several starts.
    fn spread<M: Likelihood>(self, data: &M::Data) -> Result<Maximum, DataError> {
        /// So few rows cost less than the maximum that a sample of them may miss.
        const CLIMB_FROM_ALL: usize = 192;
        let starts = M::starts(data)?;
        let first = self.sampled::<M>(data).unwrap_or_else(|| Maximum::nowhere(M::parameters(data).len()));
        if first.end != End::Stuck {
            return Ok(first);
        }
        let few = few::<M>(data);
        let ranked = ranked::<M>(starts, &few);
        let Some((start, others)) = ranked.split_first() else { return Ok(first) };
        let best = self.climb::<M>(start, data);
        if data.distinct() <= CLIMB_FROM_ALL {
            return Ok(others.iter().fold(best, |best, start| self.better::<M>(best, start, data)));
        }
        Ok(self.scouted::<M>(best, others, &few, data))
    }

    /// The best of what was found and of where the likeliest further starts lead that end elsewhere on a few rows.
    fn scouted<M: Likelihood>(self, mut best: Maximum, starts: &[Vec<f64>], few: &M::Data, data: &M::Data) -> Maximum {
        /// Where rows are many, further ones found nothing more.
        const SCOUTS: usize = 12;
        if best.is_sharp(KNOWN_TO_A_FACTOR_E) {
            return best;
        }
        let home = self.climb::<M>(&best.point, few);
        let scouts = parallel::map_indices(starts.len().min(SCOUTS), |start| self.climb::<M>(&starts[start], few));
        let evaluations = home.evaluations + scouts.iter().map(|scout| scout.evaluations).sum::<u32>();
        let mut ends = vec![home.point];
        for scout in scouts {
            if ends.iter().all(|end| are_apart(end, &scout.point)) {
                best = self.better::<M>(best, &scout.point, data);
                ends.push(scout.point);
            }
        }
        Maximum { evaluations: best.evaluations + evaluations, ..best }
    }

    /// The maximum reached from that of every 16th distinct row; `None` for few rows, and where the sample happens to
    /// hold too little, such as no repeat buyer.
    fn sampled<M: Likelihood>(self, data: &M::Data) -> Option<Maximum> {
        /// Above it a search on a sample pays: it ends near the maximum of all rows.
        const MANY: usize = 1 << 15;
        const EVERY: usize = 16;
        if data.distinct() <= MANY {
            return None;
        }
        let near = self.search::<M>(&data.sample(EVERY)).ok()?;
        let found = self.climb::<M>(&near.point, data);
        Some(Maximum { evaluations: found.evaluations + near.evaluations, ..found })
    }

    /// The better of what was found and what a further start leads to.
    ///
    /// A maximum inside the range that knows every parameter to a factor e needs no other; flatter ones of small
    /// cohorts can be local.
    fn better<M: Likelihood>(self, best: Maximum, start: &[f64], data: &M::Data) -> Maximum {
        if best.is_sharp(KNOWN_TO_A_FACTOR_E) {
            return best;
        }
        let next = self.climb::<M>(start, data);
        let evaluations = best.evaluations + next.evaluations;
        Maximum { evaluations, ..if next.improves(&best) { next } else { best } }
    }

    pub(super) fn climb<M: Likelihood>(self, start: &[f64], data: &M::Data) -> Maximum {
        let bounds: Vec<_> = M::parameters(data).iter().map(Parameter::inner_range).collect();
        maximise(start, &bounds, self.most_evaluations, |point| M::objective(&natural(point), data))
    }
}

impl Search for Mle {
    fn maximum<M: Likelihood>(&self, data: &M::Data) -> Option<Vec<f64>> {
        let maximum = self.search::<M>(data).ok().filter(|maximum| maximum.end != End::Stuck)?;
        Some(natural(&maximum.point))
    }
}

/// Least curvature of a maximum at which every parameter is known to a factor e.
const KNOWN_TO_A_FACTOR_E: f64 = 1.0;

/// Whether two ends of searches differ by more than noise: some parameter by a factor e.
fn are_apart(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).any(|(one, other)| (one - other).abs() > 1.0)
}

/// Some tens of rows, on which starts are judged.
fn few<M: Likelihood>(data: &M::Data) -> M::Data {
    const ROWS: usize = 64;
    data.sample(data.distinct().div_ceil(ROWS).max(1))
}

/// Starts in logarithms, the likeliest first.
fn ranked<M: Likelihood>(starts: Vec<Vec<f64>>, few: &M::Data) -> Vec<Vec<f64>> {
    let mut ranked: Vec<_> = starts.into_iter().map(|start| (M::objective(&start, few).value, start)).collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranked.into_iter().map(|(_, start)| start.into_iter().map(f64::ln).collect()).collect()
}

pub(super) fn natural(logarithms: &[f64]) -> Vec<f64> {
    logarithms.iter().copied().map(f64::exp).collect()
}
