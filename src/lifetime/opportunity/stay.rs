use crate::{
    lifetime::{
        ScalingError,
        scaling::{AS_PARAMETER, scaled},
    },
    math::{ln_beta_drop, sum_falling},
};

/// How many opportunities customers with the same history still see, given that they see the next: S(k) is the
/// probability of not having left before the k-th from now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::lifetime) enum Stay {
    /// Nobody leaves.
    Endless,
    /// After n opportunities, S(k) = B(γ, δ+(n+k)^c)/B(γ, δ+n^c): each leaves before an opportunity with a probability θ
    /// ~ Beta(γ, δ) of one's own, constant for c = 1.
    Beta { gamma: f64, delta: f64, power: f64, seen: f64 },
    /// The stay of a single such customer, with e^−rate = 1 − θ: S(k) = exp{−rate · [(n+k)^c − n^c]}.
    Weibull { rate: f64, power: f64, seen: f64 },
}

impl Stay {
    /// S(k).
    pub fn survival(self, k: f64) -> f64 {
        self.ln_survival(k).exp()
    }

    pub fn ln_survival(self, k: f64) -> f64 {
        match self {
            Self::Endless => 0.0,
            Self::Beta { gamma, delta, power, seen } => ln_beta_drop(gamma, delta + seen.powf(power), gain(self, k)),
            Self::Weibull { rate, .. } => -rate * gain(self, k),
        }
    }

    /// 1 − S(k).
    pub fn gone(self, k: f64) -> f64 {
        -self.ln_survival(k).exp_m1()
    }

    /// The stay of those who saw k more opportunities.
    pub fn after(self, k: f64) -> Self {
        match self {
            Self::Endless => Self::Endless,
            Self::Beta { gamma, delta, power, seen } => Self::Beta { gamma, delta, power, seen: seen + k },
            Self::Weibull { rate, power, seen } => Self::Weibull { rate, power, seen: seen + k },
        }
    }

    /// The stay of those who leave more or less readily: the odds of the mean θ, or the rate, times a factor.
    pub fn scaled(self, factor: f64) -> Result<Self, ScalingError> {
        /// Of −ln(1 − θ), over the range of the θ of the discrete Weibull model.
        const RATE: [f64; 2] = [1e-12, 14.0];
        Ok(match self {
            Self::Endless => Self::Endless,
            Self::Beta { gamma, delta, power, seen } => {
                let gamma = scaled("gamma of the dropout probabilities", gamma * factor, AS_PARAMETER)?;
                Self::Beta { gamma, delta, power, seen }
            }
            Self::Weibull { rate, power, seen } => {
                Self::Weibull { rate: scaled("rate of leaving", rate * factor, RATE)?, power, seen }
            }
        })
    }

    /// Σ e^−force·k S(k) over whole k after `from` and up to `to`, which may be infinite; infinite where it diverges.
    pub fn discounted(self, [from, to]: [f64; 2], force: f64) -> f64 {
        let kept = (self.ln_survival(from) - force * from).exp();
        if to <= from || kept <= 0.0 {
            return 0.0;
        }
        kept * self.after(from).moment(0, to - from, force)
    }

    /// Σ k^order e^−force·k S(k) over whole k from 1 to `last`, which may be infinite, for an order of 0 or 1.
    pub fn moment(self, order: i32, last: f64, force: f64) -> f64 {
        /// After so many e-folds of discounting nothing is left.
        const VANISHED: f64 = 60.0;
        if last.is_infinite() && force <= 0.0 {
            return self.whole_moment(order);
        }
        if let (Self::Endless, 0) = (self, order) {
            return geometric(last, force);
        }
        let term = |k: f64| k.powi(order) * (self.ln_survival(k) - force * k).exp();
        sum_falling(last.min((VANISHED / force).ceil()), term)
    }

    /// Σ k^order S(k) over all k ≥ 1.
    fn whole_moment(self, order: i32) -> f64 {
        /// Beyond all that a number can say.
        const FAR: f64 = 1e300;
        let term = |k: f64| k.powi(order) * self.survival(k);
        let Self::Beta { gamma, delta, power, seen } = self else {
            return if self.survival(FAR) > 0.0 { f64::INFINITY } else { sum_falling(FAR, term) };
        };
        // In the end terms fall like k^−(1 + fall).
        let fall = power * gamma - f64::from(1 + order);
        if fall <= 0.0 {
            return f64::INFINITY;
        }
        let now = delta + seen;
        match order {
            0 if is_one(power) => return now / (gamma - 1.0),
            1 if is_one(power) => return now / (gamma - 1.0) * ((gamma + now - 1.0) / (gamma - 2.0)),
            _ => {}
        }
        let scale = delta + seen.powf(power) + (1.0 + gamma).powi(2);
        let pure = ((DWARFS * scale).ln() / power).exp().max(DWARFS * (1.0 + seen)).min(FAR).ceil();
        sum_falling(pure, term) + term(pure) * pure / fall
    }
}

/// A power is pure when all scales vanish beside its base.
pub(super) const DWARFS: f64 = 1e18;

fn is_one(power: f64) -> bool {
    (power - 1.0).abs() < f64::EPSILON
}

/// (n+k)^c − n^c.
fn gain(stay: Stay, k: f64) -> f64 {
    let (Stay::Beta { power, seen, .. } | Stay::Weibull { power, seen, .. }) = stay else { return k };
    power_gain(seen, k, power)
}

fn power_gain(seen: f64, k: f64, power: f64) -> f64 {
    if is_one(power) {
        k
    } else if seen <= 0.0 {
        k.powf(power)
    } else {
        seen.powf(power) * (power * (k / seen).ln_1p()).exp_m1()
    }
}

/// to^c − from^c for whole numbers, with its first and second derivative in c.
pub fn power_step(from: f64, to: f64, c: f64) -> [f64; 3] {
    let [start, end] = [from, to].map(|at| {
        let ln = if at > 0.0 { at.ln() } else { 0.0 };
        [at.powf(c) * ln, at.powf(c) * ln * ln]
    });
    [power_gain(from, to - from, c), end[0] - start[0], end[1] - start[1]]
}

/// Σ e^−force·k over 1 ≤ k ≤ last.
fn geometric(last: f64, force: f64) -> f64 {
    if force <= 0.0 { last } else { (-force).exp() * (-force * last).exp_m1() / (-force).exp_m1() }
}
