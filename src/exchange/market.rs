use super::ExchangeError;
use crate::{
    chain::Chain,
    delivered::{Alternative, Axes, AxisUnit, ChoiceSet, Delivered, ValueVector},
    units::{Currency, Span, Weights, in_range},
};

/// What customers weigh when they choose again, and how much they hold on to whom they are with.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "UncheckedTaste"))]
pub struct Taste {
    weights: Axes,
    inertia: f64,
}

impl Taste {
    /// Utils for a unit of value on each axis, and utils that the present firm has ahead of its rivals by being the present
    /// one; below zero where customers seek variety.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Unit`] unless all are numbers from −1e150 to 1e150.
    pub fn new(weights: impl Into<Axes>, inertia: f64) -> Result<Self, ExchangeError> {
        /// A weight times a value must be a number.
        const MOST: f64 = 1e150;
        let weights = weights.into();
        for number in [weights.economic, weights.functional, weights.psychological] {
            in_range("utils per unit of value", number, -MOST, MOST)?;
        }
        Ok(Self { weights, inertia: in_range("inertia", inertia, -MOST, MOST)? })
    }

    /// Utils for a unit of value on each axis.
    pub const fn weights(&self) -> Axes {
        self.weights
    }

    /// Utils that the present firm has ahead.
    pub const fn inertia(&self) -> f64 {
        self.inertia
    }
}

/// Our offer among its rivals, in the eyes of customers who choose anew every period.
///
/// # Formula
///
/// ```text
/// Vᵢ = Σ wₐ · xᵢₐ                                   utility of offer i, from its value on each axis
/// P(i next | k now) = e^(Vᵢ + h·[i = k]) / Σⱼ e^(Vⱼ + h·[j = k])
/// ```
///
/// ```math
/// P_{ki} = \frac{e^{V_i + h\,[i = k]}}{\sum_j e^{V_j + h\,[j = k]}}, \qquad V_i = \sum_a w_a x_{ia}
/// ```
///
/// with the weights `w` and the inertia `h` of a [`Taste`].
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Alternative, Score, ValueVector};
/// use customer_value::exchange::{Market, Taste};
///
/// let (own, rival) = (ValueVector::new([3.0, 4.0, 2.0], Score)?, ValueVector::new([4.0, 3.0, 2.0], Score)?);
/// let market = Market::new(own, [rival], Taste::new([0.5, 0.3, 0.2], 1.5)?)?;
/// let stays = market.choice(Some(Alternative::Offer(0)))?.shares().offers[0];
/// let is_won = market.choice(Some(Alternative::Offer(1)))?.shares().offers[0];
/// assert!((stays.get() - 0.785_835).abs() < 1e-6 && (is_won.get() - 0.154_465).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Rust, Lemon and Zeithaml (2004), Return on marketing: using customer equity to focus marketing strategy, Journal of
/// Marketing 68(1). Guadagni and Little (1983), Marketing Science 2(3), for inertia in a logit.
#[doc(alias = "brand switching")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "Unchecked<U>", bound(deserialize = "U: AxisUnit + serde::Deserialize<'de>"))
)]
pub struct Market<U = Currency> {
    /// Ours is the first.
    offers: Vec<ValueVector<U>>,
    taste: Taste,
    outside: Option<f64>,
}

impl Market {
    /// Our offer and those of rivals by what they deliver, net, on each axis.
    ///
    /// # Errors
    ///
    /// As [`Market::new`].
    pub fn of_offers(own: &Delivered, rivals: &[Delivered], taste: Taste) -> Result<Self, ExchangeError> {
        Self::new(own.net_vector(), rivals.iter().map(Delivered::net_vector).collect::<Vec<_>>(), taste)
    }
}

impl<U: AxisUnit> Market<U> {
    /// Our offer, which becomes offer 0, and those of rivals, by their values in one unit.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Delivered`] when units differ, [`ExchangeError::Choice`] when a utility is no number.
    pub fn new(
        own: ValueVector<U>,
        rivals: impl Into<Vec<ValueVector<U>>>,
        taste: Taste,
    ) -> Result<Self, ExchangeError> {
        let mut offers = vec![own];
        offers.extend(rivals.into());
        for offer in &offers {
            own.dominance(offer)?;
        }
        let market = Self { offers, taste, outside: None };
        market.choice(None)?;
        Ok(market)
    }

    /// The same market, in which customers may also buy from nobody, for a utility.
    ///
    /// It is one more place to be, after the offers: inertia keeps customers there too.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Choice`] unless the utility is finite.
    pub fn with_outside(self, utility: f64) -> Result<Self, ExchangeError> {
        let market = Self { outside: Some(utility), ..self };
        market.choice(None)?;
        Ok(market)
    }

    /// The same market with another offer of ours.
    ///
    /// # Errors
    ///
    /// As [`Market::new`].
    pub fn with_own(&self, own: ValueVector<U>) -> Result<Self, ExchangeError> {
        let market = Self::new(own, &self.offers[1..], self.taste)?;
        self.outside.map_or(Ok(market.clone()), |utility| market.with_outside(utility))
    }

    /// All offers, ours first.
    pub fn offers(&self) -> &[ValueVector<U>] {
        &self.offers
    }

    /// What customers weigh.
    pub const fn taste(&self) -> Taste {
        self.taste
    }

    /// What somebody chooses among who is with one of the alternatives now, or, with `None`, with nobody yet.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Choice`] for an alternative that is not in the market.
    pub fn choice(&self, incumbent: Option<Alternative>) -> Result<ChoiceSet, ExchangeError> {
        let ahead = |alternative: Alternative| if incumbent == Some(alternative) { self.taste.inertia } else { 0.0 };
        let utility = |(index, offer): (usize, &ValueVector<U>)| self.utility(offer) + ahead(Alternative::Offer(index));
        let choice = ChoiceSet::new(self.offers.iter().enumerate().map(utility).collect::<Vec<_>>())?;
        let choice = match self.outside {
            Some(utility) => choice.with_outside(utility + ahead(Alternative::Outside))?,
            None => choice,
        };
        if let Some(incumbent) = incumbent {
            choice.probability(incumbent)?;
        }
        Ok(choice)
    }

    /// The chain of being chosen again: with whom customers of each alternative are a period later.
    ///
    /// Its states are the offers in their order, ours at 0, and buying from nobody, where that is possible.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Chain`] for a period without length.
    #[doc(alias = "switching matrix")]
    pub fn switching(&self, period: Span) -> Result<Chain, ExchangeError> {
        let offers = (0..self.offers.len()).map(Alternative::Offer);
        let incumbents = offers.chain(self.outside.map(|_| Alternative::Outside));
        let rows: Result<Vec<Weights>, ExchangeError> = incumbents.map(|incumbent| self.row(incumbent)).collect();
        Ok(Chain::new(rows?, period)?)
    }

    fn row(&self, incumbent: Alternative) -> Result<Weights, ExchangeError> {
        let shares = self.choice(Some(incumbent))?.shares();
        let all = shares.offers.iter().chain(&shares.outside).map(|share| share.get());
        Ok(Weights::new(all.collect::<Vec<_>>())?)
    }

    fn utility(&self, offer: &ValueVector<U>) -> f64 {
        let (weights, value) = (self.taste.weights, offer.axes());
        weights.economic * value.economic
            + weights.functional * value.functional
            + weights.psychological * value.psychological
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct UncheckedTaste {
    weights: Axes,
    inertia: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<UncheckedTaste> for Taste {
    type Error = ExchangeError;

    fn try_from(raw: UncheckedTaste) -> Result<Self, ExchangeError> {
        Self::new(raw.weights, raw.inertia)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(bound = "U: AxisUnit + serde::Deserialize<'de>")]
struct Unchecked<U> {
    offers: Vec<ValueVector<U>>,
    taste: Taste,
    outside: Option<f64>,
}

#[cfg(feature = "serde")]
impl<U: AxisUnit> TryFrom<Unchecked<U>> for Market<U> {
    type Error = ExchangeError;

    fn try_from(raw: Unchecked<U>) -> Result<Self, ExchangeError> {
        let (own, rivals) = raw.offers.split_first().ok_or(crate::delivered::ChoiceError::Empty)?;
        let market = Self::new(*own, rivals, raw.taste)?;
        raw.outside.map_or(Ok(market.clone()), |utility| market.with_outside(utility))
    }
}
