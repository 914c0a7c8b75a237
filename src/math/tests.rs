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

#[test]
fn roots_are_neighbours_of_the_crossing_and_take_few_calls() {
    let calls = std::cell::Cell::new(0);
    let smooth: [(&dyn Fn(f64) -> f64, f64); 4] =
        [(&|x| x, 0.3), (&|x| -(-x).exp_m1(), 0.5), (&|x| x / (1.0 + x), 0.999), (&|x| -x.powi(-3), -1e-30)];
    for (f, target) in smooth {
        calls.set(0);
        let root = first_reaching(target, [0.0, 1e12], |x| {
            calls.set(calls.get() + 1);
            f(x)
        });
        assert!(f(root) >= target && f(root.next_down()) < target, "{root}");
        assert!(calls.get() <= 40, "{} calls for {target}", calls.get());
    }
}

#[test]
fn the_step_of_a_step_function_is_found_exactly() {
    let step = |x: f64| (x / 7.0).floor();
    for (target, expected) in [(0.5, 7.0), (1.0, 7.0), (3.2, 28.0), (1e9, 7e9)] {
        assert!(first_reaching(target, [0.0, 1e12], step).to_bits() == f64::to_bits(expected), "{target}");
    }
    let calls = std::cell::Cell::new(0);
    let late = |x: f64| {
        calls.set(calls.get() + 1);
        f64::from(u8::from(x >= 1e-300))
    };
    assert!(first_reaching(0.5, [0.0, f64::MAX], late).to_bits() == 1e-300_f64.to_bits());
    assert!(calls.get() <= 120, "{} calls", calls.get());
    let ends = [0.0, 5.0].map(|target| first_reaching(target, [0.0, 9.0], step).to_bits());
    assert_eq!(ends, [0.0, 9.0].map(f64::to_bits), "reached at once, and never");
}

/// E[O; O ≤ o] = o P(O ≤ o) − ∫ P(O ≤ t) dt, integrated in the logarithm of t by the trapezoidal rule.
#[test]
fn partial_means_of_odds_are_integrals_and_agree_with_the_closed_form() {
    for (a, b) in [(0.5, 3.0), (6.25, 3.74), (2.0, 1.2), (60.0, 1.0), (1e3, 0.3), (3.0, 0.01), (800.0, 2e3)] {
        for o in [1e-3, 0.1, 1.0, 30.0, 1e4] {
            let cdf = |odds: f64| incomplete_beta(odds / (1.0 + odds), (1.0 + odds).recip(), a, b);
            let step = 0.01;
            let area = (1..20_000).map(|k| o * (-step * f64::from(k)).exp()).map(|t| t * cdf(t)).sum::<f64>();
            let expected = o * cdf(o) - step * (0.5 * o * cdf(o) + area);
            let value = partial_mean_of_odds(o / (1.0 + o), (1.0 + o).recip(), a, b);
            let tolerance = 1e-5 * o * cdf(o) * (a + b + 2.0) + 1e-300;
            assert!((value - expected).abs() <= tolerance, "{a} {b} {o}: {value} {expected}");
            if b > 1.0 {
                let closed = a / (b - 1.0) * incomplete_beta(o / (1.0 + o), (1.0 + o).recip(), a + 1.0, b - 1.0);
                assert!((value / closed - 1.0).abs() < 1e-11 || closed < 1e-280, "{a} {b} {o}: {value} {closed}");
            }
        }
    }
}

/// From ₂F₁ with 60 digits by mpmath, for b near 1 and below, where the whole mean is infinite or nearly so.
#[test]
fn partial_means_of_odds_match_sixty_digits_where_there_is_no_mean() {
    let table = [
        (0.5, 0.3, 1e4, 197.232_174_337_452_08),
        (6.25, 1.0, 1e6, 70.799_053_851_025_33),
        (60.0, 0.7, 1e3, 166.899_888_152_047_86),
        (1e3, 0.01, 1e5, 920.437_515_190_978_6),
        (2.0, 1.2, 1e8, 9.668_430_992_809_105),
        (0.3, 1e-6, 1e12, 999_970.444_104_444),
        (3.0, 0.999_999, 50.0, 6.470_230_027_334_363),
        (1e4, 0.5, 1e3, 0.007_152_443_711_619_378),
        (1e4, 0.5, 1e7, 337_177.141_682_051_1),
        (25.0, 1.49, 300.0, 34.218_927_684_903_56),
    ];
    for (a, b, odds, expected) in table {
        let value = partial_mean_of_odds(odds / (1.0 + odds), (1.0 + odds).recip(), a, b);
        assert!((value / expected - 1.0).abs() < 3e-12, "{a} {b} {odds}: {value} {expected}");
    }
}
