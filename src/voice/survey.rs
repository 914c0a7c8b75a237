use super::error::{distinct, same_length};
use super::moments::Moments;
use super::{Answer, VoiceError};
use crate::interaction::{Event, InteractionLog};
use crate::segment::Segmentation;

/// The answers of respondents to questions on one scale, one question a factor; some may be missing.
///
/// Rows are respondents, in the caller's order: with the order of a cohort, columns are measures for
/// [`segment`](crate::segment) and rows are figures for [`index`](crate::index). Numbers made of a survey do not depend
/// on the order of its rows.
///
/// # Examples
///
/// ```
/// use customer_value::Weights;
/// use customer_value::voice::{IndexPoints, LeastAnswers, Survey};
///
/// let rows = [[Some(9), Some(6)], [Some(8), None], [Some(10), Some(8)]];
/// let survey: Survey<1, 10> = Survey::from_scores(["advisor", "pick-up"], &rows)?;
/// assert_eq!(survey.column("pick-up"), Some(vec![Some(6.0), None, Some(8.0)]));
///
/// let report = survey.report(&Weights::new([0.6, 0.4])?, IndexPoints::Thousand, LeastAnswers::TWO)?;
/// let index = report.index().reading().ok_or("too few answers")?;
/// assert_eq!((index.value(), index.n()), (820.0, 3)); // 100 (0.6 · 9 + 0.4 · 7)
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "questionnaire")]
#[doc(alias = "满意度调查")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked<LOW, HIGH>", into = "Unchecked<LOW, HIGH>")
)]
pub struct Survey<const LOW: u8, const HIGH: u8> {
    factors: Vec<String>,
    /// Row by row.
    answers: Vec<Option<Answer<LOW, HIGH>>>,
}

/// So that counts fit 32 bits, and products of sums fit 128.
const MOST_RESPONDENTS: usize = u32::MAX as usize;

/// So that products for all pairs of factors stay a small table.
const MOST_FACTORS: usize = 1_000;

impl<const LOW: u8, const HIGH: u8> Survey<LOW, HIGH> {
    /// Factors and rows of answers to them. There may be no respondent: then every number is suppressed.
    ///
    /// # Errors
    ///
    /// [`VoiceError::TooFew`] without factors, [`VoiceError::DuplicateFactor`], [`VoiceError::RowLength`],
    /// [`VoiceError::TooMany`] beyond 1,000 factors or 4,294,967,295 respondents.
    pub fn new<Factor: Into<String>>(
        factors: impl IntoIterator<Item = Factor>,
        rows: &[impl AsRef<[Option<Answer<LOW, HIGH>>]>],
    ) -> Result<Self, VoiceError> {
        let factors = declared(factors)?;
        at_most("respondents", MOST_RESPONDENTS, rows.len())?;
        let mut answers = Vec::with_capacity(rows.len() * factors.len());
        for (row, given) in rows.iter().map(AsRef::as_ref).enumerate() {
            if given.len() != factors.len() {
                return Err(VoiceError::RowLength { row, expected: factors.len(), found: given.len() });
            }
            answers.extend_from_slice(given);
        }
        Ok(Self { factors, answers })
    }

    /// The same from plain numbers, such as columns of a file: whole numbers, or `None` where an answer is missing.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`VoiceError::RowAnswer`] around [`VoiceError::Answer`] for a number off the scale.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::voice::{Survey, VoiceError};
    ///
    /// let graded = Survey::<1, 5>::from_scores(["waiting", "advice"], &[[4, 5], [3, 5]])?;
    /// assert_eq!(graded.respondents(), 2);
    /// let problem = Survey::<1, 5>::from_scores(["waiting", "advice"], &[[4, 5], [3, 6]]);
    /// let source = Box::new(VoiceError::Answer { value: 6.0, low: 1, high: 5 });
    /// assert_eq!(problem, Err(VoiceError::RowAnswer { row: 1, column: 1, source }));
    /// # Ok::<(), VoiceError>(())
    /// ```
    pub fn from_scores<Factor: Into<String>, Score: Copy + Into<Option<u8>>>(
        factors: impl IntoIterator<Item = Factor>,
        rows: &[impl AsRef<[Score]>],
    ) -> Result<Self, VoiceError> {
        let answer = |row: usize, (column, score): (usize, &Score)| match (*score).into() {
            Some(score) => Answer::new(score).map(Some).map_err(|source| VoiceError::RowAnswer {
                row,
                column,
                source: Box::new(source),
            }),
            None => Ok(None),
        };
        let answers = |(row, scores): (usize, &_)| {
            let scores: &[Score] = AsRef::as_ref(scores);
            scores.iter().enumerate().map(|score| answer(row, score)).collect::<Result<Vec<_>, _>>()
        };
        Self::new(factors, &rows.iter().enumerate().map(answers).collect::<Result<Vec<_>, _>>()?)
    }

    /// The answers in a log to these questions: a row for each customer, in the order of [`InteractionLog::ids`]; of
    /// several answers to one question the last one counts.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`VoiceError::LoggedAnswer`] around [`VoiceError::Answer`] for any answer off the scale.
    pub fn of_log<Id: Ord>(
        log: &InteractionLog<Id>,
        questions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, VoiceError> {
        let factors = declared(questions)?;
        at_most("respondents", MOST_RESPONDENTS, log.ids().len())?;
        let mut answers = vec![None; log.ids().len() * factors.len()];
        for (customer, row) in answers.chunks_exact_mut(factors.len()).enumerate() {
            for interaction in log.events(customer).1 {
                let Event::SurveyResponse { question, score } = &interaction.event else { continue };
                let Some(factor) = factors.iter().position(|factor| factor == question) else { continue };
                let answer = Answer::from_score(*score).map_err(|source| VoiceError::LoggedAnswer {
                    customer,
                    question: question.clone(),
                    source: Box::new(source),
                })?;
                row[factor] = Some(answer);
            }
        }
        Ok(Self { factors, answers })
    }

    /// The factors.
    pub fn factors(&self) -> &[String] {
        &self.factors
    }

    /// How many respondents there are, silent ones included.
    pub fn respondents(&self) -> usize {
        self.answers.len() / self.factors.len()
    }

    /// The answers of one respondent.
    pub fn row(&self, respondent: usize) -> Option<&[Option<Answer<LOW, HIGH>>]> {
        self.answers.chunks_exact(self.factors.len()).nth(respondent)
    }

    /// The answers to one factor, in the order of the respondents: a measure of customers. `None` for an unknown
    /// factor.
    pub fn column(&self, factor: &str) -> Option<Vec<Option<f64>>> {
        let factor = self.factors.iter().position(|name| name == factor)?;
        Some(self.rows().map(|row| row[factor].map(|answer| answer.get().into())).collect())
    }

    /// The answers of all respondents as figures of indicators, for [`Tree::fit`](crate::index::Tree::fit).
    pub fn figures(&self) -> Vec<Vec<Option<f64>>> {
        self.rows().map(|row| row.iter().map(|answer| answer.map(|answer| answer.get().into())).collect()).collect()
    }

    /// A survey for each segment of the respondents, such as an owner or a channel, in the order of the segments; empty
    /// segments included.
    ///
    /// # Errors
    ///
    /// [`VoiceError::Lengths`] unless each respondent is in a segment.
    #[doc(alias = "服务因子")]
    pub fn by(&self, groups: &Segmentation) -> Result<Vec<(String, Self)>, VoiceError> {
        same_length("respondents in segments", self.respondents(), groups.len())?;
        let mut parts = vec![Vec::new(); groups.labels().len()];
        for (row, &segment) in self.rows().zip(groups.segments()) {
            parts[segment as usize].extend_from_slice(row);
        }
        let part = |(label, answers): (&String, _)| (label.clone(), Self { factors: self.factors.clone(), answers });
        Ok(groups.labels().iter().zip(parts).map(part).collect())
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[Option<Answer<LOW, HIGH>>]> {
        self.answers.chunks_exact(self.factors.len())
    }

    pub(super) fn moments(&self) -> Moments {
        let entry = |answer: &Option<Answer<LOW, HIGH>>| answer.map(|answer| answer.get().into());
        Moments::new(self.factors.len(), self.rows().map(|row| row.iter().map(entry).collect::<Vec<_>>()))
    }
}

fn declared(factors: impl IntoIterator<Item = impl Into<String>>) -> Result<Vec<String>, VoiceError> {
    let factors: Vec<String> = factors.into_iter().map(Into::into).collect();
    if factors.is_empty() {
        return Err(VoiceError::TooFew { items: "factors", least: 1, found: 0 });
    }
    at_most("factors", MOST_FACTORS, factors.len())?;
    distinct(&factors)?;
    Ok(factors)
}

pub(super) const fn at_most(items: &'static str, most: usize, found: usize) -> Result<(), VoiceError> {
    if found <= most { Ok(()) } else { Err(VoiceError::TooMany { items, most, found }) }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Unchecked<const LOW: u8, const HIGH: u8> {
    factors: Vec<String>,
    rows: Vec<Vec<Option<Answer<LOW, HIGH>>>>,
}

#[cfg(feature = "serde")]
impl<const LOW: u8, const HIGH: u8> TryFrom<Unchecked<LOW, HIGH>> for Survey<LOW, HIGH> {
    type Error = VoiceError;

    fn try_from(raw: Unchecked<LOW, HIGH>) -> Result<Self, VoiceError> {
        Self::new(raw.factors, &raw.rows)
    }
}

#[cfg(feature = "serde")]
impl<const LOW: u8, const HIGH: u8> From<Survey<LOW, HIGH>> for Unchecked<LOW, HIGH> {
    fn from(survey: Survey<LOW, HIGH>) -> Self {
        let rows = survey.rows().map(<[_]>::to_vec).collect();
        Self { factors: survey.factors, rows }
    }
}
