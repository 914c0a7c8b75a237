use std::{collections::BTreeMap, ops::Range};

use rust_decimal::Decimal;

use super::{BadRow, Clock, Granularity, InteractionLog, LogError, RefundPolicy, RowError, Window, settle::settle};
use crate::{
    interaction::{Event, Interaction},
    units::{Currency, Moment, Zone},
};

/// Collects rows in any order and from any number of sources, until [`LogBuilder::build`] checks them.
///
/// [Merging](LogBuilder::merge) two builders equals giving their rows to one, in any order: they form a monoid, so
/// that shards of a log can be read apart.
#[derive(Debug, Clone)]
#[must_use]
pub struct LogBuilder<Id> {
    window: Window,
    clock: Clock,
    refunds: RefundPolicy,
    sources: Vec<String>,
    next: usize,
    rows: Vec<Unchecked<Id>>,
}

#[derive(Debug, Clone)]
struct Unchecked<Id> {
    source: usize,
    index: usize,
    row: Interaction<Id>,
}

impl<Id> LogBuilder<Id> {
    pub(super) fn new(window: Window, granularity: Granularity) -> Self {
        let clock = Clock { granularity, zone: Zone::UTC };
        Self {
            window,
            clock,
            refunds: RefundPolicy::default(),
            sources: vec!["rows".into()],
            next: 0,
            rows: Vec::new(),
        }
    }

    /// The time zone in which instants become days, and in which days begin and end; UTC unless stated.
    pub fn zone(mut self, zone: Zone) -> Self {
        self.clock.zone = zone;
        self
    }

    /// What refunds do to purchases.
    pub const fn refunds(mut self, policy: RefundPolicy) -> Self {
        self.refunds = policy;
        self
    }

    /// Names where the rows that follow come from; errors count them from 0 under this name.
    ///
    /// Without it the source is called `rows`.
    pub fn source(mut self, name: impl Into<String>) -> Self {
        self.sources.push(name.into());
        self.next = 0;
        self
    }

    /// Adds one row.
    pub fn push(&mut self, row: Interaction<Id>) {
        self.rows.push(Unchecked { source: self.sources.len() - 1, index: self.next, row });
        self.next += 1;
    }

    /// Adds rows.
    pub fn extend(mut self, rows: impl IntoIterator<Item = Interaction<Id>>) -> Self {
        rows.into_iter().for_each(|row| self.push(row));
        self
    }

    /// Adds the rows of another builder; they keep their sources and indices. Rows pushed later belong to the
    /// last source of the other builder.
    ///
    /// # Errors
    ///
    /// [`LogError::SettingsDiffer`] unless both have the same window, granularity, zone and refund policy.
    pub fn merge(mut self, other: Self) -> Result<Self, LogError> {
        if (self.window, &self.clock, self.refunds) != (other.window, &other.clock, other.refunds) {
            return Err(LogError::SettingsDiffer);
        }
        let offset = self.sources.len();
        self.sources.extend(other.sources);
        self.next = other.next;
        self.rows.extend(other.rows.into_iter().map(|row| Unchecked { source: row.source + offset, ..row }));
        Ok(self)
    }
}

impl<Id: Ord + Clone> LogBuilder<Id> {
    /// Checks all rows and orders them.
    ///
    /// The currency of the log is the one that most amounts are in; amounts in another are errors.
    ///
    /// # Errors
    ///
    /// [`LogError::Rows`] names every bad row. Refunds are checked against the rows that are good by
    /// themselves. [`LogError::TotalTooLarge`] when the amounts have too many digits for an exact sum.
    pub fn build(self) -> Result<InteractionLog<Id>, LogError> {
        let Self { window, clock, refunds, sources, rows, .. } = self;
        let currency = most_frequent_currency(&rows);
        let ticks = clock.first_tick(window.start())..clock.tick_after(window.end());
        let (mut good, mut bad) = (Vec::with_capacity(rows.len()), Vec::new());
        for Unchecked { source, index, row } in rows {
            match check_alone(&row, currency, &clock, (window, &ticks)) {
                Ok(tick) => good.push(Placed { tick, place: (source, index), row }),
                Err(faults) => bad.extend(faults.into_iter().map(|fault| ((source, index), fault))),
            }
        }
        good.sort_by(|one, other| one.key().cmp(&other.key()));
        let exact = sums_are_exact(good.iter().map(|placed| &placed.row.event));
        if exact {
            bad.extend(refund_faults(&good));
        }
        if !bad.is_empty() {
            return Err(LogError::Rows(named(bad, &sources)));
        }
        if !exact {
            return Err(LogError::TotalTooLarge);
        }
        let (ticks, rows) = good.into_iter().map(|placed| (placed.tick, on_clock(placed.row, &clock))).unzip();
        Ok(InteractionLog::checked(window, clock, refunds, currency, ticks, rows))
    }
}

/// Source and index of a row.
type Place = (usize, usize);

/// A row that is good by itself.
struct Placed<Id> {
    tick: i64,
    place: Place,
    row: Interaction<Id>,
}

impl<Id: Ord> Placed<Id> {
    /// Orders rows by what they say; where they came from decides between equal ones only.
    fn key(&self) -> impl Ord + '_ {
        (&self.row.customer, self.tick, self.row.event.key(), self.place)
    }
}

/// Faults of refunds, in rows ordered by their keys.
fn refund_faults<Id: Ord>(rows: &[Placed<Id>]) -> impl Iterator<Item = (Place, RowError)> {
    rows.chunk_by(|one, other| one.row.customer == other.row.customer).flat_map(|customer| {
        let settled = settle(customer.iter().map(|placed| (placed.tick, &placed.row.event)));
        settled.faults.into_iter().map(|(position, fault)| (customer[position].place, fault))
    })
}

fn named(mut bad: Vec<(Place, RowError)>, sources: &[String]) -> Vec<BadRow> {
    bad.sort_by_key(|(place, _)| *place);
    bad.into_iter().map(|((source, row), reason)| BadRow { from: sources[source].clone(), row, reason }).collect()
}

/// At day granularity an instant becomes its day.
fn on_clock<Id>(row: Interaction<Id>, clock: &Clock) -> Interaction<Id> {
    match clock.granularity {
        Granularity::Day => Interaction { at: Moment::Day(clock.day(row.at)), ..row },
        Granularity::Instant => row,
    }
}

/// The currency that most amounts are in; of equally frequent ones the first of the alphabet, so that the
/// order of rows does not matter.
fn most_frequent_currency<Id>(rows: &[Unchecked<Id>]) -> Option<Currency> {
    let mut counts = BTreeMap::new();
    for money in rows.iter().flat_map(|unchecked| unchecked.row.event.amounts()) {
        *counts.entry(money.currency()).or_insert(0_usize) += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(currency, _)| currency)
}

/// The tick of a row that is good by itself.
fn check_alone<Id: PartialEq>(
    row: &Interaction<Id>,
    currency: Option<Currency>,
    clock: &Clock,
    (window, ticks): (Window, &Range<i64>),
) -> Result<i64, Vec<RowError>> {
    let mut faults = event_faults(row, currency);
    match clock.tick(row.at) {
        None => faults.push(RowError::InstantNeeded),
        Some(tick) if !ticks.contains(&tick) => {
            faults.push(RowError::OutsideWindow { day: clock.day(row.at), start: window.start(), end: window.end() });
        }
        Some(tick) if faults.is_empty() => return Ok(tick),
        Some(_) => {}
    }
    Err(faults)
}

fn event_faults<Id: PartialEq>(row: &Interaction<Id>, currency: Option<Currency>) -> Vec<RowError> {
    let mut faults = Vec::new();
    for money in row.event.amounts() {
        if money.is_negative() {
            faults.push(RowError::NegativeAmount { amount: money });
        }
        if let Some(expected) = currency.filter(|expected| *expected != money.currency()) {
            faults.push(RowError::Currency { expected, found: money.currency() });
        }
    }
    match &row.event {
        Event::Referral { whom } if *whom == row.customer => faults.push(RowError::SelfReferral),
        Event::SurveyResponse { score, .. } if !score.is_finite() => faults.push(RowError::Score { score: *score }),
        _ => {}
    }
    faults
}

/// Whether every sum of these amounts, or of some of them with signs, is exact: none has more digits than the
/// sum of all.
fn sums_are_exact<'a, Id: 'a>(events: impl Iterator<Item = &'a Event<Id>>) -> bool {
    let mut total = Some(Decimal::ZERO);
    let mut scale = 0;
    for event in events {
        if let Event::Purchase { amount: money, .. } | Event::Refund { amount: money, .. } = event {
            let amount = money.amount().normalize();
            scale = scale.max(amount.scale());
            total = total.and_then(|total| total.checked_add(amount));
        }
    }
    // A decimal that runs out of digits rounds silently, which shows as decimals lost.
    total.is_some_and(|total| total.scale() >= scale || total.is_zero())
}
