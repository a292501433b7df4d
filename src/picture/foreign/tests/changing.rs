//! Files that somebody else writes to while they are read.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use super::super::{Format, open};
use super::Picture;
use super::encoders as encode;
use crate::picture::jpeg::Limits;

/// A file that is another one each time that it is read from its beginning.
struct Rewritten(Vec<Cursor<Vec<u8>>>);

impl Read for Rewritten {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0[0].read(buffer)
    }
}

impl BufRead for Rewritten {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0[0].fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0[0].consume(amount);
    }
}

impl Seek for Rewritten {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to == SeekFrom::Start(0) {
            self.0.remove(0);
        }
        self.0[0].seek(to)
    }
}

#[test]
fn a_png_whose_header_changes_while_it_is_read_is_an_error() {
    let png = |width, channels| Cursor::new(encode::png(&Picture::new(width, 20, channels)));
    for (before, after) in [((20, 3), (21, 3)), ((20, 3), (20, 4)), ((20, 1), (300, 1))] {
        let [before, after] = [before, after].map(|(width, channels)| png(width, channels));
        let mut file = Rewritten(vec![Cursor::default(), before, after]);
        let limits = Limits::default();
        let opened = open(Format::Png, &mut file, &limits).unwrap();
        let error = opened.decode(1.0, &limits).unwrap_err();
        let text = "damaged data: the header changed while it was read";
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_palette_that_changes_while_it_is_read_is_an_error() {
    let zlib = fdeflate::compress_to_vec(&[0; 1000]);
    let png = encode::png_of((20, 20), png::ColorType::Indexed, false, &zlib);
    let [before, after] = [12, 13].map(|length| {
        let palette = encode::chunk(b"PLTE", &vec![0; length]);
        Cursor::new(encode::with_chunk(&png, &palette, false))
    });
    let mut file = Rewritten(vec![Cursor::default(), before, after]);
    let limits = Limits::default();
    let opened = open(Format::Png, &mut file, &limits).unwrap();
    let error = opened.decode(1.0, &limits).unwrap_err();
    assert!(error.is_damage(), "{error}");
}

#[test]
fn a_bmp_whose_header_changes_while_it_is_read_is_an_error() {
    let bmp = |width| encode::bmp(&Picture::new(width, 20, 3));
    let mut short = bmp(40);
    // A header of no length, and rows that begin right behind the file's own.
    short[10..18].copy_from_slice(&[14, 0, 0, 0, 0, 0, 0, 0]);
    for (after, is_read) in [(bmp(41), true), (short, false)] {
        let files = [Vec::new(), bmp(40), after.clone(), after];
        let mut file = Rewritten(files.map(Cursor::new).into());
        let limits = Limits::default();
        let opened = open(Format::Bmp, &mut file, &limits);
        assert_eq!(opened.is_ok(), is_read);
        if let Ok(opened) = opened {
            let error = opened.decode(1.0, &limits).unwrap_err();
            let text = "damaged data: the header changed while it was read";
            assert_eq!(error.to_string(), text);
        }
    }
}
