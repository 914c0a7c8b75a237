use super::PriceError;
use crate::units::Day;

/// A day that comes again every year; 29 February in leap years only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "(u8, u8)", into = "(u8, u8)")
)]
pub struct MonthDay {
    month: u8,
    day: u8,
}

impl MonthDay {
    /// The day of a month, both from 1.
    ///
    /// # Errors
    ///
    /// [`PriceError::NoSuchDay`].
    pub fn new(month: u8, day: u8) -> Result<Self, PriceError> {
        let days = match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        if (1..=days).contains(&day) { Ok(Self { month, day }) } else { Err(PriceError::NoSuchDay { month, day }) }
    }
}

impl TryFrom<(u8, u8)> for MonthDay {
    type Error = PriceError;

    fn try_from((month, day): (u8, u8)) -> Result<Self, PriceError> {
        Self::new(month, day)
    }
}

impl From<MonthDay> for (u8, u8) {
    fn from(day: MonthDay) -> Self {
        (day.month, day.day)
    }
}

/// A part of every year, both ends included; one that ends before it begins runs through the turn of the year.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{MonthDay, Season};
///
/// let winter = Season { from: MonthDay::new(12, 1)?, to: MonthDay::new(2, 29)? };
/// assert!(winter.contains(Day::new(2023, 2, 28)?) && winter.contains(Day::new(2024, 12, 31)?));
/// assert!(!winter.contains(Day::new(2023, 3, 1)?));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "季节性促销")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Season {
    /// The first day.
    pub from: MonthDay,
    /// The last day.
    pub to: MonthDay,
}

impl Season {
    /// Whether a day lies in it.
    pub fn contains(&self, day: Day) -> bool {
        let date = day.date();
        let on = (date.month().unsigned_abs(), date.day().unsigned_abs());
        let (from, to) = ((self.from.month, self.from.day), (self.to.month, self.to.day));
        if from <= to { (from..=to).contains(&on) } else { on >= from || on <= to }
    }
}
