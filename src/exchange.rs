//! Where value to the customer and value of the customer meet: what keeping, winning and serving customers is worth.
//!
//! The formulas count periods. A [`Retention`] knows its period, and a discount rate is taken over the same one, so that
//! a monthly rate never meets a yearly one. Whether the first margin falls now or after one period is a [`FirstMargin`],
//! because it is worth a whole margin. What is booked is [`Money`], what is expected
//! [`ExpectedMoney`].
//!
//! ```
//! use customer_value::exchange::{ChurnCut, FirstMargin, Relationship, Retention};
//! use customer_value::{DiscountRate, Probability, Span};
//!
//! // Four of five customers stay from year to year; money costs 10 % a year; the next margin comes in a year.
//! let customers = Relationship {
//!     retention: Retention::new(Probability::new(0.8)?, Span::years(1.0)?)?,
//!     discount: DiscountRate::effective_annual(0.1)?,
//!     first_margin: FirstMargin::AfterOnePeriod,
//! };
//! // Worth r / (1 + d − r) margins each, and how much more if 5 of 100 fewer left: 0.85/0.25 after 0.8/0.3.
//! assert!((customers.multiple()? - 8.0 / 3.0).abs() < 1e-12);
//! let less_churn = customers.leverage(ChurnCut::Points(Probability::new(0.05)?))?;
//! assert!((less_churn.uplift - (3.4 / (8.0 / 3.0) - 1.0)).abs() < 1e-12);
//! # Ok::<(), customer_value::Error>(())
//! ```
//!
//! # Which type when
//!
//! | the question | take | and get |
//! | --- | --- | --- |
//! | Who chooses us again, who is won? | [`Market`] | choice with inertia, the chain of switching |
//! | What are all customers worth, and what would a better offer add? | [`Market::equity`] | [`CustomerEquity`] with its exact gradient |
//! | What does more delivered value make of customers under a fitted model? | [`ValueElasticity`], [`Uplift`], [`CohortEquity`] | ΔCLV with its parts, a customer or a cohort |
//! | How long do customers stay? | [`Retention`] | expected periods, survival |
//! | What is a margin that repeats worth? | [`Relationship`], first margin either way | the margin multiple, with growth |
//! | … when margins change with tenure? | [`MarginSchedule`] | value, path by period |
//! | … when each period has a promotion? | [`PromotedMargin`] | value over a finite horizon |
//! | How many customers shall we have? | [`LeakyBucket`], [`Retention::hold_level`] | stock by period, steady state, half-life of the gap; how many must join |
//! | Why do they leave? | [`LeakTally`] | causes by number, and how few make up most |
//! | What is less churn worth? Does 5 % less double profit? | [`Relationship::leverage`], [`Claim`] | uplift; verdict, and for whom it would hold |
//! | How much to spend on winning, how much on keeping? | [`BlattbergDeighton`], first margin now | both budgets, and the value they make |
//! | How to split a budget where each item has diminishing returns? | [`allocate`] over [`BudgetItem`]s | spends, and what one more unit of money brings |
//! | Which improvement of the offer first? | [`Lever`], [`rank_levers`] | gain, spend and return, in order |
//! | Does serving get cheaper with experience? | [`LearningCurve`] | cost of the n-th time, and of all |
//! | What are recommendations worth? | [`Referral`], [`WordOfMouth`], [`ReferralBook`] | value beside the own; credit without counting twice |
//! | What else will they buy? | [`cross_sell_value`], [`Association`] | expected margin; support, confidence, lift |
//! | How much of their spending do we have? | [`share_of_wallet`] | a share |
//! | Who earns us money? | [`CustomerProfit`], [`contribution_shares`], [`split_by_return_on_cost`] | profit, shares, high and low end |
//! | Which business earns it? | [`profit_by_stream`] | totals by revenue stream |
//! | Why did profit change? | [`ProfitDrivers`] | parts that add up to the change |
//! | How safe is the income? | [`CashVariability`], [`IncomeAtRisk`] | variation, shortfall |
//! | Did the campaign work? | [`Campaign`] | [`CampaignLift`] over the control, profit, return |
//! | What is selling earlier worth? | [`Acceleration`] | money |
//! | Sell directly or through a partner? | [`Route`], [`best_route`] | margin, volume of equal margins |

mod acceleration;
mod acquisition;
mod allocation;
mod bridge;
mod bucket;
mod campaign;
mod claim;
mod cross_sell;
mod drivers;
mod equity;
mod leak;
mod learning;
mod lever;
mod leverage;
mod market;
mod profit;
mod referral;
mod referral_book;
mod retention;
mod route;
mod stream;
mod tenure;
mod variability;

pub use acceleration::Acceleration;
pub use acquisition::{BlattbergDeighton, Budgets, SpendResponse, SpendResponses};
pub use allocation::{AllocatedItem, Allocation, BudgetItem, ConcaveCurve, ConcaveResponse, Room, allocate};
pub use bridge::{BridgeError, CohortEquity, CohortUplift, Elasticity, Uplift, ValueChange, ValueElasticity};
pub use bucket::LeakyBucket;
pub use campaign::{Arm, Campaign, CampaignLift};
pub use claim::{Claim, ClaimCheck, ClaimVerdict, RetentionRange, UnitEconomics};
pub use cross_sell::{Association, BasketCounts, CrossOffer, cross_sell_value, share_of_wallet};
pub use drivers::{Driver, DriverEffects, ProfitDrivers};
pub use equity::{CustomerBase, CustomerEquity, Earnings, EquityGradient};
pub use leak::{LeakCause, LeakShare, LeakTally};
pub use learning::LearningCurve;
pub(crate) use lever::measured;
pub use lever::{
    Change, Effect, Lever, LeverError, LeverStanding, RankBy, RankError, RankedLever, affordable_in_order, rank_levers,
    rank_levers_by_net,
};
pub use leverage::{ChurnCut, Leverage};
pub use market::{Market, Taste};
pub use profit::{Activity, CustomerProfit, ReturnSplit, contribution_shares, split_by_return_on_cost};
pub use referral::{Referral, ReferralKind, ReferralValue, WordOfMouth};
pub use referral_book::{BookedCustomer, ReferralBook, ReferralCredit};
pub use retention::{FirstMargin, Relationship, Retention};
pub use route::{Route, RouteAdvantage, RouteTerms, best_route};
pub use stream::{RevenueStream, StreamTotal, profit_by_stream};
pub use tenure::{AfterSchedule, MarginSchedule, PromotedMargin, TenureValue};
pub use variability::{CashVariability, IncomeAtRisk};

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{
    chain::ChainError,
    delivered::{ChoiceError, DeliveredError},
    units::{Currency, ExpectedMoney, Money, MoneyError, Probability, UnitError, WeightsError, same_currency},
};

/// Why a number of retention, acquisition or profit cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// Two currencies met, or an amount is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A number outside the range of its quantity.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// A value of an offer outside its range, or in another unit.
    #[error(transparent)]
    Delivered(#[from] DeliveredError),
    /// No choice among offers.
    #[error(transparent)]
    Choice(#[from] ChoiceError),
    /// Numbers that are not shares.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// No chain, or no number of it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// There is nothing to compute from.
    #[error("got {found} {items}, expected at least {least}")]
    TooFew {
        /// What is counted.
        items: &'static str,
        /// How many there are.
        found: usize,
        /// How many it takes.
        least: usize,
    },
    /// There is more than can be counted.
    #[error("got {found} {items}, expected at most {most}")]
    TooMany {
        /// What is counted.
        items: &'static str,
        /// How many there are.
        found: u128,
        /// How many there may be.
        most: u64,
    },
    /// One of several things does not go with the others, or has no number.
    #[error("item {position} (from 0) of the {items}: {source}")]
    Item {
        /// What they are.
        items: &'static str,
        /// Position of the one.
        position: usize,
        /// What is wrong with it.
        source: Box<Self>,
    },
    /// One of several things that are told apart by name has none.
    #[error("item {position} (from 0) of the {items} has no name, expected one that is not blank")]
    NoName {
        /// What they are.
        items: &'static str,
        /// Position of the one.
        position: usize,
    },
    /// Two things that are told apart by name have the same.
    #[error("items {first} and {second} (from 0) of the {items} are both named {name:?}, expected different names")]
    SameName {
        /// What they are.
        items: &'static str,
        /// Their name.
        name: String,
        /// Position of the first.
        first: usize,
        /// Position of the second.
        second: usize,
    },
    /// Margins that are kept and grow faster than they are discounted have no finite value.
    #[error(
        "growth outruns discount: {retention} stay a period and margins grow by {growth}, \
         expected their product with the discount factor {discount_factor} below 1"
    )]
    GrowthOutrunsDiscount {
        /// The retention rate of a period.
        retention: Probability,
        /// The growth of margins a period.
        growth: f64,
        /// What a period of waiting leaves of an amount.
        discount_factor: f64,
    },
    /// More churn is to be cut than there is.
    #[error("a cut of {cut} points of churn, expected at most the churn of {churn}")]
    CutExceedsChurn {
        /// The cut.
        cut: Probability,
        /// The churn there is.
        churn: Probability,
    },
    /// There is no multiple of nothing.
    #[error("{quantity} is zero, expected something to compare with")]
    ZeroBase {
        /// What is zero.
        quantity: &'static str,
    },
    /// An amount that can only be positive or nothing is below zero.
    #[error("{quantity} is {amount}, expected an amount that is not negative")]
    Negative {
        /// What it is.
        quantity: &'static str,
        /// The amount given.
        amount: Money,
    },
    /// An amount that can only be positive is not.
    #[error("{quantity} is {amount}, expected an amount above zero")]
    NotPositive {
        /// What it is.
        quantity: &'static str,
        /// The amount given.
        amount: Money,
    },
    /// Nothing is done less than never.
    #[error("activity {activity:?} has quantity {quantity}, expected one that is not negative")]
    NegativeQuantity {
        /// Which activity.
        activity: String,
        /// The quantity given.
        quantity: Decimal,
    },
    /// An activity has no cost.
    #[error("activity {activity:?}: {source}")]
    Activity {
        /// Which activity.
        activity: String,
        /// What is wrong with it.
        source: Box<Self>,
    },
    /// Shares of a total exist only where it is positive.
    #[error("the total is {total}, expected one above zero to take shares of")]
    TotalNotPositive {
        /// The total.
        total: Money,
    },
    /// A part is larger than the whole that it belongs to.
    #[error("{part} are {count} of {of} {whole}, expected at most as many")]
    PartExceedsWhole {
        /// What is counted as a part.
        part: &'static str,
        /// How many there are.
        count: u64,
        /// What is counted as the whole.
        whole: &'static str,
        /// How many there are.
        of: u64,
    },
    /// More is spent on us than is spent at all.
    #[error("{own} is spent on us, expected at most the {wallet} spent in all")]
    WalletTooSmall {
        /// What the customer spends on us.
        own: Money,
        /// What the customer spends in all.
        wallet: Money,
    },
    /// Without a control group a response is not a lift.
    #[error("the campaign has no control group, expected one to compare with")]
    NoControl,
    /// A referrer is not in the book.
    #[error("customer {customer} (from 0) was referred by {referrer}, expected one of {customers} customers")]
    UnknownReferrer {
        /// Position of the customer.
        customer: usize,
        /// Position of the referrer.
        referrer: usize,
        /// How many customers there are.
        customers: usize,
    },
    /// Following the referrers leads back to the customer.
    #[error("customer {customer} (from 0) was referred by somebody whom they brought, expected a first customer")]
    ReferralCycle {
        /// Position of the customer.
        customer: usize,
    },
    /// The drivers of two periods are not the same.
    #[error("driver {position} (from 0) is {before:?} before and {after:?} after, expected the same one")]
    DriversDiffer {
        /// Position of the driver.
        position: usize,
        /// Its name before; `None` if it was not there.
        before: Option<String>,
        /// Its name after; `None` if it is not there.
        after: Option<String>,
    },
    /// An item of a budget is in another currency than the budget.
    #[error("item {item} (from 0) of the budget: {source}")]
    BudgetItem {
        /// Position of the item.
        item: usize,
        /// What is wrong.
        source: MoneyError,
    },
    /// The result is too large for a number.
    #[error("{quantity} is too large for a number")]
    TooLarge {
        /// What was to be computed.
        quantity: &'static str,
    },
}

fn finite(quantity: &'static str, value: f64) -> Result<f64, ExchangeError> {
    if value.is_finite() { Ok(value) } else { Err(ExchangeError::TooLarge { quantity }) }
}

fn expected(quantity: &'static str, value: f64, currency: Currency) -> Result<ExpectedMoney, ExchangeError> {
    Ok(ExpectedMoney::known(finite(quantity, value)?, currency))
}

fn at_least(items: &'static str, found: usize, least: usize) -> Result<(), ExchangeError> {
    if found < least { Err(ExchangeError::TooFew { items, found, least }) } else { Ok(()) }
}

fn not_negative(quantity: &'static str, amount: Money) -> Result<Money, ExchangeError> {
    if amount.is_negative() { Err(ExchangeError::Negative { quantity, amount }) } else { Ok(amount) }
}

fn part_of((part, count): (&'static str, u64), (whole, of): (&'static str, u64)) -> Result<(), ExchangeError> {
    if count > of { Err(ExchangeError::PartExceedsWhole { part, count, whole, of }) } else { Ok(()) }
}

/// The one currency of many amounts, of which there is at least one.
fn one_currency(
    items: &'static str,
    mut currencies: impl Iterator<Item = Currency>,
) -> Result<Currency, ExchangeError> {
    let first = currencies.next().ok_or(ExchangeError::TooFew { items, found: 0, least: 1 })?;
    for (behind, found) in currencies.enumerate() {
        same_currency(first, found).map_err(at(items, behind + 1))?;
    }
    Ok(first)
}

/// Says of which of several things an error is.
fn at<E: Into<ExchangeError>>(items: &'static str, position: usize) -> impl Fn(E) -> ExchangeError {
    move |source| ExchangeError::Item { items, position, source: Box::new(source.into()) }
}

/// Checks that things can be told apart by name.
fn distinct_names<'a>(items: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), ExchangeError> {
    let mut seen = BTreeMap::new();
    for (position, name) in names.enumerate() {
        if name.trim().is_empty() {
            return Err(ExchangeError::NoName { items, position });
        }
        if let Some(first) = seen.insert(name, position) {
            return Err(ExchangeError::SameName { items, name: name.into(), first, second: position });
        }
    }
    Ok(())
}

/// The quotient of two exact amounts of one currency; `None` unless the divisor is positive.
fn ratio(dividend: Money, divisor: Money) -> Option<f64> {
    (divisor.to_f64() > 0.0).then(|| dividend.to_f64() / divisor.to_f64())
}
