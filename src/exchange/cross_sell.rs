use super::{ExchangeError, not_negative, part_of, ratio};
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
/// [`ExchangeError::Money`] for an offer in another currency, or when the sum is too large.
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
    let add = |sum: ExpectedMoney, offer: &CrossOffer| {
        Ok(sum.checked_add(offer.margin.checked_mul(offer.probability.get())?)?)
    };
    offers.iter().try_fold(ExpectedMoney::zero(currency), add)
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
/// use customer_value::exchange::Association;
///
/// let rule = Association::new(100, 40, 25, 20)?;
/// assert_eq!((rule.support(), rule.confidence(), rule.lift()), (Some(0.2), Some(0.5), Some(2.0)));
/// # Ok::<(), customer_value::exchange::ExchangeError>(())
/// ```
#[doc(alias = "关联规则")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Association {
    baskets: u64,
    antecedent: u64,
    consequent: u64,
    both: u64,
}

impl Association {
    /// Numbers of baskets: all, those with the antecedent, those with the consequent, those with both.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::PartExceedsWhole`] unless each of the last three fits into what contains it, and baskets with
    /// either are no more than there are.
    pub fn new(baskets: u64, antecedent: u64, consequent: u64, both: u64) -> Result<Self, ExchangeError> {
        part_of(("baskets with the antecedent", antecedent), ("baskets", baskets))?;
        part_of(("baskets with the consequent", consequent), ("baskets", baskets))?;
        part_of(("baskets with both", both), ("baskets with the antecedent", antecedent))?;
        part_of(("baskets with both", both), ("baskets with the consequent", consequent))?;
        let only_consequent = consequent - both;
        part_of(
            ("baskets with the consequent only", only_consequent),
            ("baskets without the antecedent", baskets - antecedent),
        )?;
        Ok(Self { baskets, antecedent, consequent, both })
    }

    /// The share of baskets with both; `None` without a basket.
    pub fn support(&self) -> Option<f64> {
        share(self.both, self.baskets)
    }

    /// The share with the consequent among baskets with the antecedent; `None` when there is none of these.
    pub fn confidence(&self) -> Option<f64> {
        share(self.both, self.antecedent)
    }

    /// By what factor the antecedent makes the consequent more frequent; `None` when either occurs in no basket.
    pub fn lift(&self) -> Option<f64> {
        Some(self.confidence()? / share(self.consequent, self.baskets).filter(|&usual| usual > 0.0)?)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
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

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    baskets: u64,
    antecedent: u64,
    consequent: u64,
    both: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Association {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.baskets, raw.antecedent, raw.consequent, raw.both)
    }
}
