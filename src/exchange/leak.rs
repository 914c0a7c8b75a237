use std::collections::BTreeMap;

use super::ExchangeError;
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

impl std::fmt::Display for LeakCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Rudeness => "rudeness",
            Self::PoorService => "poor service",
            Self::UntrainedStaff => "untrained staff",
            Self::PoorQuality => "poor quality",
            Self::PoorSelection => "poor selection",
            Self::ProductUpdate => "product update",
            Self::Other(cause) => cause,
        })
    }
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
/// assert_eq!(tally, LeakTally::new([(LeakCause::Rudeness, 1), (LeakCause::PoorService, 3)])?);
/// assert_eq!(tally.pareto()[0].cause, LeakCause::PoorService);
/// assert_eq!(tally.pareto()[0].share.get(), 0.75);
/// assert_eq!(tally.vital_few(Probability::new(0.7)?), [LeakCause::PoorService]);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Stored", into = "Stored")
)]
pub struct LeakTally {
    counts: BTreeMap<LeakCause, u64>,
    total: u64,
}

/// One cause among all.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LeakShare {
    /// The cause.
    pub cause: LeakCause,
    /// How many left for it.
    pub customers: u64,
    /// Which share of all who left that is.
    pub share: Probability,
    /// The share of this and all more frequent causes.
    pub cumulative: Probability,
}

/// Numbers of customers up to here are floats, so that shares of them are; there are fewer people.
const MOST_CUSTOMERS: u64 = 1 << f64::MANTISSA_DIGITS;

impl LeakTally {
    /// Customers counted before, by cause. A cause may come several times; one for which nobody left does not occur.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooMany`] for more than 2⁵³ customers.
    pub fn new(counts: impl IntoIterator<Item = (LeakCause, u64)>) -> Result<Self, ExchangeError> {
        let mut tally = Self::default();
        for (cause, customers) in counts {
            tally.add(cause, customers)?;
        }
        Ok(tally)
    }

    /// Counts more customers who left for a cause.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooMany`] for more than 2⁵³ customers in all; the tally is then as it was.
    pub fn add(&mut self, cause: LeakCause, customers: u64) -> Result<(), ExchangeError> {
        let found = u128::from(self.total) + u128::from(customers);
        if found > MOST_CUSTOMERS.into() {
            return Err(ExchangeError::TooMany { items: "customers who left", found, most: MOST_CUSTOMERS });
        }
        if customers > 0 {
            *self.counts.entry(cause).or_default() += customers;
            self.total += customers;
        }
        Ok(())
    }

    /// How many customers left.
    pub const fn total(&self) -> u64 {
        self.total
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
            let [share, cumulative] = [customers, so_far].map(|part| Probability::computed(part as f64 / total));
            LeakShare { cause: cause.clone(), customers, share, cumulative }
        };
        causes.into_iter().map(share).collect()
    }

    /// The fewest causes that together make up at least a share of those who left, most frequent first; all for a share
    /// of 1.
    pub fn vital_few(&self, share: Probability) -> Vec<LeakCause> {
        let total = self.total() as f64;
        // A decimal such as 0.07 may lie below its float, of which 100 customers are more than 7; it is never below the
        // float before. All customers are all of them.
        let needed = if share.get() < 1.0 { share.get().next_down() * total } else { total };
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
        // One at a time, nobody counts to 2⁵³.
        for cause in causes {
            *tally.counts.entry(cause).or_default() += 1;
            tally.total += 1;
        }
        tally
    }
}

/// The stored form: pairs, because a cause in the words of the caller is no key of a JSON object.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored(Vec<(LeakCause, u64)>);

#[cfg(feature = "serde")]
impl TryFrom<Stored> for LeakTally {
    type Error = ExchangeError;

    fn try_from(Stored(pairs): Stored) -> Result<Self, ExchangeError> {
        Self::new(pairs)
    }
}

#[cfg(feature = "serde")]
impl From<LeakTally> for Stored {
    fn from(tally: LeakTally) -> Self {
        Self(tally.counts.into_iter().collect())
    }
}
