//! How often intervals hold the truth: run with `cargo test --release --all-features --test it -- --ignored coverage
//! --nocapture`; it takes some minutes and prints a table.

use customer_value::{
    Bb, BbParams, Bdw, BdwParams, BgBb, BgBbParams, BgCnbd, BgNbd, CnbdParams, CountModel, Currency, DiscreteWeibull,
    DiscreteWeibullParams, ExpectedMoney, GammaGamma, GammaGammaParams, GapHistory, GapPatterns, GgompertzNbd,
    GgompertzNbdParams, Likelihood, MbgCnbd, MbgNbd, Mle, Money, Nbd, OpportunityPatterns, ParetoNbd, ParetoNbdParams,
    Patterns, PurchaseHistory, Quantity, Sbg, SbgParams, Seed, Span, SpendHistory, Tenures, TimeUnit, Verdict,
    lifetime::SpendPatterns, simulate,
};
use rand_distr::{Distribution, Gamma, Geometric};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use crate::shared::{bg_nbd, mbg_nbd, nbd};

const COHORTS: u64 = 2_000;
const CUSTOMERS: u32 = 2_000;
/// The 95 % quantile of χ² with one degree of freedom.
const CHI_SQUARED_95: f64 = 3.841_458_820_694_124;

/// A quantity with its true value, in weeks.
pub type Truth = (Quantity, f64);

/// For each quantity, in how many cohorts its 95 % interval holds the truth: that of its profile, where the deviance at
/// the truth is at most the quantile, and that of Wald, where it is that of a parameter.
fn coverage<M: Likelihood<Data: Clone>>(truths: &[Truth], draw: impl Fn(u64) -> M::Data + Sync) -> Vec<[u64; 2]> {
    let one = |cohort: u64| {
        let data = draw(cohort);
        let fit = Mle::default().fit::<M>(data.clone()).unwrap();
        assert_eq!(fit.certificate().verdict, Verdict::Interior, "cohort {cohort}");
        let wald = fit.wald_intervals(customer_value::Probability::new(0.95).unwrap(), TimeUnit::Week);
        let holds = |(quantity, truth): &Truth| {
            let deviance = Mle::default().deviance(&fit, &data, quantity.clone(), *truth, TimeUnit::Week).unwrap();
            let wald = wald
                .iter()
                .any(|one| Quantity::Parameter(one.name.clone()) == *quantity && one.interval.contains(*truth));
            [u64::from(deviance <= CHI_SQUARED_95), u64::from(wald)]
        };
        truths.iter().map(holds).collect::<Vec<_>>()
    };
    let half = |from: u64| {
        (from..COHORTS).step_by(2).map(one).fold(vec![[0; 2]; truths.len()], |sum, next| {
            sum.iter().zip(next).map(|(sum, next)| [sum[0] + next[0], sum[1] + next[1]]).collect()
        })
    };
    let (even, odd) = std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        (half(0), odd.join().unwrap())
    });
    even.iter().zip(odd).map(|(one, other)| [one[0] + other[0], one[1] + other[1]]).collect()
}

pub fn check<M: Likelihood<Data: Clone>>(truths: &[Truth], draw: impl Fn(u64) -> M::Data + Sync) {
    let counts = coverage::<M>(truths, draw);
    let percent = |count: u64| 100.0 * count as f64 / COHORTS as f64;
    for ((quantity, truth), [profile, wald]) in truths.iter().zip(&counts) {
        let wald = match quantity {
            Quantity::Parameter(_) => format!("{:.2} %", percent(*wald)),
            Quantity::Ratio(..) => String::new(),
        };
        println!("| {} | {quantity} = {truth:.4} | {:.2} % | {wald} |", M::NAME, percent(*profile));
    }
    for ((quantity, _), [profile, _]) in truths.iter().zip(counts) {
        assert!((93.0..=97.0).contains(&percent(profile)), "{} {quantity}: {profile} of {COHORTS}", M::NAME);
    }
}

/// Parameters by name, and ratios of two of them.
fn truths<const N: usize>(names: [&'static str; N], values: [f64; N], ratios: &[(usize, usize)]) -> Vec<Truth> {
    let parameters = names.into_iter().map(Quantity::parameter).zip(values);
    let ratio =
        |&(over, under): &(usize, usize)| (Quantity::ratio(names[over], names[under]), values[over] / values[under]);
    parameters.chain(ratios.iter().map(ratio)).collect()
}

/// Two years of observation.
fn cohort(model: &impl CountModel<History = PurchaseHistory>, seed: u64) -> Patterns {
    (&simulate(model, Span::weeks(104.0).unwrap(), CUSTOMERS, Seed::new(seed))).into()
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_nbd_intervals_is_their_level() {
    let truth = [0.385, 12.07];
    check::<Nbd>(&truths(["r", "alpha"], truth, &[(0, 1)]), |seed| cohort(&nbd(truth), seed));
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_bg_nbd_intervals_is_their_level() {
    let truth = [0.243, 4.414, 0.793, 2.426];
    let truths = truths(["r", "alpha", "a", "b"], truth, &[(0, 1), (2, 3)]);
    check::<BgNbd>(&truths, |seed| cohort(&bg_nbd(truth), seed));
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_mbg_nbd_intervals_is_their_level() {
    let truth = [0.525, 6.183, 0.891, 1.614];
    let truths = truths(["r", "alpha", "a", "b"], truth, &[(0, 1), (2, 3)]);
    check::<MbgNbd>(&truths, |seed| cohort(&mbg_nbd(truth), seed));
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_pareto_nbd_intervals_is_their_level() {
    let truth = [0.553, 10.578, 0.606, 11.669];
    let (alpha, beta) = (Span::weeks(truth[1]).unwrap(), Span::weeks(truth[3]).unwrap());
    let model = ParetoNbd::new(ParetoNbdParams { r: truth[0], alpha, s: truth[2], beta }).unwrap();
    let truths = truths(["r", "alpha", "s", "beta"], truth, &[(0, 1), (2, 3)]);
    check::<ParetoNbd>(&truths, |seed| cohort(&model, seed));
}

/// Amounts in cents, as ledgers have them, drawn here and not by the library.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_gamma_gamma_intervals_is_their_level() {
    let [p, q, v] = [6.25, 3.74, 15.44];
    let v_money = ExpectedMoney::new(v, Currency::USD).unwrap();
    assert!(GammaGamma::new(GammaGammaParams { p, q, v: v_money }).is_ok());
    let draw = |seed: u64| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let customer = |_| {
            let repeats = 1 + Geometric::new(0.3).unwrap().sample(&mut rng) as u32;
            let scale = v / Gamma::new(q, 1.0).unwrap().sample(&mut rng);
            let total = scale * Gamma::new(p * f64::from(repeats), 1.0).unwrap().sample(&mut rng);
            SpendHistory::new(repeats, Money::from_minor((100.0 * total).round() as i64, Currency::USD)).unwrap()
        };
        SpendPatterns::from(&(0..CUSTOMERS).map(customer).collect::<Vec<_>>())
    };
    check::<GammaGamma>(&truths(["p", "q", "v"], [p, q, v], &[]), draw);
}

/// Two years of regular buyers with k = 2. With a given k the gaps shift the log-likelihood by a constant; equal gaps
/// will do.
fn regular(model: &impl CountModel<History = PurchaseHistory>, seed: u64) -> GapPatterns {
    let histories = simulate(model, Span::weeks(104.0).unwrap(), CUSTOMERS, Seed::new(seed));
    let equal_gaps = |history: PurchaseHistory| {
        let repeats = f64::from(history.repeats());
        let ln_gaps = if repeats > 0.0 { repeats * (history.recency().as_days() / repeats).ln() } else { 0.0 };
        GapHistory::new(history, ln_gaps).unwrap()
    };
    GapPatterns::new(&histories.into_iter().map(equal_gaps).collect::<Vec<_>>(), 2).unwrap()
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_mbg_cnbd_intervals_is_their_level() {
    let truth = [0.525, 3.0, 0.891, 1.614];
    let [r, alpha, a, b] = truth;
    let model = MbgCnbd::new(CnbdParams { k: 2, r, alpha: Span::weeks(alpha).unwrap(), a, b }).unwrap();
    let truths = truths(["r", "alpha", "a", "b"], truth, &[(0, 1), (2, 3)]);
    check::<MbgCnbd>(&truths, |seed| regular(&model, seed));
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_bg_cnbd_intervals_is_their_level() {
    let truth = [0.5, 2.0, 0.793, 2.426];
    let [r, alpha, a, b] = truth;
    let model = BgCnbd::new(CnbdParams { k: 2, r, alpha: Span::weeks(alpha).unwrap(), a, b }).unwrap();
    let truths = truths(["r", "alpha", "a", "b"], truth, &[(0, 1), (2, 3)]);
    check::<BgCnbd>(&truths, |seed| regular(&model, seed));
}

/// Customers most of whom leave at about the same age, half a year.
#[test]
#[ignore = "two thousand fits, ten minutes"]
fn coverage_of_ggompertz_nbd_intervals_is_their_level() {
    let truth = [1.2, 4.0, 0.14, 1.1, 25.0];
    let [r, alpha, b, s, beta] = truth;
    let alpha = Span::weeks(alpha).unwrap();
    let model = GgompertzNbd::new(GgompertzNbdParams { r, alpha, b_per_day: b / 7.0, s, beta }).unwrap();
    let truths = truths(["r", "alpha", "b", "s", "beta"], truth, &[(0, 1)]);
    check::<GgompertzNbd>(&truths, |seed| cohort(&model, seed));
}

/// Twenty opportunities.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_bg_bb_intervals_is_their_level() {
    let truth = [1.204, 0.75, 0.657, 2.783];
    let [alpha, beta, gamma, delta] = truth;
    let every = Span::weeks(1.0).unwrap();
    let model = BgBb::new(BgBbParams { alpha, beta, gamma, delta, every }).unwrap();
    let truths = truths(["alpha", "beta", "gamma", "delta"], truth, &[(0, 1), (2, 3)]);
    check::<BgBb>(&truths, |seed| {
        let histories = simulate(&model, Span::weeks(20.5).unwrap(), CUSTOMERS, Seed::new(seed));
        OpportunityPatterns::new(histories, every).unwrap()
    });
}

/// Eight renewals.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_sbg_intervals_is_their_level() {
    let truth = [0.7637, 1.2958];
    let every = Span::years(1.0).unwrap();
    let model = Sbg::new(SbgParams { alpha: truth[0], beta: truth[1], every }).unwrap();
    let truths = truths(["alpha", "beta"], truth, &[(0, 1)]);
    check::<Sbg>(&truths, |seed| {
        let tenures = simulate(&model, Span::years(8.5).unwrap(), CUSTOMERS, Seed::new(seed));
        Tenures::new(tenures, every).unwrap()
    });
}

/// Twenty opportunities.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_bb_intervals_is_their_level() {
    let truth = [1.204, 0.75];
    let every = Span::weeks(1.0).unwrap();
    let model = Bb::new(BbParams { alpha: truth[0], beta: truth[1], every }).unwrap();
    check::<Bb>(&truths(["alpha", "beta"], truth, &[(0, 1)]), |seed| {
        let histories = simulate(&model, Span::weeks(20.5).unwrap(), CUSTOMERS, Seed::new(seed));
        OpportunityPatterns::new(histories, every).unwrap()
    });
}

/// Twelve renewals.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_discrete_weibull_intervals_is_their_level() {
    let truth = [0.2, 0.7];
    let every = Span::years(1.0).unwrap();
    let model = DiscreteWeibull::new(DiscreteWeibullParams { theta: truth[0], c: truth[1], every }).unwrap();
    check::<DiscreteWeibull>(&truths(["theta", "c"], truth, &[]), |seed| {
        let tenures = simulate(&model, Span::years(12.5).unwrap(), CUSTOMERS, Seed::new(seed));
        Tenures::new(tenures, every).unwrap()
    });
}

/// Forty renewals.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_bdw_intervals_is_their_level() {
    let truth = [0.9, 6.0, 1.5];
    let [gamma, delta, c] = truth;
    let every = Span::years(1.0).unwrap();
    let model = Bdw::new(BdwParams { gamma, delta, c, every }).unwrap();
    check::<Bdw>(&truths(["gamma", "delta", "c"], truth, &[(0, 1)]), |seed| {
        let tenures = simulate(&model, Span::years(40.5).unwrap(), CUSTOMERS, Seed::new(seed));
        Tenures::new(tenures, every).unwrap()
    });
}
