//! Gaps between purchases: their logarithms in cohorts, and what they say of regularity.

use customer_value::lifetime::{DataError, GapPatterns, Observations};
use customer_value::{
    Cohort, CohortError, Currency, Day, FirstSeen, GapHistory, Granularity, HistoryError, Interaction, InteractionLog,
    Money, PurchaseHistory, Span, SummaryRow, TimeUnit, Timestamp, Window,
};
use rand_distr::{Distribution, Exp1, Gamma};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use crate::cdnow::{self, day};

fn log_of(times: &[(u32, f64)], days: i32) -> InteractionLog<u32> {
    let start = Day::from_days_since_epoch(0).unwrap();
    let window = Window::new(start, Day::from_days_since_epoch(days).unwrap(), FirstSeen::IsNew).unwrap();
    let row = |&(id, time): &(u32, f64)| {
        let instant = Timestamp::from_nanoseconds((time * 86_400e9) as i64);
        Interaction::purchase(id, instant, Money::from_minor(100, Currency::USD))
    };
    InteractionLog::builder(window, Granularity::Instant).extend(times.iter().map(row)).build().unwrap()
}

/// Customers with gamma rates whose gaps are sums of `k` exponentials.
fn erlang(k: u32, customers: u32, days: i32) -> InteractionLog<u32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(u64::from(k));
    let mut times = Vec::new();
    for id in 0..customers {
        let rate = Gamma::new(2.0, 0.05).unwrap().sample(&mut rng);
        let mut now = 0.0;
        while now < f64::from(days) {
            times.push((id, now));
            let events = (0..k).map(|_| Distribution::<f64>::sample(&Exp1, &mut rng));
            now += events.sum::<f64>() / rate;
        }
    }
    log_of(&times, days)
}

/// The standard error of k is about √(8/n) (k + ½) where shares are Beta(k, k), by the delta method.
#[test]
fn regularity_of_erlang_gaps_is_their_shape() {
    for k in [1, 2, 4] {
        let cut = Day::from_days_since_epoch(2_000).unwrap();
        let found = erlang(k, 6_000, 2_000).regularity(cut).unwrap();
        let expected = f64::from(k);
        let error = (8.0 / found.customers as f64).sqrt() * (expected + 0.5);
        assert!(found.customers > 5_500);
        assert!((found.k - expected).abs() < 4.0 * error, "{found:?} ± {error}");
    }
}

#[test]
fn cdnow_customers_buy_hardly_more_regularly_than_at_random() {
    let found = cdnow::log(FirstSeen::IsNew).unwrap().regularity(day("1997-09-30")).unwrap();
    // 1,411 customers came back never and 439 once, as the papers print.
    assert_eq!(found.customers, 2_357 - 1_411 - 439);
    assert!((1.0..1.1).contains(&found.k), "{found:?}");
}

#[test]
fn regularity_needs_two_customers_with_two_gaps_that_differ() {
    let cut = Day::from_days_since_epoch(100).unwrap();
    let regular = [(1, 0.0), (1, 10.0), (1, 20.0)];
    let few = log_of(&regular, 100).regularity(cut);
    assert_eq!(few, Err(CohortError::TooFewGaps { customers: 1 }));
    let equal = log_of(&[regular, regular.map(|(_, time)| (2, 2.0 * time))].concat(), 100).regularity(cut);
    assert_eq!(equal, Err(CohortError::GapsAllEqual { customers: 2 }));
    let outside = log_of(&regular, 100).regularity(Day::from_days_since_epoch(101).unwrap());
    assert!(matches!(outside, Err(CohortError::CutOutsideWindow { .. })));
}

#[test]
fn ln_gaps_are_those_between_purchase_days_after_refunds() {
    let civil = |days| Day::from_days_since_epoch(days).unwrap();
    let money = Money::from_minor(100, Currency::USD);
    let window = Window::new(civil(0), civil(100), FirstSeen::IsNew).unwrap();
    let rows = [
        Interaction::purchase(7, civil(10), money),
        Interaction::purchase(7, civil(12), money),
        Interaction::purchase(7, civil(12), money),
        Interaction::purchase(7, civil(19), money),
        Interaction::purchase(7, civil(30), money),
        Interaction::refund(7, civil(31), money),
        Interaction::purchase(8, civil(5), money),
    ];
    let log = InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap();
    let at = |cut| log.cohort(civil(cut)).unwrap().ln_gaps().unwrap().to_vec();
    let close = |value: f64, product: f64| assert!((value - product.ln()).abs() < 1e-14, "{value} {product}");
    close(at(30)[0], 2.0 * 7.0 * 11.0);
    close(at(31)[0], 2.0 * 7.0);
    assert_eq!(at(31)[1], 0.0);
    let split = log.split(civil(20), civil(100)).unwrap();
    close(split.calibration.get(0).unwrap().ln_gaps.unwrap(), 14.0);
}

/// Thousands of gaps, long and short, whose product overflows and underflows.
#[test]
fn ln_gaps_of_many_purchases_are_the_sum_of_the_logarithms() {
    for gap in [0.000_1, 150.0] {
        let times: Vec<f64> = (0..500).map(|index| gap * (f64::from(index) + 0.2 * f64::from(index % 3))).collect();
        let expected: f64 = times.windows(2).map(|pair| (pair[1] - pair[0]).ln()).sum();
        let last = times[times.len() - 1] as i32 + 1;
        let log = log_of(&times.iter().map(|time| (1, *time)).collect::<Vec<_>>(), last);
        let value = log.cohort(log.window().end()).unwrap().ln_gaps().unwrap()[0];
        assert!((value - expected).abs() < 1e-9 * expected.abs(), "{value} {expected}");
    }
}

#[test]
fn patterns_with_gaps_do_not_depend_on_the_order_of_customers() {
    let cohort = cdnow::log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
    let data = GapPatterns::from_cohort(&cohort, 2).unwrap();
    let customers = cohort.iter().map(|one| GapHistory::new(one.purchases, one.ln_gaps.unwrap()).unwrap());
    let mut histories: Vec<GapHistory> = customers.collect();
    histories.reverse();
    histories.rotate_left(555);
    assert_eq!(GapPatterns::new(&histories, 2).unwrap(), data);
    assert_eq!((data.customers(), data.densities_in_time(), data.k()), (2_357, 2_457, 2));
    assert_eq!(GapPatterns::try_from(&cohort).unwrap().with_k(2).unwrap(), data);
    assert!(data.ln_gaps() > 0.0);
}

#[test]
fn gaps_that_cannot_be_are_refused_by_name() {
    let history = PurchaseHistory::new(2, Span::whole_days(20), Span::whole_days(30)).unwrap();
    let most = 2.0 * 10.0_f64.ln();
    assert!(GapHistory::new(history, most).is_ok() && GapHistory::new(history, -50.0).is_ok());
    for bad in [most + 1e-6, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(GapHistory::new(history, bad), Err(HistoryError::LnGaps { .. })), "{bad}");
    }
    assert!(GapHistory::new(PurchaseHistory::acquired(), -0.1).is_err());
    assert!(GapHistory::new(PurchaseHistory::acquired(), 0.0).is_ok());

    let row = SummaryRow { id: 1, repeats: 2, recency: 20.0, age: 30.0, mean_spend: None };
    let cohort = Cohort::from_summaries([row], TimeUnit::Day).unwrap();
    assert_eq!(cohort.ln_gaps(), None);
    assert_eq!(GapPatterns::try_from(&cohort), Err(DataError::NoGaps));
    assert_eq!(GapPatterns::new(&[], 0), Err(DataError::Regularity { k: 0 }));
}
