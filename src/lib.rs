//! Customer-value modelling, from both sides.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

mod cohort;
mod error;
mod fit;
pub mod lifetime;
mod math;
mod parallel;
mod units;

pub use cohort::{
    Cohort, CustomerSummary, HistoryError, Pattern, Patterns, PurchaseHistory, SpendHistory, SummaryError, SummaryRow,
    SummaryRowError,
};
pub use error::Error;
pub use fit::{Certificate, Estimate, Fit, FitError, Mle, Verdict};
pub use lifetime::{
    BetaGeometricParams, BgNbd, CohortForecast, CountModel, Forecast, ForecastError, GammaGamma, GammaGammaParams,
    LifetimeValue, MbgNbd, Nbd, NbdParams, ParameterError, SpendError, SpendForecast, Timing, Valuation,
    ValuationError, simulate,
};
pub use units::{
    Compounding, Currency, DateError, Day, DiscountRate, ExpectedMoney, Horizon, Margin, Moment, Money, MoneyError,
    Probability, Seed, Span, TimeUnit, Timestamp, UnitError, Weights, WeightsError, Zone,
};
