//! What makes customers buy, stay and spend, and what one campaign more would bring: a shop with channels, genders and
//! campaigns.
//!
//! Data: there is no such shop. Its customers are drawn here from models whose coefficients are printed beside what the
//! fits find again.

use std::error::Error;

use customer_value::covariates::{
    Courses, Covariates, Described, Design, Driver, DynamicParetoNbd, Effects, OverTime, Period, Row, Timetable, WhatIf,
};
use customer_value::lifetime::{Likelihood, SpendPatterns};
use customer_value::{
    Cohort, CountModel, Currency, Day, DiscountRate, ExpectedMoney, FirstSeen, Fit, GammaGamma, GammaGammaParams,
    Granularity, Horizon, Interaction, InteractionLog, LikelihoodRatio, Margin, Mle, Moment, ParetoNbd,
    ParetoNbdParams, Patterns, Probability, PurchaseHistory, PurchaseTimes, PurchaseWorth, Quantity, Seed,
    SimulationWindow, Span, TimeUnit, Timestamp, Valuation, Window, Zone, simulate_interactions,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const CHANNELS: [&str; 3] = ["search", "referral", "store"];
const GENDERS: [&str; 2] = ["women", "men"];
/// Customers of each channel and gender.
const CELL: u32 = 500;

/// Of each coefficient, in the order of the effects.
const BUYING_TRUTH: [f64; 5] = [0.4, 0.1, -0.25, -0.6, 0.3];
const SPEND_TRUTH: [f64; 3] = [0.0, 0.3, 0.1];
/// Beside quiet days.
const SEASON_TRUTH: [(&str, f64); 2] = [("Christmas", 0.5), ("campaign", 0.8)];

/// First days of campaigns of two weeks: what was, and what is planned for 2026.
const CAMPAIGNS: [&str; 8] =
    ["2024-02-26", "2024-05-20", "2024-09-09", "2025-02-24", "2025-05-26", "2025-09-08", "2026-02-23", "2026-09-07"];
/// The campaign that somebody proposes.
const EXTRA: &str = "2026-06-01";

fn main() -> Outcome<()> {
    let shop = Shop::new()?;
    who(&shop)?;
    when(&shop)
}

/// The models that customers are drawn from, and how long they are watched: those won in the first half of 2024, until the
/// end of 2025.
struct Shop {
    buying: ParetoNbd,
    spend: GammaGamma,
    window: SimulationWindow,
    first: Day,
    last: Day,
}

impl Shop {
    fn new() -> Outcome<Self> {
        let (first, last) = (Day::new(2024, 1, 1)?, Day::new(2025, 12, 31)?);
        let midnight = |day: i32| Timestamp::from_seconds(i64::from(day) * 86_400);
        let weeks = Span::weeks;
        Ok(Self {
            buying: ParetoNbd::new(ParetoNbdParams { r: 0.9, alpha: weeks(9.0)?, s: 0.7, beta: weeks(25.0)? })?,
            spend: GammaGamma::new(GammaGammaParams { p: 4.0, q: 4.0, v: ExpectedMoney::new(30.0, Currency::EUR)? })?,
            window: SimulationWindow {
                start: midnight(first.days_since_epoch())?,
                winning: weeks(26.0)?,
                end: midnight(last.days_since_epoch() + 1)?,
            },
            first,
            last,
        })
    }

    fn log(&self, rows: Vec<Interaction<u32>>) -> Outcome<InteractionLog<u32>> {
        let window = Window::new(self.first, self.last, FirstSeen::IsNew)?;
        Ok(InteractionLog::builder(window, Granularity::Instant).source("simulated").extend(rows).build()?)
    }
}

/// Part one: what customers are, and what that does.
fn who(shop: &Shop) -> Outcome<()> {
    let cells: Vec<_> = CHANNELS.iter().flat_map(|channel| GENDERS.map(|gender| (*channel, gender))).collect();
    let column = |of: fn(&(&'static str, &'static str)) -> &'static str| {
        cells.iter().flat_map(|cell| vec![of(cell); CELL as usize]).collect::<Vec<_>>()
    };
    let design = Design::new()
        .levels("channel", column(|cell| cell.0), CHANNELS[0])
        .levels("gender", column(|cell| cell.1), GENDERS[0])
        .build()?;
    let buying = Effects::new().of(Driver::Purchase, ["channel", "gender"]).of(Driver::Dropout, ["channel"]);
    let spending = Effects::new().of(Driver::Spend, ["channel", "gender"]);
    let row =
        |channel: &str, gender: &str| design.coding().row([("channel", channel.into()), ("gender", gender.into())]);

    let truth = Covariates::new(shop.buying, design.coding(), &buying, &BUYING_TRUTH)?;
    let spend = Covariates::new(shop.spend, design.coding(), &spending, &SPEND_TRUTH)?;
    let mut rows = Vec::new();
    for (cell, (channel, gender)) in (0..).zip(&cells) {
        let row = row(channel, gender)?;
        let drawn =
            simulate_interactions(&truth.at(&row)?, &spend.at(&row)?, &shop.window, CELL, Seed::new(u64::from(cell)))?;
        rows.extend(drawn.into_iter().map(|one| Interaction { customer: cell * CELL + one.customer, ..one }));
    }
    let cohort = shop.log(rows)?.cohort(shop.last)?;
    println!(
        "A simulated shop: {} customers won in the first half of 2024, watched until the end of 2025.",
        cohort.len()
    );

    let mle = Mle::default();
    let data = Described::<Patterns>::new(&design, &buying, cohort.purchases())?;
    let paid = Described::<SpendPatterns>::new(&design, &spending, cohort.spend().ok_or("no spend")?)?;
    let fit = mle.fit::<Covariates<ParetoNbd>>(data.clone())?;
    let spent = mle.fit::<Covariates<GammaGamma>>(paid.clone())?;
    println!("\nWho buys, stays and spends more (Pareto/NBD and gamma-gamma; beside women won by search)\n");
    header();
    coefficients(mle, &fit, &data, &BUYING_TRUTH)?;
    coefficients(mle, &spent, &paid, &SPEND_TRUTH)?;
    let plain = mle.fit::<ParetoNbd>(data.without().clone())?;
    test("all alike in how they buy and leave", &data.likelihood_ratio(&fit, &plain)?);
    let plain = mle.fit::<GammaGamma>(paid.without().clone())?;
    test("all alike in what they spend", &paid.likelihood_ratio(&spent, &plain)?);

    let rows = CHANNELS.map(|channel| row(channel, GENDERS[0]));
    let rows: Vec<Row> = rows.into_iter().collect::<Result<_, _>>()?;
    by_channel(&fit, &spent, &rows)
}

/// One past, three channels; and what a newcomer is worth.
fn by_channel(fit: &Fit<Covariates<ParetoNbd>>, spent: &Fit<Covariates<GammaGamma>>, rows: &[Row]) -> Outcome<()> {
    let year = Span::years(1.0)?;
    let known = PurchaseHistory::new(4, Span::weeks(40.0)?, Span::weeks(60.0)?)?;
    let valuation = Valuation {
        horizon: Horizon::Within(Span::years(3.0)?),
        discount: DiscountRate::effective_annual(0.1)?,
        margin: Margin::new(0.3)?,
    };
    println!("\nWomen by channel (± standard error)\n");
    println!("           after 4 repeat purchases, silent for 20 of 60 weeks       newcomer");
    println!("                P(alive)    purchases next year      EUR a purchase   EUR of margin, 3 years");
    for (channel, row) in CHANNELS.iter().zip(rows) {
        let alive = |model: &ParetoNbd| model.forecast(&known).probability_alive().get();
        let purchases = |model: &ParetoNbd| model.forecast(&known).expected_purchases(year);
        let future = |model: &ParetoNbd| {
            let newcomer = model.forecast(&PurchaseHistory::acquired());
            newcomer.discounted_purchases(valuation.horizon, valuation.discount).unwrap_or(f64::NAN)
        };
        let of = |number: &dyn Fn(&ParetoNbd) -> f64| {
            fit.delta(|model| model.at(row).map_or(f64::NAN, |model| number(&model))).ok_or("not identified")
        };
        let (alive, purchases, future) = (of(&alive)?, of(&purchases)?, of(&future)?);
        let mean = |model: GammaGamma| model.newcomer().mean().map_or(f64::NAN, ExpectedMoney::amount);
        let price = spent.delta(|model| model.at(row).map_or(f64::NAN, mean)).ok_or("not identified")?;

        let worth = valuation
            .value(&fit.model().at(row)?.forecast(&PurchaseHistory::acquired()), &spent.model().at(row)?.newcomer())?;
        // The first purchase, which is made for certain, left out; two fits, so that relative errors add as squares.
        let error =
            worth.residual.amount() * (future.standard_error / future.value).hypot(price.standard_error / price.value);
        println!(
            "  {channel:8} {:>7.3} ± {:.3} {:>17.2} ± {:.2} {:>15.2} ± {:.2} {:>17.2} ± {error:.2}",
            alive.value,
            alive.standard_error,
            purchases.value,
            purchases.standard_error,
            price.value,
            price.standard_error,
            worth.residual.amount(),
        );
    }
    Ok(())
}

/// Part two: what happens, and what that does.
fn when(shop: &Shop) -> Outcome<()> {
    let log = shop.log(seasonal(shop)?)?;
    let cohort = log.cohort(shop.last)?;
    let times: Vec<PurchaseTimes> =
        log.ids().iter().filter_map(|id| log.purchase_times(id, shop.last).transpose()).collect::<Result<_, _>>()?;
    let (periods, seasons): (Vec<Period>, Vec<&str>) = calendar(&CAMPAIGNS)?.into_iter().unzip();
    let values = Design::new().levels("season", seasons, "quiet").build()?;
    let planned = Timetable::common(&values, &periods)?.courses(&log, shop.last)?;
    let data = OverTime::new(&planned, &Effects::new().of(Driver::Purchase, ["season"]), &times)?;
    println!(
        "\n{} other customers, six campaigns of two weeks and two Christmases: what lets purchases rise (Pareto/NBD)\n",
        times.len()
    );
    let mle = Mle::default();
    let fit = mle.fit::<DynamicParetoNbd>(data.clone())?;
    header();
    coefficients(mle, &fit, &data, &SEASON_TRUTH.map(|(_, truth)| truth))?;
    let plain = mle.fit::<ParetoNbd>(data.without().clone())?;
    test("seasons nothing to them", &data.likelihood_ratio(&fit, &plain)?);

    let (periods, seasons): (Vec<Period>, Vec<&str>) =
        calendar(&[CAMPAIGNS.as_slice(), &[EXTRA]].concat())?.into_iter().unzip();
    let values = Design::new().levels("season", seasons, "quiet").coded_by(planned.coding())?;
    let changed = Timetable::common(&values, &periods)?.courses(&log, shop.last)?;
    one_campaign_more(&fit, &WhatIf::new(cohort.purchases(), &planned, &changed)?, &cohort)?;
    let most = (0..times.len()).max_by_key(|&at| times[at].repeats().len()).ok_or("nobody")?;
    let silent = (0..times.len()).find(|&at| times[at].repeats().is_empty()).ok_or("nobody")?;
    for (name, at) in [("who buys most", most), ("who never came back", silent)] {
        let alone = |courses: &Courses| Courses::coded(courses.coding(), [courses.courses()[at].clone()]);
        let (planned, changed) = (alone(&planned)?, alone(&changed)?);
        let question = WhatIf::new(&cohort.purchases()[at..=at], &planned, &changed)?;
        let gain = fit.what_if(&question, Span::weeks(52.0)?)?.ok_or("not identified")?;
        println!("  The one {name}: {:+.4} ± {:.4} purchases.", gain.value, gain.standard_error);
    }
    Ok(())
}

/// What a change brings in the 52 weeks to come, in purchases and in money.
fn one_campaign_more(fit: &Fit<DynamicParetoNbd>, question: &WhatIf<'_>, cohort: &Cohort<u32>) -> Outcome<()> {
    let year = Span::weeks(52.0)?;
    let spent = Mle::default().fit::<GammaGamma>(cohort)?;
    let worth = PurchaseWorth::Fitted { fit: &spent, histories: cohort.spend().ok_or("no spend")? };
    let valuation = Valuation {
        horizon: Horizon::Within(year),
        discount: DiscountRate::effective_annual(0.1)?,
        margin: Margin::new(0.3)?,
    };
    let purchases = fit.what_if(question, year)?.ok_or("not identified")?;
    let money = fit.what_if_worth(question, &valuation, &worth)?.ok_or("not identified")?;
    let interval = money.interval(Probability::new(0.95)?);
    println!(
        "\nOne campaign more, from {EXTRA} on: the 52 weeks to come, all {} customers (± standard error)\n",
        question.customers()
    );
    println!("  Purchases: {:+.1} ± {:.1}.", purchases.value, purchases.standard_error);
    println!(
        "  Discounted margin: {} as planned, {} with it: {} ± {} more, which is what it may cost (95 %: {:.0} to {:.0}).",
        money.planned, money.changed, money.gain, money.standard_error, interval.low, interval.high
    );
    Ok(())
}

/// What the calendar says until the end of 2026: campaigns, the weeks before Christmas, and quiet days between them.
fn calendar(campaigns: &[&str]) -> Outcome<Vec<(Period, &'static str)>> {
    let mut seasons: Vec<(Day, Day, &str)> = Vec::new();
    for first in campaigns {
        let first: Day = first.parse()?;
        seasons.push((first, first.plus_days(13)?, "campaign"));
    }
    for year in [2024, 2025, 2026] {
        seasons.push((Day::new(year, 11, 29)?, Day::new(year, 12, 24)?, "Christmas"));
    }
    seasons.sort_unstable();
    let (mut periods, mut next) = (Vec::new(), Day::new(2024, 1, 1)?);
    for (first, last, season) in seasons {
        periods.push((Period::Days { first: next, last: first.plus_days(-1)? }, "quiet"));
        periods.push((Period::Days { first, last }, season));
        next = last.plus_days(1)?;
    }
    periods.push((Period::Days { first: next, last: Day::new(2026, 12, 31)? }, "quiet"));
    Ok(periods)
}

/// Purchases drawn at the pace of the strongest season; in others some are left out again, which makes the pace that of the
/// season, for customers do not leave by buying.
fn seasonal(shop: &Shop) -> Outcome<Vec<Interaction<u32>>> {
    let calendar = calendar(&CAMPAIGNS)?;
    let pace = |day: Day| {
        let season =
            calendar.iter().rev().find(|(period, _)| period.first() <= day).map_or("quiet", |(_, season)| season);
        SEASON_TRUTH.iter().find(|(name, _)| *name == season).map_or(1.0, |(_, truth)| truth.exp())
    };
    let peak = SEASON_TRUTH.iter().map(|(_, truth)| truth.exp()).fold(1.0, f64::max);
    let params = shop.buying.params();
    let strongest = ParetoNbd::new(ParetoNbdParams { alpha: Span::days(params.alpha.as_days() / peak)?, ..params })?;
    let mut rows: Vec<Interaction<u32>> = Vec::new();
    for row in simulate_interactions(&strongest, &shop.spend, &shop.window, 600, Seed::new(2))? {
        let Moment::Instant(at) = row.at else { continue };
        let first = rows.last().is_none_or(|last| last.customer != row.customer);
        if first || coin(at) < pace(at.day(&Zone::UTC)) / peak {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A number from 0 to 1, which the nanoseconds of a purchase shuffle.
fn coin(at: Timestamp) -> f64 {
    let shuffled = at.as_nanoseconds().cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (shuffled >> 11) as f64 / (1_u64 << 53) as f64
}

fn header() {
    println!("  {:32} {:>6} {:>18} {:>18} {:>8}", "coefficient", "truth", "estimate", "95 % by profile", "factor");
}

/// The coefficients of a fit, which follow the parameters of its plain model.
fn coefficients<M: Likelihood>(mle: Mle, fit: &Fit<M>, data: &M::Data, truth: &[f64]) -> Outcome<()> {
    let level = Probability::new(0.95)?;
    let estimates = fit.estimates(TimeUnit::Week);
    for (estimate, truth) in estimates[estimates.len() - truth.len()..].iter().zip(truth) {
        let quantity = Quantity::Parameter(estimate.name.clone());
        let interval = mle.profile(fit, data, quantity, level, TimeUnit::Week)?;
        let error = estimate.standard_error.ok_or("not identified")?;
        println!(
            "  {:32} {truth:6.2} {:>+10.3} ± {error:.3} {:>+8.3} to {:+.3} {:>8}",
            estimate.name,
            estimate.value,
            interval.low,
            interval.high,
            format!("x {:.2}", estimate.value.exp())
        );
    }
    Ok(())
}

fn test(supposed: &str, test: &LikelihoodRatio) {
    println!(
        "  Were {supposed}, a likelihood ratio of {:.1} ({} degrees of freedom) would have p = {:.0e}.",
        test.statistic,
        test.degrees_of_freedom,
        test.p_value.get()
    );
}
