//! Pixels with alpha and padding -> the pixels that a format can hold.

use crate::picture::background::{Background, over};
use crate::picture::encode::Layout;
use crate::picture::framing::Padding;

/// The picture's part of a thumbnail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture<'a> {
    /// Grey levels, or red, green and blue, pixel by pixel.
    pub(crate) colours: &'a [u8],
    pub(crate) has_colour: bool,
    pub(crate) alpha: Option<&'a [u8]>,
    pub(crate) size: (u32, u32),
}

/// Lays the picture on `background`, which shows through it if the format keeps no alpha (`keeps_alpha`) and around it
/// if it is padded. Puts the pixels into `target`, and returns what they are.
pub(crate) fn compose(
    picture: Picture,
    padding: Option<Padding>,
    background: Background,
    keeps_alpha: bool,
    target: &mut Vec<u8>,
) -> Layout {
    let shows = padding.is_some() || (picture.alpha.is_some() && !keeps_alpha);
    let [.., opacity] = background.to_rgba();
    let layout = Layout::new(
        picture.has_colour || (shows && !background.is_grey()),
        keeps_alpha && (picture.alpha.is_some() || (padding.is_some() && opacity < 255)),
    );
    match layout {
        Layout::Grey => fill::<1>(picture, padding, background, layout, target),
        Layout::GreyAlpha => fill::<2>(picture, padding, background, layout, target),
        Layout::Rgb => fill::<3>(picture, padding, background, layout, target),
        Layout::Rgba => fill::<4>(picture, padding, background, layout, target),
    }
    layout
}

/// The same for pixels of N samples.
fn fill<const N: usize>(
    picture: Picture,
    padding: Option<Padding>,
    background: Background,
    layout: Layout,
    target: &mut Vec<u8>,
) {
    let (width, height) = (picture.size.0 as usize, picture.size.1 as usize);
    let (size, at) = padding.map_or((picture.size, (0, 0)), |padding| (padding.size, padding.at));
    let beneath = background.opaque();
    let around: [u8; N] = if layout.has_alpha() {
        let [red, green, blue, alpha] = background.to_rgba();
        pixel([red, green, blue], alpha, layout)
    } else {
        pixel(beneath, 255, layout)
    };
    let across = size.0 as usize;
    target.clear();
    target.resize(across * size.1 as usize * N, 0);
    let (rows, _) = target.as_chunks_mut::<N>();
    rows.fill(around);
    let channels = if picture.has_colour { 3 } else { 1 };
    for y in 0..height {
        let row = &mut rows[(at.1 as usize + y) * across + at.0 as usize..][..width];
        let colours = picture.colours[y * width * channels..].chunks_exact(channels);
        for (x, (to, colour)) in row.iter_mut().zip(colours).enumerate() {
            let colour = match colour {
                &[red, green, blue] => [red, green, blue],
                _ => [colour[0]; 3],
            };
            let alpha = picture.alpha.map_or(255, |alpha| alpha[y * width + x]);
            *to = if layout.has_alpha() {
                pixel(colour, alpha, layout)
            } else {
                let laid = |channel: usize| over(colour[channel], alpha, beneath[channel]);
                pixel([laid(0), laid(1), laid(2)], 255, layout)
            };
        }
    }
}

/// The N samples of a pixel in `layout`.
fn pixel<const N: usize>(colour: [u8; 3], alpha: u8, layout: Layout) -> [u8; N] {
    let mut samples = [0; N];
    if layout.has_colour() {
        samples[..3].copy_from_slice(&colour);
    } else {
        samples[0] = colour[0];
    }
    if layout.has_alpha() {
        samples[N - 1] = alpha;
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(
        picture: Picture,
        padding: Option<Padding>,
        background: Background,
        keeps_alpha: bool,
    ) -> (Layout, Vec<u8>) {
        let mut target = Vec::new();
        let layout = compose(picture, padding, background, keeps_alpha, &mut target);
        (layout, target)
    }

    const GREY: Picture = Picture {
        colours: &[10, 200],
        has_colour: false,
        alpha: Some(&[255, 0]),
        size: (2, 1),
    };

    #[test]
    fn alpha_is_kept_or_laid_on_the_background() {
        let white = Background::WHITE;
        let (layout, pixels) = composed(GREY, None, white, true);
        assert_eq!(
            (layout, &pixels[..]),
            (Layout::GreyAlpha, &[10, 255, 200, 0][..])
        );
        let (layout, pixels) = composed(GREY, None, white, false);
        assert_eq!((layout, &pixels[..]), (Layout::Grey, &[10, 255][..]));
        let (layout, pixels) = composed(GREY, None, Background::rgb(1, 2, 3), false);
        assert_eq!(
            (layout, &pixels[..]),
            (Layout::Rgb, &[10, 10, 10, 1, 2, 3][..])
        );
    }

    #[test]
    fn padding_is_around_the_picture() {
        let picture = Picture {
            colours: &[1, 2, 3],
            has_colour: true,
            alpha: None,
            size: (1, 1),
        };
        let padding = Some(Padding {
            size: (2, 2),
            at: (1, 0),
        });
        let (layout, pixels) = composed(picture, padding, Background::rgb(9, 8, 7), false);
        assert_eq!(layout, Layout::Rgb);
        assert_eq!(pixels, [9, 8, 7, 1, 2, 3, 9, 8, 7, 9, 8, 7]);
        let clear = Background::rgba(0, 0, 0, 0);
        let (layout, pixels) = composed(picture, padding, clear, true);
        assert_eq!(layout, Layout::Rgba);
        assert_eq!(pixels[..8], [0, 0, 0, 0, 1, 2, 3, 255]);
        let (_, pixels) = composed(picture, padding, clear, false);
        assert_eq!(pixels[..6], [255, 255, 255, 1, 2, 3]);
    }
}
