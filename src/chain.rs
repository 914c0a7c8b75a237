//! Markov chains: customers in states that change from period to period, and what that is worth.

mod absorption;
mod worth;

pub use absorption::Absorption;
pub use worth::Release;

use crate::{
    math,
    units::{MoneyError, Span, Weights},
};

/// A Markov chain: the state of a customer at the end of a period depends on that at its beginning only.
///
/// States are counted from 0. They may be anything that customers are in: whose customer one is, how long ago one bought,
/// a segment. From a state one moves with the chances of its row.
///
/// # Examples
///
/// Of satisfied customers nine in ten stay so, half of the others become so.
///
/// ```
/// use customer_value::{Chain, Span, Weights};
///
/// let chain = Chain::new([Weights::new([0.9, 0.1])?, Weights::new([0.5, 0.5])?], Span::years(1.0)?)?;
/// let shares = chain.stationary()?;
/// assert!((shares.as_slice()[0] - 5.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "迁移")]
#[doc(alias = "transition matrix")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Chain {
    rows: Vec<Weights>,
    period: Span,
}

/// Why there is no chain, or no number of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// There is no state.
    #[error("the chain has no states, expected at least one")]
    Empty,
    /// A row does not say for every state how likely it is next.
    #[error("row {row} (from 0) has {found} chances, expected one for each of {states} states")]
    Row {
        /// Which row.
        row: usize,
        /// Its length.
        found: usize,
        /// How many states there are.
        states: usize,
    },
    /// The period has no length.
    #[error("the period is 0, expected a positive span")]
    NoPeriod,
    /// Something else is needed once a state.
    #[error("{found} {what}, expected one for each of {states} states")]
    Lengths {
        /// What is given for every state.
        what: &'static str,
        /// How many are given.
        found: usize,
        /// How many states there are.
        states: usize,
    },
    /// In the end customers are in one of several groups of states that they never leave: the shares depend on the start.
    #[error("{} groups of states are never left, expected one", classes.len())]
    SeveralEnds {
        /// The groups, each by its states.
        classes: Vec<Vec<usize>>,
    },
    /// Without discounting, a state that is visited for ever is worth nothing or has no finite worth.
    #[error("state {state} (from 0) recurs for ever and earns {reward}, expected 0 where nothing is discounted")]
    Diverges {
        /// The state.
        state: usize,
        /// What it earns a period.
        reward: f64,
    },
    /// More periods than are worth following one by one.
    #[error("{periods} periods, expected at most {most}")]
    TooManyPeriods {
        /// Asked for.
        periods: u32,
        /// The most.
        most: u32,
    },
    /// Two currencies met, or an amount is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Chain {
    /// The chain in which state i becomes state j with the j-th chance of row i, once a period.
    ///
    /// The chance to stay is taken to be what the others leave, should a row of decimals miss 1 by rounding.
    ///
    /// # Errors
    ///
    /// [`ChainError::Empty`], [`ChainError::Row`] unless every row has a chance for every state, [`ChainError::NoPeriod`].
    pub fn new(rows: impl Into<Vec<Weights>>, period: Span) -> Result<Self, ChainError> {
        let rows = rows.into();
        let states = rows.len();
        if states == 0 {
            return Err(ChainError::Empty);
        }
        if period.is_zero() {
            return Err(ChainError::NoPeriod);
        }
        match rows.iter().position(|row| row.as_slice().len() != states) {
            Some(row) => Err(ChainError::Row { row, found: rows[row].as_slice().len(), states }),
            None => Ok(Self { rows, period }),
        }
    }

    /// How many states there are.
    pub const fn states(&self) -> usize {
        self.rows.len()
    }

    /// How long a step takes.
    pub const fn period(&self) -> Span {
        self.period
    }

    /// The chances of where customers in each state are after a period.
    pub fn rows(&self) -> &[Weights] {
        &self.rows
    }

    /// The shares of customers in each state after some periods.
    ///
    /// # Errors
    ///
    /// [`ChainError::Lengths`] unless there is a share for each state, [`ChainError::TooManyPeriods`] above 100,000.
    pub fn shares_after(&self, start: &Weights, periods: u32) -> Result<Vec<f64>, ChainError> {
        self.check_length("shares", start.as_slice().len())?;
        check_periods(periods)?;
        let mut shares = start.as_slice().to_vec();
        for _ in 0..periods {
            let mut next = vec![0.0; shares.len()];
            for (share, row) in shares.iter().zip(&self.rows) {
                next.iter_mut().zip(row.as_slice()).for_each(|(next, chance)| *next += share * chance);
            }
            shares = next;
        }
        Ok(shares)
    }

    /// The shares of customers in each state that a period does not change: where the chain leads in the long run, on
    /// average over time where it runs in circles.
    ///
    /// # Formula
    ///
    /// ```text
    /// π P = π        Σ πᵢ = 1
    /// ```
    ///
    /// by elimination without subtractions, so that shares of 1e-12 have all their digits.
    ///
    /// # Errors
    ///
    /// [`ChainError::SeveralEnds`] when the shares depend on where customers begin.
    ///
    /// # References
    ///
    /// Grassmann, Taksar and Heyman (1985), Regenerative analysis and steady state distributions for Markov chains,
    /// Operations Research 33(5).
    pub fn stationary(&self) -> Result<Weights, ChainError> {
        let mut classes = self.closed_classes();
        let Some(class) = classes.pop().filter(|_| classes.is_empty()) else {
            return Err(ChainError::SeveralEnds { classes: self.closed_classes() });
        };
        let within = math::stationary(self.block(&class), class.len());
        let mut shares = vec![0.0; self.states()];
        class.iter().zip(within).for_each(|(&state, share)| shares[state] = share);
        Weights::proportional(shares).map_err(|_| ChainError::Empty)
    }

    /// Groups of states that are never left and whose states all lead to each other, each in ascending order.
    fn closed_classes(&self) -> Vec<Vec<usize>> {
        let reached: Vec<Vec<bool>> = (0..self.states()).map(|state| self.reached_from(state)).collect();
        let is_closed = |state: usize| (0..self.states()).all(|to| !reached[state][to] || reached[to][state]);
        let members = |state: usize| (0..self.states()).filter(|&to| reached[state][to]).collect::<Vec<_>>();
        let first_of_class = |state: &usize| (0..*state).all(|before| !reached[*state][before]);
        (0..self.states()).filter(|&state| is_closed(state)).filter(first_of_class).map(members).collect()
    }

    /// Which states may follow, a state itself included.
    fn reached_from(&self, state: usize) -> Vec<bool> {
        let mut reached = vec![false; self.states()];
        let mut to_visit = vec![state];
        reached[state] = true;
        while let Some(from) = to_visit.pop() {
            for (to, &chance) in self.rows[from].as_slice().iter().enumerate() {
                if chance > 0.0 && !reached[to] {
                    reached[to] = true;
                    to_visit.push(to);
                }
            }
        }
        reached
    }

    /// The chances among some states, row by row.
    fn block(&self, states: &[usize]) -> Vec<f64> {
        let row = |&from: &usize| states.iter().map(move |&to| self.chance(from, to));
        states.iter().flat_map(row).collect()
    }

    fn chance(&self, from: usize, to: usize) -> f64 {
        self.rows[from].as_slice()[to]
    }

    fn check_length(&self, what: &'static str, found: usize) -> Result<(), ChainError> {
        let states = self.states();
        if found == states { Ok(()) } else { Err(ChainError::Lengths { what, found, states }) }
    }
}

fn check_periods(periods: u32) -> Result<(), ChainError> {
    const MOST: u32 = 100_000;
    if periods <= MOST { Ok(()) } else { Err(ChainError::TooManyPeriods { periods, most: MOST }) }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    rows: Vec<Weights>,
    period: Span,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Chain {
    type Error = ChainError;

    fn try_from(raw: Unchecked) -> Result<Self, ChainError> {
        Self::new(raw.rows, raw.period)
    }
}
