use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::error::same_length;
use super::moments::Moments;
use super::{Answer, Survey, VoiceError};
use crate::units::{Probability, Weights};

/// Weights of factors derived from what goes with overall satisfaction, rather than asked for.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DerivedWeights {
    /// The weights, in proportion to the standardised coefficients.
    pub weights: Weights,
    /// The standardised coefficients: by how many standard deviations overall satisfaction rises with one of the
    /// factor.
    pub coefficients: Vec<f64>,
    /// The share of the variance of overall satisfaction that the factors explain.
    pub r_squared: Probability,
    /// How many respondents answered every question.
    pub n: u32,
}

/// Correlations of whole numbers leave about 1e-16 of the variance of a column that follows from others. Columns that
/// do not follow leave more than this, unless all but one of a hundred million respondents agree.
const COLLINEAR: f64 = 1e-10;

/// How many roundings may add up in a coefficient, for each factor: without it, a factor that does not count at all has a
/// weight below zero by some 1e-16 on every second survey.
const ROUNDINGS: f64 = 4.0;

impl<const LOW: u8, const HIGH: u8> Survey<LOW, HIGH> {
    /// Weights of the factors by regression of overall satisfaction, in the order of the respondents, on them.
    ///
    /// Respondents with an answer missing are left out.
    ///
    /// # Formula
    ///
    /// ```text
    /// weightₖ = βₖ / Σ β,        R β = r
    /// ```
    ///
    /// where `R` are correlations among factors and `r` those with overall satisfaction. A `β` no larger than its rounding
    /// error is 0.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Lengths`] unless there is an entry for each respondent; [`VoiceError::TooFew`] unless at least two
    /// more answered every question than there are factors; [`VoiceError::Constant`], [`VoiceError::Collinear`];
    /// [`VoiceError::NegativeImportance`], for a weight below zero is no weight; [`VoiceError::Weights`] when no factor
    /// goes with satisfaction.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::voice::{OneToTen, Survey};
    ///
    /// // The factors are uncorrelated.
    /// let rows = [[9, 3], [3, 3], [9, 5], [3, 5], [6, 4]];
    /// let survey = Survey::<1, 10>::from_scores(["advisor", "waiting"], &rows)?;
    /// let overall: Result<Vec<_>, _> = [6, 4, 8, 6, 6].map(OneToTen::new).into_iter().map(|x| x.map(Some)).collect();
    /// let derived = survey.derived_weights(&overall?)?;
    /// assert!((derived.weights.get(0).unwrap_or(0.0) - 0.5).abs() < 1e-12);
    /// assert!((derived.r_squared.get() - 1.0).abs() < 1e-12);
    /// # Ok::<(), customer_value::voice::VoiceError>(())
    /// ```
    #[doc(alias = "key driver analysis")]
    pub fn derived_weights<const FROM: u8, const TO: u8>(
        &self,
        overall: &[Option<Answer<FROM, TO>>],
    ) -> Result<DerivedWeights, VoiceError> {
        same_length("overall answers", self.respondents(), overall.len())?;
        let moments = self.complete(overall);
        let (factors, least) = (self.factors().len(), self.factors().len() + 2);
        let n = moments.rows();
        if (n as usize) < least {
            return Err(VoiceError::TooFew { items: "respondents with all answers", least, found: n as usize });
        }
        self.all_vary(&moments)?;
        let correlation = |k, l| {
            let variances = moments.deviations(k, k) as f64 * moments.deviations(l, l) as f64;
            moments.deviations(k, l) as f64 / variances.sqrt()
        };
        let among = DMatrix::from_fn(factors, factors, correlation);
        let with_overall = DVector::from_fn(factors, |k, _| correlation(k, factors));
        let (decomposed, least_left) = self.decomposed(among)?;
        let noise = ROUNDINGS * factors as f64 * f64::EPSILON / least_left;
        let exact = |coefficient: f64| if coefficient.abs() <= noise { 0.0 } else { coefficient };
        let coefficients = decomposed.solve(&with_overall).map(exact);
        if let Some(k) = (0..factors).find(|&k| coefficients[k] < 0.0) {
            return Err(self.negative(k, coefficients[k]));
        }
        Ok(DerivedWeights {
            weights: Weights::proportional(coefficients.as_slice())?,
            r_squared: Probability::computed(coefficients.dot(&with_overall)),
            coefficients: coefficients.as_slice().to_vec(),
            n,
        })
    }

    /// Moments of those who answered everything; overall satisfaction is the last column.
    fn complete<const FROM: u8, const TO: u8>(&self, overall: &[Option<Answer<FROM, TO>>]) -> Moments {
        let row = |(answers, overall): (&[Option<Answer<LOW, HIGH>>], &Option<Answer<FROM, TO>>)| {
            let factors = answers.iter().map(|answer| answer.map(|answer| i16::from(answer.get())));
            let all: Vec<_> = factors.chain([overall.map(|answer| answer.get().into())]).collect();
            all.iter().all(Option::is_some).then_some(all)
        };
        Moments::new(self.factors().len() + 1, self.rows().zip(overall).filter_map(row))
    }

    fn all_vary(&self, moments: &Moments) -> Result<(), VoiceError> {
        match (0..=self.factors().len()).find(|&k| moments.deviations(k, k) == 0) {
            Some(k) => {
                Err(VoiceError::Constant { factor: self.factors().get(k).map_or("overall", |name| name).into() })
            }
            None => Ok(()),
        }
    }

    /// Correlations, decomposed, with the least share of a factor's variance that those before it leave; or the first
    /// factor that follows from those before it.
    fn decomposed(&self, among: DMatrix<f64>) -> Result<(Cholesky<f64, Dyn>, f64), VoiceError> {
        let collinear = |k: usize| VoiceError::Collinear { factor: self.factors()[k].clone() };
        let mut least_left: f64 = 1.0;
        for k in 1..among.nrows() {
            let leading = among.view((0, 0), (k + 1, k + 1)).into_owned();
            let left = Cholesky::new(leading).map(|decomposed| decomposed.l_dirty()[(k, k)].powi(2));
            let left = left.filter(|left| *left >= COLLINEAR).ok_or_else(|| collinear(k))?;
            least_left = least_left.min(left);
        }
        let decomposed = Cholesky::new(among).ok_or_else(|| collinear(self.factors().len() - 1))?;
        Ok((decomposed, least_left))
    }

    fn negative(&self, k: usize, coefficient: f64) -> VoiceError {
        VoiceError::NegativeImportance { factor: self.factors()[k].clone(), coefficient }
    }
}
