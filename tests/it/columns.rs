use customer_value::{
    Cohort, CohortError, ColumnRowError, Columns, Currency, Day, FirstSeen, Granularity, Interaction, InteractionLog,
    Money, Span, SpendHistory, Window,
};
use proptest::prelude::*;

use crate::cdnow::{self, day};

fn civil(days: i32) -> Day {
    Day::from_days_since_epoch(days).unwrap()
}

fn window(first_seen: FirstSeen) -> Window {
    Window::new(civil(0), civil(100), first_seen).unwrap()
}

fn columns<'a>(ids: &'a [u64], days: &'a [i32], minor_units: &'a [i64]) -> Columns<'a> {
    Columns { ids, days, minor_units, currency: Currency::USD }
}

fn by_log(rows: &[(u64, i32, i64)], window: Window, cut: Day) -> Cohort<u64> {
    let rows = rows
        .iter()
        .map(|&(id, day, minor)| Interaction::purchase(id, civil(day), Money::from_minor(minor, Currency::USD)));
    InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap().cohort(cut).unwrap()
}

fn by_columns(rows: &[(u64, i32, i64)], window: Window, cut: Day) -> Cohort<u64> {
    let ids: Vec<_> = rows.iter().map(|row| row.0).collect();
    let days: Vec<_> = rows.iter().map(|row| row.1).collect();
    let minor_units: Vec<_> = rows.iter().map(|row| row.2).collect();
    Cohort::from_columns(columns(&ids, &days, &minor_units), &window, cut).unwrap()
}

#[test]
fn every_bad_row_of_columns_is_named() {
    let result = Cohort::from_columns(
        columns(&[1, 2, 3, 4], &[0, -1, 101, 50], &[-1, 5, -7, 5]),
        &window(FirstSeen::IsNew),
        civil(40),
    );
    let negative = |minor_units| ColumnRowError::NegativeAmount { minor_units };
    let outside = |day| ColumnRowError::OutsideWindow { day };
    let bad = vec![(0, negative(-1)), (1, outside(-1)), (2, negative(-7)), (2, outside(101))];
    assert_eq!(result, Err(CohortError::Rows(bad)));
}

#[test]
fn columns_of_different_lengths_are_refused() {
    let result = Cohort::from_columns(columns(&[1, 2], &[0], &[1, 2, 3]), &window(FirstSeen::IsNew), civil(40));
    assert_eq!(result, Err(CohortError::ColumnLengths { ids: 2, days: 1, amounts: 3 }));
}

#[test]
fn no_rows_are_an_empty_cohort() {
    let cohort = Cohort::from_columns(columns(&[], &[], &[]), &window(FirstSeen::IsNew), civil(40)).unwrap();
    assert!(cohort.is_empty());
}

#[test]
fn a_total_beyond_64_bits_is_refused() {
    for days in [[1, 1], [1, 2]] {
        let result =
            Cohort::from_columns(columns(&[1, 1], &days, &[i64::MAX, 1]), &window(FirstSeen::IsNew), civil(40));
        assert_eq!(result, Err(CohortError::TotalTooLarge));
    }
}

#[test]
fn a_million_equal_rows_in_columns_are_one_purchase() {
    let (ids, days, minor_units) = (vec![7; 1_000_000], vec![3; 1_000_000], vec![1; 1_000_000]);
    let columns = columns(&ids, &days, &minor_units);
    let cohort = Cohort::from_columns(columns, &window(FirstSeen::IsNew), civil(13)).unwrap();
    assert_eq!((cohort.len(), cohort.purchases()[0].repeats()), (1, 0));
    assert_eq!(cohort.purchases()[0].age(), Span::whole_days(10));
    assert_eq!(cohort.realised().unwrap()[0], Money::from_minor(1_000_000, Currency::USD));
}

#[test]
fn cdnow_columns_make_the_cohort_of_the_log() {
    let rows: Vec<_> = cdnow::rows().collect();
    let ids: Vec<u64> = rows.iter().map(|row| row.0.into()).collect();
    let days: Vec<_> = rows.iter().map(|row| row.1.days_since_epoch()).collect();
    let minor_units: Vec<_> = rows.iter().map(|row| row.2.to_minor().unwrap()).collect();
    let (window, cut) = (cdnow::window(FirstSeen::IsNew), day("1997-09-30"));
    let cohort = Cohort::from_columns(columns(&ids, &days, &minor_units), &window, cut).unwrap();
    let expected = cdnow::log(FirstSeen::IsNew).unwrap().cohort(cut).unwrap();
    assert!(cohort.ids().iter().copied().eq(expected.ids().iter().map(|&id| u64::from(id))));
    assert_eq!(cohort.purchases(), expected.purchases());
    assert_eq!((cohort.spend(), cohort.realised()), (expected.spend(), expected.realised()));
    // Equal amounts can differ in trailing zeros, which must not show in a float.
    let means = |spend: &[SpendHistory]| -> Vec<_> {
        spend.iter().map(|spend| spend.mean().map(|mean| mean.amount().to_bits())).collect()
    };
    assert_eq!(cohort.spend().map(means), expected.spend().map(means));
}

#[cfg(feature = "rayon")]
#[test]
fn one_thread_and_three_make_the_same_cohort() {
    let rows = scattered(|id| id);
    let window = window(FirstSeen::IsNew);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| by_columns(&rows, window, civil(40)))
    };
    assert_eq!(with(1), with(3));
}

fn scattered(spread: fn(u64) -> u64) -> Vec<(u64, i32, i64)> {
    let row = |row: u64| {
        let mixed = row.wrapping_mul(0xD134_2543_DE82_EF95).rotate_left(23).wrapping_mul(0x2545_F491_4F6C_DD1D);
        (spread(mixed % 30_000), (mixed >> 32) as i32 & 63, (mixed >> 40).cast_signed() % 1_000)
    };
    (0..100_000).map(row).collect()
}

/// Enough rows for many chunks and buckets, with ids dense, hashed, or far from all others.
#[test]
fn many_buckets_make_the_cohort_of_the_log() {
    let spread: [fn(u64) -> u64; 3] = [
        |id| id,
        |id| id.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        |id| match id {
            0 => u64::MAX,
            1..1_000 => 5,
            _ => id,
        },
    ];
    for spread in spread {
        let rows = scattered(spread);
        let window = window(FirstSeen::IsNewAfter(Span::whole_days(2)));
        assert_eq!(by_columns(&rows, window, civil(40)), by_log(&rows, window, civil(40)));
    }
}

proptest! {
    #[test]
    fn columns_and_log_make_the_same_cohort(
        rows in prop::collection::vec((prop_oneof![0..6_u64, any::<u64>()], 0..=100_i32, 0..5_000_i64), 0..80),
        run_in in 0..30_u32,
        cut in 0..=100_i32,
    ) {
        let window = window(FirstSeen::IsNewAfter(Span::whole_days(run_in)));
        prop_assert_eq!(by_columns(&rows, window, civil(cut)), by_log(&rows, window, civil(cut)));
    }
}
