use crate::units::{Currency, ExpectedMoney, Money, MoneyError, Span};

/// When a customer bought, seen from the end of the observation window: what every count model needs to know.
///
/// The clock of a customer starts with the first purchase. After it came `repeats` (x) further purchases, the
/// last of them at `recency` (t_x); the customer has been observed for `age` (T).
///
/// ```text
/// first purchase        last purchase        end of the window
/// 0 ────────────────────── t_x ──────────────────── T
///                           └── time since last ────┘
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::{PurchaseHistory, Span};
///
/// // Customer 1 of the CDNOW sample: two repeat purchases, the last in week 30.43 of 38.86.
/// let history = PurchaseHistory::new(2, Span::weeks(30.43)?, Span::weeks(38.86)?)?;
/// assert_eq!(history.purchases(), 3);
///
/// // A week later nothing has happened; then the customer buys.
/// let later = history.after_silence(Span::weeks(1.0)?)?.with_purchase()?;
/// assert_eq!((later.repeats(), later.recency()), (3, later.age()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "RFM summary")]
#[doc(alias = "frequency")]
#[doc(alias = "购买历史")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "RawPurchases"))]
pub struct PurchaseHistory {
    repeats: u32,
    recency: Span,
    age: Span,
}

/// Why a history is impossible.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The last purchase lies after the end of the window.
    #[error("recency {recency} exceeds age {age}")]
    RecencyExceedsAge {
        /// When the last purchase happened.
        recency: Span,
        /// When the window ended.
        age: Span,
    },
    /// There is no repeat purchase, yet the last one is not the first.
    #[error("recency is {recency} without a repeat purchase, expected 0")]
    RecencyWithoutRepeat {
        /// When the last purchase is said to have happened.
        recency: Span,
    },
    /// There are repeat purchases, yet the last one coincides with the first.
    #[error("{repeats} repeat purchases but recency 0, expected the last after the first")]
    RepeatWithoutRecency {
        /// How many repeat purchases are claimed.
        repeats: u32,
    },
    /// A purchase at the moment of the last one is the same purchase.
    #[error("a purchase at age {age} is already counted")]
    SameMoment {
        /// The age of the customer.
        age: Span,
    },
    /// A repeat purchase is not later than the one before it.
    #[error("repeat purchase {index} (from 0) is not later than the purchase before it")]
    TimesNotAscending {
        /// Which repeat purchase.
        index: usize,
    },
    /// The age asked for lies after the end of the window.
    #[error("age {asked} is not yet observed, the window ends at {age}")]
    NotYetObserved {
        /// The age asked for.
        asked: Span,
        /// The age at the end of the window.
        age: Span,
    },
    /// No gaps between these purchases have logarithms with this sum.
    #[error("logarithms of gaps sum to {ln_gaps}, expected at most {most}, and 0 without a repeat purchase")]
    LnGaps {
        /// The sum given.
        ln_gaps: f64,
        /// That of equal gaps.
        most: f64,
    },
    /// The last opportunity taken comes after the last one there was.
    #[error("opportunity {last} was taken but there were {opportunities}")]
    LastExceedsOpportunities {
        /// The last one taken.
        last: u32,
        /// How many there were.
        opportunities: u32,
    },
    /// More opportunities were taken than there were up to the last of them.
    #[error("{repeats} opportunities taken, the last one number {last}")]
    RepeatsExceedLast {
        /// How many are said to have been taken.
        repeats: u32,
        /// The last one taken.
        last: u32,
    },
    /// No opportunity was taken, yet there is a last one.
    #[error("the last opportunity taken is number {last} without a repeat purchase, expected 0")]
    LastWithoutRepeat {
        /// The last one said to have been taken.
        last: u32,
    },
    /// A count or a time grew beyond its range.
    #[error("the history is too long for its counters")]
    TooLong,
    /// Spend on repeat purchases is negative.
    #[error("total spend {total} on repeat purchases is negative")]
    NegativeSpend {
        /// The total.
        total: Money,
    },
    /// Money was spent on repeat purchases, yet there is none.
    #[error("{total} spent on no repeat purchases")]
    SpendWithoutRepeat {
        /// The total.
        total: Money,
    },
    /// An amount is in another currency than those before.
    #[error("spend is in {found}, expected {expected}")]
    Currency {
        /// The currency so far.
        expected: Currency,
        /// The currency of this amount.
        found: Currency,
    },
    /// An amount could not be computed.
    #[error("the total of the spend does not fit into 96 bits")]
    SpendOverflow,
}

impl PurchaseHistory {
    /// More than anybody buys; below it no sum over purchases overflows.
    const MOST_REPEATS: u32 = 1_000_000_000;

    /// A history of `repeats` purchases after the first, the last of them at `recency`, observed up to `age`.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when the last purchase lies after the age, when there is a recency without a repeat
    /// purchase or the other way round, or beyond 1e9 purchases.
    pub fn new(repeats: u32, recency: Span, age: Span) -> Result<Self, HistoryError> {
        match (repeats, recency.is_zero()) {
            (Self::MOST_REPEATS.., _) => Err(HistoryError::TooLong),
            _ if recency > age => Err(HistoryError::RecencyExceedsAge { recency, age }),
            (0, false) => Err(HistoryError::RecencyWithoutRepeat { recency }),
            (1.., true) => Err(HistoryError::RepeatWithoutRecency { repeats }),
            _ => Ok(Self { repeats, recency, age }),
        }
    }

    /// As [`PurchaseHistory::new`], for numbers that come from ordered purchases.
    pub(crate) fn proven(repeats: u32, recency: Span, age: Span) -> Self {
        debug_assert!(Self::new(repeats, recency, age).is_ok(), "{repeats} repeats, {recency} of {age}");
        Self { repeats, recency, age }
    }

    /// The same, for times in days.
    pub(crate) fn observed(repeats: u32, recency: f64, age: f64) -> Self {
        Self::proven(repeats, Span::known(recency), Span::known(age))
    }

    /// The history of somebody who has just made the first purchase: a newcomer.
    pub const fn acquired() -> Self {
        Self { repeats: 0, recency: Span::ZERO, age: Span::ZERO }
    }

    /// Purchases after the first one (x, "frequency").
    pub const fn repeats(&self) -> u32 {
        self.repeats
    }

    /// All purchases, the first included.
    pub const fn purchases(&self) -> u64 {
        self.repeats as u64 + 1
    }

    /// From the first purchase to the last (t_x).
    pub const fn recency(&self) -> Span {
        self.recency
    }

    /// From the first purchase to the end of the window (T).
    pub const fn age(&self) -> Span {
        self.age
    }

    /// From the last purchase to the end of the window (T − t_x): what RFM calls recency.
    pub fn time_since_last(&self) -> Span {
        self.age.checked_sub(self.recency).unwrap_or(Span::ZERO)
    }

    /// What the future of a living customer depends on in most models, as a key.
    pub(crate) const fn repeats_and_age(&self) -> (u64, u64, u64) {
        (self.repeats as u64, self.age.as_days().to_bits(), 0)
    }

    /// The history as it stands after a further span without a purchase.
    ///
    /// # Errors
    ///
    /// [`HistoryError::TooLong`] when the age is too large for a number.
    pub fn after_silence(self, span: Span) -> Result<Self, HistoryError> {
        let age = self.age.checked_add(span).ok_or(HistoryError::TooLong)?;
        Ok(Self { age, ..self })
    }

    /// The history with one more purchase, made now.
    ///
    /// # Errors
    ///
    /// [`HistoryError::SameMoment`] when the last purchase was now too: the same moment counts once.
    pub fn with_purchase(self) -> Result<Self, HistoryError> {
        if self.recency == self.age {
            return Err(HistoryError::SameMoment { age: self.age });
        }
        Self::new(self.repeats + 1, self.age, self.age)
    }
}

/// What a customer spent on repeat purchases: their number, and their net total.
///
/// The first purchase is left out, as in the published studies: it often differs from those that follow. The
/// total of everything is [`CustomerSummary::realised`](super::CustomerSummary::realised).
#[doc(alias = "monetary value")]
#[doc(alias = "消费额")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "RawSpend"))]
pub struct SpendHistory {
    repeats: u32,
    repeat_total: Money,
}

impl SpendHistory {
    /// The net total spent on a number of repeat purchases.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NegativeSpend`], or [`HistoryError::SpendWithoutRepeat`] for money without a purchase.
    pub fn new(repeats: u32, repeat_total: Money) -> Result<Self, HistoryError> {
        if repeat_total.is_negative() {
            Err(HistoryError::NegativeSpend { total: repeat_total })
        } else if repeats == 0 && !repeat_total.amount().is_zero() {
            Err(HistoryError::SpendWithoutRepeat { total: repeat_total })
        } else {
            Ok(Self { repeats, repeat_total })
        }
    }

    /// The same from the mean spend a repeat purchase, as finished summaries state it.
    ///
    /// # Errors
    ///
    /// As [`SpendHistory::new`], and [`HistoryError::SpendOverflow`].
    pub fn from_mean(repeats: u32, mean: Money) -> Result<Self, HistoryError> {
        let total = mean.checked_mul(repeats.into()).map_err(|_| HistoryError::SpendOverflow)?;
        Self::new(repeats, if repeats == 0 { mean } else { total })
    }

    /// As [`SpendHistory::new`], for totals that come from checked purchases.
    pub(super) fn proven(repeats: u32, repeat_total: Money) -> Self {
        debug_assert!(Self::new(repeats, repeat_total).is_ok(), "{repeat_total} on {repeats} repeats");
        Self { repeats, repeat_total }
    }

    /// The history with one more repeat purchase, in constant time; it goes with
    /// [`PurchaseHistory::with_purchase`].
    ///
    /// # Errors
    ///
    /// [`HistoryError::NegativeSpend`], [`HistoryError::Currency`], [`HistoryError::SpendOverflow`] or
    /// [`HistoryError::TooLong`].
    pub fn with_purchase(self, amount: Money) -> Result<Self, HistoryError> {
        let repeats = self.repeats.checked_add(1).ok_or(HistoryError::TooLong)?;
        Ok(Self { repeats, ..self.grown_by(amount)? })
    }

    /// The history when more is bought at the moment of the last purchase, which counts once: money is added, no
    /// purchase. More bought with the first purchase is no spend on repeat purchases and changes nothing.
    ///
    /// # Errors
    ///
    /// As [`SpendHistory::with_purchase`].
    pub fn with_same_moment(self, amount: Money) -> Result<Self, HistoryError> {
        let grown = self.grown_by(amount)?;
        Ok(if self.repeats == 0 { self } else { grown })
    }

    fn grown_by(self, amount: Money) -> Result<Self, HistoryError> {
        if amount.is_negative() {
            return Err(HistoryError::NegativeSpend { total: amount });
        }
        let repeat_total = self.repeat_total.checked_add(amount).map_err(|error| match error {
            MoneyError::CurrencyMismatch { expected, found } => HistoryError::Currency { expected, found },
            _ => HistoryError::SpendOverflow,
        })?;
        Ok(Self { repeat_total, ..self })
    }

    /// How many repeat purchases the total covers.
    pub const fn repeats(&self) -> u32 {
        self.repeats
    }

    /// What was spent on them.
    pub const fn repeat_total(&self) -> Money {
        self.repeat_total
    }

    /// The mean spend a repeat purchase; `None` without one.
    pub fn mean(&self) -> Option<ExpectedMoney> {
        let total = ExpectedMoney::from(self.repeat_total);
        if self.repeats == 0 { None } else { total.checked_mul(f64::from(self.repeats).recip()).ok() }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawPurchases {
    repeats: u32,
    recency: Span,
    age: Span,
}

#[cfg(feature = "serde")]
impl TryFrom<RawPurchases> for PurchaseHistory {
    type Error = HistoryError;

    fn try_from(raw: RawPurchases) -> Result<Self, HistoryError> {
        Self::new(raw.repeats, raw.recency, raw.age)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawSpend {
    repeats: u32,
    repeat_total: Money,
}

#[cfg(feature = "serde")]
impl TryFrom<RawSpend> for SpendHistory {
    type Error = HistoryError;

    fn try_from(raw: RawSpend) -> Result<Self, HistoryError> {
        Self::new(raw.repeats, raw.repeat_total)
    }
}
