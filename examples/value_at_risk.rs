//! Who pays back a campaign, and how surely: the whole distribution of value behind an expected one.
//!
//! Three customers of a shop like the CD shop CDNOW, with the published parameters of its purchases and spend (Fader,
//! Hardie and Lee 2005). The customers and the campaign are invented.

use std::error::Error;

use customer_value::{
    BetaGeometricParams, BgNbd, CountModel, Currency, ExpectedMoney, GammaGamma, GammaGammaParams, Horizon, Margin,
    Money, Probability, PurchaseHistory, Span, SpendHistory, UndiscountedValue,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the campaign costs a customer, in cents.
const COST: i64 = 500;
/// How sure the shop wants to be that a customer pays it back.
const SURE: f64 = 0.9;
const MARGIN: f64 = 0.3;

struct Customer {
    description: &'static str,
    purchases: PurchaseHistory,
    paid: SpendHistory,
}

fn main() -> Outcome<()> {
    let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
    let v = ExpectedMoney::new(15.44, Currency::USD)?;
    let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v })?;
    let year = Span::weeks(52.0)?;
    let cost = ExpectedMoney::from(Money::from_minor(COST, Currency::USD));

    println!("What three customers are worth over the next 52 weeks: USD, margin 30 %, not discounted\n");
    println!("                             next      P(no                              worst  P(covers    expected");
    println!("                          purchase  purchase)    mean   median   90 %     half  {cost})       loss");
    let mut clear = Vec::new();
    for Customer { description, purchases, paid } in customers()? {
        let forecast = model.forecast(&purchases);
        let value = UndiscountedValue::new(&forecast, &spend.forecast(&paid)?, year, Margin::new(MARGIN)?)?;
        let next = forecast.next_purchase(Horizon::Within(year)).and_then(|next| next.median());
        let covers = value.probability_above(cost)?.get();
        println!(
            "  {description:<22} {:>6.1} wk {:>9.3} {:>8.2} {:>8.2} {:>6.2} {:>8.2} {covers:>9.3} {:>11.2}",
            next.map_or(f64::NAN, Span::as_weeks),
            value.probability_of_nothing().get(),
            value.mean()?.amount(),
            value.quantile(Probability::new(0.5)?)?.amount(),
            value.quantile(Probability::new(0.9)?)?.amount(),
            value.expected_shortfall(Probability::new(0.5)?)?.amount(),
            value.expected_loss(cost)?.amount(),
        );
        if covers >= SURE {
            clear.push(description);
        }
    }
    println!("\n  next purchase: median time, given that there is one within the 52 weeks");
    println!(
        "  worst half: the mean of the lower half of all values; expected loss: the mean of what is missing to the cost"
    );
    let verdict = if clear.is_empty() { "nobody".to_owned() } else { clear.join(", ") };
    println!("\n  Pays back {cost} with a probability of {:.0} % or more: {verdict}.", 100.0 * SURE);
    println!(
        "  A mean above the cost is no surety: a few large values can make it, and nothing at all be the likeliest."
    );
    Ok(())
}

fn customers() -> Outcome<[Customer; 3]> {
    let customer = |description, repeats, recency, mean| -> Outcome<Customer> {
        Ok(Customer {
            description,
            purchases: PurchaseHistory::new(repeats, Span::weeks(recency)?, Span::weeks(38.86)?)?,
            paid: SpendHistory::from_mean(repeats, Money::from_minor(mean, Currency::USD))?,
        })
    };
    Ok([
        customer("bought once", 0, 0.0, 0)?,
        customer("came back twice", 2, 30.43, 2_235)?,
        customer("a regular, here lately", 14, 38.0, 4_120)?,
    ])
}
