use super::EvaluationError;

/// Expected beside actual purchases, class by class: columns ready to plot.
///
/// [`Assessment`](super::Assessment) makes it, by frequency, by recency or by what was expected. Classes partition the
/// customers, so that sums over classes are those over customers.
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::{Assessment, CountForecast, EvaluationError};
///
/// let forecasts = [0.1, 0.1, 0.4, 2.0].map(CountForecast::point);
/// let judged = Assessment::new(forecasts.into_iter().collect::<Result<_, _>>()?, vec![0, 1, 0, 3])?;
/// let halves = judged.calibration(2)?;
/// assert_eq!((halves.classes()[0].customers, halves.classes()[0].actual), (2, 1));
/// assert_eq!(halves.classes()[1].expected, 2.4);
/// # Ok::<(), EvaluationError>(())
/// ```
#[doc(alias = "reliability diagram")]
#[doc(alias = "校准")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "stored::Unchecked"))]
pub struct Calibration {
    classes: Vec<CalibrationClass>,
}

/// The customers of one class.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CalibrationClass {
    /// The least value in the class of what classes are made by: repeats, days of recency, or expected purchases.
    pub lowest: f64,
    /// The greatest.
    pub highest: f64,
    /// How many customers there are; at least one.
    pub customers: u64,
    /// The purchases expected of all of them.
    pub expected: f64,
    /// The purchases they made.
    pub actual: u64,
}

impl Calibration {
    /// Classes ascend; those without customers leave no row.
    pub(super) fn new(keys: &[f64], class: &[u64], expected: &[f64], actual: &[u32]) -> Self {
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by(|&one, &other| class[one].cmp(&class[other]).then(keys[one].total_cmp(&keys[other])));
        let summed = |members: &[usize]| CalibrationClass {
            lowest: keys[members[0]],
            highest: keys[members[members.len() - 1]],
            customers: members.len() as u64,
            expected: members.iter().map(|&index| expected[index]).sum(),
            actual: members.iter().map(|&index| u64::from(actual[index])).sum(),
        };
        Self { classes: order.chunk_by(|&one, &next| class[one] == class[next]).map(summed).collect() }
    }

    /// The classes, ascending.
    pub fn classes(&self) -> &[CalibrationClass] {
        &self.classes
    }
}

impl CalibrationClass {
    /// The expected purchases a customer; those of all where a class made by hand has nobody in it.
    pub fn mean_expected(&self) -> f64 {
        self.expected / self.customers.max(1) as f64
    }

    /// The actual purchases a customer; those of all where a class made by hand has nobody in it.
    pub fn mean_actual(&self) -> f64 {
        self.actual as f64 / self.customers.max(1) as f64
    }
}

/// Classes 0, 1, … of about equal size by ascending values; equal values share the class in which their middle lies.
pub(super) fn equal_classes(values: &[f64], classes: u32) -> Result<Vec<u64>, EvaluationError> {
    if classes == 0 {
        return Err(EvaluationError::Zero { what: "a number of classes" });
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut class = vec![0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&one, &next| values[one].total_cmp(&values[next]).is_eq()) {
        let twice_the_middle = 2 * before as u64 + equal.len() as u64;
        let own = twice_the_middle.saturating_mul(classes.into()) / (2 * values.len() as u64);
        for &index in equal {
            class[index] = own;
        }
        before += equal.len();
    }
    Ok(class)
}

#[cfg(feature = "serde")]
mod stored {
    use super::{Calibration, CalibrationClass, EvaluationError};

    #[derive(Debug, serde::Deserialize)]
    pub struct Unchecked {
        classes: Vec<CalibrationClass>,
    }

    /// Classes ascend, and have somebody in them.
    impl TryFrom<Unchecked> for Calibration {
        type Error = EvaluationError;

        fn try_from(Unchecked { classes }: Unchecked) -> Result<Self, EvaluationError> {
            if classes.iter().any(|class| class.customers == 0) {
                return Err(EvaluationError::Zero { what: "a number of customers" });
            }
            let ends = classes.iter().flat_map(|class| [class.lowest, class.highest]);
            if ends.is_sorted() { Ok(Self { classes }) } else { Err(EvaluationError::ClassesNotAscending) }
        }
    }
}
