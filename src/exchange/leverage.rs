use super::retention::{FirstMargin, Relationship, leak};
use super::{ExchangeError, finite};
use crate::units::Probability;

/// How much less churn there is to be.
///
/// "5 % less churn" can mean either.
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::exchange::ChurnCut;
///
/// let (churn, five_percent) = (Probability::new(0.1)?, Probability::new(0.05)?);
/// assert_eq!(ChurnCut::Points(five_percent).apply(churn)?.get(), 0.05);
/// assert_eq!(ChurnCut::Relative(five_percent).apply(churn)?.get(), 0.095);
/// assert!(ChurnCut::Points(churn).apply(five_percent).is_err());
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ChurnCut {
    /// By so much of all customers: 0.05 takes churn from 10 % to 5 %.
    Points(Probability),
    /// By this share of the churn: 0.05 takes churn from 10 % to 9.5 %.
    Relative(Probability),
}

impl ChurnCut {
    /// The churn that is left.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::CutExceedsChurn`].
    pub fn apply(self, churn: Probability) -> Result<Probability, ExchangeError> {
        /// One minus a rate such as 0.9 misses the churn that it stands for by an ulp.
        const ROUNDING: f64 = 1e-12;
        match self {
            Self::Relative(share) => Ok(Probability::computed(churn.get() * share.complement().get())),
            Self::Points(cut) if cut.get() > churn.get() + ROUNDING => {
                Err(ExchangeError::CutExceedsChurn { cut, churn })
            }
            Self::Points(cut) => Ok(Probability::computed((churn.get() - cut.get()).max(0.0))),
        }
    }
}

/// What a cut of churn does to the value of a [`Relationship`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Leverage {
    /// The retention rate that the cut leads to.
    pub retention_after: Probability,
    /// How many margins the relationship is worth now.
    pub multiple_before: f64,
    /// How many it is worth after the cut.
    pub multiple_after: f64,
    /// By which share of itself the multiple grows.
    pub uplift: f64,
}

impl Relationship {
    /// What a cut of churn does to the value, all margins being alike and the cut being free.
    ///
    /// The famous 5 % that doubles profit is five *points* which halve a churn of 10 %, with nothing discounted and
    /// nothing spent on acquisition. See [`Claim`](super::Claim) for the same question about one's own profit.
    ///
    /// # Formula
    ///
    /// ```text
    /// first margin now:               (r' − r) / (1 + d − r')
    /// first margin after one period:  (r' − r) · (1 + d) / (r · (1 + d − r'))
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::CutExceedsChurn`], [`ExchangeError::GrowthOutrunsDiscount`] when nobody leaves any more and
    /// nothing is discounted, [`ExchangeError::ZeroBase`] when nobody stays for a first margin,
    /// [`ExchangeError::TooLarge`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::exchange::{ChurnCut, FirstMargin, Relationship, Retention};
    /// use customer_value::{DiscountRate, Probability, Span};
    ///
    /// let mut relationship = Relationship {
    ///     retention: Retention::new(Probability::new(0.9)?, Span::years(1.0)?)?,
    ///     discount: DiscountRate::ZERO,
    ///     first_margin: FirstMargin::Now,
    /// };
    /// let five_points = ChurnCut::Points(Probability::new(0.05)?);
    /// assert!((relationship.leverage(five_points)?.uplift - 1.0).abs() < 1e-12);
    ///
    /// relationship.discount = DiscountRate::effective_annual(0.1)?;
    /// assert!((relationship.leverage(five_points)?.uplift - 1.0 / 3.0).abs() < 1e-12);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    ///
    /// # References
    ///
    /// Reichheld & Sasser (1990), *Zero defections*.
    #[doc(alias = "流失率减少5%")]
    pub fn leverage(&self, cut: ChurnCut) -> Result<Leverage, ExchangeError> {
        let churn = self.retention.churn();
        let churn_after = cut.apply(churn)?;
        let retention_after = churn_after.complement();
        let multiple_before = self.multiple()?;
        if multiple_before <= 0.0 {
            return Err(ExchangeError::ZeroBase { quantity: "the value before the cut" });
        }
        let leak_after = leak(churn_after.get(), self.loss());
        if leak_after <= 0.0 {
            return Err(self.unbounded(0.0));
        }
        let won = churn.get() - churn_after.get();
        let (first_after, gain) = match self.first_margin {
            FirstMargin::Now => (1.0, won * self.factor()),
            FirstMargin::AfterOnePeriod => (retention_after.get() * self.factor(), won / self.retention.rate().get()),
        };
        Ok(Leverage {
            retention_after,
            multiple_before,
            multiple_after: finite("margin multiple", first_after / leak_after)?,
            uplift: finite("uplift", gain / leak_after)?,
        })
    }

    /// By how many percent the value grows when the retention rate grows by one percent of itself.
    ///
    /// # Formula
    ///
    /// ```text
    /// first margin now:               r / (1 + d − r)
    /// first margin after one period:  (1 + d) / (1 + d − r)
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::GrowthOutrunsDiscount`] when nobody leaves and nothing is discounted,
    /// [`ExchangeError::TooLarge`].
    ///
    /// # References
    ///
    /// Gupta, Lehmann & Stuart (2004), *Valuing customers*: one percent of retention is worth about five.
    pub fn retention_elasticity(&self) -> Result<f64, ExchangeError> {
        let other = match self.first_margin {
            FirstMargin::Now => FirstMargin::AfterOnePeriod,
            FirstMargin::AfterOnePeriod => FirstMargin::Now,
        };
        // The elasticity of either value is the multiple of the other one.
        Self { first_margin: other, ..*self }.multiple()
    }
}
