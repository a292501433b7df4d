//! Any bytes have a kind. Their beginning decides which, and the end only where that says nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thumbgen::picture::FileKind;

fuzz_target!(|bytes: &[u8]| {
    let kind = FileKind::of(bytes);
    let begun = FileKind::begun(bytes);
    assert_eq!(FileKind::begun(&bytes[..bytes.len().min(512)]), begun);
    assert!(kind == begun || kind == FileKind::Tga);
});
