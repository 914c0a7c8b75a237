use super::{CountDistribution, EvaluationError};
use crate::{
    lifetime::{Forecast, Process},
    math::logistic,
    units::{Probability, Span},
};

/// How unexpected it is what a customer did: the tails of the forecast on both sides, each with what was observed.
///
/// A small [`at_least`](Self::at_least) is a customer who came back, or buys more than thought; a small
/// [`at_most`](Self::at_most) one who fell silent. Of many customers some are surprising by chance: of a thousand, one has
/// a tail below 0.001 though the model is right.
///
/// # Formula
///
/// ```text
/// P(N ≥ n),   P(N ≤ n),   mid-p = P(N > n) + ½ P(N = n)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::{BetaGeometricParams, BgNbd, CountModel, PurchaseHistory, Span};
///
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// // Bought weekly for ten weeks, silent for thirty: probably gone. Then a purchase, within a month.
/// let history = PurchaseHistory::new(10, Span::weeks(10.0)?, Span::weeks(40.0)?)?;
/// let back = model.forecast(&history).surprise(1, Span::weeks(4.0)?)?;
/// assert!(back.at_least.get() < 0.001 && back.at_most.get() > 0.999);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "anomaly")]
#[doc(alias = "reactivation")]
#[doc(alias = "意外度")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Surprise {
    /// P(N ≥ n): of so many purchases or more.
    pub at_least: Probability,
    /// P(N ≤ n): of so many or fewer.
    pub at_most: Probability,
}

impl Surprise {
    /// P(N > n) + ½ P(N = n): uniform on average if the model is right, near 0 for more purchases than thought and near 1
    /// for fewer.
    pub fn mid_p(&self) -> Probability {
        // The two tails overlap in P(N = n): P(N > n) is 1 − at_most, and the smaller form keeps its digits.
        let (upper, lower) = (self.at_least.get(), self.at_most.get());
        let both = (upper + lower - 1.0).max(0.0);
        Probability::computed(upper - 0.5 * both)
    }

    /// Twice the smaller tail, at most 1: how unexpected in either direction.
    pub fn two_sided(&self) -> Probability {
        Probability::computed((2.0 * self.at_least.get().min(self.at_most.get())).min(1.0))
    }
}

impl CountDistribution {
    /// How unexpected so many purchases are.
    pub fn surprise(&self, observed: u32) -> Surprise {
        Surprise { at_least: self.at_least(observed), at_most: self.at_most(observed) }
    }
}

impl<P: Process> Forecast<P> {
    /// How unexpected it is that the customer made so many purchases within a span after the history.
    ///
    /// For a customer who fell silent take the forecast at the last purchase, no purchase, and the time since.
    ///
    /// Any number can be asked about. Where purchases come at opportunities only, and where rates are correlated, the
    /// tails are sums over all counts.
    ///
    /// # Errors
    ///
    /// [`DistributionError::TooManyPurchases`](crate::DistributionError::TooManyPurchases) in these two cases, when more
    /// than 20,000 purchases would have to be told apart.
    pub fn surprise(&self, observed: u32, within: Span) -> Result<Surprise, EvaluationError> {
        let Some([at_least, at_most]) = self.given_alive().tails(observed, within) else {
            return Ok(CountDistribution::up_to(self, within, observed)?.surprise(observed));
        };
        let [alive, gone] = [self.log_odds_alive(), -self.log_odds_alive()].map(logistic);
        let at_least = if observed == 0 { 1.0 } else { alive * at_least };
        Ok(Surprise {
            at_least: Probability::computed(at_least),
            at_most: Probability::computed(gone + alive * at_most),
        })
    }
}
