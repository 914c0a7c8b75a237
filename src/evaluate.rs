//! How good forecasts are: made again at earlier cuts, scored by what followed, compared with each other and with rules
//! that need no model.
//!
//! # What for what
//!
//! | question | take | and get |
//! | --- | --- | --- |
//! | How good would forecasts have been? | [`Backtest`] | a [`Fold`] for each cut: who forecast what, and what followed |
//! | Which model, by how much, how sure? | [`Backtested::compare`] | a [`Comparison`] with paired differences |
//! | How good are forecasts of my own? | [`CountForecast`], [`Assessment`]; [`Backtested::with`] | the same scores |
//! | Is the level right, and for whom? | [`Assessment::total`], [`Assessment::calibration`] and its like | bias with an interval; classes |
//! | Does it find the best customers? | [`Assessment::ranking`], [`Assessment::lift`] | Gini coefficient; lift and captured share |
//! | How good are forecasts of spend? | [`Fold::values`], [`ValueAssessment`] | CRPS and the like, and the total with an interval, in money |
//! | Does spend go with frequency? | [`SpendIndependence`] | correlations of numbers and of ranks |
//! | Is this customer's return, or silence, unexpected? | [`Forecast::surprise`](crate::Forecast::surprise) | both tails |
//! | What does it look like? | [`Tracking`], [`FrequencyHistogram`], [`Calibration`], [`HistoryGrid`], [`Heterogeneity`], [`CohortSurvival`] | columns ready to plot |
//!
//! # Which score
//!
//! The CRPS is the default choice: proper, in purchases, defined for rules without probabilities too, and calm about rare
//! events. The log score asks more of the tails. The absolute error of the mean, which most papers print, is least for a
//! forecast of zero where most customers do not come back.

mod assessment;
mod backtest;
mod baseline;
mod calibration;
mod comparison;
mod contender;
mod count;
mod error;
mod fold;
mod forecast;
mod independence;
mod picture;
mod ranking;
mod score;
mod surprise;
mod table;
mod total;
mod value;

pub use assessment::Assessment;
pub use backtest::{Backtest, Backtested};
pub use baseline::Baseline;
pub use calibration::{Calibration, CalibrationClass};
pub use comparison::{BestModel, Comparison, Ranked};
pub use contender::{Candidate, Contender, ValueContender};
pub use count::CountDistribution;
pub use error::EvaluationError;
pub use fold::Fold;
pub use forecast::CountForecast;
pub use independence::{Correlation, SpendIndependence};
pub use picture::{
    CohortSurvival, FrequencyClass, FrequencyHistogram, Heterogeneity, HistoryCell, HistoryGrid, SurvivalRow, Tracking,
    TrackingPeriod, Trait,
};
pub use ranking::{LiftClass, Ranking};
pub use score::Score;
pub use surprise::Surprise;
pub use total::TotalForecast;
pub use value::{TotalValueForecast, ValueAssessment};
