//! Small files that once did harm; their names say what they are.
//!
//! `cargo fuzz` and the tests beside this one found them. See `fuzz/README.md` for adding one.

use crate::oracle::compare::{decode, decode_with, judge};
use crate::oracle::decode::decode_stream;
use std::path::Path;
use thumbgen::picture::jpeg::{Limits, Scratch};

#[test]
fn files_that_once_did_harm_give_an_error_or_the_oracles_picture() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/regressions");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&std::fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files > 0);
}

fn check(stream: &[u8]) {
    let oracle = decode_stream(stream);
    let mut scratch = Scratch::default();
    for n in 1..=8 {
        for allow_damaged in [false, true] {
            let limits = Limits {
                max_memory: 1 << 24,
                allow_damaged,
                ..Limits::default()
            };
            let _ = decode_with(stream, n, &limits, &mut scratch);
        }
        if let (Ok(planes), Ok(decoded)) = (decode(stream, n, &mut scratch), &oracle)
            && decoded.suffices(n)
        {
            judge(&decoded.picture, &planes, n).expect("the oracle agrees");
        }
    }
}
