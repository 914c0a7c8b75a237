//! Intervals, tests of nested models and saved fits.

use customer_value::{
    BgNbd, CountModel, Currency, ExpectedMoney, FirstSeen, GammaGamma, InferenceError, Likelihood, MbgNbd, Mle, Nbd,
    ParetoNbd, Patterns, Probability, PurchaseHistory, Quantity, Seed, Span, SpendHistory, TimeUnit, Verdict,
    lifetime::{Observations, SpendPatterns},
    simulate,
};

use crate::cdnow::{day, log};
use crate::shared::{bg_nbd, cdnow_summary, history, nbd, relative_error};

fn cdnow() -> Patterns {
    (&log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap()).into()
}

fn level(level: f64) -> Probability {
    Probability::new(level).unwrap()
}

/// The 95 % quantile of χ² with one degree of freedom.
const CHI_SQUARED_95: f64 = 3.841_458_820_694_124;
/// The two-sided 95 % quantile of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// Its optimiser stops within 1e-3 standard errors of the optimum.
#[test]
fn errors_and_criteria_of_pareto_nbd_on_cdnow_are_those_of_clvtools() {
    let fit = Mle::default().fit::<ParetoNbd>(cdnow()).unwrap();
    let errors = [0.047_626_4, 0.842_722_2, 0.187_259_4, 6.210_544_8];
    for (estimate, error) in fit.estimates(TimeUnit::Week).iter().zip(errors) {
        assert!(relative_error(estimate.standard_error.unwrap(), error) < 2e-3, "{estimate} {error}");
    }
    assert!((fit.log_likelihood(TimeUnit::Week) + 9_594.976).abs() < 1e-3);
    assert!((fit.aic(TimeUnit::Week) - 19_197.952).abs() < 1e-3);
    assert!((fit.bic(TimeUnit::Week) - 19_221.013).abs() < 1e-3);
}

#[test]
fn wald_intervals_are_normal_in_the_logarithm() {
    let fit = Mle::default().fit::<BgNbd>(cdnow()).unwrap();
    let intervals = fit.wald_intervals(level(0.95), TimeUnit::Week);
    for (estimate, one) in fit.estimates(TimeUnit::Week).iter().zip(&intervals) {
        let width = Z_95 * estimate.standard_error.unwrap() / estimate.value;
        assert!(relative_error(one.interval.low, estimate.value * (-width).exp()) < 1e-13, "{one}");
        assert!(relative_error(one.interval.high, estimate.value * width.exp()) < 1e-13, "{one}");
    }
    // 7 days are a week, at both ends.
    let days = &fit.wald_intervals(level(0.95), TimeUnit::Day)[1];
    assert!(relative_error(days.interval.low, 7.0 * intervals[1].interval.low) < 1e-14);
    assert!(fit.wald_intervals(level(0.0), TimeUnit::Week).iter().all(|one| one.interval.low == one.interval.high));
    let all = fit.wald_intervals(level(1.0), TimeUnit::Week)[0].interval;
    assert_eq!((all.low, all.high), (0.0, f64::INFINITY));
}

/// The largest log-likelihood with some parameters given, by an independent search without derivatives: the simplex of
/// Nelder and Mead in the logarithms of the others, on sums of the public likelihood.
fn brute_force_profile(histories: &[PurchaseHistory], start: [f64; 4], fixed: usize, value: f64) -> f64 {
    let free: Vec<usize> = (0..4).filter(|&index| index != fixed).collect();
    let loss = |at: &[f64]| {
        let mut parameters = start;
        parameters[fixed] = value;
        free.iter().zip(at).for_each(|(&index, at)| parameters[index] = at.exp());
        let model = bg_nbd(parameters);
        -histories.iter().map(|history| model.ln_likelihood(history, TimeUnit::Week)).sum::<f64>()
    };
    let first: Vec<f64> = free.iter().map(|&index| start[index].ln()).collect();
    -nelder_mead(&first, loss)
}

/// The least value that a simplex finds, started twice.
fn nelder_mead(start: &[f64], f: impl Fn(&[f64]) -> f64) -> f64 {
    let mut best = start.to_vec();
    for _ in 0..3 {
        let mut simplex: Vec<(f64, Vec<f64>)> = (0..=best.len())
            .map(|corner| {
                let mut at = best.clone();
                if corner > 0 {
                    at[corner - 1] += 0.1;
                }
                (f(&at), at)
            })
            .collect();
        for _ in 0..400 {
            simplex.sort_by(|one, other| one.0.total_cmp(&other.0));
            let (worst, rest) = simplex.split_last().unwrap();
            let mean: Vec<f64> =
                (0..best.len()).map(|i| rest.iter().map(|one| one.1[i]).sum::<f64>() / rest.len() as f64).collect();
            let moved = |by: f64| {
                let at: Vec<f64> = mean.iter().zip(&worst.1).map(|(mean, worst)| mean + by * (mean - worst)).collect();
                (f(&at), at)
            };
            let reflected = moved(1.0);
            let next = if reflected.0 < simplex[0].0 {
                let further = moved(2.0);
                if further.0 < reflected.0 { further } else { reflected }
            } else if reflected.0 < rest.last().unwrap().0 {
                reflected
            } else {
                moved(if reflected.0 < worst.0 { 0.5 } else { -0.5 })
            };
            if next.0 < worst.0 {
                *simplex.last_mut().unwrap() = next;
            } else {
                let top = simplex[0].1.clone();
                for one in &mut simplex[1..] {
                    let at: Vec<f64> = one.1.iter().zip(&top).map(|(at, top)| 0.5 * (at + top)).collect();
                    *one = (f(&at), at);
                }
            }
        }
        simplex.sort_by(|one, other| one.0.total_cmp(&other.0));
        best.clone_from(&simplex[0].1);
    }
    f(&best)
}

#[test]
fn at_the_ends_of_a_profile_interval_a_search_without_derivatives_finds_the_quantile() {
    let truth = [0.6, 5.0, 0.9, 2.2];
    let histories = simulate(&bg_nbd(truth), Span::weeks(60.0).unwrap(), 250, Seed::new(5));
    let data = Patterns::from(&histories);
    let fit = Mle::default().fit::<BgNbd>(data.clone()).unwrap();
    let estimates: Vec<f64> = fit.estimates(TimeUnit::Week).iter().map(|estimate| estimate.value).collect();
    let top = fit.log_likelihood(TimeUnit::Week);
    for (index, one) in
        Mle::default().profiles(&fit, &data, level(0.95), TimeUnit::Week).unwrap().into_iter().enumerate()
    {
        for end in [one.interval.low, one.interval.high].into_iter().filter(|end| *end > 0.0 && end.is_finite()) {
            let start = [estimates[0], estimates[1], estimates[2], estimates[3]];
            let deviance = 2.0 * (top - brute_force_profile(&histories, start, index, end));
            assert!((deviance - CHI_SQUARED_95).abs() < 1e-5, "{one}: {deviance} at {end}");
            let quantity = Quantity::Parameter(one.name.clone());
            let own = Mle::default().deviance(&fit, &data, quantity, end, TimeUnit::Week).unwrap();
            assert!((own - CHI_SQUARED_95).abs() < 1e-7, "{one}: {own} at {end}");
        }
        assert!(one.interval.contains(one.value), "{one}");
    }
}

#[test]
fn profile_intervals_of_many_customers_are_those_of_wald() {
    let histories = simulate(&bg_nbd([0.6, 5.0, 0.9, 2.2]), Span::weeks(104.0).unwrap(), 30_000, Seed::new(9));
    let data = Patterns::from(&histories);
    let fit = Mle::default().fit::<BgNbd>(data.clone()).unwrap();
    let profiles = Mle::default().profiles(&fit, &data, level(0.95), TimeUnit::Week).unwrap();
    for (wald, profile) in fit.wald_intervals(level(0.95), TimeUnit::Week).iter().zip(&profiles) {
        let width = wald.interval.high - wald.interval.low;
        assert!((wald.interval.low - profile.interval.low).abs() < 0.03 * width, "{wald} {profile}");
        assert!((wald.interval.high - profile.interval.high).abs() < 0.03 * width, "{wald} {profile}");
    }
    // The mean rate, by its profile and by the delta method.
    let rate = Quantity::ratio("r", "alpha");
    let profile = Mle::default().profile(&fit, &data, rate, level(0.95), TimeUnit::Week).unwrap();
    let delta = fit.delta(|model| model.params().r / model.params().alpha.as_weeks()).unwrap();
    let wald = delta.positive_interval(level(0.95)).unwrap();
    assert!(relative_error(profile.low, wald.low) < 1e-3 && relative_error(profile.high, wald.high) < 1e-3);
}

#[test]
fn profiles_of_cdnow_hold_the_estimates_and_close() {
    let data = cdnow();
    let fit = Mle::default().fit::<BgNbd>(data.clone()).unwrap();
    for one in Mle::default().profiles(&fit, &data, level(0.95), TimeUnit::Week).unwrap() {
        assert!(one.interval.low > 0.0 && one.interval.high.is_finite() && one.interval.contains(one.value), "{one}");
    }
    let one = Mle::default().profile(&fit, &data, Quantity::parameter("r"), level(0.0), TimeUnit::Week).unwrap();
    assert!(relative_error(one.low, fit.model().params().r) < 1e-14 && one.low == one.high);
    let all = Mle::default().profile(&fit, &data, Quantity::parameter("b"), level(1.0), TimeUnit::Week).unwrap();
    assert_eq!((all.low, all.high), (0.0, f64::INFINITY));
}

#[test]
fn a_profile_is_refused_for_unknown_names_values_out_of_range_and_other_data() {
    let data = Patterns::from(&simulate(&nbd([0.6, 5.0]), Span::weeks(60.0).unwrap(), 300, Seed::new(5)));
    let fit = Mle::default().fit::<Nbd>(data.clone()).unwrap();
    let profile = |quantity, data: &Patterns| {
        Mle::default().profile(&fit, data, quantity, level(0.95), TimeUnit::Week).unwrap_err().to_string()
    };
    assert_eq!(profile(Quantity::parameter("beta"), &data), "NBD has no parameter \"beta\"");
    assert_eq!(profile(Quantity::ratio("r", "r"), &data), "NBD has no parameter \"r\"");
    let other = Patterns::from(&simulate(&nbd([0.6, 5.0]), Span::weeks(60.0).unwrap(), 300, Seed::new(6)));
    assert!(profile(Quantity::parameter("r"), &other).starts_with("data have the fingerprint "));
    let refused = Mle::default().deviance(&fit, &data, Quantity::parameter("r"), 1e9, TimeUnit::Week);
    assert!(matches!(refused, Err(InferenceError::OutOfRange { .. })), "{refused:?}");
    let nan = Mle::default().deviance(&fit, &data, Quantity::parameter("r"), f64::NAN, TimeUnit::Week);
    assert!(matches!(nan, Err(InferenceError::OutOfRange { .. })), "{nan:?}");
    assert!(matches!(fit.check(&other), Err(InferenceError::OtherData { .. })));
    assert!(Mle::default().bootstrap(&fit, &other, 2, Seed::new(1)).is_err());
}

#[test]
fn the_delta_error_of_a_parameter_is_its_own_and_of_a_share_the_analytic_one() {
    let fit = Mle::default().fit::<BgNbd>(cdnow()).unwrap();
    let estimates = fit.estimates(TimeUnit::Day);
    let parameters: [fn(&BgNbd) -> f64; 4] = [
        |model| model.params().r,
        |model| model.params().alpha.as_days(),
        |model| model.params().a,
        |model| model.params().b,
    ];
    for (estimate, parameter) in estimates.iter().zip(parameters) {
        let own = fit.delta(parameter).unwrap();
        assert_eq!(own.value, estimate.value);
        assert!(relative_error(own.standard_error, estimate.standard_error.unwrap()) < 1e-11, "{estimate} {own:?}");
    }
    // d[a/(a+b)] = (b da − a db)/(a+b)².
    let covariance = fit.covariance(TimeUnit::Day).unwrap();
    let (a, b) = (estimates[2].value, estimates[3].value);
    let square = b * b * covariance[2][2] - 2.0 * a * b * covariance[2][3] + a * a * covariance[3][3];
    let expected = square.sqrt() / (a + b).powi(2);
    let share = fit.delta(|model| model.params().a / (model.params().a + model.params().b)).unwrap();
    assert!(relative_error(share.standard_error, expected) < 1e-10, "{share:?} {expected}");
    let odds = (share.value / (1.0 - share.value)).ln();
    let width = Z_95 * expected / (share.value * (1.0 - share.value));
    let interval = share.probability_interval(level(0.95)).unwrap();
    assert!(relative_error(interval.high, 1.0 / (1.0 + (-odds - width).exp())) < 1e-9, "{interval}");
    assert_eq!(fit.delta(|_| f64::NAN), None);
    assert_eq!(fit.delta(|_| 3.0).unwrap().standard_error, 0.0);
    assert_eq!(fit.delta(|_| -3.0).unwrap().positive_interval(level(0.95)), None);
}

#[test]
fn bootstrap_errors_are_those_of_wald_and_failures_are_counted() {
    let histories = simulate(&bg_nbd([0.6, 5.0, 0.9, 2.2]), Span::weeks(104.0).unwrap(), 2_000, Seed::new(9));
    let data = Patterns::from(&histories);
    let fit = Mle::default().fit::<BgNbd>(data.clone()).unwrap();
    let bootstrap = Mle::default().bootstrap(&fit, &data, 150, Seed::new(2)).unwrap();
    assert_eq!((bootstrap.models().len(), bootstrap.failures()), (150, 0));
    // The relative error of a standard error from 150 replicates is 6 %; four of them are 24 %.
    let rate = |model: &BgNbd| (model.params().r / model.params().alpha.as_weeks()).ln();
    let ratio = bootstrap.standard_error(rate).unwrap() / fit.delta(rate).unwrap().standard_error;
    assert!((0.76..1.24).contains(&ratio), "{ratio}");
    let shape = |model: &BgNbd| model.params().r.ln();
    let ratio = bootstrap.standard_error(shape).unwrap() / fit.delta(shape).unwrap().standard_error;
    assert!((0.76..1.24).contains(&ratio), "{ratio}");
    let (narrow, wide) =
        (bootstrap.interval(level(0.5), rate).unwrap(), bootstrap.interval(level(0.95), rate).unwrap());
    assert!(wide.low < narrow.low && narrow.high < wide.high && narrow.low < narrow.high);
    assert_eq!(bootstrap.interval(level(0.5), |_| f64::NAN), None);
    // Of five customers of whom one came back once, often none does.
    let few = Patterns::from_counts([(history(0, 0.0, 5.0), 4), (history(1, 2.0, 5.0), 1)]);
    let fit = Mle::default().fit::<Nbd>(few.clone()).unwrap();
    let bootstrap = Mle::default().bootstrap(&fit, &few, 100, Seed::new(1)).unwrap();
    assert!((10..90).contains(&bootstrap.failures()), "{}", bootstrap.failures());
    assert_eq!(bootstrap.models().len() + bootstrap.failures() as usize, 100);
    assert!(bootstrap.at_edge() > 0);
}

/// Amounts drawn anew for the same numbers of purchases keep their spread.
#[test]
fn bootstrap_of_spend_has_the_errors_of_wald() {
    let (_, spend): (Vec<PurchaseHistory>, Vec<SpendHistory>) = cdnow_summary().into_iter().unzip();
    let data = SpendPatterns::from(&spend);
    let fit = Mle::default().fit::<GammaGamma>(data.clone()).unwrap();
    let bootstrap = Mle::default().bootstrap(&fit, &data, 150, Seed::new(3)).unwrap();
    assert_eq!(bootstrap.failures(), 0);
    let mean = |model: &GammaGamma| model.newcomer().mean().map_or(f64::NAN, ExpectedMoney::amount);
    let ratio = bootstrap.standard_error(mean).unwrap() / fit.delta(mean).unwrap().standard_error;
    assert!((0.76..1.24).contains(&ratio), "{ratio}");
}

#[cfg(feature = "rayon")]
#[test]
fn bootstrap_and_profiles_are_the_same_for_any_number_of_threads() {
    let data = Patterns::from(&simulate(&bg_nbd([0.6, 5.0, 0.9, 2.2]), Span::weeks(60.0).unwrap(), 500, Seed::new(5)));
    let answer = |threads: usize, replicates: u32| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let fit = Mle::default().fit::<BgNbd>(data.clone()).unwrap();
            let profiles = Mle::default().profiles(&fit, &data, level(0.9), TimeUnit::Day).unwrap();
            (profiles, Mle::default().bootstrap(&fit, &data, replicates, Seed::new(7)).unwrap(), fit.fingerprint())
        })
    };
    let one = answer(1, 12);
    assert_eq!(one, answer(2, 12));
    assert_eq!(one, answer(3, 12));
    assert_eq!(one.1.models()[..5], *answer(2, 5).1.models());
}

#[test]
fn the_likelihood_ratio_of_bg_nbd_and_nbd_on_cdnow_is_that_of_the_published_likelihoods() {
    let data = cdnow();
    let small = Mle::default().fit::<Nbd>(data.clone()).unwrap();
    let large = Mle::default().fit::<BgNbd>(data.clone()).unwrap();
    let ratio = large.likelihood_ratio(&small).unwrap();
    assert!((ratio.statistic - 2.0 * (9_763.657_614_67 - 9_582.429_207)).abs() < 1e-5, "{ratio:?}");
    assert_eq!((ratio.degrees_of_freedom, ratio.at_the_edge), (2, true));
    // With two degrees of freedom the tail is e^(−x/2).
    assert!(relative_error(ratio.p_value.get(), (-0.5 * ratio.statistic).exp()) < 1e-12);
    let pareto = Mle::default().fit::<ParetoNbd>(data).unwrap().likelihood_ratio(&small).unwrap();
    assert!((pareto.statistic - 2.0 * (9_763.657_615 - 9_594.976)).abs() < 2e-3, "{pareto:?}");
}

/// How often the statistic is positive, and p below 0.05, in cohorts in which nobody leaves.
fn rejections<M: customer_value::Extends<Nbd> + Likelihood<Data = Patterns>>(cohorts: u64, customers: u32) -> [u32; 2] {
    let mut counts = [0; 2];
    for seed in 0..cohorts {
        let data = Patterns::from(&simulate(&nbd([0.8, 6.0]), Span::weeks(60.0).unwrap(), customers, Seed::new(seed)));
        let small = Mle::default().fit::<Nbd>(data.clone()).unwrap();
        let ratio = Mle::default().fit::<M>(data).unwrap().likelihood_ratio(&small).unwrap();
        counts[0] += u32::from(ratio.statistic > 1e-3);
        counts[1] += u32::from(ratio.p_value.get() < 0.05);
    }
    counts
}

#[test]
fn where_nobody_leaves_larger_models_are_no_less_likely_and_small_p_values_rare() {
    let rejected = [rejections::<BgNbd>(12, 300), rejections::<MbgNbd>(12, 300), rejections::<ParetoNbd>(6, 300)];
    assert!(rejected.iter().all(|&[_, rejected]| rejected <= 2), "{rejected:?}");
}

#[test]
#[ignore = "a thousand fits"]
fn p_values_at_the_edge_are_upper_bounds() {
    for (name, [positive, rejected]) in [
        ("BG/NBD", rejections::<BgNbd>(1_000, 1_000)),
        ("MBG/NBD", rejections::<MbgNbd>(1_000, 1_000)),
        ("Pareto/NBD", rejections::<ParetoNbd>(400, 1_000)),
    ] {
        println!("{name}: statistic positive in {positive}, p below 0.05 in {rejected}");
        assert!(rejected <= 65, "{name}: {rejected}");
    }
}

#[test]
fn fits_of_different_data_are_not_compared_and_a_missed_maximum_is_reported() {
    let histories = simulate(&bg_nbd([0.6, 5.0, 0.9, 2.2]), Span::weeks(60.0).unwrap(), 500, Seed::new(5));
    let large = Mle::default().fit::<BgNbd>(&histories).unwrap();
    let other = Mle::default().fit::<Nbd>(&histories[1..]).unwrap();
    assert!(matches!(large.likelihood_ratio(&other), Err(InferenceError::OtherData { .. })));
    #[cfg(feature = "serde")]
    {
        let small = Mle::default().fit::<Nbd>(&histories).unwrap();
        let mut json = serde_json::to_value(&large).unwrap();
        json["log_likelihood"] = (small.log_likelihood(TimeUnit::Day) - 1.0).into();
        let missed = serde_json::from_value::<customer_value::Fit<BgNbd>>(json).unwrap();
        let message = missed.likelihood_ratio(&small).unwrap_err().to_string();
        assert!(message.starts_with("BG/NBD contains NBD, yet its log-likelihood is lower by "), "{message}");
        // The same fit with a likelihood below its own maximum: the profile finds better.
        let data = Patterns::from(&histories);
        let found = Mle::default().profile(&missed, &data, Quantity::parameter("r"), level(0.95), TimeUnit::Day);
        assert!(matches!(found, Err(InferenceError::NotTheMaximum { .. })), "{found:?}");
    }
}

#[test]
fn fingerprints_tell_customers_counts_kinds_and_currencies_apart_but_not_order() {
    let histories = simulate(&nbd([0.6, 5.0]), Span::weeks(60.0).unwrap(), 5_000, Seed::new(5));
    let of = |histories: &[PurchaseHistory]| Patterns::from(histories).fingerprint();
    let reversed: Vec<_> = histories.iter().rev().copied().collect();
    assert_eq!(of(&histories), of(&reversed));
    let mut seen: Vec<_> = (0..300).map(|end| of(&histories[..histories.len() - end])).collect();
    // Whole days, whose doubles end in zeros.
    let days = |repeats, recency, age| {
        PurchaseHistory::new(repeats, Span::whole_days(recency), Span::whole_days(age)).unwrap()
    };
    for age in 1..40 {
        seen.extend((1..=age).map(|recency| of(&[days(1, recency, age)])));
        seen.extend((1..=age).map(|recency| of(&[days(1, recency, age), days(2, recency, age)])));
        seen.push(Patterns::from_counts([(days(0, 0, age), 2)]).fingerprint());
        seen.push(Patterns::from_counts([(days(0, 0, age), 1)]).fingerprint());
    }
    let spend = |amount, currency| {
        let total = customer_value::Money::from_minor(amount, currency);
        SpendPatterns::from(&[SpendHistory::new(2, total).unwrap()][..]).fingerprint()
    };
    seen.extend([spend(100, Currency::USD), spend(100, Currency::EUR), spend(200, Currency::USD), of(&[])]);
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
    // The same on every platform, for ever: saved fits know their data by it.
    assert_eq!(of(&[days(2, 213, 272), days(0, 0, 272)]).to_string(), "9ebb0906aa8e69dd");
    assert!("0123".parse::<customer_value::lifetime::Fingerprint>().is_err());
    assert!("+123456789abcdef".parse::<customer_value::lifetime::Fingerprint>().is_err());
}

#[test]
fn a_limit_is_named_and_what_it_keeps_has_the_errors_of_the_smaller_model() {
    let histories = simulate(&nbd([0.8, 6.0]), Span::whole_days(400), 3_000, Seed::new(4));
    let nbd = Mle::default().fit::<Nbd>(&histories).unwrap();
    let bg = Mle::default().fit::<BgNbd>(&histories).unwrap();
    let Verdict::Boundary { limit, .. } = bg.certificate().verdict else { panic!("{:?}", bg.certificate()) };
    assert_eq!(limit, Some("NBD (nobody leaves)"));
    let (own, other) = (bg.estimates(TimeUnit::Week), nbd.estimates(TimeUnit::Week));
    for index in 0..2 {
        let (own, other) = (own[index].standard_error.unwrap(), other[index].standard_error.unwrap());
        assert!(relative_error(own, other) < 1e-2, "{own} {other}");
    }
    assert!(own[2].standard_error.is_none() && own[3].standard_error.is_none());
    assert_eq!(bg.ln_covariance(), None);
    let intervals = bg.wald_intervals(level(0.95), TimeUnit::Week);
    assert_eq!((intervals[2].interval.low, intervals[2].interval.high), (0.0, f64::INFINITY));
    // What follows from the limit has an error; there it is that of the smaller model.
    let year = Span::weeks(52.0).unwrap();
    let large = bg.delta(|model| model.forecast(&PurchaseHistory::acquired()).expected_purchases(year)).unwrap();
    let small = nbd.delta(|model| model.forecast(&PurchaseHistory::acquired()).expected_purchases(year)).unwrap();
    assert!(relative_error(large.standard_error, small.standard_error) < 1e-2, "{large:?} {small:?}");
    // A profile follows the likelihood to where the data set a limit.
    let data = Patterns::from(&histories);
    let share = Mle::default().profile(&bg, &data, Quantity::ratio("a", "b"), level(0.95), TimeUnit::Week).unwrap();
    assert!(share.low == 0.0 && share.high < 0.05, "{share}");
}

#[test]
fn degenerate_customers_have_no_false_errors_and_panic_nowhere() {
    let cases = [
        ("one customer", vec![(history(3, 8.0, 10.0), 1)]),
        ("one customer who bought once again", vec![(history(1, 1.0, 10.0), 1)]),
        ("one who came back among many", vec![(history(0, 0.0, 10.0), 99), (history(1, 2.0, 10.0), 1)]),
        ("all bought the same", vec![(history(4, 9.0, 10.0), 50)]),
        (
            "no visible churn",
            vec![(history(4, 10.0, 10.0), 20), (history(9, 10.0, 10.0), 20), (history(1, 10.0, 10.0), 20)],
        ),
        ("all left at once", vec![(history(0, 0.0, 100.0), 50), (history(1, 0.1, 100.0), 50)]),
    ];
    for (name, counts) in cases {
        let data = Patterns::from_counts(counts);
        check_degenerate::<Nbd>(name, &data);
        check_degenerate::<BgNbd>(name, &data);
        check_degenerate::<MbgNbd>(name, &data);
        check_degenerate::<ParetoNbd>(name, &data);
    }
    let none = Patterns::from_counts([(history(0, 0.0, 10.0), 50)]);
    assert!(Mle::default().fit::<BgNbd>(none.clone()).is_err());
    assert!(Mle::default().fit::<Nbd>(none).is_err());
}

/// Every error that is given is that of the curvature, and no profile is narrower than the Wald interval by more than a
/// factor of three at either end.
fn check_degenerate<M: Likelihood<Data = Patterns>>(name: &str, data: &Patterns) {
    let Ok(fit) = Mle::default().fit::<M>(data.clone()) else { return };
    let case = format!("{name}, {}: {:?}", fit.name(), fit.certificate());
    let interior = fit.certificate().verdict == Verdict::Interior;
    assert_eq!(fit.ln_covariance().is_some(), interior, "{case}");
    let held = match &fit.certificate().verdict {
        Verdict::Boundary { parameters, .. } => parameters.clone(),
        _ => Vec::new(),
    };
    for estimate in fit.estimates(TimeUnit::Week) {
        assert!(estimate.standard_error.is_none_or(|error| error.is_finite() && error > 0.0), "{case}: {estimate}");
        assert!(estimate.standard_error.is_none() || !held.contains(&estimate.name), "{case}: {estimate}");
    }
    if fit.certificate().verdict == Verdict::FlatRidge {
        assert!(fit.estimates(TimeUnit::Week).iter().all(|one| one.standard_error.is_none()), "{case}");
    }
    let profiles = Mle::default().profiles(&fit, data, level(0.95), TimeUnit::Week);
    for one in profiles.unwrap_or_else(|error| panic!("{case}: {error}")) {
        assert!(one.interval.low <= one.value && one.value <= one.interval.high, "{case}: {one}");
    }
    let bootstrap = Mle::default().bootstrap(&fit, data, 5, Seed::new(1)).unwrap();
    assert_eq!(bootstrap.models().len() + bootstrap.failures() as usize, 5, "{case}");
}

#[cfg(feature = "serde")]
mod saved {
    use customer_value::{AnyModel, Fit, ModelKind};
    use serde::{Serialize, de::DeserializeOwned};

    use super::*;

    fn assert_round_trip<M: Likelihood + Serialize + DeserializeOwned>(data: &M::Data, fit: &Fit<M>) {
        let text = serde_json::to_string(fit).unwrap();
        // A fifth parameter has five covariances, an eigenvalue and a value more: 20 characters each.
        assert!(text.len() < 850, "{} bytes: {text}", text.len());
        let read: Fit<M> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, *fit, "{text}");
        read.check(data).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    fn saved<M: Likelihood<Data = Patterns> + Serialize + DeserializeOwned>(data: &Patterns) {
        assert_round_trip(data, &Mle::default().fit::<M>(data.clone()).unwrap());
    }

    #[test]
    fn a_fit_survives_json_to_the_last_bit_in_less_than_a_kilobyte() {
        let at_edge = simulate(&nbd([0.8, 6.0]), Span::whole_days(400), 3_000, Seed::new(4));
        for data in [cdnow(), Patterns::from(&at_edge), Patterns::from_counts([(history(3, 8.0, 10.0), 1)])] {
            saved::<Nbd>(&data);
            saved::<BgNbd>(&data);
            saved::<MbgNbd>(&data);
            saved::<ParetoNbd>(&data);
        }
        let (_, spend): (Vec<PurchaseHistory>, Vec<SpendHistory>) = cdnow_summary().into_iter().unzip();
        let data = SpendPatterns::from(&spend);
        assert_round_trip(&data, &Mle::default().fit::<GammaGamma>(data.clone()).unwrap());
    }

    /// Which model it is stands in the file.
    #[test]
    fn a_fit_chosen_at_run_time_survives_json_and_knows_its_model() {
        let cohort = log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
        let kinds = [
            ModelKind::Nbd,
            ModelKind::BgNbd,
            ModelKind::MbgCnbd(2),
            ModelKind::ParetoNbd,
            ModelKind::CorrelatedParetoNbd,
        ];
        for kind in kinds {
            let fit = kind.fit(Mle::default(), &cohort).unwrap();
            let text = serde_json::to_string(&fit).unwrap();
            let read: Fit<AnyModel> = serde_json::from_str(&text).unwrap();
            assert_eq!(read, fit, "{text}");
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        let text = serde_json::to_string(&ModelKind::Nbd.fit(Mle::default(), &cohort).unwrap()).unwrap();
        for (from, to, expected) in [
            ("\"model\":\"NBD\"", "\"model\":\"BG/NBD\"", "a fit of BG/NBD, expected NBD"),
            ("{\"Nbd\":", "{\"Bg\":", "unknown variant `Bg`"),
            ("\"r\":", "\"r\":-", "NBD parameter r is -"),
        ] {
            let message = serde_json::from_str::<Fit<AnyModel>>(&text.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn a_tampered_fit_is_not_read() {
        let fit = Mle::default().fit::<BgNbd>(cdnow()).unwrap();
        let json = serde_json::to_value(&fit).unwrap();
        let refused = |path: &str, value: serde_json::Value| {
            let mut json = json.clone();
            *json.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value;
            serde_json::from_value::<Fit<BgNbd>>(json).unwrap_err().to_string()
        };
        let mut short = json["covariance"].clone();
        short.as_array_mut().unwrap().pop();
        let mut indefinite = json["covariance"].clone();
        indefinite[0] = (-1.0).into();
        for (path, value, expected) in [
            ("/format", 2.into(), "a fit in format 2, expected 1"),
            ("/model", "NBD".into(), "a fit of NBD, expected BG/NBD"),
            ("/parameters/r", (-1.0).into(), "BG/NBD parameter r is -1, expected a number from 1e-6 to 1e6"),
            ("/log_likelihood", serde_json::Value::Null, "invalid type: null"),
            ("/customers", 0.into(), "a fit to no customers"),
            ("/covariance", short, "a covariance of 9 numbers for 4 parameters"),
            ("/covariance", indefinite, "a covariance that is not positive definite"),
            ("/certificate/gradient", (-1.0).into(), "gradient -1, expected a finite number from 0 up"),
            ("/certificate/information", vec![1.0].into(), "information [1.0], expected 4 ascending numbers"),
            (
                "/certificate/verdict",
                serde_json::json!({"Boundary": {"parameters": ["c"], "limit": null}}),
                "[\"c\"] at the edge, expected parameters of BG/NBD",
            ),
            ("/fingerprint", "xyz".into(), "a fingerprint is \"xyz\", expected 16 hexadecimal digits"),
        ] {
            let message = refused(path, value);
            assert!(message.contains(expected), "{path}: {message}");
        }
        let message = serde_json::from_value::<Fit<MbgNbd>>(json).unwrap_err().to_string();
        assert!(message.contains("a fit of BG/NBD, expected MBG/NBD"), "{message}");
    }

    #[test]
    fn a_fit_mapped_to_another_type_keeps_what_it_knows() {
        #[derive(Debug, Clone, PartialEq)]
        enum Any {
            Bg(BgNbd),
        }
        let fit = Mle::default().fit::<BgNbd>(cdnow()).unwrap();
        let mapped = fit.clone().map(Any::Bg);
        assert_eq!(*mapped.model(), Any::Bg(*fit.model()));
        assert_eq!(mapped.estimates(TimeUnit::Week), fit.estimates(TimeUnit::Week));
        let level = level(0.9);
        assert_eq!(mapped.wald_intervals(level, TimeUnit::Week), fit.wald_intervals(level, TimeUnit::Week));
        assert_eq!((mapped.name(), mapped.fingerprint()), ("BG/NBD", fit.fingerprint()));
    }
}
