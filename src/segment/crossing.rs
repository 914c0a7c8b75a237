use super::{SegmentError, Segmentation, cells, same_length};

/// How many customers two partitions of one cohort have in common, segment by segment.
#[doc(alias = "contingency table")]
#[doc(alias = "交叉表")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossTable {
    rows: Vec<String>,
    columns: Vec<String>,
    counts: Vec<usize>,
}

impl Segmentation {
    /// The cross-tabulation with another partition of the same customers: this one gives the rows.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`], or [`SegmentError::TooManyCells`] above 1,048,576 of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Segmentation;
    ///
    /// let regions = Segmentation::new(["north", "south"], [0, 1, 0])?;
    /// let kinds = Segmentation::new(["person", "firm"], [1, 1, 0])?;
    /// assert_eq!(regions.cross(&kinds)?.count(0, 1), Some(1));
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    pub fn cross(&self, columns: &Self) -> Result<CrossTable, SegmentError> {
        same_length(self.len(), columns.len())?;
        let width = columns.labels.len();
        let mut counts = vec![0; cells([self.labels.len(), width])?];
        for (&row, &column) in self.segments.iter().zip(&columns.segments) {
            counts[row as usize * width + column as usize] += 1;
        }
        Ok(CrossTable { rows: self.labels.clone(), columns: columns.labels.clone(), counts })
    }
}

impl CrossTable {
    /// The names of the rows.
    pub fn rows(&self) -> &[String] {
        &self.rows
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The counts, row by row.
    pub(super) fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// How many customers are in both segments; `None` for a segment that does not exist.
    pub fn count(&self, row: usize, column: usize) -> Option<usize> {
        let inside = row < self.rows.len() && column < self.columns.len();
        inside.then(|| self.counts[row * self.columns.len() + column])
    }
}
