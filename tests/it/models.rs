//! The count models against 50-digit references on a stress grid.

use std::collections::HashMap;

use customer_value::lifetime::Likelihood;
use customer_value::{
    BetaGeometricParams, BgCnbd, BgNbd, CnbdParams, CountModel, DiscountRate, Forecast, GapHistory, GapPatterns,
    GgompertzNbd, GgompertzNbdParams, Horizon, MbgCnbd, MbgNbd, Nbd, NbdParams, ParetoNbd, ParetoNbdParams, Patterns,
    PurchaseHistory, Span, TimeUnit,
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
    let forecast: Forecast<M::Alive> = model.forecast(&row.history());
    let (within, rate) = (row.span("t"), DiscountRate::continuous(row.number("delta"), TimeUnit::Day).unwrap());
    let discounted = |horizon| forecast.discounted_purchases(horizon, rate).unwrap();
    let absolute = |value: f64, expected: f64| {
        if value.is_infinite() && expected.is_infinite() { 0.0 } else { error(value, expected) }
    };
    let down_to = |floor: f64| {
        move |value: f64, expected: f64| {
            if expected < floor { f64::from(u8::from(value > 10.0 * floor)) } else { relative_error(value, expected) }
        }
    };
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
