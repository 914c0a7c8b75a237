use crate::{
    evaluate::{EvaluationError, error::finite},
    lifetime::AnyModel,
    math::ln_beta,
    units::TimeUnit,
};

/// What differs between the customers of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Trait {
    /// Purchases a unit of time while alive.
    PurchaseRate,
    /// The probability to leave after a purchase: of BG and MBG models.
    DropoutProbability,
    /// The rate of leaving a unit of time: of Pareto/NBD. In GGompertz/NBD, where it grows with age, the customer's own
    /// factor, which has no unit.
    DropoutRate,
}

/// How a trait is spread over the customers of a model: its density, ready to plot.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::{Heterogeneity, Trait};
/// use customer_value::{Nbd, NbdParams, Span, TimeUnit};
///
/// let model = Nbd::new(NbdParams { r: 1.0, alpha: Span::weeks(10.0)? })?.into();
/// let spread = Heterogeneity::new(&model, Trait::PurchaseRate, TimeUnit::Week, &[0.1, 0.2])?;
/// // 10 · e^(−10 λ)
/// assert!((spread.density()[0] - 10.0 * (-1.0_f64).exp()).abs() < 1e-13);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Heterogeneity {
    at: Vec<f64>,
    density: Vec<f64>,
}

impl Heterogeneity {
    /// The density at some values, above 0 and for probabilities below 1: at the ends it may be infinite.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::OutsideDensity`] for a value that is not inside; [`EvaluationError::NoTrait`] for a trait that the
    /// customers of the model do not have.
    pub fn new(model: &AnyModel, of: Trait, unit: TimeUnit, at: &[f64]) -> Result<Self, EvaluationError> {
        let spread = Spread::of(model, of, unit).ok_or_else(|| EvaluationError::NoTrait { model: model.name(), of })?;
        let density = at.iter().map(|&at| spread.density(of, at)).collect::<Result<_, _>>()?;
        Ok(Self { at: at.to_vec(), density })
    }

    /// The values.
    pub fn at(&self) -> &[f64] {
        &self.at
    }

    /// The density at each of them.
    pub fn density(&self) -> &[f64] {
        &self.density
    }
}

enum Spread {
    Gamma { shape: f64, rate: f64 },
    Beta { a: f64, b: f64 },
}

impl Spread {
    fn of(model: &AnyModel, of: Trait, unit: TimeUnit) -> Option<Self> {
        let gamma = |shape: f64, days: f64| Some(Self::Gamma { shape, rate: days / unit.days() });
        let (r, alpha, k) = match model {
            AnyModel::Nbd(model) => (model.params().r, model.params().alpha, 1),
            AnyModel::BgNbd(model) => (model.params().r, model.params().alpha, 1),
            AnyModel::MbgNbd(model) => (model.params().r, model.params().alpha, 1),
            AnyModel::BgCnbd(model) => (model.params().r, model.params().alpha, model.params().k),
            AnyModel::MbgCnbd(model) => (model.params().r, model.params().alpha, model.params().k),
            AnyModel::ParetoNbd(model) => (model.params().r, model.params().alpha, 1),
            AnyModel::CorrelatedParetoNbd(model) => (model.params().r, model.params().alpha, 1),
            AnyModel::GgompertzNbd(model) => (model.params().r, model.params().alpha, 1),
        };
        let (a, b) = match model {
            AnyModel::BgNbd(model) => (model.params().a, model.params().b),
            AnyModel::MbgNbd(model) => (model.params().a, model.params().b),
            AnyModel::BgCnbd(model) => (model.params().a, model.params().b),
            AnyModel::MbgCnbd(model) => (model.params().a, model.params().b),
            _ => (0.0, 0.0),
        };
        match (of, model) {
            // Every k-th event is a purchase.
            (Trait::PurchaseRate, _) => gamma(r, alpha.as_days() * f64::from(k)),
            (Trait::DropoutProbability, _) if a > 0.0 => Some(Self::Beta { a, b }),
            (Trait::DropoutRate, AnyModel::ParetoNbd(model)) => gamma(model.params().s, model.params().beta.as_days()),
            // Correlated or not, each rate by itself is spread as it is.
            (Trait::DropoutRate, AnyModel::CorrelatedParetoNbd(model)) => {
                gamma(model.params().s, model.params().beta.as_days())
            }
            (Trait::DropoutRate, AnyModel::GgompertzNbd(model)) => {
                Some(Self::Gamma { shape: model.params().s, rate: model.params().beta })
            }
            _ => None,
        }
    }

    fn density(&self, of: Trait, at: f64) -> Result<f64, EvaluationError> {
        let most = match self {
            Self::Gamma { .. } => f64::INFINITY,
            Self::Beta { .. } => 1.0,
        };
        if !(at > 0.0 && at < most) {
            return Err(EvaluationError::OutsideDensity { of, value: at });
        }
        let ln = match *self {
            Self::Gamma { shape, rate } => shape * (rate * at).ln() - rate * at - libm::lgamma(shape) - at.ln(),
            Self::Beta { a, b } => (a - 1.0) * at.ln() + (b - 1.0) * (-at).ln_1p() - ln_beta(a, b),
        };
        finite("density", ln.exp())
    }
}
