use std::f64::consts::TAU;

use super::Erlang;

/// Purchases at every k-th of N events, given the probability p of dropping out at each; N is negative binomial with
/// E zᴺ = (1 + c(1−z))^−R.
///
/// With s = q^(1/k) and ω = e^(2πi/k), q^⌊n/k⌋ = Σ_l h_l (ω^l s)^n over l < k, where h_l = Σ_{i<k} s^−i ω^−li / k: so means
/// over N are sums of k values of its generating function. All but the first are small beside it unless q is.
pub(super) struct Renewal {
    pub shape: f64,
    pub c: f64,
    pub gaps: Erlang,
}

/// Below this q the sum over purchases ends after a few terms.
const SMALL: f64 = 0.1;

impl Renewal {
    /// E q^⌊(N+j)/k⌋.
    pub fn alive(&self, p: f64) -> f64 {
        if p > 1.0 - SMALL {
            return self.few(1.0 - p).0;
        }
        let (ln_first, others) = self.terms(p);
        (ln_first.exp() + others).max(0.0)
    }

    /// 1 − E q^⌊(N+j)/k⌋, to the last digits where p is small.
    pub fn gone(&self, p: f64) -> f64 {
        if p > 1.0 - SMALL {
            return 1.0 - self.few(1.0 - p).0;
        }
        let (ln_first, others) = self.terms(p);
        -ln_first.exp_m1() - others
    }

    /// The logarithm of the term l = 0 of [`Self::alive`], and the sum of the others.
    fn terms(&self, p: f64) -> (f64, f64) {
        let (k, passed) = (f64::from(self.gaps.k), f64::from(self.gaps.passed));
        let step = (-p).ln_1p() / k;
        // s^−i − 1; the ones add up to nothing but in h_0.
        let excess = |i: u32| (-f64::from(i) * step).exp_m1();
        let h0 = (0..self.gaps.k).map(excess).sum::<f64>() / k;
        let first = h0.ln_1p() + passed * step - self.shape * (-self.c * step.exp_m1()).ln_1p();
        let others = self.turns(step, |l| {
            let (mut re, mut im) = (0.0, 0.0);
            for i in 1..self.gaps.k {
                let angle = TAU * f64::from(l) * (passed - f64::from(i)) / k;
                re += excess(i) * angle.cos() / k;
                im += excess(i) * angle.sin() / k;
            }
            (re, im)
        });
        (first, (passed * step).exp() * others)
    }

    /// E q^(purchases so far) over those N after which the next event is a purchase.
    pub fn next(&self, p: f64) -> f64 {
        if p > 1.0 - SMALL {
            return self.few(1.0 - p).1;
        }
        let ln_q = (-p).ln_1p();
        let (k, after) = (f64::from(self.gaps.k), f64::from(self.gaps.passed) + 1.0);
        let step = ln_q / k;
        let first = (-self.shape * (-self.c * step.exp_m1()).ln_1p()).exp();
        let others = self.turns(step, |l| {
            let angle = TAU * f64::from(l) * after / k;
            (angle.cos(), angle.sin())
        });
        (after * step - ln_q).exp() * (first + others).max(0.0) / k
    }

    /// Σ over 0 < l < k of the real part of h_l · E (ω^l s)ᴺ, with s = e^`step`.
    fn turns(&self, step: f64, h: impl Fn(u32) -> (f64, f64)) -> f64 {
        let s = step.exp();
        let turn = |l: u32| {
            let angle = TAU * f64::from(l) / f64::from(self.gaps.k);
            let (re, im) = (1.0 + self.c * (1.0 - s * angle.cos()), -self.c * s * angle.sin());
            let size = (-self.shape * re.hypot(im).ln()).exp();
            let angle = -self.shape * im.atan2(re);
            let (h_re, h_im) = h(l);
            size * (h_re * angle.cos() - h_im * angle.sin())
        };
        (1..self.gaps.k).map(turn).sum()
    }

    /// [`Self::alive`] and [`Self::next`] for small q, by the number of purchases.
    fn few(&self, q: f64) -> (f64, f64) {
        const NEGLIGIBLE: f64 = 1e-18;
        let z = self.c / (1.0 + self.c);
        let mut is_purchase = self.gaps.purchases();
        let mut chance = (-self.shape * self.c.ln_1p()).exp();
        let (mut alive, mut next, mut kept, mut n) = (0.0, 0.0, 1.0, 0.0);
        while kept > NEGLIGIBLE {
            alive += kept * chance;
            if is_purchase() {
                next += kept * chance;
                kept *= q;
            }
            chance *= z * (self.shape + n) / (n + 1.0);
            n += 1.0;
        }
        (alive, next)
    }
}
