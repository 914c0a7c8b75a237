use super::{ExchangeError, at, not_negative, part_of, ratio};
use crate::units::{Currency, ExpectedMoney, Money, Probability, same_currency};

/// Something else that a customer may buy.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CrossOffer {
    /// How likely the customer is to buy it.
    pub probability: Probability,
    /// What it then yields.
    pub margin: ExpectedMoney,
}

/// The margin to be expected from all that a customer may buy besides; zero for no offers.
///
/// # Formula
///
/// ```text
/// Σ pⱼ · mⱼ
/// ```
///
/// # Errors
///
/// [`ExchangeError::Item`] for an offer in another currency, or with which the sum is too large.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{CrossOffer, cross_sell_value};
/// use customer_value::{Currency, ExpectedMoney, Probability};
///
/// let offer = |probability, margin| -> Result<CrossOffer, customer_value::Error> {
///     let margin = ExpectedMoney::new(margin, Currency::EUR)?;
///     Ok(CrossOffer { probability: Probability::new(probability)?, margin })
/// };
/// let value = cross_sell_value(&[offer(0.5, 40.0)?, offer(0.25, 100.0)?], Currency::EUR)?;
/// assert_eq!(value.amount(), 45.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "附带销售")]
pub fn cross_sell_value(offers: &[CrossOffer], currency: Currency) -> Result<ExpectedMoney, ExchangeError> {
    let add = |sum: ExpectedMoney, (position, offer): (usize, &CrossOffer)| {
        let expected = offer.margin.checked_mul(offer.probability.get());
        expected.and_then(|expected| sum.checked_add(expected)).map_err(at("offers", position))
    };
    offers.iter().enumerate().try_fold(ExpectedMoney::zero(currency), add)
}

/// Numbers of baskets with two things, an unchecked row: [`Association::new`] checks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BasketCounts {
    /// All baskets.
    pub baskets: u64,
    /// Those with the antecedent.
    pub antecedent: u64,
    /// Those with the consequent.
    pub consequent: u64,
    /// Those with both.
    pub both: u64,
}

/// How often two things are bought together: the rule "who buys the antecedent also buys the consequent".
///
/// # Formula
///
/// ```text
/// support n(A∩B)/n        confidence n(A∩B)/n(A)        lift n(A∩B)·n / (n(A)·n(B))
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Association, BasketCounts};
///
/// let rule = Association::new(BasketCounts { baskets: 100, antecedent: 40, consequent: 25, both: 20 })?;
/// assert_eq!(rule.support().map(f64::from), Some(0.2));
/// assert_eq!(rule.confidence().map(f64::from), Some(0.5));
/// assert_eq!(rule.lift(), Some(2.0));
/// # Ok::<(), customer_value::exchange::ExchangeError>(())
/// ```
#[doc(alias = "关联规则")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "BasketCounts", into = "BasketCounts")
)]
pub struct Association(BasketCounts);

impl Association {
    /// The rule that these baskets tell of.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::PartExceedsWhole`] unless each of the last three fits into what contains it, and baskets with
    /// either are no more than there are.
    pub fn new(counts: BasketCounts) -> Result<Self, ExchangeError> {
        let BasketCounts { baskets, antecedent, consequent, both } = counts;
        part_of(("baskets with the antecedent", antecedent), ("baskets", baskets))?;
        part_of(("baskets with the consequent", consequent), ("baskets", baskets))?;
        part_of(("baskets with both", both), ("baskets with the antecedent", antecedent))?;
        part_of(("baskets with both", both), ("baskets with the consequent", consequent))?;
        let only_consequent = consequent - both;
        part_of(
            ("baskets with the consequent only", only_consequent),
            ("baskets without the antecedent", baskets - antecedent),
        )?;
        Ok(Self(counts))
    }

    /// The numbers of baskets.
    pub const fn counts(&self) -> BasketCounts {
        self.0
    }

    /// The share of baskets with both; `None` without a basket.
    pub fn support(&self) -> Option<Probability> {
        share(self.0.both, self.0.baskets)
    }

    /// The share with the consequent among baskets with the antecedent; `None` when there is none of these.
    pub fn confidence(&self) -> Option<Probability> {
        share(self.0.both, self.0.antecedent)
    }

    /// By what factor the antecedent makes the consequent more frequent; `None` when either occurs in no basket.
    ///
    /// A *ratio* of shares, where a [`CampaignLift`](super::CampaignLift) is a difference.
    pub fn lift(&self) -> Option<f64> {
        let usual = share(self.0.consequent, self.0.baskets).filter(|usual| usual.get() > 0.0)?;
        Some(self.confidence()?.get() / usual.get())
    }
}

fn share(part: u64, whole: u64) -> Option<Probability> {
    (whole > 0).then(|| Probability::computed(part as f64 / whole as f64))
}

impl TryFrom<BasketCounts> for Association {
    type Error = ExchangeError;

    fn try_from(counts: BasketCounts) -> Result<Self, ExchangeError> {
        Self::new(counts)
    }
}

impl From<Association> for BasketCounts {
    fn from(rule: Association) -> Self {
        rule.0
    }
}

/// The share of what a customer spends on such things that is spent on us; `None` when nothing is spent at all.
///
/// # Errors
///
/// [`ExchangeError::Money`] when currencies differ, [`ExchangeError::Negative`] for an amount below zero,
/// [`ExchangeError::WalletTooSmall`] when more is spent on us than at all.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::share_of_wallet;
/// use customer_value::{Currency, Money, Probability};
///
/// let eur = |major: i64| Money::from_minor(100 * major, Currency::EUR);
/// assert_eq!(share_of_wallet(eur(30), eur(120))?, Some(Probability::new(0.25)?));
/// assert_eq!(share_of_wallet(eur(0), eur(0))?, None);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "客户份额")]
pub fn share_of_wallet(own: Money, wallet: Money) -> Result<Option<Probability>, ExchangeError> {
    same_currency(own.currency(), wallet.currency())?;
    not_negative("spend on us", own)?;
    if own.amount() > wallet.amount() {
        return Err(ExchangeError::WalletTooSmall { own, wallet });
    }
    Ok(ratio(own, wallet).map(Probability::computed))
}
