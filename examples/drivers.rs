//! What makes customers buy, stay and spend, and what one campaign more would bring: a shop with channels, genders and
//! campaigns.
//!
//! Data: there is no such shop. Its customers are drawn here from models whose coefficients are printed beside what the
//! fits find again.

use std::error::Error;

use customer_value::covariates::{
    Course, Courses, Covariates, Described, Design, Driver, DynamicParetoNbd, Effects, OverTime, Row,
};
use customer_value::lifetime::{Likelihood, SpendPatterns};
use customer_value::{
    CountModel, Currency, Day, DiscountRate, ExpectedMoney, FirstSeen, Fit, GammaGamma, GammaGammaParams, Granularity,
    Horizon, Interaction, InteractionLog, LikelihoodRatio, Margin, Mle, Moment, ParetoNbd, ParetoNbdParams, Patterns,
    Probability, PurchaseHistory, PurchaseTimes, Quantity, Seed, SimulationWindow, Span, TimeUnit, Timestamp,
    Valuation, Window, simulate_interactions,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const CHANNELS: [&str; 3] = ["search", "referral", "store"];
const GENDERS: [&str; 2] = ["women", "men"];
/// Customers of each channel and gender.
const CELL: u32 = 500;

/// Of each coefficient, in the order of the effects.
const BUYING_TRUTH: [f64; 5] = [0.4, 0.1, -0.25, -0.6, 0.3];
const SPEND_TRUTH: [f64; 3] = [0.0, 0.3, 0.1];
const SEASON_TRUTH: [f64; 2] = [0.8, 0.5];

/// Weeks after New Year 2024, from and to: what was, and what is planned for 2026.
const CAMPAIGNS: [[f64; 2]; 8] =
    [[8.0, 10.0], [20.0, 22.0], [36.0, 38.0], [60.0, 62.0], [73.0, 75.0], [88.0, 90.0], [112.0, 114.0], [140.0, 142.0]];
const CHRISTMAS: [[f64; 2]; 3] = [[47.5, 51.5], [99.5, 103.5], [151.5, 155.5]];
/// The campaign that somebody proposes.
const EXTRA: [f64; 2] = [126.0, 128.0];
const PLANNED_WEEKS: f64 = 160.0;

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
    let times: Vec<PurchaseTimes> =
        log.ids().iter().filter_map(|id| log.purchase_times(id, shop.last).transpose()).collect::<Result<_, _>>()?;
    let planned: Vec<Course> = times.iter().map(|times| shop.course(times, &CAMPAIGNS)).collect::<Result<_, _>>()?;
    let courses = Courses::new(["campaign", "Christmas"], planned.clone())?;
    let data = OverTime::new(&courses, &Effects::new().of(Driver::Purchase, ["campaign", "Christmas"]), &times)?;
    println!(
        "\n{} other customers, six campaigns of two weeks and two Christmases: what lets purchases rise (Pareto/NBD)\n",
        times.len()
    );
    let mle = Mle::default();
    let fit = mle.fit::<DynamicParetoNbd>(data.clone())?;
    header();
    coefficients(mle, &fit, &data, &SEASON_TRUTH)?;
    let plain = mle.fit::<ParetoNbd>(data.without().clone())?;
    test("seasons nothing to them", &data.likelihood_ratio(&fit, &plain)?);

    let changed = [CAMPAIGNS.as_slice(), &[EXTRA]].concat();
    let changed: Vec<Course> = times.iter().map(|times| shop.course(times, &changed)).collect::<Result<_, _>>()?;
    let year = Span::weeks(52.0)?;
    println!("\nOne campaign more, in weeks 23 and 24 of the 52 to come: purchases in that year (± standard error)\n");
    println!("                                        planned     changed    more");
    let most = (0..times.len()).max_by_key(|&at| times[at].repeats().len()).ok_or("nobody")?;
    let silent = (0..times.len()).find(|&at| times[at].repeats().is_empty()).ok_or("nobody")?;
    let expected = |model: &DynamicParetoNbd, at: usize, course: &Course| {
        let future = model.future(&times[at].history(), course, Horizon::Within(year));
        future.map_or(f64::NAN, |future| future.forecast().expected_purchases(year))
    };
    for (name, at) in [("who buys most", most), ("who never came back", silent)] {
        let gain = fit.what_if(&times[at].history(), &planned[at], &changed[at], year)?.ok_or("not identified")?;
        let [before, after] = [&planned[at], &changed[at]].map(|course| expected(fit.model(), at, course));
        println!("  {name:36} {before:8.3} {after:11.3}    {:+.4} ± {:.4}", gain.value, gain.standard_error);
    }
    let total = |model: &DynamicParetoNbd, courses: &[Course]| {
        courses.iter().enumerate().map(|(at, course)| expected(model, at, course)).sum::<f64>()
    };
    let [before, after] = [&planned, &changed].map(|courses| total(fit.model(), courses));
    let gain = fit.delta(|model| total(model, &changed) - total(model, &planned)).ok_or("not identified")?;
    println!("  all {:<32} {before:8.1} {after:11.1}    {:+.2} ± {:.2}", times.len(), gain.value, gain.standard_error);
    let spend = mle.fit::<GammaGamma>(&log.cohort(shop.last)?)?;
    let margin = spend.model().newcomer().mean()?.checked_mul(0.3)?;
    let worth = |purchases: f64| margin.checked_mul(purchases);
    let interval = gain.interval(Probability::new(0.95)?);
    println!(
        "  A purchase leaves {margin} of margin: the campaign may cost up to {} (95 %: {} to {}).",
        worth(gain.value)?,
        worth(interval.low)?,
        worth(interval.high)?
    );
    Ok(())
}

/// Purchases drawn at the pace of the strongest season; in others some are left out again, which makes the pace that of the
/// season, for customers do not leave by buying.
fn seasonal(shop: &Shop) -> Outcome<Vec<Interaction<u32>>> {
    let peak = SEASON_TRUTH[0].max(SEASON_TRUTH[1]).exp();
    let params = shop.buying.params();
    let strongest = ParetoNbd::new(ParetoNbdParams { alpha: Span::days(params.alpha.as_days() / peak)?, ..params })?;
    let mut rows: Vec<Interaction<u32>> = Vec::new();
    for row in simulate_interactions(&strongest, &shop.spend, &shop.window, 600, Seed::new(2))? {
        let Moment::Instant(at) = row.at else { continue };
        let first = rows.last().is_none_or(|last| last.customer != row.customer);
        let values = seasons(shop.week(at), &CAMPAIGNS);
        let pace: f64 = values.iter().zip(SEASON_TRUTH).map(|(value, truth)| value * truth).sum();
        if first || coin(at) < pace.exp() / peak {
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

/// Whether there is a campaign, and Christmas, so many weeks after New Year 2024.
fn seasons(week: f64, campaigns: &[[f64; 2]]) -> Vec<f64> {
    let on = |seasons: &[[f64; 2]]| f64::from(u8::from(seasons.iter().any(|[from, to]| (*from..*to).contains(&week))));
    vec![on(campaigns), on(&CHRISTMAS)]
}

impl Shop {
    /// Weeks after New Year 2024.
    fn week(&self, at: Timestamp) -> f64 {
        (at.as_nanoseconds() - self.window.start.as_nanoseconds()) as f64 / (7.0 * 86_400e9)
    }

    /// The seasons as a customer sees them, from the first purchase on.
    fn course(&self, times: &PurchaseTimes, campaigns: &[[f64; 2]]) -> Outcome<Course> {
        let won = self.week(self.window.end) - times.age().as_weeks();
        let mut breaks: Vec<f64> = campaigns.iter().chain(&CHRISTMAS).flatten().copied().collect();
        breaks.retain(|week| *week > won);
        breaks.push(won);
        breaks.sort_by(f64::total_cmp);
        let piece = |week: f64| Ok((Span::weeks(week - won)?, seasons(week, campaigns)));
        let pieces: Vec<_> = breaks.into_iter().map(piece).collect::<Outcome<_>>()?;
        Ok(Course::new(pieces, Horizon::Within(Span::weeks(PLANNED_WEEKS - won)?))?)
    }
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
