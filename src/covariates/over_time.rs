//! Covariates that change while customers are watched: seasons, campaigns, prices.

mod course;
mod data;
mod future;
mod jet;
mod model;
mod timetable;
mod what_if;

pub use course::{Course, CourseError, Courses};
pub use data::OverTime;
pub use future::{DynamicProcess, Future};
pub use model::DynamicParetoNbd;
pub use timetable::{Period, Timetable, TimetableError};
pub use what_if::{WhatIf, WhatIfError};
