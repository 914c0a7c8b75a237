//! Pareto/NBD: numbers that others have published or computed, to the digits printed; each test is named after its
//! source.

use customer_value::lifetime::Likelihood;
use customer_value::{
    Cohort, CountModel, Currency, DiscountRate, ExpectedMoney, FirstSeen, GammaGamma, GammaGammaParams, Horizon,
    Margin, Mle, Money, ParetoNbd, Patterns, PurchaseHistory, Span, SpendHistory, TimeUnit, Valuation, Verdict,
};

use crate::cdnow::{day, log};
use crate::shared::{assert_printed, cdnow_summary, error, history, pareto_nbd, relative_error};

/// The optimum on the day-exact purchases, to the digits that the reference table prints.
const DAY_EXACT: [f64; 4] = [0.553_277_1, 10.577_684_2, 0.606_240_0, 11.668_735_2];
/// Where the optimiser of CLVTools stops, and what it predicts from.
const CLVTOOLS: [f64; 4] = [0.553_270_01, 10.577_800_68, 0.606_020_00, 11.663_914_39];
/// The vector of the likelihoods in the tests of PyMC-Marketing, and of lifetimes.
const PYMC: [f64; 4] = [0.55, 10.58, 0.61, 11.67];

/// What CLVTools predicts from [`CLVTOOLS`]: half a unit of the last decimal of r and s is 2e-8 of them, and of all that
/// follows.
fn assert_clvtools(value: f64, printed: f64) {
    assert!(relative_error(value, printed) < 2e-8, "{value} {printed}");
}

fn weeks(count: f64) -> Span {
    Span::weeks(count).unwrap()
}

/// A history in whole days.
fn days(repeats: u32, recency: u32, age: u32) -> PurchaseHistory {
    PurchaseHistory::new(repeats, Span::whole_days(recency), Span::whole_days(age)).unwrap()
}

fn cohort(cut: &str) -> Cohort<u32> {
    log(FirstSeen::IsNew).unwrap().cohort(day(cut)).unwrap()
}

fn weekly() -> DiscountRate {
    DiscountRate::continuous(1.1_f64.ln() / 52.0, TimeUnit::Week).unwrap()
}

fn expected_of_newcomer(model: &ParetoNbd, within: f64) -> f64 {
    model.forecast(&PurchaseHistory::acquired()).expected_purchases(weeks(within))
}

/// Of the histories under a model, per week.
fn log_likelihood(model: &ParetoNbd, histories: &[PurchaseHistory]) -> f64 {
    histories.iter().map(|history| model.ln_likelihood(history, TimeUnit::Week)).sum()
}

#[test]
fn pareto_nbd_on_the_rounded_summary_reaches_the_optimum_of_the_reference_table() {
    let (purchases, _): (Vec<PurchaseHistory>, Vec<SpendHistory>) = cdnow_summary().into_iter().unzip();
    let fit = Mle::default().fit::<ParetoNbd>(&purchases).unwrap();
    assert_eq!(fit.certificate().verdict, Verdict::Interior);
    // The optimum by Newton's method on the same likelihood in Python, with differences of fourth order. The table
    // stops up to 3e-7 short of it.
    let optimum = [0.553_275_508_7, 10.577_612_238_7, 0.606_213_568_8, 11.667_911_240_7];
    let table = [0.553_275_533, 10.577_612_954, 0.606_213_704, 11.667_914_500];
    for (index, estimate) in fit.estimates(TimeUnit::Week).iter().enumerate() {
        assert!(relative_error(estimate.value, optimum[index]) < 1e-8, "{estimate:?}");
        assert!(relative_error(estimate.value, table[index]) < 3e-7, "{estimate:?}");
    }
    assert_printed(fit.log_likelihood(TimeUnit::Week), "-9594.97392983");
    // Schmittlein, Morrison and Colombo's model as Fader, Hardie and Lee (2005) print it.
    for (estimate, printed) in fit.estimates(TimeUnit::Week).iter().zip(["0.553", "10.578", "0.606", "11.668"]) {
        assert_printed(estimate.value, printed);
    }
    assert_printed(fit.log_likelihood(TimeUnit::Week), "-9595.0");
}

#[test]
fn pareto_nbd_on_the_day_exact_purchases_reaches_the_optimum_of_the_reference_table() {
    let fit = Mle::default().fit::<ParetoNbd>(&cohort("1997-09-30")).unwrap();
    for (estimate, printed) in fit.estimates(TimeUnit::Week).iter().zip(DAY_EXACT) {
        assert!(relative_error(estimate.value, printed) < 1e-7, "{estimate} {printed}");
    }
}

/// Its optimiser stops within a thousandth of a standard error of the optimum.
#[test]
fn pareto_nbd_on_the_day_exact_purchases_is_that_of_clvtools() {
    let fit = Mle::default().fit::<ParetoNbd>(&cohort("1997-09-30")).unwrap();
    let printed =
        [(0.553_15, 0.047_626_4), (10.576_33, 0.842_722_2), (0.606_25, 0.187_259_4), (11.671_50, 6.210_544_8)];
    for (estimate, (value, standard_error)) in fit.estimates(TimeUnit::Week).iter().zip(printed) {
        assert!((estimate.value - value).abs() < 3e-3 * standard_error, "{estimate} {value}");
        assert!(relative_error(estimate.standard_error.unwrap(), standard_error) < 2e-3, "{estimate}");
    }
    assert_printed(fit.log_likelihood(TimeUnit::Week), "-9594.976");
    assert_printed(fit.aic(TimeUnit::Week), "19197.952");
    assert_printed(fit.bic(TimeUnit::Week), "19221.013");
}

#[test]
fn pareto_nbd_log_likelihoods_of_cdnow_match_the_paper_and_clvtools() {
    let purchases = cohort("1997-09-30");
    assert_printed(log_likelihood(&pareto_nbd(CLVTOOLS), purchases.purchases()), "-9594.976181");
    assert_printed(log_likelihood(&pareto_nbd([0.553, 10.578, 0.606, 11.669]), purchases.purchases()), "-9595.0");
}

/// The iso-value paper fits 78 weeks and reports what that says of the first 39.
#[test]
fn parameters_of_78_weeks_are_as_likely_after_39_as_the_iso_value_paper_prints() {
    let fit = Mle::default().fit::<ParetoNbd>(&cohort("1998-06-30")).unwrap();
    assert!(fit.is_interior());
    assert_printed(log_likelihood(fit.model(), cohort("1997-09-30").purchases()), "-9608");
}

#[test]
fn pareto_nbd_expected_purchases_match_the_vignette_of_btyd() {
    let model = pareto_nbd([0.55, 10.56, 0.61, 11.64]);
    let printed = [
        "0.05077821",
        "0.09916088",
        "0.14542507",
        "0.18979930",
        "0.23247466",
        "0.27361274",
        "0.31335159",
        "0.35181024",
        "0.38909211",
    ];
    assert_eq!(expected_of_newcomer(&model, 0.0), 0.0);
    for (t, printed) in (1..).zip(printed) {
        assert_printed(expected_of_newcomer(&model, f64::from(t)), printed);
    }
}

#[test]
fn pareto_nbd_predictions_at_the_day_exact_fit_match_clvtools_and_btyd() {
    let model = pareto_nbd(DAY_EXACT);
    assert_printed(expected_of_newcomer(&model, 52.0), "1.473434");
    // BTYD's customer 1516, printed to a tolerance of 1e-4.
    let busy = model.forecast(&days(26, 216, 217));
    assert!((busy.expected_purchases(weeks(52.0)) - 25.455_18).abs() < 1e-4);
    assert!((busy.probability_alive().get() - 0.997_873_4).abs() < 1e-4);
}

#[test]
fn pareto_nbd_probability_alive_matches_lifetimes() {
    let model = pareto_nbd([0.553, 10.578, 0.606, 11.669]);
    assert_printed(model.forecast(&history(0, 0.0, 39.0)).probability_alive().get(), "0.294467031");
}

/// From the 133rd purchase on, the likelihood of the package is below the least double.
#[test]
fn pareto_nbd_does_not_underflow_where_lifetimes_did() {
    let expected = |repeats| pareto_nbd(PYMC).forecast(&history(repeats, 200.0, 200.0)).expected_purchases(weeks(10.0));
    for (repeats, printed) in [(132, 6.206_051_788_963_242), (133, 6.252_872_247_574_811)] {
        assert!(relative_error(expected(repeats), printed) < 1e-13, "{repeats}: {} {printed}", expected(repeats));
    }
}

#[test]
fn pareto_nbd_log_likelihoods_match_pymc_marketing() {
    let swapped = [0.55, 11.67, 0.61, 10.58];
    let cases = [
        (PYMC, history(1, 1.5, 12.0), "-4.00694866"),
        ([0.45, 10.58, 0.61, 11.67], history(1, 1.5, 12.0), "-4.14770211"),
        (swapped, history(1, 1.5, 12.0), "-4.03618538"),
        (swapped, history(4, 5.3, 10.0), "-10.72932589"),
        (swapped, history(2, 6.0, 8.0), "-6.66878882"),
    ];
    for (parameters, history, printed) in cases {
        assert_printed(pareto_nbd(parameters).ln_likelihood(&history, TimeUnit::Week), printed);
    }
}

/// ln ∫ (α+u)^−(r+x) (β+u)^−(s+1) du over (t_x, T), in weeks, from the odds of having left, which are
/// s ∫ · (α+T)^(r+x) (β+T)^s.
fn ln_integral([r, alpha, s, beta]: [f64; 4], (repeats, recency, age): (u32, f64, f64)) -> f64 {
    let forecast = pareto_nbd([r, alpha, s, beta]).forecast(&history(repeats, recency, age));
    -forecast.log_odds_alive() - (r + f64::from(repeats)) * (alpha + age).ln() - s * (beta + age).ln() - s.ln()
}

#[test]
fn pareto_nbd_stays_finite_for_the_heavy_buyers_of_the_packages() {
    let (first, second) = ([0.5143, 2.8845, 0.2856, 14.1087], [10.465, 0.007_985_651_81, 3.0516, 2.820]);
    let rows = [
        (first, 221, 103.428_57, 103.571_43),
        (first, 254, 97.142_86, 97.285_71),
        (first, 161, 94.714_29, 98.0),
        (first, 204, 98.571_43, 99.428_57),
        (second, 400, 5.0, 6.0),
        (second, 500, 1.0, 37.0),
        (second, 500, 4.0, 37.0),
    ];
    for (parameters, repeats, recency, age) in rows {
        let (model, history) = (pareto_nbd(parameters), history(repeats, recency, age));
        let forecast = model.forecast(&history);
        let own = model.ln_likelihood(&history, TimeUnit::Week);
        assert!(own.is_finite() && forecast.log_odds_alive().is_finite(), "{history:?}: {own} {forecast:?}");
        assert!(forecast.expected_purchases(weeks(39.0)).is_finite());
        let [r, alpha, s, beta] = parameters;
        let jet = ParetoNbd::objective(&[r, 7.0 * alpha, s, 7.0 * beta], &Patterns::from_counts([(history, 1)]));
        assert!(jet.value.is_finite() && jet.gradient.iter().all(|slope| slope.is_finite()), "{history:?}: {jet:?}");
    }
    for (row, expected) in [((400, 5.0, 6.0), -674.015_978_929_422), ((500, 1.0, 37.0), -15.717_870_676_502)] {
        let own = ln_integral(second, row);
        assert!(error(own, expected) < 1e-12, "{row:?}: {own} {expected}");
    }
}

#[test]
fn pareto_nbd_discounted_lifetime_purchases_match_btyd() {
    let rate = DiscountRate::continuous(0.0027, TimeUnit::Week).unwrap();
    let forecast = pareto_nbd([0.5534, 10.5802, 0.6061, 11.6562]).forecast(&history(4, 30.0, 39.0));
    assert_printed(forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap(), "10.99789065");
}

/// The integral of 1/(1+u/β)^s e^(−δu), which is DERT but for the rate of purchase, where CLVTools prints NA or Inf.
#[test]
fn pareto_nbd_discounted_lifetime_purchases_are_finite_for_a_large_beta_unlike_those_of_clvtools() {
    let newcomer = pareto_nbd([0.5, 10.0, 64.0, 7_721.0]).forecast(&PurchaseHistory::acquired());
    let value = newcomer.discounted_purchases(Horizon::Lifetime, weekly()).unwrap();
    assert!(relative_error(value, 0.5 / 10.0 * 99.836_226_406_105_2) < 1e-13, "{value}");
}

/// A table of predictions at the end of its own search.
#[test]
fn pareto_nbd_predictions_of_cdnow_match_clvtools() {
    let (model, cohort) = (pareto_nbd(CLVTOOLS), cohort("1997-09-30"));
    let first = model.forecast(&cohort.purchases()[0]);
    assert_clvtools(first.probability_alive().get(), 0.869_165_49);
    assert_clvtools(first.expected_purchases(weeks(39.0)), 1.455_320_78);
    let dert = first.discounted_purchases(Horizon::Lifetime, weekly()).unwrap();
    assert_clvtools(dert, 8.159_003_84);

    let all = cohort.forecast(&model);
    let total = |values: Vec<f64>| values.iter().sum::<f64>();
    assert_clvtools(total(all.expected_purchases(weeks(39.0))), 1_665.688_027);
    assert_clvtools(total(all.discounted_purchases(Horizon::Lifetime, weekly()).unwrap()), 9_012.300_575);
    let alive: f64 = all.probability_alive().iter().map(|alive| alive.get()).sum();
    assert_clvtools(alive / 2_357.0, 0.446_317_760);
}

#[test]
fn value_of_cdnow_customer_1_matches_clvtools() {
    let v = ExpectedMoney::new(15.444_306_7, Currency::USD).unwrap();
    let spend = GammaGamma::new(GammaGammaParams { p: 6.249_349_2, q: 3.744_256_3, v }).unwrap();
    let valuation = Valuation { horizon: Horizon::Lifetime, discount: weekly(), margin: Margin::FULL };
    // 44.69 dollars on two days.
    let paid = SpendHistory::new(2, Money::from_minor(4_469, Currency::USD)).unwrap();
    let forecast = pareto_nbd(CLVTOOLS).forecast(&days(2, 213, 272));
    let value = valuation.value(&forecast, &spend.forecast(&paid).unwrap()).unwrap();
    // Half a unit of the seventh decimal of q, as printed, moves the spend by 1e-7; with that of s the value by 5e-6.
    assert!((value.spend_per_purchase.amount() - 24.654_031_17).abs() < 2e-7, "{}", value.spend_per_purchase);
    assert!((value.residual.amount() - 201.152_335).abs() < 6e-6, "{}", value.residual);
}

/// CLVTools counts the purchase by which a customer is won.
#[test]
fn newcomers_of_clvtools_are_those_with_the_acquiring_purchase() {
    let v = ExpectedMoney::new(15.44, Currency::USD).unwrap();
    let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v }).unwrap().newcomer();
    let horizon = Horizon::Within(weeks(52.0));
    let valuation = Valuation { horizon, discount: DiscountRate::ZERO, margin: Margin::FULL };
    let newcomer = pareto_nbd(CLVTOOLS).forecast(&PurchaseHistory::acquired());
    let value = valuation.value(&newcomer, &spend).unwrap().including_acquiring_purchase().unwrap();
    assert_clvtools(value.expected_purchases, 2.473_497_617);
}

#[test]
fn pareto_nbd_purchase_probabilities_match_clvtools() {
    let newcomer = pareto_nbd(CLVTOOLS).forecast(&PurchaseHistory::acquired());
    let printed =
        [0.593_807_462_4, 0.165_646_185_1, 0.082_506_116_4, 0.049_029_727_2, 0.031_672_328_6, 0.021_456_387_4];
    for (count, printed) in (0..).zip(printed) {
        assert_clvtools(newcomer.probability_of(count, Span::whole_days(272)).get(), printed);
    }
}
