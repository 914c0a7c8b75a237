//! Indices and segments against the 50-digit table `segments.csv`.
#![allow(clippy::cast_sign_loss, reason = "labels, counts and positions of the table are not negative")]

use customer_value::index::{
    Assessment, Combination, Constant, Correlation, Evidence, FuzzyOperator, Grey, IncompleteJudgements, IndexError,
    Indicator, Interpolation, Judgements, LifecycleWeights, Missing, Node, PriorityMethod, RandomIndex, RankingMethod,
    Scale, Scaler, Sense, Table, Topsis, Tree, Vikor, critic_weights, entropy_weights,
};
use customer_value::segment::{
    Attribute, ClusterError, Concentration, KMeans, KanoAnswer, KanoCategory, KanoTally, Measures, Profiles, Scaling,
    SegmentError, Segmentation, Silhouette,
};
use customer_value::{Probability, Seed, Weights};

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

/// `key.0`, `key.1`, …, as text.
fn texts<'case>(case: &'case Case, key: &str) -> Vec<&'case str> {
    (0..).map_while(|i| case.get(&format!("{key}.{i}"))).map(String::as_str).collect()
}

/// A number, unless it is undefined or missing.
fn known(text: &str) -> Option<f64> {
    (text != "none").then(|| text.parse().unwrap())
}

fn sense(text: &str) -> Sense {
    if text == "cost" { Sense::Cost } else { Sense::Benefit }
}

/// To a part of 1e11 of numbers of any size.
fn assert_relative(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-11 * expected.abs() + 1e-15, "{name}: {found} is not {expected}");
    }
}

#[test]
fn f20_scales_match_the_table() {
    for (name, case) in segment_cases("normaliser") {
        let (x, own, new) = (vector(&case, "x"), sense(&case["sense"]), number(&case, "new"));
        let target = Sense::Target(number(&case, "reference"));
        for (scale, sense, key, sign) in [
            (Scale::MinMax, own, "min_max", 1.0),
            (Scale::ZScore, own, "z_population", 1.0),
            (Scale::Vector, Sense::Benefit, "vector", 1.0),
            (Scale::Vector, Sense::Cost, "vector", -1.0),
            (Scale::Sum, Sense::Benefit, "sum", 1.0),
            (Scale::Sum, Sense::Cost, "sum_of_inverse", 1.0),
            (Scale::RatioToBest, own, "ratio_to_best", 1.0),
            (Scale::MinMax, target, "target", 1.0),
        ] {
            let name = format!("{name} {key}");
            let expected: Vec<Option<f64>> = texts(&case, key).into_iter().map(known).collect();
            // Beyond 1e100, and for a scale of inverses below 1e-100, there are no figures.
            let inverse = matches!((scale, sense), (Scale::Sum | Scale::RatioToBest, Sense::Cost));
            let fits = |x: f64| x.abs() <= 1e100 && (!inverse || x >= 1e-100);
            match Scaler::fit(scale, sense, &x) {
                Ok(scaler) => {
                    let found: Vec<f64> = x.iter().map(|&x| sign * scaler.score(x).unwrap()).collect();
                    assert_relative(&name, &found, &expected.into_iter().map(Option::unwrap).collect::<Vec<_>>());
                    if let Some(after) = case.get(&format!("new_{key}")).and_then(|text| known(text)) {
                        assert_relative(&name, &[scaler.score(new).unwrap()], &[after]);
                    }
                }
                // Nobody is nearer to the target: 0 for all in the table, and up to the policy here.
                Err(IndexError::Constant { column: 0 }) if key == "target" => {
                    assert!(expected.iter().all(|score| score.is_none_or(|score| score == 0.0)), "{name}");
                }
                Err(IndexError::Constant { column: 0 }) => assert!(expected.iter().all(Option::is_none), "{name}"),
                Err(IndexError::Figure { row, .. }) => assert!(!fits(x[row]) || expected[row].is_none(), "{name}"),
                Err(error) => assert!(expected.iter().all(Option::is_none) || x.iter().any(|&x| !fits(x)), "{error}"),
            }
        }
    }
}

#[test]
fn f21_completed_judgements_match_the_table() {
    for (name, case) in segment_cases("ahp_incomplete") {
        let size: usize = case["n"].parse().unwrap();
        let pairs = || (0..size).flat_map(|i| (i + 1..size).map(move |j| (i, j)));
        let judged = pairs().filter_map(|(i, j)| Some((i, j, case.get(&format!("a.{i}.{j}"))?.parse().unwrap())));
        let incomplete = IncompleteJudgements::new(size, judged).unwrap();
        let complete = incomplete.complete().unwrap();
        let missing = incomplete.missing();
        assert!(!missing.is_empty(), "{name}");
        let found: Vec<f64> = missing.iter().map(|&(i, j)| complete.ratio(i, j).unwrap()).collect();
        let expected: Vec<f64> = missing.iter().map(|(i, j)| number(&case, &format!("completed.{i}.{j}"))).collect();
        assert_relative(&name, &found, &expected);
        for (table, key) in [
            (RandomIndex::Saaty, "cr_saaty"),
            (RandomIndex::DoneganDodd, "cr_donegan_dodd"),
            (RandomIndex::ChineseTextbook, "cr_textbook"),
        ] {
            let priorities = complete.priorities(PriorityMethod::Eigenvector, table).unwrap();
            let consistency = priorities.consistency();
            assert_relative(&name, &[consistency.lambda()], &[number(&case, "lambda")]);
            // Of a difference of numbers of the size of n.
            assert_near(&name, &[consistency.index()], &[number(&case, "ci")], 1e-13);
            assert_near(&name, &[consistency.ratio()], &[number(&case, key)], 1e-13);
            let weights = priorities.weights_however_inconsistent();
            assert_relative(&name, weights.as_slice(), &vector(&case, "eigenvector"));
        }
    }
}

#[test]
fn f29_vikor_matches_the_table() {
    for (name, case) in segment_cases("vikor") {
        let weights = Weights::new(vector(&case, "weight")).unwrap();
        let vikor = Vikor { majority: Probability::new(number(&case, "v")).unwrap() };
        let found = vikor.compromise(&table(&case), &weights).unwrap();
        assert_relative(&name, &found.regrets, &vector(&case, "s"));
        assert_relative(&name, &found.greatest_regrets, &vector(&case, "r"));
        // Where all are equal in S or R the table leaves Q undefined, and the term is 0 here.
        let Some(expected) = texts(&case, "q").into_iter().map(known).collect::<Option<Vec<f64>>>() else {
            assert!(found.compromise.iter().all(|q| (0.0..=1.0).contains(q)), "{name}");
            continue;
        };
        assert_near(&name, &found.compromise, &expected, 1e-12);
        assert_eq!((found.has_advantage, found.is_stable), (case["advantage"] == "1", case["stable"] == "1"), "{name}");
        let offered = vector(&case, "compromise");
        assert_eq!(found.accepted.len(), offered.iter().filter(|&&offered| offered == 1.0).count(), "{name}");
        assert!(found.accepted.iter().all(|&customer| offered[customer] == 1.0), "{name}");
    }
}

/// Of the two ways of the table, coefficients after min–max.
#[test]
fn f27_grey_relation_matches_the_table() {
    for (name, case) in segment_cases("grey") {
        let weights = Weights::new(vector(&case, "weight")).unwrap();
        let grey = RankingMethod::Grey(Grey::new(number(&case, "rho")).unwrap());
        let table = table(&case);
        let coefficients = |column: usize| {
            let alone: Vec<f64> = (0..table.columns()).map(|own| f64::from(u8::from(own == column))).collect();
            grey.rank(&table, &Weights::new(alone).unwrap()).unwrap().scores().to_vec()
        };
        if !case.contains_key("scaled_grade.0") {
            // A constant column is left out there, and as near as can be here.
            let x = matrix(&case, "x");
            let constant = (0..table.columns()).filter(|&column| x.iter().all(|row| row[column] == x[0][column]));
            let constant: Vec<usize> = constant.collect();
            assert!(!constant.is_empty(), "{name}");
            for column in constant {
                assert!(coefficients(column).iter().all(|xi| *xi == 1.0), "{name}");
            }
            continue;
        }
        let expected = matrix(&case, "scaled_coefficient");
        for column in 0..table.columns() {
            let expected: Vec<f64> = expected.iter().map(|row| row[column]).collect();
            assert_relative(&name, &coefficients(column), &expected);
        }
        let grades = grey.rank(&table, &weights).unwrap();
        assert_relative(&name, grades.scores(), &vector(&case, "scaled_grade"));
    }
}

#[test]
fn f28_fuzzy_evaluations_match_the_table() {
    for (name, case) in segment_cases("fuzzy") {
        let weights = Weights::new(vector(&case, "weight")).unwrap();
        let parts: Vec<Assessment> = matrix(&case, "r").into_iter().map(|row| Assessment::new(row).unwrap()).collect();
        for (operator, key) in [
            (FuzzyOperator::WeightedMean, "product_sum"),
            (FuzzyOperator::MinMax, "min_max"),
            (FuzzyOperator::ProductMax, "product_max"),
            (FuzzyOperator::BoundedSum, "min_sum"),
        ] {
            let name = format!("{name} {key}");
            let found = operator.combine(&weights, &parts).unwrap();
            assert_relative(&name, found.memberships(), &vector(&case, key));
            assert_relative(&name, found.shares().unwrap().as_slice(), &vector(&case, &format!("{key}_share")));
            let score = found.score(&vector(&case, "grade")).unwrap();
            assert_relative(&name, &[score], &[number(&case, &format!("{key}_score"))]);
            match known(&case[&format!("{key}_best")]) {
                Some(best) => assert_eq!(found.leading(), [best as usize], "{name}"),
                None => assert!(found.leading().len() > 1, "{name}"),
            }
        }
    }
}

#[test]
fn f19_imd_indices_match_the_table() {
    for (name, case) in segment_cases("imd") {
        let (x, kinds, senses) = (matrix(&case, "x"), texts(&case, "kind"), texts(&case, "sense"));
        let groups = vector(&case, "sub_factor");
        let indicator = |column: usize| {
            let evidence = if kinds[column] == "hard" { Evidence::Hard } else { Evidence::Survey };
            Indicator::new(format!("criterion {column}"), sense(senses[column]), evidence).unwrap()
        };
        let last = groups[groups.len() - 1] as usize;
        let sub_factor = |group: usize| {
            let own = (0..groups.len()).filter(|&column| groups[column] as usize == group);
            Node::imd(format!("sub-factor {group}"), own.map(indicator).collect::<Vec<_>>()).unwrap()
        };
        let tree = Tree::imd("all", [("factor", (0..=last).map(sub_factor).collect())]).unwrap();
        assert_relative(&name, tree.weights().as_slice(), &vector(&case, "weight"));
        let rows: Vec<Vec<Option<f64>>> = x.iter().map(|row| row.iter().copied().map(Some).collect()).collect();
        let index = tree.fit(Scale::ZScore, &rows, Constant::Reject).unwrap();
        for ((row, z), score) in rows.iter().zip(matrix(&case, "z")).zip(vector(&case, "score")) {
            let found = index.score(row, Missing::Fail).unwrap();
            let own: Vec<f64> = found.contributions().iter().map(|part| part.score.unwrap()).collect();
            assert_near(&name, &own, &z, 1e-13);
            assert_near(&name, &[found.total()], &[score], 1e-13);
        }
    }
}

/// The node of a tree of the table, and its leaves in order.
fn grown(case: &Case, children: &[Vec<usize>], own: usize, leaves: &mut Vec<usize>) -> Node {
    let name = format!("node {own}");
    if children[own].is_empty() {
        leaves.push(own);
        return Node::leaf(Indicator::new(name, Sense::Benefit, Evidence::Hard).unwrap());
    }
    let weights: Vec<f64> = children[own].iter().map(|child| number(case, &format!("weight.{child}"))).collect();
    let parts: Vec<Node> = children[own].iter().map(|&child| grown(case, children, child, leaves)).collect();
    Node::branch(name, Weights::new(weights).unwrap(), parts).unwrap()
}

#[test]
fn f19_trees_match_the_table() {
    for (name, case) in segment_cases("tree") {
        let nodes: usize = case["nodes"].parse().unwrap();
        let mut children = vec![Vec::new(); nodes];
        for node in 1..nodes {
            children[number(&case, &format!("parent.{node}")) as usize].push(node);
        }
        let mut leaves = Vec::new();
        let tree = Tree::new(grown(&case, &children, 0, &mut leaves)).unwrap();
        let weights: Vec<f64> = leaves.iter().map(|leaf| number(&case, &format!("global.{leaf}"))).collect();
        assert_relative(&name, tree.weights().as_slice(), &weights);
        let values: Vec<Option<f64>> = leaves.iter().map(|leaf| known(&case[&format!("value.{leaf}")])).collect();
        for (missing, key) in [(Missing::Fail, "score"), (Missing::Renormalise, "renormalised")] {
            let name = format!("{name} {key}");
            match (tree.score(&values, missing), known(&case[key])) {
                (Ok(found), Some(expected)) => {
                    assert_near(&name, &[found.total()], &[expected], 1e-14);
                    assert_near(&name, &[found.branch("node 0").unwrap()], &[expected], 1e-14);
                }
                (Err(IndexError::Missing { .. }), None) => assert_eq!(missing, Missing::Fail, "{name}"),
                (Err(IndexError::NothingToScore), None) => assert_eq!(missing, Missing::Renormalise, "{name}"),
                (found, expected) => panic!("{name}: {found:?} is not {expected:?}"),
            }
        }
    }
}

#[test]
fn f36_whale_curves_match_the_table() {
    for (name, case) in segment_cases("whale") {
        let curve = Concentration::new(&vector(&case, "x")).unwrap();
        let size = vector(&case, "x").iter().map(|x| x.abs()).sum::<f64>();
        // Sums of gains and losses have the digits of the largest of them.
        assert_near(&name, curve.cumulative(), &vector(&case, "cumulative"), 1e-14 * size);
        assert_near(&name, &[curve.total()], &[number(&case, "total")], 1e-14 * size);
        assert_relative(&name, &[curve.losses()], &[number(&case, "losses")]);
        let (peak, best) = (curve.peak(), number(&case, "peak_money"));
        if best > 0.0 {
            assert_eq!(peak.customers as f64, number(&case, "peak_at"), "{name}");
            assert_near(&name, &[peak.amount], &[best], 1e-14 * size);
        } else {
            // The table begins with one customer, the curve with none.
            assert_eq!((peak.customers, peak.amount), (0, 0.0), "{name}");
        }
        let Some(gini) = known(&case["gini"]) else {
            assert!(matches!(curve.gini(), Err(SegmentError::TotalNotPositive { .. })), "{name}");
            assert!(matches!(curve.cumulative_shares(), Err(SegmentError::TotalNotPositive { .. })), "{name}");
            continue;
        };
        let shares = curve.cumulative_shares().unwrap();
        assert_relative(&name, &[curve.gini().unwrap()], &[gini]);
        assert_relative(&name, &shares, &vector(&case, "ratio"));
        let top = shares.iter().copied().fold(0.0, f64::max);
        assert_relative(&name, &[top], &[number(&case, "peak")]);
    }
}

#[test]
fn f43_answers_match_the_table() {
    const ANSWERS: [KanoAnswer; 5] =
        [KanoAnswer::Like, KanoAnswer::MustBe, KanoAnswer::Neutral, KanoAnswer::LiveWith, KanoAnswer::Dislike];
    for (name, case) in segment_cases("kano_answers") {
        let answers = |key: &str| vector(&case, key).into_iter().map(|answer| ANSWERS[answer as usize]);
        let tally = KanoTally::of_answers(answers("functional").zip(answers("dysfunctional")));
        for (key, category) in [
            ("M", KanoCategory::MustBe),
            ("O", KanoCategory::OneDimensional),
            ("A", KanoCategory::Attractive),
            ("I", KanoCategory::Indifferent),
            ("R", KanoCategory::Reverse),
            ("Q", KanoCategory::Questionable),
        ] {
            assert_eq!(f64::from(tally.count(category)), number(&case, key), "{name} {key}");
            assert_eq!(tally.mode() == Some(category), case["category"] == key, "{name} {key}");
        }
        for (found, key) in [(tally.better(), "better"), (tally.worse(), "worse")] {
            assert_eq!(found.is_some(), known(&case[key]).is_some(), "{name} {key}");
            if let (Some(found), Some(expected)) = (found, known(&case[key])) {
                assert_relative(&name, &[found], &[expected]);
            }
        }
    }
}

/// The points of a case, and the group of each.
fn grouped(case: &Case) -> (Vec<Vec<f64>>, Vec<u32>) {
    (matrix(case, "x"), vector(case, "label").into_iter().map(|label| label as u32).collect())
}

fn measures(points: &[Vec<f64>]) -> Result<Measures, ClusterError> {
    let column = |axis: usize| points.iter().map(|point| point[axis]).collect::<Vec<f64>>();
    Measures::new((0..points[0].len()).map(|axis| (format!("axis {axis}"), column(axis))))
}

const AS_IS: KMeans = KMeans { scaling: Scaling::AsIs, restarts: 99, ..KMeans::new(Seed::new(5)) };

#[test]
fn f40_sums_of_squares_and_centres_match_the_table() {
    for (name, case) in segment_cases("clusters") {
        let (points, labels) = grouped(&case);
        let Ok(all) = measures(&points) else {
            assert_eq!(name, "far", "beyond 1e140 squares are no numbers");
            continue;
        };
        assert_relative(&name, &[AS_IS.fit(&all, 1).unwrap().inertia()], &[number(&case, "total_ss")]);
        let mut within = 0.0;
        for (group, centre) in matrix(&case, "centre").iter().enumerate() {
            let own = points.iter().zip(&labels).filter(|(_, label)| **label as usize == group);
            let own: Vec<Vec<f64>> = own.map(|(point, _)| point.clone()).collect();
            let fit = AS_IS.fit(&measures(&own).unwrap(), 1).unwrap();
            assert_relative(&name, &fit.model().centroids()[0], centre);
            within += fit.inertia();
        }
        assert_relative(&name, &[within], &[number(&case, "within_ss")]);
    }
}

#[test]
fn f40_k_means_finds_the_best_partitions_of_the_table() {
    for (name, case) in segment_cases("clusters") {
        let (points, _) = grouped(&case);
        let (Ok(all), Some(best)) = (measures(&points), case.get("best_within_ss")) else { continue };
        let clusters: usize = case["groups"].parse().unwrap();
        let fit = match AS_IS.fit(&all, clusters) {
            Ok(fit) => fit,
            Err(error) => {
                assert_eq!(error, ClusterError::TooManyClusters { clusters, distinct: 1 }, "{name}");
                continue;
            }
        };
        assert_relative(&name, &[fit.inertia()], &[best.parse().unwrap()]);
        // The best of several equal ones is any.
        if !case.contains_key("best_label") {
            let labels: Vec<u32> = vector(&case, "best_label").into_iter().map(|label| label as u32).collect();
            assert_eq!(fit.segmentation().segments(), labels, "{name}");
            for (found, expected) in fit.model().centroids().iter().zip(matrix(&case, "best_centre")) {
                assert_relative(&name, found, &expected);
            }
        }
    }
}

#[test]
fn f40_silhouettes_match_the_table() {
    for (name, case) in segment_cases("clusters") {
        let (points, labels) = grouped(&case);
        let Ok(all) = measures(&points) else { continue };
        let groups: u32 = case["groups"].parse().unwrap();
        let segmentation = Segmentation::new((0..groups).map(|group| group.to_string()), labels.clone()).unwrap();
        let scale = customer_value::segment::Scale::fit(&all, Scaling::AsIs).unwrap();
        let found = Silhouette::new(&all, &segmentation, &scale, Seed::new(1));
        let Some(mean) = known(&case["mean_silhouette"]) else {
            assert_eq!(found, Err(ClusterError::OneCluster), "{name}");
            continue;
        };
        let found = found.unwrap();
        assert_near(&name, &[found.mean()], &[mean], 1e-13);
        let widths = vector(&case, "silhouette");
        let of_group = |group: u32| {
            let own = widths.iter().zip(&labels).filter(|(_, label)| **label == group).map(|(width, _)| *width);
            own.clone().sum::<f64>() / own.count() as f64
        };
        let expected: Vec<f64> = (0..groups).map(of_group).collect();
        let found: Vec<f64> = found.segments().iter().map(|width| width.unwrap()).collect();
        assert_near(&name, &found, &expected, 1e-13);
    }
}

/// Two more customers, at the ends of each range, make the range that of the table.
#[test]
fn gower_similarities_match_the_table() {
    for (name, case) in segment_cases("gower") {
        let (x, y) = (texts(&case, "x"), texts(&case, "y"));
        let attribute = |(place, range): (usize, &str)| {
            let pair = [x[place], y[place]];
            let attribute = match known(range) {
                None => Attribute::Category(
                    pair.iter().map(|&kind| (kind != "none").then(|| kind.to_string())).chain([None, None]).collect(),
                ),
                Some(range) => {
                    let ends = if range > 0.0 { [Some(0.0), Some(range)] } else { [None; 2] };
                    Attribute::Numeric(pair.into_iter().map(known).chain(ends).collect())
                }
            };
            (format!("attribute {place}"), attribute)
        };
        let profiles = Profiles::new(texts(&case, "range").into_iter().enumerate().map(attribute)).unwrap();
        match (profiles.similarity(0, 1), known(&case["similarity"])) {
            (Ok(found), Some(expected)) => assert_near(&name, &[found], &[expected], 1e-14),
            (found, None) => assert_eq!(found, Err(ClusterError::Incomparable { first: 0, second: 1 }), "{name}"),
            (found, expected) => panic!("{name}: {found:?} is not {expected:?}"),
        }
    }
}

#[cfg(feature = "serde")]
mod stored {
    use customer_value::segment::{EmptyRow, Migration, MixtureFit, MixtureModel, RowEstimate};
    use customer_value::{Span, TimeUnit};
    use serde_json::json;

    use super::*;

    /// Counts are those of a stored migration: one of so many customers takes too long to make.
    #[test]
    fn f41_migrations_match_the_table() {
        let mut seen = 0;
        for (name, case) in segment_cases("migration") {
            let counts: Vec<u64> = matrix(&case, "count").concat().into_iter().map(|count| count as u64).collect();
            let labels: Vec<String> = (0..matrix(&case, "count").len()).map(|state| state.to_string()).collect();
            let migration: Migration = serde_json::from_value(json!({ "labels": labels, "counts": counts })).unwrap();
            let prior = matrix(&case, "prior").concat();
            if prior.iter().any(|own| *own != prior[0]) {
                continue;
            }
            let estimate = if prior[0] > 0.0 {
                RowEstimate::Dirichlet { pseudo_count: prior[0] }
            } else {
                RowEstimate::Observed(EmptyRow::Refuse)
            };
            let size = labels.len();
            let text = (0..size).flat_map(|row| texts(&case, &format!("p.{row}")));
            let Some(expected) = text.map(known).collect::<Option<Vec<f64>>>() else {
                assert_eq!(migration.rows(estimate), Err(SegmentError::EmptyRow { segment: "1".into() }), "{name}");
                continue;
            };
            let rows: Vec<f64> = migration.rows(estimate).unwrap().into_iter().flat_map(Vec::from).collect();
            assert_relative(&name, &rows, &expected);
            let period = Span::new(1.0, TimeUnit::Month).unwrap();
            let chain = migration.chain(estimate, period).unwrap();
            if let Some(expected) = texts(&case, "stationary").into_iter().map(known).collect::<Option<Vec<f64>>>() {
                assert_relative(&name, chain.stationary().unwrap().as_slice(), &expected);
            }
            seen += 1;
        }
        assert!(seen >= 15);
    }

    /// Parameters of the table, in the order and the form in which a model is stored, as they are.
    fn model(case: &Case) -> (MixtureModel, Vec<usize>) {
        let (means, size) = (matrix(case, "mean"), case["dimensions"].parse::<usize>().unwrap());
        let mut order: Vec<usize> = (0..means.len()).collect();
        order.sort_by(|&a, &b| means[a].partial_cmp(&means[b]).unwrap());
        let gaussian = |&component: &usize| {
            json!({
                "weight": vector(case, "weight")[component],
                "mean": means[component],
                "covariance": matrix(case, &format!("covariance.{component}")),
                "on_floor": false,
            })
        };
        let names: Vec<String> = (0..size).map(|axis| format!("axis {axis}")).collect();
        let scale = json!({ "names": names, "centres": vec![0.0; size], "spreads": vec![1.0; size] });
        let gaussians: Vec<_> = order.iter().map(gaussian).collect();
        let stored = json!({ "scale": scale, "floor": 1e-9, "gaussians": gaussians });
        (serde_json::from_value(stored).unwrap(), order)
    }

    #[test]
    fn f40_memberships_of_mixtures_match_the_table() {
        for (name, case) in segment_cases("mixture") {
            let (model, order) = model(&case);
            let found = model.memberships(&measures(&matrix(&case, "x")).unwrap()).unwrap();
            let expected = matrix(&case, "responsibility");
            for (found, component) in found.iter().zip(order) {
                let expected: Vec<f64> = expected.iter().map(|row| row[component]).collect();
                assert_near(&name, found, &expected, 1e-12);
            }
        }
    }

    #[test]
    fn f40_bayesian_criteria_of_mixtures_match_the_table() {
        for (name, case) in segment_cases("mixture") {
            // Components with variances alone have fewer parameters, and are not offered.
            if case["kind"] == "diagonal" {
                continue;
            }
            let (model, _) = model(&case);
            let segmentation = model.assign(&measures(&matrix(&case, "x")).unwrap()).unwrap();
            let fit: MixtureFit = serde_json::from_value(json!({
                "model": model,
                "segmentation": segmentation,
                "log_likelihood": number(&case, "ln_likelihood"),
                "iterations": 1,
                "ending": "Converged",
            }))
            .unwrap();
            assert_eq!(fit.parameters() as f64, number(&case, "parameters"), "{name}");
            assert_relative(&name, &[fit.bic()], &[number(&case, "bic")]);
        }
    }
}
