//! Caring for customers: what is due to them today, the points they hold, the price they pay.
//!
//! Everything follows from plain values, the day among them. Nothing is sent, drawn or booked elsewhere: a due list says
//! whom to tell and why, a ledger what is left, a quote what it costs and how that came about.
//!
//! # Which type when
//!
//! | you ask | take | and get |
//! | --- | --- | --- |
//! | what is due today, for whom, and why | [`Assets`], [`DueRule`] → [`DueList::new`] | lines in a stable order, each with its [`Basis`] |
//! | whom may we tell, and how | [`Contacts::plan`] with [`FrequencyCap`] | a [`Decision`] for each line; an [`Interaction`] once it is made |
//! | when an inspection by law comes next | [`Statute`] | a day |
//! | which day is "a month later" | [`MonthRule`], [`Period`], [`CivilPeriod`] | a day |
//! | what a member can spend on a day | [`Ledger`]; [`Purse`] for several kinds of points | a balance, lots |
//! | the balances of millions of members | [`MemberMoves`] | [`Balances`] |
//! | what outstanding points cost us | [`PointCost`] | a liability |
//! | how much repeated acts earn | [`EarningRule`] | points, capped and fading |
//! | until when points can be spent | [`LapseRule`] | a day |
//! | who has a right, and when again | [`EveryNth`], [`Cadence`], [`draw`] | yes or no; a window; winners |
//! | which tier a member has | [`Ledger::entries`] → [`TierPolicy`](crate::segment::TierPolicy) | a tier |
//! | what an order costs | [`PriceList`] of [`PriceBase`] and [`PriceRule`]s → [`PriceList::quote`] | a [`Quote`]: lines, derivation, [`Costs`] |
//! | prices by quantity, and quantities that nobody should order | [`VolumePrices`] | totals; [`Dominated`] ranges |
//! | what paying late costs | [`PaymentTerms`] | rates a year |
//!
//! [`Costs`]: crate::delivered::Costs
//! [`Interaction`]: crate::Interaction

mod asset;
mod calendar;
mod contact;
mod due;
mod error;
mod points;
mod price;
mod rules;

pub use asset::{Asset, Assets, Usage};
pub use calendar::{CivilPeriod, MonthRule, Period};
pub use contact::{CapScope, Channel, Contacts, Decision, FrequencyCap, Planned};
pub use due::{Basis, DueLine, DueList, DueStatus};
pub use error::CareError;
pub use points::{
    Balances, Cadence, CadenceWindow, Decay, EarningRule, EveryNth, Lapse, LapseRule, Ledger, Lot, MemberMoves,
    PointChange, PointCost, PointFault, PointMove, PointsError, Purse, draw,
};
pub use price::{
    Dominated, MonthDay, Order, PaymentTerms, PriceBase, PriceChange, PriceError, PriceLine, PriceList, PriceRule,
    Quote, RuleOutcome, Season, VolumeBand, VolumeDiscount, VolumePrices, When, YearOfDays,
};
pub use rules::{AgeBand, CarePhase, DateOf, DueRule, Limit, MostUse, Schedule, Statute};
