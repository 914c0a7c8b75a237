use crate::{
    lifetime::UndiscountedValue,
    math::{BetaKernel, Panel, Rest, Share, incomplete_beta, logistic},
};

/// The mean of the smaller of what two customers spend who are alike: ∫ P(S > s)² ds.
///
/// In x = ln(s/v') the density of S is Σ P(N = n) z^pn (1−z)^q'/B(pn, q') with z/(1−z) = eˣ: terms no narrower than
/// √(1/pn + 1/q'), each about ln(pn/q'). P(S > s) is their sum from the far end, so that small ones keep their digits.
pub(super) fn smaller_of_two(value: &UndiscountedValue) -> f64 {
    /// Beside all counts together these are nothing.
    const RARE: f64 = 1e-18;
    /// What is left out, beside what is not.
    const NOTHING: f64 = 1e-18;
    let likely = RARE * value.something();
    let terms: Vec<Term> =
        value.purchases().filter(|(_, chance)| *chance > likely).map(|n| Term::new(value, n)).collect();
    let [Some(first), Some(last)] = [terms.first(), terms.last()] else { return 0.0 };
    let density = Density { value, terms: &terms };
    let rest = Rest::new();
    let mut end = density.far_end(first, last);
    let (mut sum, mut above) = (0.0, density.above(end));
    loop {
        let panel = Panel::new(end - density.width(end), end);
        let values = panel.nodes.map(|x| density.at(x));
        let (beyond, weights) = (rest.of(&panel, &values), panel.weights());
        for (node, x) in panel.nodes.into_iter().enumerate() {
            sum += weights[node] * (above + beyond[node]).powi(2) * x.exp();
        }
        let part = panel.integral(values);
        above += part;
        end = panel.start();
        let left = end.exp() * above;
        if end < first.peak && part * left <= NOTHING * sum {
            return value.spend().v * (sum + left * above);
        }
    }
}

/// What n purchases add to a density.
struct Term {
    chance: f64,
    /// p·n.
    shape: f64,
    /// The logarithm of the odds where it is greatest.
    peak: f64,
    kernel: BetaKernel,
}

impl Term {
    fn new(value: &UndiscountedValue, (n, chance): (f64, f64)) -> Self {
        let spend = value.spend();
        let shape = spend.p * n;
        Self { chance, shape, peak: (shape / spend.q).ln(), kernel: BetaKernel::new(shape, spend.q) }
    }
}

struct Density<'a> {
    value: &'a UndiscountedValue,
    /// By ascending number of purchases, without a gap.
    terms: &'a [Term],
}

impl Density<'_> {
    /// Beyond it the square of what is spent is nothing, even if all bought as often as the last term says.
    fn far_end(&self, first: &Term, last: &Term) -> f64 {
        const NOTHING: f64 = 1e-19;
        const STEP: f64 = 0.5;
        let mut end = last.peak;
        let above = |x: f64| incomplete_beta(logistic(-x), logistic(x), self.value.spend().q, last.shape);
        while above(end).powi(2) * (end - first.peak).exp() > NOTHING {
            end += STEP;
        }
        end
    }

    /// P(S > s).
    fn above(&self, x: f64) -> f64 {
        let (z, rest, q) = (logistic(x), logistic(-x), self.value.spend().q);
        self.terms.iter().map(|term| term.chance * incomplete_beta(rest, z, q, term.shape)).sum()
    }

    /// The term whose peak is nearest.
    fn nearest(&self, x: f64) -> usize {
        let after = self.terms.partition_point(|term| term.peak < x);
        if after == 0 {
            return 0;
        }
        let closer = after < self.terms.len() && self.terms[after].peak - x < x - self.terms[after - 1].peak;
        if closer { after } else { after - 1 }
    }

    /// How long a panel may be that ends here.
    fn width(&self, x: f64) -> f64 {
        const WIDEST: f64 = 1.0;
        let shape = self.terms[self.nearest(x)].shape;
        (shape.recip() + self.value.spend().q.recip()).sqrt().min(WIDEST)
    }

    /// The density, from the nearest term outward: on both sides terms only fall, but for their chances.
    fn at(&self, x: f64) -> f64 {
        /// A kernel so small beside the largest adds nothing, whatever its chance.
        const NOTHING: f64 = 1e-20;
        let share = Share::of_odds(x.exp());
        let (before, after) = self.terms.split_at(self.nearest(x));
        let (mut sum, mut largest) = (0.0, 0.0_f64);
        let mut add = |term: &Term| {
            let kernel = term.kernel.at_share(&share);
            largest = largest.max(kernel);
            sum += term.chance * kernel;
            kernel > NOTHING * largest
        };
        let _ = after.iter().all(&mut add);
        let _ = before.iter().rev().all(&mut add);
        sum
    }
}
