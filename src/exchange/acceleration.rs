use crate::units::{DiscountRate, ExpectedMoney, Span};

/// A purchase that comes at another time than it would have.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::Acceleration;
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Span};
///
/// let a_year_earlier = Acceleration { from: Span::years(1.0)?, to: Span::ZERO };
/// let margin = ExpectedMoney::new(10_000.0, Currency::CNY)?;
/// let won = a_year_earlier.value(margin, DiscountRate::effective_annual(0.1)?);
/// assert_eq!(won.to_string(), "909.09 CNY");
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "提前客戶購買時間")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Acceleration {
    /// How long from now it would have come.
    pub from: Span,
    /// How long from now it comes.
    pub to: Span,
}

impl Acceleration {
    /// What it is worth today that a margin comes at another time; negative when it comes later.
    ///
    /// # Formula
    ///
    /// ```text
    /// m · (δ^t₁ − δ^t₂)        δ = 1 / (1 + d)
    /// ```
    ///
    /// where `t₂` is when the margin would have come (`from`) and `t₁` when it comes (`to`).
    pub fn value(&self, margin: ExpectedMoney, discount: DiscountRate) -> ExpectedMoney {
        // By the span between the two, so that a small shift keeps all its digits.
        let [sooner, later] = if self.to <= self.from { [self.to, self.from] } else { [self.from, self.to] };
        let between = Span::known(later.as_days() - sooner.as_days());
        let gain = margin.amount() * discount.factor(sooner) * discount.loss(between);
        let signed = if self.to <= self.from { gain } else { -gain };
        // A loss of nothing is nothing, not −0.
        ExpectedMoney::known(signed + 0.0, margin.currency())
    }
}
