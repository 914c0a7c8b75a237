//! Rules, ledgers and prices are read back as they were written, and reading runs the checks of `new`.
#![cfg(feature = "serde")]

use customer_value::care::{
    AgeBand, Asset, Assets, CarePhase, Channel, CivilPeriod, Contacts, DateOf, Decay, DueRule, EarningRule, Lapse,
    Ledger, Limit, MonthDay, MonthRule, MostUse, PaymentTerms, Period, PointCost, PriceBase, PriceChange, PriceList,
    PriceRule, Purse, Schedule, Season, Statute, VolumeBand, VolumeDiscount, VolumePrices, When,
};
use customer_value::rust_decimal::Decimal;
use customer_value::{Currency, Day, Money, Probability};
use serde::{Serialize, de::DeserializeOwned};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn survives<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    text
}

/// Why a text is refused.
fn refused<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    serde_json::from_str::<T>(text).unwrap_err().to_string()
}

#[test]
fn assets_are_checked_when_read() {
    let asset = Asset { id: 1, owner: 7, since: day("2021-03-01"), usage: None };
    let assets = Assets::new("vehicle", vec![asset]).unwrap().with_dates("licence", vec![None]).unwrap();
    let text = survives(&assets.with_done("service", vec![Some(day("2024-01-10"))]).unwrap());
    let early = refused::<Assets<u32>>(&text.replace("2024-01-10", "2021-02-28"));
    assert!(
        early.starts_with("\"service\" of asset 0 (from 0) was done on 2021-02-28, expected no earlier"),
        "{early}"
    );
    let twice = refused::<Assets<u32>>(&text.replace("licence", "service"));
    assert!(twice.starts_with("two columns of dates are called \"service\""), "{twice}");
}

#[test]
fn rules_are_checked_when_read() {
    let band = |from_months| AgeBand { from_months, every_months: 12.try_into().unwrap() };
    let statute = Statute::new([band(60), band(120)], 30, MonthRule::KeepLast).unwrap();
    let text = survives(&statute);
    assert!(refused::<Statute>(&text.replace("120", "60")).starts_with("band 1 (from 0) begins at 60 months"));
    assert!(refused::<Statute>(&text.replace("\"every_months\":12", "\"every_months\":0")).contains("nonzero"));

    let months = Period::Months(6.try_into().unwrap(), MonthRule::NextDay);
    let schedules = [
        Schedule::Interval {
            done: "service".into(),
            limit: Limit::First(months, MostUse::new(5_000.try_into().unwrap(), "km")),
        },
        Schedule::Anniversary { of: DateOf::Start, every: months },
        Schedule::Statute { of: DateOf::Dates("registered".into()), done: "inspection".into(), ages: statute },
        Schedule::Once { on: "licence".into() },
        Schedule::External { event: "storm".into(), on: day("2024-05-01") },
    ];
    for schedule in schedules {
        survives(&DueRule {
            name: "rule".into(),
            kind: "vehicle".into(),
            schedule,
            phase: CarePhase::During,
            lead_days: 14,
            grace_days: 7,
            channels: Channel::ALL.to_vec(),
        });
    }
    let customer = "li".to_owned();
    let contacts =
        Contacts::new().agreed(customer.clone(), Channel::ALL).contacted(customer, day("2024-05-01"), Channel::App);
    survives(&contacts);
}

#[test]
fn ledgers_are_checked_when_read() {
    let ledger = Ledger::default().earn(day("2024-01-05"), 100, Lapse::After(day("2024-06-30"))).unwrap();
    let text = survives(&ledger.spend(day("2024-05-01"), 70).unwrap());
    assert!(
        refused::<Ledger>(&text.replace("70", "101")).starts_with("move 1 (from 0): 101 points spent on 2024-05-01")
    );
    let early = refused::<Ledger>(&text.replace("2024-05-01", "2024-01-04"));
    assert!(early.starts_with("move 1 (from 0): on 2024-01-04, expected no earlier than 2024-01-05"), "{early}");
    survives(&Purse::default().earn("coins", day("2024-01-05"), 3, Lapse::Never).unwrap());

    let cost = PointCost::new(Money::from_minor(1, Currency::EUR), Probability::new(0.25).unwrap()).unwrap();
    let text = survives(&cost);
    assert!(refused::<PointCost>(&text.replace("0.01", "-0.01")).starts_with("a point costs -0.01 EUR"));
    let decay = Decay::new(Decimal::new(5, 1)).unwrap();
    let text = survives(&EarningRule { period: CivilPeriod::Week, cap: Some(30), decay });
    assert!(refused::<EarningRule>(&text.replace("0.5", "1.5")).starts_with("decay is 1.5"));
}

#[test]
fn prices_are_checked_when_read() {
    let usd = |cents| Money::from_minor(cents, Currency::USD);
    let bands =
        [(0, 1_000), (100, 900)].map(|(from, cents): (i64, _)| VolumeBand { from: from.into(), price: usd(cents) });
    let volume = VolumePrices::new(bands, VolumeDiscount::AllUnits).unwrap();
    let text = survives(&volume);
    assert!(refused::<VolumePrices>(&text.replace("\"100\"", "\"0\"")).starts_with("band 1 (from 0) begins at 0"));
    let terms = PaymentTerms::new(Decimal::new(2, 2), 10, 30).unwrap();
    let text = survives(&terms);
    assert!(refused::<PaymentTerms>(&text.replace("30", "10")).starts_with("payment within 10 days instead of 10"));

    let season = Season { from: MonthDay::new(6, 1).unwrap(), to: MonthDay::new(2, 29).unwrap() };
    let text = survives(&season);
    assert!(refused::<Season>(&text.replace("29", "30")).starts_with("no year has a day 30 of month 2"));
    let each = PriceChange::PerGrade { reference: 5_500.into(), each: usd(1) };
    let rules = [
        PriceRule { name: "summer".into(), when: When::Season(season), change: each },
        PriceRule::early_payment("prompt", &terms),
    ];
    let text = survives(&PriceList::new(PriceBase::Volume(volume), rules).unwrap());
    let twice = refused::<PriceList>(&text.replace("summer", "prompt"));
    assert!(twice.starts_with("two lines of a price are called \"prompt\""), "{twice}");
}
