//! Conversions between colour models that need no profile.

/// Adds R, G, B of each pixel to `target`, from YCbCr as JFIF defines it (ITU-T T.871, 7).
pub(super) fn rgb_of_planes(y: &[u8], cb: &[u8], cr: &[u8], target: &mut Vec<u8>) {
    extend(
        target,
        y.iter()
            .zip(cb)
            .zip(cr)
            .map(|((&y, &cb), &cr)| rgb_of_ycbcr(y, cb, cr)),
    );
}

/// Adds R, G, B of each pixel to `target`.
pub(super) fn interleave(r: &[u8], g: &[u8], b: &[u8], target: &mut Vec<u8>) {
    extend(
        target,
        r.iter().zip(g).zip(b).map(|((&r, &g), &b)| [r, g, b]),
    );
}

/// Adds the inks C, M, Y, K of each pixel, 255 for full ink, to `target`, from samples that are 0 for full ink.
pub(super) fn inks_of_cmyk(c: &[u8], m: &[u8], y: &[u8], k: &[u8], target: &mut Vec<u8>) {
    extend(
        target,
        c.iter()
            .zip(m)
            .zip(y)
            .zip(k)
            .map(|(((&c, &m), &y), &k)| [255 - c, 255 - m, 255 - y, 255 - k]),
    );
}

/// The same from YCCK. Its YCbCr stands for R, G, B that are 255 minus the samples C, M, Y (Adobe TN 5116, 18). Those
/// are 0 for full ink, so these are the inks.
pub(super) fn inks_of_ycck(y: &[u8], cb: &[u8], cr: &[u8], k: &[u8], target: &mut Vec<u8>) {
    let pixels = y
        .iter()
        .zip(cb)
        .zip(cr)
        .zip(k)
        .map(|(((&y, &cb), &cr), &k)| {
            let [c, m, y] = rgb_of_ycbcr(y, cb, cr);
            [c, m, y, 255 - k]
        });
    extend(target, pixels);
}

/// Adds R, G, B of each pixel to `target`: what the inks leave of white.
pub(super) fn rgb_of_inks(inks: &[u8], target: &mut Vec<u8>) {
    let pixels = inks.chunks_exact(4).map(|ink| {
        let left = |ink: u8| u32::from(255 - ink);
        let both = |colour: u8| ((left(colour) * left(ink[3]) + 127) / 255) as u8;
        [both(ink[0]), both(ink[1]), both(ink[2])]
    });
    extend(target, pixels);
}

/// R, G, B of one pixel, in 16.16 fixed point, rounded.
#[inline(always)]
pub(crate) fn rgb_of_ycbcr(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (
        (i32::from(y) << 16) + (1 << 15),
        i32::from(cb) - 128,
        i32::from(cr) - 128,
    );
    let level = |sum: i32| (sum >> 16).clamp(0, 255) as u8;
    [
        level(y + 91_881 * cr),
        level(y - 22_554 * cb - 46_802 * cr),
        level(y + 116_130 * cb),
    ]
}

/// A pixel in YCbCr as JFIF defines it (ITU-T T.871, 7), in the 16.16 fixed point of libjpeg's jccolor.c.
#[inline(always)]
pub(super) fn ycbcr_of_rgb(rgb: [u8; 3]) -> [u8; 3] {
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

/// Adds pixels of N samples. A plain `extend` asks for room at every sample; this asks once.
#[inline(always)]
fn extend<const N: usize>(target: &mut Vec<u8>, pixels: impl ExactSizeIterator<Item = [u8; N]>) {
    let start = target.len();
    target.resize(start + N * pixels.len(), 0);
    for (slot, pixel) in target[start..].chunks_exact_mut(N).zip(pixels) {
        slot.copy_from_slice(&pixel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ycbcr_is_jfifs() {
        for y in (0..=255_u8).step_by(5) {
            for cb in (0..=255_u8).step_by(15) {
                for cr in (0..=255_u8).step_by(15) {
                    let (fy, fcb, fcr) =
                        (f64::from(y), f64::from(cb) - 128.0, f64::from(cr) - 128.0);
                    let exact = [
                        fy + 1.402 * fcr,
                        fy - 0.344_136 * fcb - 0.714_136 * fcr,
                        fy + 1.772 * fcb,
                    ];
                    for (got, want) in rgb_of_ycbcr(y, cb, cr).into_iter().zip(exact) {
                        assert!(
                            (f64::from(got) - want.clamp(0.0, 255.0)).abs() < 0.51,
                            "{y} {cb} {cr}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn inks_of_cmyk_and_of_ycck_agree() {
        let (mut direct, mut by_ycc) = (Vec::new(), Vec::new());
        // A stored 200 for C, M and Y is a grey of R = G = B = 55, so Y = 55.
        inks_of_cmyk(&[200], &[200], &[200], &[10], &mut direct);
        inks_of_ycck(&[55], &[128], &[128], &[10], &mut by_ycc);
        assert_eq!(direct, [55, 55, 55, 245]);
        assert_eq!(by_ycc, direct);
    }

    #[test]
    fn inks_leave_what_they_do_not_cover() {
        let mut target = Vec::new();
        rgb_of_inks(
            &[0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 255, 127, 127],
            &mut target,
        );
        assert_eq!(target, [255, 255, 255, 0, 255, 255, 0, 0, 0, 128, 0, 64]);
    }
}
