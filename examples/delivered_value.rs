//! Two car dealers' offers to one buyer, and then the customers of a dealer seen from both sides.
//!
//! All perceptions are invented: nobody publishes real ones. The customers of the last table are simulated.

use std::error::Error;

use customer_value::delivered::{
    Alternative, Axes, Axis, BenefitMatrix, BenefitSource, ChoiceSet, CostKind, Costs, Delivered, Effort, Sources,
    ValueVector,
};
use customer_value::segment::{GridCut, Sides, TwoSidedGrid};
use customer_value::{Currency, ExpectedMoney, Money, Probability, Seed, ShadowPrices, Span};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How sharply this buyer tells amounts apart: 1,000 EUR more make an offer e times as likely.
const UTILS_PER_EURO: f64 = 0.001;
/// What keeping the old car delivers, net.
const OLD_CAR: f64 = 3_500.0;

#[derive(Clone)]
struct Offer {
    dealer: &'static str,
    benefits: BenefitMatrix,
    price_in_cents: i64,
    effort: Effort,
}

fn main() -> Outcome<()> {
    let offers = [dealer_a()?, dealer_b()?];
    let delivered = [offers[0].delivered()?, offers[1].delivered()?];
    print_benefits(&offers);
    print_costs(&offers, &delivered);
    print_vectors(&offers, &delivered)?;
    print_choice(&offers, &delivered)?;
    print_levers(&offers, &delivered)?;
    print_grid(Seed::new(2026))
}

/// The lower price, farther away.
fn dealer_a() -> Outcome<Offer> {
    let cells = Sources {
        product: [14_000.0, 12_000.0, 4_500.0].into(),
        service: [600.0, 900.0, 200.0].into(),
        people: [0.0, 300.0, 400.0].into(),
        image: [500.0, 0.0, 1_200.0].into(),
    };
    let effort = Effort { time: Span::hours(14.0)?, energy: 6.0, psychic: 8.0, relationship: 1.0 };
    let benefits = BenefitMatrix::new(cells, Currency::EUR)?;
    Ok(Offer { dealer: "Dealer A", benefits, price_in_cents: 2_890_000, effort })
}

/// The better service, at a price.
fn dealer_b() -> Outcome<Offer> {
    let cells = Sources {
        product: [13_800.0, 12_000.0, 5_200.0].into(),
        service: [1_500.0, 2_300.0, 900.0].into(),
        people: [0.0, 700.0, 1_100.0].into(),
        image: [300.0, 0.0, 900.0].into(),
    };
    let effort = Effort { time: Span::hours(8.0)?, energy: 3.0, psychic: 3.0, relationship: 3.0 };
    let benefits = BenefitMatrix::new(cells, Currency::EUR)?;
    Ok(Offer { dealer: "Dealer B", benefits, price_in_cents: 3_320_000, effort })
}

/// What this buyer would pay to be spared an hour, or a unit of effort.
fn shadow_prices() -> ShadowPrices {
    let euros = |major: i64| Some(Money::from_minor(100 * major, Currency::EUR));
    ShadowPrices { time: euros(35), energy: euros(20), psychic: euros(45), relationship: euros(50) }
}

impl Offer {
    fn delivered(&self) -> Outcome<Delivered> {
        let costs = Costs::new(Money::from_minor(self.price_in_cents, Currency::EUR), self.effort)?;
        Ok(Delivered::new(self.benefits, costs.components(&shadow_prices())?.priced()?)?)
    }

    /// The offer with one percent more from a source.
    fn with_more(&self, source: BenefitSource) -> Outcome<Self> {
        let mut benefits = self.benefits;
        for axis in Axis::ALL {
            benefits = benefits.plus(source, axis, self.benefits.cell(source, axis).checked_mul(0.01)?)?;
        }
        Ok(Self { benefits, ..self.clone() })
    }

    /// The offer with one percent less of a cost.
    fn with_less(&self, kind: CostKind) -> Outcome<Self> {
        let mut offer = self.clone();
        match kind {
            CostKind::Monetary => offer.price_in_cents -= self.price_in_cents / 100,
            CostKind::Time => offer.effort.time = Span::days(0.99 * self.effort.time.as_days())?,
            CostKind::Energy => offer.effort.energy *= 0.99,
            CostKind::Psychic => offer.effort.psychic *= 0.99,
            CostKind::Relationship => offer.effort.relationship *= 0.99,
        }
        Ok(offer)
    }
}

fn choice(delivered: &[Delivered]) -> Outcome<ChoiceSet> {
    Ok(ChoiceSet::by_net(delivered, UTILS_PER_EURO)?.with_outside(UTILS_PER_EURO * OLD_CAR)?)
}

fn print_benefits(offers: &[Offer]) {
    println!("What the offers give (EUR, as this buyer perceives it)\n");
    for Offer { dealer, benefits, .. } in offers {
        println!("{dealer:<12}{:>12}{:>12}{:>15}{:>12}", "economic", "functional", "psychological", "sum");
        for source in BenefitSource::ALL {
            let [x, y, z] = Axis::ALL.map(|axis| benefits.cell(source, axis).amount());
            let sum = benefits.source(source).amount();
            println!("  {:<10}{x:>12.0}{y:>12.0}{z:>15.0}{sum:>12.0}", format!("{source:?}"));
        }
        let Axes { economic, functional, psychological } = benefits.vector().axes();
        let total = benefits.total().amount();
        println!("  {:<10}{economic:>12.0}{functional:>12.0}{psychological:>15.0}{total:>12.0}\n", "sum");
    }
}

fn print_costs(offers: &[Offer], delivered: &[Delivered]) {
    println!("What they take, and what is left (EUR; effort at the buyer's shadow prices)\n");
    let row = |name: &str, of: &dyn Fn(&Delivered) -> f64| {
        println!("  {name:<22}{:>12.0}{:>12.0}", of(&delivered[0]), of(&delivered[1]));
    };
    println!("  {:<22}{:>12}{:>12}", "", offers[0].dealer, offers[1].dealer);
    row("benefits", &|offer| offer.benefits().total().amount());
    for kind in CostKind::ALL {
        row(&format!("− {kind:?}"), &|offer| offer.costs().of(kind).amount());
    }
    row("= net value", &|offer| offer.net().amount());
    let ratio = |offer: &Delivered| offer.ratio().map_or("–".into(), |ratio| format!("{ratio:.4}"));
    println!("  {:<22}{:>12}{:>12}", "benefit / cost", ratio(&delivered[0]), ratio(&delivered[1]));
    let ahead =
        |score: &dyn Fn(&Delivered) -> f64| offers[usize::from(score(&delivered[1]) > score(&delivered[0]))].dealer;
    let (by_net, by_ratio) = (ahead(&|offer| offer.net().amount()), ahead(&|offer| offer.ratio().unwrap_or(0.0)));
    println!("\n  {by_net} leaves more, {by_ratio} gives more for each euro: difference and ratio can disagree.\n");
}

fn print_vectors(offers: &[Offer], delivered: &[Delivered]) -> Outcome<()> {
    println!("Which kind of value it is (benefits; angles with the three axes, in degrees)\n");
    println!("  {:<10}{:>11}{:>11}{:>12}{:>15}", "", "length EUR", "economic", "functional", "psychological");
    let vectors: Vec<ValueVector> = delivered.iter().map(|offer| offer.benefits().vector()).collect();
    let ideal = ValueVector::new([15_000.0, 15_000.0, 9_000.0], Currency::EUR)?;
    for (name, vector) in offers.iter().map(|offer| offer.dealer).zip(&vectors).chain([("ideal", &ideal)]) {
        let Axes { economic, functional, psychological } = vector.direction().ok_or("no value at all")?.degrees();
        let length = vector.magnitude();
        println!("  {name:<10}{length:>11.0}{economic:>10.1}°{functional:>11.1}°{psychological:>14.1}°");
    }
    println!("\n  {:<10}{:>12}{:>17}{:>12}{:>15}", "to ideal", "angle", "attained", "waste EUR", "shortfall EUR");
    for (offer, vector) in offers.iter().zip(&vectors) {
        let fit = vector.against(&ideal)?;
        let (angle, attained) = (fit.degrees.unwrap_or(0.0), 100.0 * fit.attainment);
        println!("  {:<10}{angle:>11.1}°{attained:>15.1} %{:>12.0}{:>15.0}", offer.dealer, fit.waste, fit.shortfall);
    }
    let verdict = match vectors[1].dominance(&vectors[0])? {
        None => "each gives more on some axis",
        Some(order) if order.is_gt() => "B gives at least as much on every axis",
        Some(_) => "B gives more on no axis",
    };
    println!("\n  A and B are {:.0} EUR apart; {verdict}.\n", vectors[0].distance(&vectors[1])?);
    Ok(())
}

fn print_choice(offers: &[Offer], delivered: &[Delivered]) -> Outcome<()> {
    let choice = choice(delivered)?;
    let shares = choice.shares();
    println!("Who is chosen (logit, 1 util = 1,000 EUR; keeping the old car is worth {OLD_CAR:.0} EUR)\n");
    for (offer, share) in offers.iter().zip(&shares.offers) {
        println!("  {:<14}{:>6.1} %", offer.dealer, 100.0 * share.get());
    }
    println!("  {:<14}{:>6.1} %", "neither", 100.0 * shares.outside.map_or(0.0, Probability::get));
    let best = match choice.best() {
        Alternative::Offer(offer) => offers[offer].dealer,
        Alternative::Outside => "the old car",
    };
    println!("\n  Best by net value: {best}. The choice as a whole is worth {:.3} utils.\n", choice.logsum());
    Ok(())
}

fn print_levers(offers: &[Offer], delivered: &[Delivered]) -> Outcome<()> {
    let before = choice(delivered)?;
    println!("Levers of Dealer A: one percent more of a benefit, one percent less of a cost\n");
    println!("  {:<24}{:>12}{:>16}{:>14}", "lever", "net, EUR", "share, points", "elasticity");
    let row = |name: String, offer: &Offer, amount: ExpectedMoney, slope: f64| -> Outcome<()> {
        let changed = [offer.delivered()?, delivered[1]];
        let net = changed[0].net().checked_sub(delivered[0].net())?.amount();
        let share = |set: &ChoiceSet| 100.0 * set.shares().offers[0].get();
        let points = share(&choice(&changed)?) - share(&before);
        let own = Alternative::Offer(0);
        let elasticity = before.elasticity(own, own, slope, amount.amount())?;
        println!("  {name:<24}{net:>+12.2}{points:>+16.3}{elasticity:>+14.3}");
        Ok(())
    };
    for source in BenefitSource::ALL {
        let amount = delivered[0].source(source);
        row(format!("{source:?} +1 %"), &offers[0].with_more(source)?, amount, UTILS_PER_EURO)?;
    }
    for kind in CostKind::ALL {
        let amount = delivered[0].costs().of(kind);
        row(format!("{kind:?} −1 %"), &offers[0].with_less(kind)?, amount, -UTILS_PER_EURO)?;
    }
    println!("\n  Elasticity: by how many percent the share moves when that benefit or cost grows by 1 %.\n");
    Ok(())
}

fn print_grid(seed: Seed) -> Outcome<()> {
    let (worth, delivered) = simulated_customers(seed, 1_000);
    let cuts = Sides { worth: GridCut::Quantile(Probability::new(0.8)?), delivered: GridCut::At(OLD_CAR) };
    let grid = TwoSidedGrid::new(Sides { worth: &worth, delivered: &delivered }, cuts)?;
    let segments = grid.segmentation();
    let (totals, shares) = (segments.totals(&worth)?, segments.shares(&worth)?);
    let given = segments.totals(&delivered)?;
    println!("Both sides at once: 1,000 SIMULATED customers of a dealer (EUR)");
    println!("High worth from {:.0} (the best fifth), high delivered value from {OLD_CAR:.0}\n", grid.cuts().worth);
    println!("  {:<14}{:>11}{:>13}{:>17}{:>17}", "", "customers", "mean worth", "share of worth", "mean delivered");
    for (segment, (label, size)) in segments.labels().iter().zip(segments.sizes()).enumerate() {
        let mean = |total: f64| if size == 0 { 0.0 } else { total / size as f64 };
        let (worth, share, delivered) = (mean(totals[segment]), 100.0 * shares[segment], mean(given[segment]));
        println!("  {label:<14}{size:>11}{worth:>13.0}{share:>15.1} %{delivered:>17.0}");
    }
    println!("\n  Vulnerable customers earn the firm much and get little: a rival can have them.");
    Ok(())
}

/// Worth (log-normal) and delivered value (normal, loosely tied to worth) of invented customers.
fn simulated_customers(seed: Seed, count: usize) -> (Vec<f64>, Vec<f64>) {
    let mut state = seed.get();
    let customer = |_| {
        let (common, own, other) = (normal(&mut state), normal(&mut state), normal(&mut state));
        ((7.0 + 0.6 * common + 0.8 * own).exp(), 4_000.0 + 800.0 * common + 1_400.0 * other)
    };
    (0..count).map(customer).unzip()
}

/// A standard normal number: twelve uniform ones less six, near enough for an example.
fn normal(state: &mut u64) -> f64 {
    (0..12).map(|_| uniform(state)).sum::<f64>() - 6.0
}

/// The next number in [0, 1) of the SplitMix64 generator.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
