mod interactions;

pub use interactions::{SimulationWindow, simulate_interactions};

use rand_distr::{Beta, Distribution, Exp1, Gamma};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use super::{CountModel, GapPatterns, opportunity::opportunities};
use crate::{
    cohort::{GapHistory, OpportunityHistory, OpportunityPattern, OpportunityPatterns, Patterns, PurchaseHistory},
    math::LnProduct,
    parallel,
    units::{Seed, Span},
};

/// Histories of `customers` drawn from a model, each observed for `age` after a first purchase.
///
/// Times are continuous. The i-th customer depends on the seed and on i alone, so that results are the same for
/// any number of threads, and a longer simulation begins with the shorter one.
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, BgNbd, Seed, Span, simulate};
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let histories = simulate(&model, Span::weeks(39.0)?, 1_000, Seed::new(7));
/// let came_back = histories.iter().filter(|history| history.repeats() > 0).count();
/// assert!((380..=480).contains(&came_back)); // 1 − (α/(α+39))^r = 0.426
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn simulate<M: CountModel>(model: &M, age: Span, customers: u32, seed: Seed) -> Vec<M::History> {
    let indices: Vec<u32> = (0..customers).collect();
    parallel::map(&indices, |&index| observed(model, age.as_days(), &mut Generator::new(seed, index)))
}

/// One customer drawn from a model, observed for `age` days.
fn observed<M: CountModel>(model: &M, age: f64, rng: &mut Generator) -> M::History {
    let customer = model.draw(rng);
    let (mut repeats, mut recency) = (0, 0.0);
    customer.purchases(age, rng, |time| (repeats, recency) = (repeats + 1, time));
    model.observe(repeats, recency, age)
}

/// For each customer of `data` one drawn from the model, observed for as long.
pub(super) fn resampled(
    model: &impl CountModel<History = PurchaseHistory>,
    data: &Patterns,
    rng: &mut Generator,
) -> Patterns {
    let ages = data.rows().iter().flat_map(|row| (0..row.customers).map(|_| row.history.age().as_days()));
    let histories: Vec<_> = ages.map(|age| observed(model, age, rng)).collect();
    (&histories).into()
}

/// The same for customers whose gaps are known.
pub(super) fn resampled_gaps(
    model: &impl CountModel<History = PurchaseHistory>,
    data: &GapPatterns,
    rng: &mut Generator,
) -> GapPatterns {
    let ages = data.patterns().rows().iter().flat_map(|row| (0..row.customers).map(|_| row.history.age().as_days()));
    let mut observed = |age: f64| {
        let (mut repeats, mut recency, mut gaps) = (0, 0.0, LnProduct::default());
        model.draw(rng).purchases(age, rng, |time| {
            gaps.multiply(time - recency);
            (repeats, recency) = (repeats + 1, time);
        });
        GapHistory::proven(model.observe(repeats, recency, age), gaps.ln())
    };
    GapPatterns::proven(&ages.map(&mut observed).collect::<Vec<_>>(), data.k())
}

/// The same for customers who take opportunities.
pub(super) fn resampled_opportunities(
    model: &impl CountModel<History = OpportunityHistory>,
    data: &OpportunityPatterns,
    rng: &mut Generator,
) -> OpportunityPatterns {
    let every = data.every();
    // Half an opportunity more, so that the last one is seen.
    let age = |row: &OpportunityPattern| (f64::from(row.history.opportunities()) + 0.5) * every.as_days();
    let ages = data.rows().iter().flat_map(|row| (0..row.customers).map(move |_| age(row)));
    OpportunityPatterns::proven(ages.map(|age| observed(model, age, rng)), every)
}

/// A customer's own pace and way of leaving, which nobody can see.
#[derive(Debug, Clone, Copy)]
pub struct LatentCustomer {
    pub(super) pace: Pace,
    pub(super) leaving: Leaving,
}

/// When a customer buys while alive.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// At every k-th event of a Poisson process with this rate per day; k = 1 is the process itself.
    Erlang { rate: f64, k: u32 },
    /// With this probability at each opportunity, the first one `every` days after the first purchase.
    Opportunities { probability: f64, every: f64 },
}

/// When a customer leaves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaving {
    Never,
    /// With this probability after each purchase, and so many times before the first repeat purchase.
    AfterPurchase {
        probability: f64,
        coins_before: u32,
    },
    /// So many days after the first purchase.
    At {
        time: f64,
    },
}

impl Leaving {
    /// Between the opportunity before this one and this one.
    pub(super) fn before_opportunity(number: f64, every: f64) -> Self {
        Self::At { time: (number - 0.5) * every }
    }
}

/// More than anybody makes, and as many as a history counts.
const MOST_PURCHASES: u32 = 999_999_999;

impl LatentCustomer {
    /// Calls with the time of each repeat purchase, in days after the first, up to `until`: in continuous time without
    /// it, at opportunities with the one that falls there.
    pub(super) fn purchases(self, until: f64, rng: &mut Generator, mut visit: impl FnMut(f64)) {
        let until = self.pace.end(until);
        let (dropout, coins_before, until) = match self.leaving {
            Leaving::Never => (0.0, 0, until),
            Leaving::AfterPurchase { probability, coins_before } => (probability, coins_before, until),
            Leaving::At { time } => (0.0, 0, until.min(time)),
        };
        let mut alive = !(0..coins_before).any(|_| rng.happens(dropout));
        let (mut now, mut made) = (0.0, 0);
        while alive && made < MOST_PURCHASES {
            let next = now + self.pace.gap(rng);
            // A gap below the resolution of the clock would be no gap; a rate of zero makes an infinite one.
            if next >= until || next <= now {
                break;
            }
            (now, made) = (next, made + 1);
            visit(now);
            alive = !rng.happens(dropout);
        }
    }
}

impl Pace {
    /// The time to the next purchase, in days.
    fn gap(self, rng: &mut Generator) -> f64 {
        match self {
            Self::Erlang { rate, k } => (0..k).map(|_| rng.exponential()).sum::<f64>() / rate,
            Self::Opportunities { probability, every } => rng.geometric(probability) * every,
        }
    }

    /// Where a time ends: between opportunities, so that rounding moves none of them over the end.
    fn end(self, until: f64) -> f64 {
        match self {
            Self::Erlang { .. } => until,
            Self::Opportunities { every, .. } => (opportunities(until, every) + 0.5) * every,
        }
    }
}

/// The one source of randomness: xoshiro256++, seeded for each customer.
#[derive(Debug)]
pub struct Generator(Xoshiro256PlusPlus);

impl Generator {
    pub(crate) fn new(seed: Seed, index: u32) -> Self {
        /// The increment of the SplitMix64 generator, which spreads neighbouring seeds over all 64 bits.
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        Self(Xoshiro256PlusPlus::seed_from_u64(seed.get() ^ GOLDEN.wrapping_mul(u64::from(index) + 1)))
    }

    /// Another source for the same customer.
    fn beside(seed: Seed, index: u32) -> Self {
        /// The digits of π: any number that no caller adds to a seed.
        const APART: u64 = 0x2436_3F84_A885_A308;
        Self::new(Seed::new(seed.get().rotate_left(32) ^ APART), index)
    }

    /// Gamma(shape, 1); zero where the shape is out of range, which the models exclude.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        Gamma::new(shape, 1.0).map_or(0.0, |gamma| gamma.sample(&mut self.0))
    }

    /// Beta(a, b); zero where the parameters are out of range, which the models exclude.
    pub(super) fn beta(&mut self, a: f64, b: f64) -> f64 {
        Beta::new(a, b).map_or(0.0, |beta| beta.sample(&mut self.0))
    }

    pub(crate) fn exponential(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }

    /// Between 0 and 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        rand_distr::StandardUniform.sample(&mut self.0)
    }

    /// How many trials with this probability it takes to succeed: 1, 2, 3 …, or infinitely many.
    pub(super) fn geometric(&mut self, probability: f64) -> f64 {
        (self.exponential() / -(-probability).ln_1p()).floor() + 1.0
    }

    fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }
}
