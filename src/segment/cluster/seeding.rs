use std::ops::Range;

use super::{
    ClusterError,
    lanes::dot,
    nearest::squared_distances,
    rows::{CHUNK, Rows},
};
use crate::lifetime::Generator;

/// First centroids by k-means++: each a row, drawn in proportion to its customers times their squared distance from
/// the centroids already drawn.
///
/// Arthur & Vassilvitskii (2007), section 2.2.
pub(super) fn plus_plus(points: &Rows, clusters: usize, rng: &mut Generator) -> Result<Vec<Vec<f64>>, ClusterError> {
    let mut centroids: Vec<Vec<f64>> = Vec::with_capacity(clusters.min(points.len()));
    let mut nearest = Nearest::to_none(points);
    while centroids.len() < clusters {
        let too_many = ClusterError::TooManyClusters { clusters, distinct: centroids.len() };
        let drawn = nearest.draw(points.customers(), rng).ok_or(too_many)?;
        let centroid = points.row(drawn);
        nearest.approach(points, &centroid);
        centroids.push(centroid);
    }
    Ok(centroids)
}

/// The squared distance of every row to the nearest of some centroids, chunk by chunk; 1 as long as there is none.
pub(super) struct Nearest {
    chunks: Vec<Chunk>,
    started: bool,
}

struct Chunk {
    first: usize,
    squares: Vec<f64>,
    /// Of the customers, each with the square as weight.
    weight: f64,
}

impl Nearest {
    pub(super) fn to_none(points: &Rows) -> Self {
        let none = |rows: Range<usize>| {
            let weight = points.customers()[rows.clone()].iter().sum();
            Chunk { first: rows.start, squares: vec![1.0; rows.len()], weight }
        };
        Self { chunks: points.map_chunks(none), started: false }
    }

    /// One more centroid.
    pub(super) fn approach(&mut self, points: &Rows, centroid: &[f64]) {
        let started = self.started;
        let nearer = |rows: Range<usize>, before: &Chunk| {
            let mut squares = vec![0.0; rows.len()];
            squared_distances(&points.part(&rows), centroid, &mut squares);
            if started {
                for (square, before) in squares.iter_mut().zip(&before.squares) {
                    *square = if before < square { *before } else { *square };
                }
            }
            let weight = dot(&squares, &points.customers()[rows.clone()]);
            Chunk { first: rows.start, squares, weight }
        };
        self.chunks = points.map_chunks(|rows| nearer(rows.clone(), &self.chunks[rows.start / CHUNK]));
        self.started = true;
    }

    /// The row at the greatest distance, the first among equals; `None` when all are at none.
    pub(super) fn farthest(&self) -> Option<usize> {
        let squares = self.chunks.iter().flat_map(|chunk| &chunk.squares).copied().enumerate();
        let farther = |best: (usize, f64), next: (usize, f64)| if next.1 > best.1 { next } else { best };
        let (row, square) = squares.fold((0, 0.0), farther);
        (square > 0.0).then_some(row)
    }

    /// A row drawn with its customers times squared distance as weight; `None` when all weights are zero.
    fn draw(&self, customers: &[f64], rng: &mut Generator) -> Option<usize> {
        let weights: Vec<f64> = self.chunks.iter().map(|chunk| chunk.weight).collect();
        let (chunk, left) = landed(&weights, rng.uniform() * weights.iter().sum::<f64>())?;
        let Chunk { first, squares, .. } = &self.chunks[chunk];
        let weights: Vec<f64> =
            squares.iter().zip(&customers[*first..]).map(|(square, customers)| square * customers).collect();
        landed(&weights, left).map(|(row, _)| first + row)
    }
}

/// In which of consecutive intervals a point lies, and how far from its beginning; beyond the end, in the last one that
/// has a length.
fn landed(lengths: &[f64], point: f64) -> Option<(usize, f64)> {
    let mut found = None;
    let mut left = point;
    for (index, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0.0) {
        found = Some((index, left.min(length)));
        if left < length {
            break;
        }
        left -= length;
    }
    found
}
