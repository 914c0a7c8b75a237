use super::retention::{FirstMargin, Relationship, geometric};
use super::{ExchangeError, expected, one_currency};
use crate::units::{Currency, ExpectedMoney, Probability, Span, in_range, same_currency};

/// Margins that change with tenure: one a period for as long as they are known, then a rule.
///
/// # Formula
///
/// ```text
/// Σ mₜ · (r / (1 + d))^t        t = 0, 1, … or 1, 2, … by the first margin of the relationship
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{AfterSchedule, FirstMargin, MarginSchedule, Relationship, Retention};
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Probability, Span};
///
/// let eur = |amount| ExpectedMoney::new(amount, Currency::EUR);
/// let margins = MarginSchedule::new([eur(-40.0)?, eur(30.0)?], AfterSchedule::LastForever)?;
/// let relationship = Relationship {
///     retention: Retention::new(Probability::new(0.5)?, Span::years(1.0)?)?,
///     discount: DiscountRate::ZERO,
///     first_margin: FirstMargin::Now,
/// };
/// assert_eq!(margins.value(&relationship)?.amount(), -40.0 + 15.0 + 15.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct MarginSchedule {
    margins: Vec<ExpectedMoney>,
    after: AfterSchedule,
}

/// What follows when a [`MarginSchedule`] ends.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AfterSchedule {
    /// Nothing.
    Stop,
    /// The last margin, every period.
    LastForever,
    /// This margin, every period.
    Flat(ExpectedMoney),
}

/// What one period of tenure adds to the value of a relationship.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TenureValue {
    /// The share of customers who are there to give the margin.
    pub survival: Probability,
    /// The margin, times that share, discounted.
    pub present: ExpectedMoney,
    /// The same of this and all earlier periods.
    pub cumulative: ExpectedMoney,
}

impl MarginSchedule {
    /// The margins of the first periods, in order, and what follows.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooFew`] without a margin, [`ExchangeError::Item`] for one in another currency than the first,
    /// [`ExchangeError::Money`] when the margin that follows them is.
    pub fn new(margins: impl Into<Vec<ExpectedMoney>>, after: AfterSchedule) -> Result<Self, ExchangeError> {
        let margins = margins.into();
        let currency = one_currency("margins", margins.iter().map(|margin| margin.currency()))?;
        if let AfterSchedule::Flat(margin) = after {
            same_currency(currency, margin.currency())?;
        }
        Ok(Self { margins, after })
    }

    /// The margins of the first periods.
    pub fn margins(&self) -> &[ExpectedMoney] {
        &self.margins
    }

    /// What follows them.
    pub const fn after(&self) -> AfterSchedule {
        self.after
    }

    /// What all margins to come are worth.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::GrowthOutrunsDiscount`] when a margin other than zero never ends, nobody leaves and nothing is
    /// discounted; [`ExchangeError::TooLarge`].
    pub fn value(&self, relationship: &Relationship) -> Result<ExpectedMoney, ExchangeError> {
        let (kept, leak) = (relationship.kept(), relationship.leak());
        let (mut sum, mut weight) = (0.0, relationship.first());
        for margin in &self.margins {
            sum += margin.amount() * weight;
            weight *= kept;
        }
        let flat = self.flat();
        if flat.abs() > 0.0 {
            if leak <= 0.0 {
                return Err(relationship.unbounded(0.0));
            }
            sum += flat * (weight / leak);
        }
        expected("value", sum, self.currency())
    }

    /// The value by period of tenure, for the first `periods`.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooLarge`].
    pub fn path(&self, relationship: &Relationship, periods: u16) -> Result<Vec<TenureValue>, ExchangeError> {
        let (kept, currency, flat) = (relationship.kept(), self.currency(), self.flat());
        let before = u32::from(relationship.first_margin == FirstMargin::AfterOnePeriod);
        let (mut cumulative, mut weight) = (0.0, relationship.first());
        let margins = self.margins.iter().map(|margin| margin.amount()).chain(std::iter::repeat(flat));
        let period = |(period, margin): (u16, f64)| {
            let present = margin * weight;
            cumulative += present;
            weight *= kept;
            Ok(TenureValue {
                survival: relationship.retention.survival(u32::from(period) + before),
                present: expected("value of a period", present, currency)?,
                cumulative: expected("value", cumulative, currency)?,
            })
        };
        (0..periods).zip(margins).map(period).collect()
    }

    fn flat(&self) -> f64 {
        match self.after {
            AfterSchedule::Stop => 0.0,
            AfterSchedule::LastForever => self.margins[self.margins.len() - 1].amount(),
            AfterSchedule::Flat(margin) => margin.amount(),
        }
    }

    fn currency(&self) -> Currency {
        self.margins[0].currency()
    }
}

/// A constant margin a period, less a promotion in the middle of each period, over a finite horizon.
///
/// # Formula
///
/// ```text
/// margin · Σ_{i = 0…n} (r / (1 + d))^i  −  promotion · Σ_{i = 1…n} r^(i−1) / (1 + d)^(i − ½)
/// ```
///
/// ```math
/// GC \sum_{i=0}^{n} \frac{r^i}{(1+d)^i} - M \sum_{i=1}^{n} \frac{r^{i-1}}{(1+d)^{i-0.5}}
/// ```
///
/// where `n` is the number of periods; the first sum begins at `i = 1` when the first margin falls after one period.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{FirstMargin, PromotedMargin, Relationship, Retention};
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Probability, Span};
///
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let promoted = PromotedMargin { margin: usd(260.0)?, promotion: usd(50.0)?, periods: 10 };
/// let relationship = Relationship {
///     retention: Retention::new(Probability::new(0.75)?, Span::years(1.0)?)?,
///     discount: DiscountRate::effective_annual(0.2)?,
///     first_margin: FirstMargin::Now,
/// };
/// assert_eq!(promoted.value(&relationship)?.to_string(), "568.78 USD");
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Berger & Nasr (1998), *Customer lifetime value: marketing models and applications*, case 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PromotedMargin {
    /// What a customer yields at each end of a period.
    pub margin: ExpectedMoney,
    /// What is spent on a customer in the middle of each period; not negative.
    pub promotion: ExpectedMoney,
    /// How many periods count.
    pub periods: u32,
}

impl PromotedMargin {
    /// What margins less promotions are worth.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ, [`ExchangeError::Unit`] for a promotion below zero,
    /// [`ExchangeError::TooLarge`].
    pub fn value(&self, relationship: &Relationship) -> Result<ExpectedMoney, ExchangeError> {
        same_currency(self.margin.currency(), self.promotion.currency())?;
        in_range("promotion", self.promotion.amount(), 0.0, f64::MAX)?;
        let (leak, periods) = (relationship.leak(), f64::from(self.periods));
        let half_a_period = Span::known(0.5 * relationship.retention.period().as_days());
        let margins = match relationship.first_margin {
            FirstMargin::Now => geometric(leak, periods + 1.0),
            FirstMargin::AfterOnePeriod => relationship.kept() * geometric(leak, periods),
        };
        let promotions = relationship.discount.factor(half_a_period) * geometric(leak, periods);
        let value = self.margin.amount() * margins - self.promotion.amount() * promotions;
        expected("value", value, self.margin.currency())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    margins: Vec<ExpectedMoney>,
    after: AfterSchedule,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for MarginSchedule {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.margins, raw.after)
    }
}
