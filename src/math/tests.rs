//! Every special function against the 50-digit table, over the range that the models reach.

#![allow(clippy::float_cmp, clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use super::{gamma::digamma, *};

struct Row {
    line: usize,
    function: &'static str,
    arguments: Vec<f64>,
    expected: f64,
}

fn table() -> impl Iterator<Item = Row> {
    include_str!("../../tests/it/data/special.csv").lines().enumerate().skip(1).map(|(line, text)| {
        let fields: Vec<&'static str> = text.split(',').collect();
        let number = |field: &&str| field.parse().unwrap();
        let arguments = fields[1..5].iter().filter(|field| !field.is_empty()).map(number).collect();
        Row { line: line + 1, function: fields[0], arguments, expected: number(&fields[5]) }
    })
}

fn evaluate(function: &str, arguments: &[f64]) -> f64 {
    match (function, arguments) {
        ("ln_rising", &[r, n]) => ln_rising(r, n as u32),
        ("ln_beta", &[a, b]) => ln_beta(a, b),
        ("digamma", &[x]) => digamma(x),
        ("trigamma", &[x]) => trigamma(x),
        ("incomplete_beta", &[z, m, r]) => incomplete_beta(z, 1.0 - z, m, r),
        ("beta_power", &[shape, a, b, c]) => BetaMixture { a, b }.mean_power(shape, c),
        ("beta_count", &[shape, a, b, c]) => BetaMixture { a, b }.mean_count(shape, c),
        _ => panic!("no function {function} of {arguments:?}"),
    }
}

#[test]
fn special_functions_match_fifty_digits() {
    let mut failures = Vec::new();
    let mut seen = 0;
    for row in table() {
        let value = evaluate(row.function, &row.arguments);
        let error =
            if value.to_bits() == row.expected.to_bits() { 0.0 } else { ((value - row.expected) / row.expected).abs() };
        seen += 1;
        if error.is_nan() || error > 1e-12 {
            failures.push(format!(
                "line {}: {}{:?} = {value:e}, expected {:e}, error {error:.1e}",
                row.line, row.function, row.arguments, row.expected
            ));
        }
    }
    assert!(seen > 300, "the table has {seen} rows");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The table pins digamma and trigamma; where d is not small their differences keep enough digits to compare with,
/// and for small d the difference is d times the next derivative, to second order.
#[test]
fn differences_of_digamma_and_trigamma_keep_their_digits() {
    let close = |value: f64, expected: f64, tolerance: f64| {
        assert!((value / expected - 1.0).abs() < tolerance, "{value} {expected}");
    };
    for x in [0.3, 2.0, 9.99, 10.01, 250.0] {
        for d in [0.7 * x, 40.0 * x, 1e5] {
            close(digamma_rise(x, d), digamma(x + d) - digamma(x), 1e-12);
            close(trigamma_drop(x, d), trigamma(x) - trigamma(x + d), 1e-12);
        }
        close(digamma_rise(x, 1e-9), 1e-9 * trigamma(x + 0.5e-9), 1e-12);
    }
    close(digamma_rise(1e12, 1e-3), 1e-15, 1e-11);
    close(trigamma_drop(1e12, 1e-3), 1e-27, 1e-11);
}

/// f = x² − x⁴ − y²: from x = 0 the gradient never leads away from the saddle at the origin.
#[test]
fn a_saddle_is_left_along_its_negative_curvature() {
    let f = |at: &[f64]| {
        let [x, y] = [at[0], at[1]];
        let mut jet = Jet::zero(2);
        jet.add(
            x * x - x.powi(4) - y * y,
            [2.0 * x - 4.0 * x.powi(3), -2.0 * y],
            [[2.0 - 12.0 * x * x, 0.0], [0.0, -2.0]],
        );
        jet
    };
    let found = maximise(&[0.0, 1.0], &[(-3.0, 3.0); 2], 100, f);
    assert_eq!(found.end, End::Stationary);
    assert!((found.jet.value - 0.25).abs() < 1e-12, "{found:?}");
}

/// f = −(x + y)²: the ridge is flat, not a saddle.
#[test]
fn a_ridge_is_flat() {
    let f = |at: &[f64]| {
        let sum = at[0] + at[1];
        let mut jet = Jet::zero(2);
        jet.add(-sum * sum, [-2.0 * sum; 2], [[-2.0; 2]; 2]);
        jet
    };
    assert_eq!(maximise(&[0.5, 0.0], &[(-3.0, 3.0); 2], 100, f).end, End::Flat);
}

/// By mpmath at 40 digits, √2 erfinv(level) of the double nearest to the decimal.
#[test]
fn normal_quantiles_match_forty_digits() {
    for (level, expected) in [
        (1e-12, 1.253_314_137_315_500_2e-12),
        (0.01, 0.012_533_469_508_069_263),
        (0.3, 0.385_320_466_407_567_6),
        (0.499_99, 0.674_474_015_954_169_1),
        (0.5, 0.674_489_750_196_081_7),
        (0.68, 0.994_457_883_209_753_2),
        (0.8, 1.281_551_565_544_600_5),
        (0.9, 1.644_853_626_951_472_8),
        (0.95, 1.959_963_984_540_053_9),
        (0.99, 2.575_829_303_548_900_5),
        (0.999, 3.290_526_731_491_894_5),
        (0.999_999, 4.891_638_475_692_932),
        (0.999_999_999_999_090_5, 7.143_552_034_352_189),
    ] {
        let own = two_sided_quantile(level);
        assert!((own / expected - 1.0).abs() < 1e-15, "{level}: {own} {expected}");
    }
    assert_eq!((two_sided_quantile(0.0), two_sided_quantile(1.0)), (0.0, f64::INFINITY));
}

/// By mpmath at 40 digits, Q(k/2, x/2).
#[test]
fn chi_squared_tails_match_forty_digits() {
    for (x, degrees, expected) in [
        (0.5, 1, 0.479_500_122_186_953_5),
        (3.841_458_820_694_124, 1, 0.050_000_000_000_000_06),
        (40.0, 1, 2.539_628_589_470_865e-10),
        (700.0, 1, 2.990_226_975_124_620_3e-154),
        (0.01, 2, 0.995_012_479_192_682_3),
        (5.991, 2, 0.050_011_615_026_579_09),
        (1400.0, 2, 9.859_676_543_759_77e-305),
        (7.8, 3, 0.050_331_097_859_853_35),
        (0.001, 3, 0.999_991_592_080_941_9),
        (120.0, 4, 5.341_471_565_244_877e-25),
        (11.07, 5, 0.050_009_618_622_405_48),
        (300.5, 5, 7.819_303_546_004_95e-63),
        (6.0, 10, 0.815_263_244_523_772),
    ] {
        let own = chi_squared_tail(x, degrees);
        // Rounding the root of x counts x-fold where the tail falls like e^−x/2.
        assert!((own / expected - 1.0).abs() < 4e-15 + 1.2e-16 * x, "{x} {degrees}: {own} {expected}");
    }
    assert_eq!((chi_squared_tail(0.0, 3), chi_squared_tail(f64::INFINITY, 4)), (1.0, 0.0));
}
