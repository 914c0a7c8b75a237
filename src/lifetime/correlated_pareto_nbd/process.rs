use std::ops::RangeInclusive;

use super::{
    gamma::{Gamma, Kept},
    tilt::Tilt,
};
use crate::{
    lifetime::{
        Buying, Dropout, Process, RateFactors, ScalingError,
        life::Life,
        scaling::{AGED, scaled},
        sealed::Sealed,
    },
    math::{Panels, integrate},
    units::{Horizon, Span, TimeUnit},
};

/// A customer of [`CorrelatedParetoNbd`](super::CorrelatedParetoNbd) who is alive: a purchase rate λ and a rate of leaving
/// μ that go together.
///
/// A history (x, t_x, T) leads to the process of [`ParetoNbd`](crate::ParetoNbd), λ ~ Gamma(R, A) and μ ~ Gamma(s, B) with
/// R = r + x, A = α + T and B = β + T, whose density is multiplied by the q of the model. Written out, that is a mixture of
/// four such processes, A or A + c, B or B + c, two of them with negative weights.
///
/// # Formula
///
/// ```text
/// survival             S(u) · Q(R, s; 0, u)
/// expected purchases   (R/A) ∫₀ᵗ S(u) Q(R+1, s; 0, u) du
/// discounted           (R/A) ∫ e^−δu S(u) Q(R+1, s; 0, u) du
/// any purchase         ∫₀ᵗ (R/A) (A/(A+u))^(R+1) S(u) Q(R+1, s; u, u) du
/// m purchases          S(t) NB(m; t) Q(R+m, s; t, t) − ∫₀ᵗ S′(u) NB(m; u) Q(R+m, s+1; u, u) du
/// Q(R, s; u, v)        E q(a, b) / E q now,   E a = ((A+u)/(A+u+c))^R,   E b = ((B+v)/(B+v+c))^s
/// ```
///
/// with S and NB of [`PoissonProcess`](crate::lifetime::PoissonProcess). The signed sum would cancel for customers who are
/// rare under the correlation, and near the bounds of m might leave a probability below zero. Q is formed of the values of q at the corners of
/// 0 ≤ a, b ≤ 1, of which it is a mean and none is negative: every integrand is positive, and nothing cancels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CorrelatedProcess {
    /// Of the purchase rate.
    buying: Gamma,
    /// Of the rate of leaving.
    leaving: Gamma,
    tilt: Tilt,
    /// The mean of the tilt now.
    now: f64,
}

impl CorrelatedProcess {
    pub(super) fn new(buying: Gamma, leaving: Gamma, tilt: Tilt) -> Self {
        Self { buying, leaving, tilt, now: tilt.at(buying.kept(0.0, 0.0), leaving.kept(0.0, 0.0)) }
    }

    /// How much commoner what was tilted is than if the rates were independent, beside how much it is now.
    fn tilted(&self, a: Kept, b: Kept) -> f64 {
        self.tilt.at(a, b) / self.now
    }

    const fn life(&self) -> Life {
        Life::Lomax { shape: self.leaving.shape, scale: self.leaving.rate }
    }

    fn buying(&self) -> Buying {
        Buying { shape: self.buying.shape, start: 0.0, pace: self.buying.rate.recip() }
    }

    /// P(n purchases after `from` and within a length of time, gone by then | alive at `from`) of one n after the other,
    /// with the tilt of now.
    fn gone(&self, counts: &RangeInclusive<u32>, from: f64, length: f64) -> Vec<f64> {
        let life = self.life().after(from);
        let tilt = |n: f64, time: f64| self.tilted(self.buying.kept(n, time), self.leaving.kept(1.0, from + time));
        self.buying().gone_each(counts, length, |time| life.ln_density(time).exp(), tilt)
    }

    /// ∫ e^(−δu) S(u) Q(u) du over (0, `length`), which may be infinite, from the time `from` on.
    fn discounted_time(&self, from: f64, length: f64, force: f64) -> f64 {
        /// Beyond it a panel spans more than an e-fold.
        const WIDEST: f64 = 1.25;
        /// After so many e-folds of discounting nothing is left.
        const VANISHED: f64 = 60.0;
        let Gamma { shape, rate, span } = self.leaving;
        let scale = rate + from;
        let bought = self.buying.kept(1.0, 0.0);
        let tilt = |v: f64| self.tilted(bought, Kept::new(shape, scale * v.exp(), span));
        let integral = |end: f64| {
            let panels = Panels::new(0.0, end, shape + force * scale, WIDEST);
            scale * integrate(panels, |v| ((1.0 - shape) * v - force * scale * v.exp_m1()).exp() * tilt(v))
        };
        if force > 0.0 {
            return integral((length.min(VANISHED / force) / scale).ln_1p());
        }
        if length.is_finite() {
            return integral((length / scale).ln_1p());
        }
        if shape <= 1.0 {
            return f64::INFINITY;
        }
        // From here on the share kept lacks to 1 a pure power, to the last digit.
        let end = 40.0 + (shape * span / scale).ln_1p();
        let Kept { share, rest } = Kept::new(shape, scale * end.exp(), span);
        let [gone, kept] = [Kept { share: 0.0, rest }, Kept { share, rest: 0.0 }].map(|part| self.tilted(bought, part));
        integral(end) + scale * ((1.0 - shape) * end).exp() * (kept / (shape - 1.0) + gone / shape)
    }
}

impl Sealed for CorrelatedProcess {}

impl Process for CorrelatedProcess {
    fn survival(&self, after: Span) -> f64 {
        let after = after.as_days();
        self.life().survival(after) * self.tilted(self.buying.kept(0.0, 0.0), self.leaving.kept(0.0, after))
    }

    fn any_purchase(&self, within: Horizon) -> f64 {
        let Gamma { shape, rate, .. } = self.buying;
        let life = self.life();
        let first = |time: f64| {
            let bought = shape / rate * (-(shape + 1.0) * (time / rate).ln_1p()).exp() * life.survival(time);
            bought * self.tilted(self.buying.kept(1.0, time), self.leaving.kept(0.0, time))
        };
        life.integrate(within, shape, rate, (shape + 1.0) / rate, first)
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        self.probability_between(count, Span::ZERO, within)
    }

    fn probabilities(&self, counts: RangeInclusive<u32>, within: Span) -> Vec<f64> {
        let length = within.as_days();
        let survival = self.life().survival(length);
        let living = counts.clone().zip(self.buying().living_each(&counts, length));
        let each = living.zip(self.gone(&counts, 0.0, length)).map(|((count, living), gone)| {
            let tilt = self.tilted(self.buying.kept(f64::from(count), length), self.leaving.kept(0.0, length));
            survival * tilt * living + gone
        });
        each.collect()
    }

    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let gone_before = if count == 0 { 1.0 - self.survival(from) } else { 0.0 };
        let (from, to) = (from.as_days(), to.as_days());
        let length = to - from;
        let alive = self.tilted(self.buying.kept(f64::from(count), length), self.leaving.kept(0.0, to));
        let bought = self.life().survival(to) * alive * self.buying().living(count, length);
        let gone: f64 = self.gone(&(count..=count), from, length).iter().sum();
        bought + self.life().survival(from) * gone + gone_before
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.discounted_purchases(Span::ZERO, Horizon::Within(within), 0.0)
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        let from = from.as_days();
        let length = match to {
            Horizon::Within(to) => (to.as_days() - from).max(0.0),
            Horizon::Lifetime => f64::INFINITY,
        };
        let kept = (-force * from).exp() * self.life().survival(from);
        self.buying.shape / self.buying.rate * kept * self.discounted_time(from, length, force)
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        let tilt = self.tilted(self.buying.kept(1.0, 0.0), self.leaving.kept(0.0, 0.0));
        self.buying.shape / self.buying.rate * tilt * unit.days()
    }

    fn mean_dropout(&self, unit: TimeUnit) -> Dropout {
        let tilt = self.tilted(self.buying.kept(0.0, 0.0), self.leaving.kept(1.0, 0.0));
        Dropout::Hazard(self.leaving.shape / self.leaving.rate * tilt * unit.days())
    }

    /// Each customer's own rates are multiplied, and the tilt stays that of the rates that were.
    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        let rate = |what: &'static str, of: Gamma, factor: f64| {
            Ok(Gamma { rate: scaled(what, of.rate / factor, AGED)?, span: of.span / factor, ..of })
        };
        let buying = rate("rate of the purchase rates", self.buying, factors.purchases.get())?;
        let leaving = rate("scale of the remaining lives", self.leaving, factors.dropout.get())?;
        Ok(Self::new(buying, leaving, self.tilt))
    }
}
