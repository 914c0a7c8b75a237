use super::VoiceError;
use crate::units::Span;

/// A time during which some customers were not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Outage {
    /// How many customers went without.
    pub customers: u64,
    /// For how long.
    pub duration: Span,
}

/// How reliably customers were served in some period.
///
/// # Formula
///
/// ```text
/// interruptions per customer  SAIFI = Σ customers / served
/// downtime per customer       SAIDI = Σ customers · duration / served
/// downtime per interruption   CAIDI = SAIDI / SAIFI
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Span;
/// use customer_value::voice::{Outage, Reliability};
///
/// let outages = [
///     Outage { customers: 200, duration: Span::hours(3.0)? },
///     Outage { customers: 300, duration: Span::hours(0.5)? },
/// ];
/// let year = Reliability::new(1_000, &outages)?;
/// assert_eq!(year.interruptions_per_customer, 0.5);
/// assert_eq!(year.downtime_per_customer.as_hours(), 0.75);
/// assert_eq!(year.downtime_per_interruption.map(Span::as_hours), Some(1.5));
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// IEEE Std 1366, *Guide for electric power distribution reliability indices*.
#[doc(alias = "SAIDI")]
#[doc(alias = "SAIFI")]
#[doc(alias = "供电可靠性")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reliability {
    /// How often the average customer went without.
    pub interruptions_per_customer: f64,
    /// For how long the average customer went without in all.
    pub downtime_per_customer: Span,
    /// How long the average interruption of a customer took; `None` without any.
    pub downtime_per_interruption: Option<Span>,
}

impl Reliability {
    /// The ratios of so many customers served and these outages, in any order.
    ///
    /// # Errors
    ///
    /// [`VoiceError::TooFew`] without customers, [`VoiceError::PartExceedsWhole`] for an outage of more customers than
    /// are served, [`VoiceError::Unit`] for a downtime beyond 1e12 days.
    pub fn new(served: u64, outages: &[Outage]) -> Result<Self, VoiceError> {
        if served == 0 {
            return Err(VoiceError::TooFew { items: "customers served", least: 1, found: 0 });
        }
        if let Some(outage) = outages.iter().find(|outage| outage.customers > served) {
            return Err(VoiceError::PartExceedsWhole { part: outage.customers, whole: served });
        }
        let interruptions: u128 = outages.iter().map(|outage| u128::from(outage.customers)).sum();
        let mut days: Vec<f64> =
            outages.iter().map(|outage| outage.customers as f64 * outage.duration.as_days()).collect();
        // In order of size, so that the sum does not depend on that of the outages.
        days.sort_unstable_by(f64::total_cmp);
        let days: f64 = days.into_iter().sum();
        // A mean is no more than the greatest, which it may pass by a rounding error.
        let longest = outages.iter().map(|outage| outage.duration.as_days()).fold(0.0, f64::max);
        let mean = || Span::days((days / interruptions as f64).min(longest));
        let per_interruption = (interruptions > 0).then(mean).transpose()?;
        Ok(Self {
            interruptions_per_customer: interruptions as f64 / served as f64,
            downtime_per_customer: Span::days(days / served as f64)?,
            downtime_per_interruption: per_interruption,
        })
    }
}
