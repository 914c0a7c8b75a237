use super::{
    CHUNK, CountModel, DataError, Dimension, Exposure, Likelihood, Parameter, ParameterError, Process, check, enough,
    ln_rising_sum, means,
    sealed::Sealed,
    simulate::{Generator, LatentCustomer},
};
use crate::{
    cohort::{Pattern, Patterns, PurchaseHistory},
    math::{Jet, ln_rising, negative_binomial},
    parallel,
    units::{Horizon, Span, TimeUnit},
};

/// The NBD model: customers buy at random, each at a rate of one's own, and never leave.
///
/// Rates λ are spread over customers as Gamma(r, α). It is the yardstick for models in which customers leave.
///
/// # Formula
///
/// Likelihood of x repeat purchases up to age T (one density per purchase; the probability of the count alone
/// would have T^x / x! as a further factor):
///
/// ```text
/// L = Γ(r+x)/Γ(r) · α^r · (α+T)^−(r+x)
///
/// expected purchases in the next t = t · (r+x)/(α+T)
/// ```
///
/// ```math
/// L = \frac{\Gamma(r+x)}{\Gamma(r)} \frac{\alpha^r}{(\alpha+T)^{r+x}}
/// ```
///
/// where `x` is [`repeats`](PurchaseHistory::repeats) and `T` the [`age`](PurchaseHistory::age), in the unit of `α`; `r`
/// and `α` are the [`NbdParams`].
///
/// # References
///
/// Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1).
#[doc(alias = "negative binomial")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "NbdParams", into = "NbdParams")
)]
pub struct Nbd {
    r: f64,
    /// In days.
    alpha: f64,
}

/// The parameters of [`Nbd`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NbdParams {
    /// Shape of the gamma distribution of purchase rates: small when customers differ much.
    pub r: f64,
    /// Its rate, a time: the mean purchase rate is r/α.
    pub alpha: Span,
}

impl Nbd {
    /// A model with given parameters, fitted or published.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless each parameter lies between 1e-6 and 1e6 (alpha in days).
    pub fn new(params: NbdParams) -> Result<Self, ParameterError> {
        Self::from_slice(&[params.r, params.alpha.as_days()])
    }

    /// The parameters.
    pub fn params(&self) -> NbdParams {
        NbdParams { r: self.r, alpha: Span::known(self.alpha) }
    }

    fn from_slice(natural: &[f64]) -> Result<Self, ParameterError> {
        check::<Self>("NBD", natural)?;
        Ok(Self { r: natural[0], alpha: natural[1] })
    }

    fn rows(r: f64, alpha: f64, rows: &[Pattern]) -> Jet {
        let (mut value, mut gradient, mut hessian) = (0.0, [0.0; 2], [[0.0; 2]; 2]);
        for Pattern { history, customers } in rows {
            let n = *customers as f64;
            let exposure = Exposure::new(r, alpha, f64::from(history.repeats()), history.age().as_days());
            value += n * exposure.value;
            gradient[0] += n * exposure.by_r;
            gradient[1] += n * exposure.by_alpha;
            hessian[0][1] += n * exposure.by_r_alpha;
            hessian[1][1] += n * exposure.by_alpha_alpha;
        }
        let mut jet = Jet::zero(2);
        jet.add(value, gradient, hessian);
        jet
    }
}

impl TryFrom<NbdParams> for Nbd {
    type Error = ParameterError;

    fn try_from(params: NbdParams) -> Result<Self, ParameterError> {
        Self::new(params)
    }
}

impl From<Nbd> for NbdParams {
    fn from(model: Nbd) -> Self {
        model.params()
    }
}

impl Sealed for Nbd {}

impl Likelihood for Nbd {
    type Data = Patterns;

    const PARAMETERS: &'static [Parameter] = &[
        Parameter { name: "r", dimension: Dimension::Number },
        Parameter { name: "alpha", dimension: Dimension::Time },
    ];

    fn from_natural(natural: &[f64], _: &Patterns) -> Result<Self, ParameterError> {
        Self::from_slice(natural)
    }

    fn to_natural(&self) -> Vec<f64> {
        vec![self.r, self.alpha]
    }

    fn starts(data: &Patterns) -> Result<Vec<Vec<f64>>, DataError> {
        enough(data)?;
        let (repeats, age) = means(data);
        Ok([0.5, 3.0, 0.1, 50.0].map(|r| vec![r, (r * age / repeats).max(1e-3)]).into())
    }

    fn objective(natural: &[f64], data: &Patterns) -> Jet {
        let (r, alpha) = (natural[0], natural[1]);
        let rate = ln_rising_sum(data.survivors(), r);
        let mut jet = Jet::zero(2);
        jet.add(rate[0], [rate[1], 0.0], [[rate[2], 0.0], [0.0; 2]]);
        let chunks = parallel::map_chunks(data.rows(), CHUNK, |rows| Self::rows(r, alpha, rows));
        chunks.iter().fold(jet, Jet::plus).in_logarithms(natural)
    }
}

impl CountModel for Nbd {
    type Alive = NbdProcess;

    fn update(&self, history: &PurchaseHistory) -> (f64, NbdProcess) {
        let shape = self.r + f64::from(history.repeats());
        (f64::INFINITY, NbdProcess { shape, rate: self.alpha + history.age().as_days() })
    }

    fn draw(&self, rng: &mut Generator) -> LatentCustomer {
        LatentCustomer { rate: rng.gamma(self.r) / self.alpha, dropout: 0.0, coins_before: 0 }
    }

    fn ln_likelihood(&self, history: &PurchaseHistory, unit: TimeUnit) -> f64 {
        let age = history.age().as_days();
        let repeats = history.repeats();
        ln_rising(self.r, repeats)
            - self.r * (age / self.alpha).ln_1p()
            - f64::from(repeats) * ((self.alpha + age) / unit.days()).ln()
    }
}

/// A customer of the NBD model: a Poisson process at a rate λ ~ Gamma(shape, rate), without end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NbdProcess {
    shape: f64,
    /// In days.
    rate: f64,
}

impl Sealed for NbdProcess {}

impl Process for NbdProcess {
    fn survival(&self, _: Span) -> f64 {
        1.0
    }

    fn any_purchase(&self, within: Span) -> f64 {
        -(-self.shape * (within.as_days() / self.rate).ln_1p()).exp_m1()
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        let odds = within.as_days() / self.rate;
        negative_binomial(count, self.shape, odds / (1.0 + odds), (1.0 + odds).recip())
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.shape / self.rate * within.as_days()
    }

    /// (R/A) ∫ e^−δu du over the window.
    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        let from = from.as_days();
        let length = match to {
            Horizon::Within(to) => (to.as_days() - from).max(0.0),
            Horizon::Lifetime => f64::INFINITY,
        };
        let discounted_length = if force > 0.0 { -(-force * length).exp_m1() / force } else { length };
        self.shape / self.rate * (-force * from).exp() * discounted_length
    }
}
