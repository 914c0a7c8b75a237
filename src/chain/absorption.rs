use super::{Chain, ChainError};
use crate::{math::Leaking, units::Probability};

/// How long customers take to reach the states that they never leave again, and which.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Absorption {
    /// For each state, the expected number of periods until then; 0 in a state that is never left.
    pub periods: Vec<f64>,
    /// The groups of states that are never left, each by its states.
    pub ends: Vec<Vec<usize>>,
    /// For each state, the chance of ending in each group.
    pub chances: Vec<Vec<Probability>>,
}

impl Chain {
    /// The time until customers are in a state, or a group of states, that they never leave, such as having left the firm
    /// for good.
    ///
    /// # Formula
    ///
    /// ```text
    /// periods = (I − Q)⁻¹ 1        chances = (I − Q)⁻¹ R
    /// ```
    ///
    /// with Q the chances among states that are left in the end, and R those of moving from them into each group.
    ///
    /// # Errors
    ///
    /// [`ChainError::TooRare`] for a state that is left with a chance of about 1e-308.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::{Chain, Span, Weights};
    ///
    /// let rows = [[0.7, 0.2, 0.05, 0.05], [0.2, 0.6, 0.1, 0.1], [0.05, 0.15, 0.6, 0.2], [0.0, 0.0, 0.0, 1.0]];
    /// let rows = rows.map(Weights::new).into_iter().collect::<Result<Vec<_>, _>>()?;
    /// let until_lost = Chain::new(rows, Span::years(1.0)?)?.absorption()?;
    /// assert!((until_lost.periods[0] - 11.354_167).abs() < 1e-6);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    ///
    /// # References
    ///
    /// Kemeny and Snell (1960), Finite Markov chains, chapter III.
    pub fn absorption(&self) -> Result<Absorption, ChainError> {
        let ends = self.closed_classes();
        let passing = self.passing(&ends);
        let mut periods = vec![0.0; self.states()];
        let mut chances = vec![vec![Probability::computed(0.0); ends.len()]; self.states()];
        for (index, end) in ends.iter().enumerate() {
            for &state in end {
                chances[state][index] = Probability::computed(1.0);
            }
        }
        // States that are left in the end leak into the ends, so that there is a solution.
        let Some(equations) = self.until(&passing, &ends) else { return Ok(Absorption { periods, ends, chances }) };
        for (&state, expected) in passing.iter().zip(equations.solve(&vec![1.0; passing.len()])) {
            periods[state] = not_too_rare(state, expected)?;
        }
        for (index, end) in ends.iter().enumerate() {
            let enter: Vec<f64> = passing.iter().map(|&from| self.chance_of_any(from, end)).collect();
            for (&state, chance) in passing.iter().zip(equations.solve(&enter)) {
                chances[state][index] = Probability::computed(not_too_rare(state, chance)?.min(1.0));
            }
        }
        Ok(Absorption { periods, ends, chances })
    }

    /// The states outside these groups.
    pub(super) fn passing(&self, ends: &[Vec<usize>]) -> Vec<usize> {
        (0..self.states()).filter(|state| ends.iter().all(|end| !end.contains(state))).collect()
    }

    /// The equations of what happens until customers reach one of the ends; `None` where all states are ends.
    pub(super) fn until(&self, passing: &[usize], ends: &[Vec<usize>]) -> Option<Leaking> {
        let leak = |&from: &usize| ends.iter().map(|end| self.chance_of_any(from, end)).sum();
        Leaking::new(self.block(passing), passing.iter().map(leak).collect()).filter(|_| !passing.is_empty())
    }

    fn chance_of_any(&self, from: usize, end: &[usize]) -> f64 {
        end.iter().map(|&to| self.chance(from, to)).sum()
    }
}

fn not_too_rare(state: usize, number: f64) -> Result<f64, ChainError> {
    let quantity = "the time until it is left for good";
    if number.is_finite() { Ok(number) } else { Err(ChainError::TooRare { state, quantity }) }
}
