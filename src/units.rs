//! Quantities that cannot be mixed up: money, time, rates, probabilities, weights.
//!
//! Each is checked once, in its constructor; after that the type is the proof.

mod civil;
mod convert;
mod currency;
mod interval;
mod money;
mod probability;
mod rate;
mod seed;
mod span;
mod timestamp;
mod weights;

use std::fmt::{self, Write as _};

pub(crate) use civil::{Civil, whole_months};
pub use currency::Currency;
pub use interval::Interval;
pub(crate) use money::same_currency;
pub use money::{ExpectedMoney, Money, MoneyError};
pub use probability::{Margin, Probability};
pub use rate::{Compounding, DiscountRate, Horizon};
pub use seed::Seed;
pub use span::{Span, TimeUnit};
pub use timestamp::{DateError, Day, Moment, Timestamp, Zone};
pub use weights::{Weights, WeightsError};

/// A number outside the range of its quantity.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{quantity} is {value}, expected {}", range(*.low, *.high))]
pub struct UnitError {
    /// The quantity that was to be made.
    pub quantity: &'static str,
    /// The number given.
    pub value: f64,
    /// The least legal number; the most negative finite number where there is no bound.
    pub low: f64,
    /// The greatest legal number; the largest finite number where there is no bound.
    pub high: f64,
}

fn range(low: f64, high: f64) -> String {
    match (low > f64::MIN, high < f64::MAX) {
        (true, true) => format!("a number from {low} to {high}"),
        (true, false) => format!("a finite number from {low} up"),
        (false, true) => format!("a finite number up to {high}"),
        (false, false) => "a finite number".into(),
    }
}

/// Writes a text in the width asked for. A precision, which `Formatter::pad` would take for the most signs of a text, has
/// been used for decimals.
pub(crate) fn pad(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let lack = f.width().map_or(0, |width| width.saturating_sub(text.chars().count()));
    let before = match f.align() {
        Some(fmt::Alignment::Right) => lack,
        Some(fmt::Alignment::Center) => lack / 2,
        Some(fmt::Alignment::Left) | None => 0,
    };
    let fill = f.fill();
    (0..before).try_for_each(|_| f.write_char(fill))?;
    f.write_str(text)?;
    (before..lack).try_for_each(|_| f.write_char(fill))
}

/// The value, if it lies in the closed range; NaN lies in none.
pub(crate) fn in_range(quantity: &'static str, value: f64, low: f64, high: f64) -> Result<f64, UnitError> {
    if (low..=high).contains(&value) { Ok(value) } else { Err(UnitError { quantity, value, low, high }) }
}
