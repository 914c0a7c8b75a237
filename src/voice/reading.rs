use super::VoiceError;
use crate::math::two_sided_quantile;
use crate::units::{Interval, Probability, UnitError, in_range};

/// What a survey says of one quantity: the number, how sure it is, and how many answers it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Reading {
    value: f64,
    standard_error: f64,
    n: u32,
}

/// No index or gap of this room is larger.
const LARGEST: f64 = 1e4;

impl Reading {
    /// A reading whose numbers are computed from answers on a scale.
    pub(super) fn computed(value: f64, standard_error: f64, n: u32) -> Self {
        debug_assert!(value.abs() <= LARGEST && (0.0..=LARGEST).contains(&standard_error));
        Self { value: value + 0.0, standard_error, n }
    }

    /// The number.
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error, for answers of persons who were drawn by chance from many.
    pub const fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// How many gave an answer to it.
    pub const fn n(&self) -> u32 {
        self.n
    }

    /// The interval by the normal approximation, which takes some thirty answers.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Unit`] for a confidence of 0 or 1.
    pub fn interval(&self, confidence: Probability) -> Result<Interval, VoiceError> {
        let width = normal_width(confidence)? * self.standard_error;
        Ok(Interval { low: self.value - width, high: self.value + width })
    }
}

/// z with P(|Z| ≤ z) = `confidence`, above 0 and finite.
pub(super) fn normal_width(confidence: Probability) -> Result<f64, UnitError> {
    // The square of a z below 1e-100 would be lost beside anything.
    in_range("confidence", confidence.get(), 1e-100, 1.0_f64.next_down()).map(two_sided_quantile)
}

/// The least number of answers of which a number is told; at least two, for of one there is no standard error.
///
/// Of fewer a number is mostly chance, and may tell who said it.
///
/// # Examples
///
/// ```
/// use customer_value::voice::{LeastAnswers, VoiceError};
///
/// assert_eq!(LeastAnswers::new(30)?.get(), 30);
/// assert_eq!(LeastAnswers::new(1), Err(VoiceError::TooFew { items: "answers to show a number", least: 2, found: 1 }));
/// # Ok::<(), VoiceError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "u32", into = "u32"))]
pub struct LeastAnswers(u32);

impl LeastAnswers {
    /// The fewest that a standard error can be formed of.
    pub const TWO: Self = Self(2);

    /// A least number of answers.
    ///
    /// # Errors
    ///
    /// [`VoiceError::TooFew`] below 2.
    pub fn new(answers: u32) -> Result<Self, VoiceError> {
        match answers {
            2.. => Ok(Self(answers)),
            _ => Err(VoiceError::TooFew { items: "answers to show a number", least: 2, found: answers as usize }),
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The reading of `n` answers, which is formed only if they suffice.
    pub(super) fn show(self, n: u32, reading: impl FnOnce() -> Reading) -> Cell {
        if n >= self.0 { Cell::Shown(reading()) } else { Cell::Suppressed { n, least: self } }
    }
}

impl TryFrom<u32> for LeastAnswers {
    type Error = VoiceError;

    fn try_from(answers: u32) -> Result<Self, VoiceError> {
        Self::new(answers)
    }
}

impl From<LeastAnswers> for u32 {
    fn from(least: LeastAnswers) -> Self {
        least.0
    }
}

/// A number, or the fact that too few answered for one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Cell {
    /// Enough answers.
    Shown(Reading),
    /// Fewer answers than the least number asked for.
    Suppressed {
        /// How many there are.
        n: u32,
        /// How many there should be.
        least: LeastAnswers,
    },
}

impl Cell {
    /// The reading, if there are enough answers.
    pub const fn reading(&self) -> Option<&Reading> {
        match self {
            Self::Shown(reading) => Some(reading),
            Self::Suppressed { .. } => None,
        }
    }

    /// How many answers there are.
    pub const fn n(&self) -> u32 {
        match self {
            Self::Shown(reading) => reading.n,
            Self::Suppressed { n, .. } => *n,
        }
    }

    /// The reading, or the error that says why it is withheld and of what, by the name given here.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Suppressed`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::voice::{LeastAnswers, NetPromoter, VoiceError};
    ///
    /// let desk = NetPromoter { promoters: 3, passives: 0, detractors: 1 };
    /// assert_eq!(desk.score(LeastAnswers::TWO).shown("desk 4")?.value(), 50.0);
    /// let withheld = desk.score(LeastAnswers::new(30)?);
    /// let why = VoiceError::Suppressed { factor: "desk 4".into(), n: 4, least: 30 };
    /// assert_eq!(withheld.shown("desk 4"), Err(why));
    /// # Ok::<(), VoiceError>(())
    /// ```
    pub fn shown(&self, factor: &str) -> Result<&Reading, VoiceError> {
        match self {
            Self::Shown(reading) => Ok(reading),
            Self::Suppressed { n, least } => {
                Err(VoiceError::Suppressed { factor: factor.to_owned(), n: *n, least: least.0 })
            }
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    value: f64,
    standard_error: f64,
    n: u32,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Reading {
    type Error = VoiceError;

    fn try_from(raw: Unchecked) -> Result<Self, VoiceError> {
        let value = in_range("reading", raw.value, -LARGEST, LARGEST)?;
        let standard_error = in_range("standard error", raw.standard_error, 0.0, LARGEST)?;
        LeastAnswers::new(raw.n)?;
        Ok(Self { value, standard_error, n: raw.n })
    }
}
