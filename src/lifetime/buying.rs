use std::ops::RangeInclusive;

use crate::math::{NegativeBinomial, PANEL, Share, incomplete_beta, negative_binomials, nodes_from_zero};

/// Buying at a rate that is gamma distributed over customers: after a time, the odds that the next of two events, a
/// purchase or a tick of the rate's own clock, is a purchase are `start + pace · time`.
///
/// With λ ~ Gamma(R, A) these are t/A, and n purchases by then have the probability
/// NB(n) = Γ(R+n)/(Γ(R) n!) · z^n (1−z)^R, where z/(1−z) are the odds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buying {
    pub shape: f64,
    pub start: f64,
    pub pace: f64,
}

impl Buying {
    fn odds(&self, time: f64) -> f64 {
        self.start + self.pace * time
    }

    fn share(&self, time: f64) -> Share {
        Share::of_odds(self.odds(time))
    }

    /// P(`count` purchases within `time` of living).
    pub fn living(&self, count: u32, time: f64) -> f64 {
        NegativeBinomial::new(count.into(), self.shape).at_share(&self.share(time))
    }

    /// The same for one count after the other.
    pub fn living_each(&self, counts: &RangeInclusive<u32>, time: f64) -> Vec<f64> {
        let Share { z, rest, .. } = self.share(time);
        negative_binomials(*counts.start(), counts.clone().count(), self.shape, z, rest)
    }

    /// P(at least `count` purchases within `time` of living).
    pub fn living_at_least(&self, count: u32, time: f64) -> f64 {
        let Share { z, rest, .. } = self.share(time);
        if count == 0 { 1.0 } else { incomplete_beta(z, rest, count.into(), self.shape) }
    }

    /// P(at most `count` purchases within `time` of living).
    pub fn living_at_most(&self, count: u32, time: f64) -> f64 {
        let Share { z, rest, .. } = self.share(time);
        incomplete_beta(rest, z, self.shape, f64::from(count) + 1.0)
    }

    /// The mean of what is `kept` at the time of the n-th purchase, n > 0, of those whose n-th purchase falls within a
    /// length of time.
    pub fn at_purchase(&self, n: f64, length: f64, kept: impl Fn(f64) -> f64) -> f64 {
        if length <= 0.0 {
            return 0.0;
        }
        // The density of the time is that of the odds, n NB(n)/odds.
        let chance = NegativeBinomial::new(n, self.shape);
        let (_, [mean]) = nodes_from_zero(length, self.peak([n, n], length), |time| {
            let chance = chance.at_share(&self.share(time));
            // At no time at all the density is zero by infinity.
            [if chance > 0.0 { chance * n * self.pace / self.odds(time) * kept(time) } else { 0.0 }]
        });
        mean
    }

    /// P(n purchases, and gone within a length of time) for one n after the other, with the density of leaving at a time,
    /// and how much likelier it is than on average for who has bought so often.
    ///
    /// Neighbouring counts share their nodes: those on which the first, a middle one and the last are exact.
    pub fn gone_each(
        &self,
        counts: &RangeInclusive<u32>,
        length: f64,
        density: impl Fn(f64) -> f64,
        tilt: impl Fn(f64, f64) -> f64,
    ) -> Vec<f64> {
        let numbers = counts.clone().count();
        if length <= 0.0 {
            return vec![0.0; numbers];
        }
        let (first, last) = (f64::from(*counts.start()), f64::from(*counts.end()));
        let middle = (first * last).sqrt().round();
        let ends = [first, middle, last].map(|n| (n, NegativeBinomial::new(n, self.shape)));
        let (panels, sums) = nodes_from_zero(length, self.peak([middle, last], length), |time| {
            let (share, density) = (self.share(time), density(time));
            ends.map(|(n, chance)| if density > 0.0 { density * chance.at_share(&share) * tilt(n, time) } else { 0.0 })
        });
        if numbers == 1 {
            return vec![sums[0]];
        }
        let mut nodes: Vec<_> = panels
            .iter()
            .map(|panel| {
                let (shares, mut chances) = (panel.at.map(|time| self.share(time)), panel.weights);
                for (at, chance) in chances.iter_mut().enumerate() {
                    *chance *= density(panel.at[at]) * ends[0].1.at_share(&shares[at]);
                }
                (panel.at, shares.map(|share| share.z), chances)
            })
            .collect();
        let next = |step: usize| {
            let n = first + step as f64;
            let growth = (self.shape + n) / (n + 1.0);
            let mut sums = [0.0; PANEL];
            for (times, z, chances) in &mut nodes {
                for at in 0..sums.len() {
                    sums[at] += chances[at] * tilt(n, times[at]);
                    chances[at] *= z[at] * growth;
                }
            }
            sums.iter().sum()
        };
        (0..numbers).map(next).collect()
    }

    /// Where in a length of time `n` purchases are likeliest, and how narrow about it up to `most` are, in the logarithm
    /// of time.
    fn peak(&self, [n, most]: [f64; 2], length: f64) -> (f64, f64) {
        let sharp = (most.max(1.0).recip() + self.shape.recip()).sqrt();
        let peak = (n / self.shape - self.start) / self.pace;
        if n > 0.0 && peak > 0.0 {
            let time = peak.min(length);
            return (time, sharp * self.odds(time) / (self.pace * time));
        }
        // Ever less likely from the start on: where they have fallen much.
        let rise = if n > 0.0 { n / self.start } else { 0.0 };
        let fall = ((self.shape + n) / (1.0 + self.start) - rise) * self.pace;
        let scale = fall.recip().min(if n > 0.0 { sharp * self.start / self.pace } else { f64::INFINITY });
        (length.min(scale), 1.0)
    }
}
