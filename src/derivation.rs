mod step;
mod tree;

use std::borrow::Cow;

pub use step::{DerivationStep, DerivationUnit};

use crate::units::ExpectedMoney;

/// How a value came about: a tree of named parts down to what was given.
///
/// A node computes its value from its parts when it is made, so that every level adds up to the last bit. Whoever
/// doubts a number can ask for it part by part ([`find`](Self::find), [`walk`](Self::walk)), print it, store it, and
/// have it computed again ([`replay`](Self::replay)).
///
/// # Examples
///
/// ```
/// use customer_value::{Currency, Derivation, DerivationUnit, ExpectedMoney};
///
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let revenue = Derivation::product(
///     "revenue",
///     [Derivation::money("price", usd(12.5)?), Derivation::given("purchases", 4.0, DerivationUnit::Number)?],
/// )?;
/// let profit = Derivation::difference("profit", revenue, Derivation::money("cost", usd(30.0)?))?;
///
/// assert_eq!((profit.value(), profit.unit()), (20.0, DerivationUnit::Money(Currency::USD)));
/// assert_eq!(profit.find(&["revenue", "purchases"]).map(Derivation::value), Some(4.0));
/// let tree = "\
/// profit: 20.00 USD
///   + revenue: 50.00 USD
///     × price: 12.50 USD
///     × purchases: 4.0000
///   − cost: 30.00 USD";
/// assert_eq!(profit.to_string(), tree);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "audit trail")]
#[doc(alias = "推导")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Derivation {
    name: Cow<'static, str>,
    unit: DerivationUnit,
    step: DerivationStep,
    value: f64,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    parts: Vec<Derivation>,
}

/// Why there is no such derivation. A path names the nodes from the root down, joined by " > ".
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DerivationError {
    /// A value is infinite or not a number.
    #[error("{path} is {value}, expected a finite number")]
    NotFinite {
        /// Which node.
        path: String,
        /// Its value.
        value: f64,
    },
    /// A node has no parts to follow from, too many, or some although it was given.
    #[error("{path} has {parts} parts, which a {step:?} cannot have")]
    PartCount {
        /// Which node.
        path: String,
        /// How it should follow.
        step: DerivationStep,
        /// How many parts it has.
        parts: usize,
    },
    /// Two parts have the same name, so that no path leads to the second.
    #[error("{path} has two parts named {name:?}")]
    DuplicateName {
        /// Which node.
        path: String,
        /// The name.
        name: String,
    },
    /// Units that do not add up, two units that are multiplied, or a node in another unit than follows from its parts.
    #[error("units of {path} do not agree: expected {expected}, got {found}")]
    Units {
        /// Which node.
        path: String,
        /// The unit of the first part, or that of the node.
        expected: DerivationUnit,
        /// The unit that met it.
        found: DerivationUnit,
    },
    /// More levels than a stored derivation may have.
    #[error("{path} has more than {most} levels")]
    TooDeep {
        /// Which node.
        path: String,
        /// The greatest legal number of levels.
        most: usize,
    },
    /// A stored value is not what follows from its parts.
    #[error("{path} is stored as {stored:?}, but its parts give {computed:?}")]
    Differs {
        /// Which node.
        path: String,
        /// The value it has.
        stored: f64,
        /// The value that its parts give.
        computed: f64,
    },
}

/// Readers of JSON stop at 128 levels, of which a node takes two; and the stack of any thread holds so many.
const MOST_LEVELS: usize = 48;

impl Derivation {
    /// A value that does not follow from others.
    ///
    /// # Errors
    ///
    /// [`DerivationError::NotFinite`].
    pub fn given(
        name: impl Into<Cow<'static, str>>,
        value: f64,
        unit: DerivationUnit,
    ) -> Result<Self, DerivationError> {
        let given = Self { name: name.into(), unit, step: DerivationStep::Given, value, parts: Vec::new() };
        given.check(&given.name)?;
        Ok(given)
    }

    /// An amount of money that does not follow from others.
    pub fn money(name: impl Into<Cow<'static, str>>, amount: ExpectedMoney) -> Self {
        let unit = DerivationUnit::Money(amount.currency());
        Self { name: name.into(), unit, step: DerivationStep::Given, value: amount.amount(), parts: Vec::new() }
    }

    /// The sum of parts in one unit, added in their order.
    ///
    /// # Errors
    ///
    /// [`DerivationError`] when there is no part, when two have the same name or different units, or when the sum is
    /// too large.
    pub fn sum(
        name: impl Into<Cow<'static, str>>,
        parts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, DerivationError> {
        Self::checked(name, DerivationStep::Sum, parts)
    }

    /// One value less another, in one unit.
    ///
    /// # Errors
    ///
    /// As [`sum`](Self::sum).
    pub fn difference(name: impl Into<Cow<'static, str>>, from: Self, less: Self) -> Result<Self, DerivationError> {
        Self::checked(name, DerivationStep::Difference, [from, less])
    }

    /// The product of parts, multiplied in their order. At most one of them is money or utility; others are pure
    /// numbers, and a product of shares alone is a share.
    ///
    /// # Errors
    ///
    /// As [`sum`](Self::sum).
    pub fn product(
        name: impl Into<Cow<'static, str>>,
        parts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, DerivationError> {
        Self::checked(name, DerivationStep::Product, parts)
    }

    fn checked(
        name: impl Into<Cow<'static, str>>,
        step: DerivationStep,
        parts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, DerivationError> {
        let (name, parts): (_, Vec<_>) = (name.into(), parts.into_iter().collect());
        let unit = step.unit(&parts, &name)?;
        let node = Self { value: step.value(&parts), name, unit, step, parts };
        node.check(&node.name)?;
        if node.levels() > MOST_LEVELS {
            return Err(DerivationError::TooDeep { path: node.name.into(), most: MOST_LEVELS });
        }
        Ok(node)
    }

    /// A node whose parts are known to fit, in this unit.
    pub(crate) fn proven(
        name: &'static str,
        step: DerivationStep,
        unit: impl Into<DerivationUnit>,
        parts: impl IntoIterator<Item = Self>,
    ) -> Self {
        let (parts, unit): (Vec<_>, _) = (parts.into_iter().collect(), unit.into());
        let node = Self { value: step.value(&parts), name: name.into(), unit, step, parts };
        debug_assert_eq!(node.check(name), Ok(()));
        node
    }

    /// A number that is known to be finite.
    pub(crate) fn known(name: &'static str, value: f64, unit: DerivationUnit) -> Self {
        debug_assert!(value.is_finite(), "{name} is {value}");
        Self { name: name.into(), unit, step: DerivationStep::Given, value, parts: Vec::new() }
    }

    /// The same value under another name, as part of something larger.
    #[must_use]
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its value is measured in.
    pub const fn unit(&self) -> DerivationUnit {
        self.unit
    }

    /// How it follows from its parts.
    pub const fn step(&self) -> DerivationStep {
        self.step
    }

    /// The value; money in major units.
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// What it follows from.
    pub fn parts(&self) -> &[Self] {
        &self.parts
    }

    /// The node to which the names of parts lead, from here; this one for no names.
    pub fn find(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.parts.iter().find(|part| part.name == *name))
    }

    /// All nodes, each before its parts, with their depth below this one.
    pub fn walk(&self) -> impl Iterator<Item = (usize, &Self)> {
        let mut waiting = vec![(0, self)];
        std::iter::from_fn(move || {
            let (depth, node) = waiting.pop()?;
            waiting.extend(node.parts.iter().rev().map(|part| (depth + 1, part)));
            Some((depth, node))
        })
    }

    /// The value, computed again from what was given. Reading a stored derivation does the same.
    ///
    /// # Errors
    ///
    /// [`DerivationError`] names the first node that differs by as little as a bit from what its parts give.
    pub fn replay(&self) -> Result<f64, DerivationError> {
        self.replay_at(&self.name, 1)
    }

    fn replay_at(&self, path: &str, level: usize) -> Result<f64, DerivationError> {
        if level > MOST_LEVELS {
            return Err(DerivationError::TooDeep { path: path.into(), most: MOST_LEVELS });
        }
        for part in &self.parts {
            part.replay_at(&format!("{path} > {}", part.name), level + 1)?;
        }
        self.check(path)?;
        if self.step == DerivationStep::Given {
            return Ok(self.value);
        }
        let (expected, found) = (self.unit, self.step.unit(&self.parts, path)?);
        if expected != found {
            return Err(DerivationError::Units { path: path.into(), expected, found });
        }
        let (stored, computed) = (self.value, self.step.value(&self.parts));
        if stored.to_bits() == computed.to_bits() {
            Ok(computed)
        } else {
            Err(DerivationError::Differs { path: path.into(), stored, computed })
        }
    }

    /// Whether the node is one, apart from its parts.
    fn check(&self, path: &str) -> Result<(), DerivationError> {
        let Self { step, value, ref parts, .. } = *self;
        if !step.takes(parts.len()) {
            return Err(DerivationError::PartCount { path: path.into(), step, parts: parts.len() });
        }
        let mut names: Vec<&str> = parts.iter().map(Self::name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(DerivationError::DuplicateName { path: path.into(), name: twice[0].into() });
        }
        if value.is_finite() { Ok(()) } else { Err(DerivationError::NotFinite { path: path.into(), value }) }
    }

    fn levels(&self) -> usize {
        1 + self.parts.iter().map(Self::levels).max().unwrap_or(0)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    name: String,
    unit: DerivationUnit,
    step: DerivationStep,
    value: f64,
    #[serde(default)]
    parts: Vec<Self>,
}

#[cfg(feature = "serde")]
impl Unchecked {
    fn believed(self) -> Derivation {
        let Self { name, unit, step, value, parts } = self;
        Derivation { name: name.into(), unit, step, value, parts: parts.into_iter().map(Self::believed).collect() }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Derivation {
    type Error = DerivationError;

    fn try_from(raw: Unchecked) -> Result<Self, DerivationError> {
        let derivation = raw.believed();
        derivation.replay()?;
        Ok(derivation)
    }
}
