//! Values of the room `delivered` as they are stored: what is read went through the checks of `new`.
#![cfg(feature = "serde")]

use std::fmt::Debug;

use customer_value::delivered::{
    Aggregator, Articulation, BargainingZone, BuyingCentre, ChoiceSet, Costs, CrossTerms, Curve, Difference,
    EconomicValue, Effort, Level, Member, Metric, Need, Needs, PairInteraction, Perception, QualityProfile, Response,
    Score, Trajectory, ValueMap, ValueVector,
};
use customer_value::{Probability, Role, ShadowPrices, Weights};
use serde::{Serialize, de::DeserializeOwned};

use crate::cdnow::day;
use crate::delivered_value::usd;

/// The value comes back as it was, and is refused after each replacement.
#[track_caller]
pub fn assert_stored<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, spoilt: &[(&str, &str)]) {
    let stored = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&stored).unwrap(), value);
    for (sound, bad) in spoilt {
        let changed = stored.replacen(sound, bad, 1);
        assert_ne!(changed, stored, "{sound} is not in {stored}");
        assert!(serde_json::from_str::<T>(&changed).is_err(), "{changed}");
    }
}

#[test]
fn aggregators_and_responses() {
    let weights = Weights::new([0.75, 0.25]).unwrap();
    let pair = PairInteraction { first: 0, second: 1, index: 0.5 };
    assert_stored(&Aggregator::ces(weights.clone(), -2.0).unwrap(), &[("-2.0", "-2000.0"), ("0.75", "0.5")]);
    assert_stored(&Aggregator::ces_unnormalised([1.0, 1.0], 2.0).unwrap(), &[("2.0", "0.0"), ("1.0", "-1.0")]);
    assert_stored(&Aggregator::least(), &[("Least", "Most")]);
    assert_stored(&Aggregator::multiplicative([0.5, 0.75]).unwrap(), &[("0.75", "1.5")]);
    assert_stored(
        &Aggregator::choquet(weights.clone(), [pair]).unwrap(),
        &[("0.5", "0.6"), ("\"second\":1", "\"second\":0")],
    );
    assert_stored(&Response::tversky_kahneman(3.0).unwrap(), &[("0.88", "-0.88"), ("2.25", "0.0")]);
    let levels = [Level::sample([0.25, 1.0]).unwrap(), Level::certain(0.125).unwrap()];
    assert_stored(&Perception::new(weights, levels).unwrap(), &[("[0.25,1.0]", "[0.25]"), ("0.75", "0.8")]);
}

#[test]
fn the_constant_of_a_multiplicative_utility_is_computed_again() {
    let stored = r#"{"Multiplicative":{"constants":[0.5,0.75],"k":99.0}}"#;
    let read = serde_json::from_str::<Aggregator>(stored).unwrap();
    assert_eq!(read, Aggregator::multiplicative([0.5, 0.75]).unwrap());
}

#[test]
fn paths_needs_and_buying_centres() {
    let value = |x| ValueVector::new([x, 0.0, 0.0], Score).unwrap();
    let path = Trajectory::new([(day("2024-01-01"), value(1.0)), (day("2024-02-01"), value(2.0))]).unwrap();
    assert_stored(&path, &[("2024-01-01", "2024-03-01")]);
    let response = Response::new(Curve::MustBe { satisfaction: 0.5, dissatisfaction: -0.25 }).unwrap();
    let need = |name: &str| Need { name: name.into(), weight: 2.0, articulation: Articulation::Latent, response };
    assert_stored(&Needs::new([need("a"), need("b")]).unwrap(), &[("\"b\"", "\"a\""), ("2.0", "-2.0"), ("0.5", "1.5")]);
    let member = |weight| Member { role: Role::User, weight, utility: 0.5 };
    assert_stored(&BuyingCentre::new([member(0.25), member(0.75)]).unwrap(), &[("0.25", "0.3")]);
}

#[test]
fn exchanges() {
    let value = EconomicValue::new(usd(90), [Difference::new("service", usd(20))]).unwrap();
    assert_stored(&value, &[("USD", "EUR")]);
    assert_stored(&BargainingZone::new(usd(70), usd(110)).unwrap(), &[("70.0", "111.0"), ("USD", "EUR")]);
    assert_stored(&ValueMap::new(Probability::new(0.5).unwrap(), 0.25).unwrap(), &[("0.5", "0.0"), ("0.25", "-0.25")]);
    let profile = QualityProfile::new(Weights::equal(1).unwrap(), [2.0], [vec![3.0]]).unwrap();
    assert_stored(&profile, &[("3.0", "0.0"), ("2.0", "-2.0")]);
}

#[test]
fn metrics_are_stored_as_the_matrix_they_were_made_from() {
    let cross = CrossTerms { economic_functional: 0.5, economic_psychological: 0.25, functional_psychological: 0.125 };
    assert_stored(&cross, &[]);
    let metric = Metric::new([1.0, 2.0, 3.0], cross).unwrap();
    assert_stored(&metric, &[("0.5", "1.5"), ("3.0", "-3.0"), ("2.0", "1e200")]);
    let deviations = Metric::from_covariance([1.0, 2.0, 3.0], cross).unwrap();
    assert_stored(&deviations, &[("0.5", "1.5"), ("3.0", "-3.0")]);
    let value = ValueVector::new([3.0, 4.0, 12.0], Score).unwrap();
    let stored = serde_json::to_string(&deviations).unwrap();
    let read = serde_json::from_str::<Metric>(&stored).unwrap();
    assert_eq!(read.length(&value), deviations.length(&value));
    assert_ne!(read.length(&value), metric.length(&value));
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn results_are_written_for_others_to_read() {
    let shares = ChoiceSet::new([0.0, 0.0]).unwrap().shares();
    assert_eq!(json(&shares), r#"{"offers":[0.5,0.5],"outside":null}"#);
    let value = ValueVector::new([3.0, 4.0, 0.0], Score).unwrap();
    let direction = value.direction().unwrap();
    assert_eq!(json(&direction), r#"{"economic":0.6,"functional":0.8,"psychological":0.0}"#);
    let ideal = value.against(&value).unwrap();
    assert!(json(&ideal).contains(r#""attainment":1.0"#), "{}", json(&ideal));
    let costs = Costs::new(usd(90), Effort { energy: 1.0, ..Effort::default() }).unwrap();
    let components = costs.components(&ShadowPrices::default()).unwrap();
    assert_eq!(json(&components), r#"{"amounts":[90.0,0.0,null,0.0,0.0],"currency":"USD"}"#);
}
