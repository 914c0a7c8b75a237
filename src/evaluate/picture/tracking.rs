use crate::{
    cohort::PurchaseHistory, evaluate::EvaluationError, interaction::InteractionLog, lifetime::CountModel, parallel,
    units::Day,
};

/// Repeat purchases period by period, expected and made, through calibration and holdout.
///
/// The customers are those of the cohort at the cut; each is expected to buy from the first purchase on, as a newcomer, so
/// that those won later count from later. Periods run from the start of the log; the last one ends with the holdout and may
/// be shorter. What was made up to the cut is as known at the cut, what was made later as known at the end, so that sums
/// over periods are those of [`Split`](crate::Split).
///
/// # Examples
///
/// ```
/// use customer_value::evaluate::Tracking;
/// use customer_value::{
///     BetaGeometricParams, BgNbd, Currency, Day, FirstSeen, Granularity, Interaction, InteractionLog, Money, Span, Window,
/// };
///
/// let day = |month, day| Day::new(2024, month, day);
/// let bought = |id, on| Interaction::purchase(id, on, Money::from_minor(2_000, Currency::EUR));
/// let window = Window::new(day(1, 1)?, day(12, 31)?, FirstSeen::IsNew)?;
/// let log = InteractionLog::builder(window, Granularity::Day)
///     .extend([bought(1, day(1, 5)?), bought(1, day(2, 10)?), bought(2, day(3, 1)?), bought(2, day(7, 20)?)])
///     .build()?;
/// let model = BgNbd::new(BetaGeometricParams { r: 0.243, alpha: Span::weeks(4.414)?, a: 0.793, b: 2.426 })?;
/// let tracking = Tracking::new(&log, &model, day(6, 30)?, day(12, 31)?, 7)?;
/// let last = tracking.periods().last().ok_or("no period")?;
/// assert_eq!((last.end, last.cumulative_actual), (day(12, 31)?, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "incremental")]
#[doc(alias = "cumulative")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tracking {
    cut: Day,
    periods: Vec<TrackingPeriod>,
}

/// One period.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TrackingPeriod {
    /// Its last day.
    pub end: Day,
    /// Repeat purchases expected in it.
    pub expected: f64,
    /// Repeat purchases made in it.
    pub actual: u64,
    /// Repeat purchases expected up to its end.
    pub cumulative_expected: f64,
    /// Repeat purchases made up to its end.
    pub cumulative_actual: u64,
}

impl Tracking {
    /// Tracks the customers of a cut, in periods of so many days, to the end of a holdout.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Zero`] for periods of no days; [`EvaluationError::Cohort`] for a cut or an end outside the log.
    pub fn new<Id: Ord + Clone, M: CountModel<History = PurchaseHistory>>(
        log: &InteractionLog<Id>,
        model: &M,
        cut: Day,
        end: Day,
        days: u32,
    ) -> Result<Self, EvaluationError> {
        if days == 0 {
            return Err(EvaluationError::Zero { what: "a number of days" });
        }
        let cohort = log.split(cut, end)?.calibration;
        let clock = log.clock();
        let ends = ends(log.window().start(), end, days);
        let bounds: Vec<i64> = ends.iter().map(|&end| clock.tick_after(end)).collect();
        let (mut made, mut firsts) = (vec![0_u64; ends.len()], Vec::new());
        for id in cohort.ids() {
            let Ok(customer) = log.ids().binary_search(id) else { continue };
            let known = log.net_purchases(customer, clock.tick_after(cut));
            let later = log.net_purchases(customer, clock.tick_after(end));
            let later = later.iter().filter(|bought| bought.tick >= clock.tick_after(cut));
            firsts.extend(known.first().map(|first| first.tick));
            for bought in known.iter().skip(1).chain(later) {
                made[bounds.partition_point(|&bound| bound <= bought.tick)] += 1;
            }
        }
        firsts.sort_unstable();
        let newcomer = model.forecast(&PurchaseHistory::acquired());
        let expected = parallel::map_indices(ends.len(), |period| {
            let until = clock.age_end(ends[period]);
            let won = &firsts[..firsts.partition_point(|&first| first < bounds[period])];
            let of = |same: &[i64]| same.len() as f64 * newcomer.expected_purchases(clock.span(same[0], until));
            won.chunk_by(|one, next| one == next).map(of).sum()
        });
        Ok(Self { cut, periods: periods(&ends, &expected, &made) })
    }

    /// The last day of the calibration: periods that end later are forecasts.
    pub const fn cut(&self) -> Day {
        self.cut
    }

    /// The periods, ascending.
    pub fn periods(&self) -> &[TrackingPeriod] {
        &self.periods
    }
}

/// The last days of periods from a start to an end.
fn ends(start: Day, end: Day, days: u32) -> Vec<Day> {
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    let first = start.plus_days(days - 1).unwrap_or(end);
    let next = |last: &Day| last.plus_days(days).ok();
    let mut ends: Vec<Day> = std::iter::successors(Some(first), next).take_while(|last| *last < end).collect();
    ends.push(end);
    ends
}

/// From cumulative expectations and the purchases of each period.
fn periods(ends: &[Day], expected: &[f64], made: &[u64]) -> Vec<TrackingPeriod> {
    let (mut before, mut sum) = (0.0, 0);
    let period = |((&end, &cumulative_expected), &actual): ((&Day, &f64), &u64)| {
        sum += actual;
        let expected = cumulative_expected - before;
        before = cumulative_expected;
        TrackingPeriod { end, expected, actual, cumulative_expected, cumulative_actual: sum }
    };
    ends.iter().zip(expected).zip(made).map(period).collect()
}
