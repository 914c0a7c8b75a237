use super::{
    Bb, CHUNK, CountModel, DataError, Likelihood, Limit, OpportunityProcess, Parameter, ParameterError, Search,
    bb::observed,
    opportunity::Stay,
    parameter::{is_narrow, model_of_parameters, nobody_leaves},
    simulate::{Generator, LatentCustomer, Leaving, Pace, resampled_opportunities},
};
use crate::{
    cohort::{OpportunityHistory, OpportunityPattern, OpportunityPatterns},
    math::{Jet, JetSum, ln_beta_drop, ln_rising, ln_survival_jet, softplus},
    parallel,
    units::{Span, TimeUnit},
};

/// The BG/BB model: customers take each opportunity to buy with a probability of one's own, and may leave before any of
/// them.
///
/// Probabilities p of taking an opportunity are spread over customers as Beta(α, β), probabilities θ of leaving before
/// one as Beta(γ, δ); both are independent. It is the Pareto/NBD model of discrete time: for gifts once a year, for events
/// that one attends or not, or where a log only says in which weeks somebody bought.
///
/// # Formula
///
/// Likelihood of taking x of n opportunities, the last one as number t_x, in the order in which it happened:
///
/// ```text
/// L = 1/[B(α, β) B(γ, δ)] · { B(α+x, β+n−x) B(γ, δ+n) + Σ B(α+x, β+t−x) B(γ+1, δ+t) over t_x ≤ t < n }
///
/// P(alive) = B(α+x, β+n−x) B(γ, δ+n) / [B(α, β) B(γ, δ) L]
/// ```
///
/// ```math
/// L = \frac{B(\alpha+x, \beta+n-x)\, B(\gamma, \delta+n) + \sum_{t=t_x}^{n-1} B(\alpha+x, \beta+t-x)\,
/// B(\gamma+1, \delta+t)}{B(\alpha, \beta)\, B(\gamma, \delta)}
/// ```
///
/// where `x` is [`repeats`](OpportunityHistory::repeats), `t_x` [`last`](OpportunityHistory::last) and `n` the number of
/// [`opportunities`](OpportunityHistory::opportunities); `α`, `β`, `γ` and `δ` are the [`BgBbParams`]. P(alive) is that
/// of not having left before the n-th opportunity; the paper tabulates it one opportunity later, which is
/// [`probability_alive_after`](super::Forecast::probability_alive_after) one time between opportunities. Predictions:
/// [`OpportunityProcess`].
///
/// # Examples
///
/// ```
/// use customer_value::{BgBb, BgBbParams, CountModel, OpportunityHistory, Span};
///
/// // The published fit on yearly gifts to a charity.
/// let year = Span::years(1.0)?;
/// let model = BgBb::new(BgBbParams { alpha: 1.204, beta: 0.750, gamma: 0.657, delta: 2.783, every: year })?;
/// let every_year = model.forecast(&OpportunityHistory::new(6, 6, 6)?);
/// assert!((every_year.probability_alive_after(year).get() - 0.93).abs() < 5e-3);
/// assert!(every_year.expected_purchases(Span::years(10.0)?) > 5.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Fader, Hardie and Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing Science
/// 29(6): likelihood eq. 5, P(alive) eq. 11.
#[doc(alias = "beta-geometric/beta-Bernoulli")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "BgBbParams", into = "BgBbParams")
)]
pub struct BgBb(BgBbParams);

/// The parameters of [`BgBb`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BgBbParams {
    /// First parameter of the beta distribution of taking an opportunity: the mean is α/(α+β).
    pub alpha: f64,
    /// Its second parameter.
    pub beta: f64,
    /// First parameter of the beta distribution of leaving before an opportunity: the mean is γ/(γ+δ).
    pub gamma: f64,
    /// Its second parameter.
    pub delta: f64,
    /// The time from one opportunity to the next, which is not estimated.
    pub every: Span,
}

impl BgBbParams {
    fn to_natural(self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.gamma, self.delta]
    }
}

model_of_parameters!(BgBb, BgBbParams, carries every);

impl BgBb {
    /// ln [P(data, left) / P(data, alive)]: from the last opportunity backward, each term from the one after it.
    fn ln_left(&self, history: &OpportunityHistory) -> f64 {
        const LARGE: f64 = 1e250;
        let BgBbParams { alpha, beta, gamma, delta, .. } = self.0;
        let (both, all, repeats) = (alpha + beta, gamma + delta, f64::from(history.repeats()));
        let (mut ratio, mut sum, mut scale) = (1.0, 0.0, 0.0);
        for before in (history.last()..history.opportunities()).rev() {
            let t = f64::from(before);
            ratio *= (both + t) / (beta + (t - repeats)) * ((all + t) / (delta + t));
            sum += ratio * gamma / (all + t);
            if ratio > LARGE {
                (ratio, sum, scale) = (ratio / LARGE, sum / LARGE, scale + LARGE.ln());
            }
        }
        scale + sum.ln()
    }
}

/// ln Π (b+k)/(a+b+k) with its derivatives, as [`ln_survival_jet`] gives it: value, by a, by b, by aa (the same by ab),
/// by bb.
type Course = [f64; 5];

/// One more factor of a course: b is what it has become.
fn step(course: &mut Course, a: f64, b: f64) {
    let (stay, toss) = (b.recip(), (a + b).recip());
    let gap = a * stay * toss;
    let [value, by_a, by_b, by_aa, by_bb] = course;
    *value -= (a * stay).ln_1p();
    *by_a -= toss;
    *by_b += gap;
    *by_aa += toss * toss;
    *by_bb -= gap * (stay + toss);
}

/// One history: the sum over when the customer may have left, from right after the last purchase to not at all.
fn row(natural: [f64; 4], history: &OpportunityHistory) -> (f64, [f64; 4], [[f64; 4]; 4]) {
    let [alpha, beta, gamma, delta] = natural;
    let (repeats, last, all) = (history.repeats(), history.last(), history.opportunities());
    let taker = alpha + f64::from(repeats);
    let taken = ln_survival_jet(beta, alpha, repeats);
    let mut missed: Course = ln_survival_jet(taker, beta, last - repeats);
    let mut stayed: Course = ln_survival_jet(gamma, delta, last);
    let mut sum = JetSum::<4>::new();
    for seen in last..all {
        let t = f64::from(seen);
        let toss = (gamma + delta + t).recip();
        let [value, by_gamma, by_delta, by_both, by_dd] = stayed;
        let square = toss * toss;
        let left = [
            value + (gamma * toss).ln(),
            by_gamma + (delta + t) * toss / gamma,
            by_delta - toss,
            by_both + square,
            by_dd + square,
        ];
        add(&mut sum, &missed, &left, -gamma.powi(-2));
        step(&mut missed, taker, beta + (t - f64::from(repeats)));
        step(&mut stayed, gamma, delta + t);
    }
    add(&mut sum, &missed, &stayed, 0.0);
    let (mut value, mut gradient, mut hessian) = sum.ln();
    let [ln_taken, by_beta, by_alpha, by_both, by_aa] = taken;
    value += ln_taken;
    gradient[0] += by_alpha;
    gradient[1] += by_beta;
    hessian[0][0] += by_aa;
    hessian[0][1] += by_both;
    hessian[1][1] += by_both;
    (value, gradient, hessian)
}

/// Adds a term with these two courses, in α and β and in γ and δ; `by_gg` is what is more by γ twice than by γ and δ.
fn add(sum: &mut JetSum<4>, taking: &Course, staying: &Course, by_gg: f64) {
    let [one, other] = [taking, staying];
    sum.add(
        one[0] + other[0],
        1.0,
        &[one[1], one[2], other[1], other[2]],
        &[
            [one[3], one[3], 0.0, 0.0],
            [0.0, one[4], 0.0, 0.0],
            [0.0, 0.0, other[3] + by_gg, other[3]],
            [0.0, 0.0, 0.0, other[4]],
        ],
    );
}

/// The checks that the models of opportunities share before a fit.
pub(super) fn enough(data: &OpportunityPatterns) -> Result<(), DataError> {
    match (data.customers(), data.repeats()) {
        (0, _) => Err(DataError::NoCustomers),
        (customers, 0) => Err(DataError::NoRepeats { customers }),
        _ => Ok(()),
    }
}

/// The share of opportunities that were taken, kept away from none and all, for the start of a search.
pub(super) fn share_taken(taken: u64, all: u64) -> f64 {
    (taken as f64 / all as f64).clamp(0.01, 0.99)
}

impl Likelihood for BgBb {
    type Data = OpportunityPatterns;

    const NAME: &'static str = "BG/BB";

    const PARAMETERS: &'static [Parameter] = &[
        Parameter::number("alpha"),
        Parameter::number("beta"),
        Parameter::number("gamma"),
        Parameter::number("delta"),
    ];

    fn from_natural(natural: &[f64], data: &OpportunityPatterns) -> Result<Self, ParameterError> {
        let [alpha, beta, gamma, delta] = [natural[0], natural[1], natural[2], natural[3]];
        Self::new(BgBbParams { alpha, beta, gamma, delta, every: data.every() })
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        let [alpha, beta, gamma, delta] = [natural[0], natural[1], natural[2], natural[3]];
        Self::new(BgBbParams { alpha, beta, gamma, delta, ..self.0 })
    }

    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        /// A mean probability of leaving below this is none.
        const NEVER: f64 = 1e-4;
        let (gamma, delta) = (natural[2], natural[3]);
        let staying = (held[2] || held[3]) && !held[0] && !held[1];
        let name = match (gamma < NEVER * delta, is_narrow(gamma) && is_narrow(delta)) {
            (true, _) => "BB (nobody leaves)",
            (false, true) => "BB with one probability of leaving",
            (false, false) => return None,
        };
        staying.then(|| Limit::new(name, &[0, 1], &[]))
    }

    fn resample(&self, data: &OpportunityPatterns, rng: &mut Generator) -> OpportunityPatterns {
        resampled_opportunities(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    /// The share taken while buying lasted, with customers alike or not; and from hardly any dropout to much.
    fn starts(data: &OpportunityPatterns) -> Result<Vec<Vec<f64>>, DataError> {
        enough(data)?;
        let weigh = |row: &OpportunityPattern| u64::from(row.history.last()).saturating_mul(row.customers);
        let share = share_taken(data.repeats(), data.rows().iter().map(weigh).fold(0, u64::saturating_add));
        let dropouts = [(0.7, 3.0), (1.0, 1.0), (0.1, 2.0), (1.0, 20.0), (0.01, 1.0), (10.0, 100.0)];
        let start = |size: f64| dropouts.map(|(gamma, delta)| vec![size * share, size * (1.0 - share), gamma, delta]);
        Ok([2.0, 0.3, 20.0].into_iter().flat_map(start).collect())
    }

    fn contained(data: &OpportunityPatterns, search: &impl Search) -> Vec<Vec<f64>> {
        nobody_leaves::<Bb>(data, search)
    }

    fn objective(natural: &[f64], data: &OpportunityPatterns) -> Jet {
        /// Rows are sums: a few hundred are worth a thread.
        const ROWS: usize = 256;
        let at = [natural[0], natural[1], natural[2], natural[3]];
        let chunks = parallel::map_chunks(data.rows(), CHUNK.min(ROWS), |rows| {
            let mut jet = Jet::zero(4);
            for OpportunityPattern { history, customers } in rows {
                let n = *customers as f64;
                let (value, gradient, hessian) = row(at, history);
                let hessian = hessian.map(|row| row.map(|curvature| n * curvature));
                jet.add(n * value, gradient.map(|slope| n * slope), hessian);
            }
            jet
        });
        chunks.iter().fold(Jet::zero(4), Jet::plus).in_logarithms(natural)
    }

    /// A probability: no unit of time is in it.
    fn ln_likelihood(&self, history: &OpportunityHistory, _: TimeUnit) -> f64 {
        let BgBbParams { alpha, beta, gamma, delta, .. } = self.0;
        let (repeats, all) = (history.repeats(), history.opportunities());
        let taking = ln_rising(alpha, repeats) + ln_rising(beta, all - repeats) - ln_rising(alpha + beta, all);
        let ln_likelihood = taking + ln_beta_drop(gamma, delta, f64::from(all)) + softplus(self.ln_left(history));
        // Of data that are nearly certain these are large logarithms whose rounding may carry the sum above 0.
        ln_likelihood.min(0.0)
    }
}

impl CountModel for BgBb {
    type History = OpportunityHistory;
    type Alive = OpportunityProcess;

    fn log_odds_alive(&self, history: &OpportunityHistory) -> f64 {
        -self.ln_left(history)
    }

    fn given_alive(&self, history: &OpportunityHistory) -> OpportunityProcess {
        let BgBbParams { alpha, beta, gamma, delta, every } = self.0;
        let (repeats, seen) = (f64::from(history.repeats()), f64::from(history.opportunities()));
        OpportunityProcess {
            a: alpha + repeats,
            b: beta + (seen - repeats),
            stay: Stay::Beta { gamma, delta, power: 1.0, seen },
            every: every.as_days(),
        }
    }

    fn process_key(&self, history: &OpportunityHistory) -> (u64, u64, u64) {
        history.repeats_and_opportunities()
    }

    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        let BgBbParams { alpha, beta, gamma, delta, every } = self.0;
        let every = every.as_days();
        let probability = rng.beta(alpha, beta);
        let left = rng.beta(gamma, delta);
        let leaving = Leaving::before_opportunity(rng.geometric(left), every);
        LatentCustomer { pace: Pace::Opportunities { probability, every }, leaving }
    }

    fn observe(&self, repeats: u32, recency: f64, age: f64) -> OpportunityHistory {
        observed(repeats, recency, age, self.0.every)
    }
}
