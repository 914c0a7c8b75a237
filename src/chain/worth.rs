use super::{Chain, ChainError};
use crate::{
    math::Leaking,
    units::{Currency, DiscountRate, ExpectedMoney, Weights, same_currency},
};

/// What customers are worth when those in states worth less than nothing are let go.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Release {
    /// What a customer in each state is worth under the best policy; nothing in those let go.
    pub worth: Vec<ExpectedMoney>,
    /// The states in which customers are let go.
    pub released: Vec<usize>,
}

impl Chain {
    /// What a customer in each state is worth: all rewards to come, discounted, that of the present state now and in full.
    ///
    /// # Formula
    ///
    /// ```text
    /// V = (I − P/(1+d))⁻¹ R
    /// ```
    ///
    /// ```math
    /// V = \sum_{t \ge 0} \left(\frac{P}{1+d}\right)^{t} R = \left(I - \frac{P}{1+d}\right)^{-1} R
    /// ```
    ///
    /// where `R` are the rewards of a period in each state, negative where a state costs more than it earns, and `d` is the
    /// discount rate over a period of the chain.
    ///
    /// # Errors
    ///
    /// [`ChainError::Lengths`] unless each state has a reward, [`ChainError::Money`] when currencies differ;
    /// [`ChainError::Diverges`] when nothing is discounted and a state that recurs for ever has a reward.
    ///
    /// # Examples
    ///
    /// A catalogue: a purchase earns 40, a mailing costs 4, and who has not bought for four periods gets none.
    ///
    /// ```
    /// use customer_value::{Chain, Currency, DiscountRate, ExpectedMoney, Span, Weights};
    ///
    /// let buys = [0.3, 0.2, 0.15, 0.05];
    /// let mut rows = vec![vec![0.0; 5]; 5];
    /// for (since, p) in buys.into_iter().enumerate() {
    ///     rows[since][0] = p;
    ///     rows[since][since + 1] = 1.0 - p;
    /// }
    /// rows[4][4] = 1.0;
    /// let rows = rows.into_iter().map(Weights::new).collect::<Result<Vec<_>, _>>()?;
    /// let chain = Chain::new(rows, Span::years(1.0)?)?;
    ///
    /// let usd = |amount| ExpectedMoney::new(amount, Currency::USD);
    /// let rewards = [usd(36.0)?, usd(-4.0)?, usd(-4.0)?, usd(-4.0)?, usd(0.0)?];
    /// let discount = DiscountRate::effective_annual(0.2)?;
    /// let worth = chain.worth(&rewards, discount)?;
    /// assert!((worth[0].amount() - 52.3196).abs() < 5e-5);
    ///
    /// // The fourth mailing costs more than it brings.
    /// assert!(worth[3].amount() < 0.0);
    /// assert_eq!(chain.release(&rewards, discount)?.released, [3]);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    ///
    /// # References
    ///
    /// Pfeifer and Carraway (2000), Modeling customer relationships as Markov chains, Journal of Interactive Marketing
    /// 14(2).
    pub fn worth(&self, rewards: &[ExpectedMoney], discount: DiscountRate) -> Result<Vec<ExpectedMoney>, ChainError> {
        let (amounts, currency) = self.amounts(rewards)?;
        in_currency(self.sums(&amounts, discount)?, currency)
    }

    /// The same up to a horizon: the reward now and those of so many further periods.
    ///
    /// # Errors
    ///
    /// [`ChainError::Lengths`], [`ChainError::Money`], [`ChainError::TooManyPeriods`] above 100,000.
    pub fn worth_within(
        &self,
        rewards: &[ExpectedMoney],
        discount: DiscountRate,
        periods: u32,
    ) -> Result<Vec<ExpectedMoney>, ChainError> {
        let (amounts, currency) = self.amounts(rewards)?;
        self.check_periods(periods)?;
        let keep = discount.factor(self.period);
        let mut worth = amounts.clone();
        for _ in 0..periods {
            worth = amounts.iter().zip(&self.rows).map(|(now, row)| now + keep * row.mean(&worth)).collect();
        }
        in_currency(worth, currency)
    }

    /// The policy that follows from states worth less than nothing: customers who come into one are let go, for nothing.
    ///
    /// Letting go of some states changes what the others are worth, up or never down; so it is repeated until every state
    /// kept is worth something and every state let go would not be.
    ///
    /// # Errors
    ///
    /// As [`Chain::worth`], and [`ChainError::Unsettled`] where rounding keeps a policy from settling.
    ///
    /// # References
    ///
    /// Howard (1960), Dynamic programming and Markov processes; Pfeifer and Carraway (2000).
    pub fn release(&self, rewards: &[ExpectedMoney], discount: DiscountRate) -> Result<Release, ChainError> {
        let (amounts, currency) = self.amounts(rewards)?;
        let mut kept = vec![true; self.states()];
        let mut undecided = 0;
        // Each round but the last betters the policy; there are seldom more than three.
        for _ in 0..=2 * self.states() {
            let worth = self.worth_of_kept(&kept, &amounts, discount)?;
            let better = |state: usize| self.is_better_kept(state, kept[state], &amounts, &worth, discount);
            let next: Vec<bool> = (0..self.states()).map(better).collect();
            let Some(state) = (0..self.states()).find(|&state| next[state] != kept[state]) else {
                let released = (0..self.states()).filter(|&state| !kept[state]).collect();
                return Ok(Release { worth: in_currency(worth, currency)?, released });
            };
            (kept, undecided) = (next, state);
        }
        Err(ChainError::Unsettled { state: undecided })
    }

    /// Whether a customer in a state is worth more than nothing if kept for now; by no more than rounding, it stays as it is.
    fn is_better_kept(&self, state: usize, kept: bool, amounts: &[f64], worth: &[f64], discount: DiscountRate) -> bool {
        const ROUNDING: f64 = 1e-12;
        let keep = discount.factor(self.period);
        let row = &self.rows[state];
        let size: Vec<f64> = worth.iter().map(|worth| worth.abs()).collect();
        let slack = ROUNDING * (amounts[state].abs() + keep * row.mean(&size));
        let continued = amounts[state] + keep * row.mean(worth);
        if kept { continued >= -slack } else { continued > slack }
    }

    /// What customers are worth where those in states not kept go nowhere and earn nothing.
    fn worth_of_kept(&self, kept: &[bool], amounts: &[f64], discount: DiscountRate) -> Result<Vec<f64>, ChainError> {
        let gone = |state: usize| (0..self.states()).map(|to| f64::from(u8::from(to == state))).collect();
        let row = |state: usize| if kept[state] { self.rows[state].clone() } else { Weights::proven(gone(state)) };
        let rows = (0..self.states()).map(row).collect();
        let earned: Vec<f64> =
            amounts.iter().zip(kept).map(|(amount, kept)| if *kept { *amount } else { 0.0 }).collect();
        Self { rows, period: self.period }.sums(&earned, discount)
    }

    fn sums(&self, amounts: &[f64], discount: DiscountRate) -> Result<Vec<f64>, ChainError> {
        match self.discounted(discount) {
            Some(equations) => Ok(equations.solve(amounts)),
            None => self.undiscounted(amounts),
        }
    }

    /// The discounted number of periods until customers in each state are in state 0, of which that state has none; `None`
    /// where nothing is discounted.
    pub(crate) fn periods_until_first(&self, discount: DiscountRate) -> Option<Vec<f64>> {
        let (keep, lost) = (discount.factor(self.period), discount.loss(self.period));
        let others: Vec<usize> = (1..self.states()).collect();
        let chances = self.block(&others).into_iter().map(|chance| keep * chance).collect();
        let leaks = others.iter().map(|&from| lost + keep * self.chance(from, 0)).collect();
        let periods = Leaking::new(chances, leaks).filter(|_| lost > 0.0)?.solve(&vec![1.0; others.len()]);
        Some([0.0].into_iter().chain(periods).collect())
    }

    /// The equations of discounted sums; `None` where nothing is discounted.
    pub(crate) fn discounted(&self, discount: DiscountRate) -> Option<Leaking> {
        let keep = discount.factor(self.period);
        let lost = discount.loss(self.period);
        let entries = self.rows.iter().flat_map(|row| row.as_slice().iter().map(|chance| keep * chance)).collect();
        Leaking::new(entries, vec![lost; self.states()])
    }

    /// Sums without discounting: finite where all that recurs earns nothing.
    fn undiscounted(&self, amounts: &[f64]) -> Result<Vec<f64>, ChainError> {
        let ends = self.closed_classes();
        if let Some(&state) = ends.iter().flatten().find(|&&state| amounts[state] != 0.0) {
            return Err(ChainError::Diverges { state, reward: amounts[state] });
        }
        let passing = self.passing(&ends);
        let mut worth = vec![0.0; self.states()];
        if let Some(equations) = self.until(&passing, &ends) {
            let rewards: Vec<f64> = passing.iter().map(|&state| amounts[state]).collect();
            passing.iter().zip(equations.solve(&rewards)).for_each(|(&state, value)| worth[state] = value);
        }
        Ok(worth)
    }

    fn amounts(&self, rewards: &[ExpectedMoney]) -> Result<(Vec<f64>, Currency), ChainError> {
        self.check_length("rewards", rewards.len())?;
        let currency = rewards.first().ok_or(ChainError::Empty)?.currency();
        for reward in rewards {
            same_currency(currency, reward.currency())?;
        }
        Ok((rewards.iter().map(|reward| reward.amount()).collect(), currency))
    }
}

fn in_currency(amounts: Vec<f64>, currency: Currency) -> Result<Vec<ExpectedMoney>, ChainError> {
    amounts.into_iter().map(|amount| Ok(ExpectedMoney::new(amount, currency)?)).collect()
}
