//! Delivered value, the value vector and choice. Numbers marked `computed` were computed for this project by other
//! means; their formulas are named after the sources that define them.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use std::cmp::Ordering;

use customer_value::delivered::{
    Alternative, Axes, Axis, BenefitMatrix, BenefitSource, ChoiceError, ChoiceSet, CostKind, CostProjection, Costs,
    CrossTerms, Delivered, DeliveredError, Effort, Level, Metric, Perception, Score, Sources, ValueVector,
};
use customer_value::{Currency, ExpectedMoney, Money, MoneyError, ShadowPrices, Span, Weights, WeightsError};
use proptest::prelude::*;

fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.5000001 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

fn vector(components: [f64; 3]) -> ValueVector<Score> {
    ValueVector::new(components, Score).unwrap()
}

fn usd(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::USD)
}

fn kotler_keller_benefits(currency: Currency) -> BenefitMatrix {
    let cells = Sources {
        product: [60.0, 40.0, 20.0].into(),
        service: [10.0, 30.0, 10.0].into(),
        people: [0.0, 15.0, 15.0].into(),
        image: [0.0, 0.0, 25.0].into(),
    };
    BenefitMatrix::new(cells, currency).unwrap()
}

fn unit_prices() -> ShadowPrices {
    ShadowPrices { time: Some(usd(1)), energy: Some(usd(1)), psychic: Some(usd(1)), relationship: Some(usd(1)) }
}

fn kotler_keller_costs() -> Costs {
    let effort = Effort { time: Span::hours(10.0).unwrap(), energy: 8.0, psychic: 6.0, relationship: 0.0 };
    Costs::new(usd(120), effort).unwrap()
}

fn kotler_keller() -> Delivered {
    let costs = kotler_keller_costs().components(&unit_prices()).unwrap().priced().unwrap();
    Delivered::new(kotler_keller_benefits(Currency::USD), costs).unwrap()
}

fn synergy() -> CrossTerms {
    CrossTerms { economic_functional: 0.5, economic_psychological: 0.2, functional_psychological: 0.4 }
}

#[test]
fn f1_value_vector_computed() {
    let value = vector([3.0, 4.0, 12.0]);
    assert_eq!(value.magnitude(), 13.0);
    let direction = value.direction().unwrap();
    let cosines = direction.cosines();
    let degrees = direction.degrees();
    for (axis, cosine, angle) in [
        (Axis::Economic, 0.230769, 76.6576),
        (Axis::Functional, 0.307692, 72.0798),
        (Axis::Psychological, 0.923077, 22.6199),
    ] {
        close(cosines[axis], cosine, 6);
        close(degrees[axis], angle, 4);
    }
}

#[test]
fn f2_against_an_ideal_computed() {
    let fit = vector([3.0, 4.0, 12.0]).against(&vector([5.0, 5.0, 10.0])).unwrap();
    assert_eq!(fit.gap.axes(), [2.0, 1.0, -2.0].into());
    assert_eq!(fit.distance, 3.0);
    close(fit.cosine.unwrap(), 0.973515, 6);
    close(fit.degrees.unwrap(), 13.2160, 4);
    close(fit.attainment, 1.033333, 6);
    close(fit.waste, 2.972092, 6);
    close(fit.shortfall, 2.236068, 6);
}

#[test]
fn f3_mahalanobis_1936_metric_computed() {
    let metric = Metric::new([1.0; 3], synergy()).unwrap();
    close(metric.length(&vector([3.0, 4.0, 12.0])).unwrap(), 15.290520, 6);
    let deviations = Metric::from_covariance([1.0; 3], synergy()).unwrap();
    close(deviations.length(&vector([2.0, 1.0, -2.0])).unwrap(), 3.295018, 6);
    let gap = deviations.distance(&vector([5.0, 5.0, 10.0]), &vector([3.0, 4.0, 12.0])).unwrap();
    close(gap, 3.295018, 6);
}

#[test]
fn f7_rivals_that_are_each_better_somewhere_are_incomparable() {
    let (own, rival) = (vector([3.0, 4.0, 2.0]), vector([4.0, 3.0, 2.0]));
    assert_eq!(own.minus(&rival).unwrap().axes(), [-1.0, 1.0, 0.0].into());
    assert_eq!(own.dominance(&rival).unwrap(), None);
    assert_eq!(own.dominance(&vector([3.0, 3.0, 2.0])).unwrap(), Some(Ordering::Greater));
}

#[test]
fn f8_kotler_keller_delivered_value_computed() {
    let delivered = kotler_keller();
    let sources = BenefitSource::ALL.map(|source| delivered.source(source).amount());
    assert_eq!(sources, [120.0, 50.0, 30.0, 25.0]);
    assert_eq!(delivered.benefits().vector().axes(), [70.0, 85.0, 70.0].into());
    assert_eq!(delivered.benefits().total().amount(), 225.0);
    assert_eq!(delivered.costs().total().amount(), 144.0);
    assert_eq!(delivered.net().amount(), 81.0);
    assert_eq!(delivered.ratio(), Some(1.5625));
    assert_eq!(delivered.net_vector().axes(), [-50.0, 67.0, 64.0].into());
    assert_eq!(Axis::ALL.map(|axis| delivered.axis(axis).amount()), [-50.0, 67.0, 64.0]);
    assert!(delivered.is_positive());
}

#[test]
fn f8_projection_of_costs_can_be_changed() {
    let projection = CostProjection { time: Axis::Economic, ..CostProjection::default() };
    let delivered = kotler_keller().with_projection(projection);
    assert_eq!(delivered.net_vector().axes(), [-60.0, 77.0, 64.0].into());
    assert_eq!(delivered.net().amount(), 81.0);
}

#[test]
fn f9_shadow_prices_computed() {
    let effort = Effort { time: Span::hours(2.0).unwrap(), energy: 3.0, psychic: 4.0, relationship: 0.0 };
    let costs = Costs::new(usd(1000), effort).unwrap();
    let psychic = Some(Money::from_minor(250, Currency::USD));
    let prices = ShadowPrices { time: Some(usd(60)), energy: Some(usd(5)), psychic, relationship: None };
    // The relationship takes no effort, so it needs no price.
    assert_eq!(costs.components(&prices).unwrap().priced().unwrap().total().amount(), 1145.0);
}

#[test]
fn f9_unpriced_kind_has_components_but_no_total() {
    let prices = ShadowPrices { time: None, psychic: None, ..unit_prices() };
    let components = kotler_keller_costs().components(&prices).unwrap();
    let amounts = CostKind::ALL.map(|kind| components.of(kind).map(ExpectedMoney::amount));
    assert_eq!(amounts, [Some(120.0), None, Some(8.0), None, Some(0.0)]);
    let kinds = vec![CostKind::Time, CostKind::Psychic];
    assert_eq!(components.priced(), Err(DeliveredError::Unpriced { kinds }));
}

fn zeithaml_perception() -> Perception {
    let even_odds = Weights::new([0.5, 0.5]).unwrap();
    let levels = [
        Level::discrete([0.6, 0.8], even_odds).unwrap(),
        Level::certain(0.7).unwrap(),
        Level::certain(0.5).unwrap(),
        Level::certain(0.9).unwrap(),
    ];
    Perception::new(Weights::new([0.4, 0.3, 0.2, 0.1]).unwrap(), levels).unwrap()
}

#[test]
fn f10_zeithaml_1988_perceived_value_computed() {
    close(zeithaml_perception().expected_utility(|_, level| level.sqrt()).unwrap(), 0.821092, 6);
}

#[test]
fn f10_bad_perceptions_are_typed_errors() {
    let one = Level::certain(0.5).unwrap();
    let two = Weights::equal(2).unwrap();
    assert_eq!(Perception::new(two.clone(), [one]), Err(DeliveredError::Lengths { weights: 2, levels: 1 }));
    assert_eq!(Level::discrete([1.0], two), Err(DeliveredError::Lengths { weights: 2, levels: 1 }));
    assert_eq!(Level::sample([]), Err(DeliveredError::Weights(WeightsError::Empty)));
    assert!(matches!(Level::certain(f64::NAN), Err(DeliveredError::Unit(_))));
    let error = zeithaml_perception().expected_utility(|_, level| 1.0 / (level - 0.7)).unwrap_err();
    assert!(matches!(error, DeliveredError::Utility { attribute: 1, value, .. } if value == f64::INFINITY));
}

#[test]
fn zero_vector_has_no_direction_and_is_no_ideal() {
    let zero = vector([0.0; 3]);
    assert_eq!(zero.direction(), None);
    assert_eq!(zero.magnitude(), 0.0);
    assert_eq!(vector([1.0; 3]).against(&zero).unwrap_err(), DeliveredError::ZeroIdeal);
    let fit = zero.against(&vector([3.0, 4.0, 0.0])).unwrap();
    assert_eq!((fit.cosine, fit.degrees, fit.attainment, fit.shortfall), (None, None, 0.0, 5.0));
}

#[test]
fn magnitude_neither_overflows_nor_vanishes() {
    assert_eq!(vector([3e149, 4e149, 0.0]).magnitude(), 5e149);
    assert_eq!(vector([3e-200, 4e-200, 0.0]).magnitude(), 5e-200);
    let tiny = vector([f64::from_bits(1), 0.0, 0.0]).direction().unwrap();
    assert_eq!(tiny.cosines(), [1.0, 0.0, 0.0].into());
}

#[test]
fn metric_that_is_not_positive_definite_is_refused() {
    let nothing = CrossTerms::default();
    let perfect = CrossTerms { economic_functional: 1.0, ..nothing };
    // The outer product of (.1, .3, .7) with itself: singular, though rounding leaves its pivots above zero.
    let outer = CrossTerms { economic_functional: 0.03, economic_psychological: 0.07, functional_psychological: 0.21 };
    for (diagonal, cross) in [
        ([1.0, 1.0, 1.0], perfect),
        ([1.0, -1.0, 1.0], nothing),
        ([0.0, 1.0, 1.0], nothing),
        ([0.01, 0.09, 0.49], outer),
    ] {
        assert_eq!(Metric::new(diagonal, cross), Err(DeliveredError::NotPositiveDefinite), "{diagonal:?} {cross:?}");
        assert!(Metric::from_covariance(diagonal, cross).is_err());
    }
    assert!(matches!(Metric::new([f64::NAN, 1.0, 1.0], nothing), Err(DeliveredError::Unit(_))));
}

#[test]
fn ratio_needs_a_cost() {
    let free = Costs::new(usd(0), Effort::default()).unwrap();
    let free = free.components(&ShadowPrices::default()).unwrap().priced().unwrap();
    let gift = Delivered::new(kotler_keller_benefits(Currency::USD), free).unwrap();
    assert_eq!((gift.ratio(), gift.net().amount()), (None, 225.0));
}

#[test]
fn currencies_never_mix() {
    let euros = kotler_keller_benefits(Currency::EUR);
    let dollars = *kotler_keller().costs();
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::EUR, found: Currency::USD };
    assert_eq!(Delivered::new(euros, dollars).unwrap_err(), mismatch);
    let change = usd(1).into();
    let error = euros.plus(BenefitSource::Image, Axis::Economic, change).unwrap_err();
    assert_eq!(error, DeliveredError::Money(mismatch.clone()));
    let (a, b) =
        (ValueVector::new([1.0; 3], Currency::EUR).unwrap(), ValueVector::new([1.0; 3], Currency::USD).unwrap());
    assert_eq!(a.inner(&b).unwrap_err(), DeliveredError::Money(mismatch));
    let costs = Costs::new(Money::zero(Currency::EUR), Effort { energy: 1.0, ..Effort::default() }).unwrap();
    assert!(matches!(costs.components(&unit_prices()), Err(DeliveredError::Money(_))));
    let in_euros = Costs::new(Money::zero(Currency::EUR), Effort::default()).unwrap();
    let in_euros = in_euros.components(&ShadowPrices::default()).unwrap().priced().unwrap();
    let offers = [kotler_keller(), Delivered::new(euros, in_euros).unwrap()];
    assert!(matches!(ChoiceSet::by_net(&offers, 1.0), Err(ChoiceError::Money(_))));
}

#[test]
fn negative_costs_and_prices_are_refused() {
    assert!(Costs::new(usd(-1), Effort::default()).is_err());
    assert!(Costs::new(usd(1), Effort { energy: -1.0, ..Effort::default() }).is_err());
    assert!(Costs::new(usd(1), Effort { psychic: f64::NAN, ..Effort::default() }).is_err());
    let prices = ShadowPrices { energy: Some(usd(-1)), ..unit_prices() };
    assert!(matches!(kotler_keller_costs().components(&prices), Err(DeliveredError::Unit(_))));
}

fn component() -> impl Strategy<Value = f64> {
    prop_oneof![-100.0..100.0, -1e150..1e150, Just(0.0), -1e-300..1e-300]
}

fn value() -> impl Strategy<Value = ValueVector<Score>> {
    prop::array::uniform3(component()).prop_map(vector)
}

/// Few levels, so that vectors are often comparable.
fn coarse_value() -> impl Strategy<Value = ValueVector<Score>> {
    prop::array::uniform3(0..3_i32).prop_map(|levels| vector(levels.map(f64::from)))
}

fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -10.0..10.0, Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX), Just(-0.0)]
}

fn cells() -> impl Strategy<Value = [[f64; 3]; 4]> {
    prop::array::uniform4(prop::array::uniform3(-1e6..1e6))
}

fn sources(rows: [[f64; 3]; 4]) -> Sources<Axes> {
    let [product, service, people, image] = rows.map(Axes::from);
    Sources { product, service, people, image }
}

proptest! {
    #[test]
    fn amounts_become_the_nearest_float(minor in -(1_i64 << 53)..=1 << 53, code in prop::sample::select(vec!["JPY", "USD", "TND"])) {
        let money = Money::from_minor(minor, Currency::new(code).unwrap());
        prop_assert_eq!(money.to_f64(), money.amount().to_string().parse::<f64>().unwrap());
    }

    #[test]
    fn rows_and_columns_of_the_benefits_have_one_total(rows in cells()) {
        let benefits = BenefitMatrix::new(sources(rows), Currency::CNY).unwrap();
        let by_source: f64 = BenefitSource::ALL.iter().map(|&source| benefits.source(source).amount()).sum();
        let by_axis: f64 = Axis::ALL.iter().map(|&axis| benefits.axis(axis).amount()).sum();
        prop_assert!((by_source - benefits.total().amount()).abs() < 1e-8);
        prop_assert!((by_axis - benefits.total().amount()).abs() < 1e-8);
        for (row, source) in rows.iter().zip(BenefitSource::ALL) {
            prop_assert!((row.iter().sum::<f64>() - benefits.source(source).amount()).abs() < 1e-8);
        }
    }

    #[test]
    fn net_vector_adds_up_to_net(rows in cells(), price in 0..1_000_000_i64, energy in 0.0..1e3) {
        let costs = Costs::new(usd(price), Effort { energy, ..Effort::default() }).unwrap();
        let costs = costs.components(&unit_prices()).unwrap().priced().unwrap();
        let benefits = BenefitMatrix::new(sources(rows), Currency::USD).unwrap();
        let delivered = Delivered::new(benefits, costs).unwrap();
        let sum: f64 = Axis::ALL.iter().map(|&axis| delivered.axis(axis).amount()).sum();
        prop_assert!((sum - delivered.net().amount()).abs() < 1e-8);
    }

    #[test]
    fn squared_cosines_sum_to_one(value in value()) {
        if let Some(direction) = value.direction() {
            let sum: f64 = Axis::ALL.iter().map(|&axis| direction.cosines()[axis].powi(2)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-14);
            prop_assert!(Axis::ALL.iter().all(|&axis| (0.0..=180.0).contains(&direction.degrees()[axis])));
        }
    }

    #[test]
    fn dominance_is_antisymmetric_and_transitive(a in coarse_value(), b in coarse_value(), c in coarse_value()) {
        let over = |x: &ValueVector<Score>, y: &ValueVector<Score>| x.dominance(y).unwrap();
        prop_assert_eq!(over(&a, &b), over(&b, &a).map(Ordering::reverse));
        if over(&a, &b) == Some(Ordering::Greater) && over(&b, &c) == Some(Ordering::Greater) {
            prop_assert_eq!(over(&a, &c), Some(Ordering::Greater));
        }
        prop_assert_eq!(over(&a, &b) == Some(Ordering::Equal), a == b);
    }

    #[test]
    fn attainment_gap_and_waste_agree_with_pythagoras(
        a in prop::array::uniform3(-100.0..100.0), t in prop::array::uniform3(1.0..100.0),
    ) {
        let (value, ideal) = (vector(a), vector(t));
        let fit = value.against(&ideal).unwrap();
        let along = (fit.attainment - 1.0) * ideal.magnitude();
        prop_assert!((fit.distance.powi(2) - along.powi(2) - fit.waste.powi(2)).abs() < 1e-8);
        prop_assert!(fit.shortfall <= fit.distance * (1.0 + 1e-15));
    }

    #[test]
    fn the_metric_is_the_quadratic_form(root in prop::array::uniform6(-2.0..2.0), v in prop::array::uniform3(-10.0..10.0)) {
        // M = A·Aᵀ + I/2 with a lower triangular A, so that M is positive definite.
        let [a, b, c, d, e, f]: [f64; 6] = root;
        let diagonal = [a * a + 0.5, b * b + c * c + 0.5, d * d + e * e + f * f + 0.5];
        let (xy, xz, yz) = (a * b, a * d, b * d + c * e);
        let cross = CrossTerms { economic_functional: xy, economic_psychological: xz, functional_psychological: yz };
        let [x, y, z]: [f64; 3] = v;
        let form = diagonal[0] * x * x + diagonal[1] * y * y + diagonal[2] * z * z
            + 2.0 * (xy * x * y + xz * x * z + yz * y * z);
        let length = Metric::new(diagonal, cross).unwrap().length(&vector(v)).unwrap();
        prop_assert!((length.powi(2) - form).abs() < 1e-9 * (1.0 + form));
        // Cauchy–Schwarz for a form and its inverse: (v·v)² ≤ (vᵀMv)(vᵀM⁻¹v).
        let dual = Metric::from_covariance(diagonal, cross).unwrap().length(&vector(v)).unwrap();
        prop_assert!(length * dual >= (x * x + y * y + z * z) * (1.0 - 1e-9));
    }

    #[test]
    fn jensen_concave_utility_of_an_uncertain_level_is_at_most_that_of_its_mean(
        levels in prop::collection::vec(0.0..10.0, 1..6),
    ) {
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        let sure = Weights::equal(1).unwrap();
        let uncertain = Perception::new(sure.clone(), [Level::sample(levels).unwrap()]).unwrap();
        let certain = Perception::new(sure, [Level::certain(mean).unwrap()]).unwrap();
        let of = |perception: Perception| perception.expected_utility(|_, level| level.sqrt()).unwrap();
        prop_assert!(of(uncertain) <= of(certain) + 1e-12);
    }

    #[test]
    fn arbitrary_numbers_never_panic(
        a in prop::array::uniform3(anything()), b in prop::array::uniform3(anything()), x in anything(), y in anything(),
    ) {
        if let (Ok(a), Ok(b)) = (ValueVector::new(a, Score), ValueVector::new(b, Score)) {
            prop_assert!(a.magnitude().is_finite() && a.inner(&b).unwrap().is_finite());
            if let Ok(fit) = a.against(&b) {
                prop_assert!(fit.attainment.is_finite() && fit.waste.is_finite() && fit.shortfall.is_finite());
            }
        }
        let cross = CrossTerms { economic_functional: x, economic_psychological: y, ..CrossTerms::default() };
        for metric in [Metric::new(a, cross), Metric::from_covariance(a, cross)].into_iter().flatten() {
            if let Ok(length) = ValueVector::new(b, Score).and_then(|b| metric.length(&b)) {
                prop_assert!(length.is_finite());
            }
        }
        if let Ok(choice) = ChoiceSet::new(a).and_then(|choice| choice.with_outside(x)) {
            prop_assert!(choice.logsum().is_finite());
            prop_assert!(choice.shares().offers.iter().all(|share| (0.0..=1.0).contains(&share.get())));
            let outcome = choice.elasticity(choice.best(), Alternative::Offer(0), x, y);
            prop_assert!(outcome.map_or(true, f64::is_finite));
        }
        let costs = Costs::new(usd(1), Effort { energy: x, psychic: y, ..Effort::default() });
        let costs = costs.map_err(DeliveredError::from).and_then(|costs| costs.components(&unit_prices()));
        let benefits = BenefitMatrix::new(sources([a, b, [x; 3], [y; 3]]), Currency::USD);
        if let (Ok(costs), Ok(benefits)) = (costs.and_then(|components| components.priced()), benefits) {
            let delivered = Delivered::new(benefits, costs).unwrap();
            prop_assert!(delivered.net().amount().is_finite());
            prop_assert!(delivered.ratio().is_none_or(f64::is_finite));
            let choice = ChoiceSet::by_net(&[delivered], x);
            prop_assert!(choice.is_ok() || !(f64::MIN_POSITIVE..1e100).contains(&x));
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_offers_are_checked_when_read() {
    let delivered = kotler_keller();
    let stored = serde_json::to_string(&delivered).unwrap();
    assert_eq!(serde_json::from_str::<Delivered>(&stored).unwrap(), delivered);
    for (sound, spoilt) in
        [("120.0", "-120.0"), ("120.0", "1e300"), (r#""currency":"USD"},"c"#, r#""currency":"EUR"},"c"#)]
    {
        assert!(stored.contains(sound), "{stored}");
        assert!(serde_json::from_str::<Delivered>(&stored.replacen(sound, spoilt, 1)).is_err(), "{spoilt}");
    }
    let costs = serde_json::to_string(&kotler_keller_costs()).unwrap();
    assert_eq!(serde_json::from_str::<Costs>(&costs).unwrap(), kotler_keller_costs());
    assert!(serde_json::from_str::<Costs>(&costs.replace("8.0", "-8.0")).is_err());
    assert!(serde_json::from_str::<ChoiceSet>(r#"{"utilities":[],"outside":0.0}"#).is_err());
    let vector = r#"{"axes":{"economic":1e200,"functional":0.0,"psychological":0.0},"unit":"USD"}"#;
    assert!(serde_json::from_str::<ValueVector>(vector).is_err());
}
