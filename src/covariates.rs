//! What explains the differences between customers: covariates over any model in continuous time, and over spend.
//!
//! A covariate model at a row of covariates **is** the plain model with some of its parameters multiplied: see
//! [`Driver`] for which, and [`Covariates::at`]. So every forecast, value and interval of the plain models
//! is there, and a model with coefficients of zero is the plain model, bit for bit.
//!
//! 1. A [`Design`]: named columns, one value a customer, checked together: constant and collinear columns are found by name.
//! 2. [`Effects`]: which columns drive what; coefficients may be tied, and shrunk by a ridge.
//! 3. [`Described`] data: histories grouped by equal covariates, then by equal histories.
//! 4. [`Mle::fit`](crate::Mle::fit) with a [`Covariates`] model gives a [`Fit`](crate::Fit) like any other: estimates, standard
//!    errors, certificate, intervals, bootstrap.
//!
//! ```
//! use customer_value::covariates::{Covariates, Described, Design, Driver, Effects};
//! use customer_value::{CountModel, Mle, Nbd, NbdParams, Patterns, Seed, Span, TimeUnit, simulate};
//!
//! // Half of the customers came by referral, and buy e^0.5 times as often.
//! let buyers = |alpha: f64, seed| -> Result<_, Box<dyn std::error::Error>> {
//!     let model = Nbd::new(NbdParams { r: 0.8, alpha: Span::weeks(alpha)? })?;
//!     Ok(simulate(&model, Span::weeks(52.0)?, 2_000, Seed::new(seed)))
//! };
//! let histories = [buyers(10.0, 1)?, buyers(10.0 * (-0.5_f64).exp(), 2)?].concat();
//! let channel = ["search", "referral"].map(|channel| vec![channel; 2_000]).concat();
//!
//! let design = Design::new().levels("channel", channel, "search").build()?;
//! let effects = Effects::new().of(Driver::Purchase, ["channel"]);
//! let data = Described::<Patterns>::new(&design, &effects, &histories)?;
//! let fit = Mle::default().fit::<Covariates<Nbd>>(data)?;
//!
//! let coefficient = &fit.estimates(TimeUnit::Week)[2];
//! assert_eq!(coefficient.name, "purchase: channel=referral");
//! assert!((coefficient.value - 0.5).abs() < 2.0 * coefficient.standard_error.unwrap());
//!
//! // One customer: the plain model of those who came by referral.
//! let row = design.coding().row([("channel", "referral".into())])?;
//! let model: Nbd = fit.model().at(&row)?;
//! println!("{:.2}", model.forecast(&histories[0]).expected_purchases(Span::weeks(52.0)?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Covariates that change
//!
//! Campaigns, seasons and prices change while customers are watched. [`DynamicParetoNbd`] knows them from the past and is told
//! what is planned.
//!
//! | from | by | to |
//! | --- | --- | --- |
//! | dates: a [`Design`] with a row for each [`Period`], numbers or levels | [`Timetable::courses`] of a log | [`Courses`] |
//! | times since each customer's first purchase | [`Course::new`], then [`Courses::new`] or, with levels, [`Courses::coded`] | [`Courses`] |
//! | courses, effects and [`PurchaseTimes`](crate::PurchaseTimes) | [`OverTime::new`] | data to fit |
//! | a plan that was changed | [`DesignBuilder::coded_by`], then as before | [`Courses`] of the same columns |
//! | a fitted model, a history and a course | [`DynamicParetoNbd::future`] | every [forecast](crate::Forecast) |
//! | a fit, histories, courses as planned and as changed: [`WhatIf`] | [`Fit::what_if`](crate::Fit::what_if), [`Fit::what_if_worth`](crate::Fit::what_if_worth) | the difference in purchases, or in money, with its error |
//!
//! # Values that are missing
//!
//! A design has no gaps: what is not known of some customers, such as their age, is told by two columns. One is the number
//! with the mean of the others in the place of what is missing, so that the gap moves nobody; the other is a level,
//! `known` or `unknown`, for customers of whom something is not known may differ from the others.
//!
//! Customers stand in a design in the order of their histories, those of a [`Cohort`](crate::Cohort) in the order of
//! its [`ids`](crate::Cohort::ids): look columns up by id, for a column in another order is a column of other customers.
//!
//! # Does an interval hold what it promises?
//!
//! Of 2,000 simulated cohorts of 1,000 or 2,000 customers at five levels of a covariate, or of 1,500 through quarters of
//! alternating seasons, observed for two years, so many 95 % profile intervals held the true coefficient, in percent;
//! `cargo test --release --all-features --test it -- --ignored covariates` prints them again.
//!
//! | model | purchase | dropout | spend |
//! | --- | --- | --- | --- |
//! | NBD | 94.45 | | |
//! | BG/NBD | 94.65 | 94.90 | |
//! | MBG/NBD | 95.15 | 94.45 | |
//! | BG/CNBD-2 | 94.85 | 95.30 | |
//! | MBG/CNBD-2 | 95.70 | 94.20 | |
//! | Pareto/NBD | 94.80 | 94.05 | |
//! | Pareto/NBD over time, seasons | 94.75 | 94.05 | |
//! | GGompertz/NBD | 95.25 | 95.75 | |
//! | Gamma-Gamma | | | 95.75 |
//!
//! # References
//!
//! Static covariates of Pareto/NBD and BG/NBD: Fader and Hardie (2007), Incorporating time-invariant covariates into the
//! Pareto/NBD and BG/NBD models, note 019.

mod about;
mod coding;
mod cohort;
mod described;
mod design;
mod effects;
mod model;
mod moves;
mod over_time;
#[cfg(feature = "serde")]
mod stored;

pub use crate::lifetime::Driver;
pub use about::CovariatesError;
pub use coding::{Coding, Row, RowError, Value};
pub use cohort::CohortRowError;
pub use described::{Described, GapError};
pub use design::{Design, DesignBuilder, DesignError};
pub use effects::{EffectError, Effects};
pub use model::Covariates;
pub use over_time::{
    Course, CourseError, Courses, DynamicParetoNbd, DynamicProcess, Future, OverTime, Period, Timetable,
    TimetableError, WhatIf, WhatIfError,
};
