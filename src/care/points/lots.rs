use std::collections::VecDeque;

use super::PointFault;
use crate::units::Day;

/// Points earned at one time that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lot {
    /// When they were earned.
    pub earned: Day,
    /// How many are left.
    pub points: u64,
    /// The last day on which they can be spent; `None` when they never lapse.
    pub last: Option<Day>,
}

/// What a member has, lot by lot: the one rule by which points are earned, spent and lost.
#[derive(Debug, Default)]
pub(super) struct Lots {
    /// The first earned in front.
    queue: VecDeque<Lot>,
    /// Points of all lots, the lapsed among them; a day on which none can have lapsed needs no other sum.
    sum: u64,
    /// No lot lapses before this day is over.
    first_lapse: Option<Day>,
    latest: Option<Day>,
}

impl Lots {
    pub fn clear(&mut self) {
        self.queue.clear();
        *self = Self { queue: std::mem::take(&mut self.queue), ..Self::default() };
    }

    pub fn earn(&mut self, day: Day, points: u64, last: Option<Day>) -> Result<(), PointFault> {
        self.advance(day, points)?;
        if let Some(last) = last.filter(|last| *last < day) {
            return Err(PointFault::LapsesBefore { day, last });
        }
        self.drop_lapsed(day);
        self.sum = self.sum.checked_add(points).ok_or(PointFault::TooMany)?;
        self.first_lapse = earlier(self.first_lapse, last);
        self.queue.push_back(Lot { earned: day, points, last });
        Ok(())
    }

    /// Spends the points earned first.
    pub fn spend(&mut self, day: Day, points: u64) -> Result<(), PointFault> {
        self.advance(day, points)?;
        self.drop_lapsed(day);
        let Some(rest) = self.sum.checked_sub(points) else {
            return Err(PointFault::Overdrawn { day, points, balance: self.sum });
        };
        self.sum = rest;
        let mut wanted = points;
        while let Some(lot) = self.queue.front_mut() {
            if lot.points > wanted {
                lot.points -= wanted;
                break;
            }
            wanted -= lot.points;
            self.queue.pop_front();
        }
        Ok(())
    }

    /// The points that can be spent on a day, no earlier than the last move.
    pub fn balance(&mut self, on: Day) -> u64 {
        self.drop_lapsed(on);
        self.sum
    }

    pub fn into_lots(self) -> Vec<Lot> {
        self.queue.into()
    }

    fn advance(&mut self, day: Day, points: u64) -> Result<(), PointFault> {
        match self.latest {
            Some(previous) if day < previous => return Err(PointFault::OutOfOrder { day, previous }),
            _ if points == 0 => return Err(PointFault::Nothing),
            _ => self.latest = Some(day),
        }
        Ok(())
    }

    fn drop_lapsed(&mut self, on: Day) {
        if self.first_lapse.is_none_or(|last| last >= on) {
            return;
        }
        self.queue.retain(|lot| lot.last.is_none_or(|last| last >= on));
        self.sum = self.queue.iter().map(|lot| lot.points).sum();
        self.first_lapse = self.queue.iter().filter_map(|lot| lot.last).min();
    }
}

fn earlier(one: Option<Day>, other: Option<Day>) -> Option<Day> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
