//! Customer-value modelling, from both sides: what an offer is worth to the customer, what the customer is worth to
//! the firm, and segments of customers by either.
//!
//! A pure library: no I/O, no clock, no global state. The same input gives the same bits on any number of threads.
//!
//! # From purchases to lifetime value
//!
//! ```
//! use customer_value::segment::Pyramid;
//! use customer_value::{
//!     BgNbd, Currency, Day, DiscountRate, FirstSeen, GammaGamma, Granularity, Horizon,
//!     Interaction, InteractionLog, Margin, Mle, Money, Valuation, Window,
//! };
//! # fn main() -> Result<(), customer_value::Error> {
//! # let mut purchases: Vec<(String, Day, Money)> = Vec::new();
//! # for line in std::fs::read_to_string("data/CDNOW_sample.txt").unwrap().lines() {
//! #     let fields: Vec<&str> = line.split_whitespace().collect();
//! #     let number = |range: std::ops::Range<usize>| fields[2][range].parse::<i16>().unwrap();
//! #     let day = Day::new(number(0..4), number(4..6) as i8, number(6..8) as i8)?;
//! #     purchases.push((fields[1].to_owned(), day, Money::parse(fields[4], Currency::USD)?));
//! # }
//!
//! // purchases: Vec<(String, Day, Money)>, in any order. Here those of CDNOW.
//! let (first, cut) = (Day::new(1997, 1, 1)?, Day::new(1997, 9, 30)?);
//! let window = Window::new(first, Day::new(1998, 6, 30)?, FirstSeen::IsNew)?;
//! let rows = purchases.into_iter();
//! let log = InteractionLog::builder(window, Granularity::Day)
//!     .extend(rows.map(|(id, day, amount)| Interaction::purchase(id, day, amount)))
//!     .build()?;
//!
//! // What the cut knows of each customer; then the models.
//! let cohort = log.cohort(cut)?;
//! let purchases = Mle::default().fit::<BgNbd>(&cohort)?;
//! let spend = Mle::default().fit::<GammaGamma>(&cohort)?;
//! assert!(purchases.is_interior() && spend.is_interior());
//!
//! // The value of the next twelve months, at a margin of 30 % and 12 % a year.
//! let valuation = Valuation {
//!     horizon: Horizon::months(12, cut)?,
//!     discount: DiscountRate::effective_annual(0.12)?,
//!     margin: Margin::new(0.3)?,
//! };
//! let values = cohort.forecast(purchases.model()).values(&valuation, spend.model())?;
//! assert_eq!((cohort.ids()[0].as_str(), values[0].residual.to_string().as_str()), ("0001", "10.97 USD"));
//!
//! // Who is most valuable: tiers over one number a customer.
//! let residual: Vec<f64> = values.iter().map(|value| value.residual.amount()).collect();
//! let tiers = Pyramid::default().tiers(&residual)?;
//! assert_eq!(tiers.segmentation().labels()[0], "platinum");
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
//! | which opportunities customers took, how long contracts lasted | [`OpportunityPatterns`], [`Tenures`] | data to fit [`BgBb`], [`Sbg`] or [`Bdw`] |
//! | a cohort | [`Mle::fit`], or [`ModelKind::fit`] at run time | a [`Fit`] of [`MbgNbd`], [`ParetoNbd`], [`GammaGamma`] … |
//! | a fit | [`Fit::wald_intervals`], [`Mle::profiles`], [`Fit::delta`], [`Mle::bootstrap`] | intervals |
//! | columns that may explain customers | [`covariates::Design`], [`covariates::Effects`] → [`covariates::Described`] | data to fit [`covariates::Covariates`] of any model in continuous time, and of spend |
//! | columns that change over time | [`covariates::Timetable`] by dates, or [`covariates::Courses`] → [`covariates::OverTime`] | data to fit [`covariates::DynamicParetoNbd`] |
//! | a fit of those, and a plan that was changed | [`covariates::WhatIf`] | what it brings: [`Fit::what_if`], [`Fit::what_if_worth`] |
//! | a fit and one that it contains | [`Fit::likelihood_ratio`] | a test |
//! | published parameters | [`BgNbd::new`] and its like | a model, as good as a fitted one |
//! | a model and a history | [`CountModel::forecast`] | a [`Forecast`] of one customer |
//! | a model and a cohort | [`Cohort::forecast`] | a [`CohortForecast`]: columns of the same numbers |
//! | forecasts of purchases and spend | [`Valuation`] | a [`LifetimeValue`] with its parts, or its path by period |
//! | forecasts of purchases and spend | [`UndiscountedValue`] | the distribution of a value: quantiles, P(value > cost) |
//! | purchases of one customer | [`PurchaseTimes::alive_path`] | P(alive) through the past |
//! | an offer and what it asks of the buyer | [`delivered::Delivered`] | net value, ratio, [`delivered::ValueVector`] |
//! | an offer that changes, and how customers respond | [`exchange::ValueElasticity`] → [`exchange::Uplift`] | ΔCLV, by purchases and by retention |
//! | a cohort and its value | [`exchange::CohortEquity`], [`exchange::CohortUplift`] | customer equity, before and after a change |
//! | a log and models to choose from | [`evaluate::Backtest`] → [`evaluate::Comparison`] | what forecasts at earlier cuts were worth; the best model, and how sure |
//! | forecasts, and what then happened | [`evaluate::Assessment`] | scores, calibration, total with an interval, Gini, lift |
//! | a result to be explained | [`Derivation`] | the tree of parts that it adds up from |
//! | several offers | [`delivered::ChoiceSet`] | who is chosen, with which probability |
//! | offers of a market and what customers weigh | [`exchange::Market`] | who is chosen again, customer equity and its exact gradient |
//! | priced changes of an offer | [`exchange::Lever`], [`exchange::rank_levers`], [`exchange::allocate`] | levers by return; the best split of a budget |
//! | states that customers move between | [`Chain`] | their worth, whom to let go, the long run, the time until they are lost |
//! | a retention rate and a margin | [`exchange::Relationship`], [`exchange::LeakyBucket`] | margin multiple, what less churn is worth; stock of customers |
//! | responses to spending | [`exchange::BlattbergDeighton`] | budgets of winning and keeping customers |
//! | revenue and costs of customers | [`exchange::CustomerProfit`] and the like | profit, shares, drivers; see [`exchange`] |
//! | many indicators a customer | [`index::Tree`]; [`index::RankingMethod`] | an index with contributions; a ranking |
//! | opinions, or data, on what counts | [`index::Judgements`], [`index::entropy_weights`] | weights |
//! | one number a customer | [`segment::Pyramid`], [`segment::Concentration`] | tiers; Lorenz curve, Gini |
//! | a cohort | [`segment::RfmMeasures`] | RFM scores with the cuts that made them |
//! | RFM scores | [`segment::Scheme`] | named segments, by rules proved to leave nobody out |
//! | a number from each side | [`segment::TwoSidedGrid`] | stars, vulnerable, free riders, lost causes |
//! | measures of customers, and no rule | [`segment::KMeans`], [`segment::GaussianMixture`] | clusters, with silhouette and BIC |
//! | segments of two dates | [`segment::Migration`] | counts of moves, a [`Chain`] |
//! | answers of customers | [`voice::Survey`], [`voice::NetPromoter`] | indices with standard errors; why they moved |
//! | complaints and calls | [`voice::cases`], [`voice::Promises`] | promises kept, recovery |
//! | stages, prospects, members, retention, Kano's questions | see [`segment`] | |
//! | customers, vehicles, contracts with dates, and rules | [`care::Assets`], [`care::DueList`] | what is due today, and why |
//! | points earned and spent | [`care::Ledger`], [`care::MemberMoves`] | balances and liability at any date |
//! | price rules and an order | [`care::PriceList`] | a quote with its derivation, and its [`delivered::Costs`] |
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
//! * **Are the estimates to be trusted?** [`Fit::is_interior`] and [`Fit::certificate`]; see [`Mle`].
//! * **DERT**, discounted expected residual transactions: [`Forecast::discounted_purchases`] over
//!   [`Horizon::Lifetime`].
//! * **When will they come back?** [`Forecast::next_purchase`].
//! * **What if customers bought a tenth faster, or stayed longer?** [`Forecast::scaled`], and [`exchange::Uplift`] for the
//!   money.
//! * **Keep a fit:** with the feature `serde` it is less than a kilobyte; [`Fit::check`] tells whether data are those of it.
//! * **How sure is a value?** Two questions. What the data leave open of its mean: [`Fit::delta`] of the value as a function of
//!   the model, as the example `drivers` does. What chance leaves open for one customer, whose purchases are few:
//!   [`UndiscountedValue`], by far the wider of the two.
//! * **What is a contract worth?** Discounted renewals, [`Forecast::discounted_purchases`], times the fee; a newcomer pays one
//!   fee more, at once.
//! * **What explains the differences between customers?** [`covariates`]; a row of covariates is a plain model
//!   ([`covariates::Covariates::at`]), so everything else goes on as without.
//! * **How strongly to shrink coefficients?** [`Mle::ridge`].
//! * **How good are the forecasts?** [`evaluate::Backtest`] makes them again at earlier cuts; see [`evaluate`].
//! * **A customer came back, or fell silent:** [`Forecast::surprise`].
//! * **May spend be taken to be independent?** [`evaluate::SpendIndependence`].
//! * **Is a bigger model worth it?** [`Fit::likelihood_ratio`], [`Fit::aic`]; the verdict [`Verdict::Boundary`] names the
//!   smaller model in which a search ended.
//! * **Past and future value together:** [`LifetimeValue::with_realised`].
//! * **Customers to try things on:** [`simulate`]; with spend, as rows of a log, [`simulate_interactions`].
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
//! None by default.
//!
//! * `serde`: units, rows, histories, models, fits, values and segments are read and written, reading runs the checks of
//!   `new`. Numbers survive JSON to the last bit with the feature `float_roundtrip` of serde_json.
//! * `rayon`: cohorts on all threads, with the same bits.
//! * `jiff`, `chrono`, `time`: [`Day`] and [`Timestamp`] convert from and to their types.
//!
//! Amounts are [`rust_decimal::Decimal`]; the crate is re-exported.
//!
//! # What is missing
//!
//! Covariates over time for other models than Pareto/NBD, and covariates of opportunities and contracts; sampling from a
//! posterior; estimates of how customers respond to delivered value. Axis weights of customers are kept; pass them to
//! [`delivered::Aggregator`] or [`exchange::Taste`] yourself. No exchange rates: a log has one currency.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

pub mod care;
mod chain;
mod cohort;
pub mod covariates;
mod customer;
pub mod delivered;
mod derivation;
mod error;
pub mod evaluate;
pub mod exchange;
mod fit;
pub mod index;
mod interaction;
pub mod lifetime;
mod math;
mod parallel;
mod progress;
pub mod segment;
mod units;
pub mod voice;

/// The README's example, compiled and run with the other documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use chain::{Absorption, Chain, ChainError, Release};
pub use cohort::{
    Cohort, CohortError, ColumnRowError, Columns, CustomerSummary, GapHistory, HistoryError, Holdout, LeftOut,
    LeftOutReason, OpportunityHistory, OpportunityPattern, OpportunityPatterns, Pattern, Patterns, PurchaseHistory,
    PurchaseTimes, Regularity, SpendHistory, Split, SummaryError, SummaryRow, SummaryRowError,
};
pub use customer::{
    Acquisition, Customer, CustomerKind, CustomerRowError, Customers, CustomersError, Preferences, Role, ShadowPrices,
};
pub use derivation::{Derivation, DerivationError, DerivationStep, DerivationUnit};
pub use error::Error;
pub use fit::{
    Bootstrap, Certificate, Estimate, Extends, Fit, FitError, FunctionalEstimate, InferenceError, LikelihoodRatio, Mle,
    ModelKind, ParameterInterval, PurchaseWorth, Quantity, RidgeChoice, RidgeError, ValueGain, Verdict,
};
pub use interaction::{
    BadRow, Event, FirstSeen, Granularity, Interaction, InteractionLog, LogBuilder, LogError, RefundPolicy, RowError,
    Window, WindowError,
};
#[doc(inline)]
pub use lifetime::{
    AnyModel, Bb, BbParams, Bdw, BdwParams, BetaGeometricParams, BgBb, BgBbParams, BgCnbd, BgNbd, CnbdParams,
    CohortForecast, CorrelatedParetoNbd, CorrelatedParetoNbdParams, CountModel, DiscreteWeibull, DiscreteWeibullParams,
    DistributionError, Forecast, ForecastError, GammaGamma, GammaGammaParams, GapPatterns, GgompertzNbd,
    GgompertzNbdParams, LifetimeValue, Likelihood, MbgCnbd, MbgNbd, Membership, Nbd, NbdParams, NextPurchase,
    ParameterError, ParetoNbd, ParetoNbdParams, RateFactor, RateFactors, Sbg, SbgParams, ScalingError,
    SimulationWindow, SpendError, SpendForecast, Tenure, TenureError, Tenures, Timing, UndiscountedValue, Valuation,
    ValuationError, simulate, simulate_interactions,
};
pub use progress::Progress;
pub use rust_decimal;
pub use units::{
    Compounding, Currency, DateError, Day, DiscountRate, ExpectedMoney, Horizon, Interval, Margin, Moment, Money,
    MoneyError, Probability, Seed, Span, TimeUnit, Timestamp, UnitError, Weights, WeightsError, Zone,
};
