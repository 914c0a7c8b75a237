//! What happened between the firm and its customers: rows as they come, and the log of checked rows.

mod log;

pub use log::{
    BadRow, FirstSeen, Granularity, InteractionLog, LogBuilder, LogError, RefundPolicy, RowError, Window, WindowError,
};
pub(crate) use log::{Clock, net};

use crate::units::{Moment, Money};

/// One row of what happened, as other systems deliver it: unchecked.
///
/// [`InteractionLog`] is the proof that rows were checked.
///
/// # Examples
///
/// ```
/// use customer_value::{Currency, Day, Event, Interaction, Money};
///
/// let day = Day::new(2024, 5, 17)?;
/// let bought = Interaction::purchase("li", day, Money::from_minor(4_990, Currency::EUR));
/// let complained = Interaction::new("li", day, Event::Complaint);
/// assert_eq!(bought.at, complained.at);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "transaction")]
#[doc(alias = "互动")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Interaction<Id> {
    /// With whom.
    pub customer: Id,
    /// When.
    pub at: Moment,
    /// What.
    pub event: Event<Id>,
}

/// What can happen between the firm and a customer.
///
/// Purchases and refunds make cohorts; complaints, answers and what the firm did make numbers of [`voice`](crate::voice).
/// Referrals, and all costs, are checked and kept with the log, where [`InteractionLog::rows`] and
/// [`InteractionLog::of`] give them back; no number of this version is made of them.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Event<Id> {
    /// The customer bought.
    Purchase {
        /// What was paid: not negative; free of charge is a purchase too.
        amount: Money,
        /// What it cost the firm to serve this purchase, beyond what the margin covers.
        cost_to_serve: Option<Money>,
        /// The order it belongs to, so that refunds can name it. Several rows of a customer can be lines of
        /// one order. An order is known by its customer and this text.
        order: Option<String>,
    },
    /// The customer got money back.
    Refund {
        /// How much: not negative.
        amount: Money,
        /// The order it takes back; without one it takes back the latest purchases first.
        order: Option<String>,
    },
    /// The firm served the customer.
    ServiceVisit {
        /// What that cost.
        cost: Option<Money>,
    },
    /// The firm addressed the customer.
    Contact {
        /// Through which channel, in the words of the caller.
        channel: String,
        /// What that cost.
        cost: Option<Money>,
    },
    /// The customer complained.
    Complaint,
    /// The customer recommended the firm to somebody.
    Referral {
        /// To whom.
        whom: Id,
    },
    /// The customer answered a question of a survey.
    SurveyResponse {
        /// Which question.
        question: String,
        /// The answer on the scale of the question: finite.
        score: f64,
    },
}

impl<Id> Interaction<Id> {
    /// Something that happened with a customer.
    pub fn new(customer: Id, at: impl Into<Moment>, event: Event<Id>) -> Self {
        Self { customer, at: at.into(), event }
    }

    /// A purchase that names no order.
    pub fn purchase(customer: Id, at: impl Into<Moment>, amount: Money) -> Self {
        Self::new(customer, at, Event::Purchase { amount, cost_to_serve: None, order: None })
    }

    /// A refund that names no order: it takes back the latest purchases first.
    pub fn refund(customer: Id, at: impl Into<Moment>, amount: Money) -> Self {
        Self::new(customer, at, Event::Refund { amount, order: None })
    }
}

impl<Id> Event<Id> {
    /// Every amount of money in the event.
    fn amounts(&self) -> impl Iterator<Item = Money> {
        match self {
            Self::Purchase { amount, cost_to_serve, .. } => [Some(*amount), *cost_to_serve],
            Self::Refund { amount, .. } => [Some(*amount), None],
            Self::ServiceVisit { cost } | Self::Contact { cost, .. } => [*cost, None],
            Self::Complaint | Self::Referral { .. } | Self::SurveyResponse { .. } => [None, None],
        }
        .into_iter()
        .flatten()
    }

    /// A key that orders the events of one customer and moment: purchases first, so that what is refunded on
    /// the day of the purchase finds it.
    fn key(&self) -> impl Ord + '_
    where
        Id: Ord,
    {
        let (rank, text, whom, score) = match self {
            Self::Purchase { order, .. } => (0, order.as_deref(), None, 0),
            Self::Refund { order, .. } => (1, order.as_deref(), None, 0),
            Self::ServiceVisit { .. } => (2, None, None, 0),
            Self::Contact { channel, .. } => (3, Some(channel.as_str()), None, 0),
            Self::Complaint => (4, None, None, 0),
            Self::Referral { whom } => (5, None, Some(whom), 0),
            Self::SurveyResponse { question, score } => (6, Some(question.as_str()), None, score.to_bits()),
        };
        let mut amounts = self.amounts().map(|money| (money.amount(), money.currency()));
        // A purchase without an amount does not exist; a service visit without a cost does, and sorts first.
        (rank, amounts.next(), amounts.next(), text, whom, score)
    }
}
