use std::borrow::Cow;

use super::{Likelihood, Search};
use crate::units::{Interval, Span, TimeUnit};

/// A parameter of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name in the literature; of a coefficient, what it belongs to.
    pub name: Cow<'static, str>,
    /// What it measures.
    pub dimension: Dimension,
    /// The least legal value; a time in days, money in major units.
    pub least: f64,
    /// The greatest legal value.
    pub most: f64,
    /// Of a coefficient, how many raw units of its covariate a search takes for one; else 1.
    size: f64,
}

/// What a parameter measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// A pure number.
    Number,
    /// A time.
    Time,
    /// One over a time.
    Rate,
    /// Money.
    Money,
    /// What a unit of a covariate adds to the logarithm of another parameter: of any sign.
    Coefficient,
}

impl Parameter {
    /// The range of most parameters; times in days.
    pub(super) const LEAST: f64 = 1e-6;
    pub(super) const MOST: f64 = 1e6;

    /// A pure number.
    pub(super) const fn number(name: &'static str) -> Self {
        Self::new(name, Dimension::Number, Self::LEAST, Self::MOST)
    }

    /// A time.
    pub(super) const fn time(name: &'static str) -> Self {
        Self::new(name, Dimension::Time, Self::LEAST, Self::MOST)
    }

    /// An amount of money.
    pub(super) const fn money(name: &'static str) -> Self {
        Self::new(name, Dimension::Money, 1e-6, 1e15)
    }

    pub(super) const fn new(name: &'static str, dimension: Dimension, least: f64, most: f64) -> Self {
        Self { name: Cow::Borrowed(name), dimension, least, most, size: 1.0 }
    }

    /// A coefficient between −`most` and `most`, of which a search takes `size` units of the covariate for one.
    pub(crate) fn coefficient(name: String, most: f64, size: f64) -> Self {
        Self { name: Cow::Owned(name), dimension: Dimension::Coefficient, least: -most, most, size }
    }

    /// The range of its [inner](Self::inner) value, a hair inside.
    pub(crate) fn inner_range(&self) -> (f64, f64) {
        (self.inner(self.least, TimeUnit::Day) + 1e-9, self.inner(self.most, TimeUnit::Day) - 1e-9)
    }

    /// What a search moves, on which the likelihood is nearest to normal: the logarithm; of a coefficient, itself, in
    /// units of its size.
    pub(crate) fn inner(&self, reported: f64, unit: TimeUnit) -> f64 {
        match self.dimension {
            Dimension::Coefficient => reported * self.size,
            _ => (reported * self.scale(unit)).ln(),
        }
    }

    /// What a reader is told: the inverse of [`Self::inner`].
    pub(crate) fn reported(&self, inner: f64, unit: TimeUnit) -> f64 {
        match self.dimension {
            Dimension::Coefficient => inner / self.size,
            _ => inner.exp() / self.scale(unit),
        }
    }

    /// How fast what is reported moves with the inner value, where that is `reported`.
    pub(crate) fn slope(&self, reported: f64) -> f64 {
        match self.dimension {
            Dimension::Coefficient => self.size.recip(),
            _ => reported,
        }
    }

    /// The interval that says nothing.
    pub(crate) fn anything(&self) -> Interval {
        match self.dimension {
            Dimension::Coefficient => Interval { low: f64::NEG_INFINITY, ..Interval::OPEN },
            _ => Interval::OPEN,
        }
    }

    /// The size of the unit in which an estimate is reported.
    pub(crate) fn scale(&self, unit: TimeUnit) -> f64 {
        match self.dimension {
            Dimension::Time => unit.days(),
            Dimension::Rate => unit.days().recip(),
            Dimension::Number | Dimension::Money | Dimension::Coefficient => 1.0,
        }
    }
}

/// What a model becomes at an edge of the range of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The model there, and what it says.
    pub(crate) name: &'static str,
    /// The parameters, by position, that it still has.
    pub(crate) keeps: Cow<'static, [usize]>,
    /// Others that still move, and mean nothing by themselves.
    pub(crate) moves: &'static [usize],
}

impl Limit {
    pub(super) const fn new(name: &'static str, keeps: &'static [usize], moves: &'static [usize]) -> Self {
        Self { name, keeps: Cow::Borrowed(keeps), moves }
    }
}

/// From here on a gamma or beta distribution with such a shape is a single value to a few percent.
const NARROW: f64 = 1e3;

/// The limit of a gamma distribution of purchase rates, at positions 0 and 1, that has no width; `keeps` are the other
/// parameters.
pub(super) fn one_rate(natural: &[f64], held: &[bool], keeps: &'static [usize]) -> Option<Limit> {
    let others = held.iter().skip(2).any(|&held| held);
    let narrow = (held[0] || held[1]) && natural[0] > NARROW;
    (narrow && !others).then(|| Limit::new("Poisson (all buy at the same rate)", keeps, &[]))
}

/// The limits of a model that adds a way of leaving, at positions 2 and 3, to the NBD: nobody leaves, or, where
/// `narrow`, all leave alike.
pub(super) fn leaving(held: &[bool], nobody: bool, narrow: bool, alike: &'static str) -> Option<Limit> {
    let applies = (held[2] || held[3]) && !held[0] && !held[1];
    let name = match (nobody, narrow) {
        (true, _) => "NBD (nobody leaves)",
        (false, true) => alike,
        (false, false) => return None,
    };
    applies.then(|| Limit::new(name, &[0, 1], &[]))
}

/// The maximum of a model without leaving, where the two parameters of leaving say that nobody does.
pub(super) fn nobody_leaves<Base: Likelihood>(data: &Base::Data, search: &impl Search) -> Vec<Vec<f64>> {
    let with = |mut natural: Vec<f64>| {
        natural.extend([Parameter::LEAST, Parameter::MOST]);
        natural
    };
    search.maximum::<Base>(data).map(with).into_iter().collect()
}

/// Whether a shape leaves next to no width.
pub(super) fn is_narrow(shape: f64) -> bool {
    shape > NARROW
}

/// A parameter outside its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{model} parameter {parameter} is {value}, expected a number from {least:e} to {most:e} (times in days)")]
pub struct ParameterError {
    /// The model.
    pub model: &'static str,
    /// The name of the parameter.
    pub parameter: Cow<'static, str>,
    /// The value given; a time in days, money in major units.
    pub value: f64,
    /// The least legal value.
    pub least: f64,
    /// The greatest legal value.
    pub most: f64,
}

/// Each parameter must lie in its legal range.
pub(super) fn check<M: Likelihood>(natural: &[f64]) -> Result<(), ParameterError> {
    for (Parameter { name, least, most, .. }, &value) in M::PARAMETERS.iter().zip(natural) {
        if !(least..=most).contains(&&value) {
            let (parameter, least, most) = (name.clone(), *least, *most);
            return Err(ParameterError { model: M::NAME, parameter, value, least, most });
        }
    }
    Ok(())
}

/// The time between opportunities or renewals, which a model carries but no fit estimates.
pub(super) fn check_every(model: &'static str, every: Span) -> Result<(), ParameterError> {
    let Parameter { name, least, most, .. } = Parameter::time("every");
    let value = every.as_days();
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(ParameterError { model, parameter: name, value, least, most })
}

/// What every model is once its parameters are a struct with `to_natural` and `from_natural`: checked in `new`, read by
/// `params`, and stored as its parameters. One that `carries every` checks that too.
macro_rules! model_of_parameters {
    ($model:ident, $params:ident) => {
        model_of_parameters!($model, $params, |_| Ok(()));
    };
    ($model:ident, $params:ident, carries $every:ident) => {
        model_of_parameters!($model, $params, |params| {
            $crate::lifetime::parameter::check_every(<$model as $crate::lifetime::Likelihood>::NAME, params.$every)
        });
    };
    ($model:ident, $params:ident, $check_rest:expr) => {
        impl $model {
            /// A model with given parameters, fitted or published.
            ///
            /// # Errors
            ///
            /// [`ParameterError`](crate::ParameterError) unless each parameter lies in its legal range, as
            /// [`Likelihood::PARAMETERS`](crate::lifetime::Likelihood::PARAMETERS) states it.
            pub fn new(params: $params) -> Result<Self, $crate::lifetime::ParameterError> {
                $crate::lifetime::parameter::check::<Self>(&params.to_natural())?;
                let rest: fn(&$params) -> Result<(), $crate::lifetime::ParameterError> = $check_rest;
                rest(&params)?;
                Ok(Self(params))
            }

            /// The parameters.
            pub const fn params(&self) -> $params {
                self.0
            }
        }

        impl TryFrom<$params> for $model {
            type Error = $crate::lifetime::ParameterError;

            fn try_from(params: $params) -> Result<Self, $crate::lifetime::ParameterError> {
                Self::new(params)
            }
        }

        impl From<$model> for $params {
            fn from(model: $model) -> Self {
                model.params()
            }
        }

        impl $crate::lifetime::sealed::Sealed for $model {}
    };
}
pub(super) use model_of_parameters;
