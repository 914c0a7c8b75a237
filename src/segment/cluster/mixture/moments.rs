use nalgebra::DMatrix;

use crate::segment::cluster::lanes::{dot, sum};

/// Sums over the customers of a component, each counted with the probability that it belongs there; measures are taken
/// as differences from the mean before, which keeps the digits of a covariance that is small beside its mean.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    pub(super) customers: f64,
    first: Vec<f64>,
    /// The lower triangle, row by row.
    second: Vec<f64>,
}

impl Moments {
    pub(super) fn none(columns: usize) -> Self {
        Self { customers: 0.0, first: vec![0.0; columns], second: vec![0.0; columns * (columns + 1) / 2] }
    }

    /// Rows that are given by column, so many customers each.
    pub(super) fn add(&mut self, columns: &[&[f64]], before: &[f64], customers: &[f64]) {
        match *columns {
            [a] => self.add_few([a], before, customers),
            [a, b] => self.add_few([a, b], before, customers),
            [a, b, c] => self.add_few([a, b, c], before, customers),
            [a, b, c, d] => self.add_few([a, b, c, d], before, customers),
            _ => self.add_many(columns, before, customers),
        }
    }

    /// Of few columns: compiled for each number of them, sums stay in registers.
    fn add_few<const N: usize>(&mut self, columns: [&[f64]; N], before: &[f64], customers: &[f64]) {
        let Some(before) = before.first_chunk::<N>() else { return };
        let columns = columns.map(|column| &column[..customers.len()]);
        let mut sums = Sums { customers: NONE, first: [NONE; N], second: [[NONE; N]; N] };
        let (pairs, last) = customers.as_chunks::<2>();
        for (pair, customers) in pairs.iter().enumerate() {
            let mut differences = [NONE; N];
            for column in 0..N {
                for lane in 0..2 {
                    differences[column][lane] = columns[column][2 * pair + lane] - before[column];
                }
            }
            sums.add(&differences, customers);
        }
        if let &[last] = last {
            let mut differences = [NONE; N];
            for column in 0..N {
                differences[column][0] = columns[column][customers.len() - 1] - before[column];
            }
            sums.add(&differences, &[last, 0.0]);
        }
        self.customers += sums.customers[0] + sums.customers[1];
        let second = (0..N).flat_map(|row| sums.second[row][..=row].to_vec());
        self.first.iter_mut().zip(sums.first).for_each(|(all, [a, b])| *all += a + b);
        self.second.iter_mut().zip(second).for_each(|(all, [a, b])| *all += a + b);
    }

    fn add_many(&mut self, columns: &[&[f64]], before: &[f64], customers: &[f64]) {
        let differences = |(column, mean): (&&[f64], &f64)| column.iter().map(|value| value - mean).collect();
        let differences: Vec<Vec<f64>> = columns.iter().zip(before).map(differences).collect();
        self.customers += sum(customers);
        let mut second = self.second.iter_mut();
        for (row, difference) in differences.iter().enumerate() {
            let counted = difference.iter().zip(customers).map(|(difference, customers)| difference * customers);
            let counted: Vec<f64> = counted.collect();
            self.first[row] += sum(&counted);
            for (other, product) in differences[..=row].iter().zip(&mut second) {
                *product += dot(&counted, other);
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.first.iter_mut().zip(&other.first).for_each(|(sum, part)| *sum += part);
        self.second.iter_mut().zip(&other.second).for_each(|(sum, part)| *sum += part);
    }

    pub(super) fn mean(&self, before: &[f64]) -> Vec<f64> {
        before.iter().zip(&self.first).map(|(before, sum)| before + sum / self.customers).collect()
    }

    pub(super) fn covariance(&self) -> DMatrix<f64> {
        let moved: Vec<f64> = self.first.iter().map(|sum| sum / self.customers).collect();
        DMatrix::from_fn(moved.len(), moved.len(), |row, column| {
            let (high, low) = (row.max(column), row.min(column));
            self.second[high * (high + 1) / 2 + low] / self.customers - moved[row] * moved[column]
        })
    }
}

/// Two rows: sums of so many lanes have room in registers, for three columns, whatever their width.
type Pair = [f64; 2];

const NONE: Pair = [0.0; 2];

/// Sums over rows in pairs, the second row by row up to the diagonal.
struct Sums<const N: usize> {
    customers: Pair,
    first: [Pair; N],
    second: [[Pair; N]; N],
}

impl<const N: usize> Sums<N> {
    #[expect(clippy::inline_always, reason = "sums stay in registers only where the loop is")]
    #[expect(clippy::needless_range_loop, reason = "the same positions of several arrays")]
    #[inline(always)]
    fn add(&mut self, differences: &[Pair; N], customers: &Pair) {
        add(&mut self.customers, customers);
        for row in 0..N {
            let counted = product(customers, &differences[row]);
            add(&mut self.first[row], &counted);
            for column in 0..=row {
                add(&mut self.second[row][column], &product(&counted, &differences[column]));
            }
        }
    }
}

#[inline]
fn product(a: &Pair, b: &Pair) -> Pair {
    [a[0] * b[0], a[1] * b[1]]
}

#[inline]
fn add(sum: &mut Pair, part: &Pair) {
    *sum = [sum[0] + part[0], sum[1] + part[1]];
}
