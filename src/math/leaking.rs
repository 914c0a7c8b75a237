//! Linear equations of Markov chains, by elimination that only adds, multiplies and divides positive numbers.

/// The equations (I − P) x = r for a matrix P ≥ 0 whose rows sum to 1 less a leak, given by its entries off the diagonal
/// and by the leaks. However small these are, no digit of x is lost but by r itself.
///
/// Grassmann, Taksar and Heyman (1985), Regenerative analysis and steady state distributions for Markov chains, Operations
/// Research 33(5); with leaks: O'Cinneide (1993), Numerische Mathematik 65.
#[derive(Debug, Clone)]
pub struct Leaking {
    /// Row by row: below the diagonal the chances to move to states before, above it how much of a state's equation goes
    /// into that of a state before.
    entries: Vec<f64>,
    /// The chances to leave a state for those before it, or to leak.
    leaving: Vec<f64>,
}

impl Leaking {
    /// The factors; `None` where customers in some state never leak, so that there is no unique solution.
    pub fn new(entries: Vec<f64>, leaks: Vec<f64>) -> Option<Self> {
        let factors = eliminated(entries, leaks);
        factors.leaving.iter().all(|&leaving| leaving > 0.0).then_some(factors)
    }

    /// x with (I − P) x = r.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let n = self.leaving.len();
        let mut x = right.to_vec();
        for k in (1..n).rev() {
            for i in 0..k {
                x[i] += self.entries[i * n + k] * x[k];
            }
        }
        for k in 0..n {
            let before: f64 = (0..k).map(|j| self.entries[k * n + j] * x[j]).sum();
            x[k] = (x[k] + before) / self.leaving[k];
        }
        x
    }

    /// y with (I − P)ᵀ y = p.
    pub fn solve_transposed(&self, left: &[f64]) -> Vec<f64> {
        let n = self.leaving.len();
        let mut y = left.to_vec();
        for k in (0..n).rev() {
            let after: f64 = (k + 1..n).map(|i| self.entries[i * n + k] * y[i]).sum();
            y[k] = (y[k] + after) / self.leaving[k];
        }
        self.spread(&mut y);
        y
    }

    /// Adds to each state what reaches it from those before.
    fn spread(&self, y: &mut [f64]) {
        let n = self.leaving.len();
        for k in 1..n {
            y[k] += (0..k).map(|i| self.entries[i * n + k] * y[i]).sum::<f64>();
        }
    }
}

/// The stationary distribution of a chain in which every state leads to every other, from its entries off the diagonal.
pub fn stationary(entries: Vec<f64>, states: usize) -> Vec<f64> {
    let factors = eliminated(entries, vec![0.0; states]);
    let mut shares = vec![0.0; states];
    shares[0] = 1.0;
    factors.spread(&mut shares);
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

/// Leaves out one state after the other, from the last: who would have come to it goes where it leads.
fn eliminated(mut entries: Vec<f64>, mut leaks: Vec<f64>) -> Leaking {
    let n = leaks.len();
    let mut leaving = leaks.clone();
    for k in (0..n).rev() {
        let (before, row) = entries.split_at_mut(k * n);
        let row = &row[..k];
        leaving[k] = row.iter().sum::<f64>() + leaks[k];
        for i in 0..k {
            let share = before[i * n + k] / leaving[k];
            before[i * n + k] = share;
            leaks[i] += share * leaks[k];
            for (j, &to) in row.iter().enumerate() {
                before[i * n + j] += share * to;
            }
        }
    }
    Leaking { entries, leaving }
}
