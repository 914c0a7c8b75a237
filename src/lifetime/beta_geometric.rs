//! What BG/NBD, MBG/NBD and their CNBD-k variants share: gamma rates, beta dropout after a coin toss.

mod phases;
mod process;

use phases::{Phases, PhasesJet};
pub use process::BetaGeometricProcess;

use super::{
    CHUNK, CountModel, DataError, Exposure, GapPatterns, Limit, Parameter, ParameterError, enough, ln_rising_sum,
    means,
    parameter::{is_narrow, leaving, one_rate},
    simulate::{Generator, LatentCustomer, Leaving, Pace, resampled, resampled_gaps},
};
use crate::{
    cohort::{Pattern, Patterns, PurchaseHistory, Survivors},
    math::{BetaMixture, Jet, ln_rising, ln_survival_jet, softplus},
    parallel,
    units::{Span, TimeUnit},
};

/// The parameters of [`BgNbd`](super::BgNbd) and [`MbgNbd`](super::MbgNbd), each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BetaGeometricParams {
    /// Shape of the gamma distribution of purchase rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/α.
    pub alpha: Span,
    /// First parameter of the beta distribution of dropout: the mean is a/(a+b).
    pub a: f64,
    /// Second parameter of the beta distribution of dropout.
    pub b: f64,
}

impl BetaGeometricParams {
    pub(super) const PARAMETERS: &'static [Parameter] =
        &[Parameter::number("r"), Parameter::time("alpha"), Parameter::number("a"), Parameter::number("b")];

    pub(super) fn to_natural(self) -> Vec<f64> {
        vec![self.r, self.alpha.as_days(), self.a, self.b]
    }

    #[expect(clippy::unused_self, reason = "the parameters of the other models of the family have a k")]
    pub(super) const fn k(self) -> u32 {
        1
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "the parameters of the other models of the family have a k"
    )]
    pub(super) const fn check_k(self, _: &'static str) -> Result<(), ParameterError> {
        Ok(())
    }

    pub(super) const fn from_natural(natural: &[f64], _: u32) -> Self {
        Self { r: natural[0], alpha: Span::known(natural[1]), a: natural[2], b: natural[3] }
    }
}

/// What the likelihood needs of data beyond their histories: how regularly customers buy.
pub(super) trait Gaps {
    /// The histories.
    fn patterns(&self) -> &Patterns;
    /// Every k-th event is a purchase.
    fn k(&self) -> u32;
    /// What the gaps between purchases add to the log-likelihood.
    fn ln_density(&self) -> f64;
    /// As many customers, drawn from a model, observed as long.
    fn resample(&self, model: &impl CountModel<History = PurchaseHistory>, rng: &mut Generator) -> Self;
}

impl Gaps for Patterns {
    fn patterns(&self) -> &Patterns {
        self
    }

    fn k(&self) -> u32 {
        1
    }

    fn ln_density(&self) -> f64 {
        0.0
    }

    fn resample(&self, model: &impl CountModel<History = PurchaseHistory>, rng: &mut Generator) -> Self {
        resampled(model, self, rng)
    }
}

impl Gaps for GapPatterns {
    fn patterns(&self) -> &Patterns {
        self.patterns()
    }

    fn k(&self) -> u32 {
        self.k()
    }

    fn ln_density(&self) -> f64 {
        ln_gap_density(self.k(), self.patterns().repeats(), self.ln_gaps())
    }

    fn resample(&self, model: &impl CountModel<History = PurchaseHistory>, rng: &mut Generator) -> Self {
        resampled_gaps(model, self, rng)
    }
}

/// ln Π g^(k−1)/(k−1)! over x gaps: what Erlang gaps add to their sum, (k−1) Σ ln g − x ln (k−1)!.
pub(super) fn ln_gap_density(k: u32, repeats: u64, ln_gaps: f64) -> f64 {
    f64::from(k - 1) * ln_gaps - repeats as f64 * ln_rising(1.0, k - 1)
}

/// What the models are, given their parameters, data, and the history in an observation; everything but names and
/// documentation.
macro_rules! beta_geometric_model {
    (
        $model:ident($params:ident), $name:literal, coins_before: $coins_before:literal,
        $data:ident: |$k:ident, $one:ident| ($history:expr, $ln_gap_density:expr)
    ) => {
        model_of_parameters!($model, $params, |params| params.check_k($name));

        impl $model {
            fn kernel(&self) -> BetaGeometric {
                BetaGeometric::new(&self.0.to_natural(), $coins_before, self.0.k())
            }
        }

        impl Likelihood for $model {
            type Data = $data;

            const NAME: &'static str = $name;

            const PARAMETERS: &'static [Parameter] = BetaGeometricParams::PARAMETERS;

            fn link(driver: Driver) -> Option<Link> {
                match driver {
                    Driver::Purchase => Some(Link::divides(1)),
                    Driver::Dropout => Some(Link::multiplies(2)),
                    Driver::Loyalty => Some(Link::multiplies(3)),
                    Driver::Spend => None,
                }
            }

            fn from_natural(natural: &[f64], data: &$data) -> Result<Self, ParameterError> {
                Self::new($params::from_natural(natural, data.k()))
            }

            fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
                Self::new($params::from_natural(natural, self.0.k()))
            }

            fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
                BetaGeometric::limit(natural, held)
            }

            fn resample(&self, data: &$data, rng: &mut Generator) -> $data {
                data.resample(self, rng)
            }

            fn to_natural(&self) -> Vec<f64> {
                self.0.to_natural()
            }

            fn starts(data: &$data) -> Result<Vec<Vec<f64>>, DataError> {
                BetaGeometric::starts(data.patterns(), data.k())
            }

            fn contained(data: &$data, search: &impl Search) -> Vec<Vec<f64>> {
                if data.k() == 1 { nobody_leaves::<Nbd>(data.patterns(), search) } else { Vec::new() }
            }

            fn objective(natural: &[f64], data: &$data) -> Jet {
                let mut jet = BetaGeometric::new(natural, $coins_before, data.k()).objective(data.patterns());
                jet.value += data.ln_density();
                jet
            }

            fn ln_likelihood(&self, $one: &<$data as Observations>::One, unit: TimeUnit) -> f64 {
                let $k = self.0.k();
                self.kernel().ln_likelihood(&$history, unit) + $ln_gap_density
            }
        }

        impl CountModel for $model {
            type History = PurchaseHistory;
            type Alive = BetaGeometricProcess;

            fn log_odds_alive(&self, history: &PurchaseHistory) -> f64 {
                -self.kernel().log_odds_left(history)
            }

            fn given_alive(&self, history: &PurchaseHistory) -> BetaGeometricProcess {
                self.kernel().given_alive(history)
            }

            fn process_key(&self, history: &PurchaseHistory) -> (u64, u64, u64) {
                let (repeats, age, _) = history.repeats_and_age();
                let silence = if self.0.k() > 1 { history.time_since_last().as_days() } else { 0.0 };
                (repeats, age, silence.to_bits())
            }

            fn draw(&self, rng: &mut Generator) -> LatentCustomer {
                self.kernel().draw(rng)
            }

            fn observe(&self, repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
                PurchaseHistory::observed(repeats, recency, age)
            }
        }
    };
}
pub(super) use beta_geometric_model;

/// The models differ in when customers may leave: `coins_before` is how often a customer without repeat
/// purchases has tossed the coin, 0 for the BG models, 1 for the MBG models; and in how regularly they buy: every `k`-th
/// event of a Poisson process is a purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BetaGeometric {
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
        let Self { r, alpha, a, b, .. } = *self;
        let (mut value, mut gradient, mut hessian) = (0.0, [0.0; 4], [[0.0; 4]; 4]);
        let (ln_a, mut repeats, mut stayed, mut ln_stayed) = (a.ln(), u32::MAX, f64::NAN, f64::NAN);
        for Pattern { history, customers } in rows {
            if history.repeats() != repeats {
                repeats = history.repeats();
                // The whole numbers first: b may be so small that b + 1 loses its digits.
                stayed = b + (f64::from(repeats + self.coins_before) - 1.0);
                ln_stayed = stayed.ln();
            }
            let n = *customers as f64;
            let age = history.age().as_days();
            let shape = self.shape(repeats);
            let exposure = Exposure::new(r, alpha, shape - r, age);
            value += n * exposure.value;
            gradient[0] += n * exposure.by_r;
            gradient[1] += n * exposure.by_alpha;
            hessian[0][1] += n * exposure.by_r_alpha;
            hessian[1][1] += n * exposure.by_alpha_alpha;
            let phases = if self.k > 1 { self.phases(history).jet(exposure.end) } else { PhasesJet::default() };
            value += n * phases.value;
            let (mut left, mut spread, mut slope) = (0.0, 0.0, [0.0; 4]);
            if repeats + self.coins_before > 0 {
                let last = (alpha + history.recency().as_days()).recip();
                let silent = history.time_since_last().as_days();
                let silence = ((alpha + age) * last).ln();
                let odds = ln_a - ln_stayed + shape * silence - phases.value;
                let small = (-odds.abs()).exp();
                let larger = (1.0 + small).recip();
                value += n * (odds.max(0.0) - larger.ln());
                left = n * if odds > 0.0 { larger } else { small * larger };
                spread = n * small * larger * larger;
                // Derivatives of o in r, α, a, b; then P(left)·o″ + P(left)(1−P(left))·o′o′ᵀ.
                let drop = -silent * last * exposure.end;
                slope = [silence - phases.by_r, shape * drop - phases.by_alpha, a.recip(), -stayed.recip()];
                hessian[0][1] += left * drop;
                hessian[1][1] -= left * shape * drop * (last + exposure.end);
                hessian[2][2] -= left * slope[2] * slope[2];
                hessian[3][3] += left * slope[3] * slope[3];
            }
            for i in 0..4 {
                gradient[i] += left * slope[i];
                for j in i..4 {
                    hessian[i][j] += spread * slope[i] * slope[j];
                }
            }
            // ln S counts in full, and is subtracted in o.
            gradient[0] += n * phases.by_r;
            gradient[1] += n * phases.by_alpha;
            hessian[0][0] += (n - left) * phases.by_r_r;
            hessian[0][1] += (n - left) * phases.by_r_alpha;
            hessian[1][1] += (n - left) * phases.by_alpha_alpha;
        }
        let mut jet = Jet::zero(4);
        jet.add(value, gradient, hessian);
        jet
    }

    pub fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        LatentCustomer {
            pace: Pace::Erlang { rate: rng.gamma(self.r) / self.alpha, k: self.k },
            leaving: Leaving::AfterPurchase { probability: rng.beta(self.a, self.b), coins_before: self.coins_before },
        }
    }
}
