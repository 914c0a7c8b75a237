//! All integration tests in one binary.

mod derivatives;
mod fits;
mod golden;
mod laws;
mod models;
mod shared;
