//! From bytes to coefficients: the order of segments (T.81 B.2.1, figure B.2; decoder's side in E.2).

use super::Result;
use super::huffman::Tables;
use super::picture::{Block, Picture, ZIGZAG};
use super::progressive::Band;
use super::scan;
use super::segments::{self, ScanHeader, body, marker, next_marker, word};

/// A picture and how far the stream went.
pub struct Decoded {
    pub picture: Picture,
    /// Whether EOI came, or why the stream ended before it: without EOI, nobody knows what would have followed.
    pub end: Result<()>,
    /// For each component, the lowest bit known of each coefficient in zigzag order; `None` where no scan had it.
    pub known_bits: Vec<[Option<u32>; 64]>,
    /// Which quantisation table each component names.
    slots: Vec<usize>,
}

impl Decoded {
    /// Whether every coefficient that scale `n`/8 needs has come, to its last bit.
    pub fn is_whole(&self, n: usize) -> bool {
        let needed = |place: usize| place % 8 < n && place / 8 < n;
        let whole = |known: &[Option<u32>; 64]| {
            ZIGZAG
                .iter()
                .zip(known)
                .all(|(&place, &known)| !needed(place) || known == Some(0))
        };
        self.known_bits.iter().all(whole)
    }

    /// Whether this is all that anyone could know of the picture at scale `n`/8.
    pub fn suffices(&self, n: usize) -> bool {
        self.end.is_ok() || self.is_whole(n)
    }
}

/// Tables and settings that segments change and scans use.
struct Decoder {
    tables: Tables,
    quantisers: [Option<Block>; 4],
    restart_interval: usize,
    adobe: Option<u8>,
    decoded: Option<Decoded>,
}

/// A picture that is there in full.
pub fn decode(data: &[u8]) -> Result<Picture> {
    let decoded = decode_stream(data)?;
    if !decoded.is_whole(8) {
        decoded.end?;
    }
    Ok(decoded.picture)
}

/// The first picture in `data`, as far as it goes; an error only before a frame header.
pub fn decode_stream(data: &[u8]) -> Result<Decoded> {
    let mut decoder = Decoder {
        tables: Tables::typical(),
        quantisers: [None; 4],
        restart_interval: 0,
        adobe: None,
        decoded: None,
    };
    let end = start(data).and_then(|start| decoder.run(data, start));
    let Some(mut decoded) = decoder.decoded else {
        return Err(end.err().unwrap_or_else(|| "no frame header".into()));
    };
    let first = decoded
        .known_bits
        .iter()
        .position(|known| known[0].is_none());
    decoded.end = match first {
        Some(component) => end.and(Err(format!("no scan of component {component}"))),
        None => end,
    };
    decoded.picture.adobe = decoder.adobe;
    Ok(decoded)
}

/// Where the bytes after SOI begin. Junk may stand before it, so that only SOI with a marker after it counts.
fn start(data: &[u8]) -> Result<usize> {
    let soi = data
        .windows(3)
        .position(|bytes| bytes == [0xFF, marker::SOI, 0xFF]);
    Ok(soi.ok_or("no SOI")? + 2)
}

/// SOF0 to SOF15; DHT, JPG and DAC share their range (table B.1).
fn is_frame(marker: u8) -> bool {
    (0xC0..=0xCF).contains(&marker) && ![0xC4, 0xC8, 0xCC].contains(&marker)
}

impl Decoder {
    /// Segment after segment until EOI.
    fn run(&mut self, data: &[u8], mut at: usize) -> Result<()> {
        loop {
            let (marker, next) = next_marker(data, at).ok_or("the data end before EOI")?;
            at = match marker {
                marker::EOI => return Ok(()),
                marker::RST0..=marker::RST7 | marker::SOI | marker::TEM => next,
                marker::SOS => self.scan(data, next)?,
                _ => {
                    let body = body(data, next)?;
                    self.segment(marker, body)?;
                    next + 2 + body.len()
                }
            };
        }
    }

    fn segment(&mut self, marker: u8, body: &[u8]) -> Result<()> {
        match marker {
            marker::DQT => segments::quantisers(body, &mut self.quantisers)?,
            marker::DHT => segments::huffman(body, &mut self.tables)?,
            marker::DRI if body.len() >= 2 => self.restart_interval = word(body),
            // Adobe Technical Note 5116: "Adobe", version, two words of flags, transform.
            marker::APP14 if body.len() >= 12 && body.starts_with(b"Adobe") => {
                self.adobe = Some(body[11]);
            }
            _ if is_frame(marker) && self.decoded.is_some() => {
                return Err("a second frame header".into());
            }
            _ if is_frame(marker) => {
                let (picture, slots) = segments::frame(marker, body)?;
                self.decoded = Some(Decoded {
                    known_bits: vec![[None; 64]; picture.components.len()],
                    picture,
                    end: Err("the stream has just begun".into()),
                    slots,
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// Decodes the scan whose header is at `at`; returns where its data end.
    fn scan(&mut self, data: &[u8], at: usize) -> Result<usize> {
        let decoded = self
            .decoded
            .as_mut()
            .ok_or("scan before the frame header")?;
        let body = body(data, at)?;
        let start = at + 2 + body.len();
        let picture = &mut decoded.picture;
        if picture.height == 0 {
            picture.set_height(lines(data, start)?);
        }
        let header = segments::scan(body, picture)?;
        check_order(&header, &decoded.known_bits)?;
        for &(component, ..) in &header.components {
            if decoded.known_bits[component].iter().all(Option::is_none) {
                let quantiser = self
                    .quantisers
                    .get(decoded.slots[component])
                    .copied()
                    .flatten();
                picture.components[component].quantiser =
                    quantiser.ok_or("no quantisation table")?;
            }
        }
        let end = scan::decode(
            data,
            start,
            &header,
            &self.tables,
            self.restart_interval,
            picture,
        )?;
        let Band {
            first, last, low, ..
        } = header.band;
        for &(component, ..) in &header.components {
            decoded.known_bits[component][first..=last].fill(Some(low));
        }
        Ok(end)
    }
}

/// Each bit of a coefficient comes once, the highest first, and AC after DC (G.1.1.1); a sequential picture's
/// components come once.
fn check_order(header: &ScanHeader, known_bits: &[[Option<u32>; 64]]) -> Result<()> {
    let Band {
        first,
        last,
        high,
        low,
    } = header.band;
    for &(component, ..) in &header.components {
        let known = &known_bits[component];
        let in_order = |known: &Option<u32>| match known {
            None => high == 0,
            Some(known) => high == *known && high == low + 1,
        };
        if !known[first..=last].iter().all(in_order) || (first > 0 && known[0].is_none()) {
            return Err(format!(
                "{:?} of component {component} out of turn",
                header.band
            ));
        }
    }
    Ok(())
}

/// The number of lines that DNL gives right after the first scan (B.2.5), for a frame header that says 0.
fn lines(data: &[u8], start: usize) -> Result<usize> {
    let mut at = start;
    while let Some((marker, next)) = next_marker(data, at) {
        match marker {
            marker::RST0..=marker::RST7 => at = next,
            marker::DNL => match word(body(data, next)?.get(..2).ok_or("DNL is too short")?) {
                0 => return Err("DNL of no lines".into()),
                lines => return Ok(lines),
            },
            _ => break,
        }
    }
    Err("no lines, and no DNL after the first scan".into())
}

impl Picture {
    /// For a frame header of 0 lines, once DNL gave them; coefficients begin at zero again.
    fn set_height(&mut self, height: usize) {
        let sampling: Vec<_> = self.components.iter().map(|c| (c.id, c.h, c.v)).collect();
        *self = Self::zero(self.coding, self.width, height, &sampling);
    }
}
