use customer_value::{
    BadRow, CohortError, Currency, Day, Event, FirstSeen, Granularity, Interaction, InteractionLog, LeftOutReason,
    LogBuilder, LogError, Moment, Money, RefundPolicy, RowError, Span, Timestamp, Window, WindowError, Zone,
};

use crate::cdnow::{day, usd};

const HOUR: i64 = 3_600;

fn window() -> Window {
    Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNew).unwrap()
}

fn builder() -> LogBuilder<&'static str> {
    InteractionLog::builder(window(), Granularity::Day)
}

fn bought(customer: &'static str, on: &str, amount: &str) -> Interaction<&'static str> {
    Interaction::purchase(customer, day(on), usd(amount))
}

fn refunded(customer: &'static str, on: &str, amount: &str) -> Interaction<&'static str> {
    Interaction::refund(customer, day(on), usd(amount))
}

fn ordered(row: Interaction<&'static str>, order: &str) -> Interaction<&'static str> {
    let order = Some(order.to_owned());
    let event = match row.event {
        Event::Purchase { amount, cost_to_serve, .. } => Event::Purchase { amount, cost_to_serve, order },
        Event::Refund { amount, .. } => Event::Refund { amount, order },
        other => other,
    };
    Interaction { event, ..row }
}

fn instant(seconds: i64) -> Moment {
    // 2024-06-01T00:00:00Z
    Timestamp::from_seconds(1_717_200_000 + seconds).unwrap().into()
}

fn faults(rows: impl IntoIterator<Item = Interaction<&'static str>>) -> Vec<(usize, RowError)> {
    match builder().extend(rows).build() {
        Err(LogError::Rows(bad)) => bad.into_iter().map(|bad| (bad.row, bad.reason)).collect(),
        other => panic!("expected bad rows, got {other:?}"),
    }
}

/// Repeats, recency, age, repeat spend and total of the one customer.
fn only(rows: impl IntoIterator<Item = Interaction<&'static str>>, cut: &str) -> (u32, f64, f64, Money, Money) {
    let cohort = builder().extend(rows).build().unwrap().cohort(day(cut)).unwrap();
    assert_eq!(cohort.len(), 1);
    let one = cohort.get(0).unwrap();
    let purchases = one.purchases;
    let (recency, age) = (purchases.recency().as_days(), purchases.age().as_days());
    (purchases.repeats(), recency, age, one.spend.unwrap().repeat_total(), one.realised.unwrap())
}

fn outside(on: &str) -> RowError {
    RowError::OutsideWindow { day: day(on), start: window().start(), end: window().end() }
}

#[test]
fn every_kind_of_bad_row_is_named_with_its_reason() {
    let negative = |amount: &str| RowError::NegativeAmount { amount: usd(amount) };
    let cost = Event::ServiceVisit { cost: Some(usd("-2")) };
    let euros = Money::from_minor(100, Currency::EUR);
    let score = |score| Event::SurveyResponse { question: "likely to recommend".into(), score };
    let rows = [
        bought("a", "2024-03-01", "10"),
        bought("a", "2024-03-02", "-0.01"),
        Interaction::new("a", day("2024-03-02"), cost),
        Interaction::purchase("a", day("2024-03-02"), euros),
        bought("a", "2023-12-31", "1"),
        bought("a", "2025-01-01", "1"),
        Interaction::new("a", day("2024-03-02"), Event::Referral { whom: "a" }),
        Interaction::new("a", day("2024-03-02"), score(f64::INFINITY)),
        refunded("a", "2024-02-29", "1"),
        refunded("b", "2024-03-05", "1"),
        refunded("a", "2024-03-05", "10.01"),
        ordered(refunded("a", "2024-03-05", "1"), "A-1"),
        bought("a", "2025-01-02", "-1"),
    ];
    assert_eq!(
        faults(rows),
        [
            (1, negative("-0.01")),
            (2, negative("-2")),
            (3, RowError::Currency { expected: Currency::USD, found: Currency::EUR }),
            (4, outside("2023-12-31")),
            (5, outside("2025-01-01")),
            (6, RowError::SelfReferral),
            (7, RowError::Score { score: f64::INFINITY }),
            (8, RowError::RefundBeforePurchase),
            (9, RowError::RefundWithoutPurchase),
            (10, RowError::RefundExceedsPurchases { refund: usd("10.01"), left: usd("10") }),
            (11, RowError::UnknownOrder { order: "A-1".into() }),
            (12, negative("-1")),
            (12, outside("2025-01-02")),
        ]
    );
    let nan = faults([Interaction::new("a", day("2024-03-02"), score(f64::NAN))]);
    assert!(matches!(nan[..], [(0, RowError::Score { score })] if score.is_nan()));
}

#[test]
fn a_refund_of_an_order_is_held_against_that_order() {
    let rows = [
        ordered(bought("a", "2024-03-01", "10"), "A-1"),
        bought("a", "2024-03-02", "90"),
        ordered(refunded("a", "2024-03-03", "6"), "A-1"),
        ordered(refunded("a", "2024-03-04", "5"), "A-1"),
        ordered(refunded("b", "2024-03-04", "5"), "A-1"),
        ordered(refunded("a", "2024-02-28", "1"), "A-1"),
    ];
    assert_eq!(
        faults(rows),
        [
            (3, RowError::RefundExceedsOrder { order: "A-1".into(), refund: usd("5"), left: usd("4") }),
            (4, RowError::UnknownOrder { order: "A-1".into() }),
            (5, RowError::RefundBeforePurchase),
        ]
    );
}

#[test]
fn a_refund_above_all_purchases_together_is_refused_though_its_order_would_bear_it() {
    let rows = [
        ordered(bought("a", "2024-03-01", "10"), "A-1"),
        refunded("a", "2024-03-02", "8"),
        ordered(refunded("a", "2024-03-03", "3"), "A-1"),
    ];
    // The order is certain, so that it is the refund without an order that takes back too much.
    assert_eq!(faults(rows), [(1, RowError::RefundExceedsPurchases { refund: usd("8"), left: usd("7") })]);
}

#[test]
fn bad_rows_keep_source_and_index_through_a_merge() {
    let shop = builder().source("shop").extend([bought("a", "2024-01-01", "1"), bought("a", "2024-01-02", "-1")]);
    let web = builder().source("web").extend([bought("b", "2024-01-01", "-2")]);
    let bad = |from: &str, row, amount| BadRow {
        from: from.into(),
        row,
        reason: RowError::NegativeAmount { amount: usd(amount) },
    };
    let error = shop.merge(web).unwrap().build().unwrap_err();
    assert_eq!(error, LogError::Rows(vec![bad("shop", 1, "-1"), bad("web", 0, "-2")]));
    assert_eq!(
        error.to_string(),
        "bad rows in the log\n  shop, row 1 (from 0): amount -1.00 USD is negative, expected 0 or more; what is given back is a refund\n  web, row 0 (from 0): amount -2.00 USD is negative, expected 0 or more; what is given back is a refund"
    );
}

#[test]
fn builders_with_different_settings_do_not_merge() {
    let paris = Zone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let others = [
        builder().zone(paris),
        builder().refunds(RefundPolicy::WhollyRefundedCounts),
        InteractionLog::builder(window(), Granularity::Instant),
    ];
    for other in others {
        assert_eq!(builder().merge(other).unwrap_err(), LogError::SettingsDiffer);
    }
}

#[test]
fn the_currency_of_a_log_does_not_depend_on_the_order_of_rows() {
    let euros = |customer| Interaction::purchase(customer, day("2024-05-05"), Money::from_minor(1, Currency::EUR));
    let dollars = bought("a", "2024-05-05", "1");
    let expected = |row| vec![(row, RowError::Currency { expected: Currency::EUR, found: Currency::USD })];
    assert_eq!(faults([dollars.clone(), euros("b"), euros("c")]), expected(0));
    assert_eq!(faults([euros("b"), euros("c"), dollars.clone()]), expected(2));
    assert_eq!(faults([dollars, euros("b")]), expected(0), "of equally many, the first of the alphabet");
}

#[test]
fn an_instant_log_needs_instants() {
    let log = InteractionLog::builder(window(), Granularity::Instant).extend([bought("a", "2024-03-01", "1")]).build();
    let bad = BadRow { from: "rows".into(), row: 0, reason: RowError::InstantNeeded };
    assert_eq!(log, Err(LogError::Rows(vec![bad])));
}

#[test]
fn instants_merge_by_day_in_the_zone_or_by_equality() {
    let rows = [0, 0, 21 * HOUR, 23 * HOUR].map(|at| Interaction::purchase("a", instant(at), usd("1")));
    let repeats = |log: LogBuilder<_>| {
        let cohort = log.extend(rows.clone()).build().unwrap().cohort(day("2024-06-10")).unwrap();
        (cohort.purchases()[0].repeats(), cohort.purchases()[0].age().as_days())
    };
    let by_instant = || InteractionLog::builder(window(), Granularity::Instant);
    let paris = || Zone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    // 2024-06-01 in UTC; in Paris 02:00 and 23:00 of that day, and 01:00 of the next.
    assert_eq!(repeats(builder()), (0, 9.0));
    assert_eq!(repeats(builder().zone(paris())), (1, 9.0));
    // Ages run to the end of the cut day: midnight in Paris is two hours before midnight UTC.
    assert_eq!(repeats(by_instant()), (2, 10.0));
    assert_eq!(repeats(by_instant().zone(paris())), (2, 10.0 - 2.0 / 24.0));
}

#[test]
fn an_instant_at_the_edge_of_the_window_belongs_to_its_civil_day() {
    let paris = Zone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let new_year = Timestamp::from_seconds(1_704_063_600).unwrap(); // 2024-01-01T00:00 in Paris, 23:00Z before
    for granularity in [Granularity::Day, Granularity::Instant] {
        let build = |zone| {
            let row = Interaction::purchase("a", new_year, usd("1"));
            InteractionLog::builder(window(), granularity).zone(zone).extend([row]).build()
        };
        assert_eq!(build(paris.clone()).unwrap().rows().len(), 1);
        let reason = outside("2023-12-31");
        assert_eq!(build(Zone::UTC), Err(LogError::Rows(vec![BadRow { from: "rows".into(), row: 0, reason }])));
    }
}

#[test]
fn a_window_must_not_end_before_it_starts() {
    let (start, end) = (day("2024-02-01"), day("2024-01-31"));
    assert_eq!(Window::new(start, end, FirstSeen::IsNew), Err(WindowError { start, end }));
    assert!(Window::new(start, start, FirstSeen::IsNew).is_ok());
}

#[test]
fn an_empty_log_has_an_empty_cohort_and_no_currency() {
    let log = builder().build().unwrap();
    assert_eq!((log.currency(), log.net_total(day("2024-12-31"))), (None, None));
    let cohort = log.cohort(day("2024-12-31")).unwrap();
    assert!(cohort.is_empty() && cohort.left_out().is_empty());
    assert_eq!(cohort.spend(), Some(&[][..]));
}

#[test]
fn a_cut_outside_the_window_is_refused() {
    let log = builder().extend([bought("a", "2024-03-01", "1")]).build().unwrap();
    let (start, end) = (window().start(), window().end());
    for outside in ["2023-12-31", "2025-01-01"] {
        let error = CohortError::CutOutsideWindow { day: day(outside), start, end };
        assert_eq!(log.cohort(day(outside)), Err(error.clone()));
        assert_eq!(log.split(day("2024-06-01"), day(outside)).map(|_| ()), Err(error));
    }
    let cut = day("2024-06-01");
    assert_eq!(log.split(cut, cut).map(|_| ()), Err(CohortError::NoHoldout { cut, end: cut }));
}

#[test]
fn a_customer_won_on_the_cut_day_has_age_zero() {
    assert_eq!(only([bought("a", "2024-03-01", "5")], "2024-03-01"), (0, 0.0, 0.0, usd("0"), usd("5")));
}

#[test]
fn purchases_of_a_day_count_once_and_their_money_adds_up() {
    let rows = [bought("a", "2024-03-01", "5"), bought("a", "2024-03-11", "2"), bought("a", "2024-03-11", "0.50")];
    assert_eq!(only(rows, "2024-03-31"), (1, 10.0, 30.0, usd("2.50"), usd("7.50")));
}

#[test]
fn a_million_equal_rows_are_one_purchase() {
    let rows = std::iter::repeat_n(bought("a", "2024-03-01", "0.01"), 1_000_000);
    assert_eq!(only(rows, "2024-03-31"), (0, 0.0, 30.0, usd("0"), usd("10000")));
}

#[test]
fn a_purchase_free_of_charge_counts() {
    let rows = [bought("a", "2024-03-01", "0"), bought("a", "2024-03-11", "0"), bought("a", "2024-03-21", "4")];
    assert_eq!(only(rows, "2024-03-31"), (2, 20.0, 30.0, usd("4"), usd("4")));
}

#[test]
fn a_refund_nets_its_order_or_else_the_latest_purchase() {
    let purchases = [
        ordered(bought("a", "2024-03-01", "10"), "A-1"),
        ordered(bought("a", "2024-03-11", "10"), "A-2"),
        ordered(bought("a", "2024-03-21", "10"), "A-3"),
    ];
    let with = |refund| purchases.clone().into_iter().chain([refund]);
    let of_order = |order, amount| with(ordered(refunded("a", "2024-03-25", amount), order));
    let first = of_order("A-1", "4");
    assert_eq!(only(first, "2024-03-31"), (2, 20.0, 30.0, usd("20"), usd("26")), "the first purchase is no repeat");
    let middle = of_order("A-2", "10");
    assert_eq!(only(middle, "2024-03-31"), (1, 20.0, 30.0, usd("10"), usd("20")), "the middle one vanishes");
    let all_of_first = of_order("A-1", "10");
    assert_eq!(only(all_of_first, "2024-03-31"), (1, 10.0, 20.0, usd("10"), usd("20")), "the clock starts later");
    let latest = with(refunded("a", "2024-03-25", "13"));
    assert_eq!(only(latest, "2024-03-31"), (1, 10.0, 30.0, usd("7"), usd("17")), "the latest vanishes, 3 are left");
    let not_later = with(refunded("a", "2024-03-15", "10"));
    assert_eq!(only(not_later, "2024-03-31"), (1, 20.0, 30.0, usd("10"), usd("20")), "none that comes later");
}

#[test]
fn the_lines_of_an_order_are_taken_back_latest_first() {
    let rows = [
        ordered(bought("a", "2024-03-01", "10"), "A-1"),
        ordered(bought("a", "2024-03-11", "10"), "A-1"),
        ordered(refunded("a", "2024-03-12", "12"), "A-1"),
    ];
    assert_eq!(only(rows, "2024-03-31"), (0, 0.0, 30.0, usd("0"), usd("8")));
}

#[test]
fn a_purchase_can_be_refunded_on_its_own_day() {
    let rows = [bought("a", "2024-03-01", "5"), refunded("a", "2024-03-11", "2"), bought("a", "2024-03-11", "2")];
    assert_eq!(only(rows, "2024-03-31"), (0, 0.0, 30.0, usd("0"), usd("5")));
}

#[test]
fn a_day_remains_while_one_of_its_purchases_does() {
    let rows = [
        bought("a", "2024-03-01", "5"),
        ordered(bought("a", "2024-03-11", "2"), "A-2"),
        bought("a", "2024-03-11", "0"),
        ordered(refunded("a", "2024-03-12", "2"), "A-2"),
    ];
    assert_eq!(only(rows, "2024-03-31"), (1, 10.0, 30.0, usd("0"), usd("5")));
}

#[test]
fn the_other_policy_keeps_a_wholly_refunded_purchase() {
    let rows = [bought("a", "2024-03-01", "5"), bought("a", "2024-03-11", "2"), refunded("a", "2024-03-12", "2")];
    let log = builder().refunds(RefundPolicy::WhollyRefundedCounts).extend(rows).build().unwrap();
    let cohort = log.cohort(day("2024-03-31")).unwrap();
    assert_eq!(cohort.purchases()[0].repeats(), 1);
    assert_eq!(cohort.spend().unwrap()[0].repeat_total(), usd("0"));
}

#[test]
fn a_refund_after_the_cut_touches_the_holdout_only() {
    let rows = [
        bought("a", "2024-03-01", "5"),
        bought("a", "2024-03-11", "7"),
        bought("a", "2024-04-11", "3"),
        bought("a", "2024-04-21", "2"),
        refunded("a", "2024-05-01", "6"),
    ];
    assert_eq!(only(rows.clone(), "2024-03-31"), (1, 10.0, 30.0, usd("7"), usd("12")));
    let split = builder().extend(rows).build().unwrap().split(day("2024-03-31"), day("2024-05-31")).unwrap();
    let [holdout] = split.holdout[..] else { panic!("one customer") };
    // 2 and 3 vanish; the last unit takes back what was bought before the cut.
    assert_eq!((holdout.purchases(), holdout.spend.repeat_total()), (0, usd("0")));
    assert_eq!((holdout.refunded, holdout.net_total()), (usd("1"), Ok(usd("-1"))));
}

#[test]
fn customers_without_a_purchase_left_are_named_and_not_modelled() {
    let rows = [
        Interaction::new("asked", day("2024-03-01"), Event::Complaint),
        bought("gave back", "2024-03-01", "5"),
        refunded("gave back", "2024-03-02", "5"),
        bought("stayed", "2024-03-01", "5"),
        bought("unborn", "2024-06-01", "5"),
    ];
    let cohort = builder().extend(rows).build().unwrap().cohort(day("2024-03-31")).unwrap();
    assert_eq!(cohort.ids(), ["stayed"]);
    let left_out: Vec<_> = cohort.left_out().iter().map(|customer| (customer.id, customer.reason)).collect();
    assert_eq!(left_out, [("asked", LeftOutReason::NoPurchase), ("gave back", LeftOutReason::NoPurchase)]);
}

#[test]
fn a_purchase_in_the_run_in_marks_an_old_customer_even_when_refunded() {
    let window =
        Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNewAfter(Span::whole_days(10))).unwrap();
    let rows = [
        bought("old", "2024-01-10", "5"),
        bought("new", "2024-01-11", "5"),
        bought("gave back", "2024-01-10", "5"),
        refunded("gave back", "2024-01-11", "5"),
        bought("gave back", "2024-01-12", "3"),
    ];
    let log = InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap();
    let cohort = log.cohort(day("2024-03-31")).unwrap();
    assert_eq!(cohort.ids(), ["new"]);
    let left_out: Vec<_> = cohort.left_out().iter().map(|customer| (customer.id, customer.reason)).collect();
    let run_in = |realised: &str| LeftOutReason::FirstSeenInRunIn { realised: usd(realised) };
    assert_eq!(left_out, [("gave back", run_in("3")), ("old", run_in("5"))]);
}

#[test]
fn amounts_too_long_for_an_exact_sum_are_refused() {
    let rows = [bought("a", "2024-03-01", "79228162514264337593543950335"), bought("a", "2024-03-01", "0.01")];
    assert_eq!(builder().extend(rows.clone()).build(), Err(LogError::TotalTooLarge));
    assert_eq!(builder().extend([rows[0].clone(), rows[0].clone()]).build(), Err(LogError::TotalTooLarge));
    let [most, cent] = rows;
    let bad = (2, RowError::NegativeAmount { amount: usd("-1") });
    assert_eq!(faults([most, cent, bought("a", "2024-03-01", "-1")]), [bad], "bad rows come first");
}

#[test]
fn rows_of_a_customer_come_in_order_of_time() {
    let rows = [bought("b", "2024-03-01", "1"), bought("a", "2024-03-02", "2"), bought("a", "2024-03-01", "3")];
    let log = builder().extend(rows).build().unwrap();
    let days: Vec<_> = log.of(&"a").iter().map(|row| row.at).collect();
    assert_eq!(days, [Moment::Day(day("2024-03-01")), Moment::Day(day("2024-03-02"))]);
    assert!(log.of(&"c").is_empty());
    assert_eq!(log.purchases(&"b", Day::new(2024, 3, 1).unwrap()), [(day("2024-03-01").into(), usd("1"))]);
}
