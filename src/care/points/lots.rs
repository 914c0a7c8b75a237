use std::collections::VecDeque;

use super::{PointChange, PointFault, PointMove};
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

impl Lot {
    fn is_open(&self, on: Day) -> bool {
        self.last.is_none_or(|last| last >= on)
    }
}

/// What a member has, lot by lot: the one rule by which points are earned, spent and lost.
///
/// A move takes the same time whatever came before it: a lot is stored, met and dropped once, and those that lapse are
/// known by their last days without a look at the others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lots {
    /// The first earned in front. Those that lapsed stay until spending comes to them.
    queue: VecDeque<Lot>,
    /// What is left of points that lapse, by ascending last day.
    ends: VecDeque<(Day, u64)>,
    /// The points of all lots but those taken from `ends`.
    sum: u64,
    latest: Option<Day>,
}

impl Lots {
    pub fn clear(&mut self) {
        self.queue.clear();
        self.ends.clear();
        (self.sum, self.latest) = (0, None);
    }

    pub fn book(&mut self, made: &PointMove) -> Result<(), PointFault> {
        match made.change {
            PointChange::Earn { points, lapse } => self.earn(made.day, points, lapse.last()),
            PointChange::Spend { points } => self.spend(made.day, points),
        }
    }

    fn earn(&mut self, day: Day, points: u64, last: Option<Day>) -> Result<(), PointFault> {
        self.advance(day, points)?;
        if let Some(last) = last.filter(|last| *last < day) {
            return Err(PointFault::LapsesBefore { day, last });
        }
        self.drop_lapsed(day);
        self.sum = self.sum.checked_add(points).ok_or(PointFault::TooMany)?;
        if let Some(last) = last {
            self.end_later(last, points);
        }
        self.queue.push_back(Lot { earned: day, points, last });
        Ok(())
    }

    /// Spends the points earned first.
    fn spend(&mut self, day: Day, points: u64) -> Result<(), PointFault> {
        self.advance(day, points)?;
        self.drop_lapsed(day);
        let Some(rest) = self.sum.checked_sub(points) else {
            return Err(PointFault::Overdrawn { day, points, balance: self.sum });
        };
        self.sum = rest;
        let mut wanted = points;
        while wanted > 0
            && let Some(mut lot) = self.queue.pop_front()
        {
            if !lot.is_open(day) {
                continue;
            }
            let taken = lot.points.min(wanted);
            (lot.points, wanted) = (lot.points - taken, wanted - taken);
            self.end_fewer(lot.last, taken);
            if lot.points > 0 {
                self.queue.push_front(lot);
            }
        }
        Ok(())
    }

    /// The points that can be spent on a day, no earlier than the last move.
    pub fn balance(&self, on: Day) -> u64 {
        let lapsed: u64 = self.ends.iter().take_while(|(last, _)| *last < on).map(|(_, points)| points).sum();
        self.sum - lapsed
    }

    /// What can be spent on a day, no earlier than the last move, lot by lot.
    pub fn left(&self, on: Day) -> Vec<Lot> {
        self.queue.iter().filter(|lot| lot.is_open(on)).copied().collect()
    }

    /// The earliest last day before another, of points that are still counted, and how many of them are lost unspent. They
    /// are counted no longer.
    pub fn next_lapse(&mut self, on: Day) -> Option<(Day, u64)> {
        let (last, points) = *self.ends.front().filter(|(last, _)| *last < on)?;
        self.ends.pop_front();
        self.sum -= points;
        Some((last, points))
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
        while self.next_lapse(on).is_some() {}
    }

    fn end_later(&mut self, last: Day, points: u64) {
        // Mostly, what is earned later lapses later.
        match self.ends.back_mut() {
            Some((latest, sum)) if *latest == last => *sum += points,
            Some((latest, _)) if *latest > last => match self.ends.binary_search_by_key(&last, |end| end.0) {
                Ok(position) => self.ends[position].1 += points,
                Err(position) => self.ends.insert(position, (last, points)),
            },
            _ => self.ends.push_back((last, points)),
        }
    }

    fn end_fewer(&mut self, last: Option<Day>, points: u64) {
        if let Some(last) = last
            && let Ok(position) = self.ends.binary_search_by_key(&last, |end| end.0)
        {
            self.ends[position].1 -= points;
        }
    }
}
