use super::{Axis, BenefitSource, CostKind, Delivered};
use crate::derivation::{Derivation, DerivationStep};

impl Delivered {
    /// How the [net value](Self::net) came about: benefits by axis and source, less costs by kind.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::delivered::{Axes, BenefitMatrix, Costs, Delivered, Effort, Sources};
    /// use customer_value::{Currency, Derivation, Money, ShadowPrices};
    ///
    /// let product = Axes { economic: 60.0, psychological: 25.0, ..Axes::default() };
    /// let benefits = BenefitMatrix::new(Sources { product, ..Sources::default() }, Currency::USD)?;
    /// let costs = Costs::new(Money::from_minor(5_000, Currency::USD), Effort::default())?;
    /// let delivered = Delivered::new(benefits, costs.components(&ShadowPrices::default())?.priced()?)?;
    ///
    /// let net = delivered.derivation();
    /// assert_eq!(net.value(), delivered.net().amount());
    /// let psychological = net.find(&["benefits", "psychological", "product"]);
    /// assert_eq!(psychological.map(Derivation::value), Some(25.0));
    /// # Ok::<(), customer_value::Error>(())
    /// ```
    pub fn derivation(&self) -> Derivation {
        let sum = |name, parts: Vec<_>| Derivation::proven(name, DerivationStep::Sum, self.currency(), parts);
        let cell = |axis, source| Derivation::money(source_name(source), self.benefits.cell(source, axis));
        let column = |axis| sum(axis_name(axis), BenefitSource::ALL.map(|source| cell(axis, source)).into());
        let cost = |kind: CostKind| Derivation::money(kind.to_string(), self.costs.of(kind));
        let benefits = sum("benefits", Axis::ALL.map(column).into());
        let costs = sum("costs", CostKind::ALL.map(cost).into());
        Derivation::proven("net value", DerivationStep::Difference, self.currency(), [benefits, costs])
    }
}

const fn axis_name(axis: Axis) -> &'static str {
    match axis {
        Axis::Economic => "economic",
        Axis::Functional => "functional",
        Axis::Psychological => "psychological",
    }
}

const fn source_name(source: BenefitSource) -> &'static str {
    match source {
        BenefitSource::Product => "product",
        BenefitSource::Service => "service",
        BenefitSource::People => "people",
        BenefitSource::Image => "image",
    }
}
