//! Laws that hold for every count model and every parameter, by one loop over the models.

use customer_value::lifetime::{Likelihood, Process};
use customer_value::{
    BetaGeometricParams, BgCnbd, BgNbd, CnbdParams, CountModel, DiscountRate, Forecast, GapHistory, GapPatterns,
    GgompertzNbd, GgompertzNbdParams, Horizon, MbgCnbd, MbgNbd, Mle, Nbd, NbdParams, ParetoNbd, ParetoNbdParams,
    Patterns, PurchaseHistory, Seed, Span, TimeUnit, simulate,
};
use proptest::prelude::*;

use crate::shared::relative_error;

/// What every model is made from; a and b are shapes of leaving, whichever way a model uses them.
#[derive(Debug, Clone, Copy)]
pub struct Params {
    pub r: f64,
    pub alpha: Span,
    pub a: f64,
    pub b: f64,
    /// The scale of lives in Pareto/NBD.
    pub beta: Span,
    /// How fast the hazard grows in GGompertz/NBD, per day.
    pub growth: f64,
}

impl Params {
    pub fn nbd(self) -> Nbd {
        Nbd::new(NbdParams { r: self.r, alpha: self.alpha }).unwrap()
    }

    pub fn beta_geometric(self) -> BetaGeometricParams {
        BetaGeometricParams { r: self.r, alpha: self.alpha, a: self.a, b: self.b }
    }

    pub fn cnbd(self, k: u32) -> CnbdParams {
        CnbdParams { k, r: self.r, alpha: self.alpha, a: self.a, b: self.b }
    }

    pub fn pareto_nbd(self) -> ParetoNbd {
        ParetoNbd::new(ParetoNbdParams { r: self.r, alpha: self.alpha, s: self.a, beta: self.beta }).unwrap()
    }

    pub fn ggompertz_nbd(self) -> GgompertzNbd {
        let Self { r, alpha, a: s, b: beta, growth: b_per_day, .. } = self;
        GgompertzNbd::new(GgompertzNbdParams { r, alpha, b_per_day, s, beta }).unwrap()
    }

    /// The same customers, with times that are so many times as long.
    fn scaled(self, scale: f64) -> Self {
        let [alpha, beta] = [self.alpha, self.beta].map(|span| scaled(span, scale));
        Self { alpha, beta, growth: self.growth / scale, ..self }
    }
}

fn scaled(span: Span, scale: f64) -> Span {
    Span::days(scale * span.as_days()).unwrap()
}

/// Calls `$body` with every model of purchases in continuous time, made from the same parameters.
macro_rules! for_every_model {
    ($params:expr, |$model:ident| $body:expr) => {{
        let params: $crate::laws::Params = $params;
        {
            let $model = params.nbd();
            $body
        }
        {
            let $model = customer_value::BgNbd::new(params.beta_geometric()).unwrap();
            $body
        }
        {
            let $model = customer_value::MbgNbd::new(params.beta_geometric()).unwrap();
            $body
        }
        {
            let $model = customer_value::BgCnbd::new(params.cnbd(2)).unwrap();
            $body
        }
        {
            let $model = customer_value::MbgCnbd::new(params.cnbd(3)).unwrap();
            $body
        }
        {
            let $model = params.pareto_nbd();
            $body
        }
        {
            let $model = params.ggompertz_nbd();
            $body
        }
    }};
}
pub(crate) use for_every_model;

/// The likelihood of a customer, whether or not the model looks at gaps.
trait Density: CountModel<History = PurchaseHistory> {
    /// Of one, per day.
    fn density(&self, history: &PurchaseHistory, ln_gaps: f64) -> f64;

    /// Of so many, as a fit computes it.
    fn of_many(&self, history: &PurchaseHistory, ln_gaps: f64, customers: u32) -> f64;

    /// All numbers of a fit, to the last bit.
    fn fitted(&self, histories: &[PurchaseHistory]) -> String;
}

macro_rules! density {
    ($($plain:ty),+; $($regular:ty),+) => {
        $(impl Density for $plain {
            fn density(&self, history: &PurchaseHistory, _: f64) -> f64 {
                self.ln_likelihood(history, TimeUnit::Day)
            }

            fn of_many(&self, history: &PurchaseHistory, _: f64, customers: u32) -> f64 {
                Self::objective(&self.to_natural(), &Patterns::from_counts([(*history, customers)])).value
            }

            fn fitted(&self, histories: &[PurchaseHistory]) -> String {
                format!("{:?}", Mle::default().fit::<Self>(histories))
            }
        })+
        $(impl Density for $regular {
            fn density(&self, history: &PurchaseHistory, ln_gaps: f64) -> f64 {
                self.ln_likelihood(&GapHistory::new(*history, ln_gaps).unwrap(), TimeUnit::Day)
            }

            fn of_many(&self, history: &PurchaseHistory, ln_gaps: f64, customers: u32) -> f64 {
                let history = GapHistory::new(*history, ln_gaps).unwrap();
                let data = GapPatterns::new(&vec![history; customers as usize], self.params().k).unwrap();
                Self::objective(&self.to_natural(), &data).value
            }

            fn fitted(&self, histories: &[PurchaseHistory]) -> String {
                let one = |history: &PurchaseHistory| GapHistory::new(*history, ln_gaps(history)).unwrap();
                let histories: Vec<GapHistory> = histories.iter().map(one).collect();
                format!("{:?}", Mle::default().fit::<Self>(GapPatterns::new(&histories, self.params().k).unwrap()))
            }
        })+
    };
}
density!(Nbd, BgNbd, MbgNbd, ParetoNbd, GgompertzNbd; BgCnbd, MbgCnbd);

/// Of gaps somewhat less equal than they could be.
fn ln_gaps(history: &PurchaseHistory) -> f64 {
    let repeats = f64::from(history.repeats());
    if repeats > 0.0 { repeats * ((history.recency().as_days() / repeats).ln() - 0.3) } else { 0.0 }
}

fn params() -> impl Strategy<Value = Params> {
    let positive = || (-3.0..3.0_f64).prop_map(f64::exp);
    let growth = (-9.0..-2.0_f64).prop_map(f64::exp);
    (positive(), positive(), positive(), positive(), positive(), growth).prop_map(|(r, alpha, a, b, beta, growth)| {
        let [alpha, beta] = [alpha, beta].map(|scale| Span::days(20.0 * scale).unwrap());
        Params { r, alpha, a, b, beta, growth }
    })
}

/// Customers of an ordinary shop.
fn ordinary() -> Params {
    let [alpha, beta] = [30, 120].map(Span::whole_days);
    Params { r: 0.8, alpha, a: 0.9, b: 2.5, beta, growth: 0.01 }
}

fn history() -> impl Strategy<Value = PurchaseHistory> {
    (0_u32..60, 0.0..1.0_f64, 0.1..1000.0_f64).prop_map(|(repeats, share, age)| {
        let recency = if repeats == 0 { 0.0 } else { age * share.max(1e-6) };
        PurchaseHistory::new(repeats, Span::days(recency).unwrap(), Span::days(age).unwrap()).unwrap()
    })
}

fn span() -> impl Strategy<Value = Span> {
    (0.01..500.0_f64).prop_map(|days| Span::days(days).unwrap())
}

fn rate() -> impl Strategy<Value = DiscountRate> {
    (1e-5..0.01_f64).prop_map(|force| DiscountRate::continuous(force, TimeUnit::Day).unwrap())
}

fn assert_close(value: f64, expected: f64, what: &str) {
    assert!((value - expected).abs() <= 1e-9 * expected.abs() + 1e-280, "{what}: {value} {expected}");
}

/// Probabilities of all counts that matter.
fn until_certain(probability: impl Fn(u32) -> f64) -> Vec<f64> {
    let mut counts = Vec::new();
    let mut rest = 1.0;
    while rest > 1e-13 && counts.len() < 20_000 {
        counts.push(probability(counts.len() as u32));
        rest -= counts[counts.len() - 1];
    }
    counts
}

fn counts<P: Process>(forecast: &Forecast<P>, within: Span) -> Vec<f64> {
    until_certain(|count| forecast.probability_of(count, within).get())
}

fn mean(counts: &[f64]) -> f64 {
    counts.iter().enumerate().map(|(count, probability)| count as f64 * probability).sum()
}

/// Two models give one customer the same numbers, to a relative tolerance.
fn assert_same<A, B>(
    one: &A,
    other: &B,
    history: &PurchaseHistory,
    within: Span,
    rate: DiscountRate,
    count: u32,
    tolerance: f64,
) where
    A: Density,
    B: Density,
{
    let densities = [one.density(history, ln_gaps(history)), other.density(history, ln_gaps(history))];
    let (one, other) = (one.forecast(history), other.forecast(history));
    let close = |value: f64, expected: f64, what: &str| {
        let error = (value - expected).abs() / expected.abs();
        assert!(value == expected || error <= tolerance || expected.abs() < 1e-280, "{what}: {value} {expected}");
    };
    assert!((densities[0] - densities[1]).abs() <= tolerance * densities[1].abs().max(1.0), "{densities:?}");
    close(one.probability_alive().get(), other.probability_alive().get(), "alive");
    close(one.expected_purchases(within), other.expected_purchases(within), "expected");
    close(one.probability_active(within).get(), other.probability_active(within).get(), "active");
    let discounted = |horizon| [one.discounted_purchases(horizon, rate), other.discounted_purchases(horizon, rate)];
    let [own, expected] = discounted(Horizon::Within(within)).map(Result::unwrap);
    close(own, expected, "discounted");
    // Over a lifetime, and in its tail, a limit is reached much later.
    if tolerance < 1e-6 {
        let [own, expected] = discounted(Horizon::Lifetime).map(Result::unwrap);
        close(own, expected, "lifetime");
        close(one.probability_of(count, within).get(), other.probability_of(count, within).get(), "count");
        let later = scaled(within, 1.7);
        let between = [one.probability_between(count, within, later), other.probability_between(count, within, later)];
        close(between[0].get(), between[1].get(), "window");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn probabilities_of_counts_sum_to_one_and_their_mean_is_the_expectation(
        params in params(), history in history(), days in 0.01..60.0_f64,
    ) {
        let within = Span::days(days).unwrap();
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            let expected = forecast.expected_purchases(within);
            if expected < 20.0 {
                let counts = counts(&forecast, within);
                assert_close(counts.iter().sum(), 1.0, "sum");
                let mean = mean(&counts);
                // What lies beyond the counts listed weighs little in the sum, more in the mean.
                prop_assert!((mean - expected).abs() <= 1e-7 * expected + 1e-9, "{mean} {expected}");
                prop_assert!((forecast.probability_active(within).get() + counts[0] - 1.0).abs() < 1e-12);
            }
        });
    }

    #[test]
    fn probabilities_of_a_later_window_sum_to_one_and_their_mean_is_the_difference_of_expectations(
        params in params(), history in history(), first in 0.01..60.0_f64, second in 0.01..60.0_f64,
    ) {
        let [from, to] = [first, first + second].map(|days| Span::days(days).unwrap());
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            let none = |from, to| forecast.probability_between(0, from, to).get();
            let (both, early, late) = (none(Span::ZERO, to), none(Span::ZERO, from), none(from, to));
            prop_assert!(both <= early.min(late) * (1.0 + 1e-10), "{both} {early} {late}");
            prop_assert!(both >= early + late - 1.0 - 1e-10, "{both} {early} {late}");
            assert_close(both, forecast.probability_of(0, to).get(), "a window from now");
            let expected = forecast.expected_purchases(to) - forecast.expected_purchases(from);
            if expected < 20.0 {
                let counts = until_certain(|count| forecast.probability_between(count, from, to).get());
                assert_close(counts.iter().sum(), 1.0, "sum");
                // The difference of two expectations has fewer digits than they.
                let lost = 1e-9 * forecast.expected_purchases(to);
                prop_assert!((mean(&counts) - expected).abs() <= 1e-7 * expected + 1e-9 + lost, "{expected}");
            }
        });
    }

    #[test]
    fn expectations_add_over_adjoining_windows(
        params in params(), history in history(), first in span(), second in span(), rate in rate(),
    ) {
        let both = first.checked_add(second).unwrap();
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            for rate in [DiscountRate::ZERO, rate] {
                let within = |horizon| forecast.discounted_purchases(Horizon::Within(horizon), rate).unwrap();
                let later = forecast.discounted_between(first, Horizon::Within(both), rate).unwrap();
                assert_close(within(first) + later, within(both), "two windows");
                if rate != DiscountRate::ZERO {
                    let rest = forecast.discounted_between(both, Horizon::Lifetime, rate).unwrap();
                    let whole = forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
                    assert_close(within(both) + rest, whole, "window and rest");
                }
            }
        });
    }

    #[test]
    fn discounting_takes_away_and_vanishes_with_the_rate(
        params in params(), history in history(), within in span(), rate in rate(),
    ) {
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            let expected = forecast.expected_purchases(within);
            let discounted = |rate| forecast.discounted_purchases(Horizon::Within(within), rate).unwrap();
            let lifetime = forecast.discounted_purchases(Horizon::Lifetime, rate).unwrap();
            prop_assert!(discounted(rate) <= expected * (1.0 + 1e-12));
            prop_assert!(discounted(rate) <= lifetime * (1.0 + 1e-9));
            assert_close(discounted(DiscountRate::continuous(1e-14, TimeUnit::Day).unwrap()), expected, "no rate");
            // It rises with the horizon, to the end.
            let longer = scaled(within, 2.0);
            let later = forecast.discounted_purchases(Horizon::Within(longer), rate).unwrap();
            prop_assert!(discounted(rate) <= later * (1.0 + 1e-12) && later <= lifetime * (1.0 + 1e-9));
            // And with a lower rate.
            let half = DiscountRate::continuous(0.5 * rate.force_per_day(), TimeUnit::Day).unwrap();
            prop_assert!(discounted(rate) <= discounted(half) * (1.0 + 1e-12));
            // So far out that nothing is left.
            let far = Span::days(60.0 / rate.force_per_day()).unwrap();
            let nearly = forecast.discounted_purchases(Horizon::Within(far), rate).unwrap();
            assert_close(nearly, lifetime, "far horizon");
        });
    }

    #[test]
    fn probability_alive_falls_with_silence_and_with_time(
        params in params(), history in history(), silence in span(),
    ) {
        let longer = history.after_silence(silence).unwrap();
        for_every_model!(params, |model| {
            let (now, later) = (model.forecast(&history), model.forecast(&longer));
            prop_assert!(later.log_odds_alive() <= now.log_odds_alive());
            let after = now.probability_alive_after(silence);
            prop_assert!(after.get() <= now.probability_alive().get() * (1.0 + 1e-12));
            prop_assert!((0.0..=1.0).contains(&now.probability_alive().get()));
        });
    }

    #[test]
    fn a_change_of_the_time_unit_changes_nothing_but_the_density(
        params in params(), history in history(), within in span(), scale in 0.1..10.0_f64,
    ) {
        let (recency, age) = (scaled(history.recency(), scale), scaled(history.age(), scale));
        let moved = PurchaseHistory::new(history.repeats(), recency, age).unwrap();
        let repeats = f64::from(history.repeats());
        let mut plain = std::collections::VecDeque::new();
        for_every_model!(params, |model| {
            let forecast = model.forecast(&history);
            plain.push_back((
                model.density(&history, ln_gaps(&history)),
                forecast.log_odds_alive(),
                forecast.expected_purchases(within),
                forecast.probability_of(2, within).get(),
            ));
        });
        for_every_model!(params.scaled(scale), |model| {
            let (density, log_odds, expected, two) = plain.pop_front().unwrap();
            let moved_density = model.density(&moved, ln_gaps(&history) + repeats * scale.ln());
            let shifted = moved_density + repeats * scale.ln();
            prop_assert!((shifted - density).abs() < 1e-9 * density.abs().max(1.0), "{shifted} {density}");
            let forecast = model.forecast(&moved);
            prop_assert!(
                log_odds == forecast.log_odds_alive()
                    || (log_odds - forecast.log_odds_alive()).abs() < 1e-9 * log_odds.abs().max(1.0)
            );
            assert_close(forecast.expected_purchases(scaled(within, scale)), expected, "expectation");
            assert_close(forecast.probability_of(2, scaled(within, scale)).get(), two, "probability");
        });
    }

    #[test]
    fn likelihood_of_one_history_is_that_of_its_pattern(params in params(), history in history()) {
        for_every_model!(params, |model| {
            let value = model.of_many(&history, ln_gaps(&history), 3);
            let own = 3.0 * model.density(&history, ln_gaps(&history));
            prop_assert!((value - own).abs() < 1e-10 * own.abs().max(1.0), "{value} {own}");
        });
    }

    #[test]
    fn cnbd_1_is_bg_nbd_or_mbg_nbd(
        params in params(), history in history(), within in span(), rate in rate(), count in 0_u32..20,
    ) {
        let bg = (BgCnbd::new(params.cnbd(1)).unwrap(), BgNbd::new(params.beta_geometric()).unwrap());
        let mbg = (MbgCnbd::new(params.cnbd(1)).unwrap(), MbgNbd::new(params.beta_geometric()).unwrap());
        assert_same(&bg.0, &bg.1, &history, within, rate, count, 1e-12);
        assert_same(&mbg.0, &mbg.1, &history, within, rate, count, 1e-12);
    }

    #[test]
    fn ggompertz_nbd_becomes_pareto_nbd_as_b_falls(
        params in params(), history in history(), within in span(), rate in rate(), count in 0_u32..20,
    ) {
        let pareto = params.pareto_nbd();
        let at = |growth: f64| Params { growth, b: growth * params.beta.as_days(), ..params }.ggompertz_nbd();
        assert_same(&at(1e-9), &pareto, &history, within, rate, count, 1e-3);
        // The error is proportional to b.
        let expected = pareto.forecast(&history).expected_purchases(within);
        let error = |growth| at(growth).forecast(&history).expected_purchases(within) / expected - 1.0;
        let (large, small) = (error(1e-6), error(1e-7));
        prop_assert!((large / 10.0 - small).abs() < 0.05 * small.abs() + 1e-10, "{large} {small}");
    }

    #[test]
    fn lives_of_pareto_nbd_that_hardly_end_make_an_nbd(
        params in params(), history in history(), within in span(), rate in rate(), count in 0_u32..20,
    ) {
        // Hardly: whoever lives leaves once in 1e6/s days.
        let never = Params { beta: Span::days(1e6).unwrap(), ..params };
        let nearly = never.pareto_nbd();
        // Who was silent for long after many purchases is more likely gone than not, however seldom that happens.
        prop_assume!(nearly.forecast(&history).log_odds_alive() > 7.0);
        assert_same(&nearly, &params.nbd(), &history, within, rate, count, 0.05);
    }

    #[test]
    fn dropout_that_never_happens_makes_an_nbd(params in params(), history in history(), within in span()) {
        let never = BetaGeometricParams { a: 1e-6, b: 1e6, ..params.beta_geometric() };
        let nbd = params.nbd().forecast(&history);
        let bg = BgNbd::new(never).unwrap().forecast(&history);
        let expected = nbd.expected_purchases(within);
        prop_assume!(bg.log_odds_alive() > 12.0);
        prop_assert!((bg.given_alive().expected_purchases(within) - expected).abs() <= 1e-5 * expected);
    }
}

#[test]
fn simulated_customers_buy_as_often_as_the_forecast_of_a_newcomer_says() {
    let age = Span::whole_days(365);
    for_every_model!(ordinary(), |model| {
        let histories = simulate(&model, age, 40_000, Seed::new(11));
        let count = histories.len() as f64;
        let mean = histories.iter().map(|history| f64::from(history.repeats())).sum::<f64>() / count;
        let square = histories.iter().map(|history| f64::from(history.repeats()).powi(2)).sum::<f64>() / count;
        let error = ((square - mean * mean) / count).sqrt();
        let expected = model.forecast(&PurchaseHistory::acquired()).expected_purchases(age);
        assert!((mean - expected).abs() < 4.0 * error, "{model:?}: {mean} ± {error}, expected {expected}");
    });
}

#[test]
fn simulated_customers_do_after_the_cut_what_their_forecasts_say() {
    let (cut, end) = (Span::whole_days(180), Span::whole_days(360));
    for_every_model!(ordinary(), |model| {
        // The same seed makes the same customers; the longer history shows what came after the cut.
        let before = simulate(&model, cut, 20_000, Seed::new(5));
        let after = simulate(&model, end, 20_000, Seed::new(5));
        let (mut expected, mut actual, mut square) = (0.0, 0.0, 0.0);
        for (before, after) in before.iter().zip(&after) {
            let forecast = model.forecast(before).expected_purchases(cut);
            let bought = f64::from(after.repeats() - before.repeats());
            expected += forecast;
            actual += bought;
            square += (bought - forecast).powi(2);
        }
        assert!((actual - expected).abs() < 4.0 * square.sqrt(), "{model:?}: {actual} {expected} ± {}", square.sqrt());
    });
}

/// The reference: a gap below 1e-7 from β = 1e16 weeks on, at s = .6; .012 at 1e10, far outside the range of models.
#[test]
fn pareto_nbd_becomes_nbd_on_cdnow_as_slowly_as_the_reference_says() {
    let (purchases, _): (Vec<_>, Vec<_>) = crate::shared::cdnow_summary().into_iter().unzip();
    let data = Patterns::from(&purchases);
    let fit = Mle::default().fit::<Nbd>(data.clone()).unwrap();
    let [r, alpha] = [fit.model().params().r, fit.model().params().alpha.as_days()];
    let gap = |weeks: f64| {
        let pareto = ParetoNbd::objective(&[r, alpha, 0.6, 7.0 * weeks], &data).value;
        (pareto - fit.log_likelihood(TimeUnit::Day)).abs()
    };
    assert!((gap(1e10) - 0.012).abs() < 5e-4, "{}", gap(1e10));
    assert!(gap(1e16) < 1e-7, "{}", gap(1e16));
    assert!(gap(1e12) < gap(1e10) && gap(1e14) < gap(1e12));
}

/// To 1e-8 of the log-likelihood; the fits raise an error beyond.
#[test]
fn a_larger_model_fits_no_worse_than_one_within_it() {
    let (purchases, _): (Vec<_>, Vec<_>) = crate::shared::cdnow_summary().into_iter().unzip();
    let data = Patterns::from(&purchases);
    let nbd = Mle::default().fit::<Nbd>(data.clone()).unwrap();
    let bg = Mle::default().fit::<BgNbd>(data.clone()).unwrap();
    let mbg = Mle::default().fit::<MbgNbd>(data.clone()).unwrap();
    let pareto = Mle::default().fit::<ParetoNbd>(data.clone()).unwrap();
    let gompertz = Mle::default().fit::<GgompertzNbd>(data).unwrap();
    for statistic in [
        bg.likelihood_ratio(&nbd).unwrap().statistic,
        mbg.likelihood_ratio(&nbd).unwrap().statistic,
        pareto.likelihood_ratio(&nbd).unwrap().statistic,
        gompertz.likelihood_ratio(&nbd).unwrap().statistic,
    ] {
        assert!(statistic > 330.0, "{statistic}");
    }
    assert!(gompertz.likelihood_ratio(&pareto).unwrap().statistic < 1e-6);
}

#[test]
fn fits_do_not_depend_on_the_order_of_customers() {
    let (mut purchases, mut spend): (Vec<_>, Vec<_>) = crate::shared::cdnow_summary().into_iter().unzip();
    let fit = |purchases: &[PurchaseHistory]| Mle::default().fit::<BgNbd>(purchases).unwrap();
    let fit_spend =
        |spend: &[customer_value::SpendHistory]| Mle::default().fit::<customer_value::GammaGamma>(spend).unwrap();
    let (first, first_spend) = (fit(&purchases), fit_spend(&spend));
    purchases.reverse();
    spend.reverse();
    purchases.rotate_left(777);
    assert_eq!(first, fit(&purchases));
    assert_eq!(first_spend, fit_spend(&spend));
}

#[test]
fn fits_of_every_model_do_not_depend_on_the_order_of_customers() {
    for_every_model!(ordinary(), |model| {
        let mut histories = simulate(&model, Span::whole_days(300), 600, Seed::new(6));
        let first = model.fitted(&histories);
        assert!(first.starts_with("Ok("), "{first}");
        histories.reverse();
        histories.rotate_left(123);
        assert_eq!(first, model.fitted(&histories));
    });
}

#[test]
fn a_millionfold_cohort_has_the_same_optimum_and_a_thousandth_of_the_error() {
    let (purchases, _): (Vec<_>, Vec<_>) = crate::shared::cdnow_summary().into_iter().unzip();
    let once = Mle::default().fit::<BgNbd>(&purchases[..]).unwrap();
    let often = Patterns::from_counts(purchases.iter().map(|history| (*history, 1_000_000)));
    let often = Mle::default().fit::<BgNbd>(often).unwrap();
    for (one, many) in once.estimates(TimeUnit::Day).iter().zip(often.estimates(TimeUnit::Day)) {
        assert!(relative_error(many.value, one.value) < 1e-6, "{one:?} {many:?}");
        let ratio = one.standard_error.unwrap() / many.standard_error.unwrap();
        assert!((ratio - 1000.0).abs() < 0.01, "{ratio}");
    }
    assert_eq!(often.customers(), 2_357_000_000);
}
