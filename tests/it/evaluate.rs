//! Scores, rankings, correlations and totals against `evaluate.csv`, which its script made from the definitions in 40
//! digits; degenerate input by name.

#![allow(clippy::float_cmp, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "exact results")]

use std::collections::BTreeMap;

use customer_value::evaluate::{
    Assessment, CountDistribution, CountForecast, EvaluationError, Score, SpendIndependence, ValueAssessment,
};
use customer_value::{
    BetaGeometricParams, BgNbd, CountModel, Currency, DistributionError, ExpectedMoney, GammaGamma, GammaGammaParams,
    Margin, Money, MoneyError, Nbd, NbdParams, Probability, PurchaseHistory, Span, SpendHistory, UndiscountedValue,
};

type Case = BTreeMap<&'static str, &'static str>;

/// The cases of one quantity: key to text.
fn cases(quantity: &str) -> BTreeMap<&'static str, Case> {
    let mut cases: BTreeMap<&str, Case> = BTreeMap::new();
    for line in include_str!("data/evaluate.csv").lines().skip(1) {
        let mut fields = line.splitn(4, ',');
        let [of, case, key, value] = std::array::from_fn(|_| fields.next().unwrap());
        if of == quantity {
            cases.entry(case).or_default().insert(key, value);
        }
    }
    assert!(!cases.is_empty(), "no cases of {quantity}");
    cases
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(|number| number.parse().unwrap()).collect()
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

#[track_caller]
fn assert_close(value: f64, expected: &str, tolerance: f64, what: &str) {
    let expected: f64 = expected.parse().unwrap();
    let error = (value - expected).abs();
    assert!(error <= tolerance * expected.abs().max(1e-3), "{what}: {value:e} is not {expected:e}");
}

/// Holds every row of a case against a distribution; how many rows there were.
fn assert_scores(distribution: &CountDistribution, case: &Case, name: &str, tolerance: f64) -> usize {
    let forecast = CountForecast::from(distribution.clone());
    let mut rows = 0;
    for (key, expected) in case {
        let parts: Vec<&str> = key.splitn(2, '.').collect();
        let observed = || key.rsplit('.').next().unwrap().parse::<u32>().unwrap();
        let value = match parts[0] {
            "log" => forecast.loss(Score::Log, observed()).unwrap(),
            "crps" => forecast.loss(Score::Crps, observed()).unwrap(),
            "pinball" => {
                let level = parts[1].rsplit_once('.').unwrap().0.parse().unwrap();
                forecast.loss(Score::Quantile(probability(level)), observed()).unwrap()
            }
            "mean" => distribution.mean(),
            "variance" => distribution.variance(),
            "at_least" => distribution.at_least(observed()).get(),
            "at_most" => distribution.at_most(observed()).get(),
            _ => continue,
        };
        assert_close(value, expected, tolerance, &format!("{name} {key}"));
        rows += 1;
    }
    rows
}

#[test]
fn scores_of_distributions_match_the_table_computed() {
    let mut rows = 0;
    for (name, case) in cases("count") {
        let distribution = CountDistribution::new(numbers(case["p"])).unwrap();
        rows += assert_scores(&distribution, &case, name, 1e-13);
    }
    assert!(rows > 100, "{rows} rows");
}

#[test]
fn scores_of_bg_nbd_forecasts_match_integrals_over_the_customers_rates_computed() {
    let mut rows = 0;
    for (name, case) in cases("model") {
        let [r, alpha, a, b, x, recency, age, within] = numbers(case["input"])[..] else { panic!("{name}") };
        let weeks = |weeks| Span::weeks(weeks).unwrap();
        let model = BgNbd::new(BetaGeometricParams { r, alpha: weeks(alpha), a, b }).unwrap();
        let history = PurchaseHistory::new(x as u32, weeks(recency), weeks(age)).unwrap();
        let distribution = CountDistribution::of(&model.forecast(&history), weeks(within)).unwrap();
        rows += assert_scores(&distribution, &case, name, 1e-12);
    }
    assert!(rows > 30, "{rows} rows");
}

fn points(forecasts: &[f64]) -> Vec<CountForecast> {
    forecasts.iter().map(|&forecast| CountForecast::point(forecast).unwrap()).collect()
}

#[test]
fn gini_lift_and_calibration_match_the_table_computed() {
    for (name, case) in cases("ranking") {
        let purchases: Vec<u32> = numbers(case["purchases"]).iter().map(|&bought| bought as u32).collect();
        let judged = Assessment::new(points(&numbers(case["forecasts"])), purchases).unwrap();
        let ranking = judged.ranking().unwrap();
        assert_close(ranking.gini, case["gini"], 1e-13, name);
        assert_close(ranking.best, case["best"], 1e-13, name);
        for count in [10, 3] {
            let lift = judged.lift(count).unwrap();
            for (index, class) in lift.iter().enumerate() {
                assert_close(class.lift, case[format!("lift.{count}.{index}").as_str()], 1e-13, name);
                assert_close(class.captured, case[format!("captured.{count}.{index}").as_str()], 1e-13, name);
            }
            assert!(!case.contains_key(format!("lift.{count}.{}", lift.len()).as_str()), "{name}: classes are missing");
        }
        let calibration = judged.calibration(4).unwrap();
        for (index, class) in calibration.classes().iter().enumerate() {
            let of = |key: &str| case[format!("{key}.{index}").as_str()];
            assert_eq!(class.customers.to_string(), of("customers"), "{name}");
            assert_eq!(class.actual.to_string(), of("actual"), "{name}");
            assert_close(class.expected, of("expected"), 1e-13, name);
        }
        assert!(!case.contains_key(format!("actual.{}", calibration.classes().len()).as_str()), "{name}: too few");
    }
}

#[test]
fn correlations_of_frequency_and_spend_match_the_table_computed() {
    for (name, case) in cases("correlation") {
        let spend = |(repeats, cents): (&f64, &f64)| {
            SpendHistory::from_mean(*repeats as u32, Money::from_minor(*cents as i64, Currency::USD)).unwrap()
        };
        let (repeats, cents) = (numbers(case["repeats"]), numbers(case["cents"]));
        let histories: Vec<SpendHistory> = repeats.iter().zip(&cents).map(spend).collect();
        let test = SpendIndependence::new(&histories).unwrap();
        for (kind, correlation) in [("pearson", test.numbers), ("spearman", test.ranks)] {
            let of = |key: &str| case[format!("{key}_{kind}").as_str()];
            let interval = correlation.interval(probability(0.95));
            assert_close(correlation.coefficient, case[kind], 1e-12, name);
            assert_close(correlation.p_value().get(), of("p"), 1e-12, name);
            assert_close(interval.low, of("low"), 1e-12, name);
            assert_close(interval.high, of("high"), 1e-12, name);
        }
    }
}

#[test]
fn totals_and_their_intervals_match_the_table_computed() {
    for (name, case) in cases("total") {
        let tables = case["tables"].split('/').map(|table| CountDistribution::new(numbers(table)).unwrap().into());
        let forecasts: Vec<CountForecast> = tables.collect();
        let actual = vec![1; forecasts.len()];
        let judged = Assessment::new(forecasts, actual).unwrap();
        let total = judged.total(Some(case["error"].parse().unwrap())).unwrap();
        let interval = total.interval(probability(0.95)).unwrap();
        assert_close(total.expected, case["expected"], 1e-13, name);
        assert_close(interval.low, case["low"], 1e-12, name);
        assert_close(interval.high, case["high"], 1e-12, name);
        assert_eq!(total.bias(), total.expected - total.actual as f64);
    }
}

/// Tolerance: both the table and the integral keep some ten digits.
#[test]
fn crps_of_value_matches_expected_distances_computed() {
    for (name, case) in cases("value") {
        let [r, alpha, within, p, q, v] = numbers(case["input"])[..] else { panic!("{name}") };
        let weeks = |weeks| Span::weeks(weeks).unwrap();
        let model = Nbd::new(NbdParams { r, alpha: weeks(alpha) }).unwrap();
        let v = ExpectedMoney::new(v, Currency::USD).unwrap();
        let spend = GammaGamma::new(GammaGammaParams { p, q, v }).unwrap().newcomer();
        let purchases = model.forecast(&PurchaseHistory::acquired());
        let value = UndiscountedValue::new(&purchases, &spend, weeks(within), Margin::FULL).unwrap();
        for y in [0, 10, 60] {
            let actual = ExpectedMoney::new(f64::from(y), Currency::USD).unwrap();
            let crps = value.crps(actual).unwrap().amount();
            assert_close(crps, case[format!("crps.{y}").as_str()], 1e-9, &format!("{name} {y}"));
        }
    }
}

/// Simpson's rule over the logarithm of the amount, 0.01 a step: some ten digits.
#[test]
fn crps_of_value_is_the_integral_of_squared_distances_near_and_far_from_the_usual() {
    let usd = |amount| ExpectedMoney::new(amount, Currency::USD).unwrap();
    let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414).unwrap(), a: 0.793, b: 2.426 });
    let purchases = model.unwrap().forecast(&PurchaseHistory::acquired());
    let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: usd(15.44) }).unwrap().newcomer();
    let half = Margin::new(0.5).unwrap();
    let value = UndiscountedValue::new(&purchases, &spend, Span::weeks(39.0).unwrap(), half).unwrap();
    let squares = |from: f64, to: f64, distance: &dyn Fn(ExpectedMoney) -> f64| {
        let steps = 2 * ((to - from) / 0.02).ceil() as u32;
        let width = (to - from) / f64::from(steps);
        let at = |step: u32| {
            let amount = (from + width * f64::from(step)).exp();
            distance(usd(amount)).powi(2) * amount
        };
        let inner: f64 = (1..steps).map(|step| f64::from(2 + 2 * (step % 2)) * at(step)).sum();
        (at(0) + inner + at(steps)) * width / 3.0
    };
    let below = |amount| value.cdf(amount).unwrap().get();
    let above = |amount| value.probability_above(amount).unwrap().get();
    let mut crps = Vec::new();
    for y in [0.0, 1e-6, 0.7, 9.0, 40.0, 3_000.0_f64] {
        let ln_y = y.max(1e-12).ln();
        let lower = if y > 0.0 { squares(ln_y - 36.0, ln_y, &below) } else { 0.0 };
        // Below 1e-12 all that is bought is above.
        let start = if y > 0.0 { 0.0 } else { 1e-12 * above(usd(0.0)).powi(2) };
        let expected = lower + start + squares(ln_y, ln_y.max(0.0) + 12.0, &above);
        crps.push(value.crps(usd(y)).unwrap().amount());
        assert!((crps.last().unwrap() - expected).abs() < 1e-9 * expected, "{y}: {crps:?} {expected}");
    }
    // Customers who are alike are judged once, each in its own place.
    let paid = [9.0, 40.0, 9.0, 0.0].map(usd);
    let judged = ValueAssessment::new(vec![value.clone(); 4], paid.to_vec()).unwrap();
    assert_eq!(judged.losses(Score::Crps), Ok(vec![crps[3], crps[4], crps[3], crps[0]]));
}

#[test]
fn the_mean_losses_of_a_value_are_those_of_its_customers() {
    let model = Nbd::new(NbdParams { r: 0.5, alpha: Span::weeks(10.0).unwrap() }).unwrap();
    let usd = |amount| ExpectedMoney::new(amount, Currency::USD).unwrap();
    let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: usd(15.44) }).unwrap().newcomer();
    let purchases = model.forecast(&PurchaseHistory::acquired());
    let value = UndiscountedValue::new(&purchases, &spend, Span::weeks(20.0).unwrap(), Margin::FULL).unwrap();
    let judged = ValueAssessment::new(vec![value.clone(), value.clone()], vec![usd(0.0), usd(80.0)]).unwrap();
    let mean = value.mean().unwrap().amount();
    let rmse = (0.5 * (mean * mean + (80.0 - mean).powi(2))).sqrt();
    assert!((judged.root_mean_squared_error().unwrap().amount() - rmse).abs() < 1e-12 * rmse);
    assert!((judged.bias().unwrap().amount() - (2.0 * mean - 80.0)).abs() < 1e-12);
    let quantile = value.quantile(probability(0.9)).unwrap().amount();
    let loss = 0.5 * (0.1 * quantile + if quantile < 80.0 { 0.9 * (80.0 - quantile) } else { 0.1 * (quantile - 80.0) });
    let score = Score::Quantile(probability(0.9));
    assert!((judged.mean_loss(score).unwrap().amount() - loss).abs() < 1e-12 * loss);
    assert_eq!(judged.mean_loss(Score::SquaredError), Err(EvaluationError::NotScored { score: Score::SquaredError }));
    let not_scored = EvaluationError::NotScored { score: Score::Log };
    let first = EvaluationError::Customer { index: 0, source: Box::new(not_scored) };
    assert_eq!(judged.losses(Score::Log), Err(first));
    let euros = ExpectedMoney::zero(Currency::EUR);
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    let wrong = EvaluationError::Customer { index: 0, source: Box::new(mismatch.clone().into()) };
    assert_eq!(ValueAssessment::new(vec![value.clone()], vec![euros]), Err(wrong));
    assert_eq!(value.crps(euros), Err(DistributionError::Money(mismatch)));
    // A miss whose square is no number.
    let judged = ValueAssessment::new(vec![value], vec![usd(1e200)]).unwrap();
    let source = Box::new(EvaluationError::TooLarge { quantity: "loss" });
    assert_eq!(judged.losses(Score::SquaredError), Err(EvaluationError::Customer { index: 0, source }));
    assert_eq!(judged.losses(Score::AbsoluteError), Ok(vec![1e200]));
}

#[test]
fn what_is_no_distribution_is_refused() {
    let of = |table: Vec<f64>| CountDistribution::new(table);
    assert_eq!(of(vec![]), Err(EvaluationError::Empty));
    assert_eq!(of(vec![0.5, 1.5]), Err(EvaluationError::NotAProbability { count: 1, value: 1.5 }));
    assert_eq!(of(vec![1.25, -0.25]), Err(EvaluationError::NotAProbability { count: 0, value: 1.25 }));
    assert_eq!(of(vec![0.5, 0.25]), Err(EvaluationError::NotADistribution { sum: 0.75 }));
    let Err(EvaluationError::NotAProbability { count: 0, value }) = of(vec![f64::NAN]) else { panic!() };
    assert!(value.is_nan());
}

#[test]
fn what_was_called_impossible_and_what_lies_beyond_the_table_have_no_log_score() {
    let gap = CountDistribution::new([0.5, 0.0, 0.5]).unwrap();
    assert_eq!(gap.log_score(1), Err(EvaluationError::Impossible { observed: 1 }));
    assert_eq!(gap.log_score(3), Err(EvaluationError::BeyondSupport { observed: 3, most: 2 }));
    // The CRPS is finite all the same: 0.5² + 0.5² below, and 1 for each count beyond.
    assert_eq!(gap.crps(u32::MAX), 0.25 + 0.25 + f64::from(u32::MAX) - 2.0);
    assert_eq!((gap.at_least(u32::MAX).get(), gap.at_most(u32::MAX).get()), (0.0, 1.0));
    assert_eq!((gap.quantile(probability(0.0)), gap.quantile(probability(1.0))), (0, 2));
}

#[test]
fn a_point_forecast_is_from_0_to_1e100() {
    for value in [-0.1, 1.1e100, f64::INFINITY] {
        assert_eq!(CountForecast::point(value), Err(EvaluationError::OutOfRange { quantity: "forecast", value }));
    }
    assert!(matches!(CountForecast::point(f64::NAN), Err(EvaluationError::OutOfRange { value, .. }) if value.is_nan()));
    // The largest has a square that is a number.
    let judged = Assessment::new(points(&[1e100; 3]), vec![0; 3]).unwrap();
    assert!((judged.mean_loss(Score::SquaredError).unwrap() / 1e200 - 1.0).abs() < 1e-15);
    assert!((judged.calibration(1).unwrap().classes()[0].expected / 3e100 - 1.0).abs() < 1e-15);
}

#[test]
fn assessments_without_customers_or_of_other_customers_are_refused() {
    assert_eq!(Assessment::new(vec![], vec![]), Err(EvaluationError::Empty));
    assert_eq!(Assessment::new(points(&[1.0]), vec![]), Err(EvaluationError::Lengths { forecasts: 1, actual: 0 }));
    assert_eq!(ValueAssessment::new(vec![], vec![]), Err(EvaluationError::Empty));
    let judged = Assessment::new(points(&[1.0]), vec![0]).unwrap();
    assert_eq!(judged.calibration_by_frequency(&[], 7), Err(EvaluationError::Lengths { forecasts: 1, actual: 0 }));
    assert_eq!(judged.calibration(0), Err(EvaluationError::Zero { what: "a number of classes" }));
    let history = [PurchaseHistory::acquired()];
    assert_eq!(judged.calibration_by_recency(&history, Span::ZERO), Err(EvaluationError::Zero { what: "a width" }));
    for value in [-1.0, 1.1e100, f64::INFINITY] {
        assert_eq!(judged.total(Some(value)), Err(EvaluationError::OutOfRange { quantity: "standard error", value }));
    }
}

#[test]
fn an_empty_holdout_has_scores_but_no_order() {
    let judged = Assessment::new(points(&[1.0, 0.0]), vec![0, 0]).unwrap();
    assert_eq!(judged.mean_loss(Score::Crps), Ok(0.5));
    assert_eq!(judged.ranking(), Err(EvaluationError::NothingBought));
    assert_eq!(judged.lift(10), Err(EvaluationError::NothingBought));
    let total = judged.total(None).unwrap();
    assert_eq!((total.bias(), total.interval(probability(0.95))), (1.0, None));
}

#[test]
fn one_customer_has_scores_and_a_trivial_order() {
    let judged = Assessment::new(points(&[2.0]), vec![3]).unwrap();
    assert_eq!(judged.mean_loss(Score::AbsoluteError), Ok(1.0));
    let ranking = judged.ranking().unwrap();
    assert_eq!((ranking.gini, ranking.best, ranking.normalised()), (0.0, 0.0, 1.0));
    let lift = judged.lift(10).unwrap();
    assert_eq!((lift.len(), lift[0].lift, lift[0].captured), (1, 1.0, 1.0));
}

#[test]
fn independence_needs_four_customers_who_differ() {
    let spend = |repeats, cents| SpendHistory::from_mean(repeats, Money::from_minor(cents, Currency::USD)).unwrap();
    let none = SpendHistory::new(0, Money::zero(Currency::USD)).unwrap();
    let few = [spend(1, 100), spend(2, 200), spend(3, 300), none, spend(2, 0)];
    assert_eq!(SpendIndependence::new(&few), Err(EvaluationError::TooFew { customers: 3, least: 4 }));
    let alike = [spend(2, 100), spend(2, 200), spend(2, 300), spend(2, 150)];
    assert_eq!(SpendIndependence::new(&alike), Err(EvaluationError::Constant { column: "repeats", customers: 4 }));
    let equal = [spend(1, 100), spend(2, 100), spend(3, 100), spend(4, 100)];
    assert_eq!(SpendIndependence::new(&equal), Err(EvaluationError::Constant { column: "mean spend", customers: 4 }));
    // In perfect order there is nothing left to chance.
    let ordered = [spend(1, 100), spend(2, 200), spend(3, 300), spend(4, 400)];
    let test = SpendIndependence::new(&ordered).unwrap();
    assert!((test.ranks.coefficient - 1.0).abs() < 1e-15 && test.ranks.p_value().get() < 1e-14);
}

#[test]
fn surprise_is_both_tails_of_the_forecast() {
    let distribution = CountDistribution::new([0.5, 0.25, 0.125, 0.125]).unwrap();
    let surprise = distribution.surprise(2);
    assert_eq!((surprise.at_least.get(), surprise.at_most.get()), (0.25, 0.875));
    assert_eq!((surprise.mid_p().get(), surprise.two_sided().get()), (0.1875, 0.5));
    let beyond = distribution.surprise(9);
    assert_eq!((beyond.at_least.get(), beyond.at_most.get(), beyond.mid_p().get()), (0.0, 1.0, 0.0));
}

/// P(N ≥ n) of a negative binomial far out: by its own series, relative to the last digits.
#[test]
fn the_far_tail_of_a_surprise_keeps_its_digits() {
    let weeks = |weeks| Span::weeks(weeks).unwrap();
    let model = Nbd::new(NbdParams { r: 0.5, alpha: weeks(10.0) }).unwrap();
    let surprise = model.forecast(&PurchaseHistory::acquired()).surprise(80, weeks(2.0)).unwrap();
    let z: f64 = 2.0 / 12.0;
    let mut term = (1.0 - z).sqrt();
    let mut tail = 0.0;
    for n in 0..200 {
        if n >= 80 {
            tail += term;
        }
        term *= z * (0.5 + f64::from(n)) / f64::from(n + 1);
    }
    assert!(tail < 1e-60);
    assert!((surprise.at_least.get() / tail - 1.0).abs() < 1e-12, "{:e} is not {tail:e}", surprise.at_least.get());
}

#[cfg(feature = "serde")]
#[test]
fn stored_forecasts_are_checked_when_read() {
    let distribution = CountDistribution::new([0.5, 0.25, 0.25]).unwrap();
    let judged =
        Assessment::new(vec![distribution.clone().into(), CountForecast::point(1.5).unwrap()], vec![1, 0]).unwrap();
    let text = serde_json::to_string(&judged).unwrap();
    assert_eq!(serde_json::from_str::<Assessment>(&text).unwrap(), judged);
    let fault = serde_json::from_str::<CountDistribution>("[0.5,0.25]").unwrap_err().to_string();
    assert!(fault.starts_with("probabilities sum to 0.75, expected 1"), "{fault}");
    let fault = serde_json::from_str::<CountForecast>(r#"{"Point":-1.0}"#).unwrap_err().to_string();
    assert!(fault.starts_with("forecast is -1, expected a number from 0 to 1e100"), "{fault}");
    let picture = judged.calibration(2).unwrap();
    let text = serde_json::to_string(&picture).unwrap();
    assert_eq!(serde_json::from_str::<customer_value::evaluate::Calibration>(&text).unwrap(), picture);
    // Nobody has no mean; and classes that overlap are none.
    for (from, to, problem) in [
        (r#""customers":1"#, r#""customers":0"#, "a number of customers of 0, expected at least 1"),
        (r#""lowest":0.75"#, r#""lowest":1.75"#, "classes do not ascend"),
    ] {
        assert!(text.contains(from), "{text}");
        let fault = serde_json::from_str::<customer_value::evaluate::Calibration>(&text.replacen(from, to, 1))
            .unwrap_err()
            .to_string();
        assert!(fault.starts_with(problem), "{fault}");
    }
    let fault = serde_json::from_str::<Assessment>(r#"{"forecasts":[],"actual":[1]}"#).unwrap_err().to_string();
    assert!(fault.starts_with("0 forecasts and 1 actual numbers"), "{fault}");
}

#[test]
fn certainty_of_a_total_has_no_interval() {
    let forecast = CountForecast::from(CountDistribution::new([0.5, 0.5]).unwrap());
    let total = Assessment::new(vec![forecast; 4], vec![1; 4]).unwrap().total(Some(1.0)).unwrap();
    assert_eq!(total.interval(probability(1.0)), None);
    let nearly = total.interval(probability(1.0_f64.next_down())).unwrap();
    assert!(nearly.high > 2.0 && nearly.high < 20.0);
}
