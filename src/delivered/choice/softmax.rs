/// Exponentials of utilities relative to the greatest: none overflows, and their sum is at least 1.
///
/// What is not available keeps its position, with a share of zero.
pub(super) struct Softmax {
    greatest: f64,
    scale: f64,
    parts: Vec<f64>,
    sum: f64,
}

impl Softmax {
    /// Of utilities divided by `scale`, which is above zero.
    pub fn new(utilities: impl Iterator<Item = Option<f64>> + Clone, scale: f64) -> Self {
        let greatest = utilities.clone().flatten().fold(f64::NEG_INFINITY, f64::max);
        let part = |utility: Option<f64>| utility.map_or(0.0, |utility| ((utility - greatest) / scale).exp());
        let parts: Vec<f64> = utilities.map(part).collect();
        let sum = parts.iter().sum();
        Self { greatest, scale, parts, sum }
    }

    pub fn share(&self, position: usize) -> f64 {
        // Where nothing is available there is no sum to divide by.
        if self.parts[position] > 0.0 { self.parts[position] / self.sum } else { 0.0 }
    }

    /// One minus the share, by addition: beside a share that rounds to 1, the rest keeps its digits.
    pub fn others(&self, position: usize) -> f64 {
        let others = self.parts.iter().enumerate().filter(|(other, _)| *other != position);
        others.map(|(_, part)| part).sum::<f64>() / self.sum
    }

    /// scale · ln Σ e^(utility / scale); `None` where nothing is available.
    pub fn inclusive_value(&self) -> Option<f64> {
        (self.sum > 0.0).then(|| self.greatest + self.scale * self.sum.ln())
    }
}
