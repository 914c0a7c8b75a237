//! Segments and concentration. Numbers marked `computed` were computed for this project by other means; their
//! formulas are named after the sources that define them.

#![allow(clippy::float_cmp, clippy::unreadable_literal, reason = "exact results, and numbers as they are printed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small test numbers")]

use std::collections::{BTreeMap, BTreeSet};

use customer_value::segment::{
    Concentration, Cuts, GridCut, Pyramid, QuantileRule, Rfm, RfmCuts, RfmMeasure, RfmMeasures, SegmentError,
    Segmentation, Sides, TwoSidedGrid,
};
use customer_value::{Cohort, Columns, Currency, Day, FirstSeen, Probability, Span, SummaryRow, TimeUnit, Window};
use proptest::prelude::*;

const TEN_CUSTOMERS: [f64; 10] = [1000.0, 500.0, 200.0, 100.0, 60.0, 50.0, 40.0, 25.0, 15.0, 10.0];
const TEN_PROFITS: [f64; 10] = [120.0, 80.0, 40.0, 20.0, 10.0, 5.0, 0.0, -15.0, -30.0, -60.0];

fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.5000001 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

fn share(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn interpolated(values: &[f64], bins: u16) -> Cuts {
    Cuts::quantiles(values, bins, QuantileRule::Interpolated).unwrap()
}

fn nine_customers() -> RfmMeasures {
    let since_last: Vec<Span> = (1..=9).map(|step| Span::whole_days(5 * step)).collect();
    let spend: Vec<f64> = (1..=9).map(f64::from).collect();
    RfmMeasures::from_columns(&since_last, &[1, 2, 9, 8, 7, 6, 3, 4, 5], &spend).unwrap()
}

fn terciles(measures: &RfmMeasures) -> Rfm {
    measures.score(RfmCuts::quantiles(measures, 3, QuantileRule::Interpolated).unwrap())
}

/// On how many days each customer of the CDNOW sample bought, in all of its 78 weeks.
fn cdnow_purchases() -> Vec<f64> {
    let rows = include_str!("../../data/CDNOW_sample.txt").lines();
    let fields = rows.map(|row| row.split_whitespace().collect::<Vec<_>>());
    let days: BTreeSet<_> = fields.map(|row| (row[0], row[2])).collect();
    let mut counts = BTreeMap::new();
    for (customer, _) in days {
        *counts.entry(customer).or_insert(0.0) += 1.0;
    }
    counts.into_values().collect()
}

#[test]
fn f31_score_counts_cuts_at_or_below_and_reverses_recency() {
    let cuts = RfmCuts {
        recency: Cuts::fixed([10.0, 20.0]).unwrap(),
        frequency: Cuts::fixed([2.0, 5.0]).unwrap(),
        monetary: Cuts::fixed([100.0]).unwrap(),
    };
    let days = [9, 10, 19, 20].map(Span::whole_days);
    let measures = RfmMeasures::from_columns(&days, &[1, 2, 4, 5], &[99.99, 100.0, -5.0, 1e9]).unwrap();
    let rfm = measures.score(cuts.clone());
    let scores: Vec<String> = rfm.scores().iter().map(ToString::to_string).collect();
    assert_eq!(scores, ["3-1-1", "2-2-2", "2-2-1", "1-3-2"]);
    assert_eq!(rfm.cuts(), &cuts);
}

#[test]
fn f32_independent_terciles_computed() {
    let scores = terciles(&nine_customers());
    let two: Vec<u16> = scores.scores().iter().map(|score| 10 * score.recency + score.frequency).collect();
    assert_eq!(two, [31, 31, 33, 23, 23, 22, 11, 12, 12]);
}

#[test]
fn cells_of_rfm_cover_every_combination() {
    let rfm = terciles(&nine_customers());
    let cells = rfm.cells().unwrap();
    assert_eq!((cells.labels().len(), cells.len()), (27, 9));
    for (customer, score) in rfm.scores().iter().enumerate() {
        assert_eq!(cells.labels()[cells.segment_of(customer).unwrap()], score.to_string());
    }
    let by_recency = rfm.by(RfmMeasure::Recency);
    assert_eq!((by_recency.labels(), by_recency.sizes()), (&["R1", "R2", "R3"].map(String::from)[..], vec![3, 3, 3]));
}

#[test]
fn f35_pareto_lorenz_gini_herfindahl_computed() {
    let spread = Concentration::new(&TEN_CUSTOMERS).unwrap();
    close(spread.top_share(share(0.2)).unwrap(), 0.75, 12);
    let printed = [0.5, 0.75, 0.85, 0.9, 0.93, 0.955, 0.975, 0.9875, 0.995, 1.0];
    for (cumulative, printed) in spread.cumulative_shares().unwrap().into_iter().zip(printed) {
        close(cumulative, printed, 12);
    }
    assert_eq!(spread.customers_within(share(0.8)).unwrap(), 2);
    assert_eq!(spread.customers_reaching(share(0.8)).unwrap(), 3);
    close(spread.gini().unwrap(), 0.6685, 12);
    close(spread.herfindahl().unwrap(), 0.327163, 6);
    close(spread.herfindahl().unwrap().recip(), 3.0566, 4);
    close(Concentration::new(&[1.0, 2.0, 3.0, 4.0]).unwrap().gini().unwrap(), 0.25, 15);
}

#[test]
fn f36_kaplan_narayanan_2001_whale_curve_computed() {
    let spread = Concentration::new(&TEN_PROFITS).unwrap();
    let peak = spread.peak();
    assert_eq!((spread.total(), peak.customers, spread.losses()), (170.0, 6, 105.0));
    close(peak.amount / spread.total(), 1.617647, 6);
    close(spread.top_share(share(0.2)).unwrap(), 1.176471, 6);
    close(spread.gini().unwrap(), 1.605882, 6);
    assert_eq!(spread.herfindahl(), Err(SegmentError::Negative { value: -60.0 }));
}

#[test]
fn f36_total_at_or_below_zero_has_amounts_but_no_shares() {
    for (profits, total, peak) in [([5.0, -5.0], 0.0, (1, 5.0)), ([-1.0, -2.0], -3.0, (0, 0.0))] {
        let spread = Concentration::new(&profits).unwrap();
        let refused = SegmentError::TotalNotPositive { total };
        assert_eq!((spread.peak().customers, spread.peak().amount), peak);
        assert_eq!(spread.total(), total);
        assert_eq!(spread.gini(), Err(refused.clone()));
        assert_eq!(spread.lorenz(), Err(refused.clone()));
        assert_eq!(spread.top_share(share(0.5)), Err(refused.clone()));
        assert_eq!(spread.cumulative_shares(), Err(refused.clone()));
        assert_eq!(spread.customers_reaching(share(0.5)), Err(refused.clone()));
        let everybody = Segmentation::new(["all"], [0, 0]).unwrap();
        assert_eq!(everybody.shares(&profits), Err(refused));
    }
}

#[test]
fn f37_zeithaml_rust_lemon_2001_pyramid_computed() {
    let pyramid = Pyramid::new([("platinum", 0.1), ("gold", 0.3), ("iron", 0.6), ("lead", 1.0)]).unwrap();
    let tiers = pyramid.tiers(&TEN_CUSTOMERS).unwrap();
    assert_eq!(tiers.segmentation().sizes(), [1, 2, 3, 4]);
    for (share, printed) in
        tiers.segmentation().shares(&TEN_CUSTOMERS).unwrap().into_iter().zip([0.5, 0.35, 0.105, 0.045])
    {
        close(share, printed, 12);
    }
    // A year later the thresholds still mean the same amounts.
    assert_eq!(tiers.assign(&[1000.0, 999.0, 49.0, -3.0]).unwrap().segments(), [0, 1, 3, 3]);
}

#[test]
fn tiers_keep_customers_tied_at_a_boundary_together() {
    let values = [9.0, 7.0, 7.0, 7.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let pyramid = Pyramid::new([("top", 0.2), ("next", 0.3), ("rest", 1.0)]).unwrap();
    let tiers = pyramid.tiers(&values).unwrap();
    assert_eq!((tiers.thresholds(), tiers.segmentation().sizes()), (&[7.0, 7.0][..], vec![4, 0, 6]));
    let all_tied = Pyramid::default().tiers(&[3.0; 5]).unwrap();
    assert_eq!(all_tied.segmentation().sizes(), [5, 0, 0, 0]);
}

#[test]
fn default_pyramid_takes_1_5_20_and_100_percent() {
    let values: Vec<f64> = (0..1000).map(f64::from).collect();
    let tiers = Pyramid::default().tiers(&values).unwrap();
    assert_eq!(tiers.segmentation().labels(), ["platinum", "gold", "iron", "lead"]);
    assert_eq!(tiers.segmentation().sizes(), [10, 40, 150, 800]);
}

#[test]
fn shares_that_rounding_carries_above_a_whole_customer_do_not_begin_another() {
    // 0.07 · 100 is 7.000000000000001.
    let values: Vec<f64> = (0..100).map(f64::from).collect();
    let tiers = Pyramid::new([("top", 0.07), ("rest", 1.0)]).unwrap().tiers(&values).unwrap();
    assert_eq!(tiers.segmentation().sizes(), [7, 93]);
}

#[test]
fn f38_gupta_lehmann_2005_two_sided_grid() {
    let worth = [10.0, 10.0, 1.0, 1.0, 5.0];
    let delivered = [8.0, -8.0, 8.0, -8.0, 0.0];
    let measures = Sides { worth: worth.as_slice(), delivered: delivered.as_slice() };
    let cuts = Sides { worth: GridCut::Quantile(share(0.5)), delivered: GridCut::At(0.0) };
    let grid = TwoSidedGrid::new(measures, cuts).unwrap();
    // The last customer stands on both lines, so in the upper cell of both.
    assert_eq!(grid.segmentation().segments(), [0, 1, 2, 3, 0]);
    assert_eq!(grid.segmentation().labels(), ["stars", "vulnerable", "free riders", "lost causes"]);
    assert_eq!(grid.cuts(), Sides { worth: 5.0, delivered: 0.0 });
    let later = grid.assign(Sides { worth: &[4.9], delivered: &[0.0] }).unwrap();
    assert_eq!(later.segments(), [2]);
}

fn columns<'a>(worth: &'a [f64], delivered: &'a [f64]) -> Sides<&'a [f64]> {
    Sides { worth, delivered }
}

#[test]
fn grid_refuses_bad_columns_and_cuts() {
    let at = |worth| Sides { worth: GridCut::At(worth), delivered: GridCut::At(0.0) };
    let error = TwoSidedGrid::new(columns(&[1.0], &[]), at(0.0)).unwrap_err();
    assert_eq!(error, SegmentError::Lengths { expected: 1, found: 0 });
    let error = TwoSidedGrid::new(columns(&[1.0], &[1.0]), at(f64::INFINITY)).unwrap_err();
    let of = |measure: &str, source| SegmentError::Measure { measure: measure.into(), source: Box::new(source) };
    assert_eq!(error, of("worth", SegmentError::Cut { index: 0, value: f64::INFINITY }));
    let error = TwoSidedGrid::new(columns(&[1.0, 2.0], &[1.0, f64::NEG_INFINITY]), at(0.0)).unwrap_err();
    let infinite = SegmentError::NotFinite { measure: "value", index: 1, value: f64::NEG_INFINITY };
    assert_eq!(error, of("delivered value", infinite));
    let median = Sides { worth: GridCut::Quantile(share(0.5)), delivered: GridCut::At(0.0) };
    assert_eq!(TwoSidedGrid::new(columns(&[], &[]), median).unwrap_err(), of("worth", SegmentError::Empty));
    assert!(TwoSidedGrid::new(columns(&[], &[]), at(0.0)).unwrap().segmentation().is_empty());
}

#[test]
fn cdnow_frequency_quintiles_collapse_and_say_so() {
    let purchases = cdnow_purchases();
    let once = purchases.iter().filter(|&&count| count == 1.0).count();
    assert_eq!((once, purchases.len()), (1218, 2357));
    close(100.0 * once as f64 / purchases.len() as f64, 51.7, 1);
    let cuts = interpolated(&purchases, 5);
    assert_eq!((cuts.bins(), cuts.collapsed()), (3, 2));
    assert_eq!(cuts.as_slice(), [2.0, 4.0]); // the quintiles are 1, 1, 2, 4
}

#[test]
fn all_ties_leave_one_class() {
    let cuts = interpolated(&[4.0; 7], 5);
    assert_eq!((cuts.bins(), cuts.collapsed(), cuts.bin(4.0)), (1, 4, Ok(0)));
}

#[test]
fn one_customer_is_a_class_of_its_own() {
    let alone = RfmMeasures::from_columns(&[Span::ZERO], &[1], &[5.0]).unwrap();
    let rfm = alone.score(RfmCuts::quantiles(&alone, 5, QuantileRule::Observed).unwrap());
    assert_eq!(rfm.scores()[0].to_string(), "1-1-1");
    assert_eq!(rfm.cuts().recency.collapsed(), 4);
    assert_eq!(Pyramid::default().tiers(&[5.0]).unwrap().segmentation().sizes(), [1, 0, 0, 0]);
    let spread = Concentration::new(&[5.0]).unwrap();
    assert_eq!((spread.gini(), spread.top_share(share(0.2)), spread.herfindahl()), (Ok(0.0), Ok(1.0), Ok(1.0)));
}

#[test]
fn nobody_teaches_nothing() {
    let nobody = RfmMeasures::from_columns(&[], &[], &[]).unwrap();
    assert_eq!(RfmCuts::quantiles(&nobody, 5, QuantileRule::default()), Err(SegmentError::Empty));
    assert_eq!(Concentration::new(&[]), Err(SegmentError::Empty));
    assert_eq!(Pyramid::default().tiers(&[]), Err(SegmentError::Empty));
    let nobody = Segmentation::new(["a"], []).unwrap();
    assert_eq!(nobody.shares(&[]), Err(SegmentError::TotalNotPositive { total: 0.0 }));
}

#[test]
fn nan_and_infinities_are_refused_with_their_position() {
    let values = [1.0, 2.0, f64::INFINITY];
    let infinite = SegmentError::NotFinite { measure: "value", index: 2, value: f64::INFINITY };
    assert_eq!(Cuts::quantiles(&values, 2, QuantileRule::default()), Err(infinite.clone()));
    assert_eq!(Concentration::new(&values), Err(infinite.clone()));
    assert_eq!(Pyramid::default().tiers(&values), Err(infinite.clone()));
    assert_eq!(Segmentation::new(["a"], [0; 3]).unwrap().totals(&values), Err(infinite));
    let days = [Span::ZERO; 2];
    let error = RfmMeasures::from_columns(&days, &[1, 1], &[0.0, f64::NAN]).unwrap_err();
    assert!(matches!(error, SegmentError::NotFinite { measure: "monetary value", index: 1, value } if value.is_nan()));
    assert!(matches!(interpolated(&[1.0], 2).bin(f64::NAN), Err(SegmentError::NotFinite { .. })));
}

#[test]
fn bad_cuts_shares_labels_and_columns_are_refused() {
    assert_eq!(Cuts::fixed([1.0, 1.0]), Err(SegmentError::Cut { index: 1, value: 1.0 }));
    assert!(matches!(Cuts::fixed([f64::NAN]), Err(SegmentError::Cut { index: 0, .. })));
    assert_eq!(Cuts::quantiles(&[1.0], 0, QuantileRule::default()), Err(SegmentError::NoBins));
    assert_eq!(Pyramid::new([("a", 0.5)]), Err(SegmentError::Share { index: 0, value: 0.5 }));
    assert_eq!(Pyramid::new([("a", 0.5), ("b", 0.5)]), Err(SegmentError::Share { index: 1, value: 0.5 }));
    assert!(matches!(Pyramid::new([("a", f64::NAN)]), Err(SegmentError::Share { index: 0, .. })));
    assert_eq!(Pyramid::new::<&str>([]), Err(SegmentError::NoBins));
    assert_eq!(Pyramid::new([("a", 0.5), ("a", 1.0)]), Err(SegmentError::DuplicateLabel { label: "a".into() }));
    let unknown = SegmentError::UnknownSegment { customer: 1, segment: 2, segments: 2 };
    assert_eq!(Segmentation::new(["a", "b"], [0, 2]), Err(unknown));
    let lengths = SegmentError::Lengths { expected: 1, found: 2 };
    assert_eq!(RfmMeasures::from_columns(&[Span::ZERO], &[1, 1], &[1.0]), Err(lengths.clone()));
    let (one, two) = (Segmentation::new(["a"], [0]).unwrap(), Segmentation::new(["a"], [0, 0]).unwrap());
    assert_eq!(one.cross(&two), Err(lengths));
}

#[test]
fn more_cells_than_anybody_reads_are_refused() {
    let values: Vec<f64> = (0..200).map(f64::from).collect();
    let cuts = interpolated(&values, 200);
    let rfm = nine_customers().score(RfmCuts { recency: cuts.clone(), frequency: cuts.clone(), monetary: cuts });
    assert_eq!(rfm.cells(), Err(SegmentError::TooManyCells { cells: 8_000_000, most: 1_048_576 }));
}

#[test]
fn sums_too_large_for_a_number_are_refused() {
    let huge = [f64::MAX, f64::MAX];
    assert_eq!(Concentration::new(&huge), Err(SegmentError::TooLarge { quantity: "sum of values" }));
    assert!(matches!(Segmentation::new(["a"], [0; 2]).unwrap().totals(&huge), Err(SegmentError::TooLarge { .. })));
    // Opposite ends of the number line still have a middle.
    assert_eq!(interpolated(&[-f64::MAX, f64::MAX], 2).as_slice(), [0.0]);
}

#[test]
fn losses_too_large_for_a_number_are_refused_even_where_profits_hide_them() {
    let found = Concentration::new(&[f64::MAX, 0.0, -1e308, -1e308]);
    assert_eq!(found, Err(SegmentError::TooLarge { quantity: "sum of losses" }));
    assert_eq!(Concentration::new(&[f64::MAX, -1e308]).unwrap().losses(), 1e308);
}

#[test]
fn cross_table_adds_up_to_both_partitions() {
    let rfm = terciles(&nine_customers());
    let (rows, columns) = (rfm.by(RfmMeasure::Recency), rfm.by(RfmMeasure::Frequency));
    let table = rows.cross(&columns).unwrap();
    let of = |row: usize, column: usize| table.count(row, column).unwrap();
    let row_sums: Vec<usize> = (0..3).map(|row| (0..3).map(|column| of(row, column)).sum()).collect();
    let column_sums: Vec<usize> = (0..3).map(|column| (0..3).map(|row| of(row, column)).sum()).collect();
    assert_eq!((row_sums, column_sums), (rows.sizes(), columns.sizes()));
    assert_eq!((of(2, 0), of(2, 2), table.count(3, 0)), (2, 1, None));
}

/// Sample quantiles by their definitions, one scan for each.
fn brute_quantile(values: &[f64], k: usize, q: usize, rule: QuantileRule) -> f64 {
    let rank = |value: f64| values.iter().filter(|&&other| other <= value).count();
    let nth = |position: usize| {
        let candidates = values.iter().copied().filter(|&value| rank(value) > position);
        candidates.fold(f64::INFINITY, f64::min)
    };
    match rule {
        QuantileRule::Observed => {
            let reached = values.iter().copied().filter(|&value| rank(value) * q >= values.len() * k);
            reached.fold(f64::INFINITY, f64::min)
        }
        QuantileRule::Interpolated => {
            let (whole, rest) = ((values.len() - 1) * k / q, (values.len() - 1) * k % q);
            let (low, high) = (nth(whole), nth((whole + 1).min(values.len() - 1)));
            low + (high - low) * rest as f64 / q as f64
        }
    }
}

fn naive_gini(values: &[f64]) -> f64 {
    let differences: f64 = values.iter().map(|a| values.iter().map(|b| (a - b).abs()).sum::<f64>()).sum();
    differences / (2.0 * values.len() as f64 * values.iter().sum::<f64>())
}

/// Few distinct values, so that ties are common.
fn tied_values() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec((0..6_i32).prop_map(f64::from), 1..60),
        prop::collection::vec(-1e3..1e3, 1..60),
        prop::collection::vec((0..200_i32).prop_map(f64::from), 1..60),
    ]
}

fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -10.0..10.0, Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX), Just(-0.0)]
}

fn rule() -> impl Strategy<Value = QuantileRule> {
    prop_oneof![Just(QuantileRule::Interpolated), Just(QuantileRule::Observed)]
}

fn largest_tie(values: &[f64]) -> usize {
    let ties = values.iter().map(|a| values.iter().filter(|&b| a == b).count());
    ties.max().unwrap_or(0)
}

fn rotated<T: Clone>(values: &[T], by: usize) -> Vec<T> {
    let mut rotated = values.to_vec();
    rotated.rotate_left(by % values.len());
    rotated
}

proptest! {
    #[test]
    fn cuts_are_the_distinct_quantiles_by_definition(values in tied_values(), bins in 1..9_u16, rule in rule()) {
        let cuts = Cuts::quantiles(&values, bins, rule).unwrap();
        let below = |cut: f64| values.iter().filter(|&&value| value < cut).count();
        let mut expected: Vec<f64> = Vec::new();
        for k in 1..bins {
            let cut = brute_quantile(&values, k.into(), bins.into(), rule);
            if below(cut) > expected.last().map_or(0, |&last| below(last)) {
                expected.push(cut);
            }
        }
        prop_assert_eq!(cuts.bins(), expected.len() + 1);
        for (cut, expected) in cuts.as_slice().iter().zip(&expected) {
            prop_assert!((cut - expected).abs() <= 1e-12 * expected.abs());
        }
    }

    #[test]
    fn quantile_bins_are_balanced_up_to_ties(values in tied_values(), bins in 1..9_u16, rule in rule()) {
        let cuts = Cuts::quantiles(&values, bins, rule).unwrap();
        prop_assert_eq!(cuts.bins() + cuts.collapsed(), usize::from(bins));
        let mut sizes = vec![0; cuts.bins()];
        for &value in &values {
            sizes[cuts.bin(value).unwrap()] += 1;
        }
        prop_assert!(sizes.iter().all(|&size| size > 0));
        let most = values.len() / usize::from(bins) + 2 + largest_tie(&values);
        prop_assert!(sizes.iter().all(|&size| size <= most), "{:?} above {}", sizes, most);
        if largest_tie(&values) == 1 && values.len() >= usize::from(bins) * 3 {
            let even = values.len() as f64 / f64::from(bins);
            prop_assert!(sizes.iter().all(|&size| (size as f64 - even).abs() < 2.0), "{:?}", sizes);
        }
    }

    #[test]
    fn ties_are_never_split_and_order_does_not_matter(
        values in tied_values(), bins in 1..9_u16, rule in rule(), by in 0..60_usize,
    ) {
        let days: Vec<Span> = values.iter().map(|value| Span::days(value.abs()).unwrap()).collect();
        let counts: Vec<u64> = values.iter().map(|value| value.abs() as u64).collect();
        let score = |days: &[Span], counts: &[u64], spend: &[f64]| {
            let measures = RfmMeasures::from_columns(days, counts, spend).unwrap();
            measures.score(RfmCuts::quantiles(&measures, bins, rule).unwrap())
        };
        let rfm = score(&days, &counts, &values);
        let turned = score(&rotated(&days, by), &rotated(&counts, by), &rotated(&values, by));
        prop_assert_eq!(rfm.cuts(), turned.cuts());
        prop_assert_eq!(rotated(rfm.scores(), by), turned.scores());
        for (a, one) in values.iter().zip(rfm.scores()) {
            for (b, other) in values.iter().zip(rfm.scores()) {
                prop_assert!((a < b) <= (one.monetary <= other.monetary));
                prop_assert!((a.abs() < b.abs()) <= (one.recency >= other.recency));
                prop_assert!((a == b) <= (one == other));
            }
        }
        let tiers = |values: &[f64]| Pyramid::default().tiers(values).unwrap().segmentation().segments().to_vec();
        prop_assert_eq!(rotated(&tiers(&values), by), tiers(&rotated(&values, by)));
    }

    #[test]
    fn partitions_are_total(values in tied_values(), bins in 1..6_u16) {
        let worth = Sides { worth: values.as_slice(), delivered: values.as_slice() };
        let median = GridCut::Quantile(share(0.5));
        let grid = TwoSidedGrid::new(worth, Sides { worth: median, delivered: median }).unwrap();
        let tiers = Pyramid::default().tiers(&values).unwrap();
        let days = vec![Span::ZERO; values.len()];
        let measures = RfmMeasures::from_columns(&days, &vec![1; values.len()], &values).unwrap();
        let rfm = measures.score(RfmCuts::quantiles(&measures, bins, QuantileRule::default()).unwrap());
        for segmentation in [grid.segmentation(), tiers.segmentation(), &rfm.cells().unwrap()] {
            prop_assert_eq!(segmentation.sizes().iter().sum::<usize>(), values.len());
            let mut members: Vec<usize> =
                (0..segmentation.labels().len()).flat_map(|segment| segmentation.members(segment)).collect();
            members.sort_unstable();
            prop_assert!(members.iter().copied().eq(0..values.len()));
            let totals: f64 = segmentation.totals(&values).unwrap().iter().sum();
            prop_assert!((totals - values.iter().sum::<f64>()).abs() < 1e-9);
            if let Ok(shares) = segmentation.shares(&values) {
                let scale = shares.iter().map(|share| share.abs()).sum::<f64>();
                prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 * scale);
            }
        }
    }

    #[test]
    fn tiers_hold_at_least_their_share_and_are_ordered(values in tied_values()) {
        let tiers = Pyramid::default().tiers(&values).unwrap();
        let sizes = tiers.segmentation().sizes();
        let mut cumulative = 0;
        for (size, share) in sizes.iter().zip([0.01, 0.05, 0.2, 1.0]) {
            cumulative += size;
            prop_assert!(cumulative as f64 >= share * values.len() as f64);
        }
        prop_assert!(tiers.thresholds().is_sorted_by(|a, b| a >= b));
        let again = tiers.assign(&values).unwrap();
        prop_assert_eq!(tiers.segmentation(), &again);
    }

    #[test]
    fn lorenz_is_convex_and_gini_twice_the_area_above_it(values in prop::collection::vec(0.0..1e3, 1..60)) {
        let spread = Concentration::new(&values).unwrap();
        prop_assume!(spread.total() > 0.0);
        let curve = spread.lorenz().unwrap();
        prop_assert_eq!(curve.len(), values.len() + 1);
        prop_assert!((curve[values.len()].value - 1.0).abs() < 1e-12);
        for three in curve.windows(3) {
            let (first, second) = (three[1].value - three[0].value, three[2].value - three[1].value);
            prop_assert!(second >= first - 1e-12);
        }
        let area: f64 = curve.windows(2)
            .map(|two| (two[1].customers - two[0].customers) * (two[0].value + two[1].value) / 2.0).sum();
        let gini = spread.gini().unwrap();
        prop_assert!((gini - (1.0 - 2.0 * area)).abs() < 1e-12);
        prop_assert!((-1e-12..1.0).contains(&gini));
    }

    #[test]
    fn gini_is_the_mean_difference_even_with_losses(values in tied_values()) {
        let spread = Concentration::new(&values).unwrap();
        // A total that nearly cancels has no digits to compare.
        if spread.total() > 1e-3 {
            let (fast, naive) = (spread.gini().unwrap(), naive_gini(&values));
            prop_assert!((fast - naive).abs() < 1e-9 * (1.0 + naive), "{fast} {naive}");
        }
    }

    #[test]
    fn herfindahl_lies_between_one_over_n_and_one(values in prop::collection::vec(0.0..1e3, 1..60)) {
        let spread = Concentration::new(&values).unwrap();
        prop_assume!(spread.total() > 0.0);
        let index = spread.herfindahl().unwrap();
        prop_assert!(index >= (1.0 - 1e-12) / values.len() as f64 && index <= 1.0 + 1e-12);
    }

    #[test]
    fn within_and_reaching_enclose_the_line(values in prop::collection::vec(0.0..1e3, 1..60), line in 0.0..1.0) {
        let spread = Concentration::new(&values).unwrap();
        prop_assume!(spread.total() > 0.0);
        let within = spread.customers_within(share(line)).unwrap();
        let reaching = spread.customers_reaching(share(line)).unwrap();
        let sum = |count: usize| if count == 0 { 0.0 } else { spread.cumulative()[count - 1] };
        prop_assert!(sum(within) <= line * spread.total() && line * spread.total() <= sum(reaching));
    }

    #[test]
    fn arbitrary_numbers_never_panic(
        values in prop::collection::vec(anything(), 0..12), bins in any::<u16>(), rule in rule(),
        cut in anything(), p in 0.0..=1.0, segments in prop::collection::vec(any::<u32>(), 0..4),
    ) {
        for cuts in [Cuts::quantiles(&values, bins, rule), Cuts::fixed(values.clone())].into_iter().flatten() {
            prop_assert!(cuts.as_slice().iter().all(|cut| cut.is_finite()));
            prop_assert_eq!(cuts.bin(cut).is_ok(), cut.is_finite());
        }
        if let Ok(spread) = Concentration::new(&values) {
            for number in [spread.gini(), spread.top_share(share(p)), spread.herfindahl()].into_iter().flatten() {
                prop_assert!(number.is_finite());
            }
            if let Ok(curve) = spread.lorenz() {
                prop_assert!(curve.iter().all(|point| point.value.is_finite()));
            }
            let _ = (spread.customers_within(share(p)), spread.customers_reaching(share(p)), spread.peak());
            prop_assert!(!spread.losses().is_nan());
        }
        let _ = Pyramid::new([("a", cut), ("b", p), ("c", 1.0)]).and_then(|pyramid| pyramid.tiers(&values));
        let _ = Pyramid::default().tiers(&values).map(|tiers| tiers.segmentation().shares(&values));
        let columns = Sides { worth: values.as_slice(), delivered: values.as_slice() };
        let _ = TwoSidedGrid::new(columns, Sides { worth: GridCut::At(cut), delivered: GridCut::Quantile(share(p)) });
        let days: Vec<Span> = values.iter().map(|value| Span::days(value.abs()).unwrap_or_default()).collect();
        if let Ok(measures) = RfmMeasures::from_columns(&days, &vec![u64::MAX; values.len()], &values)
            && let Ok(cuts) = RfmCuts::quantiles(&measures, bins, rule)
        {
            let _ = measures.score(cuts).cells();
        }
        if let Ok(own) = Segmentation::new(["a", "b"], segments) {
            let _ = (own.cross(&own), own.totals(&values), own.members(bins.into()).count());
        }
    }
}

/// What is stored reads as it was, and each text spoilt in one place does not.
#[cfg(feature = "serde")]
pub fn survives<T>(value: &T, spoil: &[(&str, &str)])
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let stored = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&stored).unwrap(), value);
    for (sound, spoilt) in spoil {
        assert!(stored.contains(sound), "{stored}");
        assert!(serde_json::from_str::<T>(&stored.replacen(sound, spoilt, 1)).is_err(), "{spoilt}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_segments_are_checked_when_read() {
    survives(&Segmentation::new(["a", "b"], [0, 1]).unwrap(), &[("[0,1]", "[0,2]"), (r#""b""#, r#""a""#)]);
    survives(&interpolated(&[1.0, 2.0, 3.0], 2), &[(r#""asked":2"#, r#""asked":1"#)]);
    survives(&Cuts::fixed([1.0, 2.0]).unwrap(), &[("[1.0,2.0]", "[2.0,1.0]")]);
    let thirds = Cuts::fixed([3.0, 6.0]).unwrap();
    let rfm = RfmCuts { recency: thirds.clone(), frequency: thirds.clone(), monetary: thirds };
    let rfm = nine_customers().score(rfm);
    survives(&rfm, &[(r#""recency":2"#, r#""recency":4"#), (r#""recency":2"#, r#""recency":0"#)]);
    survives(&Pyramid::default(), &[("0.05", "0.5"), (r#"["lead",1.0]"#, r#"["lead",0.9]"#)]);
    survives(&Pyramid::default().tiers(&[3.0, 2.0]).unwrap(), &[("[3.0,", "[2.0,"), ("[3.0,", "[")]);
    let cuts = Sides { worth: GridCut::At(1.0), delivered: GridCut::At(2.0) };
    survives(&TwoSidedGrid::new(columns(&[1.0], &[1.0]), cuts).unwrap(), &[("stars", "planets"), ("[1.0]", "[]")]);
}

#[test]
fn rfm_of_a_cohort_counts_the_first_purchase_and_all_spend() {
    let day = |month, day| Day::new(1997, month, day).unwrap();
    let epoch_days = [day(1, 10), day(1, 10), day(3, 1), day(2, 1)].map(Day::days_since_epoch);
    let columns = Columns {
        ids: &[7, 7, 7, 9],
        days: &epoch_days,
        minor_units: &[1_000, 50, 2_000, 900],
        currency: Currency::USD,
    };
    let window = Window::new(day(1, 1), day(3, 31), FirstSeen::IsNew).unwrap();
    let cohort = Cohort::from_columns(columns, &window, day(3, 31)).unwrap();
    let since_last = [30, 58].map(Span::whole_days);
    let expected = RfmMeasures::from_columns(&since_last, &[2, 1], &[30.5, 9.0]).unwrap();
    assert_eq!(RfmMeasures::from_cohort(&cohort).unwrap(), expected);
}

#[test]
fn rfm_of_summaries_without_realised_spend_is_refused() {
    let row = SummaryRow { id: 1, repeats: 2, recency: 30.43, age: 38.86, mean_spend: None };
    let cohort = Cohort::from_summaries([row], TimeUnit::Week).unwrap();
    assert_eq!(RfmMeasures::from_cohort(&cohort), Err(SegmentError::SpendUnknown));
}
