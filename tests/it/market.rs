//! Choice, switching and customer equity: the worked example, a 50-digit table, differences, laws, bad input.

use customer_value::delivered::{
    Alternative, Axes, Axis, BenefitMatrix, BenefitSource, ChoiceError, CostKind, Costs, Delivered, DeliveredError,
    Effort, Score, Sources, ValueVector,
};
use customer_value::exchange::{CustomerBase, CustomerEquity, Earnings, ExchangeError, Market, Taste};
use customer_value::{
    ChainError, Currency, DiscountRate, ExpectedMoney, Money, MoneyError, ShadowPrices, Span, TimeUnit, Weights,
};
use proptest::prelude::*;

use crate::exchange_cases::{Case, cases, matrix, number, vector};
use crate::shared::relative_error;

fn value(axes: &[f64]) -> ValueVector<Score> {
    ValueVector::new([axes[0], axes[1], axes[2]], Score).unwrap()
}

fn year() -> Span {
    Span::years(1.0).unwrap()
}

fn earnings(margin: f64, rate: f64) -> Earnings {
    Earnings {
        margin: ExpectedMoney::new(margin, Currency::USD).unwrap(),
        discount: DiscountRate::effective_annual(rate).unwrap(),
        period: year(),
    }
}

/// All customers with one of the alternatives.
fn all_with(incumbent: usize, states: usize) -> CustomerBase {
    let shares: Vec<f64> = (0..states).map(|state| f64::from(u8::from(state == incumbent))).collect();
    CustomerBase::new(1.0, Weights::new(shares).unwrap()).unwrap()
}

fn market_of(case: &Case) -> Market<Score> {
    let (offers, scale) = (matrix(case, "x"), number(case, "scale"));
    let weights = vector(case, "weight");
    let taste = Taste::new([scale * weights[0], scale * weights[1], scale * weights[2]], number(case, "inertia"));
    let rivals: Vec<_> = offers[1..].iter().map(|offer| value(offer)).collect();
    Market::new(value(&offers[0]), rivals, taste.unwrap()).unwrap()
}

fn gradient(equity: &CustomerEquity) -> [f64; 3] {
    Axis::ALL.map(|axis| equity.gradient.per_axis[axis])
}

/// Inputs are doubles whose products and exponents round: a utility of 50 moves a chance by 1e-14.
fn assert_close(name: &str, key: &str, found: f64, expected: f64) {
    assert!(relative_error(found, expected) < 2e-13, "{name} {key}: {found} is not {expected}");
}

#[test]
fn markets_match_the_table() {
    for (name, case) in cases("market") {
        let (market, earnings) = (market_of(&case), earnings(number(&case, "margin"), number(&case, "d")));
        let chances = matrix(&case, "p");
        for (row, expected) in market.switching(year()).unwrap().rows().iter().zip(&chances) {
            row.as_slice()
                .iter()
                .zip(expected)
                .for_each(|(found, expected)| assert_close(&name, "p", *found, *expected));
        }
        let base = CustomerBase::new(number(&case, "customers"), Weights::new(vector(&case, "shares")).unwrap());
        let equity = market.equity(&earnings, &base.unwrap()).unwrap();
        assert_close(&name, "equity", equity.total.amount(), number(&case, "equity"));
        for (worth, expected) in equity.worth.iter().zip(vector(&case, "v")) {
            assert_close(&name, "v", worth.amount(), expected);
        }
        assert_close(&name, "long_run", equity.long_run_share.unwrap().get(), vector(&case, "long_run")[0]);
        for (found, expected) in gradient(&equity).into_iter().zip(vector(&case, "dequity")) {
            assert_close(&name, "dequity", found, expected);
        }
        for (incumbent, expected) in matrix(&case, "dv").iter().enumerate() {
            let one = market.equity(&earnings, &all_with(incumbent, chances.len())).unwrap();
            for (found, expected) in gradient(&one).into_iter().zip(expected) {
                assert_close(&name, "dv", found, *expected);
            }
        }
    }
}

/// The worked example, computed for this project: two firms, three axes, and a point more on each.
#[test]
fn f55_choice_switching_worth_and_levers_computed() {
    let rival = value(&[4.0, 3.0, 2.0]);
    let market = Market::new(value(&[3.0, 4.0, 2.0]), [rival], Taste::new([0.5, 0.3, 0.2], 1.5).unwrap()).unwrap();
    let base = CustomerBase::new(1000.0, Weights::equal(2).unwrap()).unwrap();
    let today = market.equity(&earnings(100.0, 0.1), &base).unwrap();
    let close = |found: f64, printed: f64, half: f64| assert!((found - printed).abs() <= half, "{found} not {printed}");
    close(today.chosen[0].get(), 0.785_835, 5e-7);
    close(today.chosen[1].get(), 0.154_465, 5e-7);
    close(today.worth[0].amount(), 597.2977, 5e-5);
    close(today.worth[1].amount(), 362.5711, 5e-5);
    close(today.long_run_share.unwrap().get(), 0.419_025, 5e-7);
    for (better, printed) in [([3.0, 4.0, 3.0], 668.3175), ([3.0, 5.0, 2.0], 703.3047), ([4.0, 4.0, 2.0], 770.3412)] {
        let lever = market.with_own(value(&better)).unwrap().equity(&earnings(100.0, 0.1), &base).unwrap();
        close(lever.worth[0].amount(), printed, 5e-5);
    }
    let psychological = market.with_own(value(&[3.0, 4.0, 3.0])).unwrap();
    let share = psychological.equity(&earnings(100.0, 0.1), &base).unwrap().long_run_share.unwrap();
    close(share.get(), 0.5, 1e-15);
    let derivation = today.derivation();
    assert_eq!(derivation.replay(), Ok(today.total.amount()));
    let ours = derivation.find(&["mean worth", "ours", "worth of one"]).unwrap().value();
    assert_eq!(ours, today.worth[0].amount());
    close(today.at_risk().amount(), 597.2977 * (1.0 - 0.785_835), 1e-3);
}

fn usd(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::USD)
}

/// An offer of 12 cells and five kinds of cost, scaled.
fn offer(scale: f64) -> Delivered {
    let cells = Sources {
        product: Axes::from([60.0, 40.0, 20.0].map(|cell| scale * cell)),
        service: [10.0, 30.0, 10.0].into(),
        people: [0.0, 15.0, 15.0].into(),
        image: [0.0, 0.0, 25.0].into(),
    };
    let effort = Effort { time: Span::hours(10.0).unwrap(), energy: 8.0, psychic: 6.0, relationship: 2.0 };
    let prices =
        ShadowPrices { time: Some(usd(1)), energy: Some(usd(1)), psychic: Some(usd(1)), relationship: Some(usd(1)) };
    let costs = Costs::new(usd(120), effort).unwrap().components(&prices).unwrap().priced().unwrap();
    Delivered::new(BenefitMatrix::new(cells, Currency::USD).unwrap(), costs).unwrap()
}

/// Central differences with Richardson's step, of the offer itself: every cell of the matrix, every kind of cost.
#[test]
fn equity_answers_to_every_cell_and_every_cost_as_differences_say() {
    let taste = Taste::new([0.02, 0.03, 0.05], 1.0).unwrap();
    let rivals = [offer(0.9), offer(1.2), offer(0.7)];
    let base = CustomerBase::new(5_000.0, Weights::new([0.2, 0.4, 0.3, 0.1]).unwrap()).unwrap();
    let earnings = earnings(80.0, 0.12);
    let total = |own: &Delivered| {
        Market::of_offers(own, &rivals, taste).unwrap().equity(&earnings, &base).unwrap().total.amount()
    };
    let own = offer(1.0);
    let exact = Market::of_offers(&own, &rivals, taste).unwrap().equity(&earnings, &base).unwrap().gradient;
    let slope = |of: &dyn Fn(f64) -> f64| {
        let central = |h: f64| (of(h) - of(-h)) / (2.0 * h);
        (4.0 * central(0.05) - central(0.1)) / 3.0
    };
    for source in BenefitSource::ALL {
        for axis in Axis::ALL {
            let changed = |by: f64| {
                let change = ExpectedMoney::new(by, Currency::USD).unwrap();
                let benefits = own.benefits().plus(source, axis, change).unwrap();
                total(&Delivered::new(benefits, *own.costs()).unwrap())
            };
            let cell = exact.benefits()[source][axis];
            assert!(relative_error(cell, slope(&changed)) < 1e-8, "{source:?} {axis:?}");
        }
    }
    // A cost of one unit more takes one unit from the axis to which it is charged.
    for (kind, axis) in [
        (CostKind::Monetary, Axis::Economic),
        (CostKind::Time, Axis::Functional),
        (CostKind::Energy, Axis::Functional),
        (CostKind::Psychic, Axis::Psychological),
        (CostKind::Relationship, Axis::Psychological),
    ] {
        assert_eq!(exact.cost(kind, own.projection()), -exact.per_axis[axis], "{kind}");
    }
}

fn random_market() -> impl Strategy<Value = (Market<Score>, Earnings, CustomerBase)> {
    let offer = prop::collection::vec(-5.0..5.0_f64, 3);
    let offers = prop::collection::vec(offer, 2..6);
    let weights = prop::collection::vec(0.0..1.0_f64, 3);
    let outside = prop::option::of(-3.0..3.0_f64);
    (offers, weights, -2.0..4.0_f64, outside, 0.02..0.5_f64, prop::collection::vec(0.01..1.0_f64, 7)).prop_map(
        |(offers, weights, inertia, outside, rate, shares)| {
            let taste = Taste::new([weights[0], weights[1], weights[2]], inertia).unwrap();
            let rivals: Vec<_> = offers[1..].iter().map(|offer| value(offer)).collect();
            let market = Market::new(value(&offers[0]), rivals, taste).unwrap();
            let market = outside.map_or(market.clone(), |utility| market.with_outside(utility).unwrap());
            let states = offers.len() + usize::from(outside.is_some());
            let shares = Weights::proportional(&shares[..states]).unwrap();
            (market, earnings(50.0, rate), CustomerBase::new(100.0, shares).unwrap())
        },
    )
}

proptest! {
    #[test]
    fn a_better_offer_never_lowers_equity((market, earnings, base) in random_market()) {
        let equity = market.equity(&earnings, &base).unwrap();
        for slope in gradient(&equity) {
            prop_assert!(slope >= 0.0);
        }
        prop_assert!(equity.total.amount() > 0.0);
        // Our customers have chosen us for this period already.
        let ours = equity.worth[0].amount();
        prop_assert!(equity.worth[1..].iter().all(|other| other.amount() <= ours));
    }

    #[test]
    fn gradients_of_equity_agree_with_central_differences((market, earnings, base) in random_market()) {
        let exact = gradient(&market.equity(&earnings, &base).unwrap());
        let own = market.offers()[0].axes();
        for (axis, exact) in Axis::ALL.into_iter().zip(exact) {
            let at = |by: f64| {
                let mut axes = own;
                axes[axis] += by;
                let moved = market.with_own(ValueVector::new(axes, Score).unwrap()).unwrap();
                moved.equity(&earnings, &base).unwrap().total.amount()
            };
            let central = |h: f64| (at(h) - at(-h)) / (2.0 * h);
            // Wide steps, extrapolated twice: a total of 1e6 has a last digit of 1e-10, which narrow ones would magnify.
            let [wide, half, quarter] = [16.0_f64, 32.0, 64.0].map(|steps| central(steps.recip()));
            let better = |narrow: f64, wide: f64, power: f64| narrow + (narrow - wide) / (power - 1.0);
            let slope = better(better(quarter, half, 4.0), better(half, wide, 4.0), 16.0);
            prop_assert!((exact - slope).abs() <= 1e-8 * slope.abs().max(1.0), "{exact} is not {slope}");
        }
    }

    /// Money in cents instead of dollars: everything that is money is a hundred times as much, shares are the same.
    #[test]
    fn the_unit_of_money_does_not_matter((market, earnings, base) in random_market()) {
        let one = market.equity(&earnings, &base).unwrap();
        let margin = earnings.margin.checked_mul(100.0).unwrap();
        let other = market.equity(&Earnings { margin, ..earnings }, &base).unwrap();
        prop_assert!(relative_error(other.total.amount(), 100.0 * one.total.amount()) < 1e-14);
        prop_assert_eq!(one.chosen, other.chosen);
    }
}

/// The sum over the first two thousand periods, by following the shares of the market.
#[test]
fn equity_is_the_sum_of_what_followed_shares_earn() {
    let rivals = [value(&[4.0, 3.0, 2.0]), value(&[1.0, 2.0, 6.0])];
    let market = Market::new(value(&[3.0, 4.0, 2.0]), rivals, Taste::new([0.5, 0.3, 0.2], 1.5).unwrap()).unwrap();
    let market = market.with_outside(0.5).unwrap();
    let shares = Weights::new([0.25, 0.25, 0.25, 0.25]).unwrap();
    let base = CustomerBase::new(1.0, shares.clone()).unwrap();
    let found = market.equity(&earnings(100.0, 0.1), &base).unwrap();
    let chain = market.switching(year()).unwrap();
    let sum: f64 = (0..600).map(|t| 100.0 * chain.shares_after(&shares, t).unwrap()[0] / 1.1_f64.powi(t as i32)).sum();
    assert!(relative_error(found.total.amount(), sum) < 1e-13);
    assert_eq!(market.choice(Some(Alternative::Outside)).unwrap().outside(), Some(2.0));
}

#[test]
fn customers_who_never_switch_leave_the_long_run_to_today() {
    let market = Market::new(value(&[1.0; 3]), [value(&[2.0; 3])], Taste::new([1.0; 3], 900.0).unwrap()).unwrap();
    let base = CustomerBase::new(10.0, Weights::equal(2).unwrap()).unwrap();
    let equity = market.equity(&earnings(100.0, 0.25), &base).unwrap();
    assert_eq!(equity.long_run_share, None);
    assert_eq!((equity.chosen[0].get(), equity.chosen[1].get(), equity.worth[1].amount()), (1.0, 0.0, 0.0));
    assert!(relative_error(equity.worth[0].amount(), 500.0) < 1e-15);
    assert_eq!(gradient(&equity), [0.0; 3]);
}

/// For two firms V₀ = m (1−v+vp) / [(1−v) (1−v+v(p+q))], with v the discount factor, q the chance to lose a customer of ours
/// and p that to win one of theirs; a util more for us changes q by −q(1−q) and p by p(1−p).
#[test]
fn the_gradient_keeps_its_digits_at_any_discount() {
    let rival = value(&[4.0, 3.0, 2.0]);
    let market = Market::new(value(&[3.0, 4.0, 2.0]), [rival], Taste::new([0.5, 0.3, 0.2], 1.5).unwrap()).unwrap();
    let rows = market.switching(year()).unwrap();
    let (q, p) = (rows.rows()[0].as_slice()[1], rows.rows()[1].as_slice()[0]);
    for force in [1e-3, 1e-9, 1e-15, 1e-20] {
        let discount = DiscountRate::continuous(force, TimeUnit::Year).unwrap();
        let (v, lost) = ((-force).exp(), -(-force).exp_m1());
        let sum = lost + v * (p + q);
        // d/dU of (lost + vp)/sum, over lost: the quotient rule, with what cancels left out by hand.
        let expected =
            100.0 * v * (p * (1.0 - p) * (sum - lost - v * p) + q * (1.0 - q) * (lost + v * p)) / (sum * sum * lost);
        let equity = market.equity(&Earnings { discount, ..earnings(100.0, 0.1) }, &all_with(0, 2)).unwrap();
        let found = equity.gradient.per_axis.economic;
        assert!(relative_error(found, 0.5 * expected) < 1e-13, "{force}: {found} is not {}", 0.5 * expected);
    }
}

#[test]
fn a_firm_without_rivals_keeps_all() {
    let alone = Market::new(value(&[1.0; 3]), [], Taste::new([1.0; 3], 0.0).unwrap()).unwrap();
    let equity = alone.equity(&earnings(100.0, 0.25), &all_with(0, 1)).unwrap();
    assert!(relative_error(equity.total.amount(), 500.0) < 1e-15);
}

#[test]
fn impossible_markets_are_refused_by_name() {
    let taste = Taste::new([1.0; 3], 0.0).unwrap();
    let unit = Taste::new([f64::NAN, 1.0, 1.0], 0.0).unwrap_err();
    assert!(matches!(unit, ExchangeError::Unit(error) if error.quantity == "utils per unit of value"));
    let inertia = Taste::new([1.0; 3], f64::INFINITY).unwrap_err();
    assert!(matches!(inertia, ExchangeError::Unit(error) if error.quantity == "inertia"));
    let money = |currency| ValueVector::new([1.0; 3], currency).unwrap();
    let mixed = Market::new(money(Currency::USD), [money(Currency::EUR)], taste).unwrap_err();
    let expected = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(mixed, ExchangeError::Delivered(DeliveredError::Money(expected)));
    let market = Market::new(value(&[1.0; 3]), [value(&[2.0; 3])], taste).unwrap();
    let unknown = market.choice(Some(Alternative::Outside)).unwrap_err();
    let expected = ChoiceError::Unknown { alternative: Alternative::Outside, offers: 2 };
    assert_eq!(unknown, ExchangeError::Choice(expected));
    assert!(matches!(market.clone().with_outside(f64::NAN), Err(ExchangeError::Choice(ChoiceError::NotFinite { .. }))));
    let three = CustomerBase::new(1.0, Weights::equal(3).unwrap()).unwrap();
    let lengths = ChainError::Lengths { what: "shares", found: 3, states: 2 };
    assert_eq!(market.equity(&earnings(1.0, 0.1), &three).unwrap_err(), ExchangeError::Chain(lengths));
    let free = Earnings { discount: DiscountRate::ZERO, ..earnings(1.0, 0.1) };
    let undiscounted = market.equity(&free, &all_with(0, 2)).unwrap_err();
    assert!(matches!(undiscounted, ExchangeError::Unit(error) if error.quantity == "discount over a period"));
    let no_period = Earnings { period: Span::ZERO, ..earnings(1.0, 0.1) };
    assert_eq!(market.equity(&no_period, &all_with(0, 2)).unwrap_err(), ExchangeError::Chain(ChainError::NoPeriod));
    assert!(CustomerBase::new(-1.0, Weights::equal(2).unwrap()).is_err());
    assert!(CustomerBase::new(f64::NAN, Weights::equal(2).unwrap()).is_err());
    let per_day = DiscountRate::continuous(1e-3, TimeUnit::Day).unwrap();
    assert!(market.equity(&Earnings { discount: per_day, ..earnings(1.0, 0.1) }, &all_with(1, 2)).is_ok());
}

#[cfg(feature = "serde")]
#[test]
fn stored_markets_are_checked_when_read() {
    let taste = Taste::new([0.5, 0.3, 0.2], 1.5).unwrap();
    let market = Market::new(value(&[3.0, 4.0, 2.0]), [value(&[4.0, 3.0, 2.0])], taste).unwrap().with_outside(1.0);
    let market = market.unwrap();
    let stored = serde_json::to_string(&market).unwrap();
    assert_eq!(serde_json::from_str::<Market<Score>>(&stored).unwrap(), market);
    assert!(serde_json::from_str::<Market<Score>>(&stored.replace("1.5", "1e200")).is_err());
    let base = CustomerBase::new(5.0, Weights::equal(2).unwrap()).unwrap();
    let stored = serde_json::to_string(&base).unwrap();
    assert_eq!(serde_json::from_str::<CustomerBase>(&stored).unwrap(), base);
    assert!(serde_json::from_str::<CustomerBase>(&stored.replace("5.0", "-5.0")).is_err());
}
