use super::VoiceError;
use super::reading::normal_width;
use crate::units::{Interval, Probability};

/// How many of how many: coverage, participation, promises kept.
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::voice::Proportion;
///
/// let called_back = Proportion::new(96, 120)?;
/// assert_eq!(called_back.share().map(Probability::get), Some(0.8));
/// let interval = called_back.interval(Probability::new(0.95)?)?.ok_or("nobody to call")?;
/// assert!(interval.contains(0.72) && interval.contains(0.86));
/// assert_eq!(Proportion::new(0, 0)?.share(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "回访率")]
#[doc(alias = "参与率")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Proportion {
    part: u64,
    whole: u64,
}

impl Proportion {
    /// A part of a whole.
    ///
    /// # Errors
    ///
    /// [`VoiceError::PartExceedsWhole`].
    pub const fn new(part: u64, whole: u64) -> Result<Self, VoiceError> {
        if part <= whole { Ok(Self { part, whole }) } else { Err(VoiceError::PartExceedsWhole { part, whole }) }
    }

    /// A part that was counted out of its whole.
    pub(super) const fn proven(part: u64, whole: u64) -> Self {
        debug_assert!(part <= whole, "counted among the whole");
        Self { part, whole }
    }

    /// How many.
    pub const fn part(&self) -> u64 {
        self.part
    }

    /// Of how many.
    pub const fn whole(&self) -> u64 {
        self.whole
    }

    /// The share; `None` of nobody.
    pub fn share(&self) -> Option<Probability> {
        (self.whole > 0).then(|| Probability::computed(self.part as f64 / self.whole as f64))
    }

    /// The interval of Wilson's score test, which holds for few cases too and never leaves 0 to 1; `None` of nobody.
    ///
    /// # Formula
    ///
    /// ```text
    /// (p + z²/2n ∓ z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n)
    /// ```
    ///
    /// # Errors
    ///
    /// [`VoiceError::Unit`] for a confidence of 0 or 1.
    ///
    /// # References
    ///
    /// Wilson (1927), *Probable inference, the law of succession, and statistical inference*, Journal of the American
    /// Statistical Association 22.
    pub fn interval(&self, confidence: Probability) -> Result<Option<Interval>, VoiceError> {
        let z = normal_width(confidence)?;
        if self.whole == 0 {
            return Ok(None);
        }
        let share = |part: u64| part as f64 / self.whole as f64;
        let end = |part: u64| wilson_low(share(part), self.whole as f64, z);
        // At the least confidence both ends are the share, which rounding must not leave outside.
        let (p, low, high) = (share(self.part), end(self.part), 1.0 - end(self.whole - self.part));
        Ok(Some(Interval { low: low.min(p), high: high.max(p) }))
    }
}

/// The lower end. The product of both ends is p² / (1 + z²/n), which gives this one without a difference.
fn wilson_low(p: f64, n: f64, z: f64) -> f64 {
    let half = 0.5 * z / n;
    p * p / (p + z * half + z * (p * (1.0 - p) / n + half * half).sqrt())
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    part: u64,
    whole: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Proportion {
    type Error = VoiceError;

    fn try_from(raw: Unchecked) -> Result<Self, VoiceError> {
        Self::new(raw.part, raw.whole)
    }
}
