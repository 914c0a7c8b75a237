/// Counts, sums and products of answers, in whole numbers: they do not depend on the order of the rows, and nothing
/// cancels.
///
/// Answers may be missing, so that every pair of columns has those who answered both.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    columns: usize,
    /// By pair of columns (k, l), over rows that have both: how many, Σxₖ, Σxₖxₗ.
    pairs: Vec<Pair>,
    /// How many rows have anything.
    rows: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    count: i128,
    sum: i128,
    product: i128,
}

impl Moments {
    /// The moments of at most 2³² rows with entries of at most 255: no product of them below leaves 128 bits.
    pub(super) fn new<Row: AsRef<[Option<i16>]>>(columns: usize, rows: impl IntoIterator<Item = Row>) -> Self {
        let mut moments = Self { columns, pairs: vec![Pair::default(); columns * columns], rows: 0 };
        for row in rows {
            moments.add(row.as_ref());
        }
        moments
    }

    fn add(&mut self, row: &[Option<i16>]) {
        self.rows += u32::from(row.iter().any(Option::is_some));
        let known = || row.iter().enumerate().filter_map(|(column, entry)| Some((column, i128::from((*entry)?))));
        for (k, x) in known() {
            for (l, y) in known() {
                let pair = &mut self.pairs[k * self.columns + l];
                pair.count += 1;
                pair.sum += x;
                pair.product += x * y;
            }
        }
    }

    fn pair(&self, k: usize, l: usize) -> Pair {
        self.pairs[k * self.columns + l]
    }

    /// How many rows have anything.
    pub(super) const fn rows(&self) -> u32 {
        self.rows
    }

    /// How many entries a column has.
    pub(super) fn count(&self, k: usize) -> u32 {
        u32::try_from(self.pair(k, k).count).unwrap_or(u32::MAX)
    }

    /// The mean of a column that has entries.
    pub(super) fn mean(&self, k: usize) -> f64 {
        let own = self.pair(k, k);
        own.sum as f64 / own.count as f64
    }

    /// nₖ · nₗ · Σ (xₖ − x̄ₖ)(xₗ − x̄ₗ) over rows that have both, exact.
    pub(super) fn deviations(&self, k: usize, l: usize) -> i128 {
        let (both, of_l) = (self.pair(k, l), self.pair(l, k).sum);
        let (own_k, own_l) = (self.pair(k, k), self.pair(l, l));
        both.product * own_k.count * own_l.count - own_k.sum * own_l.count * of_l - own_l.sum * own_k.count * both.sum
            + both.count * own_k.sum * own_l.sum
    }

    /// The standard error of Σ wₖ x̄ₖ, for columns of weight that have entries, and of at least two rows.
    ///
    /// Each row adds its own part to every mean, (xₖ − x̄ₖ) / nₖ where it has an entry: the error is that of a sum over
    /// rows. With no entry missing it is the standard error of the rows' weighted means.
    pub(super) fn standard_error(&self, weights: &[f64]) -> f64 {
        let mut variance = 0.0;
        for (k, &of_k) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            for (l, &of_l) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                let counts = self.pair(k, k).count as f64 * self.pair(l, l).count as f64;
                variance += (of_k / counts) * (of_l / counts) * self.deviations(k, l) as f64;
            }
        }
        let rows = f64::from(self.rows);
        // Columns that offset each other leave a rounding error, which may be negative.
        (rows / (rows - 1.0) * variance).max(0.0).sqrt()
    }

    /// The standard error of the mean of a column with at least two entries.
    pub(super) fn standard_error_of(&self, k: usize) -> f64 {
        let count = self.pair(k, k).count as f64;
        // nₖ² Σ(x − x̄)² over nₖ² · nₖ (nₖ − 1).
        (self.deviations(k, k) as f64 / (count - 1.0) / count).sqrt() / count
    }
}
