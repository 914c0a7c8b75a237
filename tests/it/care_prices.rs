//! Prices, against the numbers of the reference and a table added up unit by unit; laws, bad input.

use customer_value::care::{
    Dominated, MonthDay, Order, PaymentTerms, PriceBase, PriceChange, PriceError, PriceList, PriceRule, Quote,
    RuleOutcome, Season, VolumeBand, VolumeDiscount, VolumePrices, When, YearOfDays,
};
use customer_value::delivered::{Alternative, BenefitMatrix, ChoiceSet, Delivered, Effort, Sources};
use customer_value::rust_decimal::{Decimal, RoundingStrategy};
use customer_value::{Currency, Day, Money, MoneyError, ShadowPrices};
use proptest::prelude::*;

const HALF_UP: RoundingStrategy = RoundingStrategy::MidpointAwayFromZero;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn eur(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn volume(bands: &[(&str, &str)], discount: VolumeDiscount) -> Result<VolumePrices, PriceError> {
    let band = |&(from, price): &(&str, &str)| VolumeBand { from: number(from), price: usd(price) };
    VolumePrices::new(bands.iter().map(band).collect::<Vec<_>>(), discount)
}

fn f68(discount: VolumeDiscount) -> VolumePrices {
    volume(&[("0", "10"), ("100", "9")], discount).unwrap()
}

fn rule(name: &str, when: When, change: PriceChange) -> PriceRule {
    PriceRule { name: name.into(), when, change }
}

fn quote(base: PriceBase, rules: &[PriceRule], order: &Order) -> Result<Quote, PriceError> {
    PriceList::new(base, rules)?.quote(order, HALF_UP)
}

fn order(quantity: &str) -> Order {
    Order::new(number(quantity), day("2024-07-01"))
}

/// Whether a number is the one printed with so many digits.
fn close(actual: f64, printed: f64, digits: i32) {
    let half_a_digit = 0.500_000_1 * 10_f64.powi(-digits);
    assert!((actual - printed).abs() <= half_a_digit, "{actual} is not {printed} to {digits} digits");
}

#[test]
fn f68_all_units_and_incremental_computed() {
    let total = |discount, quantity| f68(discount).total(number(quantity)).unwrap();
    assert_eq!(total(VolumeDiscount::AllUnits, "120"), usd("1080"));
    assert_eq!(total(VolumeDiscount::Incremental, "120"), usd("1180"));
    assert_eq!(total(VolumeDiscount::AllUnits, "95"), usd("950"));
    for discount in [VolumeDiscount::AllUnits, VolumeDiscount::Incremental] {
        assert_eq!((total(discount, "0"), total(discount, "99.5")), (usd("0"), usd("995")));
    }
    assert_eq!(
        (total(VolumeDiscount::AllUnits, "100"), total(VolumeDiscount::Incremental, "100")),
        (usd("900"), usd("1000"))
    );
}

#[test]
fn f68_dominated_range_computed() {
    let range = Dominated { first: 91, last: 99, cheaper: 100 };
    assert_eq!(f68(VolumeDiscount::AllUnits).dominated().unwrap(), [range]);
    assert_eq!(f68(VolumeDiscount::Incremental).dominated().unwrap(), []);
    assert_eq!(volume(&[("0", "10")], VolumeDiscount::AllUnits).unwrap().dominated().unwrap(), []);
    // A rising price dominates nothing; free from 5 on, all below but nothing itself is dominated.
    assert_eq!(volume(&[("0", "1"), ("5", "2")], VolumeDiscount::AllUnits).unwrap().dominated().unwrap(), []);
    let free = volume(&[("0", "1"), ("5", "0")], VolumeDiscount::AllUnits).unwrap().dominated().unwrap();
    assert_eq!(free, [Dominated { first: 1, last: 4, cheaper: 5 }]);
    let vast = volume(&[("0", "1"), ("79228162514264337593543950335", "0")], VolumeDiscount::AllUnits).unwrap();
    assert_eq!(vast.dominated(), Err(PriceError::TooLarge { quantity: "quantity of a band" }));
}

#[test]
fn f68_payment_terms_computed() {
    let terms = PaymentTerms::new(number("0.02"), 10, 30).unwrap();
    close(100.0 * terms.simple_annual(YearOfDays::Of365), 37.24, 2);
    close(100.0 * terms.simple_annual(YearOfDays::Of360), 36.73, 2);
    close(100.0 * terms.effective_annual(YearOfDays::Of365).unwrap(), 44.59, 2);
}

#[test]
fn payment_terms_agree_with_a_year_of_loans() {
    // 98 lent for 73 days at 2 %: five times a year, one after the other.
    let terms = PaymentTerms::new(number("0.02"), 0, 73).unwrap();
    let mut debt = 1.0;
    for _ in 0..5 {
        debt /= 0.98;
    }
    assert!((terms.effective_annual(YearOfDays::Of365).unwrap() - (debt - 1.0)).abs() < 1e-14);
    assert!((terms.simple_annual(YearOfDays::Of365) - 5.0 * 2.0 / 98.0).abs() < 1e-15);
}

#[test]
fn payment_terms_with_zero_denominators_are_errors() {
    let terms = |discount, within, net| PaymentTerms::new(number(discount), within, net);
    for discount in ["0", "-0.01", "1", "1.01"] {
        assert_eq!(terms(discount, 10, 30), Err(PriceError::Discount { discount: number(discount) }));
    }
    assert_eq!(terms("0.02", 30, 30), Err(PriceError::Days { within: 30, net: 30 }));
    assert_eq!(terms("0.02", 31, 30), Err(PriceError::Days { within: 31, net: 30 }));
    // A loan of a day at 900 % compounds beyond all floats.
    let usury = terms("0.9", 29, 30).unwrap();
    assert_eq!(
        usury.effective_annual(YearOfDays::Of365),
        Err(PriceError::TooLarge { quantity: "effective annual rate" })
    );
    assert!((usury.simple_annual(YearOfDays::Of365) - 9.0 * 365.0).abs() < 1e-10);
}

#[test]
fn f68_two_part_tariff() {
    let tariff = PriceBase::TwoPart { fixed: usd("15"), rate: usd("0.12") };
    let quoted = quote(tariff.clone(), &[], &order("350")).unwrap();
    assert_eq!(quoted.total(), usd("57"));
    assert_eq!(quoted.per_unit().unwrap().amount(), 57.0 / 350.0);
    // Whoever uses nothing pays the fixed charge, and no price per unit exists.
    let idle = quote(tariff, &[], &order("0")).unwrap();
    assert_eq!((idle.total(), idle.per_unit()), (usd("15"), None));
}

#[test]
fn quality_differs_by_grade_on_both_sides() {
    let coal = PriceChange::PerGrade { reference: number("5500"), each: usd("0.002") };
    let rules = [rule("quality", When::Always, coal)];
    let total = |grade: &str| {
        let order = Order { grade: Some(number(grade)), ..order("10") };
        quote(PriceBase::Unit(usd("80")), &rules, &order).unwrap().total()
    };
    assert_eq!([total("5500"), total("5600"), total("5450.5")], [usd("800"), usd("802"), usd("799.01")]);
    let missing = PriceError::Missing { rule: "quality".into(), needed: "grade" };
    assert_eq!(quote(PriceBase::Unit(usd("80")), &rules, &order("10")), Err(missing));
}

#[test]
fn rules_compose_in_declared_order_and_leave_a_line_each() {
    let fleet = rule("fleet", When::Class("fleet".into()), PriceChange::Flat(usd("-100")));
    let summer = Season { from: MonthDay::new(6, 1).unwrap(), to: MonthDay::new(8, 31).unwrap() };
    let summer = rule("summer", When::Season(summer), PriceChange::Share(number("-0.1")));
    let prompt = PriceRule::early_payment("prompt", &PaymentTerms::new(number("0.02"), 10, 30).unwrap());
    let many = rule("pallet", When::AtLeast(number("200")), PriceChange::PerUnit(usd("-0.5")));
    let order = Order { class: Some("fleet".into()), pays_within: Some(10), ..order("120") };
    let base = || PriceBase::Volume(f68(VolumeDiscount::Incremental));

    let one = quote(base(), &[fleet.clone(), summer.clone(), many, prompt.clone()], &order).unwrap();
    let lines: Vec<_> =
        one.lines().iter().map(|line| (&line.name[..], line.outcome, line.change, line.after)).collect();
    let applied = RuleOutcome::Applied;
    let expected = [
        ("list price", applied, usd("1180"), usd("1180")),
        ("fleet", applied, usd("-100"), usd("1080")),
        ("summer", applied, usd("-108.00"), usd("972.00")),
        ("pallet", RuleOutcome::Passed, usd("0"), usd("972.00")),
        ("prompt", applied, usd("-19.44"), usd("952.56")),
    ];
    assert_eq!(lines, expected);
    assert_eq!(one.derivation().find(&["summer"]).unwrap().value(), -108.0);
    assert_eq!(one.derivation().value(), 952.56);
    // What is for other orders has a line, but no part in the sum.
    assert_eq!(one.derivation().parts().len(), 4);
    assert_eq!(one.derivation().find(&["pallet"]), None);

    // A tenth off before the flat sum is more.
    let other = quote(base(), &[summer.clone(), fleet], &order).unwrap();
    assert_eq!(other.total(), usd("962"));
    // Who pays later, or says nothing, has no discount.
    for pays_within in [Some(11), None] {
        let later = Order { pays_within, ..order.clone() };
        assert_eq!(quote(base(), std::slice::from_ref(&prompt), &later).unwrap().total(), usd("1180"));
    }
    let winter = Order { on: day("2024-09-01"), ..order };
    assert_eq!(quote(base(), &[summer], &winter).unwrap().total(), usd("1180"));
}

#[test]
fn every_line_is_rounded_as_stated_and_lines_add_up() {
    let share = |name| rule(name, When::Always, PriceChange::Share(number("-0.05")));
    let prices = PriceList::new(PriceBase::Unit(usd("0.10")), [share("one"), share("two")]).unwrap();
    let changes = |rounding| {
        let quoted = prices.quote(&order("1"), rounding).unwrap();
        let sum = Money::sum(quoted.lines().iter().map(|line| line.change), Currency::USD).unwrap();
        assert_eq!(sum, quoted.total());
        quoted.lines().iter().map(|line| line.change.to_minor().unwrap()).collect::<Vec<_>>()
    };
    // −0.5 cents, and then −0.45 of 9 cents or −0.5 of 10.
    assert_eq!(changes(RoundingStrategy::MidpointAwayFromZero), [10, -1, 0]);
    assert_eq!(changes(RoundingStrategy::MidpointNearestEven), [10, 0, 0]);
    assert_eq!(changes(RoundingStrategy::AwayFromZero), [10, -1, -1]);
}

#[test]
fn a_price_goes_back_into_delivered_value_and_choice() {
    let list = |rules: &[PriceRule]| quote(PriceBase::Unit(usd("30")), rules, &order("3")).unwrap();
    let offer = |quoted: &Quote| {
        let costs = quoted.costs(Effort::default()).unwrap();
        let costs = costs.components(&ShadowPrices::default()).unwrap().priced().unwrap();
        let product = [60.0, 40.0, 10.0].into();
        let benefits = BenefitMatrix::new(Sources { product, ..Sources::default() }, Currency::USD).unwrap();
        Delivered::new(benefits, costs).unwrap()
    };
    let off = rule("ten off", When::Always, PriceChange::Flat(usd("-10")));
    let offers = [offer(&list(&[])), offer(&list(&[off]))];
    assert_eq!(offers.map(|offer| offer.net().amount()), [20.0, 30.0]);
    let choice = ChoiceSet::by_net(&offers, 0.1).unwrap();
    let expected = 1.0 / (1.0 + (-1.0_f64).exp());
    assert!((choice.probability(Alternative::Offer(1)).unwrap().get() - expected).abs() < 1e-15);
}

#[test]
fn seasons_run_through_the_turn_of_the_year() {
    let season = |from: (u8, u8), to: (u8, u8)| Season {
        from: MonthDay::new(from.0, from.1).unwrap(),
        to: MonthDay::new(to.0, to.1).unwrap(),
    };
    let winter = season((12, 1), (2, 29));
    let inside = ["2023-12-01", "2024-01-15", "2024-02-29", "2023-02-28"];
    let outside = ["2023-11-30", "2024-03-01", "2023-03-01"];
    assert!(inside.iter().all(|on| winter.contains(day(on))) && !outside.iter().any(|on| winter.contains(day(on))));
    let single = season((5, 17), (5, 17));
    assert!(single.contains(day("2024-05-17")) && !single.contains(day("2024-05-18")));
    for (month, on) in [(0, 1), (13, 1), (2, 30), (4, 31), (1, 0), (12, 32)] {
        assert_eq!(MonthDay::new(month, on), Err(PriceError::NoSuchDay { month, day: on }));
    }
}

#[test]
fn overlapping_price_bands_are_an_error() {
    let all = VolumeDiscount::AllUnits;
    for again in ["100", "50"] {
        let error = PriceError::BandOrder { band: 2, from: number(again), previous: number("100") };
        assert_eq!(volume(&[("0", "10"), ("100", "9"), (again, "8")], all), Err(error));
    }
    assert_eq!(volume(&[], all), Err(PriceError::FirstBand { from: None }));
    assert_eq!(volume(&[("1", "10")], all), Err(PriceError::FirstBand { from: Some(number("1")) }));
    let negative = PriceError::Negative { name: "price from 5".into(), amount: usd("-1") };
    assert_eq!(volume(&[("0", "1"), ("5", "-1")], all), Err(negative));
    let bands = [VolumeBand { from: number("0"), price: usd("1") }, VolumeBand { from: number("5"), price: eur("1") }];
    let error = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(VolumePrices::new(bands, all), Err(PriceError::Money(error)));
}

#[test]
fn prices_that_cannot_be_are_errors() {
    let unit = || PriceBase::Unit(usd("10"));
    let negative = |name: &str, amount| PriceError::Negative { name: name.into(), amount };
    assert_eq!(quote(PriceBase::Unit(usd("-1")), &[], &order("1")), Err(negative("list price", usd("-1"))));
    let tariff = PriceBase::TwoPart { fixed: usd("1"), rate: usd("-1") };
    assert_eq!(quote(tariff, &[], &order("1")), Err(negative("charge by use", usd("-1"))));
    let gift = rule("gift", When::Always, PriceChange::Flat(usd("-10.01")));
    assert_eq!(quote(unit(), &[gift], &order("1")), Err(negative("gift", usd("-0.01"))));

    let less = PriceError::Quantity { quantity: number("-1") };
    assert_eq!(quote(unit(), &[], &order("-1")), Err(less.clone()));
    assert_eq!(f68(VolumeDiscount::Incremental).total(number("-1")), Err(less));

    let flat = |name, amount| rule(name, When::Always, PriceChange::Flat(amount));
    let currency = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(quote(unit(), &[flat("fee", eur("1"))], &order("1")), Err(PriceError::Money(currency.clone())));
    let tariff = PriceBase::TwoPart { fixed: usd("1"), rate: eur("1") };
    assert_eq!(quote(tariff, &[], &order("1")), Err(PriceError::Money(currency)));
    for name in ["fee", "list price"] {
        let error = PriceError::DuplicateName { name: name.into() };
        assert_eq!(quote(unit(), &[flat("fee", usd("1")), flat(name, usd("1"))], &order("1")), Err(error));
    }
    // A cent beside so much has no place in a decimal: it is not dropped.
    let cent = rule("fee", When::Always, PriceChange::Flat(usd("0.01")));
    let palace = PriceBase::Unit(usd("70000000000000000000000000000"));
    assert_eq!(quote(palace, &[cent], &order("1")), Err(PriceError::Money(MoneyError::Overflow)));
    let vast = order("79228162514264337593543950335");
    assert_eq!(quote(unit(), &[], &vast), Err(PriceError::Money(MoneyError::Overflow)));
}

#[test]
fn volume_prices_agree_with_the_table() {
    let rows = include_str!("data/care.csv").lines().filter(|line| line.starts_with("volume,"));
    let mut seen = 0;
    for row in rows {
        let fields: Vec<&str> = row.split(',').collect();
        let bands: Vec<_> = fields[1].split(';').map(|band| band.split_once(' ').unwrap()).collect();
        let prices = |discount| volume(&bands, discount).unwrap();
        let all = prices(VolumeDiscount::AllUnits);
        assert_eq!(all.total(number(fields[2])).unwrap(), usd(fields[3]), "{row}");
        assert_eq!(prices(VolumeDiscount::Incremental).total(number(fields[2])).unwrap(), usd(fields[4]), "{row}");
        let flagged = all.dominated().unwrap();
        let flagged: Vec<String> =
            flagged.iter().flat_map(|range| range.first..=range.last).map(|quantity| quantity.to_string()).collect();
        assert_eq!(flagged.join(" "), fields[5], "{row}");
        for range in all.dominated().unwrap() {
            let cost = |quantity: u64| all.total(quantity.into()).unwrap().amount();
            assert!((range.first..=range.last).all(|quantity| cost(range.cheaper) < cost(quantity)), "{row}");
        }
        seen += 1;
    }
    assert_eq!(seen, 200);
}

fn some_bands() -> impl Strategy<Value = Vec<VolumeBand>> {
    prop::collection::btree_map(1..5_000_i64, 0..2_000_i64, 0..5).prop_flat_map(|later| {
        (0..2_000_i64).prop_map(move |first| {
            let bands = std::iter::once((0, first)).chain(later.clone());
            bands
                .map(|(from, price)| VolumeBand {
                    from: Decimal::new(from, 1),
                    price: Money::from_minor(price, Currency::USD),
                })
                .collect()
        })
    })
}

proptest! {
    #[test]
    fn incremental_prices_are_monotone_in_quantity(bands in some_bands(), one in 0..9_000_i64, more in 0..9_000_i64) {
        let prices = VolumePrices::new(bands, VolumeDiscount::Incremental).unwrap();
        let total = |quantity| prices.total(Decimal::new(quantity, 1)).unwrap().amount();
        prop_assert!(total(one) <= total(one + more));
        // The price of a quantity is the area under the price per unit, in steps of a tenth of a unit.
        let step = |tenth: i64| {
            let from = Decimal::new(tenth, 1);
            let band = prices.bands().iter().rev().find(|band| band.from <= from).unwrap();
            band.price.amount() / Decimal::TEN
        };
        prop_assert_eq!(total(one), (0..one).map(step).sum::<Decimal>());
    }

    #[test]
    fn all_units_never_cost_more_than_increments_of_falling_prices(
        bands in some_bands(),
        quantity in 0..9_000_i64,
    ) {
        let mut prices: Vec<Money> = bands.iter().map(|band| band.price).collect();
        prices.sort_by_key(|price| std::cmp::Reverse(price.amount()));
        let falling: Vec<_> = bands.iter().zip(prices).map(|(band, price)| VolumeBand { price, ..*band }).collect();
        let total = |discount| {
            VolumePrices::new(falling.clone(), discount).unwrap().total(Decimal::new(quantity, 1)).unwrap().amount()
        };
        prop_assert!(total(VolumeDiscount::AllUnits) <= total(VolumeDiscount::Incremental));
    }

    #[test]
    fn lines_add_up_to_the_total(
        cents in 0..1_000_000_i64,
        shares in prop::collection::vec(-500..500_i64, 0..6),
        quantity in 0..1_000_i64,
    ) {
        let rules: Vec<_> = shares.iter().enumerate()
            .map(|(n, share)| rule(&n.to_string(), When::Always, PriceChange::Share(Decimal::new(*share, 3))))
            .collect();
        let base = PriceBase::Unit(Money::from_minor(cents, Currency::USD));
        let quoted = quote(base, &rules, &Order::new(Decimal::new(quantity, 2), day("2024-07-01"))).unwrap();
        let mut so_far = Money::zero(Currency::USD);
        for line in quoted.lines() {
            so_far = so_far.checked_add(line.change).unwrap();
            prop_assert_eq!(line.after, so_far);
            prop_assert!(line.change.to_minor().is_ok());
        }
        prop_assert_eq!(quoted.total(), so_far);
        let derived = quoted.derivation();
        prop_assert!((derived.value() - so_far.to_f64()).abs() <= 1e-12 * (1.0 + so_far.to_f64()));
        prop_assert_eq!(derived.replay(), Ok(derived.value()));
    }
}
