use rust_decimal::RoundingStrategy;

use super::Generator;
use crate::{
    interaction::Interaction,
    lifetime::{CountModel, GammaGamma},
    parallel,
    units::{ExpectedMoney, MoneyError, Seed, Span, Timestamp},
};

/// When simulated customers are won, and until when they are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SimulationWindow {
    /// The earliest first purchase.
    pub start: Timestamp,
    /// How long customers are won from then on, evenly; [`Span::ZERO`] wins all at once.
    pub winning: Span,
    /// The first instant that is no longer watched: for an [`InteractionLog`](crate::InteractionLog) the midnight that
    /// ends the day of the cut.
    pub end: Timestamp,
}

/// The purchases of `customers` drawn from a model of purchases and one of spend: rows to make a log of, customer by
/// customer and in order of time.
///
/// Times are continuous, down to the nanosecond, and those of [`simulate`](super::simulate) with the same seed: a
/// customer watched for the same time has the same history. Purchases of one customer within a nanosecond are one.
/// Amounts, that of the first purchase included, are rounded to whole minor units, half to even: one of less than half
/// a minor unit becomes zero. Customers won at the end of the window or later leave no row. The i-th customer depends on
/// the seed, the window and i alone.
///
/// # Errors
///
/// [`MoneyError`] when an amount is too large for a decimal, as spend with a very small q can be.
///
/// # Examples
///
/// ```
/// use customer_value::{
///     BetaGeometricParams, BgNbd, Currency, Day, ExpectedMoney, FirstSeen, GammaGamma, GammaGammaParams, Granularity,
///     InteractionLog, Seed, SimulationWindow, Span, Timestamp, Window, simulate_interactions,
/// };
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let spend = GammaGamma::new(GammaGammaParams { p: 6.25, q: 3.74, v: ExpectedMoney::new(15.44, Currency::USD)? })?;
/// let (first, last) = (Day::new(1997, 1, 1)?, Day::new(1997, 9, 30)?);
/// let window = SimulationWindow {
///     start: Timestamp::from_seconds(852_076_800)?, // 1997-01-01
///     winning: Span::weeks(12.0)?,
///     end: Timestamp::from_seconds(875_664_000)?, // 1997-10-01
/// };
/// let rows = simulate_interactions(&model, &spend, &window, 500, Seed::new(4))?;
/// let log = InteractionLog::builder(Window::new(first, last, FirstSeen::IsNew)?, Granularity::Instant)
///     .extend(rows)
///     .build()?;
/// assert_eq!(log.cohort(last)?.len(), 500);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn simulate_interactions<M: CountModel>(
    model: &M,
    spend: &GammaGamma,
    window: &SimulationWindow,
    customers: u32,
    seed: Seed,
) -> Result<Vec<Interaction<u32>>, MoneyError> {
    let indices: Vec<u32> = (0..customers).collect();
    let rows = parallel::map(&indices, |&index| customer(model, spend, window, index, seed));
    let rows: Vec<Vec<_>> = rows.into_iter().collect::<Result<_, _>>()?;
    Ok(rows.into_iter().flatten().collect())
}

const NANOSECONDS_A_DAY: f64 = 86_400e9;

/// The rows of one customer. What it spends and when it is won have a source of randomness of their own, so that its
/// purchases are those of [`simulate`](super::simulate), and a longer window only adds to them.
fn customer<M: CountModel>(
    model: &M,
    spend: &GammaGamma,
    window: &SimulationWindow,
    index: u32,
    seed: Seed,
) -> Result<Vec<Interaction<u32>>, MoneyError> {
    let (mut rng, mut own) = (Generator::new(seed, index), Generator::beside(seed, index));
    let end = window.end.as_nanoseconds();
    let first = later(window.start.as_nanoseconds(), own.uniform() * window.winning.as_days());
    let mut ticks = Vec::new();
    if first < end {
        ticks.push(first);
        let until = end.saturating_sub(first) as f64 / NANOSECONDS_A_DAY;
        model.draw(&mut rng).purchases(until, &mut rng, |time| ticks.push(later(first, time)));
    }
    ticks.dedup();
    let pay = spend.draw(&mut own);
    let row = |tick| {
        let amount = ExpectedMoney::new(pay(1, &mut own), spend.params().v.currency())?;
        let amount = amount.to_money(RoundingStrategy::MidpointNearestEven)?;
        Ok(Interaction::purchase(index, Timestamp::from_nanoseconds(tick), amount))
    };
    ticks.into_iter().filter(|tick| *tick < end).map(row).collect()
}

/// The tick so many days later, rounded down; the last there is where it lies beyond.
#[expect(clippy::cast_possible_truncation, reason = "a cast of floats ends at the last integer, as it should")]
fn later(tick: i64, days: f64) -> i64 {
    tick.saturating_add((days * NANOSECONDS_A_DAY) as i64)
}
