//! A backtest of all count models on CDNOW: five cuts, refits and forecasts of 2,357 customers.
//!
//! `cargo bench --bench evaluate --features rayon`

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{Criterion, criterion_group, criterion_main};
use customer_value::evaluate::{Backtest, Score};
use customer_value::{
    Currency, Day, FirstSeen, Granularity, Interaction, InteractionLog, Mle, ModelKind, Money, Span, Window,
};

fn cdnow() -> InteractionLog<u32> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let date = fields[2];
        let day = Day::new(date[..4].parse().unwrap(), date[4..6].parse().unwrap(), date[6..].parse().unwrap());
        let amount = Money::parse(fields[4], Currency::USD).unwrap();
        Interaction::purchase(fields[1].parse().unwrap(), day.unwrap(), amount)
    };
    let rows = include_str!("../data/CDNOW_sample.txt").lines().map(row);
    let [start, end] = [(1997, 1, 1), (1998, 6, 30)].map(|(year, month, day)| Day::new(year, month, day).unwrap());
    let window = Window::new(start, end, FirstSeen::IsNew).unwrap();
    InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap()
}

fn backtest(c: &mut Criterion) {
    let log = cdnow();
    let cuts = [(1997, 6, 30), (1997, 7, 31), (1997, 9, 30), (1997, 12, 31), (1998, 3, 31)];
    let backtest = Backtest {
        cuts: cuts.map(|(year, month, day)| Day::new(year, month, day).unwrap()).into(),
        horizon: Span::whole_days(91),
        models: vec![
            ModelKind::Nbd,
            ModelKind::BgNbd,
            ModelKind::MbgNbd,
            ModelKind::BgCnbd(2),
            ModelKind::MbgCnbd(2),
            ModelKind::ParetoNbd,
            ModelKind::GgompertzNbd,
        ],
        baselines: Vec::new(),
        mle: Mle::default(),
    };
    let mut group = c.benchmark_group("CDNOW");
    group.sample_size(10);
    group.bench_function("backtest of seven models, five cuts, with the comparison by CRPS", |bencher| {
        bencher.iter(|| {
            let judged = black_box(&backtest).run(&log, |_| ControlFlow::Continue(())).unwrap();
            judged.compare(Score::Crps).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, backtest);
criterion_main!(benches);
