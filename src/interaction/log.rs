mod builder;
mod settle;
mod window;

use crate::error::list_lines;
use rust_decimal::Decimal;

pub use self::{
    builder::LogBuilder,
    settle::RefundPolicy,
    window::{FirstSeen, Granularity, Window, WindowError},
};
pub(crate) use self::{settle::NetPurchase, window::Clock};

use super::{Event, Interaction};
use crate::units::{Currency, Day, Moment, Money, Timestamp, Zone};

/// Everything that happened with all customers within a window: checked, ordered, immutable.
///
/// Rows are ordered by customer, then by time. At [`Granularity::Day`] every row has a day, and purchases of a
/// day count as one. The log is the only holder of dates: cohorts, refunds and rolling cuts are asked of it.
///
/// # Examples
///
/// ```
/// use customer_value::{Currency, Day, FirstSeen, Granularity, Interaction, InteractionLog, Money, Window};
///
/// let euros = |cents| Money::from_minor(cents, Currency::EUR);
/// let (start, end) = (Day::new(2024, 1, 1)?, Day::new(2024, 12, 31)?);
/// let window = Window::new(start, end, FirstSeen::IsNew)?;
/// let log = InteractionLog::builder(window, Granularity::Day)
///     .source("shop.csv")
///     .extend([
///         Interaction::purchase("li", Day::new(2024, 3, 1)?, euros(2_000)),
///         Interaction::purchase("li", Day::new(2024, 5, 10)?, euros(3_000)),
///         Interaction::refund("li", Day::new(2024, 5, 12)?, euros(1_000)),
///     ])
///     .build()?;
/// let cohort = log.cohort(end)?;
/// let li = cohort.get(0).ok_or("no customer")?;
/// assert_eq!(li.purchases.repeats(), 1);
/// assert_eq!(li.realised, Some(euros(4_000)));
/// assert_eq!(log.net_total(end), Some(euros(4_000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "transaction log")]
#[doc(alias = "互动日志")]
#[derive(Debug, Clone, PartialEq)]
pub struct InteractionLog<Id> {
    window: Window,
    clock: Clock,
    refunds: RefundPolicy,
    currency: Option<Currency>,
    ids: Vec<Id>,
    /// Where the rows of each customer end.
    ends: Vec<usize>,
    ticks: Vec<i64>,
    rows: Vec<Interaction<Id>>,
}

/// Why rows do not make an [`InteractionLog`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Some rows are bad: all of them, in the order of their sources; at least one.
    #[error("bad rows in the log{}", list_lines(.0))]
    Rows(Vec<BadRow>),
    /// The amounts have too many digits for an exact sum.
    #[error("the amounts have too many digits for an exact sum")]
    TotalTooLarge,
    /// Builders of different windows, granularities, zones or refund policies cannot merge.
    #[error("the builders differ in window, granularity, time zone or refund policy")]
    SettingsDiffer,
}

/// One bad row.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{from}, row {row} (from 0): {reason}")]
pub struct BadRow {
    /// Where the row came from.
    pub from: String,
    /// Which row of this source, from 0.
    pub row: usize,
    /// What is wrong with it; a row with several faults is named several times.
    pub reason: RowError,
}

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// An amount or a cost is negative.
    #[error("amount {amount} is negative, expected 0 or more; what is given back is a refund")]
    NegativeAmount {
        /// The amount.
        amount: Money,
    },
    /// An amount is in another currency than most.
    #[error("amount is in {found}, expected {expected}")]
    Currency {
        /// The currency of most amounts.
        expected: Currency,
        /// The currency of this one.
        found: Currency,
    },
    /// The row lies before the start or after the end of the window.
    #[error("{day} lies outside the window from {start} to {end}")]
    OutsideWindow {
        /// The day of the row.
        day: Day,
        /// The first day of the window.
        start: Day,
        /// The last day of the window.
        end: Day,
    },
    /// The log is kept by the instant, and the row has only a day.
    #[error("the row has only a day, expected an instant")]
    InstantNeeded,
    /// A customer recommended the firm to itself.
    #[error("the customer referred itself")]
    SelfReferral,
    /// A survey score is infinite or not a number.
    #[error("survey score is {score}, expected a finite number")]
    Score {
        /// The score.
        score: f64,
    },
    /// The refund names an order that the customer never made.
    #[error("the customer has no order {order:?}")]
    UnknownOrder {
        /// The order named.
        order: String,
    },
    /// The refund is earlier than any purchase that it could take back.
    #[error("the refund comes before the purchase")]
    RefundBeforePurchase,
    /// The customer never bought.
    #[error("the refund has no purchase to take back")]
    RefundWithoutPurchase,
    /// The refund is larger than what is left of its order.
    #[error("refund {refund} exceeds the {left} left of order {order:?}")]
    RefundExceedsOrder {
        /// The order named.
        order: String,
        /// The refund.
        refund: Money,
        /// What was bought up to then, less earlier refunds.
        left: Money,
    },
    /// The refund is larger than what is left of all purchases up to then.
    #[error("refund {refund} exceeds the {left} left of all purchases")]
    RefundExceedsPurchases {
        /// The refund.
        refund: Money,
        /// What was bought up to then, less other refunds.
        left: Money,
    },
}

impl<Id> InteractionLog<Id> {
    /// Starts to collect the rows of a window.
    pub fn builder(window: Window, granularity: Granularity) -> LogBuilder<Id> {
        LogBuilder::new(window, granularity)
    }

    /// The window that the log covers.
    pub const fn window(&self) -> &Window {
        &self.window
    }

    /// How finely the log tells times apart.
    pub const fn granularity(&self) -> Granularity {
        self.clock.granularity
    }

    /// The time zone in which instants become days.
    pub const fn zone(&self) -> &Zone {
        &self.clock.zone
    }

    /// What refunds do to purchases.
    pub const fn refunds(&self) -> RefundPolicy {
        self.refunds
    }

    /// The currency of all amounts; `None` when there are none.
    pub const fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// Everybody who is mentioned as a customer, ascending.
    pub fn ids(&self) -> &[Id] {
        &self.ids
    }

    /// All rows, by customer, then by time.
    pub fn rows(&self) -> &[Interaction<Id>] {
        &self.rows
    }

    /// What customers paid up to and with a day, less what they got back; `None` when the log has no amounts.
    ///
    /// It equals the realised totals of the cohort at this cut plus those of the customers left out, exactly.
    pub fn net_total(&self, through: Day) -> Option<Money> {
        let end = self.clock.tick_after(through);
        let rows = self.ticks.iter().zip(&self.rows).filter(|(tick, _)| **tick < end);
        Some(Money::new(net(rows.map(|(_, row)| &row.event)), self.currency?))
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Events of one customer, by position, with their ticks.
    pub(crate) fn events(&self, customer: usize) -> (&[i64], &[Interaction<Id>]) {
        let start = customer.checked_sub(1).map_or(0, |before| self.ends[before]);
        let range = start..self.ends[customer];
        (&self.ticks[range.clone()], &self.rows[range])
    }

    /// The purchases of one customer, by position, as they stand just before a tick.
    pub(crate) fn net_purchases(&self, customer: usize, before: i64) -> Vec<NetPurchase> {
        let (ticks, rows) = self.events(customer);
        let known = ticks.partition_point(|tick| *tick < before);
        settle::settle(ticks.iter().copied().zip(rows.iter().map(|row| &row.event)).take(known)).purchases(self.refunds)
    }
}

impl<Id: Ord> InteractionLog<Id> {
    /// The rows of one customer, in order of time; empty for an unknown id.
    pub fn of(&self, id: &Id) -> &[Interaction<Id>] {
        self.ids.binary_search(id).map_or(&[], |customer| self.events(customer).1)
    }

    /// When a customer bought up to and with a day, and what refunds up to then left of each purchase.
    pub fn purchases(&self, id: &Id, through: Day) -> Vec<(Moment, Money)> {
        let (Ok(customer), Some(currency)) = (self.ids.binary_search(id), self.currency) else { return Vec::new() };
        let purchases = self.net_purchases(customer, self.clock.tick_after(through));
        purchases
            .iter()
            .map(|bought| (self.moment(bought.tick), Money::new(bought.net.normalize(), currency)))
            .collect()
    }

    pub(crate) fn moment(&self, tick: i64) -> Moment {
        match (self.clock.granularity, i32::try_from(tick).map(Day::from_days_since_epoch)) {
            (Granularity::Day, Ok(Ok(day))) => day.into(),
            _ => Timestamp::from_nanoseconds(tick).into(),
        }
    }
}

impl<Id: Ord + Clone> InteractionLog<Id> {
    /// Rows in order, each checked.
    fn checked(
        window: Window,
        clock: Clock,
        refunds: RefundPolicy,
        currency: Option<Currency>,
        ticks: Vec<i64>,
        rows: Vec<Interaction<Id>>,
    ) -> Self {
        let customers = rows.chunk_by(|one, other| one.customer == other.customer);
        let (ids, lengths): (Vec<_>, Vec<_>) = customers.map(|rows| (rows[0].customer.clone(), rows.len())).unzip();
        let ends = lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        let ends = ends.collect();
        Self { window, clock, refunds, currency, ids, ends, ticks, rows }
    }
}

/// Purchases less refunds; exact, because the log has proven that sums of its amounts are.
pub(crate) fn net<'a, Id: 'a>(events: impl Iterator<Item = &'a Event<Id>>) -> Decimal {
    let total = events.fold(Decimal::ZERO, |total, event| match event {
        Event::Purchase { amount, .. } => total + amount.amount().normalize(),
        Event::Refund { amount, .. } => total - amount.amount().normalize(),
        _ => total,
    });
    total.normalize()
}
