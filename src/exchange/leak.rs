use std::collections::BTreeMap;

use crate::units::Probability;

/// Why a customer left.
#[doc(alias = "流失原因")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum LeakCause {
    /// They were treated rudely.
    #[doc(alias = "粗魯")]
    Rudeness,
    /// They were served badly.
    #[doc(alias = "劣質服務")]
    PoorService,
    /// They met people who had not learnt their trade.
    #[doc(alias = "未經過訓練的員工")]
    UntrainedStaff,
    /// The goods were bad.
    #[doc(alias = "質量低劣")]
    PoorQuality,
    /// There was too little to choose from.
    #[doc(alias = "選擇性差")]
    PoorSelection,
    /// The product was replaced by a new one.
    #[doc(alias = "产品更新")]
    ProductUpdate,
    /// Another cause, in the words of the caller.
    Other(String),
}

/// Customers who left, counted by cause.
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::exchange::{LeakCause, LeakTally};
///
/// let left = [LeakCause::PoorService, LeakCause::Rudeness, LeakCause::PoorService, LeakCause::PoorService];
/// let tally: LeakTally = left.into_iter().collect();
/// assert_eq!(tally.pareto()[0].cause, LeakCause::PoorService);
/// assert_eq!(tally.pareto()[0].share, 0.75);
/// assert_eq!(tally.vital_few(Probability::new(0.7)?), [LeakCause::PoorService]);
/// # Ok::<(), customer_value::UnitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Stored", into = "Stored")
)]
pub struct LeakTally {
    counts: BTreeMap<LeakCause, u64>,
}

/// One cause among all.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LeakShare {
    /// The cause.
    pub cause: LeakCause,
    /// How many left for it.
    pub customers: u64,
    /// Which share of all who left that is.
    pub share: f64,
    /// The share of this and all more frequent causes.
    pub cumulative: f64,
}

impl LeakTally {
    /// How many customers left.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many left for a cause.
    pub fn of(&self, cause: &LeakCause) -> u64 {
        self.counts.get(cause).copied().unwrap_or(0)
    }

    /// The causes that occurred, most frequent first; of equally frequent ones, that which [`LeakCause`] lists first.
    #[doc(alias = "Pareto chart")]
    pub fn pareto(&self) -> Vec<LeakShare> {
        let total = self.total() as f64;
        let mut causes: Vec<_> = self.counts.iter().collect();
        causes.sort_by_key(|&(_, &customers)| std::cmp::Reverse(customers));
        let mut so_far = 0;
        let share = |(cause, &customers): (&LeakCause, &u64)| {
            so_far += customers;
            let (share, cumulative) = (customers as f64 / total, so_far as f64 / total);
            LeakShare { cause: cause.clone(), customers, share, cumulative }
        };
        causes.into_iter().map(share).collect()
    }

    /// The fewest causes that together make up at least a share of those who left, most frequent first.
    pub fn vital_few(&self, share: Probability) -> Vec<LeakCause> {
        /// Rounding of a share such as 0.7 is no customer.
        const ROUNDING: f64 = 1e-12;
        let needed = share.get() * self.total() as f64 * (1.0 - ROUNDING);
        let mut so_far = 0;
        let wanted = |cause: &LeakShare| {
            let before = so_far as f64;
            so_far += cause.customers;
            before < needed
        };
        self.pareto().into_iter().take_while(wanted).map(|share| share.cause).collect()
    }
}

impl FromIterator<LeakCause> for LeakTally {
    fn from_iter<I: IntoIterator<Item = LeakCause>>(causes: I) -> Self {
        let mut tally = Self::default();
        tally.extend(causes);
        tally
    }
}

impl Extend<LeakCause> for LeakTally {
    fn extend<I: IntoIterator<Item = LeakCause>>(&mut self, causes: I) {
        for cause in causes {
            *self.counts.entry(cause).or_default() += 1;
        }
    }
}

/// The stored form: pairs, because a cause in the words of the caller is no key of a JSON object.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored(Vec<(LeakCause, u64)>);

#[cfg(feature = "serde")]
impl TryFrom<Stored> for LeakTally {
    type Error = super::ExchangeError;

    fn try_from(Stored(pairs): Stored) -> Result<Self, Self::Error> {
        let all = pairs.iter().try_fold(0, |all: u64, (_, customers)| all.checked_add(*customers));
        if all.is_none() {
            return Err(super::ExchangeError::TooLarge { quantity: "number of customers who left" });
        }
        let mut tally = Self::default();
        for (cause, customers) in pairs.into_iter().filter(|(_, customers)| *customers > 0) {
            *tally.counts.entry(cause).or_default() += customers;
        }
        Ok(tally)
    }
}

#[cfg(feature = "serde")]
impl From<LeakTally> for Stored {
    fn from(tally: LeakTally) -> Self {
        Self(tally.counts.into_iter().collect())
    }
}
