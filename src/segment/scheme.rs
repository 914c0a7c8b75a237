mod error;

pub use error::SchemeError;

use std::ops::RangeInclusive;

use super::rfm::MEASURES;
use super::{Rfm, RfmMeasure, RfmScore, SegmentError, Segmentation, cells};

/// Names for all cells of RFM scores, by rules that were checked to cover them.
///
/// A scheme exists only if every cell has a name: either exactly one rule matches each cell, or rules are tried in the
/// order declared and each of them is the first to match some cell. Rules may share a name; their cells are then one
/// segment. Segments stand in the order in which their names first appear.
///
/// # Examples
///
/// ```
/// use customer_value::segment::{RfmScore, RuleOrder, Scheme, SchemeError, SchemeRule};
///
/// let lately_and_often = SchemeRule::new("loyal", 2, 2, 1..=2);
/// let top = RfmScore { recency: 2, frequency: 2, monetary: 2 };
/// let leaky = Scheme::new(top, RuleOrder::Disjoint, [lately_and_often.clone(), SchemeRule::new("lost", 1, 1..=2, 1..=2)]);
/// // Nobody said what those are called who bought lately for the first time.
/// let Err(SchemeError::Cells { unmatched, .. }) = leaky else { return Err("expected a gap".into()) };
/// assert_eq!(unmatched.len(), 2);
///
/// let scheme = Scheme::new(top, RuleOrder::FirstMatch, [lately_and_often, SchemeRule::new("others", 1..=2, 1..=2, 1..=2)])?;
/// assert_eq!(scheme.label(top), Some("loyal"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "RFM segments")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked", into = "Unchecked")
)]
pub struct Scheme {
    top: RfmScore,
    order: RuleOrder,
    rules: Vec<SchemeRule>,
    labels: Vec<String>,
    /// The segment of every cell, by [`cell_of`].
    segments: Vec<u32>,
}

/// What happens where several rules match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RuleOrder {
    /// That must not happen: every cell is matched once.
    Disjoint,
    /// The first of them counts.
    FirstMatch,
}

/// Consecutive scores of one measure, both ends included.
///
/// # Examples
///
/// ```
/// use customer_value::segment::ScoreRange;
///
/// assert_eq!(ScoreRange::from(4..=5), ScoreRange { low: 4, high: 5 });
/// assert_eq!(ScoreRange::from(3), ScoreRange { low: 3, high: 3 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ScoreRange {
    /// The least score.
    pub low: u16,
    /// The greatest score.
    pub high: u16,
}

impl ScoreRange {
    fn contains(self, score: u16) -> bool {
        (self.low..=self.high).contains(&score)
    }
}

impl From<u16> for ScoreRange {
    fn from(score: u16) -> Self {
        Self { low: score, high: score }
    }
}

impl From<RangeInclusive<u16>> for ScoreRange {
    fn from(range: RangeInclusive<u16>) -> Self {
        Self { low: *range.start(), high: *range.end() }
    }
}

/// A block of cells and what the customers in it are called; unchecked, [`Scheme::new`] checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SchemeRule {
    /// The name of the segment.
    pub segment: String,
    /// Scores of recency.
    pub recency: ScoreRange,
    /// Scores of frequency.
    pub frequency: ScoreRange,
    /// Scores of monetary value.
    pub monetary: ScoreRange,
}

impl SchemeRule {
    /// A rule: a score, or a range of them, for each measure.
    pub fn new(
        segment: impl Into<String>,
        recency: impl Into<ScoreRange>,
        frequency: impl Into<ScoreRange>,
        monetary: impl Into<ScoreRange>,
    ) -> Self {
        Self {
            segment: segment.into(),
            recency: recency.into(),
            frequency: frequency.into(),
            monetary: monetary.into(),
        }
    }

    /// The scores of one measure.
    pub const fn of(&self, measure: RfmMeasure) -> ScoreRange {
        match measure {
            RfmMeasure::Recency => self.recency,
            RfmMeasure::Frequency => self.frequency,
            RfmMeasure::Monetary => self.monetary,
        }
    }

    fn matches(&self, score: RfmScore) -> bool {
        MEASURES.into_iter().all(|measure| self.of(measure).contains(score.of(measure)))
    }
}

impl Scheme {
    /// Names for all cells up to the best one, such as 5-5-5.
    ///
    /// # Errors
    ///
    /// [`SchemeError::Range`] for a rule that leaves the cells, [`SchemeError::Cells`] with every cell and rule at fault,
    /// [`SchemeError::CellCount`].
    pub fn new(
        top: RfmScore,
        order: RuleOrder,
        rules: impl IntoIterator<Item = SchemeRule>,
    ) -> Result<Self, SchemeError> {
        let rules: Vec<SchemeRule> = rules.into_iter().collect();
        let sides = MEASURES.map(|measure| usize::from(top.of(measure)));
        let cells = match cells(sides) {
            Ok(cells) if cells > 0 => cells,
            Ok(cells) | Err(SegmentError::TooManyCells { cells, .. }) => return Err(SchemeError::CellCount { cells }),
            Err(_) => return Err(SchemeError::CellCount { cells: usize::MAX }),
        };
        check_ranges(top, &rules)?;
        let labels = labels(&rules);
        let segment = |rule: &SchemeRule| labels.iter().position(|label| *label == rule.segment).unwrap_or_default();
        let by_rule = matches(top, cells, order, &rules)?;
        let segments = by_rule.into_iter().map(|rule| u32::try_from(segment(&rules[rule])).unwrap_or(u32::MAX));
        Ok(Self { top, order, segments: segments.collect(), labels, rules })
    }

    /// The eleven segments that most people mean, for five classes of each measure.
    ///
    /// | R \ F | 4–5 | 2–3 | 1 |
    /// |---|---|---|---|
    /// | **5** | champions (M 4–5), loyal (M 1–3) | potential loyal | new |
    /// | **4** | champions (M 4–5), loyal (M 1–3) | potential loyal | promising |
    /// | **3** | loyal | needing attention | about to sleep |
    /// | **2** | can't lose (M 4–5), at risk (M 1–3) | at risk (M 3–5), hibernating (M 1–2) | hibernating |
    /// | **1** | can't lose (M 4–5), at risk (M 1–3) | at risk (M 3–5), hibernating (M 1–2) | lost |
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::{RfmScore, Scheme};
    ///
    /// let scheme = Scheme::eleven();
    /// assert_eq!(scheme.labels().len(), 11);
    /// assert_eq!(scheme.label(RfmScore { recency: 5, frequency: 4, monetary: 1 }), Some("loyal"));
    /// ```
    pub fn eleven() -> Self {
        let top = RfmScore { recency: 5, frequency: 5, monetary: 5 };
        let rules: Vec<SchemeRule> = ELEVEN.iter().map(|(segment, ranges)| block(segment, *ranges)).collect();
        let labels = labels(&rules);
        let named = |score| rules.iter().find(|rule| rule.matches(score)).map(|rule| rule.segment.as_str());
        let position = |label: Option<&str>| labels.iter().position(|known| Some(known.as_str()) == label);
        // A test proves that each of the 125 cells has exactly one rule.
        let segment =
            |cell| u32::try_from(position(named(score_of(top, cell))).unwrap_or_default()).unwrap_or_default();
        Self { top, order: RuleOrder::Disjoint, segments: (0..125).map(segment).collect(), labels, rules }
    }

    /// The best cell.
    pub const fn top(&self) -> RfmScore {
        self.top
    }

    /// What happens where several rules match.
    pub const fn order(&self) -> RuleOrder {
        self.order
    }

    /// The rules, as declared.
    pub fn rules(&self) -> &[SchemeRule] {
        &self.rules
    }

    /// The names of the segments, in the order in which they first appear.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What a cell is called; `None` for one that does not exist.
    pub fn label(&self, score: RfmScore) -> Option<&str> {
        self.segment(score).map(|segment| self.labels[segment as usize].as_str())
    }

    /// All cells with a name, the worst first.
    pub fn cells(&self, label: &str) -> Vec<RfmScore> {
        let cells = (0..self.segments.len()).map(|cell| score_of(self.top, cell));
        cells.filter(|&score| self.label(score) == Some(label)).collect()
    }

    /// The partition of customers with these scores.
    ///
    /// It does not ask where scores come from: where ties made classes collapse, the best score of a measure may be one
    /// that the scheme takes for a middling one. [`Rfm::named`] asks.
    ///
    /// # Errors
    ///
    /// [`SchemeError::Score`] with the first customer outside the cells.
    pub fn assign(&self, scores: &[RfmScore]) -> Result<Segmentation, SchemeError> {
        let segment = |(customer, &score): (usize, &RfmScore)| {
            self.segment(score).ok_or(SchemeError::Score { customer, score, top: self.top })
        };
        let segments = scores.iter().enumerate().map(segment).collect::<Result<_, _>>()?;
        Ok(Segmentation::proven(self.labels.clone(), segments))
    }

    pub(super) fn segment(&self, score: RfmScore) -> Option<u32> {
        let inside = MEASURES.into_iter().all(|measure| (1..=self.top.of(measure)).contains(&score.of(measure)));
        inside.then(|| self.segments[cell_of(self.top, score)])
    }
}

impl Rfm {
    /// The partition into named segments, for scores that have as many classes as the scheme names.
    ///
    /// # Errors
    ///
    /// [`SchemeError::Classes`] with the measure that has fewer or more: quantiles may have collapsed; then take cuts of
    /// one's own for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Span;
    /// use customer_value::segment::{Cuts, RfmCuts, RfmMeasures, Scheme};
    ///
    /// let days = [3, 400].map(Span::whole_days);
    /// let measures = RfmMeasures::from_columns(&days, &[12, 1], &[640.0, 15.0])?;
    /// let rfm = measures.score(RfmCuts {
    ///     recency: Cuts::fixed([30.0, 90.0, 180.0, 360.0])?,
    ///     frequency: Cuts::fixed([2.0, 3.0, 5.0, 9.0])?,
    ///     monetary: Cuts::fixed([20.0, 50.0, 100.0, 250.0])?,
    /// });
    /// let named = rfm.named(&Scheme::eleven())?;
    /// assert_eq!(named.label_of(0), Some("champions"));
    /// assert_eq!(named.label_of(1), Some("lost"));
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn named(&self, scheme: &Scheme) -> Result<Segmentation, SchemeError> {
        for measure in MEASURES {
            let (expected, found) = (scheme.top.of(measure), self.cuts().of(measure).bins());
            if usize::from(expected) != found {
                return Err(SchemeError::Classes { measure, expected, found });
            }
        }
        scheme.assign(self.scores())
    }
}

const ELEVEN: [(&str, [[u16; 2]; 3]); 14] = [
    ("champions", [[4, 5], [4, 5], [4, 5]]),
    ("loyal", [[4, 5], [4, 5], [1, 3]]),
    ("loyal", [[3, 3], [4, 5], [1, 5]]),
    ("potential loyal", [[4, 5], [2, 3], [1, 5]]),
    ("new", [[5, 5], [1, 1], [1, 5]]),
    ("promising", [[4, 4], [1, 1], [1, 5]]),
    ("needing attention", [[3, 3], [2, 3], [1, 5]]),
    ("about to sleep", [[3, 3], [1, 1], [1, 5]]),
    ("at risk", [[1, 2], [4, 5], [1, 3]]),
    ("at risk", [[1, 2], [2, 3], [3, 5]]),
    ("can't lose", [[1, 2], [4, 5], [4, 5]]),
    ("hibernating", [[1, 2], [2, 3], [1, 2]]),
    ("hibernating", [[2, 2], [1, 1], [1, 5]]),
    ("lost", [[1, 1], [1, 1], [1, 5]]),
];

fn block(segment: &str, [recency, frequency, monetary]: [[u16; 2]; 3]) -> SchemeRule {
    let range = |[low, high]: [u16; 2]| ScoreRange { low, high };
    SchemeRule::new(segment, range(recency), range(frequency), range(monetary))
}

fn check_ranges(top: RfmScore, rules: &[SchemeRule]) -> Result<(), SchemeError> {
    for (rule, row) in rules.iter().enumerate() {
        for measure in MEASURES {
            let (range, top) = (row.of(measure), top.of(measure));
            if range.low < 1 || range.low > range.high || range.high > top {
                return Err(SchemeError::Range { rule, measure, range, top });
            }
        }
    }
    Ok(())
}

/// The names in the order in which they first appear.
fn labels(rules: &[SchemeRule]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for rule in rules {
        if !labels.contains(&rule.segment) {
            labels.push(rule.segment.clone());
        }
    }
    labels
}

/// The rule of every cell.
fn matches(top: RfmScore, cells: usize, order: RuleOrder, rules: &[SchemeRule]) -> Result<Vec<usize>, SchemeError> {
    let (mut unmatched, mut doubled, mut fires) = (Vec::new(), Vec::new(), vec![false; rules.len()]);
    let mut by_cell = Vec::with_capacity(cells);
    for score in (0..cells).map(|cell| score_of(top, cell)) {
        let mut matching = (0..rules.len()).filter(|&rule| rules[rule].matches(score));
        let Some(first) = matching.next() else {
            unmatched.push(score);
            continue;
        };
        fires[first] = true;
        if order == RuleOrder::Disjoint && matching.next().is_some() {
            doubled.push(score);
        }
        by_cell.push(first);
    }
    let idle: Vec<usize> = (0..rules.len()).filter(|&rule| !fires[rule]).collect();
    if unmatched.is_empty() && doubled.is_empty() && idle.is_empty() {
        Ok(by_cell)
    } else {
        Err(SchemeError::Cells { unmatched, doubled, idle })
    }
}

fn cell_of(top: RfmScore, score: RfmScore) -> usize {
    let [frequencies, monetary] = [top.frequency, top.monetary].map(usize::from);
    let [r, f, m] = [score.recency, score.frequency, score.monetary].map(|score| usize::from(score) - 1);
    (r * frequencies + f) * monetary + m
}

/// The inverse of [`cell_of`].
fn score_of(top: RfmScore, cell: usize) -> RfmScore {
    let [frequencies, monetary] = [top.frequency, top.monetary].map(usize::from);
    // Cells lie below the product of three 16-bit numbers, so that each part fits.
    let small = |part: usize| u16::try_from(part + 1).unwrap_or(u16::MAX);
    RfmScore {
        recency: small(cell / (frequencies * monetary)),
        frequency: small(cell / monetary % frequencies),
        monetary: small(cell % monetary),
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Unchecked {
    top: RfmScore,
    order: RuleOrder,
    rules: Vec<SchemeRule>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Scheme {
    type Error = SchemeError;

    fn try_from(raw: Unchecked) -> Result<Self, SchemeError> {
        Self::new(raw.top, raw.order, raw.rules)
    }
}

#[cfg(feature = "serde")]
impl From<Scheme> for Unchecked {
    fn from(scheme: Scheme) -> Self {
        Self { top: scheme.top, order: scheme.order, rules: scheme.rules }
    }
}
