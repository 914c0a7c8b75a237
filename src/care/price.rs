mod quote;
mod season;
mod tariff;
mod terms;
mod volume;

pub use quote::{PriceLine, Quote, RuleOutcome};
pub use season::{MonthDay, Season};
pub use tariff::{Order, PriceBase, PriceChange, PriceList, PriceRule, When};
pub use terms::{PaymentTerms, YearOfDays};
pub use volume::{Dominated, VolumeBand, VolumeDiscount, VolumePrices};

use rust_decimal::Decimal;

use crate::units::{MoneyError, UnitError};

/// Why there is no price.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PriceError {
    /// Two currencies met, or an amount is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// There is no band, or the first does not begin with nothing.
    #[error("the first band begins at {from:?}, expected 0")]
    FirstBand {
        /// Where it begins; `None` when there is none.
        from: Option<Decimal>,
    },
    /// A band overlaps the one before: it does not begin after that one.
    #[error("band {band} (from 0) begins at {from}, expected more than {previous}")]
    BandOrder {
        /// Position of the band.
        band: usize,
        /// Where it begins.
        from: Decimal,
        /// Where the one before it begins.
        previous: Decimal,
    },
    /// A price is below zero.
    #[error("{name:?} is {amount}, expected no less than nothing")]
    Negative {
        /// What is priced.
        name: String,
        /// What was given, or what a rule left.
        amount: crate::units::Money,
    },
    /// A quantity is below zero.
    #[error("quantity is {quantity}, expected 0 or more")]
    Quantity {
        /// What was given.
        quantity: Decimal,
    },
    /// Two lines of a price have one name.
    #[error("two lines of a price are called {name:?}")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A rule asks for what the order does not say.
    #[error("rule {rule:?} needs the {needed} of the order")]
    Missing {
        /// The rule.
        rule: String,
        /// What it needs.
        needed: &'static str,
    },
    /// No year has such a day.
    #[error("no year has a day {day} of month {month}")]
    NoSuchDay {
        /// The month, from 1.
        month: u8,
        /// The day, from 1.
        day: u8,
    },
    /// A discount for early payment that is none, or is everything.
    #[error("discount is {discount}, expected more than 0 and less than 1")]
    Discount {
        /// What was given.
        discount: Decimal,
    },
    /// Who pays early pays no earlier than others.
    #[error("payment within {within} days instead of {net}, expected fewer")]
    Days {
        /// Days in which the discount is given.
        within: u32,
        /// Days after which all is due.
        net: u32,
    },
    /// A result is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
    },
}
