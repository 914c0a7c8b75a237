use std::collections::BTreeSet;

use nalgebra::{DMatrix, DVector};

use super::perron::{Perron, perron};
use super::{JudgementError, Judgements, MOST, judged};

/// Judgements of some pairs only, to be completed by those that contradict them least.
///
/// # Examples
///
/// ```
/// use customer_value::index::IncompleteJudgements;
///
/// let pairs = [(0, 1, 1.0), (0, 2, 5.0), (0, 3, 2.0), (1, 2, 3.0), (1, 3, 4.0)];
/// let judgements = IncompleteJudgements::new(4, pairs)?.complete()?;
/// assert_eq!(format!("{:.4}", judgements.ratio(2, 3).unwrap()), "0.7303");
/// # Ok::<(), customer_value::index::JudgementError>(())
/// ```
///
/// # References
///
/// Bozóki, Fülöp & Rónyai (2010), *On optimal completion of incomplete pairwise comparison matrices*, Mathematical and
/// Computer Modelling 52.
#[doc(alias = "残缺判断矩阵")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked", into = "Unchecked")
)]
pub struct IncompleteJudgements {
    size: usize,
    /// Row by row; `None` where nobody judged.
    ratios: Vec<Option<f64>>,
}

impl IncompleteJudgements {
    /// Judgements (first, second, how many times as important the first is as the second) on so many items.
    ///
    /// # Errors
    ///
    /// [`JudgementError::TooFew`], [`JudgementError::Pair`], [`JudgementError::JudgedTwice`],
    /// [`JudgementError::Judgement`] outside 1e-6 to 1e6, [`JudgementError::Unconnected`] when an item has no chain of
    /// judgements to the first one, so that nothing is known of its weight.
    pub fn new(size: usize, pairs: impl IntoIterator<Item = (usize, usize, f64)>) -> Result<Self, JudgementError> {
        if size < 2 {
            return Err(JudgementError::TooFew { found: size });
        }
        let pairs: Vec<_> = pairs.into_iter().collect();
        for (place, &(first, second, ratio)) in pairs.iter().enumerate() {
            if first == second || first >= size || second >= size {
                return Err(JudgementError::Pair { first, second, size });
            }
            judged(first, second, ratio)?;
            let twice = |other: &(usize, usize, f64)| {
                (other.0, other.1) == (first, second) || (other.1, other.0) == (first, second)
            };
            if pairs[..place].iter().any(twice) {
                return Err(JudgementError::JudgedTwice { first, second });
            }
        }
        // Before there is a matrix: a size that no list of pairs can reach asks for no memory.
        let reached = reached(&pairs);
        if let Some(item) = (0..size).find(|item| !reached.contains(item)) {
            return Err(JudgementError::Unconnected { item });
        }
        let mut ratios = vec![None; size * size];
        for item in 0..size {
            ratios[item * size + item] = Some(1.0);
        }
        for (first, second, ratio) in pairs {
            // Of the two the one above the diagonal is exact, as it is stored: 1 / (1 / x) need not be x.
            let (row, column, ratio) =
                if first < second { (first, second, ratio) } else { (second, first, ratio.recip()) };
            ratios[row * size + column] = Some(ratio);
            ratios[column * size + row] = Some(ratio.recip());
        }
        Ok(Self { size, ratios })
    }

    /// Judgements of all pairs: those given, and for the others those that make the greatest eigenvalue least.
    ///
    /// They are unique. In logarithms the eigenvalue is convex, and its minimum is searched by Newton's method from
    /// judgements along chains.
    ///
    /// # Errors
    ///
    /// [`JudgementError::Judgement`] when a missing one would lie outside 1e-6 to 1e6, [`JudgementError::NotSettled`].
    pub fn complete(&self) -> Result<Judgements, JudgementError> {
        /// Newton's method takes about five; more mean that it cannot settle.
        const STEPS: usize = 200;
        /// Logarithms are settled when a step moves none by more than this.
        const SETTLED: f64 = 1e-10;
        let missing = self.missing();
        let mut logs = self.start(&missing);
        if missing.is_empty() {
            return self.filled(&missing, &logs);
        }
        for _ in 0..STEPS {
            let step = self.step(&missing, &logs);
            let mut length = 1.0;
            let before = self.ln_lambda(&missing, &logs);
            // At the minimum the eigenvalue moves by rounding only.
            while length > 1e-9 && self.ln_lambda(&missing, &(&logs + &step * length)) > before + 1e-14 {
                length *= 0.5;
            }
            logs += &step * length;
            if step.amax() < SETTLED {
                return self.filled(&missing, &logs);
            }
        }
        Err(JudgementError::NotSettled { steps: STEPS })
    }

    /// The pairs without a judgement, the lesser position first.
    pub fn missing(&self) -> Vec<(usize, usize)> {
        let pairs = (0..self.size).flat_map(|row| (row + 1..self.size).map(move |column| (row, column)));
        pairs.filter(|&(row, column)| self.ratios[row * self.size + column].is_none()).collect()
    }

    /// Logarithms of the items relative to the first, along chains of judgements.
    fn along_chains(&self) -> Vec<Option<f64>> {
        let mut logs = vec![None; self.size];
        logs[0] = Some(0.0);
        let mut open = vec![0];
        while let Some(item) = open.pop() {
            for other in 0..self.size {
                if let (None, Some(ratio), Some(log)) = (logs[other], self.ratios[item * self.size + other], logs[item])
                {
                    logs[other] = Some(log - ratio.ln());
                    open.push(other);
                }
            }
        }
        logs
    }

    fn start(&self, missing: &[(usize, usize)]) -> DVector<f64> {
        let logs = self.along_chains();
        let log = |item: usize| logs[item].unwrap_or_default();
        let start = |place: usize, _| log(missing[place].0) - log(missing[place].1);
        DVector::from_fn(missing.len(), start).map(|log: f64| log.clamp(-MOST.ln(), MOST.ln()))
    }

    /// The whole matrix, with these logarithms for the missing judgements.
    fn matrix(&self, missing: &[(usize, usize)], logs: &DVector<f64>) -> Vec<f64> {
        let mut matrix: Vec<f64> = self.ratios.iter().map(|ratio| ratio.unwrap_or(1.0)).collect();
        for (&(row, column), log) in missing.iter().zip(logs) {
            matrix[row * self.size + column] = log.exp();
            matrix[column * self.size + row] = (-log).exp();
        }
        matrix
    }

    fn ln_lambda(&self, missing: &[(usize, usize)], logs: &DVector<f64>) -> f64 {
        perron(&self.matrix(missing, logs), self.size).lambda.ln()
    }

    /// How ln λ answers to each logarithm: (uᵢ aᵢⱼ vⱼ − uⱼ aⱼᵢ vᵢ) / (λ u·v), with the left and right eigenvectors u,
    /// v.
    fn gradient(&self, missing: &[(usize, usize)], logs: &DVector<f64>) -> DVector<f64> {
        let matrix = self.matrix(missing, logs);
        let Perron { lambda, right, left } = perron(&matrix, self.size);
        let whole = lambda * left.iter().zip(&right).map(|(u, v)| u * v).sum::<f64>();
        let part = |i: usize, j: usize| left[i] * matrix[i * self.size + j] * right[j];
        DVector::from_fn(missing.len(), |place, _| {
            let (i, j) = missing[place];
            (part(i, j) - part(j, i)) / whole
        })
    }

    /// Newton's step, at most e-fold for any judgement; against the gradient where rounding leaves no curvature.
    fn step(&self, missing: &[(usize, usize)], logs: &DVector<f64>) -> DVector<f64> {
        /// Between rounding and curvature: differences of gradients are good to 1e-9.
        const WIDTH: f64 = 1e-4;
        let count = missing.len();
        let gradient = self.gradient(missing, logs);
        let mut curvature = DMatrix::zeros(count, count);
        for place in 0..count {
            let mut shift = DVector::zeros(count);
            shift[place] = WIDTH;
            let rise = self.gradient(missing, &(logs + &shift)) - self.gradient(missing, &(logs - &shift));
            curvature.set_column(place, &(rise / (2.0 * WIDTH)));
        }
        let symmetric = (&curvature + curvature.transpose()) * 0.5;
        let step = symmetric.cholesky().map_or_else(|| -&gradient, |factors| -factors.solve(&gradient));
        let greatest = step.amax();
        if greatest > 1.0 { step / greatest } else { step }
    }

    fn filled(&self, missing: &[(usize, usize)], logs: &DVector<f64>) -> Result<Judgements, JudgementError> {
        let mut ratios = self.matrix(missing, logs);
        for &(row, column) in missing {
            let ratio = judged(row, column, ratios[row * self.size + column])?;
            ratios[column * self.size + row] = ratio.recip();
        }
        Ok(Judgements { size: self.size, ratios })
    }
}

/// The items that a chain of pairs ties to the first one.
fn reached(pairs: &[(usize, usize, f64)]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([0]);
    loop {
        let before = reached.len();
        for (first, second, _) in pairs {
            if reached.contains(first) || reached.contains(second) {
                reached.extend([first, second]);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Unchecked {
    size: usize,
    pairs: Vec<(usize, usize, f64)>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for IncompleteJudgements {
    type Error = JudgementError;

    fn try_from(raw: Unchecked) -> Result<Self, JudgementError> {
        Self::new(raw.size, raw.pairs)
    }
}

#[cfg(feature = "serde")]
impl From<IncompleteJudgements> for Unchecked {
    fn from(judgements: IncompleteJudgements) -> Self {
        let size = judgements.size;
        let pairs = (0..size).flat_map(|row| (row + 1..size).map(move |column| (row, column)));
        let judged = pairs.filter_map(|(row, column)| Some((row, column, judgements.ratios[row * size + column]?)));
        Self { size, pairs: judged.collect() }
    }
}
