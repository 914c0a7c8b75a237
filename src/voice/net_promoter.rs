use super::{Cell, LeastAnswers, Reading, ZeroToTen};

/// How likely customers are to recommend the firm, counted in three kinds.
///
/// # Formula
///
/// ```text
/// p = promoters / n        d = detractors / n        score = 100 (p − d)
/// standard error = 100 √((p + d − (p − d)²) / n)
/// ```
///
/// ```math
/// \mathrm{NPS} = 100\,(p - d), \qquad \mathrm{SE} = 100 \sqrt{\frac{p + d - (p - d)^2}{n}}
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::voice::{Cell, LeastAnswers, NetPromoter, Reading, ZeroToTen};
///
/// let month = NetPromoter { promoters: 50, passives: 30, detractors: 20 };
/// let score = month.score(LeastAnswers::new(30)?);
/// let reading = score.reading().ok_or("too few answers")?;
/// assert!((reading.value() - 30.0).abs() < 1e-12);
/// let interval = reading.interval(Probability::new(0.95)?)?;
/// assert!((interval.high - 45.31).abs() < 0.005);
///
/// let one_desk: NetPromoter = [10, 9, 3].map(ZeroToTen::new).into_iter().collect::<Result<_, _>>()?;
/// assert_eq!(one_desk.score(LeastAnswers::new(30)?).n(), 3);
/// assert_eq!(one_desk.score(LeastAnswers::new(30)?).reading(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Reichheld (2003), *The one number you need to grow*, Harvard Business Review 81(12).
#[doc(alias = "NPS")]
#[doc(alias = "净推荐值")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NetPromoter {
    /// How many answered 9 or 10.
    pub promoters: u32,
    /// How many answered 7 or 8.
    pub passives: u32,
    /// How many answered 0 to 6.
    pub detractors: u32,
}

impl NetPromoter {
    /// The score, from −100 to 100 points.
    ///
    /// Its standard error is 0 where all are of one kind, which tells little of few answers. Counts that sum to more
    /// than 4,294,967,295 are shown with that `n`; the score counts all.
    pub fn score(&self, least: LeastAnswers) -> Cell {
        let counts = [self.promoters, self.passives, self.detractors];
        let all: u64 = counts.into_iter().map(u64::from).sum();
        let n = u32::try_from(all).unwrap_or(u32::MAX);
        least.show(n, || {
            let [promoters, passives, detractors] = counts.map(|count| f64::from(count) / all as f64);
            let net = (f64::from(self.promoters) - f64::from(self.detractors)) / all as f64;
            // p + d − (p − d)² as a sum of positive terms, since p + d = (p + d)(p + s + d) with passives s.
            let variance = passives * (promoters + detractors) + 4.0 * promoters * detractors;
            Reading::computed(100.0 * net, 100.0 * (variance / all as f64).sqrt(), n)
        })
    }
}

impl Extend<ZeroToTen> for NetPromoter {
    fn extend<Answers: IntoIterator<Item = ZeroToTen>>(&mut self, answers: Answers) {
        for answer in answers {
            let count = match answer.get() {
                9.. => &mut self.promoters,
                7 | 8 => &mut self.passives,
                _ => &mut self.detractors,
            };
            *count = count.saturating_add(1);
        }
    }
}

impl FromIterator<ZeroToTen> for NetPromoter {
    fn from_iter<Answers: IntoIterator<Item = ZeroToTen>>(answers: Answers) -> Self {
        let mut counts = Self::default();
        counts.extend(answers);
        counts
    }
}
