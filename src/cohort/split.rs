use super::{Cohort, CohortError, SpendHistory, summarize::Observed};
use crate::{
    interaction::{InteractionLog, net},
    units::{Day, Money, MoneyError, Span},
};

/// A cohort at a cut, and what its customers did afterwards: to fit on the one and check on the other.
#[doc(alias = "calibration and holdout")]
#[derive(Debug, Clone, PartialEq)]
pub struct Split<Id> {
    /// The customers as they stood at the cut.
    pub calibration: Cohort<Id>,
    /// What each did after the cut: position `i` belongs to customer `i` of the calibration cohort.
    pub holdout: Vec<Holdout>,
    /// From the cut to the end of the holdout.
    pub span: Span,
}

/// What one customer did after the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Holdout {
    /// The purchases after the cut and the net total spent on them: the same definition as before the cut, where
    /// all purchases after the first are repeat purchases.
    pub spend: SpendHistory,
    /// What was paid back after the cut for purchases made up to the cut.
    pub refunded: Money,
}

impl Holdout {
    /// How often the customer bought after the cut.
    pub const fn purchases(&self) -> u32 {
        self.spend.repeats()
    }

    /// What was paid after the cut less what was paid back: realised value at the end less that at the cut.
    ///
    /// # Errors
    ///
    /// [`MoneyError`] cannot occur for the holdout of a log, whose sums are exact and in one currency.
    pub fn net_total(&self) -> Result<Money, MoneyError> {
        self.spend.repeat_total().checked_sub(self.refunded)
    }
}

impl<Id: Ord + Clone> InteractionLog<Id> {
    /// The cohort at a cut, and what its customers did from the day after the cut to the end day.
    ///
    /// Refunds after the cut touch the holdout only. Customers won after the cut belong to neither.
    ///
    /// # Errors
    ///
    /// [`CohortError::CutOutsideWindow`] for either day; [`CohortError::NoHoldout`] unless the end comes after
    /// the cut.
    pub fn split(&self, cut: Day, end: Day) -> Result<Split<Id>, CohortError> {
        self.check_cut(end)?;
        let span = Span::between(cut, end).filter(|span| !span.is_zero()).ok_or(CohortError::NoHoldout { cut, end })?;
        let calibration = self.cohort(cut)?;
        let members = (0..self.ids().len()).filter_map(|customer| match self.observe(customer, cut) {
            Observed::Member(member) => Some((customer, member.realised)),
            _ => None,
        });
        let holdout = members.map(|(customer, realised)| self.holdout(customer, realised, cut, end)).collect();
        Ok(Split { calibration, holdout, span })
    }

    fn holdout(&self, customer: usize, realised: Money, cut: Day, end: Day) -> Holdout {
        let (after_cut, after_end) = (self.clock().tick_after(cut), self.clock().tick_after(end));
        let mut purchases = self.net_purchases(customer, after_end);
        purchases.retain(|bought| bought.tick >= after_cut);
        let total = purchases.iter().map(|bought| bought.net).sum::<rust_decimal::Decimal>();
        let (ticks, rows) = self.events(customer);
        let known = ticks.partition_point(|tick| *tick < after_end);
        let booked = net(rows[..known].iter().map(|row| &row.event)) - realised.amount();
        let money = |amount: rust_decimal::Decimal| Money::new(amount.normalize(), realised.currency());
        let repeats = u32::try_from(purchases.len()).unwrap_or(u32::MAX);
        Holdout { spend: SpendHistory::proven(repeats, money(total)), refunded: money(total - booked) }
    }
}
