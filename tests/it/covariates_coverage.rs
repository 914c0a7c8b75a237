//! How often intervals of coefficients hold the truth: run with `cargo test --release --all-features --test it -- --ignored
//! covariates --nocapture`; it takes some ten minutes of two cores and prints a table.

use customer_value::covariates::{
    Course, Courses, Covariates, Described, Design, Driver, DynamicParetoNbd, Effects, OverTime,
};
use customer_value::lifetime::{Likelihood, SpendPatterns};
use customer_value::{
    BetaGeometricParams, BgCnbd, BgNbd, CnbdParams, CountModel, Currency, GammaGamma, GapHistory, GapPatterns,
    GgompertzNbd, GgompertzNbdParams, Horizon, MbgCnbd, MbgNbd, Money, Nbd, NbdParams, ParetoNbd, ParetoNbdParams,
    Patterns, PurchaseHistory, PurchaseTimes, Quantity, Seed, Span, SpendHistory, simulate,
};
use rand_distr::{Distribution, Exp1, Gamma, Geometric};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use crate::inference_coverage::{Truth, check};

/// What a covariate of −1, −½, 0, ½ and 1, of a fifth of the customers each, adds to the logarithm of the rate of purchases,
/// and to that of leaving.
const PURCHASE: f64 = 0.4;
const DROPOUT: f64 = -0.5;
const LEVELS: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];

fn weeks(weeks: f64) -> Span {
    Span::weeks(weeks).unwrap()
}

fn design(each: usize) -> Design {
    Design::new().numbers("z", LEVELS.into_iter().flat_map(|z| vec![z; each])).build().unwrap()
}

fn truth(driver: Driver, value: f64) -> Truth {
    (Quantity::parameter(format!("{driver}: z")), value)
}

fn both() -> Vec<Truth> {
    vec![truth(Driver::Purchase, PURCHASE), truth(Driver::Dropout, DROPOUT)]
}

fn effects() -> Effects {
    Effects::new().of(Driver::Purchase, ["z"]).of(Driver::Dropout, ["z"])
}

/// Two years of customers of a model at each level: `at` gives it where purchases come e^p times as often and leaving is
/// e^d times as likely.
fn histories<M>(each: u32, seed: u64, at: impl Fn(f64, f64) -> M) -> Vec<PurchaseHistory>
where
    M: CountModel<History = PurchaseHistory>,
{
    let level = |(index, z): (u64, f64)| {
        let model = at((PURCHASE * z).exp(), (DROPOUT * z).exp());
        simulate(&model, weeks(104.0), each, Seed::new(5 * seed + index))
    };
    (0..).zip(LEVELS).flat_map(level).collect()
}

fn checked<M>(each: u32, truths: &[Truth], effects: &Effects, at: impl Fn(f64, f64) -> M + Sync)
where
    M: Likelihood<Data = Patterns> + CountModel<History = PurchaseHistory>,
{
    let design = design(each as usize);
    check::<Covariates<M>>(truths, |seed| Described::new(&design, effects, &histories(each, seed, &at)).unwrap());
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_nbd_is_their_level() {
    let effects = Effects::new().of(Driver::Purchase, ["z"]);
    checked(200, &both()[..1], &effects, |p, _| Nbd::new(NbdParams { r: 0.6, alpha: weeks(10.0 / p) }).unwrap());
}

fn beta_geometric(p: f64, d: f64) -> BetaGeometricParams {
    BetaGeometricParams { r: 0.6, alpha: weeks(6.0 / p), a: 0.8 * d, b: 2.5 }
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_bg_nbd_is_their_level() {
    checked(400, &both(), &effects(), |p, d| BgNbd::new(beta_geometric(p, d)).unwrap());
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_mbg_nbd_is_their_level() {
    checked(400, &both(), &effects(), |p, d| MbgNbd::new(beta_geometric(p, d)).unwrap());
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_pareto_nbd_is_their_level() {
    checked(200, &both(), &effects(), |p, d| {
        ParetoNbd::new(ParetoNbdParams { r: 0.6, alpha: weeks(8.0 / p), s: 0.7, beta: weeks(14.0 / d) }).unwrap()
    });
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_ggompertz_nbd_is_their_level() {
    checked(400, &both(), &effects(), |p, d| {
        let (alpha, b_per_day) = (weeks(4.0 / p), 0.14 / 7.0);
        GgompertzNbd::new(GgompertzNbdParams { r: 1.2, alpha, b_per_day, s: 1.1, beta: 25.0 / d }).unwrap()
    });
}

fn regular<M>(truths: &[Truth], at: impl Fn(CnbdParams) -> M + Sync)
where
    M: Likelihood<Data = GapPatterns> + CountModel<History = PurchaseHistory>,
{
    let design = design(400);
    let own = |p: f64, d: f64| {
        let BetaGeometricParams { r, alpha, a, b } = beta_geometric(p, d);
        at(CnbdParams { k: 2, r, alpha, a, b })
    };
    // With a given k the gaps shift the log-likelihood by a constant; equal ones will do.
    let equal_gaps = |history: PurchaseHistory| {
        let repeats = f64::from(history.repeats());
        let ln_gaps = if repeats > 0.0 { repeats * ((history.recency().as_days() / repeats).ln() - 1e-9) } else { 0.0 };
        GapHistory::new(history, ln_gaps).unwrap()
    };
    check::<Covariates<M>>(truths, |seed| {
        let gaps: Vec<GapHistory> = histories(400, seed, own).into_iter().map(equal_gaps).collect();
        Described::gaps(&design, &effects(), &gaps, 2).unwrap()
    });
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_bg_cnbd_is_their_level() {
    regular(&both(), |params| BgCnbd::new(params).unwrap());
}

#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_mbg_cnbd_is_their_level() {
    regular(&both(), |params| MbgCnbd::new(params).unwrap());
}

/// Amounts in cents, drawn here and not by the library.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_of_spend_is_their_level() {
    const EACH: usize = 200;
    let (design, effects) = (design(EACH), Effects::new().of(Driver::Spend, ["z"]));
    check::<Covariates<GammaGamma>>(&[truth(Driver::Spend, PURCHASE)], |seed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let customer = |z: f64| {
            let repeats = 1 + Geometric::new(0.3).unwrap().sample(&mut rng) as u32;
            let scale = 16.0 * (PURCHASE * z).exp() / Gamma::new(4.0, 1.0).unwrap().sample(&mut rng);
            let total = scale * Gamma::new(6.0 * f64::from(repeats), 1.0).unwrap().sample(&mut rng);
            SpendHistory::new(repeats, Money::from_minor((100.0 * total).round() as i64, Currency::USD)).unwrap()
        };
        let customers: Vec<_> = LEVELS.into_iter().flat_map(|z| vec![z; EACH]).map(customer).collect();
        Described::<SpendPatterns>::new(&design, &effects, &customers).unwrap()
    });
}

/// Quarters of alternating seasons, into which customers come at any time of the first; drawn here piece by piece.
#[test]
#[ignore = "two thousand fits"]
fn coverage_of_covariates_over_time_is_their_level() {
    const QUARTER: f64 = 13.0;
    const AGE: f64 = 104.0;
    let customer = |rng: &mut Xoshiro256PlusPlus| {
        let mut draw = || -> f64 { Exp1.sample(rng) };
        let (lambda, mu) = (draw() / 6.0, draw() / 60.0);
        let arrival = QUARTER * (-draw()).exp();
        let pieces: Vec<(f64, f64)> = (0..9)
            .map(|quarter| (f64::from(quarter) * QUARTER - arrival, f64::from(quarter % 2)))
            .map(|(start, z)| (start.max(0.0), z))
            .collect();
        let (mut repeats, mut left, mut next) = (Vec::new(), draw(), draw());
        for (at, &(start, z)) in pieces.iter().enumerate() {
            let end = pieces.get(at + 1).map_or(AGE, |next| next.0).min(AGE);
            let (pace, leaving) = (lambda * (PURCHASE * z).exp(), mu * (DROPOUT * z).exp());
            let until = end.min(start + left / leaving);
            let mut now = start;
            while now + next / pace < until {
                now += next / pace;
                repeats.push(weeks(now));
                next = draw();
            }
            next -= (until - now) * pace;
            left -= (end - start) * leaving;
            if left <= 0.0 {
                break;
            }
        }
        let course =
            Course::new(pieces.into_iter().map(|(start, z)| (weeks(start), vec![z])), Horizon::Lifetime).unwrap();
        (course, PurchaseTimes::new(repeats, weeks(AGE)).unwrap())
    };
    check::<DynamicParetoNbd>(&both(), |seed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (courses, times): (Vec<_>, Vec<_>) = (0..1_500).map(|_| customer(&mut rng)).unzip();
        OverTime::new(&Courses::new(["z"], courses).unwrap(), &effects(), &times).unwrap()
    });
}
