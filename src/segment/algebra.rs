use super::{CrossTable, SegmentError, Segmentation, distinct};

/// What two partitions of the same customers have to do with each other.
impl Segmentation {
    /// The coarsest partition that is finer than both: customers are together if they are together in both.
    ///
    /// Its segments are the pairs that somebody is in, called "north × person", in the order of this one's segments, then
    /// of the other's.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`], [`SegmentError::TooManyCells`], or [`SegmentError::DuplicateLabel`] when names that
    /// contain " × " meet.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Segmentation;
    ///
    /// let regions = Segmentation::new(["north", "south"], [0, 1, 0])?;
    /// let kinds = Segmentation::new(["person", "firm"], [1, 1, 0])?;
    /// let both = regions.meet(&kinds)?;
    /// assert_eq!(both.labels(), ["north × person", "north × firm", "south × firm"]);
    /// assert!(both.refines(&regions)? && both.refines(&kinds)?);
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    #[doc(alias = "common refinement")]
    pub fn meet(&self, other: &Self) -> Result<Self, SegmentError> {
        let table = self.cross(other)?;
        let width = other.labels.len();
        let (mut labels, mut numbers) = (Vec::new(), vec![0_u32; table.counts().len()]);
        for (cell, _) in table.counts().iter().enumerate().filter(|&(_, &count)| count > 0) {
            // There are at most 1,048,576 cells.
            numbers[cell] = u32::try_from(labels.len()).unwrap_or(u32::MAX);
            labels.push(format!("{} × {}", self.labels[cell / width], other.labels[cell % width]));
        }
        let pairs = self.segments.iter().zip(&other.segments);
        let segments = pairs.map(|(&row, &column)| numbers[row as usize * width + column as usize]).collect();
        Ok(Self::proven(distinct(labels)?, segments))
    }

    /// Whether each segment lies within one of the other: nobody who is together here is apart there.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`], [`SegmentError::TooManyCells`].
    pub fn refines(&self, other: &Self) -> Result<bool, SegmentError> {
        let table = self.cross(other)?;
        let mut rows = table.counts().chunks(other.labels.len().max(1));
        Ok(rows.all(|row| row.iter().filter(|&&count| count > 0).count() <= 1))
    }

    /// How far two partitions are apart, in nats: what each leaves unknown about the other. It is a metric: 0 only for
    /// the same groups, whatever their names, and at most ln n.
    ///
    /// # Formula
    ///
    /// ```text
    /// VI = H(X | Y) + H(Y | X) = Σ nᵢⱼ/n · ln( nᵢ·nⱼ / nᵢⱼ² )
    /// ```
    ///
    /// ```math
    /// \mathrm{VI} = \sum_{ij} \frac{n_{ij}}{n} \ln \frac{n_{i\cdot} n_{\cdot j}}{n_{ij}^2}
    /// ```
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`] without customers, [`SegmentError::Lengths`], [`SegmentError::TooManyCells`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Segmentation;
    ///
    /// let halves = Segmentation::new(["a", "b"], [0, 0, 1, 1])?;
    /// let across = Segmentation::new(["c", "d"], [0, 1, 0, 1])?;
    /// assert!((halves.variation_of_information(&across)? - 4.0_f64.ln()).abs() < 1e-15);
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    ///
    /// # References
    ///
    /// Meilă (2007), *Comparing clusterings: an information based distance*.
    pub fn variation_of_information(&self, other: &Self) -> Result<f64, SegmentError> {
        let (table, rows, columns) = self.compare(other)?;
        let (count, width) = (self.len() as f64, columns.len());
        let term = |(cell, &both): (usize, &usize)| {
            let both = both as f64;
            let (row, column) = (rows[cell / width] as f64, columns[cell % width] as f64);
            both / count * ((row / both).ln() + (column / both).ln())
        };
        Ok(table.counts().iter().enumerate().filter(|&(_, &both)| both > 0).map(term).sum())
    }

    /// How much two partitions agree on pairs of customers, corrected for chance: 1 for the same groups, about 0 for
    /// groups that have nothing to do with each other, below 0 for fewer agreements than chance gives.
    ///
    /// Where both put everybody together, or both everybody apart, they are the same groups, and the index is 1.
    ///
    /// # Formula
    ///
    /// ```text
    /// (Σ C(nᵢⱼ,2) − E) / ((Σ C(nᵢ,2) + Σ C(nⱼ,2)) / 2 − E)        E = Σ C(nᵢ,2) · Σ C(nⱼ,2) / C(n,2)
    /// ```
    ///
    /// # Errors
    ///
    /// [`SegmentError::Empty`] without customers, [`SegmentError::Lengths`], [`SegmentError::TooManyCells`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::Segmentation;
    ///
    /// let one = Segmentation::new(["a", "b"], [0, 0, 1, 1])?;
    /// let other = Segmentation::new(["a", "b", "c"], [0, 0, 1, 2])?;
    /// assert!((one.adjusted_rand(&other)? - 4.0 / 7.0).abs() < 1e-15);
    /// # Ok::<(), customer_value::segment::SegmentError>(())
    /// ```
    ///
    /// # References
    ///
    /// Hubert & Arabie (1985), *Comparing partitions*.
    #[doc(alias = "ARI")]
    pub fn adjusted_rand(&self, other: &Self) -> Result<f64, SegmentError> {
        let (table, rows, columns) = self.compare(other)?;
        let [together, rows, columns] = [pairs(table.counts()), pairs(&rows), pairs(&columns)];
        let all = pairs(&[self.len()]);
        if rows.total_cmp(&columns).is_eq() && (rows <= 0.0 || rows >= all) {
            return Ok(1.0);
        }
        let by_chance = rows * columns / all;
        Ok((together - by_chance) / (f64::midpoint(rows, columns) - by_chance))
    }

    fn compare(&self, other: &Self) -> Result<(CrossTable, Vec<usize>, Vec<usize>), SegmentError> {
        let table = self.cross(other)?;
        if self.is_empty() { Err(SegmentError::Empty) } else { Ok((table, self.sizes(), other.sizes())) }
    }
}

/// How many pairs can be formed within groups of these sizes.
fn pairs(sizes: &[usize]) -> f64 {
    sizes.iter().map(|&size| size as f64 * size.saturating_sub(1) as f64 / 2.0).sum()
}
