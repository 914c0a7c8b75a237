use std::{cell::RefCell, collections::HashMap, hash::BuildHasherDefault};

use super::{
    Dropout, Process, RateFactors, ScalingError,
    cohort::Mixer,
    life::Life,
    scaling::{AGED, scaled},
    sealed::Sealed,
};
use crate::{
    math::{integrate_from_zero, ln_rising, negative_binomial},
    units::{Horizon, Span, TimeUnit},
};

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
    /// P(`count` purchases within `time` of living).
    pub(super) fn living(&self, count: u32, time: f64) -> f64 {
        let odds = time / self.rate;
        negative_binomial(count, self.shape, odds / (1.0 + odds), (1.0 + odds).recip())
    }

    /// P(`count` purchases within a length of time, and gone by its end), with what is known of leaving at each time.
    fn gone(&self, count: u32, length: f64, leaving: impl Fn(f64) -> Leaving) -> f64 {
        if self.life == Life::Endless || length <= 0.0 {
            return 0.0;
        }
        bought_and_gone(count, self.shape, length, leaving)
    }

    /// Leaving after a time, with a life to come.
    fn leaving(&self, life: Life, time: f64) -> Leaving {
        let odds = time / self.rate;
        Leaving { density: life.ln_density(time), whole: odds.recip().ln_1p(), growth: odds.ln_1p() }
    }
}

/// What all counts of purchases have in common for a customer who leaves after a time t: logarithms.
#[derive(Clone, Copy)]
pub(crate) struct Leaving {
    /// ln [−S′(t)].
    pub density: f64,
    /// ln (1 + A/t).
    pub whole: f64,
    /// ln (1 + t/A).
    pub growth: f64,
}

/// P(`count` purchases, and gone within a length of time).
pub(crate) fn bought_and_gone(count: u32, shape: f64, length: f64, leaving: impl Fn(f64) -> Leaving) -> f64 {
    let ln_ways = ln_rising(shape, count) - ln_rising(1.0, count);
    let count = f64::from(count);
    integrate_from_zero(length, |time| {
        let Leaving { density, whole, growth } = leaving(time);
        let bought = if count > 0.0 { -count * whole } else { 0.0 };
        density + ln_ways + bought - shape * growth
    })
}

/// Remembers what is known at each time: the integrals of all counts have nodes in common, where most of the work is the
/// same.
pub(crate) fn remembered(leaving: impl Fn(f64) -> Leaving) -> impl Fn(f64) -> Leaving {
    let known = RefCell::new(HashMap::<u64, Leaving, BuildHasherDefault<Mixer>>::default());
    move |time| *known.borrow_mut().entry(time.to_bits()).or_insert_with(|| leaving(time))
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

    fn counting(&self, within: Span) -> Box<dyn Fn(u32) -> f64 + '_> {
        let length = within.as_days();
        let life = self.life.after(0.0);
        let survival = life.survival(length);
        let leaving = remembered(move |time| self.leaving(life, time));
        Box::new(move |count| survival * self.living(count, length) + self.gone(count, length, &leaving))
    }

    /// Gone before, or alive at `from` with a shorter life to come: how much was bought before says nothing of that.
    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let (from, length) = (from.as_days(), to.as_days() - from.as_days());
        let life = self.life.after(from);
        let gone = self.gone(count, length, |time| self.leaving(life, time));
        let bought = life.survival(length) * self.living(count, length) + gone;
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
