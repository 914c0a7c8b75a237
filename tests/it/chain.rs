//! Markov chains: published numbers, a 50-digit table, truncated sums, laws, bad input.

use customer_value::{
    Chain, ChainError, Currency, DiscountRate, ExpectedMoney, MoneyError, Probability, Seed, Span, Weights,
};
use proptest::prelude::*;
use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};

use crate::exchange_cases::{Case, cases, matrix, number, vector};
use crate::shared::relative_error;

fn usd(amount: f64) -> ExpectedMoney {
    ExpectedMoney::new(amount, Currency::USD).unwrap()
}

fn money(amounts: &[f64]) -> Vec<ExpectedMoney> {
    amounts.iter().copied().map(usd).collect()
}

fn year() -> Span {
    Span::years(1.0).unwrap()
}

fn chain(rows: &[Vec<f64>]) -> Chain {
    let rows: Vec<Weights> = rows.iter().map(|row| Weights::new(row.clone()).unwrap()).collect();
    Chain::new(rows, year()).unwrap()
}

fn effective(rate: f64) -> DiscountRate {
    DiscountRate::effective_annual(rate).unwrap()
}

fn amounts(worth: &[ExpectedMoney]) -> Vec<f64> {
    worth.iter().map(|worth| worth.amount()).collect()
}

/// The chain of a case; customers who leak away go to one more state, that keeps them and pays nothing.
fn chain_of(case: &Case) -> (Chain, Vec<f64>) {
    let (mut rows, mut rewards) = (matrix(case, "p"), vector(case, "r"));
    if case["kind"] == "leaking" {
        for row in &mut rows {
            let kept: f64 = row.iter().sum();
            row.push(1.0 - kept);
        }
        rewards.push(0.0);
        rows.push((0..rewards.len()).map(|state| f64::from(u8::from(state + 1 == rewards.len()))).collect());
    }
    (chain(&rows), rewards)
}

/// On the scale of the largest element: rewards of both signs may cancel in one of them.
fn assert_close(name: &str, found: &[f64], expected: &[f64]) {
    let scale = expected.iter().fold(0.0_f64, |most, one| most.max(one.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-13 * scale, "{name}: {found} is not {expected}");
    }
}

#[test]
fn chains_match_the_table() {
    for (name, case) in cases("chain") {
        let (chain, rewards) = chain_of(&case);
        let (rewards, discount) = (money(&rewards), effective(number(&case, "d")));
        let expected = vector(&case, "v");
        if !expected.is_empty() {
            assert_close(&name, &amounts(&chain.worth(&rewards, discount).unwrap()), &expected);
        }
        let horizon = case["horizon"].parse().unwrap();
        let within = chain.worth_within(&rewards, discount, horizon).unwrap();
        assert_close(&name, &amounts(&within), &vector(&case, "v_horizon"));
        for (found, expected) in chain.absorption().unwrap().periods.iter().zip(vector(&case, "periods")) {
            assert!(relative_error(*found, expected) < 1e-13, "{name}: {found} is not {expected}");
        }
        let expected = vector(&case, "stationary");
        if !expected.is_empty() {
            for (found, expected) in chain.stationary().unwrap().as_slice().iter().zip(expected) {
                assert!(relative_error(*found, expected) < 1e-13, "{name}: {found} is not {expected}");
            }
        }
    }
}

/// Migration with a state of no return, and satisfaction, computed for this project.
#[test]
fn f41_absorption_and_long_run_computed() {
    let rows = [[0.7, 0.2, 0.05, 0.05], [0.2, 0.6, 0.1, 0.1], [0.05, 0.15, 0.6, 0.2], [0.0, 0.0, 0.0, 1.0]];
    let absorption = chain(&rows.map(Vec::from)).absorption().unwrap();
    for (found, printed) in absorption.periods.iter().zip([11.354_167, 10.104_167, 7.708_333, 0.0]) {
        assert!((found - printed).abs() < 5e-7, "{found} is not {printed}");
    }
    assert_eq!(absorption.ends, [[3]]);
    assert!(absorption.chances.iter().all(|ends| (ends[0].get() - 1.0).abs() < 1e-15));
    let shares = chain(&[vec![0.9, 0.1], vec![0.5, 0.5]]).stationary().unwrap();
    assert!((shares.as_slice()[0] - 5.0 / 6.0).abs() < 1e-15 && (shares.as_slice()[1] - 1.0 / 6.0).abs() < 1e-15);
}

fn pfeifer_carraway() -> (Chain, Vec<ExpectedMoney>) {
    let mut rows = vec![vec![0.0; 5]; 5];
    for (since, p) in [0.3, 0.2, 0.15, 0.05].into_iter().enumerate() {
        rows[since][0] = p;
        rows[since][since + 1] = 1.0 - p;
    }
    rows[4][4] = 1.0;
    (chain(&rows), money(&[36.0, -4.0, -4.0, -4.0, 0.0]))
}

#[test]
fn f54_pfeifer_and_carraway_2000_recomputed() {
    let (chain, rewards) = pfeifer_carraway();
    let four = amounts(&chain.worth_within(&rewards, effective(0.2), 4).unwrap());
    let always = amounts(&chain.worth(&rewards, effective(0.2)).unwrap());
    for (found, printed) in four.iter().zip([50.1150, 4.2199, 0.5921, -1.9801, 0.0]) {
        assert!((found - printed).abs() < 5.1e-5, "{found} is not {printed}");
    }
    for (found, printed) in always.iter().zip([52.3196, 5.5538, 1.2508, -1.8200, 0.0]) {
        assert!((found - printed).abs() < 5.1e-5, "{found} is not {printed}");
    }
}

/// Every set of states to let go is tried: no other is worth more in any state.
#[test]
fn release_is_the_best_of_all_policies() {
    let (chain_, rewards) = pfeifer_carraway();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut cases = vec![(chain_, amounts(&rewards))];
    for _ in 0..40 {
        let rows: Vec<Vec<f64>> = (0..4)
            .map(|_| Weights::proportional((0..4).map(|_| uniform().powi(3)).collect::<Vec<_>>()).unwrap().into())
            .collect();
        cases.push((chain(&rows), (0..4).map(|_| 20.0 * uniform() - 12.0).collect()));
    }
    for (chain, rewards) in cases {
        let found = chain.release(&money(&rewards), effective(0.1)).unwrap();
        let worth = amounts(&found.worth);
        for policy in 0..1_u32 << chain.states() {
            let released = |state: usize| policy >> state & 1 == 1;
            let other = worth_by_iteration(&chain, &rewards, released);
            for (state, (best, other)) in worth.iter().zip(&other).enumerate() {
                assert!(*best >= other - 1e-9, "policy {policy:b} is worth {other} in state {state}, not {best}");
            }
        }
        let own = worth_by_iteration(&chain, &rewards, |state| found.released.contains(&state));
        assert!(worth.iter().zip(own).all(|(one, other)| (one - other).abs() < 1e-9));
    }
}

/// A thousand periods at 10 %, states let go earning nothing.
fn worth_by_iteration(chain: &Chain, rewards: &[f64], released: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut worth = vec![0.0; rewards.len()];
    for _ in 0..1_000 {
        let next = |state: usize| -> f64 {
            let row = chain.rows()[state].as_slice();
            let later: f64 = row.iter().zip(&worth).map(|(chance, worth)| chance * worth).sum();
            if released(state) { 0.0 } else { rewards[state] + later / 1.1 }
        };
        worth = (0..rewards.len()).map(next).collect();
    }
    worth
}

fn random_chain() -> impl Strategy<Value = (Chain, Vec<f64>)> {
    (1_usize..6).prop_flat_map(|states| {
        let row = prop::collection::vec(0.0..1.0_f64, states);
        let rows = prop::collection::vec(row, states).prop_filter_map("a row of zeros", |rows| {
            let rows: Result<Vec<Weights>, _> = rows.into_iter().map(Weights::proportional).collect();
            Chain::new(rows.ok()?, Span::years(1.0).ok()?).ok()
        });
        (rows, prop::collection::vec(-50.0..100.0_f64, states))
    })
}

proptest! {
    #[test]
    fn worth_is_the_limit_of_truncated_sums((chain, rewards) in random_chain(), rate in 0.05..0.5_f64) {
        let (rewards, discount) = (money(&rewards), effective(rate));
        let always = amounts(&chain.worth(&rewards, discount).unwrap());
        let long = amounts(&chain.worth_within(&rewards, discount, 800).unwrap());
        for (always, long) in always.iter().zip(long) {
            prop_assert!((always - long).abs() < 1e-10 * (1.0 + 100.0 / rate));
        }
    }

    #[test]
    fn the_long_run_is_not_changed_by_a_period((chain, _) in random_chain()) {
        let shares = chain.stationary().unwrap();
        let later = chain.shares_after(&shares, 1).unwrap();
        for (now, later) in shares.as_slice().iter().zip(later) {
            prop_assert!((now - later).abs() < 1e-14);
        }
    }

    /// What customers are worth now, on average over the long run, is that of a perpetuity of the mean reward.
    #[test]
    fn the_long_run_earns_a_perpetuity((chain, rewards) in random_chain(), rate in 0.05..0.5_f64) {
        let shares = chain.stationary().unwrap();
        let mean = |values: &[f64]| -> f64 { shares.as_slice().iter().zip(values).map(|(s, v)| s * v).sum() };
        let worth = amounts(&chain.worth(&money(&rewards), effective(rate)).unwrap());
        prop_assert!((mean(&worth) - mean(&rewards) * (1.0 + rate) / rate).abs() < 1e-9);
    }
}

/// Switching as rare as 1e-300, at a discount of 1e-15: the shares of the long run have all their digits.
#[test]
fn rare_moves_lose_no_digits() {
    let rows = [vec![1.0, 1e-300], vec![3e-300, 1.0]].map(|row| Weights::new(row).unwrap());
    let chain = Chain::new(rows, year()).unwrap();
    let shares = chain.stationary().unwrap();
    assert!(relative_error(shares.as_slice()[0], 0.75) < 1e-15);
    let worth =
        chain.worth(&money(&[1.0, 0.0]), DiscountRate::continuous(1e-15, customer_value::TimeUnit::Year).unwrap());
    assert!(relative_error(worth.unwrap()[0].amount(), 1e15) < 1e-14);
}

/// Simulated customers are lost when the chain says.
#[test]
fn simulated_customers_end_where_the_chain_says() {
    const CUSTOMERS: u32 = 100_000;
    let rows = [vec![0.5, 0.2, 0.2, 0.1], vec![0.3, 0.4, 0.0, 0.3], vec![0.0, 0.0, 1.0, 0.0], vec![0.0, 0.0, 0.0, 1.0]];
    let absorption = chain(&rows).absorption().unwrap();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(Seed::new(3).get());
    let (mut periods, mut first) = (0_u32, 0_u32);
    for _ in 0..CUSTOMERS {
        let mut state = 0;
        while state < 2 {
            let mut draw = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            state = rows[state]
                .iter()
                .position(|chance| {
                    draw -= chance;
                    draw < 0.0
                })
                .unwrap_or(3);
            periods += 1;
        }
        first += u32::from(state == 2);
    }
    assert_eq!(absorption.ends, [[2], [3]]);
    let n = f64::from(CUSTOMERS);
    assert!((f64::from(periods) / n - absorption.periods[0]).abs() < 0.03);
    assert!((f64::from(first) / n - absorption.chances[0][0].get()).abs() < 4.0 * (0.25 / n).sqrt());
}

#[test]
fn what_is_no_chain_is_refused() {
    let half = Weights::new([0.5, 0.5]).unwrap();
    assert_eq!(Chain::new([], year()).unwrap_err(), ChainError::Empty);
    assert_eq!(Chain::new([half.clone()], year()).unwrap_err(), ChainError::Row { row: 0, found: 2, states: 1 });
    assert_eq!(Chain::new([half.clone(), half.clone()], Span::ZERO).unwrap_err(), ChainError::NoPeriod);
    let chain = Chain::new([half.clone(), half], year()).unwrap();
    let wrong = ChainError::Lengths { what: "rewards", found: 1, states: 2 };
    assert_eq!(chain.worth(&money(&[1.0]), effective(0.1)).unwrap_err(), wrong);
    let wrong = ChainError::Lengths { what: "shares", found: 3, states: 2 };
    assert_eq!(chain.shares_after(&Weights::equal(3).unwrap(), 1).unwrap_err(), wrong);
    let many = ChainError::TooManyPeriods { periods: 100_001, most: 100_000 };
    assert_eq!(chain.worth_within(&money(&[1.0, 2.0]), effective(0.1), 100_001).unwrap_err(), many);
    let eur = ExpectedMoney::new(1.0, Currency::EUR).unwrap();
    let mixed = chain.worth(&[usd(1.0), eur], effective(0.1)).unwrap_err();
    let expected = MoneyError::CurrencyMismatch { expected: Currency::USD, found: Currency::EUR };
    assert_eq!(mixed, ChainError::Money(expected));
}

#[test]
fn without_discounting_what_recurs_has_no_worth_unless_it_earns_nothing() {
    let (chain, mut rewards) = pfeifer_carraway();
    let worth = amounts(&chain.worth(&rewards, DiscountRate::ZERO).unwrap());
    assert!(worth[4] == 0.0 && worth[0] > 52.32);
    rewards[4] = usd(1.0);
    let endless = ChainError::Diverges { state: 4, reward: 1.0 };
    assert_eq!(chain.worth(&rewards, DiscountRate::ZERO).unwrap_err(), endless);
    assert_eq!(chain.release(&rewards, DiscountRate::ZERO).unwrap_err(), endless);
}

#[test]
fn a_chain_with_several_ends_has_no_single_long_run() {
    let apart = chain(&[vec![1.0, 0.0], vec![0.0, 1.0]]);
    assert_eq!(apart.stationary().unwrap_err(), ChainError::SeveralEnds { classes: vec![vec![0], vec![1]] });
    let absorption = apart.absorption().unwrap();
    assert_eq!((absorption.periods, absorption.ends), (vec![0.0, 0.0], vec![vec![0], vec![1]]));
    assert_eq!(absorption.chances[1], [Probability::new(0.0).unwrap(), Probability::new(1.0).unwrap()]);
}

/// States let go earn nothing and lead nowhere, also where nothing is discounted.
#[test]
fn release_without_discounting_keeps_to_its_policy() {
    let chain = chain(&[vec![0.0, 0.5, 0.5], vec![0.0, 0.0, 1.0], vec![0.0, 0.0, 1.0]]);
    let release = chain.release(&money(&[10.0, -4.0, 0.0]), DiscountRate::ZERO).unwrap();
    assert_eq!((amounts(&release.worth), release.released), (vec![10.0, 0.0, 0.0], vec![1]));
}

#[test]
fn a_small_loss_beside_a_great_gain_elsewhere_is_let_go() {
    let chain = chain(&[vec![1.0, 0.0], vec![0.0, 1.0]]);
    let release = chain.release(&money(&[1e12, -1.0]), effective(0.1)).unwrap();
    assert_eq!((release.worth[1].amount(), release.released), (0.0, vec![1]));
}

#[test]
fn rows_of_decimals_lose_nobody() {
    let third = 0.333_333_333;
    let chain = chain(&vec![vec![third; 3]; 3]);
    let shares = chain.shares_after(&Weights::equal(3).unwrap(), 100_000).unwrap();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-10, "{shares:?}");
    let worth = chain.worth_within(&money(&[1.0; 3]), DiscountRate::ZERO, 99_999).unwrap();
    assert!(relative_error(worth[0].amount(), 100_000.0) < 1e-10);
}

/// Chances of 1e-309 have fewer digits than others, but nothing comes out that is no number.
#[test]
fn chances_too_small_for_all_their_digits_give_numbers_or_errors() {
    let once = chain(&[vec![1.0, 1e-309], vec![0.0, 1.0]]);
    let rare = ChainError::TooRare { state: 0, quantity: "the time until it is left for good" };
    assert_eq!(once.absorption().unwrap_err(), rare);
    let twice = chain(&[vec![0.5, 0.5, 0.0], vec![1e-309, 1.0, 1e-309], vec![0.0, 0.0, 1.0]]);
    let worth = twice.worth(&money(&[1.0, 0.0, 0.0]), DiscountRate::ZERO).unwrap();
    for (found, expected) in amounts(&worth).iter().zip([4.0, 2.0, 0.0]) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }
    let shares = chain(&[vec![0.5, 0.5], vec![1e-309, 1.0]]).stationary().unwrap();
    assert!(shares.as_slice()[0] < 1e-300 && shares.as_slice()[1] == 1.0);
}

#[test]
fn work_is_bounded_by_states_too() {
    let states = 200;
    let chain = chain(&vec![vec![1.0 / states as f64; states]; states]);
    let many = ChainError::TooManyPeriods { periods: 25_001, most: 25_000 };
    assert_eq!(chain.shares_after(&Weights::equal(states).unwrap(), 25_001).unwrap_err(), many);
    assert!(relative_error(chain.stationary().unwrap().as_slice()[7], 5e-3) < 1e-13);
}

#[test]
fn a_single_state_stays() {
    let alone = chain(&[vec![1.0]]);
    assert_eq!(alone.stationary().unwrap().as_slice(), [1.0]);
    assert!(relative_error(alone.worth(&money(&[5.0]), effective(0.25)).unwrap()[0].amount(), 25.0) < 1e-15);
}

#[cfg(feature = "serde")]
#[test]
fn stored_chains_are_checked_when_read() {
    let chain = chain(&[vec![0.9, 0.1], vec![0.5, 0.5]]);
    let stored = serde_json::to_string(&chain).unwrap();
    assert_eq!(serde_json::from_str::<Chain>(&stored).unwrap(), chain);
    let spoilt = stored.replace("0.9,0.1", "0.9,0.1,0.0");
    assert!(serde_json::from_str::<Chain>(&spoilt).unwrap_err().to_string().contains("row 0"));
}
