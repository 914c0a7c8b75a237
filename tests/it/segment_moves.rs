//! Migration between segmentations, their algebra, retention of cohorts, Kano's questionnaire. Numbers marked `computed`
//! were computed for this project by other means.

#![allow(clippy::unreadable_literal, reason = "numbers as they are printed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small test numbers")]

use std::collections::BTreeSet;

use customer_value::delivered::{Curve, Response};
use customer_value::segment::{
    EmptyRow, KanoAnswer, KanoCategory, KanoTally, RetentionRule, RetentionTable, RowEstimate, SegmentError,
    Segmentation,
};
use customer_value::{
    ChainError, CohortError, Currency, Day, FirstSeen, Granularity, Interaction, InteractionLog, Money, Probability,
    PurchaseTimes, Span, UnitError, Window,
};
use proptest::prelude::*;

const OBSERVED: RowEstimate = RowEstimate::Observed(EmptyRow::Refuse);

fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.500_000_1 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

fn year() -> Span {
    Span::years(1.0).unwrap()
}

fn labelled(count: u32, segments: impl IntoIterator<Item = u32>) -> Segmentation {
    Segmentation::new((0..count).map(|label| format!("s{label}")), segments).unwrap()
}

/// Two partitions of which so many customers move from each segment to each.
fn moves(counts: &[&[usize]]) -> (Segmentation, Segmentation) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (from, row) in counts.iter().enumerate() {
        for (to, &count) in row.iter().enumerate() {
            before.extend(std::iter::repeat_n(from as u32, count));
            after.extend(std::iter::repeat_n(to as u32, count));
        }
    }
    (labelled(counts.len() as u32, before), labelled(counts.len() as u32, after))
}

#[test]
fn f41_expected_periods_until_lost_computed() {
    let (before, after) = moves(&[&[14, 4, 1, 1], &[2, 6, 1, 1], &[1, 3, 12, 4], &[0, 0, 0, 5]]);
    let chain = before.migration_to(&after).unwrap().chain(OBSERVED, year()).unwrap();
    let absorption = chain.absorption().unwrap();
    for (periods, printed) in absorption.periods.into_iter().zip([11.354167, 10.104167, 7.708333, 0.0]) {
        close(periods, printed, 6);
    }
    assert_eq!(absorption.ends, [[3]]);
}

#[test]
fn f41_stationary_shares_computed() {
    let (before, after) = moves(&[&[9, 1], &[5, 5]]);
    let migration = before.migration_to(&after).unwrap();
    assert_eq!((migration.stayed(), migration.count(1, 0), migration.count(2, 0)), (14, Some(5), None));
    let shares = migration.chain(OBSERVED, year()).unwrap().stationary().unwrap();
    close(shares.as_slice()[0], 5.0 / 6.0, 14);
    close(shares.as_slice()[1], 1.0 / 6.0, 14);
}

#[test]
fn rows_without_anybody_follow_the_policy() {
    let (before, after) = moves(&[&[3, 1], &[0, 0]]);
    let migration = before.migration_to(&after).unwrap();
    let row = |estimate| migration.rows(estimate).map(|rows| rows[1].as_slice().to_vec());
    assert_eq!(row(OBSERVED), Err(SegmentError::EmptyRow { segment: "s1".into() }));
    assert_eq!(row(RowEstimate::Observed(EmptyRow::Stay)), Ok(vec![0.0, 1.0]));
    assert_eq!(row(RowEstimate::Observed(EmptyRow::Uniform)), Ok(vec![0.5, 0.5]));
    let prior = RowEstimate::Dirichlet { pseudo_count: 1.0 };
    assert_eq!(row(prior), Ok(vec![0.5, 0.5]));
    // (3 + 1) / (4 + 2).
    close(migration.rows(prior).unwrap()[0].as_slice()[0], 2.0 / 3.0, 15);
    for pseudo_count in [0.0, -1.0, f64::INFINITY] {
        let error = UnitError { quantity: "pseudo-count", value: pseudo_count, low: 1e-12, high: 1e12 };
        assert_eq!(row(RowEstimate::Dirichlet { pseudo_count }), Err(SegmentError::Unit(error)));
    }
    assert!(row(RowEstimate::Dirichlet { pseudo_count: f64::NAN }).is_err());
}

#[test]
fn migration_is_between_the_same_segments_and_customers() {
    let (two, three) = (labelled(2, [0, 1]), labelled(3, [0, 1]));
    let (before, after) = (two.labels().to_vec(), three.labels().to_vec());
    assert_eq!(two.migration_to(&three), Err(SegmentError::SegmentsDiffer { before, after }));
    let fewer = two.migration_to(&labelled(2, [0]));
    assert_eq!(fewer, Err(SegmentError::Lengths { expected: 2, found: 1 }));
    let nobody = labelled(2, []).migration_to(&labelled(2, [])).unwrap();
    assert_eq!(nobody.chain(OBSERVED, year()), Err(SegmentError::EmptyRow { segment: "s0".into() }));
    let no_segments = labelled(0, []).migration_to(&labelled(0, [])).unwrap();
    assert_eq!((no_segments.stayed(), no_segments.rows(OBSERVED)), (0, Ok(vec![])));
    assert_eq!(no_segments.chain(OBSERVED, year()), Err(SegmentError::Chain(ChainError::Empty)));
    let alone = labelled(1, [0]).migration_to(&labelled(1, [0])).unwrap();
    let no_time = alone.chain(OBSERVED, Span::ZERO);
    assert_eq!(no_time, Err(SegmentError::Chain(ChainError::NoPeriod)));
}

#[test]
fn adjusted_rand_matches_the_examples_of_scikit_learn() {
    let cases: [([u32; 4], [u32; 4], f64); 4] = [
        ([0, 0, 1, 1], [0, 0, 1, 2], 0.57),
        ([0, 0, 1, 2], [0, 0, 1, 1], 0.57),
        ([0, 0, 0, 0], [0, 1, 2, 3], 0.0),
        ([0, 0, 1, 1], [0, 1, 0, 1], -0.5),
    ];
    for (one, other, printed) in cases {
        close(labelled(4, one).adjusted_rand(&labelled(4, other)).unwrap(), printed, 2);
    }
    let renamed = labelled(4, [0, 0, 1, 1]).adjusted_rand(&labelled(4, [1, 1, 0, 0]));
    assert_eq!(renamed, Ok(1.0));
}

#[test]
fn distances_of_trivial_partitions_and_of_nobody() {
    let (together, apart) = (labelled(4, [0; 4]), labelled(4, [0, 1, 2, 3]));
    assert_eq!((together.adjusted_rand(&together), apart.adjusted_rand(&apart)), (Ok(1.0), Ok(1.0)));
    close(together.variation_of_information(&apart).unwrap(), 4.0_f64.ln(), 15);
    let alone = labelled(1, [0]);
    assert_eq!((alone.adjusted_rand(&alone), alone.variation_of_information(&alone)), (Ok(1.0), Ok(0.0)));
    let nobody = labelled(1, []);
    assert_eq!(nobody.adjusted_rand(&nobody), Err(SegmentError::Empty));
    assert_eq!(nobody.variation_of_information(&nobody), Err(SegmentError::Empty));
    assert_eq!(nobody.meet(&nobody).map(|meet| meet.labels().len()), Ok(0));
    assert_eq!(nobody.refines(&alone), Err(SegmentError::Lengths { expected: 0, found: 1 }));
}

#[test]
fn names_that_meet_to_the_same_are_refused() {
    let one = Segmentation::new(["a", "a × b"], [0, 1]).unwrap();
    let other = Segmentation::new(["b × c", "c"], [0, 1]).unwrap();
    assert_eq!(one.meet(&other), Err(SegmentError::DuplicateLabel { label: "a × b × c".into() }));
}

/// The groups of a partition, whatever their names and order.
fn groups(partition: &Segmentation) -> BTreeSet<Vec<usize>> {
    let members = (0..partition.labels().len()).map(|segment| partition.members(segment).collect::<Vec<_>>());
    members.filter(|members| !members.is_empty()).collect()
}

fn agree(one: &Segmentation, other: &Segmentation) -> bool {
    groups(one) == groups(other)
}

/// H(X | Y) + H(Y | X) from the entropies of the two and of both together.
fn brute_variation(one: &[u32], other: &[u32]) -> f64 {
    let entropy = |key: &dyn Fn(usize) -> (u32, u32)| -> f64 {
        let same = |customer: usize| (0..one.len()).filter(|&other| key(other) == key(customer)).count() as f64;
        (0..one.len()).map(|customer| -(same(customer) / one.len() as f64).ln() / one.len() as f64).sum()
    };
    let both = entropy(&|customer| (one[customer], other[customer]));
    2.0 * both - entropy(&|customer| (one[customer], 0)) - entropy(&|customer| (other[customer], 0))
}

/// Agreements counted pair by pair.
fn brute_rand(one: &[u32], other: &[u32]) -> f64 {
    let (mut both, mut first, mut second, mut all) = (0.0, 0.0, 0.0, 0.0);
    for i in 0..one.len() {
        for j in 0..i {
            let (a, b) = (one[i] == one[j], other[i] == other[j]);
            both += f64::from(u8::from(a && b));
            first += f64::from(u8::from(a));
            second += f64::from(u8::from(b));
            all += 1.0;
        }
    }
    let chance = first * second / all;
    let most = f64::midpoint(first, second);
    if most == chance { 1.0 } else { (both - chance) / (most - chance) }
}

fn three_partitions() -> impl Strategy<Value = [Vec<u32>; 3]> {
    let column = |customers| prop::collection::vec(0..4_u32, customers);
    (1..25_usize).prop_flat_map(move |customers| [column(customers), column(customers), column(customers)])
}

proptest! {
    #[test]
    fn meet_and_refinement_obey_lattice_laws([a, b, c] in three_partitions()) {
        let [a, b, c] = [a, b, c].map(|segments| labelled(4, segments));
        let (ab, ba) = (a.meet(&b).unwrap(), b.meet(&a).unwrap());
        prop_assert!(agree(&ab, &ba) && agree(&a.meet(&a).unwrap(), &a));
        prop_assert!(agree(&ab.meet(&c).unwrap(), &a.meet(&b.meet(&c).unwrap()).unwrap()));
        prop_assert!(ab.refines(&a).unwrap() && ab.refines(&b).unwrap() && a.refines(&a).unwrap());
        // The meet is the coarsest: c refines both exactly if it refines the meet, and a is finer exactly if it is the meet.
        prop_assert_eq!(c.refines(&a).unwrap() && c.refines(&b).unwrap(), c.refines(&ab).unwrap());
        prop_assert_eq!(a.refines(&b).unwrap(), agree(&ab, &a));
        prop_assert!(ab.sizes().iter().all(|&size| size > 0));
    }

    #[test]
    fn variation_of_information_is_a_metric([a, b, c] in three_partitions()) {
        let brute = brute_variation(&a, &b);
        let [a, b, c] = [a, b, c].map(|segments| labelled(4, segments));
        let distance = |one: &Segmentation, other: &Segmentation| one.variation_of_information(other).unwrap();
        prop_assert!((distance(&a, &b) - brute).abs() < 1e-12);
        prop_assert_eq!(distance(&a, &b) < 1e-12, agree(&a, &b));
        prop_assert!((distance(&a, &b) - distance(&b, &a)).abs() < 1e-12);
        prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c) + 1e-12);
        prop_assert!(distance(&a, &b) <= (a.len() as f64).ln() + 1e-12);
    }

    #[test]
    fn adjusted_rand_counts_pairs([a, b, _] in three_partitions()) {
        prop_assume!(a.len() > 1);
        let brute = brute_rand(&a, &b);
        let (a, b) = (labelled(4, a), labelled(4, b));
        prop_assert!((a.adjusted_rand(&b).unwrap() - brute).abs() < 1e-12);
        prop_assert!((b.adjusted_rand(&a).unwrap() - brute).abs() < 1e-12);
    }

    #[test]
    fn rows_of_migration_sum_to_one_and_reproduce_the_later_sizes([a, b, _] in three_partitions(), prior in 1e-3..10.0) {
        let (a, b) = (labelled(4, a), labelled(4, b));
        let migration = a.migration_to(&b).unwrap();
        for estimate in [RowEstimate::Observed(EmptyRow::Stay), RowEstimate::Dirichlet { pseudo_count: prior }] {
            for row in migration.rows(estimate).unwrap() {
                prop_assert!((row.as_slice().iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
        let rows = migration.rows(RowEstimate::Observed(EmptyRow::Uniform)).unwrap();
        for (to, &size) in b.sizes().iter().enumerate() {
            let arrived: f64 = a.sizes().iter().zip(&rows).map(|(&from, row)| from as f64 * row.as_slice()[to]).sum();
            prop_assert!((arrived - size as f64).abs() < 1e-9);
        }
    }
}

fn times(repeats: &[u32], age: u32) -> PurchaseTimes {
    let repeats: Vec<Span> = repeats.iter().copied().map(Span::whole_days).collect();
    PurchaseTimes::new(repeats, Span::whole_days(age)).unwrap()
}

fn table(rule: RetentionRule) -> RetentionTable {
    // Two began in January; one in March, and is in the second month of hers.
    let customers = [times(&[5, 65], 100), times(&[29, 30], 100), times(&[35], 40)];
    RetentionTable::new(labelled(2, [0, 0, 1]), &customers, Span::whole_days(30), rule).unwrap()
}

#[test]
fn f42_n_day_and_unbounded_retention_differ_by_name() {
    let rates = |rule| {
        let table = table(rule);
        (0..3).map(|period| table.cell(0, period).unwrap().rate.unwrap().get()).collect::<Vec<_>>()
    };
    // In the second month the second customer bought, in the third the first.
    assert_eq!(rates(RetentionRule::NDay), [1.0, 0.5, 0.5]);
    assert_eq!(rates(RetentionRule::Unbounded), [1.0, 1.0, 0.5]);
    assert_eq!(table(RetentionRule::NDay).retained(0, 1), [1]);
    assert_eq!(table(RetentionRule::Unbounded).retained(0, 1), [0, 1]);
}

#[test]
fn f42_unfinished_periods_are_censored_not_zero() {
    for rule in [RetentionRule::NDay, RetentionRule::Unbounded] {
        let table = table(rule);
        assert_eq!(table.periods(), 3);
        // She has bought in her second month, but until it is over she is neither there nor gone.
        let march = table.cell(1, 1).unwrap();
        assert_eq!((march.retained, march.observed, march.censored, march.rate), (0, 0, 1, None));
        assert_eq!((table.retained(1, 1), table.observed(1, 1)), (vec![], vec![]));
        assert_eq!((table.overall(0).observed, table.overall(1).observed, table.overall(3).rate), (3, 2, None));
        assert_eq!(table.cell(2, 0), None);
    }
}

#[test]
fn retention_tables_refuse_no_period_too_many_and_other_customers() {
    let one = || labelled(1, [0]);
    let long = [times(&[], 2_000_000)];
    let table = |times: &[PurchaseTimes], period| RetentionTable::new(one(), times, period, RetentionRule::NDay);
    let unit = UnitError { quantity: "period in days", value: 0.0, low: f64::MIN_POSITIVE, high: 1e12 };
    assert_eq!(table(&long, Span::ZERO), Err(SegmentError::Unit(unit)));
    let many = table(&long, Span::whole_days(1));
    assert_eq!(many, Err(SegmentError::TooManyCells { cells: 2_000_001, most: 1 << 20 }));
    assert!(matches!(table(&long, Span::days(1e-300).unwrap()), Err(SegmentError::TooManyCells { .. })));
    assert_eq!(table(&[], Span::whole_days(1)), Err(SegmentError::Lengths { expected: 1, found: 0 }));
    let nobody = RetentionTable::new(labelled(1, []), &[], Span::whole_days(1), RetentionRule::NDay).unwrap();
    assert_eq!((nobody.periods(), nobody.cell(0, 0).unwrap().rate), (0, None));
}

#[test]
fn f42_a_log_gives_cohorts_by_month_of_the_first_purchase() {
    let day = |month, day| Day::new(2024, month, day).unwrap();
    let window = Window::new(day(1, 1), day(6, 30), FirstSeen::IsNew).unwrap();
    let bought = |id, at| Interaction::purchase(id, at, Money::from_minor(100, Currency::EUR));
    let rows = [
        bought(9, day(1, 10)),
        bought(9, day(2, 15)),
        bought(4, day(1, 31)),
        bought(7, day(3, 1)),
        bought(7, day(3, 31)),
        bought(7, day(5, 1)),
    ];
    let log = InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap();
    let table = |cut| RetentionTable::by_month(&log, cut, Span::whole_days(30), RetentionRule::NDay);
    let spring = table(day(4, 30)).unwrap();
    assert_eq!(spring.groups().labels(), ["2024-01", "2024-03"]);
    // In the order of the cohort: 4, 7, 9.
    assert_eq!(spring.groups().segments(), [0, 1, 0]);
    assert_eq!((spring.retained(0, 1), spring.observed(0, 1)), (vec![2], vec![0, 2]));
    // On the 30th day after the first of March the second month has begun; on 30 April it is over by a hair.
    assert_eq!((spring.retained(1, 1), spring.cell(1, 2).unwrap().censored), (vec![1], 1));
    let late = table(Day::new(2024, 7, 1).unwrap());
    assert!(matches!(late, Err(SegmentError::Cohort(CohortError::CutOutsideWindow { .. }))), "{late:?}");
}

fn histories() -> impl Strategy<Value = Vec<(Vec<u32>, u32)>> {
    let one = (prop::collection::btree_set(1..200_u32, 0..6), 0..200_u32)
        .prop_map(|(repeats, age)| (repeats.into_iter().filter(|&day| day <= age).collect(), age));
    prop::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn retention_counts_day_by_day(histories in histories(), length in 1..40_u32) {
        let customers: Vec<PurchaseTimes> = histories.iter().map(|(repeats, age)| times(repeats, *age)).collect();
        let group = labelled(1, vec![0; customers.len()]);
        for rule in [RetentionRule::NDay, RetentionRule::Unbounded] {
            let table = RetentionTable::new(group.clone(), &customers, Span::whole_days(length), rule).unwrap();
            for period in 0..=table.periods() {
                let (from, to) = (period as u32 * length, (period as u32 + 1) * length);
                let over: Vec<_> = histories.iter().filter(|(_, age)| *age >= to).collect();
                let there = over.iter().filter(|(repeats, _)| std::iter::once(&0).chain(repeats).any(|&bought| match rule {
                    RetentionRule::NDay => (from..to).contains(&bought),
                    RetentionRule::Unbounded => bought >= from,
                })).count();
                let cell = table.cell(0, period).unwrap();
                prop_assert_eq!((cell.retained, cell.observed, cell.censored), (there, over.len(), histories.len() - over.len()));
                prop_assert_eq!((table.retained(0, period).len(), table.observed(0, period).len()), (there, over.len()));
                prop_assert_eq!(cell.rate.map(Probability::get), (!over.is_empty()).then(|| there as f64 / over.len() as f64));
            }
        }
    }
}

const ANSWERS: [KanoAnswer; 5] =
    [KanoAnswer::Like, KanoAnswer::MustBe, KanoAnswer::Neutral, KanoAnswer::LiveWith, KanoAnswer::Dislike];

#[test]
fn f43_berger_1993_table_of_25_answers() {
    let table = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"];
    for (functional, row) in ANSWERS.into_iter().zip(table) {
        for (dysfunctional, letter) in ANSWERS.into_iter().zip(row.chars()) {
            let category = match KanoCategory::of(functional, dysfunctional) {
                KanoCategory::MustBe => 'M',
                KanoCategory::OneDimensional => 'O',
                KanoCategory::Attractive => 'A',
                KanoCategory::Indifferent => 'I',
                KanoCategory::Reverse => 'R',
                KanoCategory::Questionable => 'Q',
            };
            assert_eq!(category, letter, "{functional:?} {dysfunctional:?}");
        }
    }
}

#[test]
fn f43_ties_go_to_must_be_then_one_dimensional_then_attractive() {
    let all = KanoTally { must_be: 2, one_dimensional: 2, attractive: 2, indifferent: 2, reverse: 2, questionable: 2 };
    let mode = |tally: KanoTally| tally.mode();
    assert_eq!(mode(all), Some(KanoCategory::MustBe));
    assert_eq!(mode(KanoTally { must_be: 1, ..all }), Some(KanoCategory::OneDimensional));
    assert_eq!(mode(KanoTally { must_be: 1, one_dimensional: 1, ..all }), Some(KanoCategory::Attractive));
    assert_eq!(
        mode(KanoTally { must_be: 1, one_dimensional: 1, attractive: 0, ..all }),
        Some(KanoCategory::Indifferent)
    );
    assert_eq!(mode(KanoTally { indifferent: 3, ..all }), Some(KanoCategory::Indifferent));
    assert_eq!(mode(KanoTally::default()), None);
}

#[test]
fn f43_better_and_worse_make_the_curve() {
    let tally =
        KanoTally { attractive: 30, one_dimensional: 10, must_be: 40, indifferent: 20, reverse: 9, questionable: 3 };
    // (30 + 10) / 100 and −(10 + 40) / 100: reverse and questionable answers are left out.
    assert_eq!((tally.better(), tally.worse()), (Some(0.4), Some(-0.5)));
    let curve = Curve::MustBe { satisfaction: 0.4, dissatisfaction: -0.5 };
    assert_eq!(tally.response(), Some(Response::new(curve).unwrap()));
    let delight = KanoTally { attractive: 60, ..tally };
    assert!(matches!(delight.response().unwrap().curve(), Curve::Attractive { .. }));
    let linear = KanoTally { one_dimensional: 60, ..tally };
    assert!(matches!(linear.response().unwrap().curve(), Curve::OneDimensional { .. }));
    assert_eq!(KanoTally { indifferent: 60, ..tally }.response(), None);
}

#[test]
fn f43_without_a_denominator_there_are_no_coefficients() {
    let contrary = KanoTally { reverse: 5, questionable: 2, ..KanoTally::default() };
    assert_eq!((contrary.better(), contrary.worse(), contrary.response()), (None, None, None));
    let only_indifferent = KanoTally { indifferent: 4, ..KanoTally::default() };
    let worse = only_indifferent.worse().unwrap();
    assert_eq!((only_indifferent.better(), worse.to_bits()), (Some(0.0), 0.0_f64.to_bits()));
}

proptest! {
    #[test]
    fn coefficients_are_shares_and_every_answer_is_counted(answers in prop::collection::vec((0..5_usize, 0..5_usize), 0..60)) {
        let pairs: Vec<_> = answers.iter().map(|&(one, other)| (ANSWERS[one], ANSWERS[other])).collect();
        let tally = KanoTally::of_answers(pairs.iter().copied());
        prop_assert_eq!(KanoCategory::ALL.map(|category| tally.count(category)).iter().sum::<u32>(), answers.len() as u32);
        // Satisfied by having it: who likes it and does not also like to miss it. Unsatisfied by missing it: likewise.
        let normal = |&&(one, other): &&(KanoAnswer, KanoAnswer)| {
            other != KanoAnswer::Like && one != KanoAnswer::Dislike
        };
        let all = pairs.iter().filter(normal).count();
        let like = pairs.iter().filter(normal).filter(|pair| pair.0 == KanoAnswer::Like).count();
        let dislike = pairs.iter().filter(normal).filter(|pair| pair.1 == KanoAnswer::Dislike).count();
        prop_assert_eq!(tally.better(), (all > 0).then(|| like as f64 / all as f64));
        prop_assert_eq!(tally.worse(), (all > 0).then(|| 0.0 - dislike as f64 / all as f64));
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_migrations_and_retention_tables_are_checked_when_read() {
    use super::segment::survives;
    let (before, after) = moves(&[&[3, 1], &[0, 7]]);
    survives(
        &before.migration_to(&after).unwrap(),
        &[("[3,1,0,7]", "[3,1,0]"), ("s1", "s0"), ("[3,", "[18446744073709551609,")],
    );
    let later = Segmentation::new(["s0", "s1"], [0, 1]).unwrap();
    survives(
        &later.turnover_to(&[1, 2], &later, &[2, 3]).unwrap(),
        &[("\"joined\":[0,1]", "\"joined\":[0]"), ("\"gone\":[1,0]", "\"gone\":[1,0,0]")],
    );
    survives(
        &table(RetentionRule::NDay),
        &[
            ("[0,2]", "[2,0]"),
            ("[0,2]", "[0,4]"),
            ("[0,2]", "[1,2]"),
            ("30.0", "0.0"),
            (r#""finished":[3,"#, r#""finished":["#),
        ],
    );
    survives(&KanoTally { attractive: 2, ..KanoTally::default() }, &[("2", "-2")]);
}

#[test]
fn customers_who_come_and_go_are_told_from_those_who_move() {
    let labels = ["active", "silent"];
    let before = Segmentation::new(labels, [0, 1, 0, 1]).unwrap();
    let after = Segmentation::new(labels, [1, 0, 0]).unwrap();
    // In any order of ids: 3 is gone, 5 is new, 1 wakes up, 2 falls silent, 4 is gone.
    let turnover = before.turnover_to(&[2, 1, 3, 4], &after, &[2, 5, 1]).unwrap();
    let migration = turnover.migration();
    let counts = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[from, to]| migration.count(from, to).unwrap());
    assert_eq!((counts, turnover.joined(), turnover.gone()), ([0, 1, 1, 0], &[1, 0][..], &[1, 1][..]));
    assert_eq!(
        before.turnover_to(&[2, 1, 3, 1], &after, &[2, 5, 1]),
        Err(SegmentError::DuplicateCustomer { first: 1, second: 3 })
    );
    assert_eq!(
        before.turnover_to(&[2, 1, 3], &after, &[2, 5, 1]),
        Err(SegmentError::Lengths { expected: 4, found: 3 })
    );
    let other = Segmentation::new(["active", "lost"], [0]).unwrap();
    assert!(matches!(before.turnover_to(&[2, 1, 3, 4], &other, &[2]), Err(SegmentError::SegmentsDiffer { .. })));
    let nobody = Segmentation::new(labels, []).unwrap();
    assert_eq!(nobody.turnover_to(&[], &after, &[2, 5, 1]).unwrap().joined(), [2, 1]);
}

proptest! {
    /// Everybody of either date is counted once; the same customers in the same order make the plain migration.
    #[test]
    fn turnover_counts_everybody_once(
        before in prop::collection::btree_map(0..40_u32, 0..3_u32, 0..30),
        after in prop::collection::btree_map(0..40_u32, 0..3_u32, 0..30),
    ) {
        let parts = |of: &std::collections::BTreeMap<u32, u32>| {
            let ids: Vec<u32> = of.keys().copied().collect();
            (ids, Segmentation::new(["a", "b", "c"], of.values().copied()).unwrap())
        };
        let ((old_ids, old), (new_ids, new)) = (parts(&before), parts(&after));
        let turnover = old.turnover_to(&old_ids, &new, &new_ids).unwrap();
        let moved = |from: usize, to: usize| turnover.migration().count(from, to).unwrap();
        for segment in 0..3 {
            let out: u64 = (0..3).map(|to| moved(segment, to)).sum();
            prop_assert_eq!(out + turnover.gone()[segment], old.sizes()[segment] as u64);
            let into: u64 = (0..3).map(|from| moved(from, segment)).sum();
            prop_assert_eq!(into + turnover.joined()[segment], new.sizes()[segment] as u64);
        }
        for (id, segment) in &before {
            prop_assert!(!after.contains_key(id) || moved(*segment as usize, after[id] as usize) > 0);
        }
        let same = old.turnover_to(&old_ids, &old, &old_ids).unwrap();
        prop_assert_eq!(same.migration(), &old.migration_to(&old).unwrap());
    }
}
