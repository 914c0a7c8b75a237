//! Contracts that are renewed period by period: how long they last.

mod bdw;
mod discrete_weibull;
mod process;
mod sbg;
mod tenure;

pub use bdw::{Bdw, BdwParams};
pub use discrete_weibull::{DiscreteWeibull, DiscreteWeibullParams};
pub use process::ContractProcess;
pub use sbg::{Sbg, SbgParams};
pub use tenure::{Membership, Tenure, TenureError, Tenures};

use tenure::TenureRow;

use super::{
    CountModel,
    opportunity::{Stay, opportunities},
    simulate::{Generator, LatentCustomer, Leaving, Pace},
};
use crate::{math::Jet, units::Span};

/// ln [S(to)/S(from)] with its gradient and Hessian, of which the upper triangle counts.
type Step<const N: usize> = (f64, [f64; N], [[f64; N]; N]);

/// The log-likelihood: ln S(n) of each active contract, ln [S(n−1) − S(n)] of each that was lost.
fn objective<const N: usize>(natural: &[f64], data: &Tenures, step: impl Fn(f64, f64) -> Step<N>) -> Jet {
    let mut jet = Jet::zero(N);
    let mut add = |customers: u64, (value, gradient, hessian): Step<N>| {
        let n = customers as f64;
        jet.add(n * value, gradient.map(|slope| n * slope), hessian.map(|row| row.map(|curvature| n * curvature)));
    };
    for row in data.rows() {
        let n = f64::from(row.periods);
        if row.active > 0 && row.periods > 0 {
            add(row.active, step(0.0, n));
        }
        if row.lost > 0 {
            if row.periods > 1 {
                add(row.lost, step(0.0, n - 1.0));
            }
            add(row.lost, lost(step(n - 1.0, n)));
        }
    }
    jet.in_logarithms(natural)
}

/// ln (1 − e^v), from the jet of v < 0.
fn lost<const N: usize>((v, slope, curvature): Step<N>) -> Step<N> {
    let odds = (-v).exp_m1().recip();
    let hessian = std::array::from_fn(|i| {
        std::array::from_fn(|j| -odds * (curvature[i][j] + (1.0 + odds) * slope[i] * slope[j]))
    });
    (ln_one_less_exp(v), slope.map(|slope| -odds * slope), hessian)
}

/// ln (1 − e^v) for v < 0.
fn ln_one_less_exp(v: f64) -> f64 {
    if v > -std::f64::consts::LN_2 { (-v.exp_m1()).ln() } else { (-v.exp()).ln_1p() }
}

/// The log-likelihood of one contract.
fn ln_likelihood(stay: Stay, tenure: Tenure) -> f64 {
    let periods = f64::from(tenure.periods());
    match tenure.membership() {
        Membership::Active => stay.ln_survival(periods),
        Membership::Lost => {
            let before = periods - 1.0;
            stay.ln_survival(before) + ln_one_less_exp(stay.after(before).ln_survival(1.0))
        }
    }
}

/// The log-odds of being active, which are known.
fn log_odds_active(tenure: Tenure) -> f64 {
    match tenure.membership() {
        Membership::Active => f64::INFINITY,
        Membership::Lost => f64::NEG_INFINITY,
    }
}

/// A customer who renews always until S(k) = e^(−rate·k^power) falls below a random number.
fn draw(rate: f64, power: f64, every: Span, rng: &mut Generator) -> LatentCustomer {
    let every = every.as_days();
    let lost_at = (rng.exponential() / rate).powf(power.recip()).floor() + 1.0;
    LatentCustomer {
        pace: Pace::Opportunities { probability: 1.0, every },
        leaving: Leaving::before_opportunity(lost_at, every),
    }
}

/// For each contract of `data` one drawn from the model, observed for as long. How long a lost one would have been observed
/// is not known: as long as one drawn from the active ones that are as old or older, else as the longest.
fn resampled(model: &impl CountModel<History = Tenure>, data: &Tenures, rng: &mut Generator) -> Tenures {
    let every = data.every();
    let seen = data.rows().iter().enumerate().flat_map(|(index, row)| {
        let active = (0..row.active).map(|_| row.periods);
        let older = &data.rows()[index..];
        active.chain((0..row.lost).map(|_| seen_for(older, rng.uniform())).collect::<Vec<_>>())
    });
    let seen: Vec<u32> = seen.collect();
    let mut observed = |periods: u32| {
        let until = (f64::from(periods) + 0.5) * every.as_days();
        let mut renewals = 0;
        model.draw(rng).purchases(until, rng, |_| renewals += 1);
        model.observe(renewals, 0.0, until)
    };
    Tenures::proven(seen.into_iter().map(&mut observed), every)
}

/// The tenure of the active contract at a share of all active ones in ascending rows; the longest where none is active.
fn seen_for(rows: &[TenureRow], share: f64) -> u32 {
    let active: u64 = rows.iter().map(|row| row.active).sum();
    let mut left = share * active as f64;
    let at_share = rows.iter().find(|row| {
        left -= row.active as f64;
        left < 0.0
    });
    at_share.or(rows.last()).map_or(0, |row| row.periods)
}

/// The tenure of a simulated customer, from times in days.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is too large saturates")]
fn observed(renewals: u32, age: f64, every: Span) -> Tenure {
    Tenure::observed(renewals, opportunities(age, every.as_days()) as u32)
}

/// What every contract model is, once it has `stay`, the [`Stay`] of a newcomer; everything but its likelihood.
macro_rules! contract_model {
    ($model:ident) => {
        impl $crate::lifetime::CountModel for $model {
            type History = $crate::lifetime::Tenure;
            type Alive = $crate::lifetime::ContractProcess;

            fn log_odds_alive(&self, tenure: &Self::History) -> f64 {
                $crate::lifetime::contract::log_odds_active(*tenure)
            }

            fn given_alive(&self, tenure: &Self::History) -> Self::Alive {
                let stay = self.stay().after(f64::from(tenure.periods()));
                $crate::lifetime::ContractProcess { stay, every: self.0.every.as_days() }
            }

            fn process_key(&self, tenure: &Self::History) -> (u64, u64, u64) {
                (tenure.periods().into(), 0, 0)
            }

            fn draw(&self, rng: &mut $crate::lifetime::Generator) -> $crate::lifetime::LatentCustomer {
                let (rate, power) = self.draw_rate(rng);
                $crate::lifetime::contract::draw(rate, power, self.0.every, rng)
            }

            fn observe(&self, repeats: u32, _: f64, age: f64) -> Self::History {
                $crate::lifetime::contract::observed(repeats, age, self.0.every)
            }
        }
    };
}
use contract_model;
