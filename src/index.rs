//! Scoring customers, channel members or suppliers by many indicators at once.
//!
//! A [`Tree`] says which indicators count and how much; scales fitted to the customers at hand make their figures
//! comparable; the result is an index with the contribution of every indicator. Weights come from judgements in pairs
//! ([`Judgements`]), from the data ([`entropy_weights`], [`critic_weights`]), or from both ([`Combination`]).
//!
//! ```
//! use customer_value::index::{Judgements, PriorityMethod, RandomIndex, RankingMethod, Scale, Sense, Table};
//!
//! // Margin counts twice as much as loyalty, and four times as much as the cost to serve.
//! let judged = Judgements::from_upper([2.0, 4.0, 2.0])?;
//! let priorities = judged.priorities(PriorityMethod::Eigenvector, RandomIndex::Saaty)?;
//! assert!(priorities.consistency().ratio().abs() < 1e-12);
//! let weights = priorities.weights()?; // 4/7, 2/7, 1/7
//!
//! // Three customers; of the cost to serve less is better.
//! let senses = [Sense::Benefit, Sense::Benefit, Sense::Cost];
//! let customers = Table::new(senses, &[[90.0, 0.2, 8.0], [60.0, 0.9, 3.0], [30.0, 0.4, 1.0]])?;
//! let ranking = RankingMethod::WeightedSum(Scale::MinMax).rank(&customers, &weights)?;
//! assert_eq!(ranking.order(), [1, 0, 2]); // 4/7 · 1/2 + 2/7 · 1 + 1/7 · 5/7 = 33/49, before 28/49 and 11/49
//! # Ok::<(), customer_value::Error>(())
//! ```
//!
//! # Which type when
//!
//! | you have | take | and get |
//! | --- | --- | --- |
//! | indicators in levels | [`Tree`], [`Node`]; [`Tree::four_dimensions`] and other templates | weights of all leaves |
//! | figures of customers, some of them missing | [`Tree::fit`] | a [`FittedIndex`], which scores old and new customers alike |
//! | scores of leaves, one customer | [`Tree::score`] | a [`TreeScore`] with every contribution |
//! | figures of all customers, none missing | [`Table`], [`Scales::fit`] | comparable scores, on a scale that is kept |
//! | opinions on pairs of criteria | [`Judgements`], [`IncompleteJudgements`] | [`Priorities`] with their consistency |
//! | no opinion | [`entropy_weights`], [`critic_weights`] | weights of the criteria that tell customers apart |
//! | several sets of weights | [`Combination`] | one set |
//! | weights for stages of a relationship | [`LifecycleWeights`] | weights at and between stages |
//! | a table and weights | [`RankingMethod`]; [`Vikor`] for its conditions | a [`Ranking`] |
//! | a ranking that depends on weights | [`Robustness`], [`stability_radius`], [`rank_reversals`] | how far it can be trusted |
//! | votes for grades, such as "good" and "fair" | [`Assessment`], [`FuzzyOperator`] | one assessment of the whole |
//! | plans and results, indices of many periods | [`attainment`], [`ControlLimits`], [`TreeScore::change_from`] | where to correct |
//! | what was expected and perceived | [`Disconfirmation`], [`LoyaltyPhase`] | how the relationship will go on |
//!
//! Everything that names a method names its variant too, because variants disagree about the winner: eigenvector and
//! geometric mean, TOPSIS on vector or min–max scales.

mod attainment;
mod combine;
mod control;
mod critic;
mod entropy;
mod error;
mod fitted;
mod fuzzy;
mod indicator;
mod judgement;
mod lifecycle;
mod loyalty;
mod rank;
mod scale;
mod score;
mod table;
mod template;
mod tree;

pub use attainment::{Attainment, PeriodAttainment, attainment};
pub use combine::{Combination, game_shares};
pub use control::{ControlLimits, ControlVerdict};
pub use critic::{Correlation, critic_weights};
pub use entropy::entropy_weights;
pub use error::IndexError;
pub use fitted::FittedIndex;
pub use fuzzy::{Assessment, FuzzyOperator};
pub use indicator::{Evidence, Indicator, Sense};
pub use judgement::{
    Consistency, IncompleteJudgements, JudgementError, Judgements, Priorities, PriorityMethod, RandomIndex,
};
pub use lifecycle::{Interpolation, LifecycleWeights};
pub use loyalty::{Disconfirmation, LoyaltyPhase};
pub use rank::{
    Admissible, Compromise, Grey, Ranking, RankingMethod, Reversal, Robustness, Topsis, Vikor, rank_reversals,
    stability_radius,
};
pub use scale::{Constant, Scale, Scaler, Scales};
pub use score::{Branch, Change, Contribution, Missing, TreeScore};
pub use table::Table;
pub use tree::{Leaf, Node, Tree};
