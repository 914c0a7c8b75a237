//! All integration tests in one binary.

mod fits;
mod models;
mod shared;
