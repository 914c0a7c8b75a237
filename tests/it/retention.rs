//! Retention, tenure, the leaky bucket, and what less churn is worth. Numbers marked `computed` were computed for this
//! project by other means; their formulas are named after the sources that define them.

use customer_value::exchange::{
    AfterSchedule, ChurnCut, Claim, ClaimVerdict, ExchangeError, FirstMargin, LeakCause, LeakTally, LeakyBucket,
    MarginSchedule, PromotedMargin, Relationship, Retention, UnitEconomics,
};
use customer_value::{Currency, DiscountRate, ExpectedMoney, MoneyError, Probability, Span, TimeUnit};
use proptest::prelude::*;

use crate::shared::{assert_printed, error, quantity_of};

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn retention(rate: f64) -> Retention {
    Retention::new(probability(rate), Span::years(1.0).unwrap()).unwrap()
}

fn relationship(rate: f64, discount: f64, first_margin: FirstMargin) -> Relationship {
    Relationship {
        retention: retention(rate),
        discount: DiscountRate::effective_annual(discount).unwrap(),
        first_margin,
    }
}

const BOTH: [FirstMargin; 2] = [FirstMargin::Now, FirstMargin::AfterOnePeriod];

#[test]
fn discount_over_a_period_inverts_the_effective_rate() {
    let rate = DiscountRate::per_unit(0.01, TimeUnit::Month).unwrap();
    assert!(error(rate.over(Span::years(1.0).unwrap()).unwrap(), 1.01_f64.powi(12) - 1.0) < 1e-14);
    assert_eq!(DiscountRate::ZERO.over(Span::years(9.0).unwrap()).unwrap(), 0.0);
    let huge = DiscountRate::continuous(1e6, TimeUnit::Day).unwrap();
    let problem = huge.over(Span::days(1.0).unwrap()).unwrap_err();
    assert_eq!((problem.quantity, problem.value), ("discount rate", f64::INFINITY));
}

#[test]
fn retention_without_a_period_is_refused() {
    let problem = Retention::new(probability(0.9), Span::ZERO).unwrap_err();
    assert!(matches!(problem, ExchangeError::Unit(unit) if unit.value == 0.0));
    assert_eq!(quantity_of(&problem), "retention period in days");
    assert_eq!(quantity_of(&retention(0.9).per(Span::ZERO).unwrap_err()), "retention period in days");
}

#[test]
fn expected_periods_are_one_over_churn_and_none_when_nobody_leaves() {
    assert_eq!(retention(0.75).expected_periods(), Some(4.0));
    assert_eq!(retention(0.0).expected_periods(), Some(1.0));
    assert_eq!(retention(1.0).expected_periods(), None);
    // The mean of a geometric tenure, summed.
    let survival = |periods| retention(0.9).survival(periods).get();
    assert!(error((0..2_000).map(survival).sum(), retention(0.9).expected_periods().unwrap()) < 1e-12);
}

#[test]
fn f47_leaky_bucket_computed() {
    let bucket = |rate| LeakyBucket::new(retention(rate), 200.0).unwrap();
    assert_printed(bucket(0.8).steady_state().unwrap(), "1000.00");
    assert_printed(bucket(0.85).steady_state().unwrap(), "1333.33");
    assert_printed(bucket(0.8).half_life().unwrap(), "3.1063");
    assert!(error(retention(0.8).hold_level(1000.0).unwrap(), 200.0) < 1e-12);
}

#[test]
fn f47_a_bucket_without_a_leak_only_grows() {
    let bucket = LeakyBucket::new(retention(1.0), 10.0).unwrap();
    assert_eq!((bucket.steady_state(), bucket.half_life()), (None, None));
    assert_eq!(bucket.after(5.0, 7).unwrap(), 75.0);
    let empty = LeakyBucket::new(retention(0.0), 10.0).unwrap();
    assert_eq!((empty.steady_state(), empty.half_life()), (Some(10.0), Some(0.0)));
    assert_eq!(empty.path(99.0, 2).unwrap(), [10.0, 10.0]);
}

#[test]
fn f47_impossible_stocks_are_refused() {
    let bucket = LeakyBucket::new(retention(0.8), 10.0).unwrap();
    for stock in [-1.0, 2e15, f64::NAN] {
        assert_eq!(quantity_of(&bucket.next(stock).unwrap_err()), "stock of customers");
        assert_eq!(quantity_of(&retention(0.8).hold_level(stock).unwrap_err()), "stock of customers");
        assert_eq!(quantity_of(&LeakyBucket::new(retention(0.8), stock).unwrap_err()), "acquired customers");
    }
}

/// The closed form that the bucket shares with finite horizons, where 1 − r is all of the digits there are.
#[test]
fn f47_a_bucket_that_hardly_leaks_keeps_its_digits() {
    let bucket = LeakyBucket::new(retention(1.0 - 2.0_f64.powi(-50)), 8.0).unwrap();
    // a·(n − n·(n − 1)/2·churn), to the second order.
    let joined = 8.0 * (1e3 - 1e3 * 999.0 / 2.0 * 2.0_f64.powi(-50));
    assert!(error(bucket.after(0.0, 1_000).unwrap(), joined) < 1e-15);
    assert_eq!(bucket.after(5.0, 0).unwrap(), 5.0);
    let empty = LeakyBucket::new(retention(0.0), 8.0).unwrap();
    assert_eq!((empty.after(5.0, 0).unwrap(), empty.after(5.0, 1).unwrap()), (5.0, 8.0));
}

#[test]
fn leaks_are_counted_up_to_2_to_the_53() {
    const MOST: u64 = 1 << 53;
    let too_many = |found| ExchangeError::TooMany { items: "customers who left", found, most: MOST };
    let pairs = [(LeakCause::Rudeness, u64::MAX), (LeakCause::PoorService, u64::MAX)];
    assert_eq!(LeakTally::new(pairs), Err(too_many(u128::from(u64::MAX))));
    let mut full = LeakTally::new([(LeakCause::Rudeness, MOST - 1), (LeakCause::Rudeness, 1)]).unwrap();
    assert_eq!((full.total(), full.of(&LeakCause::Rudeness)), (MOST, MOST));
    assert_eq!(full.add(LeakCause::PoorService, 1), Err(too_many(u128::from(MOST) + 1)));
    assert_eq!(full.add(LeakCause::Rudeness, u64::MAX), Err(too_many(u128::from(MOST) + u128::from(u64::MAX))));
    assert_eq!(full.total(), MOST);
    full.add(LeakCause::PoorService, 0).unwrap();
    assert_eq!(full.pareto().len(), 1, "a cause for which nobody left did not occur");
}

#[test]
fn vital_few_of_all_are_all_causes() {
    let pairs = [(LeakCause::Rudeness, 10_000_000_000_000), (LeakCause::PoorService, 1)];
    let tally = LeakTally::new(pairs).unwrap();
    assert_eq!(tally.vital_few(probability(1.0)), [LeakCause::Rudeness, LeakCause::PoorService]);
    assert_eq!(tally.vital_few(probability(0.999_999)), [LeakCause::Rudeness]);
    let rarest = LeakTally::new([(LeakCause::Rudeness, (1 << 53) - 1), (LeakCause::PoorService, 1)]).unwrap();
    assert_eq!(rarest.vital_few(probability(1.0)).len(), 2);
}

#[test]
fn vital_few_take_decimals_as_they_are_meant() {
    // Whole percents of a hundred, of which the floats of some are a little more: 0.07 · 100 = 7.000000000000001.
    for percent in 1..=99_u64 {
        let pairs = [(LeakCause::Rudeness, percent), (LeakCause::PoorService, 100 - percent)];
        let tally = LeakTally::new(pairs).unwrap();
        let most = percent.max(100 - percent);
        assert_eq!(tally.vital_few(probability(most as f64 / 100.0)).len(), 1, "{percent}");
        assert_eq!(tally.vital_few(probability(most as f64 / 100.0 + 0.001)).len(), 2, "{percent}");
    }
}

#[test]
fn causes_and_verdicts_are_written_in_words() {
    let causes = [
        LeakCause::Rudeness,
        LeakCause::PoorService,
        LeakCause::UntrainedStaff,
        LeakCause::PoorQuality,
        LeakCause::PoorSelection,
        LeakCause::ProductUpdate,
        LeakCause::Other("moved away".into()),
    ];
    let words = causes.map(|cause| cause.to_string()).join(", ");
    assert_eq!(
        words,
        "rudeness, poor service, untrained staff, poor quality, poor selection, product update, moved away"
    );
    let verdicts = [
        ClaimVerdict::Holds,
        ClaimVerdict::HoldsByAcquisitionCost,
        ClaimVerdict::FallsShort,
        ClaimVerdict::NoProfitBefore,
    ];
    let words = verdicts.map(|verdict| verdict.to_string()).join(", ");
    assert_eq!(words, "holds, holds by acquisition cost, falls short, no profit before");
    assert_eq!(format!("{:>6}", ClaimVerdict::Holds), " holds");
}

#[test]
fn leak_causes_stand_by_number_and_ties_by_their_order() {
    let causes = [
        (LeakCause::PoorQuality, 3),
        (LeakCause::Other("moved away".into()), 2),
        (LeakCause::Rudeness, 3),
        (LeakCause::PoorService, 12),
    ];
    let tally: LeakTally = causes.iter().flat_map(|(cause, n)| vec![cause.clone(); *n]).collect();
    assert_eq!((tally.total(), tally.of(&LeakCause::ProductUpdate)), (20, 0));
    let pareto = tally.pareto();
    let names: Vec<_> = pareto.iter().map(|share| &share.cause).collect();
    assert_eq!(names, [&causes[3].0, &causes[2].0, &causes[0].0, &causes[1].0]);
    assert_eq!(pareto.iter().map(|share| share.share.get()).collect::<Vec<_>>(), [0.6, 0.15, 0.15, 0.1]);
    assert_eq!(pareto.iter().map(|share| share.cumulative.get()).collect::<Vec<_>>(), [0.6, 0.75, 0.9, 1.0]);
    let few = |share| tally.vital_few(probability(share)).len();
    assert_eq!([few(0.0), few(0.6), few(0.61), few(0.75), few(0.9), few(1.0)], [0, 1, 2, 2, 3, 4]);
    assert_eq!((LeakTally::default().pareto(), LeakTally::default().vital_few(probability(1.0))), (vec![], vec![]));
}

#[test]
fn f48_slogan_uplifts_computed() {
    let uplift = |rate, discount, first, cut| relationship(rate, discount, first).leverage(cut).unwrap().uplift;
    let points = ChurnCut::Points(probability(0.05));
    for (discount, now, later) in
        [(0.0, "100", "111.1"), (0.05, "50", "58.3"), (0.10, "33.3", "40.7"), (0.15, "25", "31.9")]
    {
        assert_printed(100.0 * uplift(0.9, discount, FirstMargin::Now, points), now);
        assert_printed(100.0 * uplift(0.9, discount, FirstMargin::AfterOnePeriod, points), later);
    }
    let relative = ChurnCut::Relative(probability(0.05));
    assert_printed(100.0 * uplift(0.9, 0.0, FirstMargin::AfterOnePeriod, relative), "5.85");
    assert_printed(100.0 * uplift(0.9, 0.1, FirstMargin::AfterOnePeriod, relative), "3.13");
}

#[test]
fn f48_elasticity_gupta_lehmann_stuart_2004_computed() {
    let elasticity = relationship(0.9, 0.12, FirstMargin::AfterOnePeriod).retention_elasticity().unwrap();
    assert_printed(elasticity, "5.0909");
}

#[test]
fn f48_degenerate_cuts_are_typed_errors() {
    let ten_points = ChurnCut::Points(probability(0.1));
    let tight = relationship(0.95, 0.1, FirstMargin::Now);
    let churn = tight.retention.churn();
    let refused = ExchangeError::CutExceedsChurn { cut: probability(0.1), churn };
    assert_eq!(tight.leverage(ten_points), Err(refused));

    // All of the churn, though neither 0.9 nor 0.1 is a float.
    let endless = relationship(0.9, 0.0, FirstMargin::Now).leverage(ten_points);
    assert!(matches!(endless, Err(ExchangeError::GrowthOutrunsDiscount { discount_factor: 1.0, .. })));
    let all = relationship(0.9, 0.1, FirstMargin::Now).leverage(ten_points).unwrap();
    assert!(error(all.multiple_after, 11.0) < 1e-12);

    let nobody = relationship(0.0, 0.1, FirstMargin::AfterOnePeriod).leverage(ten_points);
    assert_eq!(nobody, Err(ExchangeError::ZeroBase { quantity: "the value before the cut" }));
}

#[test]
fn f48_claim_needs_retention_from_a_known_rate() {
    // First margin now, no acquisition cost: r ≥ 1 + d − p·(1 + 1/u).
    let economics = UnitEconomics::new(usd(100.0), usd(0.0)).unwrap();
    let slogan = Claim::five_points_double();
    let holds = |discount, first| slogan.holds_for(&relationship(0.5, discount, first), &economics).unwrap();
    let ranges = holds(0.0, FirstMargin::Now);
    assert_eq!(ranges.len(), 1);
    assert!(error(ranges[0].from.get(), 0.9) < 1e-12 && error(ranges[0].to.get(), 0.95) < 1e-12);
    // At 10 % a year the rate would have to be 1.
    assert_eq!(holds(0.1, FirstMargin::Now), []);

    let strict = Claim::new(ChurnCut::Points(probability(0.05)), 0.25).unwrap();
    let ranges = strict.holds_for(&relationship(0.5, 0.15, FirstMargin::Now), &economics).unwrap();
    assert_eq!(ranges.len(), 1);
    assert!(error(ranges[0].from.get(), 0.9) < 1e-12, "the 25 % of the table begin at its retention");
}

#[test]
fn f48_claim_holds_twice_when_the_first_margin_waits() {
    // Nearly nobody stays, so that five points are a multiple; or nearly everybody.
    let economics = UnitEconomics::new(usd(100.0), usd(0.0)).unwrap();
    let ranges = Claim::five_points_double()
        .holds_for(&relationship(0.5, 0.0, FirstMargin::AfterOnePeriod), &economics)
        .unwrap();
    // p ≥ r·(1 − p − r): r² − 0.95·r + 0.05 ≥ 0.
    let root = (0.95_f64 * 0.95 - 0.2).sqrt();
    assert_eq!(ranges.len(), 2);
    assert_eq!(ranges[0].from.get(), 0.0);
    assert!(error(ranges[0].to.get(), 0.5 * (0.95 - root)) < 1e-12);
    assert!(error(ranges[1].from.get(), 0.5 * (0.95 + root)) < 1e-12);
}

#[test]
fn f48_claim_under_own_numbers_computed() {
    let slogan = Claim::five_points_double();
    let check = |rate, discount, cost| {
        let economics = UnitEconomics::new(usd(100.0), usd(cost)).unwrap();
        slogan.check(&relationship(rate, discount, FirstMargin::Now), &economics).unwrap()
    };
    assert_eq!(check(0.9, 0.0, 0.0).verdict, ClaimVerdict::Holds);
    assert_eq!(check(0.9, 0.1, 0.0).verdict, ClaimVerdict::FallsShort);
    // 550 of margins become 733.33; of a cost of 450 are left 100 and 283.33.
    let lunch = check(0.9, 0.1, 450.0);
    assert_eq!(lunch.verdict, ClaimVerdict::HoldsByAcquisitionCost);
    assert!(error(lunch.profit_before.amount(), 100.0) < 1e-12);
    assert!(error(lunch.profit_after.amount(), 850.0 / 3.0) < 1e-12);
    assert!(error(lunch.uplift.unwrap(), 11.0 / 6.0) < 1e-12);
    assert!(error(lunch.uplift_of_margins.unwrap(), 1.0 / 3.0) < 1e-12);
    let loss = check(0.9, 0.1, 600.0);
    assert_eq!((loss.verdict, loss.uplift), (ClaimVerdict::NoProfitBefore, None));

    let five_percent = Claim::five_percent_double();
    let economics = UnitEconomics::new(usd(100.0), usd(0.0)).unwrap();
    let check = five_percent.check(&relationship(0.9, 0.0, FirstMargin::Now), &economics).unwrap();
    assert_eq!(check.verdict, ClaimVerdict::FallsShort);
    assert!(error(check.uplift.unwrap(), 1.0 / 19.0) < 1e-12);
    assert_eq!(five_percent.holds_for(&relationship(0.9, 0.0, FirstMargin::Now), &economics).unwrap(), []);
}

#[test]
fn f48_claim_without_a_first_margin_has_no_uplift() {
    let economics = UnitEconomics::new(usd(100.0), usd(0.0)).unwrap();
    let nobody = relationship(0.0, 0.1, FirstMargin::AfterOnePeriod);
    let check = Claim::five_points_double().check(&nobody, &economics).unwrap();
    assert_eq!((check.uplift, check.uplift_of_margins), (None, None));
    assert_eq!(check.verdict, ClaimVerdict::NoProfitBefore);
    assert!(error(check.profit_after.amount(), 100.0 * 0.05 / (1.1 - 0.05)) < 1e-12);
}

#[test]
fn f48_impossible_claims_are_refused() {
    let cut = ChurnCut::Relative(probability(0.05));
    for uplift in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        assert_eq!(quantity_of(&Claim::new(cut, uplift).unwrap_err()), "claimed uplift");
    }
    let eur = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    let mixed = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(UnitEconomics::new(usd(1.0), eur), Err(ExchangeError::Money(mixed)));
    assert!(
        matches!(UnitEconomics::new(usd(0.0), usd(1.0)), Err(ExchangeError::Unit(unit)) if unit.quantity == "margin")
    );
    let negative = UnitEconomics::new(usd(1.0), usd(-1.0));
    assert!(matches!(negative, Err(ExchangeError::Unit(unit)) if unit.quantity == "acquisition cost"));
    let enormous = UnitEconomics::new(usd(1e-300), usd(1e300)).unwrap();
    let region = Claim::five_points_double().holds_for(&relationship(0.9, 0.1, FirstMargin::Now), &enormous);
    assert_eq!(region, Err(ExchangeError::TooLarge { quantity: "acquisition cost in margins" }));
}

#[test]
fn f50_margin_multiple_gupta_lehmann_2003_recomputed() {
    let later = FirstMargin::AfterOnePeriod;
    let rows = [(0.9, ["4.50", "4.09", "3.75", "3.46"]), (0.6, ["1.20", "1.15", "1.11", "1.07"])];
    for (rate, printed) in rows {
        for (discount, printed) in [0.10, 0.12, 0.14, 0.16].into_iter().zip(printed) {
            assert_printed(relationship(rate, discount, later).multiple().unwrap(), printed);
        }
    }
    assert_printed(relationship(0.9, 0.12, later).growing_multiple(0.08).unwrap(), "6.08");
    assert_printed(relationship(0.9, 0.12, FirstMargin::Now).multiple().unwrap(), "5.09");
    assert_printed(relationship(0.9, 0.12, later).value(usd(100.0)).unwrap().amount(), "409.09");
}

#[test]
fn f50_growth_that_outruns_discount_is_a_typed_error() {
    for first in BOTH {
        let outrun = relationship(0.9, 0.12, first).growing_multiple(0.25).unwrap_err();
        let ExchangeError::GrowthOutrunsDiscount { retention, growth, discount_factor } = outrun else {
            panic!("{outrun}");
        };
        assert_eq!((retention, growth), (probability(0.9), 0.25));
        assert!(error(discount_factor, 1.0 / 1.12) < 1e-15);
        let endless = relationship(1.0, 0.0, first).multiple();
        assert!(matches!(endless, Err(ExchangeError::GrowthOutrunsDiscount { growth: 0.0, .. })));
        for growth in [-1.1, f64::NAN, f64::INFINITY] {
            let refused = relationship(0.9, 0.12, first).growing_multiple(growth);
            assert!(matches!(refused, Err(ExchangeError::Unit(unit)) if unit.quantity == "growth of margins"));
        }
    }
}

#[test]
fn f50_ends_of_the_range_are_exact() {
    // Nobody leaves: a perpetuity. Nobody stays: one margin, or none.
    assert!(error(relationship(1.0, 0.25, FirstMargin::AfterOnePeriod).multiple().unwrap(), 4.0) < 1e-14);
    assert_eq!(relationship(0.0, 0.25, FirstMargin::Now).multiple().unwrap(), 1.0);
    assert_eq!(relationship(0.0, 0.25, FirstMargin::AfterOnePeriod).multiple().unwrap(), 0.0);
    // Margins that end after the first one.
    assert_eq!(relationship(0.75, 0.0, FirstMargin::Now).growing_multiple(-1.0).unwrap(), 1.0);
    // A perpetuity discounted by 1e-12: all digits.
    let patient = Relationship {
        discount: DiscountRate::continuous(1e-12, TimeUnit::Year).unwrap(),
        ..relationship(1.0, 0.0, FirstMargin::AfterOnePeriod)
    };
    assert!(error(patient.multiple().unwrap(), 1e12 - 0.5) < 1e-14);
}

#[test]
fn f51_berger_nasr_1998_case_1_recomputed() {
    let promoted = PromotedMargin { margin: usd(260.0), promotion: usd(50.0), periods: 10 };
    let value = promoted.value(&relationship(0.75, 0.2, FirstMargin::Now)).unwrap().amount();
    assert_printed(value, "568.78");
    assert_printed(value, "568.7831");
}

#[test]
fn f51_degenerate_horizons() {
    let promoted = |periods| PromotedMargin { margin: usd(260.0), promotion: usd(50.0), periods };
    let value = |periods, first| promoted(periods).value(&relationship(1.0, 0.0, first)).unwrap().amount();
    assert_eq!([value(0, FirstMargin::Now), value(0, FirstMargin::AfterOnePeriod)], [260.0, 0.0]);
    assert_eq!([value(3, FirstMargin::Now), value(3, FirstMargin::AfterOnePeriod)], [890.0, 630.0]);
    let eur = ExpectedMoney::new(50.0, Currency::EUR).unwrap();
    let mixed = PromotedMargin { promotion: eur, ..promoted(3) }.value(&relationship(0.9, 0.1, FirstMargin::Now));
    let mismatch = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(mixed, Err(ExchangeError::Money(mismatch)));
}

#[test]
fn f51_a_promotion_below_zero_is_refused() {
    let promoted = PromotedMargin { margin: usd(260.0), promotion: usd(-50.0), periods: 10 };
    let refused = promoted.value(&relationship(0.75, 0.2, FirstMargin::Now)).unwrap_err();
    assert_eq!(refused.to_string(), "promotion is -50, expected a finite number from 0 up");
    assert_eq!(quantity_of(&refused), "promotion");
}

fn credit_card(after: AfterSchedule) -> MarginSchedule {
    MarginSchedule::new([-51.0, 30.0, 42.0, 44.0, 49.0, 55.0].map(usd), after).unwrap()
}

#[test]
fn f52_credit_card_tenure_margins_computed() {
    for (rate, six, forever) in
        [(0.8, "34.8575", "64.6988"), (0.9, "67.8841", "158.6294"), (0.95, "88.2633", "255.6225")]
    {
        let relationship = relationship(rate, 0.1, FirstMargin::Now);
        let value = |after| credit_card(after).value(&relationship).unwrap().amount();
        assert_printed(value(AfterSchedule::Stop), six);
        assert_printed(value(AfterSchedule::LastForever), forever);
        assert_eq!(value(AfterSchedule::LastForever), value(AfterSchedule::Flat(usd(55.0))));
        let path = credit_card(AfterSchedule::LastForever).path(&relationship, 400).unwrap();
        assert_printed(path[5].cumulative.amount(), six);
        assert_printed(path[399].cumulative.amount(), forever);
        assert!(error(path[3].survival.get(), rate.powi(3)) < 1e-15);
    }
}

#[test]
fn f52_a_margin_that_never_ends_needs_a_leak() {
    let endless = relationship(1.0, 0.0, FirstMargin::Now);
    let refused = credit_card(AfterSchedule::LastForever).value(&endless);
    assert!(matches!(refused, Err(ExchangeError::GrowthOutrunsDiscount { .. })));
    assert_eq!(credit_card(AfterSchedule::Stop).value(&endless).unwrap(), usd(169.0));
    assert_eq!(credit_card(AfterSchedule::Flat(usd(0.0))).value(&endless).unwrap(), usd(169.0));
}

#[test]
fn f52_bad_schedules_are_refused() {
    let none = MarginSchedule::new([], AfterSchedule::Stop);
    assert_eq!(none, Err(ExchangeError::TooFew { items: "margins", found: 0, least: 1 }));
    let eur = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    let mixed = ExchangeError::Money(MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR });
    let third = MarginSchedule::new([usd(1.0), usd(2.0), eur], AfterSchedule::Stop).unwrap_err();
    assert_eq!(third.to_string(), "item 2 (from 0) of the margins: currencies differ: expected USD, got EUR");
    assert_eq!(third, ExchangeError::Item { items: "margins", position: 2, source: Box::new(mixed.clone()) });
    assert_eq!(MarginSchedule::new([usd(1.0)], AfterSchedule::Flat(eur)), Err(mixed));
    let large = MarginSchedule::new([usd(f64::MAX)], AfterSchedule::LastForever).unwrap();
    let overflow = large.value(&relationship(0.9, 0.1, FirstMargin::Now));
    assert_eq!(overflow, Err(ExchangeError::TooLarge { quantity: "value" }));
}

/// Every corner of rates, discounts and growths: a number, or a typed error, but no infinity and no NaN.
#[test]
fn extremes_stay_numbers() {
    let discounts = [
        DiscountRate::ZERO,
        DiscountRate::continuous(1e-99, TimeUnit::Day).unwrap(),
        DiscountRate::effective_annual(10.0).unwrap(),
        DiscountRate::continuous(1e6, TimeUnit::Day).unwrap(),
    ];
    let periods = [Span::days(f64::MIN_POSITIVE).unwrap(), Span::years(1.0).unwrap(), Span::days(1e12).unwrap()];
    let rates = [0.0, f64::MIN_POSITIVE, 0.5, 1.0_f64.next_down(), 1.0];
    for (rate, period) in rates.iter().flat_map(|rate| periods.map(|period| (probability(*rate), period))) {
        let retention = Retention::new(rate, period).unwrap();
        for (discount, first_margin) in discounts.iter().flat_map(|discount| BOTH.map(|first| (*discount, first))) {
            let relationship = Relationship { retention, discount, first_margin };
            let mut results =
                [-1.0, 0.0, 1e-9, 1.0, f64::MAX].map(|growth| relationship.growing_multiple(growth)).to_vec();
            results.push(relationship.retention_elasticity());
            for cut in [0.0, 1e-9, 0.5, 1.0].map(probability) {
                for cut in [ChurnCut::Points(cut), ChurnCut::Relative(cut)] {
                    let leverage = relationship.leverage(cut);
                    results.push(leverage.as_ref().map(|one| one.uplift).map_err(Clone::clone));
                    results.push(leverage.map(|one| one.multiple_after));
                    let claim = Claim::new(cut, 1.0).unwrap();
                    for cost in [0.0, 1.0, 1e9] {
                        let economics = UnitEconomics::new(usd(1.0), usd(cost)).unwrap();
                        assert!(claim.holds_for(&relationship, &economics).unwrap().len() <= 2);
                        results.push(claim.check(&relationship, &economics).map(|check| check.profit_after.amount()));
                    }
                }
            }
            let promoted = PromotedMargin { margin: usd(1.0), promotion: usd(1.0), periods: u32::MAX };
            results.push(promoted.value(&relationship).map(ExpectedMoney::amount));
            results.push(credit_card(AfterSchedule::LastForever).value(&relationship).map(ExpectedMoney::amount));
            assert!(results.iter().flatten().all(|number| number.is_finite()), "{relationship:?}: {results:?}");
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn reading_runs_the_checks_of_new() {
    let kept = retention(0.9);
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(serde_json::from_str::<Retention>(&text).unwrap(), kept);
    assert!(serde_json::from_str::<Retention>(&text.replace("365.25", "0")).is_err());
    let tally: LeakTally = [LeakCause::Other("moved".into()), LeakCause::Rudeness].into_iter().collect();
    let text = serde_json::to_string(&tally).unwrap();
    assert_eq!(serde_json::from_str::<LeakTally>(&text).unwrap(), tally);
    assert!(serde_json::from_str::<LeakTally>(&format!("[[\"Rudeness\",{0}],[\"Rudeness\",1]]", u64::MAX)).is_err());
    let schedule = credit_card(AfterSchedule::LastForever);
    let text = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<MarginSchedule>(&text).unwrap(), schedule);
    assert!(serde_json::from_str::<MarginSchedule>(r#"{"margins":[],"after":"Stop"}"#).is_err());
    let claim = Claim::five_points_double();
    let text = serde_json::to_string(&claim).unwrap();
    assert_eq!(serde_json::from_str::<Claim>(&text).unwrap(), claim);
    assert!(serde_json::from_str::<Claim>(&text.replace("1.0", "-1.0")).is_err());
}

fn any_first() -> impl Strategy<Value = FirstMargin> {
    prop_oneof![Just(FirstMargin::Now), Just(FirstMargin::AfterOnePeriod)]
}

fn any_cut() -> impl Strategy<Value = ChurnCut> {
    let share = (0.001..0.3).prop_map(probability);
    prop_oneof![share.clone().prop_map(ChurnCut::Points), share.prop_map(ChurnCut::Relative)]
}

proptest! {
    #[test]
    fn multiple_is_the_sum_of_its_margins(
        rate in 0.0..0.97_f64, discount in 0.0..0.5_f64, growth in -0.5..0.01_f64, first in any_first()
    ) {
        let factor = 1.0 / (1.0 + discount);
        let mut weight = if first == FirstMargin::Now { 1.0 } else { rate * factor };
        let mut sum = 0.0;
        for _ in 0..3_000 {
            sum += weight;
            weight *= rate * factor * (1.0 + growth);
        }
        let multiple = relationship(rate, discount, first).growing_multiple(growth).unwrap();
        prop_assert!(error(multiple, sum) < 1e-11, "{multiple} {sum}");
    }

    #[test]
    fn multiple_grows_with_retention_and_growth_and_falls_with_discount(
        rate in 0.01..0.9_f64, discount in 0.01..0.5_f64, first in any_first()
    ) {
        let base = relationship(rate, discount, first);
        let multiple = base.multiple().unwrap();
        prop_assert!(relationship(rate + 0.05, discount, first).multiple().unwrap() > multiple);
        prop_assert!(relationship(rate, discount + 0.05, first).multiple().unwrap() < multiple);
        prop_assert!(base.growing_multiple(0.01).unwrap() > multiple);
        prop_assert!(base.growing_multiple(-0.01).unwrap() < multiple);
    }

    #[test]
    fn a_margin_now_is_one_more_than_the_same_later(rate in 0.0..1.0_f64, discount in 0.001..1.0_f64) {
        let [now, later] = BOTH.map(|first| relationship(rate, discount, first).multiple().unwrap());
        prop_assert!(error(now, later + 1.0) < 1e-12);
    }

    #[test]
    fn retention_per_another_period_survives_alike(rate in 0.01..1.0_f64, months in 1.0..60.0_f64) {
        let other = retention(rate).per(Span::new(months, TimeUnit::Month).unwrap()).unwrap();
        prop_assert!(error(other.rate().get().powf(12.0 / months), rate) < 1e-12);
        prop_assert!((other.per(Span::years(1.0).unwrap()).unwrap().rate().get() - rate).abs() < 1e-12);
    }

    #[test]
    fn bucket_path_agrees_with_its_closed_form(
        rate in 0.0..=1.0_f64, joined in 0.0..1e4_f64, stock in 0.0..1e6_f64
    ) {
        let bucket = LeakyBucket::new(retention(rate), joined).unwrap();
        let mut expected = stock;
        for (period, found) in (1..).zip(bucket.path(stock, 40).unwrap()) {
            expected = bucket.next(expected).unwrap();
            prop_assert!(error(found, expected) < 1e-12);
            prop_assert!(error(bucket.after(stock, period).unwrap(), expected) < 1e-10);
        }
        if let Some(steady) = bucket.steady_state() {
            prop_assert!(error(bucket.next(steady).unwrap(), steady) < 1e-12);
        }
        let held = LeakyBucket::new(retention(rate), retention(rate).hold_level(stock).unwrap()).unwrap();
        prop_assert!(error(held.next(stock).unwrap(), stock) < 1e-12);
    }

    #[test]
    fn half_the_gap_is_left_after_a_half_life(rate in 0.01..0.999_f64) {
        let half_life = LeakyBucket::new(retention(rate), 1.0).unwrap().half_life().unwrap();
        prop_assert!(error(rate.powf(half_life), 0.5) < 1e-12);
    }

    #[test]
    fn schedules_add_up(
        rate in 0.0..1.0_f64, discount in 0.01..0.5_f64, first in any_first(),
        margins in prop::collection::vec((-100.0..100.0_f64, -100.0..100.0_f64), 1..8), flat in -50.0..50.0_f64
    ) {
        let relationship = relationship(rate, discount, first);
        let schedule = |pick: fn(&(f64, f64)) -> f64, after| {
            MarginSchedule::new(margins.iter().map(|pair| usd(pick(pair))).collect::<Vec<_>>(), after).unwrap()
        };
        let value = |pick, after| schedule(pick, after).value(&relationship).unwrap().amount();
        let whole = value(|pair| pair.0 + pair.1, AfterSchedule::Flat(usd(flat)));
        let parts = value(|pair| pair.0, AfterSchedule::Stop) + value(|pair| pair.1, AfterSchedule::Flat(usd(flat)));
        prop_assert!(error(whole, parts) < 1e-11);
        // The path converges to the value.
        let path = schedule(|pair| pair.0, AfterSchedule::Flat(usd(flat))).path(&relationship, 5_000).unwrap();
        let end = path[4_999].cumulative.amount();
        prop_assert!(error(value(|pair| pair.0, AfterSchedule::Flat(usd(flat))), end) < 1e-10);
    }

    #[test]
    fn promoted_margin_is_the_sum_of_berger_and_nasr(
        rate in 0.0..=1.0_f64, discount in 0.0..0.5_f64, periods in 0..40_u32, first in any_first()
    ) {
        let kept = rate / (1.0 + discount);
        let from = i32::from(first == FirstMargin::AfterOnePeriod);
        let margins: f64 = (from..=periods as i32).map(|i| kept.powi(i)).sum();
        let promotion = |i: i32| rate.powi(i - 1) / (1.0 + discount).powf(f64::from(i) - 0.5);
        let promotions: f64 = (1..=periods as i32).map(promotion).sum();
        let promoted = PromotedMargin { margin: usd(260.0), promotion: usd(50.0), periods };
        let value = promoted.value(&relationship(rate, discount, first)).unwrap().amount();
        prop_assert!(error(value, 260.0 * margins - 50.0 * promotions) < 1e-11);
    }

    #[test]
    fn leverage_is_the_ratio_of_two_multiples(
        rate in 0.01..0.7_f64, discount in 0.0..0.5_f64, first in any_first(), cut in any_cut()
    ) {
        let before = relationship(rate, discount, first);
        let leverage = before.leverage(cut).unwrap();
        let after = relationship(leverage.retention_after.get(), discount, first).multiple().unwrap();
        prop_assert!(error(leverage.multiple_after, after) < 1e-12);
        prop_assert!(error(leverage.uplift, after / before.multiple().unwrap() - 1.0) < 1e-11);
        prop_assert!(leverage.uplift >= 0.0);
    }

    #[test]
    fn elasticity_is_the_slope_of_the_logarithms(
        rate in 0.01..0.95_f64, discount in 0.01..0.5_f64, first in any_first()
    ) {
        const STEP: f64 = 1e-6;
        let ln_multiple = |factor: f64| relationship(rate * factor, discount, first).multiple().unwrap().ln();
        let slope = (ln_multiple(1.0 + STEP) - ln_multiple(1.0 - STEP)) / (2.0 * STEP);
        let elasticity = relationship(rate, discount, first).retention_elasticity().unwrap();
        prop_assert!(error(elasticity, slope) < 1e-6, "{elasticity} {slope}");
    }

    /// The closed region against the claim checked rate by rate.
    #[test]
    fn a_claim_holds_exactly_where_it_says(
        discount in 0.0..0.4_f64, first in any_first(), cut in any_cut(), uplift in 0.02..3.0_f64,
        costs in prop_oneof![Just(0.0), 0.0..12.0_f64]
    ) {
        let claim = Claim::new(cut, uplift).unwrap();
        let economics = UnitEconomics::new(usd(100.0), usd(100.0 * costs)).unwrap();
        let ranges = claim.holds_for(&relationship(0.5, discount, first), &economics).unwrap();
        prop_assert!(ranges.windows(2).all(|pair| pair[0].to < pair[1].from));
        for step in 1..1_000 {
            let rate = f64::from(step) / 1_000.0;
            // At an end, rounding decides.
            let near = |end: Probability| (end.get() - rate).abs() < 1e-7;
            if ranges.iter().any(|range| near(range.from) || near(range.to)) {
                continue;
            }
            let within = ranges.iter().any(|range| range.from.get() < rate && rate < range.to.get());
            match claim.check(&relationship(rate, discount, first), &economics) {
                Ok(check) => {
                    let holds = matches!(check.verdict, ClaimVerdict::Holds | ClaimVerdict::HoldsByAcquisitionCost);
                    prop_assert_eq!(holds, within, "at {} in {:?}: {:?}", rate, &ranges, check);
                }
                Err(ExchangeError::CutExceedsChurn { .. } | ExchangeError::GrowthOutrunsDiscount { .. }) => {
                    prop_assert!(!within, "at {} in {:?}", rate, &ranges);
                }
                Err(problem) => prop_assert!(false, "{}", problem),
            }
        }
    }
}
