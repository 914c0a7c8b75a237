//! The count models against 50-digit references on a stress grid.

use customer_value::lifetime::Likelihood;
use customer_value::{
    BetaGeometricParams, BgNbd, CountModel, DiscountRate, Forecast, Horizon, MbgNbd, Nbd, NbdParams, Patterns,
    PurchaseHistory, Span, TimeUnit,
};

use crate::shared::{error, relative_error};

/// One line of the table.
struct Row {
    line: usize,
    model: &'static str,
    fields: Vec<&'static str>,
}

impl Row {
    fn number(&self, index: usize) -> f64 {
        self.fields[index].parse().unwrap_or_else(|_| panic!("line {}: {:?}", self.line, self.fields[index]))
    }

    fn span(&self, index: usize) -> Span {
        Span::days(self.number(index)).unwrap()
    }

    fn history(&self) -> PurchaseHistory {
        PurchaseHistory::new(self.fields[5].parse().unwrap(), self.span(6), self.span(7)).unwrap()
    }

    fn params(&self) -> BetaGeometricParams {
        BetaGeometricParams { r: self.number(1), alpha: self.span(2), a: self.number(3), b: self.number(4) }
    }
}

fn table() -> Vec<Row> {
    let lines = include_str!("data/models.csv").lines().enumerate().skip(1);
    lines
        .map(|(line, text)| {
            let fields: Vec<&str> = text.split(',').collect();
            Row { line: line + 1, model: fields[0], fields }
        })
        .collect()
}

/// Name, our value, column of the reference, measure of the error, tolerance.
type Check<'a> = (&'static str, f64, usize, &'a dyn Fn(f64, f64) -> f64, f64);

/// Errors beyond what the crate promises: relative for expectations down to 1e-290 and probabilities down to 1e-250,
/// absolute below one for log-odds and log-likelihoods.
fn failures<M: CountModel<History = PurchaseHistory> + Likelihood<Data = Patterns>>(
    row: &Row,
    model: &M,
) -> Vec<String> {
    let history = row.history();
    let forecast: Forecast<M::Alive> = model.forecast(&history);
    let (within, rate) = (row.span(8), DiscountRate::continuous(row.number(9), TimeUnit::Day).unwrap());
    let discounted = |horizon| forecast.discounted_purchases(horizon, rate).unwrap();
    let absolute = |value: f64, expected: f64| {
        if value.is_infinite() && expected.is_infinite() { 0.0 } else { error(value, expected) }
    };
    let down_to = |floor: f64| {
        move |value: f64, expected: f64| {
            if expected < floor { f64::from(u8::from(value > 10.0 * floor)) } else { relative_error(value, expected) }
        }
    };
    let checks: [Check; 8] = [
        ("ln_likelihood", model.ln_likelihood(&history, TimeUnit::Day), 10, &absolute, 1e-10),
        ("log_odds_alive", forecast.log_odds_alive(), 11, &absolute, 1e-10),
        ("p_active", forecast.probability_active(within).get(), 12, &down_to(1e-250), 1e-10),
        ("p_alive_later", forecast.probability_alive_after(within).get(), 13, &down_to(1e-250), 1e-10),
        ("cet", forecast.expected_purchases(within), 14, &down_to(1e-290), 1e-10),
        ("dect", discounted(Horizon::Within(within)), 15, &down_to(1e-290), 1e-10),
        ("dert", discounted(Horizon::Lifetime), 16, &down_to(1e-290), 1e-10),
        ("pmf", forecast.probability_of(row.fields[17].parse().unwrap(), within).get(), 18, &down_to(1e-250), 1e-10),
    ];
    let mut failures = Vec::new();
    for (name, value, index, measure, tolerance) in checks {
        let expected = row.number(index);
        let error = measure(value, expected);
        if error.is_nan() || error > tolerance {
            failures.push(format!(
                "line {} {}: {name} {value:e}, expected {expected:e}, error {error:.1e}: {:?}",
                row.line,
                row.model,
                &row.fields[1..10]
            ));
        }
    }
    failures
}

#[test]
fn count_models_match_fifty_digits_on_the_stress_grid() {
    let table = table();
    assert!(table.len() >= 200, "the grid has {} points", table.len());
    let failures: Vec<String> = table
        .iter()
        .flat_map(|row| match row.model {
            "nbd" => failures(row, &Nbd::new(NbdParams { r: row.number(1), alpha: row.span(2) }).unwrap()),
            "bg" => failures(row, &BgNbd::new(row.params()).unwrap()),
            "mbg" => failures(row, &MbgNbd::new(row.params()).unwrap()),
            other => panic!("no model {other}"),
        })
        .collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
