//! Who the customers are: kind, acquisition, owner, roles, and what they weigh.

use std::collections::BTreeMap;

use crate::{
    error::list_faults,
    units::{Currency, Day, Money, Weights},
};

/// A customer as other systems know it: an unchecked row, in which every combination can be written down.
///
/// [`Customers::new`] checks many of them together.
///
/// # Examples
///
/// ```
/// use customer_value::{Acquisition, Customer, CustomerKind, Customers, Day};
///
/// let mut li = Customer::new("li", CustomerKind::Person);
/// li.owner = Some("north".into());
/// li.acquired = Some(Acquisition { on: Day::new(2024, 3, 1)?, channel: "fair".into(), referrer: None });
/// let customers = Customers::new([li])?;
/// assert_eq!(customers.owner(&"li"), Some("north"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "客户")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Customer<Id> {
    /// Who, by the id of the caller.
    pub id: Id,
    /// Whether it is a person or an organisation.
    pub kind: CustomerKind,
    /// How and when the customer was won, where known. Ages are never measured from here, always from the
    /// first purchase.
    pub acquired: Option<Acquisition<Id>>,
    /// Who in the firm answers for the customer: a person, a team, a branch.
    pub owner: Option<String>,
    /// The parts the customer plays in a purchase.
    pub roles: Vec<Role>,
    /// What the customer weighs when comparing offers.
    pub preferences: Preferences,
}

impl<Id> Customer<Id> {
    /// A customer of whom nothing else is known yet.
    pub fn new(id: Id, kind: CustomerKind) -> Self {
        Self { id, kind, acquired: None, owner: None, roles: Vec::new(), preferences: Preferences::default() }
    }
}

/// Whether a customer is a person or an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CustomerKind {
    /// A private person or a household.
    Person,
    /// A firm, an authority, an association.
    Organisation,
}

/// How a customer was won.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Acquisition<Id> {
    /// On which day.
    pub on: Day,
    /// Through which channel, in the words of the caller.
    pub channel: String,
    /// On whose recommendation, if on anybody's.
    pub referrer: Option<Id>,
}

/// A part that a customer plays in a purchase; one customer can play several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// Pays for it.
    Payer,
    /// Uses it.
    User,
    /// Decides on it.
    Decider,
    /// Has a say in it.
    Influencer,
    /// Recommends it to others.
    Referrer,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Payer => "payer",
            Self::User => "user",
            Self::Decider => "decider",
            Self::Influencer => "influencer",
            Self::Referrer => "referrer",
        })
    }
}

/// What a customer weighs when comparing offers.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Preferences {
    /// Weights of the economic, the functional and the psychological axis, in this order; `None` where nobody
    /// asked.
    pub axis_weights: Option<Weights>,
    /// What time, effort and relations are worth to the customer in money.
    pub shadow_prices: ShadowPrices,
}

/// What a customer would pay to be spared one unit of each cost that is not money; `None` where unknown.
///
/// A price is not negative, and all are in one currency.
#[doc(alias = "影子价格")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ShadowPrices {
    /// One hour of time.
    pub time: Option<Money>,
    /// One unit of energy, in the scale on which the caller measures effort.
    pub energy: Option<Money>,
    /// One unit of psychic cost (worry, risk), in the scale of the caller.
    pub psychic: Option<Money>,
    /// One unit of cost to existing relations, in the scale of the caller.
    pub relationship: Option<Money>,
}

impl ShadowPrices {
    /// These prices, and where one is unknown that of a fallback, such as of the customer's segment.
    ///
    /// Whether all are in the currency of an offer is checked where they are applied to its costs.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Currency, Money, ShadowPrices};
    ///
    /// let usd = |major: i64| Some(Money::from_minor(100 * major, Currency::USD));
    /// let segment = ShadowPrices { time: usd(40), energy: usd(5), ..ShadowPrices::default() };
    /// let own = ShadowPrices { time: usd(60), ..ShadowPrices::default() };
    /// let prices = own.or(segment);
    /// assert_eq!((prices.time, prices.energy, prices.psychic), (usd(60), usd(5), None));
    /// ```
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        Self {
            time: self.time.or(fallback.time),
            energy: self.energy.or(fallback.energy),
            psychic: self.psychic.or(fallback.psychic),
            relationship: self.relationship.or(fallback.relationship),
        }
    }

    /// The prices that are known.
    fn known(&self) -> impl Iterator<Item = Money> {
        [self.time, self.energy, self.psychic, self.relationship].into_iter().flatten()
    }
}

/// Customers, each once and in the order of their ids, and each with exactly one owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Customers<Id> {
    rows: Vec<Customer<Id>>,
}

/// Every bad row of a set of customers.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("bad rows of customers{}", list_faults(rows))]
pub struct CustomersError {
    /// Row (from 0) and fault, in the order of the rows; at least one, and one row can have several.
    pub rows: Vec<(usize, CustomerRowError)>,
}

/// Why a row of customers is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomerRowError {
    /// Nobody answers for the customer: the owner is missing or blank.
    #[error("the customer has no owner, expected exactly one")]
    NoOwner,
    /// An earlier row has the same id and the same owner.
    #[error("the customer stands in row {first} already")]
    Duplicate {
        /// The earlier row.
        first: usize,
    },
    /// An earlier row has the same id and another owner.
    #[error("the customer belongs to {found:?}, but in row {first} to {expected:?}")]
    OwnerConflict {
        /// The earlier row.
        first: usize,
        /// The owner there, empty where there is none.
        expected: String,
        /// The owner in this row, empty where there is none.
        found: String,
    },
    /// The customer was won on its own recommendation.
    #[error("the customer referred itself")]
    SelfReferral,
    /// The axis weights are not three.
    #[error("{found} axis weights, expected 3")]
    AxisWeights {
        /// How many there are.
        found: usize,
    },
    /// A shadow price is negative.
    #[error("shadow price {price} is negative")]
    NegativePrice {
        /// The price.
        price: Money,
    },
    /// The shadow prices are in several currencies.
    #[error("a shadow price is in {found}, expected {expected}")]
    PriceCurrency {
        /// The currency of the first price.
        expected: Currency,
        /// The currency of this one.
        found: Currency,
    },
}

impl<Id: Ord> Customers<Id> {
    /// Checks customers together: each once, each with exactly one owner, each with legal preferences.
    ///
    /// # Errors
    ///
    /// [`CustomersError`] names every orphan, every duplicate, every conflict and every other bad row.
    pub fn new(rows: impl IntoIterator<Item = Customer<Id>>) -> Result<Self, CustomersError> {
        let mut rows: Vec<_> = rows.into_iter().collect();
        let mut first_rows = BTreeMap::new();
        let mut faults = Vec::new();
        for (row, customer) in rows.iter().enumerate() {
            let first = *first_rows.entry(&customer.id).or_insert(row);
            if first < row {
                faults.push((row, repeated(first, &rows[first], customer)));
            }
            faults.extend(own_faults(customer).into_iter().map(|fault| (row, fault)));
        }
        if !faults.is_empty() {
            return Err(CustomersError { rows: faults });
        }
        rows.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Self { rows })
    }

    /// The customer with this id.
    pub fn get(&self, id: &Id) -> Option<&Customer<Id>> {
        self.rows.binary_search_by(|customer| customer.id.cmp(id)).ok().map(|index| &self.rows[index])
    }

    /// Who answers for the customer with this id; `None` only for an unknown id.
    pub fn owner(&self, id: &Id) -> Option<&str> {
        self.get(id)?.owner.as_deref()
    }
}

impl<Id> Customers<Id> {
    /// All customers, ascending by id.
    pub fn as_slice(&self) -> &[Customer<Id>] {
        &self.rows
    }
}

fn repeated<Id>(first: usize, earlier: &Customer<Id>, later: &Customer<Id>) -> CustomerRowError {
    if earlier.owner == later.owner {
        return CustomerRowError::Duplicate { first };
    }
    let name = |customer: &Customer<Id>| customer.owner.clone().unwrap_or_default();
    CustomerRowError::OwnerConflict { first, expected: name(earlier), found: name(later) }
}

fn own_faults<Id: PartialEq>(customer: &Customer<Id>) -> Vec<CustomerRowError> {
    let mut faults = Vec::new();
    if customer.owner.as_ref().is_none_or(|owner| owner.trim().is_empty()) {
        faults.push(CustomerRowError::NoOwner);
    }
    if customer.acquired.as_ref().is_some_and(|acquired| acquired.referrer.as_ref() == Some(&customer.id)) {
        faults.push(CustomerRowError::SelfReferral);
    }
    if let Some(weights) = customer.preferences.axis_weights.as_ref().filter(|weights| weights.as_slice().len() != 3) {
        faults.push(CustomerRowError::AxisWeights { found: weights.as_slice().len() });
    }
    let expected = customer.preferences.shadow_prices.known().next().map(Money::currency);
    for price in customer.preferences.shadow_prices.known() {
        if price.is_negative() {
            faults.push(CustomerRowError::NegativePrice { price });
        }
        if let Some(expected) = expected.filter(|expected| *expected != price.currency()) {
            faults.push(CustomerRowError::PriceCurrency { expected, found: price.currency() });
        }
    }
    faults
}
