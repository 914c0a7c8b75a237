//! Laws of the log and its cuts, on random rows; an independent count in each.

use std::collections::BTreeMap;

use customer_value::{
    Currency, Day, Event, FirstSeen, Granularity, Interaction, InteractionLog, LeftOutReason, LogBuilder, LogError,
    Money, PurchaseHistory, Span, SpendHistory, Window,
};
use proptest::prelude::*;

const LAST: i32 = 40;

type Row = Interaction<u8>;

fn civil(days: i32) -> Day {
    Day::from_days_since_epoch(days).unwrap()
}

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn builder(run_in: u32) -> LogBuilder<u8> {
    let first_seen = FirstSeen::IsNewAfter(Span::whole_days(run_in));
    InteractionLog::builder(Window::new(civil(0), civil(LAST), first_seen).unwrap(), Granularity::Day)
}

fn event() -> impl Strategy<Value = Event<u8>> {
    let order = || prop::option::weighted(0.4, (0..3_u8).prop_map(|order| order.to_string()));
    prop_oneof![
        6 => (0..500_i64, order()).prop_map(|(amount, order)| Event::Purchase {
            amount: cents(amount),
            cost_to_serve: None,
            order,
        }),
        3 => (0..300_i64, order()).prop_map(|(amount, order)| Event::Refund { amount: cents(amount), order }),
        1 => Just(Event::Complaint),
        1 => (0..4_u8).prop_map(|whom| Event::Referral { whom }),
        1 => (0..10_i32).prop_map(|score| Event::SurveyResponse { question: "q".into(), score: score.into() }),
    ]
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let row =
        (0..4_u8, 0..=LAST, event()).prop_map(|(customer, on, event)| Interaction::new(customer, civil(on), event));
    prop::collection::vec(row, 0..40)
}

/// The rows that remain when every row that the log names is taken out.
fn without_bad(rows: Vec<Row>) -> Vec<Row> {
    match builder(0).extend(rows.clone()).build() {
        Err(LogError::Rows(bad)) => {
            let kept = rows.into_iter().enumerate().filter(|(row, _)| bad.iter().all(|bad| bad.row != *row));
            kept.map(|(_, row)| row).collect()
        }
        _ => rows,
    }
}

fn good_rows() -> impl Strategy<Value = Vec<Row>> {
    any_rows().prop_map(without_bad)
}

fn purchases_only() -> impl Strategy<Value = Vec<(u8, i32, i64)>> {
    prop::collection::vec((0..4_u8, 0..=LAST, 0..500_i64), 0..40)
}

fn log_of(rows: &[(u8, i32, i64)]) -> InteractionLog<u8> {
    let rows = rows.iter().map(|&(customer, on, amount)| Interaction::purchase(customer, civil(on), cents(amount)));
    builder(0).extend(rows).build().unwrap()
}

fn signed(event: &Event<u8>) -> i64 {
    match event {
        Event::Purchase { amount, .. } => amount.to_minor().unwrap(),
        Event::Refund { amount, .. } => -amount.to_minor().unwrap(),
        _ => 0,
    }
}

fn on(row: &Row) -> Day {
    match row.at {
        customer_value::Moment::Day(day) => day,
        customer_value::Moment::Instant(_) => unreachable!("the rows have days"),
    }
}

proptest! {
    #[test]
    fn rows_build_once_those_named_are_gone(rows in any_rows()) {
        prop_assert!(builder(0).extend(without_bad(rows)).build().is_ok());
    }

    #[test]
    fn builders_are_a_monoid(rows in good_rows(), parts in prop::collection::vec(0..3_usize, 40), seed in any::<u64>()) {
        let whole = builder(0).extend(rows.clone()).build().unwrap();
        let mut shuffled: Vec<_> = rows.into_iter().zip(parts).enumerate().collect();
        shuffled.sort_by_key(|(index, _)| (*index as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut builders = [builder(0), builder(0), builder(0)];
        for (_, (row, part)) in shuffled {
            builders[part].push(row);
        }
        let [first, second, third] = builders;
        let left = first.clone().merge(second.clone()).unwrap().merge(third.clone()).unwrap().build().unwrap();
        let right = third.merge(first.merge(builder(0)).unwrap()).unwrap().merge(second).unwrap().build().unwrap();
        prop_assert_eq!(&left, &whole);
        prop_assert_eq!(&right, &whole);
    }

    #[test]
    fn realised_and_left_out_add_up_to_the_log(rows in good_rows(), cut in 0..=LAST, run_in in 0..20_u32) {
        let log = builder(run_in).extend(rows.clone()).build().unwrap();
        let cohort = log.cohort(civil(cut)).unwrap();
        let realised = cohort.realised().unwrap().iter().map(|money| money.to_minor().unwrap());
        let left_out = cohort.left_out().iter().map(|customer| match customer.reason {
            LeftOutReason::FirstSeenInRunIn { realised } => realised.to_minor().unwrap(),
            LeftOutReason::NoPurchase => 0,
        });
        let expected: i64 = rows.iter().filter(|row| on(row) <= civil(cut)).map(|row| signed(&row.event)).sum();
        prop_assert_eq!(realised.sum::<i64>() + left_out.sum::<i64>(), expected);
        prop_assert_eq!(log.net_total(civil(cut)).map_or(0, |money| money.to_minor().unwrap()), expected);
    }

    #[test]
    fn holdout_adds_up_to_what_was_booked_after_the_cut(rows in good_rows(), cut in 0..LAST, span in 1..LAST) {
        let end = (cut + span).min(LAST);
        let split = builder(0).extend(rows.clone()).build().unwrap().split(civil(cut), civil(end)).unwrap();
        prop_assert_eq!(split.span, Span::whole_days(end.abs_diff(cut)));
        for (id, holdout) in split.calibration.ids().iter().zip(&split.holdout) {
            let after = rows.iter().filter(|row| row.customer == *id && on(row) > civil(cut) && on(row) <= civil(end));
            let booked: i64 = after.map(|row| signed(&row.event)).sum();
            prop_assert_eq!(holdout.net_total().unwrap().to_minor(), Ok(booked));
            prop_assert!(!holdout.refunded.is_negative());
        }
    }

    #[test]
    fn what_comes_after_the_cut_does_not_change_the_cohort(rows in good_rows(), cut in 0..=LAST) {
        let known = rows.iter().filter(|row| on(row) <= civil(cut)).cloned();
        let then = builder(0).extend(known).build().unwrap().cohort(civil(cut)).unwrap();
        let now = builder(0).extend(rows).build().unwrap().cohort(civil(cut)).unwrap();
        prop_assert_eq!(then, now);
    }

    #[test]
    fn cohort_equals_a_count_by_hand(rows in purchases_only(), cut in 0..=LAST) {
        let mut days: BTreeMap<u8, BTreeMap<i32, i64>> = BTreeMap::new();
        for &(customer, on, amount) in rows.iter().filter(|row| row.1 <= cut) {
            *days.entry(customer).or_default().entry(on).or_default() += amount;
        }
        let cohort = log_of(&rows).cohort(civil(cut)).unwrap();
        prop_assert!(cohort.ids().iter().eq(days.keys()));
        for (customer, days) in cohort.iter().zip(days.values()) {
            let (first, last) = (days.keys().next().unwrap(), days.keys().last().unwrap());
            prop_assert_eq!(customer.purchases.repeats() as usize, days.len() - 1);
            prop_assert_eq!(customer.purchases.recency().as_days(), f64::from(last - first));
            prop_assert_eq!(customer.purchases.age().as_days(), f64::from(cut - first));
            let total: i64 = days.values().sum();
            prop_assert_eq!(customer.realised, Some(cents(total)));
            prop_assert_eq!(customer.spend.unwrap().repeat_total(), cents(total - days[first]));
        }
    }

    #[test]
    fn extending_equals_summarizing_again(rows in purchases_only(), cut in 0..=LAST) {
        let log = log_of(&rows);
        for customer in log.cohort(civil(cut)).unwrap().iter() {
            let mut live: Option<(i32, PurchaseHistory, SpendHistory)> = None;
            let mut own: Vec<_> = rows.iter().filter(|row| row.0 == *customer.id && row.1 <= cut).collect();
            own.sort_by_key(|row| row.1);
            for &&(_, on, amount) in &own {
                live = Some(match live {
                    None => (on, PurchaseHistory::acquired(), SpendHistory::new(0, cents(0)).unwrap()),
                    Some((last, purchases, spend)) if last == on => {
                        (on, purchases, spend.with_same_moment(cents(amount)).unwrap())
                    }
                    Some((last, purchases, spend)) => {
                        let waited = purchases.after_silence(Span::whole_days(on.abs_diff(last))).unwrap();
                        (on, waited.with_purchase().unwrap(), spend.with_purchase(cents(amount)).unwrap())
                    }
                });
            }
            let (last, purchases, spend) = live.unwrap();
            let purchases = purchases.after_silence(Span::whole_days(cut.abs_diff(last))).unwrap();
            prop_assert_eq!((purchases, Some(spend)), (customer.purchases, customer.spend));
        }
    }

    #[test]
    fn any_row_is_a_value_or_a_typed_error(
        days in prop::collection::vec(any::<i64>(), 0..10),
        amounts in prop::collection::vec(any::<i64>(), 10),
        score in any::<f64>(),
    ) {
        for granularity in [Granularity::Day, Granularity::Instant] {
            let window = Window::new(civil(-4_371_587), civil(2_932_896), FirstSeen::IsNew).unwrap();
            let rows = days.iter().zip(&amounts).flat_map(|(&at, &amount)| {
                let at = customer_value::Timestamp::from_nanoseconds(at);
                let answer = Event::SurveyResponse { question: String::new(), score };
                [Interaction::purchase(0_u8, at, cents(amount)), Interaction::new(0, at, answer)]
            });
            match InteractionLog::builder(window, granularity).extend(rows).build() {
                Ok(log) => prop_assert!(log.cohort(window.end()).is_ok()),
                Err(error) => prop_assert!(matches!(error, LogError::Rows(_)), "{error}"),
            }
        }
    }
}
