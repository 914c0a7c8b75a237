use std::ops::Range;

use super::{ClusterError, Measures, measures::in_range, rows::map_ranges};

/// How measures in different units are made comparable before distances are taken.
///
/// Without it the measure with the largest numbers, which is money most often, decides alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Scaling {
    /// To mean 0 and standard deviation 1 over all customers (divisor n).
    #[default]
    Standard,
    /// To least value 0 and greatest value 1.
    MinMax,
    /// Not at all: the measures share a unit already.
    AsIs,
}

/// What was learnt to scale measures: kept, so that customers who come later are scaled like the first.
///
/// # Formula
///
/// ```text
/// z = (x − centre) / spread
/// ```
///
/// where centre and spread are the mean and standard deviation, the least value and the range, or 0 and 1.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{Measures, Scale, Scaling};
///
/// let measures = Measures::new([("visits", [1.0, 2.0, 3.0, 6.0]), ("spend", [0.0, 0.0, 50.0, 200.0])])?;
/// let scale = Scale::fit(&measures, Scaling::MinMax)?;
/// assert_eq!((scale.centres(), scale.spreads()), (&[1.0, 0.0][..], &[5.0, 200.0][..]));
/// # Ok::<(), customer_value::segment::ClusterError>(())
/// ```
#[doc(alias = "standardisation")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Scale {
    names: Vec<String>,
    centres: Vec<f64>,
    spreads: Vec<f64>,
}

impl Scale {
    /// The scale of measures, the same for any order of customers.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NoCustomers`], or [`ClusterError::Constant`] with the names of the columns that have no spread,
    /// except for [`Scaling::AsIs`].
    pub fn fit(measures: &Measures, scaling: Scaling) -> Result<Self, ClusterError> {
        if measures.customers() == 0 {
            return Err(ClusterError::NoCustomers);
        }
        let learnt = measures.columns().iter().map(|column| centre_and_spread(column, scaling));
        let (centres, spreads): (Vec<f64>, Vec<f64>) = learnt.unzip();
        let names = measures.names();
        let constant = names.iter().zip(&spreads).filter(|(_, spread)| !spread.is_normal());
        let measures: Vec<String> = constant.map(|(name, _)| name.clone()).collect();
        if measures.is_empty() {
            Ok(Self { names: names.to_vec(), centres, spreads })
        } else {
            Err(ClusterError::Constant { measures })
        }
    }

    /// The measures it belongs to, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What becomes 0, by measure.
    pub fn centres(&self) -> &[f64] {
        &self.centres
    }

    /// What becomes a distance of 1, by measure; above 0.
    pub fn spreads(&self) -> &[f64] {
        &self.spreads
    }

    /// A number on the scale.
    pub(super) fn of(&self, column: usize, value: f64) -> f64 {
        (value - self.centres[column]) / self.spreads[column]
    }

    /// Columns of some customers on the scale.
    pub(super) fn columns(&self, measures: &Measures, customers: Range<usize>) -> Vec<Vec<f64>> {
        let scaled = |(index, column): (usize, &Vec<f64>)| -> Vec<f64> {
            column[customers.clone()].iter().map(|&value| self.of(index, value)).collect()
        };
        measures.columns().iter().enumerate().map(scaled).collect()
    }

    /// Back to the units of the measures.
    pub(super) fn undo(&self, point: &[f64]) -> Vec<f64> {
        let units = point.iter().zip(&self.centres).zip(&self.spreads);
        units.map(|((z, centre), spread)| centre + spread * z).collect()
    }

    /// Proves that measures are those of the scale, and no number leaves the range on it.
    pub(super) fn check(&self, measures: &Measures) -> Result<(), ClusterError> {
        if measures.names() != self.names {
            let (expected, found) = (self.names.clone(), measures.names().to_vec());
            return Err(ClusterError::OtherMeasures { expected, found });
        }
        for (index, (name, column)) in self.names.iter().zip(measures.columns()).enumerate() {
            let outside = column.iter().position(|&value| !in_range(self.of(index, value)));
            if let Some(customer) = outside {
                let value = column[customer];
                return Err(ClusterError::OutOfRange { measure: name.clone(), index: customer, value });
            }
        }
        Ok(())
    }
}

fn centre_and_spread(values: &[f64], scaling: Scaling) -> (f64, f64) {
    if scaling == Scaling::AsIs {
        return (0.0, 1.0);
    }
    let (least, greatest) = ends(values);
    let range = greatest - least;
    if scaling == Scaling::MinMax || !range.is_normal() {
        return (least, range);
    }
    // In shares of the range, whose squares neither overflow nor vanish.
    let share = |value: f64| (value - least) / range;
    let mean = mean(values, share);
    let variance = self::mean(values, |value| (share(value) - mean).powi(2));
    (least + range * mean, range * variance.sqrt())
}

/// The mean of a function from 0 to 1, the same to the last bit for any order of the values.
///
/// The terms are counted in units of 2⁻⁶², finer than the last digit of any that weighs: whole numbers add exactly.
#[expect(clippy::cast_possible_truncation, reason = "from 0 to 2^62")]
fn mean(values: &[f64], of: impl Fn(f64) -> f64 + Sync + Send) -> f64 {
    const UNITS: f64 = (1_u64 << 62) as f64;
    let sum = |part: Range<usize>| values[part].iter().map(|&value| i128::from((of(value) * UNITS) as i64)).sum();
    let sums: Vec<i128> = map_ranges(values.len(), sum);
    sums.iter().sum::<i128>() as f64 / (UNITS * values.len() as f64)
}

/// The least and the greatest of some values.
pub(super) fn ends(values: &[f64]) -> (f64, f64) {
    const NONE: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);
    let wider = |(least, greatest): (f64, f64), (from, to): (f64, f64)| {
        (if from < least { from } else { least }, if to > greatest { to } else { greatest })
    };
    let of_part = |part: Range<usize>| {
        let mut lanes = [NONE; 4];
        let (chunks, rest) = values[part].as_chunks::<4>();
        for chunk in chunks {
            lanes.iter_mut().zip(chunk).for_each(|(ends, &value)| *ends = wider(*ends, (value, value)));
        }
        lanes.into_iter().chain(rest.iter().map(|&value| (value, value))).fold(NONE, wider)
    };
    let (least, greatest) = map_ranges(values.len(), of_part).into_iter().fold(NONE, wider);
    // A zero without its sign, which depends on the order.
    (least + 0.0, greatest + 0.0)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    names: Vec<String>,
    centres: Vec<f64>,
    spreads: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Scale {
    type Error = ClusterError;

    fn try_from(Unchecked { names, centres, spreads }: Unchecked) -> Result<Self, ClusterError> {
        use super::measures::{distinct_names, is_mean};
        distinct_names(&names)?;
        if centres.len() != names.len() || !centres.iter().all(|&centre| is_mean(centre)) {
            return Err(ClusterError::Stored { quantity: "centre of the scale" });
        }
        // The range of numbers up to 1e140.
        let possible = |&spread: &f64| spread.is_normal() && spread > 0.0 && is_mean(spread);
        if spreads.len() != names.len() || !spreads.iter().all(possible) {
            return Err(ClusterError::Stored { quantity: "spread of the scale" });
        }
        Ok(Self { names, centres, spreads })
    }
}
