//! Spend on winning and on keeping customers. Numbers marked `computed` were computed for this project by other means.

use customer_value::delivered::{Curve, Response};
use customer_value::exchange::{
    BlattbergDeighton, Budgets, ConcaveCurve, ConcaveResponse, Earnings, ExchangeError, FirstMargin, Relationship,
    Retention, SpendResponse, SpendResponses,
};
use customer_value::{Currency, DiscountRate, ExpectedMoney, MoneyError, Probability, Span, TimeUnit};
use proptest::prelude::*;

use crate::shared::{assert_printed, error, quantity_of, relative_error};

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn response(limit: f64, speed: f64) -> SpendResponse {
    SpendResponse::new(limit, speed, Currency::USD).unwrap()
}

fn model(margin: f64, discount: f64, acquisition: [f64; 2], retention: [f64; 2]) -> BlattbergDeighton {
    let [acquisition, retention] = [acquisition, retention].map(|[limit, speed]| response(limit, speed));
    let discount = DiscountRate::effective_annual(discount).unwrap();
    let earnings = Earnings { margin: usd(margin), discount, period: Span::years(1.0).unwrap() };
    BlattbergDeighton::new(earnings, SpendResponses { acquisition, retention }).unwrap()
}

#[test]
fn f49_blattberg_deighton_1996_computed() {
    let model = model(100.0, 0.15, [0.4, 0.05], [0.85, 0.04]);
    let best = model.optimum().unwrap();
    assert_printed(best.retention.amount(), "42.2263");
    assert_printed(best.retained.get(), "0.693010");
    assert_printed(best.lifetime_value.amount(), "159.2456");
    assert_printed(best.acquisition.amount(), "23.1685");
    assert_printed(best.acquired.get(), "0.274408");
    assert_printed(best.customer_equity.amount(), "20.5297");
    let (winning, keeping) = (response(0.4, 0.05), response(0.85, 0.04));
    assert_printed(winning.marginal_cost(best.acquisition).unwrap().amount(), "159.2456");
    assert_printed(keeping.marginal_cost(best.retention).unwrap().amount(), "159.2456");
    let average = |response: SpendResponse, spend| response.average_cost(spend).unwrap().unwrap().amount();
    assert_printed(average(winning, best.acquisition) / average(keeping, best.retention), "1.386");
    assert_eq!(model.at(best.acquisition, best.retention).unwrap(), best);
}

#[test]
fn f49_nothing_is_spent_where_the_first_unit_brings_less_than_itself() {
    // m·c_r·k_r = 0.85 ≤ 1, though acquisition pays: CLV is the margin.
    let no_retention = model(100.0, 0.15, [0.4, 0.05], [0.85, 0.01]).optimum().unwrap();
    assert_eq!((no_retention.retention, no_retention.retained.get()), (usd(0.0), 0.0));
    assert!(error(no_retention.lifetime_value.amount(), 100.0) < 1e-12);
    assert!(error(no_retention.acquisition.amount(), 20.0 * 2.0_f64.ln()) < 1e-12);
    // k_a·c_a·CLV ≤ 1: a prospect is worth nothing, though a customer would be.
    let no_acquisition = model(100.0, 0.15, [0.4, 0.01], [0.85, 0.04]).optimum().unwrap();
    assert_eq!((no_acquisition.acquisition, no_acquisition.customer_equity), (usd(0.0), usd(0.0)));
    assert_printed(no_acquisition.lifetime_value.amount(), "159.2456");
    // On the border itself.
    let border = model(100.0, 0.15, [0.5, 0.02], [0.5, 0.02]).optimum().unwrap();
    assert!(border.retention.amount() < 1e-9 && border.acquisition.amount() < 1e-9);
}

#[test]
fn f49_zero_spend_has_no_average_cost() {
    assert_eq!(response(0.4, 0.05).average_cost(usd(0.0)).unwrap(), None);
    assert!(error(response(0.4, 0.05).marginal_cost(usd(0.0)).unwrap().amount(), 50.0) < 1e-12);
    let flat = response(0.4, 0.05).marginal_cost(usd(1e6));
    assert_eq!(flat, Err(ExchangeError::TooLarge { quantity: "marginal cost of a customer" }));
}

#[test]
fn f49_no_discounting_is_legal() {
    // R* from the derivative of (m − R)/(1 − r), whose root a search over a fine grid brackets.
    let model = model(100.0, 0.0, [0.4, 0.05], [0.85, 0.04]);
    let best = model.optimum().unwrap();
    let value = |spend| model.at(usd(0.0), usd(spend)).unwrap().lifetime_value.amount();
    let grid = (0..100_000).map(|step| f64::from(step) * 1e-3).max_by(|a, b| value(*a).total_cmp(&value(*b))).unwrap();
    assert!((best.retention.amount() - grid).abs() <= 1e-3, "{grid}");
}

#[test]
fn f49_response_through_a_known_point() {
    let through = SpendResponse::through(usd(10.0), Probability::new(0.2).unwrap(), 0.4).unwrap();
    assert!(error(through.speed(), 2.0_f64.ln() / 10.0) < 1e-14);
    for (spend, share, limit, quantity) in [
        (0.0, 0.2, 0.4, "spend"),
        (10.0, 0.4, 0.4, "share below its limit"),
        (10.0, 0.0, 0.4, "share below its limit"),
        (10.0, 0.2, 1.0, "limit of a response"),
    ] {
        let refused = SpendResponse::through(usd(spend), Probability::new(share).unwrap(), limit).unwrap_err();
        assert_eq!(quantity_of(&refused), quantity);
    }
}

/// Without any spend the first margin falls now, as in a relationship that says so.
#[test]
fn f49_the_first_margin_falls_now() {
    let model = model(100.0, 0.15, [0.4, 0.05], [0.85, 0.04]);
    let spend = usd(30.0);
    let budgets = model.at(usd(0.0), spend).unwrap();
    let relationship = Relationship {
        retention: Retention::new(budgets.retained, model.earnings().period).unwrap(),
        discount: model.earnings().discount,
        first_margin: FirstMargin::Now,
    };
    // Retention is paid at the end of each period that was begun: one period later than the margins.
    let multiple = relationship.multiple().unwrap();
    let expected = multiple * (100.0 - spend.amount() / 1.15);
    assert!(error(budgets.lifetime_value.amount(), expected) < 1e-13);
}

/// One curve under three names, see `SpendResponse`.
#[test]
fn f49_the_exponential_responses_of_all_rooms_agree() {
    let (limit, speed) = (0.4, 0.05);
    let share = response(limit, speed);
    let concave = ConcaveResponse::new(ConcaveCurve::Exponential { limit, speed }, Currency::USD).unwrap();
    let curve = Response::new(Curve::Exponential { scale: limit, rate: speed }).unwrap();
    for spend in [0.0, 1e-9, 1.0, 20.0, 1e3] {
        let expected = share.share(usd(spend)).unwrap().get();
        assert!(relative_error(concave.value(usd(spend)).unwrap(), expected) < 1e-15);
        assert!(relative_error(curve.value(spend).unwrap(), expected) < 1e-15);
    }
}

#[test]
fn f49_impossible_responses_and_models_are_refused() {
    for limit in [0.0, 1.0, -0.5, f64::NAN] {
        let refused = SpendResponse::new(limit, 0.1, Currency::USD).unwrap_err();
        assert_eq!(quantity_of(&refused), "limit of a response");
    }
    for speed in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        let refused = SpendResponse::new(0.5, speed, Currency::USD).unwrap_err();
        assert_eq!(quantity_of(&refused), "speed of a response");
    }
    let year = Span::years(1.0).unwrap();
    let build = |margin, period, acquisition| {
        let earnings = Earnings { margin, discount: DiscountRate::ZERO, period };
        BlattbergDeighton::new(earnings, SpendResponses { acquisition, retention: response(0.8, 0.1) }).unwrap_err()
    };
    assert_eq!(quantity_of(&build(usd(0.0), year, response(0.5, 0.1))), "margin");
    assert_eq!(quantity_of(&build(usd(-10.0), year, response(0.5, 0.1))), "margin");
    assert_eq!(quantity_of(&build(usd(10.0), Span::ZERO, response(0.5, 0.1))), "period in days");
    let mismatch = |expected, found| ExchangeError::Money(MoneyError::CurrencyMismatch { expected, found });
    let euro = SpendResponse::new(0.5, 0.1, Currency::EUR).unwrap();
    assert_eq!(build(usd(10.0), year, euro), mismatch(Currency::USD, Currency::EUR));
    let eur = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    assert_eq!(response(0.5, 0.1).share(eur), Err(mismatch(Currency::USD, Currency::EUR)));
    let negative = response(0.5, 0.1).share(usd(-1.0));
    assert!(matches!(negative, Err(ExchangeError::Unit(unit)) if unit.quantity == "spend"));
}

/// Every corner of what the constructors accept: a number or a typed error, and never a worse budget than none.
#[test]
fn f49_extremes_stay_numbers() {
    let year = Span::years(1.0).unwrap();
    let discounts = [
        DiscountRate::ZERO,
        DiscountRate::effective_annual(10.0).unwrap(),
        DiscountRate::continuous(1e6, TimeUnit::Day).unwrap(),
    ];
    let (limits, sizes) = ([1e-300, 0.5, 1.0_f64.next_down()], [1e-100, 1e-3, 1.0, 1e3, 1e100]);
    let mut numbers = 0;
    for discount in discounts {
        for (margin, k_a, k_r) in
            sizes.iter().flat_map(|m| sizes.map(|k| (*m, k))).flat_map(|(m, k)| sizes.map(|j| (m, k, j)))
        {
            for (c_a, c_r) in limits.iter().flat_map(|a| limits.map(|r| (*a, r))) {
                let responses = SpendResponses { acquisition: response(c_a, k_a), retention: response(c_r, k_r) };
                let earnings = Earnings { margin: usd(margin), discount, period: year };
                let model = BlattbergDeighton::new(earnings, responses).unwrap();
                match model.optimum() {
                    Ok(best) => {
                        numbers += 1;
                        let amounts = [best.acquisition, best.retention, best.lifetime_value, best.customer_equity];
                        assert!(amounts.iter().all(|amount| amount.amount().is_finite()), "{model:?}");
                        let value = best.lifetime_value.amount();
                        assert!(value >= margin * (1.0 - 1e-12), "{model:?}: {value}");
                        assert!(best.customer_equity.amount() >= -1e-12 * value, "{model:?}: {best:?}");
                    }
                    Err(problem) => assert!(matches!(problem, ExchangeError::TooLarge { .. }), "{problem}"),
                }
            }
        }
    }
    assert!(numbers > 3_000, "{numbers}");
}

#[cfg(feature = "serde")]
#[test]
fn reading_runs_the_checks_of_new() {
    let model = model(100.0, 0.15, [0.4, 0.05], [0.85, 0.04]);
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<BlattbergDeighton>(&text).unwrap(), model);
    assert!(serde_json::from_str::<BlattbergDeighton>(&text.replace("0.85", "1.0")).is_err());
    assert!(
        serde_json::from_str::<BlattbergDeighton>(
            &text.replace("\"margin\":{\"amount\":100.0", "\"margin\":{\"amount\":0.0")
        )
        .is_err()
    );
}

/// The highest point of a function with one peak, to the precision that its flat top allows.
fn golden_section([mut low, mut high]: [f64; 2], f: impl Fn(f64) -> f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..200 {
        let step = ratio * (high - low);
        if f(high - step) < f(low + step) { low = high - step } else { high = low + step }
    }
    f(0.5 * (low + high))
}

fn any_model() -> impl Strategy<Value = (f64, f64, [f64; 2], [f64; 2])> {
    let response = (0.02..0.98_f64, -6.0..1.0_f64).prop_map(|(limit, ln)| [limit, ln.exp()]);
    (1.0..1e4_f64, 0.0..0.5_f64, response.clone(), response)
}

proptest! {
    /// Pfeifer (2005): at the optimum, both marginal costs are the lifetime value; at a corner they are no less.
    #[test]
    fn marginal_costs_are_the_lifetime_value((margin, discount, winning, keeping) in any_model()) {
        let best = model(margin, discount, winning, keeping).optimum().unwrap();
        let value = best.lifetime_value.amount();
        for ([limit, speed], spend) in [(winning, best.acquisition), (keeping, best.retention)] {
            let cost = response(limit, speed).marginal_cost(spend).unwrap().amount();
            if spend.amount() > 0.0 {
                prop_assert!(relative_error(cost, value) < 1e-9, "{cost} {value}");
            } else {
                prop_assert!(cost >= value * (1.0 - 1e-12), "{cost} {value}");
            }
        }
    }

    #[test]
    fn no_search_finds_a_better_budget((margin, discount, winning, keeping) in any_model()) {
        let model = model(margin, discount, winning, keeping);
        let best = model.optimum().unwrap();
        let at = |acquisition: f64, retention: f64| -> Budgets { model.at(usd(acquisition), usd(retention)).unwrap() };
        let most = margin * (1.0 + discount);
        let searched = golden_section([0.0, most], |spend| at(0.0, spend).lifetime_value.amount());
        prop_assert!(relative_error(best.lifetime_value.amount(), searched) < 1e-12);
        let retention = best.retention.amount();
        let most = best.lifetime_value.amount();
        let searched = golden_section([0.0, most], |spend| at(spend, retention).customer_equity.amount());
        prop_assert!(error(best.customer_equity.amount(), searched) < 1e-12 * most.max(1.0));
    }

    /// The condition of the optimum changes its sign within 1e-12 of it.
    #[test]
    fn retention_spend_is_found_to_the_last_digits((margin, discount, winning, keeping) in any_model()) {
        let best = model(margin, discount, winning, keeping).optimum().unwrap().retention.amount();
        prop_assume!(best > 1e-6);
        let [limit, speed] = keeping;
        let factor = 1.0 / (1.0 + discount);
        let condition = |spend: f64| {
            let left = limit * (-speed * spend).exp();
            (margin - factor * spend) * speed * left - (1.0 - factor * (limit - left))
        };
        // Where the marginal value is flat beside its parts, rounding moves the root by more.
        let slope = (condition(best * (1.0 - 1e-6)) - condition(best * (1.0 + 1e-6))) / 2e-6;
        let width = (4.0 * f64::EPSILON * (1.0 + margin * speed) / slope).max(1e-12);
        prop_assert!(condition(best * (1.0 - width)) >= 0.0 && condition(best * (1.0 + width)) <= 0.0);
    }

    #[test]
    fn value_follows_blattberg_and_deightons_first_form(
        (margin, discount, winning, keeping) in any_model(), share in 0.01..0.99_f64
    ) {
        // m + (m − R/r)·r/(1 + d − r), which needs R > 0.
        let spend = share * margin;
        let budgets = model(margin, discount, winning, keeping).at(usd(0.0), usd(spend)).unwrap();
        let r = keeping[0] * (1.0 - (-keeping[1] * spend).exp());
        let first_form = margin + (margin - spend / r) * r / (1.0 + discount - r);
        prop_assert!(error(budgets.lifetime_value.amount(), first_form) < 1e-9 * margin);
    }

    #[test]
    fn a_larger_margin_never_spends_less((margin, discount, winning, keeping) in any_model()) {
        let best = model(margin, discount, winning, keeping).optimum().unwrap();
        let richer = model(1.1 * margin, discount, winning, keeping).optimum().unwrap();
        prop_assert!(richer.retention.amount() >= best.retention.amount() * (1.0 - 1e-12));
        prop_assert!(richer.acquisition.amount() >= best.acquisition.amount() * (1.0 - 1e-12));
        prop_assert!(richer.customer_equity.amount() >= best.customer_equity.amount());
    }
}
