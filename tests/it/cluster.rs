//! Clusters: k-means, Gaussian mixtures, silhouettes, grouping of mixed profiles. `cluster.csv` was computed from the
//! definitions by its script, in 40 digits.

#![allow(
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "exact results, small test numbers"
)]

use std::collections::BTreeMap;

use customer_value::segment::{
    Attribute, ClusterError, Ending, GaussianMixture, KMeans, KMeansFit, Measures, Profiles, Scale, Scaling,
    Segmentation, Silhouette, SilhouetteBase,
};
use customer_value::{Probability, Seed};
use proptest::prelude::*;

#[cfg(feature = "serde")]
use crate::segment::survives;

fn close(actual: f64, expected: f64, relative: f64) {
    assert!((actual - expected).abs() <= relative * expected.abs().max(1e-300), "{actual} is not {expected}");
}

fn one(values: &[f64]) -> Measures {
    Measures::new([("a", values)]).unwrap()
}

fn two(rows: &[(f64, f64)]) -> Measures {
    let (a, b): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
    Measures::new([("a", a), ("b", b)]).unwrap()
}

fn as_is(seed: u64) -> KMeans {
    KMeans { scaling: Scaling::AsIs, ..KMeans::new(Seed::new(seed)) }
}

fn table() -> BTreeMap<&'static str, Vec<f64>> {
    let rows = include_str!("data/cluster.csv").lines().skip(1).map(|row| row.split_once(',').unwrap());
    rows.map(|(key, values)| (key, values.split(' ').map(|value| value.parse().unwrap()).collect())).collect()
}

fn table_measures(table: &BTreeMap<&str, Vec<f64>>) -> Measures {
    Measures::new([("x", table["x"].clone()), ("y", table["y"].clone())]).unwrap()
}

fn labels(table: &BTreeMap<&str, Vec<f64>>) -> Vec<u32> {
    table["labels"].iter().map(|&label| label as u32).collect()
}

/// Three clouds, each around (5 c, −5 c), and normal numbers from sums of twelve uniform ones.
fn clouds(customers: u32) -> Vec<(f64, f64)> {
    let mut state = 7_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    (0..customers).map(|i| (5.0 * f64::from(i % 3) + normal(), -5.0 * f64::from(i % 3) + 0.5 * normal())).collect()
}

#[test]
fn f40_k_means_and_silhouette_computed() {
    let measures = one(&[1.0, 2.0, 3.0, 10.0, 11.0, 12.0]);
    let fit = as_is(1).fit(&measures, 2).unwrap();
    assert_eq!(fit.model().centroids(), [[2.0], [11.0]]);
    assert_eq!((fit.inertia(), fit.ending()), (4.0, Ending::Converged));
    assert_eq!(fit.segmentation().segments(), [0, 0, 0, 1, 1, 1]);
    for scaling in [Scaling::AsIs, Scaling::Standard, Scaling::MinMax] {
        let scale = Scale::fit(&measures, scaling).unwrap();
        let silhouette = Silhouette::new(&measures, fit.segmentation(), &scale, Seed::new(0)).unwrap();
        assert!((silhouette.mean() - 0.850_463).abs() < 5e-7, "{scaling:?}: {}", silhouette.mean());
        assert_eq!(silhouette.base(), SilhouetteBase::Everybody);
    }
}

#[test]
fn k_means_and_silhouettes_match_the_best_of_all_starts_in_the_table() {
    let table = table();
    let measures = table_measures(&table);
    let fit = KMeans::new(Seed::new(5)).fit(&measures, 3).unwrap();
    assert_eq!(fit.segmentation().segments(), labels(&table));
    close(fit.inertia(), table["inertia"][0], 1e-13);
    let silhouette = Silhouette::new(&measures, fit.segmentation(), fit.model().scale(), Seed::new(0)).unwrap();
    close(silhouette.mean(), table["silhouette"][0], 1e-13);
    for (own, expected) in silhouette.segments().iter().zip(&table["silhouettes"]) {
        close(own.unwrap(), *expected, 1e-13);
    }
}

#[test]
fn expectation_maximisation_matches_the_table_iteration_by_iteration() {
    let table = table();
    let measures = table_measures(&table);
    let search = |iterations| GaussianMixture { restarts: 0, iterations, ..GaussianMixture::new(Seed::new(5)) };
    // The start is the same: one run of k-means with this seed finds the clusters of the table.
    let start = KMeans { restarts: 0, ..KMeans::new(Seed::new(5)) }.fit(&measures, 3).unwrap();
    assert_eq!(start.segmentation().segments(), labels(&table));
    for (iterations, expected) in (0..).zip(&table["log_likelihoods"]) {
        let fit = search(iterations).fit(&measures, 3).unwrap();
        assert_eq!((fit.iterations(), fit.ending()), (iterations, Ending::OutOfIterations));
        close(fit.log_likelihood(), *expected, 1e-12);
    }
    let fit = search(6).fit(&measures, 3).unwrap();
    close(fit.bic(), table["bic"][0], 1e-12);
    close(fit.aic() + 34.0 * (30_f64.ln() / 2.0 - 1.0), table["bic"][0], 1e-12);
    let memberships = fit.model().memberships(&measures).unwrap();
    let components = fit.model().components();
    for (c, component) in components.iter().enumerate() {
        close(component.weight.get(), table["weights"][c], 1e-11);
        assert!(!component.on_floor);
        for i in 0..2 {
            close(component.mean[i], table["means"][2 * c + i], 1e-11);
            for j in 0..2 {
                close(component.covariance[i][j], table["covariances"][4 * c + 2 * i + j], 1e-10);
            }
        }
    }
    for (own, expected) in memberships[0].iter().zip(&table["memberships_of_first"]) {
        assert!((own - expected).abs() < 1e-11, "{own} is not {expected}");
    }
}

/// The least sum of squares over all ways to put customers into so many clusters.
fn least_squares(values: &[f64], clusters: u32) -> f64 {
    let all = u32::try_from(values.len()).unwrap();
    let squares = |code: u32| -> f64 {
        let own = |index: usize| code / clusters.pow(index as u32) % clusters;
        let of = |cluster| {
            let members: Vec<f64> = (0..values.len()).filter(|&i| own(i) == cluster).map(|i| values[i]).collect();
            let mean = members.iter().sum::<f64>() / members.len() as f64;
            members.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
        };
        (0..clusters).map(of).filter(|sum| sum.is_finite()).sum()
    };
    (0..clusters.pow(all)).map(squares).fold(f64::INFINITY, f64::min)
}

#[test]
fn several_starts_find_the_best_of_all_partitions() {
    for (values, clusters) in [
        (&[0.3, 1.9, 2.2, 4.0, 4.1, 7.5, 9.0][..], 3),
        (&[-4.0, -1.0, 0.5, 0.6, 2.0, 8.0, 8.5, 20.0][..], 2),
        (&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0][..], 4),
    ] {
        let fit = KMeans { restarts: 40, ..as_is(2) }.fit(&one(values), clusters as usize).unwrap();
        close(fit.inertia(), least_squares(values, clusters), 1e-12);
    }
}

#[test]
fn simulated_gaussians_are_recovered() {
    let fit =
        GaussianMixture { restarts: 0, ..GaussianMixture::new(Seed::new(1)) }.fit(&two(&clouds(6000)), 3).unwrap();
    assert_eq!(fit.ending(), Ending::Converged);
    // Means have a standard error of 0.022, variances of 0.032: four of them.
    for (c, component) in fit.model().components().iter().enumerate() {
        let centre = 5.0 * c as f64;
        assert!((component.weight.get() - 1.0 / 3.0).abs() < 0.01);
        assert!((component.mean[0] - centre).abs() < 0.09 && (component.mean[1] + centre).abs() < 0.045);
        assert!((component.covariance[0][0] - 1.0).abs() < 0.13 && (component.covariance[1][1] - 0.25).abs() < 0.035);
        assert!(component.covariance[0][1].abs() < 0.05);
    }
    let right = fit.segmentation().segments().iter().enumerate().filter(|(i, own)| **own == (i % 3) as u32).count();
    assert!(right > 5_950, "{right}");
}

#[test]
fn silhouette_and_bayesian_criterion_choose_as_many_clusters_as_were_simulated() {
    let measures = two(&clouds(600));
    let by_silhouette = KMeans::new(Seed::new(1)).choose(&measures, 2..=5).unwrap();
    assert_eq!(by_silhouette.best().model().centroids().len(), 3);
    let mixture = GaussianMixture { restarts: 1, ..GaussianMixture::new(Seed::new(1)) };
    let by_bic = mixture.choose(&measures, 1..=5).unwrap();
    assert_eq!(by_bic.best().model().components().len(), 3);
    let least = by_bic.candidates().iter().map(|candidate| candidate.criterion).fold(f64::INFINITY, f64::min);
    assert_eq!(by_bic.best().bic(), least);
    #[expect(clippy::reversed_empty_ranges, reason = "what is to be refused")]
    let empty = mixture.choose(&measures, 3..=2);
    assert_eq!(empty, Err(ClusterError::EmptyRange { from: 3, to: 2 }));
    assert_eq!(KMeans::new(Seed::new(1)).choose(&measures, 1..=2), Err(ClusterError::OneCluster));
}

#[test]
fn nobody_can_be_clustered_by_nothing() {
    let nobody = one(&[]);
    assert_eq!(as_is(1).fit(&nobody, 1), Err(ClusterError::NoCustomers));
    assert_eq!(GaussianMixture::new(Seed::new(1)).fit(&nobody, 1), Err(ClusterError::NoCustomers));
    assert_eq!(as_is(1).fit(&one(&[1.0]), 0), Err(ClusterError::NoClusters));
    assert_eq!(Measures::new::<&str, Vec<f64>>([]), Err(ClusterError::NoMeasures));
    let model = as_is(1).fit(&one(&[1.0, 2.0]), 2).unwrap().model().clone();
    assert!(model.assign(&nobody).unwrap().is_empty());
}

#[test]
fn one_customer_is_one_cluster_as_it_is_and_has_no_spread() {
    let fit = as_is(1).fit(&one(&[7.0]), 1).unwrap();
    assert_eq!((fit.inertia(), fit.model().centroids()), (0.0, vec![vec![7.0]]));
    let constant = ClusterError::Constant { measures: vec!["a".into()] };
    assert_eq!(KMeans::new(Seed::new(1)).fit(&one(&[7.0]), 1), Err(constant.clone()));
    assert_eq!(GaussianMixture::new(Seed::new(1)).fit(&one(&[7.0]), 1), Err(constant));
}

#[test]
fn more_clusters_than_distinct_points_are_refused() {
    let measures = one(&[1.0, 1.0, 5.0, 5.0, 5.0]);
    let refused = Err(ClusterError::TooManyClusters { clusters: 3, distinct: 2 });
    assert_eq!(as_is(1).fit(&measures, 3), refused);
    assert_eq!(as_is(1).fit(&measures, 2).unwrap().inertia(), 0.0);
    // Zero has one value, whatever its sign.
    let zeros = as_is(1).fit(&one(&[0.0, -0.0]), 2);
    assert_eq!(zeros, Err(ClusterError::TooManyClusters { clusters: 2, distinct: 1 }));
    // Squares of these distances are no numbers any more.
    let tiny = as_is(1).fit(&one(&[0.0, 1e-200]), 2);
    assert_eq!(tiny, Err(ClusterError::TooManyClusters { clusters: 2, distinct: 1 }));
    assert_eq!(KMeans::new(Seed::new(1)).fit(&one(&[0.0, 1e-200]), 2).unwrap().segmentation().segments(), [0, 1]);
}

#[test]
fn nan_and_numbers_without_squares_are_refused_by_name() {
    for value in [f64::NAN, f64::INFINITY, -1.1e140] {
        let refused = Measures::new([("spend", [1.0, 2.0]), ("visits", [3.0, value])]).unwrap_err();
        let ClusterError::OutOfRange { measure, index, value: found } = refused else { panic!("{refused}") };
        assert_eq!((&measure[..], index, found.to_bits()), ("visits", 1, value.to_bits()));
    }
    assert!(KMeans::new(Seed::new(1)).fit(&one(&[-1e140, 0.0, 1e140]), 3).unwrap().inertia() < 1e-20);
    assert!(GaussianMixture::new(Seed::new(1)).fit(&one(&[-1e140, 0.0, 1e140]), 2).unwrap().bic().is_finite());
    assert_eq!(
        Measures::new([("a", vec![1.0]), ("b", vec![])]),
        Err(ClusterError::Lengths { measure: "b".into(), expected: 1, found: 0 })
    );
    let twice = Measures::new([("a", [1.0]), ("a", [2.0])]);
    assert_eq!(twice, Err(ClusterError::DuplicateMeasure { measure: "a".into() }));
}

#[test]
fn constant_columns_are_reported_by_name() {
    let measures = Measures::new([("a", [1.0, 2.0]), ("b", [3.0, 3.0]), ("c", [0.0, -0.0])]).unwrap();
    assert_eq!(measures.constant(), ["b", "c"]);
    let refused = ClusterError::Constant { measures: vec!["b".into(), "c".into()] };
    for scaling in [Scaling::Standard, Scaling::MinMax] {
        assert_eq!(KMeans { scaling, ..as_is(1) }.fit(&measures, 2), Err(refused.clone()));
    }
    assert_eq!(as_is(1).fit(&measures, 2).unwrap().segmentation().segments(), [0, 1]);
}

#[test]
fn an_empty_cluster_moves_to_the_farthest_customer() {
    let search = as_is(1);
    let before = search.fit(&one(&[0.0, 1.0, 100.0, 101.0]), 2).unwrap();
    // Nobody is near 100.5 any more; 9 is farthest from the mean of all, 3.75.
    let after = search.refit(&one(&[0.0, 2.0, 4.0, 9.0]), before.model()).unwrap();
    assert_eq!(after.segmentation().segments(), [0, 0, 0, 1]);
    assert_eq!((after.model().centroids(), after.inertia()), (vec![vec![2.0], vec![9.0]], 8.0));
    let fewer = search.refit(&one(&[3.0, 3.0]), before.model());
    assert_eq!(fewer, Err(ClusterError::TooManyClusters { clusters: 2, distinct: 1 }));
}

#[test]
fn newcomers_are_assigned_on_the_scale_that_was_learnt() {
    let measures = Measures::new([("visits", [1.0, 2.0, 9.0, 10.0]), ("spend", [10.0, 30.0, 900.0, 1000.0])]).unwrap();
    let fit = KMeans::new(Seed::new(1)).fit(&measures, 2).unwrap();
    assert_eq!(fit.model().assign(&measures).unwrap(), *fit.segmentation());
    let swapped = Measures::new([("spend", [10.0]), ("visits", [1.0])]).unwrap();
    let [visits, spend] = ["visits", "spend"].map(String::from);
    let refused =
        ClusterError::OtherMeasures { expected: vec![visits.clone(), spend.clone()], found: vec![spend, visits] };
    assert_eq!(fit.model().assign(&swapped), Err(refused));
    let tiny = KMeans::new(Seed::new(1)).fit(&one(&[0.0, 1e-200]), 2).unwrap();
    let far = ClusterError::OutOfRange { measure: "a".into(), index: 0, value: 1.0 };
    assert_eq!(tiny.model().assign(&one(&[1.0])), Err(far));
}

#[test]
fn a_mixture_of_tied_customers_rests_on_its_floor() {
    let measures = one(&[1.0, 1.0, 1.0, 1.0, 5.0, 6.0, 8.0, 9.0]);
    let search = GaussianMixture { floor: 1e-4, ..GaussianMixture::new(Seed::new(1)) };
    let fit = search.fit(&measures, 2).unwrap();
    let variance = 82.0 / 8.0; // of the measure, around 4
    let [tied, spread] = &fit.model().components()[..] else { panic!("two were asked for") };
    assert!(tied.on_floor && !spread.on_floor);
    close(tied.covariance[0][0], 1e-4 * variance, 1e-9);
    for floor in [0.0, 0.9e-9, 1.1, f64::NAN] {
        let refused = GaussianMixture { floor, ..search }.fit(&measures, 2).unwrap_err();
        assert!(matches!(refused, ClusterError::Floor { value } if value.to_bits() == floor.to_bits()));
    }
}

#[test]
fn a_silhouette_of_many_is_one_of_a_sample_and_says_so() {
    let rows = clouds(30_000);
    let measures = two(&rows);
    let owners = Segmentation::new(["a", "b", "c"], (0..30_000).map(|i| i % 3)).unwrap();
    let scale = Scale::fit(&measures, Scaling::Standard).unwrap();
    let sample = Silhouette::new(&measures, &owners, &scale, Seed::new(3)).unwrap();
    assert_eq!(sample.base(), SilhouetteBase::Sample { customers: 8192 });
    let all = two(&rows[..8190]);
    let first = Segmentation::new(["a", "b", "c"], (0..8190).map(|i| i % 3)).unwrap();
    let exact = Silhouette::new(&all, &first, &scale, Seed::new(3)).unwrap();
    // Silhouettes have a standard deviation of about 0.1, so each mean a standard error of 0.0012.
    assert!((sample.mean() - exact.mean()).abs() < 0.006, "{} {}", sample.mean(), exact.mean());
}

#[test]
fn a_silhouette_needs_two_segments_with_customers_and_counts_loners_zero() {
    let measures = one(&[1.0, 1.0, 4.0]);
    let scale = Scale::fit(&measures, Scaling::AsIs).unwrap();
    let of = |segments: [u32; 3]| {
        let segmentation = Segmentation::new(["a", "b", "c"], segments).unwrap();
        Silhouette::new(&measures, &segmentation, &scale, Seed::new(1))
    };
    assert_eq!(of([1, 1, 1]), Err(ClusterError::OneCluster));
    let silhouette = of([0, 0, 2]).unwrap();
    assert_eq!(silhouette.segments(), [Some(1.0), None, Some(0.0)]);
    close(silhouette.mean(), 2.0 / 3.0, 1e-15);
    // Equal customers in two segments: own distance 3 on average against 0, and 0 against 1.5.
    assert_eq!(of([0, 1, 0]).unwrap().segments(), [Some(-0.5), Some(0.0), None]);
    let short = Segmentation::new(["a", "b"], [0, 1]).unwrap();
    let refused = ClusterError::OtherCustomers { expected: 3, found: 2 };
    assert_eq!(Silhouette::new(&measures, &short, &scale, Seed::new(1)), Err(refused));
}

fn kinds(names: &[&str]) -> Attribute {
    Attribute::Category(names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_string())).collect())
}

fn numbers(values: &[f64]) -> Attribute {
    Attribute::Numeric(values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect())
}

#[test]
fn gower_1971_similarity_of_four_attributes_computed() {
    // Parts .75, 1, 0 and .8; the third customers span the ranges of 20 and 10.
    let profiles = Profiles::new([
        ("age", numbers(&[30.0, 35.0, 50.0])),
        ("trade", kinds(&["retail", "retail", "farm"])),
        ("region", kinds(&["north", "south", "south"])),
        ("income", numbers(&[2.0, 4.0, 12.0])),
    ])
    .unwrap();
    close(profiles.similarity(0, 1).unwrap(), 0.6375, 1e-15);
    assert_eq!(profiles.similarity(1, 1), Ok(1.0));
    assert_eq!(profiles.similarity(0, 3), Err(ClusterError::UnknownCustomer { customer: 3, customers: 3 }));
}

#[test]
fn gower_skips_what_is_not_known_of_both_and_counts_a_range_of_zero_as_equal() {
    let unknown = f64::NAN;
    let profiles = Profiles::new([
        ("age", numbers(&[30.0, unknown, 50.0, unknown])),
        ("children", numbers(&[2.0, 2.0, unknown, unknown])),
        ("trade", kinds(&["retail", "farm", "", ""])),
    ])
    .unwrap();
    assert_eq!(profiles.similarity(0, 1), Ok(0.5));
    assert_eq!(profiles.similarity(0, 2), Ok(0.0));
    assert_eq!(profiles.similarity(1, 2), Err(ClusterError::Incomparable { first: 1, second: 2 }));
    let grouped = profiles.group(Probability::new(0.5).unwrap());
    assert!(matches!(grouped, Err(ClusterError::Incomparable { .. })));
    let refused = Profiles::new([("age", Attribute::Numeric(vec![Some(unknown)]))]).unwrap_err();
    assert!(matches!(refused, ClusterError::OutOfRange { index: 0, .. }));
    let nobody = Profiles::new([("age", numbers(&[]))]).unwrap();
    assert_eq!(nobody.group(Probability::new(0.5).unwrap()), Err(ClusterError::NoCustomers));
    let many =
        Profiles::new([("age", Attribute::Numeric((0..4097).map(|age| Some(f64::from(age))).collect()))]).unwrap();
    let refused = ClusterError::TooManyProfiles { profiles: 4097, most: 4096 };
    assert_eq!(many.group(Probability::new(0.5).unwrap()), Err(refused));
}

/// Joins the two most similar groups, all of them compared every time.
fn naive_groups(profiles: &Profiles, at_least: f64) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..profiles.customers()).map(|customer| vec![customer]).collect();
    let mean = |a: &Vec<usize>, b: &Vec<usize>| {
        let pairs = a.iter().flat_map(|&i| b.iter().map(move |&j| profiles.similarity(i, j).unwrap()));
        pairs.sum::<f64>() / (a.len() * b.len()) as f64
    };
    loop {
        let pairs = (0..groups.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let best =
            pairs.max_by(|&(a, b), &(c, d)| mean(&groups[a], &groups[b]).total_cmp(&mean(&groups[c], &groups[d])));
        match best {
            Some((a, b)) if mean(&groups[a], &groups[b]) >= at_least => {
                let gone = groups.remove(a);
                groups[b].extend(gone);
            }
            _ => break,
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort();
    groups
}

#[cfg(feature = "rayon")]
#[test]
fn k_means_mixtures_and_silhouettes_are_the_same_for_any_number_of_threads() {
    let measures = two(&clouds(20_000));
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let k_means = KMeans { restarts: 1, ..KMeans::new(Seed::new(4)) }.fit(&measures, 4).unwrap();
            let mixture = GaussianMixture { restarts: 1, iterations: 20, ..GaussianMixture::new(Seed::new(4)) };
            let scale = k_means.model().scale();
            let silhouette = Silhouette::new(&measures, k_means.segmentation(), scale, Seed::new(4)).unwrap();
            (mixture.fit(&measures, 4).unwrap(), silhouette, k_means)
        })
    };
    let one = answer(1);
    assert_eq!(one, answer(2));
    assert_eq!(one, answer(3));
}

#[cfg(feature = "serde")]
#[test]
fn fits_come_back_from_storage_and_impossible_ones_do_not() {
    let measures = two(&clouds(60));
    let k_means = KMeans::new(Seed::new(4)).fit(&measures, 3).unwrap();
    let stored = serde_json::to_string(&k_means).unwrap();
    assert_eq!(serde_json::from_str::<KMeansFit>(&stored).unwrap(), k_means);
    assert!(serde_json::from_str::<KMeansFit>(&stored.replacen("\"inertia\":", "\"inertia\":-", 1)).is_err());
    let mixture = GaussianMixture::new(Seed::new(4)).fit(&measures, 3).unwrap();
    let stored = serde_json::to_string(&mixture).unwrap();
    assert_eq!(serde_json::from_str::<customer_value::segment::MixtureFit>(&stored).unwrap(), mixture);
    let unheld = stored.replacen("\"floor\":", "\"floor\":-", 1);
    assert!(serde_json::from_str::<customer_value::segment::MixtureFit>(&unheld).is_err());
    let weightless = stored.replacen("\"weight\":", "\"weight\":0.0,\"was\":", 1);
    let refused = serde_json::from_str::<customer_value::segment::MixtureFit>(&weightless).unwrap_err();
    assert!(refused.to_string().contains("a component"), "{refused}");
    let choice = KMeans::new(Seed::new(4)).choose(&measures, 2..=3).unwrap();
    let unordered = ("\"clusters\":3", "\"clusters\":2");
    survives(&choice, &[unordered, ("\"clusters\":2", "\"clusters\":0"), ("\"inertia\":", "\"inertia\":-")]);
}

/// Means of numbers at the edge of the range may be a rounding outside it.
#[cfg(feature = "serde")]
#[test]
fn centroids_at_the_edge_of_the_range_come_back_from_storage() {
    let mut values = vec![1e140; 19];
    values.extend([1e140_f64.next_down(), 0.0]);
    let fit = as_is(1).fit(&one(&values), 2).unwrap();
    assert_eq!(fit.model().centroids(), [[0.0], [1e140_f64.next_up()]]);
    survives(&fit, &[("[1.0000000000000003e+140]", "[3e140]")]);
}

/// A variance and a spread that are possible each alone.
#[cfg(feature = "serde")]
#[test]
fn a_stored_variance_that_is_no_number_in_units_is_refused() {
    let measures = one(&[0.0, 1e140]);
    let model = GaussianMixture::new(Seed::new(4)).fit(&measures, 1).unwrap().model().clone();
    assert_eq!(model.components()[0].covariance.len(), 1);
    survives(&model, &[("\"covariance\":[[1.0]]", "\"covariance\":[[1e100]]")]);
}

fn rows() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((-9_i32..9, -9_i32..9), 6..40)
        .prop_map(|rows| rows.into_iter().map(|(a, b)| (f64::from(a), f64::from(b) * 0.25)).collect())
}

fn distinct(rows: &[(f64, f64)]) -> usize {
    rows.iter().map(|(a, b)| (a.to_bits(), b.to_bits())).collect::<std::collections::BTreeSet<_>>().len()
}

proptest! {
    #[test]
    fn more_iterations_are_never_worse_and_centroids_end_as_means(rows in rows(), seed in 0_u64..99, k in 1_usize..6) {
        prop_assume!(distinct(&rows) >= k);
        let measures = two(&rows);
        let search = KMeans { restarts: 0, ..as_is(seed) };
        let fits: Vec<KMeansFit> =
            (0..8).map(|iterations| KMeans { iterations, ..search }.fit(&measures, k).unwrap()).collect();
        for pair in fits.windows(2) {
            prop_assert!(pair[1].inertia() <= pair[0].inertia() * (1.0 + 1e-12));
        }
        let fit = search.fit(&measures, k).unwrap();
        prop_assert_eq!(fit.ending(), Ending::Converged);
        let mut inertia = 0.0;
        for (cluster, centroid) in fit.model().centroids().iter().enumerate() {
            let members: Vec<usize> = fit.segmentation().members(cluster).collect();
            prop_assert!(!members.is_empty());
            let mean = |of: fn(&(f64, f64)) -> f64| members.iter().map(|&i| of(&rows[i])).sum::<f64>() / members.len() as f64;
            prop_assert!((mean(|row| row.0) - centroid[0]).abs() < 1e-12 && (mean(|row| row.1) - centroid[1]).abs() < 1e-12);
            inertia += members.iter().map(|&i| (rows[i].0 - centroid[0]).powi(2) + (rows[i].1 - centroid[1]).powi(2)).sum::<f64>();
        }
        prop_assert!((inertia - fit.inertia()).abs() <= 1e-12 * inertia.max(1.0));
    }

    #[test]
    fn the_order_of_customers_does_not_change_a_bit(rows in rows(), seed in 0_u64..99) {
        prop_assume!(distinct(&rows) >= 3);
        let (forth, mut turned) = (two(&rows), rows);
        turned.reverse();
        let back = two(&turned);
        prop_assume!(forth.constant().is_empty());
        let search = KMeans { restarts: 1, ..KMeans::new(Seed::new(seed)) };
        let (a, b) = (search.fit(&forth, 3).unwrap(), search.fit(&back, 3).unwrap());
        prop_assert_eq!(a.model(), b.model());
        prop_assert_eq!(a.inertia(), b.inertia());
        prop_assert!(a.segmentation().segments().iter().eq(b.segmentation().segments().iter().rev()));
        let mixture = GaussianMixture { restarts: 0, iterations: 5, ..GaussianMixture::new(Seed::new(seed)) };
        let (a, b) = (mixture.fit(&forth, 3).unwrap(), mixture.fit(&back, 3).unwrap());
        prop_assert_eq!(a.model(), b.model());
        prop_assert_eq!(a.log_likelihood(), b.log_likelihood());
    }

    #[test]
    fn the_likelihood_of_a_mixture_never_falls_and_memberships_sum_to_one(rows in rows(), seed in 0_u64..99, k in 1_usize..4) {
        prop_assume!(distinct(&rows) >= k);
        let measures = two(&rows);
        prop_assume!(measures.constant().is_empty());
        let search = |iterations| GaussianMixture { restarts: 0, iterations, floor: 1e-3, ..GaussianMixture::new(Seed::new(seed)) };
        let fits: Vec<_> = (0..8).map(|iterations| search(iterations).fit(&measures, k).unwrap()).collect();
        for pair in fits.windows(2) {
            let (before, after) = (pair[0].log_likelihood(), pair[1].log_likelihood());
            prop_assert!(after >= before - 1e-11 * before.abs().max(1.0), "{} after {}", after, before);
        }
        let memberships = fits[7].model().memberships(&measures).unwrap();
        for customer in 0..rows.len() {
            let sum: f64 = memberships.iter().map(|column| column[customer]).sum();
            prop_assert!((sum - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn clusters_do_not_depend_on_the_units_of_scaled_measures(rows in rows(), seed in 0_u64..99) {
        prop_assume!(distinct(&rows) >= 3);
        let (own, scaled) = (two(&rows), two(&rows.iter().map(|&(a, b)| (a * 1024.0, b)).collect::<Vec<_>>()));
        prop_assume!(own.constant().is_empty());
        let search = KMeans { restarts: 1, ..KMeans::new(Seed::new(seed)) };
        let (a, b) = (search.fit(&own, 3).unwrap(), search.fit(&scaled, 3).unwrap());
        prop_assert_eq!(a.segmentation(), b.segmentation());
        prop_assert_eq!(a.inertia(), b.inertia());
    }

    #[test]
    fn nearest_neighbour_chains_group_as_joining_the_nearest_two(
        // Of one attribute without ties among similarities: powers apart.
        values in prop::collection::btree_set(0_u32..100_000, 2..14), at_least in 0.3_f64..1.0
    ) {
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value).powf(1.37)).collect();
        let profiles = Profiles::new([("a", numbers(&values))]).unwrap();
        let groups = profiles.group(Probability::new(at_least).unwrap()).unwrap();
        let mut found: Vec<Vec<usize>> = (0..groups.labels().len()).map(|group| groups.members(group).collect()).collect();
        found.sort();
        prop_assert_eq!(found, naive_groups(&profiles, at_least));
    }
}

/// Numbers from 0 to 1.
fn uniforms(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Columns of customers around four centres, in steps of `step` so that rows and distances have ties; 0 for none.
fn columns(seed: u64, columns: usize, customers: usize, step: f64) -> Vec<Vec<f64>> {
    let mut uniform = uniforms(seed);
    let mut number = |customer: usize| {
        let value = (customer % 4) as f64 * 1.5 + (0..4).map(|_| uniform()).sum::<f64>();
        if step > 0.0 { (value / step).round() * step } else { value }
    };
    (0..columns).map(|_| (0..customers).map(&mut number).collect()).collect()
}

fn named(columns: Vec<Vec<f64>>) -> Measures {
    Measures::new(columns.into_iter().enumerate().map(|(number, column)| (number.to_string(), column))).unwrap()
}

fn rows_of(measures: &Measures) -> Vec<Vec<f64>> {
    (0..measures.customers()).map(|row| measures.columns().iter().map(|column| column[row]).collect()).collect()
}

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Every customer is compared with every centroid: the sum of squares, and the means of those who are nearest.
fn lloyd_step(rows: &[Vec<f64>], centroids: &[Vec<f64>]) -> (f64, Vec<Vec<f64>>) {
    let mut inertia = 0.0;
    let mut members = vec![Vec::new(); centroids.len()];
    for row in rows {
        let squares: Vec<f64> = centroids.iter().map(|centroid| square(row, centroid)).collect();
        let least = squares.iter().copied().fold(f64::INFINITY, f64::min);
        inertia += least;
        members[squares.iter().position(|&own| own == least).unwrap()].push(row);
    }
    let mean = |own: &Vec<&Vec<f64>>| -> Vec<f64> {
        (0..rows[0].len()).map(|column| own.iter().map(|row| row[column]).sum::<f64>() / own.len() as f64).collect()
    };
    let mut means: Vec<Vec<f64>> = members.iter().map(mean).collect();
    means.sort_by(|a, b| a.partial_cmp(b).unwrap());
    (inertia, means)
}

#[test]
fn customers_in_boxes_beyond_a_chunk_are_ordered_and_summed_the_same_from_either_end() {
    for (count, step) in [(1, 0.25), (2, 0.0), (3, 0.5), (7, 0.0), (70, 1.0)] {
        let forth = columns(5, count, 9000, step);
        let back = forth.iter().map(|column| column.iter().rev().copied().collect()).collect();
        let (forth, back) = (named(forth), named(back));
        let search = KMeans { restarts: 0, iterations: 6, ..KMeans::new(Seed::new(2)) };
        let (a, b) = (search.fit(&forth, 4).unwrap(), search.fit(&back, 4).unwrap());
        assert_eq!((a.model(), a.inertia()), (b.model(), b.inertia()), "{count} columns");
        assert!(a.segmentation().segments().iter().eq(b.segmentation().segments().iter().rev()));
        if count < 10 {
            let search = GaussianMixture { restarts: 0, iterations: 3, ..GaussianMixture::new(Seed::new(2)) };
            let (a, b) = (search.fit(&forth, 3).unwrap(), search.fit(&back, 3).unwrap());
            assert_eq!((a.model(), a.log_likelihood()), (b.model(), b.log_likelihood()), "{count} columns");
        }
    }
}

#[test]
fn customers_who_come_three_times_count_three_times() {
    let once = columns(8, 2, 3000, 0.0);
    let thrice = named(once.iter().map(|column| column.repeat(3)).collect());
    let once = named(once);
    let search = KMeans { restarts: 0, scaling: Scaling::AsIs, ..KMeans::new(Seed::new(2)) };
    let (a, b) = (search.fit(&once, 4).unwrap(), search.fit(&thrice, 4).unwrap());
    close(b.inertia(), 3.0 * a.inertia(), 1e-12);
    let search = GaussianMixture { restarts: 0, iterations: 5, ..GaussianMixture::new(Seed::new(2)) };
    let (a, b) = (search.fit(&once, 3).unwrap(), search.fit(&thrice, 3).unwrap());
    close(b.log_likelihood(), 3.0 * a.log_likelihood(), 1e-11);
}

#[test]
fn an_outlier_and_a_constant_column_leave_the_other_customers_as_far_apart_as_they_are() {
    let mut uniform = uniforms(3);
    let mut a: Vec<f64> = (0..5000).map(|customer| f64::from(customer % 2) * 10.0 + uniform()).collect();
    a[17] = 1e140;
    let measures = Measures::new([("a", a), ("b", vec![4.0; 5000])]).unwrap();
    let search = as_is(1);
    let from = search.fit(&Measures::new([("a", [0.0, 10.0, 1e140]), ("b", [4.0; 3])]).unwrap(), 3).unwrap();
    let fit = search.refit(&measures, from.model()).unwrap();
    assert_eq!(fit.segmentation().sizes(), [2500, 2499, 1]);
    let (inertia, means) = lloyd_step(&rows_of(&measures), &fit.model().centroids());
    close(fit.inertia(), inertia, 1e-12);
    for (own, mean) in fit.model().centroids().iter().zip(&means) {
        close(own[0], mean[0], 1e-12);
    }
}

/// ln N(x; mean, covariance) by elimination.
fn ln_normal(x: &[f64], mean: &[f64], covariance: &[Vec<f64>]) -> f64 {
    let size = x.len();
    let mut rows: Vec<Vec<f64>> =
        covariance.iter().zip(x.iter().zip(mean)).map(|(row, (x, mean))| [&row[..], &[x - mean]].concat()).collect();
    let mut ln = -0.5 * size as f64 * (2.0 * std::f64::consts::PI).ln();
    for pivot in 0..size {
        let own = rows[pivot].clone();
        ln -= 0.5 * (own[pivot].ln() + own[size].powi(2) / own[pivot]);
        for row in &mut rows[pivot + 1..] {
            let factor = row[pivot] / own[pivot];
            row.iter_mut().zip(&own).for_each(|(entry, own)| *entry -= factor * own);
        }
    }
    ln
}

/// Of one to six columns: those that have loops of their own, and more.
#[test]
fn an_iteration_of_a_mixture_is_that_of_the_definition_for_any_number_of_columns() {
    for count in 1..=6 {
        let measures = named(columns(4, count, 701, 0.0));
        let rows = rows_of(&measures);
        let fit = |iterations| {
            let search = GaussianMixture { restarts: 0, iterations, ..GaussianMixture::new(Seed::new(6)) };
            search.fit(&measures, 2).unwrap()
        };
        let (before, after) = (fit(2), fit(3));
        let components = before.model().components();
        let ln_density = |row: &Vec<f64>, c: usize| {
            components[c].weight.get().ln() + ln_normal(row, &components[c].mean, &components[c].covariance)
        };
        let ln: Vec<[f64; 2]> = rows.iter().map(|row| [ln_density(row, 0), ln_density(row, 1)]).collect();
        let total = |[a, b]: &[f64; 2]| a.max(*b) + (-(a - b).abs()).exp().ln_1p();
        close(before.log_likelihood(), ln.iter().map(total).sum(), 1e-11);
        let memberships = before.model().memberships(&measures).unwrap();
        for (c, component) in after.model().components().iter().enumerate() {
            let shares: Vec<f64> = ln.iter().map(|ln| (ln[c] - total(ln)).exp()).collect();
            for (own, share) in memberships[c].iter().zip(&shares) {
                assert!((own - share).abs() < 1e-11, "{own} is not {share}");
            }
            let sum: f64 = shares.iter().sum();
            close(component.weight.get(), sum / 701.0, 1e-10);
            let mean =
                |column: usize| rows.iter().zip(&shares).map(|(row, share)| share * row[column]).sum::<f64>() / sum;
            let means: Vec<f64> = (0..count).map(mean).collect();
            for i in 0..count {
                close(component.mean[i], means[i], 1e-10);
                for j in 0..count {
                    let product = |(row, share): (&Vec<f64>, &f64)| share * (row[i] - means[i]) * (row[j] - means[j]);
                    let covariance = rows.iter().zip(&shares).map(product).sum::<f64>() / sum;
                    assert!((component.covariance[i][j] - covariance).abs() < 1e-9, "{i} {j}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// With whole numbers as centroids and in steps of a half all distances are exact, and ties are ties.
    #[test]
    fn a_step_over_boxes_is_that_over_customers(
        seed in 0_u64..9999, count in 1_usize..7, customers in 20_usize..9000, k in 1_usize..9, tied in any::<bool>()
    ) {
        let measures = named(columns(seed, count, customers, if tied { 0.5 } else { 0.0 }));
        let rows = rows_of(&measures);
        prop_assume!(rows.iter().map(|row| format!("{row:?}")).collect::<std::collections::BTreeSet<_>>().len() >= k);
        let search = |iterations| KMeans { restarts: 0, iterations, ..as_is(seed) };
        let start = search(0).fit(&measures, k).unwrap();
        let (inertia, means) = lloyd_step(&rows, &start.model().centroids());
        prop_assert!((start.inertia() - inertia).abs() <= 1e-12 * inertia);
        let moved = search(1).fit(&measures, k).unwrap();
        for (own, mean) in moved.model().centroids().iter().flatten().zip(means.iter().flatten()) {
            prop_assert!((own - mean).abs() <= 1e-12 * mean.abs().max(1.0), "{own} is not {mean}");
        }
        let again = search(1).refit(&measures, start.model()).unwrap();
        prop_assert_eq!((again.model(), again.inertia()), (moved.model(), moved.inertia()));
    }
}
