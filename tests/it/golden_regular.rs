//! (M)BG/CNBD-k: with k = 1 the published numbers of BG/NBD and MBG/NBD, and its exact conditional expectation against
//! simulated customers.

use customer_value::lifetime::Likelihood;
use customer_value::{
    BgCnbd, CnbdParams, CountModel, FirstSeen, GapHistory, GapPatterns, MbgCnbd, Mle, PurchaseHistory, Seed, Span,
    TimeUnit, simulate,
};

use crate::cdnow::{day, log};
use crate::shared::{assert_printed, beta_geometric, history};

fn params(k: u32, parameters: [f64; 4]) -> CnbdParams {
    let customer_value::BetaGeometricParams { r, alpha, a, b } = beta_geometric(parameters);
    CnbdParams { k, r, alpha, a, b }
}

fn weeks(count: f64) -> Span {
    Span::weeks(count).unwrap()
}

#[test]
fn bg_cnbd_1_has_the_conditional_expectation_of_bg_nbd_of_the_reference() {
    let model = BgCnbd::new(params(1, [0.243, 4.414, 0.793, 2.426])).unwrap();
    let forecast = model.forecast(&history(2, 30.43, 38.86));
    assert_printed(forecast.expected_purchases(weeks(39.0)), "1.226028175");
    assert_printed(forecast.probability_of(0, weeks(39.0)).get(), "0.4453728621");
}

#[test]
fn bg_cnbd_1_and_mbg_cnbd_1_have_the_log_likelihoods_of_pymc_marketing() {
    let vector = [0.25, 4.0, 0.8, 2.5];
    let (bg, mbg) = (BgCnbd::new(params(1, vector)).unwrap(), MbgCnbd::new(params(1, vector)).unwrap());
    // A Poisson process asks nothing of its gaps.
    let gaps = |repeats, recency, ln_gaps| GapHistory::new(history(repeats, recency, 40.0), ln_gaps).unwrap();
    let (none, heavy) = (gaps(0, 0.0, 0.0), gaps(200, 38.0, -100.0));
    assert_printed(bg.ln_likelihood(&none, TimeUnit::Week), "-0.59947382");
    assert_printed(bg.ln_likelihood(&heavy, TimeUnit::Week), "100.7957");
    assert_printed(mbg.ln_likelihood(&none, TimeUnit::Week), "-0.41792826");
    assert_printed(mbg.ln_likelihood(&heavy, TimeUnit::Week), "100.7869");
}

#[test]
fn fits_of_cnbd_1_on_cdnow_have_the_likelihoods_of_bg_nbd_and_mbg_nbd_in_the_reference_table() {
    let cohort = log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
    let data = GapPatterns::from_cohort(&cohort, 1).unwrap();
    let bg = Mle::default().fit::<BgCnbd>(data.clone()).unwrap();
    assert_printed(bg.log_likelihood(TimeUnit::Week), "-9582.429");
    let mbg = Mle::default().fit::<MbgCnbd>(data).unwrap();
    // Printed four units of the eighth decimal below the optimum.
    let mbg = mbg.log_likelihood(TimeUnit::Week);
    assert!((mbg + 9_582.135_715_59).abs() < 1e-7, "{mbg}");
}

/// The check of the reference, with customers of our own: BTYDplus approximates, and rescales in batches.
#[test]
fn sixty_thousand_simulated_mbg_cnbd_2_customers_buy_what_the_exact_expectation_says() {
    const CUSTOMERS: u32 = 60_000;
    let model = MbgCnbd::new(params(2, [0.8, 2.0, 0.9, 4.0])).unwrap();
    // The same seed makes the same customers; the longer history shows what came after the cut.
    let before = simulate(&model, weeks(39.0), CUSTOMERS, Seed::new(2021));
    let after = simulate(&model, weeks(91.0), CUSTOMERS, Seed::new(2021));
    let (mut expected, mut actual, mut square) = (0.0, 0.0, 0.0);
    for (before, after) in before.iter().zip(&after) {
        let forecast = model.forecast(before).expected_purchases(weeks(52.0));
        let bought = f64::from(after.repeats() - before.repeats());
        (expected, actual) = (expected + forecast, actual + bought);
        square += (bought - forecast).powi(2);
    }
    assert!(actual > 50_000.0, "{actual}");
    assert!((actual - expected).abs() < 4.0 * square.sqrt(), "{actual} {expected} ± {}", square.sqrt());
    // And newcomers.
    let newcomer = model.forecast(&PurchaseHistory::acquired()).expected_purchases(weeks(39.0));
    let repeats = |power| before.iter().map(|history| f64::from(history.repeats()).powi(power)).sum::<f64>();
    let (mean, square) = (repeats(1) / f64::from(CUSTOMERS), repeats(2) / f64::from(CUSTOMERS));
    let error = ((square - mean * mean) / f64::from(CUSTOMERS)).sqrt();
    assert!((mean - newcomer).abs() < 4.0 * error, "{mean} ± {error} {newcomer}");
}
