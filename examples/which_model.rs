//! Which count model: seven of them on CDNOW, side by side, and one customer as each of them sees it.
//!
//! Data: 6,919 purchases of the 2,357 customers in the 1/10 sample of CDNOW who first bought in January to March
//! 1997, made public by P. Fader and B. Hardie; the copy in `data/` is that of the PyPI package Lifetimes (MIT).

use std::error::Error;

use customer_value::{
    AnyModel, CountModel, Currency, Day, DiscountRate, FirstSeen, Fit, GapPatterns, Granularity, Horizon, Interaction,
    InteractionLog, MbgCnbd, Mle, ModelKind, Money, TimeUnit, Verdict, Window,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let (cut, end) = (Day::new(1997, 9, 30)?, Day::new(1998, 6, 30)?);
    let log = purchases(end)?;
    let split = log.split(cut, end)?;
    let cohort = &split.calibration;
    println!("CDNOW: {} customers, seen for up to 39 weeks; the 39 weeks after that are held back.", cohort.len());

    let regularity = log.regularity(cut)?;
    let likeliest = Mle::default().fit_regularity::<MbgCnbd>(&GapPatterns::from_cohort(cohort, 1)?, 1..=4)?;
    println!(
        "How regularly do they buy? From pairs of gaps k = {:.2} ({} customers); the likeliest MBG/CNBD-k has k = {}.",
        regularity.k,
        regularity.customers,
        likeliest.model().params().k
    );

    let kinds = [
        ModelKind::Nbd,
        ModelKind::BgNbd,
        ModelKind::MbgNbd,
        ModelKind::BgCnbd(2),
        ModelKind::MbgCnbd(2),
        ModelKind::ParetoNbd,
        ModelKind::GgompertzNbd,
    ];
    let fits = kinds.map(|kind| kind.fit(Mle::default(), cohort));
    let fits: Vec<Fit<AnyModel>> = fits.into_iter().collect::<Result<_, _>>()?;

    println!("\n  model            ln L        AIC        BIC     expected, made after the cut");
    let actual: u64 = split.holdout.iter().map(|one| u64::from(one.purchases())).sum();
    let holdout = split.span;
    for fit in &fits {
        let week = TimeUnit::Week;
        let expected: f64 = cohort.forecast(fit.model()).expected_purchases(holdout).iter().sum();
        println!(
            "  {:13} {:10.2} {:10.1} {:10.1} {expected:9.0} of {actual}",
            fit.name(),
            fit.log_likelihood(week),
            fit.aic(week),
            fit.bic(week)
        );
    }
    let best = fits.iter().min_by(|one, other| one.aic(TimeUnit::Week).total_cmp(&other.aic(TimeUnit::Week)));
    let best = best.ok_or("no fit")?;
    println!("  Least AIC: {}. Log-likelihoods compare, for each is a density of the same purchases.", best.name());

    println!("\nWhat the certificates say (± standard error, times in weeks; k = 2 where there is a k)\n");
    for fit in &fits {
        println!("  {:13} {}", fit.name(), verdict(fit));
        let estimates: Vec<String> = fit.estimates(TimeUnit::Week).iter().map(ToString::to_string).collect();
        println!("                {}", estimates.join(", "));
    }

    let index = cohort.ids().iter().position(|&id| id == 1).ok_or("no customer 1")?;
    let history = cohort.purchases()[index];
    println!(
        "\nCustomer 0001: {} repeat purchases, the last after {:.1} of {:.1} weeks\n",
        history.repeats(),
        history.recency().as_weeks(),
        history.age().as_weeks()
    );
    println!("  model          P(alive)  buys in 39 weeks  expected  discounted, for ever  next purchase (median)");
    let rate = DiscountRate::effective_annual(0.1)?;
    for fit in &fits {
        let forecast = fit.model().forecast(&history);
        let next = forecast.next_purchase(Horizon::Within(holdout)).and_then(|next| next.median());
        println!(
            "  {:13} {:9.3} {:17.3} {:9.3} {:21.2}  {}",
            fit.name(),
            forecast.probability_alive().get(),
            forecast.probability_active(holdout).get(),
            forecast.expected_purchases(holdout),
            forecast.discounted_purchases(Horizon::Lifetime, rate)?,
            next.map_or_else(|| "none".into(), |span| format!("in {:.1} weeks", span.as_weeks()))
        );
    }
    Ok(())
}

fn verdict(fit: &Fit<AnyModel>) -> String {
    let evaluations = fit.certificate().evaluations;
    match &fit.certificate().verdict {
        Verdict::Interior => format!("a maximum inside the range ({evaluations} evaluations)"),
        Verdict::Boundary { parameters, limit } => {
            let limit = limit.map_or_else(String::new, |limit| format!(": in the limit this is {limit}"));
            format!("at the edge, {}{limit} ({evaluations} evaluations)", parameters.join(" and "))
        }
        Verdict::FlatRidge => format!("on a ridge, not identified ({evaluations} evaluations)"),
    }
}

fn purchases(end: Day) -> Outcome<InteractionLog<u32>> {
    let mut rows = Vec::new();
    for line in include_str!("../data/CDNOW_sample.txt").lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, customer, date, _, dollars] = fields[..] else { return Err("five columns expected".into()) };
        let day = Day::new(date[..4].parse()?, date[4..6].parse()?, date[6..].parse()?)?;
        rows.push(Interaction::purchase(customer.parse()?, day, Money::parse(dollars, Currency::USD)?));
    }
    // The sample was drawn among those who bought for the first time, so all of them are new.
    let window = Window::new(Day::new(1997, 1, 1)?, end, FirstSeen::IsNew)?;
    Ok(InteractionLog::builder(window, Granularity::Day).source("CDNOW_sample.txt").extend(rows).build()?)
}
