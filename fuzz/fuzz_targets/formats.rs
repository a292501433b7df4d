//! Pictures of any format, whichever the bytes say: no panic, no more memory than is allowed, a thumbnail of the size
//! that was asked for, and the same of a sound file that is read where it is needed.
//!
//! The last byte chooses the size. Seeds: `testdata/formats`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use std::io::{BufReader, Cursor};
use thumbgen::{Bounds, Options, Thumbnail, ThumbnailError, Thumbnailer, Variant};

thread_local! {
    /// Strict, and not.
    static THUMBNAILERS: RefCell<[Thumbnailer; 2]> = RefCell::new([false, true].map(|damaged| {
        let options = Options::default()
            .with_max_pixels(1 << 18)
            .with_max_memory(1 << 22)
            .with_allow_damaged(damaged);
        Thumbnailer::new(options)
    }));
}

fuzz_target!(|bytes: &[u8]| THUMBNAILERS.with_borrow_mut(|thumbnailers| {
    let Some(side) = bytes.last().map(|last| u16::from(last % 64) + 1) else {
        return;
    };
    let bounds: Bounds = side.to_string().parse().expect("1 to 64");
    let variant = Variant::new(bounds);
    for thumbnailer in thumbnailers {
        let whole = thumbnailer.thumbnail(bytes, &variant);
        let mut only = None;
        let mut file = BufReader::with_capacity(61, Cursor::new(bytes));
        let mut sink = |_, made: Result<Thumbnail, ThumbnailError>| only = Some(made);
        let result = thumbnailer.thumbnails_from(&mut file, &[variant.clone()], &mut sink);
        let in_parts = result.and_then(|()| only.expect("a variant was forgotten"));
        for made in [&whole, &in_parts].into_iter().flatten() {
            assert!(made.width.max(made.height) <= u32::from(side));
        }
        // How much of a damaged picture comes out, and what of its damage is told, depends on how it is read.
        match (whole, in_parts) {
            (Ok(whole), Ok(in_parts)) if whole.damage.is_none() => {
                assert_eq!(whole.bytes, in_parts.bytes);
            }
            (whole, in_parts) => {
                let allowed = thumbnailer.options().allow_damaged;
                assert!(allowed || whole.is_ok() == in_parts.is_ok());
            }
        }
    }
}));
