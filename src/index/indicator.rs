use super::table::LARGEST;
use crate::units::{UnitError, in_range};

/// What is better in an indicator: more, less, or near to a target.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Sense {
    /// More is better.
    #[doc(alias = "效益型")]
    Benefit,
    /// Less is better.
    #[doc(alias = "成本型")]
    Cost,
    /// The nearer to this number the better.
    #[doc(alias = "nominal-the-best")]
    Target(f64),
}

impl Sense {
    pub(super) fn checked(self) -> Result<Self, UnitError> {
        if let Self::Target(target) = self {
            in_range("target", target, -LARGEST, LARGEST)?;
        }
        Ok(self)
    }
}

/// Where the figures of an indicator come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Evidence {
    /// From books and records.
    #[doc(alias = "硬指标")]
    Hard,
    /// From opinions asked for.
    #[doc(alias = "软指标")]
    Survey,
}

/// An indicator: its name, what is better, and where its figures come from.
#[doc(alias = "指标")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedIndicator"))]
pub struct Indicator {
    pub(super) name: String,
    pub(super) sense: Sense,
    pub(super) evidence: Evidence,
}

impl Indicator {
    /// An indicator.
    ///
    /// # Errors
    ///
    /// [`UnitError`] for a target outside ±1e100.
    pub fn new(name: impl Into<String>, sense: Sense, evidence: Evidence) -> Result<Self, UnitError> {
        Ok(Self { name: name.into(), sense: sense.checked()?, evidence })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is better.
    pub const fn sense(&self) -> Sense {
        self.sense
    }

    /// Where its figures come from.
    pub const fn evidence(&self) -> Evidence {
        self.evidence
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedIndicator {
    name: String,
    sense: Sense,
    evidence: Evidence,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedIndicator> for Indicator {
    type Error = UnitError;

    fn try_from(raw: UncheckedIndicator) -> Result<Self, UnitError> {
        Self::new(raw.name, raw.sense, raw.evidence)
    }
}
