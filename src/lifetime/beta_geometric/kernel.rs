use super::{
    BetaGeometricProcess,
    phases::{Phases, PhasesJet},
};
use crate::{
    cohort::{Pattern, Patterns, PurchaseHistory, Survivors},
    lifetime::{
        CHUNK, DataError, Exposure, Limit, enough, ln_rising_sum, means,
        parameter::{is_narrow, leaving, one_rate},
        simulate::{Generator, LatentCustomer, Leaving, Pace},
    },
    math::{BetaMixture, Jet, ln_rising, ln_survival_jet, softplus},
    parallel,
    units::TimeUnit,
};

/// The models differ in when customers may leave: `coins_before` is how often a customer without repeat
/// purchases has tossed the coin, 0 for the BG models, 1 for the MBG models; and in how regularly they buy: every `k`-th
/// event of a Poisson process is a purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::lifetime) struct BetaGeometric {
    pub r: f64,
    /// In days.
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
    pub coins_before: u32,
    pub k: u32,
}

impl BetaGeometric {
    pub fn new(natural: &[f64], coins_before: u32, k: u32) -> Self {
        Self { r: natural[0], alpha: natural[1], a: natural[2], b: natural[3], coins_before, k }
    }

    /// The shape of the rate given the purchases: r + k·x.
    fn shape(&self, repeats: u32) -> f64 {
        self.r + f64::from(self.k) * f64::from(repeats)
    }

    /// ln [a/(b+n−1)] with n coins tossed: the odds of leaving at the last of them. `None` before the first.
    fn ln_odds_of_last_coin(&self, history: &PurchaseHistory) -> Option<f64> {
        let survived = (history.repeats() + self.coins_before).checked_sub(1)?;
        Some((self.a / (self.b + f64::from(survived))).ln())
    }

    /// ln [P(data, left after the last purchase) / P(data, alive)]; −∞ where no coin was tossed.
    pub fn log_odds_left(&self, history: &PurchaseHistory) -> f64 {
        let Some(coin) = self.ln_odds_of_last_coin(history) else { return f64::NEG_INFINITY };
        coin + self.shape(history.repeats()) * self.ln_silence(history) - self.phases(history).ln_total()
    }

    /// ln[(α+T)/(α+t_x)].
    fn ln_silence(&self, history: &PurchaseHistory) -> f64 {
        (history.time_since_last().as_days() / (self.alpha + history.recency().as_days())).ln_1p()
    }

    /// How many events may have passed since the last purchase.
    fn phases(&self, history: &PurchaseHistory) -> Phases {
        let age = self.alpha + history.age().as_days();
        Phases { shape: self.shape(history.repeats()), silence: history.time_since_last().as_days() / age, k: self.k }
    }

    pub fn given_alive(&self, history: &PurchaseHistory) -> BetaGeometricProcess {
        let repeats = f64::from(history.repeats());
        BetaGeometricProcess {
            phases: self.phases(history),
            rate: self.alpha + history.age().as_days(),
            mixture: BetaMixture { a: self.a, b: self.b + repeats + f64::from(self.coins_before) },
        }
    }

    /// Without what the gaps between purchases add for k > 1.
    pub fn ln_likelihood(&self, history: &PurchaseHistory, unit: TimeUnit) -> f64 {
        let Self { r, alpha, a, b, k, .. } = *self;
        let repeats = history.repeats();
        let coins = repeats + self.coins_before;
        let left = self.log_odds_left(history);
        // Alive or left: the larger of the two terms is taken out, so that they never cancel.
        let (last_seen, ln_larger) = match self.ln_odds_of_last_coin(history) {
            Some(coin) if left > 0.0 => (history.recency().as_days(), coin),
            _ => (history.age().as_days(), self.phases(history).ln_total()),
        };
        let events = u64::from(k) * u64::from(repeats);
        ln_rising(r, events) + ln_rising(b, coins) - ln_rising(a + b, coins) + ln_larger
            - r * (last_seen / alpha).ln_1p()
            - events as f64 * (alpha + last_seen).ln()
            + f64::from(repeats) * unit.days().ln()
            + softplus(-left.abs())
    }

    pub fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        /// A mean probability of leaving below this is none.
        const NEVER: f64 = 1e-4;
        let (a, b) = (natural[2], natural[3]);
        let limit = leaving(held, a < NEVER * b, is_narrow(a) && is_narrow(b), "NBD with one probability of leaving");
        limit.or_else(|| one_rate(natural, held, &[2, 3]))
    }

    /// From hardly any dropout to leaving at once, for buyers who differ little or much.
    pub fn starts(data: &Patterns, k: u32) -> Result<Vec<Vec<f64>>, DataError> {
        enough(data)?;
        let (repeats, age) = means(data);
        let events = f64::from(k) * repeats;
        let dropouts = [(1.0, 2.0 + repeats), (0.5, 0.5), (0.01, 0.1), (0.1, 2.0), (5.0, 5.0 + repeats), (50.0, 500.0)];
        let start = |(r, (a, b)): (f64, (f64, f64))| vec![r, (r * age / events).max(1e-3), a, b];
        Ok([0.5, 3.0, 0.1].into_iter().flat_map(|r| dropouts.map(|dropout| start((r, dropout)))).collect())
    }

    /// Sums that depend on repeats alone run over n < x, shared by all customers; the rest runs over the rows.
    pub fn objective(&self, data: &Patterns) -> Jet {
        let Self { r, alpha, a, b, .. } = *self;
        let rate = ln_rising_sum(data.survivors(), self.k, r);
        let stay = self.tossed(data).iter().fold([0.0; 5], |sum, run| {
            let jet = ln_survival_jet(a, b + f64::from(run.from), run.to - run.from);
            std::array::from_fn(|term| sum[term] + run.customers as f64 * jet[term])
        });
        let mut jet = Jet::zero(4);
        jet.add(
            rate[0] + stay[0],
            [rate[1], 0.0, stay[1], stay[2]],
            [[rate[2], 0.0, 0.0, 0.0], [0.0; 4], [0.0, 0.0, stay[3], stay[3]], [0.0, 0.0, 0.0, stay[4]]],
        );
        let chunks = parallel::map_chunks(data.rows(), CHUNK, |rows| self.rows(rows));
        chunks.iter().fold(jet, Jet::plus).in_logarithms(&[r, alpha, a, b])
    }

    /// How many customers tossed the coin more than n times: as with repeats, but for the tosses before.
    fn tossed(&self, data: &Patterns) -> Vec<Survivors> {
        let later =
            |run: &Survivors| Survivors { from: run.from + self.coins_before, to: run.to + self.coins_before, ..*run };
        let before = Survivors { from: 0, to: self.coins_before, customers: data.customers() };
        std::iter::once(before).chain(data.survivors().iter().map(later)).collect()
    }

    /// The [`Exposure`] of every row, the phases ln S, and ln(1 + e^o), where o = [`Self::log_odds_left`].
    fn rows(&self, rows: &[Pattern]) -> Jet {
        let mut sums = RowSums::default();
        let mut coin = LastCoin::none();
        for Pattern { history, customers } in rows {
            if history.repeats() != coin.repeats {
                coin = self.last_coin(history.repeats());
            }
            let n = *customers as f64;
            let shape = self.shape(history.repeats());
            let exposure = Exposure::new(self.r, self.alpha, shape - self.r, history.age().as_days());
            sums.exposed(n, &exposure);
            let phases = if self.k > 1 { self.phases(history).jet(exposure.end) } else { PhasesJet::default() };
            let left = if coin.tossed { sums.tossed(n, &self.odds(history, &coin, &exposure, &phases)) } else { 0.0 };
            sums.silent(n, n - left, &phases);
        }
        sums.jet()
    }

    fn last_coin(&self, repeats: u32) -> LastCoin {
        let coins = repeats + self.coins_before;
        // The whole numbers first: b may be so small that b + 1 loses its digits.
        let stayed = self.b + (f64::from(coins) - 1.0);
        LastCoin { repeats, tossed: coins > 0, stayed, ln_odds: self.a.ln() - stayed.ln() }
    }

    /// Of a customer who tossed the coin.
    fn odds(&self, history: &PurchaseHistory, coin: &LastCoin, exposure: &Exposure, phases: &PhasesJet) -> Odds {
        let shape = self.shape(history.repeats());
        let last = (self.alpha + history.recency().as_days()).recip();
        let silent = history.time_since_last().as_days();
        let silence = ((self.alpha + history.age().as_days()) * last).ln();
        let drop = -silent * last * exposure.end;
        Odds {
            value: coin.ln_odds + shape * silence - phases.value,
            slope: [silence - phases.by_r, shape * drop - phases.by_alpha, self.a.recip(), -coin.stayed.recip()],
            by_r_alpha: drop,
            by_alpha_alpha: -shape * drop * (last + exposure.end),
        }
    }

    pub fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        LatentCustomer {
            pace: Pace::Erlang { rate: rng.gamma(self.r) / self.alpha, k: self.k },
            leaving: Leaving::AfterPurchase { probability: rng.beta(self.a, self.b), coins_before: self.coins_before },
        }
    }
}

/// What the last coin of all customers with as many repeat purchases has in common.
struct LastCoin {
    repeats: u32,
    /// Whether there was one.
    tossed: bool,
    /// b + the coins survived before it.
    stayed: f64,
    /// ln(a / stayed).
    ln_odds: f64,
}

impl LastCoin {
    /// Of nobody.
    const fn none() -> Self {
        Self { repeats: u32::MAX, tossed: false, stayed: f64::NAN, ln_odds: f64::NAN }
    }
}

/// o, the log odds of having left, with derivatives in r, α, a, b. The second ones of the phases are left out: they count
/// with those of the living, see [`RowSums::silent`]; those of a and b are −1/a² and 1/stayed².
struct Odds {
    value: f64,
    slope: [f64; 4],
    by_r_alpha: f64,
    by_alpha_alpha: f64,
}

/// Sums over customers, with derivatives in r, α, a, b; of the second ones the upper triangle.
#[derive(Default)]
struct RowSums {
    value: f64,
    gradient: [f64; 4],
    hessian: [[f64; 4]; 4],
}

impl RowSums {
    #[inline]
    fn exposed(&mut self, n: f64, exposure: &Exposure) {
        self.value += n * exposure.value;
        self.gradient[0] += n * exposure.by_r;
        self.gradient[1] += n * exposure.by_alpha;
        self.hessian[0][1] += n * exposure.by_r_alpha;
        self.hessian[1][1] += n * exposure.by_alpha_alpha;
    }

    /// Adds n ln(1 + e^o) and returns how many of the n have left: with P the probability of it, first derivatives are
    /// P·o′, second ones P·o″ + P(1−P)·o′o′ᵀ.
    #[inline]
    fn tossed(&mut self, n: f64, odds: &Odds) -> f64 {
        let small = (-odds.value.abs()).exp();
        let larger = (1.0 + small).recip();
        let left = n * if odds.value > 0.0 { larger } else { small * larger };
        let spread = n * small * larger * larger;
        let slope = odds.slope;
        self.value += n * (odds.value.max(0.0) - larger.ln());
        self.hessian[0][1] += left * odds.by_r_alpha;
        self.hessian[1][1] += left * odds.by_alpha_alpha;
        self.hessian[2][2] -= left * slope[2] * slope[2];
        self.hessian[3][3] += left * slope[3] * slope[3];
        for i in 0..4 {
            self.gradient[i] += left * slope[i];
            for j in i..4 {
                self.hessian[i][j] += spread * slope[i] * slope[j];
            }
        }
        left
    }

    /// Adds n ln S: it counts in full, and is subtracted in o, so that its second derivatives count for the living.
    #[inline]
    fn silent(&mut self, n: f64, living: f64, phases: &PhasesJet) {
        self.value += n * phases.value;
        self.gradient[0] += n * phases.by_r;
        self.gradient[1] += n * phases.by_alpha;
        self.hessian[0][0] += living * phases.by_r_r;
        self.hessian[0][1] += living * phases.by_r_alpha;
        self.hessian[1][1] += living * phases.by_alpha_alpha;
    }

    fn jet(self) -> Jet {
        let mut jet = Jet::zero(4);
        jet.add(self.value, self.gradient, self.hessian);
        jet
    }
}
