//! RFM beyond independent cuts: nested quantiles, weights, length, named schemes. Numbers marked `computed` were computed
//! for this project by other means.

#![allow(clippy::unreadable_literal, reason = "numbers as they are printed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small test numbers")]

use customer_value::segment::{
    Cuts, Lrfm, NestedRfmCuts, QuantileRule, RfmCuts, RfmMeasure, RfmMeasures, RfmScore, RuleOrder, Scheme,
    SchemeError, SchemeRule, ScoreRange, SegmentError, Segmentation, Target,
};
use customer_value::{Span, Weights};
use proptest::prelude::*;

fn score(recency: u16, frequency: u16, monetary: u16) -> RfmScore {
    RfmScore { recency, frequency, monetary }
}

const TOP: RfmScore = RfmScore { recency: 5, frequency: 5, monetary: 5 };

fn all_cells() -> Vec<RfmScore> {
    let scores = 1..=5_u16;
    let cells = scores.clone().flat_map(|r| (1..=5_u16).flat_map(move |f| (1..=5_u16).map(move |m| score(r, f, m))));
    cells.collect()
}

/// Three classes of recency, and in each of them three of frequency.
fn nine_customers() -> RfmMeasures {
    let since_last: Vec<Span> = (1..=9).map(|step| Span::whole_days(5 * step)).collect();
    RfmMeasures::from_columns(&since_last, &[1, 2, 9, 8, 7, 6, 3, 4, 5], &[1.0; 9]).unwrap()
}

/// Rows of names, lower and upper scores of recency, frequency and monetary value.
fn rules(table: &[(&str, [u16; 6])]) -> Vec<SchemeRule> {
    let rule = |&(name, [r0, r1, f0, f1, m0, m1]): &(&str, [u16; 6])| SchemeRule::new(name, r0..=r1, f0..=f1, m0..=m1);
    table.iter().map(rule).collect()
}

/// The scheme in the README of the R package rfm.
fn readme_of_rfm() -> Vec<SchemeRule> {
    rules(&[
        ("champions", [5, 5, 5, 5, 5, 5]),
        ("potential loyalist", [3, 5, 3, 5, 2, 5]),
        ("loyal customers", [2, 4, 2, 4, 2, 4]),
        ("promising", [3, 4, 1, 3, 3, 5]),
        ("new customers", [4, 5, 1, 3, 1, 5]),
        ("can't lose", [1, 2, 3, 4, 4, 5]),
        ("at risk", [1, 2, 2, 5, 4, 5]),
        ("need attention", [1, 3, 3, 5, 3, 5]),
        ("about to sleep", [2, 3, 1, 3, 1, 4]),
        ("lost", [1, 1, 1, 5, 1, 5]),
    ])
}

/// The scheme in the tests and examples of the R package rfm.
fn tests_of_rfm() -> Vec<SchemeRule> {
    rules(&[
        ("champions", [4, 5, 4, 5, 4, 5]),
        ("loyal customers", [2, 5, 3, 5, 3, 5]),
        ("potential loyalist", [3, 5, 1, 3, 1, 3]),
        ("new customers", [4, 5, 1, 1, 1, 1]),
        ("promising", [3, 4, 1, 1, 1, 1]),
        ("need attention", [2, 3, 2, 3, 2, 3]),
        ("about to sleep", [2, 3, 1, 2, 1, 2]),
        ("at risk", [1, 2, 2, 5, 2, 5]),
        ("can't lose", [1, 1, 4, 5, 4, 5]),
        ("lost", [1, 2, 1, 2, 1, 2]),
    ])
}

/// The gaps, overlaps and idle rules that a scheme is refused for.
fn faults(order: RuleOrder, rules: Vec<SchemeRule>) -> (Vec<RfmScore>, Vec<RfmScore>, Vec<usize>) {
    match Scheme::new(TOP, order, rules) {
        Err(SchemeError::Cells { unmatched, doubled, idle }) => (unmatched, doubled, idle),
        other => panic!("expected faults, got {other:?}"),
    }
}

#[test]
fn f32_nested_terciles_computed() {
    let measures = nine_customers();
    let rfm = measures.score_nested(NestedRfmCuts::quantiles(&measures, 3, QuantileRule::Interpolated).unwrap());
    let two: Vec<u16> = rfm.scores().iter().map(|score| 10 * score.recency + score.frequency).collect();
    assert_eq!(two, [31, 32, 33, 23, 22, 21, 11, 12, 13]);
    assert_eq!(rfm.by(RfmMeasure::Frequency).sizes(), [3, 3, 3]);
    assert_eq!(rfm.cells().unwrap().labels().len(), 9);
    // Lately, two purchases are the second class; of old, seven are.
    let second = |recency| rfm.cuts().frequency(recency).unwrap().bin(2.0).unwrap();
    assert_eq!((second(3), second(2)), (1, 0));
    assert_eq!((rfm.cuts().frequency(4), rfm.cuts().frequency(0), rfm.cuts().monetary(3, 4)), (None, None, None));
}

#[test]
fn f33_liu_shih_2005_weighted_score_computed() {
    let weights = Weights::new([0.5, 0.3, 0.2]).unwrap();
    assert!((score(3, 4, 3).weighted(&weights).unwrap() - 3.3).abs() < 1e-12);
    let two = Weights::equal(2).unwrap();
    assert_eq!(score(3, 4, 3).weighted(&two), Err(SegmentError::Weights { expected: 3, found: 2 }));
}

#[test]
fn f33_length_is_a_fourth_score() {
    let rfm = nine_customers().score(RfmCuts {
        recency: Cuts::fixed([20.0]).unwrap(),
        frequency: Cuts::fixed([5.0]).unwrap(),
        monetary: Cuts::fixed([]).unwrap(),
    });
    let lengths: Vec<Span> = (0..9).map(|step| Span::whole_days(100 * step)).collect();
    let lrfm = Lrfm::new(rfm.clone(), &lengths, Cuts::fixed([100.0, 365.0]).unwrap()).unwrap();
    let read: Vec<String> = lrfm.scores().iter().map(ToString::to_string).collect();
    let expected = ["1-2-1-1", "2-2-1-1", "2-2-2-1", "2-1-2-1", "3-1-2-1", "3-1-2-1", "3-1-1-1", "3-1-1-1", "3-1-2-1"];
    assert_eq!(read, expected);
    // (1 + 2 + 1 + 1) / 4.
    assert_eq!(lrfm.scores()[0].weighted(&Weights::equal(4).unwrap()), Ok(1.25));
    let short = Lrfm::new(rfm, &lengths[1..], Cuts::fixed([]).unwrap());
    assert_eq!(short, Err(SegmentError::Lengths { expected: 9, found: 8 }));
}

#[test]
fn f34_scheme_of_rfm_readme_leaks_and_overlaps_computed() {
    let (unmatched, doubled, idle) = faults(RuleOrder::Disjoint, readme_of_rfm());
    assert_eq!((unmatched.len(), doubled.len(), idle.len()), (10, 58, 0));
    // In the order declared nothing is matched twice, but what leaked still leaks.
    let (again, doubled, idle) = faults(RuleOrder::FirstMatch, readme_of_rfm());
    assert_eq!((again, doubled.len(), idle.len()), (unmatched, 0, 0));
}

#[test]
fn f34_scheme_of_rfm_tests_has_rules_that_never_fire_computed() {
    let rules = tests_of_rfm();
    let (unmatched, doubled, idle) = faults(RuleOrder::Disjoint, rules.clone());
    assert_eq!((unmatched.len(), doubled.len()), (36, 39));
    let names: Vec<&str> = idle.iter().map(|&rule| rules[rule].segment.as_str()).collect();
    assert_eq!(names, ["new customers", "promising", "can't lose"]);
}

#[test]
fn f34_eleven_segments_cover_each_of_125_cells_once() {
    let scheme = Scheme::eleven();
    let expected = [
        "champions",
        "loyal",
        "potential loyal",
        "new",
        "promising",
        "needing attention",
        "about to sleep",
        "at risk",
        "can't lose",
        "hibernating",
        "lost",
    ];
    assert_eq!(scheme.labels(), expected);
    for cell in all_cells() {
        let inside = |range: ScoreRange, score| (range.low..=range.high).contains(&score);
        let matching = scheme.rules().iter().filter(|rule| {
            inside(rule.recency, cell.recency)
                && inside(rule.frequency, cell.frequency)
                && inside(rule.monetary, cell.monetary)
        });
        let names: Vec<&str> = matching.map(|rule| rule.segment.as_str()).collect();
        assert_eq!(names, [scheme.label(cell).unwrap()], "{cell}");
    }
    // The checked door lets the same rules through, and makes the same scheme.
    assert_eq!(Scheme::new(TOP, RuleOrder::Disjoint, scheme.rules().to_vec()), Ok(scheme.clone()));
    let cells: usize = scheme.labels().iter().map(|label| scheme.cells(label).len()).sum();
    assert_eq!((cells, scheme.cells("champions").len(), scheme.cells("nobody").len()), (125, 8, 0));
    assert_eq!(scheme.label(score(0, 1, 1)), None);
    assert_eq!(scheme.label(score(5, 6, 1)), None);
}

#[test]
fn schemes_name_the_cells_and_rules_at_fault() {
    let two = score(2, 1, 1);
    let rule = |name: &str, recency: ScoreRange| SchemeRule::new(name, recency, 1, 1);
    let gap = Scheme::new(two, RuleOrder::Disjoint, [rule("new", 2.into())]);
    let cells = |unmatched: Vec<RfmScore>, doubled: Vec<RfmScore>, idle: Vec<usize>| {
        Err(SchemeError::Cells { unmatched, doubled, idle })
    };
    assert_eq!(gap, cells(vec![score(1, 1, 1)], vec![], vec![]));
    let overlapping = [rule("all", (1..=2).into()), rule("new", 2.into())];
    let overlap = Scheme::new(two, RuleOrder::Disjoint, overlapping.clone());
    assert_eq!(overlap, cells(vec![], vec![score(2, 1, 1)], vec![1]));
    assert_eq!(Scheme::new(two, RuleOrder::FirstMatch, overlapping), cells(vec![], vec![], vec![1]));
    let message = overlap.unwrap_err().to_string();
    assert!(message.contains("1 matched more than once (2-1-1), rules that can never fire: [1]"), "{message}");
    assert_eq!(Scheme::new(two, RuleOrder::Disjoint, []), cells(vec![score(1, 1, 1), two], vec![], vec![]));
}

#[test]
fn rules_outside_the_scores_are_refused() {
    for (low, high) in [(0, 1), (2, 1), (1, 3)] {
        let range = ScoreRange { low, high };
        let refused = Scheme::new(score(1, 2, 1), RuleOrder::Disjoint, [SchemeRule::new("a", 1, range, 1)]);
        let error = SchemeError::Range { rule: 0, measure: RfmMeasure::Frequency, range, top: 2 };
        assert_eq!(refused, Err(error));
    }
    let none = Scheme::new(score(0, 5, 5), RuleOrder::Disjoint, []);
    assert_eq!(none, Err(SchemeError::CellCount { cells: 0 }));
    let many = Scheme::new(score(2000, 2000, 2), RuleOrder::Disjoint, []);
    assert_eq!(many, Err(SchemeError::CellCount { cells: 8_000_000 }));
}

#[test]
fn collapsed_classes_do_not_fit_a_scheme() {
    let measures = RfmMeasures::from_columns(&[1, 2, 3, 4, 5].map(Span::whole_days), &[1; 5], &[1.0; 5]).unwrap();
    let rfm = measures.score(RfmCuts::quantiles(&measures, 5, QuantileRule::default()).unwrap());
    let error = SchemeError::Classes { measure: RfmMeasure::Frequency, expected: 5, found: 1 };
    assert_eq!(rfm.named(&Scheme::eleven()), Err(error));
    // Asked for by name, scores are taken as they are.
    let taken = Scheme::eleven().assign(rfm.scores()).unwrap();
    assert_eq!(taken.label_of(0), Some("new"));
    let outside = Scheme::eleven().assign(&[TOP, score(6, 1, 1)]);
    assert_eq!(outside, Err(SchemeError::Score { customer: 1, score: score(6, 1, 1), top: TOP }));
}

#[test]
fn one_customer_and_no_customers_have_nested_cuts_or_an_error() {
    let alone = RfmMeasures::from_columns(&[Span::ZERO], &[1], &[5.0]).unwrap();
    let rfm = alone.score_nested(NestedRfmCuts::quantiles(&alone, 5, QuantileRule::Observed).unwrap());
    assert_eq!(rfm.scores(), [score(1, 1, 1)]);
    let nobody = RfmMeasures::from_columns(&[], &[], &[]).unwrap();
    assert_eq!(NestedRfmCuts::quantiles(&nobody, 5, QuantileRule::Observed), Err(SegmentError::Empty));
    assert_eq!(NestedRfmCuts::quantiles(&alone, 0, QuantileRule::Observed), Err(SegmentError::NoBins));
}

/// Cuts into five for measures of which some customers have few and some many.
fn five_classes() -> RfmCuts {
    RfmCuts {
        recency: Cuts::fixed([30.0, 60.0, 120.0, 240.0]).unwrap(),
        frequency: Cuts::fixed([2.0, 3.0, 5.0, 8.0]).unwrap(),
        monetary: Cuts::fixed([20.0, 50.0, 100.0, 250.0]).unwrap(),
    }
}

#[test]
fn a_customer_is_explained_by_measures_cuts_and_distances() {
    let measures = RfmMeasures::from_columns(&[Span::whole_days(70)], &[4], &[90.0]).unwrap();
    let rfm = measures.score(five_classes());
    let why = rfm.explain(&measures, 0).unwrap();
    assert_eq!(why.score, score(3, 3, 3));
    assert_eq!((why.recency.low, why.recency.below), (Some(60.0), Some(10.0)));
    assert_eq!((why.frequency.high, why.frequency.above), (Some(5.0), Some(1.0)));
    assert_eq!((why.monetary.value, why.monetary.above), (90.0, Some(10.0)));

    let scheme = Scheme::eleven();
    assert_eq!(scheme.label(why.score), Some("needing attention"));
    let up = rfm.least_change(&measures, 0, &scheme, |label| label == "champions").unwrap().unwrap();
    assert_eq!((up.to, up.segment.as_str()), (score(4, 4, 4), "champions"));
    let changes: Vec<_> = up.changes.iter().map(|change| (change.measure.as_str(), change.target, change.by)).collect();
    let expected = [
        ("recency", Target::Below(60.0), 10.0),
        ("frequency", Target::AtLeast(5.0), 1.0),
        ("monetary value", Target::AtLeast(100.0), 10.0),
    ];
    assert_eq!(changes, expected);
    let stays = rfm.least_change(&measures, 0, &scheme, |label| label == "needing attention").unwrap().unwrap();
    assert_eq!((stays.to, stays.changes.len()), (why.score, 0));
    assert_eq!(rfm.least_change(&measures, 0, &scheme, |label| label == "lost"), Ok(None));
    let misspelt = rfm.least_change(&measures, 0, &scheme, |label| label == "champion");
    assert_eq!(misspelt, Err(SegmentError::NothingWanted { labels: scheme.labels().to_vec() }));
}

#[test]
fn explanations_refuse_other_customers_and_other_measures() {
    let measures = RfmMeasures::from_columns(&[Span::whole_days(70)], &[4], &[90.0]).unwrap();
    let rfm = measures.score(five_classes());
    assert_eq!(rfm.explain(&measures, 1), Err(SegmentError::UnknownCustomer { customer: 1, customers: 1 }));
    assert_eq!(rfm.explain(&nine_customers(), 0), Err(SegmentError::Lengths { expected: 1, found: 9 }));
    let other = RfmMeasures::from_columns(&[Span::whole_days(7)], &[4], &[90.0]).unwrap();
    assert_eq!(rfm.explain(&other, 0), Err(SegmentError::OtherMeasures { customer: 0 }));
    let apart = Cuts::fixed([f64::MAX]).unwrap();
    assert_eq!(apart.place(-f64::MAX), Err(SegmentError::TooLarge { quantity: "distance to a cut" }));
}

fn measures() -> impl Strategy<Value = (RfmMeasures, Vec<[f64; 3]>)> {
    prop::collection::vec((0..300_u32, 1..12_u64, 0..400_i32), 1..40).prop_map(|rows| {
        let days: Vec<Span> = rows.iter().map(|row| Span::whole_days(row.0)).collect();
        let counts: Vec<u64> = rows.iter().map(|row| row.1).collect();
        let spend: Vec<f64> = rows.iter().map(|row| row.2.into()).collect();
        let plain = rows.iter().map(|row| [f64::from(row.0), row.1 as f64, f64::from(row.2)]).collect();
        (RfmMeasures::from_columns(&days, &counts, &spend).unwrap(), plain)
    })
}

/// The classes of each measure by sorting the group and counting quantiles of type 1 below or at a value.
fn classes_within(values: &[f64], group: &[usize], bins: usize) -> Vec<usize> {
    let mut sorted: Vec<f64> = group.iter().map(|&customer| values[customer]).collect();
    sorted.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = (1..bins).map(|k| sorted[(sorted.len() * k).div_ceil(bins) - 1]).collect();
    cuts.dedup();
    cuts.retain(|cut| *cut > sorted[0]);
    group.iter().map(|&customer| cuts.iter().filter(|cut| **cut <= values[customer]).count()).collect()
}

proptest! {
    #[test]
    fn nested_scores_are_those_of_each_group_by_itself((measures, rows) in measures(), bins in 1..5_u16) {
        let rfm = measures.score_nested(NestedRfmCuts::quantiles(&measures, bins, QuantileRule::Observed).unwrap());
        let column = |index: usize| rows.iter().map(|row| row[index]).collect::<Vec<f64>>();
        let everybody: Vec<usize> = (0..rows.len()).collect();
        let recency = classes_within(&column(0), &everybody, bins.into());
        let most = recency.iter().max().unwrap() + 1;
        for customer in 0..rows.len() {
            prop_assert_eq!(usize::from(rfm.scores()[customer].recency), most - recency[customer]);
            let alike = |of: fn(&RfmScore) -> (u16, u16)| -> Vec<usize> {
                everybody.iter().copied().filter(|&other| of(&rfm.scores()[other]) == of(&rfm.scores()[customer])).collect()
            };
            let group = alike(|score| (score.recency, 0));
            let place = group.iter().position(|&member| member == customer).unwrap();
            let frequency = classes_within(&column(1), &group, bins.into())[place];
            prop_assert_eq!(usize::from(rfm.scores()[customer].frequency), frequency + 1);
            let group = alike(|score| (score.recency, score.frequency));
            let place = group.iter().position(|&member| member == customer).unwrap();
            let monetary = classes_within(&column(2), &group, bins.into())[place];
            prop_assert_eq!(usize::from(rfm.scores()[customer].monetary), monetary + 1);
        }
        let cells: Segmentation = rfm.cells().unwrap();
        prop_assert_eq!(cells.sizes().iter().sum::<usize>(), rows.len());
    }

    #[test]
    fn least_changes_lead_where_they_say_and_nothing_nearer_does((measures, rows) in measures(), wanted in 0..11_usize) {
        let (rfm, scheme) = (measures.score(five_classes()), Scheme::eleven());
        let wanted = scheme.labels()[wanted].clone();
        let own = rfm.scores()[0];
        let up = rfm.least_change(&measures, 0, &scheme, |label| label == wanted).unwrap();
        let steps = |to: RfmScore| to.recency + to.frequency + to.monetary - own.recency - own.frequency - own.monetary;
        let above = |to: &RfmScore| to.recency >= own.recency && to.frequency >= own.frequency && to.monetary >= own.monetary;
        let reachable = all_cells().into_iter().filter(|to| above(to) && scheme.label(*to) == Some(wanted.as_str()));
        prop_assert_eq!(up.as_ref().map(|up| steps(up.to)), reachable.map(steps).min());
        let Some(up) = up else { return Ok(()) };
        // The measures changed just so far have the score that was promised.
        let mut row = rows[0];
        for change in &up.changes {
            let index = ["recency", "frequency", "monetary value"].iter().position(|name| *name == change.measure).unwrap();
            row[index] = match change.target { Target::AtLeast(value) => value, Target::Below(value) => value.next_down() };
            let moved = (row[index] - rows[0][index]).abs();
            prop_assert!((moved - change.by).abs() < 1e-9, "{} {}", moved, change.by);
        }
        let days = Span::days(row[0]).unwrap();
        let after = RfmMeasures::from_columns(&[days], &[row[1] as u64], &[row[2]]).unwrap().score(five_classes());
        prop_assert_eq!(after.scores()[0], up.to);
    }

    #[test]
    fn a_scheme_exists_only_if_every_cell_has_its_rule(blocks in prop::collection::vec((1..3_u16, 0..2_u16, 1..3_u16, 0..2_u16), 0..6)) {
        let top = score(2, 2, 1);
        let within = |low: u16, more: u16| low..=(low + more).min(2);
        let rules: Vec<SchemeRule> = blocks.iter().enumerate()
            .map(|(index, &(r, dr, f, df))| SchemeRule::new(format!("s{index}"), within(r, dr), within(f, df), 1)).collect();
        let holds = |rule: &SchemeRule, r: u16, f: u16| {
            (rule.recency.low..=rule.recency.high).contains(&r) && (rule.frequency.low..=rule.frequency.high).contains(&f)
        };
        let hits = [(1, 1), (1, 2), (2, 1), (2, 2)].map(|(r, f)| {
            (0..rules.len()).filter(|&index| holds(&rules[index], r, f)).collect::<Vec<_>>()
        });
        let all_named = hits.iter().all(|hits| !hits.is_empty());
        let once = hits.iter().all(|hits| hits.len() == 1);
        let all_fire = (0..rules.len()).all(|rule| hits.iter().any(|hits| hits.first() == Some(&rule)));
        prop_assert_eq!(Scheme::new(top, RuleOrder::Disjoint, rules.clone()).is_ok(), once && all_fire);
        prop_assert_eq!(Scheme::new(top, RuleOrder::FirstMatch, rules).is_ok(), all_named && all_fire);
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_scores_and_schemes_are_checked_when_read() {
    use super::segment::survives;
    let measures = nine_customers();
    let nested = NestedRfmCuts::quantiles(&measures, 3, QuantileRule::Interpolated).unwrap();
    survives(&nested, &[(r#""recency":{"cuts":["#, r#""recency":{"cuts":[1.0,"#)]);
    let rfm = measures.score_nested(nested);
    survives(&rfm, &[(r#""recency":3,"frequency":1"#, r#""recency":3,"frequency":4"#)]);
    let top = score(2, 1, 1);
    let scheme = Scheme::new(top, RuleOrder::Disjoint, [SchemeRule::new("a", 1, 1, 1), SchemeRule::new("b", 2, 1, 1)]);
    survives(&scheme.unwrap(), &[(r#""low":2"#, r#""low":1"#)]);
    let rfm = measures.score(five_classes());
    let lrfm = Lrfm::new(rfm, &[Span::ZERO; 9], Cuts::fixed([1.0]).unwrap()).unwrap();
    survives(&lrfm, &[(r#""length":1"#, r#""length":3"#)]);
}
