use super::IndexError;
use super::error::at_least;
#[cfg(feature = "serde")]
use super::error::same_length;
use super::scale::{Constant, Scale, Scales};
use super::score::{Missing, TreeScore};
use super::tree::Tree;

/// A tree whose leaves have scales fitted to customers: scores customers, old and new, by their figures.
///
/// # Examples
///
/// ```
/// use customer_value::index::{Constant, Evidence, Indicator, Missing, Node, Scale, Sense, Tree};
///
/// let indicators = [
///     Indicator::new("margin", Sense::Benefit, Evidence::Hard)?,
///     Indicator::new("returns", Sense::Cost, Evidence::Hard)?,
/// ];
/// let tree = Tree::new(Node::imd("customer", indicators)?)?;
/// let customers = [[Some(100.0), Some(0.2)], [Some(300.0), Some(0.1)], [Some(200.0), None]];
/// let index = tree.fit(Scale::MinMax, &customers, Constant::Reject)?;
/// assert_eq!(index.score(&customers[2], Missing::Renormalise)?.total(), 0.5);
/// assert_eq!(index.score(&[Some(250.0), Some(0.1)], Missing::Fail)?.total(), 0.875);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "综合评价")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct FittedIndex {
    tree: Tree,
    scales: Scales,
}

impl Tree {
    /// The index whose scales fit the figures of these customers: a row each, with an entry a leaf in the order
    /// declared, `None` where the figure is missing.
    ///
    /// A leaf left out by [`Constant::Drop`] is missing for everybody afterwards.
    ///
    /// # Errors
    ///
    /// [`IndexError::RowLength`]; [`IndexError::TooFew`] without customers, or when nobody has a figure for some leaf;
    /// else as [`Scales::fit`].
    pub fn fit(
        self,
        scale: Scale,
        customers: &[impl AsRef<[Option<f64>]>],
        constant: Constant,
    ) -> Result<FittedIndex, IndexError> {
        at_least("customers", 1, customers.len())?;
        let senses = self.senses();
        for (row, figures) in customers.iter().enumerate() {
            let found = figures.as_ref().len();
            if found != senses.len() {
                return Err(IndexError::RowLength { row, expected: senses.len(), found });
            }
        }
        let column = |leaf: usize| customers.iter().filter_map(|figures| figures.as_ref()[leaf]).collect();
        let scales = Scales::fit_columns(scale, &senses, (0..senses.len()).map(column), constant);
        // Columns know those only who have a figure; the error names the row of the customer.
        let row_of = |place: usize, leaf: usize| {
            let known = customers.iter().enumerate().filter(|(_, figures)| figures.as_ref()[leaf].is_some());
            known.map(|(row, _)| row).nth(place).unwrap_or(place)
        };
        let scales = scales.map_err(|error| match error {
            IndexError::Figure { row, column, source } => {
                IndexError::Figure { row: row_of(row, column), column, source }
            }
            other => other,
        })?;
        Ok(FittedIndex { tree: self, scales })
    }
}

impl FittedIndex {
    /// The index of a customer, who need not be among those to whom the scales were fitted.
    ///
    /// # Errors
    ///
    /// As [`Tree::score`] and [`Scales::score`].
    pub fn score(&self, figures: &[Option<f64>], missing: Missing) -> Result<TreeScore, IndexError> {
        self.tree.score(&self.scales.score_known(figures)?, missing)
    }

    /// The tree.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The scales of its leaves.
    pub const fn scales(&self) -> &Scales {
        &self.scales
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    tree: Tree,
    scales: Scales,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for FittedIndex {
    type Error = IndexError;

    fn try_from(raw: Unchecked) -> Result<Self, IndexError> {
        same_length("scales", raw.tree.leaves().len(), raw.scales.columns().len())?;
        Ok(Self { tree: raw.tree, scales: raw.scales })
    }
}
