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
        ("beta_power", &[shape, a, b, c]) => BetaMixture { a, b }.mean_alive(shape, c, Erlang { k: 1, passed: 0 }),
        ("beta_count", &[shape, a, b, c]) => BetaMixture { a, b }.mean_count(shape, c, Erlang { k: 1, passed: 0 }),
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
