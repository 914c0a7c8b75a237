use super::{Fit, FitError, Mle};
use crate::{
    cohort::Cohort,
    lifetime::{
        AnyModel, BgCnbd, BgNbd, CorrelatedParetoNbd, GapPatterns, GgompertzNbd, Likelihood, MbgCnbd, MbgNbd, Nbd,
        ParetoNbd,
    },
};

/// Which count model to fit, decided while the program runs.
///
/// # Examples
///
/// ```
/// use customer_value::{Cohort, Mle, ModelKind, SummaryRow, TimeUnit};
///
/// let row = |id, repeats, recency| SummaryRow { id, repeats, recency, age: 38.0, mean_spend: None };
/// let rows = (0..200).map(|id| row(id, id % 4, if id % 4 > 0 { f64::from(3 + id % 30) } else { 0.0 }));
/// let cohort = Cohort::from_summaries(rows, TimeUnit::Week)?;
/// let kinds = [ModelKind::Nbd, ModelKind::MbgNbd, ModelKind::ParetoNbd];
/// let fits = kinds.map(|kind| kind.fit(Mle::default(), &cohort));
/// for fit in fits.into_iter().flatten() {
///     println!("{:12} AIC {:.1}", fit.name(), fit.aic(TimeUnit::Week));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ModelKind {
    /// [`Nbd`].
    Nbd,
    /// [`BgNbd`].
    BgNbd,
    /// [`MbgNbd`].
    MbgNbd,
    /// [`BgCnbd`] with a regularity k.
    BgCnbd(u32),
    /// [`MbgCnbd`] with a regularity k.
    MbgCnbd(u32),
    /// [`ParetoNbd`].
    ParetoNbd,
    /// [`CorrelatedParetoNbd`].
    CorrelatedParetoNbd,
    /// [`GgompertzNbd`].
    GgompertzNbd,
}

impl std::fmt::Display for ModelKind {
    /// Writes the name of the model in the literature, with its k: `MBG/CNBD-2`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nbd => f.pad(Nbd::NAME),
            Self::BgNbd => f.pad(BgNbd::NAME),
            Self::MbgNbd => f.pad(MbgNbd::NAME),
            Self::BgCnbd(k) => f.pad(&format!("BG/CNBD-{k}")),
            Self::MbgCnbd(k) => f.pad(&format!("MBG/CNBD-{k}")),
            Self::ParetoNbd => f.pad(ParetoNbd::NAME),
            Self::CorrelatedParetoNbd => f.pad(CorrelatedParetoNbd::NAME),
            Self::GgompertzNbd => f.pad(GgompertzNbd::NAME),
        }
    }
}

impl ModelKind {
    /// Fits this kind of model to a cohort.
    ///
    /// # Errors
    ///
    /// As [`Mle::fit`]; and for the models with a k, [`DataError::NoGaps`](crate::lifetime::DataError::NoGaps) where the
    /// cohort knows no gaps, and [`DataError::Regularity`](crate::lifetime::DataError::Regularity).
    pub fn fit<Id>(self, mle: Mle, cohort: &Cohort<Id>) -> Result<Fit<AnyModel>, FitError> {
        let gaps = |k| GapPatterns::from_cohort(cohort, k);
        match self {
            Self::Nbd => any::<Nbd>(mle, cohort),
            Self::BgNbd => any::<BgNbd>(mle, cohort),
            Self::MbgNbd => any::<MbgNbd>(mle, cohort),
            Self::BgCnbd(k) => any::<BgCnbd>(mle, gaps(k)?),
            Self::MbgCnbd(k) => any::<MbgCnbd>(mle, gaps(k)?),
            Self::ParetoNbd => any::<ParetoNbd>(mle, cohort),
            Self::CorrelatedParetoNbd => any::<CorrelatedParetoNbd>(mle, cohort),
            Self::GgompertzNbd => any::<GgompertzNbd>(mle, cohort),
        }
    }
}

fn any<M: Likelihood + Into<AnyModel>>(mle: Mle, data: impl Into<M::Data>) -> Result<Fit<AnyModel>, FitError> {
    Ok(mle.fit::<M>(data)?.map(Into::into))
}

impl Mle {
    /// Fits [`BgCnbd`] or [`MbgCnbd`] with each of some regularities and keeps the likeliest.
    ///
    /// The k chosen is a parameter that standard errors and information criteria do not count.
    ///
    /// # Errors
    ///
    /// As [`Mle::fit`] for the first k that fails; [`DataError::Regularity`](crate::lifetime::DataError::Regularity) for a
    /// k outside its range, 0 where none is given.
    pub fn fit_regularity<M: Likelihood<Data = GapPatterns>>(
        self,
        data: &GapPatterns,
        regularities: impl IntoIterator<Item = u32>,
    ) -> Result<Fit<M>, FitError> {
        let mut best: Option<Fit<M>> = None;
        for k in regularities {
            let next = self.fit::<M>(data.clone().with_k(k)?)?;
            if best.as_ref().is_none_or(|best| next.log_likelihood > best.log_likelihood) {
                best = Some(next);
            }
        }
        best.ok_or_else(|| crate::lifetime::DataError::Regularity { k: 0 }.into())
    }
}
