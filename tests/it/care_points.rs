//! Points, against the numbers of the reference, a table replayed point by point, and a naive replay; laws, bad input.

use customer_value::care::{
    Cadence, CareError, CivilPeriod, Decay, EarningRule, EveryNth, Lapse, LapseRule, Ledger, Lot, MemberMoves,
    MonthRule, Period, PointChange, PointCost, PointFault, PointMove, PointsError, Purse, draw,
};
use customer_value::rust_decimal::Decimal;
use customer_value::segment::{Downgrade, TierBasis, TierLevel, TierPolicy};
use customer_value::{Currency, Day, Money, MoneyError, Probability, Seed};
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn earn(on: Day, points: u64, last: Option<Day>) -> PointMove {
    let lapse = last.map_or(Lapse::Never, Lapse::After);
    PointMove { day: on, change: PointChange::Earn { points, lapse } }
}

fn spend(on: Day, points: u64) -> PointMove {
    PointMove { day: on, change: PointChange::Spend { points } }
}

fn f67() -> [PointMove; 3] {
    [
        earn(day("2024-01-05"), 100, Some(day("2024-06-30"))),
        earn(day("2024-02-05"), 50, Some(day("2024-12-31"))),
        spend(day("2024-05-01"), 120),
    ]
}

#[test]
fn f67_balance_first_in_first_out_computed() {
    let ledger = Ledger::new(f67()).unwrap();
    let balance = |on| ledger.balance(day(on));
    assert_eq!(balance("2024-07-01"), 30);
    let steps = ["2024-01-04", "2024-01-05", "2024-02-05", "2024-04-30", "2024-05-01", "2024-12-31", "2025-01-01"];
    assert_eq!(steps.map(balance), [0, 100, 150, 150, 30, 30, 0]);
    let lot = Lot { earned: day("2024-02-05"), points: 30, last: Some(day("2024-12-31")) };
    assert_eq!(ledger.lots(day("2024-07-01")), [lot]);
}

#[test]
fn points_can_be_spent_on_their_last_day_and_not_after() {
    let ledger = Ledger::new([earn(day("2024-01-05"), 10, Some(day("2024-01-09")))]).unwrap();
    assert_eq!(ledger.clone().spend(day("2024-01-09"), 10).unwrap().balance(day("2024-01-09")), 0);
    let fault = PointFault::Overdrawn { day: day("2024-01-10"), points: 10, balance: 0 };
    assert_eq!(ledger.spend(day("2024-01-10"), 10), Err(PointsError::Move { position: 1, fault }));
}

#[test]
fn spending_more_than_the_balance_is_an_error() {
    let mut moves = f67().to_vec();
    moves.push(spend(day("2024-07-01"), 31));
    let fault = PointFault::Overdrawn { day: day("2024-07-01"), points: 31, balance: 30 };
    assert_eq!(Ledger::new(moves), Err(PointsError::Move { position: 3, fault }));
    let fault = PointFault::Overdrawn { day: day("2024-07-01"), points: 1, balance: 0 };
    assert_eq!(Ledger::default().spend(day("2024-07-01"), 1), Err(PointsError::Move { position: 0, fault }));
}

#[test]
fn events_out_of_order_are_an_error() {
    let [one, two, three] = f67();
    let fault = PointFault::OutOfOrder { day: one.day, previous: two.day };
    assert_eq!(Ledger::new([two, one, three]), Err(PointsError::Move { position: 1, fault }));
    // On one day moves count in the order in which they were made.
    let on = day("2024-01-05");
    assert_eq!(Ledger::new([earn(on, 5, None), spend(on, 5)]).unwrap().balance(on), 0);
    let fault = PointFault::Overdrawn { day: on, points: 5, balance: 0 };
    assert_eq!(Ledger::new([spend(on, 5), earn(on, 5, None)]), Err(PointsError::Move { position: 0, fault }));
}

#[test]
fn moves_of_nothing_and_points_that_lapse_before_they_are_earned_are_errors() {
    let on = day("2024-01-05");
    for nothing in [earn(on, 0, None), spend(on, 0)] {
        assert_eq!(Ledger::new([nothing]), Err(PointsError::Move { position: 0, fault: PointFault::Nothing }));
    }
    let last = day("2024-01-04");
    let fault = PointFault::LapsesBefore { day: on, last };
    assert_eq!(Ledger::new([earn(on, 1, Some(last))]), Err(PointsError::Move { position: 0, fault }));
    let fault = PointFault::TooMany;
    let moves = [earn(on, u64::MAX, None), earn(on, 1, None)];
    assert_eq!(Ledger::new(moves), Err(PointsError::Move { position: 1, fault }));
}

#[test]
fn an_empty_ledger_is_empty_on_every_day() {
    let ledger = Ledger::default();
    assert_eq!((ledger.balance(day("2024-01-05")), ledger.lots(day("2024-01-05")).len()), (0, 0));
    assert_eq!(ledger.entries(day("2024-01-05")), Ok(vec![]));
}

#[test]
fn f67_liability_of_outstanding_points() {
    let usd = |text| Money::parse(text, Currency::USD).unwrap();
    let cost = |text, breakage| PointCost::new(usd(text), Probability::new(breakage).unwrap());
    // 30 points left, a fifth of which is never spent, at 1 cent each.
    let outstanding = Ledger::new(f67()).unwrap().balance(day("2024-07-01"));
    let liability = cost("0.01", 0.2).unwrap().liability(outstanding).unwrap();
    assert!((liability.amount() - 0.24).abs() < 1e-15);
    assert_eq!(cost("0.01", 1.0).unwrap().liability(30).unwrap().amount(), 0.0);
    assert_eq!(cost("0.01", 0.0).unwrap().liability(0).unwrap().amount(), 0.0);
    assert_eq!(cost("-0.01", 0.0), Err(PointsError::NegativeCost { cost: usd("-0.01") }));
    let dear = cost("79228162514264337593543950335", 0.0).unwrap();
    assert_eq!(dear.liability(2), Err(PointsError::Money(MoneyError::Overflow)));
}

#[test]
fn f90_every_nth_computed() {
    let hundredth = EveryNth(100.try_into().unwrap());
    assert_eq!([100, 200, 0, 150].map(|ordinal| hundredth.entitles(ordinal)), [true, true, false, false]);
    let entitled = |first: u64| (0..=first).filter(|ordinal| hundredth.entitles(*ordinal)).count() as u64;
    assert!([0, 99, 100, 101, 999, 1_000].iter().all(|&first| hundredth.among(first) == entitled(first)));
}

#[test]
fn f93_earning_cap_and_diminishing_rate_computed() {
    let posts = [(day("2024-05-17"), 10); 5];
    let capped = EarningRule { period: CivilPeriod::Day, cap: Some(30), decay: Decay::NONE };
    assert_eq!(capped.unrounded(&[10; 5]), Ok(Decimal::from(30)));
    assert_eq!(capped.points(&posts).unwrap().iter().sum::<u64>(), 30);
    let half = Decay::new(Decimal::new(5, 1)).unwrap();
    let fading = EarningRule { period: CivilPeriod::Day, cap: None, decay: half };
    assert_eq!(fading.unrounded(&[10; 5]).unwrap().to_string(), "19.375");
    assert_eq!(fading.points(&posts).unwrap(), [10, 5, 2, 1, 1]);
    // The limit of 20 is never reached, and never booked.
    let long = vec![(day("2024-05-17"), 10); 500];
    assert_eq!(fading.points(&long).unwrap().iter().sum::<u64>(), 19);
}

#[test]
fn caps_begin_anew_with_every_period() {
    let weekly = EarningRule { period: CivilPeriod::Week, cap: Some(15), decay: Decay::NONE };
    let acts = ["2024-05-17", "2024-05-19", "2024-05-19", "2024-05-20"].map(|on| (day(on), 10));
    assert_eq!(weekly.points(&acts).unwrap(), [10, 5, 0, 10]);
    assert_eq!(weekly.points(&[]).unwrap(), [0_u64; 0]);
    let error = PointsError::ActOrder { act: 1, day: day("2024-05-19"), previous: day("2024-05-20") };
    assert_eq!(weekly.points(&[acts[3], acts[2]]), Err(error));
}

#[test]
fn a_cap_holds_whatever_the_acts_are_worth() {
    let (on, most) = (day("2024-05-17"), u64::MAX);
    let capped = EarningRule { period: CivilPeriod::Day, cap: Some(30), decay: Decay::NONE };
    assert_eq!(capped.points(&[(on, most), (on, most), (on, 1)]).unwrap(), [30, 0, 0]);
    assert_eq!(capped.unrounded(&vec![most; 3_000]).unwrap(), Decimal::from(30));
    let free = EarningRule { cap: None, ..capped };
    assert_eq!(free.points(&[(on, most)]).unwrap(), [most]);
    assert_eq!(free.unrounded(&[most, most]).unwrap(), Decimal::from(most) + Decimal::from(most));
    assert_eq!(free.points(&[(on, most), (on, 1)]), Err(PointsError::TooLarge { quantity: "sum of points" }));
}

#[test]
fn decays_outside_their_range_are_errors() {
    for text in ["-0.1", "1.1", "0.1234567891"] {
        let decay: Decimal = text.parse().unwrap();
        assert_eq!(Decay::new(decay), Err(PointsError::Decay { decay }));
    }
    for text in ["0", "1", "1.0000000000000", "0.123456789"] {
        let decay: Decimal = text.parse().unwrap();
        assert_eq!(Decay::new(decay).unwrap().get(), decay);
    }
    let rule = EarningRule { period: CivilPeriod::Day, cap: None, decay: Decay::NONE };
    let most = (day("2024-05-17"), u64::MAX);
    assert_eq!(rule.points(&[most]).unwrap(), [u64::MAX]);
    assert_eq!(rule.points(&[most, most]), Err(PointsError::TooLarge { quantity: "sum of points" }));
}

#[test]
fn f91_cadence_opens_once_in_every_window() {
    let quarterly = |first| Cadence { first, period: Period::Months(3.try_into().unwrap(), MonthRule::LastDay) };
    let cadence = quarterly(day("2023-11-30"));
    let bounds = |on| {
        let window = cadence.window(day(on)).unwrap();
        (window.number, window.start.to_string(), window.end.to_string())
    };
    assert_eq!(bounds("2023-11-30"), (0, "2023-11-30".into(), "2024-02-28".into()));
    assert_eq!(bounds("2024-02-28"), (0, "2023-11-30".into(), "2024-02-28".into()));
    assert_eq!(bounds("2024-02-29"), (1, "2024-02-29".into(), "2024-05-29".into()));
    assert_eq!(bounds("2024-05-30"), (2, "2024-05-30".into(), "2024-08-29".into()));
    let is_open =
        |used: &[&str]| cadence.is_open(day("2024-05-29"), &used.iter().map(|on| day(on)).collect::<Vec<_>>()).unwrap();
    assert!(is_open(&[]) && is_open(&["2024-02-28", "2024-05-30"]));
    assert!(!is_open(&["2024-02-29"]) && !is_open(&["2024-05-29"]));
    let (on, start) = (day("2023-11-29"), day("2023-11-30"));
    assert_eq!(cadence.window(on), Err(CareError::BeforeFirst { on, start }));
    let last = quarterly(day("9999-12-01")).window(day("9999-12-31"));
    assert!(matches!(last, Err(CareError::Date(_))), "{last:?}");
}

#[test]
fn draws_are_fair_different_and_repeatable() {
    let mut wins = [0_u32; 7];
    for seed in 0..7_000 {
        let winners = draw(7, 3, Seed::new(seed)).unwrap();
        assert!(winners.windows(2).all(|pair| pair[0] < pair[1]) && winners.len() == 3, "{winners:?}");
        for winner in winners {
            wins[winner] += 1;
        }
    }
    // Each wins 3,000 times on average, with a standard deviation of 41.
    assert!(wins.iter().all(|&count| count.abs_diff(3_000) < 5 * 41), "{wins:?}");
    assert_eq!(draw(0, 0, Seed::new(1)), Ok(vec![]));
    assert_eq!(draw(2, 3, Seed::new(1)), Err(CareError::TooManyWinners { winners: 3, entrants: 2 }));
}

#[test]
fn lapse_rules_name_the_last_day() {
    let earned = day("2023-12-31");
    let lapse = |rule: LapseRule| rule.lapse(earned).unwrap();
    let months = |rule| Period::Months(2.try_into().unwrap(), rule);
    assert_eq!(lapse(LapseRule::Never), Lapse::Never);
    assert_eq!(lapse(LapseRule::After(months(MonthRule::LastDay))), Lapse::After(day("2024-02-29")));
    assert_eq!(lapse(LapseRule::After(months(MonthRule::NextDay))), Lapse::After(day("2024-03-01")));
    assert_eq!(lapse(LapseRule::After(Period::Days(365.try_into().unwrap()))), Lapse::After(day("2024-12-30")));
    let end = |months, period| lapse(LapseRule::EndOf { months, period });
    assert_eq!(end(0, CivilPeriod::Year), Lapse::After(earned));
    assert_eq!(end(12, CivilPeriod::Year), Lapse::After(day("2024-12-31")));
    assert_eq!(end(2, CivilPeriod::Quarter), Lapse::After(day("2024-03-31")));
}

#[test]
fn purses_pay_all_or_nothing() {
    let on = day("2024-05-01");
    let purse = Purse::default().earn("points", on, 500, Lapse::Never).unwrap();
    let purse = purse.earn("coins", on, 3, Lapse::After(day("2024-05-31"))).unwrap();
    let rest = purse.clone().redeem(on, &[("points", 500), ("coins", 2)]).unwrap();
    assert_eq!((rest.balance("points", on), rest.balance("coins", on)), (0, 1));
    assert_eq!(purse.balance("stamps", on), 0);

    let later = day("2024-06-01");
    let fault = PointFault::Overdrawn { day: later, points: 2, balance: 0 };
    let error = PointsError::Redemption { currency: "coins".into(), fault };
    assert_eq!(purse.clone().redeem(later, &[("points", 500), ("coins", 2)]), Err(error));
    let error = PointsError::UnknownCurrency { currency: "stamps".into() };
    assert_eq!(purse.clone().redeem(on, &[("stamps", 1)]), Err(error));
    let error = PointsError::DuplicateCurrency { currency: "coins".into() };
    assert_eq!(purse.redeem(on, &[("coins", 1), ("coins", 1)]), Err(error));
}

#[test]
fn moves_of_members_name_the_first_bad_one_of_each() {
    let (first, early, late) = (day("2024-01-01"), day("2024-01-02"), day("2024-01-03"));
    let moves = [
        earn(first, 5, None),
        spend(late, 5),
        earn(early, 1, None),
        earn(first, 7, None),
        earn(early, 4, None),
        spend(early, 6),
    ];
    let faults = vec![
        (2, PointFault::OutOfOrder { day: early, previous: late }),
        (5, PointFault::Overdrawn { day: early, points: 6, balance: 4 }),
    ];
    let members = MemberMoves { ends: &[3, 4, 6], moves: &moves };
    // Moves after the day asked about are checked as well.
    assert_eq!(members.balances(day("2023-01-01")), Err(PointsError::Rows(faults)));
}

#[test]
fn ends_that_do_not_fit_the_moves_are_errors() {
    let on = day("2024-01-01");
    let moves = [earn(on, 1, None), earn(on, 2, None)];
    let members = MemberMoves { ends: &[1, 2], moves: &moves };
    assert_eq!(members.balances(on).unwrap().each(), [1, 2]);
    let back = MemberMoves { ends: &[2, 1, 2], ..members };
    assert_eq!(back.balances(on), Err(PointsError::Ends { member: 1, end: 1, least: 2, most: 2 }));
    for ends in [&[1, 1][..], &[1, 3]] {
        let wrong = MemberMoves { ends, ..members };
        assert_eq!(wrong.balances(on), Err(PointsError::Ends { member: 1, end: ends[1], least: 2, most: 2 }));
    }
    let nobody = MemberMoves { ends: &[], ..members };
    assert_eq!(nobody.balances(on), Err(PointsError::NoMembers { moves: 2 }));
    let empty = MemberMoves { ends: &[], moves: &[] };
    assert_eq!(empty.balances(on).unwrap().total(), 0);
    let idle = MemberMoves { ends: &[0, 2, 2], ..members };
    assert_eq!(idle.balances(on).unwrap().each(), [0, 3, 0]);
    let much = MemberMoves { ends: &[1, 2], moves: &[earn(on, u64::MAX, None), earn(on, 1, None)] };
    assert_eq!(much.balances(on), Err(PointsError::TooLarge { quantity: "sum of points" }));
}

/// Rows of the table made by `make_care.py`, where every point is an object of its own.
fn table(kind: &str) -> Vec<Vec<&'static str>> {
    let rows = include_str!("data/care.csv").lines().map(|line| line.split(',').collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| row[0] == kind).collect();
    assert!(rows.len() >= 200, "{kind}");
    rows
}

fn read(text: &str) -> PointMove {
    let parts: Vec<&str> = text.split(' ').collect();
    let (on, points) = (day(parts[0]), parts[2].parse().unwrap());
    match parts[1] {
        "s" => spend(on, points),
        _ => earn(on, points, (parts[3] != "never").then(|| day(parts[3]))),
    }
}

#[test]
fn balances_agree_with_the_table() {
    for row in table("points") {
        let ledger = Ledger::new(row[1].split(';').map(read).collect::<Vec<_>>()).unwrap();
        assert_eq!(ledger.balance(day(row[2])), row[3].parse::<u64>().unwrap(), "{row:?}");
    }
}

#[test]
fn earned_points_agree_with_the_table() {
    for row in table("earning") {
        let acts = row[1].split(';').map(|points| (day("2024-05-17"), points.parse().unwrap())).collect::<Vec<_>>();
        let decay = Decay::new(Decimal::new(row[2].parse().unwrap(), 1)).unwrap();
        let rule = EarningRule { period: CivilPeriod::Month, cap: row[3].parse().ok(), decay };
        let expected: Vec<u64> = row[4].split(';').map(|points| points.parse().unwrap()).collect();
        assert_eq!(rule.points(&acts).unwrap(), expected, "{row:?}");
    }
}

/// Moves that a member could have made: steps in days, points, and a time after which they lapse.
fn moves() -> impl Strategy<Value = Vec<(i32, i64, Option<i32>)>> {
    prop::collection::vec((0..40_i32, -60..60_i64, prop::option::of(0..150_i32)), 0..25)
}

/// One point: when it was earned, when it lapses, when it was spent.
type Point = (Day, Option<Day>, Option<Day>);

/// The naive replay: every point by itself. What cannot be spent is left out.
fn naive(steps: &[(i32, i64, Option<i32>)]) -> (Vec<PointMove>, Vec<Point>) {
    let (mut legal, mut points): (Vec<PointMove>, Vec<Point>) = (vec![], vec![]);
    let mut on = day("2024-01-01");
    for &(step, count, lapse) in steps {
        on = on.plus_days(step).unwrap();
        let last = lapse.map(|days| on.plus_days(days).unwrap());
        let number = usize::try_from(count.unsigned_abs()).unwrap();
        if count > 0 {
            points.extend(std::iter::repeat_n((on, last, None), number));
            legal.push(earn(on, count.unsigned_abs(), last));
        } else if count < 0 {
            let is_left = |point: &&mut Point| point.2.is_none() && point.1.is_none_or(|last| last >= on);
            let left: Vec<_> = points.iter_mut().filter(is_left).take(number).collect();
            if left.len() == number {
                for point in left {
                    point.2 = Some(on);
                }
                legal.push(spend(on, count.unsigned_abs()));
            }
        }
    }
    (legal, points)
}

fn left_on(points: &[Point], on: Day) -> u64 {
    let left = |point: &&Point| {
        point.0 <= on && point.1.is_none_or(|last| last >= on) && point.2.is_none_or(|spent| spent > on)
    };
    points.iter().filter(left).count() as u64
}

proptest! {
    #[test]
    fn a_ledger_move_by_move_is_that_of_all_moves(steps in moves(), after in -10..1_200_i32) {
        let (legal, _) = naive(&steps);
        let step = |ledger: Ledger, made: &PointMove| match made.change {
            PointChange::Earn { points, lapse } => ledger.earn(made.day, points, lapse).unwrap(),
            PointChange::Spend { points } => ledger.spend(made.day, points).unwrap(),
        };
        let live = legal.iter().fold(Ledger::default(), step);
        let on = day("2024-01-01").plus_days(after).unwrap();
        let stored = Ledger::new(legal).unwrap();
        prop_assert_eq!(live.balance(on), stored.balance(on));
        prop_assert_eq!(live.lots(on).iter().map(|lot| lot.points).sum::<u64>(), live.balance(on));
        prop_assert_eq!(live, stored);
    }

    #[test]
    fn balance_equals_a_naive_replay_on_any_day(steps in moves(), after in -10..1_200_i32) {
        let (legal, points) = naive(&steps);
        let on = day("2024-01-01").plus_days(after).unwrap();
        let ledger = Ledger::new(legal).unwrap();
        prop_assert_eq!(ledger.balance(on), left_on(&points, on));
        prop_assert_eq!(ledger.lots(on).iter().map(|lot| lot.points).sum::<u64>(), ledger.balance(on));
    }

    #[test]
    fn expiry_never_takes_what_was_spent(steps in moves()) {
        let (legal, points) = naive(&steps);
        let ledger = Ledger::new(legal.clone()).unwrap();
        let end = day("2024-01-01").plus_days(2_000).unwrap();
        let taken: u64 = legal.iter().map(|made| match made.change {
            PointChange::Earn { points, .. } => points,
            PointChange::Spend { .. } => 0,
        }).sum();
        let spent: u64 = legal.iter().map(|made| match made.change {
            PointChange::Spend { points } => points,
            PointChange::Earn { .. } => 0,
        }).sum();
        // Earned is spent, lapsed, or left: nothing twice.
        let lapsed = points.iter().filter(|point| point.2.is_none() && point.1.is_some()).count() as u64;
        prop_assert_eq!(taken, spent + lapsed + ledger.balance(end));
        let gone: i64 = ledger.entries(end).unwrap().iter().map(|entry| entry.points).sum();
        prop_assert_eq!(gone, i64::try_from(ledger.balance(end)).unwrap());
    }

    #[test]
    fn entries_give_the_balance_to_tiers(steps in moves(), after in 0..1_200_i32) {
        let (legal, points) = naive(&steps);
        let joined = day("2024-01-01");
        let on = joined.plus_days(after).unwrap();
        let silver = TierLevel { label: "silver".into(), qualify: 50, keep: 50 };
        let policy = TierPolicy::new("base", [silver], TierBasis::Balance, Downgrade::OneDown).unwrap();
        let entries = Ledger::new(legal).unwrap().entries(on).unwrap();
        prop_assert_eq!(policy.points(joined, on, &entries).unwrap(), left_on(&points, on));
    }

    #[test]
    fn balances_of_members_are_those_of_their_ledgers(
        members in prop::collection::vec(moves(), 0..6),
        after in 0..900_i32,
    ) {
        let on = day("2024-01-01").plus_days(after).unwrap();
        let legal: Vec<Vec<PointMove>> = members.iter().map(|steps| naive(steps).0).collect();
        let ends: Vec<usize> = legal.iter().scan(0, |end, made| { *end += made.len(); Some(*end) }).collect();
        let balances = MemberMoves { ends: &ends, moves: &legal.concat() }.balances(on).unwrap();
        let expected: Vec<u64> = legal.into_iter().map(|made| Ledger::new(made).unwrap().balance(on)).collect();
        prop_assert_eq!(balances.each(), &expected[..]);
        prop_assert_eq!(balances.total(), expected.iter().sum::<u64>());
    }

    #[test]
    fn earned_points_never_exceed_cap_or_worth(
        acts in prop::collection::vec((0..3_i32, 0..1_000_u64), 0..20),
        cap in prop::option::of(0..2_000_u64),
        decay in 0..=1_000_000_000_i64,
    ) {
        let rule = EarningRule { period: CivilPeriod::Month, cap, decay: Decay::new(Decimal::new(decay, 9)).unwrap() };
        let mut on = day("2024-05-01");
        let acts: Vec<_> = acts.into_iter().map(|(step, points)| {
            on = on.plus_days(step).unwrap();
            (on, points)
        }).collect();
        let booked = rule.points(&acts).unwrap();
        prop_assert_eq!(booked.len(), acts.len());
        let in_may = |acts: &[(Day, u64)]| acts.iter().filter(|(on, _)| *on <= day("2024-05-31")).count();
        let may = in_may(&acts);
        let sum: u64 = booked[..may].iter().sum();
        prop_assert!(cap.is_none_or(|cap| sum <= cap));
        // The same sum in floats, within what they round.
        let worth: f64 = acts[..may].iter().enumerate()
            .map(|(k, act)| act.1 as f64 * (decay as f64 / 1e9).powi(i32::try_from(k).unwrap())).sum();
        let most = cap.map_or(worth, |cap| worth.min(cap as f64));
        prop_assert!(sum as f64 <= most + 1e-6 && sum as f64 > most - 1.0 - 1e-6, "{} of {}", sum, most);
    }
}
