//! When the next purchase comes, and what a model would have said in the past.

use customer_value::{
    Bb, BbParams, CountModel, Currency, Day, FirstSeen, Forecast, Granularity, HistoryError, Horizon, Interaction,
    InteractionLog, Money, OpportunityHistory, ParetoNbd, ParetoNbdParams, Probability, PurchaseHistory, PurchaseTimes,
    Seed, Span, TimeUnit, Window,
    lifetime::{Dropout, Process},
    simulate,
};

use crate::cdnow::{self, day};
use crate::shared::{bg_nbd, history, mbg_nbd, nbd, relative_error};

fn pareto_nbd() -> ParetoNbd {
    let weeks = |count| Span::weeks(count).unwrap();
    ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha: weeks(10.578), s: 0.606, beta: weeks(11.669) }).unwrap()
}

fn at(probability: f64) -> Probability {
    Probability::new(probability).unwrap()
}

fn days(count: f64) -> Span {
    Span::days(count).unwrap()
}

fn assert_inverse<P: Process>(forecast: &Forecast<P>) {
    for horizon in [Horizon::Lifetime, Horizon::Within(days(30.0)), Horizon::Within(days(1e5))] {
        let next = forecast.next_purchase(horizon).unwrap();
        let mut before = Span::ZERO;
        for share in [1e-9, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99] {
            let Some(span) = next.quantile(at(share)) else {
                assert!(horizon == Horizon::Lifetime && next.cdf(days(1e12)).get() < share, "{share}");
                continue;
            };
            assert!(span >= before);
            before = span;
            assert!(relative_error(next.cdf(span).get(), share) < 1e-12, "{share} {span}");
        }
        let (low, high) = next.central_interval(at(0.5)).unwrap();
        assert_eq!((Some(low), Some(high)), (next.quantile(at(0.25)), next.quantile(at(0.75))));
        assert!(low < next.median().unwrap() && next.median().unwrap() < high);
        if let Horizon::Within(span) = horizon {
            assert!(next.quantile(at(1.0)).unwrap() <= span);
            assert_eq!(next.probability(), forecast.probability_active(span));
        }
        assert_eq!(next.quantile(at(0.0)), Some(Span::ZERO));
    }
}

#[test]
fn quantiles_of_the_next_purchase_invert_the_chance_of_a_purchase() {
    for past in [history(0, 0.0, 38.86), history(2, 30.43, 38.86), history(26, 30.0, 31.0)] {
        assert_inverse(&nbd([0.385, 12.07]).forecast(&past));
        assert_inverse(&bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&past));
        assert_inverse(&mbg_nbd([0.525, 6.183, 0.891, 1.614]).forecast(&past));
        assert_inverse(&pareto_nbd().forecast(&past));
    }
}

/// With Gamma(R, A) rates and no leaving before the next purchase, (1 + t/A)^−R = 1 − share.
#[test]
fn the_next_purchase_of_bg_nbd_has_the_quantiles_of_a_lomax_distribution() {
    let next = bg_nbd([0.243, 4.414, 0.793, 2.426]).forecast(&history(2, 30.43, 38.86));
    let next = next.next_purchase(Horizon::Lifetime).unwrap();
    for share in [0.001, 0.5, 0.9, 0.999] {
        let expected = 43.274 * ((1.0_f64 - share).powf(-1.0 / 2.243) - 1.0);
        assert!(relative_error(next.quantile(at(share)).unwrap().as_weeks(), expected) < 1e-12, "{share}");
    }
}

#[test]
fn simulated_customers_come_back_when_their_forecast_says() {
    let (model, horizon) = (pareto_nbd(), Span::whole_days(200));
    let next = model.forecast(&PurchaseHistory::acquired()).next_purchase(Horizon::Within(horizon)).unwrap();
    let count = |within: Span| {
        let histories = simulate(&model, within, 100_000, Seed::new(9));
        histories.iter().filter(|history| history.repeats() > 0).count() as f64
    };
    let all = count(horizon);
    for share in [0.1, 0.5, 0.9] {
        let by_then = count(next.quantile(at(share)).unwrap()) / all;
        assert!((by_then - share).abs() < 4.0 * (share * (1.0 - share) / all).sqrt(), "{share} {by_then}");
    }
}

#[test]
fn whoever_cannot_buy_has_no_next_purchase_and_the_last_of_a_lifetime_come_too_late() {
    let forecast = nbd([0.01, 1.0]).forecast(&PurchaseHistory::acquired());
    assert_eq!(forecast.next_purchase(Horizon::Within(Span::ZERO)), None);
    let next = forecast.next_purchase(Horizon::Lifetime).unwrap();
    assert_eq!((next.median(), next.central_interval(at(0.9))), (None, None));
    assert!(next.quantile(at(0.1)).is_some());
    assert_eq!(next.quantile(at(1.0)), None);
}

#[test]
fn means_given_alive_are_those_of_the_process() {
    let (model, past) = (mbg_nbd([0.525, 6.183, 0.891, 1.614]), history(2, 30.43, 38.86));
    let forecast = model.forecast(&past);
    assert!(relative_error(forecast.mean_rate(TimeUnit::Week), 2.525 / 45.043) < 1e-12);
    let Dropout::AfterPurchase(dropout) = forecast.mean_dropout(TimeUnit::Week) else { panic!("a coin") };
    assert!(relative_error(dropout, 0.891 / (0.891 + 1.614 + 3.0)) < 1e-12);
    let cohort = cdnow::log(FirstSeen::IsNew).unwrap().cohort(day("1997-09-30")).unwrap();
    let own = model.forecast(&cohort.purchases()[0]);
    let all = cohort.forecast(&model);
    assert_eq!(all.mean_rate(TimeUnit::Day)[0], own.mean_rate(TimeUnit::Day));
    assert_eq!(all.mean_dropout(TimeUnit::Day)[0], own.mean_dropout(TimeUnit::Day));
    let within = Horizon::Within(Span::whole_days(90));
    assert_eq!(all.next_purchase(within)[0], own.next_purchase(within));
}

#[test]
fn purchase_times_of_a_log_end_where_its_cohort_stands_bit_for_bit() {
    let log = cdnow::log(FirstSeen::IsNew).unwrap();
    let cut = day("1997-09-30");
    let cohort = log.cohort(cut).unwrap();
    let model = bg_nbd([0.243, 4.414, 0.793, 2.426]);
    let alive = cohort.forecast(&model).probability_alive();
    for (index, customer) in cohort.iter().enumerate() {
        let times = log.purchase_times(customer.id, cut).unwrap().unwrap();
        assert_eq!(times.history(), customer.purchases);
        assert_eq!(times.gap_history().ln_gaps().to_bits(), customer.ln_gaps.unwrap().to_bits());
        let path = times.alive_path(&model, [Span::ZERO, times.age()]).unwrap();
        assert_eq!(path[0].get(), 1.0);
        assert_eq!(path[1].get().to_bits(), alive[index].get().to_bits());
    }
}

/// An earlier cut of the log is the history at an earlier age.
#[test]
fn a_history_at_an_earlier_age_is_that_of_an_earlier_cohort() {
    let log = cdnow::log(FirstSeen::IsNew).unwrap();
    let (early, late) = (day("1997-06-15"), day("1998-06-30"));
    let span = Span::between(early, late).unwrap();
    for customer in log.cohort(early).unwrap().iter() {
        let times = log.purchase_times(customer.id, late).unwrap().unwrap();
        let age = times.age().checked_sub(span).unwrap();
        assert_eq!(times.history_at(age), Ok(customer.purchases));
    }
}

#[test]
fn instants_and_refunds_leave_the_same_history_in_times_and_cohort() {
    let start = Day::new(2024, 1, 1).unwrap();
    let end = Day::new(2024, 12, 31).unwrap();
    let instant = |nanoseconds: i64| customer_value::Timestamp::from_seconds(1_704_067_200 + nanoseconds).unwrap();
    let money = Money::from_minor(500, Currency::USD);
    let window = Window::new(start, end, FirstSeen::IsNew).unwrap();
    let rows = [
        Interaction::purchase(1, instant(0), money),
        Interaction::purchase(1, instant(1), money),
        Interaction::purchase(1, instant(1_000_003), money),
        Interaction::purchase(1, instant(9_000_000), money),
        Interaction::refund(1, instant(9_500_000), money),
        Interaction::refund(2, instant(9_500_000), Money::zero(Currency::USD)),
        Interaction::purchase(2, instant(9_400_000), Money::zero(Currency::USD)),
    ];
    let log = InteractionLog::builder(window, Granularity::Instant).extend(rows).build().unwrap();
    let cohort = log.cohort(end).unwrap();
    for customer in cohort.iter() {
        let times = log.purchase_times(customer.id, end).unwrap().unwrap();
        assert_eq!(times.history(), customer.purchases);
        assert!(relative_error(times.gap_history().ln_gaps(), customer.ln_gaps.unwrap()) < 1e-9);
    }
    assert_eq!(cohort.purchases()[0].repeats(), 2);
    assert_eq!(log.purchase_times(&3, end), Ok(None));
    assert_eq!(log.purchase_times(&2, start), Ok(None));
    assert!(log.purchase_times(&1, Day::new(2025, 1, 1).unwrap()).is_err());
}

#[test]
fn impossible_purchase_times_are_refused_by_name() {
    let whole = |times: &[u32]| times.iter().copied().map(Span::whole_days).collect::<Vec<_>>();
    let ten = Span::whole_days(10);
    for (times, index) in [(&[0][..], 0), (&[3, 3], 1), (&[3, 5, 4], 2)] {
        assert_eq!(PurchaseTimes::new(whole(times), ten), Err(HistoryError::TimesNotAscending { index }));
    }
    let late = PurchaseTimes::new(whole(&[11]), ten);
    assert_eq!(late, Err(HistoryError::RecencyExceedsAge { recency: Span::whole_days(11), age: ten }));
    let times = PurchaseTimes::new(whole(&[4]), ten).unwrap();
    let asked = Span::whole_days(11);
    assert_eq!(times.history_at(asked), Err(HistoryError::NotYetObserved { asked, age: ten }));
    assert_eq!(times.history_at(Span::whole_days(4)).unwrap().repeats(), 1);
    assert_eq!(PurchaseTimes::new([], Span::ZERO).unwrap().history(), PurchaseHistory::acquired());
}

#[test]
fn where_purchases_come_at_opportunities_quantiles_are_whole_numbers_of_them() {
    let every = Span::days(30.4).unwrap();
    let model = Bb::new(BbParams { alpha: 0.9, beta: 4.0, every }).unwrap();
    let never = OpportunityHistory::new(0, 0, 3).unwrap();
    let next = model.forecast(&never).next_purchase(Horizon::Lifetime).unwrap();
    for share in [0.1, 0.5, 0.7] {
        let count = next.quantile(at(share)).unwrap().as_days() / 30.4;
        assert_eq!(count, count.round(), "{share}");
        let before = Span::days(30.4 * (count - 0.5)).unwrap();
        assert!(next.cdf(before).get() < share && next.cdf(Span::days(30.4 * count).unwrap()).get() >= share);
    }
}
