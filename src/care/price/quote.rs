use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::PriceError;
use crate::delivered::{Costs, Effort};
use crate::derivation::{Derivation, DerivationStep};
use crate::units::{Currency, ExpectedMoney, Money, MoneyError, UnitError};

/// Whether a rule was for the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RuleOutcome {
    /// It is for this order.
    Applied,
    /// It is for other orders.
    Passed,
}

/// What one part of a price list did to a price.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PriceLine {
    /// The rule, or the part of the base.
    pub name: String,
    /// Whether it was for the order.
    pub outcome: RuleOutcome,
    /// By how much it changed the price, in whole minor units.
    pub change: Money,
    /// The price after it.
    pub after: Money,
}

/// The price of an order, and how it came about.
///
/// # Examples
///
/// ```
/// use customer_value::care::{Order, PriceBase, PriceList};
/// use customer_value::delivered::{BenefitMatrix, Delivered, Effort, Sources};
/// use customer_value::rust_decimal::RoundingStrategy;
/// use customer_value::{Currency, Day, Money, ShadowPrices};
///
/// let usd = |cents| Money::from_minor(cents, Currency::USD);
/// let prices = PriceList::new(PriceBase::TwoPart { fixed: usd(1_500), rate: usd(12) }, [])?;
/// let order = Order::new(350.into(), Day::new(2024, 5, 17)?);
/// let quote = prices.quote(&order, RoundingStrategy::MidpointAwayFromZero)?;
/// assert_eq!(quote.to_string(), "fixed charge: 15.00 USD\ncharge by use: 42.00 USD\nprice: 57.00 USD");
/// assert_eq!(quote.derivation().value(), 57.0);
///
/// // What the customer gives up for it.
/// let costs = quote.costs(Effort::default())?.components(&ShadowPrices::default())?.priced()?;
/// let service = [0.0, 80.0, 0.0].into();
/// let benefits = BenefitMatrix::new(Sources { service, ..Sources::default() }, Currency::USD)?;
/// assert_eq!(Delivered::new(benefits, costs)?.net().amount(), 23.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "报价")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Quote {
    quantity: Decimal,
    lines: Vec<PriceLine>,
    total: Money,
}

impl Quote {
    /// The base and all rules in their order, those for other orders among them.
    pub fn lines(&self) -> &[PriceLine] {
        &self.lines
    }

    fn applied(&self) -> impl Iterator<Item = &PriceLine> {
        self.lines.iter().filter(|line| line.outcome == RuleOutcome::Applied)
    }

    /// The price: the sum of all changes, to the last minor unit.
    pub const fn total(&self) -> Money {
        self.total
    }

    /// The price of each unit, which need not be a whole number of minor units; `None` for no unit, or so little of one
    /// that the quotient is no number.
    pub fn per_unit(&self) -> Option<ExpectedMoney> {
        let each = self.total.to_f64() / self.quantity.to_f64().filter(|quantity| *quantity > 0.0)?;
        ExpectedMoney::new(each, self.total.currency()).ok()
    }

    /// How the price came about, a part for each line that applied; those for other orders are among the
    /// [`lines`](Self::lines). The derivation reckons in floats: of large amounts, its value may differ from the
    /// [`total`](Self::total) in the last digit of a float.
    pub fn derivation(&self) -> Derivation {
        let part = |line: &PriceLine| Derivation::money(line.name.clone(), line.change.into());
        let parts: Vec<_> = self.applied().map(part).collect();
        Derivation::proven("price", DerivationStep::Sum, self.total.currency(), parts)
    }

    /// The price as what a customer gives up for an offer, with everything else that it takes.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless all efforts are finite and not negative.
    pub fn costs(&self, effort: Effort) -> Result<Costs, UnitError> {
        Costs::new(self.total, effort)
    }
}

impl std::fmt::Display for Quote {
    /// Writes a line for each line that applied, and the price.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.applied() {
            writeln!(f, "{}: {}", line.name, line.change)?;
        }
        write!(f, "price: {}", self.total)
    }
}

/// A quote in the making.
pub(super) struct Running {
    lines: Vec<PriceLine>,
    so_far: Money,
    rounding: RoundingStrategy,
}

impl Running {
    pub fn new(currency: Currency, rounding: RoundingStrategy) -> Self {
        Self { lines: Vec::new(), so_far: Money::zero(currency), rounding }
    }

    pub const fn so_far(&self) -> Money {
        self.so_far
    }

    pub fn apply(&mut self, name: &str, change: Money) -> Result<(), PriceError> {
        let change = change.round_to_minor(self.rounding);
        let amount = exact_sum(self.so_far.amount(), change.amount()).ok_or(MoneyError::Overflow)?;
        let after = Money::new(amount, self.so_far.currency());
        if after.is_negative() {
            return Err(PriceError::Negative { name: name.into(), amount: after });
        }
        self.so_far = after;
        self.lines.push(PriceLine { name: name.into(), outcome: RuleOutcome::Applied, change, after });
        Ok(())
    }

    pub fn pass(&mut self, name: &str) {
        let change = Money::zero(self.so_far.currency());
        self.lines.push(PriceLine { name: name.into(), outcome: RuleOutcome::Passed, change, after: self.so_far });
    }

    pub fn finish(self, quantity: Decimal) -> Quote {
        Quote { quantity, lines: self.lines, total: self.so_far }
    }
}

/// The sum to the last digit; none when a `Decimal` has fewer digits, whose own sum would drop some.
fn exact_sum(one: Decimal, other: Decimal) -> Option<Decimal> {
    let scale = one.scale().max(other.scale());
    let digits = |number: Decimal| number.mantissa().checked_mul(10_i128.pow(scale - number.scale()));
    let sum = digits(one)?.checked_add(digits(other)?)?;
    Decimal::try_from_i128_with_scale(sum, scale).ok()
}
