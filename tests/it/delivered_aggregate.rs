//! Aggregators. Numbers marked `computed` were computed for this project by other means; their
//! formulas are named after the sources that define them. `data/aggregate.csv` holds 50-digit references.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use customer_value::delivered::{AggregateError, Aggregator, PairInteraction, Score, ValueVector};
use customer_value::{UnitError, Weights};
use proptest::prelude::*;

use crate::delivered_value::close;

pub fn near(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance * expected.abs(), "{actual} is not {expected}");
}

fn ces(weights: &[f64], rho: f64) -> Aggregator {
    Aggregator::ces(Weights::proportional(weights).unwrap(), rho).unwrap()
}

fn pair(first: usize, second: usize, index: f64) -> PairInteraction {
    PairInteraction { first, second, index }
}

fn grabisch() -> Aggregator {
    let weights = Weights::new([0.4, 0.3, 0.3]).unwrap();
    Aggregator::choquet(weights, [pair(0, 1, 0.2), pair(0, 2, 0.1), pair(1, 2, -0.1)]).unwrap()
}

#[test]
fn f4_arrow_et_al_1961_ces_computed() {
    let components = [3.0, 4.0, 12.0];
    for (rho, printed) in [(2.0, 7.505553), (1.0, 6.333333), (0.0, 5.241483), (-1.0, 4.5)] {
        close(ces(&[1.0; 3], rho).of(&components).unwrap(), printed, 6);
        if rho != 0.0 {
            // With a third for each, the sum of coefficients is 1 as well.
            let third = Aggregator::ces_unnormalised([1.0 / 3.0; 3], rho).unwrap();
            close(third.of(&components).unwrap(), printed, 6);
        }
    }
}

#[test]
fn f4_keeney_raiffa_1976_multiplicative_utility_computed() {
    for (constants, k, utility) in [([0.4, 0.3, 0.2], 0.371852, 0.474585), ([0.6, 0.5, 0.4], -0.772429, 0.616050)] {
        let rule = Aggregator::multiplicative(constants).unwrap();
        close(rule.interaction().unwrap(), k, 6);
        close(rule.of(&[0.5; 3]).unwrap(), utility, 6);
    }
}

#[test]
fn f4_grabisch_1997_choquet_computed() {
    close(grabisch().of(&[0.5, 0.8, 0.2]).unwrap(), 0.485, 15);
}

#[test]
fn f4_aggregators_match_the_50_digit_table() {
    let numbers = |text: &str| text.split(' ').map(|number| number.parse().unwrap()).collect::<Vec<f64>>();
    let mut rows = 0;
    for line in include_str!("data/aggregate.csv").lines().skip(1) {
        let [rule, rho, weights, components, k, value] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let (weights, components, rho) = (numbers(weights), numbers(components), rho.parse().unwrap());
        let aggregator = match rule {
            "ces" => Aggregator::ces(Weights::new(weights).unwrap(), rho).unwrap(),
            "unnormalised" => Aggregator::ces_unnormalised(weights, rho).unwrap(),
            _ => Aggregator::multiplicative(weights).unwrap(),
        };
        let value: f64 = value.parse().unwrap();
        let error = (aggregator.of(&components).unwrap() / value - 1.0).abs();
        // Logarithms are rounded in proportion to their size, and exponentials turn that into relative errors: 1e-13
        // for components of 1e±300, and for (Σ a)^(1/ρ) as large as that.
        let ln_widest = components.iter().filter(|&&x| x > 0.0).map(|x| x.ln().abs()).fold(value.ln().abs(), f64::max);
        assert!(error < 1e-14 + f64::EPSILON * ln_widest, "{line}: {error:e}");
        if let Some(found) = aggregator.interaction() {
            // The sum of the constants is rounded to 1e-16, and K moves as much or more: it is compared absolutely.
            let k: f64 = k.parse().unwrap();
            assert!((found - k).abs() < 1e-14 * k.abs().max(1.0), "{line}: {found}");
        }
        rows += 1;
    }
    assert_eq!(rows, 96);
}

#[test]
fn f4_length_of_a_vector_is_ces_with_rho_2_and_rewards_imbalance() {
    let length = Aggregator::ces_unnormalised([1.0; 3], 2.0).unwrap();
    let at = |axes| length.of_value(&ValueVector::new(axes, Score).unwrap()).unwrap();
    near(at([3.0, 4.0, 12.0]), 13.0, 1e-15);
    assert!(at([9.0, 0.0, 0.0]) > at([4.0, 3.0, 2.0]) && at([4.0, 3.0, 2.0]) > at([3.0; 3]));
    let balanced = ces(&[1.0; 3], 0.5);
    assert!(balanced.of(&[3.0; 3]).unwrap() > balanced.of(&[4.0, 3.0, 2.0]).unwrap());
    assert!(balanced.of(&[4.0, 3.0, 2.0]).unwrap() > balanced.of(&[9.0, 0.0, 0.0]).unwrap());
}

#[test]
fn f4_least_is_the_limit_of_ces() {
    assert_eq!(Aggregator::least().of(&[3.0, 0.0, 12.0]).unwrap(), 0.0);
    near(ces(&[1.0; 3], -1e3).of(&[3.0, 4.0, 12.0]).unwrap(), Aggregator::least().of(&[3.0, 4.0]).unwrap(), 2e-3);
}

#[test]
fn f4_multiplicative_utility_of_two_attributes_has_a_closed_k() {
    for [a, b] in [[0.4, 0.3], [0.9, 0.8], [1e-6, 0.5], [0.5, 0.5]] {
        let rule = Aggregator::multiplicative([a, b]).unwrap();
        near(rule.interaction().unwrap(), (1.0 - a - b) / (a * b), 1e-14);
    }
}

#[test]
fn f4_constants_that_sum_to_1_add_up() {
    let rule = Aggregator::multiplicative([0.5, 0.25, 0.25]).unwrap();
    assert_eq!(rule.interaction(), Some(0.0));
    assert_eq!(rule.of(&[0.2, 0.4, 0.8]).unwrap(), 0.4);
    assert_eq!(Aggregator::multiplicative([1.0]).unwrap().of(&[0.3]).unwrap(), 0.3);
}

#[test]
fn f4_constants_near_1_have_a_k_within_rounding_of_minus_one() {
    let rule = Aggregator::multiplicative([0.999; 40]).unwrap();
    assert_eq!(rule.interaction(), Some(-1.0));
    // 1 − Π (1 − k u): anything at its best makes nearly the whole.
    near(rule.of(&[0.5; 40]).unwrap(), 1.0 - 0.5005_f64.powi(40), 1e-15);
}

#[test]
fn f4_coefficients_that_sum_to_1_have_a_geometric_mean_at_the_least_rho() {
    // At ρ = ±5e-324, ρ times a logarithm has no digits.
    for rho in [f64::from_bits(1), -f64::from_bits(1), 1e-31, -1e-31] {
        let mean = Aggregator::ces_unnormalised([0.5, 0.5], rho).unwrap();
        near(mean.of(&[2.0, 8.0]).unwrap(), 4.0, 1e-15);
        near(mean.of(&[1e300, 1e-300]).unwrap(), 1.0, 1e-12);
    }
    // 2^(1/ρ) and its inverse.
    let least = f64::from_bits(1);
    let of = |coefficients: [f64; 2], rho| Aggregator::ces_unnormalised(coefficients, rho).unwrap().of(&[2.0, 8.0]);
    assert_eq!(of([1.0, 1.0], least), Err(AggregateError::TooLarge));
    assert_eq!(of([1.0, 1.0], -least), Ok(0.0));
    // A component of zero adds no power to the sum, so that its coefficient does not count.
    let one = Aggregator::ces_unnormalised([0.5, 1.0], least).unwrap();
    assert_eq!(one.of(&[0.0, 3.0]), Ok(3.0));
}

#[test]
fn f4_means_stay_between_components_600_orders_of_magnitude_apart() {
    for [a, b] in [[1e300, 1e-300], [1e-300, 1e300], [7e250, 3e-290], [3e-290, 7e250]] {
        let (least, greatest) = (f64::min(a, b), f64::max(a, b));
        for weight in [1e-300, 1e-20, 0.5, 1.0 - 1e-16] {
            for rho in [-1e3, -1.0, -1e-20, -1e-31, 1e-31, 1e-20, 1.0, 1e3] {
                let mean = ces(&[weight, 1.0], rho).of(&[a, b]).unwrap();
                assert!((least..=greatest).contains(&mean), "{mean} of {a} and {b}, {weight} {rho}");
            }
        }
    }
}

#[test]
fn f4_multiplicative_utility_of_the_best_is_at_most_1() {
    for tenths in 0..9_i32.pow(3) {
        let constants = [1, 9, 81].map(|place| f64::from(tenths / place % 9 + 1) / 10.0);
        let utility = Aggregator::multiplicative(constants).unwrap();
        let best = utility.of(&[1.0; 3]).unwrap();
        assert!((1.0 - 1e-14..=1.0).contains(&best), "{best} of {constants:?}");
        assert_eq!(utility.of(&[0.0; 3]).unwrap(), 0.0);
    }
}

#[test]
fn zero_components_need_a_positive_rho() {
    assert_eq!(ces(&[0.5, 0.5], 1.0).of(&[0.0, 4.0]).unwrap(), 2.0);
    assert_eq!(ces(&[0.5, 0.5], 0.5).of(&[0.0, 0.0]).unwrap(), 0.0);
    for rho in [0.0, -1.0] {
        let error = ces(&[0.5, 0.5], rho).of(&[4.0, 0.0]).unwrap_err();
        assert_eq!(error, AggregateError::ZeroComponent { index: 1, rho });
    }
    // A component without weight does not count, whatever it is.
    assert_eq!(ces(&[1.0, 0.0], -1.0).of(&[4.0, 0.0]).unwrap(), 4.0);
}

#[test]
fn impossible_aggregators_are_typed_errors() {
    let third = Weights::equal(3).unwrap();
    let rho = |value| AggregateError::Unit(UnitError { quantity: "ρ", value, low: -1e3, high: 1e3 });
    assert_eq!(Aggregator::ces(third.clone(), 1001.0), Err(rho(1001.0)));
    assert_eq!(Aggregator::ces_unnormalised([1.0], -1001.0), Err(rho(-1001.0)));
    assert_eq!(Aggregator::ces_unnormalised([1.0, 1.0], 0.0), Err(AggregateError::ZeroRho));
    assert_eq!(Aggregator::ces_unnormalised([1.0, 1.0], -0.0), Err(AggregateError::ZeroRho));
    assert_eq!(Aggregator::ces_unnormalised([], 1.0), Err(AggregateError::Empty));
    assert_eq!(Aggregator::multiplicative([]), Err(AggregateError::Empty));
    let bad = AggregateError::Coefficient { index: 1, value: 0.0, low: 1e-100, high: 1e100 };
    assert_eq!(Aggregator::ces_unnormalised([1.0, 0.0], 1.0), Err(bad));
    let whole = AggregateError::Coefficient { index: 0, value: 1.0, low: 1e-100, high: 1.0 - f64::EPSILON / 2.0 };
    assert_eq!(Aggregator::multiplicative([1.0, 0.5]), Err(whole));
    assert_eq!(Aggregator::multiplicative([0.5]), Err(AggregateError::SingleConstant { value: 0.5 }));
    for (first, second) in [(0, 0), (0, 3), (1, 0)] {
        let error = Aggregator::choquet(third.clone(), [pair(0, 1, 0.1), pair(first, second, 0.1)]).unwrap_err();
        assert_eq!(error, AggregateError::Pair { first, second, components: 3 });
    }
    let index = AggregateError::Unit(UnitError { quantity: "interaction", value: 1.5, low: -1.0, high: 1.0 });
    assert_eq!(Aggregator::choquet(third, [pair(0, 1, 1.5)]), Err(index));
}

#[test]
fn choquet_needs_weights_of_at_least_half_the_interactions() {
    let weights = Weights::new([0.8, 0.2]).unwrap();
    let error = Aggregator::choquet(weights, [pair(0, 1, -0.5)]).unwrap_err();
    assert_eq!(error, AggregateError::NotMonotone { index: 1, shapley: 0.2, least: 0.25 });
    let nothing = Weights::new([0.0, 1.0]).unwrap();
    let error = Aggregator::choquet(nothing, [pair(0, 1, 1e-13)]).unwrap_err();
    assert_eq!(error, AggregateError::NotMonotone { index: 0, shapley: 0.0, least: 5e-14 });
    // (.2 + .1) / 2 exceeds .15 in floats.
    let edge = Weights::new([0.15, 0.45, 0.4]).unwrap();
    let rule = Aggregator::choquet(edge, [pair(0, 1, 0.2), pair(0, 2, 0.1)]).unwrap();
    near(rule.of(&[1.0, 1.0, 1.0]).unwrap(), 1.0, 1e-15);
}

#[test]
fn bad_components_are_named() {
    let rule = ces(&[1.0; 3], 1.0);
    assert_eq!(rule.of(&[1.0]), Err(AggregateError::Components { expected: 3, found: 1 }));
    assert_eq!(rule.of(&[]), Err(AggregateError::Empty));
    assert_eq!(Aggregator::least().of(&[]), Err(AggregateError::Empty));
    let negative = UnitError { quantity: "component", value: -1.0, low: 0.0, high: f64::MAX };
    assert_eq!(rule.of(&[1.0, -1.0, 1.0]), Err(AggregateError::Component { index: 1, source: negative }));
    let above = UnitError { quantity: "component", value: 1.5, low: 0.0, high: 1.0 };
    let utility = Aggregator::multiplicative([0.5, 0.4]).unwrap();
    assert_eq!(utility.of(&[0.5, 1.5]), Err(AggregateError::Component { index: 1, source: above }));
    assert!(matches!(rule.of(&[1.0, 1.0, f64::NAN]), Err(AggregateError::Component { index: 2, .. })));
    let sum = Aggregator::ces_unnormalised([1.0; 3], 1e-3).unwrap();
    assert_eq!(sum.of(&[1.0; 3]), Err(AggregateError::TooLarge));
}

/// A Choquet integral by its definition: the capacity of those who reach each level, times the height of the step.
fn choquet_by_capacity(weights: &[f64], pairs: &[PairInteraction], components: &[f64]) -> f64 {
    let singleton = |i: usize| {
        let touching = pairs.iter().filter(|pair| pair.first == i || pair.second == i);
        weights[i] - 0.5 * touching.map(|pair| pair.index).sum::<f64>()
    };
    let capacity = |set: &[usize]| {
        let inside = pairs.iter().filter(|pair| set.contains(&pair.first) && set.contains(&pair.second));
        set.iter().map(|&i| singleton(i)).sum::<f64>() + inside.map(|pair| pair.index).sum::<f64>()
    };
    let mut order: Vec<usize> = (0..components.len()).collect();
    order.sort_by(|&a, &b| components[a].total_cmp(&components[b]));
    let mut floor = 0.0;
    let mut whole = 0.0;
    for from in 0..order.len() {
        whole += (components[order[from]] - floor) * capacity(&order[from..]);
        floor = components[order[from]];
    }
    whole
}

fn parts() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0.05..1.0, 0.01..100.0), 1..6)
}

pub fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -10.0..10.0, 0.0..1.0, Just(f64::NAN), Just(f64::MAX), Just(0.0)]
}

proptest! {
    #[test]
    fn power_means_lie_between_the_extremes_and_grow_with_rho(parts in parts(), a in -50.0..50.0, b in -50.0..50.0) {
        let (weights, components): (Vec<f64>, Vec<f64>) = parts.into_iter().unzip();
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let of = |rho| ces(&weights, rho).of(&components).unwrap();
        let least = components.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = components.iter().copied().fold(0.0, f64::max);
        prop_assert!(least * (1.0 - 1e-14) <= of(low) && of(low) <= of(high) * (1.0 + 1e-14));
        prop_assert!(of(high) <= greatest * (1.0 + 1e-14));
    }

    #[test]
    fn power_means_are_their_definition_and_scale_with_the_unit(
        parts in parts(), rho in -5.0..5.0, unit in 1e-3..1e3_f64,
    ) {
        prop_assume!(f64::abs(rho) > 0.01);
        let (weights, components): (Vec<f64>, Vec<f64>) = parts.into_iter().unzip();
        let total: f64 = weights.iter().sum();
        let sum: f64 = weights.iter().zip(&components).map(|(weight, x)| weight / total * x.powf(rho)).sum();
        let mean = ces(&weights, rho).of(&components).unwrap();
        // The definition loses a digit for each power of ten in 1/ρ.
        prop_assert!((mean / sum.powf(rho.recip()) - 1.0).abs() < 1e-12);
        let scaled: Vec<f64> = components.iter().map(|x| unit * x).collect();
        let rescaled = ces(&weights, rho).of(&scaled).unwrap();
        prop_assert!((rescaled / (unit * mean) - 1.0_f64).abs() < 1e-13);
    }

    #[test]
    fn ces_passes_smoothly_through_rho_0(parts in parts(), rho in 1e-14..1e-7_f64) {
        let (weights, components): (Vec<f64>, Vec<f64>) = parts.into_iter().unzip();
        let of = |rho| ces(&weights, rho).of(&components).unwrap();
        let total: f64 = weights.iter().sum();
        let mean = |power: i32, shift: f64| -> f64 {
            weights.iter().zip(&components).map(|(weight, x)| weight / total * (x.ln() - shift).powi(power)).sum()
        };
        // ln M(ρ) = mean of ln x + ρ/2 · variance of ln x + O(ρ²): the slope at 0.
        let variance = mean(2, mean(1, 0.0));
        for rho in [rho, -rho] {
            prop_assert!((of(rho) / of(0.0) - 1.0 - 0.5 * rho * variance).abs() < 3e-15 + 100.0 * rho * rho);
        }
    }

    #[test]
    fn multiplicative_utility_solves_its_equation(
        constants in prop::collection::vec(0.01..0.95, 2..7), utilities in prop::collection::vec(0.0..=1.0, 7),
    ) {
        let rule = Aggregator::multiplicative(constants.clone()).unwrap();
        let k = rule.interaction().unwrap();
        prop_assert!(k > -1.0 && (k < 0.0) == (constants.iter().sum::<f64>() > 1.0));
        let utilities = &utilities[..constants.len()];
        let product: f64 = constants.iter().zip(utilities).map(|(constant, u)| 1.0 + k * constant * u).product();
        let utility = rule.of(utilities).unwrap();
        prop_assert!((1.0 + k * utility - product).abs() < 1e-12 * product);
        prop_assert!((rule.of(&vec![1.0; constants.len()]).unwrap() - 1.0).abs() < 1e-12);
        prop_assert_eq!(rule.of(&vec![0.0; constants.len()]).unwrap(), 0.0);
        // One attribute at its best, the others at their worst: its constant.
        let mut alone = vec![0.0; constants.len()];
        alone[0] = 1.0;
        prop_assert!((rule.of(&alone).unwrap() - constants[0]).abs() < 1e-15);
    }

    #[test]
    fn choquet_is_the_integral_of_its_capacity(
        indices in prop::array::uniform3(-0.3..0.3), components in prop::array::uniform3(0.0..10.0),
    ) {
        let weights = [0.4, 0.3, 0.3];
        let pairs = [pair(0, 1, indices[0]), pair(2, 0, indices[1]), pair(1, 2, indices[2])];
        let rule = Aggregator::choquet(Weights::new(weights).unwrap(), pairs).unwrap();
        let whole = rule.of(&components).unwrap();
        prop_assert!((whole - choquet_by_capacity(&weights, &pairs, &components)).abs() < 1e-13);
        let more = components.map(|x| x + 1.0);
        prop_assert!((rule.of(&more).unwrap() - whole - 1.0).abs() < 1e-13);
        for axis in 0..3 {
            let mut raised = components;
            raised[axis] += 1.0;
            prop_assert!(rule.of(&raised).unwrap() >= whole - 1e-13);
        }
    }

    #[test]
    fn arbitrary_numbers_never_panic(p in prop::array::uniform4(anything()), x in prop::array::uniform3(anything())) {
        let [a, b, c, d] = p;
        let weights = Weights::proportional([a, b, c]);
        let rules = [
            weights.clone().ok().and_then(|weights| Aggregator::ces(weights, d).ok()),
            Aggregator::ces_unnormalised([a, b, c], d).ok(),
            Aggregator::multiplicative([a, b, c]).ok(),
            weights.ok().and_then(|weights| Aggregator::choquet(weights, [pair(0, 1, d)]).ok()),
            Some(Aggregator::least()),
        ];
        for number in rules.into_iter().flatten().filter_map(|rule| rule.of(&x).ok()) {
            prop_assert!(number.is_finite() && number >= 0.0, "{}", number);
        }
    }
}
