//! A customer's numbers do not depend on the others, on their order, or on threads: bit for bit.

use customer_value::{
    BgNbd, Cohort, CountModel, Currency, DiscountRate, ExpectedMoney, GammaGamma, GammaGammaParams, Horizon, Margin,
    Money, PurchaseHistory, Seed, Span, SpendHistory, SummaryRow, TimeUnit, Valuation, simulate,
};

use crate::laws::{Params, for_every_model};
use crate::shared::bg_nbd;

fn cohort(model: &impl CountModel<History = PurchaseHistory>, customers: u32, round: bool) -> Cohort<usize> {
    let rows = rows(model, customers, round);
    let cohort = Cohort::from_summaries(rows.iter().cloned(), TimeUnit::Day).unwrap();
    // The order of rows does not show.
    assert_eq!(Cohort::from_summaries(rows.into_iter().rev(), TimeUnit::Day).unwrap(), cohort);
    cohort
}

fn rows(model: &impl CountModel<History = PurchaseHistory>, customers: u32, round: bool) -> Vec<SummaryRow<usize>> {
    let histories = simulate(model, Span::whole_days(300), customers, Seed::new(3));
    let row = |(id, history): (usize, &PurchaseHistory)| {
        let recency = history.recency().as_days();
        SummaryRow {
            id,
            repeats: history.repeats(),
            recency: if round { recency.ceil() } else { recency },
            age: history.age().as_days(),
            mean_spend: Some((
                history.repeats(),
                Money::from_minor(if history.repeats() == 0 { 0 } else { 1_000 + id as i64 }, Currency::USD),
            )),
        }
    };
    histories.iter().enumerate().map(row).collect()
}

fn assert_batch_equals_single<M: CountModel<History = PurchaseHistory>>(model: &M, customers: u32) {
    let within = Span::whole_days(365);
    let rate = DiscountRate::effective_annual(0.12).unwrap();
    let v = ExpectedMoney::new(15.44, Currency::USD).unwrap();
    let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v }).unwrap();
    let valuation = Valuation { horizon: Horizon::Within(within), discount: rate, margin: Margin::new(0.3).unwrap() };
    for round in [true, false] {
        let cohort = cohort(model, customers, round);
        let all = cohort.forecast(model);
        let (alive, active) = (all.probability_alive(), all.probability_active(within));
        let expected = all.expected_purchases(within);
        let lifetime = all.discounted_purchases(Horizon::Lifetime, rate).unwrap();
        let values = all.values(&valuation, &spend).unwrap();
        for (index, customer) in cohort.iter().enumerate() {
            let own = model.forecast(&customer.purchases);
            assert_eq!(alive[index].get().to_bits(), own.probability_alive().get().to_bits());
            assert_eq!(active[index].get().to_bits(), own.probability_active(within).get().to_bits());
            assert_eq!(expected[index].to_bits(), own.expected_purchases(within).to_bits());
            let discounted = own.discounted_purchases(Horizon::Lifetime, rate).unwrap();
            assert_eq!(lifetime[index].to_bits(), discounted.to_bits());
            let spend: &SpendHistory = customer.spend.as_ref().unwrap();
            let spend = GammaGamma::forecast(&spend_model(), spend).unwrap();
            assert_eq!(values[index], valuation.value(&own, &spend).unwrap());
        }
    }
}

fn spend_model() -> GammaGamma {
    let v = ExpectedMoney::new(15.44, Currency::USD).unwrap();
    GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v }).unwrap()
}

/// So many that the cohort looks for equal processes among the first.
#[test]
fn a_customer_alone_and_in_a_large_batch_has_the_same_numbers() {
    assert_batch_equals_single::<BgNbd>(&bg_nbd([0.243, 4.414, 0.793, 2.426]), 6_000);
}

#[test]
fn a_customer_alone_and_in_a_batch_has_the_same_numbers_in_every_model_unlike_in_btydplus() {
    let [alpha, beta] = [30, 120].map(Span::whole_days);
    let params = Params { r: 0.8, alpha, a: 0.9, b: 2.5, beta, growth: 0.01 };
    for_every_model!(params, |model| assert_batch_equals_single(&model, 200));
}

#[cfg(feature = "rayon")]
#[test]
fn fits_and_forecasts_are_the_same_for_any_number_of_threads() {
    use customer_value::Mle;
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let histories = simulate(&model, Span::whole_days(300), 120_000, Seed::new(8));
            assert!(customer_value::Patterns::from(&histories).rows().len() > 1 << 15, "too few for a sample");
            let fit = Mle::default().fit::<BgNbd>(&histories[..]).unwrap();
            let cohort = cohort(&model, 6_000, true);
            let all = cohort.forecast(fit.model());
            let spend = Mle::default().fit::<GammaGamma>(&cohort).unwrap();
            (all.expected_purchases(Span::whole_days(90)), fit, spend)
        })
    };
    let one = answer(1);
    assert_eq!(one, answer(2));
    assert_eq!(one, answer(3));
}
