//! The CDNOW purchases, read once, and what was counted in the file by other means.
//!
//! Every expected number was counted with a few lines of Python over `data/CDNOW_sample.txt`, with dates of its
//! standard library and exact decimals; none comes from this crate.

use customer_value::{
    Currency, Day, FirstSeen, Granularity, Holdout, Interaction, InteractionLog, LeftOutReason, LogError, Money,
    PurchaseHistory, Span, SpendHistory, Window,
};

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

/// Rows of the file: customer, day, dollars.
pub fn rows() -> impl Iterator<Item = (u32, Day, Money)> {
    include_str!("../../data/CDNOW_sample.txt").lines().map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (year, month, day) = (&fields[2][..4], &fields[2][4..6], &fields[2][6..]);
        let day = Day::new(year.parse().unwrap(), month.parse().unwrap(), day.parse().unwrap()).unwrap();
        (fields[1].parse().unwrap(), day, usd(fields[4]))
    })
}

pub fn window(first_seen: FirstSeen) -> Window {
    Window::new(day("1997-01-01"), day("1998-06-30"), first_seen).unwrap()
}

pub fn log(first_seen: FirstSeen) -> Result<InteractionLog<u32>, LogError> {
    let rows = rows().map(|(customer, day, amount)| Interaction::purchase(customer, day, amount));
    InteractionLog::builder(window(first_seen), Granularity::Day).source("CDNOW_sample.txt").extend(rows).build()
}

#[test]
fn cdnow_counts_match_the_file() {
    let log = log(FirstSeen::IsNew).unwrap();
    assert_eq!(log.rows().len(), 6_919);
    assert_eq!(log.ids().len(), 2_357);
    let days: usize = log.ids().iter().map(|id| log.purchases(id, day("1998-06-30")).len()).sum();
    assert_eq!(days, 6_696, "223 of the 6,919 rows share customer and day with another row");
    assert_eq!(log.net_total(day("1998-06-30")), Some(usd("244091.94")));
}

#[test]
fn cdnow_cohort_after_39_weeks_matches_the_file() {
    let cohort = log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
    assert_eq!(cohort.len(), 2_357);
    assert!(cohort.left_out().is_empty());
    let purchases = cohort.purchases();
    assert_eq!(purchases.iter().filter(|history| history.repeats() > 0).count(), 946);
    assert_eq!(purchases.iter().map(PurchaseHistory::repeats).sum::<u32>(), 2_457);
    assert_eq!(purchases.iter().map(|history| history.age().as_days()).sum::<f64>(), 539_779.0);
    assert_eq!(purchases.iter().map(|history| history.recency().as_days()).sum::<f64>(), 112_949.0);
    let repeat_total = cohort.spend().unwrap().iter().map(SpendHistory::repeat_total);
    assert_eq!(Money::sum(repeat_total, Currency::USD), Ok(usd("95355.60")));
    assert_eq!(Money::sum(cohort.realised().unwrap().iter().copied(), Currency::USD), Ok(usd("173115.55")));
}

#[test]
fn cdnow_customer_1_bought_on_three_days() {
    let log = log(FirstSeen::IsNew).unwrap();
    let cohort = log.cohort(day("1997-09-30")).unwrap();
    let customer = cohort.get(0).unwrap();
    assert_eq!((*customer.id, customer.purchases.repeats()), (1, 2));
    assert_eq!(customer.purchases.age(), Span::whole_days(272));
    assert_eq!(customer.purchases.recency(), Span::whole_days(213)); // 1997-01-01 to 1997-08-02
    assert_eq!(customer.spend.unwrap().repeat_total(), usd("44.69"));
    assert_eq!(customer.realised, Some(usd("74.02")));
}

#[test]
fn cdnow_holdout_matches_the_file() {
    let split = log(FirstSeen::IsNew).unwrap().split(day("1997-09-30"), day("1998-06-30")).unwrap();
    assert_eq!(split.span, Span::weeks(39.0).unwrap());
    assert_eq!(split.holdout.iter().map(Holdout::purchases).sum::<u32>(), 1_882);
    let spent = split.holdout.iter().map(|holdout| holdout.net_total().unwrap());
    assert_eq!(Money::sum(spent, Currency::USD), Ok(usd("70976.39")));
}

#[test]
fn cdnow_run_in_leaves_out_customers_first_seen_in_it() {
    for (run_in, left_out, realised) in [(7, 157, "11704.47"), (14, 321, "24588.66"), (28, 696, "53156.07")] {
        let log = log(FirstSeen::IsNewAfter(Span::whole_days(run_in))).unwrap();
        let cohort = log.cohort(day("1997-09-30")).unwrap();
        assert_eq!((cohort.left_out().len(), cohort.len()), (left_out, 2_357 - left_out), "{run_in} days");
        let amounts = cohort.left_out().iter().map(|customer| match customer.reason {
            LeftOutReason::FirstSeenInRunIn { realised } => realised,
            LeftOutReason::NoPurchase => panic!("everybody bought"),
        });
        assert_eq!(Money::sum(amounts, Currency::USD), Ok(usd(realised)), "{run_in} days");
    }
}
