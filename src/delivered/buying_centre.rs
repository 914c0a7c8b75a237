use super::{Aggregator, DeliveredError};
use crate::customer::Role;
use crate::units::{Probability, Weights, in_range};

/// One of those who have a say in a purchase of an organisation.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Member {
    /// The part they play.
    pub role: Role,
    /// Their share of the say.
    pub weight: f64,
    /// What the offer is worth to them, in utils.
    pub utility: f64,
}

/// How the utilities of several persons become one. A member without weight never counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Pooling {
    /// The weighted mean: one member's loss is another's gain.
    Linear,
    /// The weighted geometric mean, for utilities that are not negative: whoever gets nothing has a veto.
    Geometric,
    /// The utility of the least content member: everybody has a veto.
    Least,
}

impl std::fmt::Display for Pooling {
    /// Writes `linear`, `geometric` or `least`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Linear => "linear",
            Self::Geometric => "geometric",
            Self::Least => "least",
        })
    }
}

/// The organisation that buys, as a level above the persons in it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Organisation {
    /// What the offer is worth to it, in utils.
    pub utility: f64,
    /// How much that counts; the rest of 1 counts for the persons.
    pub weight: Probability,
}

/// The persons in an organisation who have a say in a purchase, with weights that sum to 1.
///
/// # Formula
///
/// ```text
/// linear Σ wᵢ uᵢ        geometric Π uᵢ^wᵢ        least min uᵢ
/// on both levels: ω · u of the organisation + (1 − ω) · pooled utility
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{BuyingCentre, Member, Organisation, Pooling};
/// use customer_value::{Probability, Role};
///
/// let centre = BuyingCentre::new([
///     Member { role: Role::Decider, weight: 0.7, utility: 0.8 },
///     Member { role: Role::User, weight: 0.3, utility: 0.4 },
/// ])?;
/// assert!((centre.pooled(Pooling::Geometric)? - 0.649_802).abs() < 1e-6);
/// assert_eq!(centre.pooled(Pooling::Least)?, 0.4);
///
/// let organisation = Organisation { utility: 0.6, weight: Probability::new(0.5)? };
/// assert_eq!(centre.with(organisation, Pooling::Least)?, 0.5);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "采购中心")]
#[doc(alias = "buying center")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Vec<Member>"))]
pub struct BuyingCentre(Vec<Member>);

impl BuyingCentre {
    /// Members, at least one; several may play one part.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Weights`] unless the weights sum to 1, [`DeliveredError::Member`] for a utility that is not
    /// finite.
    pub fn new(members: impl Into<Vec<Member>>) -> Result<Self, DeliveredError> {
        let members = members.into();
        Weights::new(members.iter().map(|member| member.weight).collect::<Vec<_>>())?;
        check_utilities(members.iter().enumerate(), f64::MIN)?;
        Ok(Self(members))
    }

    /// The members.
    pub fn members(&self) -> &[Member] {
        &self.0
    }

    /// How much say the members who play one part have together.
    pub fn say(&self, role: Role) -> f64 {
        self.0.iter().filter(|member| member.role == role).map(|member| member.weight).sum()
    }

    /// What the offer is worth to the persons together, in utils.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Member`] for a negative utility under [`Pooling::Geometric`] of a member with weight,
    /// [`DeliveredError::TooLarge`].
    pub fn pooled(&self, pooling: Pooling) -> Result<f64, DeliveredError> {
        match pooling {
            Pooling::Linear => finite(self.counted().map(|(_, member)| member.weight * member.utility).sum()),
            Pooling::Geometric => self.geometric(),
            Pooling::Least => Ok(self.counted().map(|(_, member)| member.utility).fold(f64::INFINITY, f64::min)),
        }
    }

    /// What the offer is worth on both levels, to the organisation and to the persons in it, in utils.
    ///
    /// # Errors
    ///
    /// As [`BuyingCentre::pooled`], and [`DeliveredError::Unit`] unless the utility of the organisation is finite.
    #[doc(alias = "组织和个人")]
    pub fn with(&self, organisation: Organisation, pooling: Pooling) -> Result<f64, DeliveredError> {
        let utility = in_range("utility of the organisation", organisation.utility, f64::MIN, f64::MAX)?;
        let Organisation { weight, .. } = organisation;
        finite(weight.get() * utility + weight.complement().get() * self.pooled(pooling)?)
    }

    fn geometric(&self) -> Result<f64, DeliveredError> {
        check_utilities(self.counted(), 0.0)?;
        if self.counted().any(|(_, member)| member.utility <= 0.0) {
            return Ok(0.0);
        }
        let (weights, utilities): (Vec<f64>, Vec<f64>) =
            self.counted().map(|(_, member)| (member.weight, member.utility)).unzip();
        let mean = Aggregator::ces(Weights::new(weights)?, 0.0).and_then(|geometric| geometric.of(&utilities));
        // Utilities are above zero and as many as weights, so that only the size is left to fail.
        mean.map_err(|_| DeliveredError::TooLarge { quantity: POOLED })
    }

    /// The members with weight, with their positions.
    fn counted(&self) -> impl Iterator<Item = (usize, &Member)> {
        self.0.iter().enumerate().filter(|(_, member)| member.weight > 0.0)
    }
}

const POOLED: &str = "pooled utility";

fn check_utilities<'a>(members: impl IntoIterator<Item = (usize, &'a Member)>, low: f64) -> Result<(), DeliveredError> {
    for (member, &Member { role, utility, .. }) in members {
        let fault = |source| DeliveredError::Member { member, role, source };
        in_range("utility", utility, low, f64::MAX).map_err(fault)?;
    }
    Ok(())
}

fn finite(utility: f64) -> Result<f64, DeliveredError> {
    if utility.is_finite() { Ok(utility) } else { Err(DeliveredError::TooLarge { quantity: POOLED }) }
}

#[cfg(feature = "serde")]
impl TryFrom<Vec<Member>> for BuyingCentre {
    type Error = DeliveredError;

    fn try_from(members: Vec<Member>) -> Result<Self, DeliveredError> {
        Self::new(members)
    }
}
