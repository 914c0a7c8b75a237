use std::ops::RangeInclusive;

use super::data::Piece;
use crate::{
    cohort::PurchaseHistory,
    lifetime::{
        AGED, Buying, Dropout, Forecast, Life, ParetoNbdParams, Process, RateFactors, ScalingError, scaled,
        sealed::Sealed,
    },
    math::LogSum,
    units::{Horizon, Span, TimeUnit},
};

/// What a customer will do under given covariates: the door to every forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Future {
    log_odds: f64,
    shape: f64,
    rate: f64,
    s: f64,
    scale: f64,
    stretches: Vec<Stretch>,
}

/// A stretch of constant covariates from now on: what will have passed at its start, as buying and as leaving see it, and
/// the paces of both.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    /// In days from now.
    start: f64,
    bought: f64,
    left: f64,
    buying: f64,
    leaving: f64,
}

impl Future {
    pub(super) fn new(params: &ParetoNbdParams, inner: &[f64], pieces: &[Piece], history: &PurchaseHistory) -> Self {
        let age = history.age().as_days();
        let (past, future) = stretches(inner, pieces, age);
        let shape = params.r + f64::from(history.repeats());
        let (rate, scale) = (params.alpha.as_days() + future[0].bought, params.beta.as_days() + future[0].left);
        let log_odds = -ln_left(params, shape, [rate, scale], &past, [history.recency().as_days(), age]);
        let now = future[0];
        let from_now = |one: Stretch| Stretch {
            start: one.start - now.start,
            bought: one.bought - now.bought,
            left: one.left - now.left,
            ..one
        };
        let stretches = future.into_iter().map(from_now).collect();
        Self { log_odds, shape, rate, s: params.s, scale, stretches }
    }

    /// The forecast, with all that other models tell.
    pub fn forecast(&self) -> Forecast<DynamicProcess<'_>> {
        let Self { log_odds, shape, rate, s, scale, ref stretches } = *self;
        Forecast::new(log_odds, DynamicProcess { shape, rate, s, scale, stretches })
    }
}

/// The stretches that begin before an age, and those from it on, the first of them at it.
fn stretches(inner: &[f64], pieces: &[Piece], age: f64) -> (Vec<Stretch>, Vec<Stretch>) {
    let mut all: Vec<Stretch> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let [buying, leaving] = piece.paces(inner);
        let (bought, left) = all.last().map_or((0.0, 0.0), |last| {
            let length = piece.start - last.start;
            (last.bought + last.buying * length, last.left + last.leaving * length)
        });
        all.push(Stretch { start: piece.start, bought, left, buying, leaving });
    }
    let after = all.partition_point(|one| one.start <= age);
    let now = all[after - 1].at(age);
    let future = std::iter::once(now).chain(all[after..].iter().copied()).collect();
    all.truncate(after);
    (all, future)
}

impl Stretch {
    /// From a later time on.
    fn at(self, start: f64) -> Self {
        let length = start - self.start;
        let (bought, left) = (self.bought + self.buying * length, self.left + self.leaving * length);
        Self { start, bought, left, ..self }
    }
}

/// ln [P(data, left) / P(data, alive)].
fn ln_left(params: &ParetoNbdParams, power: f64, end: [f64; 2], past: &[Stretch], [from, to]: [f64; 2]) -> f64 {
    let (alpha, beta) = (params.alpha.as_days(), params.beta.as_days());
    let mut sum = LogSum::default();
    for (one, length) in within(past, from, to) {
        let (bought, left) = (alpha + one.bought, beta + one.left);
        let life = Life::Lomax { shape: params.s, scale: left / one.leaving };
        life.walk([0.0, length], bought / one.buying, power, |time, weight| {
            let (bought, left) = (bought + one.buying * time, left + one.leaving * time);
            let silence = power * ((end[0] - bought) / bought).ln_1p() + params.s * ((end[1] - left) / left).ln_1p();
            sum.add_weighted(silence, params.s * one.leaving / left * weight);
        });
    }
    sum.ln()
}

/// The parts of stretches between two times, each with its length.
fn within(stretches: &[Stretch], from: f64, to: f64) -> impl Iterator<Item = (Stretch, f64)> + '_ {
    stretches.iter().enumerate().filter_map(move |(index, one)| {
        let end = stretches.get(index + 1).map_or(to, |next| next.start.min(to));
        let start = one.start.max(from);
        (start < end).then(|| (one.at(start), end - start))
    })
}

/// A customer of [`DynamicParetoNbd`](super::DynamicParetoNbd) who is alive, under given covariates from now on.
///
/// Given R = r + x, A = α + B(T) and E = β + D(T), with B and D counted from now:
///
/// # Formula
///
/// ```text
/// survival             S(u) = (E/(E+D(u)))^s
/// discounted           (R/A) ∫ e^(γz(u)) e^−δu S(u) du
/// m purchases          S(t) NB(m; B(t)) − ∫₀ᵗ S′(u) NB(m; B(u)) du
/// ```
///
/// # References
///
/// Bachmann, Meierer and Näf (2021), Marketing Science 40(4).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicProcess<'a> {
    shape: f64,
    rate: f64,
    s: f64,
    scale: f64,
    stretches: &'a [Stretch],
}

impl DynamicProcess<'_> {
    /// The stretch that a time falls in, from that time on.
    fn at(&self, time: f64) -> Stretch {
        let after = self.stretches.partition_point(|one| one.start <= time);
        self.stretches[after - 1].at(time)
    }

    /// The life of those who are alive at the start of a stretch.
    fn life(&self, stretch: Stretch) -> Life {
        Life::Lomax { shape: self.s, scale: (self.scale + stretch.left) / stretch.leaving }
    }

    /// P(alive when so much of the time of leaving is over).
    fn alive(&self, left: f64) -> f64 {
        (-self.s * (left / self.scale).ln_1p()).exp()
    }

    /// Purchases in a stretch, of who has bought since so much of the time of buying was over.
    fn buying(&self, one: Stretch, since: f64) -> Buying {
        Buying { shape: self.shape, start: (one.bought - since) / self.rate, pace: one.buying / self.rate }
    }

    /// P(n purchases between two times, and gone by the second) of one n after the other, given all of their life.
    fn gone(&self, counts: &RangeInclusive<u32>, [from, to]: [f64; 2]) -> Vec<f64> {
        let since = self.at(from).bought;
        let mut sums = vec![0.0; counts.clone().count()];
        for (one, length) in within(self.stretches, from, to) {
            let (life, alive) = (self.life(one), self.alive(one.left));
            let density = |time: f64| alive * life.ln_density(time).exp();
            let gone = self.buying(one, since).gone_each(counts, length, density, |_, _| 1.0);
            sums.iter_mut().zip(gone).for_each(|(sum, gone)| *sum += gone);
        }
        sums
    }
}

impl Sealed for DynamicProcess<'_> {}

impl Process for DynamicProcess<'_> {
    fn survival(&self, after: Span) -> f64 {
        self.alive(self.at(after.as_days()).left)
    }

    fn any_purchase(&self, horizon: Horizon) -> f64 {
        let to = days(horizon);
        let stretch = |(one, length): (Stretch, f64)| {
            let (life, alive) = (self.life(one), self.alive(one.left));
            let first = |time: f64| {
                let bought = one.bought + one.buying * time;
                let silent = (-self.shape * (bought / self.rate).ln_1p()).exp();
                alive * life.survival(time) * silent * self.shape * one.buying / (self.rate + bought)
            };
            let scale = (self.rate + one.bought) / one.buying;
            let end = if length.is_finite() { Horizon::Within(Span::known(length)) } else { Horizon::Lifetime };
            life.integrate(end, self.shape, scale, (self.shape + 1.0) / scale, first)
        };
        within(self.stretches, 0.0, to).map(stretch).sum::<f64>().min(1.0)
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        self.probability_between(count, Span::ZERO, within)
    }

    fn probabilities(&self, counts: RangeInclusive<u32>, span: Span) -> Vec<f64> {
        let end = self.at(span.as_days());
        let alive = self.alive(end.left);
        let living = self.buying(end, 0.0).living_each(&counts, 0.0);
        let gone = self.gone(&counts, [0.0, span.as_days()]);
        living.into_iter().zip(gone).map(|(living, gone)| alive * living + gone).collect()
    }

    /// As of a Poisson process, stretch by stretch.
    fn tails(&self, count: u32, span: Span) -> Option<[f64; 2]> {
        let (n, end) = (f64::from(count), self.at(span.as_days()));
        let (mut at_least, mut left) = (if count == 0 { 1.0 } else { 0.0 }, 0.0);
        for (one, length) in within(self.stretches, 0.0, span.as_days()) {
            let (buying, life, alive) = (self.buying(one, 0.0), self.life(one), self.alive(one.left));
            let gone = -(-self.s * (one.left / self.scale).ln_1p()).exp_m1();
            if count > 0 {
                at_least += buying.at_purchase(n, length, |time| alive * life.survival(time));
            }
            left += buying.at_purchase(n + 1.0, length, |time| gone + alive * life.gone(time));
        }
        let late = self.buying(end, 0.0).living_at_most(count, 0.0);
        Some([at_least.min(1.0), (late + left).min(1.0)])
    }

    /// Gone before, or alive at `from`: what was bought before says nothing of the rest.
    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let [start, end] = [from, to].map(|span| self.at(span.as_days()));
        let gone: f64 = self.gone(&(count..=count), [from, to].map(Span::as_days)).iter().sum();
        let before = if count == 0 { -(-self.s * (start.left / self.scale).ln_1p()).exp_m1() } else { 0.0 };
        before + gone + self.alive(end.left) * self.buying(end, start.bought).living(count, 0.0)
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.discounted_purchases(Span::ZERO, Horizon::Within(within), 0.0)
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        let stretch = |(one, length): (Stretch, f64)| {
            let kept = self.alive(one.left) * (-force * one.start).exp() * one.buying;
            kept * self.life(one).discounted_time(0.0, length, force)
        };
        self.shape / self.rate * within(self.stretches, from.as_days(), days(to)).map(stretch).sum::<f64>()
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        self.shape / self.rate * self.stretches[0].buying * unit.days()
    }

    fn mean_dropout(&self, unit: TimeUnit) -> Dropout {
        Dropout::Hazard(self.s / self.scale * self.stretches[0].leaving * unit.days())
    }

    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        let rate = scaled("rate of the purchase rates", self.rate / factors.purchases.get(), AGED)?;
        let scale = scaled("scale of the remaining lives", self.scale / factors.dropout.get(), AGED)?;
        Ok(Self { rate, scale, ..*self })
    }
}

fn days(horizon: Horizon) -> f64 {
    match horizon {
        Horizon::Within(within) => within.as_days(),
        Horizon::Lifetime => f64::INFINITY,
    }
}
