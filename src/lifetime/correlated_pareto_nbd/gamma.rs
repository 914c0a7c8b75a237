use crate::lifetime::Generator;

/// How a rate is spread over customers; what is tilted is e^(−`span`·λ) of each one's rate λ, times in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    pub shape: f64,
    pub rate: f64,
    pub span: f64,
}

impl Gamma {
    /// After so many further events in a further time.
    pub fn kept(self, events: f64, time: f64) -> Kept {
        Kept::new(self.shape + events, self.rate + time, self.span)
    }

    /// One customer's rate, of those on a side: e^(−span·rate) of them at 1 leaves a gamma distribution, the others' is
    /// ∝ λ^(shape−1) e^(−rate·λ) (1 − e^(−span·λ)), which is a mean of gamma distributions with rates between the two.
    pub fn draw(self, side: Side, rng: &mut Generator) -> f64 {
        let Self { shape, rate, span } = self;
        match side {
            Side::One => rng.gamma(shape) / (rate + span),
            Side::Zero => {
                let between = -(-rng.uniform() * self.kept(0.0, 0.0).rest).ln_1p() / shape;
                rng.gamma(shape + 1.0) / (rate * between.exp())
            }
        }
    }
}

/// E e^(−cλ) for a rate λ ~ Gamma(shape, rate) and a span c, with its complement, for neither can be had from the other
/// where it is small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    pub share: f64,
    pub rest: f64,
}

impl Kept {
    pub fn new(shape: f64, rate: f64, span: f64) -> Self {
        let ln = -shape * (span / rate).ln_1p();
        Self { share: ln.exp(), rest: -ln.exp_m1() }
    }

    /// What a side of a tilt weighs.
    pub const fn of(self, side: Side) -> f64 {
        match side {
            Side::Zero => self.rest,
            Side::One => self.share,
        }
    }
}

/// An end of the range of e^(−cλ): all at once, or never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Side {
    Zero,
    One,
}
