use super::{CohortError, check_cut, summarize::Observed};
use crate::{interaction::InteractionLog, units::Day};

/// How regularly customers buy: the common shape k of their gaps, told without a model of rates or of leaving.
///
/// Near 1 customers buy at random (Poisson), as [`BgNbd`](crate::BgNbd) and its kin assume; 2 and more mean a rhythm;
/// below 1 purchases come in bursts.
///
/// # Formula
///
/// ```text
/// k = (1 − 4v)/(8v)
/// ```
///
/// where `v` is the mean over customers of (s − ½)², and `s` the share of the earlier of a customer's last two gaps in
/// their sum: Beta(k, k) for gaps of shape k, whatever the customer's rate.
///
/// # References
///
/// Wheat and Morrison (1990), Estimating purchase regularity with two interpurchase times, Journal of Marketing
/// Research 27(1).
#[doc(alias = "wheat")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Regularity {
    /// The shape of the gaps.
    pub k: f64,
    /// How many customers have two gaps and were counted.
    pub customers: u64,
}

impl<Id: Ord + Clone> InteractionLog<Id> {
    /// How regularly the customers of the [cohort](Self::cohort) at a cut buy.
    ///
    /// Gaps of a log by day are whole days, which makes short ones look alike and k a little too large.
    ///
    /// # Errors
    ///
    /// [`CohortError::CutOutsideWindow`]; [`CohortError::TooFewGaps`] when fewer than two customers made three
    /// purchases; [`CohortError::GapsAllEqual`] when k would be infinite.
    pub fn regularity(&self, cut: Day) -> Result<Regularity, CohortError> {
        check_cut(self.window(), cut)?;
        let mut squares: Vec<f64> =
            (0..self.ids().len()).filter_map(|customer| self.deviation(customer, cut)).collect();
        let customers = squares.len() as u64;
        if customers < 2 {
            return Err(CohortError::TooFewGaps { customers });
        }
        // In order, so that the sum does not depend on who is called what.
        squares.sort_unstable_by(f64::total_cmp);
        let v = squares.iter().sum::<f64>() / customers as f64;
        if v <= 0.0 {
            return Err(CohortError::GapsAllEqual { customers });
        }
        Ok(Regularity { k: (1.0 - 4.0 * v) / (8.0 * v), customers })
    }

    /// (s − ½)² of one customer; `None` without two gaps.
    fn deviation(&self, customer: usize, cut: Day) -> Option<f64> {
        let Observed::Member(_) = self.observe(customer, cut) else { return None };
        let clock = self.clock();
        let purchases = self.net_purchases(customer, clock.tick_after(cut));
        let [.., first, second, third] = purchases.as_slice() else { return None };
        let earlier = clock.span(first.tick, second.tick).as_days();
        let both = clock.span(first.tick, third.tick).as_days();
        Some((earlier / both - 0.5).powi(2))
    }
}
