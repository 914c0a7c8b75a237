/// The exponential of a number that is not above 0; 0 from −708 down, where the share of a component in a density is lost
/// in any sum.
///
/// That of the standard library is a call, which keeps a loop from working in all lanes of a register at once; this one is
/// off by less than one unit of the last digit. x = n ln 2 + r with |r| ≤ ½ ln 2, so that eˣ = 2ⁿ eʳ; of the series of eʳ 14
/// terms count, and what is left out is below a 40th of the last digit.
///
/// Cody & Waite (1980), *Software manual for the elementary functions*, chapter 6.
#[inline]
pub(super) fn exponential(x: f64) -> f64 {
    let shifted = x * LOG2_E + WHOLE;
    let n = shifted - WHOLE;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let tail = SERIES.iter().fold(LAST, |sum, term| sum * r + term);
    let power = f64::from_bits(shifted.to_bits().wrapping_add(EXPONENT_OF_ONE) << 52);
    let value = (1.0 + (r + r * r * tail)) * power;
    if x < LEAST { 0.0 } else { value }
}

/// Below it the exponent of the result has no room in the bits of a normal number.
const LEAST: f64 = -708.0;

const LOG2_E: f64 = std::f64::consts::LOG2_E;

/// Added to a small number it rounds it to a whole one, which then stands in the lowest bits: 1.5 · 2⁵².
const WHOLE: f64 = 6_755_399_441_055_744.0;

const EXPONENT_OF_ONE: u64 = 1023;

/// ln 2 in two parts: the first has so few digits that its products with whole numbers down to −1022 are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// 1/13!.
const LAST: f64 = 1.0 / 6_227_020_800.0;

/// 1/12!, 1/11!, … 1/2!.
const SERIES: [f64; 11] = [
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
];

#[cfg(test)]
mod tests {
    use super::exponential;

    #[test]
    fn it_is_that_of_libm_to_the_last_digits_and_nothing_from_the_least_normal_number_down() {
        let mut most = 0.0_f64;
        for step in 0..745_000 {
            let x = -f64::from(step) * 1.000_000_7e-3;
            let (own, exact) = (exponential(x), libm::exp(x));
            if x < -708.0 {
                assert!(own.to_bits() == 0 && exact < 4e-308, "{x}");
            } else {
                most = most.max((own / exact - 1.0).abs());
            }
        }
        assert!(most <= 2.0 * f64::EPSILON, "{most}");
        for x in [0.0_f64, -0.0, -5e-324, -1e-17] {
            assert!(exponential(x).to_bits() == 1.0_f64.to_bits(), "{x}");
        }
        assert!(exponential(-1e300).to_bits() == 0);
    }
}
