use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::{CareError, DueLine, DueList};
use crate::interaction::{Event, Interaction, InteractionLog};
use crate::units::{Day, Moment};

/// A way to reach a customer.
#[doc(alias = "渠道")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Channel {
    /// A call.
    #[doc(alias = "电话")]
    Phone,
    /// A short message.
    #[doc(alias = "短信")]
    Text,
    /// Electronic mail.
    Email,
    /// Paper.
    #[doc(alias = "直投信件")]
    Letter,
    /// A notice in an application.
    App,
    /// In person.
    Visit,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 6] = [Self::Phone, Self::Text, Self::Email, Self::Letter, Self::App, Self::Visit];

    /// Its name, as [`Event::Contact`] has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Text => "text",
            Self::Email => "email",
            Self::Letter => "letter",
            Self::App => "app",
            Self::Visit => "visit",
        }
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Channel {
    type Err = CareError;

    fn from_str(text: &str) -> Result<Self, CareError> {
        let named = Self::ALL.into_iter().find(|channel| channel.name() == text);
        named.ok_or_else(|| CareError::UnknownChannel { text: text.into() })
    }
}

/// No more than so many contacts with one customer in so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FrequencyCap {
    /// The contacts that count.
    pub scope: CapScope,
    /// How many there may be,
    pub contacts: u32,
    /// in the last so many days, today among them.
    pub days: NonZeroU32,
}

/// Which contacts a cap counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CapScope {
    /// All, through whatever channel.
    All,
    /// Those through one channel.
    Of(Channel),
}

impl CapScope {
    fn counts(self, channel: Option<Channel>) -> bool {
        match self {
            Self::All => true,
            Self::Of(capped) => channel == Some(capped),
        }
    }
}

/// What customers agreed to, and when they were contacted.
///
/// Who never agreed to a channel is not reached through it.
#[doc(alias = "consent")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "Id: Ord + serde::Deserialize<'de>")))]
pub struct Contacts<Id> {
    agreed: BTreeMap<Id, Vec<Channel>>,
    past: BTreeMap<Id, Vec<(Day, Option<Channel>)>>,
}

impl<Id: Ord> Contacts<Id> {
    /// Nobody agreed, nobody was contacted.
    pub const fn new() -> Self {
        Self { agreed: BTreeMap::new(), past: BTreeMap::new() }
    }

    /// The same, with a customer who agreed to these channels and to no others.
    #[must_use]
    pub fn agreed(mut self, customer: Id, channels: impl Into<Vec<Channel>>) -> Self {
        self.agreed.insert(customer, channels.into());
        self
    }

    /// The same, with a contact on a day through a channel.
    #[must_use]
    pub fn contacted(mut self, customer: Id, on: Day, channel: Channel) -> Self {
        self.past.entry(customer).or_default().push((on, Some(channel)));
        self
    }

    /// The same, with all contacts of a log. What is called by no name of a [`Channel`] counts for caps on all channels.
    #[must_use]
    pub fn logged(mut self, log: &InteractionLog<Id>) -> Self
    where
        Id: Clone,
    {
        for row in log.rows() {
            if let Event::Contact { channel, .. } = &row.event {
                let on = match row.at {
                    Moment::Day(day) => day,
                    Moment::Instant(instant) => instant.day(log.zone()),
                };
                self.past.entry(row.customer.clone()).or_default().push((on, channel.parse().ok()));
            }
        }
        self
    }

    /// Decides line by line, the earliest first, how to reach the owner: through the first channel of the rule to which
    /// they agreed and which no cap closes. What is planned counts for the caps of the lines after it.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::Day;
    /// use customer_value::care::{
    ///     Asset, Assets, CapScope, CarePhase, Channel, Contacts, DateOf, Decision, DueList, DueRule, FrequencyCap,
    ///     MonthRule, Period, Schedule,
    /// };
    ///
    /// let since = Day::new(2020, 5, 1)?;
    /// let customers = Assets::new("customer", vec![Asset::customer("li", since), Asset::customer("wu", since)])?;
    /// let every = Period::Months(12.try_into()?, MonthRule::LastDay);
    /// let rules = [DueRule {
    ///     name: "years with us".into(),
    ///     kind: "customer".into(),
    ///     schedule: Schedule::Anniversary { of: DateOf::Start, every },
    ///     phase: CarePhase::After,
    ///     lead_days: 0,
    ///     grace_days: 3,
    ///     channels: vec![Channel::Phone, Channel::Text],
    /// }];
    /// let today = Day::new(2024, 5, 2)?;
    /// let list = DueList::new(&customers, &rules, today)?;
    ///
    /// let contacts = Contacts::new().agreed("li", [Channel::Text, Channel::Phone]).contacted("li", since, Channel::Text);
    /// let weekly = FrequencyCap { scope: CapScope::All, contacts: 1, days: 7.try_into()? };
    /// let plan: Vec<Decision> = contacts.plan(&list, &[weekly]).iter().map(|planned| planned.decision).collect();
    /// assert_eq!(plan, [Decision::Reach(Channel::Phone), Decision::NoConsent]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plan<'a>(&self, list: &DueList<'a, Id>, caps: &[FrequencyCap]) -> Vec<Planned<'a, Id>> {
        let today = list.today();
        let mut planned_today: BTreeMap<&Id, Vec<Channel>> = BTreeMap::new();
        let mut plan = Vec::with_capacity(list.lines().len());
        for line in list.lines() {
            let owner = &line.asset.owner;
            let planned = planned_today.get(owner).map_or(&[][..], Vec::as_slice);
            let decision = self.decide(line, caps, today, planned);
            if let Decision::Reach(channel) = decision {
                planned_today.entry(owner).or_default().push(channel);
            }
            plan.push(Planned { line: *line, decision });
        }
        plan
    }

    fn decide(&self, line: &DueLine<Id>, caps: &[FrequencyCap], today: Day, planned: &[Channel]) -> Decision {
        let owner = &line.asset.owner;
        let agreed = self.agreed.get(owner).map_or(&[][..], Vec::as_slice);
        let mut willing = line.rule.channels.iter().copied().filter(|channel| agreed.contains(channel)).peekable();
        if line.rule.channels.is_empty() {
            return Decision::NoChannel;
        }
        if willing.peek().is_none() {
            return Decision::NoConsent;
        }
        let open = |channel: &Channel| {
            caps.iter().filter(|cap| cap.scope.counts(Some(*channel))).all(|cap| {
                let earlier =
                    self.past.get(owner).map_or(0, |past| past.iter().filter(|c| cap.holds(**c, today)).count());
                let today = planned.iter().filter(|channel| cap.scope.counts(Some(**channel))).count();
                earlier + today < cap.contacts as usize
            })
        };
        willing.find(open).map_or(Decision::Capped, Decision::Reach)
    }
}

impl<Id: Ord> Default for Contacts<Id> {
    fn default() -> Self {
        Self::new()
    }
}

impl FrequencyCap {
    fn holds(&self, (on, channel): (Day, Option<Channel>), today: Day) -> bool {
        let ago = i64::from(today.days_since_epoch()) - i64::from(on.days_since_epoch());
        (0..i64::from(self.days.get())).contains(&ago) && self.scope.counts(channel)
    }
}

/// A line of a due list, and whether and how the owner is reached about it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Planned<'a, Id> {
    /// The line.
    pub line: DueLine<'a, Id>,
    /// What was decided.
    pub decision: Decision,
}

/// Whether and how a customer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Decision {
    /// Through this channel.
    Reach(Channel),
    /// The rule names no channel.
    NoChannel,
    /// The customer agreed to no channel of the rule.
    NoConsent,
    /// Caps close all channels to which the customer agreed.
    Capped,
}

impl std::fmt::Display for Decision {
    /// Writes `by phone`, `no channel`, `no consent` or `capped`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reach(channel) => f.pad(&format!("by {channel}")),
            Self::NoChannel => f.pad("no channel"),
            Self::NoConsent => f.pad("no consent"),
            Self::Capped => f.pad("capped"),
        }
    }
}

impl<Id: Clone> Planned<'_, Id> {
    /// The contact as a row of the log, when it has been made on a day; none where nobody is reached.
    pub fn interaction(&self, on: Day) -> Option<Interaction<Id>> {
        let Decision::Reach(channel) = self.decision else { return None };
        let event = Event::Contact { channel: channel.name().into(), cost: None };
        Some(Interaction::new(self.line.asset.owner.clone(), on, event))
    }
}
