use super::{Cell, LeastAnswers, Reading, VoiceError, ZeroToTen, reading::normal_width};
use crate::{
    math::first_reaching,
    units::{Interval, Probability},
};

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
    /// Its standard error is 0 where all are of one kind; of few answers [`interval`](Self::interval) tells more. Counts that sum to more
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

impl NetPromoter {
    /// The interval of the score by its likelihood, in points: it holds for few answers too, never leaves −100 to 100, and has
    /// a width where all are of one kind. `None` without an answer.
    ///
    /// # Formula
    ///
    /// ```text
    /// all scores 100 θ with   2 (ln L at the shares counted − the largest ln L with p − d = θ) ≤ z²
    /// ln L = promoters · ln p + passives · ln (1 − p − d) + detractors · ln d
    /// ```
    ///
    /// # Errors
    ///
    /// [`VoiceError::Unit`] for a confidence of 0 or 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Probability;
    /// use customer_value::voice::{LeastAnswers, NetPromoter, VoiceError};
    ///
    /// // Six answers: 50 points, of which a standard error of 31 knows no more than "from −11 to 111".
    /// let branch = NetPromoter { promoters: 4, passives: 1, detractors: 1 };
    /// let interval = branch.interval(Probability::new(0.95)?)?.ok_or("no answer")?;
    /// assert!((interval.low + 21.74).abs() < 0.005 && (interval.high - 90.75).abs() < 0.005);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # References
    ///
    /// Venzon and Moolgavkar (1988), *A method for computing profile-likelihood-based confidence intervals*, Applied
    /// Statistics 37(1).
    pub fn interval(&self, confidence: Probability) -> Result<Option<Interval>, VoiceError> {
        let z = normal_width(confidence)?;
        let [promoters, passives, detractors] = [self.promoters, self.passives, self.detractors].map(f64::from);
        if promoters + passives + detractors <= 0.0 {
            return Ok(None);
        }
        // The lower end is the upper one of promoters and detractors exchanged.
        let low = -greatest_net([detractors, passives, promoters], z * z);
        let high = greatest_net([promoters, passives, detractors], z * z);
        Ok(Some(Interval { low: 100.0 * low, high: 100.0 * high }))
    }
}

/// The greatest difference of the shares of promoters and detractors whose deviance is at most this.
fn greatest_net(counts: [f64; 3], deviance: f64) -> f64 {
    let all: f64 = counts.iter().sum();
    let net = (counts[0] - counts[2]) / all;
    let lost = |above: f64| {
        let shares = likeliest(counts, (net + above).min(1.0));
        let loss = |(count, share): (&f64, f64)| if *count > 0.0 { count * (count / all / share).ln() } else { 0.0 };
        2.0 * counts.iter().zip(shares).map(loss).sum::<f64>()
    };
    if net < 1.0 { net + first_reaching(deviance, [0.0, 1.0 - net], lost) } else { 1.0 }
}

/// The likeliest shares of promoters, passives and detractors whose first and last differ by `net`.
///
/// The slope of the likelihood in the share d of detractors, with p = d + net, is 0 where −2n d² + b d + c = 0; with net from 0
/// up, c is not negative, and one root is not negative either.
fn likeliest([promoters, passives, detractors]: [f64; 3], net: f64) -> [f64; 3] {
    if net < 0.0 {
        let [d, s, p] = likeliest([detractors, passives, promoters], -net);
        return [p, s, d];
    }
    let n = promoters + passives + detractors;
    let b = (promoters + detractors) * (1.0 - net) - 2.0 * (detractors + passives) * net;
    let c = detractors * net * (1.0 - net);
    let root = (b * b + 8.0 * n * c).sqrt();
    let d = if b > 0.0 { (b + root) / (4.0 * n) } else { 2.0 * c / (root - b).max(f64::MIN_POSITIVE) };
    [d + net, (1.0 - net - 2.0 * d).max(0.0), d]
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
