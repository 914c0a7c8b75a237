use super::{ExchangeError, Market};
use crate::{
    chain::Chain,
    delivered::{Axes, Axis, AxisUnit, CostKind, Delivered, Sources},
    derivation::{Derivation, DerivationStep, DerivationUnit},
    units::{DiscountRate, ExpectedMoney, Probability, Span, Weights, in_range},
};

/// What being chosen earns.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Earnings {
    /// What a customer earns us in a period in which we are the one chosen; our present customers have chosen us for the
    /// period that begins now.
    pub margin: ExpectedMoney,
    /// How fast the future loses value.
    pub discount: DiscountRate,
    /// How long it takes until customers choose again.
    pub period: Span,
}

/// All customers of a market, and with whom they are today.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct CustomerBase {
    customers: f64,
    shares: Weights,
}

impl CustomerBase {
    /// So many customers, with the share of each offer in the market's order, ours first; last the share of those who buy
    /// from nobody, where that is possible.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the number of customers lies between 0 and 1e15.
    pub fn new(customers: f64, shares: Weights) -> Result<Self, ExchangeError> {
        const MOST: f64 = 1e15;
        Ok(Self { customers: in_range("number of customers", customers, 0.0, MOST)?, shares })
    }

    /// How many customers there are.
    pub const fn customers(&self) -> f64 {
        self.customers
    }

    /// With whom they are.
    pub const fn shares(&self) -> &Weights {
        &self.shares
    }
}

/// What the customers of a market are worth to us, ours and those whom we may yet win, and how that answers to our offer.
#[doc(alias = "顾客资产")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CustomerEquity {
    /// Whose worth it is.
    pub base: CustomerBase,
    /// Customer equity: the worth of all customers.
    pub total: ExpectedMoney,
    /// The worth of one customer, by with whom they are today: ours first, rivals', those who buy from nobody.
    pub worth: Vec<ExpectedMoney>,
    /// The probability that a customer of each comes to us next, for ours that they stay.
    pub chosen: Vec<Probability>,
    /// Our share in the long run; `None` where switching is so rare that it depends on the shares of today.
    pub long_run_share: Option<Probability>,
    /// How equity answers to what we deliver.
    pub gradient: EquityGradient,
}

impl CustomerEquity {
    /// How the total came about: customers, times the worth of each kind of customer by its share.
    pub fn derivation(&self) -> Derivation {
        let currency = self.total.currency();
        let customers = Derivation::known("customers", self.base.customers, DerivationUnit::Number);
        let kind = |(index, (share, worth)): (usize, (&f64, &ExpectedMoney))| {
            let share = Derivation::known("share of customers", *share, DerivationUnit::Share);
            let parts = [share, Derivation::money("worth of one", *worth)];
            let name = if index == 0 { "ours".to_owned() } else { format!("of alternative {index}") };
            Derivation::proven("", DerivationStep::Product, currency, parts).named(name)
        };
        let kinds = self.base.shares.as_slice().iter().zip(&self.worth).enumerate().map(kind);
        let mean = Derivation::proven("mean worth", DerivationStep::Sum, currency, kinds);
        Derivation::proven("customer equity", DerivationStep::Product, currency, [customers, mean])
    }

    /// What one customer of ours takes along by leaving, times the probability of leaving next.
    #[doc(alias = "worth at risk")]
    pub fn at_risk(&self) -> ExpectedMoney {
        let worth = self.worth[0];
        ExpectedMoney::known(worth.amount() * self.chosen[0].complement().get(), worth.currency())
    }
}

/// By how much customer equity grows for a unit more of value on an axis, for all customers: the exact derivative.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EquityGradient {
    /// In the currency of the margin, per unit of the axis.
    pub per_axis: Axes,
}

impl EquityGradient {
    /// The derivative in every cell of the benefit matrix: that of its axis.
    pub fn benefits(&self) -> Sources<Axes> {
        let Self { per_axis } = *self;
        Sources { product: per_axis, service: per_axis, people: per_axis, image: per_axis }
    }

    /// The derivative in a kind of cost of our offer: less of the axis to which it is charged.
    pub fn cost(&self, kind: CostKind, offer: &Delivered) -> f64 {
        -self.per_axis[offer.projection().axis(kind)]
    }
}

impl<U: AxisUnit> Market<U> {
    /// Customer equity, with its derivative in all that we deliver.
    ///
    /// # Formula
    ///
    /// ```text
    /// V = (I − P/(1+d))⁻¹ (m, 0, …, 0)ᵀ              worth of a customer by incumbent
    /// CE = N Σ πₖ Vₖ
    /// dCE/dxₐ = wₐ · N/(1+d) · Σ λₖ Pₖ₀ (V₀ − Σ Pₖⱼ Vⱼ)      λ = (I − P/(1+d))⁻ᵀ π
    /// ```
    ///
    /// ```math
    /// \frac{\partial CE}{\partial x_a} = \frac{w_a N}{1+d} \sum_k \lambda_k P_{k0} \Bigl(V_0 - \sum_j P_{kj} V_j\Bigr),
    /// \qquad \lambda = \Bigl(I - \tfrac{P}{1+d}\Bigr)^{-\top} \pi
    /// ```
    ///
    /// where `P` is [`Market::switching`], `m` the margin, `d` the discount rate over a period, `N` the number of customers,
    /// `π` their shares today and `w` the weights of the taste. The first margin falls now.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Chain`] when nothing is discounted, for a period without length, or unless there is a share for
    /// every alternative; [`ExchangeError::Money`] for amounts that are too large.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Score, ValueVector};
    /// use customer_value::exchange::{CustomerBase, Earnings, Market, Taste};
    /// use customer_value::{Currency, DiscountRate, ExpectedMoney, Span, Weights};
    ///
    /// let (own, rival) = (ValueVector::new([3.0, 4.0, 2.0], Score)?, ValueVector::new([4.0, 3.0, 2.0], Score)?);
    /// let market = Market::new(own, [rival], Taste::new([0.5, 0.3, 0.2], 1.5)?)?;
    /// let earnings = Earnings {
    ///     margin: ExpectedMoney::new(100.0, Currency::USD)?,
    ///     discount: DiscountRate::effective_annual(0.1)?,
    ///     period: Span::years(1.0)?,
    /// };
    /// let base = CustomerBase::new(1000.0, Weights::equal(2)?)?;
    /// let equity = market.equity(&earnings, &base)?;
    /// assert_eq!(equity.worth[0].to_string(), "597.30 USD");
    ///
    /// // What a point of each kind of value is worth.
    /// let gradient = equity.gradient.per_axis;
    /// assert!(gradient.economic > gradient.functional && gradient.functional > gradient.psychological);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # References
    ///
    /// Rust, Lemon and Zeithaml (2004), Journal of Marketing 68(1).
    pub fn equity(&self, earnings: &Earnings, base: &CustomerBase) -> Result<CustomerEquity, ExchangeError> {
        let Earnings { margin, discount, period } = *earnings;
        let chain = self.switching(period)?;
        chain.shares_after(&base.shares, 0)?;
        let mut rewards = vec![ExpectedMoney::zero(margin.currency()); chain.states()];
        rewards[0] = margin;
        let worth = chain.worth(&rewards, discount)?;
        let amounts: Vec<f64> = worth.iter().map(|worth| worth.amount()).collect();
        let steepness = base.customers * discount.factor(period) * answer(&chain, &amounts, discount, &base.shares);
        let weights = self.taste().weights();
        let per_axis = Axes::from([weights.economic, weights.functional, weights.psychological].map(|w| w * steepness));
        Ok(CustomerEquity {
            base: base.clone(),
            total: ExpectedMoney::new(base.customers * base.shares.mean(&amounts), margin.currency())?,
            worth,
            chosen: chain.rows().iter().map(|row| Probability::computed(row.as_slice()[0])).collect(),
            long_run_share: chain.stationary().ok().map(|shares| Probability::computed(shares.as_slice()[0])),
            gradient: EquityGradient { per_axis: finite(per_axis)? },
        })
    }
}

/// Σ λₖ Pₖ₀ (V₀ − Σ Pₖⱼ Vⱼ): what a util more for our offer moves, a period before it earns.
fn answer(chain: &Chain, worth: &[f64], discount: DiscountRate, shares: &Weights) -> f64 {
    // A chain that is discounted by nothing was refused with its worth.
    let Some(equations) = chain.discounted(discount) else { return 0.0 };
    let visits = equations.solve_transposed(shares.as_slice());
    let ahead: Vec<f64> = worth.iter().map(|other| worth[0] - other).collect();
    visits.iter().zip(chain.rows()).map(|(visits, row)| visits * row.as_slice()[0] * row.mean(&ahead)).sum()
}

fn finite(axes: Axes) -> Result<Axes, ExchangeError> {
    for axis in Axis::ALL {
        in_range("derivative of equity", axes[axis], f64::MIN, f64::MAX)?;
    }
    Ok(axes)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    customers: f64,
    shares: Weights,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for CustomerBase {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.customers, raw.shares)
    }
}
