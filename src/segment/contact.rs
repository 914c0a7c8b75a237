use super::{Concentration, SegmentError};

/// How much of the contact with a customer hangs on few persons.
///
/// # Examples
///
/// ```
/// use customer_value::segment::ContactConcentration;
///
/// // Eight of ten talks were with one person.
/// let contacts = ContactConcentration::new(&[8.0, 1.0, 1.0])?;
/// assert!((contacts.herfindahl - 0.66).abs() < 1e-12);
/// assert!((contacts.effective - 1.515_152).abs() < 1e-6);
/// assert_eq!(contacts.leading_share, 0.8);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[doc(alias = "单一联系风险")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ContactConcentration {
    /// The Herfindahl–Hirschman index: the sum of squared shares of the contact persons.
    pub herfindahl: f64,
    /// Its inverse: how many persons, each with an equal share, would be as few.
    pub effective: f64,
    /// The share of the one with whom there is most contact.
    pub leading_share: f64,
}

impl ContactConcentration {
    /// The concentration of contacts: how much of them each person has, as shares, numbers of talks, or hours.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`], [`SegmentError::NotFinite`] with the position, [`SegmentError::TotalNotPositive`],
    /// [`SegmentError::Negative`], [`SegmentError::TooLarge`].
    pub fn new(contacts: &[f64]) -> Result<Self, SegmentError> {
        let spread = Concentration::new(contacts)?;
        Ok(Self {
            herfindahl: spread.herfindahl()?,
            effective: spread.effective_customers()?,
            leading_share: spread.cumulative()[0] / spread.total(),
        })
    }
}
