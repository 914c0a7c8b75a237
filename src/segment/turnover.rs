use std::cmp::Ordering;

use super::{Migration, SegmentError, Segmentation, same_length};

/// Who moved, who came and who went between two dates, customers matched by their ids.
///
/// [`Segmentation::migration_to`] asks for the same customers in the same order; here each date has its own.
///
/// # Examples
///
/// ```
/// use customer_value::segment::Segmentation;
///
/// let before = Segmentation::new(["active", "silent"], [0, 0, 1])?;
/// let after = Segmentation::new(["active", "silent"], [1, 0, 0])?;
/// // The third is gone; the last is new.
/// let turnover = before.turnover_to(&["ann", "bo", "cy"], &after, &["ann", "bo", "di"])?;
/// assert_eq!(turnover.migration().count(0, 1), Some(1)); // the first fell silent
/// assert_eq!((turnover.gone(), turnover.joined()), (&[0, 1][..], &[1, 0][..]));
/// # Ok::<(), customer_value::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Turnover {
    migration: Migration,
    joined: Vec<u64>,
    gone: Vec<u64>,
}

impl Turnover {
    /// How those moved who are there at both dates.
    pub const fn migration(&self) -> &Migration {
        &self.migration
    }

    /// How many of each segment, in the order of [`Migration::labels`], are there at the later date only.
    pub fn joined(&self) -> &[u64] {
        &self.joined
    }

    /// How many of each segment are there at the earlier date only.
    pub fn gone(&self) -> &[u64] {
        &self.gone
    }
}

impl Segmentation {
    /// How customers moved from these segments to those of a later date, who has joined them and who is gone; ids are in
    /// the order of each segmentation, such as those of a [`Cohort`](crate::Cohort::ids).
    ///
    /// # Errors
    ///
    /// [`SegmentError::Lengths`] unless there is an id for every customer, [`SegmentError::DuplicateCustomer`] for an id
    /// that two customers have; otherwise as [`migration_to`](Self::migration_to).
    pub fn turnover_to<Id: Ord>(&self, ids: &[Id], later: &Self, later_ids: &[Id]) -> Result<Turnover, SegmentError> {
        let (before, after) = (self.by_id(ids)?, later.by_id(later_ids)?);
        let [mut stayed, mut there] = [Vec::new(), Vec::new()];
        let (mut joined, mut gone) = (vec![0; later.labels.len()], vec![0; self.labels.len()]);
        let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (Some(&&one), Some(&&other)) => ids[one].cmp(&later_ids[other]),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let from = if order.is_le() { old.next().map(|&customer| self.segments[customer]) } else { None };
            let to = if order.is_ge() { new.next().map(|&customer| later.segments[customer]) } else { None };
            match (from, to) {
                (Some(from), Some(to)) => {
                    stayed.push(from);
                    there.push(to);
                }
                (Some(from), None) => gone[from as usize] += 1,
                (None, Some(to)) => joined[to as usize] += 1,
                (None, None) => {}
            }
        }
        let (from, to) = (Self::proven(self.labels.clone(), stayed), Self::proven(later.labels.clone(), there));
        Ok(Turnover { migration: from.migration_to(&to)?, joined, gone })
    }

    /// The customers in the order of their ids, each of which is there once.
    fn by_id<Id: Ord>(&self, ids: &[Id]) -> Result<Vec<usize>, SegmentError> {
        same_length(self.len(), ids.len())?;
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by(|&one, &other| ids[one].cmp(&ids[other]));
        match order.windows(2).find(|pair| ids[pair[0]] == ids[pair[1]]) {
            Some(pair) => Err(SegmentError::DuplicateCustomer { first: pair[0], second: pair[1] }),
            None => Ok(order),
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    migration: Migration,
    joined: Vec<u64>,
    gone: Vec<u64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Turnover {
    type Error = SegmentError;

    fn try_from(Unchecked { migration, joined, gone }: Unchecked) -> Result<Self, SegmentError> {
        let segments = migration.labels().len();
        same_length(segments, joined.len())?;
        same_length(segments, gone.len())?;
        Ok(Self { migration, joined, gone })
    }
}
