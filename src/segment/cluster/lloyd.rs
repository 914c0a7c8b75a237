use std::ops::Range;

use super::{
    ClusterError, Ending,
    lanes::{Sums, dot},
    lexicographic,
    nearest::{BLOCK, Block},
    rows::Rows,
    seeding::Nearest,
    tree::{Node, Place, Tree},
};

/// Where Lloyd's algorithm has come to.
#[derive(Debug)]
pub(super) struct Settled {
    /// In canonical order.
    pub(super) centroids: Vec<Vec<f64>>,
    pub(super) inertia: f64,
    pub(super) iterations: u32,
    pub(super) ending: Ending,
}

/// Lloyd's algorithm: every row goes to the nearest centroid, every centroid to the mean of its customers, at most
/// `most` times.
///
/// A cluster that lost everybody moves to the row farthest from the centroids that are left: its row is then nearer to a
/// centroid than before, so that the sum of squares falls in every iteration.
pub(super) fn lloyd(points: &Tree, start: Vec<Vec<f64>>, most: u32) -> Result<Settled, ClusterError> {
    let mut centroids = sorted(start);
    let mut iterations = 0;
    loop {
        let tally = Tally::of(points, &centroids);
        let next = sorted(occupied(points.rows(), tally.means(), centroids.len())?);
        let converged = next == centroids;
        if converged || iterations == most {
            let ending = if converged { Ending::Converged } else { Ending::OutOfIterations };
            return Ok(Settled { centroids, inertia: tally.inertia, iterations, ending });
        }
        centroids = next;
        iterations += 1;
    }
}

fn sorted(mut centroids: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    centroids.sort_by(|a, b| lexicographic(a, b));
    centroids
}

/// As many centroids as before: those without customers start again where the distance is greatest.
fn occupied(points: &Rows, mut means: Vec<Vec<f64>>, clusters: usize) -> Result<Vec<Vec<f64>>, ClusterError> {
    if means.len() < clusters {
        let mut nearest = Nearest::to_none(points);
        for mean in &means {
            nearest.approach(points, mean);
        }
        while means.len() < clusters {
            let too_many = ClusterError::TooManyClusters { clusters, distinct: means.len() };
            let seed = points.row(nearest.farthest().ok_or(too_many)?);
            nearest.approach(points, &seed);
            means.push(seed);
        }
    }
    Ok(means)
}

/// What one pass over the rows adds up for each centroid.
struct Tally {
    inertia: f64,
    customers: Vec<f64>,
    /// By column and centroid.
    totals: Vec<Vec<f64>>,
}

impl Tally {
    fn of(points: &Tree, centroids: &[Vec<f64>]) -> Self {
        let (columns, clusters) = (points.rows().columns().len(), centroids.len());
        let mut all = Self { inertia: 0.0, customers: vec![0.0; clusters], totals: vec![vec![0.0; clusters]; columns] };
        for chunk in points.map_chunks(|chunk| Pass::new(points, centroids).over(chunk)) {
            all.inertia += chunk.inertia;
            add(&mut all.customers, &chunk.customers);
            for (total, part) in all.totals.iter_mut().zip(&chunk.totals) {
                add(total, part);
            }
        }
        all
    }

    /// The customers and the inside of a box as a whole.
    fn add(&mut self, node: &Node, label: usize, centroid: &[f64]) {
        self.inertia += node.squares(centroid);
        self.customers[label] += node.customers;
        for (totals, side) in self.totals.iter_mut().zip(&node.sides) {
            totals[label] += side.total;
        }
    }

    /// The means of the clusters that have customers.
    fn means(&self) -> Vec<Vec<f64>> {
        let occupied = self.customers.iter().enumerate().filter(|(_, customers)| **customers > 0.0);
        let mean = |(cluster, &customers): (usize, &f64)| {
            self.totals.iter().map(|totals| totals[cluster] / customers).collect()
        };
        occupied.map(mean).collect()
    }
}

fn add(total: &mut [f64], part: &[f64]) {
    total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
}

/// Up to so many, boxes of a million rows are small beside clusters, and trying each pays.
const FEW_COLUMNS: usize = 8;

/// One pass over a chunk: what is wholly nearest to one centroid is added as a whole, and the rest row by row.
///
/// Pelleg & Moore (1999), and the paper at [`Node::candidates`].
struct Pass<'a> {
    points: &'a Tree,
    centroids: &'a [Vec<f64>],
    /// Positions of centroids: all, then those that can be nearest in a node, then those in a node of it, and so on.
    candidates: Vec<usize>,
    block: Block,
    /// Of what was added row by row.
    sums: Sums,
    tally: Tally,
}

impl<'a> Pass<'a> {
    fn new(points: &'a Tree, centroids: &'a [Vec<f64>]) -> Self {
        let (columns, clusters) = (points.rows().columns().len(), centroids.len());
        Self {
            points,
            centroids,
            candidates: (0..clusters).collect(),
            block: Block::default(),
            sums: Sums::new(columns, clusters),
            tally: Tally { inertia: 0.0, customers: vec![0.0; clusters], totals: vec![vec![0.0; clusters]; columns] },
        }
    }

    fn over(mut self, chunk: Place) -> Tally {
        self.visit(chunk, 0..self.centroids.len());
        add(&mut self.tally.customers, &self.sums.customers());
        for (totals, sums) in self.tally.totals.iter_mut().zip(self.sums.totals()) {
            add(totals, &sums);
        }
        self.tally
    }

    fn visit(&mut self, place: Place, among: Range<usize>) {
        let node = self.points.node(place);
        let before = self.candidates.len();
        node.candidates(self.centroids, &mut self.candidates, among);
        let kept = before..self.candidates.len();
        if let [label] = self.candidates[kept.clone()] {
            self.tally.add(node, label, &self.centroids[label]);
        } else if self.rows_are_sooner(place, kept.clone()) {
            self.add_rows(&node.rows, kept);
        } else {
            for inside in self.points.inside(place) {
                self.visit(inside, kept.clone());
            }
        }
        self.candidates.truncate(before);
    }

    /// Whether there is no box inside, or those of many columns are so wide that the first excludes no centroid.
    fn rows_are_sooner(&mut self, place: Place, among: Range<usize>) -> bool {
        let Some(first) = self.points.inside(place).next() else { return true };
        if self.points.rows().columns().len() <= FEW_COLUMNS || self.points.node(place).rows.len() > BLOCK {
            return false;
        }
        let before = self.candidates.len();
        self.points.node(first).candidates(self.centroids, &mut self.candidates, among.clone());
        let kept = self.candidates.len() - before;
        self.candidates.truncate(before);
        kept == among.len()
    }

    fn add_rows(&mut self, rows: &Range<usize>, among: Range<usize>) {
        let columns = self.points.rows().part(rows);
        let customers = &self.points.rows().customers()[rows.clone()];
        let (squares, labels) = self.block.nearest(&columns, self.centroids, &self.candidates[among]);
        self.tally.inertia += dot(squares, customers);
        self.sums.add(&columns, customers, labels);
    }
}
