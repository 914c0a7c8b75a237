//! A fit as plain data.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};

use super::{Certificate, Covariance, Fit, Verdict};
use crate::lifetime::{AnyModel, Fingerprint, Likelihood, Parameter, each_model};

/// The only format so far.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Written<'a, M> {
    format: u32,
    model: &'static str,
    parameters: &'a M,
    log_likelihood: f64,
    customers: u64,
    densities_in_time: u64,
    covariance: Vec<f64>,
    certificate: &'a Certificate,
    fingerprint: Fingerprint,
}

impl<M: Serialize> Serialize for Fit<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            format: FORMAT,
            model: self.name,
            parameters: &self.model,
            log_likelihood: self.log_likelihood,
            customers: self.customers,
            densities_in_time: self.densities_in_time,
            covariance: self.covariance.as_ref().map_or_else(Vec::new, Covariance::upper),
            certificate: &self.certificate,
            fingerprint: self.fingerprint,
        };
        written.serialize(serializer)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "M: DeserializeOwned, Name: Deserialize<'de>")]
struct Read<M, Name> {
    format: Format,
    model: Name,
    parameters: M,
    log_likelihood: f64,
    customers: u64,
    densities_in_time: u64,
    covariance: Vec<f64>,
    certificate: ReadCertificate,
    fingerprint: Fingerprint,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadCertificate {
    verdict: ReadVerdict,
    gradient: f64,
    information: Vec<f64>,
    evaluations: u32,
}

#[derive(Deserialize)]
enum ReadVerdict {
    Interior,
    Boundary {
        parameters: Vec<String>,
        #[expect(dead_code, reason = "follows from the parameters")]
        limit: Option<String>,
    },
    FlatRidge,
}

/// Proves that the format is known.
#[derive(Deserialize)]
#[serde(try_from = "u32")]
struct Format;

impl TryFrom<u32> for Format {
    type Error = String;

    fn try_from(format: u32) -> Result<Self, String> {
        if format == FORMAT { Ok(Self) } else { Err(format!("a fit in format {format}, expected {FORMAT}")) }
    }
}

/// Proves that the fit is one of this model.
#[derive(Deserialize)]
#[serde(try_from = "String", bound = "M: Likelihood")]
struct NameOf<M>(std::marker::PhantomData<M>);

impl<M: Likelihood> TryFrom<String> for NameOf<M> {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name == M::NAME {
            Ok(Self(std::marker::PhantomData))
        } else {
            Err(format!("a fit of {name}, expected {}", M::NAME))
        }
    }
}

impl<'de, M: Likelihood + DeserializeOwned> Deserialize<'de> for Fit<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::<M, NameOf<M>>::deserialize(deserializer)?;
        read.checked().map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Fit<AnyModel> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::<AnyModel, String>::deserialize(deserializer)?;
        each_model!(read.parameters, |model| read.of(model)).map_err(D::Error::custom)
    }
}

impl Read<AnyModel, String> {
    /// The fit of the model that the parameters are those of.
    fn of<M: Likelihood + Into<AnyModel>>(self, parameters: M) -> Result<Fit<AnyModel>, String> {
        let Self { format, model, log_likelihood, customers, densities_in_time, .. } = self;
        let model = NameOf::<M>::try_from(model)?;
        let (covariance, certificate, fingerprint) = (self.covariance, self.certificate, self.fingerprint);
        let own = Read {
            format,
            model,
            parameters,
            log_likelihood,
            customers,
            densities_in_time,
            covariance,
            certificate,
            fingerprint,
        };
        Ok(own.checked()?.map(Into::into))
    }
}

impl<M: Likelihood> Read<M, NameOf<M>> {
    /// What the parts say of each other must hold.
    fn checked(self) -> Result<Fit<M>, String> {
        let natural = self.parameters.to_natural();
        let parameters = self.parameters.own_parameters();
        let certificate = self.certificate.checked::<M>(&natural, &parameters)?;
        if !self.log_likelihood.is_finite() {
            return Err(format!("log-likelihood {}, expected a finite number", self.log_likelihood));
        }
        if self.customers == 0 {
            return Err("a fit to no customers".into());
        }
        let identified = certificate.verdict.identified::<M>(&natural, &parameters);
        Ok(Fit {
            model: self.parameters,
            name: M::NAME,
            covariance: Covariance::from_upper(identified, &self.covariance)?,
            parameters,
            log_likelihood: self.log_likelihood,
            customers: self.customers,
            densities_in_time: self.densities_in_time,
            natural,
            certificate,
            fingerprint: self.fingerprint,
        })
    }
}

impl ReadCertificate {
    fn checked<M: Likelihood>(self, natural: &[f64], parameters: &[Parameter]) -> Result<Certificate, String> {
        let Self { verdict, gradient, information, evaluations } = self;
        if !(gradient.is_finite() && gradient >= 0.0) {
            return Err(format!("gradient {gradient}, expected a finite number from 0 up"));
        }
        let ascending = information.is_sorted() && information.iter().all(|value| value.is_finite());
        if information.len() != parameters.len() || !ascending {
            return Err(format!("information {information:?}, expected {} ascending numbers", parameters.len()));
        }
        Ok(Certificate { verdict: verdict.checked::<M>(natural, parameters)?, gradient, information, evaluations })
    }
}

impl ReadVerdict {
    fn checked<M: Likelihood>(self, natural: &[f64], all: &[Parameter]) -> Result<Verdict, String> {
        let parameters = match self {
            Self::Interior => return Ok(Verdict::Interior),
            Self::FlatRidge => return Ok(Verdict::FlatRidge),
            Self::Boundary { parameters, .. } => parameters,
        };
        let held: Vec<bool> = all.iter().map(|one| parameters.iter().any(|name| *name == one.name)).collect();
        let known = held.iter().filter(|held| **held).count();
        if known == 0 || known != parameters.len() {
            return Err(format!("{parameters:?} at the edge, expected parameters of {}", M::NAME));
        }
        Ok(Verdict::boundary::<M>(&held, natural, all))
    }
}

impl Covariance {
    /// The upper triangle, row by row.
    fn upper(&self) -> Vec<f64> {
        let size = self.of.len();
        (0..size).flat_map(|row| self.matrix[row * size + row..(row + 1) * size].iter().copied()).collect()
    }

    fn from_upper((of, moves): (Vec<usize>, Vec<usize>), upper: &[f64]) -> Result<Option<Self>, String> {
        if upper.is_empty() {
            return Ok(None);
        }
        let (known, of) = (of.len(), [of, moves].concat());
        let size = of.len();
        if upper.len() != size * (size + 1) / 2 {
            return Err(format!("a covariance of {} numbers for {size} parameters", upper.len()));
        }
        // Before a row stand the rows above it, each one shorter than the last.
        let at = |row: usize, column: usize| upper[row * size - row * (row + 1) / 2 + column];
        let cell = |i: usize| at((i / size).min(i % size), (i / size).max(i % size));
        let matrix: Vec<f64> = (0..size * size).map(cell).collect();
        if !crate::math::is_positive_definite(&matrix, size) {
            return Err("a covariance that is not positive definite".into());
        }
        Ok(Some(Self { of, known, matrix }))
    }
}
