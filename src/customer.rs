//! What we know of a customer beside their purchases.

use crate::units::Money;

/// What one unit of each effort is worth to a customer: what they would pay to be spared it.
///
/// A price that nobody knows is `None`: a cost of that kind then has a quantity but no amount.
#[doc(alias = "影子价格")]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ShadowPrices {
    /// Per hour of their time.
    pub time: Option<Money>,
    /// Per unit of bodily effort, on whatever scale the quantities use.
    pub energy: Option<Money>,
    /// Per unit of mental effort: worry, uncertainty, unfamiliarity.
    pub psychic: Option<Money>,
    /// Per unit of the effort of keeping up a relationship with the seller.
    pub relationship: Option<Money>,
}
