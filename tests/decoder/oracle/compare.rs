//! Judges planes of `thumbgen::picture::jpeg` by the oracle's.

use super::idct::Idct;
use super::picture::Picture;
use thumbgen::picture::jpeg::{Coding, Error, Header, Limits, Scale, Scales, Scratch};

/// How far a sample may be from the exact, clamped one, in levels. Rounding alone takes half a level; the rest is for
/// arithmetic in integers. At N=1 there is none, so there every sample must be the exact one, halves rounded up.
pub const TOLERANCE: f64 = 1.0;

/// How much farther than the nearest whole level samples may be on average: arithmetic may err now and then, not
/// always.
pub const MEAN_EXCESS: f64 = 0.02;

/// At least so many samples of a plane are compared, in whole rows of blocks spread over it; all, if it has no more.
const ENOUGH_SAMPLES: usize = 200_000;

/// A plane as the decoder gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    pub samples: Vec<u8>,
    pub width: usize,
    pub height: usize,
    pub extent: (f64, f64),
}

/// Whether the header says so.
pub fn is_progressive(bytes: &[u8]) -> bool {
    Header::parse(bytes).is_ok_and(|header| header.coding() == Coding::Progressive)
}

/// One scale for all components.
pub fn scales(n: usize) -> Scales {
    Scales::uniform(Scale::new(n as u8).expect("n is 1 to 8"))
}

/// Planes at scale `n`/8 of a sound picture; damage that the decoder lets through, but reports, is an error here.
pub fn decode(bytes: &[u8], n: usize, scratch: &mut Scratch) -> Result<Vec<Plane>, Error> {
    match decode_with(bytes, n, &Limits::default(), scratch)? {
        (planes, None) => Ok(planes),
        (_, Some(damage)) => Err(damage),
    }
}

/// Planes at scale `n`/8, and what the decoder says is damaged.
pub fn decode_with(
    bytes: &[u8],
    n: usize,
    limits: &Limits,
    scratch: &mut Scratch,
) -> Result<(Vec<Plane>, Option<Error>), Error> {
    decode_at(bytes, &scales(n), limits, scratch)
}

/// The same with a scale for each component.
pub fn decode_at(
    bytes: &[u8],
    scales: &Scales,
    limits: &Limits,
    scratch: &mut Scratch,
) -> Result<(Vec<Plane>, Option<Error>), Error> {
    let decoded = Header::parse(bytes)?.decode(scales, limits, scratch)?;
    let own = |plane: &thumbgen::picture::jpeg::Plane| Plane {
        samples: plane.samples.to_vec(),
        width: plane.width,
        height: plane.height,
        extent: plane.extent,
    };
    Ok((decoded.iter().map(own).collect(), decoded.damage().cloned()))
}

/// The part of a picture that is read for a decode at scale `n`/8, if `part` bytes are read at a time.
pub fn as_far_as_needed(bytes: &[u8], n: usize, part: usize) -> &[u8] {
    as_far_as(bytes, &scales(n), part)
}

/// The same at these scales.
pub fn as_far_as<'b>(bytes: &'b [u8], scales: &Scales, part: usize) -> &'b [u8] {
    let mut ends = (part..bytes.len()).step_by(part);
    let begun = ends.find_map(|end| Some((end, Header::parse(&bytes[..end]).ok()?)));
    let reach = begun.and_then(|(end, header)| Some((end, header.reach(scales)?)));
    let Some((mut end, mut reach)) = reach else {
        return bytes;
    };
    while end < bytes.len() && !reach.is_within(&bytes[..end]) {
        end = (end + part).min(bytes.len());
    }
    &bytes[..end]
}

/// Compares planes at scale `n`/8 with the exact ones; the error says what differs, and by how much at most.
pub fn judge(picture: &Picture, planes: &[Plane], n: usize) -> Result<(), String> {
    if planes.len() != picture.components.len() {
        return Err(format!("{} planes", planes.len()));
    }
    for (component, plane) in planes.iter().enumerate() {
        judge_size(picture, plane, component, n)
            .and_then(|()| judge_samples(picture, plane, component, n))
            .map_err(|error| format!("component {component} at {n}/8: {error}"))?;
    }
    Ok(())
}

/// A plane ends within its last column and row: they are as many as the exact extent, rounded up.
pub fn judge_size(
    picture: &Picture,
    plane: &Plane,
    component: usize,
    n: usize,
) -> Result<(), String> {
    let full = picture.extent(component);
    let extent = (full.0 * n as f64 / 8.0, full.1 * n as f64 / 8.0);
    let off = (plane.extent.0 - extent.0)
        .abs()
        .max((plane.extent.1 - extent.1).abs());
    if off > 1e-9 {
        return Err(format!("extent {:?} instead of {extent:?}", plane.extent));
    }
    // Thirds are not exact in f64; a whole number of them must not round up.
    let size = (
        (extent.0 - 1e-9).ceil() as usize,
        (extent.1 - 1e-9).ceil() as usize,
    );
    if (plane.width, plane.height) != size || plane.samples.len() != size.0 * size.1 {
        return Err(format!(
            "{}x{} instead of {size:?}",
            plane.width, plane.height
        ));
    }
    Ok(())
}

fn judge_samples(
    picture: &Picture,
    plane: &Plane,
    component: usize,
    n: usize,
) -> Result<(), String> {
    let component = &picture.components[component];
    let idct = Idct::new(n);
    let (mut largest, mut excess, mut count) = (0.0_f64, 0.0, 0);
    let last_row = plane.height.div_ceil(n) - 1;
    let step = (plane.samples.len() / ENOUGH_SAMPLES).max(1);
    for block_y in (0..last_row).step_by(step).chain([last_row]) {
        for block_x in 0..plane.width.div_ceil(n) {
            let exact = idct.samples(component.block(block_x, block_y), &component.quantiser);
            for (i, exact) in exact.into_iter().enumerate() {
                let (x, y) = (block_x * n + i % n, block_y * n + i / n);
                if x < plane.width && y < plane.height {
                    let error = error(plane.samples[y * plane.width + x], exact, n);
                    largest = largest.max(error);
                    excess += error - error_of_rounding(exact, n);
                    count += 1;
                }
            }
        }
    }
    let excess = excess / f64::from(count);
    let allowed = if n == 1 { 0.0 } else { TOLERANCE };
    if largest > allowed || excess > MEAN_EXCESS {
        return Err(format!(
            "off by up to {largest:.3}, {excess:.3} beyond rounding on average"
        ));
    }
    Ok(())
}

/// How far a sample is from the exact one; at N=1 from the exact one rounded.
fn error(ours: u8, exact: f64, n: usize) -> f64 {
    let exact = if n == 1 { (exact + 0.5).floor() } else { exact };
    (f64::from(ours) - exact.clamp(0.0, 255.0)).abs()
}

/// How far the best possible sample is.
fn error_of_rounding(exact: f64, n: usize) -> f64 {
    let exact = exact.clamp(0.0, 255.0);
    if n == 1 {
        0.0
    } else {
        (exact - exact.round()).abs()
    }
}
