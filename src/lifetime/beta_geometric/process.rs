use crate::{
    lifetime::{Dropout, Process, sealed::Sealed},
    math::{BetaMixture, Panels, discounted_rate, incomplete_beta, integrate_lanes, ln_rising, negative_binomial},
    units::{Horizon, Span, TimeUnit},
};

/// A customer of BG/NBD or MBG/NBD who is alive: a purchase rate λ ~ Gamma(R, A), a dropout probability
/// p ~ Beta(a, b), and a coin tossed after every purchase to come.
///
/// A history (x, t_x, T) leads to R = r + x, A = α + T and b = b₀ + x for BG/NBD, b₀ + x + 1 for MBG/NBD, where the
/// coin of the last purchase is known to have been survived too.
///
/// # Formula
///
/// With expectations E over p, and I the regularized incomplete beta function:
///
/// ```text
/// survival             S(u) = E (1 + p·u/A)^−R                        = 2F1(R, a; a+b; −u/A)
/// expected purchases   M(t) = E [1 − (1 + p·t/A)^−R] / p
/// purchase intensity   g(u) = dM/du = (R/A) · E (1 + p·u/A)^−(R+1)
/// discounted           ∫ e^−δu g(u) du                                without end: E λ/(δ + λp)
/// any purchase         1 − (A/(A+t))^R
/// m purchases          B(a, b+m)/B(a, b) · NB(m) + [m > 0] · B(a+1, b+m−1)/B(a, b) · I_{t/(A+t)}(m, R)
/// NB(m)                Γ(R+m)/(Γ(R) m!) · (A/(A+t))^R · (t/(A+t))^m
/// ```
///
/// ```math
/// M(t) = \mathbb E_p\!\left[\frac{1 - (1 + p\,t/A)^{-R}}{p}\right], \qquad
/// \mathrm{DERT} = \mathbb E_{\lambda,p}\!\left[\frac{\lambda}{\delta + \lambda p}\right]
/// ```
///
/// For a ≠ 1 the second line is the closed form of the paper,
/// (a+b−1)/(a−1) · [1 − (A/(A+t))^R 2F1(R, b; a+b−1; t/(A+t))], which is 0/0 at a = 1.
///
/// # References
///
/// Fader, Hardie and Lee (2005), Marketing Science 24(2), eq. 8 (counts), 9 and 10 (expectations). The discounted
/// forms follow from the definitions; no paper prints them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaGeometricProcess {
    pub(super) shape: f64,
    /// In days.
    pub(super) rate: f64,
    pub(super) mixture: BetaMixture,
}

impl BetaGeometricProcess {
    /// P(exactly k coins survived) = B(a, b+k)/B(a, b).
    fn survived(&self, coins: u32) -> f64 {
        let BetaMixture { a, b } = self.mixture;
        (ln_rising(b, coins) - ln_rising(a + b, coins)).exp()
    }

    /// P(left by a time in days): E [1 − (1 + pt/A)^−R], a sum of positive terms where little is left.
    fn left_by(&self, time: f64) -> f64 {
        let BetaMixture { a, b } = self.mixture;
        // 1 − (1+pc)^−R = p · [1 − (1+pc)^−R]/p, and p moves into the mixture.
        a / (a + b) * BetaMixture { a: a + 1.0, b }.mean_count(self.shape, time / self.rate)
    }

    /// ∫ e^−δu g(u) du over a finite window, with the purchase intensity g(u) = (R/A) E (1 + pu/A)^−(R+1); in
    /// v = ln(1 + u/A), where g is smooth whatever its scale.
    fn integrate(&self, from: f64, to: f64, force: f64) -> f64 {
        /// Beyond it a panel spans more than an e-fold and exp(−δu) bends too much for twelve nodes.
        const WIDEST: f64 = 1.25;
        let Self { shape, rate, mixture } = *self;
        let steepness = shape + 1.0 + force * (rate + from);
        let panels = Panels::new((from / rate).ln_1p(), (to / rate).ln_1p(), steepness, WIDEST);
        integrate_lanes(panels, |v| {
            let mut values = mixture.mean_powers(shape + 1.0, v);
            for (value, v) in values.iter_mut().zip(v) {
                *value *= shape * (v - force * rate * v.exp_m1()).exp();
            }
            values
        })
    }

    /// Undiscounted purchases after `from` without end: E 1/p = (a+b−1)/(a−1) less those before, if a > 1.
    fn endless(&self, from: f64) -> f64 {
        let BetaMixture { a, b } = self.mixture;
        if a <= 1.0 {
            return f64::INFINITY;
        }
        // E (1 + pc)^−R / p is the same mean under Beta(a − 1, b), times E 1/p.
        let rest = BetaMixture { a: a - 1.0, b };
        (a + b - 1.0) / (a - 1.0) * rest.mean_power(self.shape, from / self.rate)
    }
}

impl Sealed for BetaGeometricProcess {}

impl Process for BetaGeometricProcess {
    fn survival(&self, after: Span) -> f64 {
        self.mixture.mean_power(self.shape, after.as_days() / self.rate)
    }

    fn any_purchase(&self, within: Horizon) -> f64 {
        let Horizon::Within(within) = within else { return 1.0 };
        -(-self.shape * (within.as_days() / self.rate).ln_1p()).exp_m1()
    }

    /// Alive after all of them, or gone with the last; the second has as many arrivals or more.
    fn probability_of(&self, count: u32, within: Span) -> f64 {
        let odds = within.as_days() / self.rate;
        let (z, q) = (odds / (1.0 + odds), (1.0 + odds).recip());
        let alive = self.survived(count) * negative_binomial(count, self.shape, z, q);
        let Some(before) = count.checked_sub(1) else { return alive };
        let BetaMixture { a, b } = self.mixture;
        let gone = self.survived(before) * a / (a + b + f64::from(before));
        alive + gone * incomplete_beta(z, q, f64::from(count), self.shape)
    }

    /// Given p, the customer is alive at `from` with (1 + p·from/A)^−R, and the rate is then Gamma(R, A + p·from).
    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let length = Span::known(to.as_days() - from.as_days());
        if from.is_zero() {
            return self.probability_of(count, length);
        }
        let Self { shape, rate, mixture: BetaMixture { a, b } } = *self;
        let (from, length) = (from.as_days(), length.as_days());
        let odds = length / rate;
        let (z, q) = (odds / (1.0 + odds), (1.0 + odds).recip());
        let bought = f64::from(count);
        let power = BetaMixture { a, b: b + bought }.mean_power(shape + bought, from / (rate + length));
        let alive = self.survived(count) * negative_binomial(count, shape, z, q) * power;
        let Some(before) = count.checked_sub(1) else { return alive + self.left_by(from) };
        let gone = self.survived(before) * a / (a + b + f64::from(before));
        let last = BetaMixture { a: a + 1.0, b: b + f64::from(before) };
        alive
            + gone
                * last.mean_tilted(shape + bought, from / (rate + length), |p| {
                    let later = rate + p * from;
                    let all = later + length;
                    incomplete_beta(length / all, later / all, bought, shape).ln() - shape * (p * from / rate).ln_1p()
                })
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.mixture.mean_count(self.shape, within.as_days() / self.rate)
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        /// After this many e-folds of discounting nothing is left.
        const VANISHED: f64 = 60.0;
        let from = from.as_days();
        match to {
            Horizon::Within(to) if from <= 0.0 && force <= 0.0 => self.expected_purchases(to),
            Horizon::Within(to) => self.integrate(from, to.as_days().max(from), force),
            Horizon::Lifetime if force <= 0.0 => self.endless(from),
            Horizon::Lifetime if from <= 0.0 => discounted_rate(self.mixture, self.shape, self.rate, force),
            Horizon::Lifetime => self.integrate(from, from + VANISHED / force, force),
        }
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        self.shape / self.rate * unit.days()
    }

    fn mean_dropout(&self, _: TimeUnit) -> Dropout {
        Dropout::AfterPurchase(self.mixture.a / (self.mixture.a + self.mixture.b))
    }
}
