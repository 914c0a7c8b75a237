use super::{HistoryError, PurchaseHistory};

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
