mod likelihood;

pub(super) use likelihood::{LifeJet, ln_left, ln_left_tilted, ln_likelihood, ln_likelihood_tilted, objective};

use super::{
    ScalingError,
    scaling::{AGED, scaled},
};
use crate::{
    math::{Panel, Panels, exponential_time, integrate},
    units::Horizon,
};

/// How long customers with the same history still live, given alive now; times in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Life {
    /// Nobody leaves.
    Endless,
    /// Leaving at a rate μ ~ Gamma(shape, scale): S(u) = (1 + u/scale)^−shape.
    Lomax { shape: f64, scale: f64 },
    /// Leaving at a rate η·b·e^(bu) with η ~ Gamma(shape, beta): S(u) = (1 + (e^(bu) − 1)/beta)^−shape.
    Gompertz { shape: f64, beta: f64, b: f64 },
}

/// How far a function of a life reaches before it is a pure power or a pure exponential to the last digit.
const PURE_FROM: f64 = 40.0;

impl Life {
    /// S(u).
    pub fn survival(self, u: f64) -> f64 {
        (-self.cumulative_hazard(u)).exp()
    }

    /// 1 − S(u).
    pub fn gone(self, u: f64) -> f64 {
        -(-self.cumulative_hazard(u)).exp_m1()
    }

    /// −ln S(u).
    fn cumulative_hazard(self, u: f64) -> f64 {
        match self {
            Self::Endless => 0.0,
            Self::Lomax { shape, scale } => shape * (u / scale).ln_1p(),
            Self::Gompertz { shape, beta, b } => shape * ln_growth(b * u, beta),
        }
    }

    /// −S′(u)/S(u).
    pub fn hazard(self, u: f64) -> f64 {
        match self {
            Self::Endless => 0.0,
            Self::Lomax { shape, scale } => shape / (scale + u),
            // e^q / (β + e^q − 1), from e^−q so that it never overflows.
            Self::Gompertz { shape, beta, b } => shape * b / beta_after(beta, b * u),
        }
    }

    /// ln [−S′(u)].
    pub fn ln_density(self, u: f64) -> f64 {
        self.hazard(u).ln() - self.cumulative_hazard(u)
    }

    /// The life of those who are still alive at u.
    pub fn after(self, u: f64) -> Self {
        match self {
            Self::Endless => Self::Endless,
            Self::Lomax { shape, scale } => Self::Lomax { shape, scale: scale + u },
            Self::Gompertz { shape, beta, b } => Self::Gompertz { shape, beta: beta_after(beta, b * u), b },
        }
    }

    /// The life of those whose hazards are all multiplied by a factor.
    pub fn scaled(self, factor: f64) -> Result<Self, ScalingError> {
        /// Of the beta of GGompertz/NBD, which age takes towards 1.
        const BETA: [f64; 2] = [1e-15, 1e6];
        Ok(match self {
            Self::Endless => Self::Endless,
            Self::Lomax { shape, scale } => {
                Self::Lomax { shape, scale: scaled("scale of the remaining lives", scale / factor, AGED)? }
            }
            Self::Gompertz { shape, beta, b } => {
                Self::Gompertz { shape, beta: scaled("beta of the remaining lives", beta / factor, BETA)?, b }
            }
        })
    }

    /// ∫ e^(−δu) S(u) du over (`from`, `to`), where `to` may be infinite: discounted time to live.
    pub fn discounted_time(self, from: f64, to: f64, force: f64) -> f64 {
        let kept = (-force * from).exp() * self.survival(from);
        kept * self.after(from).discounted_time_from_now((to - from).max(0.0), force)
    }

    fn discounted_time_from_now(self, to: f64, force: f64) -> f64 {
        match self {
            Self::Endless => exponential_time(force, to),
            Self::Lomax { shape, scale } if force <= 0.0 => scale * exponential_time(shape - 1.0, (to / scale).ln_1p()),
            Self::Lomax { shape, scale } => {
                /// Beyond it a panel spans more than an e-fold and exp(−δu) bends too much for twelve nodes.
                const WIDEST: f64 = 1.25;
                /// After so many e-folds of discounting nothing is left.
                const VANISHED: f64 = 60.0;
                let end = (to.min(VANISHED / force) / scale).ln_1p();
                let panels = Panels::new(0.0, end, shape + force * scale, WIDEST);
                scale * integrate(panels, |v| ((1.0 - shape) * v - force * scale * v.exp_m1()).exp())
            }
            Self::Gompertz { shape, beta, b } => {
                let pure = self.pure_from();
                let head = integrate(self.panels(0.0, to.min(pure), f64::INFINITY, force), |u| {
                    (-force * u - self.cumulative_hazard(u)).exp()
                });
                let rate = shape * b + force;
                let start = (shape * beta.ln() - rate * pure).exp();
                head + if to > pure { start * exponential_time(rate, to - pure) } else { 0.0 }
            }
        }
    }

    /// From here on S is a pure exponential to the last digit: that of [`Life::Gompertz`], where e^(bu) dwarfs β.
    fn pure_from(self) -> f64 {
        match self {
            Self::Gompertz { beta, b, .. } => (beta.ln().max(0.0) + PURE_FROM) / b,
            Self::Endless | Self::Lomax { .. } => f64::INFINITY,
        }
    }

    /// ∫ f up to the horizon, where f falls like u^−power / u · S(u) in the end; `scale` and `steepness` as in
    /// [`Life::panels`].
    pub fn integrate(self, to: Horizon, power: f64, scale: f64, steepness: f64, f: impl Fn(f64) -> f64) -> f64 {
        /// A power is pure when all scales vanish beside u.
        const DWARFS: f64 = 1e18;
        let (end, order) = match (to, self) {
            (Horizon::Within(to), _) => (to.as_days(), f64::INFINITY),
            (_, Self::Endless) => (DWARFS * scale, power),
            (_, Self::Lomax { shape, scale: own }) => (DWARFS * scale.max(own), power + shape),
            (_, Self::Gompertz { shape, b, .. }) => (self.pure_from() + PURE_FROM / (shape * b), f64::INFINITY),
        };
        integrate(self.panels(0.0, end, scale, steepness), &f) + f(end) * end / order
    }

    /// The cumulative hazard over (`from`, `to`).
    pub fn hazard_between(self, from: f64, to: f64) -> f64 {
        self.after(from).cumulative_hazard(to - from)
    }

    /// Calls with the nodes of a quadrature over (`from`, `to`) and their weights, for (α+u)^−power times −S′.
    pub fn walk(self, [from, to]: [f64; 2], alpha: f64, power: f64, mut visit: impl FnMut(f64, f64)) {
        /// Beyond it a panel spans more than an e-fold of u.
        const WIDEST: f64 = 1.25;
        let Self::Lomax { shape, scale } = self else {
            for panel in self.panels(from, to, alpha + from, power / (alpha + from)) {
                panel.nodes.iter().zip(panel.weights()).for_each(|(&node, weight)| visit(node, weight));
            }
            return;
        };
        // v = ln[(c+u)/(c+from)], in which the powers fall no faster than exponentials.
        let nearest = alpha.min(scale) + from;
        for panel in Panels::new(0.0, ((to - from) / nearest).ln_1p(), power + shape, WIDEST) {
            for (&v, weight) in panel.nodes.iter().zip(panel.weights()) {
                let gone = nearest * v.exp_m1();
                visit(from + gone, weight * (nearest + gone));
            }
        }
    }

    /// Panels for what is smooth but for a power with its singularity `scale` before `from`, and S or −S′ of this life;
    /// but for these it falls at a rate of at most `steepness`.
    ///
    /// Panels double, for a power is as smooth at twice the distance on twice the scale; about the time at which e^(bu)
    /// overtakes β, where S has poles at a distance of π/b, they do not grow beyond 1.25/b.
    fn panels(self, from: f64, to: f64, scale: f64, steepness: f64) -> impl Iterator<Item = Panel> {
        /// A panel twice as long as it is far from a singularity is integrated to 1e-14; one of exponent 4 is half.
        const STARTS: f64 = 2.0;
        let (own, bend, widest) = match self.after(from) {
            Self::Endless => (f64::INFINITY, from, f64::INFINITY),
            Self::Lomax { scale, .. } => (scale, from, f64::INFINITY),
            Self::Gompertz { beta, b, .. } => (beta.min(0.6) / b, from + (beta.ln().max(0.0) + 4.0) / b, 1.25 / b),
        };
        let bend = bend.min(to);
        let before = (steepness + self.hazard(from)).max(STARTS / own.min(scale));
        let after = if bend > from { (4.0 / widest).max(self.hazard(bend)) } else { before };
        Panels::new(from, bend, before, widest).chain(Panels::new(bend, to, after, f64::INFINITY))
    }
}

/// (β + e^q − 1) e^−q, in which nothing cancels.
fn beta_after(beta: f64, q: f64) -> f64 {
    beta * (-q).exp() - (-q).exp_m1()
}

/// ln [1 + (e^q − 1)/β].
fn ln_growth(q: f64, beta: f64) -> f64 {
    /// From here on e^q is so large that its logarithm must be taken out.
    const LARGE: f64 = 30.0;
    if q < LARGE { (q.exp_m1() / beta).ln_1p() } else { q - beta.ln() + ((beta - 1.0) * (-q).exp()).ln_1p() }
}
