//! Judgements in pairs (F21, F22). `[T]` numbers stand in the tests and the README of AHPy; the car hierarchy is the
//! worked example of the article "Analytic hierarchy process – car example" of Wikipedia with AHPy's judgements.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use customer_value::index::{
    Consistency, Evidence, IncompleteJudgements, Indicator, JudgementError, Judgements, Missing, Node, Priorities,
    PriorityMethod, RandomIndex, Sense, Tree,
};
use customer_value::{UnitError, Weights};
use proptest::prelude::*;

use crate::delivered_value::close;

fn eigenvector(upper: &[f64], table: RandomIndex) -> Priorities {
    Judgements::from_upper(upper).unwrap().priorities(PriorityMethod::Eigenvector, table).unwrap()
}

fn weights(upper: &[f64]) -> Weights {
    eigenvector(upper, RandomIndex::DoneganDodd).weights_however_inconsistent()
}

fn all_close(found: &[f64], printed: &[f64], digits: i32) {
    assert_eq!(found.len(), printed.len());
    for (found, printed) in found.iter().zip(printed) {
        close(*found, *printed, digits);
    }
}

/// Coffee, wine, tea, beer, soda, milk, water: how much more of one is drunk in the USA (Saaty 2008).
#[rustfmt::skip]
fn drinks() -> Vec<f64> {
    vec![
        9.0, 5.0, 2.0, 1.0, 1.0, 0.5,
        1.0 / 3.0, 1.0 / 9.0, 1.0 / 9.0, 1.0 / 9.0, 1.0 / 9.0,
        1.0 / 3.0, 1.0 / 4.0, 1.0 / 3.0, 1.0 / 9.0,
        1.0 / 2.0, 1.0, 1.0 / 3.0,
        2.0, 1.0 / 2.0,
        1.0 / 3.0,
    ]
}

#[test]
fn f21_drinks_ahpy_test_eigenvector() {
    let saaty = eigenvector(&drinks(), RandomIndex::Saaty);
    close(saaty.consistency().ratio(), 0.022, 3);
    let found = saaty.weights().unwrap();
    all_close(found.as_slice(), &[0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], 3);
    let donegan_dodd = eigenvector(&drinks(), RandomIndex::DoneganDodd);
    close(donegan_dodd.consistency().ratio(), 0.0235, 4);
    let found = donegan_dodd.weights().unwrap();
    all_close(found.as_slice(), &[0.1775, 0.0191, 0.0418, 0.1164, 0.1896, 0.1288, 0.3268], 4);
}

#[test]
fn f22_drinks_geometric_mean_computed() {
    let judgements = Judgements::from_upper(drinks()).unwrap();
    let priorities = judgements.priorities(PriorityMethod::GeometricMean, RandomIndex::Saaty).unwrap();
    let found = priorities.weights().unwrap();
    all_close(found.as_slice(), &[0.1787, 0.0185, 0.0422, 0.1165, 0.1911, 0.1286, 0.3243], 4);
}

#[test]
fn f25_ahp_of_three_computed() {
    let priorities = eigenvector(&[2.0, 3.0, 2.0], RandomIndex::Saaty);
    close(priorities.consistency().ratio(), 0.0088, 4);
    let found = priorities.weights().unwrap();
    all_close(found.as_slice(), &[0.5396, 0.2970, 0.1634], 4);
}

#[test]
fn f21_random_indices_as_published() {
    let tables: [(RandomIndex, [f64; 8]); 3] = [
        (RandomIndex::Saaty, [0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49]),
        (RandomIndex::DoneganDodd, [0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055]),
        (RandomIndex::ChineseTextbook, [0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49]),
    ];
    for (table, indices) in tables {
        for (place, index) in indices.into_iter().enumerate() {
            assert_eq!(table.of(place + 3), Ok(index));
            // The fitted line lies near all tables of simulated matrices.
            assert!((RandomIndex::AlonsoLamata.of(place + 3).unwrap() - index).abs() < 0.11);
        }
        assert_eq!((table.of(1), table.of(2)), (Ok(0.0), Ok(0.0)));
        assert_eq!(table.of(11), Err(JudgementError::BeyondTable { table, size: 11, largest: 10 }));
    }
}

#[test]
fn f21_twelve_criteria_are_beyond_the_table_by_name_and_have_a_fitted_index() {
    let twelve = Judgements::from_upper(vec![1.0; 66]).unwrap();
    let error = twelve.consistency(RandomIndex::Saaty).unwrap_err();
    assert_eq!(error, JudgementError::BeyondTable { table: RandomIndex::Saaty, size: 12, largest: 10 });
    assert_eq!(error.to_string(), "the table of Saaty has no random index for 12 items, only up to 10");
    assert_eq!(twelve.consistency(RandomIndex::AlonsoLamata).map(Consistency::ratio), Ok(0.0));
}

/// Pairs of the six vehicles: Accord Sedan, Accord Hybrid, Pilot, CR-V, Element, Odyssey, row by row.
#[rustfmt::skip]
const VEHICLES: [(&str, [f64; 15]); 8] = [
    ("price", [9.0, 9.0, 1.0, 0.5, 5.0, 1.0, 1.0 / 9.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 9.0,
        1.0 / 9.0, 1.0 / 7.0, 0.5, 5.0, 6.0]),
    ("fuel", [1.0 / 1.13, 1.41, 1.15, 1.24, 1.19, 1.59, 1.3, 1.4, 1.35, 1.0 / 1.23,
        1.0 / 1.14, 1.0 / 1.18, 1.08, 1.04, 1.0 / 1.04]),
    ("maintenance", [1.5, 4.0, 4.0, 4.0, 5.0, 4.0, 4.0, 4.0, 5.0, 1.0, 1.2, 1.0, 1.0, 3.0, 2.0]),
    ("resale", [3.0, 4.0, 0.5, 2.0, 2.0, 2.0, 0.2, 1.0, 1.0, 1.0 / 6.0, 0.5, 0.5, 4.0, 4.0, 1.0]),
    ("safety", [1.0, 5.0, 7.0, 9.0, 1.0 / 3.0, 5.0, 7.0, 9.0, 1.0 / 3.0, 2.0, 9.0, 1.0 / 8.0,
        2.0, 1.0 / 8.0, 1.0 / 9.0]),
    ("style", [1.0, 7.0, 5.0, 9.0, 6.0, 7.0, 5.0, 9.0, 6.0, 1.0 / 6.0, 3.0, 1.0 / 3.0, 7.0, 5.0, 0.2]),
    ("cargo", [1.0, 0.5, 0.5, 0.5, 1.0 / 3.0, 0.5, 0.5, 0.5, 1.0 / 3.0, 1.0, 1.0, 0.5, 1.0, 0.5, 0.5]),
    ("passenger", [1.0, 0.5, 1.0, 3.0, 0.5, 0.5, 1.0, 3.0, 0.5, 2.0, 6.0, 1.0, 3.0, 0.5, 1.0 / 6.0]),
];

const CRITERIA: [f64; 6] = [3.0, 7.0, 3.0, 9.0, 1.0, 1.0 / 7.0];
const COSTS: [f64; 6] = [2.0, 5.0, 3.0, 2.0, 2.0, 0.5];

fn car_tree() -> Tree {
    let leaf = |name: &str| Node::leaf(Indicator::new(name, Sense::Benefit, Evidence::Survey).unwrap());
    let costs = ["price", "fuel", "maintenance", "resale"].map(leaf);
    let cost = Node::branch("cost", weights(&COSTS), costs).unwrap();
    let capacity = Node::branch("capacity", weights(&[0.2]), ["cargo", "passenger"].map(leaf)).unwrap();
    let parts = [cost, leaf("safety"), leaf("style"), capacity];
    Tree::new(Node::branch("car", weights(&CRITERIA), parts).unwrap()).unwrap()
}

#[test]
fn f22_car_hierarchy_of_wikipedia_and_ahpy_end_to_end() {
    let goal = eigenvector(&CRITERIA, RandomIndex::DoneganDodd);
    close(goal.consistency().ratio(), 0.08, 2);
    let found = goal.weights().unwrap();
    all_close(found.as_slice(), &[0.510, 0.234, 0.041, 0.215], 3);
    let costs = eigenvector(&COSTS, RandomIndex::DoneganDodd);
    close(costs.consistency().ratio(), 0.016, 3);
    all_close(costs.weights().unwrap().as_slice(), &[0.488, 0.252, 0.1, 0.161], 3);
    let price = eigenvector(&VEHICLES[0].1, RandomIndex::DoneganDodd);
    close(price.consistency().ratio(), 0.072, 3);
    all_close(price.weights().unwrap().as_slice(), &[0.246, 0.025, 0.025, 0.246, 0.366, 0.093], 3);

    let tree = car_tree();
    let names: Vec<&str> = tree.leaves().iter().map(|leaf| leaf.indicator.name()).collect();
    assert_eq!(names, VEHICLES.map(|(name, _)| name));
    // AHPy multiplies weights that are rounded to three digits: 0.510 · 0.252 is 0.129, unrounded 0.1283.
    let rounded = |weight: f64| (1e3 * weight).round() / 1e3;
    let costs = weights(&COSTS);
    let products: Vec<f64> = costs.as_slice().iter().map(|weight| rounded(0.510 * rounded(*weight))).collect();
    assert_eq!(products, [0.249, 0.129, 0.051, 0.082]);
    for (leaf, printed) in tree.weights().as_slice().iter().zip(products) {
        assert!((leaf - printed).abs() < 1e-3);
    }
    let local = VEHICLES.map(|(_, upper)| weights(&upper));
    let index = |vehicle: usize| {
        let scores: Vec<_> = local.iter().map(|weights| weights.get(vehicle)).collect();
        tree.score(&scores, Missing::Fail).unwrap().total()
    };
    // Printed by AHPy to three digits, computed again to four.
    let computed = [0.2147, 0.1497, 0.1060, 0.1665, 0.1438, 0.2191];
    let found: Vec<f64> = (0..6).map(index).collect();
    all_close(&found, &computed, 4);
    all_close(&found, &[0.215, 0.150, 0.106, 0.167, 0.144, 0.219], 3);
    assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-14);
}

fn four_with_one_missing() -> IncompleteJudgements {
    let pairs = [(0, 1, 1.0), (0, 2, 5.0), (0, 3, 2.0), (1, 2, 3.0), (1, 3, 4.0)];
    IncompleteJudgements::new(4, pairs).unwrap()
}

#[test]
fn f21_incomplete_judgements_ahpy_test_of_bozoki_2010() {
    let incomplete = four_with_one_missing();
    assert_eq!(incomplete.missing(), [(2, 3)]);
    let judgements = incomplete.complete().unwrap();
    close(judgements.ratio(2, 3).unwrap(), 0.7303, 4);
    let priorities = judgements.priorities(PriorityMethod::Eigenvector, RandomIndex::DoneganDodd).unwrap();
    close(priorities.consistency().ratio(), 0.0372, 4);
    all_close(priorities.weights().unwrap().as_slice(), &[0.3738, 0.392, 0.0985, 0.1357], 4);
}

#[test]
fn f21_incomplete_housing_ahpy_test_of_bozoki_2010() {
    let pairs = [
        (0, 1, 5.0),
        (0, 2, 3.0),
        (0, 3, 7.0),
        (0, 4, 6.0),
        (0, 5, 6.0),
        (1, 3, 5.0),
        (1, 5, 3.0),
        (2, 4, 3.0),
        (2, 6, 6.0),
        (5, 3, 4.0),
        (6, 0, 3.0),
        (6, 4, 5.0),
        (7, 0, 4.0),
        (7, 1, 7.0),
        (7, 3, 8.0),
        (7, 5, 6.0),
    ];
    let printed = [
        ((1, 2), 0.3300187496240363),
        ((1, 4), 1.7197409185349517),
        ((1, 6), 0.4663515002203321),
        ((2, 3), 9.920512661898753),
        ((2, 5), 4.852486449214693),
        ((2, 7), 0.5696073301509899),
        ((3, 4), 0.5252768142894285),
        ((3, 6), 0.1424438146531802),
        ((4, 5), 0.9311973564754218),
        ((4, 7), 0.10930828182051665),
        ((5, 6), 0.2912120796181874),
        ((6, 7), 0.4030898885178746),
    ];
    let judgements = IncompleteJudgements::new(8, pairs).unwrap().complete().unwrap();
    let lambda = |judgements: &Judgements| judgements.consistency(RandomIndex::Saaty).unwrap().lambda();
    let theirs = pairs.into_iter().chain(printed.map(|((i, j), ratio)| (i, j, ratio)));
    let theirs = IncompleteJudgements::new(8, theirs).unwrap().complete().unwrap();
    assert!(lambda(&judgements) <= lambda(&theirs));
    // Their search stops early: at a minimum, digits of the place are lost twice as fast as those of the value.
    assert!(lambda(&theirs) - lambda(&judgements) < 1e-8);
    for ((i, j), ratio) in printed {
        assert!((judgements.ratio(i, j).unwrap() / ratio - 1.0).abs() < 1e-4, "{i} {j} {:?}", judgements.ratio(i, j));
    }
}

#[test]
fn f21_completion_is_the_minimum_by_golden_section() {
    let lambda = |ln_ratio: f64| {
        let upper = [1.0, 5.0, 2.0, 3.0, 4.0, ln_ratio.exp()];
        Judgements::from_upper(upper).unwrap().consistency(RandomIndex::Saaty).unwrap().lambda()
    };
    let (mut low, mut high) = (-3.0_f64, 3.0_f64);
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..60 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if lambda(a) < lambda(b) { high = b } else { low = a }
    }
    let found = four_with_one_missing().complete().unwrap().ratio(2, 3).unwrap();
    assert!((found.ln() - low).abs() < 1e-6);
}

#[test]
fn f21_complete_judgements_need_no_completion() {
    let pairs = [(0, 1, 2.0), (0, 2, 3.0), (2, 1, 0.5)];
    let judgements = IncompleteJudgements::new(3, pairs).unwrap().complete().unwrap();
    assert_eq!(judgements, Judgements::from_upper([2.0, 3.0, 2.0]).unwrap());
}

#[test]
fn f21_a_chain_of_judgements_completes_to_a_consistent_matrix() {
    let judgements = IncompleteJudgements::new(4, [(0, 1, 2.0), (1, 2, 3.0), (3, 2, 5.0)]).unwrap().complete().unwrap();
    for ((i, j), ratio) in [((0, 2), 6.0), ((0, 3), 1.2), ((1, 3), 0.6)] {
        assert!((judgements.ratio(i, j).unwrap() / ratio - 1.0).abs() < 1e-9);
    }
}

#[test]
fn f21_inconsistent_judgements_must_be_accepted_by_name() {
    // A over B over C over A.
    let circle = eigenvector(&[9.0, 1.0 / 9.0, 9.0], RandomIndex::Saaty);
    let consistency = circle.consistency();
    // Each row sums to 1 + 9 + 1/9.
    close(consistency.lambda(), 10.0 + 1.0 / 9.0, 13);
    let ratio = consistency.ratio();
    close(ratio, 0.5 * (7.0 + 1.0 / 9.0) / 0.52, 12);
    assert!(!consistency.is_acceptable());
    assert_eq!(circle.clone().weights(), Err(JudgementError::Inconsistent { ratio }));
    all_close(circle.weights_however_inconsistent().as_slice(), &[1.0 / 3.0; 3], 15);
}

#[test]
fn f21_circles_of_extreme_judgements_converge() {
    // The second eigenvalue is as large as the first but for 1e-6.
    let circle = eigenvector(&[1e6, 1e-6, 1e6], RandomIndex::Saaty);
    close(circle.consistency().lambda() / 1_000_001.000001, 1.0, 14);
    all_close(circle.weights_however_inconsistent().as_slice(), &[1.0 / 3.0; 3], 14);
    let lopsided = Judgements::from_upper([1e6, 1e-5, 1e6]).unwrap();
    assert_eigenvector(&lopsided, 1e-11);
}

#[test]
fn f21_two_items_cannot_contradict_each_other() {
    let pair = eigenvector(&[3.0], RandomIndex::Saaty);
    assert_eq!((pair.consistency().ratio(), pair.consistency().index()), (0.0, 0.0));
    assert_eq!(pair.weights().unwrap().as_slice(), [0.75, 0.25]);
}

#[test]
fn f21_non_reciprocal_and_impossible_judgements_are_typed_errors() {
    let matrix = |rows: &[&[f64]]| Judgements::from_matrix(rows).unwrap_err();
    let range = |value| UnitError { quantity: "ratio", value, low: 1e-6, high: 1e6 };
    assert_eq!(
        matrix(&[&[1.0, 3.0], &[0.5, 1.0]]),
        JudgementError::NotReciprocal { row: 0, column: 1, ratio: 3.0, back: 0.5 }
    );
    assert_eq!(
        matrix(&[&[2.0, 3.0], &[1.0 / 3.0, 1.0]]),
        JudgementError::NotReciprocal { row: 0, column: 0, ratio: 2.0, back: 2.0 }
    );
    assert_eq!(matrix(&[&[1.0, 3.0], &[1.0]]), JudgementError::RowLength { row: 1, expected: 2, found: 1 });
    assert_eq!(matrix(&[&[1.0]]), JudgementError::TooFew { found: 1 });
    for bad in [0.0, -2.0, 1e7] {
        let error = matrix(&[&[1.0, bad], &[0.5, 1.0]]);
        assert_eq!(error, JudgementError::Judgement { row: 0, column: 1, source: range(bad) });
        let error = Judgements::from_upper([2.0, 3.0, bad]).unwrap_err();
        assert_eq!(error, JudgementError::Judgement { row: 1, column: 2, source: range(bad) });
    }
    assert!(matches!(
        Judgements::from_upper([f64::NAN]),
        Err(JudgementError::Judgement { row: 0, column: 1, source: UnitError { value, .. } }) if value.is_nan()
    ));
    for found in [0, 2, 4, 5, 7] {
        let judgements = Judgements::from_upper(vec![1.0; found]);
        assert_eq!(judgements, Err(JudgementError::NotTriangular { found }));
    }
    let third = Judgements::from_matrix(&[[1.0, 3.0], [0.333333333, 1.0]]).unwrap();
    assert_eq!(third.ratio(1, 0), Some(1.0 / 3.0));
    assert_eq!((third.ratio(2, 0), third.ratio(0, 2)), (None, None));
}

#[test]
fn f21_incomplete_judgements_without_a_unique_completion_are_typed_errors() {
    let of = |size, pairs: &[(usize, usize, f64)]| IncompleteJudgements::new(size, pairs.iter().copied()).unwrap_err();
    assert_eq!(of(1, &[]), JudgementError::TooFew { found: 1 });
    assert_eq!(of(3, &[(0, 1, 2.0)]), JudgementError::Unconnected { item: 2 });
    assert_eq!(of(4, &[(0, 3, 2.0), (1, 2, 2.0)]), JudgementError::Unconnected { item: 1 });
    assert_eq!(of(usize::MAX, &[(0, 1, 2.0)]), JudgementError::Unconnected { item: 2 });
    assert_eq!(of(2, &[(0, 0, 1.0)]), JudgementError::Pair { first: 0, second: 0, size: 2 });
    assert_eq!(of(2, &[(0, 2, 1.0)]), JudgementError::Pair { first: 0, second: 2, size: 2 });
    assert_eq!(of(2, &[(0, 1, 2.0), (1, 0, 0.5)]), JudgementError::JudgedTwice { first: 1, second: 0 });
    let far = IncompleteJudgements::new(3, [(0, 1, 1e5), (1, 2, 1e5)]).unwrap().complete();
    assert!(matches!(far, Err(JudgementError::Judgement { row: 0, column: 2, .. })), "{far:?}");
}

/// A w = λ w, entry by entry.
fn assert_eigenvector(judgements: &Judgements, tolerance: f64) {
    let priorities = judgements.priorities(PriorityMethod::Eigenvector, RandomIndex::AlonsoLamata).unwrap();
    let lambda = priorities.consistency().lambda();
    let weights = priorities.weights_however_inconsistent();
    assert!((weights.as_slice().iter().sum::<f64>() - 1.0).abs() < 1e-14);
    for row in 0..judgements.size() {
        let image: f64 =
            (0..judgements.size()).map(|j| judgements.ratio(row, j).unwrap() * weights.get(j).unwrap()).sum();
        assert!((image / (lambda * weights.get(row).unwrap()) - 1.0).abs() < tolerance, "{judgements:?}");
    }
}

fn upper() -> impl Strategy<Value = Vec<f64>> {
    (2_usize..9).prop_flat_map(|size| {
        prop::collection::vec((-9.0..9.0_f64).prop_map(|x: f64| (x / 4.0).exp()), size * (size - 1) / 2)
    })
}

proptest! {
    #[test]
    fn weights_are_the_eigenvector_and_lambda_is_at_least_n(upper in upper()) {
        let judgements = Judgements::from_upper(upper).unwrap();
        assert_eigenvector(&judgements, 1e-12);
        let consistency = judgements.consistency(RandomIndex::AlonsoLamata).unwrap();
        prop_assert!(consistency.lambda() > judgements.size() as f64 - 1e-13);
        prop_assert!(consistency.ratio() >= 0.0);
    }

    #[test]
    fn consistent_judgements_give_their_weights_by_both_methods(
        parts in prop::collection::vec(0.01..1.0_f64, 2..10),
    ) {
        let whole: f64 = parts.iter().sum();
        let rows: Vec<Vec<f64>> = parts.iter().map(|own| parts.iter().map(|other| own / other).collect()).collect();
        let judgements = Judgements::from_matrix(&rows).unwrap();
        for method in [PriorityMethod::Eigenvector, PriorityMethod::GeometricMean] {
            let priorities = judgements.priorities(method, RandomIndex::Saaty).unwrap();
            prop_assert!(priorities.consistency().ratio() < 1e-13);
            for (part, weight) in parts.iter().zip(priorities.weights().unwrap().as_slice()) {
                prop_assert!((weight * whole / part - 1.0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn completion_is_no_worse_than_any_neighbour(
        chain in prop::collection::vec(0.2..5.0_f64, 4), closing in 0.2..5.0_f64, shift in -0.1..0.1_f64,
    ) {
        let chain = chain.into_iter().enumerate().map(|(item, ratio)| (item, item + 1, ratio));
        let incomplete = IncompleteJudgements::new(5, chain.chain([(0, 4, closing)])).unwrap();
        let missing = incomplete.missing();
        let best = incomplete.complete().unwrap();
        let lambda = |judgements: &Judgements| judgements.consistency(RandomIndex::Saaty).unwrap().lambda();
        for pair in missing {
            let rows: Vec<Vec<f64>> = (0..5).map(|i| (0..5).map(|j| {
                let factor = if (i, j) == pair { shift.exp() } else if (j, i) == pair { (-shift).exp() } else { 1.0 };
                factor * best.ratio(i, j).unwrap()
            }).collect()).collect();
            prop_assert!(lambda(&best) <= lambda(&Judgements::from_matrix(&rows).unwrap()) + 1e-13);
        }
    }
}
