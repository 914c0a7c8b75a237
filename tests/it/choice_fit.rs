//! Observed choices, what is fitted to them, and willingness to pay. `choice.csv` holds a simulated data set with its
//! estimates, made from the definition of the likelihood alone.
#![allow(clippy::unreadable_literal, reason = "numbers as they are printed")]

use customer_value::delivered::{
    ConditionalLogit, LogitError, LogitFit, ObservedChoices, ObservedChoicesError, Separation, Situation,
    SituationError, WillingnessError,
};
use customer_value::{Currency, MoneyError, Probability, Seed};
use proptest::prelude::*;
use rand_distr::{Distribution, Exp1, StandardNormal};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use crate::shared::relative_error;

fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.5000001 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

/// Of central differences, whose error is its square times a third derivative.
const STEP: f64 = 1e-4;

fn choices(attributes: &[&str], situations: impl IntoIterator<Item = Situation>) -> ObservedChoices {
    ObservedChoices::new(attributes.iter().copied(), situations).unwrap()
}

/// Of two alternatives, one with these attributes is taken before one that has none.
fn preferred(differences: &[f64], count: u64) -> Situation {
    let alternatives = vec![differences.to_vec(), vec![0.0; differences.len()]];
    Situation { alternatives, chosen: 0, count }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.into()).collect()
}

/// The inputs of the tests of xlogit; the second of two alternatives is taken.
fn xlogit() -> Vec<Situation> {
    let pairs = [[[2.0, 1.0], [1.0, 3.0]], [[3.0, 1.0], [2.0, 4.0]], [[2.0, 1.0], [2.0, 4.0]]];
    pairs.map(|pair| Situation::once(pair.map(Vec::from), 1)).into()
}

#[test]
fn f18_xlogit_inputs_computed() {
    let model = ConditionalLogit::new([("x1", 0.1), ("x2", 0.1)]).unwrap();
    for (situation, printed) in xlogit().iter().zip([0.524979, 0.549834, 0.574443]) {
        let shares = model.choice_set(&situation.alternatives).unwrap().shares();
        close(shares.offers[1].get(), printed, 6);
    }
    close(model.log_likelihood(&choices(&["x1", "x2"], xlogit())).unwrap(), -1.796891, 6);
}

#[test]
fn f18_xlogit_inputs_are_separable_and_said_to_be() {
    let error = ConditionalLogit::fit(&choices(&["x1", "x2"], xlogit())).unwrap_err();
    let LogitError::Separable { separation: Separation::Complete, direction } = error else { panic!("{error}") };
    assert_separates(&xlogit(), &["x1", "x2"], &direction, true);
}

/// The direction puts what was taken nowhere below, and somewhere (or everywhere) above, what was not.
fn assert_separates(situations: &[Situation], attributes: &[&str], direction: &[(String, f64)], everywhere: bool) {
    let weight = |name: &str| direction.iter().find(|(known, _)| known == name).map_or(0.0, |(_, weight)| *weight);
    let weights: Vec<f64> = attributes.iter().map(|name| weight(name)).collect();
    let utility = |row: &[f64]| row.iter().zip(&weights).map(|(x, weight)| x * weight).sum::<f64>();
    let margins = situations.iter().flat_map(|situation| {
        let taken = utility(&situation.alternatives[situation.chosen]);
        let others = situation.alternatives.iter().enumerate().filter(|(other, _)| *other != situation.chosen);
        others.map(move |(_, row)| taken - utility(row)).collect::<Vec<_>>()
    });
    let margins: Vec<f64> = margins.collect();
    let least = margins.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least > -1e-8, "{direction:?}: {margins:?}");
    assert!(if everywhere { least > 1e-8 } else { margins.iter().any(|&margin| margin > 1e-8) }, "{margins:?}");
}

struct Reference {
    situations: Vec<Situation>,
    /// Coefficient and standard error.
    estimates: Vec<[f64; 2]>,
    /// Row, column and value.
    covariance: Vec<(usize, usize, f64)>,
    log_likelihood: f64,
    null_log_likelihood: f64,
}

fn reference() -> Reference {
    let rows = |kind: &'static str| {
        let rows = include_str!("data/choice.csv").lines().map(|line| line.split(',').collect::<Vec<_>>());
        rows.filter(move |row| row[0] == kind)
    };
    let number = |text: &str| text.parse::<f64>().unwrap();
    let situation = |row: Vec<&str>| {
        let alternatives = row[2].split(';').map(|one| one.split(' ').map(number).collect::<Vec<f64>>());
        Situation::once(alternatives.collect::<Vec<_>>(), row[1].parse().unwrap())
    };
    let cell = |row: Vec<&str>| (row[1].parse().unwrap(), row[2].parse().unwrap(), number(row[3]));
    Reference {
        situations: rows("situation").map(situation).collect(),
        estimates: rows("estimate").map(|row| [number(row[2]), number(row[3])]).collect(),
        covariance: rows("covariance").map(cell).collect(),
        log_likelihood: number(rows("log_likelihood").next().unwrap()[1]),
        null_log_likelihood: number(rows("null_log_likelihood").next().unwrap()[1]),
    }
}

const ATTRIBUTES: [&str; 3] = ["price", "quality", "rate"];
/// 200 situations of differences near 1e6 and 1e-3, each rounded to 1e-16 of itself.
const ROUNDED_SUMS: f64 = 1e-12;

#[test]
fn fit_equals_its_definition_to_25_digits() {
    let expected = reference();
    assert_eq!((expected.situations.len(), expected.estimates.len(), expected.covariance.len()), (200, 3, 3));
    let fit = ConditionalLogit::fit(&choices(&ATTRIBUTES, expected.situations)).unwrap();
    for (estimate, [value, error]) in fit.estimates().iter().zip(expected.estimates) {
        assert!(relative_error(estimate.value, value) < ROUNDED_SUMS, "{estimate} {value}");
        assert!(relative_error(estimate.standard_error, error) < ROUNDED_SUMS, "{estimate} {error}");
    }
    let covariance = fit.covariance();
    for (row, column, value) in expected.covariance {
        // Covariances are sums with both signs, near the product of the errors in size.
        let size = (covariance[row][row] * covariance[column][column]).sqrt();
        assert!((covariance[row][column] - value).abs() < ROUNDED_SUMS * size);
        assert_eq!(covariance[row][column], covariance[column][row]);
    }
    assert!(relative_error(fit.log_likelihood(), expected.log_likelihood) < ROUNDED_SUMS);
    assert!(relative_error(fit.null_log_likelihood(), expected.null_log_likelihood) < ROUNDED_SUMS);
    let r2 = 1.0 - expected.log_likelihood / expected.null_log_likelihood;
    assert!(relative_error(fit.mcfadden_r2(), r2) < ROUNDED_SUMS);
    assert!(fit.gradient() < 1e-10, "{}", fit.gradient());
    assert_eq!(fit.choices(), 200);
}

#[test]
fn order_of_rows_does_not_matter_to_the_last_bit_and_counts_stand_for_repetitions() {
    let situations = reference().situations;
    let fit = ConditionalLogit::fit(&choices(&ATTRIBUTES, situations.clone())).unwrap();
    let backwards = choices(&ATTRIBUTES, situations.iter().rev().cloned());
    assert_eq!(ConditionalLogit::fit(&backwards).unwrap(), fit);
    let thrice = situations.iter().chain(&situations).chain(&situations).cloned();
    let counted = situations.iter().map(|situation| Situation { count: 3, ..situation.clone() });
    let (thrice, counted) = (choices(&ATTRIBUTES, thrice), choices(&ATTRIBUTES, counted));
    assert_eq!(thrice, counted);
    let tripled = ConditionalLogit::fit(&counted).unwrap();
    assert_eq!(tripled.choices(), 600);
    for (one, three) in fit.estimates().iter().zip(tripled.estimates()) {
        assert!(relative_error(three.value, one.value) < ROUNDED_SUMS);
        assert!(relative_error(three.standard_error * 3_f64.sqrt(), one.standard_error) < ROUNDED_SUMS);
    }
}

#[test]
fn units_of_attributes_do_not_matter() {
    let situations = reference().situations;
    let fit = ConditionalLogit::fit(&choices(&ATTRIBUTES, situations.clone())).unwrap();
    let units = [1e-90, 1e90, 1e-3];
    let mut scaled = situations;
    for row in scaled.iter_mut().flat_map(|situation| &mut situation.alternatives) {
        row.iter_mut().zip(units).for_each(|(value, unit)| *value *= unit);
    }
    let scaled = ConditionalLogit::fit(&choices(&ATTRIBUTES, scaled)).unwrap();
    assert!(relative_error(scaled.log_likelihood(), fit.log_likelihood()) < ROUNDED_SUMS);
    for ((one, other), unit) in fit.estimates().iter().zip(scaled.estimates()).zip(units) {
        assert!(relative_error(other.value * unit, one.value) < ROUNDED_SUMS);
        assert!(relative_error(other.standard_error * unit, one.standard_error) < ROUNDED_SUMS);
    }
}

#[test]
fn fit_of_two_alternatives_told_apart_by_one_constant_is_the_log_odds() {
    let rows = [preferred(&[1.0], 30), preferred(&[-1.0], 10)];
    let fit = ConditionalLogit::fit(&choices(&["label"], rows)).unwrap();
    let estimate = &fit.estimates()[0];
    assert!((estimate.value - 3_f64.ln()).abs() < 1e-14, "{estimate}");
    assert!((estimate.standard_error - (1.0 / 30.0 + 1.0 / 10.0_f64).sqrt()).abs() < 1e-14);
    let log_likelihood = 30.0 * 0.75_f64.ln() + 10.0 * 0.25_f64.ln();
    assert!((fit.log_likelihood() - log_likelihood).abs() < 1e-13);
    assert!((fit.null_log_likelihood() + 40.0 * 2_f64.ln()).abs() < 1e-13);
    let interval = estimate.interval(Probability::new(0.95).unwrap()).unwrap();
    close(interval.high - estimate.value, 1.959964 * estimate.standard_error, 6);
    close(estimate.value - interval.low, 1.959964 * estimate.standard_error, 6);
}

#[test]
fn indifferent_customers_have_coefficients_of_zero() {
    let rows = [
        preferred(&[1.0, 2.0], 5),
        preferred(&[-1.0, -2.0], 5),
        preferred(&[2.0, -1.0], 3),
        preferred(&[-2.0, 1.0], 3),
    ];
    let fit = ConditionalLogit::fit(&choices(&["a", "b"], rows)).unwrap();
    assert!(fit.estimates().iter().all(|estimate| estimate.value.abs() < 1e-15));
    assert!(fit.mcfadden_r2() < 1e-15);
}

#[test]
fn completely_separated_choices_name_the_direction() {
    let rows = [preferred(&[1.0, -3.0, 0.5], 1), preferred(&[2.0, 4.0, -1.0], 7), preferred(&[0.5, 0.0, 3.0], 2)];
    let attributes = ["a", "b", "c"];
    let error = ConditionalLogit::fit(&choices(&attributes, rows.clone())).unwrap_err();
    let LogitError::Separable { separation: Separation::Complete, direction } = error else { panic!("{error}") };
    assert_separates(&rows, &attributes, &direction, true);
}

#[test]
fn one_attribute_that_decides_alone_is_the_only_one_named() {
    // Nobody ever took the dearer one when all else was equal; quality is a matter of taste.
    let rows = [preferred(&[-1.0, 0.0], 4), preferred(&[0.0, 1.0], 3), preferred(&[0.0, -1.0], 2)];
    let error = ConditionalLogit::fit(&choices(&["price", "quality"], rows)).unwrap_err();
    let LogitError::Separable { separation: Separation::QuasiComplete, direction } = &error else { panic!("{error}") };
    assert!(matches!(direction.as_slice(), [(name, weight)] if name == "price" && *weight < 0.0), "{direction:?}");
    let message = error.to_string();
    assert!(message.starts_with("choices are separated quasi-completely by -1"), "{message}");
    assert!(message.ends_with(" price: the likelihood has no maximum"), "{message}");
}

#[test]
fn quasi_separation_in_stages_is_found() {
    // Along a alone nothing is lost; what a leaves open, b decides; c is a matter of taste. Scales differ by 1e9.
    let rows = [
        preferred(&[1e6, 5e-3, 2.0], 1),
        preferred(&[1e6, -5e-3, -2.0], 1),
        preferred(&[0.0, 1e-3, 1.0], 1),
        preferred(&[0.0, 1e-3, -1.0], 1),
        preferred(&[0.0, 0.0, 1.0], 3),
        preferred(&[0.0, 0.0, -1.0], 2),
    ];
    let attributes = ["a", "b", "c"];
    let error = ConditionalLogit::fit(&choices(&attributes, rows.clone())).unwrap_err();
    let LogitError::Separable { separation: Separation::QuasiComplete, direction } = error else { panic!("{error}") };
    assert_separates(&rows, &attributes, &direction, false);
    assert!(direction.iter().all(|(name, _)| name != "c"), "{direction:?}");
}

#[test]
fn an_alternative_like_the_one_taken_makes_separation_quasi_complete() {
    let twins = Situation::once([vec![1.0], vec![1.0], vec![0.0]], 0);
    let error = ConditionalLogit::fit(&choices(&["a"], [twins])).unwrap_err();
    assert!(matches!(error, LogitError::Separable { separation: Separation::QuasiComplete, .. }), "{error}");
}

#[test]
fn nearly_separable_choices_fit() {
    // One choice of a million, and one difference of a billionth, are against the rest: the optimum by bisection of the
    // slope n₁/(1+e^β) = n₂ d/(1+e^(−d β)).
    for (count, against) in [(1_000_000, 1.0), (1, 1e-9), (1_000_000, 1e-4)] {
        let rows = [preferred(&[1.0], count), preferred(&[-against], 1)];
        let fit = ConditionalLogit::fit(&choices(&["a"], rows)).unwrap();
        let slope = |beta: f64| count as f64 / (1.0 + beta.exp()) - against / (1.0 + (-against * beta).exp());
        let (mut low, mut high) = (0.0, 100.0);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        assert!(relative_error(fit.model().coefficients()[0], low) < 1e-12, "{count} {against}: {:?}", fit.estimates());
    }
}

#[test]
fn maximum_beyond_all_digits_is_no_fit() {
    // The optimum is at β = ln 2e300, where the likelihood has long been level, and no direction separates.
    let rows = [preferred(&[1.0], 1), preferred(&[-1e-300], 1)];
    let error = ConditionalLogit::fit(&choices(&["a"], rows)).unwrap_err();
    let LogitError::NotConverged { steps, last } = error else { panic!("{error}") };
    assert!((10..200).contains(&steps) && last[0].0 == "a" && last[0].1 > 10.0, "{steps} {last:?}");
}

#[test]
fn attributes_that_never_differ_are_named() {
    let situation = |a: f64, chosen| Situation::once([vec![a, 7.0, 0.1 + 0.2], vec![2.0, 7.0, 0.3]], chosen);
    let error = ConditionalLogit::fit(&choices(&["a", "income", "rounded"], [situation(1.0, 0), situation(3.0, 0)]));
    assert_eq!(error.unwrap_err(), LogitError::NoVariation { attributes: names(&["income", "rounded"]) });
}

#[test]
fn attributes_that_follow_from_others_are_named() {
    // The income differs from situation to situation only, so that total = price + tax + income is price + tax.
    let row = |price: f64, tax: f64, stars: f64, income: f64| vec![price, stars, tax, price + tax + income];
    let rows = [
        Situation::once([row(1e6, 0.19, 3.0, 5e4), row(1.1e6, 0.07, 4.0, 5e4), row(0.9e6, 0.0, 1.0, 5e4)], 0),
        Situation::once([row(1.2e6, 0.19, 1.0, 3e4), row(1.3e6, 0.07, 5.0, 3e4)], 0),
        Situation::once([row(1.2e6, 1e5, 1.0, 3e4), row(1.3e6, 2e5, 5.0, 3e4)], 1),
    ];
    let error = ConditionalLogit::fit(&choices(&["price", "stars", "tax", "total"], rows)).unwrap_err();
    assert_eq!(error, LogitError::Collinear { attribute: "total".into(), with: names(&["price", "tax"]) });
    assert_eq!(error.to_string(), "differences in total follow from those in price, tax");
}

#[test]
fn more_attributes_than_differences_are_collinear() {
    let error = ConditionalLogit::fit(&choices(&["a", "b"], [preferred(&[1.0, 2.0], 1)])).unwrap_err();
    assert_eq!(error, LogitError::Collinear { attribute: "b".into(), with: names(&["a"]) });
}

#[test]
fn bad_rows_are_all_listed() {
    let new = |attributes: &[&str], rows: &[Situation]| {
        ObservedChoices::new(attributes.iter().copied(), rows.iter().cloned()).unwrap_err()
    };
    let good = preferred(&[1.0, 2.0], 1);
    let bad = |alternatives: &[&[f64]], chosen, count| Situation {
        alternatives: alternatives.iter().map(|row| row.to_vec()).collect(),
        chosen,
        count,
    };
    let rows = [
        good.clone(),
        bad(&[&[1.0, 2.0]], 0, 1),
        bad(&[&[1.0, 2.0], &[1.0]], 0, 1),
        bad(&[&[1.0, 2.0], &[1.0, 3.0]], 2, 1),
        bad(&[&[1.0, 2.0], &[1.0, 3.0]], 0, 0),
        bad(&[&[1.0, 2.0], &[1.0, -1.1e150]], 0, 1),
    ];
    let value = SituationError::Value { alternative: 1, attribute: "b".into(), value: -1.1e150 };
    let situations = vec![
        (1, SituationError::TooFewAlternatives { alternatives: 1 }),
        (2, SituationError::Lengths { alternative: 1, values: 1, attributes: 2 }),
        (3, SituationError::NotThere { chosen: 2, alternatives: 2 }),
        (4, SituationError::NeverObserved),
        (5, value),
    ];
    assert_eq!(new(&["a", "b"], &rows), ObservedChoicesError::Situations { situations });
    for number in [f64::NAN, f64::INFINITY] {
        let error = new(&["a", "b"], &[bad(&[&[1.0, 2.0], &[1.0, number]], 0, 1)]);
        assert!(
            error.to_string().starts_with("bad situations:\n  row 0 (from 0): b of alternative 1 (from 0) is"),
            "{error}"
        );
    }
    assert_eq!(new(&["a"], &[]), ObservedChoicesError::Empty);
    assert_eq!(new(&[], std::slice::from_ref(&good)), ObservedChoicesError::NoAttributes);
    let twice = ObservedChoicesError::Name { position: 1, name: "a".into() };
    assert_eq!(new(&["a", "a"], std::slice::from_ref(&good)), twice);
    assert_eq!(
        new(&["a", ""], std::slice::from_ref(&good)),
        ObservedChoicesError::Name { position: 1, name: String::new() }
    );
    let most = Situation { count: 1 << 53, ..good.clone() };
    assert_eq!(new(&["a", "b"], &[most.clone(), good.clone()]), ObservedChoicesError::TooMany);
    assert_eq!(new(&["a", "b"], &[Situation { count: u64::MAX, ..good.clone() }, good]), ObservedChoicesError::TooMany);
    assert_eq!(choices(&["a", "b"], [most]).count(), 1 << 53);
}

#[test]
fn impossible_models_are_typed_errors() {
    let none: [(&str, f64); 0] = [];
    assert_eq!(ConditionalLogit::new(none).unwrap_err(), LogitError::Data(ObservedChoicesError::NoAttributes));
    let twice = ObservedChoicesError::Name { position: 1, name: "a".into() };
    assert_eq!(ConditionalLogit::new([("a", 1.0), ("a", 2.0)]).unwrap_err(), LogitError::Data(twice));
    let infinite = LogitError::Coefficient { attribute: "b".into(), value: f64::INFINITY };
    assert_eq!(ConditionalLogit::new([("a", 1.0), ("b", f64::INFINITY)]).unwrap_err(), infinite);

    let model = ConditionalLogit::new([("a", 1e200), ("b", 1.0)]).unwrap();
    let unknown = LogitError::UnknownAttribute { name: "c".into(), attributes: names(&["a", "b"]) };
    assert_eq!(model.coefficient("c"), Err(unknown));
    let swapped = choices(&["b", "a"], [preferred(&[1.0, 2.0], 1)]);
    let other = LogitError::OtherAttributes { expected: names(&["a", "b"]), found: names(&["b", "a"]) };
    assert_eq!(model.log_likelihood(&swapped), Err(other));
    let far = choices(&["a", "b"], [preferred(&[-1e150, 2.0], 1)]);
    assert_eq!(model.log_likelihood(&far), Err(LogitError::TooLarge { quantity: "log-likelihood" }));
    let error = model.choice_set([[1.0, 2.0].as_slice(), &[1.0]]).unwrap_err();
    assert_eq!(error.to_string(), "offer 1 (from 0) has 1 attributes, expected 2");
    assert!(model.choice_set([[1e200, 0.0]]).is_err());
    let no_rows: [[f64; 2]; 0] = [];
    assert!(model.choice_set(no_rows).is_err());
}

/// Choices of 2 to 4 alternatives with small whole numbers as attributes: often separable.
fn small_choices(attributes: usize) -> impl Strategy<Value = Vec<Situation>> {
    let row = prop::collection::vec((-3..=3_i32).prop_map(f64::from), attributes);
    let situation = (prop::collection::vec(row, 2..5), any::<prop::sample::Index>());
    let situation = situation.prop_map(|(rows, chosen)| {
        let chosen = chosen.index(rows.len());
        Situation::once(rows, chosen)
    });
    prop::collection::vec(situation, 1..4 * attributes)
}

/// By how much what was taken exceeds what was not.
fn margins(situations: &[Situation]) -> Vec<[f64; 2]> {
    let of = |situation: &Situation| {
        let taken = situation.alternatives[situation.chosen].clone();
        let others = situation.alternatives.iter().enumerate().filter(|(other, _)| *other != situation.chosen);
        others.map(|(_, row)| [taken[0] - row[0], taken[1] - row[1]]).collect::<Vec<_>>()
    };
    situations.iter().flat_map(of).collect()
}

/// In the plane a cone without a line has its rays at right angles to rows: all of them are tried, in whole numbers.
fn separation_by_trial(rows: &[[f64; 2]]) -> Option<Separation> {
    let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
    let normals = rows.iter().flat_map(|[x, y]| [[-y, *x], [*y, -x]]);
    let rays: Vec<[f64; 2]> =
        normals.filter(|&ray| dot(ray, ray) > 0.0 && rows.iter().all(|&row| dot(row, ray) >= 0.0)).collect();
    let inside = |&[a, b]: &[[f64; 2]; 2]| rows.iter().all(|&row| dot(row, [a[0] + b[0], a[1] + b[1]]) > 0.0);
    let pairs = rays.iter().flat_map(|&a| rays.iter().map(move |&b| [a, b]));
    if pairs.filter(inside).count() > 0 {
        Some(Separation::Complete)
    } else {
        rays.first().map(|_| Separation::QuasiComplete)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_fit_exists_where_no_direction_separates_and_is_the_maximum(situations in small_choices(2)) {
        let rows = margins(&situations);
        let data = choices(&["a", "b"], situations.clone());
        let independent = rows.iter().any(|a| rows.iter().any(|b| a[0] * b[1] != a[1] * b[0]));
        match ConditionalLogit::fit(&data) {
            Ok(fit) => {
                prop_assert!(independent && separation_by_trial(&rows).is_none());
                assert_maximum(&fit, &data);
            }
            Err(LogitError::Separable { separation, direction }) => {
                prop_assert!(independent);
                prop_assert_eq!(Some(separation), separation_by_trial(&rows));
                assert_separates(&situations, &["a", "b"], &direction, separation == Separation::Complete);
            }
            Err(LogitError::NoVariation { attributes }) => for name in attributes {
                let at = usize::from(name == "b");
                prop_assert!(rows.iter().all(|row| row[at] == 0.0));
            },
            Err(LogitError::Collinear { .. }) => prop_assert!(!independent),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn choices_by_four_attributes_have_a_maximum_or_a_reason_for_none(situations in small_choices(4)) {
        let attributes = ["a", "b", "c", "d"];
        match ConditionalLogit::fit(&choices(&attributes, situations.clone())) {
            Ok(fit) => prop_assert!(fit.gradient() < 1e-9, "{}", fit.gradient()),
            Err(LogitError::Separable { separation, direction }) => {
                assert_separates(&situations, &attributes, &direction, separation == Separation::Complete);
            }
            Err(LogitError::NoVariation { .. } | LogitError::Collinear { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn arbitrary_choices_never_panic(
        rows in prop::collection::vec((prop::collection::vec(anything(), 2), 1..100_u64), 2..12),
    ) {
        let rows: Vec<Situation> = rows.iter().map(|(row, count)| preferred(row, *count)).collect();
        if let Ok(data) = ObservedChoices::new(["a", "b"], rows) && let Ok(fit) = ConditionalLogit::fit(&data) {
            let covariance = fit.covariance();
            let mut numbers = covariance.iter().flatten().chain(fit.model().coefficients());
            prop_assert!(numbers.all(|number| number.is_finite()));
            prop_assert!(fit.log_likelihood().is_finite() && (0.0..=1.0).contains(&fit.mcfadden_r2()));
        }
    }
}

fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -9.0..9.0, Just(0.0), -1e150..1e150, -1e-290..1e-290]
}

/// Slopes by central differences vanish, and the likelihood falls to all sides.
fn assert_maximum(fit: &LogitFit, data: &ObservedChoices) {
    let at = |da: f64, db: f64| {
        let [a, b] = [fit.model().coefficients()[0] + da, fit.model().coefficients()[1] + db];
        ConditionalLogit::new([("a", a), ("b", b)]).unwrap().log_likelihood(data).unwrap()
    };
    assert!((at(0.0, 0.0) - fit.log_likelihood()).abs() < 1e-12);
    // The error of one coefficient if the other were known: the two may be known together far better than each alone.
    let covariance = fit.covariance();
    let determinant = covariance[0][0] * covariance[1][1] - covariance[0][1] * covariance[1][0];
    let errors = [(determinant / covariance[1][1]).sqrt(), (determinant / covariance[0][0]).sqrt()];
    let [a, b] = [STEP * errors[0], STEP * errors[1]];
    // In these units the curvature is 1, and a chance of p = 1e-4 makes the third derivative some 1/√p = 100.
    assert!(((at(a, 0.0) - at(-a, 0.0)) / (2.0 * STEP)).abs() < 1e-6);
    assert!(((at(0.0, b) - at(0.0, -b)) / (2.0 * STEP)).abs() < 1e-6);
    for (da, db) in [(0.1, 0.0), (-0.1, 0.0), (0.0, 0.1), (0.0, -0.1), (0.07, 0.07), (-0.07, 0.07)] {
        assert!(at(da * errors[0], db * errors[1]) < fit.log_likelihood());
    }
}

/// Choices of 2 to 4 alternatives, simulated by utilities with extreme-value noise, that is, by exponential races.
fn simulated(seed: u64, count: usize, truth: [f64; 3]) -> ObservedChoices {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let situations = (0..count).map(|position| {
        let rows: Vec<Vec<f64>> =
            (0..2 + position % 3).map(|_| (0..3).map(|_| StandardNormal.sample(&mut generator)).collect()).collect();
        let times = rows.iter().map(|row| {
            let utility: f64 = row.iter().zip(truth).map(|(x, weight)| x * weight).sum();
            let wait: f64 = Exp1.sample(&mut generator);
            wait * (-utility).exp()
        });
        let chosen = times.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0;
        Situation::once(rows, chosen)
    });
    choices(&ATTRIBUTES, situations.collect::<Vec<_>>())
}

#[test]
fn wald_intervals_cover_the_truth_as_often_as_they_say() {
    let truth = [-1.0, 0.5, 0.0];
    let level = Probability::new(0.95).unwrap();
    let mut covered = [0; 3];
    for seed in 0..200 {
        let fit = ConditionalLogit::fit(&simulated(seed, 200, truth)).unwrap();
        for (at, estimate) in fit.estimates().iter().enumerate() {
            covered[at] += u32::from(estimate.interval(level).unwrap().contains(truth[at]));
        }
    }
    // 190 of 200 expected, with a standard deviation of 3.08: three of them to either side.
    assert!(covered.iter().all(|count| (181..=199).contains(count)), "{covered:?}");
    // 570 of 600 together, with a standard deviation of 5.34.
    assert!((554..=586).contains(&covered.iter().sum::<u32>()), "{covered:?}");
}

fn cny() -> Currency {
    Currency::new("CNY").unwrap()
}

#[test]
fn f17_a_minute_saved_is_worth_computed() {
    let model = ConditionalLogit::new([("time", -0.05), ("price", -0.02)]).unwrap();
    let minute = model.willingness_to_pay("time", "price", cny()).unwrap();
    assert_eq!((minute.amount(), minute.currency()), (-2.5, cny()));
    assert_eq!(model.willingness_to_pay("price", "price", cny()).unwrap().amount(), -1.0);
    let worthless = ConditionalLogit::new([("time", 0.0), ("price", -0.02)]).unwrap();
    assert_eq!(worthless.willingness_to_pay("time", "price", cny()).unwrap().to_string(), "0.00 CNY");
}

#[test]
fn f17_price_that_nobody_minds_is_refused() {
    for coefficient in [0.0, 0.02] {
        let model = ConditionalLogit::new([("time", -0.05), ("price", coefficient)]).unwrap();
        let error = model.willingness_to_pay("time", "price", cny()).unwrap_err();
        assert_eq!(error, WillingnessError::PriceNotNegative { price: "price".into(), coefficient });
    }
    let model = ConditionalLogit::new([("time", 1e200), ("price", -1e-200)]).unwrap();
    let too_large = WillingnessError::Money(MoneyError::NotFinite { value: f64::INFINITY });
    assert_eq!(model.willingness_to_pay("time", "price", cny()), Err(too_large));
    let unknown = LogitError::UnknownAttribute { name: "brand".into(), attributes: names(&["time", "price"]) };
    assert_eq!(model.willingness_to_pay("brand", "price", cny()), Err(WillingnessError::Attribute(unknown.clone())));
    assert_eq!(model.willingness_to_pay("time", "brand", cny()), Err(WillingnessError::Attribute(unknown)));
}

/// The ends of Fieller's interval: all w with (a + w p)² ≤ z² Var(a + w p).
fn fieller(fit: &LogitFit, attribute: usize, price: usize, z: f64) -> [f64; 2] {
    let (a, p) = (fit.model().coefficients()[attribute], fit.model().coefficients()[price]);
    let covariance = fit.covariance();
    let square = p * p - z * z * covariance[price][price];
    let half = a * p - z * z * covariance[attribute][price];
    let constant = a * a - z * z * covariance[attribute][attribute];
    let root = (half * half - square * constant).sqrt();
    [(-half - root) / square, (-half + root) / square]
}

#[test]
fn intervals_of_krinsky_and_robb_are_those_of_fieller_in_the_limit() {
    // −a/p < w is a + w p < 0 as long as p < 0: quantiles of drawn ratios have a closed form.
    let fit = ConditionalLogit::fit(&simulated(3, 200, [-1.0, 0.5, 0.0])).unwrap();
    let level = Probability::new(0.95).unwrap();
    for (at, name) in [(1, "quality"), (2, "rate")] {
        let worth = fit.willingness_to_pay(name, "price", Currency::USD).unwrap();
        let [low, high] = fieller(&fit, at, 0, 1.959963984540054);
        let interval = worth.krinsky_robb(level, 100_000, Seed::new(9)).unwrap();
        // The ends of 100,000 draws are known to 0.3 % of the width, one standard deviation.
        let known = 0.01 * (high - low);
        assert!((interval.low.amount() - low).abs() < known, "{interval:?} {low}");
        assert!((interval.high.amount() - high).abs() < known, "{interval:?} {high}");
        assert_eq!(worth.krinsky_robb(level, 100_000, Seed::new(9)).unwrap(), interval);
        assert_ne!(worth.krinsky_robb(level, 100_000, Seed::new(10)).unwrap(), interval);
    }
}

#[test]
fn delta_interval_is_that_of_fieller_where_the_price_is_certain() {
    let data = simulated(3, 200, [-1.0, 0.5, 0.0]);
    let many = data.situations().iter().map(|situation| Situation { count: 1_000_000, ..situation.clone() });
    let fit = ConditionalLogit::fit(&choices(&ATTRIBUTES, many)).unwrap();
    let worth = fit.willingness_to_pay("quality", "price", Currency::USD).unwrap();
    let interval = worth.interval(Probability::new(0.95).unwrap()).unwrap();
    let [low, high] = fieller(&fit, 1, 0, 1.959963984540054);
    // They differ by the square of the relative error, 1e-4 of the price's coefficient.
    assert!((interval.low.amount() - low).abs() < 1e-3 * (high - low), "{interval:?} {low} {high}");
    assert!((interval.high.amount() - high).abs() < 1e-3 * (high - low));
    close(interval.high.amount() - worth.amount().amount(), 1.959964 * worth.standard_error().amount(), 6);
}

#[test]
fn delta_error_follows_from_the_slopes_of_the_ratio() {
    let fit = ConditionalLogit::fit(&simulated(5, 200, [-1.0, 0.5, 0.0])).unwrap();
    let worth = fit.willingness_to_pay("quality", "price", Currency::USD).unwrap();
    let [price, quality] = [fit.model().coefficients()[0], fit.model().coefficients()[1]];
    let ratio = |da: f64, dp: f64| -(quality + da) / (price + dp);
    let by_quality = (ratio(STEP, 0.0) - ratio(-STEP, 0.0)) / (2.0 * STEP);
    let by_price = (ratio(0.0, STEP) - ratio(0.0, -STEP)) / (2.0 * STEP);
    let covariance = fit.covariance();
    let variance = by_quality * by_quality * covariance[1][1]
        + 2.0 * by_quality * by_price * covariance[0][1]
        + by_price * by_price * covariance[0][0];
    assert!(relative_error(worth.standard_error().amount(), variance.sqrt()) < 10.0 * STEP * STEP);
}

#[test]
fn price_in_terms_of_itself_is_certain() {
    let fit = ConditionalLogit::fit(&simulated(5, 200, [-1.0, 0.5, 0.0])).unwrap();
    let price = fit.willingness_to_pay("price", "price", Currency::USD).unwrap();
    assert_eq!((price.amount().amount(), price.standard_error().amount()), (-1.0, 0.0));
    let interval = price.krinsky_robb(Probability::new(0.99).unwrap(), 100, Seed::new(1)).unwrap();
    assert!((interval.low.amount() + 1.0).abs() < 1e-7 && (interval.high.amount() + 1.0).abs() < 1e-7);
}

#[test]
fn intervals_without_ends_are_typed_errors() {
    let level = |level| Probability::new(level).unwrap();
    // 21 of 40 take the cheaper one: the coefficient of the price is −0.1 ± 0.32.
    let rows = [
        preferred(&[-1.0, 0.0], 21),
        preferred(&[1.0, 0.0], 19),
        preferred(&[0.0, 1.0], 30),
        preferred(&[0.0, -1.0], 10),
    ];
    let fit = ConditionalLogit::fit(&choices(&["price", "quality"], rows)).unwrap();
    let worth = fit.willingness_to_pay("quality", "price", Currency::USD).unwrap();
    let error = worth.krinsky_robb(level(0.95), 1_000, Seed::new(1)).unwrap_err();
    // P(Z > 0.1/0.316) = 0.376, and three standard deviations of a count of 1,000.
    assert!(matches!(error, WillingnessError::Unbounded { not_negative: 330..=422, draws: 1_000 }), "{error}");
    let median = worth.krinsky_robb(level(1e-9), 1_000, Seed::new(1)).unwrap();
    assert!(median.low.amount() <= median.high.amount());
    let one = worth.krinsky_robb(level(0.95), 1, Seed::new(3)).unwrap();
    assert_eq!(one.low, one.high);
}

#[cfg(feature = "serde")]
#[test]
fn stored_fits_are_checked_when_read() {
    let data = choices(&ATTRIBUTES, reference().situations);
    let stored = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<ObservedChoices>(&stored).unwrap(), data);
    assert!(serde_json::from_str::<ObservedChoices>(&stored.replacen("\"count\":1", "\"count\":0", 1)).is_err());

    let rows = [preferred(&[1.0], 3), preferred(&[-1.0], 1)];
    let fit = ConditionalLogit::fit(&choices(&["a"], rows)).unwrap();
    let stored = serde_json::to_string(&fit).unwrap();
    assert_eq!(serde_json::from_str::<LogitFit>(&stored).unwrap(), fit);
    let model = serde_json::to_string(fit.model()).unwrap();
    assert_eq!(serde_json::from_str::<ConditionalLogit>(&model).unwrap(), *fit.model());
    assert!(serde_json::from_str::<ConditionalLogit>(&model.replace("[\"a\"]", "[\"a\",\"b\"]")).is_err());
    for (sound, spoilt) in [
        ("\"covariance\":[", "\"covariance\":[1.0,"),
        ("\"covariance\":[", "\"covariance\":[-"),
        ("\"log_likelihood\":-", "\"log_likelihood\":"),
        ("\"null_log_likelihood\":-", "\"null_log_likelihood\":-0."),
        ("\"gradient\":", "\"gradient\":-1"),
        ("\"choices\":4", "\"choices\":0"),
    ] {
        assert!(stored.contains(sound), "{stored}");
        assert!(serde_json::from_str::<LogitFit>(&stored.replacen(sound, spoilt, 1)).is_err(), "{spoilt}: {stored}");
    }
}
