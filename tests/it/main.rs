//! All integration tests in one binary.

mod delivered;
mod fits;
mod models;
mod segment;
mod shared;
