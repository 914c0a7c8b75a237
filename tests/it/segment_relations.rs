//! Relationship stages, prospects, funnels, membership tiers. Numbers marked `computed` were computed for this project by
//! other means.

#![allow(clippy::unreadable_literal, reason = "numbers as they are printed")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small test numbers")]

use customer_value::segment::{
    Downgrade, ExternalCause, Flow, Funnel, FunnelStage, Handling, InternalCause, Interruption, PointEntry,
    PurchaseHorizon, QualificationWindow, SegmentError, Stage, StageError, StageMeasure, StagePhase, TierBasis,
    TierLevel, TierPolicy, expected_sales,
};
use customer_value::{Day, Probability, Span, TimeUnit, UnitError};
use proptest::prelude::*;

const INSOLVENT: Interruption = Interruption::External(ExternalCause::Insolvency);
const NEW_CONTACT: Interruption = Interruption::Internal(InternalCause::ContactChange);
const STAGES: [Stage; 6] =
    [Stage::Pre, Stage::Early, Stage::Mid, Stage::Partnership, Stage::Synergistic, Stage::Interrupted(INSOLVENT)];

#[test]
fn f39_millman_wilson_1995_all_pairs_of_stages() {
    // Row: from; column: to; in the order of the stages.
    let legal = [
        [0, 1, 0, 0, 0, 1],
        [0, 0, 1, 0, 0, 1],
        [0, 0, 0, 1, 0, 1],
        [0, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 0, 0],
    ];
    for (from, row) in STAGES.into_iter().zip(legal) {
        for (to, legal) in STAGES.into_iter().zip(row) {
            let expected = if legal == 1 { Ok(to) } else { Err(StageError { from, to }) };
            assert_eq!(from.move_to(to), expected, "{from} to {to}");
        }
    }
}

#[test]
fn f39_verbs_of_transitions_agree_with_the_machine() {
    for from in STAGES {
        let forward = STAGES.into_iter().find(|&to| from.move_to(to).is_ok() && !matches!(to, Stage::Interrupted(_)));
        assert_eq!(from.advance().or_else(|_| from.win_back()).ok(), forward, "{from}");
        assert_eq!(from.interrupt(NEW_CONTACT).ok(), from.move_to(Stage::Interrupted(NEW_CONTACT)).ok());
    }
    let error = StageError { from: Stage::Mid, to: Stage::Early };
    assert_eq!(Stage::Mid.win_back(), Err(error));
    let interrupted = Stage::Interrupted(NEW_CONTACT);
    assert_eq!(interrupted.win_back(), Ok(Stage::Early));
    // Another cause does not interrupt what is interrupted.
    assert!(interrupted.interrupt(INSOLVENT).is_err());
    assert_eq!(
        error.to_string(),
        "a relationship does not go from mid to early, expected the next stage or an interruption"
    );
}

#[test]
fn f39_stages_have_phases_measures_and_a_partition() {
    use StagePhase::{Maintain, Realise, Seek};
    let phases = STAGES.map(Stage::phase);
    assert_eq!(phases, [Seek, Realise, Maintain, Maintain, Maintain, Realise]);
    let incubation = [StageMeasure::DeepenContact, StageMeasure::MapBuyingProcess, StageMeasure::SeniorAccountManager];
    assert_eq!(Stage::Pre.measures(), incubation);
    let partners = [StageMeasure::JointBusiness, StageMeasure::TakeTheirPlace, StageMeasure::VipRights];
    assert_eq!(Stage::Partnership.measures(), partners);
    let partition = Stage::partition(&STAGES);
    assert_eq!(partition.segments(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(partition.labels()[5], "interrupted");
    assert!(Stage::partition(&[]).is_empty());
}

#[test]
fn f44_expected_sales_computed() {
    let groups = [(10, 0.5), (30, 0.2), (60, 0.1), (200, 0.03)];
    let sales = expected_sales(groups.map(|(prospects, chance)| (prospects, Probability::new(chance).unwrap())));
    assert!((sales.unwrap() - 23.0).abs() < 1e-12);
    assert_eq!(expected_sales([]), Ok(0.0));
}

#[test]
fn f44_horizons_have_their_handling() {
    use Handling::{DetailedMaterial, OrdinaryMaterial, PromptToAdvance, Salesperson};
    use PurchaseHorizon::{Now, SixMonths, ThreeMonths, TwelveMonths};
    let handling = PurchaseHorizon::ALL.map(PurchaseHorizon::handling);
    assert_eq!(handling, [Salesperson, PromptToAdvance, DetailedMaterial, OrdinaryMaterial]);
    let classes = [0, 1, 3, 4, 6, 7, 12, 13].map(PurchaseHorizon::within_months);
    let expected = [Now, ThreeMonths, ThreeMonths, SixMonths, SixMonths, TwelveMonths, TwelveMonths].map(Some);
    assert_eq!(classes[..7], expected);
    assert_eq!(classes[7], None);
    assert_eq!(PurchaseHorizon::partition(&[TwelveMonths, Now]).segments(), [3, 0]);
}

fn stage(label: &str, prospects: u64, conversion: f64, days: f64) -> FunnelStage {
    let conversion = Probability::new(conversion).unwrap();
    FunnelStage { label: label.into(), prospects, conversion, duration: Span::days(days).unwrap() }
}

#[test]
fn f44_funnel_multiplies_conversions_and_keeps_littles_law() {
    let funnel =
        Funnel::new([stage("a", 100, 0.5, 4.0), stage("b", 40, 0.2, 10.0), stage("c", 10, 0.25, 2.0)]).unwrap();
    assert!((funnel.conversion().get() - 0.025).abs() < 1e-15);
    let chances: Vec<f64> = funnel.chances().iter().map(|chance| chance.get()).collect();
    for (chance, expected) in chances.into_iter().zip([0.025, 0.05, 0.25]) {
        assert!((chance - expected).abs() < 1e-15);
    }
    // 100 · .025 + 40 · .05 + 10 · .25.
    assert!((funnel.expected_sales().unwrap() - 7.0).abs() < 1e-12);
    // Day by day, with everybody staying exactly as long as the mean: 6 come in, then 3, then .6.
    let stocks = funnel.stocks(Flow::new(6.0, TimeUnit::Day).unwrap()).unwrap();
    for (stock, (flow, days)) in stocks.into_iter().zip([(6.0, 4), (3.0, 10), (0.6, 2)]) {
        let counted: f64 = (0..days).map(|_| flow).sum();
        assert!((stock - counted).abs() < 1e-12);
    }
    assert_eq!(Funnel::new([]), Err(SegmentError::NoBins));
    let twice = Funnel::new([stage("a", 1, 0.5, 1.0), stage("a", 1, 0.5, 1.0)]);
    assert_eq!(twice, Err(SegmentError::DuplicateLabel { label: "a".into() }));
}

#[test]
fn flows_that_are_no_numbers_are_refused() {
    let range = |quantity, value, high| UnitError { quantity, value, low: 0.0, high };
    assert_eq!(Flow::new(-1.0, TimeUnit::Week), Err(range("flow", -1.0, 1e300)));
    assert_eq!(Flow::keeping(1.0, Span::ZERO), Err(range("flow", f64::INFINITY, 1e300)));
    assert_eq!(Flow::keeping(-1.0, Span::ZERO), Err(range("stock", -1.0, f64::MAX)));
    let nobody = Flow::new(0.0, TimeUnit::Day).unwrap();
    assert!(matches!(nobody.time(1.0), Err(SegmentError::Unit(UnitError { quantity: "span in days", .. }))));
    let many = Flow::new(1e300, TimeUnit::Day).unwrap();
    assert_eq!(many.stock(Span::days(1e12).unwrap()), Err(SegmentError::TooLarge { quantity: "stock" }));
    assert!(many.per(TimeUnit::Year).is_finite());
}

fn policy(keep: [u64; 2], downgrade: Downgrade) -> TierPolicy {
    let level = |label: &str, qualify, keep| TierLevel { label: label.into(), qualify, keep };
    let levels = [level("silver", 1000, keep[0]), level("gold", 3000, keep[1])];
    TierPolicy::new("base", levels, TierBasis::Balance, downgrade).unwrap()
}

#[test]
fn f45_gold_member_with_900_falls_by_rule_computed() {
    let tier = |downgrade| {
        let policy = policy([1000, 3000], downgrade);
        policy.labels()[policy.review(2, 900).unwrap()].clone()
    };
    assert_eq!(tier(Downgrade::OneDown), "silver");
    assert_eq!(tier(Downgrade::BalanceBased), "base");
}

#[test]
fn f45_boundaries_of_levels() {
    let policy = policy([800, 2500], Downgrade::BalanceBased);
    assert_eq!([0, 999, 1000, 2999, 3000, u64::MAX].map(|points| policy.earned(points)), [0, 0, 1, 1, 2, 2]);
    let review = |current, points| policy.review(current, points).unwrap();
    assert_eq!((review(2, 2500), review(2, 2499), review(1, 800), review(1, 799)), (2, 1, 1, 0));
    assert_eq!(policy.review(3, 0), Err(SegmentError::UnknownTier { tier: 3, tiers: 3 }));
    assert_eq!(policy.partition(&[2, 0]).unwrap().segments(), [2, 0]);
    let unknown = SegmentError::UnknownSegment { customer: 0, segment: 3, segments: 3 };
    assert_eq!(policy.partition(&[3]), Err(unknown));
}

#[test]
fn f45_hysteresis_stops_flapping() {
    let changes = |keep| {
        let policy = policy(keep, Downgrade::BalanceBased);
        let mut tier = 0;
        let points = [1050, 950, 1020, 900, 1100, 850];
        let mut moves = 0;
        for points in points {
            let next = policy.review(tier, points).unwrap();
            moves += usize::from(next != tier);
            tier = next;
        }
        moves
    };
    assert_eq!((changes([1000, 3000]), changes([800, 3000])), (6, 1));
}

#[test]
fn levels_out_of_order_are_refused() {
    let refused = |levels: &[(u64, u64)]| {
        let levels = levels.iter().enumerate();
        let level =
            |(index, &(qualify, keep)): (usize, &(u64, u64))| TierLevel { label: index.to_string(), qualify, keep };
        TierPolicy::new("base", levels.map(level).collect::<Vec<_>>(), TierBasis::Balance, Downgrade::OneDown)
    };
    let cases = [(vec![(0, 0)], 0), (vec![(10, 11)], 0), (vec![(10, 5), (10, 6)], 1), (vec![(10, 5), (20, 4)], 1)];
    for (levels, level) in cases {
        let (qualify, keep) = levels[level];
        assert_eq!(refused(&levels), Err(SegmentError::Level { level, qualify, keep }));
    }
    assert_eq!(refused(&[]).unwrap().earned(u64::MAX), 0);
    let twice = TierLevel { label: "base".into(), qualify: 1, keep: 1 };
    let twice = TierPolicy::new("base", [twice], TierBasis::Balance, Downgrade::OneDown);
    assert_eq!(twice, Err(SegmentError::DuplicateLabel { label: "base".into() }));
}

fn day(year: i16, month: i8, day: i8) -> Day {
    Day::new(year, month, day).unwrap()
}

#[test]
fn f45_windows_by_calendar_anniversary_and_activity() {
    let months = 12.try_into().unwrap();
    let (joined, on) = (day(2024, 2, 29), day(2026, 2, 28));
    let period =
        |window: QualificationWindow| window.period(joined, on).map(|period| (period.start, period.end)).unwrap();
    let calendar = QualificationWindow::FixedDates { from: day(2020, 1, 1), months };
    assert_eq!(period(calendar), (day(2026, 1, 1), day(2026, 12, 31)));
    // A leap day has its anniversary on the last of February, and the next in a leap year on the 29th again.
    assert_eq!(period(QualificationWindow::Anniversary { months }), (day(2026, 2, 28), day(2027, 2, 27)));
    let activity = QualificationWindow::Activity { days: 90.try_into().unwrap() };
    assert_eq!(period(activity), (day(2025, 12, 1), on));
    let early = QualificationWindow::Anniversary { months }.period(joined, day(2024, 2, 28));
    assert_eq!(early, Err(SegmentError::BeforeWindow { day: day(2024, 2, 28), start: joined }));
    let eve = QualificationWindow::Anniversary { months }.period(joined, day(2026, 2, 27)).unwrap();
    assert_eq!((eve.start, eve.end), (day(2025, 2, 28), day(2026, 2, 27)));
}

#[test]
fn f45_points_of_a_balance_and_of_a_period() {
    let months = 12.try_into().unwrap();
    let entry = |day, points| PointEntry { day, points };
    let entries = [
        entry(day(2024, 6, 1), 700),
        entry(day(2025, 1, 1), 400),
        entry(day(2025, 2, 1), -300),
        entry(day(2025, 9, 1), 50),
    ];
    let points = |basis| {
        let policy = TierPolicy::new("base", [], basis, Downgrade::OneDown).unwrap();
        policy.points(day(2024, 1, 1), day(2025, 6, 30), &entries)
    };
    assert_eq!(points(TierBasis::Balance), Ok(800));
    // What was spent has been earned; what comes in September is not known in June.
    assert_eq!(points(TierBasis::Period(QualificationWindow::Anniversary { months })), Ok(400));
    let policy = TierPolicy::new("base", [], TierBasis::Balance, Downgrade::OneDown).unwrap();
    let overdrawn = policy.points(day(2024, 1, 1), day(2025, 2, 1), &entries[2..]);
    assert_eq!(overdrawn, Err(SegmentError::Overdrawn { balance: -300 }));
}

proptest! {
    #[test]
    fn windows_follow_each_other_without_gap(year in 1900..2100_i16, month in 1..13_i8, d in 1..29_i8, months in 1..40_u32, later in 0..20_000_i32) {
        let joined = day(year, month, d);
        let on = joined.plus_days(later).unwrap();
        let window = QualificationWindow::Anniversary { months: months.try_into().unwrap() };
        let period = window.period(joined, on).unwrap();
        prop_assert!(period.contains(on));
        let next = window.period(joined, period.end.plus_days(1).unwrap()).unwrap();
        prop_assert_eq!(next.start, period.end.plus_days(1).unwrap());
        prop_assert_eq!(window.period(joined, period.start).unwrap(), period);
    }

    #[test]
    fn more_points_never_lower_a_tier(current in 0..3_usize, points in 0..5000_u64, more in 0..3000_u64, one_down in any::<bool>()) {
        let policy = policy([600, 2000], if one_down { Downgrade::OneDown } else { Downgrade::BalanceBased });
        let tier = policy.review(current, points).unwrap();
        prop_assert!(tier <= policy.review(current, points + more).unwrap());
        // Whoever has just been reviewed upwards, or stayed, stays at the next review with the same points.
        if tier >= current {
            prop_assert_eq!(policy.review(tier, points).unwrap(), tier);
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn stored_funnels_flows_and_policies_are_checked_when_read() {
    use super::segment::survives;
    survives(&Funnel::new([stage("a", 1, 0.5, 1.0), stage("b", 1, 0.5, 1.0)]).unwrap(), &[(r#""b""#, r#""a""#)]);
    survives(&Flow::new(2.0, TimeUnit::Day).unwrap(), &[("2.0", "-2.0")]);
    survives(&policy([800, 2500], Downgrade::OneDown), &[("2500", "3500"), ("3000", "1000")]);
    survives(&Stage::Interrupted(INSOLVENT), &[("Insolvency", "Weather")]);
}
