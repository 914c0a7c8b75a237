//! Derivations: trees that add up to the last bit, and what is found in those that do not.

use customer_value::delivered::{Axes, BenefitMatrix, Costs, Delivered, Effort, Sources};
use customer_value::{
    Currency, Derivation, DerivationError, DerivationStep, DerivationUnit, Money, ShadowPrices, Span,
};
use proptest::prelude::*;

const USD: DerivationUnit = DerivationUnit::Money(Currency::USD);
const EUR: DerivationUnit = DerivationUnit::Money(Currency::EUR);

fn given(name: &'static str, value: f64, unit: DerivationUnit) -> Derivation {
    Derivation::given(name, value, unit).unwrap()
}

fn number(name: &'static str, value: f64) -> Derivation {
    given(name, value, DerivationUnit::Number)
}

fn delivered(cells: [[f64; 3]; 4], price: i64, [hours, energy, psychic, relationship]: [f64; 4]) -> Delivered {
    let [product, service, people, image] = cells.map(Axes::from);
    let benefits = BenefitMatrix::new(Sources { product, service, people, image }, Currency::USD).unwrap();
    let one = Some(Money::from_minor(137, Currency::USD));
    let prices = ShadowPrices { time: one, energy: one, psychic: one, relationship: one };
    let effort = Effort { time: Span::hours(hours).unwrap(), energy, psychic, relationship };
    let costs = Costs::new(Money::from_minor(price, Currency::USD), effort).unwrap();
    Delivered::new(benefits, costs.components(&prices).unwrap().priced().unwrap()).unwrap()
}

/// The example of the reference: benefits 225, costs 144, net 81.
fn kotler_keller() -> Derivation {
    let cells = [[60.0, 40.0, 20.0], [10.0, 30.0, 10.0], [0.0, 15.0, 15.0], [0.0, 0.0, 25.0]];
    let one = Some(Money::from_minor(100, Currency::USD));
    let prices = ShadowPrices { time: one, energy: one, psychic: one, relationship: one };
    let effort = Effort { time: Span::hours(10.0).unwrap(), energy: 8.0, psychic: 6.0, relationship: 0.0 };
    let costs = Costs::new(Money::from_minor(12_000, Currency::USD), effort).unwrap();
    let costs = costs.components(&prices).unwrap().priced().unwrap();
    let free = delivered(cells, 0, [0.0; 4]);
    Delivered::new(*free.benefits(), costs).unwrap().derivation()
}

#[test]
fn f8_kotler_keller_derivation_computed() {
    let net = kotler_keller();
    let value = |path: &[&str]| net.find(path).unwrap().value();
    assert_eq!((net.value(), value(&["benefits"]), value(&["costs"])), (81.0, 225.0, 144.0));
    let axes = ["economic", "functional", "psychological"].map(|axis| value(&["benefits", axis]));
    assert_eq!(axes, [70.0, 85.0, 70.0]);
    assert_eq!(value(&["benefits", "functional", "service"]), 30.0);
    let kinds = ["money", "time", "energy", "mind", "relationship"].map(|kind| value(&["costs", kind]));
    assert_eq!(kinds, [120.0, 10.0, 8.0, 6.0, 0.0]);
    assert_eq!(net.find(&["costs", "travel"]), None);
    assert_eq!(net.find(&[]), Some(&net));
    assert_eq!(net.replay(), Ok(81.0));
}

#[test]
fn derivation_prints_as_an_indented_tree_with_units() {
    let lines: Vec<String> = kotler_keller().to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1 + 1 + 3 * 5 + 1 + 5);
    assert_eq!(
        lines[..4],
        ["net value: 81.00 USD", "  + benefits: 225.00 USD", "    + economic: 70.00 USD", "      + product: 60.00 USD"]
    );
    assert_eq!(lines[17..19], ["  − costs: 144.00 USD", "    + money: 120.00 USD"]);

    let yen = DerivationUnit::Money(Currency::new("JPY").unwrap());
    for (value, unit, printed) in [
        (1234.5678, USD, "x: 1234.57 USD"),
        (1234.0, yen, "x: 1234 JPY"),
        (0.0042, USD, "x: 4.200e-3 USD"),
        (-3e20, USD, "x: -3.000e20 USD"),
        (0.0, USD, "x: 0.00 USD"),
        (0.397_23, DerivationUnit::Share, "x: 0.3972"),
        (1e-9, DerivationUnit::Number, "x: 1.000e-9"),
        (-2.5, DerivationUnit::Utils, "x: -2.5000 utils"),
    ] {
        assert_eq!(given("x", value, unit).to_string(), printed);
    }
    assert_eq!(format!("{:.1}", given("x", 0.397_23, DerivationUnit::Share)), "x: 0.4");
}

#[test]
fn nodes_are_walked_each_before_its_parts() {
    let half = Derivation::product("half", [number("two", 2.0), number("quarter", 0.25)]).unwrap();
    let tree = Derivation::difference("rest", number("one", 1.0), half).unwrap();
    let seen: Vec<_> = tree.walk().map(|(depth, node)| (depth, node.name(), node.value(), node.step())).collect();
    let expected = [
        (0, "rest", 0.5, DerivationStep::Difference),
        (1, "one", 1.0, DerivationStep::Given),
        (1, "half", 0.5, DerivationStep::Product),
        (2, "two", 2.0, DerivationStep::Given),
        (2, "quarter", 0.25, DerivationStep::Given),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn units_follow_from_the_parts() {
    let (share, utils) = (given("share", 0.5, DerivationUnit::Share), given("utils", 3.0, DerivationUnit::Utils));
    let (usd, count) = (given("usd", 7.0, USD), number("count", 2.0));
    let again = share.clone().named("again");
    for (parts, unit, value) in [
        (vec![share.clone(), again], DerivationUnit::Share, 0.25),
        (vec![share.clone(), count.clone()], DerivationUnit::Number, 1.0),
        (vec![count.clone(), share.clone()], DerivationUnit::Number, 1.0),
        (vec![share.clone(), usd.clone(), count.clone()], USD, 7.0),
        (vec![utils.clone(), share.clone()], DerivationUnit::Utils, 1.5),
        (vec![usd.clone()], USD, 7.0),
    ] {
        let product = Derivation::product("product", parts).unwrap();
        assert_eq!((product.unit(), product.value()), (unit, value));
    }
    for (parts, expected, found) in [
        ([usd.clone(), given("eur", 1.0, EUR)], USD, EUR),
        ([usd.clone(), usd.clone().named("more")], USD, USD),
        ([utils.clone(), usd.clone()], DerivationUnit::Utils, USD),
    ] {
        let error = Derivation::product("product", parts).unwrap_err();
        assert_eq!(error, DerivationError::Units { path: "product".into(), expected, found });
    }
    let error = Derivation::sum("total", [usd.clone(), given("eur", 1.0, EUR)]).unwrap_err();
    assert_eq!(error, DerivationError::Units { path: "total".into(), expected: USD, found: EUR });
    assert_eq!(error.to_string(), "units of total do not agree: expected USD, got EUR");
    let error = Derivation::difference("rest", count, share).unwrap_err();
    let (expected, found) = (DerivationUnit::Number, DerivationUnit::Share);
    assert_eq!(error, DerivationError::Units { path: "rest".into(), expected, found });
}

#[test]
fn derivations_without_a_number_are_refused() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let DerivationError::NotFinite { path, value } = Derivation::given("x", bad, USD).unwrap_err() else {
            panic!("{bad}")
        };
        assert_eq!((path.as_str(), value.to_bits()), ("x", bad.to_bits()));
    }
    let huge = || [given("a", f64::MAX, USD), given("b", f64::MAX, USD)];
    let not_finite = DerivationError::NotFinite { path: "total".into(), value: f64::INFINITY };
    assert_eq!(Derivation::sum("total", huge()), Err(not_finite));
    let error = Derivation::sum("total", []).unwrap_err();
    let step = DerivationStep::Sum;
    assert_eq!(error, DerivationError::PartCount { path: "total".into(), step, parts: 0 });
    let error = Derivation::product("total", [number("a", 1.0), number("b", 2.0), number("a", 3.0)]).unwrap_err();
    assert_eq!(error, DerivationError::DuplicateName { path: "total".into(), name: "a".into() });
}

#[test]
fn derivations_have_at_most_48_levels() {
    let deeper = |tree: Derivation| Derivation::sum("x", [tree]);
    let deepest = (1..48).try_fold(number("x", 1.0), |tree, _| deeper(tree)).unwrap();
    assert_eq!((deepest.walk().count(), deepest.replay()), (48, Ok(1.0)));
    assert_eq!(deeper(deepest), Err(DerivationError::TooDeep { path: "x".into(), most: 48 }));
}

#[cfg(feature = "serde")]
mod stored {
    use customer_value::Derivation;
    use serde_json::Value;

    use super::{USD, delivered, given, kotler_keller, number};

    fn error(json: Value) -> String {
        serde_json::from_value::<Derivation>(json).unwrap_err().to_string()
    }

    /// Where each node stands in JSON, and whether it follows from others, in the order of a walk.
    fn pointers(node: &Value, at: &str, into: &mut Vec<(String, bool)>) {
        let parts = node.get("parts").and_then(Value::as_array);
        into.push((at.to_owned(), parts.is_some()));
        for (index, part) in parts.into_iter().flatten().enumerate() {
            pointers(part, &format!("{at}/parts/{index}"), into);
        }
    }

    /// Each node in turn.
    #[test]
    fn one_bit_that_was_changed_by_hand_is_found_by_its_path() {
        let tree = delivered([[0.1, 0.2, 0.3], [0.7; 3], [1.3; 3], [9.1; 3]], 777, [0.3, 0.7, 1.1, 2.3]).derivation();
        let json = serde_json::to_value(&tree).unwrap();
        assert_eq!(serde_json::from_value::<Derivation>(json.clone()).unwrap(), tree);
        let mut nodes = Vec::new();
        pointers(&json, "", &mut nodes);
        assert_eq!(nodes.len(), tree.walk().count());
        for ((pointer, follows), (_, node)) in nodes.into_iter().zip(tree.walk()) {
            let mut changed = json.clone();
            // A bit of a small leaf may vanish in the rounding of its sum, and then nothing is wrong.
            let value = if follows { node.value().next_up() } else { node.value() + 1.0 };
            changed.pointer_mut(&pointer).unwrap()["value"] = value.into();
            let message = error(changed);
            assert!(message.contains("is stored as"), "{message}");
            assert!(!follows || message.contains(&format!("{} is stored", node.name())), "{message}");
        }
    }

    #[test]
    fn trees_that_no_constructor_makes_are_refused_by_path() {
        let json = serde_json::to_value(kotler_keller()).unwrap();
        let change = |pointer: &str, key: &str, value: Value| {
            let mut changed = json.clone();
            changed.pointer_mut(pointer).unwrap()[key] = value;
            error(changed)
        };
        let message = change("/parts/0/parts/1", "value", 85.5.into());
        assert!(
            message.contains("net value > benefits > functional is stored as 85.5, but its parts give 85.0"),
            "{message}"
        );
        let message = change("/parts/1", "parts", Vec::<Value>::new().into());
        assert!(message.contains("net value > costs has 0 parts"), "{message}");
        let message = change("/parts/1", "step", "Given".into());
        assert!(message.contains("net value > costs has 5 parts"), "{message}");
        let message = change("/parts/1", "step", "Difference".into());
        assert!(message.contains("net value > costs has 5 parts"), "{message}");
        let message = change("/parts/1/parts/1", "name", "money".into());
        assert!(message.contains(r#"net value > costs has two parts named "money""#), "{message}");
        let message = change("/parts/1", "unit", "Number".into());
        assert!(message.contains("units of net value > costs do not agree: expected number, got USD"), "{message}");
        let message = change("/parts/1/parts/1/unit", "Money", "EUR".into());
        assert!(message.contains("units of net value > costs do not agree: expected USD, got EUR"), "{message}");
        let message = change("", "step", "Guess".into());
        assert!(message.contains("unknown variant `Guess`"), "{message}");
    }

    #[test]
    fn the_deepest_tree_survives_json_and_a_deeper_one_is_refused() {
        let deepest = (1..48).try_fold(number("x", 1.0), |tree, _| Derivation::sum("x", [tree])).unwrap();
        let json = serde_json::to_string(&deepest).unwrap();
        assert_eq!(serde_json::from_str::<Derivation>(&json).unwrap(), deepest);
        let deeper = format!(r#"{{"name":"x","unit":"Number","step":"Sum","value":1.0,"parts":[{json}]}}"#);
        let message = serde_json::from_str::<Derivation>(&deeper).unwrap_err().to_string();
        assert!(message.contains("has more than 48 levels"), "{message}");
    }

    #[test]
    fn zeros_keep_their_sign() {
        let tree = Derivation::sum("x", [given("a", -0.0, USD), given("b", -0.0, USD)]).unwrap();
        let read: Derivation = serde_json::from_str(&serde_json::to_string(&tree).unwrap()).unwrap();
        assert_eq!(read.replay().unwrap().to_bits(), (-0.0_f64).to_bits());
    }
}

fn amounts() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -1e3..1e3_f64, 1 => Just(0.0), 1 => Just(-0.0), 1 => -1e149..1e149_f64]
}

proptest! {
    #[test]
    fn delivered_derivation_is_the_net_value_bit_for_bit(
        cells in prop::array::uniform4(prop::array::uniform3(amounts())),
        price in 0_i64..1_000_000_000, efforts in prop::array::uniform4(0.0..1e6_f64),
    ) {
        let delivered = delivered(cells, price, efforts);
        let net = delivered.derivation();
        prop_assert_eq!(net.value().to_bits(), delivered.net().amount().to_bits());
        prop_assert_eq!(net.replay().unwrap().to_bits(), net.value().to_bits());
        let total = net.find(&["benefits"]).unwrap().value();
        prop_assert_eq!(total.to_bits(), delivered.benefits().total().amount().to_bits());
        let total = net.find(&["costs"]).unwrap().value();
        prop_assert_eq!(total.to_bits(), delivered.costs().total().amount().to_bits());
    }

    /// On whole numbers the floats of a tree are exact.
    #[test]
    fn whole_numbers_add_up_as_integers_do(numbers in prop::collection::vec(-1_000_i32..1_000, 2..30)) {
        let leaves = || numbers.iter().enumerate().map(|(index, &number)| {
            Derivation::given(format!("part {index}"), number.into(), DerivationUnit::Number).unwrap()
        });
        let sum: i64 = numbers.iter().map(|&number| i64::from(number)).sum();
        let total = Derivation::sum("total", leaves()).unwrap();
        prop_assert_eq!(total.value(), sum as f64);
        let three: i64 = numbers.iter().take(3).map(|&number| i64::from(number)).product();
        let product = Derivation::product("product", leaves().take(3)).unwrap();
        prop_assert_eq!(product.value(), three as f64);
        prop_assert_eq!(Derivation::difference("rest", total, product).unwrap().value(), (sum - three) as f64);
    }
}
