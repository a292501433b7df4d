//! Everything up to the first scan: what the picture is, before any of it is decoded.

use super::frame::{Coding, Component, Frame};
use super::markers::{
    self, APP0, APP1, APP2, APP14, DHP, DHT, DNL, EOI, SOF0, SOF15, SOF55, SOS, Segment,
};
use super::tables::Tables;
use crate::picture::jpeg::error::{Error, Feature, Flaw};

/// What a picture's components mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One component: luminance.
    Gray,
    /// Three components: YCbCr as in JFIF.
    YCbCr,
    /// Three components: red, green, blue.
    Rgb,
    /// Four components: cyan, magenta, yellow, black.
    Cmyk,
    /// Four components: CMY as YCbCr, and black.
    Ycck,
}

/// One APP2 segment's part of an ICC profile (ICC.1 B.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IccChunk<'a> {
    /// Its number, from 1.
    pub number: u8,
    /// How many there are.
    pub count: u8,
    /// The profile's bytes in it.
    pub data: &'a [u8],
}

/// A picture's headers, up to its first scan.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) frame: Frame,
    pub(crate) tables: Tables<'a>,
    /// Where the first SOS marker's code byte stands.
    pub(crate) first_scan: usize,
    metadata: Metadata<'a>,
}

#[derive(Clone, Debug, Default)]
struct Metadata<'a> {
    jfif: bool,
    /// The colour transform of an Adobe APP14 segment.
    adobe: Option<u8>,
    exif: Option<&'a [u8]>,
    icc: Vec<IccChunk<'a>>,
}

impl<'a> Header<'a> {
    /// Reads the headers of the first picture in `bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::Format`] and [`Error::Truncated`] if there is no sound header, [`Error::Unsupported`] if the coding
    /// is one that isn't decoded.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut at = markers::after_soi(bytes)?;
        let mut frame = None;
        let mut tables = Tables::default();
        let mut metadata = Metadata::default();
        loop {
            let segment = markers::next_segment(bytes, at)?;
            at = segment.end;
            match segment.marker {
                // T.81 table B.1: the codes between them that begin no frame are DHT, JPG and DAC.
                SOF0..=SOF15 if !matches!(segment.marker, DHT | 0xC8 | 0xCC) => {
                    if frame.replace(Frame::parse(&segment)?).is_some() {
                        return Err(Error::format(Flaw::SecondFrame, segment.offset));
                    }
                }
                DHP => return Err(Error::Unsupported(Feature::Hierarchical)),
                SOF55 => return Err(Error::Unsupported(Feature::JpegLs)),
                EOI => {
                    let what = if frame.is_some() {
                        Flaw::NoScan
                    } else {
                        Flaw::NoFrame
                    };
                    return Err(Error::format(what, segment.offset));
                }
                SOS => {
                    let frame = frame.ok_or(Error::format(Flaw::NoFrame, segment.offset))?;
                    let frame = with_height(frame, bytes, at)?;
                    let first_scan = segment.offset;
                    return Ok(Self {
                        bytes,
                        frame,
                        tables,
                        first_scan,
                        metadata,
                    });
                }
                _ => {
                    tables.read(&segment)?;
                    metadata.note(&segment);
                }
            }
        }
    }

    /// Width in pixels, as stored.
    pub fn width(&self) -> u32 {
        self.frame.width
    }

    /// Height in pixels, as stored.
    pub fn height(&self) -> u32 {
        self.frame.height
    }

    /// The components, in the frame's order; 1, 3 or 4.
    pub fn components(&self) -> &[Component] {
        &self.frame.components
    }

    /// How the picture is coded.
    pub fn coding(&self) -> Coding {
        self.frame.coding
    }

    /// MCUs between restart markers; 0 if there are none.
    pub fn restart_interval(&self) -> u16 {
        self.tables.restart_interval
    }

    /// The TIFF structure of the first EXIF segment.
    pub fn exif(&self) -> Option<&'a [u8]> {
        self.metadata.exif
    }

    /// The parts of an ICC profile, in the file's order.
    pub fn icc_chunks(&self) -> &[IccChunk<'a>] {
        &self.metadata.icc
    }

    /// What the components mean. JPEG itself doesn't say; the rules are libjpeg's, which everyone follows.
    pub fn colour(&self) -> Colour {
        let ids = |wanted: &[u8]| {
            self.frame
                .components
                .iter()
                .map(|c| c.id)
                .eq(wanted.iter().copied())
        };
        match (self.frame.components.len(), self.metadata.adobe) {
            (1, _) => Colour::Gray,
            (3, _) if self.metadata.jfif => Colour::YCbCr,
            (3, Some(0)) => Colour::Rgb,
            (3, None) if ids(b"RGB") => Colour::Rgb,
            (3, _) => Colour::YCbCr,
            (_, None | Some(0)) => Colour::Cmyk,
            (_, Some(_)) => Colour::Ycck,
        }
    }
}

impl<'a> Metadata<'a> {
    /// Takes what is useful from an APPn segment. Broken metadata is not a reason to fail.
    fn note(&mut self, segment: &Segment<'a>) {
        let payload = segment.payload;
        match segment.marker {
            APP0 => self.jfif |= payload.starts_with(b"JFIF\0"),
            // The byte after the NUL is padding; some cameras have written 0xFF there.
            APP1 if self.exif.is_none() && payload.starts_with(b"Exif\0") => {
                self.exif = payload.get(6..);
            }
            APP2 => {
                if let Some([number, count, data @ ..]) = payload.strip_prefix(b"ICC_PROFILE\0") {
                    self.icc.push(IccChunk {
                        number: *number,
                        count: *count,
                        data,
                    });
                }
            }
            APP14 if payload.starts_with(b"Adobe") => {
                if let Some(&transform) = payload.get(11) {
                    self.adobe = Some(transform);
                }
            }
            _ => {}
        }
    }
}

/// A frame of height 0 gets its height from the DNL segment that must follow the first scan (T.81 B.2.5).
fn with_height(mut frame: Frame, bytes: &[u8], scan: usize) -> Result<Frame, Error> {
    if frame.height == 0 {
        let empty = Error::format(Flaw::EmptyFrame, frame.offset);
        let (marker, offset) = markers::end_of_scan(bytes, scan).ok_or(empty.clone())?;
        let lines = bytes.get(offset + 3..offset + 5);
        match lines {
            Some(&[high, low]) if marker == DNL && (high, low) != (0, 0) => {
                frame.set_height(u32::from(u16::from_be_bytes([high, low])));
            }
            _ => return Err(empty),
        }
    }
    Ok(frame)
}
