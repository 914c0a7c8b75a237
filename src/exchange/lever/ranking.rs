use std::convert::Infallible;

use rust_decimal::Decimal;

use super::{Lever, LeverError};
use crate::delivered::Delivered;
use crate::exchange::{ExchangeError, not_negative};
use crate::units::{Currency, ExpectedMoney, Money, MoneyError, Probability, same_currency};

/// By which number levers are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RankBy {
    /// By what a unit of money spent gains; what gains without spend comes first, what gains nothing last.
    Return,
    /// By what is gained, whatever it costs.
    Gain,
}

/// How a lever stands to its spend, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LeverStanding {
    /// It gains something and costs nothing.
    Free,
    /// It gains something and costs something.
    Paid,
    /// It gains nothing, or less than nothing.
    WithoutGain,
}

/// A lever with what it gains; `Gain` is an amount, or a difference of shares.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RankedLever<Gain> {
    /// Its position in the order declared.
    pub lever: usize,
    /// The effect on the offer with this lever alone, less the effect of the offer as it is.
    pub gain: Gain,
    /// What it costs.
    pub spend: Money,
    /// What a major unit of money spent gains; `None` when nothing is spent.
    pub return_on_spend: Option<f64>,
    /// Whether it gains anything, and whether that costs anything.
    pub standing: LeverStanding,
    /// What this lever and all that are ranked before it cost together.
    pub cumulative_spend: Money,
}

/// What an offer is measured by: an amount, such as net value or equity, or a share, such as that of choices.
///
/// Levers are ranked by one of them at a time, so that money and shares never meet.
pub trait Effect: sealed::Sealed {
    /// A difference of two effects.
    type Gain: Copy + PartialEq + std::fmt::Debug;

    #[doc(hidden)]
    fn gain_over(self, before: Self, currency: Currency) -> Result<Self::Gain, MoneyError>;

    #[doc(hidden)]
    fn number(gain: Self::Gain) -> f64;
}

impl Effect for ExpectedMoney {
    type Gain = Self;

    fn gain_over(self, before: Self, currency: Currency) -> Result<Self, MoneyError> {
        same_currency(currency, self.currency())?;
        self.checked_sub(before)
    }

    fn number(gain: Self) -> f64 {
        gain.amount()
    }
}

impl Effect for Probability {
    type Gain = f64;

    fn gain_over(self, before: Self, _: Currency) -> Result<f64, MoneyError> {
        Ok(self.get() - before.get())
    }

    fn number(gain: f64) -> f64 {
        gain
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::units::ExpectedMoney {}
    impl Sealed for crate::units::Probability {}
}

/// Why levers cannot be ranked, where `E` says why an effect has no number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RankError<E> {
    /// A lever does not suit the offer, or its gain is no number.
    #[error(transparent)]
    Lever(#[from] LeverError),
    /// The effect cannot be computed.
    #[error("effect of {}: {source}", measured(lever.as_deref()))]
    Effect {
        /// The lever; `None` for the offer as it is.
        lever: Option<String>,
        /// Why not.
        source: E,
    },
}

pub(crate) fn measured(lever: Option<&str>) -> String {
    lever.map_or_else(|| "the offer as it is".into(), |lever| format!("the offer with lever {lever:?}"))
}

/// Levers in the order in which they are worth pulling, each measured alone, before and after; none for none.
///
/// `effect` gives what the offer is measured by: an amount or a share. By [`RankBy::Return`] those which gain without
/// spend come first, the largest gain first; then those which gain for a spend, by their return; then those without a
/// gain, by how little they lose. Of equals the one declared earlier comes first. The order does not depend on the unit
/// of the currency.
///
/// Gains of several levers need not add up.
///
/// # Formula
///
/// ```text
/// gain = effect(offer with the lever) − effect(offer)        return = gain / spend
/// ```
///
/// # Errors
///
/// [`RankError::Effect`] with the error of `effect`; [`RankError::Lever`] for a lever that does not suit the offer, or
/// whose gain is in another currency than its spend or too large for a number.
///
/// # Examples
///
/// By the share in which an offer is chosen beside a rival:
///
/// ```
/// use customer_value::delivered::{Axis, BenefitMatrix, BenefitSource, ChoiceSet, Costs, Delivered, Effort, Sources};
/// use customer_value::exchange::{Change, Lever, RankBy, rank_levers};
/// use customer_value::{Currency, ExpectedMoney, Money, ShadowPrices};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let costs = Costs::new(usd(100), Effort::default())?.components(&ShadowPrices::default())?.priced()?;
/// let offer = Delivered::new(BenefitMatrix::new(Sources::default(), Currency::USD)?, costs)?;
/// let lever = |source, by, spend| {
///     let by = ExpectedMoney::new(by, Currency::USD)?;
///     let change = Change::Benefit { source, axis: Axis::Functional, by };
///     Ok::<_, customer_value::Error>(Lever::new(source.to_string(), [change], usd(spend))?)
/// };
/// let levers = [lever(BenefitSource::Image, 10.0, 8)?, lever(BenefitSource::Service, 20.0, 10)?];
///
/// // A rival leaves the customer 100 short, too; 10 of net value are one unit of utility.
/// let ranking = rank_levers(&levers, &offer, RankBy::Return, |offer| {
///     Ok::<_, customer_value::Error>(ChoiceSet::new([offer.net().amount() / 10.0, -10.0])?.shares().offers[0])
/// })?;
/// assert_eq!(levers[ranking[0].lever].name(), "service");
/// assert!((ranking[0].gain - (1.0 / (1.0 + (-2.0_f64).exp()) - 0.5)).abs() < 1e-12);
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "以极小的成本改善服务")]
pub fn rank_levers<E: Effect + Copy, F>(
    levers: &[Lever],
    offer: &Delivered,
    by: RankBy,
    effect: impl Fn(&Delivered) -> Result<E, F>,
) -> Result<Vec<RankedLever<E::Gain>>, RankError<F>> {
    let before = effect(offer).map_err(|source| RankError::Effect { lever: None, source })?;
    let mut ranking = Vec::with_capacity(levers.len());
    for (position, lever) in levers.iter().enumerate() {
        let named = |source| RankError::Effect { lever: Some(lever.name.clone()), source };
        let after = effect(&lever.apply(offer)?).map_err(named)?;
        ranking.push(ranked(position, lever, before, after)?);
    }
    // Stable, so that equals keep the order declared.
    ranking.sort_by(|a, b| {
        let (first, second) = (key::<E>(a, by), key::<E>(b, by));
        first.0.cmp(&second.0).then(second.1.total_cmp(&first.1))
    });
    add_up(&mut ranking, levers, offer.currency())?;
    Ok(ranking)
}

/// Levers ranked by the net value that they add for the customer.
///
/// # Errors
///
/// [`LeverError`] for a lever that does not suit the offer, or whose gain is too large for a number.
///
/// # Examples
///
/// Better service for 10 beats a price cut of 20 that costs as much:
///
/// ```
/// use customer_value::delivered::{Axis, BenefitMatrix, BenefitSource, CostKind, Costs, Delivered, Effort, Sources};
/// use customer_value::exchange::{Change, Lever, RankBy, affordable_in_order, rank_levers_by_net};
/// use customer_value::{Currency, ExpectedMoney, Money, ShadowPrices};
///
/// let usd = |major: i64| Money::from_minor(100 * major, Currency::USD);
/// let costs = Costs::new(usd(120), Effort::default())?.components(&ShadowPrices::default())?.priced()?;
/// let offer = Delivered::new(BenefitMatrix::new(Sources::default(), Currency::USD)?, costs)?;
/// let by = |amount| ExpectedMoney::new(amount, Currency::USD);
/// let cheaper = Change::Cost { kind: CostKind::Monetary, by: by(-20.0)? };
/// let better = Change::Benefit { source: BenefitSource::Service, axis: Axis::Functional, by: by(30.0)? };
/// let levers = [Lever::new("price", [cheaper], usd(20))?, Lever::new("service", [better], usd(10))?];
///
/// let ranking = rank_levers_by_net(&levers, &offer, RankBy::Return)?;
/// assert_eq!(ranking.iter().map(|ranked| ranked.return_on_spend).collect::<Vec<_>>(), [Some(3.0), Some(1.0)]);
/// assert_eq!(ranking[1].cumulative_spend, usd(30));
/// assert_eq!(affordable_in_order(&ranking, usd(25))?, [1]);
/// # Ok::<(), customer_value::Error>(())
/// ```
pub fn rank_levers_by_net(
    levers: &[Lever],
    offer: &Delivered,
    by: RankBy,
) -> Result<Vec<RankedLever<ExpectedMoney>>, LeverError> {
    rank_levers(levers, offer, by, |offer| Ok::<_, Infallible>(offer.net())).map_err(|error| match error {
        RankError::Lever(error) => error,
        RankError::Effect { source, .. } => match source {},
    })
}

/// Positions, in the order declared, of the levers that a budget pays for when it is spent in the order ranked.
///
/// Each lever that gains something and costs no more than what is left is taken; one that costs more is passed over.
/// This is what the order gives, not the best choice within the budget, for which all combinations would have to be
/// tried.
///
/// # Errors
///
/// [`ExchangeError::Negative`] for a budget below zero, [`ExchangeError::Money`] when currencies differ.
pub fn affordable_in_order<Gain>(ranking: &[RankedLever<Gain>], budget: Money) -> Result<Vec<usize>, ExchangeError> {
    let mut left = not_negative("budget", budget)?;
    let mut taken = Vec::new();
    for ranked in ranking {
        let rest = left.checked_sub(ranked.spend)?;
        if ranked.standing != LeverStanding::WithoutGain && !rest.is_negative() {
            left = rest;
            taken.push(ranked.lever);
        }
    }
    Ok(taken)
}

fn ranked<E: Effect>(position: usize, lever: &Lever, before: E, after: E) -> Result<RankedLever<E::Gain>, LeverError> {
    let spend = lever.spend;
    let gain = after.gain_over(before, spend.currency()).map_err(|source| lever.money_error(source))?;
    let number = E::number(gain);
    let costs = spend.amount() > Decimal::ZERO;
    let return_on_spend = costs.then(|| number / spend.to_f64());
    if return_on_spend.is_some_and(|quotient| !quotient.is_finite()) {
        return Err(LeverError::ReturnTooLarge { lever: lever.name.clone() });
    }
    let standing = match (number > 0.0, costs) {
        (true, false) => LeverStanding::Free,
        (true, true) => LeverStanding::Paid,
        (false, _) => LeverStanding::WithoutGain,
    };
    Ok(RankedLever { lever: position, gain, spend, return_on_spend, standing, cumulative_spend: spend })
}

/// The better, the smaller first and the larger second.
fn key<E: Effect>(ranked: &RankedLever<E::Gain>, by: RankBy) -> (Option<LeverStanding>, f64) {
    // A zero has one sign only, so that zeros are equals.
    let gain = E::number(ranked.gain) + 0.0;
    match (by, ranked.standing, ranked.return_on_spend) {
        (RankBy::Gain, ..) => (None, gain),
        (RankBy::Return, LeverStanding::Paid, Some(quotient)) => (Some(LeverStanding::Paid), quotient),
        (RankBy::Return, standing, _) => (Some(standing), gain),
    }
}

fn add_up<Gain>(ranking: &mut [RankedLever<Gain>], levers: &[Lever], currency: Currency) -> Result<(), LeverError> {
    let mut sum = Money::zero(currency);
    for ranked in ranking {
        sum = sum.checked_add(ranked.spend).map_err(|source| levers[ranked.lever].money_error(source))?;
        ranked.cumulative_spend = sum;
    }
    Ok(())
}
