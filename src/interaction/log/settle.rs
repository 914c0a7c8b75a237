use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::RowError;
use crate::{interaction::Event, units::Money};

/// What refunds do to the purchases that they take back.
///
/// In both cases a refund counts from its own date on, and nets what was spent. The default is
/// [`WhollyRefundedIsNoPurchase`](Self::WhollyRefundedIsNoPurchase).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RefundPolicy {
    /// A purchase that is wholly refunded is no purchase: repeats, recency and even the first purchase are
    /// those of what remains. A purchase free of charge has nothing to refund and remains.
    #[default]
    WhollyRefundedIsNoPurchase,
    /// A purchase that is wholly refunded remains a purchase, of zero: the customer did come and buy.
    WhollyRefundedCounts,
}

/// The purchases of one customer at one tick, and what refunds left of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct NetPurchase {
    pub(crate) tick: i64,
    pub(crate) net: Decimal,
}

/// Purchases of one customer after refunds.
#[derive(Debug, Default)]
pub(super) struct Settled<'a> {
    lines: Vec<Line<'a>>,
    /// Position of each refund that takes back too much, and why, in order of time.
    pub(super) faults: Vec<(usize, RowError)>,
}

#[derive(Debug)]
struct Line<'a> {
    tick: i64,
    order: Option<&'a str>,
    amount: Decimal,
    left: Decimal,
}

/// Purchases that can still be refunded, the latest on top.
#[derive(Debug, Default)]
struct Shelf {
    lines: Vec<usize>,
    left: Decimal,
}

struct Refund<'a> {
    position: usize,
    tick: i64,
    order: Option<&'a str>,
    money: Money,
}

/// Settles the events of one customer, given in order of time: refunds that name an order first, then the
/// others, each from the latest purchase backwards.
///
/// Sums cannot overflow: the log has proven that the sum of all its amounts is exact.
pub(super) fn settle<'a, Id: 'a>(events: impl Iterator<Item = (i64, &'a Event<Id>)>) -> Settled<'a> {
    let mut settled = Settled::default();
    let mut refunds = Vec::new();
    for (position, (tick, event)) in events.enumerate() {
        match event {
            Event::Purchase { amount, order, .. } => {
                let amount = amount.amount().normalize();
                settled.lines.push(Line { tick, order: order.as_deref(), amount, left: amount });
            }
            Event::Refund { amount, order } => {
                refunds.push(Refund { position, tick, order: order.as_deref(), money: *amount });
            }
            _ => {}
        }
    }
    if !refunds.is_empty() {
        settled.settle_orders(&refunds);
        settled.settle_others(&refunds);
        settled.faults.sort_by_key(|(position, _)| *position);
    }
    settled
}

impl<'a> Settled<'a> {
    fn settle_orders(&mut self, refunds: &[Refund<'a>]) {
        let orders: BTreeSet<&str> = self.lines.iter().filter_map(|line| line.order).collect();
        let mut shelves: BTreeMap<&str, Shelf> = BTreeMap::new();
        let mut shelved = 0;
        for refund in refunds {
            let Some(order) = refund.order else { continue };
            while self.lines.get(shelved).is_some_and(|line| line.tick <= refund.tick) {
                if let Some(order) = self.lines[shelved].order {
                    shelves.entry(order).or_default().put(shelved, self.lines[shelved].left);
                }
                shelved += 1;
            }
            let fault = match shelves.get_mut(order) {
                Some(shelf) => shelf
                    .take(refund.money, &mut self.lines)
                    .err()
                    .map(|left| RowError::RefundExceedsOrder { order: order.into(), refund: refund.money, left }),
                None if orders.contains(order) => Some(RowError::RefundBeforePurchase),
                None => Some(RowError::UnknownOrder { order: order.into() }),
            };
            self.faults.extend(fault.map(|fault| (refund.position, fault)));
        }
    }

    fn settle_others(&mut self, refunds: &[Refund<'a>]) {
        let mut shelf = Shelf::default();
        let mut shelved = 0;
        for refund in refunds.iter().filter(|refund| refund.order.is_none()) {
            while self.lines.get(shelved).is_some_and(|line| line.tick <= refund.tick) {
                shelf.put(shelved, self.lines[shelved].left);
                shelved += 1;
            }
            let fault = match shelf.take(refund.money, &mut self.lines) {
                Ok(()) => continue,
                Err(_) if self.lines.is_empty() => RowError::RefundWithoutPurchase,
                Err(_) if shelved == 0 => RowError::RefundBeforePurchase,
                Err(left) => RowError::RefundExceedsPurchases { refund: refund.money, left },
            };
            self.faults.push((refund.position, fault));
        }
    }

    /// The purchases that count, those of one tick merged, in order of time.
    pub(super) fn purchases(&self, policy: RefundPolicy) -> Vec<NetPurchase> {
        let mut merged: Vec<NetPurchase> = Vec::new();
        for line in self.lines.iter().filter(|line| line.counts(policy)) {
            match merged.last_mut().filter(|last| last.tick == line.tick) {
                Some(last) => last.net += line.left,
                None => merged.push(NetPurchase { tick: line.tick, net: line.left }),
            }
        }
        merged
    }
}

impl Line<'_> {
    fn counts(&self, policy: RefundPolicy) -> bool {
        let refunded = self.left.is_zero() && !self.amount.is_zero();
        policy == RefundPolicy::WhollyRefundedCounts || !refunded
    }
}

impl Shelf {
    fn put(&mut self, line: usize, left: Decimal) {
        self.lines.push(line);
        self.left += left;
    }

    /// Takes a refund off the latest purchases; the error says how much there is to refund.
    fn take(&mut self, refund: Money, lines: &mut [Line<'_>]) -> Result<(), Money> {
        let mut open = refund.amount().normalize();
        if open > self.left {
            return Err(Money::new(self.left, refund.currency()));
        }
        self.left -= open;
        while let Some(&top) = self.lines.last().filter(|_| !open.is_zero()) {
            let part = open.min(lines[top].left);
            lines[top].left -= part;
            open -= part;
            if lines[top].left.is_zero() {
                self.lines.pop();
            }
        }
        Ok(())
    }
}
