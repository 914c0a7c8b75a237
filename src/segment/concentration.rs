use super::{ROUNDING, SegmentError, ascending, finite, heads, positive};
use crate::units::Probability;

/// How unequally a value is spread over customers.
///
/// Values may be negative: customers who cost more than they bring. Amounts are always there; ratios need a total
/// above zero, and are a typed error without one.
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::segment::Concentration;
///
/// let profit = [120.0, 80.0, 40.0, 20.0, 10.0, 5.0, 0.0, -15.0, -30.0, -60.0];
/// let spread = Concentration::new(&profit)?;
/// let peak = spread.peak();
/// assert_eq!((peak.customers, peak.amount, spread.total()), (6, 275.0, 170.0));
/// assert!(spread.top_share(Probability::new(0.2)?)? > 1.0);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Gini (1912), *Variabilità e mutabilità*; Lorenz (1905); Kaplan & Narayanan (2001), *Measuring and managing
/// customer profitability* (whale curve).
#[doc(alias = "Pareto")]
#[doc(alias = "80/20")]
#[doc(alias = "whale curve")]
#[doc(alias = "集中度")]
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    descending: Vec<f64>,
    /// The sum of the best `i + 1` customers.
    cumulative: Vec<f64>,
}

/// One point of the Lorenz curve: the poorest customers up to here, and what they have.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LorenzPoint {
    /// Share of customers.
    pub customers: f64,
    /// Share of the total.
    pub value: f64,
}

/// The top of the whale curve: with these customers alone the firm would earn most.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Peak {
    /// How many customers, from the best down; the fewest if several reach the peak, none if all lose money.
    pub customers: usize,
    /// What they bring together.
    pub amount: f64,
}

/// On which side of the line between two classes the customer stands with whom it is crossed.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Crossing, Pyramid};
///
/// // The best two have 75 % of the total, the best three 85 %.
/// let value = [1000.0, 500.0, 200.0, 100.0, 60.0, 50.0, 40.0, 25.0, 15.0, 10.0];
/// let abc = Pyramid::abc();
/// assert_eq!(abc.tiers_by_value(&value, Crossing::Out)?.segmentation().sizes(), [2, 3, 5]);
/// assert_eq!(abc.tiers_by_value(&value, Crossing::In)?.segmentation().sizes(), [3, 3, 4]);
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Crossing {
    /// In the upper class, which reaches its share or more.
    In,
    /// Below, so that the upper class stays within its share.
    Out,
}

impl Concentration {
    /// The spread of a value over customers, in any order.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`], [`SegmentError::NotFinite`] with the position, or [`SegmentError::TooLarge`] when
    /// the sum, or that of the losses alone, is no number.
    pub fn new(values: &[f64]) -> Result<Self, SegmentError> {
        let mut descending = ascending("value", values)?;
        descending.reverse();
        let cumulate = |sum: &mut f64, &value: &f64| {
            *sum += value;
            Some(finite("sum of values", *sum))
        };
        let cumulative = descending.iter().scan(0.0, cumulate).collect::<Result<_, _>>()?;
        let spread = Self { descending, cumulative };
        // Profits may hide losses whose own sum is no number.
        finite("sum of losses", spread.losses())?;
        Ok(spread)
    }

    /// The sum over all customers.
    pub fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or_default()
    }

    /// The sum of the best 1, 2, … customers: the whale curve, as amounts.
    pub fn cumulative(&self) -> &[f64] {
        &self.cumulative
    }

    /// The same as shares of the total; above 1 where later customers lose money.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TotalNotPositive`], or [`SegmentError::TooLarge`].
    pub fn cumulative_shares(&self) -> Result<Vec<f64>, SegmentError> {
        let total = positive(self.total())?;
        self.cumulative.iter().map(|&sum| finite("share", sum / total)).collect()
    }

    /// The top of the whale curve.
    pub fn peak(&self) -> Peak {
        let nobody = Peak { customers: 0, amount: 0.0 };
        let sums = self.cumulative.iter().enumerate().map(|(index, &amount)| Peak { customers: index + 1, amount });
        sums.fold(nobody, |peak, next| if next.amount > peak.amount { next } else { peak })
    }

    /// What loss-making customers cost, as a positive amount.
    pub fn losses(&self) -> f64 {
        self.descending.iter().rev().take_while(|&&value| value < 0.0).fold(0.0, |sum, value| sum - value)
    }

    /// The share of the total that the best customers bring, where `customers` is their share of all; a begun
    /// customer counts whole.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TotalNotPositive`], or [`SegmentError::TooLarge`].
    #[doc(alias = "Pareto share")]
    pub fn top_share(&self, customers: Probability) -> Result<f64, SegmentError> {
        let total = positive(self.total())?;
        if customers.get() <= 0.0 {
            return Ok(0.0);
        }
        finite("share", self.cumulative[heads(customers.get(), self.cumulative.len()) - 1] / total)
    }

    /// The most customers, from the best down, who together stay within a share of the total: class A of an ABC
    /// analysis without the customer who crosses the line.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TotalNotPositive`].
    pub fn customers_within(&self, share: Probability) -> Result<usize, SegmentError> {
        self.before_crossing(share, Crossing::Out)
    }

    /// The fewest customers, from the best down, who together reach a share of the total: class A with the customer
    /// who crosses the line.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TotalNotPositive`].
    pub fn customers_reaching(&self, share: Probability) -> Result<usize, SegmentError> {
        let before = self.before_crossing(share, Crossing::In)?;
        Ok(if share.get() > 0.0 { (before + 1).min(self.cumulative.len()) } else { 0 })
    }

    /// How many customers come before the one with whom the sum crosses, or reaches, a share of the total.
    fn before_crossing(&self, share: Probability, crossing: Crossing) -> Result<usize, SegmentError> {
        let limit = positive(self.total())? * share.get();
        Ok(match crossing {
            Crossing::In => self.cumulative.iter().take_while(|&&sum| sum < limit * (1.0 - ROUNDING)).count(),
            Crossing::Out => self.cumulative.iter().take_while(|&&sum| sum <= limit * (1.0 + ROUNDING)).count(),
        })
    }

    /// The least value of the customers who make up a share of the total; customers tied with the one who crosses the
    /// line share that customer's side.
    pub(super) fn threshold(&self, share: Probability, crossing: Crossing) -> Result<f64, SegmentError> {
        let before = self.before_crossing(share, crossing)?;
        let last = self.descending.len() - 1;
        let crosser = self.descending[before.min(last)];
        match crossing {
            Crossing::In => Ok(crosser),
            Crossing::Out if before > last => Ok(crosser),
            Crossing::Out => match self.descending.partition_point(|&value| value > crosser) {
                0 => finite("threshold above the best customer", crosser.next_up()),
                above => Ok(self.descending[above - 1]),
            },
        }
    }

    /// The Lorenz curve, from nobody to everybody, the poorest first: one point more than there are customers.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TotalNotPositive`], or [`SegmentError::TooLarge`].
    pub fn lorenz(&self) -> Result<Vec<LorenzPoint>, SegmentError> {
        let total = positive(self.total())?;
        let count = self.descending.len();
        let mut points = Vec::with_capacity(count + 1);
        points.push(LorenzPoint { customers: 0.0, value: 0.0 });
        let mut sum = 0.0;
        for (index, &value) in self.descending.iter().rev().enumerate() {
            sum += value;
            let customers = (index + 1) as f64 / count as f64;
            points.push(LorenzPoint { customers, value: finite("share", sum / total)? });
        }
        Ok(points)
    }

    /// The Gini coefficient: 0 when all have the same, near 1 when one has everything, above 1 when losses are large.
    ///
    /// # Formula
    ///
    /// ```text
    /// G = Σ (2i − n − 1)·xᵢ / (n · Σ xᵢ)        x ascending, i = 1 … n
    /// ```
    ///
    /// ```math
    /// G = \frac{\sum_i (2i - n - 1) x_{(i)}}{n \sum_i x_i}
    /// ```
    ///
    /// # Errors
    ///
    /// [`SegmentError::TotalNotPositive`], or [`SegmentError::TooLarge`].
    #[doc(alias = "基尼系数")]
    pub fn gini(&self) -> Result<f64, SegmentError> {
        let total = positive(self.total())?;
        let count = self.descending.len() as f64;
        // From the best down, customer k = n + 1 − i has the factor (n + 1 − 2k) / n.
        let term = |(index, &value): (usize, &f64)| (count - 1.0 - 2.0 * index as f64) / count * value / total;
        finite("Gini coefficient", self.descending.iter().enumerate().map(term).sum())
    }

    /// The Herfindahl–Hirschman index: the sum of squared shares, from 1/n to 1.
    ///
    /// # Errors
    ///
    /// [`SegmentError::TotalNotPositive`], or [`SegmentError::Negative`]: losses have no share.
    #[doc(alias = "HHI")]
    pub fn herfindahl(&self) -> Result<f64, SegmentError> {
        let total = positive(self.total())?;
        match self.descending.last() {
            Some(&value) if value < 0.0 => Err(SegmentError::Negative { value }),
            _ => Ok(self.descending.iter().map(|value| (value / total).powi(2)).sum()),
        }
    }

    /// The effective number of customers: how many equal ones would be as concentrated.
    ///
    /// # Formula
    ///
    /// ```text
    /// 1 / Σ (xᵢ / Σ x)²
    /// ```
    ///
    /// # Errors
    ///
    /// As [`herfindahl`](Self::herfindahl).
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Concentration;
    ///
    /// let spread = Concentration::new(&[0.8, 0.1, 0.1])?;
    /// assert!((spread.effective_customers()? - 1.515_152).abs() < 1e-6);
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    pub fn effective_customers(&self) -> Result<f64, SegmentError> {
        Ok(self.herfindahl()?.recip())
    }
}
