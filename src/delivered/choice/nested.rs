use super::{Alternative, ChoiceError, Shares, best, finite, position, softmax::Softmax};
use crate::units::{Probability, in_range};

/// Offers that take customers from each other more than from the rest, as two buses do beside a car.
///
/// Every combination can be written down; [`NestedLogit::new`] checks it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nest {
    /// λ: 1 when the offers are as unlike as any others, near 0 when they are all but the same.
    #[doc(alias = "lambda")]
    pub dissimilarity: f64,
    /// Positions of the offers.
    pub offers: Vec<usize>,
}

/// Offers in nests: inside a nest customers tell offers apart the more sharply the more alike they are.
///
/// Every offer is in exactly one nest; an offer like no other is alone in one, whatever its dissimilarity. The outside
/// option is in none of them. With all dissimilarities at 1 this is [`ChoiceSet`](super::ChoiceSet).
///
/// # Formula
///
/// ```text
/// Iₙ = λₙ ln Σ_{j∈n} e^(Vⱼ/λₙ)        P(n) = e^Iₙ / (e^V₀ + Σ e^Iₘ)        P(i | n) = e^((Vᵢ − Iₙ)/λₙ)
/// Pᵢ = P(i | n) · P(n)                logsum = ln (e^V₀ + Σ e^Iₘ)
/// ```
///
/// ```math
/// P_i = \frac{e^{V_i/\lambda_n}}{\sum_{j \in n} e^{V_j/\lambda_n}} \cdot
/// \frac{\left(\sum_{j \in n} e^{V_j/\lambda_n}\right)^{\lambda_n}}
/// {e^{V_0} + \sum_m \left(\sum_{j \in m} e^{V_j/\lambda_m}\right)^{\lambda_m}}
/// ```
///
/// where `V` are utilities in utils, `V₀` that of the outside option, if there is one, and `n` the nest of offer `i`.
///
/// # Examples
///
/// A car and two buses that differ in colour only: as they grow alike, the buses share the half of one bus.
///
/// ```
/// use customer_value::delivered::{Nest, NestedLogit};
///
/// let car = Nest { dissimilarity: 1.0, offers: vec![0] };
/// let buses = |dissimilarity| Nest { dissimilarity, offers: vec![1, 2] };
/// let share_of_car = |dissimilarity| -> Result<f64, customer_value::delivered::ChoiceError> {
///     Ok(NestedLogit::new([0.0; 3], [car.clone(), buses(dissimilarity)])?.shares().offers[0].get())
/// };
/// assert!((share_of_car(1.0)? - 1.0 / 3.0).abs() < 1e-12);
/// assert!((share_of_car(0.5)? - 0.414_214).abs() < 1e-6);
/// assert!((share_of_car(0.01)? - 0.498_267).abs() < 1e-6);
/// # Ok::<(), customer_value::delivered::ChoiceError>(())
/// ```
///
/// # References
///
/// McFadden (1978), *Modelling the choice of residential location*; Train (2009), *Discrete choice methods with
/// simulation*, section 4.2.
#[doc(alias = "nested logit")]
#[doc(alias = "嵌套")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct NestedLogit {
    /// `None` where the offer is not available.
    utilities: Vec<Option<f64>>,
    nests: Vec<Nest>,
    outside: Option<f64>,
}

impl NestedLogit {
    /// Offers with their utilities, and the nests that hold them; none can be declined.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Empty`] without offers, [`ChoiceError::NotFinite`], [`ChoiceError::Dissimilarity`] unless
    /// 0 < λ ≤ 1, [`ChoiceError::EmptyNest`], [`ChoiceError::Unknown`] for a nested offer that does not exist, and
    /// [`ChoiceError::Nesting`] unless every offer is in one nest.
    pub fn new(utilities: impl Into<Vec<f64>>, nests: impl Into<Vec<Nest>>) -> Result<Self, ChoiceError> {
        let (utilities, nests) = (utilities.into(), nests.into());
        if utilities.is_empty() {
            return Err(ChoiceError::Empty);
        }
        for (offer, &value) in utilities.iter().enumerate() {
            finite(Alternative::Offer(offer), value)?;
        }
        let mut times_nested = vec![0; utilities.len()];
        for (position, nest) in nests.iter().enumerate() {
            nest.check(position)?;
            for &offer in &nest.offers {
                let unknown = ChoiceError::Unknown { alternative: Alternative::Offer(offer), offers: utilities.len() };
                *times_nested.get_mut(offer).ok_or(unknown)? += 1;
            }
        }
        match times_nested.iter().position(|&nests| nests != 1) {
            Some(offer) => Err(ChoiceError::Nesting { offer, nests: times_nested[offer] }),
            None => Ok(Self { utilities: utilities.into_iter().map(Some).collect(), nests, outside: None }),
        }
    }

    /// The same offers, with leaving without a purchase among the alternatives, in no nest.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::NotFinite`].
    pub fn with_outside(self, utility: f64) -> Result<Self, ChoiceError> {
        finite(Alternative::Outside, utility)?;
        Ok(Self { outside: Some(utility), ..self })
    }

    /// The same offers but one, which is not available.
    ///
    /// It keeps its position, with a share of 0. A nest without available offers vanishes: it adds nothing to the
    /// logsum and has a share of 0.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Unknown`] when there is no such offer, [`ChoiceError::Unavailable`] when it is left out already,
    /// [`ChoiceError::Empty`] when no offer would be left.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Nest, NestedLogit};
    ///
    /// let car = Nest { dissimilarity: 1.0, offers: vec![0] };
    /// let buses = Nest { dissimilarity: 0.5, offers: vec![1, 2] };
    /// let one_bus = NestedLogit::new([0.0; 3], [car, buses])?.without(1)?;
    /// let shares: Vec<f64> = one_bus.shares().offers.iter().map(|share| share.get()).collect();
    /// assert_eq!(shares, [0.5, 0.0, 0.5]);
    /// # Ok::<(), customer_value::delivered::ChoiceError>(())
    /// ```
    pub fn without(mut self, offer: usize) -> Result<Self, ChoiceError> {
        self.utility(Alternative::Offer(offer))?;
        self.utilities[offer] = None;
        if self.utilities.iter().all(Option::is_none) { Err(ChoiceError::Empty) } else { Ok(self) }
    }

    /// The nests, in the order declared.
    pub fn nests(&self) -> &[Nest] {
        &self.nests
    }

    /// The available alternative of highest utility. Among equals the offer declared first is taken, and staying outside
    /// last.
    ///
    /// It need not have the greatest share: of offers that are all but the same, each gets a part of the share of one.
    pub fn best(&self) -> Alternative {
        let offers = self.utilities.iter().enumerate();
        let offers = offers.filter_map(|(offer, utility)| Some((Alternative::Offer(offer), (*utility)?)));
        best(offers.chain(self.outside.map(|utility| (Alternative::Outside, utility))))
    }

    /// The utilities of the offers, in the order declared; `None` where an offer is not available.
    pub fn utilities(&self) -> &[Option<f64>] {
        &self.utilities
    }

    /// The utility of choosing none of the offers, where that is possible.
    pub const fn outside(&self) -> Option<f64> {
        self.outside
    }

    /// The probability that each alternative is chosen.
    #[doc(alias = "市场份额")]
    pub fn shares(&self) -> Shares {
        let levels = self.levels();
        let share = |position| Probability::computed(levels.share(position));
        let offers = self.utilities.len();
        Shares { offers: (0..offers).map(share).collect(), outside: self.outside.map(|_| share(offers)) }
    }

    /// The probability that one alternative is chosen; 0 for an offer that is not available.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Unknown`].
    pub fn probability(&self, of: Alternative) -> Result<Probability, ChoiceError> {
        Ok(Probability::computed(self.levels().share(self.position(of)?)))
    }

    /// The probability that an offer of each nest is chosen, in the order of the nests.
    pub fn shares_of_nests(&self) -> Vec<Probability> {
        let levels = self.levels();
        (0..self.nests.len()).map(|nest| Probability::computed(levels.top.share(nest))).collect()
    }

    /// The probability of each offer, given that one of its nest is chosen; 0 for offers that are not available.
    pub fn shares_within_nests(&self) -> Vec<Probability> {
        let levels = self.levels();
        let share = |&(nest, member): &(usize, usize)| Probability::computed(levels.within[nest].share(member));
        levels.places.iter().map(share).collect()
    }

    /// What the whole set is worth to the customer, in utils: the expected utility of the best choice, up to the
    /// Euler constant.
    #[doc(alias = "inclusive value")]
    pub fn logsum(&self) -> f64 {
        // There is at least one available offer, so that the sum has a term.
        self.levels().top.inclusive_value().unwrap_or(f64::NEG_INFINITY)
    }

    /// By how many percent the share of `of` changes when an attribute of `by` grows by one percent.
    ///
    /// # Formula
    ///
    /// ```text
    /// own:                  β x · ((1 − P(j|n)) / λₙ + P(j|n) · (1 − P(n)))
    /// cross, in one nest:  −β x · P(j|n) · (P(n) + (1 − λₙ) / λₙ)
    /// cross, elsewhere:    −β x · Pⱼ
    /// ```
    ///
    /// where `slope` β is the utility of a unit of the attribute, in utils, `amount` x the attribute of the changed
    /// offer `j`, and `n` its nest. Inside a nest cross elasticities are equal, and above those elsewhere if λ < 1.
    ///
    /// # Errors
    ///
    /// [`ChoiceError::Unknown`] for an alternative outside the set, [`ChoiceError::Unavailable`] for an offer that was
    /// left out, [`ChoiceError::Unit`] unless β · x and the result are finite.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Alternative, Nest, NestedLogit};
    ///
    /// let car = Nest { dissimilarity: 1.0, offers: vec![0] };
    /// let buses = Nest { dissimilarity: 0.5, offers: vec![1, 2] };
    /// let choice = NestedLogit::new([0.0; 3], [car, buses])?;
    /// let to_red_bus = |of| choice.elasticity(of, Alternative::Offer(1), -0.5, 4.0);
    /// // A dearer red bus fills the blue one more than the car.
    /// assert!((to_red_bus(Alternative::Offer(0))? - 0.585_786).abs() < 1e-6);
    /// assert!((to_red_bus(Alternative::Offer(2))? - 1.585_786).abs() < 1e-6);
    /// # Ok::<(), customer_value::delivered::ChoiceError>(())
    /// ```
    pub fn elasticity(&self, of: Alternative, by: Alternative, slope: f64, amount: f64) -> Result<f64, ChoiceError> {
        let (of, by) = (self.available(of)?, self.available(by)?);
        let effect = in_range("slope times amount", slope * amount, f64::MIN, f64::MAX)?;
        let elasticity = effect * self.ln_slope(&self.levels(), of, by);
        Ok(in_range("elasticity", elasticity, f64::MIN, f64::MAX)?)
    }

    /// How the shares answer to the utilities: row by row the share of each alternative, column by column the utility
    /// of each, offers in the order declared and the outside option, if any, last.
    ///
    /// The matrix is symmetric, and its rows sum to 0. Rows and columns of offers that are not available are 0.
    pub fn derivatives(&self) -> Vec<Vec<f64>> {
        let levels = self.levels();
        let count = self.utilities.len() + usize::from(self.outside.is_some());
        let absent = |position: usize| self.utilities.get(position).is_some_and(Option::is_none);
        let slope = |of, by| {
            if absent(of) || absent(by) { 0.0 } else { levels.share(of) * self.ln_slope(&levels, of, by) }
        };
        (0..count).map(|of| (0..count).map(|by| slope(of, by)).collect()).collect()
    }

    /// The derivative of the logarithm of a share in a utility. Differences are taken before anything is computed, so
    /// that only terms of one sign are added.
    fn ln_slope(&self, levels: &Levels, of: usize, by: usize) -> f64 {
        let outside = self.nests.len();
        let Some(&(nest, member)) = levels.places.get(by) else {
            return if of == by { levels.top.others(outside) } else { -levels.top.share(outside) };
        };
        let (within, lambda) = (&levels.within[nest], self.nests[nest].dissimilarity);
        match levels.places.get(of) {
            Some(&place) if place == (nest, member) => {
                within.others(member) / lambda + within.share(member) * levels.top.others(nest)
            }
            Some(&(same, _)) if same == nest => {
                -within.share(member) * (levels.top.share(nest) + (1.0 - lambda) / lambda)
            }
            _ => -within.share(member) * levels.top.share(nest),
        }
    }

    fn levels(&self) -> Levels {
        let mut places = vec![(0, 0); self.utilities.len()];
        let mut within = Vec::with_capacity(self.nests.len());
        for (position, nest) in self.nests.iter().enumerate() {
            let utilities = nest.offers.iter().map(|&offer| self.utilities[offer]);
            within.push(Softmax::new(utilities, nest.dissimilarity));
            nest.offers.iter().enumerate().for_each(|(member, &offer)| places[offer] = (position, member));
        }
        let inclusive: Vec<Option<f64>> = within.iter().map(Softmax::inclusive_value).chain([self.outside]).collect();
        Levels { places, within, top: Softmax::new(inclusive.iter().copied(), 1.0) }
    }

    fn position(&self, alternative: Alternative) -> Result<usize, ChoiceError> {
        position(alternative, self.utilities.len(), self.outside.is_some())
    }

    fn available(&self, alternative: Alternative) -> Result<usize, ChoiceError> {
        self.utility(alternative)?;
        self.position(alternative)
    }

    fn utility(&self, alternative: Alternative) -> Result<f64, ChoiceError> {
        let offer = self.position(alternative)?;
        self.utilities.get(offer).copied().unwrap_or(self.outside).ok_or(ChoiceError::Unavailable { offer })
    }
}

impl Nest {
    fn check(&self, nest: usize) -> Result<(), ChoiceError> {
        // A subnormal dissimilarity has no finite reciprocal.
        if !(f64::MIN_POSITIVE..=1.0).contains(&self.dissimilarity) {
            return Err(ChoiceError::Dissimilarity { nest, value: self.dissimilarity });
        }
        if self.offers.is_empty() { Err(ChoiceError::EmptyNest { nest }) } else { Ok(()) }
    }
}

/// The two levels of a choice: which nest or the outside option, and which offer of the nest.
struct Levels {
    /// Of each offer, its nest and its position there.
    places: Vec<(usize, usize)>,
    within: Vec<Softmax>,
    /// Nests in the order declared, then the outside option.
    top: Softmax,
}

impl Levels {
    /// Of the alternative at a position: offers, then the outside option.
    fn share(&self, position: usize) -> f64 {
        match self.places.get(position) {
            Some(&(nest, member)) => self.within[nest].share(member) * self.top.share(nest),
            None => self.top.share(self.within.len()),
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    utilities: Vec<Option<f64>>,
    nests: Vec<Nest>,
    outside: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for NestedLogit {
    type Error = ChoiceError;

    fn try_from(raw: Unchecked) -> Result<Self, ChoiceError> {
        let known: Vec<f64> = raw.utilities.iter().map(|utility| utility.unwrap_or(0.0)).collect();
        let mut absent = (0..known.len()).filter(|&offer| raw.utilities[offer].is_none());
        let offers = Self::new(known, raw.nests)?;
        let offers = raw.outside.map_or(Ok(offers.clone()), |utility| offers.with_outside(utility))?;
        absent.try_fold(offers, Self::without)
    }
}
