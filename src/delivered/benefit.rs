use std::ops::{Index, IndexMut};

use super::{Axes, Axis, DeliveredError, ValueVector};
use crate::units::{Currency, ExpectedMoney, UnitError, in_range, same_currency};

/// Where a benefit comes from.
#[doc(alias = "价值来源")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BenefitSource {
    /// What is sold.
    #[doc(alias = "产品价值")]
    Product,
    /// What is done around it: delivery, training, maintenance.
    #[doc(alias = "服务价值")]
    Service,
    /// Those who sell and serve.
    #[doc(alias = "人员价值")]
    People,
    /// What others think of it.
    #[doc(alias = "形象价值")]
    Image,
}

impl BenefitSource {
    /// All sources.
    pub const ALL: [Self; 4] = [Self::Product, Self::Service, Self::People, Self::Image];
}

impl std::fmt::Display for BenefitSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Product => "product",
            Self::Service => "service",
            Self::People => "people",
            Self::Image => "image",
        })
    }
}

/// One thing for each source of benefit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sources<T> {
    /// From the product.
    pub product: T,
    /// From the service.
    pub service: T,
    /// From the people.
    pub people: T,
    /// From the image.
    pub image: T,
}

impl<T> Index<BenefitSource> for Sources<T> {
    type Output = T;

    fn index(&self, source: BenefitSource) -> &T {
        match source {
            BenefitSource::Product => &self.product,
            BenefitSource::Service => &self.service,
            BenefitSource::People => &self.people,
            BenefitSource::Image => &self.image,
        }
    }
}

impl<T> IndexMut<BenefitSource> for Sources<T> {
    fn index_mut(&mut self, source: BenefitSource) -> &mut T {
        match source {
            BenefitSource::Product => &mut self.product,
            BenefitSource::Service => &mut self.service,
            BenefitSource::People => &mut self.people,
            BenefitSource::Image => &mut self.image,
        }
    }
}

/// What an offer gives to a customer: four sources by three axes, estimated in one currency.
///
/// The sum of a row is the value of a source, the sum of a column the value on an axis.
///
/// # Examples
///
/// ```
/// use customer_value::delivered::{Axes, Axis, BenefitMatrix, BenefitSource, Sources};
/// use customer_value::Currency;
///
/// let product = Axes { economic: 60.0, functional: 40.0, psychological: 20.0 };
/// let image = Axes { psychological: 25.0, ..Axes::default() };
/// let benefits = BenefitMatrix::new(Sources { product, image, ..Sources::default() }, Currency::EUR)?;
/// assert_eq!(benefits.source(BenefitSource::Product).amount(), 120.0);
/// assert_eq!(benefits.axis(Axis::Psychological).amount(), 45.0);
/// # Ok::<(), customer_value::UnitError>(())
/// ```
#[doc(alias = "利益矩阵")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct BenefitMatrix {
    cells: Sources<Axes>,
    currency: Currency,
}

/// Nine such amounts, four benefits and five costs on one axis, still fit into a component of a value.
pub(super) const LARGEST_AMOUNT: f64 = 1e149;

impl BenefitMatrix {
    /// Benefits in major units of a currency.
    ///
    /// # Errors
    ///
    /// [`UnitError`] unless every benefit is a number from −1e149 to 1e149.
    pub fn new(cells: Sources<Axes>, currency: Currency) -> Result<Self, UnitError> {
        for source in BenefitSource::ALL {
            for benefit in cells[source].to_array() {
                in_range("benefit", benefit, -LARGEST_AMOUNT, LARGEST_AMOUNT)?;
            }
        }
        Ok(Self { cells, currency })
    }

    /// The same with one benefit raised by a change, lowered by a negative one.
    ///
    /// # Errors
    ///
    /// [`DeliveredError::Money`] for another currency, [`DeliveredError::Unit`] when the benefit leaves its range.
    pub fn plus(mut self, source: BenefitSource, axis: Axis, change: ExpectedMoney) -> Result<Self, DeliveredError> {
        same_currency(self.currency, change.currency())?;
        self.cells[source][axis] += change.amount();
        Ok(Self::new(self.cells, self.currency)?)
    }

    /// The currency of all benefits.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// One benefit.
    pub fn cell(&self, source: BenefitSource, axis: Axis) -> ExpectedMoney {
        ExpectedMoney::known(self.cells[source][axis], self.currency)
    }

    /// The benefit from one source, over all axes.
    pub fn source(&self, source: BenefitSource) -> ExpectedMoney {
        ExpectedMoney::known(self.cells[source].to_array().iter().sum(), self.currency)
    }

    /// The benefit on one axis, from all sources.
    pub fn axis(&self, axis: Axis) -> ExpectedMoney {
        ExpectedMoney::known(self.column(axis), self.currency)
    }

    /// The benefits on all axes.
    pub fn vector(&self) -> ValueVector {
        ValueVector::proven(Axes::from_fn(|axis| self.column(axis)), self.currency)
    }

    /// All benefits together.
    pub fn total(&self) -> ExpectedMoney {
        ExpectedMoney::known(Axis::ALL.iter().map(|&axis| self.column(axis)).sum(), self.currency)
    }

    fn column(&self, axis: Axis) -> f64 {
        BenefitSource::ALL.iter().map(|&source| self.cells[source][axis]).sum()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    cells: Sources<Axes>,
    currency: Currency,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for BenefitMatrix {
    type Error = UnitError;

    fn try_from(raw: Unchecked) -> Result<Self, UnitError> {
        Self::new(raw.cells, raw.currency)
    }
}
