//! Customer-value modelling, from both sides.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

mod cohort;
mod customer;
pub mod delivered;
mod error;
mod fit;
mod interaction;
pub mod lifetime;
mod math;
mod parallel;
pub mod segment;
mod units;

pub use cohort::{
    Cohort, CohortError, ColumnRowError, Columns, CustomerSummary, HistoryError, Holdout, LeftOut, LeftOutReason,
    Pattern, Patterns, PurchaseHistory, SpendHistory, Split, SummaryError, SummaryRow, SummaryRowError,
};
pub use customer::{
    Acquisition, Customer, CustomerKind, CustomerRowError, Customers, CustomersError, Preferences, Role, ShadowPrices,
};
pub use error::Error;
pub use fit::{Certificate, Estimate, Fit, FitError, Mle, Verdict};
pub use interaction::{
    BadRow, Event, FirstSeen, Granularity, Interaction, InteractionLog, LogBuilder, LogError, RefundPolicy, RowError,
    Window, WindowError,
};
pub use lifetime::{
    BetaGeometricParams, BgNbd, CohortForecast, CountModel, Forecast, ForecastError, GammaGamma, GammaGammaParams,
    LifetimeValue, MbgNbd, Nbd, NbdParams, ParameterError, SpendError, SpendForecast, Timing, Valuation,
    ValuationError, simulate,
};
pub use units::{
    Compounding, Currency, DateError, Day, DiscountRate, ExpectedMoney, Horizon, Margin, Moment, Money, MoneyError,
    Probability, Seed, Span, TimeUnit, Timestamp, UnitError, Weights, WeightsError, Zone,
};
