//! Analytic gradients and Hessians against dual numbers, through likelihoods written once more from the papers.

use std::f64::consts::FRAC_PI_2;

use customer_value::covariates::{Covariates, Described, Design, Driver, Effects};
use customer_value::{
    Bb, Bdw, BgBb, BgNbd, CorrelatedParetoNbd, Currency, DiscreteWeibull, GammaGamma, GgompertzNbd, MbgNbd, Membership,
    Money, Nbd, OpportunityHistory, OpportunityPatterns, ParetoNbd, Patterns, PurchaseHistory, Sbg, Span, SpendHistory,
    Tenure, Tenures,
    lifetime::{Likelihood, SpendPatterns},
};
use nalgebra::{Const, SVector};
use num_dual::{Dual2Vec, DualNum};

type Dual<const N: usize> = Dual2Vec<f64, Const<N>>;

/// Σ_{k<n} ln(x + k), the slow way.
fn rising<const N: usize>(x: Dual<N>, n: u32) -> Dual<N> {
    (0..n).map(|k| (x + f64::from(k)).ln()).fold(Dual::from(0.0), |sum, term| sum + term)
}

fn beta_geometric<const N: usize>(at: &[Dual<N>], history: &PurchaseHistory, coins_before: u32) -> Dual<N> {
    let [r, alpha, a, b] = [at[0], at[1], at[2], at[3]];
    let (x, tx, age) = (history.repeats(), history.recency().as_days(), history.age().as_days());
    let coins = x + coins_before;
    let shape = r + f64::from(x);
    let common = rising(r, x) + rising(b, coins) - rising(a + b, coins) + r * alpha.ln();
    let alive = -shape * (alpha + age).ln();
    if coins == 0 {
        return common + alive;
    }
    let left = (a / (b + f64::from(coins - 1))).ln() - shape * (alpha + tx).ln();
    // The larger is taken out so that dual numbers do not underflow.
    if left.re > alive.re {
        common + left + ((alive - left).exp() + 1.0).ln()
    } else {
        common + alive + ((left - alive).exp() + 1.0).ln()
    }
}

fn nbd<const N: usize>(at: &[Dual<N>], history: &PurchaseHistory) -> Dual<N> {
    let x = history.repeats();
    let end = at[1] + history.age().as_days();
    rising(at[0], x) + at[0] * at[1].ln() - (at[0] + f64::from(x)) * end.ln()
}

/// Nodes and weights of the tanh-sinh rule on (0, 1): a quadrature that has nothing in common with the crate's.
fn tanh_sinh() -> Vec<(f64, f64)> {
    let node = |k: i32| {
        let t = f64::from(k) / 8.0;
        let y = FRAC_PI_2 * t.sinh();
        // 1/(1 + e^−2y), from the nearer end so that neither end is lost.
        ((1.0 + (-2.0 * y).exp()).recip(), FRAC_PI_2 * t.cosh() / y.cosh().powi(2) / 2.0 / 8.0)
    };
    (-30..=30).map(node).filter(|&(_, weight)| weight > 1e-200).collect()
}

/// ln Σ exp of dual numbers, the largest taken out.
fn ln_sum<const N: usize>(terms: &[Dual<N>]) -> Dual<N> {
    let largest = terms.iter().map(|term| term.re).fold(f64::NEG_INFINITY, f64::max);
    let sum = terms.iter().fold(Dual::from(0.0), |sum, term| sum + (*term - largest).exp());
    sum.ln() + largest
}

/// Models in which customers leave by time: `survival` and `density` are logarithms at a time.
fn by_time<const N: usize>(
    at: &[Dual<N>],
    history: &PurchaseHistory,
    survival: impl Fn(f64) -> Dual<N>,
    density: impl Fn(f64) -> Dual<N>,
) -> Dual<N> {
    let (x, tx, age) = (history.repeats(), history.recency().as_days(), history.age().as_days());
    let bought = |u: f64| rising(at[0], x) + at[0] * at[1].ln() - (at[0] + f64::from(x)) * (at[1] + u).ln();
    let mut terms = vec![bought(age) + survival(age)];
    // In pieces that double, because what falls fast falls at once.
    let (mut from, mut length) = (tx, (age - tx) / 256.0);
    while from < age {
        let to = if from + 1.5 * length > age { age } else { from + length };
        terms.extend(tanh_sinh().iter().map(|(node, weight)| {
            let u = from + node * (to - from);
            bought(u) + density(u) + (weight * (to - from)).ln()
        }));
        (from, length) = (to, 2.0 * length);
    }
    ln_sum(&terms)
}

fn pareto_nbd<const N: usize>(at: &[Dual<N>], history: &PurchaseHistory) -> Dual<N> {
    let [s, beta] = [at[2], at[3]];
    let survival = |u: f64| s * (beta.ln() - (beta + u).ln());
    by_time(at, history, survival, |u| survival(u) + s.ln() - (beta + u).ln())
}

fn ggompertz_nbd<const N: usize>(at: &[Dual<N>], history: &PurchaseHistory) -> Dual<N> {
    let [b, s, beta] = [at[2], at[3], at[4]];
    let growth = |u: f64| beta + (b * u).exp_m1();
    let survival = |u: f64| s * (beta.ln() - growth(u).ln());
    by_time(at, history, survival, |u| survival(u) + (b * s).ln() + b * u - growth(u).ln())
}

fn histories() -> Vec<PurchaseHistory> {
    let history = |(repeats, recency, age)| {
        PurchaseHistory::new(repeats, Span::days(recency).unwrap(), Span::days(age).unwrap()).unwrap()
    };
    [
        (0, 0.0, 0.0),
        (0, 0.0, 272.0),
        (1, 12.0, 272.0),
        (1, 272.0, 272.0),
        (2, 213.0, 272.0),
        (3, 0.5, 900.0),
        (26, 216.0, 217.0),
        (200, 900.0, 1000.0),
        (200, 10.0, 1000.0),
    ]
    .map(history)
    .to_vec()
}

/// The jet of the model in logarithms against value, gradient and Hessian by dual numbers.
fn assert_jet<M: Likelihood, const N: usize>(
    natural: [f64; N],
    data: &M::Data,
    f: impl Fn(&SVector<Dual<N>, N>) -> Dual<N>,
) {
    let jet = M::objective(&natural, data);
    let (value, gradient, hessian) = by_dual_numbers(natural.map(f64::ln), f);
    let scale = |expected: f64| 1e-8 * expected.abs().max(1.0);
    assert!((jet.value - value).abs() < scale(value), "{} {value}", jet.value);
    for i in 0..N {
        assert!((jet.gradient[i] - gradient[i]).abs() < scale(gradient[i]), "{natural:?} {i}: {jet:?} {gradient:?}");
        for j in 0..N {
            let (own, dual) = (jet.hessian[i * N + j], hessian[i][j]);
            assert!((own - dual).abs() < scale(dual), "{natural:?} {i},{j}: {own} {dual}");
        }
    }
}

/// Value, gradient and Hessian in logarithms of f, one pair of directions at a time.
fn by_dual_numbers<const N: usize>(
    logarithms: [f64; N],
    f: impl Fn(&SVector<Dual<N>, N>) -> Dual<N>,
) -> (f64, Vec<f64>, Vec<Vec<f64>>) {
    let mut at = SVector::<f64, N>::from(logarithms).map(Dual::<N>::from_re);
    for i in 0..N {
        at[i].v1 = num_dual::Derivative::derivative_generic(Const::<1>, Const::<N>, i);
    }
    let result = f(&at.map(|theta| theta.exp()));
    let gradient = result.v1.unwrap_generic(Const::<1>, Const::<N>);
    let hessian = result.v2.unwrap_generic(Const::<N>, Const::<N>);
    let rows = (0..N).map(|i| (0..N).map(|j| hessian[(i, j)]).collect()).collect();
    (result.re, gradient.iter().copied().collect(), rows)
}

const POINTS: [[f64; 4]; 4] =
    [[0.243, 30.9, 0.793, 2.426], [2.5, 4.0, 1.0, 1.0], [0.01, 500.0, 0.05, 80.0], [15.0, 1.0, 9.0, 0.3]];

#[test]
fn derivatives_of_the_count_models_agree_with_dual_numbers() {
    for point in POINTS {
        for history in histories() {
            let data = Patterns::from_counts([(history, 2)]);
            assert_jet::<BgNbd, 4>(point, &data, |at| beta_geometric(at.as_slice(), &history, 0) * 2.0);
            assert_jet::<MbgNbd, 4>(point, &data, |at| beta_geometric(at.as_slice(), &history, 1) * 2.0);
            assert_jet::<Nbd, 2>([point[0], point[1]], &data, |at| nbd(at.as_slice(), &history) * 2.0);
        }
    }
}

#[test]
fn derivatives_of_models_in_which_customers_leave_by_time_agree_with_dual_numbers() {
    for [r, alpha, s, beta] in POINTS {
        for history in histories().into_iter().skip(1).step_by(2) {
            let data = Patterns::from_counts([(history, 2)]);
            assert_jet::<ParetoNbd, 4>([r, alpha, s, beta], &data, |at| pareto_nbd(at.as_slice(), &history) * 2.0);
            for b in [0.0005, 0.01] {
                let point = [r, alpha, b, s, 0.2 * beta];
                assert_jet::<GgompertzNbd, 5>(point, &data, |at| ggompertz_nbd(at.as_slice(), &history) * 2.0);
            }
        }
    }
}

/// Four Pareto/NBD models with signs, m as the root of the quadratic equation that the odds ratio asks for.
fn correlated_pareto_nbd<const N: usize>(at: &[Dual<N>], history: &PurchaseHistory) -> Dual<N> {
    let [r, alpha, s, beta, odds] = [at[0], at[1], at[2], at[3], at[4]];
    let [a, b] = [(r, alpha), (s, beta)].map(|(shape, rate)| (-shape * ((rate + 7.0) / rate).ln()).exp());
    let equal = a * b + (-a + 1.0) * (-b + 1.0);
    let product = a * b * (-a + 1.0) * (-b + 1.0);
    let linear = equal - odds * equal + odds;
    // The root next to 0 by Newton's method, which holds for its derivatives too.
    let m = (0..40).fold(Dual::from(0.0), |m, _| {
        let [squared, straight] = [product * (odds - 1.0) * m, linear * m];
        m - (squared * m - straight + odds - 1.0) / (squared * 2.0 - linear)
    });
    let part = |i: f64, j: f64| pareto_nbd(&[r, alpha + i, s, beta + j], history);
    let independent = part(0.0, 0.0);
    let [both, buying, leaving] =
        [part(7.0, 7.0), part(7.0, 0.0), part(0.0, 7.0)].map(|part| (part - independent).exp());
    independent + (m * a * b * (both - buying - leaving + 1.0) + 1.0).ln()
}

#[test]
fn derivatives_of_correlated_rates_agree_with_dual_numbers() {
    for [r, alpha, s, beta] in [[0.553, 74.0, 0.606, 81.7], [2.5, 4.0, 1.0, 1.0], [15.0, 10.0, 9.0, 3.0]] {
        for odds in [0.02, 0.7, 1.0, 3.0, 400.0] {
            for history in histories().into_iter().step_by(2) {
                let data = Patterns::from_counts([(history, 2)]);
                let point = [r, alpha, s, beta, odds];
                assert_jet::<CorrelatedParetoNbd, 5>(point, &data, |at| {
                    correlated_pareto_nbd(at.as_slice(), &history) * 2.0
                });
            }
        }
    }
}

/// Two groups of customers, one of them at 1 and at 2.5 in two covariates of which one acts twice.
#[test]
fn derivatives_with_covariates_agree_with_dual_numbers() {
    let design = Design::new().numbers("one", [0.0, 0.0, 1.0, 1.0]).numbers("two", [-1.0, 1.0, 2.5, -0.5]).build();
    let design = design.unwrap();
    let effects = Effects::new().of(Driver::Purchase, ["one", "two"]).of(Driver::Dropout, ["two"]).ridge(3.0);
    let tied = effects.clone().equal([(Driver::Purchase, "one"), (Driver::Dropout, "two")]);
    // As a search sees them: by standard deviations, from the mean.
    let standard = |values: [f64; 4]| {
        let mean = values.iter().sum::<f64>() / 4.0;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 4.0).sqrt();
        (values.map(|value| value - mean), deviation)
    };
    let ((one, by_one), (two, by_two)) = (standard([0.0, 0.0, 1.0, 1.0]), standard([-1.0, 1.0, 2.5, -0.5]));
    for chosen in [[1, 3, 4, 6], [2, 5, 7, 1]] {
        let histories = chosen.map(|at| histories()[at]);
        let data = Described::<Patterns>::new(&design, &effects, &histories).unwrap();
        let shared = Described::<Patterns>::new(&design, &tied, &histories).unwrap();
        for [r, alpha, s, beta] in [POINTS[0], POINTS[1], POINTS[3]] {
            let moved = |at: &SVector<Dual<7>, 7>, customer: usize| {
                let gamma = |coefficient: usize| at[coefficient].ln();
                let purchase = gamma(4) * (one[customer] / by_one) + gamma(5) * (two[customer] / by_two);
                let dropout = gamma(6) * (two[customer] / by_two);
                (purchase, dropout)
            };
            let penalty =
                |at: &SVector<Dual<7>, 7>| (4..7).fold(Dual::from(0.0), |sum, c| sum + at[c].ln().powi(2)) * 1.5;
            let point = [r, alpha, s, beta, 1.4, 0.8, 1.1];
            assert_jet::<Covariates<ParetoNbd>, 7>(point, &data, |at| {
                (0..4).fold(-penalty(at), |sum, customer| {
                    let (purchase, dropout) = moved(at, customer);
                    let own = [at[0], at[1] * (-purchase).exp(), at[2], at[3] * (-dropout).exp()];
                    sum + pareto_nbd(&own, &histories[customer])
                })
            });
            assert_jet::<Covariates<MbgNbd>, 7>(point, &data, |at| {
                (0..4).fold(-penalty(at), |sum, customer| {
                    let (purchase, dropout) = moved(at, customer);
                    let own = [at[0], at[1] * (-purchase).exp(), at[2] * dropout.exp(), at[3]];
                    sum + beta_geometric(&own, &histories[customer], 1)
                })
            });
            // The shared coefficient is measured by the first of its columns.
            let point = [r, alpha, s, beta, 1.4, 0.8];
            assert_jet::<Covariates<BgNbd>, 6>(point, &shared, |at| {
                let gamma = |coefficient: usize| at[coefficient].ln();
                let penalty = (gamma(4).powi(2) + gamma(5).powi(2)) * 1.5;
                (0..4).fold(-penalty, |sum, customer| {
                    let purchase = gamma(4) * (one[customer] / by_one) + gamma(5) * (two[customer] / by_two);
                    let dropout = gamma(4) * (two[customer] / by_one);
                    let own = [at[0], at[1] * (-purchase).exp(), at[2] * dropout.exp(), at[3]];
                    sum + beta_geometric(&own, &histories[customer], 0)
                })
            });
        }
    }
}

#[test]
fn derivatives_of_a_cohort_are_the_sums_of_its_histories() {
    let data = Patterns::from(&histories()[..]);
    let sum = |at: &SVector<Dual<4>, 4>| {
        histories()
            .iter()
            .map(|history| beta_geometric(at.as_slice(), history, 1))
            .fold(Dual::from(0.0), |sum, term| sum + term)
    };
    for point in POINTS {
        assert_jet::<MbgNbd, 4>(point, &data, sum);
    }
}

/// ln B(x, q) through central differences of the model's own value would prove nothing: with p·n whole, the beta
/// function is a product that dual numbers can follow in q and v; p is checked where it moves in steps of the value.
#[test]
fn derivatives_of_the_spend_model_agree_with_dual_numbers() {
    let spend =
        |repeats: u32, cents: i64| SpendHistory::from_mean(repeats, Money::from_minor(cents, Currency::USD)).unwrap();
    for (n, cents) in [(1, 2_933), (3, 1_210), (11, 30_000)] {
        let data = SpendPatterns::from(&[spend(n, cents)][..]);
        let mean = cents as f64 / 100.0;
        for p in [1_u32, 4, 9] {
            // B(pn, q) = (pn−1)! / [q (q+1) … (q+pn−1)].
            let shape = p * n;
            let factorial: f64 = (1..shape).map(|k| f64::from(k).ln()).sum();
            let f = |at: &SVector<Dual<2>, 2>| {
                let (q, v) = (at[0], at[1]);
                rising(q, shape) - factorial + q * v.ln() - (q + f64::from(shape)) * (v + f64::from(n) * mean).ln()
                    + (f64::from(shape) - 1.0) * mean.ln()
                    + f64::from(shape) * f64::from(n).ln()
            };
            let (q, v) = (3.74, 15.44);
            let jet = GammaGamma::objective(&[f64::from(p), q, v], &data);
            let (value, gradient, hessian) = by_dual_numbers([f64::ln(q), f64::ln(v)], f);
            assert!((jet.value - value).abs() < 1e-10 * value.abs().max(1.0), "{} {value}", jet.value);
            for i in 0..2 {
                assert!((jet.gradient[i + 1] - gradient[i]).abs() < 1e-8 * gradient[i].abs().max(1.0));
                for j in 0..2 {
                    let own = jet.hessian[(i + 1) * 3 + j + 1];
                    assert!((own - hessian[i][j]).abs() < 1e-8 * hessian[i][j].abs().max(1.0));
                }
            }
        }
        // In p: five-point differences of a value that the loop above has pinned at whole p.
        let value = |p: f64| GammaGamma::objective(&[p, 3.74, 15.44], &data);
        for p in [0.5_f64, 6.25] {
            let h = 1e-3;
            let at = |steps: f64| value((p.ln() + steps * h).exp());
            let jet = value(p);
            let slope = (at(-2.0).value - 8.0 * at(-1.0).value + 8.0 * at(1.0).value - at(2.0).value) / (12.0 * h);
            assert!((jet.gradient[0] - slope).abs() < 1e-8 * slope.abs().max(1.0), "{} {slope}", jet.gradient[0]);
            for j in 0..3 {
                let slope = (at(-2.0).gradient[j] - 8.0 * at(-1.0).gradient[j] + 8.0 * at(1.0).gradient[j]
                    - at(2.0).gradient[j])
                    / (12.0 * h);
                assert!(
                    (jet.hessian[j] - slope).abs() < 1e-8 * slope.abs().max(1.0),
                    "{j}: {} {slope}",
                    jet.hessian[j]
                );
            }
        }
    }
}

/// The density of every transaction, with p whole, so that gamma functions are products; p itself where it moves in
/// steps of the value.
#[test]
fn derivatives_of_the_spend_model_on_transactions_agree_with_dual_numbers() {
    let data = |customers: &[&[i64]]| {
        let dollars = |cents: &i64| Money::from_minor(*cents, Currency::USD);
        SpendPatterns::from_transactions(customers.iter().map(|amounts| amounts.iter().map(dollars)))
    };
    let all: [&[i64]; 5] = [&[2_933], &[1_210, 800, 4_000], &[2_010, 2_000, 2_000], &[5; 11], &[100, 90_000]];
    for customers in all.iter().map(std::slice::from_ref).chain([&all[..]]) {
        let data = data(customers);
        for p in [1_u32, 4, 30] {
            let f = |at: &SVector<Dual<2>, 2>| {
                let (q, v) = (at[0], at[1]);
                customers.iter().fold(Dual::from(0.0), |sum, amounts| {
                    let amounts: Vec<f64> = amounts.iter().map(|cents| *cents as f64 / 100.0).collect();
                    let shape = p * amounts.len() as u32;
                    let factorial: f64 = (1..p).map(|k| f64::from(k).ln()).sum::<f64>() * amounts.len() as f64;
                    let logarithms: f64 = amounts.iter().copied().map(f64::ln).sum();
                    sum + rising(q, shape) - factorial + (f64::from(p) - 1.0) * logarithms + q * v.ln()
                        - (q + f64::from(shape)) * (v + amounts.iter().sum::<f64>()).ln()
                })
            };
            let jet = GammaGamma::objective(&[f64::from(p), 3.74, 15.44], &data);
            let (value, gradient, hessian) = by_dual_numbers([f64::ln(3.74), f64::ln(15.44)], f);
            assert!((jet.value - value).abs() < 1e-11 * value.abs().max(1.0), "{} {value}", jet.value);
            for i in 0..2 {
                assert!((jet.gradient[i + 1] - gradient[i]).abs() < 1e-8 * gradient[i].abs().max(1.0));
                for j in 0..2 {
                    let own = jet.hessian[(i + 1) * 3 + j + 1];
                    assert!((own - hessian[i][j]).abs() < 1e-8 * hessian[i][j].abs().max(1.0));
                }
            }
        }
        for p in [0.5_f64, 6.25, 40.0] {
            let h = 1e-3;
            let at = |steps: f64| GammaGamma::objective(&[(p.ln() + steps * h).exp(), 3.74, 15.44], &data);
            let jet = at(0.0);
            let slope = |f: &dyn Fn(f64) -> f64| (f(-2.0) - 8.0 * f(-1.0) + 8.0 * f(1.0) - f(2.0)) / (12.0 * h);
            let by_p = slope(&|steps| at(steps).value);
            assert!((jet.gradient[0] - by_p).abs() < 1e-8 * by_p.abs().max(1.0), "{} {by_p}", jet.gradient[0]);
            for j in 0..3 {
                let by_p = slope(&|steps| at(steps).gradient[j]);
                assert!((jet.hessian[j] - by_p).abs() < 1e-8 * by_p.abs().max(1.0), "{j}: {} {by_p}", jet.hessian[j]);
            }
        }
    }
}

/// ln B(a + m, b + n) − ln B(a, b) for whole m and n, the slow way.
fn beta_rising<const N: usize>(a: Dual<N>, b: Dual<N>, m: u32, n: u32) -> Dual<N> {
    rising(a, m) + rising(b, n) - rising(a + b, m + n)
}

fn bg_bb(at: &SVector<Dual<4>, 4>, history: &OpportunityHistory) -> Dual<4> {
    let [alpha, beta, gamma, delta] = [at[0], at[1], at[2], at[3]];
    let (x, last, n) = (history.repeats(), history.last(), history.opportunities());
    let mut terms = vec![beta_rising(alpha, beta, x, n - x) + beta_rising(gamma, delta, 0, n)];
    for seen in last..n {
        terms.push(beta_rising(alpha, beta, x, seen - x) + beta_rising(gamma, delta, 1, seen));
    }
    ln_sum(&terms)
}

#[test]
fn derivatives_of_the_opportunity_models_agree_with_dual_numbers() {
    let points = [[1.2, 0.75, 0.66, 2.78], [0.01, 30.0, 5.0, 0.02], [50.0, 3.0, 1.0, 1.0], [2.0, 2.0, 0.003, 200.0]];
    for (repeats, last, n) in
        [(0, 0, 0), (0, 0, 6), (6, 6, 6), (1, 1, 6), (3, 5, 6), (2, 40, 90), (40, 41, 43), (1, 9, 400)]
    {
        let history = OpportunityHistory::new(repeats, last, n).unwrap();
        let data = OpportunityPatterns::from_counts([(history, 2)], Span::whole_days(7)).unwrap();
        for point in points {
            assert_jet::<BgBb, 4>(point, &data, |at| bg_bb(at, &history) * 2.0);
            let bb = |at: &SVector<Dual<2>, 2>| beta_rising(at[0], at[1], repeats, n - repeats) * 2.0;
            assert_jet::<Bb, 2>([point[0], point[1]], &data, bb);
        }
    }
}

/// ln Γ by Stirling's formula, forty steps up.
fn ln_gamma<const N: usize>(x: Dual<N>) -> Dual<N> {
    let up = x + 40.0;
    let square = up * up;
    let series = (((square.recip() / -1680.0 + 1.0 / 1260.0) / square - 1.0 / 360.0) / square + 1.0 / 12.0) / up;
    (up - 0.5) * up.ln() - up + series - rising(x, 40)
}

/// ln P of a tenure from ln S, with the difference of two survivals as it stands.
fn ending<const N: usize>(tenure: Tenure, ln_survival: impl Fn(u32) -> Dual<N>) -> Dual<N> {
    let now = ln_survival(tenure.periods());
    match tenure.membership() {
        Membership::Active => now,
        Membership::Lost => {
            let before = ln_survival(tenure.periods() - 1);
            before + (Dual::from(1.0) - (now - before).exp()).ln()
        }
    }
}

fn power<const N: usize>(t: u32, c: Dual<N>) -> Dual<N> {
    if t == 0 { Dual::from(0.0) } else { (c * f64::from(t).ln()).exp() }
}

#[test]
fn derivatives_of_the_contract_models_agree_with_dual_numbers() {
    let points = [[0.52, 0.89, 1.2], [0.26, 1.7, 1.6], [3.0, 20.0, 0.6], [0.05, 0.07, 1.0], [8.0, 900.0, 2.4]];
    for periods in [1, 2, 5, 30] {
        for membership in [Membership::Lost, Membership::Active] {
            let tenure = Tenure::new(periods, membership).unwrap();
            let data = Tenures::from_counts([(tenure, 2)], Span::whole_days(30)).unwrap();
            for point in points {
                let bdw = |at: &SVector<Dual<3>, 3>| {
                    let ln_beta = |b: Dual<3>| ln_gamma(b) - ln_gamma(at[0] + b);
                    ending(tenure, |t| ln_beta(at[1] + power(t, at[2])) - ln_beta(at[1])) * 2.0
                };
                assert_jet::<Bdw, 3>(point, &data, bdw);
                let sbg = |at: &SVector<Dual<2>, 2>| ending(tenure, |t| beta_rising(at[0], at[1], 0, t)) * 2.0;
                assert_jet::<Sbg, 2>([point[0], point[1]], &data, sbg);
                let theta = point[0] / (point[0] + point[1]);
                let weibull = |at: &SVector<Dual<2>, 2>| {
                    ending(tenure, |t| power(t, at[1]) * (Dual::from(1.0) - at[0]).ln()) * 2.0
                };
                if membership == Membership::Active || (1.0 - theta).powf(f64::from(periods)) > 1e-6 {
                    assert_jet::<DiscreteWeibull, 2>([theta, point[2]], &data, weibull);
                }
            }
        }
    }
}
