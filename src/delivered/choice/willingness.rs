use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use super::estimate::confidence;
use super::{ConditionalLogit, LogitError, LogitFit};
use crate::math::two_sided_quantile;
use crate::units::{Currency, ExpectedMoney, MoneyError, Probability, Seed, UnitError};

/// What one more unit of an attribute is worth to customers in money, as far as their choices tell.
///
/// It is positive for what customers want and negative for what they avoid: where a minute costs them 0.05 utils and a
/// yuan 0.02, one more minute is worth −2.5 yuan, and a minute saved is worth 2.5.
///
/// # Formula
///
/// ```text
/// w = −β_attribute / β_price
/// error² = (Var β_attribute + 2 w Cov(β_attribute, β_price) + w² Var β_price) / β_price²
/// ```
///
/// ```math
/// w = -\frac{\beta_{\text{attribute}}}{\beta_{\text{price}}}
/// ```
///
/// where `β` are the utilities of a unit of the attribute and of a major unit of the currency, in which the price is
/// given to the model.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{ConditionalLogit, ObservedChoices, Situation};
/// use customer_value::{Currency, Probability, Seed};
///
/// let at = |premium: f64| vec![vec![premium, 1.0], vec![0.0, 0.0]];
/// let rows = [(1.0, 0, 30), (1.0, 1, 10), (2.0, 0, 10), (2.0, 1, 30)];
/// let situations = rows.map(|(premium, chosen, count)| Situation { alternatives: at(premium), chosen, count });
/// let fit = ConditionalLogit::fit(&ObservedChoices::new(["price", "better"], situations)?)?;
///
/// let better = fit.willingness_to_pay("better", "price", Currency::USD)?;
/// assert_eq!(better.amount().to_string(), "1.50 USD");
/// let interval = better.krinsky_robb(Probability::new(0.95)?, 10_000, Seed::new(1))?;
/// assert!(interval.low.amount() > 1.2 && interval.high.amount() < 1.8);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Train (2009), *Discrete choice methods with simulation*, section 3.3; Krinsky & Robb (1986), *On approximating the
/// statistical properties of elasticities*.
#[doc(alias = "WTP")]
#[doc(alias = "value of time")]
#[doc(alias = "支付意愿")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WillingnessToPay {
    amount: ExpectedMoney,
    standard_error: ExpectedMoney,
    attribute: f64,
    price: f64,
    attribute_variance: f64,
    price_variance: f64,
    covariance: f64,
}

/// The amounts that the data support at some level of confidence, from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MoneyInterval {
    /// The lower end.
    pub low: ExpectedMoney,
    /// The upper end; not below the lower, and in its currency.
    pub high: ExpectedMoney,
}

/// Why there is no willingness to pay.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WillingnessError {
    /// The model does not know an attribute.
    #[error(transparent)]
    Attribute(#[from] LogitError),
    /// Customers who do not mind paying have no price for anything.
    #[error("the coefficient of {price} is {coefficient}, expected one below 0")]
    PriceNotNegative {
        /// The name of the price.
        price: String,
        /// Its coefficient.
        coefficient: f64,
    },
    /// The amount is too large for a number.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// An interval has a level above 0 and below 1.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// An interval needs draws, which are held in memory.
    #[error("{draws} draws, expected 1 to {}", WillingnessToPay::MOST_DRAWS)]
    Draws {
        /// How many were asked for.
        draws: u32,
    },
    /// The data do not tell well enough that customers mind paying.
    #[error("the coefficient of the price is not below 0 in {not_negative} of {draws} draws: the interval has no end")]
    Unbounded {
        /// In how many draws more customers would pay for its own sake.
        not_negative: u32,
        /// Of how many.
        draws: u32,
    },
}

impl std::fmt::Display for WillingnessToPay {
    /// Writes `1.50 USD ± 0.12 USD`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ± {}", self.amount, self.standard_error)
    }
}

impl std::fmt::Display for MoneyInterval {
    /// Writes `1.20 USD to 1.80 USD`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.low, self.high)
    }
}

impl ConditionalLogit {
    /// What one more unit of an attribute is worth, in the currency of the price: negative for what customers avoid,
    /// see [`WillingnessToPay`].
    ///
    /// # Errors
    ///
    /// [`WillingnessError::Attribute`] when the model knows no such attribute or price,
    /// [`WillingnessError::PriceNotNegative`] unless a higher price is worse, [`WillingnessError::Money`] when the
    /// amount is too large.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Currency;
    /// use customer_value::delivered::ConditionalLogit;
    ///
    /// let commuters = ConditionalLogit::new([("minutes", -0.05), ("price", -0.02)])?;
    /// let minute = commuters.willingness_to_pay("minutes", "price", Currency::new("CNY")?)?;
    /// assert_eq!(minute.to_string(), "-2.50 CNY");
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn willingness_to_pay(
        &self,
        attribute: &str,
        price: &str,
        currency: Currency,
    ) -> Result<ExpectedMoney, WillingnessError> {
        let worth = self.coefficient(attribute)?;
        let coefficient = self.coefficient(price)?;
        if coefficient < 0.0 {
            Ok(ExpectedMoney::new(ratio(worth, coefficient), currency)?)
        } else {
            Err(WillingnessError::PriceNotNegative { price: price.into(), coefficient })
        }
    }
}

impl LogitFit {
    /// What one more unit of an attribute is worth, in the currency of the price, with what the data say of it.
    ///
    /// # Errors
    ///
    /// As [`ConditionalLogit::willingness_to_pay`].
    pub fn willingness_to_pay(
        &self,
        attribute: &str,
        price: &str,
        currency: Currency,
    ) -> Result<WillingnessToPay, WillingnessError> {
        let amount = self.model().willingness_to_pay(attribute, price, currency)?;
        let (of, by) = (self.model().position(attribute)?, self.model().position(price)?);
        let (worth, cost) = (self.model().coefficients()[of], self.model().coefficients()[by]);
        let (attribute_variance, price_variance) = (self.covariance_of(of, of), self.covariance_of(by, by));
        let covariance = self.covariance_of(of, by);
        let (attribute, price) = (worth, cost);
        let mut estimate = WillingnessToPay {
            amount,
            standard_error: ExpectedMoney::zero(currency),
            attribute,
            price,
            attribute_variance,
            price_variance,
            covariance,
        };
        estimate.standard_error = ExpectedMoney::new(estimate.delta_error(), currency)?;
        Ok(estimate)
    }
}

impl WillingnessToPay {
    /// The most draws of [`krinsky_robb`](Self::krinsky_robb): they tell the ends of a 95 % interval to 0.1 % of its
    /// width.
    pub const MOST_DRAWS: u32 = 1_000_000;

    /// The estimate, per unit of the attribute.
    pub const fn amount(&self) -> ExpectedMoney {
        self.amount
    }

    /// Its standard error by the delta method: that of the ratio made straight at the estimates.
    pub const fn standard_error(&self) -> ExpectedMoney {
        self.standard_error
    }

    /// The interval by the delta method: amount ∓ z · error, with P(|Z| ≤ z) = `level` for a standard normal Z. It is
    /// symmetric, which a ratio is not: where the coefficient of the price is uncertain, prefer
    /// [`krinsky_robb`](Self::krinsky_robb).
    ///
    /// # Errors
    ///
    /// [`WillingnessError::Unit`] for a level of 0 or 1, [`WillingnessError::Money`] when an end is too large.
    pub fn interval(&self, level: Probability) -> Result<MoneyInterval, WillingnessError> {
        let width = self.standard_error.checked_mul(two_sided_quantile(confidence(level)?))?;
        Ok(MoneyInterval { low: self.amount.checked_sub(width)?, high: self.amount.checked_add(width)? })
    }

    /// The interval of Krinsky and Robb: coefficients are drawn from the normal distribution of the estimates, and
    /// (1 − level) / 2 of the draws are cut off at either end.
    ///
    /// Equal seeds give equal intervals. Where a drawn coefficient of the price is not below zero, no price is too
    /// high: the draw counts beyond all others, upward if the attribute is wanted and downward if not. Ten thousand
    /// draws tell the ends of a 95 % interval to some 1 % of its width.
    ///
    /// # Errors
    ///
    /// [`WillingnessError::Unit`] for a level of 0 or 1, [`WillingnessError::Draws`] unless there are 1 to
    /// [`MOST_DRAWS`](Self::MOST_DRAWS), [`WillingnessError::Unbounded`] when such draws reach an end,
    /// [`WillingnessError::Money`] when an end is too large.
    pub fn krinsky_robb(&self, level: Probability, draws: u32, seed: Seed) -> Result<MoneyInterval, WillingnessError> {
        let level = confidence(level)?;
        if !(1..=Self::MOST_DRAWS).contains(&draws) {
            return Err(WillingnessError::Draws { draws });
        }
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed.get());
        let drawn: Vec<(f64, f64)> = (0..draws).map(|_| self.draw(&mut generator)).collect();
        let worth = |&(attribute, price): &(f64, f64)| {
            if price < 0.0 { ratio(attribute, price) } else { f64::INFINITY.copysign(attribute) }
        };
        let mut worths: Vec<f64> = drawn.iter().map(worth).collect();
        worths.sort_unstable_by(f64::total_cmp);

        let cut = cut_off(level, draws);
        let (low, high) = (worths[cut], worths[draws as usize - 1 - cut]);
        let not_negative = drawn.iter().map(|(_, price)| u32::from(*price >= 0.0)).sum();
        if not_negative > 0 && !(low.is_finite() && high.is_finite()) {
            return Err(WillingnessError::Unbounded { not_negative, draws });
        }
        let money = |amount| ExpectedMoney::new(amount, self.amount.currency());
        Ok(MoneyInterval { low: money(low)?, high: money(high)? })
    }

    /// By the variances of the coefficients relative to their squares: units of the price and of the attribute cancel
    /// before anything is squared, and of a price in terms of itself nothing is left.
    fn delta_error(&self) -> f64 {
        let relative = |covariance: f64, one: f64, other: f64| covariance / one / other;
        let attribute = relative(self.attribute_variance, self.attribute, self.attribute);
        let price = relative(self.price_variance, self.price, self.price);
        let both = relative(self.covariance, self.attribute, self.price);
        let square = attribute + price - 2.0 * both;
        if square.is_finite() {
            // Of a form that is not negative, rounding may leave less than zero.
            self.attribute.abs() * square.max(0.0).sqrt() / self.price.abs()
        } else {
            // Beside an attribute that is worth nothing, what the price adds vanishes.
            self.attribute_variance.sqrt() / self.price.abs()
        }
    }

    /// Coefficients of the attribute and of the price, by the triangular root of their covariance.
    fn draw(&self, generator: &mut Xoshiro256PlusPlus) -> (f64, f64) {
        let (first, second): (f64, f64) = (StandardNormal.sample(generator), StandardNormal.sample(generator));
        let price_error = self.price_variance.sqrt();
        let shared = self.covariance / price_error;
        // Nothing is left, but for rounding, of a price in terms of itself.
        let own = (self.attribute_variance - shared * shared).max(0.0).sqrt();
        (self.attribute + shared * first + own * second, self.price + price_error * first)
    }
}

/// How many draws are cut off at either end, so that one is left.
fn cut_off(level: f64, draws: u32) -> usize {
    /// One minus a level such as 0.9 misses its decimals by 1e-17, and a tenth of 100 draws would be 9 of them.
    const ROUNDING: f64 = 1e-9;
    let cut = (0.5 * (1.0 - level) * f64::from(draws) + ROUNDING).floor().min(f64::from((draws - 1) / 2));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to half of the draws")]
    let cut = cut as usize;
    cut
}

/// −attribute / price, without a negative zero.
fn ratio(attribute: f64, price: f64) -> f64 {
    -attribute / price + 0.0
}
