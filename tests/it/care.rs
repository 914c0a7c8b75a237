//! What is due, against the numbers of the reference and a table of calendar arithmetic; laws, bad input.

use std::num::{NonZeroU32, NonZeroU64};

use customer_value::care::{
    AgeBand, Asset, Assets, Basis, CapScope, CareError, CarePhase, Channel, CivilPeriod, Contacts, DateOf, Decision,
    DueList, DueRule, DueStatus, FrequencyCap, Limit, MonthRule, MostUse, Period, Schedule, Statute, Usage,
};
use customer_value::{
    Customer, CustomerKind, CustomerRowError, Customers, DateError, Day, Event, FirstSeen, Granularity, Interaction,
    InteractionLog, Window,
};
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn many(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap()
}

fn months(count: u32) -> Period {
    Period::Months(many(count), MonthRule::LastDay)
}

fn units(count: u64) -> NonZeroU64 {
    NonZeroU64::new(count).unwrap()
}

fn km(count: u64) -> MostUse {
    MostUse::new(units(count), "km")
}

fn rule(name: &str, schedule: Schedule) -> DueRule {
    let (name, kind) = (name.into(), "vehicle".into());
    DueRule { name, kind, schedule, phase: CarePhase::After, lead_days: 14, grace_days: 7, channels: vec![] }
}

fn service(limit: Limit) -> DueRule {
    rule("service", Schedule::Interval { done: "service".into(), limit })
}

fn usage(units: u64) -> Usage {
    Usage { units, days: many(1) }
}

/// One vehicle that is there since 2021-03-01, with its last service.
fn vehicle(usage: Option<Usage>, serviced: Option<&str>) -> Assets<&'static str> {
    let asset = Asset { id: "van", owner: "li", since: day("2021-03-01"), usage };
    Assets::new("vehicle", vec![asset]).unwrap().with_done("service", vec![serviced.map(day)]).unwrap()
}

/// The only line of a list.
fn only(assets: &Assets<&'static str>, rule: &DueRule, today: &str) -> Option<(Day, DueStatus, Basis)> {
    let rules = [rule.clone()];
    let list = DueList::new(assets, &rules, day(today)).unwrap();
    assert!(list.lines().len() <= 1);
    list.lines().first().map(|line| (line.due, line.status, line.basis))
}

#[test]
fn f66_service_by_use_or_time_computed() {
    let assets = vehicle(Some(usage(40)), Some("2024-01-10"));
    let service = service(Limit::First(months(6), km(5_000)));
    let due = day("2024-05-14");
    let basis = Basis::Use { last: day("2024-01-10"), units: units(5_000) };
    let on = |today| only(&assets, &service, today);
    assert_eq!(on("2024-04-29"), None);
    assert_eq!(on("2024-04-30"), Some((due, DueStatus::Upcoming, basis)));
    assert_eq!(on("2024-05-13"), Some((due, DueStatus::Upcoming, basis)));
    assert_eq!(on("2024-05-14"), Some((due, DueStatus::Due, basis)));
    assert_eq!(on("2024-05-21"), Some((due, DueStatus::Due, basis)));
    assert_eq!(on("2024-05-22"), Some((due, DueStatus::Overdue, basis)));
    assert_eq!(on("2029-01-01"), Some((due, DueStatus::Overdue, basis)));
}

#[test]
fn whichever_comes_first_is_the_basis() {
    let first = service(Limit::First(months(6), km(5_000)));
    let basis =
        |used, rule| only(&vehicle(used, Some("2024-01-10")), rule, "2024-07-08").map(|(due, _, basis)| (due, basis));
    let by_time = Basis::Time { last: day("2024-01-10"), period: months(6) };
    // 182 days are six months from January to July: at 27 km a day 4,914 km.
    assert_eq!(basis(Some(usage(27)), &first), Some((day("2024-07-10"), by_time)));
    assert_eq!(basis(None, &first), Some((day("2024-07-10"), by_time)));
    assert_eq!(basis(Some(usage(0)), &first), Some((day("2024-07-10"), by_time)));
    // 5,000 / 28 = 178.57: after 178 days 4,984 km, after 179 more than 5,000.
    let by_use = Basis::Use { last: day("2024-01-10"), units: units(5_000) };
    assert_eq!(basis(Some(usage(28)), &first), Some((day("2024-07-06"), by_use)));
    // Use beyond the calendar is later than any time.
    let slow = service(Limit::First(months(6), km(u64::MAX)));
    assert_eq!(basis(Some(usage(1)), &slow), Some((day("2024-07-10"), by_time)));
}

#[test]
fn a_time_that_ends_after_the_calendar_leaves_the_use() {
    let endless = || Period::Days(many(u32::MAX));
    let either = service(Limit::First(endless(), km(5_000)));
    let basis = Basis::Use { last: day("2024-01-10"), units: units(5_000) };
    let assets = vehicle(Some(usage(40)), Some("2024-01-10"));
    assert_eq!(only(&assets, &either, "2024-05-14"), Some((day("2024-05-14"), DueStatus::Due, basis)));
    // Without a use there is no day at all.
    let rules = [either];
    let found = DueList::new(&vehicle(None, Some("2024-01-10")), &rules, day("2024-05-14")).unwrap_err();
    assert!(matches!(found, CareError::Calendar { row: 0, source: DateError::DayOutOfRange { .. }, .. }), "{found}");
}

#[test]
fn an_unknown_or_no_use_has_no_day_and_is_counted() {
    let rules = [service(Limit::Use(km(5_000)))];
    // Of 5,000 units one in 4 billion days is not used up before the calendar ends.
    let hardly = Usage { units: 1, days: many(u32::MAX) };
    for used in [None, Some(usage(0)), Some(hardly)] {
        let assets = vehicle(used, None);
        let list = DueList::new(&assets, &rules, day("2024-01-10")).unwrap();
        assert_eq!(list.lines().len(), 0);
        assert_eq!(
            list.undated().iter().map(|(rule, count)| (&rule.name[..], *count)).collect::<Vec<_>>(),
            [("service", 1)]
        );
    }
}

#[test]
fn what_was_never_done_counts_from_the_beginning() {
    let service = service(Limit::Time(months(6)));
    let line = only(&vehicle(None, None), &service, "2021-09-01");
    let basis = Basis::Time { last: day("2021-03-01"), period: months(6) };
    assert_eq!(line, Some((day("2021-09-01"), DueStatus::Due, basis)));
    // Nothing is due of a vehicle that is not there yet.
    assert_eq!(only(&vehicle(None, None), &service, "2021-02-28"), None);
}

#[test]
fn f66_month_ends_and_leap_days_by_rule() {
    let after = |rule: MonthRule, from, months| rule.after(day(from), months).unwrap().to_string();
    let cases = [
        ("2024-01-31", 1, ["2024-02-29", "2024-03-01", "2024-02-29"]),
        ("2023-01-31", 1, ["2023-02-28", "2023-03-01", "2023-02-28"]),
        ("2023-01-30", 1, ["2023-02-28", "2023-03-01", "2023-02-28"]),
        ("2024-02-29", 12, ["2025-02-28", "2025-03-01", "2025-02-28"]),
        ("2024-02-29", 48, ["2028-02-29", "2028-02-29", "2028-02-29"]),
        ("2023-02-28", 12, ["2024-02-28", "2024-02-28", "2024-02-29"]),
        ("2023-04-30", 1, ["2023-05-30", "2023-05-30", "2023-05-31"]),
        ("2096-02-29", 48, ["2100-02-28", "2100-03-01", "2100-02-28"]),
        ("2024-01-15", 0, ["2024-01-15", "2024-01-15", "2024-01-15"]),
    ];
    for (from, count, expected) in cases {
        let found = [MonthRule::LastDay, MonthRule::NextDay, MonthRule::KeepLast].map(|rule| after(rule, from, count));
        assert_eq!(found, expected, "{count} months after {from}");
    }
}

fn birthday(rule: MonthRule) -> DueRule {
    let every = Period::Months(many(12), rule);
    DueRule {
        grace_days: 2,
        lead_days: 3,
        ..self::rule("birthday", Schedule::Anniversary { of: DateOf::Dates("born".into()), every })
    }
}

#[test]
fn anniversaries_come_round_and_pass() {
    let born = |text: Option<&str>| {
        let asset = Asset::customer("li", day("2021-03-01"));
        Assets::new("vehicle", vec![asset]).unwrap().with_dates("born", vec![text.map(day)]).unwrap()
    };
    let leapling = born(Some("2000-02-29"));
    let line = |rule, today| only(&leapling, &birthday(rule), today).map(|(due, status, _)| (due.to_string(), status));
    let found = |day: &str, status| Some((day.to_owned(), status));
    assert_eq!(line(MonthRule::LastDay, "2023-02-24"), None);
    assert_eq!(line(MonthRule::LastDay, "2023-02-25"), found("2023-02-28", DueStatus::Upcoming));
    assert_eq!(line(MonthRule::NextDay, "2023-02-28"), found("2023-03-01", DueStatus::Upcoming));
    assert_eq!(line(MonthRule::LastDay, "2023-03-02"), found("2023-02-28", DueStatus::Due));
    // Missed for a year, and never overdue.
    assert_eq!(line(MonthRule::LastDay, "2023-03-03"), None);
    assert_eq!(line(MonthRule::LastDay, "2024-02-28"), found("2024-02-29", DueStatus::Upcoming));
    let basis = only(&leapling, &birthday(MonthRule::LastDay), "2024-02-29").unwrap().2;
    assert_eq!(basis, Basis::Anniversary { of: day("2000-02-29"), number: 24 });

    let unknown = born(None);
    let rules = [birthday(MonthRule::LastDay)];
    assert_eq!(DueList::new(&unknown, &rules, day("2024-02-29")).unwrap().undated()[0].1, 1);
    // The date itself is no anniversary, and one to come has its first a year later.
    assert_eq!(only(&born(Some("2023-02-25")), &birthday(MonthRule::LastDay), "2023-02-25"), None);
    assert_eq!(only(&born(Some("2023-02-27")), &birthday(MonthRule::LastDay), "2023-02-25"), None);
}

fn statute(early_days: u32) -> Statute {
    let band = |(from_months, every)| AgeBand { from_months, every_months: many(every) };
    Statute::new([(60, 12), (120, 6)].map(band), early_days, MonthRule::LastDay).unwrap()
}

#[test]
fn statutory_days_agree_with_a_list_of_all_ages() {
    let registered = day("2012-08-31");
    let ages = (60..120).step_by(12).chain((120..400).step_by(6));
    let all: Vec<Day> = ages.map(|age| MonthRule::LastDay.after(registered, age).unwrap()).collect();
    for early in [0, 30, 200] {
        let statute = statute(early);
        assert_eq!(statute.next(registered, None).unwrap(), all[0]);
        for offset in (-400..9_000).step_by(7) {
            let last = registered.plus_days(offset).unwrap();
            let through = last.plus_days(i32::try_from(early).unwrap()).unwrap();
            let expected = all.iter().copied().find(|due| *due > through).unwrap();
            assert_eq!(statute.next(registered, Some(last)).unwrap(), expected, "{last}, {early} days early");
        }
    }
}

#[test]
fn a_used_vehicle_owes_no_inspections_of_its_former_owner() {
    let inspection = |of| rule("inspection", Schedule::Statute { of, done: "inspection".into(), ages: statute(30) });
    let assets = vehicle(None, None).with_dates("registered", vec![Some(day("2014-05-20"))]).unwrap();
    let assets = assets.with_done("inspection", vec![None]).unwrap();
    // It came in March 2021, at almost seven years: the next is at seven, in May.
    let line = only(&assets, &inspection(DateOf::Dates("registered".into())), "2021-05-20");
    let basis = Basis::Age { of: day("2014-05-20"), months: 84 };
    assert_eq!(line, Some((day("2021-05-20"), DueStatus::Due, basis)));
    // Counted from the day on which it came, the first is at five years.
    let line = only(&assets, &inspection(DateOf::Start), "2026-03-01");
    assert_eq!(line.map(|(due, ..)| due), Some(day("2026-03-01")));
}

#[test]
fn given_days_and_events_outside() {
    let assets = vehicle(None, None).with_dates("licence", vec![Some(day("2024-05-01"))]).unwrap();
    let licence = rule("licence", Schedule::Once { on: "licence".into() });
    assert_eq!(only(&assets, &licence, "2024-12-01"), Some((day("2024-05-01"), DueStatus::Overdue, Basis::Given)));
    let storm = rule("storm", Schedule::External { event: "storm warning".into(), on: day("2024-05-01") });
    assert_eq!(only(&assets, &storm, "2024-05-08"), Some((day("2024-05-01"), DueStatus::Due, Basis::Given)));
    assert_eq!(only(&assets, &storm, "2024-05-09"), None);
    let rules = [storm, licence];
    let list = DueList::new(&assets, &rules, day("2024-05-02")).unwrap();
    let printed: Vec<String> = list.lines().iter().map(ToString::to_string).collect();
    assert_eq!(
        printed,
        ["2024-05-01 (due): licence of vehicle van: licence", "2024-05-01 (due): storm of vehicle van: storm warning"]
    );
}

#[test]
fn reasons_say_what_the_day_follows_from() {
    let reason = |basis_of: &Assets<&'static str>, rule: &DueRule, today| {
        let rules = [rule.clone()];
        DueList::new(basis_of, &rules, day(today)).unwrap().lines()[0].reason()
    };
    let assets = vehicle(Some(usage(40)), Some("2024-01-10"));
    let by_time = service(Limit::Time(months(6)));
    assert_eq!(reason(&assets, &by_time, "2024-07-10"), "6 months after 2024-01-10");
    let by_days = service(Limit::Time(Period::Days(many(90))));
    assert_eq!(reason(&assets, &by_days, "2024-07-10"), "90 days after 2024-01-10");
    assert_eq!(reason(&assets, &service(Limit::Use(km(5_000))), "2024-05-14"), "5000 km after 2024-01-10");
    let yearly = rule("year", Schedule::Anniversary { of: DateOf::Start, every: months(12) });
    assert_eq!(reason(&assets, &yearly, "2024-03-01"), "anniversary 3 of 2021-03-01");
}

#[test]
fn joined_lists_stand_in_one_order() {
    let vehicles = vehicle(None, Some("2024-01-10"));
    let customers = Assets::new(
        "customer",
        vec![Asset::customer("ana", day("2020-07-11")), Asset::customer("li", day("2020-07-10"))],
    )
    .unwrap();
    let yearly = DueRule {
        kind: "customer".into(),
        ..rule("years with us", Schedule::Anniversary { of: DateOf::Start, every: months(12) })
    };
    let rules = [service(Limit::Time(months(6))), yearly];
    let today = day("2024-07-10");
    let list = |assets| DueList::new(assets, &rules, today).unwrap();
    let names = |list: &DueList<&'static str>| {
        let name =
            |line: &customer_value::care::DueLine<_>| format!("{} {} {}", line.due, line.asset.owner, line.rule.name);
        list.lines().iter().map(name).collect::<Vec<_>>()
    };
    let one = list(&vehicles).join(list(&customers)).unwrap();
    assert_eq!(names(&one), ["2024-07-10 li years with us", "2024-07-10 li service", "2024-07-11 ana years with us"]);
    assert_eq!(one, list(&customers).join(list(&vehicles)).unwrap());
    let later = DueList::new(&vehicles, &rules, day("2024-07-11")).unwrap();
    let error = CareError::DifferentDays { expected: today, found: day("2024-07-11") };
    assert_eq!(one.join(later), Err(error));
}

#[test]
fn joined_lists_of_one_kind_count_a_rule_once() {
    let part = |id: &'static str| {
        let asset = Asset { id, owner: "li", since: day("2021-03-01"), usage: None };
        Assets::new("vehicle", vec![asset]).unwrap().with_done("service", vec![None]).unwrap()
    };
    let (one, other) = (part("van"), part("car"));
    let rules = [service(Limit::Use(km(5_000)))];
    let list = |assets| DueList::new(assets, &rules, day("2024-07-10")).unwrap();
    let joined = list(&one).join(list(&other)).unwrap();
    assert_eq!(joined.undated(), [(&rules[0], 2)]);
}

fn cap(scope: CapScope, contacts: u32, days: u32) -> FrequencyCap {
    FrequencyCap { scope, contacts, days: many(days) }
}

fn told(channels: &[Channel], contacts: &Contacts<&'static str>, caps: &[FrequencyCap]) -> Vec<Decision> {
    let assets = vehicle(None, Some("2024-01-10"));
    let event = |name: &str| DueRule {
        channels: channels.to_vec(),
        ..rule(name, Schedule::External { event: name.into(), on: day("2024-05-10") })
    };
    let rules = [event("a"), event("b"), event("c")];
    let list = DueList::new(&assets, &rules, day("2024-05-10")).unwrap();
    contacts.plan(&list, caps).iter().map(|planned| planned.decision).collect()
}

#[test]
fn consent_is_needed_and_caps_count_what_was_planned() {
    use Channel::{Email, Phone, Text};
    let nobody = Contacts::new();
    assert_eq!(told(&[], &nobody, &[]), [Decision::NoChannel; 3]);
    assert_eq!(told(&[Phone], &nobody, &[]), [Decision::NoConsent; 3]);
    let li = Contacts::new().agreed("li", [Email, Phone]);
    assert_eq!(told(&[Text], &li, &[]), [Decision::NoConsent; 3]);
    assert_eq!(told(&[Text, Phone, Email], &li, &[]), [Decision::Reach(Phone); 3]);
    // One call a week, two contacts a week: a call, then a mail, then nothing.
    let caps = [cap(CapScope::Of(Phone), 1, 7), cap(CapScope::All, 2, 7)];
    let expected = [Decision::Reach(Phone), Decision::Reach(Email), Decision::Capped];
    assert_eq!(told(&[Phone, Email], &li, &caps), expected);
    assert_eq!(told(&[Phone], &li, &[cap(CapScope::All, 0, 1)]), [Decision::Capped; 3]);
}

#[test]
fn decisions_are_said_in_words() {
    let decisions = [Decision::Reach(Channel::Phone), Decision::NoChannel, Decision::NoConsent, Decision::Capped];
    assert_eq!(decisions.map(|decision| decision.to_string()), ["by phone", "no channel", "no consent", "capped"]);
    assert_eq!(format!("{:<10}|", Decision::Capped), "capped    |");
}

#[test]
fn a_cap_forgets_after_its_days() {
    use Channel::{Phone, Text};
    let caps = [cap(CapScope::All, 1, 7)];
    let first = |on: &str| {
        let contacts = Contacts::new().agreed("li", [Phone]).contacted("li", day(on), Text);
        told(&[Phone], &contacts, &caps)[0]
    };
    assert_eq!(first("2024-05-03"), Decision::Reach(Phone));
    assert_eq!(first("2024-05-04"), Decision::Capped);
    assert_eq!(first("2024-05-10"), Decision::Capped);
    // What is only to come does not count.
    assert_eq!(first("2024-05-11"), Decision::Reach(Phone));
}

#[test]
fn contacts_of_a_log_count_and_go_back_into_it() {
    let window = Window::new(day("2024-01-01"), day("2024-12-31"), FirstSeen::IsNew).unwrap();
    let logged = |channel: &str| {
        let event = Event::Contact { channel: channel.into(), cost: None };
        let row = Interaction::new("li", day("2024-05-08"), event);
        let log = InteractionLog::builder(window, Granularity::Day).extend([row]).build().unwrap();
        Contacts::new().agreed("li", [Channel::Phone]).logged(&log)
    };
    let weekly = |scope| [cap(scope, 1, 7)];
    let first = |channel, scope| told(&[Channel::Phone], &logged(channel), &weekly(scope))[0];
    assert_eq!(first("phone", CapScope::Of(Channel::Phone)), Decision::Capped);
    assert_eq!(first("email", CapScope::Of(Channel::Phone)), Decision::Reach(Channel::Phone));
    assert_eq!(first("carrier pigeon", CapScope::All), Decision::Capped);

    let assets = vehicle(None, Some("2024-01-10"));
    let rules = [DueRule { channels: vec![Channel::Phone], ..service(Limit::Time(months(4))) }];
    let list = DueList::new(&assets, &rules, day("2024-05-10")).unwrap();
    let plan = Contacts::new().agreed("li", [Channel::Phone]).plan(&list, &[]);
    let event = Event::Contact { channel: "phone".into(), cost: None };
    assert_eq!(plan[0].interaction(day("2024-05-10")), Some(Interaction::new("li", day("2024-05-10"), event)));
    assert_eq!(Contacts::new().plan(&list, &[])[0].interaction(day("2024-05-10")), None);
}

#[test]
fn channels_are_called_by_their_names() {
    for channel in Channel::ALL {
        assert_eq!(channel.name().parse(), Ok(channel));
    }
    assert_eq!("fax".parse::<Channel>(), Err(CareError::UnknownChannel { text: "fax".into() }));
}

#[test]
fn dates_before_acquisition_are_an_error() {
    let since = day("2021-03-01");
    let assets = Assets::new("vehicle", vec![Asset { id: 1, owner: 1, since, usage: None }]).unwrap();
    let on = day("2021-02-28");
    let error = CareError::BeforeStart { row: 0, name: "service".into(), on, since };
    assert_eq!(assets.clone().with_done("service", vec![Some(on)]), Err(error));
    assert!(assets.with_done("service", vec![Some(since)]).unwrap().done("service").is_some());
}

#[test]
fn what_is_done_after_the_day_of_the_list_is_an_error() {
    let assets = vehicle(None, Some("2024-01-10"));
    let rules = [service(Limit::Time(months(6)))];
    let (on, today) = (day("2024-01-10"), day("2024-01-09"));
    let error = CareError::AfterToday { row: 0, name: "service".into(), on, today };
    assert_eq!(DueList::new(&assets, &rules, today), Err(error));
}

#[test]
fn assets_and_rules_that_contradict_themselves_are_errors() {
    let customer = |id| Asset::customer(id, day("2021-03-01"));
    let twice = Assets::new("customer", vec![customer(7), customer(3), customer(7)]);
    assert_eq!(twice, Err(CareError::DuplicateAsset { first: 0, row: 2 }));

    let assets = Assets::new("vehicle", vec![customer(1)]).unwrap();
    let lengths = CareError::Lengths { name: "born".into(), expected: 1, found: 2 };
    assert_eq!(assets.clone().with_dates("born", vec![None, None]), Err(lengths));
    let dated = assets.with_dates("born", vec![None]).unwrap();
    assert_eq!(dated.clone().with_done("born", vec![None]), Err(CareError::DuplicateDates { name: "born".into() }));

    let today = day("2024-01-10");
    let rules = [service(Limit::Time(months(6)))];
    let unknown = CareError::UnknownDates { rule: "service".into(), name: "service".into() };
    assert_eq!(DueList::new(&dated, &rules, today), Err(unknown));
    let rules = [birthday(MonthRule::LastDay), birthday(MonthRule::NextDay)];
    assert_eq!(DueList::new(&dated, &rules, today), Err(CareError::DuplicateRule { name: "birthday".into() }));
}

#[test]
fn the_end_of_the_calendar_names_rule_and_asset() {
    let assets = Assets::new("vehicle", vec![Asset::customer(1, day("9999-12-01"))]).unwrap();
    let rules = [rule("year", Schedule::Anniversary { of: DateOf::Start, every: months(12) })];
    let error = DueList::new(&assets, &rules, day("9999-12-31")).unwrap_err();
    assert!(
        matches!(
            &error,
            CareError::Calendar { rule, row: 0, source: DateError::DayOutOfRange { .. } } if rule == "year"
        ),
        "{error}"
    );
}

#[test]
fn statutes_without_or_with_unordered_bands_are_errors() {
    assert_eq!(Statute::new([], 0, MonthRule::LastDay), Err(CareError::NoBands));
    let band = |from_months| AgeBand { from_months, every_months: many(12) };
    let error = CareError::BandOrder { band: 1, from: 60, previous: 60 };
    assert_eq!(Statute::new([band(60), band(60)], 0, MonthRule::LastDay), Err(error));
}

#[test]
fn usage_needs_a_later_day_and_no_less() {
    let (from, to) = (day("2024-01-01"), day("2024-01-11"));
    assert_eq!(Usage::between((from, 100), (to, 500)), Ok(Usage { units: 400, days: many(10) }));
    let zero = CareError::Readings { from, earlier: 100, to: from, later: 500 };
    assert_eq!(Usage::between((from, 100), (from, 500)), Err(zero));
    let back = CareError::Readings { from, earlier: 500, to, later: 100 };
    assert_eq!(Usage::between((from, 500), (to, 100)), Err(back));
}

#[test]
fn nobody_cares_for_no_assets() {
    let nothing: Assets<u32> = Assets::new("vehicle", vec![]).unwrap().with_done("service", vec![]).unwrap();
    let rules = [service(Limit::Time(months(6)))];
    assert_eq!(DueList::new(&nothing, &rules, day("2024-01-01")).unwrap().lines().len(), 0);
    let other = DueList::new(&nothing, &[], day("2024-01-01")).unwrap();
    assert_eq!((other.lines().len(), other.undated().len()), (0, 0));
}

#[test]
fn f100_single_owner_reports_orphans_and_duplicates() {
    let owned = |id, owner: Option<&str>| {
        let mut customer = Customer::new(id, CustomerKind::Person);
        customer.owner = owner.map(Into::into);
        customer
    };
    let error = Customers::new([owned(1, Some("north")), owned(2, None), owned(1, Some("north"))]).unwrap_err();
    assert_eq!(error.rows, [(1, CustomerRowError::NoOwner), (2, CustomerRowError::Duplicate { first: 0 })]);
}

/// Rows of the table made by `make_care.py` from the rules of the calendar alone.
fn table(kind: &str) -> Vec<Vec<String>> {
    let text = include_str!("data/care.csv");
    let rows = text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| row[0] == kind).collect();
    assert!(rows.len() > 100, "{kind}");
    rows
}

#[test]
fn months_later_agree_with_the_table_of_400_years() {
    for row in table("months") {
        let (from, count) = (day(&row[1]), row[2].parse().unwrap());
        for (rule, expected) in [MonthRule::LastDay, MonthRule::NextDay, MonthRule::KeepLast].into_iter().zip(&row[3..])
        {
            assert_eq!(rule.after(from, count).unwrap(), day(expected), "{rule:?}, {count} months after {from}");
        }
    }
}

#[test]
fn civil_periods_agree_with_the_table_of_400_years() {
    for row in table("period") {
        let on = day(&row[1]);
        let periods = [CivilPeriod::Week, CivilPeriod::Month, CivilPeriod::Quarter, CivilPeriod::Year];
        for (period, ends) in periods.into_iter().zip(row[2..].chunks(2)) {
            assert_eq!([period.start(on).unwrap(), period.end(on).unwrap()], [day(&ends[0]), day(&ends[1])], "{on}");
        }
        assert_eq!((CivilPeriod::Day.start(on), CivilPeriod::Day.end(on)), (Ok(on), Ok(on)));
    }
}

#[test]
fn due_days_agree_with_the_table() {
    for row in table("due") {
        let (last, count, limit) = (day(&row[1]), row[2].parse().unwrap(), row[3].parse().unwrap());
        let used = Usage { units: row[4].parse().unwrap(), days: many(row[5].parse().unwrap()) };
        let asset = Asset { id: 1, owner: 1, since: last, usage: Some(used) };
        let assets = Assets::new("vehicle", vec![asset]).unwrap().with_done("service", vec![Some(last)]).unwrap();
        let rules = [DueRule { lead_days: 1 << 30, ..service(Limit::First(months(count), km(limit))) }];
        assert_eq!(DueList::new(&assets, &rules, last).unwrap().lines()[0].due, day(&row[6]), "{row:?}");
    }
}

fn some_day() -> impl Strategy<Value = Day> {
    (-5_000..5_000_i32).prop_map(|offset| day("2024-01-01").plus_days(offset).unwrap())
}

fn some_schedule() -> impl Strategy<Value = Schedule> {
    let period = prop_oneof![(1..900_u32).prop_map(|days| Period::Days(many(days))), (1..40_u32).prop_map(months),];
    let of = prop_oneof![Just(DateOf::Start), Just(DateOf::Dates("date".into()))];
    let limit = (period.clone(), 1..20_000_u64).prop_flat_map(|(period, used)| {
        prop_oneof![Just(Limit::Time(period)), Just(Limit::Use(km(used))), Just(Limit::First(period, km(used)))]
    });
    prop_oneof![
        limit.prop_map(|limit| Schedule::Interval { done: "done".into(), limit }),
        (of.clone(), period).prop_map(|(of, every)| Schedule::Anniversary { of, every }),
        of.prop_map(|of| Schedule::Statute { of, done: "done".into(), ages: statute(30) }),
        Just(Schedule::Once { on: "date".into() }),
        some_day().prop_map(|on| Schedule::External { event: "storm".into(), on }),
    ]
}

/// Since when an asset is there, its use, a date, and in how many days something was done.
type Row = (Day, Option<u64>, Option<Day>, Option<i32>);

proptest! {
    #[test]
    fn lists_do_not_depend_on_the_order_of_rules_and_assets(
        schedules in prop::collection::vec(some_schedule(), 1..6),
        rows in prop::collection::vec((some_day(), prop::option::of(0..60_u64), prop::option::of(some_day()), prop::option::of(0..4_000_i32)), 1..8),
        today in some_day(),
        turn in 0..8_usize,
    ) {
        let rows: Vec<_> = rows.into_iter().enumerate().collect();
        let book = |rows: &[(usize, Row)]| {
            let asset = |(id, (since, used, ..)): &(usize, Row)| Asset {
                id: *id,
                owner: id / 2,
                since: *since,
                usage: used.map(usage),
            };
            let done = |(_, (since, _, _, after)): &(usize, Row)| {
                after.map(|after| since.plus_days(after).unwrap()).filter(|done| *done <= today)
            };
            Assets::new("vehicle", rows.iter().map(asset).collect()).unwrap()
                .with_dates("date", rows.iter().map(|(_, (_, _, date, _))| *date).collect()).unwrap()
                .with_done("done", rows.iter().map(done).collect()).unwrap()
        };
        let rules: Vec<_> = schedules.into_iter().enumerate().map(|(n, schedule)| rule(&n.to_string(), schedule)).collect();
        let mut turned = (rules.clone(), rows.clone());
        turned.0.rotate_left(turn % rules.len());
        turned.1.rotate_left(turn % rows.len());
        turned.1.reverse();
        let (one, other) = (book(&rows), book(&turned.1));
        let list = DueList::new(&one, &rules, today).unwrap();
        prop_assert_eq!(&list, &DueList::new(&other, &turned.0, today).unwrap());
        for line in list.lines() {
            let late = i64::from(today.days_since_epoch()) - i64::from(line.due.days_since_epoch());
            let expected = if late > 7 { DueStatus::Overdue } else if late >= 0 { DueStatus::Due } else { DueStatus::Upcoming };
            prop_assert!(late >= -14);
            prop_assert_eq!(line.status, expected);
        }
    }

    #[test]
    fn months_later_agree_with_the_general_calendar(from in -4_371_587..=2_932_896_i32, months in 0..250_000_u32) {
        let from = Day::from_days_since_epoch(from).unwrap();
        prop_assert_eq!(MonthRule::LastDay.after(from, months), from.plus_months(months));
        let next = from.plus_days(1).and_then(|next| MonthRule::NextDay.after(next, months));
        if let (Ok(next), Ok(this)) = (next, MonthRule::NextDay.after(from, months)) {
            prop_assert!(this <= next);
        }
    }

    #[test]
    fn a_cap_is_never_exceeded(
        days in prop::collection::vec(0..12_i32, 0..6),
        most in 0..5_u32,
        width in 1..10_u32,
    ) {
        let today = day("2024-05-10");
        let past = days.iter().map(|ago| today.plus_days(-ago).unwrap());
        let contacts = past.clone().fold(Contacts::new().agreed("li", [Channel::Phone]), |all, on| all.contacted("li", on, Channel::Text));
        let decisions = told(&[Channel::Phone], &contacts, &[cap(CapScope::All, most, width)]);
        let reached = decisions.iter().filter(|decision| matches!(decision, Decision::Reach(_))).count();
        let earlier = days.iter().filter(|ago| **ago < i32::try_from(width).unwrap()).count();
        prop_assert_eq!(reached, (most as usize).saturating_sub(earlier).min(3));
    }
}
