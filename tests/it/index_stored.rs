//! Values of the room `index` as they are stored: what is read went through the checks of `new`.
#![cfg(feature = "serde")]

use customer_value::index::{
    Assessment, Combination, Constant, ControlLimits, Disconfirmation, Evidence, FittedIndex, Grey,
    IncompleteJudgements, Indicator, Interpolation, Judgements, LifecycleWeights, Missing, Node, Ranking,
    RankingMethod, Scale, Scaler, Scales, Sense, Table, Tree, TreeScore, Vikor,
};
use customer_value::{Probability, Weights};

use crate::delivered_stored::assert_stored;

fn weights() -> Weights {
    Weights::new([0.75, 0.25]).unwrap()
}

fn leaf(name: &str, sense: Sense) -> Node {
    Node::leaf(Indicator::new(name, sense, Evidence::Hard).unwrap())
}

fn tree() -> Tree {
    let leaves = [leaf("a", Sense::Benefit), leaf("b", Sense::Target(3.5))];
    Tree::new(Node::branch("all", weights(), leaves).unwrap()).unwrap()
}

#[test]
fn trees_and_their_scores() {
    assert_stored(&tree(), &[("\"b\"", "\"a\""), ("0.75", "0.5"), ("[0.75,0.25]", "[1.0]"), ("3.5", "3.5e100")]);
    let score = tree().score(&[Some(0.5), None], Missing::Renormalise).unwrap();
    assert_stored::<TreeScore>(&score, &[("\"amount\":0.5", "\"amount\":0.6"), ("\"weight\":1.0", "\"weight\":2.0")]);
}

#[test]
fn scales_and_fitted_indices() {
    let figures = [1.5, 2.5, 5.5];
    let z = Scaler::fit(Scale::ZScore, Sense::Benefit, &figures).unwrap();
    assert_stored(&z, &[("\"anchor\":1.5", "\"anchor\":1.5e101"), ("\"width\":1", "\"width\":-1")]);
    let percentile = Scaler::fit(Scale::Percentile, Sense::Benefit, &figures).unwrap();
    assert_stored(&percentile, &[("[1.5,2.5,5.5]", "[]"), ("2.5", "7.5")]);
    let ratio = Scaler::fit(Scale::RatioToBest, Sense::Target(2.0), &figures).unwrap();
    assert_stored(&ratio, &[("{\"Target\":2.0}", "{\"Target\":0.0}")]);
    let table = Table::new([Sense::Benefit, Sense::Cost], &[[1.5, 7.0], [2.5, 7.0]]).unwrap();
    assert_stored(&table, &[("2.5", "2.5e100"), ("[2.5,7.0]", "[2.5]")]);
    assert_stored(&Scales::fit(Scale::MinMax, &table, Constant::Drop).unwrap(), &[("\"width\":1.0", "\"width\":0.0")]);
    let rows = [[Some(1.0), None], [Some(2.0), Some(9.0)]];
    let index: FittedIndex = tree().fit(Scale::MinMax, &rows, Constant::Neutral).unwrap();
    assert_stored(&index, &[("\"scales\":[", "\"scales\":[null,"), ("{\"Same\":0.5}", "{\"Same\":0.75}")]);
}

#[test]
fn judgements_and_weights() {
    assert_stored(&Judgements::from_upper([2.0, 3.0, 2.5]).unwrap(), &[("2.5", "0.0"), (",2.5", "")]);
    let incomplete = IncompleteJudgements::new(3, [(0, 1, 2.0), (1, 2, 3.0)]).unwrap();
    assert_stored(&incomplete, &[("[1,2,3.0]", "[1,1,3.0]"), ("\"size\":3", "\"size\":4")]);
    // 1/49 of the second: no float that is read back as the same.
    assert_stored(&IncompleteJudgements::new(2, [(1, 0, 49.0)]).unwrap(), &[("[0,1,", "[0,0,")]);
    let completed = IncompleteJudgements::new(3, [(0, 1, 0.3), (1, 2, 0.7)]).unwrap().complete().unwrap();
    assert_stored(&completed, &[("[0.3", "[0.0")]);
    let stages = [("early", weights()), ("late", Weights::new([0.5, 0.5]).unwrap())];
    let lifecycle = LifecycleWeights::new(stages, Interpolation::LogRatio).unwrap();
    assert_stored(&lifecycle, &[("late", "early"), ("[0.75,0.25]", "[1.0,0.0]")]);
    assert_stored(&Combination::Linear(weights()), &[("0.75", "0.5")]);
}

#[test]
fn rankings_assessments_and_limits() {
    assert_stored(&Ranking::new([0.5, 0.25]).unwrap(), &[("0.25", "1e101"), ("[0.5,0.25]", "[]")]);
    let grey = RankingMethod::Grey(Grey::new(0.5).unwrap());
    assert_stored(&grey, &[("0.5", "1.5")]);
    let vikor = Vikor { majority: Probability::new(0.5).unwrap() };
    assert_stored(&RankingMethod::Vikor(vikor), &[("0.5", "-0.5")]);
    assert_stored(&Assessment::new([0.5, 0.25]).unwrap(), &[("0.5", "1.5"), ("[0.5,0.25]", "[0.0]")]);
    assert_stored(&ControlLimits::from_history(&[1.0, 1.0], 3.0).unwrap(), &[("\"low\":1.0", "\"low\":2.0")]);
    assert_stored(&Disconfirmation::new(7.5, 8.5).unwrap(), &[("7.5", "7.5e100")]);
}
