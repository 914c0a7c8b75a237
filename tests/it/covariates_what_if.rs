//! What a change of covariates to come brings, in purchases and in money: against futures, draws of parameters and refits.

use std::sync::LazyLock;

use customer_value::covariates::{
    Course, CourseError, Courses, Driver, DynamicParetoNbd, Effects, OverTime, WhatIf, WhatIfError,
};
use customer_value::{
    Currency, DiscountRate, ExpectedMoney, Fit, ForecastError, FunctionalEstimate, GammaGamma, Horizon, Margin, Mle,
    Money, MoneyError, ParetoNbd, ParetoNbdParams, Probability, PurchaseHistory, PurchaseTimes, PurchaseWorth, Seed,
    Span, SpendHistory, TimeUnit, Valuation, ValuationError,
};
use proptest::prelude::*;

use crate::covariates_over_time::{course, effects, seasons, times, uniforms, weeks};
use crate::shared::relative_error;

/// Customers of two years, what they are like, and what they spend.
struct World {
    data: OverTime,
    histories: Vec<PurchaseHistory>,
    spend: Vec<SpendHistory>,
    fit: Fit<DynamicParetoNbd>,
    spent: Fit<GammaGamma>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let (courses, purchases) = seasons(300, 2);
    let histories: Vec<_> = purchases.iter().map(PurchaseTimes::history).collect();
    let spend = spend(&histories);
    let data = OverTime::new(&courses, &effects(), &purchases).unwrap();
    let mle = Mle::default();
    let fit = mle.fit(data.clone()).unwrap();
    let spent = mle.fit(spend.as_slice()).unwrap();
    assert!(fit.is_interior() && spent.is_interior());
    World { data, histories, spend, fit, spent }
});

/// Drawn from gamma-gamma with p = q = 4 and v = 30 euros, to the cent.
fn spend(histories: &[PurchaseHistory]) -> Vec<SpendHistory> {
    let mut uniform = uniforms(77);
    let mut gamma = |shape: u32| -(0..shape).map(|_| uniform().ln()).sum::<f64>();
    let total = |repeats: u32| 30.0 * gamma(4 * repeats) / gamma(4);
    let totals: Vec<f64> = histories.iter().map(PurchaseHistory::repeats).map(total).collect();
    let history = |(history, total): (&PurchaseHistory, f64)| {
        SpendHistory::new(history.repeats(), Money::from_minor((100.0 * total).round() as i64, Currency::EUR)).unwrap()
    };
    histories.iter().zip(totals).map(history).collect()
}

fn courses(course: Course, customers: usize) -> Courses {
    Courses::coded(WORLD.fit.model().coding(), vec![course; customers]).unwrap()
}

/// Nothing planned, after two years like those of the world.
fn quiet() -> Course {
    course(&[(0.0, 0.0)])
}

/// A campaign of eight weeks, which begins so many weeks after the first purchase.
fn campaign(from: f64) -> Course {
    course(&[(0.0, 0.0), (from, 1.0), (from + 8.0, 0.0)])
}

fn what_if(histories: &[PurchaseHistory], changed: Course, within: f64) -> FunctionalEstimate {
    let [planned, changed] = [quiet(), changed].map(|course| courses(course, histories.len()));
    let question = WhatIf::new(histories, &planned, &changed).unwrap();
    WORLD.fit.what_if(&question, weeks(within)).unwrap().unwrap()
}

fn expected(model: &DynamicParetoNbd, history: &PurchaseHistory, course: &Course, within: f64) -> f64 {
    let within = weeks(within);
    model.future(history, course, Horizon::Within(within)).unwrap().forecast().expected_purchases(within)
}

fn eur(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::EUR).unwrap()
}

fn valuation(horizon: Horizon, annual: f64) -> Valuation {
    let discount = DiscountRate::effective_annual(annual).unwrap();
    Valuation { horizon, discount, margin: Margin::new(0.3).unwrap() }
}

fn with_s(model: &DynamicParetoNbd, natural: &[f64]) -> DynamicParetoNbd {
    let days = |days: f64| Span::days(days).unwrap();
    let base = ParetoNbdParams { r: natural[0], alpha: days(natural[1]), s: natural[2], beta: days(natural[3]) };
    DynamicParetoNbd::new(ParetoNbd::new(base).unwrap(), model.coding(), &effects(), &natural[4..]).unwrap()
}

/// The parameters as their covariance has them, coefficients as they are, all else in logarithms; and back.
fn inner() -> Vec<f64> {
    let estimates = WORLD.fit.estimates(TimeUnit::Day);
    estimates.iter().enumerate().map(|(at, one)| if at < 4 { one.value.ln() } else { one.value }).collect()
}

fn model(inner: &[f64]) -> DynamicParetoNbd {
    let natural: Vec<f64> = inner.iter().enumerate().map(|(at, one)| if at < 4 { one.exp() } else { *one }).collect();
    with_s(WORLD.fit.model(), &natural)
}

#[test]
fn what_if_is_the_difference_of_two_futures() {
    let history = times(&[3.0, 9.0], 10.0).history();
    let gain = what_if(&[history], campaign(12.0), 26.0);
    let of = |course| expected(WORLD.fit.model(), &history, &course, 26.0);
    assert!(relative_error(gain.value, of(campaign(12.0)) - of(quiet())) < 1e-12);
    assert!(gain.value > 0.0 && gain.standard_error > 0.0 && gain.standard_error < gain.value, "{gain:?}");
    // More of a campaign in the same half year brings more, less brings less.
    let (longer, late) = (course(&[(0.0, 0.0), (12.0, 1.0), (24.0, 0.0)]), campaign(33.0));
    assert!(what_if(&[history], longer, 26.0).value > gain.value);
    assert!(what_if(&[history], late, 26.0).value < gain.value);
}

/// The error against the covariance of the fit and plain differences of models that are made by hand.
#[test]
fn the_error_of_a_what_if_is_that_of_the_gradient_of_the_sum() {
    let histories = &WORLD.histories[..40];
    let gain = what_if(histories, campaign(110.0), 30.0);
    let at = |inner: &[f64]| {
        let model = model(inner);
        let of =
            |history| expected(&model, history, &campaign(110.0), 30.0) - expected(&model, history, &quiet(), 30.0);
        histories.iter().map(of).sum::<f64>()
    };
    let here = inner();
    let slope = |parameter: usize| {
        let moved = |by: f64| {
            let mut inner = here.clone();
            inner[parameter] += by;
            at(&inner)
        };
        (moved(1e-4) - moved(-1e-4)) / 2e-4
    };
    let gradient: Vec<f64> = (0..here.len()).map(slope).collect();
    let covariance = WORLD.fit.ln_covariance().unwrap();
    let form = |row: usize| gradient.iter().zip(&covariance[row]).map(|(one, cell)| one * cell).sum::<f64>();
    let variance: f64 = (0..here.len()).map(|row| gradient[row] * form(row)).sum();
    assert!(relative_error(gain.value, at(&here)) < 1e-11);
    // Differences with steps of 1e-4 are good to their square.
    assert!(relative_error(gain.standard_error, variance.sqrt()) < 1e-6, "{gain:?} {}", variance.sqrt());
}

/// Parameters drawn from the estimated covariance spread the gain as the error says: 4,000 draws tell a deviation to 1.1 %,
/// and the gain is not quite straight in the parameters.
#[test]
fn draws_of_the_parameters_spread_gains_as_their_error_says() {
    let history = times(&[3.0, 9.0], 10.0).history();
    let gain = what_if(&[history], campaign(12.0), 26.0);
    let root = cholesky(&WORLD.fit.ln_covariance().unwrap());
    let mut uniform = uniforms(5);
    let mut normal = || (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
    let here = inner();
    let gains: Vec<f64> = (0..4_000)
        .map(|_| {
            let noise: Vec<f64> = here.iter().map(|_| normal()).collect();
            let drawn =
                here.iter().zip(&root).map(|(one, row)| one + row.iter().zip(&noise).map(|(l, z)| l * z).sum::<f64>());
            let model = model(&drawn.collect::<Vec<_>>());
            expected(&model, &history, &campaign(12.0), 26.0) - expected(&model, &history, &quiet(), 26.0)
        })
        .collect();
    let mean = gains.iter().sum::<f64>() / 4e3;
    let deviation = (gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / 4e3).sqrt();
    assert!(relative_error(gain.standard_error, deviation) < 0.06, "{} {deviation}", gain.standard_error);
    assert!((mean - gain.value).abs() < 0.2 * gain.standard_error);
}

/// Lower triangle, row by row.
fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut root = vec![vec![0.0; matrix.len()]; matrix.len()];
    for i in 0..matrix.len() {
        for j in 0..=i {
            let rest = matrix[i][j] - (0..j).map(|k| root[i][k] * root[j][k]).sum::<f64>();
            root[i][j] = if i == j { rest.sqrt() } else { rest / root[j][j] };
        }
    }
    root
}

/// Fits to customers drawn anew spread the gain about as the error says: 16 fits tell a deviation to a sixth.
#[test]
fn refits_spread_gains_as_their_error_says() {
    let history = times(&[3.0, 9.0], 10.0).history();
    let gain = what_if(&[history], campaign(12.0), 26.0);
    let refits = Mle::default().bootstrap(&WORLD.fit, &WORLD.data, 16, Seed::new(6)).unwrap();
    let of = |model: &DynamicParetoNbd| {
        expected(model, &history, &campaign(12.0), 26.0) - expected(model, &history, &quiet(), 26.0)
    };
    let ratio = refits.standard_error(of).unwrap() / gain.standard_error;
    assert!((0.5..1.7).contains(&ratio), "{ratio}");
}

/// Errors of parameters do not average out over customers.
#[test]
fn gains_of_many_customers_and_their_errors_add_up() {
    let history = times(&[3.0, 9.0], 10.0).history();
    let one = what_if(&[history], campaign(12.0), 26.0);
    let many = what_if(&[history; 25], campaign(12.0), 26.0);
    assert!(relative_error(many.value, 25.0 * one.value) < 1e-13);
    assert!(relative_error(many.standard_error, 25.0 * one.standard_error) < 1e-9);

    let histories = &WORLD.histories[..30];
    let all = what_if(histories, campaign(110.0), 30.0);
    let each: Vec<_> = histories.iter().map(|history| what_if(&[*history], campaign(110.0), 30.0)).collect();
    assert!(relative_error(all.value, each.iter().map(|one| one.value).sum()) < 1e-13);
    let as_if_independent = each.iter().map(|one| one.standard_error.powi(2)).sum::<f64>().sqrt();
    let as_if_one = each.iter().map(|one| one.standard_error).sum::<f64>();
    assert!(all.standard_error > 2.0 * as_if_independent && all.standard_error <= as_if_one * (1.0 + 1e-9));
}

#[test]
fn no_change_brings_exactly_nothing() {
    let histories = &WORLD.histories[..3];
    let nothing = FunctionalEstimate { value: 0.0, standard_error: 0.0 };
    // The same, the same in other pieces, a change after the horizon, and one on its last day.
    for same in [quiet(), course(&[(0.0, 0.0), (50.0, 0.0), (111.0, 0.0)]), campaign(131.0), campaign(130.0)] {
        assert_eq!(what_if(histories, same, 26.0), nothing);
    }
    let [planned, changed] = [quiet(), course(&[(0.0, 0.0), (111.0, 0.0)])].map(|course| courses(course, 3));
    let question = WhatIf::new(histories, &planned, &changed).unwrap();
    let worth = PurchaseWorth::Fitted { fit: &WORLD.spent, histories: &WORLD.spend[..3] };
    let gain = WORLD.fit.what_if_worth(&question, &valuation(Horizon::Lifetime, 0.1), &worth).unwrap().unwrap();
    assert_eq!((gain.gain, gain.standard_error, gain.planned), (eur(0.0), eur(0.0), gain.changed));
    assert!(gain.planned.amount() > 0.0);
    // Nobody gains nothing.
    let nobody = courses(quiet(), 0);
    let question = WhatIf::new(&[], &nobody, &nobody).unwrap();
    assert_eq!(WORLD.fit.what_if(&question, weeks(9.0)).unwrap().unwrap(), nothing);
}

/// Margin, spend and discounted purchases multiplied by hand; the two errors add as squares.
#[test]
fn value_of_a_what_if_is_margin_spend_and_discounted_purchases() {
    let World { fit, spent, .. } = &*WORLD;
    let (histories, spend) = (&WORLD.histories[..25], &WORLD.spend[..25]);
    let [planned, changed] = [quiet(), campaign(110.0)].map(|course| courses(course, 25));
    let question = WhatIf::new(histories, &planned, &changed).unwrap();
    for horizon in [Horizon::Within(weeks(52.0)), Horizon::Lifetime] {
        let valuation = valuation(horizon, 0.12);
        let worth = PurchaseWorth::Fitted { fit: spent, histories: spend };
        let own = fit.what_if_worth(&question, &valuation, &worth).unwrap().unwrap();
        let value = |model: &DynamicParetoNbd, spent: &GammaGamma, course: &Course| -> f64 {
            let one = |(history, spend): (&PurchaseHistory, &SpendHistory)| {
                let future = model.future(history, course, horizon).unwrap();
                valuation.value(&future.forecast(), &spent.forecast(spend).unwrap()).unwrap().residual.amount()
            };
            histories.iter().zip(spend).map(one).sum()
        };
        let gain = |model: &DynamicParetoNbd, spent: &GammaGamma| {
            value(model, spent, &campaign(110.0)) - value(model, spent, &quiet())
        };
        assert!(relative_error(own.planned.amount(), value(fit.model(), spent.model(), &quiet())) < 1e-12);
        assert!(relative_error(own.changed.amount(), value(fit.model(), spent.model(), &campaign(110.0))) < 1e-12);
        assert!(relative_error(own.gain.amount(), gain(fit.model(), spent.model())) < 1e-10);
        let by_purchases = fit.delta(|model| gain(model, spent.model())).unwrap().standard_error;
        let by_spend = spent.delta(|spent| gain(fit.model(), spent)).unwrap().standard_error;
        assert!(by_spend > 0.05 * by_purchases, "{by_spend} {by_purchases}");
        assert!(relative_error(own.standard_error.amount(), by_purchases.hypot(by_spend)) < 1e-7);
        let interval = own.interval(Probability::new(0.95).unwrap());
        let width = 1.959_963_984_540_054 * own.standard_error.amount();
        assert!(relative_error(interval.high - own.gain.amount(), width) < 1e-12);
    }
}

/// What is known of spend has no error, and without discounting value is purchases in another unit.
#[test]
fn a_known_worth_is_purchases_times_what_they_bring() {
    let histories = &WORLD.histories[..10];
    let [planned, changed] = [quiet(), campaign(110.0)].map(|course| courses(course, 10));
    let question = WhatIf::new(histories, &planned, &changed).unwrap();
    let purchases = WORLD.fit.what_if(&question, weeks(52.0)).unwrap().unwrap();
    let of = |annual, worth| {
        let valuation = valuation(Horizon::Within(weeks(52.0)), annual);
        WORLD.fit.what_if_worth(&question, &valuation, &PurchaseWorth::Known(eur(worth))).unwrap().unwrap()
    };
    let plain = of(0.0, 40.0);
    assert!(relative_error(plain.gain.amount(), 12.0 * purchases.value) < 1e-12);
    assert!(relative_error(plain.standard_error.amount(), 12.0 * purchases.standard_error) < 1e-12);
    let discounted = of(0.2, 40.0);
    assert!(0.0 < discounted.gain.amount() && discounted.gain.amount() < plain.gain.amount());
    // What costs more than it brings turns the sign, not the error.
    let loss = of(0.0, -40.0);
    assert_eq!((loss.gain.amount(), loss.standard_error), (-plain.gain.amount(), plain.standard_error));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A change and its reversal are each other's negative; a change in two steps is the sum of both.
    #[test]
    fn what_ifs_compose(from in 0.0..20.0_f64, length in 0.5..20.0_f64, repeats in 0_usize..5, z in -1.0..1.0_f64) {
        let age = 20.0;
        let history = times(&(0..repeats).map(|at| 3.0 * (at + 1) as f64).collect::<Vec<_>>(), age).history();
        let piece = |z: f64| course(&[(0.0, 0.0), (age + from, z), (age + from + length, 0.0)]);
        let gain = |planned: Course, changed: Course| {
            let [planned, changed] = [planned, changed].map(|course| courses(course, 1));
            let histories = [history];
            let question = WhatIf::new(&histories, &planned, &changed).unwrap();
            WORLD.fit.what_if(&question, weeks(60.0)).unwrap().unwrap()
        };
        let (there, back) = (gain(quiet(), piece(z)), gain(piece(z), quiet()));
        prop_assert!((there.value + back.value).abs() < 1e-14 * there.value.abs().max(1.0));
        prop_assert!((there.standard_error - back.standard_error).abs() < 1e-9 * there.standard_error.max(1e-3));
        let whole = gain(quiet(), piece(1.0)).value;
        prop_assert!((there.value + gain(piece(z), piece(1.0)).value - whole).abs() < 1e-12 * whole.max(1.0));
        // Where customers buy more and stay longer, more is more.
        prop_assert!(there.value * z >= 0.0);
    }
}

#[test]
fn questions_that_do_not_fit_are_refused() {
    let histories = &WORLD.histories[..2];
    let [planned, changed] = [quiet(), campaign(110.0)].map(|course| courses(course, 2));
    // The past is past.
    let rewritten = courses(course(&[(0.0, 0.0), (5.0, 1.0), (8.0, 0.0)]), 2);
    let error = WhatIf::new(histories, &planned, &rewritten).unwrap_err();
    let source = Box::new(CourseError::OtherPast { at: weeks(5.0), age: weeks(104.0) });
    assert_eq!(error, CourseError::Customer { customer: 0, source });
    for (planned, changed) in [(&planned, &courses(quiet(), 3)), (&courses(quiet(), 3), &changed)] {
        let error = WhatIf::new(histories, planned, changed).unwrap_err();
        assert_eq!(error, CourseError::Customers { courses: 3, customers: 2 });
    }
    // Other columns than the other, or than the model.
    let course = |z: f64| Course::new([(Span::ZERO, vec![z])], Horizon::Lifetime).unwrap();
    let other = Courses::new(["w"], [course(0.0), course(1.0)]).unwrap();
    let columns = |found: &str, expected: &str| CourseError::Columns {
        found: vec![found.into()],
        expected: vec![expected.into()],
    };
    assert_eq!(WhatIf::new(histories, &planned, &other).unwrap_err(), columns("w", "z"));
    let question = WhatIf::new(histories, &other, &other).unwrap();
    let error = WORLD.fit.what_if(&question, weeks(4.0)).unwrap_err();
    assert_eq!(error, WhatIfError::Course(columns("w", "z")));
    // A future that is not known, as planned or as changed, even where nothing changes before.
    let short = Course::new([(Span::ZERO, vec![0.0])], Horizon::Within(weeks(120.0))).unwrap();
    let short = Courses::coded(WORLD.fit.model().coding(), [quiet(), short]).unwrap();
    for (planned, changed) in [(&planned, &short), (&short, &planned)] {
        let question = WhatIf::new(histories, planned, changed).unwrap();
        let error = WORLD.fit.what_if(&question, weeks(17.0)).unwrap_err();
        let source = Box::new(CourseError::Unknown { known: weeks(120.0), needed: Horizon::Within(weeks(121.0)) });
        assert_eq!(error, WhatIfError::Course(CourseError::Customer { customer: 1, source }));
        assert!(WORLD.fit.what_if(&question, weeks(16.0)).unwrap().is_some());
    }
}

#[test]
fn worths_that_do_not_fit_are_refused() {
    let World { fit, spent, .. } = &*WORLD;
    let histories = &WORLD.histories[..2];
    let [planned, changed] = [quiet(), campaign(110.0)].map(|course| courses(course, 2));
    let question = WhatIf::new(histories, &planned, &changed).unwrap();
    let year = valuation(Horizon::Within(weeks(52.0)), 0.1);
    let error =
        |valuation: &Valuation, worth: PurchaseWorth<'_>| fit.what_if_worth(&question, valuation, &worth).unwrap_err();
    let short = PurchaseWorth::Fitted { fit: spent, histories: &WORLD.spend[..1] };
    assert_eq!(error(&year, short), WhatIfError::Spend { found: 1, expected: 2 });
    let dollars = SpendHistory::new(1, Money::from_minor(1, Currency::USD)).unwrap();
    let mixed = [WORLD.spend[0], dollars];
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::EUR, found: Currency::USD };
    let source = Box::new(ValuationError::Spend(mismatch.into()));
    let expected = WhatIfError::Valuation(ValuationError::Customer { index: 1, source });
    assert_eq!(error(&year, PurchaseWorth::Fitted { fit: spent, histories: &mixed }), expected);
    let huge = PurchaseWorth::Known(eur(f64::MAX));
    let WhatIfError::Valuation(ValuationError::Money(MoneyError::NotFinite { value })) = error(&year, huge) else {
        panic!("expected an amount that is too large")
    };
    assert_eq!(value, f64::INFINITY);
}

/// Where some leave at once and others hardly ever, what comes in a lifetime without discounting has no finite expectation.
#[test]
fn a_lifetime_without_discounting_may_have_no_finite_value() {
    let (courses, purchases) = seasons(100, 8);
    let left = |(at, past): (usize, PurchaseTimes)| {
        let repeats: Vec<f64> = past.repeats().iter().map(|time| time.as_weeks()).collect();
        let known = repeats.into_iter().filter(|week| at % 2 == 0 || *week < 8.0);
        times(&known.collect::<Vec<_>>(), past.age().as_weeks())
    };
    let purchases: Vec<PurchaseTimes> = purchases.into_iter().enumerate().map(left).collect();
    let fit = Mle::default().fit::<DynamicParetoNbd>(OverTime::new(&courses, &effects(), &purchases).unwrap()).unwrap();
    assert!(fit.model().base().params().s < 1.0);
    let histories = [purchases[0].history()];
    let [planned, changed] =
        [quiet(), campaign(110.0)].map(|course| Courses::coded(fit.model().coding(), [course]).unwrap());
    let question = WhatIf::new(&histories, &planned, &changed).unwrap();
    let worth = PurchaseWorth::Known(eur(1.0));
    let error = fit.what_if_worth(&question, &valuation(Horizon::Lifetime, 0.0), &worth).unwrap_err();
    let source = Box::new(ValuationError::Forecast(ForecastError::Diverges));
    assert_eq!(error, WhatIfError::Valuation(ValuationError::Customer { index: 0, source }));
    let discounted = fit.what_if_worth(&question, &valuation(Horizon::Lifetime, 0.1), &worth).unwrap();
    assert!(discounted.is_none_or(|gain| gain.gain.amount() > 0.0));
}

/// A campaign that nobody has seen: data that say nothing of it give no number.
#[test]
fn a_what_if_of_what_nobody_saw_has_no_error_and_so_no_answer() {
    let (planned, purchases) = seasons(40, 3);
    let never = planned.courses().iter().map(|_| course(&[(0.0, 0.0), (200.0, 1.0)]));
    let unseen = Courses::new(["z"], never).unwrap();
    let data = OverTime::new(&unseen, &Effects::new().of(Driver::Purchase, ["z"]), &purchases).unwrap();
    let fit = Mle::default().fit::<DynamicParetoNbd>(data).unwrap();
    let histories = [purchases[0].history()];
    let [quiet, changed] =
        [quiet(), campaign(110.0)].map(|course| Courses::coded(fit.model().coding(), [course]).unwrap());
    let question = WhatIf::new(&histories, &quiet, &changed).unwrap();
    assert_eq!(fit.what_if(&question, weeks(20.0)).unwrap(), None, "{:?}", fit.certificate());
}
