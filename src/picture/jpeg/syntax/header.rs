//! Everything up to the first scan: what the picture is, before any of it is decoded.

use super::frame::{Coding, Component, Frame};
use super::markers::{
    self, APP0, APP1, APP2, APP14, DHP, DHT, DNL, DQT, DRI, EOI, SOF0, SOF15, SOF55, SOS, Segment,
};
use super::tables::Tables;
use crate::picture::jpeg::error::{Error, Feature, Flaw};
use crate::picture::jpeg::limits::Limits;
use crate::picture::jpeg::progressive::script::Reach;
use crate::picture::jpeg::samples::planes::Planes;
use crate::picture::jpeg::samples::scale::Scales;
use crate::picture::jpeg::scratch::Scratch;
use crate::picture::jpeg::{progressive, sequential};

/// What a picture's components mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One component: luminance.
    Gray,
    /// Three components as JFIF has them.
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
    pub(crate) restart_interval: u16,
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
        let mut restart_interval = 0;
        let mut metadata = Metadata::default();
        loop {
            let segment = markers::next_segment(bytes, at)?;
            at = segment.end;
            match segment.marker {
                DHT => tables.define_huffman(&segment)?,
                DQT => tables.define_quantisation(&segment)?,
                DRI => restart_interval = restart_interval_of(&segment)?,
                SOF0..=SOF15 if !matches!(segment.marker, 0xC8 | 0xCC) => {
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
                        restart_interval,
                        first_scan,
                        metadata,
                    });
                }
                _ => metadata.note(&segment),
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
        self.restart_interval
    }

    /// The TIFF structure of the first EXIF segment.
    pub fn exif(&self) -> Option<&'a [u8]> {
        self.metadata.exif
    }

    /// The parts of an ICC profile, in the file's order.
    pub fn icc_chunks(&self) -> &[IccChunk<'a>] {
        &self.metadata.icc
    }

    /// What the components mean. JPEG itself doesn't say: the rules are libjpeg's, which all the world follows.
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

    /// Whether an Adobe segment is present: such writers store CMYK and YCCK inverted, 0 for full ink.
    pub fn adobe_inverted(&self) -> bool {
        self.metadata.adobe.is_some() && self.frame.components.len() == 4
    }

    /// How far a decode at `scales` reads a progressive picture; None for any other, which is read to its end.
    pub fn reach(&self, scales: &Scales) -> Option<Reach> {
        (self.frame.coding == Coding::Progressive).then(|| Reach::new(self, scales))
    }

    /// Decodes each component at its scale.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] before anything is allocated, [`Error::Truncated`], [`Error::Damaged`] or [`Error::Format`]
    /// where the scans are wrong. With [`Limits::allow_damaged`] such a picture is decoded as far as it goes, and
    /// [`Planes::damage`] tells what was wrong.
    pub fn decode<'s>(
        self,
        scales: &Scales,
        limits: &Limits,
        scratch: &'s mut Scratch,
    ) -> Result<Planes<'s>, Error> {
        limits.check_pixels(u64::from(self.frame.width) * u64::from(self.frame.height))?;
        match self.frame.coding {
            Coding::Baseline | Coding::Extended => {
                sequential::decode(&self, scales, limits, scratch)
            }
            Coding::Progressive => progressive::decode(&self, scales, limits, scratch),
        }
    }
}

impl<'a> Metadata<'a> {
    /// Takes what is of use from an APPn segment. Sound metadata are a help, broken ones no reason to fail.
    fn note(&mut self, segment: &Segment<'a>) {
        let payload = segment.payload;
        match segment.marker {
            APP0 => self.jfif |= payload.starts_with(b"JFIF\0"),
            // The byte after the NUL pads; cameras have written 0xFF there too.
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

pub(crate) fn restart_interval_of(segment: &Segment) -> Result<u16, Error> {
    match segment.payload.first_chunk::<2>() {
        Some(&interval) => Ok(u16::from_be_bytes(interval)),
        None => Err(segment.wrong_length()),
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
