use customer_value::{
    Compounding, Currency, Day, DiscountRate, ExpectedMoney, Horizon, Interval, Margin, Money, MoneyError, Probability,
    Span, TimeUnit, Timestamp, Weights, WeightsError, Zone,
};
use proptest::prelude::*;

use crate::cdnow::day;

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-15 * one.abs().max(other.abs())
}

#[test]
fn currencies_are_those_of_iso_4217_that_have_a_minor_unit() {
    let letters = || 'A'..='Z';
    let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))));
    // Withdrawn, though the other table keeps them.
    let withdrawn = ["CUC", "HRK", "SLL", "ZWL"];
    let mut differ = Vec::new();
    for code in codes {
        let expected =
            iso_currency::Currency::from_code(&code).and_then(iso_currency::Currency::exponent).map(u32::from);
        let ours = Currency::new(&code).ok().map(Currency::minor_digits);
        let expected = expected.filter(|_| !withdrawn.contains(&code.as_str()));
        if expected != ours {
            differ.push((code, expected, ours));
        }
    }
    assert_eq!(differ, []);
    for not_a_code in ["", "eur", "EURO", "EUR ", "E R"] {
        assert_eq!(Currency::new(not_a_code), Err(MoneyError::UnknownCurrency { code: not_a_code.into() }));
    }
}

#[test]
fn money_knows_the_minor_unit_of_its_currency() {
    for (code, minor, text) in [("USD", 2_933, "29.33 USD"), ("JPY", 2_933, "2933 JPY"), ("BHD", 2_933, "2.933 BHD")] {
        let money = Money::from_minor(minor, Currency::new(code).unwrap());
        assert_eq!((money.to_string().as_str(), money.to_minor()), (text, Ok(minor)));
    }
    let fraction = Money::parse("0.005", Currency::USD).unwrap();
    assert!(matches!(fraction.to_minor(), Err(MoneyError::FractionOfMinorUnit { .. })));
    assert_eq!(Money::parse("1e400", Currency::USD), Err(MoneyError::NotANumber { text: "1e400".into() }));
}

#[test]
fn two_currencies_never_mix() {
    let (dollars, euros) = (Money::from_minor(1, Currency::USD), Money::from_minor(1, Currency::EUR));
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(dollars.checked_add(euros), Err(mismatch.clone()));
    assert_eq!(dollars.checked_sub(euros), Err(mismatch.clone()));
    assert_eq!(ExpectedMoney::from(dollars).checked_add(euros.into()), Err(mismatch));
}

#[test]
fn money_too_large_for_its_digits_is_an_error() {
    let most = Money::parse("79228162514264337593543950335", Currency::USD).unwrap();
    assert_eq!(most.checked_add(Money::from_minor(100, Currency::USD)), Err(MoneyError::Overflow));
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(ExpectedMoney::new(bad, Currency::USD), Err(MoneyError::NotFinite { .. })));
    }
}

#[test]
fn discount_rates_convert_by_the_textbook() {
    let year = Span::years(1.0).unwrap();
    // 12 % nominal, compounded monthly, is 1.01^12 − 1 = 12.682503013196972 % effective.
    let nominal = DiscountRate::nominal(0.12, Compounding::Monthly).unwrap();
    assert!((nominal.annual() - 0.126_825_030_131_969_72).abs() < 1e-15);
    let twins = [
        DiscountRate::effective_annual(0.126_825_030_131_969_72).unwrap(),
        DiscountRate::per_unit(0.01, TimeUnit::Month).unwrap(),
        DiscountRate::continuous(12.0 * 1.01_f64.ln(), TimeUnit::Year).unwrap(),
    ];
    for twin in twins {
        assert!(close(twin.factor(year), nominal.factor(year)), "{twin:?}");
    }
    assert_eq!(DiscountRate::ZERO.factor(year), 1.0);
}

#[test]
fn every_bound_of_a_unit_holds_on_both_sides() {
    assert!([0.0, 1.0].into_iter().all(|legal| Probability::new(legal).is_ok()));
    assert!([-f64::EPSILON, 1.0 + f64::EPSILON, f64::NAN].into_iter().all(|bad| Probability::new(bad).is_err()));
    assert!([-1e9, 0.0, 1.0].into_iter().all(|legal| Margin::new(legal).is_ok()));
    assert!([1.0 + f64::EPSILON, f64::NAN, f64::NEG_INFINITY].into_iter().all(|bad| Margin::new(bad).is_err()));
    for bad in [-f64::MIN_POSITIVE, f64::NAN, f64::INFINITY] {
        assert!(Span::days(bad).is_err() && DiscountRate::effective_annual(bad).is_err(), "{bad}");
        assert!(DiscountRate::continuous(bad, TimeUnit::Week).is_err(), "{bad}");
    }
    assert!(Span::days(0.0).is_ok() && DiscountRate::effective_annual(0.0).is_ok());
}

#[test]
fn weights_lie_on_the_simplex_or_are_refused() {
    assert_eq!(Weights::new([]), Err(WeightsError::Empty));
    assert_eq!(Weights::equal(0), Err(WeightsError::Empty));
    assert_eq!(Weights::new([0.5, 0.6]), Err(WeightsError::Sum { sum: 1.1 }));
    assert_eq!(Weights::new([1.5, -0.5]), Err(WeightsError::Invalid { index: 1, value: -0.5 }));
    assert_eq!(Weights::proportional([0.0, 0.0]), Err(WeightsError::Sum { sum: 0.0 }));
    assert!(Weights::new([0.1, 0.2, 0.7]).is_ok());
    assert_eq!(Weights::proportional([1.0, 3.0]).unwrap().as_slice(), [0.25, 0.75]);
}

#[test]
fn month_horizons_follow_the_calendar() {
    let within = |from: &str, months| Horizon::months(months, day(from));
    let days = |days| Ok(Horizon::Within(Span::whole_days(days)));
    assert_eq!(within("2024-01-31", 1), days(29));
    assert_eq!(within("2023-01-31", 1), days(28));
    assert_eq!(within("2024-02-29", 12), days(365));
    assert_eq!(within("1997-09-30", 0), days(0));
    assert!(within("9999-12-31", 1).is_err());
    assert!(within("2024-01-31", u32::MAX).is_err());
}

#[test]
fn days_refuse_what_the_calendar_does_not_have() {
    assert!(Day::new(2023, 2, 29).is_err() && Day::new(2024, 2, 29).is_ok());
    assert!("2024-02-30".parse::<Day>().is_err() && "yesterday".parse::<Day>().is_err());
    assert!(Day::from_days_since_epoch(i32::MAX).is_err() && Day::from_days_since_epoch(i32::MIN).is_err());
    assert_eq!(Day::from_days_since_epoch(10_134).unwrap(), day("1997-09-30"));
}

#[test]
fn days_end_when_the_zone_says_so() {
    let before_summer_time = Timestamp::from_seconds(1_711_839_600).unwrap(); // 2024-03-30T23:00:00Z
    let paris = Zone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    assert_eq!(before_summer_time.day(&paris), day("2024-03-31"));
    assert_eq!(before_summer_time.day(&Zone::UTC), day("2024-03-30"));
    assert!(Zone::posix("Middle of nowhere").is_err());
    assert!(Timestamp::from_seconds(i64::MAX).is_err());
}

proptest! {
    #[test]
    fn money_adds_up_like_integers(one in any::<i32>(), other in any::<i32>()) {
        let money = |minor: i32| Money::from_minor(minor.into(), Currency::CNY);
        let sum = money(one).checked_add(money(other)).unwrap();
        prop_assert_eq!(sum.to_minor(), Ok(i64::from(one) + i64::from(other)));
        prop_assert_eq!(sum.checked_sub(money(other)), Ok(money(one)));
    }

    #[test]
    fn spans_convert_and_add(weeks in 0.0..1e6_f64, days in 0.0..1e6_f64) {
        let (one, other) = (Span::weeks(weeks).unwrap(), Span::days(days).unwrap());
        prop_assert!(close(one.as_days(), weeks * 7.0) && close(one.as_weeks(), weeks));
        let sum = one.checked_add(other).unwrap();
        prop_assert!(sum >= one && sum >= other);
        prop_assert_eq!(one.checked_sub(sum).is_none(), sum > one);
    }

    #[test]
    fn days_survive_text_and_count(days in -4_371_587..=2_932_896_i32) {
        let one = Day::from_days_since_epoch(days).unwrap();
        prop_assert_eq!(one.to_string().parse::<Day>(), Ok(one));
        prop_assert_eq!(one.plus_days(0), Ok(one));
        prop_assert_eq!(one.days_since_epoch(), days);
    }

    #[test]
    fn any_number_is_a_unit_or_an_error(value in any::<f64>(), minor in any::<i64>()) {
        if let Ok(span) = Span::new(value, TimeUnit::Year) {
            prop_assert!(span.as_days() >= 0.0 && span.as_days().is_finite());
        }
        if let Ok(rate) = DiscountRate::nominal(value, Compounding::Daily) {
            prop_assert!((0.0..=1.0).contains(&rate.factor(Span::whole_days(7))));
        }
        let money = Money::from_minor(minor, Currency::EUR);
        prop_assert_eq!(money.to_minor(), Ok(minor));
        if let Ok(estimate) = ExpectedMoney::from(money).checked_mul(value) {
            let _ = estimate.to_money(rust_decimal::RoundingStrategy::MidpointNearestEven);
        }
        let _ = Timestamp::from_nanoseconds(minor).day(&Zone::UTC);
    }
}

#[cfg(feature = "jiff")]
#[test]
fn jiff_converts() {
    let date = jiff::civil::date(1997, 9, 30);
    assert_eq!(Day::from(date), day("1997-09-30"));
    assert_eq!(jiff::civil::Date::from(day("1997-09-30")), date);
    let instant: jiff::Timestamp = "1969-12-31T23:59:59.5Z".parse().unwrap();
    assert_eq!(Timestamp::try_from(instant), Ok(Timestamp::from_nanoseconds(-500_000_000)));
    assert!(Timestamp::try_from(jiff::Timestamp::MAX).is_err());
    let tokyo = Zone::from(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
    assert_eq!(Timestamp::from_nanoseconds(0).day(&tokyo), day("1970-01-01"));
}

#[cfg(feature = "chrono")]
#[test]
fn chrono_converts() {
    let date = chrono::NaiveDate::from_ymd_opt(1997, 9, 30).unwrap();
    assert_eq!(Day::try_from(date), Ok(day("1997-09-30")));
    assert!(Day::try_from(chrono::NaiveDate::MAX).is_err());
    assert_eq!(chrono::NaiveDate::from(Day::try_from(date).unwrap()), date);
    let instant = chrono::DateTime::from_timestamp(-1, 500_000_000).unwrap();
    let own = Timestamp::from_nanoseconds(-500_000_000);
    assert_eq!(Timestamp::try_from(instant), Ok(own));
    assert_eq!(chrono::DateTime::from(own), instant);
}

#[cfg(feature = "time")]
#[test]
fn time_converts() {
    let date = time::Date::from_calendar_date(1997, time::Month::September, 30).unwrap();
    assert_eq!(time::Date::try_from(Day::try_from(date).unwrap()), Ok(date));
    assert_eq!(Day::try_from(date), Ok(day("1997-09-30")));
    let instant = time::OffsetDateTime::from_unix_timestamp_nanos(-500_000_000).unwrap();
    let own = Timestamp::from_nanoseconds(-500_000_000);
    assert_eq!(Timestamp::try_from(instant), Ok(own));
    assert_eq!(time::OffsetDateTime::from(own), instant);
}

#[cfg(feature = "serde")]
mod serde {
    use customer_value::{FirstSeen, Interaction, PurchaseHistory, SpendHistory, Window};
    use serde_json::{Value, from_value, json, to_value};

    use super::*;

    fn round_trip<T: ::serde::Serialize + ::serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        assert_eq!(from_value::<T>(to_value(value).unwrap()).as_ref().unwrap(), value);
    }

    fn refused<T: ::serde::de::DeserializeOwned + std::fmt::Debug>(bad: Value) {
        let text = bad.to_string();
        assert!(from_value::<T>(bad).is_err(), "{} from {text}", std::any::type_name::<T>());
    }

    #[test]
    fn values_survive_a_round_trip() {
        let price = Money::from_minor(2_930, Currency::USD);
        round_trip(&price);
        round_trip(&ExpectedMoney::from(price));
        round_trip(&Span::weeks(38.86).unwrap());
        round_trip(&DiscountRate::effective_annual(0.12).unwrap());
        round_trip(&Probability::new(0.3).unwrap());
        round_trip(&Margin::new(-0.3).unwrap());
        round_trip(&Weights::equal(3).unwrap());
        round_trip(&Horizon::Lifetime);
        round_trip(&PurchaseHistory::new(2, Span::whole_days(3), Span::whole_days(9)).unwrap());
        round_trip(&SpendHistory::new(2, price).unwrap());
        round_trip(&Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNew).unwrap());
        round_trip(&Interaction::purchase(7_u32, day("2024-02-29"), price));
    }

    #[test]
    fn reading_runs_the_checks_of_new() {
        refused::<Currency>(json!("BTC"));
        refused::<Day>(json!("2023-02-29"));
        refused::<Span>(json!({"days": -1.0}));
        refused::<Span>(json!(12.0));
        refused::<Probability>(json!(1.5));
        refused::<Margin>(json!(1.5));
        refused::<DiscountRate>(json!({"force_per_day": -0.1}));
        refused::<DiscountRate>(json!(0.12));
        refused::<Weights>(json!([0.5, 0.6]));
        refused::<PurchaseHistory>(json!({"repeats": 0, "recency": {"days": 1.0}, "age": {"days": 2.0}}));
        refused::<SpendHistory>(json!({"repeats": 0, "repeat_total": {"amount": "1", "currency": "USD"}}));
        refused::<Window>(json!({"start": "2024-01-02", "end": "2024-01-01", "first_seen": "IsNew"}));
    }
}

/// A precision is one of decimals, never one of letters; a width counts the signs of the whole text.
#[test]
fn amounts_are_written_with_the_decimals_and_in_the_width_asked_for() {
    let expected = ExpectedMoney::new(1234.567, Currency::USD).unwrap();
    assert_eq!(
        format!("{expected}|{expected:.0}|{expected:.1}|{expected:.3}"),
        "1234.57 USD|1235 USD|1234.6 USD|1234.567 USD"
    );
    assert_eq!(
        format!("{expected:>13.2}|{expected:13.2}|{expected:*^14.1}"),
        "  1234.57 USD|1234.57 USD  |**1234.6 USD**"
    );
    let booked = Money::parse("12.5", Currency::USD).unwrap();
    assert_eq!(format!("{booked}|{booked:.0}|{booked:>10.1}|{booked:<10}|"), "12.50 USD|13 USD|  12.5 USD|12.50 USD |");
    let interval = Interval { low: 0.22, high: f64::INFINITY };
    assert_eq!(format!("{interval}|{interval:.1}|{interval:>12.0}"), "0.2200 to inf|0.2 to inf|    0 to inf");
    assert_eq!(format!("{:>6}|{}|{:.1}", TimeUnit::Month, TimeUnit::Day, Margin::new(0.25).unwrap()), " month|day|0.2");
    let fact = Money::from_minor(123_456, Currency::EUR);
    assert_eq!(format!("{fact}|{fact:.0}|{fact:13}|{fact:>13.1}"), "1234.56 EUR|1235 EUR|1234.56 EUR  |   1234.6 EUR");
    assert_eq!(format!("{fact:2}"), "1234.56 EUR");
}
