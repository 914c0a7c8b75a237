mod composition;
mod patterns;

pub use patterns::SpendPatterns;
use patterns::{Density, SpendPattern};

use super::{
    CHUNK, DataError, Driver, Likelihood, Limit, Link, Parameter, ParameterError, check, parameter::is_narrow,
    sealed::Sealed, simulate::Generator,
};
use crate::{
    cohort::SpendHistory,
    math::{Jet, digamma_rise, ln_beta, trigamma, trigamma_drop},
    parallel,
    units::{Currency, ExpectedMoney, MoneyError, TimeUnit},
};

/// The gamma-gamma model of spend: what a customer pays per purchase varies around a mean of the customer's own.
///
/// A purchase is worth z ~ Gamma(p, ν), with ν spread over customers as Gamma(q, v). Spend is taken to be
/// independent of how often and how long somebody buys. Customers without a positive amount on a repeat purchase
/// say nothing about the parameters; [`SpendPatterns::left_out`] counts them.
///
/// # Formula
///
/// Density of the mean spend m over n repeat purchases, and the expected spend a purchase of such a customer:
///
/// ```text
/// f(m) = (v^q n^(pn) m^(pn−1)) / (B(pn, q) (v + n·m)^(pn+q))
///
/// E[Z | m, n] = p (v + n·m) / (p·n + q − 1)
/// ```
///
/// ```math
/// f(m) = \frac{v^q\, n^{pn}\, m^{pn-1}}{B(pn, q)\,(v + nm)^{pn+q}}
/// ```
///
/// where `n` is the number of [repeat purchases](SpendHistory::repeats) and `m` their mean amount, in major units like
/// `v`; `p`, `q` and `v` are the [`GammaGammaParams`]; `B` is the beta function. `f` is a density per major unit.
///
/// The mean over all customers, p·v/(q−1), exists only for q > 1; see [`SpendForecast::mean`].
///
/// # References
///
/// Fader and Hardie (2013), The gamma-gamma model of monetary value, note 025, eq. 1a (density) and 5 (expectation);
/// Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of
/// Marketing Research 42.
#[doc(alias = "monetary value model")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "GammaGammaParams", into = "GammaGammaParams")
)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    /// In major units.
    v: f64,
    currency: Currency,
}

/// The parameters of [`GammaGamma`], each positive.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GammaGammaParams {
    /// Shape of the spend of one customer: large when amounts vary little.
    pub p: f64,
    /// Shape of the distribution over customers; the mean exists for q > 1, the variance for q > 2.
    pub q: f64,
    /// Scale of the distribution over customers, an amount of money.
    pub v: ExpectedMoney,
}

/// What a customer will spend a purchase, as far as the model can tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendForecast {
    pub(crate) p: f64,
    pub(crate) q: f64,
    /// In major units.
    pub(crate) v: f64,
    pub(super) currency: Currency,
}

/// Why a spend has no number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpendError {
    /// Spend is so uneven that its mean is infinite.
    #[error("expected spend is infinite: its shape q = {q} must exceed 1")]
    NoFiniteMean {
        /// The shape of the customer's distribution: q, plus p for each purchase seen.
        q: f64,
    },
    /// Spend is so uneven that its variance is infinite.
    #[error("variance of spend is infinite: its shape q = {q} must exceed 2")]
    NoFiniteVariance {
        /// The shape of the customer's distribution: q, plus p for each purchase seen.
        q: f64,
    },
    /// The history is in another currency, or an amount is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl GammaGamma {
    /// A model with given parameters, fitted or published.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless p and q lie between 1e-6 and 1e6 and v between 1e-6 and 1e15 major units.
    pub fn new(params: GammaGammaParams) -> Result<Self, ParameterError> {
        Self::from_slice(&[params.p, params.q, params.v.amount()], params.v.currency())
    }

    /// The parameters.
    pub fn params(&self) -> GammaGammaParams {
        GammaGammaParams { p: self.p, q: self.q, v: ExpectedMoney::known(self.v, self.currency) }
    }

    /// What a customer with this history will spend a purchase.
    ///
    /// # Errors
    ///
    /// [`SpendError::Money`] when the history is in another currency.
    pub fn forecast(&self, history: &SpendHistory) -> Result<SpendForecast, SpendError> {
        let total = history.repeat_total();
        if total.currency() != self.currency {
            return Err(MoneyError::CurrencyMismatch { expected: self.currency, found: total.currency() }.into());
        }
        let q = self.q + self.p * f64::from(history.repeats());
        Ok(SpendForecast { p: self.p, q, v: self.v + total.to_f64(), currency: self.currency })
    }

    /// What a customer of whom no spend is known will spend a purchase: the population.
    pub fn newcomer(&self) -> SpendForecast {
        SpendForecast { p: self.p, q: self.q, v: self.v, currency: self.currency }
    }

    /// What one customer, drawn from the population, pays in a number of purchases, in major units.
    pub(super) fn draw(&self, rng: &mut Generator) -> impl Fn(u32, &mut Generator) -> f64 + use<> {
        let (p, scale) = (self.p, self.v / rng.gamma(self.q));
        move |purchases, rng| rng.gamma(p * f64::from(purchases)) * scale
    }

    fn from_slice(natural: &[f64], currency: Currency) -> Result<Self, ParameterError> {
        check::<Self>(natural)?;
        Ok(Self { p: natural[0], q: natural[1], v: natural[2], currency })
    }

    /// The jet in p, q and v of rows that share their number of purchases.
    ///
    /// With t = n·m the density is [B(pn, q) m]^−1 (t/(v+t))^pn (v/(v+t))^q: formed so, nothing cancels however large
    /// pn grows.
    fn run(jet: &mut Jet, [p, q, v]: [f64; 3], rows: &[SpendPattern]) {
        let n = f64::from(rows[0].purchases);
        let shape = p * n;
        let ln_v = v.ln();
        let [mut count, mut means, mut by_p, mut by_q] = [0.0; 4];
        let [mut by_v, mut by_pv, mut by_qv, mut by_vv] = [0.0; 4];
        for SpendPattern { total, ln_total, ln_mean, customers, .. } in rows {
            let weight = *customers as f64;
            // ln(1 + v/t) and ln(1 + t/v): the smaller directly, the other by their difference ln(t/v).
            let gap = ln_total - ln_v;
            let smaller = if gap > 0.0 { (v / total).ln_1p() } else { (total / v).ln_1p() };
            let inverse = (v + total).recip();
            let spent = total * inverse / v;
            count += weight;
            means += weight * ln_mean;
            by_p += weight * (smaller + (-gap).max(0.0));
            by_q += weight * (smaller + gap.max(0.0));
            by_v += weight * (q * total - shape * v) * inverse / v;
            by_pv += weight * inverse;
            by_qv += weight * spent;
            by_vv += weight * (shape * inverse * inverse - q * spent * (inverse + v.recip()));
        }
        let gradient = [n * (count * digamma_rise(shape, q) - by_p), count * digamma_rise(q, shape) - by_q, by_v];
        let both = trigamma(shape + q);
        let hessian = [
            [-count * n * n * trigamma_drop(shape, q), count * n * both, -n * by_pv],
            [0.0, -count * trigamma_drop(q, shape), by_qv],
            [0.0, 0.0, by_vv],
        ];
        jet.add(-count * ln_beta(shape, q) - means - shape * by_p - q * by_q, gradient, hessian);
    }
}

impl TryFrom<GammaGammaParams> for GammaGamma {
    type Error = ParameterError;

    fn try_from(params: GammaGammaParams) -> Result<Self, ParameterError> {
        Self::new(params)
    }
}

impl From<GammaGamma> for GammaGammaParams {
    fn from(model: GammaGamma) -> Self {
        model.params()
    }
}

impl Sealed for GammaGamma {}

impl Likelihood for GammaGamma {
    type Data = SpendPatterns;

    const NAME: &'static str = "gamma-gamma";

    const PARAMETERS: &'static [Parameter] = &[Parameter::number("p"), Parameter::number("q"), Parameter::money("v")];

    fn link(driver: Driver) -> Option<Link> {
        match driver {
            Driver::Spend => Some(Link::multiplies(2)),
            _ => None,
        }
    }

    fn from_natural(natural: &[f64], data: &SpendPatterns) -> Result<Self, ParameterError> {
        Self::from_slice(natural, data.currency.unwrap_or(Currency::USD))
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        Self::from_slice(natural, self.currency)
    }

    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        let alike = (held[1] || held[2]) && is_narrow(natural[1]) && !held[0];
        alike.then(|| Limit::new("gamma (all customers spend alike)", &[0], &[]))
    }

    fn resample(&self, data: &SpendPatterns, rng: &mut Generator) -> SpendPatterns {
        data.resample(self, rng)
    }

    fn to_natural(&self) -> Vec<f64> {
        vec![self.p, self.q, self.v]
    }

    fn starts(data: &SpendPatterns) -> Result<Vec<Vec<f64>>, DataError> {
        if let (Some(expected), Some(found)) = (data.currency, data.other_currency) {
            return Err(DataError::MixedCurrencies { expected, found });
        }
        if data.rows.is_empty() {
            return Err(DataError::NoSpend);
        }
        let (spend, purchases) = data.rows.iter().fold((0.0, 0.0), |(spend, purchases), row| {
            let weight = row.customers as f64;
            (spend + weight * row.total, purchases + weight * f64::from(row.purchases))
        });
        // v from the mean spend, p·v/(q−1).
        let start = |(p, q): (f64, f64)| vec![p, q, spend / purchases * (q - 1.0) / p];
        Ok([(5.0, 3.0), (1.0, 2.0), (50.0, 3.0), (5.0, 50.0), (200.0, 200.0)].map(start).into())
    }

    fn objective(natural: &[f64], data: &SpendPatterns) -> Jet {
        let at = [natural[0], natural[1], natural[2]];
        let chunks = parallel::map_chunks(&data.rows, CHUNK, |rows| {
            let mut jet = Jet::zero(3);
            for run in rows.chunk_by(|one, next| one.purchases == next.purchases) {
                Self::run(&mut jet, at, run);
                if data.density == Density::Transaction {
                    composition::add(&mut jet, at[0], run);
                }
            }
            jet
        });
        chunks.iter().fold(Jet::zero(3), Jet::plus).in_logarithms(natural)
    }

    /// A density in money: no unit of time is in it. Without spend on a repeat purchase there is nothing to explain,
    /// and the likelihood is 1.
    fn ln_likelihood(&self, one: &SpendHistory, _: TimeUnit) -> f64 {
        let (purchases, total) = (one.repeats(), one.repeat_total().to_f64());
        if purchases == 0 || total <= 0.0 {
            return 0.0;
        }
        let mut jet = Jet::zero(3);
        Self::run(&mut jet, [self.p, self.q, self.v], &[SpendPattern::new(purchases, total, 1)]);
        jet.value
    }
}

impl SpendForecast {
    /// The expected spend a purchase: p·v'/(q'−1).
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteMean`] where q' ≤ 1; never a negative number.
    #[doc(alias = "conditional expected average profit")]
    pub fn mean(&self) -> Result<ExpectedMoney, SpendError> {
        if self.q <= 1.0 {
            return Err(SpendError::NoFiniteMean { q: self.q });
        }
        Ok(ExpectedMoney::new(self.p * self.v / (self.q - 1.0), self.currency)?)
    }

    /// The variance over customers of their mean spend: p²v'²/((q'−1)²(q'−2)), in squared major units.
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteVariance`] where q' ≤ 2.
    pub fn variance_of_mean(&self) -> Result<f64, SpendError> {
        let Self { p, q, v, .. } = *self;
        if q <= 2.0 {
            return Err(SpendError::NoFiniteVariance { q });
        }
        Ok((p * v / (q - 1.0)).powi(2) / (q - 2.0))
    }

    /// The variance of a single purchase: p·v'²(p+q'−1)/((q'−1)²(q'−2)), in squared major units.
    ///
    /// # Errors
    ///
    /// [`SpendError::NoFiniteVariance`] where q' ≤ 2.
    pub fn variance_of_purchase(&self) -> Result<f64, SpendError> {
        Ok(self.variance_of_mean()? * (self.p + self.q - 1.0) / self.p)
    }
}
