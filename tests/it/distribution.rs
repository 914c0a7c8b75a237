//! The distribution of a customer's undiscounted value.

use customer_value::{
    CountModel, Currency, DistributionError, ExpectedMoney, Forecast, GammaGamma, GammaGammaParams, Margin, Money,
    MoneyError, ParetoNbd, ParetoNbdParams, Probability, PurchaseHistory, Seed, Span, SpendError, SpendForecast,
    SpendHistory, UndiscountedValue, lifetime::Process, simulate,
};
use rand_distr::{Distribution, Gamma};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use crate::shared::{assert_printed, bg_nbd, history, mbg_nbd, nbd, relative_error};

const PAPER: [f64; 4] = [0.243, 4.414, 0.793, 2.426];

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn at(probability: f64) -> Probability {
    Probability::new(probability).unwrap()
}

fn margin(value: f64) -> Margin {
    Margin::new(value).unwrap()
}

fn spend([p, q, v]: [f64; 3]) -> GammaGamma {
    GammaGamma::new(GammaGammaParams { p, q, v: usd(v) }).unwrap()
}

fn weeks(count: f64) -> Span {
    Span::weeks(count).unwrap()
}

/// The customer of the reference table.
fn customer() -> (Forecast<impl Process>, SpendForecast) {
    let paid = SpendHistory::from_mean(2, Money::from_minor(2_235, Currency::USD)).unwrap();
    let spend = spend([6.25, 3.74, 15.44]).forecast(&paid).unwrap();
    (bg_nbd(PAPER).forecast(&history(2, 30.43, 38.86)), spend)
}

fn value() -> UndiscountedValue {
    let (purchases, spend) = customer();
    UndiscountedValue::new(&purchases, &spend, weeks(52.0), Margin::FULL).unwrap()
}

#[test]
fn value_distribution_of_cdnow_customer_1_matches_the_reference_table() {
    let value = value();
    assert_printed(value.probability_of_nothing().get(), "0.3971586229");
    assert_printed(value.mean().unwrap().amount(), "38.4438440366");
    assert_printed(value.standard_deviation().unwrap().amount(), "52.2992549899");
    let quantiles =
        [(0.5, "21.11198"), (0.75, "57.28610"), (0.9, "105.10222"), (0.95, "141.93634"), (0.99, "231.72359")];
    for (level, printed) in quantiles {
        assert_printed(value.quantile(at(level)).unwrap().amount(), printed);
    }
    for (amount, printed) in [(50.0, "0.7126025817"), (100.0, "0.8897928604"), (200.0, "0.9825865789")] {
        assert_printed(value.cdf(usd(amount)).unwrap().get(), printed);
    }
}

/// Everything but the closed form: counts from simulated customers, spend from gamma draws.
#[test]
fn value_distribution_of_newcomers_agrees_with_simulated_customers() {
    const DRAWS: u32 = 400_000;
    let (model, [p, q, v]) = (mbg_nbd([0.525, 6.183, 0.891, 1.614]), [6.25, 3.74, 15.44]);
    let newcomer = (model.forecast(&PurchaseHistory::acquired()), spend([p, q, v]).newcomer());
    let value = UndiscountedValue::new(&newcomer.0, &newcomer.1, weeks(52.0), margin(0.3)).unwrap();

    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let draws: Vec<f64> = simulate(&model, weeks(52.0), DRAWS, Seed::new(12))
        .iter()
        .map(|customer| {
            let rate = Gamma::new(q, v.recip()).unwrap().sample(&mut rng);
            let shape = p * f64::from(customer.repeats());
            if shape > 0.0 { 0.3 * Gamma::new(shape, rate.recip()).unwrap().sample(&mut rng) } else { 0.0 }
        })
        .collect();
    let n = f64::from(DRAWS);
    let close = |simulated: f64, expected: f64, deviation: f64| {
        assert!((simulated - expected).abs() <= 4.0 * deviation / n.sqrt(), "{simulated} {expected}");
    };
    for amount in [0.0, 2.0, 10.0, 25.0, 60.0, 150.0] {
        let probability = value.cdf(usd(amount)).unwrap().get();
        let share = draws.iter().filter(|draw| **draw <= amount).count() as f64 / n;
        close(share, probability, (probability * (1.0 - probability)).sqrt());
        let losses = || draws.iter().map(|draw| (amount - draw).max(0.0));
        close(losses().sum::<f64>() / n, value.expected_loss(usd(amount)).unwrap().amount(), amount);
    }
    let mean = draws.iter().sum::<f64>() / n;
    let deviation = value.standard_deviation().unwrap().amount();
    close(mean, value.mean().unwrap().amount(), deviation);
    let spread = (draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / n).sqrt();
    assert!(relative_error(spread, deviation) < 0.02, "{spread} {deviation}");

    let mut sorted = draws;
    sorted.sort_by(f64::total_cmp);
    for share in [0.6, 0.8, 0.95] {
        let worst = &sorted[..sorted.partition_point(|draw| *draw <= value.quantile(at(share)).unwrap().amount())];
        let shortfall = value.expected_shortfall(at(share)).unwrap().amount();
        close(worst.iter().sum::<f64>() / worst.len() as f64, shortfall, 3.0 * deviation);
    }
}

/// Every model, spend from even to without a mean, and a margin.
fn grid() -> Vec<(UndiscountedValue, f64, Option<f64>)> {
    let days = Span::whole_days;
    let pareto =
        ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha: weeks(10.578), s: 0.606, beta: weeks(11.669) }).unwrap();
    let spends = [[6.25, 3.74, 15.44], [0.3, 2.5, 40.0], [1.0, 0.7, 10.0], [80.0, 1.000_001, 1.0], [5.0, 1.4, 3.0]];
    let mut values = Vec::new();
    for spend in spends.map(spend) {
        for (past, within) in [(history(0, 0.0, 10.0), days(7)), (history(8, 30.0, 38.0), days(400))] {
            let paid = spend.newcomer();
            let mean = paid.mean().ok().map(ExpectedMoney::amount);
            let mut add = |value: Result<UndiscountedValue, _>, purchases: f64| {
                values.push((value.unwrap(), 0.4 * purchases, mean));
            };
            macro_rules! add {
                ($model:expr) => {{
                    let forecast = $model.forecast(&past);
                    let value = UndiscountedValue::new(&forecast, &paid, within, margin(0.4));
                    add(value, forecast.expected_purchases(within));
                }};
            }
            add!(nbd([0.385, 12.07]));
            add!(bg_nbd(PAPER));
            add!(mbg_nbd([0.525, 6.183, 0.891, 1.614]));
            add!(pareto);
        }
    }
    values
}

#[test]
fn quantiles_invert_the_distribution_and_it_never_falls() {
    for (value, ..) in grid() {
        let nothing = value.probability_of_nothing().get();
        let mut before = 0.0;
        for level in [0.0, 1e-6, 0.1, 0.3, 0.499, 0.5, 0.6, 0.75, 0.9, 0.99, 0.999_999, 1.0 - 1e-12] {
            let quantile = value.quantile(at(level)).unwrap();
            assert!(quantile.amount() >= before, "{level}: {quantile} after {before}");
            before = quantile.amount();
            let (cdf, above) = (value.cdf(quantile).unwrap().get(), value.probability_above(quantile).unwrap().get());
            assert!((cdf + above - 1.0).abs() < 1e-12, "{cdf} {above}");
            if level > nothing {
                assert!((cdf - level).abs() < 1e-12, "{level} {cdf}");
                assert!(relative_error(above, 1.0 - level) < 1e-11, "{level} {above}");
            } else {
                assert!(quantile.amount() == 0.0 && (cdf - nothing).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn the_mean_is_margin_times_purchases_times_spend() {
    for (value, purchases, spend) in grid() {
        match spend {
            Some(spend) => assert!(relative_error(value.mean().unwrap().amount(), purchases * spend) < 1e-12),
            None => assert!(matches!(value.mean(), Err(DistributionError::Spend(SpendError::NoFiniteMean { .. })))),
        }
    }
}

/// Integrals of the distribution function, by the trapezoidal rule in the logarithm of the amount.
#[test]
fn expected_loss_and_shortfall_are_integrals_of_the_distribution() {
    const STEP: f64 = 0.01;
    for (value, ..) in grid() {
        for level in [0.95, 0.999] {
            let quantile = value.quantile(at(level)).unwrap();
            let top = quantile.amount();
            if top <= 0.0 {
                continue;
            }
            let loss = |amount: f64| value.cdf(usd(amount)).unwrap().get() * amount;
            let nodes = (1..4_000).map(|node| loss(top * (-STEP * f64::from(node)).exp()));
            let below: f64 = STEP * (0.5 * loss(top) + nodes.sum::<f64>());
            let rest = value.cdf(usd(0.0)).unwrap().get() * top * (-STEP * 4_000.0).exp();
            let expected = value.expected_loss(quantile).unwrap().amount();
            assert!(relative_error(below + rest, expected) < 1e-4, "{below} {expected}");
            let shortfall = value.expected_shortfall(at(level)).unwrap().amount();
            assert!(relative_error(top - expected / level, shortfall) < 1e-9, "{shortfall}");
            assert!((0.0..=top).contains(&shortfall));
            assert!(value.mean().map_or(true, |mean| shortfall <= mean.amount()));
        }
    }
}

#[test]
fn partial_expectations_need_no_finite_mean_and_do_not_jump_where_it_appears() {
    let (purchases, _) = customer();
    let loss = |q: f64| {
        let spend = spend([2.0, q, 10.0]).newcomer();
        let value = UndiscountedValue::new(&purchases, &spend, weeks(52.0), Margin::FULL).unwrap();
        let far = [1.0, 1e3, 1e6, 1e9].map(|cost| value.expected_loss(usd(cost)).unwrap().amount());
        let shortfall = value.expected_shortfall(at(0.9999)).unwrap().amount();
        [far[0], far[1], far[2], far[3], shortfall]
    };
    for edge in [1.0, 1.5] {
        let [below, on, above] = [edge - 1e-9, edge, edge + 1e-9].map(loss);
        for index in 0..5 {
            let jump = (above[index] - 2.0 * on[index] + below[index]).abs();
            assert!(jump < 1e-12 * on[index], "{edge} {index}: {} {} {}", below[index], on[index], above[index]);
        }
    }
}

#[test]
fn whoever_cannot_buy_is_worth_nothing_for_certain() {
    let (purchases, _) = customer();
    let value = UndiscountedValue::new(&purchases, &spend([1.0, 0.5, 1.0]).newcomer(), Span::ZERO, Margin::FULL);
    let value = value.unwrap();
    assert_eq!(value.probability_of_nothing().get(), 1.0);
    assert_eq!(value.quantile(at(1.0)).unwrap(), usd(0.0));
    assert_eq!((value.mean().unwrap(), value.standard_deviation().unwrap()), (usd(0.0), usd(0.0)));
    assert_eq!(value.expected_shortfall(at(1.0)).unwrap(), usd(0.0));
    assert_eq!(value.expected_loss(usd(7.0)).unwrap(), usd(7.0));
    assert_eq!(value.probability_above(usd(0.0)).unwrap().get(), 0.0);
    assert_eq!(value.probability_above(usd(-1.0)).unwrap().get(), 1.0);
    assert_eq!(value.cdf(usd(-1.0)).unwrap().get(), 0.0);
}

/// Of 900 purchases in 38 weeks follow thousands in ten years, unless the customer leaves after a few: the density of
/// leaving early is too small for a number at the far end.
#[test]
fn probabilities_of_a_heavy_buyer_who_may_leave_soon_sum_to_one() {
    let pareto =
        ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha: weeks(10.578), s: 0.606, beta: weeks(11.669) }).unwrap();
    let forecast = pareto.forecast(&history(900, 38.0, 38.0));
    let year = weeks(104.0);
    let value = UndiscountedValue::new(&forecast, &spend([6.25, 3.74, 15.44]).newcomer(), year, Margin::FULL).unwrap();
    let everything = value.cdf(usd(1e12)).unwrap().get();
    assert!((everything - 1.0).abs() < 1e-10, "{everything}");
    assert!(forecast.probability_of(1, year).get() > 1e-4);
}

#[test]
fn impossible_distributions_are_refused_by_name() {
    let (purchases, spend_of_one) = customer();
    for bad in [0.0, -0.2] {
        let error = UndiscountedValue::new(&purchases, &spend_of_one, weeks(1.0), margin(bad)).unwrap_err();
        assert_eq!(error, DistributionError::MarginNotPositive { margin: margin(bad) });
    }
    let far = nbd([3.0, 1.0]).forecast(&history(50, 10.0, 10.0));
    let error = UndiscountedValue::new(&far, &spend_of_one, weeks(1e6), Margin::FULL).unwrap_err();
    assert!(matches!(error, DistributionError::TooManyPurchases { most: 20_000, .. }));

    let value = value();
    assert_eq!(value.quantile(at(1.0)), Err(DistributionError::NoFiniteQuantile));
    let euros = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(value.cdf(euros), Err(mismatch.into()));
    let uneven = spend([1.0, 1.5, 10.0]).newcomer();
    let uneven = UndiscountedValue::new(&purchases, &uneven, weeks(52.0), Margin::FULL).unwrap();
    let error = uneven.standard_deviation().unwrap_err();
    assert_eq!(error, DistributionError::Spend(SpendError::NoFiniteVariance { q: 1.5 }));
}
