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
