use super::{Cohort, HistoryError, Patterns, PurchaseHistory};
use crate::lifetime::DataError;

/// A purchase history with what its gaps say of regularity: what models of regular buyers need to know.
///
/// `ln_gaps` is the sum of the logarithms of the gaps between purchases, the first included, in days. For x repeat
/// purchases up to t_x it is at most x ln(t_x/x), which equal gaps reach; the less regular the purchases, the smaller.
#[doc(alias = "litt")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Raw"))]
pub struct GapHistory {
    purchases: PurchaseHistory,
    ln_gaps: f64,
}

impl GapHistory {
    /// A history and the sum of the logarithms of its gaps, in days; 0 without a repeat purchase.
    ///
    /// # Errors
    ///
    /// [`HistoryError::LnGaps`] unless the sum is finite and at most x ln(t_x/x), to rounding.
    pub fn new(purchases: PurchaseHistory, ln_gaps: f64) -> Result<Self, HistoryError> {
        /// A sum of this many logarithms, each rounded, exceeds the bound by less.
        const ROUNDING: f64 = 1e-9;
        let repeats = f64::from(purchases.repeats());
        let most = if repeats > 0.0 { repeats * (purchases.recency().as_days() / repeats).ln() } else { 0.0 };
        let no_gap_missing = repeats > 0.0 || ln_gaps == 0.0;
        if ln_gaps.is_finite() && no_gap_missing && ln_gaps <= most + ROUNDING * (repeats + most.abs()) {
            Ok(Self { purchases, ln_gaps })
        } else {
            Err(HistoryError::LnGaps { ln_gaps, most })
        }
    }

    /// As [`GapHistory::new`], for gaps that come from ordered purchases.
    pub(crate) fn proven(purchases: PurchaseHistory, ln_gaps: f64) -> Self {
        debug_assert!(Self::new(purchases, ln_gaps).is_ok(), "{ln_gaps} of {purchases:?}");
        Self { purchases, ln_gaps }
    }

    /// The history.
    pub const fn purchases(&self) -> PurchaseHistory {
        self.purchases
    }

    /// The sum of the logarithms of the gaps, in days.
    pub const fn ln_gaps(&self) -> f64 {
        self.ln_gaps
    }
}

/// Equal histories counted once, the sum of the logarithms of all gaps, and a regularity k: all that a fit of
/// [`BgCnbd`](crate::BgCnbd) or [`MbgCnbd`](crate::MbgCnbd) needs to know.
///
/// The gaps add a constant to the log-likelihood of a given k; they matter when several k are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct GapPatterns {
    patterns: Patterns,
    ln_gaps: f64,
    k: u32,
}

/// A regularity beyond this is a clock; below it no product of the likelihood overflows.
pub(crate) const MOST_K: u32 = 24;

impl GapPatterns {
    /// The histories of customers of whom the gaps are known, with a regularity to assume.
    ///
    /// # Errors
    ///
    /// [`DataError::Regularity`] unless k lies between 1 and 24.
    pub fn new(histories: &[GapHistory], k: u32) -> Result<Self, DataError> {
        Self::proven(histories, 1).with_k(k)
    }

    /// As [`GapPatterns::new`], for a regularity that was checked before.
    pub(crate) fn proven(histories: &[GapHistory], k: u32) -> Self {
        let patterns = histories.iter().map(GapHistory::purchases).collect::<Vec<_>>();
        let ln_gaps = histories.iter().map(GapHistory::ln_gaps).collect();
        Self { patterns: Patterns::from(&patterns), ln_gaps: ordered_sum(ln_gaps), k }
    }

    /// The customers of a cohort that was cut from a log or from columns.
    ///
    /// # Errors
    ///
    /// [`DataError::NoGaps`] when the cohort knows no gaps, because it was made of summaries;
    /// [`DataError::Regularity`] unless k lies between 1 and 24.
    pub fn of<Id>(cohort: &Cohort<Id>, k: u32) -> Result<Self, DataError> {
        let ln_gaps = cohort.ln_gaps().ok_or(DataError::NoGaps)?;
        Self { patterns: cohort.into(), ln_gaps: ordered_sum(ln_gaps.to_vec()), k: 1 }.with_k(k)
    }

    /// The same customers with another regularity.
    ///
    /// # Errors
    ///
    /// [`DataError::Regularity`] unless k lies between 1 and 24.
    pub fn with_k(self, k: u32) -> Result<Self, DataError> {
        if (1..=MOST_K).contains(&k) { Ok(Self { k, ..self }) } else { Err(DataError::Regularity { k }) }
    }

    /// The histories.
    pub const fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// The sum of the logarithms of all gaps, in days.
    pub const fn ln_gaps(&self) -> f64 {
        self.ln_gaps
    }

    /// How regularly customers are assumed to buy.
    pub const fn k(&self) -> u32 {
        self.k
    }

    /// Some of the rows. Their gaps are not known one by one; but for a given k they add a constant.
    pub(crate) fn with_patterns(&self, patterns: Patterns) -> Self {
        Self { patterns, ..*self }
    }
}

/// The sum in ascending order, which does not depend on the order of the customers.
fn ordered_sum(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.iter().sum()
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    purchases: PurchaseHistory,
    ln_gaps: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for GapHistory {
    type Error = HistoryError;

    fn try_from(raw: Raw) -> Result<Self, HistoryError> {
        Self::new(raw.purchases, raw.ln_gaps)
    }
}
