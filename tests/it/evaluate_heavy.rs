//! Customers who buy very often: their counts, tails and values, and how much of them is asked for at most.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers in tests are small")]

use customer_value::evaluate::{
    CountDistribution, EvaluationError, FrequencyHistogram, HistoryGrid, Score, ValueAssessment,
};
use customer_value::lifetime::Process;
use customer_value::{
    AnyModel, BbParams, BgCnbd, CnbdParams, CountModel, Currency, DistributionError, ExpectedMoney, Forecast,
    GammaGamma, GammaGammaParams, GgompertzNbd, GgompertzNbdParams, Margin, Membership, Money, MoneyError,
    OpportunityHistory, Probability, PurchaseHistory, Sbg, SbgParams, Span, SpendHistory, Tenure, TimeUnit,
    UndiscountedValue,
};
use proptest::prelude::*;

use crate::shared::{bg_nbd, history, mbg_nbd, nbd, pareto_nbd, relative_error};

fn weeks(weeks: f64) -> Span {
    Span::weeks(weeks).unwrap()
}

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn gompertz([r, alpha, b, s, beta]: [f64; 5]) -> GgompertzNbd {
    GgompertzNbd::new(GgompertzNbdParams::new(r, weeks(alpha), (b, TimeUnit::Week), s, beta)).unwrap()
}

/// Rows of the table: quantity, case, key, value.
fn table() -> impl Iterator<Item = [&'static str; 4]> {
    include_str!("data/heavy.csv").lines().skip(1).map(|line| {
        let mut fields = line.splitn(4, ',');
        std::array::from_fn(|_| fields.next().unwrap())
    })
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(|number| number.parse().unwrap()).collect()
}

/// Probabilities relative to themselves, down to 1e-250; of far tails the exponent alone is a hundred.
#[test]
fn counts_and_tails_of_heavy_buyers_match_the_table_computed() {
    const TOLERANCE: f64 = 2e-12;
    let mut forecast = None;
    let mut rows = 0;
    for [quantity, case, key, text] in table().filter(|row| row[0] != "value") {
        if key == "input" {
            let input = numbers(text);
            let (parameters, rest) = input.split_at(input.len() - 4);
            let &[repeats, recency, age, within] = rest else { panic!("{text}") };
            let model: AnyModel = match *parameters {
                [r, alpha, a, b] if quantity == "bg" => bg_nbd([r, alpha, a, b]).into(),
                [r, alpha, s, beta] => pareto_nbd([r, alpha, s, beta]).into(),
                [r, alpha, b, s, beta] => gompertz([r, alpha, b, s, beta]).into(),
                _ => panic!("{text}"),
            };
            let forecast_of = model.forecast(&history(repeats as u32, recency, age));
            let counted = CountDistribution::of(&forecast_of, weeks(within)).unwrap();
            forecast = Some((forecast_of, weeks(within), counted));
            continue;
        }
        let (forecast, within, counted) = forecast.as_ref().unwrap();
        let (kind, count) = key.split_once('.').unwrap();
        let (count, expected): (u32, f64) = (count.parse().unwrap(), text.parse().unwrap());
        let surprise = forecast.surprise(count, *within).unwrap();
        let values = match kind {
            "p" => vec![forecast.probability_of(count, *within), counted.probability_of(count)],
            "ge" => vec![surprise.at_least],
            "le" => vec![surprise.at_most],
            _ => panic!("{kind}"),
        };
        for value in values.into_iter().map(Probability::get) {
            // A table ends where less than 1e-15 is left.
            let beyond = value == 0.0 && count > counted.most() && expected < 1e-15;
            let error = if expected < 1e-250 { value } else { relative_error(value, expected) };
            assert!(beyond || error < TOLERANCE, "{quantity} {case} {key}: {value:e} is not {expected:e}");
            rows += 1;
        }
    }
    assert!(rows > 100, "{rows}");
}

#[test]
fn crps_of_heavy_buyers_matches_quadrature_of_its_definition_computed() {
    let mut value = None;
    let mut rows = 0;
    for [_, case, key, text] in table().filter(|row| row[0] == "value") {
        if key == "input" {
            let &[r, alpha, x, t_x, age, within, p, q, v, paid] = &numbers(text)[..] else { panic!("{text}") };
            let purchases = nbd([r, alpha]).forecast(&history(x as u32, t_x, age));
            let spend = GammaGamma::new(GammaGammaParams { p, q, v: usd(v) }).unwrap();
            let paid = Money::from_minor((100.0 * paid).round() as i64, Currency::USD);
            let spend = spend.forecast(&SpendHistory::from_mean(x as u32, paid).unwrap()).unwrap();
            value = Some(UndiscountedValue::new(&purchases, &spend, weeks(within), Margin::FULL).unwrap());
            continue;
        }
        let actual: f64 = key.strip_prefix("crps.").unwrap().parse().unwrap();
        let crps = value.as_ref().unwrap().crps(usd(actual)).unwrap().amount();
        assert!(relative_error(crps, text.parse().unwrap()) < 1e-11, "{case} {key}: {crps:e} is not {text}");
        rows += 1;
    }
    assert_eq!(rows, 8);
}

fn models() -> Vec<AnyModel> {
    let regular = BgCnbd::new(CnbdParams { k: 3, r: 0.5, alpha: weeks(4.0), a: 0.8, b: 2.5 }).unwrap();
    vec![
        nbd([0.385, 12.07]).into(),
        bg_nbd([0.243, 4.414, 0.793, 2.426]).into(),
        mbg_nbd([0.525, 6.183, 0.891, 1.614]).into(),
        regular.into(),
        pareto_nbd([0.553, 10.578, 0.606, 11.669]).into(),
        gompertz([0.553, 10.578, 0.02, 0.6, 12.0]).into(),
    ]
}

fn histories() -> impl Strategy<Value = (u32, f64, f64, f64)> {
    (0_u32..300, 0.01_f64..1.0, 1.0_f64..200.0, 0.01_f64..300.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Counts in blocks are those one by one, and tails those of the table.
    #[test]
    fn tables_are_their_counts_and_surprises_are_their_sums(
        (repeats, share, age, within) in histories(), observed in 0_u32..400,
    ) {
        let history = history(repeats, if repeats > 0 { share * age } else { 0.0 }, age);
        for model in models() {
            let forecast = model.forecast(&history);
            let table = CountDistribution::of(&forecast, weeks(within)).unwrap();
            for count in [0, 1, 2, 15, 16, 17, 31, 32, 33, 64, 100, 200] {
                let (own, one) = (table.probability_of(count).get(), forecast.probability_of(count, weeks(within)).get());
                let same = relative_error(own, one) < 1e-11 || own == 0.0 && one < 1e-15 || one < 1e-250;
                prop_assert!(same, "{} {count}: {own:e} {one:e}", model.name());
            }
            let (own, sums) = (forecast.surprise(observed, weeks(within)).unwrap(), table.surprise(observed));
            // The far end of a table lacks less than 1e-15.
            for (own, sum) in [(own.at_least.get(), sums.at_least.get()), (own.at_most.get(), sums.at_most.get())] {
                prop_assert!((own - sum).abs() < 1e-11 * own + 2e-15, "{} {observed}: {own:e} {sum:e}", model.name());
            }
            // Both tails have P(N = n) in common.
            let both = own.at_least.get() + own.at_most.get() - 1.0;
            let one = forecast.probability_of(observed, weeks(within)).get();
            prop_assert!((both - one).abs() < 1e-12, "{} {both:e} {one:e}", model.name());
        }
    }

    /// The mean of the losses, were each value the truth in turn, is least for the distribution itself.
    #[test]
    fn crps_of_a_value_is_not_negative_and_changes_by_no_more_than_the_amount(
        (repeats, share, age, within) in histories(), p in 0.05_f64..60.0, q in 1.01_f64..40.0, y in 0.0_f64..2e4, by in 0.0_f64..1e3,
    ) {
        let history = history(repeats, if repeats > 0 { share * age } else { 0.0 }, age);
        let spend = GammaGamma::new(GammaGammaParams { p, q, v: usd(15.0) }).unwrap().newcomer();
        let value = UndiscountedValue::new(&models()[4].forecast(&history), &spend, weeks(within), Margin::FULL).unwrap();
        let crps = |y: f64| value.crps(usd(y)).unwrap().amount();
        let (near, far) = (crps(y), crps(y + by));
        prop_assert!(near >= 0.0 && (far - near).abs() <= by + 1e-9 * (y + by), "{near} {far} {by}");
        // Of an amount below zero all of the distance counts.
        prop_assert!((crps(-by) - crps(0.0) - by).abs() <= 1e-12 * (by + crps(0.0)));
    }
}

/// Silent, and lively: whatever was observed has a tail, which falls as more is observed.
#[test]
fn any_number_of_purchases_has_a_surprise() {
    for model in models() {
        for (repeats, age) in [(0, 38.86), (7, 38.86), (1_000, 38.9), (1_000_000, 39.0)] {
            let recency = if repeats > 0 { 38.8 } else { 0.0 };
            let forecast = model.forecast(&history(repeats, recency, age));
            let mut before = Probability::new(1.0).unwrap();
            for observed in [0, 1, 80, 9_968, 9_969, 20_001, 900_000, 1_000_000, 999_999_999, u32::MAX] {
                let surprise = forecast.surprise(observed, weeks(39.0)).unwrap();
                let [least, most] = [surprise.at_least.get(), surprise.at_most.get()];
                let name = model.name();
                assert!(
                    least <= before.get() && least + most > 1.0 - 1e-9,
                    "{name} {repeats} {observed}: {surprise:?}"
                );
                before = surprise.at_least;
            }
            assert!(before.get() < 1e-300, "{} {repeats}: {before:?}", model.name());
        }
    }
}

/// Where counts are summed one by one they end at 20,000.
#[test]
fn surprises_of_many_opportunities_are_refused_by_their_limit() {
    let bb = customer_value::Bb::new(BbParams { alpha: 2.0, beta: 3.0, every: Span::whole_days(1) }).unwrap();
    let forecast = bb.forecast(&OpportunityHistory::new(2, 5, 10).unwrap());
    let days = Span::whole_days;
    let sum: f64 = (3..=20).map(|count| forecast.probability_of(count, days(20)).get()).sum();
    assert!(relative_error(forecast.surprise(3, days(20)).unwrap().at_least.get(), sum) < 1e-12);
    let error = forecast.surprise(20_001, days(100_000)).unwrap_err();
    let EvaluationError::Distribution(DistributionError::TooManyPurchases { most: 20_000, .. }) = error else {
        panic!("{error}")
    };
    // Of a contract both tails are known at once.
    let sbg = Sbg::new(SbgParams { alpha: 3.8, beta: 15.2, every: Span::years(1.0).unwrap() }).unwrap();
    let contract: Forecast<_> = sbg.forecast(&Tenure::new(1, Membership::Active).unwrap());
    let alive = contract.given_alive();
    let surprise = contract.surprise(3, Span::years(5.0).unwrap()).unwrap();
    assert!(relative_error(surprise.at_least.get(), alive.survival_after(3)) < 1e-14);
    assert!(relative_error(surprise.at_most.get(), 1.0 - alive.survival_after(4)) < 1e-13);
    let all = contract.surprise(5, Span::years(5.0).unwrap()).unwrap();
    assert_eq!(all.at_most.get(), 1.0);
    assert_eq!(contract.surprise(u32::MAX, Span::years(5.0).unwrap()).unwrap().at_least.get(), 0.0);
    assert_eq!(alive.probability_of(0, Span::years(0.5).unwrap()), 1.0);
}

#[test]
fn pictures_of_more_parts_than_can_be_shown_are_refused() {
    let model = &models()[4];
    let histories = [history(2, 30.0, 39.0), history(0, 0.0, 39.0)];
    let too_many = |what, number, most| EvaluationError::TooMany { what, number, most };
    for open_from in [20_001, u32::MAX] {
        let error = FrequencyHistogram::new(&histories, model, open_from).unwrap_err();
        assert_eq!(error, too_many("classes before the open one", open_from.into(), 20_000));
    }
    let grid = |most, steps| HistoryGrid::new(model, weeks(39.0), weeks(39.0), most, steps);
    let square = u64::from(u32::MAX) * u64::from(u32::MAX) + 1;
    assert_eq!(grid(u32::MAX, u32::MAX).unwrap_err(), too_many("cells", square, 1_000_000));
    assert_eq!(grid(1_000, 1_000).unwrap_err(), too_many("cells", 1_000_001, 1_000_000));
    assert_eq!(grid(0, u32::MAX).unwrap().cells().len(), 1);
}

#[test]
fn a_histogram_expects_what_newcomers_do_one_by_one() {
    let histories = [history(2, 30.0, 39.0), history(0, 0.0, 39.0), history(1, 3.0, 20.0)];
    for model in models() {
        let picture = FrequencyHistogram::new(&histories, &model, 70).unwrap();
        let newcomer = model.forecast(&PurchaseHistory::acquired());
        for class in &picture.classes()[..70] {
            let of = |age: f64| newcomer.probability_of(class.repeats, weeks(age)).get();
            let expected = 2.0 * of(39.0) + of(20.0);
            assert!(relative_error(class.expected, expected) < 1e-11, "{}: {class:?} {expected:e}", model.name());
        }
    }
}

/// Two values by hand: N of Poisson-gamma counts and spend whose moments the documentation gives.
#[test]
fn totals_of_value_hold_what_is_known_and_nothing_else() {
    let newcomer = nbd([1.0, 10.0]).forecast(&PurchaseHistory::acquired());
    let of = |q: f64, weeks_ahead: f64| {
        let spend = GammaGamma::new(GammaGammaParams { p: 2.0, q, v: usd(10.0) }).unwrap().newcomer();
        UndiscountedValue::new(&newcomer, &spend, weeks(weeks_ahead), Margin::FULL).unwrap()
    };
    let level = Probability::new(0.95).unwrap();
    let judged = ValueAssessment::new(vec![of(3.0, 10.0), of(3.0, 20.0)], vec![usd(7.0), usd(40.0)]).unwrap();
    let total = judged.total(Some(usd(30.0))).unwrap();
    // E N = 1 and 2, Var N = 2 and 6; E S = 10. Var = 25 (4 Var N + 2 E N + 4 (Var N + E N²) + 2 E N), as q − 2 = 1.
    let variance = 25.0 * (8.0 + 2.0 + 12.0 + 2.0) + 25.0 * (24.0 + 4.0 + 40.0 + 4.0);
    assert!(relative_error(total.expected.amount(), 30.0) < 1e-13 && total.actual == usd(47.0));
    assert!(relative_error(total.spending_error.unwrap().amount(), f64::sqrt(variance)) < 1e-12);
    let half = 1.959_963_984_540_054 * (variance + 900.0).sqrt();
    let interval = total.interval(level).unwrap();
    assert!(relative_error(interval.high, 30.0 + half) < 1e-12 && interval.low == 0.0);
    assert_eq!(total.interval(Probability::new(1.0).unwrap()), None);
    // Nobody asked for the error of the parameters; spend without a variance has no interval.
    assert_eq!(judged.total(None).unwrap().interval(level), None);
    let uneven = ValueAssessment::new(vec![of(3.0, 10.0), of(1.5, 10.0)], vec![usd(0.0); 2]).unwrap();
    let total = uneven.total(Some(usd(1.0))).unwrap();
    assert_eq!((total.spending_error, total.interval(level)), (None, None));
    let endless = ValueAssessment::new(vec![of(3.0, 10.0), of(0.9, 10.0)], vec![usd(0.0); 2]).unwrap();
    let Err(EvaluationError::Customer { index: 1, source }) = endless.total(None) else { panic!() };
    assert!(matches!(*source, EvaluationError::Distribution(DistributionError::Spend(_))), "{source}");
    assert_eq!(endless.losses(Score::Crps), Err(EvaluationError::Customer { index: 1, source }));
    let negative = EvaluationError::OutOfRange { quantity: "standard error", value: -1.0 };
    assert_eq!(judged.total(Some(usd(-1.0))), Err(negative));
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(judged.total(Some(ExpectedMoney::zero(Currency::EUR))), Err(mismatch.into()));
}
