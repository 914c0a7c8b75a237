use std::ops::RangeInclusive;

use super::{
    Buying, Dropout, Process, RateFactors, ScalingError,
    life::Life,
    scaling::{AGED, scaled},
    sealed::Sealed,
};
use crate::units::{Horizon, Span, TimeUnit};

/// A customer of NBD, Pareto/NBD or GGompertz/NBD who is alive: a purchase rate λ ~ Gamma(R, A) for as long as the
/// customer lives, which does not depend on λ.
///
/// A history (x, t_x, T) leads to R = r + x and A = α + T; the life is endless in NBD, S(u) = ((β+T)/(β+T+u))^s in
/// Pareto/NBD, S(u) = (β'/(β'+e^bu−1))^s in GGompertz/NBD with β' = 1 + (β−1) e^−bT.
///
/// # Formula
///
/// ```text
/// survival             S(u)
/// expected purchases   (R/A) ∫₀ᵗ S(u) du
/// discounted           (R/A) ∫ e^−δu S(u) du
/// any purchase         ∫₀ᵗ (R/A) (A/(A+u))^(R+1) S(u) du
/// m purchases          S(t) NB(m; t) − ∫₀ᵗ S′(u) NB(m; u) du
/// NB(m; t)             Γ(R+m)/(Γ(R) m!) · (A/(A+t))^R · (t/(A+t))^m
/// ```
///
/// ```math
/// P(m) = S(t)\,\mathrm{NB}(m; t) - \int_0^t S'(u)\,\mathrm{NB}(m; u)\,du, \qquad
/// \mathrm{DERT} = \frac RA \int_0^\infty e^{-\delta u} S(u)\,du
/// ```
///
/// All integrands are positive and integrated as they stand; the hypergeometric closed forms of the papers are
/// differences of large numbers.
///
/// # References
///
/// Schmittlein, Morrison and Colombo (1987), Counting your customers, Management Science 33(1); Fader and Hardie (2005),
/// A note on deriving the Pareto/NBD model, note 009; Bemmaor and Glady (2012), Modeling purchasing behavior with sudden
/// "death", Management Science 58(5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoissonProcess {
    pub(super) shape: f64,
    /// In days.
    pub(super) rate: f64,
    pub(super) life: Life,
}

impl PoissonProcess {
    /// Purchases from now on.
    fn buying(&self) -> Buying {
        Buying { shape: self.shape, start: 0.0, pace: self.rate.recip() }
    }

    /// P(n purchases within a length of time of one life after the other), alive at its end or gone by then.
    fn bought(&self, counts: &RangeInclusive<u32>, length: f64, life: Life) -> Vec<f64> {
        let (buying, survival) = (self.buying(), life.survival(length));
        let living = buying.living_each(counts, length).into_iter().map(|chance| survival * chance);
        if life == Life::Endless {
            return living.collect();
        }
        let gone = buying.gone_each(counts, length, |time| life.ln_density(time).exp(), |_, _| 1.0);
        living.zip(gone).map(|(living, gone)| living + gone).collect()
    }
}

impl Sealed for PoissonProcess {}

impl Process for PoissonProcess {
    fn survival(&self, after: Span) -> f64 {
        self.life.survival(after.as_days())
    }

    fn any_purchase(&self, within: Horizon) -> f64 {
        let Self { shape, rate, life } = *self;
        if life == Life::Endless {
            let Horizon::Within(within) = within else { return 1.0 };
            return -(-shape * (within.as_days() / rate).ln_1p()).exp_m1();
        }
        let first = |time: f64| shape / rate * (-(shape + 1.0) * (time / rate).ln_1p()).exp() * life.survival(time);
        life.integrate(within, shape, rate, (shape + 1.0) / rate, first)
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        self.probability_between(count, Span::ZERO, within)
    }

    fn probabilities(&self, counts: RangeInclusive<u32>, within: Span) -> Vec<f64> {
        self.bought(&counts, within.as_days(), self.life)
    }

    /// The n-th purchase falls within the span and the life; or the one after n does not fall within both: it would come
    /// too late, or when the customer has left.
    fn tails(&self, count: u32, within: Span) -> Option<[f64; 2]> {
        let (buying, length, n) = (self.buying(), within.as_days(), f64::from(count));
        if self.life == Life::Endless {
            return Some([buying.living_at_least(count, length), buying.living_at_most(count, length)]);
        }
        let at_least = match count {
            0 => 1.0,
            _ => buying.at_purchase(n, length, |time| self.life.survival(time)),
        };
        let left = buying.at_purchase(n + 1.0, length, |time| self.life.gone(time));
        Some([at_least.min(1.0), (buying.living_at_most(count, length) + left).min(1.0)])
    }

    /// Gone before, or alive at `from` with a shorter life to come: how much was bought before says nothing of that.
    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let (from, length) = (from.as_days(), to.as_days() - from.as_days());
        let bought: f64 = self.bought(&(count..=count), length, self.life.after(from)).iter().sum();
        let alive = self.life.survival(from);
        alive * bought + if count == 0 { 1.0 - alive } else { 0.0 }
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.discounted_purchases(Span::ZERO, Horizon::Within(within), 0.0)
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        let to = match to {
            Horizon::Within(to) => to.as_days(),
            Horizon::Lifetime => f64::INFINITY,
        };
        self.shape / self.rate * self.life.discounted_time(from.as_days(), to, force)
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        self.shape / self.rate * unit.days()
    }

    fn mean_dropout(&self, unit: TimeUnit) -> Dropout {
        match self.life {
            Life::Endless => Dropout::Never,
            life => Dropout::Hazard(life.hazard(0.0) * unit.days()),
        }
    }

    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        let rate = scaled("rate of the purchase rates", self.rate / factors.purchases.get(), AGED)?;
        Ok(Self { rate, life: self.life.scaled(factors.dropout.get())?, ..*self })
    }
}
