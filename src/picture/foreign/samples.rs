//! Samples as stored -> samples of 8 bits.

use crate::picture::alpha::product;

/// `wide`, of 16 bits, as 8 bits, rounded: 65535 is 255 as 257 is 1.
pub(super) fn narrow(wide: u16) -> u8 {
    // round(w / 257), exact for all w.
    ((u32::from(wide) * 255 + 32_895) >> 16) as u8
}

/// Rounds `wide` samples into `target`, which is made as long. `of` makes a sample of its two bytes.
pub(super) fn narrow_all(wide: &[u8], of: fn([u8; 2]) -> u16, target: &mut Vec<u8>) {
    target.clear();
    target.extend(
        wide.chunks_exact(2)
            .map(|bytes| narrow(of([bytes[0], bytes[1]]))),
    );
}

/// Unpacks samples of 1, 2 or 4 `bits`, the first in the highest bits, to the full range of 8.
pub(super) fn unpack(packed: &[u8], bits: u8, width: usize, target: &mut Vec<u8>) {
    let per_byte = usize::from(8 / bits);
    let most = (1_u8 << bits) - 1;
    let factor = 255 / most;
    target.clear();
    target.extend((0..width).map(|x| {
        let shift = 8 - bits as usize * (x % per_byte + 1);
        ((packed[x / per_byte] >> shift) & most) * factor
    }));
}

/// Multiplies the colours of a row by their alpha, the last of the N samples of each pixel.
#[inline(always)]
pub(super) fn premultiply<const N: usize>(row: &[u8], target: &mut Vec<u8>) {
    target.resize(row.len(), 0);
    for (pixel, to) in row.chunks_exact(N).zip(target.chunks_exact_mut(N)) {
        let alpha = pixel[N - 1];
        for (sample, to) in pixel[..N - 1].iter().zip(&mut *to) {
            *to = product(*sample, alpha);
        }
        to[N - 1] = alpha;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded_to_eight() {
        for wide in 0..=u16::MAX {
            let exact = (f64::from(wide) / 257.0).round();
            assert_eq!(f64::from(narrow(wide)), exact, "{wide}");
        }
    }

    #[test]
    fn few_bits_take_the_whole_range() {
        let mut target = Vec::new();
        unpack(&[0b1010_0000], 1, 5, &mut target);
        assert_eq!(target, [255, 0, 255, 0, 0]);
        unpack(&[0b0001_1011, 0b1100_0000], 2, 5, &mut target);
        assert_eq!(target, [0, 85, 170, 255, 255]);
        unpack(&[0x0F, 0x80], 4, 3, &mut target);
        assert_eq!(target, [0, 255, 136]);
    }

    #[test]
    fn rows_are_multiplied_by_their_alpha() {
        let row = [200, 100, 50, 255, 200, 100, 50, 128, 9, 9, 9, 0];
        let mut target = Vec::new();
        premultiply::<4>(&row, &mut target);
        assert_eq!(target, [200, 100, 50, 255, 100, 50, 25, 128, 0, 0, 0, 0]);
    }
}
