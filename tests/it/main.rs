//! All integration tests in one binary.
#![allow(clippy::float_cmp, reason = "whole numbers of days and neutral elements are exact")]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "numbers in tests are small")]
#![allow(clippy::needless_range_loop, reason = "matrices read better by their indices")]

mod batch;
mod bridge;
mod cdnow;
mod cohort;
mod columns;
mod contract;
mod customer;
mod delivered;
mod derivation;
mod derivatives;
mod distribution;
mod fits;
mod gaps;
mod golden;
mod golden_gompertz;
mod golden_pareto;
mod golden_regular;
mod inference;
mod inference_coverage;
mod interactions;
mod laws;
mod laws_discrete;
mod laws_log;
mod log;
mod models;
mod opportunity;
mod rejects;
mod scaling;
mod segment;
mod shared;
mod timing;
mod traps;
mod units;
