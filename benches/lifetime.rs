//! Fits and forecasts: CDNOW, and a million simulated customers with continuous times and in whole days.
//!
//! `cargo bench --bench lifetime` measures one thread, with `--features rayon` all of them.

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use customer_value::{
    Bb, Bdw, BetaGeometricParams, BgBb, BgNbd, Cohort, CountModel, Currency, Day, DiscountRate, ExpectedMoney,
    FirstSeen, GammaGamma, GammaGammaParams, GapPatterns, GgompertzNbd, Granularity, Horizon, Interaction,
    InteractionLog, Margin, MbgCnbd, MbgNbd, Mle, Money, Nbd, OpportunityHistory, OpportunityPatterns, ParetoNbd,
    ParetoNbdParams, PurchaseHistory, Sbg, Seed, Span, SummaryRow, Tenures, TimeUnit, Valuation, Window, simulate,
};

const CUSTOMERS: u32 = 1_000_000;

fn model() -> BgNbd {
    BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414).unwrap(), a: 0.793, b: 2.426 }).unwrap()
}

fn spend_model() -> GammaGamma {
    let v = ExpectedMoney::new(15.44, Currency::USD).unwrap();
    GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v }).unwrap()
}

/// The design of CDNOW, 400 times: customers acquired over 91 days, observed for 182 to 272 days.
fn customers(days: Days) -> Vec<PurchaseHistory> {
    const COHORTS: u32 = 91;
    (0..COHORTS)
        .flat_map(|cohort| {
            let age = Span::whole_days(182 + cohort);
            simulate(&model(), age, CUSTOMERS / COHORTS + 1, Seed::new(cohort.into()))
        })
        .take(CUSTOMERS as usize)
        .enumerate()
        .map(|(index, history)| days.of(index, history))
        .collect()
}

#[derive(Clone, Copy)]
enum Days {
    Whole,
    Continuous,
}

impl Days {
    /// Whole days merge what happens on one day; here it is enough to round the last purchase up.
    fn of(self, index: usize, history: PurchaseHistory) -> PurchaseHistory {
        match self {
            Self::Continuous => {
                // Everybody a different age, as in a log of instants.
                let part_of_a_day = Span::days((index as f64).sin().abs()).unwrap();
                history.after_silence(part_of_a_day).unwrap()
            }
            Self::Whole => {
                let recency = Span::days(history.recency().as_days().ceil()).unwrap();
                PurchaseHistory::new(history.repeats(), recency, history.age()).unwrap()
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Whole => "1M, whole days",
            Self::Continuous => "1M, continuous",
        }
    }
}

fn cohort(histories: &[PurchaseHistory]) -> Cohort<u64> {
    let row = |(id, history): (usize, &PurchaseHistory)| SummaryRow {
        id: id as u64,
        repeats: history.repeats(),
        recency: history.recency().as_days(),
        age: history.age().as_days(),
        mean_spend: Some((history.repeats(), spent(id, history.repeats()))),
    };
    Cohort::from_summaries(histories.iter().enumerate().map(row), TimeUnit::Day).unwrap()
}

/// Some amount in cents, different for every customer; zero without a purchase.
fn spent(id: usize, repeats: u32) -> Money {
    let cents = if repeats == 0 { 0 } else { 500 + i64::from(u16::try_from(id % 9_000).unwrap()) };
    Money::from_minor(cents, Currency::USD)
}

fn cdnow() -> Cohort<u64> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.trim().split(',').collect();
        let repeats = fields[1].parse().unwrap();
        SummaryRow {
            id: fields[0].parse().unwrap(),
            repeats,
            recency: fields[2].parse().unwrap(),
            age: fields[3].parse().unwrap(),
            mean_spend: Some((repeats, Money::parse(fields[4], Currency::USD).unwrap())),
        }
    };
    let text = include_str!("../data/cdnow_customers_summary_with_transactions.csv");
    Cohort::from_summaries(text.lines().skip(1).map(row), TimeUnit::Week).unwrap()
}

fn donations() -> OpportunityPatterns {
    let cells = include_str!("../data/donations.csv").lines().skip(1).map(|line| {
        let fields: Vec<u32> = line.split(',').map(|field| field.trim().parse().unwrap()).collect();
        (OpportunityHistory::new(fields[0], fields[1], fields[2]).unwrap(), fields[3])
    });
    OpportunityPatterns::from_counts(cells, Span::years(1.0).unwrap()).unwrap()
}

/// Discrete time: opportunities and contracts.
fn discrete(criterion: &mut Criterion) {
    let mle = Mle::default();
    let (gifts, year) = (donations(), Span::years(1.0).unwrap());
    let survivors = Tenures::from_survivors([[1000, 869, 743, 653, 593, 551, 517, 491]], year).unwrap();
    let mut group = criterion.benchmark_group("discrete time");
    group.bench_function("fit BG/BB, donations", |b| b.iter(|| mle.fit::<BgBb>(black_box(gifts.clone()))));
    group.bench_function("fit BB, donations", |b| b.iter(|| mle.fit::<Bb>(black_box(gifts.clone()))));
    group.bench_function("fit sBG, High End", |b| b.iter(|| mle.fit::<Sbg>(black_box(survivors.clone()))));
    group.bench_function("fit BdW, High End", |b| b.iter(|| mle.fit::<Bdw>(black_box(survivors.clone()))));
    let model = *mle.fit::<BgBb>(gifts).unwrap().model();
    let forecast = model.forecast(&OpportunityHistory::new(3, 4, 6).unwrap());
    let rate = DiscountRate::effective_annual(0.1).unwrap();
    group.bench_function("BG/BB, DERT", |b| {
        b.iter(|| forecast.discounted_purchases(Horizon::Lifetime, black_box(rate)));
    });
    group.bench_function("BG/BB, expected in 10 years", |b| {
        b.iter(|| forecast.expected_purchases(black_box(Span::years(10.0).unwrap())));
    });
    group.bench_function("BG/BB, expected in 1e9 years", |b| {
        b.iter(|| forecast.expected_purchases(black_box(Span::years(1e9).unwrap())));
    });
}

/// CDNOW from its purchases, which tell the gaps between them.
fn cdnow_log() -> Cohort<u32> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let number = |from: usize, to: usize| fields[2][from..to].parse::<i16>().unwrap();
        let [month, day] = [number(4, 6), number(6, 8)].map(|number| i8::try_from(number).unwrap());
        let day = Day::new(number(0, 4), month, day).unwrap();
        Interaction::purchase(fields[1].parse().unwrap(), day, Money::parse(fields[4], Currency::USD).unwrap())
    };
    let text = include_str!("../data/CDNOW_sample.txt");
    let (start, cut) = (Day::new(1997, 1, 1).unwrap(), Day::new(1997, 9, 30).unwrap());
    let window = Window::new(start, Day::new(1998, 6, 30).unwrap(), FirstSeen::IsNew).unwrap();
    let log = InteractionLog::builder(window, Granularity::Day).extend(text.lines().map(row)).build().unwrap();
    log.cohort(cut).unwrap()
}

fn fits(criterion: &mut Criterion) {
    let mle = Mle::default();
    let cohort = cdnow();
    let mut group = criterion.benchmark_group("fit with standard errors");
    group.bench_function("NBD, CDNOW", |b| b.iter(|| mle.fit::<Nbd>(black_box(&cohort))));
    group.bench_function("BG/NBD, CDNOW", |b| b.iter(|| mle.fit::<BgNbd>(black_box(&cohort))));
    group.bench_function("MBG/NBD, CDNOW", |b| b.iter(|| mle.fit::<MbgNbd>(black_box(&cohort))));
    group.bench_function("Pareto/NBD, CDNOW", |b| b.iter(|| mle.fit::<ParetoNbd>(black_box(&cohort))));
    group.bench_function("GGompertz/NBD, CDNOW", |b| b.iter(|| mle.fit::<GgompertzNbd>(black_box(&cohort))));
    group.bench_function("Gamma-Gamma, CDNOW", |b| b.iter(|| mle.fit::<GammaGamma>(black_box(&cohort))));
    let log = cdnow_log();
    group.bench_function("MBG/CNBD-2, CDNOW", |b| {
        b.iter(|| mle.fit::<MbgCnbd>(GapPatterns::from_cohort(black_box(&log), 2).unwrap()));
    });
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for days in [Days::Whole, Days::Continuous] {
        let histories = customers(days);
        let cohort = self::cohort(&histories);
        group.bench_function(BenchmarkId::new("BG/NBD", days.name()), |b| {
            b.iter(|| mle.fit::<BgNbd>(black_box(&cohort)));
        });
        group.bench_function(BenchmarkId::new("MBG/NBD", days.name()), |b| {
            b.iter(|| mle.fit::<MbgNbd>(black_box(&cohort)));
        });
        group.bench_function(BenchmarkId::new("Pareto/NBD", days.name()), |b| {
            b.iter(|| mle.fit::<ParetoNbd>(black_box(&cohort)));
        });
        group.bench_function(BenchmarkId::new("Gamma-Gamma", days.name()), |b| {
            b.iter(|| mle.fit::<GammaGamma>(black_box(&cohort)));
        });
    }
}

fn forecasts(criterion: &mut Criterion) {
    let (model, spend) = (model(), spend_model());
    let (alpha, beta) = (Span::weeks(10.578).unwrap(), Span::weeks(11.669).unwrap());
    let pareto = ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha, s: 0.606, beta }).unwrap();
    let year = Span::years(1.0).unwrap();
    let discount = DiscountRate::effective_annual(0.12).unwrap();
    let valuation = Valuation { horizon: Horizon::Within(year), discount, margin: Margin::new(0.3).unwrap() };
    let mut group = criterion.benchmark_group("forecast");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for days in [Days::Whole, Days::Continuous] {
        let cohort = cohort(&customers(days));
        let all = cohort.forecast(&model);
        group.bench_function(BenchmarkId::new("P(alive)", days.name()), |b| b.iter(|| all.probability_alive()));
        group.bench_function(BenchmarkId::new("expected purchases, 1 year", days.name()), |b| {
            b.iter(|| all.expected_purchases(black_box(year)));
        });
        group.bench_function(BenchmarkId::new("lifetime value, 1 year", days.name()), |b| {
            b.iter(|| all.values(black_box(&valuation), &spend));
        });
        let all = cohort.forecast(&pareto);
        group.bench_function(BenchmarkId::new("Pareto/NBD: P(alive), expected, DERT", days.name()), |b| {
            b.iter(|| {
                let alive = all.probability_alive();
                (alive, all.expected_purchases(black_box(year)), all.discounted_purchases(Horizon::Lifetime, discount))
            });
        });
        let all = cohort.forecast(&model);
        if matches!(days, Days::Whole) {
            group.bench_function(BenchmarkId::new("DERT", days.name()), |b| {
                b.iter(|| all.discounted_purchases(Horizon::Lifetime, black_box(discount)));
            });
        }
    }
}

criterion_group!(benches, discrete, fits, forecasts);
criterion_main!(benches);
