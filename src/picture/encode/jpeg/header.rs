//! What stands before a scan's data: the segments of T.81 annex B.

use super::component::{Component, KINDS, kind_of};
use super::tokens::Tables;
use crate::picture::jpeg::NATURAL;

/// Markers (T.81 table B.1).
const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
const APP0: u8 = 0xE0;
const DQT: u8 = 0xDB;
const SOF0: u8 = 0xC0;
const DHT: u8 = 0xC4;
const SOS: u8 = 0xDA;

/// Version 1.1, square pixels at a meaningless 72 per inch, and no thumbnail (ITU-T T.871, 10.1).
const JFIF: &[u8] = b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0";

pub(super) fn write_header(
    jpeg: &mut Vec<u8>,
    components: &[Component],
    quantisation: &[[u8; 64]; KINDS],
    tables: &Tables,
) {
    jpeg.extend([0xFF, SOI]);
    write_segment(jpeg, APP0, |body| body.extend(JFIF));
    write_segment(jpeg, DQT, |body| {
        for (number, table) in (0..).zip(quantisation).take(components.len()) {
            body.push(number);
            body.extend(NATURAL.map(|place| table[usize::from(place)]));
        }
    });
    write_segment(jpeg, SOF0, |body| {
        let (width, height) = components[0].size;
        body.push(8);
        body.extend((height as u16).to_be_bytes());
        body.extend((width as u16).to_be_bytes());
        body.push(components.len() as u8);
        for (index, component) in components.iter().enumerate() {
            let (h, v) = component.factors;
            let kind = kind_of(index);
            body.extend([index as u8 + 1, (h << 4 | v) as u8, kind as u8]);
        }
    });
    write_segment(jpeg, DHT, |body| tables.write(body));
    write_segment(jpeg, SOS, |body| {
        body.push(components.len() as u8);
        for index in 0..components.len() {
            let kind = kind_of(index) as u8;
            body.extend([index as u8 + 1, kind << 4 | kind]);
        }
        // All coefficients, with all their bits.
        body.extend([0, 63, 0]);
    });
}

/// Adds a segment (T.81 B.1.1.4): its length is known once its body is written.
fn write_segment(jpeg: &mut Vec<u8>, marker: u8, write_body: impl FnOnce(&mut Vec<u8>)) {
    jpeg.extend([0xFF, marker]);
    let start = jpeg.len();
    jpeg.extend([0, 0]);
    write_body(jpeg);
    let length = (jpeg.len() - start) as u16;
    jpeg[start..start + 2].copy_from_slice(&length.to_be_bytes());
}
