use customer_value::{
    Cohort, Currency, HistoryError, Money, PurchaseHistory, Span, SpendHistory, SummaryRow, SummaryRowError as Fault,
    TimeUnit,
};

use crate::cdnow::usd;

fn row(id: u32, repeats: u32, recency: f64, age: f64) -> SummaryRow<u32> {
    SummaryRow { id, repeats, recency, age, mean_spend: None }
}

fn faults(rows: impl IntoIterator<Item = SummaryRow<u32>>) -> Vec<(usize, Fault)> {
    Cohort::from_summaries(rows, TimeUnit::Day).unwrap_err().rows
}

#[test]
fn every_bad_summary_row_is_named_with_its_reason() {
    let days = |days| Span::whole_days(days);
    let rows = [
        row(1, 0, 0.0, 0.0),
        row(2, 1, 11.0, 10.0),
        row(3, 0, 1.0, 10.0),
        row(4, 1, 0.0, 10.0),
        row(5, 1, 0.0, 0.0),
        row(1, 0, 0.0, 0.0),
    ];
    assert_eq!(
        faults(rows),
        [
            (1, Fault::History(HistoryError::RecencyExceedsAge { recency: days(11), age: days(10) })),
            (2, Fault::History(HistoryError::RecencyWithoutRepeat { recency: days(1) })),
            (3, Fault::History(HistoryError::RepeatWithoutRecency { repeats: 1 })),
            (4, Fault::History(HistoryError::RepeatWithoutRecency { repeats: 1 })),
            (5, Fault::DuplicateId { first: 0 }),
        ]
    );
}

#[test]
fn times_that_are_no_numbers_are_refused() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        for rows in [row(1, 1, bad, 10.0), row(1, 1, 1.0, bad)] {
            assert!(matches!(faults([rows])[..], [(0, Fault::Unit(_))]), "{bad}");
        }
    }
}

#[test]
fn bad_spend_in_summaries_is_named() {
    let with = |row: SummaryRow<u32>, amounts, mean: &str| SummaryRow { mean_spend: Some((amounts, usd(mean))), ..row };
    let good = row(1, 2, 5.0, 10.0);
    let rows = [
        with(good.clone(), 2, "3.50"),
        row(2, 2, 5.0, 10.0),
        with(row(3, 2, 5.0, 10.0), 3, "1"),
        with(row(4, 2, 5.0, 10.0), 2, "-1"),
        with(row(5, 0, 0.0, 10.0), 0, "1"),
        SummaryRow { mean_spend: Some((2, Money::from_minor(100, Currency::EUR))), ..row(6, 2, 5.0, 10.0) },
    ];
    assert_eq!(
        faults(rows.clone()),
        [
            (1, Fault::SpendMissing),
            (2, Fault::MoreAmountsThanRepeats { amounts: 3, repeats: 2 }),
            (3, Fault::History(HistoryError::NegativeSpend { total: usd("-2") })),
            (4, Fault::History(HistoryError::SpendWithoutRepeat { total: usd("1") })),
            (5, Fault::Currency { expected: Currency::USD, found: Currency::EUR }),
        ]
    );
    let cohort = Cohort::from_summaries([rows[0].clone()], TimeUnit::Day).unwrap();
    assert_eq!(cohort.spend().unwrap()[0].repeat_total(), usd("7"));
    assert_eq!((cohort.realised(), cohort.currency(), cohort.cut()), (None, Some(Currency::USD), None));
}

#[test]
fn summaries_are_ordered_by_id_whatever_the_order_of_rows() {
    let rows = [row(9, 1, 7.0, 14.0), row(2, 0, 0.0, 21.0)];
    let cohort = Cohort::from_summaries(rows, TimeUnit::Day).unwrap();
    assert_eq!(cohort.ids(), [2, 9]);
    assert_eq!(cohort.purchases()[1].recency(), Span::weeks(1.0).unwrap());
    assert!(Cohort::<u32>::from_summaries([], TimeUnit::Week).unwrap().is_empty());
}

#[test]
fn live_spend_refuses_what_is_no_spend() {
    let spend = SpendHistory::new(1, usd("5")).unwrap();
    assert_eq!(spend.with_purchase(usd("-1")), Err(HistoryError::NegativeSpend { total: usd("-1") }));
    let euros = Money::from_minor(100, Currency::EUR);
    let currency = HistoryError::Currency { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(spend.with_purchase(euros), Err(currency));
    let most = usd("79228162514264337593543950335");
    assert_eq!(spend.with_purchase(most), Err(HistoryError::SpendOverflow));
    assert_eq!(SpendHistory::new(u32::MAX, usd("5")).unwrap().with_purchase(usd("1")), Err(HistoryError::TooLong));
}

#[test]
fn a_purchase_at_the_moment_of_the_last_one_is_the_same_purchase() {
    let newcomer = PurchaseHistory::acquired();
    assert_eq!(newcomer.with_purchase(), Err(HistoryError::SameMoment { age: Span::ZERO }));
    let first_only = SpendHistory::new(0, usd("0")).unwrap();
    assert_eq!(first_only.with_same_moment(usd("5")), Ok(first_only));
    let repeated = SpendHistory::new(1, usd("5")).unwrap();
    assert_eq!(repeated.with_same_moment(usd("2")), SpendHistory::new(1, usd("7")));
}
