//! The likelihood of one customer with its derivatives.
//!
//! L = Γ(r+x)/Γ(r) α^r β^s Π e^{γz(t_k)} { (α+B(T))^−(r+x) (β+D(T))^−s
//!     + s ∫ (α+B(y))^−(r+x) (β+D(y))^−(s+1) D′(y) dy over (t_x, T) }
//!
//! where B and D, the time under observation as buying and as leaving see it, are straight on each piece. So a stretch of a
//! piece depends on six numbers, in which its quadrature is differentiated node by node; how these six depend on parameters
//! and coefficients enters once for each stretch.

use super::data::{Piece, Watched};
use crate::{
    lifetime::Life,
    math::{Jet, JetSum, ln_rising_jet},
};

/// The six numbers of a stretch, by position: r; α+B and β+D at its start, and the paces of both; s.
const R: usize = 0;
const BOUGHT: usize = 1;
const BUYING: usize = 2;
const S: usize = 3;
const LEFT: usize = 4;
const LEAVING: usize = 5;

/// The value of a function of the six, its gradient and the upper triangle of its Hessian.
type Six = (f64, [f64; 6], [[f64; 6]; 6]);

/// The parameters that a row sees.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    pub r: f64,
    pub alpha: f64,
    pub s: f64,
    pub beta: f64,
    pub coefficients: &'a [f64],
}

/// Time as buying, or as leaving, sees it: ∫ e^(γz) du with its derivatives in the coefficients.
#[derive(Debug, Clone)]
struct Clock {
    time: f64,
    slopes: Vec<f64>,
    /// Row by row.
    curvatures: Vec<f64>,
}

impl Clock {
    fn new(coefficients: usize) -> Self {
        Self { time: 0.0, slopes: vec![0.0; coefficients], curvatures: vec![0.0; coefficients * coefficients] }
    }

    /// Goes on for `length` at a pace with these covariates.
    fn run(&mut self, covariates: &[f64], pace: f64, length: f64) {
        let by = pace * length;
        self.time += by;
        for (i, &one) in covariates.iter().enumerate().filter(|(_, one)| **one != 0.0) {
            self.slopes[i] += by * one;
            for (j, other) in covariates.iter().enumerate() {
                self.curvatures[i * covariates.len() + j] += by * one * other;
            }
        }
    }
}

/// The log-likelihood of a customer, in the logarithms of r, α, s, β and in the coefficients.
pub fn row(at: &At<'_>, row: &Watched) -> Jet {
    let count = at.coefficients.len();
    let (from, to) = (row.history.recency().as_days(), row.history.age().as_days());
    let power = at.r + f64::from(row.history.repeats());
    let [mut buying, mut leaving] = [(); 2].map(|()| Clock::new(count));
    let mut sum = Mixture::new(4 + count);
    for (index, piece) in row.pieces.iter().enumerate() {
        let end = row.pieces.get(index + 1).map_or(to, |next| next.start);
        let paces = piece.paces(at.coefficients);
        let run = |buying: &mut Clock, leaving: &mut Clock, length: f64| {
            buying.run(&piece.buying, paces[0], length);
            leaving.run(&piece.leaving, paces[1], length);
        };
        let before = (from.min(end) - piece.start).max(0.0);
        run(&mut buying, &mut leaving, before);
        let length = end - piece.start - before;
        if length > 0.0 {
            let stretch = stretch(at, power, [&buying, &leaving], paces, length);
            sum.add(&chained(at, &stretch, [&buying, &leaving], paces, piece));
            run(&mut buying, &mut leaving, length);
        }
    }
    let last = row.pieces.last().map_or_else(|| Piece::none(count), Clone::clone);
    sum.add(&chained(at, &alive(at, power, &buying, &leaving), [&buying, &leaving], [1.0; 2], &last));
    let mut jet = sum.ln();
    add_common(&mut jet, at, row);
    jet
}

/// What all terms share: Γ(r+x)/Γ(r) Π e^{γz(t_k)}, and of α^r β^s what its terms left out, the derivatives in α and β.
fn add_common(jet: &mut Jet, at: &At<'_>, row: &Watched) {
    let n = jet.gradient.len();
    let [value, slope, curvature] = ln_rising_jet(at.r, row.history.repeats());
    jet.value += value;
    jet.gradient[0] += at.r * slope;
    jet.hessian[0] += at.r * (slope + at.r * curvature);
    for (place, shape) in [(0, at.r), (2, at.s)] {
        jet.gradient[place + 1] += shape;
        jet.hessian[place * n + place + 1] += shape;
        jet.hessian[(place + 1) * n + place] += shape;
    }
    for (i, (bought, coefficient)) in row.bought.iter().zip(at.coefficients).enumerate() {
        jet.value += bought * coefficient;
        jet.gradient[4 + i] += bought;
    }
}

/// ln of (α/(α+B))^r (α+B)^−x (β/(β+D))^s at the end.
fn alive(at: &At<'_>, power: f64, buying: &Clock, leaving: &Clock) -> Six {
    let (bought, left) = (at.alpha + buying.time, at.beta + leaving.time);
    let [by_r, by_s] = [-(buying.time / at.alpha).ln_1p(), -(leaving.time / at.beta).ln_1p()];
    let value = at.r * by_r - (power - at.r) * bought.ln() + at.s * by_s;
    let mut hessian = [[0.0; 6]; 6];
    hessian[R][BOUGHT] = -bought.recip();
    hessian[BOUGHT][BOUGHT] = power * bought.powi(-2);
    hessian[S][LEFT] = -left.recip();
    hessian[LEFT][LEFT] = at.s * left.powi(-2);
    (value, [by_r, -power / bought, 0.0, by_s, -at.s / left, 0.0], hessian)
}

/// ln of the integral over a stretch of constant covariates.
fn stretch(at: &At<'_>, power: f64, clocks: [&Clock; 2], [p, d]: [f64; 2], length: f64) -> Six {
    let [starts_bought, starts_left] = [clocks[0].time, clocks[1].time];
    let (bought, left) = (at.alpha + starts_bought, at.beta + starts_left);
    let life = Life::Lomax { shape: at.s, scale: left / d };
    let ln_pace = (at.s * d).ln();
    let mut sum = JetSum::<6>::new();
    life.walk([0.0, length], bought / p, power, |time, weight| {
        let [by_r, by_s] =
            [-((starts_bought + p * time) / at.alpha).ln_1p(), -((starts_left + d * time) / at.beta).ln_1p()];
        let [buys, leaves] = [(bought + p * time).recip(), (left + d * time).recip()];
        let value = at.r * by_r + (power - at.r) * buys.ln() + at.s * by_s + leaves.ln() + ln_pace;
        let [slope, fall] = [-power * buys, -(at.s + 1.0) * leaves];
        let gradient = [by_r, slope, slope * time, at.s.recip() + by_s, fall, fall * time + d.recip()];
        let mut hessian = [[0.0; 6]; 6];
        hessian[R] = [0.0, -buys, -buys * time, 0.0, 0.0, 0.0];
        hessian[BOUGHT][BOUGHT] = -slope * buys;
        hessian[BOUGHT][BUYING] = -slope * buys * time;
        hessian[BUYING][BUYING] = -slope * buys * time * time;
        hessian[S] = [0.0, 0.0, 0.0, -at.s.powi(-2), -leaves, -leaves * time];
        hessian[LEFT][LEFT] = -fall * leaves;
        hessian[LEFT][LEAVING] = -fall * leaves * time;
        hessian[LEAVING][LEAVING] = -fall * leaves * time * time - d.powi(-2);
        sum.add(value, weight, &gradient, &hessian);
    });
    sum.ln()
}

/// The jet of a function of the six in the logarithms of r, α, s, β and in the coefficients.
fn chained(
    at: &At<'_>,
    (value, own, curved): &Six,
    [buying, leaving]: [&Clock; 2],
    [p, d]: [f64; 2],
    piece: &Piece,
) -> Jet {
    let count = at.coefficients.len();
    let n = 4 + count;
    // How each of the six moves with each of the n.
    let mut moves = vec![[0.0; 6]; n];
    moves[0][R] = at.r;
    moves[1][BOUGHT] = at.alpha;
    moves[2][S] = at.s;
    moves[3][LEFT] = at.beta;
    for (i, row) in moves[4..].iter_mut().enumerate() {
        *row = [0.0, buying.slopes[i], p * piece.buying[i], 0.0, leaving.slopes[i], d * piece.leaving[i]];
    }
    let full = |i: usize, j: usize| if i <= j { curved[i][j] } else { curved[j][i] };
    let mut jet = Jet::zero(n);
    jet.value = *value;
    for one in 0..n {
        jet.gradient[one] = (0..6).map(|q| own[q] * moves[one][q]).sum();
        let bent: [f64; 6] = std::array::from_fn(|q| (0..6).map(|other| full(q, other) * moves[one][other]).sum());
        for (other, moves) in moves[..=one].iter().enumerate() {
            let curvature: f64 = bent.iter().zip(moves).map(|(bent, by)| bent * by).sum();
            jet.hessian[one * n + other] = curvature;
            jet.hessian[other * n + one] = curvature;
        }
    }
    // Logarithms and exponentials bend themselves.
    for (place, q) in [(0, R), (1, BOUGHT), (2, S), (3, LEFT)] {
        jet.hessian[place * (n + 1)] += own[q] * moves[place][q];
    }
    for i in 0..count {
        for j in 0..count {
            jet.hessian[(4 + i) * n + 4 + j] += own[BOUGHT] * buying.curvatures[i * count + j]
                + own[BUYING] * p * piece.buying[i] * piece.buying[j]
                + own[LEFT] * leaving.curvatures[i * count + j]
                + own[LEAVING] * d * piece.leaving[i] * piece.leaving[j];
        }
    }
    jet
}

/// The logarithm of a sum of positive terms given by the jets of their logarithms, as [`JetSum`] for any number of
/// parameters.
struct Mixture {
    sum: Jet,
    scale: f64,
}

impl Mixture {
    fn new(parameters: usize) -> Self {
        Self { sum: Jet::zero(parameters), scale: f64::NEG_INFINITY }
    }

    fn add(&mut self, term: &Jet) {
        if term.value > self.scale {
            let by = (self.scale - term.value).exp();
            self.sum.value *= by;
            self.sum.gradient.iter_mut().chain(&mut self.sum.hessian).for_each(|number| *number *= by);
            self.scale = term.value;
        }
        let n = term.gradient.len();
        let share = (term.value - self.scale).exp();
        self.sum.value += share;
        for (i, slope) in term.gradient.iter().enumerate() {
            self.sum.gradient[i] += share * slope;
            for (j, other) in term.gradient.iter().enumerate() {
                self.sum.hessian[i * n + j] += share * (term.hessian[i * n + j] + slope * other);
            }
        }
    }

    fn ln(self) -> Jet {
        let Self { mut sum, scale } = self;
        let (n, mass) = (sum.gradient.len(), sum.value);
        sum.value = scale + mass.ln();
        sum.gradient.iter_mut().chain(&mut sum.hessian).for_each(|number| *number /= mass);
        for i in 0..n {
            for j in 0..n {
                sum.hessian[i * n + j] -= sum.gradient[i] * sum.gradient[j];
            }
        }
        sum
    }
}
