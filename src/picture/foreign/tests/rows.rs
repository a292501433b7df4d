//! The box filter against sums in f64.

use super::super::info::Info;
use super::super::rows::Rows;
use super::Picture;
use crate::picture::jpeg::{Colour, Limits};

fn averaged(picture: &Picture, model: Colour, alpha: bool, scale: f64) -> super::Decoded {
    let info = Info::new((picture.width as u32, picture.height as u32), model, alpha);
    let mut rows = Rows::new(&info, scale, &Limits::default()).unwrap();
    let length = rows.row_length();
    for row in picture.samples.chunks_exact(length) {
        rows.push(row);
    }
    assert_eq!(rows.missing(), 0);
    rows.finish(info, None)
}

#[test]
fn boxes_are_averages() {
    let sizes = [(1, 1), (7, 5), (40, 30), (33, 1), (1, 1000), (13, 700)];
    let steps = [1, 2, 3, 5, 8, 300];
    for (width, height) in sizes {
        for step in steps {
            for (channels, model, alpha) in [
                (1, Colour::Gray, false),
                (2, Colour::Gray, true),
                (3, Colour::Rgb, false),
                (4, Colour::Rgb, true),
                (4, Colour::Cmyk, false),
            ] {
                let picture = Picture::new(width, height, channels);
                let decoded = averaged(&picture, model, alpha, 1.0 / (3.0 * step as f64 + 0.5));
                let what = format!("{width}x{height}, {step}, {channels}");
                picture.assert_is(&decoded, step, alpha, &what);
                let part = |side: usize| side as f64 / step as f64;
                assert_eq!(decoded.extent, (part(width), part(height)));
            }
        }
    }
}

#[test]
fn what_can_not_be_seen_has_no_colour_to_give() {
    let picture = Picture {
        width: 2,
        height: 2,
        channels: 4,
        samples: [[255, 0, 0, 255], [0, 255, 0, 0], [0, 0, 0, 0], [9, 9, 9, 0]].concat(),
    };
    let decoded = averaged(&picture, Colour::Rgb, true, 1.0 / 6.0);
    assert_eq!(decoded.size, (1, 1));
    assert_eq!(decoded.planes, [[64], [0], [0], [64]]);
}

#[test]
fn alpha_that_hides_nothing_is_dropped() {
    let mut picture = Picture::new(20, 20, 4);
    picture
        .samples
        .iter_mut()
        .skip(3)
        .step_by(4)
        .for_each(|a| *a = 255);
    let decoded = averaged(&picture, Colour::Rgb, true, 1.0);
    assert!(!decoded.info.alpha);
    assert_eq!(decoded.planes.len(), 3);
    picture.samples[3] = 254;
    assert!(averaged(&picture, Colour::Rgb, true, 1.0).info.alpha);
}
