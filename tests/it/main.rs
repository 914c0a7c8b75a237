//! All integration tests in one binary.
#![allow(clippy::float_cmp, reason = "whole numbers of days and neutral elements are exact")]

mod cdnow;
mod cohort;
mod columns;
mod customer;
mod derivatives;
mod fits;
mod golden;
mod laws;
mod laws_log;
mod log;
mod models;
mod shared;
mod units;
