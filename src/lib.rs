//! Customer-value modelling, from both sides.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

mod cohort;
pub mod customer;
pub mod delivered;
mod error;
pub mod segment;
mod units;

pub use cohort::{
    Cohort, CustomerSummary, HistoryError, PurchaseHistory, SpendHistory, SummaryError, SummaryRow, SummaryRowError,
};
pub use error::Error;
pub use units::{
    Compounding, Currency, DateError, Day, DiscountRate, ExpectedMoney, Horizon, Margin, Moment, Money, MoneyError,
    Probability, Seed, Span, TimeUnit, Timestamp, UnitError, Weights, WeightsError, Zone,
};
