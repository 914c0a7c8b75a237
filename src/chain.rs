//! Markov chains: customers in states that change from period to period, and what that is worth.

mod absorption;
mod classes;
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
    /// Letting go of states and taking them back goes on and on, because of rounding.
    #[error("no policy is settled on for state {state} (from 0)")]
    Unsettled {
        /// A state that is still undecided.
        state: usize,
    },
    /// A state is left so rarely that the time until then is no number.
    #[error("state {state} (from 0) is left so rarely that {quantity} is too large for a number")]
    TooRare {
        /// The state.
        state: usize,
        /// What was to be computed.
        quantity: &'static str,
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
    /// A row of decimals that misses 1 by rounding, such as three times 0.333333333, is divided by its sum.
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
            None => Ok(Self { rows: rows.into_iter().map(Weights::without_rounding).collect(), period }),
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
    /// [`ChainError::Lengths`] unless there is a share for each state, [`ChainError::TooManyPeriods`] above 100,000, or
    /// fewer for more than a hundred states.
    pub fn shares_after(&self, start: &Weights, periods: u32) -> Result<Vec<f64>, ChainError> {
        self.check_length("shares", start.as_slice().len())?;
        self.check_periods(periods)?;
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
        let classes = self.closed_classes();
        let [class] = &classes[..] else { return Err(ChainError::SeveralEnds { classes }) };
        let within = math::stationary(self.block(class), class.len());
        let mut shares = vec![0.0; self.states()];
        class.iter().zip(within).for_each(|(&state, share)| shares[state] = share);
        Ok(Weights::proven(shares))
    }

    /// Groups of states that are never left and whose states all lead to each other, each in ascending order.
    fn closed_classes(&self) -> Vec<Vec<usize>> {
        let mut classes = classes::strongly_connected(&self.rows);
        let leaves = |class: &[usize], from: usize| {
            self.rows[from]
                .as_slice()
                .iter()
                .enumerate()
                .any(|(to, &chance)| chance > 0.0 && class.binary_search(&to).is_err())
        };
        classes.retain(|class| !class.iter().any(|&state| leaves(class, state)));
        classes.sort();
        classes
    }

    /// The chances among some states, row by row.
    fn block(&self, states: &[usize]) -> Vec<f64> {
        let row = |&from: &usize| states.iter().map(move |&to| self.chance(from, to));
        states.iter().flat_map(row).collect()
    }

    fn chance(&self, from: usize, to: usize) -> f64 {
        self.rows[from].as_slice()[to]
    }

    /// A step costs the square of the states.
    fn check_periods(&self, periods: u32) -> Result<(), ChainError> {
        const MOST: u32 = 100_000;
        const MOST_WORK: usize = 1_000_000_000;
        let affordable = MOST_WORK / (self.states() * self.states());
        let most = u32::try_from(affordable).unwrap_or(MOST).clamp(1, MOST);
        if periods <= most { Ok(()) } else { Err(ChainError::TooManyPeriods { periods, most }) }
    }

    fn check_length(&self, what: &'static str, found: usize) -> Result<(), ChainError> {
        let states = self.states();
        if found == states { Ok(()) } else { Err(ChainError::Lengths { what, found, states }) }
    }
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
