//! The column door: rows in random order to a cohort. `ROWS=20000000 cargo bench --features rayon --bench columns`
//! for the size of the published figure; a million rows without it.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use customer_value::{Cohort, Columns, Currency, Day, FirstSeen, Window};

const DAYS: i32 = 730;

/// SplitMix64: the same rows on every machine.
fn numbers() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(1_u64), |state| Some(state.wrapping_add(0x9E37_79B9_7F4A_7C15))).map(|state| {
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}

fn from_columns(criterion: &mut Criterion) {
    let rows: usize = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let customers = (rows as u64 * 3 / 10).max(1);
    let (mut ids, mut days, mut minor_units) = (Vec::new(), Vec::new(), Vec::new());
    let mut numbers = numbers();
    let mut below = |bound: u64| numbers.next().unwrap_or_default() % bound;
    for _ in 0..rows {
        ids.push(below(customers));
        days.push(i32::try_from(below(DAYS as u64)).unwrap_or_default());
        minor_units.push(below(10_000).cast_signed());
    }
    let day = |days| Day::from_days_since_epoch(days).expect("a day of the years 1970 and 1971");
    let cut = day(DAYS - 1);
    let window = Window::new(day(0), cut, FirstSeen::IsNew).expect("a window of two years");
    let columns = Columns { ids: &ids, days: &days, minor_units: &minor_units, currency: Currency::EUR };
    let mut group = criterion.benchmark_group("cohort_from_columns");
    group.throughput(Throughput::Elements(rows as u64)).sample_size(10).measurement_time(Duration::from_secs(15));
    group.bench_function(format!("{rows} rows"), |bencher| {
        bencher.iter(|| Cohort::from_columns(black_box(columns), &window, cut));
    });
    group.finish();
}

criterion_group!(benches, from_columns);
criterion_main!(benches);
