//! Fits of choices, and what attributes are worth, at the limits of floats. Estimates were computed with 80 digits from
//! the definition of the likelihood.
#![allow(clippy::unreadable_literal, reason = "numbers as they are printed")]

use customer_value::delivered::{
    CoefficientEstimate, ConditionalLogit, LogitError, LogitFit, ObservedChoices, Situation, WillingnessError,
    WillingnessToPay,
};
use customer_value::{Currency, Probability, Seed, UnitError};
use proptest::prelude::*;

use crate::shared::relative_error;

/// The first alternative is taken.
fn first_of<const WIDTH: usize>(alternatives: &[[f64; WIDTH]], count: u64) -> Situation {
    Situation { alternatives: alternatives.iter().map(|row| row.to_vec()).collect(), chosen: 0, count }
}

fn fit(attributes: &[&str], situations: impl IntoIterator<Item = Situation>) -> Result<LogitFit, LogitError> {
    ConditionalLogit::fit(&ObservedChoices::new(attributes.iter().copied(), situations).unwrap())
}

#[track_caller]
fn assert_estimates(fit: &LogitFit, estimates: &[[f64; 2]], log_likelihood: f64) {
    for (estimate, [value, error]) in fit.estimates().iter().zip(estimates) {
        // The curvature at the top has up to 1e5 times the size of its smallest part.
        assert!(relative_error(estimate.value, *value) < 1e-10, "{estimate:?} {value}");
        assert!(relative_error(estimate.standard_error, *error) < 1e-10, "{estimate:?} {error}");
    }
    assert!(relative_error(fit.log_likelihood(), log_likelihood) < 1e-12, "{}", fit.log_likelihood());
}

#[test]
fn f18_a_maximum_behind_a_plateau_is_found() {
    // Newton's first step from indifference leads to where ten thousand choices are all but sure and nothing bends.
    let situations = [
        first_of(
            &[
                [-1.715725225763525, 0.5628321465047793],
                [-2.528332468637764, 0.763750914974516],
                [1.3674895089071355, 1.974730193996998],
            ],
            1,
        ),
        first_of(&[[-1.5158743467952691, 0.026233750418916856], [-0.48190118029473145, 0.11678714275091656]], 10_000),
        first_of(&[[-0.971552047167492, -0.0601181101832842], [0.690803760818829, -0.5725385840683134]], 1),
    ];
    let estimates = [[-8.742789999917665, 2.345625452140512], [-27.12955898334424, 8.301591072207224]];
    assert_estimates(&fit(&["a", "b"], situations).unwrap(), &estimates, -2.356671934259305);
}

#[test]
fn f18_a_maximum_hundreds_of_log_odds_away_is_found() {
    let two = [
        first_of(&[[0.49, -0.44], [-0.84, 0.18], [-0.4, -0.7]], 1),
        first_of(&[[1.43, 0.49], [-1.55, -0.08]], 1_000_000),
        first_of(&[[-1.16, 0.12], [1.53, 0.63]], 10_000),
        first_of(&[[0.45, 0.5], [0.85, -0.26]], 10_000),
        first_of(&[[0.67, 0.17], [-1.66, 0.21], [0.09, 1.08]], 10),
        first_of(&[[1.37, 1.14], [-1.36, -0.7], [0.57, -0.25]], 1_000_000),
    ];
    let estimates = [[-278.5805191564338, 1.270032759769764], [1467.165337437456, 6.663589760221313]];
    assert_estimates(&fit(&["a", "b"], two).unwrap(), &estimates, -21261.6507235915);
    let three = [
        first_of(&[[-6.58, 0.02, -4.05], [4.35, -0.55, 0.73]], 10_000),
        first_of(&[[-4.38, -3.82, 0.78], [-1.36, -1.04, -1.5]], 1),
        first_of(&[[3.99, -4.59, 5.84], [1.41, -2.84, -5.43]], 1),
        first_of(&[[-3.06, 2.62, -2.4], [-4.54, 0.04, -3.74], [-1.3, 3.33, -2.04]], 1_000_000),
        first_of(&[[1.09, -5.55, 0.49], [0.67, 0.63, 4.84]], 10),
    ];
    let estimates = [
        [-9.733663963116521, 0.135626943129629],
        [7.894251434791609, 0.1794233314874132],
        [3.245055487375476, 0.2946244923283662],
    ];
    assert_estimates(&fit(&["a", "b", "c"], three).unwrap(), &estimates, -737.3926400172772);
}

#[test]
fn f18_counts_of_2_to_the_45th_make_no_attribute_follow_from_another() {
    // Two kinds of pairs, each told apart by a sum of its own: two log-odds, ln 2^45 of a + b and ln 3 of a + 2b.
    let pair = |row: [f64; 2], count| first_of(&[row, [0.0; 2]], count);
    let many = 1 << 45;
    let rows = [pair([1.0, 1.0], many), pair([-1.0, -1.0], 1), pair([1.0, 2.0], 3), pair([-1.0, -2.0], 1)];
    let fit = fit(&["a", "b"], rows).unwrap();
    let (one, other) = (45.0 * 2_f64.ln(), 3_f64.ln());
    let (of_one, of_other) = (1.0 + 1.0 / many as f64, 1.0 / 3.0 + 1.0);
    let [a, b] = [fit.model().coefficients()[0], fit.model().coefficients()[1]];
    assert!(relative_error(a, 2.0 * one - other) < 1e-12, "{a}");
    assert!(relative_error(b, other - one) < 1e-12, "{b}");
    let [error_a, error_b] = [fit.estimates()[0].standard_error, fit.estimates()[1].standard_error];
    assert!(relative_error(error_a, (4.0 * of_one + of_other).sqrt()) < 1e-12, "{error_a}");
    assert!(relative_error(error_b, (of_one + of_other).sqrt()) < 1e-12, "{error_b}");
}

#[test]
fn alternatives_in_another_order_are_another_situation_of_the_same_likelihood() {
    let [cheap, dear] = [vec![1.0, 2.0], vec![3.0, 1.0]];
    let rows = [Situation::once([cheap.clone(), dear.clone()], 0), Situation::once([dear, cheap], 1)];
    let data = ObservedChoices::new(["a", "b"], rows.clone()).unwrap();
    assert_eq!((data.situations().len(), data.count()), (2, 2));
    let model = ConditionalLogit::new([("a", -0.5), ("b", 0.25)]).unwrap();
    let [one, other] = rows.map(|row| model.log_likelihood(&ObservedChoices::new(["a", "b"], [row]).unwrap()).unwrap());
    assert_eq!(one.to_bits(), other.to_bits());
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

/// A premium of `price` and of one unit of quality, both in units of the caller's choice.
fn worth(price: f64, quality: f64) -> WillingnessToPay {
    let row = |price_difference: f64, chosen: usize, count| Situation {
        alternatives: vec![vec![price * price_difference, quality], vec![0.0, 0.0]],
        chosen,
        count,
    };
    let rows = [row(1.0, 0, 30), row(1.0, 1, 10), row(2.0, 0, 10), row(2.0, 1, 30)];
    let fit = fit(&["price", "quality"], rows).unwrap();
    fit.willingness_to_pay("quality", "price", Currency::USD).unwrap()
}

#[test]
fn f17_units_of_price_and_attribute_cancel_in_the_error_however_small_or_large() {
    // Log-odds of ln 3 at a premium of 1 and −ln 3 at 2, each with a variance of 1/30 + 1/10: w = 1.5 at half of the
    // sum, dw = (d₁ + d₂) / (4 ln 3).
    let error = (2.0 * (1.0 / 30.0 + 1.0 / 10.0_f64)).sqrt() / (4.0 * 3_f64.ln());
    for (price, quality) in [(1.0, 1.0), (1e-140, 1e140), (1e80, 1e-80), (1e140, 1e-140), (1e-140, 1e-140)] {
        let worth = worth(price, quality);
        let unit = price / quality;
        assert!(relative_error(worth.amount().amount(), 1.5 * unit) < 1e-12, "{price} {quality}: {worth:?}");
        assert!(relative_error(worth.standard_error().amount(), error * unit) < 1e-12, "{price} {quality}: {worth:?}");
    }
}

#[test]
fn f17_what_is_worth_nothing_has_the_error_of_its_coefficient() {
    let row = |row: [f64; 2], count| first_of(&[row, [0.0; 2]], count);
    let rows = [row([1.0, 0.0], 1), row([-1.0, 0.0], 3), row([0.0, 1.0], 2), row([0.0, -1.0], 2)];
    let fit = fit(&["price", "colour"], rows).unwrap();
    let worth = fit.willingness_to_pay("colour", "price", Currency::USD).unwrap();
    assert!(worth.amount().amount().abs() < 1e-15);
    // A coefficient of 0 ± √(1/2 + 1/2), over one of −ln 3.
    assert!(relative_error(worth.standard_error().amount(), 1.0 / 3_f64.ln()) < 1e-12);
}

#[test]
fn f17_krinsky_and_robb_cut_off_five_of_a_hundred_at_either_end() {
    let interval = |level| worth(1.0, 1.0).krinsky_robb(probability(level), 100, Seed::new(4)).unwrap();
    // One minus .9 is below .1 as a float. At .895 it is 5.25 draws, at .91 4.5 and at .87 6.5.
    assert_eq!(interval(0.9), interval(0.895));
    assert!(interval(0.9).low.amount() > interval(0.91).low.amount());
    assert!(interval(0.9).high.amount() < interval(0.91).high.amount());
    assert!(interval(0.9).low.amount() < interval(0.87).low.amount());
}

#[test]
fn f17_draws_have_a_limit() {
    let worth = worth(1.0, 1.0);
    let level = probability(0.95);
    for draws in [0, 1_000_001, u32::MAX] {
        let error = worth.krinsky_robb(level, draws, Seed::new(1)).unwrap_err();
        assert_eq!(error, WillingnessError::Draws { draws });
        assert_eq!(error.to_string(), format!("{draws} draws, expected 1 to 1000000"));
    }
    assert_eq!(WillingnessToPay::MOST_DRAWS, 1_000_000);
}

#[test]
fn intervals_have_levels_above_0_and_below_1() {
    let estimate = CoefficientEstimate { attribute: "price".into(), value: -1.0, standard_error: 0.5 };
    let worth = worth(1.0, 1.0);
    for level in [0.0, 1.0] {
        let (low, high) = (f64::from_bits(1), 1.0_f64.next_down());
        let error = UnitError { quantity: "confidence", value: level, low, high };
        let level = probability(level);
        assert_eq!(estimate.interval(level), Err(error));
        assert_eq!(worth.interval(level), Err(WillingnessError::Unit(error)));
        assert_eq!(worth.krinsky_robb(level, 100, Seed::new(1)), Err(WillingnessError::Unit(error)));
    }
    let widest = estimate.interval(probability(1.0_f64.next_down())).unwrap();
    assert!(widest.low > -6.0 && widest.high < 4.0, "{widest}");
    let endless = CoefficientEstimate { value: f64::MAX, standard_error: 1e300, ..estimate };
    let error = endless.interval(probability(0.95)).unwrap_err();
    assert_eq!((error.quantity, error.value), ("end of the interval", f64::INFINITY));
}

#[test]
fn estimates_and_intervals_have_a_text() {
    for (value, standard_error, text) in [
        (-0.02, 0.0031, "price -0.02000 ± 0.003100"),
        (1234.56, 9.9996, "price 1235 ± 10.00"),
        (-1.5e-9, 2.0e7, "price -1.500e-9 ± 2.000e7"),
        (0.0, 1.0, "price 0.000 ± 1.000"),
    ] {
        let estimate = CoefficientEstimate { attribute: "price".into(), value, standard_error };
        assert_eq!(estimate.to_string(), text);
    }
    let worth = worth(1.0, 1.0);
    // 0.5164 / 4.3944 = 0.1175, times 1.96 is 0.2303.
    assert_eq!(worth.to_string(), "1.50 USD ± 0.12 USD");
    assert_eq!(worth.interval(probability(0.95)).unwrap().to_string(), "1.27 USD to 1.73 USD");
}

#[cfg(feature = "serde")]
#[test]
fn stored_models_that_contradict_themselves_say_how() {
    let error = |stored: &str| serde_json::from_str::<ConditionalLogit>(stored).unwrap_err().to_string();
    let lengths = LogitError::Lengths { attributes: 2, coefficients: 1 }.to_string();
    assert!(error(r#"{"attributes":["a","b"],"coefficients":[1.0]}"#).starts_with(&lengths));
    assert_eq!(lengths, "1 coefficients for 2 attributes, expected one for each");

    let pair = |row: f64, count| first_of(&[[row], [0.0]], count);
    let stored = serde_json::to_string(&fit(&["a"], [pair(1.0, 3), pair(-1.0, 1)]).unwrap()).unwrap();
    for (sound, spoilt, message) in [
        ("\"covariance\":[", "\"covariance\":[1.0,", "2 cells, expected a symmetric and positive definite covariance"),
        ("\"covariance\":[", "\"covariance\":[-", "1 cells, expected a symmetric and positive definite covariance"),
        ("\"log_likelihood\":-", "\"log_likelihood\":", "log-likelihood is 2.2"),
        ("\"gradient\":", "\"gradient\":-1", "gradient is -"),
        ("\"choices\":4", "\"choices\":0", "number of choices is 0, expected a finite number from 1 up"),
    ] {
        let changed = stored.replacen(sound, spoilt, 1);
        let error = serde_json::from_str::<LogitFit>(&changed).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}: {changed}");
    }
}

fn uneven_choices(attributes: usize) -> impl Strategy<Value = Vec<Situation>> {
    let row = prop::collection::vec(-3.0..3.0, attributes);
    let count = prop::sample::select(vec![1_u64, 10, 10_000, 1_000_000]);
    let situation = (prop::collection::vec(row, 2..4), count);
    let situation = situation.prop_map(|(alternatives, count)| Situation { alternatives, chosen: 0, count });
    prop::collection::vec(situation, attributes + 1..attributes + 5)
}

proptest! {
    #[test]
    fn choices_of_counts_far_apart_have_a_maximum_or_are_separated(situations in uneven_choices(3)) {
        match fit(&["a", "b", "c"], situations) {
            Ok(fit) => prop_assert!(fit.gradient() < 1e-6, "{}", fit.gradient()),
            Err(LogitError::Separable { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}
