//! Every special function against the 50-digit table, over the range that the models reach.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

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

/// By mpmath in 60 digits, from almost nothing to a trillion.
#[test]
fn beta_drops_and_beta_binomials_match_sixty_digits() {
    let drops: [[f64; 4]; 11] = [
        [1.0e-06, 1_000_000.0, 0.001, -1.000_000_499_499_666_1e-15],
        [1.0e-06, 10.0, 1.0e-06, -1.051_663_246_318_521_1e-13],
        [1_000_000.0, 1_000_000.0, 40.0, -27.725_497_230_100_135],
        [1_000_000.0, 1.0e-06, 1_000_000_000_000.0, -14_815_530.862_276_435],
        [0.66, 2.78, 6.0, -0.785_733_999_602_123],
        [0.001, 0.001, 1.0e+18, -0.735_168_463_298_386_6],
        [50.0, 3.0, 0.25, -0.748_146_598_507_175_8],
        [2.0, 9.99, 1.0e-09, -1.910_919_108_279_84e-10],
        [1_000_000.0, 1_000_000.0, 1_000_000.0, -523_248.287_605_611_84],
        [3.0, 1_000_000.0, 100_000.0, -0.285_930_266_686_135_75],
        [0.5, 7.5, 0.000_1, -6.888_351_976_976_583_5e-06],
    ];
    for [a, b, d, expected] in drops {
        let (value, jet) = (ln_beta_drop(a, b, d), BetaDrop::new(a, b, d));
        assert!((value / expected - 1.0).abs() < 1e-11, "{a:e} {b:e} {d:e}: {value:e} {expected:e}");
        assert!(jet.by_a <= 0.0 && jet.by_b >= 0.0 && jet.by_d <= 0.0);
    }
    let binomials: [[f64; 5]; 6] = [
        [3.0, 30.0, 1.2, 0.75, 0.018_866_240_019_297_265],
        [1_400.0, 3_000.0, 1_000_000.0, 1_000_000.0, 1.865_847_783_010_713_7e-05],
        [0.0, 1_000_000_000.0, 0.5, 2.0, 4.203_743_408_620_171e-05],
        [500_000_000.0, 1_000_000_000.0, 100_000.0, 100_000.0, 3.567_887_001_135_399e-07],
        [1_000_000_000_000.0, 1_000_000_000_000_000.0, 3.0, 4_000.0, 5.859_533_574_284_472e-13],
        [7.0, 7.0, 1.0e-06, 1_000_000.0, 7.199_866_441_510_586e-46],
    ];
    for [k, n, a, b, expected] in binomials {
        let value = beta_binomial(k, n, a, b);
        assert!((value / expected - 1.0).abs() < 1e-11, "{k} {n} {a:e} {b:e}: {value:e} {expected:e}");
    }
}

/// Zeta functions: the tail of a sum is an integral and its ends.
#[test]
fn long_sums_match_their_closed_forms() {
    let close = |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 1e-13, "{value:e} {expected:e}");
    close(sum_falling(1e30, |k| k.powi(-2)), std::f64::consts::PI.powi(2) / 6.0 - 1e-30);
    close(sum_falling(1e12, |_| 1.0), 1e12);
    close(sum_falling(1e12, |k| (-1e-6 * k).exp()), (1e-6_f64.exp_m1()).recip());
    close(sum_falling(20.0, |k| 1.0 / k), 3.597_739_657_143_682);
    assert!(sum_falling(0.0, |k| 1.0 / k) <= 0.0);
}
