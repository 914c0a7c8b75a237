//! Backtests: no leak, rules counted by hand, comparison by brute force, pictures that reconcile with the log.

#![allow(clippy::cast_possible_truncation, reason = "numbers in tests are small")]

use std::ops::ControlFlow;

use customer_value::evaluate::{
    Backtest, Backtested, Baseline, Candidate, CohortSurvival, CountForecast, EvaluationError, Fold,
    FrequencyHistogram, Heterogeneity, HistoryGrid, Score, Tracking, Trait,
};
use customer_value::{
    AnyModel, BgNbd, CohortError, CorrelatedParetoNbd, CorrelatedParetoNbdParams, CountModel, Currency, Day,
    ExpectedMoney, FirstSeen, GammaGamma, GammaGammaParams, Granularity, Interaction, InteractionLog, Mle, ModelKind,
    Money, Probability, Progress, PurchaseHistory, Seed, SimulationWindow, Span, TimeUnit, Timestamp, Window,
    simulate_interactions,
};

use crate::cdnow::{self, day};
use crate::shared::{bg_nbd, nbd, pareto_nbd};

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn backtest(cuts: &[&str], days: u32, models: &[ModelKind], baselines: &[Baseline]) -> Backtest {
    let cuts = cuts.iter().map(|cut| day(cut)).collect();
    let (models, baselines) = (models.to_vec(), baselines.to_vec());
    Backtest { cuts, horizon: Span::whole_days(days), models, baselines, mle: Mle::default() }
}

fn cdnow() -> InteractionLog<u32> {
    cdnow::log(FirstSeen::IsNew).unwrap()
}

fn expected(judged: &Backtested<u32>) -> Vec<f64> {
    let contenders = judged.folds().iter().flat_map(Fold::contenders);
    contenders.flat_map(|one| one.assessment().expected()).collect()
}

const RULES: [Baseline; 4] =
    [Baseline::Mean, Baseline::LastPeriod, Baseline::Hiatus(Span::ZERO), Baseline::LearnedHiatus];

/// What a forecaster says at a cut, of the log as it is and of one in which everybody buys daily after the cut.
fn depends_on_the_holdout(forecasts: impl Fn(&InteractionLog<u32>) -> Vec<f64>, cut: Day) -> bool {
    let window = cdnow::window(FirstSeen::IsNew);
    let log = cdnow();
    let known = cdnow::rows().filter(|(_, on, _)| *on <= cut).map(|(id, on, paid)| Interaction::purchase(id, on, paid));
    let planted = log.ids().iter().flat_map(|&id| {
        (1..60).map(move |later| Interaction::purchase(id, cut.plus_days(later).unwrap(), cdnow::usd("10.00")))
    });
    let other = InteractionLog::builder(window, Granularity::Day).extend(known.chain(planted)).build().unwrap();
    // A table reaches as far as what it is judged by, which moves the last digit of its mean.
    forecasts(&log).iter().zip(forecasts(&other)).any(|(one, other)| (one - other).abs() > 1e-12)
}

#[test]
fn forecasts_do_not_depend_on_what_follows_the_cut_and_a_planted_leak_does() {
    let cut = day("1997-09-30");
    let models = [ModelKind::BgNbd, ModelKind::MbgCnbd(2), ModelKind::ParetoNbd];
    let honest = backtest(&["1997-09-30"], 60, &models, &RULES);
    assert!(!depends_on_the_holdout(|log| expected(&honest.run(log, go_on).unwrap()), cut));

    // The leak: the histories of the end of the holdout, which know its purchases, for the model of the cut.
    let leaking = |log: &InteractionLog<u32>| {
        let end = cut.plus_days(60).unwrap();
        let fit = ModelKind::BgNbd.fit(Mle::default(), &log.cohort(cut).unwrap()).unwrap();
        let knowing = log.cohort(end).unwrap();
        knowing.forecast(fit.model()).expected_purchases(Span::whole_days(60))
    };
    assert!(depends_on_the_holdout(leaking, cut));
    // So does a model fitted to the end, though histories are those of the cut.
    let fitted_late = |log: &InteractionLog<u32>| {
        let fit = ModelKind::BgNbd.fit(Mle::default(), &log.cohort(cut.plus_days(60).unwrap()).unwrap()).unwrap();
        log.cohort(cut).unwrap().forecast(fit.model()).expected_purchases(Span::whole_days(60))
    };
    assert!(depends_on_the_holdout(fitted_late, cut));
}

/// Five rows a customer, small enough to count by hand; all of 1 EUR.
fn small_log() -> InteractionLog<u32> {
    let bought = |id: u32, on: &str| Interaction::purchase(id, day(on), Money::from_minor(100, Currency::EUR));
    let rows = [
        // At the cut on day 101 (04-10): age 100, repeats on days 41, 91; silent for 10.
        bought(1, "2024-01-01"),
        bought(1, "2024-02-10"),
        bought(1, "2024-03-31"),
        bought(1, "2024-04-20"),
        // Age 100, no repeat; silent for 100.
        bought(2, "2024-01-01"),
        // Age 50, a repeat after 10 days; silent for 40.
        bought(3, "2024-02-20"),
        bought(3, "2024-03-01"),
        bought(3, "2024-05-10"),
        bought(3, "2024-05-11"),
        // Won after the cut: not forecast.
        bought(4, "2024-04-15"),
        bought(4, "2024-04-25"),
        // Bought on the day of the cut: age 0.
        bought(5, "2024-04-10"),
    ];
    let window = Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNew).unwrap();
    InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap()
}

fn forecasts_of(judged: &Backtested<u32>, index: usize) -> Vec<f64> {
    judged.folds()[0].contenders()[index].assessment().expected()
}

#[test]
fn rules_without_a_model_are_those_counted_by_hand() {
    let rules = [Baseline::Mean, Baseline::LastPeriod, Baseline::Hiatus(Span::whole_days(40)), Baseline::LearnedHiatus];
    let judged = backtest(&["2024-04-10"], 40, &[], &rules).run(&small_log(), go_on).unwrap();
    let fold = &judged.folds()[0];
    assert_eq!(fold.split().calibration.ids(), [1, 2, 3, 5]);
    assert_eq!((fold.actual(), fold.won_after()), (vec![1, 0, 2, 0], 1));
    // 3 repeats in 250 days, for 40.
    assert_eq!(forecasts_of(&judged, 0), [40.0 * 3.0 / 250.0; 4]);
    // After 03-01: customer 1 on 03-31; customer 3 bought on 03-01, just before.
    assert_eq!(forecasts_of(&judged, 1), [1.0, 0.0, 0.0, 0.0]);
    // Customer 2 has been silent for too long; age 0 has no rate.
    assert_eq!(forecasts_of(&judged, 2), [40.0 * 0.02, 0.0, 40.0 * 0.02, 0.0]);
    // On 03-01 customer 3 had just bought (silent 0, then nothing), customer 1 been silent for 20 days (then bought),
    // customer 2 for 60 (nothing): up to 20 days calls one of one buyer and one of two others.
    assert_eq!(forecasts_of(&judged, 3), [40.0 * 0.02, 0.0, 0.0, 0.0]);
}

/// Definitions of the comparison, customer by customer.
#[test]
fn comparison_matches_brute_force_over_customers_with_several_cuts() {
    let log = cdnow();
    let judged = backtest(&["1997-07-31", "1997-10-31"], 60, &[ModelKind::Nbd, ModelKind::BgNbd], &RULES[..2]);
    let judged = judged.run(&log, go_on).unwrap();
    let comparison = judged.compare(Score::Crps).unwrap();
    let mut rows: Vec<(u32, Vec<f64>)> = Vec::new();
    for fold in judged.folds() {
        let columns: Vec<Vec<f64>> =
            fold.contenders().iter().map(|one| one.assessment().losses(Score::Crps).unwrap()).collect();
        for (index, &id) in fold.split().calibration.ids().iter().enumerate() {
            rows.push((id, columns.iter().map(|column| column[index]).collect()));
        }
    }
    let count = rows.len() as f64;
    let mean = |contender: usize| rows.iter().map(|(_, losses)| losses[contender]).sum::<f64>() / count;
    let means: Vec<f64> = (0..4).map(mean).collect();
    let best = (0..4).min_by(|&one, &other| means[one].total_cmp(&means[other])).unwrap();
    assert_eq!(comparison.ranking()[0].standard_error, None);
    for ranked in comparison.ranking() {
        let own = (0..4).find(|&index| *judged.folds()[0].contenders()[index].candidate() == ranked.candidate).unwrap();
        assert!((ranked.loss - means[own]).abs() < 1e-12);
        assert!((ranked.behind - (means[own] - means[best])).abs() < 1e-12);
        let Some(error) = ranked.standard_error else { continue };
        let mut sums = std::collections::BTreeMap::<u32, f64>::new();
        for (id, losses) in &rows {
            *sums.entry(*id).or_default() += losses[own] - losses[best] - (means[own] - means[best]);
        }
        let groups = sums.len() as f64;
        let squares: f64 = sums.values().map(|sum| sum * sum).sum();
        let brute = (groups / (groups - 1.0) * squares).sqrt() / count;
        assert!((error / brute - 1.0).abs() < 1e-9, "{}: {error} is not {brute}", ranked.candidate);
    }
    let best = comparison.best_model().unwrap();
    assert_eq!(best.candidate, Candidate::Model(ModelKind::BgNbd));
    let second = best.runner_up.unwrap();
    assert_eq!(second.candidate, Candidate::Model(ModelKind::Nbd));
    // Φ(z), by Simpson's rule.
    let z = second.behind / second.standard_error.unwrap();
    let phi = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let steps = 10_000;
    let h = z / f64::from(steps);
    let weight = |step: i32| {
        if step == 0 || step == steps {
            1.0
        } else if step % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    let area: f64 = (0..=steps).map(|step| weight(step) * phi(h * f64::from(step))).sum::<f64>() * h / 3.0;
    assert!((best.confidence.unwrap().get() - 0.5 - area).abs() < 1e-12);
}

#[test]
fn rules_without_probabilities_have_no_log_score_and_are_listed() {
    let judged = backtest(&["1997-09-30"], 60, &[ModelKind::Nbd], &RULES[..1]).run(&cdnow(), go_on).unwrap();
    let comparison = judged.compare(Score::Log).unwrap();
    assert_eq!(comparison.ranking().len(), 1);
    assert_eq!(comparison.not_scored(), [Candidate::Baseline(Baseline::Mean)]);
    let best = comparison.best_model().unwrap();
    assert_eq!((best.runner_up, best.confidence), (None, None));
}

#[test]
fn forecasts_made_elsewhere_are_ranked_with_the_others() {
    let judged = backtest(&["1997-09-30"], 60, &[], &RULES[..1]).run(&cdnow(), go_on).unwrap();
    let fold = &judged.folds()[0];
    let oracle = fold.actual().iter().map(|&count| CountForecast::point(count.into()).unwrap()).collect();
    let judged = judged.clone().with("oracle", vec![oracle]).unwrap();
    let best = judged.compare(Score::Crps).unwrap().best_model().unwrap();
    assert_eq!((best.candidate, best.loss), (Candidate::Other("oracle".into()), 0.0));
    let lengths = |forecasts, actual| Err(EvaluationError::Lengths { forecasts, actual });
    assert_eq!(judged.clone().with("nobody", vec![]), lengths(0, 1));
    assert_eq!(judged.with("nobody", vec![vec![]]), lengths(0, 2_357));
}

/// Differences of 1e200 have squares beyond numbers; their error is a number.
#[test]
fn forecasts_beyond_all_measure_are_compared_with_a_finite_error() {
    let judged = backtest(&["1997-09-30"], 60, &[], &RULES[..1]).run(&cdnow(), go_on).unwrap();
    let wild = (0..2_357).map(|index| CountForecast::point(if index % 2 == 0 { 1e100 } else { 0.0 }).unwrap());
    let judged = judged.clone().with("wild", vec![wild.collect()]).unwrap();
    let comparison = judged.compare(Score::SquaredError).unwrap();
    let last = &comparison.ranking()[1];
    // Half of the losses are 1e200: the standard deviation is half of that, and its mean is over 2,357.
    let expected = 0.5e200 / 2_357_f64.sqrt();
    assert!((last.standard_error.unwrap() / expected - 1.0).abs() < 1e-3, "{last:?}");
    assert!(comparison.best_model().unwrap().confidence.unwrap().get() > 0.999);
}

#[test]
fn an_observer_can_stop_before_any_step() {
    let log = cdnow();
    let work = backtest(&["1997-09-30", "1997-10-31"], 30, &[], &RULES[..3]);
    for stop in 1..6 {
        let stopped =
            work.run(
                &log,
                |progress| {
                    if progress.done < stop { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                },
            );
        assert_eq!(stopped.err(), Some(EvaluationError::Stopped(Progress { done: stop, of: 6 })));
    }
}

#[test]
fn an_observer_is_told_of_all_work_and_can_stop_it() {
    let log = cdnow();
    let work = backtest(&["1997-09-30", "1997-10-31"], 30, &[ModelKind::Nbd], &RULES[..2]);
    let mut told = Vec::new();
    work.run(&log, |progress| {
        told.push(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(told, [1, 2, 3, 4, 5, 6].map(|done| Progress { done, of: 6 }));
    let mut calls = 0;
    let stopped = work.run(&log, |progress| {
        calls += 1;
        if progress.done < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let Err(EvaluationError::Stopped(progress)) = stopped else { panic!("{stopped:?}") };
    assert_eq!((calls, progress.of), (2, 6));
    assert!((2..6).contains(&progress.done), "{progress:?}");
    // Too late to stop: all was done.
    let last =
        work.run(
            &log,
            |progress| {
                if progress.done < progress.of { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            },
        );
    assert_eq!(last, work.run(&log, go_on));
}

#[test]
fn cuts_and_horizons_that_make_no_backtest_are_refused() {
    let log = cdnow();
    let run =
        |cuts: &[&str], days, models: &[ModelKind]| backtest(cuts, days, models, &[]).run(&log, go_on).unwrap_err();
    let nbd = [ModelKind::Nbd];
    assert_eq!(run(&[], 30, &nbd), EvaluationError::NoCuts);
    assert_eq!(run(&["1997-09-30"], 30, &[]), EvaluationError::NoContenders);
    for cuts in [["1997-09-30", "1997-09-30"], ["1997-09-30", "1997-08-31"]] {
        assert_eq!(run(&cuts, 30, &nbd), EvaluationError::CutsNotAscending { index: 1 });
    }
    assert_eq!(run(&["1997-09-30"], 0, &nbd), EvaluationError::Horizon { horizon: Span::ZERO });
    let half = Span::days(30.5).unwrap();
    let broken = Backtest { horizon: half, ..backtest(&["1997-09-30"], 30, &nbd, &[]) };
    assert_eq!(broken.run(&log, go_on), Err(EvaluationError::Horizon { horizon: half }));
}

#[test]
fn cuts_outside_the_log_and_holdouts_that_outlast_it_are_refused() {
    let log = cdnow();
    let (start, end) = (day("1997-01-01"), day("1998-06-30"));
    let outside = |on: &str| Err(EvaluationError::Cohort(CohortError::CutOutsideWindow { day: day(on), start, end }));
    let nbd = [ModelKind::Nbd];
    assert_eq!(backtest(&["1996-12-31"], 30, &nbd, &[]).run(&log, go_on), outside("1996-12-31"));
    assert_eq!(backtest(&["1998-06-30"], 30, &nbd, &[]).run(&log, go_on), outside("1998-07-30"));
    let endless = backtest(&["1997-09-30"], u32::MAX >> 1, &nbd, &[]);
    assert_eq!(endless.run(&log, go_on), outside("9999-12-31"));
    // A baseline that learns needs a log that began before the period it learns from.
    let early = backtest(&["1997-01-31"], 60, &[], &[Baseline::LearnedHiatus]);
    assert_eq!(early.run(&log, go_on), outside("1996-12-02"));
}

#[test]
fn a_cut_before_the_first_customer_is_refused() {
    let row = Interaction::purchase(1_u32, day("2024-06-01"), Money::from_minor(100, Currency::EUR));
    let window = Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNew).unwrap();
    let log = InteractionLog::builder(window, Granularity::Day).extend([row]).build().unwrap();
    let run = |cut: &str| backtest(&[cut], 30, &[], &[Baseline::LearnedHiatus]).run(&log, go_on);
    assert_eq!(run("2024-03-01"), Err(EvaluationError::NobodyYet { cut: day("2024-03-01") }));
    assert_eq!(run("2024-06-10"), Err(EvaluationError::NobodyYet { cut: day("2024-05-11") }));
}

#[test]
fn one_customer_is_judged_by_rules_and_too_few_for_a_model() {
    let rows = ["2024-01-01", "2024-01-20", "2024-03-05"];
    let bought = |on: &&str| Interaction::purchase(1_u32, day(on), Money::from_minor(100, Currency::EUR));
    let window = Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNew).unwrap();
    let log = InteractionLog::builder(window, Granularity::Day).extend(rows.iter().map(bought)).build().unwrap();
    let judged = backtest(&["2024-02-01"], 60, &[], &RULES[..2]).run(&log, go_on).unwrap();
    let comparison = judged.compare(Score::Crps).unwrap();
    // 60/31 purchases, or the one of January again, which is right.
    assert_eq!(comparison.ranking()[0].candidate, Candidate::Baseline(Baseline::LastPeriod));
    assert_eq!(comparison.ranking()[0].loss, 0.0);
    assert_eq!(comparison.ranking()[1].standard_error, None);
    assert_eq!(comparison.best_model().unwrap().confidence, None);

    // Nobody came back: the model has no rate to find, and says where.
    let once = InteractionLog::builder(window, Granularity::Day).extend(rows[..1].iter().map(bought)).build().unwrap();
    let failed = backtest(&["2024-02-01"], 60, &[ModelKind::BgNbd], &[]).run(&once, go_on);
    let Err(EvaluationError::Fit { cut, model, .. }) = failed else { panic!("{failed:?}") };
    assert_eq!((cut, model.as_str()), (day("2024-02-01"), "BG/NBD"));
}

#[test]
fn refunds_after_the_cut_touch_the_holdout_only() {
    let paid = |cents| Money::from_minor(cents, Currency::EUR);
    let rows = [
        Interaction::purchase(1_u32, day("2024-01-01"), paid(1_000)),
        Interaction::purchase(1, day("2024-02-01"), paid(2_000)),
        Interaction::purchase(1, day("2024-04-01"), paid(500)),
        // Takes back April and then February, wholly.
        Interaction::refund(1, day("2024-04-20"), paid(2_500)),
    ];
    let window = Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNew).unwrap();
    let log = InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap();
    let judged = backtest(&["2024-03-01"], 60, &[], &[Baseline::LastPeriod]).run(&log, go_on).unwrap();
    let fold = &judged.folds()[0];
    assert_eq!((fold.split().calibration.purchases()[0].repeats(), fold.actual()), (1, vec![0]));
    assert_eq!(forecasts_of(&judged, 0), [1.0]);
    let tracking = Tracking::new(&log, &nbd([0.5, 10.0]), day("2024-03-01"), day("2024-04-30"), 30).unwrap();
    assert_eq!(tracking.periods().last().unwrap().cumulative_actual, 1);
}

#[cfg(feature = "rayon")]
#[test]
fn a_backtest_is_the_same_for_any_number_of_threads() {
    let log = cdnow();
    let models = [ModelKind::BgNbd, ModelKind::ParetoNbd, ModelKind::MbgCnbd(2)];
    let work = backtest(&["1997-08-31", "1997-12-31"], 60, &models, &RULES);
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let judged = work.run(&log, go_on).unwrap();
            let comparison = judged.compare(Score::Crps).unwrap();
            (judged, comparison)
        })
    };
    let one = answer(1);
    assert_eq!(one, answer(2));
    assert_eq!(one, answer(3));
}

/// Sums over periods are those of the log, counted by other means in `cdnow.rs`.
#[test]
fn tracking_reconciles_with_the_log_and_with_the_expectations_of_newcomers() {
    let log = cdnow();
    let (cut, end) = (day("1997-09-30"), day("1998-06-30"));
    let model = pareto_nbd([0.553, 10.578, 0.606, 11.669]);
    let split = log.split(cut, end).unwrap();
    let tracking = Tracking::new(&log, &model, cut, end, 7).unwrap();
    let periods = tracking.periods();
    assert_eq!((periods.len(), periods[0].end, tracking.cut()), (78, day("1997-01-07"), cut));
    let before: u64 = periods.iter().filter(|period| period.end <= cut).map(|period| period.actual).sum();
    // 272 days are 38 weeks and 6 days, the day of the cut the last of week 39.
    assert_eq!((before, periods[38].end), (2_457, cut));
    let after: u64 = periods.iter().filter(|period| period.end > cut).map(|period| period.actual).sum();
    assert_eq!(after, split.holdout.iter().map(|one| u64::from(one.purchases())).sum::<u64>());
    let newcomer = model.forecast(&PurchaseHistory::acquired());
    let ages = split.calibration.purchases().iter().map(PurchaseHistory::age);
    let expected: f64 = ages.map(|age| newcomer.expected_purchases(age)).sum();
    assert!((periods[38].cumulative_expected / expected - 1.0).abs() < 1e-12);
    assert!(
        (periods.iter().map(|period| period.expected).sum::<f64>() / periods[77].cumulative_expected - 1.0).abs()
            < 1e-12
    );
    assert_eq!(Tracking::new(&log, &model, cut, end, 0), Err(EvaluationError::Zero { what: "a number of days" }));
}

#[test]
fn pictures_sum_to_the_cohort() {
    let log = cdnow();
    let cohort = log.cohort(day("1997-09-30")).unwrap();
    let model: AnyModel = pareto_nbd([0.553, 10.578, 0.606, 11.669]).into();
    let histogram = FrequencyHistogram::new(cohort.purchases(), &model, 7).unwrap();
    assert_eq!(histogram.classes().iter().map(|class| class.actual).sum::<u64>(), 2_357);
    assert_eq!(histogram.classes()[0].actual, 2_357 - 946);
    assert!((histogram.classes().iter().map(|class| class.expected).sum::<f64>() - 2_357.0).abs() < 1e-9);
    // Each customer's own probability of no repeat purchase.
    let newcomer = model.forecast(&PurchaseHistory::acquired());
    let none: f64 = cohort.purchases().iter().map(|history| newcomer.probability_of(0, history.age()).get()).sum();
    assert!((histogram.classes()[0].expected / none - 1.0).abs() < 1e-12);

    let survival = CohortSurvival::new(&cohort, &model, Span::weeks(4.0).unwrap()).unwrap();
    let customers: u64 = survival.rows().iter().map(|row| row.customers).sum();
    let alive: f64 = survival.rows().iter().map(|row| row.customers as f64 * row.alive.get()).sum();
    let each: f64 = cohort.forecast(&model).probability_alive().iter().map(|alive| alive.get()).sum();
    assert_eq!(customers, 2_357);
    assert!((alive / each - 1.0).abs() < 1e-12);
    assert!(survival.rows().windows(2).all(|pair| pair[0].expected > pair[1].expected));

    let age = Span::weeks(39.0).unwrap();
    let grid = HistoryGrid::new(&model, age, age, 3, 4).unwrap();
    for cell in grid.cells() {
        let forecast = model.forecast(&PurchaseHistory::new(cell.repeats, cell.recency, age).unwrap());
        assert_eq!(cell.probability_alive, forecast.probability_alive());
        assert_eq!(cell.expected_purchases, forecast.expected_purchases(age));
    }
    assert_eq!(grid.cells().len(), 1 + 3 * 4);
}

#[test]
fn pictures_of_nothing_are_refused() {
    let model: AnyModel = nbd([0.5, 10.0]).into();
    let week = Span::weeks(1.0).unwrap();
    let zero = |what| EvaluationError::Zero { what };
    assert_eq!(FrequencyHistogram::new(&[], &model, 0), Err(zero("an open class from")));
    assert_eq!(HistoryGrid::new(&model, week, week, 1, 0), Err(zero("a number of steps")));
    assert_eq!(HistoryGrid::new(&model, Span::ZERO, week, 1, 1), Err(zero("an age")));
    let out = |of, value| Err(EvaluationError::OutsideDensity { of, value });
    let spread = |model: &AnyModel, of, at: f64| Heterogeneity::new(model, of, TimeUnit::Week, &[at]);
    assert_eq!(spread(&model, Trait::PurchaseRate, 0.0), out(Trait::PurchaseRate, 0.0));
    let bg: AnyModel = bg_nbd([0.243, 4.414, 0.793, 2.426]).into();
    assert_eq!(spread(&bg, Trait::DropoutProbability, 1.0), out(Trait::DropoutProbability, 1.0));
    let said = EvaluationError::OutsideDensity { of: Trait::DropoutProbability, value: 1.0 }.to_string();
    assert_eq!(said, "density of DropoutProbability at 1, expected a number above 0 and below 1");
    let none = EvaluationError::NoTrait { model: "NBD", of: Trait::DropoutRate };
    assert_eq!(spread(&model, Trait::DropoutRate, 0.1), Err(none));
}

/// Densities integrate to one and have the means of their distributions: r/alpha a week, a/(a+b), s/beta.
#[test]
fn heterogeneity_densities_integrate_to_one_and_to_their_means() {
    let pareto: AnyModel = pareto_nbd([1.553, 10.578, 1.606, 11.669]).into();
    let bg: AnyModel = bg_nbd([1.243, 4.414, 1.793, 2.426]).into();
    // Whether or not rates go together, each by itself is spread as it is.
    let (alpha, beta) = (Span::weeks(10.578).unwrap(), Span::weeks(11.669).unwrap());
    let params = CorrelatedParetoNbdParams { r: 1.553, alpha, s: 1.606, beta, m: 1.0, unit: TimeUnit::Week };
    let correlated: AnyModel = CorrelatedParetoNbd::new(params).unwrap().into();
    for (model, of, most, mean) in [
        (&correlated, Trait::PurchaseRate, 6.0, 1.553 / 10.578),
        (&correlated, Trait::DropoutRate, 6.0, 1.606 / 11.669),
        (&pareto, Trait::PurchaseRate, 6.0, 1.553 / 10.578),
        (&pareto, Trait::DropoutRate, 6.0, 1.606 / 11.669),
        (&bg, Trait::DropoutProbability, 1.0, 1.793 / (1.793 + 2.426)),
    ] {
        let steps = 400_000;
        let at: Vec<f64> = (0..steps).map(|step| most * (f64::from(step) + 0.5) / f64::from(steps)).collect();
        let spread = Heterogeneity::new(model, of, TimeUnit::Week, &at).unwrap();
        let width = most / f64::from(steps);
        let area: f64 = spread.density().iter().sum::<f64>() * width;
        let moment: f64 =
            spread.density().iter().zip(spread.at()).map(|(density, at)| density * at).sum::<f64>() * width;
        assert!((area - 1.0).abs() < 1e-6 && (moment / mean - 1.0).abs() < 1e-6, "{of:?}: {area} {moment} {mean}");
    }
}

/// A year of a thousand customers of BG/NBD.
fn known_world(seed: u64) -> InteractionLog<u32> {
    let truth = bg_nbd([0.6, 4.0, 0.8, 2.5]);
    let v = ExpectedMoney::new(15.44, Currency::USD).unwrap();
    let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v }).unwrap();
    let midnight = |seconds| Timestamp::from_seconds(seconds).unwrap();
    let (start, end) = (midnight(852_076_800), midnight(883_612_800)); // 1997-01-01, 1998-01-01
    let window = SimulationWindow { start, winning: Span::weeks(12.0).unwrap(), end };
    let days = Window::new(day("1997-01-01"), day("1997-12-31"), FirstSeen::IsNew).unwrap();
    let rows = simulate_interactions(&truth, &spend, &window, 1_000, Seed::new(seed)).unwrap();
    InteractionLog::builder(days, Granularity::Instant).extend(rows).build().unwrap()
}

/// A known world with leaving: the model that is true beats the one without, and intervals hold the total.
#[test]
#[ignore = "slow: simulated worlds, `cargo test --release -- --ignored known_world`"]
fn in_a_known_world_the_true_model_wins_and_intervals_cover_the_total() {
    let work = backtest(&["1997-09-30"], 92, &[ModelKind::Nbd, ModelKind::BgNbd], &RULES[..2]);
    let worlds = 400;
    let (mut covered, mut won) = (0, 0);
    for world in 0..worlds {
        let judged = work.run(&known_world(world), go_on).unwrap();
        let total = judged.folds()[0].contenders()[1].total();
        let interval = total.interval(Probability::new(0.95).unwrap()).expect("interior");
        covered += u64::from(interval.contains(total.actual as f64));
        let best = judged.compare(Score::Crps).unwrap().best_model().unwrap();
        won += u64::from(best.candidate == Candidate::Model(ModelKind::BgNbd));
    }
    println!("intervals of 95 % held {covered} of {worlds} totals; the true model won {won} times");
    // Three standard errors of 400 draws.
    assert!((0.917..=0.983).contains(&(covered as f64 / worlds as f64)), "{covered} of {worlds}");
    assert_eq!(won, worlds);
}

/// The same world in money: intervals of the total spend.
#[test]
#[ignore = "slow: simulated worlds, `cargo test --release -- --ignored known_world`"]
fn in_a_known_world_intervals_cover_the_total_spend() {
    let work = backtest(&["1997-09-30"], 92, &[ModelKind::BgNbd], &[]);
    let (worlds, mut covered, mut bias) = (400, 0, 0.0);
    for world in 0..worlds {
        let judged = work.run(&known_world(world), go_on).unwrap();
        let fold = &judged.folds()[0];
        let values = fold.values(&fold.contenders()[0], Mle::default()).unwrap();
        let total = values.total();
        let interval = total.interval(Probability::new(0.95).unwrap()).expect("interior");
        covered += u64::from(interval.contains(total.actual.amount()));
        bias += total.bias().unwrap().amount() / total.actual.amount() / worlds as f64;
    }
    println!("intervals of 95 % held {covered} of {worlds} totals of spend; mean bias {:.2} %", 100.0 * bias);
    // Three standard errors of 400 draws.
    assert!((0.917..=0.983).contains(&(covered as f64 / worlds as f64)), "{covered} of {worlds}");
}

/// The losses of a fold's values are those of distributions built customer by customer.
#[test]
fn values_of_a_fold_are_those_of_its_customers_and_rules_have_none() {
    let log = cdnow();
    let judged = backtest(&["1997-09-30"], 273, &[ModelKind::BgNbd], &RULES[..1]).run(&log, go_on).unwrap();
    let fold = &judged.folds()[0];
    let values = fold.values(&fold.contenders()[0], Mle::default()).unwrap();
    let split = fold.split();
    let spend = Mle::default().fit::<GammaGamma>(&split.calibration).unwrap();
    let purchases = Mle::default().fit::<BgNbd>(&split.calibration).unwrap();
    let expected: f64 = (0..split.holdout.len())
        .map(|index| {
            let spent = spend.model().forecast(&split.calibration.spend().unwrap()[index]).unwrap();
            let bought = purchases.model().forecast(&split.calibration.purchases()[index]);
            bought.expected_purchases(split.span) * spent.mean().unwrap().amount()
        })
        .sum();
    // What was spent after the cut, first day and all: 244,091.94 of the log less 173,115.55 before.
    let bias = expected - (244_091.94 - 173_115.55);
    assert!((values.assessment().bias().unwrap().amount() - bias).abs() < 1e-6);
    // The errors of both fits, each by the delta method of its own.
    let total = values.total();
    let spent = split.calibration.spend().unwrap();
    let sum = |purchases: &BgNbd, spend: &GammaGamma| -> f64 {
        let of = |(history, spent)| {
            let mean = spend.forecast(spent).unwrap().mean().unwrap().amount();
            purchases.forecast(history).expected_purchases(split.span) * mean
        };
        split.calibration.purchases().iter().zip(spent).map(of).sum()
    };
    let by_purchases = purchases.delta(|model| sum(model, spend.model())).unwrap().standard_error;
    let by_spend = spend.delta(|model| sum(purchases.model(), model)).unwrap().standard_error;
    let error = total.parameters_error.unwrap().amount();
    assert!((error / by_purchases.hypot(by_spend) - 1.0).abs() < 1e-9, "{error} {by_purchases} {by_spend}");
    assert!(by_purchases > 1_000.0 && by_spend > 100.0);
    // What chance leaves open is far less than what was missed, and about a tenth of it in all.
    let interval = total.interval(Probability::new(0.95).unwrap()).unwrap();
    assert!(interval.low < total.expected.amount() && interval.high > total.expected.amount());
    let missing = EvaluationError::NoModel { name: "mean rate of all".into() };
    assert_eq!(fold.values(&fold.contenders()[1], Mle::default()), Err(missing));
}

#[test]
fn the_delta_method_of_a_model_chosen_at_run_time_is_that_of_the_model() {
    let cohort = cdnow().cohort(day("1997-09-30")).unwrap();
    let within = Span::weeks(39.0).unwrap();
    let own = Mle::default().fit::<BgNbd>(&cohort).unwrap();
    let any = ModelKind::BgNbd.fit(Mle::default(), &cohort).unwrap();
    let newcomer = PurchaseHistory::acquired();
    let expected = own.delta(|model| model.forecast(&newcomer).expected_purchases(within)).unwrap();
    assert_eq!(any.delta(|model| model.forecast(&newcomer).expected_purchases(within)), Some(expected));
}
