//! Who the valuable customers are, and why: the CD shop CDNOW, from its purchases to lifetime values.
//!
//! Data: 6,919 purchases of the 2,357 customers in the 1/10 sample of CDNOW who first bought in January to March
//! 1997, made public by P. Fader and B. Hardie; the copy in `data/` is that of the PyPI package Lifetimes (MIT).

use std::error::Error;

use customer_value::segment::{Pyramid, QuantileRule, RfmCuts, RfmMeasure, RfmMeasures};
use customer_value::{
    BgNbd, Cohort, Currency, Day, DiscountRate, FirstSeen, Fit, GammaGamma, Granularity, Horizon, Interaction,
    InteractionLog, LifetimeValue, Margin, Mle, Money, Split, TimeUnit, Valuation, Window, lifetime::Likelihood,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let (cut, end) = (Day::new(1997, 9, 30)?, Day::new(1998, 6, 30)?);
    let log = purchases(end)?;
    let split = log.split(cut, end)?;
    let cohort = &split.calibration;
    let (window, rows) = (log.window(), log.rows().len());
    println!("CDNOW: {rows} rows of purchases by {} customers, {} to {}", cohort.len(), window.start(), window.end());

    let fit = Mle::default().fit::<BgNbd>(cohort)?;
    let spend = Mle::default().fit::<GammaGamma>(cohort)?;
    println!("\nFitted on the purchases up to {cut} (39 weeks; times in weeks, spend in USD; ± standard error)\n");
    print_fit("BG/NBD, when they buy, all customers", &fit);
    print_fit("Gamma-Gamma, what they spend, customers who came back", &spend);

    print_holdout(&split, fit.model());

    let valuation = Valuation {
        horizon: Horizon::months(12, cut)?,
        discount: DiscountRate::effective_annual(0.12)?,
        margin: Margin::new(0.3)?,
    };
    let values = cohort.forecast(fit.model()).values(&valuation, spend.model())?;
    print_top_customers(cohort, &values);
    let residual: Vec<f64> = values.iter().map(|value| value.residual.amount()).collect();
    print_tiers(&residual)?;
    print_rfm(cohort, &residual)
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

fn print_fit<M: Likelihood>(title: &str, fit: &Fit<M>) {
    let verdict = &fit.certificate().verdict;
    println!("  {title} ({}): ln L {:.3}, {verdict:?}", fit.customers(), fit.log_likelihood(TimeUnit::Week));
    for estimate in fit.estimates(TimeUnit::Week) {
        let error = estimate.standard_error.map_or("(not identified)".into(), |error| format!("± {error:.4}"));
        println!("    {:<6}{:>9.4} {error}", estimate.name, estimate.value);
    }
}

/// Did they buy as often as forecast, by how often they had bought before?
fn print_holdout(split: &Split<u32>, model: &BgNbd) {
    println!("\nThe 39 weeks after the cut: mean purchases of a customer, forecast against what happened\n");
    println!("  repeats before   customers   forecast     actual");
    let forecasts = split.calibration.forecast(model).expected_purchases(split.span);
    let mut classes = [(0_u32, 0.0, 0_u32); 8];
    for ((history, forecast), holdout) in split.calibration.purchases().iter().zip(&forecasts).zip(&split.holdout) {
        let class = &mut classes[history.repeats().min(7) as usize];
        *class = (class.0 + 1, class.1 + forecast, class.2 + holdout.purchases());
    }
    for (repeats, (customers, forecast, actual)) in classes.into_iter().enumerate() {
        let label = if repeats == 7 { "7 and more".into() } else { repeats.to_string() };
        let count = f64::from(customers);
        println!("  {label:>14} {customers:>11} {:>10.3} {:>10.3}", forecast / count, f64::from(actual) / count);
    }
    let actual: u32 = classes.iter().map(|class| class.2).sum();
    let forecast: f64 = forecasts.iter().sum();
    println!("  {:>14} {:>11} {forecast:>10.0} {actual:>10}", "sum over all", forecasts.len());
    println!("  The forecast total is {:.1} % off what happened.", 100.0 * (forecast / f64::from(actual) - 1.0));
}

fn print_top_customers(cohort: &Cohort<u32>, values: &[LifetimeValue]) {
    println!("\nThe most valuable customers: next 12 months, margin 30 %, 12 % a year (USD)\n");
    println!("  customer  repeats  weeks idle  P(alive)  purchases  discounted   spend each     value");
    let mut order: Vec<usize> = (0..cohort.len()).collect();
    order.sort_by(|&one, &other| values[other].residual.amount().total_cmp(&values[one].residual.amount()));
    for (customer, value) in order.iter().take(8).filter_map(|&index| Some((cohort.get(index)?, &values[index]))) {
        println!(
            "  {:>8} {:>8} {:>11.1} {:>9.3} {:>10.2} {:>11.2} {:>12.2} {:>9.2}",
            customer.id,
            customer.purchases.repeats(),
            customer.purchases.time_since_last().as_weeks(),
            value.probability_alive.get(),
            value.expected_purchases,
            value.discounted_purchases,
            value.spend_per_purchase.amount(),
            value.residual.amount(),
        );
    }
    println!("  value = 0.3 · spend each · discounted purchases, which contain P(alive)");
    println!("  They buy often, bought lately, and spend much: no one of the three is enough.");
}

fn print_tiers(values: &[f64]) -> Outcome<()> {
    let tiers = Pyramid::default().tiers(values)?;
    let segmentation = tiers.segmentation();
    println!("\nTiers of value (12-month customer equity: {:.0} USD)\n", values.iter().sum::<f64>());
    println!("  tier        customers   from USD   mean USD   share of equity");
    let (sizes, shares, totals) = (segmentation.sizes(), segmentation.shares(values)?, segmentation.totals(values)?);
    for (tier, label) in segmentation.labels().iter().enumerate() {
        let from = tiers.thresholds().get(tier).map_or("–".into(), |threshold| format!("{threshold:.2}"));
        let mean = totals[tier] / sizes[tier] as f64;
        println!("  {label:<10} {:>10} {from:>10} {mean:>10.2} {:>15.1} %", sizes[tier], 100.0 * shares[tier]);
    }
    Ok(())
}

fn print_rfm(cohort: &Cohort<u32>, values: &[f64]) -> Outcome<()> {
    let measures = RfmMeasures::from_cohort(cohort)?;
    let rfm = measures.score(RfmCuts::quantiles(&measures, 5, QuantileRule::default())?);
    println!("\nRFM quintiles: customers and, in brackets, their mean 12-month value in USD");
    println!("R5 bought last of late, R1 longest ago; F3 bought most often\n");
    let (rows, columns) = (rfm.by(RfmMeasure::Recency), rfm.by(RfmMeasure::Frequency));
    print!("  {:<12}", "");
    columns.labels().iter().for_each(|label| print!("{label:>16}"));
    println!();
    for (row, label) in rows.labels().iter().enumerate().rev() {
        print!("  {label:<12}");
        for column in 0..columns.labels().len() {
            let members = rows.members(row).filter(|&customer| columns.segment_of(customer) == Some(column));
            let (count, sum) = members.fold((0, 0.0), |(count, sum), member| (count + 1, sum + values[member]));
            print!("{:>16}", if count == 0 { "–".into() } else { format!("{count} ({:.2})", sum / f64::from(count)) });
        }
        println!();
    }
    let collapsed = rfm.cuts().of(RfmMeasure::Frequency).collapsed();
    println!(
        "  Frequency has {} classes, not 5: {collapsed} cuts collapse, for most have bought once.",
        columns.labels().len()
    );
    Ok(())
}
