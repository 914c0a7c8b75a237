//! Laws of scores: what must hold whatever the forecasts and the purchases.

#![allow(clippy::cast_possible_truncation, reason = "numbers in tests are small")]

use customer_value::evaluate::{Assessment, CountDistribution, CountForecast, Score};
use customer_value::{
    AnyModel, CountModel, GgompertzNbd, GgompertzNbdParams, ParetoNbd, ParetoNbdParams, Probability, PurchaseHistory,
    Seed, Span, simulate,
};
use proptest::prelude::*;

use crate::shared::{bg_nbd, mbg_nbd, nbd, pareto_nbd};

fn distributions() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.0_f64..1.0, 1..9).prop_filter_map("no probability at all", |weights| {
        let sum: f64 = weights.iter().sum();
        (sum > 1e-3).then(|| weights.iter().map(|weight| weight / sum).collect())
    })
}

fn customers() -> impl Strategy<Value = Vec<(f64, u32)>> {
    prop::collection::vec((prop_oneof![0.0_f64..5.0, Just(0.0), Just(1.0)], 0_u32..6), 1..40)
}

fn judged(rows: &[(f64, u32)]) -> Assessment {
    let points = rows.iter().map(|(forecast, _)| CountForecast::point(*forecast).unwrap()).collect();
    Assessment::new(points, rows.iter().map(|(_, actual)| *actual).collect()).unwrap()
}

/// E S(forecast, Y) with Y from `truth`.
fn expected_loss(forecast: &CountDistribution, score: Score, truth: &[f64]) -> f64 {
    let forecast = CountForecast::from(forecast.clone());
    let loss = |(count, probability): (usize, &f64)| probability * forecast.loss(score, count as u32).unwrap();
    truth.iter().enumerate().filter(|(_, probability)| **probability > 0.0).map(loss).sum()
}

proptest! {
    #[test]
    fn crps_is_not_negative_and_that_of_a_certain_count_is_the_absolute_error(
        p in distributions(), certain in 0_usize..8, observed in 0_u32..12,
    ) {
        prop_assert!(CountDistribution::new(p).unwrap().crps(observed) >= 0.0);
        let mut point = vec![0.0; certain + 1];
        point[certain] = 1.0;
        let distance = f64::from((certain as u32).abs_diff(observed));
        prop_assert_eq!(CountDistribution::new(point).unwrap().crps(observed), distance);
        let point = CountForecast::point(certain as f64).unwrap();
        prop_assert_eq!(point.loss(Score::Crps, observed).unwrap(), distance);
    }

    /// Twice the quantile loss, averaged over all levels.
    #[test]
    fn crps_is_the_integral_of_the_quantile_losses(p in distributions(), observed in 0_u32..12) {
        let distribution = CountDistribution::new(p.clone()).unwrap();
        // Between two steps of F the quantile is q and the loss is linear in the level: the midpoint is exact.
        let (mut low, mut sum) = (0.0, 0.0);
        for (count, probability) in p.iter().enumerate() {
            let middle = low + 0.5 * probability;
            let (q, y) = (count as f64, f64::from(observed));
            sum += 2.0 * probability * if y >= q { middle * (y - q) } else { (1.0 - middle) * (q - y) };
            low += probability;
        }
        prop_assert!((distribution.crps(observed) - sum).abs() < 1e-12 * (1.0 + sum));
    }

    #[test]
    fn the_truth_scores_best_in_expectation(truth in distributions(), other in distributions(), level in 0.05_f64..0.95) {
        let best = CountDistribution::new(truth.clone()).unwrap();
        // Where the truth is possible, so that no log score is infinite.
        let size = truth.len().max(other.len());
        let at = |p: &[f64], count: usize| p.get(count).copied().unwrap_or(0.0);
        let mixed: Vec<f64> = (0..size).map(|count| 0.5 * (at(&truth, count) + at(&other, count))).collect();
        let mixed = CountDistribution::new(mixed).unwrap();
        for score in [Score::Log, Score::Crps, Score::Quantile(Probability::new(level).unwrap()), Score::SquaredError] {
            let (own, others) = (expected_loss(&best, score, &truth), expected_loss(&mixed, score, &truth));
            prop_assert!(own <= others + 1e-12, "{score}: {own} > {others}");
        }
        let other = CountDistribution::new(other).unwrap();
        let crps = |forecast| expected_loss(forecast, Score::Crps, &truth);
        prop_assert!(crps(&best) <= crps(&other) + 1e-12);
    }

    #[test]
    fn the_order_is_the_same_for_forecasts_on_any_rising_scale(rows in customers()) {
        prop_assume!(rows.iter().any(|(_, actual)| *actual > 0));
        let risen: Vec<(f64, u32)> = rows.iter().map(|(forecast, actual)| (forecast.exp_m1() * 3.0 + 1.0, *actual)).collect();
        // Neighbours may round to one.
        prop_assume!(rows.iter().zip(&risen).all(|(one, two)| {
            rows.iter().zip(&risen).all(|(other, rise)| (one.0 == other.0) == (two.0 == rise.0))
        }));
        let (one, other) = (judged(&rows), judged(&risen));
        prop_assert_eq!(one.ranking().unwrap(), other.ranking().unwrap());
        prop_assert_eq!(one.lift(10).unwrap(), other.lift(10).unwrap());
        let ranking = one.ranking().unwrap();
        prop_assert!(ranking.gini.abs() <= ranking.best + 1e-12);
    }

    #[test]
    fn classes_sum_to_all_customers(rows in customers(), classes in 1_u32..12, open_from in 0_u32..5) {
        let judged = judged(&rows);
        let history = |(index, _): (usize, &(f64, u32))| {
            let repeats = index as u32 % 7;
            let days = |days| Span::whole_days(days);
            PurchaseHistory::new(repeats, days(if repeats > 0 { 1 + index as u32 } else { 0 }), days(50)).unwrap()
        };
        let histories: Vec<PurchaseHistory> = rows.iter().enumerate().map(history).collect();
        let actual: u64 = rows.iter().map(|row| u64::from(row.1)).sum();
        let expected: f64 = rows.iter().map(|row| row.0).sum();
        for calibration in [
            judged.calibration(classes).unwrap(),
            judged.calibration_by_frequency(&histories, open_from).unwrap(),
            judged.calibration_by_recency(&histories, Span::whole_days(classes)).unwrap(),
        ] {
            let classes = calibration.classes();
            prop_assert_eq!(classes.iter().map(|class| class.customers).sum::<u64>(), rows.len() as u64);
            prop_assert_eq!(classes.iter().map(|class| class.actual).sum::<u64>(), actual);
            prop_assert!((classes.iter().map(|class| class.expected).sum::<f64>() - expected).abs() < 1e-9);
            prop_assert!(classes.windows(2).all(|pair| pair[0].highest < pair[1].lowest), "classes split equals");
        }
        if actual > 0 {
            let lift = judged.lift(classes).unwrap();
            prop_assert_eq!(lift.iter().map(|class| class.actual).sum::<u64>(), actual);
            prop_assert!((lift.last().unwrap().captured - 1.0).abs() < 1e-15);
        }
    }
}

fn models() -> [AnyModel; 5] {
    let [alpha, beta] = [10.0, 12.0].map(|weeks| Span::weeks(weeks).unwrap());
    let growing = GgompertzNbdParams { r: 0.6, alpha, b_per_day: 0.01 / 7.0, s: 0.6, beta: 0.4 };
    let pareto = ParetoNbdParams { r: 0.553, alpha, s: 0.606, beta };
    [
        nbd([0.4, 12.0]).into(),
        bg_nbd([0.243, 4.414, 0.793, 2.426]).into(),
        mbg_nbd([0.5, 6.0, 0.9, 1.6]).into(),
        ParetoNbd::new(pareto).unwrap().into(),
        GgompertzNbd::new(growing).unwrap().into(),
    ]
}

/// What a table leaves out is below 1e-15: sum, mean and single probabilities are those of the forecast.
#[test]
fn tables_of_forecasts_are_the_forecasts() {
    let within = Span::weeks(30.0).unwrap();
    for model in models() {
        for (repeats, recency) in [(0, 0.0), (1, 3.0), (7, 36.0)] {
            let history = crate::shared::history(repeats, recency, 39.0);
            let forecast = model.forecast(&history);
            let table = CountDistribution::of(&forecast, within).unwrap();
            let name = model.name();
            assert!((table.at_most(u32::MAX).get() - 1.0).abs() < 1e-12, "{name}");
            let expected = forecast.expected_purchases(within);
            assert!((table.mean() / expected - 1.0).abs() < 1e-11, "{name}: {} is not {expected}", table.mean());
            for count in [0, 1, 5, table.most()] {
                let own = forecast.probability_of(count, within).get();
                assert!((table.probability_of(count).get() - own).abs() <= 1e-15, "{name} {count}");
            }
        }
    }
}

/// Σ P(k) of mid-p is one half: what happens is as often above as below what was thought.
#[test]
fn mid_p_is_one_half_on_average() {
    for model in models() {
        let forecast = model.forecast(&crate::shared::history(3, 20.0, 39.0));
        let table = CountDistribution::of(&forecast, Span::weeks(20.0).unwrap()).unwrap();
        let mean: f64 =
            (0..=table.most()).map(|n| table.probability_of(n).get() * table.surprise(n).mid_p().get()).sum();
        assert!((mean - 0.5).abs() < 1e-12, "{}: {mean}", model.name());
    }
}

/// The variance of a total against customers simulated from the model.
#[test]
fn the_spread_of_a_total_is_that_of_simulated_customers() {
    let model = pareto_nbd([0.553, 10.578, 0.606, 11.669]);
    let within = Span::weeks(26.0).unwrap();
    let table = CountDistribution::of(&model.forecast(&PurchaseHistory::acquired()), within).unwrap();
    let histories = simulate(&model, within, 200_000, Seed::new(5));
    let counts: Vec<f64> = histories.iter().map(|history| f64::from(history.repeats())).collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64;
    let fourth = counts.iter().map(|count| (count - mean).powi(4)).sum::<f64>() / counts.len() as f64;
    let error = ((fourth - variance * variance) / counts.len() as f64).sqrt();
    assert!((table.variance() - variance).abs() < 4.0 * error, "{} is not {variance} ± {error}", table.variance());
}
