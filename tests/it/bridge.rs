//! From delivered value to customer value: published elasticities of retention, laws over all models, whole cohorts
//! against single customers, bad input.

use customer_value::delivered::{Axis, BenefitMatrix, BenefitSource, Costs, Delivered, Effort, Sources};
use customer_value::exchange::{BridgeError, CohortEquity, CohortUplift, Elasticity, Uplift, ValueElasticity};
use customer_value::{
    Cohort, CountModel, Currency, Derivation, DerivationStep, DiscountRate, DiscreteWeibull, DiscreteWeibullParams,
    ExpectedMoney, Forecast, ForecastError, GammaGamma, GammaGammaParams, Horizon, Margin, Membership, Money,
    MoneyError, ParetoNbd, ParetoNbdParams, PurchaseHistory, RateFactor, RateFactors, ScalingError, Seed, ShadowPrices,
    Span, SpendError, SummaryRow, Tenure, TimeUnit, Valuation, ValuationError, simulate,
};
use proptest::prelude::*;

use crate::laws::{Params, for_every_model};
use crate::scaling::factors;
use crate::shared::{bg_nbd, history, nbd, pareto_nbd, relative_error};

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn spend_model() -> GammaGamma {
    GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: usd(15.44) }).unwrap()
}

fn valuation(horizon: Horizon, annual: f64) -> Valuation {
    let discount = DiscountRate::effective_annual(annual).unwrap();
    Valuation { horizon, discount, margin: Margin::new(0.3).unwrap() }
}

fn elasticity(purchase: f64, dropout: f64) -> ValueElasticity {
    let [purchase, dropout] = [purchase, dropout].map(|number| Elasticity::new(number).unwrap());
    ValueElasticity { purchase, dropout }
}

/// CLV = Σ m·r^k/(1+d)^k of a contract with the retention rate r, before and after.
fn retention_uplift(before: f64, after: f64, annual: f64) -> f64 {
    let params = DiscreteWeibullParams { theta: 1.0 - before, c: 1.0, every: Span::years(1.0).unwrap() };
    let contract = DiscreteWeibull::new(params).unwrap();
    let forecast = contract.forecast(&Tenure::new(0, Membership::Active).unwrap());
    let factors = factors(1.0, after.ln() / before.ln());
    let uplift = Uplift::new(&valuation(Horizon::Lifetime, annual), &forecast, &spend_model().newcomer(), factors);
    let change = uplift.unwrap().change();
    assert_eq!((change.by_purchases().amount(), change.by_both().amount()), (0.0, 0.0));
    change.total().amount() / change.before().amount()
}

#[test]
fn f48_five_points_more_retention_computed() {
    for (annual, percent) in [(0.0, 111.1), (0.05, 58.3), (0.10, 40.7), (0.15, 31.9)] {
        let own = 100.0 * retention_uplift(0.90, 0.95, annual);
        assert!((own - percent).abs() <= 0.0501, "{annual}: {own} {percent}");
    }
}

/// One percent of retention is worth five percent of customer value.
#[test]
fn f48_elasticity_of_retention_is_that_of_gupta_lehmann_and_stuart_2004() {
    let percent = 1e-6;
    let own = retention_uplift(0.9, 0.9 * (1.0 + percent), 0.12) / percent;
    assert!((own - 5.0909).abs() <= 1e-4, "{own}");
}

/// From the reference: benefits 225 and costs 144; then 19 more of service.
#[test]
fn a_better_offer_makes_customers_buy_faster_and_stay_longer() {
    let cells = Sources {
        product: [60.0, 40.0, 20.0].into(),
        service: [10.0, 30.0, 10.0].into(),
        people: [0.0, 15.0, 15.0].into(),
        image: [0.0, 0.0, 25.0].into(),
    };
    let before = BenefitMatrix::new(cells, Currency::USD).unwrap();
    let after = before.plus(BenefitSource::Service, Axis::Functional, usd(19.0)).unwrap();
    let [before, after] = [before, after].map(|benefits| {
        let costs = Costs::new(Money::from_minor(14_400, Currency::USD), Effort::default()).unwrap();
        Delivered::new(benefits, costs.components(&ShadowPrices::default()).unwrap().priced().unwrap()).unwrap().net()
    });
    let factors = elasticity(0.5, -0.5).factors(before, after).unwrap();
    assert!(relative_error(factors.purchases.get(), 10.0 / 9.0) < 1e-15);
    assert!(relative_error(factors.dropout.get(), 0.9) < 1e-15);

    // In NBD over a lifetime the value is margin · spend · rate / force, and nobody leaves.
    let forecast = nbd([0.385, 12.07]).forecast(&history(2, 30.43, 38.86));
    let valuation = valuation(Horizon::Lifetime, 0.12);
    let change = Uplift::new(&valuation, &forecast, &spend_model().newcomer(), factors).unwrap().change();
    let spend = 6.25 * 15.44 / 2.74;
    let expected = 0.3 * spend * 2.385 / (12.07 + 38.86) / (1.12_f64.ln() * 7.0 / 365.25);
    assert!(relative_error(change.before().amount(), expected) < 1e-12);
    assert!(relative_error(change.after().amount(), expected * 10.0 / 9.0) < 1e-12);
    assert_eq!((change.by_retention().amount(), change.by_both().amount()), (0.0, 0.0));
}

#[test]
fn equal_delivered_values_change_nothing() {
    let same = elasticity(0.7, -1.3).factors(usd(81.0), usd(81.0)).unwrap();
    assert_eq!(same, RateFactors::default());
    let deaf = ValueElasticity::default().factors(usd(1.0), usd(1e9)).unwrap();
    assert_eq!(deaf, RateFactors::default());
    let forecast = pareto_nbd([0.553, 10.578, 0.606, 11.669]).forecast(&history(2, 30.43, 38.86));
    let uplift = Uplift::new(&valuation(Horizon::Lifetime, 0.12), &forecast, &spend_model().newcomer(), same).unwrap();
    assert_eq!(uplift.change().total().amount(), 0.0);
    assert_eq!(uplift.change().after(), uplift.change().before());
}

/// In Pareto/NBD the value is the purchase rate times a function of how long customers stay.
#[test]
fn both_together_do_what_each_does_times_the_other_in_pareto_nbd() {
    let forecast = pareto_nbd([0.553, 10.578, 0.606, 11.669]).forecast(&history(2, 30.43, 38.86));
    let spend = spend_model().newcomer();
    let change =
        Uplift::new(&valuation(Horizon::Lifetime, 0.12), &forecast, &spend, factors(1.3, 0.6)).unwrap().change();
    let [before, purchases, retention, both] =
        [change.before(), change.by_purchases(), change.by_retention(), change.by_both()].map(ExpectedMoney::amount);
    assert!(relative_error(purchases, 0.3 * before) < 1e-13);
    assert!(retention > 0.0 && relative_error(both, 0.3 * retention) < 1e-12);
}

#[test]
fn the_derivation_of_an_uplift_reaches_down_to_what_was_estimated() {
    let forecast = bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&history(2, 30.43, 38.86));
    let valuation = valuation(Horizon::Lifetime, 0.12);
    let spend = spend_model().newcomer();
    let uplift = Uplift::new(&valuation, &forecast, &spend, factors(1.3, 0.6)).unwrap();
    let (tree, change) = (uplift.derivation(), uplift.change());
    assert_eq!(tree.replay(), Ok(change.after().amount()));
    assert_eq!(change.derivation().replay(), Ok(change.after().amount()));
    let value = |path: &[&str]| tree.find(path).map(Derivation::value);
    assert_eq!(value(&["change"]), Some(change.total().amount()));
    for (name, part) in [
        ("by purchases", change.by_purchases()),
        ("by retention", change.by_retention()),
        ("by both", change.by_both()),
    ] {
        assert_eq!(value(&["change", name]), Some(part.amount()));
        assert_eq!(change.derivation().find(&["change", name]).map(Derivation::value), Some(part.amount()));
    }
    assert_eq!(value(&["value before", "P(alive)"]), Some(forecast.probability_alive().get()));
    assert_eq!(value(&["value before", "margin"]), Some(0.3));
    let faster = forecast.scaled(factors(1.3, 1.0)).unwrap();
    let alive = *faster.given_alive();
    let discounted = customer_value::lifetime::Process::discounted_purchases(
        &alive,
        Span::ZERO,
        Horizon::Lifetime,
        valuation.discount.force_per_day(),
    );
    let path = ["change", "by purchases", "with purchases alone", "discounted purchases if alive"];
    assert_eq!(value(&path), Some(discounted));
    let given = tree.walk().filter(|(_, node)| node.step() == DerivationStep::Given).count();
    assert_eq!(given, 4 * (1 + 2 + 2 + 2 + 4));
}

#[test]
fn delivered_values_without_a_percentage_are_refused() {
    let response = elasticity(0.5, -0.5);
    for worthless in [0.0, -0.0, -3.0] {
        let (none, some) = (usd(worthless), usd(10.0));
        assert_eq!(response.factors(none, some), Err(BridgeError::WorthlessBefore { value: none }));
        assert_eq!(response.factors(some, none), Err(BridgeError::WorthlessAfter { value: none }));
    }
    let message = response.factors(usd(-3.0), usd(1.0)).unwrap_err().to_string();
    assert_eq!(message, "delivered value was -3.00 USD before the change, expected more than nothing");
    let euro = ExpectedMoney::new(10.0, Currency::EUR).unwrap();
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(response.factors(usd(10.0), euro), Err(BridgeError::Money(mismatch)));
    for (before, after) in [(1e-300, 1e300), (1e300, 1e-300)] {
        let BridgeError::Unit(error) = response.factors(usd(before), usd(after)).unwrap_err() else { panic!() };
        assert_eq!((error.quantity, error.value), ("ratio of delivered values", after / before));
    }
    let BridgeError::Unit(error) = response.factors(usd(1e-7), usd(1e6)).unwrap_err() else { panic!() };
    assert_eq!(error.quantity, "rate factor");
    assert!(relative_error(error.value, 1e13_f64.sqrt()) < 1e-14);
}

#[test]
fn elasticities_are_numbers_within_a_hundred() {
    for bad in [f64::NAN, f64::INFINITY, 100.1, -100.1] {
        let error = Elasticity::new(bad).unwrap_err();
        assert_eq!((error.quantity, error.low, error.high), ("elasticity", -100.0, 100.0));
    }
    assert_eq!([-100.0, 100.0].map(|edge| Elasticity::new(edge).unwrap().get()), [-100.0, 100.0]);
}

#[test]
fn an_infinite_value_before_or_after_is_refused() {
    // Without discounting, values are finite for a > 1 only.
    let undiscounted = valuation(Horizon::Lifetime, 0.0);
    let spend = spend_model().newcomer();
    let diverges = BridgeError::Valuation(ForecastError::Diverges.into());
    let uplift = |a, g| {
        let forecast = bg_nbd([0.243, 4.414, a, 2.426]).forecast(&history(2, 30.43, 38.86));
        Uplift::new(&undiscounted, &forecast, &spend, factors(1.0, g))
    };
    assert_eq!(uplift(0.9, 2.0), Err(diverges.clone()));
    assert_eq!(uplift(1.5, 0.5), Err(diverges));
    // E 1/p = (a+b−1)/(a−1), with b = 4.426: the change is known in closed form.
    let change = uplift(1.5, 2.0).unwrap().change();
    let ratio = (6.426 / 2.0) / (4.926 / 0.5);
    assert!(relative_error(change.after().amount() / change.before().amount(), ratio) < 1e-12);

    let uneven = GammaGamma::new(GammaGammaParams { p: 6.25, q: 0.5, v: usd(15.44) }).unwrap().newcomer();
    let forecast = nbd([0.385, 12.07]).forecast(&PurchaseHistory::acquired());
    let error = Uplift::new(&valuation(Horizon::Lifetime, 0.1), &forecast, &uneven, factors(1.1, 1.0)).unwrap_err();
    assert_eq!(error, BridgeError::Valuation(SpendError::NoFiniteMean { q: 0.5 }.into()));
}

fn row(id: usize, repeats: u32, [recency, age]: [f64; 2], cents: i64) -> SummaryRow<usize> {
    SummaryRow { id, repeats, recency, age, mean_spend: Some((repeats, Money::from_minor(cents, Currency::USD))) }
}

fn cohort(rows: impl IntoIterator<Item = SummaryRow<usize>>) -> Cohort<usize> {
    Cohort::from_summaries(rows, TimeUnit::Day).unwrap()
}

/// Ages and recencies in whole days, so that many customers share a process.
fn simulated(model: &impl CountModel<History = PurchaseHistory>, customers: u32) -> Cohort<usize> {
    let histories = simulate(model, Span::whole_days(300), customers, Seed::new(5));
    cohort(histories.iter().enumerate().map(|(id, history)| {
        let times = [history.recency().as_days().ceil(), history.age().as_days()];
        row(id, history.repeats(), times, if history.repeats() == 0 { 0 } else { 1_000 + id as i64 })
    }))
}

fn assert_cohort_is_its_customers(model: &impl CountModel<History = PurchaseHistory>, customers: u32) {
    let cohort = simulated(model, customers);
    let (valuation, spend, factors) = (valuation(Horizon::Lifetime, 0.12), spend_model(), factors(1.2, 0.8));
    let forecast = cohort.forecast(model);
    let equity = CohortEquity::new(&forecast, &valuation, &spend).unwrap();
    let uplift = CohortUplift::new(&forecast, &valuation, &spend, factors).unwrap();
    assert_eq!((equity.customers(), uplift.customers().len()), (cohort.len(), cohort.len()));
    let mut sums = [0.0; 5];
    for (index, customer) in cohort.iter().enumerate() {
        let own = model.forecast(&customer.purchases);
        let paid = spend.forecast(&customer.spend.unwrap()).unwrap();
        let single = Uplift::new(&valuation, &own, &paid, factors).unwrap();
        assert_eq!(single, uplift.customers()[index]);
        let change = single.change();
        let value = valuation.value(&own, &paid).unwrap().residual;
        assert_eq!(change.before().amount().to_bits(), value.amount().to_bits());
        assert_eq!(equity.values()[index].to_bits(), value.amount().to_bits());
        let parts = [change.before(), change.by_purchases(), change.by_retention(), change.by_both(), change.total()];
        sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part.amount());
    }
    let [before, purchases, retention, both, total] = sums;
    let change = uplift.change();
    assert_eq!(change.before(), equity.total());
    let parts = [change.before(), change.by_purchases(), change.by_retention(), change.by_both()];
    assert_eq!(parts.map(ExpectedMoney::amount), [before, purchases, retention, both]);
    assert!(relative_error(change.total().amount(), total) < 1e-12);
}

#[test]
fn the_equity_of_a_cohort_is_the_sum_of_its_customers_in_every_model() {
    let [alpha, beta] = [30, 120].map(Span::whole_days);
    let params = Params { r: 0.8, alpha, a: 0.9, b: 2.5, beta, growth: 0.01 };
    for_every_model!(params, |model| assert_cohort_is_its_customers(&model, 100));
}

/// So many that the cohort looks for equal processes.
#[test]
fn the_equity_of_a_large_cohort_is_the_sum_of_its_customers() {
    assert_cohort_is_its_customers(&bg_nbd([0.243, 4.414, 0.793, 2.426]), 6_000);
}

#[cfg(feature = "rayon")]
#[test]
fn equity_and_uplift_are_the_same_for_any_number_of_threads() {
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let cohort = simulated(&model, 6_000);
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let forecast = cohort.forecast(&model);
            let valuation = valuation(Horizon::Lifetime, 0.12);
            let equity = CohortEquity::new(&forecast, &valuation, &spend_model()).unwrap();
            (equity, CohortUplift::new(&forecast, &valuation, &spend_model(), factors(1.2, 0.8)).unwrap())
        })
    };
    let one = answer(1);
    assert_eq!(one, answer(2));
    assert_eq!(one, answer(3));
}

#[test]
fn nobody_is_worth_nothing() {
    let (cohort, model) = (cohort([]), bg_nbd([0.243, 4.414, 0.793, 2.426]));
    let forecast = cohort.forecast(&model);
    let valuation = valuation(Horizon::Lifetime, 0.12);
    let equity = CohortEquity::new(&forecast, &valuation, &spend_model()).unwrap();
    assert_eq!((equity.customers(), equity.total()), (0, usd(0.0)));
    let uplift = CohortUplift::new(&forecast, &valuation, &spend_model(), factors(1.2, 0.8)).unwrap();
    assert_eq!((uplift.change().before(), uplift.change().total()), (usd(0.0), usd(0.0)));
}

#[test]
fn customers_without_a_value_are_named_by_position() {
    let model = bg_nbd([0.243, 4.414, 1.5, 2.426]);
    let rows = [row(3, 2, [50.0, 80.0], 900), row(7, 0, [0.0, 80.0], 0), row(9, 1, [5.0, 80.0], 700)];
    let cohort = cohort(rows);
    let forecast = cohort.forecast(&model);
    let undiscounted = valuation(Horizon::Lifetime, 0.0);
    let uplift = |spend, factors| CohortUplift::new(&forecast, &undiscounted, &spend, factors);
    let named = |index, source| BridgeError::from(ValuationError::Customer { index, source: Box::new(source) });
    let diverges = named(0, ForecastError::Diverges.into());
    assert_eq!(uplift(spend_model(), factors(1.0, 0.5)), Err(diverges));

    // Whoever bought nothing more has the q of the population.
    let uneven = GammaGamma::new(GammaGammaParams { p: 6.25, q: 0.5, v: usd(15.44) }).unwrap();
    let no_mean = SpendError::NoFiniteMean { q: 0.5 };
    assert_eq!(uplift(uneven, factors(1.0, 2.0)), Err(named(1, no_mean.clone().into())));
    let error = CohortEquity::new(&forecast, &undiscounted, &uneven).unwrap_err();
    assert_eq!(error, ValuationError::Customer { index: 1, source: Box::new(no_mean.into()) });

    let euro = ExpectedMoney::new(15.44, Currency::EUR).unwrap();
    let euro = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: euro }).unwrap();
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::EUR, found: Currency::USD };
    let error = uplift(euro, factors(1.0, 2.0)).unwrap_err();
    assert_eq!(error, named(0, SpendError::Money(mismatch).into()));
}

#[test]
fn customers_beyond_the_range_of_numbers_are_named_by_position() {
    let [alpha, beta] = [1e-5, 10.0].map(|days| Span::days(days).unwrap());
    let model = ParetoNbd::new(ParetoNbdParams { r: 1.0, alpha, s: 1.0, beta }).unwrap();
    let cohort = cohort([row(1, 0, [0.0, 100.0], 0), row(2, 0, [0.0, 0.0], 0)]);
    let valuation = valuation(Horizon::Lifetime, 0.12);
    let error = CohortUplift::new(&cohort.forecast(&model), &valuation, &spend_model(), factors(1e3, 1.0)).unwrap_err();
    let source = ScalingError::OutOfRange {
        parameter: "rate of the purchase rates",
        value: 1e-5 / 1e3,
        least: 1e-6,
        most: 1e12 + 1e6,
    };
    assert_eq!(error, BridgeError::Customer { index: 1, source });
    let forecast: Forecast<_> = model.forecast(&PurchaseHistory::acquired());
    let error = Uplift::new(&valuation, &forecast, &spend_model().newcomer(), factors(1e3, 1.0)).unwrap_err();
    assert_eq!(error, BridgeError::Scaling(source));
}

#[test]
fn a_cohort_without_spend_has_no_equity() {
    let row = SummaryRow { id: 1, repeats: 0, recency: 0.0, age: 9.0, mean_spend: None };
    let (cohort, model) = (cohort([row]), bg_nbd([0.243, 4.414, 0.793, 2.426]));
    let (forecast, valuation) = (cohort.forecast(&model), valuation(Horizon::Lifetime, 0.12));
    assert_eq!(CohortEquity::new(&forecast, &valuation, &spend_model()), Err(ValuationError::NoSpend));
    let error = CohortUplift::new(&forecast, &valuation, &spend_model(), factors(1.1, 1.0)).unwrap_err();
    assert_eq!(error, BridgeError::Valuation(ValuationError::NoSpend));
}

#[cfg(feature = "serde")]
#[test]
fn changes_are_read_through_the_checks() {
    let model: customer_value::BgNbd = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let cohort = simulated(&model, 20);
    let (forecast, valuation) = (cohort.forecast(&model), valuation(Horizon::Lifetime, 0.12));
    let equity = CohortEquity::new(&forecast, &valuation, &spend_model()).unwrap();
    let mut json = serde_json::to_value(&equity).unwrap();
    assert_eq!(serde_json::from_value::<CohortEquity>(json.clone()).unwrap(), equity);
    (json["values"][0], json["values"][1]) = (f64::MAX.into(), f64::MAX.into());
    assert!(serde_json::from_value::<CohortEquity>(json).unwrap_err().to_string().contains("expected amount is inf"));

    let uplift = CohortUplift::new(&forecast, &valuation, &spend_model(), factors(1.2, 0.8)).unwrap();
    let json = serde_json::to_value(&uplift).unwrap();
    assert_eq!(serde_json::from_value::<CohortUplift>(json.clone()).unwrap(), uplift);
    let error = |json| serde_json::from_value::<CohortUplift>(json).unwrap_err().to_string();
    let mut changed = json.clone();
    changed["customers"][4]["discounted"]["both"] = (-1.0).into();
    assert!(error(changed).contains("discounted purchases is -1"));
    let mut changed = json;
    changed["currency"] = "EUR".into();
    assert!(error(changed).contains("currencies differ: expected EUR, got USD"));

    let change = serde_json::to_value(uplift.change()).unwrap();
    assert_eq!(serde_json::from_value::<customer_value::exchange::ValueChange>(change).unwrap(), uplift.change());
    let json = serde_json::to_string(&elasticity(0.5, -2.0)).unwrap();
    assert_eq!(json, r#"{"purchase":0.5,"dropout":-2.0}"#);
    assert_eq!(serde_json::from_str::<ValueElasticity>(&json).unwrap(), elasticity(0.5, -2.0));
    assert!(serde_json::from_str::<ValueElasticity>(&json.replace("2.0", "200")).is_err());
}

fn any_params() -> impl Strategy<Value = Params> {
    (0.05..20.0_f64, 1.0..300.0_f64, 0.1..10.0_f64, 0.1..10.0_f64, 5.0..500.0_f64, 1e-4..0.05_f64).prop_map(
        |(r, alpha, a, b, beta, growth)| {
            let [alpha, beta] = [alpha, beta].map(|days| Span::days(days).unwrap());
            Params { r, alpha, a, b, beta, growth }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn parts_add_up_to_the_last_bit_and_to_the_value_after_in_every_model(
        params in any_params(), repeats in 0_u32..10, f in 0.2..5.0_f64, g in 0.2..5.0_f64, annual in 0.01..0.5_f64,
    ) {
        let past = history(repeats, if repeats == 0 { 0.0 } else { 20.0 }, 30.0);
        let (valuation, spend) = (valuation(Horizon::Lifetime, annual), spend_model().newcomer());
        for_every_model!(params, |model| {
            let forecast = model.forecast(&past);
            let change = Uplift::new(&valuation, &forecast, &spend, factors(f, g)).unwrap().change();
            let [before, purchases, retention, both, total, after] = [
                change.before(), change.by_purchases(), change.by_retention(), change.by_both(), change.total(),
                change.after(),
            ].map(ExpectedMoney::amount);
            prop_assert_eq!(total.to_bits(), (purchases + retention + both).to_bits());
            prop_assert_eq!(after.to_bits(), (before + total).to_bits());
            let value = |f, g| {
                let scaled = forecast.scaled(factors(f, g)).unwrap();
                valuation.value(&scaled, &spend).unwrap().residual.amount()
            };
            prop_assert_eq!(before.to_bits(), value(1.0, 1.0).to_bits());
            prop_assert_eq!(purchases.to_bits(), (value(f, 1.0) - before).to_bits());
            prop_assert_eq!(retention.to_bits(), (value(1.0, g) - before).to_bits());
            // A few roundings of the largest part.
            let largest = [before, purchases, retention, both].into_iter().map(f64::abs).fold(0.0, f64::max);
            prop_assert!((after - value(f, g)).abs() <= 4.0 * f64::EPSILON * largest, "{model:?} {after} {}", value(f, g));
        });
    }

    #[test]
    fn more_delivered_value_is_worth_more_in_every_model(
        params in any_params(), gain in 1.01..3.0_f64, purchase in 0.0..2.0_f64, dropout in -2.0..0.0_f64,
    ) {
        let response = elasticity(purchase, dropout).factors(usd(50.0), usd(50.0 * gain)).unwrap();
        let (valuation, spend) = (valuation(Horizon::Lifetime, 0.12), spend_model().newcomer());
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history(3, 20.0, 30.0));
            let change = Uplift::new(&valuation, &forecast, &spend, response).unwrap().change();
            let least = -1e-11 * change.before().amount();
            for part in [change.by_purchases(), change.by_retention(), change.total()] {
                prop_assert!(part.amount() >= least, "{model:?} {change:?}");
            }
        });
    }

    /// A percent more and then a percent less.
    #[test]
    fn responses_can_be_taken_back(
        before in 1.0..1e3_f64, after in 1.0..1e3_f64, purchase in -1.0..1.0_f64, dropout in -1.0..1.0_f64,
    ) {
        let response = elasticity(purchase, dropout);
        let there = response.factors(usd(before), usd(after)).unwrap();
        let back = response.factors(usd(after), usd(before)).unwrap();
        for (there, back) in [(there.purchases, back.purchases), (there.dropout, back.dropout)] {
            prop_assert!((there.get() * back.get() - RateFactor::ONE.get()).abs() < 1e-14);
        }
        let log = (after / before).ln();
        prop_assert!((there.purchases.get().ln() - purchase * log).abs() < 1e-14 * (1.0 + log.abs()));
    }
}
