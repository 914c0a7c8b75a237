use std::cmp::Ordering;

use super::{Measures, Scale, scale::ends};
use crate::parallel;

/// A place in an order, and the customer who stands there.
pub(super) type Placed = (u64, usize);

/// Customers in the order of their keys, among equals in the order of their columns: what does not depend on the order
/// they are given in.
pub(super) fn ordered(columns: &[Vec<f64>], key: impl Fn(usize) -> u64 + Sync + Send) -> Vec<Placed> {
    let mut order = parallel::map_range(columns[0].len(), |customer| (key(customer), customer));
    let later = |a: usize, b: usize| {
        let mut orders = columns.iter().map(|column| column[a].partial_cmp(&column[b]).unwrap_or(Ordering::Equal));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    parallel::sort_by(&mut order, |a: &Placed, b: &Placed| a.0.cmp(&b.0).then_with(|| later(a.1, b.1)));
    order
}

/// The order of a curve that fills space: customers who stand near to each other in it are near on the scale.
///
/// Each column is cut into cells, of one width on the scale, and the bits of their numbers are interleaved.
///
/// Morton (1966), *A computer oriented geodetic data base and a new technique in file sequencing*.
pub(super) struct Curve<'a> {
    columns: Vec<Cells<'a>>,
    /// The bits of a byte, so far apart that those of the other columns fit between.
    apart: [u64; 256],
}

/// Of columns beyond, the first bit decides nothing any more.
const MOST_COLUMNS: usize = 64;

impl<'a> Curve<'a> {
    pub(super) fn new(measures: &'a Measures, scale: &Scale) -> Self {
        let columns = &measures.columns()[..measures.columns().len().min(MOST_COLUMNS)];
        let ends: Vec<(f64, f64)> = columns.iter().map(|column| ends(column)).collect();
        let widths = ends.iter().zip(scale.spreads()).map(|((least, greatest), spread)| (greatest - least) / spread);
        let widest = widths.fold(0.0, f64::max);
        let bits = (64 / columns.len()).min(32);
        let cells = |((column, (least, _)), spread): ((&'a Vec<f64>, &(f64, f64)), &f64)| Cells {
            column,
            least: *least,
            // Where all are equal it is infinite: then the products are no numbers, which count as 0.
            per_unit: (1_u64 << bits) as f64 / (widest * spread),
            most: (1_u64 << bits) - 1,
        };
        let apart = std::array::from_fn(|byte| {
            let bit = |bit: usize| ((byte as u64 >> bit) & 1) << (bit * columns.len());
            (0..bits.min(8)).map(bit).sum()
        });
        Self { columns: columns.iter().zip(&ends).zip(scale.spreads()).map(cells).collect(), apart }
    }

    /// Where on the curve a customer is.
    pub(super) fn key(&self, customer: usize) -> u64 {
        let stride = self.columns.len();
        let interleaved = |(first, cells): (usize, &Cells)| {
            let mut cell = cells.of(customer);
            let (mut key, mut shift) = (0, first);
            while cell > 0 {
                key |= self.apart[(cell & 0xFF) as usize] << shift;
                (cell, shift) = (cell >> 8, shift + 8 * stride);
            }
            key
        };
        self.columns.iter().enumerate().map(interleaved).fold(0, |key, bits| key | bits)
    }
}

/// How a column is cut.
struct Cells<'a> {
    column: &'a [f64],
    least: f64,
    per_unit: f64,
    most: u64,
}

impl Cells<'_> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0; what is above the end is cut")]
    fn of(&self, customer: usize) -> u64 {
        (((self.column[customer] - self.least) * self.per_unit) as u64).min(self.most)
    }
}
