use super::Segmentation;

/// How far the relationship with a customer has come.
///
/// # Formula
///
/// ```text
/// pre → early → mid → partnership → synergistic        one step at a time
/// any of them → interrupted(cause)                      for an internal or an external cause
/// interrupted → early                                   win-back
/// ```
///
/// Everything else is an error that names both stages; staying is no transition.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{ExternalCause, Interruption, Stage};
///
/// let insolvent = Interruption::External(ExternalCause::Insolvency);
/// let lost = Stage::Mid.move_to(Stage::Interrupted(insolvent))?;
/// assert!(lost.move_to(Stage::Mid).is_err());
/// assert_eq!(lost.win_back()?.advance()?, Stage::Mid);
/// # Ok::<(), customer_value::segment::StageError>(())
/// ```
///
/// # References
///
/// Millman & Wilson (1995), *From key account selling to key account management*: pre-, early, mid, partnership and
/// synergistic key-account management, and its uncoupling.
#[doc(alias = "relationship lifecycle")]
#[doc(alias = "客户关系阶段")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Stage {
    /// A prospect who could become a customer that matters.
    #[doc(alias = "孕育阶段")]
    Pre,
    /// They have bought, and try us out.
    #[doc(alias = "早期阶段")]
    Early,
    /// Trust and contacts grow; we are one of their preferred suppliers.
    #[doc(alias = "中期阶段")]
    Mid,
    /// Both sides solve problems together.
    #[doc(alias = "伙伴阶段")]
    #[doc(alias = "战略合作伙伴阶段")]
    Partnership,
    /// Both sides make value as if they were one firm.
    #[doc(alias = "协作阶段")]
    Synergistic,
    /// It has come to an end, for a reason.
    #[doc(alias = "关系间断")]
    #[doc(alias = "uncoupling")]
    Interrupted(Interruption),
}

/// Why a relationship was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Interruption {
    /// For a reason between the two sides, which the firm can change.
    #[doc(alias = "内在原因")]
    Internal(InternalCause),
    /// For a reason outside.
    #[doc(alias = "外在原因")]
    External(ExternalCause),
}

/// Reasons between the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum InternalCause {
    /// The person who kept the contact has changed.
    ContactChange,
    /// Trust was lost.
    TrustLoss,
    /// The product is no longer good enough.
    ProductQuality,
    /// Favours were expected, or taken amiss.
    Favours,
}

/// Reasons outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ExternalCause {
    /// The customer cannot pay any more.
    Insolvency,
    /// One side's position in its market has changed.
    MarketPosition,
}

/// A step that a relationship does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a relationship does not go from {from} to {to}, expected {}", expected(*.from))]
pub struct StageError {
    /// Where it is.
    pub from: Stage,
    /// Where it was to go.
    pub to: Stage,
}

fn expected(from: Stage) -> &'static str {
    match from {
        Stage::Interrupted(_) => "to be won back to early",
        Stage::Synergistic => "an interruption",
        _ => "the next stage or an interruption",
    }
}

/// What the firm does with a relationship, by the step it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum StageVerb {
    /// Judge who could become a customer.
    #[doc(alias = "判断")]
    Judge,
    /// Choose among them.
    #[doc(alias = "选择")]
    Choose,
    /// Win those chosen, or win back those lost.
    #[doc(alias = "争取")]
    Win,
    /// Bring the relationship forward.
    #[doc(alias = "发展")]
    Develop,
    /// Hold what was reached.
    #[doc(alias = "保持")]
    Keep,
}

/// The stages in three phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum StagePhase {
    /// Look for whom to win.
    #[doc(alias = "寻找目标客户")]
    Seek,
    /// Make them customers.
    #[doc(alias = "客户实现")]
    Realise,
    /// Keep up what they are worth.
    #[doc(alias = "客户价值维持")]
    Maintain,
}

/// What a stage asks the firm to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum StageMeasure {
    /// More contacts, at more levels.
    DeepenContact,
    /// Learn who decides on purchases, and how.
    MapBuyingProcess,
    /// Give the account to a senior manager.
    SeniorAccountManager,
    /// Do business together.
    JointBusiness,
    /// See it from the customer's place.
    TakeTheirPlace,
    /// Grant the rights of a VIP.
    VipRights,
}

impl Stage {
    /// The stage itself, after a step to it that is legal.
    ///
    /// # Errors
    ///
    /// [`StageError`] with both stages.
    pub fn move_to(self, to: Self) -> Result<Self, StageError> {
        let is_legal = match (self, to) {
            (Self::Interrupted(_), to) => to == Self::Early,
            (_, Self::Interrupted(_)) => true,
            (from, to) => from.next() == Some(to),
        };
        if is_legal { Ok(to) } else { Err(StageError { from: self, to }) }
    }

    /// One step forward.
    ///
    /// # Errors
    ///
    /// [`StageError`] from the last stage, and from an interruption, from which one wins back instead.
    pub fn advance(self) -> Result<Self, StageError> {
        self.next().ok_or(StageError { from: self, to: Self::Synergistic })
    }

    /// The end of the relationship, for now.
    ///
    /// # Errors
    ///
    /// [`StageError`] when it is interrupted already.
    pub fn interrupt(self, cause: Interruption) -> Result<Self, StageError> {
        self.move_to(Self::Interrupted(cause))
    }

    /// A new beginning after an interruption.
    ///
    /// # Errors
    ///
    /// [`StageError`] for a relationship that is not interrupted.
    #[doc(alias = "赢回")]
    pub fn win_back(self) -> Result<Self, StageError> {
        match self {
            Self::Interrupted(_) => Ok(Self::Early),
            from => Err(StageError { from, to: Self::Early }),
        }
    }

    /// What the firm does to bring this relationship forward, or to hold it where it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::{Stage, StageVerb};
    ///
    /// assert_eq!(Stage::Pre.verbs(), [StageVerb::Judge, StageVerb::Choose, StageVerb::Win]);
    /// assert_eq!(Stage::Synergistic.verbs(), [StageVerb::Keep]);
    /// ```
    pub const fn verbs(self) -> &'static [StageVerb] {
        match self {
            Self::Pre => &[StageVerb::Judge, StageVerb::Choose, StageVerb::Win],
            Self::Early | Self::Mid | Self::Partnership => &[StageVerb::Develop, StageVerb::Keep],
            Self::Synergistic => &[StageVerb::Keep],
            Self::Interrupted(_) => &[StageVerb::Judge, StageVerb::Win],
        }
    }

    /// The phase to which the stage belongs; an interrupted relationship is to be realised again.
    pub const fn phase(self) -> StagePhase {
        match self {
            Self::Pre => StagePhase::Seek,
            Self::Early | Self::Interrupted(_) => StagePhase::Realise,
            Self::Mid | Self::Partnership | Self::Synergistic => StagePhase::Maintain,
        }
    }

    /// What the stage asks the firm to do; nothing of its own for most stages.
    pub const fn measures(self) -> &'static [StageMeasure] {
        match self {
            Self::Pre => {
                &[StageMeasure::DeepenContact, StageMeasure::MapBuyingProcess, StageMeasure::SeniorAccountManager]
            }
            Self::Partnership => &[StageMeasure::JointBusiness, StageMeasure::TakeTheirPlace, StageMeasure::VipRights],
            Self::Early | Self::Mid | Self::Synergistic | Self::Interrupted(_) => &[],
        }
    }

    /// The partition of customers by stage: six segments, the causes of interruptions left aside.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Stage;
    ///
    /// let customers = Stage::partition(&[Stage::Early, Stage::Pre, Stage::Early]);
    /// assert_eq!(customers.sizes(), [1, 2, 0, 0, 0, 0]);
    /// ```
    pub fn partition(stages: &[Self]) -> Segmentation {
        Segmentation::proven(LABELS.map(String::from).into(), stages.iter().map(|stage| stage.rank()).collect())
    }

    fn next(self) -> Option<Self> {
        match self {
            Self::Pre => Some(Self::Early),
            Self::Early => Some(Self::Mid),
            Self::Mid => Some(Self::Partnership),
            Self::Partnership => Some(Self::Synergistic),
            Self::Synergistic | Self::Interrupted(_) => None,
        }
    }

    const fn rank(self) -> u32 {
        match self {
            Self::Pre => 0,
            Self::Early => 1,
            Self::Mid => 2,
            Self::Partnership => 3,
            Self::Synergistic => 4,
            Self::Interrupted(_) => 5,
        }
    }
}

const LABELS: [&str; 6] = ["pre", "early", "mid", "partnership", "synergistic", "interrupted"];

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(LABELS[self.rank() as usize])
    }
}
