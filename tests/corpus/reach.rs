//! Progressive pictures that are read only as far as a scale needs them.

use std::sync::atomic::{AtomicUsize, Ordering};

use thumbgen::picture::jpeg::Scratch;

use crate::files::{files, for_each};
use crate::oracle::compare::{as_far_as_needed, decode, is_progressive};

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
