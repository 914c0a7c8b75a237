//! Columns ready to plot: what the usual pictures of a model beside its data show.

mod grid;
mod heterogeneity;
mod histogram;
mod survival;
mod tracking;

pub use grid::{HistoryCell, HistoryGrid};
pub use heterogeneity::{Heterogeneity, Trait};
pub use histogram::{FrequencyClass, FrequencyHistogram};
pub use survival::{CohortSurvival, SurvivalRow};
pub use tracking::{Tracking, TrackingPeriod};
