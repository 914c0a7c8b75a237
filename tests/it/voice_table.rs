//! What customers say against the 50-digit table `voice.csv`.

use customer_value::index::ControlLimits;
use customer_value::voice::{
    Cell, FactorReport, IndexPoints, LeastAnswers, NetPromoter, OneToSeven, OneToTen, Proportion, QualityDimension,
    Servqual, ServqualAnswers, Survey, VoiceError, ZeroToTen,
};
use customer_value::{Probability, Weights};

use crate::exchange_cases::{Case, matrix, number, vector, voice_cases};

/// Numbers of the order of `scale`.
#[track_caller]
fn assert_near(name: &str, found: f64, expected: f64, scale: f64) {
    assert!((found - expected).abs() <= 1e-13 * scale, "{name}: {found} is not {expected}");
}

fn weights(case: &Case, key: &str) -> Weights {
    Weights::new(vector(case, key)).unwrap()
}

/// Rows of answers to as many factors, `none` where one is missing.
fn answers(case: &Case, key: &str, factors: usize) -> Vec<Vec<Option<u8>>> {
    let entry = |row: usize, factor: usize| Some(case.get(&format!("{key}.{row}.{factor}"))?.parse().ok());
    (0..).map_while(|row| (0..factors).map(|factor| entry(row, factor)).collect()).collect()
}

fn survey<const LOW: u8, const HIGH: u8>(rows: &[Vec<Option<u8>>]) -> Survey<LOW, HIGH> {
    let names = (0..rows[0].len()).map(|k| k.to_string());
    Survey::from_scores(names, rows).unwrap()
}

fn report_on<const LOW: u8, const HIGH: u8>(case: &Case, points: IndexPoints) -> FactorReport {
    let weights = weights(case, "w");
    let rows = answers(case, "x", weights.as_slice().len());
    survey::<LOW, HIGH>(&rows).report(&weights, points, LeastAnswers::TWO).unwrap()
}

fn report(case: &Case, points: IndexPoints) -> FactorReport {
    match (case["low"].as_str(), case["high"].as_str()) {
        ("0", "10") => report_on::<0, 10>(case, points),
        ("1", "10") => report_on::<1, 10>(case, points),
        ("1", "7") => report_on::<1, 7>(case, points),
        ("1", "5") => report_on::<1, 5>(case, points),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_cell(name: &str, cell: &Cell, [value, error]: [f64; 2], scale: f64) {
    let reading = cell.reading().unwrap();
    assert_near(name, reading.value(), value, scale);
    assert_near(name, reading.standard_error(), error, scale);
}

#[test]
fn f60_net_promoter_matches_the_table() {
    for (name, case) in voice_cases("nps") {
        let answers = vector(&case, "x").into_iter().map(|x| ZeroToTen::from_score(x).unwrap());
        let score = answers.collect::<NetPromoter>().score(LeastAnswers::TWO);
        assert_cell(&name, &score, [number(&case, "score"), number(&case, "error")], 100.0);
    }
}

#[test]
fn f61_f62_f65_reports_match_the_table() {
    let mut gaps = 0;
    for (name, case) in voice_cases("report") {
        gaps += usize::from(case.values().any(|value| value == "none"));
        for (points, key, full) in
            [(IndexPoints::Hundred, "hundred", 100.0), (IndexPoints::Thousand, "thousand", 1000.0)]
        {
            let report = report(&case, points);
            let [means, errors] = [key.to_owned(), format!("{key}_error")].map(|key| vector(&case, &key));
            for (k, factor) in report.factors().iter().enumerate() {
                assert_cell(&name, &factor.score, [means[k], errors[k]], full);
            }
            let expected = [number(&case, key), number(&case, &format!("{key}_error"))];
            assert_cell(&name, report.index(), expected, full);
            assert_eq!(f64::from(report.index().n()), number(&case, "n"), "{name}");
        }
    }
    assert!(gaps >= 4);
}

#[test]
fn f65_changes_match_the_table() {
    for (name, case) in voice_cases("change") {
        let report = |rows: &str, of: &str| {
            let weights = weights(&case, of);
            let rows = answers(&case, rows, weights.as_slice().len());
            survey::<0, 10>(&rows).report(&weights, IndexPoints::Hundred, LeastAnswers::TWO).unwrap()
        };
        let change = report("a", "wa").change_from(&report("b", "wb")).unwrap();
        for (k, part) in change.factors().iter().enumerate() {
            assert_near(&name, part.level, number(&case, &format!("level.{k}")), 100.0);
            assert_near(&name, part.mix, number(&case, &format!("mix.{k}")), 100.0);
        }
        assert_near(&name, change.total(), number(&case, "change"), 100.0);
    }
}

#[test]
fn f62_derived_weights_match_least_squares_of_the_table() {
    let mut negative = 0;
    for (name, case) in voice_cases("derived") {
        let betas = vector(&case, "beta");
        let overall: Vec<_> = vector(&case, "y").into_iter().map(|y| Some(OneToTen::from_score(y).unwrap())).collect();
        let derived = survey::<1, 10>(&answers(&case, "x", betas.len())).derived_weights(&overall);
        if let Some(k) = betas.iter().position(|&beta| beta < 0.0) {
            let Err(VoiceError::NegativeImportance { factor, coefficient }) = derived else { panic!("{name}") };
            assert_eq!(factor, k.to_string());
            assert_near(&name, coefficient, betas[k], 1.0);
            negative += 1;
            continue;
        }
        let derived = derived.unwrap();
        for (k, &beta) in betas.iter().enumerate() {
            assert_near(&name, derived.coefficients[k], beta, 1.0);
            assert_near(&name, derived.weights.get(k).unwrap(), number(&case, &format!("weight.{k}")), 1.0);
        }
        assert_near(&name, derived.r_squared.get(), number(&case, "r2"), 1.0);
        assert_eq!(derived.n as usize, overall.len());
    }
    assert!(negative <= 5);
}

#[test]
fn f63_servqual_matches_the_table() {
    for (name, case) in voice_cases("servqual") {
        let sheet = |row: Vec<f64>| -> [OneToSeven; 22] {
            row.into_iter().map(|x| OneToSeven::from_score(x).unwrap()).collect::<Vec<_>>().try_into().unwrap()
        };
        let (expected, perceived) = (matrix(&case, "e"), matrix(&case, "p"));
        let customers: Vec<ServqualAnswers> = expected
            .into_iter()
            .zip(perceived)
            .map(|(e, p)| ServqualAnswers { expected: sheet(e), perceived: sheet(p) })
            .collect();
        let quality = Servqual::new(&customers, &weights(&case, "w"), LeastAnswers::TWO).unwrap();
        let (gaps, errors) = (vector(&case, "gap"), vector(&case, "error"));
        for (d, dimension) in QualityDimension::ALL.into_iter().enumerate() {
            assert_cell(&name, quality.gap(dimension), [gaps[d], errors[d]], 6.0);
        }
        let weighted = [number(&case, "weighted"), number(&case, "weighted_error")];
        assert_cell(&name, quality.weighted(), weighted, 6.0);
        assert_cell(&name, quality.plain(), [number(&case, "plain"), number(&case, "plain_error")], 6.0);
    }
}

#[test]
fn intervals_of_net_promoters_match_the_table() {
    for (name, case) in voice_cases("net") {
        let [promoters, passives, detractors] =
            ["promoters", "passives", "detractors"].map(|key| case[key].parse().unwrap());
        let counts = NetPromoter { promoters, passives, detractors };
        let confidence = Probability::new(number(&case, "confidence")).unwrap();
        let interval = counts.interval(confidence).unwrap().unwrap();
        // Counts of millions: their likelihoods agree to nine digits where they differ by a few units.
        assert!((interval.low - number(&case, "low")).abs() <= 1e-9, "{name}: {interval:?}");
        assert!((interval.high - number(&case, "high")).abs() <= 1e-9, "{name}: {interval:?}");
    }
}

/// All outcomes of a few answers, each with its probability: about 95 % of them hold the truth, of how few answers ever.
#[test]
fn intervals_of_net_promoters_hold_the_truth_as_often_as_they_say() {
    let confidence = Probability::new(0.95).unwrap();
    let ln_factorial = |n: u32| (1..=n).map(|k| f64::from(k).ln()).sum::<f64>();
    for (n, [p, d]) in
        [(12, [0.5_f64, 0.2_f64]), (30, [0.5, 0.2]), (30, [0.7, 0.1]), (60, [0.3, 0.3]), (60, [0.15, 0.6])]
    {
        let mut held = 0.0;
        for promoters in 0..=n {
            for detractors in 0..=n - promoters {
                let counts = NetPromoter { promoters, passives: n - promoters - detractors, detractors };
                let powers = f64::from(promoters) * p.ln()
                    + f64::from(counts.passives) * (1.0 - p - d).ln()
                    + f64::from(detractors) * d.ln();
                let ways = ln_factorial(n)
                    - ln_factorial(promoters)
                    - ln_factorial(counts.passives)
                    - ln_factorial(detractors);
                if counts.interval(confidence).unwrap().unwrap().contains(100.0 * (p - d)) {
                    held += (ways + powers).exp();
                }
            }
        }
        assert!((0.93..0.97).contains(&held), "{n} {p} {d}: {held}");
    }
    assert_eq!(NetPromoter::default().interval(confidence), Ok(None));
    let one = NetPromoter { promoters: 1, ..NetPromoter::default() };
    for never in [0.0, 1.0] {
        assert!(matches!(one.interval(Probability::new(never).unwrap()), Err(VoiceError::Unit(_))));
    }
}

#[test]
fn wilson_1927_intervals_match_the_table() {
    for (name, case) in voice_cases("wilson") {
        let [part, whole] = ["part", "whole"].map(|key| case[key].parse().unwrap());
        let confidence = Probability::new(number(&case, "confidence")).unwrap();
        let interval = Proportion::new(part, whole).unwrap().interval(confidence).unwrap().unwrap();
        // The lower end keeps its digits however small it is.
        let (low, high) = (number(&case, "low"), number(&case, "high"));
        assert!((interval.low - low).abs() <= 1e-13 * low, "{name}: {} is not {low}", interval.low);
        assert_near(&name, interval.high, high, 1.0);
    }
}

#[test]
fn limits_of_a_baseline_match_the_table() {
    for (name, case) in voice_cases("limits") {
        let limits = ControlLimits::from_baseline(&vector(&case, "x"), number(&case, "sigmas")).unwrap();
        assert_near(&name, limits.low(), number(&case, "low"), 100.0);
        assert_near(&name, limits.high(), number(&case, "high"), 100.0);
    }
}
