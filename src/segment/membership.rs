mod window;

pub use window::{QualificationPeriod, QualificationWindow};

use super::{SegmentError, Segmentation, distinct};
use crate::units::Day;

/// A level of membership above the base.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TierLevel {
    /// Its name.
    pub label: String,
    /// The points that earn it.
    pub qualify: u64,
    /// The points that hold it, at most as many: the gap keeps members from flapping between levels.
    pub keep: u64,
}

/// What becomes of members whose points no longer hold their level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Downgrade {
    /// They fall by one level.
    OneDown,
    /// They fall to the level that their points earn.
    BalanceBased,
}

/// Which points count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TierBasis {
    /// Those that are there: all ever earned, less those spent.
    Balance,
    /// Those earned in the running window, spent or not.
    Period(QualificationWindow),
}

/// Points that a member earned, or spent when negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PointEntry {
    /// When.
    pub day: Day,
    /// How many.
    pub points: i64,
}

/// The rules of a membership with levels: what earns a level, what holds it, how one falls.
///
/// Tiers are counted from 0, the base, which needs no points.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Downgrade, TierBasis, TierLevel, TierPolicy};
///
/// let levels = [("silver", 1000, 1000), ("gold", 3000, 2500)];
/// let levels = levels.map(|(label, qualify, keep)| TierLevel { label: label.into(), qualify, keep });
/// let policy = TierPolicy::new("base", levels, TierBasis::Balance, Downgrade::OneDown)?;
/// assert_eq!(policy.earned(3200), 2);
/// // 2,600 points do not earn gold, but hold it; 900 hold nothing, and cost one level at a time.
/// assert_eq!(policy.review(2, 2600)?, 2);
/// assert_eq!(policy.review(2, 900)?, 1);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[doc(alias = "VIP")]
#[doc(alias = "会员等级")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct TierPolicy {
    base: String,
    levels: Vec<TierLevel>,
    basis: TierBasis,
    downgrade: Downgrade,
}

impl TierPolicy {
    /// Levels above a base, the lowest first.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Level`] unless the points that earn a level are above those of the one before it, and the points
    /// that hold it no more than those and no less than what holds the one before; [`SegmentError::DuplicateLabel`].
    pub fn new(
        base: impl Into<String>,
        levels: impl Into<Vec<TierLevel>>,
        basis: TierBasis,
        downgrade: Downgrade,
    ) -> Result<Self, SegmentError> {
        let (base, levels) = (base.into(), levels.into());
        let (mut earns_last, mut holds_last) = (0, 0);
        for (level, &TierLevel { qualify, keep, .. }) in levels.iter().enumerate() {
            if qualify <= earns_last || !(holds_last..=qualify).contains(&keep) {
                return Err(SegmentError::Level { level, qualify, keep });
            }
            (earns_last, holds_last) = (qualify, keep);
        }
        let policy = Self { base, levels, basis, downgrade };
        distinct(policy.labels())?;
        Ok(policy)
    }

    /// The levels above the base, the lowest first.
    pub fn levels(&self) -> &[TierLevel] {
        &self.levels
    }

    /// Which points count.
    pub const fn basis(&self) -> TierBasis {
        self.basis
    }

    /// How one falls.
    pub const fn downgrade(&self) -> Downgrade {
        self.downgrade
    }

    /// The names of the tiers, the base first.
    pub fn labels(&self) -> Vec<String> {
        std::iter::once(&self.base).chain(self.levels.iter().map(|level| &level.label)).cloned().collect()
    }

    /// The tier that so many points earn a new member.
    pub fn earned(&self, points: u64) -> usize {
        self.levels.partition_point(|level| level.qualify <= points)
    }

    /// The tier of a member after a review: up at once to what the points earn, else as before while the points hold
    /// the tier, else down.
    ///
    /// # Errors
    ///
    /// [`SegmentError::UnknownTier`].
    pub fn review(&self, current: usize, points: u64) -> Result<usize, SegmentError> {
        let earned = self.earned(points);
        if current > self.levels.len() {
            return Err(SegmentError::UnknownTier { tier: current, tiers: self.levels.len() + 1 });
        }
        let holds = |tier: usize| tier == 0 || points >= self.levels[tier - 1].keep;
        Ok(match self.downgrade {
            _ if earned >= current => earned,
            _ if holds(current) => current,
            Downgrade::OneDown => current - 1,
            Downgrade::BalanceBased => earned,
        })
    }

    /// The points that count on a day, of a member who joined on another.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Overdrawn`] for a balance below zero, [`SegmentError::BeforeWindow`],
    /// [`SegmentError::Date`] at the end of the calendar, [`SegmentError::TooLarge`].
    pub fn points(&self, joined: Day, on: Day, entries: &[PointEntry]) -> Result<u64, SegmentError> {
        let known = entries.iter().filter(|entry| entry.day <= on);
        let sum: i128 = match self.basis {
            TierBasis::Balance => known.map(|entry| i128::from(entry.points)).sum(),
            TierBasis::Period(window) => {
                let period = window.period(joined, on)?;
                let earned = known.filter(|entry| entry.points > 0 && period.contains(entry.day));
                earned.map(|entry| i128::from(entry.points)).sum()
            }
        };
        match u64::try_from(sum) {
            Ok(points) => Ok(points),
            Err(_) if sum < 0 => Err(SegmentError::Overdrawn { balance: sum }),
            Err(_) => Err(SegmentError::TooLarge { quantity: "sum of points" }),
        }
    }

    /// The partition of members by their tiers, the base first.
    ///
    /// # Errors
    ///
    /// [`SegmentError::UnknownSegment`].
    pub fn partition(&self, tiers: &[usize]) -> Result<Segmentation, SegmentError> {
        Segmentation::new(self.labels(), tiers.iter().map(|&tier| u32::try_from(tier).unwrap_or(u32::MAX)))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    base: String,
    levels: Vec<TierLevel>,
    basis: TierBasis,
    downgrade: Downgrade,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for TierPolicy {
    type Error = SegmentError;

    fn try_from(raw: Unchecked) -> Result<Self, SegmentError> {
        Self::new(raw.base, raw.levels, raw.basis, raw.downgrade)
    }
}
