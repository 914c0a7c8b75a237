mod rest;
mod shared;

pub use rest::Rest;
pub use shared::nodes_from_zero;

/// Gauss–Legendre nodes on (0, 1), and their weights: exact for polynomials of degree 23.
const NODES: [f64; 12] = [
    0.009_219_682_876_640_375,
    0.047_941_371_814_762_57,
    0.115_048_662_902_847_65,
    0.206_341_022_856_691_3,
    0.316_084_250_500_909_9,
    0.437_383_295_744_265_54,
    0.562_616_704_255_734_5,
    0.683_915_749_499_090_1,
    0.793_658_977_143_308_7,
    0.884_951_337_097_152_3,
    0.952_058_628_185_237_5,
    0.990_780_317_123_359_7,
];
const WEIGHTS: [f64; 12] = [
    0.023_587_668_193_255_914,
    0.053_469_662_997_659_21,
    0.080_039_164_271_673_11,
    0.101_583_713_361_532_96,
    0.116_746_268_269_177_4,
    0.124_573_522_906_701_39,
    0.124_573_522_906_701_39,
    0.116_746_268_269_177_4,
    0.101_583_713_361_532_96,
    0.080_039_164_271_673_11,
    0.053_469_662_997_659_21,
    0.023_587_668_193_255_914,
];

/// How many nodes a panel has.
pub const PANEL: usize = NODES.len();

/// A piece of an integral: its twelve nodes, and its length.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    pub nodes: [f64; PANEL],
    start: f64,
    length: f64,
}

impl Panel {
    pub fn new(start: f64, end: f64) -> Self {
        let length = end - start;
        Self { nodes: NODES.map(|node| start + length * node), start, length }
    }

    /// Where it begins.
    pub const fn start(&self) -> f64 {
        self.start
    }

    /// The integral over the panel, from the values at its nodes.
    pub fn integral(&self, values: [f64; PANEL]) -> f64 {
        self.length * values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum::<f64>()
    }

    /// What each node counts.
    pub fn weights(&self) -> [f64; PANEL] {
        WEIGHTS.map(|weight| weight * self.length)
    }
}

/// Panels from one end of an integral to the other, each twice as long as the one before it, up to the widest.
#[derive(Debug, Clone)]
pub struct Panels {
    start: f64,
    end: f64,
    width: f64,
    widest: f64,
}

impl Panels {
    /// For what falls at a rate of at most `steepness`, fastest near `from`.
    pub fn new(from: f64, to: f64, steepness: f64, widest: f64) -> Self {
        /// Panels of exponents 4, 8, 16 … integrate the steepest case, an exponential, to 1e-13; starting at 6 they
        /// miss it by 4e-12.
        const EXPONENT_OF_A_PANEL: f64 = 4.0;
        Self { start: from, end: to, width: (EXPONENT_OF_A_PANEL / steepness).min(widest), widest }
    }
}

impl Iterator for Panels {
    type Item = Panel;

    fn next(&mut self) -> Option<Panel> {
        if self.start >= self.end {
            return None;
        }
        // A sliver at the end would cost as much as a panel.
        let end = if self.start + 1.25 * self.width >= self.end { self.end } else { self.start + self.width };
        let panel = Panel::new(self.start, end);
        self.start = end;
        self.width = (2.0 * self.width).min(self.widest);
        Some(panel)
    }
}

/// ∫ f over the panels, for a smooth positive f; what follows a panel that adds nothing is left out.
pub fn integrate_lanes(panels: impl IntoIterator<Item = Panel>, f: impl Fn([f64; PANEL]) -> [f64; PANEL]) -> f64 {
    const NOTHING: f64 = 1e-18;
    let mut sum = 0.0;
    for panel in panels {
        let part = panel.integral(f(panel.nodes));
        sum += part;
        if part < sum * NOTHING {
            break;
        }
    }
    sum
}

/// The same for a function of one node.
pub fn integrate(panels: impl IntoIterator<Item = Panel>, f: impl Fn(f64) -> f64) -> f64 {
    integrate_lanes(panels, |nodes| nodes.map(&f))
}

/// ∫ f over (`from`, `to`) for a smooth f ≥ 0 which bends most near the ends, on the scales `at_ends`; what follows a
/// piece that adds nothing, beside what comes before it and `beside`, is left out.
///
/// Pieces double from either end until they meet; each is halved until its halves agree with it.
pub fn integrate_stretch(from: f64, to: f64, at_ends: [f64; 2], beside: f64, f: impl Fn(f64) -> f64) -> f64 {
    const NOTHING: f64 = 1e-18;
    let [mut width, mut last] = at_ends;
    // The pieces at the right end, the last first.
    let mut ends = vec![to];
    let mut right = to;
    while right - last > f64::midpoint(from, to) && last < to {
        right -= last;
        ends.push(right);
        last *= 2.0;
    }
    let (mut sum, mut before, mut start) = (0.0, 0.0, from);
    while let Some(&next) = ends.last() {
        let end = if start + 1.25 * width >= next { next } else { start + width };
        if end >= next {
            ends.pop();
        }
        let panel = Panel::new(start, end);
        let whole = panel.integral(panel.nodes.map(&f));
        let part = halved(start, end, whole, whole.max(beside + sum), 0, &f);
        sum += part;
        if part <= before && sum > 0.0 && part <= (beside + sum) * NOTHING {
            break;
        }
        before = part;
        start = end;
        width *= 2.0;
    }
    sum
}

/// The integral over a panel, by halves where they do not agree with the whole.
fn halved(start: f64, end: f64, whole: f64, beside: f64, depth: u32, f: &impl Fn(f64) -> f64) -> f64 {
    const AGREE: f64 = 1e-13;
    const DEEPEST: u32 = 10;
    let middle = f64::midpoint(start, end);
    let [left, right] = [(start, middle), (middle, end)].map(|(start, end)| {
        let panel = Panel::new(start, end);
        panel.integral(panel.nodes.map(f))
    });
    let both = left + right;
    if (both - whole).abs() <= AGREE * both.max(beside) || depth == DEEPEST {
        return both;
    }
    halved(middle, end, right, beside, depth + 1, f) + halved(start, middle, left, beside, depth + 1, f)
}

/// ∫ e^(−rate·u) du over (0, `length`), either of which may be infinite, and `rate` negative.
pub fn exponential_time(rate: f64, length: f64) -> f64 {
    if rate == 0.0 || length <= 0.0 { length } else { -(-rate * length).exp_m1() / rate }
}
