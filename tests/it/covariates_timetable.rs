//! Covariates by the calendar: against a count of days, with levels, and the tables that are none.

use customer_value::covariates::{
    Coding, Course, CourseError, Courses, Covariates, Design, DesignError, Driver, DynamicParetoNbd, Effects, OverTime,
    Period, RowError, Timetable, TimetableError, Value,
};
use customer_value::{
    Cohort, CohortError, Currency, Day, FirstSeen, Granularity, Horizon, Interaction, InteractionLog, Mle, Money, Nbd,
    NbdParams, PurchaseTimes, Span, SummaryRow, TimeUnit, Timestamp, Window, Zone,
};
use proptest::prelude::*;

use crate::covariates_over_time::{seasons, weeks};
use crate::shared::relative_error;

fn day(month: i8, day: i8) -> Day {
    Day::new(2024, month, day).unwrap()
}

fn days(first: Day, last: Day) -> Period {
    Period::Days { first, last }
}

fn bought<Id>(customer: Id, at: Day) -> Interaction<Id> {
    Interaction::purchase(customer, at, Money::from_minor(100, Currency::EUR))
}

fn log(rows: &[(&'static str, Day)]) -> InteractionLog<&'static str> {
    let window = Window::new(day(1, 1), day(12, 31), FirstSeen::IsNew).unwrap();
    let rows = rows.iter().map(|(id, at)| bought(*id, *at));
    InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap()
}

fn numbers(values: &[f64]) -> Design {
    Design::new().numbers("z", values.to_vec()).build().unwrap()
}

/// A spring with a sale, without an end.
fn spring() -> Timetable<&'static str> {
    let periods = [days(day(1, 1), day(2, 9)), days(day(2, 10), day(2, 16)), Period::From(day(2, 17))];
    Timetable::common(&numbers(&[0.0, 1.0, 0.5]), &periods).unwrap()
}

#[test]
fn each_customer_lives_through_the_calendar_from_the_first_purchase_on() {
    // One before, one on the first day of the sale, one on its last, one after.
    let log = log(&[("a", day(1, 11)), ("b", day(2, 10)), ("c", day(2, 16)), ("d", day(3, 1)), ("a", day(4, 1))]);
    let courses = spring().courses(&log, day(6, 30)).unwrap();
    let course = |pieces: &[(u32, f64)]| {
        Course::new(pieces.iter().map(|&(day, z)| (Span::whole_days(day), vec![z])), Horizon::Lifetime).unwrap()
    };
    let expected = [
        course(&[(0, 0.0), (30, 1.0), (37, 0.5)]),
        course(&[(0, 1.0), (7, 0.5)]),
        course(&[(0, 1.0), (1, 0.5)]),
        course(&[(0, 0.5)]),
    ];
    assert_eq!(courses.courses(), expected);
    // Of a cut before their first purchase, customers do not belong to the cohort.
    let early = spring().courses(&log, day(2, 10)).unwrap();
    assert_eq!(early.courses(), &expected[..2]);
    // With a last day, values are known as long as the age can run.
    let periods = [days(day(1, 1), day(2, 9)), days(day(2, 10), day(6, 30))];
    let ending = Timetable::common(&numbers(&[0.0, 1.0]), &periods).unwrap();
    let courses = ending.courses(&log, day(6, 30)).unwrap();
    let times = log.purchase_times(&"a", day(6, 30)).unwrap().unwrap();
    assert_eq!(courses.courses()[0].known(), Horizon::Within(times.age()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// On every day of the future of every customer the course says what the table says of that day, by day and by the
    /// instant in a zone with daylight saving.
    #[test]
    fn courses_say_on_each_day_what_the_table_says(
        lengths in prop::collection::vec(1_i32..40, 1..8), won in prop::collection::vec(0_i32..150, 1..6), hour in 0_i64..24,
    ) {
        let begin = day(1, 1);
        let plus = |day: Day, days: i32| day.plus_days(days).unwrap();
        let (mut periods, mut next) = (Vec::new(), begin);
        for length in &lengths {
            periods.push(days(next, plus(next, length - 1)));
            next = plus(next, *length);
        }
        periods.push(Period::From(next));
        let values = numbers(&(0..periods.len()).map(|at| at as f64).collect::<Vec<_>>());
        let table = Timetable::common(&values, &periods).unwrap();
        let on = |day: Day| periods.iter().rposition(|period| period.first() <= day).unwrap() as f64;
        let window = Window::new(begin, day(12, 31), FirstSeen::IsNew).unwrap();

        let rows = won.iter().enumerate().map(|(id, at)| bought(id, plus(begin, *at)));
        let log = InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap();
        let courses = table.courses(&log, day(12, 31)).unwrap();
        for (course, at) in courses.courses().iter().zip(&won) {
            for after in 0..200 {
                let values = course.at(Span::whole_days(after));
                prop_assert_eq!(values, &[on(plus(begin, at + after as i32))]);
            }
        }

        let zone = Zone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        // In winter, so that noon and midnight are hours from UTC as in the rule.
        let instant = |at: i32| i64::from(plus(begin, at % 80).days_since_epoch()) * 86_400 + (hour - 1) * 3_600 + 61;
        let rows = won.iter().enumerate().map(|(id, at)| {
            let at = Timestamp::from_seconds(instant(*at)).unwrap();
            Interaction { at: at.into(), ..bought(id, begin) }
        });
        let log = InteractionLog::builder(window, Granularity::Instant).zone(zone.clone()).extend(rows).build().unwrap();
        let courses = table.courses(&log, day(12, 31)).unwrap();
        for (course, at) in courses.courses().iter().zip(&won) {
            for quarters in 0..800_i64 {
                let then = Timestamp::from_seconds(instant(*at) + 21_600 * quarters).unwrap();
                prop_assert_eq!(course.at(Span::days(0.25 * quarters as f64).unwrap()), &[on(then.day(&zone))]);
            }
        }
    }
}

#[test]
fn customers_may_have_tables_of_their_own() {
    let log = log(&[("ann", day(1, 11)), ("bo", day(1, 21))]);
    // Interleaved; Bo is known from later on, and to an end.
    let periods = [
        ("ann", days(day(1, 1), day(1, 31))),
        ("bo", days(day(1, 20), day(3, 31))),
        ("ann", Period::From(day(2, 1))),
        ("bo", days(day(4, 1), day(12, 31))),
        ("cy", Period::From(day(1, 1))),
    ];
    let values = numbers(&[10.0, 20.0, 11.0, 21.0, 0.0]);
    let table = Timetable::by_customer(&values, &periods).unwrap();
    let courses = table.courses(&log, day(12, 31)).unwrap();
    let [ann, bo] = courses.courses() else { panic!("two customers") };
    let at = |course: &Course, days: u32| course.at(Span::whole_days(days))[0];
    assert_eq!([at(ann, 0), at(ann, 20), at(ann, 21), at(bo, 70), at(bo, 71)], [10.0, 10.0, 11.0, 20.0, 21.0]);
    assert_eq!((ann.known(), bo.known()), (Horizon::Lifetime, Horizon::Within(Span::whole_days(345))));
    let alone = Timetable::by_customer(
        &numbers(&[0.0, 1.0]),
        &[("ann", Period::From(day(1, 1))), ("cy", Period::From(day(1, 1)))],
    );
    assert_eq!(alone.unwrap().courses(&log, day(6, 1)).unwrap_err(), TimetableError::NoPeriods { customer: 1 });
}

#[test]
fn periods_out_of_order_overlapping_or_with_gaps_are_refused() {
    let table = |periods: &[Period]| {
        let values: Vec<f64> = (0..periods.len().max(2)).map(|at| at as f64).collect();
        Timetable::<&str>::common(&numbers(&values), periods).unwrap_err()
    };
    let (one, two) = (days(day(1, 1), day(1, 31)), days(day(2, 1), day(2, 29)));
    assert_eq!(table(&[one]), TimetableError::Periods { found: 1, expected: 2 });
    let backwards = days(day(2, 2), day(2, 1));
    assert_eq!(table(&[one, backwards]), TimetableError::Backwards { row: 1, period: backwards });
    assert_eq!(table(&[two, one]), TimetableError::Order { row: 1, period: one, before: two });
    assert_eq!(table(&[one, one]), TimetableError::Order { row: 1, period: one, before: one });
    let over = days(day(1, 31), day(2, 29));
    assert_eq!(table(&[one, over]), TimetableError::Overlap { row: 1, period: over, before: one });
    let late = Period::From(day(2, 2));
    assert_eq!(table(&[one, late]), TimetableError::Gap { row: 1, period: late, before: one });
    let ever = Period::From(day(1, 1));
    assert_eq!(table(&[ever, two]), TimetableError::Overlap { row: 1, period: two, before: ever });
    let last = Day::new(9999, 12, 31).unwrap();
    let (all, after) = (days(day(1, 1), last), Period::From(last));
    assert_eq!(table(&[all, after]), TimetableError::Overlap { row: 1, period: after, before: all });
    let message = TimetableError::Gap { row: 1, period: late, before: one }.to_string();
    let expected = "period 1 (from 0) is from 2024-02-02 on, expected it to begin on the day after the one before it, 2024-01-01 to 2024-01-31";
    assert_eq!(message, expected);
    // Those of other customers stand beside.
    let apart = Timetable::by_customer(&numbers(&[0.0, 1.0, 2.0]), &[("a", two), ("b", one), ("a", one)]).unwrap_err();
    assert_eq!(apart, TimetableError::Order { row: 2, period: one, before: two });
    // One day is a period.
    assert!(
        Timetable::<&str>::common(&numbers(&[0.0, 1.0]), &[days(day(1, 1), day(1, 1)), Period::From(day(1, 2))])
            .is_ok()
    );
}

#[test]
fn customers_for_whom_the_calendar_does_not_hold_are_named() {
    let log = log(&[("a", day(2, 11)), ("b", day(2, 1)), ("c", day(2, 9))]);
    let table = |periods: &[Period]| Timetable::common(&numbers(&[0.0, 1.0]), periods).unwrap();
    let late = table(&[days(day(2, 5), day(2, 28)), Period::From(day(2, 29))]);
    let begins = TimetableError::Begins { customer: 1, won: day(2, 1), first: day(2, 5) };
    assert_eq!(late.courses(&log, day(6, 30)).unwrap_err(), begins);
    let short = table(&[days(day(1, 5), day(2, 28)), days(day(2, 29), day(6, 29))]);
    let ends = TimetableError::Ends { customer: 0, last: day(6, 29), cut: day(6, 30) };
    assert_eq!(short.courses(&log, day(6, 30)).unwrap_err(), ends);
    assert_eq!(short.courses(&log, day(6, 29)).unwrap().len(), 3);
    let outside = Day::new(2025, 1, 1).unwrap();
    let cut = CohortError::CutOutsideWindow { day: outside, start: day(1, 1), end: day(12, 31) };
    assert_eq!(short.courses(&log, outside).unwrap_err(), TimetableError::Cohort(cut));
    // Beyond nanoseconds in 64 bits, days are not told apart.
    let year = |year| Day::new(year, 1, 1).unwrap();
    let window = Window::new(day(1, 1), day(12, 31), FirstSeen::IsNew).unwrap();
    let rows = [Interaction { at: Timestamp::from_seconds(1_710_000_000).unwrap().into(), ..bought("a", day(1, 1)) }];
    let by_instant = InteractionLog::builder(window, Granularity::Instant).extend(rows).build().unwrap();
    let far = [
        days(day(1, 1), year(2999)),
        days(year(2999).plus_days(1).unwrap(), year(3999)),
        Period::From(year(3999).plus_days(1).unwrap()),
    ];
    let far = Timetable::common(&numbers(&[0.0, 1.0, 2.0]), &far).unwrap();
    let Err(TimetableError::Course(CourseError::Customer { customer: 0, source })) =
        far.courses(&by_instant, day(6, 1))
    else {
        panic!("expected a course that is none")
    };
    assert!(matches!(*source, CourseError::Order { piece: 2, .. }), "{source}");
    assert_eq!(far.courses(&log, day(6, 1)).unwrap().len(), 3);
}

/// Levels over time are the columns of 0 and 1 that they stand for, in the fit and in its report.
#[test]
fn levels_over_time_are_columns_of_zeros_and_ones() {
    let (plain, purchases) = seasons(120, 9);
    let shops = Design::new().levels("season", ["summer", "winter"], "summer").build().unwrap();
    let level = |z: f64| shops.coding().row([("season", if z > 0.0 { "winter" } else { "summer" }.into())]).unwrap();
    let starts: Vec<f64> = (0..2_080).map(|at| 0.05 * f64::from(at)).collect();
    let recoded = plain.courses().iter().map(|course| {
        // At breaks only.
        let mut pieces = vec![(Span::ZERO, level(course.at(Span::ZERO)[0]))];
        for pair in starts.windows(2) {
            let [before, after] = [pair[0], pair[1]].map(|at| course.at(weeks(at))[0]);
            if before != after {
                let exact =
                    (0..=60).map(|bisection| 0.5_f64.powi(bisection)).fold((pair[0], pair[1]), |(low, high), _| {
                        let middle = 0.5 * (low + high);
                        if course.at(weeks(middle))[0] == before { (middle, high) } else { (low, middle) }
                    });
                pieces.push((weeks(exact.1), level(after)));
            }
        }
        Course::new(pieces, Horizon::Lifetime).unwrap()
    });
    let coded = Courses::coded(shops.coding(), recoded).unwrap();
    let fit = |courses: &Courses, column: &str| {
        let effects = Effects::new().of(Driver::Purchase, [column]).of(Driver::Dropout, [column]);
        let data = OverTime::new(courses, &effects, &purchases).unwrap();
        Mle::default().fit::<DynamicParetoNbd>(data).unwrap()
    };
    let (numbers, levels) = (fit(&plain, "z"), fit(&coded, "season"));
    let estimates = [&numbers, &levels].map(|fit| fit.estimates(TimeUnit::Week));
    assert_eq!(estimates[1][4].name, "purchase: season=winter");
    let unit = TimeUnit::Day;
    assert!(relative_error(numbers.log_likelihood(unit), levels.log_likelihood(unit)) < 1e-9);
    for at in [0, 2, 4, 5] {
        let [one, other] = [&estimates[0][at], &estimates[1][at]];
        assert!((one.value - other.value).abs() < 1e-4 * one.standard_error.unwrap(), "{one} {other}");
        assert!(relative_error(one.standard_error.unwrap(), other.standard_error.unwrap()) < 1e-4, "{one} {other}");
    }
    // Levels are told beside the reference, numbers beside their mean: all that differs is where the base holds.
    let centre = plain.coding().centre().values()[0];
    let moved = estimates[1][1].value / estimates[0][1].value;
    assert!(relative_error(moved, (centre * estimates[0][4].value).exp()) < 1e-4, "{moved}");
}

/// From the log to the fit: what the calendar says is what courses by hand say.
#[test]
fn a_fit_by_dates_is_the_fit_of_courses_by_hand() {
    // Customers won on different days, who buy in sales, here and there.
    let sales = [day(3, 1), day(6, 1), day(9, 1)];
    let mut rows = Vec::new();
    for id in 0..60_i32 {
        let won = day(1, 1).plus_days(id).unwrap();
        rows.push(bought(id, won));
        for (at, sale) in sales.iter().enumerate().filter(|(at, _)| (id + *at as i32) % 3 != 0 && id % 7 != *at as i32)
        {
            rows.push(bought(id, sale.plus_days((id + at as i32) % 7).unwrap()));
        }
        if id % 4 == 0 {
            rows.push(bought(id, won.plus_days(20 + id).unwrap()));
        }
    }
    let window = Window::new(day(1, 1), day(12, 31), FirstSeen::IsNew).unwrap();
    let log = InteractionLog::builder(window, Granularity::Day).extend(rows).build().unwrap();
    let cut = day(12, 31);
    let times: Vec<PurchaseTimes> = log.ids().iter().map(|id| log.purchase_times(id, cut).unwrap().unwrap()).collect();

    let mut periods = Vec::new();
    let mut from = day(1, 1);
    for sale in sales {
        periods.extend([days(from, sale.plus_days(-1).unwrap()), days(sale, sale.plus_days(6).unwrap())]);
        from = sale.plus_days(7).unwrap();
    }
    periods.push(Period::From(from));
    let values = numbers(&[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    let dated = Timetable::common(&values, &periods).unwrap().courses(&log, cut).unwrap();
    let by_hand = times.iter().map(|times| {
        let won = 365 - times.age().as_days() as i32;
        let pieces = sales.iter().flat_map(|sale| {
            let at = sale.days_since_epoch() - day(1, 1).days_since_epoch() - won;
            [(at, vec![1.0]), (at + 7, vec![0.0])]
        });
        let pieces = std::iter::once((0, vec![0.0])).chain(pieces.filter(|(at, _)| *at > 0));
        Course::new(pieces.map(|(at, z)| (Span::whole_days(at.cast_unsigned()), z)), Horizon::Lifetime).unwrap()
    });
    let by_hand = Courses::coded(values.coding(), by_hand).unwrap();
    assert_eq!(dated, by_hand);
    let data = OverTime::new(&dated, &Effects::new().of(Driver::Purchase, ["z"]), &times).unwrap();
    let fit = Mle::default().fit::<DynamicParetoNbd>(data).unwrap();
    let (_, coefficient) = fit.model().coefficients().next().unwrap();
    assert!(coefficient > 1.0, "{coefficient}");
}

#[test]
fn columns_are_coded_as_those_of_another_design() {
    let design = Design::new()
        .numbers("age", [20.0, 40.0, 30.0, 50.0])
        .levels("channel", ["web", "shop", "tel", "web"], "web")
        .build()
        .unwrap();
    let coding = design.coding();
    // In another order of columns, constant, and with levels of its own that do not occur.
    let later =
        Design::new().levels("channel", ["tel", "tel"], "web").numbers("age", [7.0, 7.0]).coded_by(coding).unwrap();
    assert_eq!(later.coding(), coding);
    for at in 0..2 {
        assert_eq!(later.row(at).unwrap().values(), [7.0, 0.0, 1.0]);
    }
    let build = |builder: customer_value::covariates::DesignBuilder| builder.coded_by(coding).unwrap_err();
    let channel = |level: &str| Design::new().numbers("age", [1.0]).levels("channel", [level], "web");
    let source = RowError::UnknownLevel {
        column: "channel".into(),
        level: "fax".into(),
        expected: ["web", "shop", "tel"].map(Into::into).into(),
    };
    let mut known = source.clone();
    if let RowError::UnknownLevel { expected, .. } = &mut known {
        expected[1..].sort();
    }
    assert_eq!(build(channel("fax")), DesignError::Row { customer: 0, source: known });
    let missing = RowError::Missing { column: "channel".into() };
    assert_eq!(build(Design::new().numbers("age", [1.0])), DesignError::Row { customer: 0, source: missing });
    let unexpected = RowError::Unexpected { column: "sex".into() };
    let extra = channel("web").numbers("sex", [1.0]);
    assert_eq!(build(extra), DesignError::Row { customer: 0, source: unexpected });
    let other = Design::new().numbers("age", [1.0]).levels("channel", ["web"], "shop");
    let reference =
        DesignError::OtherReference { column: "channel".into(), found: "shop".into(), expected: "web".into() };
    assert_eq!(build(other), reference);
    let value = Value::Level("x".into());
    let source = RowError::NotANumber { column: "age".into(), value };
    let wrong = Design::new().levels("age", ["x"], "x").levels("channel", ["web"], "web");
    assert_eq!(build(wrong), DesignError::Row { customer: 0, source });
    let infinite = Design::new().numbers("age", [1.0, f64::INFINITY]).levels("channel", ["web"; 2], "web");
    let source = RowError::NotANumber { column: "age".into(), value: Value::Number(f64::INFINITY) };
    assert_eq!(build(infinite), DesignError::Row { customer: 1, source });
    assert_eq!(build(Design::new()), DesignError::Empty { columns: 0, customers: 0 });
    let uneven = Design::new().numbers("age", [1.0, 2.0]).levels("channel", ["web"], "web");
    assert_eq!(build(uneven), DesignError::Length { column: "channel".into(), found: 1, expected: 2 });
}

/// Customers who come after the fit, none of them at some level, are forecast by its coding.
#[test]
fn a_later_cohort_is_forecast_by_the_coding_of_the_fit() {
    let design = Design::new().levels("channel", ["web", "shop", "tel"], "web").build().unwrap();
    let nbd = Nbd::new(NbdParams { r: 0.5, alpha: weeks(10.0) }).unwrap();
    let effects = Effects::new().of(Driver::Purchase, ["channel"]);
    let model = Covariates::new(nbd, design.coding(), &effects, &[0.7, -0.4]).unwrap();
    let row = |id| SummaryRow { id, repeats: 2, recency: 20.0, age: 38.0, mean_spend: None };
    let cohort = Cohort::from_summaries([row("ann"), row("bo")], TimeUnit::Week).unwrap();
    let later = Design::new().levels("channel", ["tel", "web"], "web").coded_by(model.coding()).unwrap();
    let expected = model.forecast_cohort(&cohort, &later).unwrap().expected_purchases(weeks(52.0));
    assert!(expected[0] < expected[1]);
    let web: &Coding = model.coding();
    let row = web.row([("channel", "web".into())]).unwrap();
    assert_eq!(model.at(&row).unwrap(), nbd);
}
