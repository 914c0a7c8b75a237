use std::cmp::Ordering;

use crate::error::list_faults;

/// One choice as it was observed: what was there to choose from, and what was taken. An unchecked row of
/// [`ObservedChoices`].
///
/// Alternatives that were not available are left out, so that situations may differ in their number; leaving without a
/// purchase is an alternative like others, with attributes of its own.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Situation {
    /// Of each alternative that was available, its attributes in the order of their names.
    pub alternatives: Vec<Vec<f64>>,
    /// Position of the alternative that was taken.
    pub chosen: usize,
    /// How often this very choice was observed.
    pub count: u64,
}

impl Situation {
    /// A choice observed once.
    pub fn once(alternatives: impl Into<Vec<Vec<f64>>>, chosen: usize) -> Self {
        Self { alternatives: alternatives.into(), chosen, count: 1 }
    }
}

/// Choices that were observed, checked: the data of a [`LogitFit`](super::LogitFit).
///
/// Equal situations are counted once, with the sum of their counts, and sorted: what is computed from them does not
/// depend on the order of rows. Alternatives keep the order in which they are listed, so that the same ones in another
/// order are another situation, of the same likelihood.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{ObservedChoices, Situation};
///
/// // A fast train for 60 or a slow one for 40: two of three take the fast one.
/// let trains = [vec![60.0, 2.0], vec![40.0, 3.0]];
/// let fast = Situation { count: 2, ..Situation::once(trains.clone(), 0) };
/// let choices = ObservedChoices::new(["price", "hours"], [fast, Situation::once(trains, 1)])?;
/// assert_eq!(choices.count(), 3);
/// # Ok::<(), customer_value::delivered::ObservedChoicesError>(())
/// ```
#[doc(alias = "revealed preference")]
#[doc(alias = "stated preference")]
#[doc(alias = "选择数据")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ObservedChoices {
    attributes: Vec<String>,
    situations: Vec<Situation>,
}

/// Why rows are not [`ObservedChoices`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObservedChoicesError {
    /// No choice was observed.
    #[error("there are no situations, expected at least one")]
    Empty,
    /// There is nothing by which alternatives could be told apart.
    #[error("there are no attributes, expected at least one")]
    NoAttributes,
    /// An attribute has no name of its own.
    #[error("attribute {position} (from 0) is called {name:?}, expected a name that no other attribute has")]
    Name {
        /// Position of the attribute.
        position: usize,
        /// The name given.
        name: String,
    },
    /// Bad situations, by position.
    #[error("bad situations:{}", list_faults(situations))]
    Situations {
        /// All of them.
        situations: Vec<(usize, SituationError)>,
    },
    /// There are more choices than a float counts exactly.
    #[error("more than 2^53 choices")]
    TooMany,
}

/// What is wrong with a [`Situation`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SituationError {
    /// Who has no alternative does not choose.
    #[error("{alternatives} alternatives, expected at least 2")]
    TooFewAlternatives {
        /// How many there are.
        alternatives: usize,
    },
    /// What was taken was not there.
    #[error("alternative {chosen} (from 0) was taken of {alternatives}")]
    NotThere {
        /// Position of what was taken.
        chosen: usize,
        /// How many alternatives there are.
        alternatives: usize,
    },
    /// The situation was never observed.
    #[error("the count is 0, expected at least 1")]
    NeverObserved,
    /// An alternative lacks attributes, or has too many.
    #[error("alternative {alternative} (from 0) has {values} attributes, expected {attributes}")]
    Lengths {
        /// Position of the alternative.
        alternative: usize,
        /// How many attributes it has.
        values: usize,
        /// How many there are names for.
        attributes: usize,
    },
    /// An attribute is no number of ordinary size.
    #[error("{attribute} of alternative {alternative} (from 0) is {value}, expected a number from -1e150 to 1e150")]
    Value {
        /// Position of the alternative.
        alternative: usize,
        /// Name of the attribute.
        attribute: String,
        /// What was given.
        value: f64,
    },
}

/// The square of a difference of two attributes must be a number.
const LARGEST_ATTRIBUTE: f64 = 1e150;

impl ObservedChoices {
    /// Situations, with the names of the attributes in the order in which alternatives list them.
    ///
    /// # Errors
    ///
    /// [`ObservedChoicesError`]; all bad situations are listed.
    pub fn new<Name: Into<String>>(
        attributes: impl IntoIterator<Item = Name>,
        situations: impl IntoIterator<Item = Situation>,
    ) -> Result<Self, ObservedChoicesError> {
        let attributes: Vec<String> = attributes.into_iter().map(Into::into).collect();
        check_names(&attributes)?;
        let situations: Vec<Situation> = situations.into_iter().collect();
        if situations.is_empty() {
            return Err(ObservedChoicesError::Empty);
        }
        let fault = |(row, situation): (usize, &Situation)| Some((row, situation.check(&attributes).err()?));
        let faults: Vec<_> = situations.iter().enumerate().filter_map(fault).collect();
        if !faults.is_empty() {
            return Err(ObservedChoicesError::Situations { situations: faults });
        }
        let total = situations.iter().try_fold(0_u64, |sum, situation| sum.checked_add(situation.count));
        if total.is_none_or(|total| total > 1 << f64::MANTISSA_DIGITS) {
            return Err(ObservedChoicesError::TooMany);
        }
        Ok(Self { attributes, situations: grouped(situations) })
    }

    /// The names of the attributes.
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// The distinct situations, sorted, with their counts.
    pub fn situations(&self) -> &[Situation] {
        &self.situations
    }

    /// How many choices were observed.
    pub fn count(&self) -> u64 {
        self.situations.iter().map(|situation| situation.count).sum()
    }
}

/// Names that tell attributes apart.
pub(super) fn check_names(names: &[String]) -> Result<(), ObservedChoicesError> {
    let repeats = |position: usize| names[position].is_empty() || names[..position].contains(&names[position]);
    match (0..names.len()).find(|&position| repeats(position)) {
        Some(position) => Err(ObservedChoicesError::Name { position, name: names[position].clone() }),
        None if names.is_empty() => Err(ObservedChoicesError::NoAttributes),
        None => Ok(()),
    }
}

impl Situation {
    fn check(&self, attributes: &[String]) -> Result<(), SituationError> {
        let alternatives = self.alternatives.len();
        if alternatives < 2 {
            return Err(SituationError::TooFewAlternatives { alternatives });
        }
        if self.chosen >= alternatives {
            return Err(SituationError::NotThere { chosen: self.chosen, alternatives });
        }
        if self.count == 0 {
            return Err(SituationError::NeverObserved);
        }
        for (alternative, values) in self.alternatives.iter().enumerate() {
            let (values_given, expected) = (values.len(), attributes.len());
            if values_given != expected {
                return Err(SituationError::Lengths { alternative, values: values_given, attributes: expected });
            }
            let ordinary = |value: &f64| (-LARGEST_ATTRIBUTE..=LARGEST_ATTRIBUTE).contains(value);
            if let Some(at) = values.iter().position(|value| !ordinary(value)) {
                let attribute = attributes[at].clone();
                return Err(SituationError::Value { alternative, attribute, value: values[at] });
            }
        }
        Ok(())
    }

    /// Any order that tells different situations apart.
    fn order(&self, other: &Self) -> Ordering {
        let shape = (self.alternatives.len(), self.chosen).cmp(&(other.alternatives.len(), other.chosen));
        let numbers = self.alternatives.iter().flatten().zip(other.alternatives.iter().flatten());
        let mut numbers = numbers.map(|(own, other)| own.total_cmp(other));
        shape.then_with(|| numbers.find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
    }
}

fn grouped(mut situations: Vec<Situation>) -> Vec<Situation> {
    // Zeros of either sign are one number.
    situations.iter_mut().flat_map(|situation| situation.alternatives.iter_mut().flatten()).for_each(|x| *x += 0.0);
    situations.sort_unstable_by(Situation::order);
    situations.dedup_by(|next, kept| {
        let equal = next.order(kept).is_eq();
        kept.count += if equal { next.count } else { 0 };
        equal
    });
    situations
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    attributes: Vec<String>,
    situations: Vec<Situation>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ObservedChoices {
    type Error = ObservedChoicesError;

    fn try_from(raw: Unchecked) -> Result<Self, ObservedChoicesError> {
        Self::new(raw.attributes, raw.situations)
    }
}
