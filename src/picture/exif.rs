//! What a picture's EXIF says that matters to a thumbnail. Only this file names the EXIF reader.

use exif::{In, Reader, Tag, Value};

use crate::picture::orient::Orientation;

/// What matters to a thumbnail in a picture's EXIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) orientation: Orientation,
    /// Whether the samples are Adobe RGB's: DCF 2.0 (4.3.2) marks its "optional colour space" by the interoperability
    /// index R03 and leaves ColorSpace "uncalibrated"; some writers put 2 into ColorSpace instead.
    pub(crate) adobe_rgb: bool,
}

impl Metadata {
    /// What holds where EXIF says nothing.
    pub(crate) const NONE: Self = Self {
        orientation: Orientation::UPRIGHT,
        adobe_rgb: false,
    };

    /// Reads the TIFF structure in `tiff`, as far as it can be read. Nothing in it is a reason to fail.
    pub(crate) fn read(tiff: &[u8]) -> Self {
        let mut reader = Reader::new();
        reader.continue_on_error(true);
        let fields = reader.read_raw(tiff.to_vec());
        let Ok(fields) = fields.or_else(|error| error.distill_partial_result(|_| {})) else {
            return Self::NONE;
        };
        let number = |tag| fields.get_field(tag, In::PRIMARY)?.value.get_uint(0);
        let index = fields.get_field(Tag::InteroperabilityIndex, In::PRIMARY);
        let r03 = index.is_some_and(|field| match &field.value {
            Value::Ascii(texts) => texts.iter().any(|text| text.starts_with(b"R03")),
            _ => false,
        });
        let adobe_rgb = match number(Tag::ColorSpace) {
            Some(1) => false,
            Some(2) => true,
            _ => r03,
        };
        let orientation = number(Tag::Orientation).and_then(Orientation::from_exif);
        Self {
            orientation: orientation.unwrap_or(Orientation::UPRIGHT),
            adobe_rgb,
        }
    }
}
