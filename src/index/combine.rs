use nalgebra::{DMatrix, DVector};

use super::IndexError;
use super::error::{at_least, same_length};
use crate::units::Weights;

/// How several sets of weights for the same criteria become one, for example judged and measured ones.
///
/// # Formula
///
/// ```text
/// linear  Σ αₖ wₖ        multiplicative  ∝ Π wₖ        minimum relative entropy  ∝ (Π wₖ)^(1/K)
/// game    Σ αₖ wₖ with G α = diag G, G = W Wᵀ, and α scaled to sum to 1
/// ```
///
/// The rows of `W` are the sets.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::Combination;
///
/// let judged = Weights::new([0.5396, 0.2970, 0.1634])?;
/// let measured = Weights::new([0.2, 0.5, 0.3])?;
/// let both = Combination::RelativeEntropy.of(&[judged, measured])?;
/// assert_eq!(format!("{:.6?}", both.as_slice()), "[0.351247, 0.412026, 0.236727]");
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "组合赋权")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Combination {
    /// The mean, with a share for each set.
    Linear(Weights),
    /// The product: criteria that all sets hold to be important gain, and one that any set leaves out is out.
    Multiplicative,
    /// The weights that are nearest to all sets by relative entropy: the geometric mean.
    RelativeEntropy,
    /// The linear combination that departs least from every set, as players of a game would settle on.
    #[doc(alias = "博弈论组合赋权")]
    Game,
}

impl Combination {
    /// The combined weights.
    ///
    /// # Errors
    ///
    /// [`IndexError::TooFew`] without sets, [`IndexError::Lengths`] unless all sets have the same number of weights,
    /// and a share each; [`IndexError::NoCommonSupport`]; [`IndexError::Dependent`] and [`IndexError::NegativeShare`]
    /// as [`game_shares`].
    pub fn of(&self, sets: &[Weights]) -> Result<Weights, IndexError> {
        check(sets)?;
        match self {
            Self::Linear(shares) => {
                same_length("shares", sets.len(), shares.as_slice().len())?;
                Ok(linear(sets, shares))
            }
            Self::Multiplicative => product(sets, 1.0),
            Self::RelativeEntropy => product(sets, (sets.len() as f64).recip()),
            Self::Game => Ok(linear(sets, &game_shares(sets)?)),
        }
    }
}

fn check(sets: &[Weights]) -> Result<usize, IndexError> {
    at_least("sets of weights", 1, sets.len())?;
    let expected = sets[0].as_slice().len();
    sets.iter().try_for_each(|set| same_length("weights", expected, set.as_slice().len()))?;
    Ok(expected)
}

fn linear(sets: &[Weights], shares: &Weights) -> Weights {
    let mut weights = vec![0.0; sets[0].as_slice().len()];
    for (set, share) in sets.iter().zip(shares.as_slice()) {
        for (weight, part) in weights.iter_mut().zip(set.as_slice()) {
            *weight += share * part;
        }
    }
    Weights::proven(weights)
}

/// Weights in proportion to a power of the product, through logarithms: the product of many small weights is no number.
fn product(sets: &[Weights], power: f64) -> Result<Weights, IndexError> {
    let mut logs = vec![0.0; sets[0].as_slice().len()];
    for set in sets {
        for (log, weight) in logs.iter_mut().zip(set.as_slice()) {
            *log += power * weight.ln();
        }
    }
    let greatest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if greatest == f64::NEG_INFINITY {
        return Err(IndexError::NoCommonSupport);
    }
    Ok(Weights::proportional(logs.into_iter().map(|log| (log - greatest).exp()).collect::<Vec<_>>())?)
}

/// The share of each set in the compromise of [`Combination::Game`].
///
/// # Errors
///
/// As [`Combination::of`]; [`IndexError::Dependent`] when the sets follow from each other, as equal ones do;
/// [`IndexError::NegativeShare`] when the compromise would lie outside the sets.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::index::game_shares;
///
/// let shares = game_shares(&[Weights::new([0.5396, 0.2970, 0.1634])?, Weights::new([0.2, 0.5, 0.3])?])?;
/// assert_eq!(format!("{:.6?}", shares.as_slice()), "[0.558122, 0.441878]");
/// # Ok::<(), customer_value::Error>(())
/// ```
pub fn game_shares(sets: &[Weights]) -> Result<Weights, IndexError> {
    /// Sets nearer to each other than this have shares of which no digit is left.
    const DEPENDENT: f64 = 1e-12;
    let criteria = check(sets)?;
    if sets.len() == 1 {
        return Ok(Weights::proven(vec![1.0]));
    }
    let rows = DMatrix::from_fn(sets.len(), criteria, |set, criterion| sets[set].as_slice()[criterion]);
    let gram = &rows * rows.transpose();
    let right = DVector::from_fn(sets.len(), |set, _| gram[(set, set)]);
    let spectrum = gram.clone().symmetric_eigenvalues();
    if spectrum.min() <= DEPENDENT * spectrum.max() {
        return Err(IndexError::Dependent);
    }
    let solution = gram.cholesky().ok_or(IndexError::Dependent)?.solve(&right);
    // A player whom the compromise would count against is named before shares are scaled.
    if let Some(set) = solution.iter().position(|share| *share < 0.0) {
        return Err(IndexError::NegativeShare { set, share: solution[set] });
    }
    Ok(Weights::proportional(solution.as_slice())?)
}
