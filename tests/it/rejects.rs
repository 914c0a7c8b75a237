//! Bad input and degenerate data: each case by name, with the exact error or result.

use customer_value::lifetime::Likelihood;
use customer_value::{
    BetaGeometricParams, BgNbd, Cohort, CountModel, Currency, DiscountRate, ExpectedMoney, FitError, Forecast,
    ForecastError, GammaGamma, GammaGammaParams, HistoryError, Horizon, Margin, MbgNbd, Mle, Money, MoneyError, Nbd,
    NbdParams, Patterns, PurchaseHistory, Span, SpendError, SpendHistory, SummaryRow, TimeUnit, Timing, Valuation,
    ValuationError, Verdict,
    lifetime::{DataError, Process},
};
use proptest::prelude::*;

use crate::shared::{bg_nbd, history, nbd};

fn days(count: f64) -> Span {
    Span::days(count).unwrap()
}

fn spend_model(q: f64) -> GammaGamma {
    let v = ExpectedMoney::new(15.44, Currency::USD).unwrap();
    GammaGamma::new(GammaGammaParams { p: 6.25, q, v }).unwrap()
}

#[test]
fn nan_and_infinite_parameters_are_refused_by_name() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 1e7] {
        let error = BgNbd::new(BetaGeometricParams { r: 0.2, alpha: days(30.0), a: bad, b: 2.0 }).unwrap_err();
        assert_eq!((error.model, &*error.parameter), ("BG/NBD", "a"));
        assert_eq!(error.value.to_bits(), bad.to_bits());
    }
    let error = Nbd::new(NbdParams { r: 1.0, alpha: Span::ZERO }).unwrap_err();
    assert_eq!(error.to_string(), "NBD parameter alpha is 0, expected a number from 1e-6 to 1e6 (times in days)");
    let v = ExpectedMoney::new(-3.0, Currency::USD).unwrap();
    assert_eq!(GammaGamma::new(GammaGammaParams { p: 1.0, q: 1.0, v }).unwrap_err().parameter, "v");
}

#[test]
fn a_repeat_purchase_without_age_is_refused() {
    let error = PurchaseHistory::new(1, Span::ZERO, Span::ZERO).unwrap_err();
    assert_eq!(error, HistoryError::RepeatWithoutRecency { repeats: 1 });
}

#[test]
fn a_recency_beyond_the_age_is_refused() {
    let error = PurchaseHistory::new(2, days(10.0), days(9.0)).unwrap_err();
    assert_eq!(error, HistoryError::RecencyExceedsAge { recency: days(10.0), age: days(9.0) });
    assert_eq!(error.to_string(), "recency 10 days exceeds age 9 days");
}

#[test]
fn a_recency_without_a_repeat_purchase_is_refused() {
    let error = PurchaseHistory::new(0, days(3.0), days(9.0)).unwrap_err();
    assert_eq!(error, HistoryError::RecencyWithoutRepeat { recency: days(3.0) });
}

#[test]
fn an_empty_cohort_has_forecasts_of_nobody_and_no_fit() {
    let empty = Cohort::<u32>::from_summaries([], TimeUnit::Day).unwrap();
    let error = Mle::default().fit::<BgNbd>(&empty).unwrap_err();
    assert_eq!(error, FitError::Data(DataError::NoCustomers));
    assert_eq!(Mle::default().fit::<GammaGamma>(&empty).unwrap_err(), FitError::Data(DataError::NoSpend));
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let all = empty.forecast(&model);
    assert!(all.probability_alive().is_empty() && all.expected_purchases(days(9.0)).is_empty());
    assert_eq!(all.iter().len(), 0);
}

#[test]
fn all_frequencies_zero_identify_no_rate() {
    let histories = [history(0, 0.0, 10.0), history(0, 0.0, 20.0)];
    let nothing = FitError::Data(DataError::NoRepeats { customers: 2 });
    assert_eq!(Mle::default().fit::<BgNbd>(&histories[..]).unwrap_err(), nothing);
    assert_eq!(Mle::default().fit::<MbgNbd>(&histories[..]).unwrap_err(), nothing);
    assert_eq!(Mle::default().fit::<Nbd>(&histories[..]).unwrap_err(), nothing);
}

#[test]
fn one_customer_lies_on_the_boundary_without_standard_errors() {
    let fit = Mle::default().fit::<Nbd>(&[history(3, 20.0, 30.0)][..]).unwrap();
    // One customer shows a rate but no spread of rates: r and alpha grow together without end.
    let Verdict::Boundary { parameters, .. } = &fit.certificate().verdict else { panic!("{:?}", fit.certificate()) };
    assert!(!parameters.is_empty());
    assert_eq!(fit.ln_covariance(), None);
    assert!(fit.estimates(TimeUnit::Week).iter().all(|estimate| estimate.standard_error.is_none()));
    let rate = fit.estimates(TimeUnit::Week)[0].value / fit.estimates(TimeUnit::Week)[1].value;
    assert!((rate - 3.0 / 30.0).abs() < 1e-4, "{rate}");
}

#[test]
fn a_search_cut_short_is_an_error_that_holds_the_last_point() {
    let histories = [history(3, 20.0, 30.0), history(0, 0.0, 30.0), history(1, 5.0, 28.0)];
    match (Mle { most_evaluations: 2 }).fit::<BgNbd>(&histories[..]).unwrap_err() {
        FitError::NotConverged { evaluations, last, gradient } => {
            // Two from every start.
            assert!(evaluations >= 4 && evaluations % 2 == 0, "{evaluations}");
            assert_eq!((last.len(), gradient.len()), (4, 4));
            assert!(last.iter().all(|(_, value)| *value > 0.0));
            assert_eq!(last[1].0, "alpha");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn equal_histories_a_millionfold_are_one_row() {
    let patterns = Patterns::from(&vec![history(2, 3.0, 9.0); 1_000_000][..]);
    assert_eq!(patterns.rows().len(), 1);
    assert_eq!(patterns.customers(), 1_000_000);
    assert_eq!(patterns.repeats(), 2_000_000);
}

#[test]
fn a_customer_with_almost_a_billion_purchases_is_no_burden() {
    let busy = PurchaseHistory::new(999_999_999, days(9_999.0), days(10_000.0)).unwrap();
    assert_eq!(PurchaseHistory::new(1_000_000_000, days(9.0), days(9.0)), Err(HistoryError::TooLong));
    let patterns = Patterns::from_counts([(busy, 2), (history(1, 3.0, 9.0), 5)]);
    assert_eq!(patterns.repeats(), 2 * 999_999_999 + 5);
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let forecast = model.forecast(&busy);
    // A day without a purchase is 1e5 gaps: gone with all but certainty.
    assert!(forecast.log_odds_alive() < -90_000.0);
    assert!(forecast.expected_purchases(days(365.0)).abs() < 1e-300);
    let alive = forecast.given_alive().expected_purchases(days(1.0));
    assert!((alive / 1e5 - 1.0).abs() < 1e-2, "{alive}");
}

#[test]
fn repeat_buyers_whom_a_sample_of_the_rows_misses_still_count() {
    // Rows 0 to 40,000 bought once, each at an age of its own; the three repeat buyers follow. Every 16th row holds none.
    let once =
        (0..=40_000_u32).map(|age| PurchaseHistory::new(0, Span::ZERO, days(100.0 + f64::from(age) / 400.0)).unwrap());
    let back = [(1, 30.0), (2, 60.0), (5, 90.0)]
        .map(|(x, recency)| PurchaseHistory::new(x, days(recency), days(150.0)).unwrap());
    let histories: Vec<PurchaseHistory> = once.chain(back).collect();
    let fit = Mle::default().fit::<Nbd>(&histories).unwrap();
    // Eight repeat purchases in about 40,000 · 150 customer days.
    let customer_days: f64 = histories.iter().map(|history| history.age().as_days()).sum();
    let estimates = fit.estimates(TimeUnit::Day);
    let rate = estimates[0].value / estimates[1].value;
    assert!((rate * customer_days / 8.0 - 1.0).abs() < 0.01, "{rate} {:?}", fit.certificate());
}

#[test]
fn counts_of_zero_leave_no_row() {
    let patterns = Patterns::from_counts([(history(2, 3.0, 9.0), 0)]);
    assert!(patterns.rows().is_empty());
    assert_eq!(patterns.customers(), 0);
}

#[test]
fn spend_without_a_finite_mean_is_an_outcome_and_never_negative() {
    let unknown = SpendHistory::new(0, Money::zero(Currency::USD)).unwrap();
    for q in [0.5, 1.0] {
        let error = spend_model(q).forecast(&unknown).unwrap().mean().unwrap_err();
        assert_eq!(error, SpendError::NoFiniteMean { q });
    }
    let known = SpendHistory::from_mean(1, Money::from_minor(2_000, Currency::USD)).unwrap();
    assert!(spend_model(0.5).forecast(&known).unwrap().mean().unwrap().amount() > 0.0);
    assert_eq!(spend_model(2.0).newcomer().variance_of_mean(), Err(SpendError::NoFiniteVariance { q: 2.0 }));
}

#[test]
fn spend_in_another_currency_is_refused() {
    let euros = SpendHistory::from_mean(1, Money::from_minor(2_000, Currency::EUR)).unwrap();
    let error = spend_model(3.0).forecast(&euros).unwrap_err();
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(error, SpendError::Money(mismatch));
}

#[test]
fn customers_who_paid_nothing_are_left_out_of_the_spend_model_and_counted() {
    use customer_value::lifetime::SpendPatterns;
    let free = SpendHistory::new(3, Money::zero(Currency::USD)).unwrap();
    let once = SpendHistory::new(0, Money::zero(Currency::USD)).unwrap();
    let paid = SpendHistory::from_mean(1, Money::from_minor(2_000, Currency::USD)).unwrap();
    assert_eq!(SpendPatterns::from(&[free, once, paid][..]).left_out(), 2);
}

#[test]
fn a_lifetime_without_discounting_diverges_by_name() {
    let forecast = nbd([0.4, 12.0]).forecast(&history(2, 3.0, 9.0));
    let endless = forecast.discounted_purchases(Horizon::Lifetime, DiscountRate::ZERO);
    assert_eq!(endless, Err(ForecastError::Diverges));
    let leaving = bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&history(2, 3.0, 9.0));
    assert_eq!(leaving.discounted_purchases(Horizon::Lifetime, DiscountRate::ZERO), Err(ForecastError::Diverges));
    // For a > 1 it is E 1/p, with b + x = 4.5 and a = 1.5: (a + b + x − 1)/(a − 1) = 10, times P(alive).
    let finite = bg_nbd([0.243, 4.414, 1.5, 2.5]).forecast(&history(2, 9.0, 9.0));
    let purchases = finite.discounted_purchases(Horizon::Lifetime, DiscountRate::ZERO).unwrap();
    assert!((purchases / finite.probability_alive().get() - 10.0).abs() < 1e-12);
}

fn valuation(horizon: Horizon) -> Valuation {
    Valuation { horizon, discount: DiscountRate::effective_annual(0.1).unwrap(), margin: Margin::new(0.3).unwrap() }
}

fn forecast() -> Forecast<customer_value::lifetime::BetaGeometricProcess> {
    bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&history(2, 30.43, 38.86))
}

#[test]
fn periods_that_do_not_ascend_or_pass_the_horizon_are_refused() {
    let spend = spend_model(3.74).newcomer();
    let valuation = valuation(Horizon::Within(days(100.0)));
    let path = |ends: &[Span]| valuation.path(&forecast(), &spend, ends, Timing::PeriodEnd);
    let error = path(&[days(10.0), days(10.0)]).unwrap_err();
    assert_eq!(error, ValuationError::PeriodsNotAscending { index: 1, end: days(10.0) });
    let error = path(&[days(10.0), days(101.0)]).unwrap_err();
    assert_eq!(error, ValuationError::PeriodBeyondHorizon { index: 1, end: days(101.0) });
    assert_eq!(path(&[]), Ok(Vec::new()));
}

#[test]
fn a_path_adds_up_to_the_value_and_timing_orders_it() {
    let spend = spend_model(3.74).newcomer();
    let ends = customer_value::Day::new(1997, 9, 30).unwrap().month_ends(12).unwrap();
    let valuation = valuation(Horizon::Within(ends[11]));
    let whole = valuation.value(&forecast(), &spend).unwrap();
    let total = |timing| -> f64 {
        let path = valuation.path(&forecast(), &spend, &ends, timing).unwrap();
        path.iter().map(|period| period.value.amount()).sum()
    };
    assert!((total(Timing::Continuous) / whole.residual.amount() - 1.0).abs() < 1e-12);
    assert!(total(Timing::PeriodStart) > total(Timing::PeriodMiddle));
    assert!(total(Timing::PeriodMiddle) > total(Timing::PeriodEnd));
    assert!((total(Timing::PeriodMiddle) / total(Timing::Continuous) - 1.0).abs() < 1e-4);
}

#[test]
fn parts_of_a_value_multiply_to_it_and_past_and_future_stay_apart() {
    let value = valuation(Horizon::Lifetime).value(&forecast(), &spend_model(3.74).newcomer()).unwrap();
    let product = 0.3 * value.discounted_purchases * value.spend_per_purchase.amount();
    assert!((value.residual.amount() / product - 1.0).abs() < 1e-14);
    // BG/NBD with a < 1 and no horizon: infinitely many purchases, of finite discounted value.
    assert!(value.expected_purchases.is_infinite());
    let total = value.with_realised(Money::from_minor(10_000, Currency::USD)).unwrap();
    assert!((total.realised.amount() - 30.0).abs() < 1e-12);
    assert_eq!(total.total, total.realised.checked_add(total.residual).unwrap());
    assert!(value.with_realised(Money::from_minor(1, Currency::EUR)).is_err());
    let with_first = value.including_acquiring_purchase().unwrap();
    let first = with_first.residual.amount() - value.residual.amount();
    assert!((first - 0.3 * value.spend_per_purchase.amount()).abs() < 1e-12);
}

#[test]
fn a_cohort_names_the_customer_whose_value_is_infinite() {
    let mean = Money::from_minor(2_000, Currency::USD);
    let rows = [
        SummaryRow { id: 1, repeats: 1, recency: 3.0, age: 9.0, mean_spend: Some((1, mean)) },
        SummaryRow { id: 2, repeats: 0, recency: 0.0, age: 9.0, mean_spend: None },
    ];
    let cohort = Cohort::from_summaries(rows, TimeUnit::Week).unwrap();
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let error = cohort.forecast(&model).values(&valuation(Horizon::Within(days(9.0))), &spend_model(0.9)).unwrap_err();
    let source = Box::new(ValuationError::Spend(SpendError::NoFiniteMean { q: 0.9 }));
    assert_eq!(error, ValuationError::Customer { index: 1, source });
}

#[test]
fn a_cohort_without_spend_has_no_values() {
    let row = SummaryRow { id: 1, repeats: 1, recency: 3.0, age: 9.0, mean_spend: None };
    let cohort = Cohort::from_summaries([row], TimeUnit::Week).unwrap();
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let values = cohort.forecast(&model).values(&valuation(Horizon::Within(days(9.0))), &spend_model(3.74));
    assert_eq!(values, Err(ValuationError::NoSpend));
}

/// Mostly numbers over the whole legal range of a parameter or time, sometimes anything at all.
fn anything() -> impl Strategy<Value = f64> {
    let legal = || (-6.0..6.0_f64).prop_map(|exponent| 10_f64.powf(exponent));
    prop_oneof![
        20 => legal(),
        1 => any::<f64>(),
        1 => prop_oneof![Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(1e-6), Just(1e6)],
    ]
}

/// A history over the whole legal range.
fn any_history() -> impl Strategy<Value = PurchaseHistory> {
    let repeats = prop_oneof![0_u32..5, 0_u32..5_000, 0_u32..999_999_999];
    let end = (-14.0..12.0_f64).prop_map(|exponent| 10_f64.powf(exponent));
    (repeats, 1e-12..=1.0_f64, end).prop_filter_map("recency underflows", |(repeats, share, end)| {
        let recency = if repeats == 0 { 0.0 } else { share * end };
        PurchaseHistory::new(repeats, Span::days(recency).ok()?, Span::days(end).ok()?).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn arbitrary_numbers_never_panic_in_the_lifetime_half(
        parameters in [anything(), anything(), anything(), anything()],
        history in any_history(),
        within in anything(),
        force in anything(),
        count in 0_u32..3_000,
    ) {
        let [r, alpha, a, b] = parameters;
        let (Ok(alpha), Ok(within)) = (Span::days(alpha), Span::days(within)) else { return Ok(()) };
        let Ok(rate) = DiscountRate::continuous(force, TimeUnit::Day) else { return Ok(()) };
        if let Ok(model) = Nbd::new(NbdParams { r, alpha }) {
            exercise(&model, &history, within, rate, count);
        }
        let params = BetaGeometricParams { r, alpha, a, b };
        if let (Ok(bg), Ok(mbg)) = (BgNbd::new(params), MbgNbd::new(params)) {
            exercise(&bg, &history, within, rate, count);
            exercise(&mbg, &history, within, rate, count);
        }
    }

    #[test]
    fn few_arbitrary_customers_are_fitted_or_refused(
        histories in prop::collection::vec(any_history(), 0..6),
        cents in prop::collection::vec((0_u32..6, 0_i64..1_000_000), 0..6),
    ) {
        let verdicts = [
            Mle::default().fit::<Nbd>(&histories).map(|fit| fit.log_likelihood(TimeUnit::Day)),
            Mle::default().fit::<BgNbd>(&histories).map(|fit| fit.log_likelihood(TimeUnit::Day)),
            Mle::default().fit::<MbgNbd>(&histories).map(|fit| fit.log_likelihood(TimeUnit::Day)),
        ];
        for value in verdicts.into_iter().flatten() {
            prop_assert!(value.is_finite());
        }
        let spend: Vec<SpendHistory> = cents
            .iter()
            .filter_map(|&(repeats, cents)| SpendHistory::from_mean(repeats, Money::from_minor(cents, Currency::USD)).ok())
            .collect();
        if let Ok(fit) = Mle::default().fit::<GammaGamma>(&spend) {
            prop_assert!(fit.log_likelihood(TimeUnit::Day).is_finite());
        }
    }
}

#[test]
fn a_history_too_short_for_any_parameter_holds_all_of_them_at_their_edges() {
    let instant = PurchaseHistory::new(100, days(1e-11), days(1e-11)).unwrap();
    let fit = Mle::default().fit::<Nbd>(&[instant][..]).unwrap();
    let limit = Some("Poisson (all buy at the same rate)");
    assert_eq!(fit.certificate().verdict, Verdict::Boundary { parameters: vec!["r".into(), "alpha".into()], limit });
}

#[test]
fn spend_in_mixed_currencies_is_not_fitted() {
    let spend = |currency| SpendHistory::from_mean(2, Money::from_minor(2_000, currency)).unwrap();
    let error = Mle::default().fit::<GammaGamma>(&[spend(Currency::USD), spend(Currency::EUR)][..]).unwrap_err();
    let mixed = DataError::MixedCurrencies { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(error, FitError::Data(mixed));
}

/// Every prediction is a number of its kind, or a typed error.
fn exercise<M: CountModel<History = PurchaseHistory> + Likelihood<Data = Patterns>>(
    model: &M,
    history: &PurchaseHistory,
    within: Span,
    rate: DiscountRate,
    count: u32,
) {
    let forecast = model.forecast(history);
    let what = || format!("{model:?} {history:?} {within} {rate:?}");
    assert!(!model.ln_likelihood(history, TimeUnit::Week).is_nan(), "{}", what());
    assert!(!forecast.log_odds_alive().is_nan(), "{}", what());
    for probability in [
        forecast.probability_alive(),
        forecast.probability_alive_after(within),
        forecast.probability_active(within),
        forecast.probability_of(count, within),
    ] {
        assert!((0.0..=1.0).contains(&probability.get()), "{}", what());
    }
    assert!(forecast.expected_purchases(within) >= 0.0, "{}", what());
    for horizon in [Horizon::Within(within), Horizon::Lifetime] {
        if let Ok(purchases) = forecast.discounted_purchases(horizon, rate) {
            assert!(purchases >= 0.0, "{purchases} {horizon:?} {}", what());
        }
    }
}
