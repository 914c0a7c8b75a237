//! Levers: changes to an offer and their order. Numbers marked `computed` were computed for this project by other means.

use std::convert::Infallible;

use customer_value::delivered::{
    Axis, BenefitMatrix, BenefitSource, ChoiceSet, CostKind, CostProjection, Costs, Delivered, DeliveredError, Effort,
    Sources,
};
use customer_value::exchange::{
    Change, CustomerBase, Earnings, ExchangeError, Lever, LeverError, LeverStanding, Market, RankBy, RankError, Taste,
    affordable_in_order, rank_levers, rank_levers_by_net,
};
use customer_value::{
    Currency, DiscountRate, Error, ExpectedMoney, Money, MoneyError, Probability, ShadowPrices, Span, Weights,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::shared::{assert_printed, relative_error};

const MISMATCH: MoneyError = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };

fn usd(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::USD)
}

fn about(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

/// Benefits of 60 from the product and 30 on each axis from service, for a price of 100 and two hours at 10.
fn offer() -> Delivered {
    let service = [30.0, 30.0, 30.0].into();
    let product = [60.0, 0.0, 0.0].into();
    let benefits = BenefitMatrix::new(Sources { product, service, ..Sources::default() }, Currency::USD).unwrap();
    let effort = Effort { time: Span::hours(2.0).unwrap(), ..Effort::default() };
    let prices = ShadowPrices { time: Some(usd(10)), ..ShadowPrices::default() };
    let costs = Costs::new(usd(100), effort).unwrap().components(&prices).unwrap().priced().unwrap();
    Delivered::new(benefits, costs).unwrap()
}

fn benefit(source: BenefitSource, by: f64) -> Change {
    Change::Benefit { source, axis: Axis::Functional, by: about(by) }
}

fn cost(kind: CostKind, by: f64) -> Change {
    Change::Cost { kind, by: about(by) }
}

fn lever(name: &str, change: Change, spend: Money) -> Lever {
    Lever::new(name, [change], spend).unwrap()
}

fn service_price_image() -> [Lever; 3] {
    [
        lever("price", cost(CostKind::Monetary, -20.0), usd(20)),
        lever("image", benefit(BenefitSource::Image, 12.0), usd(8)),
        lever("service", benefit(BenefitSource::Service, 30.0), usd(10)),
    ]
}

/// The positions of levers by their returns on net value.
fn order(levers: &[Lever], by: RankBy) -> Vec<usize> {
    rank_levers_by_net(levers, &offer(), by).unwrap().iter().map(|ranked| ranked.lever).collect()
}

#[test]
fn f14_service_beats_image_beats_price_computed() {
    let ranking = rank_levers_by_net(&service_price_image(), &offer(), RankBy::Return).unwrap();
    assert_eq!(ranking.iter().map(|ranked| ranked.lever).collect::<Vec<_>>(), [2, 1, 0]);
    let returns: Vec<_> = ranking.iter().map(|ranked| ranked.return_on_spend.unwrap()).collect();
    assert_printed(returns[0], "3.0");
    assert_printed(returns[1], "1.5");
    assert_printed(returns[2], "1.0");
    assert_eq!(ranking.iter().map(|ranked| ranked.gain.amount()).collect::<Vec<_>>(), [30.0, 12.0, 20.0]);
    assert_eq!(ranking.iter().map(|ranked| ranked.cumulative_spend).collect::<Vec<_>>(), [usd(10), usd(18), usd(38)]);
    assert!(ranking.iter().all(|ranked| ranked.standing == LeverStanding::Paid));
}

#[test]
fn f14_by_gain_the_dear_price_cut_comes_second() {
    assert_eq!(order(&service_price_image(), RankBy::Gain), [2, 0, 1]);
}

#[test]
fn what_gains_without_spend_comes_first_and_what_gains_nothing_last() {
    use LeverStanding::{Free, Paid, WithoutGain};
    let levers = [
        lever("costs and spoils", benefit(BenefitSource::People, -1.0), usd(1)),
        lever("pays", benefit(BenefitSource::Service, 30.0), usd(10)),
        lever("free, small", benefit(BenefitSource::Image, 1.0), usd(0)),
        lever("free, spoils", benefit(BenefitSource::Image, -5.0), usd(0)),
        lever("free, large", benefit(BenefitSource::Image, 2.0), usd(0)),
    ];
    assert_eq!(order(&levers, RankBy::Return), [4, 2, 1, 0, 3]);
    assert_eq!(order(&levers, RankBy::Gain), [1, 4, 2, 0, 3]);
    let ranking = rank_levers_by_net(&levers, &offer(), RankBy::Return).unwrap();
    let returns: Vec<_> = ranking.iter().map(|ranked| ranked.return_on_spend).collect();
    assert_eq!(returns, [None, None, Some(3.0), Some(-1.0), None]);
    let standings: Vec<_> = ranking.iter().map(|ranked| ranked.standing).collect();
    assert_eq!(standings, [Free, Free, Paid, WithoutGain, WithoutGain]);
}

#[test]
fn equals_keep_the_order_declared() {
    let twice = |by: f64, spend| lever("same return", benefit(BenefitSource::Service, by), usd(spend));
    assert_eq!(order(&[twice(10.0, 5), twice(20.0, 10), twice(4.0, 2)], RankBy::Return), [0, 1, 2]);
    assert_eq!(order(&[twice(10.0, 5), twice(10.0, 2), twice(10.0, 0)], RankBy::Gain), [0, 1, 2]);
    // More benefit for as much more money changes no net value, with either sign of zero.
    let nothing =
        |by| Lever::new("swap", [benefit(BenefitSource::Image, by), cost(CostKind::Time, by)], usd(1)).unwrap();
    assert_eq!(order(&[nothing(-5.0), nothing(5.0), nothing(-1.0)], RankBy::Return), [0, 1, 2]);
}

#[test]
fn no_levers_have_an_empty_order() {
    assert_eq!(rank_levers_by_net(&[], &offer(), RankBy::Return), Ok(vec![]));
}

#[test]
fn a_budget_spent_in_order_passes_over_what_it_cannot_pay() {
    let mut levers = service_price_image().to_vec();
    levers.push(lever("free", benefit(BenefitSource::People, 1.0), usd(0)));
    levers.push(lever("spoils", benefit(BenefitSource::People, -1.0), usd(0)));
    let ranking = rank_levers_by_net(&levers, &offer(), RankBy::Return).unwrap();
    for (budget, taken) in [
        (usd(0), vec![3]),
        (usd(9), vec![3, 1]),
        (usd(10), vec![3, 2]),
        (usd(18), vec![3, 2, 1]),
        (usd(30), vec![3, 2, 1]),
        (usd(38), vec![3, 2, 1, 0]),
    ] {
        assert_eq!(affordable_in_order(&ranking, budget).unwrap(), taken, "{budget}");
    }
    // Not the best choice: for 30, service and price would bring 50 instead of 42.
    let owed = Money::from_minor(-1, Currency::USD);
    let negative = ExchangeError::Negative { quantity: "budget", amount: owed };
    assert_eq!(affordable_in_order(&ranking, owed), Err(negative));
    let euros = Money::from_minor(100, Currency::EUR);
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::EUR, found: Currency::USD };
    assert_eq!(affordable_in_order(&ranking, euros), Err(ExchangeError::Money(mismatch)));
}

#[test]
fn a_lever_changes_what_it_names_and_nothing_else() {
    let offer = offer().with_projection(CostProjection { time: Axis::Economic, ..CostProjection::default() });
    let changes = [benefit(BenefitSource::Service, 7.0), cost(CostKind::Time, -20.0), cost(CostKind::Psychic, 3.0)];
    let after = Lever::new("service at home", changes, usd(5)).unwrap().apply(&offer).unwrap();
    assert_eq!(after.benefits().cell(BenefitSource::Service, Axis::Functional).amount(), 37.0);
    assert_eq!(after.source(BenefitSource::Product), offer.source(BenefitSource::Product));
    assert_eq!(CostKind::ALL.map(|kind| after.costs().of(kind).amount()), [100.0, 0.0, 0.0, 3.0, 0.0]);
    assert_eq!(after.projection(), offer.projection());
    assert_eq!(after.net().amount() - offer.net().amount(), 24.0);
}

#[test]
fn a_cost_cannot_fall_below_zero() {
    let faster = lever("faster", cost(CostKind::Time, -20.5), usd(1));
    let (cost, by) = (about(20.0), about(-20.5));
    let error = LeverError::CostBelowZero { lever: "faster".into(), kind: CostKind::Time, cost, by };
    assert_eq!(faster.apply(&offer()), Err(error.clone()));
    assert_eq!(
        error.to_string(),
        "lever \"faster\" changes the cost in time of 20.00 USD by -20.50 USD, expected at least zero to be left"
    );
    assert_eq!(rank_levers_by_net(&[faster], &offer(), RankBy::Gain), Err(error));
}

#[test]
fn levers_that_are_none_are_typed_errors() {
    let change = benefit(BenefitSource::Image, 1.0);
    let new = |changes: &[Change], spend| Lever::new("x", changes, spend).unwrap_err();
    let lever = || "x".to_string();
    let owed = Money::from_minor(-1, Currency::USD);
    assert_eq!(new(&[change], owed), LeverError::NegativeSpend { lever: lever(), spend: owed });
    assert_eq!(new(&[], usd(1)), LeverError::NoChange { lever: lever() });
    let zeros = [benefit(BenefitSource::Image, 0.0), cost(CostKind::Time, -0.0)];
    assert_eq!(new(&zeros, usd(1)), LeverError::NoChange { lever: lever() });
    let undone = [change, cost(CostKind::Time, 1.0), benefit(BenefitSource::Image, -1.0)];
    assert_eq!(new(&undone, usd(1)), LeverError::ChangedTwice { lever: lever(), change: 2 });
    let twice = [cost(CostKind::Time, 1.0), cost(CostKind::Time, 1.0)];
    assert_eq!(new(&twice, usd(1)), LeverError::ChangedTwice { lever: lever(), change: 1 });
    let euros = Change::Cost { kind: CostKind::Time, by: ExpectedMoney::new(1.0, Currency::EUR).unwrap() };
    assert_eq!(new(&[change, euros], usd(1)), LeverError::Money { lever: lever(), source: MISMATCH });
    // A change by zero beside another is none, but does no harm.
    assert!(Lever::new("x", [change, cost(CostKind::Time, 0.0)], usd(1)).is_ok());
}

#[test]
fn levers_that_do_not_suit_the_offer_are_typed_errors() {
    let euros = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    let zero = Money::zero(Currency::EUR);
    let dearer = lever("dearer", Change::Cost { kind: CostKind::Monetary, by: euros }, zero);
    let better = Change::Benefit { source: BenefitSource::Image, axis: Axis::Functional, by: euros };
    let named = |lever: &str, source| LeverError::Delivered { lever: lever.into(), source };
    assert_eq!(dearer.apply(&offer()), Err(named("dearer", DeliveredError::Money(MISMATCH))));
    assert_eq!(lever("b", better, zero).apply(&offer()), Err(named("b", DeliveredError::Money(MISMATCH))));
    for change in [benefit(BenefitSource::Image, 1e150), cost(CostKind::Energy, 1e150)] {
        let error = lever("vast", change, usd(1)).apply(&offer()).unwrap_err();
        assert!(matches!(
            error,
            LeverError::Delivered { lever, source: DeliveredError::Unit(unit) } if lever == "vast" && unit.value == 1e150
        ));
    }
}

#[test]
fn returns_and_sums_too_large_for_numbers_are_typed_errors() {
    let least = Money::new(Decimal::new(1, 28), Currency::USD);
    let vast = lever("vast", benefit(BenefitSource::Image, 1.0), least);
    let huge = |offer: &Delivered| {
        Ok::<_, Infallible>(about(if offer.net().amount() > self::offer().net().amount() { 1e300 } else { 0.0 }))
    };
    let error = rank_levers(&[vast], &offer(), RankBy::Gain, huge).unwrap_err();
    assert_eq!(error, RankError::Lever(LeverError::ReturnTooLarge { lever: "vast".into() }));

    let most = Money::new(Decimal::MAX, Currency::USD);
    let dear = |name| lever(name, benefit(BenefitSource::Image, 1.0), most);
    let error = rank_levers_by_net(&[dear("first"), dear("second")], &offer(), RankBy::Gain).unwrap_err();
    assert_eq!(error, LeverError::Money { lever: "second".into(), source: MoneyError::Overflow });

    let far = |offer: &Delivered| {
        let sign = if offer.net().amount() > self::offer().net().amount() { 1.0 } else { -1.0 };
        Ok::<_, Infallible>(about(sign * f64::MAX))
    };
    let error = rank_levers(&[dear("first")], &offer(), RankBy::Gain, far).unwrap_err();
    let source = MoneyError::NotFinite { value: f64::INFINITY };
    assert_eq!(error, RankError::Lever(LeverError::Money { lever: "first".into(), source }));
}

#[test]
fn an_effect_in_another_currency_has_no_return() {
    let euros = |_: &Delivered| ExpectedMoney::new(1.0, Currency::EUR);
    let error = rank_levers(&service_price_image(), &offer(), RankBy::Return, euros).unwrap_err();
    assert_eq!(error, RankError::Lever(LeverError::Money { lever: "price".into(), source: MISMATCH }));
}

#[test]
fn an_effect_without_a_number_names_the_lever() {
    let failure = ExchangeError::NoControl;
    let only_before = |offer: &Delivered| if *offer == self::offer() { Ok(about(0.0)) } else { Err(failure.clone()) };
    let error = rank_levers(&service_price_image(), &offer(), RankBy::Return, only_before).unwrap_err();
    assert_eq!(error, RankError::Effect { lever: Some("price".into()), source: failure.clone() });
    let said =
        "effect of the offer with lever \"price\": the campaign has no control group, expected one to compare with";
    assert_eq!(error.to_string(), said);
    assert_eq!(Error::from(error).to_string(), said);

    let never = |_: &Delivered| Err::<ExpectedMoney, _>(failure.clone());
    let error = rank_levers(&[], &offer(), RankBy::Return, never).unwrap_err();
    assert_eq!(error, RankError::Effect { lever: None, source: failure.clone() });
    let umbrella = Error::Effect { lever: None, source: Box::new(Error::Exchange(failure)) };
    assert_eq!(Error::from(error), umbrella);
}

#[test]
fn shares_are_ranked_by_points_for_a_unit_of_money() {
    // Against a rival as good as the offer, with one util for 10 of net value.
    let share = |offer: &Delivered| {
        let choice = ChoiceSet::new([offer.net().amount() / 10.0, self::offer().net().amount() / 10.0])?;
        Ok::<Probability, Error>(choice.shares().offers[0])
    };
    let ranking = rank_levers(&service_price_image(), &offer(), RankBy::Return, share).unwrap();
    // By hand: 1/(1 + e^−3) − 1/2 for 10, 1/(1 + e^−1.2) − 1/2 for 8, 1/(1 + e^−2) − 1/2 for 20.
    let by_hand = [(2, 3.0_f64, 10.0), (1, 1.2, 8.0), (0, 2.0, 20.0)];
    for (ranked, (lever, utils, spend)) in ranking.iter().zip(by_hand) {
        let gain = 1.0 / (1.0 + (-utils).exp()) - 0.5;
        assert_eq!(ranked.lever, lever);
        assert!((ranked.gain - gain).abs() < 1e-15);
        assert!((ranked.return_on_spend.unwrap() - gain / spend).abs() < 1e-16);
    }
}

/// Small levers gain what the derivatives of equity say.
#[test]
fn equity_ranks_small_levers_as_its_gradient_does() {
    let market = Market::of_offers(&offer(), &[offer()], Taste::new([0.02, 0.03, 0.01], 1.5).unwrap()).unwrap();
    let earnings = Earnings {
        margin: about(100.0),
        discount: DiscountRate::effective_annual(0.1).unwrap(),
        period: Span::years(1.0).unwrap(),
    };
    let base = CustomerBase::new(1_000.0, Weights::equal(2).unwrap()).unwrap();
    let equity = |offer: &Delivered| market.with_own(offer.net_vector())?.equity(&earnings, &base);
    let gradient = equity(&offer()).unwrap().gradient;
    let by = 1e-4;
    let levers = [
        lever("cheaper", cost(CostKind::Monetary, -by), usd(1)),
        lever("faster", cost(CostKind::Time, -by), usd(2)),
        lever("more to worry about", cost(CostKind::Psychic, by), usd(0)),
    ];
    let ranking =
        rank_levers(&levers, &offer(), RankBy::Return, |offer| equity(offer).map(|equity| equity.total)).unwrap();
    assert_eq!(ranking.iter().map(|ranked| ranked.lever).collect::<Vec<_>>(), [0, 1, 2]);
    let kinds = [(CostKind::Monetary, -by), (CostKind::Time, -by), (CostKind::Psychic, by)];
    for (ranked, (kind, by)) in ranking.iter().zip(kinds) {
        let expected = gradient.cost(kind, offer().projection()) * by;
        assert!(relative_error(ranked.gain.amount(), expected) < 1e-5, "{kind}");
    }
    assert_eq!(ranking[2].standing, LeverStanding::WithoutGain);
}

#[cfg(feature = "serde")]
#[test]
fn stored_levers_are_checked_when_read() {
    let [price, ..] = service_price_image();
    let text = serde_json::to_string(&price).unwrap();
    assert_eq!(serde_json::from_str::<Lever>(&text).unwrap(), price);
    let nothing = text.replace("-20.0", "0.0");
    assert_ne!(nothing, text);
    assert!(serde_json::from_str::<Lever>(&nothing).unwrap_err().to_string().contains("changes nothing"));
}

prop_compose! {
    /// A change of a benefit in whole units of money, and a spend; either may be zero.
    fn drawn()(by in -500_i32..500, spend in 0_i64..50) -> (i32, i64) { (if by == 0 { 1 } else { by }, spend) }
}

proptest! {
    /// Amounts are whole in either unit, and so are all sums of them: quotients of equals are equal.
    #[test]
    fn the_order_does_not_depend_on_the_unit_of_the_currency(
        drawn in prop::collection::vec(drawn(), 0..12),
        scale in 1_i64..1_000,
    ) {
        let scaled = |scale: i64| -> Vec<Lever> {
            let lever = |&(by, spend): &(i32, i64)| {
                lever("x", benefit(BenefitSource::Image, f64::from(by) * scale as f64), usd(spend * scale))
            };
            drawn.iter().map(lever).collect()
        };
        for by in [RankBy::Return, RankBy::Gain] {
            prop_assert_eq!(order(&scaled(1), by), order(&scaled(scale), by));
        }
    }

    /// Found by comparing all pairs with whole numbers instead of quotients.
    #[test]
    fn no_lever_stands_before_a_better_one(drawn in prop::collection::vec(drawn(), 0..12)) {
        let lever = |&(by, spend): &(i32, i64)| lever("x", benefit(BenefitSource::Image, by.into()), usd(spend));
        let levers: Vec<_> = drawn.iter().map(lever).collect();
        let order = order(&levers, RankBy::Return);
        let tier = |(by, spend): (i32, i64)| match (by > 0, spend) { (true, 0) => 0, (true, _) => 1, (false, _) => 2 };
        for pair in order.windows(2) {
            let (a, b) = (drawn[pair[0]], drawn[pair[1]]);
            let tiers = tier(a).cmp(&tier(b));
            let merit = if tier(a) == 1 { (i64::from(b.0) * a.1).cmp(&(i64::from(a.0) * b.1)) } else { b.0.cmp(&a.0) };
            prop_assert!(tiers.then(merit).then(pair[0].cmp(&pair[1])).is_lt());
        }
        let mut all = order.clone();
        all.sort_unstable();
        prop_assert_eq!(all, (0..drawn.len()).collect::<Vec<_>>());
    }

    #[test]
    fn a_lever_and_its_opposite_leave_the_net_value(by in -1e6..1e6_f64, price in -100.0..100.0_f64) {
        prop_assume!(by != 0.0);
        let there = Lever::new("there", [benefit(BenefitSource::People, by), cost(CostKind::Monetary, price)], usd(0)).unwrap();
        let back = Lever::new("back", [benefit(BenefitSource::People, -by), cost(CostKind::Monetary, -price)], usd(0)).unwrap();
        let after = there.apply(&offer()).unwrap();
        prop_assert!((after.net().amount() - offer().net().amount() - (by - price)).abs() < 1e-9);
        prop_assert!((back.apply(&after).unwrap().net().amount() - offer().net().amount()).abs() < 1e-9);
    }
}
