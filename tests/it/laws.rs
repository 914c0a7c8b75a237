//! Laws that hold for every count model and every parameter, by one loop over the models.

use customer_value::lifetime::{Likelihood, Process};
use customer_value::{
    BetaGeometricParams, BgNbd, CountModel, DiscountRate, Forecast, Horizon, MbgNbd, Mle, Nbd, NbdParams, Patterns,
    PurchaseHistory, Seed, Span, TimeUnit, simulate,
};
use proptest::prelude::*;

use crate::shared::relative_error;

/// Calls `$body` with every model made from the same parameters.
macro_rules! for_every_model {
    ($params:expr, |$model:ident| $body:expr) => {{
        let params: BetaGeometricParams = $params;
        {
            let $model = Nbd::new(NbdParams { r: params.r, alpha: params.alpha }).unwrap();
            $body
        }
        {
            let $model = BgNbd::new(params).unwrap();
            $body
        }
        {
            let $model = MbgNbd::new(params).unwrap();
            $body
        }
    }};
}

fn params() -> impl Strategy<Value = BetaGeometricParams> {
    let positive = || (-3.0..3.0_f64).prop_map(f64::exp);
    (positive(), positive(), positive(), positive()).prop_map(|(r, alpha, a, b)| BetaGeometricParams {
        r,
        alpha: Span::days(20.0 * alpha).unwrap(),
        a,
        b,
    })
}

fn history() -> impl Strategy<Value = PurchaseHistory> {
    (0_u32..60, 0.0..1.0_f64, 0.1..1000.0_f64).prop_map(|(repeats, share, age)| {
        let recency = if repeats == 0 { 0.0 } else { age * share.max(1e-6) };
        PurchaseHistory::new(repeats, Span::days(recency).unwrap(), Span::days(age).unwrap()).unwrap()
    })
}

fn span() -> impl Strategy<Value = Span> {
    (0.01..500.0_f64).prop_map(|days| Span::days(days).unwrap())
}

fn rate() -> impl Strategy<Value = DiscountRate> {
    (1e-5..0.01_f64).prop_map(|force| DiscountRate::continuous(force, TimeUnit::Day).unwrap())
}

fn assert_close(value: f64, expected: f64, what: &str) {
    assert!((value - expected).abs() <= 1e-9 * expected.abs() + 1e-280, "{what}: {value} {expected}");
}

/// Probabilities of all counts that matter.
fn counts<P: Process>(forecast: &Forecast<P>, within: Span) -> Vec<f64> {
    let mut counts = Vec::new();
    let mut rest = 1.0;
    while rest > 1e-13 && counts.len() < 20_000 {
        let probability = forecast.probability_of(counts.len() as u32, within).get();
        counts.push(probability);
        rest -= probability;
    }
    counts
}

/// The log-likelihood as a fit computes it.
fn grouped<M: Likelihood<Data = Patterns>>(model: &M, data: &Patterns) -> f64 {
    M::objective(&model.to_natural(), data).value
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn probabilities_of_counts_sum_to_one_and_their_mean_is_the_expectation(
        params in params(), history in history(), days in 0.01..60.0_f64,
    ) {
        let within = Span::days(days).unwrap();
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            let expected = forecast.expected_purchases(within);
            if expected < 50.0 {
                let counts = counts(&forecast, within);
                assert_close(counts.iter().sum(), 1.0, "sum");
                let mean: f64 = counts.iter().enumerate().map(|(count, probability)| count as f64 * probability).sum();
                // What lies beyond the counts listed weighs little in the sum, more in the mean.
                prop_assert!((mean - expected).abs() <= 1e-7 * expected + 1e-9, "{mean} {expected}");
                prop_assert!((forecast.probability_active(within).get() + counts[0] - 1.0).abs() < 1e-12);
            }
        });
    }

    #[test]
    fn expectations_add_over_adjoining_windows(
        params in params(), history in history(), first in span(), second in span(), rate in rate(),
    ) {
        let both = first.checked_add(second).unwrap();
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            for rate in [DiscountRate::ZERO, rate] {
                let within = |horizon| forecast.discounted_purchases(Horizon::Within(horizon), rate).unwrap();
                let later = forecast.discounted_between(first, Horizon::Within(both), rate).unwrap();
                assert_close(within(first) + later, within(both), "two windows");
                if rate != DiscountRate::ZERO {
                    let rest = forecast.discounted_between(both, Horizon::Lifetime, rate).unwrap();
                    let whole = forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
                    assert_close(within(both) + rest, whole, "window and rest");
                }
            }
        });
    }

    #[test]
    fn discounting_takes_away_and_vanishes_with_the_rate(
        params in params(), history in history(), within in span(), rate in rate(),
    ) {
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            let expected = forecast.expected_purchases(within);
            let discounted = |rate| forecast.discounted_purchases(Horizon::Within(within), rate).unwrap();
            let lifetime = forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
            prop_assert!(discounted(rate) <= expected * (1.0 + 1e-12));
            prop_assert!(discounted(rate) <= lifetime * (1.0 + 1e-9));
            assert_close(discounted(DiscountRate::continuous(1e-14, TimeUnit::Day).unwrap()), expected, "no rate");
            // So far out that nothing is left.
            let far = Span::days(60.0 / rate.force_per_day()).unwrap();
            let nearly = forecast.discounted_purchases(Horizon::Within(far), rate).unwrap();
            assert_close(nearly, lifetime, "far horizon");
        });
    }

    #[test]
    fn probability_alive_falls_with_silence_and_with_time(
        params in params(), history in history(), silence in span(),
    ) {
        let longer = history.after_silence(silence).unwrap();
        for_every_model!(params, |model| {
            let (now, later) = (model.forecast(&history), model.forecast(&longer));
            prop_assert!(later.log_odds_alive() <= now.log_odds_alive());
            let after = now.probability_alive_after(silence);
            prop_assert!(after.get() <= now.probability_alive().get() * (1.0 + 1e-12));
            prop_assert!((0.0..=1.0).contains(&now.probability_alive().get()));
        });
    }

    #[test]
    fn a_change_of_the_time_unit_changes_nothing_but_the_density(
        params in params(), history in history(), within in span(), scale in 0.1..10.0_f64,
    ) {
        let scaled = |span: Span| Span::days(scale * span.as_days()).unwrap();
        let moved = PurchaseHistory::new(history.repeats(), scaled(history.recency()), scaled(history.age())).unwrap();
        let params_moved = BetaGeometricParams { alpha: scaled(params.alpha), ..params };
        let mut plain = std::collections::VecDeque::new();
        for_every_model!(params, |model| plain.push_back((
            model.ln_likelihood(&history, TimeUnit::Day),
            model.forecast(&history).expected_purchases(within),
        )));
        for_every_model!(params_moved, |model| {
            let (ln_likelihood, expected) = plain.pop_front().unwrap();
            let shifted = model.ln_likelihood(&moved, TimeUnit::Day) + f64::from(history.repeats()) * scale.ln();
            prop_assert!((shifted - ln_likelihood).abs() < 1e-9 * ln_likelihood.abs().max(1.0));
            assert_close(model.forecast(&moved).expected_purchases(scaled(within)), expected, "expectation");
        });
    }

    #[test]
    fn likelihood_of_one_history_is_that_of_its_pattern(params in params(), history in history()) {
        for_every_model!(params, |model| {
            let value = grouped(&model, &Patterns::from_counts([(history, 3)]));
            let own = 3.0 * model.ln_likelihood(&history, TimeUnit::Day);
            prop_assert!((value - own).abs() < 1e-10 * own.abs().max(1.0), "{value} {own}");
        });
    }

    #[test]
    fn dropout_that_never_happens_makes_an_nbd(params in params(), history in history(), within in span()) {
        let never = BetaGeometricParams { a: 1e-6, b: 1e6, ..params };
        let nbd = Nbd::new(NbdParams { r: params.r, alpha: params.alpha }).unwrap().forecast(&history);
        let bg = BgNbd::new(never).unwrap().forecast(&history);
        let expected = nbd.expected_purchases(within);
        prop_assume!(bg.log_odds_alive() > 12.0);
        prop_assert!((bg.given_alive().expected_purchases(within) - expected).abs() <= 1e-5 * expected);
    }
}

#[test]
fn simulated_customers_buy_as_often_as_the_forecast_of_a_newcomer_says() {
    let params = BetaGeometricParams { r: 0.8, alpha: Span::whole_days(30), a: 0.9, b: 2.5 };
    let age = Span::whole_days(365);
    for_every_model!(params, |model| {
        let histories = simulate(&model, age, 40_000, Seed::new(11));
        let count = histories.len() as f64;
        let mean = histories.iter().map(|history| f64::from(history.repeats())).sum::<f64>() / count;
        let square = histories.iter().map(|history| f64::from(history.repeats()).powi(2)).sum::<f64>() / count;
        let error = ((square - mean * mean) / count).sqrt();
        let expected = model.forecast(&PurchaseHistory::acquired()).expected_purchases(age);
        assert!((mean - expected).abs() < 4.0 * error, "{model:?}: {mean} ± {error}, expected {expected}");
    });
}

#[test]
fn simulated_customers_do_after_the_cut_what_their_forecasts_say() {
    let params = BetaGeometricParams { r: 0.8, alpha: Span::whole_days(30), a: 0.9, b: 2.5 };
    let (cut, end) = (Span::whole_days(180), Span::whole_days(360));
    for_every_model!(params, |model| {
        // The same seed makes the same customers; the longer history shows what came after the cut.
        let before = simulate(&model, cut, 20_000, Seed::new(5));
        let after = simulate(&model, end, 20_000, Seed::new(5));
        let (mut expected, mut actual, mut square) = (0.0, 0.0, 0.0);
        for (before, after) in before.iter().zip(&after) {
            let forecast = model.forecast(before).expected_purchases(cut);
            let bought = f64::from(after.repeats() - before.repeats());
            expected += forecast;
            actual += bought;
            square += (bought - forecast).powi(2);
        }
        assert!((actual - expected).abs() < 4.0 * square.sqrt(), "{model:?}: {actual} {expected} ± {}", square.sqrt());
    });
}

#[test]
fn a_larger_model_fits_no_worse_than_the_nbd_within_it() {
    let (purchases, _): (Vec<_>, Vec<_>) = crate::shared::cdnow_summary().into_iter().unzip();
    let nbd = Mle::default().fit::<Nbd>(&purchases[..]).unwrap().log_likelihood(TimeUnit::Week);
    let bg = Mle::default().fit::<BgNbd>(&purchases[..]).unwrap().log_likelihood(TimeUnit::Week);
    let mbg = Mle::default().fit::<MbgNbd>(&purchases[..]).unwrap().log_likelihood(TimeUnit::Week);
    assert!(bg > nbd + 180.0 && mbg > nbd + 180.0, "{nbd} {bg} {mbg}");
}

#[test]
fn fits_do_not_depend_on_the_order_of_customers() {
    let (mut purchases, mut spend): (Vec<_>, Vec<_>) = crate::shared::cdnow_summary().into_iter().unzip();
    let fit = |purchases: &[PurchaseHistory]| Mle::default().fit::<BgNbd>(purchases).unwrap();
    let fit_spend =
        |spend: &[customer_value::SpendHistory]| Mle::default().fit::<customer_value::GammaGamma>(spend).unwrap();
    let (first, first_spend) = (fit(&purchases), fit_spend(&spend));
    purchases.reverse();
    spend.reverse();
    purchases.rotate_left(777);
    assert_eq!(first, fit(&purchases));
    assert_eq!(first_spend, fit_spend(&spend));
}

#[test]
fn a_millionfold_cohort_has_the_same_optimum_and_a_thousandth_of_the_error() {
    let (purchases, _): (Vec<_>, Vec<_>) = crate::shared::cdnow_summary().into_iter().unzip();
    let once = Mle::default().fit::<BgNbd>(&purchases[..]).unwrap();
    let often = Patterns::from_counts(purchases.iter().map(|history| (*history, 1_000_000)));
    let often = Mle::default().fit::<BgNbd>(often).unwrap();
    for (one, many) in once.estimates(TimeUnit::Day).iter().zip(often.estimates(TimeUnit::Day)) {
        assert!(relative_error(many.value, one.value) < 1e-6, "{one:?} {many:?}");
        let ratio = one.standard_error.unwrap() / many.standard_error.unwrap();
        assert!((ratio - 1000.0).abs() < 0.01, "{ratio}");
    }
    assert_eq!(often.customers(), 2_357_000_000);
}
