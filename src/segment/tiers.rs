use super::{Concentration, Crossing, SegmentError, Segmentation, all_finite, ascending, distinct, heads};
use crate::units::Probability;

/// A customer pyramid: named tiers from the most valuable down, each reaching to a cumulative share of customers, or of
/// what they bring.
///
/// By default the best 1 % are platinum, those up to 5 % gold, up to 20 % iron, the rest lead.
///
/// # Examples
///
/// ```
/// use customer_value::segment::Pyramid;
///
/// let value = [1000.0, 500.0, 200.0, 100.0, 60.0, 50.0, 40.0, 25.0, 15.0, 10.0];
/// let pyramid = Pyramid::new([("platinum", 0.1), ("gold", 0.3), ("iron", 0.6), ("lead", 1.0)])?;
/// let tiers = pyramid.tiers(&value)?;
/// assert_eq!(tiers.segmentation().sizes(), [1, 2, 3, 4]);
/// assert_eq!(tiers.thresholds(), [1000.0, 200.0, 50.0]);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
///
/// # References
///
/// Zeithaml, Rust & Lemon (2001), *The customer pyramid*.
#[doc(alias = "ABC analysis")]
#[doc(alias = "客户金字塔")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Vec<(String, f64)>", into = "Vec<(String, f64)>")
)]
pub struct Pyramid {
    labels: Vec<String>,
    shares: Vec<f64>,
}

impl Pyramid {
    /// Tiers with the cumulative shares down to which they reach, the last of them 1.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Share`] unless the shares rise in (0, 1] and end at 1, [`SegmentError::NoBins`] without a
    /// tier, [`SegmentError::DuplicateLabel`].
    pub fn new<Label: Into<String>>(tiers: impl IntoIterator<Item = (Label, f64)>) -> Result<Self, SegmentError> {
        let (labels, shares): (Vec<String>, Vec<f64>) =
            tiers.into_iter().map(|(label, share)| (label.into(), share)).unzip();
        let last = shares.len().checked_sub(1).ok_or(SegmentError::NoBins)?;
        for (index, &value) in shares.iter().enumerate() {
            let before = if index == 0 { 0.0 } else { shares[index - 1] };
            let ends_at_one = index < last || value >= 1.0;
            if !(value > before && value <= 1.0 && ends_at_one) {
                return Err(SegmentError::Share { index, value });
            }
        }
        Ok(Self { labels: distinct(labels)?, shares })
    }

    /// Three classes for an ABC analysis, to be taken by value: A brings 80 %, A and B together 95 %, C the rest.
    ///
    /// See [`tiers_by_value`](Self::tiers_by_value).
    #[doc(alias = "ABC分析")]
    pub fn abc() -> Self {
        Self { labels: ["A", "B", "C"].map(String::from).into(), shares: vec![0.8, 0.95, 1.0] }
    }

    /// The tiers of customers by their value, with the thresholds between them.
    ///
    /// A begun customer counts whole: of 10 customers the best 1 % are one. Customers tied at a boundary go to the
    /// upper tier together, which may leave the next one empty.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`], or [`SegmentError::NotFinite`] with the position.
    pub fn tiers(&self, values: &[f64]) -> Result<Tiers, SegmentError> {
        let sorted = ascending("value", values)?;
        let upper = &self.shares[..self.shares.len() - 1];
        let thresholds: Vec<f64> =
            upper.iter().map(|&share| sorted[sorted.len() - heads(share, sorted.len())]).collect();
        let segmentation = assign(&self.labels, &thresholds, values);
        Ok(Tiers { thresholds, segmentation })
    }

    /// The tiers of customers by cumulative share of the value itself: ABC analysis.
    ///
    /// Customers tied with the one who crosses a line go to that customer's side, which may leave a tier empty.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`], [`SegmentError::NotFinite`] with the position, [`SegmentError::TotalNotPositive`],
    /// or [`SegmentError::TooLarge`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::{Crossing, Pyramid};
    ///
    /// let tiers = Pyramid::abc().tiers_by_value(&[10.0, 70.0, 15.0, 5.0], Crossing::In)?;
    /// assert_eq!(tiers.segmentation().segments(), [1, 0, 0, 2]);
    /// assert_eq!(tiers.thresholds(), [15.0, 10.0]);
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    pub fn tiers_by_value(&self, values: &[f64], crossing: Crossing) -> Result<Tiers, SegmentError> {
        let spread = Concentration::new(values)?;
        let upper = &self.shares[..self.shares.len() - 1];
        let threshold = |&share: &f64| spread.threshold(Probability::computed(share), crossing);
        let thresholds = upper.iter().map(threshold).collect::<Result<Vec<_>, _>>()?;
        let segmentation = assign(&self.labels, &thresholds, values);
        Ok(Tiers { thresholds, segmentation })
    }
}

impl Default for Pyramid {
    fn default() -> Self {
        Self {
            labels: ["platinum", "gold", "iron", "lead"].map(String::from).into(),
            shares: vec![0.01, 0.05, 0.2, 1.0],
        }
    }
}

/// Customers in tiers of value, with the thresholds that made them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Tiers {
    thresholds: Vec<f64>,
    segmentation: Segmentation,
}

impl Tiers {
    /// Tiers by thresholds of one's own: the least value of every tier but the last, from the best down.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Labels`] unless there is one threshold fewer than tiers, [`SegmentError::DuplicateLabel`],
    /// [`SegmentError::Cut`] unless thresholds are finite and do not rise, [`SegmentError::NotFinite`] with the position.
    pub fn fixed<Label: Into<String>>(
        labels: impl IntoIterator<Item = Label>,
        thresholds: impl Into<Vec<f64>>,
        values: &[f64],
    ) -> Result<Self, SegmentError> {
        let labels = distinct(labels.into_iter().map(Into::into).collect())?;
        let thresholds = thresholds.into();
        check_thresholds(&thresholds, labels.len())?;
        let segmentation = assign(&labels, &thresholds, all_finite("value", values)?);
        Ok(Self { thresholds, segmentation })
    }

    /// The least value of every tier but the last, descending: one fewer than there are tiers.
    pub fn thresholds(&self) -> &[f64] {
        &self.thresholds
    }

    /// Who is in which tier; the first is the best.
    pub const fn segmentation(&self) -> &Segmentation {
        &self.segmentation
    }

    /// Other customers, or the same ones later, by the same thresholds.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NotFinite`] with the position.
    pub fn assign(&self, values: &[f64]) -> Result<Segmentation, SegmentError> {
        Ok(assign(self.segmentation.labels(), &self.thresholds, all_finite("value", values)?))
    }
}

fn check_thresholds(thresholds: &[f64], tiers: usize) -> Result<(), SegmentError> {
    let falls = |index: usize| index == 0 || thresholds[index] <= thresholds[index - 1];
    if let Some(index) = (0..thresholds.len()).find(|&index| !(thresholds[index].is_finite() && falls(index))) {
        return Err(SegmentError::Cut { index, value: thresholds[index] });
    }
    match (thresholds.len() + 1, tiers) {
        (expected, found) if expected != found => Err(SegmentError::Labels { expected, found }),
        _ => Ok(()),
    }
}

fn assign(labels: &[String], thresholds: &[f64], values: &[f64]) -> Segmentation {
    let tier = |value: &f64| {
        let above = thresholds.partition_point(|threshold| value < threshold);
        u32::try_from(above).unwrap_or(u32::MAX)
    };
    Segmentation::proven(labels.to_vec(), values.iter().map(tier).collect())
}

impl TryFrom<Vec<(String, f64)>> for Pyramid {
    type Error = SegmentError;

    fn try_from(tiers: Vec<(String, f64)>) -> Result<Self, SegmentError> {
        Self::new(tiers)
    }
}

impl From<Pyramid> for Vec<(String, f64)> {
    fn from(pyramid: Pyramid) -> Self {
        pyramid.labels.into_iter().zip(pyramid.shares).collect()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    thresholds: Vec<f64>,
    segmentation: Segmentation,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Tiers {
    type Error = SegmentError;

    fn try_from(Unchecked { thresholds, segmentation }: Unchecked) -> Result<Self, SegmentError> {
        check_thresholds(&thresholds, segmentation.labels().len())?;
        Ok(Self { thresholds, segmentation })
    }
}
