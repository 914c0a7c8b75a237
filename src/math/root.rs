/// The least x in (`low`, `high`] with f(x) ≥ `target`, for an f that does not fall; `high` where it stays below.
///
/// The search ends between two neighbouring floats, so that the step of a step function is found exactly. `low` and
/// `high` are not negative.
///
/// Oliveira and Takahashi (2020), An enhancement of the bisection method average performance preserving minmax
/// optimality, ACM TOMS 47(1): interpolation, kept within reach of bisection, here over the bits of x, which positive
/// floats are ordered by, and which follow its logarithm.
pub fn first_reaching(target: f64, [low, high]: [f64; 2], f: impl Fn(f64) -> f64) -> f64 {
    /// Halvings that may be lost to interpolation, beyond those that bisection takes.
    const SLACK: u32 = 1;
    let (mut below, mut reached) = (low.to_bits(), high.to_bits());
    let (mut lack, mut excess) = (f(low) - target, f(high) - target);
    if lack >= 0.0 || excess < 0.0 || below >= reached {
        return if lack >= 0.0 { low } else { high };
    }
    let halvings = u64::BITS - (reached - below).leading_zeros() + SLACK;
    for left in (0..halvings).rev() {
        let width = reached - below;
        if width <= 1 {
            break;
        }
        let middle = below + width / 2;
        // After this step at most 2^left floats may remain.
        let reach = (1_u64 << left.min(62)).saturating_sub(width.div_ceil(2));
        let at = nearer(below + interpolate(width, lack, excess), middle, width)
            .clamp(middle.saturating_sub(reach).max(below + 1), middle.saturating_add(reach).min(reached - 1));
        let gap = f(f64::from_bits(at)) - target;
        if gap >= 0.0 {
            (reached, excess) = (at, gap);
        } else {
            (below, lack) = (at, gap);
        }
    }
    f64::from_bits(reached)
}

/// Where the line from `lack` to `excess` crosses zero, counted in floats.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the width, from 0 to 1")]
fn interpolate(width: u64, lack: f64, excess: f64) -> u64 {
    let share = lack / (lack - excess);
    (width as f64 * if share.is_finite() { share } else { 0.5 }) as u64
}

/// Towards the middle by more than the error of an interpolation: the root is then closed in from both sides.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
fn nearer(at: u64, middle: u64, width: u64) -> u64 {
    /// Of a bracket of 2^52 floats, a factor of two, this moves a 16th part, of one of 2^26 next to nothing.
    const SCALE: f64 = (1_u64 << 56) as f64;
    let step = ((width as f64).powi(2) / SCALE).min(width as f64 / 16.0) as u64 + 1;
    if at < middle { (at + step).min(middle) } else { at.saturating_sub(step).max(middle) }
}
