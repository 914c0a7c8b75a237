use super::BetaMixture;
use crate::math::logistic;

/// Equidistant nodes in y = ln(p/(1−p)), walked from a start outward.
///
/// Every integrand here has a single peak in y. At the ends of the grid p is 0 or 1 to the last digit; the tails
/// beyond are geometric series and stand in one node each.
pub(super) struct Grid {
    from: f64,
    to: f64,
    start: f64,
    pub(super) width: f64,
}

impl Grid {
    /// For f whose slope d ln f / dy lies between −1 and 0 and falls, and which feels p only beyond 1/(shape·c): its
    /// peak is hardly left of that of the weights, and hardly narrower.
    pub(super) fn mild(mixture: BetaMixture, shape: f64, c: f64) -> Self {
        let BetaMixture { a, b } = mixture;
        Self::new(mixture, shape, c, (a / b).ln(), a * b / (a + b))
    }

    /// For f = (1 + pc)^−R, which can move the peak far to the left and make it narrow.
    ///
    /// The slope of the integrand in y is q · [a − R pc/(1+pc) − b e^y], and what stands in brackets falls.
    pub(super) fn tilted(mixture: BetaMixture, shape: f64, c: f64) -> Self {
        let BetaMixture { a, b } = mixture;
        let share = |y: f64| {
            let p = logistic(y);
            p * c / (1.0 + p * c)
        };
        let (mut low, mut high) = (Self::mild(mixture, shape, c).from, (a / b).ln());
        while high - low > 1e-3 {
            let middle = f64::midpoint(low, high);
            if a - shape * share(middle) - b * middle.exp() > 0.0 { low = middle } else { high = middle }
        }
        let (p, q) = (logistic(high), logistic(-high));
        let curvature = q * q * shape * share(high) / (1.0 + p * c) + b * p;
        Self::new(mixture, shape, c, high, curvature)
    }

    fn new(mixture: BetaMixture, shape: f64, c: f64, start: f64, curvature: f64) -> Self {
        /// Beyond this many logarithmic units, p or 1 − p vanishes beside one.
        const VANISHES: f64 = 39.0;
        /// A peak like that of the gamma distribution, with curvature k, is integrated to 1e-14 with steps of
        /// ½/√(k+1), for |Γ(k + 2πi/h)| is then that much below Γ(k); and no step is wider than a quarter.
        const WIDEST: f64 = 0.25;
        let BetaMixture { a, b } = mixture;
        Self {
            from: -VANISHES - (1.0 + b + (1.0 + shape) * c).ln(),
            to: VANISHES + (1.0 + a + shape).ln(),
            start,
            width: (0.5 / (curvature + 1.0).sqrt()).min(WIDEST),
        }
    }

    /// Calls with p and the logarithm of its weight, up to a common factor, from the start to the left and then to the
    /// right, each until the visitor has enough.
    pub(super) fn walk(&self, mixture: BetaMixture, mut visit: impl FnMut(f64, f64) -> bool) {
        let BetaMixture { a, b } = mixture;
        let density = Density::new(mixture);
        let mut y = self.start;
        loop {
            let (p, ln_weight) = density.at(y);
            if y <= self.from {
                visit(0.0, ln_weight - (-(-a * self.width).exp_m1()).ln());
                break;
            }
            if !visit(p, ln_weight) {
                break;
            }
            y -= self.width;
        }
        y = self.start + self.width;
        loop {
            let (p, ln_weight) = density.at(y);
            if y >= self.to {
                visit(1.0, ln_weight - (-(-b * self.width).exp_m1()).ln());
                break;
            }
            if !visit(p, ln_weight) {
                break;
            }
            y += self.width;
        }
    }
}

/// The weights p^a q^b of dy, relative to their peak at p₀ = a/(a+b), so that a and b, which may be large, multiply
/// only what differs from it: with t = y − y₀, ln(p/p₀) = −ln(1 + q₀(e^−t − 1)).
struct Density {
    mixture: BetaMixture,
    p0: f64,
    q0: f64,
    peak: f64,
}

impl Density {
    fn new(mixture: BetaMixture) -> Self {
        let BetaMixture { a, b } = mixture;
        Self { mixture, p0: a / (a + b), q0: b / (a + b), peak: (a / b).ln() }
    }

    /// p and the logarithm of its weight.
    fn at(&self, y: f64) -> (f64, f64) {
        let t = y - self.peak;
        let ln_p = -(self.q0 * (-t).exp_m1()).ln_1p();
        let ln_q = -(self.p0 * t.exp_m1()).ln_1p();
        // Rounding must not carry p beyond one.
        ((self.p0 * ln_p.exp()).min(1.0), self.mixture.a * ln_p + self.mixture.b * ln_q)
    }
}
