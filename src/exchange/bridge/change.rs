use crate::{
    derivation::{Derivation, DerivationStep},
    units::{Currency, ExpectedMoney, MoneyError},
};

/// What a value was, and by what it changed: the parts add up to the last bit.
///
/// # Formula
///
/// ```text
/// total = (by purchases + by retention) + by both
/// after = before + total
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ValueChange {
    before: f64,
    by_purchases: f64,
    by_retention: f64,
    by_both: f64,
    currency: Currency,
}

impl ValueChange {
    /// A change with its parts: by purchases alone, by retention alone, and what only both together do.
    pub(super) fn new(
        before: f64,
        [purchases, retention, both]: [f64; 3],
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        let (by_purchases, by_retention, by_both) = (purchases, retention, both);
        let change = Self { before, by_purchases, by_retention, by_both, currency };
        // Infinite parts do not add up to a finite number, nor do those whose sum is too large.
        ExpectedMoney::new(change.before + change.sum(), currency)?;
        Ok(change)
    }

    /// The value before.
    pub const fn before(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.before, self.currency)
    }

    /// The change, if only purchases came faster or slower.
    pub const fn by_purchases(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.by_purchases, self.currency)
    }

    /// The change, if customers only left less or more readily.
    #[doc(alias = "dropout")]
    pub const fn by_retention(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.by_retention, self.currency)
    }

    /// The rest: faster purchases over longer lives are worth more than either alone.
    #[doc(alias = "interaction")]
    pub const fn by_both(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.by_both, self.currency)
    }

    /// The whole change.
    #[doc(alias = "ΔCLV")]
    pub fn total(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.sum(), self.currency)
    }

    /// The value after.
    pub fn after(&self) -> ExpectedMoney {
        ExpectedMoney::known(self.before + self.sum(), self.currency)
    }

    /// How the value after came about.
    pub fn derivation(&self) -> Derivation {
        let parts = [
            Derivation::money("by purchases", self.by_purchases()),
            Derivation::money("by retention", self.by_retention()),
            Derivation::money("by both", self.by_both()),
        ];
        value_after(Derivation::money("value before", self.before()), parts, self.currency)
    }

    fn sum(&self) -> f64 {
        (self.by_purchases + self.by_retention) + self.by_both
    }
}

pub(super) fn value_after(before: Derivation, parts: [Derivation; 3], currency: Currency) -> Derivation {
    let change = Derivation::proven("change", DerivationStep::Sum, currency, parts);
    Derivation::proven("value after", DerivationStep::Sum, currency, [before, change])
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    before: f64,
    by_purchases: f64,
    by_retention: f64,
    by_both: f64,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ValueChange {
    type Error = MoneyError;

    fn try_from(raw: Unchecked) -> Result<Self, MoneyError> {
        Self::new(raw.before, [raw.by_purchases, raw.by_retention, raw.by_both], raw.currency)
    }
}
