mod linkage;

use std::collections::BTreeMap;

use linkage::average_linkage;

use super::{
    ClusterError,
    measures::{distinct_names, in_range, same_length},
    numbered, segment,
};
use crate::segment::Segmentation;
use crate::units::Probability;

/// One attribute of all customers; `None` where it is not known.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Attribute {
    /// A number, from −1e140 to 1e140.
    Numeric(Vec<Option<f64>>),
    /// A kind among others, known by its name.
    Category(Vec<Option<String>>),
}

/// What is known of customers, in numbers and in kinds, with gaps: the ground for grouping similar ones.
///
/// # Formula
///
/// ```text
/// similarity = mean over attributes known of both of  1 − |xᵢ − xⱼ| / range        (numbers; 1 where the range is 0)
///                                                     1 if equal, else 0           (categories)
/// ```
///
/// where the range is that of the customers at hand.
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::segment::{Attribute, Profiles};
///
/// let kind = |name: &str| Some(name.to_string());
/// let profiles = Profiles::new([
///     ("age", Attribute::Numeric(vec![Some(30.0), Some(35.0), Some(50.0)])),
///     ("trade", Attribute::Category(vec![kind("retail"), kind("retail"), None])),
/// ])?;
/// assert_eq!(profiles.similarity(0, 1)?, (0.75 + 1.0) / 2.0);
/// assert_eq!(profiles.similarity(1, 2)?, 0.25);
///
/// let groups = profiles.group(Probability::new(0.8)?)?;
/// assert_eq!(groups.segments(), [0, 0, 1]);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Gower (1971), *A general coefficient of similarity and some of its properties*.
#[doc(alias = "同质分组")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Profiles {
    names: Vec<String>,
    attributes: Vec<Attribute>,
}

/// The similarities of so many pairs take 67 MB.
const MOST_PROFILES: usize = 4096;

impl Profiles {
    /// Attributes with their names.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NoMeasures`], [`ClusterError::DuplicateMeasure`], [`ClusterError::Lengths`] unless attributes are
    /// as long as the first, or [`ClusterError::OutOfRange`] for a number that is none.
    pub fn new<Name: Into<String>>(
        attributes: impl IntoIterator<Item = (Name, Attribute)>,
    ) -> Result<Self, ClusterError> {
        let pairs = attributes.into_iter().map(|(name, attribute)| (name.into(), attribute));
        let (names, attributes): (Vec<String>, Vec<Attribute>) = pairs.unzip();
        distinct_names(&names)?;
        for (name, attribute) in names.iter().zip(&attributes) {
            same_length(name, attributes[0].len(), attribute.len())?;
            if let Some((index, value)) = attribute.out_of_range() {
                return Err(ClusterError::OutOfRange { measure: name.clone(), index, value });
            }
        }
        Ok(Self { names, attributes })
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.attributes[0].len()
    }

    /// How similar two customers are, from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`ClusterError::UnknownCustomer`], or [`ClusterError::Incomparable`] when nothing is known of both.
    pub fn similarity(&self, first: usize, second: usize) -> Result<f64, ClusterError> {
        let customers = self.customers();
        match [first, second].into_iter().find(|&customer| customer >= customers) {
            Some(customer) => Err(ClusterError::UnknownCustomer { customer, customers }),
            None => similarity(&self.comparable(), first, second),
        }
    }

    /// Groups of similar customers: the two groups whose members are most similar on average are joined, again and again,
    /// as long as that average is at least the one stated.
    ///
    /// Average linkage is chosen because it needs no number of groups, does not chain through single go-betweens as
    /// single linkage does, and does not depend on who comes first as leader algorithms do. Groups are numbered in
    /// ascending order of their least profile, attribute by attribute. Time and memory grow with the square of the
    /// number of different profiles; equal profiles are worked on once.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NoCustomers`], [`ClusterError::Incomparable`] naming two customers of whom nothing is known in
    /// common, or [`ClusterError::TooManyProfiles`] for more than 4,096 different ones.
    ///
    /// # References
    ///
    /// Sokal & Michener (1958), average linkage; Murtagh (1983), *A survey of recent advances in hierarchical
    /// clustering algorithms*: nearest-neighbour chains.
    pub fn group(&self, at_least: Probability) -> Result<Segmentation, ClusterError> {
        if self.customers() == 0 {
            return Err(ClusterError::NoCustomers);
        }
        let columns = self.comparable();
        let distinct = distinct(&columns, self.customers());
        if distinct.len() > MOST_PROFILES {
            return Err(ClusterError::TooManyProfiles { profiles: distinct.len(), most: MOST_PROFILES });
        }
        let mut pairs = Vec::with_capacity(distinct.len() * distinct.len().saturating_sub(1) / 2);
        for (row, one) in distinct.iter().enumerate() {
            if let [first, second, ..] = one[..] {
                similarity(&columns, first, second)?;
            }
            for other in &distinct[..row] {
                pairs.push(similarity(&columns, one[0], other[0])?);
            }
        }
        let sizes = distinct.iter().map(|customers| customers.len() as f64).collect();
        let groups = average_linkage(pairs, sizes, at_least.get());
        let mut segments = vec![0; self.customers()];
        for (customers, &group) in distinct.iter().zip(&groups) {
            for &customer in customers {
                segments[customer] = segment(group);
            }
        }
        Ok(numbered("group", groups.iter().max().map_or(0, |last| last + 1), segments))
    }

    fn comparable(&self) -> Vec<Comparable> {
        self.attributes.iter().map(Comparable::new).collect()
    }
}

impl Attribute {
    fn len(&self) -> usize {
        match self {
            Self::Numeric(values) => values.len(),
            Self::Category(values) => values.len(),
        }
    }

    fn out_of_range(&self) -> Option<(usize, f64)> {
        let Self::Numeric(values) = self else { return None };
        let known = values.iter().enumerate().filter_map(|(index, value)| value.map(|value| (index, value)));
        known.into_iter().find(|&(_, value)| !in_range(value))
    }
}

/// An attribute as numbers: of categories, their rank by name.
struct Comparable {
    values: Vec<Option<f64>>,
    measure: Measure,
}

#[derive(Clone, Copy)]
enum Measure {
    Range(f64),
    Equality,
}

impl Comparable {
    fn new(attribute: &Attribute) -> Self {
        match attribute {
            Attribute::Numeric(values) => {
                let known = || values.iter().flatten().copied();
                let range = known().fold(f64::NEG_INFINITY, f64::max) - known().fold(f64::INFINITY, f64::min);
                // A zero has one sign, so that equal numbers are equal to the last bit.
                Self {
                    values: values.iter().map(|value| value.map(|v| v + 0.0)).collect(),
                    measure: Measure::Range(range),
                }
            }
            Attribute::Category(values) => {
                let mut ranks: BTreeMap<&str, f64> = values.iter().flatten().map(|name| (name.as_str(), 0.0)).collect();
                ranks.values_mut().enumerate().for_each(|(rank, value)| *value = rank as f64);
                let rank = |name: &Option<String>| name.as_ref().and_then(|name| ranks.get(name.as_str()).copied());
                Self { values: values.iter().map(rank).collect(), measure: Measure::Equality }
            }
        }
    }

    /// The part of this attribute in the similarity; `None` where it is not known of both.
    fn similarity(&self, first: usize, second: usize) -> Option<f64> {
        let apart = (self.values[first]? - self.values[second]?).abs();
        Some(match self.measure {
            Measure::Range(range) if range > 0.0 => 1.0 - apart / range,
            Measure::Equality if apart > 0.0 => 0.0,
            Measure::Range(_) | Measure::Equality => 1.0,
        })
    }
}

fn similarity(attributes: &[Comparable], first: usize, second: usize) -> Result<f64, ClusterError> {
    let (mut known, mut sum) = (0.0, 0.0);
    for part in attributes.iter().filter_map(|attribute| attribute.similarity(first, second)) {
        (known, sum) = (known + 1.0, sum + part);
    }
    if known > 0.0 { Ok(sum / known) } else { Err(ClusterError::Incomparable { first, second }) }
}

/// The customers of each different profile, profiles in ascending order.
fn distinct(attributes: &[Comparable], customers: usize) -> Vec<Vec<usize>> {
    let order = |&a: &usize, &b: &usize| {
        let mut orders =
            attributes.iter().map(|attribute| total(attribute.values[a]).total_cmp(&total(attribute.values[b])));
        orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    };
    let mut all: Vec<usize> = (0..customers).collect();
    all.sort_by(order);
    all.chunk_by(|a, b| order(a, b).is_eq()).map(<[usize]>::to_vec).collect()
}

/// What is not known comes first.
fn total(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NEG_INFINITY)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    names: Vec<String>,
    attributes: Vec<Attribute>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Profiles {
    type Error = ClusterError;

    fn try_from(raw: Unchecked) -> Result<Self, ClusterError> {
        if raw.names.len() != raw.attributes.len() {
            return Err(ClusterError::Stored { quantity: "number of attributes" });
        }
        Self::new(raw.names.into_iter().zip(raw.attributes))
    }
}
