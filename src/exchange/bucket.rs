use super::ExchangeError;
use super::retention::{Retention, geometric};
use crate::units::in_range;

/// More customers than there are people, few enough that no count of them overflows.
const MOST_CUSTOMERS: f64 = 1e15;

/// A stock of customers that leaks and is refilled: a share stays each period, and a number joins.
///
/// # Formula
///
/// ```text
/// N' = r·N + a        steady state N* = a / (1 − r)        after n periods N·rⁿ + a·(1 − rⁿ)/(1 − r)
/// ```
///
/// where `r` is the retention, `a` the customers acquired a period and `N*` the steady state.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{LeakyBucket, Retention};
/// use customer_value::{Probability, Span};
///
/// let retention = Retention::new(Probability::new(0.8)?, Span::years(1.0)?)?;
/// let bucket = LeakyBucket::new(retention, 200.0)?;
/// assert!((bucket.steady_state().ok_or("no steady state")? - 1_000.0).abs() < 1e-9);
/// assert_eq!(bucket.next(500.0)?, 600.0);
/// assert!((retention.hold_level(500.0)? - 100.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "漏桶")]
#[doc(alias = "leaky bucket")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct LeakyBucket {
    retention: Retention,
    acquired: f64,
}

impl LeakyBucket {
    /// A bucket that so many customers join each period.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the number lies between 0 and 1e15.
    pub fn new(retention: Retention, acquired: f64) -> Result<Self, ExchangeError> {
        Ok(Self { retention, acquired: customers("acquired customers", acquired)? })
    }

    /// Who stays.
    pub const fn retention(&self) -> Retention {
        self.retention
    }

    /// How many join each period.
    pub const fn acquired(&self) -> f64 {
        self.acquired
    }

    /// The stock one period after a `stock`.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the stock lies between 0 and 1e15.
    pub fn next(&self, stock: f64) -> Result<f64, ExchangeError> {
        let stock = customers("stock of customers", stock)?;
        Ok(self.retention.rate().get() * stock + self.acquired)
    }

    /// The stock so many periods after a `stock`.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub fn after(&self, stock: f64, periods: u32) -> Result<f64, ExchangeError> {
        let stock = customers("stock of customers", stock)?;
        let joined = self.acquired * geometric(self.retention.churn().get(), periods.into());
        Ok(stock * self.retention.survival(periods).get() + joined)
    }

    /// The stock after one period, after two, and so on.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub fn path(&self, stock: f64, periods: u16) -> Result<Vec<f64>, ExchangeError> {
        let mut stock = customers("stock of customers", stock)?;
        let step = |_| {
            stock = self.retention.rate().get() * stock + self.acquired;
            stock
        };
        Ok((0..periods).map(step).collect())
    }

    /// The stock that stays as it is; `None` when nobody leaves, since then there is none, or any is.
    pub fn steady_state(&self) -> Option<f64> {
        self.retention.expected_periods().map(|periods| self.acquired * periods)
    }

    /// After how many periods half of any gap to the steady state is closed; `None` when nobody leaves.
    ///
    /// # Formula
    ///
    /// ```text
    /// ln ½ / ln r
    /// ```
    pub fn half_life(&self) -> Option<f64> {
        let churn = self.retention.churn().get();
        (churn > 0.0).then(|| -std::f64::consts::LN_2 / (-churn).ln_1p())
    }
}

impl Retention {
    /// How many customers must join each period to hold a `stock` of them.
    ///
    /// # Formula
    ///
    /// ```text
    /// (1 − r) · N
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the stock lies between 0 and 1e15.
    pub fn hold_level(&self, stock: f64) -> Result<f64, ExchangeError> {
        Ok(self.churn().get() * customers("stock of customers", stock)?)
    }
}

fn customers(quantity: &'static str, count: f64) -> Result<f64, ExchangeError> {
    Ok(in_range(quantity, count, 0.0, MOST_CUSTOMERS)?)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    retention: Retention,
    acquired: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for LeakyBucket {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.retention, raw.acquired)
    }
}
