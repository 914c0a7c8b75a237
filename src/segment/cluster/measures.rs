use super::ClusterError;

/// Named columns of numbers about the same customers, in one order.
///
/// Every number is known and from −1e140 to 1e140, so that squares of differences are numbers. Columns are taken as
/// they are; [`Scaling`](super::Scaling) makes them comparable.
///
/// # Examples
///
/// ```
/// use customer_value::segment::Measures;
///
/// let measures = Measures::new([("spend", [10.0, 250.0, 30.0]), ("visits", [1.0, 1.0, 1.0])])?;
/// assert_eq!(measures.customers(), 3);
/// assert_eq!(measures.constant(), ["visits"]);
/// assert!(Measures::new([("spend", [f64::NAN])]).is_err());
/// # Ok::<(), customer_value::segment::ClusterError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Measures {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

/// Squares of differences of numbers up to here are below 1e281, and sums of more of them than there are bytes of
/// memory are numbers too.
pub(super) const GREATEST: f64 = 1e140;

impl Measures {
    /// Columns with their names.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NoMeasures`], [`ClusterError::DuplicateMeasure`], [`ClusterError::Lengths`] unless columns are
    /// as long as the first, or [`ClusterError::OutOfRange`] with name and position.
    pub fn new<Name: Into<String>, Column: Into<Vec<f64>>>(
        columns: impl IntoIterator<Item = (Name, Column)>,
    ) -> Result<Self, ClusterError> {
        let pairs = columns.into_iter().map(|(name, column)| (name.into(), column.into()));
        let (names, columns): (Vec<String>, Vec<Vec<f64>>) = pairs.unzip();
        distinct_names(&names)?;
        let expected = columns[0].len();
        for (name, column) in names.iter().zip(&columns) {
            same_length(name, expected, column.len())?;
            if let Some(index) = column.iter().position(|&value| !in_range(value)) {
                return Err(ClusterError::OutOfRange { measure: name.clone(), index, value: column[index] });
            }
        }
        Ok(Self { names, columns })
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns, in their order.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.columns[0].len()
    }

    /// The columns in which all customers are equal: they tell nobody apart.
    pub fn constant(&self) -> Vec<&str> {
        let equal = |column: &[f64]| {
            column.windows(2).all(|pair| pair[0].partial_cmp(&pair[1]).is_some_and(std::cmp::Ordering::is_eq))
        };
        let constant = self.names.iter().zip(&self.columns).filter(|(_, column)| equal(column));
        constant.map(|(name, _)| name.as_str()).collect()
    }
}

pub(super) fn in_range(value: f64) -> bool {
    value.abs() <= GREATEST
}

/// Whether a number may be a mean of such numbers: rounding can carry it above the greatest of them.
#[cfg(feature = "serde")]
pub(super) fn is_mean(value: f64) -> bool {
    in_range(value / 2.0)
}

pub(super) fn distinct_names(names: &[String]) -> Result<(), ClusterError> {
    if names.is_empty() {
        return Err(ClusterError::NoMeasures);
    }
    let mut seen = std::collections::BTreeSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => Err(ClusterError::DuplicateMeasure { measure: name.clone() }),
        None => Ok(()),
    }
}

pub(super) fn same_length(measure: &str, expected: usize, found: usize) -> Result<(), ClusterError> {
    if expected == found {
        Ok(())
    } else {
        Err(ClusterError::Lengths { measure: measure.to_string(), expected, found })
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Measures {
    type Error = ClusterError;

    fn try_from(raw: Unchecked) -> Result<Self, ClusterError> {
        if raw.names.len() != raw.columns.len() {
            return Err(ClusterError::Stored { quantity: "number of columns" });
        }
        Self::new(raw.names.into_iter().zip(raw.columns))
    }
}
