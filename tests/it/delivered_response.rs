//! Response curves. Numbers marked `computed` were computed for this project by other means; their formulas are named
//! after the sources that define them.
#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]

use std::f64::consts::E;

use customer_value::delivered::{Curve, DeliveredError, Level, Perception, Response, ResponseError};
use customer_value::{UnitError, Weights};
use proptest::prelude::*;

use crate::delivered_aggregate::{anything, near};
use crate::delivered_value::close;

fn response(curve: Curve) -> Response {
    Response::new(curve).unwrap()
}

#[test]
fn f5_tversky_kahneman_1992_prospect_value_computed() {
    let prospect = Response::tversky_kahneman(0.0).unwrap();
    close(prospect.value(100.0).unwrap(), 57.5440, 4);
    close(prospect.value(-100.0).unwrap(), -129.4740, 4);
    // What counts is the distance from the reference.
    close(Response::tversky_kahneman(500.0).unwrap().value(400.0).unwrap(), -129.4740, 4);
}

#[test]
fn f5_wang_ji_2010_kano_curves_computed() {
    let (satisfaction, dissatisfaction) = (0.88, -0.25);
    let attractive = response(Curve::Attractive { satisfaction, dissatisfaction });
    let must_be = response(Curve::MustBe { satisfaction, dissatisfaction });
    // The printed coefficients have six digits.
    let (a, b) = (0.657634, -0.907634);
    let (a_must, b_must) = (E * 1.13 / (E - 1.0), (E * 0.88 + 0.25) / (E - 1.0));
    for level in [0.0, 0.1, 0.5, 0.9, 1.0_f64] {
        let printed = a * level.exp() + b;
        assert!((attractive.value(level).unwrap() - printed).abs() < 2e-6);
        assert!((must_be.value(level).unwrap() - (b_must - a_must * (-level).exp())).abs() < 1e-15);
    }
    let one_dimensional = response(Curve::OneDimensional { satisfaction, dissatisfaction });
    for curve in [attractive, must_be, one_dimensional] {
        assert_eq!(curve.value(0.0).unwrap(), -0.25);
        near(curve.value(1.0).unwrap(), 0.88, 1e-15);
    }
}

#[test]
fn f10_zeithaml_1988_perceived_value_by_a_response_for_each_attribute_computed() {
    let levels = [
        Level::discrete([0.6, 0.8], Weights::equal(2).unwrap()).unwrap(),
        Level::certain(0.7).unwrap(),
        Level::certain(0.5).unwrap(),
        Level::certain(0.9).unwrap(),
    ];
    let perception = Perception::new(Weights::new([0.4, 0.3, 0.2, 0.1]).unwrap(), levels).unwrap();
    let root = response(Curve::Power { scale: 1.0, exponent: 0.5 });
    close(perception.expected_response(&[root; 4]).unwrap(), 0.821092, 6);
    let by_closure = perception.expected_utility(|_, level| level.sqrt()).unwrap();
    near(perception.expected_response(&[root; 4]).unwrap(), by_closure, 1e-15);

    let error = perception.expected_response(&[root; 3]).unwrap_err();
    assert_eq!(error, DeliveredError::Responses { expected: 4, found: 3 });
    let below = Perception::new(Weights::equal(1).unwrap(), [Level::certain(-1.0).unwrap()]).unwrap();
    let source = ResponseError::Unit(UnitError { quantity: "level", value: -1.0, low: 0.0, high: f64::MAX });
    assert_eq!(below.expected_response(&[root]).unwrap_err(), DeliveredError::Response { attribute: 0, source });
}

#[test]
fn f5_shapes_are_what_their_names_say() {
    let rising = response(Curve::Exponential { scale: 10.0, rate: 0.5 });
    assert_eq!(rising.value(0.0).unwrap(), 0.0);
    close(rising.value(2.0).unwrap(), 10.0 * (1.0 - 1.0 / E), 12);
    assert_eq!(rising.value(1e6).unwrap(), 10.0);
    let logistic = response(Curve::Logistic { ceiling: 8.0, midpoint: 3.0, steepness: 2.0 });
    assert_eq!((logistic.value(3.0).unwrap(), logistic.slope(3.0).unwrap()), (4.0, 4.0));
    assert_eq!((logistic.value(-1e300).unwrap(), logistic.value(1e300).unwrap()), (0.0, 8.0));
    assert_eq!((logistic.slope(-1e300).unwrap(), logistic.slope(1e300).unwrap()), (0.0, 0.0));
    let line = response(Curve::Linear { intercept: 1.0, slope: -2.0 });
    assert_eq!((line.value(3.0).unwrap(), line.slope(3.0).unwrap()), (-5.0, -2.0));
}

#[test]
fn slopes_that_do_not_exist_are_typed_errors() {
    let power = |exponent| response(Curve::Power { scale: 3.0, exponent }).slope(0.0);
    assert_eq!(power(0.5), Err(ResponseError::NoSlope { level: 0.0 }));
    assert_eq!((power(1.0), power(2.0)), (Ok(3.0), Ok(0.0)));
    let prospect = |exponent, loss_aversion| {
        let curve = Curve::Prospect { reference: 5.0, gain_exponent: exponent, loss_exponent: exponent, loss_aversion };
        response(curve).slope(5.0)
    };
    assert_eq!(prospect(0.88, 2.25), Err(ResponseError::NoSlope { level: 5.0 }));
    assert_eq!(prospect(1.0, 2.25), Err(ResponseError::NoSlope { level: 5.0 }));
    assert_eq!((prospect(1.0, 1.0), prospect(2.0, 2.25)), (Ok(1.0), Ok(0.0)));
}

#[test]
fn bad_parameters_and_levels_are_typed_errors() {
    let unit = |quantity, value, low, high| ResponseError::Unit(UnitError { quantity, value, low, high });
    let (least, most) = (f64::from_bits(1), f64::MAX);
    for (curve, error) in [
        (Curve::Power { scale: 1.0, exponent: 0.0 }, unit("exponent", 0.0, least, most)),
        (Curve::Exponential { scale: 1.0, rate: -1.0 }, unit("rate", -1.0, least, most)),
        (Curve::Logistic { ceiling: 1.0, midpoint: 0.0, steepness: 0.0 }, unit("steepness", 0.0, least, most)),
        (Curve::Linear { intercept: 0.0, slope: f64::INFINITY }, unit("slope", f64::INFINITY, -most, most)),
        (Curve::Attractive { satisfaction: 1.1, dissatisfaction: 0.0 }, unit("satisfaction", 1.1, 0.0, 1.0)),
        (Curve::MustBe { satisfaction: 0.5, dissatisfaction: 0.1 }, unit("dissatisfaction", 0.1, -1.0, 0.0)),
    ] {
        assert_eq!(Response::new(curve), Err(error), "{curve:?}");
    }
    let kano = response(Curve::OneDimensional { satisfaction: 1.0, dissatisfaction: -1.0 });
    assert_eq!(kano.value(1.5), Err(unit("level", 1.5, 0.0, 1.0)));
    assert_eq!(kano.slope(-0.5), Err(unit("level", -0.5, 0.0, 1.0)));
    let steep = response(Curve::Exponential { scale: 1.0, rate: 1.0 });
    assert_eq!(steep.value(-1e3), Err(ResponseError::TooLarge { quantity: "response", level: -1e3 }));
    assert_eq!(steep.slope(-1e3), Err(ResponseError::TooLarge { quantity: "slope of the response", level: -1e3 }));
    assert!(matches!(steep.value(f64::NAN), Err(ResponseError::Unit(_))));
}

#[test]
fn f5_nothing_of_a_response_beyond_all_floats_is_nothing() {
    let nothing = response(Curve::Exponential { scale: 0.0, rate: 1.0 });
    assert_eq!((nothing.value(-1e3), nothing.slope(-1e3)), (Ok(0.0), Ok(0.0)));
    let nothing = response(Curve::Power { scale: 0.0, exponent: 2.0 });
    assert_eq!((nothing.value(1e300), nothing.slope(1e308)), (Ok(0.0), Ok(0.0)));
}

#[test]
fn f5_kano_curves_meet_both_ends_to_the_last_bit() {
    for hundredths in 0..=100 {
        let satisfaction = f64::from(hundredths) / 100.0;
        for dissatisfaction in [-1.0, -0.7, -0.3, -0.1, 0.0] {
            for curve in [
                Curve::Attractive { satisfaction, dissatisfaction },
                Curve::MustBe { satisfaction, dissatisfaction },
                Curve::OneDimensional { satisfaction, dissatisfaction },
            ] {
                let ends = (response(curve).value(0.0), response(curve).value(1.0));
                assert_eq!(ends, (Ok(dissatisfaction), Ok(satisfaction)), "{curve:?}");
            }
        }
    }
}

fn curves() -> impl Strategy<Value = (Curve, f64)> {
    let kano = || (0.0..=1.0, -1.0..=0.0, 0.01..0.99);
    prop_oneof![
        (0.1..10.0, 0.1..3.0, 0.1..10.0).prop_map(|(scale, exponent, x)| (Curve::Power { scale, exponent }, x)),
        (0.1..10.0, 0.1..3.0, -3.0..3.0).prop_map(|(scale, rate, x)| (Curve::Exponential { scale, rate }, x)),
        (0.1..10.0, -2.0..2.0, 0.1..3.0, -5.0..5.0)
            .prop_map(|(ceiling, midpoint, steepness, x)| (Curve::Logistic { ceiling, midpoint, steepness }, x)),
        (0.2..2.0, 0.2..2.0, 0.5..3.0, prop_oneof![-9.0..0.5, 1.5..9.0]).prop_map(
            |(gain_exponent, loss_exponent, loss_aversion, x)| {
                (Curve::Prospect { reference: 1.0, gain_exponent, loss_exponent, loss_aversion }, x)
            }
        ),
        kano().prop_map(|(satisfaction, dissatisfaction, x)| (Curve::Attractive { satisfaction, dissatisfaction }, x)),
        kano().prop_map(|(satisfaction, dissatisfaction, x)| (Curve::MustBe { satisfaction, dissatisfaction }, x)),
        kano().prop_map(|(satisfaction, dissatisfaction, x)| (
            Curve::OneDimensional { satisfaction, dissatisfaction },
            x
        )),
    ]
}

proptest! {
    #[test]
    fn slopes_match_differences((curve, x) in curves()) {
        let curve = response(curve);
        let step = 1e-5;
        let numeric = (curve.value(x + step).unwrap() - curve.value(x - step).unwrap()) / (2.0 * step);
        let exact = curve.slope(x).unwrap();
        prop_assert!((numeric - exact).abs() < 1e-5 * (1.0 + exact.abs()), "{} {}", numeric, exact);
        prop_assert!(exact >= 0.0);
    }

    #[test]
    fn kano_curves_lie_on_their_sides_of_the_line(s in 0.0..=1.0, d in -1.0..=0.0, x in 0.0..=1.0) {
        let (satisfaction, dissatisfaction) = (s, d);
        let of = |curve| response(curve).value(x).unwrap();
        let line = of(Curve::OneDimensional { satisfaction, dissatisfaction });
        let attractive = of(Curve::Attractive { satisfaction, dissatisfaction });
        let must_be = of(Curve::MustBe { satisfaction, dissatisfaction });
        prop_assert!(attractive <= line + 1e-15 && line <= must_be + 1e-15);
    }

    #[test]
    fn arbitrary_numbers_never_panic(p in prop::array::uniform4(anything()), x in prop::array::uniform3(anything())) {
        let [a, b, c, d] = p;
        let curves = [
            Curve::Linear { intercept: a, slope: b },
            Curve::Power { scale: a, exponent: b },
            Curve::Exponential { scale: a, rate: b },
            Curve::Logistic { ceiling: a, midpoint: b, steepness: c },
            Curve::Prospect { reference: a, gain_exponent: b, loss_exponent: c, loss_aversion: d },
            Curve::Attractive { satisfaction: a, dissatisfaction: b },
        ];
        for curve in curves.into_iter().filter_map(|curve| Response::new(curve).ok()) {
            for number in [curve.value(x[0]), curve.slope(x[0])].into_iter().flatten() {
                prop_assert!(number.is_finite());
            }
        }
    }
}
