//! Customers in discrete time: opportunities to buy, or contracts to renew, that come at equal distances.

mod stay;

pub(super) use stay::{Stay, power_step};

use super::{
    Dropout, Process, RateFactors, ScalingError,
    scaling::{AGED, scaled},
    sealed::Sealed,
};
use crate::{
    math::{beta_binomial, ln_beta_drop, sum_falling, sum_stretch},
    units::{Horizon, Span, TimeUnit},
};

/// A customer of BG/BB or BB who is alive: at every opportunity a purchase with probability p ~ Beta(a, b), and before it
/// the end, with probability θ ~ Beta(γ, d).
///
/// A history (x, t_x, n) leads to a = α + x, b = β + n − x and d = δ + n. Opportunities come one, two, three, … times
/// [`every`](super::BgBbParams::every) from now; a span holds those up to its end. Where they are months or years apart,
/// a last one up to three days later counts too: months of the calendar are not equally long, and
/// [`Horizon::months`] of twelve are 365 days, a quarter of a day less than a mean year.
///
/// # Formula
///
/// With m opportunities in the span, k = 1, 2, … m, and e^−δk for e^−force·every·k:
///
/// ```text
/// survival             S(m) = B(γ, d+m)/B(γ, d)
/// expected purchases   a/(a+b) · Σ S(k)
/// discounted           a/(a+b) · Σ e^−δk S(k)                          without end and rate: a/(a+b) · d/(γ−1), if γ > 1
/// any purchase         Σ S(k) · B(a+1, b+k−1)/B(a, b)
/// c purchases          S(m) BB(c; m) + Σ_{j<m} [S(j) − S(j+1)] BB(c; j)
/// BB(c; j)             C(j, c) · B(a+c, b+j−c)/B(a, b)
/// ```
///
/// ```math
/// \mathrm{DERT} = \frac{a}{a+b} \sum_{k=1}^\infty e^{-\delta k} \frac{B(\gamma, d+k)}{B(\gamma, d)}
/// ```
///
/// Long sums are formed term by term at first, then as integrals by the Euler–Maclaurin formula; the hypergeometric
/// function by which the paper gives DERT converges slowly at small discount rates.
///
/// # References
///
/// Fader, Hardie and Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing Science
/// 29(6): eq. 7 (counts), 8 and 14 (expectations), 15 (DERT, of which this is the value one opportunity earlier).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpportunityProcess {
    pub(super) a: f64,
    pub(super) b: f64,
    /// Endless, or beta with power 1.
    pub(super) stay: Stay,
    /// In days.
    pub(super) every: f64,
}

/// How many opportunities a span holds, the first one `every` from now, both in days: as many as fit, where a last one
/// counts that a rounding error, or the calendar, puts beyond the end.
pub(super) fn opportunities(span: f64, every: f64) -> f64 {
    /// Far above the rounding of sums and products of spans, far below what anybody means.
    const ROUNDING: f64 = 1e-12;
    /// The shortest month. Opportunities that come more often follow no calendar of months.
    const MONTH: f64 = 28.0;
    /// By so many days months and years of the calendar can fall short of mean ones: 2.94 from 1901 to 2099. Twelve
    /// months, mostly 365 days, hold the renewal of a contract of 365.25 days.
    const CALENDAR: f64 = 3.0;
    let count = span / every;
    let nearest = count.round();
    let slack = if every >= MONTH { CALENDAR / every } else { 0.0 };
    if (count - nearest).abs() <= ROUNDING * nearest { nearest } else { (count + slack).floor() }
}

/// The same up to a horizon.
pub(super) fn opportunities_up_to(horizon: Horizon, every: f64) -> f64 {
    match horizon {
        Horizon::Within(span) => opportunities(span.as_days(), every),
        Horizon::Lifetime => f64::INFINITY,
    }
}

impl OpportunityProcess {
    fn count(&self, span: Span) -> f64 {
        opportunities(span.as_days(), self.every)
    }

    /// P(the first purchase is made at the k-th opportunity).
    fn first(&self, k: f64) -> f64 {
        let Self { a, b, stay, .. } = *self;
        (stay.ln_survival(k) + ln_beta_drop(a, b, k - 1.0)).exp() * a / (a + b + k - 1.0)
    }

    /// P(`bought` of `seen` opportunities are taken, given a stay).
    fn takes(&self, bought: f64, seen: f64, stay: Stay) -> f64 {
        let stays = if bought > seen { 0.0 } else { stay.survival(seen) * beta_binomial(bought, seen, self.a, self.b) };
        stays + self.takes_and_leaves(bought, seen, stay)
    }

    /// Σ [S(j) − S(j+1)] BB(bought; j) over bought ≤ j < seen: left before the opportunity j + 1.
    fn takes_and_leaves(&self, bought: f64, seen: f64, stay: Stay) -> f64 {
        /// More terms are not worth an integral.
        const HEAD: f64 = 4096.0;
        let Stay::Beta { gamma, delta, seen: before, .. } = stay else { return 0.0 };
        if bought >= seen {
            return 0.0;
        }
        let counts = LeavingCounts { a: self.a, b: self.b, gamma, delta: delta + before, bought };
        let rest = bought + HEAD;
        let head = counts.head(rest.min(seen));
        if rest < seen { head + counts.stretch(rest, seen - 1.0, head) } else { head }
    }
}

/// The terms [S(j) − S(j+1)] BB(bought; j) as a function of j ≥ bought, with a single peak.
struct LeavingCounts {
    a: f64,
    b: f64,
    gamma: f64,
    delta: f64,
    bought: f64,
}

impl LeavingCounts {
    fn term(&self, j: f64) -> f64 {
        let Self { a, b, gamma, delta, bought } = *self;
        ln_beta_drop(gamma, delta, j).exp() * gamma / (gamma + delta + j) * beta_binomial(bought, j, a, b)
    }

    /// The sum over j < `end`, each term from the one before; scaled, because the first may be below any number.
    fn head(&self, end: f64) -> f64 {
        const LARGE: f64 = 1e250;
        let Self { a, b, gamma, delta, bought } = *self;
        // BB(bought; bought) = B(a+bought, b)/B(a, b).
        let mut scale = ln_beta_drop(gamma, delta, bought) + ln_beta_drop(b, a, bought);
        let (mut term, mut sum, mut j) = (gamma / (gamma + delta + bought), 0.0, bought);
        while j < end {
            sum += term;
            if sum > LARGE {
                (term, sum, scale) = (term / LARGE, sum / LARGE, scale + LARGE.ln());
            }
            let chance = (j + 1.0) / (j + 1.0 - bought) * ((b + j - bought) / (a + b + j));
            term *= chance * (delta + j) / (gamma + delta + j + 1.0);
            j += 1.0;
        }
        (scale + sum.ln()).exp()
    }

    /// ln [term(j+1)/term(j)].
    fn ln_growth(&self, j: f64) -> f64 {
        let Self { a, b, gamma, delta, bought } = *self;
        ((b - 1.0) / (j + 1.0 - bought)).ln_1p()
            - ((a + b - 1.0) / (j + 1.0)).ln_1p()
            - ((gamma + 1.0) / (delta + j)).ln_1p()
    }

    /// The sum over `first` ≤ j ≤ `last`, far beyond `bought`, where terms are smooth.
    fn stretch(&self, first: f64, last: f64, beside: f64) -> f64 {
        let growth = self.ln_growth(first);
        let width = (0.5 * (first - self.bought)).min(4.0 / growth.abs());
        let peak = (growth > 0.0).then(|| self.peak(first, last)).flatten();
        sum_stretch([first, last], width, peak, beside, |j| self.term(j))
    }

    /// Where terms stop to rise, and on which scale they do so; `None` where they rise to the end.
    fn peak(&self, first: f64, last: f64) -> Option<(f64, f64)> {
        if self.ln_growth(last) >= 0.0 {
            return None;
        }
        let (mut low, mut high) = (first, last);
        while high - low > 1e-3 * (low - self.bought).sqrt() {
            let middle = (low * high).sqrt();
            if self.ln_growth(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
            if high / low < 1.0 + 4.0 * f64::EPSILON {
                break;
            }
        }
        let step = 1e-3 * (high - self.bought);
        let curvature = (self.ln_growth(high) - self.ln_growth(high + step)) / step;
        Some((high, curvature.sqrt().recip().max(1.0)))
    }
}

impl Sealed for OpportunityProcess {}

impl Process for OpportunityProcess {
    fn survival(&self, after: Span) -> f64 {
        self.stay.survival(self.count(after))
    }

    fn any_purchase(&self, within: Horizon) -> f64 {
        let Self { a, b, stay, every } = *self;
        let Stay::Beta { gamma, delta, seen, .. } = stay else {
            let Horizon::Within(within) = within else { return 1.0 };
            return -ln_beta_drop(a, b, opportunities(within.as_days(), every)).exp_m1();
        };
        // From here on the chance of a first purchase falls like k^−(a+γ+1).
        let pure = (stay::DWARFS * (1.0 + a + b + gamma + delta + seen).powi(2)).ceil();
        let last = opportunities_up_to(within, every);
        let first = sum_falling(last.min(pure), |k| self.first(k));
        if last > pure { first + self.first(pure) * pure / (a + gamma) } else { first }
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        self.takes(f64::from(count), self.count(within), self.stay)
    }

    /// Gone before, or alive at `from`: what was bought before says nothing of that.
    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let (before, seen) = (self.count(from), self.count(to));
        let alive = self.takes(f64::from(count), seen - before, self.stay.after(before));
        self.stay.survival(before) * alive + if count == 0 { self.stay.gone(before) } else { 0.0 }
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.discounted_purchases(Span::ZERO, Horizon::Within(within), 0.0)
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        let (from, to) = (self.count(from), opportunities_up_to(to, self.every));
        self.a / (self.a + self.b) * self.stay.discounted([from, to], force * self.every)
    }

    fn moment(&self, days: f64) -> f64 {
        opportunities(days, self.every) * self.every
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        self.a / (self.a + self.b) * unit.days() / self.every
    }

    fn mean_dropout(&self, _: TimeUnit) -> Dropout {
        match self.stay {
            Stay::Endless => Dropout::Never,
            stay => Dropout::BeforeOpportunity(stay.gone(1.0)),
        }
    }

    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        let a = scaled("a of the purchase probabilities", self.a * factors.purchases.get(), AGED)?;
        Ok(Self { a, stay: self.stay.scaled(factors.dropout.get())?, ..*self })
    }
}
