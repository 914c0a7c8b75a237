use super::table;
use crate::units::{Probability, UnitError};

/// What a customer expected and what they perceived, on one scale.
///
/// # Examples
///
/// ```
/// use customer_value::index::Disconfirmation;
///
/// let delivery = Disconfirmation::new(7.0, 8.5)?;
/// assert_eq!(delivery.difference(), 1.5);
/// # Ok::<(), customer_value::UnitError>(())
/// ```
///
/// # References
///
/// Oliver (1980), *A cognitive model of the antecedents and consequences of satisfaction decisions*, Journal of
/// Marketing Research 17(4).
#[doc(alias = "期望不一致")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Disconfirmation {
    expected: f64,
    perceived: f64,
}

impl Disconfirmation {
    /// Both, on any scale.
    ///
    /// # Errors
    ///
    /// [`UnitError`] for a number outside ±1e100.
    pub fn new(expected: f64, perceived: f64) -> Result<Self, UnitError> {
        Ok(Self { expected: table::figure(expected)?, perceived: table::figure(perceived)? })
    }

    /// Means of answers, which are numbers.
    pub(crate) const fn of_answers(expected: f64, perceived: f64) -> Self {
        Self { expected, perceived }
    }

    /// What was perceived less what was expected: above 0 for a customer who is delighted, below 0 for a disappointed
    /// one.
    pub fn difference(self) -> f64 {
        self.perceived - self.expected
    }
}

/// How deep loyalty goes, by Oliver's four phases in their order.
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::index::LoyaltyPhase;
///
/// let strengths = [0.9, 0.8, 0.4, 0.7].map(Probability::new);
/// let [knows, likes, intends, acts] = strengths;
/// let reached = LoyaltyPhase::reached([knows?, likes?, intends?, acts?], Probability::new(0.6)?);
/// // They buy, but not because they mean to: a habit that a rival can break.
/// assert_eq!(reached, Some(LoyaltyPhase::Affective));
/// # Ok::<(), customer_value::UnitError>(())
/// ```
///
/// # References
///
/// Oliver (1999), *Whence consumer loyalty?*, Journal of Marketing 63.
#[doc(alias = "忠诚阶段")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LoyaltyPhase {
    /// They believe that the offer is better.
    Cognitive,
    /// They like it.
    Affective,
    /// They mean to buy it again.
    Conative,
    /// They do, against obstacles.
    Action,
}

impl LoyaltyPhase {
    /// All phases, in their order.
    pub const ALL: [Self; 4] = [Self::Cognitive, Self::Affective, Self::Conative, Self::Action];

    /// The last phase of those that are reached without a gap, from the strength of each phase in their order; `None`
    /// for a customer who is not even convinced.
    pub fn reached(strengths: [Probability; 4], threshold: Probability) -> Option<Self> {
        let reached = strengths.iter().take_while(|strength| **strength >= threshold).count();
        Some(Self::ALL[reached.checked_sub(1)?])
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    expected: f64,
    perceived: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Disconfirmation {
    type Error = UnitError;

    fn try_from(raw: Unchecked) -> Result<Self, UnitError> {
        Self::new(raw.expected, raw.perceived)
    }
}
