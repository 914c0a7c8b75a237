use std::collections::BTreeMap;

use super::{Lapse, Ledger, PointsError};
use crate::units::Day;

/// The points of one member in several currencies of points, each with a ledger of its own.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{Lapse, Purse};
///
/// let day = Day::new(2024, 5, 1)?;
/// let purse = Purse::default().earn("points", day, 500, Lapse::Never)?.earn("coins", day, 3, Lapse::Never)?;
///
/// // The gift needs both, and takes both or nothing.
/// assert!(purse.clone().redeem(day, &[("points", 400), ("coins", 4)]).is_err());
/// let rest = purse.redeem(day, &[("points", 400), ("coins", 2)])?;
/// assert_eq!((rest.balance("points", day), rest.balance("coins", day)), (100, 1));
/// # Ok::<(), customer_value::care::PointsError>(())
/// ```
#[doc(alias = "虚拟账户")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Purse {
    ledgers: BTreeMap<String, Ledger>,
}

impl Purse {
    /// The same after points of one currency were earned.
    ///
    /// # Errors
    ///
    /// As [`Ledger::new`].
    pub fn earn(
        mut self,
        currency: impl Into<String>,
        day: Day,
        points: u64,
        lapse: Lapse,
    ) -> Result<Self, PointsError> {
        let ledger = self.ledgers.entry(currency.into()).or_default();
        *ledger = std::mem::take(ledger).earn(day, points, lapse)?;
        Ok(self)
    }

    /// The same after a price in points was paid: all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`PointsError::UnknownCurrency`], [`PointsError::DuplicateCurrency`], [`PointsError::Redemption`] when some points
    /// do not suffice.
    pub fn redeem(mut self, day: Day, price: &[(&str, u64)]) -> Result<Self, PointsError> {
        for (position, (currency, points)) in price.iter().enumerate() {
            if price[..position].iter().any(|(earlier, _)| earlier == currency) {
                return Err(PointsError::DuplicateCurrency { currency: (*currency).into() });
            }
            let Some(ledger) = self.ledgers.get_mut(*currency) else {
                return Err(PointsError::UnknownCurrency { currency: (*currency).into() });
            };
            *ledger = std::mem::take(ledger).spend(day, *points).map_err(|error| redemption(currency, error))?;
        }
        Ok(self)
    }

    /// What can be spent of one currency at the end of a day; nothing of one never earned.
    pub fn balance(&self, currency: &str, on: Day) -> u64 {
        self.ledgers.get(currency).map_or(0, |ledger| ledger.balance(on))
    }

    /// All ledgers, by the name of their currency.
    pub const fn ledgers(&self) -> &BTreeMap<String, Ledger> {
        &self.ledgers
    }
}

fn redemption(currency: &str, error: PointsError) -> PointsError {
    match error {
        PointsError::Move { fault, .. } => PointsError::Redemption { currency: currency.into(), fault },
        other => other,
    }
}
