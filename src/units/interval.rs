use super::pad;

/// The values that the data support at some level of confidence, from `low` to `high`.
///
/// An interval can be open to one side: its end is then the limit of what is possible, zero or infinity for a
/// parameter. Where the data do not tell a parameter at all, it is open to both.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end; not below the lower.
    pub high: f64,
}

impl Interval {
    /// All that a positive quantity can be.
    pub(crate) const OPEN: Self = Self { low: 0.0, high: f64::INFINITY };

    /// value · e^∓width.
    pub(crate) fn around_logarithm(value: f64, width: f64) -> Self {
        // An infinite width of a value that is zero has no product; the value then has no width.
        let at = |width: f64| if value == 0.0 { 0.0 } else { value * width.exp() };
        Self { low: at(-width), high: at(width) }
    }

    /// Whether a value lies in it, ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

impl std::fmt::Display for Interval {
    /// Writes four decimals, `0.2200 to 0.2700`, or as many as are asked for; what is open is `0.0000` or `inf`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = f.precision().unwrap_or(4);
        pad(f, &format!("{:.digits$} to {:.digits$}", self.low, self.high))
    }
}
