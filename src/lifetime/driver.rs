/// What covariates act on; a model says which of them it knows.
///
/// A coefficient γ of a covariate z multiplies a parameter by e^(γz) or divides it by that, so that a positive one means
/// more of what its driver is named after:
///
/// | driver | NBD | BG/NBD, MBG/NBD, CNBD-k | Pareto/NBD (correlated too), GGompertz/NBD | gamma-gamma |
/// | --- | --- | --- | --- | --- |
/// | `Purchase` | α / e^(γz) | α / e^(γz) | α / e^(γz) | |
/// | `Dropout` | | a · e^(γz) | β / e^(γz) | |
/// | `Loyalty` | | b · e^(γz) | | |
/// | `Spend` | | | | v · e^(γz) |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Driver {
    /// How often customers buy.
    Purchase,
    /// How readily they leave.
    Dropout,
    /// How readily they stay, where that is a parameter of its own: in the BG family, dropout moves the mean probability of
    /// leaving one way, loyalty the other, and both together how much customers differ in it.
    Loyalty,
    /// How much they spend a purchase.
    Spend,
}

impl std::fmt::Display for Driver {
    /// Writes `purchase`, and so on.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Purchase => "purchase",
            Self::Dropout => "dropout",
            Self::Loyalty => "loyalty",
            Self::Spend => "spend",
        })
    }
}

/// Which parameter a driver moves, and which way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Its position.
    pub(crate) parameter: usize,
    /// 1 where it multiplies, −1 where it divides.
    pub(crate) sign: f64,
}

impl Link {
    pub(super) const fn multiplies(parameter: usize) -> Self {
        Self { parameter, sign: 1.0 }
    }

    pub(super) const fn divides(parameter: usize) -> Self {
        Self { parameter, sign: -1.0 }
    }
}
