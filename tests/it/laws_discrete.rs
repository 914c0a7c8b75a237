//! The laws of [`laws`](crate::laws) for customers in discrete time, donors and contracts, by one loop over their models.

use customer_value::lifetime::Process;
use customer_value::{
    Bb, BbParams, Bdw, BdwParams, BgBb, BgBbParams, DiscountRate, DiscreteWeibull, DiscreteWeibullParams, Forecast,
    Horizon, Membership, Mle, OpportunityHistory, Sbg, SbgParams, Seed, Span, Tenure, TimeUnit, simulate,
};
use customer_value::{CountModel, Likelihood};
use proptest::prelude::*;

/// What every model is made from.
#[derive(Debug, Clone, Copy)]
struct Params {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
    c: f64,
    every: Span,
}

/// The same history as each kind of model knows it.
#[derive(Debug, Clone, Copy)]
struct Customer {
    donor: OpportunityHistory,
    member: Tenure,
}

const NEWCOMER: Customer = Customer { donor: OpportunityHistory::acquired(), member: Tenure::acquired() };

/// Calls `$body` with every model made from the same parameters, and what it knows of the customer.
macro_rules! for_every_model {
    ($params:expr, $customer:expr, |$model:ident, $history:ident| $body:expr) => {{
        let Params { alpha, beta, gamma, delta, c, every } = $params;
        {
            let ($model, $history) =
                (BgBb::new(BgBbParams { alpha, beta, gamma, delta, every }).unwrap(), $customer.donor);
            $body
        }
        {
            let ($model, $history) = (Bb::new(BbParams { alpha, beta, every }).unwrap(), $customer.donor);
            $body
        }
        {
            let ($model, $history) =
                (Sbg::new(SbgParams { alpha: gamma, beta: delta, every }).unwrap(), $customer.member);
            $body
        }
        {
            let ($model, $history) = (Bdw::new(BdwParams { gamma, delta, c, every }).unwrap(), $customer.member);
            $body
        }
        {
            let theta = gamma / (gamma + delta);
            let ($model, $history) =
                (DiscreteWeibull::new(DiscreteWeibullParams { theta, c, every }).unwrap(), $customer.member);
            $body
        }
    }};
}

fn params() -> impl Strategy<Value = Params> {
    let positive = || (-3.0..3.0_f64).prop_map(f64::exp);
    (positive(), positive(), positive(), positive(), 0.3..1.8_f64, 0.5..500.0_f64).prop_map(
        |(alpha, beta, gamma, delta, c, every)| Params {
            alpha,
            beta,
            gamma,
            delta,
            c,
            every: Span::days(every).unwrap(),
        },
    )
}

fn customer() -> impl Strategy<Value = Customer> {
    (0_u32..20, any::<u32>(), any::<u32>(), any::<bool>()).prop_map(|(n, last, repeats, lost)| {
        let last = last % (n + 1);
        let repeats = if last == 0 { 0 } else { 1 + repeats % last };
        let member = if lost { Tenure::new(n + 1, Membership::Lost) } else { Tenure::new(n, Membership::Active) };
        Customer { donor: OpportunityHistory::new(repeats, last, n).unwrap(), member: member.unwrap() }
    })
}

/// So many opportunities, or renewals.
fn times(every: Span, count: u32) -> Span {
    Span::days(every.as_days() * f64::from(count)).unwrap()
}

fn assert_close(value: f64, expected: f64, what: &str) {
    assert!((value - expected).abs() <= 1e-10 * expected.abs() + 1e-13, "{what}: {value} {expected}");
}

/// Probabilities of all counts of a window of `m` opportunities.
fn counts<P: Process>(forecast: &Forecast<P>, from: Span, to: Span, m: u32) -> Vec<f64> {
    (0..=m).map(|count| forecast.probability_between(count, from, to).get()).collect()
}

fn mean(counts: &[f64]) -> f64 {
    counts.iter().enumerate().map(|(count, probability)| count as f64 * probability).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn probabilities_of_a_window_sum_to_one_and_their_mean_is_the_difference_of_expectations(
        params in params(), customer in customer(), first in 0_u32..25, m in 0_u32..40,
    ) {
        let [from, to] = [first, first + m].map(|count| times(params.every, count));
        for_every_model!(params, customer, |model, history| {
            let forecast = model.forecast(&history);
            let now = counts(&forecast, Span::ZERO, to, first + m);
            assert_close(now.iter().sum(), 1.0, "sum from now");
            assert_close(mean(&now), forecast.expected_purchases(to), "mean from now");
            assert_close(now[0], 1.0 - forecast.probability_active(to).get(), "active");
            for (count, probability) in (0..).zip(&now) {
                assert_close(forecast.probability_of(count, to).get(), *probability, "from now");
            }
            let later = counts(&forecast, from, to, m);
            assert_close(later.iter().sum(), 1.0, "sum");
            let expected = forecast.expected_purchases(to) - forecast.expected_purchases(from);
            assert_close(mean(&later), expected, "mean");
            prop_assert_eq!(forecast.probability_between(m + 1, from, to).get(), 0.0);
            // Silence in both windows is rarer than in either.
            let early = forecast.probability_of(0, from).get();
            prop_assert!(now[0] <= early.min(later[0]) + 1e-12, "{} {early} {}", now[0], later[0]);
            prop_assert!(now[0] >= early + later[0] - 1.0 - 1e-12);
        });
    }

    #[test]
    fn expectations_add_over_windows_rise_to_those_of_a_lifetime_and_fall_with_the_rate(
        params in params(), customer in customer(), first in 0_u32..50, m in 1_u32..400, force in 1e-3..0.5_f64,
    ) {
        let [from, to, later] = [first, first + m, first + 2 * m].map(|count| times(params.every, count));
        let per_day = |force: f64| DiscountRate::continuous(force / params.every.as_days(), TimeUnit::Day).unwrap();
        let (rate, half, least) = (per_day(force), per_day(0.5 * force), per_day(1e-14));
        for_every_model!(params, customer, |model, history| {
            let forecast = model.forecast(&history);
            let within = |span, rate| forecast.discounted_purchases(Horizon::Within(span), rate).unwrap();
            for rate in [DiscountRate::ZERO, rate] {
                let rest = forecast.discounted_between(from, Horizon::Within(to), rate).unwrap();
                assert_close(within(from, rate) + rest, within(to, rate), "two windows");
            }
            let lifetime = forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
            let slack = 1.0 + 1e-11;
            prop_assert!(within(to, rate) <= within(later, rate) * slack && within(later, rate) <= lifetime * slack);
            let far = Span::days(60.0 / rate.force_per_day()).unwrap();
            assert_close(within(far, rate), lifetime, "far horizon");
            let expected = forecast.expected_purchases(to);
            prop_assert!(within(to, rate) <= within(to, half) * slack && within(to, half) <= expected * slack);
            assert_close(within(to, least), expected, "no rate");
        });
    }

    #[test]
    fn probability_alive_falls_with_time(
        params in params(), customer in customer(), first in 0_u32..50, m in 0_u32..50,
    ) {
        for_every_model!(params, customer, |model, history| {
            let forecast = model.forecast(&history);
            let alive = |count| forecast.probability_alive_after(times(params.every, count)).get();
            prop_assert_eq!(alive(0), forecast.probability_alive().get());
            prop_assert!((0.0..=1.0).contains(&alive(0)));
            prop_assert!(alive(first + m) <= alive(first) * (1.0 + 1e-12));
        });
    }

    #[test]
    fn the_time_between_opportunities_is_but_a_unit(
        params in params(), customer in customer(), m in 1_u32..40, count in 0_u32..10, force in 1e-3..0.5_f64,
    ) {
        let predictions = |every: Span| {
            let mut all = Vec::new();
            let rate = DiscountRate::continuous(force / every.as_days(), TimeUnit::Day).unwrap();
            for_every_model!(Params { every, ..params }, customer, |model, history| {
                let forecast = model.forecast(&history);
                all.extend([
                    model.ln_likelihood(&history, TimeUnit::Day),
                    forecast.probability_alive().get(),
                    forecast.expected_purchases(times(every, m)),
                    forecast.probability_of(count, times(every, m)).get(),
                    forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap(),
                ]);
            });
            all
        };
        for (own, other) in predictions(params.every).into_iter().zip(predictions(Span::whole_days(1))) {
            assert_close(own, other, "unit");
        }
    }
}

/// How often a simulated customer bought, or renewed.
trait Bought {
    fn bought(&self) -> f64;
}

impl Bought for OpportunityHistory {
    fn bought(&self) -> f64 {
        f64::from(self.repeats())
    }
}

impl Bought for Tenure {
    fn bought(&self) -> f64 {
        f64::from(if self.membership() == Membership::Lost { self.periods() - 1 } else { self.periods() })
    }
}

#[test]
fn simulated_customers_do_what_the_forecasts_of_newcomers_and_at_the_cut_say() {
    const CUSTOMERS: u32 = 20_000;
    let every = Span::whole_days(30);
    let params = Params { alpha: 1.2, beta: 0.75, gamma: 0.66, delta: 2.8, c: 1.3, every };
    let [cut, rest, end] = [5, 6, 11].map(|count| times(every, count));
    for_every_model!(params, NEWCOMER, |model, newcomer| {
        // The same seed makes the same customers; the longer history shows what came after the cut.
        let before = simulate(&model, cut, CUSTOMERS, Seed::new(5));
        let after = simulate(&model, end, CUSTOMERS, Seed::new(5));
        let first = before.iter().map(Bought::bought).sum::<f64>() / f64::from(CUSTOMERS);
        let square = before.iter().map(|one| one.bought().powi(2)).sum::<f64>() / f64::from(CUSTOMERS);
        let error = ((square - first * first) / f64::from(CUSTOMERS)).sqrt();
        let expected = model.forecast(&newcomer).expected_purchases(cut);
        assert!((first - expected).abs() < 4.0 * error, "{model:?}: {first} ± {error}, expected {expected}");

        let (mut expected, mut actual, mut square) = (0.0, 0.0, 0.0_f64);
        for (before, after) in before.iter().zip(&after) {
            let forecast = model.forecast(before).expected_purchases(rest);
            let bought = after.bought() - before.bought();
            (expected, actual, square) = (expected + forecast, actual + bought, square + (bought - forecast).powi(2));
        }
        assert!((actual - expected).abs() < 4.0 * square.sqrt(), "{model:?}: {actual} {expected} ± {}", square.sqrt());
    });
}

/// To 1e-8 of the log-likelihood; the fits raise an error beyond.
#[test]
fn a_larger_model_in_discrete_time_fits_no_worse_than_one_within_it() {
    let donors = crate::opportunity::donations();
    let larger = Mle::default().fit::<BgBb>(donors.clone()).unwrap();
    assert!(larger.likelihood_ratio(&Mle::default().fit::<Bb>(donors).unwrap()).unwrap().statistic > 100.0);
    for survivors in [crate::contract::REGULAR, crate::contract::HIGH_END] {
        for periods in [4, 5, 8, 13] {
            let every = Span::years(1.0).unwrap();
            let data = customer_value::Tenures::from_survivors([&survivors[..periods]], every).unwrap();
            let larger = Mle::default().fit::<Bdw>(data.clone()).unwrap();
            for ratio in [
                larger.likelihood_ratio(&Mle::default().fit::<Sbg>(data.clone()).unwrap()),
                larger.likelihood_ratio(&Mle::default().fit::<DiscreteWeibull>(data.clone()).unwrap()),
            ] {
                assert!(ratio.unwrap().statistic >= 0.0);
            }
        }
    }
}

#[test]
fn fits_in_discrete_time_do_not_depend_on_the_order_of_customers() {
    fn assert_order<M: CountModel + Likelihood>(model: &M, data: impl Fn(&[M::History]) -> M::Data) {
        let mut customers = simulate(model, Span::whole_days(9), 500, Seed::new(9));
        let first = Mle::default().fit::<M>(data(&customers)).unwrap();
        customers.reverse();
        customers.rotate_left(123);
        assert_eq!(first, Mle::default().fit::<M>(data(&customers)).unwrap());
    }
    let every = Span::whole_days(1);
    let (alpha, beta, gamma, delta) = (1.2, 0.75, 0.66, 2.8);
    let donors = |all: &[OpportunityHistory]| {
        customer_value::OpportunityPatterns::new(all.iter().copied(), Span::whole_days(1)).unwrap()
    };
    let members = |all: &[Tenure]| customer_value::Tenures::new(all.iter().copied(), Span::whole_days(1)).unwrap();
    assert_order(&BgBb::new(BgBbParams { alpha, beta, gamma, delta, every }).unwrap(), donors);
    assert_order(&Bb::new(BbParams { alpha, beta, every }).unwrap(), donors);
    assert_order(&Sbg::new(SbgParams { alpha: gamma, beta: delta, every }).unwrap(), members);
    assert_order(&Bdw::new(BdwParams { gamma, delta, c: 1.3, every }).unwrap(), members);
    assert_order(&DiscreteWeibull::new(DiscreteWeibullParams { theta: 0.3, c: 0.8, every }).unwrap(), members);
}
