use super::{EvaluationError, ranking::mid_ranks};
use crate::{
    cohort::{Cohort, SpendHistory},
    lifetime::ValuationError,
    math::{incomplete_beta, two_sided_quantile},
    units::{Interval, Probability},
};

/// Whether what customers spend a purchase goes with how often they buy: to be looked at before
/// [`GammaGamma`](crate::GammaGamma) is trusted, which takes the two to be independent.
///
/// Two correlations between repeat purchases and the mean spend on them, over customers with a positive spend: that of the
/// numbers, which few large buyers can make, and that of their ranks, which they cannot. A small correlation of many
/// customers can be significant and still not matter; look at the interval.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::SpendIndependence;
/// use customer_value::{Currency, Money, Probability, SpendHistory};
///
/// let spend = |repeats, cents| SpendHistory::from_mean(repeats, Money::from_minor(cents, Currency::USD));
/// let histories = [spend(1, 2_000)?, spend(2, 1_500)?, spend(3, 2_500)?, spend(5, 2_200)?, spend(9, 2_100)?];
/// let test = SpendIndependence::new(&histories)?;
/// assert!((test.ranks.coefficient - 0.5).abs() < 1e-15);
/// assert!((test.ranks.p_value().get() - 0.391).abs() < 1e-3);
/// assert!(test.ranks.interval(Probability::new(0.95)?).contains(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "独立性检验")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SpendIndependence {
    /// Pearson's correlation, of the numbers.
    pub numbers: Correlation,
    /// Spearman's correlation, of the ranks; equal numbers share their mean rank.
    pub ranks: Correlation,
}

impl SpendIndependence {
    /// The correlations of customers' repeat purchases with their mean spend on them. Customers without a positive spend
    /// on repeat purchases are left out, as gamma-gamma does.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::TooFew`] for fewer than four customers; [`EvaluationError::Constant`] where all bought equally
    /// often or spent equally much.
    pub fn new(histories: &[SpendHistory]) -> Result<Self, EvaluationError> {
        let paid = |history: &SpendHistory| Some((f64::from(history.repeats()), history.mean()?.amount()));
        let (repeats, spend): (Vec<f64>, Vec<f64>) =
            histories.iter().filter_map(paid).filter(|(_, spend)| *spend > 0.0).unzip();
        Ok(Self {
            numbers: Correlation::pearson(("repeats", &repeats), ("mean spend", &spend))?,
            ranks: Correlation::spearman(("repeats", &repeats), ("mean spend", &spend))?,
        })
    }

    /// The same for a cohort.
    ///
    /// # Errors
    ///
    /// As [`Self::new`]; [`ValuationError::NoSpend`] for a cohort without spend.
    pub fn of<Id>(cohort: &Cohort<Id>) -> Result<Self, EvaluationError> {
        Self::new(cohort.spend().ok_or(ValuationError::NoSpend)?)
    }
}

/// A correlation of two columns, with what chance leaves open.
///
/// # Formula
///
/// ```text
/// p          P(|T| ≥ |t|),   t = r √((n−2)/(1−r²)),   T of Student's distribution with n−2 degrees of freedom
/// interval   tanh(artanh r ∓ z · error),   error² = 1/(n−3) for numbers, (1 + r²/2)/(n−3) for ranks
/// ```
///
/// ```math
/// t = r\sqrt{\frac{n-2}{1-r^2}}, \qquad \tanh\!\left(\operatorname{artanh} r \mp z\,\widehat{\mathrm{se}}\right)
/// ```
///
/// The first is exact for numbers where both are normal; for ranks it is an approximation, as are the intervals.
///
/// # References
///
/// Fisher (1921), On the "probable error" of a coefficient of correlation, Metron 1; Bonett and Wright (2000), Sample size
/// requirements for estimating Pearson, Kendall and Spearman correlations, Psychometrika 65 (error for ranks).
#[doc(alias = "Pearson")]
#[doc(alias = "Spearman")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Correlation {
    /// The correlation, from −1 to 1.
    pub coefficient: f64,
    /// How many customers it is of.
    pub customers: usize,
    /// The standard error of its artanh.
    pub fisher_error: f64,
}

impl Correlation {
    fn pearson(x: (&'static str, &[f64]), y: (&'static str, &[f64])) -> Result<Self, EvaluationError> {
        const LEAST: usize = 4;
        let customers = x.1.len();
        if customers < LEAST {
            return Err(EvaluationError::TooFew { customers, least: LEAST });
        }
        let (x, y) = (standard(x)?, standard(y)?);
        let product: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
        let coefficient = product.clamp(-1.0, 1.0);
        Ok(Self { coefficient, customers, fisher_error: (customers as f64 - 3.0).sqrt().recip() })
    }

    fn spearman(x: (&'static str, &[f64]), y: (&'static str, &[f64])) -> Result<Self, EvaluationError> {
        let ranks = Self::pearson((x.0, &mid_ranks(x.1)), (y.0, &mid_ranks(y.1)))?;
        let wider = (1.0 + 0.5 * ranks.coefficient.powi(2)).sqrt();
        Ok(Self { fisher_error: ranks.fisher_error * wider, ..ranks })
    }

    /// The probability of a correlation as far from zero or farther, if there is none.
    pub fn p_value(&self) -> Probability {
        // With ν degrees of freedom ν/(ν+t²) is 1 − r².
        let square = self.coefficient.powi(2);
        let freedom = self.customers as f64 - 2.0;
        Probability::computed(incomplete_beta(1.0 - square, square, 0.5 * freedom, 0.5))
    }

    /// The correlations that the data support; the correlation alone where it is 1 or −1.
    pub fn interval(&self, level: Probability) -> Interval {
        let width = two_sided_quantile(level.get()) * self.fisher_error;
        let at = |shift: f64| (self.coefficient.atanh() + shift).tanh();
        if self.coefficient.abs() < 1.0 {
            Interval { low: at(-width), high: at(width) }
        } else {
            Interval { low: self.coefficient, high: self.coefficient }
        }
    }
}

/// Values less their mean, over their length.
fn standard((column, values): (&'static str, &[f64])) -> Result<Vec<f64>, EvaluationError> {
    let customers = values.len();
    if values.iter().all(|value| value.total_cmp(&values[0]).is_eq()) {
        return Err(EvaluationError::Constant { column, customers });
    }
    // By the largest, so that no square of an amount overflows.
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let scaled: Vec<f64> = values.iter().map(|value| value / largest).collect();
    let mean = scaled.iter().sum::<f64>() / customers as f64;
    let length = scaled.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 {
        Ok(scaled.iter().map(|value| (value - mean) / length).collect())
    } else {
        Err(EvaluationError::Constant { column, customers })
    }
}
