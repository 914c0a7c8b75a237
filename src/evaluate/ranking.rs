use super::{EvaluationError, calibration::equal_classes};

/// How well forecasts put customers in order, whatever their level.
///
/// # Formula
///
/// ```text
/// G = Σ y (n + 1 − 2·rank) / (n · Σ y)
/// ```
///
/// ```math
/// G = \frac{\sum_i y_i\,(n + 1 - 2 R_i)}{n \sum_i y_i}
/// ```
///
/// where `y` are the purchases made and `R` the ranks of the forecasts, 1 for the highest, equal forecasts sharing their
/// mean rank. `G` is twice the area between the cumulative gains of the forecasts and those of chance. In the order of
/// the purchases themselves it is the Gini coefficient of the purchases: the best there can be.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::{Assessment, CountForecast, EvaluationError};
///
/// let forecasts = [3.0, 2.0, 1.0].map(CountForecast::point);
/// let judged = Assessment::new(forecasts.into_iter().collect::<Result<_, _>>()?, vec![4, 0, 2])?;
/// let ranking = judged.ranking()?;
/// assert!((ranking.gini - 2.0 / 9.0).abs() < 1e-15 && (ranking.best - 4.0 / 9.0).abs() < 1e-15);
/// assert!((ranking.normalised() - 0.5).abs() < 1e-15);
/// # Ok::<(), EvaluationError>(())
/// ```
#[doc(alias = "Gini")]
#[doc(alias = "基尼系数")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ranking {
    /// The Gini coefficient of the purchases in the order of the forecasts: 0 for chance, negative for worse.
    pub gini: f64,
    /// The greatest that any order could have; zero where all bought equally often.
    pub best: f64,
}

impl Ranking {
    pub(super) fn new(expected: &[f64], actual: &[u32]) -> Result<Self, EvaluationError> {
        let purchases: Vec<f64> = actual.iter().map(|&actual| actual.into()).collect();
        Ok(Self { gini: gini(expected, &purchases)?, best: gini(&purchases, &purchases)? })
    }

    /// The share of the best order that was found; one where all orders are equally good.
    #[doc(alias = "normalized Gini")]
    pub fn normalised(&self) -> f64 {
        if self.best > 0.0 { self.gini / self.best } else { 1.0 }
    }
}

fn gini(by: &[f64], purchases: &[f64]) -> Result<f64, EvaluationError> {
    let total: f64 = purchases.iter().sum();
    if total <= 0.0 {
        return Err(EvaluationError::NothingBought);
    }
    let count = by.len() as f64;
    // Ascending ranks from 1: those from the highest down are count + 1 − rank.
    let term = |(rank, bought): (f64, &f64)| bought * (2.0 * rank - count - 1.0);
    let sum: f64 = mid_ranks(by).into_iter().zip(purchases).map(term).sum();
    Ok(sum / (count * total))
}

/// Ranks from 1 for the least; equal values share the mean of their ranks.
pub(super) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&one, &next| values[one].total_cmp(&values[next]).is_eq()) {
        let rank = before as f64 + 0.5 * (equal.len() as f64 + 1.0);
        for &index in equal {
            ranks[index] = rank;
        }
        before += equal.len();
    }
    ranks
}

/// Customers of about equal expectations, and how much more than others they bought.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LiftClass {
    /// How many customers there are.
    pub customers: u64,
    /// The purchases they made.
    pub actual: u64,
    /// Purchases a customer, relative to those of all customers.
    pub lift: f64,
    /// The share of all purchases made by this class and those before it.
    pub captured: f64,
}

impl LiftClass {
    pub(super) fn all(expected: &[f64], actual: &[u32], classes: u32) -> Result<Vec<Self>, EvaluationError> {
        let negative: Vec<f64> = expected.iter().map(|expected| -expected).collect();
        let class = equal_classes(&negative, classes)?;
        let total: u64 = actual.iter().map(|&actual| u64::from(actual)).sum();
        if total == 0 {
            return Err(EvaluationError::NothingBought);
        }
        let mut order: Vec<usize> = (0..actual.len()).collect();
        order.sort_by_key(|&index| class[index]);
        let mut before = 0;
        let of = |members: &[usize]| {
            let bought: u64 = members.iter().map(|&index| u64::from(actual[index])).sum();
            before += bought;
            let share = members.len() as f64 / actual.len() as f64;
            let lift = bought as f64 / total as f64 / share;
            Self { customers: members.len() as u64, actual: bought, lift, captured: before as f64 / total as f64 }
        };
        Ok(order.chunk_by(|&one, &next| class[one] == class[next]).map(of).collect())
    }
}
