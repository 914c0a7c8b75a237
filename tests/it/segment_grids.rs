//! Classes by value, tiers by thresholds, grids and cubes, contacts, explanations of both. Numbers marked `computed` were
//! computed for this project by other means.

#![allow(clippy::unreadable_literal, reason = "numbers as they are printed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small test numbers")]

use customer_value::Probability;
use customer_value::segment::{
    Concentration, ContactConcentration, Crossing, Cuts, Grid, GridAxis, GridCut, GridPreset, Pyramid, SegmentError,
    Target, Tiers,
};
use proptest::prelude::*;

const TEN_CUSTOMERS: [f64; 10] = [1000.0, 500.0, 200.0, 100.0, 60.0, 50.0, 40.0, 25.0, 15.0, 10.0];

fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.500_000_1 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

fn share(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn class_sizes(values: &[f64], crossing: Crossing) -> Vec<usize> {
    Pyramid::abc().tiers_by_value(values, crossing).unwrap().segmentation().sizes()
}

#[test]
fn f35_abc_says_where_the_crossing_customer_is_computed() {
    // Of the cumulative shares .5 .75 .85 .9 .93 .955, the third crosses 80 % and the sixth 95 %.
    assert_eq!(class_sizes(&TEN_CUSTOMERS, Crossing::Out), [2, 3, 5]);
    assert_eq!(class_sizes(&TEN_CUSTOMERS, Crossing::In), [3, 3, 4]);
}

#[test]
fn f35_effective_number_of_customers_computed() {
    close(Concentration::new(&TEN_CUSTOMERS).unwrap().effective_customers().unwrap(), 3.0566, 4);
    close(Concentration::new(&[7.0; 5]).unwrap().effective_customers().unwrap(), 5.0, 12);
    let losses = Concentration::new(&[3.0, -1.0]).unwrap();
    assert_eq!(losses.effective_customers(), Err(SegmentError::Negative { value: -1.0 }));
}

#[test]
fn f46_contact_concentration_computed() {
    for contacts in [[0.8, 0.1, 0.1], [1.0, 8.0, 1.0]] {
        let contacts = ContactConcentration::new(&contacts).unwrap();
        close(contacts.herfindahl, 0.66, 12);
        close(contacts.effective, 1.515152, 6);
        close(contacts.leading_share, 0.8, 12);
    }
    assert_eq!(ContactConcentration::new(&[0.0, 0.0]), Err(SegmentError::TotalNotPositive { total: 0.0 }));
    assert_eq!(ContactConcentration::new(&[]), Err(SegmentError::Empty));
    assert_eq!(ContactConcentration::new(&[2.0, -1.0]), Err(SegmentError::Negative { value: -1.0 }));
}

#[test]
fn classes_by_value_keep_ties_together_on_the_side_of_the_crossing() {
    // 40 + 20 + 20 of 100 reach 80 with the third; the third and fourth are tied.
    let values = [40.0, 20.0, 20.0, 20.0];
    assert_eq!(class_sizes(&values, Crossing::In), [4, 0, 0]);
    // Within 80 % there is room for three; the fourth crosses, and takes its equals along.
    assert_eq!(class_sizes(&values, Crossing::Out), [1, 0, 3]);
}

#[test]
fn a_class_a_that_the_first_customer_crosses_is_empty() {
    assert_eq!(class_sizes(&[90.0, 10.0], Crossing::Out), [0, 1, 1]);
    assert_eq!(class_sizes(&[5.0], Crossing::Out), [0, 0, 1]);
    assert_eq!(class_sizes(&[5.0], Crossing::In), [1, 0, 0]);
    let most = Pyramid::abc().tiers_by_value(&[f64::MAX], Crossing::Out);
    assert_eq!(most, Err(SegmentError::TooLarge { quantity: "threshold above the best customer" }));
}

#[test]
fn classes_by_value_refuse_zero_totals_nan_and_nobody() {
    let abc = Pyramid::abc();
    let refused = abc.tiers_by_value(&[5.0, -5.0], Crossing::In);
    assert_eq!(refused, Err(SegmentError::TotalNotPositive { total: 0.0 }));
    assert_eq!(abc.tiers_by_value(&[], Crossing::In), Err(SegmentError::Empty));
    let nan = abc.tiers_by_value(&[1.0, f64::NAN], Crossing::In).unwrap_err();
    assert!(matches!(nan, SegmentError::NotFinite { measure: "value", index: 1, value } if value.is_nan()));
}

#[test]
fn f37_tiers_by_thresholds_of_ones_own() {
    let tiers = Tiers::fixed(["gold", "iron", "lead"], [500.0, 100.0], &TEN_CUSTOMERS).unwrap();
    assert_eq!(tiers.segmentation().sizes(), [2, 2, 6]);
    let place = tiers.place(420.0).unwrap();
    assert_eq!((place.interval, place.low, place.high), (1, Some(100.0), Some(500.0)));
    assert_eq!((place.above, place.below), (Some(80.0), Some(320.0)));
    assert_eq!(tiers.place(1e6).unwrap().above, None);
    let rising = Tiers::fixed(["a", "b", "c"], [1.0, 2.0], &[]);
    assert_eq!(rising, Err(SegmentError::Cut { index: 1, value: 2.0 }));
    assert_eq!(Tiers::fixed(["a", "b"], [], &[]), Err(SegmentError::Labels { expected: 1, found: 2 }));
    assert_eq!(Tiers::fixed(["a", "a"], [1.0], &[]), Err(SegmentError::DuplicateLabel { label: "a".into() }));
}

/// Customers in all cells of a grid in two, the highest first.
fn sorted(preset: GridPreset, columns: &[&[f64]]) -> Vec<String> {
    let cuts = vec![GridCut::At(0.5); columns.len()];
    let segmentation = preset.fit(columns, &cuts).unwrap().assign(columns).unwrap();
    (0..segmentation.len()).map(|customer| segmentation.label_of(customer).unwrap().to_owned()).collect()
}

#[test]
fn f38_grids_of_the_literature_name_their_cells() {
    let (rows, columns) = ([1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]);
    let named = |preset| sorted(preset, &[&rows, &columns]);
    // Reinartz and Kumar (2002).
    let expected = ["true friends", "butterflies", "barnacles", "strangers"];
    assert_eq!(named(GridPreset::ProfitabilityByTenure), expected);
    // Kumar, Petersen and Leone (2007).
    assert_eq!(named(GridPreset::ValueByReferral), ["champions", "affluents", "advocates", "misers"]);
    assert_eq!(named(GridPreset::CurrentByPotential), ["platinum", "gold", "iron", "lead"]);
    assert_eq!(named(GridPreset::AttractivenessByWillingness), ["win", "court", "accept", "leave"]);
}

#[test]
fn f38_cube_has_eight_named_cells() {
    let bit = |customer: usize, axis: usize| f64::from(u8::from(customer >> (2 - axis) & 1 == 0));
    let axis = |axis| (0..8).map(|customer| bit(customer, axis)).collect::<Vec<_>>();
    let [current, potential, loyalty] = [0, 1, 2].map(axis);
    let cells = sorted(GridPreset::CurrentByPotentialByLoyalty, &[&current, &potential, &loyalty]);
    for (customer, label) in cells.iter().enumerate() {
        let words = [("high current", "low current"), ("high potential", "low potential"), ("loyal", "not loyal")];
        let said: Vec<&str> = label.split(", ").collect();
        for (index, (high, low)) in words.into_iter().enumerate() {
            assert_eq!(said[index], if bit(customer, index) > 0.5 { high } else { low });
        }
    }
}

#[test]
fn f38_a_value_on_the_line_is_above_it_and_cuts_are_frozen() {
    let (profit, tenure) = ([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]);
    let median = GridCut::Quantile(share(0.5));
    let grid = GridPreset::ProfitabilityByTenure.fit(&[&profit, &tenure], &[median, median]).unwrap();
    assert_eq!(grid.assign(&[&profit, &tenure]).unwrap().segments(), [3, 0, 0]);
    assert_eq!(grid.axes()[1].cuts.as_slice(), [20.0]);
    // All have risen: nobody moves the line.
    assert_eq!(grid.assign(&[&[2.0, 3.0, 4.0], &tenure]).unwrap().segments(), [1, 0, 0]);
}

#[test]
fn grids_refuse_what_is_not_one_for_each_measure() {
    let preset = GridPreset::ValueByReferral;
    let one = preset.fit(&[&[1.0]], &[GridCut::At(0.0); 2]);
    assert_eq!(one, Err(SegmentError::PerMeasure { what: "columns", expected: 2, found: 1 }));
    let three = preset.fit(&[&[1.0], &[1.0]], &[GridCut::At(0.0); 3]);
    assert_eq!(three, Err(SegmentError::PerMeasure { what: "cuts", expected: 2, found: 3 }));
    let of = |source| SegmentError::Measure { measure: "referral value".into(), source: Box::new(source) };
    let empty = preset.fit(&[&[1.0], &[]], &[GridCut::Quantile(share(0.5)); 2]);
    assert_eq!(empty, Err(of(SegmentError::Empty)));
    let grid = preset.fit(&[&[], &[]], &[GridCut::At(0.0); 2]).unwrap();
    let infinite = SegmentError::NotFinite { measure: "value", index: 1, value: f64::INFINITY };
    assert_eq!(grid.assign(&[&[1.0, 1.0], &[1.0, f64::INFINITY]]), Err(of(infinite)));
    assert_eq!(grid.assign(&[&[1.0], &[]]), Err(SegmentError::Lengths { expected: 1, found: 0 }));
    assert_eq!(grid.assign(&[&[]]), Err(SegmentError::PerMeasure { what: "columns", expected: 2, found: 1 }));
    assert!(grid.assign(&[&[], &[]]).unwrap().is_empty());
}

#[test]
fn grids_refuse_other_numbers_of_measures_and_names() {
    let axis = || GridAxis { measure: "m".into(), cuts: Cuts::fixed([0.0]).unwrap() };
    assert_eq!(Grid::new([axis()], ["a", "b"]), Err(SegmentError::Axes { found: 1 }));
    assert_eq!(Grid::new([(); 4].map(|()| axis()), ["a"]), Err(SegmentError::Axes { found: 4 }));
    let three = Grid::new([axis(), axis()], ["a", "b", "c"]);
    assert_eq!(three, Err(SegmentError::Labels { expected: 4, found: 3 }));
    let twice = Grid::new([axis(), axis()], ["a", "b", "c", "a"]);
    assert_eq!(twice, Err(SegmentError::DuplicateLabel { label: "a".into() }));
    let wide =
        || GridAxis { measure: "m".into(), cuts: Cuts::fixed((0..2000).map(f64::from).collect::<Vec<_>>()).unwrap() };
    let many = Grid::new::<&str>([wide(), wide()], []);
    assert_eq!(many, Err(SegmentError::TooManyCells { cells: 2001 * 2001, most: 1 << 20 }));
}

#[test]
fn a_cell_is_explained_and_the_least_change_climbs_fewest_lines() {
    let cuts = [GridCut::At(100.0), GridCut::At(24.0)];
    let grid = GridPreset::ProfitabilityByTenure.fit(&[&[], &[]], &cuts).unwrap();
    let places = grid.explain(&[70.0, 36.0]).unwrap();
    assert_eq!((places[0].above, places[1].below), (Some(30.0), Some(12.0)));
    let up = grid.least_change(&[70.0, 10.0], |cell| cell != "strangers").unwrap().unwrap();
    // Both neighbours are a line away: the last measure is changed.
    assert_eq!((up.len(), up[0].measure.as_str(), up[0].target), (1, "tenure", Target::AtLeast(24.0)));
    let both = grid.least_change(&[70.0, 10.0], |cell| cell == "true friends").unwrap().unwrap();
    assert_eq!(both.iter().map(|change| change.by).collect::<Vec<_>>(), [30.0, 14.0]);
    assert_eq!(grid.least_change(&[170.0, 10.0], |cell| cell == "strangers"), Ok(None));
    // A name that no cell has.
    let misspelt = grid.least_change(&[70.0, 10.0], |cell| cell == "true freinds");
    assert_eq!(misspelt, Err(SegmentError::NothingWanted { labels: grid.labels().to_vec() }));
    let short = grid.explain(&[1.0]);
    assert_eq!(short, Err(SegmentError::PerMeasure { what: "values", expected: 2, found: 1 }));
}

proptest! {
    #[test]
    fn grids_are_total_and_do_not_depend_on_order(
        rows in prop::collection::vec((-9.0..9.0, -9.0..9.0, -9.0..9.0), 1..30), by in 0..30_usize, p in 0.0..=1.0,
    ) {
        let columns = |rows: &[(f64, f64, f64)]| {
            let column = |of: fn(&(f64, f64, f64)) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
            [column(|row| row.0), column(|row| row.1), column(|row| row.2)]
        };
        let sort = |rows: &[(f64, f64, f64)]| {
            let columns = columns(rows);
            let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let cuts = [GridCut::Quantile(share(p)), GridCut::At(0.0), GridCut::Quantile(share(0.5))];
            let grid = GridPreset::CurrentByPotentialByLoyalty.fit(&columns, &cuts).unwrap();
            grid.assign(&columns).unwrap().segments().to_vec()
        };
        let mut turned = rows.clone();
        turned.rotate_left(by % rows.len());
        let mut segments = sort(&rows);
        prop_assert!(segments.iter().all(|&segment| segment < 8));
        segments.rotate_left(by % rows.len());
        prop_assert_eq!(segments, sort(&turned));
    }

    #[test]
    fn classes_by_value_are_those_of_a_running_sum(values in prop::collection::vec(0..40_u32, 1..30)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let total: f64 = values.iter().sum();
        prop_assume!(total > 0.0);
        for crossing in [Crossing::In, Crossing::Out] {
            let tiers = Pyramid::abc().tiers_by_value(&values, crossing).unwrap();
            for (&value, &tier) in values.iter().zip(tiers.segmentation().segments()) {
                // Of whole numbers, sums are exact; 100 · sum against 80 · total is too.
                let better: f64 = values.iter().filter(|&&other| other > value).sum();
                let with_equals: f64 = values.iter().filter(|&&other| other >= value).sum();
                let within = |percent: f64| match crossing {
                    Crossing::In => 100.0 * better < percent * total,
                    Crossing::Out => 100.0 * with_equals <= percent * total,
                };
                let expected = if within(80.0) { 0 } else if within(95.0) { 1 } else { 2 };
                prop_assert_eq!(tier, expected, "{} of {:?}, {:?}", value, values, crossing);
            }
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_grids_are_checked_when_read() {
    use super::segment::survives;
    let grid = GridPreset::ValueByReferral.fit(&[&[], &[]], &[GridCut::At(1.0), GridCut::At(2.0)]).unwrap();
    survives(&grid, &[("champions", "misers"), ("[1.0]", "[1.0,3.0]")]);
}
