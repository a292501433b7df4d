//! Multiplies colours by their alpha, so that they can be averaged, and divides them by it again.

/// Multiplies the colours of pixels of N samples by the last sample, alpha, and puts each sample into a plane of its
/// own.
pub(crate) fn premultiplied<const N: usize>(pixels: &[[u8; N]]) -> [Vec<u8>; N] {
    std::array::from_fn(|channel| {
        pixels
            .iter()
            .map(|pixel| match pixel[N - 1] {
                alpha if channel < N - 1 => product(pixel[channel], alpha),
                alpha => alpha,
            })
            .collect()
    })
}

/// `a * b / 255`, rounded; exact for all bytes.
pub(crate) fn product(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

/// Divides `colours`, planes that were multiplied by `alpha`, by `alpha` again. Fully transparent pixels become black.
pub(crate) fn unpremultiply(colours: &mut [Vec<u8>], alpha: &[u8]) {
    for plane in colours {
        for (sample, &alpha) in plane.iter_mut().zip(alpha) {
            *sample = match alpha {
                0 => 0,
                255 => *sample,
                // A resize with negative lobes may leave more colour than there is alpha.
                alpha => {
                    let (sample, alpha) = (u32::from(*sample), u32::from(alpha));
                    ((sample * 255 + alpha / 2) / alpha).min(255) as u8
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_rounded() {
        for a in 0..=255_u8 {
            for b in 0..=255_u8 {
                let exact = (f64::from(a) * f64::from(b) / 255.0).round();
                assert_eq!(f64::from(product(a, b)), exact, "{a} {b}");
            }
        }
    }

    #[test]
    fn colours_come_back_from_being_multiplied() {
        let [mut red, blue, alpha] =
            premultiplied(&[[200, 50, 255], [200, 50, 128], [9, 9, 0], [255, 0, 1]]);
        assert_eq!(red, [200, 100, 0, 1]);
        assert_eq!(blue, [50, 25, 0, 0]);
        assert_eq!(alpha, [255, 128, 0, 1]);
        red[1] = 130;
        let mut colours = [red, blue];
        unpremultiply(&mut colours, &alpha);
        assert_eq!(colours, [[200, 255, 0, 255], [50, 50, 0, 0]]);
    }
}
