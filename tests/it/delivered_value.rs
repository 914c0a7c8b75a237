//! The path of a value, rivals, shadow prices, needs and buying centres. Numbers marked `computed` were computed for
//! this project by other means.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use std::cmp::Ordering;

use customer_value::delivered::{
    Articulation, Axes, Axis, BenefitMatrix, BuyingCentre, Costs, Curve, Delivered, DeliveredError, Effort, Member,
    Need, Needs, Organisation, Pooling, Response, ResponseError, Score, Sources, Trajectory, ValueVector,
};
use customer_value::{Currency, Money, MoneyError, Probability, Role, ShadowPrices, Span, UnitError, WeightsError};
use proptest::prelude::*;

use crate::cdnow::day;

pub const MISMATCH: MoneyError = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };

pub fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.5000001 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

fn vector(components: [f64; 3]) -> ValueVector<Score> {
    ValueVector::new(components, Score).unwrap()
}

pub fn usd(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::USD)
}

pub fn eur(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::EUR)
}

pub fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

/// A path through these points, a day apart.
fn path(points: &[[f64; 3]]) -> Trajectory<Score> {
    let start = day("2024-02-28").days_since_epoch();
    let dated = points
        .iter()
        .zip(start..)
        .map(|(&axes, date)| (customer_value::Day::from_days_since_epoch(date).unwrap(), vector(axes)));
    Trajectory::new(dated.collect::<Vec<_>>()).unwrap()
}

fn need(name: &str, weight: f64, articulation: Articulation) -> Need {
    let response = Response::new(Curve::Linear { intercept: 0.0, slope: 1.0 }).unwrap();
    Need { name: name.into(), weight, articulation, response }
}

fn iceberg() -> Needs {
    Needs::new([need("asked for", 10.0, Articulation::Stated), need("found out", 90.0, Articulation::Latent)]).unwrap()
}

fn member(role: Role, weight: f64, utility: f64) -> Member {
    Member { role, weight, utility }
}

fn centre() -> BuyingCentre {
    BuyingCentre::new([member(Role::Decider, 0.7, 0.8), member(Role::User, 0.3, 0.4)]).unwrap()
}

pub fn delivered(benefits: [[f64; 3]; 4], price: i64, hours: f64, psychic: f64) -> Delivered {
    let [product, service, people, image] = benefits.map(Axes::from);
    let benefits = BenefitMatrix::new(Sources { product, service, people, image }, Currency::USD).unwrap();
    let effort = Effort { time: Span::hours(hours).unwrap(), psychic, ..Effort::default() };
    let prices = ShadowPrices { time: Some(usd(20)), psychic: Some(usd(3)), ..ShadowPrices::default() };
    let costs = Costs::new(usd(price), effort).unwrap().components(&prices).unwrap().priced().unwrap();
    Delivered::new(benefits, costs).unwrap()
}

#[test]
fn f6_trajectory_computed() {
    let path = path(&[[0.0; 3], [3.0, 0.0, 0.0], [3.0, 4.0, 0.0]]);
    assert_eq!((path.path_length(), path.displacement().magnitude()), (7.0, 5.0));
    close(path.straightness().unwrap(), 0.714286, 6);
    assert_eq!(path.heading_changes(), [Some(90.0)]);
    let ideal = vector([3.0, 4.0, 12.0]);
    let approach = path.approach(&ideal).unwrap();
    // From 13 to √160 to 12.
    close(approach.steps[0], 13.0 - 160_f64.sqrt(), 14);
    close(approach.steps[1], 160_f64.sqrt() - 12.0, 14);
    assert_eq!(approach.total, 1.0);
}

#[test]
fn f6_value_that_does_not_move_has_neither_straightness_nor_heading() {
    let still = path(&[[1.0, 2.0, 3.0]; 3]);
    assert_eq!((still.path_length(), still.straightness()), (0.0, None));
    assert_eq!(still.heading_changes(), [None]);
    let paused = path(&[[0.0; 3], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3]]);
    assert_eq!(paused.heading_changes(), [None, None]);
    assert_eq!(paused.straightness(), Some(0.0));
    assert!(path(&[[0.0; 3], [1.0; 3]]).heading_changes().is_empty());
}

#[test]
fn f6_impossible_trajectories_are_typed_errors() {
    let point = |date: &str, axes| (day(date), vector(axes));
    let of = |points: Vec<_>| Trajectory::new(points).unwrap_err();
    assert_eq!(of(vec![]), DeliveredError::TooFewPoints { found: 0 });
    assert_eq!(of(vec![point("2024-01-01", [1.0; 3])]), DeliveredError::TooFewPoints { found: 1 });
    for late in ["2024-01-02", "2024-01-03"] {
        let points = vec![point("2024-01-01", [1.0; 3]), point(late, [2.0; 3]), point("2024-01-02", [3.0; 3])];
        let error = DeliveredError::DayOrder { point: 2, previous: day(late), day: day("2024-01-02") };
        assert_eq!(of(points), error);
    }
    let far = [point("2024-01-01", [-1e150, 0.0, 0.0]), point("2024-01-02", [1e150, 0.0, 0.0])];
    assert!(matches!(Trajectory::new(far), Err(DeliveredError::Unit(UnitError { value: 2e150, .. }))));
    let [dollars, euros] = [Currency::USD, Currency::EUR].map(|unit| ValueVector::new([1.0; 3], unit).unwrap());
    let mixed = Trajectory::new([(day("2024-01-01"), euros), (day("2024-01-02"), dollars)]).unwrap_err();
    assert_eq!(mixed, DeliveredError::Money(MISMATCH));
    let path = Trajectory::new([(day("2024-01-01"), dollars), (day("2024-01-02"), dollars)]).unwrap();
    assert_eq!(path.approach(&euros).unwrap_err(), DeliveredError::Money(MISMATCH));
}

#[test]
fn f7_front_keeps_what_no_rival_dominates() {
    let front = |rivals: &[[f64; 3]]| {
        let values: Vec<_> = rivals.iter().map(|&axes| vector(axes)).collect();
        ValueVector::front(&values).unwrap()
    };
    assert_eq!(front(&[[3.0, 4.0, 2.0], [4.0, 3.0, 2.0]]), [0, 1]);
    assert_eq!(front(&[[3.0, 4.0, 1.0], [3.0, 4.0, 2.0], [-4.0, 3.0, 2.0]]), [1]);
    assert_eq!(front(&[[1.0; 3], [0.0; 3], [1.0; 3]]), [0, 2]);
    assert!(front(&[]).is_empty());
    let [dollars, euros] = [Currency::USD, Currency::EUR].map(|unit| ValueVector::new([1.0; 3], unit).unwrap());
    assert_eq!(ValueVector::front(&[dollars, dollars, euros]), Err(DeliveredError::Money(MISMATCH)));
}

#[test]
fn f2_sectors_tell_kinds_of_buyers_apart() {
    for (axes, sector) in [
        ([3.0, 4.0, 12.0], Some(Axis::Psychological)),
        ([12.0, 4.0, 3.0], Some(Axis::Economic)),
        ([4.0, 12.0, 3.0], Some(Axis::Functional)),
        // Ties go to the axis declared first.
        ([0.1, 0.1, 0.1], Some(Axis::Economic)),
        ([-1.0, 0.3, 0.3], Some(Axis::Functional)),
        // A loss, however large, makes no kind of buyer.
        ([-1e6, 0.0, 1e-6], Some(Axis::Psychological)),
        ([-3.0, -2.0, -1.0], None),
        ([-3.0, 0.0, 0.0], None),
    ] {
        assert_eq!(vector(axes).direction().unwrap().sector(), sector, "{axes:?}");
    }
}

#[test]
fn advantage_over_a_rival_is_the_difference_of_the_nets() {
    let own = delivered([[60.0, 40.0, 20.0], [10.0, 30.0, 10.0], [0.0; 3], [0.0; 3]], 100, 1.0, 0.0);
    let rival = delivered([[60.0, 40.0, 30.0], [0.0; 3], [0.0; 3], [0.0; 3]], 90, 1.0, 2.0);
    let advantage = own.advantage_over(&rival).unwrap();
    // 50 more service and 10 less image of the product, 10 dearer, 2 · 3 less worry.
    assert_eq!(advantage.net.to_string(), "36.00 USD");
    assert_eq!(advantage.vector.axes(), [0.0, 30.0, 6.0].into());
}

#[test]
fn f9_prices_of_a_customer_fall_back_on_those_of_the_segment_computed() {
    let effort = Effort { time: Span::hours(2.0).unwrap(), energy: 3.0, psychic: 4.0, relationship: 0.0 };
    let costs = Costs::new(usd(1000), effort).unwrap();
    let psychic = Some(Money::from_minor(250, Currency::USD));
    let segment = ShadowPrices { time: Some(usd(40)), energy: Some(usd(5)), psychic, relationship: None };
    let own = ShadowPrices { time: Some(usd(60)), ..ShadowPrices::default() };
    let total = |prices: ShadowPrices| costs.components(&prices).unwrap().priced().map(|costs| costs.total().amount());
    assert_eq!(total(own.or(segment)), Ok(1145.0));
    assert_eq!(total(segment.or(own)), Ok(1105.0));
    assert!(matches!(total(own), Err(DeliveredError::Unpriced { .. })));
    let abroad = ShadowPrices { energy: Some(eur(5)), ..segment };
    let error = costs.components(&own.or(abroad)).unwrap_err();
    assert_eq!(error, DeliveredError::Money(MISMATCH));
}

#[test]
fn n18_latent_share_of_the_iceberg_computed() {
    assert_eq!(iceberg().latent_share(), Some(0.9));
    assert_eq!(Needs::new([]).unwrap().latent_share(), None);
    let weightless = Needs::new([need("none", 0.0, Articulation::Latent)]).unwrap();
    assert_eq!(weightless.latent_share(), None);
    assert_eq!(weightless.satisfaction(&[1.0]), Err(DeliveredError::NoWeight));
    assert_eq!(Needs::new([]).unwrap().satisfaction(&[]), Err(DeliveredError::NoNeeds));
}

#[test]
fn n19_kano_needs_meet_in_one_satisfaction() {
    let (satisfaction, dissatisfaction) = (0.88, -0.25);
    let response = Response::new(Curve::Attractive { satisfaction, dissatisfaction }).unwrap();
    let needs = Needs::new([
        need("linear", 3.0, Articulation::Stated),
        Need { response, ..need("delight", 1.0, Articulation::Latent) },
    ])
    .unwrap();
    // F5's coefficients at ½: .657634 e^½ − .907634.
    let delight = 0.657634 * 0.5_f64.exp() - 0.907634;
    assert!((needs.satisfaction(&[0.4, 0.5]).unwrap() - (3.0 * 0.4 + delight) / 4.0).abs() < 1e-6);
    let contributions = needs.contributions(&[0.4, 0.5]).unwrap();
    assert!((contributions[0] - 0.3).abs() < 1e-15 && (contributions[1] - delight / 4.0).abs() < 1e-6);
}

#[test]
fn impossible_needs_are_typed_errors() {
    let stated = Articulation::Stated;
    let error = |needs: [Need; 2]| Needs::new(needs).unwrap_err();
    let source = |quantity, value, high| ResponseError::Unit(UnitError { quantity, value, low: 0.0, high });
    assert_eq!(
        error([need("a", 1.0, stated), need("b", -1.0, stated)]),
        DeliveredError::Need { name: "b".into(), source: source("weight", -1.0, 1e150) }
    );
    let twice = error([need("a", 1.0, stated), need("a", 2.0, stated)]);
    assert_eq!(twice, DeliveredError::DuplicateNeed { name: "a".into() });
    assert_eq!(iceberg().satisfaction(&[1.0]), Err(DeliveredError::Levels { expected: 2, found: 1 }));
    let response = Response::new(Curve::MustBe { satisfaction: 0.5, dissatisfaction: -0.5 }).unwrap();
    let kano = Needs::new([Need { response, ..need("brakes", 1.0, stated) }]).unwrap();
    let outside = DeliveredError::Need { name: "brakes".into(), source: source("level", 2.0, 1.0) };
    assert_eq!(kano.satisfaction(&[2.0]), Err(outside));
}

#[test]
fn n20_pooling_computed() {
    close(centre().pooled(Pooling::Linear).unwrap(), 0.68, 15);
    close(centre().pooled(Pooling::Geometric).unwrap(), 0.649802, 6);
    assert_eq!(centre().pooled(Pooling::Least).unwrap(), 0.4);
}

#[test]
fn organisation_and_persons_are_two_levels() {
    let with = |weight| {
        let organisation = Organisation { utility: 0.5, weight: probability(weight) };
        centre().with(organisation, Pooling::Linear).unwrap()
    };
    close(with(0.0), 0.68, 15);
    close(with(0.25), 0.635, 15);
    assert_eq!(with(1.0), 0.5);
    let unknown = Organisation { utility: f64::NAN, weight: probability(0.5) };
    assert!(matches!(centre().with(unknown, Pooling::Least), Err(DeliveredError::Unit(_))));
}

#[test]
fn members_without_say_do_not_count_and_zero_is_a_veto() {
    let members = [member(Role::User, 0.0, 0.0), member(Role::Payer, 0.5, 0.9), member(Role::Payer, 0.5, 0.4)];
    let centre = BuyingCentre::new(members).unwrap();
    close(centre.pooled(Pooling::Geometric).unwrap(), 0.6, 15);
    assert_eq!(centre.pooled(Pooling::Least).unwrap(), 0.4);
    assert_eq!((centre.say(Role::Payer), centre.say(Role::User), centre.say(Role::Decider)), (1.0, 0.0, 0.0));
    let veto = BuyingCentre::new([member(Role::User, 0.01, 0.0), member(Role::Decider, 0.99, 1.0)]).unwrap();
    assert_eq!(veto.pooled(Pooling::Geometric).unwrap(), 0.0);
}

#[test]
fn a_member_without_say_has_no_veto_and_no_utility_to_fear() {
    let members = [member(Role::User, 0.0, -5.0), member(Role::Payer, 0.5, 0.9), member(Role::Payer, 0.5, 0.4)];
    let centre = BuyingCentre::new(members).unwrap();
    close(centre.pooled(Pooling::Geometric).unwrap(), 0.6, 15);
    assert_eq!(centre.pooled(Pooling::Least).unwrap(), 0.4);
    close(centre.pooled(Pooling::Linear).unwrap(), 0.65, 15);
}

#[test]
fn no_needs_and_needs_without_weight_are_told_apart() {
    let none = Needs::new([]).unwrap();
    assert_eq!(none.satisfaction(&[]), Err(DeliveredError::NoNeeds));
    assert_eq!(DeliveredError::NoNeeds.to_string(), "there are no needs, expected at least one");
    let idle = Needs::new([need("a", 0.0, Articulation::Stated)]).unwrap();
    assert_eq!(idle.satisfaction(&[0.5]), Err(DeliveredError::NoWeight));
    assert_eq!(iceberg().satisfaction(&[]).unwrap_err().to_string(), "0 levels for 2 needs, expected one for each");
    let responses = DeliveredError::Responses { expected: 1, found: 0 };
    assert_eq!(responses.to_string(), "0 responses for 1 attributes, expected one for each");
}

#[test]
fn pooling_rules_have_a_name() {
    let names = [Pooling::Linear, Pooling::Geometric, Pooling::Least].map(|pooling| pooling.to_string());
    assert_eq!(names, ["linear", "geometric", "least"]);
}

#[test]
fn impossible_buying_centres_are_typed_errors() {
    let of = |members: &[Member]| BuyingCentre::new(members).unwrap_err();
    assert_eq!(of(&[]), DeliveredError::Weights(WeightsError::Empty));
    let sum = of(&[member(Role::Payer, 0.5, 1.0)]);
    assert_eq!(sum, DeliveredError::Weights(WeightsError::Sum { sum: 0.5 }));
    let utility = |value, low| UnitError { quantity: "utility", value, low, high: f64::MAX };
    let source = utility(f64::INFINITY, f64::MIN);
    assert_eq!(
        of(&[member(Role::Payer, 1.0, f64::INFINITY)]),
        DeliveredError::Member { member: 0, role: Role::Payer, source }
    );
    let unhappy = BuyingCentre::new([member(Role::Payer, 0.5, 1.0), member(Role::User, 0.5, -1.0)]).unwrap();
    assert_eq!(unhappy.pooled(Pooling::Linear), Ok(0.0));
    let error = DeliveredError::Member { member: 1, role: Role::User, source: utility(-1.0, 0.0) };
    assert_eq!(error.to_string(), "member 1 (from 0), user: utility is -1, expected a finite number from 0 up");
    assert_eq!(unhappy.pooled(Pooling::Geometric), Err(error));
}

fn axes() -> impl Strategy<Value = [f64; 3]> {
    prop::array::uniform3(prop_oneof![-10.0..10.0, Just(0.0)])
}

proptest! {
    #[test]
    fn the_way_is_never_shorter_than_the_displacement(points in prop::collection::vec(axes(), 2..8), ideal in axes()) {
        let trajectory = path(&points);
        let length = trajectory.path_length();
        let euclid = |a: [f64; 3], b: [f64; 3]| (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt();
        let brute: f64 = points.windows(2).map(|pair| euclid(pair[1], pair[0])).sum();
        prop_assert!((length - brute).abs() < 1e-12);
        prop_assert!(trajectory.displacement().magnitude() <= length * (1.0 + 1e-15));
        prop_assert!(trajectory.straightness().is_none_or(|share| (0.0..=1.0).contains(&share)));
        let turns = trajectory.heading_changes();
        prop_assert_eq!(turns.len(), points.len() - 2);
        prop_assert!(turns.iter().flatten().all(|turn| (0.0..=180.0).contains(turn)));
        let approach = trajectory.approach(&vector(ideal)).unwrap();
        prop_assert!((approach.steps.iter().sum::<f64>() - approach.total).abs() < 1e-12);
        prop_assert!(approach.total.abs() <= trajectory.displacement().magnitude() + 1e-12);
    }

    #[test]
    fn a_straight_way_has_no_turn(
        start in axes(), step in prop::array::uniform3(1.0..5.0), shares in prop::array::uniform3(0.1..2.0),
    ) {
        let reach = [0.0, shares[0], shares[0] + shares[1], shares[0] + shares[1] + shares[2]];
        let trajectory = path(&reach.map(|share: f64| [0, 1, 2].map(|i| start[i] + share * step[i])));
        prop_assert!((trajectory.straightness().unwrap() - 1.0).abs() < 1e-14);
        prop_assert!(trajectory.heading_changes().iter().flatten().all(|turn| *turn < 1e-5));
    }

    #[test]
    fn the_front_is_undominated_and_dominates_the_rest(
        values in prop::collection::vec(prop::array::uniform3(0..4_i32), 0..12),
    ) {
        let values: Vec<_> = values.into_iter().map(|levels| vector(levels.map(f64::from))).collect();
        let front = ValueVector::front(&values).unwrap();
        for (index, value) in values.iter().enumerate() {
            let beaten = values.iter().any(|rival| rival.dominance(value).unwrap() == Some(Ordering::Greater));
            prop_assert_eq!(front.contains(&index), !beaten);
            let by_front = front.iter().any(|&best| values[best].dominance(value).unwrap() == Some(Ordering::Greater));
            prop_assert_eq!(by_front, beaten);
        }
    }

    #[test]
    fn the_sector_has_the_greatest_gain(value in axes()) {
        if let Some(direction) = vector(value).direction() {
            let greatest = value.into_iter().fold(0.0, f64::max);
            let first = Axis::ALL.into_iter().zip(value).find(|(_, gain)| *gain > 0.0 && *gain == greatest);
            prop_assert_eq!(direction.sector(), first.map(|(axis, _)| axis));
        }
    }

    #[test]
    fn contributions_add_up_and_satisfaction_ignores_the_unit_of_weights(
        parts in prop::collection::vec((0.01..10.0, -5.0..5.0), 1..6), unit in 0.01..100.0,
    ) {
        let needs = |unit: f64| {
            let each = parts.iter().enumerate();
            let stated = |(i, part): (usize, &(f64, f64))| need(&i.to_string(), unit * part.0, Articulation::Stated);
            Needs::new(each.map(stated).collect::<Vec<_>>())
        };
        let levels: Vec<f64> = parts.iter().map(|part| part.1).collect();
        let satisfaction = needs(1.0).unwrap().satisfaction(&levels).unwrap();
        let total: f64 = parts.iter().map(|part| part.0).sum();
        let mean = parts.iter().map(|part| part.0 * part.1).sum::<f64>() / total;
        prop_assert!((satisfaction - mean).abs() < 1e-13);
        prop_assert!((needs(unit).unwrap().satisfaction(&levels).unwrap() - mean).abs() < 1e-13);
    }

    #[test]
    fn pooled_utilities_are_ordered(parts in prop::collection::vec((0.01..1.0, 0.01..10.0), 1..6)) {
        let parts: Vec<(f64, f64)> = parts;
        let total: f64 = parts.iter().map(|part| part.0).sum();
        let members: Vec<Member> = parts.iter().map(|part| member(Role::User, part.0 / total, part.1)).collect();
        let centre = BuyingCentre::new(members).unwrap();
        let [linear, geometric, least] =
            [Pooling::Linear, Pooling::Geometric, Pooling::Least].map(|pooling| centre.pooled(pooling).unwrap());
        prop_assert!(least <= geometric * (1.0 + 1e-14) && geometric <= linear * (1.0 + 1e-14));
        let product: f64 = parts.iter().map(|part| part.1.powf(part.0 / total)).product();
        prop_assert!((geometric / product - 1.0).abs() < 1e-13);
    }
}
