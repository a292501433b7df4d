//! A light unsharp mask, for thumbnails that are to look crisp.

/// Sharpens a plane of `width` samples a row in place; `before` is room for a copy of it.
///
/// Each sample is moved away from the mean of its 3x3 neighbourhood by three eighths of the difference, so that it
/// becomes (32 s - the eight around it) / 24: libvips's mask for fast, mild sharpening. Beyond the edge, the edge is
/// repeated.
pub(crate) fn sharpen(plane: &mut [u8], width: usize, before: &mut Vec<u8>) {
    before.clear();
    before.extend_from_slice(plane);
    let height = before.len() / width;
    let row = |y: usize| &before[y * width..][..width];
    for (y, target) in plane.chunks_exact_mut(width).enumerate() {
        let rows = [
            row(y.saturating_sub(1)),
            row(y),
            row((y + 1).min(height - 1)),
        ];
        let column = |x: usize| rows.iter().map(|row| i32::from(row[x])).sum::<i32>();
        let (mut left, mut here) = (column(0), column(0));
        for (x, sample) in target.iter_mut().enumerate() {
            let right = column((x + 1).min(width - 1));
            let around = left + here + right - i32::from(rows[1][x]);
            let sharp = (32 * i32::from(rows[1][x]) - around + 12).div_euclid(24);
            *sample = sharp.clamp(0, 255) as u8;
            (left, here) = (here, right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_mask_that_it_says() {
        let (width, height) = (7, 5);
        let before: Vec<u8> = (0..35_u32).map(|i| (i * i * 37 % 256) as u8).collect();
        let mut plane = before.clone();
        sharpen(&mut plane, width, &mut Vec::new());
        for y in 0..height {
            for x in 0..width {
                let at = |dx: isize, dy: isize| {
                    let clamped = |at: usize, by: isize, end: usize| {
                        at.saturating_add_signed(by).min(end - 1)
                    };
                    let place = clamped(y, dy, height) * width + clamped(x, dx, width);
                    f64::from(before[place])
                };
                let mut sum = 33.0 * at(0, 0);
                for dy in -1..=1 {
                    for dx in -1..=1 {
                        sum -= at(dx, dy);
                    }
                }
                let wanted = (sum / 24.0).clamp(0.0, 255.0);
                let got = f64::from(plane[y * width + x]);
                assert!((got - wanted).abs() <= 0.5, "({x},{y}) {got} {wanted}");
            }
        }
    }

    #[test]
    fn leaves_an_even_plane_as_it_is() {
        for (width, samples) in [(1, 1), (1, 9), (9, 9), (4, 16)] {
            let mut plane = vec![93; samples];
            sharpen(&mut plane, width, &mut Vec::new());
            assert_eq!(plane, vec![93; samples]);
        }
    }
}
