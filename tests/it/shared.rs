//! What several test modules need.

use customer_value::exchange::ExchangeError;
use customer_value::{
    BetaGeometricParams, BgNbd, Currency, MbgNbd, Money, Nbd, NbdParams, ParetoNbd, ParetoNbdParams, PurchaseHistory,
    Span, SpendHistory,
};

/// The difference relative to the expected number, but absolute below one.
pub fn error(value: f64, expected: f64) -> f64 {
    (value - expected).abs() / expected.abs().max(1.0)
}

/// The difference relative to the expected number.
pub fn relative_error(value: f64, expected: f64) -> f64 {
    if value.to_bits() == expected.to_bits() { 0.0 } else { ((value - expected) / expected).abs() }
}

/// Within half a unit of the last printed decimal.
pub fn assert_printed(value: f64, printed: &str) {
    let number: f64 = printed.parse().unwrap();
    let (mantissa, exponent) = printed.split_once('e').unwrap_or((printed, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let unit = 10_f64.powi(exponent.parse::<i32>().unwrap() - decimals);
    assert!((value - number).abs() <= 0.5001 * unit, "{value} is not {printed}");
}

/// Which quantity was outside its range.
#[track_caller]
pub fn quantity_of(problem: &ExchangeError) -> &'static str {
    let ExchangeError::Unit(unit) = problem else { panic!("{problem}") };
    unit.quantity
}

/// Parameters with alpha in weeks, as in the literature.
pub fn beta_geometric([r, alpha, a, b]: [f64; 4]) -> BetaGeometricParams {
    BetaGeometricParams { r, alpha: Span::weeks(alpha).unwrap(), a, b }
}

pub fn bg_nbd(parameters: [f64; 4]) -> BgNbd {
    BgNbd::new(beta_geometric(parameters)).unwrap()
}

pub fn mbg_nbd(parameters: [f64; 4]) -> MbgNbd {
    MbgNbd::new(beta_geometric(parameters)).unwrap()
}

pub fn nbd([r, alpha]: [f64; 2]) -> Nbd {
    Nbd::new(NbdParams { r, alpha: Span::weeks(alpha).unwrap() }).unwrap()
}

pub fn pareto_nbd([r, alpha, s, beta]: [f64; 4]) -> ParetoNbd {
    let [alpha, beta] = [alpha, beta].map(|weeks| Span::weeks(weeks).unwrap());
    ParetoNbd::new(ParetoNbdParams { r, alpha, s, beta }).unwrap()
}

/// A history in weeks.
pub fn history(repeats: u32, recency: f64, age: f64) -> PurchaseHistory {
    PurchaseHistory::new(repeats, Span::weeks(recency).unwrap(), Span::weeks(age).unwrap()).unwrap()
}

/// The rounded CDNOW summary: histories in weeks to two decimals, with mean repeat spend.
pub fn cdnow_summary() -> Vec<(PurchaseHistory, SpendHistory)> {
    include_str!("../../data/cdnow_customers_summary_with_transactions.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.trim().split(',').collect();
            let number = |index: usize| fields[index].parse::<f64>().unwrap();
            let repeats = fields[1].parse().unwrap();
            let mean = Money::parse(fields[4], Currency::USD).unwrap();
            (history(repeats, number(2), number(3)), SpendHistory::from_mean(repeats, mean).unwrap())
        })
        .collect()
}
