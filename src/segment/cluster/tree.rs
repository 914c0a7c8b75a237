use std::ops::Range;

use super::rows::{CHUNK, Rows};
use crate::parallel;

/// Rows with the boxes around those that stand together: as many to a leaf as [`LEAF`], as many leaves to a node as
/// [`FAN`], as many nodes to one above.
///
/// A centroid that is nearest to every point of a box takes the rows in it as a whole.
#[derive(Debug)]
pub(super) struct Tree {
    rows: Rows,
    /// From the leaves to the nodes of a chunk.
    levels: [Vec<Node>; 3],
}

const LEAF: usize = 64;

const FAN: usize = 8;

const _: () = assert!(LEAF * FAN * FAN == CHUNK, "a chunk is a node");

/// A box, and what is in it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) rows: Range<usize>,
    pub(super) customers: f64,
    /// By column.
    pub(super) sides: Vec<Side>,
    /// The sum of squared distances of the customers from their mean.
    pub(super) scatter: f64,
}

/// A column of a box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    least: f64,
    greatest: f64,
    /// Over the customers.
    pub(super) total: f64,
    pub(super) mean: f64,
}

impl Tree {
    pub(super) fn new(rows: Rows) -> Self {
        let leaves = rows.map_chunks(|chunk| {
            let leaves = chunk.clone().step_by(LEAF);
            leaves.map(|first| Node::leaf(&rows, first..(first + LEAF).min(chunk.end))).collect::<Vec<_>>()
        });
        let leaves = leaves.into_iter().flatten().collect::<Vec<_>>();
        let above = |nodes: &[Node]| parallel::map_chunks(nodes, FAN, Node::around);
        let middle = above(&leaves);
        let chunks = above(&middle);
        Self { rows, levels: [leaves, middle, chunks] }
    }

    pub(super) const fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Applies `work` to the node of every chunk; results come in order.
    pub(super) fn map_chunks<R: Send>(&self, work: impl Fn(Place) -> R + Sync + Send) -> Vec<R> {
        let level = self.levels.len() - 1;
        parallel::map_indices(self.levels[level].len(), |index| work(Place { level, index }))
    }

    pub(super) fn node(&self, place: Place) -> &Node {
        &self.levels[place.level][place.index]
    }

    /// The nodes in a node; none in a leaf.
    pub(super) fn inside(&self, place: Place) -> impl Iterator<Item = Place> + use<> {
        let level = place.level.checked_sub(1);
        let within =
            level.map_or(0..0, |level| place.index * FAN..((place.index + 1) * FAN).min(self.levels[level].len()));
        within.map(move |index| Place { level: level.unwrap_or(0), index })
    }
}

/// Where a node stands in a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    level: usize,
    index: usize,
}

impl Node {
    fn leaf(rows: &Rows, range: Range<usize>) -> Self {
        let counts = &rows.customers()[range.clone()];
        let customers = counts.iter().sum();
        let (mut sides, mut scatter) = (Vec::with_capacity(rows.columns().len()), 0.0);
        for column in rows.columns() {
            let values = &column[range.clone()];
            let side = Side::of(values, counts, customers);
            scatter += squares(values, counts, side.mean);
            sides.push(side);
        }
        Self { rows: range, customers, sides, scatter }
    }

    /// The box around boxes that stand together.
    fn around(nodes: &[Self]) -> Self {
        let rows = nodes[0].rows.start..nodes[nodes.len() - 1].rows.end;
        let customers = nodes.iter().map(|node| node.customers).sum();
        let side = |column: usize| Side::around(nodes.iter().map(|node| node.sides[column]), customers);
        let sides: Vec<Side> = (0..nodes[0].sides.len()).map(side).collect();
        let means: Vec<f64> = sides.iter().map(|side| side.mean).collect();
        let scatter = nodes.iter().map(|node| node.squares(&means)).sum();
        Self { rows, customers, sides, scatter }
    }

    /// The sum of squared distances of the customers from a point: n |c − m|² + S, which cancels nothing.
    pub(super) fn squares(&self, point: &[f64]) -> f64 {
        let square: f64 = self.sides.iter().zip(point).map(|(side, at)| (at - side.mean).powi(2)).sum();
        self.customers * square + self.scatter
    }

    /// Adds to `stack` those of some centroids that can be nearest to a point of the box; `among` are positions in the
    /// stack, of centroids in ascending order.
    ///
    /// A centroid cannot if another is nearer even to the corner that lies farthest in its direction. The other is the one
    /// nearest to the middle of the box.
    ///
    /// Kanungo, Mount, Netanyahu, Piatko, Silverman & Wu (2002), *An efficient k-means clustering algorithm: analysis and
    /// implementation*, section 2.
    pub(super) fn candidates(&self, centroids: &[Vec<f64>], stack: &mut Vec<usize>, among: Range<usize>) {
        let (mut central, mut least) = (stack[among.start], f64::INFINITY);
        for &candidate in &stack[among.clone()] {
            let from = self.sides.iter().zip(&centroids[candidate]);
            let square = from.map(|(side, at)| (0.5 * (side.least + side.greatest) - at).powi(2)).sum();
            if square < least {
                (central, least) = (candidate, square);
            }
        }
        for position in among {
            let candidate = stack[position];
            if candidate == central || self.can_be_nearest(&centroids[candidate], &centroids[central]) {
                stack.push(candidate);
            }
        }
    }

    fn can_be_nearest(&self, candidate: &[f64], central: &[f64]) -> bool {
        let (mut own, mut other) = (0.0, 0.0);
        for ((side, own_at), other_at) in self.sides.iter().zip(candidate).zip(central) {
            let corner = if own_at > other_at { side.greatest } else { side.least };
            own += (corner - own_at).powi(2);
            other += (corner - other_at).powi(2);
        }
        own * BEYOND_ROUNDING <= other
    }
}

/// Sums of squares over a thousand columns are rounded by less: rows decide what boxes cannot.
const BEYOND_ROUNDING: f64 = 1.0 - 1e-12;

impl Side {
    fn of(values: &[f64], counts: &[f64], customers: f64) -> Self {
        let (mut least, mut greatest, mut total) = (values[0], values[0], 0.0);
        for (&value, count) in values.iter().zip(counts) {
            least = if value < least { value } else { least };
            greatest = if value > greatest { value } else { greatest };
            total += count * value;
        }
        Self { least, greatest, total, mean: total / customers }
    }

    fn around(sides: impl Iterator<Item = Self>, customers: f64) -> Self {
        let wider = |all: Self, next: Self| Self {
            least: all.least.min(next.least),
            greatest: all.greatest.max(next.greatest),
            total: all.total + next.total,
            mean: 0.0,
        };
        let none = Self { least: f64::INFINITY, greatest: f64::NEG_INFINITY, total: 0.0, mean: 0.0 };
        let all = sides.fold(none, wider);
        Self { mean: all.total / customers, ..all }
    }
}

/// The sum of squared differences of counted values from a number.
fn squares(values: &[f64], counts: &[f64], from: f64) -> f64 {
    values.iter().zip(counts).map(|(value, count)| count * (value - from).powi(2)).sum()
}
