use std::collections::BTreeMap;

use crate::{
    cohort::{Cohort, PurchaseHistory},
    evaluate::EvaluationError,
    lifetime::CountModel,
    units::{Probability, Span},
};

/// Customers by when they were won, and how many of each group are alive: at the cut by their histories, and as many as
/// newcomers of their age would be.
///
/// The two differ where groups differ, or where the model is wrong about leaving.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::CohortSurvival;
/// use customer_value::{Cohort, ParetoNbd, ParetoNbdParams, Span, SummaryRow, TimeUnit};
///
/// let row = |id, age| SummaryRow { id, repeats: 0, recency: 0.0, age, mean_spend: None };
/// let cohort = Cohort::from_summaries([row("ann", 30.0), row("bo", 31.0), row("cy", 5.0)], TimeUnit::Week)?;
/// let (alpha, beta) = (Span::weeks(10.578)?, Span::weeks(11.669)?);
/// let model = ParetoNbd::new(ParetoNbdParams { r: 0.553, alpha, s: 0.606, beta })?;
/// let survival = CohortSurvival::new(&cohort, &model, Span::weeks(10.0)?)?;
/// let [young, old] = survival.rows() else { return Err("two groups expected".into()) };
/// assert_eq!((young.customers, old.customers), (1, 2));
/// assert!(young.alive > old.alive);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "survival curve")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CohortSurvival {
    rows: Vec<SurvivalRow>,
}

/// The customers who were won at about the same time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SurvivalRow {
    /// The least age in the group.
    pub youngest: Span,
    /// The greatest.
    pub oldest: Span,
    /// How many customers there are.
    pub customers: u64,
    /// The mean of their P(alive), each by the own history.
    pub alive: Probability,
    /// The mean of the probabilities of newcomers to live to their ages.
    pub expected: Probability,
}

impl CohortSurvival {
    /// Groups of customers whose ages are 0 to `width`, `width` to twice that, and so on; the youngest first.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Zero`] for a width of no time.
    pub fn new<Id, M: CountModel<History = PurchaseHistory>>(
        cohort: &Cohort<Id>,
        model: &M,
        width: Span,
    ) -> Result<Self, EvaluationError> {
        if width.is_zero() {
            return Err(EvaluationError::Zero { what: "a width" });
        }
        let alive = cohort.forecast(model).probability_alive();
        let newcomer = model.forecast(&PurchaseHistory::acquired());
        let mut groups: BTreeMap<u64, Vec<(Span, f64)>> = BTreeMap::new();
        for (history, alive) in cohort.purchases().iter().zip(alive) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a cast ends at the last integer"
            )]
            let group = (history.age().as_days() / width.as_days()) as u64;
            groups.entry(group).or_default().push((history.age(), alive.get()));
        }
        let row = |mut members: Vec<(Span, f64)>| {
            members.sort_by_key(|(age, _)| *age);
            let count = members.len() as f64;
            let lives = |same: &[(Span, f64)]| same.len() as f64 * newcomer.probability_alive_after(same[0].0).get();
            let expected: f64 = members.chunk_by(|one, next| one.0 == next.0).map(lives).sum();
            SurvivalRow {
                youngest: members[0].0,
                oldest: members[members.len() - 1].0,
                customers: members.len() as u64,
                alive: Probability::computed(members.iter().map(|(_, alive)| alive).sum::<f64>() / count),
                expected: Probability::computed(expected / count),
            }
        };
        Ok(Self { rows: groups.into_values().map(row).collect() })
    }

    /// The groups.
    pub fn rows(&self) -> &[SurvivalRow] {
        &self.rows
    }
}
