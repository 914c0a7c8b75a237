use super::{FactorReport, Reading, VoiceError};
use crate::derivation::{Derivation, DerivationStep, DerivationUnit};

/// What one factor added to the change of an index.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FactorContribution {
    /// The factor.
    pub factor: String,
    /// Because customers judged it otherwise: its mean weight times the change of its score.
    pub level: f64,
    /// Because it weighs more or less: the change of its weight times how far its mean score is above the mean index.
    pub mix: f64,
    /// The mean of its two weights.
    weight: f64,
    /// What it scores now less what it scored before.
    rise: f64,
    /// What it weighs now less what it weighed before.
    reweighed: f64,
    /// How far the mean of its two scores is above that of the two indices.
    above: f64,
}

impl FactorContribution {
    fn new(factor: &str, [weight_before, weight]: [f64; 2], [before, now]: [f64; 2], mean_index: f64) -> Self {
        let (mean_weight, rise) = (0.5 * (weight_before + weight), now - before);
        let (reweighed, above) = (weight - weight_before, 0.5 * (before + now) - mean_index);
        Self {
            factor: factor.to_owned(),
            // What did not move adds 0, not −0.
            level: mean_weight * rise + 0.0,
            mix: reweighed * above + 0.0,
            weight: mean_weight,
            rise,
            reweighed,
            above,
        }
    }

    /// Level and mix together.
    pub fn total(&self) -> f64 {
        self.level + self.mix
    }
}

/// Why an index changed from one report to the next, factor by factor.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FactorChange {
    factors: Vec<FactorContribution>,
    standard_error: f64,
}

impl FactorReport {
    /// Why the index is not what it was, factor by factor.
    ///
    /// # Formula
    ///
    /// ```text
    /// index − index′ = Σ w̄ₖ (sₖ − s′ₖ)  +  Σ (wₖ − w′ₖ) (s̄ₖ − Ī)
    ///                  level of factor k     mix of factor k
    /// ```
    ///
    /// ```math
    /// I - I' = \sum_k \bar w_k (s_k - s'_k) + \sum_k (w_k - w'_k)(\bar s_k - \bar I)
    /// ```
    ///
    /// where a dash marks the report before, and bars are means of before and now: nothing depends on an order, and
    /// there is no rest. A factor that gains weight adds what it is above the index, not all of its score. With the
    /// same weights a contribution is weight times change.
    ///
    /// # Errors
    ///
    /// [`VoiceError::OtherFactors`] for other factors, points or scales; [`VoiceError::Suppressed`] when a score of
    /// either report is.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Weights;
    /// use customer_value::voice::{IndexPoints, LeastAnswers, Survey};
    ///
    /// let month = |rows: &[[u8; 2]]| {
    ///     let survey = Survey::<0, 10>::from_scores(["advisor", "waiting"], rows)?;
    ///     survey.report(&Weights::new([0.6, 0.4])?, IndexPoints::Hundred, LeastAnswers::TWO)
    /// };
    /// let (before, now) = (month(&[[8, 7], [8, 7]])?, month(&[[9, 8], [8, 5]])?);
    /// let change = now.change_from(&before)?;
    /// let [advisor, waiting] = change.factors() else { return Err("expected two factors".into()) };
    /// assert!((advisor.total() - 3.0).abs() < 1e-12); // 0.6 · (85 − 80)
    /// assert!((waiting.total() + 2.0).abs() < 1e-12); // 0.4 · (65 − 70)
    /// assert!((change.total() - 1.0).abs() < 1e-12);
    /// assert_eq!(change.derivation().value(), change.total());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # References
    ///
    /// Kitagawa (1955), *Components of a difference between two rates*, Journal of the American Statistical Association
    /// 50; the mix is measured from the index, which changes no sum because weights sum to one.
    pub fn change_from(&self, before: &Self) -> Result<FactorChange, VoiceError> {
        self.same_factors(before)?;
        let (then, now) = (before.shown()?, self.shown()?);
        let mean_index = 0.5 * (before.weights.mean(&then) + self.weights.mean(&now));
        let factors = self.factors.iter().enumerate().map(|(k, score)| {
            let weights = [before, self].map(|report| report.weights.as_slice()[k]);
            FactorContribution::new(&score.factor, weights, [then[k], now[k]], mean_index)
        });
        let error = |report: &Self| report.index().reading().map_or(0.0, Reading::standard_error);
        Ok(FactorChange { factors: factors.collect(), standard_error: error(self).hypot(error(before)) })
    }
}

impl FactorChange {
    /// What each factor added, in the order of the reports.
    pub fn factors(&self) -> &[FactorContribution] {
        &self.factors
    }

    /// The change of the index: the sum of all contributions in their order, to the last bit; the difference of the two
    /// indices, up to rounding.
    pub fn total(&self) -> f64 {
        self.factors.iter().map(FactorContribution::total).reduce(|sum, part| sum + part).unwrap_or(0.0)
    }

    /// The standard error of the change, when the two reports asked different persons.
    pub const fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// The change as a tree: factors, each of level and mix, each of what is multiplied.
    pub fn derivation(&self) -> Derivation {
        use DerivationStep::{Product, Sum};
        let number = |name, value| Derivation::known(name, value, DerivationUnit::Number);
        let node = |name, step, parts: Vec<_>| Derivation::proven(name, step, DerivationUnit::Number, parts);
        let factor = |part: &FactorContribution| {
            let level = vec![number("mean weight", part.weight), number("change of score", part.rise)];
            let mix = vec![number("change of weight", part.reweighed), number("score above the index", part.above)];
            let parts = vec![node("level", Product, level), node("mix", Product, mix)];
            node("factor", Sum, parts).named(part.factor.clone())
        };
        node("change of the index", Sum, self.factors.iter().map(factor).collect())
    }
}
