//! The service desk of a car dealer at the end of a month: what customers say, whether promises were kept, what is due today
//! and for whom, what points will cost, and what a price does to the choice of one customer.
//!
//! All answers, cars, customers and prices are invented.

use std::error::Error;

use customer_value::care::{
    AgeBand, Asset, Assets, CapScope, CarePhase, Channel, CivilPeriod, Contacts, DateOf, DueList, DueRule,
    FrequencyCap, LapseRule, Ledger, Limit, MonthDay, MonthRule, MostUse, Order, PaymentTerms, Period, PointCost,
    PriceBase, PriceChange, PriceList, PriceRule, Quote, Schedule, Season, Statute, Usage, VolumeBand, VolumeDiscount,
    VolumePrices, When,
};
use customer_value::delivered::{BenefitMatrix, ChoiceSet, Costs, Delivered, Effort, Sources};
use customer_value::rust_decimal::{Decimal, RoundingStrategy};
use customer_value::voice::{
    AnswerFrom, Cell, FactorReport, IndexPoints, LeastAnswers, Promises, Survey, VoiceError, cases,
};
use customer_value::{
    Currency, DateError, Day, Event, FirstSeen, Granularity, Interaction, InteractionLog, Money, Probability,
    ShadowPrices, Span, Weights, Window,
};

use self::Points::{Earned, Spent};

type Outcome<T> = Result<T, Box<dyn Error>>;

const FACTORS: [&str; 4] = ["advisor", "waiting", "repair", "price"];
/// How much each factor matters; since June customers mind waiting more.
const WEIGHTS: [[f64; 4]; 2] = [[0.35, 0.20, 0.30, 0.15], [0.30, 0.27, 0.30, 0.13]];
/// A row for each respondent, who answered each factor from 1 to 10; other persons each month.
#[rustfmt::skip]
const MAY: [[u8; 4]; 12] = [
    [9, 7, 9, 6], [8, 8, 9, 7], [9, 6, 8, 7], [10, 7, 9, 8], [7, 6, 8, 6], [8, 7, 10, 7],
    [9, 8, 9, 5], [8, 5, 7, 6], [9, 7, 9, 8], [8, 7, 8, 6], [10, 8, 9, 7], [8, 6, 9, 7],
];
#[rustfmt::skip]
const JUNE: [[u8; 4]; 12] = [
    [9, 6, 9, 7], [9, 5, 9, 7], [10, 6, 9, 6], [9, 7, 8, 8], [8, 4, 9, 7], [9, 6, 9, 7],
    [8, 5, 8, 6], [9, 6, 9, 8], [10, 7, 9, 7], [8, 5, 9, 6], [9, 6, 10, 8], [9, 5, 8, 7],
];
const BEST_DEALER: [f64; 4] = [920.0, 780.0, 910.0, 720.0];

/// Customer, the day in June of the complaint, and that of the call which answers it.
#[rustfmt::skip]
const COMPLAINTS: [(u32, i8, Option<i8>); 6] =
    [(8, 27, None), (14, 3, Some(4)), (19, 5, Some(7)), (27, 10, Some(17)), (31, 24, Some(25)), (42, 12, None)];

type Date = (i16, i8, i8);
const TODAY: Date = (2024, 6, 28);
/// Number, owner, bought, last service with the kilometres read, last inspection.
type Car = (u32, u32, Date, (Date, u64), Option<Date>);
const CARS: [Car; 4] = [
    (501, 14, (2021, 7, 15), ((2023, 12, 20), 48_000), None),
    (502, 14, (2022, 3, 1), ((2023, 11, 2), 44_000), None),
    (503, 27, (2020, 6, 30), ((2023, 7, 5), 30_000), Some((2023, 6, 20))),
    (504, 31, (2019, 6, 25), ((2023, 6, 26), 40_000), Some((2022, 6, 20))),
];

enum Points {
    Earned(u64),
    Spent(u64),
}

/// Member, and the points earned or spent, by day.
const POINTS: [(u32, &[(Date, Points)]); 4] = [
    (
        14,
        &[
            ((2023, 3, 14), Earned(4_000)),
            ((2023, 11, 2), Earned(3_500)),
            ((2024, 6, 10), Spent(5_000)),
            ((2024, 6, 20), Earned(900)),
        ],
    ),
    (27, &[((2023, 7, 5), Earned(2_600)), ((2024, 2, 9), Earned(1_100))]),
    (31, &[((2023, 6, 26), Earned(3_100)), ((2024, 5, 4), Spent(3_000))]),
    (42, &[((2023, 9, 1), Earned(12_000)), ((2024, 6, 24), Earned(400))]),
];

/// How sharply this customer tells amounts apart: 250 EUR more make an offer e times as likely.
const UTILS_PER_EURO: f64 = 0.004;

fn day((year, month, day): Date) -> Result<Day, DateError> {
    Day::new(year, month, day)
}

fn eur(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::EUR)
}

fn main() -> Outcome<()> {
    let today = day(TODAY)?;
    println!("ALL ANSWERS, CARS, CUSTOMERS AND PRICES ARE INVENTED. Today is {today}.\n");
    print_survey()?;
    let log = june_log(today)?;
    print_promises(&log, today)?;
    print_due(&log, today)?;
    print_points()?;
    let (list, quote) = print_quote(today)?;
    print_choice(&list, &quote)
}

fn report(rows: &[[u8; 4]], weights: [f64; 4]) -> Result<FactorReport, VoiceError> {
    let survey = Survey::<1, 10>::from_scores(FACTORS, rows)?;
    survey.report(&Weights::new(weights)?, IndexPoints::Thousand, LeastAnswers::new(10)?)
}

fn print_survey() -> Outcome<()> {
    let (may, june) = (report(&MAY, WEIGHTS[0])?, report(&JUNE, WEIGHTS[1])?);
    let change = june.change_from(&may)?;
    println!("What customers say, in points of 1,000, and what each factor adds to the change of the index\n");
    println!("  {:<10}points                   weight      adds", "");
    println!("  {:<10}   May  June     ±   n   May  June  by answers  by weights     sum", "");
    for (k, part) in change.factors().iter().enumerate() {
        print_scores(&part.factor, [&may, &june].map(|report| &report.factors()[k].score))?;
        let weights = [&may, &june].map(|report| report.weights().as_slice()[k]);
        println!("{:>6.2}{:>6.2}{:>12.1}{:>12.1}{:>8.1}", weights[0], weights[1], part.level, part.mix, part.total());
    }
    print_scores("index", [&may, &june].map(FactorReport::index))?;
    println!("{:>44.1}", change.total());
    println!("\n  ± is the standard error of June; that of the change is {:.1}.", change.standard_error());
    let mend = june.mend_first(&BEST_DEALER)?;
    let first = mend.first().ok_or("nothing to mend")?;
    println!(
        "  To mend first, to be as good as the best of the group: {}, for {:.1} points.",
        first.factor, first.gain
    );
    Ok(())
}

fn print_scores(name: &str, [before, now]: [&Cell; 2]) -> Outcome<()> {
    let (before, now) = (before.shown(name)?, now.shown(name)?);
    print!("  {name:<10}{:>6.0}{:>6.0}{:>6.0}{:>4}", before.value(), now.value(), now.standard_error(), now.n());
    Ok(())
}

/// Complaints of the month, and the calls that answer them.
fn june_log(today: Day) -> Outcome<InteractionLog<u32>> {
    let (mut rows, june) = (Vec::new(), |on| day((2024, 6, on)));
    for (customer, complained, called) in COMPLAINTS {
        rows.push(Interaction::new(customer, june(complained)?, Event::Complaint));
        let call = Event::Contact { channel: Channel::Phone.name().into(), cost: None };
        rows.extend(called.map(june).transpose()?.map(|on| Interaction::new(customer, on, call)));
    }
    let window = Window::new(june(1)?, today, FirstSeen::IsNew)?;
    Ok(InteractionLog::builder(window, Granularity::Day).extend(rows).build()?)
}

fn print_promises(log: &InteractionLog<u32>, today: Day) -> Outcome<()> {
    let is_call = |event: &Event<u32>| matches!(event, Event::Contact { .. });
    let complaints = cases(log, |event| matches!(event, Event::Complaint), is_call, AnswerFrom::SameMoment);
    let promises = Promises::of_cases(&complaints, Span::days(3.0)?, today)?;
    let (Promises { met, late, overdue, open }, kept) = (promises, promises.kept());
    println!("\nWhat we promised: a call within three days of a complaint\n");
    println!("  in time {met}, late {late}, overdue {overdue}, still in time to call {open}");
    let interval = kept.interval(Probability::new(0.9)?)?.ok_or("no complaint")?;
    let [low, high] = [interval.low, interval.high].map(|share| 100.0 * share);
    println!("  kept {} of {} (90 % interval {low:.0} to {high:.0} %)", kept.part(), kept.whole());
    Ok(())
}

fn rules() -> Outcome<[DueRule; 2]> {
    let year = Period::Months(12.try_into()?, MonthRule::LastDay);
    let ages = [AgeBand { from_months: 36, every_months: 24.try_into()? }];
    let rule = |name: &str, schedule, [lead_days, grace_days]: [u32; 2], channels: [Channel; 2]| {
        let (name, kind, channels) = (name.into(), "car".into(), channels.into());
        DueRule { name, kind, schedule, phase: CarePhase::After, lead_days, grace_days, channels }
    };
    let service = Schedule::Interval {
        done: "service".into(),
        limit: Limit::First(year, MostUse::new(15_000.try_into()?, "km")),
    };
    let ages = Statute::new(ages, 30, MonthRule::LastDay)?;
    let inspection = Schedule::Statute { of: DateOf::Start, done: "inspection".into(), ages };
    Ok([
        rule("service", service, [14, 7], [Channel::Phone, Channel::Text]),
        rule("inspection", inspection, [30, 0], [Channel::Letter, Channel::Text]),
    ])
}

fn cars() -> Outcome<Assets<u32>> {
    let (mut rows, mut services, mut inspections) = (Vec::new(), Vec::new(), Vec::new());
    for (id, owner, bought, (serviced, km), inspected) in CARS {
        let (since, serviced) = (day(bought)?, day(serviced)?);
        rows.push(Asset { id, owner, since, usage: Some(Usage::between((since, 0), (serviced, km))?) });
        services.push(Some(serviced));
        inspections.push(inspected.map(day).transpose()?);
    }
    Ok(Assets::new("car", rows)?.with_done("service", services)?.with_done("inspection", inspections)?)
}

fn print_due(log: &InteractionLog<u32>, today: Day) -> Outcome<()> {
    let (cars, rules) = (cars()?, rules()?);
    let list = DueList::new(&cars, &rules, today)?;
    let contacts = Contacts::new()
        .agreed(14, [Channel::Phone, Channel::Text])
        .agreed(27, [Channel::Email])
        .agreed(31, [Channel::Text, Channel::Letter])
        .logged(log);
    let cap = FrequencyCap { scope: CapScope::All, contacts: 2, days: 7.try_into()? };
    println!("\nWhat is due today, and whom to tell: in a week at most two contacts each\n");
    println!("  {:<12}{:<10}{:>8}  {:<12}{:<9}{:<40}tell", "day", "", "customer", "what", "for", "why");
    for planned in contacts.plan(&list, &[cap]) {
        let line = planned.line;
        print!("  {:<12}{:<10}{:>8}  ", line.due.to_string(), line.status, line.asset.owner);
        let car = format!("{} {}", line.rule.kind, line.asset.id);
        println!("{:<12}{car:<9}{:<40}{}", line.rule.name, line.reason(), planned.decision);
    }
    Ok(())
}

fn print_points() -> Outcome<()> {
    let year_after = LapseRule::EndOf { months: 12, period: CivilPeriod::Year };
    let book = |ledger: Ledger, (date, points): &(Date, Points)| {
        let on = day(*date)?;
        match points {
            Earned(points) => ledger.earn(on, *points, year_after.lapse(on)?),
            Spent(points) => ledger.spend(on, *points),
        }
    };
    let [a, b, c, d] = POINTS.map(|(_, moves)| moves.iter().try_fold(Ledger::default(), book));
    let ledgers = [a?, b?, c?, d?];
    let cost = PointCost::new(Money::parse("0.008", Currency::EUR)?, Probability::new(0.25)?)?;
    println!("\nWhat points will cost: 0.8 cent each, of which one in four is never spent\n");
    println!("  {:<28}{}{:>9}{:>14}", "", POINTS.map(|(id, _)| format!("{id:>8}")).concat(), "all", "liability");
    for (on, what) in [((2024, 5, 31), "last month"), (TODAY, "today"), ((2025, 1, 1), "if none is spent")] {
        let on = day(on)?;
        let balances = ledgers.each_ref().map(|ledger| ledger.balance(on));
        let (each, all) = (balances.map(|left| format!("{left:>8}")).concat(), balances.iter().sum());
        println!("  {:<28}{each}{all:>9}{:>14}", format!("{on}, {what}"), cost.liability(all)?.to_string());
    }
    println!("  Points lapse with the year after that in which they were earned.");
    Ok(())
}

/// Four services for customer 14, at the bands of the list alone and by all rules.
fn print_quote(today: Day) -> Outcome<(Quote, Quote)> {
    let bands = [(0, 420), (3, 380)].map(|(from, price)| VolumeBand { from: Decimal::from(from), price: eur(price) });
    let base = PriceBase::Volume(VolumePrices::new(bands, VolumeDiscount::Incremental)?);
    let rule = |name: &str, when, change| PriceRule { name: name.into(), when, change };
    let summer = Season { from: MonthDay::new(6, 15)?, to: MonthDay::new(8, 31)? };
    let terms = PaymentTerms::new(Decimal::new(2, 2), 10, 30)?;
    let rules = [
        rule("summer, 5 % off", When::Season(summer), PriceChange::Share(Decimal::new(-5, 2))),
        rule("fleet, 20 EUR off each", When::Class("fleet".into()), PriceChange::PerUnit(eur(-20))),
        rule("ten or more, 200 EUR off", When::AtLeast(10.into()), PriceChange::Flat(eur(-200))),
        PriceRule::early_payment("paid within 10 days, 2 % off", &terms),
    ];
    let (plain, prices) = (PriceList::new(base.clone(), [])?, PriceList::new(base, rules)?);
    let order = Order { class: Some("fleet".into()), pays_within: Some(10), ..Order::new(4.into(), today) };
    let rounding = RoundingStrategy::MidpointAwayFromZero;
    let (list, quote) = (plain.quote(&order, rounding)?, prices.quote(&order, rounding)?);
    println!("\nWhat four services cost customer 14: 420 EUR each, from the fourth on 380\n");
    println!("  {}", quote.derivation().to_string().replace('\n', "\n  "));
    Ok((list, quote))
}

/// Benefits of service, people and image, each on the economic, functional and psychological axis.
fn offer([service, people, image]: [[f64; 3]; 3], costs: &Costs) -> Outcome<Delivered> {
    let cells = Sources { service: service.into(), people: people.into(), image: image.into(), ..Sources::default() };
    let prices = ShadowPrices { time: Some(eur(45)), psychic: Some(eur(40)), ..ShadowPrices::default() };
    let benefits = BenefitMatrix::new(cells, Currency::EUR)?;
    Ok(Delivered::new(benefits, costs.components(&prices)?.priced()?)?)
}

fn print_choice(list: &Quote, quote: &Quote) -> Outcome<()> {
    /// What the four services cost us.
    const OUR_COST: f64 = 1_120.0;
    let effort = |hours, psychic| Span::hours(hours).map(|time| Effort { time, psychic, ..Effort::default() });
    let ours = [[900.0, 750.0, 150.0], [0.0, 120.0, 180.0], [0.0, 0.0, 100.0]];
    let theirs = [[850.0, 650.0, 80.0], [0.0, 60.0, 60.0], [0.0, 0.0, 20.0]];
    let rival = offer(theirs, &Costs::new(eur(1_380), effort(5.0, 2.0)?)?)?;
    println!("\nWhat that does to the choice of customer 14, between us, a rival and waiting (EUR)\n");
    println!("  our price         price  we give   over rival       we   rival    wait  expected margin");
    for (name, priced) in [("of the list", list), ("as quoted", quote)] {
        let us = offer(ours, &priced.costs(effort(6.0, 1.0)?)?)?;
        let shares = ChoiceSet::by_net(&[us, rival], UTILS_PER_EURO)?.with_outside(0.0)?.shares();
        let [we, they] = shares.offers[..] else { return Err("expected two offers".into()) };
        let wait = shares.outside.ok_or("no outside option")?;
        let ahead = us.advantage_over(&rival)?.net.amount();
        let price = priced.total().to_f64();
        print!("  {name:<14}{price:>9.2}{:>9.2}{ahead:>+13.2}", us.net().amount());
        let [we, they, wait] = [we, they, wait].map(Probability::get);
        print!("{:>7.1} %{:>6.1} %{:>6.1} %", 100.0 * we, 100.0 * they, 100.0 * wait);
        println!("{:>17.2}", we * (price - OUR_COST));
    }
    println!(
        "\n  We give: benefits less price, time and unease. Margin: our share times price less {OUR_COST:.0} of cost."
    );
    Ok(())
}
