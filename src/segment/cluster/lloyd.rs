use super::{ClusterError, Ending, lexicographic, rows::Rows, seeding::Nearest};

/// Rows of a chunk that stay in the first-level cache while every centroid is compared with them.
pub(super) const BLOCK: usize = 512;

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
pub(super) fn lloyd(points: &Rows, start: Vec<Vec<f64>>, most: u32) -> Result<Settled, ClusterError> {
    let mut centroids = sorted(start);
    let mut iterations = 0;
    loop {
        let tally = Tally::of(points, &centroids);
        let next = sorted(occupied(points, tally.means(points.columns().len()), centroids.len())?);
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
    fn of(points: &Rows, centroids: &[Vec<f64>]) -> Self {
        let (columns, clusters) = (points.columns().len(), centroids.len());
        let mut all = Self { inertia: 0.0, customers: vec![0.0; clusters], totals: vec![vec![0.0; clusters]; columns] };
        for chunk in points.map_chunks(|rows| Self::of_chunk(&points.part(&rows), &points.customers()[rows], centroids))
        {
            all.inertia += chunk.inertia;
            add(&mut all.customers, &chunk.customers);
            for (total, part) in all.totals.iter_mut().zip(&chunk.totals) {
                add(total, part);
            }
        }
        all
    }

    fn of_chunk(columns: &[&[f64]], customers: &[f64], centroids: &[Vec<f64>]) -> Self {
        let mut block = Block::default();
        let mut inertia = 0.0;
        let mut sums = Sums::new(columns.len(), centroids.len());
        for (number, customers) in customers.chunks(BLOCK).enumerate() {
            let rows = number * BLOCK..number * BLOCK + customers.len();
            let columns: Vec<&[f64]> = columns.iter().map(|column| &column[rows.clone()]).collect();
            let (squares, labels) = block.nearest(&columns, centroids);
            inertia += dot(squares, customers);
            sums.add(&columns, customers, labels);
        }
        Self { inertia, customers: sums.customers(), totals: sums.totals() }
    }

    /// The means of the clusters that have customers.
    fn means(&self, columns: usize) -> Vec<Vec<f64>> {
        let occupied = self.customers.iter().enumerate().filter(|(_, customers)| **customers > 0.0);
        let mean = |(cluster, &customers): (usize, &f64)| {
            (0..columns).map(|column| self.totals[column][cluster] / customers).collect()
        };
        occupied.map(mean).collect()
    }
}

fn add(total: &mut [f64], part: &[f64]) {
    total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
}

/// The nearest centroid of each row of a block.
pub(super) struct Block {
    squares: [f64; BLOCK],
    least: [f64; BLOCK],
    numbers: [f64; BLOCK],
    labels: [usize; BLOCK],
}

impl Default for Block {
    fn default() -> Self {
        Self { squares: [0.0; BLOCK], least: [0.0; BLOCK], numbers: [0.0; BLOCK], labels: [0; BLOCK] }
    }
}

impl Block {
    /// Squared distances to the nearest centroid, and which it is; among equals the first.
    pub(super) fn nearest(&mut self, columns: &[&[f64]], centroids: &[Vec<f64>]) -> (&[f64], &[usize]) {
        match *columns {
            [a] => self.nearest_of([a], centroids),
            [a, b] => self.nearest_of([a, b], centroids),
            [a, b, c] => self.nearest_of([a, b, c], centroids),
            [a, b, c, d] => self.nearest_of([a, b, c, d], centroids),
            _ => self.nearest_of_many(columns, centroids),
        }
        let rows = columns[0].len();
        let (numbers, labels) = (&self.numbers[..rows], &mut self.labels[..rows]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position among centroids")]
        labels.iter_mut().zip(numbers).for_each(|(label, number)| *label = *number as usize);
        (&self.least[..rows], labels)
    }

    /// Of few columns: a few rows are compared with all centroids before they leave the registers.
    fn nearest_of<const N: usize>(&mut self, columns: [&[f64]; N], centroids: &[Vec<f64>]) {
        let rows = columns[0].len();
        let columns = columns.map(|column| &column[..rows]);
        let whole = rows - rows % LANES;
        for from in (0..whole).step_by(LANES) {
            let at: [[f64; LANES]; N] = columns.map(|column| std::array::from_fn(|lane| column[from + lane]));
            let (least, numbers) = nearest_in_lanes(&at, centroids);
            self.least[from..from + LANES].copy_from_slice(&least);
            self.numbers[from..from + LANES].copy_from_slice(&numbers);
        }
        for row in whole..rows {
            let at = columns.map(|column| [column[row]]);
            ([self.least[row]], [self.numbers[row]]) = nearest_in_lanes(&at, centroids);
        }
    }

    fn nearest_of_many(&mut self, columns: &[&[f64]], centroids: &[Vec<f64>]) {
        let rows = columns[0].len();
        let (squares, least) = (&mut self.squares[..rows], &mut self.least[..rows]);
        let numbers = &mut self.numbers[..rows];
        least.fill(f64::INFINITY);
        numbers.fill(0.0);
        for (label, centroid) in centroids.iter().enumerate() {
            squared_distances(columns, centroid, squares);
            let label = label as f64;
            for ((square, least), number) in squares.iter().zip(least.iter_mut()).zip(numbers.iter_mut()) {
                (*least, *number) = nearer(*least, *number, *square, label);
            }
        }
    }
}

/// Squared distances of some rows, column by column, to the nearest centroid, and which it is.
#[inline]
fn nearest_in_lanes<const N: usize, const L: usize>(
    at: &[[f64; L]; N],
    centroids: &[Vec<f64>],
) -> ([f64; L], [f64; L]) {
    let (mut least, mut numbers) = ([f64::INFINITY; L], [0.0; L]);
    for (label, centroid) in centroids.iter().enumerate() {
        let Some(centroid) = centroid.first_chunk::<N>() else { continue };
        let mut squares = [0.0; L];
        for (column, centre) in at.iter().zip(centroid) {
            for lane in 0..L {
                let difference = column[lane] - centre;
                squares[lane] += difference * difference;
            }
        }
        for lane in 0..L {
            (least[lane], numbers[lane]) = nearer(least[lane], numbers[lane], squares[lane], label as f64);
        }
    }
    (least, numbers)
}

/// The nearer of what was found and of the centroid that comes next.
///
/// Labels ascend, so that the last one found nearer is the greatest: a maximum, unlike a branch, is taken in all lanes of a
/// register at once.
#[inline]
fn nearer(least: f64, number: f64, square: f64, label: f64) -> (f64, f64) {
    let found = if square < least { label } else { 0.0 };
    (if square < least { square } else { least }, if found > number { found } else { number })
}

/// The squared distance of every row to a centre.
pub(super) fn squared_distances(columns: &[&[f64]], centre: &[f64], squares: &mut [f64]) {
    debug_assert_eq!(columns.len(), centre.len(), "a centre has a coordinate for each column");
    squares.fill(0.0);
    let ((fours, rest), (centres, last)) = (columns.as_chunks(), centre.as_chunks());
    for (&columns, &centre) in fours.iter().zip(centres) {
        add_squares::<4>(columns, centre, squares);
    }
    match (rest, last) {
        (&[a], &[p]) => add_squares([a], [p], squares),
        (&[a, b], &[p, q]) => add_squares([a, b], [p, q], squares),
        (&[a, b, c], &[p, q, r]) => add_squares([a, b, c], [p, q, r], squares),
        // Fewer than four are left, of either as many: none.
        _ => {}
    }
}

/// A few columns at a time: compiled for each number of them, the loop runs on all lanes of a register.
fn add_squares<const N: usize>(columns: [&[f64]; N], centre: [f64; N], squares: &mut [f64]) {
    let columns = columns.map(|column| &column[..squares.len()]);
    for (row, square) in squares.iter_mut().enumerate() {
        for (column, centre) in columns.iter().zip(centre) {
            let difference = column[row] - centre;
            *square += difference * difference;
        }
    }
}

/// Independent sums, so that an addition need not wait for the one before it.
const LANES: usize = 4;

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
struct Sums {
    customers: Vec<[f64; LANES]>,
    columns: Vec<Vec<[f64; LANES]>>,
}

impl Sums {
    fn new(columns: usize, clusters: usize) -> Self {
        let none = vec![[0.0; LANES]; clusters];
        Self { customers: none.clone(), columns: vec![none; columns] }
    }

    fn add(&mut self, columns: &[&[f64]], customers: &[f64], labels: &[usize]) {
        scatter(&mut self.customers, labels, |row| customers[row]);
        for (sums, column) in self.columns.iter_mut().zip(columns) {
            scatter(sums, labels, |row| customers[row] * column[row]);
        }
    }

    fn customers(&self) -> Vec<f64> {
        self.customers.iter().map(|lanes| lanes.iter().sum()).collect()
    }

    fn totals(&self) -> Vec<Vec<f64>> {
        self.columns.iter().map(|sums| sums.iter().map(|lanes| lanes.iter().sum()).collect()).collect()
    }
}

fn scatter(sums: &mut [[f64; LANES]], labels: &[usize], value: impl Fn(usize) -> f64) {
    for (row, &label) in labels.iter().enumerate() {
        sums[label][row % LANES] += value(row);
    }
}
