//! Retention economics against the 50-digit table `exchange.csv`.

use customer_value::exchange::{
    AfterSchedule, BlattbergDeighton, ChurnCut, Earnings, FirstMargin, MarginSchedule, PromotedMargin, Relationship,
    Retention, SpendResponse, SpendResponses,
};
use customer_value::{Currency, DiscountRate, ExpectedMoney, Probability, Span};

use crate::exchange_cases::{Case, cases, number};
use crate::shared::relative_error;

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn relationship(case: &Case, first_margin: FirstMargin) -> Relationship {
    let retention = Retention::new(Probability::new(number(case, "r")).unwrap(), Span::years(1.0).unwrap()).unwrap();
    let discount = DiscountRate::effective_annual(number(case, "d")).unwrap();
    Relationship { retention, discount, first_margin }
}

/// `conditioning`: how many times the rounding of the inputs is magnified by the formula itself.
fn assert_close(name: &str, found: f64, expected: f64, conditioning: f64) {
    let error = relative_error(found, expected);
    assert!(error < 1e-14 * conditioning.max(1.0), "{name}: {found} is not {expected}: {error:e}");
}

#[test]
fn multiples_match_the_table() {
    for (name, case) in cases("multiple") {
        let growth = number(&case, "g");
        for (first, key) in [(FirstMargin::Now, "now"), (FirstMargin::AfterOnePeriod, "after_one_period")] {
            let found = relationship(&case, first).growing_multiple(growth).unwrap();
            // A unit in the last place of d or g moves the difference in the denominator by the multiple.
            assert_close(&name, found, number(&case, key), number(&case, "now"));
        }
    }
}

#[test]
fn leverages_match_the_table() {
    for (name, case) in cases("leverage") {
        let size = Probability::new(number(&case, "size")).unwrap();
        let cut = if case["cut"] == "points" { ChurnCut::Points(size) } else { ChurnCut::Relative(size) };
        for (first, suffix) in [(FirstMargin::Now, "now"), (FirstMargin::AfterOnePeriod, "after")] {
            let relationship = relationship(&case, first);
            let after = relationship.leverage(cut).unwrap();
            let expected = number(&case, &format!("uplift_{suffix}"));
            assert_close(&name, after.uplift, expected, after.multiple_after / size.get());
            let elasticity = relationship.retention_elasticity().unwrap();
            assert_close(&name, elasticity, number(&case, &format!("elasticity_{suffix}")), after.multiple_before);
        }
    }
}

#[test]
fn tenures_match_the_table() {
    for (name, case) in cases("tenure") {
        let margins: Vec<_> = (0..case["terms"].parse::<usize>().unwrap())
            .map(|term| usd(number(&case, &format!("margin.{term}"))))
            .collect();
        let relationship = relationship(&case, FirstMargin::Now);
        let flat = AfterSchedule::Flat(usd(number(&case, "flat_margin")));
        for (after, key) in [(AfterSchedule::Stop, "stop"), (AfterSchedule::LastForever, "held"), (flat, "flat")] {
            let Ok(expected) = case[key].parse::<f64>() else { continue };
            let found = MarginSchedule::new(margins.clone(), after).unwrap().value(&relationship).unwrap().amount();
            let size: f64 = margins.iter().map(|margin| margin.amount().abs()).sum();
            assert_close(&name, found, expected, 1e3 * size / expected.abs());
        }
    }
}

#[test]
fn promoted_margins_match_the_table() {
    for (name, case) in cases("berger_nasr") {
        let (margin, promotion) = (usd(number(&case, "margin")), usd(number(&case, "promotion")));
        let promoted = PromotedMargin { margin, promotion, periods: case["n"].parse().unwrap() };
        let found = promoted.value(&relationship(&case, FirstMargin::Now)).unwrap().amount();
        let expected = number(&case, "value");
        assert_close(&name, found, expected, 1e2 * (margin.amount() + promotion.amount()) / expected.abs());
    }
}

#[test]
fn budgets_match_the_table() {
    for (name, case) in cases("blattberg") {
        let of = |key| number(&case, key);
        let response = |c, k| SpendResponse::new(of(c), of(k), Currency::USD).unwrap();
        let discount = DiscountRate::effective_annual(of("d")).unwrap();
        let (winning, keeping) = (response("c_a", "k_a"), response("c_r", "k_r"));
        let earnings = Earnings { margin: usd(of("m")), discount, period: Span::years(1.0).unwrap() };
        let responses = SpendResponses { acquisition: winning, retention: keeping };
        let model = BlattbergDeighton::new(earnings, responses).unwrap();
        let best = model.optimum().unwrap();
        for (found, key) in [
            (best.retention.amount(), "retention_spend"),
            (best.retained.get(), "retention"),
            (best.lifetime_value.amount(), "clv"),
            (best.acquisition.amount(), "acquisition_spend"),
            (best.acquired.get(), "acquisition"),
            (best.customer_equity.amount(), "equity"),
            (winning.marginal_cost(best.acquisition).unwrap().amount(), "marginal_acquisition"),
            (keeping.marginal_cost(best.retention).unwrap().amount(), "marginal_retention"),
        ] {
            assert_close(&format!("{name} {key}"), found, of(key), 100.0);
        }
    }
}
