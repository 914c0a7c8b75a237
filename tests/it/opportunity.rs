//! BG/BB and BB: published numbers on the donations, sums over the time of leaving written out, laws, bad input.

use customer_value::lifetime::{DataError, Likelihood, Process};
use customer_value::{
    Bb, BbParams, BgBb, BgBbParams, CountModel, Currency, DiscountRate, ExpectedMoney, FitError, GammaGamma,
    GammaGammaParams, HistoryError, Horizon, Margin, Mle, OpportunityHistory, OpportunityPatterns, Seed, Span,
    TimeUnit, Valuation, Verdict, simulate,
};
use proptest::prelude::*;

use crate::shared::relative_error;

fn year() -> Span {
    Span::years(1.0).unwrap()
}

fn years(count: u32) -> Span {
    Span::years(f64::from(count)).unwrap()
}

fn history(repeats: u32, last: u32, opportunities: u32) -> OpportunityHistory {
    OpportunityHistory::new(repeats, last, opportunities).unwrap()
}

fn bg_bb([alpha, beta, gamma, delta]: [f64; 4]) -> BgBb {
    BgBb::new(BgBbParams { alpha, beta, gamma, delta, every: year() }).unwrap()
}

/// The parameters at which the paper and the packages print numbers of single donors.
fn fitted() -> BgBb {
    bg_bb([1.203_520_830_404_98, 0.749_714_243_061_896, 0.656_712_169_147_878, 2.783_408_016_358_98])
}

fn published() -> BgBb {
    bg_bb([1.204, 0.750, 0.657, 2.783])
}

pub fn donations() -> OpportunityPatterns {
    let cells = include_str!("../../data/donations.csv").lines().skip(1).map(|line| {
        let fields: Vec<u32> = line.split(',').map(|field| field.trim().parse().unwrap()).collect();
        (history(fields[0], fields[1], fields[2]), fields[3])
    });
    OpportunityPatterns::from_counts(cells, year()).unwrap()
}

#[test]
fn bg_bb_on_the_donations_is_that_of_fader_hardie_and_shang_2010() {
    let data = donations();
    assert_eq!((data.customers(), data.rows().len()), (11_104, 22));
    let fit = Mle::default().fit::<BgBb>(data).unwrap();
    assert_eq!(fit.certificate().verdict, Verdict::Interior);
    for (estimate, printed) in fit.estimates(TimeUnit::Day).iter().zip([1.204, 0.750, 0.657, 2.783]) {
        assert!((estimate.value - printed).abs() < 6e-4, "{estimate}");
        assert!(estimate.standard_error.is_some());
    }
    assert!((fit.log_likelihood(TimeUnit::Day) + 33_225.58).abs() < 5e-3);
    // A probability: the unit of time is not in it. The model carries the time between opportunities.
    assert_eq!(fit.log_likelihood(TimeUnit::Day), fit.log_likelihood(TimeUnit::Year));
    assert_eq!(fit.model().params().every, year());
}

/// Its optimiser stops 1.3e-4 short of the optimum in delta.
#[test]
fn bg_bb_on_the_donations_is_that_of_btyd() {
    let fit = Mle::default().fit::<BgBb>(donations()).unwrap();
    for (estimate, printed) in fit.estimates(TimeUnit::Day).iter().zip(BTYD) {
        assert!(relative_error(estimate.value, printed) < 1.4e-4, "{estimate}");
    }
}

const BTYD: [f64; 4] = [1.203_528, 0.749_726_0, 0.656_780_8, 2.783_796];

/// By Newton's method on the likelihood of the paper in 30 digits.
#[test]
fn bg_bb_on_the_donations_reaches_the_optimum_of_thirty_digits() {
    let fit = Mle::default().fit::<BgBb>(donations()).unwrap();
    let optimum = [
        (1.203_522_351_601_9, 0.069_391_362_388_9),
        (0.749_716_358_172_94, 0.029_447_716_660_4),
        (0.656_718_208_441_83, 0.051_009_858_956_4),
        (2.783_442_232_577_4, 0.320_819_003_043),
    ];
    for (estimate, (value, error)) in fit.estimates(TimeUnit::Day).iter().zip(optimum) {
        assert!(relative_error(estimate.value, value) < 1e-7, "{estimate:?}");
        assert!(relative_error(estimate.standard_error.unwrap(), error) < 1e-6, "{estimate:?}");
    }
    assert!((fit.log_likelihood(TimeUnit::Day) + 33_225.581_274_347).abs() < 1e-8);
}

#[test]
fn log_likelihood_at_the_published_parameters_is_that_of_the_reference() {
    let model = published();
    let own: f64 = donations()
        .rows()
        .iter()
        .map(|row| row.customers as f64 * model.ln_likelihood(&row.history, TimeUnit::Day))
        .sum();
    assert!((own + 33_225.581_754_5).abs() < 5e-8, "{own}");
    let grouped = BgBb::objective(&[1.204, 0.750, 0.657, 2.783], &donations()).value;
    assert!((own - grouped).abs() < 1e-9, "{own} {grouped}");
}

#[test]
fn log_likelihoods_of_the_donors_are_those_of_pymc_marketing() {
    let printed: [(u32, u32, f64); 22] = [
        (6, 6, -2.181_670_188_24),
        (5, 6, -4.294_850_349_29),
        (4, 6, -5.384_733_343_60),
        (3, 6, -5.809_158_816_01),
        (2, 6, -5.651_729_645_25),
        (1, 6, -4.883_701_646_95),
        (5, 5, -3.716_821_274_37),
        (4, 5, -5.095_582_273_43),
        (3, 5, -5.615_768_841_08),
        (2, 5, -5.506_368_933_46),
        (1, 5, -4.767_238_219_04),
        (4, 4, -3.848_296_251_38),
        (3, 4, -5.059_361_478_28),
        (2, 4, -5.195_621_910_19),
        (1, 4, -4.570_709_319_73),
        (3, 3, -3.527_452_578_39),
        (2, 3, -4.516_202_729_62),
        (1, 3, -4.224_659_694_53),
        (2, 2, -3.011_999_247_84),
        (1, 2, -3.588_178_809_28),
        (1, 1, -2.288_828_474_51),
        (0, 0, -1.167_516_223_67),
    ];
    for (repeats, last, printed) in printed {
        let own = fitted().ln_likelihood(&history(repeats, last, 6), TimeUnit::Day);
        assert!((own - printed).abs() < 2e-10, "({repeats}, {last}): {own} {printed}");
    }
}

#[test]
fn expected_gifts_of_a_newcomer_are_those_of_fader_hardie_and_shang_2010() {
    let newcomer = fitted().forecast(&OpportunityHistory::acquired());
    let printed = [0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887];
    for (n, printed) in (1..).zip(printed) {
        let own = newcomer.expected_purchases(years(n));
        assert!((own - printed).abs() <= 5.1e-5, "{n}: {own} {printed}");
    }
}

#[test]
fn probabilities_of_being_alive_one_year_later_are_those_of_fader_hardie_and_shang_2010() {
    let printed =
        [(0, 0, 0.108, 5e-4), (2, 4, 0.59, 5e-3), (1, 6, 0.930, 5e-4), (6, 6, 0.930, 5e-4), (4, 5, 0.697, 5e-4)];
    for (repeats, last, printed, tolerance) in printed {
        let forecast = fitted().forecast(&history(repeats, last, 6));
        let own = forecast.probability_alive_after(year()).get();
        assert!((own - printed).abs() <= tolerance, "({repeats}, {last}): {own} {printed}");
        // At the last opportunity itself everybody who took it is alive.
        assert!(last < 6 || forecast.probability_alive().get() == 1.0);
    }
}

#[test]
fn gifts_expected_in_ten_years_are_those_of_btyd() {
    let expected =
        |model: &BgBb, repeats, last| model.forecast(&history(repeats, last, 6)).expected_purchases(years(10));
    for (repeats, last, fitted, rounded) in [(0, 0, 0.130_216_9, 0.130_103_791_4), (4, 5, 3.627_858, 3.627_077_125)] {
        assert!(relative_error(expected(&bg_bb(BTYD), repeats, last), fitted) < 3e-7);
        assert!(relative_error(expected(&published(), repeats, last), rounded) < 1e-9);
    }
}

#[test]
fn totals_of_sample_and_holdout_are_those_of_the_reference() {
    let total = |model: &BgBb| -> f64 {
        let rows = donations();
        let of = |history| model.forecast(history).expected_purchases(years(5));
        rows.rows().iter().map(|row| row.customers as f64 * of(&row.history)).sum()
    };
    assert!((total(&fitted()) - 12_884.2).abs() < 0.06, "{}", total(&fitted()));
    assert!((total(&published()) - 12_882.3).abs() < 0.06, "{}", total(&published()));
    let cell = |model: &BgBb, count| {
        let newcomer = model.forecast(&OpportunityHistory::acquired());
        11_104.0 * newcomer.probability_of(count, years(6)).get()
    };
    assert!((cell(&fitted(), 0) - 3_454.9).abs() < 0.06, "{}", cell(&fitted(), 0));
    assert!((cell(&fitted(), 6) - 1_253.1).abs() < 0.06, "{}", cell(&fitted(), 6));
    assert!((cell(&published(), 0) - 3_455.8).abs() < 0.06, "{}", cell(&published(), 0));
}

/// The next opportunity is discounted by one period.
#[test]
fn discounted_gifts_of_a_lifetime_are_those_of_btyd() {
    let model = bg_bb([1.20, 0.75, 0.66, 2.78]);
    let rate = DiscountRate::effective_annual(0.1).unwrap();
    for (repeats, last, printed) in [(3, 4, 1.621_379_186), (0, 0, 0.113_878_918_2)] {
        let own = model.forecast(&history(repeats, last, 6)).discounted_purchases(Horizon::Lifetime, rate).unwrap();
        assert!(relative_error(own, printed) < 1e-9, "({repeats}, {last}): {own} {printed}");
    }
}

fn bb(alpha: f64, beta: f64) -> Bb {
    Bb::new(BbParams { alpha, beta, every: year() }).unwrap()
}

/// Beta functions of whole second differences as products.
fn beta_ratio(a: f64, b: f64, up_a: u32, up_b: u32) -> f64 {
    let rise = |x: f64, n: u32| (0..n).map(|k| x + f64::from(k)).product::<f64>();
    rise(a, up_a) * rise(b, up_b) / rise(a + b, up_a + up_b)
}

/// P(count of m opportunities are taken) of a newcomer, by the time of leaving.
fn brute_force(params: BgBbParams, count: u32, m: u32) -> f64 {
    let BgBbParams { alpha, beta, gamma, delta, .. } = params;
    let ways = |n: u32| (0..count).map(|k| f64::from(n - k) / f64::from(k + 1)).product::<f64>();
    let taken = |n: u32| if count > n { 0.0 } else { ways(n) * beta_ratio(alpha, beta, count, n - count) };
    let left: f64 = (0..m).map(|n| beta_ratio(gamma, delta, 1, n) * taken(n)).sum();
    left + beta_ratio(gamma, delta, 0, m) * taken(m)
}

fn params() -> impl Strategy<Value = BgBbParams> {
    let positive = || (-3.0..3.0_f64).prop_map(f64::exp);
    (positive(), positive(), positive(), positive()).prop_map(|(alpha, beta, gamma, delta)| BgBbParams {
        alpha,
        beta,
        gamma,
        delta,
        every: year(),
    })
}

fn any_history() -> impl Strategy<Value = OpportunityHistory> {
    (0_u32..30, any::<u32>(), any::<u32>()).prop_map(|(n, last, repeats)| {
        let last = last % (n + 1);
        history(if last == 0 { 0 } else { 1 + repeats % last }, last, n)
    })
}

fn assert_close(value: f64, expected: f64, what: &str) {
    assert!((value - expected).abs() <= 1e-11 * expected.abs() + 1e-300, "{what}: {value} {expected}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn counts_are_the_sums_over_the_time_of_leaving(params in params(), m in 0_u32..25, count in 0_u32..27) {
        let newcomer = BgBb::new(params).unwrap().forecast(&OpportunityHistory::acquired());
        assert_close(newcomer.probability_of(count, years(m)).get(), brute_force(params, count, m), "count");
        let immortal = Bb::new(BbParams { alpha: params.alpha, beta: params.beta, every: year() }).unwrap();
        let never = brute_force(BgBbParams { gamma: 1e-40, delta: 1e6, ..params }, count, m);
        assert_close(immortal.forecast(&OpportunityHistory::acquired()).probability_of(count, years(m)).get(), never, "BB");
    }

    #[test]
    fn probabilities_of_all_sequences_sum_to_one(params in params(), n in 1_u32..9) {
        let (model, immortal) = (BgBb::new(params).unwrap(), bb(params.alpha, params.beta));
        let (mut sum, mut without_leaving) = (0.0, 0.0);
        for sequence in 0_u32..1 << n {
            let history = history(sequence.count_ones(), 32 - sequence.leading_zeros(), n);
            sum += model.ln_likelihood(&history, TimeUnit::Day).exp();
            without_leaving += immortal.ln_likelihood(&history, TimeUnit::Day).exp();
        }
        assert_close(sum, 1.0, "BG/BB");
        assert_close(without_leaving, 1.0, "BB");
    }

    /// Bayes: the odds that a silent customer lives are those of the two ways to be silent.
    #[test]
    fn forecasts_are_ratios_of_likelihoods(params in params(), history in any_history()) {
        let model = BgBb::new(params).unwrap();
        let forecast = model.forecast(&history);
        let next = |taken: bool| {
            let longer = if taken { history.taken() } else { history.missed() };
            (model.ln_likelihood(&longer.unwrap(), TimeUnit::Day) - model.ln_likelihood(&history, TimeUnit::Day)).exp()
        };
        assert_close(forecast.probability_active(year()).get(), next(true), "active");
        assert_close(forecast.probability_of(1, year()).get(), next(true), "one");
        assert_close(forecast.probability_of(0, year()).get(), next(false), "none");
        assert_close(forecast.expected_purchases(year()), next(true), "expected");
    }

    #[test]
    fn probabilities_of_counts_sum_to_one_and_their_mean_is_the_expectation(
        params in params(), history in any_history(), m in 0_u32..40, from in 0_u32..20,
    ) {
        let forecast = BgBb::new(params).unwrap().forecast(&history);
        let (from, to) = (years(from), years(from + m));
        let counts: Vec<f64> = (0..=m).map(|count| forecast.probability_between(count, from, to).get()).collect();
        assert_close(counts.iter().sum(), 1.0, "sum");
        let mean: f64 = counts.iter().enumerate().map(|(count, probability)| count as f64 * probability).sum();
        let expected = forecast.discounted_between(from, Horizon::Within(to), DiscountRate::ZERO).unwrap();
        prop_assert!((mean - expected).abs() <= 1e-10 * expected + 1e-14, "{mean} {expected}");
        let none = forecast.probability_of(0, to).get();
        prop_assert!((forecast.probability_active(to).get() + none - 1.0).abs() < 1e-12);
        prop_assert_eq!(forecast.probability_between(m + 1, from, to).get(), 0.0);
    }

    #[test]
    fn expectations_add_over_adjoining_windows_and_reach_those_of_a_lifetime(
        params in params(), history in any_history(), m in 1_u32..5_000, force in 1e-4..0.5_f64,
    ) {
        let forecast = BgBb::new(params).unwrap().forecast(&history);
        let rate = DiscountRate::continuous(force, TimeUnit::Year).unwrap();
        let (first, both) = (years(m / 2), years(m));
        let within = |span| forecast.discounted_purchases(Horizon::Within(span), rate).unwrap();
        let later = forecast.discounted_between(first, Horizon::Within(both), rate).unwrap();
        assert_close(within(first) + later, within(both), "two windows");
        let lifetime = forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
        let rest = forecast.discounted_between(both, Horizon::Lifetime, rate).unwrap();
        assert_close(within(both) + rest, lifetime, "window and rest");
        assert_close(within(Span::years(61.0 / force).unwrap()), lifetime, "far horizon");
        prop_assert!(within(both) <= forecast.expected_purchases(both) * (1.0 + 1e-12));
    }

    #[test]
    fn likelihood_of_one_history_is_that_of_its_pattern(params in params(), history in any_history()) {
        let data = OpportunityPatterns::from_counts([(history, 3)], year()).unwrap();
        let model = BgBb::new(params).unwrap();
        let grouped = BgBb::objective(&[params.alpha, params.beta, params.gamma, params.delta], &data).value;
        assert!((grouped - 3.0 * model.ln_likelihood(&history, TimeUnit::Day)).abs() < 1e-11 * grouped.abs().max(1.0));
        let grouped = Bb::objective(&[params.alpha, params.beta], &data).value;
        let own = bb(params.alpha, params.beta).ln_likelihood(&history, TimeUnit::Day);
        assert!((grouped - 3.0 * own).abs() < 1e-11 * grouped.abs().max(1.0));
    }
}

#[test]
fn customers_who_never_leave_are_those_of_the_beta_binomial() {
    let never = bg_bb([1.2, 0.7, 1e-6, 1e6]).forecast(&history(3, 5, 6));
    let bb = bb(1.2, 0.7).forecast(&history(3, 5, 6));
    assert_eq!(bb.probability_alive().get(), 1.0);
    assert!(relative_error(never.expected_purchases(years(9)), bb.expected_purchases(years(9))) < 1e-9);
    assert!(relative_error(bb.expected_purchases(years(9)), 9.0 * 4.2 / 7.9) < 1e-14);
    assert!(relative_error(never.probability_of(4, years(9)).get(), bb.probability_of(4, years(9)).get()) < 1e-9);
    assert_eq!(bb.given_alive().any_purchase(Horizon::Lifetime), 1.0);
    let rate = DiscountRate::effective_annual(0.1).unwrap();
    let lifetime = bb.discounted_purchases(Horizon::Lifetime, rate).unwrap();
    assert!(relative_error(lifetime, 10.0 * 4.2 / 7.9) < 1e-12, "{lifetime}");
}

#[test]
fn bb_on_the_donations_is_less_likely_than_bg_bb() {
    let nobody_leaves = Mle::default().fit::<Bb>(donations()).unwrap();
    assert!(nobody_leaves.is_interior());
    assert!(nobody_leaves.log_likelihood(TimeUnit::Day) < -33_225.58 - 1_000.0);
}

#[test]
fn simulated_donors_give_as_often_as_forecasts_say() {
    let model = fitted();
    let (cut, end) = (years(6), years(11));
    let before = simulate(&model, cut, 20_000, Seed::new(5));
    let after = simulate(&model, end, 20_000, Seed::new(5));
    let (mut expected, mut actual, mut square) = (0.0, 0.0, 0.0);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((before.opportunities(), after.opportunities()), (6, 11));
        let forecast = model.forecast(before).expected_purchases(years(5));
        let taken = f64::from(after.repeats() - before.repeats());
        (expected, actual, square) = (expected + forecast, actual + taken, square + (taken - forecast).powi(2));
    }
    assert!((actual - expected).abs() < 4.0 * square.sqrt(), "{actual} {expected} ± {}", square.sqrt());
    let newcomer = model.forecast(&OpportunityHistory::acquired());
    for count in 0..=6 {
        let seen = before.iter().filter(|history| history.repeats() == count).count() as f64;
        let p = newcomer.probability_of(count, cut).get();
        assert!((seen - 20_000.0 * p).abs() < 4.0 * (20_000.0 * p).sqrt(), "{count}: {seen} {}", 20_000.0 * p);
    }
    let data = OpportunityPatterns::new(before, year()).unwrap();
    let fit = Mle::default().fit::<BgBb>(data).unwrap();
    for (estimate, truth) in fit.estimates(TimeUnit::Day).iter().zip([1.2035, 0.7497, 0.6567, 2.7834]) {
        assert!((estimate.value - truth).abs() < 4.0 * estimate.standard_error.unwrap(), "{estimate} {truth}");
    }
}

#[test]
fn a_span_of_whole_opportunities_holds_them_all_whatever_its_rounding() {
    let every = Span::days(0.1).unwrap();
    let bb = Bb::new(BbParams { alpha: 1.0, beta: 1.0, every }).unwrap().forecast(&OpportunityHistory::acquired());
    let mut span = Span::ZERO;
    for count in 0..2_000 {
        assert_eq!(bb.expected_purchases(span), 0.5 * f64::from(count));
        let short = Span::days((span.as_days() - 1e-6).max(0.0)).unwrap();
        assert_eq!(bb.expected_purchases(short), 0.5 * f64::from(count - 1).max(0.0));
        span = span.checked_add(every).unwrap();
    }
}

#[test]
fn spend_values_the_gifts_to_come() {
    let v = ExpectedMoney::new(15.44, Currency::USD).unwrap();
    let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v }).unwrap().newcomer();
    let discount = DiscountRate::effective_annual(0.1).unwrap();
    let valuation = Valuation { horizon: Horizon::Lifetime, discount, margin: Margin::new(0.5).unwrap() };
    let forecast = bg_bb([1.20, 0.75, 0.66, 2.78]).forecast(&history(3, 4, 6));
    let value = valuation.value(&forecast, &spend).unwrap();
    assert!(relative_error(value.discounted_purchases, 1.621_379_186) < 1e-9);
    // After six years γ = 0.66 is still below 1: who is loyal gives for ever.
    assert!(value.expected_purchases.is_infinite());
    let expected = 0.5 * 1.621_379_186 * spend.mean().unwrap().amount();
    assert!(relative_error(value.residual.amount(), expected) < 1e-9);
}

#[test]
fn opportunities_that_cannot_be_are_refused_by_name() {
    let error = |repeats, last, all| OpportunityHistory::new(repeats, last, all).unwrap_err();
    assert_eq!(error(1, 7, 6), HistoryError::LastExceedsOpportunities { last: 7, opportunities: 6 });
    assert_eq!(error(4, 3, 6), HistoryError::RepeatsExceedLast { repeats: 4, last: 3 });
    assert_eq!(error(0, 3, 6), HistoryError::LastWithoutRepeat { last: 3 });
    assert_eq!(error(1, 0, 6), HistoryError::RepeatsExceedLast { repeats: 1, last: 0 });
    assert_eq!(error(1, 1, 1_000_000), HistoryError::TooLong);
    assert_eq!(error(0, 7, 6).to_string(), "opportunity 7 was taken but there were 6");
    assert_eq!(history(1, 1, 999_999).missed(), Err(HistoryError::TooLong));
    let error = OpportunityPatterns::new([history(1, 1, 2)], Span::ZERO).unwrap_err();
    assert_eq!(
        error.to_string(),
        "time from one opportunity to the next in days is 0, expected a number from 0.000001 to 1000000"
    );
    let never = BgBbParams { alpha: 1.0, beta: 1.0, gamma: 1.0, delta: 1.0, every: Span::ZERO };
    assert_eq!(BgBb::new(never).unwrap_err().parameter, "every");
    assert_eq!(BgBb::new(BgBbParams { gamma: f64::NAN, every: year(), ..never }).unwrap_err().parameter, "gamma");
}

#[test]
fn data_that_tell_nothing_are_refused_and_degenerate_ones_end_at_an_edge() {
    let fit = |counts: &[(OpportunityHistory, u32)]| {
        Mle::default().fit::<BgBb>(OpportunityPatterns::from_counts(counts.iter().copied(), year()).unwrap())
    };
    assert_eq!(fit(&[]).unwrap_err(), FitError::Data(DataError::NoCustomers));
    assert_eq!(fit(&[(history(0, 0, 0), 5)]).unwrap_err(), FitError::Data(DataError::NoRepeats { customers: 5 }));
    assert_eq!(fit(&[(history(0, 0, 6), 5)]).unwrap_err(), FitError::Data(DataError::NoRepeats { customers: 5 }));
    for counts in [
        vec![(history(6, 6, 6), 50)],
        vec![(history(3, 6, 6), 1)],
        vec![(history(0, 0, 6), 50), (history(1, 1, 6), 50)],
        vec![(history(1, 1, 1), 3), (history(0, 0, 1), 2)],
        vec![(history(1, 400, 9_000), 1), (history(1, 1, 2), 1)],
    ] {
        let fit = fit(&counts).unwrap();
        assert!(!fit.is_interior(), "{counts:?} {:?}", fit.certificate());
        assert!(fit.log_likelihood(TimeUnit::Day).is_finite());
    }
    // Chances alike for all.
    let fit = Mle::default().fit::<Bb>(OpportunityPatterns::new([history(1, 1, 1), history(0, 0, 1)], year()).unwrap());
    assert!(!fit.unwrap().is_interior());
}

#[test]
fn fits_do_not_depend_on_the_order_of_donors() {
    let mut cells: Vec<_> = donations().rows().iter().map(|row| (row.history, row.customers as u32)).collect();
    let first = Mle::default().fit::<BgBb>(donations()).unwrap();
    cells.reverse();
    cells.push((history(1, 1, 6), 0));
    let again = OpportunityPatterns::from_counts(cells, year()).unwrap();
    assert_eq!(again, donations());
    assert_eq!(Mle::default().fit::<BgBb>(again).unwrap(), first);
}

#[cfg(feature = "serde")]
#[test]
fn histories_and_models_are_read_through_the_checks() {
    let mut json = serde_json::to_value(history(2, 3, 6)).unwrap();
    assert_eq!(serde_json::from_value::<OpportunityHistory>(json.clone()).unwrap(), history(2, 3, 6));
    json["last"] = 7.into();
    assert!(serde_json::from_value::<OpportunityHistory>(json).is_err());
    let mut json = serde_json::to_value(fitted()).unwrap();
    assert_eq!(serde_json::from_value::<BgBb>(json.clone()).unwrap(), fitted());
    json["every"]["days"] = 0.into();
    let message = serde_json::from_value::<BgBb>(json).unwrap_err().to_string();
    assert!(message.contains("BG/BB parameter every is 0"), "{message}");
}

/// Parameters, and ten predictions of a newcomer.
const OF_NEWCOMERS: [([f64; 4], [f64; 10]); 7] = [
    (
        [1.2, 0.75, 0.66, 2.78],
        [
            30.784_494_551_276_545,
            41_074.039_176_403_52,
            2.598_762_072_027_129_4,
            147.760_620_656_856_42,
            0.711_255_544_164_078_8,
            0.711_258_096_556_018_8,
            0.061_677_994_244_836_18,
            0.288_741_905_342_507_5,
            0.001_761_250_712_927_853_7,
            2.269_618_664_489_985_3e-08,
        ],
    ),
    (
        [0.01, 30.0, 0.05, 0.02],
        [
            0.069_172_669_116_915_43,
            24_544_828.875_546_93,
            0.000_808_395_439_643_221_7,
            5.384_317_346_559_426,
            0.007_711_387_830_843_7,
            0.013_960_122_903_856_466,
            0.000_101_182_221_144_079_38,
            0.986_482_278_617_969_9,
            4.500_968_117_698_696_4e-05,
            0.069_976_079_882_759_11,
        ],
    ),
    (
        [200.0, 3.0, 40.0, 10_000.0],
        [
            246.437_554_924_919_06,
            252.620_942_276_114_7,
            8.990_268_023_367_921,
            251.955_359_878_119_65,
            0.995_956_125_171_374,
            0.995_956_125_171_374,
            0.003_993_804_195_734_338,
            0.004_043_874_828_626_045,
            0.003_425_998_445_678_431,
            1.081e-320,
        ],
    ),
    (
        [5.0, 100_000.0, 0.001, 0.001],
        [
            0.024_837_219_233_325_943,
            24_327_820.068_252_19,
            0.000_237_138_590_450_435_34,
            2.471_254_928_588_959,
            0.024_110_245_673_194_52,
            0.403_134_010_307_512_8,
            4.237_504_252_337_074_6e-10,
            0.638_106_618_813_348_6,
            5.968_335_876_965_475e-22,
            0.486_094_148_455_927_47,
        ],
    ),
    (
        [100_000.0, 100_000.0, 1.0, 1.0],
        [
            3.243_234_930_774_673,
            13.604_118_390_415_792,
            0.799_774_088_780_340_5,
            5.256_522_797_423_18,
            0.386_294_018_478_880_5,
            0.386_294_018_478_880_5,
            0.037_393_930_466_533_61,
            0.613_705_981_521_119_4,
            0.000_304_599_634_355_854_64,
            9.999_999_999_99e-13,
        ],
    ),
    (
        [0.5, 0.5, 1_000.0, 100_000.0],
        [
            50.047_516_736_301_26,
            50.050_050_050_050_05,
            4.302_123_450_961_544,
            49.999_449_703_357_11,
            0.900_508_555_427_468,
            0.900_508_595_033_169_4,
            0.041_185_215_121_310_605,
            0.099_491_404_966_830_63,
            0.005_941_773_523_850_975,
            0.0,
        ],
    ),
    (
        [2.0, 7.0, 100_000.0, 0.5],
        [
            1.111_122_222_333_334_3e-06,
            1.111_122_222_333_334_3e-06,
            1.005_383_527_627_749_2e-06,
            1.111_111_110_999_997_9e-06,
            1.111_117_222_228_787_7e-06,
            1.111_117_222_228_787_7e-06,
            4.545_462_119_828_082e-17,
            0.999_998_888_882_777_8,
            7.836_171_110_860_444e-161,
            0.0,
        ],
    ),
];

/// By mpmath in 40 digits: closed forms of the paper, and sums term by term.
#[test]
fn predictions_match_forty_digits_from_rare_to_certain_and_over_a_trillion_opportunities() {
    for (params, expected) in OF_NEWCOMERS {
        let newcomer = bg_bb(params).forecast(&OpportunityHistory::acquired());
        let long = |count: f64| Span::days(count * year().as_days()).unwrap();
        let force = |force: f64| DiscountRate::continuous(force, TimeUnit::Year).unwrap();
        let days = BgBb::new(BgBbParams { every: Span::whole_days(1), ..bg_bb(params).params() }).unwrap();
        let daily = days.forecast(&OpportunityHistory::acquired());
        let trillion = Span::days(1e12).unwrap();
        let own = [
            newcomer.expected_purchases(long(1e3)),
            daily.expected_purchases(trillion),
            newcomer.discounted_purchases(Horizon::Lifetime, force(0.1)).unwrap(),
            newcomer.discounted_purchases(Horizon::Lifetime, force(1e-5)).unwrap(),
            newcomer.probability_active(long(1e3)).get(),
            newcomer.probability_active(long(4e4)).get(),
            newcomer.probability_of(3, long(30.0)).get(),
            newcomer.probability_of(0, long(3e4)).get(),
            newcomer.probability_of(40, long(3e4)).get(),
            daily.probability_alive_after(trillion).get(),
        ];
        for (index, (own, expected)) in own.into_iter().zip(expected).enumerate() {
            let fine = relative_error(own, expected) < 1e-11 || (expected < 1e-250 && own < 1e-249);
            assert!(fine, "{params:?} {index}: {own:e} {expected:e}");
        }
    }
}

/// P(count of m opportunities are taken) of a newcomer, term by term in logarithms.
fn term_by_term(params: BgBbParams, count: u32, m: u32) -> f64 {
    let BgBbParams { alpha, beta, gamma, delta, .. } = params;
    let c = f64::from(count);
    // S(j) BB(count; j), first at j = count.
    let first = |k: u32| {
        let k = f64::from(k);
        ((alpha + k) / (alpha + beta + k)).ln() + ((delta + k) / (gamma + delta + k)).ln()
    };
    let (mut ln_term, mut sum) = ((0..count).map(first).sum::<f64>(), 0.0);
    for j in (count..m).map(f64::from) {
        sum += ln_term.exp() * gamma / (gamma + delta + j);
        let chance = (j + 1.0) / (j + 1.0 - c) * ((beta + j - c) / (alpha + beta + j));
        ln_term += (chance * (delta + j) / (gamma + delta + j)).ln();
    }
    sum + ln_term.exp()
}

#[test]
fn counts_of_two_million_opportunities_are_the_sums_of_their_terms() {
    for (params, counts) in [
        ([1.2, 0.75, 0.66, 2.78], [1, 30, 3_000, 400_000]),
        ([0.01, 30.0, 0.05, 0.02], [1, 5, 100, 3_000]),
        ([20.0, 3e4, 0.4, 1e4], [0, 30, 600, 3_000]),
        ([3e5, 6e5, 0.5, 100.0], [3, 3_000, 30_000, 90_000]),
        ([3.0, 5.0, 2.0, 100.0], [0, 40, 2_000, 1_000_000]),
    ] {
        let model = bg_bb(params);
        let newcomer = model.forecast(&OpportunityHistory::acquired());
        for count in counts {
            let own = newcomer.probability_of(count, years(2_000_000)).get();
            let expected = term_by_term(model.params(), count, 2_000_000);
            assert!(relative_error(own, expected) < 1e-8, "{params:?} {count}: {own:e} {expected:e}");
        }
    }
}

#[test]
fn counts_over_a_trillion_opportunities_are_probabilities() {
    for params in [[1.2, 0.75, 0.66, 2.78], [0.01, 30.0, 0.05, 0.02], [20.0, 3e4, 0.4, 1e4], [3.0, 5.0, 2.0, 100.0]] {
        let model = BgBb::new(BgBbParams { every: Span::whole_days(1), ..bg_bb(params).params() }).unwrap();
        let newcomer = model.forecast(&OpportunityHistory::acquired());
        let trillion = Span::days(1e12).unwrap();
        let none = newcomer.probability_of(0, trillion).get();
        let any = newcomer.probability_active(trillion).get();
        assert!((none + any - 1.0).abs() < 1e-12, "{params:?} {none} {any}");
        let ever = newcomer.given_alive().any_purchase(Horizon::Lifetime);
        assert!(ever >= any * (1.0 - 1e-12) && ever <= 1.0 + 1e-12);
        for count in [1, 3_000, 4_000_000_000] {
            let whole = newcomer.probability_of(count, trillion).get();
            assert!((0.0..=1.0).contains(&whole), "{params:?} {count}");
        }
    }
}

/// Customers who leave at once but for one in 1e9, seen never to return: that is all but certain, and no more than certain.
#[test]
fn data_that_are_all_but_certain_are_no_likelier_than_certain() {
    for (params, opportunities) in [
        ([2.214_615_501_914_387e-5, 1.0, 38_128.444_108_858_59, 6.809_959_932_755_337e-6], 10),
        ([1.641_035_529_304_222_3e-4, 424.877_785_128_283_34, 14_133.615_059_788_859, 9.296_215_552_996_047e-5], 26),
    ] {
        let own = bg_bb(params).ln_likelihood(&OpportunityHistory::new(0, 0, opportunities).unwrap(), TimeUnit::Day);
        assert!((-1e-12..=0.0).contains(&own), "{params:?} {own:e}");
    }
}

/// Mostly numbers over the whole legal range of a parameter or a time.
fn anything() -> impl Strategy<Value = f64> {
    let legal = || (-6.0..6.0_f64).prop_map(|exponent| 10_f64.powf(exponent));
    prop_oneof![20 => legal(), 1 => any::<f64>(), 1 => prop_oneof![Just(0.0), Just(f64::NAN), Just(1e-6), Just(1e6)]]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_numbers_never_panic_in_discrete_time(
        numbers in [anything(), anything(), anything(), anything()],
        every in -6.0..6.0_f64, within in -6.0..12.0_f64, history in any_history(), force in anything(), count in 0_u32..3_000,
    ) {
        let [alpha, beta, gamma, delta] = numbers;
        let (every, within) = (Span::days(10_f64.powf(every)).unwrap(), Span::days(10_f64.powf(within)).unwrap());
        let Ok(rate) = DiscountRate::continuous(force, TimeUnit::Day) else { return Ok(()) };
        if let Ok(model) = BgBb::new(BgBbParams { alpha, beta, gamma, delta, every }) {
            prop_assert!(model.ln_likelihood(&history, TimeUnit::Day) <= 0.0);
            crate::contract::exercise(&model.forecast(&history), within, rate, count);
        }
        if let Ok(model) = Bb::new(BbParams { alpha, beta, every }) {
            crate::contract::exercise(&model.forecast(&history), within, rate, count);
        }
    }
}
