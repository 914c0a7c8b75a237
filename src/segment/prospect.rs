mod funnel;

pub use funnel::{Flow, Funnel, FunnelStage};

use super::{SegmentError, Segmentation, finite};
use crate::units::Probability;

/// What kind of prospect somebody is.
#[doc(alias = "潜在客户")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ProspectKind {
    /// They have never bought such a thing.
    #[doc(alias = "从来没有买过车的人")]
    FirstTime,
    /// They buy it from somebody else.
    #[doc(alias = "别的经销商的客户")]
    Conquest,
}

/// When a prospect means to buy.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Handling, PurchaseHorizon};
///
/// // Who buys in two months is served as one of the three-month class.
/// assert_eq!(PurchaseHorizon::within_months(2), Some(PurchaseHorizon::ThreeMonths));
/// assert_eq!(PurchaseHorizon::ThreeMonths.handling(), Handling::PromptToAdvance);
/// assert_eq!(PurchaseHorizon::within_months(13), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PurchaseHorizon {
    /// At once.
    #[doc(alias = "立刻购买")]
    Now,
    /// Within three months.
    #[doc(alias = "3个月购买")]
    ThreeMonths,
    /// Within six months.
    #[doc(alias = "6个月购买")]
    SixMonths,
    /// Within a year.
    #[doc(alias = "1年内购买")]
    TwelveMonths,
}

/// How a prospect is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Handling {
    /// A salesperson takes care of them.
    Salesperson,
    /// They are prompted to buy earlier.
    PromptToAdvance,
    /// They are sent detailed material.
    DetailedMaterial,
    /// They are sent ordinary material.
    OrdinaryMaterial,
}

impl PurchaseHorizon {
    /// All of them, the nearest first.
    pub const ALL: [Self; 4] = [Self::Now, Self::ThreeMonths, Self::SixMonths, Self::TwelveMonths];

    /// The class of a prospect who means to buy within this many months; `None` beyond a year.
    pub fn within_months(months: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|horizon| months <= horizon.months())
    }

    /// How many months it is at most; 0 for at once.
    pub const fn months(self) -> u32 {
        match self {
            Self::Now => 0,
            Self::ThreeMonths => 3,
            Self::SixMonths => 6,
            Self::TwelveMonths => 12,
        }
    }

    /// How prospects of this class are served.
    pub const fn handling(self) -> Handling {
        match self {
            Self::Now => Handling::Salesperson,
            Self::ThreeMonths => Handling::PromptToAdvance,
            Self::SixMonths => Handling::DetailedMaterial,
            Self::TwelveMonths => Handling::OrdinaryMaterial,
        }
    }

    /// The partition of prospects by when they mean to buy.
    pub fn partition(horizons: &[Self]) -> Segmentation {
        let labels = ["now", "within 3 months", "within 6 months", "within 12 months"];
        let rank = |horizon: &Self| match horizon {
            Self::Now => 0,
            Self::ThreeMonths => 1,
            Self::SixMonths => 2,
            Self::TwelveMonths => 3,
        };
        Segmentation::proven(labels.map(String::from).into(), horizons.iter().map(rank).collect())
    }
}

/// The sales to expect from groups of prospects: how many, and each one's chance to buy.
///
/// # Formula
///
/// ```text
/// Σ n · p
/// ```
///
/// # Errors
///
/// [`SegmentError::TooLarge`].
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::segment::expected_sales;
///
/// let groups = [(10, 0.5), (30, 0.2), (60, 0.1), (200, 0.03)].map(|(n, p)| Ok((n, Probability::new(p)?)));
/// let groups = groups.into_iter().collect::<Result<Vec<_>, customer_value::UnitError>>()?;
/// assert!((expected_sales(groups)? - 23.0).abs() < 1e-12);
/// # Ok::<(), customer_value::Error>(())
/// ```
pub fn expected_sales(groups: impl IntoIterator<Item = (u64, Probability)>) -> Result<f64, SegmentError> {
    finite("expected sales", groups.into_iter().map(|(prospects, chance)| prospects as f64 * chance.get()).sum())
}
