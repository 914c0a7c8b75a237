//! Rankings (F26, F27, F29), their robustness, and fuzzy evaluation (F28). `[T]` the test of pymcdm on the data of
//! Opricovic and Tzeng (2004), `[S]` the input of a published evaluation; `computed` for this project by other means.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use customer_value::index::{
    Admissible, Assessment, Correlation, FuzzyOperator, Grey, IndexError, Ranking, RankingMethod, Reversal, Robustness,
    Scale, Sense, Table, Topsis, Vikor, critic_weights, entropy_weights, rank_reversals, stability_radius,
};
use customer_value::{Probability, Seed, UnitError, Weights, WeightsError};
use proptest::prelude::*;

use crate::delivered_value::close;
use crate::index_weights::{benefits, of, rows, some_weights};

/// A mountain destination: cost and benefit of three alternatives.
fn mountain() -> Table {
    let rows = [[1.0, 3000.0], [2.0, 3750.0], [5.0, 4500.0]];
    Table::new([Sense::Cost, Sense::Benefit], &rows).unwrap()
}

fn half() -> Probability {
    Probability::new(0.5).unwrap()
}

fn methods() -> [RankingMethod; 7] {
    [
        RankingMethod::WeightedSum(Scale::MinMax),
        RankingMethod::WeightedSum(Scale::Sum),
        RankingMethod::WeightedSum(Scale::ZScore),
        RankingMethod::Topsis(Topsis::Vector),
        RankingMethod::Topsis(Topsis::MinMax),
        RankingMethod::Vikor(Vikor { majority: half() }),
        RankingMethod::Grey(Grey::new(0.5).unwrap()),
    ]
}

fn scores(method: RankingMethod, table: &Table, weights: &[f64]) -> Vec<f64> {
    method.rank(table, &of(weights)).unwrap().scores().to_vec()
}

fn all_close(found: &[f64], printed: &[f64], digits: i32) {
    assert_eq!(found.len(), printed.len());
    for (found, printed) in found.iter().zip(printed) {
        close(*found, *printed, digits);
    }
}

#[test]
fn f26_topsis_min_max_pymcdm_test_of_opricovic_tzeng_2004() {
    let found = scores(RankingMethod::Topsis(Topsis::MinMax), &mountain(), &[0.5, 0.5]);
    all_close(&found, &[0.500, 0.617, 0.500], 3);
}

#[test]
fn f26_topsis_vector_computed() {
    let found = scores(RankingMethod::Topsis(Topsis::Vector), &mountain(), &[0.5, 0.5]);
    all_close(&found, &[0.762141, 0.722178, 0.237859], 6);
}

#[test]
fn f26_topsis_of_one_criterion_far_from_zero_is_its_share_of_the_range() {
    let table = benefits(&[[1e15], [1e15 + 1.0], [1e15 + 3.0]]);
    for topsis in [Topsis::Vector, Topsis::MinMax] {
        let found = scores(RankingMethod::Topsis(topsis), &table, &[1.0]);
        assert_eq!((found[0], found[2]), (0.0, 1.0));
        close(found[1], 1.0 / 3.0, 15);
    }
}

#[test]
fn f26_equal_alternatives_are_halfway() {
    let table = benefits(&[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]);
    for topsis in [Topsis::Vector, Topsis::MinMax] {
        assert_eq!(scores(RankingMethod::Topsis(topsis), &table, &[0.5, 0.5]), [0.5; 3]);
    }
    // Those who differ only in what weighs nothing are equal too.
    let table = benefits(&[[1.0, 0.0], [1.0, 9.0]]);
    assert_eq!(scores(RankingMethod::Topsis(Topsis::Vector), &table, &[1.0, 0.0]), [0.5; 2]);
}

#[test]
fn f27_grey_relation_by_hand() {
    // On 0 … 1 from the best: (0, 1), (¼, ½), (1, 0); ξ = ½ / (Δ + ½).
    let found = scores(RankingMethod::Grey(Grey::new(0.5).unwrap()), &mountain(), &[0.5, 0.5]);
    all_close(&found, &[2.0 / 3.0, 0.5 * (2.0 / 3.0 + 0.5), 2.0 / 3.0], 15);
    let sharp = scores(RankingMethod::Grey(Grey::new(0.1).unwrap()), &mountain(), &[0.5, 0.5]);
    all_close(&sharp, &[0.5 * (1.0 + 1.0 / 11.0), 0.5 * (2.0 / 7.0 + 1.0 / 6.0), 0.5 * (1.0 + 1.0 / 11.0)], 15);
    let equal = benefits(&[[1.0, 2.0], [1.0, 2.0]]);
    assert_eq!(scores(RankingMethod::Grey(Grey::new(0.5).unwrap()), &equal, &[0.5, 0.5]), [1.0; 2]);
    for rho in [0.0, -0.5, 1.1] {
        assert_eq!(Grey::new(rho), Err(UnitError { quantity: "ρ", value: rho, low: 1e-100, high: 1.0 }));
    }
}

#[test]
fn f29_vikor_on_the_data_of_opricovic_tzeng_2004_by_hand() {
    let vikor = Vikor { majority: half() };
    let solution = vikor.compromise(&mountain(), &of(&[0.5, 0.5])).unwrap();
    assert_eq!(solution.regrets, [0.5, 0.375, 0.5]);
    assert_eq!(solution.greatest_regrets, [0.5, 0.25, 0.5]);
    assert_eq!(solution.compromise, [1.0, 0.0, 1.0]);
    assert_eq!((solution.order, solution.accepted), (vec![1, 0, 2], vec![1]));
    assert!(solution.has_advantage && solution.is_stable);
}

#[test]
fn f29_vikor_without_advantage_accepts_all_who_are_near() {
    // Of five, the second must be ¼ of the way behind.
    let line = |figures: &[f64]| {
        let rows: Vec<[f64; 1]> = figures.iter().map(|x| [*x]).collect();
        Vikor { majority: half() }.compromise(&benefits(&rows), &of(&[1.0])).unwrap()
    };
    let at_the_limit = line(&[4.0, 3.0, 0.0, 1.0, 2.0]);
    assert!(at_the_limit.has_advantage);
    assert_eq!(at_the_limit.accepted, [0]);
    let near = line(&[4.0, 3.5, 0.0, 1.0, 3.25]);
    assert!(!near.has_advantage && near.is_stable);
    assert_eq!(near.accepted, [0, 1, 4]);
}

#[test]
fn f29_vikor_winner_that_is_best_in_neither_regret_is_not_stable() {
    // A has the least sum of regrets, B the least greatest regret, and C, in between, the best compromise.
    let rows = [[1.0, 0.3, 1.0], [0.55, 0.55, 0.55], [0.8, 0.5, 0.8], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]];
    let solution = Vikor { majority: half() }.compromise(&benefits(&rows), &Weights::equal(3).unwrap()).unwrap();
    let least = |values: &[f64]| (0..5).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap();
    let winners = (least(&solution.regrets), least(&solution.greatest_regrets), solution.order[0]);
    assert_eq!(winners, (0, 1, 2));
    assert!(!solution.is_stable);
    assert_eq!(solution.accepted[0], 2);
}

#[test]
fn f29_vikor_of_equal_alternatives_decides_nothing() {
    let table = benefits(&[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]);
    let solution = Vikor { majority: half() }.compromise(&table, &of(&[0.5, 0.5])).unwrap();
    assert_eq!(solution.compromise, [0.0; 3]);
    assert_eq!(solution.accepted, [0, 1, 2]);
}

/// Weights by which 0.1 + 0.35 + 0.05 of the one and 0.5 of the other are equal, but not in floats.
const ROUNDED: [[f64; 5]; 2] = [[0.1, 0.35, 0.05, 0.25, 0.25], [0.1, 0.35, 0.05, 0.1, 0.4]];

fn balanced() -> Table {
    benefits(&[[1.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]])
}

#[test]
fn f29_vikor_takes_no_order_from_rounding() {
    for (weights, expected) in ROUNDED.iter().zip([[0.0, 0.5], [0.5, 0.0]]) {
        let solution = Vikor { majority: half() }.compromise(&balanced(), &of(weights)).unwrap();
        // The regret of the whole is ½ for both: the greatest single one decides.
        assert_eq!(solution.regrets, [0.5, 0.499_999_999_999_999_94]);
        assert_eq!(solution.compromise, expected);
        assert!(solution.is_stable);
    }
}

#[test]
fn robustness_takes_no_order_from_rounding() {
    let scores = [[1.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]];
    for weights in &ROUNDED {
        assert_eq!(stability_radius(&scores, &of(weights)).unwrap().get(), 1.0);
        let (method, any) = (RankingMethod::WeightedSum(Scale::MinMax), Admissible::Any);
        let sampled = Robustness::sampled(method, &balanced(), &of(weights), any, 100, Seed::new(1)).unwrap();
        assert_eq!(sampled.order_holds, 1.0);
    }
}

#[test]
fn rankings_share_ranks_and_keep_the_order_of_the_table() {
    let ranking = Ranking::new([0.3, 0.9, 0.3, -0.0, 0.0]).unwrap();
    assert_eq!(ranking.order(), [1, 0, 2, 3, 4]);
    assert_eq!(ranking.ranks(), [2, 1, 2, 4, 4]);
    assert_eq!(Ranking::new([]), Err(IndexError::TooFew { items: "scores", least: 1, found: 0 }));
    assert!(matches!(Ranking::new([f64::NAN]), Err(IndexError::Unit(UnitError { quantity: "figure", .. }))));
}

#[test]
fn rankings_of_too_few_or_unfit_tables_are_typed_errors() {
    let one = benefits(&[[1.0, 2.0]]);
    let vikor = Vikor { majority: half() };
    let few = IndexError::TooFew { items: "rows", least: 2, found: 1 };
    assert_eq!(vikor.compromise(&one, &of(&[0.5, 0.5])), Err(few.clone()));
    assert_eq!(RankingMethod::Vikor(vikor).rank(&one, &of(&[0.5, 0.5])), Err(few));
    for method in methods() {
        let short = method.rank(&mountain(), &of(&[1.0]));
        assert_eq!(short, Err(IndexError::Lengths { items: "weights", expected: 2, found: 1 }));
    }
    let negative = benefits(&[[1.0], [-1.0]]);
    let source = UnitError { quantity: "figure", value: -1.0, low: 0.0, high: 1e100 };
    let error = RankingMethod::WeightedSum(Scale::Sum).rank(&negative, &of(&[1.0]));
    assert_eq!(error, Err(IndexError::Figure { row: 1, column: 0, source }));
    let two = rank_reversals(methods()[0], &benefits(&[[1.0], [2.0]]), &of(&[1.0]));
    assert_eq!(two, Err(IndexError::TooFew { items: "rows", least: 3, found: 2 }));
}

#[test]
fn leaving_out_an_extreme_customer_reverses_min_max_sums() {
    let table = benefits(&[[2.0, 4.0], [1.0, 5.0], [9.0, 1.0]]);
    let weights = of(&[0.55, 0.45]);
    let reversals = rank_reversals(RankingMethod::WeightedSum(Scale::MinMax), &table, &weights).unwrap();
    // Among all: .40625, .45, .55. Without the third the first two stand (1, 0) and (0, 1).
    assert!(reversals.contains(&Reversal { removed: 2, ahead: 1, behind: 0 }));
    // Customers who dominate each other keep their places whoever leaves.
    let ladder = benefits(&[[1.0, 2.0], [3.0, 4.0], [2.0, 3.0], [9.0, 9.0]]);
    for method in methods() {
        assert_eq!(rank_reversals(method, &ladder, &weights), Ok(vec![]), "{method:?}");
    }
}

#[test]
fn robustness_of_two_criteria_is_the_length_of_an_interval() {
    // The first is ahead where w₁ · 1 > (1 − w₁) · ½, from w₁ = ⅓ on.
    let table = benefits(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]);
    let two = benefits(&[[1.0, 0.5], [0.0, 1.0], [0.0, 0.0]]);
    let method = RankingMethod::WeightedSum(Scale::MinMax);
    let draws = 40_000;
    let held = |table: &Table, weights: &[f64], admissible| {
        Robustness::sampled(method, table, &of(weights), admissible, draws, Seed::new(11)).unwrap()
    };
    let near = |robustness: &Robustness, share: f64| {
        let error = robustness.standard_error().max(1e-3);
        assert!((robustness.order_holds - share).abs() < 4.0 * error, "{robustness:?} {share}");
    };
    near(&held(&two, &[0.6, 0.4], Admissible::Any), 2.0 / 3.0);
    // In the order w₁ ≥ w₂ it always holds.
    let ordered = held(&two, &[0.6, 0.4], Admissible::SameOrder);
    assert_eq!((ordered.order_holds, ordered.standard_error()), (1.0, 0.0));
    assert_eq!(ordered.best, [1.0, 0.0, 0.0]);
    // Of half the weights replaced, w₁ is from .3 to .8 uniformly: above ⅓ with probability (.8 − ⅓) / .5.
    near(&held(&two, &[0.6, 0.4], Admissible::Within(half())), (0.8 - 1.0 / 3.0) / 0.5);
    // Whatever the third criterion weighs, the first is ahead of the second where w₁ > w₂.
    let corners = held(&table, &[0.5, 0.3, 0.2], Admissible::Any);
    near(&corners, 0.5);
    assert_eq!(corners.draws, draws);
    assert!((corners.best[0] - 0.5).abs() < 0.01 && corners.best[2] == 0.0);
    assert_eq!(held(&two, &[0.6, 0.4], Admissible::Any), held(&two, &[0.6, 0.4], Admissible::Any));
    let none = Robustness::sampled(method, &two, &of(&[0.6, 0.4]), Admissible::Any, 0, Seed::new(1));
    assert_eq!(none, Err(IndexError::TooFew { items: "draws", least: 1, found: 0 }));
}

#[test]
fn stability_radius_by_hand_and_its_extremes() {
    let radius = |scores: &[[f64; 2]], weights: &[f64]| stability_radius(scores, &of(weights)).unwrap().get();
    close(radius(&[[1.0, 0.5], [0.0, 1.0]], &[0.6, 0.4]), 0.4 / 0.9, 15);
    // Who is better in everything stays ahead; those who are equal have no order to lose.
    assert_eq!(radius(&[[1.0, 1.0], [0.0, 0.0]], &[0.6, 0.4]), 1.0);
    assert_eq!(radius(&[[1.0, 0.0], [0.0, 1.0]], &[0.5, 0.5]), 1.0);
    assert_eq!(radius(&[[1.0, 0.0]], &[0.5, 0.5]), 1.0);
    let none: [[f64; 2]; 0] = [];
    let error = stability_radius(&none, &of(&[1.0]));
    assert_eq!(error, Err(IndexError::TooFew { items: "scores", least: 1, found: 0 }));
    let error = stability_radius(&[[1.0, 2.0]], &of(&[1.0]));
    assert_eq!(error, Err(IndexError::Lengths { items: "scores of a customer", expected: 1, found: 2 }));
    let error = stability_radius(&[[f64::NAN]], &of(&[1.0]));
    assert!(matches!(error, Err(IndexError::Unit(UnitError { quantity: "figure", .. }))));
}

fn published_input() -> (Weights, [Assessment; 4]) {
    let rows = [[0.5, 0.3, 0.2, 0.0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.5, 0.1], [0.0, 0.2, 0.4, 0.4]];
    (of(&[0.4, 0.3, 0.2, 0.1]), rows.map(|row| Assessment::new(row).unwrap()))
}

#[test]
fn f28_fuzzy_evaluation_of_a_published_input() {
    let (weights, parts) = published_input();
    let by = |operator: FuzzyOperator| operator.combine(&weights, &parts).unwrap();
    let mean = by(FuzzyOperator::WeightedMean);
    all_close(mean.memberships(), &[0.28, 0.32, 0.31, 0.09], 15);
    close(mean.score(&[95.0, 82.0, 67.0, 50.0]).unwrap(), 78.11, 13);
    assert_eq!(mean.leading(), [1]);
    let min_max = by(FuzzyOperator::MinMax);
    assert_eq!(min_max.memberships(), [0.4, 0.3, 0.3, 0.1]);
    all_close(min_max.shares().unwrap().as_slice(), &[0.363636, 0.272727, 0.272727, 0.090909], 6);
    assert_eq!(min_max.leading(), [0]);
    // By hand: the greatest of .20, .06, .02, 0 and so on; sums of .4, .2, .1, 0 and so on.
    all_close(by(FuzzyOperator::ProductMax).memberships(), &[0.20, 0.12, 0.10, 0.04], 15);
    all_close(by(FuzzyOperator::BoundedSum).memberships(), &[0.7, 0.9, 0.8, 0.3], 15);
}

#[test]
fn f28_levels_feed_upward() {
    let (weights, parts) = published_input();
    let product = FuzzyOperator::WeightedMean.combine(&weights, &parts).unwrap();
    let staff = Assessment::survey([6, 2, 1, 1]).unwrap();
    let whole = FuzzyOperator::WeightedMean.combine(&of(&[0.7, 0.3]), &[product, staff]).unwrap();
    // The same as all five parts with global weights.
    all_close(whole.memberships(), &[0.7 * 0.28 + 0.18, 0.7 * 0.32 + 0.06, 0.7 * 0.31 + 0.03, 0.7 * 0.09 + 0.03], 15);
}

#[test]
fn f28_impossible_assessments_are_typed_errors() {
    assert_eq!(Assessment::new([]), Err(IndexError::TooFew { items: "grades", least: 1, found: 0 }));
    assert_eq!(Assessment::new([0.0, 0.0]), Err(IndexError::NothingToScore));
    for membership in [-0.1, 1.1] {
        let unit = UnitError { quantity: "membership", value: membership, low: 0.0, high: 1.0 };
        assert_eq!(Assessment::new([0.5, membership]), Err(IndexError::Unit(unit)));
    }
    assert!(matches!(Assessment::new([f64::NAN]), Err(IndexError::Unit(UnitError { quantity: "membership", .. }))));
    assert_eq!(Assessment::survey([0, 0]), Err(IndexError::Weights(WeightsError::Sum { sum: 0.0 })));
    let (weights, parts) = published_input();
    let operator = FuzzyOperator::WeightedMean;
    let none = operator.combine(&weights, &[]);
    assert_eq!(none, Err(IndexError::TooFew { items: "parts", least: 1, found: 0 }));
    let short = operator.combine(&weights, &parts[..3]);
    assert_eq!(short, Err(IndexError::Lengths { items: "weights", expected: 3, found: 4 }));
    let grades = operator.combine(&of(&[0.5, 0.5]), &[parts[0].clone(), Assessment::new([1.0]).unwrap()]);
    assert_eq!(grades, Err(IndexError::Lengths { items: "grades", expected: 4, found: 1 }));
    let score = parts[0].score(&[1.0]);
    assert_eq!(score, Err(IndexError::Lengths { items: "scores of grades", expected: 4, found: 1 }));
    let vanishing = [Assessment::new([0.0, 1e-200]).unwrap(), Assessment::new([1e-200, 0.0]).unwrap()];
    let weights = of(&[1e-200, 1.0]);
    let whole = FuzzyOperator::ProductMax.combine(&weights, &vanishing).unwrap();
    assert_eq!(whole.memberships(), [1e-200, 0.0]);
    // Equal memberships lead together.
    assert_eq!(Assessment::new([0.4, 0.4, 0.2]).unwrap().leading(), [0, 1]);
}

/// Figures at the ends of the range, and numbers whose squares are none.
fn extreme() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-1e100),
        Just(1e100),
        Just(5e-324),
        Just(1e-300),
        Just(1e-160),
        Just(1.0),
        Just(1.0 + f64::EPSILON),
        -10.0..10.0_f64,
    ]
}

proptest! {
    #[test]
    fn extreme_figures_give_finite_scores_or_typed_errors(
        rows in prop::collection::vec(prop::collection::vec(extreme(), 3), 2..6), target in extreme(),
        parts in prop::collection::vec(0.0..1.0_f64, 3),
    ) {
        let table = Table::new([Sense::Benefit, Sense::Cost, Sense::Target(target)], &rows).unwrap();
        let Ok(weights) = Weights::proportional(parts) else { return Ok(()) };
        for method in methods() {
            match method.rank(&table, &weights) {
                Ok(ranking) => prop_assert!(ranking.scores().iter().all(|score| score.is_finite())),
                Err(error) => {
                    let is_typed = matches!(
                        error,
                        IndexError::Figure { .. } | IndexError::Unit(_) | IndexError::TooLarge { .. }
                    );
                    prop_assert!(is_typed, "{}", error);
                }
            }
        }
        for weights in [entropy_weights(&table), critic_weights(&table, Correlation::Pearson)].into_iter().flatten() {
            prop_assert!(weights.as_slice().iter().all(|weight| weight.is_finite()));
        }
    }

    #[test]
    fn rankings_know_no_unit_and_bounded_scores_keep_their_bounds(
        rows in rows(3), weights in some_weights(3), unit in 1e-3..1e3_f64,
    ) {
        let senses = [Sense::Benefit, Sense::Cost, Sense::Benefit];
        let table = Table::new(senses, &rows).unwrap();
        let scaled: Vec<Vec<f64>> = rows.iter().map(|row| vec![unit * row[0], row[1] / unit, row[2]]).collect();
        let scaled = Table::new(senses, &scaled).unwrap();
        for method in methods() {
            let (ranking, again) = (method.rank(&table, &weights).unwrap(), method.rank(&scaled, &weights).unwrap());
            for (score, again) in ranking.scores().iter().zip(again.scores()) {
                // Nearly equal columns lose the digits that their figures share.
                prop_assert!((score - again).abs() < 1e-9, "{method:?}");
                prop_assert!(method == methods()[2] || (-1e-12..=1.0 + 1e-12).contains(score), "{method:?} {score}");
            }
        }
    }

    #[test]
    fn topsis_is_its_definition(rows in rows(3), weights in some_weights(3)) {
        let found = RankingMethod::Topsis(Topsis::Vector).rank(&benefits(&rows), &weights).unwrap();
        let column = |j: usize| rows.iter().map(move |row| row[j]);
        let v = |i: usize, j: usize| {
            weights.as_slice()[j] * rows[i][j] / column(j).map(|x| x * x).sum::<f64>().sqrt()
        };
        let all = || 0..rows.len();
        let distance = |i: usize, to: fn(f64, f64) -> f64| -> f64 {
            (0..3).map(|j| (v(i, j) - all().map(|k| v(k, j)).reduce(to).unwrap()).powi(2)).sum::<f64>().sqrt()
        };
        for i in all() {
            let (up, down) = (distance(i, f64::max), distance(i, f64::min));
            prop_assert!((found.scores()[i] - down / (up + down)).abs() < 1e-13);
        }
    }

    #[test]
    fn the_best_in_everything_is_never_behind(rows in rows(3), weights in some_weights(3)) {
        let mut rows = rows;
        rows.push(vec![11.0, 11.0, 11.0]);
        let best = rows.len() - 1;
        for method in methods() {
            let ranking = method.rank(&benefits(&rows), &weights).unwrap();
            prop_assert_eq!(ranking.order()[0], best);
        }
    }

    #[test]
    fn no_weights_inside_the_radius_change_the_order_and_some_beyond_do(
        rows in rows(3), weights in some_weights(3), other in some_weights(3), inside in 0.0..0.999_f64,
    ) {
        let radius = stability_radius(&rows, &weights).unwrap().get();
        let order = |mix: f64, other: &[f64]| {
            let pairs = weights.as_slice().iter().zip(other);
            let mixed: Vec<f64> = pairs.map(|(a, b)| (1.0 - mix) * a + mix * b).collect();
            let scores: Vec<f64> = rows.iter().map(|row| row.iter().zip(&mixed).map(|(x, w)| x * w).sum()).collect();
            Ranking::new(scores).unwrap().order()
        };
        let base = order(0.0, &[0.0; 3]);
        prop_assert_eq!(order(inside * radius, other.as_slice()), base.clone());
        let corners = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        for corner in corners {
            prop_assert_eq!(order(inside * radius, &corner), base.clone());
        }
        if radius < 0.99 {
            prop_assert!(corners.iter().any(|corner| order(1.001 * radius + 1e-12, corner) != base));
        }
    }

    #[test]
    fn weighted_means_of_surveys_are_surveys(
        votes in prop::collection::vec(prop::collection::vec(1_u32..50, 4), 3), weights in some_weights(3),
    ) {
        let parts: Vec<Assessment> = votes.into_iter().map(|votes| Assessment::survey(votes).unwrap()).collect();
        let by = |operator: FuzzyOperator| operator.combine(&weights, &parts).unwrap().memberships().to_vec();
        let mean = by(FuzzyOperator::WeightedMean);
        prop_assert!((mean.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        let pairs = by(FuzzyOperator::ProductMax).into_iter().zip(mean).zip(by(FuzzyOperator::MinMax));
        for (((product, mean), min_max), bounded) in pairs.zip(by(FuzzyOperator::BoundedSum)) {
            prop_assert!(product <= mean && product <= min_max && min_max <= bounded && mean <= bounded + 1e-15);
        }
    }
}
