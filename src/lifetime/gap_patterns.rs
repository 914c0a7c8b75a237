use super::{DataError, Fingerprint, Observations, sealed::Sealed};
use crate::cohort::{Cohort, GapHistory, Patterns, PurchaseHistory};

/// What a fit of a model of regular buyers needs: equal histories counted once, the sum of the logarithms of all gaps,
/// and how regular the buyers are taken to be.
///
/// Gaps are Erlang distributed with shape k: 1 is a Poisson process, larger ones a rhythm. They enter the likelihood by
/// the term (k−1) Σ ln gap alone, which no other parameter changes; so their sum is all that is kept of them. For which
/// k to try see [`InteractionLog::regularity`](crate::InteractionLog::regularity).
///
/// # Examples
///
/// ```
/// use customer_value::lifetime::GapPatterns;
/// use customer_value::{PurchaseTimes, Span};
///
/// let times = PurchaseTimes::new([17, 213].map(Span::whole_days), Span::whole_days(272))?;
/// let data = GapPatterns::new(&[times.gap_history()], 2)?;
/// assert!((data.ln_gaps() - (17.0_f64 * 196.0).ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GapPatterns {
    patterns: Patterns,
    ln_gaps: f64,
    k: u32,
}

/// A regularity beyond this is a clock; up to it no product of the likelihood overflows.
pub(super) const MOST_K: u32 = 24;

impl GapPatterns {
    /// Histories with their gaps, taken to be of shape k.
    ///
    /// # Errors
    ///
    /// [`DataError::Regularity`] unless k lies between 1 and 24.
    pub fn new(histories: &[GapHistory], k: u32) -> Result<Self, DataError> {
        Self::proven(histories, 1).with_k(k)
    }

    /// As [`GapPatterns::new`], for a regularity that was checked before.
    pub(crate) fn proven(histories: &[GapHistory], k: u32) -> Self {
        let purchases: Vec<PurchaseHistory> = histories.iter().map(GapHistory::purchases).collect();
        Self::from_parts(&purchases, histories.iter().map(GapHistory::ln_gaps).collect(), k)
    }

    /// The customers of a cohort, whose gaps are taken to be of shape k.
    ///
    /// # Errors
    ///
    /// [`DataError::NoGaps`] when the cohort does not know the gaps, as those of finished summaries; [`DataError::Regularity`]
    /// unless k lies between 1 and 24.
    pub fn from_cohort<Id>(cohort: &Cohort<Id>, k: u32) -> Result<Self, DataError> {
        let ln_gaps = cohort.ln_gaps().ok_or(DataError::NoGaps)?;
        Self::from_parts(cohort.purchases(), ln_gaps.to_vec(), 1).with_k(k)
    }

    /// The sum runs in ascending order, so that it does not depend on that of the customers.
    fn from_parts(purchases: &[PurchaseHistory], mut ln_gaps: Vec<f64>, k: u32) -> Self {
        ln_gaps.sort_unstable_by(f64::total_cmp);
        Self { patterns: purchases.into(), ln_gaps: ln_gaps.iter().sum(), k }
    }

    /// The same customers, taken to be more or less regular.
    ///
    /// # Errors
    ///
    /// [`DataError::Regularity`] unless k lies between 1 and 24.
    pub fn with_k(self, k: u32) -> Result<Self, DataError> {
        if (1..=MOST_K).contains(&k) { Ok(Self { k, ..self }) } else { Err(DataError::Regularity { k }) }
    }

    /// The distinct histories.
    pub const fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// The sum over all customers of the logarithms of their gaps, in days.
    pub const fn ln_gaps(&self) -> f64 {
        self.ln_gaps
    }

    /// The shape of the gaps.
    pub const fn k(&self) -> u32 {
        self.k
    }
}

impl<Id> TryFrom<&Cohort<Id>> for GapPatterns {
    type Error = DataError;

    /// With k = 1, a Poisson process; see [`GapPatterns::with_k`].
    fn try_from(cohort: &Cohort<Id>) -> Result<Self, DataError> {
        Self::from_cohort(cohort, 1)
    }
}

impl Sealed for GapPatterns {}

impl Observations for GapPatterns {
    type One = GapHistory;

    fn distinct(&self) -> usize {
        self.patterns.distinct()
    }

    /// Without the sum over gaps, which shifts the likelihood of a sample by the same number at every point of a search.
    fn sample(&self, every: usize) -> Self {
        Self { patterns: self.patterns.sample(every), ln_gaps: 0.0, k: self.k }
    }

    fn customers(&self) -> u64 {
        self.patterns.customers()
    }

    fn densities_in_time(&self) -> u64 {
        self.patterns.repeats()
    }

    fn fingerprint(&self) -> Fingerprint {
        self.patterns.fingerprint().and(self.ln_gaps.to_bits()).and(self.k.into())
    }
}
