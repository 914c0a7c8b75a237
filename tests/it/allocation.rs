//! Budgets split by equal marginal returns. Numbers marked `computed` were computed for this project by other means.

use customer_value::exchange::{
    Allocation, BudgetItem, ConcaveCurve, ConcaveResponse, ExchangeError, Room, SpendResponse, allocate,
};
use customer_value::{Currency, ExpectedMoney, MoneyError, UnitError};
use proptest::prelude::*;

use crate::exchange_cases::{cases, number, vector};
use crate::shared::{assert_printed, relative_error};

const MISMATCH: MoneyError = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn response(curve: ConcaveCurve) -> ConcaveResponse {
    ConcaveResponse::new(curve, Currency::USD).unwrap()
}

fn exponential(limit: f64, speed: f64) -> BudgetItem {
    BudgetItem::new(response(ConcaveCurve::Exponential { limit, speed }))
}

fn power(scale: f64, exponent: f64) -> BudgetItem {
    BudgetItem::new(response(ConcaveCurve::Power { scale, exponent }))
}

fn logarithmic(scale: f64, speed: f64) -> BudgetItem {
    BudgetItem::new(response(ConcaveCurve::Logarithmic { scale, speed }))
}

fn capped(item: BudgetItem, cap: f64) -> BudgetItem {
    BudgetItem::capped(*item.response(), usd(cap)).unwrap()
}

fn split(budget: f64, items: &[BudgetItem]) -> Allocation {
    allocate(usd(budget), items).unwrap()
}

fn spends(split: &Allocation) -> Vec<f64> {
    split.items.iter().map(|item| item.spend.amount()).collect()
}

fn rooms(split: &Allocation) -> Vec<Room> {
    split.items.iter().map(|item| item.room).collect()
}

fn total(split: &Allocation) -> f64 {
    spends(split).iter().sum()
}

#[test]
fn f59_two_exponential_responses_computed() {
    let split = split(40.0, &[exponential(100.0, 0.05), exponential(60.0, 0.1)]);
    assert_printed(split.items[0].spend.amount(), "25.4512");
    assert_printed(split.items[1].spend.amount(), "14.5488");
    assert_printed(split.multiplier.unwrap(), "1.400569");
    assert_eq!(rooms(&split), [Room::Partly; 2]);
    assert_eq!(split.left_over, usd(0.0));
}

#[test]
fn f59_allocations_match_the_table() {
    for (name, case) in cases("allocation") {
        let (limits, speeds) = (vector(&case, "s"), vector(&case, "k"));
        let items: Vec<_> = limits.iter().zip(&speeds).map(|(&limit, &speed)| exponential(limit, speed)).collect();
        let budget = number(&case, "budget");
        let found = split(budget, &items);
        // A multiplier e^−depth below the greatest marginal response has the error of the depth.
        let greatest = limits.iter().zip(&speeds).map(|(limit, speed)| limit * speed).fold(0.0, f64::max);
        let (multiplier, expected) = (found.multiplier.unwrap(), number(&case, "multiplier"));
        let tolerance = 1e-15 * (greatest / expected).ln().max(10.0);
        assert!(relative_error(multiplier, expected) < tolerance, "{name}: {multiplier} is not {expected}");
        assert!(relative_error(found.response, number(&case, "objective")) < 1e-14, "{name}");
        for (i, (spend, expected)) in spends(&found).into_iter().zip(vector(&case, "b")).enumerate() {
            // Two marginal responses that differ in the last digit of a limit differ in spend by that over the speed.
            let tolerance = 1e-14 * expected + 4.0 * f64::EPSILON / speeds[i];
            assert!((spend - expected).abs() <= tolerance.min(1e-9 * budget), "{name} {i}: {spend} is not {expected}");
            assert_eq!(found.items[i].room == Room::Unused, expected <= 0.0, "{name} {i}");
        }
        assert!(relative_error(total(&found), budget) < 1e-15 * items.len() as f64, "{name}");
    }
}

/// With s·b^p, p equal for all, the marginal responses are equal where b is in proportion to s^(1/(1−p)).
#[test]
fn powers_of_one_exponent_share_in_proportion_computed() {
    let even = split(100.0, &[power(1.0, 0.5), power(2.0, 0.5), power(1.0, 0.5)]);
    for (spend, expected) in spends(&even).into_iter().zip([100.0 / 6.0, 400.0 / 6.0, 100.0 / 6.0]) {
        assert!(relative_error(spend, expected) < 1e-13);
    }
    // λ = 1/2 · (100/6)^(−1/2).
    assert!(relative_error(even.multiplier.unwrap(), 0.5 * (100.0_f64 / 6.0).powf(-0.5)) < 1e-14);
    assert!(relative_error(even.response, (600.0_f64).sqrt()) < 1e-14);
}

/// With a·ln(1 + k·b), (1/k + b) is in proportion to a: 1 + b₁ = 2·(1 + b₂), b₁ + b₂ = 10 gives 7 and 3.
#[test]
fn logarithms_share_in_proportion_computed() {
    let found = split(10.0, &[logarithmic(2.0, 1.0), logarithmic(1.0, 1.0)]);
    for (spend, expected) in spends(&found).into_iter().zip([7.0, 3.0]) {
        assert!(relative_error(spend, expected) < 1e-14);
    }
    assert!(relative_error(found.multiplier.unwrap(), 0.25) < 1e-14);
    // With little money all goes where the first unit brings more, up to 1 + b = 2.
    assert_eq!(spends(&split(1.0, &[logarithmic(2.0, 1.0), logarithmic(1.0, 1.0)])), [1.0, 0.0]);
}

#[test]
fn a_single_item_gets_the_whole_budget() {
    for item in [exponential(5.0, 0.1), power(5.0, 0.3), power(5.0, 1.0_f64.next_down()), logarithmic(5.0, 2.0)] {
        for budget in [1e-100, 1e-3, 37.5, 1e6, 1e100] {
            let found = split(budget, &[item]);
            assert!(relative_error(total(&found), budget) < 1e-15, "{item:?} {budget}");
            assert_eq!(rooms(&found), [Room::Partly]);
            assert_eq!(found.response, item.response().value(found.items[0].spend).unwrap());
            assert_eq!(found.multiplier, Some(item.response().marginal(found.items[0].spend).unwrap()));
        }
    }
}

#[test]
fn a_budget_of_zero_tells_what_the_first_unit_would_bring() {
    let items = [exponential(100.0, 0.05), logarithmic(10.0, 0.7), capped(exponential(1e3, 1.0), 0.0)];
    for zero in [0.0, -0.0] {
        let found = split(zero, &items);
        assert_eq!(spends(&found), [0.0; 3]);
        assert_eq!(rooms(&found), [Room::Unused, Room::Unused, Room::Full]);
        assert_eq!((found.multiplier, found.response), (Some(7.0), 0.0));
        assert_eq!(found.left_over, usd(0.0));
    }
    // The first unit of money on a power brings more than any number.
    assert_eq!(split(0.0, &[power(1.0, 0.5), items[0]]).multiplier, None);
}

#[test]
fn what_full_items_cannot_take_is_left_over() {
    let items = [capped(exponential(100.0, 0.05), 10.0), capped(power(3.0, 0.5), 4.0)];
    let found = split(20.0, &items);
    assert_eq!(spends(&found), [10.0, 4.0]);
    assert_eq!(rooms(&found), [Room::Full; 2]);
    assert_eq!(found.left_over, usd(6.0));
    assert_eq!(found.multiplier, Some(0.0));
    assert!(relative_error(found.response, 100.0 * -(-0.5_f64).exp_m1() + 6.0) < 1e-15);
    let exact = split(14.0, &items);
    assert_eq!((spends(&exact), exact.left_over, exact.multiplier), (vec![10.0, 4.0], usd(0.0), Some(0.0)));
    // One item without a cap takes all that is left.
    let open = split(20.0, &[items[0], items[1], exponential(1e-3, 1e-3)]);
    assert_eq!((rooms(&open), open.left_over), (vec![Room::Full, Room::Full, Room::Partly], usd(0.0)));
    assert!((open.items[2].spend.amount() - 6.0).abs() < 1e-14);
}

#[test]
fn a_budget_that_just_fills_the_better_items_is_worth_what_the_next_unit_brings() {
    let items = [capped(exponential(100.0, 1.0), 2.0), exponential(5.0, 0.5), capped(exponential(200.0, 1.0), 1.0)];
    let found = split(3.0, &items);
    assert_eq!(spends(&found), [2.0, 0.0, 1.0]);
    assert_eq!(rooms(&found), [Room::Full, Room::Unused, Room::Full]);
    assert_eq!(found.multiplier, Some(2.5));
}

#[test]
fn alike_items_get_alike() {
    for item in [exponential(50.0, 0.02), power(2.0, 0.9), logarithmic(3.0, 0.1), capped(power(2.0, 0.9), 40.0)] {
        for spend in spends(&split(120.0, &[item; 5])) {
            assert!(relative_error(spend, 24.0) < 1e-14);
        }
    }
}

#[test]
fn nearly_straight_powers_spend_the_whole_budget() {
    let steep = 1.0_f64.next_down();
    for budget in [1e-100, 1.0, 12_345.678, 1e100] {
        let found = split(budget, &[power(1e100, steep), power(1e100, steep), power(1.0, 0.5), exponential(1.0, 1.0)]);
        assert!(relative_error(total(&found), budget) < 1e-14);
        assert!(found.multiplier.unwrap().is_finite() && found.response.is_finite());
    }
    // Almost all goes to the better one, and what a power gets may be too little for a number.
    let found = split(1.0, &[power(2.0, 0.999), power(1.0, 0.999)]);
    assert_eq!(spends(&found)[0], 1.0);
    assert!(relative_error(found.multiplier.unwrap(), 1.998) < 1e-12);
}

#[test]
fn extreme_items_give_numbers() {
    let numbers = [1e-100, 1e-10, 1.0, 1e10, 1e100];
    for scale in numbers {
        for speed in numbers {
            for budget in numbers {
                let items = [
                    exponential(scale, speed),
                    logarithmic(speed, scale),
                    power(scale, speed.min(0.5)),
                    power(1.0, 0.5),
                ];
                let found = split(budget, &items);
                assert!(relative_error(total(&found), budget) < 1e-14, "{scale} {speed} {budget}");
                assert!(found.multiplier.unwrap().is_finite() && found.response.is_finite());
                let found = split(budget, &items.map(|item| capped(item, 0.3 * budget)));
                assert!(relative_error(total(&found), budget) < 1e-14, "{scale} {speed} {budget}");
                assert!(found.multiplier.unwrap().is_finite() && found.response.is_finite());
            }
        }
    }
}

#[test]
fn items_that_are_none_are_typed_errors() {
    let new = |curve| ConcaveResponse::new(curve, Currency::USD).unwrap_err();
    let range = |quantity, value, high| UnitError { quantity, value, low: 1e-100, high };
    for flat in [0.0, -1.0, 1e101] {
        let expected = |quantity| range(quantity, flat, 1e100);
        assert_eq!(new(ConcaveCurve::Exponential { limit: flat, speed: 1.0 }), expected("limit of a response"));
        assert_eq!(new(ConcaveCurve::Exponential { limit: 1.0, speed: flat }), expected("speed of a response"));
        assert_eq!(new(ConcaveCurve::Power { scale: flat, exponent: 0.5 }), expected("scale of a response"));
        assert_eq!(new(ConcaveCurve::Logarithmic { scale: flat, speed: 1.0 }), expected("scale of a response"));
        assert_eq!(new(ConcaveCurve::Logarithmic { scale: 1.0, speed: flat }), expected("speed of a response"));
    }
    for exponent in [0.0, 1.0, -0.5] {
        let expected = range("exponent of a response", exponent, 1.0_f64.next_down());
        assert_eq!(new(ConcaveCurve::Power { scale: 1.0, exponent }), expected);
    }
    assert!(new(ConcaveCurve::Power { scale: f64::NAN, exponent: 0.5 }).value.is_nan());
    assert!(new(ConcaveCurve::Power { scale: 1.0, exponent: f64::NAN }).value.is_nan());
    let item = exponential(1.0, 1.0);
    let negative = BudgetItem::capped(*item.response(), usd(-1.0)).unwrap_err();
    assert_eq!(negative, ExchangeError::Unit(UnitError { quantity: "cap", value: -1.0, low: 0.0, high: 1e100 }));
    let euros = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    assert_eq!(BudgetItem::capped(*item.response(), euros), Err(ExchangeError::Money(MISMATCH)));
}

#[test]
fn budgets_that_are_none_are_typed_errors() {
    let item = exponential(1.0, 1.0);
    let none = ExchangeError::TooFew { items: "items of a budget", found: 0, least: 1 };
    assert_eq!(allocate(usd(1.0), &[]), Err(none));
    let budget = |value, low| ExchangeError::Unit(UnitError { quantity: "budget", value, low, high: 1e100 });
    assert_eq!(allocate(usd(-1.0), &[item]), Err(budget(-1.0, 0.0)));
    assert_eq!(allocate(usd(1e-101), &[item]), Err(budget(1e-101, 1e-100)));
    assert_eq!(allocate(usd(1e101), &[item]), Err(budget(1e101, 1e-100)));
    let curve = ConcaveCurve::Exponential { limit: 1.0, speed: 1.0 };
    let abroad = BudgetItem::new(ConcaveResponse::new(curve, Currency::EUR).unwrap());
    let error = allocate(usd(1.0), &[item, abroad]).unwrap_err();
    assert_eq!(error, ExchangeError::BudgetItem { item: 1, source: MISMATCH });
    assert_eq!(error.to_string(), "item 1 (from 0) of the budget: currencies differ: expected USD, got EUR");
}

#[test]
fn responses_reject_what_they_cannot_answer() {
    let root = response(ConcaveCurve::Power { scale: 1.0, exponent: 0.5 });
    assert_eq!(root.marginal(usd(0.0)), Err(ExchangeError::TooLarge { quantity: "marginal response" }));
    assert_eq!(root.value(usd(0.0)), Ok(0.0));
    let spend = ExchangeError::Unit(UnitError { quantity: "spend", value: -1.0, low: 0.0, high: 1e100 });
    assert_eq!(root.value(usd(-1.0)), Err(spend.clone()));
    assert_eq!(root.marginal(usd(-1.0)), Err(spend));
    let euros = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    assert_eq!(root.value(euros), Err(ExchangeError::Money(MISMATCH)));
    let flat = UnitError { quantity: "marginal response", value: 0.0, low: 1e-100, high: 1e100 };
    assert_eq!(root.spend_at_marginal(0.0), Err(ExchangeError::Unit(flat)));
    let straight = response(ConcaveCurve::Power { scale: 1.0, exponent: 0.999 });
    assert_eq!(straight.spend_at_marginal(1e-100), Err(ExchangeError::TooLarge { quantity: "spend" }));
    // Not even the first unit of money brings as much.
    assert_eq!(exponential(100.0, 0.05).response().spend_at_marginal(5.0), Ok(usd(0.0)));
    assert_eq!(logarithmic(100.0, 0.05).response().spend_at_marginal(5.5), Ok(usd(0.0)));
}

#[test]
fn a_share_of_customers_is_an_exponential_response() {
    let share = SpendResponse::new(0.4, 0.05, Currency::USD).unwrap();
    let response = ConcaveResponse::of_share(share, 1_000.0).unwrap();
    for spend in [0.0, 1.0, 20.0, 500.0] {
        let won = 1_000.0 * share.share(usd(spend)).unwrap().get();
        assert!((response.value(usd(spend)).unwrap() - won).abs() <= 1e-13 * won);
        let one_more = share.marginal_cost(usd(spend)).unwrap().amount();
        assert!(relative_error(response.marginal(usd(spend)).unwrap(), 1_000.0 / one_more) < 1e-14);
    }
    assert!(ConcaveResponse::of_share(share, 0.0).is_err_and(|error| error.quantity == "limit of a response"));
}

#[cfg(feature = "serde")]
#[test]
fn stored_items_are_checked_when_read() {
    let item = capped(power(2.0, 0.5), 3.0);
    let text = serde_json::to_string(&item).unwrap();
    assert_eq!(serde_json::from_str::<BudgetItem>(&text).unwrap(), item);
    for (from, to, said) in [("0.5", "1.5", "exponent of a response is 1.5"), ("3.0", "-3.0", "cap is -3")] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        assert!(serde_json::from_str::<BudgetItem>(&changed).unwrap_err().to_string().contains(said));
    }
    let found = split(5.0, &[item, exponential(1.0, 0.5)]);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Allocation>(&text).unwrap(), found);
}

fn between(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (low.log10()..high.log10()).prop_map(|exponent| 10_f64.powf(exponent))
}

fn item() -> impl Strategy<Value = BudgetItem> {
    prop_oneof![
        (between(1e-2, 1e4), between(1e-4, 1e1)).prop_map(|(limit, speed)| exponential(limit, speed)),
        (between(1e-2, 1e4), 0.05..0.95_f64).prop_map(|(scale, exponent)| power(scale, exponent)),
        (between(1e-2, 1e4), between(1e-4, 1e1)).prop_map(|(scale, speed)| logarithmic(scale, speed)),
    ]
}

/// Half of them with a cap.
fn items(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<BudgetItem>> {
    let item = (item(), prop::option::of(between(1e-2, 1e3)));
    prop::collection::vec(item.prop_map(|(item, cap)| cap.map_or(item, |cap| capped(item, cap))), count)
}

proptest! {
    /// Karush, Kuhn and Tucker: necessary and, for concave responses, sufficient.
    #[test]
    fn marginal_responses_are_equal_on_items_in_use(items in items(1..30), budget in between(1e-2, 1e5)) {
        let found = split(budget, &items);
        let multiplier = found.multiplier.unwrap();
        for (item, allocated) in items.iter().zip(&found.items) {
            let (spend, response) = (allocated.spend, item.response());
            prop_assert_eq!(allocated.response, response.value(spend).unwrap());
            prop_assert!(spend.amount() >= 0.0 && item.cap().is_none_or(|cap| spend.amount() <= cap.amount()));
            match allocated.room {
                Room::Partly if spend.amount() >= f64::MIN_POSITIVE => {
                    prop_assert!(relative_error(response.marginal(spend).unwrap(), multiplier) < 1e-12);
                }
                // Of a power there may be too little for a number, or for all of its digits.
                Room::Partly | Room::Unused if matches!(response.curve(), ConcaveCurve::Power { .. }) => {
                    prop_assert!(response.marginal(usd(f64::MIN_POSITIVE)).unwrap() <= multiplier * (1.0 + 1e-12));
                }
                Room::Partly => prop_assert!(false, "{spend} on {item:?}"),
                Room::Unused => {
                    prop_assert_eq!(spend.amount(), 0.0);
                    prop_assert!(response.marginal(spend).unwrap() <= multiplier * (1.0 + 1e-12));
                }
                Room::Full => {
                    prop_assert_eq!(Some(spend), item.cap());
                    prop_assert!(response.marginal(spend).unwrap() >= multiplier * (1.0 - 1e-12));
                }
            }
        }
        prop_assert!(relative_error(total(&found) + found.left_over.amount(), budget) < 1e-14);
        prop_assert!(found.left_over.amount() <= 0.0 || rooms(&found).iter().all(|&room| room == Room::Full));
    }

    #[test]
    fn more_money_takes_nothing_from_any_item(items in items(1..10), budget in between(1e-2, 1e4), more in 1.0..3.0_f64) {
        let (less, more) = (split(budget, &items), split(budget * more, &items));
        for (before, after) in less.items.iter().zip(&more.items) {
            prop_assert!(after.spend.amount() >= before.spend.amount() * (1.0 - 1e-12) - 1e-12 * budget);
        }
        prop_assert!(more.multiplier.unwrap() <= less.multiplier.unwrap() * (1.0 + 1e-12));
        prop_assert!(more.response >= less.response * (1.0 - 1e-14));
    }

    /// Over all splits in steps of a 2,000th, with what either item takes.
    #[test]
    fn no_split_of_two_on_a_grid_brings_more(items in items(2..3), budget in between(1e-1, 1e4)) {
        let found = split(budget, &items);
        let most = |item: &BudgetItem| item.cap().map_or(budget, |cap| cap.amount().min(budget));
        for step in 0..=2_000 {
            let first = (budget * f64::from(step) / 2_000.0).min(most(&items[0]));
            let second = (budget - first).min(most(&items[1]));
            let brought = items[0].response().value(usd(first)).unwrap() + items[1].response().value(usd(second)).unwrap();
            prop_assert!(brought <= found.response * (1.0 + 1e-13), "{brought} at {first}, {second}");
        }
    }

    #[test]
    fn the_multiplier_is_what_a_little_more_money_brings(items in items(1..6), budget in between(1.0, 1e3)) {
        const STEP: f64 = 1e-5;
        let at = |factor: f64| split(budget * factor, &items);
        let (here, after, later) = (at(1.0), at(1.0 + STEP), at(1.0 + 2.0 * STEP));
        // A cap that is reached in between makes a kink.
        prop_assume!(rooms(&here) == rooms(&later));
        let rise = (4.0 * after.response - 3.0 * here.response - later.response) / (2.0 * STEP * budget);
        let rounding = 1e-9 * here.response / (STEP * budget) * 1e-5;
        prop_assert!((rise - here.multiplier.unwrap()).abs() <= 1e-6 * here.multiplier.unwrap() + rounding);
    }

    #[test]
    fn the_marginal_is_the_slope_and_has_its_inverse(item in item(), spend in between(1e-2, 1e2)) {
        let response = item.response();
        let value = |spend| response.value(usd(spend)).unwrap();
        let marginal = response.marginal(usd(spend)).unwrap();
        let step = 1e-5 * spend;
        let slope = (value(spend + step) - value(spend - step)) / (2.0 * step);
        prop_assert!((slope - marginal).abs() <= 1e-6 * marginal + 1e-15 * value(spend) / step);
        // Where the curve is nearly flat the marginal says little of the spend.
        prop_assume!(marginal >= 1e-100);
        let back = response.spend_at_marginal(marginal).unwrap().amount();
        let again = response.marginal(usd(back)).unwrap();
        prop_assert!(relative_error(again, marginal) < 1e-12);
    }
}
