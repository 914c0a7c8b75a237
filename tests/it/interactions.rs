//! Simulated rows of a log, and spend fitted on their single transactions.

use std::collections::BTreeMap;

use customer_value::lifetime::{DataError, SpendPatterns};
use customer_value::{
    CountModel, Currency, Day, Event, ExpectedMoney, FirstSeen, FitError, GammaGamma, GammaGammaParams, Granularity,
    Interaction, InteractionLog, Mle, Money, ParetoNbd, ParetoNbdParams, PurchaseHistory, Seed, SimulationWindow, Span,
    SpendHistory, TimeUnit, Timestamp, Verdict, Window, simulate, simulate_interactions,
};

use crate::cdnow;
use crate::shared::{bg_nbd, mbg_nbd, nbd, relative_error};

const SPEND: [f64; 3] = [6.25, 3.74, 15.44];

fn spend_in(currency: Currency, [p, q, v]: [f64; 3]) -> GammaGamma {
    GammaGamma::new(GammaGammaParams { p, q, v: ExpectedMoney::new(v, currency).unwrap() }).unwrap()
}

fn spend() -> GammaGamma {
    spend_in(Currency::USD, SPEND)
}

fn midnight(day: i64) -> Timestamp {
    Timestamp::from_seconds(86_400 * day).unwrap()
}

fn window(days: i64, winning: u32) -> SimulationWindow {
    SimulationWindow { start: midnight(0), winning: Span::whole_days(winning), end: midnight(days) }
}

fn log_of(rows: Vec<Interaction<u32>>, granularity: Granularity, days: i32) -> InteractionLog<u32> {
    let day = |count| Day::from_days_since_epoch(count).unwrap();
    let window = Window::new(day(0), day(days - 1), FirstSeen::IsNew).unwrap();
    InteractionLog::builder(window, granularity).extend(rows).build().unwrap()
}

fn assert_histories_survive<M: CountModel<History = PurchaseHistory>>(model: &M) {
    const DAYS: i32 = 300;
    let rows = simulate_interactions(model, &spend(), &window(DAYS.into(), 0), 2_000, Seed::new(6)).unwrap();
    let log = log_of(rows, Granularity::Instant, DAYS);
    let cohort = log.cohort(log.window().end()).unwrap();
    let histories = simulate(model, Span::whole_days(DAYS as u32), 2_000, Seed::new(6));
    assert_eq!(cohort.len(), histories.len());
    for (seen, simulated) in cohort.purchases().iter().zip(&histories) {
        assert_eq!((seen.repeats(), seen.age()), (simulated.repeats(), simulated.age()));
        let nanoseconds = (seen.recency().as_days() - simulated.recency().as_days()).abs() * 86_400e9;
        assert!(nanoseconds <= 16.0, "{seen:?} {simulated:?}");
    }
}

#[test]
fn simulated_rows_make_a_log_whose_cohort_has_the_simulated_histories() {
    let weeks = |count| Span::weeks(count).unwrap();
    assert_histories_survive(&nbd([0.385, 12.07]));
    assert_histories_survive(&bg_nbd([0.243, 4.414, 0.793, 2.426]));
    assert_histories_survive(&mbg_nbd([0.525, 6.183, 0.891, 1.614]));
    let pareto = ParetoNbdParams { r: 0.553, alpha: weeks(10.578), s: 0.606, beta: weeks(11.669) };
    assert_histories_survive(&ParetoNbd::new(pareto).unwrap());
}

#[test]
fn simulated_rows_give_back_the_parameters_of_purchases_and_spend() {
    const DAYS: i32 = 400;
    let model = mbg_nbd([0.525, 6.183, 0.891, 1.614]);
    let rows = simulate_interactions(&model, &spend(), &window(DAYS.into(), 90), 20_000, Seed::new(2)).unwrap();
    let log = log_of(rows, Granularity::Instant, DAYS);
    let cut = log.window().end();
    let cohort = log.cohort(cut).unwrap();
    let ages = cohort.purchases().iter().map(|history| history.age().as_days());
    assert!(ages.clone().all(|age| (310.0..=400.0).contains(&age)));
    assert!((ages.sum::<f64>() / 20_000.0 - 355.0).abs() < 4.0 * 90.0 / 12.0_f64.sqrt() / 20_000.0_f64.sqrt());

    let purchases = Mle::default().fit::<customer_value::MbgNbd>(&cohort).unwrap();
    for (estimate, truth) in purchases.estimates(TimeUnit::Week).iter().zip([0.525, 6.183, 0.891, 1.614]) {
        assert!((estimate.value - truth).abs() < 4.0 * estimate.standard_error.unwrap(), "{estimate} {truth}");
    }
    let by_mean = Mle::default().fit::<GammaGamma>(&cohort).unwrap();
    let single = SpendPatterns::from_transactions(
        log.ids().iter().map(|id| log.purchases(id, cut).into_iter().skip(1).map(|(_, amount)| amount)),
    );
    assert_eq!(single.left_out(), SpendPatterns::from(&cohort).left_out());
    let by_transaction = Mle::default().fit::<GammaGamma>(single).unwrap();
    for (fit, kind) in [(&by_mean, "means"), (&by_transaction, "transactions")] {
        for (estimate, truth) in fit.estimates(TimeUnit::Day).iter().zip(SPEND) {
            assert!((estimate.value - truth).abs() < 4.0 * estimate.standard_error.unwrap(), "{kind}: {estimate}");
        }
    }
    let error = |fit: &customer_value::Fit<GammaGamma>| fit.estimates(TimeUnit::Day)[0].standard_error.unwrap();
    assert!(error(&by_transaction) < 0.2 * error(&by_mean), "single transactions tell p far better");
    // The forecast from a count and a total is as ever.
    let paid = SpendHistory::from_mean(3, Money::from_minor(4_000, Currency::USD)).unwrap();
    let GammaGammaParams { p, q, v } = by_transaction.model().params();
    let expected = p * (v.amount() + 120.0) / (3.0 * p + q - 1.0);
    let forecast = by_transaction.model().forecast(&paid).unwrap().mean().unwrap().amount();
    assert!(relative_error(forecast, expected) < 1e-12);
}

#[test]
fn a_longer_simulation_begins_with_the_shorter_one() {
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let rows =
        |days, customers| simulate_interactions(&model, &spend(), &window(days, 60), customers, Seed::new(1)).unwrap();
    assert_eq!(rows(100, 300), rows(100, 500)[..rows(100, 300).len()]);
    let mut by_customer = BTreeMap::<u32, Vec<_>>::new();
    for row in rows(400, 300) {
        by_customer.entry(row.customer).or_default().push(row);
    }
    for row in rows(100, 300) {
        assert!(by_customer[&row.customer].contains(&row));
    }
    // Won evenly over 60 days: by the 30th, half of them.
    let won = rows(30, 2_000).iter().map(|row| row.customer).collect::<std::collections::BTreeSet<_>>().len();
    assert!((900..1_100).contains(&won), "{won}");
}

#[test]
fn amounts_are_whole_minor_units_and_too_large_ones_an_error() {
    let model = nbd([0.385, 12.07]);
    let yen = Currency::new("JPY").unwrap();
    let rows = simulate_interactions(&model, &spend_in(yen, [0.5, 3.0, 2.0]), &window(300, 0), 300, Seed::new(1));
    let amounts: Vec<i64> = rows
        .unwrap()
        .iter()
        .map(|row| match &row.event {
            Event::Purchase { amount, .. } => amount.to_minor().unwrap(),
            _ => panic!("purchases only"),
        })
        .collect();
    assert!(amounts.contains(&0) && amounts.iter().any(|amount| *amount > 0));
    let monstrous = spend_in(yen, [1.0, 1e-3, 1e15]);
    assert!(simulate_interactions(&model, &monstrous, &window(300, 0), 300, Seed::new(1)).is_err());
    let nobody = SimulationWindow { start: midnight(10), winning: Span::ZERO, end: midnight(10) };
    assert_eq!(simulate_interactions(&model, &spend(), &nobody, 9, Seed::new(1)), Ok(vec![]));
}

#[test]
fn transactions_of_cdnow_know_the_spread_of_purchases_that_means_only_guess() {
    let log = cdnow::log(FirstSeen::IsNew).unwrap();
    let cut = cdnow::day("1997-09-30");
    let data = SpendPatterns::from_transactions(
        log.ids().iter().map(|id| log.purchases(id, cut).into_iter().skip(1).map(|(_, amount)| amount)),
    );
    let fit = Mle::default().fit::<GammaGamma>(data).unwrap();
    assert!(fit.is_interior());
    assert_eq!(fit.customers(), 946);
    let p = &fit.estimates(TimeUnit::Day)[0];
    // From means alone p is 6.25 ± 1.19: the purchases of one customer differ more than that says.
    assert!(p.value < 5.0 && p.standard_error.unwrap() < 0.2, "{p}");
}

#[test]
fn transactions_that_cannot_be_fitted_say_why() {
    let money = |cents, currency| Money::from_minor(cents, currency);
    let dollars = |cents| money(cents, Currency::USD);
    let fit =
        |customers: Vec<Vec<Money>>| Mle::default().fit::<GammaGamma>(SpendPatterns::from_transactions(customers));
    let nothing = fit(vec![vec![], vec![dollars(0), dollars(-5)]]).unwrap_err();
    assert_eq!(nothing, FitError::Data(DataError::NoSpend));
    let mixed = fit(vec![vec![dollars(5), money(5, Currency::EUR)]]).unwrap_err();
    let expected = DataError::MixedCurrencies { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(mixed, FitError::Data(expected));
    // Every customer pays a price of its own, always the same: no finite p describes that.
    let constant = (1..200).map(|price| vec![dollars(100 + 13 * price); 3]).collect();
    let verdict = fit(constant).unwrap().certificate().verdict.clone();
    assert!(
        matches!(&verdict, Verdict::Boundary { parameters, .. } if parameters.contains(&"p".into())),
        "{verdict:?}"
    );
}

#[test]
fn patterns_of_transactions_do_not_depend_on_any_order() {
    let dollars = |cents| Money::from_minor(cents, Currency::USD);
    let customers = [vec![110, 230, 470], vec![470, 110, 230], vec![300, 300, 210], vec![990]];
    let forward = SpendPatterns::from_transactions(customers.iter().map(|one| one.iter().copied().map(dollars)));
    let backward =
        SpendPatterns::from_transactions(customers.iter().rev().map(|one| one.iter().rev().copied().map(dollars)));
    assert_eq!(forward, backward);
}
