use super::lanes::LANES;

/// Rows that stay in the first-level cache while every centroid is compared with them.
pub(super) const BLOCK: usize = 512;

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
    /// Squared distances to the nearest of the centroids at ascending positions, and which it is; among equals the first.
    pub(super) fn nearest(&mut self, columns: &[&[f64]], centroids: &[Vec<f64>], at: &[usize]) -> (&[f64], &[usize]) {
        let centroids = Candidates { centroids, at };
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
    fn nearest_of<const N: usize>(&mut self, columns: [&[f64]; N], centroids: Candidates) {
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

    fn nearest_of_many(&mut self, columns: &[&[f64]], centroids: Candidates) {
        let rows = columns[0].len();
        let (squares, least) = (&mut self.squares[..rows], &mut self.least[..rows]);
        let numbers = &mut self.numbers[..rows];
        least.fill(f64::INFINITY);
        numbers.fill(0.0);
        for (label, centroid) in centroids.iter() {
            squared_distances(columns, centroid, squares);
            let label = label as f64;
            for ((square, least), number) in squares.iter().zip(least.iter_mut()).zip(numbers.iter_mut()) {
                (*least, *number) = nearer(*least, *number, *square, label);
            }
        }
    }
}

/// Some of the centroids.
#[derive(Clone, Copy)]
struct Candidates<'a> {
    centroids: &'a [Vec<f64>],
    at: &'a [usize],
}

impl<'a> Candidates<'a> {
    /// Each with its position.
    fn iter(self) -> impl Iterator<Item = (usize, &'a Vec<f64>)> {
        self.at.iter().map(move |&at| (at, &self.centroids[at]))
    }
}

/// Squared distances of some rows, column by column, to the nearest centroid, and which it is.
#[inline]
fn nearest_in_lanes<const N: usize, const L: usize>(at: &[[f64; L]; N], centroids: Candidates) -> ([f64; L], [f64; L]) {
    let (mut least, mut numbers) = ([f64::INFINITY; L], [0.0; L]);
    for (label, centroid) in centroids.iter() {
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
