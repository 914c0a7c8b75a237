//! Pareto/NBD with correlated rates: against the 50-digit table, against the signed sum of four independent models, and by
//! its laws.

use customer_value::lifetime::{CorrelatedProcess, Likelihood, Process};
use customer_value::{
    CorrelatedParetoNbd, CorrelatedParetoNbdParams, CountModel, DiscountRate, FirstSeen, Fit, Horizon, InferenceError,
    Mle, Nbd, NbdParams, ParameterError, ParetoNbd, ParetoNbdParams, Patterns, Probability, PurchaseHistory, Quantity,
    RateFactor, RateFactors, Seed, Span, TimeUnit, Verdict, simulate,
};
use proptest::prelude::*;

use crate::cdnow::{day, log};
use crate::exchange_cases::{Case, covariate_cases, number};
use crate::shared::{cdnow_summary, error, pareto_nbd, relative_error};

fn days(days: f64) -> Span {
    Span::days(days).unwrap()
}

fn weeks(weeks: f64) -> Span {
    Span::weeks(weeks).unwrap()
}

fn correlated(independent: &ParetoNbd, m: f64, unit: TimeUnit) -> Result<CorrelatedParetoNbd, ParameterError> {
    let ParetoNbdParams { r, alpha, s, beta } = independent.params();
    CorrelatedParetoNbd::new(CorrelatedParetoNbdParams { r, alpha, s, beta, m, unit })
}

/// So far from 0 to the bound on that side.
fn with_share(independent: &ParetoNbd, share: f64, unit: TimeUnit) -> CorrelatedParetoNbd {
    let bounds = CorrelatedParetoNbd::bounds(independent, unit);
    correlated(independent, if share < 0.0 { -share * bounds.low } else { share * bounds.high }, unit).unwrap()
}

fn of_case(case: &Case) -> (ParetoNbd, CorrelatedParetoNbd, PurchaseHistory) {
    let parameters = ["r", "alpha_weeks", "s", "beta_weeks"].map(|key| number(case, key));
    let independent = pareto_nbd(parameters);
    let model = correlated(&independent, number(case, "m"), TimeUnit::Week).unwrap();
    let history =
        PurchaseHistory::new(case["x"].parse().unwrap(), days(number(case, "t_x")), days(number(case, "T"))).unwrap();
    (independent, model, history)
}

/// 1e-10, likelihoods and log-odds relative to their size or to 1.
#[test]
fn f_212_sarmanov_computed() {
    let cases = covariate_cases("sarmanov");
    assert_eq!(cases.len(), 30);
    for (name, case) in &cases {
        let (independent, model, history) = of_case(case);
        let bounds = CorrelatedParetoNbd::bounds(&independent, TimeUnit::Week);
        assert!(relative_error(bounds.low, number(case, "lowest")) < 1e-13, "{name}");
        assert!(relative_error(bounds.high, number(case, "highest")) < 1e-13, "{name}");
        let forecast = model.forecast(&history);
        let expected = forecast.expected_purchases(days(number(case, "t")));
        for (key, value) in [
            ("correlation", model.correlation()),
            ("p_alive", forecast.probability_alive().get()),
            ("cet", expected),
        ] {
            assert!(relative_error(value, number(case, key)) < 1e-10, "{name} {key} {value} {}", case[key]);
        }
        for (key, value) in [
            ("ln_likelihood", model.ln_likelihood(&history, TimeUnit::Day)),
            ("ln_likelihood_weeks", model.ln_likelihood(&history, TimeUnit::Week)),
            ("log_odds_alive", forecast.log_odds_alive()),
        ] {
            let known = number(case, key);
            assert!(value == known || error(value, known) < 1e-10, "{name} {key} {value} {known}");
        }
    }
}

/// The four independent models of which the correlated one is a signed mixture, each with what it weighs.
fn parts(model: &CorrelatedParetoNbd) -> [(f64, ParetoNbd); 4] {
    let CorrelatedParetoNbdParams { r, alpha, s, beta, m, unit } = model.params();
    let c = unit.days();
    let kept = |shape: f64, rate: Span| (rate.as_days() / (rate.as_days() + c)).powf(shape);
    let k = m * kept(r, alpha) * kept(s, beta);
    let part = |weight: f64, i: f64, j: f64| {
        let [alpha, beta] = [days(alpha.as_days() + i * c), days(beta.as_days() + j * c)];
        (weight, ParetoNbd::new(ParetoNbdParams { r, alpha, s, beta }).unwrap())
    };
    [part(1.0 + k, 0.0, 0.0), part(k, 1.0, 1.0), part(-k, 1.0, 0.0), part(-k, 0.0, 1.0)]
}

/// A number that four processes know, as the signed mean given alive.
fn signed(model: &CorrelatedParetoNbd, history: &PurchaseHistory, f: &dyn Fn(&dyn Numbers) -> f64) -> f64 {
    let terms = parts(model).map(|(weight, part)| {
        let forecast = part.forecast(history);
        let alive = part.ln_likelihood(history, TimeUnit::Day).exp() * forecast.probability_alive().get();
        (weight * alive, f(forecast.given_alive()))
    });
    terms.iter().map(|(weight, value)| weight * value).sum::<f64>() / terms.iter().map(|(weight, _)| weight).sum::<f64>()
}

/// What is asked of a process, whichever it is.
trait Numbers {
    fn all(&self, factors: RateFactors) -> Vec<f64>;
}

impl<P: Process> Numbers for P {
    fn all(&self, factors: RateFactors) -> Vec<f64> {
        let process = self.scaled(factors).unwrap();
        let year = weeks(52.0);
        let counts = [0, 1, 4].map(|count| process.probability_of(count, year));
        let later = [0, 2].map(|count| process.probability_between(count, days(40.0), weeks(30.0)));
        let discounted = [(0.0, Horizon::Within(year)), (0.001, Horizon::Lifetime), (0.02, Horizon::Within(year))]
            .map(|(force, horizon)| process.discounted_purchases(days(9.0), horizon, force));
        let rest = [
            process.survival(year),
            process.any_purchase(Horizon::Within(year)),
            process.any_purchase(Horizon::Lifetime),
            process.expected_purchases(days(3.0)),
            process.mean_rate(TimeUnit::Week),
        ];
        [&counts[..], &later[..], &discounted[..], &rest[..]].concat()
    }
}

#[test]
fn likelihood_and_forecasts_are_the_signed_mixture_of_four_independent_models() {
    let histories = [(0, 0.0, 0.0), (0, 0.0, 80.0), (2, 213.0, 272.0), (6, 20.0, 90.0)];
    for parameters in [[0.553, 10.578, 0.606, 11.669], [2.0, 3.0, 1.5, 40.0], [1.0, 1.0, 1.0, 1.0]] {
        for (share, unit) in [(-0.9, TimeUnit::Week), (0.4, TimeUnit::Day), (0.9, TimeUnit::Month)] {
            let model = with_share(&pareto_nbd(parameters), share, unit);
            for (x, recency, age) in histories {
                let history = PurchaseHistory::new(x, days(recency), days(age)).unwrap();
                let terms = parts(&model).map(|(w, part)| w * part.ln_likelihood(&history, TimeUnit::Day).exp());
                let likelihood = model.ln_likelihood(&history, TimeUnit::Day);
                // A tenth of the digits of four terms that cancel.
                assert!((likelihood - terms.iter().sum::<f64>().ln()).abs() < 1e-11, "{model:?} {history:?}");
                for (purchases, dropout) in [(1.0, 1.0), (1.7, 0.4)] {
                    let [purchases, dropout] = [purchases, dropout].map(|factor| RateFactor::new(factor).unwrap());
                    let factors = RateFactors { purchases, dropout };
                    let own = model.forecast(&history).given_alive().all(factors);
                    for (index, own) in own.iter().enumerate() {
                        let sum = signed(&model, &history, &|process| process.all(factors)[index]);
                        assert!(relative_error(*own, sum) < 1e-10, "{index} {own} {sum} {model:?} {history:?}");
                    }
                }
            }
        }
    }
}

/// Parameters of the independent model, in weeks, and of m from one bound to the other.
fn models() -> impl Strategy<Value = (ParetoNbd, CorrelatedParetoNbd)> {
    let shape = || (-2.5..3.0_f64).prop_map(f64::exp);
    let rate = || (-3.0..5.0_f64).prop_map(f64::exp);
    let share = prop_oneof![
        4 => -1.0..1.0_f64,
        1 => Just(1.0 - 1e-12), 1 => Just(-1.0 + 1e-12), 1 => Just(1.0), 1 => Just(-1.0)
    ];
    let unit = prop_oneof![Just(TimeUnit::Day), Just(TimeUnit::Week), Just(TimeUnit::Year)];
    (shape(), rate(), shape(), rate(), share, unit).prop_map(|(r, alpha, s, beta, share, unit)| {
        let independent = pareto_nbd([r, alpha, s, beta]);
        (independent, with_share(&independent, share, unit))
    })
}

fn histories() -> impl Strategy<Value = PurchaseHistory> {
    (0..40_u32, 0.0..=1.0_f64, 1.0..900.0_f64).prop_map(|(repeats, share, age)| {
        let recency = if repeats == 0 { 0.0 } else { (share * age).max(0.01) };
        PurchaseHistory::new(repeats, days(recency), days(age)).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn without_correlation_it_is_the_independent_model((independent, _) in models(), history in histories()) {
        let model = correlated(&independent, 0.0, TimeUnit::Week).unwrap();
        prop_assert!(model.correlation() == 0.0 && (model.odds_ratio() - 1.0).abs() < 1e-12);
        let likelihoods = [model.ln_likelihood(&history, TimeUnit::Day), independent.ln_likelihood(&history, TimeUnit::Day)];
        prop_assert!(error(likelihoods[0], likelihoods[1]) < 1e-12, "{likelihoods:?}");
        let [own, other] = (model.forecast(&history), independent.forecast(&history)).into_numbers();
        for (index, (own, other)) in own.iter().zip(&other).enumerate() {
            prop_assert!(own == other || error(*own, *other) < 1e-12, "{index} {own} {other}");
        }
        let data = Patterns::from_counts([(history, 3)]);
        let natural = independent.to_natural();
        let own = CorrelatedParetoNbd::objective(&[&natural[..], &[1.0]].concat(), &data);
        let other = ParetoNbd::objective(&natural, &data);
        prop_assert!(error(own.value, other.value) < 1e-12);
        for i in 0..4 {
            prop_assert!((own.gradient[i] - other.gradient[i]).abs() < 1e-10 * (1.0 + other.gradient[i].abs()));
        }
    }

    /// Within the bounds, and at them, no probability is below zero or above one.
    #[test]
    fn probabilities_are_probabilities((_, model) in models(), history in histories(), span in 0.01..2_000.0_f64) {
        let process = *model.forecast(&history).given_alive();
        let (now, end) = (Span::ZERO, days(span));
        prop_assert!(process.survival(now) == 1.0);
        let mut probabilities = vec![process.survival(end), process.any_purchase(Horizon::Within(end))];
        probabilities.push(process.any_purchase(Horizon::Lifetime));
        probabilities.extend([0, 1, 2, 30].map(|count| process.probability_of(count, end)));
        probabilities.extend([0, 1, 7].map(|count| process.probability_between(count, days(0.3 * span), end)));
        for one in &probabilities {
            prop_assert!((0.0..=1.0 + 1e-10).contains(one), "{probabilities:?}");
        }
        prop_assert!((probabilities[1] + probabilities[3] - 1.0).abs() < 1e-10, "{probabilities:?}");
        prop_assert!(process.expected_purchases(end) > 0.0 && process.mean_rate(TimeUnit::Day) > 0.0);
        prop_assert!(!model.ln_likelihood(&history, TimeUnit::Day).is_nan());
        prop_assert!(!model.forecast(&history).log_odds_alive().is_nan());
    }

    #[test]
    fn counts_sum_to_one_and_their_mean_is_the_expectation(
        (_, model) in models(), history in histories(), first in 0.1..60.0_f64, second in 0.1..60.0_f64,
    ) {
        let forecast = model.forecast(&history);
        let [from, to] = [first, first + second].map(days);
        let expected = forecast.expected_purchases(to) - forecast.expected_purchases(from);
        prop_assume!(forecast.given_alive().expected_purchases(to) < 20.0);
        let (mut sum, mut mean) = (0.0, 0.0);
        for count in 0..3_000 {
            let probability = forecast.probability_between(count, from, to).get();
            sum += probability;
            mean += f64::from(count) * probability;
            if count > 20 && f64::from(count) * probability < 1e-13 {
                break;
            }
        }
        prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        prop_assert!((mean - expected).abs() < 1e-7 * expected + 1e-9, "{mean} {expected}");
        // Over adjoining windows, and of a lifetime, in any discounting.
        let rate = DiscountRate::effective_annual(0.12).unwrap();
        let later = forecast.discounted_between(from, Horizon::Within(to), rate).unwrap();
        let rest = forecast.discounted_between(to, Horizon::Lifetime, rate).unwrap();
        let early = forecast.discounted_purchases(Horizon::Within(from), rate).unwrap();
        let whole = forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
        prop_assert!(relative_error(early + later + rest, whole) < 1e-10);
    }

    /// The odds ratio is 1 at m = 0, and m is found again from it.
    #[test]
    fn m_and_the_odds_ratio_tell_each_other((_, model) in models()) {
        let odds = model.odds_ratio();
        prop_assume!((1e-6..1e6).contains(&odds));
        prop_assert!((odds > 1.0) == (model.params().m > 0.0));
        let again = model.with_natural(&model.to_natural()).unwrap().params();
        let bounds = CorrelatedParetoNbd::bounds(&pareto_of(&model), again.unit);
        prop_assert!((again.m - model.params().m).abs() < 1e-9 * (bounds.high - bounds.low), "{again:?}");
    }

    /// Both clocks faster by a factor: so much happens in less time.
    #[test]
    fn scaling_both_rates_is_another_clock((_, model) in models(), history in histories(), factor in 0.2..5.0_f64) {
        let forecast = model.forecast(&history);
        let rate = RateFactor::new(factor).unwrap();
        let faster = forecast.scaled(RateFactors { purchases: rate, dropout: rate }).unwrap();
        let [short, long] = [100.0, 100.0 * factor].map(days);
        prop_assert!(relative_error(faster.expected_purchases(short), forecast.expected_purchases(long)) < 1e-10);
        let [one, other] = [faster.probability_of(2, short).get(), forecast.probability_of(2, long).get()];
        prop_assert!((one - other).abs() < 1e-11);
    }
}

fn pareto_of(model: &CorrelatedParetoNbd) -> ParetoNbd {
    let CorrelatedParetoNbdParams { r, alpha, s, beta, .. } = model.params();
    ParetoNbd::new(ParetoNbdParams { r, alpha, s, beta }).unwrap()
}

/// The numbers of two forecasts side by side.
trait IntoNumbers {
    fn into_numbers(self) -> [Vec<f64>; 2];
}

impl<P: Process, Q: Process> IntoNumbers for (customer_value::Forecast<P>, customer_value::Forecast<Q>) {
    fn into_numbers(self) -> [Vec<f64>; 2] {
        let with = |log_odds: f64, all: Vec<f64>| [&[log_odds][..], &all].concat();
        [
            with(self.0.log_odds_alive(), self.0.given_alive().all(RateFactors::default())),
            with(self.1.log_odds_alive(), self.1.given_alive().all(RateFactors::default())),
        ]
    }
}
