//! Fits on the two CDNOW data sets against optima computed to 50 digits, and against the literature.

use customer_value::{
    BgNbd, Fit, GammaGamma, MbgNbd, Mle, Nbd, PurchaseHistory, SpendHistory, TimeUnit, Verdict, lifetime::Likelihood,
};

use crate::shared::{cdnow_summary, error, relative_error};

/// The optimum of a model on a data set: name, estimate, standard error of each parameter; log-likelihood.
fn optimum(data: &str, model: &str) -> (Vec<(&'static str, f64, f64)>, f64) {
    let mut log_likelihood = f64::NAN;
    let rows = include_str!("data/optima.csv").lines().map(|line| line.split(',').collect::<Vec<_>>());
    let of_model = rows.filter(|fields| fields[0] == data && fields[1] == model);
    let parameters = of_model
        .map(|fields| {
            let number = |index: usize| fields[index].parse::<f64>().unwrap();
            log_likelihood = number(5);
            (fields[2], number(3), number(4))
        })
        .collect();
    (parameters, log_likelihood)
}

fn assert_optimal<M: Likelihood>(fit: &Fit<M>, data: &str, model: &str) {
    let (parameters, log_likelihood) = optimum(data, model);
    let estimates = fit.estimates(TimeUnit::Week);
    assert_eq!(estimates.len(), parameters.len(), "{model} on {data}");
    for (estimate, (name, value, standard_error)) in estimates.iter().zip(parameters) {
        assert_eq!(estimate.name, name);
        assert!(relative_error(estimate.value, value) < 1e-7, "{model} on {data}: {name} {} {value}", estimate.value);
        let own = estimate.standard_error.unwrap();
        assert!(
            relative_error(own, standard_error) < 1e-6,
            "{model} on {data}: error of {name} {own} {standard_error}"
        );
    }
    let own = fit.log_likelihood(TimeUnit::Week);
    assert!(error(own, log_likelihood) < 1e-12, "{model} on {data}: {own} {log_likelihood}");
    assert_eq!(fit.certificate().verdict, Verdict::Interior);
}

#[test]
fn fits_on_the_rounded_summary_reach_the_fifty_digit_optima() {
    let (purchases, spend): (Vec<PurchaseHistory>, Vec<SpendHistory>) = cdnow_summary().into_iter().unzip();
    assert_optimal(&Mle::default().fit::<Nbd>(&purchases[..]).unwrap(), "summary", "nbd");
    assert_optimal(&Mle::default().fit::<BgNbd>(&purchases[..]).unwrap(), "summary", "bg");
    assert_optimal(&Mle::default().fit::<MbgNbd>(&purchases[..]).unwrap(), "summary", "mbg");
    assert_optimal(&Mle::default().fit::<GammaGamma>(&spend[..]).unwrap(), "summary", "gamma_gamma");
}
