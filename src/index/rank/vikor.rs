use super::{ROUNDING, Ranking};
use crate::index::error::{at_least, same_length};
use crate::index::{IndexError, Sense, Table};
use crate::units::{Probability, Weights};

/// VIKOR: a compromise between the regret of the whole and the greatest single regret.
///
/// # Formula
///
/// ```text
/// S = Σ w (f* − f) / (f* − f⁻)        R = max w (f* − f) / (f* − f⁻)
/// Q = v (S − S*) / (S⁻ − S*) + (1 − v) (R − R*) / (R⁻ − R*)
/// ```
///
/// ```math
/// Q_i = v \frac{S_i - S^*}{S^- - S^*} + (1 - v) \frac{R_i - R^*}{R^- - R^*}
/// ```
///
/// where `*` is the best and `⁻` the worst of all customers; less is better in S, R and Q. A criterion in which all are
/// equal gives no regret; a term of Q in which all are equal is 0.
///
/// # References
///
/// Opricovic & Tzeng (2004), *Compromise solution by MCDM methods: a comparative analysis of VIKOR and TOPSIS*,
/// European Journal of Operational Research 156.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Vikor {
    /// The weight v of the regret of the whole, usually ½; the rest weighs the greatest single regret.
    pub majority: Probability,
}

/// The solution of VIKOR, with the two conditions under which its winner is accepted.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Compromise {
    /// S of each customer: the weighted regret over all criteria.
    pub regrets: Vec<f64>,
    /// R of each customer: the greatest weighted regret.
    pub greatest_regrets: Vec<f64>,
    /// Q of each customer, from 0 to 1; less is better.
    pub compromise: Vec<f64>,
    /// Positions of the customers by Q, the best first.
    pub order: Vec<usize>,
    /// First condition, acceptable advantage: the second is behind the winner by at least 1 / (m − 1) in Q.
    pub has_advantage: bool,
    /// Second condition, stability: the winner is also best by S or R.
    pub is_stable: bool,
    /// The customers between whom the method does not decide: the winner alone when both conditions hold; the first two
    /// when only stability fails; all that are within 1 / (m − 1) of the winner when the advantage fails.
    pub accepted: Vec<usize>,
}

impl Vikor {
    /// The compromise among the customers of a table.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] unless each column has a weight, [`IndexError::TooFew`] below two rows.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::index::{Sense, Table, Vikor};
    /// use customer_value::{Probability, Weights};
    ///
    /// let table = Table::new([Sense::Cost, Sense::Benefit], &[[1.0, 3000.0], [2.0, 3750.0], [5.0, 4500.0]])?;
    /// let vikor = Vikor { majority: Probability::new(0.5)? };
    /// let solution = vikor.compromise(&table, &Weights::equal(2)?)?;
    /// assert_eq!(solution.compromise, [1.0, 0.0, 1.0]);
    /// assert_eq!(solution.accepted, [1]);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn compromise(self, table: &Table, weights: &Weights) -> Result<Compromise, IndexError> {
        same_length("weights", table.columns(), weights.as_slice().len())?;
        let (compromise, regrets, greatest_regrets) = self.solve(&regrets(table)?, weights);
        let behind: Vec<f64> = compromise.iter().map(|q| -q).collect();
        let order = Ranking { scores: behind }.order();
        let (first, second) = (order[0], order[1]);
        let least_advantage = (1.0 - ROUNDING) / (table.rows() - 1) as f64;
        let has_advantage = compromise[second] - compromise[first] >= least_advantage;
        let is_least = |column: &[f64]| column.iter().all(|other| column[first] * (1.0 - ROUNDING) <= *other);
        let is_stable = is_least(&regrets) || is_least(&greatest_regrets);
        let accepted = match (has_advantage, is_stable) {
            (true, true) => vec![first],
            (true, false) => vec![first, second],
            (false, _) => {
                let near = |customer: &usize| compromise[*customer] - compromise[first] < least_advantage;
                order.iter().copied().filter(near).collect()
            }
        };
        Ok(Compromise { regrets, greatest_regrets, compromise, order, has_advantage, is_stable, accepted })
    }

    /// Q, S and R.
    pub(super) fn solve(self, regrets: &[Vec<f64>], weights: &Weights) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let weighted = |row: &Vec<f64>| {
            row.iter().zip(weights.as_slice()).map(|(regret, weight)| regret * weight).fold(0.0, f64::max)
        };
        let sums: Vec<f64> = regrets.iter().map(|row| weights.mean(row)).collect();
        let greatest: Vec<f64> = regrets.iter().map(weighted).collect();
        let majority = self.majority.get();
        let pairs = unit(&sums, ROUNDING).into_iter().zip(unit(&greatest, ROUNDING));
        (pairs.map(|(s, r)| majority * s + (1.0 - majority) * r).collect(), sums, greatest)
    }
}

/// Values on a scale from 0 for the least to 1 for the greatest; 0 where all are equal but for this share of the
/// greatest.
fn unit(values: &[f64], rounding: f64) -> Vec<f64> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = greatest - least;
    let differ = range > rounding * greatest.abs();
    values.iter().map(|value| if differ { (value - least) / range } else { 0.0 }).collect()
}

/// How far each figure is from the best of its column, from 0 to 1.
pub(super) fn regrets(table: &Table) -> Result<Vec<Vec<f64>>, IndexError> {
    at_least("rows", 2, table.rows())?;
    let short = |column: usize| {
        let loss = |figure: f64| match table.senses()[column] {
            Sense::Benefit => -figure,
            Sense::Cost => figure,
            Sense::Target(target) => (figure - target).abs(),
        };
        unit(&table.column(column).into_iter().map(loss).collect::<Vec<_>>(), 0.0)
    };
    let columns: Vec<Vec<f64>> = (0..table.columns()).map(short).collect();
    Ok((0..table.rows()).map(|row| columns.iter().map(|column| column[row]).collect()).collect())
}
