//! Headers of any bytes: no panic, and nothing in them is beyond what JPEG can express.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thumbgen::picture::jpeg::Header;

fuzz_target!(|bytes: &[u8]| {
    let Ok(header) = Header::parse(bytes) else {
        return;
    };
    assert!((1..=0xFFFF).contains(&header.width()) && (1..=0xFFFF).contains(&header.height()));
    assert!(matches!(header.components().len(), 1 | 3 | 4));
    for component in header.components() {
        assert!(component.size.0 > 0.0 && component.size.0 <= f64::from(header.width()));
        assert!(component.size.1 > 0.0 && component.size.1 <= f64::from(header.height()));
    }
    let _ = (
        header.coding(),
        header.colour(),
        header.restart_interval(),
        header.exif(),
        header.icc_chunks(),
    );
});
