//! The exchange loop: customer equity with its gradient, and chains.
//!
//! `cargo bench --bench exchange`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use customer_value::delivered::{Axes, BenefitMatrix, Costs, Delivered, Effort, Sources};
use customer_value::exchange::{
    BudgetItem, ConcaveCurve, ConcaveResponse, CustomerBase, Earnings, Market, Taste, allocate,
};
use customer_value::{Chain, Currency, DiscountRate, ExpectedMoney, Money, ShadowPrices, Span, Weights};

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

/// Twelve cells and a price.
fn offer(scale: f64) -> Delivered {
    let cells = Sources {
        product: Axes::from([60.0, 40.0, 20.0].map(|cell| scale * cell)),
        service: [10.0, 30.0, 10.0].into(),
        people: [5.0, 15.0, 15.0].into(),
        image: [5.0, 5.0, 25.0].into(),
    };
    let costs = Costs::new(Money::from_minor(12_000, Currency::USD), Effort::default()).unwrap();
    let priced = costs.components(&ShadowPrices::default()).unwrap().priced().unwrap();
    Delivered::new(BenefitMatrix::new(cells, Currency::USD).unwrap(), priced).unwrap()
}

fn equity(c: &mut Criterion) {
    let own = offer(1.0);
    let rivals = [0.8, 0.9, 1.0, 1.1, 1.2].map(offer);
    let taste = Taste::new([0.02, 0.03, 0.05], 1.0).unwrap();
    let base = CustomerBase::new(10_000.0, Weights::equal(6).unwrap()).unwrap();
    let discount = DiscountRate::effective_annual(0.1).unwrap();
    let earnings = Earnings { margin: usd(80.0), discount, period: Span::years(1.0).unwrap() };
    c.bench_function("equity and gradient, 12 cells, 5 rivals", |bencher| {
        bencher.iter(|| {
            let market = Market::of_offers(black_box(&own), &rivals, taste).unwrap();
            let equity = market.equity(&earnings, &base).unwrap();
            (equity.gradient.benefits(), equity.total)
        });
    });
}

fn chains(c: &mut Criterion) {
    const STATES: usize = 50;
    let row = |from: usize| {
        let chance = |to: usize| 1.0 + ((from * 31 + to * 17) % 23) as f64;
        Weights::proportional((0..STATES).map(chance).collect::<Vec<_>>()).unwrap()
    };
    let chain = Chain::new((0..STATES).map(row).collect::<Vec<_>>(), Span::years(1.0).unwrap()).unwrap();
    let rewards: Vec<_> = (0..STATES).map(|state| usd(state as f64 - 10.0)).collect();
    let discount = DiscountRate::effective_annual(0.1).unwrap();
    c.bench_function("worth, 50 states", |bencher| {
        bencher.iter(|| black_box(&chain).worth(&rewards, discount).unwrap());
    });
    c.bench_function("long run, 50 states", |bencher| bencher.iter(|| black_box(&chain).stationary().unwrap()));
}

fn allocation(c: &mut Criterion) {
    let item = |index: u32| {
        let (scale, speed) = (100.0 + f64::from(index % 97), 0.01 + 0.001 * f64::from(index % 31));
        let curve = match index % 3 {
            0 => ConcaveCurve::Exponential { limit: scale, speed },
            1 => ConcaveCurve::Power { scale, exponent: 0.5 },
            _ => ConcaveCurve::Logarithmic { scale, speed },
        };
        BudgetItem::new(ConcaveResponse::new(curve, Currency::USD).unwrap())
    };
    let items: Vec<_> = (0..1_000).map(item).collect();
    c.bench_function("allocation of a budget over 1,000 items", |bencher| {
        bencher.iter(|| allocate(black_box(usd(50_000.0)), &items).unwrap());
    });
}

criterion_group!(benches, equity, chains, allocation);
criterion_main!(benches);
