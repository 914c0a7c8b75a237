use super::leverage::ChurnCut;
use super::retention::{FirstMargin, Relationship};
use super::{ExchangeError, expected, finite};
use crate::units::{ExpectedMoney, Probability, in_range, same_currency};

/// What one customer yields a period, and what winning them costs.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::UnitEconomics;
/// use customer_value::{Currency, ExpectedMoney};
///
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let economics = UnitEconomics::new(usd(100.0)?, usd(250.0)?)?;
/// assert_eq!(economics.acquisition_cost().amount(), 250.0);
/// assert!(UnitEconomics::new(usd(0.0)?, usd(250.0)?).is_err());
/// # Ok::<(), customer_value::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct UnitEconomics {
    margin: ExpectedMoney,
    acquisition_cost: ExpectedMoney,
}

impl UnitEconomics {
    /// A margin a period, and the cost of acquiring the customer.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Money`] when currencies differ, [`ExchangeError::Unit`] unless the margin is positive and the
    /// cost not negative.
    pub fn new(margin: ExpectedMoney, acquisition_cost: ExpectedMoney) -> Result<Self, ExchangeError> {
        same_currency(margin.currency(), acquisition_cost.currency())?;
        in_range("margin", margin.amount(), f64::MIN_POSITIVE, f64::MAX)?;
        in_range("acquisition cost", acquisition_cost.amount(), 0.0, f64::MAX)?;
        Ok(Self { margin, acquisition_cost })
    }

    /// What a customer yields a period.
    pub const fn margin(&self) -> ExpectedMoney {
        self.margin
    }

    /// What winning a customer costs.
    pub const fn acquisition_cost(&self) -> ExpectedMoney {
        self.acquisition_cost
    }

    fn profit(&self, multiple: f64) -> Result<ExpectedMoney, ExchangeError> {
        let profit = self.margin.amount() * multiple - self.acquisition_cost.amount();
        expected("profit", profit, self.margin.currency())
    }
}

/// A claim such as "5 % less churn doubles profit": a cut of churn, and the uplift it is said to bring.
///
/// Profit is that of one customer: margin times multiple, less acquisition cost. The cut itself is taken to be free,
/// which favours the claim.
///
/// # Examples
///
/// ```
/// use customer_value::exchange::{Claim, ClaimVerdict, FirstMargin, Relationship, Retention, UnitEconomics};
/// use customer_value::{Currency, DiscountRate, ExpectedMoney, Probability, Span};
///
/// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let relationship = Relationship {
///     retention: Retention::new(Probability::new(0.9)?, Span::years(1.0)?)?,
///     discount: DiscountRate::effective_annual(0.1)?,
///     first_margin: FirstMargin::Now,
/// };
/// let slogan = Claim::five_points_double();
///
/// // At 10 % a year, five points bring a third.
/// let check = slogan.check(&relationship, &UnitEconomics::new(usd(100.0)?, usd(0.0)?)?)?;
/// assert_eq!(check.verdict, ClaimVerdict::FallsShort);
/// assert!((check.uplift.ok_or("no uplift")? - 1.0 / 3.0).abs() < 1e-12);
///
/// // Where acquisition eats up most of the margins, any gain is large beside what is left.
/// let check = slogan.check(&relationship, &UnitEconomics::new(usd(100.0)?, usd(450.0)?)?)?;
/// assert_eq!(check.verdict, ClaimVerdict::HoldsByAcquisitionCost);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Reichheld & Sasser (1990), *Zero defections*.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedClaim"))]
pub struct Claim {
    cut: ChurnCut,
    uplift: f64,
}

/// What one's own numbers say about a [`Claim`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ClaimCheck {
    /// Profit per customer at the present churn.
    pub profit_before: ExpectedMoney,
    /// Profit per customer after the cut.
    pub profit_after: ExpectedMoney,
    /// By which share of itself profit grows; `None` when there is no profit to grow.
    pub uplift: Option<f64>,
    /// The same without acquisition cost; `None` when nobody stays for a first margin.
    pub uplift_of_margins: Option<f64>,
    /// Whether the claim is true.
    pub verdict: ClaimVerdict,
}

/// Whether a [`Claim`] is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ClaimVerdict {
    /// It is true, and would be without any acquisition cost.
    Holds,
    /// It is true only because acquisition has taken most of the profit: a small gain is large beside little.
    HoldsByAcquisitionCost,
    /// The cut brings less than claimed.
    FallsShort,
    /// There is no profit before the cut, so that no multiple of it says anything.
    NoProfitBefore,
}

impl std::fmt::Display for ClaimVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Holds => "holds",
            Self::HoldsByAcquisitionCost => "holds by acquisition cost",
            Self::FallsShort => "falls short",
            Self::NoProfitBefore => "no profit before",
        })
    }
}

/// Retention rates from one to another; at an end itself, profit may be zero or without limit.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RetentionRange {
    /// The lowest rate.
    pub from: Probability,
    /// The highest rate.
    pub to: Probability,
}

impl Claim {
    /// A cut of churn that is said to raise profit by a share `uplift`: 1 doubles it.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless the uplift is positive and finite.
    pub fn new(cut: ChurnCut, uplift: f64) -> Result<Self, ExchangeError> {
        Ok(Self { cut, uplift: in_range("claimed uplift", uplift, f64::MIN_POSITIVE, f64::MAX)? })
    }

    /// Five points less churn double profit, as the claim was first made.
    pub fn five_points_double() -> Self {
        Self { cut: ChurnCut::Points(Probability::computed(0.05)), uplift: 1.0 }
    }

    /// Five percent less churn double profit, as the claim is often repeated.
    pub fn five_percent_double() -> Self {
        Self { cut: ChurnCut::Relative(Probability::computed(0.05)), uplift: 1.0 }
    }

    /// The cut.
    pub const fn cut(&self) -> ChurnCut {
        self.cut
    }

    /// The share by which profit is said to grow.
    pub const fn uplift(&self) -> f64 {
        self.uplift
    }

    /// Whether the claim is true of a relationship with these economics.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::CutExceedsChurn`], [`ExchangeError::GrowthOutrunsDiscount`] when nobody leaves any more and
    /// nothing is discounted, [`ExchangeError::TooLarge`].
    pub fn check(&self, relationship: &Relationship, economics: &UnitEconomics) -> Result<ClaimCheck, ExchangeError> {
        let before = relationship.multiple()?;
        let (after, uplift_of_margins) = match relationship.leverage(self.cut) {
            Ok(leverage) => (leverage.multiple_after, Some(leverage.uplift)),
            Err(ExchangeError::ZeroBase { .. }) => (self.after_nothing(relationship)?, None),
            Err(error) => return Err(error),
        };
        let (profit_before, profit_after) = (economics.profit(before)?, economics.profit(after)?);
        // Profit is a share of margins; the gain is that of margins, of which acquisition takes nothing.
        let uplift = match uplift_of_margins {
            Some(gain) if profit_before.amount() > 0.0 => {
                let margins = economics.margin.amount() * before;
                Some(finite("uplift", gain * (margins / profit_before.amount()))?)
            }
            _ => None,
        };
        let verdict = self.verdict(uplift, uplift_of_margins);
        Ok(ClaimCheck { profit_before, profit_after, uplift, uplift_of_margins, verdict })
    }

    fn after_nothing(&self, relationship: &Relationship) -> Result<f64, ExchangeError> {
        let rate = self.cut.apply(relationship.retention.churn())?.complement();
        let retention = super::Retention::new(rate, relationship.retention.period())?;
        Relationship { retention, ..*relationship }.multiple()
    }

    fn verdict(&self, uplift: Option<f64>, of_margins: Option<f64>) -> ClaimVerdict {
        /// The slogan's own case, 0.9 and 0.05, are no floats: its uplift misses 1 by a few ulps.
        const ROUNDING: f64 = 1e-12;
        let reached = |uplift: f64| uplift >= self.uplift * (1.0 - ROUNDING);
        match uplift {
            None => ClaimVerdict::NoProfitBefore,
            Some(uplift) if !reached(uplift) => ClaimVerdict::FallsShort,
            Some(_) if of_margins.is_some_and(reached) => ClaimVerdict::Holds,
            Some(_) => ClaimVerdict::HoldsByAcquisitionCost,
        }
    }

    /// The retention rates for which the claim is true, all else as in the relationship; at most two ranges, ascending.
    ///
    /// There can be two: customers who hardly leave, of whom a few points of churn are a large share, and customers
    /// who hardly pay for their acquisition, so that any gain is large beside what is left.
    ///
    /// # Formula
    ///
    /// ```text
    /// gain ≥ u · profit    ⇔    ΔL ≥ u · L' · (1 − β·L)        where profit > 0 ⇔ β·L < 1
    /// ```
    ///
    /// where `L` = 1 − r/(1 + d) is what a period takes from a margin, `L'` the same after the cut, `u` the claimed
    /// uplift and `β` the acquisition cost in margins, plus one when the first margin falls after one period. Both are
    /// linear in churn, so that the ends are roots of a quadratic.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::TooLarge`] when the acquisition cost is too many margins.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::exchange::{Claim, FirstMargin, Relationship, Retention, UnitEconomics};
    /// use customer_value::{Currency, DiscountRate, ExpectedMoney, Probability, Span};
    ///
    /// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
    /// let undiscounted = Relationship {
    ///     retention: Retention::new(Probability::new(0.8)?, Span::years(1.0)?)?,
    ///     discount: DiscountRate::ZERO,
    ///     first_margin: FirstMargin::Now,
    /// };
    /// let economics = UnitEconomics::new(usd(100.0)?, usd(0.0)?)?;
    ///
    /// // Five points double profit only where they are at least half of the churn.
    /// let ranges = Claim::five_points_double().holds_for(&undiscounted, &economics)?;
    /// assert!((ranges[0].from.get() - 0.90).abs() < 1e-12 && (ranges[0].to.get() - 0.95).abs() < 1e-12);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn holds_for(
        &self,
        relationship: &Relationship,
        economics: &UnitEconomics,
    ) -> Result<Vec<RetentionRange>, ExchangeError> {
        let (keep, loss) = (relationship.factor(), relationship.loss());
        let costs = economics.acquisition_cost.amount() / economics.margin.amount()
            + f64::from(u8::from(relationship.first_margin == FirstMargin::AfterOnePeriod));
        let excess = self.excess(keep, loss, costs);
        for coefficient in excess {
            finite("acquisition cost in margins", coefficient)?;
        }
        let least = match self.cut {
            ChurnCut::Points(cut) => cut.get(),
            ChurnCut::Relative(_) => 0.0,
        };
        // Profit before the cut is positive below this churn.
        let most = if costs * loss >= 1.0 { 0.0 } else { ((costs.recip() - loss) / keep).min(1.0) };
        let ranges = where_not_negative(excess, [least, most]);
        let rate = |churn: f64| Probability::computed(churn).complement();
        Ok(ranges.into_iter().rev().map(|[low, high]| RetentionRange { from: rate(high), to: rate(low) }).collect())
    }

    /// ΔL − u·L'·(1 − β·L) as a polynomial of churn, constant term first, where L = loss + keep·churn.
    fn excess(&self, keep: f64, loss: f64, beta: f64) -> [f64; 3] {
        let u = self.uplift;
        // ΔL = gain[0] + gain[1]·churn, and L' = L − ΔL.
        let gain = match self.cut {
            ChurnCut::Points(cut) => [keep * cut.get(), 0.0],
            ChurnCut::Relative(share) => [0.0, keep * share.get()],
        };
        let after = [loss - gain[0], keep - gain[1]];
        let profit = [1.0 - beta * loss, -beta * keep];
        [
            gain[0] - u * after[0] * profit[0],
            gain[1] - u * (after[0] * profit[1] + after[1] * profit[0]),
            -u * after[1] * profit[1],
        ]
    }
}

/// The parts of an interval where a quadratic, constant term first, is not negative; single points are left out.
fn where_not_negative(quadratic: [f64; 3], [low, high]: [f64; 2]) -> Vec<[f64; 2]> {
    let value = |x: f64| quadratic[0] + x * (quadratic[1] + x * quadratic[2]);
    let mut ends = vec![low];
    ends.extend(roots(quadratic).into_iter().filter(|&root| low < root && root < high));
    ends.push(high);
    let mut parts: Vec<[f64; 2]> = Vec::new();
    for pair in ends.windows(2).filter(|pair| pair[0] < pair[1] && value(0.5 * (pair[0] + pair[1])) >= 0.0) {
        match parts.last_mut() {
            Some(part) if part[1] >= pair[0] => part[1] = pair[1],
            _ => parts.push([pair[0], pair[1]]),
        }
    }
    parts
}

/// The real roots, ascending.
fn roots(quadratic: [f64; 3]) -> Vec<f64> {
    // Scaled first, because the square of a coefficient may be too large for a number.
    let largest = quadratic.into_iter().map(f64::abs).fold(f64::MIN_POSITIVE, f64::max);
    let [c, b, a] = quadratic.map(|coefficient| coefficient / largest);
    let discriminant = b * b - 4.0 * a * c;
    if discriminant < 0.0 {
        return Vec::new();
    }
    // The sum of two numbers of one sign, so that no digits cancel; a root at infinity is none.
    let sum = -0.5 * (b + discriminant.sqrt().copysign(b));
    let mut roots: Vec<f64> = [sum / a, c / sum].into_iter().filter(|root| root.is_finite()).collect();
    roots.sort_by(f64::total_cmp);
    roots
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    margin: ExpectedMoney,
    acquisition_cost: ExpectedMoney,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for UnitEconomics {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked) -> Result<Self, ExchangeError> {
        Self::new(raw.margin, raw.acquisition_cost)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedClaim {
    cut: ChurnCut,
    uplift: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedClaim> for Claim {
    type Error = ExchangeError;

    fn try_from(raw: UncheckedClaim) -> Result<Self, ExchangeError> {
        Self::new(raw.cut, raw.uplift)
    }
}
