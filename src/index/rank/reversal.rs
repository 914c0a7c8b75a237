use super::RankingMethod;
use crate::index::error::{at_least, same_length};
use crate::index::{IndexError, Table};
use crate::units::Weights;

/// Two customers who change places when a third, who is neither, is left out. Positions are those in the whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reversal {
    /// Who is left out.
    pub removed: usize,
    /// Who is ahead among all, and behind without the one removed.
    pub ahead: usize,
    /// Who is behind among all, and ahead without the one removed.
    pub behind: usize,
}

/// All pairs that a third customer makes change places, by leaving out each in turn.
///
/// Scales that depend on who is in the table let this happen; an order that is sensitive to customers who hardly matter
/// is no ground for a decision.
///
/// # Errors
///
/// [`IndexError::TooFew`] below three rows, else as [`RankingMethod::rank`].
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::{RankingMethod, Scale, Sense, Table, rank_reversals};
///
/// // Without the last customer, the first criterion is no longer dwarfed by its range.
/// let table = Table::new([Sense::Benefit; 2], &[[2.0, 4.0], [1.0, 5.0], [9.0, 1.0]])?;
/// let method = RankingMethod::WeightedSum(Scale::MinMax);
/// let weights = Weights::new([0.55, 0.45])?;
/// let reversals = rank_reversals(method, &table, &weights)?;
/// assert!(reversals.iter().any(|reversal| (reversal.removed, reversal.ahead, reversal.behind) == (2, 1, 0)));
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Belton & Gear (1983), *On a short-coming of Saaty's method of analytic hierarchies*, Omega 11(3).
pub fn rank_reversals(method: RankingMethod, table: &Table, weights: &Weights) -> Result<Vec<Reversal>, IndexError> {
    at_least("rows", 3, table.rows())?;
    same_length("weights", table.columns(), weights.as_slice().len())?;
    let all = method.rank(table, weights)?;
    let mut reversals = Vec::new();
    for removed in 0..table.rows() {
        let others = method.rank(&table.without(removed), weights)?;
        let kept: Vec<usize> = (0..table.rows()).filter(|row| *row != removed).collect();
        let order: Vec<usize> = all.order().into_iter().filter(|row| *row != removed).collect();
        let score = |row: usize| others.scores()[kept.partition_point(|other| *other < row)];
        for (place, &ahead) in order.iter().enumerate() {
            let changed = order[place + 1..]
                .iter()
                .filter(|&&behind| all.scores()[ahead] > all.scores()[behind] && score(ahead) < score(behind));
            reversals.extend(changed.map(|&behind| Reversal { removed, ahead, behind }));
        }
    }
    Ok(reversals)
}
