//! Indices and segments against the 50-digit table `segments.csv`.

use customer_value::index::{
    Combination, Correlation, Interpolation, Judgements, LifecycleWeights, PriorityMethod, RandomIndex, RankingMethod,
    Sense, Table, Topsis, critic_weights, entropy_weights,
};
use customer_value::segment::{Concentration, Segmentation};
use customer_value::{Probability, Weights};

use crate::exchange_cases::{Case, matrix, number, segment_cases, vector};

/// Weights, shares and indices are of the order of 1; `tolerance` is absolute.
fn assert_near(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{name}: {found} is not {expected}");
    }
}

fn upper(case: &Case, n: usize) -> Vec<f64> {
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    pairs.map(|(i, j)| number(case, &format!("a.{i}.{j}"))).collect()
}

fn table(case: &Case) -> Table {
    let rows = matrix(case, "x");
    let sense = |column: usize| match case.get(&format!("sense.{column}")).map(String::as_str) {
        Some("cost") => Sense::Cost,
        _ => Sense::Benefit,
    };
    Table::new((0..rows[0].len()).map(sense).collect::<Vec<_>>(), &rows).unwrap()
}

#[test]
fn f21_judgements_match_the_table() {
    let mut seen = 0;
    for (name, case) in segment_cases("ahp") {
        let n: usize = case["n"].parse().unwrap();
        let Ok(judgements) = Judgements::from_upper(upper(&case, n)) else {
            assert!(n < 2, "{name}");
            continue;
        };
        for (method, key) in
            [(PriorityMethod::Eigenvector, "eigenvector"), (PriorityMethod::GeometricMean, "geometric")]
        {
            let index = if n <= 10 { RandomIndex::Saaty } else { RandomIndex::AlonsoLamata };
            let priorities = judgements.priorities(method, index).unwrap();
            let consistency = priorities.consistency();
            let weights = priorities.weights_however_inconsistent();
            assert_near(&name, weights.as_slice(), &vector(&case, key), 1e-13);
            let lambda = number(&case, "lambda");
            assert!((consistency.lambda() - lambda).abs() < 1e-12 * lambda, "{name}: {}", consistency.lambda());
            if n <= 10 {
                let ratio = number(&case, "cr_saaty");
                assert!((consistency.ratio() - ratio).abs() < 1e-12 * lambda, "{name}: {}", consistency.ratio());
            }
        }
        seen += 1;
    }
    assert!(seen >= 38);
}

#[test]
fn f23_entropy_weights_match_the_table() {
    for (name, case) in segment_cases("entropy") {
        if matrix(&case, "x").iter().flatten().any(|figure| *figure > 1e100) {
            assert!(Table::new([Sense::Benefit; 3], &matrix(&case, "x")).is_err(), "{name}");
            continue;
        }
        let found = entropy_weights(&table(&case));
        if name == "all_constant" {
            assert!(found.is_err());
        } else {
            assert_near(&name, found.unwrap().as_slice(), &vector(&case, "weight"), 1e-13);
        }
    }
}

#[test]
fn f24_critic_weights_match_the_table() {
    for (name, case) in segment_cases("critic") {
        for (correlation, key) in [(Correlation::Pearson, "weight_pearson"), (Correlation::Spearman, "weight_spearman")]
        {
            let found = critic_weights(&table(&case), correlation).unwrap();
            assert_near(&name, found.as_slice(), &vector(&case, key), 1e-13);
        }
    }
}

#[test]
fn f25_combined_weights_match_the_table() {
    for (name, case) in segment_cases("combination") {
        let sets: Vec<Weights> = matrix(&case, "w").into_iter().map(|w| Weights::new(w).unwrap()).collect();
        let shares = Weights::new(vector(&case, "share")).unwrap();
        for (rule, key) in [
            (Combination::Linear(shares), "linear"),
            (Combination::Multiplicative, "multiplicative"),
            (Combination::RelativeEntropy, "relative_entropy"),
        ] {
            let expected = &case[&format!("{key}.0")];
            match rule.of(&sets) {
                Ok(found) => assert_near(&name, found.as_slice(), &vector(&case, key), 1e-14),
                Err(error) => assert_eq!(expected, "none", "{name} {key}: {error}"),
            }
        }
    }
}

#[test]
fn f26_topsis_matches_the_table() {
    for (name, case) in segment_cases("topsis") {
        let weights = Weights::new(vector(&case, "weight")).unwrap();
        for (variant, key) in [(Topsis::Vector, "vector_closeness"), (Topsis::MinMax, "min_max_closeness")] {
            let ranking = RankingMethod::Topsis(variant).rank(&table(&case), &weights).unwrap();
            assert_near(&format!("{name} {key}"), ranking.scores(), &vector(&case, key), 1e-12);
        }
    }
}

#[test]
fn f30_weights_between_stages_match_the_table() {
    for (name, case) in segment_cases("interpolation") {
        let weights = |key: &str| Weights::new(vector(&case, key)).unwrap();
        let gone = Probability::new(number(&case, "t")).unwrap();
        for (rule, key) in [(Interpolation::Linear, "linear"), (Interpolation::LogRatio, "log_ratio")] {
            match LifecycleWeights::new([("a", weights("a")), ("b", weights("b"))], rule) {
                Ok(stages) => {
                    let found = stages.between("a", "b", gone).unwrap();
                    assert_near(&name, found.as_slice(), &vector(&case, key), 1e-14);
                }
                Err(error) => assert!(key == "log_ratio" && name == "zero", "{name} {key}: {error}"),
            }
        }
    }
}

#[test]
fn f35_concentrations_match_the_table() {
    for (name, case) in segment_cases("concentration") {
        let concentration = Concentration::new(&vector(&case, "x")).unwrap();
        if case["gini"] == "none" {
            assert!(concentration.gini().is_err(), "{name}");
            continue;
        }
        assert_near(&name, &[concentration.gini().unwrap()], &[number(&case, "gini")], 1e-13);
        assert_near(&name, &[concentration.herfindahl().unwrap()], &[number(&case, "hhi")], 1e-13);
    }
}

#[test]
fn distances_of_partitions_match_the_table() {
    for (name, case) in segment_cases("partitions") {
        let partition = |key: &str| {
            let label = |i: u32| case.get(&format!("{key}.{i}")).map(|label| label.parse().unwrap());
            let segments: Vec<u32> = (0..).map_while(label).collect();
            let most = segments.iter().max().copied().unwrap_or(0);
            Segmentation::new((0..=most).map(|label| label.to_string()), segments).unwrap()
        };
        let (a, b) = (partition("a"), partition("b"));
        let distance = a.variation_of_information(&b).unwrap();
        assert_near(&name, &[distance], &[number(&case, "variation_of_information")], 1e-13);
        assert_near(&name, &[a.adjusted_rand(&b).unwrap()], &[number(&case, "adjusted_rand")], 1e-13);
    }
}
