use std::num::NonZeroU64;

use rand_distr::{Distribution, Uniform};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use crate::care::{CareError, Period};
use crate::units::{Day, Seed};

/// A right that every n-th has: the hundredth, the two-hundredth to activate.
///
/// # Examples
///
/// ```
/// use customer_value::care::EveryNth;
///
/// let hundredth = EveryNth(100.try_into()?);
/// assert!(hundredth.entitles(100) && hundredth.entitles(200));
/// assert!(!hundredth.entitles(0) && !hundredth.entitles(150));
/// assert_eq!(hundredth.among(250), 2);
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EveryNth(pub NonZeroU64);

impl EveryNth {
    /// Whether the one with this number, counted from 1, has the right. Nobody has the number 0.
    pub const fn entitles(self, ordinal: u64) -> bool {
        ordinal > 0 && ordinal.is_multiple_of(self.0.get())
    }

    /// How many of the first so many have it.
    pub const fn among(self, first: u64) -> u64 {
        first / self.0.get()
    }
}

/// A right that comes again with every period and is used once in it, or not: a draw every three months.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{Cadence, MonthRule, Period};
///
/// let first = Day::new(2024, 1, 31)?;
/// let draw = Cadence { first, period: Period::Months(3.try_into()?, MonthRule::LastDay) };
/// let window = draw.window(Day::new(2024, 5, 17)?)?;
/// assert_eq!((window.number, window.start, window.end), (1, Day::new(2024, 4, 30)?, Day::new(2024, 7, 30)?));
/// assert!(draw.is_open(Day::new(2024, 5, 17)?, &[Day::new(2024, 4, 29)?])?);
/// assert!(!draw.is_open(Day::new(2024, 5, 17)?, &[Day::new(2024, 4, 30)?])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "抽奖机会")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cadence {
    /// The first day of the first window.
    pub first: Day,
    /// How long each window is.
    pub period: Period,
}

/// Days in which a right of a [`Cadence`] can be used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CadenceWindow {
    /// How many windows were before it.
    pub number: u32,
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
}

impl Cadence {
    /// The window in which a day lies.
    ///
    /// # Errors
    ///
    /// [`CareError::BeforeFirst`], [`CareError::Date`] when the window reaches beyond the calendar.
    pub fn window(&self, on: Day) -> Result<CadenceWindow, CareError> {
        let first = self.first.into();
        let Some(number) = self.period.ended(first, on.into()) else {
            return Err(CareError::BeforeFirst { on, start: self.first });
        };
        let start = self.period.times(number, first)?;
        let end = self.period.times(number + 1, first)?.plus_days(-1)?;
        Ok(CadenceWindow { number, start, end })
    }

    /// Whether the right is still there on a day, of somebody who used it on these days.
    ///
    /// # Errors
    ///
    /// As [`window`](Self::window).
    pub fn is_open(&self, on: Day, used: &[Day]) -> Result<bool, CareError> {
        let window = self.window(on)?;
        Ok(!used.iter().any(|day| (window.start..=window.end).contains(day)))
    }
}

/// Who wins: so many different ones of the entrants 0, 1, … `entrants` − 1, ascending, each set of winners as likely as
/// any other.
///
/// # Errors
///
/// [`CareError::TooManyWinners`].
///
/// # Examples
///
/// ```
/// use customer_value::Seed;
/// use customer_value::care::draw;
///
/// assert_eq!(draw(3, 3, Seed::new(1))?, [0, 1, 2]);
/// assert_eq!(draw(1_000, 5, Seed::new(2024))?, draw(1_000, 5, Seed::new(2024))?);
/// assert!(draw(2, 3, Seed::new(1)).is_err());
/// # Ok::<(), customer_value::care::CareError>(())
/// ```
pub fn draw(entrants: usize, winners: usize, seed: Seed) -> Result<Vec<usize>, CareError> {
    if winners > entrants {
        return Err(CareError::TooManyWinners { winners, entrants });
    }
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed.get());
    let mut drawn = std::collections::BTreeSet::new();
    // Floyd's way: of 0 ..= last one is drawn, and `last` itself instead of one drawn before.
    for last in (entrants - winners) as u64..entrants as u64 {
        if let Ok(all) = Uniform::new_inclusive(0, last) {
            let one = all.sample(&mut random);
            drawn.insert(if drawn.contains(&one) { last } else { one });
        }
    }
    Ok(drawn.into_iter().filter_map(|one| usize::try_from(one).ok()).collect())
}
