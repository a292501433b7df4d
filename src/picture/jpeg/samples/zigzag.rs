//! The zigzag order (T.81 figure A.6), and which part of it a scale needs.

/// For each place in zigzag order, the place in natural order.
pub(crate) const NATURAL: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The last place in zigzag order that the top left NxN coefficients take, by N.
pub(crate) const LAST: [u8; 9] = [0, 0, 4, 12, 24, 39, 51, 59, 63];

/// Whether the coefficient at place `k` of the zigzag order is among the top left NxN.
pub(crate) const fn needed(k: usize, n: usize) -> bool {
    let natural = NATURAL[k] as usize;
    natural / 8 < n && natural % 8 < n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_each_place_once_along_the_diagonals() {
        let mut places = NATURAL;
        for pair in NATURAL.windows(2) {
            let diagonal = |at: u8| at / 8 + at % 8;
            assert!(diagonal(pair[1]) - diagonal(pair[0]) <= 1);
        }
        places.sort_unstable();
        assert!(
            places
                .iter()
                .enumerate()
                .all(|(i, &place)| i == usize::from(place))
        );
    }

    #[test]
    fn last_is_the_last_that_is_needed() {
        for (n, &last) in LAST.iter().enumerate().skip(1) {
            assert_eq!((0..64).rfind(|&k| needed(k, n)), Some(usize::from(last)));
        }
    }
}
