use crate::math::JetSum;

/// The events since the last purchase of a living customer: every k-th event is a purchase, so that j < k of them may
/// have passed in silence.
///
/// With R the shape of the rate and z = (T−t_x)/(α+T), j of them have the weight R (R+1) … (R+j−1) z^j / j!.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Phases {
    /// R.
    pub shape: f64,
    /// z.
    pub silence: f64,
    pub k: u32,
}

/// ln of the sum of the weights, with its derivatives in r and α.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PhasesJet {
    pub value: f64,
    pub by_r: f64,
    pub by_alpha: f64,
    pub by_r_r: f64,
    pub by_r_alpha: f64,
    pub by_alpha_alpha: f64,
}

impl Phases {
    /// j and its weight, from j = 0, whose weight is 1.
    fn weights(self) -> impl Iterator<Item = (u32, f64)> {
        let Self { shape, silence, k } = self;
        (0..k).scan(1.0, move |next, j| {
            let weight = *next;
            *next *= (shape + f64::from(j)) * silence / f64::from(j + 1);
            Some((j, weight))
        })
    }

    /// ln of the sum of the weights.
    pub fn ln_total(self) -> f64 {
        if self.k == 1 { 0.0 } else { self.weights().map(|(_, weight)| weight).sum::<f64>().ln() }
    }

    /// j and P(j), where that is not zero.
    pub fn shares(self) -> impl Iterator<Item = (u32, f64)> {
        let total: f64 = self.weights().map(|(_, weight)| weight).sum();
        self.weights().filter(|(_, weight)| *weight > 0.0).map(move |(j, weight)| (j, weight / total))
    }

    /// Σ over j of P(j) f(j).
    pub fn mean(self, f: impl Fn(u32) -> f64) -> f64 {
        if self.k == 1 { f(0) } else { self.shares().map(|(j, share)| share * f(j)).sum() }
    }

    /// The jet of [`Self::ln_total`], where `end` is 1/(α+T): z has the slope −z·end in α.
    pub fn jet(self, end: f64) -> PhasesJet {
        let mut sum = JetSum::<2>::new();
        let (mut by_r, mut by_r_r) = (0.0, 0.0);
        for (j, weight) in self.weights().filter(|(_, weight)| *weight > 0.0) {
            if let Some(before) = j.checked_sub(1) {
                let inverse = (self.shape + f64::from(before)).recip();
                by_r += inverse;
                by_r_r -= inverse * inverse;
            }
            let by_alpha = -f64::from(j) * end;
            sum.add(0.0, weight, &[by_r, by_alpha], &[[by_r_r, 0.0], [0.0, -by_alpha * end]]);
        }
        let (value, [by_r, by_alpha], [[by_r_r, by_r_alpha], [_, by_alpha_alpha]]) = sum.ln();
        PhasesJet { value, by_r, by_alpha, by_r_r, by_r_alpha, by_alpha_alpha }
    }
}
