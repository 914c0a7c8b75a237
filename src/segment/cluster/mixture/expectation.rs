use std::ops::Range;

use super::{density::Density, exponential::exponential, moments::Moments};
use crate::segment::cluster::{
    lanes::{LANES, dot},
    nearest::Block,
    rows::Rows,
};

/// Rows of a chunk whose shares stay in the first-level cache.
const BLOCK: usize = 256;

/// The log-likelihood on the scale, and who belongs where in sums.
pub(super) struct Expectation {
    pub(super) log_likelihood: f64,
    pub(super) moments: Vec<Moments>,
}

impl Expectation {
    pub(super) fn of(points: &Rows, densities: &[Density]) -> Self {
        let of_chunk = |rows: Range<usize>| {
            let mut moments = vec![Moments::none(points.columns().len()); densities.len()];
            let mut log_likelihood = 0.0;
            let mut shares = Shares::new(densities.len());
            for rows in blocks(rows) {
                let (columns, customers) = (points.part(&rows), &points.customers()[rows]);
                shares.take(&columns, densities);
                log_likelihood += shares.log_likelihood(customers);
                shares.multiply(customers);
                for ((share, density), moments) in shares.components.iter().zip(densities).zip(&mut moments) {
                    add(moments, &columns, &density.mean, share);
                }
            }
            Self { log_likelihood, moments }
        };
        let chunks = points.map_chunks(of_chunk);
        let log_likelihood = chunks.iter().map(|chunk| chunk.log_likelihood).sum();
        Self { log_likelihood, moments: merged(chunks.into_iter().map(|chunk| chunk.moments)) }
    }
}

/// Of rows that stand together, most are far from some components.
fn add(moments: &mut Moments, columns: &[&[f64]], before: &[f64], customers: &[f64]) {
    if customers.iter().any(|&customers| customers > 0.0) {
        moments.add(columns, before, customers);
    }
}

fn blocks(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(BLOCK).map(move |first| first..(first + BLOCK).min(end))
}

/// The sums of chunks, of which there is one at least.
fn merged(chunks: impl Iterator<Item = Vec<Moments>>) -> Vec<Moments> {
    let merge = |mut all: Vec<Moments>, chunk: Vec<Moments>| {
        all.iter_mut().zip(&chunk).for_each(|(sum, part)| sum.merge(part));
        all
    };
    chunks.reduce(merge).unwrap_or_default()
}

/// The probability that each row belongs to each component, by component.
pub(super) fn responsibilities(columns: &[&[f64]], densities: &[Density]) -> Vec<Vec<f64>> {
    let rows = columns[0].len();
    let mut all = vec![Vec::with_capacity(rows); densities.len()];
    let mut shares = Shares::new(densities.len());
    for rows in blocks(0..rows) {
        let columns: Vec<&[f64]> = columns.iter().map(|column| &column[rows.clone()]).collect();
        shares.take(&columns, densities);
        for (all, share) in all.iter_mut().zip(&shares.components) {
            all.extend(share.iter().zip(&shares.totals).map(|(share, total)| share / total));
        }
    }
    all
}

/// What each component has in the density of each row of a block.
struct Shares {
    /// In units of the greatest.
    components: Vec<Vec<f64>>,
    totals: Vec<f64>,
    /// The logarithm of the unit.
    greatest: Vec<f64>,
}

impl Shares {
    fn new(components: usize) -> Self {
        let room = || Vec::with_capacity(BLOCK);
        Self { components: (0..components).map(|_| room()).collect(), totals: room(), greatest: room() }
    }

    fn take(&mut self, columns: &[&[f64]], densities: &[Density]) {
        let rows = columns[0].len();
        self.greatest.clear();
        self.greatest.resize(rows, f64::NEG_INFINITY);
        for (share, density) in self.components.iter_mut().zip(densities) {
            share.resize(rows, 0.0);
            density.ln_into(columns, share);
            for (greatest, &ln) in self.greatest.iter_mut().zip(&*share) {
                *greatest = if ln > *greatest { ln } else { *greatest };
            }
        }
        self.totals.clear();
        self.totals.resize(rows, 0.0);
        for share in &mut self.components {
            for ((share, total), greatest) in share.iter_mut().zip(&mut self.totals).zip(&self.greatest) {
                *share = exponential(*share - greatest);
                *total += *share;
            }
        }
    }

    fn log_likelihood(&self, customers: &[f64]) -> f64 {
        let parts = self.totals.chunks(LANES).zip(customers.chunks(LANES));
        dot(&self.greatest, customers) + parts.map(|(totals, customers)| ln_powers(totals, customers)).sum::<f64>()
    }

    /// From the density of each row to its customers.
    fn multiply(&mut self, customers: &[f64]) {
        self.totals.iter_mut().zip(customers).for_each(|(total, customers)| *total = customers / *total);
        for share in &mut self.components {
            share.iter_mut().zip(&self.totals).for_each(|(share, counted)| *share *= counted);
        }
    }
}

/// The logarithm of the product of a few numbers, each from 1 to the number of components, to the power of its customers.
///
/// Most rows are those of one customer each: then one logarithm is enough.
fn ln_powers(numbers: &[f64], customers: &[f64]) -> f64 {
    if customers.iter().all(|&customers| customers <= 1.0) {
        numbers.iter().product::<f64>().ln()
    } else {
        numbers.iter().zip(customers).map(|(number, customers)| customers * number.ln()).sum()
    }
}

/// Sums of the clusters around centroids, about them.
pub(super) fn nearest(points: &Rows, centroids: &[Vec<f64>]) -> Vec<Moments> {
    let all: Vec<usize> = (0..centroids.len()).collect();
    let of_chunk = |rows: Range<usize>| {
        let mut moments = vec![Moments::none(points.columns().len()); centroids.len()];
        let mut block = Block::default();
        for rows in blocks(rows) {
            let (columns, customers) = (points.part(&rows), &points.customers()[rows]);
            let (_, labels) = block.nearest(&columns, centroids, &all);
            for ((label, centroid), moments) in centroids.iter().enumerate().zip(&mut moments) {
                let own = |(&customers, &of): (&f64, &usize)| if of == label { customers } else { 0.0 };
                let customers: Vec<f64> = customers.iter().zip(labels).map(own).collect();
                add(moments, &columns, centroid, &customers);
            }
        }
        moments
    };
    merged(points.map_chunks(of_chunk).into_iter())
}
