//! Red, green and blue -> the planes that an encoder wants.

/// Planes of Y, Cb and Cr, kept from one thumbnail to the next.
#[derive(Debug, Default)]
pub(super) struct Planes {
    full: [Vec<u8>; 3],
    halved: [Vec<u8>; 2],
}

impl Planes {
    /// The planes of interleaved pixels, Cb and Cr at half the size if that is wanted.
    pub(super) fn of_rgb(
        &mut self,
        rgb: &[u8],
        (width, height): (usize, usize),
        halves: bool,
    ) -> [&[u8]; 3] {
        for plane in &mut self.full {
            plane.resize(width * height, 0);
        }
        let [ys, cbs, crs] = &mut self.full;
        let pixels = rgb.as_chunks::<3>().0;
        for (((&pixel, y), cb), cr) in pixels.iter().zip(ys).zip(cbs).zip(crs) {
            [*y, *cb, *cr] = ycbcr(pixel);
        }
        let [y, cb, cr] = &self.full;
        if !halves {
            return [y, cb, cr];
        }
        let [half_cb, half_cr] = &mut self.halved;
        halve(cb, (width, height), half_cb);
        halve(cr, (width, height), half_cr);
        [y, half_cb, half_cr]
    }
}

/// A pixel in YCbCr as JFIF defines it (ITU-T T.871, 7), in the 16.16 fixed point of libjpeg's jccolor.c.
#[inline(always)]
fn ycbcr(rgb: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = rgb.map(i32::from);
    let half = 1 << 15;
    // One less than a half, so that the largest value doesn't become 256.
    let centre = (128 << 16) + half - 1;
    let sums = [
        19_595 * r + 38_470 * g + 7_471 * b + half,
        -11_059 * r - 21_709 * g + 32_768 * b + centre,
        32_768 * r - 27_439 * g - 5_329 * b + centre,
    ];
    sums.map(|sum| (sum >> 16) as u8)
}

/// Puts the means of 2x2 samples into `halved`; beyond an odd side its last samples are repeated. Means halfway between
/// two levels are rounded down and up in turn, as in libjpeg's jcsample.c.
fn halve(plane: &[u8], (width, height): (usize, usize), halved: &mut Vec<u8>) {
    halved.clear();
    halved.reserve(width.div_ceil(2) * height.div_ceil(2));
    for rows in plane.chunks(2 * width) {
        let (upper, lower) = rows.split_at(width);
        let lower = if lower.is_empty() { upper } else { lower };
        let pairs = upper
            .chunks(2)
            .zip(lower.chunks(2))
            .zip([1, 2].into_iter().cycle());
        halved.extend(pairs.map(|((upper, lower), bias)| {
            let sum = |pair: &[u8]| u16::from(pair[0]) + u16::from(pair[pair.len() - 1]);
            ((sum(upper) + sum(lower) + bias) >> 2) as u8
        }));
    }
}
