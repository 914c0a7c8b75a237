//! Scales and trees (F19, F20), what was planned and reached, and limits of control. `[C]` numbers were computed for
//! this project by other means.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use customer_value::index::{
    Constant, ControlLimits, ControlVerdict, Disconfirmation, Evidence, IndexError, Indicator, LoyaltyPhase, Missing,
    Node, Scale, Scaler, Scales, Sense, Table, Tree, attainment,
};
use customer_value::{Currency, Money, MoneyError, Probability, UnitError, Weights, WeightsError};
use proptest::prelude::*;

use crate::delivered_value::close;

const SCALES: [Scale; 6] =
    [Scale::MinMax, Scale::ZScore, Scale::Vector, Scale::Sum, Scale::RatioToBest, Scale::Percentile];

fn scores(scale: Scale, sense: Sense, figures: &[f64]) -> Vec<f64> {
    let scaler = Scaler::fit(scale, sense, figures).unwrap();
    figures.iter().map(|figure| scaler.score(*figure).unwrap()).collect()
}

fn figure(value: f64) -> UnitError {
    UnitError { quantity: "figure", value, low: -1e100, high: 1e100 }
}

#[test]
fn f19_imd_standardised_values_computed() {
    let figures = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
    let found = scores(Scale::ZScore, Sense::Benefit, &figures);
    assert_eq!(found, [-1.5, -0.5, -0.5, -0.5, 0.0, 0.0, 1.0, 2.0]);
    let costs = scores(Scale::ZScore, Sense::Cost, &figures);
    assert_eq!(costs, found.iter().map(|z| -z).collect::<Vec<_>>());
}

#[test]
fn f20_scales_by_their_definitions() {
    let figures = [1.0, 2.0, 5.0];
    let of = |scale, sense| scores(scale, sense, &figures);
    assert_eq!(of(Scale::MinMax, Sense::Benefit), [0.0, 0.25, 1.0]);
    assert_eq!(of(Scale::MinMax, Sense::Cost), [1.0, 0.75, 0.0]);
    assert_eq!(of(Scale::Sum, Sense::Benefit), [0.125, 0.25, 0.625]);
    // 1/x is 1, ½, ⅕: before scaling, so that the sum is 1 again.
    for (score, expected) in of(Scale::Sum, Sense::Cost).into_iter().zip([10.0 / 17.0, 5.0 / 17.0, 2.0 / 17.0]) {
        close(score, expected, 15);
    }
    assert_eq!(of(Scale::RatioToBest, Sense::Benefit), [0.2, 0.4, 1.0]);
    assert_eq!(of(Scale::RatioToBest, Sense::Cost), [1.0, 0.5, 0.2]);
    for (score, x) in of(Scale::Vector, Sense::Benefit).into_iter().zip(figures) {
        close(score, x / 30.0_f64.sqrt(), 15);
    }
    assert_eq!(of(Scale::Percentile, Sense::Benefit), [1.0 / 6.0, 0.5, 5.0 / 6.0]);
    assert_eq!(of(Scale::Percentile, Sense::Cost), [5.0 / 6.0, 0.5, 1.0 / 6.0]);
}

#[test]
fn f20_nominal_the_best_scores_1_on_the_target_and_0_farthest_away() {
    let found = scores(Scale::MinMax, Sense::Target(4.0), &[1.0, 2.0, 5.0]);
    close(found[1], 1.0 / 3.0, 15);
    close(found[2], 2.0 / 3.0, 15);
    assert_eq!(found[0], 0.0);
    let scaler = Scaler::fit(Scale::MinMax, Sense::Target(4.0), &[1.0, 2.0, 5.0]).unwrap();
    assert_eq!(scaler.score(4.0), Ok(1.0));
    // Shares of the best: half the target is as far as its double.
    let ratio = Scaler::fit(Scale::RatioToBest, Sense::Target(4.0), &[2.0, 4.0, 8.0]).unwrap();
    assert_eq!([2.0, 4.0, 8.0, 1.0].map(|x| ratio.score(x).unwrap()), [0.5, 1.0, 0.5, 0.25]);
}

#[test]
fn f20_new_customers_are_scored_on_the_old_scale() {
    let scaler = Scaler::fit(Scale::ZScore, Sense::Benefit, &[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
    assert_eq!(scaler.score(11.0), Ok(3.0));
    // The customers of later days score each other's profit by who was worse then; equal ones count half.
    let profit = Scaler::fit(Scale::Percentile, Sense::Benefit, &[-10.0, 0.0, 20.0, 20.0]).unwrap();
    assert_eq!([-50.0, -5.0, 20.0, 90.0].map(|x| profit.score(x).unwrap()), [0.0, 0.25, 0.75, 1.0]);
}

#[test]
fn f20_constant_columns_follow_the_policy() {
    let table = Table::new([Sense::Benefit, Sense::Cost], &[[1.0, 0.1], [2.0, 0.1], [3.0, 0.1]]).unwrap();
    for (scale, middle) in [(Scale::MinMax, 0.5), (Scale::ZScore, 0.0)] {
        let neutral = Scales::fit(scale, &table, Constant::Neutral).unwrap();
        assert_eq!(neutral.score(&[2.0, 0.7]).unwrap()[1], Some(middle));
        let dropped = Scales::fit(scale, &table, Constant::Drop).unwrap();
        assert_eq!(dropped.score(&[2.0, 0.7]).unwrap()[1], None);
        assert_eq!(dropped.columns()[1], None);
        assert_eq!(Scales::fit(scale, &table, Constant::Reject), Err(IndexError::Constant { column: 1 }));
    }
    // Half the least number above 0 is no number: nobody is a deviation apart.
    let least = Scaler::fit(Scale::ZScore, Sense::Benefit, &[0.0, 5e-324]);
    assert_eq!(least, Err(IndexError::Constant { column: 0 }));
    // One customer is constant in everything; nobody is ahead of them.
    assert_eq!(Scaler::fit(Scale::ZScore, Sense::Benefit, &[3.0]), Err(IndexError::Constant { column: 0 }));
    assert_eq!(scores(Scale::Percentile, Sense::Benefit, &[3.0]), [0.5]);
    for scale in [Scale::Vector, Scale::Sum, Scale::RatioToBest] {
        let zeros = Scaler::fit(scale, Sense::Benefit, &[0.0, 0.0]);
        assert_eq!(zeros, Err(IndexError::Constant { column: 0 }));
        let ones = scores(scale, Sense::Benefit, &[1.0, 1.0]);
        assert_eq!(ones[0], ones[1]);
    }
}

#[test]
fn f20_figures_that_no_scale_can_take_are_typed_errors() {
    let none = Scaler::fit(Scale::MinMax, Sense::Benefit, &[]);
    assert_eq!(none, Err(IndexError::TooFew { items: "figures", least: 1, found: 0 }));
    let large = Scaler::fit(Scale::MinMax, Sense::Benefit, &[1.0, 1e101]);
    assert_eq!(large, Err(IndexError::Figure { row: 1, column: 0, source: figure(1e101) }));
    for bad in [f64::NAN, f64::INFINITY] {
        let error = Table::new([Sense::Benefit; 2], &[[1.0, 2.0], [1.0, bad]]).unwrap_err();
        assert!(matches!(error, IndexError::Figure { row: 1, column: 1, .. }), "{error}");
        for scale in SCALES {
            let scaler = Scaler::fit(scale, Sense::Benefit, &[1.0, 2.0]).unwrap();
            assert!(matches!(scaler.score(bad), Err(IndexError::Unit(UnitError { quantity: "figure", .. }))));
        }
    }
    let least = |value, low| UnitError { quantity: "figure", value, low, high: 1e100 };
    for scale in [Scale::Sum, Scale::RatioToBest] {
        let negative = Scaler::fit(scale, Sense::Benefit, &[1.0, -1.0]);
        assert_eq!(negative, Err(IndexError::Figure { row: 1, column: 0, source: least(-1.0, 0.0) }));
        let free = Scaler::fit(scale, Sense::Cost, &[0.0, 1.0]);
        assert_eq!(free, Err(IndexError::Figure { row: 0, column: 0, source: least(0.0, 1e-100) }));
        let target = UnitError { quantity: "target", value: 0.0, low: 1e-100, high: 1e100 };
        assert_eq!(Scaler::fit(scale, Sense::Target(0.0), &[1.0]), Err(IndexError::Unit(target)));
    }
    let tiny = Scaler::fit(Scale::MinMax, Sense::Benefit, &[0.0, 5e-324]).unwrap();
    assert_eq!(tiny.score(1e100), Err(IndexError::TooLarge { quantity: "score" }));
    let target = Table::new([Sense::Target(f64::INFINITY)], &[[1.0]]).unwrap_err();
    assert!(matches!(target, IndexError::Unit(UnitError { quantity: "target", .. })));
}

#[test]
fn tables_need_rows_and_columns_that_fit() {
    let none: [[f64; 1]; 0] = [];
    let error = Table::new([Sense::Benefit], &none).unwrap_err();
    assert_eq!(error, IndexError::TooFew { items: "rows", least: 1, found: 0 });
    let error = Table::new([], &[[1.0]]).unwrap_err();
    assert_eq!(error, IndexError::TooFew { items: "columns", least: 1, found: 0 });
    let error = Table::new([Sense::Benefit; 2], &[vec![1.0, 2.0], vec![1.0]]).unwrap_err();
    assert_eq!(error, IndexError::RowLength { row: 1, expected: 2, found: 1 });
}

fn leaf(name: &str, evidence: Evidence) -> Indicator {
    Indicator::new(name, Sense::Benefit, evidence).unwrap()
}

fn node(name: &str) -> Node {
    Node::leaf(leaf(name, Evidence::Hard))
}

#[test]
fn f19_imd_rule_of_twenty_equal_sub_factors_published() {
    // Four factors of five sub-factors: each has 5 %, however many criteria are in it.
    let sub_factor = |name: String, surveys: usize| {
        let hard = [leaf(&format!("{name} hard 1"), Evidence::Hard), leaf(&format!("{name} hard 2"), Evidence::Hard)];
        let asked = (0..surveys).map(|place| leaf(&format!("{name} survey {place}"), Evidence::Survey));
        Node::imd(name.clone(), hard.into_iter().chain(asked).collect::<Vec<_>>()).unwrap()
    };
    let factor = |factor: usize| {
        let parts = (0..5).map(|part| sub_factor(format!("{factor}.{part}"), part)).collect::<Vec<_>>();
        (format!("factor {factor}"), parts)
    };
    let tree = Tree::imd("competitiveness", (0..4).map(factor)).unwrap();
    let share = |prefix: &str, word: &str| -> f64 {
        let leaves = tree.leaves();
        let of = leaves
            .iter()
            .filter(|leaf| leaf.indicator.name().starts_with(prefix) && leaf.indicator.name().contains(word));
        of.map(|leaf| leaf.weight).sum()
    };
    for (sub_factor, hard) in [("0.0", 0.05), ("1.3", 0.05 * 2.0 / 3.0), ("3.4", 0.05 * 2.0 / 3.0)] {
        close(share(sub_factor, ""), 0.05, 15);
        close(share(sub_factor, "hard"), hard, 15);
    }
    let weights = tree.weights();
    close(weights.as_slice().iter().sum(), 1.0, 14);
}

#[test]
fn f19_missing_leaves_follow_the_policy() {
    let money = Node::branch("money", Weights::new([0.5, 0.3, 0.2]).unwrap(), ["a", "b", "c"].map(node)).unwrap();
    let tree = Node::branch("all", Weights::new([0.6, 0.4]).unwrap(), [money, node("d")]).unwrap();
    let tree = Tree::new(tree).unwrap();
    let of = |scores: [Option<f64>; 4]| tree.score(&scores, Missing::Renormalise);
    let full = of([Some(1.0), Some(2.0), Some(3.0), Some(4.0)]).unwrap();
    close(full.total(), 0.6 * 1.7 + 1.6, 15);
    close(full.branch("money").unwrap(), 1.7, 15);
    assert_eq!(full.branch("d"), None);
    let without_b = of([Some(1.0), None, Some(3.0), Some(4.0)]).unwrap();
    close(without_b.total(), 0.6 * (0.5 + 0.6) / 0.7 + 1.6, 15);
    let weights: Vec<f64> = without_b.contributions().iter().map(|part| part.weight).collect();
    close(weights.iter().sum(), 1.0, 15);
    assert_eq!((weights[1], without_b.contributions()[1].score), (0.0, None));
    // A branch of which nothing is known gives its weight to its sibling.
    let only_d = of([None, None, None, Some(4.0)]).unwrap();
    assert_eq!((only_d.total(), only_d.branch("money")), (4.0, None));
    assert_eq!(of([None; 4]), Err(IndexError::NothingToScore));
    let fail = tree.score(&[Some(1.0), None, Some(3.0), Some(4.0)], Missing::Fail);
    assert_eq!(fail, Err(IndexError::Missing { name: "b".into() }));
    close(tree.completeness(&[Some(1.0), None, None, Some(4.0)]).unwrap(), 0.7, 15);
    assert_eq!(tree.completeness(&[None; 4]), Ok(0.0));
}

#[test]
fn f19_what_is_known_but_weighs_nothing_is_no_score() {
    let tree =
        Tree::new(Node::branch("all", Weights::new([1.0, 0.0]).unwrap(), ["a", "b"].map(node)).unwrap()).unwrap();
    assert_eq!(tree.score(&[None, Some(1.0)], Missing::Renormalise), Err(IndexError::NothingToScore));
}

#[test]
fn f19_a_branch_that_weighs_next_to_nothing_has_its_mean() {
    let light = Node::branch("light", Weights::new([0.25, 0.75]).unwrap(), ["a", "b"].map(node)).unwrap();
    let weights = Weights::new([5e-324, 1.0]).unwrap();
    let tree = Tree::new(Node::branch("all", weights, [light, node("c")]).unwrap()).unwrap();
    let score = tree.score(&[Some(2.0), Some(6.0), Some(1.0)], Missing::Fail).unwrap();
    assert_eq!((score.branch("light"), score.branch("all")), (Some(5.0), Some(1.0)));
}

#[test]
fn f19_impossible_trees_and_scores_are_typed_errors() {
    let twice = Tree::new(Node::equal("all", [node("a"), node("a")]).unwrap());
    assert_eq!(twice, Err(IndexError::Duplicate { name: "a".into() }));
    let empty = Node::equal("all", []);
    assert_eq!(empty, Err(IndexError::Weights(WeightsError::Empty)));
    let uneven = Node::branch("all", Weights::equal(3).unwrap(), [node("a")]);
    assert_eq!(uneven, Err(IndexError::Lengths { items: "parts of a branch", expected: 3, found: 1 }));
    assert_eq!(Node::imd("all", []), Err(IndexError::TooFew { items: "indicators", least: 1, found: 0 }));
    let deepest = (1..32).fold(node("leaf"), |below, level| Node::equal(level.to_string(), [below]).unwrap());
    assert_eq!(Node::equal("all", [deepest]), Err(IndexError::TooDeep { name: "all".into(), limit: 32 }));

    let tree = Tree::new(Node::equal("all", [node("a"), node("b")]).unwrap()).unwrap();
    let short = tree.score(&[Some(1.0)], Missing::Renormalise);
    assert_eq!(short, Err(IndexError::Lengths { items: "scores", expected: 2, found: 1 }));
    let large = tree.score(&[Some(1.0), Some(-1e101)], Missing::Renormalise);
    assert_eq!(large, Err(IndexError::Score { name: "b".into(), source: figure(-1e101) }));
    let unknown = tree.clone().with_weights("b", &Weights::equal(2).unwrap());
    assert_eq!(unknown, Err(IndexError::UnknownBranch { name: "b".into() }));
    let uneven = tree.with_weights("all", &Weights::equal(3).unwrap());
    assert_eq!(uneven, Err(IndexError::Lengths { items: "weights", expected: 2, found: 3 }));
    let target = Indicator::new("stock", Sense::Target(f64::NAN), Evidence::Hard).unwrap_err();
    assert_eq!(target.quantity, "target");
}

#[test]
fn templates_are_trees_whose_weights_sum_to_1() {
    let trees = [
        (Tree::four_dimensions(), 17),
        (Tree::channel_member(), 11),
        (Tree::supplier(), 11),
        (Tree::customer_desk(), 8),
        (Tree::relationship_capability(), 8),
    ];
    for (tree, leaves) in trees {
        assert_eq!(tree.leaves().len(), leaves, "{}", tree.name());
        close(tree.weights().as_slice().iter().sum(), 1.0, 14);
        // The names are unique: the tree is built again through the public door.
        assert_eq!(Tree::new(tree.clone().into()), Ok(tree));
    }
    let weights = Weights::new([0.4, 0.3, 0.2, 0.1]).unwrap();
    let tree = Tree::four_dimensions().with_weights("customer", &weights).unwrap();
    let score = tree.score(&[Some(0.5); 17], Missing::Fail).unwrap();
    let branches = ["financial", "market", "management", "learning and growth"];
    for (name, weight) in branches.into_iter().zip(weights.as_slice()) {
        let branch = score.branches().iter().find(|branch| branch.name == name).unwrap();
        assert_eq!(branch.weight, *weight);
        close(branch.score.unwrap(), 0.5, 15);
    }
}

#[test]
fn fitted_indices_leave_gaps_to_the_policy_and_name_impossible_rows() {
    let tree = || Tree::new(Node::equal("all", [node("a"), node("b")]).unwrap()).unwrap();
    let rows = [[Some(1.0), Some(7.0)], [Some(3.0), None], [None, Some(7.0)]];
    let dropped = tree().fit(Scale::MinMax, &rows, Constant::Drop).unwrap();
    assert_eq!(dropped.score(&rows[0], Missing::Renormalise).unwrap().total(), 0.0);
    assert_eq!(dropped.score(&rows[2], Missing::Renormalise), Err(IndexError::NothingToScore));
    let neutral = tree().fit(Scale::MinMax, &rows, Constant::Neutral).unwrap();
    assert_eq!(neutral.score(&rows[0], Missing::Fail).unwrap().total(), 0.25);
    assert_eq!(tree().fit(Scale::MinMax, &rows, Constant::Reject), Err(IndexError::Constant { column: 1 }));
    let none: [[Option<f64>; 2]; 0] = [];
    let error = tree().fit(Scale::MinMax, &none, Constant::Drop).unwrap_err();
    assert_eq!(error, IndexError::TooFew { items: "customers", least: 1, found: 0 });
    let error = tree().fit(Scale::MinMax, &[[Some(1.0), None]], Constant::Drop).unwrap_err();
    assert_eq!(error, IndexError::TooFew { items: "figures", least: 1, found: 0 });
    let error = tree().fit(Scale::MinMax, &[vec![Some(1.0)]], Constant::Drop).unwrap_err();
    assert_eq!(error, IndexError::RowLength { row: 0, expected: 2, found: 1 });
    let error = tree().fit(Scale::MinMax, &[[None, Some(1.0)], [Some(2e100), None]], Constant::Drop).unwrap_err();
    assert_eq!(error, IndexError::Figure { row: 1, column: 0, source: figure(2e100) });
    let error = neutral.score(&[Some(1.0), Some(2e100)], Missing::Fail);
    // A neutral column scores everybody alike, but no figure that is out of range.
    assert_eq!(error, Err(IndexError::Figure { row: 0, column: 1, source: figure(2e100) }));
}

#[test]
fn attainment_of_plans_per_period_and_cumulative() {
    let eur = |major: i64| Money::from_minor(100 * major, Currency::EUR);
    let periods = attainment(&[eur(100), eur(0), eur(50)], &[eur(90), eur(30), eur(60)]).unwrap();
    let ratios: Vec<_> = periods.iter().map(|at| (at.period.ratio(), at.cumulative.ratio())).collect();
    // Nothing planned has no share; cumulatively there was a plan.
    assert_eq!(ratios, [(Some(0.9), Some(0.9)), (None, Some(1.2)), (Some(1.2), Some(1.2))]);
    assert_eq!((periods[0].period.ahead, periods[2].cumulative.ahead), (eur(-10), eur(30)));
    assert_eq!(attainment(&[], &[]), Err(IndexError::TooFew { items: "periods", least: 1, found: 0 }));
    let short = attainment(&[eur(1), eur(1)], &[eur(1)]);
    assert_eq!(short, Err(IndexError::Lengths { items: "results", expected: 2, found: 1 }));
    let mixed = attainment(&[eur(1)], &[Money::from_minor(100, Currency::USD)]);
    assert!(matches!(mixed, Err(IndexError::Money(MoneyError::CurrencyMismatch { .. }))), "{mixed:?}");
}

#[test]
fn changes_of_the_index_add_up() {
    let tree = Tree::new(Node::equal("all", [node("a"), node("b")]).unwrap()).unwrap();
    let before = tree.score(&[Some(0.25), Some(0.5)], Missing::Fail).unwrap();
    let now = tree.score(&[Some(0.75), None], Missing::Renormalise).unwrap();
    let changes = now.change_from(&before).unwrap();
    assert_eq!(changes.iter().map(|change| change.amount).collect::<Vec<_>>(), [0.625, -0.25]);
    assert_eq!(changes.iter().map(|change| change.amount).sum::<f64>(), now.total() - before.total());
    let other = Tree::new(Node::equal("all", [node("b"), node("a")]).unwrap()).unwrap();
    let other = other.score(&[Some(0.75), None], Missing::Renormalise).unwrap();
    let expected = IndexError::Lengths { items: "indicators of the same name", expected: 2, found: 0 };
    assert_eq!(other.change_from(&before), Err(expected));
}

#[test]
fn control_limits_by_moving_ranges() {
    // Mean move 2, σ = 2 · √π / 2 = 1.7724539; mean 10.5.
    let limits = ControlLimits::from_history(&[10.0, 12.0, 10.0, 10.0 - 2.0 + 2.0 + 2.0, 10.0 - 0.5], 3.0);
    let limits = limits.unwrap();
    let sigma = 2.125 * std::f64::consts::PI.sqrt() / 2.0;
    close(limits.low(), 10.7 - 3.0 * sigma, 13);
    close(limits.high(), 10.7 + 3.0 * sigma, 13);
    assert_eq!(limits.verdict(limits.high()), Ok(ControlVerdict::Within));
    assert_eq!(limits.verdict(17.0), Ok(ControlVerdict::Above));
    assert_eq!(limits.verdict(5.0), Ok(ControlVerdict::Below));
    let still = ControlLimits::from_history(&[0.1; 3], 3.0).unwrap();
    assert_eq!((still.low(), still.high()), (0.1, 0.1));
    assert_eq!(still.verdict(0.1), Ok(ControlVerdict::Within));
    let short = ControlLimits::from_history(&[1.0], 3.0);
    assert_eq!(short, Err(IndexError::TooFew { items: "periods", least: 2, found: 1 }));
    for sigmas in [0.0, 101.0] {
        let unit = UnitError { quantity: "sigmas", value: sigmas, low: 1e-100, high: 100.0 };
        assert_eq!(ControlLimits::from_history(&[1.0, 2.0], sigmas), Err(IndexError::Unit(unit)));
    }
    assert!(matches!(limits.verdict(f64::NAN), Err(UnitError { quantity: "figure", .. })));
}

#[test]
fn loyalty_has_no_gaps_and_disappointment_is_negative() {
    let of = |strengths: [f64; 4]| {
        let strengths = strengths.map(|strength| Probability::new(strength).unwrap());
        LoyaltyPhase::reached(strengths, Probability::new(0.5).unwrap())
    };
    assert_eq!(of([0.4, 1.0, 1.0, 1.0]), None);
    assert_eq!(of([0.5, 0.4, 1.0, 1.0]), Some(LoyaltyPhase::Cognitive));
    assert_eq!(of([1.0; 4]), Some(LoyaltyPhase::Action));
    assert_eq!(Disconfirmation::new(8.0, 6.5).unwrap().difference(), -1.5);
    assert_eq!(Disconfirmation::new(1e101, 6.5), Err(figure(1e101)));
}

fn some_figures() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.1..100.0_f64, 2..12)
}

proptest! {
    #[test]
    fn scores_know_no_unit(figures in some_figures(), unit in 1e-6..1e6_f64, target in 0.1..100.0_f64) {
        let scaled: Vec<f64> = figures.iter().map(|x| unit * x).collect();
        for scale in SCALES {
            let senses = [Sense::Benefit, Sense::Cost, Sense::Target(target)];
            let in_units = [Sense::Benefit, Sense::Cost, Sense::Target(unit * target)];
            for (sense, in_unit) in senses.into_iter().zip(in_units) {
                if scale == Scale::Percentile {
                    continue;
                }
                let pairs = scores(scale, sense, &figures).into_iter().zip(scores(scale, in_unit, &scaled));
                for (score, again) in pairs {
                    // Differences from a target lose the digits that they share with it.
                    let is_near = (score - again).abs() < 1e-8 * (1.0 + score.abs());
                    prop_assert!(is_near, "{scale:?} {sense:?} {score} {again}");
                }
            }
        }
    }

    #[test]
    fn scores_rise_with_benefits_and_fall_with_costs(
        figures in some_figures(), a in 0.1..100.0_f64, b in 0.1..100.0_f64,
    ) {
        let (less, more) = (a.min(b), a.max(b));
        for scale in SCALES {
            let benefit = Scaler::fit(scale, Sense::Benefit, &figures).unwrap();
            prop_assert!(benefit.score(less).unwrap() <= benefit.score(more).unwrap());
            let cost = Scaler::fit(scale, Sense::Cost, &figures).unwrap();
            prop_assert!(cost.score(less).unwrap() >= cost.score(more).unwrap());
        }
    }

    #[test]
    fn z_scores_have_mean_0_and_deviation_1_however_far_from_zero(figures in some_figures(), shift in -1e9..1e9_f64) {
        let shifted: Vec<f64> = figures.iter().map(|x| x + shift).collect();
        let z = scores(Scale::ZScore, Sense::Benefit, &shifted);
        let count = z.len() as f64;
        prop_assert!((z.iter().sum::<f64>() / count).abs() < 1e-12);
        prop_assert!((z.iter().map(|z| z * z).sum::<f64>() / count - 1.0).abs() < 1e-12);
    }

    #[test]
    fn contributions_add_up_and_gaps_are_filled_by_siblings(
        scores in prop::collection::vec(prop::option::of(-5.0..5.0_f64), 17),
    ) {
        prop_assume!(scores.iter().any(Option::is_some));
        let tree = Tree::four_dimensions();
        let score = tree.score(&scores, Missing::Renormalise).unwrap();
        let parts = score.contributions();
        prop_assert_eq!(score.total(), parts.iter().map(|part| part.amount).sum::<f64>());
        prop_assert!((parts.iter().map(|part| part.weight).sum::<f64>() - 1.0).abs() < 1e-13);
        // By hand: the mean over dimensions, of means over sub-factors, of what is known.
        let mut leaves = tree.leaves().into_iter().zip(&scores);
        let mut dimensions = Vec::new();
        for counts in [[2, 2], [2, 3], [2, 2], [2, 2]] {
            let mut sub_factors = Vec::new();
            for count in counts {
                let known: Vec<(f64, f64)> =
                    leaves.by_ref().take(count).filter_map(|(leaf, score)| Some((leaf.weight, (*score)?))).collect();
                let weight: f64 = known.iter().map(|(weight, _)| weight).sum();
                if weight > 0.0 {
                    sub_factors.push(known.iter().map(|(weight, score)| weight * score).sum::<f64>() / weight);
                }
            }
            if !sub_factors.is_empty() {
                dimensions.push(sub_factors.iter().sum::<f64>() / sub_factors.len() as f64);
            }
        }
        let by_hand = dimensions.iter().sum::<f64>() / dimensions.len() as f64;
        prop_assert!((score.total() - by_hand).abs() < 1e-13);
    }
}
