//! Choice sets and nests. Numbers marked `computed` were computed for this project by other means; `choice.csv` holds
//! more, made from the definitions.
#![allow(clippy::unreadable_literal, reason = "numbers as they are printed")]

use customer_value::delivered::{
    Alternative, Axes, BenefitMatrix, ChoiceError, ChoiceSet, ConditionalLogit, Costs, Delivered, Effort, Nest,
    NestedLogit, Sources,
};
use customer_value::{Currency, Money, ShadowPrices};
use proptest::prelude::*;

use Alternative::{Offer, Outside};

fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.5000001 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

/// One that gives 3 and costs 1.
fn offer() -> Delivered {
    let costs = Costs::new(Money::from_minor(100, Currency::USD), Effort::default()).unwrap();
    let costs = costs.components(&ShadowPrices::default()).unwrap().priced().unwrap();
    let [product, rest]: [Axes; 2] = [[3.0, 0.0, 0.0].into(), [0.0; 3].into()];
    let benefits = Sources { product, service: rest, people: rest, image: rest };
    Delivered::new(BenefitMatrix::new(benefits, Currency::USD).unwrap(), costs).unwrap()
}

fn nest(dissimilarity: f64, offers: impl Into<Vec<usize>>) -> Nest {
    Nest { dissimilarity, offers: offers.into() }
}

/// A car and two buses.
fn buses(dissimilarity: f64) -> NestedLogit {
    NestedLogit::new([0.0; 3], [nest(1.0, [0]), nest(dissimilarity, [1, 2])]).unwrap()
}

/// Of central differences, whose error is its square times a third derivative near 1.
const STEP: f64 = 1e-5;

fn numbers(shares: &[customer_value::Probability]) -> Vec<f64> {
    shares.iter().map(|share| share.get()).collect()
}

#[test]
fn f15_mcfadden_1974_logit_computed() {
    let choice = ChoiceSet::new([1.0, 2.0, 3.0]).unwrap();
    for (share, printed) in choice.shares().offers.iter().zip([0.090031, 0.244728, 0.665241]) {
        close(share.get(), printed, 6);
    }
    close(choice.logsum(), 3.407606, 6);
    let second = Offer(1);
    close(choice.elasticity(second, second, -0.5, 4.0).unwrap(), -1.510543, 6);
    close(choice.elasticity(Offer(0), second, -0.5, 4.0).unwrap(), 0.489457, 6);
}

#[test]
fn f15_elasticities_match_differences_of_the_shares() {
    let (beta, price, step) = (-0.5, 4.0, 1e-6);
    let at = |x: f64| ChoiceSet::new([1.0, 4.0 + beta * x, 3.0]).unwrap().with_outside(0.0).unwrap().shares();
    let (low, high) = (at(price * (1.0 - step)), at(price * (1.0 + step)));
    let choice = ChoiceSet::new([1.0, 2.0, 3.0]).unwrap().with_outside(0.0).unwrap();
    for of in 0..3 {
        let numeric = (high.offers[of].get() / low.offers[of].get()).ln() / (2.0 * step);
        let exact = choice.elasticity(Offer(of), Offer(1), beta, price).unwrap();
        assert!((numeric - exact).abs() < 1e-8, "{of}: {numeric} {exact}");
    }
}

#[test]
fn best_offer_takes_ties_in_declared_order() {
    assert_eq!(ChoiceSet::new([1.0, 2.0, 2.0]).unwrap().best(), Offer(1));
    let worthless = ChoiceSet::new([-1.0, 0.0]).unwrap();
    assert_eq!(worthless.clone().with_outside(0.0).unwrap().best(), Offer(1));
    assert_eq!(worthless.with_outside(0.5).unwrap().best(), Outside);
    let offers = [offer(), offer()];
    assert_eq!(ChoiceSet::by_net(&offers, 0.1).unwrap().best(), Offer(0));
}

#[test]
fn impossible_choices_are_typed_errors() {
    assert_eq!(ChoiceSet::new([]), Err(ChoiceError::Empty));
    assert_eq!(ChoiceSet::by_net(&[], 1.0), Err(ChoiceError::Empty));
    let error = ChoiceSet::new([0.0, f64::NEG_INFINITY]).unwrap_err();
    assert_eq!(error, ChoiceError::NotFinite { alternative: Offer(1), value: f64::NEG_INFINITY });
    let choice = ChoiceSet::new([0.0]).unwrap();
    assert!(matches!(choice.clone().with_outside(f64::NAN), Err(ChoiceError::NotFinite { .. })));
    let unknown = Err(ChoiceError::Unknown { alternative: Outside, offers: 1 });
    assert_eq!(choice.elasticity(Offer(0), Outside, 1.0, 1.0), unknown);
    assert!(matches!(ChoiceSet::by_net(&[offer()], 0.0), Err(ChoiceError::Unit(_))));
}

#[test]
fn utilities_far_apart_leave_shares_of_zero_and_one() {
    let shares = ChoiceSet::new([f64::MAX, -f64::MAX]).unwrap().shares();
    assert_eq!(shares.offers.iter().map(|share| share.get()).collect::<Vec<_>>(), [1.0, 0.0]);
}

#[test]
fn equal_offers_of_huge_utility_share_alike() {
    // ln 2 has no digit beside 1e16.
    let shares = ChoiceSet::new([1e16, 1e16]).unwrap().shares();
    assert_eq!(numbers(&shares.offers), [0.5, 0.5]);
}

#[test]
fn what_a_sure_choice_leaves_to_others_keeps_its_digits() {
    let choice = ChoiceSet::new([50.0, 0.0]).unwrap();
    let rest = f64::exp(-50.0);
    let own = choice.elasticity(Offer(0), Offer(0), 1.0, 1.0).unwrap();
    assert!((own / rest - 1.0).abs() < 1e-14, "{own}");
    assert!((choice.derivatives()[0][0] / rest - 1.0).abs() < 1e-14);
}

#[test]
fn a_choice_set_tells_what_it_was_made_of() {
    let choice = ChoiceSet::new([1.0, 2.0]).unwrap().with_outside(0.5).unwrap();
    assert_eq!((choice.utilities(), choice.outside()), ([1.0, 2.0].as_slice(), Some(0.5)));
    assert_eq!(choice.probability(Outside).unwrap(), choice.shares().outside.unwrap());
    assert_eq!(choice.probability(Offer(1)).unwrap(), choice.shares().offers[1]);
    assert_eq!(choice.probability(Offer(2)), Err(ChoiceError::Unknown { alternative: Offer(2), offers: 2 }));
}

#[test]
fn f16_red_and_blue_bus_computed() {
    for (dissimilarity, car, bus) in
        [(1.0, 1.0 / 3.0, 1.0 / 3.0), (0.5, 0.414214, 0.292893), (0.01, 0.498267, 0.250866)]
    {
        let choice = buses(dissimilarity);
        let shares = numbers(&choice.shares().offers);
        shares.iter().zip([car, bus, bus]).for_each(|(share, printed)| close(*share, printed, 6));
        assert_eq!(numbers(&choice.shares_within_nests()), [1.0, 0.5, 0.5]);
        close(choice.shares_of_nests()[1].get(), 2.0 * bus, 5);
        // The logsum of three like offers falls from ln 3 to ln 2 as two of them become one.
        close(choice.logsum(), (-shares[0].ln()).abs(), 12);
    }
}

#[test]
fn an_offer_that_is_not_available_leaves_the_rest_as_if_it_had_never_been() {
    let choice = buses(0.5).with_outside(-1.0).unwrap();
    let one_bus = choice.clone().without(2).unwrap();
    let never = NestedLogit::new([0.0; 2], [nest(1.0, [0]), nest(0.5, [1])]).unwrap().with_outside(-1.0).unwrap();
    let (shares, expected) = (one_bus.shares(), never.shares());
    assert_eq!(numbers(&shares.offers), [expected.offers[0].get(), expected.offers[1].get(), 0.0]);
    assert_eq!((shares.outside, one_bus.logsum()), (expected.outside, never.logsum()));
    assert_eq!(numbers(&one_bus.shares_within_nests()), [1.0, 1.0, 0.0]);
    assert_eq!(one_bus.derivatives()[2], [0.0; 4]);
    assert_eq!(one_bus.elasticity(Offer(2), Offer(0), 1.0, 1.0), Err(ChoiceError::Unavailable { offer: 2 }));
    assert_eq!(one_bus.without(2), Err(ChoiceError::Unavailable { offer: 2 }));
}

#[test]
fn a_nest_without_available_offers_vanishes() {
    let car_only = buses(0.5).without(1).unwrap().without(2).unwrap();
    assert_eq!(numbers(&car_only.shares().offers), [1.0, 0.0, 0.0]);
    assert_eq!(numbers(&car_only.shares_of_nests()), [1.0, 0.0]);
    assert_eq!(car_only.logsum(), 0.0);
    assert_eq!(car_only.clone().without(0), Err(ChoiceError::Empty));
    assert_eq!(car_only.with_outside(0.0).unwrap().without(0), Err(ChoiceError::Empty));
}

#[test]
fn a_nested_logit_tells_what_it_was_made_of() {
    let offers = NestedLogit::new([1.0, 3.0, 3.0], [nest(1.0, [0]), nest(0.5, [1, 2])]).unwrap();
    assert_eq!(offers.utilities(), [Some(1.0), Some(3.0), Some(3.0)]);
    assert_eq!((offers.best(), offers.outside()), (Offer(1), None));
    let fewer = offers.without(1).unwrap().with_outside(3.0).unwrap();
    assert_eq!(fewer.utilities(), [Some(1.0), None, Some(3.0)]);
    assert_eq!((fewer.best(), fewer.outside()), (Offer(2), Some(3.0)));
    let away = fewer.with_outside(4.0).unwrap();
    assert_eq!(away.best(), Outside);
}

#[test]
fn utilities_of_attributes_feed_either_model() {
    let model = ConditionalLogit::new([("price", -0.5), ("minutes", -0.25)]).unwrap();
    let rows = [[2.0, 4.0], [4.0, 8.0]];
    let utilities = model.utilities(rows).unwrap();
    assert_eq!(utilities, [-2.0, -4.0]);
    assert_eq!(model.choice_set(rows).unwrap().utilities(), utilities);
    let nested = NestedLogit::new(utilities, [nest(1.0, [0, 1])]).unwrap();
    assert_eq!(nested.utilities(), [Some(-2.0), Some(-4.0)]);
    let none: [[f64; 2]; 0] = [];
    assert_eq!(model.utilities(none), Ok(vec![]));
    assert_eq!(model.choice_set(none), Err(ChoiceError::Empty));
    let long = ChoiceError::Attributes { alternative: Offer(1), values: 3, attributes: 2 };
    assert_eq!(model.utilities([vec![1.0, 2.0], vec![1.0, 2.0, 3.0]]), Err(long));
    let endless = ChoiceError::NotFinite { alternative: Offer(0), value: f64::NEG_INFINITY };
    assert_eq!(ConditionalLogit::new([("a", -1e200)]).unwrap().utilities([[1e200]]), Err(endless));
}

#[test]
fn an_offer_alone_in_its_nest_does_not_mind_its_dissimilarity() {
    for dissimilarity in [f64::MIN_POSITIVE, 0.01, 1.0] {
        let choice = NestedLogit::new([1.0, 2.0], [nest(dissimilarity, [1]), nest(1.0, [0])]).unwrap();
        let plain = ChoiceSet::new([1.0, 2.0]).unwrap();
        assert!(
            choice.shares().offers.iter().zip(&plain.shares().offers).all(|(a, b)| (a.get() - b.get()).abs() < 1e-15)
        );
        let own = |elasticity: Result<f64, ChoiceError>| elasticity.unwrap();
        let nested = own(choice.elasticity(Offer(1), Offer(1), 1.0, 1.0));
        assert!((nested - own(plain.elasticity(Offer(1), Offer(1), 1.0, 1.0))).abs() < 1e-15);
    }
}

#[test]
fn impossible_nests_are_typed_errors() {
    let new = |utilities: &[f64], nests: &[Nest]| NestedLogit::new(utilities, nests).unwrap_err();
    assert_eq!(new(&[], &[]), ChoiceError::Empty);
    assert_eq!(new(&[0.0], &[nest(1.0, [0]), nest(1.0, [])]), ChoiceError::EmptyNest { nest: 1 });
    assert_eq!(new(&[0.0, 0.0], &[nest(1.0, [0])]), ChoiceError::Nesting { offer: 1, nests: 0 });
    assert_eq!(new(&[0.0, 0.0], &[nest(1.0, [0, 1]), nest(0.5, [1])]), ChoiceError::Nesting { offer: 1, nests: 2 });
    assert_eq!(new(&[0.0], &[nest(1.0, [0, 0])]), ChoiceError::Nesting { offer: 0, nests: 2 });
    assert_eq!(new(&[0.0], &[nest(1.0, [0, 3])]), ChoiceError::Unknown { alternative: Offer(3), offers: 1 });
    for value in [0.0, -0.5, 1.0 + f64::EPSILON, f64::from_bits(1), f64::INFINITY] {
        assert_eq!(new(&[0.0], &[nest(value, [0])]), ChoiceError::Dissimilarity { nest: 0, value });
    }
    assert!(
        matches!(new(&[0.0], &[nest(f64::NAN, [0])]), ChoiceError::Dissimilarity { nest: 0, value } if value.is_nan())
    );
    let error = new(&[0.0, f64::INFINITY], &[nest(1.0, [0, 1])]);
    assert_eq!(error, ChoiceError::NotFinite { alternative: Offer(1), value: f64::INFINITY });
    let unknown = ChoiceError::Unknown { alternative: Outside, offers: 3 };
    assert_eq!(buses(1.0).probability(Outside), Err(unknown.clone()));
    assert_eq!(buses(1.0).elasticity(Outside, Offer(0), 1.0, 1.0), Err(unknown));
    assert_eq!(buses(1.0).without(3), Err(ChoiceError::Unknown { alternative: Offer(3), offers: 3 }));
    let sharp = buses(f64::MIN_POSITIVE);
    assert!(matches!(sharp.elasticity(Offer(1), Offer(1), 10.0, 10.0), Err(ChoiceError::Unit(_))));
}

#[test]
fn nests_of_like_offers_far_apart_leave_shares_of_zero_and_one() {
    let choice = NestedLogit::new([1e3, -1e3, 1e3, 990.0], [nest(0.01, [0, 1]), nest(0.01, [2, 3])]).unwrap();
    assert_eq!(numbers(&choice.shares().offers), [0.5, 0.0, 0.5, 0.0]);
    close(choice.logsum(), 1e3 + 2_f64.ln(), 9);
    assert!(choice.derivatives().iter().flatten().all(|slope| slope.is_finite()));
}

/// An exponent (V − I) / λ near 600 is rounded to some 1e-13 of its value, and so is its exponential.
const ROUNDED_EXPONENT: f64 = 1e-12;

#[test]
fn nested_logit_equals_its_definition_to_500_digits() {
    let list = |text: &str| text.split(' ').map(|number| number.parse().unwrap()).collect::<Vec<f64>>();
    let agree = |case: usize, actual: f64, expected: f64| {
        let error = (actual - expected).abs();
        assert!(error <= ROUNDED_EXPONENT * expected.abs(), "nest {case}: {actual} is not {expected}");
    };
    let rows = include_str!("data/choice.csv").lines().filter_map(|line| line.strip_prefix("nested,"));
    let rows: Vec<Vec<&str>> = rows.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 50);
    for (case, row) in rows.iter().enumerate() {
        let nests = row[1].split(';').map(|text| {
            let (dissimilarity, offers) = text.split_once(':').unwrap();
            nest(
                dissimilarity.parse().unwrap(),
                offers.split(' ').map(|offer| offer.parse().unwrap()).collect::<Vec<_>>(),
            )
        });
        let mut choice = NestedLogit::new(list(row[0]), nests.collect::<Vec<_>>()).unwrap();
        if !row[2].is_empty() {
            choice = choice.with_outside(row[2].parse().unwrap()).unwrap();
        }
        let shares = choice.shares();
        let all: Vec<f64> = shares.offers.iter().chain(&shares.outside).map(|share| share.get()).collect();
        let (expected, derivatives) = (list(row[3]), choice.derivatives());
        assert_eq!(all.len(), expected.len());
        all.iter().zip(&expected).for_each(|(share, expected)| agree(case, *share, *expected));
        agree(case, choice.logsum(), row[4].parse().unwrap());
        let alternatives: Vec<_> = (0..shares.offers.len()).map(Offer).chain(shares.outside.map(|_| Outside)).collect();
        for (of, slopes) in row[5].split(';').map(list).enumerate() {
            for (by, slope) in slopes.into_iter().enumerate() {
                agree(case, choice.elasticity(alternatives[of], alternatives[by], 0.5, 2.0).unwrap(), slope);
                // Subnormal numbers have fewer digits.
                if (all[of] * slope).abs() > f64::MIN_POSITIVE {
                    agree(case, derivatives[of][by], expected[of] * slope);
                }
            }
        }
    }
}

/// Utilities, the nest of each offer, dissimilarities of four nests.
fn nested(spread: f64, smallest: f64) -> impl Strategy<Value = (Vec<f64>, Vec<usize>, [f64; 4])> {
    let offers = prop::collection::vec((-spread..spread, 0..4_usize), 1..8);
    let parts = (offers, prop::array::uniform4(smallest..1.0));
    parts.prop_map(|(offers, dissimilarities)| {
        let (utilities, nests) = offers.into_iter().unzip();
        (utilities, nests, dissimilarities)
    })
}

fn build(utilities: &[f64], membership: &[usize], dissimilarities: [f64; 4]) -> NestedLogit {
    let members = |nest: usize| (0..membership.len()).filter(move |&offer| membership[offer] == nest);
    let nests = (0..4).map(|position| nest(dissimilarities[position], members(position).collect::<Vec<_>>()));
    let nests: Vec<Nest> = nests.filter(|nest| !nest.offers.is_empty()).collect();
    NestedLogit::new(utilities, nests).unwrap().with_outside(0.0).unwrap()
}

fn all_shares(choice: &NestedLogit) -> Vec<f64> {
    let shares = choice.shares();
    shares.offers.iter().chain(&shares.outside).map(|share| share.get()).collect()
}

proptest! {
    #[test]
    fn shares_sum_to_one_and_ignore_a_common_shift(
        utilities in prop::collection::vec(-50.0..50.0, 1..8), shift in -500.0..500.0,
    ) {
        let shares = ChoiceSet::new(utilities.clone()).unwrap().with_outside(0.0).unwrap().shares();
        let sum: f64 = shares.offers.iter().chain(&shares.outside).map(|share| share.get()).sum();
        prop_assert!((sum - 1.0).abs() < 1e-12);
        let shifted: Vec<f64> = utilities.iter().map(|utility| utility + shift).collect();
        let shifted = ChoiceSet::new(shifted).unwrap().with_outside(shift).unwrap().shares();
        for (a, b) in shares.offers.iter().zip(&shifted.offers) {
            prop_assert!((a.get() - b.get()).abs() < 1e-12);
        }
    }

    #[test]
    fn ratio_of_two_shares_ignores_a_third_offer(a in -5.0..5.0, b in -5.0..5.0, c in -5.0..5.0) {
        let two = ChoiceSet::new([a, b]).unwrap().shares();
        let three = ChoiceSet::new([a, b, c]).unwrap().shares();
        let ratio = |shares: &[customer_value::Probability]| shares[0].get() / shares[1].get();
        prop_assert!((ratio(&two.offers) / ratio(&three.offers) - 1.0).abs() < 1e-12);
        prop_assert!((ratio(&two.offers) / f64::exp(a - b) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_best_offer_has_the_greatest_share(utilities in prop::collection::vec(-5..5_i32, 1..8)) {
        let utilities: Vec<f64> = utilities.into_iter().map(f64::from).collect();
        let choice = ChoiceSet::new(utilities.clone()).unwrap();
        let Offer(best) = choice.best() else { panic!("no outside option") };
        prop_assert!(utilities[..best].iter().all(|&utility| utility < utilities[best]));
        prop_assert!(utilities.iter().all(|&utility| utility <= utilities[best]));
    }

    #[test]
    fn derivatives_are_symmetric_their_rows_sum_to_zero_and_they_match_differences(
        utilities in prop::collection::vec(-4.0..4.0, 1..6),
    ) {
        let set = |utilities: &[f64]| ChoiceSet::new(utilities).unwrap().with_outside(0.0).unwrap();
        let shares = |utilities: &[f64]| numbers(&set(utilities).shares().offers);
        let derivatives = set(&utilities).derivatives();
        for (of, row) in derivatives.iter().enumerate() {
            prop_assert!(row.iter().sum::<f64>().abs() < 1e-15);
            prop_assert!((0..row.len()).all(|by| row[by] == derivatives[by][of]));
        }
        for by in 0..utilities.len() {
            let at = |step: f64| {
                let mut moved = utilities.clone();
                moved[by] += step;
                shares(&moved)
            };
            let (up, down) = (at(STEP), at(-STEP));
            for of in 0..utilities.len() {
                let numeric = (up[of] - down[of]) / (2.0 * STEP);
                prop_assert!((numeric - derivatives[of][by]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn nests_as_unlike_as_any_offers_are_a_choice_set((utilities, nests, _) in nested(50.0, 0.1)) {
        let nested = build(&utilities, &nests, [1.0; 4]);
        let plain = ChoiceSet::new(utilities).unwrap().with_outside(0.0).unwrap();
        prop_assert!((nested.logsum() - plain.logsum()).abs() < 1e-12);
        let shares = plain.shares();
        for (share, expected) in all_shares(&nested).iter().zip(shares.offers.iter().chain(&shares.outside)) {
            prop_assert!((share - expected.get()).abs() < 1e-12);
        }
        for (row, expected) in nested.derivatives().iter().zip(plain.derivatives()) {
            prop_assert!(row.iter().zip(expected).all(|(slope, expected)| (slope - expected).abs() < 1e-12));
        }
    }

    #[test]
    fn nested_shares_sum_to_one_and_factor_however_far_apart((utilities, nests, lambdas) in nested(1e3, 0.01)) {
        let choice = build(&utilities, &nests, lambdas);
        prop_assert!((all_shares(&choice).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let (joint, of_nests, within) = (choice.shares(), choice.shares_of_nests(), choice.shares_within_nests());
        for (nest, share) in choice.nests().iter().zip(&of_nests) {
            let conditional: f64 = nest.offers.iter().map(|&offer| within[offer].get()).sum();
            prop_assert!((conditional - 1.0).abs() < 1e-12);
            for &offer in &nest.offers {
                prop_assert!((joint.offers[offer].get() - share.get() * within[offer].get()).abs() < 1e-15);
            }
        }
        let sums = choice.derivatives();
        // Slopes are at most 1/λ ≤ 100 in size.
        prop_assert!(sums.iter().all(|row| row.iter().sum::<f64>().abs() < 1e-12));
        prop_assert!((0..sums.len()).all(|i| (0..i).all(|j| (sums[i][j] - sums[j][i]).abs() < 1e-12)));
    }

    #[test]
    fn only_offers_outside_a_nest_are_irrelevant_to_a_ratio_of_shares(
        (utilities, nests, lambdas) in nested(3.0, 0.1), by in -2.0..2.0,
    ) {
        let changed = nests.iter().position(|&nest| nest == 0);
        let pairs = (0..nests.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let pairs = pairs.filter(|&(a, b)| nests[a] == nests[b]);
        if let Some(changed) = changed {
            let mut moved = utilities.clone();
            moved[changed] += by;
            let (before, after) = (build(&utilities, &nests, lambdas), build(&moved, &nests, lambdas));
            let (before, after) = (all_shares(&before), all_shares(&after));
            for (a, b) in pairs.filter(|&(a, b)| a != changed && b != changed) {
                prop_assert!((before[a] / before[b] / (after[a] / after[b]) - 1.0).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn the_logsum_rises_by_the_share_of_what_improves((utilities, nests, lambdas) in nested(3.0, 0.2)) {
        let shares = all_shares(&build(&utilities, &nests, lambdas));
        for offer in 0..utilities.len() {
            let at = |step: f64| {
                let mut moved = utilities.clone();
                moved[offer] += step;
                build(&moved, &nests, lambdas).logsum()
            };
            prop_assert!(((at(STEP) - at(-STEP)) / (2.0 * STEP) - shares[offer]).abs() < 1e-8);
        }
    }

    #[test]
    fn arbitrary_nests_never_panic(
        utilities in prop::collection::vec(prop_oneof![any::<f64>(), -1e3..1e3], 0..4),
        offers in prop::collection::vec(prop::collection::vec(0..4_usize, 0..3), 0..4),
        lambda in prop_oneof![any::<f64>(), 0.0..1.0, Just(f64::MIN_POSITIVE)], x in any::<f64>(),
    ) {
        let nests: Vec<Nest> = offers.into_iter().map(|offers| nest(lambda, offers)).collect();
        if let Ok(choice) = NestedLogit::new(utilities, nests) {
            prop_assert!(choice.logsum().is_finite());
            prop_assert!(choice.derivatives().iter().flatten().all(|slope| slope.is_finite()));
            prop_assert!(choice.elasticity(Offer(0), Offer(0), 1.0, x).map_or(true, f64::is_finite));
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_nests_are_checked_when_read() {
    let choice = buses(0.5).with_outside(0.25).unwrap().without(1).unwrap();
    let stored = serde_json::to_string(&choice).unwrap();
    assert_eq!(serde_json::from_str::<NestedLogit>(&stored).unwrap(), choice);
    for (sound, spoilt) in
        [("0.5", "1.5"), ("[0.0,null,0.0]", "[null,null,null]"), ("[1,2]", "[1]"), ("[0.0,null,0.0]", "[]")]
    {
        assert!(stored.contains(sound), "{stored}");
        assert!(serde_json::from_str::<NestedLogit>(&stored.replacen(sound, spoilt, 1)).is_err(), "{spoilt}");
    }
}
