use super::{ExchangeError, expected, finite};
use crate::units::{DiscountRate, ExpectedMoney, Probability, Span, in_range};

/// The share of customers who stay for another period, with the length of that period.
///
/// The same share leaves in every period, however long a customer has been there.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::Retention;
/// use customer_value::{Probability, Span};
///
/// let yearly = Retention::new(Probability::new(0.81)?, Span::years(1.0)?)?;
/// assert!((yearly.survival(2).get() - 0.6561).abs() < 1e-15);
///
/// let half_yearly = yearly.per(Span::years(0.5)?)?;
/// assert!((half_yearly.rate().get() - 0.9).abs() < 1e-15);
/// assert!((half_yearly.expected_periods().ok_or("endless")? - 10.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "保持率")]
#[doc(alias = "顾客保留")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Retention {
    rate: Probability,
    period: Span,
}

impl Retention {
    /// The share that stays for another `period`.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] when the period has no length.
    pub fn new(rate: Probability, period: Span) -> Result<Self, ExchangeError> {
        in_range("retention period in days", period.as_days(), f64::MIN_POSITIVE, f64::MAX)?;
        Ok(Self { rate, period })
    }

    /// The share that stays.
    pub const fn rate(&self) -> Probability {
        self.rate
    }

    /// For how long they stay at least.
    pub const fn period(&self) -> Span {
        self.period
    }

    /// The share that leaves in a period.
    #[doc(alias = "流失率")]
    pub const fn churn(&self) -> Probability {
        self.rate.complement()
    }

    /// The same retention stated for a period of another length.
    ///
    /// # Formula
    ///
    /// ```text
    /// r^(new period / period)
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] when the new period has no length.
    pub fn per(&self, period: Span) -> Result<Self, ExchangeError> {
        let rate = self.rate.get().powf(period.as_days() / self.period.as_days());
        Self::new(Probability::computed(rate), period)
    }

    /// For how many periods a customer is expected to stay, the one that has begun included; `None` when nobody leaves.
    ///
    /// # Formula
    ///
    /// ```text
    /// 1 / (1 − r)
    /// ```
    #[doc(alias = "expected lifetime")]
    pub fn expected_periods(&self) -> Option<f64> {
        let churn = self.churn().get();
        (churn > 0.0).then(|| churn.recip())
    }

    /// The share that is still there after a number of periods.
    pub fn survival(&self, periods: u32) -> Probability {
        Probability::computed(self.rate.get().powf(f64::from(periods)))
    }
}

/// When the first margin falls; afterwards one falls every period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FirstMargin {
    /// Today, from everybody: the margin of the acquiring purchase counts.
    Now,
    /// After one period, from those who stayed.
    AfterOnePeriod,
}

/// A relationship that is renewed or ended each period: who stays, how much later money is worth, when it first comes.
///
/// # Formula
///
/// ```text
/// first margin now:                (1 + d) / (1 + d − r·(1 + g))
/// first margin after one period:        r  / (1 + d − r·(1 + g))
/// ```
///
/// ```math
/// \sum_{t \ge 0} \left(\frac{r(1+g)}{1+d}\right)^t = \frac{1+d}{1+d-r(1+g)}
/// ```
///
/// where `r` is the retention, `d` the discount rate over its period and `g` the growth of margins a period.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{FirstMargin, Relationship, Retention};
/// use customer_value::{DiscountRate, Probability, Span};
///
/// let retention = Retention::new(Probability::new(0.9)?, Span::years(1.0)?)?;
/// let discount = DiscountRate::effective_annual(0.12)?;
/// let renewed = Relationship { retention, discount, first_margin: FirstMargin::AfterOnePeriod };
/// assert!((renewed.multiple()? - 4.09).abs() < 0.005);
/// let begun = Relationship { first_margin: FirstMargin::Now, ..renewed };
/// assert!((begun.multiple()? - 5.09).abs() < 0.005);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Gupta & Lehmann (2003), *Customers as assets*.
#[doc(alias = "margin multiple")]
#[doc(alias = "客户关系")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Relationship {
    /// Who stays.
    pub retention: Retention,
    /// How much less later money is worth.
    pub discount: DiscountRate,
    /// When the first margin falls.
    pub first_margin: FirstMargin,
}

impl Relationship {
    /// How many margins of one period the relationship is worth, when all are alike.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::GrowthOutrunsDiscount`] when nobody leaves and nothing is discounted.
    pub fn multiple(&self) -> Result<f64, ExchangeError> {
        self.growing_multiple(0.0)
    }

    /// How many first margins the relationship is worth, when each margin exceeds the one before by a share `growth`.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the growth is finite and at least −1,
    /// [`ExchangeError::GrowthOutrunsDiscount`] unless r·(1 + g) < 1 + d, [`ExchangeError::TooLarge`].
    pub fn growing_multiple(&self, growth: f64) -> Result<f64, ExchangeError> {
        let growth = in_range("growth of margins", growth, -1.0, f64::MAX)?;
        let leak = self.leak() - self.kept() * growth;
        if leak > 0.0 { finite("margin multiple", self.first() / leak) } else { Err(self.unbounded(growth)) }
    }

    /// What a margin that falls every period is worth.
    ///
    /// # Errors
    ///
    /// As [`multiple`](Self::multiple), or [`ExchangeError::TooLarge`].
    pub fn value(&self, margin: ExpectedMoney) -> Result<ExpectedMoney, ExchangeError> {
        expected("value", margin.amount() * self.multiple()?, margin.currency())
    }

    pub(super) fn unbounded(&self, growth: f64) -> ExchangeError {
        let discount_factor = self.factor();
        ExchangeError::GrowthOutrunsDiscount { retention: self.retention.rate(), growth, discount_factor }
    }

    /// What a period of waiting leaves of an amount: 1 / (1 + d).
    pub(super) fn factor(&self) -> f64 {
        self.discount.factor(self.retention.period())
    }

    /// What a period of waiting takes from it: d / (1 + d).
    pub(super) fn loss(&self) -> f64 {
        self.discount.loss(self.retention.period())
    }

    /// What a period leaves of a margin, by leaving and by waiting: r / (1 + d).
    pub(super) fn kept(&self) -> f64 {
        self.retention.rate().get() * self.factor()
    }

    /// What a period takes from it, 1 − r / (1 + d), with all digits of a small leak.
    pub(super) fn leak(&self) -> f64 {
        leak(self.retention.churn().get(), self.loss())
    }

    /// The present value of the first margin per unit of it.
    pub(super) fn first(&self) -> f64 {
        match self.first_margin {
            FirstMargin::Now => 1.0,
            FirstMargin::AfterOnePeriod => self.kept(),
        }
    }
}

/// 1 − r / (1 + d) of a churn 1 − r and a loss d / (1 + d).
pub(super) fn leak(churn: f64, loss: f64) -> f64 {
    // Of a retention of zero, rounding can make slightly more than everything.
    (churn + (1.0 - churn) * loss).min(1.0)
}

/// 1 + q + q² + … for so many terms, where q = 1 − leak.
pub(super) fn geometric(leak: f64, terms: f64) -> f64 {
    if leak <= 0.0 || terms <= 0.0 {
        terms
    } else {
        // (1 − qⁿ) / (1 − q), with all digits when q is near 1.
        -(terms * (-leak).ln_1p()).exp_m1() / leak
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    rate: Probability,
    period: Span,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Retention {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.rate, raw.period)
    }
}
