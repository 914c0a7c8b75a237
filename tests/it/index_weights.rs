//! Weights from data and combined (F23, F24, F25, F30). `[T]` the test of entropy weights of scikit-criteria,
//! `computed` for this project by other means.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use customer_value::index::{
    Combination, Correlation, IndexError, Interpolation, LifecycleWeights, Sense, Table, critic_weights,
    entropy_weights, game_shares,
};
use customer_value::{Probability, UnitError, Weights};
use proptest::prelude::*;

use crate::delivered_value::close;

pub fn benefits(rows: &[impl AsRef<[f64]>]) -> Table {
    Table::new(vec![Sense::Benefit; rows[0].as_ref().len()], rows).unwrap()
}

pub fn of(weights: &[f64]) -> Weights {
    Weights::new(weights).unwrap()
}

fn printed(weights: &Weights, numbers: &[f64]) {
    assert_eq!(weights.as_slice().len(), numbers.len());
    for (weight, number) in weights.as_slice().iter().zip(numbers) {
        close(*weight, *number, 6);
    }
}

#[test]
fn f23_entropy_weights_scikit_criteria_test() {
    let weights = entropy_weights(&benefits(&[[1.0, 2.0], [4.0, 16.0]])).unwrap();
    printed(&weights, &[0.358889, 0.641111]);
}

#[test]
fn f23_what_is_the_same_for_all_weighs_nothing() {
    let weights = entropy_weights(&benefits(&[[1.0, 0.1], [4.0, 0.1], [7.0, 0.1]])).unwrap();
    assert_eq!(weights.as_slice(), [1.0, 0.0]);
    let constant = entropy_weights(&benefits(&[[3.0, 0.1], [3.0, 0.1], [3.0, 0.1]]));
    assert_eq!(constant, Err(IndexError::NothingDiffers));
}

#[test]
fn f23_a_share_of_zero_counts_nothing_and_a_single_owner_everything() {
    // One owns all of the first (1 − E = 1); of the second, two of four own half each (1 − E = ½).
    let weights = entropy_weights(&benefits(&[[0.0, 0.0], [5.0, 1.0], [0.0, 1.0], [0.0, 0.0]])).unwrap();
    close(weights.as_slice()[0], 2.0 / 3.0, 15);
}

#[test]
fn f23_columns_that_hardly_differ_keep_the_digits_of_their_weight() {
    // 1 − E goes with the square of the variation: 1 to 4.
    for e in [1e-3, 1e-6, 1e-7] {
        let weights = entropy_weights(&benefits(&[[1.0 - e, 1.0 - 2.0 * e], [1.0 + e, 1.0 + 2.0 * e]])).unwrap();
        assert!((weights.as_slice()[0] - 0.2).abs() < e * e + 1e-9, "{weights:?}");
    }
}

#[test]
fn f23_impossible_tables_are_typed_errors() {
    let one = entropy_weights(&benefits(&[[1.0, 2.0]]));
    assert_eq!(one, Err(IndexError::TooFew { items: "rows", least: 2, found: 1 }));
    let zero = entropy_weights(&benefits(&[[1.0, 0.0], [2.0, 0.0]]));
    assert_eq!(zero, Err(IndexError::ZeroTotal { column: 1 }));
    let source = UnitError { quantity: "figure", value: -1.0, low: 0.0, high: f64::MAX };
    let negative = entropy_weights(&benefits(&[[1.0, 2.0], [2.0, -1.0]]));
    assert_eq!(negative, Err(IndexError::Figure { row: 1, column: 1, source }));
}

#[test]
fn f24_critic_by_hand() {
    // On 0 … 1 the columns are (0, ½, 1), (0, ½, 1), (½, 0, 1): σ is the same for all, r = 1, ½, ½.
    let rows = [[1.0, 10.0, 2.0], [2.0, 20.0, 1.0], [3.0, 30.0, 3.0]];
    for correlation in [Correlation::Pearson, Correlation::Spearman] {
        let weights = critic_weights(&benefits(&rows), correlation).unwrap();
        for (weight, expected) in weights.as_slice().iter().zip([0.25, 0.25, 0.5]) {
            close(*weight, expected, 15);
        }
    }
}

#[test]
fn f24_spearman_takes_ranks_with_their_mean_for_equal_figures() {
    // Ranks (1, 2½, 2½, 4) and (4, 1, 2, 3): Σ of products of deviations is −1, of squares 4.5 and 5.
    let rows = [[1.0, 9.0], [5.0, 1.0], [5.0, 2.0], [90.0, 3.0]];
    let weights = critic_weights(&benefits(&rows), Correlation::Spearman).unwrap();
    // With two criteria 1 − r is the same for both: weights go with the spreads on 0 … 1.
    let spread = |column: [f64; 4]| {
        let mean = column.iter().sum::<f64>() / 4.0;
        column.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt()
    };
    let (one, two) = (spread([0.0, 4.0 / 89.0, 4.0 / 89.0, 1.0]), spread([1.0, 0.0, 0.125, 0.25]));
    close(weights.as_slice()[0], one / (one + two), 14);
    // A third criterion in the order of the first shows r itself: both 1 − r are known.
    let rows = [[1.0, 9.0, 0.0], [5.0, 1.0, 0.5], [5.0, 2.0, 0.5], [90.0, 3.0, 1.0]];
    let weights = critic_weights(&benefits(&rows), Correlation::Spearman).unwrap();
    let apart = 1.0 + 1.0 / (4.5_f64 * 5.0).sqrt();
    let contents = [one * apart, two * 2.0 * apart, spread([0.0, 0.5, 0.5, 1.0]) * apart];
    close(weights.as_slice()[1], contents[1] / contents.iter().sum::<f64>(), 14);
}

#[test]
fn f24_criteria_without_contrast_or_conflict_are_typed_errors() {
    let constant = critic_weights(&benefits(&[[1.0, 2.0], [1.0, 3.0]]), Correlation::Pearson);
    assert_eq!(constant, Err(IndexError::Constant { column: 0 }));
    let rows = [[0.1, 0.7], [0.2, 1.4], [0.7, 4.9]];
    let same = critic_weights(&benefits(&rows), Correlation::Pearson);
    assert_eq!(same, Err(IndexError::NoConflict));
    let single = critic_weights(&benefits(&[[1.0], [2.0]]), Correlation::Pearson);
    assert_eq!(single, Err(IndexError::TooFew { items: "columns", least: 2, found: 1 }));
    let one = critic_weights(&benefits(&[[1.0, 2.0]]), Correlation::Pearson);
    assert_eq!(one, Err(IndexError::TooFew { items: "rows", least: 2, found: 1 }));
}

fn judged_and_measured() -> [Weights; 2] {
    [of(&[0.5396, 0.2970, 0.1634]), of(&[0.2, 0.5, 0.3])]
}

#[test]
fn f25_combinations_computed() {
    let sets = judged_and_measured();
    printed(&Combination::Multiplicative.of(&sets).unwrap(), &[0.353326, 0.486184, 0.160490]);
    printed(&Combination::RelativeEntropy.of(&sets).unwrap(), &[0.351247, 0.412026, 0.236727]);
    printed(&game_shares(&sets).unwrap(), &[0.558122, 0.441878]);
    printed(&Combination::Game.of(&sets).unwrap(), &[0.389538, 0.386701, 0.223761]);
    let linear = Combination::Linear(of(&[0.25, 0.75])).of(&sets).unwrap();
    printed(&linear, &[0.2849, 0.44925, 0.26585]);
}

#[test]
fn f25_relative_entropy_is_least_by_search() {
    let sets = judged_and_measured();
    let entropy = |weights: &[f64]| -> f64 {
        let to = |set: &Weights| -> f64 { weights.iter().zip(set.as_slice()).map(|(w, a)| w * (w / a).ln()).sum() };
        sets.iter().map(to).sum()
    };
    let found = Combination::RelativeEntropy.of(&sets).unwrap();
    let w = found.as_slice();
    for (from, to) in [(0, 1), (1, 2), (2, 0), (1, 0)] {
        let mut moved = w.to_vec();
        moved[from] -= 1e-3;
        moved[to] += 1e-3;
        assert!(entropy(&moved) > entropy(w));
    }
}

#[test]
fn f25_game_of_two_sets_by_cramers_rule() {
    let [a, b] = judged_and_measured();
    let dot = |x: &Weights, y: &Weights| x.as_slice().iter().zip(y.as_slice()).map(|(p, q)| p * q).sum::<f64>();
    let (aa, ab, bb) = (dot(&a, &a), dot(&a, &b), dot(&b, &b));
    let (first, second) = (aa * bb - ab * bb, aa * bb - ab * aa);
    let shares = game_shares(&[a, b]).unwrap();
    close(shares.as_slice()[0], first / (first + second), 14);
}

#[test]
fn f25_sets_without_a_combination_are_typed_errors() {
    let [a, b] = judged_and_measured();
    let none = Combination::Game.of(&[]);
    assert_eq!(none, Err(IndexError::TooFew { items: "sets of weights", least: 1, found: 0 }));
    let short = Combination::Multiplicative.of(&[a.clone(), of(&[0.5, 0.5])]);
    assert_eq!(short, Err(IndexError::Lengths { items: "weights", expected: 3, found: 2 }));
    let shares = Combination::Linear(of(&[1.0])).of(&[a.clone(), b.clone()]);
    assert_eq!(shares, Err(IndexError::Lengths { items: "shares", expected: 2, found: 1 }));
    for combination in [Combination::Multiplicative, Combination::RelativeEntropy] {
        let apart = combination.of(&[of(&[1.0, 0.0]), of(&[0.0, 1.0])]);
        assert_eq!(apart, Err(IndexError::NoCommonSupport));
    }
    assert_eq!(game_shares(&[a.clone(), a.clone()]), Err(IndexError::Dependent));
    assert_eq!(Combination::Game.of(std::slice::from_ref(&b)).unwrap(), b);
    // A set between the others that is shorter than they are has no part in the compromise.
    let sets = [of(&[0.9, 0.1, 0.0]), of(&[0.1, 0.9, 0.0]), of(&[0.45, 0.45, 0.1])];
    match game_shares(&sets).unwrap_err() {
        IndexError::NegativeShare { set: 2, share } => assert!(share < 0.0),
        other => panic!("{other}"),
    }
}

fn lifecycle(interpolation: Interpolation) -> LifecycleWeights {
    let stages = [("early", of(&[0.4, 0.3, 0.2, 0.1])), ("partner", of(&[0.2, 0.2, 0.2, 0.4]))];
    LifecycleWeights::new(stages, interpolation).unwrap()
}

#[test]
fn f30_lifecycle_weights_computed() {
    let half = Probability::new(0.5).unwrap();
    let linear = lifecycle(Interpolation::Linear).between("early", "partner", half).unwrap();
    printed(&linear, &[0.3, 0.25, 0.2, 0.25]);
    let ratios = lifecycle(Interpolation::LogRatio).between("early", "partner", half).unwrap();
    printed(&ratios, &[0.304856, 0.264013, 0.215566, 0.215566]);
}

#[test]
fn f30_zero_weights_force_linear_interpolation() {
    let stages = || [("prospect", of(&[1.0, 0.0])), ("partner", of(&[0.5, 0.5]))];
    let error = LifecycleWeights::new(stages(), Interpolation::LogRatio).unwrap_err();
    assert_eq!(error, IndexError::ZeroWeight { stage: "prospect".into(), index: 1 });
    let linear = LifecycleWeights::new(stages(), Interpolation::Linear).unwrap();
    let quarter = linear.between("prospect", "partner", Probability::new(0.25).unwrap()).unwrap();
    assert_eq!(quarter.as_slice(), [0.875, 0.125]);
}

#[test]
fn f30_impossible_lifecycles_are_typed_errors() {
    let none: [(&str, Weights); 0] = [];
    let error = LifecycleWeights::new(none, Interpolation::Linear).unwrap_err();
    assert_eq!(error, IndexError::TooFew { items: "stages", least: 1, found: 0 });
    let twice = [("early", of(&[1.0])), ("early", of(&[1.0]))];
    let error = LifecycleWeights::new(twice, Interpolation::Linear).unwrap_err();
    assert_eq!(error, IndexError::Duplicate { name: "early".into() });
    let uneven = [("early", of(&[1.0])), ("late", of(&[0.5, 0.5]))];
    let error = LifecycleWeights::new(uneven, Interpolation::Linear).unwrap_err();
    assert_eq!(error, IndexError::Lengths { items: "weights", expected: 1, found: 2 });
    let unknown = lifecycle(Interpolation::Linear).at("lost").unwrap_err();
    assert_eq!(unknown, IndexError::UnknownStage { name: "lost".into() });
}

fn is_on_the_simplex(weights: &Weights) -> bool {
    (weights.as_slice().iter().sum::<f64>() - 1.0).abs() < 1e-12 && weights.as_slice().iter().all(|w| *w >= 0.0)
}

pub fn some_weights(count: usize) -> impl Strategy<Value = Weights> {
    prop::collection::vec(0.01..1.0_f64, count).prop_map(|parts| Weights::proportional(parts).unwrap())
}

pub fn rows(columns: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(0.1..10.0_f64, columns), 3..8)
}

proptest! {
    #[test]
    fn entropy_weights_are_their_definition_and_know_no_unit(rows in rows(3), unit in 1e-6..1e6_f64) {
        let weights = entropy_weights(&benefits(&rows)).unwrap();
        prop_assert!(is_on_the_simplex(&weights));
        let m = rows.len() as f64;
        let diversity = |column: usize| {
            let total: f64 = rows.iter().map(|row| row[column]).sum();
            1.0 + rows.iter().map(|row| row[column] / total).map(|p| p * p.ln()).sum::<f64>() / m.ln()
        };
        let whole: f64 = (0..3).map(diversity).sum();
        for (column, weight) in weights.as_slice().iter().enumerate() {
            prop_assert!((weight - diversity(column) / whole).abs() < 1e-11);
        }
        let scaled: Vec<Vec<f64>> = rows.iter().map(|row| vec![unit * row[0], row[1], row[2] / unit]).collect();
        let again = entropy_weights(&benefits(&scaled)).unwrap();
        prop_assert!(again.as_slice().iter().zip(weights.as_slice()).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn critic_weights_are_their_definition_and_know_no_unit(rows in rows(3), unit in 1e-3..1e3_f64) {
        let senses = [Sense::Benefit, Sense::Cost, Sense::Benefit];
        let weights = critic_weights(&Table::new(senses, &rows).unwrap(), Correlation::Pearson).unwrap();
        prop_assert!(is_on_the_simplex(&weights));
        let column = |j: usize| -> Vec<f64> {
            let sign = if j == 1 { -1.0 } else { 1.0 };
            rows.iter().map(|row| sign * row[j]).collect()
        };
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let covariance = |x: &[f64], y: &[f64]| {
            let (a, b) = (mean(x), mean(y));
            x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum::<f64>()
        };
        let content = |j: usize| {
            let x = column(j);
            let range = x.iter().copied().fold(f64::MIN, f64::max) - x.iter().copied().fold(f64::MAX, f64::min);
            let conflict: f64 = (0..3).map(|k| {
                let y = column(k);
                1.0 - covariance(&x, &y) / (covariance(&x, &x) * covariance(&y, &y)).sqrt()
            }).sum();
            covariance(&x, &x).sqrt() / range * conflict
        };
        let whole: f64 = (0..3).map(content).sum();
        for (j, weight) in weights.as_slice().iter().enumerate() {
            prop_assert!((weight - content(j) / whole).abs() < 1e-10);
        }
        let scaled: Vec<Vec<f64>> = rows.iter().map(|row| vec![unit * row[0] + 7.0, row[1], row[2]]).collect();
        let again = critic_weights(&Table::new(senses, &scaled).unwrap(), Correlation::Pearson).unwrap();
        prop_assert!(again.as_slice().iter().zip(weights.as_slice()).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn combinations_stay_on_the_simplex(a in some_weights(4), b in some_weights(4), share in 0.0..=1.0_f64) {
        let linear = Combination::Linear(of(&[share, 1.0 - share]));
        let sets = [a, b];
        for combination in [linear, Combination::Multiplicative, Combination::RelativeEntropy] {
            prop_assert!(is_on_the_simplex(&combination.of(&sets).unwrap()));
        }
        match Combination::Game.of(&sets) {
            Ok(weights) => prop_assert!(is_on_the_simplex(&weights)),
            Err(error) => {
                let is_refused = matches!(error, IndexError::NegativeShare { .. } | IndexError::Dependent);
                prop_assert!(is_refused, "{}", error);
            }
        }
    }

    #[test]
    fn lifecycle_weights_stay_on_the_simplex_and_meet_their_ends(
        a in some_weights(4), b in some_weights(4), gone in 0.0..=1.0_f64,
    ) {
        for interpolation in [Interpolation::Linear, Interpolation::LogRatio] {
            let stages = [("early", a.clone()), ("late", b.clone())];
            let weights = LifecycleWeights::new(stages, interpolation).unwrap();
            let at = |gone| weights.between("early", "late", Probability::new(gone).unwrap()).unwrap();
            prop_assert!(is_on_the_simplex(&at(gone)));
            prop_assert_eq!((at(0.0), at(1.0)), (a.clone(), b.clone()));
        }
    }
}
