//! All integration tests, in one binary.

mod delivered;
mod segment;
