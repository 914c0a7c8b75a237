//! The tilt with its derivatives, in r, α, s, β and the odds ratio of the corners, in this order.

use super::gamma::Kept;
use crate::{lifetime::life::LifeJet, math::Dual};

const PARAMETERS: usize = 5;
type Number = Dual<PARAMETERS>;

/// The share of [`Kept`] with its derivatives in shape and rate.
#[derive(Debug, Clone, Copy)]
pub struct KeptJet {
    kept: Kept,
    slope: [f64; 2],
    /// In the shape twice, in both, in the rate twice.
    curvature: [f64; 3],
}

impl KeptJet {
    pub fn new(shape: f64, rate: f64, span: f64) -> Self {
        let kept = Kept::new(shape, rate, span);
        let [near, far] = [rate.recip(), (rate + span).recip()];
        let fall = span * near * far;
        // Of the logarithm.
        let [by_shape, by_rate] = [-(span / rate).ln_1p(), shape * fall];
        let curvature = [by_shape * by_shape, fall + by_shape * by_rate, by_rate * by_rate - by_rate * (near + far)];
        let share = kept.share;
        Self { kept, slope: [share * by_shape, share * by_rate], curvature: curvature.map(|one| share * one) }
    }

    /// Among all parameters, where the shape has this position and the rate the next.
    fn among_all(&self, shape: usize) -> Number {
        let mut all = Number::constant(self.kept.share);
        let rate = shape + 1;
        [all.gradient[shape], all.gradient[rate]] = self.slope;
        [all.hessian[shape][shape], all.hessian[shape][rate], all.hessian[rate][rate]] = self.curvature;
        all.hessian[rate][shape] = self.curvature[1];
        all
    }
}

/// m at an odds ratio of the corners, of which [`Kept::share`] is given.
///
/// The odds ratio asks for a root of P d m² − [1 + (1 − σ) d] m + d = 0, with d one less than the odds ratio, σ the sum of
/// the products of shares at equal corners and P their product; the root at which m falls to 0 with d is formed so
/// that nothing cancels on either side.
pub fn m_at<const N: usize>([buying, leaving]: [Dual<N>; 2], rests: [f64; 2], odds: Dual<N>) -> Dual<N> {
    let [not_buying, not_leaving] =
        [(buying, rests[0]), (leaving, rests[1])].map(|(share, rest)| share.map([rest, -1.0, 0.0]));
    let one = Dual::constant(1.0);
    let twice = |number: Dual<N>| number + number;
    let [first, second, rest, excess] = if odds.value >= 1.0 {
        [buying * not_leaving, not_buying * leaving, one, odds - one]
    } else {
        [buying * leaving, not_buying * not_leaving, odds, one - odds]
    };
    let linear = (first + second) * excess;
    let apart = (first - second) * excess;
    let root = (rest * rest + twice(rest * linear) + apart * apart).sqrt();
    let size = twice(excess) * (rest + linear + root).recip();
    if odds.value >= 1.0 { size } else { size.map([-size.value, -1.0, 0.0]) }
}

/// The corners of a [`Tilt`](super::tilt::Tilt) with their derivatives.
#[derive(Debug, Clone, Copy)]
pub struct TiltJet([[Number; 2]; 2]);

impl TiltJet {
    pub fn new(buying: KeptJet, leaving: KeptJet, odds: f64) -> Self {
        let rests = [buying.kept.rest, leaving.kept.rest];
        let [buying, leaving] = [buying.among_all(0), leaving.among_all(2)];
        let m = m_at([buying, leaving], rests, Number::variable(odds, PARAMETERS - 1));
        let [not_buying, not_leaving] =
            [(buying, rests[0]), (leaving, rests[1])].map(|(share, rest)| share.map([rest, -1.0, 0.0]));
        let above = |product: Number| Number::constant(1.0) + m * product;
        let below = |product: Number| Number::constant(1.0) - m * product;
        Self([
            [above(buying * leaving), below(buying * not_leaving)],
            [below(not_buying * leaving), above(not_buying * not_leaving)],
        ])
    }

    /// The logarithm of [`Tilt::at`](super::tilt::Tilt::at), where a belongs to r and α, b to s and β.
    pub fn ln(&self, a: &KeptJet, b: &KeptJet) -> LifeJet<PARAMETERS> {
        let [[none, only_b], [only_a, both]] = &self.0;
        let corners = [none, only_b, only_a, both];
        let ([no_a, a_share], [no_b, b_share]) = ([a.kept.rest, a.kept.share], [b.kept.rest, b.kept.share]);
        let weights = [no_a * no_b, no_a * b_share, a_share * no_b, a_share * b_share];
        let sum = |part: fn(&Number, [usize; 2]) -> f64, at: [usize; 2]| -> f64 {
            corners.iter().zip(weights).map(|(corner, weight)| weight * part(corner, at)).sum()
        };
        let value = sum(|corner, _| corner.value, [0; 2]);
        let slope = |part: fn(&Number, usize) -> f64, i: usize| {
            let [none, only_b, only_a, both] = corners.map(|corner| part(corner, i));
            [no_b * (only_a - none) + b_share * (both - only_b), no_a * (only_b - none) + a_share * (both - only_a)]
        };
        // How the sum moves with a and with b, and how that moves with the parameters.
        let [by_a, by_b] = slope(|corner, _| corner.value, 0);
        let cross = (none.value - only_b.value) - (only_a.value - both.value);
        let moves: [[f64; 2]; PARAMETERS] = std::array::from_fn(|i| slope(|corner, i| corner.gradient[i], i));
        let [da, db] = [[a.slope[0], a.slope[1], 0.0, 0.0, 0.0], [0.0, 0.0, b.slope[0], b.slope[1], 0.0]];
        let gradient: [f64; PARAMETERS] = std::array::from_fn(|i| {
            (sum(|corner, [i, _]| corner.gradient[i], [i; 2]) + by_a * da[i] + by_b * db[i]) / value
        });
        let mut hessian = [[0.0; PARAMETERS]; PARAMETERS];
        for i in 0..PARAMETERS {
            for j in i..PARAMETERS {
                let own = sum(|corner, [i, j]| corner.hessian[i][j], [i, j]);
                let mixed = moves[i][0] * da[j] + moves[j][0] * da[i] + moves[i][1] * db[j] + moves[j][1] * db[i];
                let both = cross * (da[i] * db[j] + da[j] * db[i]);
                hessian[i][j] = (own + mixed + both) / value - gradient[i] * gradient[j];
            }
        }
        for (from, kept, by) in [(0, a, by_a), (2, b, by_b)] {
            let [twice_shape, both, twice_rate] = kept.curvature.map(|one| one * by / value);
            hessian[from][from] += twice_shape;
            hessian[from][from + 1] += both;
            hessian[from + 1][from + 1] += twice_rate;
        }
        LifeJet { value: value.ln(), gradient, hessian }
    }
}
