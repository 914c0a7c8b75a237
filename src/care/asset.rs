use std::num::NonZeroU32;

use super::CareError;
use crate::units::Day;

/// Something that the firm looks after: a vehicle, a contract, or the customer in person.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{Asset, Usage};
///
/// let since = Day::new(2021, 3, 1)?;
/// let usage = Usage::between((since, 0), (Day::new(2022, 1, 5)?, 12_400))?; // 310 days
/// let van = Asset { id: "van 7", owner: "li", since, usage: Some(usage) };
/// assert_eq!(van.usage.map(|usage| usage.per_day()), Some(40.0));
/// assert_eq!(Asset::customer("li", since).owner, "li");
/// # Ok::<(), customer_value::care::CareError>(())
/// ```
#[doc(alias = "vehicle")]
#[doc(alias = "contract")]
#[doc(alias = "车辆")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Asset<Id> {
    /// Which one, by the id of the caller.
    pub id: Id,
    /// The customer whose it is, and who is addressed about it.
    pub owner: Id,
    /// Since when it is there: bought, registered, signed; of a customer, acquired.
    pub since: Day,
    /// How much it is used; `None` where unknown or where nothing wears out.
    pub usage: Option<Usage>,
}

impl<Id: Clone> Asset<Id> {
    /// A customer, who answers for themself.
    pub fn customer(id: Id, since: Day) -> Self {
        Self { owner: id.clone(), id, since, usage: None }
    }
}

/// How much of an asset is used up by the day, such as kilometres, as a ratio of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Usage {
    /// So many units,
    pub units: u64,
    /// in so many days.
    pub days: NonZeroU32,
}

impl Usage {
    /// The use between two readings of a meter, each with its day.
    ///
    /// # Errors
    ///
    /// [`CareError::Readings`] unless the second is of a later day, and no less.
    pub fn between((from, earlier): (Day, u64), (to, later): (Day, u64)) -> Result<Self, CareError> {
        let days = i64::from(to.days_since_epoch()) - i64::from(from.days_since_epoch());
        let days = u32::try_from(days).ok().and_then(NonZeroU32::new);
        match (days, later.checked_sub(earlier)) {
            (Some(days), Some(units)) => Ok(Self { units, days }),
            _ => Err(CareError::Readings { from, earlier, to, later }),
        }
    }

    /// Units a day.
    pub fn per_day(self) -> f64 {
        self.units as f64 / f64::from(self.days.get())
    }

    /// The most whole days in which no more than so many units are used; `None` when that never ends.
    pub(super) fn days_of(self, units: u64) -> Option<u64> {
        let days = (u128::from(units) * u128::from(self.days.get())).checked_div(self.units.into())?;
        Some(u64::try_from(days).unwrap_or(u64::MAX))
    }
}

/// Assets of one kind with the dates from which rules count, in columns: a day, or none, for each asset.
///
/// # Examples
///
/// ```
/// use customer_value::Day;
/// use customer_value::care::{Asset, Assets, CareError};
///
/// let since = Day::new(2021, 3, 1)?;
/// let vehicles = Assets::new("vehicle", vec![Asset { id: "van 7", owner: "li", since, usage: None }])?;
/// let serviced = vehicles.with_done("service", vec![Some(Day::new(2024, 1, 10)?)])?;
/// assert_eq!(serviced.done("service"), Some(&[Some(Day::new(2024, 1, 10)?)][..]));
///
/// let (row, on) = (0, Day::new(2020, 12, 24)?);
/// let early = CareError::BeforeStart { row, name: "inspection".into(), on, since };
/// assert_eq!(serviced.with_done("inspection", vec![Some(on)]), Err(early));
/// # Ok::<(), CareError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "Unchecked<Id>", bound(deserialize = "Id: Ord + serde::Deserialize<'de>"))
)]
pub struct Assets<Id> {
    kind: String,
    rows: Vec<Asset<Id>>,
    dates: Vec<Column>,
    done: Vec<Column>,
    /// Positions of rows by owner, then by id, so that lists need not compare ids again.
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    order: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Column {
    name: String,
    days: Vec<Option<Day>>,
}

impl<Id: Ord> Assets<Id> {
    /// Assets of one kind, such as `"vehicle"` or `"customer"`, each with an id of its own.
    ///
    /// # Errors
    ///
    /// [`CareError::DuplicateAsset`].
    pub fn new(kind: impl Into<String>, rows: Vec<Asset<Id>>) -> Result<Self, CareError> {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|&one, &other| rows[one].id.cmp(&rows[other].id));
        // The sort is stable, so that of equal ids the earlier row comes first.
        if let Some(pair) = order.windows(2).find(|pair| rows[pair[0]].id == rows[pair[1]].id) {
            return Err(CareError::DuplicateAsset { first: pair[0], row: pair[1] });
        }
        order.sort_by(|&one, &other| rows[one].owner.cmp(&rows[other].owner));
        Ok(Self { kind: kind.into(), rows, dates: Vec::new(), done: Vec::new(), order })
    }
}

impl<Id> Assets<Id> {
    /// The same with dates that nobody's doing moves: birthdays, first registrations, ends of licences, or days that an
    /// event outside sets.
    ///
    /// # Errors
    ///
    /// [`CareError::Lengths`], [`CareError::DuplicateDates`].
    pub fn with_dates(mut self, name: impl Into<String>, days: Vec<Option<Day>>) -> Result<Self, CareError> {
        let column = self.column(name.into(), days)?;
        self.dates.push(column);
        Ok(self)
    }

    /// The same with the days on which something was last done, `None` where it never was.
    ///
    /// # Errors
    ///
    /// [`CareError::Lengths`], [`CareError::DuplicateDates`], [`CareError::BeforeStart`] when something was done before
    /// the asset was there.
    pub fn with_done(mut self, name: impl Into<String>, days: Vec<Option<Day>>) -> Result<Self, CareError> {
        let column = self.column(name.into(), days)?;
        for (row, (asset, day)) in self.rows.iter().zip(&column.days).enumerate() {
            if let Some(on) = day.filter(|&day| day < asset.since) {
                return Err(CareError::BeforeStart { row, name: column.name, on, since: asset.since });
            }
        }
        self.done.push(column);
        Ok(self)
    }

    fn column(&self, name: String, days: Vec<Option<Day>>) -> Result<Column, CareError> {
        if self.dates.iter().chain(&self.done).any(|column| column.name == name) {
            return Err(CareError::DuplicateDates { name });
        }
        if days.len() == self.rows.len() {
            Ok(Column { name, days })
        } else {
            Err(CareError::Lengths { name, expected: self.rows.len(), found: days.len() })
        }
    }

    /// What they are.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// All of them, in the order given.
    pub fn rows(&self) -> &[Asset<Id>] {
        &self.rows
    }

    /// Positions of rows by owner, then by id.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// The dates of this name.
    pub fn dates(&self, name: &str) -> Option<&[Option<Day>]> {
        find(&self.dates, name)
    }

    /// When something was last done.
    pub fn done(&self, name: &str) -> Option<&[Option<Day>]> {
        find(&self.done, name)
    }
}

fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a [Option<Day>]> {
    columns.iter().find(|column| column.name == name).map(|column| &column.days[..])
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked<Id> {
    kind: String,
    rows: Vec<Asset<Id>>,
    dates: Vec<Column>,
    done: Vec<Column>,
}

#[cfg(feature = "serde")]
impl<Id: Ord> TryFrom<Unchecked<Id>> for Assets<Id> {
    type Error = CareError;

    fn try_from(raw: Unchecked<Id>) -> Result<Self, CareError> {
        let assets = Self::new(raw.kind, raw.rows)?;
        let dated =
            raw.dates.into_iter().try_fold(assets, |assets, Column { name, days }| assets.with_dates(name, days))?;
        raw.done.into_iter().try_fold(dated, |assets, Column { name, days }| assets.with_done(name, days))
    }
}
