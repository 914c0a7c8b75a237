use super::{ExchangeError, expected};
use crate::math::sum_falling;
use crate::units::{ExpectedMoney, in_range, same_currency};

/// The cost of serving a customer, which falls with every time it is done: by a constant share whenever the number of
/// times doubles.
///
/// # Formula
///
/// ```text
/// cₙ = max(c₁ · n^(log₂ b), floor)
/// ```
///
/// ```math
/// c_n = c_1 n^{\log_2 b}
/// ```
///
/// where `b` is what a doubling leaves of the cost: 0.8 on an "80 % curve".
///
/// # Examples
///
/// ```
/// use customer_value::exchange::LearningCurve;
/// use customer_value::{Currency, ExpectedMoney};
///
/// let eur = |amount| ExpectedMoney::new(amount, Currency::EUR);
/// let curve = LearningCurve::new(eur(100.0)?, 0.8)?;
/// assert!((curve.cost(8)?.amount() - 51.2).abs() < 1e-9);
/// assert_eq!(curve.with_floor(eur(60.0)?)?.cost(8)?, eur(60.0)?);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "学习曲线")]
#[doc(alias = "experience curve")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct LearningCurve {
    first: ExpectedMoney,
    left_by_doubling: f64,
    floor: f64,
}

/// Four thousand million such costs still add up to a number.
const LARGEST: f64 = 1e290;

impl LearningCurve {
    /// The cost of the first time, and what each doubling leaves of it.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the cost lies from 0 to 1e290, and what is left is above 0 and at most 1, which is
    /// a cost that never falls.
    pub fn new(first: ExpectedMoney, left_by_doubling: f64) -> Result<Self, ExchangeError> {
        in_range("first cost", first.amount(), 0.0, LARGEST)?;
        in_range("what a doubling leaves of the cost", left_by_doubling, f64::MIN_POSITIVE, 1.0)?;
        Ok(Self { first, left_by_doubling, floor: 0.0 })
    }

    /// The same, but never below a cost that no experience removes.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] for another currency, [`ExchangeError::Unit`] unless the floor lies between zero and
    /// the first cost.
    pub fn with_floor(self, floor: ExpectedMoney) -> Result<Self, ExchangeError> {
        same_currency(self.first.currency(), floor.currency())?;
        let floor = in_range("floor of the cost", floor.amount(), 0.0, self.first.amount())?;
        Ok(Self { floor, ..self })
    }

    /// The cost of the n-th time.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] for the zeroth time.
    pub fn cost(&self, n: u32) -> Result<ExpectedMoney, ExchangeError> {
        let n = in_range("ordinal of a service", f64::from(n), 1.0, f64::from(u32::MAX))?;
        let cost = (self.first.amount() * n.powf(self.exponent())).max(self.floor);
        Ok(ExpectedMoney::known(cost, self.first.currency()))
    }

    /// The cost of the first n times together.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooLarge`].
    pub fn cumulative(&self, n: u32) -> Result<ExpectedMoney, ExchangeError> {
        let (exponent, n) = (self.exponent(), f64::from(n));
        let above_floor = self.times_above_floor().min(n);
        let learning = sum_falling(above_floor, |k| k.powf(exponent));
        let cost = self.first.amount() * learning + self.floor * (n - above_floor);
        expected("cumulative cost", cost, self.first.currency())
    }

    fn exponent(&self) -> f64 {
        self.left_by_doubling.log2()
    }

    /// How many times cost more than the floor; infinity where all do, or none reaches it.
    fn times_above_floor(&self) -> f64 {
        // Where a doubling leaves all of the cost, no number of times reaches a floor below it.
        if self.floor <= 0.0 || self.left_by_doubling >= 1.0 {
            return f64::INFINITY;
        }
        let reached = (self.floor / self.first.amount()).powf(self.exponent().recip());
        (reached.ceil() - 1.0).max(0.0)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    first: ExpectedMoney,
    left_by_doubling: f64,
    floor: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for LearningCurve {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        let floor = ExpectedMoney::new(raw.floor, raw.first.currency())?;
        Self::new(raw.first, raw.left_by_doubling)?.with_floor(floor)
    }
}
