use super::{ExchangeError, expected, finite, not_negative, part_of};
use crate::math::two_sided_quantile;
use crate::units::{ExpectedMoney, Interval, Money, Probability, in_range, same_currency};

/// Customers who were treated alike, and how many of them responded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Arm {
    customers: u64,
    responses: u64,
}

impl Arm {
    /// So many customers, of whom so many responded.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooFew`] without a customer, [`ExchangeError::PartExceedsWhole`] for more responses than
    /// customers.
    pub fn new(customers: u64, responses: u64) -> Result<Self, ExchangeError> {
        if customers == 0 {
            return Err(ExchangeError::TooFew { items: "customers in a group", found: 0, least: 1 });
        }
        part_of(("responses", responses), ("customers", customers))?;
        Ok(Self { customers, responses })
    }

    /// How many customers there are.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// How many responded.
    pub const fn responses(&self) -> u64 {
        self.responses
    }

    /// The share who responded.
    pub fn rate(&self) -> Probability {
        Probability::computed(self.responses as f64 / self.customers as f64)
    }

    fn variance_of_rate(&self) -> f64 {
        let rate = self.rate().get();
        rate * (1.0 - rate) / self.customers as f64
    }
}

/// A campaign with those who were addressed, those who by chance were not, and what it cost.
///
/// Without a control group there are responses but no lift: nobody knows who would have bought anyway.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Arm, Campaign};
/// use customer_value::{Currency, ExpectedMoney, Money, Probability};
///
/// let campaign = Campaign {
///     treated: Arm::new(1_000, 60)?,
///     control: Some(Arm::new(1_000, 40)?),
///     margin: ExpectedMoney::new(80.0, Currency::USD)?,
///     cost: Money::from_minor(80_000, Currency::USD),
/// };
/// let lift = campaign.lift()?;
/// assert!((lift.difference - 0.02).abs() < 1e-15);
/// assert!((lift.incremental_profit.amount() - 800.0).abs() < 1e-9);
/// assert!(lift.interval(Probability::new(0.95)?)?.contains(0.001));
/// assert!(Campaign { control: None, ..campaign }.lift().is_err());
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "营销活动")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Campaign {
    /// Those who were addressed.
    pub treated: Arm,
    /// Those who were kept out of it by chance, if anybody was.
    pub control: Option<Arm>,
    /// What one response yields.
    pub margin: ExpectedMoney,
    /// What the campaign cost.
    pub cost: Money,
}

/// What a campaign changed: a *difference* of response rates, where the lift of an
/// [`Association`](super::Association) is a ratio.
#[doc(alias = "uplift")]
#[doc(alias = "Lift")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CampaignLift {
    /// The response rate of the treated less that of the control group.
    pub difference: f64,
    /// The standard error of the difference.
    pub standard_error: f64,
    /// The margin of the responses that the campaign made, less its cost.
    pub incremental_profit: ExpectedMoney,
    /// That profit per unit of cost; `None` for a campaign that cost nothing.
    pub return_on_cost: Option<f64>,
}

impl Campaign {
    /// What the campaign changed.
    ///
    /// # Formula
    ///
    /// ```text
    /// lift = p_t − p_c        standard error = √(p_t(1 − p_t)/n_t + p_c(1 − p_c)/n_c)
    /// profit = n_t · lift · margin − cost
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::NoControl`], [`ExchangeError::Money`] when currencies differ, [`ExchangeError::Negative`] for a
    /// cost below zero, [`ExchangeError::TooLarge`].
    pub fn lift(&self) -> Result<CampaignLift, ExchangeError> {
        let control = self.control.ok_or(ExchangeError::NoControl)?;
        same_currency(self.margin.currency(), self.cost.currency())?;
        not_negative("cost of a campaign", self.cost)?;
        let difference = self.treated.rate().get() - control.rate().get();
        let gained = self.treated.customers as f64 * difference * self.margin.amount();
        let profit = expected("incremental profit", gained - self.cost.to_f64(), self.margin.currency())?;
        let cost = self.cost.to_f64();
        let return_on_cost = (cost > 0.0).then(|| finite("return on cost", profit.amount() / cost)).transpose()?;
        Ok(CampaignLift {
            difference,
            standard_error: (self.treated.variance_of_rate() + control.variance_of_rate()).sqrt(),
            incremental_profit: profit,
            return_on_cost,
        })
    }
}

impl CampaignLift {
    /// How many standard errors the difference is away from zero; `None` when nothing varies, as where everybody or
    /// nobody responds.
    pub fn z(&self) -> Option<f64> {
        (self.standard_error > 0.0).then(|| self.difference / self.standard_error)
    }

    /// The interval of the difference by the normal approximation, which takes some ten responses a group.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] for a confidence of 1, at which anything is possible.
    pub fn interval(&self, confidence: Probability) -> Result<Interval, ExchangeError> {
        let confidence = in_range("confidence", confidence.get(), 0.0, 1.0_f64.next_down())?;
        let width = two_sided_quantile(confidence) * self.standard_error;
        Ok(Interval { low: self.difference - width, high: self.difference + width })
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    customers: u64,
    responses: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Arm {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.customers, raw.responses)
    }
}
