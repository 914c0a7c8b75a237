use std::sync::Arc;

use super::DistributionError;
use crate::{
    lifetime::Process,
    units::{Horizon, Span},
};

/// The most purchases of one customer that are told apart.
pub(crate) const MOST_COUNTS: u32 = 20_000;

/// P(n purchases within a span) for n = 1, 2, …, until no more than a share `tail` is to be expected, and up to
/// `at_least`.
pub(crate) fn counts<P: Process>(
    alive: &P,
    within: Span,
    tail: f64,
    at_least: u32,
) -> Result<Vec<f64>, DistributionError> {
    /// Probabilities that sum to one so nearly leave no second peak to come.
    const UNSEEN: f64 = 1e-9;
    /// How many counts are asked for at once, at first and at most.
    const FEW: u32 = 16;
    const MANY: u32 = 64;
    let expected = alive.expected_purchases(within);
    let mut rest = alive.any_purchase(Horizon::Within(within));
    let mut counts = Vec::new();
    if expected <= 0.0 || rest <= 0.0 {
        return Ok(counts);
    }
    let too_many = DistributionError::TooManyPurchases { expected, most: MOST_COUNTS };
    if expected.max(at_least.into()) > f64::from(MOST_COUNTS) {
        return Err(too_many);
    }
    let (mut first, mut sum, mut before) = (1, 0.0, f64::INFINITY);
    while first <= MOST_COUNTS {
        let last = (first + (first - 1).clamp(FEW, MANY) - 1).min(MOST_COUNTS);
        for (n, probability) in (first..=last).zip(alive.probabilities(first..=last, within)) {
            let falls = probability / before;
            counts.push(probability);
            (sum, rest, before) = (sum + probability, rest - probability, probability);
            // Were the ratio to stay, this would be what follows; twice it covers ratios that still rise.
            let follows = if probability > 0.0 { 2.0 * probability * falls / (1.0 - falls).max(0.0) } else { 0.0 };
            if n >= at_least && f64::from(n) > expected && rest < UNSEEN && follows <= tail * sum {
                return Ok(counts);
            }
        }
        first = last + 1;
    }
    Err(too_many)
}

/// What the value of a living customer needs to know of purchases within a span: shared by customers who live alike.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LivingPurchases {
    pub none: f64,
    /// P(n purchases) for n = 1, 2, …
    pub some: Arc<[f64]>,
    pub expected: f64,
}

impl LivingPurchases {
    pub fn new<P: Process>(alive: &P, within: Span) -> Result<Self, DistributionError> {
        /// What is left out of the counts behind a value, as a share of what is not: its square, too, is then beyond the
        /// last digit.
        const TAIL: f64 = 1e-19;
        Ok(Self {
            none: alive.probability_of(0, within),
            some: counts(alive, within, TAIL, 0)?.into(),
            expected: alive.expected_purchases(within),
        })
    }
}
