//! Numbers that others have published or computed, to the digits printed; each test is named after its source.
//!
//! "Paper" numbers belong to Fader, Hardie and Lee (2005) unless another source is named; "lifetimes", "CLVTools",
//! "BTYD" and "pymc-marketing" are the packages in whose tests or vignettes a number stands.

use customer_value::lifetime::Likelihood;
use customer_value::{
    BgNbd, CountModel, Currency, DiscountRate, ExpectedMoney, FirstSeen, Forecast, GammaGamma, GammaGammaParams,
    Horizon, Money, PurchaseHistory, Span, SpendHistory, TimeUnit, lifetime::BetaGeometricProcess,
};

use crate::cdnow::{day, log};
use crate::shared::{assert_printed, bg_nbd, cdnow_summary, history, mbg_nbd};

/// The vector printed in the paper.
const PAPER: [f64; 4] = [0.243, 4.414, 0.793, 2.426];
/// The full-precision optimum on the day-exact purchases.
const DAY_EXACT: [f64; 4] = [0.242_594_5, 4.413_602, 0.792_922, 2.425_907];

fn weeks(count: f64) -> Span {
    Span::weeks(count).unwrap()
}

/// A history in whole days.
fn days(repeats: u32, recency: u32, age: u32) -> PurchaseHistory {
    PurchaseHistory::new(repeats, Span::whole_days(recency), Span::whole_days(age)).unwrap()
}

fn newcomer(model: &BgNbd) -> Forecast<BetaGeometricProcess> {
    model.forecast(&PurchaseHistory::acquired())
}

#[test]
fn bg_nbd_log_likelihoods_match_lifetimes() {
    let model = bg_nbd(DAY_EXACT);
    let cases = [
        (days(2, 213, 272), "-9.4596"),
        (days(1, 12, 272), "-4.4711"),
        (days(0, 0, 272), "-0.5538"),
        (days(7, 206, 272), "-21.8644"),
        (days(1, 35, 272), "-4.8651"),
        (days(2, 250, 272), "-9.5367"),
        (days(5, 171, 272), "-17.3593"),
        (days(10, 239, 272), "-27.3144"),
        (days(1, 34, 272), "-4.8520"),
        (days(4, 186, 189), "-14.1284"),
        (days(0, 0, 189), "-0.4761"),
    ];
    for (history, printed) in cases {
        assert_printed(model.ln_likelihood(&history, TimeUnit::Week), printed);
    }
}

#[test]
fn bg_nbd_log_likelihoods_on_the_rounded_summary_match_lifetimes() {
    let cases = [
        (history(2, 30.43, 38.86), "-9.4586"),
        (history(1, 1.71, 38.86), "-4.4691"),
        (history(0, 0.0, 38.86), "-0.5547"),
    ];
    for (history, printed) in cases {
        assert_printed(bg_nbd(PAPER).ln_likelihood(&history, TimeUnit::Week), printed);
    }
}

#[test]
fn bg_nbd_and_mbg_nbd_log_likelihoods_match_pymc_marketing() {
    let (bg, mbg) = (bg_nbd([0.25, 4.0, 0.8, 2.5]), mbg_nbd([0.25, 4.0, 0.8, 2.5]));
    let (none, heavy) = (history(0, 0.0, 40.0), history(200, 38.0, 40.0));
    assert_printed(bg.ln_likelihood(&none, TimeUnit::Week), "-0.59947382");
    assert_printed(bg.ln_likelihood(&heavy, TimeUnit::Week), "100.7957");
    assert_printed(mbg.ln_likelihood(&none, TimeUnit::Week), "-0.41792826");
    assert_printed(mbg.ln_likelihood(&heavy, TimeUnit::Week), "100.7869");
    let other = mbg_nbd([0.55, 10.58, 0.61, 11.67]);
    assert_printed(other.ln_likelihood(&history(1, 1.5, 12.0), TimeUnit::Week), "-4.11031673");
}

#[test]
fn bg_nbd_expectations_match_the_paper_and_its_spreadsheet_note() {
    let forecast = bg_nbd(PAPER).forecast(&history(2, 30.43, 38.86));
    assert_printed(forecast.expected_purchases(weeks(39.0)), "1.226");
    assert_printed(forecast.expected_purchases(weeks(52.0)), "1.5587208064");
    let model = bg_nbd(PAPER);
    let newcomer = newcomer(&model);
    // Printed from a closed form in double precision; 40 digits give …65828, …04669 and …75772 at the end.
    for (t, printed) in
        [(1.0, 0.053_267_891_171_656_27), (3.0, 0.150_865_230_893_048_96), (6.0, 0.280_755_893_576_755_3)]
    {
        let value = newcomer.expected_purchases(weeks(t));
        assert!((value / printed - 1.0).abs() < 1e-13, "{value} {printed}");
    }
    for (t, printed) in [(223.0 / 7.0, "1.0420"), (32.0, "1.0452"), (78.0, "1.8605")] {
        assert_printed(newcomer.expected_purchases(weeks(t)), printed);
    }
}

#[test]
fn bg_nbd_expectations_match_clvtools_at_the_day_exact_fit() {
    let model = bg_nbd(DAY_EXACT);
    let newcomer = newcomer(&model);
    for (t, printed) in [(1.0 / 7.0, "0.0078"), (223.0 / 7.0, "1.0405"), (32.0, "1.0437"), (52.0, "1.444012")] {
        assert_printed(newcomer.expected_purchases(weeks(t)), printed);
    }
    // BTYD's customer 1516, printed to a tolerance of 1e-4.
    let busy = model.forecast(&days(26, 216, 217));
    assert!((busy.expected_purchases(weeks(52.0)) - 25.75734).abs() < 1e-4);
    assert!((busy.probability_alive().get() - 0.968_854_4).abs() < 1e-4);
}

#[test]
fn bg_nbd_purchase_probabilities_match_lifetimes_and_the_fit_of_the_paper() {
    let model = bg_nbd(PAPER);
    let newcomer = newcomer(&model);
    let probability = |count, t| newcomer.probability_of(count, weeks(t)).get();
    assert_printed(probability(0, 39.0), "0.5737864");
    assert_printed(probability(10, 2.0), "1.07869e-07");
    let printed = [
        "0.0019995214475",
        "0.0015170236300",
        "0.0011633150067",
        "0.0009003147896",
        "0.0007023637659",
        "0.0005517902426",
        "0.0004361912809",
        "0.0003467171396",
        "0.0002769612648",
        "0.0002222260480",
    ];
    for (count, printed) in (11..=20).zip(printed) {
        assert_printed(probability(count, 30.0), printed);
    }
}

#[test]
fn bg_nbd_fit_to_the_histogram_has_the_chi_square_of_the_paper() {
    let model = bg_nbd(PAPER);
    let newcomer = newcomer(&model);
    let mut observed = [0.0_f64; 8];
    let mut expected = [0.0_f64; 8];
    for (history, _) in cdnow_summary() {
        observed[history.repeats().min(7) as usize] += 1.0;
        let mut rest = 1.0;
        for count in 0..7 {
            let probability = newcomer.probability_of(count, history.age()).get();
            expected[count as usize] += probability;
            rest -= probability;
        }
        expected[7] += rest;
    }
    let chi_square: f64 = observed.iter().zip(expected).map(|(seen, thought)| (seen - thought).powi(2) / thought).sum();
    assert_printed(chi_square, "4.82");
}

#[test]
fn probability_of_silence_has_the_indicator_that_pymc_marketing_forgets() {
    let silence = |history: &PurchaseHistory| bg_nbd(PAPER).forecast(history).probability_of(0, weeks(39.0)).get();
    assert_printed(silence(&history(0, 0.0, 38.86)), "0.8554494592");
    assert_printed(silence(&history(2, 30.43, 38.86)), "0.4453728621");
}

#[test]
fn bg_nbd_discounted_lifetime_purchases_match_fifty_digits() {
    let weekly = DiscountRate::continuous(1.1_f64.ln() / 52.0, TimeUnit::Week).unwrap();
    let forecast = bg_nbd(PAPER).forecast(&history(2, 30.43, 38.86));
    let value = forecast.discounted_purchases(Horizon::Lifetime, weekly).unwrap();
    assert!((value / 6.360_321_128_959_72 - 1.0).abs() < 1e-13, "{value}");
}

#[test]
fn bg_nbd_has_no_hole_at_a_equal_to_one() {
    let model = bg_nbd([0.243, 4.414, 1.0, 2.426]);
    assert_printed(newcomer(&model).expected_purchases(weeks(52.0)), "1.289988252");
}

fn gamma_gamma([p, q, v]: [f64; 3]) -> GammaGamma {
    let v = ExpectedMoney::new(v, Currency::USD).unwrap();
    GammaGamma::new(GammaGammaParams { p, q, v }).unwrap()
}

/// CLVTools' estimates.
const CLVTOOLS_SPEND: [f64; 3] = [6.249_349_2, 3.744_256_3, 15.444_306_7];

#[test]
fn gamma_gamma_expected_spend_matches_clvtools() {
    let paid = SpendHistory::from_mean(2, Money::from_minor(4_000, Currency::USD)).unwrap();
    let expected = |parameters| gamma_gamma(parameters).forecast(&paid).unwrap().mean().unwrap().amount();
    // Half a unit of the seventh decimal of q, as printed, moves the spend by 1.3e-7.
    assert!((expected(CLVTOOLS_SPEND) - 39.130_523_69).abs() < 2e-7);
    assert_printed(expected([6.248_801_642, 3.744_588_545, 15.447_750_810]), "39.13046553");
}

#[test]
fn gamma_gamma_expected_spend_of_the_first_ten_customers_matches_lifetimes() {
    let model = gamma_gamma(CLVTOOLS_SPEND);
    let printed = ["24.65", "18.91", "35.17", "35.17", "35.17", "71.46", "18.91", "35.17", "27.28", "35.17"];
    let cohort = log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
    for (spend, printed) in cohort.spend().unwrap().iter().zip(printed) {
        assert_printed(model.forecast(spend).unwrap().mean().unwrap().amount(), printed);
    }
}

#[test]
fn spend_of_repeaters_has_the_moments_of_the_iso_value_paper() {
    let mut means: Vec<f64> =
        cdnow_summary().iter().filter_map(|(_, spend)| spend.mean()).map(ExpectedMoney::amount).collect();
    means.sort_by(f64::total_cmp);
    assert_eq!(means.len(), 946);
    let mean = means.iter().sum::<f64>() / 946.0;
    let variance = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / 945.0;
    assert_printed(mean, "35");
    assert_printed(variance.sqrt(), "30");
    assert_printed(means[0], "3");
    assert_printed(f64::midpoint(means[472], means[473]), "27");
    assert_printed(means[945], "300");
}

#[test]
fn gamma_gamma_variances_match_the_reference_table() {
    let population = gamma_gamma([6.25, 3.74, 15.44]).newcomer();
    assert_printed(population.variance_of_mean().unwrap(), "712.86");
    assert_printed(population.variance_of_purchase().unwrap(), "1025.38");
}

#[test]
fn mean_of_the_value_distribution_is_purchases_times_spend() {
    let purchases = bg_nbd(PAPER).forecast(&history(2, 30.43, 38.86));
    let paid = SpendHistory::from_mean(2, Money::from_minor(2_235, Currency::USD)).unwrap();
    let spend = gamma_gamma([6.25, 3.74, 15.44]).forecast(&paid).unwrap().mean().unwrap().amount();
    assert_printed(purchases.probability_of(0, weeks(52.0)).get(), "0.3971586229");
    assert_printed(purchases.expected_purchases(weeks(52.0)) * spend, "38.4438440366");
}
