use rust_decimal::Decimal;

use super::PointsError;
use crate::care::CivilPeriod;
use crate::units::Day;

/// By which factor the points of an act fall with each repetition: 1 for not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Decimal", into = "Decimal")
)]
pub struct Decay(Decimal);

impl Decay {
    /// Every repetition earns as much as the first act.
    pub const NONE: Self = Self(Decimal::ONE);

    /// With so many decimals, its product with a power kept to sixteen has 84 bits.
    const MOST_DECIMALS: u32 = 9;

    /// A factor, checked.
    ///
    /// # Errors
    ///
    /// [`PointsError::Decay`] unless it lies between 0 and 1 and has at most nine decimals.
    pub fn new(factor: Decimal) -> Result<Self, PointsError> {
        let normal = factor.normalize();
        let legal = (Decimal::ZERO..=Decimal::ONE).contains(&normal) && normal.scale() <= Self::MOST_DECIMALS;
        if legal { Ok(Self(normal)) } else { Err(PointsError::Decay { decay: factor }) }
    }

    /// The factor.
    pub const fn get(self) -> Decimal {
        self.0
    }
}

impl TryFrom<Decimal> for Decay {
    type Error = PointsError;

    fn try_from(factor: Decimal) -> Result<Self, PointsError> {
        Self::new(factor)
    }
}

impl From<Decay> for Decimal {
    fn from(decay: Decay) -> Self {
        decay.0
    }
}

/// How many points acts earn when they are repeated: less each time, and no more than a cap in each civil period.
///
/// # Formula
///
/// ```text
/// points of a period = ⌊min(cap, Σ pₖ · ρ^(k−1))⌋        for its k-th act, worth pₖ alone
/// ```
///
/// ```math
/// \Big\lfloor \min\big(C, \sum_k p_k \, \rho^{k-1}\big) \Big\rfloor
/// ```
///
/// Points are whole: an act is booked what the sum up to it grows by, so that no fraction is lost for good. Powers are
/// kept to sixteen decimals, cut off.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{CivilPeriod, Decay, EarningRule};
/// use customer_value::rust_decimal::Decimal;
///
/// let posts = [(Day::new(2024, 5, 17)?, 10); 5];
/// let capped = EarningRule { period: CivilPeriod::Day, cap: Some(30), decay: Decay::NONE };
/// assert_eq!(capped.points(&posts)?, [10, 10, 10, 0, 0]);
///
/// // The sum is 19.375, of which 19 are booked.
/// let fading = EarningRule { period: CivilPeriod::Day, cap: None, decay: Decay::new(Decimal::new(5, 1))? };
/// assert_eq!(fading.unrounded(&[10; 5])?, Decimal::new(19_375, 3));
/// assert_eq!(fading.points(&posts)?, [10, 5, 2, 1, 1]);
/// # Ok::<(), customer_value::care::PointsError>(())
/// ```
#[doc(alias = "刷分")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EarningRule {
    /// With which period the count begins anew.
    pub period: CivilPeriod,
    /// The most points of a period; `None` for any number.
    pub cap: Option<u64>,
    /// By what factor each repetition earns less.
    pub decay: Decay,
}

/// Decimals to which a power of the decay is kept: with them, 2⁶⁴ points have 118 bits.
const SCALE: u32 = 16;
const ONE: u128 = 10_u128.pow(SCALE);

impl EarningRule {
    /// What each act is booked, by its day and what it would earn alone, in the order of days.
    ///
    /// # Errors
    ///
    /// [`PointsError::ActOrder`], [`PointsError::TooLarge`] for 2⁶⁴ points of a period or more, [`PointsError::Date`] in the
    /// first week of the calendar.
    pub fn points(&self, acts: &[(Day, u64)]) -> Result<Vec<u64>, PointsError> {
        let mut booked = Vec::with_capacity(acts.len());
        let mut running: Option<(Day, Running)> = None;
        for (act, &(day, points)) in acts.iter().enumerate() {
            if let Some((previous, _)) =
                act.checked_sub(1).map(|before| acts[before]).filter(|(before, _)| *before > day)
            {
                return Err(PointsError::ActOrder { act, day, previous });
            }
            let start = self.period.start(day)?;
            let (_, period) = match &mut running {
                Some(same) if same.0 == start => same,
                other => other.insert((start, Running::default())),
            };
            let before = period.whole()?;
            period.add(points, self)?;
            booked.push(period.whole()? - before);
        }
        Ok(booked)
    }

    /// The sum of the acts of one period before it is made whole.
    ///
    /// # Errors
    ///
    /// [`PointsError::TooLarge`] for a sum of more digits than a [`Decimal`] has.
    pub fn unrounded(&self, acts: &[u64]) -> Result<Decimal, PointsError> {
        let mut period = Running::default();
        for &points in acts {
            period.add(points, self)?;
        }
        period.exact().ok_or(TOO_LARGE)
    }
}

const TOO_LARGE: PointsError = PointsError::TooLarge { quantity: "sum of points" };

/// The acts of a period so far, with sixteen decimals.
struct Running {
    sum: u128,
    factor: u128,
}

impl Default for Running {
    fn default() -> Self {
        Self { sum: 0, factor: ONE }
    }
}

impl Running {
    fn add(&mut self, points: u64, rule: &EarningRule) -> Result<(), PointsError> {
        let sum = self.sum.checked_add(u128::from(points) * self.factor).ok_or(TOO_LARGE)?;
        // Sums only grow: what the cap takes off now, it would take off at the end.
        self.sum = rule.cap.map_or(sum, |cap| sum.min(u128::from(cap) * ONE));
        let decay = rule.decay.0;
        self.factor = self.factor * decay.mantissa().unsigned_abs() / 10_u128.pow(decay.scale());
        Ok(())
    }

    fn whole(&self) -> Result<u64, PointsError> {
        u64::try_from(self.sum / ONE).map_err(|_| TOO_LARGE)
    }

    /// The sum without rounding; none when it has too many digits.
    fn exact(&self) -> Option<Decimal> {
        let (mut digits, mut scale) = (self.sum, SCALE);
        while scale > 0 && digits.is_multiple_of(10) {
            (digits, scale) = (digits / 10, scale - 1);
        }
        Decimal::try_from_i128_with_scale(digits.try_into().ok()?, scale).ok()
    }
}
