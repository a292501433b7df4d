//! What thumbnails are made of.

use image::DynamicImage;

/// A picture that thumbnails are made of.
#[derive(Debug, Clone, Copy)]
pub enum Picture<'p> {
    /// A file's bytes.
    Bytes(&'p [u8]),
    /// A picture that is decoded already, the right way up and in sRGB.
    Image(&'p DynamicImage),
}

impl<'p> From<&'p [u8]> for Picture<'p> {
    fn from(bytes: &'p [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'p> From<&'p Vec<u8>> for Picture<'p> {
    fn from(bytes: &'p Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'p> From<&'p DynamicImage> for Picture<'p> {
    fn from(image: &'p DynamicImage) -> Self {
        Self::Image(image)
    }
}
