use super::IndexError;
use super::error::{at_least, same_length};
use super::indicator::{Evidence, Indicator, Sense};
use super::table;
use crate::units::Weights;

/// A part of a [`Tree`]: an indicator, or a branch of parts with their weights.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedNode"))]
pub struct Node {
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Kind {
    Leaf(Indicator),
    Branch { name: String, weights: Weights, children: Vec<Node> },
}

/// Nobody explains a score through more levels, and walking them needs no more stack than there is.
const DEEPEST: usize = 32;

impl Node {
    /// A leaf.
    pub const fn leaf(indicator: Indicator) -> Self {
        Self { kind: Kind::Leaf(indicator) }
    }

    /// A branch, with a weight for each of its parts.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] unless every part has a weight, [`IndexError::TooDeep`] beyond 32 levels.
    pub fn branch(
        name: impl Into<String>,
        weights: Weights,
        children: impl Into<Vec<Self>>,
    ) -> Result<Self, IndexError> {
        let (name, children) = (name.into(), children.into());
        same_length("parts of a branch", weights.as_slice().len(), children.len())?;
        let node = Self::proven(name, weights, children);
        match &node.kind {
            Kind::Branch { name, .. } if node.depth() > DEEPEST => {
                Err(IndexError::TooDeep { name: name.clone(), limit: DEEPEST })
            }
            _ => Ok(node),
        }
    }

    /// A branch whose parts weigh the same.
    ///
    /// # Errors
    ///
    /// [`IndexError::Weights`] when it has no part, [`IndexError::TooDeep`] beyond 32 levels.
    pub fn equal(name: impl Into<String>, children: impl Into<Vec<Self>>) -> Result<Self, IndexError> {
        let children = children.into();
        Self::branch(name, Weights::equal(children.len())?, children)
    }

    /// A sub-factor by the rule of the IMD World Competitiveness Yearbook: hard data weigh 2/3 together, opinions
    /// asked for 1/3; among its own kind every indicator weighs the same. Where there is only one kind, it has all.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] when there is no indicator.
    #[doc(alias = "洛桑国际竞争力")]
    pub fn imd(name: impl Into<String>, indicators: impl Into<Vec<Indicator>>) -> Result<Self, IndexError> {
        let indicators = indicators.into();
        at_least("indicators", 1, indicators.len())?;
        Ok(Self::sub_factor(name.into(), indicators))
    }

    /// The same for at least one indicator.
    pub(super) fn sub_factor(name: String, indicators: Vec<Indicator>) -> Self {
        let of = |evidence| indicators.iter().filter(|indicator| indicator.evidence == evidence).count();
        let (hard, surveys) = (of(Evidence::Hard), of(Evidence::Survey));
        let (hard_share, survey_share) = match (hard, surveys) {
            (_, 0) => (1.0, 0.0),
            (0, _) => (0.0, 1.0),
            _ => (2.0 / 3.0, 1.0 / 3.0),
        };
        let weight = |indicator: &Indicator| match indicator.evidence {
            Evidence::Hard => hard_share / hard as f64,
            Evidence::Survey => survey_share / surveys as f64,
        };
        let weights = Weights::proven(indicators.iter().map(weight).collect());
        Self::proven(name, weights, indicators.into_iter().map(Self::leaf).collect())
    }

    pub(super) const fn proven(name: String, weights: Weights, children: Vec<Self>) -> Self {
        Self { kind: Kind::Branch { name, weights, children } }
    }

    /// The name of the indicator or branch.
    pub fn name(&self) -> &str {
        match &self.kind {
            Kind::Leaf(indicator) => &indicator.name,
            Kind::Branch { name, .. } => name,
        }
    }

    /// Levels below, itself included. Children are at most so deep that the walk is short.
    fn depth(&self) -> usize {
        match &self.kind {
            Kind::Leaf(_) => 1,
            Kind::Branch { children, .. } => 1 + children.iter().map(Self::depth).max().unwrap_or(0),
        }
    }

    fn names<'tree>(&'tree self, into: &mut Vec<&'tree str>) {
        into.push(self.name());
        if let Kind::Branch { children, .. } = &self.kind {
            for child in children {
                child.names(into);
            }
        }
    }

    fn leaves<'tree>(&'tree self, weight: f64, into: &mut Vec<Leaf<'tree>>) {
        match &self.kind {
            Kind::Leaf(indicator) => into.push(Leaf { indicator, weight }),
            Kind::Branch { weights, children, .. } => {
                for (child, local) in children.iter().zip(weights.as_slice()) {
                    child.leaves(weight * local, into);
                }
            }
        }
    }

    /// The same node with other weights in one branch; whether that branch is here.
    fn reweigh(&mut self, of: &str, by: &Weights) -> Result<bool, IndexError> {
        let Kind::Branch { name, weights, children } = &mut self.kind else { return Ok(false) };
        if name == of {
            same_length("weights", children.len(), by.as_slice().len())?;
            weights.clone_from(by);
            return Ok(true);
        }
        for child in children {
            if child.reweigh(of, by)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A leaf of a [`Tree`] and what it weighs in the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leaf<'tree> {
    /// The indicator.
    pub indicator: &'tree Indicator,
    /// Its global weight: the product of the weights on the way down to it.
    pub weight: f64,
}

/// A multi-level index: branches with weights, indicators as leaves.
///
/// Names are unique. Weights of siblings sum to one, so that the global weights of the leaves do.
///
/// # Formula
///
/// ```text
/// weight of a leaf = Π local weights on the path to it        index = Σ weight · score
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::{Evidence, Indicator, Missing, Node, Sense, Tree};
///
/// let leaf = |name, sense, evidence| Indicator::new(name, sense, evidence).map(Node::leaf);
/// let margin = leaf("margin", Sense::Benefit, Evidence::Hard)?;
/// let delay = leaf("days of payment", Sense::Cost, Evidence::Hard)?;
/// let satisfaction = leaf("satisfaction", Sense::Benefit, Evidence::Survey)?;
///
/// let money = Node::branch("money", Weights::new([0.75, 0.25])?, [margin, delay])?;
/// let tree = Tree::new(Node::branch("customer", Weights::new([0.8, 0.2])?, [money, satisfaction])?)?;
/// let score = tree.score(&[Some(0.9), Some(0.4), None], Missing::Renormalise)?;
/// assert_eq!(score.total(), 0.75 * 0.9 + 0.25 * 0.4);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// IMD, *World Competitiveness Yearbook*, methodology: factors, sub-factors and criteria; Kaplan & Norton (1992), *The
/// balanced scorecard*.
#[doc(alias = "指标体系")]
#[doc(alias = "评价指标体系")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Node", into = "Node"))]
pub struct Tree {
    pub(super) root: Node,
}

impl Tree {
    /// The tree below a node.
    ///
    /// # Errors
    ///
    /// [`IndexError::Duplicate`] when two branches or indicators have one name.
    pub fn new(root: Node) -> Result<Self, IndexError> {
        let mut names = Vec::new();
        root.names(&mut names);
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(IndexError::Duplicate { name: pair[0].to_owned() }),
            None => Ok(Self { root }),
        }
    }

    /// An index by the rules of the IMD: every sub-factor weighs the same, whatever its number of indicators and to
    /// whichever factor it belongs, so that four factors of five sub-factors have 5 % in each.
    ///
    /// Take [`Node::imd`] for the sub-factors and [`Scale::ZScore`](super::Scale::ZScore) for the scores.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] when there is no factor or one has no sub-factor, [`IndexError::Duplicate`],
    /// [`IndexError::TooDeep`].
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::index::{Evidence, Indicator, Node, Sense, Tree};
    ///
    /// let indicator = |name, evidence| Indicator::new(name, Sense::Benefit, evidence);
    /// let indicators = [indicator("margin", Evidence::Hard)?, indicator("trust", Evidence::Survey)?];
    /// let profit = Node::imd("profit", indicators)?;
    /// let growth = Node::imd("growth", [indicator("orders", Evidence::Hard)?])?;
    /// let image = Node::imd("image", [indicator("renown", Evidence::Survey)?])?;
    /// let tree = Tree::imd("customer", [("financial", vec![profit, growth]), ("market", vec![image])])?;
    /// let weights: Vec<f64> = tree.leaves().iter().map(|leaf| leaf.weight).collect();
    /// assert!((weights[0] - 2.0 / 9.0).abs() < 1e-15 && (weights[3] - 1.0 / 3.0).abs() < 1e-15);
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn imd<Name: Into<String>>(
        name: impl Into<String>,
        factors: impl IntoIterator<Item = (Name, Vec<Node>)>,
    ) -> Result<Self, IndexError> {
        let mut counts = Vec::new();
        let mut branches = Vec::new();
        for (factor, sub_factors) in factors {
            at_least("sub-factors", 1, sub_factors.len())?;
            counts.push(sub_factors.len() as f64);
            branches.push(Node::equal(factor, sub_factors)?);
        }
        at_least("factors", 1, branches.len())?;
        Self::new(Node::branch(name, Weights::proportional(counts)?, branches)?)
    }

    /// The same tree with other weights for the parts of one branch.
    ///
    /// # Errors
    ///
    /// [`IndexError::UnknownBranch`], [`IndexError::Lengths`] unless each part has a weight.
    pub fn with_weights(mut self, branch: &str, weights: &Weights) -> Result<Self, IndexError> {
        if self.root.reweigh(branch, weights)? {
            return Ok(self);
        }
        Err(IndexError::UnknownBranch { name: branch.to_owned() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.root.name()
    }

    /// All leaves in the order declared, which is the order of figures and scores.
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        self.root.leaves(1.0, &mut leaves);
        leaves
    }

    /// The global weights of the leaves, in the order declared.
    #[doc(alias = "总权重")]
    pub fn weights(&self) -> Weights {
        Weights::proven(self.leaves().iter().map(|leaf| leaf.weight).collect())
    }

    /// What is better in each leaf, in the order declared: the senses of a [`Table`](super::Table) of its figures.
    pub fn senses(&self) -> Vec<Sense> {
        self.leaves().iter().map(|leaf| leaf.indicator.sense).collect()
    }

    /// The share of the index whose figures are there: 1 for a profile without gaps.
    ///
    /// # Errors
    ///
    /// [`IndexError::Lengths`] unless there is one entry a leaf, [`IndexError::Score`] for one that is no number.
    #[doc(alias = "完整度")]
    pub fn completeness(&self, figures: &[Option<f64>]) -> Result<f64, IndexError> {
        let leaves = self.leaves();
        same_length("figures", leaves.len(), figures.len())?;
        let mut present = 0.0;
        for (leaf, figure) in leaves.iter().zip(figures) {
            if let Some(value) = *figure {
                table::figure(value)
                    .map_err(|source| IndexError::Score { name: leaf.indicator.name.clone(), source })?;
                present += leaf.weight;
            }
        }
        Ok(present)
    }
}

impl From<Tree> for Node {
    fn from(tree: Tree) -> Self {
        tree.root
    }
}

impl TryFrom<Node> for Tree {
    type Error = IndexError;

    fn try_from(root: Node) -> Result<Self, IndexError> {
        Self::new(root)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedNode {
    kind: Kind,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedNode> for Node {
    type Error = IndexError;

    fn try_from(raw: UncheckedNode) -> Result<Self, IndexError> {
        match raw.kind {
            Kind::Leaf(indicator) => Ok(Self::leaf(indicator)),
            Kind::Branch { name, weights, children } => Self::branch(name, weights, children),
        }
    }
}
