//! Segmentation of a million customers: quantile RFM with its scores, whale curve and Gini, tiers, nested quantiles.
//!
//! `cargo bench --bench segment --features rayon`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use customer_value::Span;
use customer_value::segment::{
    Concentration, NestedRfmCuts, Pyramid, QuantileRule, RfmCuts, RfmMeasures, Scheme, Segmentation,
};

const CUSTOMERS: u64 = 1_000_000;

/// Numbers in [0, 1) without a pattern that a sort could use.
fn noise(index: u64, column: u64) -> f64 {
    let mut bits = (index * 4 + column).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Days up to two years, purchases of which half are single, spend in cents.
fn measures() -> RfmMeasures {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 730 and 64")]
    let whole = |value: f64| value as u32;
    let days: Vec<Span> = (0..CUSTOMERS).map(|index| Span::whole_days(whole(730.0 * noise(index, 0)))).collect();
    let purchases: Vec<u64> =
        (0..CUSTOMERS).map(|index| u64::from(whole(0.5 / (1.0 - noise(index, 1)).max(1.0 / 64.0)).max(1))).collect();
    let spend: Vec<f64> = (0..CUSTOMERS).map(|index| (1e5 * noise(index, 2).powi(3)).round() / 100.0).collect();
    RfmMeasures::from_columns(&days, &purchases, &spend).unwrap()
}

fn rfm(c: &mut Criterion) {
    let measures = measures();
    c.bench_function("quintile RFM with scores, 1M customers", |bencher| {
        bencher.iter(|| {
            let measures = black_box(&measures);
            measures.score(RfmCuts::quantiles(measures, 5, QuantileRule::default()).unwrap())
        });
    });
    c.bench_function("nested quintile RFM with scores, 1M customers", |bencher| {
        bencher.iter(|| {
            let measures = black_box(&measures);
            measures.score_nested(NestedRfmCuts::quantiles(measures, 5, QuantileRule::default()).unwrap())
        });
    });
    let rfm = measures.score(RfmCuts::quantiles(&measures, 5, QuantileRule::default()).unwrap());
    let scheme = Scheme::eleven();
    c.bench_function("eleven named segments, 1M customers", |bencher| {
        bencher.iter(|| scheme.assign(black_box(rfm.scores())).unwrap());
    });
}

fn concentration(c: &mut Criterion) {
    let profit: Vec<f64> = (0..CUSTOMERS).map(|index| 400.0 * noise(index, 3).powi(4) - 5.0).collect();
    c.bench_function("whale curve and Gini, 1M customers", |bencher| {
        bencher.iter(|| {
            let spread = Concentration::new(black_box(&profit)).unwrap();
            (spread.peak(), spread.gini().unwrap(), spread.cumulative().len())
        });
    });
    c.bench_function("pyramid, 1M customers", |bencher| {
        bencher.iter(|| Pyramid::default().tiers(black_box(&profit)).unwrap());
    });
}

fn algebra(c: &mut Criterion) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 11")]
    let segment = |column| (0..CUSTOMERS).map(move |index| (11.0 * noise(index, column)) as u32);
    let labels = || (0..11).map(|label| label.to_string());
    let (before, after) =
        (Segmentation::new(labels(), segment(0)).unwrap(), Segmentation::new(labels(), segment(1)).unwrap());
    c.bench_function("migration and adjusted Rand, 1M customers", |bencher| {
        bencher.iter(|| (before.migration_to(black_box(&after)).unwrap(), before.adjusted_rand(&after).unwrap()));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = rfm, concentration, algebra
}
criterion_main!(benches);
