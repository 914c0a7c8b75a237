use super::{ExchangeError, at, one_currency};
use crate::units::{Currency, ExpectedMoney, Probability, same_currency};

/// A customer in a book whose members brought each other.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BookedCustomer {
    /// Their own lifetime value.
    pub own: ExpectedMoney,
    /// Who brought them, if anybody in the book did.
    pub referred: Option<ReferralCredit>,
}

/// To whom a referral is owed, and what it changed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReferralCredit {
    /// The position of the referrer in the book.
    pub by: usize,
    /// How likely it is that the customer would not have come otherwise: 1 for type one, 0 for type two.
    pub decisive: Probability,
    /// What the referral saved, less what it cost.
    pub saved: ExpectedMoney,
}

/// Customers who brought each other, whose value is credited without being counted twice.
///
/// Those who were brought are in the book with their own lifetime value. Whatever part of it is credited to the
/// referrer is taken from them, so that the sum stays what it is: all own values, and all that referrals saved.
///
/// # Formula
///
/// ```text
/// credit of i = own_i · (1 − share · decisive_i)  +  Σ over those whom i brought (share · decisive_j · own_j + saved_j)
/// equity = Σ own + Σ saved, for any share
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{BookedCustomer, ReferralBook, ReferralCredit};
/// use customer_value::{Currency, ExpectedMoney, Probability};
///
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let because = ReferralCredit { by: 0, decisive: Probability::new(1.0)?, saved: usd(20.0)? };
/// let book = ReferralBook::new([
///     BookedCustomer { own: usd(300.0)?, referred: None },
///     BookedCustomer { own: usd(100.0)?, referred: Some(because) },
/// ])?;
/// assert_eq!(book.credited(Probability::new(0.5)?)?, [usd(370.0)?, usd(50.0)?]);
/// assert_eq!(book.equity()?, usd(420.0)?);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "顾客资产")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct ReferralBook {
    customers: Vec<BookedCustomer>,
}

impl ReferralBook {
    /// Customers, with referrers by their position.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooFew`] without a customer, [`ExchangeError::Item`] for one in another currency than the first,
    /// [`ExchangeError::UnknownReferrer`], [`ExchangeError::ReferralCycle`].
    pub fn new(customers: impl Into<Vec<BookedCustomer>>) -> Result<Self, ExchangeError> {
        let customers = customers.into();
        let currency = one_currency("customers", customers.iter().map(|customer| customer.own.currency()))?;
        for (customer, booked) in customers.iter().enumerate() {
            let Some(credit) = booked.referred else { continue };
            same_currency(currency, credit.saved.currency()).map_err(at("customers", customer))?;
            if credit.by >= customers.len() {
                let (referrer, customers) = (credit.by, customers.len());
                return Err(ExchangeError::UnknownReferrer { customer, referrer, customers });
            }
        }
        match cycle(&customers) {
            Some(customer) => Err(ExchangeError::ReferralCycle { customer }),
            None => Ok(Self { customers }),
        }
    }

    /// The customers, in the order given.
    pub fn customers(&self) -> &[BookedCustomer] {
        &self.customers
    }

    /// The value credited to each customer, when referrers get a share of the value of those whom they brought.
    ///
    /// A share of 0 credits everybody with their own value, and 1 leaves nothing to those who came only because of a
    /// referral. Credit is not passed on: it goes to the referrer, not to the referrer's referrer.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when a sum is too large.
    pub fn credited(&self, share: Probability) -> Result<Vec<ExpectedMoney>, ExchangeError> {
        let mut credited: Vec<ExpectedMoney> = self.customers.iter().map(|customer| customer.own).collect();
        for (customer, booked) in self.customers.iter().enumerate() {
            if let Some(credit) = booked.referred {
                let moved = booked.own.checked_mul(share.get() * credit.decisive.get())?;
                credited[customer] = credited[customer].checked_sub(moved)?;
                credited[credit.by] = credited[credit.by].checked_add(moved)?.checked_add(credit.saved)?;
            }
        }
        Ok(credited)
    }

    /// What all customers are worth together, each counted once.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when the sum is too large.
    pub fn equity(&self) -> Result<ExpectedMoney, ExchangeError> {
        let own = self.customers.iter().map(|customer| customer.own);
        let saved = self.customers.iter().filter_map(|customer| customer.referred.map(|credit| credit.saved));
        let zero = ExpectedMoney::zero(self.currency());
        Ok(own.chain(saved).try_fold(zero, ExpectedMoney::checked_add)?)
    }

    fn currency(&self) -> Currency {
        self.customers[0].own.currency()
    }
}

/// A customer from whom the chain of referrers leads back to them.
fn cycle(customers: &[BookedCustomer]) -> Option<usize> {
    // The walk on which each customer was first met: a walk that meets itself has gone round.
    let mut met_on = vec![usize::MAX; customers.len()];
    for start in 0..customers.len() {
        let mut at = start;
        while met_on[at] == usize::MAX {
            met_on[at] = start;
            match customers[at].referred {
                Some(credit) => at = credit.by,
                None => break,
            }
        }
        if met_on[at] == start && customers[at].referred.is_some() {
            return Some(at);
        }
    }
    None
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    customers: Vec<BookedCustomer>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for ReferralBook {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.customers)
    }
}
