//! Undoes the filters of rows (PNG, 9.2), of `N` bytes a pixel.

use super::paeth;
use crate::picture::foreign::error::Error;

/// The filter types (table 9.1).
const NONE: u8 = 0;
const SUB: u8 = 1;
const UP: u8 = 2;
const AVERAGE: u8 = 3;
const PAETH: u8 = 4;

/// Undoes the filters of a picture's rows, one after the other.
pub(super) struct Unfilter<const N: usize> {
    /// The last row; zeros, before there is any.
    above: Vec<[u8; N]>,
    first: Vec<[u8; N]>,
    second: Vec<[u8; N]>,
}

impl<const N: usize> Unfilter<N> {
    /// For rows of `width` pixels.
    pub(super) fn new(width: usize) -> Self {
        let row = || vec![[0; N]; width];
        Self {
            above: row(),
            first: row(),
            second: row(),
        }
    }

    /// Gives the first of the filtered rows, and the second, too, if there is one and both have the Paeth filter. Says
    /// how many. Each row stands behind its filter type.
    pub(super) fn next(
        &mut self,
        first: &[u8],
        second: Option<&[u8]>,
        mut give: impl FnMut(&[u8]),
    ) -> Result<usize, Error> {
        let (filter, row) = pixels(first);
        let to = &mut self.first;
        match filter {
            NONE => to.copy_from_slice(row),
            SUB => sub(row, to),
            UP => up(row, &self.above, to),
            AVERAGE => average(row, &self.above, to),
            PAETH => {
                let second = second.map(pixels).filter(|(filter, _)| *filter == PAETH);
                // A row alone keeps itself company.
                let (_, company) = second.unwrap_or((filter, row));
                paeth::unfilter([row, company], &self.above, [to, &mut self.second]);
                if second.is_some() {
                    give(self.first.as_flattened());
                    give(self.second.as_flattened());
                    std::mem::swap(&mut self.above, &mut self.second);
                    return Ok(2);
                }
            }
            _ => return Err(Error::Damaged(format!("unknown filter type {filter}"))),
        }
        give(self.first.as_flattened());
        std::mem::swap(&mut self.above, &mut self.first);
        Ok(1)
    }
}

/// A row's filter type and its pixels.
fn pixels<const N: usize>(row: &[u8]) -> (u8, &[[u8; N]]) {
    (row[0], row[1..].as_chunks().0)
}

fn sub<const N: usize>(row: &[[u8; N]], to: &mut [[u8; N]]) {
    let mut left = [0_u8; N];
    for (to, row) in to.iter_mut().zip(row) {
        left = std::array::from_fn(|byte| row[byte].wrapping_add(left[byte]));
        *to = left;
    }
}

fn up<const N: usize>(row: &[[u8; N]], above: &[[u8; N]], to: &mut [[u8; N]]) {
    let above = above.as_flattened();
    for ((to, row), above) in to
        .as_flattened_mut()
        .iter_mut()
        .zip(row.as_flattened())
        .zip(above)
    {
        *to = row.wrapping_add(*above);
    }
}

fn average<const N: usize>(row: &[[u8; N]], above: &[[u8; N]], to: &mut [[u8; N]]) {
    let mut left = [0_u8; N];
    for ((to, row), above) in to.iter_mut().zip(row).zip(above) {
        left = std::array::from_fn(|byte| row[byte].wrapping_add(left[byte].midpoint(above[byte])));
        *to = left;
    }
}
