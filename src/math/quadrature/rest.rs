use super::{NODES, PANEL, Panel, WEIGHTS};

/// What a function integrates to from each node of a panel of length one to its end, as weights of its values at all
/// nodes: exact for polynomials of degree 11.
pub struct Rest([[f64; PANEL]; PANEL]);

impl Rest {
    /// By Legendre polynomials P, for which ∫ₓ¹ P_k = (P_{k−1}(x) − P_{k+1}(x))/(2k+1).
    pub fn new() -> Self {
        let legendre = NODES.map(|node| {
            let x = 2.0 * node - 1.0;
            let mut values = [1.0; PANEL + 1];
            values[1] = x;
            for k in 1..PANEL {
                let order = k as f64;
                values[k + 1] = ((2.0 * order + 1.0) * x * values[k] - order * values[k - 1]) / (order + 1.0);
            }
            values
        });
        let weight = |from: usize, of: usize| {
            let (start, value) = (&legendre[from], &legendre[of]);
            let orders: f64 = (1..PANEL).map(|k| (start[k - 1] - start[k + 1]) * value[k]).sum();
            WEIGHTS[of] * (0.5 * (1.0 - start[1]) + 0.5 * orders)
        };
        Self(std::array::from_fn(|from| std::array::from_fn(|of| weight(from, of))))
    }

    /// The integrals from each node of a panel to its end.
    pub fn of(&self, panel: &Panel, values: &[f64; PANEL]) -> [f64; PANEL] {
        self.0
            .map(|weights| panel.length * weights.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>())
    }
}
