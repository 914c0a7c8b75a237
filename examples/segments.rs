//! Who the customers are: the CD shop CDNOW in named segments and tiers, where they moved in half a year, and why one of
//! them stands where they stand.
//!
//! Data: 6,919 purchases of the 2,357 customers in the 1/10 sample of CDNOW who first bought in January to March
//! 1997, made public by P. Fader and B. Hardie; the copy in `data/` is that of the PyPI package Lifetimes (MIT).

use std::error::Error;

use customer_value::segment::{
    Concentration, Cuts, EmptyRow, KMeans, Measures, Migration, Pyramid, QuantileRule, Rfm, RfmCuts, RfmMeasure,
    RfmMeasures, RowEstimate, Scheme, Segmentation, Silhouette, Target,
};
use customer_value::{
    Currency, Day, FirstSeen, Granularity, Interaction, InteractionLog, Money, Probability, Seed, Span, TimeUnit,
    Weights, Window,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let (new_year, summer) = (Day::new(1997, 12, 31)?, Day::new(1998, 6, 30)?);
    let log = purchases(summer)?;
    let (before, after) = (log.cohort(new_year)?, log.cohort(summer)?);
    println!("CDNOW: {} customers won in January to March 1997", before.len());

    let measures = RfmMeasures::from_cohort(&before)?;
    let cuts = cuts(&measures)?;
    let rfm = measures.score(cuts.clone());
    let scheme = Scheme::eleven();
    let segments = rfm.named(&scheme)?;
    print_segments(&segments, &measures, &cuts)?;
    print_pyramid(&measures)?;
    print_clusters(&measures)?;

    // The same customers half a year later, by the cuts of New Year: whoever moved has changed, not the line.
    let later = RfmMeasures::from_cohort(&after)?.score(cuts).named(&scheme)?;
    print_migration(&segments, &later)?;
    print_silence(&measures, &RfmMeasures::from_cohort(&after)?)?;
    print_customer(before.ids(), &measures, &rfm, &scheme, &segments)
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

/// Quintiles where customers differ; quintiles of frequency would collapse, for more than half have bought once.
fn cuts(measures: &RfmMeasures) -> Outcome<RfmCuts> {
    let quintiles = RfmCuts::quantiles(measures, 5, QuantileRule::default())?;
    let lost = quintiles.frequency.collapsed();
    println!(
        "Of five classes of frequency {lost} would be lost to ties, so frequency is cut at 2, 3, 4 and 6 purchases."
    );
    Ok(RfmCuts { frequency: Cuts::fixed([2.0, 3.0, 4.0, 6.0])?, ..quintiles })
}

fn print_segments(segments: &Segmentation, measures: &RfmMeasures, cuts: &RfmCuts) -> Outcome<()> {
    let read =
        |measure| cuts.of(measure).as_slice().iter().map(|cut| format!("{cut:.2}")).collect::<Vec<_>>().join(", ");
    println!("\nRFM at New Year 1998; a value on a cut belongs above it");
    println!("  days since the last purchase, cut at {}", read(RfmMeasure::Recency));
    println!("  purchases, cut at {}", read(RfmMeasure::Frequency));
    println!("  spend in USD, cut at {}\n", read(RfmMeasure::Monetary));
    println!("  segment             customers   spend USD   share of spend");
    let spend = measures.of(RfmMeasure::Monetary);
    let (sizes, totals, shares) = (segments.sizes(), segments.totals(spend)?, segments.shares(spend)?);
    for (segment, label) in segments.labels().iter().enumerate() {
        println!("  {label:<18} {:>10} {:>11.0} {:>14.1} %", sizes[segment], totals[segment], 100.0 * shares[segment]);
    }
    println!(
        "  Nobody is new: all were won nine months ago and more, so that by quintiles a silence of 300 days is middling."
    );
    Ok(())
}

fn print_pyramid(measures: &RfmMeasures) -> Outcome<()> {
    // A margin of 30 %, less 10 USD a customer for catalogues and service.
    let profit: Vec<f64> = measures.of(RfmMeasure::Monetary).iter().map(|spend| 0.3 * spend - 10.0).collect();
    let tiers = Pyramid::default().tiers(&profit)?;
    println!("\nPyramid of profit (30 % of spend less 10 USD each)\n");
    println!("  tier        customers   from USD   share of profit");
    let (sizes, shares) = (tiers.segmentation().sizes(), tiers.segmentation().shares(&profit)?);
    for (tier, label) in tiers.segmentation().labels().iter().enumerate() {
        let from = tiers.thresholds().get(tier).map_or("–".into(), |threshold| format!("{threshold:.2}"));
        println!("  {label:<10} {:>10} {from:>10} {:>15.1} %", sizes[tier], 100.0 * shares[tier]);
    }
    let spread = Concentration::new(&profit)?;
    println!("\nWhale curve: the best customers and what they bring of all profit\n");
    for percent in [1, 5, 10, 20, 40, 60, 80, 100] {
        let share = spread.top_share(Probability::new(f64::from(percent) / 100.0)?)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bar of some tens of signs")]
        let bar = "▇".repeat((25.0 * share).round() as usize);
        println!("  {percent:>4} %  {:>6.1} %  {bar}", 100.0 * share);
    }
    let peak = spread.peak();
    println!(
        "  The best {} customers bring {:.0} USD; the others cost {:.0} of them again. Gini {:.3}.",
        peak.customers,
        peak.amount,
        spread.losses(),
        spread.gini()?
    );
    Ok(())
}

/// Groups that nobody defined, from silence, purchases and spend in logarithms, for each of them spreads over powers of ten.
fn print_clusters(measures: &RfmMeasures) -> Outcome<()> {
    let column = |name, measure| (name, measures.of(measure).iter().map(|value| value.ln_1p()).collect::<Vec<_>>());
    let columns = Measures::new([
        column("days silent", RfmMeasure::Recency),
        column("purchases", RfmMeasure::Frequency),
        column("spend", RfmMeasure::Monetary),
    ])?;
    let fit = KMeans::new(Seed::new(1)).fit(&columns, 4)?;
    let silhouette = Silhouette::new(&columns, fit.segmentation(), fit.model().scale(), Seed::new(1))?;
    println!("\nFour clusters by k-means on logarithms; silhouette {:.3}\n", silhouette.mean());
    println!("  customers   days silent   purchases   spend, USD");
    for (size, centroid) in fit.segmentation().sizes().iter().zip(fit.model().centroids()) {
        let [days, purchases, spend] = [0, 1, 2].map(|measure| centroid[measure].exp_m1());
        println!("  {size:>9} {days:>13.0} {purchases:>11.1} {spend:>12.2}");
    }
    Ok(())
}

fn print_migration(before: &Segmentation, after: &Segmentation) -> Outcome<()> {
    let migration: Migration = before.migration_to(after)?;
    println!("\nFrom New Year 1998 (rows) to July 1998 (columns, in the same order)\n");
    let count = migration.labels().len();
    for (from, label) in migration.labels().iter().enumerate() {
        let row = (0..count).map(|to| migration.count(from, to).unwrap_or_default());
        let cells: String = row.map(|moved| if moved == 0 { "    ·".into() } else { format!("{moved:>5}") }).collect();
        println!("  {:>2} {label:<17}{cells}", from + 1);
    }
    println!(
        "  {} of {} stayed where they were; adjusted Rand index {:.3}, {:.3} nats of {:.3} apart.",
        migration.stayed(),
        before.len(),
        before.adjusted_rand(after)?,
        before.variation_of_information(after)?,
        (before.len() as f64).ln()
    );
    Ok(())
}

/// Where the moves between classes of silence would lead, if customers went on like this.
fn print_silence(before: &RfmMeasures, after: &RfmMeasures) -> Outcome<()> {
    let silence = Cuts::fixed([91.0, 182.0])?;
    let classes = |measures: &RfmMeasures| {
        silence.partition(["active", "silent a quarter", "silent half a year"], measures.of(RfmMeasure::Recency))
    };
    let migration = classes(before)?.migration_to(&classes(after)?)?;
    let chain = migration.chain(RowEstimate::Observed(EmptyRow::Refuse), Span::new(6.0, TimeUnit::Month)?)?;
    println!("\nChances of half a year: from rows to active, silent a quarter, silent half a year\n");
    for (label, row) in migration.labels().iter().zip(chain.rows()) {
        println!("  {label:<19}{}", percents(row));
    }
    println!("  in the long run    {}", percents(&chain.stationary()?));
    Ok(())
}

fn percents(shares: &Weights) -> String {
    let percents: Vec<String> = shares.as_slice().iter().map(|share| format!("{:>7.1} %", 100.0 * share)).collect();
    percents.concat()
}

/// Of those who may be lost, the one who spent most.
fn print_customer(
    ids: &[u32],
    measures: &RfmMeasures,
    rfm: &Rfm,
    scheme: &Scheme,
    segments: &Segmentation,
) -> Outcome<()> {
    let risky = segments.position("can't lose").ok_or("no such segment")?;
    let spend = measures.of(RfmMeasure::Monetary);
    let most = segments.members(risky).max_by(|&one, &other| spend[one].total_cmp(&spend[other]));
    let customer = most.ok_or("nobody is in it")?;
    let why = rfm.explain(measures, customer)?;
    println!("\nCustomer {}: {}, score {}\n", ids[customer], scheme.label(why.score).unwrap_or("?"), why.score);
    let named = [("days silent", why.recency), ("purchases", why.frequency), ("spend USD", why.monetary)];
    for (name, place) in named {
        let bound = |cut: Option<f64>, open: &str| cut.map_or(open.into(), |cut| format!("{cut:.2}"));
        let (low, high) = (bound(place.low, "0"), bound(place.high, "∞"));
        println!("  {name:<12} {:>8.2} in [{low}, {high})", place.value);
    }
    let change = rfm.least_change(measures, customer, scheme, |label| ["champions", "loyal"].contains(&label))?;
    let change = change.ok_or("nothing they can do makes them loyal")?;
    println!("  To become {} (score {}):", change.segment, change.to);
    for step in change.changes {
        let target = match step.target {
            Target::AtLeast(value) => format!("{value:.2} or more"),
            Target::Below(value) => format!("less than {value:.2}"),
        };
        println!("    {} of {target}, {:.2} away", step.measure, step.by);
    }
    Ok(())
}
