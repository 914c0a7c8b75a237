//! What other packages got wrong, by the numbers of the reference; see also `golden` (4: silence of one-time buyers),
//! `contract` (5: sBG given still active) and `batch` (9: alone or together).

use customer_value::lifetime::{ContractProcess, Likelihood};
use customer_value::{
    Bdw, BdwParams, BgBb, BgBbParams, BgCnbd, BgNbd, Cohort, CountModel, Currency, Day, DiscountRate, DiscreteWeibull,
    DiscreteWeibullParams, ExpectedMoney, FirstSeen, GammaGamma, GammaGammaParams, GgompertzNbd, Horizon, Margin,
    MbgNbd, Membership, Mle, Money, Nbd, OpportunityHistory, ParetoNbd, Patterns, Probability, PurchaseHistory, Sbg,
    SbgParams, Span, SpendError, SpendHistory, SummaryRow, Tenure, TimeUnit, UndiscountedValue, Valuation, Verdict,
};

use crate::cdnow::{day, log};
use crate::laws::{Params, for_every_model};
use crate::shared::{bg_nbd, cdnow_summary, history, pareto_nbd, relative_error};

fn weeks(count: f64) -> Span {
    Span::weeks(count).unwrap()
}

fn summary() -> Vec<PurchaseHistory> {
    cdnow_summary().into_iter().map(|(purchases, _)| purchases).collect()
}

fn gamma_gamma([p, q, v]: [f64; 3]) -> GammaGamma {
    GammaGamma::new(GammaGammaParams { p, q, v: ExpectedMoney::new(v, Currency::USD).unwrap() }).unwrap()
}

fn params() -> Params {
    let [alpha, beta] = [30, 120].map(Span::whole_days);
    Params { r: 0.8, alpha, a: 0.9, b: 2.5, beta, growth: 0.01 }
}

// 1. PyMC-Marketing values everybody at the mean spend, and writes it into the caller's data.

#[test]
fn uncertain_spend_widens_the_value_unlike_in_pymc_marketing() {
    let purchases = bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&history(2, 30.43, 38.86));
    let paid = SpendHistory::from_mean(2, Money::from_minor(2_235, Currency::USD)).unwrap();
    let spend = gamma_gamma([6.25, 3.74, 15.44]).forecast(&paid).unwrap();
    let year = weeks(52.0);
    let value = UndiscountedValue::new(&purchases, &spend, year, Margin::FULL).unwrap();
    let (mut mean, mut square) = (0.0, 0.0);
    for count in 0..2_000 {
        let probability = purchases.probability_of(count, year).get();
        mean += f64::from(count) * probability;
        square += f64::from(count).powi(2) * probability;
    }
    let if_known = spend.mean().unwrap().amount() * (square - mean * mean).sqrt();
    let own = value.standard_deviation().unwrap().amount();
    assert!(own > 1.05 * if_known, "{own} {if_known}");
    // To the last part: E N · Var Z + Var N · m² + (E N² − E N) · Var(mean of Z).
    let of_mean = spend.variance_of_mean().unwrap();
    let within = spend.variance_of_purchase().unwrap() - of_mean;
    let variance = if_known * if_known + mean * within + square * of_mean;
    assert!(relative_error(own * own, variance) < 1e-9, "{} {variance}", own * own);
}

#[test]
fn valuing_customers_leaves_their_data_alone_unlike_pymc_marketing() {
    let cohort = log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
    let untouched = cohort.clone();
    let (model, spend) = (bg_nbd([0.243, 4.414, 0.793, 2.426]), gamma_gamma([6.25, 3.74, 15.44]));
    let discount = DiscountRate::effective_annual(0.12).unwrap();
    let valuation = Valuation { horizon: Horizon::Within(weeks(52.0)), discount, margin: Margin::FULL };
    let first = cohort.forecast(&model).values(&valuation, &spend).unwrap();
    assert_eq!(cohort, untouched);
    assert_eq!(cohort.forecast(&model).values(&valuation, &spend).unwrap(), first);
}

// 2. Months of 30 days, or of 4.345 weeks.

#[test]
fn twelve_months_are_a_calendar_year_unlike_those_of_lifetimes() {
    let months = |count, [year, month, of_month]: [i16; 3]| {
        let cut = Day::new(year, month as i8, of_month as i8).unwrap();
        Horizon::months(count, cut).unwrap()
    };
    let days = |count| Horizon::Within(Span::whole_days(count));
    assert_eq!(months(12, [1997, 9, 30]), days(365));
    assert_eq!(months(12, [2023, 3, 1]), days(366));
    assert_eq!(months(1, [1997, 2, 1]), days(28));
    assert_eq!(months(1, [1997, 1, 31]), days(28));
    assert_eq!(months(120, [1997, 9, 30]), days(3_652));
    let ends = Day::new(1997, 9, 30).unwrap().month_ends(12).unwrap();
    assert_eq!(Horizon::Within(ends[11]), days(365));
    assert_eq!(ends[4], Span::whole_days(151));
}

/// Summaries in days, weeks or years: twelve months are as long, and a customer is worth as much.
#[test]
fn twelve_months_are_as_long_for_daily_and_weekly_data_unlike_those_of_pymc_marketing() {
    let horizon = Horizon::months(12, day("1997-09-30")).unwrap();
    let rate = DiscountRate::effective_annual(0.1).unwrap();
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let discounted = |unit: TimeUnit| {
        let [recency, age] = [213.0, 272.0].map(|days| days / unit.days());
        let row = SummaryRow { id: 1, repeats: 2, recency, age, mean_spend: None };
        let cohort = Cohort::from_summaries([row], unit).unwrap();
        cohort.forecast(&model).discounted_purchases(horizon, rate).unwrap()[0]
    };
    for unit in [TimeUnit::Week, TimeUnit::Month, TimeUnit::Year] {
        assert!(relative_error(discounted(unit), discounted(TimeUnit::Day)) < 1e-12);
    }
}

// 3. PyMC-Marketing's MBG newcomers have the same distribution whatever the time; BTYDplus' have none at time 0.

#[test]
fn newcomers_depend_on_time_unlike_those_of_pymc_marketing_and_btydplus() {
    for_every_model!(params(), |model| {
        let newcomer = model.forecast(&PurchaseHistory::acquired());
        let none = |time| newcomer.probability_of(0, time).get();
        assert_eq!(none(Span::ZERO), 1.0, "{model:?}");
        assert_eq!(newcomer.probability_of(1, Span::ZERO).get(), 0.0, "{model:?}");
        assert!(none(weeks(1.0)) > none(weeks(52.0)) + 0.1, "{model:?}");
    });
}

// 4. The probability of silence without the indicator x > 0.

#[test]
fn one_time_buyers_of_bg_nbd_are_silent_as_an_nbd_would_be_unlike_in_pymc_marketing() {
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    for (age, within) in [(38.86, 39.0), (0.5, 1.0), (200.0, 10.0)] {
        let silence = model.forecast(&history(0, 0.0, age)).probability_of(0, weeks(within)).get();
        let expected = ((4.414 + age) / (4.414 + age + within)).powf(0.243);
        assert!(relative_error(silence, expected) < 1e-13, "{silence} {expected}");
    }
}

// 5. Survival of a contract, not given that it is still active.

#[test]
fn contracts_survive_given_still_active_in_every_model_unlike_in_pymc_marketing() {
    fn assert_conditional<M: CountModel<History = Tenure, Alive = ContractProcess>>(model: &M) {
        let years = |count: u32| Span::years(f64::from(count)).unwrap();
        let after = |periods| model.forecast(&Tenure::new(periods, Membership::Active).unwrap());
        let survived = |periods| after(0).probability_alive_after(years(periods)).get();
        for (made, more) in [(1, 1), (5, 3), (10, 20)] {
            let own = after(made).probability_alive_after(years(more)).get();
            assert!(relative_error(own, survived(made + more) / survived(made)) < 1e-12, "{model:?} {own}");
            assert!(own > survived(made + more), "{model:?}");
        }
        // Residual lifetimes leave out the lost.
        let lost = model.forecast(&Tenure::new(5, Membership::Lost).unwrap());
        let rate = DiscountRate::effective_annual(0.1).unwrap();
        assert_eq!(lost.discounted_purchases(Horizon::Lifetime, rate), Ok(0.0));
    }
    let every = Span::years(1.0).unwrap();
    assert_conditional(&Sbg::new(SbgParams { alpha: 0.7637, beta: 1.2958, every }).unwrap());
    assert_conditional(&Bdw::new(BdwParams { gamma: 0.2593, delta: 1.7225, c: 1.5844, every }).unwrap());
    assert_conditional(&DiscreteWeibull::new(DiscreteWeibullParams { theta: 0.3739, c: 0.6359, every }).unwrap());
}

// 6. A fit below that of a model within it, or none at all, on another split.

#[test]
fn larger_models_are_never_less_likely_on_any_split_unlike_in_clvtools() {
    let log = log(FirstSeen::IsNew).unwrap();
    for cut in ["1997-04-15", "1997-06-30", "1998-01-31", "1998-06-30"] {
        let data = Patterns::from(&log.cohort(day(cut)).unwrap());
        let nbd = Mle::default().fit::<Nbd>(data.clone()).unwrap();
        let pareto = Mle::default().fit::<ParetoNbd>(data.clone()).unwrap();
        let gompertz = Mle::default().fit::<GgompertzNbd>(data.clone()).unwrap();
        let ratios = [
            Mle::default().fit::<BgNbd>(data.clone()).unwrap().likelihood_ratio(&nbd),
            Mle::default().fit::<MbgNbd>(data.clone()).unwrap().likelihood_ratio(&nbd),
            pareto.likelihood_ratio(&nbd),
            gompertz.likelihood_ratio(&nbd),
            gompertz.likelihood_ratio(&pareto),
        ];
        for ratio in ratios {
            assert!(ratio.as_ref().is_ok_and(|ratio| ratio.statistic >= 0.0), "{cut}: {ratio:?}");
        }
    }
}

// 7. A discount rate of log 1.1 a week, said to be 10 % a year.

#[test]
fn a_rate_of_ten_percent_a_year_is_not_a_rate_per_week_unlike_the_default_of_clvtools() {
    let yearly = DiscountRate::effective_annual(0.1).unwrap();
    let weekly = DiscountRate::continuous(1.1_f64.ln(), TimeUnit::Week).unwrap();
    assert!((yearly.factor(Span::years(1.0).unwrap()) - 1.0 / 1.1).abs() < 1e-15);
    for past in [history(0, 0.0, 38.86), history(2, 30.43, 38.86), history(26, 30.0, 31.0)] {
        for_every_model!(params(), |model| {
            let forecast = model.forecast(&past);
            let lifetime = |rate| forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
            assert!(lifetime(yearly) > 2.0 * lifetime(weekly), "{model:?}");
        });
    }
    let forecast = bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&history(2, 30.43, 38.86));
    let lifetime = |rate| forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
    assert!(lifetime(yearly) > 10.0 * lifetime(weekly));
}

// 8. Log-likelihood, criteria and errors of the mean customer.

#[test]
fn criteria_count_customers_and_parameters_unlike_a_mean_likelihood() {
    let fit = Mle::default().fit::<BgNbd>(&summary()).unwrap();
    let deviance = 2.0 * 9_582.425_560_567_362;
    assert!((fit.aic(TimeUnit::Week) - (deviance + 8.0)).abs() < 1e-8);
    assert!((fit.bic(TimeUnit::Week) - (deviance + 4.0 * 2357_f64.ln())).abs() < 1e-8);
    // Days and weeks differ by Σx ln 7 = 4781.10 (conventions of the likelihood's unit).
    let shift = fit.log_likelihood(TimeUnit::Week) - fit.log_likelihood(TimeUnit::Day);
    assert!((shift - 4_781.10).abs() < 5e-3, "{shift}");
}

#[test]
fn four_times_the_customers_halve_the_errors_unlike_with_a_mean_likelihood() {
    let once = Mle::default().fit::<ParetoNbd>(&summary()).unwrap();
    let four = Patterns::from_counts(summary().into_iter().map(|history| (history, 4)));
    let four = Mle::default().fit::<ParetoNbd>(four).unwrap();
    let ratio = four.log_likelihood(TimeUnit::Week) / once.log_likelihood(TimeUnit::Week);
    assert!((ratio - 4.0).abs() < 1e-11, "{ratio}");
    for (one, four) in once.estimates(TimeUnit::Week).iter().zip(four.estimates(TimeUnit::Week)) {
        assert!(relative_error(four.value, one.value) < 1e-6, "{one} {four}");
        assert!(relative_error(2.0 * four.standard_error.unwrap(), one.standard_error.unwrap()) < 1e-5, "{one} {four}");
    }
}

// 9. Expectations rescaled where a hundred customers come together; .01 added to a where it rounds to 1.

#[test]
fn a_customer_among_a_hundred_has_the_expectation_of_one_alone_unlike_in_btydplus() {
    let model = BgCnbd::new(params().cnbd(2)).unwrap();
    let row = |id: u32| SummaryRow { id, repeats: id % 12, recency: f64::from(id % 12), age: 39.0, mean_spend: None };
    let expected = |customers: u32| {
        let cohort = Cohort::from_summaries((0..customers).map(row), TimeUnit::Week).unwrap();
        cohort.forecast(&model).expected_purchases(weeks(39.0))
    };
    let all = expected(300);
    for customers in [1, 2, 99, 100, 101] {
        assert_eq!(expected(customers), all[..customers as usize], "{customers}");
    }
}

#[test]
fn expectations_are_smooth_where_a_is_one_unlike_in_btydplus() {
    let past = history(3, 20.0, 39.0);
    let at = |a: f64| {
        let mut expected = Vec::new();
        for_every_model!(Params { a, ..params() }, |model| {
            expected.push(model.forecast(&past).expected_purchases(weeks(39.0)));
        });
        expected
    };
    let [below, on, above] = [1.0 - 1e-7, 1.0, 1.0 + 1e-7].map(at);
    for index in 0..on.len() {
        let jump = (above[index] - 2.0 * on[index] + below[index]).abs();
        assert!(jump < 1e-11 * on[index], "{index}: {jump}");
    }
}

// 10. A variance matrix scaled in one direction, bounds below zero, no errors of Pareto/NBD, q = 1.

#[test]
fn covariance_is_symmetric_and_bounds_are_positive_unlike_those_of_lifetimes() {
    fn assert_sound<M: Likelihood<Data = Patterns>>(data: &Patterns) {
        let fit = Mle::default().fit::<M>(data.clone()).unwrap();
        assert_eq!(fit.certificate().verdict, Verdict::Interior);
        let covariance = fit.covariance(TimeUnit::Week).unwrap();
        let estimates = fit.estimates(TimeUnit::Week);
        for i in 0..estimates.len() {
            let error = estimates[i].standard_error.unwrap();
            assert!(relative_error(covariance[i][i], error * error) < 1e-12);
            for j in 0..estimates.len() {
                assert!(relative_error(covariance[i][j], covariance[j][i]) < 1e-12);
                assert!(covariance[i][j].powi(2) <= covariance[i][i] * covariance[j][j] * (1.0 + 1e-12));
            }
        }
        for level in [0.5, 0.95, 0.999_999] {
            for one in fit.wald_intervals(Probability::new(level).unwrap(), TimeUnit::Week) {
                assert!(
                    0.0 < one.interval.low && one.interval.low < one.value && one.value < one.interval.high,
                    "{one}"
                );
            }
        }
    }
    // Everybody, and too few for normal errors on the natural scale.
    let few = Patterns::from(&summary()[..600]);
    for data in [Patterns::from(&summary()), few] {
        assert_sound::<Nbd>(&data);
        assert_sound::<BgNbd>(&data);
        assert_sound::<MbgNbd>(&data);
        assert_sound::<ParetoNbd>(&data);
    }
}

#[test]
fn spend_without_a_mean_is_said_to_have_none_unlike_in_lifetimes() {
    let paid = SpendHistory::from_mean(2, Money::from_minor(2_235, Currency::USD)).unwrap();
    for q in [1.0, 0.9, 0.2] {
        let model = gamma_gamma([6.25, q, 15.44]);
        let error = model.newcomer().mean().unwrap_err();
        assert!(matches!(error, SpendError::NoFiniteMean { .. }), "{error}");
        // Two purchases are enough: p x + q > 1.
        assert!(model.forecast(&paid).unwrap().mean().unwrap().amount() > 0.0);
    }
    assert!(gamma_gamma([6.25, 1.000_001, 15.44]).newcomer().mean().unwrap().amount() > 1e6);
}

// 11. Likelihoods divided by the mean weight, and floors inside their logarithms.

#[test]
fn likelihoods_have_no_floor_unlike_that_of_lifetimes() {
    let every = Span::years(1.0).unwrap();
    let params = BgBbParams { alpha: 1e-4, beta: 1e4, gamma: 1e-3, delta: 1e3, every };
    let model = BgBb::new(params).unwrap();
    let at = |taken| model.ln_likelihood(&OpportunityHistory::new(taken, taken, taken).unwrap(), TimeUnit::Day);
    // B(α+x, β)/B(α, β) = Π (α+i)/(α+β+i), and hardly anybody leaves.
    for taken in [6, 60, 200] {
        let chance = |i: u32| ((1e-4 + f64::from(i)) / (1e-4 + 1e4 + f64::from(i))).ln();
        let stays = |i: u32| ((1e3 + f64::from(i)) / (1e3 + 1e-3 + f64::from(i))).ln();
        let expected: f64 = (0..taken).map(|i| chance(i) + stays(i)).sum();
        assert!(at(taken) < -40.0 && relative_error(at(taken), expected) < 1e-11, "{} {expected}", at(taken));
    }
    // In continuous time too: 900 purchases in a moment of customers who hardly ever buy.
    let rare = pareto_nbd([0.1, 1e5, 1.0, 10.0]);
    let crowded = PurchaseHistory::new(900, Span::days(1e-3).unwrap(), weeks(39.0)).unwrap();
    let own = rare.ln_likelihood(&crowded, TimeUnit::Day);
    assert!(own.is_finite() && own < -5_000.0, "{own}");
}

#[test]
fn the_weight_of_a_customer_multiplies_its_likelihood_unlike_in_lifetimes() {
    let past = history(2, 30.43, 38.86);
    for weight in [1, 7, 1_000] {
        let own = pareto_nbd([0.553, 10.578, 0.606, 11.669]);
        let data = Patterns::from_counts([(past, weight)]);
        let value = ParetoNbd::objective(&own.to_natural(), &data).value;
        let expected = f64::from(weight) * own.ln_likelihood(&past, TimeUnit::Day);
        assert!(relative_error(value, expected) < 1e-12, "{value} {expected}");
    }
}

// 12. No standard errors, parameters clipped at 10,000, probabilities mixed up in vectors with one-time buyers.

#[test]
fn estimates_have_errors_and_no_ceiling_unlike_in_btyd() {
    let slow = |history: PurchaseHistory| {
        let [recency, age] = [history.recency(), history.age()].map(|span| Span::days(2e3 * span.as_days()).unwrap());
        PurchaseHistory::new(history.repeats(), recency, age).unwrap()
    };
    let plain = Mle::default().fit::<ParetoNbd>(&summary()).unwrap();
    let slow = Mle::default().fit::<ParetoNbd>(&summary().into_iter().map(slow).collect::<Vec<_>>()).unwrap();
    assert!(slow.is_interior(), "{:?}", slow.certificate());
    for (index, scale) in [1.0, 2e3, 1.0, 2e3].into_iter().enumerate() {
        let (plain, slow) = (&plain.estimates(TimeUnit::Week)[index], &slow.estimates(TimeUnit::Week)[index]);
        assert!(relative_error(slow.value, scale * plain.value) < 1e-6, "{plain} {slow}");
        let errors = [slow, plain].map(|one| one.standard_error.unwrap());
        assert!(relative_error(errors[0], scale * errors[1]) < 1e-5, "{plain} {slow}");
    }
    assert!(slow.estimates(TimeUnit::Week)[1].value > 10_000.0);
}

#[test]
fn probabilities_of_counts_in_a_vector_with_one_time_buyers_are_those_of_each_unlike_in_btyd() {
    let histories = [history(0, 0.0, 38.86), history(2, 30.43, 38.86), history(0, 0.0, 5.0), history(7, 29.43, 38.86)];
    let row = |(id, history): (usize, &PurchaseHistory)| SummaryRow {
        id,
        repeats: history.repeats(),
        recency: history.recency().as_days(),
        age: history.age().as_days(),
        mean_spend: None,
    };
    let cohort = Cohort::from_summaries(histories.iter().enumerate().map(row), TimeUnit::Day).unwrap();
    for_every_model!(params(), |model| {
        for (forecast, history) in cohort.forecast(&model).iter().zip(&histories) {
            let own = model.forecast(history);
            let mut sum = 0.0;
            for count in 0..200 {
                let probability = forecast.probability_of(count, weeks(4.0));
                assert_eq!(probability, own.probability_of(count, weeks(4.0)));
                sum += probability.get();
            }
            assert!((sum - 1.0).abs() < 1e-9, "{model:?}: {sum}");
        }
    });
}
