//! Clusters of a million customers by three measures.
//!
//! `cargo bench --bench cluster --features rayon`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use customer_value::Seed;
use customer_value::segment::{GaussianMixture, KMeans, Measures};

const CUSTOMERS: usize = 1_000_000;

/// Five clouds that touch: sums of six uniform numbers around centres along a line.
fn measures() -> Measures {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut cloud = |customer: usize| (customer % 5) as f64 + (0..6).map(|_| uniform()).sum::<f64>();
    let column = |name: &'static str| (name, (0..CUSTOMERS).map(&mut cloud).collect::<Vec<_>>());
    Measures::new(["recency", "frequency", "spend"].map(column)).unwrap()
}

fn clusters(c: &mut Criterion) {
    let measures = measures();
    let mut group = c.benchmark_group("a million customers, 3 measures, 5 clusters");
    group.sample_size(10);
    for iterations in [0, 25] {
        let search = KMeans { restarts: 0, iterations, ..KMeans::new(Seed::new(3)) };
        group.bench_function(format!("k-means, {iterations} iterations"), |bencher| {
            bencher.iter(|| search.fit(black_box(&measures), 5).unwrap().inertia());
        });
    }
    let search = GaussianMixture { restarts: 0, iterations: 25, ..GaussianMixture::new(Seed::new(3)) };
    group.bench_function("mixture, 25 iterations", |bencher| {
        bencher.iter(|| search.fit(black_box(&measures), 5).unwrap().log_likelihood());
    });
    group.finish();
}

criterion_group!(benches, clusters);
criterion_main!(benches);
