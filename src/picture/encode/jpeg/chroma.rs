//! Chroma at half its size (4:2:0).

/// Whether a thumbnail of this quality has one sample of Cb and of Cr for each 2x2 pixels, sides rounded up.
pub(crate) fn halves_chroma(quality: u8) -> bool {
    quality < 90
}

/// Halves a plane, into memory that is no larger than needed. Means halfway between two levels are rounded down and up
/// from column to column, as in libjpeg's jcsample.c, and beyond an odd side its last samples are repeated.
pub(crate) fn halve_chroma(plane: &mut Vec<u8>, (width, height): (usize, usize)) {
    let mut half = Vec::with_capacity(width.div_ceil(2) * height.div_ceil(2));
    for rows in plane.chunks(2 * width) {
        let (upper, lower) = rows.split_at(width);
        let lower = if lower.is_empty() { upper } else { lower };
        let pairs = upper
            .chunks(2)
            .zip(lower.chunks(2))
            .zip([1, 2].into_iter().cycle());
        half.extend(pairs.map(|((upper, lower), bias)| {
            let sum = |pair: &[u8]| u16::from(pair[0]) + u16::from(pair[pair.len() - 1]);
            ((sum(upper) + sum(lower) + bias) >> 2) as u8
        }));
    }
    *plane = half;
}
