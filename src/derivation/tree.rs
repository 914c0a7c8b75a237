use std::fmt;

use super::{Derivation, DerivationUnit};

impl fmt::Display for Derivation {
    /// Writes a line a node, indented by its depth; money with the decimals of its minor unit, other values with four,
    /// unless a precision is given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0, "")
    }
}

impl Derivation {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize, sign: &str) -> fmt::Result {
        let gap = if depth > 0 { " " } else { "" };
        write!(f, "{:width$}{sign}{gap}{}: {}", "", self.name, self.written(f.precision()), width = 2 * depth)?;
        self.parts.iter().enumerate().try_for_each(|(position, part)| {
            writeln!(f)?;
            part.write(f, depth + 1, self.step.sign(position))
        })
    }

    fn written(&self, precision: Option<usize>) -> String {
        let (usual, unit) = match self.unit {
            DerivationUnit::Money(currency) => (currency.minor_digits() as usize, format!(" {currency}")),
            DerivationUnit::Utils => (4, " utils".into()),
            DerivationUnit::Number | DerivationUnit::Share => (4, String::new()),
        };
        let (value, digits) = (self.value, precision.unwrap_or(usual));
        let written = format!("{value:.digits$}");
        // What would print as zero, or as a long row of digits that mean nothing.
        let odd = value != 0.0 && (!written.contains(|digit| ('1'..='9').contains(&digit)) || value.abs() >= 1e15);
        if odd { format!("{value:.3e}{unit}") } else { written + &unit }
    }
}
