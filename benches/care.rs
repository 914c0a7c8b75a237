//! Care for a million: balances of 20 million moves of points, and the due list of a day by five rules.
//!
//! `cargo bench --bench care --features rayon`

use std::hint::black_box;
use std::num::{NonZeroU32, NonZeroU64};

use criterion::{Criterion, criterion_group, criterion_main};
use customer_value::Day;
use customer_value::care::{
    AgeBand, Asset, Assets, CapScope, CarePhase, Channel, Contacts, DateOf, DueList, DueRule, FrequencyCap, Lapse,
    Limit, MemberMoves, MonthRule, MostUse, Period, PointMove, Schedule, Statute, Usage,
};

const MEMBERS: u32 = 1_000_000;
const MOVES_EACH: u32 = 20;

/// Whole numbers below a bound without a pattern that a processor could learn.
fn noise(index: u32, column: u32, below: u32) -> u32 {
    let mut bits = (u64::from(index) * 32 + u64::from(column)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((bits >> 32) % u64::from(below)).unwrap()
}

fn day(offset: u32) -> Day {
    Day::new(2020, 1, 1).unwrap().plus_days(i32::try_from(offset).unwrap()).unwrap()
}

fn balances(c: &mut Criterion) {
    let moves = MEMBERS * MOVES_EACH;
    let ends: Vec<usize> = (1..=MEMBERS).map(|member| (member * MOVES_EACH) as usize).collect();
    // Three out of four earn 50 to 149 points for two years, the fourth spends up to 90 of them.
    let is_spent = |step: u32| step % 4 == 3;
    let made = |index: u32| {
        let (member, step) = (index / MOVES_EACH, index % MOVES_EACH);
        let after = 70 * step + noise(member, step, 70);
        let points = u64::from(noise(member, step, 90)) + 1;
        if is_spent(step) {
            PointMove::spend(day(after), points)
        } else {
            PointMove::earn(day(after), 50 + points, Lapse::After(day(after + 730)))
        }
    };
    let moves: Vec<PointMove> = (0..moves).map(made).collect();
    let members = MemberMoves { ends: &ends, moves: &moves };
    c.bench_function("balances, 1M members, 20M moves", |bencher| {
        bencher.iter(|| black_box(&members).balances(day(1_300)).unwrap());
    });
}

fn months(count: u32) -> Period {
    Period::Months(NonZeroU32::new(count).unwrap(), MonthRule::LastDay)
}

fn rules() -> Vec<DueRule> {
    let done = |name: &str| name.to_owned();
    let bands = [(60, 12), (120, 6)]
        .map(|(from_months, every)| AgeBand { from_months, every_months: NonZeroU32::new(every).unwrap() });
    let born = DateOf::Dates("birthday".into());
    let ages = Statute::new(bands, 30, MonthRule::LastDay).unwrap();
    let limit = Limit::First(months(6), MostUse::new(NonZeroU64::new(5_000).unwrap(), "km"));
    let schedules = [
        ("service", Schedule::Interval { done: done("service"), limit }),
        ("renewal", Schedule::Interval { done: done("renewal"), limit: Limit::Time(months(12)) }),
        ("inspection", Schedule::Statute { of: DateOf::Start, done: done("inspection"), ages }),
        ("birthday", Schedule::Anniversary { of: born, every: months(12) }),
        ("licence", Schedule::Once { on: "licence".into() }),
    ];
    let rule = |(name, schedule): (&str, Schedule)| DueRule {
        name: name.into(),
        kind: "vehicle".into(),
        schedule,
        phase: CarePhase::After,
        lead_days: 7,
        grace_days: 7,
        channels: vec![Channel::Phone, Channel::Text],
    };
    schedules.map(rule).into()
}

fn vehicles() -> Assets<u32> {
    let ids = 0..MEMBERS;
    let column = |number: u32, least: u32, width: u32| -> Vec<Option<Day>> {
        ids.clone().map(|id| Some(day(least + noise(id, number, width)))).collect()
    };
    let asset = |id| Asset {
        id,
        owner: id,
        since: day(noise(id, 0, 1_000)).plus_days(-2_000).unwrap(),
        usage: Some(Usage { units: u64::from(noise(id, 1, 60)) + 10, days: NonZeroU32::MIN }),
    };
    let assets = Assets::new("vehicle", ids.clone().map(asset).collect()).unwrap();
    assets
        .with_dates("birthday", column(2, 0, 365))
        .and_then(|assets| assets.with_dates("licence", column(3, 1_400, 3_000)))
        .and_then(|assets| assets.with_done("service", column(4, 1_300, 160)))
        .and_then(|assets| assets.with_done("renewal", column(5, 1_100, 360)))
        .and_then(|assets| assets.with_done("inspection", column(6, 1_100, 360)))
        .unwrap()
}

fn due(c: &mut Criterion) {
    let (assets, rules) = (vehicles(), rules());
    let today = day(1_460);
    c.bench_function("due list, 1M customers by 5 rules", |bencher| {
        bencher.iter(|| DueList::new(black_box(&assets), black_box(&rules), today).unwrap());
    });
    let list = DueList::new(&assets, &rules, today).unwrap();
    let agreed = (0..MEMBERS).filter(|id| id % 3 > 0);
    let contacts = agreed.fold(Contacts::new(), |contacts, id| contacts.agreed(id, [Channel::Text]));
    let caps = [FrequencyCap { scope: CapScope::All, contacts: 1, days: NonZeroU32::new(7).unwrap() }];
    c.bench_function("contacts planned for that list", |bencher| {
        bencher.iter(|| contacts.plan(black_box(&list), &caps));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = balances, due
}
criterion_main!(benches);
