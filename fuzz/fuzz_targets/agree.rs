//! Small pictures at any scale: what the decoder calls sound shows what the tests' oracle sees in it.
//!
//! The last byte chooses the scale.
#![no_main]

#[path = "../../tests/decoder/oracle/mod.rs"]
mod oracle;

use libfuzzer_sys::fuzz_target;
use oracle::compare::{decode, judge};
use oracle::decode::decode_stream;
use thumbgen::picture::jpeg::{Header, Scratch};

fuzz_target!(|bytes: &[u8]| {
    let Some(&choice) = bytes.last() else { return };
    let n = 1 + usize::from(choice & 7);
    let is_small = |header: Header| header.width() * header.height() <= 1 << 12;
    if !Header::parse(bytes).is_ok_and(is_small) {
        return;
    }
    let Ok(planes) = decode(bytes, n, &mut Scratch::default()) else {
        return;
    };
    if let Ok(decoded) = decode_stream(bytes)
        && decoded.suffices(n)
    {
        judge(&decoded.picture, &planes, n).expect("the oracle agrees");
    }
});
