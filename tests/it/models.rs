//! The count models against 50-digit references on a stress grid.

use std::collections::HashMap;

use customer_value::lifetime::{ContractProcess, Likelihood, Process};
use customer_value::{
    Bb, BbParams, Bdw, BdwParams, BetaGeometricParams, BgBb, BgBbParams, BgCnbd, BgNbd, CnbdParams, CountModel,
    DiscountRate, DiscreteWeibull, DiscreteWeibullParams, Forecast, GapHistory, GapPatterns, GgompertzNbd,
    GgompertzNbdParams, Horizon, MbgCnbd, MbgNbd, Membership, Nbd, NbdParams, OpportunityHistory, ParetoNbd,
    ParetoNbdParams, Patterns, PurchaseHistory, Sbg, SbgParams, Span, Tenure, Tenures, TimeUnit,
};

use crate::shared::{error, relative_error};

/// One line of a table, its fields by name.
struct Row {
    line: usize,
    model: &'static str,
    fields: HashMap<&'static str, &'static str>,
}

impl Row {
    fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    fn number(&self, name: &str) -> f64 {
        self.fields[name].parse().unwrap_or_else(|_| panic!("line {}: {name} {:?}", self.line, self.fields[name]))
    }

    fn count(&self, name: &str) -> u32 {
        self.fields[name].parse().unwrap()
    }

    fn span(&self, name: &str) -> Span {
        Span::days(self.number(name)).unwrap()
    }

    fn history(&self) -> PurchaseHistory {
        PurchaseHistory::new(self.count("x"), self.span("t_x"), self.span("T")).unwrap()
    }

    fn nbd(&self) -> Nbd {
        Nbd::new(NbdParams { r: self.number("r"), alpha: self.span("alpha") }).unwrap()
    }

    fn beta_geometric(&self) -> BetaGeometricParams {
        let [r, a, b] = ["r", "a", "b"].map(|name| self.number(name));
        BetaGeometricParams { r, alpha: self.span("alpha"), a, b }
    }

    fn cnbd(&self) -> CnbdParams {
        let BetaGeometricParams { r, alpha, a, b } = self.beta_geometric();
        CnbdParams { k: self.count("k"), r, alpha, a, b }
    }

    fn ggompertz_nbd(&self) -> GgompertzNbd {
        let [r, b, s, beta] = ["r", "b", "s", "beta"].map(|name| self.number(name));
        GgompertzNbd::new(GgompertzNbdParams::new(r, self.span("alpha"), (b, TimeUnit::Day), s, beta)).unwrap()
    }

    fn pareto_nbd(&self) -> ParetoNbd {
        let (r, s) = (self.number("r"), self.number("s"));
        ParetoNbd::new(ParetoNbdParams { r, alpha: self.span("alpha"), s, beta: self.span("beta") }).unwrap()
    }
}

fn table(text: &'static str) -> Vec<Row> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |(line, text): (usize, &'static str)| {
        let fields: HashMap<_, _> = header.iter().copied().zip(text.split(',')).collect();
        Row { line: line + 2, model: fields["model"], fields }
    };
    lines.enumerate().map(row).collect()
}

/// Name of the column, our value, measure of the error, tolerance.
type Check<'a> = (&'static str, f64, &'a dyn Fn(f64, f64) -> f64, f64);

/// Errors beyond what the crate promises: relative for expectations down to 1e-290 and probabilities down to 1e-250,
/// absolute below one for log-odds and log-likelihoods.
fn failures<M: CountModel<History = PurchaseHistory>>(row: &Row, model: &M, ln_likelihood: f64) -> Vec<String> {
    let rate = DiscountRate::continuous(row.number("delta"), TimeUnit::Day).unwrap();
    compare(row, &model.forecast(&row.history()), rate, ln_likelihood)
}

/// Relative down to a floor, below which a number must be small too.
fn down_to(floor: f64) -> impl Fn(f64, f64) -> f64 {
    move |value: f64, expected: f64| {
        if expected < floor { f64::from(u8::from(value > 10.0 * floor)) } else { relative_error(value, expected) }
    }
}

fn absolute(value: f64, expected: f64) -> f64 {
    if value.is_infinite() && expected.is_infinite() { 0.0 } else { error(value, expected) }
}

/// A forecast and a likelihood against a row, with times in days or, in tables of opportunities, in weeks of them.
fn compare<P: Process>(row: &Row, forecast: &Forecast<P>, rate: DiscountRate, ln_likelihood: f64) -> Vec<String> {
    let within = row.span("t");
    let discounted = |horizon| forecast.discounted_purchases(horizon, rate).unwrap();
    let (probability, expectation) = (down_to(1e-250), down_to(1e-290));
    let count = row.count("m");
    let mut checks: Vec<Check> = vec![
        ("ln_likelihood", ln_likelihood, &absolute, 1e-10),
        ("log_odds_alive", forecast.log_odds_alive(), &absolute, 1e-10),
        ("p_active", forecast.probability_active(within).get(), &probability, 1e-10),
        ("p_alive_later", forecast.probability_alive_after(within).get(), &probability, 1e-10),
        ("cet", forecast.expected_purchases(within), &expectation, 1e-10),
        ("dect", discounted(Horizon::Within(within)), &expectation, 1e-10),
        ("dert", discounted(Horizon::Lifetime), &expectation, 1e-10),
        ("pmf", forecast.probability_of(count, within).get(), &probability, 1e-9),
    ];
    if row.has("window_pmf") {
        let to = within.checked_add(row.span("u")).unwrap();
        checks.push(("window_pmf", forecast.probability_between(count, within, to).get(), &probability, 1e-9));
    }
    report(row, checks)
}

fn report(row: &Row, checks: Vec<Check>) -> Vec<String> {
    let mut failures = Vec::new();
    for (name, value, measure, tolerance) in checks {
        let expected = row.number(name);
        let error = measure(value, expected);
        if error.is_nan() || error > tolerance {
            failures.push(format!(
                "line {} {}: {name} {value:e}, expected {expected:e}, error {error:.1e}: {:?}",
                row.line, row.model, row.fields
            ));
        }
    }
    failures
}

/// Those of a model whose likelihood needs no more than the history.
fn plain<M>(row: &Row, model: &M) -> Vec<String>
where
    M: CountModel<History = PurchaseHistory> + Likelihood<Data = Patterns>,
{
    failures(row, model, model.ln_likelihood(&row.history(), TimeUnit::Day))
}

fn assert_table(text: &'static str, least: usize, failures: impl Fn(&Row) -> Vec<String>) {
    let table = table(text);
    assert!(table.len() >= least, "the grid has {} points", table.len());
    let failures: Vec<String> = table.iter().flat_map(failures).collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn nbd_bg_nbd_and_mbg_nbd_match_fifty_digits_on_the_stress_grid() {
    assert_table(include_str!("data/models.csv"), 300, |row| match row.model {
        "nbd" => plain(row, &row.nbd()),
        "bg" => plain(row, &BgNbd::new(row.beta_geometric()).unwrap()),
        "mbg" => plain(row, &MbgNbd::new(row.beta_geometric()).unwrap()),
        other => panic!("no model {other}"),
    });
}

#[test]
fn pareto_nbd_matches_fifty_digits_on_the_stress_grid() {
    assert_table(include_str!("data/pareto.csv"), 300, |row| plain(row, &row.pareto_nbd()));
}

/// Those of a model whose likelihood knows the gaps.
fn regular<M>(row: &Row, model: &M) -> Vec<String>
where
    M: CountModel<History = PurchaseHistory> + Likelihood<Data = GapPatterns>,
{
    let history = GapHistory::new(row.history(), row.number("ln_gaps")).unwrap();
    failures(row, model, model.ln_likelihood(&history, TimeUnit::Day))
}

#[test]
fn bg_cnbd_and_mbg_cnbd_match_fifty_digits_on_the_stress_grid() {
    assert_table(include_str!("data/cnbd.csv"), 300, |row| {
        let mut failures = match row.model {
            "bg" => regular(row, &BgCnbd::new(row.cnbd()).unwrap()),
            "mbg" => regular(row, &MbgCnbd::new(row.cnbd()).unwrap()),
            other => panic!("no model {other}"),
        };
        // With k = 1 they are the models without a k.
        match (row.count("k"), row.model) {
            (1, "bg") => failures.extend(plain(row, &BgNbd::new(row.beta_geometric()).unwrap())),
            (1, _) => failures.extend(plain(row, &MbgNbd::new(row.beta_geometric()).unwrap())),
            _ => {}
        }
        failures
    });
}

#[test]
fn ggompertz_nbd_matches_fifty_digits_on_the_stress_grid() {
    assert_table(include_str!("data/ggompertz.csv"), 300, |row| plain(row, &row.ggompertz_nbd()));
}

#[test]
fn bg_bb_and_bb_match_fifty_digits_on_the_stress_grid() {
    let every = Span::days(1.0).unwrap();
    assert_table(include_str!("data/bgbb.csv"), 300, |row| {
        let history = OpportunityHistory::new(row.count("x"), row.count("t_x"), row.count("n")).unwrap();
        let rate = DiscountRate::per_unit(row.number("d"), TimeUnit::Day).unwrap();
        let [alpha, beta] = ["alpha", "beta"].map(|name| row.number(name));
        if row.model == "bb" {
            let model = Bb::new(BbParams { alpha, beta, every }).unwrap();
            return compare(row, &model.forecast(&history), rate, model.ln_likelihood(&history, TimeUnit::Day));
        }
        let [gamma, delta] = ["gamma", "delta"].map(|name| row.number(name));
        let model = BgBb::new(BgBbParams { alpha, beta, gamma, delta, every }).unwrap();
        compare(row, &model.forecast(&history), rate, model.ln_likelihood(&history, TimeUnit::Day))
    });
}

/// What the table of contracts tells of one model, after n − 1 renewals and after n.
fn contract<M>(row: &Row, model: &M) -> Vec<String>
where
    M: CountModel<History = Tenure, Alive = ContractProcess> + Likelihood<Data = Tenures>,
{
    let periods = row.count("n");
    let rate = DiscountRate::per_unit(row.number("d"), TimeUnit::Day).unwrap();
    let active = |periods| model.forecast(&Tenure::new(periods, Membership::Active).unwrap());
    let (new, before, now) = (active(0), active(periods - 1), active(periods));
    let lost = Tenure::new(periods, Membership::Lost).unwrap();
    let (probability, expectation) = (down_to(1e-250), down_to(1e-290));
    let later = now.probability_alive_after(row.span("h")).get();
    let mut checks: Vec<Check> = vec![
        ("survival", new.given_alive().survival_after(periods), &probability, 1e-10),
        ("conditional_survival", later, &probability, 1e-10),
        ("ln_lost", model.ln_likelihood(&lost, TimeUnit::Day), &absolute, 1e-10),
        ("derl", before.given_alive().discounted_residual_lifetime(rate).unwrap(), &expectation, 1e-10),
        ("remaining", before.given_alive().expected_renewals().unwrap_or(f64::INFINITY), &absolute, 1e-10),
    ];
    if !row.fields["mean_elasticity"].is_empty() {
        checks.push((
            "mean_elasticity",
            before.given_alive().mean_retention_elasticity(rate).unwrap(),
            &expectation,
            1e-10,
        ));
    }
    if !row.fields["elasticity_of_mean"].is_empty() {
        let own = before.given_alive().retention_elasticity_of_mean(rate).unwrap();
        checks.push(("elasticity_of_mean", own, &expectation, 1e-10));
    }
    report(row, checks)
}

#[test]
fn contracts_match_fifty_digits() {
    let every = Span::days(1.0).unwrap();
    assert_table(include_str!("data/contract.csv"), 150, |row| {
        let [one, two] = ["p1", "p2"].map(|name| row.number(name));
        match row.model {
            "sbg" => contract(row, &Sbg::new(SbgParams { alpha: one, beta: two, every }).unwrap()),
            "dw" => contract(row, &DiscreteWeibull::new(DiscreteWeibullParams { theta: one, c: two, every }).unwrap()),
            "bdw" => {
                let params = BdwParams { gamma: one, delta: two, c: row.number("p3"), every };
                contract(row, &Bdw::new(params).unwrap())
            }
            other => panic!("no model {other}"),
        }
    });
}
