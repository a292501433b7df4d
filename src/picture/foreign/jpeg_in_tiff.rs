//! The JPEGs that strips or tiles of a TIFF may be. Their decoder makes room for what a JPEG's own header claims, so
//! that is looked at first.

use std::io::SeekFrom;

use super::error::Error;
use super::opened::Input;

/// Segments that are looked at before a frame header; there are some ten.
const SEGMENTS: usize = 100;

/// Holds the JPEG at `offset` to `most`, the size of a strip or tile.
pub(super) fn check(input: &mut dyn Input, offset: u64, most: (u32, u32)) -> Result<(), Error> {
    // Samples are coded in units of up to 32 by 32 pixels, and some writers count the unit that is cut off.
    let whole = |side: u32| side.checked_next_multiple_of(32).unwrap_or(u32::MAX);
    let most = (whole(most.0), whole(most.1));
    match size(input, offset)? {
        Some((width, height)) if u32::from(width) > most.0 || u32::from(height) > most.1 => {
            Err(Error::damaged("a strip or tile larger than it should be"))
        }
        // One without a frame header fails later.
        _ => Ok(()),
    }
}

fn size(input: &mut dyn Input, offset: u64) -> Result<Option<(u16, u16)>, Error> {
    let mut at = offset + 2;
    for _ in 0..SEGMENTS {
        let mut head = [0; 9];
        input.seek(SeekFrom::Start(at))?;
        input.read_exact(&mut head)?;
        let [0xFF, marker, high, low, _, h1, h0, w1, w0] = head else {
            return Ok(None);
        };
        match marker {
            // SOF0 to SOF15 (T.81, B.2.2), among which are DHT, JPG and DAC.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                return Ok(Some((
                    u16::from_be_bytes([w1, w0]),
                    u16::from_be_bytes([h1, h0]),
                )));
            }
            // A fill byte.
            0xFF => at += 1,
            _ => at += 2 + u64::from(u16::from_be_bytes([high, low])),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_jpegs_claim_is_held_to_its_tile() {
        let tables = [
            &[0xFF, 0xD8, 0xFF, 0xDB, 0, 4, 1, 2][..],
            &[0xFF, 0xFF, 0xC0, 0, 17, 8],
        ]
        .concat();
        for (sides, fits) in [
            ([0, 48, 0, 64], true),
            ([0, 200, 0, 64], false),
            ([0, 1, 1, 0], false),
        ] {
            let file = [&b"behind"[..], &tables, &sides, &[3; 9]].concat();
            let result = check(&mut Cursor::new(file), 6, (60, 40));
            assert_eq!(result.is_ok(), fits, "{sides:?}");
        }
    }
}
