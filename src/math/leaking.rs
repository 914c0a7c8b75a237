//! Linear equations of Markov chains, by elimination that only adds, multiplies and divides positive numbers.

/// The equations (I − P) x = r for a matrix P ≥ 0 whose rows sum to 1 less a leak, given by its entries off the diagonal
/// and by the leaks. However small these are, no digit of x is lost but by r itself.
///
/// Grassmann, Taksar and Heyman (1985), Regenerative analysis and steady state distributions for Markov chains, Operations
/// Research 33(5); with leaks: O'Cinneide (1993), Numerische Mathematik 65.
#[derive(Debug, Clone)]
pub struct Leaking {
    /// Row by row: the chances to move between states, those after both left out.
    chances: Vec<f64>,
    /// The chances to leave a state for those before it, or to leak.
    leaving: Vec<f64>,
}

impl Leaking {
    /// The factors; `None` where customers in some state never leak, so that there is no unique solution.
    pub fn new(chances: Vec<f64>, leaks: Vec<f64>) -> Option<Self> {
        let factors = eliminated(chances, leaks);
        factors.leaving.iter().all(|&leaving| leaving > 0.0).then_some(factors)
    }

    /// x with (I − P) x = r; infinite where a leak is so rare that x is no number.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let n = self.leaving.len();
        let mut x = right.to_vec();
        for k in (0..n).rev() {
            // Divided first: a share of 1 over a chance of 1e-309 is no number.
            x[k] /= self.leaving[k];
            for i in 0..k {
                x[i] += self.chance(i, k) * x[k];
            }
        }
        for k in 0..n {
            x[k] += (0..k).map(|j| self.chance(k, j) / self.leaving[k] * x[j]).sum::<f64>();
        }
        x
    }

    /// y with (I − P)ᵀ y = p.
    pub fn solve_transposed(&self, left: &[f64]) -> Vec<f64> {
        let n = self.leaving.len();
        let mut y = left.to_vec();
        for k in (0..n).rev() {
            let (before, from) = y.split_at_mut(k);
            before.iter_mut().enumerate().for_each(|(j, y)| *y += self.chance(k, j) / self.leaving[k] * from[0]);
        }
        for k in 0..n {
            y[k] = (y[k] + (0..k).map(|i| self.chance(i, k) * y[i]).sum::<f64>()) / self.leaving[k];
        }
        y
    }

    fn chance(&self, from: usize, to: usize) -> f64 {
        self.chances[from * self.leaving.len() + to]
    }
}

/// The stationary distribution of a chain in which every state leads to every other, from its chances off the diagonal.
pub fn stationary(chances: Vec<f64>, states: usize) -> Vec<f64> {
    let factors = eliminated(chances, vec![0.0; states]);
    let mut shares = vec![1.0; states];
    for k in 1..states {
        let coming: f64 = (0..k).map(|i| factors.chance(i, k) * shares[i]).sum();
        let leaving = factors.leaving[k];
        if coming <= leaving {
            shares[k] = coming / leaving;
        } else {
            // The greatest share stays 1, so that none is too large for a number.
            shares[..k].iter_mut().for_each(|share| *share *= leaving / coming);
        }
    }
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

/// Leaves out one state after the other, from the last: who would have come to it goes where it leads.
fn eliminated(mut chances: Vec<f64>, mut leaks: Vec<f64>) -> Leaking {
    let n = leaks.len();
    let mut leaving = leaks.clone();
    for k in (0..n).rev() {
        let (before, row) = chances.split_at_mut(k * n);
        let row = &row[..k];
        leaving[k] = row.iter().sum::<f64>() + leaks[k];
        for i in 0..k {
            let to = before[i * n + k];
            leaks[i] += to * (leaks[k] / leaving[k]);
            for (j, onward) in row.iter().enumerate() {
                before[i * n + j] += to * (onward / leaving[k]);
            }
        }
    }
    Leaking { chances, leaving }
}
