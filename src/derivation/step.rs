use std::fmt;

use super::{Derivation, DerivationError};
use crate::units::Currency;

/// What a value of a [`Derivation`] is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum DerivationUnit {
    /// Major units of a currency.
    Money(Currency),
    /// A pure number.
    Number,
    /// A pure number that is part of a whole, such as a probability or a weight.
    Share,
    /// Utility, on a scale of its own.
    Utils,
}

/// How a node of a [`Derivation`] follows from its parts, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum DerivationStep {
    /// It has none: it was observed, estimated or chosen.
    Given,
    /// All parts added.
    Sum,
    /// The first part less the second.
    Difference,
    /// All parts multiplied.
    Product,
}

impl DerivationStep {
    pub(super) const fn takes(self, parts: usize) -> bool {
        match self {
            Self::Given => parts == 0,
            Self::Sum | Self::Product => parts > 0,
            Self::Difference => parts == 2,
        }
    }

    /// What the parts give; of no parts nothing, which [`takes`](Self::takes) refuses.
    pub(super) fn value(self, parts: &[Derivation]) -> f64 {
        let combine: fn(f64, f64) -> f64 = match self {
            Self::Given | Self::Sum => |a, b| a + b,
            Self::Difference => |a, b| a - b,
            Self::Product => |a, b| a * b,
        };
        parts.iter().map(Derivation::value).reduce(combine).unwrap_or(0.0)
    }

    pub(super) fn unit(self, parts: &[Derivation], path: &str) -> Result<DerivationUnit, DerivationError> {
        let combine = match self {
            Self::Given | Self::Sum | Self::Difference => DerivationUnit::plus,
            Self::Product => DerivationUnit::times,
        };
        let Some((first, rest)) = parts.split_first() else {
            return Err(DerivationError::PartCount { path: path.into(), step: self, parts: 0 });
        };
        rest.iter().try_fold(first.unit, |expected, part| {
            let found = part.unit;
            combine(expected, found).ok_or_else(|| DerivationError::Units { path: path.into(), expected, found })
        })
    }

    /// How a part is marked in the printed tree.
    pub(super) const fn sign(self, position: usize) -> &'static str {
        match self {
            Self::Product => "×",
            Self::Difference if position > 0 => "−",
            Self::Given | Self::Sum | Self::Difference => "+",
        }
    }
}

impl DerivationUnit {
    fn plus(self, other: Self) -> Option<Self> {
        (self == other).then_some(self)
    }

    fn times(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Share, unit) | (unit, Self::Share) => Some(unit),
            (Self::Number, _) => Some(other),
            (_, Self::Number) => Some(self),
            _ => None,
        }
    }
}

impl From<Currency> for DerivationUnit {
    fn from(currency: Currency) -> Self {
        Self::Money(currency)
    }
}

impl fmt::Display for DerivationUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(currency) => currency.fmt(f),
            Self::Number => f.pad("number"),
            Self::Share => f.pad("share"),
            Self::Utils => f.pad("utils"),
        }
    }
}
