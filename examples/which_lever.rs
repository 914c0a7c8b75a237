//! A car dealer among three rivals: what each delivers, who is chosen again, what customers are therefore worth, which change
//! of the offer pays best, how to split a budget, and whether two slogans hold here.
//!
//! All perceptions, prices and responses are invented: nobody publishes real ones.

use std::error::Error;

use customer_value::delivered::{
    Alternative, Axes, Axis, BenefitMatrix, BenefitSource, CostKind, Costs, Delivered, Effort, Sources,
};
use customer_value::exchange::{
    BlattbergDeighton, BudgetItem, Change, Claim, ClaimVerdict, ConcaveCurve, ConcaveResponse, CustomerBase,
    CustomerEquity, Earnings, FirstMargin, Lever, Market, RankBy, RankedLever, Relationship, Retention, SpendResponse,
    SpendResponses, Taste, UnitEconomics, affordable_in_order, allocate, rank_levers,
};
use customer_value::{Currency, DiscountRate, ExpectedMoney, Money, Probability, ShadowPrices, Span, Weights};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Utils for a thousand euros of value on each axis: these drivers feel a saving less than a worry.
const TASTE: [f64; 3] = [0.6, 0.8, 1.1];
/// Utils that the present dealer has ahead.
const INERTIA: f64 = 1.2;
const NAMES: [&str; 4] = ["we", "rival A", "rival B", "rival C"];
const BUDGET: i64 = 120_000;

fn eur(amount: f64) -> Outcome<ExpectedMoney> {
    Ok(ExpectedMoney::new(amount, Currency::EUR)?)
}

fn euros(major: i64) -> Money {
    Money::from_minor(100 * major, Currency::EUR)
}

fn main() -> Outcome<()> {
    let offers = offers()?;
    let taste = Taste::new(TASTE.map(|utils| utils / 1_000.0), INERTIA)?;
    let market = Market::of_offers(&offers[0], &offers[1..], taste)?;
    let earnings =
        Earnings { margin: eur(420.0)?, discount: DiscountRate::effective_annual(0.1)?, period: Span::years(1.0)? };
    let base = CustomerBase::new(20_000.0, Weights::new([0.2, 0.35, 0.3, 0.15])?)?;
    let equity = market.equity(&earnings, &base)?;

    print_vectors(&offers);
    print_choice(&market)?;
    print_equity(&equity, &base);
    let levers = levers()?;
    let ranking = rank_levers(&levers, &offers[0], RankBy::Return, |offer| {
        let changed = market.with_own(offer.net_vector())?;
        Ok::<_, customer_value::exchange::ExchangeError>(changed.equity(&earnings, &base)?.total)
    })?;
    print_levers(&levers, &ranking)?;
    print_budget(&levers, &ranking)?;
    print_slogans(&equity, earnings)
}

/// Benefits a year in euros by source, each on the economic, functional and psychological axis; price; hours; unease.
fn offers() -> Outcome<[Delivered; 4]> {
    let offer = |product: [f64; 3], service: [f64; 3], people: [f64; 3], image: [f64; 3], price, hours, psychic| {
        let rows = [product, service, people, image].map(Axes::from);
        let [product, service, people, image] = rows;
        let benefits = BenefitMatrix::new(Sources { product, service, people, image }, Currency::EUR)?;
        let effort = Effort { time: Span::hours(hours)?, psychic, ..Effort::default() };
        let prices = ShadowPrices { time: Some(euros(25)), psychic: Some(euros(40)), ..ShadowPrices::default() };
        let costs = Costs::new(euros(price), effort)?.components(&prices)?.priced()?;
        Ok::<_, Box<dyn Error>>(Delivered::new(benefits, costs)?)
    };
    Ok([
        offer(
            [3200.0, 1500.0, 300.0],
            [300.0, 500.0, 200.0],
            [0.0, 200.0, 250.0],
            [100.0, 0.0, 400.0],
            3400,
            14.0,
            6.0,
        )?,
        offer(
            [3300.0, 1500.0, 300.0],
            [200.0, 400.0, 100.0],
            [0.0, 150.0, 150.0],
            [100.0, 0.0, 300.0],
            3200,
            12.0,
            5.0,
        )?,
        offer(
            [3200.0, 1600.0, 400.0],
            [400.0, 800.0, 300.0],
            [0.0, 300.0, 400.0],
            [100.0, 0.0, 600.0],
            4100,
            8.0,
            3.0,
        )?,
        offer([3000.0, 1300.0, 200.0], [100.0, 200.0, 0.0], [0.0, 50.0, 50.0], [0.0, 0.0, 100.0], 2700, 16.0, 8.0)?,
    ])
}

fn print_vectors(offers: &[Delivered]) {
    println!("What each dealer delivers to a driver a year, net of price, time and unease, in EUR:");
    println!(
        "{:10} {:>9} {:>10} {:>14} {:>8} {:>8}  leading kind",
        "", "economic", "functional", "psychological", "net", "length"
    );
    for (name, offer) in NAMES.iter().zip(offers) {
        let vector = offer.net_vector();
        let axes = vector.axes();
        let kind = vector.direction().and_then(|direction| direction.sector());
        println!(
            "{name:10} {:9.0} {:10.0} {:14.0} {:8.0} {:8.0}  {}",
            axes.economic,
            axes.functional,
            axes.psychological,
            offer.net().amount(),
            vector.magnitude(),
            kind.map_or("none".to_owned(), |axis| axis.to_string()),
        );
    }
}

fn print_choice(market: &Market) -> Outcome<()> {
    println!("\nWho is chosen next year, in percent, by who is a driver's dealer now:");
    println!("{:18}{}", "", NAMES.map(|name| format!("{name:>9}")).join(""));
    let incumbents = (0..NAMES.len()).map(|index| Some(Alternative::Offer(index)));
    for (incumbent, name) in incumbents.chain([None]).zip(NAMES.iter().chain([&"nobody yet"])) {
        let shares = market.choice(incumbent)?.shares().offers;
        let row: Vec<String> = shares.iter().map(|share| format!("{:9.1}", 100.0 * share.get())).collect();
        println!("{name:18}{}", row.join(""));
    }
    Ok(())
}

fn print_equity(equity: &CustomerEquity, base: &CustomerBase) {
    println!(
        "\nCustomer equity today, {:.0} drivers, 420 EUR a year from those who choose us, at 10 %:",
        base.customers()
    );
    for (name, worth) in NAMES.iter().zip(&equity.worth) {
        println!("  a driver now with {name:8} is worth {:8.2} EUR to us", worth.amount());
    }
    println!("  all together                {:12.0} EUR", equity.total.amount());
    println!("  at risk in each of ours, by leaving next year {:.2} EUR", equity.at_risk().amount());
    if let Some(share) = equity.long_run_share {
        println!("  our share in the long run {:.1} %, of today's 20.0 %", 100.0 * share.get());
    }
    println!("  a euro more of value for every driver adds, in EUR of equity:");
    for axis in Axis::ALL {
        println!("    {axis:14} {:8.0}", equity.gradient.per_axis[axis]);
    }
}

fn levers() -> Outcome<Vec<Lever>> {
    let benefit = |source, axis, by| Ok::<_, Box<dyn Error>>(Change::Benefit { source, axis, by: eur(by)? });
    let cost = |kind, by| Ok::<_, Box<dyn Error>>(Change::Cost { kind, by: eur(by)? });
    Ok(vec![
        Lever::new("price 100 EUR lower", [cost(CostKind::Monetary, -100.0)?], euros(400_000))?,
        Lever::new("advisors greet by name", [benefit(BenefitSource::People, Axis::Psychological, 40.0)?], euros(0))?,
        Lever::new(
            "collect and return cars",
            [cost(CostKind::Time, -100.0)?, benefit(BenefitSource::Service, Axis::Functional, 60.0)?],
            euros(90_000),
        )?,
        Lever::new("fixed prices, photos of the work", [cost(CostKind::Psychic, -80.0)?], euros(30_000))?,
        Lever::new("new showroom", [benefit(BenefitSource::Image, Axis::Psychological, 90.0)?], euros(250_000))?,
        Lever::new("longer opening hours", [cost(CostKind::Time, -50.0)?], euros(45_000))?,
    ])
}

fn print_levers(levers: &[Lever], ranking: &[RankedLever<ExpectedMoney>]) -> Outcome<()> {
    println!(
        "\nLevers, pulled for good and paid once, by what a euro spent adds to equity; what costs nothing comes first:"
    );
    println!("{:34} {:>12} {:>12} {:>10}", "", "equity, EUR", "spend, EUR", "return");
    for ranked in ranking {
        let back = ranked.return_on_spend.map_or("free".to_owned(), |back| format!("{back:.2}"));
        let name = levers[ranked.lever].name();
        println!("{name:34} {:12.0} {:12.0} {back:>10}", ranked.gain.amount(), ranked.spend.to_f64());
    }
    let chosen = affordable_in_order(ranking, euros(BUDGET))?;
    let names: Vec<&str> = chosen.iter().map(|&lever| levers[lever].name()).collect();
    println!("In this order {BUDGET} EUR pay for: {}.", names.join("; "));
    Ok(())
}

/// As if levers could be pulled in part: the spend stated brings the effect stated, every further euro less than the one
/// before.
fn print_budget(levers: &[Lever], ranking: &[RankedLever<ExpectedMoney>]) -> Outcome<()> {
    let paid: Vec<_> = ranking.iter().filter(|ranked| ranked.return_on_spend.is_some()).collect();
    let item = |ranked: &&RankedLever<ExpectedMoney>| {
        let curve = ConcaveCurve::Exponential {
            limit: ranked.gain.amount() / (1.0 - (-1.0_f64).exp()),
            speed: ranked.spend.to_f64().recip(),
        };
        Ok::<_, Box<dyn Error>>(BudgetItem::new(ConcaveResponse::new(curve, Currency::EUR)?))
    };
    let items = paid.iter().map(item).collect::<Result<Vec<_>, _>>()?;
    let split = allocate(eur(BUDGET as f64)?, &items)?;
    println!("\nIf effects can be bought in parts, with less for every further euro, {BUDGET} EUR are best split so:");
    for (ranked, item) in paid.iter().zip(&split.items) {
        let (spend, gain) = (item.spend.amount(), item.response);
        println!("{:34} {spend:12.0} EUR bring {gain:12.0} EUR", levers[ranked.lever].name());
    }
    if let Some(multiplier) = split.multiplier {
        println!("One euro more would bring {multiplier:.2} EUR, wherever it is spent.");
    }
    Ok(())
}

fn verdict(verdict: ClaimVerdict) -> &'static str {
    match verdict {
        ClaimVerdict::Holds => "true",
        ClaimVerdict::HoldsByAcquisitionCost => "true only because winning customers has eaten most of the profit",
        ClaimVerdict::FallsShort => "falls short of +100 %",
        ClaimVerdict::NoProfitBefore => "there is no profit to double",
    }
}

fn print_slogans(equity: &CustomerEquity, earnings: Earnings) -> Outcome<()> {
    let Earnings { margin, discount, period } = earnings;
    let retention = Retention::new(equity.chosen[0], period)?;
    let relationship = Relationship { retention, discount, first_margin: FirstMargin::Now };
    println!(
        "\n\"5 % less churn doubles profit\", at our retention of {:.1} %, 10 % and 150 EUR to win a driver:",
        100.0 * equity.chosen[0].get()
    );
    let economics = UnitEconomics::new(margin, eur(150.0)?)?;
    for (name, claim) in [("5 points", Claim::five_points_double()), ("5 percent of it", Claim::five_percent_double())]
    {
        let check = claim.check(&relationship, &economics)?;
        let uplift =
            check.uplift.map_or("no profit to compare with".to_owned(), |uplift| format!("{:+.1} %", 100.0 * uplift));
        println!("  {name:16} {uplift:>8}: {}", verdict(check.verdict));
    }
    let responses = SpendResponses {
        acquisition: SpendResponse::new(0.4, 0.004, Currency::EUR)?,
        retention: SpendResponse::new(0.85, 0.02, Currency::EUR)?,
    };
    let best = BlattbergDeighton::new(earnings, responses)?.optimum()?;
    println!("\"Winning costs five times what keeping does\":");
    let average = |spend: ExpectedMoney, share: Probability| spend.amount() / share.get();
    println!(
        "  at the best budgets, {:.0} EUR a prospect and {:.0} EUR a customer and year, {:.1} times on average;",
        best.acquisition.amount(),
        best.retention.amount(),
        average(best.acquisition, best.acquired) / average(best.retention, best.retained),
    );
    println!(
        "  but one more of either costs {:.2} and {:.2} EUR, what a customer is worth: {:.2} EUR.",
        responses.acquisition.marginal_cost(best.acquisition)?.amount(),
        responses.retention.marginal_cost(best.retention)?.amount(),
        best.lifetime_value.amount(),
    );
    Ok(())
}
