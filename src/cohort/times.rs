use super::{CohortError, GapHistory, HistoryError, PurchaseHistory, check_cut, summarize::Observed};
use crate::{
    interaction::InteractionLog,
    math::LnProduct,
    units::{Day, Span},
};

/// When a customer bought, each time: the past from which a history at any earlier age can be told.
///
/// Times run from the first purchase, which is left out. What a model would have said of the customer at each age is
/// [`PurchaseTimes::alive_path`].
///
/// # Examples
///
/// ```
/// use customer_value::{PurchaseTimes, Span};
///
/// // Customer 1 of the CDNOW sample: back after 17 and 213 days, observed for 272.
/// let times = PurchaseTimes::new([17, 213].map(Span::whole_days), Span::whole_days(272))?;
/// let then = times.history_at(Span::whole_days(100))?;
/// assert_eq!((then.repeats(), then.recency()), (1, Span::whole_days(17)));
/// # Ok::<(), customer_value::HistoryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Raw"))]
pub struct PurchaseTimes {
    repeats: Vec<Span>,
    age: Span,
}

impl PurchaseTimes {
    /// Repeat purchases at these times after the first, observed up to `age`.
    ///
    /// # Errors
    ///
    /// [`HistoryError::TimesNotAscending`] unless each time is later than the one before it, and the first later than
    /// the first purchase; [`HistoryError::RecencyExceedsAge`] when the last lies after the age;
    /// [`HistoryError::TooLong`] beyond 1e9 purchases.
    pub fn new(repeats: impl Into<Vec<Span>>, age: Span) -> Result<Self, HistoryError> {
        let repeats = repeats.into();
        let before = std::iter::once(&Span::ZERO).chain(&repeats);
        if let Some(index) = repeats.iter().zip(before).position(|(time, before)| time <= before) {
            return Err(HistoryError::TimesNotAscending { index });
        }
        let count = u32::try_from(repeats.len()).map_err(|_| HistoryError::TooLong)?;
        PurchaseHistory::new(count, repeats.last().copied().unwrap_or_default(), age)?;
        Ok(Self { repeats, age })
    }

    /// The repeat purchases, each a time after the first purchase, ascending.
    pub fn repeats(&self) -> &[Span] {
        &self.repeats
    }

    /// From the first purchase to the end of the window (T).
    pub const fn age(&self) -> Span {
        self.age
    }

    /// The history at the end of the window.
    pub fn history(&self) -> PurchaseHistory {
        self.known_at(self.age)
    }

    /// The history with the sum of the logarithms of its gaps.
    pub fn gap_history(&self) -> GapHistory {
        let mut gaps = LnProduct::default();
        self.gaps().for_each(|gap| gaps.multiply(gap.as_days()));
        GapHistory::proven(self.history(), gaps.ln())
    }

    /// The gaps between purchases, from the first purchase on.
    pub fn gaps(&self) -> impl ExactSizeIterator<Item = Span> {
        let before = |index: usize| index.checked_sub(1).map_or(Span::ZERO, |before| self.repeats[before]);
        let gap = move |(index, time): (usize, &Span)| Span::known(time.as_days() - before(index).as_days());
        self.repeats.iter().enumerate().map(gap)
    }

    /// The history as it stood at an earlier age, with a purchase made at that very age.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NotYetObserved`] for an age after the end of the window.
    pub fn history_at(&self, age: Span) -> Result<PurchaseHistory, HistoryError> {
        if age > self.age {
            return Err(HistoryError::NotYetObserved { asked: age, age: self.age });
        }
        Ok(self.known_at(age))
    }

    fn known_at(&self, age: Span) -> PurchaseHistory {
        let known = self.repeats.partition_point(|time| *time <= age);
        let recency = known.checked_sub(1).map_or(Span::ZERO, |last| self.repeats[last]);
        // The constructor has counted all of them in 32 bits.
        PurchaseHistory::proven(u32::try_from(known).unwrap_or(u32::MAX), recency, age)
    }
}

impl<Id: Ord + Clone> InteractionLog<Id> {
    /// When a customer bought, as the log knows it at the end of a day; `None` for whoever does not belong to the
    /// [cohort](Self::cohort) of that cut. The history of the cohort is [`PurchaseTimes::history`].
    ///
    /// Refunds up to the cut count for the whole past: a purchase refunded since was never made.
    ///
    /// # Errors
    ///
    /// [`CohortError::CutOutsideWindow`].
    pub fn purchase_times(&self, id: &Id, cut: Day) -> Result<Option<PurchaseTimes>, CohortError> {
        check_cut(self.window(), cut)?;
        let Ok(customer) = self.ids().binary_search(id) else { return Ok(None) };
        let Observed::Member(member) = self.observe(customer, cut) else { return Ok(None) };
        let clock = self.clock();
        let purchases = self.net_purchases(customer, clock.tick_after(cut));
        let since_first = |tick| clock.span(purchases[0].tick, tick);
        let mut repeats: Vec<Span> = purchases.iter().skip(1).map(|bought| since_first(bought.tick)).collect();
        // Years after the first purchase, instants a few nanoseconds apart are the same float.
        for index in (1..repeats.len()).rev() {
            let before = repeats[index].as_days().next_down();
            repeats[index - 1] = repeats[index - 1].min(Span::known(before));
        }
        Ok(Some(PurchaseTimes { repeats, age: member.purchases.age() }))
    }
}

impl<Id: Ord + Clone> InteractionLog<Id> {
    /// The customers of the cohort of a cut, in its order, with the tick from which [`Self::purchase_times`] count.
    pub(crate) fn first_purchases(&self, cut: Day) -> Result<Vec<(&Id, i64)>, CohortError> {
        check_cut(self.window(), cut)?;
        let before = self.clock().tick_after(cut);
        let first = |(customer, id)| match self.observe(customer, cut) {
            Observed::Member(_) => Some((id, self.net_purchases(customer, before).first()?.tick)),
            _ => None,
        };
        Ok(self.ids().iter().enumerate().filter_map(first).collect())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    repeats: Vec<Span>,
    age: Span,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for PurchaseTimes {
    type Error = HistoryError;

    fn try_from(raw: Raw) -> Result<Self, HistoryError> {
        Self::new(raw.repeats, raw.age)
    }
}
