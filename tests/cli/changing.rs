//! A picture that is written to while it is read.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::env::{Env, jpeg, set_mtime};
use crate::reading::progressive;

#[test]
fn a_picture_that_keeps_changing_is_an_error_and_its_thumbnail_stays() {
    let env = Env::new();
    let picture = env.file("images/a.jpg", &jpeg(60, 40, 1));
    // Long, so that reading takes long enough to be overtaken; what is behind the picture's end does not matter.
    let file = fs::File::options().write(true).open(&picture).unwrap();
    file.set_len(200_000_000).unwrap();
    keeps_changing(&env, &picture);
}

#[test]
fn so_is_one_that_is_not_read_to_its_end() {
    let env = Env::new();
    let whole = progressive(1600, 1200);
    let picture = env.file("images/a.jpg", &whole);
    // A header of a megabyte, for the same reason.
    let filling = [&[0xFF, 0xE7, 0xFF, 0xFF][..], &[0; 0xFFFD]].concat();
    let bytes = [&whole[..2], &filling.repeat(14), &whole[2..]].concat();
    fs::write(&picture, bytes).unwrap();
    keeps_changing(&env, &picture);
}

/// Makes the thumbnail of `picture`, the only one, and again while it is written to.
fn keeps_changing(env: &Env, picture: &Path) {
    env.make([]).ends_with(0);
    let before = env.tree("thumbs");

    let (begun, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    let run = thread::scope(|scope| {
        // Several, so that one of them gets its turn however busy the machine is.
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
        let run = env.make([]);
        ended.store(true, Ordering::Relaxed);
        run
    });
    run.ends_with(1)
        .counts(0, 0, 1)
        .says("images/a.jpg: read: changing: it was written to while it was read, 3 times");
    assert_eq!(env.tree("thumbs"), before);
}
