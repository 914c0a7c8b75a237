//! Pareto/NBD with covariates that change: laws, derivatives, simulated worlds, what-ifs, bad courses.

use customer_value::covariates::{
    Course, CourseError, Courses, Covariates, DesignError, Driver, DynamicParetoNbd, Effects, OverTime,
};
use customer_value::evaluate::CountDistribution;
use customer_value::lifetime::{DataError, Likelihood, Observations};
use customer_value::{
    CountModel, DiscountRate, FitError, Horizon, Mle, ParetoNbd, ParetoNbdParams, PurchaseHistory, PurchaseTimes, Seed,
    Span, TimeUnit, simulate,
};
use proptest::prelude::*;

use crate::shared::relative_error;

pub fn weeks(weeks: f64) -> Span {
    Span::weeks(weeks).unwrap()
}

fn pareto(alpha: f64, beta: f64) -> ParetoNbd {
    ParetoNbd::new(ParetoNbdParams { r: 0.8, alpha: weeks(alpha), s: 0.7, beta: weeks(beta) }).unwrap()
}

pub fn course(pieces: &[(f64, f64)]) -> Course {
    Course::new(pieces.iter().map(|&(start, z)| (weeks(start), vec![z])), Horizon::Lifetime).unwrap()
}

pub fn effects() -> Effects {
    Effects::new().of(Driver::Purchase, ["z"]).of(Driver::Dropout, ["z"])
}

/// Covariates measured from zero.
fn centred() -> Courses {
    Courses::new(["z"], [course(&[(0.0, 1.0)]), course(&[(0.0, -1.0)])]).unwrap()
}

fn model(base: ParetoNbd, [purchase, dropout]: [f64; 2]) -> DynamicParetoNbd {
    DynamicParetoNbd::new(base, centred().coding(), &effects(), &[purchase, dropout]).unwrap()
}

pub fn times(repeats: &[f64], age: f64) -> PurchaseTimes {
    PurchaseTimes::new(repeats.iter().copied().map(weeks).collect::<Vec<_>>(), weeks(age)).unwrap()
}

#[test]
fn covariates_that_never_change_are_static_ones() {
    let base = pareto(8.0, 10.0);
    let dynamic = model(base, [0.4, -0.7]);
    let plain = Covariates::new(base, centred().coding(), &effects(), &[0.4, -0.7]).unwrap();
    for z in [0.0, 1.3, -2.0] {
        let at = plain.at(&centred().coding().coded_row(&[z]).unwrap()).unwrap();
        // The same covariate, said in one piece and in four.
        for pieces in [vec![(0.0, z)], vec![(0.0, z), (3.0, z), (20.0, z), (45.0, z)]] {
            let course = course(&pieces);
            for (repeats, age) in [(vec![], 40.0), (vec![3.0, 9.5], 40.0), (vec![2.0, 20.0, 39.0], 39.0), (vec![], 0.0)]
            {
                let times = times(&repeats, age);
                let own = dynamic.ln_likelihood(&(course.clone(), times.clone()), TimeUnit::Week);
                let expected = at.ln_likelihood(&times.history(), TimeUnit::Week);
                assert!((own - expected).abs() < 1e-12 * expected.abs().max(1.0), "{z} {repeats:?}: {own} {expected}");
                let future = dynamic.future(&times.history(), &course, Horizon::Lifetime).unwrap();
                let (own, expected) = (future.forecast(), at.forecast(&times.history()));
                let rate = DiscountRate::effective_annual(0.12).unwrap();
                let numbers = [
                    [own.expected_purchases(weeks(30.0)), expected.expected_purchases(weeks(30.0))],
                    [own.probability_active(weeks(30.0)).get(), expected.probability_active(weeks(30.0)).get()],
                    [own.probability_alive_after(weeks(9.0)).get(), expected.probability_alive_after(weeks(9.0)).get()],
                    [own.probability_of(0, weeks(30.0)).get(), expected.probability_of(0, weeks(30.0)).get()],
                    [own.probability_of(3, weeks(30.0)).get(), expected.probability_of(3, weeks(30.0)).get()],
                    [
                        own.probability_between(1, weeks(6.0), weeks(30.0)).get(),
                        expected.probability_between(1, weeks(6.0), weeks(30.0)).get(),
                    ],
                    [
                        own.discounted_purchases(Horizon::Lifetime, rate).unwrap(),
                        expected.discounted_purchases(Horizon::Lifetime, rate).unwrap(),
                    ],
                    [own.mean_rate(TimeUnit::Week), expected.mean_rate(TimeUnit::Week)],
                ];
                for [own, expected] in numbers {
                    assert!(relative_error(own, expected) < 1e-10, "{z} {repeats:?}: {own} {expected}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Counts are a distribution whose mean is what is expected; spans that adjoin add up; no horizon exceeds a longer one.
    #[test]
    fn counts_under_changing_covariates_are_a_distribution(
        z in prop::array::uniform4(-1.5..1.5_f64), breaks in prop::array::uniform3(0.1..30.0_f64),
        gamma in prop::array::uniform2(-1.0..1.0_f64), repeats in 0_usize..6, age in 1.0..40.0_f64, t in 0.5..30.0_f64,
    ) {
        let starts = [0.0, breaks[0], breaks[0] + breaks[1], breaks[0] + breaks[1] + breaks[2]];
        let pieces: Vec<_> = starts.into_iter().zip(z).collect();
        let repeats: Vec<f64> = (0..repeats).map(|i| age * (i + 1) as f64 / 7.0).collect();
        let future = model(pareto(8.0, 10.0), gamma);
        let future = future.future(&times(&repeats, age).history(), &course(&pieces), Horizon::Lifetime).unwrap();
        let forecast = future.forecast();
        let probability = |n: u32| forecast.probability_of(n, weeks(t)).get();
        let (mut sum, mut mean) = (0.0, 0.0);
        for n in 0..2_000 {
            let p = probability(n);
            (sum, mean) = (sum + p, mean + f64::from(n) * p);
            if n > 20 && p < 1e-14 { break; }
        }
        prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        prop_assert!(relative_error(mean, forecast.expected_purchases(weeks(t))) < 1e-7, "{mean}");
        prop_assert!((forecast.probability_active(weeks(t)).get() - (1.0 - probability(0))).abs() < 1e-10);
        let rate = DiscountRate::effective_annual(0.1).unwrap();
        let until = |t: f64| forecast.discounted_purchases(Horizon::Within(weeks(t)), rate).unwrap();
        prop_assert!(until(t) <= forecast.expected_purchases(weeks(t)) && until(t) < until(t + 1.0));
        prop_assert!(until(1e4) <= forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap() * (1.0 + 1e-12));
        let between = |n| forecast.probability_between(n, weeks(0.4 * t), weeks(t)).get();
        let tail: f64 = (0..400).map(between).sum();
        prop_assert!((tail - 1.0).abs() < 1e-8, "{tail}");
    }

    /// Derivatives against differences of sixth order of values that fifty digits have pinned.
    #[test]
    fn derivatives_over_time_agree_with_differences(
        z in prop::array::uniform4(-1.5..1.5_f64), gamma in prop::array::uniform2(-1.0..1.0_f64), repeats in 0_usize..5,
        age in 5.0..40.0_f64, r in 0.1..4.0_f64, s in 0.1..4.0_f64,
    ) {
        let starts = [0.0, 0.2 * age, 0.5 * age, 0.9 * age];
        let path = course(&starts.into_iter().zip(z).collect::<Vec<_>>());
        let repeats: Vec<f64> = (0..repeats).map(|i| 0.6 * age * (i + 1) as f64 / 5.0).collect();
        let courses = Courses::new(["z"], [path, course(&[(0.0, 1.0)]), course(&[(0.0, -1.0)])]).unwrap();
        let purchases = [times(&repeats, age), times(&[], age), times(&[1.0], age)];
        let data = OverTime::new(&courses, &effects().ridge(0.5), &purchases).unwrap();
        let inner = [r.ln(), 4.0, s.ln(), 4.3, gamma[0], gamma[1]];
        let at = |inner: &[f64; 6]| DynamicParetoNbd::objective(&inner.map(f64::exp), &data);
        let jet = at(&inner);
        for i in 0..6 {
            let moved = |steps: f64| { let mut to = inner; to[i] += steps * 0.01; at(&to) };
            let ahead: Vec<_> = [3.0, 2.0, 1.0, -1.0, -2.0, -3.0].into_iter().map(moved).collect();
            let slope = |f: &dyn Fn(usize) -> f64| {
                ((f(0) - f(5)) - 9.0 * (f(1) - f(4)) + 45.0 * (f(2) - f(3))) / 0.6
            };
            let expected = slope(&|at| ahead[at].value);
            prop_assert!((jet.gradient[i] - expected).abs() < 1e-8 * expected.abs().max(1.0), "{i}: {} {expected}", jet.gradient[i]);
            for j in 0..6 {
                let expected = slope(&|at| ahead[at].gradient[j]);
                let own = jet.hessian[i * 6 + j];
                prop_assert!((own - expected).abs() < 1e-8 * expected.abs().max(1.0), "{i},{j}: {own} {expected}");
            }
        }
    }
}

/// Numbers between 0 and 1.
pub fn uniforms(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }
}

/// A world drawn by hand: seasons of thirteen weeks, in the second and fourth of which customers buy e^0.7 times as often and
/// leave e^−0.5 times as readily. Customers arrive at different times of the year.
pub fn seasons(customers: u32, seed: u64) -> (Courses, Vec<PurchaseTimes>) {
    let mut uniform = uniforms(seed);
    // Gamma(1, …) rates: exponential.
    let (mut all, mut bought) = (Vec::new(), Vec::new());
    for _ in 0..customers {
        let (lambda, mu) = (-uniform().ln() / 6.0, -uniform().ln() / 60.0);
        let arrival = 13.0 * uniform();
        let pieces: Vec<(f64, f64)> = (0..10)
            .map(|season| ((f64::from(season) * 13.0 - arrival).max(0.0), f64::from(season % 2)))
            .filter(|&(start, z)| start > 0.0 || z == 0.0)
            .collect();
        let (mut now, mut repeats, age) = (0.0, Vec::new(), 104.0);
        // Day by day: each with the chances of its season.
        'life: while now < age {
            let z = ((now + arrival) / 13.0).floor() % 2.0;
            let step = 0.05;
            if uniform() < 1.0 - (-mu * (-0.5 * z).exp() * step).exp() {
                break 'life;
            }
            if uniform() < 1.0 - (-lambda * (0.7 * z).exp() * step).exp() {
                repeats.push(now + step * uniform());
            }
            now += step;
        }
        repeats.retain(|&time| time < age && time > 0.0);
        all.push(course(&pieces));
        bought.push(times(&repeats, age));
    }
    (Courses::new(["z"], all).unwrap(), bought)
}

#[test]
fn a_fit_over_time_finds_what_seasons_do_and_beats_the_plain_model() {
    let (courses, purchases) = seasons(600, 1);
    let data = OverTime::new(&courses, &effects(), &purchases).unwrap();
    let mle = Mle::default();
    let fit = mle.fit::<DynamicParetoNbd>(data.clone()).unwrap();
    assert!(fit.is_interior(), "{:?}", fit.certificate());
    let estimates = fit.estimates(TimeUnit::Week);
    for (estimate, truth) in estimates[4..].iter().zip([0.7, -0.5]) {
        assert!((estimate.value - truth).abs() < 3.5 * estimate.standard_error.unwrap(), "{estimate} {truth}");
    }
    let plain = mle.fit::<ParetoNbd>(data.without().clone()).unwrap();
    let test = data.likelihood_ratio(&fit, &plain).unwrap();
    assert!(test.statistic > 50.0 && test.degrees_of_freedom == 2, "{test:?}");
    let by_customer: f64 = courses
        .courses()
        .iter()
        .zip(&purchases)
        .map(|(course, times)| fit.model().ln_likelihood(&(course.clone(), times.clone()), TimeUnit::Day))
        .sum();
    assert!(relative_error(fit.log_likelihood(TimeUnit::Day), by_customer) < 1e-12);
    // What is drawn from the model is like the data: the truth is found again.
    let bootstrap = mle.bootstrap(&fit, &data, 12, Seed::new(3)).unwrap();
    let coefficient = |model: &DynamicParetoNbd| model.coefficients().next().unwrap().1;
    let mean: f64 = bootstrap.models().iter().map(coefficient).sum::<f64>() / 12.0;
    assert_eq!(bootstrap.failures(), 0);
    assert!((mean - estimates[4].value).abs() < 1.5 * estimates[4].standard_error.unwrap(), "{mean}");
    let spread = bootstrap.standard_error(coefficient).unwrap() / estimates[4].standard_error.unwrap();
    assert!((0.4..1.9).contains(&spread), "{spread}");
}

#[test]
fn missing_future_covariates_are_refused() {
    let model = model(pareto(8.0, 10.0), [0.3, 0.1]);
    let short = Course::new([(Span::ZERO, vec![1.0])], Horizon::Within(weeks(30.0))).unwrap();
    let history = times(&[3.0], 10.0).history();
    assert!(model.future(&history, &short, Horizon::Within(weeks(20.0))).is_ok());
    let error = model.future(&history, &short, Horizon::Within(weeks(20.5))).unwrap_err();
    assert_eq!(error, CourseError::Unknown { known: weeks(30.0), needed: Horizon::Within(weeks(30.5)) });
    let error = model.future(&history, &short, Horizon::Lifetime).unwrap_err();
    assert_eq!(error, CourseError::Unknown { known: weeks(30.0), needed: Horizon::Lifetime });
    let wide = Course::new([(Span::ZERO, vec![1.0, 2.0])], Horizon::Lifetime).unwrap();
    let error = model.future(&history, &wide, Horizon::Lifetime).unwrap_err();
    assert_eq!(error, CourseError::Length { piece: 0, found: 2, expected: 1 });
    // A past that is not known either.
    let courses = Courses::new(["z"], [short, course(&[(0.0, 0.0)])]).unwrap();
    let error = OverTime::new(&courses, &effects(), &[times(&[3.0], 31.0), times(&[], 9.0)]).unwrap_err();
    let CourseError::Customer { customer: 0, source } = error else { panic!("{error}") };
    assert_eq!(*source, CourseError::Unknown { known: weeks(30.0), needed: Horizon::Within(weeks(31.0)) });
}

/// Before, paces beyond doubles made NaN of forecasts, without a word.
#[test]
fn covariates_so_far_out_that_no_number_holds_the_pace_are_refused() {
    let far = course(&[(0.0, 0.0), (5.0, 1e100), (6.0, 0.0)]);
    let history = PurchaseHistory::new(2, weeks(3.0), weeks(8.0)).unwrap();
    for (coefficients, name, value) in [([0.5, 0.0], "alpha", 0.0), ([0.0, -0.5], "beta", f64::INFINITY)] {
        let model = model(pareto(8.0, 10.0), coefficients);
        let error = model.future(&history, &far, Horizon::Lifetime).unwrap_err();
        let CourseError::Piece { piece, source } = error else { panic!("expected a piece, got {error}") };
        assert_eq!((piece, &*source.parameter, source.value), (1, name, value));
        // They never happened to a customer who was watched for four weeks, and cannot have to one of eight.
        let one = |age: f64| model.ln_likelihood(&(far.clone(), times(&[3.0], age)), TimeUnit::Week);
        assert!(one(4.0).is_finite());
        assert_eq!(one(8.0), f64::NEG_INFINITY);
    }
    // Without an effect they do nothing.
    let plain = model(pareto(8.0, 10.0), [0.0, 0.0]).future(&history, &far, Horizon::Lifetime).unwrap();
    let expected = pareto(8.0, 10.0).forecast(&history).expected_purchases(weeks(9.0));
    assert!(relative_error(plain.forecast().expected_purchases(weeks(9.0)), expected) < 1e-11);
}

/// Counts, which share their integrals, are those that are found one by one, to the last bit.
#[test]
fn distributions_of_counts_are_their_probabilities() {
    let history = PurchaseHistory::new(5, weeks(30.0), weeks(40.0)).unwrap();
    let changing = course(&[(0.0, 0.0), (20.0, 1.0), (45.0, -1.0), (50.0, 0.5)]);
    let future = model(pareto(3.0, 20.0), [0.7, -0.4]).future(&history, &changing, Horizon::Lifetime).unwrap();
    let (forecast, span) = (future.forecast(), weeks(26.0));
    let counts = CountDistribution::of(&forecast, span).unwrap();
    for count in 0..=counts.most() {
        let one = forecast.probability_of(count, span).get();
        assert!(relative_error(counts.probability_of(count).get(), one) < 1e-14, "{count}");
    }
    assert!(relative_error(counts.mean(), forecast.expected_purchases(span)) < 1e-12);
}

#[test]
fn bad_courses_are_refused() {
    let lifetime = Horizon::Lifetime;
    assert_eq!(Course::new(Vec::<(Span, Vec<f64>)>::new(), lifetime).unwrap_err(), CourseError::Start { start: None });
    let error = Course::new([(weeks(1.0), vec![0.0])], lifetime).unwrap_err();
    assert_eq!(error, CourseError::Start { start: Some(weeks(1.0)) });
    let error =
        Course::new([(0.0, 0.0), (2.0, 1.0), (2.0, 0.0)].map(|(at, z)| (weeks(at), vec![z])), lifetime).unwrap_err();
    assert_eq!(error, CourseError::Order { piece: 2, start: weeks(2.0) });
    let error = Course::new([(weeks(0.0), vec![0.0]), (weeks(1.0), vec![])], lifetime).unwrap_err();
    assert_eq!(error, CourseError::Length { piece: 1, found: 0, expected: 1 });
    let error = Course::new([(weeks(0.0), vec![0.0, f64::INFINITY])], lifetime).unwrap_err();
    assert_eq!(error, CourseError::NotANumber { piece: 0, column: 1, value: f64::INFINITY });

    let constant = Courses::new(["z"], [course(&[(0.0, 1.0), (4.0, 1.0)])]).unwrap_err();
    assert_eq!(constant, CourseError::Design(DesignError::Constant { column: "z".into() }));
    let error = Courses::new(["z", "w"], [course(&[(0.0, 1.0)])]).unwrap_err();
    let source = Box::new(CourseError::Length { piece: 0, found: 1, expected: 2 });
    assert_eq!(error, CourseError::Customer { customer: 0, source });
    let error = OverTime::new(&centred(), &effects(), &[times(&[], 1.0)]).unwrap_err();
    assert_eq!(error, CourseError::Customers { courses: 2, customers: 1 });
    // Spend is no driver of purchases.
    let spend = Effects::new().of(Driver::Spend, ["z"]);
    let data = OverTime::new(&centred(), &spend, &[times(&[0.5], 1.0), times(&[], 1.0)]).unwrap();
    let error = Mle::default().fit::<DynamicParetoNbd>(data).unwrap_err();
    let expected = DataError::NoSuchDriver { model: "Pareto/NBD over time", driver: Driver::Spend };
    assert_eq!(error, FitError::Data(expected));
    // One customer who never came back, and nobody at all.
    let data = OverTime::new(&centred(), &effects(), &[times(&[], 1.0), times(&[], 1.0)]).unwrap();
    let error = Mle::default().fit::<DynamicParetoNbd>(data).unwrap_err();
    assert_eq!(error, FitError::Data(DataError::NoRepeats { customers: 2 }));
}

#[test]
fn order_of_customers_and_their_number_do_not_show() {
    let (courses, purchases) = seasons(40, 4);
    let turned = Courses::new(["z"], courses.courses().iter().rev().cloned()).unwrap();
    let backwards: Vec<_> = purchases.iter().rev().cloned().collect();
    let one = OverTime::new(&courses, &effects(), &purchases).unwrap();
    let other = OverTime::new(&turned, &effects(), &backwards).unwrap();
    assert_eq!((one.fingerprint(), one.customers()), (other.fingerprint(), 40));
    assert_eq!(one, other);
    // Simulated without covariates, a course of anything multiplies nothing.
    let base = pareto(8.0, 10.0);
    let histories: Vec<PurchaseHistory> = simulate(&base, weeks(50.0), 20, Seed::new(1));
    for history in &histories {
        let future =
            model(base, [0.0, 0.0]).future(history, &course(&[(0.0, 3.0), (55.0, -2.0)]), Horizon::Lifetime).unwrap();
        let (own, plain) = (future.forecast(), base.forecast(history));
        assert!((own.log_odds_alive() - plain.log_odds_alive()).abs() < 1e-11 * plain.log_odds_alive().abs().max(1.0));
        assert!(relative_error(own.expected_purchases(weeks(9.0)), plain.expected_purchases(weeks(9.0))) < 1e-11);
    }
}

#[cfg(feature = "serde")]
#[test]
fn courses_models_and_fits_over_time_are_written_and_read_with_their_checks() {
    let (courses, purchases) = seasons(40, 4);
    let text = serde_json::to_string(&courses).unwrap();
    assert_eq!(serde_json::from_str::<Courses>(&text).unwrap(), courses);
    let data = OverTime::new(&courses, &effects(), &purchases).unwrap();
    let fit = Mle::default().fit::<DynamicParetoNbd>(data).unwrap();
    let written = serde_json::to_string(&fit).unwrap();
    assert_eq!(serde_json::from_str::<customer_value::Fit<DynamicParetoNbd>>(&written).unwrap(), fit);
    let model = serde_json::to_string(fit.model()).unwrap();
    assert_eq!(&serde_json::from_str::<DynamicParetoNbd>(&model).unwrap(), fit.model());
    let refused = [
        (r#"{"starts":[0,2,2],"values":[[0],[1],[0]],"known":"Lifetime"}"#, "piece 2 (from 0) starts at"),
        (r#"{"starts":[0,2],"values":[[0]],"known":"Lifetime"}"#, "2 starts of 1 pieces"),
        (r#"{"starts":[0,-2],"values":[[0],[1]],"known":"Lifetime"}"#, "-2"),
    ];
    for (text, expected) in refused {
        let error = serde_json::from_str::<Course>(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let wide = text.replacen("[[", "[[7.0,", 1);
    assert!(serde_json::from_str::<Courses>(&wide).unwrap_err().to_string().contains("values, expected"));
    let other = model.replace("purchase: z", "purchase: w");
    assert!(serde_json::from_str::<DynamicParetoNbd>(&other).unwrap_err().to_string().contains("expected Plan"));
}

/// Where covariates are centred depends neither on pieces that change nothing nor on what is planned: the base model is
/// that of an average stretch of the time that customers were watched.
#[test]
fn the_base_model_does_not_depend_on_how_courses_are_cut_or_go_on() {
    let histories = simulate(&pareto(8.0, 10.0), weeks(40.0), 300, Seed::new(2));
    let spread = |history: &PurchaseHistory| {
        let last = history.recency().as_weeks();
        let count = history.repeats();
        times(&(1..=count).map(|k| last * f64::from(k) / f64::from(count)).collect::<Vec<_>>(), 40.0)
    };
    let purchases: Vec<_> = histories.iter().map(spread).collect();
    // A campaign of 6 weeks, somewhere in the first 30.
    let courses = |extra: &[f64], plan: &[(f64, f64)]| {
        let one = |customer: usize| {
            let from = 2.0 + (customer % 25) as f64;
            let on = |at: f64| f64::from(u8::from((from..from + 6.0).contains(&at)));
            let mut starts: Vec<f64> = [0.0, from, from + 6.0].iter().chain(extra).copied().collect();
            starts.sort_by(f64::total_cmp);
            starts.dedup();
            course(&starts.into_iter().map(|at| (at, on(at))).chain(plan.iter().copied()).collect::<Vec<_>>())
        };
        Courses::new(["z"], (0..300).map(one)).unwrap()
    };
    let fit = |courses: &Courses| {
        Mle::default().fit::<DynamicParetoNbd>(OverTime::new(courses, &effects(), &purchases).unwrap()).unwrap()
    };
    let plain = fit(&courses(&[], &[]));
    let cut = fit(&courses(&[1.0, 33.0, 35.0, 37.5, 39.0], &[]));
    let planned = fit(&courses(&[], &[(41.0, 1.0), (60.0, 0.0), (61.0, 1.0)]));
    for other in [&cut, &planned] {
        for (one, other) in plain.estimates(TimeUnit::Week).iter().zip(other.estimates(TimeUnit::Week)) {
            assert!(relative_error(other.value, one.value) < 1e-6, "{one} {other}");
        }
    }
    // 6 of 40 weeks.
    let centre = plain.model().coding().centre();
    assert!((centre.values()[0] - 0.15).abs() < 1e-12, "{centre:?}");
}
