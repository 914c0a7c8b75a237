use crate::units::{DiscountRate, ExpectedMoney, Span};

/// What it is worth today that a margin comes at another time; negative when it comes later.
///
/// # Formula
///
/// ```text
/// m · (δ^t₁ − δ^t₂)        δ = 1 / (1 + d)
/// ```
///
/// where `t₂` is when the margin would have come (`from`) and `t₁` when it comes (`to`).
///
/// # Examples
///
/// ```
/// use customer_value::exchange::acceleration_value;
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Span};
///
/// let margin = ExpectedMoney::new(10_000.0, Currency::CNY)?;
/// let discount = DiscountRate::effective_annual(0.1)?;
/// let won = acceleration_value(margin, Span::years(1.0)?, Span::ZERO, discount);
/// assert_eq!(won.to_string(), "909.09 CNY");
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "提前客戶購買時間")]
pub fn acceleration_value(margin: ExpectedMoney, from: Span, to: Span, discount: DiscountRate) -> ExpectedMoney {
    // By the span between the two, so that a small shift keeps all its digits.
    let [sooner, later] = if to <= from { [to, from] } else { [from, to] };
    let between = Span::known(later.as_days() - sooner.as_days());
    let gain = margin.amount() * discount.factor(sooner) * discount.loss(between);
    ExpectedMoney::known(if to <= from { gain } else { -gain }, margin.currency())
}
