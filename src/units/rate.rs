use super::{Day, Span, TimeUnit, UnitError, in_range};

/// How fast the future loses value: a discount rate that knows its compounding and its period.
///
/// Kept as the continuous force δ per day, so that a flow after `u` days is worth exp(−δ·u) today. A year is
/// 365.25 days.
///
/// # Formula
///
/// ```text
/// effective annual i:          δ = ln(1 + i) / 365.25
/// nominal j, m times a year:   δ = m · ln(1 + j/m) / 365.25
/// continuous c per unit:       δ = c / (days of the unit)
/// effective d per unit:        δ = ln(1 + d) / (days of the unit)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::{DiscountRate, Span, TimeUnit};
///
/// let rate = DiscountRate::effective_annual(0.12)?;
/// assert!((rate.factor(Span::years(1.0)?) - 1.0 / 1.12).abs() < 1e-15);
///
/// // The published CDNOW studies state 15 % a year as 0.0027 a week.
/// let weekly = DiscountRate::continuous(0.0027, TimeUnit::Week)?;
/// assert!((weekly.annual() - 0.15).abs() < 0.002);
/// # Ok::<(), customer_value::UnitError>(())
/// ```
#[doc(alias = "折现率")]
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Raw", into = "Raw"))]
pub struct DiscountRate {
    force_per_day: f64,
}

/// How often a nominal rate is compounded within a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Compounding {
    /// Once a year.
    Annual,
    /// Twice a year.
    SemiAnnual,
    /// Four times a year.
    Quarterly,
    /// Twelve times a year.
    Monthly,
    /// 365 times a year.
    Daily,
}

impl Compounding {
    /// How many times a year interest is added.
    pub const fn times_a_year(self) -> f64 {
        match self {
            Self::Annual => 1.0,
            Self::SemiAnnual => 2.0,
            Self::Quarterly => 4.0,
            Self::Monthly => 12.0,
            Self::Daily => 365.0,
        }
    }
}

/// 1,000 % a period: 12 is hardly meant, where 0.12 is 12 %.
const MOST_RATE: f64 = 10.0;

impl DiscountRate {
    /// No discounting: a flow keeps its value.
    pub const ZERO: Self = Self { force_per_day: 0.0 };

    /// A rate per year that already contains its compounding: 0.12 is 12 % a year.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the rate lies between 0 and 10 (0.12 is 12 %, 10 is 1,000 %).
    pub fn effective_annual(rate: f64) -> Result<Self, UnitError> {
        Self::per_unit(rate, TimeUnit::Year)
    }

    /// A nominal rate per year, compounded as stated.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the rate lies between 0 and 10 (0.12 is 12 %, 10 is 1,000 %).
    pub fn nominal(rate: f64, compounding: Compounding) -> Result<Self, UnitError> {
        let rate = in_range("nominal discount rate", rate, 0.0, MOST_RATE)?;
        let times = compounding.times_a_year();
        Self::from_force(times * (rate / times).ln_1p() / TimeUnit::Year.days())
    }

    /// A continuous rate (force of interest) per unit of time.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the force per day is 0 or lies between 1e-100 and 1e6.
    pub fn continuous(force: f64, per: TimeUnit) -> Result<Self, UnitError> {
        Self::from_force(force / per.days())
    }

    /// An effective rate per unit of time: 0.01 per [`TimeUnit::Month`] is 1 % a month.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless the rate lies between 0 and 10 (0.12 is 12 %, 10 is 1,000 %).
    pub fn per_unit(rate: f64, per: TimeUnit) -> Result<Self, UnitError> {
        let rate = in_range("discount rate", rate, 0.0, MOST_RATE)?;
        Self::from_force(rate.ln_1p() / per.days())
    }

    fn from_force(force_per_day: f64) -> Result<Self, UnitError> {
        /// A force this small never takes anything away, but its inverse would overflow.
        const LEAST: f64 = 1e-100;
        const MOST: f64 = 1e6;
        let least = if force_per_day > 0.0 { LEAST } else { 0.0 };
        let force_per_day = in_range("discount force per day", force_per_day, least, MOST)? + 0.0;
        Ok(Self { force_per_day })
    }

    /// The continuous force δ, per day.
    pub const fn force_per_day(self) -> f64 {
        self.force_per_day
    }

    /// The effective rate per year.
    pub fn annual(self) -> f64 {
        (self.force_per_day * TimeUnit::Year.days()).exp_m1()
    }

    /// The effective rate over a period: what d means in formulas that count periods.
    ///
    /// # Formula
    ///
    /// ```text
    /// d = exp(δ · period) − 1
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnitError`] when the rate is too large for a number.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{DiscountRate, Span};
    ///
    /// let rate = DiscountRate::effective_annual(0.21)?;
    /// assert!((rate.over(Span::years(0.5)?)? - 0.1).abs() < 1e-15);
    /// # Ok::<(), customer_value::UnitError>(())
    /// ```
    pub fn over(self, period: Span) -> Result<f64, UnitError> {
        in_range("discount rate", (self.force_per_day * period.as_days()).exp_m1(), 0.0, f64::MAX)
    }

    /// What one unit of money received after `delay` is worth today.
    pub fn factor(self, delay: Span) -> f64 {
        (-self.force_per_day * delay.as_days()).exp()
    }

    /// What one unit of money loses by a `delay`: one minus the factor, with all digits of a small loss.
    pub(crate) fn loss(self, delay: Span) -> f64 {
        -(-self.force_per_day * delay.as_days()).exp_m1()
    }
}

/// The stored form: its unit stands beside the number.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    force_per_day: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for DiscountRate {
    type Error = UnitError;

    fn try_from(raw: Raw) -> Result<Self, UnitError> {
        Self::from_force(raw.force_per_day)
    }
}

#[cfg(feature = "serde")]
impl From<DiscountRate> for Raw {
    fn from(rate: DiscountRate) -> Self {
        Self { force_per_day: rate.force_per_day }
    }
}

/// How far into the future a forecast looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Horizon {
    /// Up to this span from now.
    Within(Span),
    /// For as long as the customer stays.
    Lifetime,
}

impl Horizon {
    /// The span of `months` calendar months that follow `from`.
    ///
    /// A month end is clamped: one month after 31 January is the last day of February. Twelve months are 365 or 366 days,
    /// where [`TimeUnit::Year`] is 365.25; models that count periods of months or years allow for that.
    ///
    /// # Errors
    ///
    /// [`DateError`](super::DateError) when the end lies outside the calendar.
    pub fn months(months: u32, from: Day) -> Result<Self, super::DateError> {
        let end = from.plus_months(months)?;
        Ok(Self::Within(Span::between(from, end).unwrap_or(Span::ZERO)))
    }

    /// How far it reaches; `None` for a lifetime.
    pub const fn span(self) -> Option<Span> {
        match self {
            Self::Within(span) => Some(span),
            Self::Lifetime => None,
        }
    }
}
