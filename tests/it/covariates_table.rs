//! Covariates against fifty-digit quadrature over how customers differ.

use customer_value::covariates::{Course, Courses, Covariates, Design, Driver, DynamicParetoNbd, Effects};
use customer_value::lifetime::Likelihood;
use customer_value::{
    BetaGeometricParams, BgCnbd, BgNbd, CnbdParams, Currency, DiscountRate, ExpectedMoney, GammaGamma,
    GammaGammaParams, GapHistory, GgompertzNbd, GgompertzNbdParams, Horizon, MbgNbd, Money, Nbd, NbdParams, ParetoNbd,
    ParetoNbdParams, PurchaseHistory, PurchaseTimes, Span, SpendHistory, TimeUnit,
};

use crate::exchange_cases::{Case, covariate_cases, matrix, number, vector};
use crate::shared::relative_error;

fn days(days: f64) -> Span {
    Span::days(days).unwrap()
}

fn count(case: &Case, key: &str) -> u32 {
    case[key].parse().unwrap()
}

fn history(case: &Case) -> PurchaseHistory {
    PurchaseHistory::new(count(case, "x"), days(number(case, "t_x")), days(number(case, "T"))).unwrap()
}

/// A plain model at the covariates of a case. The base model holds at their mean, so a design of 0 and twice the row puts
/// the row of zeros one row below it.
fn at<M: Likelihood>(base: M, case: &Case, drivers: &[(Driver, &str)]) -> M {
    let z = vector(case, "z");
    let names: Vec<String> = (0..z.len()).map(|at| format!("z{at}")).collect();
    // As many rows as make columns independent, with means of zero: ±1 in one column each.
    let column =
        |at: usize| (0..2 * z.len()).map(move |row| if row / 2 == at { 1.0 - 2.0 * (row % 2) as f64 } else { 0.0 });
    let design = names.iter().enumerate().fold(Design::new(), |design, (at, name)| design.numbers(name, column(at)));
    let design = design.build().unwrap();
    let (mut effects, mut coefficients) = (Effects::new(), Vec::new());
    for (driver, key) in drivers {
        effects = effects.of(*driver, names.clone());
        coefficients.extend(vector(case, key));
    }
    let model = Covariates::new(base, design.coding(), &effects, &coefficients).unwrap();
    model.at(&design.coding().coded_row(&z).unwrap()).unwrap()
}

fn assert_likelihood(name: &str, own: f64, case: &Case) {
    let expected = number(case, "ln_likelihood");
    assert!((own - expected).abs() <= 1e-10 * expected.abs().max(1.0), "{name}: {own} {expected}");
}

const PURCHASE: (Driver, &str) = (Driver::Purchase, "gamma_p");
const DROPOUT: (Driver, &str) = (Driver::Dropout, "gamma_l");
const BETA: [(Driver, &str); 3] = [PURCHASE, (Driver::Dropout, "gamma_a"), (Driver::Loyalty, "gamma_b")];

#[test]
fn static_covariates_match_quadrature_over_how_customers_differ() {
    let cases = covariate_cases("static");
    assert!(cases.len() >= 100);
    for (name, case) in cases {
        let n = |key: &str| number(&case, key);
        let close =
            |own: f64, key: &str| assert!(relative_error(own, n(&format!("linked.{key}"))) < 1e-13, "{name} {key}");
        let beta = || BetaGeometricParams { r: n("r"), alpha: days(n("alpha")), a: n("a"), b: n("b") };
        let linked = |own: BetaGeometricParams| {
            close(own.alpha.as_days(), "alpha");
            close(own.a, "a");
            close(own.b, "b");
        };
        let own = match case["model"].as_str() {
            "nbd" => {
                let base = Nbd::new(NbdParams { r: n("r"), alpha: days(n("alpha")) }).unwrap();
                let model = at(base, &case, &[PURCHASE]);
                close(model.params().alpha.as_days(), "alpha");
                model.ln_likelihood(&history(&case), TimeUnit::Day)
            }
            "bg" => {
                let model = at(BgNbd::new(beta()).unwrap(), &case, &BETA);
                linked(model.params());
                model.ln_likelihood(&history(&case), TimeUnit::Day)
            }
            "mbg" => {
                let model = at(MbgNbd::new(beta()).unwrap(), &case, &BETA);
                linked(model.params());
                model.ln_likelihood(&history(&case), TimeUnit::Day)
            }
            "cnbd" => {
                let BetaGeometricParams { r, alpha, a, b } = beta();
                let k = count(&case, "k");
                let model = at(BgCnbd::new(CnbdParams { k, r, alpha, a, b }).unwrap(), &case, &BETA);
                // Without the density of gaps, Π g^(k−1)/(k−1)!, here of equal ones but for a hair.
                let x = history(&case).repeats();
                let factorial: f64 = (1..k).map(|i| f64::from(i).ln()).sum();
                let ln_gaps = if x > 0 { f64::from(x) * ((n("t_x") / f64::from(x)).ln() - 1e-3) } else { 0.0 };
                let gaps = f64::from(k - 1) * ln_gaps - f64::from(x) * factorial;
                model.ln_likelihood(&GapHistory::new(history(&case), ln_gaps).unwrap(), TimeUnit::Day) - gaps
            }
            "pareto" => {
                let params = ParetoNbdParams { r: n("r"), alpha: days(n("alpha")), s: n("s"), beta: days(n("beta")) };
                let model = at(ParetoNbd::new(params).unwrap(), &case, &[PURCHASE, DROPOUT]);
                close(model.params().beta.as_days(), "beta");
                model.ln_likelihood(&history(&case), TimeUnit::Day)
            }
            "ggompertz" => {
                let base = gompertz(&case);
                let model = at(base, &case, &[PURCHASE, DROPOUT]);
                close(model.params().beta, "beta");
                model.ln_likelihood(&history(&case), TimeUnit::Day)
            }
            "gamma_gamma" => {
                let v = ExpectedMoney::new(n("v"), Currency::USD).unwrap();
                let base = GammaGamma::new(GammaGammaParams { p: n("p"), q: n("q"), v }).unwrap();
                let model = at(base, &case, &[(Driver::Spend, "gamma_s")]);
                close(model.params().v.amount(), "v");
                let mean = Money::parse(&format!("{:.18}", n("m")), Currency::USD).unwrap();
                model.ln_likelihood(&SpendHistory::from_mean(count(&case, "x"), mean).unwrap(), TimeUnit::Day)
            }
            other => panic!("{other}"),
        };
        assert_likelihood(&name, own, &case);
    }
}

fn gompertz(case: &Case) -> GgompertzNbd {
    let n = |key: &str| number(case, key);
    GgompertzNbd::new(GgompertzNbdParams {
        r: n("r"),
        alpha: days(n("alpha")),
        b_per_day: n("b"),
        s: n("s"),
        beta: n("beta"),
    })
    .unwrap()
}

/// The model and the course of a case; covariates are measured from zero, by a customer of the same courses turned round.
fn over_time(case: &Case) -> (DynamicParetoNbd, Course) {
    let n = |key: &str| number(case, key);
    let (starts, rows) = (vector(case, "start"), matrix(case, "z"));
    let course = |sign: f64| {
        let pieces = starts
            .iter()
            .zip(&rows)
            .map(|(start, row)| (days(*start), row.iter().map(|z| sign * z).collect::<Vec<_>>()));
        Course::new(pieces, Horizon::Lifetime).unwrap()
    };
    let unit = |at: usize, sign: f64| {
        let row: Vec<f64> = (0..2).map(|column| if column == at { sign } else { 0.0 }).collect();
        Course::new([(Span::ZERO, row)], Horizon::Lifetime).unwrap()
    };
    // Means of zero, whatever the case: every row beside its opposite.
    let courses = [course(1.0), course(-1.0), unit(0, 1.0), unit(0, -1.0), unit(1, 1.0), unit(1, -1.0)];
    let courses = Courses::new(["one", "two"], courses).unwrap();
    let effects = Effects::new().of(Driver::Purchase, ["one", "two"]).of(Driver::Dropout, ["one", "two"]);
    let params = ParetoNbdParams { r: n("r"), alpha: days(n("alpha")), s: n("s"), beta: days(n("beta")) };
    let coefficients = [vector(case, "gamma_p"), vector(case, "gamma_l")].concat();
    let base = ParetoNbd::new(params).unwrap();
    (DynamicParetoNbd::new(base, courses.coding(), &effects, &coefficients).unwrap(), course(1.0))
}

#[test]
fn covariates_over_time_match_quadrature_over_how_customers_differ() {
    let cases = covariate_cases("path");
    assert!(cases.len() >= 30);
    for (name, case) in cases {
        let n = |key: &str| number(&case, key);
        let (model, course) = over_time(&case);
        let times: Vec<Span> = vector(&case, "purchase").into_iter().map(days).collect();
        let times = PurchaseTimes::new(times, days(n("T"))).unwrap();
        let own = model.ln_likelihood(&(course.clone(), times.clone()), TimeUnit::Day);
        assert_likelihood(&name, own, &case);
        let within = days(n("t"));
        let future = model.future(&times.history(), &course, Horizon::Lifetime).unwrap();
        let forecast = future.forecast();
        let (own, expected) = (forecast.log_odds_alive(), n("log_odds_alive"));
        assert!(
            own == expected || (own - expected).abs() <= 1e-10 * expected.abs().max(1.0),
            "{name}: {own} {expected}"
        );
        let own = forecast.expected_purchases(within);
        assert!(relative_error(own, n("cet")) < 1e-10, "{name}: {own:e} {:e}", n("cet"));
        let rate = DiscountRate::continuous(n("delta"), TimeUnit::Day).unwrap();
        let own = forecast.discounted_purchases(Horizon::Within(within), rate).unwrap();
        assert!(relative_error(own, n("dect")) < 1e-10, "{name}: {own:e} {:e}", n("dect"));
    }
}
