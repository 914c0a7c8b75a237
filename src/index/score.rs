use super::IndexError;
use super::error::same_length;
use super::table;
use super::tree::{Kind, Node, Tree};

/// What to do with an indicator that has no score.
#[doc(alias = "残缺")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Missing {
    /// Its weight goes to its siblings, in proportion to theirs; a branch of which nothing is known gives its weight to
    /// its own siblings.
    Renormalise,
    /// It is an error.
    Fail,
}

/// What one indicator adds to the index.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Contribution {
    /// The indicator.
    pub indicator: String,
    /// What it weighs in the whole; 0 for one that is missing.
    pub weight: f64,
    /// Its score; `None` for one that is missing.
    pub score: Option<f64>,
    /// Weight times score.
    pub amount: f64,
}

/// A branch of the index of one customer.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Branch {
    /// The branch.
    pub name: String,
    /// What it weighs in the whole; 0 for one of which nothing is known.
    pub weight: f64,
    /// The mean score of its indicators; `None` where nothing of weight is known.
    pub score: Option<f64>,
}

/// The index of one customer, with what every indicator adds to it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct TreeScore {
    contributions: Vec<Contribution>,
    branches: Vec<Branch>,
}

/// How much an indicator moved the index.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Change {
    /// The indicator.
    pub indicator: String,
    /// What it adds now less what it added before.
    pub amount: f64,
}

impl Tree {
    /// The index from scores of the leaves, in the order declared; `None` for one that is not known.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] unless there is one entry a leaf, [`IndexError::Score`] for a score outside ±1e100,
    /// [`IndexError::Missing`] if asked for, [`IndexError::NothingToScore`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::index::{Missing, Tree};
    ///
    /// let tree = Tree::channel_member();
    /// let mut scores = vec![Some(0.5); tree.leaves().len()];
    /// scores[0] = None;
    /// let score = tree.score(&scores, Missing::Renormalise)?;
    /// assert!((score.total() - 0.5).abs() < 1e-15);
    /// assert_eq!(score.total(), score.contributions().iter().map(|part| part.amount).sum());
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn score(&self, scores: &[Option<f64>], missing: Missing) -> Result<TreeScore, IndexError> {
        let leaves = self.leaves();
        same_length("scores", leaves.len(), scores.len())?;
        for (leaf, score) in leaves.iter().zip(scores) {
            let name = || leaf.indicator.name().to_owned();
            match *score {
                Some(value) => table::figure(value).map_err(|source| IndexError::Score { name: name(), source })?,
                None if missing == Missing::Fail => return Err(IndexError::Missing { name: name() }),
                None => continue,
            };
        }
        let mut walk = Walk { scores, next: 0, contributions: Vec::new(), branches: Vec::new() };
        if !walk.is_known(&self.root, 0).0 {
            return Err(IndexError::NothingToScore);
        }
        walk.node(&self.root, 1.0);
        Ok(TreeScore { contributions: walk.contributions, branches: walk.branches })
    }
}

/// One way down the tree, with the scores of the leaves in order.
struct Walk<'scores> {
    scores: &'scores [Option<f64>],
    next: usize,
    contributions: Vec<Contribution>,
    branches: Vec<Branch>,
}

impl Walk<'_> {
    /// Whether anything of weight is known below a node whose first leaf is at a position, and how many leaves it has.
    fn is_known(&self, node: &Node, first: usize) -> (bool, usize) {
        let Kind::Branch { weights, children, .. } = &node.kind else { return (self.scores[first].is_some(), 1) };
        let (mut known, mut leaves) = (false, 0);
        for (child, &weight) in children.iter().zip(weights.as_slice()) {
            let below = self.is_known(child, first + leaves);
            known |= below.0 && weight > 0.0;
            leaves += below.1;
        }
        (known, leaves)
    }

    /// Adds what is below a node of this weight, and gives its mean score.
    fn node(&mut self, node: &Node, weight: f64) -> Option<f64> {
        match &node.kind {
            Kind::Leaf(indicator) => {
                let score = self.scores[self.next];
                self.next += 1;
                let weight = if score.is_some() { weight } else { 0.0 };
                let amount = weight * score.unwrap_or(0.0);
                self.contributions.push(Contribution { indicator: indicator.name.clone(), weight, score, amount });
                score
            }
            Kind::Branch { name, weights, children } => {
                let local = self.present_weights(children, weights.as_slice());
                let known = local.iter().any(|&weight| weight > 0.0);
                let place = self.branches.len();
                let weight = if known { weight } else { 0.0 };
                self.branches.push(Branch { name: name.clone(), weight, score: None });
                // By local weights: a branch that weighs next to nothing in the whole has a mean all the same.
                let part = |(child, local): (&Node, f64)| local * self.node(child, weight * local).unwrap_or(0.0);
                let mean = children.iter().zip(local).map(part).sum();
                self.branches[place].score = known.then_some(mean);
                known.then_some(mean)
            }
        }
    }

    /// The weights of children of which something is known, scaled to sum to one; zero for the others.
    fn present_weights(&self, children: &[Node], weights: &[f64]) -> Vec<f64> {
        let mut first = self.next;
        let mut present = Vec::with_capacity(children.len());
        for (child, &weight) in children.iter().zip(weights) {
            let (known, leaves) = self.is_known(child, first);
            first += leaves;
            present.push(if known { weight } else { 0.0 });
        }
        let sum: f64 = present.iter().sum();
        // With all of them present the weights stay as they are, to the last bit.
        if sum > 0.0 && present != weights {
            for weight in &mut present {
                *weight /= sum;
            }
        }
        present
    }
}

impl TreeScore {
    /// The index: the sum of all contributions, in their order.
    pub fn total(&self) -> f64 {
        self.contributions.iter().map(|part| part.amount).sum()
    }

    /// What every indicator adds, in the order declared.
    pub fn contributions(&self) -> &[Contribution] {
        &self.contributions
    }

    /// The branches from the root down, each before its parts.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The mean score of a branch; `None` where nothing of it is known, or there is no such branch.
    pub fn branch(&self, name: &str) -> Option<f64> {
        self.branches.iter().find(|branch| branch.name == name)?.score
    }

    /// What each indicator adds more than it did before; the sum is the change of the index, up to rounding.
    ///
    /// An indicator that was missing, or is now, moves the weights of its siblings too: the change counts all of it.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] when the two are scores of different trees: other indicators, or in another order.
    #[doc(alias = "纠偏")]
    pub fn change_from(&self, before: &Self) -> Result<Vec<Change>, IndexError> {
        same_length("indicators", before.contributions.len(), self.contributions.len())?;
        let pairs = self.contributions.iter().zip(&before.contributions);
        let same = pairs.clone().filter(|(now, then)| now.indicator == then.indicator).count();
        same_length("indicators of the same name", before.contributions.len(), same)?;
        let change = |(now, then): (&Contribution, &Contribution)| (now.indicator.clone(), now.amount - then.amount);
        Ok(pairs.map(change).map(|(indicator, amount)| Change { indicator, amount }).collect())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    contributions: Vec<Contribution>,
    branches: Vec<Branch>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for TreeScore {
    type Error = crate::units::UnitError;

    fn try_from(raw: Unchecked) -> Result<Self, Self::Error> {
        use crate::units::in_range;
        // Weights may sum to a little more than one.
        let weight = |weight| in_range("weight", weight, 0.0, 1.0 + 1e-9);
        for part in &raw.contributions {
            weight(part.weight)?;
            let expected = part.weight * part.score.map_or(Ok(0.0), table::figure)?;
            in_range("amount", part.amount, expected, expected)?;
        }
        for branch in &raw.branches {
            weight(branch.weight)?;
            // A mean of scores at the edge of the range may be a rounding outside it.
            branch.score.map_or(Ok(0.0), |score| table::figure(score / 2.0))?;
        }
        Ok(Self { contributions: raw.contributions, branches: raw.branches })
    }
}
