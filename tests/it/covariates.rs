//! Covariates: what a plain model is, what coefficients mean, and what no data can tell.

#[cfg(feature = "serde")]
use customer_value::covariates::Coding;
use customer_value::covariates::{
    CohortRowError, Covariates, CovariatesError, Described, Design, DesignError, Driver, EffectError, Effects, RowError,
};
use customer_value::lifetime::{DataError, GapPatterns, Likelihood, Observations, SpendPatterns};
use customer_value::{
    BetaGeometricParams, BgCnbd, BgNbd, Cohort, CountModel, Currency, ExpectedMoney, FitError, GammaGamma,
    GammaGammaParams, GapHistory, InferenceError, MbgNbd, Mle, Money, Nbd, NbdParams, ParetoNbd, ParetoNbdParams,
    Patterns, Probability, PurchaseHistory, Quantity, RidgeError, Seed, Span, SpendHistory, SummaryRow, TimeUnit,
    Verdict, simulate,
};
use proptest::prelude::*;

use crate::shared::relative_error;

fn weeks(weeks: f64) -> Span {
    Span::weeks(weeks).unwrap()
}

fn pareto(alpha: f64, beta: f64) -> ParetoNbd {
    ParetoNbd::new(ParetoNbdParams { r: 0.8, alpha: weeks(alpha), s: 0.7, beta: weeks(beta) }).unwrap()
}

fn bg(alpha: f64, a: f64, b: f64) -> BgNbd {
    BgNbd::new(BetaGeometricParams { r: 0.8, alpha: weeks(alpha), a, b }).unwrap()
}

/// Half of the customers at 0, half at 1.
fn halves(count: usize) -> Vec<f64> {
    (0..count).map(|at| if at < count / 2 { 0.0 } else { 1.0 }).collect()
}

fn group(values: Vec<f64>) -> Design {
    Design::new().numbers("group", values).build().unwrap()
}

fn both() -> Effects {
    Effects::new().of(Driver::Purchase, ["group"]).of(Driver::Dropout, ["group"])
}

/// Customers of whom the second half buys e^0.6 times as often and leaves e^−0.4 times as readily.
fn two_halves(count: u32) -> Vec<PurchaseHistory> {
    let half = |model: ParetoNbd, seed| simulate(&model, weeks(78.0), count / 2, Seed::new(seed));
    let (alpha, beta) = (8.0, 10.0);
    [half(pareto(alpha, beta), 1), half(pareto(alpha * (-0.6_f64).exp(), beta * 0.4_f64.exp()), 2)].concat()
}

#[test]
fn f_note019_covariates_multiply_parameters_by_their_exponentials() {
    let design = Design::new().numbers("age", [20.0, 30.0, 55.0]).levels("sex", ["f", "m", "f"], "f").build().unwrap();
    let effects = Effects::new().of(Driver::Purchase, ["age", "sex"]).of(Driver::Dropout, ["sex"]);
    let model = Covariates::new(pareto(8.0, 10.0), design.coding(), &effects, &[0.02, -0.5, 0.3]).unwrap();
    let row = design.coding().row([("sex", "m".into()), ("age", 40.0.into())]).unwrap();
    let own = model.at(&row).unwrap().params();
    // Their mean age is 35.
    assert!(relative_error(own.alpha.as_weeks(), 8.0 * (-0.02 * 5.0 + 0.5_f64).exp()) < 1e-14);
    assert!(relative_error(own.beta.as_weeks(), 10.0 * (-0.3_f64).exp()) < 1e-14);
    assert_eq!((own.r, own.s), (0.8, 0.7));
    let named: Vec<_> = model.coefficients().collect();
    let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["purchase: age", "purchase: sex=m", "dropout: sex=m"]);
    assert!(named.iter().zip([0.02, -0.5, 0.3]).all(|((_, own), given)| relative_error(*own, given) < 1e-14));

    let effects = Effects::new().of(Driver::Dropout, ["sex"]).of(Driver::Loyalty, ["sex"]);
    let model = Covariates::new(bg(8.0, 0.8, 2.4), design.coding(), &effects, &[0.7, -0.2]).unwrap();
    let own = model.at(&row).unwrap().params();
    assert!(
        relative_error(own.a, 0.8 * 0.7_f64.exp()) < 1e-14 && relative_error(own.b, 2.4 * (-0.2_f64).exp()) < 1e-14
    );
}

#[test]
fn coefficients_of_zero_are_the_plain_model_bit_for_bit() {
    let histories = two_halves(200);
    let design = group((0..200).map(|at| f64::from(at % 7)).collect());
    let row = design.row(3).unwrap();
    for model in [pareto(8.0, 10.0), pareto(0.3, 9_000.0)] {
        let with = Covariates::new(model, design.coding(), &both(), &[0.0, 0.0]).unwrap();
        assert_eq!(with.at(&row).unwrap(), model);
        for history in &histories {
            let own = with.ln_likelihood(&(row.clone(), *history), TimeUnit::Day);
            assert_eq!(own.to_bits(), model.ln_likelihood(history, TimeUnit::Day).to_bits());
        }
    }
}

/// Coefficients are found, told for raw units, and the log-likelihood is the sum over customers at their own rows.
#[test]
fn a_fit_finds_effects_and_tells_them_for_raw_units() {
    let histories = two_halves(6_000);
    let design = group(halves(6_000));
    let data = Described::<Patterns>::new(&design, &both(), &histories).unwrap();
    let fit = Mle::default().fit::<Covariates<ParetoNbd>>(data.clone()).unwrap();
    assert!(fit.is_interior(), "{:?}", fit.certificate());
    let estimates = fit.estimates(TimeUnit::Week);
    let truth = [0.8, 8.0 * (-0.3_f64).exp(), 0.7, 10.0 * 0.2_f64.exp(), 0.6, -0.4];
    for (estimate, truth) in estimates.iter().zip(truth) {
        let error = estimate.standard_error.unwrap();
        assert!((estimate.value - truth).abs() < 3.5 * error, "{estimate} {truth}");
    }
    let model = fit.model();
    let by_customer = histories
        .iter()
        .enumerate()
        .map(|(at, history)| model.at(&design.row(at).unwrap()).unwrap().ln_likelihood(history, TimeUnit::Week));
    assert!(relative_error(fit.log_likelihood(TimeUnit::Week), by_customer.sum()) < 1e-12);

    // In thousandths of the unit the coefficient is a thousandth, and all else is the same.
    let fine = group(halves(6_000).iter().map(|value| 1e3 * value - 7e5).collect());
    let data = Described::<Patterns>::new(&fine, &both(), &histories).unwrap();
    let other = Mle::default().fit::<Covariates<ParetoNbd>>(data).unwrap();
    for (at, (one, other)) in estimates.iter().zip(other.estimates(TimeUnit::Week)).enumerate() {
        let unit = if at < 4 { 1.0 } else { 1e3 };
        assert!(relative_error(unit * other.value, one.value) < 1e-6, "{one} {other}");
        assert!(relative_error(unit * other.standard_error.unwrap(), one.standard_error.unwrap()) < 1e-6);
    }
}

/// Two groups that share nothing are two fits: the dummy model with all parameters free is nested in them, and with
/// everything but r and s tied its likelihood is less.
#[test]
fn a_model_with_effects_lies_between_one_fit_for_all_and_one_for_each_group() {
    let histories = two_halves(2_000);
    let design = group(halves(2_000));
    let data = Described::<Patterns>::new(&design, &both(), &histories).unwrap();
    let mle = Mle::default();
    let with = mle.fit::<Covariates<ParetoNbd>>(data.clone()).unwrap();
    let plain = mle.fit::<ParetoNbd>(data.without().clone()).unwrap();
    let halves = [&histories[..1_000], &histories[1_000..]].map(|half| mle.fit::<ParetoNbd>(half).unwrap());
    let apart: f64 = halves.iter().map(|fit| fit.log_likelihood(TimeUnit::Day)).sum();
    let [plain_value, value] = [plain.log_likelihood(TimeUnit::Day), with.log_likelihood(TimeUnit::Day)];
    assert!(plain_value + 1.0 < value && value < apart + 1e-6, "{plain_value} {value} {apart}");
    let test = data.likelihood_ratio(&with, &plain).unwrap();
    assert!((test.statistic - 2.0 * (value - plain_value)).abs() < 1e-9 && test.degrees_of_freedom == 2);
    assert!(test.p_value.get() < 1e-6 && !test.at_the_edge);
    let other = Described::<Patterns>::new(&design, &both().ridge(1.0), &histories).unwrap();
    assert!(matches!(other.likelihood_ratio(&with, &plain), Err(InferenceError::OtherData { .. })));
}

#[test]
fn wald_profile_and_bootstrap_intervals_of_a_coefficient_agree() {
    let histories = two_halves(1_500);
    let design = group(halves(1_500));
    let data = Described::<Patterns>::new(&design, &both(), &histories).unwrap();
    let mle = Mle::default();
    let fit = mle.fit::<Covariates<ParetoNbd>>(data.clone()).unwrap();
    let level = Probability::new(0.95).unwrap();
    let wald = fit.wald_intervals(level, TimeUnit::Week)[4].interval;
    let quantity = || Quantity::parameter("purchase: group");
    let profile = mle.profile(&fit, &data, quantity(), level, TimeUnit::Week).unwrap();
    let bootstrap = mle.bootstrap(&fit, &data, 200, Seed::new(5)).unwrap();
    assert_eq!(bootstrap.failures(), 0);
    let coefficient = |model: &Covariates<ParetoNbd>| model.coefficients().next().unwrap().1;
    let replicates = bootstrap.interval(level, coefficient).unwrap();
    let width = wald.high - wald.low;
    for other in [profile, replicates] {
        assert!((other.low - wald.low).abs() < 0.15 * width && (other.high - wald.high).abs() < 0.15 * width);
        assert!(other.contains(0.6));
    }
    // At its ends the deviance is z² = 3.841.
    let deviance = mle.deviance(&fit, &data, quantity(), profile.low, TimeUnit::Week).unwrap();
    assert!((deviance - 3.841_458_820_694_124).abs() < 1e-6, "{deviance}");
    let delta = fit.delta(coefficient).unwrap();
    assert!(relative_error(delta.standard_error, fit.estimates(TimeUnit::Week)[4].standard_error.unwrap()) < 1e-8);
    let covariance = fit.covariance(TimeUnit::Week).unwrap();
    assert!(relative_error(covariance[4][4].sqrt(), delta.standard_error) < 1e-8);
    let ratio = Quantity::ratio("purchase: group", "r");
    let error = mle.profile(&fit, &data, ratio, level, TimeUnit::Week);
    assert!(matches!(error, Err(InferenceError::UnknownParameter { .. })), "{error:?}");
}

#[test]
fn order_of_customers_does_not_matter() {
    let histories = two_halves(400);
    let values: Vec<f64> = (0..400).map(|at| f64::from(at % 5) * 0.3).collect();
    let fit = |order: &[usize]| {
        let design = group(order.iter().map(|&at| values[at]).collect());
        let histories: Vec<_> = order.iter().map(|&at| histories[at]).collect();
        let data = Described::<Patterns>::new(&design, &both(), &histories).unwrap();
        (data.fingerprint(), Mle::default().fit::<Covariates<MbgNbd>>(data).unwrap())
    };
    let ascending: Vec<usize> = (0..400).collect();
    let descending: Vec<usize> = (0..400).rev().collect();
    let [one, other] = [fit(&ascending), fit(&descending)];
    assert_eq!(one, other);
}

#[test]
fn tied_coefficients_are_one() {
    let histories = two_halves(1_000);
    let design = group(halves(1_000));
    let tied = both().equal([(Driver::Purchase, "group"), (Driver::Dropout, "group")]);
    let data = Described::<Patterns>::new(&design, &tied, &histories).unwrap();
    let fit = Mle::default().fit::<Covariates<ParetoNbd>>(data).unwrap();
    let estimates = fit.estimates(TimeUnit::Week);
    assert_eq!(estimates.len(), 5);
    assert_eq!(estimates[4].name, "purchase: group = dropout: group");
    let row = design.row(999).unwrap();
    let (base, own) = (fit.model().base().params(), fit.model().at(&row).unwrap().params());
    let factors = (own.alpha.as_days() / base.alpha.as_days(), own.beta.as_days() / base.beta.as_days());
    assert!(relative_error(factors.0, factors.1) < 1e-14);
    // Free coefficients explain more.
    let free = Described::<Patterns>::new(&design, &both(), &histories).unwrap();
    let free = Mle::default().fit::<Covariates<ParetoNbd>>(free).unwrap();
    assert!(free.log_likelihood(TimeUnit::Day) > fit.log_likelihood(TimeUnit::Day));
}

#[test]
fn a_ridge_draws_coefficients_to_zero_and_its_likelihood_is_that_of_the_data() {
    let histories = two_halves(1_000);
    let design = group(halves(1_000));
    let fit = |strength: f64| {
        let data = Described::<Patterns>::new(&design, &both().ridge(strength), &histories).unwrap();
        Mle::default().fit::<Covariates<ParetoNbd>>(data).unwrap()
    };
    let strengths = [0.0, 10.0, 1e3, 1e7];
    let fits = strengths.map(fit);
    let coefficients = fits.each_ref().map(|fit| fit.model().coefficients().next().unwrap().1);
    assert!(coefficients.is_sorted_by(|one, other| one > other) && coefficients[3].abs() < 1e-3, "{coefficients:?}");
    for fit in &fits {
        let sum: f64 = (0..1_000)
            .map(|at| {
                let model = fit.model().at(&design.row(at).unwrap()).unwrap();
                model.ln_likelihood(&histories[at], TimeUnit::Day)
            })
            .sum();
        assert!(relative_error(fit.log_likelihood(TimeUnit::Day), sum) < 1e-12);
    }
    assert!(fits[0].log_likelihood(TimeUnit::Day) > fits[1].log_likelihood(TimeUnit::Day));
}

#[test]
fn an_effect_without_end_is_said_to_have_none() {
    let mut histories = two_halves(600);
    // The second half never comes back.
    for history in &mut histories[300..] {
        *history = PurchaseHistory::new(0, Span::ZERO, history.age()).unwrap();
    }
    let design = group(halves(600));
    let effects = Effects::new().of(Driver::Purchase, ["group"]);
    let data = Described::<Patterns>::new(&design, &effects, &histories).unwrap();
    let fit = Mle::default().fit::<Covariates<Nbd>>(data).unwrap();
    let limit = Some("an effect without end");
    let verdict = Verdict::Boundary { parameters: vec!["purchase: group".into()], limit };
    assert_eq!(fit.certificate().verdict, verdict);
    let estimates = fit.estimates(TimeUnit::Week);
    assert_eq!((estimates[2].value, estimates[2].standard_error), (f64::NEG_INFINITY, None));
    assert_eq!(estimates[2].to_string(), "purchase: group -inf (runs to infinity)");
    // r is known as from those who do come back; alpha is that of the mean group, of whom nothing can be said.
    assert!(estimates[0].standard_error.is_some());
    let alone = Mle::default().fit::<Nbd>(&histories[..300]).unwrap();
    assert!(relative_error(estimates[0].value, alone.estimates(TimeUnit::Week)[0].value) < 1e-3);
}

#[test]
fn spend_with_covariates_finds_what_multiplies_it() {
    let v = |factor: f64| ExpectedMoney::new(16.0 * factor, Currency::EUR).unwrap();
    let draw = |factor: f64, seed: u64| -> Vec<SpendHistory> {
        // Gamma-distributed means by hand: sums of exponentials, from a linear congruence.
        let mut state = seed;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        let mut gamma = |shape: u32| (0..shape).map(|_| -uniform().ln()).sum::<f64>();
        (0..1_500_u32)
            .map(|at| {
                let repeats = 1 + at % 4;
                let rate = gamma(4) / (16.0 * factor);
                let total = gamma(6 * repeats) / rate;
                let mean = Money::from_minor((100.0 * total / f64::from(repeats)).round() as i64, Currency::EUR);
                SpendHistory::from_mean(repeats, mean).unwrap()
            })
            .collect()
    };
    let histories = [draw(1.0, 1), draw(0.5_f64.exp(), 2)].concat();
    let design = group(halves(3_000));
    let effects = Effects::new().of(Driver::Spend, ["group"]);
    let data = Described::<SpendPatterns>::new(&design, &effects, &histories).unwrap();
    let fit = Mle::default().fit::<Covariates<GammaGamma>>(data).unwrap();
    let estimates = fit.estimates(TimeUnit::Day);
    for (estimate, truth) in estimates.iter().zip([6.0, 4.0, v((0.25_f64).exp()).amount(), 0.5]) {
        assert!((estimate.value - truth).abs() < 3.5 * estimate.standard_error.unwrap(), "{estimate} {truth}");
    }
    let model: GammaGamma = fit.model().at(&design.row(2_999).unwrap()).unwrap();
    let GammaGammaParams { v: own, .. } = model.params();
    assert!(own.amount() > fit.model().base().params().v.amount());
    // A driver of purchases moves nothing in spend.
    let wrong = Described::<SpendPatterns>::new(&design, &both(), &histories).unwrap();
    let error = Mle::default().fit::<Covariates<GammaGamma>>(wrong).unwrap_err();
    let expected = DataError::NoSuchDriver { model: "gamma-gamma", driver: Driver::Purchase };
    assert_eq!(error, FitError::Data(expected));
}

#[test]
fn constant_and_collinear_columns_are_named() {
    let design = || Design::new().numbers("age", [20.0, 30.0, 55.0, 41.0]);
    let error = design().numbers("one", [1.0; 4]).build().unwrap_err();
    assert_eq!(error, DesignError::Constant { column: "one".into() });
    let error = design().levels("sex", ["f"; 4], "f").build().unwrap_err();
    assert_eq!(error, DesignError::Constant { column: "sex".into() });
    let error = design().numbers("months", [240.0, 360.0, 660.0, 492.0]).build().unwrap_err();
    assert_eq!(error, DesignError::Collinear { column: "months".into(), on: vec!["age".into()] });
    // Two levels that always go together with those of another category.
    let error = Design::new()
        .levels("channel", ["web", "shop", "web", "shop"], "web")
        .levels("till", ["no", "yes", "no", "yes"], "no")
        .build()
        .unwrap_err();
    assert_eq!(error, DesignError::Collinear { column: "till=yes".into(), on: vec!["channel=shop".into()] });
    // More columns than customers tell apart.
    let error = design()
        .numbers("a", [1.0, 0.0, 0.0, 0.0])
        .numbers("b", [0.0, 1.0, 0.0, 0.0])
        .numbers("c", [0.0, 0.0, 1.0, 0.0]);
    let DesignError::Collinear { column, on } = error.build().unwrap_err() else {
        panic!("expected collinear columns")
    };
    assert_eq!((column.as_str(), on.len()), ("c", 3));
}

#[test]
fn bad_columns_are_refused_by_name() {
    assert_eq!(Design::new().build().unwrap_err(), DesignError::Empty { columns: 0, customers: 0 });
    assert_eq!(Design::new().numbers("a", []).build().unwrap_err(), DesignError::Empty { columns: 1, customers: 0 });
    let error = Design::new().numbers("a", [1.0, f64::NAN]).build().unwrap_err();
    assert!(
        matches!(&error, DesignError::NotANumber { column, customer: 1, value } if column == "a" && value.is_nan())
    );
    for value in [f64::INFINITY, -1e101] {
        let error = Design::new().numbers("a", [value, 1.0]).build().unwrap_err();
        assert_eq!(error, DesignError::NotANumber { column: "a".into(), customer: 0, value });
    }
    let two = || Design::new().numbers("a", [1.0, 2.0]);
    assert_eq!(two().numbers("a", [1.0, 3.0]).build().unwrap_err(), DesignError::Duplicate { column: "a".into() });
    let error = two().numbers("b", [1.0]).build().unwrap_err();
    assert_eq!(error, DesignError::Length { column: "b".into(), found: 1, expected: 2 });
    let error = two().levels("c", ["x", "y"], "z").build().unwrap_err();
    assert_eq!(error, DesignError::NoReference { column: "c".into(), reference: "z".into() });
    // A number named as a level of a category: nobody could tell whose coefficient it is.
    let error =
        Design::new().numbers("sex=m", [1.0, 0.5, 3.0]).levels("sex", ["f", "m", "f"], "f").build().unwrap_err();
    assert_eq!(error, DesignError::Duplicate { column: "sex=m".into() });
    // Customers' numbers given as a category.
    let ids = || (0..5_000).map(|id| id.to_string());
    let error = Design::new().levels("id", ids(), "0").build().unwrap_err();
    assert_eq!(error, DesignError::TooMany { columns: 4_999, most: 1_000 });
    let wide = (0..1_001).fold(Design::new(), |design, at| design.numbers(at.to_string(), [0.0, f64::from(at) + 1.0]));
    assert_eq!(wide.build().unwrap_err(), DesignError::TooMany { columns: 1_001, most: 1_000 });
    // One customer: everything is constant.
    assert_eq!(Design::new().numbers("a", [1.0]).build().unwrap_err(), DesignError::Constant { column: "a".into() });
}

#[test]
fn bad_effects_and_rows_are_refused() {
    let design = Design::new().numbers("age", [20.0, 30.0, 55.0]).levels("sex", ["f", "m", "f"], "f").build().unwrap();
    let histories = two_halves(3);
    let error = |effects: &Effects| Described::<Patterns>::new(&design, effects, &histories[..2]).unwrap_err();
    assert_eq!(error(&Effects::new()), EffectError::Customers { found: 2, expected: 3 });
    let plan = |effects: Effects| Covariates::new(pareto(8.0, 9.0), design.coding(), &effects, &[0.1]).unwrap_err();
    assert_eq!(plan(Effects::new()), CovariatesError::Effect(EffectError::None));
    let unknown = EffectError::UnknownColumn { driver: Driver::Purchase, column: "income".into() };
    assert_eq!(plan(Effects::new().of(Driver::Purchase, ["income"])), unknown.into());
    let twice = EffectError::Duplicate { driver: Driver::Purchase, column: "sex=m".into() };
    assert_eq!(plan(Effects::new().of(Driver::Purchase, ["sex", "sex=m"])), twice.into());
    let tied = EffectError::Tied { driver: Driver::Dropout, column: "age".into() };
    let one = Effects::new().of(Driver::Purchase, ["age"]);
    assert_eq!(plan(one.clone().equal([(Driver::Purchase, "age"), (Driver::Dropout, "age")])), tied.into());
    assert_eq!(plan(one.clone().ridge(-1.0)), EffectError::Ridge { strength: -1.0 }.into());
    let loyal = DataError::NoSuchDriver { model: "Pareto/NBD", driver: Driver::Loyalty };
    assert_eq!(plan(Effects::new().of(Driver::Loyalty, ["age"])), loyal.into());
    let length = CovariatesError::Length { found: 1, expected: 2 };
    assert_eq!(plan(Effects::new().of(Driver::Purchase, ["age", "sex"])), length);
    let error = Covariates::new(pareto(8.0, 9.0), design.coding(), &one, &[f64::NAN]).unwrap_err();
    assert!(matches!(error, CovariatesError::Coefficient { name, .. } if name == "purchase: age"));

    let coding = design.coding();
    assert_eq!(coding.row([("age", 3.0.into())]).unwrap_err(), RowError::Missing { column: "sex".into() });
    let error = coding.row([("age", 3.0.into()), ("age", 4.0.into())]).unwrap_err();
    assert_eq!(error, RowError::Unexpected { column: "age".into() });
    let expected = vec!["f".to_string(), "m".into()];
    let error = coding.row([("age", 3.0.into()), ("sex", "x".into())]).unwrap_err();
    assert_eq!(error, RowError::UnknownLevel { column: "sex".into(), level: "x".into(), expected: expected.clone() });
    let error = coding.row([("age", 3.0.into()), ("sex", 1.0.into())]).unwrap_err();
    assert_eq!(error, RowError::NotALevel { column: "sex".into(), number: 1.0, expected });
    let error = coding.row([("age", "old".into()), ("sex", "f".into())]).unwrap_err();
    assert_eq!(error, RowError::NotANumber { column: "age".into(), value: "old".into() });
    assert_eq!(coding.coded_row(&[1.0]).unwrap_err(), RowError::Length { found: 1, expected: 2 });
    // As large as a design may be, and no larger: a difference of larger ones is no number.
    assert_eq!(coding.coded_row(&[1e100, 0.0]).unwrap().values(), [1e100, 0.0]);
    for number in [1.1e100, f64::MIN, f64::INFINITY] {
        let error = RowError::NotANumber { column: "age".into(), value: number.into() };
        assert_eq!(coding.coded_row(&[number, 0.0]).unwrap_err(), error);
        assert_eq!(coding.row([("age", number.into()), ("sex", "f".into())]).unwrap_err(), error);
    }
    // So old that alpha leaves its range: an error of the model, who and what.
    let model = Covariates::new(pareto(8.0, 9.0), coding, &one, &[0.3]).unwrap();
    let error = model.at(&coding.coded_row(&[-500.0, 0.0]).unwrap()).unwrap_err();
    assert_eq!((error.model, &*error.parameter), ("Pareto/NBD", "alpha"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Scores are sums over customers: halves of the data add up, and the parts of a customer's row add up in logarithms.
    #[test]
    fn effects_add_up_in_logarithms(one in -0.5..0.5_f64, other in -0.5..0.5_f64, z in -3.0..3.0_f64, w in -3.0..3.0_f64) {
        let design = Design::new().numbers("z", [0.0, 1.0, 0.0, 2.0]).numbers("w", [1.0, 0.0, 0.0, 1.0]).build().unwrap();
        let effects = Effects::new().of(Driver::Purchase, ["z", "w"]);
        let nbd = Nbd::new(NbdParams { r: 0.7, alpha: weeks(9.0) }).unwrap();
        let model = Covariates::new(nbd, design.coding(), &effects, &[one, other]).unwrap();
        let alpha = |z: f64, w: f64| {
            model.at(&design.coding().coded_row(&[z, w]).unwrap()).unwrap().params().alpha.as_weeks()
        };
        prop_assert!(relative_error(alpha(z, w) / alpha(0.0, 0.0), (-one * z - other * w).exp()) < 1e-12);
        prop_assert!(relative_error(alpha(z, w) * alpha(0.0, 0.0), alpha(z, 0.0) * alpha(0.0, w)) < 1e-12);
    }

    /// Small data with any covariates are fitted or refused.
    #[test]
    fn few_arbitrary_customers_with_covariates_are_fitted_or_refused(
        rows in prop::collection::vec((0_u32..6, 0.0..1.0_f64, 1.0..400.0_f64, -2.0..2.0_f64, any::<bool>()), 2..14),
    ) {
        let histories: Vec<_> = rows.iter().map(|&(repeats, share, age, ..)| {
            let recency = if repeats == 0 { 0.0 } else { age * share.max(0.01) };
            PurchaseHistory::new(repeats, Span::days(recency).unwrap(), Span::days(age).unwrap()).unwrap()
        }).collect();
        let levels = rows.iter().map(|row| if row.4 { "yes" } else { "no" });
        let design = Design::new().numbers("z", rows.iter().map(|row| row.3)).levels("flag", levels, "no").build();
        let Ok(design) = design else { return Ok(()) };
        let effects = Effects::new().of(Driver::Purchase, ["z", "flag"]).of(Driver::Dropout, ["z"]);
        let data = Described::<Patterns>::new(&design, &effects, &histories).unwrap();
        match Mle::default().fit::<Covariates<MbgNbd>>(data.clone()) {
            Ok(fit) => {
                prop_assert!(fit.log_likelihood(TimeUnit::Day).is_finite());
                if let Ok(plain) = Mle::default().fit::<MbgNbd>(data.without().clone()) {
                    prop_assert!(fit.log_likelihood(TimeUnit::Day) >= plain.log_likelihood(TimeUnit::Day) - 1e-6);
                }
            }
            Err(error) => prop_assert!(matches!(error, FitError::Data(DataError::NoRepeats { .. })), "{error}"),
        }
    }
}

#[test]
fn gaps_are_grouped_by_covariates_too() {
    let gaps: Vec<GapHistory> = two_halves(800)
        .into_iter()
        .map(|history| {
            let repeats = f64::from(history.repeats());
            let equal = if repeats > 0.0 { repeats * (history.recency().as_days() / repeats).ln() } else { 0.0 };
            GapHistory::new(history, equal - 1e-9 * repeats).unwrap()
        })
        .collect();
    let design = group(halves(800));
    let effects = Effects::new().of(Driver::Purchase, ["group"]);
    let data = Described::<GapPatterns>::gaps(&design, &effects, &gaps, 2).unwrap();
    let fit = Mle::default().fit::<Covariates<BgCnbd>>(data).unwrap();
    let sum = gaps.iter().enumerate().map(|(at, one)| {
        let model = fit.model().at(&design.row(at).unwrap()).unwrap();
        assert_eq!(model.params().k, 2);
        model.ln_likelihood(one, TimeUnit::Day)
    });
    assert!(relative_error(fit.log_likelihood(TimeUnit::Day), sum.sum()) < 1e-12);
    assert!(fit.model().coefficients().all(|(_, value)| value > 0.3));
    let error = Described::<GapPatterns>::gaps(&design, &effects, &gaps, 99).unwrap_err();
    assert_eq!(error.to_string(), DataError::Regularity { k: 99 }.to_string());
}

#[test]
fn forecasts_of_a_cohort_are_those_of_its_customers_bit_for_bit() {
    let histories = two_halves(300);
    let rows = histories.iter().enumerate().map(|(id, history)| SummaryRow {
        id,
        repeats: history.repeats(),
        recency: history.recency().as_days(),
        age: history.age().as_days(),
        mean_spend: None,
    });
    let cohort = Cohort::from_summaries(rows, TimeUnit::Day).unwrap();
    let design = group((0..300).map(|at| f64::from(at % 3)).collect());
    let model = Covariates::new(pareto(8.0, 10.0), design.coding(), &both(), &[0.4, -0.3]).unwrap();
    let forecast = model.forecast_cohort(&cohort, &design).unwrap();
    let (expected, alive) = (forecast.expected_purchases(weeks(26.0)), forecast.probability_alive());
    for (at, history) in histories.iter().enumerate() {
        let own = model.at(&design.row(at).unwrap()).unwrap().forecast(history);
        assert_eq!(own.expected_purchases(weeks(26.0)).to_bits(), expected[at].to_bits());
        assert_eq!(own.probability_alive(), alive[at]);
    }
    let other = group(vec![0.0, 1.0]);
    let error = model.forecast_cohort(&cohort, &other).unwrap_err();
    assert_eq!(error, CohortRowError::Customers { found: 2, expected: 300 });
    let renamed = Design::new().numbers("era", (0..300).map(f64::from)).build().unwrap();
    let error = model.forecast_cohort(&cohort, &renamed).unwrap_err();
    assert_eq!(error, CohortRowError::Columns { found: vec!["era".into()], expected: vec!["group".into()] });
    let far = group((0..300).map(|at| if at == 7 { 80.0 } else { 0.0 }).collect());
    let error = model.forecast_cohort(&cohort, &far).unwrap_err();
    assert!(matches!(error, CohortRowError::Customer { customer: 7, .. }), "{error}");
}

#[test]
fn cross_validation_finds_noise_and_keeps_signal() {
    let histories = two_halves(400);
    // One column that matters and noise beside few customers.
    let noise = |step: usize| (0..400).map(move |at| ((at * step) % 61) as f64);
    let effects = Effects::new().of(Driver::Purchase, ["group"]);
    let strengths = [0.0, 1.0, 1e5];
    let mle = Mle::default();
    let choose = |design: &Design, effects: &Effects, seed| {
        mle.ridge::<ParetoNbd>(design, effects, &histories, &strengths, 4, Seed::new(seed)).unwrap()
    };
    let signal = choose(&group(halves(400)), &effects, 1);
    assert!(signal.best < 1e5, "{signal:?}");
    // What it says of a strength is what a fit to the other folds says of each: the same for any order of strengths.
    let again =
        mle.ridge::<ParetoNbd>(&group(halves(400)), &effects, &histories, &[1e5, 0.0], 4, Seed::new(1)).unwrap();
    assert_eq!((again.held_out[0], again.held_out[1]), (signal.held_out[2], signal.held_out[0]));
    let many = ["a", "b", "c", "d", "e", "f"];
    let design = many
        .iter()
        .zip([7, 11, 13, 17, 19, 23])
        .fold(Design::new(), |design, (name, step)| design.numbers(*name, noise(step)));
    let useless =
        choose(&design.build().unwrap(), &Effects::new().of(Driver::Purchase, many).of(Driver::Dropout, many), 1);
    assert!((useless.best - 1e5).abs() < 1.0, "{useless:?}");

    let design = group(halves(400));
    let error = |folds, strengths: &[f64]| {
        mle.ridge::<ParetoNbd>(&design, &effects, &histories, strengths, folds, Seed::new(1)).unwrap_err()
    };
    assert_eq!(error(1, &[0.0]), RidgeError::Folds { folds: 1, customers: 400 });
    assert_eq!(error(401, &[0.0]), RidgeError::Folds { folds: 401, customers: 400 });
    assert_eq!(error(2, &[]), RidgeError::NoStrengths);
    assert_eq!(error(2, &[-1.0]), RidgeError::Effect(EffectError::Ridge { strength: -1.0 }));
}

#[cfg(feature = "serde")]
#[test]
fn a_fit_with_covariates_is_stored_and_read_and_checked() {
    use customer_value::Fit;
    let histories = two_halves(600);
    let design =
        Design::new().numbers("group", halves(600)).levels("sex", ["f", "m", "f"].repeat(200), "f").build().unwrap();
    let effects = Effects::new().of(Driver::Purchase, ["group", "sex"]).of(Driver::Dropout, ["group"]);
    let data = Described::<Patterns>::new(&design, &effects, &histories).unwrap();
    let fit = Mle::default().fit::<Covariates<ParetoNbd>>(data.clone()).unwrap();
    let text = serde_json::to_string(&fit).unwrap();
    let read: Fit<Covariates<ParetoNbd>> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, fit);
    assert!(read.check(&data).is_ok());
    for (from, to) in [
        (r#""ridge":0.0"#, r#""ridge":-1.0"#),
        (r#""column":1"#, r#""column":9"#),
        (r#""coefficient":2"#, r#""coefficient":3"#),
        (r#""driver":"Dropout""#, r#""driver":"Loyalty""#),
        (r#""coefficients":["#, r#""coefficients":[1e300,"#),
    ] {
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(spoilt, text, "{from}");
        assert!(serde_json::from_str::<Fit<Covariates<ParetoNbd>>>(&spoilt).is_err(), "{to}");
    }
    assert!(text.len() < 4_000);
}

/// What is stored twice must agree: else names, units and ranges of coefficients would not be those of the data.
#[cfg(feature = "serde")]
#[test]
fn codings_and_models_that_contradict_themselves_are_not_read() {
    let design = Design::new().numbers("age", [20.0, 30.0, 55.0]).levels("sex", ["f", "m", "f"], "f").build().unwrap();
    let effects = Effects::new().of(Driver::Purchase, ["age", "sex"]).of(Driver::Dropout, ["sex"]);
    let model = Covariates::new(pareto(8.0, 10.0), design.coding(), &effects, &[0.02, -0.5, 0.3]).unwrap();
    let text = serde_json::to_string(design.coding()).unwrap();
    assert_eq!(&serde_json::from_str::<Coding>(&text).unwrap(), design.coding());
    for (from, to) in [
        (r#""range":35.0"#, r#""range":0.0"#),
        (r#""range":35.0"#, r#""range":-35.0"#),
        (r#""range":35.0"#, r#""range":1.0"#),
        (r#""centre":35.0"#, r#""centre":1e101"#),
        (r#""centre":0.0"#, r#""centre":0.5"#),
        (r#""reference":"f""#, r#""reference":"m""#),
        (r#""name":"age""#, r#""name":"sex""#),
        (r#""name":"age""#, r#""name":"sex=m""#),
        (r#"{"variables":"#, r#"{"units":"years","variables":"#),
    ] {
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(spoilt, text, "{from}");
        assert!(serde_json::from_str::<Coding>(&spoilt).is_err(), "{to}");
    }
    assert!(serde_json::from_str::<Coding>(r#"{"variables":[]}"#).is_err());

    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<Covariates<ParetoNbd>>(&text).unwrap(), model);
    for (from, to) in [
        (r#""name":"purchase: age""#, r#""name":"purchase: income""#),
        (r#""column":1,"coefficient":1"#, r#""column":0,"coefficient":1"#),
        (r#""column":1,"coefficient":1"#, r#""column":1,"coefficient":0"#),
        (r#""column":1,"coefficient":1"#, r#""column":1,"coefficient":9"#),
        (r#""column":1,"coefficient":1"#, r#""column":9,"coefficient":1"#),
        (r#""coefficient":0,"centre":35.0"#, r#""coefficient":0,"centre":36.0"#),
        (r#""ridge":0.0"#, r#""ridge":-1.0"#),
    ] {
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(spoilt, text, "{from} in {text}");
        assert!(serde_json::from_str::<Covariates<ParetoNbd>>(&spoilt).is_err(), "{to}");
    }
}
