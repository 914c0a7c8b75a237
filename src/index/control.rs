use std::f64::consts::FRAC_2_SQRT_PI;

use super::IndexError;
use super::error::at_least;
use super::scale::length;
use super::table;
use crate::units::{UnitError, in_range};

/// Between which values an index moves by chance, learned from its past: beyond them something has changed.
///
/// # Formula
///
/// ```text
/// mean ∓ k · (mean |xᵢ − xᵢ₋₁|) · √π / 2
/// ```
///
/// ```math
/// \bar x \mp k \, \frac{\overline{|x_i - x_{i-1}|}}{2/\sqrt{\pi}}
/// ```
///
/// Moves from one period to the next tell the noise even where the level has drifted; for normal noise their mean is
/// 2/√π = 1.128 standard deviations.
///
/// # Examples
///
/// ```
/// use customer_value::index::{ControlLimits, ControlVerdict};
///
/// let limits = ControlLimits::from_history(&[0.62, 0.60, 0.63, 0.61, 0.62], 3.0)?;
/// assert_eq!(format!("{:.4} {:.4}", limits.low(), limits.high()), "0.5628 0.6692");
/// assert_eq!(limits.verdict(0.55)?, ControlVerdict::Below);
/// # Ok::<(), customer_value::index::IndexError>(())
/// ```
///
/// # References
///
/// Shewhart (1931), *Economic Control of Quality of Manufactured Product*; charts of individual values with moving
/// ranges.
#[doc(alias = "control chart")]
#[doc(alias = "定期评估")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ControlLimits {
    low: f64,
    high: f64,
}

/// Where a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ControlVerdict {
    /// Lower than by chance.
    Below,
    /// Where chance alone takes it.
    Within,
    /// Higher than by chance.
    Above,
}

impl ControlLimits {
    /// Limits `sigmas` standard deviations from the mean, usually 3, of an index period by period.
    ///
    /// An index that never moved has limits on its value: any move is then news.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] below two periods, [`IndexError::Unit`] for a value outside ±1e100, or unless `sigmas` is
    /// above 0 (1e-100) and at most 100.
    pub fn from_history(history: &[f64], sigmas: f64) -> Result<Self, IndexError> {
        let (mean, sigmas) = Self::centre(history, sigmas)?;
        let moves = history.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>();
        let sigma = moves / (history.len() - 1) as f64 / FRAC_2_SQRT_PI;
        Ok(Self { low: mean - sigmas * sigma, high: mean + sigmas * sigma })
    }

    /// Limits `sigmas` standard deviations from the mean, usually 3, of a window in which nothing changed.
    ///
    /// # Formula
    ///
    /// ```text
    /// mean ∓ k · √(Σ (xᵢ − mean)² / (n − 1))
    /// ```
    ///
    /// Where the level did drift in the window, these limits are too wide; those of [`from_history`](Self::from_history)
    /// are not.
    ///
    /// # Errors
    ///
    /// As [`from_history`](Self::from_history).
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::index::ControlLimits;
    ///
    /// let limits = ControlLimits::from_baseline(&[75.0, 76.0, 74.0, 75.0], 3.0)?;
    /// assert_eq!(format!("{:.4} {:.4}", limits.low(), limits.high()), "72.5505 77.4495");
    /// # Ok::<(), customer_value::index::IndexError>(())
    /// ```
    pub fn from_baseline(window: &[f64], sigmas: f64) -> Result<Self, IndexError> {
        let (mean, sigmas) = Self::centre(window, sigmas)?;
        let deviations: Vec<f64> = window.iter().map(|value| value - mean).collect();
        let sigma = length(&deviations) / ((window.len() - 1) as f64).sqrt();
        Ok(Self { low: mean - sigmas * sigma, high: mean + sigmas * sigma })
    }

    /// The mean of at least two figures, and a legal number of standard deviations.
    fn centre(history: &[f64], sigmas: f64) -> Result<(f64, f64), IndexError> {
        at_least("periods", 2, history.len())?;
        history.iter().try_for_each(|value| table::figure(*value).map(drop))?;
        let sigmas = in_range("sigmas", sigmas, 1e-100, 100.0)?;
        // From the first value, so that the mean of equal ones is that value.
        let mean = history[0] + history.iter().map(|value| value - history[0]).sum::<f64>() / history.len() as f64;
        Ok((mean, sigmas))
    }

    /// The lower limit.
    pub const fn low(self) -> f64 {
        self.low
    }

    /// The upper limit.
    pub const fn high(self) -> f64 {
        self.high
    }

    /// Where a new value lies; on a limit it is within.
    ///
    /// # Errors
    ///
    /// [`UnitError`] for a value outside ±1e100.
    pub fn verdict(self, value: f64) -> Result<ControlVerdict, UnitError> {
        let value = table::figure(value)?;
        Ok(match (value < self.low, value > self.high) {
            (true, _) => ControlVerdict::Below,
            (_, true) => ControlVerdict::Above,
            _ => ControlVerdict::Within,
        })
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    low: f64,
    high: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ControlLimits {
    type Error = UnitError;

    fn try_from(raw: Unchecked) -> Result<Self, UnitError> {
        let low = in_range("lower limit", raw.low, f64::MIN, f64::MAX)?;
        Ok(Self { low, high: in_range("upper limit", raw.high, low, f64::MAX)? })
    }
}
