use super::gamma::{Kept, Side};
use crate::{lifetime::Generator, units::Interval};

/// The factor q(a, b) = 1 + m (a − A)(b − B) by which rates λ and μ occur together more often than if they were
/// independent, with a = e^(−cλ) and b = e^(−cμ), whose means are A and B.
///
/// It is linear in a and in b, and so a mean of its values at the corners of 0 ≤ a, b ≤ 1. These are not negative for a
/// legal m, and everything is formed of them: no term is taken from another, however near m is to a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tilt([[f64; 2]; 2]);

impl Tilt {
    pub fn new(buying: Kept, leaving: Kept, m: f64) -> Self {
        // At the bound itself a corner is zero, for which rounding may leave less.
        let corner = |product: f64| (1.0 + m * product).max(0.0);
        let Kept { share: a, rest: not_a } = buying;
        let Kept { share: b, rest: not_b } = leaving;
        Self([[corner(a * b), corner(-a * not_b)], [corner(-not_a * b), corner(not_a * not_b)]])
    }

    /// Its mean over independent a and b.
    pub fn at(&self, a: Kept, b: Kept) -> f64 {
        let [[none, only_b], [only_a, both]] = self.0;
        a.rest * (none * b.rest + only_b * b.share) + a.share * (only_a * b.rest + both * b.share)
    }

    /// At which corner a customer is, who are at it by their share: in a and in b.
    pub fn draw(&self, buying: Kept, leaving: Kept, rng: &mut Generator) -> [Side; 2] {
        let corner = |a: Side, b: Side| self.0[a as usize][b as usize] * buying.of(a) * leaving.of(b);
        let corners = [Side::Zero, Side::One].map(|a| [corner(a, Side::Zero), corner(a, Side::One)]);
        let [zero, one] = corners.map(|[zero, one]| zero + one);
        let mut side = |zero: f64, one: f64| if rng.uniform() * (zero + one) < zero { Side::Zero } else { Side::One };
        let a = side(zero, one);
        let [zero, one] = corners[a as usize];
        [a, side(zero, one)]
    }

    /// q₀₀ q₁₁ / (q₀₁ q₁₀): 1 without correlation, 0 and infinite at the bounds.
    pub fn odds_ratio(&self) -> f64 {
        let [[none, only_b], [only_a, both]] = self.0;
        (none / only_b) * (both / only_a)
    }
}

/// Between which m no corner is negative.
pub fn bounds(buying: Kept, leaving: Kept) -> Interval {
    let least = (buying.share * leaving.share).max(buying.rest * leaving.rest);
    let most = (buying.share * leaving.rest).max(buying.rest * leaving.share);
    Interval { low: -least.recip(), high: most.recip() }
}
