//! How long subscribers stay, told from their first years: two published cohorts, and what loyalty is worth.
//!
//! Data: of 1,000 customers each of a "Regular" and a "High End" service, how many were still there after 1, 2, … 12
//! years; printed by P. Fader and B. Hardie (2007), How to project customer retention, Journal of Interactive
//! Marketing 21(1).

use std::error::Error;

use customer_value::lifetime::{ContractProcess, Likelihood};
use customer_value::{
    Bdw, CountModel, DiscountRate, Fit, Membership, Mle, Sbg, Span, Tenure, Tenures, TimeUnit, Verdict,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const REGULAR: [u32; 13] = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173];
const HIGH_END: [u32; 13] = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394];

/// How many counts the models see: the start and four renewals.
const SEEN: usize = 5;

fn main() -> Outcome<()> {
    println!(
        "Two cohorts of 1,000 subscribers who pay once a year. The models see five counts each, the start and four"
    );
    println!("renewals, and project the eight years after them.");
    for (name, survivors) in [("Regular", REGULAR), ("High End", HIGH_END)] {
        let data = Tenures::from_survivors([&survivors[..SEEN]], Span::years(1.0)?)?;
        let sbg = Mle::default().fit::<Sbg>(data.clone())?;
        let bdw = Mle::default().fit::<Bdw>(data)?;
        println!("\n{name}\n");
        print_fit("each has a fixed chance of leaving", &sbg);
        print_fit("and the chance may change with time", &bdw);
        print_verdict(&sbg, &bdw);
        print_projection(&survivors, sbg.model(), bdw.model())?;
        print_worth(bdw.model())?;
    }
    Ok(())
}

fn print_fit<M: Likelihood>(title: &str, fit: &Fit<M>) {
    let estimates: Vec<String> = fit.estimates(TimeUnit::Year).iter().map(ToString::to_string).collect();
    println!("  {:<4} ({title}): ln L {:.3}", M::NAME, fit.log_likelihood(TimeUnit::Year));
    println!("       {}", estimates.join(", "));
    if fit.certificate().verdict != Verdict::Interior {
        println!("       {:?}", fit.certificate().verdict);
    }
}

/// Twice the gain in log-likelihood is chi-square with one degree of freedom where nobody changes: 3.84 once in twenty.
fn print_verdict(sbg: &Fit<Sbg>, bdw: &Fit<Bdw>) {
    let gain = 2.0 * (bdw.log_likelihood(TimeUnit::Year) - sbg.log_likelihood(TimeUnit::Year));
    let c = bdw.model().params().c;
    let direction = if c > 1.0 { "less" } else { "more" };
    if gain > 3.84 {
        println!(
            "  Subscribers grow {direction} loyal with time (c = {c:.2}); chance explains that less than once in 20."
        );
    } else {
        println!(
            "  That a subscriber's own chance changes with time is not shown by these data (2 Δ ln L = {gain:.2})."
        );
    }
}

fn newcomer<M: CountModel<History = Tenure, Alive = ContractProcess>>(model: &M) -> ContractProcess {
    *model.forecast(&Tenure::acquired()).given_alive()
}

fn print_projection(survivors: &[u32; 13], sbg: &Sbg, bdw: &Bdw) -> Outcome<()> {
    println!("\n  after      still there     sBG     BdW   renewed");
    let (sbg, bdw) = (newcomer(sbg), newcomer(bdw));
    let (mut off_sbg, mut off_bdw) = (0.0, 0.0);
    for (year, pair) in (1..).zip(survivors.windows(2)) {
        let (before, left) = (f64::from(pair[0]), f64::from(pair[1]));
        let [by_sbg, by_bdw] = [sbg, bdw].map(|process| 1000.0 * process.survival_after(year));
        let seen = usize::try_from(year)? < SEEN;
        let mark = if seen { "seen" } else { "held back" };
        println!("  {year:>2} {mark:<9} {left:>9} {by_sbg:>9.0} {by_bdw:>7.0} {:>7.1} %", 100.0 * left / before);
        if !seen {
            off_sbg += (by_sbg / left - 1.0).abs() / 8.0;
            off_bdw += (by_bdw / left - 1.0).abs() / 8.0;
        }
    }
    println!("  Mean error over the eight held back: sBG {:.1} %, BdW {:.1} %.", 100.0 * off_sbg, 100.0 * off_bdw);
    Ok(())
}

/// Payments still to come of a subscriber who is up for renewal, and what one percent more retention adds to them.
fn print_worth(model: &Bdw) -> Outcome<()> {
    let rate = DiscountRate::effective_annual(0.1)?;
    println!("\n  What a subscriber who is up for renewal still pays, in yearly fees at 10 % a year (BdW)\n");
    println!("  renewals made   renews now   fees to come   if all retention rates were 1 % higher");
    for made in 0..5 {
        let process = *model.forecast(&Tenure::new(made, Membership::Active)?).given_alive();
        let fees = process.discounted_residual_lifetime(rate)?;
        let elasticity = process.retention_elasticity_of_mean(rate)?;
        let renews = 100.0 * process.retention_rate(0);
        println!(
            "  {made:>13} {renews:>10.1} % {fees:>14.2}   {elasticity:+.1} %, {:+.2} fees",
            0.01 * elasticity * fees
        );
    }
    let first = newcomer(model);
    let (of_mean, mean) = (first.retention_elasticity_of_mean(rate)?, first.mean_retention_elasticity(rate)?);
    println!(
        "  The average newcomer gains {mean:.1} % from one percent of retention, but the revenue of all of them grows by"
    );
    println!("  {of_mean:.1} %: most of it comes from the loyal, and they gain most.");
    Ok(())
}
