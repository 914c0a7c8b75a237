use super::{Cohort, CohortError, LeftOut, LeftOutReason, PurchaseHistory, SpendHistory, check_cut};
use crate::{
    interaction::{Event, InteractionLog, net},
    math::LnProduct,
    units::{Day, Money},
};

/// What a log knows of one customer at a cut.
pub(super) enum Observed {
    /// Nothing happened yet.
    Unseen,
    /// Something happened, and the customer is not modelled.
    LeftOut(LeftOutReason),
    /// The customer belongs to the cohort.
    Member(Member),
}

pub(super) struct Member {
    pub(super) purchases: PurchaseHistory,
    pub(super) spend: SpendHistory,
    pub(super) realised: Money,
    pub(super) ln_gaps: f64,
}

impl<Id: Ord + Clone> InteractionLog<Id> {
    /// The customers as they stand at the end of a day: when they bought, and what they spent.
    ///
    /// The age of a customer runs from the first purchase to the cut, in whole civil days: a customer who first
    /// bought on the cut day has age 0. At [`Granularity::Instant`](crate::Granularity::Instant) it runs to the
    /// midnight at which the cut day ends. Purchases of one day (one instant) count once. Refunds up to the cut
    /// net the purchases that they take back, as [`RefundPolicy`](crate::RefundPolicy) states; later ones are
    /// not known yet. What somebody spent on repeat purchases leaves out the first purchase; what they spent in
    /// all does not.
    ///
    /// Customers who may be old ([`FirstSeen`](crate::FirstSeen)) and those without a purchase are left out by
    /// name: [`Cohort::left_out`].
    ///
    /// # Errors
    ///
    /// [`CohortError::CutOutsideWindow`].
    pub fn cohort(&self, cut: Day) -> Result<Cohort<Id>, CohortError> {
        self.members(cut).map(|(cohort, _)| cohort)
    }

    /// The cohort, and the position in the log of each of its customers.
    pub(super) fn members(&self, cut: Day) -> Result<(Cohort<Id>, Vec<usize>), CohortError> {
        check_cut(self.window(), cut)?;
        let mut cohort = Cohort::empty(cut);
        let mut members = Vec::new();
        for (customer, id) in self.ids().iter().enumerate() {
            match self.observe(customer, cut) {
                Observed::Unseen => {}
                Observed::LeftOut(reason) => cohort.left_out.push(LeftOut { id: id.clone(), reason }),
                Observed::Member(member) => {
                    cohort.push(id.clone(), &member);
                    members.push(customer);
                }
            }
        }
        Ok((cohort, members))
    }

    pub(super) fn observe(&self, customer: usize, cut: Day) -> Observed {
        let clock = self.clock();
        let before = clock.tick_after(cut);
        let (ticks, rows) = self.events(customer);
        let known = ticks.partition_point(|tick| *tick < before);
        if known == 0 {
            return Observed::Unseen;
        }
        let purchases = self.net_purchases(customer, before);
        let ([first, .., last] | [first @ last], Some(currency)) = (purchases.as_slice(), self.currency()) else {
            return Observed::LeftOut(LeftOutReason::NoPurchase);
        };
        let realised = Money::new(net(rows[..known].iter().map(|row| &row.event)), currency);
        // A purchase counts as seen even when it was refunded later: the customer was there.
        let is_purchase = |event: &Event<Id>| matches!(event, Event::Purchase { .. });
        let first_seen = rows.iter().position(|row| is_purchase(&row.event)).map_or(first.tick, |row| ticks[row]);
        if !self.window().is_new(clock.span(clock.first_tick(self.window().start()), first_seen)) {
            return Observed::LeftOut(LeftOutReason::FirstSeenInRunIn { realised });
        }
        // Memory ends before purchases exceed 32 bits.
        let repeats = u32::try_from(purchases.len() - 1).unwrap_or(u32::MAX);
        let mut gaps = LnProduct::default();
        for pair in purchases.windows(2) {
            gaps.multiply(clock.span(pair[0].tick, pair[1].tick).as_days());
        }
        let repeat_total = Money::new((realised.amount() - first.net).normalize(), currency);
        Observed::Member(Member {
            purchases: PurchaseHistory::proven(
                repeats,
                clock.span(first.tick, last.tick),
                clock.span(first.tick, clock.age_end(cut)),
            ),
            spend: SpendHistory::proven(repeats, repeat_total),
            realised,
            ln_gaps: gaps.ln(),
        })
    }
}
