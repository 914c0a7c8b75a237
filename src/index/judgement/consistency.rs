use std::fmt;

use super::JudgementError;

/// Whose mean consistency index of random judgements is the measure. Tables differ, because random matrices were drawn
/// on different scales and in different numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RandomIndex {
    /// Saaty's later table, up to 10 items.
    Saaty,
    /// Donegan and Dodd (1991), up to 10 items.
    DoneganDodd,
    /// The table of Chinese textbooks, up to 10 items.
    #[doc(alias = "平均随机一致性指标")]
    ChineseTextbook,
    /// The line that Alonso and Lamata (2006) fitted to the greatest eigenvalues of random judgements,
    /// 2.7699 n − 4.3513; it goes on beyond the tables.
    AlonsoLamata,
}

/// From three items on; two cannot contradict each other.
const SAATY: [f64; 8] = [0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49];
const DONEGAN_DODD: [f64; 8] = [0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055];
const CHINESE_TEXTBOOK: [f64; 8] = [0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49];

impl RandomIndex {
    /// The mean consistency index of random judgements on so many items; 0 up to two.
    ///
    /// # Errors
    ///
    /// [`JudgementError::BeyondTable`].
    pub fn of(self, size: usize) -> Result<f64, JudgementError> {
        let table = match self {
            Self::Saaty => SAATY,
            Self::DoneganDodd => DONEGAN_DODD,
            Self::ChineseTextbook => CHINESE_TEXTBOOK,
            Self::AlonsoLamata if size > 2 => {
                let n = size as f64;
                return Ok((2.7699 * n - 4.3513 - n) / (n - 1.0));
            }
            Self::AlonsoLamata => return Ok(0.0),
        };
        match size.checked_sub(3) {
            None => Ok(0.0),
            Some(place) => {
                let beyond = JudgementError::BeyondTable { table: self, size, largest: table.len() + 2 };
                table.get(place).copied().ok_or(beyond)
            }
        }
    }
}

impl fmt::Display for RandomIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Saaty => "the table of Saaty",
            Self::DoneganDodd => "the table of Donegan and Dodd",
            Self::ChineseTextbook => "the table of Chinese textbooks",
            Self::AlonsoLamata => "the line of Alonso and Lamata",
        })
    }
}

/// How far judgements contradict each other.
///
/// # Formula
///
/// ```text
/// CI = (λ − n) / (n − 1)        CR = CI / RI
/// ```
///
/// where `λ` is the greatest eigenvalue, `n` without contradictions, and `RI` the mean CI of random judgements. CR is 0
/// for two items.
#[doc(alias = "一致性检验")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Consistency {
    lambda: f64,
    index: f64,
    ratio: f64,
    table: RandomIndex,
}

/// Saaty's rule: more contradictions than a tenth of those in random judgements are too many.
const ACCEPTABLE: f64 = 0.1;

impl Consistency {
    pub(super) fn new(size: usize, lambda: f64, table: RandomIndex) -> Result<Self, JudgementError> {
        let n = size as f64;
        // λ is at least n; rounding may leave less.
        let index = ((lambda - n) / (n - 1.0)).max(0.0);
        let random = table.of(size)?;
        let ratio = if size < 3 { 0.0 } else { index / random };
        Ok(Self { lambda, index, ratio, table })
    }

    /// The greatest eigenvalue λ.
    pub const fn lambda(self) -> f64 {
        self.lambda
    }

    /// The consistency index CI.
    #[doc(alias = "CI")]
    pub const fn index(self) -> f64 {
        self.index
    }

    /// The consistency ratio CR.
    #[doc(alias = "CR")]
    pub const fn ratio(self) -> f64 {
        self.ratio
    }

    /// Whose random index the ratio is relative to.
    pub const fn table(self) -> RandomIndex {
        self.table
    }

    /// Whether the ratio is at most 0.1.
    pub fn is_acceptable(self) -> bool {
        self.ratio <= ACCEPTABLE
    }
}
