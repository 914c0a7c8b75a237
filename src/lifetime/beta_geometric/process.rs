use std::ops::RangeInclusive;

use super::phases::Phases;
use crate::{
    lifetime::{
        Dropout, Process, RateFactors, ScalingError,
        scaling::{AGED, AS_PARAMETER, scaled},
        sealed::Sealed,
    },
    math::{
        BetaMixture, Erlang, Panels, discounted_rate, incomplete_beta, integrate_lanes, ln_beta_drop,
        negative_binomial, negative_binomials,
    },
    units::{Horizon, Span, TimeUnit},
};

/// A customer of a BG or MBG model who is alive: events at a rate λ ~ Gamma(R, A), of which every k-th is a purchase, a
/// dropout probability p ~ Beta(a, b), and a coin tossed after every purchase to come.
///
/// A history (x, t_x, T) leads to R = r + kx, A = α + T and b = b₀ + x for the BG models, b₀ + x + 1 for the MBG models,
/// where the coin of the last purchase is known to have been survived too. In BG/NBD and MBG/NBD k is 1; for larger k
/// the number j < k of events since the last purchase is not known: it has the weight R (R+1) … (R+j−1) z^j / j! with
/// z = (T−t_x)/(α+T), and what follows is the mean over j, with R + j in the place of R.
///
/// # Formula
///
/// With N ~ NB(R) the events within t, n = ⌊(N+j)/k⌋ the purchases among them, q = 1 − p, and I the regularized incomplete
/// beta function:
///
/// ```text
/// survival             S(t) = E qⁿ                                for k = 1: E (1 + p·t/A)^−R = 2F1(R, a; a+b; −t/A)
/// expected purchases   M(t) = E (1 − qⁿ)/p                        for k = 1: E [1 − (1 + p·t/A)^−R] / p
/// purchase intensity   g(u) = dM/du                               for k = 1: (R/A) · E (1 + p·u/A)^−(R+1)
/// discounted           ∫ e^−δu g(u) du                            for k = 1, without end: E λ/(δ + λp)
/// any purchase         I_{t/(A+t)}(k−j, R)
/// m purchases          B(a, b+m)/B(a, b) · P(n = m) + [m > 0] · B(a+1, b+m−1)/B(a, b) · I_{t/(A+t)}(km−j, R)
/// NB(N)                Γ(R+N)/(Γ(R) N!) · (A/(A+t))^R · (t/(A+t))^N
/// ```
///
/// ```math
/// M(t) = \mathbb E\!\left[\frac{1 - q^n}{p}\right], \qquad
/// \mathrm{DERT} = \mathbb E_{\lambda,p}\!\left[\frac{\varphi^{-j}}{\varphi^{-k} - 1 + p}\right],
/// \quad \varphi = \frac{\lambda}{\lambda + \delta}
/// ```
///
/// For k = 1 and a ≠ 1 the second line is the closed form of the paper,
/// (a+b−1)/(a−1) · [1 − (A/(A+t))^R 2F1(R, b; a+b−1; t/(A+t))], which is 0/0 at a = 1.
///
/// # References
///
/// Fader, Hardie and Lee (2005), Marketing Science 24(2), eq. 8 (counts), 9 and 10 (expectations). For k > 1 and for
/// discounting the forms follow from the definitions; no paper prints them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaGeometricProcess {
    pub(super) phases: Phases,
    /// In days.
    pub(super) rate: f64,
    pub(super) mixture: BetaMixture,
}

impl BetaGeometricProcess {
    /// The mean over the events that may have passed since the last purchase.
    fn mean(&self, f: impl Fn(Phase) -> f64) -> f64 {
        self.phases.mean(|passed| f(self.phase(passed)))
    }

    fn phase(&self, passed: u32) -> Phase {
        let Self { phases, rate, mixture } = *self;
        let gaps = Erlang { k: phases.k, passed };
        Phase { shape: phases.shape + f64::from(passed), rate, mixture, gaps }
    }

    /// Undiscounted purchases after `from` without end: E 1/p = (a+b−1)/(a−1) less those before, if a > 1.
    fn endless(&self, from: f64) -> f64 {
        let BetaMixture { a, b } = self.mixture;
        if a <= 1.0 {
            return f64::INFINITY;
        }
        // E qⁿ/p is the same mean under Beta(a − 1, b), times E 1/p.
        let rest = Self { mixture: BetaMixture { a: a - 1.0, b }, ..*self };
        (a + b - 1.0) / (a - 1.0) * rest.survival(Span::known(from))
    }
}

impl Sealed for BetaGeometricProcess {}

impl Process for BetaGeometricProcess {
    fn survival(&self, after: Span) -> f64 {
        self.mean(|phase| phase.mixture.mean_alive(phase.shape, after.as_days() / phase.rate, phase.gaps)).min(1.0)
    }

    fn any_purchase(&self, within: Horizon) -> f64 {
        let Horizon::Within(within) = within else { return 1.0 };
        self.mean(|phase| phase.any_purchase(within.as_days()))
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        self.mean(|phase| phase.probability_of(count, within.as_days())).min(1.0)
    }

    fn probabilities(&self, counts: RangeInclusive<u32>, within: Span) -> Vec<f64> {
        let mut means = vec![0.0; counts.clone().count()];
        for (passed, share) in self.phases.shares() {
            let chances = self.phase(passed).probabilities(&counts, within.as_days());
            means.iter_mut().zip(chances).for_each(|(mean, chance)| *mean += share * chance);
        }
        means.into_iter().map(|mean| mean.min(1.0)).collect()
    }

    fn tails(&self, count: u32, within: Span) -> Option<[f64; 2]> {
        let tail = |of: fn(&Phase, u32, f64) -> f64| self.mean(|phase| of(&phase, count, within.as_days())).min(1.0);
        Some([tail(Phase::bought_at_least), tail(Phase::bought_at_most)])
    }

    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let (from, length) = (from.as_days(), to.as_days() - from.as_days());
        self.mean(|phase| phase.probability_between(count, from, length)).min(1.0)
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.mean(|phase| phase.mixture.mean_count(phase.shape, within.as_days() / phase.rate, phase.gaps))
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        /// After this many e-folds of discounting nothing is left.
        const VANISHED: f64 = 60.0;
        let from = from.as_days();
        match to {
            Horizon::Within(to) if from <= 0.0 && force <= 0.0 => self.expected_purchases(to),
            Horizon::Within(to) => self.mean(|phase| phase.integrate(from, to.as_days().max(from), force)),
            Horizon::Lifetime if force <= 0.0 => self.endless(from),
            Horizon::Lifetime if from <= 0.0 => {
                self.mean(|phase| discounted_rate(phase.mixture, phase.shape, phase.rate, force, phase.gaps))
            }
            Horizon::Lifetime => self.mean(|phase| phase.integrate(from, from + VANISHED / force, force)),
        }
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        self.mean(|phase| phase.shape / phase.rate / f64::from(phase.gaps.k)) * unit.days()
    }

    fn mean_dropout(&self, _: TimeUnit) -> Dropout {
        Dropout::AfterPurchase(self.mixture.a / (self.mixture.a + self.mixture.b))
    }

    /// The events since the last purchase are past, and stay.
    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        let BetaMixture { a, b } = self.mixture;
        let rate = scaled("rate of the purchase rates", self.rate / factors.purchases.get(), AGED)?;
        let a = scaled("a of the dropout probabilities", a * factors.dropout.get(), AS_PARAMETER)?;
        Ok(Self { rate, mixture: BetaMixture { a, b }, ..*self })
    }
}

/// The same customer with a known number of events since the last purchase.
#[derive(Clone, Copy)]
struct Phase {
    /// R + j.
    shape: f64,
    rate: f64,
    mixture: BetaMixture,
    gaps: Erlang,
}

impl Phase {
    /// P(n coins survived) = B(a, b+n)/B(a, b).
    fn survived(&self, coins: u32) -> f64 {
        self.ln_survived(coins).exp()
    }

    fn ln_survived(&self, coins: u32) -> f64 {
        ln_beta_drop(self.mixture.a, self.mixture.b, coins.into())
    }

    /// P(the coin after n survived ones is the last) = B(a+1, b+n)/B(a, b).
    fn left_at(&self, coins: u32) -> f64 {
        let BetaMixture { a, b } = self.mixture;
        self.survived(coins) * a / (a + b + f64::from(coins))
    }

    /// P(left by a time): E (1 − qⁿ), a sum of positive terms where few have left.
    fn left_by(&self, time: f64) -> f64 {
        let BetaMixture { a, b } = self.mixture;
        // 1 − qⁿ = p · (1 − qⁿ)/p, and p moves into the mixture.
        a / (a + b) * BetaMixture { a: a + 1.0, b }.mean_count(self.shape, time / self.rate, self.gaps)
    }

    /// t/(A+t) and A/(A+t).
    fn shares(&self, time: f64) -> [f64; 2] {
        let odds = time / self.rate;
        [odds / (1.0 + odds), (1.0 + odds).recip()]
    }

    /// P(N = events) within a time.
    fn events(&self, events: u32, time: f64) -> f64 {
        let [z, rest] = self.shares(time);
        negative_binomial(events, self.shape, z, rest)
    }

    /// P(N ≥ events) within a time, for at least one event.
    fn at_least(&self, events: u32, time: f64) -> f64 {
        let [z, rest] = self.shares(time);
        incomplete_beta(z, rest, f64::from(events), self.shape)
    }

    /// How many events away the purchase after `count` others is, the first of them included.
    fn missing(&self, count: u32) -> u32 {
        (count + 1).saturating_mul(self.gaps.k) - self.gaps.passed
    }

    /// The same of counts beyond all tables.
    fn missing_of_many(&self, count: u32) -> f64 {
        (f64::from(count) + 1.0) * f64::from(self.gaps.k) - f64::from(self.gaps.passed)
    }

    fn any_purchase(&self, within: f64) -> f64 {
        if self.gaps.k == 1 {
            -(-self.shape * (within / self.rate).ln_1p()).exp_m1()
        } else {
            self.at_least(self.missing(0), within)
        }
    }

    /// Alive after all of them, or gone with the last; the second has as many events or more.
    fn probability_of(&self, count: u32, within: f64) -> f64 {
        let next = self.missing(count);
        let Some(before) = count.checked_sub(1) else {
            return (0..next).map(|events| self.events(events, within)).sum();
        };
        let last = self.missing(before);
        let exactly: f64 = (last..next).map(|events| self.events(events, within)).sum();
        self.survived(count) * exactly + self.left_at(before) * self.at_least(last, within)
    }

    /// The same for one count after the other, none of them zero: the events of the last reach down to the first.
    fn probabilities(&self, counts: &RangeInclusive<u32>, within: f64) -> Vec<f64> {
        let (first, numbers, k) = (*counts.start(), counts.clone().count(), self.gaps.k as usize);
        let BetaMixture { a, b } = self.mixture;
        let [z, rest] = self.shares(within);
        let events = negative_binomials(self.missing(first - 1), numbers * k, self.shape, z, rest);
        let stays = |coins: f64| (b + coins) / (a + b + coins);
        let mut coins = f64::from(first) - 1.0;
        let mut survived = self.survived(first - 1);
        let each = events.chunks(k).map(|events| {
            let (exactly, left) = (events.iter().sum::<f64>(), survived * a / (a + b + coins));
            survived *= stays(coins);
            coins += 1.0;
            (exactly, survived, left)
        });
        let each: Vec<(f64, f64, f64)> = each.collect();
        let mut at_least = self.at_least(self.missing(*counts.end()), within);
        let from_the_last = each.into_iter().rev().map(|(exactly, survived, left)| {
            at_least += exactly;
            survived * exactly + left * at_least
        });
        let mut chances: Vec<f64> = from_the_last.collect();
        chances.reverse();
        chances
    }

    /// P(at least `count` purchases): so many events, and all coins before the last survived.
    fn bought_at_least(&self, count: u32, within: f64) -> f64 {
        let Some(before) = count.checked_sub(1) else { return 1.0 };
        let [z, rest] = self.shares(within);
        self.ln_survived(before).exp() * incomplete_beta(z, rest, self.missing_of_many(before), self.shape)
    }

    /// P(at most `count` purchases): gone by the coin of the last, or too few events for one more.
    fn bought_at_most(&self, count: u32, within: f64) -> f64 {
        let (ln_survived, [z, rest]) = (self.ln_survived(count), self.shares(within));
        let too_few = incomplete_beta(rest, z, self.shape, self.missing_of_many(count));
        -ln_survived.exp_m1() + ln_survived.exp() * too_few
    }

    fn probability_between(&self, count: u32, from: f64, length: f64) -> f64 {
        match (from > 0.0, self.gaps.k) {
            (false, _) => self.probability_of(count, length),
            (true, 1) => self.poisson_between(count, from, length),
            (true, _) => self.renewals_between(count, from, length),
        }
    }

    /// Given p, the customer is alive at `from` with (1 + p·from/A)^−R, and the rate is then Gamma(R, A + p·from).
    fn poisson_between(&self, count: u32, from: f64, length: f64) -> f64 {
        let Self { shape, rate, mixture: BetaMixture { a, b }, gaps } = *self;
        let bought = f64::from(count);
        let (power, c) = (shape + bought, from / (rate + length));
        let stays = BetaMixture { a, b: b + bought };
        let alive = self.survived(count) * self.events(count, length) * stays.mean_alive(power, c, gaps);
        let Some(before) = count.checked_sub(1) else { return alive + self.left_by(from) };
        let leaves = BetaMixture { a: a + 1.0, b: b + f64::from(before) };
        alive
            + self.left_at(before)
                * leaves.mean_tilted(power, c, |p| {
                    let later = Self { rate: rate + p * from, ..*self };
                    later.at_least(count, length).ln() - shape * (p * from / rate).ln_1p()
                })
    }

    /// The sum over the events before `from`: each number of them leads to a phase of its own.
    fn renewals_between(&self, count: u32, from: f64, length: f64) -> f64 {
        const NEGLIGIBLE: f64 = 1e-17;
        let odds = from / self.rate;
        let (z, q) = (odds / (1.0 + odds), (1.0 + odds).recip());
        // Beyond the mean of the events before and of those seen after, the terms fall.
        let falls = odds * (self.shape + f64::from(self.missing(count)));
        let mut now = Self { rate: self.rate + from, ..*self };
        let (mut sum, mut survived, mut events) = (0.0, 1.0, 0_u32);
        loop {
            let mut until_purchase = 0.0;
            while now.gaps.passed < now.gaps.k {
                let weight = negative_binomial(events, self.shape, z, q) * survived;
                until_purchase += weight * now.probability_of(count, length);
                events = events.saturating_add(1);
                now.shape += 1.0;
                now.gaps.passed += 1;
            }
            sum += until_purchase;
            if f64::from(events) > falls && until_purchase <= NEGLIGIBLE * sum || events == u32::MAX {
                return sum + if count == 0 { self.left_by(from) } else { 0.0 };
            }
            let BetaMixture { a, b } = now.mixture;
            survived *= b / (a + b);
            now.mixture.b += 1.0;
            now.gaps.passed = 0;
        }
    }

    /// ∫ e^−δu g(u) du over a finite window, with the purchase intensity g(u), the rate of events times the share of
    /// those that are purchases of the living; in v = ln(1 + u/A), where g is smooth whatever its scale.
    fn integrate(&self, from: f64, to: f64, force: f64) -> f64 {
        /// Beyond it a panel spans more than an e-fold and exp(−δu) bends too much for twelve nodes.
        const WIDEST: f64 = 1.25;
        let Self { shape, rate, mixture, gaps } = *self;
        let steepness = shape + 1.0 + force * (rate + from);
        let [from, to] = [from, to].map(|time| (time / rate).ln_1p());
        // Purchases of regular buyers come in waves of length k/R, until after some k of them they are out of step.
        let wave = if gaps.k == 1 { 0.0 } else { f64::from(gaps.k) / shape };
        let calm = (3.0 * f64::from(gaps.k) * wave).clamp(from, to);
        let waves = Panels::new(from, calm, steepness, WIDEST.min(2.0 * wave));
        integrate_lanes(waves.chain(Panels::new(calm, to, steepness, WIDEST)), |v| {
            let mut values = mixture.mean_next(shape + 1.0, v, gaps);
            for (value, v) in values.iter_mut().zip(v) {
                *value *= shape * (v - force * rate * v.exp_m1()).exp();
            }
            values
        })
    }
}
