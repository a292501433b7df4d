//! Pictures with known contents.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use thumbgen::picture::jpeg::{Header, Limits, Scale, Scales, Scratch};

/// A picture to make: each pixel's samples by its place, as it is seen, whatever the orientation.
pub(crate) struct Picture<F> {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) colour: ColorType,
    pub(crate) sampling: SamplingFactor,
    pub(crate) orientation: u8,
    pub(crate) samples: F,
}

impl<F: Fn(u16, u16) -> Vec<u8>> Picture<F> {
    /// An upright picture, 4:4:4.
    pub(crate) fn new(width: u16, height: u16, colour: ColorType, samples: F) -> Self {
        Self {
            width,
            height,
            colour,
            sampling: SamplingFactor::F_1_1,
            orientation: 1,
            samples,
        }
    }

    /// The picture as a JPEG of the best quality, with EXIF for the orientation if it isn't upright.
    pub(crate) fn jpeg(&self) -> Vec<u8> {
        if self.orientation == 1 {
            self.jpeg_with(&[])
        } else {
            self.jpeg_with(&[(1, exif(self.orientation))])
        }
    }

    /// The picture as a JPEG with APPn segments.
    pub(crate) fn jpeg_with(&self, segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let turned = self.orientation >= 5;
        let (width, height) = if turned {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        let mut stored = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (x, y) = seen_at(self.orientation, (x, y), (width, height));
                stored.extend((self.samples)(x, y));
            }
        }
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 100);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_chroma_subsampling_method(jpeg_encoder::ChromaSubsamplingMethod::Average);
        for (number, data) in segments {
            encoder.add_app_segment(*number, data.clone()).unwrap();
        }
        encoder.encode(&stored, width, height, self.colour).unwrap();
        jpeg
    }
}

/// Where a stored pixel is seen (Exif 2.32, 4.6.5.1.6), in a picture stored with these sides.
fn seen_at(orientation: u8, (x, y): (u16, u16), (width, height): (u16, u16)) -> (u16, u16) {
    let (mirrored_x, mirrored_y) = (width - 1 - x, height - 1 - y);
    match orientation {
        1 => (x, y),
        2 => (mirrored_x, y),
        3 => (mirrored_x, mirrored_y),
        4 => (x, mirrored_y),
        5 => (y, x),
        6 => (mirrored_y, x),
        7 => (mirrored_y, mirrored_x),
        8 => (y, mirrored_x),
        _ => panic!("no orientation"),
    }
}

/// The data of an APP1 segment that gives nothing but the orientation.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut data = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    data.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    data.extend([0; 4]);
    data
}

/// A decoded JPEG: its planes with their widths and heights.
pub(crate) fn planes(jpeg: &[u8]) -> Vec<(Vec<u8>, usize, usize)> {
    let header = Header::parse(jpeg).unwrap();
    let mut scratch = Scratch::new();
    let planes = header
        .decode(
            &Scales::uniform(Scale::FULL),
            &Limits::default(),
            &mut scratch,
        )
        .unwrap();
    planes
        .iter()
        .map(|plane| (plane.samples.to_vec(), plane.width, plane.height))
        .collect()
}
