use super::VoiceError;
use crate::interaction::Event;

/// An answer on a scale of whole numbers from `LOW` to `HIGH`, both included.
///
/// The scale is part of the type: an answer from 1 to 10 does not enter a question from 0 to 10.
///
/// ```compile_fail
/// use customer_value::voice::{NetPromoter, OneToTen};
///
/// let answers = [OneToTen::new(9)?];
/// let recommended: NetPromoter = answers.into_iter().collect(); // expects ZeroToTen
/// # Ok::<(), customer_value::voice::VoiceError>(())
/// ```
///
/// A scale on which all answers are the same does not exist either:
///
/// ```compile_fail
/// let answer = customer_value::voice::Answer::<5, 5>::new(5)?;
/// # Ok::<(), customer_value::voice::VoiceError>(())
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::voice::{OneToTen, VoiceError};
///
/// assert_eq!(OneToTen::new(10)?.get(), 10);
/// assert_eq!(OneToTen::new(0), Err(VoiceError::Answer { value: 0.0, low: 1, high: 10 }));
/// assert_eq!(OneToTen::MIDPOINT, 5.5);
/// # Ok::<(), VoiceError>(())
/// ```
#[doc(alias = "Likert")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "u8", into = "u8"))]
pub struct Answer<const LOW: u8, const HIGH: u8>(u8);

/// How likely is it that you recommend us? The scale of [`NetPromoter`](super::NetPromoter).
pub type ZeroToTen = Answer<0, 10>;

/// The scale of the ACSI and of surveys with 1,000 points.
pub type OneToTen = Answer<1, 10>;

/// The scale of SERVQUAL.
pub type OneToSeven = Answer<1, 7>;

/// Five grades.
pub type OneToFive = Answer<1, 5>;

impl<const LOW: u8, const HIGH: u8> Answer<LOW, HIGH> {
    /// How far the ends are apart; a scale on which all answers are the same does not compile.
    pub(super) const WIDTH: u8 = {
        assert!(LOW < HIGH, "a scale needs at least two answers, in ascending order");
        HIGH - LOW
    };

    /// The middle of the scale, which may lie between two answers.
    pub const MIDPOINT: f64 = LOW as f64 + 0.5 * Self::WIDTH as f64;

    /// An answer, checked.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Answer`] off the scale.
    pub fn new(answer: u8) -> Result<Self, VoiceError> {
        Self::from_score(answer.into())
    }

    /// The answer that a number of another system is, such as the score of an [`Event::SurveyResponse`].
    ///
    /// # Errors
    ///
    /// [`VoiceError::Answer`] off the scale, or between two answers: nothing is rounded.
    pub fn from_score(value: f64) -> Result<Self, VoiceError> {
        // −0 is 0.
        let on_scale = (LOW..=LOW + Self::WIDTH).find(|&answer| f64::from(answer).total_cmp(&(value + 0.0)).is_eq());
        on_scale.map(Self).ok_or(VoiceError::Answer { value, low: LOW, high: HIGH })
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The event that a customer gave this answer, for an [`InteractionLog`](crate::InteractionLog).
    pub fn event<Id>(self, question: impl Into<String>) -> Event<Id> {
        Event::SurveyResponse { question: question.into(), score: self.0.into() }
    }
}

impl<const LOW: u8, const HIGH: u8> TryFrom<u8> for Answer<LOW, HIGH> {
    type Error = VoiceError;

    fn try_from(answer: u8) -> Result<Self, VoiceError> {
        Self::new(answer)
    }
}

impl<const LOW: u8, const HIGH: u8> From<Answer<LOW, HIGH>> for u8 {
    fn from(answer: Answer<LOW, HIGH>) -> Self {
        answer.0
    }
}
