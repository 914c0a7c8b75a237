use super::{Design, DesignError, Spread};

impl Design {
    /// No coded column is a linear function of those before it: Gram and Schmidt, on columns of mean 0 and length 1.
    pub(super) fn check_independent(&self) -> Result<(), DesignError> {
        /// A share of a column below this is rounding: its length is found twice, each time to half of the digits.
        const ROUNDING: f64 = 1e-7;
        let columns: Vec<_> = self.coding.coded().collect();
        let mut basis: Vec<Vec<f64>> = Vec::new();
        // Of each basis vector, what it is made of.
        let mut recipes: Vec<Vec<f64>> = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let mut rest = self.standardised(index);
            let mut recipe = vec![0.0; columns.len()];
            recipe[index] = 1.0;
            // Twice is enough: the second pass takes what rounding left of the first.
            for _ in 0..2 {
                for (one, made_of) in basis.iter().zip(&recipes) {
                    let along = dot(&rest, one);
                    rest.iter_mut().zip(one).for_each(|(rest, one)| *rest -= along * one);
                    recipe.iter_mut().zip(made_of).for_each(|(own, other)| *own -= along * other);
                }
            }
            let length = dot(&rest, &rest).sqrt();
            if length < ROUNDING {
                let matters = |other: &usize| *other != index && recipe[*other].abs() > 1e-6;
                let on = (0..columns.len()).filter(matters).map(|other| columns[other].name.to_string()).collect();
                return Err(DesignError::Collinear { column: column.name.to_string(), on });
            }
            basis.push(rest.into_iter().map(|value| value / length).collect());
            recipes.push(recipe.into_iter().map(|part| part / length).collect());
        }
        Ok(())
    }

    /// A coded column with mean 0 and length 1.
    fn standardised(&self, column: usize) -> Vec<f64> {
        let raw: Vec<f64> = (0..self.customers).map(|customer| self.coded(customer)[column]).collect();
        let spread = Spread::of(&raw).unwrap_or(Spread { centre: 0.0, deviation: 1.0, range: 1.0 });
        let length = spread.deviation * (self.customers as f64).sqrt();
        raw.into_iter().map(|value| (value - spread.centre) / length).collect()
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
