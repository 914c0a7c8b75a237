use std::{borrow::Cow, sync::Arc};

use super::{
    Course, CourseError, Future, OverTime,
    course::end,
    data::{Piece, Watched, pieces},
    jet::{self, At},
};
use crate::{
    cohort::{PurchaseHistory, PurchaseTimes},
    covariates::{
        Coding, CovariatesError, Effects,
        about::{About, check_drivers, checked, inner, limit_with_effects},
    },
    lifetime::{
        DataError, Driver, Generator, Likelihood, Limit, Link, Parameter, ParameterError, ParetoNbd, ParetoNbdParams,
        Search, sealed::Sealed,
    },
    math::Jet,
    parallel,
    units::{Horizon, Span, TimeUnit},
};

/// The Pareto/NBD model with covariates that change while customers are watched.
///
/// A customer buys at the rate λ·e^(γz) and leaves at the rate μ·e^(γ'z), where z are the covariates at the time, λ and μ
/// the customer's own for good, spread over customers as in [`ParetoNbd`]. With covariates that never change it is
/// [`Covariates<ParetoNbd>`](crate::covariates::Covariates); the signs are those of [`Driver`].
///
/// # Formula
///
/// ```text
/// B(t) = ∫ e^(γz(u)) du,   D(t) = ∫ e^(γ'z(u)) du   over (0, t)
///
/// L = Γ(r+x)/Γ(r) · α^r β^s · Π e^(γz(t_k)) · { (α+B(T))^−(r+x) (β+D(T))^−s
///       + s ∫ (α+B(u))^−(r+x) (β+D(u))^−(s+1) e^(γ'z(u)) du over (t_x, T) }
/// ```
///
/// ```math
/// L = \frac{\Gamma(r+x)}{\Gamma(r)} \alpha^r \beta^s \prod_k e^{\gamma' z(t_k)} \left\{
/// \frac{1}{(\alpha+B(T))^{r+x} (\beta+D(T))^s} + \int_{t_x}^T \frac{s\,dD(u)}{(\alpha+B(u))^{r+x} (\beta+D(u))^{s+1}} \right\}
/// ```
///
/// The product runs over the x repeat purchases t_k, not the first. Numbers are measured from their means over the time that
/// customers were watched, each customer counted alike, and levels from their reference: the parameters are those of an
/// average stretch of time, however courses are cut into pieces and whatever is planned. On each piece the integral is formed as in [`ParetoNbd`], of positive
/// terms: differences of hypergeometric functions, by which it is usually given, may come out negative.
///
/// # Examples
///
/// ```
/// use customer_value::covariates::{Course, Courses, Driver, DynamicParetoNbd, Effects};
/// use customer_value::{Horizon, ParetoNbd, ParetoNbdParams, PurchaseHistory, Span};
///
/// let weeks = Span::weeks;
/// // A campaign in weeks 20 to 26 doubles the rate of purchases.
/// let on = |from: f64| [(weeks(0.0), 0.0), (weeks(from), 1.0), (weeks(from + 6.0), 0.0)];
/// let course = |from| on(from).map(|(start, on)| Ok((start?, vec![on]))).into_iter().collect::<Result<Vec<_>, customer_value::Error>>();
/// let planned = Course::new(course(20.0)?, Horizon::Lifetime)?;
/// let courses = Courses::new(["campaign"], [planned.clone()])?;
/// let base = ParetoNbd::new(ParetoNbdParams { r: 0.6, alpha: weeks(10.0)?, s: 0.6, beta: weeks(12.0)? })?;
/// let effects = Effects::new().of(Driver::Purchase, ["campaign"]);
/// let model = DynamicParetoNbd::new(base, courses.coding(), &effects, &[2.0_f64.ln()])?;
///
/// // A customer of ten weeks: with the campaign, and if it came four weeks later.
/// let history = PurchaseHistory::new(3, weeks(8.0)?, weeks(10.0)?)?;
/// let later = Course::new(course(24.0)?, Horizon::Lifetime)?;
/// let year = weeks(52.0)?;
/// let expected = |course| -> Result<f64, customer_value::Error> {
///     Ok(model.future(&history, course, Horizon::Within(year))?.forecast().expected_purchases(year))
/// };
/// assert!(expected(&planned)? > expected(&later)?); // some will have left
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Bachmann, Meierer and Näf (2021), The role of time-varying contextual factors in latent attrition models for customer
/// base analysis, Marketing Science 40(4).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        into = "crate::covariates::stored::Stored<ParetoNbd>",
        try_from = "crate::covariates::stored::Stored<ParetoNbd>"
    )
)]
pub struct DynamicParetoNbd {
    pub(in crate::covariates) base: ParetoNbd,
    pub(in crate::covariates) about: Arc<About>,
    /// As a search moves them: for a standard deviation of their covariates.
    pub(in crate::covariates) inner: Vec<f64>,
}

impl DynamicParetoNbd {
    /// A model with given coefficients: those of the effects in their order, tied ones once, each for a raw unit of its
    /// covariate; `base` holds where each covariate is at its mean.
    ///
    /// # Errors
    ///
    /// [`CovariatesError`] unless there is one coefficient, within range, for each effect, on purchases or dropout.
    pub fn new(
        base: ParetoNbd,
        coding: &Coding,
        effects: &Effects,
        coefficients: &[f64],
    ) -> Result<Self, CovariatesError> {
        let (about, inner) = checked::<Self>(coding, effects, coefficients)?;
        Ok(Self { base, about, inner })
    }

    /// The plain model where each covariate is at its mean.
    pub const fn base(&self) -> &ParetoNbd {
        &self.base
    }

    /// How covariates are measured.
    pub fn coding(&self) -> &Coding {
        &self.about.coding
    }

    /// The coefficients with their names, such as `purchase: campaign`, each for a raw unit of its covariate.
    pub fn coefficients(&self) -> impl Iterator<Item = (&str, f64)> {
        self.about.raw(&self.inner)
    }

    /// What a customer with this history will do, under a course of covariates from the first purchase to a horizon, which
    /// counts from the end of the history; beyond it forecasts go on with the last covariates that are known.
    ///
    /// # Errors
    ///
    /// [`CourseError::Unknown`] where the course ends before the horizon; [`CourseError::Length`] for one with other columns;
    /// [`CourseError::Piece`] for covariates so far out that they take a parameter out of its range, as in
    /// [`Covariates::at`](crate::covariates::Covariates::at).
    pub fn future(&self, history: &PurchaseHistory, course: &Course, horizon: Horizon) -> Result<Future, CourseError> {
        course.check_known(end(history.age(), horizon))?;
        let (found, expected) = (course.at(Span::ZERO).len(), self.coding().coded().count());
        if found != expected {
            return Err(CourseError::Length { piece: 0, found, expected });
        }
        let pieces: Vec<Piece> = pieces(&self.about.plan, course).collect();
        self.check(&pieces)?;
        Ok(Future::new(&self.base.params(), &self.inner, &pieces, history))
    }

    /// Each piece must be one that a customer could live under for ever: none is too fast or slow for any number.
    fn check(&self, pieces: &[Piece]) -> Result<(), CourseError> {
        let ParetoNbdParams { r, alpha, s, beta } = self.base.params();
        for (piece, one) in pieces.iter().enumerate() {
            let [buying, leaving] = one.paces(&self.inner);
            let natural = [r, alpha.as_days() / buying, s, beta.as_days() / leaving];
            self.base.with_natural(&natural).map_err(|source| CourseError::Piece { piece, source })?;
        }
        Ok(())
    }

    /// When a customer drawn from the population buys, under the covariates of somebody watched as long.
    fn draw(&self, row: &Watched, rng: &mut Generator) -> Watched {
        let ParetoNbdParams { r, alpha, s, beta } = self.base.params();
        let [pace, leaving] = [rng.gamma(r) / alpha.as_days(), rng.gamma(s) / beta.as_days()];
        // Both happen when so much of their own time is over.
        let (mut next, mut gone) = (rng.exponential() / pace, rng.exponential() / leaving);
        let age = row.history.age().as_days();
        let (mut repeats, mut recency, mut bought) = (0, 0.0, vec![0.0; self.inner.len()]);
        for (index, piece) in row.pieces.iter().enumerate() {
            let end = row.pieces.get(index + 1).map_or(age, |next| next.start);
            let [p, d] = piece.paces(&self.inner);
            let alive_until = end.min(piece.start + gone / d);
            let mut now = piece.start;
            while now + next / p < alive_until && repeats < u32::MAX >> 3 {
                now += next / p;
                (repeats, recency, next) = (repeats + 1, now, rng.exponential() / pace);
                bought.iter_mut().zip(&piece.buying).for_each(|(sum, one)| *sum += one);
            }
            (next, gone) = (next - (alive_until - now) * p, gone - (end - piece.start) * d);
            if gone <= 0.0 {
                break;
            }
        }
        let history = PurchaseHistory::observed(repeats, recency, age);
        Watched { history, bought, pieces: row.pieces.clone() }
    }
}

impl Sealed for DynamicParetoNbd {}

impl Likelihood for DynamicParetoNbd {
    type Data = OverTime;

    const NAME: &'static str = "Pareto/NBD over time";

    const PARAMETERS: &'static [Parameter] = ParetoNbd::PARAMETERS;

    fn parameters(data: &OverTime) -> Cow<'static, [Parameter]> {
        data.about.parameters::<ParetoNbd>()
    }

    fn own_parameters(&self) -> Cow<'static, [Parameter]> {
        self.about.parameters::<ParetoNbd>()
    }

    fn link(driver: Driver) -> Option<Link> {
        ParetoNbd::link(driver)
    }

    fn penalty(natural: &[f64], data: &OverTime) -> f64 {
        data.about.plan.penalty(&inner::<ParetoNbd>(natural))
    }

    fn from_natural(natural: &[f64], data: &OverTime) -> Result<Self, ParameterError> {
        let base = ParetoNbd::from_natural(&natural[..BASE], data.without())?;
        Ok(Self { base, about: Arc::clone(&data.about), inner: inner::<ParetoNbd>(natural) })
    }

    fn to_natural(&self) -> Vec<f64> {
        let mut natural = self.base.to_natural();
        natural.extend(self.inner.iter().map(|inner| inner.exp()));
        natural
    }

    fn with_natural(&self, natural: &[f64]) -> Result<Self, ParameterError> {
        let base = self.base.with_natural(&natural[..BASE])?;
        Ok(Self { base, about: Arc::clone(&self.about), inner: inner::<ParetoNbd>(natural) })
    }

    fn limit(natural: &[f64], held: &[bool]) -> Option<Limit> {
        limit_with_effects::<ParetoNbd>(natural, held)
    }

    fn resample(&self, data: &OverTime, rng: &mut Generator) -> OverTime {
        data.with_rows(data.rows.iter().map(|row| self.draw(row, rng)).collect())
    }

    fn starts(data: &OverTime) -> Result<Vec<Vec<f64>>, DataError> {
        check_drivers::<Self>(&data.about.plan.terms)?;
        Ok(ParetoNbd::starts(data.without())?.into_iter().map(|start| data.about.without_effects(start)).collect())
    }

    /// The plain model, whose coefficients are zero.
    fn contained(data: &OverTime, search: &impl Search) -> Vec<Vec<f64>> {
        search
            .maximum::<ParetoNbd>(data.without())
            .map(|natural| data.about.without_effects(natural))
            .into_iter()
            .collect()
    }

    fn objective(natural: &[f64], data: &OverTime) -> Jet {
        /// Rows cost hundreds of quadratures each.
        const ROWS: usize = 8;
        let coefficients = inner::<ParetoNbd>(natural);
        let at = At { r: natural[0], alpha: natural[1], s: natural[2], beta: natural[3], coefficients: &coefficients };
        let chunks = parallel::map_chunks(&data.rows, ROWS, |rows| {
            rows.iter().fold(Jet::zero(natural.len()), |sum, row| sum.plus(&jet::row(&at, row)))
        });
        let mut jet = chunks.iter().fold(Jet::zero(natural.len()), Jet::plus);
        data.about.plan.subtract_penalty(&mut jet, &coefficients);
        jet
    }

    /// −∞ for covariates that take a parameter out of its range.
    fn ln_likelihood(&self, (course, times): &(Course, PurchaseTimes), unit: TimeUnit) -> f64 {
        let ParetoNbdParams { r, alpha, s, beta } = self.base.params();
        let at = At { r, alpha: alpha.as_days(), s, beta: beta.as_days(), coefficients: &self.inner };
        let row = Watched::new(&self.about.plan, course, times);
        if self.check(&row.pieces).is_err() {
            return f64::NEG_INFINITY;
        }
        jet::row(&at, &row).value + f64::from(row.history.repeats()) * unit.days().ln()
    }
}

/// The parameters of the plain model.
const BASE: usize = 4;
