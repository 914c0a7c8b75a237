use super::{Fit, FunctionalEstimate};
use crate::{
    cohort::SpendHistory,
    covariates::{DynamicParetoNbd, WhatIf, WhatIfError},
    lifetime::{GammaGamma, SpendError, Valuation, ValuationError},
    units::{Currency, DiscountRate, ExpectedMoney, Horizon, Interval, Probability, Span},
};

/// What a purchase brings, of customers whose purchases change.
#[derive(Debug, Clone, Copy)]
pub enum PurchaseWorth<'a> {
    /// The same known amount of all customers: nothing of it is uncertain.
    Known(ExpectedMoney),
    /// What a fitted model expects each customer to spend, given one history a customer; the errors of its parameters
    /// count.
    Fitted {
        /// The fit.
        fit: &'a Fit<GammaGamma>,
        /// What customers spent so far, in the order of the customers.
        histories: &'a [SpendHistory],
    },
}

/// What customers are worth more, or less, when covariates to come change.
///
/// The standard error is of what the parameters of both fits, of purchases and of spend, leave uncertain, not of what
/// customers will do.
///
/// # Examples
///
/// See [`Fit::what_if_worth`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ValueGain {
    /// The residual value of all customers together as planned.
    pub planned: ExpectedMoney,
    /// The same as changed.
    pub changed: ExpectedMoney,
    /// The difference.
    pub gain: ExpectedMoney,
    /// The standard error of the difference.
    pub standard_error: ExpectedMoney,
}

impl ValueGain {
    /// The interval of the difference, in major units: gain ∓ z · error.
    pub fn interval(&self, level: Probability) -> Interval {
        let Self { gain, standard_error, .. } = *self;
        FunctionalEstimate { value: gain.amount(), standard_error: standard_error.amount() }.interval(level)
    }
}

impl Fit<DynamicParetoNbd> {
    /// What if: how many purchases more all these customers together are expected to make within a span, if covariates
    /// change from the planned courses to the others; with the standard error that the fit leaves, `None` where that is not
    /// identified.
    ///
    /// Both ways of the future are taken under the same parameters, so that what is uncertain of both alike cancels; and the
    /// parameters are the same for all customers, so that their errors add up instead of averaging out. Customers whose
    /// covariates do not change within the span gain exactly nothing.
    ///
    /// # Errors
    ///
    /// [`WhatIfError::Course`]: as [`DynamicParetoNbd::future`], for a customer by position; and
    /// [`CourseError::Columns`](crate::covariates::CourseError::Columns) for courses of other columns than the model's.
    pub fn what_if(&self, question: &WhatIf<'_>, within: Span) -> Result<Option<FunctionalEstimate>, WhatIfError> {
        let (horizon, rate) = (Horizon::Within(within), DiscountRate::ZERO);
        question.purchases(self.model(), horizon, rate)?;
        let gain = |model: &DynamicParetoNbd| {
            let purchases = question.purchases(model, horizon, rate);
            purchases.map_or(f64::NAN, |purchases| purchases.iter().map(|[before, after]| after - before).sum())
        };
        Ok(self.delta(gain))
    }

    /// What if, in money: by how much the residual value of all these customers together changes; `None` where one of the
    /// fits does not identify it.
    ///
    /// # Formula
    ///
    /// ```text
    /// gain = margin · Σ E[spend a purchase] · (discounted purchases as changed − as planned)
    /// error² = gᵀ Σ g + hᵀ Σ' h
    /// ```
    ///
    /// with the sum over customers, g and Σ the gradient of the gain and the covariance in the fit of purchases, h and Σ' those
    /// in the fit of spend, whose parameters are taken to be independent of the others, as the models take spend to be.
    ///
    /// # Errors
    ///
    /// As [`Fit::what_if`]; [`WhatIfError::Valuation`] for a lifetime or a spend without a finite expectation and for amounts
    /// that are too large; [`WhatIfError::Spend`] unless there is one history of spend for each customer.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::covariates::{Course, Courses, Driver, DynamicParetoNbd, Effects, OverTime, WhatIf};
    /// use customer_value::{
    ///     Currency, DiscountRate, ExpectedMoney, Horizon, Margin, Mle, ParetoNbd, ParetoNbdParams, Probability,
    ///     PurchaseTimes, PurchaseWorth, Seed, Span, Valuation, simulate,
    /// };
    ///
    /// // Customers of a year who buy at random times, some often, some seldom, and of whom many come to a sale.
    /// let weeks = |count: u32| Span::whole_days(7 * count);
    /// let model = ParetoNbd::new(ParetoNbdParams { r: 0.8, alpha: weeks(8), s: 0.8, beta: weeks(20) })?;
    /// let times = simulate(&model, weeks(52), 200, Seed::new(1)).into_iter().enumerate().map(|(at, history)| {
    ///     let (repeats, recency) = (f64::from(history.repeats()), history.recency().as_days());
    ///     let mut days: Vec<f64> = (1..=history.repeats()).map(|nth| recency * f64::from(nth) / repeats).collect();
    ///     let sales = [13, 26, 39].into_iter().filter(|week| at % 2 == 0 && 7.0 * f64::from(*week) < recency);
    ///     days.extend(sales.map(|week| 7.0 * f64::from(week) + 0.01 * (at + 1) as f64));
    ///     days.sort_by(f64::total_cmp);
    ///     PurchaseTimes::new(days.into_iter().map(Span::days).collect::<Result<Vec<_>, _>>().unwrap(), weeks(52))
    /// });
    /// let times: Vec<PurchaseTimes> = times.collect::<Result<_, _>>()?;
    /// let sales = |at: &[u32]| {
    ///     let sale = at.iter().flat_map(|&week| [(weeks(week), vec![1.0]), (weeks(week + 1), vec![0.0])]);
    ///     Course::new(std::iter::once((Span::ZERO, vec![0.0])).chain(sale), Horizon::Lifetime)
    /// };
    /// let planned = Courses::new(["sale"], vec![sales(&[13, 26, 39])?; 200])?;
    /// let data = OverTime::new(&planned, &Effects::new().of(Driver::Purchase, ["sale"]), &times)?;
    /// let fit = Mle::default().fit::<DynamicParetoNbd>(data)?;
    ///
    /// // One sale more, in two weeks, of the next half year.
    /// let histories: Vec<_> = times.iter().map(PurchaseTimes::history).collect();
    /// let changed = Courses::coded(planned.coding(), vec![sales(&[13, 26, 39, 54])?; 200])?;
    /// let question = WhatIf::new(&histories, &planned, &changed)?;
    /// let valuation = Valuation {
    ///     horizon: Horizon::Within(weeks(26)),
    ///     discount: DiscountRate::effective_annual(0.1)?,
    ///     margin: Margin::new(0.3)?,
    /// };
    /// let worth = PurchaseWorth::Known(ExpectedMoney::new(40.0, Currency::EUR)?);
    /// let gain = fit.what_if_worth(&question, &valuation, &worth)?.ok_or("not identified")?;
    /// assert!(gain.gain.amount() > 0.0);
    /// assert!(gain.interval(Probability::new(0.95)?).contains(gain.gain.amount()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn what_if_worth(
        &self,
        question: &WhatIf<'_>,
        valuation: &Valuation,
        worth: &PurchaseWorth<'_>,
    ) -> Result<Option<ValueGain>, WhatIfError> {
        let purchases = |model: &DynamicParetoNbd| question.purchases(model, valuation.horizon, valuation.discount);
        let purchases_here = purchases(self.model())?;
        let kept = worth.kept(valuation, question.customers())?;
        let money = |amount: f64| ExpectedMoney::new(amount, worth.currency()).map_err(ValuationError::from);
        let total = |which: usize| money(weigh(&kept, purchases_here.iter().map(|both| both[which])));
        let (planned, changed) = (total(0)?, total(1)?);
        let gain = |purchases: &[[f64; 2]]| weigh(&kept, purchases.iter().map(|[before, after]| after - before));
        let by_purchases = self.delta(|model| purchases(model).map_or(f64::NAN, |purchases| gain(&purchases)));
        let Some((one, other)) = by_purchases.zip(worth.error(valuation, &purchases_here)) else { return Ok(None) };
        let (gain, standard_error) = (money(one.value)?, money(one.standard_error.hypot(other))?);
        Ok(Some(ValueGain { planned, changed, gain, standard_error }))
    }
}

/// Σ of what customers keep a purchase times how many.
fn weigh(kept: &[f64], purchases: impl Iterator<Item = f64>) -> f64 {
    kept.iter().zip(purchases).map(|(kept, purchases)| kept * purchases).sum()
}

impl PurchaseWorth<'_> {
    fn currency(&self) -> Currency {
        match self {
            Self::Known(amount) => amount.currency(),
            Self::Fitted { fit, .. } => fit.model().params().v.currency(),
        }
    }

    /// The margin on a purchase of each customer, in major units.
    fn kept(&self, valuation: &Valuation, customers: usize) -> Result<Vec<f64>, WhatIfError> {
        match self {
            Self::Known(amount) => Ok(vec![valuation.margin.get() * amount.amount(); customers]),
            Self::Fitted { histories, .. } if histories.len() != customers => {
                Err(WhatIfError::Spend { found: histories.len(), expected: customers })
            }
            Self::Fitted { fit, histories } => {
                let kept = |(customer, history)| {
                    let spend =
                        spend(fit.model(), history).map_err(|error| ValuationError::from(error).of(customer))?;
                    Ok(valuation.margin.get() * spend)
                };
                histories.iter().enumerate().map(kept).collect()
            }
        }
    }

    /// The standard error of the gain by what the fit of spend leaves uncertain.
    fn error(&self, valuation: &Valuation, purchases: &[[f64; 2]]) -> Option<f64> {
        let Self::Fitted { fit, histories } = self else { return Some(0.0) };
        let gain = |model: &GammaGamma| {
            let gains = purchases.iter().map(|[before, after]| after - before).zip(*histories);
            // Of who gains nothing, spend need not have a finite mean.
            let gains = gains.filter(|(gain, _)| gain.abs() > 0.0);
            let gains = gains.map(|(gain, history)| Ok(gain * spend(model, history)?));
            gains.sum::<Result<f64, SpendError>>().map_or(f64::NAN, |sum| valuation.margin.get() * sum)
        };
        Some(fit.delta(gain)?.standard_error)
    }
}

fn spend(model: &GammaGamma, history: &SpendHistory) -> Result<f64, SpendError> {
    Ok(model.forecast(history)?.mean()?.amount())
}
