use super::{
    CHUNK, CountModel, DataError, Likelihood, Limit, OpportunityProcess, Parameter, ParameterError,
    bg_bb::{enough, share_taken},
    opportunity::{Stay, opportunities},
    parameter::{is_narrow, model_of_parameters},
    simulate::{Generator, LatentCustomer, Leaving, Pace, resampled_opportunities},
};
use crate::{
    cohort::{OpportunityHistory, OpportunityPattern, OpportunityPatterns},
    math::{Jet, ln_rising, ln_survival_jet},
    parallel,
    units::{Span, TimeUnit},
};

/// The BB (beta-Bernoulli) model: customers take each opportunity to buy with a probability of one's own, and never
/// leave.
///
/// Probabilities p are spread over customers as Beta(α, β). It is the yardstick for [`BgBb`](super::BgBb), in which
/// customers leave.
///
/// # Formula
///
/// Likelihood of taking x of n opportunities, in the order in which it happened, and the expected number of those that
/// are taken among the next m:
///
/// ```text
/// L = B(α+x, β+n−x)/B(α, β)
///
/// expected purchases = m · (α+x)/(α+β+n)
/// ```
///
/// ```math
/// L = \frac{B(\alpha+x, \beta+n-x)}{B(\alpha, \beta)}
/// ```
///
/// where `x` is [`repeats`](OpportunityHistory::repeats) and `n` the number of
/// [`opportunities`](OpportunityHistory::opportunities); `α` and `β` are the [`BbParams`].
///
/// # References
///
/// Chatfield and Goodhardt (1970), The beta-binomial model for consumer purchasing behaviour, Applied Statistics 19(3).
#[doc(alias = "beta-binomial")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "BbParams", into = "BbParams")
)]
pub struct Bb(BbParams);

/// The parameters of [`Bb`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BbParams {
    /// First parameter of the beta distribution of taking an opportunity: the mean is α/(α+β).
    pub alpha: f64,
    /// Its second parameter.
    pub beta: f64,
    /// The time from one opportunity to the next, which is not estimated.
    pub every: Span,
}

impl BbParams {
    fn to_natural(self) -> Vec<f64> {
        vec![self.alpha, self.beta]
    }
}

model_of_parameters!(Bb, BbParams, carries every);

impl Bb {
    fn rows(alpha: f64, beta: f64, rows: &[OpportunityPattern]) -> Jet {
        let mut jet = Jet::zero(2);
        for OpportunityPattern { history, customers } in rows {
            let (taken, all) = (history.repeats(), history.opportunities());
            // As if those that are taken came first: the order does not change the probability.
            let [value, by_b, by_a, by_bb, by_aa] = ln_survival_jet(beta, alpha, taken);
            let after = alpha + f64::from(taken);
            let miss = ln_survival_jet(after, beta, all - taken);
            let n = *customers as f64;
            jet.add(
                n * (value + miss[0]),
                [n * (by_a + miss[1]), n * (by_b + miss[2])],
                [[n * (by_aa + miss[3]), n * (by_bb + miss[3])], [0.0, n * (by_bb + miss[4])]],
            );
        }
        jet
    }
}

impl Likelihood for Bb {
    type Data = OpportunityPatterns;

    const NAME: &'static str = "BB";

    const PARAMETERS: &'static [Parameter] = &[Parameter::number("alpha"), Parameter::number("beta")];

    fn from_natural(natural: &[f64], data: &OpportunityPatterns) -> Result<Self, ParameterError> {
        Self::new(BbParams { alpha: natural[0], beta: natural[1], every: data.every() })
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::new(BbParams { alpha: natural[0], beta: natural[1], ..self.0 })
    }

    fn limit(natural: &[f64], _: &[bool]) -> Option<Limit> {
        let alike = natural.iter().all(|&shape| is_narrow(shape));
        alike.then(|| Limit::new("binomial (all take opportunities alike)", &[], &[]))
    }

    fn resample(&self, data: &OpportunityPatterns, rng: &mut Generator) -> OpportunityPatterns {
        resampled_opportunities(self, data, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        self.0.to_natural()
    }

    fn starts(data: &OpportunityPatterns) -> Result<Vec<Vec<f64>>, DataError> {
        enough(data)?;
        let share = share_taken(data.repeats(), data.opportunities());
        Ok([2.0, 0.3, 20.0, 500.0].map(|size| vec![size * share, size * (1.0 - share)]).into())
    }

    fn objective(natural: &[f64], data: &OpportunityPatterns) -> Jet {
        let chunks = parallel::map_chunks(data.rows(), CHUNK, |rows| Self::rows(natural[0], natural[1], rows));
        chunks.iter().fold(Jet::zero(2), Jet::plus).in_logarithms(natural)
    }

    /// A probability: no unit of time is in it.
    fn ln_likelihood(&self, history: &OpportunityHistory, _: TimeUnit) -> f64 {
        let BbParams { alpha, beta, .. } = self.0;
        let (taken, all) = (history.repeats(), history.opportunities());
        ln_rising(alpha, taken) + ln_rising(beta, all - taken) - ln_rising(alpha + beta, all)
    }
}

impl CountModel for Bb {
    type History = OpportunityHistory;
    type Alive = OpportunityProcess;

    fn log_odds_alive(&self, _: &OpportunityHistory) -> f64 {
        f64::INFINITY
    }

    fn given_alive(&self, history: &OpportunityHistory) -> OpportunityProcess {
        let BbParams { alpha, beta, every } = self.0;
        let (taken, all) = (f64::from(history.repeats()), f64::from(history.opportunities()));
        let (a, b) = (alpha + taken, beta + (all - taken));
        OpportunityProcess { a, b, stay: Stay::Endless, every: every.as_days() }
    }

    fn process_key(&self, history: &OpportunityHistory) -> (u64, u64, u64) {
        history.repeats_and_opportunities()
    }

    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        let probability = rng.beta(self.0.alpha, self.0.beta);
        LatentCustomer {
            pace: Pace::Opportunities { probability, every: self.0.every.as_days() },
            leaving: Leaving::Never,
        }
    }

    fn observe(&self, repeats: u32, recency: f64, age: f64) -> OpportunityHistory {
        observed(repeats, recency, age, self.0.every)
    }
}

/// The history of a simulated customer, from times in days.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is too large saturates")]
pub(super) fn observed(repeats: u32, recency: f64, age: f64, every: Span) -> OpportunityHistory {
    let every = every.as_days();
    OpportunityHistory::observed(repeats, (recency / every).round() as u32, opportunities(age, every) as u32)
}
