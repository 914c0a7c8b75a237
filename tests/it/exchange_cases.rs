//! Reads the 50-digit tables `exchange.csv`, `segments.csv`, `voice.csv` and `covariates.csv`.

use std::collections::BTreeMap;

/// The inputs and results of a case by key.
pub type Case = BTreeMap<String, String>;

/// The cases of a quantity by name.
pub fn cases(quantity: &str) -> BTreeMap<String, Case> {
    cases_of(include_str!("data/exchange.csv"), quantity)
}

/// The same of indices and segments.
pub fn segment_cases(quantity: &str) -> BTreeMap<String, Case> {
    cases_of(include_str!("data/segments.csv"), quantity)
}

/// The same of covariates and of correlated rates.
pub fn covariate_cases(quantity: &str) -> BTreeMap<String, Case> {
    cases_of(include_str!("data/covariates.csv"), quantity)
}

/// The same of what customers say.
pub fn voice_cases(quantity: &str) -> BTreeMap<String, Case> {
    cases_of(include_str!("data/voice.csv"), quantity)
}

fn cases_of(table: &str, quantity: &str) -> BTreeMap<String, Case> {
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for line in table.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[0] == quantity {
            cases.entry(fields[1].into()).or_default().insert(fields[2].into(), fields[3].into());
        }
    }
    assert!(!cases.is_empty());
    cases
}

pub fn number(case: &Case, key: &str) -> f64 {
    case[key].parse().unwrap()
}

/// `key.0`, `key.1`, … as far as there are any.
pub fn vector(case: &Case, key: &str) -> Vec<f64> {
    (0..).map_while(|i| case.get(&format!("{key}.{i}"))).map(|text| text.parse().unwrap()).collect()
}

/// `key.0.0`, `key.0.1`, …, row by row.
pub fn matrix(case: &Case, key: &str) -> Vec<Vec<f64>> {
    const MOST: u32 = 100;
    (0..MOST).map(|row| vector(case, &format!("{key}.{row}"))).take_while(|row| !row.is_empty()).collect()
}
