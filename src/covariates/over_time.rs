//! Covariates that change while customers are watched: seasons, campaigns, prices.

mod course;
mod data;
mod future;
mod jet;
mod model;

pub use course::{Course, CourseError, Courses};
pub use data::OverTime;
pub use future::{DynamicProcess, Future};
pub use model::DynamicParetoNbd;
