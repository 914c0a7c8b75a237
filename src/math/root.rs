/// The least x in (`low`, `high`] with f(x) ≥ `target`, for an f that does not fall; `high` where it stays below, and
/// `low` where it has reached it.
///
/// The search ends between two neighbouring floats, so that the step of a step function is found exactly. `low` and
/// `high` are not negative.
///
/// It works on the bits of x, which positive floats are ordered by, and which follow its logarithm: halving until x is
/// known to a factor of four, then interpolating, with a halving wherever that gains less.
pub fn first_reaching(target: f64, [low, high]: [f64; 2], f: impl Fn(f64) -> f64) -> f64 {
    /// Fewer floats than lie between x and 4x, and more than those between which rounding hides a slope.
    const SMOOTH: std::ops::RangeInclusive<u64> = 1 << 12..=1 << 53;
    /// The crossing was missed by more than the nudge: rounding, or a bend.
    const BOLDER: f64 = 32.0;
    let gap_at = |bits: u64| f(f64::from_bits(bits)) - target;
    let mut bracket =
        Bracket { below: low.to_bits(), reached: high.to_bits(), lack: gap_at(low.to_bits()), excess: 0.0 };
    if bracket.lack >= 0.0 {
        return low;
    }
    bracket.excess = gap_at(bracket.reached);
    if bracket.excess < 0.0 {
        return high;
    }
    let mut boldness = 1.0;
    while bracket.width() > 1 {
        let width = bracket.width();
        if SMOOTH.contains(&width) {
            bracket.cut(bracket.interpolated(boldness), gap_at);
            boldness = if bracket.width() > width / 2 { boldness * BOLDER } else { 1.0 };
        }
        if bracket.width() > width / 2 {
            bracket.cut(bracket.middle(), gap_at);
        }
    }
    f64::from_bits(bracket.reached)
}

/// Two floats by their bits, with what f lacks of the target at the one and exceeds it by at the other.
struct Bracket {
    below: u64,
    reached: u64,
    lack: f64,
    excess: f64,
}

impl Bracket {
    fn width(&self) -> u64 {
        self.reached.saturating_sub(self.below)
    }

    fn middle(&self) -> u64 {
        self.below + self.width() / 2
    }

    fn cut(&mut self, at: u64, gap_at: impl Fn(u64) -> f64) {
        let gap = gap_at(at);
        if gap >= 0.0 {
            (self.reached, self.excess) = (at, gap);
        } else {
            (self.below, self.lack) = (at, gap);
        }
    }

    /// Where the line between the ends crosses the target, a little towards the middle, so that the root is closed in
    /// from both sides.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of the width")]
    fn interpolated(&self, boldness: f64) -> u64 {
        /// Of a bracket of 2^52 floats, a factor of two, this is a 16th, of one of 2^28 a single float.
        const PER_SQUARE: f64 = 1.0 / (1_u64 << 56) as f64;
        let (width, middle) = (self.width(), self.middle());
        let share = self.lack / (self.lack - self.excess);
        let line = self.below + (width as f64 * if share.is_finite() { share } else { 0.5 }) as u64;
        let nudge = ((boldness * width as f64 * PER_SQUARE).min(0.25) * width as f64) as u64 + 1;
        if line < middle { (line + nudge).min(middle) } else { line.saturating_sub(nudge).max(middle) }
    }
}
