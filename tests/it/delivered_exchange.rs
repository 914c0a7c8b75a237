//! Economic value, bargaining and the value map. Numbers marked `computed` were computed for this project by other
//! means; their formulas are named after the sources that define them.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use customer_value::delivered::{
    Axis, BargainError, BargainingZone, Difference, EconomicValue, Position, QualityProfile, ValueMap, ValueMapError,
    ValueSplit, ValueVerdict,
};
use customer_value::{Currency, ExpectedMoney, MoneyError, UnitError, Weights};
use proptest::prelude::*;

use crate::delivered_value::{MISMATCH, close, delivered, eur, probability, usd};

#[test]
fn f11_caterpillar_kotler_keller_14th_edition_p_399() {
    let differences = [("durability", 7_000), ("reliability", 6_000), ("service", 5_000), ("warranty", 2_000)];
    let differences: Vec<_> = differences.iter().map(|&(name, worth)| Difference::new(name, usd(worth))).collect();
    let value = EconomicValue::new(usd(90_000), differences).unwrap();
    assert_eq!(value.value().amount(), 110_000.0);
    assert_eq!((value.positive().amount(), value.negative().amount()), (20_000.0, 0.0));
    // 10,000 off the list price of 110,000: half of the extra value stays with the customer.
    let split = value.zone(usd(70_000)).unwrap().split(usd(100_000)).unwrap();
    assert_eq!(split.customer_surplus.amount(), 10_000.0);
}

#[test]
fn f11_printer_published_worth() {
    let value =
        EconomicValue::new(usd(1_000), [Difference::new("a", usd(100)), Difference::new("b", usd(200))]).unwrap();
    assert_eq!(value.value().to_string(), "1300.00 USD");
}

#[test]
fn f11_drawbacks_lower_the_value() {
    let differences = [Difference::new("faster", usd(50)), Difference::new("louder", usd(-80))];
    let value = EconomicValue::new(usd(100), differences).unwrap();
    assert_eq!((value.positive().amount(), value.negative().amount()), (50.0, 80.0));
    assert_eq!(value.value().amount(), 70.0);
    let alone = EconomicValue::new(usd(100), []).unwrap();
    assert_eq!((alone.value().amount(), alone.negative().amount().is_sign_positive()), (100.0, true));
    let mixed = EconomicValue::new(usd(100), [Difference::new("faster", eur(50))]);
    assert_eq!(mixed, Err(MISMATCH));
    let huge = ExpectedMoney::new(f64::MAX, Currency::USD).unwrap();
    let overflow = EconomicValue::new(huge, [Difference::new("all", huge)]);
    assert_eq!(overflow, Err(MoneyError::NotFinite { value: f64::INFINITY }));
}

#[test]
fn f13_value_split_computed() {
    let zone = BargainingZone::new(usd(70_000), usd(110_000)).unwrap();
    let split = zone.split(usd(100_000)).unwrap();
    assert_eq!((split.customer_surplus.amount(), split.firm_profit.amount()), (10_000.0, 30_000.0));
    assert_eq!(zone.nash_price().amount(), 90_000.0);
    assert_eq!(zone.surplus().amount(), 40_000.0);
    let prices = [0.0, 0.25, 1.0].map(|power| zone.price_at(probability(power)).amount());
    assert_eq!(prices, [70_000.0, 80_000.0, 110_000.0]);
}

#[test]
fn f13_empty_zones_and_prices_outside_are_typed_errors() {
    let estimate = ExpectedMoney::from;
    let empty = BargainError::EmptyZone { cost: estimate(usd(5)), value: estimate(usd(4)) };
    assert_eq!(BargainingZone::new(usd(5), usd(4)), Err(empty.clone()));
    let alternative = EconomicValue::new(usd(4), []).unwrap();
    assert_eq!(alternative.zone(usd(5)), Err(empty));
    assert_eq!(
        BargainingZone::new(usd(4), eur(5)),
        Err(BargainError::Money(MoneyError::CurrencyMismatch { expected: Currency::EUR, found: Currency::USD }))
    );
    let zone = BargainingZone::new(usd(4), usd(6)).unwrap();
    for price in [3, 7] {
        let (price, low, high) = (estimate(usd(price)), estimate(usd(4)), estimate(usd(6)));
        assert_eq!(zone.split(price), Err(BargainError::PriceOutside { price, low, high }));
    }
    assert_eq!(zone.split(eur(5)), Err(BargainError::Money(MISMATCH)));
    // A zone of a single price leaves nothing to either side.
    let point = BargainingZone::new(usd(4), usd(4)).unwrap();
    let nothing = ExpectedMoney::zero(Currency::USD);
    assert_eq!(point.split(usd(4)), Ok(ValueSplit { customer_surplus: nothing, firm_profit: nothing }));
    assert_eq!(point.nash_price().amount(), 4.0);
}

#[test]
fn f12_the_two_relative_qualities_differ() {
    // Weights .5 .3 .2; ratings 8 9 6 against means 8 6 4 of two rivals.
    let weights = Weights::new([0.5, 0.3, 0.2]).unwrap();
    let rivals = [vec![7.0, 5.0, 3.0], vec![9.0, 7.0, 5.0]];
    let profile = QualityProfile::new(weights, [8.0, 9.0, 6.0], rivals).unwrap();
    assert_eq!(profile.ratios().unwrap(), [1.0, 1.5, 1.5]);
    close(profile.mean_of_ratios().unwrap(), 1.25, 15);
    close(profile.ratio_of_means().unwrap(), 7.9 / 6.6, 15);
}

#[test]
fn f12_gale_1994_fair_value_line() {
    let map = ValueMap::new(probability(0.4), 0.0).unwrap();
    close(map.slope(), 1.5, 15);
    assert_eq!(map.fair_price(1.0), Ok(1.0));
    close(map.fair_price(1.2).unwrap(), 1.3, 15);
    let verdict = |quality, price| map.verdict(Position { quality, price }).unwrap();
    assert_eq!(verdict(1.0, 1.0), ValueVerdict::Fair);
    assert_eq!((verdict(1.2, 1.29), verdict(1.2, 1.31)), (ValueVerdict::Better, ValueVerdict::Worse));
    // Whoever looks at the price alone pays no more for any quality.
    let price_only = ValueMap::new(probability(1.0), 0.05).unwrap();
    assert_eq!(price_only.fair_price(3.0), Ok(1.0));
    assert_eq!(price_only.verdict(Position { quality: 3.0, price: 1.04 }), Ok(ValueVerdict::Fair));
    assert_eq!(price_only.verdict(Position { quality: 3.0, price: 0.94 }), Ok(ValueVerdict::Better));
}

#[test]
fn verdicts_have_a_name() {
    let names = [ValueVerdict::Better, ValueVerdict::Fair, ValueVerdict::Worse].map(|verdict| verdict.to_string());
    assert_eq!(names, ["better", "fair", "worse"]);
}

#[test]
fn f12_impossible_maps_are_typed_errors() {
    let unit = |quantity, value, low, high| ValueMapError::Unit(UnitError { quantity, value, low, high });
    let map = ValueMap::new(probability(0.5), 0.0).unwrap();
    assert_eq!(ValueMap::new(probability(0.0), 0.0), Err(unit("weight of price", 0.0, 1e-9, 1.0)));
    assert_eq!(ValueMap::new(probability(0.5), -0.1), Err(unit("tolerance", -0.1, 0.0, f64::MAX)));
    assert_eq!(map.fair_price(-1.0), Err(unit("relative quality", -1.0, 0.0, f64::MAX)));
    let free = map.verdict(Position { quality: 1.0, price: 0.0 });
    assert_eq!(free, Err(unit("relative price", 0.0, f64::from_bits(1), f64::MAX)));
    let steep = ValueMap::new(probability(1e-9), 0.0).unwrap();
    assert_eq!(steep.fair_price(1e300), Err(ValueMapError::TooLarge { quantity: "fair price" }));

    assert_eq!(Position::relative_price(usd(120), &[usd(90), usd(110)]), Ok(1.2));
    assert_eq!(Position::relative_price(usd(1), &[]), Err(ValueMapError::NoRivals));
    for (own, rival) in [(usd(0), usd(1)), (usd(-1), usd(1)), (usd(1), usd(0)), (usd(1), usd(-1))] {
        let price = if own == usd(1) { rival } else { own };
        assert_eq!(Position::relative_price(own, &[rival]), Err(ValueMapError::Price { price }));
    }
    assert_eq!(Position::relative_price(usd(1), &[eur(1)]), Err(ValueMapError::Money(MISMATCH)));
}

#[test]
fn f12_impossible_profiles_are_typed_errors() {
    let of = |own: &[f64], rivals: &[[f64; 2]]| {
        let rivals: Vec<Vec<f64>> = rivals.iter().map(|ratings| ratings.to_vec()).collect();
        QualityProfile::new(Weights::equal(2).unwrap(), own, rivals).unwrap_err()
    };
    assert_eq!(of(&[1.0, 1.0], &[]), ValueMapError::NoRivals);
    assert_eq!(of(&[1.0], &[[1.0, 1.0]]), ValueMapError::Lengths { rival: None, ratings: 1, weights: 2 });
    assert_eq!(of(&[1.0, 1.0], &[[0.0, 1.0], [0.0, 2.0]]), ValueMapError::ZeroRivalMean { attribute: 0 });
    let source = UnitError { quantity: "rating", value: -1.0, low: 0.0, high: 1e150 };
    let error = ValueMapError::Rating { rival: Some(1), attribute: 0, source };
    assert_eq!(of(&[1.0, 1.0], &[[1.0, 1.0], [-1.0, 1.0]]), error);
    let short = of(&[1.0], &[[1.0, 1.0]]);
    assert_eq!(short.to_string(), "1 ratings of the own offer but 2 weights");
    let tiny = QualityProfile::new(Weights::equal(1).unwrap(), [1e150], [vec![1e-300]]).unwrap();
    assert_eq!(tiny.mean_of_ratios(), Err(ValueMapError::TooLarge { quantity: "ratio of ratings" }));
    assert_eq!(tiny.ratio_of_means(), Err(ValueMapError::TooLarge { quantity: "relative quality" }));
}

proptest! {
    #[test]
    fn at_the_maximum_price_both_offers_deliver_the_same(
        own in prop::array::uniform4(prop::array::uniform3(-100..100_i32)),
        rival in prop::array::uniform4(prop::array::uniform3(-100..100_i32)),
        prices in (0..500_i64, 0..500_i64), hours in (0..10_i32, 0..10_i32), worry in (0..10_i32, 0..10_i32),
    ) {
        let of = |cells: [[i32; 3]; 4], price, hours: i32, worry: i32| {
            delivered(cells.map(|row| row.map(f64::from)), price, hours.into(), worry.into())
        };
        let offer = of(own, prices.0, hours.0, worry.0);
        let against = of(rival, prices.1, hours.1, worry.1);
        let value = EconomicValue::over(&offer, &against).unwrap();
        prop_assert_eq!(value.differences().len(), 8);
        let price = value.value().amount();
        if price >= 0.0 {
            let at_that = of(own, price as i64, hours.0, worry.0);
            prop_assert_eq!(at_that.net(), against.net());
        }
        // What is left under the maximum price is the advantage.
        let advantage = offer.advantage_over(&against).unwrap();
        prop_assert_eq!(advantage.net.amount(), price - prices.0 as f64);
        let sum: f64 = Axis::ALL.iter().map(|&axis| advantage.vector.axes()[axis]).sum();
        prop_assert_eq!(sum, advantage.net.amount());
    }

    #[test]
    fn the_nash_price_maximises_the_product_of_gains(
        low in 0.0..100.0_f64, width in 0.1..100.0_f64, power in 0.05..0.95_f64,
    ) {
        let money = |amount: f64| ExpectedMoney::new(amount, Currency::USD).unwrap();
        let high = low + width;
        let zone = BargainingZone::new(money(low), money(high)).unwrap();
        let ln_product = |price: f64| (1.0 - power) * (high - price).ln() + power * (price - low).ln();
        // Golden section search, blind to the closed form.
        let (mut a, mut b) = (low, high);
        for _ in 0..80 {
            let (left, right) = (b - 0.618034 * (b - a), a + 0.618034 * (b - a));
            if ln_product(left) < ln_product(right) { a = left } else { b = right }
        }
        let price = zone.price_at(probability(power));
        // The maximum is flat: half of the digits of its place are lost to a search.
        prop_assert!((price.amount() - a).abs() < 1e-6 * width);
        let split = zone.split(price).unwrap();
        prop_assert!((split.customer_surplus.amount() + split.firm_profit.amount() - width).abs() < 1e-12);
        prop_assert!((split.firm_profit.amount() - power * width).abs() < 1e-12);
    }

    #[test]
    fn agreed_prices_never_leave_the_zone(
        low in -1e9..1e9, width in prop_oneof![0.0..1e-6, 0.0..1e9], power in 0.0..=1.0,
    ) {
        let money = |amount: f64| ExpectedMoney::new(amount, Currency::USD).unwrap();
        let zone = BargainingZone::new(money(low), money(low + width)).unwrap();
        let split = zone.split(zone.price_at(probability(power))).unwrap();
        prop_assert!(split.customer_surplus.amount() >= 0.0 && split.firm_profit.amount() >= 0.0);
    }

    #[test]
    fn an_average_offer_has_relative_quality_1(
        ratings in prop::collection::vec((0.05..1.0, 0.1..10.0), 1..6), scale in 0.1..10.0_f64,
    ) {
        let ratings: Vec<(f64, f64)> = ratings;
        let weights = Weights::proportional(ratings.iter().map(|part| part.0).collect::<Vec<_>>()).unwrap();
        let own: Vec<f64> = ratings.iter().map(|part| part.1).collect();
        let average = QualityProfile::new(weights.clone(), own.clone(), [own.clone()]).unwrap();
        prop_assert!((average.mean_of_ratios().unwrap() - 1.0).abs() < 1e-14);
        prop_assert!((average.ratio_of_means().unwrap() - 1.0).abs() < 1e-14);
        // Another scale for one attribute leaves the mean of ratios as it is.
        let rivals = vec![3.0; own.len()];
        let before = QualityProfile::new(weights.clone(), own.clone(), [rivals.clone()]).unwrap();
        let (mut own, mut rivals) = (own, rivals);
        own[0] *= scale;
        rivals[0] *= scale;
        let after = QualityProfile::new(weights, own, [rivals]).unwrap();
        let change: f64 = after.mean_of_ratios().unwrap() / before.mean_of_ratios().unwrap() - 1.0;
        prop_assert!(change.abs() < 1e-13);
    }

    #[test]
    fn the_verdict_is_the_side_of_the_line(
        weight in 0.05..1.0, quality in 0.0..3.0, price in 0.01..3.0, tolerance in 0.0..0.2,
    ) {
        let map = ValueMap::new(probability(weight), tolerance).unwrap();
        // The weights' form: quality gained over the mean against price paid over it.
        let gain: f64 = (1.0 - weight) * (quality - 1.0) - weight * (price - 1.0);
        prop_assume!((gain.abs() - weight * tolerance).abs() > 1e-12);
        let expected = match gain {
            gain if gain.abs() < weight * tolerance => ValueVerdict::Fair,
            gain if gain > 0.0 => ValueVerdict::Better,
            _ => ValueVerdict::Worse,
        };
        prop_assert_eq!(map.verdict(Position { quality, price }), Ok(expected));
    }
}
