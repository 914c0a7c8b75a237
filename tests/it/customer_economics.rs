//! Learning, referrals, cross-selling, profit, campaigns, routes. Numbers marked `computed` were computed for this
//! project by other means; their formulas are named after the sources that define them.

use customer_value::exchange::{
    Acceleration, Activity, Arm, Association, BasketCounts, BookedCustomer, Campaign, CashVariability, CrossOffer,
    CustomerProfit, Driver, ExchangeError, IncomeAtRisk, LearningCurve, ProfitDrivers, Referral, ReferralBook,
    ReferralCredit, ReferralKind, ReferralValue, ReturnSplit, RevenueStream, Route, RouteAdvantage, RouteTerms,
    WordOfMouth, best_route, contribution_shares, cross_sell_value, profit_by_stream, share_of_wallet,
    split_by_return_on_cost,
};
use customer_value::rust_decimal::Decimal;
use customer_value::{Currency, DiscountRate, ExpectedMoney, Money, MoneyError, Probability, Span};
use proptest::prelude::*;

use crate::shared::{assert_printed, error, quantity_of};

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn eur(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::EUR).unwrap()
}

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

fn dollars(major: i64) -> Money {
    cents(100 * major)
}

fn euros(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::EUR)
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn annual(rate: f64) -> DiscountRate {
    DiscountRate::effective_annual(rate).unwrap()
}

fn mismatch() -> ExchangeError {
    ExchangeError::Money(MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR })
}

fn of_item(items: &'static str, position: usize, source: ExchangeError) -> ExchangeError {
    ExchangeError::Item { items, position, source: Box::new(source) }
}

#[test]
fn acceleration_2g_39_computed() {
    let value = |from, to| {
        let [from, to] = [from, to].map(|years| Span::years(years).unwrap());
        Acceleration { from, to }.value(usd(10_000.0), annual(0.1)).amount()
    };
    assert_printed(value(1.0, 0.0), "909.09");
    assert_printed(value(0.0, 1.0), "-909.09");
    assert_eq!(value(1.0, 1.0), 0.0);
    assert!(error(value(3.0, 1.5), 10_000.0 * (1.1_f64.powf(-1.5) - 1.1_f64.powi(-3))) < 1e-12);
}

/// Later, earlier, a margin and a loss: nothing is won, and nothing is written without a sign.
#[test]
fn acceleration_without_discounting_is_zero_of_no_sign() {
    let (now, then) = (Span::ZERO, Span::years(1.0).unwrap());
    for (from, to) in [(now, then), (then, now), (now, now)] {
        for margin in [10_000.0, -10_000.0] {
            let value = Acceleration { from, to }.value(usd(margin), DiscountRate::ZERO);
            assert_eq!(value.to_string(), "0.00 USD", "{margin} from {from} to {to}");
            assert!(value.amount().is_sign_positive());
        }
    }
}

#[test]
fn f53_learning_curve_computed() {
    let curve = LearningCurve::new(usd(1.0), 0.8).unwrap();
    assert_printed(curve.cost(8).unwrap().amount(), "0.512");
    assert_printed(curve.cost(10).unwrap().amount(), "0.476510");
    assert_eq!(curve.cost(1).unwrap(), usd(1.0));
}

#[test]
fn f53_cumulative_cost_is_the_sum_of_costs() {
    let below_one = 1.0_f64.next_down();
    let curves = [
        (0.8, 0.0),
        (0.8, 0.3),
        (0.95, 0.512),
        (1.0, 0.0),
        (1.0, 0.6),
        (1.0, 1.0),
        (below_one, 0.6),
        (below_one, 1.0),
        (0.5, 1.0),
        (1e-9, 0.1),
    ];
    for (left, floor) in curves {
        let curve = LearningCurve::new(usd(1.0), left).unwrap().with_floor(usd(floor)).unwrap();
        let mut sum = 0.0;
        for n in 1..=20_000 {
            sum += curve.cost(n).unwrap().amount();
            if [1, 2, 7, 8, 9, 100, 5_000, 20_000].contains(&n) {
                let cumulative = curve.cumulative(n).unwrap().amount();
                assert!(error(cumulative, sum) < 1e-12, "{left} {floor} {n}: {cumulative} {sum}");
            }
        }
        assert_eq!(curve.cumulative(0).unwrap(), usd(0.0));
    }
}

#[test]
fn f53_a_cost_that_never_falls_never_reaches_its_floor() {
    let curve = LearningCurve::new(usd(100.0), 1.0).unwrap().with_floor(usd(60.0)).unwrap();
    assert_eq!((curve.cost(10).unwrap(), curve.cumulative(10).unwrap()), (usd(100.0), usd(1_000.0)));
    assert!(error(curve.cumulative(u32::MAX).unwrap().amount(), 100.0 * f64::from(u32::MAX)) < 1e-14);
}

#[test]
fn f53_free_service_and_bad_curves() {
    let free = LearningCurve::new(usd(0.0), 0.8).unwrap().with_floor(usd(0.0)).unwrap();
    assert_eq!((free.cost(5).unwrap(), free.cumulative(5).unwrap()), (usd(0.0), usd(0.0)));
    for left in [0.0, 1.1, f64::NAN] {
        let refused = LearningCurve::new(usd(1.0), left).unwrap_err();
        assert_eq!(quantity_of(&refused), "what a doubling leaves of the cost");
    }
    assert_eq!(quantity_of(&LearningCurve::new(usd(-1.0), 0.8).unwrap_err()), "first cost");
    let curve = LearningCurve::new(usd(1.0), 0.8).unwrap();
    assert_eq!(quantity_of(&curve.cost(0).unwrap_err()), "ordinal of a service");
    assert_eq!(curve.with_floor(eur(0.5)), Err(mismatch()));
    let above = curve.with_floor(usd(1.5));
    assert!(matches!(above, Err(ExchangeError::Unit(unit)) if unit.quantity == "floor of the cost"));
}

fn kumar_petersen_leone() -> Vec<Referral> {
    let after = Span::years(1.0).unwrap();
    let one =
        ReferralKind::WouldNotHaveCome { margin: usd(100.0), referral_cost: usd(10.0), saved_acquisition: usd(20.0) };
    let two = ReferralKind::WouldHaveCome { saved_acquisition: usd(20.0) };
    [one, one, two, two, two].map(|kind| Referral { kind, after }).into()
}

#[test]
fn f56_kumar_petersen_leone_2010_referral_value_computed() {
    let value = ReferralValue::new(usd(300.0), &kumar_petersen_leone(), annual(0.1)).unwrap();
    assert_printed(value.referral().unwrap().amount(), "254.5455");
    assert_printed(value.total().unwrap().amount(), "554.5455");
    assert!(error(value.brought.amount(), 200.0 / 1.1) < 1e-12);
    assert!(error(value.saved.amount(), 80.0 / 1.1) < 1e-12);
    let single: f64 = kumar_petersen_leone().iter().map(|one| one.value(annual(0.1)).unwrap().amount()).sum();
    assert_printed(single, "254.5455");
    let none = ReferralValue::new(usd(300.0), &[], annual(0.1)).unwrap();
    assert_eq!((none.referral().unwrap(), none.total().unwrap()), (usd(0.0), usd(300.0)));
}

#[test]
fn f56_currencies_of_referrals_never_mix() {
    let kind =
        ReferralKind::WouldNotHaveCome { margin: usd(100.0), referral_cost: usd(10.0), saved_acquisition: eur(20.0) };
    assert_eq!(Referral { kind, after: Span::ZERO }.value(annual(0.1)), Err(mismatch()));
    let two = Referral { kind: ReferralKind::WouldHaveCome { saved_acquisition: eur(20.0) }, after: Span::ZERO };
    let third = [kumar_petersen_leone()[0], kumar_petersen_leone()[4], two];
    assert_eq!(ReferralValue::new(usd(1.0), &third, annual(0.1)), Err(of_item("referrals", 2, mismatch())));
}

#[test]
fn f56_costs_and_savings_below_zero_are_refused() {
    let one = |referral_cost, saved_acquisition| Referral {
        kind: ReferralKind::WouldNotHaveCome {
            margin: usd(100.0),
            referral_cost: usd(referral_cost),
            saved_acquisition: usd(saved_acquisition),
        },
        after: Span::ZERO,
    };
    let refused = |referral: Referral| referral.value(annual(0.1)).unwrap_err();
    assert_eq!(quantity_of(&refused(one(-10.0, 20.0))), "cost of a referral");
    assert_eq!(quantity_of(&refused(one(10.0, -20.0))), "saved acquisition");
    let two = Referral { kind: ReferralKind::WouldHaveCome { saved_acquisition: usd(-20.0) }, after: Span::ZERO };
    assert_eq!(quantity_of(&refused(two)), "saved acquisition");
    let listed = ReferralValue::new(usd(1.0), &[one(10.0, 20.0), two], annual(0.1)).unwrap_err();
    assert_eq!(
        listed.to_string(),
        "item 1 (from 0) of the referrals: saved acquisition is -20, expected a finite number from 0 up"
    );
}

#[test]
fn f56_contagion_multiplier_computed() {
    let year = Span::years(1.0).unwrap();
    assert_printed(WordOfMouth::new(0.2, year).unwrap().multiplier(DiscountRate::ZERO), "1.25");
    assert_eq!(WordOfMouth::new(0.0, year).unwrap().multiplier(DiscountRate::ZERO), 1.0);
    let generations: f64 = (0..200).map(|generation| (0.6_f64 / 1.1).powi(generation)).sum();
    assert!(error(WordOfMouth::new(0.6, year).unwrap().multiplier(annual(0.1)), generations) < 1e-13);
    for recruits in [1.0, 1.5, -0.1, f64::NAN] {
        let refused = WordOfMouth::new(recruits, year).unwrap_err();
        assert_eq!(quantity_of(&refused), "customers brought by each customer");
    }
}

fn booked(own: f64, by: Option<usize>) -> BookedCustomer {
    let credit = |by| ReferralCredit { by, decisive: probability(1.0), saved: usd(20.0) };
    BookedCustomer { own: usd(own), referred: by.map(credit) }
}

#[test]
fn f56_equity_counts_nobody_twice() {
    // The first brought the second, who brought the third; type two for the fourth.
    let mut customers = vec![booked(300.0, None), booked(100.0, Some(0)), booked(50.0, Some(1)), booked(80.0, Some(0))];
    customers[3].referred = Some(ReferralCredit { by: 0, decisive: probability(0.0), saved: usd(20.0) });
    let book = ReferralBook::new(customers).unwrap();
    assert_eq!(book.equity().unwrap(), usd(590.0));
    let credited = |share| book.credited(probability(share)).unwrap();
    assert_eq!(credited(0.0), [340.0, 120.0, 50.0, 80.0].map(usd));
    assert_eq!(credited(1.0), [440.0, 70.0, 0.0, 80.0].map(usd));
    assert_eq!(credited(0.5), [390.0, 95.0, 25.0, 80.0].map(usd));
}

#[test]
fn f56_impossible_books_are_refused() {
    let none = ReferralBook::new([]);
    assert_eq!(none, Err(ExchangeError::TooFew { items: "customers", found: 0, least: 1 }));
    let outside = ReferralBook::new([booked(1.0, None), booked(1.0, Some(2))]);
    assert_eq!(outside, Err(ExchangeError::UnknownReferrer { customer: 1, referrer: 2, customers: 2 }));
    let own = ReferralBook::new([booked(1.0, None), booked(1.0, Some(1))]);
    assert_eq!(own, Err(ExchangeError::ReferralCycle { customer: 1 }));
    let round =
        [booked(1.0, None), booked(1.0, Some(4)), booked(1.0, Some(0)), booked(1.0, Some(1)), booked(1.0, Some(3))];
    assert_eq!(ReferralBook::new(round), Err(ExchangeError::ReferralCycle { customer: 1 }));
    let mixed = ReferralBook::new([booked(1.0, None), BookedCustomer { own: eur(1.0), referred: None }]);
    assert_eq!(mixed, Err(of_item("customers", 1, mismatch())));
    let mut saved_euros = [booked(1.0, None), booked(1.0, None), booked(1.0, Some(0))];
    saved_euros[2].referred = Some(ReferralCredit { by: 0, decisive: probability(1.0), saved: eur(1.0) });
    assert_eq!(ReferralBook::new(saved_euros), Err(of_item("customers", 2, mismatch())));
}

#[test]
fn f57_cross_sell_and_wallet() {
    let offer = |p, margin| CrossOffer { probability: probability(p), margin };
    let value = cross_sell_value(&[offer(0.5, usd(40.0)), offer(0.1, usd(300.0))], Currency::USD).unwrap();
    assert!(error(value.amount(), 50.0) < 1e-12);
    assert_eq!(cross_sell_value(&[], Currency::USD).unwrap(), usd(0.0));
    let second = cross_sell_value(&[offer(0.5, usd(1.0)), offer(0.5, eur(40.0))], Currency::USD);
    assert_eq!(second, Err(of_item("offers", 1, mismatch())));

    assert_eq!(share_of_wallet(dollars(30), dollars(120)).unwrap(), Some(probability(0.25)));
    assert_eq!(share_of_wallet(dollars(120), dollars(120)).unwrap(), Some(probability(1.0)));
    assert_eq!(share_of_wallet(dollars(0), dollars(0)).unwrap(), None);
    let (own, wallet) = (dollars(121), dollars(120));
    assert_eq!(share_of_wallet(own, wallet), Err(ExchangeError::WalletTooSmall { own, wallet }));
    let refund = share_of_wallet(dollars(-1), dollars(120));
    assert_eq!(refund, Err(ExchangeError::Negative { quantity: "spend on us", amount: dollars(-1) }));
    assert_eq!(share_of_wallet(dollars(1), euros(2)), Err(mismatch()));
}

fn association([baskets, antecedent, consequent, both]: [u64; 4]) -> Result<Association, ExchangeError> {
    Association::new(BasketCounts { baskets, antecedent, consequent, both })
}

#[test]
fn f57_association_computed() {
    let rule = |counts| {
        let rule = association(counts).unwrap();
        (rule.support(), rule.confidence(), rule.lift())
    };
    let share = |value| Some(probability(value));
    assert_eq!(rule([100, 40, 25, 20]), (share(0.2), share(0.5), Some(2.0)));
    assert_eq!(rule([100, 0, 25, 0]), (share(0.0), None, None));
    assert_eq!(rule([100, 40, 0, 0]), (share(0.0), share(0.0), None));
    assert_eq!(rule([0, 0, 0, 0]), (None, None, None));
}

#[test]
fn f57_impossible_counts_are_refused() {
    let refused = |part, count, whole, of| Err(ExchangeError::PartExceedsWhole { part, count, whole, of });
    let with_both = "baskets with both";
    for (counts, expected) in [
        ([10, 11, 5, 5], refused("baskets with the antecedent", 11, "baskets", 10)),
        ([10, 5, 11, 5], refused("baskets with the consequent", 11, "baskets", 10)),
        ([10, 5, 8, 6], refused(with_both, 6, "baskets with the antecedent", 5)),
        ([10, 8, 5, 6], refused(with_both, 6, "baskets with the consequent", 5)),
        ([10, 8, 5, 2], refused("baskets with the consequent only", 3, "baskets without the antecedent", 2)),
    ] {
        assert_eq!(association(counts), expected, "{counts:?}");
    }
}

fn activity(name: &str, quantity: i64, rate: Money) -> Activity {
    Activity { name: name.into(), quantity: quantity.into(), rate }
}

#[test]
fn f58_customer_profit_computed() {
    let activities = [activity("visit", 10, dollars(15)), activity("call", 4, dollars(10))];
    let customer = CustomerProfit::new(dollars(1000), dollars(600), activities).unwrap();
    assert_eq!((customer.cost_to_serve(), customer.cost()), (dollars(190), dollars(790)));
    assert_eq!((customer.profit(), customer.margin()), (dollars(210), Some(0.21)));
    assert_printed(customer.return_on_cost().unwrap(), "0.265823");
}

#[test]
fn f58_profit_at_the_ends() {
    let nothing = CustomerProfit::new(dollars(0), dollars(0), []).unwrap();
    assert_eq!((nothing.profit(), nothing.margin(), nothing.return_on_cost()), (dollars(0), None, None));
    let gift = CustomerProfit::new(dollars(5), dollars(0), []).unwrap();
    assert_eq!((gift.margin(), gift.return_on_cost()), (Some(1.0), None));
    // A refund of last year's purchase.
    let refund = CustomerProfit::new(dollars(-5), dollars(5), []).unwrap();
    assert_eq!((refund.profit(), refund.margin(), refund.return_on_cost()), (dollars(-10), None, Some(-2.0)));
}

#[test]
fn f58_impossible_profits_are_refused() {
    let build = |revenue, goods, activity: Activity| CustomerProfit::new(revenue, goods, [activity]);
    let negative = |quantity, amount| Err(ExchangeError::Negative { quantity, amount });
    let call = |quantity, rate| activity("call", quantity, rate);
    assert_eq!(build(dollars(1), dollars(-1), call(1, dollars(1))), negative("cost of goods", dollars(-1)));
    let of_call = |source| ExchangeError::Activity { activity: "call".into(), source: Box::new(source) };
    let refund = build(dollars(1), dollars(1), call(1, dollars(-1))).unwrap_err();
    assert_eq!(refund.to_string(), "activity \"call\": rate is -1.00 USD, expected an amount that is not negative");
    assert_eq!(refund, of_call(ExchangeError::Negative { quantity: "rate", amount: dollars(-1) }));
    let never = ExchangeError::NegativeQuantity { activity: "call".into(), quantity: Decimal::from(-2) };
    assert_eq!(build(dollars(1), dollars(1), call(-2, dollars(1))), Err(never));
    assert_eq!(build(dollars(1), dollars(1), call(1, euros(1))), Err(of_call(mismatch())));
    assert_eq!(build(dollars(1), euros(1), call(1, dollars(1))), Err(mismatch()));
    let large = Money::new(Decimal::MAX, Currency::USD);
    let overflow = ExchangeError::Money(MoneyError::Overflow);
    assert_eq!(build(dollars(1), large, call(1, large)), Err(overflow.clone()));
    assert_eq!(build(dollars(1), large, call(2, large)), Err(of_call(overflow)));
}

#[test]
fn f58_activities_and_drivers_have_names_of_their_own() {
    let profit = |names: &[&str]| {
        let activities: Vec<_> = names.iter().map(|name| activity(name, 1, dollars(1))).collect();
        CustomerProfit::new(dollars(9), dollars(1), activities).unwrap_err()
    };
    let change = |names: &[&str]| {
        let driver = |name: &&str| Driver { name: (*name).into(), per_customer: dollars(1) };
        ProfitDrivers::new(3, names.iter().map(driver).collect::<Vec<_>>()).unwrap_err()
    };
    for (items, refused) in [("activities", &profit as &dyn Fn(&[&str]) -> ExchangeError), ("drivers", &change)] {
        for blank in ["", " ", "\u{3000}"] {
            assert_eq!(refused(&["visit", blank]), ExchangeError::NoName { items, position: 1 });
        }
        let twice = ExchangeError::SameName { items, name: "visit".into(), first: 0, second: 2 };
        assert_eq!(refused(&["visit", "call", "visit"]), twice);
    }
}

/// The words of `CustomerProfit` and `ProfitDrivers`: decimals have 28 digits, and products of more are rounded.
#[test]
fn f58_products_beyond_28_digits_are_rounded() {
    let tiny = |units: i64| Money::new(Decimal::new(units, 28), Currency::USD);
    let half = Activity { name: "half".into(), quantity: Decimal::new(5, 1), rate: tiny(3) };
    let customer = CustomerProfit::new(dollars(0), dollars(0), [half]).unwrap();
    assert_eq!(customer.cost_to_serve(), tiny(2), "1.5 units of the 28th digit");
    let period = |customers, units| {
        ProfitDrivers::new(customers, [Driver { name: "fee".into(), per_customer: tiny(units) }]).unwrap()
    };
    let effects = period(1, 1).change_to(&period(2, 2)).unwrap();
    assert_eq!((effects.customers, effects.drivers, effects.change), (tiny(2), vec![tiny(2)], tiny(3)));
}

#[test]
fn f58_contribution_shares_need_a_positive_total() {
    assert_eq!(contribution_shares(&[300, 150, -50].map(dollars)).unwrap(), [0.75, 0.375, -0.125]);
    for amounts in [[100, -100], [100, -150]] {
        let total = dollars(amounts.iter().sum());
        assert_eq!(contribution_shares(&amounts.map(dollars)), Err(ExchangeError::TotalNotPositive { total }));
    }
    assert_eq!(contribution_shares(&[]), Err(ExchangeError::TooFew { items: "customers", found: 0, least: 1 }));
    assert_eq!(contribution_shares(&[dollars(1), euros(1)]), Err(of_item("customers", 1, mismatch())));
}

#[test]
fn f58_split_by_return_on_cost_takes_the_line_to_the_high_end() {
    let customer = |revenue, goods| CustomerProfit::new(dollars(revenue), dollars(goods), []).unwrap();
    let customers = [customer(150, 100), customer(149, 100), customer(10, 0), customer(50, 100), customer(400, 100)];
    let split = split_by_return_on_cost(&customers, 0.5).unwrap();
    assert_eq!((split.high, split.low, split.costless), (vec![0, 4], vec![1, 3], vec![2]));
    let no_line = split_by_return_on_cost(&customers, f64::NAN).unwrap_err();
    assert_eq!(quantity_of(&no_line), "line of return on cost");
    assert_eq!(split_by_return_on_cost(&[], 0.5).unwrap(), ReturnSplit::default());
}

fn drivers(customers: u64, per_customer: &[i64]) -> ProfitDrivers {
    let driver =
        |(index, &minor): (usize, &i64)| Driver { name: format!("driver {index}"), per_customer: cents(minor) };
    ProfitDrivers::new(customers, per_customer.iter().enumerate().map(driver).collect::<Vec<_>>()).unwrap()
}

#[test]
fn f58_profit_identity_and_zero_law() {
    assert_eq!(drivers(100, &[5_000, -2_000, 150]).profit().unwrap(), cents(315_000));
    assert_eq!(drivers(0, &[i64::MAX, 1]).profit().unwrap(), cents(0));
    assert_eq!(drivers(9, &[7, -7]).profit().unwrap(), cents(0));
}

#[test]
fn f58_drivers_that_differ_are_named() {
    let none = ProfitDrivers::new(3, []);
    assert_eq!(none, Err(ExchangeError::TooFew { items: "drivers", found: 0, least: 1 }));
    let fewer = drivers(3, &[1, 2]).change_to(&drivers(3, &[1]));
    let missing = ExchangeError::DriversDiffer { position: 1, before: Some("driver 1".into()), after: None };
    assert_eq!(fewer, Err(missing));
    let euro = ProfitDrivers::new(3, [Driver { name: "driver 0".into(), per_customer: euros(1) }]).unwrap();
    assert_eq!(drivers(3, &[1]).change_to(&euro), Err(mismatch()));
    let mixed = [("fee", dollars(1)), ("service", dollars(1)), ("parts", euros(1))]
        .map(|(name, per_customer)| Driver { name: name.into(), per_customer });
    assert_eq!(ProfitDrivers::new(3, mixed), Err(of_item("drivers", 2, mismatch())));
}

#[test]
fn f58_cash_variability() {
    // Mean 5, deviations −3, −1, −1, −1, 0, 0, 2, 4: squares 32, of which 12 below the mean.
    let income = [2, 4, 4, 4, 5, 5, 7, 9].map(dollars);
    let variability = CashVariability::of(&income).unwrap();
    assert_eq!(variability.mean, usd(5.0));
    assert!(error(variability.deviation.amount(), (32.0_f64 / 7.0).sqrt()) < 1e-15);
    assert!(error(variability.downside.amount(), (12.0_f64 / 7.0).sqrt()) < 1e-15);
    assert!(error(variability.coefficient().unwrap(), (32.0_f64 / 7.0).sqrt() / 5.0) < 1e-15);
    let steady = CashVariability::of(&[dollars(3), dollars(3)]).unwrap();
    assert_eq!(steady.coefficient(), Some(0.0));
    assert_eq!(CashVariability::of(&[dollars(3), dollars(-3)]).unwrap().coefficient(), None);
    let one = CashVariability::of(&[dollars(3)]);
    assert_eq!(one, Err(ExchangeError::TooFew { items: "periods of income", found: 1, least: 2 }));
    let mixed = CashVariability::of(&[dollars(3), euros(3)]);
    assert_eq!(mixed, Err(of_item("periods of income", 1, mismatch())));
}

#[test]
fn f58_income_at_risk() {
    let scenarios: Vec<_> = (1..=101).map(|amount| usd(f64::from(amount))).rev().collect();
    // Type 7 of 1 … 101: the quantile at p is 1 + 100 p.
    for (confidence, floor) in [(0.95, 6.0), (0.99, 2.0), (0.5, 51.0), (1.0, 1.0), (0.0, 101.0), (0.945, 6.5)] {
        let risk = IncomeAtRisk::of(&scenarios, probability(confidence)).unwrap();
        assert!(error(risk.floor.amount(), floor) < 1e-12, "{confidence}");
        assert!(error(risk.at_risk.amount(), 51.0 - floor) < 1e-12);
        assert_eq!(risk.expected, usd(51.0));
    }
    let none = IncomeAtRisk::of(&[], probability(0.95));
    assert_eq!(none, Err(ExchangeError::TooFew { items: "scenarios", found: 0, least: 1 }));
    let mixed = IncomeAtRisk::of(&[usd(1.0), eur(1.0)], probability(0.95)).unwrap_err();
    assert_eq!(mixed.to_string(), "item 1 (from 0) of the scenarios: currencies differ: expected USD, got EUR");
    assert_eq!(mixed, of_item("scenarios", 1, mismatch()));
}

#[test]
fn f58_scenarios_near_the_largest_number_have_a_floor() {
    let risk = |amounts: &[f64], confidence: f64| {
        let scenarios: Vec<_> = amounts.iter().copied().map(usd).collect();
        IncomeAtRisk::of(&scenarios, probability(confidence))
            .map(|risk| [risk.expected, risk.floor, risk.at_risk].map(ExpectedMoney::amount))
    };
    assert_eq!(risk(&[-1e308, 1e308], 0.5), Ok([0.0; 3]));
    assert_eq!(risk(&[f64::MAX, f64::MAX], 0.95), Ok([f64::MAX, f64::MAX, 0.0]));
    // Partial sums leave the numbers, in either direction, though the mean is zero.
    assert_eq!(risk(&[-1e308, -1e308, 1e308, 1e308], 0.5), Ok([0.0; 3]));
    let quarter = risk(&[-1e308, 1e308], 0.75).unwrap();
    assert!(error(quarter[1] / 1e308, -0.5) < 1e-15 && error(quarter[2] / 1e308, 0.5) < 1e-15);
    let apart = risk(&[f64::MIN, f64::MAX, f64::MAX], 1.0);
    assert_eq!(apart, Err(ExchangeError::TooLarge { quantity: "income at risk" }));
}

#[test]
fn streams_add_up_to_the_firm() {
    let line = |revenue, goods| CustomerProfit::new(dollars(revenue), dollars(goods), []).unwrap();
    let other = RevenueStream::Other("insurance".into());
    let lines = [
        (RevenueStream::Service, line(100, 40)),
        (RevenueStream::Sale, line(1000, 970)),
        (RevenueStream::Service, line(50, 30)),
        (other.clone(), line(10, 25)),
    ];
    let streams = profit_by_stream(&lines, Currency::USD).unwrap();
    let order: Vec<_> = streams.keys().cloned().collect();
    assert_eq!(order, [RevenueStream::Sale, RevenueStream::Service, other.clone()]);
    assert_eq!(streams[&RevenueStream::Service].profit, dollars(80));
    assert_eq!((streams[&other].revenue, streams[&other].cost), (dollars(10), dollars(25)));
    let total = Money::sum(streams.values().map(|stream| stream.profit), Currency::USD).unwrap();
    assert_eq!(total, Money::sum(lines.iter().map(|(_, line)| line.profit()), Currency::USD).unwrap());
    assert!(profit_by_stream(&[], Currency::USD).unwrap().is_empty());
    let expected = MoneyError::CurrencyMismatch { expected: Currency::EUR, found: Currency::USD };
    let refused = profit_by_stream(&lines, Currency::EUR);
    assert_eq!(refused, Err(of_item("lines of business", 0, ExchangeError::Money(expected))));
}

#[test]
fn streams_are_written_in_words() {
    let streams = [
        RevenueStream::Sale,
        RevenueStream::Parts,
        RevenueStream::Service,
        RevenueStream::Information,
        RevenueStream::Other("insurance".into()),
    ];
    assert_eq!(streams.map(|stream| stream.to_string()).join(", "), "sale, parts, service, information, insurance");
}

fn campaign(treated: [u64; 2], control: [u64; 2]) -> Campaign {
    let arm = |[customers, responses]: [u64; 2]| Arm::new(customers, responses).unwrap();
    Campaign { treated: arm(treated), control: Some(arm(control)), margin: usd(80.0), cost: dollars(800) }
}

#[test]
fn f70_campaign_lift_computed() {
    let lift = campaign([1000, 60], [1000, 40]).lift().unwrap();
    assert_printed(lift.difference, "0.02");
    assert_printed(lift.standard_error, "0.009737");
    assert_printed(lift.incremental_profit.amount(), "800");
    assert_printed(lift.return_on_cost.unwrap(), "1.0");
    assert!(error(lift.incremental_profit.amount(), 800.0) < 1e-12);
    // By hand: √(0.06·0.94/1000 + 0.04·0.96/1000), and the quantile 1.959_964 of every table.
    let by_hand = (0.0564_f64 / 1000.0 + 0.0384 / 1000.0).sqrt();
    assert!(error(lift.standard_error, by_hand) < 1e-15);
    assert!(error(lift.z().unwrap(), 0.02 / by_hand) < 1e-12);
    let interval = lift.interval(probability(0.95)).unwrap();
    assert!((interval.low - (0.02 - 1.959_964 * by_hand)).abs() < 1e-8);
    assert!((interval.high - (0.02 + 1.959_964 * by_hand)).abs() < 1e-8);
}

#[test]
fn f70_without_a_control_there_is_no_lift() {
    let alone = Campaign { control: None, ..campaign([1000, 60], [1000, 40]) };
    assert_eq!(alone.lift(), Err(ExchangeError::NoControl));
    assert_eq!(alone.treated.rate(), probability(0.06));
}

#[test]
fn f70_degenerate_campaigns() {
    // Nothing varies: no z, and an interval without width.
    let certain = campaign([10, 10], [10, 0]).lift().unwrap();
    assert_eq!((certain.difference, certain.standard_error, certain.z()), (1.0, 0.0, None));
    let free = Campaign { cost: dollars(0), ..campaign([1000, 60], [1000, 40]) }.lift().unwrap();
    assert_eq!(free.return_on_cost, None);
    let everything = certain.interval(probability(1.0)).unwrap_err();
    assert!(matches!(everything, ExchangeError::Unit(unit) if unit.quantity == "confidence" && unit.value == 1.0));
    let empty = Arm::new(0, 0);
    assert_eq!(empty, Err(ExchangeError::TooFew { items: "customers in a group", found: 0, least: 1 }));
    let many = ExchangeError::PartExceedsWhole { part: "responses", count: 11, whole: "customers", of: 10 };
    assert_eq!(Arm::new(10, 11), Err(many));
    let base = campaign([10, 5], [10, 4]);
    assert_eq!(Campaign { cost: euros(1), ..base }.lift(), Err(mismatch()));
    let negative = ExchangeError::Negative { quantity: "cost of a campaign", amount: dollars(-1) };
    assert_eq!(Campaign { cost: dollars(-1), ..base }.lift(), Err(negative));
}

fn terms() -> RouteTerms {
    let fee_share = Decimal::ZERO;
    RouteTerms { price: dollars(100), unit_cost: dollars(60), fee_share, per_order: dollars(500) }
}

fn route(terms: RouteTerms) -> Route {
    Route::new(terms).unwrap()
}

#[test]
fn concept_105_direct_sale_or_distributor() {
    // 40 a unit less 500 an order, against 20 a unit less 100: equal at 20 units, 300 each.
    let direct = route(terms());
    let distributor = route(RouteTerms { fee_share: Decimal::new(2, 1), per_order: dollars(100), ..terms() });
    assert_eq!(direct.net_margin(20).unwrap(), dollars(300));
    assert_eq!(distributor.net_margin(20).unwrap(), dollars(300));
    assert_eq!(direct.net_margin(0).unwrap(), dollars(-500));
    assert_eq!(direct.against(&distributor).unwrap(), RouteAdvantage::Above(20.0));
    assert_eq!(distributor.against(&direct).unwrap(), RouteAdvantage::Below(20.0));
    let best = |units| best_route(&[direct, distributor], units).unwrap();
    assert_eq!([best(0), best(19), best(20), best(21)], [1, 1, 0, 0]);
}

#[test]
fn concept_105_some_routes_never_break_even() {
    let base = route(terms());
    let dearer_order = route(RouteTerms { per_order: dollars(600), ..terms() });
    let cheaper_unit = route(RouteTerms { unit_cost: dollars(50), ..terms() });
    let against = |first: &Route, second: &Route| first.against(second).unwrap();
    assert_eq!(against(&base, &base), RouteAdvantage::Equal);
    assert_eq!(against(&base, &dearer_order), RouteAdvantage::Always);
    assert_eq!(against(&dearer_order, &base), RouteAdvantage::Never);
    assert_eq!(against(&cheaper_unit, &base), RouteAdvantage::Always);
    assert_eq!(against(&cheaper_unit, &dearer_order), RouteAdvantage::Always);
    assert_eq!(against(&dearer_order, &cheaper_unit), RouteAdvantage::Never);
}

#[test]
fn concept_105_impossible_routes_are_refused() {
    for price in [dollars(0), dollars(-1)] {
        let refused = ExchangeError::NotPositive { quantity: "price", amount: price };
        assert_eq!(Route::new(RouteTerms { price, ..terms() }), Err(refused));
    }
    for fee_share in [Decimal::new(-1, 2), Decimal::new(101, 2)] {
        let refused = Route::new(RouteTerms { fee_share, ..terms() });
        assert!(matches!(refused, Err(ExchangeError::Unit(unit)) if unit.quantity == "fee share"));
    }
    let negative = |quantity| Err(ExchangeError::Negative { quantity, amount: dollars(-1) });
    assert_eq!(Route::new(RouteTerms { unit_cost: dollars(-1), ..terms() }), negative("cost of a unit"));
    assert_eq!(Route::new(RouteTerms { per_order: dollars(-1), ..terms() }), negative("cost of an order"));
    assert_eq!(Route::new(RouteTerms { per_order: euros(1), ..terms() }), Err(mismatch()));
    assert_eq!(Route::new(RouteTerms { unit_cost: euros(1), ..terms() }), Err(mismatch()));
    assert_eq!(best_route(&[], 1), Err(ExchangeError::TooFew { items: "routes", found: 0, least: 1 }));
    let euro = RouteTerms { price: euros(9), unit_cost: euros(1), per_order: euros(1), ..terms() };
    assert_eq!(best_route(&[route(terms()), route(euro)], 1), Err(of_item("routes", 1, mismatch())));
    let overflow = of_item("routes", 0, ExchangeError::Money(MoneyError::Overflow));
    let dear = RouteTerms { price: Money::new(Decimal::MAX, Currency::USD), ..terms() };
    assert_eq!(best_route(&[route(dear)], 2), Err(overflow));
}

/// What follows from inputs is computed again rather than read: for a type that could be read, `check` would be found
/// twice, and this would not compile.
#[cfg(feature = "serde")]
#[test]
fn results_are_written_but_not_read() {
    use customer_value::exchange::{
        Budgets, CampaignLift, ClaimCheck, DriverEffects, LeakShare, Leverage, RetentionRange, StreamTotal, TenureValue,
    };
    trait NotRead<Marker> {
        fn check() {}
    }
    struct Readable;
    impl<T: serde::Serialize> NotRead<()> for T {}
    impl<T: serde::de::DeserializeOwned> NotRead<Readable> for T {}
    macro_rules! not_read {
        ($($result:ty),*) => { $(<$result as NotRead<_>>::check();)* };
    }
    not_read!(Budgets, CampaignLift, CashVariability, ClaimCheck, DriverEffects, IncomeAtRisk, LeakShare, Leverage);
    not_read!(ReferralValue, RetentionRange, ReturnSplit, RouteAdvantage, StreamTotal, TenureValue);
    let split = ReturnSplit { high: vec![2], low: vec![], costless: vec![0] };
    assert_eq!(serde_json::to_string(&split).unwrap(), r#"{"high":[2],"low":[],"costless":[0]}"#);
}

#[cfg(feature = "serde")]
#[test]
fn reading_runs_the_checks_of_new() {
    fn round_trip<T>(value: &T, broken: [&str; 2])
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
        let [from, to] = broken;
        assert!(text.contains(from), "{text}");
        assert!(serde_json::from_str::<T>(&text.replacen(from, to, 1)).is_err(), "{text}");
    }
    let curve = LearningCurve::new(usd(100.0), 0.8).unwrap().with_floor(usd(40.0)).unwrap();
    round_trip(&curve, ["40.0", "400.0"]);
    round_trip(&WordOfMouth::new(0.25, Span::ZERO).unwrap(), ["0.25", "1.25"]);
    round_trip(&ReferralBook::new([booked(1.0, None), booked(2.0, Some(0))]).unwrap(), ["\"by\":0", "\"by\":1"]);
    round_trip(&association([100, 40, 25, 20]).unwrap(), [":20", ":30"]);
    let customer = CustomerProfit::new(dollars(10), dollars(6), [activity("call", 2, dollars(1))]).unwrap();
    round_trip(&customer, ["\"6.00\"", "\"-6.00\""]);
    round_trip(&customer, ["\"call\"", "\" \""]);
    round_trip(&drivers(3, &[100]), ["\"USD\"", "\"XXX\""]);
    round_trip(&drivers(3, &[100, 200]), ["driver 1", "driver 0"]);
    round_trip(&Arm::new(10, 5).unwrap(), [":5", ":11"]);
    round_trip(&route(terms()), ["\"100.00\"", "\"0\""]);
}

proptest! {
    #[test]
    fn credit_never_changes_the_equity(
        customers in prop::collection::vec((-100.0..1e4_f64, any::<prop::sample::Index>(), 0.0..=1.0_f64, -5.0..50.0_f64), 1..40),
        share in 0.0..=1.0_f64
    ) {
        // Everybody but the first was brought by somebody before them, or by nobody.
        let book: Vec<_> = customers.iter().enumerate().map(|(position, (own, index, decisive, saved))| {
            let by = index.index(position + 1);
            let credit = ReferralCredit { by, decisive: probability(*decisive), saved: usd(*saved) };
            BookedCustomer { own: usd(*own), referred: (by < position).then_some(credit) }
        }).collect();
        let naive: f64 = book.iter().map(|one| one.own.amount() + one.referred.map_or(0.0, |credit| credit.saved.amount())).sum();
        let book = ReferralBook::new(book).unwrap();
        let credited: f64 = book.credited(probability(share)).unwrap().iter().map(|value| value.amount()).sum();
        prop_assert!(error(credited, naive) < 1e-11);
        prop_assert!(error(book.equity().unwrap().amount(), naive) < 1e-11);
    }

    #[test]
    fn effects_of_drivers_are_the_change_to_the_cent(
        before in 0..100_000_u64, after in 0..100_000_u64,
        values in prop::collection::vec((-1_000_000..1_000_000_i64, -1_000_000..1_000_000_i64), 1..6)
    ) {
        let pick = |side: fn(&(i64, i64)) -> i64| values.iter().map(side).collect::<Vec<_>>();
        let (old, new) = (drivers(before, &pick(|pair| pair.0)), drivers(after, &pick(|pair| pair.1)));
        let effects = old.change_to(&new).unwrap();
        let sum = Money::sum(effects.drivers.iter().copied().chain([effects.customers]), Currency::USD).unwrap();
        prop_assert_eq!(sum, effects.change);
        prop_assert_eq!(old.profit().unwrap().checked_add(effects.change).unwrap(), new.profit().unwrap());
        let back = new.change_to(&old).unwrap();
        prop_assert_eq!(back.customers.amount(), -effects.customers.amount());
        if before == after {
            prop_assert_eq!(effects.customers, cents(0));
        }
    }

    #[test]
    fn contribution_shares_sum_to_one(profits in prop::collection::vec(-10_000..50_000_i64, 1..50)) {
        let total = profits.iter().sum::<i64>();
        let shares = contribution_shares(&profits.iter().map(|&minor| cents(minor)).collect::<Vec<_>>());
        if total > 0 {
            let shares = shares.unwrap();
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(shares.iter().zip(&profits).all(|(share, &minor)| error(*share * total as f64, minor as f64) < 1e-9));
        } else {
            prop_assert_eq!(shares, Err(ExchangeError::TotalNotPositive { total: cents(total) }));
        }
    }

    #[test]
    fn the_split_is_a_partition(rows in prop::collection::vec((0..1_000_i64, 0..50_i64), 0..30), line in -1.0..3.0_f64) {
        let customer = |&(revenue, goods): &(i64, i64)| CustomerProfit::new(dollars(revenue), dollars(goods), []).unwrap();
        let customers: Vec<_> = rows.iter().map(customer).collect();
        let split = split_by_return_on_cost(&customers, line).unwrap();
        let mut all: Vec<_> = [&split.high, &split.low, &split.costless].into_iter().flatten().copied().collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..customers.len()).collect::<Vec<_>>());
        prop_assert!(split.high.iter().all(|&high| customers[high].return_on_cost().unwrap() >= line));
        prop_assert!(split.low.iter().all(|&low| customers[low].return_on_cost().unwrap() < line));
    }

    #[test]
    fn downside_and_upside_make_the_variance(income in prop::collection::vec(-100_000..100_000_i64, 2..40)) {
        let of = |sign: i64| {
            CashVariability::of(&income.iter().map(|&minor| cents(sign * minor)).collect::<Vec<_>>()).unwrap()
        };
        let (plain, mirrored) = (of(1), of(-1));
        let squares = plain.downside.amount().powi(2) + mirrored.downside.amount().powi(2);
        prop_assert!(error(squares, plain.deviation.amount().powi(2)) < 1e-9);
    }

    #[test]
    fn the_floor_falls_with_confidence(scenarios in prop::collection::vec(-1e4..1e4_f64, 1..40), low in 0.0..=1.0_f64, high in 0.0..=1.0_f64) {
        let scenarios: Vec<_> = scenarios.into_iter().map(usd).collect();
        let floor = |confidence: f64| IncomeAtRisk::of(&scenarios, probability(confidence)).unwrap().floor.amount();
        prop_assert!(floor(low.max(high)) <= floor(low.min(high)) + 1e-9);
    }

    #[test]
    fn learning_never_raises_the_cost(left in 0.01..=1.0_f64, floor in 0.0..=1.0_f64, n in 1..1_000_000_u32) {
        let curve = LearningCurve::new(usd(1.0), left).unwrap().with_floor(usd(floor)).unwrap();
        let cost = |n| curve.cost(n).unwrap().amount();
        prop_assert!(cost(n + 1) <= cost(n) && cost(n) >= floor);
        let doubled = cost(2 * n) / cost(n);
        prop_assert!(doubled >= left * (1.0 - 1e-12), "a doubling leaves {doubled}");
        let step = curve.cumulative(n + 1).unwrap().amount() - curve.cumulative(n).unwrap().amount();
        prop_assert!((step - cost(n + 1)).abs() <= 1e-12 * curve.cumulative(n).unwrap().amount());
    }

    #[test]
    fn earlier_is_worth_more_and_shifts_add_up(times in [0.0..10.0_f64, 0.0..10.0, 0.0..10.0], rate in 0.0..1.0_f64) {
        let [a, b, c] = times.map(|years| Span::years(years).unwrap());
        let shift = |from, to| Acceleration { from, to }.value(usd(1_000.0), annual(rate)).amount();
        prop_assert!((shift(a, b) + shift(b, c) - shift(a, c)).abs() < 1e-9);
        prop_assert_eq!(shift(a, b) > 0.0, b < a && rate > 0.0);
        let factor = |years: f64| (1.0 + rate).powf(-years);
        prop_assert!((shift(a, b) - 1_000.0 * (factor(times[1]) - factor(times[0]))).abs() < 1e-9);
    }

    #[test]
    fn lift_turns_round_with_the_groups(n in [1..5_000_u64, 1..5_000], percent in [0..=100_u64, 0..=100]) {
        let responses = |index: usize| n[index] * percent[index] / 100;
        let [first, second] = [0, 1].map(|index| [n[index], responses(index)]);
        let (there, back) = (campaign(first, second).lift().unwrap(), campaign(second, first).lift().unwrap());
        prop_assert_eq!(there.difference, -back.difference);
        prop_assert!((there.standard_error - back.standard_error).abs() < 1e-15);
        let interval = there.interval(probability(0.9)).unwrap();
        prop_assert!(interval.contains(there.difference));
        // Responses beyond what the control rate would have made, at 80 each, less 800.
        let usual = responses(1) as f64 / n[1] as f64 * n[0] as f64;
        let profit = 80.0 * (responses(0) as f64 - usual) - 800.0;
        prop_assert!(error(there.incremental_profit.amount(), profit) < 1e-9);
    }

    #[test]
    fn routes_compare_as_their_margins(
        fees in [0..100_i64, 0..100], costs in [0..200_i64, 0..200], orders in [0..5_000_i64, 0..5_000], units in 1..2_000_u64
    ) {
        let build = |index: usize| route(RouteTerms {
            price: dollars(150),
            unit_cost: dollars(costs[index]),
            fee_share: Decimal::new(fees[index], 2),
            per_order: dollars(orders[index]),
        });
        let (first, second) = (build(0), build(1));
        let (one, other) = (first.net_margin(units).unwrap().amount(), second.net_margin(units).unwrap().amount());
        let volume = units as f64;
        let better = match first.against(&second).unwrap() {
            RouteAdvantage::Always => true,
            RouteAdvantage::Above(equal) => volume > equal,
            RouteAdvantage::Below(equal) => volume < equal,
            RouteAdvantage::Never | RouteAdvantage::Equal => false,
        };
        prop_assert_eq!(better, one > other);
        prop_assert_eq!(best_route(&[first, second], units).unwrap(), usize::from(other > one));
        prop_assert_eq!(best_route(&[second, first], units).unwrap(), usize::from(one > other));
    }
}
