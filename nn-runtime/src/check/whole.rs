//! Arithmetic on a user's constants, which says why a result has no value where that of Rust would end the evaluation.

use super::value::{BELOW_ZERO, BY_ZERO, LARGEST, TOO_LARGE};

/// A whole number on the way to a size, or why there is none: [`BELOW_ZERO`] or [`BY_ZERO`]. On the way it may be larger than a size.
///
/// ```
/// # use plumbline::check::{BELOW_ZERO, BY_ZERO, TOO_LARGE, Whole};
/// const K: usize = 3;
/// let k = Whole::of(K as u128);
/// assert_eq!(k.times(Whole::of(4)).minus(Whole::of(2)).size(), 10);
/// assert_eq!(k.minus(Whole::of(5)).plus(Whole::of(4)).size(), BELOW_ZERO);
/// assert_eq!(k.over(Whole::of(0)).size(), BY_ZERO);
/// assert_eq!(Whole::of(1).left(Whole::of(40)).size(), TOO_LARGE);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole(Result<u128, usize>);

impl Whole {
    /// The number.
    #[must_use]
    pub const fn of(number: u128) -> Self {
        Whole(Ok(number))
    }

    /// `self + other`
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        match self.and(other) {
            Ok((a, b)) => Whole(Ok(a.saturating_add(b))),
            Err(why) => Whole(Err(why)),
        }
    }

    /// `self - other`
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        match self.and(other) {
            Ok((a, b)) if a < b => Whole(Err(BELOW_ZERO)),
            Ok((a, b)) => Whole(Ok(a - b)),
            Err(why) => Whole(Err(why)),
        }
    }

    /// `self · other`
    #[must_use]
    pub const fn times(self, other: Self) -> Self {
        match self.and(other) {
            Ok((a, b)) => Whole(Ok(a.saturating_mul(b))),
            Err(why) => Whole(Err(why)),
        }
    }

    /// `⌊self / other⌋`
    #[must_use]
    pub const fn over(self, other: Self) -> Self {
        match self.and(other) {
            Ok((_, 0)) => Whole(Err(BY_ZERO)),
            Ok((a, b)) => Whole(Ok(a / b)),
            Err(why) => Whole(Err(why)),
        }
    }

    /// `self mod other`
    #[must_use]
    pub const fn modulo(self, other: Self) -> Self {
        match self.and(other) {
            Ok((_, 0)) => Whole(Err(BY_ZERO)),
            Ok((a, b)) => Whole(Ok(a % b)),
            Err(why) => Whole(Err(why)),
        }
    }

    /// `self · 2^other`
    #[must_use]
    pub const fn left(self, other: Self) -> Self {
        self.times(other.power_of_two())
    }

    /// `⌊self / 2^other⌋`
    #[must_use]
    pub const fn right(self, other: Self) -> Self {
        self.over(other.power_of_two())
    }

    /// The size, or what stands in place of one.
    #[must_use]
    pub const fn size(self) -> usize {
        match self.0 {
            Ok(number) if number > LARGEST as u128 => TOO_LARGE,
            Ok(number) => number as usize,
            Err(why) => why,
        }
    }

    /// 2^self; the largest number there is where that is larger.
    const fn power_of_two(self) -> Self {
        match self.0 {
            Ok(exponent) if exponent >= 128 => Whole(Ok(u128::MAX)),
            Ok(exponent) => Whole(Ok(1 << exponent)),
            Err(why) => Whole(Err(why)),
        }
    }

    const fn and(self, other: Self) -> Result<(u128, u128), usize> {
        match (self.0, other.0) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(why), _) | (_, Err(why)) => Err(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BELOW_ZERO, BY_ZERO, LARGEST, TOO_LARGE, Whole};

    #[test]
    fn every_operation_is_that_of_rust_or_says_why_not() {
        let numbers = [0, 1, 2, 3, 7, 64, 200, LARGEST as u128, u128::MAX];
        let size = |value: Option<u128>, why| match value {
            Some(value) if value <= LARGEST as u128 => value as usize,
            Some(_) => TOO_LARGE,
            None => why,
        };
        for a in numbers {
            for b in numbers {
                let (x, y) = (Whole::of(a), Whole::of(b));
                assert_eq!(x.plus(y).size(), size(a.checked_add(b), TOO_LARGE));
                assert_eq!(x.minus(y).size(), size(a.checked_sub(b), BELOW_ZERO));
                assert_eq!(x.times(y).size(), size(a.checked_mul(b), TOO_LARGE));
                assert_eq!(x.over(y).size(), size(a.checked_div(b), BY_ZERO));
                assert_eq!(x.modulo(y).size(), size(a.checked_rem(b), BY_ZERO));
                let power = u32::try_from(b).ok().and_then(|b| 2_u128.checked_pow(b));
                let times =
                    power.map_or((a > 0).then_some(u128::MAX).or(Some(0)), |power| Some(a.saturating_mul(power)));
                assert_eq!(x.left(y).size(), size(times, 0));
                assert_eq!(x.right(y).size(), size(power.map_or(Some(a / u128::MAX), |power| Some(a / power)), 0));
            }
        }
        let why = Whole::of(1).minus(Whole::of(2));
        assert_eq!(why.times(Whole::of(0)).plus(Whole::of(5)).size(), BELOW_ZERO);
        assert_eq!(Whole::of(1).over(why).size(), BELOW_ZERO);
    }
}
