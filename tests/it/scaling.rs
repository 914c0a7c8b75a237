//! Customers whose rates change from now on: processes built by hand, mixtures integrated over the customers, laws over
//! all models, bad input.

use customer_value::lifetime::{AnyModel, Process};
use customer_value::{
    Bb, BbParams, Bdw, BdwParams, BetaGeometricParams, BgBb, BgBbParams, BgCnbd, CnbdParams, CountModel, DiscountRate,
    DiscreteWeibull, DiscreteWeibullParams, GgompertzNbd, GgompertzNbdParams, Horizon, MbgNbd, Membership,
    OpportunityHistory, ParetoNbd, ParetoNbdParams, PurchaseHistory, RateFactor, RateFactors, Sbg, SbgParams,
    ScalingError, Span, Tenure,
};
use proptest::prelude::*;

use crate::laws::{Params, for_every_model};
use crate::shared::{bg_nbd, history, nbd, pareto_nbd, relative_error};

pub fn factors(purchases: f64, dropout: f64) -> RateFactors {
    let [purchases, dropout] = [purchases, dropout].map(|factor| RateFactor::new(factor).unwrap());
    RateFactors { purchases, dropout }
}

fn weeks(count: f64) -> Span {
    Span::weeks(count).unwrap()
}

fn every() -> Span {
    weeks(1.0)
}

/// What a process says of the future: sums, chances, discounting.
fn numbers(process: &impl Process) -> [f64; 7] {
    let (near, far) = (weeks(3.0), weeks(80.0));
    [
        process.survival(far),
        process.any_purchase(Horizon::Within(near)),
        process.probability_of(2, far),
        process.probability_between(1, near, far),
        process.expected_purchases(near),
        process.expected_purchases(far),
        process.discounted_purchases(Span::ZERO, Horizon::Lifetime, 4e-4),
    ]
}

fn assert_same(scaled: &impl Process, by_hand: &impl Process) {
    for (index, (own, expected)) in numbers(scaled).into_iter().zip(numbers(by_hand)).enumerate() {
        assert!(relative_error(own, expected) < 1e-12, "{scaled:?} {index}: {own} {expected}");
    }
}

/// The one of a newcomer of a population that has, by its parameters, what the scaled customer has.
#[test]
fn scaled_processes_in_continuous_time_are_those_built_by_hand() {
    let (x, age, f, g) = (2, 38.86, 1.7, 0.4);
    let seen = history(x, 30.43, age);
    let scaled = pareto_nbd([0.553, 10.578, 0.606, 11.669]).forecast(&seen).scaled(factors(f, g)).unwrap();
    let by_hand = pareto_nbd([2.553, (10.578 + age) / f, 0.606, (11.669 + age) / g]);
    assert_same(scaled.given_alive(), by_hand.forecast(&PurchaseHistory::acquired()).given_alive());

    let scaled = nbd([0.385, 12.07]).forecast(&seen).scaled(factors(f, g)).unwrap();
    let by_hand = nbd([2.385, (12.07 + age) / f]);
    assert_same(scaled.given_alive(), by_hand.forecast(&PurchaseHistory::acquired()).given_alive());

    let scaled = bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&seen).scaled(factors(f, g)).unwrap();
    let by_hand = bg_nbd([2.243, (4.414 + age) / f, 0.793 * g, 4.426]);
    assert_same(scaled.given_alive(), by_hand.forecast(&PurchaseHistory::acquired()).given_alive());

    let params = BetaGeometricParams { r: 0.525, alpha: weeks(6.183), a: 0.891, b: 1.614 };
    let scaled = MbgNbd::new(params).unwrap().forecast(&seen).scaled(factors(f, g)).unwrap();
    let by_hand = BetaGeometricParams { r: 2.525, alpha: weeks((6.183 + age) / f), a: 0.891 * g, b: 3.614 };
    let by_hand = MbgNbd::new(by_hand).unwrap().forecast(&PurchaseHistory::acquired());
    assert_same(scaled.given_alive(), by_hand.given_alive());

    // Of regular buyers, just after a purchase.
    let params = CnbdParams { k: 3, r: 0.9, alpha: weeks(6.0), a: 0.8, b: 2.4 };
    let just_bought = history(x, age, age);
    let scaled = BgCnbd::new(params).unwrap().forecast(&just_bought).scaled(factors(f, g)).unwrap();
    let by_hand = CnbdParams { k: 3, r: 6.9, alpha: weeks((6.0 + age) / f), a: 0.8 * g, b: 4.4 };
    let by_hand = BgCnbd::new(by_hand).unwrap().forecast(&PurchaseHistory::acquired());
    assert_same(scaled.given_alive(), by_hand.given_alive());

    let (b, beta) = (0.02_f64, 3.0);
    let gompertz = |r, alpha, beta| {
        let b_per_day = b / 7.0;
        GgompertzNbd::new(GgompertzNbdParams { r, alpha: weeks(alpha), b_per_day, s: 0.6, beta }).unwrap()
    };
    let scaled = gompertz(0.553, 10.578, beta).forecast(&seen).scaled(factors(f, g)).unwrap();
    let aged = 1.0 + (beta - 1.0) * (-b * age).exp();
    let by_hand = gompertz(2.553, (10.578 + age) / f, aged / g).forecast(&PurchaseHistory::acquired());
    assert_same(scaled.given_alive(), by_hand.given_alive());
}

#[test]
fn scaled_processes_in_discrete_time_are_those_built_by_hand() {
    let (f, g) = (1.7, 0.4);
    let seen = OpportunityHistory::new(2, 4, 6).unwrap();
    let bg_bb = |[alpha, beta, gamma, delta]: [f64; 4]| {
        BgBb::new(BgBbParams { alpha, beta, gamma, delta, every: every() }).unwrap()
    };
    let scaled = bg_bb([1.2, 0.75, 0.66, 2.78]).forecast(&seen).scaled(factors(f, g)).unwrap();
    let by_hand = bg_bb([3.2 * f, 4.75, 0.66 * g, 8.78]).forecast(&OpportunityHistory::acquired());
    assert_same(scaled.given_alive(), by_hand.given_alive());

    let bb = |alpha, beta| Bb::new(BbParams { alpha, beta, every: every() }).unwrap();
    let scaled = bb(1.2, 0.75).forecast(&seen).scaled(factors(f, g)).unwrap();
    assert_same(scaled.given_alive(), bb(3.2 * f, 4.75).forecast(&OpportunityHistory::acquired()).given_alive());

    let (tenure, new) = (Tenure::new(3, Membership::Active).unwrap(), Tenure::new(0, Membership::Active).unwrap());
    let sbg = |alpha, beta| Sbg::new(SbgParams { alpha, beta, every: every() }).unwrap();
    let scaled = sbg(0.7, 1.2).forecast(&tenure).scaled(factors(1.0, g)).unwrap();
    assert_same(scaled.given_alive(), sbg(0.7 * g, 4.2).forecast(&new).given_alive());

    let bdw = |gamma, delta| Bdw::new(BdwParams { gamma, delta, c: 1.5, every: every() }).unwrap();
    let scaled = bdw(0.7, 1.2).forecast(&new).scaled(factors(1.0, g)).unwrap();
    assert_same(scaled.given_alive(), bdw(0.7 * g, 1.2).forecast(&new).given_alive());

    let weibull = |theta| DiscreteWeibull::new(DiscreteWeibullParams { theta, c: 1.5, every: every() }).unwrap();
    let scaled = weibull(0.2).forecast(&new).scaled(factors(1.0, g)).unwrap();
    let by_hand = weibull(1.0 - 0.8_f64.powf(g));
    assert_same(scaled.given_alive(), by_hand.forecast(&new).given_alive());
}

/// E h(e^y) over a density in y, known up to its constant, by the trapezoidal rule.
fn mean(ln_density: impl Fn(f64) -> f64, h: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for step in -14_000..2_000 {
        let y = f64::from(step) * 0.01;
        let weight = ln_density(y).exp();
        total += weight;
        sum += weight * if weight > 0.0 { h(y) } else { 0.0 };
    }
    sum / total
}

fn over_gamma(shape: f64, rate: f64, h: impl Fn(f64) -> f64) -> f64 {
    mean(|y| shape * y - rate * y.exp(), |y| h(y.exp()))
}

fn over_beta(a: f64, b: f64, h: impl Fn(f64) -> f64) -> f64 {
    mean(|y| -a * (-y).exp().ln_1p() - b * y.exp().ln_1p(), |y| h(1.0 / (1.0 + (-y).exp())))
}

/// (1 − e^−c·t)/c, the time lived within t.
fn lived(c: f64, t: f64) -> f64 {
    -(-c * t).exp_m1() / c
}

#[test]
fn rates_of_each_customer_are_multiplied_as_integrals_over_customers_say() {
    let (age, t, f, g) = (38.86, 80.0, 1.7, 2.5);
    let seen = history(2, 30.43, age);
    let scaled = pareto_nbd([0.553, 10.578, 0.606, 11.669]).forecast(&seen).scaled(factors(f, g)).unwrap();
    let years = over_gamma(0.606, 11.669 + age, |mu| lived(g * mu, t));
    let expected = f * 2.553 / (10.578 + age) * years;
    assert!(relative_error(scaled.given_alive().expected_purchases(weeks(t)), expected) < 1e-9);

    let (b, s, beta) = (0.02, 0.6, 3.0);
    let params = GgompertzNbdParams { r: 0.553, alpha: weeks(10.578), b_per_day: b / 7.0, s, beta };
    let scaled = GgompertzNbd::new(params).unwrap().forecast(&seen).scaled(factors(f, g)).unwrap();
    // η given alive at T is Gamma(s, β + e^(bT) − 1), and from then on its hazard has grown by e^(bT).
    let grown = (b * age).exp();
    let expected = over_gamma(s, beta + grown - 1.0, |eta| (-g * eta * grown * (b * t).exp_m1()).exp());
    assert!(relative_error(scaled.given_alive().survival(weeks(t)), expected) < 1e-9);
}

#[test]
fn odds_of_the_mean_probability_are_multiplied_as_integrals_over_customers_say() {
    let (age, t, f, g) = (38.86, 80.0, 1.7, 2.5);
    let scaled = bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&history(2, 30.43, age));
    let scaled = scaled.scaled(factors(f, g)).unwrap();
    let odds = f * t / (4.414 + age);
    let expected = over_beta(g * 0.793, 4.426, |p| -(-2.243 * (p * odds).ln_1p()).exp_m1() / p);
    assert!(relative_error(scaled.given_alive().expected_purchases(weeks(t)), expected) < 1e-9);

    let model = BgBb::new(BgBbParams { alpha: 1.2, beta: 0.75, gamma: 0.66, delta: 2.78, every: every() }).unwrap();
    let scaled = model.forecast(&OpportunityHistory::new(2, 4, 6).unwrap()).scaled(factors(f, g)).unwrap();
    let taken = over_beta(f * 3.2, 4.75, |p| p);
    let left = over_beta(g * 0.66, 8.78, |theta| (1..=80).map(|k| (1.0 - theta).powi(k)).sum());
    assert!(relative_error(scaled.given_alive().expected_purchases(weeks(t)), taken * left) < 1e-9);
    assert!(relative_error(taken / (1.0 - taken), f * 3.2 / 4.75) < 1e-9);
}

#[test]
fn no_change_changes_no_bit() {
    let [alpha, beta] = [30, 120].map(Span::whole_days);
    let params = Params { r: 0.8, alpha, a: 0.9, b: 2.5, beta, growth: 0.01 };
    for_every_model!(params, |model| {
        let forecast = model.forecast(&history(3, 10.0, 20.0));
        assert_eq!(forecast.scaled(RateFactors::default()).unwrap(), forecast);
    });
    let any = AnyModel::from(params.pareto_nbd()).forecast(&history(3, 10.0, 20.0));
    assert_eq!(any.scaled(RateFactors::default()).unwrap(), any);
    let own = params.pareto_nbd().forecast(&history(3, 10.0, 20.0)).scaled(factors(2.0, 3.0)).unwrap();
    let any = any.scaled(factors(2.0, 3.0)).unwrap();
    assert_eq!(any.given_alive(), &(*own.given_alive()).into());
}

#[test]
fn where_nobody_leaves_a_factor_of_dropout_changes_nothing() {
    let forecast = nbd([0.385, 12.07]).forecast(&history(2, 30.43, 38.86));
    assert_eq!(forecast.scaled(factors(1.0, 1e6)).unwrap(), forecast);
    let bb = Bb::new(BbParams { alpha: 1.2, beta: 0.75, every: every() }).unwrap();
    let forecast = bb.forecast(&OpportunityHistory::acquired());
    assert_eq!(forecast.scaled(factors(1.0, 1e-6)).unwrap(), forecast);
}

#[test]
fn what_leaves_its_range_is_refused_by_name() {
    let pareto = |alpha, beta| {
        let [alpha, beta] = [alpha, beta].map(|days| Span::days(days).unwrap());
        let params = ParetoNbdParams { r: 1.0, alpha, s: 1.0, beta };
        ParetoNbd::new(params).unwrap().forecast(&PurchaseHistory::acquired())
    };
    let (least, most) = (1e-6, 1e12 + 1e6);
    let error = pareto(1e-5, 1.0).scaled(factors(100.0, 1.0)).unwrap_err();
    let parameter = "rate of the purchase rates";
    assert_eq!(error, ScalingError::OutOfRange { parameter, value: 1e-5 / 100.0, least, most });
    let error = pareto(1.0, 2e-6).scaled(factors(1.0, 4.0)).unwrap_err();
    let parameter = "scale of the remaining lives";
    assert_eq!(error, ScalingError::OutOfRange { parameter, value: 5e-7, least, most });
    let message = "the scale of the remaining lives would be 0.0000005, expected a number from 1e-6 to 1.000001e12 \
                   (times in days)";
    assert_eq!(error.to_string(), message);
    // Both edges are legal.
    assert!(pareto(1.0, 1.0).scaled(factors(1e6, 1e6)).is_ok() && pareto(1.0, 1.0).scaled(factors(1e-6, 1e-6)).is_ok());

    let error = bg_nbd([1.0, 1.0, 10.0, 1.0]).forecast(&PurchaseHistory::acquired()).scaled(factors(1.0, 1e6));
    let parameter = "a of the dropout probabilities";
    let expected = ScalingError::OutOfRange { parameter, value: 1e7, least: 1e-6, most: 1e6 };
    assert_eq!(error.unwrap_err(), expected);

    let sbg = Sbg::new(SbgParams { alpha: 0.5, beta: 1.0, every: every() }).unwrap();
    let forecast = sbg.forecast(&Tenure::new(0, Membership::Active).unwrap());
    assert_eq!(forecast.scaled(factors(1.1, 1.0)).unwrap_err(), ScalingError::FixedByContract { factor: 1.1 });
    let parameter = "gamma of the dropout probabilities";
    let expected = ScalingError::OutOfRange { parameter, value: 0.5 * 1e-6, least: 1e-6, most: 1e6 };
    assert_eq!(forecast.scaled(factors(1.0, 1e-6)).unwrap_err(), expected);

    let params = DiscreteWeibullParams { theta: 0.5, c: 1.0, every: every() };
    let weibull = DiscreteWeibull::new(params).unwrap().forecast(&Tenure::new(0, Membership::Active).unwrap());
    let expected = ScalingError::OutOfRange {
        parameter: "rate of leaving",
        value: -(-0.5_f64).ln_1p() * 1e3,
        least: 1e-12,
        most: 14.0,
    };
    assert_eq!(weibull.scaled(factors(1.0, 1e3)).unwrap_err(), expected);
}

#[test]
fn factors_are_positive_numbers_within_a_million() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 9e-7, 1.1e6] {
        let error = RateFactor::new(bad).unwrap_err();
        assert_eq!((error.quantity, error.low, error.high), ("rate factor", 1e-6, 1e6));
        assert_eq!(error.value.to_bits(), bad.to_bits());
    }
    assert_eq!([1e-6, 1e6].map(|edge| RateFactor::new(edge).unwrap().get()), [1e-6, 1e6]);
}

#[cfg(feature = "serde")]
#[test]
fn factors_are_read_through_the_checks() {
    let json = serde_json::to_string(&factors(1.5, 0.5)).unwrap();
    assert_eq!(json, r#"{"purchases":1.5,"dropout":0.5}"#);
    assert_eq!(serde_json::from_str::<RateFactors>(&json).unwrap(), factors(1.5, 0.5));
    let error = serde_json::from_str::<RateFactors>(&json.replace("1.5", "0.0")).unwrap_err();
    assert!(error.to_string().contains("rate factor is 0, expected a number from 0.000001 to 1000000"), "{error}");
}

fn any_params() -> impl Strategy<Value = Params> {
    (0.05..20.0_f64, 1.0..300.0_f64, 0.1..10.0_f64, 0.1..10.0_f64, 5.0..500.0_f64, 1e-4..0.05_f64).prop_map(
        |(r, alpha, a, b, beta, growth)| {
            let [alpha, beta] = [alpha, beta].map(|days| Span::days(days).unwrap());
            Params { r, alpha, a, b, beta, growth }
        },
    )
}

fn any_history() -> impl Strategy<Value = PurchaseHistory> {
    (0_u32..20, 0.0..1.0_f64, 1.0..100.0_f64)
        .prop_map(|(repeats, share, age)| history(repeats, if repeats == 0 { 0.0 } else { share.max(0.01) * age }, age))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn purchases_rise_with_their_factor_and_fall_with_that_of_dropout_in_every_model(
        params in any_params(), past in any_history(), f in 1.0..20.0_f64, g in 1.0..20.0_f64, t in 1.0..200.0_f64,
    ) {
        let t = weeks(t);
        let rate = DiscountRate::effective_annual(0.12).unwrap();
        for_every_model!(params, |model| {
            let forecast = model.forecast(&past);
            let lifetime = |factors: RateFactors| {
                let scaled = forecast.scaled(factors).unwrap();
                prop_assert_eq!(scaled.log_odds_alive().to_bits(), forecast.log_odds_alive().to_bits());
                Ok([scaled.expected_purchases(t), scaled.discounted_purchases(Horizon::Lifetime, rate).unwrap()])
            };
            let [now, more, fewer] = [(1.0, 1.0), (f, 1.0), (1.0, g)].map(|(f, g)| lifetime(factors(f, g)));
            let (now, more, fewer) = (now?, more?, fewer?);
            for index in 0..2 {
                prop_assert!(more[index] >= now[index] * (1.0 - 1e-11), "{model:?} {index} {now:?} {more:?}");
                prop_assert!(fewer[index] <= now[index] * (1.0 + 1e-11), "{model:?} {index} {now:?} {fewer:?}");
            }
            let survival = |g| forecast.scaled(factors(1.0, g)).unwrap().given_alive().survival(t);
            prop_assert!(survival(g) <= survival(1.0) * (1.0 + 1e-11), "{:?}", model);
        });
    }

    #[test]
    fn factors_one_after_the_other_are_their_product_in_every_model(
        params in any_params(), past in any_history(), f in 0.2..5.0_f64, g in 0.2..5.0_f64, t in 1.0..200.0_f64,
    ) {
        for_every_model!(params, |model| {
            let forecast = model.forecast(&past);
            let once = forecast.scaled(factors(f * f, g * g)).unwrap();
            let twice = forecast.scaled(factors(f, g)).unwrap().scaled(factors(f, g)).unwrap();
            let [once, twice] = [once, twice].map(|forecast| forecast.expected_purchases(weeks(t)));
            prop_assert!(relative_error(twice, once) < 1e-10, "{model:?} {once} {twice}");
        });
    }

    /// In NBD and Pareto/NBD everything scales; in the BG models all that happens, happens at purchases.
    #[test]
    fn a_faster_clock_brings_the_same_future_sooner(
        params in any_params(), past in any_history(), c in 0.2..5.0_f64, t in 1.0..200.0_f64,
    ) {
        macro_rules! same_future {
            ($model:expr, $factors:expr) => {{
                let forecast = $model.forecast(&past);
                let sooner = forecast.scaled($factors).unwrap();
                let (sooner, later) = (sooner.given_alive(), forecast.given_alive());
                let (at, then) = (weeks(t), weeks(c * t));
                for (own, expected) in [
                    (sooner.expected_purchases(at), later.expected_purchases(then)),
                    (sooner.survival(at), later.survival(then)),
                    (sooner.probability_of(3, at), later.probability_of(3, then)),
                ] {
                    prop_assert!(relative_error(own, expected) < 1e-9, "{:?} {own} {expected}", $model);
                }
            }};
        }
        same_future!(params.nbd(), factors(c, 1.0));
        same_future!(params.pareto_nbd(), factors(c, c));
        same_future!(customer_value::BgNbd::new(params.beta_geometric()).unwrap(), factors(c, 1.0));
        same_future!(MbgNbd::new(params.beta_geometric()).unwrap(), factors(c, 1.0));
        same_future!(BgCnbd::new(params.cnbd(3)).unwrap(), factors(c, 1.0));
        // The expectation of NBD is proportional to the factor.
        let forecast = params.nbd().forecast(&past);
        let more = forecast.scaled(factors(c, 1.0)).unwrap().expected_purchases(weeks(t));
        prop_assert!(relative_error(more, c * forecast.expected_purchases(weeks(t))) < 1e-12);
    }
}
