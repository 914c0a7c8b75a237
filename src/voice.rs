//! Listening: what customers say of the firm, and whether it answers them in time.
//!
//! Answers carry their scale in their type, so that one from 1 to 10 does not enter a question from 0 to 10. Every number
//! made of answers is a [`Reading`] with its standard error and number of answers, or a [`Cell::Suppressed`] where
//! [`LeastAnswers`] were asked for and did not come.
//!
//! ```
//! use customer_value::voice::{IndexPoints, LeastAnswers, NetPromoter, Survey, ZeroToTen};
//! use customer_value::Weights;
//!
//! // Would you recommend us? Two promoters, one detractor, one in between.
//! let answers: NetPromoter = [10, 9, 8, 3].map(ZeroToTen::new).into_iter().collect::<Result<_, _>>()?;
//! assert_eq!(answers.score(LeastAnswers::TWO).shown("month")?.value(), 25.0);
//!
//! // Two months of a survey: why did the index move?
//! let month = |rows: &[[u8; 2]]| {
//!     let survey = Survey::<1, 10>::from_scores(["advisor", "waiting"], rows)?;
//!     survey.report(&Weights::new([0.6, 0.4])?, IndexPoints::Thousand, LeastAnswers::TWO)
//! };
//! let change = month(&[[9, 5], [9, 6]])?.change_from(&month(&[[8, 7], [8, 7]])?)?;
//! let added: Vec<f64> = change.factors().iter().map(|factor| factor.total().round()).collect();
//! assert_eq!(added, [60.0, -60.0]); // 0.6 · (900 − 800) and 0.4 · (550 − 700)
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which type when
//!
//! | you have or ask | take | and get |
//! | --- | --- | --- |
//! | would you recommend us, 0 to 10 | [`NetPromoter`] | the score |
//! | answers to several questions on one scale | [`Survey`] | columns for [`segment`](crate::segment), figures for [`index`](crate::index) |
//! | answers as events of a log | [`Survey::of_log`]; [`Answer::event`] makes them | the same, a row for each customer |
//! | a survey, and what factors weigh | [`Survey::report`] with [`IndexPoints`], [`acsi`] | a [`FactorReport`]: scores and their index |
//! | the same by owner or channel | [`Survey::by`] | a survey for each |
//! | two reports | [`FactorReport::change_from`] | a [`FactorChange`] that adds up, factor by factor |
//! | reports of a quiet time | [`DriftLimits`] | what is more than chance |
//! | no weights | [`Survey::derived_weights`]; [`index`](crate::index) for judgements | weights |
//! | what to mend | [`FactorReport::mend_first`], [`ImportancePerformance`] | an order; four quadrants |
//! | expected and perceived service, item by item | [`Servqual`] | gaps by dimension, weighted |
//! | what one customer expected and perceived, how loyal they are | [`Disconfirmation`](crate::index::Disconfirmation), [`LoyaltyPhase`](crate::index::LoyaltyPhase) | how the relationship will go on |
//! | complaints, visits, calls | [`cases`], [`Case`], [`Promises`], [`answered_in_time`] | promises kept, recovery, coverage |
//! | members and what they do | [`participation`] | a [`Proportion`] with Wilson's interval |
//! | outages | [`Reliability`] | interruptions and downtime per customer |
//! | a profile with gaps | [`Completeness`] | the share known, and what to ask for |
//!
//! Nothing here sends, asks or reads a clock: `now` is an argument.

mod answer;
mod change;
mod completeness;
mod derived;
mod drift;
mod error;
mod follow_up;
mod importance;
mod moments;
mod net_promoter;
mod participation;
mod proportion;
mod reading;
mod reliability;
mod report;
mod servqual;
mod survey;

pub use answer::{Answer, OneToFive, OneToSeven, OneToTen, ZeroToTen};
pub use change::{FactorChange, FactorContribution};
pub use completeness::Completeness;
pub use derived::DerivedWeights;
pub use drift::{DriftLimits, DriftVerdict};
pub use error::VoiceError;
pub use follow_up::{AnswerFrom, Case, Promises, answered_in_time, cases};
pub use importance::{Crosshair, FactorPoint, ImportancePerformance, Quadrant, Shortfall};
pub use net_promoter::NetPromoter;
pub use participation::participation;
pub use proportion::Proportion;
pub use reading::{Cell, LeastAnswers, Reading};
pub use reliability::{Outage, Reliability};
pub use report::{FactorReport, FactorScore, IndexPoints, acsi};
pub use servqual::{QualityDimension, Servqual, ServqualAnswers};
pub use survey::Survey;
