//! Progressive pictures that are read only as far as a scale needs them.

use std::sync::atomic::{AtomicUsize, Ordering};

use thumbgen::picture::jpeg::{Limits, Scratch};

use crate::files::{files, for_each};
use crate::oracle::compare::{as_far_as, as_far_as_needed, decode, decode_at};
use crate::oracle::compare::{is_progressive, scales};

#[test]
fn real_pictures_read_in_parts_give_the_same_planes() {
    let folders = ["camera-progressive", "web-progressive", "odd", "hostile"];
    let files = files(&folders);
    let shorter = AtomicUsize::new(0);
    for_each(
        &files,
        |file| &file.name,
        |file| {
            if !is_progressive(&file.bytes) {
                return Ok(());
            }
            for n in [1, 2, 4, 8] {
                let mut scratch = Scratch::default();
                let read = as_far_as_needed(&file.bytes, n, 10_000);
                if decode(read, n, &mut scratch) != decode(&file.bytes, n, &mut scratch) {
                    return Err(format!("differs at {n}/8, from {} bytes", read.len()));
                }
                let is_shorter = read.len() < file.bytes.len();
                shorter.fetch_add(usize::from(is_shorter), Ordering::Relaxed);
            }
            Ok(())
        },
    );
    assert!(shorter.into_inner() > 0);
}

#[test]
fn without_its_last_bit_luma_is_off_by_less_than_a_level() {
    let files = files(&["web-progressive"]);
    let shorter = AtomicUsize::new(0);
    for_each(
        &files,
        |file| &file.name,
        |file| {
            let mut scratch = Scratch::default();
            let (less, exact) = (scales(2).without_last_bits(), scales(2));
            let read = as_far_as(&file.bytes, &less, 10_000);
            let mut planes = |bytes: &[u8], scales| {
                let decoded = decode_at(bytes, scales, &Limits::default(), &mut scratch);
                decoded.map_err(|error| error.to_string())
            };
            let (less, exact) = (planes(read, &less)?, planes(&file.bytes, &exact)?);
            if less.1 != exact.1 || less.0[1..] != exact.0[1..] {
                return Err("more differs than luma".into());
            }
            let (ours, exact) = (&less.0[0].samples, &exact.0[0].samples);
            let square = |(a, b): (&u8, &u8)| f64::from(a.abs_diff(*b)).powi(2);
            let squares: f64 = ours.iter().zip(exact).map(square).sum();
            let off = (squares / ours.len() as f64).sqrt();
            let is_shorter = ours != exact && read.len() < file.bytes.len() * 3 / 4;
            shorter.fetch_add(usize::from(is_shorter), Ordering::Relaxed);
            if off < 1.0 {
                Ok(())
            } else {
                Err(format!("off by {off:.2}"))
            }
        },
    );
    assert!(shorter.into_inner() >= 20);
}
