use crate::{
    lifetime::{
        Dropout, ForecastError, Process, RateFactor, RateFactors, ScalingError,
        opportunity::{Stay, opportunities, opportunities_up_to},
        sealed::Sealed,
    },
    math::{BetaMixture, ln_beta},
    units::{DiscountRate, Horizon, Span, TimeUnit},
};

/// A customer with a contract that is active: it is renewed, each time with the customer's own probability, until it is
/// not. A purchase is a renewal.
///
/// Renewals fall due one, two, three, … periods from now; a span holds those up to its end. Where periods are months or
/// years, a last one up to three days later counts too: months of the calendar are not equally long, and
/// [`Horizon::months`] of twelve are 365 days, a quarter of a day less than a mean year. After n periods, with S of the
/// model, S(k) below is S(n+k)/S(n).
///
/// # Formula
///
/// ```text
/// survival             S(m), with m renewals due in the span
/// expected purchases   Σ S(k)
/// discounted           Σ e^−δk S(k)
/// any purchase         S(1)
/// m purchases          S(m) − S(m+1), or S(m) where no more fall due
/// retention            S(k+1)/S(k)
/// DERL                 Σ e^−δ(k−1) S(k)
/// ```
///
/// ```math
/// \mathrm{DERL} = \sum_{k=1}^\infty \frac{S(n+k)}{S(n)} \frac 1{(1+d)^{k-1}}
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::{CountModel, DiscountRate, Membership, Sbg, SbgParams, Span, Tenure};
///
/// let model = Sbg::new(SbgParams { alpha: 3.80, beta: 15.20, every: Span::years(1.0)? })?;
/// let after_a_year = *model.forecast(&Tenure::new(1, Membership::Active)?).given_alive();
/// assert!((after_a_year.retention_rate(0) - 16.20 / 20.0).abs() < 1e-12);
/// let derl = after_a_year.discounted_residual_lifetime(DiscountRate::effective_annual(0.1)?)?;
/// assert!((derl - 3.45).abs() < 5e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Fader and Hardie (2010), Customer-base valuation in a contractual setting: the perils of ignoring heterogeneity,
/// Marketing Science 29(1): DERL, and the elasticity of individuals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContractProcess {
    pub(super) stay: Stay,
    /// In days.
    pub(super) every: f64,
}

impl ContractProcess {
    /// P(still active after so many more renewals): the survival curve.
    pub fn survival_after(&self, renewals: u32) -> f64 {
        self.stay.survival(f64::from(renewals))
    }

    /// The share that renews next, of those who have made so many more renewals; 0 asks for the next renewal of all.
    ///
    /// It rises with tenure even where nobody grows more loyal: those who leave easily are gone.
    pub fn retention_rate(&self, renewals: u32) -> f64 {
        self.stay.after(f64::from(renewals)).survival(1.0)
    }

    /// DERL, the expected discounted number of payments of a customer whose contract is up for renewal now: the payment
    /// for the next period, if it is renewed, is made at once and not discounted.
    ///
    /// [`Forecast::discounted_purchases`](crate::Forecast::discounted_purchases) counts the same payments from one
    /// period earlier, where the last renewal was made.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Diverges`] without discounting, where the expectation is infinite.
    #[doc(alias = "DERL")]
    pub fn discounted_residual_lifetime(&self, rate: DiscountRate) -> Result<f64, ForecastError> {
        finite(self.moment(0, rate) * self.force(rate).exp())
    }

    /// The expected number of renewals still to come.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Diverges`] where it is infinite, because loyal customers are too many.
    #[doc(alias = "expected residual lifetime")]
    pub fn expected_renewals(&self) -> Result<f64, ForecastError> {
        finite(self.moment(0, DiscountRate::ZERO))
    }

    /// The mean over customers of the elasticity of one's own DERL: by how many percent it grows, on average, when each
    /// customer's own retention rates all grow by one percent.
    ///
    /// ```text
    /// E [ Σ k e^−δk s(k) / Σ e^−δk s(k) ]       s the survival of one customer; in sBG E [(1+d)/(1+d−r)]
    /// ```
    ///
    /// Compare [`ContractProcess::retention_elasticity_of_mean`]: a firm's revenue grows by that.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Diverges`] without discounting, where it is infinite.
    pub fn mean_retention_elasticity(&self, rate: DiscountRate) -> Result<f64, ForecastError> {
        let Stay::Beta { gamma, delta, power, seen } = self.stay else {
            return self.retention_elasticity_of_mean(rate);
        };
        let force = self.force(rate);
        let of = |theta: f64| {
            let rate = (-(-theta).ln_1p()).max(f64::MIN_POSITIVE);
            elasticity(Stay::Weibull { rate, power, seen }, force)
        };
        let (a, b) = (gamma, delta + seen.powf(power));
        if force > 0.0 {
            return finite(BetaMixture { a, b }.mean_tilted(0.0, force.recip(), |theta| of(theta).ln()));
        }
        // As θ falls, the elasticity grows like θ^−1/c, which moves into the mixture.
        let rest = a - power.recip();
        if rest <= 0.0 {
            return Err(ForecastError::Diverges);
        }
        let bounded = |theta: f64| {
            let theta = theta.max(1e-200);
            of(theta).ln() + theta.ln() / power
        };
        let mean = BetaMixture { a: rest, b }.mean_tilted(0.0, 1.0, bounded);
        finite(mean * (ln_beta(rest, b) - ln_beta(a, b)).exp())
    }

    /// The elasticity of the mean DERL: by how many percent the DERL of all customers with this tenure grows when each
    /// one's retention rates all grow by one percent.
    ///
    /// ```text
    /// Σ k e^−δk S(k) / Σ e^−δk S(k)
    /// ```
    ///
    /// It is larger than the mean of the customers' own elasticities, because those who stay long have more to lose.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Diverges`] without discounting, where it is infinite.
    pub fn retention_elasticity_of_mean(&self, rate: DiscountRate) -> Result<f64, ForecastError> {
        finite(elasticity(self.stay, self.force(rate)))
    }

    /// The force of discounting a period.
    fn force(&self, rate: DiscountRate) -> f64 {
        rate.force_per_day() * self.every
    }

    fn moment(&self, order: i32, rate: DiscountRate) -> f64 {
        self.stay.moment(order, f64::INFINITY, self.force(rate))
    }

    fn due(&self, span: Span) -> f64 {
        opportunities(span.as_days(), self.every)
    }
}

/// Σ k e^−force·k S(k) / Σ e^−force·k S(k).
fn elasticity(stay: Stay, force: f64) -> f64 {
    let [payments, delays] = [0, 1].map(|order| stay.moment(order, f64::INFINITY, force));
    if payments > 0.0 { delays / payments } else { 1.0 }
}

fn finite(value: f64) -> Result<f64, ForecastError> {
    if value.is_finite() { Ok(value) } else { Err(ForecastError::Diverges) }
}

impl Sealed for ContractProcess {}

impl Process for ContractProcess {
    fn survival(&self, after: Span) -> f64 {
        self.stay.survival(self.due(after))
    }

    fn any_purchase(&self, within: Horizon) -> f64 {
        if opportunities_up_to(within, self.every) < 1.0 { 0.0 } else { self.stay.survival(1.0) }
    }

    fn probability_of(&self, count: u32, within: Span) -> f64 {
        self.probability_between(count, Span::ZERO, within)
    }

    /// So many renewals fall due and are made, or not one more.
    fn tails(&self, count: u32, within: Span) -> Option<[f64; 2]> {
        let (made, due) = (f64::from(count), self.due(within));
        let at_least = if made > due { 0.0 } else { self.stay.survival(made) };
        Some([at_least, if made < due { self.stay.gone(made + 1.0) } else { 1.0 }])
    }

    fn probability_between(&self, count: u32, from: Span, to: Span) -> f64 {
        let (before, due) = (self.due(from), self.due(to));
        let (made, due) = (f64::from(count), due - before);
        let then = self.stay.after(before);
        let lost = if made < due { then.after(made).gone(1.0) } else { 1.0 };
        let renewed = if made > due { 0.0 } else { then.survival(made) * lost };
        self.stay.survival(before) * renewed + if count == 0 { self.stay.gone(before) } else { 0.0 }
    }

    fn expected_purchases(&self, within: Span) -> f64 {
        self.discounted_purchases(Span::ZERO, Horizon::Within(within), 0.0)
    }

    fn discounted_purchases(&self, from: Span, to: Horizon, force: f64) -> f64 {
        let ends = [self.due(from), opportunities_up_to(to, self.every)];
        self.stay.discounted(ends, force * self.every)
    }

    /// Renewals that fall due.
    fn moment(&self, days: f64) -> f64 {
        opportunities(days, self.every) * self.every
    }

    fn mean_rate(&self, unit: TimeUnit) -> f64 {
        unit.days() / self.every
    }

    fn mean_dropout(&self, _: TimeUnit) -> Dropout {
        Dropout::BeforeOpportunity(self.stay.gone(1.0))
    }

    fn scaled(&self, factors: RateFactors) -> Result<Self, ScalingError> {
        if factors.purchases != RateFactor::ONE {
            return Err(ScalingError::FixedByContract { factor: factors.purchases.get() });
        }
        Ok(Self { stay: self.stay.scaled(factors.dropout.get())?, every: self.every })
    }
}
