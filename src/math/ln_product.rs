/// The logarithm of a product of factors between 1e-100 and 1e100: one logarithm for many factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LnProduct {
    ln: f64,
    open: f64,
}

impl Default for LnProduct {
    fn default() -> Self {
        Self { ln: 0.0, open: 1.0 }
    }
}

impl LnProduct {
    /// Another factor.
    pub fn multiply(&mut self, factor: f64) {
        /// A further factor neither overflows nor underflows what lies between.
        const LEAST: f64 = 1e-200;
        const MOST: f64 = 1e200;
        self.open *= factor;
        if !(LEAST..=MOST).contains(&self.open) {
            *self = Self { ln: self.ln(), open: 1.0 };
        }
    }

    /// The logarithm of the factors so far.
    pub fn ln(self) -> f64 {
        self.ln + self.open.ln()
    }
}
