//! Customer-value modelling, from both sides: what an offer is worth to the customer, what the customer is worth to
//! the firm, and segments of customers by either.
//!
//! A pure library: no I/O, no clock, no global state. The same input gives the same bits on any number of threads.
//!
//! # From purchases to lifetime value
//!
//! ```
//! use customer_value::{
//!     BgNbd, Currency, Day, DiscountRate, FirstSeen, GammaGamma, Granularity, Horizon, Interaction, InteractionLog,
//!     Margin, Mle, Money, Valuation, Window, segment::Pyramid,
//! };
//! # fn main() -> Result<(), customer_value::Error> {
//! # let rows = (0..40_i32).flat_map(|id| {
//! #     (0..=(id * 7) % 9).map(move |n| (format!("c{id}"), id + n * (5 + id % 11), 1_000 + i64::from(id * n % 700)))
//! # });
//! # let start = Day::new(2025, 1, 1)?;
//! # let rows: Vec<(String, Day, Money)> = rows
//! #     .map(|(id, day, cents)| Ok((id, start.plus_days(day)?, Money::from_minor(cents, Currency::EUR))))
//! #     .collect::<Result<_, customer_value::Error>>()?;
//! // Rows in any order: here (id, day, amount).
//! let (first, cut) = (Day::new(2025, 1, 1)?, Day::new(2025, 9, 30)?);
//! let window = Window::new(first, cut, FirstSeen::IsNew)?;
//! let log = InteractionLog::builder(window, Granularity::Day)
//!     .extend(rows.into_iter().map(|(id, day, amount)| Interaction::purchase(id, day, amount)))
//!     .build()?;
//!
//! // What the cut knows of each customer; then the models; then the value of the next twelve months.
//! let cohort = log.cohort(cut)?;
//! let purchases = Mle::default().fit::<BgNbd>(&cohort)?;
//! let spend = Mle::default().fit::<GammaGamma>(&cohort)?;
//! let valuation = Valuation {
//!     horizon: Horizon::months(12, cut)?,
//!     discount: DiscountRate::effective_annual(0.12)?,
//!     margin: Margin::new(0.3)?,
//! };
//! let values = cohort.forecast(purchases.model()).values(&valuation, spend.model())?;
//!
//! // Who is most valuable: tiers over one number a customer.
//! let residual: Vec<f64> = values.iter().map(|value| value.residual.amount()).collect();
//! let tiers = Pyramid::default().tiers(&residual)?;
//! assert_eq!(tiers.segmentation().len(), cohort.len());
//! # Ok(())
//! # }
//! ```
//!
//! # Which type when
//!
//! | you have | take | and get |
//! | --- | --- | --- |
//! | purchases, refunds and other events of customers | [`Interaction`] → [`InteractionLog::builder`] | a log that proves every row was checked |
//! | a log and a day | [`InteractionLog::cohort`], [`InteractionLog::split`] | a [`Cohort`]; with its holdout |
//! | millions of purchases as columns | [`Cohort::from_columns`] | a [`Cohort`] |
//! | (x, t_x, T) from another program | [`Cohort::from_summaries`], or [`PurchaseHistory::new`] for one | a [`Cohort`]; a history |
//! | counts of equal histories from a query engine | [`Patterns::from_counts`] | data to fit |
//! | a cohort | [`Mle::fit`] | a [`Fit`] of [`BgNbd`], [`MbgNbd`], [`Nbd`] or [`GammaGamma`] |
//! | published parameters | [`BgNbd::new`] and its like | a model, as good as a fitted one |
//! | a model and a history | [`CountModel::forecast`] | a [`Forecast`] of one customer |
//! | a model and a cohort | [`Cohort::forecast`] | a [`CohortForecast`]: columns of the same numbers |
//! | forecasts of purchases and spend | [`Valuation`] | a [`LifetimeValue`] with its parts, or its path by period |
//! | an offer and what it asks of the buyer | [`delivered::Delivered`] | net value, ratio, [`delivered::ValueVector`] |
//! | several offers | [`delivered::ChoiceSet`] | who is chosen, with which probability |
//! | one number a customer | [`segment::Pyramid`], [`segment::Concentration`] | tiers; Lorenz curve, Gini |
//! | a cohort | [`segment::RfmMeasures`] | RFM scores with the cuts that made them |
//! | a number from each side | [`segment::TwoSidedGrid`] | stars, vulnerable, free riders, lost causes |
//!
//! Which count model: see [`lifetime`].
//!
//! # Cookbook
//!
//! * **P(alive) is 1 for everybody who bought once.** In BG/NBD nobody leaves before the second purchase. Take
//!   [`MbgNbd`], or look at [`Forecast::probability_active`].
//! * **A newcomer** is the history [`PurchaseHistory::acquired`]; the value leaves the acquiring purchase out, see
//!   [`LifetimeValue::including_acquiring_purchase`].
//! * **A customer buys now, or a week passes:** [`PurchaseHistory::with_purchase`], [`PurchaseHistory::after_silence`];
//!   nothing is fitted or summarized again.
//! * **The log began after the business did:** then "first seen" is not "first purchase"; state a run-in with
//!   [`FirstSeen::IsNewAfter`].
//! * **Discount rates of papers** are often per week and continuous: `DiscountRate::continuous(0.0027, TimeUnit::Week)`.
//! * **Values by month:** [`Valuation::path`] over [`Day::month_ends`].
//! * **The log-likelihood differs from that of another program:** ask for its unit, [`Fit::log_likelihood`].
//!
//! # Words
//!
//! `repeats` (x, "frequency") are purchases after the first; `recency` (t_x) runs from the first purchase to the last;
//! `age` (T) from the first purchase to the cut; `time_since_last` is T − t_x, which RFM calls recency. *Residual* value
//! is still to come, *realised* value is past, *total* is both.
//!
//! # Features
//!
//! None by default. `serde`: values serialize, and reading runs the checks of `new`. `rayon`: cohorts on all threads,
//! with the same bits. `jiff`, `chrono`, `time`: conversions of days and instants.
//!
//! # What is missing
//!
//! Pareto/NBD and the other count models, contracts, intervals and distributions of predictions, covariates, the
//! exchange between both sides, the evaluation index. No exchange rates: a log has one currency.
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

/// The README's example, compiled and run with the other documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

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
