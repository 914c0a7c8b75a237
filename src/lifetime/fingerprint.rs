use super::CHUNK;
use crate::parallel;

/// Sixty-four bits that tell data apart: equal data have equal fingerprints, in any order of customers, on every
/// platform and with any number of threads; other data have others, but for one chance in 2⁶⁴.
///
/// It is made of the sorted distinct rows and their counts, so that a fit can say whether it is given the data it was
/// made from. It is no signature: who wants to, can make two data sets that share one.
///
/// # Examples
///
/// ```
/// use customer_value::{Patterns, PurchaseHistory, Span, lifetime::{Fingerprint, Observations}};
///
/// let once = PurchaseHistory::new(0, Span::ZERO, Span::weeks(39.0)?)?;
/// let twice = PurchaseHistory::new(1, Span::weeks(30.0)?, Span::weeks(39.0)?)?;
/// let fingerprint = Patterns::from(&[once, twice][..]).fingerprint();
/// assert_eq!(fingerprint, Patterns::from(&[twice, once][..]).fingerprint());
/// assert_ne!(fingerprint, Patterns::from(&[once, once][..]).fingerprint());
/// assert_eq!(fingerprint.to_string().parse::<Fingerprint>()?, fingerprint); // 16 hexadecimal digits
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Fingerprint(u64);

/// Not the sixteen hexadecimal digits of a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is {text:?}, expected 16 hexadecimal digits")]
pub struct FingerprintError {
    /// What was given.
    pub text: String,
}

impl Fingerprint {
    /// Of rows in their order, each so many words; `kind` keeps kinds of data apart.
    pub(crate) fn of<Row: Sync, const N: usize>(
        kind: &str,
        rows: &[Row],
        words: impl Fn(&Row) -> [u64; N] + Sync,
    ) -> Self {
        let start = kind.bytes().fold(0, |hash, byte| mixed(hash, byte.into()));
        let chunk = |rows: &[Row]| rows.iter().flat_map(&words).fold(0, mixed);
        let chunks = parallel::map_chunks(rows, CHUNK, chunk);
        Self(chunks.into_iter().fold(mixed(start, rows.len() as u64), mixed))
    }

    /// Of both.
    pub(crate) fn join(self, other: Self) -> Self {
        self.and(other.0)
    }

    /// Of the same and one more word.
    pub(crate) fn and(self, word: u64) -> Self {
        Self(mixed(self.0, word))
    }
}

/// The hash with one more word: a bijection of either, whose high bits come back to the low ones, because the doubles
/// of whole days differ in their high bits only.
fn mixed(hash: u64, word: u64) -> u64 {
    /// Odd, with about half of its bits set: that of the SplitMix64 generator.
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let spread = (hash.rotate_left(5) ^ word).wrapping_mul(GOLDEN);
    spread ^ (spread >> 32)
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        number.map(Self).ok_or_else(|| FingerprintError { text: text.into() })
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}
