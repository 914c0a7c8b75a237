/// As many numbers as go through the registers together, of whatever width these are: independent sums, so that an
/// addition need not wait for the one before it.
pub(super) const LANES: usize = 4;

type Lanes = [f64; LANES];

/// Σ aᵢ bᵢ, in lanes of twice the width of those by cluster: nothing else waits here.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 2 * LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<{ 2 * LANES }>(), b.as_chunks::<{ 2 * LANES }>());
    for (a, b) in a.iter().zip(b) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}

/// Σ aᵢ in the same lanes.
pub(super) fn sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; 2 * LANES];
    let (chunks, rest) = values.as_chunks::<{ 2 * LANES }>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value);
    }
    lanes.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

/// Sums by cluster, of the customers and of each column, in interleaved lanes.
pub(super) struct Sums {
    customers: Vec<Lanes>,
    columns: Vec<Vec<Lanes>>,
}

impl Sums {
    pub(super) fn new(columns: usize, clusters: usize) -> Self {
        let none = vec![[0.0; LANES]; clusters];
        Self { customers: none.clone(), columns: vec![none; columns] }
    }

    pub(super) fn add(&mut self, columns: &[&[f64]], customers: &[f64], labels: &[usize]) {
        scatter(&mut self.customers, labels, |row| customers[row]);
        for (sums, column) in self.columns.iter_mut().zip(columns) {
            scatter(sums, labels, |row| customers[row] * column[row]);
        }
    }

    pub(super) fn customers(&self) -> Vec<f64> {
        self.customers.iter().map(|lanes| lanes.iter().sum()).collect()
    }

    pub(super) fn totals(&self) -> Vec<Vec<f64>> {
        self.columns.iter().map(|sums| sums.iter().map(|lanes| lanes.iter().sum()).collect()).collect()
    }
}

fn scatter(sums: &mut [Lanes], labels: &[usize], value: impl Fn(usize) -> f64) {
    for (row, &label) in labels.iter().enumerate() {
        sums[label][row % LANES] += value(row);
    }
}
