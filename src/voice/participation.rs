use super::{Proportion, VoiceError};
use crate::interaction::{Event, InteractionLog};

/// How many of these members did something in a log, such as take part in a campaign, buy, or log in.
///
/// Members without any row count as members; rows of others do not count.
///
/// # Errors
///
/// [`VoiceError::DuplicateMember`].
///
/// # Examples
///
/// ```
/// use customer_value::voice::participation;
/// use customer_value::{Day, Event, FirstSeen, Granularity, Interaction, InteractionLog, Window};
///
/// let day = Day::new(2024, 5, 17)?;
/// let log = InteractionLog::builder(Window::new(day, day, FirstSeen::IsNew)?, Granularity::Day)
///     .extend([Interaction::new("li", day, Event::Referral { whom: "wu" })])
///     .build()?;
/// let referred = participation(&log, &["li", "wu", "xu", "ma"], |event| matches!(event, Event::Referral { .. }))?;
/// assert_eq!((referred.part(), referred.whole()), (1, 4));
/// # Ok::<(), customer_value::Error>(())
/// ```
#[doc(alias = "activation rate")]
#[doc(alias = "激活率")]
pub fn participation<Id: Ord>(
    log: &InteractionLog<Id>,
    members: &[Id],
    takes_part: impl Fn(&Event<Id>) -> bool,
) -> Result<Proportion, VoiceError> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|&one, &other| members[one].cmp(&members[other]));
    let twice = order.windows(2).filter(|pair| members[pair[0]] == members[pair[1]]);
    // The sort is stable, so that the later of two stands second.
    if let Some((row, earlier)) = twice.map(|pair| (pair[1], pair[0])).min() {
        return Err(VoiceError::DuplicateMember { row, earlier });
    }
    let part = members.iter().filter(|&member| log.of(member).iter().any(|row| takes_part(&row.event))).count();
    Ok(Proportion::proven(part as u64, members.len() as u64))
}
