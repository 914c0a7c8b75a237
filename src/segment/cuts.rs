use super::{SegmentError, Segmentation, all_finite, ascending, distinct};

/// Cuts of one measure: `n` of them make `n + 1` intervals `[low, high)`, the first open below, the last above.
///
/// Quantiles of tied values coincide. Equal customers are never separated, so intervals merge:
/// [`bins`](Self::bins) says how many are left, [`collapsed`](Self::collapsed) how many were lost. No interval is
/// empty for the customers the cuts were learnt from.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Cuts, QuantileRule};
///
/// // Six of ten customers bought once: of five classes of frequency, three are left.
/// let purchases = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 7.0];
/// let cuts = Cuts::quantiles(&purchases, 5, QuantileRule::default())?;
/// assert_eq!((cuts.bins(), cuts.collapsed()), (3, 2));
/// assert_eq!(cuts.bin(1.0)?, 0);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[doc(alias = "thresholds")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Cuts {
    cuts: Vec<f64>,
    asked: u16,
}

/// Where a quantile lies when it falls between two customers.
///
/// # References
///
/// Hyndman & Fan (1996), *Sample quantiles in statistical packages*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum QuantileRule {
    /// Type 7: between them, in proportion.
    #[default]
    Interpolated,
    /// Type 1: at the upper one, so that every cut is a value that somebody has.
    Observed,
}

impl Cuts {
    /// Cuts by the caller.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Cut`] unless they are finite and ascend, [`SegmentError::TooManyCells`] for more than 65,534.
    pub fn fixed(cuts: impl Into<Vec<f64>>) -> Result<Self, SegmentError> {
        let cuts = cuts.into();
        for (index, &value) in cuts.iter().enumerate() {
            let above = index == 0 || value > cuts[index - 1];
            if !(value.is_finite() && above) {
                return Err(SegmentError::Cut { index, value });
            }
        }
        let too_many = SegmentError::TooManyCells { cells: cuts.len().saturating_add(1), most: u16::MAX.into() };
        let asked = u16::try_from(cuts.len() + 1).map_err(|_| too_many)?;
        Ok(Self { cuts, asked })
    }

    /// Cuts into equally many customers, as far as ties allow.
    ///
    /// # Formula
    ///
    /// ```text
    /// type 7: x₍₁₊h₎ with h = (n − 1)·k/q, interpolated        type 1: x₍⌈n·k/q⌉₎
    /// ```
    ///
    /// where `x₍ᵢ₎` is the i-th smallest of `n` values, `q` the number of intervals and `k` = 1 … q − 1.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`], [`SegmentError::NoBins`], or [`SegmentError::NotFinite`] with the position.
    pub fn quantiles(values: &[f64], bins: u16, rule: QuantileRule) -> Result<Self, SegmentError> {
        Self::learn("value", values, bins, rule)
    }

    pub(super) fn learn(
        measure: &'static str,
        values: &[f64],
        bins: u16,
        rule: QuantileRule,
    ) -> Result<Self, SegmentError> {
        if bins == 0 {
            return Err(SegmentError::NoBins);
        }
        let sorted = ascending(measure, values)?;
        let mut cuts = Vec::with_capacity(bins.into());
        let mut below_last = 0;
        for k in 1..bins {
            let cut = rule.at_fraction(&sorted, k, bins);
            let below = sorted.partition_point(|&value| value < cut);
            // A cut that separates nobody from the interval before it would leave an interval empty.
            if below > below_last {
                cuts.push(cut);
                below_last = below;
            }
        }
        Ok(Self { cuts, asked: bins })
    }

    /// The cuts, ascending.
    pub fn as_slice(&self) -> &[f64] {
        &self.cuts
    }

    /// How many intervals there are.
    pub fn bins(&self) -> usize {
        self.cuts.len() + 1
    }

    /// How many of the intervals asked for were lost because customers are tied or too few.
    pub fn collapsed(&self) -> usize {
        usize::from(self.asked) - self.bins()
    }

    /// The interval of a value, from 0; a value on a cut belongs above it.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NotFinite`].
    pub fn bin(&self, value: f64) -> Result<usize, SegmentError> {
        all_finite("value", &[value])?;
        Ok(self.count_up_to(value))
    }

    /// The partition of customers by these intervals, with a name for each, the lowest first.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Labels`] unless every interval has a name, [`SegmentError::DuplicateLabel`],
    /// [`SegmentError::NotFinite`] with the position.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Cuts;
    ///
    /// let silence = Cuts::fixed([90.0, 365.0])?;
    /// let customers = silence.partition(["active", "silent", "lost"], &[400.0, 12.0, 90.0])?;
    /// assert_eq!(customers.segments(), [2, 0, 1]);
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    pub fn partition<Label: Into<String>>(
        &self,
        labels: impl IntoIterator<Item = Label>,
        values: &[f64],
    ) -> Result<Segmentation, SegmentError> {
        let labels = distinct(labels.into_iter().map(Into::into).collect())?;
        if labels.len() != self.bins() {
            return Err(SegmentError::Labels { expected: self.bins(), found: labels.len() });
        }
        // There are at most 65,535 intervals.
        let bin = |&value: &f64| u32::try_from(self.count_up_to(value)).unwrap_or(u32::MAX);
        Ok(Segmentation::proven(labels, all_finite("value", values)?.iter().map(bin).collect()))
    }

    /// The number of cuts at or below a finite value.
    pub(super) fn count_up_to(&self, value: f64) -> usize {
        // Among few cuts, counting them all is faster than branching.
        const FEW: usize = 16;
        if self.cuts.len() <= FEW {
            self.cuts.iter().map(|&cut| usize::from(cut <= value)).sum()
        } else {
            self.cuts.partition_point(|&cut| cut <= value)
        }
    }
}

impl QuantileRule {
    /// The quantile `numerator / denominator` of sorted values, of which there is at least one.
    ///
    /// In whole numbers: 0.6 · 5 is 3.0000000000000004 in floats on some paths, and a cut a hair above a customer
    /// would put that customer below it.
    fn at_fraction(self, sorted: &[f64], numerator: u16, denominator: u16) -> f64 {
        let (count, k, q) = (sorted.len() as u128, u128::from(numerator), u128::from(denominator));
        match self {
            Self::Interpolated => {
                let scaled = (count - 1) * k;
                interpolate(sorted, (scaled / q) as usize, (scaled % q) as f64 / q as f64)
            }
            Self::Observed => sorted[((count * k).div_ceil(q) - 1) as usize],
        }
    }
}

/// The type 7 quantile at any probability of sorted values, of which there is at least one.
pub(super) fn quantile(sorted: &[f64], probability: f64) -> f64 {
    // R's `quantile` forgives as much, for the same reason as above.
    const FUZZ: f64 = 4.0 * f64::EPSILON;
    let place = probability * (sorted.len() - 1) as f64;
    let fuzz = FUZZ * place.max(1.0);
    let whole = (place + fuzz).floor();
    let rest = place - whole;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the last position")]
    interpolate(sorted, whole as usize, if rest < fuzz { 0.0 } else { rest })
}

fn interpolate(sorted: &[f64], index: usize, fraction: f64) -> f64 {
    let low = sorted[index.min(sorted.len() - 1)];
    let high = sorted[(index + 1).min(sorted.len() - 1)];
    let step = high - low;
    // The step between numbers of opposite sign may overflow; the weighted mean of the two cannot.
    if step.is_finite() { low + fraction * step } else { low * (1.0 - fraction) + high * fraction }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    cuts: Vec<f64>,
    asked: u16,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Cuts {
    type Error = SegmentError;

    fn try_from(raw: Unchecked) -> Result<Self, SegmentError> {
        let fixed = Self::fixed(raw.cuts)?;
        if raw.asked < fixed.asked {
            return Err(SegmentError::Labels { expected: fixed.bins(), found: raw.asked.into() });
        }
        Ok(Self { asked: raw.asked, ..fixed })
    }
}
