//! All integration tests in one binary.
#![allow(clippy::float_cmp, reason = "whole numbers of days and neutral elements are exact")]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "numbers in tests are small")]
#![allow(clippy::needless_range_loop, reason = "matrices read better by their indices")]

mod acquisition;
mod batch;
mod cdnow;
mod chain;
mod choice;
mod choice_fit;
mod cluster;
mod cohort;
mod columns;
mod contract;
mod customer;
mod customer_economics;
mod delivered;
mod delivered_aggregate;
mod delivered_exchange;
mod delivered_response;
mod delivered_stored;
mod delivered_value;
mod derivatives;
mod distribution;
mod exchange_cases;
mod exchange_table;
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
mod market;
mod models;
mod opportunity;
mod rejects;
mod retention;
mod segment;
mod shared;
mod timing;
mod traps;
mod units;
