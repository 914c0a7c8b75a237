use super::{PANEL, Panel};

/// ln of the smallest number with all digits.
const SMALLEST_LN: f64 = -708.0;

/// Nodes of a panel and what each of them counts.
#[derive(Debug, Clone, Copy)]
pub struct Nodes {
    pub at: [f64; PANEL],
    pub weights: [f64; PANEL],
}

impl Nodes {
    fn new(panel: &Panel) -> Self {
        Self { at: panel.nodes, weights: panel.weights() }
    }

    /// Those of a panel in u = ln t.
    fn of_logarithms(panel: &Panel) -> Self {
        let (at, mut weights) = (panel.nodes.map(f64::exp), panel.weights());
        weights.iter_mut().zip(at).for_each(|(weight, at)| *weight *= at);
        Self { at, weights }
    }
}

/// Nodes for the integrals of several functions over (0, `to`) at once, and these integrals: for smooth f ≥ 0 that all have
/// a single peak, about `peak`, and are no narrower in the logarithm than `width`.
///
/// Panels in the logarithm double from the peak outward, to where nothing is left, or where the rest of the way to zero is
/// smooth enough for a single one; each is halved until its halves agree with it.
pub fn nodes_from_zero<const N: usize>(
    to: f64,
    (peak, width): (f64, f64),
    f: impl Fn(f64) -> [f64; N],
) -> (Vec<Nodes>, [f64; N]) {
    let (end, centre) = (to.ln(), peak.min(to).ln());
    let mut found = Found { f, nodes: Vec::new(), sums: [0.0; N] };
    found.walk(centre, end, width);
    found.walk(centre, SMALLEST_LN, width);
    (found.nodes, found.sums)
}

struct Found<F, const N: usize> {
    f: F,
    nodes: Vec<Nodes>,
    sums: [f64; N],
}

impl<F: Fn(f64) -> [f64; N], const N: usize> Found<F, N> {
    fn walk(&mut self, from: f64, to: f64, width: f64) {
        const WIDEST: f64 = 2.0;
        const NOTHING: f64 = 1e-18;
        let direction = (to - from).signum();
        let (mut edge, mut width, mut before) = (from, width.min(WIDEST), [0.0; N]);
        while (to - edge) * direction > 0.0 {
            let sliver = (to - edge) * direction < 1.25 * width;
            let next = if sliver { to } else { edge + direction * width };
            let panel = Panel::new(edge.min(next), edge.max(next));
            let parts = self.halved(panel, self.integrals(&Nodes::of_logarithms(&panel)), 0);
            let passed = |at: usize| {
                let sum = self.sums[at];
                sum > 0.0 && parts[at] <= before[at] && parts[at] <= NOTHING * sum
            };
            let slow = direction < 0.0 && width >= WIDEST;
            if (0..N).all(passed) || slow && self.closes(next.exp()) {
                return;
            }
            (edge, width, before) = (next, (2.0 * width).min(WIDEST), parts);
        }
    }

    /// Adds the integrals from zero to `end` if halves of a single panel agree with it.
    fn closes(&mut self, end: f64) -> bool {
        let whole = self.integrals(&Nodes::new(&Panel::new(0.0, end)));
        let halves = [Panel::new(0.0, 0.5 * end), Panel::new(0.5 * end, end)].map(|half| Nodes::new(&half));
        let parts = halves.map(|half| self.integrals(&half));
        let both = std::array::from_fn(|at| parts[0][at] + parts[1][at]);
        let agree = self.agree(&whole, &both);
        if agree {
            self.add(&halves, &both);
        }
        agree
    }

    /// The integrals over a panel in the logarithm, by halves where they do not agree with the whole.
    fn halved(&mut self, panel: Panel, whole: [f64; N], depth: u32) -> [f64; N] {
        const DEEPEST: u32 = 12;
        let (start, middle) = (panel.start, panel.start + 0.5 * panel.length);
        let panels = [Panel::new(start, middle), Panel::new(middle, start + panel.length)];
        let halves = panels.map(|half| Nodes::of_logarithms(&half));
        let parts = halves.map(|half| self.integrals(&half));
        let both = std::array::from_fn(|at| parts[0][at] + parts[1][at]);
        if depth < DEEPEST && !self.agree(&whole, &both) {
            let right = self.halved(panels[1], parts[1], depth + 1);
            let left = self.halved(panels[0], parts[0], depth + 1);
            return std::array::from_fn(|at| left[at] + right[at]);
        }
        self.add(&halves, &both);
        both
    }

    fn agree(&self, whole: &[f64; N], both: &[f64; N]) -> bool {
        /// The error of halves is far below their distance from the whole: that falls by the 24th power of two.
        const AGREE: f64 = 1e-11;
        (0..N).all(|at| (both[at] - whole[at]).abs() <= AGREE * both[at].max(self.sums[at]))
    }

    fn add(&mut self, nodes: &[Nodes; 2], integrals: &[f64; N]) {
        self.nodes.extend_from_slice(nodes);
        self.sums.iter_mut().zip(integrals).for_each(|(sum, part)| *sum += part);
    }

    fn integrals(&self, nodes: &Nodes) -> [f64; N] {
        let mut sums = [0.0; N];
        for (at, weight) in nodes.at.into_iter().zip(nodes.weights) {
            let values = (self.f)(at);
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
        }
        sums
    }
}
