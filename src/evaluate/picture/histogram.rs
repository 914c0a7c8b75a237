use std::collections::BTreeMap;

use crate::{
    cohort::PurchaseHistory,
    evaluate::EvaluationError,
    lifetime::{CountModel, Forecast, MOST_COUNTS, Process},
    parallel,
    units::Span,
};

/// How many customers made 0, 1, 2, … repeat purchases, beside how many the model expects, each at the own age.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::FrequencyHistogram;
/// use customer_value::{Nbd, NbdParams, PurchaseHistory, Span};
///
/// let model = Nbd::new(NbdParams { r: 1.0, alpha: Span::weeks(10.0)? })?;
/// let age = Span::weeks(10.0)?;
/// let histories = [PurchaseHistory::new(0, Span::ZERO, age)?, PurchaseHistory::new(3, age, age)?];
/// let picture = FrequencyHistogram::new(&histories, &model, 2)?;
/// // Geometric with ½: of two customers one, a half, and a half in the open class.
/// let expected: Vec<f64> = picture.classes().iter().map(|class| class.expected).collect();
/// assert!((expected[0] - 1.0).abs() + (expected[1] - 0.5).abs() + (expected[2] - 0.5).abs() < 1e-14);
/// assert_eq!(picture.classes()[2].actual, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FrequencyHistogram {
    classes: Vec<FrequencyClass>,
}

/// The customers with so many repeat purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FrequencyClass {
    /// How many; in the last class so many or more.
    pub repeats: u32,
    /// How many customers the model expects.
    pub expected: f64,
    /// How many there are.
    pub actual: u64,
}

impl FrequencyHistogram {
    /// Classes 0, 1, … and an open one from `open_from` on.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Zero`] for an open class from 0, which would be the only one; [`EvaluationError::TooMany`] for more
    /// than 20,000 classes.
    pub fn new<M: CountModel<History = PurchaseHistory>>(
        histories: &[PurchaseHistory],
        model: &M,
        open_from: u32,
    ) -> Result<Self, EvaluationError> {
        if open_from == 0 {
            return Err(EvaluationError::Zero { what: "an open class from" });
        }
        if open_from > MOST_COUNTS {
            let (number, most) = (open_from.into(), MOST_COUNTS.into());
            return Err(EvaluationError::TooMany { what: "classes before the open one", number, most });
        }
        let mut ages: BTreeMap<Span, f64> = BTreeMap::new();
        let mut actual: BTreeMap<u32, u64> = BTreeMap::new();
        for history in histories {
            *ages.entry(history.age()).or_default() += 1.0;
            *actual.entry(history.repeats().min(open_from)).or_default() += 1;
        }
        let ages: Vec<(Span, f64)> = ages.into_iter().collect();
        let newcomer = model.forecast(&PurchaseHistory::acquired());
        let mut expected = vec![0.0; open_from as usize];
        for chances in parallel::map(&ages, |&(age, customers)| chances(&newcomer, age, customers, open_from)) {
            expected.iter_mut().zip(chances).for_each(|(sum, chance)| *sum += chance);
        }
        let rest = (histories.len() as f64 - expected.iter().sum::<f64>()).max(0.0);
        let class = |(repeats, expected)| FrequencyClass {
            repeats,
            expected,
            actual: actual.get(&repeats).copied().unwrap_or(0),
        };
        Ok(Self { classes: (0..=open_from).zip(expected.into_iter().chain([rest])).map(class).collect() })
    }

    /// The classes, ascending.
    pub fn classes(&self) -> &[FrequencyClass] {
        &self.classes
    }
}

/// So many times P(0), P(1), … and P(`open_from` − 1) of newcomers by an age.
fn chances<P: Process>(newcomer: &Forecast<P>, age: Span, customers: f64, open_from: u32) -> Vec<f64> {
    /// How many counts share what is computed once.
    const BLOCK: u32 = 32;
    let alive = newcomer.probability_alive().get();
    let none = std::iter::once(newcomer.probability_of(0, age).get());
    let blocks = (1..open_from).step_by(BLOCK as usize).map(|first| first..=(first + BLOCK - 1).min(open_from - 1));
    let some = blocks.flat_map(|counts| newcomer.given_alive().probabilities(counts, age));
    none.chain(some.map(|chance| alive * chance)).map(|chance| customers * chance).collect()
}
