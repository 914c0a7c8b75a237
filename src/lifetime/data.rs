//! What a fit sees of customers, and the terms that most likelihoods share.

use super::{Driver, Fingerprint, gap_patterns::MOST_K, sealed::Sealed};
use crate::{
    cohort::{
        OpportunityHistory, OpportunityPattern, OpportunityPatterns, Pattern, Patterns, PurchaseHistory, Survivors,
    },
    math::ln_rising_jet,
    units::Currency,
};

/// What a report on a fit needs to know of the data.
pub trait Observations: Sealed + Sized + Send + Sync {
    /// What is observed of one customer.
    type One;

    /// How many distinct rows there are.
    #[doc(hidden)]
    fn distinct(&self) -> usize;

    /// Every so many distinct rows.
    #[doc(hidden)]
    #[must_use]
    fn sample(&self, every: usize) -> Self;

    /// How many customers the likelihood counts.
    fn customers(&self) -> u64;

    /// How many densities in time the likelihood multiplies: it changes with the unit by this power.
    fn densities_in_time(&self) -> u64;

    /// What tells these data from others.
    fn fingerprint(&self) -> Fingerprint;
}

impl Sealed for Patterns {}

impl Sealed for OpportunityPatterns {}

impl Observations for OpportunityPatterns {
    type One = OpportunityHistory;

    fn distinct(&self) -> usize {
        self.rows().len()
    }

    fn sample(&self, every: usize) -> Self {
        self.step_by(every)
    }

    fn customers(&self) -> u64 {
        self.customers()
    }

    /// Opportunities are counted: their likelihood is a probability.
    fn densities_in_time(&self) -> u64 {
        0
    }

    fn fingerprint(&self) -> Fingerprint {
        let rows = Fingerprint::of("opportunities", self.rows(), |OpportunityPattern { history, customers }| {
            [history.repeats().into(), history.last().into(), history.opportunities().into(), *customers]
        });
        rows.and(self.every().as_days().to_bits())
    }
}

impl Observations for Patterns {
    type One = PurchaseHistory;

    fn distinct(&self) -> usize {
        self.rows().len()
    }

    fn sample(&self, every: usize) -> Self {
        Self::from_rows(self.rows().iter().step_by(every).copied())
    }

    fn customers(&self) -> u64 {
        self.customers()
    }

    fn densities_in_time(&self) -> u64 {
        self.repeats()
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of("purchases", self.rows(), |Pattern { history, customers }| {
            let [recency, age] = [history.recency(), history.age()].map(|span| span.as_days().to_bits());
            [history.repeats().into(), recency, age, *customers]
        })
    }
}

/// Data from which parameters cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// There is no customer.
    #[error("there is no customer")]
    NoCustomers,
    /// Nobody came back: every rate could be zero.
    #[error("none of {customers} customers made a repeat purchase")]
    NoRepeats {
        /// How many customers there are.
        customers: u64,
    },
    /// Everybody is still active: contracts could last forever.
    #[error("none of {customers} customers was lost")]
    NoLoss {
        /// How many customers there are.
        customers: u64,
    },
    /// Amounts in different currencies have no common scale.
    #[error("spend in {found} beside spend in {expected}, expected one currency")]
    MixedCurrencies {
        /// The currency of the first history.
        expected: Currency,
        /// Another.
        found: Currency,
    },
    /// The cohort was made of summaries, which do not tell the gaps between purchases.
    #[error("the cohort does not know the gaps between purchases; cut it from a log")]
    NoGaps,
    /// A regularity that no model has.
    #[error("regularity k is {k}, expected from 1 to {MOST_K}")]
    Regularity {
        /// The regularity asked for.
        k: u32,
    },
    /// A driver that the model does not know.
    #[error("{model} has nothing that covariates of {driver} could move")]
    NoSuchDriver {
        /// The model.
        model: &'static str,
        /// The driver asked for.
        driver: Driver,
    },
    /// No customer has a repeat purchase with a positive amount.
    #[error("no customer has positive spend on a repeat purchase")]
    NoSpend,
}

/// The checks that all count models share before a fit.
pub(super) fn enough(data: &Patterns) -> Result<(), DataError> {
    match (data.customers(), data.repeats()) {
        (0, _) => Err(DataError::NoCustomers),
        (customers, 0) => Err(DataError::NoRepeats { customers }),
        _ => Ok(()),
    }
}

/// Mean repeat purchases and mean age in days, for the start of a search.
pub(super) fn means(data: &Patterns) -> (f64, f64) {
    let customers = data.customers() as f64;
    let age: f64 = data.rows().iter().map(|row| row.customers as f64 * row.history.age().as_days()).sum();
    (data.repeats() as f64 / customers, age / customers)
}

/// Rows that one thread sums before their sums are added up in order; fixed, so that results do not depend on
/// the number of threads.
pub(super) const CHUNK: usize = 4096;

/// r ln α − (r+x) ln(α+T) with its derivatives: what the time under observation says of the purchase rate.
///
/// Formed from T/α, because for large α, where the terms nearly cancel, r grows with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exposure {
    pub value: f64,
    pub by_r: f64,
    pub by_alpha: f64,
    pub by_r_alpha: f64,
    pub by_alpha_alpha: f64,
    /// 1/(α+T).
    pub end: f64,
}

impl Exposure {
    pub fn new(r: f64, alpha: f64, repeats: f64, age: f64) -> Self {
        let end = (alpha + age).recip();
        let share = age / alpha;
        // Where T is short beside α, ln(1 + T/α) must not round 1 + T/α first; elsewhere ln is faster.
        let growth = if share < 0.5 { share.ln_1p() } else { (1.0 + share).ln() };
        Self {
            value: -r * growth + repeats * end.ln(),
            by_r: -growth,
            by_alpha: (r * share - repeats) * end,
            by_r_alpha: share * end,
            by_alpha_alpha: (repeats - r * share * (2.0 + share)) * end * end,
            end,
        }
    }
}

/// The sum over customers of ln Γ(shape + k·x) − ln Γ(shape), with its first and second derivative in shape.
pub(super) fn ln_rising_sum(survivors: &[Survivors], k: u32, shape: f64) -> [f64; 3] {
    survivors.iter().fold([0.0; 3], |sum, run| {
        let from = shape + f64::from(k) * f64::from(run.from);
        let jet = ln_rising_jet(from, u64::from(k) * u64::from(run.to - run.from));
        std::array::from_fn(|order| sum[order] + run.customers as f64 * jet[order])
    })
}
