//! Against a resize without any tricks.

use super::weights::lanczos3;
use super::*;

#[test]
fn the_kernel_is_lanczos_3() {
    let sinc = |x: f64| {
        if x == 0.0 {
            1.0
        } else {
            (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x)
        }
    };
    for step in -3500..=3500 {
        let x = f64::from(step) / 1000.0;
        let exact = if x.abs() < 3.0 {
            sinc(x) * sinc(x / 3.0)
        } else {
            0.0
        };
        assert!(
            (lanczos3(x) - exact).abs() < 2e-7,
            "{x}: {} instead of {exact}",
            lanczos3(x)
        );
    }
}

fn whole(width: usize, height: usize) -> Area {
    Area {
        left: 0.0,
        top: 0.0,
        width: width as f64,
        height: height as f64,
    }
}

/// What every resize has to come close to: f64, no tricks, edges repeated outwards.
fn oracle(source: Samples, window: Area, width: usize, height: usize) -> Vec<f64> {
    let weights = |start: f64, length: f64, side: usize, target: usize| -> Vec<Vec<f64>> {
        let step = length / target as f64;
        let scale = step.max(1.0);
        (0..target)
            .map(|t| {
                let centre = start + (t as f64 + 0.5) * step;
                let row: Vec<f64> = (0..side)
                    .map(|s| lanczos3((s as f64 + 0.5 - centre) / scale))
                    .collect();
                let sum: f64 = row.iter().sum();
                row.iter().map(|weight| weight / sum).collect()
            })
            .collect()
    };
    let across = weights(window.left, window.width, source.width, width);
    let down = weights(window.top, window.height, source.height, height);
    let mut target = Vec::new();
    for row in &down {
        for column in &across {
            let mut sum = 0.0;
            for (y, wy) in row.iter().enumerate() {
                for (x, wx) in column.iter().enumerate() {
                    sum += wy * wx * f64::from(source.samples[y * source.width + x]);
                }
            }
            target.push(sum.clamp(0.0, 255.0));
        }
    }
    target
}

/// Noise, but not so loud that the resizer, which rounds between its two passes, clips it there.
fn noise(width: usize, height: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        96 + (state >> 26) as u8
    };
    (0..width * height).map(|_| next()).collect()
}

#[test]
fn is_as_close_to_the_oracle_as_two_roundings_allow() {
    let mut resizer = Resizer::new();
    let mut target = Vec::new();
    for (width, height, w, h) in [
        (40, 30, 13, 9),
        (40, 30, 40, 30),
        (9, 7, 30, 1),
        (1, 1, 1, 1),
        (1, 50, 1, 16),
        (300, 2, 128, 1),
        (3, 3, 5, 5),
    ] {
        let samples = noise(width, height);
        let source = Samples {
            samples: &samples,
            width,
            height,
        };
        for (left, top, right, bottom) in [
            (0.0, 0.0, 0.0, 0.0),
            (0.0, 0.0, 0.375, 0.6),
            (0.2, 0.1, 0.1, 0.3),
        ] {
            let window = Area {
                left,
                top,
                width: width as f64 - left - right,
                height: height as f64 - top - bottom,
            };
            resizer.resize(source, window, (w, h), &mut target);
            for (got, want) in target.iter().zip(oracle(source, window, w, h)) {
                assert!(
                    (f64::from(*got) - want).abs() < 1.3,
                    "{width}x{height} {window:?}: {got}, not {want}"
                );
            }
        }
    }
}

#[test]
fn kept_weights_are_those_of_the_size_at_hand() {
    let samples = noise(90, 70);
    let source = Samples {
        samples: &samples,
        width: 90,
        height: 70,
    };
    let mut keeping = Resizer::new();
    let (mut kept, mut anew) = (Vec::new(), Vec::new());
    // Sizes that come back at once, soon, and when others have taken their place.
    for round in 0..60 {
        let size = (20 + round * round % 13, 10 + round / 2 % 11);
        keeping.resize(source, whole(90, 70), size, &mut kept);
        anew.clear();
        Resizer::new().resize(source, whole(90, 70), size, &mut anew);
        assert!(kept == anew, "{size:?} in round {round}");
    }
}

#[test]
fn a_window_that_ends_at_the_edge_but_for_rounding_is_taken() {
    let mut resizer = Resizer::new();
    let mut target = Vec::new();
    for side in 1..200_usize {
        let samples = vec![77; side * side];
        for part in [3.0, 7.0, 11.0, 49.0] {
            let left = side as f64 / part;
            let length = side as f64 / part * (part - 1.0);
            let window = Area {
                left,
                top: left,
                width: length,
                height: length,
            };
            resizer.resize(
                Samples {
                    samples: &samples,
                    width: side,
                    height: side,
                },
                window,
                (5, 4),
                &mut target,
            );
            assert_eq!(target, [77; 20]);
        }
    }
}

/// A copy of a plane with its edges repeated: so many samples before and behind, across and down. And its sides.
fn padded(
    source: Samples,
    across: (usize, usize),
    down: (usize, usize),
) -> (Vec<u8>, usize, usize) {
    let (width, height) = (source.width, source.height);
    let sides = (across.0 + width + across.1, down.0 + height + down.1);
    let sample = |x: usize, y: usize| {
        let x = x.saturating_sub(across.0).min(width - 1);
        let y = y.saturating_sub(down.0).min(height - 1);
        source.samples[y * width + x]
    };
    let samples = (0..sides.1).flat_map(|y| (0..sides.0).map(move |x| (x, y)));
    let samples = samples.map(|(x, y)| sample(x, y));
    (samples.collect(), sides.0, sides.1)
}

#[test]
fn beyond_the_plane_its_edge_goes_on() {
    let mut resizer = Resizer::new();
    // A plane, how far the window reaches beyond its left, right, upper and lower edge, and what becomes of it.
    for ((width, height), [left, right, above, below], target) in [
        ((8, 6), [0.5, 0.7, 0.0, 0.4], (4, 3)),
        ((100, 300), [0.0, 1.5, 0.0, 2.5], (31, 130)),
        ((300, 100), [3.5, 0.0, 2.25, 0.0], (150, 50)),
        ((33, 150), [0.75, 0.75, 0.0, 0.75], (70, 200)),
        ((5, 5), [1.0, 1.0, 1.0, 1.0], (4, 4)),
        // Copied.
        ((20, 10), [0.0, 1.0, 0.0, 2.0], (21, 12)),
        ((20, 10), [2.0, 0.0, 1.0, 0.0], (22, 11)),
        ((1, 1), [1.0, 0.0, 0.0, 1.0], (2, 2)),
    ] {
        let samples = noise(width, height);
        let source = Samples {
            samples: &samples,
            width,
            height,
        };
        let window = Area {
            left: -left,
            top: -above,
            width: left + width as f64 + right,
            height: above + height as f64 + below,
        };
        let whole = |beyond: f64| beyond.ceil() as usize;
        let (larger, larger_width, larger_height) = padded(
            source,
            (whole(left), whole(right)),
            (whole(above), whole(below)),
        );
        let larger = Samples {
            samples: &larger,
            width: larger_width,
            height: larger_height,
        };
        let within = Area {
            left: left.ceil() - left,
            top: above.ceil() - above,
            ..window
        };
        let (mut direct, mut expected) = (Vec::new(), Vec::new());
        resizer.resize(source, window, target, &mut direct);
        resizer.resize(larger, within, target, &mut expected);
        assert!(direct == expected, "{width}x{height} to {target:?}");
    }
}

#[test]
fn a_plane_of_the_right_size_is_copied() {
    let samples = noise(31, 17);
    let mut target = Vec::new();
    Resizer::new().resize(
        Samples {
            samples: &samples,
            width: 31,
            height: 17,
        },
        whole(31, 17),
        (31, 17),
        &mut target,
    );
    assert_eq!(target, samples);
}

/// What thumbnails were first resized with.
fn by_fast_image_resize(source: Samples, window: Area, (w, h): (usize, usize)) -> Vec<u8> {
    use fast_image_resize::images::{TypedImage, TypedImageRef};
    use fast_image_resize::pixels::U8;
    use fast_image_resize::{Filter, FilterType, ResizeAlg, ResizeOptions, Resizer};

    let filter = Filter::new("Lanczos-3", lanczos3, 3.0).unwrap();
    let length = |start, length, side| shortened(start, length, side);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Custom(filter)))
        .crop(
            window.left,
            window.top,
            length(window.left, window.width, source.width),
            length(window.top, window.height, source.height),
        );
    let (width, height) = (source.width as u32, source.height as u32);
    let plane = TypedImageRef::<U8>::from_buffer(width, height, source.samples).unwrap();
    let mut target = vec![0; w * h];
    let mut image = TypedImage::<U8>::from_buffer(w as u32, h as u32, &mut target).unwrap();
    Resizer::new()
        .resize_typed(&plane, &mut image, &options)
        .unwrap();
    target
}

#[test]
fn is_to_the_bit_what_thumbnails_were_first_made_with() {
    let mut random = 1_u64;
    let mut next = |end: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % end
    };
    let mut resizer = Resizer::new();
    let mut target = Vec::new();
    for round in 0..1500 {
        let most = [20, 60, 300, 1000][round % 4];
        let (width, height) = (1 + next(most), 1 + next(most));
        let (w, h) = match round % 3 {
            // As for thumbnails: somewhat smaller.
            0 => (width.div_ceil(2), height.div_ceil(2)),
            // One of the sides as it is.
            1 => (width, 1 + next(most.min(200))),
            _ => (1 + next(most.min(200)), 1 + next(most.min(200))),
        };
        // Lines and noise: both clip.
        let samples: Vec<_> = (0..width * height)
            .map(|at| match round % 5 {
                0 => 255 * (at / 3 % 2) as u8,
                _ => next(256) as u8,
            })
            .collect();
        let source = Samples {
            samples: &samples,
            width,
            height,
        };
        let mut part = |side: usize| {
            let start = match next(3) {
                0 => 0.0,
                1 => next(side) as f64,
                _ => next(1000) as f64 / 1001.0 * side as f64,
            };
            let most = side as f64 - start;
            let length = if next(2) == 0 {
                most
            } else {
                most * (1 + next(100)) as f64 / 100.0
            };
            (start, length)
        };
        let ((left, width), (top, height)) = match round % 2 {
            0 => ((0.0, width as f64), (0.0, height as f64)),
            _ => (part(width), part(height)),
        };
        let window = Area {
            left,
            top,
            width,
            height,
        };
        resizer.resize(source, window, (w, h), &mut target);
        let wanted = by_fast_image_resize(source, window, (w, h));
        assert!(target == wanted, "{source:?} {window:?} {w}x{h}");
    }
}
