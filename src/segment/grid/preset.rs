use super::{Grid, GridAxis, GridCut};
use crate::segment::SegmentError;

/// A grid in common use: its measures and the names of its cells.
///
/// # Examples
///
/// ```
/// use customer_value::Probability;
/// use customer_value::segment::{GridCut, GridPreset};
///
/// let (profit, tenure) = ([90.0, 80.0, 5.0, -10.0], [36.0, 2.0, 30.0, 1.0]);
/// let median = GridCut::Quantile(Probability::new(0.5)?);
/// let grid = GridPreset::ProfitabilityByTenure.fit(&[&profit, &tenure], &[median, GridCut::At(12.0)])?;
/// let customers = grid.assign(&[&profit, &tenure])?;
/// assert_eq!(customers.labels(), ["true friends", "butterflies", "barnacles", "strangers"]);
/// assert_eq!(customers.segments(), [0, 1, 2, 3]);
/// # Ok::<(), customer_value::Error>(())
/// ```
///
/// # References
///
/// Reinartz & Kumar (2002), *The mismanagement of customer loyalty*; Kumar, Petersen & Leone (2007), *How valuable is
/// word of mouth?*
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum GridPreset {
    /// What customers bring by what they could bring: platinum, gold (much now, little more), iron (little now, much
    /// more), lead.
    #[doc(alias = "当前价值")]
    #[doc(alias = "潜在价值")]
    CurrentByPotential,
    /// The same by loyalty: eight cells, named by what they are.
    #[doc(alias = "忠诚度")]
    CurrentByPotentialByLoyalty,
    /// Profitability by the length of the relationship: true friends, butterflies (profitable, short), barnacles
    /// (unprofitable, long), strangers.
    ProfitabilityByTenure,
    /// Own value by the value of those whom they refer: champions, affluents (refer nobody), advocates (refer others, buy
    /// little), misers.
    ValueByReferral,
    /// How attractive prospects are by how willing they are to buy: win (both), court (attractive, not willing yet),
    /// accept (willing, hardly attractive), leave.
    #[doc(alias = "目标顾客")]
    AttractivenessByWillingness,
}

impl GridPreset {
    /// What is measured, in the order of the columns.
    pub const fn measures(self) -> &'static [&'static str] {
        match self {
            Self::CurrentByPotential => &["current value", "potential value"],
            Self::CurrentByPotentialByLoyalty => &["current value", "potential value", "loyalty"],
            Self::ProfitabilityByTenure => &["profitability", "tenure"],
            Self::ValueByReferral => &["lifetime value", "referral value"],
            Self::AttractivenessByWillingness => &["attractiveness", "willingness"],
        }
    }

    /// The names of the cells, the highest first.
    pub const fn labels(self) -> &'static [&'static str] {
        match self {
            Self::CurrentByPotential => &["platinum", "gold", "iron", "lead"],
            Self::CurrentByPotentialByLoyalty => &[
                "high current, high potential, loyal",
                "high current, high potential, not loyal",
                "high current, low potential, loyal",
                "high current, low potential, not loyal",
                "low current, high potential, loyal",
                "low current, high potential, not loyal",
                "low current, low potential, loyal",
                "low current, low potential, not loyal",
            ],
            Self::ProfitabilityByTenure => &["true friends", "butterflies", "barnacles", "strangers"],
            Self::ValueByReferral => &["champions", "affluents", "advocates", "misers"],
            Self::AttractivenessByWillingness => &["win", "court", "accept", "leave"],
        }
    }

    /// The grid with its cuts: one for each measure, at a number or a quantile of the column.
    ///
    /// # Errors
    ///
    /// [`SegmentError::PerMeasure`] unless there is a column and a cut for every measure, and as
    /// [`GridAxis::high_and_low`].
    pub fn fit(self, columns: &[&[f64]], cuts: &[GridCut]) -> Result<Grid, SegmentError> {
        let measures = self.measures();
        for (what, found) in [("columns", columns.len()), ("cuts", cuts.len())] {
            if found != measures.len() {
                return Err(SegmentError::PerMeasure { what, expected: measures.len(), found });
            }
        }
        let axis =
            |((&measure, values), &cut): ((&&str, &&[f64]), &GridCut)| GridAxis::high_and_low(measure, values, cut);
        let axes = measures.iter().zip(columns).zip(cuts).map(axis).collect::<Result<Vec<_>, _>>()?;
        Grid::new(axes, self.labels().iter().copied())
    }
}
