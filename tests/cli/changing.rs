//! A picture that is written to while it is read.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::env::{Env, jpeg, set_mtime};
use crate::reading::{progressive, record};

/// What a picture is filled up with. Reading all of it takes a tenth of a second: however busy the machine is, the
/// writer gets a turn before that is over.
const FILLING: u64 = 200_000_000;

#[test]
fn a_picture_that_keeps_changing_is_an_error_and_its_thumbnail_stays() {
    let env = Env::new();
    let picture = env.file("images/a.jpg", &jpeg(60, 40, 1));
    // What follows the picture's end does not matter.
    let file = File::options().write(true).open(&picture).unwrap();
    file.set_len(FILLING).unwrap();
    keeps_changing(&env, &picture, &[]);
}

#[test]
fn so_is_one_that_is_not_read_to_its_end() {
    let env = Env::new();
    let whole = progressive(1600, 1200);
    // Neither occurs in a scan's data, where a 0xFF is followed by a 0 (T.81, B.1.1.5).
    let mut scans = memchr::memmem::find_iter(&whole, &[0xFF, 0xDA]);
    let second = scans.nth(1).unwrap();
    let picture = env.file("images/a.jpg", &whole[..second]);
    // Between the scan of the DC coefficients and the first of the others: segments of holes.
    let mut file = File::options().write(true).open(&picture).unwrap();
    let mut end = second as u64;
    while end < FILLING {
        file.seek(SeekFrom::Start(end)).unwrap();
        file.write_all(&[0xFF, 0xE7, 0xFF, 0xFF]).unwrap();
        end += 2 + 0xFFFF;
    }
    file.seek(SeekFrom::Start(end)).unwrap();
    file.write_all(&whole[second..]).unwrap();
    let length = end + (whole.len() - second) as u64;

    // At this size, some of the others are needed, but not all.
    let options = ["--size", "300", "--report", "report.jsonl"];
    env.make(options).ends_with(0);
    let read = record(&env)["bytes_read"].as_u64().unwrap();
    assert!((FILLING..length).contains(&read), "{read} of {length}");
    keeps_changing(&env, &picture, &options);
}

/// Makes the thumbnail of `picture`, the only one, and again while it is written to.
fn keeps_changing(env: &Env, picture: &Path, options: &[&str]) {
    env.make(options.iter().copied()).ends_with(0);
    let before = env.tree("thumbs");

    let (begun, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    let run = thread::scope(|scope| {
        // Several times, so that the writer gets a turn in one of them however busy the machine is.
        for _ in 0..4 {
            scope.spawn(|| {
                for second in (0..).take_while(|_| !ended.load(Ordering::Relaxed)) {
                    set_mtime(picture, second, 0);
                    begun.store(true, Ordering::Relaxed);
                }
            });
        }
        while !begun.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        let run = env.make(options.iter().copied());
        ended.store(true, Ordering::Relaxed);
        run
    });
    run.ends_with(1)
        .counts(0, 0, 1)
        .says("images/a.jpg: read: changing: it was written to while it was read, 3 times");
    assert_eq!(env.tree("thumbs"), before);
}
