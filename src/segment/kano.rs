use crate::delivered::{Curve, Response};

/// An answer to the question how one would feel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum KanoAnswer {
    /// I like it that way.
    Like,
    /// It must be that way.
    MustBe,
    /// I am neutral.
    Neutral,
    /// I can live with it that way.
    LiveWith,
    /// I dislike it that way.
    Dislike,
}

/// What a feature is to a customer.
///
/// # References
///
/// Kano et al. (1984), *Attractive quality and must-be quality*; the table of answers is that of Berger et al. (1993),
/// *Kano's methods for understanding customer-defined quality*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum KanoCategory {
    /// Taken for granted: its absence hurts. It stands first, because a tie goes to what hurts most when it is missing.
    #[doc(alias = "必备需求")]
    MustBe,
    /// The more, the better.
    #[doc(alias = "期望需求")]
    OneDimensional,
    /// Not expected, and delights.
    #[doc(alias = "吸引性需求")]
    Attractive,
    /// Nobody cares.
    #[doc(alias = "无差异需求")]
    Indifferent,
    /// Its absence is wanted.
    #[doc(alias = "反向需求")]
    Reverse,
    /// The two answers contradict each other.
    Questionable,
}

impl KanoCategory {
    /// All of them; a tie between two goes to the one that stands first.
    pub const ALL: [Self; 6] =
        [Self::MustBe, Self::OneDimensional, Self::Attractive, Self::Indifferent, Self::Reverse, Self::Questionable];

    /// What a feature is to somebody who feels like this when it is there, and like that when it is not.
    ///
    /// | there \ not there | like | must be | neutral | live with | dislike |
    /// |---|---|---|---|---|---|
    /// | **like** | Q | A | A | A | O |
    /// | **must be** | R | I | I | I | M |
    /// | **neutral** | R | I | I | I | M |
    /// | **live with** | R | I | I | I | M |
    /// | **dislike** | R | R | R | R | Q |
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::segment::{KanoAnswer, KanoCategory};
    ///
    /// assert_eq!(KanoCategory::of(KanoAnswer::Like, KanoAnswer::Neutral), KanoCategory::Attractive);
    /// ```
    pub const fn of(functional: KanoAnswer, dysfunctional: KanoAnswer) -> Self {
        use KanoAnswer::{Dislike, Like};
        match (functional, dysfunctional) {
            (Like, Like) | (Dislike, Dislike) => Self::Questionable,
            (Like, Dislike) => Self::OneDimensional,
            (Like, _) => Self::Attractive,
            (Dislike, _) | (_, Like) => Self::Reverse,
            (_, Dislike) => Self::MustBe,
            _ => Self::Indifferent,
        }
    }
}

/// What a feature is to the customers asked about it, counted.
///
/// # Formula
///
/// ```text
/// better = (A + O) / (A + O + M + I)        worse = −(O + M) / (A + O + M + I)
/// ```
///
/// # Examples
///
/// ```
/// use customer_value::segment::{KanoAnswer, KanoCategory, KanoTally};
///
/// let answers = [
///     (KanoAnswer::Like, KanoAnswer::Neutral),
///     (KanoAnswer::Like, KanoAnswer::Dislike),
///     (KanoAnswer::Like, KanoAnswer::LiveWith),
///     (KanoAnswer::Neutral, KanoAnswer::Neutral),
/// ];
/// let tally = KanoTally::of_answers(answers);
/// assert_eq!(tally.mode(), Some(KanoCategory::Attractive));
/// assert_eq!((tally.better(), tally.worse()), (Some(0.75), Some(-0.25)));
/// let response = tally.response().ok_or("expected a curve")?;
/// assert_eq!((response.value(0.0)?, response.value(1.0)?), (-0.25, 0.75));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Berger et al. (1993), *Kano's methods for understanding customer-defined quality*.
#[doc(alias = "Kano questionnaire")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KanoTally {
    /// To how many it is a must.
    pub must_be: u32,
    /// To how many more of it is better.
    pub one_dimensional: u32,
    /// To how many it is a delight.
    pub attractive: u32,
    /// How many do not care.
    pub indifferent: u32,
    /// How many want the contrary.
    pub reverse: u32,
    /// How many contradict themselves.
    pub questionable: u32,
}

impl KanoTally {
    /// The tally of pairs of answers: how one would feel with the feature, and without it.
    pub fn of_answers(answers: impl IntoIterator<Item = (KanoAnswer, KanoAnswer)>) -> Self {
        let mut tally = Self::default();
        for (functional, dysfunctional) in answers {
            let count = match KanoCategory::of(functional, dysfunctional) {
                KanoCategory::MustBe => &mut tally.must_be,
                KanoCategory::OneDimensional => &mut tally.one_dimensional,
                KanoCategory::Attractive => &mut tally.attractive,
                KanoCategory::Indifferent => &mut tally.indifferent,
                KanoCategory::Reverse => &mut tally.reverse,
                KanoCategory::Questionable => &mut tally.questionable,
            };
            *count = count.saturating_add(1);
        }
        tally
    }

    /// How many put it in a category.
    pub const fn count(&self, category: KanoCategory) -> u32 {
        match category {
            KanoCategory::MustBe => self.must_be,
            KanoCategory::OneDimensional => self.one_dimensional,
            KanoCategory::Attractive => self.attractive,
            KanoCategory::Indifferent => self.indifferent,
            KanoCategory::Reverse => self.reverse,
            KanoCategory::Questionable => self.questionable,
        }
    }

    /// The category of most customers; of those tied the first in the order M, O, A, I, R, Q. `None` of nobody.
    pub fn mode(&self) -> Option<KanoCategory> {
        let most = KanoCategory::ALL.into_iter().map(|category| self.count(category)).max().filter(|&most| most > 0)?;
        KanoCategory::ALL.into_iter().find(|&category| self.count(category) == most)
    }

    /// How much satisfaction rises when it is there, from 0 to 1; `None` when nobody is in the first four categories.
    #[doc(alias = "customer satisfaction coefficient")]
    pub fn better(&self) -> Option<f64> {
        self.share(self.attractive, self.one_dimensional)
    }

    /// How much satisfaction falls when it is missing, from −1 to 0; `None` when nobody is in the first four categories.
    pub fn worse(&self) -> Option<f64> {
        // 0 minus 0 is 0, but minus 0 is not.
        Some(0.0 - self.share(self.one_dimensional, self.must_be)?)
    }

    fn share(&self, one: u32, other: u32) -> Option<f64> {
        let counts = [self.attractive, self.one_dimensional, self.must_be, self.indifferent];
        let all: f64 = counts.into_iter().map(f64::from).sum();
        (all > 0.0).then(|| (f64::from(one) + f64::from(other)) / all)
    }

    /// The response curve of the feature, from worse to better: its form is that of the mode. `None` where the mode is
    /// none of the three that have a curve.
    pub fn response(&self) -> Option<Response> {
        let (satisfaction, dissatisfaction) = (self.better()?, self.worse()?);
        let curve = match self.mode() {
            Some(KanoCategory::MustBe) => Curve::MustBe { satisfaction, dissatisfaction },
            Some(KanoCategory::OneDimensional) => Curve::OneDimensional { satisfaction, dissatisfaction },
            Some(KanoCategory::Attractive) => Curve::Attractive { satisfaction, dissatisfaction },
            _ => return None,
        };
        // Shares of counts are in the range of the curve.
        Response::new(curve).ok()
    }
}
