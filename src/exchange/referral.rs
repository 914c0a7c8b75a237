use super::{ExchangeError, at, expected};
use crate::units::{DiscountRate, ExpectedMoney, Span, in_range, same_currency};

/// One customer whom another brings, and when.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Referral, ReferralKind};
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Span};
///
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let brought = ReferralKind::WouldNotHaveCome {
///     margin: usd(100.0)?,
///     referral_cost: usd(10.0)?,
///     saved_acquisition: usd(20.0)?,
/// };
/// let referral = Referral { kind: brought, after: Span::years(1.0)? };
/// assert_eq!(referral.value(DiscountRate::effective_annual(0.1)?)?.to_string(), "100.00 USD");
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Kumar, Petersen & Leone (2010), *Driving profitability by encouraging customer referrals*.
#[doc(alias = "口碑效应")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Referral {
    /// Whether the customer came because of it.
    pub kind: ReferralKind,
    /// How long from now.
    pub after: Span,
}

/// Whether a customer came because of a referral.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ReferralKind {
    /// Type one: the margin is owed to the referral, as is what acquisition would have cost.
    WouldNotHaveCome {
        /// What the new customer yields.
        margin: ExpectedMoney,
        /// What the referral cost, such as a reward; not negative.
        referral_cost: ExpectedMoney,
        /// What it would have cost to win the customer otherwise; not negative.
        saved_acquisition: ExpectedMoney,
    },
    /// Type two: only the cost of acquisition is saved.
    WouldHaveCome {
        /// What it would have cost to win the customer otherwise; not negative.
        saved_acquisition: ExpectedMoney,
    },
}

impl Referral {
    /// What the referral is worth today.
    ///
    /// # Formula
    ///
    /// ```text
    /// type one: (margin − referral cost + saved acquisition) / (1 + d)^t        type two: saved acquisition / (1 + d)^t
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ, [`ExchangeError::Unit`] for a cost of the referral or a saving
    /// below zero, [`ExchangeError::TooLarge`].
    pub fn value(&self, discount: DiscountRate) -> Result<ExpectedMoney, ExchangeError> {
        let (margin, saving) = self.present(discount)?;
        expected("value of a referral", margin.amount() + saving.amount(), margin.currency())
    }

    /// The margin owed to the referral and what it saves, both discounted.
    fn present(&self, discount: DiscountRate) -> Result<(ExpectedMoney, ExpectedMoney), ExchangeError> {
        let (margin, saving) = match self.kind {
            ReferralKind::WouldNotHaveCome { margin, referral_cost, saved_acquisition } => {
                same_currency(margin.currency(), saved_acquisition.currency())?;
                let referral_cost = not_negative("cost of a referral", referral_cost)?;
                (margin, not_negative("saved acquisition", saved_acquisition)?.checked_sub(referral_cost)?)
            }
            ReferralKind::WouldHaveCome { saved_acquisition } => {
                let saved = not_negative("saved acquisition", saved_acquisition)?;
                (ExpectedMoney::zero(saved.currency()), saved)
            }
        };
        let factor = discount.factor(self.after);
        Ok((margin.checked_mul(factor)?, saving.checked_mul(factor)?))
    }
}

/// What a customer is worth in themselves and through those whom they bring, kept apart.
///
/// The margins of those who are brought are *their* lifetime value too: a sum over a book of customers counts them once,
/// see [`ReferralBook`](super::ReferralBook).
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Referral, ReferralKind, ReferralValue};
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Span};
///
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let anyway = ReferralKind::WouldHaveCome { saved_acquisition: usd(20.0)? };
/// let referrals = [Referral { kind: anyway, after: Span::ZERO }];
/// let value = ReferralValue::new(usd(300.0)?, &referrals, DiscountRate::ZERO)?;
/// assert_eq!((value.brought.amount(), value.saved.amount()), (0.0, 20.0));
/// assert_eq!(value.total()?, usd(320.0)?);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "customer referral value")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReferralValue {
    /// The customer's own lifetime value.
    pub own: ExpectedMoney,
    /// Margins of those who would not have come otherwise.
    pub brought: ExpectedMoney,
    /// Acquisition saved, less what the referrals cost.
    pub saved: ExpectedMoney,
}

impl ReferralValue {
    /// A customer's own lifetime value beside that of their referrals.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Item`] for a referral that has no value, is in another currency, or with which a sum is too
    /// large.
    pub fn new(own: ExpectedMoney, referrals: &[Referral], discount: DiscountRate) -> Result<Self, ExchangeError> {
        let zero = ExpectedMoney::zero(own.currency());
        let mut value = Self { own, brought: zero, saved: zero };
        for (position, referral) in referrals.iter().enumerate() {
            value = value.with(referral, discount).map_err(at("referrals", position))?;
        }
        Ok(value)
    }

    fn with(&self, referral: &Referral, discount: DiscountRate) -> Result<Self, ExchangeError> {
        let (margin, saving) = referral.present(discount)?;
        let (brought, saved) = (self.brought.checked_add(margin)?, self.saved.checked_add(saving)?);
        Ok(Self { brought, saved, ..*self })
    }

    /// What the referrals are worth.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when the sum is too large.
    pub fn referral(&self) -> Result<ExpectedMoney, ExchangeError> {
        Ok(self.brought.checked_add(self.saved)?)
    }

    /// All of it: for looking at one customer, not for adding up over customers who brought each other.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ or the sum is too large.
    pub fn total(&self) -> Result<ExpectedMoney, ExchangeError> {
        Ok(self.own.checked_add(self.referral()?)?)
    }
}

fn not_negative(quantity: &'static str, amount: ExpectedMoney) -> Result<ExpectedMoney, ExchangeError> {
    in_range(quantity, amount.amount(), 0.0, f64::MAX)?;
    Ok(amount)
}

/// Recommendations that breed recommendations: how many further customers each customer brings, and how fast.
///
/// # Formula
///
/// ```text
/// 1 + ρ + ρ² + … = 1 / (1 − ρ)        discounted: 1 / (1 − ρ·e^(−δ·delay))
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::WordOfMouth;
/// use customer_value::{DiscountRate, Span};
///
/// let spread = WordOfMouth::new(0.2, Span::years(1.0)?)?;
/// assert!((spread.multiplier(DiscountRate::ZERO) - 1.25).abs() < 1e-15);
/// assert!(WordOfMouth::new(1.0, Span::ZERO).is_err());
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "contagion multiplier")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedWord"))]
pub struct WordOfMouth {
    recruits: f64,
    delay: Span,
}

impl WordOfMouth {
    /// So many customers brought by each, after a delay.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the number is at least 0 and below 1: from 1 on, customers would multiply without
    /// end.
    pub fn new(recruits: f64, delay: Span) -> Result<Self, ExchangeError> {
        let recruits = in_range("customers brought by each customer", recruits, 0.0, 1.0_f64.next_down())?;
        Ok(Self { recruits, delay })
    }

    /// How many customers one customer stands for, themselves included; later ones count less by discounting.
    pub fn multiplier(&self, discount: DiscountRate) -> f64 {
        let lost = discount.loss(self.delay);
        ((1.0 - self.recruits) + self.recruits * lost).recip()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedWord {
    recruits: f64,
    delay: Span,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedWord> for WordOfMouth {
    type Error = ExchangeError;

    fn try_from(raw: UncheckedWord) -> Result<Self, ExchangeError> {
        Self::new(raw.recruits, raw.delay)
    }
}
